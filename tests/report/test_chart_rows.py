"""Charts of many regions show so many rows as the sheet has room for, and say so."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.language.phrases import Words
from growthpoles.maps.presets import PRESETS
from growthpoles.report.figure_views import row_limit, rows_told, shown_rows

SOURCE = "A source of some length that goes on for a while \N{MIDDLE DOT} scores by common limits of all years"


def results_of(n: int, preset: str = "report"):
    index = pd.Index([f"R{i}" for i in range(n)], name="region")
    values = pd.DataFrame({"index": np.linspace(90.0, 10.0, n)}, index=index)
    report = SimpleNamespace(preset=preset)
    return SimpleNamespace(
        regions=values, years=(2010, 2014), root="index", study=SimpleNamespace(report=report),
        common=lambda year: values, rating=lambda year: values,
    )  # fmt: skip


@pytest.mark.parametrize("n", [2, 16, 76, 77, 300, 3_220])
def test_the_first_and_the_last_are_shown_where_there_is_no_room_for_all(n):
    results, most = results_of(n), row_limit("report")
    shown, told = shown_rows(results, "slope", 2014), rows_told(results, Words("en"), "slope")
    if n <= most:
        assert shown is None and told == ""
        return
    assert shown is not None and len(shown) <= most and {"R0", f"R{n - 1}"} <= set(shown)
    assert f"the first {most // 2} and the last {most // 2}" in told and shown.is_unique
    assert shown_rows(results, "rating", 2014) is None, "a map has no rows"


@pytest.mark.parametrize(
    "preset", ["report", *(pytest.param(name, marks=pytest.mark.slow) for name in PRESETS if name != "report")]
)
def test_so_many_rows_fit_with_long_names_titles_and_keys(preset):
    rng = np.random.default_rng(1)
    for headed in (False, True):
        n = row_limit(preset, headed=headed)
        index = [f"R{i}" for i in range(n)]
        names = pd.Series([f"A rather long name of some region of the north {i}" for i in range(n)], index=index)
        more = {"names": names, "preset": preset, "source": SOURCE, "title": "A title of a chart that is rather long"}
        if headed:
            shares = pd.DataFrame(rng.random((n, 26)), index=index)
            labels = {str(k): f"Manufacture of something or other, number {k}" for k in range(26)}
            gp.plot_quotients(shares, lower=shares - 0.1, upper=shares + 0.6, labels=labels, **more)
        else:
            values = pd.Series(100 * rng.random(n), index=index)
            gp.plot_slope(values, values + rng.normal(size=n), years=(2010, 2014), **more)
            parts = pd.DataFrame(rng.random((n, 8)), index=index)
            labels = {str(k): f"A long name of an indicator in percent of things {k}" for k in range(8)}
            gp.plot_contributions(parts, labels=labels, **more)
    plt.close("all")
