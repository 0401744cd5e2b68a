"""Invented yearbooks in many layouts, with the formulas that are true of them: the yardstick of `audit FILE`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from openpyxl import Workbook

#: column -> (numerator or parts, denominator, factor); a sum has no denominator.
Truth = dict[str, tuple[str, str, float]]
LAYOUTS = (
    "plain csv", "semicolons and decimal commas", "sheets by year", "years in headers", "two header rows",
    "total first", "total last", "two levels", "two levels, total last", "numbered", "title and notes", "gaps",
    "rank and class",
)  # fmt: skip
_DIGITS = {
    "GDP": 1, "employed, thousand": 1, "GDP per head": 1, "productivity": 1, "output": 1, "density": 1,
    "doctors per 100,000": 1,
    "births per 1,000": 2, "urban share": 1, "area": 1, "export share": 1, "growth": 1, "share of country": 2,
    "exports": 1, "R&D": 2, "R&D intensity": 2,
}  # fmt: skip


def figures(rng: np.random.Generator, n: int) -> tuple[dict[str, np.ndarray], Truth]:
    """Columns of one year and what is true of them; quotients are taken from the figures before they were rounded."""
    size = np.exp(rng.normal(0, float(rng.uniform(0.3, 0.9)), n))
    pop = np.round(6e5 * size)
    urban = np.round(pop * rng.uniform(0.3, 0.9, n))
    employed = pop * 0.45 * np.exp(rng.normal(0, 0.1, n)) / 1000
    gdp = pop * 0.004 * np.exp(rng.normal(0, 0.35, n))
    column = {
        "population": pop, "urban": urban, "rural": pop - urban, "employed, thousand": employed, "GDP": gdp,
        "area": np.exp(rng.normal(9, 0.8, n)), "doctors": np.round(pop * 0.004 * np.exp(rng.normal(0, 0.2, n))),
        "births": np.round(pop * 0.011 * np.exp(rng.normal(0, 0.15, n))),
        "exports": gdp * np.exp(rng.normal(-1.2, 0.6, n)), "R&D": gdp * np.exp(rng.normal(-4.3, 0.7, n)),
    }  # fmt: skip
    rules: Truth = {
        "population": ("urban + rural", "", 1.0),
        "urban share": ("urban", "population", 100.0),
        "GDP per head": ("GDP", "population", 1e6),
        "productivity": ("GDP", "employed, thousand", 1000.0),
        "density": ("population", "area", 1.0),
        "doctors per 100,000": ("doctors", "population", 1e5),
        "births per 1,000": ("births", "population", 1000.0),
        "export share": ("exports", "GDP", 100.0),
        "R&D intensity": ("R&D", "GDP", 100.0),
    }
    results = [name for name in rules if name != "population"]
    kept = {str(name) for name in rng.choice(results, int(rng.integers(2, 6)), replace=False)}
    rules = {name: rule for name, rule in rules.items() if name in kept or name == "population"}
    for name in kept:
        above, below, factor = rules[name]
        column[name] = factor * column[above] / column[below]
    # Columns that follow from nothing in their row.
    column["growth"] = 100 + rng.normal(3, 4, n)
    column["share of country"] = 100 * gdp / gdp.sum()
    if rng.integers(0, 2):  # a name that tells nothing
        column["output"], rules["output"] = (
            column.pop("productivity", np.empty(0)),
            rules.pop("productivity", ("", "", 1.0)),
        )
        if not column["output"].size:
            del column["output"], rules["output"]
        kept = kept - {"productivity"} | ({"output"} if "output" in rules else set())
    order = rng.permutation(list(column))
    used = {"population", "urban", "rural", "growth"} | kept | {part for k in kept for part in rules[k][:2]}
    used |= {str(name) for name in rng.choice(order, 3)}
    used |= {"GDP"} if "share of country" in used else set()
    return {str(k): np.round(column[k], _DIGITS.get(str(k), 0)) for k in order if k in used}, rules


def write_yearbook(rng: np.random.Generator, folder: Path, layout: str, *, n: int = 0) -> tuple[Path, Truth]:
    """Write one yearbook; return its path and what is true of it."""
    n = n or int(np.exp(rng.uniform(np.log(8), np.log(60.9))))
    columns, rules = figures(rng, n)
    names = [f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[i % 26]}{'aeiou'[i // 26 % 5]}ville" for i in range(n)]
    years = [2016, 2021] if layout in ("sheets by year", "years in headers") else [2021]
    tables = {years[-1]: columns}
    if len(years) > 1:
        grown = {k: v * np.exp(rng.normal(0.1, 0.05, n)) for k, v in columns.items()}
        for name in ("urban", "rural", "doctors", "births"):
            grown[name] = np.round(grown.get(name, columns["population"]))
        grown["population"] = grown["urban"] + grown["rural"]
        for name, (above, below, factor) in rules.items():
            if below:
                grown[name] = factor * grown[above] / grown[below]
        grown["share of country"] = 100 * grown["GDP"] / grown["GDP"].sum() if "GDP" in grown else columns["growth"]
        tables[years[0]] = {k: np.round(grown[k], _DIGITS.get(k, 0)) for k in columns}
    head: list[list[str]] = [["Region", *columns]]
    body = [[name, *(f"{columns[k][i]:.{_DIGITS.get(k, 0)}f}" for k in columns)] for i, name in enumerate(names)]
    if layout == "years in headers":
        head = [["Region", *(f"{k} {year}" for k in columns for year in years)]]
        body = [
            [name, *(f"{tables[year][k][i]:.{_DIGITS.get(k, 0)}f}" for k in columns for year in years)]
            for i, name in enumerate(names)
        ]
    if layout == "two header rows":
        head = [["", *("people" if k in ("population", "urban", "rural") else "economy" for k in columns)], *head]
    if layout == "title and notes":
        head = [["Main figures of the regions, 2021"], [], *head]
    if layout == "gaps":
        for _ in range(4):
            body[int(rng.integers(n))][int(rng.integers(1, len(columns) + 1))] = str(rng.choice(["-", "...", ""]))

    def total(label: str, rows: range) -> list[str]:
        added = []
        for k in columns:
            value = float(columns[k][list(rows)].sum())
            if k in rules and rules[k][1]:
                above, below, factor = rules[k]
                value = factor * columns[above][list(rows)].sum() / columns[below][list(rows)].sum()
            added.append("" if k == "growth" else f"{value:.{_DIGITS.get(k, 0)}f}")
        return [label, *added]

    if layout == "total first":
        body = [total("Country", range(n)), *body]
    elif layout in ("total last", "sheets by year"):
        body = [*body, total("Country", range(n))] if layout == "total last" else body
    elif layout.startswith("two levels"):
        cuts = np.sort(rng.choice(np.arange(2, n - 1), min(3, n // 4), replace=False))
        spans = [range(int(a), int(b)) for a, b in zip([0, *cuts], [*cuts, n], strict=True)]
        levels = [[total(f"Zone {at}", span), *(body[i] for i in span)] for at, span in enumerate(spans, 1)]
        if layout == "two levels":
            body = [total("Country", range(n)), *(line for level in levels for line in level)]
        else:
            body = [*(line for level in levels for line in (*level[1:], level[0])), total("Country", range(n))]
    if layout == "numbered":
        head[-1] = ["No.", *head[-1]]
        body = [[str(i), *line] for i, line in enumerate(body, 1)]
    if layout == "rank and class":
        by = next(k for k in columns if k in rules and rules[k][1])
        place = np.argsort(np.argsort(-columns[by])) + 1
        letters = np.array(["high", "middle", "low"])[np.minimum((place - 1) * 3 // n, 2)]
        head[-1] += ["rank", "class"]
        body = [[*line, str(p), str(c)] for line, p, c in zip(body, place, letters, strict=True)]
    if layout == "title and notes":
        body += [[], ["Source: invented."]]
    if layout == "sheets by year":
        book = Workbook()
        book.remove(book.worksheets[0])
        for year in years:
            sheet = book.create_sheet(str(year))
            sheet.append(head[0])
            for i, name in enumerate(names):
                sheet.append([name, *(float(tables[year][k][i]) for k in columns)])
        path = folder / "yearbook.xlsx"
        book.save(path)
        return path, rules
    comma = layout == "semicolons and decimal commas"
    sign = ";" if comma else ","

    def line(cells: list[str]) -> str:
        return sign.join(f'"{c.replace(".", ",") if comma and c[:1].isdigit() else c}"' for c in cells)

    path = folder / "yearbook.csv"
    path.write_text("\n".join(map(line, [*head, *body])) + "\n")
    return path, rules
