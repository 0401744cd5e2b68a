"""Invented studies in the [cells] format with faults planted at random: the audit's yardstick.

A study has tables 1 and 2 (two years; eight primary columns, four ratios) and 3 (index, class, change). What is wrong
is told by its cells: figures computed from a wrong cell are consequences, not wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

import growthpoles as gp
from growthpoles.study.audit.printed_cells import FORMULA_COLUMNS, Sources, make_sources

YEARS = {1: 2016, 2: 2021}
PRIMARIES = ("gdp", "emp", "pop", "urban", "rural", "rd", "firms", "waste")
RATIOS = {
    "prod": ("gdp", "emp", 1000.0),
    "rdi": ("rd", "gdp", 100.0),
    "fpc": ("firms", "pop", 1000.0),
    "wst": ("waste", "gdp", 1000.0),
}
DIGITS = {"gdp": 1, "rd": 2, "waste": 1, "prod": 2, "rdi": 3, "fpc": 2, "wst": 3}
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
        method = Method(normalisation=self.method).of(catalogue)
        for table, year in YEARS.items():
            frame = pd.DataFrame({name: self.columns[table, name] for name in RATIOS})
            if self.exact:
                frame = pd.DataFrame(
                    {
                        name: factor * self.columns[table, top] / self.columns[table, bottom]
                        for name, (top, bottom, factor) in RATIOS.items()
                    }
                )
            index = np.round(index_of(frame, compiled(catalogue), method), 2)
            self.columns[3, f"index_{year}"] = index
            self.classes(year)
        self.change()

    def classes(self, year: int) -> None:
        index = self.columns[3, f"index_{year}"]
        letters = np.array(LETTERS)[np.clip(index // 10, 0, 9).astype(int)]
        for row, letter in enumerate(letters, 1):
            self.text[3, row, f"class_{year}"] = str(letter)

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
        return f"{self.columns[table, name][row - 1]:.{places}f}".replace(".", self.decimal)

    def sources(self) -> Sources:
        """The tables of indicators without a study around them: what arithmetic and the two years can tell."""
        lines = [
            {
                "table": t,
                "row": row,
                "label": f"Region {row:02d}",
                "column": name,
                "printed": self.printed(t, row, name),
            }
            for t in (1, 2)
            for name in (*PRIMARIES, *RATIOS)
            for row in range(1, self.n + 1)
        ]
        rules = pd.DataFrame([(name, *rule) for name, rule in RATIOS.items()], columns=list(FORMULA_COLUMNS))
        return make_sources(pd.DataFrame(lines), rules, years=YEARS, decimal=self.decimal, cut=self.cut)  # type: ignore[arg-type]

    def write(self, folder: Path) -> gp.Study:
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        labels = [f"Region {at:02d}" for at in range(1, self.n + 1)]
        third = [f"{kind}_{year}" for year in YEARS.values() for kind in ("index", "class")] + ["change"]
        for table in (1, 2, 3):
            names = [*PRIMARIES, *RATIOS] if table < 3 else third
            lines = ["table,row,label,column,printed,value"]
            for row, label in enumerate(labels, 1):
                for name in names:
                    text = self.printed(table, row, name)
                    value = text.replace(self.decimal, ".") if text.replace(self.decimal, "").isdigit() else ""
                    lines.append(f'{table},{row},{label},{name},"{text}",{value}')
            (folder / "tables" / f"table{table}.csv").write_text("\n".join(lines) + "\n")
        rules = [f"data,{YEARS[t]},{c},{t},{c},rows,,," for t in (1, 2) for c in (*PRIMARIES, *RATIOS)]
        head = "edition,year,column,table,source,order,missing,factor,note\n"
        (folder / "columns.csv").write_text(head + "\n".join(rules) + "\n")
        (folder / "formulas.csv").write_text(
            "table,column,numerator,denominator,factor\n3,change,index_2021,index_2016,100\n"
        )
        (folder / "catalogue.csv").write_text(CATALOGUE)
        quoted = ", ".join(f'"{label}"' for label in labels)
        cut = f"cut = {list(self.cut)}\n" if self.cut else ""
        (folder / "study.toml").write_text(
            f"""[study]
name = "invented"
years = [2016, 2021]
title = {{ en = "Invented" }}
source = {{ en = "Invented" }}
edition = "data"
[rating]
catalogue = "catalogue.csv"
normalisation = "{self.method}"
[cells]
folder = "tables"
assembly = "columns.csv"
decimal = "{self.decimal}"
{cut}[cells.orders]
rows = [{quoted}]
[published.index]
table = 3
columns = {{ 2016 = "index_2016", 2021 = "index_2021" }}
[published.rating_class]
table = 3
columns = {{ 2016 = "class_2016", 2021 = "class_2021" }}
"""
        )
        return gp.load_study(folder / "study.toml")


#: Normalisations of yearbooks and ratings; goalposts and a reference region are given, not found.
METHODS = ("leader", "min-max", "z-score", "mpi", "rank", "percentile", "mean")


def clean(
    rng: np.random.Generator, folder: Path, *, n: int | None = None, gaps: bool = False, method: str = ""
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
    )
    study.method = method or study.method
    study.exact = bool(rng.integers(0, 4) == 0)
    study.cut = (
        tuple(str(name) for name in rng.choice(list(RATIOS), rng.integers(1, 3), replace=False))
        if rng.integers(0, 4) == 0
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
    for table in (1, 2):
        if table == 2:
            base = {name: values * np.exp(growth[name][0]) * noise(growth[name][1]) for name, values in base.items()}
        for name, values in base.items():
            study.columns[table, name] = study.rounded(name, values)
        whole = study.columns[table, "pop"]
        study.columns[table, "urban"] = np.round(whole * rng.uniform(0.3, 0.8, n))
        study.columns[table, "rural"] = whole - study.columns[table, "urban"]
        for name in RATIOS:
            study.ratio(table, name)
    study.compute()
    if gaps:
        for _ in range(int(rng.integers(1, 4))):
            table, row = int(rng.integers(1, 3)), int(rng.integers(1, n + 1))
            name = str(rng.choice([*PRIMARIES, *RATIOS]))
            study.gaps[table, row, name] = str(rng.choice(["-", "...", ""]))
            if rng.integers(0, 2):
                year = YEARS[int(rng.integers(1, 3))]
                for column in (f"index_{year}", f"class_{year}", "change"):
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


FAULTS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        shifted_ratio, shifted_ratio_and_index, swapped_primary, swapped_ratio, rotated_primary, rotated_ratio,
        shifted_block, denominator_of_other_year, unit_slip, copied_from_last_year, swapped_index, wrong_index,
        scaled_ratio, scaled_primary, digits_in_a_part, digits_in_a_primary, digits_in_a_ratio, truncated_ratio,
        exchanged_years, wrong_class, wrong_change, computed_from_moved, repeated_row, unit_slip_and_all, wrong_sign,
        rotated_column, pushed_down, swapped_inputs, exchanged_labels, copied_block, copied_column, other_denominator,
        rotated_index, unit_slip_of_rows, rounded_ratio,
    )
}  # fmt: skip


def plant(rng: np.random.Generator, folder: Path, kind: str, *, n: int | None = None) -> tuple[gp.Study, list[Cell]]:
    """Invent a study with one fault of a kind, written to a folder; return it with the cells that are wrong."""
    study, cells = invent(rng, folder, kind, n=n)
    return study.write(folder), cells


def invent(rng: np.random.Generator, folder: Path, kind: str, *, n: int | None = None) -> tuple[Invented, list[Cell]]:
    """Invent figures with one fault of a kind; return them with the cells that are wrong."""
    study = clean(rng, folder, n=n)
    if kind in ("truncated_ratio", "rounded_ratio"):
        study.cut = ()
        for table in (1, 2):
            for name in RATIOS:
                study.ratio(table, name)
        study.compute()
    before = {key: values.copy() for key, values in study.columns.items()}
    cells = FAULTS[kind](study, rng)
    # What does not show in print is no fault.
    cells = [
        c
        for c in cells
        if c[2].startswith("class") or study.columns[c[0], c[2]][c[1] - 1] != before[c[0], c[2]][c[1] - 1]
    ]
    return study, cells
