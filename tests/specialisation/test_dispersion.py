"""Dispersion between regions: known values, brute force, and what the intervals cover."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from growthpoles.errors import Joined, RatingError, parts_of
from growthpoles.specialisation import rank_size, regional_inequality
from growthpoles.specialisation.dispersion import LEAST, MEASURES

KNOWN = pd.read_csv(Path(__file__).parent / "known" / "inequality_S.csv", index_col="region")
PEOPLE = KNOWN["population"]


def _found(**options):
    return regional_inequality(KNOWN[["y2015", "y2021"]], weights=PEOPLE, groups=KNOWN["group"], **options)


# REAT 3.0.3, PySAL inequality 1.1.2 and formulas computed apart from this package.
@pytest.mark.parametrize(
    ("measure", "weighting", "value"),
    [
        ("theil_t", "weights", 0.05647832656387985),
        ("theil_l", "weights", 0.052574487148468935),
        ("esteban_ray_1", "weights", 0.047526383787572284),
        ("esteban_ray_1.6", "weights", 0.016674292955748692),
        ("wolfson", "equal", 0.12845306764551676),
        ("williamson", "weights", 0.357721881691421),
        ("williamson_plain_mean", "weights", 0.382948611035051),
        ("cv_n1", "equal", 0.36302680053164),
        ("atkinson_0.5", "equal", 0.0264496291018184),
        ("atkinson_2", "equal", 0.0968360468660117),
        ("theil_l", "equal", 0.0527023258959849),
        ("gini_normalised", "equal", 0.196949891067538),
        ("gini", "weights", 0.179388941116482),
    ],
)
def test_known_values(measure, weighting, value):
    assert _found().table.loc[(measure, weighting, "y2015"), "value"] == pytest.approx(value, abs=1e-12)


def test_known_parts_between_and_within_groups():
    groups = _found().groups
    assert groups.loc[("T", "weights", "y2015"), "between"] == pytest.approx(0.0029848958118823795, abs=1e-12)
    assert groups.loc[("L", "weights", "y2015"), "within"] == pytest.approx(0.04963700890267177, abs=1e-12)
    assert groups.loc[("T", "equal", "y2015"), "between"] == pytest.approx(0.0018898827719998727, abs=1e-12)


def test_known_rank_size():
    found = rank_size(PEOPLE)
    assert found["exponent"] == pytest.approx(1.3106168589212166, abs=1e-12)
    assert found["standard_error"] == pytest.approx(found["exponent"] * math.sqrt(2 / 10))
    assert found["entropy_normalised"] == pytest.approx(0.904346250932176, abs=1e-12)
    assert found["primacy"] == pytest.approx(1583 / 910)


def test_esteban_ray_without_polarisation_is_twice_the_gini_and_the_double_sum_otherwise():
    y, p = KNOWN["y2015"].to_numpy(), (PEOPLE / PEOPLE.sum()).to_numpy()
    pairs = np.abs(np.subtract.outer(y, y)) / (p @ y)
    expected = float(p**2.6 @ pairs @ p)
    assert _found().table.loc[("esteban_ray_1.6", "weights", "y2015"), "value"] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(4))
def test_each_value_without_a_region_is_that_of_the_others(seed):
    rng = np.random.default_rng(seed)
    y = pd.Series(np.exp(rng.normal(size=9)), index=list("abcdefghi"))
    people = pd.Series(rng.integers(1, 50, 9).astype(float), index=y.index)
    table = regional_inequality(y, weights=people).table
    others = {r: regional_inequality(y.drop(r), weights=people.drop(r)).table["value"] for r in y.index}
    for key, row in table.iterrows():
        if key[0].startswith("esteban"):  # the number of regions enters it
            assert np.isnan(row["without_most"])
            continue
        apart = pd.Series({region: found[key] for region, found in others.items()})
        assert row["without_low"] == pytest.approx(apart.min(), rel=1e-9)
        assert row["without_high"] == pytest.approx(apart.max(), rel=1e-9)
        assert abs(apart[row["region_most"]] - row["value"]) == pytest.approx((apart - row["value"]).abs().max())


@pytest.mark.parametrize("seed", range(4))
def test_regions_that_move_a_measure_alike_are_all_named(seed):
    rng = np.random.default_rng(seed)
    values = rng.permutation(np.repeat(np.exp(rng.normal(size=4)), 2))
    y = pd.Series(values, index=[f"r {at}" for at in range(8)])
    table = regional_inequality(y).table
    ends = table.xs("max_min").iloc[0]
    assert ends["region_most"] is None and np.isnan(ends["without_most"])  # both ends stay without either region
    for _, row in table.iterrows():
        if isinstance(row["region_most"], Joined):
            named = y[list(parts_of(row["region_most"]))]
            assert len(named) == 2 == (y == named.iloc[0]).sum() and (named == named.iloc[0]).all()
    gini = regional_inequality(y, measures=["gini"])
    assert isinstance(gini.table["region_most"].iloc[0], Joined) and "move it most" in gini.summary()


@pytest.mark.parametrize("seed", range(2))
def test_rounding_range_is_reached_and_never_left(seed):
    rng = np.random.default_rng(seed)
    y = pd.Series(np.round(np.exp(rng.normal(0, 0.5, 5)) * 10) + 1, index=list("abcde"))
    people = pd.Series(rng.integers(1, 9, 5).astype(float), index=y.index)
    measures = ["gini", "theil_t", "theil_l", "atkinson_2", "cv", "wolfson"]
    table = regional_inequality(y, weights=people, rounding=0.5, measures=measures).table.droplevel(2)
    corners = [y + np.array(signs) * 0.5 for signs in itertools.product((-1, 1), repeat=5)]
    inside = [y + rng.uniform(-0.5, 0.5, 5) for _ in range(20)]
    drawn = regional_inequality(pd.DataFrame(dict(enumerate(corners + inside))), weights=people, measures=measures)
    for key, row in table.iterrows():
        values = drawn.table["value"].loc[key]
        if key[0] == "wolfson":
            assert np.isnan(row["rounding_low"])
            continue
        assert row["rounding_high"] == pytest.approx(values.iloc[: len(corners)].max(), rel=1e-12)
        assert row["rounding_low"] <= values.min() + 1e-12
        assert row["rounding_low"] > 0.7 * values.min()


def test_a_region_without_value_is_listed_and_changes_compare_the_same_regions():
    frame = pd.DataFrame({2010: [10, 12, 15, 40, np.nan], 2020: [14, 16, 20, 70, 500.0]}, index=list("abcde"))
    found = regional_inequality(frame, measures=["gini"])
    assert found.table["left_out"].tolist() == ["e", ""] and found.table["n"].tolist() == [4, 5]
    same = regional_inequality(frame.drop("e"), measures=["gini"])
    pd.testing.assert_frame_equal(found.changes, same.changes)


def test_zeros_take_only_the_measures_that_logarithms_need():
    values = regional_inequality(pd.Series([0.0, 2, 3, 6], list("abcd"))).table["value"].droplevel([1, 2])
    assert set(values.index[values.isna()]) == {"theil_l", "atkinson_1", "atkinson_2", "sd_log", "max_min"}


def test_order_and_unit_change_nothing():
    turned = regional_inequality(KNOWN[["y2015"]].iloc[::-1] * 1e6, weights=PEOPLE * 3).table
    same = regional_inequality(KNOWN[["y2015"]], weights=PEOPLE).table
    pd.testing.assert_frame_equal(turned, same)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: regional_inequality(KNOWN[["y2015"]], measures=["ginni"]), "nearest: gini"),
        (lambda: regional_inequality(KNOWN[["y2015"]], measures=["williamson"]), "weights="),
        (lambda: regional_inequality(-KNOWN[["y2015"]]), "is negative"),
        (lambda: regional_inequality(KNOWN[["y2015"]].iloc[:2]), "three or more"),
        (lambda: regional_inequality(KNOWN[["y2015"]] * 0), "above zero"),
        (lambda: regional_inequality(KNOWN[["y2015"]], weights=PEOPLE.iloc[1:]), "no region 'S01'"),
        (lambda: regional_inequality(KNOWN[["y2015"]], weights=KNOWN[["y2021"]]), "no year y2015"),
        (lambda: regional_inequality(KNOWN[["y2015"]], level=95), "between 0 and 1"),
        (lambda: rank_size(PEOPLE * 0 + 5), "all sizes are equal"),
        (lambda: rank_size(PEOPLE.iloc[:2]), "three sizes"),
    ],
)
def test_errors_say_what_is_allowed(call, text):
    with pytest.raises(RatingError, match=text):
        call()


def _truth(sd: float) -> dict[str, float]:
    return {
        "cv": math.sqrt(math.expm1(sd**2)),
        "gini": 2 * stats.norm.cdf(sd / math.sqrt(2)) - 1,
        "theil_t": sd**2 / 2,
        "theil_l": sd**2 / 2,
        "atkinson_0.5": -math.expm1(-(sd**2) / 4),
        "atkinson_2": -math.expm1(-(sd**2)),
    }


@pytest.mark.slow
@pytest.mark.parametrize("n", [16, 32])
def test_intervals_cover_what_they_say(n, capsys):
    """Regions drawn from a lognormal law with standard deviation 0.4, whose inequality is known."""
    rng, truth, draws = np.random.default_rng(7), _truth(0.4), 2000
    frame = pd.DataFrame(np.exp(rng.normal(0, 0.4, (n, draws))))
    table = regional_inequality(frame, measures=list(truth)).table
    for measure, value in truth.items():
        row = table.xs((measure, "equal"))
        covered = float(((row["lower"] <= value) & (value <= row["upper"])).mean())
        with capsys.disabled():
            print(f"  {measure}, n = {n}: {covered:.3f}")
        assert 0.9 <= covered <= 0.99, measure


@pytest.mark.slow
def test_intervals_of_a_change_cover_what_they_say(capsys):
    """Two years of the same regions, correlated, with a true ratio of the measures."""
    rng, n, draws = np.random.default_rng(8), 16, 800
    before, after = _truth(0.4), _truth(0.5)
    hits = dict.fromkeys(before, 0)
    for _ in range(draws):
        first = rng.normal(size=n)
        second = 0.9 * first + math.sqrt(1 - 0.81) * rng.normal(size=n)
        frame = pd.DataFrame({0: np.exp(0.4 * first), 1: np.exp(0.5 * second)})
        changes = regional_inequality(frame, measures=list(before)).changes.droplevel(1)
        for measure in before:
            row = changes.loc[measure]
            hits[measure] += row["lower"] <= after[measure] / before[measure] <= row["upper"]
    for measure, count in hits.items():
        with capsys.disabled():
            print(f"  change of {measure}: {count / draws:.3f}")
        assert 0.9 <= count / draws <= 0.99, measure


def test_all_measures_are_documented():
    text = regional_inequality.__doc__ or ""
    for name in MEASURES:
        stem = name.split("_")[0]
        assert name in text or f"{stem}_" in text


BOUNDED = ["williamson", "cv", "cv_n1", "gini", "gini_normalised", "theil_t", *(m for m in MEASURES if "atkinson" in m)]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of samples without the one region that has everything
@pytest.mark.parametrize("n", range(3, 20))
def test_intervals_are_within_what_a_measure_can_reach(n):
    rng = np.random.default_rng(n)
    values = pd.Series(rng.lognormal(0, 2, n))
    weights = pd.Series(rng.uniform(0.1, 10, n))
    table = regional_inequality(values, weights=weights).table.droplevel("year")
    # the most unequal there is: the region with the smallest weight has everything, the others almost nothing
    whole = pd.Series(1e-150, values.index)
    ends = {}
    for weighting, of in {"equal": None, "weights": weights}.items():
        one = whole.copy()
        one[0 if of is None else of.idxmin()] = 1.0
        ends[weighting] = regional_inequality(one, weights=of, measures=BOUNDED).table.droplevel("year")["value"]
    for (measure, weighting), row in table.iterrows():
        if n < LEAST or np.isnan(row["lower"]):
            assert np.isnan([row["lower"], row["upper"]]).all()
            assert n < LEAST or measure in ("max_min", "wolfson") or measure.startswith("esteban")
            continue
        assert row["lower"] <= row["value"] <= row["upper"]
        if measure in BOUNDED:
            assert row["upper"] <= ends[weighting][measure, weighting] * (1 + 1e-9)
