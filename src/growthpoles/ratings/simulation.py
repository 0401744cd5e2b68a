"""Simulation engine of robustness: many ratings at once, each with its own weights, methods, edition, noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from growthpoles.ratings.aggregation_tree import climb, score_table, scores_of, transformed_array
from growthpoles.ratings.indicator_checks import Array
from growthpoles.ratings.methods import Aggregation, Normalisation
from growthpoles.ratings.rating_options import Method, Tree, levels_of
from growthpoles.ratings.rounding_noise import Printed

#: A chunk of replications holds about this many numbers in its largest temporary array.
CHUNK_NUMBERS = 500_000
CHUNK_LIMIT = 2048


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
