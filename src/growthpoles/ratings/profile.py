"""Profile of a region: strengths, weaknesses, gap to the leader, way up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.aggregation_tree import index_of, relative_index
from growthpoles.ratings.catalogue import Catalogue, catalogue_for, indicator_values
from growthpoles.ratings.classes import DECIMALS, way_up
from growthpoles.ratings.contributions import contributions, effective_weights
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.rate import rate_with
from growthpoles.ratings.rating_options import Method, RateOptions, compiled, method_of
from growthpoles.result_display import ResultDisplay

#: Steps tried beyond the best value of a column, in multiples of its size or spread.
BEYOND = (0.1, 1.0, 10.0, 1000.0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Profile(ResultDisplay):
    """One region explained; see `profile` for the columns.

    Parameters
    ----------
    region : label of the region
    index, rank, rating_class : its result; NaN, None and None without data
    leader : label of the region with rank 1
    scale : what contributions are measured in, "points" for arithmetic means
    next_class, points_needed : the next better class and the index points to it; None and NaN at the top
    indicators : DataFrame by indicator
    pillars : DataFrame by child of the index

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"wage": [50.0, 100], "patents": [4.0, 1]}, index=["north", "south"])
    >>> print(gp.profile(table, "south", gp.Catalogue.flat(["wage", "patents"])).summary())
    Region south: index 62.5, class B++, rank 2; the leader is north.
    Strength: wage.
    Weakness: patents.
    No data: no indicator.
    7.5 index points are missing to class A; enough by itself, everything else equal: patents.
    """

    region: str
    index: float
    rank: int | None
    rating_class: str | None
    leader: str
    scale: str
    next_class: str | None
    points_needed: float
    indicators: pd.DataFrame
    pillars: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table by indicator."""
        return self.indicators.copy()

    def __repr__(self) -> str:
        """Show index, class and rank, then each indicator with score, contribution and verdict."""
        head = f"Profile({self.region}: index {self.index:.2f}, class {self.rating_class}, rank {self.rank}"
        head += f", {self.points_needed:.2f} points to {self.next_class})" if self.next_class else ")"
        lines = [
            f"  {code}: score {row['score']:.1f}, {row['contribution']:.2f} {self.scale}, {row['verdict']}"
            for code, row in self.indicators.iterrows()
        ]
        return "\n".join([head, *lines])


def profile(
    table: pd.DataFrame, region: str, catalogue: Catalogue | None = None, **options: Unpack[RateOptions]
) -> Profile:
    """Explain the index of one region.

    Parameters
    ----------
    table : DataFrame, regions x columns
        As for `rate`.
    region : label of `table`
    catalogue : Catalogue, optional
        The built-in one by default.
    **options
        The keyword options of `rate`. Means must be of one additive kind on all levels (see `contributions`).

    Returns
    -------
    Profile
        `pillars` has, by child of the index: score, contribution, leader_contribution, gap_to_leader.
        `indicators` has, by indicator: parent, value, score, weight (of the path to the index), contribution,
        leader_contribution, gap_to_leader (these add up to the difference of the two indices on the scale of
        the contributions), best_value, best_region, median_score, above_median (score minus median), verdict
        ("strength", "weakness", "at the median", "no data"); and for the next class: required (the
        indicator's value with which the region reaches it, everything else equal; NaN if it cannot by this
        indicator alone), required_change (percent), reachable, takes_lead (the required value is better than
        every other region's), others_changed and others_reclassified (regions whose index or class would
        change with it, because the new value shifts the scale of all).

    Raises
    ------
    RatingError
        The region is unknown, or as in `rate` and `contributions`.

    Notes
    -----
    The required value is found by rating the whole table again with the changed cell, so that a changed
    leader, mean or data-driven weight is taken into account. It is a value of the indicator itself: for a
    derived one, nothing is said on which of its two parts changes. The median is that of all regions with
    data.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"wage": [50.0, 100], "patents": [4.0, 1]}, index=["north", "south"])
    >>> gp.profile(table, "south", gp.Catalogue.flat(["wage", "patents"]))
    Profile(south: index 62.50, class B++, rank 2, 7.50 points to A)
      wage: score 100.0, 50.00 points, strength
      patents: score 25.0, 12.50 points, weakness
    """
    catalogue = catalogue_for(table, catalogue)
    method = method_of(**options)
    if region not in table.index:
        raise RatingError(message(f"unknown region {region!r}", near=nearest(region, table.index, n=1)))
    method = method.of(catalogue)
    values = indicator_values(table, catalogue)
    rating = rate_with(values, catalogue, method)
    parts = contributions(rating, catalogue)
    own = dict(rating.loc[region].items())
    ranked = rating["rank"].dropna()
    leader = str(ranked.index[int(ranked.to_numpy().argmin())]) if len(ranked) else region
    index = float(own[catalogue.root])
    letter: str | None = None if pd.isna(own["rating_class"]) else str(own["rating_class"])
    target = method.scale.above(letter) if letter else None
    next_class, points = way_up(rating, region, catalogue.root)
    indicators = _by_indicator(values, rating, parts, region, leader, catalogue)
    way = _next_class(values, region, rating, catalogue, method, target[1] if target else None)
    return Profile(
        region=region,
        index=index,
        rank=None if pd.isna(own["rank"]) else int(own["rank"]),
        rating_class=letter,
        leader=leader,
        scale=str(parts.attrs["scale"]),
        next_class=next_class,
        points_needed=points,
        indicators=indicators.join(way),
        pillars=_by_pillar(rating, parts, region, leader, catalogue),
    )


def _by_pillar(
    rating: pd.DataFrame, parts: pd.DataFrame, region: str, leader: str, catalogue: Catalogue
) -> pd.DataFrame:
    """Sum contributions over each child of the index."""
    rows = {}
    for child in catalogue.children(catalogue.root):
        under = [code for code in parts.columns if child in catalogue.path(str(code))]
        column = child if child in rating.columns else f"score_{child}"
        own, best = (parts.loc[label, under].sum(min_count=1) for label in (region, leader))
        rows[child] = (rating.loc[region, column], own, best, best - own)
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["score", "contribution", "leader_contribution", "gap_to_leader"]
    )


def _by_indicator(
    values: pd.DataFrame, rating: pd.DataFrame, parts: pd.DataFrame, region: str, leader: str, catalogue: Catalogue
) -> pd.DataFrame:
    """Collect value, score, contribution, gap and comparison with the median by indicator."""
    codes = list(catalogue.indicators)
    scores = rating[[f"score_{code}" for code in codes]].set_axis(codes, axis=1)
    median = scores.median()
    frame = pd.DataFrame(index=pd.Index(codes, name="indicator"))
    frame["parent"] = [catalogue.parent(code) for code in codes]
    frame["value"] = values.loc[region, codes].astype(float)
    frame["score"] = scores.loc[region]
    frame["weight"] = effective_weights(rating, catalogue)
    frame["contribution"] = parts.loc[region, codes]
    frame["leader_contribution"] = parts.loc[leader, codes]
    frame["gap_to_leader"] = frame["leader_contribution"] - frame["contribution"]
    best = {code: str(scores[code].idxmax()) for code in codes}
    frame["best_region"] = pd.Series(best)
    frame["best_value"] = pd.Series({code: values.loc[label, code] for code, label in best.items()})
    frame["median_score"] = median
    frame["above_median"] = frame["score"] - median
    words = {1.0: "strength", -1.0: "weakness", 0.0: "at the median"}
    frame["verdict"] = [words.get(float(sign), "no data") for sign in np.sign(frame["above_median"].round(9))]
    return frame


def _next_class(
    values: pd.DataFrame, region: str, rating: pd.DataFrame, catalogue: Catalogue, method: Method, target: float | None
) -> pd.DataFrame:
    """Find, for every indicator alone, the value that lifts the region's index to `target`."""
    columns = ["required", "required_change", "reachable", "takes_lead", "others_changed", "others_reclassified"]
    tree, place = compiled(catalogue), values.index.get_loc(region)
    rows = {}
    for code in catalogue.indicators:
        rows[code] = (np.nan, np.nan, False, False, 0, 0)
        now = float(values[code][region])
        if target is None or np.isnan(now):
            continue

        def reaches(value: float, code: str = code) -> bool:
            index = index_of(_with(values, region, code, value), tree, method)
            index = relative_index(index, values.index, method) if method.scale.of == "relative" else index
            return bool(index[place] >= target - 10.0**-DECIMALS / 2)

        column, sign = values[code].to_numpy(), catalogue.direction(code)
        required = _smallest(reaches, now, _candidates(column, now, sign, method.normalisation_of(code).ratio_scale))
        if required is None:
            continue
        then = rate_with(_with(values, region, code, required), catalogue, method)
        others = rating.index != region
        moved = ((then[catalogue.root] - rating[catalogue.root]).abs() > 1e-9).to_numpy() & others
        letters = (then["rating_class"].astype(object) != rating["rating_class"].astype(object)).to_numpy()
        rivals = values[code][others].dropna()
        lead = bool(rivals.empty or sign * required > (sign * rivals).max())
        change = 100.0 * (required - now) / abs(now) if now else np.nan
        reclassed = letters & others & rating["rating_class"].notna().to_numpy()
        rows[code] = (required, change, True, lead, int(moved.sum()), int(reclassed.sum()))
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _with(values: pd.DataFrame, region: str, code: str, value: float) -> pd.DataFrame:
    """Return a copy of `values` with one cell changed."""
    changed = values.copy()
    changed.loc[region, code] = value
    return changed


def _candidates(column: Array, now: float, sign: int, ratio: bool) -> list[float]:
    """List values to try, each better than the one before: the best of the column, then beyond it."""
    best = float(np.nanmax(column) if sign > 0 else np.nanmin(column))
    if ratio and sign < 0:
        further = [best / (1.0 + step) for step in BEYOND]
    else:
        size = max(abs(best), float(np.nanmax(column) - np.nanmin(column)), 1e-12)
        further = [best + sign * step * size for step in BEYOND]
    return [value for value in (best, *further) if sign * (value - now) > 0]


def _smallest(reaches: Callable[[float], bool], now: float, candidates: list[float]) -> float | None:
    """Bisect between the last candidate that fails and the first that reaches the target."""
    low = now
    for high in candidates:
        if reaches(high):
            break
        low = high
    else:
        return None
    while abs(high - low) > 1e-10 * max(abs(high), abs(low)):
        middle = (low + high) / 2.0
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high
