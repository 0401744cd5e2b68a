"""Reproduction of the published index under every reading, and which reading explains each cell."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from growthpoles.errors import Joined, Number, RatingError, Reason, StudyError
from growthpoles.study.audit.arithmetic import find_copies, wrong_cells
from growthpoles.study.audit.printed_cells import (
    Sources,
    printed_decimal,
    read_sources,
    read_table,
    records,
    replace_cells,
)
from growthpoles.study.audit.readings import (
    Reading,
    accepted,
    base_order,
    can_rate,
    edition_table,
    make_reading,
    printed_order,
    rated_values,
    row_of,
    rows_of,
    stacked,
    unrounded,
)
from growthpoles.study.files.printed_tables import latin_class, printed_resolution
from growthpoles.study.inputs import editions, study_catalogue, study_method
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.ratings.rating_options import Method


#: Cells known to be off by a power of ten: (year, column, region) -> power.
Suspects = dict[tuple[int, str, str], int]
Array = NDArray[np.float64]
_LEADER = "(leader)"
KNOWN_SHIFT = Reason("decimal shift of a cell known to be shifted", {})
NOTHING = Reason("nothing", {})
#: Up to so many indices of a year, the cell that explains one is searched for.
MOST_EXPLAINED = 10
_POWERS = (1, -1, 2, -2, 3, -3)
#: Share of the indices of a year that must follow for its extremes to be known, and most gaps that are filled.
KNOWN = 0.6
_GAPS = 4
REPRODUCTION_COLUMNS = (
    "table", "row", "region", "label", "column", "year", "printed", "value", "by_label", "by_row", "by_row_unrounded",
    "tolerance_by_label", "tolerance_by_row", "class_cell", "class_printed", "class_by_row", "class_of_printed",
    "explained_by", "deviation", "explanation",
)  # fmt: skip


def shifted_cells(sources: Sources) -> Suspects:
    """Collect the cells that arithmetic or an implied denominator shows to be off by a power of ten."""
    found: Suspects = {}
    wrong = wrong_cells(sources)
    for cell in records(wrong[wrong["cause"] == "decimal shift"]):
        found[(sources.year(cell["table"]), cell["column"], cell["region"])] = int(cell["power"])
    for copy in find_copies(sources):
        labels = sources.labels(copy.later)
        for region, power in zip(labels.loc[copy.frame.index], copy.frame["power"], strict=True):
            if power:
                found[(sources.year(copy.later), copy.column, str(region))] = int(power)
    return found


def leader(values: pd.Series, code: str, catalogue: Catalogue) -> float:
    """Return the best value of an indicator: the greatest, or the least where less is better."""
    return float(values.max() if catalogue.direction(code) > 0 else values.min())


def by_leaders(method: Method, normalisation: str = "leader") -> bool:
    """Whether the index of a region follows from its own values and those of the leaders (or extremes) alone."""
    from growthpoles.ratings.rating_options import levels_of

    if str(method.normalisation) != normalisation or method.treats or method.own or isinstance(method.limits, dict):
        return False
    means = all(mean.additive for mean in levels_of(method.aggregation))
    return means and {str(scheme) for scheme in levels_of(method.weighting)} <= {"given", "equal"}


def index_of_rows(
    values: pd.DataFrame, catalogue: Catalogue, method: Method, *, leaders: pd.DataFrame | None = None
) -> pd.Series:
    """Return the index alone, by row; against the leaders of another table if one is given."""
    from growthpoles.ratings.aggregation_tree import index_of
    from growthpoles.ratings.rating_options import compiled

    if leaders is None:
        index = index_of(values, compiled(catalogue), method)
    else:
        index = index_against(values, leaders, catalogue, method)
    return pd.Series(index, index=values.index)


def index_against(values: pd.DataFrame, leaders: pd.DataFrame, catalogue: Catalogue, method: Method) -> Array:
    """Rate a table against the leaders of another one; a score is above 100 where a value is better than the leader.

    Both hold the indicators of the catalogue alone, in its order. For methods :func:`by_leaders` only.
    """
    from growthpoles.ratings.aggregation_tree import index_of
    from growthpoles.ratings.rating_options import compiled

    best = [leader(leaders[code], str(code), catalogue) for code in leaders.columns]
    both = pd.DataFrame(np.vstack([values, best]), index=[*values.index, _LEADER], columns=values.columns)
    against = method.but(normalisation="reference", reference=_LEADER)
    return index_of(both, compiled(catalogue), against)[:-1]


def explain_cell(
    region: str,
    line: pd.Series,
    reading: Reading,
    year: int,
    catalogue: Catalogue,
    suspects: Suspects,
    method: Method,
) -> tuple[Reason, float, Reason | Joined]:
    """Find one wrong cell of the region that gives the printed index while every other cell and all leaders stay.

    Where the method looks at more than the leaders (:func:`by_leaders`), the whole table is rated with that cell.

    Tried in turn: cells already known to be shifted; any own cell shifted by 10^-3 to 10^3; any own cell taken from
    another row. The note says how many changes of the same kind fit as well: with many trials some fit by chance.

    Returns
    -------
    kind, deviation, note
    """
    table = rated_values(reading, year, catalogue, method)
    at = row_of(year, region, table.index)
    values = {str(code): float(table[code][at]) for code in table.columns}
    shifts = [(str(code), power) for code in table.columns for power in _POWERS]
    known = [(code, suspects[(year, code, region)]) for code in table.columns if (year, code, region) in suspects]
    value, tolerance = float(line["value"]), float(line["tolerance_by_row"])
    for kind, changes in (
        (KNOWN_SHIFT, known),
        (Reason("decimal shift of one cell", {}), shifts),
    ):
        own = [(code, values[code] * 10.0**-power) for code, power in changes]
        found = _closest(at, table, own, catalogue, method, value, tolerance)
        if found is not None:
            place, result, fitting = found
            code, shifted = own[place]
            best = leader(table[code], code, catalogue)
            places = {"value": Number(f"{result:.2f}"), "column": code, "low": Number(f"{shifted:.10g}")}
            told = (
                Reason(
                    "{value} if its own {column} counts as {low} while the leader's value stays {high}",
                    {**places, "high": Number(f"{best:.10g}")},
                )
                if by_leaders(method)
                else Reason("{value} if its own {column} counts as {low}", places)
            )
            return kind, result - value, Joined([told, _fitting(fitting, len(own))])
    others = rows_of(year, table.iloc[:, 0]).index
    rows = [(str(code), str(other)) for code in table.columns for other in others if other != region]
    own = [(code, float(table[code][row_of(year, other, table.index)])) for code, other in rows]
    found = _closest(at, table, own, catalogue, method, value, tolerance)
    if found is not None:
        place, result, fitting = found
        places = {"value": Number(f"{result:.2f}"), "column": rows[place][0], "region": rows[place][1]}
        told = Reason("{value} if its {column} is that of {region}", places)
        kind = Reason("value of another row", {})
        return kind, result - value, Joined([told, _fitting(fitting, len(own))])
    both = {"value": Number(f"{line['by_row']:.2f}"), "low": Number(f"{line['by_label']:.2f}")}
    return NOTHING, float(line["by_row"]) - value, Reason("{value} by row number, {low} by label", both)


def _fitting(count: int, tried: int) -> Reason:
    return Reason("{count} of {all} such changes fit", {"count": count, "all": tried})


def _closest(
    region: Any,
    table: pd.DataFrame,
    changes: list[tuple[str, float]],
    catalogue: Catalogue,
    method: Method,
    target: float,
    tolerance: float,
) -> tuple[int, float, int] | None:
    """Return position, index and number of the changes that fit."""
    if by_leaders(method):
        usable, index = _against_leaders(region, table, changes, catalogue, method)
    else:
        near = _near(region, table, changes, catalogue, method, target, 2 * tolerance + 0.05)
        usable, index = near, rated_with(region, table, [changes[at] for at in near], catalogue, method)
    if not len(index):
        return None
    gap = np.abs(index - target)
    fitting = int((gap <= tolerance).sum())
    if not fitting:
        return None
    nearest = int(np.nanargmin(gap))
    return usable[nearest], float(index[nearest]), fitting


def rated_with(
    region: Any, table: pd.DataFrame, changes: list[tuple[str, float]], catalogue: Catalogue, method: Method
) -> Array:
    """Rate the whole table with each change in it; NaN where the method does not take it."""
    from growthpoles.ratings.aggregation_tree import index_of
    from growthpoles.ratings.rating_options import compiled

    index, tree, place = np.full(len(changes), np.nan), compiled(catalogue), list(table.index).index(region)
    columns = {str(code): at for at, code in enumerate(table.columns)}
    for at, (code, value) in enumerate(changes):
        trial = table.to_numpy(float, copy=True)
        trial[place, columns[code]] = value
        with suppress(RatingError):
            index[at] = float(index_of(_like(table, trial), tree, method)[place])
    return index


def _near(
    region: Any,
    table: pd.DataFrame,
    changes: list[tuple[str, float]],
    catalogue: Catalogue,
    method: Method,
    target: float,
    reach: float,
) -> list[int]:
    """Return the changes that can come near the target; all where the index is not known to be straight in a value.

    Between the extremes of the other regions a score by min-max, and with it the index, is straight in the value.
    """
    if not by_leaders(method, "min-max"):
        return list(range(len(changes)))
    kept = []
    for code in table.columns:
        others = table[code].drop(region)
        ends = [float(others.min()), float(others.max())]
        low, high = rated_with(region, table, [(str(code), end) for end in ends], catalogue, method)
        for at, (name, value) in enumerate(changes):
            if name == code:
                inside = ends[0] <= value <= ends[1] and ends[1] > ends[0]
                share = (value - ends[0]) / (ends[1] - ends[0]) if inside else 0.0
                if not inside or abs(low + share * (high - low) - target) <= reach:
                    kept.append(at)
    return sorted(kept)


def _against_leaders(
    region: Any, table: pd.DataFrame, changes: list[tuple[str, float]], catalogue: Catalogue, method: Method
) -> tuple[list[int], Array]:
    """Rate the region with each change beside unchanged leaders: all in one go, as rows of one table."""
    # A value better than the leader's would need another leader, and one of the other sign means something else.
    best = {str(code): leader(table[code], str(code), catalogue) for code in table.columns}
    usable = [
        at
        for at, (code, value) in enumerate(changes)
        if (0 <= value <= best[code] if catalogue.direction(code) > 0 else 0 < best[code] <= value)
    ]
    if not usable:
        return [], np.empty(0)
    trials = np.tile(table.loc[region].to_numpy(float), (len(usable), 1))
    for place, at in enumerate(usable):
        code, value = changes[at]
        trials[place, list(table.columns).index(code)] = value
    return usable, index_against(pd.DataFrame(trials, columns=table.columns), table, catalogue, method)


def missed_index(
    study: Study, sources: Sources, catalogue: Catalogue, method: Method, *, room: float = 1.0
) -> set[tuple[int, str]]:
    """Return (year, region) of every published index that follows by no reading of the tables.

    `room` widens what rounding allows.
    """
    targets = index_targets(study, sources, catalogue, method)
    return {
        (year, str(region))
        for year, (own, readings) in targets.items()
        for region in own.index[
            np.logical_and.reduce(
                [~((own - middle).abs() <= room * slack) & middle.notna() for middle, slack in readings]
            )
            & own.notna()
        ]
    }


def fill_gaps(study: Study, sources: Sources, catalogue: Catalogue, method: Method) -> Sources | None:
    """Put in each gap of an indicator the figure with which the most published indices follow; None where none helps.

    A gap may hide the leader, the least value or a part of the mean, on which the index of every other region rests.
    """
    cells: dict[tuple[int, int, str], tuple[float, float]] = {}
    for year, (own, readings) in index_targets(study, sources, catalogue, method).items():
        gaps = gaps_of(sources, catalogue, year, method)
        middle, slack = readings[0]
        known = (own.notna() & middle.notna()).to_numpy()
        if not 0 < len(gaps) <= _GAPS or known.sum() < 4 or not ((own - middle).abs() > slack).any():
            continue
        reading = make_reading(sources, "row", order=base_order(sources, study))
        table = rated_values(reading, year, catalogue, method)
        places = {(t, row, code): sources.labels(t).index.get_loc(row) for t, row, code in gaps}
        values = {
            key: (row_of(sources.year(key[0]), reading.orders[key[0]][at], table.index), key[2])
            for key, at in places.items()
        }

        def away(trial: pd.DataFrame, year: int = year, own: pd.Series = own, known: Any = known) -> float:
            with suppress(RatingError):
                index = rows_of(year, index_of_rows(trial, catalogue, method)).reindex(own.index)
                gap = np.abs(index.to_numpy(float) - own.to_numpy(float))[known]
                return float(gap.sum()) if np.isfinite(gap).all() else np.inf
            return np.inf

        filled = filled_table(table, list(values.values()), method, away)
        for key, (region, code) in values.items():
            if np.isfinite(value := float(filled[code][region])):
                cells[key] = value, float(np.nanmedian(sources.column(key[0], code, "half")))
        trial = replace_cells(sources, cells)
        (now, room), *_ = index_targets(study, trial, catalogue, method)[year][1]
        before, after = (int((own - at).abs().le(wide)[known].sum()) for at, wide in ((middle, slack), (now, 2 * room)))
        if after <= before or after < 0.8 * known.sum():
            cells = {key: value for key, value in cells.items() if key not in places}
    return replace_cells(sources, cells) if cells else None


def computed_gaps(sources: Sources) -> Sources:
    """Put in each gap of a ratio what the inputs of its row give; the same object where there is none."""
    cells: dict[tuple[int, int, str], tuple[float, float]] = {}
    for table in sources.tables:
        for name in sources.columns(table):
            rule = sources.formula(name)
            gaps = sources.column(table, name).isna()
            if rule is None or not set(rule[:2]) <= set(sources.columns(table)) or not gaps.any() or gaps.all():
                continue
            (above, above_half), (below, below_half) = (
                [sources.column(table, part, what) for what in ("value", "half")] for part in rule[:2]
            )
            value = rule[2] * above / below.where(below.abs() > below_half)
            reach = value.abs() * (above_half / above.abs().where(above != 0) + below_half / below.abs())
            own = float(np.nanmedian(sources.column(table, name, "half")))
            for row in value.index[gaps & value.notna()]:
                cells[table, int(row), name] = float(value[row]), own + float(np.nan_to_num(reach[row]))
    return replace_cells(sources, cells)


def gaps_of(sources: Sources, catalogue: Catalogue, year: int, method: Method) -> list[tuple[int, int, str]]:
    """Return (table, row, column) of the indicators that have no number, of a year or of all that set its limits."""
    return [
        (table, int(str(row)), code)
        for table in sources.tables
        if sources.year(table) == year or method.limits != "year"
        for code in catalogue.indicators
        if code in sources.columns(table)
        for row, value in sources.column(table, code).items()
        if not np.isfinite(value)
    ]


def filled_table(
    table: pd.DataFrame,
    gaps: list[tuple[Any, str]],
    method: Method,
    away_of: Callable[[pd.DataFrame], float],
) -> pd.DataFrame:
    """Fill gaps one after the other, each with what brings the indices nearest to the target, while it helps."""
    from scipy.optimize import minimize, minimize_scalar

    def away(value: float, region: Any, code: str) -> float:
        trial = table.copy()
        trial.loc[region, code] = value
        return away_of(trial)

    table, left = table.copy(), list(gaps)
    best = away(np.nan, *gaps[0])
    while left:
        tried = []
        for region, code in left:
            column = np.unique(table[code].dropna().to_numpy(float))
            least, most = column[0], column[-1]
            steps = np.geomspace(1e-3, 10.0, 25) * max(most - least, 1e-12)
            inner = (
                []
                if by_leaders(method) or by_leaders(method, "min-max")
                else [*column, *column[:-1] + np.diff(column) / 2]
            )
            beyond = [*(least / np.geomspace(1, 100, 15) if least > 0 else least - steps), *inner, *(most + steps)]
            points = np.unique(beyond)
            gaps_at = [away(float(value), region, code) for value in points]
            at = int(np.argmin(gaps_at))
            ends = points[max(at - 1, 0)], points[min(at + 1, len(points) - 1)]
            fine = minimize_scalar(
                away,
                bounds=ends,
                args=(region, code),
                method="bounded",
                options={"xatol": 1e-7 * abs(points[at]) + 1e-12},
            )
            choice = (gaps_at[at], float(points[at])) if gaps_at[at] <= fine.fun else (float(fine.fun), float(fine.x))
            tried.append((*choice, region, code))
        found, value, region, code = min(tried, key=lambda each: each[:2])
        if not found < 0.999 * best:
            break
        best = found
        table.loc[region, code] = value
        left.remove((region, code))
    done = [gap for gap in gaps if gap not in left]
    if len(done) > 1:
        # One after the other they stop where each is best for the others as they stand: all at once.
        scale = np.array([abs(float(table[code][at])) or 1.0 for at, code in done])

        def together(steps: Array) -> float:
            trial = table.copy()
            for gap, value in zip(done, scale * steps, strict=True):
                trial.loc[gap] = value
            return away_of(trial)

        start = np.array([float(table[code][at]) for at, code in done]) / scale
        simplex = np.vstack([start, *(start + 0.1 * step for step in np.eye(len(done)))])
        found_all = minimize(
            together, start, method="Nelder-Mead",
            options={"initial_simplex": simplex, "xatol": 1e-7, "fatol": 1e-6, "maxiter": 200 * len(done)},
        )  # fmt: skip
        if found_all.fun < best:
            for gap, value in zip(done, scale * found_all.x, strict=True):
                table.loc[gap] = float(value)
    return table


def index_targets(
    study: Study, sources: Sources, catalogue: Catalogue, method: Method
) -> dict[int, tuple[pd.Series, list[tuple[pd.Series, pd.Series]]]]:
    """Return by year the published index, and (index, tolerance) of the readings by row number and by label."""
    published = study.published.index
    found: dict[int, tuple[pd.Series, list[tuple[pd.Series, pd.Series]]]] = {}
    if published is None:
        return found
    cells = read_table(study, published.table)
    order = printed_order(cells)
    for year, column in published.columns.items():
        own = cells[cells["column"] == column].set_index("region")
        if own.empty or not can_rate(sources, catalogue, year):
            continue
        readings = []
        by_row = make_reading(sources, "row", order=order)
        by_label = make_reading(sources, "label")
        for reading in (by_row, by_label) if by_row.orders != by_label.orders else (by_row,):
            values = rated_values(reading, year, catalogue, method)
            index = rows_of(year, index_of_rows(values, catalogue, method)).reindex(own.index)
            slack = _tolerance(reading, year, catalogue, method).reindex(own.index) + _half(own, study)
            readings.append((index, slack))
        found[year] = own["value"], readings
    return found


def reproduce(study: Study | None = None, *, sources: Sources | None = None) -> pd.DataFrame:
    """Recompute the published index under every reading.

    Readings: `by_label` (every table by its own labels), `by_row` (all tables joined by row number to the labels of
    the published table), `by_row_unrounded` (the same with ratios recomputed from the printed inputs where these fit
    and divided by the printed, rounded leader), and one column per edition of the study ("realigned", ...).

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    sources : Sources, optional
        Printed cells, if already read.

    Returns
    -------
    DataFrame
        One line per published index: table, row, region, label, column, year, printed, value; by_label, by_row and
        the editions (index points); tolerance_by_label, tolerance_by_row (what rounding of the printed ratios and
        of the published figure allows); class_cell (as printed), class_printed (the same in Latin letters),
        class_by_row, class_of_printed (the class of the printed index; both empty if the
        study's method sets the index no limits); explained_by ("row number", "label", "row
        number and label", a rule, or "nothing"), deviation (of the explaining value from the printed one),
        explanation. Empty if the study has published no index.

    Raises
    ------
    DataError, StudyError, RegionError
        On bad input.
    """
    from growthpoles.ratings.rate import classes_of

    study = study or load_study()
    published = study.published.index
    if published is None:
        return pd.DataFrame(columns=list(REPRODUCTION_COLUMNS))
    sources = sources or read_sources(study)
    catalogue = study_catalogue(study)
    method = study_method(study, catalogue).but(limits=study.rating.level_limits)
    cells = read_table(study, published.table)
    order = printed_order(cells)
    suspects = shifted_cells(sources)
    wrong = wrong_cells(sources)
    frames = []
    for year, column in published.columns.items():
        if not can_rate(sources, catalogue, year):
            continue
        own = cells[cells["column"] == column].set_index("region")
        frame = pd.DataFrame(
            {
                "table": published.table,
                "row": own["row"],
                "region": own.index,
                "label": own["label"],
                "column": column,
                "year": year,
                "printed": own["printed"],
                "value": own["value"],
            },
            index=own.index,
        )
        readings = {"label": make_reading(sources, "label"), "row": make_reading(sources, "row", order=order)}
        same = readings["label"].orders == readings["row"].orders
        for name, reading in readings.items():
            if same and name == "row":
                frame["by_row"], frame["tolerance_by_row"] = frame["by_label"], frame["tolerance_by_label"]
                continue
            values = rated_values(reading, year, catalogue, method)
            frame[f"by_{name}"] = rows_of(year, index_of_rows(values, catalogue, method)).reindex(own.index)
            tolerance = _tolerance(reading, year, catalogue, method).reindex(own.index)
            frame[f"tolerance_by_{name}"] = tolerance + _half(own, study)
        leaders = rated_values(readings["row"], year, catalogue, method) if by_leaders(method) else None
        exact = rated_values(unrounded(readings["row"], wrong), year, catalogue, method)
        index = index_of_rows(exact, catalogue, method, leaders=leaders)
        frame["by_row_unrounded"] = rows_of(year, index).reindex(own.index)
        for edition in editions(study):
            values = accepted(_edition_values(study, year, edition, catalogue, method), catalogue, method)
            frame[edition] = rows_of(year, index_of_rows(values, catalogue, method)).reindex(own.index)
        classed = method.has_classes(catalogue.root)
        for name, column in (("class_by_row", "by_row"), ("class_of_printed", "value")):
            frame[name] = classes_of(frame[column], method).astype(object) if classed else ""
        frame["class_cell"] = _published_classes(study, year, own.index)
        frame["class_printed"] = frame["class_cell"].map(
            lambda cell: cell if cell in method.scale.letters else latin_class(cell)
        )
        frames.append(_explained(frame, readings["row"], year, catalogue, suspects, method))
    if not frames:
        return pd.DataFrame(columns=list(REPRODUCTION_COLUMNS))
    full = pd.concat(frames, ignore_index=True)
    extra = [column for column in full.columns if column not in REPRODUCTION_COLUMNS]
    return full[[*REPRODUCTION_COLUMNS[:11], *extra, *REPRODUCTION_COLUMNS[11:]]]


def _edition_values(study: Study, year: int, edition: str, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    from growthpoles.ratings.catalogue import indicator_values

    if method.limits == "year":
        return indicator_values(edition_table(study, year, edition), catalogue)
    tables = {}
    for each in study.years:
        with suppress(StudyError):  # an edition need not cover every year
            tables[each] = edition_table(study, each, edition)
    return stacked(tables, catalogue)


def _half(own: pd.DataFrame, study: Study) -> pd.Series:
    decimal = printed_decimal(study)
    # An index may lie halfway between two printed ones, as those of ranks do: binary arithmetic is off by a little.
    return own["printed"].map(lambda text: printed_resolution(text, decimal=decimal) / 2).astype(float) * (1 + 1e-9)


def _published_classes(study: Study, year: int, regions: pd.Index) -> pd.Series:
    """Classes as printed; empty where none is printed."""
    source = study.published.rating_class
    if source is None or year not in source.columns:
        return pd.Series("", index=regions)
    cells = read_table(study, source.table)
    column = cells[cells["column"] == source.columns[year]].set_index("region")["printed"]
    return column.reindex(regions)


def _tolerance(reading: Reading, year: int, catalogue: Catalogue, method: Method) -> pd.Series:
    """Largest change of each region's index that rounding of the printed indicators allows, to first order.

    Two roundings enter a score: that of the region's own cell, and that of the leader's value it is divided by. The
    author may have divided unrounded values by a rounded leader, so that both count for the leader itself too. Where
    the method looks at more than the leaders, every cell of the table is moved in turn.
    """
    from growthpoles.ratings.aggregation_tree import index_of
    from growthpoles.ratings.rating_options import compiled

    table = rated_values(reading, year, catalogue, method)
    halves = {code: _indicator_halves(reading, year, str(code), table.index) for code in table.columns}
    base, total = index_of(table, compiled(catalogue), method), np.zeros(len(table))
    if by_leaders(method):
        trials = []
        for column, code in enumerate(table.columns):
            half, best = halves[code].to_numpy(float), leader(table[code], str(code), catalogue)
            own, leaders = table.to_numpy(float, copy=True), table[code].copy()
            own[:, column] -= half
            at = int(leaders.argmax() if catalogue.direction(str(code)) > 0 else leaders.argmin())
            leaders.iloc[at] += half[at]
            # Scores depend on the value over the leader's: a greater leader is a smaller value of all.
            against = table.to_numpy(float, copy=True)
            against[:, column] *= best / leader(leaders, str(code), catalogue)
            trials += [own, against]
        stacked = pd.DataFrame(np.vstack(trials), columns=table.columns)
        moved = index_against(stacked, table, catalogue, method).reshape(len(trials), -1)
        return rows_of(year, pd.Series(np.abs(moved - base).sum(axis=0), index=table.index))
    for column, code in enumerate(table.columns):
        half = halves[code].to_numpy(float)
        rows: list[Any] = [np.array([row]) for row in np.flatnonzero(half > 0)]
        if by_leaders(method, "min-max"):
            # A value between the extremes moves its own region's score only: all of them at once.
            values, reach = table.iloc[:, column].to_numpy(float), 2 * half.max()
            inner = (values > np.nanmin(values) + reach) & (values < np.nanmax(values) - reach) & (half > 0)
            rows = [np.flatnonzero(inner), *(np.array([row]) for row in np.flatnonzero((half > 0) & ~inner))]
        for moved in rows:
            trial = table.to_numpy(float, copy=True)
            trial[moved, column] += half[moved]
            total += np.abs(index_of(_like(table, trial), compiled(catalogue), method) - base)
    return rows_of(year, pd.Series(total, index=table.index))


def _like(table: pd.DataFrame, values: Array) -> pd.DataFrame:
    return pd.DataFrame(values, index=table.index, columns=table.columns)


def _indicator_halves(reading: Reading, year: int, code: str, index: pd.Index) -> pd.Series:
    """Return half units of the last digit by row of what may be stacked by years."""
    if not isinstance(index, pd.MultiIndex):
        return _indicator_half(reading, year, code, index)
    parts = [
        _indicator_half(reading, int(each), code, index[index.get_level_values(0) == each].droplevel(0))
        for each in dict.fromkeys(index.get_level_values(0))
    ]
    return pd.Series(np.concatenate(parts), index=index)


def _indicator_half(reading: Reading, year: int, code: str, regions: pd.Index) -> pd.Series:
    for table in reading.sources.tables:
        if reading.sources.year(table) == year and code in reading.sources.columns(table):
            return reading.half(table, code).reindex(regions)
    return pd.Series(0.0, index=regions)


def _explained(
    frame: pd.DataFrame, reading: Reading, year: int, catalogue: Catalogue, suspects: Suspects, method: Method
) -> pd.DataFrame:
    """Name the reading that gives the printed value, or look for one wrong cell that does."""
    explained, deviation, notes = [], [], []
    missed = sum(
        all(abs(line[f"by_{short}"] - line["value"]) > line[f"tolerance_by_{short}"] for short in ("row", "label"))
        for _, line in frame.iterrows()
    )
    for region, line in frame.iterrows():
        fits = {
            name: abs(line[f"by_{short}"] - line["value"]) <= line[f"tolerance_by_{short}"]
            for name, short in (("row number", "row"), ("label", "label"))
        }
        if any(fits.values()):
            first = "by_row" if fits["row number"] else "by_label"
            found = " and ".join(name for name, fit in fits.items() if fit), line[first] - line["value"], ""
        elif missed > MOST_EXPLAINED:
            # So many are no slips of single cells; what lies behind them is looked for as a root cause.
            told = Reason("one of {count} that follow from no reading", {"count": missed})
            found = NOTHING, line["by_row"] - line["value"], told
        else:
            found = explain_cell(str(region), line, reading, year, catalogue, suspects, method)
        explained.append(found[0])
        deviation.append(found[1])
        notes.append(found[2])
    texts = {"explained_by": explained, "explanation": notes}
    kept = {name: pd.Series(own, index=frame.index, dtype=object) for name, own in texts.items()}
    return frame.assign(deviation=deviation, **kept)
