"""Map drawing: puts one map together from regions, legend, insets, labels, furniture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np

from growthpoles.errors import MapError, message
from growthpoles.language.languages import preferred, translator
from growthpoles.language.number_format import format_number
from growthpoles.language.phrases import LONGEST, shorten
from growthpoles.maps import palettes
from growthpoles.maps.labels import region_labels
from growthpoles.maps.labels.callouts import frame_of
from growthpoles.maps.labels.numbered_labels import MOST, Detail
from growthpoles.maps.labels.point_labels import Beside, city_spots, name_cities
from growthpoles.maps.map_options import MapOptions, Style, make_style
from growthpoles.maps.sheet import canvas, insets, map_geometry, map_plan
from growthpoles.maps.sheet.context_layer import (
    cities_of,
    context_names,
    context_of,
    draw_context,
)
from growthpoles.maps.sheet.far_parts import scale_words
from growthpoles.maps.sheet.furniture import draw_graticule, north_arrow
from growthpoles.maps.sheet.legend import Category, Legend
from growthpoles.maps.sheet.map_geometry import MANY, Base, align, class_paths, prepare, shape_paths, short_codes
from growthpoles.maps.sheet.map_plan import Plan
from growthpoles.maps.sheet.sheet_blocks import Box
from growthpoles.maps.source_note import dated, source_parts, told
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import Typeface, chosen

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from shapely.geometry.base import BaseGeometry

    class Over(Protocol):
        """What stands over the regions."""

        def __call__(self, ax: Axes, base: Base, plan: Plan, *, draw: bool) -> Sequence[BaseGeometry]:
            """Return the obstacles for labels; draw them if asked."""


#: Axes, arrangement and names of a map of its own page.
_Page: TypeAlias = "tuple[Axes, Plan, region_labels.Names]"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a drawn map shows: its legend with all cases, the classes that some region has, its geometry, its typeface.

    `coded` are regions with a code that no list on the map explains.
    """

    legend: Legend
    classes: frozenset[str]
    base: Base
    face: Typeface | None
    coded: frozenset[object] = frozenset()


_SHOWN: WeakKeyDictionary[Axes, Shown] = WeakKeyDictionary()
_KEY_GAP = 1.8
#: Above so many regions, their areas are pixels in PDF, SVG and EPS too, at the resolution of the preset.
RASTERISED = 20_000
#: Level below which the p-values of an overlay count as significant.
_ALPHA = 0.05
#: Room between a map and a key beside it.
_ASIDE = 2.5
#: Paper around a legend that stands on land or sea.
_GROUND = 0.7
#: A list that would take more of the page than this goes without values: the map shows their classes.
_LONGEST_KEY = 0.45
#: What a list leaves of the map's scale at least; a longer one goes to the caption.
_KEPT = 0.45
#: Parts at a larger scale under the map may cost it this much of its own, no more.
_WORTH = 0.85


def map_style(
    regions: gpd.GeoDataFrame,
    options: MapOptions,
    lang: str,
    title: str,
    year: object,
    edition: str | None,
    *data: Any,
) -> Style:
    """Check the options of a map, with its default title and the parts of its source line; the data may name both."""
    year, edition = told(year, edition, *data)
    parts = source_parts(regions, lang, year=year, edition=edition, source=options.get("source"))
    style = make_style(options, lang=lang, default_title=dated(title, year), parts=parts)
    if style.context != "none" and style.source and getattr(regions, "crs", None) is not None:
        last = 1 if options.get("source") else 0
        before, after = style.source[: len(style.source) - last], style.source[len(style.source) - last :]
        style = replace(style, source=(*before, translator(lang)("countries: Natural Earth, de facto"), *after))
    style = replace(style, cities=cities_of(options.get("cities"), lang))
    overlay = options.get("overlay")
    return style if overlay is None else replace(style, overlay=_overlay(regions, overlay, lang, options))


def _overlay(regions: gpd.GeoDataFrame, overlay: Any, lang: str, options: MapOptions) -> tuple[str, frozenset[object]]:
    """Return what the hatch of an overlay means, and the regions that carry it."""
    import pandas as pd

    word, told = translator(lang), options.get("overlay_label")
    if hasattr(overlay, "to_frame") and not isinstance(overlay, pd.Series):
        overlay = overlay.to_frame()
    if isinstance(overlay, pd.DataFrame):
        named = [name for name in ("label", "p_adjusted", "p_value") if name in overlay]
        if not named:
            raise MapError(message("no column label, p_adjusted or p_value", where="overlay"))
        overlay = overlay[named[0]]
    if not isinstance(overlay, pd.Series):
        allowed = "a local result, p-values, or a Series of True and False, index = region"
        raise MapError(message(f"{type(overlay).__name__} given", where="overlay", allowed=allowed))
    absent = regions.index.difference(overlay.index)
    values = align(regions, overlay.reindex(overlay.index.append(absent)) if len(absent) else overlay, "overlay")
    known = values[values.notna()]
    if known.isin([True, False]).all() and (values.dtype == bool or all(isinstance(value, bool) for value in known)):
        if not told:
            raise MapError(
                message("overlay_label is missing", where="overlay", allowed='such as "fewer than 30 firms"')
            )
        return told, frozenset(values.index[values.eq(True)])
    if pd.api.types.is_numeric_dtype(values):
        if ((known < 0) | (known > 1)).any():
            raise MapError(message(f"value {known.max():g} is no p-value", where="overlay", allowed="0 to 1"))
        level = format_number(_ALPHA, lang, digits=2)
        return told or word("p ≥ {level} or not tested").format(level=level), frozenset(
            values.index[~(values < _ALPHA)]
        )
    weak = values.isin(["not significant", "untestable", "isolate"]) | values.isna()
    return told or word("not significant"), frozenset(values.index[weak])


class Texts(Sequence[Any]):
    """Texts that are written when they are asked for: of a million regions few are printed."""

    def __init__(self, count: int, write: Callable[[int], Any]) -> None:
        self._count, self._write = count, write

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._write(int(place) % self._count)


def draw_map(
    regions: gpd.GeoDataFrame,
    classes: Sequence[str],
    legend: Legend,
    marks: Sequence[str],
    style: Style,
    *,
    ax: Axes | None = None,
    gid: str = "map",
    hatched: Sequence[object] = (),
    over: Over | None = None,
    codes: Sequence[tuple[str, str]] = (),
) -> Axes:
    """Draw one map.

    Parameters
    ----------
    regions
        Regions in a projected coordinate system; columns short_<lang> and name_<lang> are used if there.
    classes
        Key of a legend category for every region, in the order of the regions.
    legend
        All classes.
    marks
        Code or value printed in every region, in the same order; "" prints none.
    style
        Shared options.
    ax
        Axes to draw on; None makes a figure of the preset's width and of the height that the map needs.
    gid
        Prefix of the identifiers of groups in vector files.
    hatched
        Labels of regions that are hatched over their colour.
    over
        What stands over the regions: from the axes, the geometry, a plan and the transform of millimetres to the
        obstacles that labels keep clear of; called once more at the end, with `draw` True, to draw it.
    codes
        Codes that stand over the regions, with the names that they stand for, to be listed under a map of its own page.

    Returns
    -------
    matplotlib.axes.Axes
        With data coordinates in the units of the map; its figure is `ax.figure`.
    """
    full, legend = legend, legend.drawn(Counter(classes), style.lang)
    by_class = {category.key for category in legend.categories if category.hatch}
    if style.overlay:
        meaning, regions_hatched = style.overlay
        by_class = set()  # one hatch has one meaning; the class keeps its colour and its code
        if len(hatched):
            raise MapError(message("this map is hatched already", where="overlay", allowed="a map without undecided="))
        hatched = list(regions_hatched)
        hatch = Category("overlay", palettes.PAPER, meaning, hatch=True)
        full, legend = (
            replace(each, swatches=(*(replace(one, hatch=False) for one in each.swatches), hatch))
            for each in (full, legend)
        )
    base = prepare(regions, style.extent)
    projection = translator(style.lang)(base.projection) if base.projection else ""
    if projection and style.source:  # no line of its own, which would cost the map its height
        style = replace(style, source=(*style.source, projection))
    faces_of = {category.key: category.face for category in legend.categories}
    unknown = [key for key in classes if key not in faces_of]
    if unknown:
        raise MapError(message(f"class {unknown[0]!r} is not in the legend", allowed=", ".join(faces_of)))
    faces = [faces_of[key] for key in classes]
    given, ways = marks, region_names(regions, style)
    names: Sequence[list[str]] = Texts(len(ways), lambda i: [text_metrics.clean(name) for name in ways[i]])
    marks = Texts(len(given), lambda i: "" if style.labels == "none" else text_metrics.clean(given[i]))
    if len(base.geometries) < MANY:
        names, marks = region_labels.told_apart(names, list(marks)), list(marks)
    own = ax is None
    if ax is None:
        listed = region_labels.key_below(codes, style.preset, 0.94 * style.preset.width_mm) if codes else None
        room = listed.h + _KEY_GAP if listed else 0.0
        ax, plan = map_plan.new_page(base, legend, names, marks, style, spare=room)
    else:
        wide, high = canvas.axes_size(ax)
        ax.set_axis_off()
        found = map_plan.best_plan(base, legend, names, marks, style, wide, high)
        if found is None:
            raise MapError(
                message(
                    f"the axes of {wide:.0f} x {high:.0f} mm is too small for the map with its legend and insets",
                    allowed="a larger axes, or legend='none'",
                )
            )
        plan = found

    giving_way = set(style.cities)  # labels need not keep clear of their dots

    def cleared(plan: Plan) -> Plan:
        assert ax is not None
        found = [*over(ax, base, plan, draw=False)] if over else []
        dots = [dot for dot in city_spots(base, plan, style.cities) if dot.city not in giving_way]
        return replace(plan, obstacles=(*found, *(dot.ground for dot in dots)))

    if style.cities and style.labels != "none" and len(base.geometries) < MANY:
        # no region goes without its name inside for a dot: where one would, the dots in it give way, or else all
        def called_by_code(plan: Plan) -> set[str]:
            codes = region_labels.arrange(base, cleared(plan), names, marks, style, draft=True).codes
            return {text.split("  ")[0] for _, text in codes}  # the value follows the name

        alone, giving_way = called_by_code(plan), set()
        while len(without_name := called_by_code(plan)) > len(alone):
            lost = without_name - alone
            spots = city_spots(base, plan, style.cities)
            mine = {dot.city for dot in spots if dot.region >= 0 and lost.intersection(names[dot.region][:1])}
            giving_way |= mine - giving_way or set(style.cities)
    named, plan = None, cleared(plan)
    if style.labels != "none" and len(base.geometries) < MANY:
        if own:
            ax, plan, named = _with_strip(ax, base, plan, legend, names, marks, style, cleared)
        else:
            named = region_labels.arrange(base, plan, names, marks, style)
            if not all(one.placed for one in named.details):
                named = region_labels.arrange(base, plan, names, marks, replace(style, insets="none"))
    if own and codes:
        plan, named = _with_key(ax, plan, region_labels.Names({}, {}, tuple(codes), None), style)
    locator, place = None, None
    if style.locator:
        locator, place, plan, named = region_labels.place_locator(ax, base, regions, plan, named, style, own=own)
    if over:
        over(ax, base, plan, draw=True)
    giving_way = set(style.cities)
    plan = cleared(plan)
    beside = name_cities(base, plan, named, names, style, locator, place)
    make_transform(ax, base)
    whole = region_names(regions, replace(style, labels="auto")) if base.paths or base.left_out else []  # no million
    beside.tell(ax, style, plan, [whole[i][0] for i in base.left_out])
    ax.projection = projection  # type: ignore[attr-defined]
    ax.covered_by = [(regions.index[i], regions.index[j]) for i, j in base.covered_by]  # type: ignore[attr-defined]
    lacking: Sequence[int] = range(len(names)) if style.labels != "none" else []
    known = lacking
    if named is not None:
        insets_of = {lens.region for lens in plan.lenses}
        lacking, known = (named.unnamed(names, marks, insets_of, listed=told) for told in (_listed(named), True))
    ax.key = named.codes if named is not None and named.instead else ()  # type: ignore[attr-defined]
    ax.unnamed = tuple(regions.index[i] for i in lacking)  # type: ignore[attr-defined]
    coded = frozenset(regions.index[sorted({*lacking} - {*known})])
    _SHOWN[ax] = Shown(full, frozenset(classes), base, chosen(), coded)
    marked = regions.index.isin(hatched)
    if by_class:
        marked |= np.isin(np.asarray(classes, dtype=object).astype(str), list(by_class))
    numbers = np.flatnonzero(marked).tolist()
    ramp = [category.face for category in legend.ramp]
    _draw(ax, base, faces, named, style, plan, gid, numbers, beside, ramp=ramp, haloed=over is not None)
    if base.paths:  # one path a region
        layer = next(each for each in ax.collections if each.get_gid() == f"{gid}-regions")
        labels = {category.key: category.label for category in full.categories}
        layer.told = [  # type: ignore[attr-defined]
            f"{text_metrics.clean(name)}: {_said(mark, labels[key])}"
            for (name, *_), mark, key in zip(whole, marks, classes, strict=True)
        ]
    return ax


def _with_strip(
    ax: Axes,
    base: Base,
    plan: Plan,
    legend: Legend,
    names: Sequence[list[str]],
    marks: Sequence[str],
    style: Style,
    cleared: Callable[[Plan], Plan],
) -> _Page:
    """Name the regions, and put what has no room on the map under it: the list of codes, parts at a larger scale.

    Of the pages that can be made, the first one counts that names every region, else the one that names most.
    """
    best: _Page | None = None
    fewest = len(names) + 1
    for page in _pages(ax, base, plan, legend, names, marks, style, cleared):
        lenses = {lens.region for lens in page[1].lenses}
        lacking = len(page[2].unnamed(names, marks, lenses, listed=_listed(page[2]) or style.code_key == "none"))
        if lacking < fewest:
            best, fewest = page, lacking
        if not lacking or len(names) > MOST:
            break
    if best is None:
        wide, high = style.preset.width_mm, style.preset.max_height_mm
        problem = "the map with its legend and insets does not fit on {wide} x {high} mm"
        raise MapError(message(problem, where=f"preset {style.preset.name}", wide=f"{wide:g}", high=f"{high:g}"))
    return best


def _pages(
    ax: Axes,
    base: Base,
    plan: Plan,
    legend: Legend,
    names: Sequence[list[str]],
    marks: Sequence[str],
    style: Style,
    cleared: Callable[[Plan], Plan],
) -> Iterator[_Page]:
    """Make pages for a map, the better ones first.

    The page grows for the list. Where the preset does not allow it, the list goes without values, the map becomes
    smaller for it, or it stands beside the map, or in the caption; for a part at a larger scale no map becomes much
    smaller.
    """
    preset, wide = style.preset, plan.frame.w
    high, listed = preset.max_height_mm, style.code_key != "none"

    def fits(ax: Axes, found: region_labels.Names) -> bool:
        under = found.strip(preset, wide, listed=listed).h
        return canvas.axes_size(ax)[1] + under + _KEY_GAP * (under > 0) <= high

    named = region_labels.arrange(base, plan, names, marks, style, draft=True)
    if named.draft and fits(ax, named):
        named = region_labels.arrange(base, plan, names, marks, style)
    for each in (named, named.plainer()):
        if not each.draft and fits(ax, each):
            yield ax, *_with_key(ax, plan, each, style)
    # on a smaller map fewer names find a place: the strip has to hold them all
    every = [("000", "  ".join((ways[0], mark))) for ways, mark in zip(names, marks, strict=True) if ways]
    if not named.codes or named.key or style.code_key != "auto":
        every = []

    def rise(details: tuple[Detail, ...]) -> float:
        return region_labels.Names({}, {}, tuple(every), None, details).strip(preset, wide, listed=listed).h + _KEY_GAP

    values = not every or rise(()) <= _LONGEST_KEY * high
    if not values:
        every = [(number, name.split("  ")[0]) for number, name in every]

    before: object = None

    def smaller(details: tuple[Detail, ...], least: float, style: Style) -> _Page | None:
        """Make a page with room for the list and details; None where the map would be smaller than `least`."""
        nonlocal before
        page, spare = None, rise(details) if every or details else 0.0
        with suppress(MapError):
            page = map_plan.new_page(base, legend, names, marks, style, spare=spare)
        found = page[1].found.scale if page else 0.0
        beside = _key_beside(base, legend, names, marks, style, every, max(found, least)) if every else None
        page = beside or page
        if page is None or page[1].found.scale < least:
            return None
        new, placed = page[0], cleared(page[1])
        if details and (placed.found, placed.frame) == before:
            return None  # with the same result
        before = placed.found, placed.frame
        named = region_labels.arrange(base, placed, names, marks, style, free=not every, values=values)
        return new, placed, _beside(named, placed, style) if beside else named

    whole = plan.found.scale
    kept = _KEPT * whole if style.code_key == "auto" else 0.0
    crowded = False
    if style.insets != "none":
        tried = smaller(() if every else named.details, kept if every else _WORTH * whole, style)
        crowded = bool(every and tried and tried[2].details)
        if tried and not fits(tried[0], tried[2]):
            tall = max((one.room.h for one in tried[2].details if not one.placed), default=0.0)
            tried = (
                None
                if tall > _LONGEST_KEY * high and every
                else smaller(tried[2].details, _WORTH * tried[1].found.scale, style)
            )
        if tried and fits(tried[0], tried[2]):
            yield tried[0], *_with_key(*tried, style)
    last = None if crowded else smaller((), kept, replace(style, insets="none"))
    if last:  # where numbers asked for a detail, they find no place without
        yield last[0], *_with_key(*last, style)
    if style.code_key == "auto":
        style = replace(style, code_key="caption")
        line = region_labels.line_block("0", preset).h + _KEY_GAP
        for insets in dict.fromkeys((style.insets, "none")):
            own = replace(style, insets=insets)
            new, placed = map_plan.new_page(base, legend, names, marks, own, spare=line)
            placed = cleared(placed)
            named = region_labels.arrange(base, placed, names, marks, own)
            if fits(new, named) or insets == "none":
                yield new, *_with_key(new, placed, named, style)
            # there is no room under the map for the parts at a larger scale: they stand on its right
            aside = 0.0
            for _ in range(2):  # on the smaller map they may be larger
                waiting = [one.room for one in named.details if not one.placed]
                least = _ASIDE + max((room.w for room in waiting), default=0.0)
                if insets == "none" or least <= aside or sum(room.h + _ASIDE for room in waiting) > placed.frame.h:
                    break
                aside = least
                with suppress(MapError):
                    new, placed = map_plan.new_page(base, legend, names, marks, own, spare=line, aside=aside)
                    placed = cleared(placed)
                    named = region_labels.arrange(base, placed, names, marks, own)
                    stood = _details_aside(named, placed, aside)
                    if fits(new, stood):
                        yield new, *_with_key(new, placed, stood, style)


def _details_aside(named: region_labels.Names, plan: Plan, aside: float) -> region_labels.Names:
    """Put the parts at a larger scale that wait for a place on the right of the map, one under the other."""
    stood, low = list[Detail](), plan.frame.top
    for one in named.details:
        if not one.placed and one.room.w <= aside - _ASIDE and low - one.room.h >= plan.frame.y:
            low -= one.room.h + _ASIDE
            one = replace(one.moved(plan.frame.right + _ASIDE, low + _ASIDE), placed=True)
        stood.append(one)
    return replace(named, details=tuple(stood))


def _listed(named: region_labels.Names) -> bool:
    """Tell whether the list of codes stands on the page, or goes to the caption."""
    return named.key is not None or bool(named.instead)


def _beside(named: region_labels.Names, plan: Plan, style: Style) -> region_labels.Names:
    """Put the list on the right of the map, and details above it where they fit."""
    preset = style.preset
    low = map_plan.parts(style, preset.width_mm, preset.max_height_mm)[2].y
    block = region_labels.key_within(named.codes, preset, plan.frame.top - low)
    room = plan.frame.top - low
    aside = plan.frame.right + _ASIDE
    strip = named.strip(preset, preset.width_mm - map_plan.MARGIN - aside, listed=True)
    stood: tuple[Detail, ...] = ()
    if strip.details and strip.block and strip.h <= room:
        block, low = strip.block, plan.frame.top - strip.h
        stood = tuple(replace(one.moved(aside, low), placed=True) for one in strip.details)
    named = named.raised(0.0, (block, aside, plan.frame.top - block.h))
    return replace(named, details=(*(one for one in named.details if one.placed), *stood)) if stood else named


def _key_beside(
    base: Base,
    legend: Legend,
    names: Sequence[list[str]],
    marks: Sequence[str],
    style: Style,
    codes: Sequence[tuple[str, str]],
    least: float,
) -> tuple[Axes, Plan] | None:
    """Return a page with room for the key on the right, where the map gets larger than `least` by that."""
    wide, high = style.preset.width_mm, style.preset.max_height_mm
    body = map_plan.parts(style, wide, high)[2]
    block = region_labels.key_within(codes, style.preset, body.h - _KEY_GAP)
    with suppress(MapError):
        ax, plan = map_plan.new_page(base, legend, names, marks, style, aside=block.w + _ASIDE)
        figure, tall = ax.get_figure(root=True), canvas.axes_size(ax)[1]
        rise = max(block.h - (plan.frame.top - body.y), 0.0)
        if figure is not None and plan.found.scale > least and tall + rise <= high:
            figure.set_size_inches(wide / text_metrics.MM, (tall + rise) / text_metrics.MM)
            return ax, map_plan.raised(plan, rise)
    return None


def make_transform(ax: Axes, base: Base) -> None:
    """Give the axes the attributes `crs` and `degrees`: the system of their data, and a transform from lon and lat."""
    from growthpoles.maps.sheet.notebook_display import FromDegrees

    ax.crs = base.crs  # type: ignore[attr-defined]
    if base.crs is not None:
        ax.degrees = FromDegrees(base.place) + ax.transData  # type: ignore[attr-defined]


def shown_on(ax: Axes) -> Shown:
    """Return what the map on these axes shows.

    Raises
    ------
    MapError
        There is no map on them.
    """
    if ax not in _SHOWN:
        raise MapError(message("there is no map on these axes", allowed="axes that a map function returned"))
    return _SHOWN[ax]


def _said(mark: str, label: str) -> str:
    """Say value and class of a region; a mark without letters and digits only stands for the class."""
    spoken = [mark] if any(ch.isalnum() for ch in mark) or not label else []
    return ", ".join(dict.fromkeys([*spoken, *([label] if label else [])]))


def unnamed_of(figure: Figure) -> list[str]:
    """Return the regions that one of a figure's maps names neither by their name nor by a code of its list."""
    return list(dict.fromkeys(str(label) for ax in figure.axes for label in getattr(ax, "unnamed", ())))


def keyed_of(figure: Figure) -> str:
    """Return the list of numbers or codes that a figure's maps leave to the caption, "" for none."""
    pairs = dict.fromkeys(pair for ax in figure.axes for pair in getattr(ax, "key", ()))
    return "; ".join(f"{code} {told.replace('  ', ' ')}" for code, told in pairs)


def projections_of(figure: Figure) -> str:
    """Return what the projections of a figure's maps are called, "" where they bend no length by more than 5 %."""
    return "; ".join(dict.fromkeys(found for ax in figure.axes if (found := getattr(ax, "projection", ""))))


def told_of(figure: Figure) -> dict[str, list[str]]:
    """Return what a figure's maps say of every region, by the identifier of the group that holds their outlines."""
    layers = [layer for ax in figure.axes for layer in ax.collections if hasattr(layer, "told")]
    return {str(layer.get_gid()): list(layer.told) for layer in layers}


def _with_key(ax: Axes, plan: Plan, named: region_labels.Names, style: Style) -> tuple[Plan, region_labels.Names]:
    """Make the page higher and put what waits for a place under the map, if the preset allows that height."""
    wide, high = canvas.axes_size(ax)
    strip = named.strip(style.preset, plan.frame.w, listed=style.code_key != "none")
    rise = strip.h + _KEY_GAP
    figure = ax.get_figure(root=True)
    if figure is None or not strip.h or high + rise > style.preset.max_height_mm:
        return plan, named
    figure.set_size_inches(wide / text_metrics.MM, (high + rise) / text_metrics.MM)
    _, _, body = map_plan.parts(style, wide, high)
    key = (strip.block, plan.frame.x, body.y) if strip.block else None
    if named.key:
        key = named.key[0], named.key[1], named.key[2] + rise
    up = named.raised(rise, key)
    stood = (replace(one.moved(plan.frame.x, body.y), placed=True) for one in strip.details)
    return map_plan.raised(plan, rise), replace(up, details=(*(one for one in up.details if one.placed), *stood))


def region_names(regions: gpd.GeoDataFrame, style: Style) -> Sequence[list[str]]:
    """Ways to write every region, the fullest first; a study without names in a language shows those that it has."""
    if style.labels in ("marks", "none"):
        return Texts(len(regions), lambda i: [])
    codes = short_codes(regions.index)
    order = preferred(style.lang)
    columns = [f"{kind}_{lang}" for lang in order for kind in ("short", "name")]
    columns = [*regions.attrs.get("named", ()), *columns[:2], "name", *columns[2:]]  # of a file: the one asked for
    column = next((c for c in columns if c in regions.columns), None)
    if style.labels == "codes" or column is None:
        return [[code] for code in codes]
    short = map_geometry.are_codes(codes)  # a name is no short form of another one
    return [
        list(dict.fromkeys([name if len(name) <= LONGEST else shorten(name), *([code] if short else [])]))
        if isinstance(name, str) and name
        else [code]
        for name, code in zip(regions[column], codes, strict=True)
    ]


def facts_of(figure: Figure) -> list[str]:
    """Return what a caption says of the cities, the locator map and the parts left out of a figure."""
    found = dict.fromkeys(fact for ax in figure.axes for fact in getattr(ax, "facts", ()))
    return [fact[:1].upper() + fact[1:] + "." for fact in found]


def _draw(
    ax: Axes,
    base: Base,
    faces: list[str],
    named: region_labels.Names | None,
    style: Style,
    plan: Plan,
    gid: str,
    hatched: list[int],
    beside: Beside,
    *,
    ramp: list[str],
    haloed: bool,
) -> None:
    """Put everything on the axes; `ramp` are the colours of the scale in order."""
    from matplotlib.path import Path

    preset, found = style.preset, plan.found
    wide, high = canvas.axes_size(ax)
    mm = canvas.millimetres(ax)
    scale, origin = found.scale, found.origin
    ax.set_xlim(-origin[0] / scale, (wide - origin[0]) / scale)
    ax.set_ylim(-origin[1] / scale, (high - origin[1]) / scale)
    head, foot, _ = map_plan.parts(style, wide, high)
    ground = context_of(base, plan, rivers=style.context == "rivers") if style.context != "none" else None
    if ground is not None:
        draw_context(ax, ground, plan.frame, mm, gid)
    if style.graticule != "none" and base.crs is not None:
        draw_graticule(ax, base.crs, style, plan.frame, found, mm, gid)
    paths, fills = (base.paths, faces) if base.paths else class_paths(base, faces)
    if len(base.geometries) > RASTERISED:
        canvas.add_classes(ax, base.outline, paths, fills, ramp, f"{gid}-regions")
    else:
        canvas.add_shapes(ax, paths, face=fills, edge=fills, line_pt=0.1, order=1.0, gid=f"{gid}-regions")
    if hatched:
        marked = [base.paths[i] for i in hatched] if base.paths else shape_paths(base.geometries[hatched])
        clear = [frame_of(one).buffer(0.3) for one in named.inside.values()] if named else []
        canvas.add_hatch(ax, marked, [faces[i] for i in hatched], order=1.5, gid=f"{gid}-hatched", clear=clear)
    for lines, colour, times, order, name in (
        (base.borders, palettes.BORDER, 1.0, 2.0, "borders"),
        (base.outline, palettes.SOFT, 1.7, 2.1, "outline"),
    ):
        if lines is not None:
            canvas.add_shapes(
                ax, [lines], face="none", edge=colour, line_pt=times * preset.line_pt, order=order, gid=f"{gid}-{name}"
            )
    for number, frame in enumerate(base.frames):
        left, bottom, right, top = frame.bounds
        around = Path([(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)], closed=True)
        part = f"{gid}-far-{number}"
        canvas.add_shapes(
            ax, [around], face=palettes.PAPER, edge=palettes.SOFT, line_pt=1.2 * preset.line_pt, order=0.7, gid=part
        )
        told = scale_words([frame], scale, origin, preset.small_pt, style.lang)
        canvas.add_words(ax, told, transform=mm, gid=f"{part}-scale")
    if plan.lenses:
        insets.draw_lenses(
            ax,
            plan.lenses,
            found.insets,
            geometries=base.geometries,
            faces=faces,
            scale=scale,
            origin=origin,
            transform=mm,
            preset=preset,
            gid=f"{gid}-insets",
            hatched=hatched,
        )
    if named:
        region_labels.draw_names(ax, named, faces, preset, mm, gid, halo=haloed)
        region_labels.draw_details(ax, named.details, base, plan, faces, hatched, preset, mm, gid, ground=ground)
    beside.draw(ax, preset, mm, gid)
    if ground is not None:
        found_names = context_names(base, plan, region_labels.left_free(base, plan, named, beside.boxes), style)
        canvas.add_words(ax, found_names, transform=mm, gid=f"{gid}-context", order=0.45)
    grounds = [plan.legend_box] if plan.legend_box and (style.graticule == "lines" or ground is not None) else []
    if ground is not None and named and named.key:
        block, x, y = named.key
        grounds.append(Box(x, y, block.w, block.h))
    if grounds:
        pad = 0.0 if ground is None else _GROUND
        corners = [
            [(b.x - pad, b.y - pad), (b.right + pad, b.y - pad), (b.right + pad, b.top + pad), (b.x - pad, b.top + pad)]
            for b in grounds
        ]
        canvas.add_shapes(
            ax,
            [Path([*around, around[0]], closed=True) for around in corners],
            face=palettes.PAPER,
            order=0.6,
            gid=f"{gid}-legend-ground",
            transform=mm,
        )
    if plan.legend_block and plan.legend_box:
        canvas.add_block(
            ax,
            plan.legend_block,
            plan.legend_box.x,
            plan.legend_box.y,
            transform=mm,
            gid=f"{gid}-legend",
            line_pt=preset.line_pt,
        )
    drawn_bar = map_plan.scale_bar(base, plan.body, style)
    if found.bar_box and drawn_bar is not None:
        arrow = style.north_arrow == "auto"
        bar = drawn_bar(scale)
        canvas.add_block(
            ax, bar, found.bar_box.x, found.bar_box.y, transform=mm, gid=f"{gid}-scalebar", line_pt=preset.line_pt
        )
        if arrow and base.crs is not None:
            north_arrow(ax, base.crs, found, preset, style.lang, mm, gid)
    if head:
        canvas.add_block(ax, head, plan.frame.x, high - map_plan.MARGIN - head.h, transform=mm, gid=f"{gid}-title")
    if foot:
        canvas.add_block(ax, foot, plan.frame.x, map_plan.MARGIN, transform=mm, gid=f"{gid}-source")
