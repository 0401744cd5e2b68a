"""Verdict of a study: the specification curve of its growth-pole question, and two sentences about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator

from growthpoles.errors import Reason, SpatialError, message
from growthpoles.language.languages import LANGUAGES
from growthpoles.language.number_format import format_count, format_number, format_percent
from growthpoles.language.phrases import Words
from growthpoles.randomness import seed_sequence
from growthpoles.result_display import ResultDisplay
from growthpoles.spatial.global_tests.moran_power import PowerCurve, moran_power
from growthpoles.spatial.poles.specification_curve import (
    STATISTICS,
    Specification,
    SpecificationCurve,
    Statistic,
    specification_curve,
)
from growthpoles.study.inputs.indicators import study_catalogue
from growthpoles.study.inputs.study_regions import study_regions
from growthpoles.study.inputs.study_variables import Weights, distinct, graphs_over, study_variables, study_weights
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import DISTANCES, EACH, Study, spread_over

if TYPE_CHECKING:
    from libpysal.graph import Graph
Conclusion = Literal["cluster", "stand apart", "unsupported"]
WEIGHTS: Weights = (
    ("queen", {}),
    ("rook", {}),
    *(("knn", {"k": k}) for k in range(1, 7)),
    ("distance_band", {}),
    ("inverse_distance", {}),
    ("kernel", {}),
    ("delaunay", {}),
    ("gabriel", {}),
    ("relative_neighborhood", {}),
    ("border_length", {}),
)
# measures another thing than whether neighbours are alike: see the notes of `verdict`
APART: Statistic = "getis_ord"
CHOICES = ("variable", "edition", "year", "enclaves", "statistic_name", "weights")
_LEAST, _MOST = 5, 5_000
RELOCATIONS, _FEWER, _FEW = 9_999, 1_999, 1_000  # by default; fewer above so many regions
_OF_MANY = 3  # years that are asked where a study has many: a specification is asked with every graph


@dataclass(frozen=True, slots=True)
class Verdict(ResultDisplay):
    """What the specifications say together.

    Attributes
    ----------
    curve : SpecificationCurve
        All specifications, two-sided, summarised as a whole and by every choice.
    power : PowerCurve
        Of Moran's I on the first graph of the index in the last year, two-sided at the same level; where the index is
        not among the variables, on that of the variable with most regions.
    conclusion : {"cluster", "stand apart", "unsupported"}
        "cluster" or "stand apart" only where the omnibus p-value of the median effect is at most alpha.
    left_out : tuple of Reason
        Combinations that could not be built or that repeat others, with the reason.
    sentences : dict
        Language -> two sentences: what was found, and what could have been found.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> result = gp.verdict(study, weights=[("queen", {})], statistics=["moran"], permutations=999)
    >>> print(result.summary().splitlines()[0])
    Conclusion: neither clustering nor standing apart is supported.
    >>> len(result.to_frame()), result.left_out
    (7, ())
    """

    curve: SpecificationCurve
    power: PowerCurve
    conclusion: Conclusion
    left_out: tuple[Reason, ...]
    sentences: dict[str, tuple[str, str]]

    def to_frame(self) -> pd.DataFrame:
        """Return the table of specifications."""
        return self.curve.to_frame()

    def __repr__(self) -> str:
        return f"Verdict({self.conclusion!r}: {self.curve!r})"


def verdict(
    study: Study | None = None,
    *,
    weights: Weights | None = None,
    statistics: Sequence[Statistic] = STATISTICS,
    permutations: int | None = None,
    alpha: float = 0.05,
    rng: Generator | int | None = None,
) -> Verdict:
    """Ask in every combination of edition, year, variable, weights, enclaves and statistic whether leaders cluster.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study. The published index and KSI, and all aggregates of the catalogue in every edition,
        are variables.
    weights : sequence of (kind, options)
        See :func:`growthpoles.study_weights`; all are row-standardised and have the links that [weights] of the study
        adds and cuts. Graphs that come out the same are asked once. None: every kind that boundaries give, and
        "distances" where the study has a table of them.
    statistics : sequence of {"moran", "geary", "getis_ord"}
    permutations : int, optional
        Relocations, shared by all specifications: by default 9,999, above 1,000 regions 1,999.
    alpha : float
        Level, 0 to 1.
    rng : Generator, int or None
        None is the seed of the study.

    Returns
    -------
    Verdict

    Raises
    ------
    SpatialError
        If no specification with Moran's I or Geary's C is left, or an option is out of range.
    StudyError
        An argument is of another type.

    Notes
    -----
    *The question.* The two sides of the omnibus test are the two sides of the debate: leaders beside leaders (a median
    effect above that of relocations) and leaders among laggards (below). Rejecting two-sided at alpha and then reading
    off the side errs about the side with probability alpha / 2 at most. The median is what is tested; the share of
    significant specifications is shown with its own p-value and decides nothing.

    *The statistics.* Moran's I and Geary's C measure whether neighbours are alike, and a low value of I (a high one of
    C) says that they differ. Getis-Ord G is apart: it is Moran's numerator plus the covariance of the values with the
    weights that lead to a region, so that a leader in an enclave with one neighbour lowers it whoever that neighbour
    is; and its lower tail means that low values lie together, not that high and low alternate. Under relocation the
    effects of I and C on the built-in study are correlated with 0.84 (median over the specifications), those of I and G
    with 0.46, of C and G with 0.08. G is evaluated over the same relocations and shown beside the others (group
    "getis_ord"), but enters neither the median nor the shares nor the conclusion.

    *The null hypothesis.* The values of a region, of all years and editions, move together to another region: the
    dependence between specifications is kept, however close to each other two of them are (the index of the edition
    "reproduced" and the printed one differ by rounding). Such repetition shifts weight within the median, not the level
    of its test. Values that repeat another edition exactly, and graphs that repeat another one, are asked once and
    listed in `left_out`.

    *The years.* Of more than seven years three are asked, the first, the last and the one between; `left_out` says so.

    *The regions.* Regions without data in an edition and year are left out, and distances and nearest neighbours are
    taken among the rest. Regions outside an industry are asked about both ways: left out ("ksi"), and with the share of
    0 that they have ("ksi, none as 0"). Enclaves can be merged only in editions whose primary columns add up.

    Simonsohn, Simmons & Nelson (2020), specification curve analysis.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> result = gp.verdict(study, weights=[("queen", {})], statistics=["moran"], permutations=999)
    >>> result.conclusion
    'unsupported'
    """
    study = study or load_study()
    seed = study.study.seed if rng is None else rng
    if weights is None:
        weights = (*WEIGHTS, (DISTANCES, {})) if study.weights.distances is not None else WEIGHTS
    build = partial(study_weights, study)
    left_out: list[Reason] = []
    count = len(study_regions(study))
    if count > _MOST:
        told = {"n": format_count(count), "most": format_count(_MOST)}
        raise SpatialError(message("{n} regions", where=study.name, allowed="at most {most} for a verdict", **told))
    contiguity: dict[tuple[str, int], Graph] = {}
    built: dict[tuple[Any, ...], list[tuple[str, Graph]]] = {}
    specifications = []
    asked = study.years if len(study.years) <= EACH else spread_over(study.years, _OF_MANY)
    if len(asked) < len(study.years):
        kept = {"n": len(study.years), "years": ", ".join(map(str, asked))}
        left_out.append(Reason("{n} years: {years} are asked, the others left out", kept))
    for variable in distinct(study_variables(study, left_out, years=asked), left_out, least=_LEAST):
        values = variable.y.dropna()
        key = variable.enclaves, tuple(values.index)
        if key not in built:
            built[key] = list(graphs_over(variable.regions, values.index, weights, left_out, contiguity, build))
        usable = list(statistics)
        if APART in usable and ((values < 0).any() or (values > 0).sum() < 2):
            usable.remove(APART)
            why = Reason("Getis-Ord G needs values of 0 and above, two of them positive", {})
            left_out.append(Reason("{what}: {why}", {"what": variable.told, "why": why}))
        for name, graph in built[key]:
            labels = {**variable.labels, "weights": name}
            specifications += [
                Specification({**labels, "statistic_name": statistic}, values, graph, statistic, statistic != APART)
                for statistic in usable
            ]
    if not specifications:
        graphs = [line for line in left_out if "weights" in getattr(line.places.get("what"), "places", ())]
        reasons = graphs or left_out or [Reason("no weights given", {})]
        raise SpatialError(message("no specification is left; {why}", where=study.name, why=reasons[0]))
    curve = specification_curve(
        specifications,
        alternative="two-sided",
        permutations=default_relocations(max(len(spec.y) for spec in specifications))
        if permutations is None
        else permutations,
        alpha=alpha,
        by=CHOICES,
        rng=np.random.default_rng(seed_sequence(seed)),
    )
    chief = {"variable": study_catalogue(study).root, "enclaves": "keep", "edition": study.study.edition}

    def weight(spec: Specification) -> tuple[Any, ...]:
        """Rank the index of the last year first, since its number of regions stands beside the sentence."""
        same = [spec.labels[name] == value for name, value in chief.items()]
        return all(same[:2]), spec.labels["year"] if all(same[:2]) else 0, same[2], len(spec.y)

    power = moran_power(max(specifications, key=weight).graph, alternative="two-sided", alpha=alpha)
    conclusion: Conclusion = "unsupported"
    whole = curve.overall
    if whole["median_p"] <= alpha:
        conclusion = "cluster" if whole["median_z"] > whole["median_null"] else "stand apart"
    return Verdict(
        curve=curve,
        power=power,
        conclusion=conclusion,
        left_out=tuple(dict.fromkeys(left_out)),
        sentences={lang: sentences(curve, power, conclusion, lang=lang) for lang in LANGUAGES},
    )


def default_relocations(regions: int) -> int:
    """Return the relocations of a verdict over so many regions, where none are asked for."""
    return RELOCATIONS if regions <= _FEW else _FEWER


def sentences(curve: SpecificationCurve, power: PowerCurve, conclusion: str, *, lang: str) -> tuple[str, str]:
    """Say in two sentences what was found, and what could have been found at all.

    Parameters
    ----------
    curve : SpecificationCurve
    power : PowerCurve
    conclusion : {"cluster", "stand apart", "unsupported"}
    lang : str
    """
    words, whole = Words(lang), curve.overall
    first = words(
        "verdict",
        "first",
        count=int(whole["specifications"]),
        outcome=words("verdict", conclusion),
        z=words.number(whole["median_z"]),
        p=words.probability(whole["median_p"], relation=True, least=curve.least[0]),
        share=format_percent(whole["share_significant"], lang),
        share_p=words.probability(whole["share_p"], relation=True, least=curve.least[1]),
        alpha=format_number(curve.alpha, lang, digits=None),
    )
    ends = {
        name: words.number(value)
        for name, value in (("positive", power.smallest_positive), ("negative", power.smallest_negative))
        if not np.isnan(value)
    }
    facts = {"n": power.n, "target": format_percent(power.target, lang)}
    if not ends:
        best = format_percent(float(power.curve["power"].max()), lang)
        return first, words("verdict", "nowhere", best=best, **facts)
    reach = words("verdict", "both" if len(ends) == 2 else next(iter(ends)), **ends)
    return first, words("verdict", "second", reach=reach, **facts)
