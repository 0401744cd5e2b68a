"""Transcribe Tables 1-7 of the article from its plain-text extraction, cell by cell as printed.

Usage: ``python geodata/build/tables.py ARTICLE.txt OUT_FOLDER`` (the text itself is not redistributed).

The extraction lost the headers of Tables 3-5, wraps long region names over two lines and prints Table 5 before
Table 4; the columns below are in the order of the printed headers of Tables 2 and 6 and of the running text. Nothing
is corrected here: every string is kept as printed, and ``value`` is only that string read as a number.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

SUSCEPTIBILITY = (
    "grp", "productivity", "employed", "fixed_assets", "asset_return", "emissions", "eco_efficiency",
)  # fmt: skip
ACTIVITY = (
    "rd", "tech_innovation", "employed", "output",
    "rd_per_employed", "tech_innovation_per_employed", "output_per_capita",
)  # fmt: skip
COLUMNS = {
    2: SUSCEPTIBILITY,
    3: ACTIVITY,
    4: SUSCEPTIBILITY,
    5: ACTIVITY,
    6: ("index_2010", "class_2010", "index_2014", "class_2014", "ratio"),
    7: ("ksi_2010", "ksi_2014"),
}
NUMBER = r"-|\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?"


def section(text: str, start: str, stop: str) -> str:
    begin = text.index(start) + len(start)
    return text[begin : text.index(stop, begin)]


def split_cells(tail: str, columns: tuple[str, ...]) -> list[str]:
    """Split the numbers of a row: a blank is a thousands separator only where the right count of cells comes out.

    Where that leaves several readings ("266 555,7 311100"), the row's own ratio of R&D to employment decides.
    """
    count = len(columns)
    tokens = tail.split()
    found: list[list[str]] = []

    def walk(at: int, cells: list[str]) -> None:
        if len(cells) > count:
            return
        if at == len(tokens):
            if len(cells) == count:
                found.append(cells)
            return
        for size in (1, 2, 3):
            cell = " ".join(tokens[at : at + size])
            if at + size <= len(tokens) and re.fullmatch(NUMBER + r"|[A-DА-ДВС]\+{0,2}", cell):
                walk(at + size, [*cells, cell])

    walk(0, [])
    if len(found) > 1 and columns == ACTIVITY:
        found = [cells for cells in found if abs(1e6 * number(cells[0]) / number(cells[2]) - number(cells[4])) < 0.01]
    if len(found) != 1:
        raise SystemExit(f"row {tail!r}: {len(found)} ways to read it as {count} cells")
    return found[0]


def unwrap(label: str) -> str:
    return re.sub(r"-\s+", "-", " ".join(label.split()))


def numbered_rows(body: str, columns: tuple[str, ...]) -> list[tuple[int, str, list[str]]]:
    flat = " ".join(body.split())
    rows = []
    at = 0
    for row in range(1, 17):
        match = re.compile(rf"(?:^| ){row} (?=(?:г\. )?[А-Я][а-я])").search(flat, at)
        if match is None:
            raise SystemExit(f"row {row} not found")
        after = re.compile(rf" {row + 1} (?=(?:г\. )?[А-Я][а-я])").search(flat, match.end())
        line = flat[match.end() : after.start() if after else len(flat)]
        label, tail = re.fullmatch(r"((?:г\. )?[А-Яа-я]+(?:- ?[А-Я][а-я]+)?) (.+)", line).groups()
        rows.append((row, unwrap(label), split_cells(tail, columns)))
        at = match.end()
    return rows


def parse(cell: str) -> str:
    """Read a printed number: blanks separate thousands, a comma the decimals; "" where it is not a number."""
    plain = cell.replace(" ", "").replace(",", ".")
    return plain if re.fullmatch(r"\d+(?:\.\d+)?", plain) else ""


def number(cell: str) -> float:
    return float(parse(cell) or "nan")


def scale(text: str) -> list[tuple[int, str, str, str]]:
    body = section(text, "Класс Ранговый балл Значение", "Источник:")
    cells: list[tuple[int, str, str, str]] = []
    group, row = "", 0
    flat = " ".join(re.sub(r"-\n", "", body).split())
    for part in re.split(r"(?=Группа [A-D] )|(?=[A-DАВС]\+{0,2} От \d)", flat):
        if part.startswith("Группа"):
            group = part.strip()
        elif match := re.match(r"(\S+) (От \d+ до \d+) (.+)", part):
            row += 1
            for column, cell in zip(("class", "interval", "meaning"), match.groups(), strict=True):
                cells.append((row, group, column, cell.strip()))
    return cells


def main(article: Path, out: Path) -> None:
    text = article.read_text(encoding="utf-8")
    bodies = {
        2: section(text, "Таблица 2. Исходные данные", "Таблица 3. Исходные"),
        3: section(text, "Таблица 3. Исходные данные для расчета "
                   "инновационной активности регионов Казахстана за 2010 год", "Таблица 5."),
        4: section(text, "Таблица 4. Исходные данные для расчета инновационной восприимчивости регионов Казахстана "
                   "за 2014 год", "В-третьих, в регионе"),
        5: section(text, "Таблица 5. Исходные данные для расчета инновационной активности регионов Казахстана "
                   "за 2014 год", "Таблица 4."),
        6: section(text, "к 2010 г., %", "Источник: рассчитано"),
    }  # fmt: skip
    bodies[2] = bodies[2][bodies[2].index("1 Акмолинская") :]
    tables: dict[int, list[tuple[int, str, str, str]]] = {1: scale(text)}
    for table, body in bodies.items():
        tables[table] = [
            (number, label, column, cell)
            for number, label, cells in numbered_rows(body, COLUMNS[table])
            for column, cell in zip(COLUMNS[table], cells, strict=True)
        ]
    ksi = section(text, "2010 г., в частях 2014 г., в частях", "Источник: рассчитано").strip().splitlines()
    tables[7] = [
        (number, label, column, cell)
        for number, line in enumerate(ksi, start=1)
        for label, *cells in [line.rsplit(" ", 2)]
        for column, cell in zip(COLUMNS[7], cells, strict=True)
    ]
    out.mkdir(parents=True, exist_ok=True)
    for table, cells in sorted(tables.items()):
        with (out / f"table{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("table", "row", "label", "column", "printed", "value"))
            for number, label, column, cell in cells:
                writer.writerow((table, number, label, column, cell, parse(cell)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
