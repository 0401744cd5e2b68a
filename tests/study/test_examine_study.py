"""Everything that is wrong with a study, in one list with places and remedies."""

import json
import random
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

import growthpoles as gp
from growthpoles.errors import DataError, StudyError, parted
from growthpoles.study.examine_study import examine_study
from growthpoles.study.load_study import builtin_studies

STUDY = """[study]
name = "own"
years = [2014]
title = { en = "T" }
source = { en = "S" }

[boundaries]
builtin = "kz"
year = 2014

[rating]
catalogue = "catalogue.csv"

[[tables]]
file = "t.csv"
year = 2014
"""
CATALOGUE = """code,kind,parent,direction,weight,numerator,denominator
index,aggregate,,1,1,,
a,indicator,index,1,1,x,y
b,indicator,index,1,1,,
x,primary,,,,,
y,primary,,,,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    rows = "".join(f"{code},{i + 1},2,{i}\n" for i, code in enumerate(gp.load_regions(2014).index))
    (tmp_path / "t.csv").write_text(f"region,x,y,b\n{rows}", encoding="utf-8")
    return tmp_path


def edit(folder: Path, name: str, *changes: tuple[str, str]) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, encoding="utf-8")


def found(folder: Path) -> list[tuple[str, int, str]]:
    frame = examine_study(folder)
    assert (frame["problem"] != "").all()
    assert all("\n" not in str(cell) and len(str(cell)) < 600 for cell in frame.to_numpy().ravel())
    rows = frame["row"].fillna(-1)
    return [
        (Path(file).name, row, column) for file, row, column in zip(frame["file"], rows, frame["column"], strict=True)
    ]


def test_sound_studies_have_no_problems(folder: Path) -> None:
    assert examine_study(folder).empty
    account = examine_study(folder).attrs["account"]
    assert account.loc["t.csv"].to_dict() == {"read": 16, "used": 16, "unused": 0}
    for name in builtin_studies().index:
        assert examine_study(name).empty, name


def test_problems_of_all_files_at_once(folder: Path) -> None:
    edit(folder, "study.toml", ('title = { en = "T" }', 'titel = "x"'), ("years", "seed = -1\nyears"))
    edit(folder, "catalogue.csv", ("b,indicator,index,1,1", "b,indicator,index,2,-1"))
    edit(folder, "t.csv", ("KZ-AKM,1,2,0", "KZ-AKMOLA,one,2,0"))
    assert found(folder) == [
        ("study.toml", 1, "study.title"),
        ("study.toml", 3, "study.seed"),
        ("study.toml", 5, "study.titel"),
        ("catalogue.csv", 4, "direction"),
        ("catalogue.csv", 4, "weight"),
    ]
    edit(folder, "catalogue.csv", ("b,indicator,index,2,-1", "b,indicator,index,1,1"))
    assert found(folder)[3:] == [("t.csv", 2, "x"), ("t.csv", 2, "region")]


def test_a_region_without_a_row_is_said(folder: Path) -> None:
    edit(folder, "t.csv", ("KZ-AKT,2,2,1\n", ""))
    problems = examine_study(folder)
    assert problems.empty and problems.attrs["notes"] == ["2014: KZ-AKT: no row in t.csv, hence no data"]


def test_every_row_of_a_catalogue_with_a_fault(folder: Path) -> None:
    (folder / "catalogue.csv").write_text(
        "code,kind,parent,direction,weight,factor,numerator,denominator\n"
        "index,aggregate,,1,1,,,\n"
        "a,indicater,index,1,1,,,\n"
        "b,indicator,idnex,1,1,,,\n"
        "c,indicator,index,up,1,,,\n"
        "d,indicator,index,1,1,0,x,\n"
        "a,indicator,index,1,1,,,\n"
        "e,indicator,index,1,1,,x,z\n"
        "x,primary,index,,,,,\n",
        encoding="utf-8",
    )
    rows = sorted((row, column) for file, row, column in found(folder) if file == "catalogue.csv")
    assert rows == [
        (3, "kind"), (4, "parent"), (5, "direction"), (6, "denominator"), (6, "factor"), (7, "code"),
        (8, "denominator"), (9, "parent"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("study.toml", ('file = "t.csv"', 'file = "tt.csv"'), ("study.toml", 15, "tables[1].file")),
        ("study.toml", ("year = 2014\n\n[rating]", "year = 1990\n\n[rating]"), ("", -1, "")),
        ("study.toml", ("[rating]", "[rating"), ("study.toml", 11, "")),
        (
            "study.toml",
            ('file = "t.csv"', 'file = "t.csv"\ncolumns = { x = 5 }'),
            ("study.toml", 16, "tables.1.columns"),
        ),
        ("study.toml", ('file = "t.csv"', 'file = "t.csv"\nsheeet = "x"'), ("study.toml", 16, "tables.1.sheeet")),
        (
            "study.toml",
            ("[rating]", '[growth_poles]\npoles = ["KZ-ZZZ"]\n[rating]'),
            ("study.toml", 12, "growth_poles.poles"),
        ),
        ("study.toml", ("[study]", '[study]\nedition = "final"'), ("study.toml", -1, "study.edition")),
        ("catalogue.csv", ("code,kind", "kode,kind"), ("catalogue.csv", -1, "")),
        ("catalogue.csv", ("a,indicator,index", "a,indicator,a"), ("catalogue.csv", 3, "parent")),
        ("t.csv", ("region,x,y,b", "region,x,y,c"), ("t.csv", -1, "")),
        ("t.csv", ("KZ-AKM,1,2,0", "KZ-AKM,1,0,0"), ("t.csv", -1, "")),  # a zero denominator
        ("t.csv", ("KZ-AKM,1,2,0", "Акмолинская,1,2,0\nKZ-AKM,1,2,0"), ("t.csv", 3, "region")),
    ],
)
def test_each_fault_has_its_place(
    folder: Path, name: str, change: tuple[str, str], expected: tuple[str, int, str]
) -> None:
    edit(folder, name, change)
    assert expected in found(folder)


def test_unreadable_boundaries_do_not_hide_the_tables(folder: Path) -> None:
    (folder / "b.gpkg").write_bytes(b"SQLite format 3\0")
    edit(folder, "study.toml", ('builtin = "kz"\nyear = 2014', 'file = "b.gpkg"\nkey = "code"'))
    edit(folder, "t.csv", ("KZ-AKM,1,2,0", "KZ-AKM,one,2,0"))
    assert [name for name, *_ in found(folder)] == ["b.gpkg", "t.csv"]


def test_no_study_at_all(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no such built-in study"):
        examine_study("nowhere")
    assert examine_study(tmp_path / "study.toml")["problem"].tolist() == ["the study does not exist"]
    (tmp_path / "study.toml").write_bytes(b"\xff")
    assert "not valid TOML" in examine_study(tmp_path)["problem"].item()


def method(folder: Path, *lines: str) -> list[tuple[object, ...]]:
    """Examine the study with some lines in [rating]; return file, row, key, problem and remedy."""
    edit(folder, "study.toml", ('catalogue = "catalogue.csv"', "\n".join(['catalogue = "catalogue.csv"', *lines])))
    frame = examine_study(folder)
    rows = frame[["file", "row", "column", "problem", "remedy"]].to_dict("records")
    return [(Path(row["file"]).name, *list(row.values())[1:]) for row in rows]


@pytest.mark.parametrize(
    ("line", "key", "problem", "remedy"),
    [
        ('normalisation = "minmax"', "rating.normalisation", "'minmax' is not known", "leader, min-max"),
        (
            'aggregation = { indx = "harmonic" }',
            "rating.aggregation",
            "'indx' is no aggregate of",
            "index; nearest: index",
        ),
        ('weighting = { a = "equal" }', "rating.weighting", "'a' is no aggregate of", "index"),
        ('treatment = "log"', "rating", "treatment='log' can give negative values", "min-max"),
        ("power = 3", "rating", "power has no meaning here", "with aggregation"),
    ],
)
def test_a_method_that_the_catalogue_does_not_allow(
    folder: Path, line: str, key: str, problem: str, remedy: str
) -> None:
    edit(folder, "t.csv", ("KZ-AKM,1,2,0", "KZ-AKM,1,2,x"))  # found all the same
    found, cell = method(folder, line)
    assert found[0] == "study.toml" and found[2] == key
    assert found[1] == (13 if key != "rating" else 11)
    assert str(found[3]).startswith(problem) and str(found[4]).startswith(remedy)
    assert cell[0] == "t.csv"


def test_goalposts_and_reference_against_catalogue_and_regions(folder: Path) -> None:
    found = method(folder, 'normalisation = "goalposts"', "goalposts = { a = [0, 9], c = [0, 1] }")
    assert [(row[1], row[2], row[3]) for row in found] == [
        (14, "rating.goalposts", "'c' is no indicator of catalogue.csv"),
        (14, "rating.goalposts", "none for b"),
    ]


def test_a_reference_that_is_no_region(folder: Path) -> None:
    (found,) = method(folder, 'normalisation = "reference"', 'reference = "KZ-AKMO"')
    assert found == ("study.toml", 14, "rating.reference", "'KZ-AKMO' is no region", found[4])
    assert str(found[4]).startswith("a region code; nearest: KZ-AKM")


SIGN = "x; allowed: y; nearest: z"  # what a user wrote is no sign of ours


def test_what_is_quoted_does_not_end_the_problem(folder: Path) -> None:
    (found,) = method(folder, 'normalisation = "reference"', f'reference = "{SIGN}"')
    assert found[3] == f"'{SIGN}' is no region" and found[4] == "a region code"
    edit(folder, "study.toml", (f'reference = "{SIGN}"', ""), ("reference", "min-max"))
    edit(folder, "study.toml", ('file = "t.csv"', f'file = "{SIGN}"'))
    (found,) = method(folder)
    assert found[3] == f"tables[1].file = '{SIGN}' does not exist" and found[4] == ""
    edit(folder, "study.toml", (f'file = "{SIGN}"', f'file = "../{SIGN}"'))
    (found,) = method(folder)
    assert str(found[3]).startswith(f"tables[1].file = '../{SIGN}' leads out of the study's folder")
    assert str(found[4]).startswith("a copy of the file in that folder, or, for a study.toml of your own, --outside")
    with pytest.raises(
        StudyError, match=r"leads out .*a copy of the file .*--outside \(in Python outside=True\), which"
    ):
        gp.load_study(folder)


def test_a_table_is_ones_own_whatever_its_name(folder: Path) -> None:
    name = "the data of 2014, mine.csv"
    (folder / "t.csv").rename(folder / name)
    edit(folder, name, ("KZ-AKM,1,2,0\n", ""))
    edit(folder, "study.toml", ('"t.csv"', f'"{name}"'))
    table = gp.load_indicators(2014, study=gp.load_study(folder))
    assert table.loc["KZ-AKM", "b"] != table.loc["KZ-AKM", "b"]
    assert ("KZ-AKM", "b", f"no row in {name}") in table.attrs["missing"]


def test_a_problem_keeps_its_parts_where_others_follow(folder: Path) -> None:
    edit(folder, "t.csv", ("KZ-AKM,1,2,0", f"KZ-AKM,1,2,{SIGN}"), ("KZ-AKT,2,2,1", "KZ-AKT,2,2,-"))
    with pytest.raises(gp.GrowthpolesError, match=r"\(and 1 more: growthpoles validate lists all\)") as caught:
        gp.load_indicators(2014, study=gp.load_study(folder))
    problem, remedy = parted(caught.value.args[0], file=str(folder / "t.csv"))
    assert problem.startswith(f"line 2, column b: '{SIGN}'") and remedy and "more" not in remedy


def test_the_method_is_tried_on_the_data(folder: Path) -> None:
    found = method(folder, 'aggregation = "geometric"')  # one score is zero
    assert len(found) == 1 and "a score of zero under the geometric mean" in str(found[0][3])
    edit(folder, "study.toml", ('aggregation = "geometric"', 'aggregation = "geometric"\nzeros = "zero"'))
    assert examine_study(folder).empty


@pytest.mark.parametrize(("name", "near"), [("Qwx", "KZ-AKT"), ("Qwx city", "KEY"), ("г. Квх", "KEY")])
def test_the_last_name_without_a_region_is_offered_the_last_region(folder: Path, name: str, near: str) -> None:
    """But no city is a region, as its names say."""
    for code, own in gp.load_regions(2014)["name_en"].items():
        edit(folder, "t.csv", (f"\n{code},", f"\n{name}," if code == "KZ-AKT" else f"\n{own},"))
    frame = examine_study(folder)
    assert len(frame) == 1 and frame["remedy"][0].startswith(f'"{name}" = "{near}" in [boundaries.aliases]')


def test_the_alias_that_is_proposed_can_be_pasted(folder: Path) -> None:
    """Every region once in a spelling of its own: its official name without a letter in the middle."""
    names = gp.load_regions(2014)["name_en"]
    for seed, (code, name) in enumerate(names.items()):
        at = len(name) // 2 + seed % 2
        edit(folder, "t.csv", (f"\n{code},", f"\n{name[:at] + name[at + 1 :]},"))
    frame = examine_study(folder)
    assert len(frame) == len(names)
    pasted = [str(remedy).partition(" in [boundaries.aliases]")[0] for remedy in frame["remedy"]]
    assert all("KEY" not in line and "..." not in line for line in pasted)
    edit(folder, "study.toml", ("[rating]", "[boundaries.aliases]\n" + "\n".join(pasted) + "\n\n[rating]"))
    assert examine_study(folder).empty


@pytest.mark.parametrize("seed", range(4))
def test_what_ignore_names_and_no_row_bears_is_told(folder: Path, seed: int) -> None:
    draw = random.Random(seed)
    borne = ["Total", "Source: x", "z[a]"]
    (folder / "t.csv").write_text((folder / "t.csv").read_text() + "".join(f"{name},1,2,3\n" for name in borne))
    fits = [draw.choice(["total", "Total", "tot*"]), "Source*", "z[[]a]"]
    idle = draw.sample(["Gesamt", "KZ-XX*", "Sum", "[!k-z]*", "North"], draw.randint(0, 3))
    listing = fits + idle
    draw.shuffle(listing)
    named = [each for each in listing if each in idle]
    edit(folder, "study.toml", ('file = "t.csv"', f'file = "t.csv"\nignore = {json.dumps(listing)}'))
    told = [note for note in examine_study(folder).attrs["notes"] if "ignore" in note]
    assert len(told) == bool(idle)
    assert all(each in told[0] for each in named) and not any(each in told[0] for each in fits) if idle else True


def test_neighbours_by_distance_need_no_even_borders(tmp_path: Path) -> None:
    boxes = [box(i % 3 + 0.02 * (i > 4), i // 3, i % 3 + 1.03, i // 3 + 1) for i in range(9)]
    frame = gpd.GeoDataFrame({"code": [f"r{i}" for i in range(9)]}, geometry=boxes, crs="EPSG:32642")
    frame.geometry = frame.geometry.scale(1e4, 1e4, origin=(0, 0)).translate(4e5, 5e6)
    frame.to_file(tmp_path / "b.gpkg")
    text = STUDY.replace('builtin = "kz"\nyear = 2014', 'file = "b.gpkg"\nkey = "code"')
    (tmp_path / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    rows = "".join(f"r{i},{i + 1},2,{i}\n" for i in range(9))
    (tmp_path / "t.csv").write_text(f"region,x,y,b\n{rows}", encoding="utf-8")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    assert any("not a coverage" in problem for problem in examine_study(tmp_path)["problem"])
    (tmp_path / "study.toml").write_text(f'{text}[report]\nweights = "knn"\n', encoding="utf-8")
    assert examine_study(tmp_path).empty
    study = gp.load_study(tmp_path)
    assert gp.summarise_weights(gp.study_weights(study)).n == 9
    with pytest.raises(DataError, match="not a coverage"):
        gp.study_weights(study, kind="queen")


@pytest.mark.parametrize("way", ["leader", "mean"])
def test_a_normalisation_that_does_not_suit_names_the_key_to_change(folder: Path, way: str) -> None:
    text = (folder / "t.csv").read_text().splitlines()
    text[1:] = [line.rsplit(",", 1)[0] + ",-1" * (i == 0) + f",{i + 1}" * (i > 0) for i, line in enumerate(text[1:])]
    (folder / "t.csv").write_text("\n".join(text) + "\n")
    edit(folder, "study.toml", ("[rating]", f'[rating]\nnormalisation = "{way}"'))
    (problem,) = examine_study(folder).to_dict("records")
    assert 'normalisation = "min-max" under [rating] of study.toml' in problem["remedy"]
    edit(folder, "study.toml", (f'normalisation = "{way}"', 'normalisation = "min-max"'))
    assert examine_study(folder).empty


@pytest.mark.parametrize("years", [(2019, 2022), (2015, 2018, 2022), (2021, 2021)])
def test_a_study_without_a_year_that_has_all_indicators_says_so(years: tuple[int, ...], tmp_path: Path) -> None:
    """Each indicator in another year: validate and rate say what to do, and what they say can be done."""
    from typer.testing import CliRunner

    from growthpoles.cli.app import app

    heads = [f"{name} {year}" for name, year in zip(("pop", "jobs", "area"), years, strict=False)]
    rows = [[f"Place {i}", *(10 * i + at + 0.5 for at in range(len(heads)))] for i in range(6)]
    pd.DataFrame(rows, columns=["Region", *heads]).to_csv(tmp_path / "t.csv", index=False)
    gp.propose_study(tmp_path / "s", table=tmp_path / "t.csv", boundaries="none").write()
    told = CliRunner().invoke(app, ["validate", str(tmp_path / "s")])
    none = "no year can be rated, since none has all indicators: pop ("
    assert told.exit_code == 0
    rated = len(set(years)) == 1
    assert (none in told.output) == ("the study is valid, but no year can be rated" in told.output) == (not rated)
    asked = CliRunner().invoke(app, ["rate", str(tmp_path / "s")])
    said = str(asked.exception)
    assert (asked.exit_code == 0) == rated and (none in said) == (not rated)
    if rated:
        return
    text = (tmp_path / "s" / "study.toml").read_text(encoding="utf-8")
    for year in years[:-1]:
        text = text.replace(f"year = {year} }}", f"year = {years[-1]} }}")
    assert '{ code = "pop", year = 2022 }' in said and '{ code = "pop", year = 2022 }' in text
    (tmp_path / "s" / "study.toml").write_text(text, encoding="utf-8")
    again = CliRunner().invoke(app, ["rate", str(tmp_path / "s")])
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize("seed", range(3))
def test_older_figures_stand_for_a_year_once_what_is_told_was_pasted(tmp_path: Path, seed: int) -> None:
    """The year for a column beside that of its whole table is to be deleted, then a year without data left out."""
    from typer.testing import CliRunner

    from growthpoles.cli.app import app

    rng = random.Random(seed)
    old, new = rng.randint(2010, 2015), rng.randint(2018, 2023)
    for name, head in (("a", "jobs"), ("b", "rate")):
        rows = [[f"Place {i}", 10 * i + rng.random()] for i in range(6)]
        pd.DataFrame(rows, columns=["Region", head]).to_csv(tmp_path / f"{name}.csv", index=False)
    made = tmp_path / "s"
    gp.propose_study(made, table=[tmp_path / "a.csv", tmp_path / "b.csv"], boundaries="none", year=new).write()
    path = made / "study.toml"
    text = path.read_text(encoding="utf-8")
    assert f"years = [{new}]" in text and '"rate" = "rate"' in text
    text = text.replace(f"years = [{new}]", f"years = [{old}, {new}]")
    text = text.replace('"rate" = "rate"', f'"rate" = {{ code = "rate", year = {new} }}')
    path.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(app, ["validate", str(made)])
    assert told.exit_code and f"delete year = {new}" in " ".join(told.output.split())
    head, _, rest = text.rpartition(f"year = {new}\n")
    path.write_text(head + rest, encoding="utf-8")
    told = CliRunner().invoke(app, ["validate", str(made)])
    said = " ".join(told.output.split())
    assert (
        told.exit_code
        and f"no data for {old} allowed: a table with that year, or in study.toml years = [{new}]" in said
    )
    path.write_text((head + rest).replace(f"years = [{old}, {new}]", f"years = [{new}]"), encoding="utf-8")
    told = CliRunner().invoke(app, ["validate", str(made)])
    assert told.exit_code == 0, told.output


def test_a_long_table_without_a_ratable_year_is_to_be_changed_itself(tmp_path: Path) -> None:
    rows = [[f"Place {i}", year, what, 10 * i + 0.5] for i in range(6) for what, year in (("pop", 2019), ("gcp", 2022))]
    pd.DataFrame(rows, columns=["region", "year", "indicator", "value"]).to_csv(tmp_path / "t.csv", index=False)
    gp.propose_study(tmp_path / "s", table=tmp_path / "t.csv", boundaries="none").write()
    notes = examine_study(tmp_path / "s").attrs["notes"]
    told = "rows of indicators that a year lacks; or, where older figures may stand for a year, that year in the tables"
    assert any(told in note for note in notes)


@pytest.mark.parametrize("seed", range(2))
def test_a_value_that_does_not_suit_is_told_with_its_year(folder: Path, seed: int) -> None:
    codes, rng = list(gp.load_regions(2014).index), random.Random(seed)
    bad = {year: rng.sample(codes, rng.randint(1, 3)) for year in rng.sample(range(2014, 2022), 3)}
    clear = next(year for year in range(2014, 2023) if year not in bad)
    for year in (*bad, clear):
        rows = [f"{code},{i + 1},2,{-i - 1 if code in bad.get(year, ()) else i}" for i, code in enumerate(codes)]
        (folder / f"t{year}.csv").write_text("\n".join(["region,x,y,b", *rows]) + "\n", encoding="utf-8")
    edit(
        folder,
        "study.toml",
        ("[2014]", f"{sorted([*bad, clear])}"),
        ("year = 2014\n\n[rating]", "year = 2018\n\n[rating]"),
    )
    text = (folder / "study.toml").read_text(encoding="utf-8")
    tables = "".join(f'\n[[tables]]\nfile = "t{year}.csv"\nyear = {year}\n' for year in (*bad, clear))
    (folder / "study.toml").write_text(text[: text.index("\n[[tables]]")] + tables, encoding="utf-8")
    told = examine_study(folder)["problem"].tolist()
    assert [text[:4] for text in told] == [str(year) for year in sorted(bad)]
    for text in told:
        assert "a negative value" in text and all(code in text for code in bad[int(text[:4])])
