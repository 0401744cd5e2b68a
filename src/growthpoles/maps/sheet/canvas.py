"""Canvas: figures of exact size, millimetres on an axes, shapes as matplotlib paths.

A map axes keeps the data coordinates of its coordinate reference system, so a reader may draw over it; everything
else (legend, labels, insets, furniture) is placed in millimetres from the lower left corner of the axes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from growthpoles.errors import MapError, message
from growthpoles.maps import palettes
from growthpoles.maps.presets import Preset, get_preset
from growthpoles.maps.sheet.map_geometry import line_path
from growthpoles.maps.sheet.sheet_blocks import Array, Block, Box, Word
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure
    from matplotlib.path import Path
    from matplotlib.transforms import Transform
    from shapely.geometry.base import BaseGeometry

#: Distance between the lines of a hatch.
_HATCH_MM = 1.3


def new_figure(
    preset: str | Preset = "report", *, width_mm: float | None = None, height_mm: float | None = None
) -> Figure:
    """Make an empty figure of exact physical size, without pyplot.

    Parameters
    ----------
    preset
        Name of a preset ("nature-double", "report", ...) or a `Preset`.
    width_mm
        Width in millimetres; the preset's by default.
    height_mm
        Height in millimetres, at most the preset's limit; 0.62 of the width by default.

    Returns
    -------
    matplotlib.figure.Figure
        With an Agg canvas and the preset's resolution.

    Raises
    ------
    MapError
        If the preset is unknown or the size is not allowed by it.

    Examples
    --------
    >>> import growthpoles as gp
    >>> figure = gp.new_figure("nature-single", height_mm=60)
    >>> [round(25.4 * inches) for inches in figure.get_size_inches()]
    [89, 60]
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from growthpoles.maps.sheet.notebook_display import MapFigure

    chosen = get_preset(preset)
    wide = chosen.width_mm if width_mm is None else float(width_mm)
    high = min(0.62 * wide, chosen.max_height_mm) if height_mm is None else float(height_mm)
    for name, value, limit in (("width_mm", wide, chosen.width_mm), ("height_mm", high, chosen.max_height_mm)):
        if not 10.0 <= value <= limit + 1e-6:
            raise MapError(
                message(f"{name}={value:g} does not fit preset {chosen.name}", allowed=f"10 to {limit:g} mm")
            )
    figure = MapFigure(
        figsize=(wide / text_metrics.MM, high / text_metrics.MM),
        dpi=chosen.dpi,
        facecolor=palettes.PAPER,
        edgecolor="none",
    )
    figure.set_layout_engine("none")
    FigureCanvasAgg(figure)
    return figure


def whole_axes(figure: Figure, box: Box | None = None) -> Axes:
    """Add an axes without decoration that covers the figure, or `box` of it in millimetres."""
    wide, high = (side * text_metrics.MM for side in figure.get_size_inches())
    from growthpoles.maps.sheet.notebook_display import MapAxes

    place = box or Box(0.0, 0.0, wide, high)
    corners = (place.x / wide, place.y / high, place.w / wide, place.h / high)
    axes: Axes = figure.add_axes(corners, axes_class=MapAxes)
    axes.set_axis_off()
    return axes


def axes_size(axes: Axes) -> tuple[float, float]:
    """Width and height of an axes in millimetres."""
    figure = axes.figure
    if figure is None:
        raise MapError(message("the axes belongs to no figure", allowed="an axes of a live figure"))
    spot = axes.get_window_extent()
    return spot.width / figure.dpi * text_metrics.MM, spot.height / figure.dpi * text_metrics.MM


def millimetres(axes: Axes) -> Transform:
    """Transform from millimetres on the axes to the display."""
    from matplotlib.transforms import Affine2D

    wide, high = axes_size(axes)
    return Affine2D().scale(1.0 / wide, 1.0 / high) + axes.transAxes


def add_shapes(
    axes: Axes,
    paths: list[Path],
    *,
    face: list[str] | str,
    edge: list[str] | str = "none",
    line_pt: float = 0.0,
    order: float = 1.0,
    gid: str = "",
    transform: Transform | None = None,
) -> PathCollection:
    """Draw paths as one collection; returns it."""
    from matplotlib.collections import PathCollection

    layer = PathCollection(
        paths,
        facecolors=face,
        edgecolors=edge,
        linewidths=line_pt,
        zorder=order,
        transform=axes.transData if transform is None else transform,
        antialiaseds=True,
        joinstyle="round",
        capstyle="round",
    )
    layer.set_gid(gid)
    axes.add_collection(layer, autolim=False)
    return layer


def add_classes(axes: Axes, area: Path | None, paths: list[Path], fills: list[str], ramp: list[str], gid: str) -> None:
    """Fill very many polygons without lines, as pixels in files of any format.

    Classes of a scale, in the order of `ramp`, are nested: its middle under the whole `area`, then to each side every
    class with all beyond it, so that no pixel along a border has a colour but of the two classes and between them.
    Classes outside the scale are filled twice: at most an eighth of what lies under them is seen, and no paper. Lines
    of a face's own colour would take twice the time.
    """
    from matplotlib.path import Path

    def joined(colours: list[str]) -> Path:
        own = [shape[colour] for colour in colours]
        return own[0] if len(own) == 1 else Path.make_compound_path(*own)

    shape = dict(zip(fills, paths, strict=True))
    sizes = {colour: len(np.asarray(path.vertices)) for colour, path in shape.items()}
    scale = [colour for colour in ramp if colour in shape]
    rest = [colour for colour in fills if colour not in scale]
    if scale:
        reach = np.cumsum([sizes[colour] for colour in scale])
        root = int(np.searchsorted(reach, reach[-1] / 2))
        ground = scale[root]
    else:
        root, ground = 0, max(fills, key=sizes.__getitem__)
    layers = [(area or joined(fills), ground)]
    layers += [(joined(scale[: i + 1]), scale[i]) for i in range(root - 1, -1, -1)]
    layers += [(joined(scale[i:]), scale[i]) for i in range(root + 1, len(scale))]
    layers += [(shape[colour], colour) for colour in [*(each for each in rest if each != ground), *rest]]
    shapes, colours = map(list, zip(*layers, strict=True))
    layer = add_shapes(axes, shapes, face=colours, order=1.0, gid=gid)
    layer.set_rasterized(True)


def add_hatch(
    axes: Axes,
    paths: list[Path],
    faces: Sequence[str],
    *,
    order: float,
    gid: str,
    transform: Transform | None = None,
    clear: Sequence[BaseGeometry] = (),
) -> None:
    """Hatch paths over what is drawn there, by lines that print: dark on light faces, white on dark ones.

    The lines are strokes of their own, 1.3 mm apart and anchored to the sheet, so that neighbours join and every format
    shows the same; patterns of files differ in spacing and show seams. Areas to be kept `clear` are in millimetres.
    """
    import shapely

    mm = millimetres(axes)
    to_mm = (axes.transData if transform is None else transform) - mm
    areas = []
    for path in paths:
        rings = [np.asarray(ring, dtype=float) for ring in to_mm.transform_path(path).to_polygons(closed_only=True)]
        parts = shapely.make_valid(np.array([shapely.Polygon(ring) for ring in rings if len(ring) > 3]))
        area = shapely.Polygon()
        for part in parts:
            area = area.symmetric_difference(part)  # a hole is a ring inside another
        areas.append(area)
    if clear:
        areas = list(shapely.difference(np.array(areas), shapely.union_all(list(clear))))
    left, bottom, right, top = shapely.total_bounds(areas)
    if not np.isfinite(left):
        return
    step, rise = _HATCH_MM * np.sqrt(2.0), top - bottom
    first, last = np.floor((left - top) / step), np.ceil((right - bottom) / step)
    starts = np.arange(first, last + 1) * step
    lines = shapely.linestrings([[(x + bottom, bottom), (x + bottom + rise, top)] for x in starts])
    inks = np.array([palettes.ink_on(face) for face in faces])
    for ink in dict.fromkeys(inks.tolist()):
        ground = shapely.union_all([area for area, own in zip(areas, inks, strict=True) if own == ink])
        cut = shapely.get_parts(shapely.intersection(lines, ground))
        strokes = [shapely.get_coordinates(part) for part in cut if part.length]
        colour, own_gid = (palettes.HATCH, gid) if ink == palettes.INK else (palettes.PAPER, f"{gid}-white")
        layer = add_lines(axes, strokes, colour=colour, line_pt=0.4, order=order, gid=own_gid, transform=mm)
        layer.set_clip_on(False)


def add_lines(
    axes: Axes,
    lines: list[Array],
    *,
    colour: str,
    line_pt: float,
    order: float,
    gid: str,
    transform: Transform,
    dashes: tuple[float, ...] | None = None,
) -> PathCollection:
    """Draw polylines as one path, which is far faster than many; returns the collection."""
    from matplotlib.collections import PathCollection

    path = line_path(lines)
    layer = PathCollection(
        [] if path is None else [path],
        facecolors="none",
        edgecolors=colour,
        linewidths=line_pt,
        linestyles=[(0, dashes)] if dashes else "solid",
        zorder=order,
        transform=transform,
        capstyle="butt",
    )
    layer.set_gid(gid)
    axes.add_collection(layer, autolim=False)
    return layer


def add_leaders(
    axes: Axes, lines: list[Array], *, line_pt: float, orders: tuple[float, float], gid: str, transform: Transform
) -> None:
    """Draw lines over a white casing three times as wide, which keeps them visible on dark regions."""
    add_lines(
        axes,
        lines,
        colour=palettes.PAPER,
        line_pt=3.0 * line_pt,
        order=orders[0],
        gid=f"{gid}-casing",
        transform=transform,
    )
    add_lines(axes, lines, colour=palettes.INK, line_pt=line_pt, order=orders[1], gid=gid, transform=transform)


def add_words(
    axes: Axes,
    words: Sequence[Word],
    *,
    transform: Transform,
    gid: str,
    order: float = 6.0,
    codes: Sequence[tuple[str, str]] = (),
) -> None:
    """Set words as text, with their halos as one collection beneath; `codes` are those among them, with their names.

    The halo is a layer of its own since matplotlib's path effects turn the text itself into outlines,
    which can then neither be searched nor copied in a PDF.
    """
    from matplotlib.path import Path

    from growthpoles.maps.sheet.text_layer import WordLayer

    words = [word for word in words if word.text]
    if not words:
        return
    paths, colours = [], []
    for word in words:
        if word.halo:
            vertices, kinds = text_metrics.outline(word.text, word.bold)
            paths.append(Path(vertices * (word.size * text_metrics.PT) + word.start, kinds))
            colours.append(word.halo)
    if paths:
        add_shapes(
            axes,
            paths,
            face=colours,
            edge=colours,
            line_pt=0.2 * max(word.size for word in words),
            order=order - 0.5,
            gid=f"halo-{gid}",
            transform=transform,
        ).set_clip_on(False)
    layer = WordLayer(words, transform, zorder=order, gid=gid, codes=codes)
    axes.add_artist(layer)
    layer.set_clip_on(False)


def _rectangle(box: Box, x: float, y: float) -> Path:
    """Path of a box that is moved by (x, y)."""
    from matplotlib.path import Path

    left, bottom, right, top = box.x + x, box.y + y, box.right + x, box.top + y
    return Path([[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]], closed=True)


def add_block(
    axes: Axes,
    block: Block,
    x: float,
    y: float,
    *,
    transform: Transform,
    gid: str,
    order: float = 6.0,
    line_pt: float = 0.35,
) -> None:
    """Draw a block with its lower left corner at (x, y) millimetres; its edges are `line_pt` points wide."""
    if block.tiles:
        corners = [_rectangle(tile.box, x, y) for tile in block.tiles]
        layer = add_shapes(
            axes,
            corners,
            face=[tile.face for tile in block.tiles],
            edge=[tile.edge for tile in block.tiles],
            line_pt=line_pt,
            order=order,
            gid=f"{gid}-tiles",
            transform=transform,
        )
        layer.set_clip_on(False)
        if hatched := [i for i, tile in enumerate(block.tiles) if tile.hatch]:
            import shapely

            under = [block.tiles[i].face for i in hatched]
            marked = [corners[i] for i in hatched]
            # a code in a swatch stands on plain ground, as it does in the regions
            boxes = [word.box for word in block.words if word.align == "center"]
            clear = [shapely.box(*at).buffer(0.15) for at in np.array(boxes).reshape(-1, 4) + np.array([x, y, x, y])]
            add_hatch(axes, marked, under, order=order, gid=f"{gid}-hatched", transform=transform, clear=clear)
    if block.lines:
        moved = [np.asarray(line, dtype=float) + np.array([x, y]) for line in block.lines]
        add_lines(
            axes,
            moved,
            colour=palettes.INK,
            line_pt=1.7 * line_pt,
            order=order,
            gid=f"{gid}-lines",
            transform=transform,
        ).set_clip_on(False)
    add_words(
        axes,
        [replace(word, x=word.x + x, y=word.y + y) for word in block.words],
        transform=transform,
        gid=f"{gid}-text",
        order=order + 0.1,
    )


def add_to_sheet(figure: Figure, block: Block, x: float, y: float, *, gid: str) -> None:
    """Set the words of a block on the figure itself, (x, y) millimetres from its corner; an axes would cost more."""
    from matplotlib.transforms import Affine2D

    from growthpoles.maps.sheet.text_layer import WordLayer

    wide, high = (side * text_metrics.MM for side in figure.get_size_inches())
    words = [replace(word, x=word.x + x, y=word.y + y) for word in block.words]
    mm = Affine2D().scale(1.0 / wide, 1.0 / high) + figure.transFigure
    figure.add_artist(WordLayer(words, mm, zorder=6.1, gid=f"{gid}-text"))
