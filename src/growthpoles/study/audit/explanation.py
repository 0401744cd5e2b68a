"""Which single wrong cell would give a published index that no reading of the tables gives."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from growthpoles.errors import RatingError
from growthpoles.study.audit.arithmetic import check_arithmetic
from growthpoles.study.audit.hidden_denominators import find_copies
from growthpoles.study.audit.printed_cells import Sources, records
from growthpoles.study.audit.readings import Reading

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.ratings.rating_options import Method

#: Cells known to be off by a power of ten: (year, column, region) -> power.
Suspects = dict[tuple[int, str, str], int]
Array = NDArray[np.float64]
_LEADER = "(leader)"
_POWERS = (1, -1, 2, -2, 3, -3)


def shifted_cells(sources: Sources) -> Suspects:
    """Collect the cells that arithmetic or an implied denominator shows to be off by a power of ten."""
    found: Suspects = {}
    wrong = check_arithmetic(sources.cells, sources.formulas, decimal=sources.decimal)
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


def by_leaders(method: Method) -> bool:
    """Whether the index of a region follows from its own values and those of the leaders alone."""
    kinds = [
        {option} if isinstance(option, str) else set(option.values())
        for option in (method.aggregation, method.weighting)
    ]
    plain = method.normalisation == "leader" and method.treatment == "none"
    return plain and "copeland" not in kinds[0] and kinds[1] <= {"given", "equal"}


def rate_against(
    table: pd.DataFrame, leaders: pd.DataFrame, catalogue: Catalogue, method: Method | None = None
) -> pd.DataFrame:
    """Rate a table against the leaders of another one; a score is above 100 where a value is better than the leader.

    For methods :func:`by_leaders` only; None is the article's.
    """
    from growthpoles.ratings.derive import indicator_values
    from growthpoles.ratings.rate import rate_with
    from growthpoles.ratings.rating_options import Method

    values, best = indicator_values(table, catalogue), indicator_values(leaders, catalogue)
    row = {str(code): leader(best[code], str(code), catalogue) for code in values.columns}
    both = pd.concat([values, pd.DataFrame([row], index=pd.Index([_LEADER], name="region"))])
    against = (method or Method()).but(normalisation="reference", reference=_LEADER)
    return rate_with(both, catalogue, against).drop(index=_LEADER)


def explain_cell(
    region: str,
    line: pd.Series,
    reading: Reading,
    year: int,
    catalogue: Catalogue,
    suspects: Suspects,
    method: Method,
) -> tuple[str, float, str]:
    """Find one wrong cell of the region that gives the printed index while every other cell and all leaders stay.

    Where the method looks at more than the leaders (:func:`by_leaders`), the whole table is rated with that cell.

    Tried in turn: cells already known to be shifted; any own cell shifted by 10^-3 to 10^3; any own cell taken from
    another row. The note says how many changes of the same kind fit as well: with many trials some fit by chance.

    Returns
    -------
    kind, deviation, note
    """
    from growthpoles.ratings.derive import indicator_values

    table = indicator_values(reading.indicators(year, catalogue), catalogue)
    values = {str(code): float(table[code][region]) for code in table.columns}
    shifts = [(str(code), power) for code in table.columns for power in _POWERS]
    known = [(code, suspects[(year, code, region)]) for code in table.columns if (year, code, region) in suspects]
    value, tolerance = float(line["value"]), float(line["tolerance_by_row"])
    for kind, changes in (
        ("decimal shift of a cell known to be shifted", known),
        ("decimal shift of one cell", shifts),
    ):
        own = [(code, values[code] * 10.0**-power) for code, power in changes]
        found = _closest(region, table, own, catalogue, method, value, tolerance)
        if found is not None:
            at, result, fitting = found
            code, shifted = own[at]
            best = leader(table[code], code, catalogue)
            text = f"if its own {code} counts as {shifted:.10g}"
            text += f" while the leader's value stays {best:.10g}" if by_leaders(method) else ""
            return kind, result - value, f"{result:.2f} {text}; {fitting} of {len(own)} such changes fit"
    rows = [(str(code), str(other)) for code in table.columns for other in table.index if other != region]
    own = [(code, float(table[code][other])) for code, other in rows]
    found = _closest(region, table, own, catalogue, method, value, tolerance)
    if found is not None:
        at, result, fitting = found
        text = f"if its {rows[at][0]} is that of {rows[at][1]}"
        return "value of another row", result - value, f"{result:.2f} {text}; {fitting} of {len(own)} such changes fit"
    note = f"{line['by_row']:.2f} by row number, {line['by_label']:.2f} by label"
    return "nothing", float(line["by_row"]) - value, note


def _closest(
    region: str,
    table: pd.DataFrame,
    changes: list[tuple[str, float]],
    catalogue: Catalogue,
    method: Method,
    target: float,
    tolerance: float,
) -> tuple[int, float, int] | None:
    """Return position, index and number of the changes that fit."""
    tried = _against_leaders if by_leaders(method) else _in_the_table
    usable, index = tried(region, table, changes, catalogue, method)
    gap = np.abs(index - target)
    fitting = int((gap <= tolerance).sum())
    if not fitting:
        return None
    nearest = int(np.nanargmin(gap))
    return usable[nearest], float(index[nearest]), fitting


def _in_the_table(
    region: str, table: pd.DataFrame, changes: list[tuple[str, float]], catalogue: Catalogue, method: Method
) -> tuple[list[int], Array]:
    """Rate the whole table with each change in it; NaN where the method does not take it."""
    from growthpoles.ratings.aggregation_tree import index_of
    from growthpoles.ratings.rating_options import compiled

    index, tree, place = np.full(len(changes), np.nan), compiled(catalogue), list(table.index).index(region)
    for at, (code, value) in enumerate(changes):
        trial = table.copy()
        trial.loc[region, code] = value
        with suppress(RatingError):
            index[at] = float(index_of(trial, tree, method)[place])
    return list(range(len(changes))), index


def _against_leaders(
    region: str, table: pd.DataFrame, changes: list[tuple[str, float]], catalogue: Catalogue, method: Method
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
    trials = pd.DataFrame([table.loc[region]] * len(usable), index=pd.Index(range(len(usable)), name="region"))
    for place, at in enumerate(usable):
        code, value = changes[at]
        trials.loc[place, code] = value
    return usable, rate_against(trials, table, catalogue, method)[catalogue.root].to_numpy(float)
