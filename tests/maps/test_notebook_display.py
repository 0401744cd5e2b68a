"""A figure at the end of a notebook cell: once, as PNG of its printed size."""

import io
import pickle

import pytest
from PIL import Image

import growthpoles as gp

DRAWN = {
    "map": lambda: gp.plot_values(gp.load_regions(2014), gp.load_published(2014)["index"]),
    "chart": lambda: gp.plot_slope(*(gp.load_published(year)["index"] for year in (2010, 2014))),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_axes_show_their_figure_at_its_size(kind):
    axes = DRAWN[kind]()
    wide, high = axes.figure.get_size_inches()
    content, sizes = axes._repr_mimebundle_()
    assert sizes["image/png"] == {"width": round(96 * wide), "height": round(96 * high)}
    pixels = Image.open(io.BytesIO(content["image/png"])).size
    assert pixels[0] <= 1600 and pixels[0] / pixels[1] == pytest.approx(wide / high, rel=0.01)
    assert content["text/plain"].startswith("<Axes")
    assert axes.figure._repr_mimebundle_()[1] == sizes
    if kind == "map":
        assert pickle.loads(pickle.dumps(axes)).figure.get_size_inches().tolist() == [wide, high]


def test_the_readers_own_axes_come_back_as_they_are():
    figure = gp.new_figure()
    own = figure.add_axes((0, 0, 1, 1))
    assert gp.plot_values(gp.load_regions(2014), gp.load_published(2014)["index"], ax=own) is own
    assert not hasattr(own, "_repr_mimebundle_")


def test_ipython_shows_a_figure_once():
    formatters = pytest.importorskip("IPython.core.formatters")
    content, _ = formatters.DisplayFormatter().format(DRAWN["map"]())
    assert sorted(content) == ["image/png", "text/plain"]
