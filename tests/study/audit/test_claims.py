from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from growthpoles.errors import DataError, StudyError
from growthpoles.study.audit import check_claims
from growthpoles.study.audit.claims import VERDICTS, UncheckableError, claims_path, evaluate, read_claims
from growthpoles.study.load_study import load_study

INDEX = pd.Series([10.0, 40.0, 25.0, 25.0], index=list("abcd"), name="index")
GAPS = pd.Series([1.0, float("nan"), 3.0, 2.0], index=list("abcd"), name="gaps")
LETTERS = pd.Series(["C", "B", "C+", "C+"], index=list("abcd"), name="rating_class")


def columns(name: str, year: int) -> pd.Series:
    found = {"index": INDEX, "gaps": GAPS, "rating_class": LETTERS}
    if name not in found or year != 2014:
        raise UncheckableError(f"no {name} in {year}")
    return found[name]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('at(col("index", 2014), "b")', 40.0),
        ('where(col("index", 2014) > 20)', frozenset("bcd")),
        ('count(where(col("index", 2014) == 25)) == 2', True),
        ('total(col("index", 2014))', 100.0),
        ('share(col("index", 2014), "b")', 40.0),
        ('largest(col("index", 2014))', "b"),
        ('second(col("index", 2014))', 25.0),
        ('top(col("index", 2014), 1)', frozenset("b")),
        ('where(zone(col("rating_class", 2014)) == "C")', frozenset("acd")),
        ('where(letter(col("index", 2014)) == col("rating_class", 2014))', frozenset("abcd")),
        ('where(among(col("rating_class", 2014), {"B", "C"}))', frozenset("ab")),
        ('total(present(col("gaps", 2014)))', 6.0),
        ('absent(col("gaps", 2014))', frozenset("b")),
        ('least(pick(col("gaps", 2014), {"c", "d"}))', 2.0),
        ('greatest(col("index", 2014)) / least(col("index", 2014))', 4.0),
        ('{"a"} | {"b"} == {"b", "a"} and not 1 > 2', True),
        ("near(-2 * 3 + 1, -5.04, 0.05)", True),
        ("10 < 20 < 15", False),
        ("round(2.71828, 2)", 2.72),
    ],
)
def test_the_language(text: str, value: object) -> None:
    assert evaluate(text, columns) == value


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')", "().__class__", "[1][0]", "lambda: 1", "[x for x in {1}]", "2 ** 9", "'a' * 9", "f'{1}'",
        "x", "at(series=1)", "open('a')", "{1, 2}", "1 if 1 else 2", "1 and 2", "not 3", "~1", "col", "9 // 2",
        "1 is 1", "'a' in {'a'}", "{'a': 1}", "(1, 2)", "None", "b'x'", "1;2", "(", "-'a'", "1 / 0", "count(1)",
        "at(col('index', 2014), 'z')", "+".join(["1"] * 300), "1+" * 600 + "1", "(" * 300 + "1" + ")" * 300,
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        evaluate(text, columns)


def test_a_missing_value_makes_a_statement_uncheckable() -> None:
    for text in (
        'where(col("gaps", 2014) > 1)',
        'at(col("gaps", 2014), "b")',
        'total(col("gaps", 2014))',
        'top(col("gaps", 2014), 2)',
    ):
        with pytest.raises(UncheckableError, match="b has no gaps"):
            evaluate(text, columns)
    with pytest.raises(UncheckableError):
        evaluate('col("ris", 2014)', columns)


@pytest.fixture(scope="module")
def verdicts() -> pd.Series:
    table = check_claims()
    assert table["verdict"].isin(VERDICTS).all() and not table.duplicated(["id", "edition"]).any()
    return table.set_index(["id", "edition"])["verdict"]


@pytest.mark.parametrize(
    ("claim", "published", "reproduced", "realigned"),
    [
        ("zone-a-empty-2014", "holds", "holds", "holds"),
        ("zone-b-three", "holds", "fails", "holds"),
        ("almaty-only-bpp", "holds", "holds", "holds"),
        ("almaty-share", "fails", "fails", "fails"),
        ("kus-output", "cannot be checked", "holds", "fails"),
        ("kus-rd", "cannot be checked", "holds", "holds"),
        ("vos-output", "cannot be checked", "holds", "fails"),
        ("vos-rd", "cannot be checked", "holds", "holds"),
        ("pav-output", "cannot be checked", "holds", "fails"),
        ("pav-rd", "cannot be checked", "holds", "holds"),
        ("astana-class-b", "holds", "holds", "fails"),
        ("astana-inverse", "cannot be checked", "cannot be checked", "cannot be checked"),
        ("rose-a-class", "holds", "fails", "cannot be checked"),
    ],
)
def test_statements_on_three_editions(
    verdicts: pd.Series, claim: str, published: str, reproduced: str, realigned: str
) -> None:
    assert [verdicts[(claim, name)] for name in ("published", "reproduced", "realigned")] == [
        published,
        reproduced,
        realigned,
    ]


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("ksi-sum-2010", "holds"),
        ("ksi-sum-2014", "holds"),
        ("almaty-70-2010", "holds"),
        ("almaty-70-2014", "fails"),
        ("almaty-slowed", "holds"),
        ("middle-group-2014", "fails"),
        ("no-it-2010", "holds"),
        ("no-it-2014", "holds"),
        ("zones-agree", "fails"),
        ("zones-list-1", "fails"),
        ("zones-list-2", "holds"),
        ("leaders-coincide", "fails"),
        ("classes-follow-2010", "holds"),
        ("classes-follow-2014", "holds"),
    ],
)
def test_statements_on_what_was_published(verdicts: pd.Series, claim: str, verdict: str) -> None:
    assert verdicts[(claim, "published")] == verdict


def test_fifteen_of_sixteen_ratios_follow(verdicts: pd.Series) -> None:
    ratios = verdicts[[key for key in verdicts.index if key[0].startswith("ratio-") and key[1] == "published"]]
    assert len(ratios) == 16 and ratios[ratios != "holds"].index.tolist() == [("ratio-yuz", "published")]


def test_every_statement_is_placed_and_quoted() -> None:
    claims = read_claims(claims_path(load_study()))
    assert (claims[["id", "location", "quote", "statement", "table", "column", "printed"]] != "").all(axis=None)
    assert claims["quote"].str.len().max() <= 110
    article = {"Stage 1", "Stage 2", "Table 6", "Table 7", "Tables "}
    assert set(claims["location"].str[:7]) == article


HEADER = "id,location,quote,statement,expression,value,editions,table,region,column,printed\n"


def test_a_file_of_statements_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "claims.csv"
    path.write_text(HEADER + 'one,,,,"1 + 1",,,6,,,\n')
    with pytest.raises(DataError, match=r"line 2.*gives int"):
        check_claims(path=path)
    path.write_text(HEADER + "one,,,,1 > 2,,,6,,,\none,,,,1 > 2,,,6,,,\n")
    with pytest.raises(DataError, match="id 'one' stands twice"):
        check_claims(path=path)
    path.write_text("id,quote\none,two\n")
    with pytest.raises(DataError, match="missing column 'location'"):
        check_claims(path=path)
    path.write_text(HEADER + "one,,,,exec(1),,,6,,,\n")
    with pytest.raises(DataError, match="no function 'exec'"):
        check_claims(path=path)


def test_editions_can_be_chosen() -> None:
    assert set(check_claims(editions=["published"])["edition"]) == {"published"}
    with pytest.raises(StudyError, match="edition 'x' is not known"):
        check_claims(editions=["x"])


def test_a_study_without_statements_gives_none(tmp_path: Path) -> None:
    assert check_claims(path=tmp_path / "absent.csv").empty
