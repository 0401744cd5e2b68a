"""Charts of clusters, shift-share and Theil's index: colours are for stars alone, bars add up to what they split."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import MapError


@pytest.fixture
def pair():
    rng = np.random.default_rng(4)
    regions, industries = [f"R{i}" for i in range(9)], [f"i{k}" for k in range(6)]
    before = pd.DataFrame(rng.integers(150, 900, (9, 6)), regions, industries)
    after = (before * rng.uniform(0.8, 1.5, before.shape)).round()
    yield before, after
    plt.close("all")


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_the_parts_of_a_change_add_up_on_either_side_of_zero(pair, lang):
    parts = gp.shift_share(*pair).by_region()
    axes = gp.plot_shift_share(parts, lang=lang)
    wide = np.array([bar.get_width() for bar in axes.patches]).reshape(-1, len(parts)).sum(axis=0)
    want = (100 * parts["change"] / parts["start"]).sort_values(ascending=False)
    np.testing.assert_allclose(wide, want, atol=1e-9)
    with pytest.raises(MapError, match="no column 'mix'"):
        gp.plot_shift_share(parts.drop(columns="mix"))


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_colour_is_for_cells_with_two_stars_alone(pair, lang):
    found = gp.cluster_stars(pair[1], start=pair[0], replications=0).to_frame()
    axes = gp.plot_cluster_bubbles(found, lang=lang)
    cells = next(each for each in axes.collections if each.get_gid() == "cells")
    grey = (np.ptp(cells.get_facecolors()[:, :3], axis=1) < 1e-9).sum()
    assert grey == (found["stars"] < 2).sum() and len(cells.get_offsets()) == len(found)
    with pytest.raises(MapError, match="no cell has growth"):
        gp.plot_cluster_bubbles(found.assign(growth=np.nan))


def test_bars_of_theil_are_between_and_within_of_every_year(pair):
    groups = pd.Series(["a", "b", "c"] * 3, index=pair[0].index)
    values = pd.DataFrame({2010: pair[0].sum(axis=1), 2020: pair[1].sum(axis=1)})
    found = gp.regional_inequality(values, groups=groups)
    axes = gp.plot_theil(found)
    heights = np.array([bar.get_height() for bar in axes.patches]).reshape(2, 2).sum(axis=0)
    np.testing.assert_allclose(heights, found.table.loc[("theil_t", "equal"), "value"], atol=1e-12)
    with pytest.raises(MapError, match="no decomposition"):
        gp.plot_theil(gp.regional_inequality(values))
