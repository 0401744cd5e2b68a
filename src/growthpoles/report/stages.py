"""The further analyses of a report: each runs where the study has what it needs, or is named with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthpoles.errors import GrowthpolesError, RatingError
from growthpoles.study.inputs import study_method
from growthpoles.report.strengths import strengths
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.study.audit import Audit
    from growthpoles.ratings.normalise import Normalisation
    from growthpoles.ratings.robustness_result import Robustness
    from growthpoles.report.results import Results
    from growthpoles.study.verdict import Verdict

REPLICATIONS = 5_000
RELOCATIONS = 9_999
CURVE_RELOCATIONS = 1_999
_OTHERS: tuple[Normalisation, ...] = ("min-max", "leader", "rank")  # what the study's own scores are varied with

STAGES = (
    "change",
    "robustness",
    "strengths",
    "audit",
    "groups",
    "verdict",
    "gradient",
    "spread",
    "typology",
)


@dataclass(frozen=True, slots=True)
class Stages:
    """What the further analyses found; empty or None where they were left out.

    Attributes
    ----------
    robustness : dict of year to Robustness
    strengths : dict of year to DataFrame
        See :func:`growthpoles.report.strengths.strengths`.
    audit : Audit or None
    groups : dict of year to DataFrame
        ksi and group ("leader", "middle", "outsider", "no production").
    verdict : Verdict or None
    gradient : dict of year to DataFrame
    spread : DataFrame or None
    typology : dict of year to DataFrame
    left_out : dict
        Stage, or test -> why it is not in the report.
    """

    robustness: dict[int, Robustness] = field(default_factory=dict)
    strengths: dict[int, pd.DataFrame] = field(default_factory=dict)
    audit: Audit | None = None
    groups: dict[int, pd.DataFrame] = field(default_factory=dict)
    verdict: Verdict | None = None
    gradient: dict[int, pd.DataFrame] = field(default_factory=dict)
    spread: pd.DataFrame | None = None
    typology: dict[int, pd.DataFrame] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def missing_parts(study: Study, ksi_years: tuple[int, ...]) -> dict[str, str]:
    """Return the stages that a study has no data for, with the reason."""
    found: dict[str, str] = {}
    if len(study.years) < 2:
        found["change"] = found["spread"] = "the study has one year"
    if study.cells is None:
        found["audit"] = "the study has no printed tables ([cells]) to check"
    if not ksi_years:
        found["groups"] = "the study has no shares in an industry"
        found["typology"] = "the study has no shares in an industry"
    if not study.growth_poles.poles:
        found["gradient"] = "the study names no poles ([growth_poles])"
    return found


def run_stages(results: Results, *, tell: Callable[[str], None]) -> Stages:
    """Run every stage; `results` holds everything but the stages.

    An error of the data (too few regions, values that do not vary) leaves out one stage, never the report.
    """
    left_out = dict(results.stages.left_out)
    ksi_years = tuple(year for year, frame in results.published.items() if "ksi" in frame)
    absent = missing_parts(results.study, ksi_years)
    if results.graph is None:
        absent |= dict.fromkeys(("verdict", "spread"), left_out.get("moran", "no neighbours"))
    work: Mapping[str, Callable[[], Any]] = {
        "change": lambda: None,
        "robustness": lambda: {year: _robustness(results, year) for year in results.years},
        "strengths": lambda: {year: strengths(results.rating(year), results.catalogue) for year in results.years},
        "audit": lambda: _audit(results),
        "groups": lambda: {year: _groups(results, year) for year in ksi_years},
        "verdict": lambda: _verdict(results),
        "gradient": lambda: {year: _gradient(results, year) for year in results.years},
        "spread": lambda: _spread(results),
        "typology": lambda: {year: _typology(results, year) for year in ksi_years},
    }
    found: dict[str, Any] = {}
    for name in STAGES:
        tell(name)
        if name in absent:
            left_out[name] = absent[name]
            continue
        try:
            found[name] = work[name]()
        except GrowthpolesError as error:
            left_out[name] = str(error)
    found.pop("change", None)
    return Stages(**found, left_out=left_out)


def _readings(results: Results, year: int) -> dict[str, pd.DataFrame]:
    """Return the edition of the report and its other readings: editions named after it, such as "realigned_alt"."""
    own = results.edition
    return {own: results.indicators[own, year]} | {
        name: table
        for (name, when), table in results.indicators.items()
        if when == year and name != own and (name.startswith(f"{own}_") or own.startswith(f"{name}_"))
    }


def _robustness(results: Results, year: int) -> Robustness:
    from growthpoles.ratings.robustness import robustness

    drop = "one" if len(results.catalogue.indicators) > 1 else "none"
    tables = _readings(results, year)
    return robustness(
        tables,
        results.catalogue,
        drop=drop,  # type: ignore[arg-type]
        normalisations=_normalisations(results, tables),
        replications=REPLICATIONS,
        rng=results.study.study.seed,
        **results.study.rating.options,
    )


def _normalisations(results: Results, tables: Mapping[str, pd.DataFrame]) -> tuple[Normalisation, ...]:
    """Return the study's own way to score, and another on the same scale that the data allow, if there is one."""
    from growthpoles.ratings.rate import rate_with

    method = study_method(results.study, results.catalogue)
    own = method.normalisation
    for other in _OTHERS if method.has_classes(results.root) else ():
        if other != own:
            with suppress(RatingError):
                for table in tables.values():
                    rate_with(table, results.catalogue, method.but(normalisation=other))
                return own, other
    return (own,)


def _audit(results: Results) -> Audit:
    from growthpoles.study.audit import run_audit

    return run_audit(results.study, rng=results.study.study.seed)


def _groups(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.specialisation import ksi_groups

    frame = results.published[year]
    groups = ksi_groups(frame["ksi"], frame.get("ksi_status"))
    found = pd.DataFrame({"ksi": frame["ksi"], "group": groups}).reindex(results.regions.index)
    found.attrs = dict(groups.attrs)
    return found


def _verdict(results: Results) -> Verdict:
    from growthpoles.study.verdict import verdict

    return verdict(results.study, permutations=CURVE_RELOCATIONS)


def _gradient(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.spatial.poles.distance_gradient import distance_gradient

    poles = results.study.growth_poles.poles
    values = results.rating(year)[results.root]
    return distance_gradient(values, results.regions, poles, permutations=RELOCATIONS, rng=results.study.study.seed)


def _spread(results: Results) -> pd.DataFrame:
    from growthpoles.spatial.poles.spread_backwash import spread_tests

    first, last = results.years[0], results.years[-1]
    before, after = (results.rating(year)[results.root] for year in (first, last))
    assert results.graph is not None  # left out otherwise
    return spread_tests(
        before,
        after,
        results.graph,
        years=last - first,
        permutations=RELOCATIONS,
        rng=results.study.study.seed,
    )


def _typology(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.spatial.poles.typology import typology

    frame = results.published[year].reindex(results.regions.index)
    outside = frame.index[frame["ksi_status"] == "no production"] if "ksi_status" in frame else ()
    rating = results.rating(year)[results.root].reindex(results.regions.index)
    recommended = results.study.growth_poles.recommended
    return typology(rating, frame["ksi"], no_production=outside, recommended=recommended)
