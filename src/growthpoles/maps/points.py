"""Names beside the points of a chart: never on a point, on each other, or over the edge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from growthpoles.maps import canvas, palettes, text
from growthpoles.maps.marks import Box, Word
from growthpoles.maps.presets import Preset

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _around(point: Sequence[float], w: float, h: float, gap: float) -> list[Box]:
    """Places for a name around a point, the most usual first."""
    x, y = float(point[0]), float(point[1])
    return [
        Box(left, bottom, w, h)
        for left, bottom in (
            (x + gap, y - h / 2),
            (x - gap - w, y - h / 2),
            (x - w / 2, y + gap),
            (x - w / 2, y - gap - h),
            (x + 0.7 * gap, y + 0.6 * gap),
            (x + 0.7 * gap, y - 0.6 * gap - h),
            (x - 0.7 * gap - w, y + 0.6 * gap),
            (x - 0.7 * gap - w, y - 0.6 * gap - h),
        )
    ]


def annotate_points(
    ax: Axes,
    xy: np.ndarray[Any, np.dtype[np.float64]],
    names: Sequence[Sequence[str]],
    *,
    preset: Preset,
    size: float | None = None,
    bold: Sequence[bool] | None = None,
    radius: float | None = None,
    gid: str = "point",
    order: Sequence[int] | None = None,
    avoid: Sequence[Box] = (),
    better_free: Sequence[Box] = (),
) -> list[int]:
    """Name points next to them; names never overlap points, each other, or the edge of the axes.

    Parameters
    ----------
    ax
        Axes whose limits are final.
    xy
        Points (n, 2) in data coordinates.
    names
        Ways to write each point's name, preferred one first; a point without any is skipped.
    preset, size, bold
        Typography.
    radius
        Radius of the points in millimetres; by default that of points 0.6 of a line of text across.
    order
        Points to name, the most important first.
    avoid
        Boxes in millimetres that names must leave free.
    better_free
        Boxes that names leave free where they can.

    Returns
    -------
    list of int
        Points that found no room.
    """
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    points = mm.inverted().transform(ax.transData.transform(xy))
    size = size or preset.small_pt
    radius = 0.36 * preset.text_pt * text.PT if radius is None else radius
    tall = (text.CAP + text.DROP) * size * text.PT
    dots = [Box(x - radius, y - radius, 2 * radius, 2 * radius) for x, y in points]
    taken: list[Box] = list(avoid)
    lost, words = [], []
    for i in order if order is not None else range(len(names)):
        heavy = bool(bold[i]) if bold is not None else False
        others = [dot for j, dot in enumerate(dots) if j != i]
        for name in filter(None, map(text.clean, names[i])):
            free = [
                box
                for box in _around(points[i], text.width(name, size, bold=heavy), tall, radius + 0.5)
                if box.x >= 0.3
                and box.y >= 0.3
                and box.right <= wide - 0.3
                and box.top <= high - 0.3
                and not any(box.overlaps(dot) for dot in others)
                and not any(box.overlaps(other, 0.25) for other in taken)
            ]
            if free:
                best = min(free, key=lambda box: sum(box.overlaps(other) for other in better_free))
                taken.append(best)
                base = best.y + text.DROP * size * text.PT
                words.append(Word(best.x, base, name, size, bold=heavy, halo=palettes.PAPER))
                break
        else:
            lost.append(i)
    canvas.add_words(ax, words, transform=mm, gid=gid, order=7.0)
    return lost
