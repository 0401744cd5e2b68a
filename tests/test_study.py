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
        (("years = [2020]", 'years = ["x"]'), "study.years.0: "),
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
