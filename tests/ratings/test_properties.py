"""Properties that hold for any data."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from growthpoles.ratings import Catalogue, aggregate, classify, contributions, normalise, rate, robustness
from growthpoles.ratings.aggregation_tree import ranks

MANY = settings(max_examples=12, deadline=None)
FEW = settings(max_examples=6, deadline=None)

POSITIVE = st.floats(0.01, 1000.0)
ROWS = [
    ("index", "aggregate", ""),
    ("p", "aggregate", "index"),
    ("q", "aggregate", "index"),
    ("a", "indicator", "p"),
    ("b", "indicator", "p"),
    ("c", "indicator", "q"),
    ("d", "indicator", "q"),
]
TREE = Catalogue.from_frame(pd.DataFrame(ROWS, columns=["code", "kind", "parent"]))


@st.composite
def tables(draw, least: int = 3, most: int = 7):
    rows = draw(st.integers(least, most))
    values = draw(arrays(float, (rows, 4), elements=POSITIVE))
    return pd.DataFrame(values, columns=list("abcd"), index=[f"r{i}" for i in range(rows)])


@MANY
@given(tables(), st.lists(st.floats(0.001, 1000.0), min_size=4, max_size=4))
def test_leader_scores_do_not_depend_on_units(table, units):
    signs = {"b": -1}
    one = normalise(table, direction=signs)
    two = normalise(table * units, direction=signs)
    assert np.allclose(one, two, rtol=1e-12)


@pytest.mark.long
@MANY
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_regions_does_not_matter(table, random):
    order = list(table.index)
    random.shuffle(order)
    for options in ({}, {"aggregation": "geometric"}, {"aggregation": "copeland"}, {"normalisation": "rank"}):
        one, two = rate(table, TREE, **options), rate(table.loc[order], TREE, **options)
        assert np.allclose(one["index"], two["index"].reindex(one.index), rtol=0, atol=1e-10)
        assert one["rank"].tolist() == two["rank"].reindex(one.index).tolist()


@MANY
@given(tables(), st.integers(0, 3), st.floats(1.0, 10.0), st.sampled_from(["arithmetic", "geometric", "harmonic"]))
def test_the_index_rises_with_every_indicator(table, column, factor, kind):
    """A better value never lowers the region's own index, nor its rank."""
    before = rate(table, TREE, aggregation=kind)
    better = table.copy()
    better.iloc[0, column] *= factor
    after = rate(better, TREE, aggregation=kind)
    assert after["index"].iloc[0] >= before["index"].iloc[0] - 1e-9
    assert after["rank"].iloc[0] <= before["rank"].iloc[0]


@pytest.mark.long
@MANY
@given(tables(), st.floats(0.001, 1000.0), st.lists(st.floats(0.1, 10.0), min_size=4, max_size=4))
def test_only_ratios_of_weights_matter(table, factor, weights):
    given_weights = dict(zip("abcd", weights, strict=True))
    scaled = {code: weight * (factor if code in "ab" else 1.0) for code, weight in given_weights.items()}
    one, two = rate(table, TREE.with_weights(given_weights)), rate(table, TREE.with_weights(scaled))
    assert np.allclose(one["index"], two["index"], rtol=1e-12)


@MANY
@given(tables(), st.lists(st.floats(0.0, 10.0), min_size=2, max_size=2).filter(lambda w: sum(w) > 0.1))
def test_contributions_add_up(table, weights):
    catalogue = TREE.with_weights({"p": weights[0], "q": weights[1]})
    rating = rate(table, catalogue)
    assert np.abs(contributions(rating, catalogue).sum(axis=1) - rating["index"]).max() < 1e-12


@MANY
@given(tables())
def test_one_level_with_equal_weights_is_the_plain_mean(table):
    rating = rate(table, Catalogue.flat(list("abcd")))
    plain = (table / table.max() * 100).mean(axis=1)
    assert np.abs(rating["index"] - plain).max() < 1e-12


@MANY
@given(tables())
def test_scores_and_index_stay_between_0_and_100(table):
    rating = rate(table, TREE)
    numbers = rating.drop(columns=["rating_class", "rank"]).to_numpy(dtype=float)
    assert (numbers >= 0).all()
    assert (numbers <= 100 + 1e-9).all()
    assert rating["rating_class"].notna().all()
    assert (rating.filter(like="score_").max() > 100 - 1e-9).all()


@MANY
@given(arrays(float, (5, 3), elements=st.floats(0.1, 100.0)))
def test_means_are_ordered(values):
    """Harmonic <= geometric <= arithmetic <= quadratic, all between the least and the greatest score."""
    scores = pd.DataFrame(values)
    means = [
        aggregate(scores, method="harmonic"),
        aggregate(scores, method="geometric"),
        aggregate(scores),
        aggregate(scores, method="power", power=2.0),
    ]
    for lower, upper in pairwise(means):
        assert (lower <= upper * (1 + 1e-12)).all()
    assert (means[0] >= scores.min(axis=1) * (1 - 1e-12)).all()
    assert (means[-1] <= scores.max(axis=1) * (1 + 1e-12)).all()


@MANY
@given(arrays(float, (6,), elements=st.floats(0.0, 100.0) | st.just(float("nan"))))
def test_ranks_agree_with_pandas(values):
    expected = pd.Series(np.round(values, 9)).rank(ascending=False, method="min").fillna(0)
    assert ranks(values).tolist() == expected.tolist()


@MANY
@given(st.lists(st.floats(0.0, 100.0), min_size=2, max_size=20))
def test_a_higher_index_never_has_a_lower_class(values):
    codes = classify(pd.Series(sorted(values))).cat.codes.to_numpy()
    assert (np.diff(codes) >= 0).all()


@FEW
@given(tables(), st.integers(0, 1000))
def test_class_probabilities_sum_to_one(table, seed):
    result = robustness(table, TREE, replications=50, rng=seed, drop="one", aggregations=["arithmetic", "geometric"])
    assert np.allclose(result.class_probability().sum(axis=1), 1.0, atol=1e-12)


@FEW
@given(tables())
def test_without_uncertainty_probabilities_are_zero_or_one(table):
    result = robustness(table, TREE, weights="fixed", replications=5)
    assert set(np.unique(result.class_probability())) <= {0.0, 1.0}
    above = result.outranks().to_numpy()
    assert set(np.unique(above[~np.isnan(above)])) <= {0.0, 1.0}
