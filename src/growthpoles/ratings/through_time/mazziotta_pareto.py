"""Mazziotta-Pareto index, adjusted (AMPI): composite index of several years on one yardstick, with its penalty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from growthpoles.errors import RatingError, message, unknown_option
from growthpoles.ratings.aggregate import moments
from growthpoles.ratings.aggregation_tree import limits_of, scores_of
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.rate import stacked_values
from growthpoles.ratings.rating_options import compiled, method_of


def ampi(
    tables: Mapping[int, pd.DataFrame],
    catalogue: Catalogue,
    *,
    base: int | None = None,
    penalty: Literal["minus", "plus"] = "minus",
) -> pd.DataFrame:
    """Compute the adjusted Mazziotta-Pareto index of several years on one yardstick.

    Parameters
    ----------
    tables : mapping of year to DataFrame, regions x columns
        As for `rate`. NaN means "no data".
    catalogue : Catalogue
        Of one level: indicators with directions and weights under the root.
    base : int, optional
        The year whose mean of the regions is 100; the first by default.
    penalty : {"minus", "plus"}
        Imbalance lowers the index ("minus", where more of it is better) or raises it.

    Returns
    -------
    DataFrame, index (year, region)
        mean (M), penalty (S cv, not negative), index (M less or plus the penalty), and score_<indicator> (100 is the
        mean of the base year). mean, penalty and index are missing where an indicator is. ``attrs["goalposts"]``: low
        and high of every indicator, which `rate` takes with ``normalisation="ampi", aggregation="mazziotta-pareto"``.

    Raises
    ------
    RatingError
        The base year is not there, the catalogue has several levels, an indicator is constant, or as in `rate`.

    Notes
    -----
    Scores are ``70 + 60 (x - low) / (high - low)``, or ``70 + 60 (high - x) / (high - low)`` where less is better, with
    low and high the mean of the base year less and plus half the range over all years. They are not cut at 70 and 130.
    ``rate(tables, normalisation="ampi", aggregation="mazziotta-pareto", limits={"base": year})`` gives the same index,
    of several levels too.
    With weights w that sum to 1, ``M = sum w z``, ``S^2 = sum w (z - M)^2`` and the index is ``M -+ S^2 / M``.

    References
    ----------
    Mazziotta and Pareto (2016).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> before = pd.DataFrame({"wage": [50.0, 100], "patents": [4.0, 2]}, index=["north", "south"])
    >>> found = gp.ampi({2010: before, 2020: before * 1.5}, gp.Catalogue.flat(["wage", "patents"]))
    >>> found.loc[2020, ["mean", "penalty", "index"]].round(2).values.tolist()
    [[122.5, 4.13, 118.37], [122.5, 4.13, 118.37]]
    """
    if penalty not in ("minus", "plus"):
        raise RatingError(unknown_option("penalty", penalty, ("minus", "plus")))
    if len(catalogue.aggregates) > 1 or catalogue.methods:
        problem = "a catalogue of several levels, or with methods of single indicators"
        allowed = 'one level of indicators; otherwise rate(normalisation="ampi", aggregation="mazziotta-pareto")'
        raise RatingError(message(problem, where="ampi", allowed=allowed))
    base = min(tables) if base is None else base
    if base not in tables:
        raise RatingError(message(f"base={base}", where="ampi", allowed=", ".join(map(str, sorted(tables)))))
    method, tree = method_of(normalisation="ampi", limits={"base": base}), compiled(catalogue)
    values = stacked_values(tables, catalogue)
    low, high = limits_of(values.to_numpy(), values.index, tree, method)
    scores = scores_of(values.to_numpy(), values.index, tree, method)
    mean, variance = moments(list(scores.T), catalogue.weights(catalogue.root).to_numpy())
    cut = variance / mean
    parts = {"mean": mean, "penalty": cut, "index": mean - cut if penalty == "minus" else mean + cut}
    found = pd.DataFrame(parts, values.index)
    found[[f"score_{code}" for code in tree.indicators]] = scores
    posts = zip(tree.indicators, low, high, strict=True)
    found.attrs = {"goalposts": {code: (float(a), float(b)) for code, a, b in posts}, "base": base}
    return found
