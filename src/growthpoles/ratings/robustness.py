"""Robustness analysis of a rating: Monte Carlo over defensible choices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Unpack

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest, unknown_option
from growthpoles.randomness import generator as random_generator
from growthpoles.ratings.aggregation_tree import ranks, relative_index
from growthpoles.ratings.catalogue import Catalogue, catalogue_for
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.methods import Choice, Normalisation, find
from growthpoles.ratings.rate import rate_with
from growthpoles.ratings.rating_options import Method, RateOptions, compiled, method_of, names_of
from growthpoles.ratings.simulation import Problem, Resolution, chunks, draw, printed, simulate
from growthpoles.result_display import ResultDisplay

#: Regions whose quantiles are taken together: bounds the memory of a copy.
BLOCK = 256
Tables = pd.DataFrame | Mapping[str, pd.DataFrame]
Rng = np.random.Generator | int | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Robustness(ResultDisplay):
    """Replications of a rating and what follows from them.

    Parameters
    ----------
    nominal : DataFrame
        The rating that the replications vary.
    index : array (replications, regions)
        NaN where a region had no index.
    ranks : array (replications, regions)
        1 = best, ties share the lowest rank, 0 where a region had no index.
    class_counts : array (regions, letters + 1)
        Replications in each class, best first; the last column counts those without a class. Only replications on the
        scale of the nominal index count.
    on_scale : array (replications,) of bool
        Whether a replication keeps the meaning of the nominal index: the normalisation is the nominal one, and the
        aggregation is so too, or both are means. Points and class limits mean something else under another
        normalisation (the worst region has 0 points under min-max whatever its value), ranks do not.
    choices : array (replications, 4)
        Positions of edition, normalisation, aggregation and dropped indicator (-1 = none) in `labels`.
    labels : tuple of four tuples
    letters : tuple of str

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"wage": [50.0, 100, 70], "patents": [4.0, 1, 2]}, index=["north", "south", "west"])
    >>> result = gp.robustness(table, gp.Catalogue.flat(["wage", "patents"]), replications=1_000, rng=1)
    >>> print(result.summary())
    The rating of 3 regions in 1000 replications under other choices.
    Choices varied, weights and rounding apart: nothing.
    Ranks move by 0.7593 places on average.
    Region north: rank 1, in 90% of replications 1 to 3.
    Region south: rank 2, in 90% of replications 1 to 3.
    Region west: rank 3, in 90% of replications 2 to 3.
    Keep their class in at least 90% of replications: 0 of 3 regions.
    Oftener in another class than in their own: north, south, west.
    Without an index: no region.
    """

    nominal: pd.DataFrame
    index: Array
    ranks: Array
    class_counts: Array
    on_scale: Array
    choices: Array
    labels: tuple[tuple[str, ...], ...]
    letters: tuple[str, ...]
    _frames: dict[float, pd.DataFrame] = field(default_factory=dict, init=False)

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.index.shape[0])

    def rank_interval(self, level: float = 0.9) -> pd.DataFrame:
        """Return the median and the central `level` interval of every region's rank.

        Returns
        -------
        DataFrame
            rank_low, rank_median, rank_high: ranks that occurred (inverse of the empirical distribution
            function), over the replications in which the region was ranked; missing when there are none.
        """
        tails = _tails(level)
        values = _quantiles(np.where(self.ranks > 0, self.ranks, np.nan), tails, "inverted_cdf")
        frame = pd.DataFrame(values, index=self.nominal.index, columns=["rank_low", "rank_median", "rank_high"])
        return frame.astype("Int64")

    def index_interval(self, level: float = 0.9) -> pd.DataFrame:
        """Return the median and the central `level` interval of every region's index, in index points.

        Over the replications on the scale of the nominal index (`on_scale`): points of others are another unit.
        """
        values = _quantiles(self.index[self.on_scale], _tails(level), "linear")
        return pd.DataFrame(values, index=self.nominal.index, columns=["index_low", "index_median", "index_high"])

    def class_probability(self) -> pd.DataFrame:
        """Return the share of replications on the nominal scale (`on_scale`) in which each region was in each class.

        Returns
        -------
        DataFrame, regions x letters
            Best class first, then "no class": the share without one, because the region had no index or its
            scale has no classes; 1 if no replication is on the nominal scale. Rows sum to 1.
        """
        shares = self.class_counts / max(self.on_scale.sum(), 1)
        shares[:, -1] += not self.on_scale.any()
        return pd.DataFrame(shares, index=self.nominal.index, columns=[*self.letters, "no class"])

    def outranks(self, regions: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the probability that one region (row) ranks strictly above another (column).

        Parameters
        ----------
        regions : sequence of labels, optional
            All by default: memory and time grow with the square of their number.

        Returns
        -------
        DataFrame
            p(A, B) + p(B, A) + p(tie) = 1 over the replications in which both are ranked; NaN where there are
            none, and on the diagonal.

        Raises
        ------
        RatingError
            A region is unknown.
        """
        labels = self.nominal.index if regions is None else pd.Index(regions)
        for label in labels:
            if label not in self.nominal.index:
                raise RatingError(message(f"unknown region {label!r}", near=nearest(label, self.nominal.index, n=1)))
        ranks = self.ranks[:, self.nominal.index.get_indexer(labels)]
        result = np.full((len(labels), len(labels)), np.nan)
        for row in range(len(labels)):
            both = (ranks[:, [row]] > 0) & (ranks > 0)
            above = (ranks[:, [row]] < ranks) & both
            with np.errstate(invalid="ignore"):
                result[row] = above.sum(axis=0) / both.sum(axis=0)
        np.fill_diagonal(result, np.nan)
        return pd.DataFrame(result, index=labels, columns=labels.rename(None))

    def rank_shift(self) -> pd.Series:
        """Return, by replication, the mean absolute difference of ranks from the nominal ones.

        Over the regions ranked in both; the R_S of Saisana, Saltelli and Tarantola (2005).
        """
        base = self.nominal["rank"].to_numpy(dtype=float, na_value=np.nan)
        both = (self.ranks > 0) & ~np.isnan(base)
        distance = np.where(both, np.abs(self.ranks - np.nan_to_num(base)), 0.0)
        return pd.Series(distance.sum(axis=1) / both.sum(axis=1), name="rank_shift")

    def choices_frame(self) -> pd.DataFrame:
        """Return the choices of every replication: edition, normalisation, aggregation, dropped."""
        names = ("edition", "normalisation", "aggregation", "dropped")
        columns = {
            name: pd.Categorical([labels[code] for code in self.choices[:, place]], categories=list(labels))
            for place, (name, labels) in enumerate(zip(names, self.labels, strict=True))
        }
        return pd.DataFrame(columns)

    def to_frame(self, level: float = 0.9) -> pd.DataFrame:
        """Return one row per region: nominal result, intervals, and the probability of its own class.

        Returns
        -------
        DataFrame
            index, rank, rating_class (nominal); index_low, index_median, index_high; rank_low, rank_median,
            rank_high, missing without a nominal rank, even where draws without an indicator rank the region; p_class
            (probability of the nominal class), likeliest_class, p_likeliest.
        """
        if level in self._frames:
            return self._frames[level].copy(deep=False)
        root = str(self.nominal.attrs["root"])
        probability = self.class_probability()
        frame = self.nominal[[root, "rank", "rating_class"]].rename(columns={root: "index"})
        ranked = frame["rank"].notna()  # draws that leave out what a region lacks are no interval of it
        frame = frame.join(self.index_interval(level)[ranked]).join(self.rank_interval(level)[ranked])
        nominal = frame["rating_class"].cat.codes.to_numpy()
        best_first = np.where(nominal < 0, 0, len(self.letters) - 1 - nominal)
        own = probability.to_numpy()[np.arange(len(frame)), best_first]
        frame["p_class"] = np.where(nominal < 0, np.nan, own)
        frame["likeliest_class"] = probability.idxmax(axis=1)
        frame["p_likeliest"] = probability.max(axis=1)
        self._frames[level] = frame
        return frame.copy(deep=False)

    def __repr__(self) -> str:
        """Say how many replications there are, what they vary and how far ranks move."""
        varied = [
            f"{len(labels)} {name}"
            for name, labels in zip(("editions", "normalisations", "aggregations"), self.labels, strict=False)
            if len(labels) > 1
        ]
        text = f"Robustness({self.replications} replications of {self.index.shape[1]} regions"
        text += f"; {', '.join(varied)}" if varied else ""
        return f"{text}; mean rank shift {float(self.rank_shift().mean()):.2f})"


def _tails(level: float) -> tuple[float, float, float]:
    """Return the lower tail, the median and the upper tail of a central interval."""
    if not 0 < level < 1:
        raise RatingError(message(f"level={level}", allowed="above 0 and below 1"))
    return (1 - level) / 2, 0.5, (1 + level) / 2


def _quantiles(values: Array, tails: tuple[float, ...], method: str) -> Array:
    """Return quantiles over replications, shape (regions, tails), ignoring NaN."""
    result = np.full((values.shape[1], len(tails)), np.nan)
    for start in range(0, values.shape[1] if len(values) else 0, BLOCK):
        block = values[:, start : start + BLOCK]
        known = ~np.isnan(block)
        full, some = known.all(axis=0), known.any(axis=0)
        if full.any():
            found = np.quantile(block[:, full], tails, axis=0, method=method)  # type: ignore[call-overload]
            result[start + np.flatnonzero(full)] = found.T
        for column in np.flatnonzero(some & ~full):
            part = block[known[:, column], column]
            result[start + column] = np.quantile(part, tails, method=method)  # type: ignore[call-overload]
    return result


def robustness(
    tables: Tables,
    catalogue: Catalogue | None = None,
    *,
    weights: Literal["dirichlet", "fixed"] = "dirichlet",
    concentration: float = 1.0,
    normalisations: Sequence[Choice] | None = None,
    aggregations: Sequence[Choice | Mapping[str, Choice]] | None = None,
    drop: Literal["none", "one"] = "none",
    resolution: Resolution | Mapping[str, Resolution] | None = None,
    floor: float | None = None,
    replications: int = 10_000,
    rng: Rng = None,
    n_jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    **options: Unpack[RateOptions],
) -> Robustness:
    """Rate the regions again and again under other choices and count what comes out.

    Parameters
    ----------
    tables : DataFrame, or mapping of edition to DataFrame
        Tables as for `rate`. Editions must have the same regions; the first is the nominal one and each is
        equally likely.
    catalogue : Catalogue, optional
        The built-in one by default.
    weights : {"dirichlet", "fixed"}
        "dirichlet" draws the weights of the children of every aggregate from
        Dirichlet(`concentration` * k * w), with k children of nominal weights w that sum to 1. Their mean is
        w.
    concentration : float above 0
        1 with equal weights is uniform over all weightings; larger values stay closer to the nominal ones
        (the standard deviation of a weight is ``sqrt(w (1 - w) / (concentration k + 1))``).
    normalisations, aggregations : sequences, optional
        Alternatives, each equally likely; only the nominal one by default. An aggregation may be a mapping by
        level.
    drop : {"none", "one"}
        "one" leaves out one indicator or none, each equally likely; a pillar that is left empty drops out
        too.
    resolution : mapping or Series by column, or DataFrame by region and column, optional
        Unit of the last printed digit of columns of the table; the value behind a printed one is uniform
        within half a unit. Indicators derived from such columns are computed anew. With several editions: a
        mapping of edition to that.
    floor : float above 0, optional
        Scores below it are raised to it where they enter a geometric, harmonic or power mean (min-max scores
        have a zero in every column). Without it a zero there is refused, unless ``zeros="zero"``.
    replications : int
    rng : Generator, int or None
        Source of randomness; None is the fixed seed, so that results repeat.
    n_jobs : int
        Processes (joblib). Results do not depend on it.
    progress : callable, optional
        Called with (replications done, replications) after every chunk.
    **options
        The nominal method: keyword options of `rate`.

    Returns
    -------
    Robustness
        Rank intervals, class-membership probabilities, probability that one region outranks another.

    Raises
    ------
    RatingError
        An option is not allowed, editions differ in their regions, or as in `rate`.

    Notes
    -----
    Ranks are counted over all replications. Points of the index and classes are counted over those that keep the
    nominal scale (`Robustness.on_scale`): under another normalisation the same limits mean something else.

    Weights of a data-driven `weighting` are computed once, from the nominal table, and treated as nominal.
    Treatment of outliers applies to tables without noise; with `resolution` it is refused.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005); OECD and JRC (2008), step 7; uniform weights: Lahdelma and
    Salminen (2001).

    Examples
    --------
    >>> import growthpoles as gp
    >>> table = gp.load_indicators(2014, edition="realigned")
    >>> result = gp.robustness(table, replications=500, rng=1)
    >>> result.rank_interval(0.9).loc[["KZ-ALA", "KZ-AST"]]
            rank_low  rank_median  rank_high
    region
    KZ-ALA         1            1          6
    KZ-AST         1            2          7
    """
    if replications < 1:
        raise RatingError(message(f"replications={replications}", allowed="1 or more"))
    if n_jobs == 0:
        raise RatingError(message("n_jobs=0", allowed="1 or more, or -1 for all processors"))
    method = method_of(**options)
    editions = as_editions(tables)
    catalogue = catalogue_for(next(iter(editions.values())), catalogue)
    problem, nominal = prepare(
        editions, catalogue, method, weights, concentration, normalisations, aggregations, drop, resolution, floor
    )
    sizes = chunks(problem, replications)
    generators = random_generator(rng).spawn(len(sizes))
    index = np.empty((replications, len(problem.regions)))
    place = np.empty(index.shape, dtype=np.int16 if index.shape[1] < 2**15 else np.int32)
    counts = np.zeros((len(problem.regions), len(method.scale.letters) + 1), dtype=np.int64)
    choices = []
    scaled = problem.on_scale()
    done = 0
    for size, (values, ranked, counted, chosen) in zip(
        sizes, _results(problem, sizes, generators, n_jobs), strict=True
    ):
        index[done : done + size] = values
        place[done : done + size] = ranked
        counts += counted
        choices.append(chosen)
        done += size
        if progress is not None:
            progress(done, replications)
    chosen = np.vstack(choices)
    return Robustness(
        nominal=nominal,
        index=index,
        ranks=place,
        class_counts=counts,
        on_scale=scaled[chosen[:, 1], chosen[:, 2]],
        choices=chosen,
        labels=(
            tuple(editions),
            tuple(map(str, problem.normalisations)),
            tuple(str(names_of(kind)) for kind in problem.aggregations),
            (*problem.droppable, "none") if problem.droppable else ("none",),
        ),
        letters=method.scale.letters,
    )


def prepare(
    editions: Mapping[str, pd.DataFrame],
    catalogue: Catalogue,
    method: Method,
    weights: str,
    concentration: float,
    normalisations: Sequence[Choice] | None,
    aggregations: Sequence[Choice | Mapping[str, Choice]] | None,
    drop: str,
    resolution: Resolution | Mapping[str, Resolution] | None,
    floor: float | None,
) -> tuple[Problem, pd.DataFrame]:
    """Check the choices and compile them; return the problem and the nominal rating."""
    if weights not in ("dirichlet", "fixed"):
        raise RatingError(unknown_option("weights", weights, ("dirichlet", "fixed")))
    if drop not in ("none", "one"):
        raise RatingError(unknown_option("drop", drop, ("none", "one")))
    if not (concentration > 0 and np.isfinite(concentration)):
        raise RatingError(message(f"concentration={concentration}", allowed="above 0"))
    if floor is not None and not floor > 0:
        raise RatingError(message(f"floor={floor}", allowed="above 0, or None"))
    method = method.of(catalogue)
    if method.treats and resolution is not None:
        raise RatingError(message("treatment together with resolution", allowed="one of the two"))
    normalised = [find(Normalisation, kind) for kind in normalisations or (method.normalisation,)]
    aggregated = [method.but(aggregation=kind).aggregation for kind in aggregations or (method.aggregation,)]
    for alternatives in (normalised, aggregated):
        named: dict[str, object] = {}
        for kind in alternatives:
            if named.setdefault(str(names_of(kind)), kind) != kind:
                raise RatingError(message(f"two alternatives have the name {kind}", allowed="a name for each"))
    for one in normalised:
        for other in aggregated:
            method.vary(one, aggregation=other).check(catalogue)
    if drop == "one" and len(catalogue.indicators) < 2:
        raise RatingError(message("one indicator cannot be dropped and rated", where="drop", allowed='drop="none"'))
    regions = next(iter(editions.values())).index
    for name, table in editions.items():
        if len(table.index.symmetric_difference(regions)):
            odd = ", ".join(map(str, table.index.symmetric_difference(regions)))
            raise RatingError(
                message("regions differ between editions: {regions}", where=f"edition {name}", regions=odd)
            )
    steps = _by_edition(resolution, editions)
    tables = {name: table.reindex(index=regions) for name, table in editions.items()}
    nominal = rate_with(next(iter(tables.values())), catalogue, method)
    tree = compiled(catalogue)
    problem = Problem(
        tree=tree,
        method=method,
        regions=regions,
        weights={
            node.code: np.array([nominal.attrs["weights"][node.code][child] for child in node.children])
            for node in tree.nodes
        },
        editions=tuple(printed(table, catalogue, steps.get(name), name=name) for name, table in tables.items()),
        normalisations=tuple(normalised),
        aggregations=tuple(aggregated),
        droppable=catalogue.indicators if drop == "one" else (),
        concentration=concentration if weights == "dirichlet" else None,
        floor=floor,
    )
    return problem, nominal


def as_editions(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables by edition; a single table is named by its own attrs, or "table"."""
    if isinstance(tables, pd.DataFrame):
        return {str(tables.attrs.get("edition", "table")): tables}
    if not isinstance(tables, Mapping) or not tables:
        raise RatingError(message("no table is given", allowed="a table, or a mapping of edition to table"))
    return dict(tables)


def _by_edition(
    resolution: Resolution | Mapping[str, Resolution] | None, editions: Mapping[str, pd.DataFrame]
) -> dict[str, Resolution]:
    """Return the resolutions by edition."""
    if resolution is None:
        return {}
    nested = isinstance(resolution, Mapping) and any(
        isinstance(value, Mapping | pd.Series | pd.DataFrame) for value in resolution.values()
    )
    if not nested:
        if len(editions) > 1:
            allowed = "a mapping of edition to resolutions by column"
            raise RatingError(message("resolution for several editions", allowed=allowed))
        return {next(iter(editions)): resolution}  # type: ignore[dict-item]
    for name in resolution:
        if name not in editions:
            raise RatingError(unknown_option("resolution", name, editions))
    return dict(resolution)


def _results(
    problem: Problem, sizes: Sequence[int], generators: Sequence[np.random.Generator], n_jobs: int
) -> Iterator[tuple[Array, Array, Array, Array]]:
    """Yield the result of every chunk in order."""
    pairs = zip(sizes, generators, strict=True)
    if n_jobs == 1:
        return (_chunk(problem, size, generator) for size, generator in pairs)
    from joblib import Parallel, delayed

    runner = Parallel(n_jobs=n_jobs, return_as="generator")
    return runner(delayed(_chunk)(problem, size, generator) for size, generator in pairs)


def _chunk(problem: Problem, size: int, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Draw and rate one chunk: index, ranks, class counts (last column: no class) and choices."""
    draws = draw(problem, size, rng)
    index = simulate(problem, draws)
    letters = len(problem.method.scale.letters)
    method = problem.method
    relative = method.scale.of == "relative"
    codes = method.scale.codes(relative_index(index, problem.regions, method) if relative else index)
    classed = problem.classed()[draws.normalisation, draws.aggregation]
    codes = np.where((codes >= 0) & classed[:, None], codes, letters)
    codes = codes[problem.on_scale()[draws.normalisation, draws.aggregation]]
    flat = codes + np.arange(codes.shape[1]) * (letters + 1)
    counts = np.bincount(flat.ravel(), minlength=codes.shape[1] * (letters + 1)).reshape(-1, letters + 1)
    chosen = np.column_stack([draws.edition, draws.normalisation, draws.aggregation, draws.dropped])
    return index, ranks(index), counts, chosen.astype(np.int16)
