"""Time charts: what is marked, on which scale, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import MapError


@pytest.fixture
def paths() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.random((5, 4)), index=list("abcde"), columns=[2000, 2003, 2010, 2011])
    frame.loc["b", 2003] = np.nan
    return frame


def test_marked_regions_have_a_colour_of_their_own_and_years_keep_their_distance(paths):
    axes = gp.plot_paths(paths, marked=["c", "a"], label="Index")
    lines = {line.get_gid(): line for line in axes.lines}
    colours = [lines[f"path-{code}"].get_color() for code in "abcde"]
    assert len(set(colours)) == 3 and colours[1] == colours[3] == colours[4]
    assert lines["path-a"].get_xdata().tolist() == [2000, 2003, 2010, 2011]
    assert np.isnan(lines["path-b"].get_ydata()[1])


def test_ranks_stand_with_the_first_on_top(paths):
    low, high = gp.plot_paths(paths.rank(), falling=True).get_ylim()
    assert low > high


@pytest.mark.parametrize(
    ("change", "options", "problem"),
    [
        (lambda frame: frame[[2000]], {}, "no path to draw"),
        (lambda frame: frame * np.nan, {}, "no path to draw"),
        (lambda frame: frame, {"marked": ["z"]}, "marked: z"),
        (lambda frame: frame, {"marked": list("abcdeab")}, "up to 6"),
    ],
)
def test_what_cannot_be_drawn_is_refused(paths, change, options, problem):
    with pytest.raises(MapError, match=problem):
        gp.plot_paths(change(paths), **options)


def test_parts_end_where_their_sum_is():
    change = pd.DataFrame({"own": [3.0, -2, 1, np.nan], "leader": [2.0, 1, -4, 0]}, index=list("abcd"))
    axes = gp.plot_change_parts(change)
    dots = next(line for line in axes.lines if line.get_marker() == "o")
    assert dots.get_xdata().tolist() == [5.0, -1.0, -3.0]
    ends = [round(bar.get_x() + bar.get_width(), 9) for bar in axes.patches]
    assert ends == [3.0, -2.0, 1.0, 5.0, 1.0, -4.0]
    with pytest.raises(MapError, match="no region has both parts"):
        gp.plot_change_parts(change.iloc[3:])
