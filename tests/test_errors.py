"""Arguments of wrong types: one line that says what is allowed, at every public function."""

from __future__ import annotations

import inspect
import pickle
import re
import sys
import types
import typing
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles import errors

FUNCTIONS = {name: each for name in gp.__all__ if isinstance(each := getattr(gp, name), types.FunctionType)}
# Classes of libraries that annotations name; a name that is none of these is an alias that is there for types only.
LIBRARIES = {"DataFrame", "Series", "GeoDataFrame", "GeoSeries", "Axes", "Figure", "Generator", "CRS", "Sequence"}


def needed(function: Any) -> list[inspect.Parameter]:
    return [
        each for each in errors._parameters(function) if each.default is each.empty and each.kind != each.VAR_POSITIONAL
    ]


def kinds_of(function: Any) -> dict[str, tuple[Any, ...]]:
    names = errors._Names(inspect.unwrap(function).__globals__)
    return {each.name: errors._kinds(each.annotation, names) for each in errors._parameters(function)}


def wrong_things() -> dict[str, Any]:
    """A thing of every kind that somebody may hand over in place of another."""
    regions = gp.load_regions(2024)
    series = pd.Series(np.arange(float(len(regions))), regions.index, name="y")
    graph = gp.build_weights(regions)
    return {
        "Series": series, "Series of text": series.astype(str), "Series without labels": pd.Series([1.0, 2.0]),
        "DataFrame": series.to_frame(), "GeoDataFrame": regions, "GeoSeries": regions.geometry, "Graph": graph,
        "W": graph.to_W(), "result": gp.regional_inequality(series), "global result": gp.moran(series, graph),
        "text": "text", "path": Path("table.csv"), "whole number": 3, "number": 2.5, "NaN": np.nan, "True": True,
        "None": None, "empty dict": {}, "dict": {"a": 1}, "dict of Series": {2020: series}, "list": [1.0, 2.0, 3.0],
        "list of text": ["a", "b"], "empty list": [], "set": {1, 2}, "array": np.arange(3.0), "matrix": np.ones((2, 2)),
        "function": len, "object": object(),
    }  # fmt: skip


@pytest.fixture(scope="module")
def things() -> dict[str, Any]:
    return wrong_things()


@pytest.mark.parametrize("kind", wrong_things())
def test_a_wrong_type_is_one_line(
    kind: str, things: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is answered by the package, never by what broke inside, be the regions right or wrong as well."""
    monkeypatch.chdir(tmp_path)
    raw = []
    for name, function in FUNCTIONS.items():
        required = needed(function)
        for right in ({}, {"regions": things["GeoDataFrame"]}):
            given = {each.name: right.get(each.name, things[kind]) for each in required}
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    function(**given) if required else None
            except gp.GrowthpolesError as error:
                if "\n" in str(error):
                    raw.append(f"{name}: {error}")
            except Exception as error:
                raw.append(f"{name}: {type(error).__name__}: {error}")
    assert not raw


def test_every_parameter_refuses_what_is_of_no_use(things: dict[str, Any]) -> None:
    """Options too: a thing that nobody wants is refused by name, with an error that the docstring knows."""
    for name, function in FUNCTIONS.items():
        raised = re.findall(r"\w+Error\b", (inspect.getdoc(function) or "").partition("Raises\n")[2])
        for parameter, kinds in kinds_of(function).items():
            if not kinds or any(errors._fits(things["matrix"], kind) for kind in kinds) or parameter == "lang":
                continue
            with pytest.raises(gp.GrowthpolesError, match=rf"^{parameter}: ndarray given; allowed: ") as caught:
                function(**{parameter: things["matrix"]})
            assert type(caught.value).__name__ in (*raised, "GrowthpolesError"), name


def test_annotations_name_classes() -> None:
    """A name that only a type checker can read would refuse everything."""
    unread = set()

    def look(kinds: tuple[Any, ...]) -> None:
        for kind in kinds:
            if isinstance(typing.get_origin(kind) or kind, errors._Unloaded):
                unread.add(errors._name(kind))
            look(errors._parts(kind))

    for function in FUNCTIONS.values():
        look(tuple(kind for kinds in kinds_of(function).values() for kind in kinds))
    assert unread <= LIBRARIES | {*gp.__all__}


@pytest.mark.parametrize(
    ("call", "line"),
    [
        (
            lambda t: gp.plot_lorenz(t["Series"]),
            "found: Series given; allowed: a RegionalInequality; nearest: gp.regional_inequality(values)",
        ),
        (
            lambda t: gp.moran([1.0, 2.0], t["Graph"]),
            "y: list given; allowed: a Series; nearest: pd.Series(y, index=regions.index)",
        ),
        (lambda t: gp.moran(t["DataFrame"], t["Graph"]), 'y: DataFrame given; allowed: a Series; nearest: y["column"]'),
        (
            lambda t: gp.gini("a.csv"),
            "values: 'a.csv' given; allowed: a Series; nearest: gp.read_table('a.csv')[\"column\"]",
        ),
        (
            lambda t: gp.build_weights("a.gpkg"),
            "regions: 'a.gpkg' given; allowed: a GeoDataFrame or a GeoSeries; "
            "nearest: gp.read_boundaries('a.gpkg', key=\"column\")",
        ),
        (
            lambda t: gp.rate(t["DataFrame"], catalogue=Path("c.csv")),
            "catalogue: PosixPath given; allowed: a Catalogue or None; nearest: gp.read_catalogue('c.csv')",
        ),
        (
            lambda t: gp.compare_ratings({"a": t["Series"]}),
            "ratings['a']: Series given; allowed: a DataFrame; nearest: ratings['a'].to_frame()",
        ),
        (lambda t: gp.change({2010: 3}), "tables[2010]: 3 given; allowed: a DataFrame or a dict of DataFrames"),
        (lambda t: gp.study_years("kz"), "study: 'kz' given; allowed: a Study; nearest: gp.load_study('kz')"),
    ],
)  # fmt: skip
def test_what_a_line_says(call: Any, line: str, things: dict[str, Any]) -> None:
    with pytest.raises(gp.GrowthpolesError, match=re.escape(line) + "$"):
        call(things)


def test_an_argument_that_is_lacking_is_one_line(things: dict[str, Any]) -> None:
    told = 0
    for name, function in FUNCTIONS.items():
        fitting = {
            parameter: next((thing for thing in things.values() if any(errors._fits(thing, kind) for kind in kinds)), 1)
            for parameter, kinds in kinds_of(function).items()
        }
        required = [each.name for each in needed(function)]
        for lacking in required:
            given = {each: fitting[each] for each in required if each != lacking}
            with pytest.raises(gp.GrowthpolesError, match=f"^{name}: {lacking} is not given(; |$)|given; allowed"):
                function(**given)
            told += 1
        if required:
            with pytest.raises(gp.GrowthpolesError, match=f"^{name}: {required[0]} is not given(; |$)"):
                function()
    assert told > 250
    with pytest.raises(
        gp.RatingError, match="reference is not given; allowed: national, rest_pooled, rest_mean or a S"
    ):
        gp.krugman_specialisation(things["DataFrame"])


def test_what_a_function_takes_stays_open(things: dict[str, Any]) -> None:
    """A Series or an array for a list, a whole number for a number, labels of any kind, weights of either class."""
    series = things["Series"]
    assert gp.class_limits(series) == gp.class_limits(series.tolist()) == gp.class_limits(series.to_numpy())
    assert gp.moran(series, things["W"]).statistic == gp.moran(series, things["Graph"]).statistic
    table = pd.DataFrame({2010: [10, 12, 40], 2020: [14, 16, 70]}, index=list("abc"))
    assert gp.plot_lorenz(gp.regional_inequality(table)).get_xlabel()


def test_a_checked_function_is_the_function() -> None:
    for name, function in FUNCTIONS.items():
        assert pickle.loads(pickle.dumps(function)) is function is getattr(gp, name)
        inner = inspect.unwrap(function)
        assert inspect.signature(function) == inspect.signature(inner) and function.__doc__ == inner.__doc__


def test_checking_types_does_not_go_through_long_values() -> None:
    """One number stands for all of a Series or an array, and one text for all texts of a list."""
    values = pd.Series(np.arange(200_000.0), index=[f"r{i}" for i in range(200_000)])
    calls: list[object] = []
    profile = sys.getprofile()
    sys.setprofile(lambda frame, event, arg: calls.append(event) if event == "call" else None)
    try:
        gp.class_limits(values, "quantiles")
    finally:
        sys.setprofile(profile)
    assert len(calls) < 20_000
