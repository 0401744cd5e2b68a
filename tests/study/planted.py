"""Invented studies in the [cells] format with faults planted at random: the audit's yardstick.

A study has tables 1 and 2 (two years; eight primary columns, four ratios) and 3 (index, class, change). What is wrong
is told by its cells: figures computed from a wrong cell are consequences, not wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import growthpoles as gp
from growthpoles.study.audit.printed_cells import FORMULA_COLUMNS, Sources, make_sources

YEARS = {1: 2016, 2: 2021}
#: A third year, before or after the two that faults are planted in.
THIRD = (4, 2011), (4, 2024)
PRIMARIES = ("gdp", "emp", "pop", "urban", "rural", "rd", "firms", "waste")
RATIOS = {
    "prod": ("gdp", "emp", 1000.0),
    "rdi": ("rd", "gdp", 100.0),
    "fpc": ("firms", "pop", 1000.0),
    "wst": ("waste", "gdp", 1000.0),
}
DIGITS = {"share": 2, "gdp": 1, "rd": 2, "waste": 1, "prod": 2, "rdi": 3, "fpc": 2, "wst": 3}
CATALOGUE = """code,kind,parent,direction,weight,unit,numerator,denominator,factor,name_en
index,aggregate,,1,1,points,,,,Index
eco,aggregate,index,1,1,points,,,,Economy
ren,aggregate,index,1,1,points,,,,Renewal
prod,indicator,eco,1,1,k,gdp,emp,1000,Productivity
rdi,indicator,eco,1,1,%,rd,gdp,100,R&D intensity
fpc,indicator,ren,1,1,per 1000,firms,pop,1000,New firms
wst,indicator,ren,-1,1,t,waste,gdp,1000,Waste intensity
""" + "".join(f"{name},primary,,,,u,,,,{name}\n" for name in PRIMARIES)
LETTERS = ["D", "C", "C+", "C++", "B", "B+", "B++", "A", "A+", "A++"]
Cell = tuple[int, int, str]
#: Names of regions, right and left alphabets, with what their files may hold: quotes, commas, blanks.
NAMES: dict[str, Callable[[int], str]] = {
    "en": lambda at: f"Region {at:02d}",
    "ru": lambda at: (
        f"{'БВГДЖЗКЛМНПРСТФХЦЧШЭ'[at * 7 % 20]}{'аеиоуя'[at % 6]}{'рнлтвс'[at // 6 % 6]}ская область, {at}"
    ),
    "kk": lambda at: f"{'АӘҒҚҢӨҰҮІЖ'[at * 3 % 10]}{'тмрл'[at % 4]}ау ауданы {at}",
}


#: Options of [rating] that change the index, by the line that says so.
OPTIONS: dict[str, dict[str, Any]] = {
    'limits = "pooled"': {"limits": "pooled"},
    "limits = { base = 2016 }": {"limits": {"base": 2016}},
    'aggregation = "geometric"\nzeros = "zero"': {"aggregation": "geometric", "zeros": "zero"},
    'weighting = "equal"': {"weighting": "equal"},
    'treatment = "winsorise"': {"treatment": "winsorise"},
}


@dataclass(frozen=True)
class Shape:
    """How a study is laid out: language, third year, totals, shares, ranks, flags, rows of table 2 in another order.

    `published` is False for tables without an index; `layout` is "cells", or "wide" and "long" for [[tables]].
    """

    lang: str = "en"
    third: bool = False
    total: bool = False
    shares: bool = False
    ranks: bool = False
    flags: bool = False
    reordered: bool = False
    published: bool = True
    layout: str = "cells"
    option: str = ""

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Shape:
        def one_in(many: int) -> bool:
            return bool(rng.integers(0, many) == 0)

        return cls(
            lang=str(rng.choice(list(NAMES))), third=one_in(3), total=one_in(3), shares=one_in(3), ranks=one_in(2),
            flags=one_in(3), reordered=one_in(4), published=not one_in(5),
            layout=str(rng.choice(["cells", "cells", "wide", "long"])),
        )  # fmt: skip


@dataclass
class Invented:
    """Figures by (table, column), row by row; text where a cell is printed as something else than its number."""

    n: int
    method: str
    decimal: str
    columns: dict[tuple[int, str], np.ndarray]
    exact: bool = False
    cut: tuple[str, ...] = ()
    gaps: dict[Cell, str] = field(default_factory=dict)
    text: dict[Cell, str] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=lambda: dict(YEARS))
    shape: Shape = field(default_factory=lambda: Shape())
    flags: dict[Cell, str] = field(default_factory=dict)
    totals: dict[tuple[int, str], float] = field(default_factory=dict)

    @property
    def primaries(self) -> tuple[str, ...]:
        return (*PRIMARIES, "share") if self.shape.shares else PRIMARIES

    @property
    def labels(self) -> list[str]:
        return [NAMES[self.shape.lang](at) for at in range(1, self.n + 1)]

    def number(self, table: int) -> int:
        """Return what the audit calls a table: those of [[tables]] are counted by year, around the published one."""
        if self.shape.layout == "cells" or table == 3:
            return table
        place = sorted(self.years.values()).index(self.years[table])
        return [1, 2, 4][place] if self.shape.published else place + 1

    def row(self, table: int, row: int) -> int:
        """Row in which a region is printed: table 2 may have an order of its own."""
        return self.order(table).index(row) + 1 if row <= self.n else row

    @property
    def alphabet(self) -> list[int]:
        """Regions in the order of their names, a second order of the rows that is declared."""
        return [self.labels.index(name) + 1 for name in sorted(self.labels)]

    def order(self, table: int) -> list[int]:
        rows = list(range(1, self.n + 1))
        return rows[1::2] + rows[::2] if table == 2 and self.shape.reordered and self.shape.layout == "cells" else rows

    def add_up(self) -> None:
        """Sum up the columns for the row of totals."""
        for table in self.years:
            for name in PRIMARIES:
                self.totals[table, name] = float(np.round(self.columns[table, name].sum(), DIGITS.get(name, 0)))

    def ratio(self, table: int, name: str, *, above: np.ndarray | None = None, below: np.ndarray | None = None) -> None:
        top, bottom, factor = RATIOS[name]
        above = self.columns[table, top] if above is None else above
        below = self.columns[table, bottom] if below is None else below
        self.columns[table, name] = self.rounded(name, factor * above / below)

    def rounded(self, name: str, values: np.ndarray) -> np.ndarray:
        places = DIGITS.get(name, 0)
        if name in self.cut:
            return np.floor(values * 10.0**places + 1e-9) / 10.0**places
        return np.round(values, places)

    def compute(self) -> None:
        """Index, class and change from the ratios as they stand."""
        from growthpoles.ratings.aggregation_tree import index_of
        from growthpoles.ratings.catalogue import read_catalogue
        from growthpoles.ratings.rating_options import Method, compiled

        catalogue = read_catalogue(self.catalogue_path)
        method = Method(normalisation=self.method, **self.options()).of(catalogue)
        frames = {}
        for table, year in self.years.items():
            frames[year] = pd.DataFrame({name: self.columns[table, name] for name in RATIOS})
            if self.exact:
                frames[year] = pd.DataFrame(
                    {
                        name: factor * self.columns[table, top] / self.columns[table, bottom]
                        for name, (top, bottom, factor) in RATIOS.items()
                    }
                )
            frames[year].index = pd.Index(self.labels)
        if self.pooled:
            frames = {0: pd.concat({year: frames[year] for year in sorted(frames)}, names=["year", "region"])}
        for year, frame in frames.items():
            index = pd.Series(np.asarray(index_of(frame, compiled(catalogue), method)), index=frame.index)
            for each in sorted(self.years.values()) if year == 0 else [year]:
                own = index.xs(each) if year == 0 else index
                self.columns[3, f"index_{each}"] = np.round(own.to_numpy(float), 2)
                self.classes(each)
        self.change()

    @property
    def pooled(self) -> bool:
        return "limits" in self.shape.option

    def options(self) -> dict[str, Any]:
        """Options of the method that are given, not found."""
        if self.shape.option:
            return dict(OPTIONS[self.shape.option])
        if self.method == "goalposts":
            return {"goalposts": {"prod": (50.0, 700.0), "rdi": (0.1, 6.0), "fpc": (0.5, 20.0), "wst": (5.0, 700.0)}}
        return {"reference": self.labels[3]} if self.method == "reference" else {}

    def classes(self, year: int) -> None:
        index = self.columns[3, f"index_{year}"]
        letters = np.array(LETTERS)[np.clip(index // 10, 0, 9).astype(int)]
        for row, letter in enumerate(letters, 1):
            self.text[3, row, f"class_{year}"] = str(letter)
        for row, place in enumerate(pd.Series(-index).rank(method="min"), 1):
            self.text[3, row, f"rank_{year}"] = str(int(place))

    def change(self) -> None:
        first, last = (self.columns[3, f"index_{year}"] for year in YEARS.values())
        self.columns[3, "change"] = np.round(100 * last / first, 2)

    catalogue_path: Path = Path()

    def printed(self, table: int, row: int, name: str) -> str:
        if (table, row, name) in self.gaps:
            return self.gaps[table, row, name]
        if (table, row, name) in self.text:
            return self.text[table, row, name]
        places = 2 if table == 3 else DIGITS.get(name, 0)
        flag = self.flags.get((table, row, name), "")
        return f"{self.columns[table, name][row - 1]:.{places}f}".replace(".", self.decimal) + flag

    def sources(self) -> Sources:
        """The tables of indicators without a study around them: what arithmetic and the two years can tell."""
        lines = [
            {
                "table": t,
                "row": self.row(t, row),
                "label": self.labels[row - 1],
                "column": name,
                "printed": self.printed(t, row, name),
            }
            for t in self.years
            for name in (*self.primaries, *RATIOS)
            for row in self.order(t)
        ]
        rules = pd.DataFrame([(name, *rule) for name, rule in RATIOS.items()], columns=list(FORMULA_COLUMNS))
        return make_sources(pd.DataFrame(lines), rules, years=self.years, decimal=self.decimal, cut=self.cut)  # type: ignore[arg-type]

    def write(self, folder: Path) -> gp.Study:
        """Write study.toml and its files."""
        folder.mkdir(parents=True, exist_ok=True)
        codes = "".join(f"{name},primary,,,,u,,,,{name}\n" for name in self.primaries if name not in PRIMARIES)
        (folder / "catalogue.csv").write_text(CATALOGUE + codes)
        kinds = ("index", "class", "rank") if self.shape.ranks else ("index", "class")
        third = [f"{kind}_{year}" for year in self.years.values() for kind in kinds] + ["change"]
        part = self._cells_part(folder, third) if self.shape.layout == "cells" else self._tables_part(folder, third)
        (folder / "formulas.csv").unlink(missing_ok=True)
        beside = "" if self.shape.layout == "cells" else 'file = "results.csv"\nkey = "name"\n'
        published = ""
        if self.shape.published:
            (folder / "formulas.csv").write_text(
                "table,column,numerator,denominator,factor\n3,change,index_2021,index_2016,100\n"
            )
            names = {"index": "index", "rating_class": "class", "rank": "rank"}
            for key, kind in names.items():
                if kind in kinds and not (kind == "class" and self.without_classes):
                    columns = ", ".join(f'{year} = "{kind}_{year}"' for year in self.years.values())
                    published += f"[published.{key}]\ntable = 3\n{beside}columns = {{ {columns} }}\n"
        given = self.options()
        option = self.shape.option
        if "goalposts" in given:
            pairs = ", ".join(f"{code} = [{low}, {high}]" for code, (low, high) in given["goalposts"].items())
            option = f"goalposts = {{ {pairs} }}"
        if "reference" in given:
            option = f'reference = "{given["reference"]}"'
        (folder / "study.toml").write_text(
            f"""[study]
name = "invented"
years = {sorted(self.years.values())}
title = {{ en = "Invented" }}
source = {{ en = "Invented" }}
edition = "data"
[rating]
catalogue = "catalogue.csv"
normalisation = "{self.method}"
{option}
{part}
{published}""",
            encoding="utf-8",
        )
        return gp.load_study(folder / "study.toml")

    @property
    def without_classes(self) -> bool:
        """Whether the index has no limits, so that its classes are in no scale of the study's."""
        return self.method in ("z-score", "reference", "mean", "mpi", "ampi") or "base" in self.shape.option

    def _cells_part(self, folder: Path, third: list[str]) -> str:
        (folder / "tables").mkdir(exist_ok=True)
        for table in (*self.years, 3):
            names = [*self.primaries, *RATIOS] if table != 3 else third
            lines = ["table,row,label,column,printed,value"]

            def add(row: int, label: str, name: str, text: str, table: int = table, lines: list[str] = lines) -> None:
                value = text.replace(self.decimal, ".") if text.replace(self.decimal, "").isdigit() else ""
                lines.append(f'{table},{row},"{label}",{name},"{text}",{value}')

            for row in self.order(table):
                for name in names:
                    add(self.row(table, row), self.labels[row - 1], name, self.printed(table, row, name))
            for name in PRIMARIES if self.shape.total and table != 3 else ():
                text = f"{self.totals[table, name]:.{DIGITS.get(name, 0)}f}".replace(".", self.decimal)
                add(self.n + 1, "Country", name, text)
            (folder / "tables" / f"table{table}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        rules = [f"data,{y},{c},{t},{c},rows{t},,," for t, y in self.years.items() for c in (*self.primaries, *RATIOS)]
        head = "edition,year,column,table,source,order,missing,factor,note\n"
        (folder / "columns.csv").write_text(head + "\n".join(rules) + "\n")
        orders = "\n".join(
            f"rows{t} = {[self.labels[row - 1] for row in self.order(t)]}".replace("'", '"') for t in self.years
        )
        orders += f"\nalphabet = {[self.labels[row - 1] for row in self.alphabet]}".replace("'", '"')
        cut = f"cut = {list(self.cut)}\n" if self.cut else ""
        total = '[cells.totals]\nCountry = "all"\n' if self.shape.total else ""
        return (
            f'[cells]\nfolder = "tables"\nassembly = "columns.csv"\ndecimal = "{self.decimal}"\n'
            f"{cut}[cells.orders]\n{orders}\n{total}"
        )

    def _tables_part(self, folder: Path, third: list[str]) -> str:
        """Tables of one's own: all years in one wide table, or one long table; results in a file of their own."""
        sign = ";" if self.decimal == "," else ","

        def write(name: str, lines: list[list[str]]) -> None:
            text = "\n".join(sign.join(f'"{cell}"' for cell in line) for line in lines)
            (folder / name).write_text(text + "\n", encoding="utf-8")

        rows = range(1, self.n + 1)
        columns = [*self.primaries, *RATIOS]
        if self.shape.layout == "wide":
            head = ["name", *(f"{c} {y}" for c in columns for y in self.years.values())]
            body = [[self.labels[r - 1], *(self.printed(t, r, c) for c in columns for t in self.years)] for r in rows]
            keys = "[tables.columns]\n" + "\n".join(f'"{c} {{year}}" = "{c}"' for c in columns)
        else:
            head = ["name", "year", "what", "figure"]
            body = [
                [self.labels[r - 1], str(y), c, self.printed(t, r, c)]
                for t, y in self.years.items() for c in columns for r in rows
            ]  # fmt: skip
            keys = 'layout = "long"\nyear_column = "year"\nindicator = "what"\nvalue = "figure"\n[tables.columns]\n'
            keys += "\n".join(f'{c} = "{c}"' for c in columns)
        write("data.csv", [head, *body])
        write(
            "results.csv",
            [["name", *third], *([self.labels[r - 1], *(self.printed(3, r, c) for c in third)] for r in rows)],
        )
        marks = 'missing = ["-", "...", ""]\nflags = ["p", "r"]\n'
        return f'[[tables]]\nfile = "data.csv"\nkey = "name"\ndecimal = "{self.decimal}"\n{marks}{keys}\n'


#: Normalisations of yearbooks and ratings.
METHODS = ("leader", "min-max", "z-score", "mpi", "rank", "percentile", "mean", "goalposts", "reference", "ampi")


def clean(
    rng: np.random.Generator,
    folder: Path,
    *,
    n: int | None = None,
    gaps: bool = False,
    method: str = "",
    shape: Shape | None = None,
) -> Invented:
    """Invent a study without a fault: rounded or cut off as declared, two years, 8 to 60 regions, perhaps gaps."""
    n = int(np.exp(rng.uniform(np.log(8), np.log(60.9)))) if n is None else n
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "catalogue.csv").write_text(CATALOGUE)
    study = Invented(
        n,
        str(rng.choice(["leader", "min-max"])),
        str(rng.choice([",", "."])),
        {},
        catalogue_path=folder / "catalogue.csv",
        shape=shape or Shape(),
    )
    study.method = method or study.method
    if study.shape.third:
        table, year = THIRD[int(rng.integers(0, 2))]
        study.years[table] = year
    study.exact = bool(rng.integers(0, 4) == 0)
    study.cut = (
        tuple(str(name) for name in rng.choice(list(RATIOS), rng.integers(1, 3), replace=False))
        if rng.integers(0, 4) == 0 and study.shape.layout == "cells"
        else ()
    )
    heavy = rng.integers(0, 4) == 0

    def noise(sd: float) -> np.ndarray:
        return np.exp(sd * (rng.standard_t(3, n) * 0.6 if heavy else rng.normal(0, 1, n)))

    pop = np.exp(rng.normal(13, 0.5, n))
    emp = pop * 0.45 * np.exp(rng.normal(0, 0.1, n))
    gdp = emp * 0.22 * np.exp(rng.normal(0, 0.25, n))
    rd = gdp * 0.016 * np.exp(rng.normal(0, 0.6, n))
    firms = pop * 0.0045 * np.exp(rng.normal(0, 0.4, n))
    waste = gdp * 0.13 * np.exp(rng.normal(0, 0.5, n))
    base = {"gdp": gdp, "emp": emp, "pop": pop, "rd": rd, "firms": firms, "waste": waste}
    growth = {"gdp": (0.35, 0.06), "emp": (0.05, 0.03), "pop": (0.05, 0.02), "rd": (0.39, 0.17), "firms": (0.17, 0.15)}
    growth["waste"] = (0.08, 0.12)
    first = base
    for table in study.years:
        if table != 1:
            back = -1 if study.years[table] < YEARS[1] else 1
            base = {
                name: values * np.exp(back * growth[name][0]) * noise(growth[name][1])
                for name, values in (first if back < 0 else base).items()
            }
        for name, values in base.items():
            study.columns[table, name] = study.rounded(name, values)
        whole = study.columns[table, "pop"]
        study.columns[table, "urban"] = np.round(whole * rng.uniform(0.3, 0.8, n))
        study.columns[table, "rural"] = whole - study.columns[table, "urban"]
        for name in RATIOS:
            study.ratio(table, name)
        if study.shape.shares:
            study.columns[table, "share"] = study.rounded("share", 100 * whole / whole.sum())
    study.compute()
    study.add_up()
    if study.shape.flags:
        for _ in range(3):
            cell = int(rng.integers(1, 3)), int(rng.integers(1, n + 1)), str(rng.choice([*PRIMARIES, *RATIOS]))
            study.flags[cell] = str(rng.choice([" p", " r"]))
    if gaps:
        for _ in range(int(rng.integers(1, 4))):
            table, row = int(rng.integers(1, 3)), int(rng.integers(1, n + 1))
            name = str(rng.choice([*PRIMARIES, *RATIOS]))
            study.gaps[table, row, name] = str(rng.choice(["-", "...", ""]))
            if rng.integers(0, 2):
                year = YEARS[int(rng.integers(1, 3))]
                for column in (f"index_{year}", f"class_{year}", f"rank_{year}", "change"):
                    study.gaps[3, row, column] = "-"
    return study


def _cell(study: Invented, rng: np.random.Generator, names: tuple[str, ...]) -> tuple[int, int, str]:
    return int(rng.integers(1, 3)), int(rng.integers(0, study.n)), str(rng.choice(list(names)))


def _digits_exchanged(text: str, rng: np.random.Generator) -> str:
    places = [at for at in range(len(text) - 1) if text[at : at + 2].isdigit() and text[at] != text[at + 1]]
    places = [at for at in places if not (at == 0 and text[1] == "0")][:3] or places
    if not places:
        return text
    at = int(rng.choice(places))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _two_rows(values: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
    while True:
        i, j = (int(at) for at in rng.choice(len(values), 2, replace=False))
        if abs(np.log(values[i] / values[j])) > 0.03:
            return i, j


Plant = Callable[[Invented, np.random.Generator], list[Cell]]


def shifted_ratio(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, i, name = _cell(study, rng, tuple(RATIOS))
    study.columns[table, name][i] *= 10.0 if rng.integers(0, 3) else 0.1
    study.columns[table, name] = study.rounded(name, study.columns[table, name])
    return [(table, i + 1, name)]


def shifted_ratio_and_index(study: Invented, rng: np.random.Generator) -> list[Cell]:
    cells = shifted_ratio(study, rng)
    study.exact = False
    study.compute()
    return cells


def swapped_primary(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, ("gdp", "emp", "rd", "firms", "waste", "pop"))
    column = study.columns[table, name]
    i, j = _two_rows(column, rng)
    column[[i, j]] = column[[j, i]]
    return [(table, i + 1, name), (table, j + 1, name)]


def swapped_ratio(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, tuple(RATIOS))
    column = study.columns[table, name]
    i, j = _two_rows(column, rng)
    column[[i, j]] = column[[j, i]]
    return [(table, i + 1, name), (table, j + 1, name)]


def _rotate(study: Invented, rng: np.random.Generator, table: int, names: tuple[str, ...]) -> list[Cell]:
    length = int(rng.integers(4, min(9, study.n) + 1))
    start = int(rng.integers(0, study.n - length + 1))
    at = np.arange(start, start + length)
    for name in names:
        study.columns[table, name][at] = np.roll(study.columns[table, name][at], 1)
    return [(table, int(i) + 1, name) for name in names for i in at]


def rotated_primary(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, ("gdp", "emp", "rd", "firms", "waste", "pop"))
    return _rotate(study, rng, table, (name,))


def rotated_ratio(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, tuple(RATIOS))
    return _rotate(study, rng, table, (name,))


def shifted_block(study: Invented, rng: np.random.Generator) -> list[Cell]:
    return _rotate(study, rng, int(rng.integers(1, 3)), ("emp", "rd") if rng.integers(0, 2) else ("emp", "firms"))


def denominator_of_other_year(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, tuple(RATIOS))
    other = 3 - table
    if rng.integers(0, 3):
        study.ratio(table, name, below=study.columns[other, RATIOS[name][1]])
    else:
        study.ratio(table, name, above=study.columns[other, RATIOS[name][0]])
    if rng.integers(0, 2):
        study.exact = False
        study.compute()
    return [(table, row, name) for row in range(1, study.n + 1)]


def unit_slip(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, i, name = _cell(study, rng, ("gdp", "emp", "pop", "rd", "firms", "waste"))
    column = study.columns[table, name]
    column[i] = study.rounded(
        name, column[i : i + 1] * (1000.0 if rng.integers(0, 2) or name in ("firms", "rd") else 1e-3)
    )[0]
    return [(table, i + 1, name)]


def copied_from_last_year(study: Invented, rng: np.random.Generator) -> list[Cell]:
    i, name = int(rng.integers(0, study.n)), str(rng.choice(["gdp", "emp", "pop", "rd"]))
    study.columns[2, name][i] = study.columns[1, name][i]
    if rng.integers(0, 2):
        if name == "pop":
            study.columns[2, "rural"] = study.columns[2, "pop"] - study.columns[2, "urban"]
        for ratio in RATIOS:
            study.ratio(2, ratio)
        study.compute()
    return [(2, i + 1, name)]


def swapped_index(study: Invented, rng: np.random.Generator) -> list[Cell]:
    year = int(rng.choice(list(YEARS.values())))
    column = study.columns[3, f"index_{year}"]
    i, j = _two_rows(column, rng)
    column[[i, j]] = column[[j, i]]
    study.classes(year)
    study.change()
    return [(3, i + 1, f"index_{year}"), (3, j + 1, f"index_{year}")]


def wrong_index(study: Invented, rng: np.random.Generator) -> list[Cell]:
    year, i = int(rng.choice(list(YEARS.values()))), int(rng.integers(0, study.n))
    study.columns[3, f"index_{year}"][i] += float(rng.choice([-3, 4, 7]))
    if rng.integers(0, 2):
        study.classes(year)
        study.change()
    return [(3, i + 1, f"index_{year}")]


def scaled_ratio(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, tuple(RATIOS))
    factor = float(rng.choice([1.12, 0.9, 1.25, 10.0, 1000.0]))
    study.columns[table, name] = study.rounded(name, study.columns[table, name] * factor)
    return [(table, row, name) for row in range(1, study.n + 1)]


def scaled_primary(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, ("gdp", "emp", "rd", "firms", "waste"))
    study.columns[table, name] = study.rounded(name, study.columns[table, name] * 1000.0)
    return [(table, row, name) for row in range(1, study.n + 1)]


def digits_in_a_part(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, i, name = _cell(study, rng, ("urban", "rural"))
    study.columns[table, name][i] = float(_digits_exchanged(f"{study.columns[table, name][i]:.0f}", rng))
    return [(table, i + 1, name)]


def digits_in_a_primary(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, i, name = _cell(study, rng, ("gdp", "emp", "pop", "rd", "firms", "waste"))
    text = f"{study.columns[table, name][i]:.{DIGITS.get(name, 0)}f}"
    study.columns[table, name][i] = float(_digits_exchanged(text, rng))
    return [(table, i + 1, name)]


def digits_in_a_ratio(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, i, name = _cell(study, rng, tuple(RATIOS))
    text = f"{study.columns[table, name][i]:.{DIGITS[name]}f}"
    study.columns[table, name][i] = float(_digits_exchanged(text, rng))
    if rng.integers(0, 2):
        study.exact = False
        study.compute()
    return [(table, i + 1, name)]


def truncated_ratio(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, tuple(RATIOS))
    before = study.columns[table, name].copy()
    top, bottom, factor = RATIOS[name]
    exact = factor * study.columns[table, top] / study.columns[table, bottom]
    scale = 10.0 ** DIGITS[name]
    study.columns[table, name] = np.floor(exact * scale) / scale
    return [(table, int(i) + 1, name) for i in np.flatnonzero(before != study.columns[table, name])]


def exchanged_years(study: Invented, rng: np.random.Generator) -> list[Cell]:
    name = str(rng.choice(["emp", "rd", "firms", "waste", "gdp", *RATIOS]))
    study.columns[1, name], study.columns[2, name] = study.columns[2, name], study.columns[1, name]
    return [(table, row, name) for table in (1, 2) for row in range(1, study.n + 1)]


def wrong_class(study: Invented, rng: np.random.Generator) -> list[Cell]:
    year, row = int(rng.choice(list(YEARS.values()))), int(rng.integers(1, study.n + 1))
    cell = 3, row, f"class_{year}"
    study.text[cell] = LETTERS[(LETTERS.index(study.text[cell]) + 1) % 10]
    return [cell]


def wrong_change(study: Invented, rng: np.random.Generator) -> list[Cell]:
    i = int(rng.integers(0, study.n))
    study.columns[3, "change"][i] += 5.0
    return [(3, i + 1, "change")]


def computed_from_moved(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A primary column in the wrong rows of which everything was computed: told by the other year or not at all."""
    table, _, name = _cell(study, rng, ("gdp", "emp", "rd", "firms", "waste"))
    cells = _rotate(study, rng, table, (name,))
    for ratio in RATIOS:
        study.ratio(table, ratio)
    study.exact = False
    study.compute()
    return cells


def repeated_row(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table = int(rng.integers(1, 3))
    i, j = (int(at) for at in rng.choice(study.n, 2, replace=False))
    for name in (*PRIMARIES, *RATIOS):
        study.columns[table, name][j] = study.columns[table, name][i]
    study.exact = False
    study.compute()
    return [(table, j + 1, name) for name in PRIMARIES]


def unit_slip_and_all(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A cell in another unit, from which everything was computed."""
    cells = unit_slip(study, rng)
    for ratio in RATIOS:
        study.ratio(cells[0][0], ratio)
    study.exact = False
    study.compute()
    return cells


def rotated_column(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A whole column moved on by one or more rows, all that was computed from it right."""
    table, _, name = _cell(study, rng, ("gdp", "emp", "rd", "firms", "waste", "pop", *RATIOS))
    study.columns[table, name] = np.roll(study.columns[table, name], int(rng.integers(1, study.n)))
    return [(table, row, name) for row in range(1, study.n + 1)]


def pushed_down(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A value typed twice, those after it one row too low: the last of the block is lost."""
    table, _, name = _cell(study, rng, ("gdp", "emp", "rd", "firms", "waste", *RATIOS))
    length = int(rng.integers(4, min(9, study.n) + 1))
    start = int(rng.integers(0, study.n - length + 1))
    column = study.columns[table, name]
    column[start + 1 : start + length] = column[start : start + length - 1].copy()
    return [(table, row + 1, name) for row in range(start + 1, start + length)]


def swapped_inputs(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """All typed columns of two rows exchanged, the ratios in their places."""
    table = int(rng.integers(1, 3))
    i, j = _two_rows(study.columns[table, "emp"], rng)
    for name in PRIMARIES:
        study.columns[table, name][[i, j]] = study.columns[table, name][[j, i]]
    return [(table, row + 1, name) for name in PRIMARIES for row in (i, j)]


def exchanged_labels(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """Two regions of one year exchanged in every column, and rated so: only the other year tells."""
    table = int(rng.integers(1, 3))
    i, j = _two_rows(study.columns[table, "pop"], rng)
    for name in (*PRIMARIES, *RATIOS):
        study.columns[table, name][[i, j]] = study.columns[table, name][[j, i]]
    study.exact = False
    study.compute()
    return [(table, row + 1, name) for name in (*PRIMARIES, *RATIOS) for row in (i, j)]


def copied_block(study: Invented, rng: np.random.Generator) -> list[Cell]:
    name, length = str(rng.choice(["gdp", "emp", "pop", "rd", "firms", "waste"])), int(rng.integers(3, 7))
    start = int(rng.integers(0, study.n - length + 1))
    study.columns[2, name][start : start + length] = study.columns[1, name][start : start + length]
    return [(2, row + 1, name) for row in range(start, start + length)]


def column_twice(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A typed column that stands in the place of another one of its table, the ratios right."""
    table = int(rng.integers(1, 3))
    name, other = (("waste", "gdp"), ("gdp", "waste"), ("emp", "urban"))[int(rng.integers(0, 3))]
    study.columns[table, name] = study.columns[table, other].copy()
    return [(table, row, name) for row in range(1, study.n + 1)]


def copied_slow(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """Figures that hardly move copied from last year, everything computed from them: jobs in some rows, or a region."""
    count = int(rng.integers(2, 5))
    names = ("emp",) if rng.integers(0, 2) else ("pop", "urban", "rural")
    rows = rng.choice(study.n, count if len(names) == 1 else 1, replace=False)
    for name in names:
        study.columns[2, name][rows] = study.columns[1, name][rows]
    for ratio in RATIOS:
        study.ratio(2, ratio)
    study.exact = False
    study.compute()
    return [(2, int(row) + 1, name) for name in names for row in rows]


def copied_column(study: Invented, rng: np.random.Generator) -> list[Cell]:
    name = str(rng.choice(["gdp", "emp", "pop", "rd", "firms", "waste", *RATIOS]))
    study.columns[2, name] = study.columns[1, name].copy()
    return [(2, row, name) for row in range(1, study.n + 1)]


def other_denominator(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, _, name = _cell(study, rng, tuple(RATIOS))
    other = {"gdp": "pop", "emp": "pop", "pop": "emp"}[RATIOS[name][1]]
    study.ratio(table, name, below=study.columns[table, other])
    if rng.integers(0, 2):
        study.exact = False
        study.compute()
    return [(table, row, name) for row in range(1, study.n + 1)]


def rotated_index(study: Invented, rng: np.random.Generator) -> list[Cell]:
    year = int(rng.choice(list(YEARS.values())))
    cells = _rotate(study, rng, 3, (f"index_{year}",))
    study.classes(year)
    study.change()
    return cells


def unit_slip_of_rows(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """Several rows of a column in another unit: thousands printed as units from a row on."""
    table, _, name = _cell(study, rng, ("gdp", "emp", "pop", "rd", "waste"))
    rows = np.sort(rng.choice(study.n, int(rng.integers(2, max(3, study.n // 3))), replace=False))
    study.columns[table, name][rows] = study.rounded(name, study.columns[table, name][rows] * 1000.0)
    return [(table, int(row) + 1, name) for row in rows]


def rounded_ratio(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A ratio rounded one place more coarsely than printed."""
    table, _, name = _cell(study, rng, tuple(RATIOS))
    study.columns[table, name] = np.round(study.columns[table, name], DIGITS[name] - 1)
    return [(table, row, name) for row in range(1, study.n + 1)]


def wrong_sign(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, i, name = _cell(study, rng, ("gdp", "emp", "rd", "firms", "waste"))
    study.columns[table, name][i] *= -1
    return [(table, i + 1, name)]


def inputs_of_other_year(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A ratio column that is computed from both inputs of the other year: it repeats that year's."""
    table, _, name = _cell(study, rng, tuple(RATIOS))
    top, bottom, _ = RATIOS[name]
    study.ratio(table, name, above=study.columns[3 - table, top], below=study.columns[3 - table, bottom])
    return [(table, row, name) for row in range(1, study.n + 1)]


def declared_order(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A typed column that stands in the other order of the regions, everything computed by the labels."""
    table, _, name = _cell(study, rng, ("gdp", "emp", "rd", "firms", "waste"))
    column = study.columns[table, name]
    before = column.copy()
    study.columns[table, name] = column[np.array(study.alphabet) - 1]
    return [(table, int(i) + 1, name) for i in np.flatnonzero(before != study.columns[table, name])]


def digit_typo(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """One digit typed wrong, in a typed figure or a ratio."""
    table, i, name = _cell(study, rng, ("gdp", "emp", "pop", "rd", "firms", "waste", *RATIOS))
    text = f"{study.columns[table, name][i]:.{DIGITS.get(name, 0)}f}"
    at = int(rng.choice([place for place in range(min(3, len(text))) if text[place].isdigit()]))
    new = str((int(text[at]) + int(rng.integers(1, 9))) % 10)
    study.columns[table, name][i] = float(text[:at] + (new if at or new != "0" else "5") + text[at + 1 :])
    return [(table, i + 1, name)]


def digit_lost(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, i, name = _cell(study, rng, ("gdp", "emp", "pop", "rd", "waste"))
    text = f"{study.columns[table, name][i]:.{DIGITS.get(name, 0)}f}"
    study.columns[table, name][i] = float(text[:1] + text[2:] if text[1].isdigit() else text[1:])
    return [(table, i + 1, name)]


def inverted_cell(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """One ratio divided the wrong way round."""
    table, i, name = _cell(study, rng, ("prod", "wst"))
    top, bottom, factor = RATIOS[name]
    value = factor * study.columns[table, bottom][i] / study.columns[table, top][i]
    study.columns[table, name][i] = study.rounded(name, np.array([value]))[0]
    return [(table, i + 1, name)]


def ratio_of_other_region(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """One ratio that was divided by the figure of the row below."""
    table, i, name = _cell(study, rng, tuple(RATIOS))
    top, bottom, factor = RATIOS[name]
    value = factor * study.columns[table, top][i] / study.columns[table, bottom][(i + 1) % study.n]
    study.columns[table, name][i] = study.rounded(name, np.array([value]))[0]
    return [(table, i + 1, name)]


def row_in_other_unit(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """All typed figures of a region in thousands: its ratios are right, and only the other year tells."""
    table, i = int(rng.integers(1, 3)), int(rng.integers(0, study.n))
    for name in PRIMARIES:
        study.columns[table, name][i] *= 1000.0
    return [(table, i + 1, name) for name in PRIMARIES]


def years_of_row(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """The figures of one region exchanged between the years, in every typed column."""
    i = int(rng.integers(0, study.n))
    for name in PRIMARIES:
        one, two = study.columns[1, name][i], study.columns[2, name][i]
        study.columns[1, name][i], study.columns[2, name][i] = two, one
    return [(table, i + 1, name) for table in (1, 2) for name in PRIMARIES]


def total_wrong(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """A total with two digits exchanged, or without one of its regions."""
    table, i, name = _cell(study, rng, ("gdp", "emp", "pop", "rd", "firms", "waste"))
    if rng.integers(0, 2):
        text = f"{study.totals[table, name]:.{DIGITS.get(name, 0)}f}"
        study.totals[table, name] = float(_digits_exchanged(text, rng))
    else:
        study.totals[table, name] = round(study.totals[table, name] - study.columns[table, name][i], 2)
    return [(table, study.n + 1, name)]


def share_wrong(study: Invented, rng: np.random.Generator) -> list[Cell]:
    table, i = int(rng.integers(1, 3)), int(rng.integers(0, study.n))
    study.columns[table, "share"][i] += float(rng.choice([2.0, 3.0, 5.0]))
    return [(table, i + 1, "share")]


def rank_swapped(study: Invented, rng: np.random.Generator) -> list[Cell]:
    year = int(rng.choice(list(YEARS.values())))
    i, j = _two_rows(study.columns[3, f"index_{year}"], rng)
    one, two = (3, i + 1, f"rank_{year}"), (3, j + 1, f"rank_{year}")
    study.text[one], study.text[two] = study.text[two], study.text[one]
    return [one, two]


def index_years_exchanged(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """The index columns of the two years exchanged, classes and ranks with them."""
    one, two = "index_2016", "index_2021"
    study.columns[3, one], study.columns[3, two] = study.columns[3, two], study.columns[3, one]
    for year in YEARS.values():
        study.classes(year)
    return [(3, row, name) for name in (one, two) for row in range(1, study.n + 1)]


def index_by_other_method(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """An index of one year that was computed in another way than the study says."""
    year, kept = int(rng.choice(list(YEARS.values()))), study.method
    others = {key: values.copy() for key, values in study.columns.items() if key[0] == 3}
    texts = dict(study.text)
    study.method = "min-max" if kept == "leader" else "leader"
    study.compute()
    study.method = kept
    mine = f"index_{year}"
    for key, values in others.items():
        if key[1] != mine:
            study.columns[key] = values
    for other in set(study.years.values()) - {year}:
        study.text |= {key: text for key, text in texts.items() if str(other) in key[2]}
    study.change()
    return [(3, row, mine) for row in range(1, study.n + 1)]


def change_of_other_base(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """The change column divided the wrong way round, in all rows."""
    first, last = (study.columns[3, f"index_{year}"] for year in YEARS.values())
    study.columns[3, "change"] = np.round(100 * first / last, 2)
    return [(3, row, "change") for row in range(1, study.n + 1)]


def _exchange(study: Invented, names: tuple[str, ...]) -> list[Cell]:
    for name in names:
        study.columns[1, name], study.columns[2, name] = study.columns[2, name], study.columns[1, name]
    return [(table, row, name) for table in (1, 2) for name in names for row in range(1, study.n + 1)]


def exchanged_tables(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """The tables of two years exchanged as a whole: an index tells, or nothing does."""
    return _exchange(study, (*study.primaries, *RATIOS))


def exchanged_inputs(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """All typed columns of two years exchanged, or all that were computed from them."""
    return _exchange(study, study.primaries if rng.integers(0, 2) else tuple(RATIOS))


def exchanged_with_ratio(study: Invented, rng: np.random.Generator) -> list[Cell]:
    """One typed column of two years exchanged, together with its ratio."""
    return _exchange(study, (("waste", "wst"), ("rd", "rdi"), ("emp", "prod"))[int(rng.integers(0, 3))])


FAULTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        shifted_ratio, shifted_ratio_and_index, swapped_primary, swapped_ratio, rotated_primary, rotated_ratio,
        shifted_block, denominator_of_other_year, unit_slip, copied_from_last_year, swapped_index, wrong_index,
        scaled_ratio, scaled_primary, digits_in_a_part, digits_in_a_primary, digits_in_a_ratio, truncated_ratio,
        exchanged_years, wrong_class, wrong_change, computed_from_moved, repeated_row, unit_slip_and_all, wrong_sign,
        rotated_column, pushed_down, swapped_inputs, exchanged_labels, copied_block, copied_column, other_denominator,
        rotated_index, unit_slip_of_rows, rounded_ratio, inputs_of_other_year, declared_order, digit_typo, digit_lost,
        inverted_cell, ratio_of_other_region, row_in_other_unit, years_of_row, total_wrong, share_wrong, rank_swapped,
        index_years_exchanged, index_by_other_method, change_of_other_base,
        exchanged_tables, exchanged_inputs, exchanged_with_ratio, copied_slow, column_twice,
    )
}  # fmt: skip


#: Words of which one must stand beside a wrong cell for its root cause to count as named.
WORDS: dict[str, str] = {
    "shifted_ratio": "decimal shift", "shifted_ratio_and_index": "decimal shift", "unit_slip": "decimal shift|unit",
    "unit_slip_of_rows": "decimal shift|unit", "unit_slip_and_all": "decimal shift|unit",
    "row_in_other_unit": "decimal shift|unit", "scaled_ratio": "factor|scaled|unit", "scaled_primary": "factor|unit",
    "swapped_primary": "swap|exchang|belongs to", "swapped_ratio": "swap|exchang|belongs to",
    "swapped_inputs": "swap|exchang|belongs to", "exchanged_labels": "swap|exchang|belongs to",
    "swapped_index": "swap|exchang|belongs to", "rotated_primary": "order|moved|belongs to",
    "rotated_ratio": "order|moved|belongs to", "rotated_column": "order|moved|belongs to",
    "rotated_index": "order|moved|belongs to", "shifted_block": "order|moved|belongs to",
    "computed_from_moved": "order|moved|belongs to", "declared_order": "order|moved|belongs to",
    "pushed_down": "moved|rows? (too|on)|lost|belongs to", "denominator_of_other_year": "denominator|numerator",
    "inputs_of_other_year": "inputs of|same as|copy", "copied_from_last_year": "duplicated|same as|copy",
    "column_twice": "duplicated", "copied_slow": "duplicated|same as|copy", "copied_block": "duplicated|same as|copy",
    "copied_column": "duplicated|same as|copy",
    "repeated_row": "duplicated", "truncated_ratio": "truncated|cut off", "rounded_ratio": "rounded",
    "exchanged_years": "exchanged", "exchanged_tables": "exchanged", "exchanged_inputs": "exchanged",
    "exchanged_with_ratio": "exchanged", "years_of_row": "exchanged|other year|value of another", "wrong_sign": "sign",
    "other_denominator": "another (numerator|denominator)", "digits_in_a_part": "sum|transpos", "total_wrong": "total",
    "rank_swapped": "rank", "wrong_class": "class", "share_wrong": "sum|share", "index_years_exchanged": "exchanged",
}  # fmt: skip


def plant(
    rng: np.random.Generator, folder: Path, kind: str, *, n: int | None = None, varied: bool = False
) -> tuple[gp.Study, list[Cell]]:
    """Invent a study with one fault of a kind, written to a folder; return it with the cells that are wrong.

    `varied` draws its language, years, layout and what else it prints, and may leave gaps beside the fault.
    """
    shape = Shape.drawn(rng) if varied else Shape()
    if kind in ("total_wrong", "share_wrong", "rank_swapped"):
        shape = replace(shape, total=True, shares=True, ranks=True, layout="cells", published=True)
    if kind in IN_PRINT:
        shape = replace(shape, published=True)
    if kind == "declared_order":
        shape = replace(shape, layout="cells", lang="ru")
    if kind in ("pushed_down", "rotated_primary", "rotated_ratio", "shifted_block", "copied_block"):
        shape = replace(shape, reordered=False)
    study, cells = invent(rng, folder, kind, n=n, shape=shape)
    if varied and rng.integers(0, 3) == 0:
        taken = {(table, row) for table, row, _ in cells} if len(cells) < 10 else set()
        for _ in range(2):
            table, row = int(rng.integers(1, 3)), int(rng.integers(1, study.n + 1))
            cell = table, row, str(rng.choice([*PRIMARIES, *RATIOS]))
            if (table, row) not in taken and cell not in cells and cell not in study.flags:
                study.gaps[cell] = str(rng.choice(["-", "..."]))
    return study.write(folder), [(study.number(table), study.row(table, row), name) for table, row, name in cells]


#: Faults of the published figures.
IN_PRINT = {
    "swapped_index", "wrong_index", "wrong_class", "wrong_change", "rotated_index", "index_years_exchanged",
    "index_by_other_method", "change_of_other_base", "rank_swapped",
}  # fmt: skip


def invent(
    rng: np.random.Generator, folder: Path, kind: str, *, n: int | None = None, shape: Shape | None = None
) -> tuple[Invented, list[Cell]]:
    """Invent figures with one fault of a kind; return them with the cells that are wrong."""
    study = clean(rng, folder, n=n, shape=shape)
    if kind in ("truncated_ratio", "rounded_ratio"):
        study.cut = ()
        for table in study.years:
            for name in RATIOS:
                study.ratio(table, name)
        study.compute()
    before = {key: values.copy() for key, values in study.columns.items()}
    cells = FAULTS[kind](study, rng)
    if not kind.startswith("total"):
        cells = [
            c  # What does not show in print is no fault.
            for c in cells
            if c[2].startswith(("class", "rank")) or study.columns[c[0], c[2]][c[1] - 1] != before[c[0], c[2]][c[1] - 1]
        ]
    return study, cells
