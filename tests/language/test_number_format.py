"""Numbers, percentages, p-values and plurals in every language."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthpoles
from growthpoles.cli.terminal import print_frame
from growthpoles.language.languages import LANGUAGES
from growthpoles.language.number_format import (
    P_COLUMN,
    format_number,
    format_p,
    format_percent,
    format_percent_up,
    plural_form,
)
from growthpoles.report.tables.table_formats import markdown, serialise, shown, tex, without_noise
from source_trees import nodes

PACKAGE = Path(growthpoles.__file__).parent


@pytest.mark.parametrize("digits", range(4))
def test_halves_are_rounded_away_from_zero(digits: int) -> None:
    for whole in range(40):
        half, up = float(f"{whole}.{'0' * digits}5"), f"{whole}.{'0' * digits}"
        up = up[:-1] + "1" if digits else f"{whole + 1}"
        assert format_number(half, digits=digits) == up
        assert format_number(-half, digits=digits) == f"\u2212{up}"
        assert format_number(float(f"{whole}.{'0' * digits}49"), digits=digits) != up


@pytest.mark.parametrize(
    ("value", "lang", "options", "text"),
    [
        (1234.5, "en", {"digits": 1}, "1234.5"),
        (1234567.0, "ru", {"digits": 0}, "1\u00a0234\u00a0567"),
        (12345.0, "en", {"digits": 0}, "12\u00a0345"),
        (9999.6, "en", {"digits": 0}, "10\u00a0000"),
        (9999.4, "en", {"digits": 0}, "9999"),
        (0.683, "kk", {"digits": 3}, "0,683"),
        (-0.004, "en", {"digits": 2}, "0.00"),
        (2.5, "en", {"digits": 0}, "3"),
        (-2.5, "en", {"digits": 0}, "\u22123"),
        (0.125, "en", {"digits": 2}, "0.13"),
        (2.675, "en", {"digits": 2}, "2.68"),  # as it is printed, not as it is stored
        (1e300, "en", {"digits": None}, "1e+300"),
        (-7.9, "ru", {"digits": 1, "sign": "+"}, "\u22127,9"),
        (7.94, "en", {"digits": 1, "sign": "+"}, "+7.9"),
        (0.0, "en", {"digits": 0, "sign": "+"}, "0"),
        (0.05, "ru", {"digits": None}, "0,05"),
        (-2.50, "en", {"digits": None}, "\u22122.5"),
        (float("nan"), "en", {}, ""),
    ],
)
def test_numbers(value: float, lang: str, options: dict, text: str) -> None:
    assert format_number(value, lang, **options) == text


def test_percentages() -> None:
    assert (format_percent(0.8), format_percent(0.0357, "ru"), format_percent(0.0)) == ("80%", "3,6\u00a0%", "0%")
    assert format_percent(0.035, "kk") == "3,5\u00a0%"


def test_a_percentage_at_most_is_never_below_the_share() -> None:
    told = {0.0: "0%", 1e-15: "0%", 9.84e-8: "0.0001%", 1.01e-6: "0.0002%", 0.000541: "0.055%", 0.04: "4%",
            0.0412: "4.2%", 0.5: "50%", 1.234: "130%"}  # fmt: skip
    assert {share: format_percent_up(share) for share in told} == told
    for share in np.random.default_rng(1).uniform(0, 1, 200) * 10.0 ** -np.arange(200.0).clip(0, 8):
        percent = float(format_percent_up(share).rstrip("%"))
        assert 100 * share <= percent * (1 + 1e-9) and percent <= max(110 * share, 0.0001 + 100 * share)


@pytest.mark.parametrize(
    ("p", "english", "russian"),
    [
        (0.0, "< 0.0001", "< 0,0001"),
        (5e-324, "< 0.0001", "< 0,0001"),
        (0.000099, "< 0.0001", "< 0,0001"),
        (0.0001, "0.0001", "0,0001"),
        (0.0005, "0.0005", "0,0005"),
        (0.0042, "0.0042", "0,0042"),
        (0.0123, "0.012", "0,012"),
        (1.0, "1.000", "1,000"),
        (np.float64(0.376), "0.376", "0,376"),
        (None, "–", "–"),
        (pd.NA, "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_a_p_value_is_never_zero(p: float, english: str, russian: str) -> None:
    assert (format_p(p), format_p(p, "ru"), format_p(p, "kk")) == (english, russian, russian)


def test_a_p_value_after_its_letter() -> None:
    assert format_p(0.0375, relation=True) == "= 0.038" and format_p(1e-9, "kk", relation=True) == "< 0,0001"
    assert format_p(0.37541, digits=4) == "0.3754"


def test_tables_for_people_know_their_p_values() -> None:
    frame = pd.DataFrame({"p_value": [1e-9, 0.0005, np.nan], "z": [1e-9, 2.0, np.nan], "p_class": [0.0, 0.5, 1.0]})
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in markdown(frame).splitlines()[2:]]
    assert cells == [["\\< 0.0001", "1.0e−9", "0.000"], ["0.0005", "2.000", "0.500"], ["–", "–", "1.000"]]
    assert r"\textless{} 0.0001 & 1.0e$-$9 & 0.000" in tex(frame, title="t")
    known = ("p", "p_value", "p_adjusted", "p_attainable", "p_low", "p_high", "median_p", "share_p", "moran_p_value")
    assert all(P_COLUMN.fullmatch(name) for name in known)
    assert not [name for name in ("p_class", "p_likeliest", "grp", "step", "population") if P_COLUMN.fullmatch(name)]


@pytest.mark.parametrize(
    ("lang", "counts", "form"),
    [
        ("en", (1,), "one"),
        ("en", (0, 2, 11, 21), "other"),
        ("ru", (1, 21, 101), "one"),
        ("ru", (2, 3, 4, 22), "few"),
        ("ru", (0, 5, 11, 12, 111), "many"),
        ("kk", (1,), "one"),
        ("kk", (2, 11, 21), "other"),
    ],
)
def test_plurals(lang: str, counts: tuple[int, ...], form: str) -> None:
    assert {plural_form(count, lang) for count in counts} == {form}


def test_every_language_has_its_signs() -> None:
    assert {lang: format_number(0.5, lang, digits=1) for lang in LANGUAGES} == {"en": "0.5", "ru": "0,5", "kk": "0,5"}


def test_digits_are_grouped_here_alone() -> None:
    """Neither a format such as ":,", nor one of a p-value's own, stands anywhere else."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name == "number_format.py":
            continue
        for node in nodes(path.read_text(encoding="utf-8")):
            if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
                spec = ast.unparse(node.format_spec)
                named = ast.unparse(node.value)
                assert "," not in spec, (path, node.lineno)
                assert not re.search(r"(^|[\W_])p(_value|_adjusted|_low|_high)?\b", named), (path, node.lineno)
    assert "{:," not in (PACKAGE / "result_summaries.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("lang", "decimal"), [("en", "."), ("ru", ","), ("kk", ",")])
def test_tables_for_people_write_numbers_as_the_page_does(lang: str, decimal: str) -> None:
    values = {"z": [-1.5, 12345.678, np.inf, -np.inf], "count": [-3, 12345, 7, 0], "sure": [True, False, True, False]}
    frame = pd.DataFrame(values, index=pd.Index([31001, 31002, 31003, 31004], name="region"))
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in markdown(frame, lang=lang).splitlines()[2:]]
    assert cells == [
        ["31001", f"−1{decimal}500", "−3", "True"],
        ["31002", f"12\xa0345{decimal}678", "12\xa0345", "False"],
        ["31003", "∞", "7", "True"],
        ["31004", "−∞", "0", "False"],
    ]
    set_in_tex = tex(frame, title="−1", lang=lang)
    assert rf"31001 & $-$1{decimal}500 & $-$3 & True \\" in set_in_tex and r"\caption{$-$1}" in set_in_tex
    assert rf"31002 & 12~345{decimal}678 & 12~345" in set_in_tex and r"$-$$\infty$" in set_in_tex
    body = set_in_tex.partition(r"\midrule")[2]
    assert body and not set(body) - set(map(chr, range(128)))  # pdflatex has a sign for each
    assert b"31001,-1.5,-3,True" in serialise(frame, "csv", lang=lang)
    assert serialise(frame, "json", lang=lang) == serialise(frame, "json")


def test_a_terminal_writes_numbers_in_its_language(capsys: pytest.CaptureFixture[str]) -> None:
    print_frame(pd.DataFrame({"z": [-1.5], "p": [1e-9]}), title="t", lang="ru")
    assert "−1,50" in (said := capsys.readouterr().out) and "< 0,0001" in said


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
@pytest.mark.parametrize("digits", [2, 3, 4])
@pytest.mark.parametrize("power", range(-30, 3))
def test_no_cell_but_zero_is_written_as_zero(power: int, digits: int, lang: str) -> None:
    for value in (1.04, -2.5, 4.99, -9.96):
        text = shown(value * 10.0**power, digits, "variance", lang)
        number = float(text.replace("−", "-").replace(",", ".").replace("\xa0", ""))
        assert number and abs(number / (value * 10.0**power) - 1) < max(0.06, 0.55 * 10.0 ** (-digits - power))
        assert text in markdown(pd.DataFrame({"variance": [value * 10.0**power]}), digits=digits, lang=lang)
    assert float(shown(0.0, digits, "variance", lang).replace(",", ".")) == 0


@pytest.mark.parametrize("scale", [1e13, 50.0, 1.0, 1e-3])
def test_rounding_beside_numbers_is_zero(scale: float, capsys: pytest.CaptureFixture[str]) -> None:
    noise = 1e-17 * min(1.0, scale)
    frame = pd.DataFrame({"gap": [scale, -noise, np.nan, 0.0, np.inf], "p_value": [0.5, 1e-17, 1.0, 0.1, 0.2]})
    assert [line.split("|")[1].strip() for line in markdown(frame).splitlines()[3:6]] == ["0.000", "–", "0.000"]
    print_frame(frame, title="t", digits=3)
    assert "1.0e" not in capsys.readouterr().out.replace("1.0e−3", "")
    assert frame["gap"].iloc[1] == -noise and without_noise(frame)["p_value"].equals(frame["p_value"])


def test_small_numbers_that_may_be_real_are_kept() -> None:
    frame = pd.DataFrame(
        {
            "limit": [1e13, 0.0003, 2e-9],  # several units in one column
            "difference": [1e-17, -3e-16, 0.0],  # nothing to measure it by
            "variance": [0.01, 1e-15, 1e-30],  # of squares: the last is rounding
            "count": [1, 0, 2],
        }
    )
    kept = without_noise(frame)
    pd.testing.assert_frame_equal(kept.iloc[:, [0, 1, 3]], frame.iloc[:, [0, 1, 3]])
    assert kept["variance"].tolist() == [0.01, 1e-15, 0.0]
    twice = pd.DataFrame([[1.0, 1e-17], [1e-17, 1.0]], columns=["a", "a"])
    assert without_noise(twice).to_numpy().tolist() == [[1, 0], [0, 1]]
    for empty in (frame.iloc[:0], pd.DataFrame(index=["a"]), pd.DataFrame({"a": [np.nan]})):
        pd.testing.assert_frame_equal(without_noise(empty), empty)
