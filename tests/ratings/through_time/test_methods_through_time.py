"""Methods of single indicators, class scales and composite indices of one's own over several years."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import RatingError

REGIONS = [f"r{place}" for place in range(9)]


def panel(seed: int = 3) -> dict[int, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    first = pd.DataFrame(rng.lognormal(1.5, 0.6, size=(9, 4)) + 1.5, index=REGIONS, columns=list("abcd"))
    return {2010 + 2 * step: first * rng.uniform(1.0, 1.3 + step / 5, size=first.shape) for step in range(3)}


def own(**cells: dict[str, str]) -> gp.Catalogue:
    rows = [{"code": "index", "kind": "aggregate", "parent": ""}]
    rows += [{"code": code, "kind": "indicator", "parent": "index", **cells.get(code, {})} for code in "abcd"]
    return gp.Catalogue.from_frame(pd.DataFrame(rows).astype(object).fillna(""))


MIXED = own(
    a={"transform": "log", "normalisation": "min-max"},
    b={"transform": "inverse", "normalisation": "min-max", "scale": "1-50"},
    c={"direction": "-1"},
    d={"normalisation": "goalposts", "low": "2", "high": "6"},
)


@pytest.mark.parametrize("limits", ["pooled", {"base": 2010}])
def test_methods_of_single_indicators_on_common_limits_against_plain_numpy(limits):
    tables = panel()
    rated = gp.rate(tables, MIXED, limits=limits)
    pool = pd.concat(tables.values()) if limits == "pooled" else tables[2010]

    def span(x, of):
        return (x - of.min()) / (of.max() - of.min())

    for year, table in tables.items():
        scores = rated[year]
        np.testing.assert_allclose(scores["score_a"], 100 * span(np.log(table["a"]), np.log(pool["a"])))
        # direction 1: more of b is better, though 1 / b falls with it
        np.testing.assert_allclose(scores["score_b"], 50 - 49 * span(1 / table["b"], 1 / pool["b"]))
        np.testing.assert_allclose(scores["score_c"], 100 * pool["c"].min() / table["c"])
        np.testing.assert_allclose(scores["score_d"], np.clip(25 * (table["d"] - 2), 0, 100))
    told = gp.rating_limits(rated[2014])
    assert told.loc["a", ["low", "high"]].tolist() == pytest.approx([pool["a"].min(), pool["a"].max()])
    assert told.loc["b", ["low", "high"]].tolist() == pytest.approx([pool["b"].min(), pool["b"].max()])
    assert told.loc["a", "high_region"] in REGIONS and told.loc["d", "high_region"] == ""
    assert any("beyond their goalposts" in note for note in rated[2014].attrs["notes"])


def test_limits_of_transformed_indicators_can_be_given_back():
    tables = panel()
    for transform in ("log1p", "sqrt", "power:0.5", "power:-1", "inverse"):
        catalogue = own(**{code: {"transform": transform, "normalisation": "min-max"} for code in "abcd"})
        rated = gp.rate(tables, catalogue, limits="pooled")[2014]
        again = gp.rate(tables[2014], catalogue, goalposts=gp.rating_limits(rated))
        np.testing.assert_allclose(again["index"], rated["index"])


@pytest.mark.parametrize("normalisation", ["mpi", "ampi"])
def test_mazziotta_pareto_scores_have_limits(normalisation):
    tables, flat = panel(), gp.Catalogue.flat(list("abcd"), direction={"c": -1})
    how = {"normalisation": normalisation, "aggregation": "mazziotta-pareto"}
    based = gp.rate(tables, flat, limits={"base": 2010}, **how)
    assert based[2010].filter(like="score_").mean().to_numpy() == pytest.approx(100.0)
    again = gp.rate(tables[2014], flat, goalposts=gp.rating_limits(based[2014]), **how)
    np.testing.assert_allclose(again["index"], based[2014]["index"])
    if normalisation == "ampi":
        np.testing.assert_allclose(gp.ampi(tables, flat).loc[2014, "index"], based[2014]["index"])
    pooled = pd.concat(gp.rate(tables, flat, limits="pooled", **how).values())
    assert pooled.filter(like="score_").mean().to_numpy() == pytest.approx(100.0)


@pytest.mark.parametrize("limits", ["pooled", "year", {"base": 2010}])
def test_relative_classes_take_the_reference_of_the_limits(limits):
    tables, flat = panel(), gp.Catalogue.flat(list("abcd"))
    scale = gp.ClassScale(("leader", "strong", "moderate"), (125, 100, float("-inf")), float("inf"), of="relative")
    rated = gp.rate(tables, flat, limits=limits, normalisation="leader", scale=scale)
    for year, each in rated.items():
        if limits == "year":
            level = each["index"].mean()
        else:
            level = pd.concat(rated.values())["index"].mean() if limits == "pooled" else rated[2010]["index"].mean()
        np.testing.assert_allclose(each["relative_index"], 100 * each["index"] / level)
        leaders = each.index[each["rating_class"] == "leader"]
        assert set(leaders) == set(each.index[each["index"] >= 1.25 * level]), year
        shares = each.attrs["reference"]["shares"]
        assert set(shares) == (set() if limits == {"base": 2010} and year != 2010 else set(REGIONS))


def test_change_splits_methods_of_single_indicators_and_counts_relative_classes():
    tables, catalogue = panel(), own(a={"transform": "log", "normalisation": "min-max"}, c={"direction": "-1"})
    found = gp.change(tables, catalogue, replications=0).to_frame()
    np.testing.assert_allclose(found["own"] + found["leader"], found["change_per_year"], atol=1e-9)
    scale = gp.ClassScale(("high", "low"), (100, float("-inf")), float("inf"), of="relative")
    shares = gp.change(tables, catalogue, replications=60, scale=scale, concentration=1e5, drop="none").to_frame()
    step = (shares["class_after"] == "high").astype(int) - (shares["class_before"] == "high").astype(int)
    nominal = shares[["p_down", "p_same", "p_up"]].to_numpy()[np.arange(9), step + 1]
    assert (nominal > 0.9).sum() >= 8, "weights hardly vary"
    treated = gp.change(tables, own(a={"treatment": "winsorise"}), replications=0)
    assert any("treatment 'winsorise' changes values by year" in note for note in treated.notes)


def test_given_limits_hold_for_all_or_none_that_share_a_normalisation():
    tables = panel()
    posts = {"a": (1, 30), "b": (1, 30)}
    mixed = own(c={"normalisation": "rank"}, d={"normalisation": "goalposts", "low": "2", "high": "6"})
    rated = gp.rate(tables[2010], mixed, normalisation="min-max", goalposts=posts)
    np.testing.assert_allclose(rated["score_a"], 100 * (tables[2010]["a"] - 1) / 29)
    with pytest.raises(RatingError, match="no goalposts for 'b'"):
        gp.rate(tables[2010], mixed, normalisation="min-max", goalposts={"a": (1, 30)})
    with pytest.raises(RatingError, match="'rank' scores hang on all values together"):
        gp.rate(tables, mixed, normalisation="min-max", limits={"base": 2010})


def test_alternatives_of_robustness_drop_the_goalposts_of_the_catalogue():
    tables = panel()
    ends = {"low": "1", "high": "40"}
    catalogue = own(**dict.fromkeys("abcd", ends))
    how = {"normalisation": "goalposts", "normalisations": ["goalposts", "min-max"], "weights": "fixed"}
    found = gp.robustness(tables[2010], catalogue, replications=30, rng=1, **how)
    plain = gp.rate(tables[2010], gp.Catalogue.flat(list("abcd")), normalisation="min-max")["index"].to_numpy()
    place = int(np.flatnonzero(found.choices[:, 1] == 1)[0])
    np.testing.assert_allclose(found.index[place], plain)
