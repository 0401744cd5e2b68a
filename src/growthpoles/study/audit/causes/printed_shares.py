"""Shares: columns that are what each row holds of the sum of another column, in per cent or of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from growthpoles.study.audit.causes.printed_relations import ODD_ROWS, Block, Relation, of_one_year, sums_of

_WHOLES = 100.0, 1.0
#: Rows that tell, at least; parts of the rows that hold, as they stand and dealt anew; how near (log) columns come that
#: go along with each other, in the order of their size; the chance (log) that they look as shares.
_FEWEST_SHARES, _HALF, _MOVED, _NEAR, _CHANCE = 6, 0.5, 0.9, 0.05, float(np.log(1e-6))


@dataclass(frozen=True, slots=True)
class Shares:
    """How well a column is the shares of another: what they add up to, the factor, the rows that hold and all."""

    whole: float
    factor: float
    held: int
    known: int

    def relation(self, table: int, name: str, of: str) -> Relation:
        """Return it as what must hold in every row."""
        return Relation("ratio", table, (name, of), self.factor, whole=self.whole)


def share_relations(
    blocks: Mapping[int, Block],
    given: Sequence[tuple[str, str]] | None = None,
    results: Collection[tuple[int, str]] = (),
) -> list[Relation]:
    """Return the shares (column, of) that are stated, in every table that prints both; None finds them.

    What is stated is checked where nothing holds, too. `results` are columns that another formula gives.
    """
    found = []
    for table, block in blocks.items():
        free = [name for name in block.columns if (table, name) not in results]
        pairs = [(name, of) for name in free for of in block.columns] if given is None else given
        best = best_shares(block, pairs)
        for name, of in given or ():
            if name not in best and {name, of} <= set(block.columns) and (hit := _stated_shares(block, name, of)):
                best[name] = of, hit
        found += [hit.relation(table, name, of) for name, (of, hit) in best.items()]
    return of_one_year(found, blocks)


def best_shares(block: Block, pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, Shares]]:
    """Return the columns that are shares of another one, with that of which most rows are, the first of equal ones.

    Where a row does not hold, those in which that other one does not add up are no evidence, and its sum is that of
    its parts.
    """
    pairs = [(name, of) for name, of in pairs if name != of and {name, of} <= set(block.columns)]
    best: dict[str, tuple[str, Shares]] = {}
    for name, of in pairs:
        hit = shares_of(block, name, of)
        if hit is not None and (name not in best or hit.held > best[name][1].held):
            best[name] = of, hit
    unsure = [(name, of) for name, of in pairs if name not in best or best[name][1].held < best[name][1].known]
    odd = _odd_in_sums(block) if unsure else {}
    for name, of in (pair for pair in unsure if pair[1] in odd):
        hit = shares_of(block, name, of, *odd[of])
        if hit is not None and (name not in best or hit.held > best[name][1].held - (of == best[name][0])):
            best[name] = of, hit
    return best


def _odd_in_sums(block: Block) -> dict[str, tuple[npt.NDArray[np.bool_], float]]:
    """Return the rows in which sums of columns do not hold, with the sum of each column as its parts give it."""
    odd: dict[str, tuple[npt.NDArray[np.bool_], float]] = {}
    for members in (each for ways in sums_of(block, set()) for each in ways):
        relation = Relation("sum", block.table, members)
        wrong = relation.wrong(block)
        for name in members if wrong.any() else ():
            value = block.columns[name].value
            parts = np.where(wrong, relation.implied(block, name)[1], value) if name == members[0] else value
            before = odd.get(name)
            odd[name] = (wrong if before is None else before[0] | wrong), float(np.nansum(parts))
    return odd


def _stated_shares(block: Block, name: str, of: str) -> Shares | None:
    """Return shares of what is printed, though few rows hold; None where a gap hides a part of the sum."""
    column, base = block.columns[name], block.columns[of]
    known = np.isfinite(column.value) & np.isfinite(base.value)
    total, added = float(np.nansum(base.value[known])), float(np.nansum(column.value))
    if not known.any() or not np.isfinite(base.value).all() or total <= 0 or added <= 0:
        return None
    whole = min(_WHOLES, key=lambda each: abs(np.log(added / each)))
    return Shares(whole, whole / total, 0, int(known.sum()))


def shares_of(
    block: Block, name: str, of: str, odd: npt.NDArray[np.bool_] | None = None, total: float | None = None
) -> Shares | None:
    """Tell whether a column holds the shares of another, in its rows or with its figures dealt over other rows.

    The sum that the shares refer to is the one that most rows allow: a gap may hide a part of it. Half of the rows
    must hold, or, where they were moved, all but one in ten: in the order of their size, or one or two rows on. Rows
    that are `odd` for another reason are no evidence, and are among those that hold or not.
    """
    column, base = block.columns[name], block.columns[of]
    added, total = float(np.nansum(column.value)), float(np.nansum(base.value)) if total is None else total
    known = np.isfinite(column.value) & np.isfinite(base.value) & (column.low > 0) & (base.low > 0)
    if not known.any() or added <= 0 or total <= 0:
        return None
    # A wrong cell may be among those that are added up, of either column.
    middle = float(np.median(column.value[known] / base.value[known]))
    whole = next((w for w in _WHOLES for each in (added, middle * total) if 0.8 * w < each < 1.2 * w), 0.0)
    if not whole:
        return None
    telling = known & (column.value > 20 * (column.high - column.low))
    if telling.sum() < _FEWEST_SHARES:
        return None
    # Rows that are the same say nothing more.
    at = np.flatnonzero(known if odd is None else known & ~odd)
    at = at[np.sort(np.unique(np.stack([column.value[at], base.value[at]]), axis=1, return_index=True)[1])]
    n = len(at)
    share = (column.low[at], column.value[at], column.high[at])
    figure = (base.low[at], base.value[at], base.high[at])
    # Of a gap the figure may stand in another row, and be lost in its own.
    ranks = [np.argsort(np.argsort(part[1], kind="stable"), kind="stable") for part in (share, figure)]
    orders = [np.arange(n), np.argsort(ranks[1])[ranks[0]], *(np.roll(np.arange(n), by) for by in (1, -1, 2, -2))]
    scatter = 0.0
    for number, order in enumerate(orders):
        # What a row says the sum is: an interval; a point of the line that most of them cover.
        least, most = whole * figure[0][order] / share[2], whole * figure[2][order] / share[0]
        ends = np.concatenate([least, most])
        cover = [((least <= end * (1 + 1e-12)) & (most >= end * (1 - 1e-12))).sum() for end in ends]
        held = int(max(cover))
        inside = ends[np.array(cover) == held]
        # Rows that moved are held against the printed sum, where the others allow it.
        sum_of = total if inside.min() <= total <= inside.max() else float(np.sqrt(inside.min() * inside.max()))
        out = ~((least <= sum_of * (1 + 1e-12)) & (most >= sum_of * (1 - 1e-12)))
        away = np.sort(np.abs(np.log(least * most) / 2 - np.log(sum_of))[out])
        width, k = np.log(most / least), int(out.sum())
        scatter = scatter if number else float(np.median(np.abs(np.log(least * most) / 2 - np.log(sum_of))))
        enough = max(n - ODD_ROWS if k <= ODD_ROWS else n * (_HALF if not number else _MOVED), _FEWEST_SHARES)
        if held < enough or not 0.5 < sum_of / total < 2:
            continue
        if number:
            # Columns that merely go along with each other come near in the order of their size, and in their rows.
            rate = np.minimum(width[~out] / _NEAR, 1.0)
            chance = np.log(len(orders) * float(comb(n, k))) + np.log(np.maximum(rate, 1e-9)).sum()
            if scatter < max(_NEAR, 5 * float(np.median(width))):
                continue
        elif k:
            # They would scatter in all rows as in the odd ones; one just off is nearly held, and no measure of it.
            narrow = float(np.median(width))
            near = min(int((away <= narrow).sum()), k - 1) if k <= ODD_ROWS else 0
            rate = np.minimum(
                np.array([narrow, *(2 * away[:near])]) / (2.5 * float(away[near + (k - near - 1) // 2])), 1
            )
            chance = np.log(n * float(comb(n, k))) + (n - k) * np.log(rate[0]) + np.log(rate[1:]).sum()
        else:
            chance = -np.inf
        if chance < _CHANCE:
            own = known & (whole * base.low <= sum_of * column.high) & (whole * base.high >= sum_of * column.low)
            return Shares(whole, whole / sum_of, int(own.sum()), int(known.sum()))
    return None
