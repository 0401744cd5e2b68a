"""How much of a rating survives other defensible choices: Monte Carlo over all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Unpack

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, unknown_option
from growthpoles.randomness import generator as random_generator
from growthpoles.ratings.aggregate import Aggregation
from growthpoles.ratings.aggregation_tree import ranks
from growthpoles.ratings.catalogue import Catalogue, default_catalogue
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.normalise import Normalisation
from growthpoles.ratings.rate import rate_with
from growthpoles.ratings.rating_options import Method, RateOptions, compiled
from growthpoles.ratings.robustness_result import Robustness
from growthpoles.ratings.rounding_noise import Resolution, printed
from growthpoles.ratings.simulation import Problem, chunks, draw, simulate

Tables = pd.DataFrame | Mapping[str, pd.DataFrame]
Rng = np.random.Generator | int | None


def robustness(
    tables: Tables,
    catalogue: Catalogue | None = None,
    *,
    weights: Literal["dirichlet", "fixed"] = "dirichlet",
    concentration: float = 1.0,
    normalisations: Sequence[Normalisation] | None = None,
    aggregations: Sequence[Aggregation | Mapping[str, Aggregation]] | None = None,
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
        Source of randomness; None is the fixed seed 0, so that results repeat.
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
    Weights of a data-driven `weighting` are computed once, from the nominal table, and treated as nominal.
    Treatment of outliers applies to tables without noise; with `resolution` it is refused.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005); OECD and JRC (2008), step 7; uniform weights: Lahdelma and
    Salminen (2001).
    """
    if replications < 1:
        raise RatingError(message(f"replications={replications}", allowed="1 or more"))
    catalogue = catalogue or default_catalogue()
    method = Method(**options)
    editions = as_editions(tables)
    problem, nominal = prepare(
        editions,
        catalogue,
        method,
        weights,
        concentration,
        normalisations,
        aggregations,
        drop,
        resolution,
        floor,
    )
    sizes = chunks(problem, replications)
    generators = random_generator(rng).spawn(len(sizes))
    index = np.empty((replications, len(problem.regions)))
    place = np.empty(index.shape, dtype=np.int16 if index.shape[1] < 2**15 else np.int32)
    counts = np.zeros((len(problem.regions), len(method.scale.letters) + 1), dtype=np.int64)
    choices = []
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
    return Robustness(
        nominal=nominal,
        index=index,
        ranks=place,
        class_counts=counts,
        choices=np.vstack(choices),
        labels=(
            tuple(editions),
            tuple(map(str, problem.normalisations)),
            tuple(map(str, problem.aggregations)),
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
    normalisations: Sequence[Normalisation] | None,
    aggregations: Sequence[Aggregation | Mapping[str, Aggregation]] | None,
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
    if method.treatment != "none" and resolution is not None:
        raise RatingError(message("treatment together with resolution", allowed="one of the two"))
    normalised = tuple(normalisations or (method.normalisation,))
    aggregated = tuple(
        kind if isinstance(kind, str) else dict(kind) for kind in (aggregations or (method.aggregation,))
    )
    for kind in normalised:
        for other in aggregated:
            method.but(normalisation=kind, aggregation=other).check_codes(catalogue)
    if drop == "one" and len(catalogue.indicators) < 2:
        raise RatingError(message("one indicator cannot be dropped and rated", where="drop"))
    regions = next(iter(editions.values())).index
    for name, table in editions.items():
        if len(table.index.symmetric_difference(regions)):
            odd = ", ".join(map(str, table.index.symmetric_difference(regions)))
            raise RatingError(message(f"regions differ between editions: {odd}", where=f"edition {name}"))
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
        normalisations=normalised,
        aggregations=aggregated,
        droppable=catalogue.indicators if drop == "one" else (),
        concentration=concentration if weights == "dirichlet" else None,
        floor=floor,
    )
    return problem, nominal


def as_editions(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables by edition; a single table is named by its own attrs, or "table"."""
    if isinstance(tables, pd.DataFrame):
        return {str(tables.attrs.get("edition", "table")): tables}
    if not tables:
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
            raise RatingError(
                message("resolution for several editions", allowed="a mapping of edition to resolutions by column")
            )
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
    codes = problem.method.scale.codes(index)
    classed = problem.classed()[draws.normalisation, draws.aggregation]
    codes = np.where((codes >= 0) & classed[:, None], codes, letters)
    flat = codes + np.arange(codes.shape[1]) * (letters + 1)
    counts = np.bincount(flat.ravel(), minlength=codes.shape[1] * (letters + 1)).reshape(-1, letters + 1)
    chosen = np.column_stack([draws.edition, draws.normalisation, draws.aggregation, draws.dropped])
    return index, ranks(index), counts, chosen.astype(np.int16)
