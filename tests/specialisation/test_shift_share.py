from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.specialisation import shift_share, shift_share_dynamic

START = pd.DataFrame([[100.0, 50], [100, 250]], index=pd.Index(["A", "B"], name="region"), columns=["x", "y"])
END = pd.DataFrame([[130.0, 45], [110, 265]], index=["A", "B"], columns=["x", "y"])
# nation 500 -> 550: g = .1; x 200 -> 240: .2; y 300 -> 310: 1/30


def test_dunn_by_hand():
    result = shift_share(START, END)
    cell = result.components.loc[("A", "x")]
    assert cell[["start", "end", "change"]].tolist() == [100, 130, 30]
    assert cell[["national", "mix", "competitive"]].tolist() == pytest.approx([10, 10, 10])
    other = result.components.loc[("A", "y")]
    assert other[["national", "mix", "competitive"]].tolist() == pytest.approx([5, 50 * (1 / 30 - 0.1), -5 - 50 / 30])
    assert result.by_region().loc["A", "national"] == pytest.approx(15)
    assert result.parts == ("national", "mix", "competitive") and result.periods == ("start", "end")


def test_esteban_marquillas_by_hand():
    result = shift_share(START, END, method="esteban_marquillas").components.loc[("A", "x")]
    # homothetic 150 * 200 / 500 = 60; the lead of A in x is .3 - .2
    assert result["competitive"] == pytest.approx(6) and result["allocation"] == pytest.approx(4)


def test_competitive_parts_cancel_in_the_nation():
    sums = shift_share(START, END).by_industry()
    assert sums["competitive"].tolist() == pytest.approx([0, 0], abs=1e-12)
    assert sums["mix"].sum() == pytest.approx(0, abs=1e-12)


def test_rows_are_aligned_by_label():
    shuffled = END.loc[["B", "A"], ["y", "x"]]
    assert shift_share(START, shuffled).components.equals(shift_share(START, END).components)
    assert shift_share(START, END).components.index.names == ["region", "industry"]


def test_dynamic_sums_its_steps():
    middle = pd.DataFrame([[120.0, 40], [100, 240]], index=["A", "B"], columns=["x", "y"])
    result = shift_share_dynamic({2010: START, 2012: middle, 2014: END})
    first, second = shift_share(START, middle), shift_share(middle, END)
    for part in result.parts:
        expected = first.components[part] + second.components[part]
        assert result.components[part].tolist() == pytest.approx(expected.tolist())
    assert (result.components["end"] - result.components["start"]).tolist() == pytest.approx(
        result.components["change"].tolist()
    )
    assert list(result.steps.index.levels[0]) == ["2010-2012", "2012-2014"]
    static = shift_share(START, END).components
    assert not np.allclose(result.components["national"], static["national"])


def test_new_industries_are_competitive_under_dunn_and_refused_otherwise():
    start = START.replace(50.0, 0.0)
    cell = shift_share(start, END).components.loc[("A", "y")]
    assert cell[["national", "mix", "competitive"]].tolist() == [0, 0, 45]
    with pytest.raises(RatingError, match=r"start, region 'A', industry 'y': the cell starts at zero.*dunn"):
        shift_share(start, END, method="esteban_marquillas")


def test_an_industry_new_to_the_nation():
    start = START.assign(y=[0.0, 0.0])
    components = shift_share(start, END).components
    assert components.loc[("B", "y"), ["national", "mix", "competitive"]].tolist() == [0, 0, 265]


def test_outside_cells_leave_every_table_and_total():
    start, end = START.copy(), END.copy()
    start.loc["B", "y"] = np.nan
    result = shift_share(start, end, missing="outside")
    assert result.components.loc[("B", "y")].drop("end").isna().all()
    assert result.missing == (("B", "y"),)
    # nation 250 -> 285 without the cell, at both dates
    assert result.components.loc[("A", "x"), "national"] == pytest.approx(100 * (285 / 250 - 1))
    kept = result.components.dropna()
    assert kept[list(result.parts)].sum(axis=1).tolist() == pytest.approx(kept["change"].tolist())
    with pytest.raises(RatingError, match="start, region 'B', industry 'y': the cell is missing"):
        shift_share(start, end)


def test_frames_are_copies_and_repr_sums():
    result = shift_share(START, END, method="esteban_marquillas")
    frame = result.to_frame()
    frame.iloc[:] = 0
    assert result.components["start"].sum() == 500
    assert "change 50" in repr(result) and "allocation" in repr(result) and "2 regions x 2 industries" in repr(result)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: shift_share(START, END, method="dun"), "method='dun' is not known.*nearest: dunn"),
        (lambda: shift_share(START, END.rename(index={"B": "C"})), "end: no region 'B', unknown region 'C'"),
        (lambda: shift_share(START, -END), "end, region 'A', industry 'x': -130 is negative"),
        (lambda: shift_share(START * 0, END), "start: the table has nothing but zeros"),
        (lambda: shift_share_dynamic({2010: START}), "1 table is given"),
        (lambda: shift_share_dynamic({2014: START, 2010: END}), "2010 follows 2014"),
    ],
)
def test_errors(call, words):
    with pytest.raises(RatingError, match=words):
        call()
