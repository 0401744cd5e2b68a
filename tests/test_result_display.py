"""What a result says of itself: summary(), and the display in notebooks."""

from __future__ import annotations

import contextlib
import dataclasses
import doctest
import functools
import inspect
import io
import re
import tomllib
from collections.abc import Iterator
from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from libpysal.graph import Graph

import growthpoles as gp
from growthpoles.language.number_format import P_COLUMN, format_p
from growthpoles.result_display import ResultDisplay

HOSTILE = ["<script>alert(1)</script>", "turned\u202eround", "nul\x00", "r3", "r4", "r5", "r6", "r7", "alone"]


@pytest.fixture(scope="module")
def ring() -> tuple[pd.Series, Graph]:
    """Eight regions in a ring, high beside high, with names that a page must not obey; one region apart."""
    places = np.arange(8)
    graph = Graph.from_arrays(
        [HOSTILE[i] for i in np.concatenate([places, places, [8]])],
        [HOSTILE[i] for i in np.concatenate([(places + 1) % 8, (places - 1) % 8, [8]])],
        [1.0] * 16 + [0.0],
    )
    return pd.Series([9.0, 8, 9, 1, 0, 1, 2, 3, 5], index=HOSTILE), graph


@pytest.fixture(scope="module")
def states() -> Graph:
    return gp.build_weights(gp.study_regions(gp.load_study("mexico-gdp")))


def results() -> set[str]:
    named = {name: getattr(gp, name) for name in gp.__all__}
    return {name for name, kind in named.items() if isinstance(kind, type) and issubclass(kind, ResultDisplay)}


def test_every_result_class_is_public_and_has_words() -> None:
    public = results()  # loads their modules
    assert {kind.__name__ for kind in ResultDisplay.__subclasses__()} == public
    text = resources.files("growthpoles").joinpath("result_summaries.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text).keys() == public


def test_every_result_class_is_printed_in_a_line_of_its_own_words() -> None:
    results()
    raw = [kind.__name__ for kind in ResultDisplay.__subclasses__() if hasattr(kind.__repr__, "__wrapped__")]
    assert not raw, "a dataclass prints its frames, cut off"


def test_the_models_of_poles_print_their_estimates(states: Graph) -> None:
    study = gp.load_study("mexico-gdp")
    before, after = (gp.load_indicators(year, study=study)["gdp_per_head"] for year in (1940, 2000))
    poles = list(before.index[:2])
    spread = gp.spread_test(before, after, states, years=60, poles=poles, draws=99)
    said = repr(spread)
    assert len(said.splitlines()) == 1 and f"finding: {spread.finding}; n = {spread.n}" in said
    for test, row in spread.table.dropna(subset="p_value").iterrows():
        assert f"{test} {row['estimate']:.4g} (p " in said
    table = gp.growth_regression(before, after, states, years=60, models=["ols", "sar"], draws=0)
    assert [line.split()[0] for line in repr(table).splitlines()] == ["OLS", "SAR"]
    effects = gp.impacts(table.fits[1], draws=99, samples=0)
    assert all(f"{value:.4g}" in repr(effects) for value in effects.table["estimate"]) and "\n" not in repr(effects)


def test_global_result_says_what_was_tested_and_how(ring: tuple[pd.Series, Graph]) -> None:
    lines = gp.geary(*ring, alternative="less", permutations=99, rng=1).summary().split("\n")
    assert lines[0].startswith("Geary's C of 8 regions is 0.")
    assert lines[1].startswith("Null hypothesis: every value could as well stand in any other region")
    assert lines[2].startswith("Less p = 0.")
    assert lines[3] == "Method: exact, all 10\N{NO-BREAK SPACE}080 arrangements."
    assert lines[-1] == "Left out: alone."


def test_interval_is_told_where_there_is_one(states: Graph) -> None:
    values = pd.Series(np.arange(float(states.n)), index=states.unique_ids)
    drawn = gp.moran(values, states, permutations=99)
    low, high = drawn.p_interval
    assert f"(95% Monte Carlo interval {format_p(low)} to {format_p(high)})" in drawn.summary()
    assert "interval" not in gp.moran(values, states, method="normal").summary()


def test_local_result_counts_labels_and_names_regions(ring: tuple[pd.Series, Graph]) -> None:
    result = gp.local_moran(*ring, alpha=0.2, adjust="none")
    counts = result.label.value_counts()
    text = result.summary()
    for name, count in counts.items():
        assert (f"{count} {name}" in text) == (count > 0), name
    significant = result.label[result.label.isin(["High-High", "Low-Low", "High-Low", "Low-High"])].index
    assert len(significant) and all(name in text for name in significant if name.isascii() and name.isprintable())
    assert "Left out, without neighbours: alone." in text
    assert "No region is significant at 0.001" in gp.local_moran(*ring, alpha=0.001, adjust="none").summary()


def test_a_family_of_no_tests_is_explained(states: Graph) -> None:
    values = pd.Series(np.arange(float(states.n)), index=states.unique_ids)
    graph = gp.build_weights(gp.study_regions(gp.load_study("mexico-gdp")), "knn", k=12)
    result = gp.local_moran(values, graph, adjust="tarone", permutations=9)
    assert (result.label == "untestable").all()
    told = "No region could reach the level that tarone leaves, whatever the data; more permutations"
    assert told in result.summary() and "No region is significant" not in result.summary()


def test_pairs_of_values_are_relocated_together(ring: tuple[pd.Series, Graph]) -> None:
    y, graph = ring
    tests = (gp.spatial_tau(y, y**2, graph), gp.lee(y, y**2, graph))
    assert all("Null hypothesis: the pair of values of a region could" in test.summary() for test in tests)


def test_pages_show_and_do_not_obey(ring: tuple[pd.Series, Graph]) -> None:
    result = gp.local_moran(*ring, alpha=0.9)
    page = result._repr_html_()
    assert "<script" not in page and "&lt;script&gt;" in page
    assert not [sign for sign in page + result.summary() if not sign.isprintable() and sign != "\n"]
    assert "turned\\u202eround" in page and "nul\\x00" in page


def test_long_tables_are_cut(states: Graph) -> None:
    assert (
        states.n
        > 26
        > gp.local_moran(pd.Series(range(states.n), index=states.unique_ids, dtype=float), states)
        ._repr_html_()
        .count("<tr")
    )


@pytest.mark.parametrize("p", [0.0, 1e-300, 1e-5, 0.00099, 0.03, 1.0])
def test_no_p_value_is_zero(p: float) -> None:
    sign, number = format_p(p, relation=True).split()
    assert float(number) > 0
    assert p < float(number) if sign == "<" else p == pytest.approx(float(number), abs=5e-4)


def test_the_least_p_that_draws_can_give_is_not_printed_as_if_exact() -> None:
    squares = [shapely.box(x, y, x + 1, y + 1) for x in range(5) for y in range(5)]
    regions = gpd.GeoDataFrame(geometry=squares, index=[f"R{at}" for at in range(25)], crs="EPSG:3035")
    graph = gp.build_weights(regions)
    slope = pd.Series([box.centroid.x for box in squares], index=regions.index, dtype=float)
    for draws in (99, 999):
        for side, least in (("two-sided", 2 / (draws + 1)), ("greater", 1 / (draws + 1))):
            test = gp.moran(slope, graph, method="permutation", permutations=draws, alternative=side, rng=1)
            assert test.p_value == pytest.approx(least)
            assert f"p ≤ {format_p(least)}" in test.summary().replace("\n", " ")
        fit = gp.spatial_regression(100 * slope, slope.rename("x") + np.arange(25) % 3, graph, model="sar", draws=draws)
        floored = fit.coefficients["p_value"].iloc[1:] <= 2 / (draws + 1) * (1 + 1e-9)
        assert floored.any() and f"p ≤ {format_p(2 / (draws + 1))}" in fit.summary()
    assert "≤" not in gp.moran(slope, graph, method="normal").summary()


def test_a_panel_counts_regions_and_years_apart() -> None:
    squares = [shapely.box(x, y, x + 1, y + 1) for x in range(4) for y in range(4)]
    regions = gpd.GeoDataFrame(geometry=squares, index=pd.Index([f"R{at}" for at in range(16)], name="region"))
    rng, years = np.random.default_rng(2), range(2000, 2007)
    rows = pd.MultiIndex.from_product([regions.index, years], names=["region", "year"])
    data = pd.DataFrame(rng.normal(size=(len(rows), 2)), index=rows, columns=["growth", "level"])
    fit = gp.panel_regression(data, gp.build_weights(regions.set_crs("EPSG:3035")), y="growth", regressors=["level"])
    assert "16 regions over 7 years (112 rows)" in fit.summary().replace("\n", " ")


def _public_functions() -> list[str]:
    """Return the public functions that speak of p-values, by themselves or in the result that they return."""
    told = []
    for name in gp.__all__:
        public = getattr(gp, name)
        if inspect.isfunction(public) and not name.startswith("plot_"):
            result = str(inspect.signature(public).return_annotation).split(".")[-1]
            docs = f"{public.__doc__}{getattr(gp, result, None).__doc__ if hasattr(gp, result) else ''}"
            if re.search(r"\bp_(value|adjusted)|p-value|[Nn]ull hypothes", docs):
                told.append(name)
    return told


def _frames(found: object) -> Iterator[pd.DataFrame]:
    """Return the tables of a result: itself, what it holds, its to_frame()."""
    if isinstance(found, pd.DataFrame):
        yield found
    elif isinstance(found, ResultDisplay):
        for field in dataclasses.fields(found) if dataclasses.is_dataclass(found) else ():
            yield from _frames(getattr(found, field.name))
        if hasattr(found, "to_frame"):
            yield found.to_frame()


_SAID = {"null", "method", "draws", "alternative", "adjust"}
_COMPARED = {"cross_check"}  # numbers of two packages side by side: no test


@pytest.mark.parametrize("name", _public_functions())
def test_every_table_with_p_values_says_what_they_are(name, monkeypatch, tmp_path):
    """By the examples of the docstrings, of whose calls every result is looked at, whatever the example shows of it."""
    returned = []

    def recorded(function):
        @functools.wraps(function)
        def call(*args, **options):
            returned.append(function(*args, **options))
            return returned[-1]

        return call

    examples = doctest.DocTestParser().get_examples(getattr(gp, name).__doc__ or "")
    assert examples
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gp, name, recorded(getattr(gp, name)))
    known = {}
    for example in examples:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(example.source, name, "single"), known)
    assert returned
    for found in returned:
        for frame in _frames(found):
            held = [column for column in frame.columns if P_COLUMN.fullmatch(str(column))]
            if not held or name in _COMPARED:
                continue
            assert frame.attrs.keys() >= _SAID, (name, held, frame.attrs)
            for key in ("null", "method"):
                said = frame.attrs[key]
                assert (said and all(said.values())) if isinstance(said, dict) else said
            draws = frame.attrs["draws"]
            for count in draws.values() if isinstance(draws, dict) else [draws]:
                assert isinstance(count, int) and count >= 0
            assert frame.copy().attrs == frame.attrs
