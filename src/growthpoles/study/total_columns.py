"""Total columns: columns of a table that are the sum of others, say so, or are parts of others."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from growthpoles.errors import plain
from growthpoles.language.languages import alternatives
from growthpoles.regions.name_matching import says_only_total, says_part, says_sum
from growthpoles.regions.row_levels import FEWEST_PARTS, sum_holds
from growthpoles.study.table_totals import CLOSE, Array, find_totals

_REGIONS = 60  # that columns are added up in to find totals among them; those found are looked at in all
_HOLDS = 0.8  # of the regions that a total adds up in; the others are told
_WIDEST = 2000
_EXACT = 4  # different sums that are met to the digit
_SAME = 0.6  # of the columns below two heads, so many bear the same names
_NO_AMOUNT = {f"a {kind}": alternatives(f"no_amount_{kind}") for kind in ("percentage", "year", "code")}
INDUSTRY = re.compile(rf"(?<!\w)(?:{alternatives('industries')})", flags=re.IGNORECASE)
_MEASURE = re.compile(rf"(?:{alternatives('measures')})", flags=re.IGNORECASE)
_HEADS = re.compile(r"[,:;]\s")  # between the names of a column that has several, one above the other


class TotalColumn(NamedTuple):
    """What is known of a column that is the sum of others, or says that it is a total or a part of another.

    Attributes
    ----------
    told : str
        What it adds up to or says, and where it does not hold.
    adds_up : bool
        Whether it is the sum of its parts.
    certain : bool
        Whether it is a total beyond doubt: it adds up, comes close, exceeds the others or says nothing else; or a part
        of a column that is nowhere less.
    parts : tuple of str
        Columns that it sums up, or that come nearest to it; of a part none.
    of : str
        Of a part, the column that holds it.
    """

    told: str
    adds_up: bool
    certain: bool
    parts: tuple[str, ...]
    of: str = ""

    @property
    def summed(self) -> tuple[str, ...]:
        """Columns that it is the sum of."""
        return self.parts if self.adds_up else ()


def total_columns(table: pd.DataFrame) -> dict[str, TotalColumn]:
    """Find columns that are the sum of others, subtotals too, that say so, or that are parts of others, by name.

    Parameters
    ----------
    table : DataFrame
        Regions x industries in printed order, NaN where there is no number.

    Notes
    -----
    Where most columns say that they are totals ("Total farming", "Total mining"), the word tells nothing; nor does "of
    which" where the others add up to the column above only with those that say it.
    """
    inside = _inside(table)
    if inside:
        sums = _totals(table)
        kept = [name for name, each in inside.items() if each.of in sums and name in sums[each.of].summed]
        inside = {name: each for name, each in inside.items() if name not in kept}
        sums = _totals(table.drop(columns=list(inside)))
        for name, each in inside.items():  # selected industries of a total, or a part beside them?
            if each.of in sums and not sums[each.of].adds_up:
                inside[name] = each._replace(certain=False)
    else:
        sums = _totals(table)
    return {str(name): (inside | sums)[str(name)] for name in table.columns if str(name) in inside or str(name) in sums}


def _inside(table: pd.DataFrame) -> dict[str, TotalColumn]:
    """Find columns that say that they are a part of the one before them that does not, and hold to it."""
    names = [str(name) for name in table.columns]
    says = [says_part(name) for name in names]
    if not 0 < sum(says) <= len(names) / 2:
        return {}
    values = table.to_numpy(dtype=float).T
    found: dict[str, TotalColumn] = {}
    for at in [at for at, part in enumerate(says) if part]:
        told, certain, of = "it says that it is a part of another column, and none before it holds it", False, ""
        for above in [i for i in range(at)[::-1] if not says[i]]:
            known = np.isfinite(values[at]) & np.isfinite(values[above])
            if known.any() and (values[at] <= values[above])[known].all():
                most = int(np.argmax(np.where(known, values[at], -np.inf)))
                of, certain = names[above], True
                told = f"it is a part of {plain(of)}: {values[at, most]:g} of {values[above, most]:g}"
                told += f" in {plain(table.index[most])}"
                break
        found[names[at]] = TotalColumn(told, False, certain, (), of)
    return found


def _totals(table: pd.DataFrame) -> dict[str, TotalColumn]:
    """Find columns that are the sum of others, or say so."""
    names = [str(name) for name in table.columns]
    values = table.to_numpy(dtype=float).T
    if not 2 <= len(names) <= _WIDEST or not values.size:
        return {}
    unit = unit_of(values)
    places = [unit if unit >= 1 else unit_of(row) for row in values]
    halves = np.broadcast_to(0.5 * np.array(places)[:, None], values.shape)
    fullest = np.argsort(-np.isfinite(values).sum(axis=0), kind="stable")
    some = np.sort(fullest[np.unique(np.linspace(0, values.shape[1] - 1, _REGIONS).astype(int))])
    says = [says_sum(name) for name in names]
    says = says if sum(says) <= len(names) / 2 else [says_only_total(name) for name in names]
    found = {row: parts for row, parts in find_totals(values[:, some], halves[:, some])
             if _share_met(values, halves, row, parts) >= _HOLDS}  # fmt: skip
    rest = [i for i in range(len(names)) if i not in found and not says[i]]
    for row in [i for i in range(len(names)) if i not in found]:  # the sum of all others, wherever it stands
        others = tuple(i for i in rest if i != row)
        meets = len(others) > 1 and _share_met(values, halves, row, others) >= _HOLDS
        if meets and (says[row] or _by_no_chance(values, halves, row, others)):
            found[row] = others
            rest = [i for i in rest if i != row]
    totals = {}
    for row in [i for i in range(len(names)) if i in found or says[i]]:
        parts = found.get(row) or _nearest_parts(values, row, rest, {*found, *np.flatnonzero(says).tolist()})
        told = "it says that it is a total" if says[row] else "it is the sum of other columns"
        own, total = values[row], np.nansum(values[list(parts)], axis=0)
        known = np.isfinite(own) & np.isfinite(values[list(parts)]).all(axis=0)
        off = np.flatnonzero(known & ~sum_holds(values, halves, row, parts)[0] & ~((own == 0) & (total == 0)))
        if len(off):
            worst = int(off[np.argmax(np.abs(own - total)[off])])
            what = f"{own[worst]:g} in {table.index[worst]}, and the others add up to {total[worst]:g}"
            told += f", but does not add up in {len(off)} of {known.sum()} regions: {what}"
        close = np.isclose(own[known], total[known], rtol=CLOSE)
        more = bool(known.any()) and (close.mean() >= _HOLDS or bool((own[known] >= total[known]).all()))
        certain = row in found or says_only_total(names[row]) or more
        totals[names[row]] = TotalColumn(told, row in found, certain, tuple(names[i] for i in parts))
    return totals


def _share_met(values: Array, halves: Array, row: int, parts: Sequence[int]) -> float:
    """Return the share of columns with a total in which it is the sum of its parts, a gap counting as nothing."""
    holds, there, _ = sum_holds(values, halves, row, parts)
    return float(holds[there].mean()) if there.any() else 0.0


def _by_no_chance(values: Array, halves: Array, row: int, parts: Sequence[int]) -> bool:
    """Tell whether a row is the sum of others to the digit in several columns, or to little beside their size."""
    own, below = values[row], values[list(parts)]
    whole = np.isfinite(own) & np.isfinite(below).all(axis=0) & ((below != 0).sum(axis=0) >= FEWEST_PARTS)
    exact = whole & (np.abs(own - below.sum(axis=0)) <= halves[row] + 1e-9 * np.abs(own))
    large = whole.sum() > 2 and own[whole].max() > 40 * halves[row, 0] * len(parts)
    return bool(large or (len(np.unique(own[exact])) >= _EXACT and exact.sum() == whole.sum()))


def _nearest_parts(values: Array, row: int, rest: Sequence[int], totals: Container[int]) -> tuple[int, ...]:
    """Return what a column that does not add up comes nearest to: all others, or those up to the next total."""
    runs: list[list[int]] = [[i for i in rest if i != row], [], []]
    for run, step in zip(runs[1:], (-1, 1), strict=True):
        at = row + step
        while 0 <= at < len(values) and at not in totals:
            run.append(at)
            at += step
    own = np.nansum(values[row])
    apart = [abs(float(np.nansum(values[np.array(run, dtype=int)])) - own) for run in runs]
    return tuple(min(zip(apart, runs, strict=True), key=lambda each: (not each[1], each[0]))[1])


def unit_of(values: Array) -> float:
    """Return the largest power of ten, up to a million, that all whole numbers, or their digits, are multiples of."""
    found = values[~np.isnan(values)]
    if len(found) == 0 or (found != np.round(found)).any():
        return float(10.0 ** -max((len(f"{value:.10g}".partition(".")[2]) for value in found), default=0))
    unit = 1.0
    while unit < 1e6 and (found % (10 * unit) == 0).all() and found.any():
        unit *= 10
    return unit


def no_amount(name: str, unit: str, values: pd.Series) -> str:
    """Say what a column is that cannot be added up over regions: a percentage, a year or a code; else nothing."""
    for what, words in _NO_AMOUNT.items():
        if re.search(words, name.strip(), re.IGNORECASE) or (unit and re.search(words, unit, re.IGNORECASE)):
            return what
    known = values.dropna()
    if len(known) > 3 and (known == known.round()).all():
        if known.between(1800, 2100).all():
            return "a year"
        if (known.to_numpy() == range(1, len(known) + 1)).all():
            return "a code"
    return ""


def measures_beside(names: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns of each of several measures that stand side by side for the same industries; of one none.

    "Trade, Firms", "Trade, Jobs", "Mining, Firms", "Mining, Jobs" are two industries, of which there are two numbers.
    """
    cuts = [(name[: hit.start()], name[hit.end() :], name) for name in names for hit in _HEADS.finditer(name)]
    best: dict[str, list[str]] = {}
    for side in (0, 1):
        below: dict[str, dict[str, str]] = {}
        for cut in cuts:
            below.setdefault(cut[side], {})[cut[1 - side]] = cut[2]
        for own in below.values():
            alike = {head: list(other.values()) for head, other in below.items()
                     if len(own.keys() & other.keys()) >= max(2, _SAME * max(len(own), len(other)))}  # fmt: skip
            if len(alike) > 1 and _rank(alike) > _rank(best):
                best = alike
    return best if 2 * _rank(best)[0] > len(names) else {}


def _rank(heads: dict[str, list[str]]) -> tuple[int, float, int]:
    """Put the heads of most columns first, of those the ones called measures and not industries, then the fewest."""
    called = sum(bool(_MEASURE.search(head)) - bool(INDUSTRY.search(head)) for head in heads) / max(1, len(heads))
    return sum(map(len, heads.values())), called, -len(heads)
