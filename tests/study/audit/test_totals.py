"""Totals: rows that sum up others are found, and chance gives none."""

from __future__ import annotations

import numpy as np

from growthpoles.study.audit.causes.totals import find_totals


def test_subtotals_are_found() -> None:
    rng = np.random.default_rng(0)
    rows: list[np.ndarray] = []
    for size in (3, 5, 4):
        group = np.round(rng.lognormal(5, 1, (size, 4)), 1)
        rows += [np.round(group.sum(axis=0), 1), *group]
    table = np.array(rows)
    found = find_totals(table, np.full(table.shape, 0.05))
    assert found == [(0, (1, 2, 3)), (4, (5, 6, 7, 8, 9)), (10, (11, 12, 13, 14))]


def test_a_total_with_one_wrong_column_is_still_one() -> None:
    table = np.round(np.random.default_rng(1).lognormal(5, 1, (8, 4)), 1)
    table = np.vstack([table, np.round(table.sum(axis=0), 1) * np.array([1, 1, 1, 10])])
    assert find_totals(table, np.full(table.shape, 0.05)) == [(8, tuple(range(8)))]


def test_chance_gives_no_total() -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        table = np.round(rng.lognormal(3, 0.8, (int(rng.integers(5, 40)), int(rng.integers(2, 10)))), 0)
        assert find_totals(table, np.full(table.shape, 0.5)) == []
