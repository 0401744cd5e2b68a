"""Cluster stars, co-location, and nations from outside the matrix."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.specialisation import (
    cluster_stars,
    colocation,
    ellison_glaeser,
    entropy,
    gini_concentration,
    gini_specialisation,
    hoover_specialisation,
    krugman_specialisation,
    litzenberger,
    location_quotient,
    plant_herfindahl,
    shift_share,
    shift_share_factors,
)

KNOWN = Path(__file__).parent / "known"
FIRST, LAST = (pd.read_csv(KNOWN / f"matrix_S_{year}.csv", index_col="region") for year in (2015, 2021))
PLANTS = pd.read_csv(KNOWN / "plants_S.csv")
ALL_JOBS = pd.read_csv(KNOWN / "plants_reference_S.csv", index_col="region")["all_jobs"]


def test_known_stars():
    """By hand in pandas, for the rules without floor and test."""
    focus = cluster_stars(FIRST, scheme="focus", floor=0, replications=0).table["rule"]
    assert (focus["S01", "i6"], focus["S04", "i4"], int((focus >= 2).sum())) == (3, 1, 9)
    growth = cluster_stars(FIRST, end=LAST, floor=0, replications=0).table["rule"]
    assert (growth["S01", "i6"], growth["S01", "i1"], int((growth >= 2).sum())) == (2, 1, 10)


def _noise(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    even = np.outer(rng.uniform(100, 900, 20), [0.1, 0.2, 0.1, 0.3, 0.2, 0.1])
    return pd.DataFrame(rng.poisson(even)), pd.DataFrame(rng.poisson(even))


def test_noise_earns_no_star():
    found = rule = 0
    for seed in range(25):
        start, now = _noise(seed)
        stars = cluster_stars(now, start=start, floor=0, replications=0).table
        found, rule = found + int((stars["stars"] >= 2).sum()), rule + int((stars["rule"] >= 2).sum())
    assert rule > 25 * 5 and found <= 2  # the rule alone crowns noise


def test_the_printed_rate_of_false_stars_is_that_of_other_noise():
    start, now = _noise(100)
    found = cluster_stars(now, start=start, floor=0, replications=60)
    others = [cluster_stars(b, start=a, floor=0, replications=0).table["rule"] for a, b in map(_noise, range(30))]
    mean = np.mean([(each >= 2).sum() for each in others])
    assert found.false_rule == pytest.approx(mean, abs=1.5) and found.false_stars < 0.2


def test_a_real_cluster_keeps_its_stars_and_the_floor_takes_them():
    start, now = _noise(3)
    now = now.copy()
    largest = int(start.sum(axis=1).argmax())
    now.iloc[largest, 2] *= 5
    stars = cluster_stars(now, start=start, floor=0, replications=0).table["stars"]
    assert stars[largest, 2] == 3
    assert cluster_stars(now, start=start, floor=10_000, replications=0).table["stars"].max() == 0


def test_amounts_have_no_test_and_a_missing_cell_no_star():
    start, now = _noise(3)
    amounts = cluster_stars(now * 1.5, start=start * 1.5, counts=False)
    assert amounts.table["p_value"].isna().all() and np.isnan(amounts.false_stars)
    holed = now.astype(float)
    holed.iloc[0, 0] = np.nan
    table = cluster_stars(holed, start=start, missing="outside", replications=5).table
    assert table.loc[(0, 0), "stars"] == 0 and np.isnan(table.loc[(0, 0), "lq"])


def test_known_colocation():
    found = colocation(PLANTS)
    assert found.loc[("A", "B"), "cl"] == pytest.approx(0.238095238095238)
    assert found.loc[("A", "B"), "xcl"] == pytest.approx(-0.0202380952380953)
    assert found.loc[("A", "C"), ["cl", "xcl"]].tolist() == pytest.approx([0.191919191919192, -0.00808080808080811])


@pytest.mark.slow
def test_expected_colocation_is_that_of_labels_dealt_anew():
    rng = np.random.default_rng(1)
    part = PLANTS[PLANTS["industry"].isin(["A", "B"])]
    drawn = [colocation(part.assign(industry=rng.permutation(part["industry"])))["cl"].iloc[0] for _ in range(300)]
    expected = colocation(part)["expected"].iloc[0]
    assert np.mean(drawn) == pytest.approx(expected, abs=4 * np.std(drawn) / np.sqrt(300))


def test_known_ellison_glaeser_with_an_outside_reference():
    jobs = PLANTS.pivot_table(index="region", columns="industry", values="jobs", aggfunc="sum", fill_value=0)
    jobs = jobs.reindex(ALL_JOBS.index, fill_value=0)
    plants = plant_herfindahl(PLANTS, size="jobs")
    found = ellison_glaeser(jobs, plants=plants, reference=ALL_JOBS)
    assert found.loc["A", ["gamma", "raw_concentration"]].tolist() == pytest.approx(
        [0.00914500389777981, 0.135589831887801]
    )
    assert found.loc["C", ["gamma", "raw_concentration"]].tolist() == pytest.approx(
        [0.144271024095101, 0.222973337881202]
    )


def test_known_entropy_and_krugman():
    assert entropy(FIRST, by="region", base=2)["S02"] == pytest.approx(2.27400586486017, abs=1e-12)
    assert krugman_specialisation(FIRST, reference="national")["S04"] == pytest.approx(0.407790378957427, abs=1e-12)
    assert entropy(FIRST, by="industry", form="normalised").between(0, 1).all()


def test_known_shift_share():
    """REAT keeps to the industries that the region has at the start."""
    has = FIRST.columns[FIRST.loc["S02"] > 0]
    start, end = FIRST[has], LAST[has]
    dunn = shift_share(start, end).by_region().loc["S02"]
    assert dunn[["mix", "competitive"]].tolist() == pytest.approx([16.6396996708697, -8.73507103793106])
    found = shift_share_factors(start, end).loc["S02"]
    expected = [1.0563875319148, 0.971979184091006, 1.02678669135446]
    assert found[["mix", "competitive", "total"]].tolist() == pytest.approx(expected)
    # Esteban-Marquillas of one region: its own structure against the nation's
    nation = start.sum(), end.sum()
    own = shift_share(start.loc[["S02"]], end.loc[["S02"]], method="esteban-marquillas", nation=nation)
    assert own.by_region().loc["S02", "mix"] == pytest.approx(16.6396996708697)


REGION = [12121, 3154, 25484, 4798, 3372, 1059, 14837, 42931, 6673]
NATION = [7155807, 1696961, 6674652, 925648, 996498, 232167, 3992230, 7127512, 1123004]
INDUSTRIES = [f"i{k}" for k in range(9)]


def test_a_nation_from_outside_needs_no_invented_row():
    """The REAT manual's region in Germany: as it stands, and as one of two rows that add up to the nation."""
    alone = pd.DataFrame([REGION], index=["region"], columns=INDUSTRIES)
    nation = pd.Series(NATION, INDUSTRIES)
    both = pd.DataFrame([REGION, nation - alone.loc["region"]], index=["region", "rest"], columns=INDUSTRIES)
    assert round(gini_specialisation(alone, nation=nation)["region"], 7) == 0.2089009
    for ours, theirs in (
        (krugman_specialisation(alone, reference=nation), krugman_specialisation(both, reference="national")),
        (hoover_specialisation(alone, reference=nation), hoover_specialisation(both)),
        (location_quotient(alone, nation=nation).loc["region"], location_quotient(both).loc["region"]),
        (
            location_quotient(alone, nation=nation, interval="poisson")["upper"],
            location_quotient(both, interval="poisson")["upper"].loc[["region"]],
        ),
        (
            gini_specialisation(alone, nation=nation, weighting="reference"),
            gini_specialisation(both, weighting="reference").loc[["region"]],
        ),
    ):
        assert np.asarray(ours) == pytest.approx(np.asarray(theirs)[: len(np.asarray(ours))], rel=1e-9)
    grown = pd.DataFrame([2 * alone.loc["region"], nation + 5], index=["region", "rest"])
    own = shift_share(alone, grown.loc[["region"]], nation=(nation, nation + 5 + grown.loc["region"])).by_region()
    two = pd.DataFrame([alone.loc["region"], nation - alone.loc["region"]], index=["region", "rest"])
    same = shift_share(two, grown).by_region()
    assert own.loc["region"].tolist() == pytest.approx(same.loc["region"].tolist())
    turned, sizes = both.T, both.sum(axis=1)
    assert gini_concentration(turned[["region"]], nation=turned.sum(axis=1)).iloc[0] == pytest.approx(
        gini_concentration(turned)["region"]
    )
    assert sizes.gt(0).all()


def test_litzenberger_of_the_reat_manual_without_a_rest():
    jobs, firms = pd.DataFrame({"i": [1743]}, index=["j"]), pd.DataFrame({"i": [35]}, index=["j"])
    nation = {
        "employment": pd.Series({"i": 5740}),
        "establishments": pd.Series({"i": 53}),
        "area": 576,
        "population": 4621,
    }
    one = {"area": pd.Series({"j": 50}), "population": pd.Series({"j": 488})}
    assert round(litzenberger(jobs, firms, **one, nation=nation).loc["j", "i"], 5) == 21.87491


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: cluster_stars(FIRST, scheme="growth"), "start= or end="),
        (lambda: cluster_stars(FIRST, scheme="growht", end=LAST), "nearest: growth"),
        (lambda: cluster_stars(FIRST, top=1.5), "between 0 and 1"),
        (lambda: cluster_stars(FIRST * 1.5), "no count"),
        (lambda: cluster_stars(FIRST, end=LAST.drop(index="S01")), "no region 'S01'"),
        (lambda: location_quotient(FIRST, nation=FIRST.sum(), interval="bootstrap"), "'poisson' with nation="),
        (lambda: location_quotient(FIRST, nation=FIRST.sum().drop("i1")), "no label 'i1'"),
        (lambda: krugman_specialisation(FIRST, reference=FIRST.sum() * 0), "nothing but zeros"),
        (lambda: colocation(PLANTS, region="place"), "no column 'place'"),
        (lambda: colocation(PLANTS[PLANTS["industry"] == "A"]), "two or more"),
    ],
)
def test_errors_say_what_is_allowed(call, text):
    with pytest.raises(RatingError, match=text):
        call()
