"""Read a drawn map back: every word, tile, lens and leader as boxes and lines in millimetres."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import shapely
from matplotlib.collections import Collection

from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.text_layer import WordLayer

SLACK = 0.06


def words(ax: Any) -> list[tuple[str, Any]]:
    """All lines of text with the identifier of their layer."""
    return [(a.get_gid() or "", w) for a in ax.get_children() if isinstance(a, WordLayer) for w in a.words]


def layer(ax: Any, ending: str) -> Collection | None:
    """The collection whose identifier ends so."""
    found = [a for a in ax.get_children() if isinstance(a, Collection) and (a.get_gid() or "").endswith(ending)]
    return found[0] if found else None


def segments(lines: Collection) -> list[np.ndarray]:
    """The polylines that a collection draws as one path."""
    return [line for path in lines.get_paths() for line in path.to_polygons(closed_only=False)]


def to_mm(ax: Any, xy: np.ndarray) -> np.ndarray:
    """Data coordinates as millimetres."""
    return canvas.millimetres(ax).inverted().transform(ax.transData.transform(xy))


def to_page(ax: Any, page: Any) -> np.ndarray:
    """Lower left corner of an axes in millimetres on another one."""
    return canvas.millimetres(page).inverted().transform(ax.transAxes.transform((0.0, 0.0)))


def land(ax: Any, regions: Any) -> np.ndarray:
    """Regions in millimetres on the axes."""
    return shapely.transform(np.asarray(regions.geometry.array), lambda xy: to_mm(ax, xy))


def problems(ax: Any, regions: Any, small_pt: float) -> list[str]:
    """List everything on a map that overlaps, leaves the sheet, leaves its polygon, or is too small."""
    found: list[str] = []
    wide, high = canvas.axes_size(ax)
    lines = words(ax)
    boxes = shapely.box(*np.array([w.box for _, w in lines]).T) if lines else np.array([], dtype=object)
    shapes = land(ax, regions)
    union = shapely.union_all(shapes).buffer(-0.05)
    sheet = shapely.box(-SLACK, -SLACK, wide + SLACK, high + SLACK)
    for (gid, word), area in zip(lines, boxes, strict=True):
        if not sheet.contains(area):
            found.append(f"{gid} {word.text!r} leaves the sheet")
        if word.size < small_pt - 1e-9:
            found.append(f"{gid} {word.text!r} is {word.size} pt")
        if gid.endswith("-labels"):
            if not shapes[int(word.tag)].buffer(0.25).contains(area):
                found.append(f"{gid} {word.text!r} leaves its polygon")
        elif gid.endswith("-callouts") and word.text.isdigit():
            pass  # a number of the key that has no room elsewhere stands on a neighbour; its line is looked at below
        elif not gid.endswith(("-title", "-source", "-graticule", "-city-names")) and union.intersects(area):
            found.append(f"{gid} {word.text!r} covers the map")
    inner = shapely.buffer(boxes, -SLACK)
    for i, j in np.argwhere(np.triu(shapely.intersects(inner[:, None], inner[None]), k=1)):
        (a, v), (b, w) = lines[i], lines[j]
        found.append(f"{a} {v.text!r} overlaps {b} {w.text!r}")
    tiles = layer(ax, "-legend-tiles")
    for path in tiles.get_paths() if tiles is not None else []:
        if union.intersects(shapely.Polygon(path.vertices)):
            found.append("a tile of the legend covers the map")
    papers = layer(ax, "-insets-paper")
    rings = [shapely.Polygon(path.vertices) for path in papers.get_paths()] if papers is not None else []
    drawn = [layer(ax, ending) for ending in ("-insets-leaders", "-callout-lines")]
    leaders = [shapely.LineString(line) for lines_of in drawn if lines_of is not None for line in segments(lines_of)]
    for ring in rings:
        if union.intersects(ring):
            found.append("a lens covers the map")
        found += [f"a lens covers {w.text!r}" for (_, w), b in zip(lines, boxes, strict=True) if ring.intersects(b)]
    for tag in {int(word.tag) for gid, word in lines if gid.endswith("-callouts")}:
        own = [box for (gid, word), box in zip(lines, boxes, strict=True) if word.tag == str(tag) and "callout" in gid]
        ends = [line for line in leaders if any(line.distance(box) < 2.0 for box in own)]
        if not any(shapes[tag].buffer(0.2).contains(shapely.Point(line.coords[-1])) for line in ends):
            found.append(f"no line from a name ends in region {tag}")
    if any(a.crosses(b) for a, b in itertools.combinations(leaders, 2)):
        found.append("leaders cross")
    for line in leaders:
        found += [f"a leader crosses {w.text!r}" for (_, w), b in zip(lines, boxes, strict=True) if line.intersects(b)]
    return found


def _outline(path: Any) -> Any:
    """A drawn area as a geometry: every second ring is a hole."""
    rings = [shapely.make_valid(shapely.Polygon(ring)) for ring in path.to_polygons() if len(ring) > 3]
    area = shapely.Polygon()
    for ring in rings:
        area = shapely.symmetric_difference(area, ring)
    return area


def _lines(ax: Any, details: bool) -> list[Any]:
    """Leaders on the map, or those in its parts at a larger scale; also those of no length."""
    found = []
    for a in ax.get_children():
        gid = a.get_gid() or ""
        if isinstance(a, Collection) and gid.endswith("-callout-lines") and ("-details-" in gid) == details:
            for path in a.get_paths():
                starts = np.flatnonzero(path.codes == path.MOVETO)
                found += [shapely.LineString(part) for part in np.split(path.vertices, starts[1:])]
    return found


def unnamed(ax: Any, names: list[str]) -> list[str]:
    """Regions whose name can be read nowhere: what is written counts for the area on which it stands or its line ends.

    A number counts if the list of the page, or that for the caption, says this name for it.
    """
    drawn = layer(ax, "map-regions")
    assert drawn is not None
    areas = [shapely.transform(_outline(path), lambda xy: to_mm(ax, xy)) for path in drawn.get_paths()]
    listed: dict[str, str] = dict(getattr(ax, "key", ()))
    number = ""
    for gid, word in words(ax):
        if gid.endswith("-codes-text") and word.bold:
            number, listed[word.text] = word.text, ""
        elif gid.endswith("-codes-text") and number:
            listed[number] += word.text
    frames = layer(ax, "-details-frames")
    corners = [path.get_extents() for path in frames.get_paths()] if frames is not None else []
    labels: dict[tuple[str, str], list[Any]] = {}
    for gid, word in words(ax):
        if word.tag.isdigit():
            labels.setdefault((gid, word.tag), []).append(word)
    said: dict[int, set[str]] = {}
    for (gid, tag), lines in labels.items():
        room = shapely.union_all([shapely.box(*word.box) for word in lines]).envelope
        ends = [line for line in _lines(ax, "-details-" in gid) if shapely.Point(line.coords[0]).distance(room) < 2.0]
        shape = areas[int(tag)]
        if "-details-" in gid:
            on_map, larger = next(
                (a, b)
                for a, b in zip(corners[::2], corners[1::2], strict=True)
                if shapely.box(*b.extents).contains(room.centroid)
            )
            times = larger.width / on_map.width
            shape = shapely.transform(shape, lambda xy, a=on_map, b=larger, k=times: (xy - a.min) * k + b.min)
        if "callout" in gid:
            stands = any(shapely.Point(line.coords[-1]).distance(shape) < 0.25 for line in ends)
        else:
            stands = "-insets-" in gid or room.intersection(shape).area > 0.2 * room.area
        if stands:
            said.setdefault(int(tag), set()).update({"".join(word.text for word in lines), lines[0].text})

    def plain(text: str) -> str:
        return "".join(ch for ch in text if ch not in " -\u00ad\u00a0")

    return [
        name
        for i, name in enumerate(names)
        if not any(
            plain(name) in plain(text) or plain(listed.get(text, "")).startswith(plain(name))
            for text in said.get(i, ())
        )
    ]
