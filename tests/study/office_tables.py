"""A generator of tables as offices lay them out, from a tidy table that is known; no test is in here."""

from __future__ import annotations

import gzip
import io
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils import get_column_letter
from shapely.geometry import box

NAMES = ("Alder", "Birch Hills", "Cedar", "Dogwood", "Elm Valley", "Fir", "Gorse", "Hazel", "Ivy", "Juniper")
CYRILLIC = tuple(
    f"{name} область"
    for name in (
        "Абайская",
        "Береговая",
        "Волжская",
        "Горная",
        "Дальняя",
        "Ельская",
        "Жемчужная",
        "Зелёная",
        "Ивовая",
        "Кедровая",
    )
)
# Names of things that are counted, many of which hold the words of identifiers, units and remarks.
KINDS = (
    "income",
    "jobs, thousand",
    "Number of jobs",
    "Taxes paid",
    "Covid",
    "Road grid",
    "Housing units",
    "Unit labour cost",
    "Число предприятий, единиц",
    "Unidades económicas",
    "Wohneinheiten",
    "Natural resources",
    "Air quality",
    "Employment status known",
    "Banknotes",
    "Isolated dwellings",
    "Multiplier effects",
    "Место рождения (город)",
    "Codes of conduct",
    "Timed buses",
)
GROWTH = "Rate of growth"  # which may be negative
MARKS = (":", "..", "...", "…", "n/a", "[x]", "x", "-", "(D)", "NA", "np")
FLAGS = (" p", "(p)", "*", " (r)", "†", " e", "[c]")
TOTALS = ("Total", "United Kingdom", "Итого", "Deutschland")
NOTES = (
    "Source: Office of Statistics, 2023",
    "* provisional",
    "1) From 2020 onwards, new method",
    "Note: rounded to 0.1",
)


@dataclass
class Case:
    """A table in a file, its boundaries, and what it says: (region, year, kind) to value or None."""

    folder: Path
    table: Path
    boundaries: Path
    truth: dict[tuple[str, int, str], float | None]
    years: list[int]
    what: list[str] = field(default_factory=list)
    options: dict[str, object] = field(default_factory=dict)


Cells = list[list[object]]


def make_case(seed: int, folder: Path) -> Case:
    """Write a random table and its boundaries."""
    rng = random.Random(seed)
    cyrillic = rng.random() < 0.3
    names = list((CYRILLIC if cyrillic else NAMES)[: rng.randint(5, 10)])
    codes = (
        [f"{i:02d}" for i in range(1, len(names) + 1)]
        if rng.random() < 0.5
        else [f"Q{i * 7:02d}" for i in range(1, len(names) + 1)]
    )
    years = sorted(rng.sample(range(2005, 2023), rng.randint(1, 4)))
    kinds = rng.sample((*KINDS, GROWTH), rng.randint(1, 3))
    case = Case(folder, folder / "t.csv", folder / "r.gpkg", {}, years)
    gpd.GeoDataFrame(
        {"code": codes, "name": names}, geometry=[box(i, 45, i + 1, 46) for i in range(len(names))], crs=4326
    ).to_file(case.boundaries)
    present = names if rng.random() < 0.8 else names[:-1]
    digits = rng.choice((0, 1, 2))
    for code, name in zip(codes, names, strict=True):
        for year in years:
            for kind in kinds:
                value = round(rng.uniform(-20 if kind == GROWTH else 1, rng.choice((9, 99, 9_999, 2_999_999))), digits)
                case.truth[code, year, kind] = None if name not in present or rng.random() < 0.04 else value
    code_of = dict(zip(names, codes, strict=True))
    style = _Style(rng, digits, case)
    layout = rng.choice(("across", "down", "long", "two rows", "stacked", "sheets", "sections"))
    case.what.append(layout)
    sheets: dict[str, tuple[Cells, list[tuple[int, int, int, int]]]] = {}
    order = list(present)
    if rng.random() < 0.4:
        rng.shuffle(order)
    args = (rng, case, order, code_of, kinds, style)
    if layout == "sheets":
        for kind in kinds:
            sheets[kind[:20]] = _across(*args[:4], [kind], style, label=False)
    elif layout == "stacked":
        cells: Cells = []
        for kind in kinds:
            part, _ = _across(*args[:4], [kind], style, label=False)
            cells += [[kind], *part, []]
        sheets["T1"] = cells, []
    elif layout == "sections":
        sheets["T1"] = _sections(*args)
    else:
        sheets["T1"] = {"across": _across, "two rows": _two_rows, "down": _down, "long": _long}[layout](*args)
    _dress_up(rng, case, sheets)
    _write(rng, case, sheets)
    return case


class _Style:
    """How an office prints names, years and numbers."""

    def __init__(self, rng: random.Random, digits: int, case: Case) -> None:
        self.rng, self.digits = rng, digits
        self.text = rng.random() < 0.5
        self.decimal, self.thousands = rng.choice(
            ((".", ","), (",", "."), (",", "\u00a0"), (".", "'"), (",", " "), (".", ""))
        )
        self.mark = rng.choice(MARKS)
        self.flag = rng.choice(FLAGS) if rng.random() < 0.4 else ""
        self.note = rng.choice(("*", " 1)", " [note 2]", "²", "")) if rng.random() < 0.4 else ""
        self.raised = rng.random() < 0.2
        self.year = rng.choice(("{}", "{}", "{}", "{} г.", "31.12.{}", "{}*", "{} (p)", "{}R", "FY{}", "{}/{:02d}"))
        self.key = rng.choice(("name", "name", "code", "both", "joined", "inset"))
        self.heading = rng.choice(("Area", "Area", "Territorial unit", "Name", "Регион", "Region ID"))
        self.total = rng.choice(TOTALS) if rng.random() < 0.6 else ""
        case.what += [
            f"{'text' if self.text else 'numbers'} {self.decimal}{self.thousands} {digits}",
            self.key,
            self.year,
            self.flag,
            self.note,
            self.total,
        ]

    def number(self, value: float | None) -> object:
        if value is None:
            return self.mark
        if not self.text:
            return value if self.digits else int(value)
        whole, _, rest = f"{abs(value):,.{self.digits}f}".partition(".")
        printed = (
            ("-" if value < 0 else "") + whole.replace(",", self.thousands) + (self.decimal + rest if rest else "")
        )
        if self.flag and self.rng.random() < 0.15:
            if self.raised:
                return CellRichText(printed, TextBlock(InlineFont(vertAlign="superscript"), "2"))
            return printed + self.flag
        return printed

    def label(self, year: int) -> object:
        if self.year == "{}" and not self.text:
            return year
        return self.year.format(year, (year + 1) % 100)

    def names(self, name: str, code: str) -> list[object]:
        noted = name + (self.note if self.note and self.rng.random() < 0.3 else "")
        return {
            "name": [noted],
            "code": [code],
            "both": [code, noted],
            "joined": [f"{code} {name}"],
            "inset": [f"  {noted}"],
        }[self.key]

    def head(self) -> list[object]:
        return {"both": ["Code", "Area"]}.get(self.key, [self.heading])

    def totals(self) -> list[object]:
        return {"both": ["", self.total], "code": ["00T"], "joined": [self.total]}.get(self.key, [self.total])


def _totalled(rng: random.Random, style: _Style, rows: Cells, width: int) -> Cells:
    if style.total:
        own = style.totals()
        row = [*own, *(style.number(round(rng.uniform(10_000, 99_999), style.digits)) for _ in range(width - len(own)))]
        rows.insert(rng.choice((0, 0, len(rows))), row)
    return rows


def _across(rng, case, names, code_of, kinds, style, *, label=True):  # type: ignore[no-untyped-def]
    labels = [
        f"{kind} {style.label(year)}" if label and len(kinds) > 1 else style.label(year)
        for kind in kinds
        for year in case.years
    ]
    rows = [
        [*style.names(n, code_of[n]), *(style.number(case.truth[code_of[n], y, k]) for k in kinds for y in case.years)]
        for n in names
    ]
    head = [*style.head(), *labels]
    return [head, *_totalled(rng, style, rows, len(head))], []


def _two_rows(rng, case, names, code_of, kinds, style):  # type: ignore[no-untyped-def]
    cells, _ = _across(rng, case, names, code_of, kinds, style, label=False)
    keys, n = len(style.head()), len(case.years)
    top = [""] * keys
    merged = []
    for i, kind in enumerate(kinds):
        top += [kind, *[""] * (n - 1)]
        merged += [(1, keys + i * n, 1, keys + i * n + n - 1)] if n > 1 else []
    if rng.random() < 0.5:
        top[:keys], cells[0][:keys] = cells[0][:keys], [""] * keys
    units = [[*[""] * keys, *["units"] * (n * len(kinds))]] if rng.random() < 0.3 else []
    return [top, cells[0], *units, *cells[1:]], merged


def _down(rng, case, names, code_of, kinds, style):  # type: ignore[no-untyped-def]
    merged, rows = [], []
    gaps = rng.random() < 0.5 and len(case.years) > 1
    for name in names:
        for i, year in enumerate(case.years):
            own = style.names(name, code_of[name])
            if gaps and i:
                own = [""] * len(own)
            rows.append([*own, style.label(year), *(style.number(case.truth[code_of[name], year, k]) for k in kinds)])
        first = len(rows) - len(case.years) + 2
        if gaps:
            merged += [(first, at, first + len(case.years) - 1, at) for at in range(len(style.head()))]
    return [[*style.head(), "Year", *kinds], *rows], merged


def _long(rng, case, names, code_of, kinds, style):  # type: ignore[no-untyped-def]
    rows = [
        [*style.names(n, code_of[n]), style.label(y), k, "unit", style.number(case.truth[code_of[n], y, k])]
        for n in names for y in case.years for k in kinds
    ]  # fmt: skip
    return [[*style.head(), "Year", "Indicator", "Unit", "Value"], *rows], []


def _sections(rng, case, names, code_of, kinds, style):  # type: ignore[no-untyped-def]
    cells, _ = _across(rng, case, names, code_of, kinds[:1], style, label=False)
    rows: Cells = []
    for kind in kinds:
        rows += [[kind], *_across(rng, case, names, code_of, [kind], style, label=False)[0][1:]]
    return [cells[0], *rows], []


def _dress_up(rng: random.Random, case: Case, sheets: dict[str, tuple[Cells, list[tuple[int, int, int, int]]]]) -> None:
    """Put titles above, notes below, a column or rows beside; the merged ranges move along."""
    for name, (cells, merged) in sheets.items():
        above: Cells = []
        if rng.random() < 0.6:
            above.append(["Regional accounts of the country (invented)"])
            if rng.random() < 0.4:
                above.append(["thousand units"])
            if rng.random() < 0.6:
                above.append([])
        below = [[], *([note] for note in rng.sample(NOTES, rng.randint(1, 3)))] if rng.random() < 0.6 else []
        if rng.random() < 0.1:
            cells = [["", *row] for row in cells]
            merged = [(a, b + 1, c, d + 1) for a, b, c, d in merged]
        if len(case.years) == 1 and case.what[0] in ("sheets", "stacked") and rng.random() < 0.3:
            case.what.append("one year")
        shift = len(above)
        sheets[name] = [*above, *cells, *below], [(a + shift, b, c + shift, d) for a, b, c, d in merged]


def _write(rng: random.Random, case: Case, sheets: dict[str, tuple[Cells, list[tuple[int, int, int, int]]]]) -> None:
    rich = any(isinstance(cell, CellRichText) for cells, _ in sheets.values() for row in cells for cell in row)
    kind = "xlsx" if len(sheets) > 1 or rich else rng.choice(("xlsx", "csv", "tsv", "gz", "html", "utf-16"))
    case.what.append(kind)
    if kind == "xlsx":
        book = openpyxl.Workbook()
        book.remove(book.active)
        if rng.random() < 0.3:
            page = book.create_sheet("Notes")
            page.append(["Notes"])
            page.append(["note 1", "Provisional."])
        for name, (cells, merged) in sheets.items():
            page = book.create_sheet(name)
            for i, row in enumerate(cells, start=1):
                for j, cell in enumerate(row, start=1):
                    if cell != "":
                        page.cell(i, j, cell)
            for a, b, c, d in merged:
                page.merge_cells(f"{get_column_letter(b + 1)}{a}:{get_column_letter(d + 1)}{c}")
        case.table = case.folder / "t.xlsx"
        book.save(case.table)
        return
    cells, merged = next(iter(sheets.values()))
    if kind == "html":
        text = (
            "<html><body><table>"
            + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
            + "</table></body></html>"
        )
        case.table = case.folder / "t.xls"
        case.table.write_text(text, encoding="utf-8")
        return
    sign = "\t" if kind in ("tsv", "utf-16") else rng.choice((";", ","))
    buffer = io.StringIO()
    width = max(map(len, cells)) if rng.random() < 0.5 else 0
    for row in cells:
        full = [*row, *[""] * (width - len(row))]
        buffer.write(
            sign.join(
                json.dumps(str(c), ensure_ascii=False).replace('\\"', '""') if sign in str(c) else str(c) for c in full
            )
            + "\r\n"
        )
    content = buffer.getvalue().encode("utf-16" if kind == "utf-16" else "utf-8")
    case.table = case.folder / ("t.csv.gz" if kind == "gz" else "t.tsv" if sign == "\t" else "t.csv")
    case.table.write_bytes(gzip.compress(content) if kind == "gz" else content)
