"""The tables of a whole study, and the poles that it names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import RegionError, StudyError
from growthpoles.spatial.global_tests.moran_power import moran_power
from growthpoles.spatial.poles.distance_gradient import distance_gradient
from growthpoles.spatial.poles.spread_backwash import GROWTH_NULLS, spread_tests
from growthpoles.study.load_study import load_study
from growthpoles.study.pole_tables import gradient_table, power_table, spread_table, typology_table
from growthpoles.study.study_spec import GrowthPoles

OWN = """
[study]
name = "own"
years = [2020]
title = { en = "T" }
source = { en = "S" }
[boundaries]
builtin = "kz"
year = 2014
[rating]
catalogue = "catalogue.csv"
[[tables]]
file = "values.csv"
year = 2020
"""


@pytest.fixture(scope="module")
def study():
    return load_study()


@pytest.fixture
def own(tmp_path):
    """Return a study of one year without poles and without specialisation, and the folder it is in."""
    codes = gp.load_regions(2014).index
    pd.DataFrame({"region": codes, "wealth": np.arange(16.0) ** 2 + 1}).to_csv(tmp_path / "values.csv", index=False)
    (tmp_path / "catalogue.csv").write_text(
        "code,kind,parent,direction,weight,unit,numerator,denominator,factor,name_en\n"
        "index,aggregate,,,,,,,,Index\n"
        "wealth,indicator,index,1,1,points,,,,Wealth\n"
    )
    path = tmp_path / "study.toml"
    path.write_text(OWN)
    return path


def test_poles_and_zones_of_the_article(study):
    poles = study.growth_poles
    assert poles.poles == ("KZ-ALA", "KZ-AST")
    first, second = (set(zones) for zones in poles.recommended.values())
    assert first - second == {"KZ-VOS"} and second - first == {"KZ-SEV"} and len(first & second) == 4
    # the poles lead both printed tables of 2014
    printed = gp.load_published(2014, study=study)
    for column in ("index", "ksi"):
        assert set(printed[column].nlargest(2).index) == set(poles.poles)


def test_gradient_table(study):
    table = gradient_table(study, permutations=99).sort_index()
    assert table.index.names == ["edition", "year", "pole"]
    assert set(table.index.get_level_values("edition")) == {"published", "reproduced", "realigned", "realigned_alt"}
    assert len(table) == 4 * 2 * 4
    regions = gp.study_regions(study)
    index = gp.load_published(2014, study=study)["index"]
    alone = distance_gradient(index, regions, study.growth_poles.poles, permutations=99).sort_index()
    assert table.loc[("published", 2014), "statistic"].tolist() == alone["statistic"].tolist()
    assert "KZ-VOS" in table.loc[("realigned", 2010, "nearest"), "left_out"]
    assert table.loc[("realigned", 2010, "nearest"), "n"] == 13


@pytest.mark.long
def test_gradient_table_of_other_poles(study):
    table = gradient_table(study, poles=["KZ-KAR"], permutations=99, alternative="less", rng=5)
    assert list(dict.fromkeys(table.index.get_level_values("pole"))) == ["nearest", "KZ-KAR", "all pairs"]
    again = gradient_table(study, poles=["KZ-KAR"], permutations=99, alternative="less", rng=5)
    pd.testing.assert_frame_equal(table, again)
    with pytest.raises(RegionError, match="unknown pole KZ-ALMA; nearest: KZ-ALM"):
        gradient_table(study, poles=["KZ-ALMA"], permutations=99)


@pytest.mark.long
def test_spread_table(study):
    table = spread_table(study, permutations=99)
    assert table.index.names == ["edition", "test"]
    held = table.groupby("edition").size()
    assert (held == 1 + len(GROWTH_NULLS) + 5 + 7).all() and len(held) == 4  # of the two poles; orders, rings
    before, after = (gp.load_published(year, study=study)["index"] for year in (2010, 2014))
    graph, poles = gp.build_weights(gp.study_regions(study)), study.growth_poles.poles
    alone = spread_tests(before, after, graph, years=4, poles=poles, permutations=99)
    pd.testing.assert_frame_equal(table.loc["published"].drop(columns="limits"), alone, rtol=1e-12)
    assert table.loc["realigned", "left_out"].str.endswith("KZ-VOS").all()


def test_typology_table(study):
    table = typology_table(study).sort_index()
    assert table.index.names == ["edition", "year", "region"] and len(table) == 4 * 2 * 16
    now = table.loc["published", 2014]
    assert set(now.index[now["type"] == "growth pole"]) == {"KZ-ALA", "KZ-AST"}
    assert now.loc[now["type"] == "outside the industry"].index.isin(["KZ-ATY", "KZ-KUS", "KZ-KZY"]).all()
    assert table.loc[("realigned", 2010, "KZ-VOS"), "type"] == "no data"
    assert now["list_a"].sum() == now["list_b"].sum() == 5
    assert now["index_threshold"].unique() == pytest.approx([now["index"].mean()])
    assert (now["ksi_threshold"] == 1 / 16).all()


def test_power_table(study):
    table = power_table(study)
    assert list(table.columns) == ["two-sided", "greater", "less"] and table.attrs["n"] == 16
    assert table.loc[0.0].tolist() == pytest.approx([0.05] * 3, abs=1e-8)
    curve = moran_power(gp.build_weights(gp.study_regions(study)))
    assert table["two-sided"].tolist() == curve.curve["power"].tolist()
    assert table.attrs["smallest"]["two-sided"][0] == curve.smallest_positive


def test_what_a_study_lacks_is_said_in_one_line(own):
    study = load_study(own)
    with pytest.raises(StudyError, match=r"own, \[growth_poles\]: no pole is named; allowed: poles = \[region codes\]"):
        gradient_table(study)
    with pytest.raises(StudyError, match="own, years 2020: no edition has two years"):
        spread_table(study)
    with pytest.raises(StudyError, match="own: no specialisation index"):
        typology_table(study)
    assert len(gradient_table(study, poles=["KZ-ALA"], permutations=99)) == 3


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ('[growth_poles]\npole = ["KZ-ALA"]', "growth_poles.pole is not a known key"),
        ('[growth_poles]\npoles = ["KZ-ALA", "KZ-ALA"]', "growth_poles: poles names a region twice"),
        ("[growth_poles.recommended]\nzones = []", "growth_poles.recommended.zones"),
        ('[growth_poles.recommended]\nzones = ["a", "a"]', "growth_poles: zones names a region twice"),
        ('[growth_poles]\npoles = "KZ-ALA"', "growth_poles.poles"),
    ],
)
def test_errors_of_the_block(own, block, words):
    own.write_text(OWN + block)
    with pytest.raises(StudyError, match=words):
        load_study(own)


def test_a_study_without_the_block(own):
    assert load_study(own).growth_poles == GrowthPoles()
