"""Division change: data of one territorial division of Kazakhstan carried to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import SupportsIndex

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, Reason, RegionError, listed, message
from growthpoles.regions.join import check_regions
from growthpoles.regions.kazakhstan.divisions import predecessors, region_names, successors, vintage_of

Weights = Mapping[str, Mapping[str, float]]

_TOLERANCE = 1e-9  # by which the shares of a region may miss 1


def to_vintage(
    table: pd.DataFrame,
    *,
    from_vintage: SupportsIndex,
    to_vintage: SupportsIndex,
    additive: Iterable[str] | None = None,
    weights: Weights | None = None,
) -> pd.DataFrame:
    """Carry a table of Kazakhstan's regions over to the regions of another vintage.

    Parameters
    ----------
    table : DataFrame
        Indexed by the codes of all regions of `from_vintage`; float columns.
    from_vintage, to_vintage : int
        Years; see :func:`growthpoles.regions.kazakhstan.divisions.vintage_of`. Towards an earlier vintage
        regions merge; towards a later one they split.
    additive : iterable of str, optional
        Columns that are totals, so that the value of a union is the sum. None: all columns. Any other column is kept
        where no region changes, and refused where one does: recompute a ratio from its parts after the change.
    weights : mapping of code to (mapping of code to share), optional
        For every region that splits, the share that each of its successors gets of every total; shares sum to 1.

    Returns
    -------
    DataFrame
        Index `region` in the order of `to_vintage`. A region is NaN where a region it is made of is NaN. ``attrs`` as
        those of `table`, with `vintage`, `changes` (list of (from, to, share), only where regions changed) and
        `missing` carried over, if there is one.

    Raises
    ------
    RegionError
        If the index is not that of `from_vintage`, a region splits and `weights` is silent, or the shares do not fit.
    DataError
        If a column that is not additive would have to change.

    Notes
    -----
    ``value_t = sum over f of share_ft * value_f``, with share 1 where f lies wholly in t. Equal shares say that the
    total is spread like whatever the shares were taken from (population, for instance), which is an assumption.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"population": 1.0}, index=gp.load_regions(2022).index)
    >>> merged = gp.to_vintage(table, from_vintage=2022, to_vintage=2018)
    >>> merged.loc[["KZ-VOS", "KZ-AKM"], "population"].tolist()
    [2.0, 1.0]
    """
    start, end = vintage_of(from_vintage), vintage_of(to_vintage)
    sources, targets = region_names(start).index, region_names(end).index
    check_regions(table.index, sources, found_in="the table", expected_in=f"the {start} vintage")
    shares = _shares(sources, start=start, end=end, weights=weights)
    matrix = pd.DataFrame(0.0, index=targets, columns=sources)
    for source, target, share in shares:
        matrix.loc[target, source] = share
    changed = [(source, target) for source, target, share in shares if share != 1 or (matrix.loc[target] > 0).sum() > 1]
    touched = {target for _, target in changed}
    totals = set(table.columns if additive is None else additive)
    ratios = [column for column in table.columns if column not in totals]
    if ratios and changed:
        problem = f"{listed(ratios)} does not add up over {listed(dict.fromkeys(source for source, _ in changed))}"
        allowed = "columns named in additive=, and ratios recomputed from them"
        raise DataError(message(problem, where=f"{start} to {end}", allowed=allowed))
    values = table.reindex(sources).to_numpy(dtype=float)
    used = matrix.to_numpy()
    summed = np.array([[_dot(row, values[:, j]) for j in range(values.shape[1])] for row in used]).reshape(
        len(targets), -1
    )
    result = pd.DataFrame(summed, index=pd.Index(targets, name="region"), columns=table.columns)
    result.attrs = {**table.attrs, "vintage": end}
    result.attrs["changes"] = [(s, t, share) for s, t, share in shares if t in touched]
    if "missing" in table.attrs:
        result.attrs["missing"] = _carried(table.attrs["missing"], shares)
    return result


def _dot(shares: np.ndarray, values: np.ndarray) -> float:
    """Weighted sum over the parts of a region; NaN if one of them is, and nothing of the others."""
    parts = shares > 0
    return float(shares[parts] @ values[parts])


def _shares(sources: Iterable[str], *, start: int, end: int, weights: Weights | None) -> list[tuple[str, str, float]]:
    """Return (from, to, share), in the order of `sources`."""
    weights = weights or {}
    if end >= start:
        parts = {code: successors(code, from_vintage=start, to_vintage=end) for code in sources}
    else:
        parts = {code: predecessors(code, from_vintage=start, to_vintage=end) for code in sources}
    split = {code: into for code, into in parts.items() if len(into) > 1}
    stray = [code for code in weights if code not in split]
    if stray:
        raise RegionError(
            message(f"weights for {listed(stray)}", where=f"{start} to {end}", allowed=listed(split) or "no weights")
        )
    lacking = [f"{code} into {' and '.join(into)}" for code, into in split.items() if code not in weights]
    if lacking:
        problem = f"regions split: {'; '.join(lacking)}"
        allowed = "weights= with the share of each part (a total does not say how it was spread)"
        raise RegionError(message(problem, where=f"{start} to {end}", allowed=allowed))
    for code, into in split.items():
        _check_weights(code, into, weights[code])
    return [
        (code, part, float(weights[code][part]) if code in split else 1.0)
        for code, into in parts.items()
        for part in into
    ]


def _check_weights(code: str, into: list[str], given: Mapping[str, float]) -> None:
    check_regions(given, into, found_in=f"the weights of {code}", expected_in=f"the successors of {code}")
    numbers = np.array([given[part] for part in into], dtype=float)
    if not np.isfinite(numbers).all() or (numbers < 0).any() or abs(numbers.sum() - 1) > _TOLERANCE:
        shown = ", ".join(f"{part} {number:g}" for part, number in zip(into, numbers, strict=True))
        raise RegionError(message(f"the weights of {code} are {shown}", allowed="shares from 0 to 1 that sum to 1"))


_OF_PART = "{region}: {reason}"


def _carried(
    missing: Iterable[tuple[str, str, str]], shares: list[tuple[str, str, float]]
) -> list[tuple[str, str, str]]:
    """Name the regions that a gap ends up in."""
    into: dict[str, list[str]] = {}
    for source, target, share in shares:
        if share > 0:
            into.setdefault(source, []).append(target)
    return [
        (target, column, reason if into[region] == [region] else Reason(_OF_PART, {"region": region, "reason": reason}))
        for region, column, reason in missing
        for target in into.get(region, [])
    ]
