"""What a person reads on the terminal: a progress bar and plain tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from rich.console import Console

    from growthpoles.report.compute import Results


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    # A pipe or a file has no width of its own: give a table what it needs instead of folding it at 80 columns.
    return (
        console
        if console.is_terminal
        else Console(stderr=stderr, highlight=False, emoji=False, markup=False, width=400)
    )


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
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)

        def tell(step: str) -> None:
            bar.update(task, advance=1, description=step)

        yield tell


def format_cell(value: object, *, digits: int = 2) -> str:
    """Return a value as a person writes it: fixed digits, a dash for missing."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "–"
    if isinstance(value, float | np.floating):
        return f"{value:.{digits}f}"
    return str(value)


def format_p(value: float) -> str:
    """Return a p-value with the digits that matter."""
    if np.isnan(value):
        return "–"
    return "< 0.0001" if value < 1e-4 else f"{value:.4f}" if value < 0.01 else f"{value:.3f}"


def _heading(column: str, *, width: int = 12) -> str:
    """Break a long column name at its underscores, so that the column is as narrow as its numbers."""
    lines: list[str] = []
    for word in column.split("_"):
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines) if len(column) > width else column


def print_frame(frame: pd.DataFrame, *, title: str, digits: int = 2) -> None:
    """Print a frame as a table: numbers right, text left."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    index = frame.index.name or ""
    table.add_column(Text(str(index)), no_wrap=True)
    for column in frame.columns:
        numeric = pd.api.types.is_numeric_dtype(frame[column])
        table.add_column(Text(_heading(str(column))), justify="right" if numeric else "left", no_wrap=True)
    for key, row in zip(frame.index, frame.itertuples(index=False), strict=True):
        cells = []
        for column, value in zip(frame.columns, row, strict=True):
            whole = column in {"rank", "n"} and isinstance(value, float) and not np.isnan(value)
            cells.append(Text(format_cell(int(value) if whole else value, digits=digits)))
        table.add_row(Text(str(key)), *cells)
    _console().print(table)


def summary(results: Results) -> None:
    """Print index, class and rank per region and year, then the global Moran's I of every edition."""
    years = results.years
    last = results.rating(years[-1])
    root = last.attrs["root"]
    shown = pd.DataFrame(index=last.sort_values("rank").index)
    if "name_en" in results.regions:
        shown["name"] = results.regions["name_en"].reindex(shown.index)
    for year in years:
        rating = results.rating(year)
        shown[f"index {year}"] = rating[root]
        shown[f"class {year}"] = rating["rating_class"].astype(object).fillna("no data")
        shown[f"rank {year}"] = rating["rank"].map(lambda rank: "–" if pd.isna(rank) else f"{rank:.0f}")
    print_frame(shown, title=f"{results.study.name}: rating, edition {results.edition}")
    tests = pd.DataFrame(
        [
            {
                "edition": name,
                "year": year,
                "variable": variable,
                "n": test.n,
                "Moran's I": test.statistic,
                "E(I)": test.expected,
                "z": test.z_score,
                "p": format_p(test.p_value),
                "without data": " ".join(results.without_data[name, year, variable]) or "–",
            }
            for (name, year, variable), test in results.moran.items()
        ]
    ).set_index("edition")
    note = "queen contiguity, row-standardised, two-sided permutation p"
    print_frame(tests, title=f"Global Moran's I ({note})", digits=3)
