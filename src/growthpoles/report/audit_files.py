"""Audit files: findings, row orders, statements as tables, and the figures that show them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growthpoles.file_writing import make_folder, output_folder
from growthpoles.language.languages import SOURCE
from growthpoles.report.manifest import written_before
from growthpoles.report.report_files import check_files, write_files
from growthpoles.report.table_formats import csv_bytes
from growthpoles.report.wording import Wording
from growthpoles.study.audit import Audit, summarise
from growthpoles.study.audit.audit_frames import deviation_frame, dumbbell_frame, migration_frame
from growthpoles.study.inputs import region_index, study_catalogue, study_regions
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

PRESET = "report"
FAULTS_TITLE = "{study}: {cells} cells in {faults} faults"
CLAIMS_TITLE = "{study}: {statements} statements of the source"
CELLS_TITLE = "Table {number}: printed against expected cells, log10 of the ratio"


def audit_tables(found: Audit) -> dict[str, pd.DataFrame]:
    """Return the tables of an audit by file name (without ending); statements only where the study has some."""
    tables = {"audit_findings": found.findings_table(), "audit_alignment": found.alignment_table()}
    if len(claims := found.claims_table()):
        tables["audit_claims"] = claims
    return tables


def shown_faults(found: Audit, study: Study, *, lang: str = SOURCE) -> tuple[pd.DataFrame, str]:
    """Return the faults as a person reads them, gravest first, and a title for them.

    The index is the severity, the columns are sentence, rows and number of cells; headings and sentences are in
    the language asked for (in English the headings are the columns of :func:`growthpoles.study.audit.summarise`).
    """
    wording = Wording.of(study, lang, audit=found)
    words, short = wording.words, summarise(found.ledger)
    short["fault"] = [wording.fault(found.faults[sentence]) for sentence in short["fault"]]
    short["severity"] = [words.value(severity) for severity in short["severity"]]
    title = words.message(FAULTS_TITLE, study=study.name, cells=len(found.ledger), faults=len(short))
    frame = short.set_index("severity")[["fault", "rows", "cells"]]
    return _headed(frame, wording), title


def shown_claims(found: Audit, study: Study, *, lang: str = "en") -> tuple[pd.DataFrame, str]:
    """Return the statements of the source beside their verdicts in every edition, and a title for them."""
    wording = Wording.of(study, lang)
    words, table = wording.words, found.claims_table()
    wide = table.pivot_table(index="statement", columns="edition", values="verdict", aggfunc="first", sort=False)
    title = words.message(CLAIMS_TITLE, study=study.name, statements=len(wide))
    if lang != SOURCE:
        wide = wide.map(words.value).rename(columns=words.value)
        wide.index = wide.index.map(words.sentence)
    return _headed(wide, wording), title


def _headed(frame: pd.DataFrame, wording: Wording) -> pd.DataFrame:
    """Give a frame headings in the language; in English its names are the headings."""
    words = wording.words
    if words.lang == SOURCE:
        return frame
    names = {name: words("column", name) for name in ("severity", "fault", "rows", "cells", "statement")}
    return frame.rename(columns=names).rename_axis(index=names.get(str(frame.index.name), ""))


def audit_figures(found: Audit, study: Study) -> dict[str, Callable[[str], Axes]]:
    """Return the figures of an audit by name; each is drawn when called with a language.

    Published against default index per region and year (dumbbell), the class of every region in every edition, and the
    deviation of every printed cell in the layout of its table.
    """
    from growthpoles import maps
    from growthpoles.language.languages import translator

    catalogue = study_catalogue(study)
    regions = None if study.boundaries.absent else study_regions(study)
    figures: dict[str, Callable[[str], Axes]] = {}

    def common(lang: str) -> dict[str, Any]:
        return {"lang": lang, "source": study.text("source", lang), "names": names_in(lang)}

    def names_in(lang: str) -> pd.Series | None:
        return None if regions is None else regions.get(f"short_{lang}")

    if study.published.index is not None:
        both = dumbbell_frame(study)
        first, second = both.attrs["first"], both.attrs["second"]
        for year, part in both.groupby("year"):
            wide = part.set_index("region")[["first", "second"]].set_axis([first, second], axis=1)
            figures[f"audit_editions_{year}"] = lambda lang, wide=wide, year=year: maps.plot_dumbbell(  # type: ignore[misc]
                wide, year=year, **common(lang)
            )
        letters = migration_frame(study).pivot(index="region", columns=["year", "edition"], values="rating_class")
        ordered = letters.reindex([region for region in region_index(study) if region in letters.index])
        figures["audit_classes"] = lambda lang: maps.plot_class_table(ordered, **common(lang))
    cells = deviation_frame(found)
    for table, part in cells.groupby("table"):
        if (part["status"] == "finding").any():
            order = part.sort_values("position")["column"].drop_duplicates()
            wide = part.pivot(index="row", columns="column", values="deviation")[list(order)]
            rows = part.drop_duplicates("row").set_index("row")[["label", "region"]]
            figures[f"audit_cells_table{table}"] = lambda lang, wide=wide, rows=rows, table=table: maps.plot_deviations(  # type: ignore[misc]
                wide,
                digits=2,
                labels=catalogue.names(lang),
                title=translator(lang)(CELLS_TITLE).format(number=table),
                **{**common(lang), "names": _row_names(rows, names_in(lang))},
            )
    return figures


def _row_names(rows: pd.DataFrame, names: pd.Series | None) -> pd.Series:
    """Name the rows of a printed table in the language of the figure; as printed where the label is no region's."""
    return rows["label"] if names is None else rows["region"].map(names).fillna(rows["label"])


def write_audit(found: Audit, study: Study, *, out: str | Path, lang: str = "en", force: bool = False) -> list[Path]:
    """Write tables and figures of an audit below a folder, as the report does; return their paths.

    Files beside study.toml are never replaced, those that growthpoles did not write only with `force`.
    """
    from growthpoles.maps.export import Facts, render
    from growthpoles.maps.presets import get_preset

    content = {f"tables/{name}.csv": csv_bytes(frame) for name, frame in audit_tables(found).items()}
    for name, draw in audit_figures(found, study).items():
        figure = draw(lang).get_figure(root=True)
        assert figure is not None
        facts = Facts(title=f"{study.text('title', lang)}: {name}", source=study.text("source", lang))
        content[f"figures/{name}.png"] = render(figure, "png", facts, get_preset(PRESET).dpi)
    folder = make_folder(output_folder(out))
    inputs = [path for path in study.path.parent.iterdir() if path.is_file()]
    check_files(folder, content, before=written_before(folder), inputs=inputs, force=force)
    write_files(folder, content)
    return [folder / name for name in content]
