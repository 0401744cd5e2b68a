"""The audit as files: every finding, the row orders, the statements, and the figures that show them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growthpoles.audit import Audit
from growthpoles.audit.figures import deviation_frame, dumbbell_frame, migration_frame
from growthpoles.data.atomic import make_folder, write_bytes
from growthpoles.inputs import study_catalogue, study_regions
from growthpoles.report.formats import csv_bytes
from growthpoles.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

PRESET = "report"
CELLS_TITLE = "Table {number}: printed against expected cells, log10 of the ratio"


def audit_tables(found: Audit) -> dict[str, pd.DataFrame]:
    """Return the tables of an audit by file name (without ending); statements only where the study has some."""
    tables = {"audit_findings": found.findings_table(), "audit_alignment": found.alignment_table()}
    if len(claims := found.claims_table()):
        tables["audit_claims"] = claims
    return tables


def audit_figures(found: Audit, study: Study) -> dict[str, Callable[[str], Axes]]:
    """Return the figures of an audit by name; each is drawn when called with a language.

    Published against default index per region and year (dumbbell), the class of every region in every edition, and the
    deviation of every printed cell in the layout of its table.
    """
    from growthpoles import maps
    from growthpoles.maps.i18n import translator

    catalogue = study_catalogue(study)
    regions = study_regions(study)
    figures: dict[str, Callable[[str], Axes]] = {}

    def common(lang: str) -> dict[str, Any]:
        return {"lang": lang, "source": study.text("source", lang), "names": regions.get(f"short_{lang}")}

    if study.published.index is not None:
        both = dumbbell_frame(study)
        first, second = both.attrs["first"], both.attrs["second"]
        for year, part in both.groupby("year"):
            wide = part.set_index("region")[["first", "second"]].set_axis([first, second], axis=1)
            figures[f"audit_editions_{year}"] = lambda lang, wide=wide, year=year: maps.plot_dumbbell(  # type: ignore[misc]
                wide, year=year, **common(lang)
            )
        letters = migration_frame(study).pivot(index="region", columns=["year", "edition"], values="rating_class")
        ordered = letters.reindex([region for region in regions.index if region in letters.index])
        figures["audit_classes"] = lambda lang: maps.plot_class_table(ordered, **common(lang))
    cells = deviation_frame(found)
    for table, part in cells.groupby("table"):
        if (part["status"] == "finding").any():
            order = part.sort_values("position")["column"].drop_duplicates()
            wide = part.pivot(index="row", columns="column", values="deviation")[list(order)]
            labels = part.drop_duplicates("row").set_index("row")["label"]
            figures[f"audit_cells_table{table}"] = lambda lang, wide=wide, labels=labels, table=table: (
                maps.plot_deviations(  # type: ignore[misc]
                    wide,
                    digits=2,
                    labels=catalogue.names(lang),
                    title=translator(lang)(CELLS_TITLE).format(number=table),
                    **{**common(lang), "names": labels},
                )
            )
    return figures


def write_audit(found: Audit, study: Study, *, out: str | Path, lang: str = "en") -> list[Path]:
    """Write tables and figures of an audit below a folder, as the report does; return their paths."""
    from growthpoles.maps.export import Facts, render
    from growthpoles.maps.presets import get_preset

    content = {f"tables/{name}.csv": csv_bytes(frame) for name, frame in audit_tables(found).items()}
    for name, draw in audit_figures(found, study).items():
        figure = draw(lang).get_figure(root=True)
        assert figure is not None
        facts = Facts(title=f"{study.text('title', lang)}: {name}", source=study.text("source", lang))
        content[f"figures/{name}.png"] = render(figure, "png", facts, get_preset(PRESET).dpi)
    folder = Path(out)
    for part in ("tables", "figures"):
        make_folder(folder / part)
    return [write_bytes(folder / name, data) for name, data in content.items()]
