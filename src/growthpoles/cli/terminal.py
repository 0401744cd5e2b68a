"""Terminal output: progress bar and plain tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from growthpoles.errors import shown as shown_name
from growthpoles.language.phrases import Words, clean_text, shorten
from growthpoles.report.tables.table_formats import shown, without_noise

if TYPE_CHECKING:
    from rich.console import Console

    from growthpoles.report.results import Results

_NAME = 28


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    plain: dict[str, Any] = {"stderr": stderr, "highlight": False, "emoji": False, "markup": False}
    console = Console(**plain)
    # A pipe or a file has no width of its own: give a table what it needs instead of folding it at 80 columns.
    return console if console.is_terminal else Console(**plain, width=400)


@contextmanager
def progress_bar(total: int, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal's standard error while the block works; yield a function that names the next step."""
    console = _console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda step: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)

        def tell(step: str) -> None:
            bar.update(task, advance=1, description=clean_text(step))

        yield tell


#: Labels and texts of so many characters stand on one line; longer ones are broken into lines where they need to be.
_LABEL, _CELL = 24, 10


def _heading(column: str, *, width: int = 12) -> str:
    """Break a column name with a year, or a long one, so that the column is as narrow as its numbers."""
    head, _, last = column.rpartition(" ")
    if last.isdigit() and head:
        return f"{head}\n{last}"
    lines: list[str] = []
    for word in column.split("_"):
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines) if len(column) > width else column


def _named_headings(columns: Iterable[str], names: Mapping[str, str], *, width: int = 14) -> dict[str, str]:
    """Break the names of columns into lines, at most four; a name that others would share is left out.

    Of long names that begin alike the middle is left out, and the end kept that tells them apart.
    """
    import textwrap

    columns, most = list(columns), 4 * width
    whole = {column: " ".join(names[column].split()) for column in columns if column in names}
    found = {column: shorten(name, most) for column, name in whole.items()}
    for short in [short for short, n in Counter(found.values()).items() if n > 1]:
        alike = {column: whole[column] for column in found if found[column] == short}
        signs = takewhile(lambda signs: len({*signs}) == 1, zip(*alike.values(), strict=False))
        begun = "".join(sign for sign, *_ in signs).rpartition(" ")[0]
        ends = {column: shorten(name[len(begun) :], most // 2) for column, name in alike.items()}
        found |= {column: f"{shorten(begun, most - len(end) - 2)} {end}" for column, end in ends.items() if begun}
    held = Counter([*found.values(), *(column for column in columns if column not in found)])
    return {
        column: "\n".join(textwrap.wrap(name, width, break_long_words=False))
        for column, name in found.items()
        if held[name] == 1
    }


def print_frame(
    frame: pd.DataFrame, *, title: str, digits: int = 2, lang: str = "en", names: Mapping[str, str] | None = None
) -> None:
    """Print a frame as a table: numbers right, as the language writes them, text left.

    `names` head the columns in place of their codes, where no two would be called alike.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for number, level in enumerate(frame.index.names):
        longest = max((len(str(key)) for key in frame.index.get_level_values(number)), default=0)
        head = Text(clean_text(level or ""))
        table.add_column(
            head, no_wrap=longest <= _LABEL, overflow="fold", min_width=longest if longest <= _LABEL else _CELL
        )
    headings = _named_headings(list(map(str, frame.columns)), names or {})
    for column in frame.columns:
        heading = headings.get(str(column)) or _heading(clean_text(column))
        numeric = pd.api.types.is_numeric_dtype(frame[column])
        longest = 0 if numeric else max((len(str(value)) for value in frame[column]), default=0)
        side: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(Text(heading), justify=side, no_wrap=longest <= _CELL, overflow="fold")
    for key, row in zip(frame.index, without_noise(frame).itertuples(index=False), strict=True):
        named = zip(frame.columns, row, strict=True)
        cells = [Text(shown(value, digits, str(column), lang)) for column, value in named]
        levels = key if isinstance(frame.index, pd.MultiIndex) else (key,)
        table.add_row(*(Text(clean_text(level)) for level in levels), *cells)
    console, head = _console(), Text(clean_text(title))
    if head.cell_len > console.measure(table).maximum:  # which would be broken to the width of the table
        console.print(head, soft_wrap=True)
    else:
        table.title = head
    console.print(table)


#: A line of problems is never longer, on a wide terminal either.
_LINE = 110


def print_problems(problems: pd.DataFrame) -> None:
    """Print problems file by file: where, what is wrong, and below it what is allowed, in lines that can be read."""
    import textwrap

    console = _console()
    width = min(console.width, _LINE)

    def say(text: str, indent: str, hang: str) -> None:
        lines = textwrap.wrap(
            clean_text(text), width, initial_indent=indent, subsequent_indent=hang, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip
        console.print("\n".join(lines), soft_wrap=True)

    say(f"{len(problems)} problem{'' if len(problems) == 1 else 's'}", "", "")
    for place, own in problems.groupby(["file", "sheet"], sort=False):
        file, sheet = map(str, place)
        console.print()
        say(", ".join(filter(None, (file, f"sheet {shown_name(sheet)}" if sheet else ""))) or "the study", "", "  ")
        for row, column, problem, remedy in own[["row", "column", "problem", "remedy"]].itertuples(index=False):
            unit, kind = "row" if sheet else "line", "" if file.endswith(".toml") else "column "
            named = column and not problem.startswith(column)  # some problems begin with the key that is wrong
            parts = ("" if pd.isna(row) else f"{unit} {row}", f"{kind}{column}" if named else "")
            at = ", ".join(filter(None, parts))
            say(f"- {at}: {problem}" if at else f"- {problem}", "  ", "    ")
            if remedy:
                say(f"allowed: {remedy}", "    ", "    ")


def summary(results: Results | None) -> None:
    """Print index, class and rank per region and year, the global Moran's I of every edition, and what is left out.

    Both tables are at most 80 columns wide for a study of two years. Without results (nothing had to be computed)
    nothing is printed.
    """
    if results is None:
        return
    print_frame(_ranking(results), title=f"{results.study.name}: rating, edition {results.edition}")
    tests = _tests(results)
    if len(tests):
        words = Words("en")
        note = words("caption", "weights", weights=words("weights", results.study.report.weights))
        print_frame(tests, title=f"Global Moran's I ({note}, two-sided permutation p)", digits=3)
    for name, reason in results.stages.left_out.items():
        _console().print(clean_text(f"left out: {name}: {reason}"), soft_wrap=True)


def _ranking(results: Results) -> pd.DataFrame:
    last = results.rating(results.years[-1])
    shown = pd.DataFrame(index=last.sort_values(by=["rank"], kind="stable").index)
    names = next((column for column in ("short_en", "name_en") if column in results.regions), None)
    if names is not None:
        shown["name"] = [str(name)[:_NAME] for name in results.regions[names].reindex(shown.index)]
    for year in results.years:
        rating = results.rating(year)
        shown[f"index {year}"] = rating[results.root]
        if results.classed:
            shown[f"class {year}"] = rating["rating_class"].astype(object).fillna("no data")
        shown[f"rank {year}"] = rating["rank"].astype("Int64")
    return shown


def _tests(results: Results) -> pd.DataFrame:
    rows = [
        {
            "edition": name,
            "year": year,
            "variable": variable,
            "n": test.n,
            "Moran's I": test.statistic,
            "E(I)": test.expected,
            "z": test.z_score,
            "p": test.p_value,
            "no data": len(results.without_data[name, year, variable]) or None,
        }
        for (name, year, variable), test in results.moran.items()
    ]
    return pd.DataFrame(rows).astype({"no data": "Int64"}).set_index("edition") if rows else pd.DataFrame()
