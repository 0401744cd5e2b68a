"""Registry of report stages: the analyses of a report, run where the study has what they need."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles import randomness
from growthpoles.errors import DataError, GrowthpolesError, RatingError, Reason
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.classes import way_up
from growthpoles.ratings.contributions import contributions
from growthpoles.ratings.methods import METHODS
from growthpoles.report.audit_files import audit_tables
from growthpoles.report.industries import industry_tables, inequality_tables, no_industries
from growthpoles.report.parallel_processes import processes, side_by_side
from growthpoles.report.results import Results, Stages
from growthpoles.spatial.alignment import with_data
from growthpoles.spatial.global_tests.global_result import check_permutations
from growthpoles.spatial.global_tests.moran import moran, moran_path
from growthpoles.spatial.local_tests import local_getis_ord
from growthpoles.study.inputs import (
    limits_name,
    no_boundaries,
    study_method,
)
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.ratings.methods import Normalisation
    from growthpoles.ratings.robustness import Robustness
    from growthpoles.ratings.through_time.rating_change import RatingChange
    from growthpoles.study.audit import Audit
    from growthpoles.study.industry_analysis import Industries, Inequalities
    from growthpoles.study.verdict import Verdict


COLUMNS = (
    "region", "index", "rank", "rating_class", "next_class", "points_needed", "strengths", "weaknesses",
    "widest_gap", "gap",
)  # fmt: skip
REPLICATIONS = 5_000
RELOCATIONS = randomness.PERMUTATIONS
CURVE_RELOCATIONS = 9_999
_PANEL_YEARS = 6
MANY = 1_000  # regions above which tests of pairs choose their relocations by the number of links
Progress = Callable[[str], None]
PERMUTATIONS = randomness.PERMUTATIONS  # of the global tests
DRAWS = randomness.PERMUTATIONS  # of the local tests, for regions that are not enumerated


def strengths(rating: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Condense a rating to one line per region.

    Parameters
    ----------
    rating : DataFrame
        As :func:`growthpoles.rate` returns it, additive.
    catalogue : Catalogue
        The one it was rated with.

    Returns
    -------
    DataFrame
        Index region, by rank; regions without an index are left out: index, rank, rating_class; next_class and
        points_needed (index points to it; missing at the top); strengths and weaknesses (codes of indicators with a
        score above or below the median of all regions, farthest first, separated by blanks); widest_gap (the
        indicator that separates the region most from the leader) and gap (its index points; missing where the means
        are not arithmetic, so that no number of points belongs to an indicator).
    """
    codes = list(catalogue.indicators)
    split = contributions(rating, catalogue)
    # harmonic means and negative powers add up on a scale on which more is worse
    power = rating.attrs["method"]["power"] or 1.0
    falling = split.attrs["scale"] == "reciprocal points" or (split.attrs["scale"] == "powered points" and power < 0)
    parts = (-1 if falling else 1) * split[codes]
    on_points = split.attrs["scale"] == "points"
    scores = rating[[f"score_{code}" for code in codes]].set_axis(codes, axis=1)
    ranked = rating[rating["rank"].notna()].sort_values(by=["rank"], kind="stable")
    apart = (scores - scores.median()).round(9).loc[ranked.index].to_numpy(float)
    shares = parts.loc[ranked.index].to_numpy(float)
    rows = []
    for (region, own), far, gaps in zip(ranked.to_dict("index").items(), apart, shares[:1] - shares, strict=True):
        order = np.argsort(far, kind="stable")
        letter = own["rating_class"]
        above, points = way_up(rating, region, catalogue.root, own)
        widest = int(np.nanargmax(gaps)) if np.nanmax(gaps, initial=0.0) > 0 else None
        index = float(own[catalogue.root])
        rows.append(
            (
                region,
                index,
                int(own["rank"]),
                None if pd.isna(letter) else str(letter),
                above,
                points,
                " ".join(codes[at] for at in order[::-1] if far[at] > 0),
                " ".join(codes[at] for at in order if far[at] < 0),
                None if widest is None else codes[widest],
                np.nan if widest is None or not on_points else float(gaps[widest]),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).set_index("region")


def readings_of(own: str, names: Iterable[str]) -> list[str]:
    """Return an edition and its other readings: editions named after it, such as "realigned_alt"."""
    others = [name for name in names if name != own and (name.startswith(f"{own}_") or own.startswith(f"{name}_"))]
    return [own, *dict.fromkeys(others)]


def _readings(results: Results, year: int) -> dict[str, pd.DataFrame]:
    names = readings_of(results.edition, (name for name, when in results.indicators if when == year))
    return {name: results.indicators[name, year] for name in names}


def _robustness(results: Results, year: int) -> Robustness:
    from growthpoles.ratings.robustness import robustness

    drop = "one" if len(results.catalogue.indicators) > 1 else "none"
    tables = _readings(results, year)
    if drop == "none" and len(tables) == 1:
        raise RatingError(
            "one indicator in one reading leaves nothing to vary: no weights to draw, no indicator to leave out, "
            "and other ways to score keep the order"
        )
    return robustness(
        tables,
        results.catalogue,
        drop=drop,  # type: ignore[arg-type]
        normalisations=_normalisations(results.study, results.catalogue, tables),
        concentration=results.study.rating.concentration,
        replications=REPLICATIONS,
        rng=results.study.study.seed,
        **results.study.rating.options,
    )


def _normalisations(
    study: Study, catalogue: Catalogue, tables: Mapping[str, pd.DataFrame]
) -> tuple[Normalisation, ...]:
    """Return the study's own way to score, and another on the same scale that the data allow, if there is one."""
    from growthpoles.ratings.rate import rate_with

    method = study_method(study, catalogue)
    own = method.normalisation
    others = sorted((each for each in METHODS["normalisation"].values() if each.stands_in), key=lambda e: e.stands_in)
    for other in others if method.has_classes(catalogue.root) else ():
        if other != own:
            with suppress(RatingError):
                for table in tables.values():
                    rate_with(table, catalogue, method.vary(other))
                return own, other
    return (own,)


_CHECKED = 4_000  # rows of a study's own tables, which the report checks beside all else: 4 s for 3,000 of 3 columns


def _audit(results: Results) -> Audit:
    from growthpoles.study.audit import run_audit

    study = results.study
    rows = len(results.regions) * len(study.years)
    if study.cells is None and rows > _CHECKED:
        problem = "tables of {n} rows are not checked here: growthpoles audit --study does"
        raise DataError(Reason(problem, {"n": rows}))
    found = run_audit(study, rng=study.study.seed)
    if study.cells is None and found.ledger.empty:
        raise DataError(
            "checked as growthpoles audit --study does, which says what could be checked: no cell is doubted"
        )
    return found


def _groups(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.specialisation import ksi_groups

    frame = results.published[year]
    groups = ksi_groups(frame["ksi"], frame.get("ksi_status"))
    found = pd.DataFrame({"ksi": frame["ksi"], "group": groups}).reindex(results.regions.index)
    found.attrs = dict(groups.attrs)
    return found


def _verdict(results: Results) -> Verdict:
    from growthpoles.study.verdict import verdict

    return verdict(results.study, permutations=curve_relocations(results.study, len(results.regions)))


def _gradient(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.spatial.poles.distance_gradient import distance_gradient

    poles = results.study.growth_poles.poles
    values = results.rating(year)[results.root]
    drawn, seed = results.study.report.permutations, results.study.study.seed
    return distance_gradient(values, results.regions, poles, permutations=drawn, rng=seed)


def _spread(results: Results) -> pd.DataFrame:
    from growthpoles.spatial.poles.spread_backwash import spread_tests

    first, last = results.years[0], results.years[-1]
    before, after = (results.common(year)[results.root] for year in (first, last))
    assert results.graph is not None  # left out otherwise
    found = spread_tests(
        before,
        after,
        results.graph,
        years=last - first,
        poles=results.study.growth_poles.poles,
        permutations=relocations(results.study, len(results.regions)),
        rng=results.study.study.seed,
    )
    return found.assign(limits=limits_name(results.study))


def _panel(results: Results) -> pd.DataFrame:
    from growthpoles.spatial.poles.growth_regression import growth_panels

    assert results.graph is not None  # left out otherwise
    wide = {}
    for code in (results.root, *results.catalogue.indicators):
        own = code == results.root
        tables = {y: results.common(y) if own else results.indicators[results.edition, y] for y in results.years}
        found = pd.DataFrame({year: table[code] for year, table in tables.items()})
        wide[code] = found.reindex(results.regions.index)
    return growth_panels(wide, results.graph)


def _typology(results: Results, year: int) -> pd.DataFrame:
    from growthpoles.spatial.poles.typology import typology

    frame = results.published[year].reindex(results.regions.index)
    outside = frame.index[frame["ksi_status"] == "no production"] if "ksi_status" in frame else ()
    rating = results.rating(year)[results.root].reindex(results.regions.index)
    recommended = results.study.growth_poles.recommended
    return typology(rating, frame["ksi"], no_production=outside, recommended=recommended)


def _industries(results: Results) -> Industries:
    from growthpoles.study.industry_analysis import study_industries

    return study_industries(results.study)


def _inequality(results: Results) -> Inequalities:
    from growthpoles.study.industry_analysis import study_inequality

    own = results.edition
    return study_inequality(results.study, {year: results.indicators[own, year] for year in results.years})


def _cross_check(results: Results) -> pd.DataFrame:
    """Recompute the tests with esda; differences are rounded up to a power of ten, 1e-12 at least: below is noise."""
    import esda

    from growthpoles.spatial.cross_check import cross_check
    from growthpoles.spatial.poles.convergence import convergence

    tests: dict[tuple[Any, ...], Any] = {("moran", *key): test for key, test in results.moran.items()}
    tests |= {("local_moran", *key, results.root): test for key, test in results.local.items()}
    if "hotspots" in (results.study.report.figures or ()) and results.graph is not None:
        for edition, year in results.local:
            if edition == results.edition:  # statistics alone are compared: one relocation is enough
                kept, part, _ = with_data(results.rating(year)[results.root], results.graph)
                spots = local_getis_ord(kept, part, star=True, permutations=1, adjust="none")
                tests["local_getis_ord", edition, year, results.root] = spots
    if len(results.years) > 1 and results.graph is not None:
        first, last = results.years[0], results.years[-1]
        with suppress(GrowthpolesError):  # the stage of these tests says why it is left out
            before, after = (results.common(year)[results.root] for year in (first, last))
            kept, part, _ = with_data(after - before, results.graph)
            before, key = before[kept.index], ("spread", results.edition, last)
            residual = convergence(before, before + kept, part, years=last - first).residual_moran
            growth = ((before + kept) / before).map(math.log) / (last - first)
            tests |= {
                (*key, "beta residuals"): residual,
                (*key, "growth clusters"): moran(growth, part, method="randomisation"),
            }
    rows = []
    for key, test in tests.items():
        check = cross_check(test)
        bound = 10.0 ** np.ceil(np.log10(max(check.relative, 1e-12)))
        shown = ", ".join(check.table["quantity"].unique())
        rows.append((*key, check.name, check.counterpart, shown, len(check.table), bound, "; ".join(check.unchecked)))
    keys = ["test", "edition", "year", "variable"]
    names = [*keys, "statistic_name", "esda", "quantities", "numbers", "relative", "unchecked"]
    frame = pd.DataFrame(rows, columns=names).set_index(keys)
    frame.attrs["version"] = esda.__version__
    if not rows:
        raise DataError("no test was computed that esda could recompute")
    return frame


def _change(results: Results) -> RatingChange:
    readings: dict[str, dict[int, pd.DataFrame]] = {}
    for year in results.years:
        for name, table in _readings(results, year).items():
            readings.setdefault(name, {})[year] = table
    return study_change(results.study, results.catalogue, readings)


def study_change(
    study: Study, catalogue: Catalogue, readings: Mapping[str, Mapping[int, pd.DataFrame]], last: int | None = None
) -> RatingChange:
    """Compare the first year of a study and a later one by its limits for that; readings without a year are left out.

    Parameters
    ----------
    study : Study
    catalogue : Catalogue
    readings : mapping of reading to tables by year
        The first is the nominal one.
    last : int, optional
        The later year; None is the last.
    """
    from growthpoles.ratings.through_time.rating_change import change

    whole = max(len(tables) for tables in readings.values())
    found = {name: tables for name, tables in readings.items() if len(tables) == whole}
    limits = study.rating.change_limits
    ways = _normalisations(study, catalogue, {name: tables[study.years[-1]] for name, tables in found.items()})
    return change(
        found,
        catalogue,
        last=last,
        drop="one" if len(catalogue.indicators) > 1 else "none",
        normalisations=ways if isinstance(limits, str) else ways[:1],
        concentration=study.rating.concentration,
        replications=REPLICATIONS,
        rng=study.study.seed,
        **study.rating.options | {"limits": limits},
    )


def _change_tables(found: RatingChange, results: Results) -> dict[str, pd.DataFrame]:
    """Return the change of every region, and its parts by indicator."""
    tables = {"change": results.named(found.to_frame())}
    if not found.parts.empty:
        parts: Any = found.parts.unstack()
        tables["change_parts"] = parts.rename("points").to_frame().reorder_levels([2, 0, 1]).sort_index()
    return tables


def trend_tables(results: Results) -> dict[str, pd.DataFrame]:
    """Follow every region through all years: slopes, moves of ranks and, where there are classes, moves between them.

    Index, ranks, classes and Moran's I are by the limits by which years are compared.
    """
    from growthpoles.ratings.through_time.trends import class_transitions, rank_moves, trend

    index = pd.DataFrame({year: results.common(year)[results.root] for year in results.years})
    ranks = pd.DataFrame({year: results.common(year)["rank"] for year in results.years}).astype(float)
    limits = limits_name(results.study)
    found = {"trend": results.named(trend(index)), "rank_moves": rank_moves(ranks).assign(limits=limits)}
    if results.graph is not None and not (path := moran_path(index, results.graph)).empty:
        found["moran_path"] = path.assign(limits=limits)
    if results.classed:
        classes = pd.DataFrame({year: results.common(year)["rating_class"] for year in results.years})
        moves = class_transitions(classes)
        stayed, rose, fell = moves.moves
        facts = {"steps": moves.steps, "stayed": stayed, "rose": rose, "fell": fell, "shorrocks": moves.shorrocks}
        found["class_transitions"] = moves.counts.rename_axis("class_from").join(moves.stays)
        found["class_mobility"] = pd.DataFrame(facts, index=pd.Index([results.edition], name="edition"))
    return found


def _convergence(results: Results) -> pd.DataFrame:
    from growthpoles.spatial.poles.convergence import convergence

    first, last = results.years[0], results.years[-1]
    assert results.graph is not None  # left out otherwise
    rows = {}
    for code in (results.root, *results.catalogue.indicators):
        frames = [
            results.common(year) if code == results.root else results.indicators[results.edition, year]
            for year in (first, last)
        ]
        pair = pd.concat([frame[code].rename(place) for place, frame in enumerate(frames)], axis=1)
        pair = pair.reindex(results.regions.index)
        row: dict[str, object] = {"limits": limits_name(results.study) if code == results.root else ""}
        try:
            kept, part, absent = with_data(pair[0] + pair[1], results.graph)
            both = pair.loc[kept.index]
            found: Any = convergence(both[0], both[1], part, years=last - first).to_frame().iloc[0].to_dict()
            row |= found
            row["without_data"] = " ".join(map(str, absent))
        except GrowthpolesError as error:
            row["reason"] = str(error)
        rows[code] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("variable")


def _robustness_tables(found: dict[int, Robustness], results: Results) -> dict[str, pd.DataFrame]:
    """Return the robustness of ranks and, where there are classes, the probability of each, by year."""
    tables: dict[str, pd.DataFrame] = {}
    for year, result in found.items():
        firm = result.to_frame()
        if results.classed:
            tables |= {f"robustness_{year}": firm, f"class_probability_{year}": result.class_probability()}
        else:
            tables[f"robustness_{year}"] = firm.drop(columns=["likeliest_class", "p_likeliest"])
    return tables


def _verdict_tables(found: Verdict, results: Results) -> dict[str, pd.DataFrame]:
    return {
        "verdict": found.curve.groups,
        "verdict_specifications": found.to_frame(),
        "verdict_left_out": pd.DataFrame({"left_out": list(found.left_out)}),
        "power": found.power.to_frame(),
    }


@dataclass(frozen=True, slots=True)
class Stage:
    """A further analysis of the report.

    Attributes
    ----------
    name : str
        Field of :class:`growthpoles.report.results.Stages`; key of [analysis] in the texts.
    run : callable
        Results (with everything but the stages) -> what it found.
    lacking : callable
        (study, years with shares in an industry) -> why a study has no data for it; "" where it has.
    tables : callable
        (what it found, results) -> tables of the report by name.
    needs_graph : bool
        Whether it is left out where the regions have no graph of neighbours.
    aside : bool
        Whether it takes long and finds little enough to be run in another process.
    """

    name: str
    run: Callable[[Results], Any]
    tables: Callable[[Any, Results], dict[str, pd.DataFrame]]
    lacking: Callable[[Study, tuple[int, ...]], str] = lambda study, ksi_years: ""
    needs_graph: bool = False
    aside: bool = False

    def found(self, stages: Stages) -> Any:
        """Return what it found; None where it was left out."""
        found = getattr(stages, self.name)
        return None if isinstance(found, dict) and not found else found


def _every_year(run: Callable[[Results, int], Any]) -> Callable[[Results], dict[int, Any]]:
    return lambda results: {year: run(results, year) for year in results.detailed}


def _share_years(run: Callable[[Results, int], Any]) -> Callable[[Results], dict[int, Any]]:
    return lambda results: {year: run(results, year) for year, frame in results.published.items() if "ksi" in frame}


def _by_year(name: str) -> Callable[[Any, Results], dict[str, pd.DataFrame]]:
    return lambda found, results: {f"{name}_{year}": frame for year, frame in found.items()}


def _one_year(study: Study, ksi_years: tuple[int, ...]) -> str:
    return "the study has one year" if len(study.years) < 2 else ""


def _few_years(study: Study, ksi_years: tuple[int, ...]) -> str:
    return "the study has fewer than three years" if len(study.years) < 3 else ""


def _no_panel(study: Study, ksi_years: tuple[int, ...]) -> str:
    return "the study has fewer than six years" if len(study.years) < _PANEL_YEARS else ""


def _no_poles(study: Study, ksi_years: tuple[int, ...]) -> str:
    if not study.growth_poles.poles:
        return "the study names no poles ([growth_poles])"
    return no_boundaries() if study.boundaries.absent else ""


def _no_shares(study: Study, ksi_years: tuple[int, ...]) -> str:
    return "" if ksi_years else "the study has no shares in an industry"


STAGES: tuple[Stage, ...] = (
    Stage("change", _change, _change_tables, _one_year),
    Stage("trend", trend_tables, lambda found, results: found, _few_years),
    Stage("robustness", _every_year(_robustness), _robustness_tables),
    Stage("strengths", _every_year(lambda r, year: strengths(r.rating(year), r.catalogue)), _by_year("strengths")),
    Stage(
        "audit",
        _audit,
        lambda found, results: audit_tables(found),
        aside=True,
    ),
    Stage("groups", _share_years(_groups), _by_year("ksi_groups"), _no_shares),
    Stage("verdict", _verdict, _verdict_tables, needs_graph=True, aside=True),
    Stage(
        "gradient",
        _every_year(_gradient),
        _by_year("gradient"),
        _no_poles,
        aside=True,
    ),
    Stage("spread", _spread, lambda found, results: {"spread": found}, _one_year, needs_graph=True, aside=True),
    Stage("convergence", _convergence, lambda found, results: {"convergence": found}, _one_year, needs_graph=True),
    Stage("panel", _panel, lambda found, results: {"panel": found}, _no_panel, needs_graph=True),
    Stage("typology", _share_years(_typology), _by_year("typology"), _no_shares),
    Stage("industries", _industries, industry_tables, no_industries),
    Stage("inequality", _inequality, inequality_tables, aside=True),
    Stage("cross_check", _cross_check, lambda found, results: {"cross_check": found}, needs_graph=True),
)


def missing_parts(study: Study, ksi_years: tuple[int, ...]) -> dict[str, str]:
    """Return the stages that a study has no data for, with the reason."""
    return {stage.name: reason for stage in STAGES if (reason := stage.lacking(study, ksi_years))}


def _attempt(stage: Stage, results: Results) -> tuple[bool, Any]:
    """Return whether an analysis could be run, and what it found or why not."""
    try:
        return True, stage.run(results)
    except GrowthpolesError as error:
        return False, error.args[0]


#: Stages that leave out parts of themselves, and say why.
_IN_PARTS = ("industries", "inequality")


def run_stages(results: Results, *, tell: Callable[[str], None]) -> Stages:
    """Run every stage; `results` holds everything but the stages.

    An error of the data (too few regions, values that do not vary) leaves out one stage, never the report.
    """
    left_out = dict(results.stages.left_out)
    absent = missing_parts(results.study, tuple(year for year, frame in results.published.items() if "ksi" in frame))
    if results.graph is None:
        no_graph = left_out.get("moran", "no neighbours")
        absent |= {stage.name: no_graph for stage in STAGES if stage.needs_graph}
    due = [stage for stage in STAGES if stage.name not in absent]
    aside = [stage for stage in due if stage.aside]
    elsewhere = side_by_side([partial(_attempt, stage, results) for stage in aside], processes())
    here = {}
    for stage in due:
        if not stage.aside:
            tell(stage.name)
            here[stage.name] = _attempt(stage, results)
    found: dict[str, Any] = {}
    for stage in STAGES:
        if stage.name not in here:
            tell(stage.name)
        if stage.name in absent:
            left_out[stage.name] = absent[stage.name]
            continue
        good, outcome = next(elsewhere) if stage.aside else here[stage.name]
        (found if good else left_out)[stage.name] = outcome
        for part, why in getattr(outcome, "left_out", {}).items() if stage.name in _IN_PARTS and good else ():
            left_out[Reason("{analysis} {part}", {"analysis": stage.name, "part": part})] = why
    return Stages(**found, left_out=left_out)


def permutations(study: Study, regions: int, *, detailed: bool = True) -> int:
    """Return the relocations of the global tests: those of the study's [report], or the default.

    Of many years, those that are not shown in detail have fewer; many regions too, see
    :func:`growthpoles.spatial.global_tests.global_result.check_permutations`.
    """
    usual = min(PERMUTATIONS if detailed else CURVE_RELOCATIONS, check_permutations(None, regions))
    return study.report.permutations or usual


def relocations(study: Study, regions: int) -> int | None:
    """Return how often the tests of poles and of spread relocate; None where they choose it, for many regions."""
    return study.report.permutations or (RELOCATIONS if regions <= MANY else None)


def curve_relocations(study: Study, regions: int) -> int:
    """Return how often the specifications relocate together: as [report] says, up to what hundreds of them bear."""
    from growthpoles.study.verdict import default_relocations

    return min(study.report.permutations or default_relocations(regions), CURVE_RELOCATIONS)


def draws(study: Study) -> int:
    """Return the draws of the local tests, for regions that are not enumerated."""
    return study.report.permutations or DRAWS
