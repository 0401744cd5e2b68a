"""Commands about studies: what is built in, starting one, checking one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from growthpoles.cli.shared_options import (
    FormatOption,
    LayerOption,
    OutOption,
    QuietOption,
    allowed,
    emit,
    note,
    say,
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(
        epilog="Example: growthpoles init my-study --boundaries regions.gpkg --key name --table data.xlsx --year 2020"
    )(init)
    app.command(epilog="Example: growthpoles look data.xlsx --boundaries regions.gpkg")(look)
    app.command(epilog="Example: growthpoles validate my-study")(validate)
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
) -> None:
    """Look at your files and propose a study."""
    from growthpoles.study.propose_study import propose_study

    proposal = propose_study(
        folder, table=table, boundaries=boundaries, key=key, sheet=sheet, year=year, name=name, encoding=encoding,
        layer=layer, crs=crs, header=header, delimiter=delimiter, missing=missing or (),
    )  # fmt: skip
    for text in proposal.seen:
        say(f"seen: {text}")
    for text in proposal.undecided:
        say(f"to decide: {text}")
    for path in proposal.write():
        say(str(path))


def look(
    file: Annotated[
        Path, typer.Argument(help="Table: csv, tsv, xlsx, xls, ods, html, JSON-stat, parquet, also packed.")
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
    """Say what is in a table file: header rows, key, years, indicators, marks, totals, what would be left out."""
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
    note(f"the study is valid{more}", quiet=quiet)


def _suspicious(study: str | None) -> None:
    """Say that the audit finds faults in the tables of a study, and how to read of them."""
    from growthpoles.study.audit import run_audit
    from growthpoles.study.load_study import load_study

    loaded = load_study(study, outside=allowed["outside"])
    if loaded.cells is not None:  # printed tables are there to be audited
        return
    ledger = run_audit(loaded).ledger
    if len(ledger):
        first = list(dict.fromkeys(map(str, ledger["fault"])))
        more = f" and {len(first) - 1} more" if len(first) > 1 else ""
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
