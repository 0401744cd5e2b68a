from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.specialisation import (
    ellison_glaeser,
    equivalent_number,
    gini,
    gini_concentration,
    gini_specialisation,
    hhi,
    hoover,
    hoover_localisation,
    hoover_specialisation,
    krugman_concentration,
    krugman_specialisation,
    litzenberger,
    plant_herfindahl,
)

TABLE = pd.DataFrame([[30.0, 10], [10, 50]], index=["A", "B"], columns=["x", "y"])


def test_hoover_is_half_of_krugman_with_the_same_reference():
    for reference in ("national", "rest_pooled", "rest_mean"):
        assert (2 * hoover_specialisation(TABLE, reference=reference)).tolist() == pytest.approx(
            krugman_specialisation(TABLE, reference=reference).tolist()
        )
        assert (2 * hoover_localisation(TABLE, reference=reference)).tolist() == pytest.approx(
            krugman_concentration(TABLE, reference=reference).tolist()
        )
    with pytest.raises(RatingError, match="nearest: national"):
        hoover_localisation(TABLE, reference="nation")


def test_hoover_of_a_region_is_hoover_of_its_row():
    assert hoover_specialisation(TABLE)["A"] == pytest.approx(hoover(TABLE.loc["A"], TABLE.sum()))
    assert hoover_localisation(TABLE)["y"] == pytest.approx(hoover(TABLE["y"], TABLE.sum(axis=1)))


def test_hhi_by_hand():
    assert hhi(TABLE, by="region").tolist() == pytest.approx([0.75**2 + 0.25**2, (10**2 + 50**2) / 60**2])
    assert hhi(TABLE, by="industry")["x"] == pytest.approx(0.75**2 + 0.25**2)
    assert hhi(TABLE, by="region", form="normalised")["A"] == pytest.approx((0.625 - 0.5) / 0.5)
    assert equivalent_number(TABLE, by="region")["A"] == pytest.approx(1 / 0.625)


def test_hhi_of_equal_and_single_shares():
    equal = pd.DataFrame([[1.0, 1, 1, 1], [7, 0, 0, 0]], index=["equal", "single"], columns=list("abcd"))
    assert hhi(equal, by="region").tolist() == [0.25, 1.0]
    assert hhi(equal, by="region", form="normalised").tolist() == [0.0, 1.0]
    assert equivalent_number(equal, by="region").tolist() == [4.0, 1.0]


def test_hhi_counts_the_cells_present():
    matrix = pd.DataFrame([[1, 1, np.nan], [1, 1, 0], [np.nan] * 3], index=list("ABC"), columns=list("xyz"))
    result = hhi(matrix, by="region", form="normalised", missing="outside")
    assert result["A"] == 0.0 and result["B"] == pytest.approx((0.5 - 1 / 3) / (2 / 3)) and np.isnan(result["C"])
    assert len(result.attrs["missing"]) == 4
    assert equivalent_number(matrix, by="region", missing="outside").attrs == result.attrs
    single = pd.DataFrame({"x": [1, 2]}, index=["A", "B"])
    with pytest.raises(RatingError, match="region 'A' has a single cell"):
        hhi(single, by="region", form="normalised")


def mean_difference(values, weights):
    p = np.asarray(weights, float) / np.sum(weights)
    y = np.asarray(values, float)
    return float(p @ np.abs(y[:, None] - y[None, :]) @ p / (2 * (p @ y)))


def test_gini_is_half_the_relative_mean_difference():
    values = pd.Series([1.0, 5, 2, 0], index=list("abcd"))
    weights = pd.Series([1.0, 4, 0, 2], index=list("dcba"))
    assert gini(values) == pytest.approx(mean_difference(values, [1] * 4))
    assert gini(values, weights=weights) == pytest.approx(mean_difference(values, weights[list("abcd")]))
    assert gini(values, weights=pd.Series(3.0, index=list("abcd"))) == pytest.approx(gini(values))
    with pytest.raises(RatingError, match="nothing but zeros"):
        gini(values * 0)
    with pytest.raises(RatingError, match="weights"):
        gini(values, weights=weights * 0)


def test_gini_of_structures():
    quotients = TABLE.div(TABLE.sum(axis=1), axis=0) / (TABLE.sum() / 100)
    for j in TABLE.index:
        assert gini_specialisation(TABLE)[j] == pytest.approx(mean_difference(quotients.loc[j], [1, 1]))
        assert gini_specialisation(TABLE, weighting="reference")[j] == pytest.approx(
            mean_difference(quotients.loc[j], TABLE.sum())
        )
    for i in TABLE.columns:
        assert gini_concentration(TABLE)[i] == pytest.approx(mean_difference(quotients[i], [1, 1]))
        assert gini_concentration(TABLE, weighting="reference")[i] == pytest.approx(
            mean_difference(quotients[i], TABLE.sum(axis=1))
        )
    with pytest.raises(RatingError, match="weighting="):
        gini_concentration(TABLE, weighting="area")


def test_gini_leaves_outside_cells_out():
    matrix = pd.DataFrame([[3, np.nan, 1], [1, 2, 3], [np.nan] * 3], index=list("ABC"), columns=list("xyz"))
    for weighting in ("equal", "reference"):
        result = gini_specialisation(matrix, weighting=weighting, missing="outside")
        quotients = [(3 / 4) / (4 / 10), (1 / 4) / (4 / 10)]
        assert result["A"] == pytest.approx(mean_difference(quotients, [1, 1])) and np.isnan(result["C"])


def test_ellison_glaeser_by_hand():
    # x: regions .75 .25 against .4 .6: G = 2 * .35^2; 1 - sum x^2 = .48
    result = ellison_glaeser(TABLE, plants=pd.Series({"y": 0.2, "x": 0.1}))
    assert result.loc["x", "raw_concentration"] == pytest.approx(0.245)
    assert result.loc["x", "gamma"] == pytest.approx((0.245 - 0.48 * 0.1) / (0.48 * 0.9))
    assert result.loc["y", "plant_herfindahl"] == 0.2


@pytest.mark.long
def test_ellison_glaeser_of_plants_at_random_is_zero_on_average():
    generator = np.random.default_rng(2)
    sizes = generator.lognormal(size=40)
    herfindahl = pd.Series({"x": float((sizes**2).sum() / sizes.sum() ** 2), "rest": 0.01})
    gammas = []
    for _ in range(100):
        where = generator.choice(3, size=40, p=[0.2, 0.3, 0.5])
        jobs = np.bincount(where, sizes, minlength=3)
        rest = np.array([0.2, 0.3, 0.5]) * 1e9 - jobs
        frame = pd.DataFrame({"x": jobs, "rest": rest}, index=list("ABC"))
        gammas.append(ellison_glaeser(frame, plants=herfindahl).loc["x", "gamma"])
    assert np.mean(gammas) == pytest.approx(0, abs=4 * np.std(gammas) / 10)


def test_ellison_glaeser_errors():
    ok = pd.Series({"x": 0.1, "y": 0.2})
    with pytest.raises(RatingError, match="Herfindahl index of industry 'y' is 1"):
        ellison_glaeser(TABLE, plants=pd.Series({"x": 0.1, "y": 1.0}))
    with pytest.raises(RatingError, match=r"no industry 'y', unknown industry 'Y'.*nearest: y"):
        ellison_glaeser(TABLE, plants=pd.Series({"x": 0.1, "Y": 0.2}))
    with pytest.raises(RatingError, match="one region to be in"):
        ellison_glaeser(TABLE.loc[["A"]], plants=ok)


def test_plant_herfindahl():
    plants = pd.DataFrame({"industry": ["x", "y", "x", "y"], "employment": [3, 5, 1, 5]})
    assert plant_herfindahl(plants).to_dict() == pytest.approx({"x": 10 / 16, "y": 0.5})
    assert plant_herfindahl(plants).index.name == "industry"
    with pytest.raises(RatingError, match="no column 'jobs'"):
        plant_herfindahl(plants, size="jobs")
    with pytest.raises(RatingError, match="plants, row 1: the industry of a plant is missing"):
        plant_herfindahl(plants.assign(industry=["x", None, "x", "y"]))
    with pytest.raises(RatingError, match="industry 'y' has nothing but zeros"):
        plant_herfindahl(plants.assign(employment=[1, 0, 1, 0]))


def test_litzenberger_is_one_for_the_nation_and_zero_without_the_industry():
    area, people = pd.Series({"A": 2.0, "B": 6}), pd.Series({"B": 30.0, "A": 10})
    jobs = pd.DataFrame({"x": [5, 15], "y": [0, 8]}, index=["A", "B"])
    firms = pd.DataFrame({"y": [0, 3], "x": [2, 6]}, index=["A", "B"])
    result = litzenberger(jobs, firms, area=area, population=people)
    assert result["x"].tolist() == pytest.approx([1.0, 1.0])
    assert result.loc["A", "y"] == 0
    missing = litzenberger(jobs.replace(0, np.nan), firms, area=area, population=people, missing="outside")
    assert np.isnan(missing.loc["A", "y"]) and missing.attrs["missing"] == [("A", "y")]


def test_litzenberger_errors():
    jobs = pd.DataFrame({"x": [5, 15]}, index=["A", "B"])
    good = pd.Series({"A": 2.0, "B": 6})
    with pytest.raises(RatingError, match="area: the value of 'A' is zero"):
        litzenberger(jobs, jobs, area=good.replace(2.0, 0), population=good)
    with pytest.raises(RatingError, match="population: no region 'B'"):
        litzenberger(jobs, jobs, area=good, population=good[["A"]])
    with pytest.raises(RatingError, match="establishments: no industry 'x', unknown industry 'z'"):
        litzenberger(jobs, jobs.rename(columns={"x": "z"}), area=good, population=good)
    with pytest.raises(RatingError, match="establishments, region 'A', industry 'x': -5 is negative"):
        litzenberger(jobs, -jobs, area=good, population=good)
