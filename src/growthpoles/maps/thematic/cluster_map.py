"""Cluster map, hot spot map and significance map of local spatial tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from growthpoles.errors import MapError, message
from growthpoles.language.languages import translator
from growthpoles.language.number_format import format_number
from growthpoles.language.phrases import Words
from growthpoles.maps import palettes
from growthpoles.maps.map_options import MapOptions
from growthpoles.maps.presets import in_preset_typeface
from growthpoles.maps.sheet.legend import Category
from growthpoles.maps.sheet.map_geometry import align
from growthpoles.maps.source_note import OwnWords, numbers_of
from growthpoles.maps.thematic.rating_map import plot_categories
from growthpoles.maps.thematic.value_map import Numbers, map_numbers, rising

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKS = {
    "High-High": "HH",
    "Low-Low": "LL",
    "High-Low": "HL",
    "Low-High": "LH",
    "not significant": "",
    "untestable": "\u00d7",
    "isolate": "\u25cb",
}
_CASES = ("untestable", "isolate")


def frame_of(regions: gpd.GeoDataFrame, result: Any, columns: tuple[str, ...] = ()) -> pd.DataFrame:
    """Turn a local result into its frame; regions that the test left out get an empty row.

    Raises
    ------
    MapError
        This is no result, or a column is missing.
    """
    frame = result.to_frame() if hasattr(result, "to_frame") and not hasattr(result, "columns") else result
    if not hasattr(frame, "columns"):
        raise MapError(message(f"{type(result).__name__} given", where="result", allowed="the result of a local test"))
    for column in columns:
        if column not in frame.columns:
            raise MapError(message(f"no column {column!r}", where="result", allowed="the frame of a local test"))
    absent = regions.index.difference(frame.index)
    if len(absent) == 0 or frame.index.has_duplicates:
        return frame
    return frame.reindex(frame.index.append(absent))


@in_preset_typeface
def plot_clusters(
    regions: gpd.GeoDataFrame,
    result: Any,
    *,
    variable: str = "",
    year: int | None = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map the clusters and outliers that a local test found.

    The legend says how many regions each class has, also where it is none. The code of the class is printed in each
    polygon, since no palette of this kind survives greyscale: HH, LL, HL, LH; regions that are not significant carry no
    code. Regions that no test could reach at the chosen level are hatched and bear a cross, regions without neighbours
    a ring; they and "no data" are listed only where the map has some. The source line says why regions are untestable.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    result : local result or DataFrame
        Anything with `.to_frame()`, or a frame, with column `label` ("High-High", "Low-Low", "High-Low",
        "Low-High", "not significant", "untestable", "isolate"). Regions without a row, such as those a test over
        part of the graph left out, and NaN are drawn as "no data".
    variable : str
        What was tested, for the title.
    year, edition, lang, ax
        As for :func:`growthpoles.plot_rating`.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, the column is missing, or a class is not one of the seven.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> result = gp.local_moran(gp.load_published(2014)["index"], gp.build_weights(regions))
    >>> axes = gp.plot_clusters(regions, result, variable="index", year=2014, preset="nature-single")
    >>> round(25.4 * axes.figure.get_figwidth())
    89
    """
    frame, options = frame_of(regions, result, ("label",)), _tested(options, result, lang)
    word = translator(lang)
    entries = {key: _entry(key, palettes.CLUSTER[key], word(key), mark) for key, mark in MARKS.items()}
    axes = plot_categories(
        regions,
        frame["label"],
        entries,
        counted=True,
        legend_title=word("Local association"),
        default_title=_of(word("Spatial clusters and outliers"), variable),
        gid="clusters",
        year=year,
        edition=edition,
        lang=lang,
        ax=ax,
        **options,
    )
    return _telling(axes, result, lang)


@in_preset_typeface
def plot_significance(
    regions: gpd.GeoDataFrame,
    result: Any,
    *,
    column: str | None = None,
    levels: tuple[float, ...] = (0.001, 0.01, 0.05, 0.1),
    variable: str = "",
    year: int | None = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map the p-values of a local test in classes, darker where the evidence is stronger.

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    result : local result or DataFrame
        With p-values from 0 to 1; NaN and regions without a row are drawn as "no data". Where a column `label` says
        that a region is "untestable" or an "isolate", it shows that instead of a p-value, which would say nothing; the
        source line says why.
    column : str, optional
        Column of p-values, all of which are shown; by default "p_adjusted" if there is one, else "p_value".
    levels : tuple of float
        Limits between the classes, rising; the last class ends at 1.
    variable : str
        What was tested, for the title.
    year, edition, lang, ax
        As for :func:`growthpoles.plot_rating`.
    **options
        See :class:`growthpoles.maps.map_options.MapOptions`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, the column is missing, or a value is no probability.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> result = gp.local_moran(gp.load_published(2014)["index"], gp.build_weights(regions))
    >>> axes = gp.plot_significance(regions, result, variable="index")
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    frame, options = frame_of(regions, result), _tested(options, result, lang)
    chosen = column or ("p_adjusted" if "p_adjusted" in frame.columns else "p_value")
    word = translator(lang)
    name = word("Adjusted p-value") if chosen == "p_adjusted" and _adjusted(result, frame) else word("p-value")
    values = align(regions, numbers_of(frame, chosen, "result"), "result")
    apart: dict[int, str] = {}
    cases: tuple[Category, ...] = ()
    if column is None and "label" in frame.columns:
        labels = frame["label"].reindex(regions.index)
        apart = {i: str(label) for i, label in enumerate(labels) if label in _CASES}
        cases = tuple(_entry(key, palettes.CLUSTER[key], word(key), MARKS[key]) for key in _CASES)
    shown = Numbers(
        values,
        rising((0.0, *levels, 1.0)),
        None,
        (*palettes.take(palettes.SEQUENTIAL[::-1], len(levels)), palettes.CLUSTER["not significant"]),
        apart,
        cases,
        _of(name, variable),
    )
    axes = map_numbers(
        regions, shown, name, year, edition, frame, lang=lang, ax=ax, gid="significance", options=options
    )
    return _telling(axes, result, lang)


def _adjusted(result: Any, frame: pd.DataFrame) -> bool:
    """Tell whether p-values are adjusted: as the result says, else whether they differ from those that are not."""
    adjust = getattr(result, "adjust", None)
    if adjust is not None:
        return bool(adjust != "none")
    return "p_value" not in frame or not frame["p_adjusted"].equals(frame["p_value"])


def _tested(options: MapOptions, result: Any, lang: str) -> MapOptions:
    """Add to the source what a local result says of itself: its neighbours, and how it was tested."""
    parts = [str(options["source"])] if options.get("source") else []
    parts += [part for part in (_neighbours(result, lang), ", ".join(_how(result, lang))) if part]
    told = " \N{MIDDLE DOT} ".join([*parts, *_untestable(result, lang)])
    return {**options, "source": told if options.get("source") else OwnWords(told)} if told else options


def _neighbours(result: Any, lang: str) -> str:
    """Name the neighbours of a local result; nothing where its graph does not say how it was built."""
    built = getattr(getattr(getattr(result, "tested", None), "graph", None), "built", None)
    return Words(lang).neighbours(**built) if built else ""


def _how(result: Any, lang: str, *, whole: bool = False) -> list[str]:
    """Say what a local result says of itself: draws, alternative, adjustment, family, level, number.

    `whole`, of a caption: also where p comes from if it is exact, and the side of a one-sided test.
    """
    if not hasattr(result, "adjust") or not hasattr(result, "family"):
        return []
    words = Words(lang)
    adjusted = words("adjusted", result.adjust)
    told = [translator(lang)("p: {how}").format(how=adjusted)]
    origin = words("origin", f"local_{result.method}", permutations=words.count(result.permutations or 0))
    if result.alternative == "two-sided" and (whole or result.permutations is not None):
        told = [f"p: {words('caption', 'conditional', origin=origin, adjusted=adjusted)}"]
    elif whole:
        side = translator(lang)(f"one-sided ({result.alternative})")
        told = [translator(lang)("p: {how}").format(how=f"{origin}, {side}, {adjusted}")]
    if result.adjust != "none":
        told.append(translator(lang)("family of {n}").format(n=result.family))
    return [*told, f"α = {words.number(result.alpha, 2)}", f"n = {result.n}"]


def _untestable(result: Any, lang: str) -> list[str]:
    """Say how many regions are untestable, and why: a phrase for each reason."""
    if not hasattr(result, "why_untestable"):
        return []
    words, why = Words(lang), result.why_untestable()
    told = {
        "level": format_number(float(f"{why.level:.2g}"), lang, digits=None),
        "draws": words.count(result.permutations or 0),
    }
    return [words("untestable_map", kind, **told, count=words.count(number)) for kind, number in why.reasons.items()]


def _telling(axes: Axes, result: Any, lang: str) -> Axes:
    """Let the caption say too by what neighbours and how regions were tested, and why some are untestable."""
    if how := _how(result, lang, whole=True):
        near = _neighbours(result, lang)
        told = [f"{Words(lang)('term', 'weights')}: {near}"] if near else []
        axes.tests = "; ".join([*told, *how]) + "."  # type: ignore[attr-defined]
    axes.facts = (*getattr(axes, "facts", ()), *_untestable(result, lang))  # type: ignore[attr-defined]
    return axes


def how_tested(figure: Figure) -> list[str]:
    """Return by what neighbours and how the regions of a figure were tested, for its caption."""
    return [ax.tests for ax in figure.axes if hasattr(ax, "tests")]


def _entry(key: str, face: str, label: str, mark: str) -> Category:
    """Return a class of a local test; those that no test could reach are hatched, as three kinds of grey look alike."""
    return Category(key, face, label, mark, hatch=key == "untestable", case=key in _CASES)


def _of(title: str, variable: str) -> str:
    """Say what was tested."""
    return f"{title}: {variable}" if variable else title


HOTSPOTS = {
    "hot": ("#b5402f", ""),  # letters of the language: a Latin H would be read as the Cyrillic one of "low"
    "cold": ("#1c4179", ""),
    "not significant": (palettes.CLUSTER["not significant"], ""),
    "untestable": (palettes.CLUSTER["untestable"], MARKS["untestable"]),
    "isolate": (palettes.CLUSTER["isolate"], MARKS["isolate"]),
}
_TO_HOTSPOT = {
    "High-High": "hot",
    "High-Low": "hot",
    "Low-Low": "cold",
    "Low-High": "cold",
    "High": "hot",
    "Low": "cold",
}


@in_preset_typeface
def plot_hotspots(
    regions: gpd.GeoDataFrame,
    result: Any,
    *,
    variable: str = "",
    year: int | None = None,
    edition: str | None = None,
    lang: str = "en",
    ax: Axes | None = None,
    **options: Unpack[MapOptions],
) -> Axes:
    """Map the hot and cold spots that the local Getis-Ord statistic found (Ord and Getis 1995).

    Parameters
    ----------
    regions : GeoDataFrame
        Polygons, index = region.
    result : local result or DataFrame
        With column `label`: "hot", "cold", "not significant", "untestable", "isolate"; the quadrants of the local
        Moran test are taken by the value's side (High-* is hot). Regions without a row are drawn as "no data".
    variable, year, edition, lang, ax, **options
        As for :func:`plot_clusters`.

    Returns
    -------
    Axes

    Raises
    ------
    MapError
        Labels disagree, the column is missing, or a class is not known.

    Examples
    --------
    >>> import growthpoles as gp
    >>> regions = gp.load_regions(2014)
    >>> result = gp.local_getis_ord(gp.load_published(2014)["index"], gp.build_weights(regions), star=True)
    >>> axes = gp.plot_hotspots(regions, result, variable="index", year=2014)
    >>> round(25.4 * axes.figure.get_figwidth())
    183
    """
    frame, options = frame_of(regions, result, ("label",)), _tested(options, result, lang)
    word = translator(lang)
    names = {"hot": word("hot spot"), "cold": word("cold spot")}
    letter = Words(lang).letter
    entries = {
        key: _entry(key, face, names.get(key) or word(key), letter(key, mark)) for key, (face, mark) in HOTSPOTS.items()
    }
    axes = plot_categories(
        regions,
        frame["label"].astype(object).replace(_TO_HOTSPOT),
        entries,
        counted=True,
        legend_title=word("Local Getis-Ord test"),
        default_title=_of(word("Hot and cold spots"), variable),
        gid="hotspots",
        year=year,
        edition=edition,
        lang=lang,
        ax=ax,
        **options,
    )
    return _telling(axes, result, lang)
