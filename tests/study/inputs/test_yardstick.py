"""By whose limits a study is rated and its years compared."""

from __future__ import annotations

import numpy as np
import pytest

import growthpoles as gp
from growthpoles.study.inputs import edition_tables, limits_name, study_rating, study_ratings
from growthpoles.study.inputs.study_variables import variable_of


def with_limits(limits):
    study = gp.load_study("mexico-gdp")
    return study.model_copy(update={"rating": study.rating.model_copy(update={"limits": limits})})


@pytest.mark.parametrize(
    ("limits", "level", "compared", "name"),
    [
        (None, "year", "pooled", "pooled"),
        pytest.param("pooled", "pooled", "pooled", "pooled", marks=pytest.mark.long),
        pytest.param("year", "year", "year", "year", marks=pytest.mark.long),
        ({"base": 1950}, {"base": 1950}, {"base": 1950}, "base 1950"),
    ],
)
def test_levels_and_comparisons_follow_the_study(limits, level, compared, name):
    study = with_limits(limits)
    tables = edition_tables(study, "data")
    catalogue = gp.study_catalogue(study)
    root = catalogue.root
    for common, rule in ((False, level), (True, compared)):
        found = study_ratings(study, tables, compared=common)
        expected = gp.rate(tables, catalogue, limits=rule)
        for year in study.years:
            np.testing.assert_allclose(found[year][root], expected[year][root])
    single = study_rating(study, tables[1970])
    np.testing.assert_allclose(single[root], gp.rate(tables, catalogue, limits=level)[1970][root])
    values = variable_of(study, root, 1970, compared=True).y
    np.testing.assert_allclose(values[single.index], gp.rate(tables, catalogue, limits=compared)[1970][root])
    assert limits_name(study) == name


@pytest.mark.long
def test_the_spread_of_an_edition_is_on_the_common_yardstick():
    study = gp.load_study("mexico-gdp")
    table = gp.spread_table(study, permutations=99)
    tables = edition_tables(study, "data")
    ratings = gp.rate(tables, gp.study_catalogue(study), limits="pooled")
    graph = gp.build_weights(gp.study_regions(study))
    pair = [ratings[year].iloc[:, 0] for year in (1940, 2000)]
    expected = gp.convergence(*pair, graph, years=60)
    ratio = table.loc[("data", "sigma convergence"), "statistic"]
    assert ratio == pytest.approx(expected.sigma_after / expected.sigma_before)
    assert set(table["limits"]) == {"pooled"}
