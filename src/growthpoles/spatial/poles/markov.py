"""Markov chains of regional classes: classic, spatial (by class of the neighbours), LISA Markov of quadrants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, listed, message, plain, unknown_option
from growthpoles.language.number_format import format_count
from growthpoles.randomness import generator
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.alignment import ascending, clean_table, deviations, weights_matrix
from growthpoles.spatial.global_tests.global_result import check_permutations, monte_carlo_p
from growthpoles.spatial.local_tests.local_result import QUADRANTS

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
Limits = Literal["yearly", "pooled"]
LIMITS: tuple[Limits, ...] = ("yearly", "pooled")
NULL = "whole paths of regions could as well run in any other region"
_PER_CELL, _MOST, _LEAST_EXPECTED, _PERMUTATIONS = 5, 5, 5.0, 999
_LEAST, _DENSE = 4, 500


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarkovChain(ResultDisplay):
    """Moves between classes from one year to the next.

    Attributes
    ----------
    counts : DataFrame
        Class left x class entered: numbers of moves. Under "spatial" the rows are (class of the neighbours, class).
    kind : {"classic", "spatial", "lisa"}
    classes : DataFrame
        Class of every region in every year, 1 the lowest; quadrants under "lisa".
    limits : DataFrame
        Upper limits of the classes but the last, one row per year where they are yearly; under "spatial" also those of
        the neighbours' mean (row "neighbours").
    tests : DataFrame
        "spatial": Pearson's Q and the likelihood ratio of one matrix for all classes of neighbours; "lisa": chi-square
        of own moves that do not depend on those of the neighbours. Columns: statistic, df, p_value (relocation of whole
        paths), p_low, p_high, p_chi_square (NaN where a cell expects fewer than five moves, `least_expected`, or df is
        0), null. Empty under "classic".
    permutations : int

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> study = gp.load_study("mexico-gdp")
    >>> wide = {year: gp.load_indicators(year, study=study)["gdp_per_head"] for year in study.years}
    >>> gp.markov(pd.DataFrame(wide), k=3).probabilities().round(2)
          1     2     3
    1  0.82  0.15  0.03
    2  0.18  0.65  0.17
    3  0.02  0.17  0.82
    """

    counts: pd.DataFrame
    kind: Literal["classic", "spatial", "lisa"]
    classes: pd.DataFrame
    limits: pd.DataFrame
    tests: pd.DataFrame
    permutations: int = 0
    left_out: tuple[object, ...] = ()

    @property
    def moves(self) -> int:
        """Moves counted, staying among them."""
        return int(self.counts.to_numpy().sum())

    @property
    def thin(self) -> int:
        """Cells with fewer than five moves."""
        return int((self.counts.to_numpy() < _PER_CELL).sum())

    def pooled(self) -> pd.DataFrame:
        """Return the counts over all classes of neighbours, class left x class entered."""
        return self.counts.groupby(level=1, sort=False).sum() if self.kind == "spatial" else self.counts

    def probabilities(self) -> pd.DataFrame:
        """Return the shares of the moves from each class; NaN, never 0, where none started there."""
        total = self.counts.sum(axis=1)
        return self.counts.div(total.where(total > 0), axis=0)

    def shorrocks(self) -> float:
        """Return the mobility ``(k - tr P) / (k - 1)``: 0 nobody moves, 1 as if every class were dealt anew."""
        p = self._complete()
        return float((len(p) - np.trace(p)) / (len(p) - 1))

    def steady_state(self) -> pd.Series:
        """Return the shares of the classes that further moves of this kind would lead to.

        Raises
        ------
        SpatialError
            If a class was never left, or not every class can be reached from every other: there is none then.
        """
        p, names = self._complete(), self.pooled().index
        self._refuse_reducible(p)
        k = len(p)
        lines = np.vstack([p.T - np.eye(k), np.ones(k)])
        shares = np.linalg.lstsq(lines, np.r_[np.zeros(k), 1.0], rcond=None)[0]
        return pd.Series(shares, index=names, name="share")

    def first_passage(self) -> pd.DataFrame:
        """Return the mean number of steps from a class (row) until another (column) is first reached.

        Raises
        ------
        SpatialError
            As :meth:`steady_state`.
        """
        p, shares = self._complete(), self.steady_state()
        k = len(p)
        fundamental = np.linalg.inv(np.eye(k) - p + np.tile(shares.to_numpy(), (k, 1)))
        steps = (np.eye(k) - fundamental + np.diag(fundamental)) / shares.to_numpy()
        return pd.DataFrame(steps, index=shares.index, columns=shares.index)

    def to_frame(self) -> pd.DataFrame:
        """Return counts and probabilities in one long table, one row per cell."""
        parts = [
            table.melt(ignore_index=False, var_name="entered", value_name="x")
            for table in (self.counts, self.probabilities())
        ]
        return parts[0].rename(columns={"x": "moves"}).assign(probability=parts[1]["x"].to_numpy())

    def _complete(self) -> Floats:
        table = self.pooled()
        total = table.sum(axis=1)
        if (total == 0).any():
            never = listed(total.index[total == 0])
            raise SpatialError(message(f"class {never} was never left", where="markov", allowed="fewer classes"))
        return (table.to_numpy() / total.to_numpy()[:, None]).astype(float)

    def _refuse_reducible(self, p: Floats) -> None:
        from scipy.sparse.csgraph import connected_components

        if connected_components(p > 0, directed=True, connection="strong")[0] > 1:
            problem = "not every class was reached from every other: a chain of this kind has no steady state"
            raise SpatialError(message(problem, where="markov", allowed="fewer classes, or more years"))

    def __repr__(self) -> str:
        return f"MarkovChain({self.kind}, {self.moves} moves, {self.thin} of {self.counts.size} cells below 5)"


def markov(
    y: pd.DataFrame,
    graph: Graph | W | None = None,
    *,
    k: int | None = None,
    limits: Limits | Sequence[float] = "yearly",
    relative: bool | None = None,
    lag_limits: Literal["lags", "values"] = "lags",
    permutations: int = _PERMUTATIONS,
    rng: Generator | int | None = None,
) -> MarkovChain:
    """Count the moves of regions between classes, and with a graph: by the class of their neighbours.

    Parameters
    ----------
    y : DataFrame, regions x years
        Values of every year, none missing; a region that did not exist in a year has to be left out, or the years be
        brought to one set of regions.
    graph : libpysal.graph.Graph or libpysal.weights.W, optional
        Makes the chain spatial (Rey 2001): one matrix for every class of the neighbours' mean in the year left.
    k : int, optional
        Classes. None: the most, up to 5, that leave five moves a cell on average.
    limits : {"yearly", "pooled"} or sequence of float
        Quantiles of each year, quantiles of all years together, or rising upper limits of all classes but the last.
    relative : bool, optional
        Whether values are divided by the mean of their year first. None: with "pooled", as prices would otherwise make
        every region rise.
    lag_limits : {"lags", "values"}
        Classes of the neighbours' means by their own quantiles, or by the limits of the values (Rey 2001).
    permutations : int
        Relocations of whole paths for the tests of a spatial chain.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    MarkovChain

    Raises
    ------
    SpatialError
        If a value is missing (regions and years are named), labels differ, or ties leave fewer classes than asked for.

    Notes
    -----
    A value at a limit belongs to the lower class. With few regions most cells of a spatial chain rest on a handful of
    moves: read `counts`. Moves of one region in successive years are not independent, and neighbours move together:
    the p-value is therefore that of relocated paths, which keeps every path whole. Chi-square p-values stand beside it
    only where every cell expects five moves.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> study = gp.load_study("mexico-gdp")
    >>> wide = pd.DataFrame({y: gp.load_indicators(y, study=study)["gdp_per_head"] for y in study.years})
    >>> chain = gp.markov(wide, gp.build_weights(gp.study_regions(study)), k=3, permutations=99)
    >>> chain.moves, chain.thin
    (192, 16)
    """
    values, ids, years = _wide(y)
    w: Any = None
    left_out: tuple[object, ...] = ()
    if graph is not None:
        w, values, ids, left_out = _linked(graph, values, ids)
    own_limits = not isinstance(limits, str)
    if isinstance(limits, str) and limits not in LIMITS:
        raise SpatialError(unknown_option("limits", limits, LIMITS))
    if lag_limits not in ("lags", "values"):
        raise SpatialError(unknown_option("lag_limits", lag_limits, ("lags", "values")))
    if limits == "pooled" if relative is None else relative:
        means = values.mean(axis=0)
        if not (means > 0).all():
            raise SpatialError(message("the mean of a year is not above 0", where="markov", allowed="relative=False"))
        values = values / means
    steps = values.shape[0] * (values.shape[1] - 1)
    cells = 3 if graph is not None else 2
    if own_limits:
        edges = np.tile(np.array(_edges(limits)), (len(years), 1))
    else:
        most = next((c for c in range(_MOST, 2, -1) if steps >= _PER_CELL * c**cells), 2)
        count = most if k is None else k
        if isinstance(count, bool) or not isinstance(count, int | np.integer) or not 2 <= count <= len(values):
            raise SpatialError(message(f"k={k!r}", where="markov", allowed=f"a whole number from 2 to {len(values)}"))
        edges = _quantiles(values, int(count), yearly=limits == "yearly", years=years)
    count = edges.shape[1] + 1
    own = _classed(values, edges)
    names = list(range(1, count + 1))
    classes = pd.DataFrame(own + 1, index=ids, columns=years)
    shown = edges if limits == "yearly" else edges[:1]
    frame = pd.DataFrame(shown, index=list(years) if limits == "yearly" else ["all years"], columns=names[:-1])
    if w is None:
        table = _count(own, np.zeros_like(own), count, 1)[0]
        counts = pd.DataFrame(table, index=names, columns=names)
        return MarkovChain(counts, "classic", classes, frame, pd.DataFrame())
    lags = w @ values
    lag_edges = edges
    if lag_limits == "lags" and not own_limits:
        lag_edges = _quantiles(lags, count, yearly=limits == "yearly", years=years)
        part = lag_edges if limits == "yearly" else lag_edges[:1]
        heads = [f"{head}, neighbours" if limits == "yearly" else "neighbours" for head in frame.index]
        frame = pd.concat([frame, pd.DataFrame(part, index=heads, columns=names[:-1])])
    around = _classed(lags, lag_edges)
    table = _count(own, around, count, count)
    found, degrees, least = _homogeneity(table)

    def drawn(order: Ints) -> Floats:
        moved = w @ values[order]
        again = lag_edges
        if lag_limits == "lags" and not own_limits:
            again = _quantiles(moved, count, yearly=limits == "yearly", years=years, strict=False)
        return _homogeneity(_count(own[order], _classed(moved, again), count, count))[0]

    draws = check_permutations(permutations, len(ids))
    tests = _tests(("Q", "likelihood ratio"), found, degrees, least, drawn, len(ids), draws, rng)
    index = pd.MultiIndex.from_product([names, names], names=["neighbours", "class"])
    counts = pd.DataFrame(table.reshape(-1, count), index=index, columns=names)
    return MarkovChain(counts, "spatial", classes, frame, tests, draws, left_out)


def lisa_markov(
    y: pd.DataFrame,
    graph: Graph | W,
    *,
    permutations: int = _PERMUTATIONS,
    rng: Generator | int | None = None,
) -> MarkovChain:
    """Count the moves of regions between the quadrants of the Moran scatter plot, over all years (Rey 2001).

    Parameters
    ----------
    y : DataFrame, regions x years
        As for :func:`growthpoles.markov`.
    graph : libpysal.graph.Graph or libpysal.weights.W
    permutations, rng
        As there.

    Returns
    -------
    MarkovChain
        A value at the mean of its year counts as high. Test: own value and neighbours' mean, each above or below the
        mean of the year, move independently: ``sum (O - E)^2 / E`` with E the moves that left a quadrant times the
        product of the two chains' probabilities; 8 degrees of freedom.

    Raises
    ------
    SpatialError
        As there.

    Notes
    -----
    giddy 2.3.6 prints another chi-square (1058 for 60.3 on the incomes of 48 states): it takes years for regions there,
    so that its number changes with the order of the rows.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> study = gp.load_study("mexico-gdp")
    >>> wide = pd.DataFrame({y: gp.load_indicators(y, study=study)["gdp_per_head"] for y in study.years})
    >>> chain = gp.lisa_markov(wide, gp.build_weights(gp.study_regions(study)), permutations=99)
    >>> int(chain.counts.loc["High-High", "High-High"])
    35
    """
    values, ids, years = _wide(y)
    w, values, ids, left_out = _linked(graph, values, ids)
    away = np.column_stack([deviations(column, str(year)) for column, year in zip(values.T, years, strict=True)])

    def found(order: Ints) -> tuple[Ints, Floats, float]:
        z = away[order]
        high, around = z >= 0, w @ z >= 0
        # HH, LL, HL, LH, as everywhere in this package
        own = np.where(high, np.where(around, 0, 2), np.where(around, 3, 1))
        statistic, least = _independence(_count(own, np.zeros_like(own), 4, 1)[0], high, around)
        return own, np.array([statistic]), least

    own, statistic, least = found(np.arange(len(ids)))
    draws = check_permutations(permutations, len(ids))
    tests = _tests(("independence",), statistic, 8, least, lambda order: found(order)[1], len(ids), draws, rng)
    names = np.array(QUADRANTS, dtype=object)
    classes = pd.DataFrame(names[own], index=ids, columns=years)
    counts = pd.DataFrame(_count(own, np.zeros_like(own), 4, 1)[0], index=list(QUADRANTS), columns=list(QUADRANTS))
    return MarkovChain(counts, "lisa", classes, pd.DataFrame(), tests, draws, left_out)


def _wide(y: pd.DataFrame) -> tuple[Floats, pd.Index, pd.Index]:
    """Return values (regions, years), regions in the order of their labels and years in theirs; refuse gaps."""
    where = "markov"
    if not isinstance(y, pd.DataFrame) or len(y.columns) < 2:
        raise SpatialError(message("no table of regions x years", where=where, allowed="two years or more"))
    if not (y.index.is_unique and y.columns.is_unique):
        raise SpatialError(message("a region or a year stands twice", where=where, allowed="one row and column each"))
    try:
        years = y.columns.sort_values()
        numbers = clean_table(y[years], where=where).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise SpatialError(message("cells or years that are no numbers", where=where, allowed="numbers")) from None
    bad = ~np.isfinite(numbers)
    if bad.any():
        held: dict[object, list[object]] = {}
        for row, column in np.argwhere(bad):
            held.setdefault(y.index[row], []).append(years[column])
        told = listed(
            [f"{plain(region)} ({listed(when, limit=3)})" for region, when in held.items()], limit=5, write=str
        )
        raise SpatialError(
            message(f"no value for {told}", where=where, allowed="regions that have all years, or the years they have")
        )
    order = ascending(y.index)
    order = np.arange(len(y)) if order is None else order
    return numbers[order], y.index[order], years


def _linked(graph: Graph | W, values: Floats, ids: pd.Index) -> tuple[Any, Floats, pd.Index, tuple[object, ...]]:
    """Return row-standardised weights, values and labels of the regions with links, and the others."""
    w: Any = weights_matrix(graph, ids, transformation="r")
    names = np.diff(w.indptr) > 0
    kept = names | (np.bincount(w.indices, minlength=len(ids)) > 0)
    if kept.sum() < _LEAST or (kept & ~names).any():
        held = listed(ids[~names])
        problem = f"no neighbours of {held}"
        raise SpatialError(message(problem, where="markov", allowed="links from every region that others name"))
    if not kept.all():
        w = w[np.flatnonzero(kept)][:, np.flatnonzero(kept)]
    w = w.toarray() if w.shape[0] <= _DENSE else w
    return w, values[kept], ids[kept], tuple(ids[~kept])


def _edges(limits: Any) -> list[float]:
    """Return own limits as numbers; refuse those that do not rise."""
    try:
        edges = [float(limit) for limit in limits]
    except (TypeError, ValueError):
        edges = []
    if not edges or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
        raise SpatialError(message(f"limits={limits!r}", where="markov", allowed="yearly, pooled, or rising numbers"))
    return edges


def _quantiles(values: Floats, k: int, *, yearly: bool, years: Iterable[Any], strict: bool = True) -> Floats:
    """Return the upper limits of all classes but the last, shape (years, k - 1)."""
    shares = np.arange(1, k) / k
    count = values.shape[1]
    if yearly:
        edges = np.quantile(values, shares, axis=0).T
    else:
        edges = np.tile(np.quantile(values.ravel(), shares), (count, 1))
    if strict:
        held = [np.unique(_classed(values[:, [t]], edges[[t]])).size for t in range(count)] if yearly else []
        held = held or [np.unique(_classed(values, edges)).size]
        if min(held) < k:
            year = f" in {list(years)[int(np.argmin(held))]}" if yearly else ""
            problem = f"equal values leave {min(held)} of {k} classes{year}"
            raise SpatialError(message(problem, where="markov", allowed="a smaller k, or limits of your own"))
    return edges


def _classed(values: Floats, edges: Floats) -> Ints:
    """Return the class of every value from 0; one at a limit belongs to the lower class."""
    if (edges == edges[0]).all():
        return np.searchsorted(edges[0], values, side="left")
    return (values[:, :, None] > edges[None, :, :]).sum(axis=2)


def _count(own: Ints, around: Ints, k: int, lags: int) -> Ints:
    """Return the moves, shape (lags, k, k): class of the neighbours at the start, class left, class entered."""
    code = (around[:, :-1] * k + own[:, :-1]) * k + own[:, 1:]
    return np.bincount(code.ravel(), minlength=lags * k * k).reshape(lags, k, k)


def _homogeneity(table: Ints) -> tuple[Floats, int, float]:
    """Return Q and likelihood ratio of one matrix for all, degrees of freedom, and the smallest expected count."""
    starts = table.sum(axis=2)
    pooled = table.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.nan_to_num(pooled / pooled.sum(axis=1, keepdims=True))
        expected = starts[:, :, None] * p
        used = expected > 0
        q = float(((table - expected)[used] ** 2 / expected[used]).sum())
        ratio = table[table > 0] / expected[table > 0]
    lr = 2 * float((table[table > 0] * np.log(ratio)).sum())
    degrees = int((((starts > 0).sum(axis=0) - 1).clip(0) * ((pooled > 0).sum(axis=1) - 1).clip(0)).sum())
    return np.array([q, lr]), degrees, float(expected[used].min())


def _independence(table: Ints, high: NDArray[np.bool_], around: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the chi-square of quadrant moves against two independent chains, and the smallest expected count."""
    chains = []
    for part in (high, around):
        moves = _count(part.astype(np.intp), np.zeros(part.shape, np.intp), 2, 1)[0]
        chains.append(moves / np.maximum(moves.sum(axis=1, keepdims=True), 1))
    own, other = np.array([1, 0, 1, 0]), np.array([1, 0, 0, 1])
    joint = chains[0][np.ix_(own, own)] * chains[1][np.ix_(other, other)]
    expected = table.sum(axis=1, keepdims=True) * joint
    off = np.divide((table - expected) ** 2, expected, out=np.zeros_like(expected), where=expected > 0)
    return float(off.sum()), float(expected.min())


def _tests(
    names: Sequence[str],
    observed: Floats,
    degrees: int,
    least: float,
    drawn: Any,
    n: int,
    draws: int,
    rng: Generator | int | None,
) -> pd.DataFrame:
    """Place statistics among those of relocated paths, and beside the chi-square law where it may be used."""
    from scipy.stats import chi2

    source = generator(rng, error=SpatialError)
    found = np.array([drawn(source.permutation(n)) for _ in range(draws)])
    rows = []
    for place, value in enumerate(observed):
        margin = 1e-10 * max(1.0, abs(float(value)))
        greater, less = int((found[:, place] >= value - margin).sum()), int((found[:, place] <= value + margin).sum())
        p, (low, high) = monte_carlo_p(greater, less, draws, "greater")
        law = float(chi2.sf(value, degrees)) if least >= _LEAST_EXPECTED and degrees else float("nan")
        rows.append((float(value), degrees, p, low, high, law, least, NULL))
    columns = ["statistic", "df", "p_value", "p_low", "p_high", "p_chi_square", "least_expected", "null"]
    frame = pd.DataFrame(rows, index=pd.Index(names, name="test"), columns=columns)
    return say_tests(frame, NULL, f"{format_count(draws)} random relocations", draws=draws, alternative="greater")
