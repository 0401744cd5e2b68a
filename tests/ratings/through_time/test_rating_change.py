"""Change on a common yardstick: reference values, the exact split on generated panels, and chances of a new class."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import RatingError
from growthpoles.ratings import Catalogue, change, rate, robustness

TREE = [
    ("top", "aggregate", "", 1, 1),
    ("good", "aggregate", "top", 1, 3),
    ("risk", "aggregate", "top", -1, 1),
    ("skills", "aggregate", "good", 1, 2),
    ("a", "indicator", "skills", 1, 1),
    ("b", "indicator", "skills", -1, 2),
    ("c", "indicator", "good", 1, 1),
    ("d", "indicator", "risk", 1, 1),
    ("e", "indicator", "risk", -1, 3),
]


def catalogue(less: bool = True) -> Catalogue:
    rows = [(code, kind, parent, direction if less else 1, weight) for code, kind, parent, direction, weight in TREE]
    return Catalogue.from_frame(pd.DataFrame(rows, columns=["code", "kind", "parent", "direction", "weight"]))


def generated(seed: int, *, gaps: bool = False) -> dict[int, pd.DataFrame]:
    """Panels with entering regions, and the same cells missing in all years."""
    rng = np.random.default_rng(seed)
    n, years = int(rng.integers(3, 12)), (2010, 2013, 2014)
    names = [f"r{i}" for i in range(n)]
    start = rng.lognormal(size=(n, 5))
    missing = rng.random((n, 5)) < 0.15 * gaps
    missing[:2] = False
    tables = {}
    for year in years:
        start = start * rng.lognormal(0.05, 0.3, size=start.shape)
        tables[year] = pd.DataFrame(np.where(missing, np.nan, start), index=names, columns=list("abcde"))
    tables[2010] = tables[2010].iloc[: max(2, n - 1)]
    return tables


def test_references(panel, flat):
    result = change(panel, flat(), first=2015, last=2021, replications=0)
    assert result.frame.loc["S04", "own"] == pytest.approx(13.753654006485494, abs=1e-10)
    assert result.frame.loc["S04", "leader"] == pytest.approx(-11.358874704369452, abs=1e-10)
    assert result.parts.loc["S04", ("a", "leader")] == pytest.approx(-3.408234484161908, abs=1e-11)


@pytest.mark.long
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8))])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalisation": "min-max"},
        {"normalisation": "z-score"},
        {"normalisation": "mean"},
        {"normalisation": "leader", "aggregation": "geometric"},
        {"normalisation": "leader", "aggregation": {"top": "arithmetic", "good": "geometric", "skills": "harmonic"}},
        {"normalisation": "leader", "aggregation": "power", "power": 0.5},
        {"availability": 0.3, "weighting": "equal"},
        {"normalisation": "goalposts", "goalposts": dict.fromkeys("abcde", (0.0, 9.0))},
    ],
)
def test_the_parts_add_up_to_the_change_by_limits_of_each_year(seed, options):
    tables = generated(seed, gaps="availability" in options)
    # a pillar that counts against the index can reach zero, which a geometric mean does not take
    result = change(tables, catalogue(less=options.get("aggregation") != "geometric"), replications=0, **options)
    frame = result.frame
    known = frame["own"].notna()
    lost = frame.index[~known & frame["change_per_year"].notna()]
    assert known.sum() >= 2 and all(f"{region}" in "".join(result.notes) for region in lost) and len(lost) <= 1
    both = frame.loc[known, ["own", "leader"]]
    np.testing.assert_allclose(both.sum(axis=1), frame.loc[known, "change_per_year"], atol=1e-9)
    if "goalposts" in options:
        np.testing.assert_allclose(both["leader"], 0.0, atol=1e-12)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_leader_scores_follow_the_formula_and_logarithms_are_exact(seed, flat):
    tables = generated(seed)
    first, last = tables[2010], tables[2014].reindex(tables[2010].index)
    code = "c"
    low, high = tables[2010][code].max(), tables[2014][code].max()
    plain = Catalogue.flat(list("abcde"), root="top")
    parts = change(tables, plain, replications=0).parts[code].reindex(first.index)
    own = 50 * (last[code] - first[code]) * (1 / low + 1 / high) / 5
    leader = 50 * (first[code] + last[code]) * (1 / high - 1 / low) / 5
    np.testing.assert_allclose(parts.to_numpy(), np.column_stack([own, leader]), atol=1e-10)
    geometric = change(tables, plain, replications=0, aggregation="geometric")
    frame = geometric.frame.reindex(first.index)
    before, after = frame["index_before_per_year"], frame["index_after_per_year"]
    mean = (after - before) / np.log(after / before)
    expected = mean * np.log(last[code] / first[code]) / 5
    np.testing.assert_allclose(geometric.parts[code, "own"].reindex(first.index), expected, rtol=1e-9)


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6))])
@pytest.mark.parametrize("normalisation", ["leader", "min-max"])
def test_no_region_falls_where_the_leader_doubles_and_the_others_grow(seed, normalisation, flat):
    first = generated(seed)[2014]
    last = first * 1.2
    for code in last:
        last.loc[first[code].idxmax(), code] = 2 * first[code].max()
    frame = change({2010: first, 2014: last}, flat("abcde", ""), normalisation=normalisation, replications=0).frame
    assert (frame["change"] > 0).all()
    assert (frame["change_per_year"] < 0).any()  # the reading by limits of each year


def test_missing_in_one_year_only_is_not_split_but_named():
    tables = generated(3)
    tables[2014].iloc[0, 0] = np.nan
    result = change(tables, catalogue(), replications=0, availability=0.5)
    region = tables[2014].index[0]
    assert np.isnan(result.frame.loc[region, "own"]) and any(str(region) in note for note in result.notes)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"normalisation": "rank"}, "'rank' scores have no limits"),
        ({"weighting": "entropy"}, "the 'entropy' weights of"),
        ({"treatment": "winsorise"}, "treatment 'winsorise'"),
        ({"aggregation": "copeland"}, "do not add up"),
    ],
)
def test_what_cannot_be_split_says_why_and_still_compares(options, why, panel, flat):
    result = change(panel, flat(), replications=0, **options)
    assert any(why in note for note in result.notes) and result.frame["change"].notna().all()
    assert "own" not in result.frame


def test_the_same_draw_in_both_years(panel, flat):
    tables = panel
    nothing = {2015: tables[2015], 2021: tables[2015]}
    frame = change(nothing, flat(), replications=300, normalisations=["leader", "min-max"]).frame
    assert (frame["p_same"] == 1).all() and (frame["p_rise"] == 0).all() and (frame["class_move"] == "same").all()


def test_shares_are_those_of_two_robustness_runs_where_each_year_has_its_limits(panel, flat):
    tables = panel
    frame = change(tables, flat(), limits="year", drop="one", replications=500, rng=3).frame
    runs = [robustness(tables[year], flat(), drop="one", replications=500, rng=3) for year in (2015, 2021)]
    rose = (runs[1].index > runs[0].index).mean(axis=0)
    np.testing.assert_allclose(frame["p_rise"], rose)
    assert (frame["change"] == frame["change_per_year"]).all()


def test_a_move_is_told_only_where_it_is_sure(panel, flat):
    tables = panel
    frame = change(tables, flat(), replications=400).frame
    place = {letter: k for k, letter in enumerate(rate(tables[2015], flat())["rating_class"].cat.categories)}
    step = np.sign(frame["class_after"].map(place) - frame["class_before"].map(place))
    nominal = step.map({1: "up", 0: "same", -1: "down"})
    share = pd.Series([frame.loc[region, f"p_{move}"] for region, move in nominal.items()], index=frame.index)
    assert (frame["class_move"] == nominal.where(share >= 0.9, "undecided")).all()
    np.testing.assert_allclose(frame[["p_up", "p_same", "p_down"]].sum(axis=1), 1.0)


def test_letters_of_another_scale_do_not_count(panel, flat):
    """Limits of classes mean something else for min-max scores: those draws say nothing of the move of a class."""
    moves = ["p_up", "p_same", "p_down"]
    own, both, other = (
        change(panel, flat(), normalisations=kinds, replications=2_000, rng=5).frame[moves]
        for kinds in (["leader"], ["leader", "min-max"], ["min-max"])
    )
    assert np.abs(both - own).to_numpy().max() < 0.06  # four standard errors of 1,000 draws
    assert other.isna().all(axis=None)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [({"first": 2016}, "from 2016 to 2021"), ({"first": 2021, "last": 2015}, "from 2021 to 2015")],
)
def test_what_is_refused(arguments, problem, panel, flat):
    with pytest.raises(RatingError, match=problem):
        change(panel, flat(), **arguments)


def test_one_year_has_no_change(panel, flat):
    with pytest.raises(RatingError, match="single year"):
        change(panel[2015], flat())


def test_the_page_on_the_yardstick_shows_what_the_package_computes(request):
    """Every number of the two tables of docs/yardstick.md but the shares of draws."""
    text = (request.config.rootpath / "docs" / "yardstick.md").read_text(encoding="utf-8")
    rows = [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    years = (2010, 2014)
    tables = {year: gp.load_indicators(year, edition="realigned") for year in years}
    frame = gp.change(tables, replications=0).frame
    names = gp.study_regions()["name_en"]
    own_rows = [row for row in rows if len(row) == 6 and row[0] not in ("region", "---")]
    told = {row[0]: [float(cell) for cell in row[1:5]] for row in own_rows}
    assert len(told) == 15
    found = frame[["change_per_year", "own", "leader", "change"]].astype(float).dropna().round(1)
    assert {name: row for name, row in told.items() if not names.str.startswith(name).any()} == {}
    for region, row in found.iterrows():
        assert row.tolist() == next(cells for name, cells in told.items() if names[region].startswith(name)), region
    graph = gp.build_weights(gp.study_regions())
    for column, limits in ((1, "year"), (2, "pooled")):
        rated = gp.rate(tables, limits=limits)
        index = [rated[year]["index"].dropna() for year in years]
        both = index[0].index.intersection(index[1].index)
        closing = gp.convergence(index[0][both], index[1][both], graph.subgraph(list(both)), years=4)
        printed = {row[0]: row[column] for row in rows if len(row) == 3}
        assert f"{closing.beta:.3f}" == printed["beta a year; p"].split(";")[0]
        assert f"{closing.sigma_after / closing.sigma_before:.3f}" == printed["sigma, after over before"]
