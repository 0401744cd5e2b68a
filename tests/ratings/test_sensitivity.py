from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import RatingError
from growthpoles.ratings import Catalogue, leave_one_out, rate, sobol


def test_leave_one_out_is_the_rating_without_the_indicator(table, deep):
    full = rate(table, deep)
    result = leave_one_out(table, deep, aggregation={"skills": "geometric"})
    assert result["dropped"].unique().tolist() == list("abcde")
    full = rate(table, deep, aggregation={"skills": "geometric"})
    for code in "abcde":
        rows = result[result["dropped"] == code].set_index("region")
        fewer = deep.without(code)
        expected = rate(table, fewer, aggregation={"skills": "geometric"})
        assert rows["index"].to_numpy() == pytest.approx(expected["top"].to_numpy())
        assert rows["rank"].tolist() == expected["rank"].tolist()
        assert rows["rank_change"].tolist() == (expected["rank"] - full["rank"]).tolist()


def test_leave_one_out_drops_an_emptied_pillar_with_its_methods(table):
    rows = [("top", "aggregate", ""), ("p", "aggregate", "top"), ("a", "indicator", "p"), ("b", "indicator", "top")]
    catalogue = Catalogue.from_frame(pd.DataFrame(rows, columns=["code", "kind", "parent"]))
    result = leave_one_out(table, catalogue, aggregation={"p": "geometric"}, weighting={"p": "equal"})
    kept = result[result["dropped"] == "a"]["index"].to_numpy()
    assert kept == pytest.approx(100 * table["b"].to_numpy() / table["b"].max())
    with pytest.raises(RatingError, match="one indicator cannot be dropped"):
        leave_one_out(table, Catalogue.flat(["a"]))


def factorial(table, other, catalogue):
    """Index of every region for every combination of edition, normalisation and dropped indicator."""
    levels = [[table, other], ["leader", "min-max", "percentile"], [None, *catalogue.indicators]]
    grid = np.empty((2, 3, 1 + len(catalogue.indicators), len(table)))
    for place in itertools.product(*(range(len(level)) for level in levels)):
        data, normalisation, dropped = (level[i] for level, i in zip(levels, place, strict=True))
        used = catalogue if dropped is None else catalogue.without(dropped)
        grid[place] = rate(data, used, normalisation=normalisation)[catalogue.root]
    return grid


@pytest.mark.long
def test_sobol_agrees_with_the_full_factorial(table, deep):
    """With discrete choices the effects are known exactly: variances of conditional means over the full grid."""
    other = table * np.random.default_rng(1).lognormal(sigma=0.4, size=table.shape)
    grid = factorial(table, other, deep)
    variance = grid.var(axis=(0, 1, 2))
    result = sobol(
        {"x": table, "y": other},
        deep,
        output="index",
        weights="fixed",
        normalisations=["leader", "min-max", "percentile"],
        drop="one",
        samples=2048,
    )
    for axis, choice in enumerate(("edition", "normalisation", "dropped")):
        others = tuple(k for k in range(3) if k != axis)
        first = grid.mean(axis=others).var(axis=0) / variance
        total = grid.var(axis=axis).mean(axis=(0, 1)) / variance
        rows = result[result["choice"] == choice]
        assert rows["first"].to_numpy() == pytest.approx(first, abs=0.06)
        assert rows["total"].to_numpy() == pytest.approx(total, abs=0.06)
    assert result.groupby("region", sort=False)["variance"].first().to_numpy() == pytest.approx(variance, rel=0.05)


def test_a_single_choice_explains_everything(table, deep):
    result = sobol(table, deep, output="shift", samples=256)
    assert result["region"].tolist() == ["all regions"]
    assert result["choice"].tolist() == ["weights"]
    assert result[["first", "total"]].iloc[0].tolist() == [1.0, 1.0]


def test_weights_by_quasi_random_points_follow_the_dirichlet_distribution():
    data = pd.DataFrame(np.eye(3), columns=list("pqr"), index=list("xyz"))
    result = sobol(data, Catalogue.flat({"p": 1, "q": 3, "r": 4}), output="index", concentration=5.0, samples=2048)
    nominal = np.array([1, 3, 4]) / 8
    assert result["variance"].to_numpy() == pytest.approx(1e4 * nominal * (1 - nominal) / 16, rel=0.05)


def test_noise_is_a_choice(table, deep):
    result = sobol(table, deep, weights="fixed", resolution={"a": 0.3, "c": 0.3}, output="index", samples=64)
    assert result["choice"].unique().tolist() == ["noise"]
    varied = result.dropna()
    assert len(varied)
    assert (varied["variance"] > 0).all()


def test_a_constant_output_and_a_missing_region_have_no_effects(table, deep):
    table.loc["r2", "a"] = np.nan
    table.loc["r5"] = [99.0, 99.0, 99.0, 1e-6, 99.0]
    result = sobol(table, deep, samples=64).set_index("region")
    assert result.loc["r5", "variance"] == 0.0
    assert np.isnan(result.loc["r5", "first"])
    assert np.isnan(result.loc["r2", "variance"])


def test_results_repeat_and_leave_the_global_generator_alone(table, deep):
    np.random.seed(4)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    one, two = (sobol(table, deep, drop="one", samples=32) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"weights": "fixed"}, "nothing varies"),
        ({"samples": 100}, "samples=100; allowed: a power of 2"),
        ({"output": "class"}, "output='class' is not known"),
    ],
)
def test_bad_options(table, deep, options, problem):
    with pytest.raises(RatingError) as caught:
        sobol(table, deep, **options)
    assert problem in str(caught.value)


def test_ratings_by_several_catalogues_are_compared():
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.uniform(1, 9, (12, 3)), [f"r{i}" for i in range(12)], ["a", "b", "c"])
    ratings = {
        "two": gp.rate(table.iloc[:10], gp.Catalogue.flat(["a", "b"])),
        "three": gp.rate(table.iloc[::-1], gp.Catalogue.flat(["a", "b", "c"])),
        "open": gp.rate(table, gp.Catalogue.flat(["a", "c"]), normalisation="z-score"),
    }
    found = gp.compare_ratings(ratings)
    assert set(found.index) == set(table.index) and np.isnan(found.loc["r11", ("two", "rank")])
    assert found.loc["r3", ("all", "rank_low")] == min(rating.loc["r3", "rank"] for rating in ratings.values())
    row = found.attrs["agreement"].iloc[0]
    two, three = ratings["two"]["index"], ratings["three"]["index"].loc[table.index[:10]]
    assert row["n"] == 10 and row["spearman"] == pytest.approx(two.rank().corr(three.rank()))
    moves = (two.rank() - three.rank()).abs()
    assert row["mean_move"] == pytest.approx(moves.mean()) and moves[row["farthest"]] == moves.max()
    same = ratings["two"]["rating_class"].astype(str) == ratings["three"]["rating_class"].astype(str)[table.index[:10]]
    assert row["same_class"] == pytest.approx(same.mean())
    assert found.attrs["agreement"]["same_class"].isna().tolist() == [False, True, True]
    with pytest.raises(RatingError, match="1 ratings; allowed: two or more"):
        gp.compare_ratings({"two": ratings["two"]})
    with pytest.raises(RatingError, match="'x' is no rating"):
        gp.compare_ratings({"two": ratings["two"], "x": table})
    few = gp.rate(table.iloc[:2], gp.Catalogue.flat(["a"]))
    with pytest.raises(RatingError, match="2 regions in common; allowed: 3 or more"):
        gp.compare_ratings({"two": ratings["two"], "few": few})
