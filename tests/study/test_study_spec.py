"""Reading a study: what is valid, and one line for everything that is not."""

import inspect
from pathlib import Path

import pytest

from growthpoles.errors import StudyError
from growthpoles.ratings import rate
from growthpoles.study.load_study import load_study

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
        (('{ en = "S" }', '"S"'), "study.source: 'S'; allowed: a table in braces, source = { en ="),
        (("years = [2020]", "years = [2020, 2010]"), "study.years: years must ascend"),
        (("years = [2020]", 'years = ["x"]'), "study.years.1: "),
        (("[rating]", "[ratings]"), "ratings is not a known key.*nearest: rating"),
        (('key = "code"', ""), "needs key"),
        (('file = "b.gpkg"', ""), 'key needs builtin = "kz" or file'),
        (('file = "b.gpkg"', 'file = "b.gpk"'), "boundaries.file = 'b.gpk' does not exist; nearest: b.gpkg"),
        (("year = 2020\n", "year = 2021\n"), r"tables\[1\]: year 2021 is not one of the study; allowed: 2020"),
        (('key = "code"', 'key = "code"\nalias = 1'), "boundaries.alias is not a known key; nearest: aliases"),
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


def test_a_study_that_says_nothing_is_rated_by_the_defaults(tmp_path: Path) -> None:
    options = load_study(own(tmp_path)).rating.options
    defaults = {name: option.default for name, option in inspect.signature(rate).parameters.items()}
    assert options == {name: defaults[name] for name in options}
    assert set(defaults) - set(options) == {"table", "catalogue", "region_weights", "scale", "limits"}


def test_a_method_of_ones_own(tmp_path: Path) -> None:
    said = """catalogue = "c.csv"
normalisation = "goalposts"
goalposts = { x = [0, 10], y = [-1.5, 2] }
weighting = "equal"
availability = 0.5
treatment = "winsorise"
power = -2
zeros = "zero"
[rating.aggregation]
index = "power"
"""
    options = load_study(own(tmp_path, OWN.replace('catalogue = "c.csv"\n', said))).rating.options
    assert options == {
        "normalisation": "goalposts",
        "goalposts": {"x": (0, 10), "y": (-1.5, 2)},
        "weighting": "equal",
        "availability": 0.5,
        "treatment": "winsorise",
        "power": -2,
        "zeros": "zero",
        "aggregation": {"index": "power"},
        **dict.fromkeys(("reference", "score_range", "share_bounds", "relative_to")),
    }


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('normalization = "leader"', "rating.normalization is not a known key; nearest: normalisation"),
        (
            'normalisation = "minmax"',
            "rating.normalisation: 'minmax' is not known; allowed: leader, min-max,.*t: min-max",
        ),
        ("normalisation = 1", "rating.normalisation: 1 is not known; allowed: leader"),
        (
            'aggregation = "geometrc"',
            "rating.aggregation: 'geometrc' is not.*table of aggregate = word; nearest: geometric",
        ),
        ('aggregation = ["geometric"]', r"rating.aggregation: \['geometric'\] is not known"),
        ('aggregation = { ria = "mean" }', "rating.aggregation: ria = 'mean' is not known; allowed: arithmetic,"),
        ('weighting = "equl"', "rating.weighting: 'equl' is not known; allowed: given, .*; nearest: equal"),
        ("weighting = { index = 2 }", "rating.weighting: index = 2 is not known"),
        (
            'treatment = "logs"',
            "rating.treatment: 'logs' is not known; allowed: none, winsorise, log, .*; nearest: log",
        ),
        ("zeros = true", "rating.zeros: True is not known; allowed: refuse, zero"),
        ('zeros = "zero"', "rating: zeros has no meaning here; allowed: with a geometric, harmonic or power mean"),
        ("availability = 0", "rating.availability: 0; allowed: a number above 0, at most 1"),
        ("availability = nan", "rating.availability: nan; allowed: a number above 0"),
        ("availability = true", "rating.availability: True; allowed"),
        ('availability = "1"', "rating.availability: '1'; allowed"),
        ('aggregation = "power"\npower = 0', "rating.power: 0; allowed: a number from -50 to 50 other than 0"),
        ('aggregation = "power"\npower = inf', "rating.power: inf; allowed"),
        ('aggregation = "power"', 'rating: aggregation "power" needs power = ...'),
        ("power = 2", 'rating: power has no meaning here; allowed: with aggregation "power"'),
        ('goalposts = "none.csv"', "rating.goalposts = 'none.csv' does not exist"),
        ('goalposts = "c.csv"', "c.csv has no columns indicator, low, high"),
        ('limits = "all"', 'rating.limits: \'all\'; allowed: "pooled", "year" or { base = a year of the study }'),
        ("limits = { base = 1999 }", "rating.limits: no year 1999; allowed: "),
        (
            'normalisation = "rank"\nlimits = { base = 2014 }',
            "limits of a base year have no meaning with normalisation",
        ),
        ('limits = "pooled"\ngoalposts = { x = [0, 1] }', "limits beside goalposts, which are the limits"),
        ("score_range = [1, 1]", r"rating.score_range: \[1, 1\]; allowed: \[low, high\], two numbers with low < high"),
        ("share_bounds = [0, 2]", "rating.share_bounds: .*shares from 0 to 1"),
        ("share_bounds = [0, 1]", 'rating: share_bounds has no meaning here; allowed: with aggregation "benefit'),
        ('aggregation = "benefit-of-the-doubt"', 'rating: aggregation "benefit-of-the-doubt" needs share_bounds = ...'),
        ("concentration = 0", "rating.concentration: "),
        ('classes = { letters = ["a"], limits = [1] }', "rating.classes.letters: "),
        ('classes = { letters = ["a", "a"], limits = [1] }', "rating.classes.letters: 'a'; allowed: different words"),
        ('classes = { letters = ["low", "no data"], limits = [1] }', "rating.classes.letters: 'no data'; allowed"),
        ('classes = { letters = ["low", "high"], limits = [1, 2, 3, 4] }', "limits: 4 limits for 2 classes"),
        ('classes = { letters = ["a", "b", "c"], limits = [1, 1] }', "limits: .1.0, 1.0.; allowed: numbers that rise"),
        (
            'classes = { letters = ["A", "B", "C"], limits = [30, 60] }',
            "'A. would be the worst class",
        ),
        ('classes = { letters = ["low", "high"], limits = [1], names = { ru = ["x"] } }', "names.ru: 1 words"),
        (
            'classes = { letters = ["low", "high"], limits = [1], of = "mean" }',
            "classes.of: .mean. is not known",
        ),
        (
            'classes = { letters = ["low", "high"], limits = [1], groups = [{ name = "g", letters = ["low"] }] }',
            "groups: .'low'.; allowed: neighbouring classes",
        ),
        ("goalposts = {}", "rating.goalposts: {}; allowed: a table of indicator"),
        ("goalposts = { x = [1, 0] }", r"rating.goalposts: x = \[1, 0\]; allowed: \[low, high\], two numbers with low"),
        ('goalposts = { x = [0, "1"] }', "rating.goalposts: x = "),
        ("goalposts = { x = [0, 1, 2] }", "rating.goalposts: x = "),
        ('normalisation = "reference"', 'rating: normalisation "reference" needs reference = ...'),
        ('reference = "R1"', "rating: reference has no meaning here"),
        ("reference = 3", "rating.reference: "),
    ],
)
def test_every_fault_of_the_method_is_one_line(tmp_path: Path, line: str, words: str) -> None:
    path = own(tmp_path, OWN.replace('catalogue = "c.csv"\n', f'catalogue = "c.csv"\n{line}\n'))
    with pytest.raises(StudyError, match=words) as caught:
        load_study(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_long_values_are_cut(tmp_path: Path) -> None:
    text = OWN.replace('catalogue = "c.csv"\n', f'catalogue = "c.csv"\nnormalisation = "{"x" * 9999}"\n')
    with pytest.raises(StudyError) as caught:
        load_study(own(tmp_path, text))
    assert len(str(caught.value)) < 400
