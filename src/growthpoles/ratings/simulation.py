"""Simulation engine of robustness: many ratings at once, each with its own weights, methods, edition, rounding noise.

Rounding noise: a printed value lies within half a unit of its last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, nearest
from growthpoles.ratings.aggregation_tree import climb, score_table, scores_of, transformed_array
from growthpoles.ratings.catalogue import Catalogue, indicator_values, named_values
from growthpoles.ratings.indicator_checks import Array, numeric_table
from growthpoles.ratings.methods import Aggregation, Normalisation
from growthpoles.ratings.rating_options import Method, Tree, levels_of

#: A chunk of replications holds about this many numbers in its largest temporary array.
CHUNK_NUMBERS = 500_000
CHUNK_LIMIT = 2048

Resolution = Mapping[str, float] | pd.Series | pd.DataFrame


@dataclass(frozen=True, slots=True)
class Printed:
    """The indicators of one table and how they follow from columns that were printed with rounding.

    Parameters
    ----------
    name : the edition
    exact : indicators as they are, shape (regions, indicators)
    raw, step : columns with their printed resolution (0 = exact), shape (regions, columns)
    recipes : by indicator, (numerator, denominator, factor); denominator -1 for a column taken as it is
    """

    name: str
    exact: Array
    raw: Array
    step: Array
    recipes: tuple[tuple[int, int, float], ...]

    @property
    def noisy(self) -> bool:
        """Whether any cell has a resolution above zero."""
        return bool((self.step > 0).any())

    @property
    def columns(self) -> int:
        """Number of columns that noise is drawn for."""
        return self.raw.shape[1]

    def values(self, noise: Array | None = None) -> Array:
        """Return the indicators, exact or with rounding errors of shape (R, regions, at least `columns`).

        A value that is not negative in print stays so.
        """
        if noise is None:
            return self.exact
        drawn = noise[..., : self.columns] * self.step
        drawn += self.raw
        np.maximum(drawn, np.where(self.raw >= 0, 0.0, -np.inf), out=drawn, where=~np.isnan(self.raw))
        if self.recipes == tuple((place, -1, 1.0) for place in range(self.columns)):
            return drawn
        parts = [
            drawn[..., above] if below < 0 else drawn[..., above] / drawn[..., below] * factor
            for above, below, factor in self.recipes
        ]
        return np.stack(parts, axis=-1)


def printed(
    table: pd.DataFrame, catalogue: Catalogue, resolution: Resolution | None = None, *, name: str = "table"
) -> Printed:
    """Prepare a table for replication.

    Parameters
    ----------
    table : DataFrame, regions x columns
        As for `rate`.
    catalogue : Catalogue
    resolution : mapping or Series by column, or DataFrame by region and column, optional
        The unit of the last printed digit, in the unit of the column: 0.1 for a column printed as 585965.4.
        The columns may be indicators or the primary columns that indicators derive from; those left out are
        exact.
    name : str
        The edition, for messages.

    Returns
    -------
    Printed

    Raises
    ------
    RatingError
        A resolution is negative or names an unknown column; a derived indicator of the table contradicts the
        primary columns whose resolution is given; a denominator is within rounding of zero.
    """
    indicators = indicator_values(table, catalogue)
    source = named_values(table, catalogue).combine_first(indicators).reindex(index=indicators.index)
    step = _steps(resolution, source, name)
    used: list[str] = []
    recipes: list[tuple[int, int, float]] = []
    for code in catalogue.indicators:
        parts = catalogue.parts(code)
        if code not in step.columns and any(part in step.columns for part in parts):
            _check_ratio(source, indicators, code, catalogue, name)
            _check_denominator(source, step, parts[1], name)
            recipes.append((_place(parts[0], used), _place(parts[1], used), catalogue.factor(code)))
        else:
            recipes.append((_place(code, used), -1, 1.0))
    raw = pd.DataFrame({code: indicators[code] if code in indicators else source[code] for code in used})
    steps = step.reindex(columns=used).fillna(0.0)
    return Printed(name, indicators.to_numpy(), raw.to_numpy(), steps.to_numpy(), tuple(recipes))


def printed_resolution(cells: pd.DataFrame, *, decimal: Literal[",", "."] = ",") -> pd.Series:
    """Read the resolution of every column off its printed cells.

    Parameters
    ----------
    cells : DataFrame of str, regions x columns
        Numbers as printed; spaces between digits are allowed. Cells without a digit ("-", empty) do not count.
    decimal : {",", "."}
        The decimal mark.

    Returns
    -------
    Series by column
        The unit of the finest digit that the column uses anywhere: 0.1 for "72,9" and "73", 100 for "413300" and
        "478500" (a column whose every number ends in 00 was rounded to hundreds).

    Raises
    ------
    RatingError
        A cell is not a number, or a column has none.
    """
    found = {}
    for column in cells.columns:
        digits = [str(cell).replace(" ", "").replace("\u00a0", "").strip() for cell in cells[column].dropna()]
        digits = [text for text in digits if any(letter.isdigit() for letter in text)]
        for text in digits:
            if not text.lstrip("-+").replace(decimal, "", 1).isdecimal():
                raise RatingError(message(f"{text!r} is not a number", where=f"column {column}"))
        if not digits:
            raise RatingError(message("no printed number", where=f"column {column}"))
        decimals = max(len(text.partition(decimal)[2]) for text in digits)
        whole = [text.partition(decimal)[0].lstrip("-+").lstrip("0") for text in digits]
        zeros = min((len(text) - len(text.rstrip("0")) for text in whole if text), default=0)
        found[column] = 10.0**-decimals if decimals else 10.0**zeros
    return pd.Series(found, name="resolution")


def _place(column: str, used: list[str]) -> int:
    """Return the position of `column` in `used`, appending it if it is new."""
    if column not in used:
        used.append(column)
    return used.index(column)


def _steps(resolution: Resolution | None, source: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the resolutions as a table of the regions and the columns that have one."""
    if resolution is None:
        return pd.DataFrame(index=source.index)
    if not isinstance(resolution, pd.DataFrame):
        given = dict(resolution.items())
        resolution = pd.DataFrame({column: float(value) for column, value in given.items()}, index=source.index)
    for column in resolution.columns:
        if column not in source.columns:
            near = nearest(column, source.columns, n=1)
            raise RatingError(message(f"resolution of an unknown column {column!r}", where=name, near=near))
    step = numeric_table(resolution).reindex(index=source.index) if resolution.shape[1] else resolution
    bad = step.columns[((step < 0) | step.isna()).any().to_numpy()]
    if len(bad):
        problem = f"a resolution of {bad[0]!r} is negative or missing"
        raise RatingError(message(problem, where=name, allowed="0 or more"))
    return step


def _check_ratio(source: pd.DataFrame, indicators: pd.DataFrame, code: str, catalogue: Catalogue, name: str) -> None:
    """Refuse noise on primary columns from which the table's own indicator does not follow."""
    above, below = catalogue.parts(code)
    for part in (above, below):
        if part not in source.columns:
            raise RatingError(message(f"the table has no column {part!r}", where=f"{name}, {catalogue.where(code)}"))
    ratio = source[above] / source[below] * catalogue.factor(code)
    if not np.allclose(ratio, indicators[code], rtol=1e-9, equal_nan=True):
        problem = f"{code} is not {above} / {below} in this table: their rounding says nothing"
        raise RatingError(message(problem, where=name, allowed=f"a resolution of {code} itself"))


def _check_denominator(source: pd.DataFrame, step: pd.DataFrame, column: str, name: str) -> None:
    """Refuse a denominator that may be zero behind its printed value."""
    if column not in step.columns:
        return
    close = (source[column].abs() <= step[column] / 2).to_numpy()
    if close.any():
        region = source.index[close][0]
        problem = f"{column} of {region} is within rounding of zero"
        raise RatingError(message(problem, where=name, allowed="a larger denominator"))


@dataclass(frozen=True, slots=True)
class Problem:
    """What stays the same in all replications.

    Parameters
    ----------
    tree, method : compiled catalogue and the options that are not varied
    regions : labels, in the order of every table
    weights : by aggregate, the nominal weights of its children (sum 1)
    editions : by edition, the indicators of its table, exact or with printed rounding
    normalisations, aggregations : the alternatives
    droppable : indicators that a replication may leave out; empty when none is
    concentration : of the Dirichlet weights; None keeps the nominal weights
    floor : lowest score that enters a mean other than the arithmetic
    rows : positions of the regions whose index is wanted, where others only set the limits; None for all
    """

    tree: Tree
    method: Method
    regions: pd.Index
    weights: dict[str, Array]
    editions: tuple[Printed, ...]
    normalisations: tuple[Normalisation, ...]
    aggregations: tuple[Aggregation | Mapping[str, Aggregation], ...]
    droppable: tuple[str, ...]
    concentration: float | None
    floor: float | None
    rows: Array | None = None

    @property
    def rated(self) -> pd.Index:
        """Labels of the regions whose index is wanted."""
        return self.regions if self.rows is None else self.regions[self.rows]

    @property
    def noise_cells(self) -> int:
        """Number of columns with rounding noise in the edition that has most of them."""
        return max(edition.columns for edition in self.editions) if self.noisy else 0

    @property
    def noisy(self) -> bool:
        """Whether any edition has printed rounding."""
        return any(edition.noisy for edition in self.editions)

    def classed(self) -> Array:
        """Whether the index has classes, shape (normalisations, aggregations)."""
        root = self.tree.nodes[-1].code
        return np.array(
            [
                [self.method.vary(n, aggregation=a).has_classes(root) for a in self.aggregations]
                for n in self.normalisations
            ]
        )

    def on_scale(self) -> Array:
        """Whether the index keeps the meaning of the nominal one, shape (normalisations, aggregations).

        It does under the nominal normalisation, if the aggregation is the nominal one or both are means.
        """

        def means(kind: Aggregation | Mapping[str, Aggregation]) -> bool:
            return all(each.additive for each in levels_of(kind))

        own = self.method
        scores = np.array([each == own.normalisation for each in self.normalisations])
        kept = [a == own.aggregation or (means(a) and means(own.aggregation)) for a in self.aggregations]
        return scores[:, None] & np.array(kept)

    def chunk_size(self) -> int:
        """Replications per chunk: set by the problem alone, so that results do not depend on workers."""
        regions = len(self.regions)
        cost = regions * (max(len(self.tree.indicators), self.noise_cells) if self.noisy else 1)
        if not all(each.additive for kind in self.aggregations for each in levels_of(kind)):
            cost = max(cost, regions * regions)
        return int(np.clip(CHUNK_NUMBERS // cost, 1, CHUNK_LIMIT))


@dataclass(frozen=True, slots=True)
class Draws:
    """What varies: one entry per replication.

    Parameters
    ----------
    edition, normalisation, aggregation : positions in the alternatives of the problem, shape (R,)
    dropped : position in `droppable`, -1 for none, shape (R,)
    gammas : by aggregate, gamma variates of its children, shape (R, children); empty for nominal weights
    noise : rounding errors in units of the printed resolution, -0.5 to 0.5, shape (R, regions, columns), or
    None
    """

    edition: Array
    normalisation: Array
    aggregation: Array
    dropped: Array
    gammas: dict[str, Array]
    noise: Array | None


def draw(problem: Problem, size: int, rng: np.random.Generator) -> Draws:
    """Draw `size` replications; every alternative is equally likely, dropping none counting as one."""
    gammas = {}
    for node in problem.tree.nodes:
        alpha = dirichlet_alpha(problem, node.code)
        if alpha is not None:
            gammas[node.code] = rng.standard_gamma(alpha, size=(size, len(alpha)))
    noise = None
    if problem.noisy:
        noise = rng.random((size, len(problem.regions), problem.noise_cells)) - 0.5
    return Draws(
        edition=rng.integers(len(problem.editions), size=size),
        normalisation=rng.integers(len(problem.normalisations), size=size),
        aggregation=rng.integers(len(problem.aggregations), size=size),
        dropped=rng.integers(len(problem.droppable) + 1, size=size) - 1,
        gammas=gammas,
        noise=noise,
    )


def dirichlet_alpha(problem: Problem, code: str) -> Array | None:
    """Return the Dirichlet parameters of an aggregate: concentration * children * nominal weight."""
    nominal = problem.weights[code]
    if problem.concentration is None or (nominal > 0).sum() < 2:
        return None
    return problem.concentration * (nominal > 0).sum() * nominal


def simulate(problem: Problem, draws: Draws) -> Array:
    """Rate every replication and return the index, shape (R, regions); NaN where a region has none."""
    size = len(draws.edition)
    weights = _weights(problem, draws)
    result = np.empty((size, len(problem.rated)))
    shape = (len(problem.editions), len(problem.normalisations), len(problem.aggregations))
    combination = np.ravel_multi_index((draws.edition, draws.normalisation, draws.aggregation), shape)
    for code in np.unique(combination):
        chosen = np.flatnonzero(combination == code)
        edition, normalisation, aggregation = (int(place) for place in np.unravel_index(code, shape))
        changes = {"aggregation": problem.aggregations[aggregation]}
        method = problem.method.vary(problem.normalisations[normalisation], **changes)
        scores = _scores(problem, problem.editions[edition], method, draws, chosen)
        wanted = slice(None) if problem.rows is None else problem.rows
        apart = all(each.additive for each in levels_of(method.aggregation))
        scores = scores[..., wanted, :] if apart else scores
        levels, _ = climb(
            dict(zip(problem.tree.indicators, np.ascontiguousarray(np.moveaxis(scores, -1, 0)), strict=True)),
            problem.tree,
            method,
            regions=problem.rated if apart else problem.regions,
            weights={code: mass[chosen] if mass.ndim == 2 else mass for code, mass in weights.items()},
            floor=problem.floor,
        )
        index = levels[problem.tree.nodes[-1].code]
        result[chosen] = index if apart else index[..., wanted]
    return result


def _scores(problem: Problem, edition: Printed, method: Method, draws: Draws, chosen: Array) -> Array:
    """Return normalised scores, shape (regions, indicators), or (R, regions, indicators) with noise."""
    noise = None if draws.noise is None or not edition.noisy else draws.noise[chosen]
    values = edition.values(noise)
    if noise is None:
        frame = pd.DataFrame(values, index=problem.regions, columns=list(problem.tree.indicators))
        return score_table(frame, problem.tree, method).to_numpy()
    values = transformed_array(values, problem.regions, problem.tree.indicators, method)
    return scores_of(values, problem.regions, problem.tree, method)


def _weights(problem: Problem, draws: Draws) -> dict[str, Array]:
    """Return weights by aggregate, shape (children,), or (R, children) where they vary.

    A dropped indicator gets the weight zero, and so does a pillar that is left without any.
    """
    dropping = bool((draws.dropped >= 0).any())
    alive: dict[str, Array] = {}
    for place, code in enumerate(problem.droppable if dropping else ()):
        alive[code] = draws.dropped != place
    result = {}
    for node in problem.tree.nodes:
        mass = draws.gammas.get(node.code, problem.weights[node.code])
        if any(child in alive for child in node.children):
            always = np.ones(len(draws.dropped), dtype=bool)
            mass = mass * np.column_stack([alive.get(child, always) for child in node.children])
            alive[node.code] = mass.sum(axis=1) > 0
        total = mass.sum(axis=-1, keepdims=True)
        result[node.code] = mass / np.where(total > 0, total, 1.0)
    return result


def chunks(problem: Problem, replications: int) -> Sequence[int]:
    """Return the sizes of the chunks."""
    size = problem.chunk_size()
    whole, rest = divmod(replications, size)
    return [size] * whole + ([rest] if rest else [])
