from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import RatingError, StudyError
from growthpoles.ratings import Catalogue, default_catalogue, derive, read_catalogue
from growthpoles.ratings.catalogue import indicator_values

HEADER = "code,kind,parent,direction,weight,unit,numerator,denominator,factor,name_en"
GOOD = [
    "index,aggregate,,1,1,points,,,,Index",
    "ris,aggregate,index,1,1,points,,,,Susceptibility",
    "wage,indicator,ris,1,2,kzt,,,,Wage",
    "yield,indicator,ris,1,1,,grp,people,1000,Yield",
    "grp,primary,,,,mln,,,,GRP",
    "people,primary,,,,persons,,,,People",
]


def written(tmp_path, rows, header=HEADER):
    path = tmp_path / "catalogue.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_tree_of_a_small_file(tmp_path):
    catalogue = read_catalogue(written(tmp_path, GOOD))
    assert catalogue.root == "index"
    assert catalogue.aggregates == ("ris", "index")
    assert catalogue.indicators == ("wage", "yield")
    assert catalogue.primaries == ("grp", "people")
    assert catalogue.derived == ("yield",)
    assert catalogue.parts("yield") == ("grp", "people")
    assert catalogue.parts("wage") == ()
    assert catalogue.columns_needed() == ("wage", "grp", "people")
    assert catalogue.children("ris") == ("wage", "yield")
    assert catalogue.path("yield") == ("yield", "ris", "index")
    assert catalogue.parent("wage") == "ris"
    assert catalogue.weights("ris").to_dict() == pytest.approx({"wage": 2 / 3, "yield": 1 / 3})
    assert catalogue.name("wage") == "Wage"
    assert catalogue.name("wage", "ru") == "Wage"  # in the language that it has
    assert catalogue.units(["wage", "elsewhere"]) == {"wage": "kzt"}
    assert catalogue.where("yield") == "catalogue.csv row 5 (yield)"
    assert "yield (weight 1)" in repr(catalogue)


def test_row_numbers_survive_blank_lines(tmp_path):
    rows = [*GOOD[:3], "", *GOOD[3:]]
    assert read_catalogue(written(tmp_path, rows)).where("yield").startswith("catalogue.csv row 6 ")


@pytest.mark.parametrize(
    ("row", "change", "expected"),
    [
        (3, "wage,indicator,ris,1,-2,,,,,", "catalogue.csv row 4 (wage): weight -2 is below zero"),
        (3, "wage,indicator,ris,1,two,,,,,", "catalogue.csv row 4 (wage): weight 'two' is not a number"),
        (3, "wage,indicator,ris,1,inf,,,,,", "catalogue.csv row 4 (wage): weight 'inf' is not a number"),
        (3, "wage,indicator,ris,0,1,,,,,", "catalogue.csv row 4 (wage): direction 0; allowed: 1 or -1"),
        (3, "wage,indicator,riss,1,1,,,,,", "row 4 (wage): parent 'riss' is unknown; nearest: ris"),
        (3, "wage,indicator,grp,1,1,,,,,", "row 4 (wage): parent 'grp' is of kind primary"),
        (3, "wage,indicator,,1,1,,,,,", "row 4 (wage): the indicator has no parent"),
        (3, "wage,indicatr,ris,1,1,,,,,", "row 4 (wage): kind 'indicatr' is not known"),
        (3, ",indicator,ris,1,1,,,,,", "catalogue.csv row 4: the code is empty"),
        (3, "rank,indicator,ris,1,1,,,,,", "row 4 (rank): this code is reserved"),
        (3, "score_a,indicator,ris,1,1,,,,,", "row 4 (score_a): this code is reserved"),
        (4, "wage,indicator,ris,1,1,,,,,", "row 5 (wage): code 'wage' is already in row 4"),
        (4, "yield,indicator,ris,1,1,,grp,,,", "row 5 (yield): the denominator is missing"),
        (4, "yield,indicator,ris,1,1,,,grp,,", "row 5 (yield): the numerator is missing"),
        (4, "yield,indicator,ris,1,1,,grp,peopl,,", "row 5 (yield): denominator 'peopl' is not a primary column"),
        (4, "yield,indicator,ris,1,1,,grp,people,0,", "row 5 (yield): factor 0"),
        (5, "grp,primary,ris,,,,,,,", "row 6 (grp): a primary column has no parent"),
        (5, "grp,primary,,,,,people,people,,", "row 6 (grp): a row of kind primary cannot be derived"),
        (2, "ris,aggregate,ris,1,1,,,,,", "row 3 (ris): the parents form a cycle: ris -> ris"),
        (2, "ris,aggregate,,1,1,,,,,", "row 3 (ris): a second root beside 'index'"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, change, expected):
    rows = list(GOOD)
    rows[row - 1] = change
    with pytest.raises(StudyError) as caught:
        read_catalogue(written(tmp_path, rows))
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_empty_pillar_zero_weights_and_long_cycles(tmp_path):
    with pytest.raises(StudyError, match=r"row 8 \(ria\): the aggregate has no children"):
        read_catalogue(written(tmp_path, [*GOOD, "ria,aggregate,index,1,1,,,,,"]))
    zero = [row.replace("ris,1,2", "ris,1,0").replace("ris,1,1", "ris,1,0") for row in GOOD]
    with pytest.raises(StudyError, match=r"row 3 \(ris\): the weights of its children are all zero"):
        read_catalogue(written(tmp_path, zero))
    loop = [*GOOD, "a,aggregate,b,1,1,,,,,", "b,aggregate,a,1,1,,,,,"]
    with pytest.raises(StudyError, match="cycle: a -> b -> a"):
        read_catalogue(written(tmp_path, loop))
    with pytest.raises(StudyError, match="no aggregate without a parent"):
        read_catalogue(written(tmp_path, GOOD[4:]))


def test_files_that_are_no_catalogue(tmp_path):
    with pytest.raises(StudyError, match="there is no such catalogue"):
        read_catalogue(tmp_path / "absent.csv")
    with pytest.raises(StudyError, match=r"column 'kind' is missing.*nearest: kinds"):
        read_catalogue(written(tmp_path, ["a,b,c"], header="code,kinds,parent"))
    with pytest.raises(StudyError, match="the catalogue has no rows"):
        read_catalogue(written(tmp_path, []))
    (tmp_path / "bytes.csv").write_bytes(b"code,kind,parent\n\xff\xfe,x,y\n")
    with pytest.raises(StudyError, match=r"bytes.csv: not a UTF-8 CSV table"):
        read_catalogue(tmp_path / "bytes.csv")
    (tmp_path / "void.csv").write_text("")
    with pytest.raises(StudyError, match="not a UTF-8 CSV table"):
        read_catalogue(tmp_path / "void.csv")


def test_with_weights_and_without(tmp_path):
    catalogue = read_catalogue(written(tmp_path, [*GOOD, "ria,aggregate,index,1,1,,,,,", "rd,indicator,ria,1,1,,,,,"]))
    heavier = catalogue.with_weights({"wage": 9})
    assert heavier.weights("ris")["wage"] == pytest.approx(0.9)
    assert catalogue.weights("ris")["wage"] == pytest.approx(2 / 3)
    with pytest.raises(StudyError, match=r"row 4 \(wage\): weight -1 is below zero"):
        catalogue.with_weights({"wage": -1})
    with pytest.raises(StudyError, match="code 'wages' is not in the catalogue; nearest: wage"):
        catalogue.with_weights({"wages": 1})
    smaller = catalogue.without("rd")
    assert smaller.aggregates == ("ris", "index")
    assert catalogue.without("ris").indicators == ("rd",)
    with pytest.raises(StudyError, match="the root cannot be dropped"):
        catalogue.without("index")
    with pytest.raises(StudyError, match="all that the index holds"):
        smaller.without("ris")


@pytest.mark.parametrize("given", ["catalogue.csv", Path("catalogue.csv"), pd.DataFrame(), ["wage"], {}])
def test_what_is_no_catalogue_is_one_line_with_the_way_to_one(given):
    table = gp.load_indicators(2010)
    for call in (gp.rate, gp.robustness):
        with pytest.raises(gp.RatingError, match=r"catalogue: .* given; allowed: a Catalogue or None; nearest: gp\."):
            call(table, catalogue=given)
    with pytest.raises(gp.RatingError, match=r"catalogue: .* given"):
        gp.contributions(gp.rate(table), given)


def test_flat_catalogue_with_weights_and_directions():
    catalogue = Catalogue.flat({"a": 1, "b": 3}, direction={"b": -1})
    assert catalogue.weights("index").tolist() == [0.25, 0.75]
    assert [catalogue.direction(code) for code in ("a", "b")] == [1, -1]


def test_built_in_catalogue():
    catalogue = default_catalogue()
    assert catalogue.root == "index"
    assert catalogue.children("index") == ("ris", "ria")
    assert catalogue.children("ris") == ("productivity", "asset_return", "eco_efficiency")
    assert catalogue.children("ria") == ("rd_per_employed", "tech_innovation_per_employed", "output_per_capita")
    assert set(catalogue.derived) == set(catalogue.indicators)
    for language in ("en", "ru", "kk"):
        names = catalogue.names(language)
        assert all(names[code] != code for code in catalogue.codes)
        assert len(set(names.values())) == len(names)
    assert all(catalogue.units().values())


def test_derive_gives_the_printed_ratios_of_akmola():
    """Table 2 and 3, first row: the printed ratios follow from the printed primary columns."""
    table = pd.DataFrame(
        {
            "grp": [585965.4], "employed": [413300], "fixed_assets": [834269.0], "emissions": [72.9],
            "rd": [574.5], "tech_innovation": [629.5], "output": [6959.6], "population": [735116.7],
        },
        index=["KZ-AKM"],
    )  # fmt: skip
    row = derive(table, default_catalogue()).loc["KZ-AKM"]
    assert round(row["productivity"], 2) == 1417.77
    assert round(row["asset_return"], 2) == 0.70
    assert round(row["eco_efficiency"], 1) == 8037.9
    assert round(row["rd_per_employed"], 2) == 1390.03
    assert round(row["tech_innovation_per_employed"], 2) == 1523.11
    assert round(row["output_per_capita"], 2) == 9467.34


def test_derive_keeps_given_columns_and_missing_values(tmp_path):
    catalogue = read_catalogue(written(tmp_path, GOOD))
    table = pd.DataFrame({"grp": [1.0, None], "people": [2.0, 4.0], "wage": [1, 2]}, index=["x", "y"])
    derived = catalogue.derive(table)
    assert derived["yield"].tolist()[0] == 500.0
    assert pd.isna(derived.loc["y", "yield"])
    printed = catalogue.derive(table.assign(**{"yield": [7.0, 8.0]}))
    assert printed["yield"].tolist() == [7.0, 8.0]
    assert "yield" not in table.columns


def test_derive_refuses(tmp_path):
    catalogue = read_catalogue(written(tmp_path, GOOD))
    table = pd.DataFrame({"grp": [1.0, 2.0], "people": [2.0, 0.0], "wage": [1, 2]}, index=["x", "y"])
    with pytest.raises(RatingError, match=r"row 5 \(yield\): denominator 'people' is zero in y"):
        derive(table, catalogue)
    with pytest.raises(RatingError, match=r"row 5 \(yield\): the table has no column 'people'; nearest: peple"):
        derive(table.rename(columns={"people": "peple"}), catalogue)
    with pytest.raises(RatingError, match=r"row 4 \(wage\): the table has no column 'wage'"):
        indicator_values(table.assign(people=1.0).drop(columns="wage"), catalogue)
    with pytest.raises(RatingError, match=r"row 4 \(wage\): all values of column 'wage' are missing"):
        indicator_values(table.assign(people=1.0, wage=float("nan")), catalogue)
