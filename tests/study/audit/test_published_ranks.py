"""Ranks and classes against their index: ties, either direction, one wrong cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.study.audit.published_ranks import class_misfits, order_finding, rank_misfits, rank_value

INDEX = np.array([50.7, 77.0, 28.6, 76.9, 21.7, 45.4, 69.7, 44.6, 53.0, 21.7])


@pytest.mark.parametrize("method", ["min", "max", "average", "first", "dense"])
@pytest.mark.parametrize("ascending", [True, False])
def test_every_way_to_rank_is_right(method: str, ascending: bool) -> None:
    ranks = pd.Series(INDEX).rank(method=method, ascending=ascending).to_numpy()  # type: ignore[arg-type]
    assert not rank_misfits(INDEX, ranks)[0].any()


def test_exchanged_ranks_are_the_two_wrong_ones() -> None:
    ranks = pd.Series(-INDEX).rank(method="min").to_numpy().copy()
    ranks[[2, 6]] = ranks[[6, 2]]
    wrong, want = rank_misfits(INDEX, ranks)
    assert list(np.flatnonzero(wrong)) == [2, 6] and want[6] == 3


def test_a_shared_place_is_read() -> None:
    assert rank_value("9-10", ".") == 9.5 and np.isnan(rank_value("-", "."))


def test_one_class_out_of_order_is_the_one() -> None:
    letters = ["A" if value > 60 else "B" if value > 40 else "C" for value in INDEX]
    assert not class_misfits(INDEX, letters).any() and not class_misfits(-INDEX, letters).any()
    letters[2] = "A"
    assert list(np.flatnonzero(class_misfits(INDEX, letters))) == [2]


@pytest.mark.parametrize("kind", ["rank", "class"])
def test_rows_without_an_index_are_not_compared(kind: str) -> None:
    """A total at the end has neither index nor rank; the evidence counts what was compared."""
    printed = ["1", "2", "3", "4", "6", "5", "-"] if kind == "rank" else ["A", "A", "B", "B", "A", "C", "-"]
    index = np.array([90.0, 80, 70, 60, 50, 40, np.nan])
    column = pd.DataFrame({"row": range(1, 8), "region": list("abcdefg"), "column": "place", "printed": printed})
    found = order_finding(
        kind, column, column.assign(column="index"), index, table=1, year=None, decimal=".", sure=True
    )
    assert found is not None
    wrong = len(found.cells)
    assert found.evidence == f"{6 - wrong} of 6 rows of place follow index" and wrong == (2 if kind == "rank" else 1)


@pytest.mark.parametrize("places", [(1, 2), (2, 3, 4), (0, 9), (1, 5, 6)])
def test_places_behind_several_gaps_are_counted(places: tuple[int, ...]) -> None:
    index = INDEX + np.arange(10) / 100
    ranks = pd.Series(-index).rank(method="min").to_numpy().copy()
    for place in places:
        at = int(np.argsort(-INDEX)[place])
        index[at] = ranks[at] = np.nan
    assert not rank_misfits(index, ranks)[0].any()


def test_a_place_behind_a_gap_is_counted() -> None:
    """A region without index and rank holds the third place: those behind it are one further on."""
    index = INDEX.copy()
    ranks = pd.Series(-INDEX).rank(method="min").to_numpy().copy()
    at = int(np.argsort(-INDEX)[2])
    index[at] = ranks[at] = np.nan
    assert not rank_misfits(index, ranks)[0].any()
    ranks[[0, 1]] = ranks[[1, 0]]
    assert list(np.flatnonzero(rank_misfits(index, ranks)[0])) == [0, 1]
