"""Studies of other layouts with faults planted at random: more years, shares, sums of parts, growth, two denominators.

A layout says which columns are typed in, which are ratios or sums of them, and how the index is made; the faults know
nothing of a layout but that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from planted import LETTERS, Cell, _digits_exchanged

import growthpoles as gp


@dataclass(frozen=True)
class Layout:
    """`typed`: column -> (parent, factor, scatter, decimals, growth, its scatter); parent "" is a size of its own.

    `sums`: total -> parts, the last part being what is left; `ratios`: column -> (above, below, factor, decimals,
    direction, weight); `options`: what [rating] says besides.
    """

    years: tuple[int, ...]
    typed: dict[str, tuple[str, float, float, int, float, float]]
    sums: dict[str, tuple[str, ...]]
    ratios: dict[str, tuple[str, str, float, int, int, float]]
    options: dict[str, str]


LAYOUTS = {
    "shares": Layout(
        (2012, 2016, 2020),
        {
            "pop": ("", 13.0, 0.6, 0, 0.03, 0.02),
            "gdp": ("pop", 0.09, 0.3, 1, 0.3, 0.07),
            "industry": ("gdp", 0.3, 0.35, 1, 0.25, 0.08),
            "farms": ("gdp", 0.08, 0.5, 1, 0.25, 0.1),
            "rd": ("gdp", 0.012, 0.6, 2, 0.35, 0.15),
            "beds": ("pop", 0.006, 0.2, 0, -0.05, 0.05),
        },
        {"gdp": ("industry", "farms", "services")},
        {
            "gdppc": ("gdp", "pop", 1000.0, 2, 1, 2.0),
            "indshare": ("industry", "gdp", 100.0, 1, 1, 1.0),
            "rdshare": ("rd", "gdp", 100.0, 2, 1, 1.5),
            "bedrate": ("beds", "pop", 10000.0, 1, 1, 0.5),
        },
        {"normalisation": "min-max"},
    ),
    "growth": Layout(
        (2018, 2022),
        {
            "pop": ("", 12.0, 0.8, 0, 0.02, 0.02),
            "births": ("pop", 0.013, 0.2, 0, -0.1, 0.06),
            "employed": ("pop", 0.46, 0.08, 0, 0.03, 0.03),
            "jobless": ("pop", 0.03, 0.25, 0, -0.2, 0.12),
            "gdp": ("employed", 21.0, 0.3, 0, 0.25, 0.07),
            "before": ("gdp", 0.95, 0.03, 0, 0.25, 0.03),
        },
        {"labour": ("employed", "jobless")},
        {
            "birthrate": ("births", "pop", 1000.0, 2, 1, 1.0),
            "unemployment": ("jobless", "labour", 100.0, 1, -1, 1.0),
            "gdppw": ("gdp", "employed", 1.0, 1, 1, 1.0),
            "growthindex": ("gdp", "before", 100.0, 1, 1, 1.0),
        },
        {"normalisation": "leader", "aggregation": "geometric"},
    ),
    "two denominators": Layout(
        (2015, 2017, 2019, 2021),
        {
            "pop": ("", 13.5, 0.5, 0, 0.01, 0.01),
            "jobs": ("pop", 0.42, 0.12, 0, 0.02, 0.02),
            "firms": ("pop", 0.02, 0.3, 0, 0.06, 0.06),
            "wages": ("jobs", 5.2, 0.25, 1, 0.14, 0.05),
            "patents": ("jobs", 0.0008, 0.7, 0, 0.1, 0.25),
            "area": ("pop", 0.02, 0.9, 1, 0.0, 0.0),
        },
        {},
        {
            "firmspop": ("firms", "pop", 1000.0, 2, 1, 1.0),
            "firmsjobs": ("firms", "jobs", 1000.0, 2, 1, 1.0),
            "wage": ("wages", "jobs", 1000.0, 0, 1, 3.0),
            "patentrate": ("patents", "jobs", 1e6, 1, 1, 1.0),
            "density": ("pop", "area", 1.0, 2, 1, 1.0),
        },
        {"normalisation": "leader"},
    ),
}


@dataclass
class Book:
    """Figures of a study by (table, column): a table for every year, the last one for what is published."""

    layout: Layout
    n: int
    decimal: str
    folder: Path
    cut: tuple[str, ...] = ()
    columns: dict[tuple[int, str], np.ndarray] = field(default_factory=dict)
    text: dict[Cell, str] = field(default_factory=dict)

    @property
    def tables(self) -> dict[int, int]:
        return dict(enumerate(self.layout.years, 1))

    @property
    def last(self) -> int:
        return len(self.layout.years) + 1

    @property
    def names(self) -> list[str]:
        """All columns of a table of a year."""
        parts = [name for total, own in self.layout.sums.items() for name in (total, *own)]
        return list(dict.fromkeys([*self.layout.typed, *parts, *self.layout.ratios]))

    @property
    def inputs(self) -> list[str]:
        """Columns that some ratio uses."""
        return list(dict.fromkeys(name for rule in self.layout.ratios.values() for name in rule[:2]))

    def decimals(self, name: str) -> int:
        if name in self.layout.ratios:
            return self.layout.ratios[name][3]
        if name in self.layout.typed:
            return self.layout.typed[name][3]
        return next(self.layout.typed[part][3] for own in self.layout.sums.values() for part in own if part != name)

    def rounded(self, name: str, values: np.ndarray) -> np.ndarray:
        places = self.decimals(name)
        if name in self.cut:
            return np.floor(values * 10.0**places + 1e-9) / 10.0**places
        return np.round(values, places)

    def ratio(self, table: int, name: str, *, years: tuple[int, int] = (0, 0)) -> None:
        above, below, factor, *_ = self.layout.ratios[name]
        tops = self.columns[years[0] or table, above], self.columns[years[1] or table, below]
        self.columns[table, name] = self.rounded(name, factor * tops[0] / tops[1])

    def compute(self) -> None:
        """Index and class of every year from the ratios as they stand."""
        import pandas as pd

        from growthpoles.ratings.aggregation_tree import index_of
        from growthpoles.ratings.catalogue import read_catalogue
        from growthpoles.ratings.rating_options import Method, compiled

        path = self.folder / "catalogue.csv"
        head = (
            "code,kind,parent,direction,weight,unit,numerator,denominator,factor,name_en\nindex,aggregate,,1,1,p,,,,I\n"
        )
        lines = [
            f"{name},indicator,index,{direction},{weight:g},u,{above},{below},{factor:.10g},{name}\n"
            for name, (above, below, factor, _, direction, weight) in self.layout.ratios.items()
        ]
        lines += [f"{name},primary,,,,u,,,,{name}\n" for name in self.names if name not in self.layout.ratios]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + "".join(lines))
        catalogue = read_catalogue(path)
        method = Method(**self.layout.options).of(catalogue)
        for table, year in self.tables.items():
            frame = pd.DataFrame({name: self.columns[table, name] for name in self.layout.ratios})
            index = np.round(index_of(frame, compiled(catalogue), method), 2)
            self.columns[self.last, f"index_{year}"] = index
            for row, at in enumerate(np.clip(index // 10, 0, 9).astype(int), 1):
                self.text[self.last, row, f"class_{year}"] = LETTERS[at]

    def printed(self, table: int, row: int, name: str) -> str:
        if (table, row, name) in self.text:
            return self.text[table, row, name]
        places = 2 if table == self.last else self.decimals(name)
        return f"{self.columns[table, name][row - 1]:.{places}f}".replace(".", self.decimal)

    def write(self) -> gp.Study:
        (self.folder / "tables").mkdir(exist_ok=True)
        labels = [f"Region {at:02d}" for at in range(1, self.n + 1)]
        published = [f"{kind}_{year}" for year in self.layout.years for kind in ("index", "class")]
        for table in (*self.tables, self.last):
            lines = ["table,row,label,column,printed,value"]
            for row, label in enumerate(labels, 1):
                for name in self.names if table != self.last else published:
                    text = self.printed(table, row, name)
                    value = text.replace(self.decimal, ".") if any(sign.isdigit() for sign in text) else ""
                    lines.append(f'{table},{row},{label},{name},"{text}",{value}')
            (self.folder / "tables" / f"table{table}.csv").write_text("\n".join(lines) + "\n")
        rules = [f"data,{year},{c},{t},{c},rows,,," for t, year in self.tables.items() for c in self.names]
        head = "edition,year,column,table,source,order,missing,factor,note\n"
        (self.folder / "columns.csv").write_text(head + "\n".join(rules) + "\n")
        quoted = ", ".join(f'"{label}"' for label in labels)
        options = "".join(f'{key} = "{value}"\n' for key, value in self.layout.options.items())
        cut = f"cut = {list(self.cut)}\n" if self.cut else ""
        index = ", ".join(f'{year} = "index_{year}"' for year in self.layout.years)
        (self.folder / "study.toml").write_text(
            f"""[study]
name = "invented"
years = {list(self.layout.years)}
title = {{ en = "Invented" }}
source = {{ en = "Invented" }}
edition = "data"
[rating]
catalogue = "catalogue.csv"
{options}[cells]
folder = "tables"
assembly = "columns.csv"
decimal = "{self.decimal}"
{cut}[cells.orders]
rows = [{quoted}]
[published.index]
table = {self.last}
columns = {{ {index} }}
[published.rating_class]
table = {self.last}
columns = {{ {index.replace("index", "class")} }}
"""
        )
        return gp.load_study(self.folder / "study.toml")


def clean_book(rng: np.random.Generator, folder: Path, layout: str, *, gaps: bool = False) -> Book:
    """Invent a study without a fault: 8 to 60 regions, rounded or cut off as declared, perhaps gaps."""
    plan = LAYOUTS[layout]
    n = int(np.exp(rng.uniform(np.log(8), np.log(60.9))))
    book = Book(plan, n, str(rng.choice([",", "."])), folder)
    if rng.integers(0, 4) == 0:
        book.cut = (str(rng.choice(list(plan.ratios))),)
    base: dict[str, np.ndarray] = {}
    for name, (parent, factor, scatter, *_) in plan.typed.items():
        noise = np.exp(rng.normal(0, scatter, n))
        base[name] = base[parent] * factor * noise if parent else np.exp(factor) * noise
    for table in book.tables:
        for name, (_, _, _, _, growth, scatter) in plan.typed.items():
            if table > 1:
                base[name] = base[name] * np.exp(rng.normal(growth, scatter, n))
            book.columns[table, name] = book.rounded(name, np.maximum(base[name], 1.0))
        for total, parts in plan.sums.items():
            if total in plan.typed:
                rest = sum(book.columns[table, part] for part in parts[:-1])
                left = np.maximum(book.columns[table, total] - rest, 0.1 * book.columns[table, total])
                book.columns[table, parts[-1]] = book.rounded(parts[-1], left)
            whole = sum(book.columns[table, part] for part in parts)
            book.columns[table, total] = book.rounded(total, np.asarray(whole))
        for name in plan.ratios:
            book.ratio(table, name)
    book.compute()
    for _ in range(int(rng.integers(1, 4)) if gaps else 0):
        table, row, name = int(rng.integers(1, book.last)), int(rng.integers(1, n + 1)), str(rng.choice(book.names))
        book.text[table, row, name] = str(rng.choice(["-", "...", ""]))
        if name in plan.ratios:
            for kind in ("index", "class"):
                book.text[book.last, row, f"{kind}_{book.tables[table]}"] = "-"
    return book


def _place(book: Book, rng: np.random.Generator, names: list[str]) -> tuple[int, int, str]:
    return int(rng.integers(1, book.last)), int(rng.integers(0, book.n)), str(rng.choice(names))


def _apart(values: np.ndarray, rng: np.random.Generator) -> list[int]:
    for _ in range(1000):
        i, j = (int(at) for at in rng.choice(len(values), 2, replace=False))
        if abs(np.log(max(values[i], 0.5) / max(values[j], 0.5))) > 0.03:
            break
    return [i, j]


def slip(book: Book, rng: np.random.Generator) -> list[Cell]:
    """A decimal slip in a ratio or an input, mostly upwards, so that it becomes the maximum."""
    table, i, name = _place(book, rng, [*book.layout.ratios, *book.inputs])
    column = book.columns[table, name]
    column[i] = book.rounded(name, column[i : i + 1] * (10.0 if rng.integers(0, 3) else 0.1))[0]
    if name in book.layout.ratios and rng.integers(0, 2):
        book.compute()
    return [(table, i + 1, name)]


def swap(book: Book, rng: np.random.Generator) -> list[Cell]:
    """Two cells of a column exchanged."""
    table, _, name = _place(book, rng, [*book.layout.ratios, *book.inputs])
    column = book.columns[table, name]
    at = _apart(column, rng)
    column[at] = column[at[::-1]]
    return [(table, i + 1, name) for i in at]


def swap_rows(book: Book, rng: np.random.Generator) -> list[Cell]:
    """Two rows exchanged in several typed columns; the ratios stay."""
    table = int(rng.integers(1, book.last))
    names = [str(name) for name in rng.choice(book.inputs, 2, replace=False)]
    at = _apart(book.columns[table, names[0]], rng)
    for name in names:
        book.columns[table, name][at] = book.columns[table, name][at[::-1]]
    return [(table, i + 1, name) for name in names for i in at]


def rotate(book: Book, rng: np.random.Generator) -> list[Cell]:
    """Part of a column, or the whole, moved by a row."""
    table, _, name = _place(book, rng, [*book.layout.ratios, *book.inputs])
    length = book.n if rng.integers(0, 3) == 0 else int(rng.integers(4, min(9, book.n) + 1))
    start = int(rng.integers(0, book.n - length + 1))
    at = np.arange(start, start + length)
    book.columns[table, name][at] = np.roll(book.columns[table, name][at], 1)
    return [(table, int(i) + 1, name) for i in at]


def other_year(book: Book, rng: np.random.Generator) -> list[Cell]:
    """A ratio with the denominator, or the numerator, of another year."""
    table, _, name = _place(book, rng, list(book.layout.ratios))
    other = int(rng.choice([at for at in book.tables if at != table]))
    book.ratio(table, name, years=(0, other) if rng.integers(0, 3) else (other, 0))
    if rng.integers(0, 2):
        book.compute()
    return [(table, row, name) for row in range(1, book.n + 1)]


def other_denominator(book: Book, rng: np.random.Generator) -> list[Cell]:
    """A ratio over another column than its formula says."""
    table, _, name = _place(book, rng, list(book.layout.ratios))
    above, below, factor, *_ = book.layout.ratios[name]
    size = np.median(book.columns[table, below])
    near = [
        other for other in book.names
        if other not in (*book.layout.ratios, above, below) and 0.2 < np.median(book.columns[table, other]) / size < 5
    ]  # fmt: skip
    if not near:
        return []
    book.columns[table, name] = book.rounded(
        name, factor * book.columns[table, above] / book.columns[table, str(rng.choice(near))]
    )
    return [(table, row, name) for row in range(1, book.n + 1)]


def scaled(book: Book, rng: np.random.Generator) -> list[Cell]:
    """A column in another unit, or with a tax left in."""
    table, _, name = _place(book, rng, [*book.layout.ratios, *book.inputs])
    factor = float(rng.choice([10.0, 1000.0, 1.2])) if name in book.layout.ratios else 1000.0
    book.columns[table, name] = book.rounded(name, book.columns[table, name] * factor)
    return [(table, row, name) for row in range(1, book.n + 1)]


def truncated(book: Book, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _place(book, rng, list(book.layout.ratios))
    if name in book.cut:
        return []
    above, below, factor, decimals, *_ = book.layout.ratios[name]
    exact = factor * book.columns[table, above] / book.columns[table, below]
    before = book.columns[table, name]
    book.columns[table, name] = np.floor(exact * 10.0**decimals) / 10.0**decimals
    return [(table, int(i) + 1, name) for i in np.flatnonzero(before != book.columns[table, name])]


def digits(book: Book, rng: np.random.Generator) -> list[Cell]:
    """Two digits exchanged, or one wrong."""
    table, i, name = _place(
        book, rng, [name for name in book.names if name in book.inputs or name in book.layout.ratios]
    )
    text = f"{book.columns[table, name][i]:.{book.decimals(name)}f}"
    if rng.integers(0, 2):
        text = _digits_exchanged(text, rng)
    else:
        at = int(rng.choice([place for place, sign in enumerate(text[:3]) if sign.isdigit()]))
        text = text[:at] + str((int(text[at]) + int(rng.integers(1, 9))) % 10) + text[at + 1 :]
    book.columns[table, name][i] = float(text)
    return [(table, i + 1, name)]


def copied(book: Book, rng: np.random.Generator) -> list[Cell]:
    """A typed cell that is the one of another year, or of the row above; ratios from the right one."""
    table, i, name = _place(book, rng, book.inputs)
    other = int(rng.choice([at for at in book.tables if at != table]))
    column = book.columns[table, name]
    column[i] = book.columns[other, name][i] if rng.integers(0, 2) else column[i - 1]
    return [(table, i + 1, name)]


def exchanged(book: Book, rng: np.random.Generator) -> list[Cell]:
    """The columns of two years exchanged."""
    name = str(rng.choice([*book.layout.ratios, *book.inputs]))
    first, second = (int(at) for at in rng.choice(list(book.tables), 2, replace=False))
    book.columns[first, name], book.columns[second, name] = book.columns[second, name], book.columns[first, name]
    return [(table, row, name) for table in (first, second) for row in range(1, book.n + 1)]


def repeated(book: Book, rng: np.random.Generator) -> list[Cell]:
    """A column that is the one of another year."""
    table, _, name = _place(book, rng, [*book.layout.ratios, *book.inputs])
    other = int(rng.choice([at for at in book.tables if at != table]))
    book.columns[table, name] = book.columns[other, name].copy()
    return [(table, row, name) for row in range(1, book.n + 1)]


def index_swapped(book: Book, rng: np.random.Generator) -> list[Cell]:
    name = f"index_{int(rng.choice(book.layout.years))}"
    column = book.columns[book.last, name]
    at = _apart(column, rng)
    column[at] = column[at[::-1]]
    for i in at:
        book.text[book.last, i + 1, name.replace("index", "class")] = LETTERS[int(np.clip(column[i] // 10, 0, 9))]
    return [(book.last, i + 1, name) for i in at]


def index_wrong(book: Book, rng: np.random.Generator) -> list[Cell]:
    name, i = f"index_{int(rng.choice(book.layout.years))}", int(rng.integers(0, book.n))
    book.columns[book.last, name][i] += float(rng.choice([-4, 5]))
    return [(book.last, i + 1, name)]


Plant = Callable[[Book, np.random.Generator], list[Cell]]
PLANTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        slip, swap, swap_rows, rotate, other_year, other_denominator, scaled, truncated, digits, copied, exchanged,
        repeated, index_swapped, index_wrong,
    )
}  # fmt: skip


def plant_book(rng: np.random.Generator, folder: Path, layout: str, kind: str) -> tuple[gp.Study, list[Cell]]:
    """Invent a study of a layout with one fault of a kind, written to a folder; return it with the wrong cells."""
    book = clean_book(rng, folder, layout)
    before = {key: values.copy() for key, values in book.columns.items()}
    cells = [c for c in PLANTS[kind](book, rng) if book.columns[c[0], c[2]][c[1] - 1] != before[c[0], c[2]][c[1] - 1]]
    return book.write(), cells
