"""Market potential, accessibility, mutual influence: known values, identities with Moran's I, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError

FOLDER = "tests/spatial/poles/known"


@pytest.fixture(scope="module")
def five(request):
    frame = pd.read_csv(request.config.rootpath / FOLDER / "five_places.csv").set_index("place")
    return frame["mass"].astype(float), frame["area_km2"].astype(float), frame[list("ABCDE")].astype(float)


def test_known_potentials(five):
    mass, area, road = five
    assert gp.market_potential(mass, road).loc["A", "potential"] == pytest.approx(0.75880540257, rel=1e-9)
    own = gp.market_potential(mass, road, area=area)
    assert own.loc["C", "potential"] == pytest.approx(10.8381059055, rel=1e-9)
    assert own["others"].tolist() == gp.market_potential(mass, road)["potential"].tolist()
    assert gp.accessibility(mass, road, scale=200).loc["E", "potential"] == pytest.approx(105.713111899, rel=1e-9)


def test_known_pairs(five):
    mass, _, road = five
    found = gp.mutual_influence(mass, gp.distance_weights(road), distances=road)
    q = found.matrix()
    assert [q.loc["A", "E"], q.loc["E", "A"]] == pytest.approx([0.013858284545, 0.0201536730525], rel=1e-9)
    assert np.nansum(q) / 5 == pytest.approx(-0.303609627377, rel=1e-9)
    both = found.matrix(mean=True)
    assert both.loc["A", "E"] == pytest.approx((q.loc["A", "E"] + q.loc["E", "A"]) / 2)
    assert found.pairs["distance"].xs("E", level="to").loc[("mass", "A")] == 480


def test_pairs_add_up_to_the_tests_they_come_from(lattice):
    rng = np.random.default_rng(4)
    y = pd.DataFrame(rng.gamma(2, 1, (16, 2)), [f"a{i}" for i in range(16)], [2010, 2020])
    graph = lattice(4, 4)
    found = gp.mutual_influence(y, graph, permutations=99)
    for year in y:
        assert found.pairs["q"].loc[year].sum() / 16 == pytest.approx(
            gp.moran(y[year], graph, permutations=1).statistic
        )
        local = gp.local_moran(y[year], graph, permutations=99).to_frame()
        rows = found.regions.loc[year]
        ratio = rows["given"] / local["statistic"].reindex(rows.index)
        assert np.ptp(ratio) < 1e-9 and rows["received"].sum() == pytest.approx(rows["given"].sum())
        assert found.pairs["share"].loc[year].sum() == pytest.approx(1)
    shuffled = gp.mutual_influence(y.sample(frac=1, random_state=1), graph, permutations=99)
    pd.testing.assert_frame_equal(found.matrix(2020), shuffled.matrix(2020))
    assert "A pair has no p-value" in found.summary()


def test_order_and_direction_of_the_table(five):
    mass, _, road = five
    one_way = road.copy()
    one_way.loc["A", "B"] = 60
    there, back = (gp.market_potential(mass, table.iloc[::-1, [2, 0, 4, 1, 3]]) for table in (one_way, road))
    assert there.index.tolist() == list("ABCDE")
    assert (there["others"] - back["others"]).round(6).to_dict() == {"A": 0.333333, "B": 0, "C": 0, "D": 0, "E": 0}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m, a, d: gp.market_potential(m.drop("A"), d), "A"),
        (lambda m, a, d: gp.market_potential(-m, d), "negative for A"),
        (lambda m, a, d: gp.market_potential(m, d * 0), "not above 0"),
        (lambda m, a, d: gp.market_potential(m, d.mask(d == 480)), "no distance"),
        (lambda m, a, d: gp.market_potential(m, d, power=500), "leaves the range of numbers"),
        (lambda m, a, d: gp.market_potential(m, d / 1e3, power=1e3), "leaves the range of numbers"),
        (lambda m, a, d: gp.market_potential(m, d, area=a, own=a), "one of the two"),
        (lambda m, a, d: gp.market_potential(m, d, area=a * 0), "no positive value for A"),
        (lambda m, a, d: gp.accessibility(m, d, scale=0), "scale=0"),
        (lambda m, a, d: gp.mutual_influence(m * 0, gp.distance_weights(d)), "constant"),
        (lambda m, a, d: gp.mutual_influence(m.to_list(), gp.distance_weights(d)), "y: list given"),
        (lambda m, a, d: gp.mutual_influence(m, gp.distance_weights(d)).matrix(1990), "1990 is not among"),
    ],
)
def test_refusals(five, call, words):
    with pytest.raises(SpatialError, match=words) as caught:
        call(*five)
    assert "\n" not in str(caught.value)
