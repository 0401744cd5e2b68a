"""Verdict of a study: the specification curve of its growth-pole question, and two sentences about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator

from growthpoles.errors import SpatialError, message, unknown_option
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
from growthpoles.study.inputs.study_variables import Weights, distinct, graphs_over, study_variables

if TYPE_CHECKING:
    from libpysal.graph import Graph

    from growthpoles.spatial.global_tests.moran_power import PowerCurve
    from growthpoles.spatial.poles.specification_curve import SpecificationCurve
    from growthpoles.study.study_spec import Study


LANGUAGES = ("en", "ru", "kk")

_OUTCOME = {
    "en": {
        "cluster": "leading regions lie beside leading ones, and lagging beside lagging, more often than by chance",
        "stand apart": "leading regions lie beside lagging ones more often than by chance",
        "unsupported": "the data support neither that leading regions cluster nor that they stand apart",
    },
    "ru": {
        "cluster": "регионы-лидеры соседствуют с лидерами, а отстающие — с отстающими чаще, "
        "чем при случайном размещении",
        "stand apart": "регионы-лидеры соседствуют с отстающими чаще, чем при случайном размещении",
        "unsupported": "данные не подтверждают ни того, что регионы-лидеры образуют скопления, "
        "ни того, что они стоят порознь",
    },
    "kk": {
        "cluster": "көшбасшы өңірлер көшбасшылармен, артта қалғандары артта қалғандармен кездейсоқ орналасудағыдан "
        "жиі көршілеседі",
        "stand apart": "көшбасшы өңірлер артта қалған өңірлермен кездейсоқ орналасудағыдан жиі көршілеседі",
        "unsupported": "деректер көшбасшы өңірлердің шоғырланатынын да, бір-бірінен бөлек тұратынын да растамайды",
    },
}
_FIRST = {
    "en": "Over {count} {specifications} {outcome}: the median effect is {z} standard deviations (omnibus p {p}), "
    "and {share} of the specifications are significant at {alpha} (omnibus p {share_p}).",
    "ru": "По {count} {specifications} {outcome}: медианный эффект равен {z} стандартного отклонения (общее p {p}), "
    "на уровне {alpha} значимы {share} спецификаций (общее p {share_p}).",
    "kk": "{count} {specifications} бойынша {outcome}: медианалық әсер {z} стандартты ауытқуға тең (жалпы p {p}), "
    "спецификациялардың {share}-ы {alpha} деңгейінде мәнді (жалпы p {share_p}).",
}
_SECOND = {
    "en": "With {n} {regions} Moran's I finds spatial dependence with {target} power {reach} (spatial lag model), "
    "so anything weaker can be neither shown nor excluded.",
    "ru": "При {n} {regions} критерий Морана обнаруживает пространственную зависимость с мощностью {target} {reach} "
    "(модель пространственного лага), поэтому более слабую нельзя ни доказать, ни исключить.",
    "kk": "{n} {regions} Моран критерийі кеңістіктік тәуелділікті {target} қуатпен {reach} (кеңістіктік лаг моделі), "
    "сондықтан одан әлсізін дәлелдеуге де, жоққа шығаруға да болмайды.",
}
# where it is found: on both sides, on one side only, or nowhere
_REACH = {
    "en": {
        "both": "only where ρ ≥ {positive} or ρ ≤ {negative}",
        "positive": "only where ρ ≥ {positive}, and negative dependence at no strength",
        "negative": "only where ρ ≤ {negative}, and positive dependence at no strength",
    },
    "ru": {
        "both": "лишь при ρ ≥ {positive} или ρ ≤ {negative}",
        "positive": "лишь при ρ ≥ {positive}, а отрицательную — ни при какой силе",
        "negative": "лишь при ρ ≤ {negative}, а положительную — ни при какой силе",
    },
    "kk": {
        "both": "тек ρ ≥ {positive} немесе ρ ≤ {negative} болғанда ғана анықтайды",
        "positive": "тек ρ ≥ {positive} болғанда ғана анықтайды, "
        "ал теріс тәуелділікті күші қандай болса да анықтамайды",
        "negative": "тек ρ ≤ {negative} болғанда ғана анықтайды, ал оң тәуелділікті күші қандай болса да анықтамайды",
    },
}
_NOWHERE = {
    "en": "With {n} {regions} Moran's I finds spatial dependence with {target} power at no strength "
    "(spatial lag model), so it can be neither shown nor excluded.",
    "ru": "При {n} {regions} критерий Морана ни при какой силе пространственной зависимости не достигает мощности "
    "{target} (модель пространственного лага), поэтому её нельзя ни доказать, ни исключить.",
    "kk": "{n} {regions} Моран критерийі кеңістіктік тәуелділікті оның күші қандай болса да {target} қуатпен анықтай "
    "алмайды (кеңістіктік лаг моделі), сондықтан оны дәлелдеуге де, жоққа шығаруға да болмайды.",
}
# singular and plural, in the case that the sentence needs; Kazakh has no plural after a numeral
_NOUNS = {
    "en": (("specification", "specifications"), ("region", "regions")),
    "ru": (("спецификации", "спецификациям"), ("регионе", "регионах")),
    "kk": (("спецификация", "спецификация"), ("өңірде", "өңірде")),
}


def sentences(curve: SpecificationCurve, power: PowerCurve, conclusion: str, *, lang: str) -> tuple[str, str]:
    """Say in two sentences what was found, and what could have been found at all.

    Parameters
    ----------
    curve : SpecificationCurve
    power : PowerCurve
    conclusion : {"cluster", "stand apart", "unsupported"}
    lang : {"en", "ru", "kk"}
    """
    if lang not in LANGUAGES:
        raise SpatialError(unknown_option("lang", lang, LANGUAGES))
    whole = curve.overall
    count = int(whole["specifications"])
    specification, region = _NOUNS[lang]
    first = _FIRST[lang].format(
        count=integer(count, lang),
        specifications=specification[plural(count, lang)],
        outcome=_OUTCOME[lang][conclusion],
        z=number(whole["median_z"], lang),
        p=probability(whole["median_p"], lang),
        share=percent(whole["share_significant"], lang),
        share_p=probability(whole["share_p"], lang),
        alpha=number(curve.alpha, lang, digits=None),
    )
    found = not np.isnan(power.smallest_positive), not np.isnan(power.smallest_negative)
    side = {(True, True): "both", (True, False): "positive", (False, True): "negative"}.get(found)
    second = (_NOWHERE[lang] if side is None else _SECOND[lang].replace("{reach}", _REACH[lang][side])).format(
        n=integer(power.n, lang),
        regions=region[plural(power.n, lang)],
        target=percent(power.target, lang),
        positive=number(power.smallest_positive, lang),
        negative=number(power.smallest_negative, lang),
    )
    return first, second


def number(value: float, lang: str, *, digits: int | None = 2) -> str:
    """Format a number with a true minus sign and the decimal mark of the language; `digits` None: as short as it is."""
    text = f"{value:g}" if digits is None else f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    text = text.replace("-", "\N{MINUS SIGN}")
    return text if lang == "en" else text.replace(".", ",")


def integer(value: int, lang: str) -> str:
    """Format a whole number: groups of three from 1,000 on in English, from 10 000 on in Russian and Kazakh."""
    if lang == "en":
        return f"{value:,}"
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}") if value >= 10_000 else str(value)


def probability(value: float, lang: str) -> str:
    """Format a p-value with its relation: "= 0.037", "< 0.001"."""
    return f"< {number(0.001, lang, digits=3)}" if value < 0.001 else f"= {number(value, lang, digits=3)}"


def percent(value: float, lang: str) -> str:
    """Format a share with at most one decimal."""
    text = number(round(100 * value, 1), lang, digits=None)
    return f"{text}%" if lang == "en" else f"{text}\N{NO-BREAK SPACE}%"


def plural(count: int, lang: str) -> int:
    """Return 0 for the singular and 1 for the plural: Russian says 21 in the singular, and 11 in the plural."""
    if lang == "ru":
        return int(count % 10 != 1 or count % 100 == 11)
    return int(count != 1)


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


@dataclass(frozen=True, slots=True)
class Verdict(ResultDisplay):
    """What the specifications say together.

    Attributes
    ----------
    curve : SpecificationCurve
        All specifications, two-sided, summarised as a whole and by every choice.
    power : PowerCurve
        Of Moran's I on the first graph with all regions, two-sided at the same level.
    conclusion : {"cluster", "stand apart", "unsupported"}
        "cluster" or "stand apart" only where the omnibus p-value of the median effect is at most alpha.
    left_out : tuple of str
        Combinations that could not be built or that repeat others, with the reason.
    sentences : dict
        Language -> two sentences: what was found, and what could have been found.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> result = gp.verdict(study, weights=[("queen", {})], statistics=["moran"], permutations=99)
    >>> print(result.summary().splitlines()[0])
    Conclusion: leaders lie beside leaders.
    >>> len(result.to_frame()), result.left_out
    (7, ())
    """

    curve: SpecificationCurve
    power: PowerCurve
    conclusion: Conclusion
    left_out: tuple[str, ...]
    sentences: dict[str, tuple[str, str]]

    def to_frame(self) -> pd.DataFrame:
        """Return the table of specifications."""
        return self.curve.to_frame()

    def __repr__(self) -> str:
        return f"Verdict({self.conclusion!r}: {self.curve!r})"


def verdict(
    study: Study | None = None,
    *,
    weights: Weights = WEIGHTS,
    statistics: Sequence[Statistic] = STATISTICS,
    permutations: int = 9_999,
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
        See :func:`growthpoles.build_weights`; all are row-standardised. Graphs that come out the same are asked once.
    statistics : sequence of {"moran", "geary", "getis_ord"}
    permutations : int
        Relocations, shared by all specifications.
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

    *The regions.* Regions without data in an edition and year are left out, and distances and nearest neighbours are
    taken among the rest. Regions outside an industry are asked about both ways: left out ("ksi"), and with the share of
    0 that they have ("ksi, none as 0"). Enclaves can be merged only in editions whose primary columns add up.

    Simonsohn, Simmons & Nelson (2020), specification curve analysis.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> result = gp.verdict(study, weights=[("queen", {})], statistics=["moran"], permutations=99)
    >>> result.conclusion
    'cluster'
    """
    from growthpoles.study.inputs import study_regions
    from growthpoles.study.load_study import load_study

    study = study or load_study()
    seed = study.study.seed if rng is None else rng
    left_out: list[str] = []
    count = len(study_regions(study))
    if count > _MOST:
        raise SpatialError(message(f"{count:,} regions", where=study.name, allowed=f"at most {_MOST:,} for a verdict"))
    contiguity: dict[tuple[str, int], Graph] = {}
    built: dict[tuple[Any, ...], list[tuple[str, Graph]]] = {}
    specifications = []
    for variable in distinct(study_variables(study, left_out), left_out, least=_LEAST):
        values = variable.y.dropna()
        key = variable.enclaves, tuple(values.index)
        if key not in built:
            built[key] = list(graphs_over(variable.regions, values.index, weights, left_out, contiguity))
        usable = list(statistics)
        if APART in usable and ((values < 0).any() or (values > 0).sum() < 2):
            usable.remove(APART)
            left_out.append(f"{variable}: Getis-Ord G needs values of 0 and above, two of them positive")
        for name, graph in built[key]:
            labels = {**variable.labels, "weights": name}
            specifications += [
                Specification({**labels, "statistic_name": statistic}, values, graph, statistic, statistic != APART)
                for statistic in usable
            ]
    if not specifications:
        reasons = [line for line in left_out if line.startswith("weights")] or left_out or ["no weights given"]
        raise SpatialError(message(f"no specification is left; {reasons[0]}", where=study.name))
    curve = specification_curve(
        specifications,
        alternative="two-sided",
        permutations=permutations,
        alpha=alpha,
        by=CHOICES,
        rng=np.random.default_rng(seed_sequence(seed)),
    )
    complete = max(specifications, key=lambda spec: len(spec.y))
    power = moran_power(complete.graph, alternative="two-sided", alpha=alpha)
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
