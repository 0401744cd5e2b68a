"""Neighbour map: the graph of spatial weights over the regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, message
from growthpoles.graphs import as_graph
from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.labels.point_labels import MOST_NAMED, annotate_points
from growthpoles.maps.map_options import MapOptions, make_style
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.legend import Category, Legend
from growthpoles.maps.sheet.map_geometry import prepare
from growthpoles.maps.sheet.sheet_blocks import Array, Box, Word
from growthpoles.maps.thematic.map_drawing import draw_map, map_style, region_names
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

    from growthpoles.graphs import Graph, W


@in_preset_typeface
def plot_neighbours(
    regions: gpd.GeoDataFrame,
    graph: Graph | W,
    *,
    year: object = None,
    lang: str = "en",
    ax: Axes | None = None,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map the neighbour graph: a node with the region's code in every polygon (beside it if small), a line per pair.

    What the codes stand for is listed under a map of its own page, unless `code_key` is "none". Of more than 500
    regions the nodes are dots without codes, for which no page has room.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Neighbours; pairs with weight zero are no neighbours. One-way pairs (k nearest neighbours) are dashed.
    year, lang, ax
        As for :func:`growthpoles.plot_rating`.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`; there are no insets, labels, legend and cities here.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels of regions and graph disagree.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> axes = gp.plot_neighbours(regions, gp.build_weights(regions, "gabriel"))
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    graph = as_graph(graph, error=MapError)
    ids = list(graph.unique_ids)
    if set(ids) != set(regions.index):
        odd = sorted(map(str, set(ids) ^ set(regions.index)))
        raise MapError(
            message(f"labels of regions and graph disagree: {', '.join(odd[:5])}", where="graph", allowed="the same")
        )
    word = translator(lang)
    ways = region_names(regions, make_style({**options, "labels": "auto"}, lang=lang))
    many = len(regions) > MOST_NAMED
    told = (
        [] if many or options.get("code_key") == "none" else sorted((way[-1], way[0]) for way in ways if len(way) > 1)
    )
    options["labels"] = "none"
    options["insets"] = "none"
    options["legend"] = "none"
    options["cities"] = False
    style = map_style(regions, options, lang, word("Neighbours"), year, None)
    base = prepare(regions, style.extent)
    plain = Legend("", swatches=(Category("region", palettes.CLUSTER["not significant"]),))
    n = len(regions)
    ax = draw_map(regions, ["region"] * n, plain, [""] * n, style, ax=ax, gid="neighbours", codes=told)
    preset, mm = style.preset, canvas.millimetres(ax)
    middles = _poles(base.plain)
    spots = mm.inverted().transform(ax.transData.transform(middles))
    place = {label: i for i, label in enumerate(regions.index)}
    linked = graph.adjacency.index[graph.adjacency != 0]
    pairs = {(place[a], place[b]) for a, b in linked if a != b}
    both = sorted((a, b) for a, b in pairs if a < b and (b, a) in pairs)
    single = sorted((a, b) for a, b in pairs if (b, a) not in pairs)
    for gid, listed, dashes in (("pairs", both, None), ("one-way", single, (3.0, 2.0))):
        canvas.add_lines(
            ax,
            [spots[list(pair)] for pair in listed],
            colour=palettes.CLUSTER["Low-Low"],
            line_pt=2.4 * preset.line_pt,
            order=3.0,
            gid=f"neighbours-{gid}",
            transform=mm,
            dashes=dashes,
        )
    codes = [] if many else [text_metrics.clean(way[-1]) for way in ways]
    if _nodes(ax, spots, codes, preset.small_pt, preset.line_pt, mm) == "dots" and not many:
        edges = [spots[list(pair)] for pair in (*both, *single)]
        lost = annotate_points(
            ax,
            middles,
            [[code] for code in codes],
            preset=preset,
            radius=0.4 * preset.small_pt * text_metrics.PT,
            gid="neighbours-codes",
            better_free=[box for edge in edges for box in _along(edge)],
        )
        ax.unnamed = tuple(regions.index[lost])  # type: ignore[attr-defined]
    return ax


def _along(edge: Array) -> list[Box]:
    """Return small boxes along a line, a millimetre apart."""
    steps = max(int(np.hypot(*(edge[1] - edge[0]))), 1)
    points = edge[0] + np.linspace(0.0, 1.0, steps + 1)[:, None] * (edge[1] - edge[0])
    return [Box(float(x) - 0.1, float(y) - 0.1, 0.2, 0.2) for x, y in points]


def _poles(shapes: NDArray[np.object_]) -> Array:
    """Return the pole of inaccessibility of every polygon: a region around a city has its node beside the city."""
    import shapely

    sizes = np.sqrt(shapely.area(shapes))
    radii = [
        shapely.maximum_inscribed_circle(s, tolerance=max(w / 60, 1e-9)) for s, w in zip(shapes, sizes, strict=True)
    ]
    return np.array([shapely.get_coordinates(radius)[0] for radius in radii])


def _least_gap(spots: Array) -> float:
    """Return the distance of the two points that are nearest to each other."""
    from scipy.spatial import cKDTree

    gaps, _ = cKDTree(spots).query(spots, k=[2])
    return float(np.min(gaps))


def _nodes(ax: Axes, spots: Array, codes: list[str], size: float, line_pt: float, mm: Transform) -> str:
    """Draw the nodes: "circles" with the codes inside; plain "dots" where such circles would run into each other."""
    from matplotlib.path import Path

    shape = "circles"
    radius = max((text_metrics.width(code, size) for code in codes), default=np.inf) / 2 + 0.25 * size * text_metrics.PT
    if radius > 3 * size * text_metrics.PT or (len(spots) > 1 and _least_gap(spots) < 2 * radius):
        shape, codes, radius = "dots", [], 0.4 * size * text_metrics.PT
    circles = [Path.circle((float(x), float(y)), radius) for x, y in spots]
    if len(circles) > MOST_NAMED:
        circles = [Path.make_compound_path(*circles)]  # drawn much faster than many
    canvas.add_shapes(
        ax,
        circles,
        face=palettes.PAPER,
        edge=palettes.CLUSTER["Low-Low"],
        line_pt=1.8 * line_pt,
        order=4.0,
        gid="neighbours-nodes",
        transform=mm,
    )
    drop = text_metrics.CAP * size * text_metrics.PT / 2
    words = [
        Word(float(x), float(y) - drop, code, size, align="center")
        for (x, y), code in zip(spots, codes, strict=bool(codes))
    ]
    canvas.add_words(ax, words, transform=mm, gid="neighbours-codes")
    return shape
