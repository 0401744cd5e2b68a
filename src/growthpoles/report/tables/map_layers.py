"""Map layers of study.gpkg: all results per polygon, with their styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from growthpoles.ratings.classes import TEN_CLASSES, ClassScale, scale_of
from growthpoles.report.tables.geopackage import Style

if TYPE_CHECKING:
    from growthpoles.report.results import Results

#: Columns of a rating and its robustness that an index without limits leaves empty.
_CLASSES = ("rating_class", "robust_likeliest_class", "robust_p_likeliest", "robust_p_class")
_DASH = "\N{EN DASH}"


def layers(results: Results) -> tuple[dict[str, pd.DataFrame], dict[str, Style]]:
    """Return the layers by name, those that a reader wants first in front, and their styles."""
    names = results.regions[[column for column in results.regions if str(column).startswith(("name_", "short_"))]]
    frames: dict[str, pd.DataFrame] = {}
    styles: dict[str, Style] = {}

    def add(name: str, style: Style | None, *parts: pd.DataFrame) -> None:
        frames[name] = pd.concat([names, *(part.reindex(names.index) for part in parts)], axis=1)
        if style is not None:
            styles[name] = style

    editions = dict.fromkeys([results.edition, *(edition for edition, _ in results.ratings)])
    for edition in editions:
        for year in results.years:
            if (edition, year) not in results.ratings:
                continue
            local = results.local.get((edition, year))
            near = [] if local is None else [local.to_frame().add_prefix("moran_")]
            robust = results.stages.robustness.get(year) if edition == results.edition else None
            firm = [] if robust is None else [robust.to_frame().loc[:, "index_low":].add_prefix("robust_")]
            rating = results.ratings[edition, year]
            style = rating_style(edition, year, scale_of(rating) or TEN_CLASSES) if results.classed else None
            parts = [rating, results.indicators[edition, year], *near, *firm]
            if not results.classed:
                parts = [part.drop(columns=[name for name in _CLASSES if name in part]) for part in parts]
            add(f"rating_{edition}_{year}", style, *parts)
    for year, frame in results.published.items():
        if "ksi" in frame:
            status = frame.get("ksi_status", pd.Series(index=frame.index, dtype=object))
            classes = pd.DataFrame({"ksi_class": ksi_classes(frame["ksi"], status)}, index=frame.index)
            groups = results.stages.groups.get(year)
            more = [] if groups is None else [groups[["group"]].rename(columns={"group": "ksi_group"})]
            add(f"ksi_{year}", ksi_style(year), frame, classes, *more)
        elif "rating_class" in frame:
            add(f"published_{year}", rating_style("published", year), frame)
    for (edition, year), local in results.local.items():
        add(f"clusters_{edition}_{year}", cluster_style(edition, year, results.study.report.adjust), local.to_frame())
    if len(results.years) > 1:
        add(f"change_{results.years[0]}_{results.years[-1]}", None, pd.DataFrame({"change": results.change()}))
    for year, frame in results.stages.typology.items():
        add(f"typology_{year}", typology_style(year), frame)
    return frames, styles


def rating_style(edition: str, year: int, scale: ClassScale = TEN_CLASSES) -> Style:
    """Return the classes of a rating, best first."""
    from growthpoles.maps.sheet.legend import interval
    from growthpoles.maps.thematic.rating_map import rating_legend

    legend = rating_legend("en", scale)
    classes = tuple(
        (category.key, category.face, f"{category.label} ({interval(low, high)})")
        for category, low, high in zip(legend.ramp, legend.bounds[:-1], legend.bounds[1:], strict=True)
    )[::-1]
    other = (legend.swatches[0].face, legend.swatches[0].label)
    told = f"Class of the innovation rating, {year}, edition {edition}"
    return Style("rating class", "rating_class", classes, other, label="rating_class", description=told)


def ksi_classes(ksi: pd.Series, status: pd.Series) -> list[str | None]:
    """Sort shares into the classes of the map: "0-0.01", ..., "rounded zero", "no production"; None is no data."""
    from growthpoles.maps.thematic.ksi_map import KSI_LIMITS

    found: list[str | None] = []
    for value, state in zip(ksi, status.reindex(ksi.index), strict=True):
        if state == "no production":
            found.append("no production")
        elif pd.isna(value):
            found.append(None)
        elif state == "rounded zero" or value == 0:
            found.append("rounded zero")
        else:
            at = sum(round(float(value), 9) >= limit for limit in KSI_LIMITS[1:-1])
            found.append(_ksi_name(at))
    return found


def _ksi_name(at: int) -> str:
    from growthpoles.maps.thematic.ksi_map import KSI_LIMITS

    return f"{KSI_LIMITS[at]:g}{_DASH}{KSI_LIMITS[at + 1]:g}"


def ksi_style(year: int) -> Style:
    """Return the classes of shares, largest first, then the cases without one."""
    from growthpoles.maps.thematic.ksi_map import ksi_legend

    legend = ksi_legend("en")
    ramp = tuple((_ksi_name(at), category.face, _ksi_name(at)) for at, category in enumerate(legend.ramp))[::-1]
    cases = {category.key: category for category in legend.swatches}
    kept = tuple((key, cases[key].face, cases[key].label) for key in ("rounded zero", "no production"))
    other = (cases["no data"].face, cases["no data"].label)
    told = f"Share of the region in the national output of the industry, {year}"
    return Style("KSI", "ksi_class", ramp + kept, other, label="ksi_class", description=told)


def cluster_style(edition: str, year: int, adjust: str) -> Style:
    """Return the seven outcomes of the local test."""
    from growthpoles.maps import palettes

    classes = tuple((label, colour, label) for label, colour in palettes.CLUSTER.items())
    told = f"Local Moran's I of the index, {year}, edition {edition}"
    told += ", adjusted for the number of regions" if adjust != "none" else ""
    return Style("clusters", "label", classes, (palettes.NO_DATA, "no data"), label="label", description=told)


def typology_style(year: int) -> Style:
    """Return the types of regions."""
    from growthpoles.maps import palettes
    from growthpoles.maps.thematic.class_change_map import GROWTH_POLES

    classes = tuple((kind, colour, kind) for kind, (colour, _) in GROWTH_POLES.items())
    classes += (("no data", palettes.NO_DATA, "no data"),)
    told = f"Types of regions by rating and share in the industry, {year}"
    return Style("types", "type", classes, (palettes.NO_DATA, "no data"), label="type", description=told)
