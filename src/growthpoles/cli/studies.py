"""Commands about studies and their tables: what is built in, starting a study, checking one, auditing tables."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growthpoles.cli.shared_options import (
    AliasesOption,
    DecimalOption,
    DissolveOption,
    FileEncodingOption,
    FormatOption,
    LangOption,
    LayerOption,
    OutOption,
    QuietOption,
    SeedOption,
    StudyOption,
    ThousandsOption,
    aliases_of,
    allowed,
    check_signs,
    emit,
    named,
    note,
    open_study,
    refuse_for_file,
    say,
    study_of,
    tell_account,
)
from growthpoles.errors import StudyError, counted, message

if TYPE_CHECKING:
    from growthpoles.report.wording import Wording
    from growthpoles.study.audit import Audit
    from growthpoles.study.study_spec import Study


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        epilog="Example: growthpoles init my-study --boundaries regions.gpkg --key name --table data.xlsx --year 2020"
    )(init)
    app.command(epilog="Example: growthpoles look data.xlsx --boundaries regions.gpkg")(look)
    app.command(epilog="Example: growthpoles validate my-study")(validate)
    app.command(epilog="Example: growthpoles audit data.xlsx --out checked")(audit)
    app.command(epilog="Example: growthpoles data --files --format md")(data)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    table: Annotated[list[str], typer.Option("--table", "-t", help="Table with indicators, as `look` reads it.")],
    boundaries: Annotated[
        str | None,
        typer.Option("--boundaries", "-b", help="Boundary file; without one the regions must be Kazakhstan's."),
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help="Column of the boundaries that identifies a region.")] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="Sheet of the workbook; default: every one that fits.")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", "-y", help="Year of tables that do not say one.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the study; default: that of the folder.")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of text tables, for instance cp1251.")] = None,
    layer: LayerOption = None,
    crs: Annotated[str | None, typer.Option("--crs", help="Coordinate system of a file that states none.")] = None,
    header: Annotated[int | None, typer.Option("--header", help="First row with the names of columns.")] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="Sign between cells of text tables, or the word tab.")
    ] = None,
    missing: Annotated[
        list[str] | None, typer.Option("--missing", help='A mark that means "no data"; repeat it for more.')
    ] = None,
    aliases: AliasesOption = None,
    dissolve: DissolveOption = None,
) -> None:
    """Look at your files and propose a study."""
    from growthpoles.study.propose_study import propose_study

    proposal = propose_study(
        folder, table=table, boundaries=boundaries, key=key, sheet=sheet, year=year, name=name, encoding=encoding,
        layer=layer, crs=crs, header=header, delimiter=delimiter, missing=missing or (),
        aliases=aliases_of(aliases or ()), dissolve=dissolve,
    )  # fmt: skip
    for text in proposal.seen:
        say(f"seen: {text}")
    for text in proposal.undecided:
        say(f"to decide: {text}")
    for path in proposal.write():
        say(str(path))


def look(
    file: Annotated[
        Path,
        typer.Argument(help="Table: csv, tsv, xlsx, xls, ods, html, JSON-stat, parquet, also packed; or boundaries."),
    ],
    boundaries: Annotated[
        str | None, typer.Option("--boundaries", "-b", help="Boundary file, by which regions are told from totals.")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help="Column of the boundaries that identifies a region.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of the workbook; default: all.")] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="Of text tables, for instance cp1251.")] = None,
    format: FormatOption = None,
    out: OutOption = None,
) -> None:
    """Say what is in a table or boundary file: header rows, key, years, indicators, totals; layer, columns."""
    from growthpoles.study.propose_study import quick_look

    found = quick_look(file, boundaries=boundaries, key=key, sheet=sheet, encoding=encoding)
    if format or out:
        emit(found.tables, title=file.name, kind=format, out=out)
        return
    for line in found.summary().splitlines():
        say(line)


def validate(
    study: Annotated[str | None, typer.Argument(help="A study.toml, its folder, or a built-in name.")] = None,
    format: FormatOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Check everything a study names; list all problems at once."""
    from growthpoles.study.examine_study import examine_study, open_marks
    from growthpoles.study.load_study import study_path

    problems = examine_study(study, outside=allowed["outside"])
    account = problems.attrs.get("account")
    if len(problems) and not (format or out):
        from growthpoles.cli.terminal import print_problems

        print_problems(problems)
    elif format or out:
        emit(problems, title=f"{len(problems)} problem{'' if len(problems) == 1 else 's'}", kind=format, out=out)
    if account is not None and len(account) and not (format or out or quiet):
        emit(account, title="rows read, used and not used")
        unused = problems.attrs.get("unused")
        if unused is not None and len(unused):
            by = [column for column in ("file", "sheet", "column", "reason") if column in unused]
            counts = unused.fillna({"sheet": ""}).groupby(by, sort=False).size().rename("cells").reset_index()
            emit(counts.set_index("file"), title="not used")
    if len(problems):
        raise typer.Exit(1)
    for text in problems.attrs.get("notes", []):
        note(text, quiet=quiet)
    if not quiet:
        _suspicious(study)
    marks = open_marks(study_path(study))
    for file, line, text in marks:
        note(f"{file}, line {line}: {text}", quiet=quiet)
    more = f"; places marked to check or decide: {len(marks)}" if marks else ""
    unrated = any(text.startswith("no year can be rated") for text in problems.attrs.get("notes", []))
    note(f"the study is valid{', but no year can be rated' if unrated else ''}{more}", quiet=quiet)


def _suspicious(study: str | None) -> None:
    """Say that the audit finds faults in the tables of a study, and how to read of them."""
    from growthpoles.study.audit import run_audit
    from growthpoles.study.load_study import load_study

    loaded = load_study(study, outside=allowed["outside"])
    if loaded.cells is not None:  # printed tables are there to be audited
        return
    audit = run_audit(loaded)
    ledger, cells = audit.ledger, audit.sources.cells
    if len(ledger):
        first = list(dict.fromkeys(map(str, ledger["fault"])))
        more = f" and {len(first) - 1} more" if len(first) > 1 else ""
        # Faults count rows by regions: which one it is, and where its cell stands, a reader sees at once.
        own = ledger[ledger["fault"].astype(str) == first[0]].iloc[0]
        at = cells[cells[["table", "row", "column"]].eq(own[["table", "row", "column"]]).all(axis=1)]
        first[0] = ", ".join([*(at["label"] if len(at) else [own["region"]]), *at["place"]]) + f": {first[0]}"
        how = f"growthpoles audit --study {study} --out FOLDER" if study else "growthpoles audit --out FOLDER"
        note(f"suspicious cells: {len(ledger)} ({first[0]}{more}); to read of them: {how}")


def data(
    files: Annotated[bool, typer.Option("--files", help="List the files instead of the studies.")] = False,
    format: FormatOption = None,
    out: OutOption = None,
) -> None:
    """List the studies and data that ship with the package."""
    import pandas as pd

    if not files:
        from growthpoles.study.load_study import builtin_studies

        emit(builtin_studies(), title="built-in studies (growthpoles report --study NAME)", kind=format, out=out)
        return
    from growthpoles.shipped_data import read_registry

    rows = [
        {"file": name, "rows": entry.rows, "licence": entry.licence, "source": entry.source}
        for name, entry in read_registry().items()
    ]
    emit(pd.DataFrame(rows).astype({"rows": "Int64"}).set_index("file"), title="shipped files", kind=format, out=out)


def audit(
    file: Annotated[
        Path | None, typer.Argument(help="A table file of one's own (workbook, csv), or the folder of a study.")
    ] = None,
    encoding: FileEncodingOption = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", help="A row of FILE that is no region; repeat it for more.")
    ] = None,
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    study: StudyOption = None,
    formulas: Annotated[
        Path | None,
        typer.Option("--formulas", help="Confirmed formulas for FILE (csv); default: those found in its numbers."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for the report, tables and figures; default: none.")
    ] = None,
    claims: Annotated[
        bool, typer.Option("--claims", help="Also show the statements of the source and how they fare.")
    ] = False,
    lang: LangOption = "en",
    seed: SeedOption = None,
    quiet: QuietOption = False,
) -> None:
    """Show where the printed numbers of a study, or of any table file, hold and where not."""
    file, study = study_of(file, study)
    if file is not None:
        refuse_for_file(study=study, claims=claims or None, seed=seed)
        check_signs(decimal=decimal, thousands=thousands)
        reading = {"encoding": encoding, "ignore": ignore or (), "decimal": decimal, "thousands": thousands}
        _audit_file(file, formulas, reading, out=out, lang=lang, quiet=quiet)
        return
    for name, given in (("encoding", encoding), ("ignore", ignore), ("decimal", decimal), ("thousands", thousands)):
        if given is not None:
            raise StudyError(message(f"--{name} needs FILE", allowed=f"{name} in study.toml"))
    if formulas is not None:
        raise StudyError(
            message("--formulas needs FILE", allowed="growthpoles audit data.xlsx --formulas formulas.csv")
        )
    loaded = open_study(study, lang=lang, seed=seed)
    from growthpoles.cli.terminal import print_frame
    from growthpoles.report.audit_files import audit_notes, shown_claims, shown_faults, write_audit
    from growthpoles.report.wording import Wording
    from growthpoles.study.audit import run_audit

    found = run_audit(loaded, rng=loaded.study.seed)
    wording = Wording.of(loaded, lang)
    for number in found.sources.tables:
        counts = {"table": number, "year": found.sources.years[number], "count": len(found.sources.labels(number))}
        note(wording.words.message(_TABLE_TOLD, **counts), quiet=quiet)
    if len(found.ledger):
        faults, title = shown_faults(found, loaded, lang=lang)
        print_frame(faults, title=title, lang=lang)
        if loaded.cells is None:  # of printed tables the faults are graded themselves
            _tell_effects(found, loaded, lang=lang, quiet=quiet)
    else:
        _tell_none(found, loaded.name, wording)
    _tell_notes(audit_notes(found, wording), len(found.unchecked), wording, out, quiet=quiet)
    if claims:
        statements, title = shown_claims(found, loaded, lang=lang)
        print_frame(statements, title=title, lang=lang)
    for path in write_audit(found, loaded, out=out, lang=lang, force=allowed["force"]) if out is not None else ():
        say(str(path))
    tell_account(loaded, quiet=quiet)


_TABLE_TOLD = "table {table}: {year}, rows: {count}"
_NO_FAULTS = "{study}: no faults found"
_NONE_BUT_REMARKS = "{study}: no faults found; remarks: {count}"
_EFFECTS_TITLE = "{study}: ranks and classes that change when a fault is put right alone"
_EFFECTS_NONE = "cells whose rank and class stay when their fault is put right: {count}"
_EFFECTS_LEFT = "cells of the faults beyond the first {most}, whose effect is not computed: {count}"
_EFFECTS_UNKNOWN = "cells whose effect is not known, as nothing says what should stand there, or without any: {count}"


def _tell_effects(found: Audit, study: Study, *, lang: str, quiet: bool) -> None:
    """Show what every fault does to the ranks and classes of its regions, and for which cells that is not known."""
    from growthpoles.cli.terminal import print_frame
    from growthpoles.language.phrases import Words
    from growthpoles.study.audit.ledger import MOST_GRADED, fault_effects

    words, frame = Words(lang), fault_effects(study, found)
    counts = {_EFFECTS_NONE: 0, _EFFECTS_LEFT: frame.attrs["left"], _EFFECTS_UNKNOWN: frame.attrs["without"]}
    if len(frame):
        frame["expected"] = [words.number(*each) for each in zip(frame["expected"], frame.pop("digits"), strict=True)]
        classes = frame[["class_before", "class_after"]].astype(object)
        same = classes["class_before"].eq(classes["class_after"]) | classes.isna().all(axis=1)
        changed = frame[~same | frame["rank_before"].ne(frame["rank_after"]).fillna(False)].set_index("region")
        counts[_EFFECTS_NONE] = len(frame) - len(changed)
        if len(changed):
            kept = changed.drop(columns=classes.columns) if classes.isna().all(axis=None) else changed
            title = words.message(_EFFECTS_TITLE, study=study.name)
            print_frame(named(kept, study, lang=lang), title=title, lang=lang)
    for template, count in counts.items():
        if count:
            note(words.message(template, count=count, most=MOST_GRADED), quiet=quiet)


def _tell_none(found: Audit, name: str, wording: Wording) -> None:
    """Say that there is no fault, and how much is unusual, which follows unless the command is quiet."""
    count = len(found.remarks)
    say(wording.words.message(_NONE_BUT_REMARKS if count else _NO_FAULTS, study=name, count=count))


#: Checks that could not be made, of which so many are told one by one, and how the others are.
_NOTES_SHOWN = 4
_NOTES_TOLD = "{count} more checks could not be made; they stand in {place}"


def _tell_notes(lines: list[str], unchecked: int, wording: Wording, out: Path | None, *, quiet: bool) -> None:
    """Say what is unusual and the first checks that could not be made; many are told by their number."""
    shown = unchecked if unchecked <= _NOTES_SHOWN else _NOTES_SHOWN - 1
    for line in (*lines[unchecked:], *lines[:shown]):
        note(line, quiet=quiet)
    if unchecked > shown:
        place = str(out / "audit.html") if out is not None else "audit.html (--out FOLDER)"
        note(wording.words.message(_NOTES_TOLD, count=unchecked - shown, place=place), quiet=quiet)


def _options_told(given: dict[str, Any]) -> str:
    """Return options as they are typed, with a blank before each."""
    several = {name: value if isinstance(value, list | tuple) else [value] for name, value in given.items()}
    return "".join(
        f" --{name} {shlex.quote(value)}" for name, values in several.items() for value in values if value is not None
    )


def _audit_file(
    file: Path,
    formulas: Path | None,
    reading: dict[str, Any],
    *,
    out: Path | None,
    lang: str,
    quiet: bool,
) -> None:
    """Audit a table file: by confirmed formulas, or by those that its numbers propose, which are then shown."""
    from growthpoles.cli.terminal import print_frame
    from growthpoles.language.phrases import Words
    from growthpoles.report.audit_files import ROWS_TOLD, audit_notes, file_faults, write_file_audit
    from growthpoles.report.wording import Wording
    from growthpoles.study.audit.file_audit import audit_file
    from growthpoles.study.audit.formulas import read_formulas

    rules_given = None if formulas is None else read_formulas(formulas)
    found, own, rules = audit_file(file, rules_given, **reading)
    wording = Wording(Words(lang), {}, {}, {})
    for number, name in own.names.items():
        note(f"table {number}: {name}, {counted(len(found.sources.labels(number)), 'regions')}", quiet=quiet)
    for sentence in (*own.totals, *own.left_out):
        note(wording.evidence(sentence), quiet=quiet)
    if formulas is None and len(rules):
        print_frame(rules.set_index("column").drop(columns="use"), title=f"{file.name}: formulas found in the numbers")
    if len(found.ledger):
        frame, title = file_faults(found, own, lang=lang)
        print_frame(frame, title=title, lang=lang)
        note(wording.words.message(ROWS_TOLD), quiet=quiet)
    else:
        _tell_none(found, file.name, wording)
    _tell_notes(audit_notes(found, wording), len(found.unchecked), wording, out, quiet=quiet)
    if formulas is None and not len(rules):
        note("no formula was found in the numbers: what is a ratio or a sum can be named in a file, --formulas FILE "
             "(columns use, kind, column, numerator, denominator, factor)", quiet=quiet)  # fmt: skip
    if out is None:
        if formulas is None and (len(rules) or rules.attrs["nearly"]):
            told = f"growthpoles audit {file}{_options_told(reading)} --out FOLDER writes them to FOLDER/formulas.csv;"
            told += " set use to no where one is not meant, to yes where one that nearly holds is,"
            told += " add what is missing, and give the file back"
            note(f"the formulas are a proposal: {told} with --formulas", quiet=quiet)
        return
    if formulas is None and (out / "formulas.csv").exists():
        told = f"growthpoles audit {file}{_options_told(reading)} --formulas {out / 'formulas.csv'} --out {out}"
        note(f"{out / 'formulas.csv'} is kept and was not read; to audit by it: {told}", quiet=quiet)
    options: dict[str, Any] = {"lang": lang, "force": allowed["force"]}
    for path in write_file_audit(found, own, rules, out=out, proposed=formulas is None, **options):
        say(str(path))
