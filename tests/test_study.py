"""Reading a study: what is valid, and one line for everything that is not."""

from pathlib import Path

import pytest

from growthpoles.errors import StudyError
from growthpoles.study import load_study

OWN = """
[study]
name = "own"
years = [2020]
title = { en = "T" }
source = { en = "S" }
[boundaries]
file = "b.gpkg"
key = "code"
[rating]
catalogue = "c.csv"
[[tables]]
file = "t.csv"
year = 2020
"""


def own(folder: Path, text: str = OWN) -> Path:
    for name in ("b.gpkg", "c.csv", "t.csv"):
        (folder / name).touch()
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_built_in_study() -> None:
    study = load_study()
    assert (study.name, study.years, study.study.edition) == ("kazakhstan-it", (2010, 2014), "realigned")
    assert study.text("title", "kk").startswith("Қазақстан")
    assert "kazakhstan-it" in repr(study)


def test_own_study_by_file_or_folder(tmp_path: Path) -> None:
    path = own(tmp_path)
    assert load_study(path) == load_study(tmp_path)
    assert load_study(path).resolve("t.csv") == tmp_path / "t.csv"


def test_a_study_is_frozen(tmp_path: Path) -> None:
    study = load_study(own(tmp_path))
    with pytest.raises(ValueError, match="frozen"):
        study.study = None  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[study]", "[study"), "not valid TOML"),
        (('name = "own"\n', ""), "study.name is missing"),
        (("years = [2020]", "years = [2020, 2010]"), "study.years: years must ascend"),
        (("years = [2020]", 'years = ["x"]'), "study.years.1: "),
        (("[rating]", "[ratings]"), "ratings is not a known key.*nearest: rating"),
        (('key = "code"', ""), "needs key"),
        (('file = "b.gpkg"', ""), 'give either builtin = "kz" or file'),
        (('file = "b.gpkg"', 'file = "b.gpk"'), "boundaries.file = 'b.gpk' does not exist; nearest: b.gpkg"),
        (("year = 2020\n", "year = 2021\n"), r"tables\[1\]: year 2021 is not one of the study; allowed: 2020"),
        (('[[tables]]\nfile = "t.csv"\nyear = 2020\n', ""), "a study needs"),
        (("[study]", 'path = "x"\n[study]'), "path is not a known key"),
    ],
)
def test_every_fault_is_one_line_that_names_the_file(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    assert change[0] in OWN
    path = own(tmp_path, OWN.replace(*change))
    with pytest.raises(StudyError, match=words) as caught:
        load_study(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_files_that_are_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="does not exist"):
        load_study(tmp_path / "none.toml")
    (tmp_path / "study.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StudyError, match="not valid TOML"):
        load_study(tmp_path)


@pytest.mark.parametrize("name", ["own", "Өңірлер 2024", "a", "north-south_1.2"])
def test_names_that_may_be_part_of_a_file_name(tmp_path: Path, name: str) -> None:
    assert load_study(own(tmp_path, OWN.replace('"own"', f'"{name}"'))).name == name


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/b",
        "a\\\\b",
        "",
        ".hidden",
        "a.",
        "a ",
        "a\\nb",
        "a\\u202eb",
        "con",
        "LPT1.x",
        "x" * 81,
        "<b>",
        "a:b",
        "-x",
    ],
)
def test_names_that_may_not(tmp_path: Path, name: str) -> None:
    with pytest.raises(StudyError, match=r"study\.name") as caught:
        load_study(own(tmp_path, OWN.replace('"own"', f'"{name}"')))
    assert str(caught.value).isprintable() and len(str(caught.value)) < 400


def test_titles_are_printable_and_short(tmp_path: Path) -> None:
    for title in ("a\\u0007b", "x" * 501):
        with pytest.raises(StudyError, match=r"study\.title"):
            load_study(own(tmp_path, OWN.replace('{ en = "T" }', f'{{ en = "{title}" }}')))
    title = "<script> \\u202e =1+1"
    assert (
        load_study(own(tmp_path, OWN.replace('{ en = "T" }', f'{{ en = "{title}" }}')))
        .text("title")
        .startswith("<script>")
    )


def test_all_missing_files_at_once(tmp_path: Path) -> None:
    path = own(tmp_path)
    for name in ("b.gpkg", "t.csv"):
        (tmp_path / name).unlink()
    with pytest.raises(StudyError, match=r"boundaries\.file = 'b\.gpkg' does not exist; tables\[1\]\.file = 't\.csv'"):
        load_study(path)


def test_file_names_that_no_system_has(tmp_path: Path) -> None:
    for name in ("x\\u0000y", "x" * 5000):
        with pytest.raises(StudyError, match="does not exist"):
            load_study(own(tmp_path, OWN.replace('"t.csv"', f'"{name}"')))
