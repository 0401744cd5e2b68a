"""Audit files: findings, row orders, statements as tables, the figures that show them, their section of the page."""

from __future__ import annotations

import html
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growthpoles.errors import DataError, GrowthpolesError, Number, Reason, message, plain
from growthpoles.file_reading import read_bytes
from growthpoles.file_writing import make_folder, output_folder
from growthpoles.language.languages import SOURCE
from growthpoles.language.phrases import Words, missing, shorten
from growthpoles.report.manifest import check_files, write_files, written_before
from growthpoles.report.page_blocks import Context, Picture, Section, Table, make_table
from growthpoles.report.tables.table_formats import csv_bytes, fixed_workbook, put_text, sheet_names
from growthpoles.report.wording import Wording, names_of
from growthpoles.study.audit import Audit, summarise
from growthpoles.study.audit.findings import is_open
from growthpoles.study.audit.ledger import (
    Standing,
    deviation_frame,
    dumbbell_frame,
    migration_frame,
    put_right,
    standing_cells,
)
from growthpoles.study.audit.printed_cells import place_text
from growthpoles.study.inputs import region_index, study_catalogue, study_ratings, study_regions
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from openpyxl import Workbook

    from growthpoles.study.audit.file_audit import AuditFile

PRESET = "report"
_PAGE = "audit.html"
_AUDIT_OF, _HEAD = re.compile(rb'<meta name="generator" content="growthpoles, audit of ([^"]*)">'), 4_000
FAULTS_TITLE = "{study}: faults: {faults}, cells: {cells}"
CLAIMS_TITLE = "{study}: {statements} statements of the source"
TABLE_TITLE = "Table {number}"
_HEADS = ("fault", "rows", "cells")
MOST_PLACES = 3  # that a line of the terminal names
_ALONE = 50  # faults that are put right one by one, to name those that a sentence hangs on
NO_FINDING = "No finding."
LISTED_FAULT = "a listed fault"
ROWS_TOLD = (
    "Rows are counted by regions: row 1 is the first region of a table, whatever line of the sheet it stands on."
)
FOLLOWS_TOLD = "Cells that follow from it or contradict it"
UNCHECKED_TOLD = "Checks that could not be made, and remarks"
_OUTCOMES = ("holds", "fails", "cannot be checked")
MARK_TOLD = {"fault": "cell of a fault", "open": "one of several readings", "follows": "follows from a fault"}
MARK_FILLS = {"fault": "F4B6A6", "open": "F6DD9A", "follows": "FDF0EA"}
MOST_TOLD = 2000
CELLS_TITLE = "Table {number}: printed against expected cells, log10 of the ratio"


def audit_tables(found: Audit) -> dict[str, pd.DataFrame]:
    """Return the tables of an audit by file name (without ending); statements only where the study has some."""
    tables = {"audit_findings": found.findings_table(), "audit_alignment": found.alignment_table()}
    if len(claims := found.claims_table()):
        tables["audit_claims"] = claims
    return tables


def _beside(found: Audit) -> dict[str, pd.DataFrame]:
    """Return the tables beside the ledger that are not empty: what follows, what could not be checked, remarks."""
    tables = {
        "audit_consequences": found.consequences,
        "audit_unchecked": found.unchecked.drop(columns="told"),
        "audit_remarks": found.remarks,
    }
    return {name: frame for name, frame in tables.items() if len(frame)}


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
    names = {name: words("column", name) for name in ("severity", "fault", "rows", "cells", "place", "statement")}
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
                wide, variable=translator(lang)("Index, points"), year=year, **common(lang)
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
    """Write tables, figures, page and marked workbook of an audit below a folder; return their paths.

    Files beside study.toml are never replaced, those that growthpoles did not write only with `force`.
    """
    from growthpoles.maps.export import Facts, render
    from growthpoles.maps.presets import get_preset

    tables = {**audit_tables(found), **_beside(found)}
    content = {f"tables/{name}.csv": csv_bytes(frame) for name, frame in tables.items()}
    for name, draw in audit_figures(found, study).items():
        figure = draw(lang).get_figure(root=True)
        assert figure is not None
        facts = Facts(title=f"{study.text('title', lang)}: {name}", source=study.text("source", lang))
        content[f"figures/{name}.png"] = render(figure, "png", facts, get_preset(PRESET).dpi)
    names = {} if study.boundaries.absent else names_of(study_regions(study), lang).to_dict()
    regions = {str(code): str(name) for code, name in names.items()}
    wording = Wording.of(study, lang, audit=found, regions=regions)
    content[_PAGE] = audit_page(found, wording, name=study.text("title", lang) or study.name, audited=study.name)
    content["audit.xlsx"] = marked_workbook(found, wording)
    inputs = [path for path in study.path.parent.iterdir() if path.is_file()]
    return _written(content, out, name=study.name, inputs=inputs, force=force)


def _written(
    content: Mapping[str, bytes], out: str | Path, *, name: str, inputs: Iterable[Path], force: bool
) -> list[Path]:
    """Write an audit; one of the same study or file is replaced, that of another only with `force`."""
    folder = make_folder(output_folder(out))
    held = _audited_in(folder)
    if held not in (None, name) and not force:
        problem = f"holds the audit of {plain(held)} already"
        allowed = "another folder, or --force (in Python force=True) to replace that audit"
        raise DataError(message(problem, where=str(folder), allowed=allowed))
    before = {*written_before(folder), *(content if held == name else ())}
    check_files(folder, content, before=before, inputs=inputs, force=force)
    write_files(folder, content)
    return [folder / name for name in content]


def _audited_in(folder: Path) -> str | None:
    """Return the name of the study or file whose audit is in a folder; None if there is none."""
    with suppress(OSError), (folder / _PAGE).open("rb") as page:
        if mark := _AUDIT_OF.search(page.read(_HEAD)):
            return html.unescape(mark[1].decode(errors="replace"))
    return None


def file_faults(found: Audit, file: AuditFile, *, lang: str = SOURCE) -> tuple[pd.DataFrame, str]:
    """Return the faults of a file as :func:`shown_faults` does those of a study."""
    wording = Wording(Words(lang), {}, {}, {})
    short = summarise(found.ledger)
    places = []
    for fault in short["fault"]:
        own = cell_places(found.ledger[found.ledger["fault"] == fault], file)
        places.append(", ".join(own[:MOST_PLACES]) + (" ..." if len(own) > MOST_PLACES else ""))
    short["fault"] = [wording.fault(found.faults[sentence]) for sentence in short["fault"]]
    title = wording.words.message(FAULTS_TITLE, study=file.path.name, cells=len(found.ledger), faults=len(short))
    return _headed(short.assign(place=places).set_index("fault")[["rows", "cells", "place"]], wording), title


def cell_places(part: pd.DataFrame, file: AuditFile) -> list[str]:
    """Return where the cells of a part of the ledger stand in the file, as a spreadsheet names them."""
    found = []
    for key in zip(part["table"], part["row"], part["column"], strict=True):
        sheet, row, column = file.places.get(key, ("", 0, 0))
        found.append(place_text("", sheet, row, column).removeprefix("!") if row else "")
    return found


def write_file_audit(
    found: Audit,
    file: AuditFile,
    formulas: pd.DataFrame,
    *,
    out: str | Path,
    proposed: bool,
    lang: str = SOURCE,
    force: bool = False,
) -> list[Path]:
    """Write what the audit of a file found: page, its own workbook with the cells marked, tables, formulas to confirm.

    A formulas.csv that is there stays: it may hold what was confirmed. What nearly holds stands in it with use "no".
    """
    import pandas as pd

    wording = Wording(Words(lang), {}, {}, {})
    findings = found.findings_table()
    tables = {"audit_findings": findings.assign(place=cell_places(findings, file)), **_beside(found)}
    content = {f"{name}.csv": csv_bytes(frame) for name, frame in tables.items()}
    content[_PAGE] = audit_page(found, wording, name=file.path.name, file=file)
    content["audit.xlsx"] = marked_workbook(found, wording, file=file)
    if proposed and not (Path(out) / "formulas.csv").exists():
        lines = [*formulas.to_numpy().tolist(), *formulas.attrs.get("nearly", ())]
        content["formulas.csv"] = csv_bytes(pd.DataFrame(lines, columns=formulas.columns))
    return _written(content, out, name=file.path.name, inputs=[file.path], force=force)


def audit_notes(found: Audit, wording: Wording) -> list[str]:
    """Return what could not be checked and what is unusual, in the language."""
    return [wording.evidence(line) for line in (*found.unchecked["told"], *found.remarks["told"])]


def _marks(found: Audit, wording: Wording) -> dict[Any, tuple[str, str]]:
    """Return "fault", "open" or "follows" and what to say, by table, row and column."""
    marks: dict[Any, tuple[str, str]] = {}
    words = wording.words
    for line in found.consequences.to_dict("records"):
        fault = wording.fault(found.faults[line["fault"]]) if line["fault"] else words.message(LISTED_FAULT)
        relation = wording.evidence(line["relation"])
        text = words.message("follows from: {fault} ({relation})", fault=fault, relation=relation)
        marks[line["table"], line["row"], line["column"]] = "follows", text
    for line in found.ledger[::-1].to_dict("records"):
        kind = "open" if is_open(line["cause"]) else "fault"
        value = {"value": Number(f"{line['expected']:.10g}")}
        lines = [line["cause"], *(() if math.isnan(line["expected"]) else [Reason("expected {value}", value)])]
        told = "\n".join(wording.evidence(each) for each in (*lines, line["evidence"]))
        marks[line["table"], line["row"], line["column"]] = kind, told
    return marks


def audit_page(
    found: Audit, wording: Wording, *, name: str, file: AuditFile | None = None, audited: str | None = None
) -> bytes:
    """Return the audit as one page: every fault with its cells and evidence, then the tables with the cells marked."""
    from importlib import resources

    import jinja2

    words, marks = wording.words, _marks(found, wording)
    heads: list[str] = ["table", "row", "region", "column", "printed", "expected", "cause"]
    heads[1:1] = ["place"] if file is not None else []
    faults = []
    for short in summarise(found.ledger).to_dict("records"):
        part = found.ledger[found.ledger["fault"] == short["fault"]]
        follows = found.consequences[found.consequences["fault"] == short["fault"]] if len(found.consequences) else ()
        cells = part.assign(
            expected=[f"{value:.10g}" if value == value else "" for value in part["expected"]],
            cause=[wording.evidence(text) for text in part["cause"]],
            region=[wording.regions.get(text, text) for text in part["region"]],
            place=cell_places(part, file) if file is not None else "",
        )
        faults.append(
            {
                "sentence": wording.fault(found.faults[short["fault"]]),
                # Nothing is rated in a file of its own, so that no fault has an effect.
                "severity": words.value(short["severity"]) if file is None else "",
                "cells": cells[heads].astype(str).to_numpy().tolist(),
                "evidence": [wording.evidence(text) for text in dict.fromkeys(part["evidence"])][:20],
                "follows": len(follows),
            }
        )
    tables = []
    for number in found.sources.tables:
        columns: list[str] = found.sources.columns(number)
        labels: Any = found.sources.labels(number)
        texts = {column: found.sources.column(number, column, "printed") for column in columns}
        rows = [
            {
                "number": row,
                "label": wording.regions.get(label, label),
                "cells": [
                    {"text": texts[column][row], "mark": marks.get((number, row, column), ("", ""))[0]}
                    for column in columns
                ],
            }
            for row, label in labels.items()
        ]
        told = file.names.get(number, "") if file is not None else ""
        title = ": ".join(filter(None, (words.message(TABLE_TITLE, number=number), told)))
        tables.append({"name": title, "heads": ["", *columns], "rows": rows})
    source = (resources.files("growthpoles.report") / "templates" / "audit.html.j2").read_text(encoding="utf-8")
    page = jinja2.Environment(autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).from_string(source)
    title = words.message(FAULTS_TITLE, study=name, cells=len(found.ledger), faults=len(faults))
    return page.render(
        lang=words.lang,
        title=title,
        audited=audited or name,
        summary="" if faults else words.message(NO_FINDING),
        rows_told=words.message(ROWS_TOLD),
        heads=[words.message(head) for head in heads],
        faults=faults,
        follows_told=words.message(FOLLOWS_TOLD),
        unchecked_told=words.message(UNCHECKED_TOLD),
        unchecked=audit_notes(found, wording),
        tables=tables,
        marks={kind: words.message(text) for kind, text in MARK_TOLD.items()},
    ).encode("utf-8")


def marked_workbook(found: Audit, wording: Wording, *, file: AuditFile | None = None) -> bytes:
    """Return a workbook with every cell of a fault coloured and commented where it stands.

    The user's own .xlsx is copied (values, formulas and formats; openpyxl keeps no pictures); other files and the
    tables of a study are laid out anew, one sheet each. A last sheet lists the faults.
    """
    from openpyxl import Workbook, load_workbook
    from openpyxl.cell.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    fills = {kind: PatternFill("solid", fgColor=colour) for kind, colour in MARK_FILLS.items()}
    own = file is not None and file.path.suffix.lower() == ".xlsx"
    if file is not None and own:
        book = load_workbook(io.BytesIO(read_bytes(file.path)))
        places = dict(file.places)
    else:
        book, places = _laid_out(found, Workbook(), wording)
    for key, (kind, text) in _marks(found, wording).items():
        if key in places:
            sheet, row, column = places[key]
            cell = book[sheet].cell(row, column)
            if isinstance(cell, MergedCell):
                continue
            cell.fill = fills[kind]
            cell.comment = Comment(text[:MOST_TOLD], "growthpoles", width=360, height=180)
    listed = book.create_sheet(sheet_names([*book.sheetnames, "audit"])[-1])
    frame = summarise(found.ledger)[["fault", "rows", "cells"]]
    rows: list[Any] = [
        tuple(head if wording.words.lang == SOURCE else wording.words("column", head) for head in _HEADS),
        *frame.itertuples(index=False),
        (wording.words.message(ROWS_TOLD),),
    ]
    for at, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            text = wording.fault(found.faults[value]) if value in found.faults and place == 1 else value
            put_text(listed.cell(at, place), text)
            listed.cell(at, place).font = Font(bold=at == 1)
    listed.column_dimensions["A"].width = 100
    return fixed_workbook(book)


def _laid_out(
    found: Audit, book: Workbook, wording: Wording
) -> tuple[Workbook, dict[tuple[int, int, str], tuple[str, int, int]]]:
    """Write every table on a sheet: number of the row, label, columns as printed."""
    for sheet in list(book.worksheets):
        book.remove(sheet)
    places = {}
    for number in found.sources.tables:
        sheet = book.create_sheet(f"table {number}")
        columns: list[str] = found.sources.columns(number)
        labels: Any = found.sources.labels(number)
        for at, head in enumerate(("row", "region", *columns), 1):
            put_text(sheet.cell(1, at), head)
        for line, (row, label) in enumerate(labels.items(), 2):
            put_text(sheet.cell(line, 1), int(row))
            put_text(sheet.cell(line, 2), wording.regions.get(label, str(label)))
            for at, column in enumerate(columns, 3):
                put_text(sheet.cell(line, at), str(found.sources.column(number, column, "printed")[row]))
                places[number, int(row), column] = (sheet.title, line, at)
        sheet.freeze_panes = "C2"
    return book, places


def audit_section(ctx: Context) -> Section | None:
    """Show the faults of the printed tables, the order of their rows, and the source's statements."""
    import pandas as pd

    audit, words = ctx.results.stages.audit, ctx.words
    if audit is None:
        return None
    rows = [
        (
            words.value(own["severity"]),
            ctx.wording.fault(audit.faults[own["fault"]]),
            ctx.wording.list_columns(own["columns"]),
            shorten(own["rows"]),
            own["cells"],
        )
        for own in summarise(audit.ledger).to_dict("records")
    ]
    blocks: list[Table | Picture] = [make_table(words, "faults", "severity fault columns rows #cells", rows)]
    if ctx.results.study.cells is not None:
        blocks.append(_orders(ctx, audit.alignment_table().to_dict("records")))
    claims = audit.claims
    if len(claims):
        counted = pd.crosstab(claims["edition"], claims["verdict"]).reindex(claims["edition"].unique())
        lines = [
            (words.value(edition), *(int(own.get(name, 0)) for name in _OUTCOMES))
            for edition, own in counted.to_dict("index").items()
        ]
        columns = "edition #holds #fails #unchecked"
        failing = bool((claims["verdict"] == "fails").any())
        note = " ".join([words("text", "audit_claims"), *([] if failing else [words("text", "claims_hold")])])
        blocks.append(make_table(words, "claims_by_edition", columns, lines, note=note))
        blocks += [_claims(ctx, claims)] if failing else []
    return Section("audit", words("section", "audit"), (audit_sentence(words, audit),), tuple(blocks))


def audit_sentence(words: Words, audit: Audit) -> str:
    """Say how many printed cells and faults there are, and how many change a class where that is graded."""
    faults = summarise(audit.ledger)
    counts = {"cells": len(audit.ledger), "faults": len(faults)}
    if len(faults) and (faults["severity"] == "notice").all():  # of a study's own tables, or by their looks alone
        return words("text", "audit_ungraded", **counts)
    return words("text", "audit", **counts, grave=grave_faults(audit))


def leading(ctx: Context, rating: pd.DataFrame, year: int) -> tuple[str, str]:
    """Say who leads in a rating, in short and with the distance to the next; "" where nobody is there to be named."""
    results, words = ctx.results, ctx.words
    top = rating[rating["rank"].notna()].sort_values(by=["rank"], kind="stable")
    if top.empty:
        return "", ""
    first, values = top.index[top["rank"] == 1], top[results.root].to_numpy()
    told: dict[str, Any] = {"year": year, "index": words.number(values[0], ctx.digits)}
    told |= {"name": ctx.list_regions(first), "letter": ctx.letter(top["rating_class"].astype(object).iloc[0])}
    if len(first) > 1:
        return words("answer", f"lead{ctx.kind}", **told), words("text", f"leaders{ctx.kind}", **told)
    short = words("answer", f"leads{ctx.kind}", **told)
    if len(top) == 1:
        return short, ""
    gap, second = words.number(values[0] - values[1], ctx.digits), ctx.list_regions(top.index[top["rank"] == 2])
    return short, words("text", f"leader{ctx.kind}", second=second, gap=gap, **told)


def leading_put_right(ctx: Context, year: int, *, short: bool = False) -> list[str]:
    """Say which printed cells that the audit doubts the sentence on the leader stands on, and how it would read.

    Cells that are proved wrong are put right together. Where several readings are open, each stands for itself, and
    the first that changes the sentence is told.
    """
    results, audit = ctx.results, ctx.results.stages.audit
    if audit is None:
        return []
    tables = {when: table for (name, when), table in results.indicators.items() if name == results.edition}
    cells = standing_cells(results.study, results.edition, tables, audit)
    kind = 0 if short else 1
    nominal = leading(ctx, results.rating(year), year)[kind]

    def reads(chosen: list[Standing]) -> str:
        right = put_right(results.study, results.edition, tables, chosen)
        with suppress(GrowthpolesError):  # what the audit expects may be no value that the method takes
            return leading(ctx, study_ratings(results.study, right, results.catalogue)[year], year)[kind]
        return nominal

    faults = audit.ledger["fault"].to_numpy()
    proved: dict[str, list[Standing]] = {}
    open_cells: dict[str, list[Standing]] = {}
    for each in cells:
        doubted = is_open(audit.ledger["cause"].iloc[each.line])
        held, key = (open_cells, audit.ledger["finding"].iloc[each.line]) if doubted else (proved, faults[each.line])
        held.setdefault(str(key), []).append(each)
    told = []
    whole = [each for own in proved.values() for each in own]
    if whole and (sentence := reads(whole)) != nominal:
        few = proved.values() if len(proved) <= _ALONE else ()  # each is one more rating, in every language
        alone = [each for own in few if reads(own) != nominal for each in own]
        told.append(
            ctx.words("text", "leader_put_right", cells=_told_cells(ctx, alone or whole), sentence=sentence.rstrip("."))
        )
    for own in open_cells.values():
        if (sentence := reads(own)) != nominal:
            told.append(ctx.words("text", "leader_open", cells=_told_cells(ctx, own), sentence=sentence.rstrip(".")))
            break
    return told


def moved_put_right(ctx: Context) -> list[str]:
    """Say which doubted cell moves its region farthest in the order of its year, and how far."""
    results, audit = ctx.results, ctx.results.stages.audit
    if audit is None:
        return []
    tables = {when: table for (name, when), table in results.indicators.items() if name == results.edition}
    found: list[tuple[Standing, int, int]] = []
    for each in standing_cells(results.study, results.edition, tables, audit)[:_ALONE]:
        right = put_right(results.study, results.edition, tables, [each])
        with suppress(GrowthpolesError):  # as above
            ranks = study_ratings(results.study, right, results.catalogue)[each.year]["rank"]
            both: Any = [frame.get(each.region) for frame in (results.rating(each.year)["rank"], ranks)]
            if not any(map(missing, both)) and both[0] != both[1]:
                found.append((each, int(both[0]), int(both[1])))
    if not found:
        return []
    each, before, after = max(found, key=lambda own: abs(own[2] - own[1]))
    told = {"cells": _told_cells(ctx, [each]), "region": ctx.region(each.region), "year": each.year}
    return [ctx.words("answer", "moved_cell", before=before, after=after, n=len(found), **told)]


def _told_cells(ctx: Context, cells: list[Standing]) -> str:
    """Name printed cells, with what is printed and expected there: the first of many, and how many more."""
    words, audit = ctx.words, ctx.results.stages.audit
    assert audit is not None
    chosen, named = {each.line: each for each in cells}, []
    for line, each in list(chosen.items())[:MOST_PLACES]:
        own = audit.ledger.iloc[line]
        told = {"table": own["table"], "row": own["row"], "printed": own["printed"]}
        told |= {"column": ctx.code(own["column"]), "region": ctx.region(each.region)}
        cells_of = audit.sources.cells
        if "place" in cells_of:  # of the user's own file
            same = cells_of["table"].eq(own["table"]) & cells_of["row"].eq(own["row"])
            told["place"] = cells_of.loc[same & cells_of["column"].eq(own["column"]), "place"].iloc[0]
        told["expected"] = words.number(own["expected"], each.digits)
        named.append(words("text", "own_cell" if "place" in told else "printed_cell", **told))
    if len(chosen) > MOST_PLACES:
        named.append(words("text", "more_cells", n=len(chosen) - MOST_PLACES))
    return "; ".join(named)


def _orders(ctx: Context, records: list[dict[Any, Any]]) -> Table:
    words = ctx.words
    rows = [
        (
            own["table"],
            ctx.code(own["column"]),
            ctx.wording.order(own["labels"]),
            ctx.wording.order(own["verdict"]),
            words.number(own["confidence"], 3),
        )
        for own in records
    ]
    return make_table(words, "orders", "#table cell labels order #confidence", rows, note=words("text", "audit_orders"))


def _claims(ctx: Context, claims: pd.DataFrame) -> Table:
    """Set the outcomes of every statement that fails in some edition side by side."""
    words = ctx.words
    editions = list(dict.fromkeys(claims["edition"]))
    failing = set(claims.loc[claims["verdict"] == "fails", "id"])
    several = claims.groupby("statement")["id"].nunique()
    rows = []
    for name, part in claims.groupby("id", sort=False):
        if name in failing:
            outcomes = dict(zip(part["edition"], part["verdict"], strict=True))
            statement, region = part["statement"].iloc[0], part["region"].iloc[0]
            told = words.sentence(statement)
            if region and several[statement] > 1:
                told = f"{ctx.region(region)}: {told}"
            rows.append((shorten(told, 240), *(words.value(outcomes.get(edition)) for edition in editions)))
    heads = ["statement", *(f"={words.value(name)}" for name in editions)]
    return make_table(words, "claims", heads, rows)


def grave_faults(audit: Audit) -> int:
    """Count the faults that change a class."""
    return int((summarise(audit.ledger)["severity"] == "changes a class").sum())
