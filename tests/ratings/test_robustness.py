from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.randomness import SEED
from growthpoles.ratings import Catalogue, change, printed_resolution, rate, robustness
from growthpoles.ratings.rating_options import Method
from growthpoles.ratings.robustness import prepare
from growthpoles.ratings.simulation import draw, printed, simulate

EVERYTHING = {
    "normalisations": ["leader", "min-max", "percentile"],
    "aggregations": ["arithmetic", "geometric", {"top": "harmonic"}, "copeland"],
    "drop": "one",
    "floor": 1.0,
}


def test_no_uncertainty_gives_zero_or_one(table, deep):
    rating = rate(table, deep)
    result = robustness(table, deep, weights="fixed", replications=50)
    probability = result.class_probability()
    assert set(np.unique(probability)) <= {0.0, 1.0}
    assert probability.idxmax(axis=1).tolist() == rating["rating_class"].astype(str).tolist()
    assert (result.ranks == rating["rank"].to_numpy()).all()
    above = result.outranks()
    assert set(np.unique(above.to_numpy()[~np.eye(9, dtype=bool)])) <= {0.0, 1.0}
    assert above.loc[rating["rank"].idxmin()].drop(rating["rank"].idxmin()).eq(1.0).all()
    frame = result.to_frame()
    assert frame["p_class"].eq(1.0).all()
    assert frame["rank_low"].tolist() == frame["rank_high"].tolist() == rating["rank"].tolist()
    assert result.rank_shift().eq(0.0).all()


def test_two_indicators_under_uniform_weights_are_known_exactly():
    """x scores (100, 0), y (0, 100): x's index is 100 w with w uniform, so each class has probability 1/10."""
    data = pd.DataFrame({"p": [1.0, 0.0], "q": [0.0, 1.0]}, index=["x", "y"])
    result = robustness(data, Catalogue.flat(["p", "q"]), replications=40_000)
    probability = result.class_probability()
    error = 4 * np.sqrt(0.09 / 40_000)
    assert probability.drop(columns="no class").to_numpy() == pytest.approx(0.1, abs=error)
    assert result.outranks().loc["x", "y"] == pytest.approx(0.5, abs=4 * 0.5 / 200)
    assert result.index_interval(0.5).loc["x"].tolist() == pytest.approx([25, 50, 75], abs=1.0)


def test_dirichlet_weights_have_the_stated_mean_and_spread():
    data = pd.DataFrame(np.eye(3), columns=list("pqr"), index=list("xyz"))
    catalogue = Catalogue.flat({"p": 1, "q": 3, "r": 4})
    result = robustness(data, catalogue, concentration=5.0, replications=40_000)
    nominal = np.array([1, 3, 4]) / 8
    spread = np.sqrt(nominal * (1 - nominal) / (5 * 3 + 1))
    assert result.index.mean(axis=0) / 100 == pytest.approx(nominal, abs=0.004)
    assert result.index.std(axis=0) / 100 == pytest.approx(spread, rel=0.03)
    assert result.index.sum(axis=1) == pytest.approx(100.0)


def test_a_weight_of_zero_stays_zero():
    data = pd.DataFrame({"p": [1.0, 2.0], "q": [2.0, 1.0]}, index=["x", "y"])
    result = robustness(data, Catalogue.flat({"p": 1, "q": 0}), replications=20)
    assert (result.index == [50.0, 100.0]).all()


@pytest.mark.long
def test_every_replication_is_the_rating_with_its_choices(table, deep):
    """Each simulated index equals rate() called with that replication's edition, method, weights and drop."""
    editions = {"one": table, "two": table[::-1] * np.linspace(1, 2, 45).reshape(9, 5)}
    problem, _ = prepare(
        editions,
        deep,
        Method(),
        "dirichlet",
        1.0,
        EVERYTHING["normalisations"],
        EVERYTHING["aggregations"],
        "one",
        None,
        1.0,
    )
    draws = draw(problem, 50, np.random.default_rng(5))
    index = simulate(problem, draws)
    names = list(editions)
    seen = set()
    for row in range(50):
        kind = problem.aggregations[draws.aggregation[row]]
        normalisation = problem.normalisations[draws.normalisation[row]]
        seen.add((draws.edition[row], normalisation, str(kind), draws.dropped[row]))
        weights = {}
        for node in problem.tree.nodes:
            weights |= dict(zip(node.children, draws.gammas[node.code][row], strict=True))
        catalogue = deep.with_weights(weights)
        if draws.dropped[row] >= 0:
            catalogue = catalogue.without(deep.indicators[draws.dropped[row]])
        if isinstance(kind, dict):
            kind = {code: mean for code, mean in kind.items() if code in catalogue.aggregates}
        if str(kind) == "geometric" or isinstance(kind, dict):
            continue  # the floor has no counterpart in rate(): below
        expected = rate(editions[names[draws.edition[row]]], catalogue, normalisation=normalisation, aggregation=kind)
        assert index[row] == pytest.approx(expected["top"].reindex(table.index).to_numpy(), abs=1e-10)
    assert len(seen) > 25


@pytest.mark.long
def test_means_without_zeros_equal_the_rating_too(table, deep):
    problem, _ = prepare(
        {"t": table},
        deep,
        Method(zeros="zero"),
        "dirichlet",
        1.0,
        ["rank"],
        ["geometric", "harmonic"],
        "none",
        None,
        None,
    )
    draws = draw(problem, 20, np.random.default_rng(5))
    index = simulate(problem, draws)
    for row in range(20):
        weights = {}
        for node in problem.tree.nodes:
            weights |= dict(zip(node.children, draws.gammas[node.code][row], strict=True))
        kind = problem.aggregations[draws.aggregation[row]]
        expected = rate(table, deep.with_weights(weights), normalisation="rank", aggregation=kind, zeros="zero")
        assert index[row] == pytest.approx(expected["top"].to_numpy(), abs=1e-10)


def test_the_floor_raises_low_scores(table, deep):
    flat = Catalogue.flat(["a", "b"])
    result = robustness(
        table, flat, weights="fixed", normalisations=["min-max"], aggregations=["geometric"], floor=2.0, replications=2
    )
    score = (100 * (table - table.min()) / (table.max() - table.min()))[["a", "b"]].clip(lower=2.0)
    assert result.index[0] == pytest.approx(np.sqrt(score["a"] * score["b"]).to_numpy())
    with pytest.raises(RatingError, match="a score of zero under the geometric mean"):
        robustness(table, flat, normalisations=["min-max"], aggregations=["geometric"], replications=5)


def test_probabilities_sum_to_one_with_everything_varied(table, deep):
    table.loc["r3", "c"] = np.nan
    result = robustness({"a": table, "b": table * 2}, deep, replications=800, **EVERYTHING)
    assert result.class_probability().sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-12)
    above = result.outranks()
    ties = np.array([[(result.ranks[:, i] == result.ranks[:, j]).mean() for j in range(9)] for i in range(9)])
    ranked = [place for place in range(9) if table.index[place] != "r3"]
    total = (above + above.T).to_numpy() + ties
    for i in ranked:
        for j in ranked:
            if i != j:
                assert total[i, j] == pytest.approx(1.0)
    low_high = result.rank_interval(0.9).dropna()
    assert (low_high["rank_low"] <= low_high["rank_median"]).all()
    assert (low_high["rank_median"] <= low_high["rank_high"]).all()


def test_a_region_without_an_index_is_never_ranked_unless_the_gap_is_dropped(table, deep):
    table.loc["r3", "c"] = np.nan
    fixed = robustness(table, deep, replications=100)
    assert fixed.class_probability().loc["r3", "no class"] == 1.0
    assert fixed.rank_interval().loc["r3"].isna().all()
    assert fixed.outranks().loc["r3"].isna().all()
    dropping = robustness(table, deep, replications=600, drop="one")
    ranked = dropping.ranks[:, 3] > 0
    assert (ranked == (dropping.choices_frame()["dropped"] == "c").to_numpy()).all()
    assert dropping.rank_interval().loc["r3"].notna().all()
    assert 0.5 < dropping.class_probability().loc["r3", "no class"] < 1


def test_classes_and_points_are_counted_on_the_scale_of_the_study_alone(table, deep):
    """Another normalisation beside the study's own moves ranks; it cannot move the study's class probabilities."""
    for other in ("min-max", "percentile", "z-score"):
        mixed = robustness(table, deep, normalisations=["leader", other], replications=6_000)
        alone = robustness(table, deep, replications=6_000)
        kept = mixed.choices_frame()["normalisation"] == "leader"
        assert (mixed.on_scale == kept.to_numpy()).all() and 0.45 < kept.mean() < 0.55
        apart = mixed.class_probability() - alone.class_probability()
        assert apart.abs().to_numpy().max() < 5 * np.sqrt(0.25 / 3_000 + 0.25 / 6_000)
        assert mixed.index_interval().to_numpy() == pytest.approx(alone.index_interval().to_numpy(), abs=3.0)
    wins = robustness(table, deep, aggregations=["arithmetic", "geometric", "copeland"], replications=300)
    assert (wins.on_scale == (wins.choices_frame()["aggregation"] != "copeland").to_numpy()).all()


def test_without_the_scale_of_the_study_there_is_no_class(table, deep):
    result = robustness(table, deep, normalisations=["min-max", "z-score"], replications=50)
    assert result.class_probability()["no class"].eq(1.0).all()
    assert result.index_interval().isna().all(axis=None)
    assert result.to_frame()["p_class"].eq(0.0).all()
    own = robustness(table, deep, normalisation="z-score", replications=50)
    assert own.class_probability()["no class"].eq(1.0).all()


def test_weights_of_a_data_driven_scheme_are_nominal(table, deep):
    result = robustness(table, deep, weights="fixed", replications=2, weighting="entropy")
    assert result.index[1] == pytest.approx(rate(table, deep, weighting="entropy")["top"].to_numpy())


def test_results_depend_on_the_seed_alone(table, deep):
    options = {"replications": 3000, "drop": "one"}
    one = robustness(table, deep, **options)
    assert (one.index == robustness(table, deep, rng=SEED, **options).index).all()
    assert (one.index == robustness(table, deep, rng=np.random.default_rng(SEED), **options).index).all()
    assert (one.index != robustness(table, deep, rng=1, **options).index).any()


@pytest.mark.slow
def test_results_do_not_depend_on_the_number_of_workers(table, deep):
    one = robustness(table, deep, replications=5000)
    two = robustness(table, deep, replications=5000, n_jobs=2)
    assert (one.index == two.index).all()
    assert (one.class_counts == two.class_counts).all()


def test_progress_counts_up_to_the_end(table, deep):
    calls = []
    robustness(table, deep, replications=5000, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (5000, 5000)
    assert len(calls) > 1
    assert [done for done, _ in calls] == sorted({done for done, _ in calls})


def derived_catalogue() -> Catalogue:
    rows = [
        ("index", "aggregate", "", "", ""),
        ("ratio", "indicator", "index", "up", "down"),
        ("own", "indicator", "index", "", ""),
        ("up", "primary", "", "", ""),
        ("down", "primary", "", "", ""),
    ]
    return Catalogue.from_frame(pd.DataFrame(rows, columns=["code", "kind", "parent", "numerator", "denominator"]))


PRIMARY = pd.DataFrame({"up": [5.0, 9.0, 0.1], "down": [2.0, 3.0, 1.0], "own": [1.0, 2.0, 3.0]}, index=list("xyz"))


def test_noise_stays_within_half_a_printed_unit():
    prepared = printed(PRIMARY, derived_catalogue(), {"up": 1.0, "own": 0.2})
    assert prepared.columns == 3
    noise = np.random.default_rng(0).random((4000, 3, 3)) - 0.5
    values = prepared.values(noise)
    ratio, own = values[..., 0], values[..., 1]
    assert ratio[:, 0].min() == pytest.approx(4.5 / 2, abs=0.01)
    assert ratio[:, 0].max() == pytest.approx(5.5 / 2, abs=0.01)
    assert ratio[:, 2].min() == 0.0  # printed 0.1, not negative
    assert own[:, 1].min() == pytest.approx(1.9, abs=0.01)
    assert own[:, 1].max() == pytest.approx(2.1, abs=0.01)
    assert (prepared.values() == [[2.5, 1], [3, 2], [0.1, 3]]).all()


def test_noise_by_cell_and_in_both_parts_of_a_ratio():
    cells = pd.DataFrame({"down": [0.0, 1.0, 0.0]}, index=list("xyz"))
    prepared = printed(PRIMARY, derived_catalogue(), cells)
    values = prepared.values(np.full((1, 3, 3), 0.5))[0, :, 0]
    assert values.tolist() == pytest.approx([2.5, 9 / 3.5, 0.1])


def test_noise_moves_close_regions_only():
    data = pd.DataFrame({"p": [10.0, 10.1, 20.0]}, index=list("xyz"))
    result = robustness(data, Catalogue.flat(["p"]), resolution={"p": 0.2}, replications=4000)
    above = result.outranks()
    assert above.loc["z", "x"] == 1.0
    # x > y when U_x - U_y > 0.1 with U uniform on +-0.1: the triangle (0.1)^2 / 2 of the square (0.2)^2
    assert above.loc["x", "y"] == pytest.approx(0.125, abs=0.025)


def test_noise_by_edition(table, deep):
    result = robustness(
        {"rough": table, "exact": table}, deep, weights="fixed", resolution={"rough": {"a": 0.5}}, replications=300
    )
    exact = (result.choices_frame()["edition"] == "exact").to_numpy()
    assert np.ptp(result.index[exact], axis=0).max() == 0.0
    assert np.ptp(result.index[~exact], axis=0).max() > 0.0


@pytest.mark.parametrize(
    ("resolution", "change", "problem"),
    [
        ({"ups": 1}, {}, "resolution of an unknown column 'ups'; nearest: up"),
        ({"up": -1}, {}, "a resolution of 'up' is negative or missing"),
        ({"down": 2.0}, {}, "down of z is within rounding of zero"),
        ({"up": 1}, {"ratio": [1.0, 2.0, 3.0]}, "ratio is not up / down in this table"),
        ({"up": 1}, {"ratio": [2.5, 3.0, 0.1], "down": None}, "the table has no column 'down'"),
    ],
)
def test_noise_that_is_refused(resolution, change, problem):
    data = PRIMARY.assign(**change)
    data = data.drop(columns=[name for name, value in change.items() if value is None])
    with pytest.raises(RatingError) as caught:
        printed(data, derived_catalogue(), resolution)
    assert problem in str(caught.value)


def test_resolution_of_printed_cells():
    cells = pd.DataFrame(
        {
            "emissions": ["72,9", "73", "1 029,3"],
            "employed": ["413300", "1091000", "0"],
            "productivity": ["1 417,77", "-", "2 452,6"],
            "count": ["10", "25", ""],
        }
    )
    found = printed_resolution(cells)
    assert found.to_dict() == pytest.approx({"emissions": 0.1, "employed": 100, "productivity": 0.01, "count": 1})
    assert printed_resolution(pd.DataFrame({"x": ["1.25"]}), decimal=".")["x"] == pytest.approx(0.01)
    with pytest.raises(RatingError, match=r"column x: '1\.2\.3' is not a number"):
        printed_resolution(pd.DataFrame({"x": ["1.2.3"]}), decimal=".")
    with pytest.raises(RatingError, match="column x: no printed number"):
        printed_resolution(pd.DataFrame({"x": ["-"]}))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"replications": 0}, "replications=0"),
        ({"weights": "random"}, "weights='random' is not known"),
        ({"drop": "two"}, "drop='two' is not known"),
        ({"concentration": 0}, "concentration=0; allowed: above 0"),
        ({"floor": 0}, "floor=0; allowed: above 0, or None"),
        ({"normalisations": ["leaders"]}, "normalisation='leaders' is not known; allowed: leader"),
        ({"aggregations": [{"tops": "geometric"}]}, "aggregation names 'tops'"),
        ({"treatment": "winsorise", "resolution": {"a": 1}}, "treatment together with resolution"),
        ({"resolution": {"other": {"a": 1}}}, "resolution='other' is not known; allowed: realigned"),
    ],
)
def test_bad_options(table, deep, options, problem):
    with pytest.raises(RatingError) as caught:
        robustness(table, deep, **options)
    assert problem in str(caught.value)


def test_editions_must_fit_together(table, deep):
    with pytest.raises(RatingError, match="edition two: regions differ between editions: r8"):
        robustness({"one": table, "two": table.drop(index="r8")}, deep)
    with pytest.raises(RatingError, match="n_jobs=0; allowed: 1 or more, or -1"):
        robustness(table, deep, n_jobs=0)
    with pytest.raises(RatingError, match="no table is given"):
        robustness({}, deep)
    with pytest.raises(RatingError, match="resolution for several editions"):
        robustness({"one": table, "two": table}, deep, resolution={"a": 1})
    with pytest.raises(RatingError, match=r"one indicator cannot be dropped.*drop=.none"):
        robustness(table, Catalogue.flat(["a"]), drop="one")


def test_questions_to_a_result(table, deep):
    result = robustness(table, deep, replications=30)
    some = result.outranks(["r1", "r7"])
    assert some.shape == (2, 2)
    assert some.loc["r1", "r7"] == result.outranks().loc["r1", "r7"]
    with pytest.raises(RatingError, match="unknown region 'r77'; nearest: r7"):
        result.outranks(["r77"])
    with pytest.raises(RatingError, match="level=90; allowed: above 0 and below 1"):
        result.rank_interval(90)
    assert "30 replications of 9 regions" in repr(result)
    assert result.replications == 30


@pytest.mark.parametrize("seed", range(5))
def test_a_region_without_an_index_of_its_own_has_no_interval(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.uniform(1, 9, (6, 3)), columns=["a", "b", "c"], index=list("uvwxyz"))
    table.iloc[rng.integers(6), rng.integers(3)] = np.nan
    catalogue = Catalogue.flat(list("abc"))
    found = robustness(table, catalogue, drop="one", replications=300, rng=seed)
    frame = found.to_frame()
    lacking = frame["rank"].isna()
    assert lacking.sum() == 1 and found.rank_interval().notna().all().all()  # draws without the indicator rank it
    ends = [name for name in frame if name.startswith(("rank_", "index_"))]
    assert frame.loc[lacking, ends].isna().all().all() and frame.loc[~lacking, ends].notna().all().all()
    years = {2010: table.fillna(3.0), 2020: table}
    moved = change(years, catalogue, drop="one", replications=300, rng=seed)
    shares = moved.frame[["p_up", "p_same", "p_down", "p_rise"]]
    assert shares[lacking].isna().all().all() and shares[~lacking].notna().all().all()
    assert moved.counted == moved.replications == 300
