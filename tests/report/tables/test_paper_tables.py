"""Tables of a paper: within the text width whatever they hold, with every cell, and compiled where TeX is at hand."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from growthpoles.language.number_format import DASH
from growthpoles.maps.captions import Caption, captions_tex
from growthpoles.report.page_blocks import Column, Table
from growthpoles.report.tables.paper_tables import _HIGH, _WIDE, _layout, html, tex
from growthpoles.report.tables.table_formats import csv_bytes, shown

WORDS = {
    "en": "region index share of the industry probability neighbours untestable Gini",
    "ru": "Восточно-Казахстанская показатель производительность Инновационная восприимчивость регион доля в 2014 г.",
    "kk": "Шығыс Қазақстан облысы өңір үлесі инновациялық белсенділік тұрғындарға шаққандағы көрсеткіш",
}


def random_table(lang: str, seed: int) -> Table:
    """Any number of columns and rows, short and long cells."""
    rng = random.Random(seed)
    words = WORDS[lang].split()

    def text(most: int) -> str:
        return " ".join(rng.choices(words, k=rng.randint(1, most)))

    kinds = [rng.choice(["text", "number", "number"]) for _ in range(rng.randint(1, 14))]
    columns = tuple(Column(text(4), kind) for kind in kinds)
    long = rng.choice([1, 3, 12])
    rows = tuple(
        tuple(text(long) if kind == "text" else f"−{rng.random() * 10 ** rng.randint(0, 5):.3f}" for kind in kinds)
        for _ in range(rng.choice([0, 1, 16, 70]))
    )
    return Table("table", text(8), columns, rows, text(30) if rng.random() < 0.5 else "")


@pytest.mark.parametrize("lang", list(WORDS))
@pytest.mark.parametrize("seed", range(5))
def test_a_table_keeps_within_the_text_and_holds_every_cell(lang: str, seed: int) -> None:
    table = random_table(lang, seed)
    layout, written = _layout(table), tex(table, lang, label="t")
    room = _HIGH if layout.turned else _WIDE
    assert layout.shrunk or sum(layout.widths) + 2 * layout.gap * (len(layout.widths) - 1) <= room
    ends = re.findall(r" (?:\\tabularnewline|\\\\)$", written, re.M)
    assert len(ends) == len(table.rows) + written.count(r"\toprule")
    assert written.count(r"\begin{table}") == written.count(r"\end{table}") == written.count(r"\caption{")
    plain = written.replace(r"\-", "")
    assert all(cell.replace("−", "$-$") in plain for row in table.rows for cell in row)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no TeX here")
@pytest.mark.parametrize("lang", list(WORDS))
def test_tables_compile_without_overfull_boxes(lang: str, tmp_path: Path) -> None:
    figure = Caption("a", "a.png", "Title", width_mm=183.0)
    (tmp_path / "a.png").write_bytes((Path(__file__).parents[1] / "maps/baseline/rating.png").read_bytes())
    parts = [tex(random_table(lang, seed), lang) + r"\clearpage" for seed in range(30)] + [captions_tex([figure])]
    head = r"\documentclass[a4paper]{article}\usepackage[T2A]{fontenc}\usepackage{booktabs,graphicx}\begin{document}"
    (tmp_path / "t.tex").write_text("\n".join([head, *parts, r"\end{document}"]), encoding="utf-8")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "t.tex"], cwd=tmp_path, capture_output=True)
    log = (tmp_path / "t.log").read_text("latin-1")
    assert done.returncode == 0, log[-2000:]
    over = [float(points) for points in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt too (?:wide|high)", log)]
    assert max(over, default=0.0) <= 2.0
    assert "Missing character" not in log and "Float too large" not in log


def test_word_finds_tables() -> None:
    tables = [Table("a", "Индекс <1>", (Column("Өңір"), Column("Мәні", "number")), (("Қостанай & K", "−1,5"),), "note")]
    page = html(tables, title="T", lang="kk").decode()
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page)
    assert cells == ["Өңір", "Мәні", "Қостанай &amp; K", "−1,5"] and 'class="number">−1,5' in page
    assert "1-кесте. Индекс &lt;1&gt;" in page and "<p>note</p>" in page


def test_csv_opens_in_excel_and_reads_back(tmp_path: Path) -> None:
    for names, mark in ((["Akmola"], b""), (["Ақмола"], b"\xef\xbb\xbf")):
        frame = pd.DataFrame({"name": names, "x": [1.5]})
        content = csv_bytes(frame)
        assert content.startswith(mark) and (mark != b"" or content[:4] == b"name")
        (tmp_path / "t.csv").write_bytes(content)
        pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "t.csv"), frame)


@pytest.mark.parametrize("value", [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT], ids=str)
@pytest.mark.parametrize("column", ["cardinality", "n", "rank", "p", "p_value", "q", "local_moran", ""])
def test_what_is_missing_is_a_dash_in_any_column(column: str, value: object) -> None:
    assert shown(value, 3, column) == DASH
