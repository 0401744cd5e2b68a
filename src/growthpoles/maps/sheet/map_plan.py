"""Map plan: how large one map is, where its legend goes, which insets it has; remembered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from growthpoles.errors import MapError, message
from growthpoles.maps.map_options import Style
from growthpoles.maps.sheet import canvas, furniture, insets, space_layout
from growthpoles.maps.sheet.legend import Legend, legend_blocks
from growthpoles.maps.sheet.map_geometry import Base
from growthpoles.maps.sheet.sheet_blocks import Block, Box
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import chosen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from shapely.geometry.base import BaseGeometry

_SHARES = (1.0, 0.97, 0.94, 0.91, 0.88)
_MORE = (0.84, 0.8, 0.75, 0.7, 0.64, 0.58, 0.5, 0.42)
MARGIN = 0.9
#: Insets may cost the map this much of its scale, no more.
_KEPT = 0.93
_STRIP_GAP = 2.2
_NARROW = 120.0
_PAGES: OrderedDict[Hashable, tuple[float, Plan]] = OrderedDict()
_KEEP = 24


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the drawing needs, in millimetres; labels keep clear of the obstacles, such as symbols."""

    body: Box
    frame: Box
    found: space_layout.Layout
    legend_block: Block | None
    legend_box: Box | None
    lenses: tuple[insets.Lens, ...]
    obstacles: tuple[BaseGeometry, ...] = ()


def raised(plan: Plan, rise: float) -> Plan:
    """Move an arrangement up by so many millimetres."""

    def up(box: Box | None) -> Box | None:
        return None if box is None else replace(box, y=box.y + rise)

    found = plan.found
    moved = replace(
        found,
        origin=(found.origin[0], found.origin[1] + rise),
        legend_box=up(found.legend_box),
        bar_box=up(found.bar_box),
        insets=tuple(
            replace(spot, box=replace(spot.box, y=spot.box.y + rise), hub=(spot.hub[0], spot.hub[1] + rise))
            for spot in found.insets
        ),
    )
    body, frame = (replace(box, y=box.y + rise) for box in (plan.body, plan.frame))
    return replace(plan, body=body, frame=frame, found=moved, legend_box=up(plan.legend_box))


def parts(style: Style, wide: float, high: float) -> tuple[Block | None, Block | None, Box]:
    """Title block, source block and the room between them."""
    room = wide - 2 * MARGIN - 4.0
    head = furniture.heading_block(style.title, style.preset, room) if style.title else None
    foot = furniture.source_block(list(style.source), style.preset, room) if style.source else None
    top = head.h + 2.2 if head else 0.0
    bottom = foot.h + 2.0 if foot else 0.0
    return head, foot, Box(MARGIN, MARGIN + bottom, wide - 2 * MARGIN, high - 2 * MARGIN - top - bottom)


def _frame_margins(base: Base, style: Style) -> tuple[float, float, float, float]:
    """Room around the frame for the graticule's labels: left, bottom, right, top."""
    if style.graticule == "none" or base.crs is None:
        return 0.0, 0.0, 0.0, 0.0
    room = (text_metrics.CAP + text_metrics.DROP) * style.preset.small_pt * text_metrics.PT + 0.9
    return room, room, 0.2, 0.2


def new_page(
    base: Base,
    legend: Legend,
    names: Sequence[list[str]],
    marks: Sequence[str],
    style: Style,
    *,
    spare: float = 0.0,
    aside: float = 0.0,
) -> tuple[Axes, Plan]:
    """Find the height that the map needs at the preset's width and make the figure.

    Where insets find no room, or would cost the map scale, there are none: the names stand outside with a line.
    `spare` millimetres of the preset's height are left for a list below, or `aside` millimetres of its width for one on
    the right.
    """
    preset = style.preset
    wide = preset.width_mm
    _, _, body = parts(style, wide, preset.max_height_mm)
    margins = _frame_margins(base, style)
    pad = 2 * _pad(style)
    inner = body.w - aside - margins[0] - margins[2] - pad
    extra = preset.max_height_mm - body.h + margins[1] + margins[3] + pad
    ratio = (base.bounds[3] - base.bounds[1]) / (base.bounds[2] - base.bounds[0])
    limit = preset.max_height_mm - spare
    natural = min(inner * ratio + extra, limit)
    below = _strip(legend, style, body.w - aside)
    room = below.h + _STRIP_GAP if below else 0.0
    attempts: list[tuple[float, tuple[float, ...], bool]] = [
        (natural, _SHARES[:2], False),
        (1.06 * natural, _SHARES[:2], False),
        (natural + room, _SHARES[:2], True),
        (1.06 * natural, _SHARES, False),
        (1.06 * natural + room, _SHARES, True),
        (1.14 * natural + room, _SHARES, True),
        (1.14 * natural + 0.5 * room, _SHARES, False),
        (1.25 * natural + room, _SHARES + _MORE, False),
        (1.25 * natural + room, _SHARES + _MORE, True),
    ]
    if wide < _NARROW:
        # the map is worth more than the height: under it, the legend takes nothing from its scale
        attempts[3], attempts[4] = attempts[4], attempts[3]
    attempts = [each for each in attempts if each[2] in _strips(style)]
    key = *_key(base, legend, names, marks, style), spare, aside
    if key in _PAGES:
        _PAGES.move_to_end(key)
        high, plan = _PAGES[key]
        return canvas.whole_axes(canvas.new_figure(preset, height_mm=high)), plan
    for high, shares, strip in attempts:
        high = min(high, limit)
        found = _plan(base, legend, names, marks, style, wide, high, shares=shares, strip=strip, aside=aside)
        if found is not None:
            if found.lenses:
                plain = replace(style, insets="none")
                ax, bare = new_page(base, legend, names, marks, plain, spare=spare, aside=aside)
                if found.found.scale < _KEPT * bare.found.scale:
                    high, found = canvas.axes_size(ax)[1], bare
            _PAGES[key] = high, found
            while len(_PAGES) > _KEEP:
                _PAGES.popitem(last=False)
            return canvas.whole_axes(canvas.new_figure(preset, height_mm=high)), found
    if style.insets == "auto":
        return new_page(base, legend, names, marks, replace(style, insets="none"), spare=spare, aside=aside)
    raise MapError(
        message(
            "the map with its legend and insets does not fit on {wide} x {high} mm",
            where=f"preset {preset.name}",
            allowed="a wider preset, or legend='none'",
            wide=f"{wide:g}",
            high=f"{limit:g}",
        )
    )


def _key(
    base: Base, legend: Legend, names: Sequence[list[str]], marks: Sequence[str], style: Style
) -> tuple[Hashable, ...]:
    """Return what an arrangement depends on: maps of other years with the same legend and insets share it."""
    span = max(base.bounds[2] - base.bounds[0], base.bounds[3] - base.bounds[1])
    small = insets.too_small(base.geometries, 0.8 * style.preset.width_mm / span, style.preset)
    head, foot, _ = parts(style, style.preset.width_mm, style.preset.max_height_mm)
    tags = tuple((i, names[i][0] if names[i] else "", marks[i]) for i in small)
    room = head.h if head else 0.0, foot.h if foot else 0.0
    return (
        base.key,
        legend,
        tags,
        room,
        replace(style, title="", source=(), overlay=None, cities=(), locator=False),
        chosen(),
    )


def _pad(style: Style) -> float:
    """Room between the frame and the map."""
    return 0.3 if style.graticule == "none" else 1.2


def _strip(legend: Legend, style: Style, wide: float) -> Block | None:
    """Return the flattest shape of the legend, for a place under the frame."""
    blocks = legend_blocks(legend, style.preset, wide - 4.0) if style.legend != "none" else ()
    return min(blocks, key=lambda b: (round(b.h, 1), b.w)) if blocks else None


def _strips(style: Style) -> tuple[bool, ...]:
    """Tell whether the legend may stand in a strip under the frame: it must not, it must, or either."""
    return {"below": (True,), "auto": (False, True)}.get(style.legend, (False,))


def best_plan(
    base: Base, legend: Legend, names: Sequence[list[str]], marks: Sequence[str], style: Style, wide: float, high: float
) -> Plan | None:
    """Arrange a map on a sheet of a given size, with the legend where it leaves the larger map."""
    plans = [
        _plan(base, legend, names, marks, style, wide, high, shares=_SHARES + _MORE, strip=strip)
        for strip in _strips(style)
    ]
    found = [plan for plan in plans if plan is not None]
    best = max(found, key=lambda plan: plan.found.scale * (1.04 if plan is plans[0] else 1.0)) if found else None
    if style.insets == "auto" and (best is None or best.lenses):
        bare = best_plan(base, legend, names, marks, replace(style, insets="none"), wide, high)
        if best is None or (bare is not None and best.found.scale < _KEPT * bare.found.scale):
            return bare
    return best


def _plan(
    base: Base,
    legend: Legend,
    names: Sequence[list[str]],
    marks: Sequence[str],
    style: Style,
    wide: float,
    high: float,
    *,
    shares: Sequence[float],
    strip: bool,
    aside: float = 0.0,
) -> Plan | None:
    """Arrange a map on a sheet of that size: legend in free space inside the frame, or in a strip below it."""
    preset = style.preset
    _, _, whole = parts(style, wide, high)
    whole = whole.shrink(0, 0, aside, 0)
    blocks = legend_blocks(legend, preset, whole.w - 4.0) if style.legend != "none" else ()
    below = _strip(legend, style, whole.w) if strip else None
    room = whole.shrink(0, below.h + _STRIP_GAP if below else 0.0, 0, 0)
    frame = room.shrink(*_frame_margins(base, style))
    pad = _pad(style)
    body = frame.shrink(pad, pad, pad, pad)
    if body.w < 12 or body.h < 8:
        return None
    guess = min(body.w / (base.bounds[2] - base.bounds[0]), body.h / (base.bounds[3] - base.bounds[1]))
    lenses: tuple[insets.Lens, ...] = ()
    if style.insets == "auto":
        lenses = tuple(
            insets.make_lens(base.geometries[i], i, names[i][0] if names[i] else "", marks[i], preset)
            for i in insets.too_small(base.geometries, guess, preset)
        )
    bar = None
    if style.scale_bar == "auto":
        bar = scale_bar(base, body, style)
    found = space_layout.fit(
        body,
        base.bounds,
        base.covered,
        () if below else blocks,
        bar,
        [lens.request for lens in lenses],
        shares=shares,
        islets=base.islets,
    )
    if found is None:
        return None
    if below:
        spot: Box | None = Box(frame.x, whole.y, below.w, below.h)
        return Plan(body, frame, found, below, spot, lenses)
    block = blocks[found.legend] if blocks else None
    return Plan(body, frame, found, block, found.legend_box, lenses)


def scale_bar(base: Base, body: Box, style: Style) -> space_layout.Bar | None:
    """Return the scale bar of a map, from a scale to its block; None where no bar is true."""
    if base.bar is None:
        return None
    factor, lat = base.bar
    limit = min(0.2 * body.w, 14.0 * style.preset.text_pt * text_metrics.PT)
    return furniture.scale_bar(
        style.preset,
        style.lang,
        metres_per_unit=base.metres / factor,
        limit=limit,
        arrow=style.north_arrow == "auto",
        lat=lat,
    )
