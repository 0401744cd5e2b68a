"""Change of a rating between two years on a common yardstick; its own and the leaders' part; chances of a new class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.randomness import generator as random_generator
from growthpoles.ratings.aggregate import exponent_of, scale_of
from growthpoles.ratings.aggregation_tree import (
    climb,
    entering,
    limits_of,
    relative_index,
    scores_by,
    transformed_values,
)
from growthpoles.ratings.catalogue import Catalogue, catalogue_for
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.limits import by_year, rating_limits, years_of
from growthpoles.ratings.methods import Choice
from growthpoles.ratings.rate import rate_years, stacked_values
from growthpoles.ratings.rating_options import Method, RateOptions, Tree, compiled, method_of
from growthpoles.ratings.robustness import prepare
from growthpoles.ratings.simulation import Problem, chunks, draw, simulate
from growthpoles.result_display import ResultDisplay

#: Share of the replications from which on a move of class is called sure.
SURE = 0.9
UNDECIDED = "undecided"
MOVES = ("up", "same", "down")
Panel = pd.DataFrame | Mapping[int, pd.DataFrame]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RatingChange(ResultDisplay):
    """What became of every region between two years; see `change`.

    Parameters
    ----------
    frame : DataFrame
        By region; see `change`.
    parts : DataFrame
        Index region; columns (indicator, "own" or "leader"): points of the change with limits of each year. Without
        rows where the method allows no exact split.
    limits : DataFrame
        Limits of the common yardstick (`rating_limits`), beside them those of each of the two years (low_before,
        high_before, low_after, high_after); without rows where scores have no limits.
    years : tuple of int
    yardstick : {"pooled", "year"} or mapping
        The limits of index_before, index_after and change.
    replications : int
    notes : tuple of str
        What could not be computed, and why.
    counted : int
        Replications on the scale of the nominal index, in which classes are counted.

    Examples
    --------
    >>> import growthpoles as gp
    >>> tables = {year: gp.load_indicators(year, edition="realigned") for year in (2010, 2014)}
    >>> print(gp.change(tables, replications=1_000, rng=1).summary())
    Change of the rating of 16 regions from 2010 to 2014, by common limits of all years.
    Median change: 7.21; by limits of each year: 8.21.
    Rose: 14, fell: 1, without data in a year: 1; by limits of each year: 13 rose, 2 fell.
    Moved by their class in at least 90% of 1000 replications: up KZ-AST; down none; same none.
    """

    frame: pd.DataFrame
    parts: pd.DataFrame
    limits: pd.DataFrame
    years: tuple[int, int]
    yardstick: str | Mapping[str, int]
    replications: int
    notes: tuple[str, ...]
    counted: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table by region."""
        return self.frame.copy()

    def __repr__(self) -> str:
        first, last = self.years
        return f"RatingChange({first} to {last}, limits={self.yardstick!r}, {len(self.frame)} regions)"


def change(
    tables: Panel | Mapping[str, Panel],
    catalogue: Catalogue | None = None,
    *,
    first: int | None = None,
    last: int | None = None,
    replications: int = 5_000,
    concentration: float = 1.0,
    drop: Literal["none", "one"] = "one",
    normalisations: Sequence[Choice] | None = None,
    aggregations: Sequence[Choice | Mapping[str, Choice]] | None = None,
    floor: float | None = None,
    rng: np.random.Generator | int | None = None,
    **options: Unpack[RateOptions],
) -> RatingChange:
    """Compare the ratings of two years on one yardstick, and say what is a region's own and what the leader's.

    Parameters
    ----------
    tables : mapping of year to DataFrame, or DataFrame with index (year, region)
        As for `rate`: all years that set the limits. A mapping of reading to that varies the readings in the
        replications; the first is the nominal one.
    catalogue : Catalogue, optional
        The built-in one by default.
    first, last : int, optional
        The two years; by default the first and the last of the tables.
    replications : int
        Draws of weights, of an indicator that is left out (`drop`), of a method and of a reading, the same in both
        years; 0 for none.
    concentration, drop, normalisations, aggregations, floor
        As for `robustness`.
    rng : Generator, int or None
        Source of randomness; None is the fixed seed.
    **options
        The keyword options of `rate`. `limits` is "pooled" by default here: limits of all years, by which all of them
        are scored. With "year" every year has limits of its own, and a change is partly that of its leaders.

    Returns
    -------
    RatingChange
        Its table has by region: index_before, index_after, change, percent (index_after in percent of index_before,
        missing where that is not above 0) and class_before, class_after by the common limits;
        the same with `_per_year`, by the limits of each year; own and leader, which add up to change_per_year; p_up,
        p_same, p_down: shares of the replications in which the class rose, stayed or fell, of those with a class in
        both years on the scale of the nominal index (`Robustness.on_scale`); p_rise: share in which the index rose;
        class_move: "up", "same" or "down" if the replications
        move as the nominal classes do in at least 90 %, otherwise "undecided". All of these are missing without a
        nominal index in a year.
        rank_before and rank_after are ranks within the year, by the limits of each year, as published.

    Raises
    ------
    RatingError
        A year has no table, there are fewer than two, or as in `rate` and `robustness`.

    Notes
    -----
    With scores ``s(x, L)`` of values x by limits L and years 0 and 1, the own part of an indicator is
    ``(s(x1, L0) - s(x0, L0) + s(x1, L1) - s(x0, L1)) / 2`` and the leader's the rest, ``(s(x0, L1) - s(x0, L0) +
    s(x1, L1) - s(x1, L0)) / 2``: the mean over the two orders in which both can change (Shapley). For leader scores
    these are ``50 (x1 - x0) (1 / L0 + 1 / L1)`` and ``50 (x0 + x1) (1 / L1 - 1 / L0)``. They are taken on the scale of
    the mean above the indicator (logarithms under a geometric one) and brought to points of the index by the ratio of
    the differences on both scales, the logarithmic mean, so that they add up exactly under power means of any kind.
    Scores without limits (ranks), data-driven weights, treatment and Copeland scores change otherwise than by these
    two, so that nothing is split; nor for a region whose missing indicators are not the same in both years.

    The probabilities are shares of choices that could have been made, not chances of error.

    References
    ----------
    Shapley (1953); Sun (1998) for the split into two factors; Ang (2004) for the logarithmic mean.

    Examples
    --------
    >>> import growthpoles as gp
    >>> tables = {year: gp.load_indicators(year, edition="realigned") for year in (2010, 2014)}
    >>> moved = gp.change(tables, replications=0).to_frame()
    >>> moved.loc["KZ-PAV", ["change", "change_per_year", "own", "leader"]].astype(float).round(2).to_dict()
    {'change': 2.63, 'change_per_year': -4.68, 'own': 3.28, 'leader': -7.95}
    """
    given: RateOptions = {"limits": "pooled", **options}
    method = method_of(**given)
    if replications < 0:
        raise RatingError(message(f"replications={replications}", allowed="0 or more"))
    readings = _readings(tables)
    panel = next(iter(readings.values()))
    catalogue = catalogue_for(next(iter(panel.values()), pd.DataFrame()), catalogue)
    method = method.of(catalogue)
    pair = _two_years(panel, first, last)
    common = rate_years(panel, catalogue, method)
    before, after = (common[year] for year in pair)
    regions = before.index.union(after.index, sort=False)
    root, notes = catalogue.root, []
    frame = pd.DataFrame(index=regions)
    frame["index_before"], frame["index_after"] = before[root], after[root]
    frame["change"] = frame["index_after"] - frame["index_before"]
    frame["percent"] = _percent(frame["index_before"], frame["index_after"])
    frame["class_before"], frame["class_after"] = (each["rating_class"].astype(object) for each in (before, after))
    parts, bounds, ranked = pd.DataFrame(index=regions), pd.DataFrame(), (before, after)
    try:
        own_years = method.but(limits="year")
        found = rate_years({year: panel[year] for year in pair}, catalogue, own_years)
        ranked = found[pair[0]], found[pair[1]]
    except RatingError as error:
        notes.append(f"by limits of each year: {error}")
    else:
        names = ("index_before", "index_after", "class_before", "class_after")
        columns = [each[name] for name in (root, "rating_class") for each in ranked]
        for name, column in zip(names, columns, strict=True):
            frame[f"{name}_per_year"] = column if name.startswith("index") else column.astype(object)
        frame["change_per_year"] = frame["index_after_per_year"] - frame["index_before_per_year"]
        frame["percent_per_year"] = _percent(frame["index_before_per_year"], frame["index_after_per_year"])
        if reason := _unsplittable(method, catalogue):
            notes.append(f"own and leaders' part: {reason}")
        else:
            parts = _split([panel[year].reindex(regions) for year in pair], catalogue, own_years)
            for part in ("own", "leader"):
                one: Any = parts.xs(part, axis=1, level="part")
                frame[part] = one.sum(axis=1, skipna=False)
            lost = frame.index[frame["change_per_year"].notna() & frame["own"].isna()]
            if len(lost):
                why = "a score of zero, or other indicators missing in the two years"
                notes.append(f"own and leaders' part of {', '.join(map(str, lost))}: {why}")
        if before.attrs["limits"]:
            bounds = rating_limits(before)
            for when, each in zip(("before", "after"), ranked, strict=True):
                bounds = bounds.join(rating_limits(each)[["low", "high"]].add_suffix(f"_{when}"))
    for when, each in zip(("before", "after"), ranked, strict=True):
        frame[f"rank_{when}"] = each["rank"].reindex(regions).astype("Int64")
    counted = 0
    if replications:
        varied = (concentration, normalisations, aggregations, drop, None, floor)
        shares, counted = _shares(readings, pair, regions, catalogue, method, varied, replications, rng)
        frame = frame.join(shares[frame["change"].notna()])
        if method.has_classes(root):
            frame["class_move"] = _moves(frame, method)
    return RatingChange(frame, parts, bounds, pair, method.limits, replications, tuple(notes), counted)


def _percent(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return the later value in percent of the earlier one; missing where that is not above 0."""
    return 100.0 * after / before.where(before > 0)


def _readings(tables: Panel | Mapping[str, Panel]) -> dict[str, dict[int, pd.DataFrame]]:
    """Return tables by reading and year."""
    nested = isinstance(tables, Mapping) and any(isinstance(key, str) for key in tables)
    given: Any = tables if nested else {"table": tables}
    found = {}
    for name, panel in given.items():
        stacked = isinstance(panel, pd.DataFrame)
        if stacked and years_of(panel.index) is None:
            raise RatingError(message("the table of a single year", where="change", allowed="{year: table}"))
        found[name] = dict(by_year(panel)) if stacked else {year: panel[year] for year in sorted(panel)}
    return found


def _two_years(panel: Mapping[int, pd.DataFrame], first: int | None, last: int | None) -> tuple[int, int]:
    """Return the first and the last year, or raise."""
    years = sorted(panel)
    known = ", ".join(map(str, years))
    pair = (years[0] if first is None else first), (years[-1] if last is None else last)
    if not (set(pair) <= set(years) and pair[0] < pair[1]):
        raise RatingError(message(f"from {pair[0]} to {pair[1]}", where="change", allowed=f"two of {known}, in order"))
    return pair


def _unsplittable(method: Method, catalogue: Catalogue) -> str:
    """Say why a method allows no exact split; "" where it does."""
    for kind in dict.fromkeys(method.normalisation_of(code) for code in catalogue.indicators):
        if kind.limits is None:
            return f"{kind.name!r} scores have no limits"
    for own in [each.treatment or method.treatment for each in method.own.values()] or [method.treatment]:
        if own.treat is not None:
            return f"treatment {own.name!r} changes values by year"
    for code in catalogue.aggregates:
        if not method.aggregation_of(code).additive:
            return f"{method.aggregation_of(code).name!r} scores of {code} do not add up"
        if (scheme := method.weighting_of(code)).weights is not None and scheme.name != "equal":
            return f"the {scheme.name!r} weights of {code} change with the year"
    return ""


def _split(tables: Sequence[pd.DataFrame], catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Return own and leaders' part of the change by limits of each year, regions x (indicator, part), in points."""
    tree = compiled(catalogue)
    panels: list[Any] = [stacked_values({0: table}, catalogue).loc[0] for table in tables]
    regions = panels[0].index
    values = [transformed_values(each, method) for each in panels]
    bounds = [limits_of(each, regions, tree, method) for each in values]
    # scores[t][u]: values of year t by the limits of year u
    scores = [[scores_by(each, bound, tree, method) for bound in bounds] for each in values]
    levels = []
    for when in (0, 1):
        arrays = {code: scores[when][when][:, place] for place, code in enumerate(tree.indicators)}
        levels.append(climb(arrays, tree, method, regions=regions)[0])
    columns: dict[tuple[str, str], Array] = {}
    factors: dict[str, Array] = {tree.nodes[-1].code: np.ones(len(regions))}
    with np.errstate(divide="ignore", invalid="ignore"):
        for node in reversed(tree.nodes):
            _descend(node, tree, method, levels, scores, factors, columns)
    frame = pd.DataFrame(columns, index=regions).rename_axis(columns=["indicator", "part"])
    known = np.isfinite(levels[0][tree.nodes[-1].code]) & np.isfinite(levels[1][tree.nodes[-1].code])
    return frame.where(known & np.isfinite(frame).all(axis=1))


def _descend(
    node: Any,
    tree: Tree,
    method: Method,
    levels: Any,
    scores: Any,
    factors: dict[str, Array],
    columns: dict[Any, Array],
) -> None:
    """Hand the factor of an aggregate on to its children: points of the index for a unit of each."""
    exponent = exponent_of(method.aggregation_of(node.code), method.power)
    forward, _ = scale_of(exponent)
    both = [entering(node, level, method, set(tree.indicators)) for level in levels]
    known = [np.column_stack([~np.isnan(child) for child in children]) for children in both]
    nominal = (
        np.ones(len(node.weights)) if method.weighting_of(node.code).weights is not None else np.array(node.weights)
    )
    mass = known[0] * nominal
    mass = mass / mass.sum(axis=1, keepdims=True)
    # other indicators in the two years: the weights change too
    mass[(known[0] != known[1]).any(axis=1)] = np.nan
    own = _slope(levels[0][node.code], levels[1][node.code], exponent)
    for place, child in enumerate(node.children):
        factor = factors[node.code] * mass[:, place] / own
        if child in tree.indicators:
            at = tree.indicators.index(child)
            s = [[forward(scores[t][u][:, at]) for u in (0, 1)] for t in (0, 1)]
            parts = {
                "own": (s[1][0] - s[0][0] + s[1][1] - s[0][1]) / 2.0,
                "leader": (s[0][1] - s[0][0] + s[1][1] - s[1][0]) / 2.0,
            }
            columns |= {
                (child, name): np.where(mass[:, place] == 0, 0.0, factor * part) for name, part in parts.items()
            }
        else:
            turned = -1.0 if node.reflected[place] else 1.0
            lifted = turned * factor * _slope(both[0][place], both[1][place], exponent)
            factors[child] = np.where((mass[:, place] == 0) | (factors[node.code] == 0), 0.0, lifted)


def _slope(before: Array, after: Array, exponent: float) -> Array:
    """Return the ratio of the differences on the scale of a mean and in points; the derivative without a difference."""
    forward, _ = scale_of(exponent)
    middle = (before + after) / 2.0
    derivative = 1.0 / middle if exponent == 0 else exponent * middle ** (exponent - 1.0)
    same = np.abs(after - before) <= 1e-9 * np.abs(middle)
    return np.where(same, derivative, (forward(after) - forward(before)) / np.where(same, 1.0, after - before))


def _shares(
    readings: Mapping[str, Mapping[int, pd.DataFrame]],
    pair: tuple[int, int],
    regions: pd.Index,
    catalogue: Catalogue,
    method: Method,
    varied: tuple[Any, ...],
    replications: int,
    rng: np.random.Generator | int | None,
) -> tuple[pd.DataFrame, int]:
    """Return the shares of draws, the same in both years, in which class and index rose, stayed or fell.

    Beside them, in how many draws the index is on the nominal scale and has classes.
    """
    if method.limits == "year":
        editions = [{name: panel[year] for name, panel in readings.items()} for year in pair]
        problems = [prepare(each, catalogue, method, "dirichlet", *varied)[0] for each in editions]
    else:
        stacked = {name: stacked_values(panel, catalogue) for name, panel in readings.items()}
        problem = prepare(stacked, catalogue, method, "dirichlet", *varied)[0]
        years = years_of(problem.regions)
        assert years is not None
        wanted = np.flatnonzero((years == pair[0]) | (years == pair[1]))
        # classes of a relative scale hang on the index of all regions that the reference is of
        problems = [problem if method.scale.of == "relative" else replace(problem, rows=wanted)]
    counts, counted = np.zeros((6, len(regions)), dtype=np.int64), 0
    sizes = chunks(problems[0], replications)
    for size, seeded in zip(sizes, random_generator(rng).spawn(len(sizes)), strict=True):
        draws = draw(problems[0], size, seeded)
        index = [simulate(each, draws) for each in problems]
        before, after = _two(index, problems, regions, pair)
        measured = (before, after)
        if method.scale.of == "relative":
            percents = [relative_index(x, each.rated, method) for x, each in zip(index, problems, strict=True)]
            measured = _two(percents, problems, regions, pair)
        classed = (problems[0].classed() & problems[0].on_scale())[draws.normalisation, draws.aggregation]
        counts += _count(before, after, measured, classed, method)
        counted += int(classed.sum())
    known, classes = counts[3], counts[5]
    with np.errstate(invalid="ignore"):
        shares = np.vstack([counts[:3] / classes, counts[4] / known])
    return pd.DataFrame(shares.T, index=regions, columns=["p_up", "p_same", "p_down", "p_rise"]), counted


def _two(index: Sequence[Array], problems: Sequence[Problem], regions: pd.Index, pair: tuple[int, int]) -> Any:
    """Return what was simulated of the first and of the last year, by region."""
    found = [_by_region(each, problem, regions, pair) for each, problem in zip(index, problems, strict=True)]
    return found[0][0], found[-1][1]


def _by_region(index: Array, problem: Problem, regions: pd.Index, pair: tuple[int, int]) -> list[Array]:
    """Return simulated indices of the two years in the order of the regions, NaN where a year lacks one."""
    labels = problem.rated
    years = years_of(labels)
    found = []
    for year in pair:
        own = np.arange(len(labels)) if years is None else np.flatnonzero(years == year)
        place = labels[own].get_level_values(-1).get_indexer(regions)
        values = index[:, own[np.maximum(place, 0)]]
        found.append(np.where(place >= 0, values, np.nan))
    return found


def _count(before: Array, after: Array, measured: tuple[Array, Array], classed: Array, method: Method) -> Array:
    """Count draws by region: class up, same, down; index in both years; index up; class in both years.

    Classes are by what their scale measures: the index, or the index relative to its reference.
    """
    scale = method.scale
    known = ~np.isnan(before) & ~np.isnan(after)
    held = [np.clip(each, scale.bottom, scale.top) if method.open_ended else each for each in measured]
    codes = [scale.codes(each) for each in held]
    both = (codes[0] >= 0) & (codes[1] >= 0) & classed[:, None]
    step = codes[0] - codes[1]
    rows = [both & (step > 0), both & (step == 0), both & (step < 0), known, known & (after > before), both]
    return np.vstack([row.sum(axis=0) for row in rows])


def _moves(frame: pd.DataFrame, method: Method) -> pd.Series:
    """Return the move of class where the replications agree with the nominal one, and "undecided" elsewhere."""
    place = {letter: -position for position, letter in enumerate(method.scale.letters)}
    step = frame["class_after"].map(place) - frame["class_before"].map(place)
    nominal = np.select([step > 0, step == 0, step < 0], MOVES, default="")
    sure = frame[[f"p_{move}" for move in MOVES]].to_numpy() >= SURE
    agreed = (sure & (nominal[:, None] == np.array(MOVES))).any(axis=1)
    moves = pd.Series(np.where(agreed, nominal, UNDECIDED), index=frame.index, dtype=object)
    return moves.where(step.notna(), None)
