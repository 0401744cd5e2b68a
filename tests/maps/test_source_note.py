"""Every figure names its edition and year by itself; tests over part of the regions are drawn as they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import measure
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

import growthpoles as gp
from growthpoles import maps
from growthpoles.errors import MapError
from growthpoles.language.languages import translator
from growthpoles.language.phrases import Words, _read, spoken
from growthpoles.maps.charts.chart_axes import Key, key_height
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.sheet import furniture, map_geometry
from growthpoles.maps.sheet.label_text import candidates
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.maps.source_note import dated, span_of, told
from growthpoles.maps.typography import text_metrics


def footer(ax: Any) -> str:
    """Words of all layers that end so, on all axes of a figure."""
    figure = getattr(ax, "figure", ax)
    layers = [a for one in (figure, *figure.axes) for a in one.get_children() if isinstance(a, WordLayer)]
    return " ".join(w.text for a in layers if (a.get_gid() or "").endswith("source-text") for w in a.words)


@pytest.fixture(scope="module")
def tables() -> dict[int, pd.DataFrame]:
    return {year: gp.rate(gp.load_indicators(year, edition="reproduced")) for year in (2010, 2014)}


def _ranks(rating: pd.DataFrame) -> pd.DataFrame:
    rank = rating["rank"].dropna()
    frame = pd.DataFrame({"rank": rank, "rank_low": rank - 1, "rank_high": rank + 1})
    frame.attrs = dict(rating.attrs)
    return frame


FIGURES: dict[str, Callable[[Any, dict[int, pd.DataFrame]], Any]] = {
    "rating": lambda regions, t: maps.plot_rating(regions, t[2014]),
    "column": lambda regions, t: maps.plot_rating(regions, t[2014]["index"]),
    "values": lambda regions, t: maps.plot_values(regions, t[2014], limits=(0, 50, 100)),
    "change": lambda regions, t: maps.plot_change(regions, t[2014]["index"] - t[2010]["index"], years=(2010, 2014)),
    "class change": lambda regions, t: maps.plot_class_change(
        regions, t[2010]["rating_class"].astype(object), t[2014]["rating_class"].astype(object)
    ),
    "bivariate": lambda regions, t: maps.plot_bivariate(
        regions, t[2014]["ris"], t[2014]["ria"], x_name="x", y_name="y"
    ),
    "panel": lambda regions, t: maps.plot_panel(regions, {"a": t[2014], "b": t[2014]}, maps.plot_rating, KEY),
    "slope": lambda regions, t: maps.plot_slope(t[2010]["index"], t[2014]["index"]),
    "ranks": lambda regions, t: maps.plot_rank_intervals(_ranks(t[2014])),
    "contributions": lambda regions, t: maps.plot_contributions(t[2014][["ris", "ria"]]),
    "moran": lambda regions, t: maps.plot_moran(t[2014]["index"], Graph.build_knn(regions.centroid, k=3)),
    "correlation": lambda regions, t: maps.plot_correlation(t[2014][["ris"]].corr(), edition="reproduced", year=2014),
}
KEY = maps.rating_legend("en")


@pytest.mark.long
@pytest.mark.parametrize("name", FIGURES)
def test_figures_name_year_and_edition_of_their_data(name: str, regions: Any, tables: dict[int, pd.DataFrame]) -> None:
    line = footer(FIGURES[name](regions, tables))
    assert "edition: reproduced" in line
    assert line.startswith("2010\u20132014" if name in ("change", "class change", "slope") else "2014")


def test_what_is_given_goes_first_and_an_empty_edition_is_none(regions: Any, tables: dict[int, pd.DataFrame]) -> None:
    own = footer(maps.plot_rating(regions, tables[2014], year=2013, edition="own"))
    assert own.startswith("2013 · edition: own")
    assert "edition" not in footer(maps.plot_rating(regions, tables[2014], edition=""))


def test_tables_that_disagree_say_nothing() -> None:
    first, second = pd.Series([1.0]), pd.Series([2.0])
    first.attrs, second.attrs = {"year": 2010, "edition": "a"}, {"year": 2014, "edition": "a"}
    assert told(None, None, first, second) == (None, "a")
    assert told(None, None, first) == (2010, "a")
    assert told(0, "", first) == (None, None)
    assert told(None, None) == (None, None)
    assert span_of(None, first, second) == (2010, 2014)
    assert span_of(None, first, first) is None
    assert span_of((1, 2), first, second) == (1, 2)


def test_results_over_part_of_the_regions_are_drawn_as_they_are(regions: Any, published: pd.DataFrame) -> None:
    values = published["index"].mask(published.index == "KZ-VOS")
    kept, part, _ = gp.with_data(values, gp.build_weights(regions))
    test = gp.local_moran(kept, part, permutations=99)
    for draw in (maps.plot_clusters, maps.plot_hotspots, maps.plot_significance):
        ax = draw(regions, test)
        layer = next(c for c in ax.collections if (c.get_gid() or "").endswith("-regions"))
        assert len(layer.get_facecolor()) == len(regions)
        shown = [w.text for a in ax.get_children() if isinstance(a, WordLayer) for w in a.words if w.text == "n/d"]
        assert len(shown) == 2  # the region and the legend
    with pytest.raises(MapError, match="no such region: XX"):
        maps.plot_clusters(regions, pd.DataFrame({"label": ["isolate"]}, index=["XX"]))


def test_footer_runs_over_lines_and_is_never_cut() -> None:
    preset = PRESETS["report"]
    parts = ["2014", "edition: reproduced", "boundaries: 2014", "source: " + "a long name, " * 25]
    block = furniture.source_block(parts, preset, 120.0)
    assert len(block.words) >= 3
    assert "\u2026" not in "".join(w.text for w in block.words)
    assert max(w.length for w in block.words) <= 120.0
    (line,) = furniture.source_block(parts[:3], preset, 120.0).words
    assert line.text == "2014 · edition: reproduced · boundaries: 2014"


def test_short_forms_of_names() -> None:
    assert text_metrics.hyphenated("Павлодарская") == ("Павлодар-", "ская")
    assert text_metrics.hyphenated("Павлодар") is None
    lines = [
        tuple(line[0] for line in label.lines) for label in candidates(["Павлодарская"], "C++\u2192C+", PRESETS["plos"])
    ]
    assert ("Павлодар-", "ская", "C++\u2192C+") in lines
    assert lines[-1] == ("C++\u2192", "C+")


def test_codes_of_choices_are_spoken_in_the_language() -> None:
    assert spoken("statistic_name", "en") == "statistic"
    assert spoken("getis_ord", "ru") == "G Гетиса–Орда"
    assert spoken("knn 3", "kk") == "ең жақын 3 көрші"
    assert spoken("knn", "kk") == "knn"
    assert spoken("my_choice", "ru") == "my choice"
    assert spoken("moran", "en", {"moran": "I"}) == "I"
    assert spoken("moran", "en", {"moran": "moran"}) == "Moran’s I"


def test_marks_of_equal_values_are_all_seen() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0], "c": [1.0, 2.0]}, index=["x", "y"])
    ax = maps.plot_dumbbell(frame)
    disc, ring, diamond = (next(c for c in ax.collections if c.get_gid() == name) for name in "abc")
    assert len(ring.get_facecolor()) == 0
    assert len(ring.get_edgecolor()) == 1
    assert ring.get_sizes()[0] > disc.get_sizes()[0] > diamond.get_sizes()[0]


def test_keys_take_as_many_lines_as_they_need() -> None:
    preset = PRESETS["report"]
    keys = [Key("significant", "#000000", "dot"), Key("expected", shape="dashes"), Key("note", shape="none")]
    one, three = key_height(keys, preset, 150.0), key_height(keys, preset, 16.0)
    assert key_height([], preset, 50.0) == 0.0
    assert three - one == pytest.approx(2 * 1.5 * preset.small_pt * text_metrics.PT)


def test_north_arrow_points_along_the_meridian(regions: Any, published: pd.DataFrame) -> None:
    west, east = (furniture.north(regions.crs, np.array([x, 0.0])) for x in (-1e6, 1e6))
    assert west[0] > 0.05
    assert east[0] == pytest.approx(-west[0], rel=1e-6)
    plain = maps.plot_rating(regions, published)
    drawn = maps.plot_rating(regions, published, north_arrow="auto", graticule="lines", lang="kk")
    for ending, count in (("-north", 1), ("-frame", 1)):
        assert len([c for c in drawn.collections if (c.get_gid() or "").endswith(ending)]) == count
    assert not [c for c in plain.collections if (c.get_gid() or "").endswith("-north")]
    ticks, lines = (measure.segments(measure.layer(ax, "-frame")) for ax in (plain, drawn))
    assert len(lines) > len(ticks)
    letters = [a.words[0].text for a in drawn.get_children() if isinstance(a, WordLayer) and "north" in a.get_gid()]
    assert letters == ["С"]


@pytest.mark.parametrize("lang", ["ru", "kk"])
def test_every_spoken_code_is_translated(lang: str) -> None:
    english = _read("en")["value"]
    assert {code for code in english if code != "knn_k" and spoken(code, lang) == spoken(code, "en")} == set()
    assert len(english) > 60 and spoken("inverse distance", lang) == spoken("inverse_distance", lang)


def test_places_kept_from_other_maps_change_nothing(regions: Any, published: pd.DataFrame) -> None:
    def shown(lang: str, year: int) -> list[Any]:
        ax = maps.plot_rating(regions, gp.load_published(year), lang=lang, preset="nature-double")
        return [w for a in ax.get_children() if isinstance(a, WordLayer) for w in a.words]

    map_geometry.prepare(regions).poles.clear()
    alone = shown("kk", 2014)
    for lang, year in (("ru", 2010), ("en", 2014), ("kk", 2010)):
        shown(lang, year)
    assert shown("kk", 2014) == alone


@pytest.mark.parametrize("kind", ["values", "clusters"])
@pytest.mark.parametrize(
    ("told", "heading"),
    [
        ("GRP 2021", "GRP 2021"),
        ("2021: GRP", "2021: GRP"),
        ("GRP (2021)", "GRP (2021)"),
        ("GRP 12021", "GRP 12021, 2021"),
        ("GRP", "GRP, 2021"),
        ("", ""),
    ],
)
def test_a_year_in_the_title_stands_once_over_the_map_and_under_it(told: str, heading: str, kind: str) -> None:
    regions = gp.load_regions(2014)
    values = pd.Series(np.arange(16.0), regions.index)
    if kind == "values":
        ax = maps.plot_values(regions, values, variable=told, year=2021)
    else:
        ax = maps.plot_clusters(regions, gp.local_moran(values, gp.build_weights(regions)), variable=told, year=2021)
    layers = [a for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid().endswith("title-text")]
    over = " ".join(word.text for layer in layers for word in layer.words)
    assert over.endswith(heading if kind == "values" or told else "2021")
    assert over.count(", 2021") == heading.count(", 2021") or kind == "clusters"
    assert footer(ax).startswith("2021")


@pytest.mark.parametrize("year", [2019, 2020, 2022, "2019\N{EN DASH}2022"])
def test_a_title_says_the_year_of_the_map(year: object) -> None:
    assert dated("Output", year) == dated(f"Output, {year}", year) == f"Output, {year}"
    for span in ("2019 to 2022", "2019, 2020, 2021 and 2022"):
        assert dated(f"Output, {span}", year) == f"Output, {span}, {year}"
    assert dated("Output 2019 to 2022", None) == "Output 2019 to 2022"


@pytest.mark.parametrize("zero", [chr(i) for i in range(0x110000) if unicodedata.decimal(chr(i), None) == 0])
def test_a_title_says_the_year_in_digits_of_any_script(zero: str) -> None:
    def set_in(text: str) -> str:
        return "".join(chr(ord(zero) + int(sign)) if sign.isdecimal() else sign for sign in text)

    title = set_in("Output, 2022")
    assert dated(title, 2022) == title
    assert dated(title, 2021) == f"{title}, 2021"
    assert dated(set_in("Output, 2019 to 2022"), 2022) == set_in("Output, 2019 to 2022") + ", 2022"


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
@pytest.mark.parametrize("draw", [gp.plot_clusters, gp.plot_significance])
@pytest.mark.parametrize(("kind", "options"), [("queen", {}), ("knn", {"k": 4})])
@pytest.mark.parametrize("source", [None, "own figures"])
def test_neighbours_and_tests_are_no_source(draw: Any, kind: Any, options: Any, source: str | None, lang: Any) -> None:
    regions = gp.load_regions(2014)
    index = gp.rate(gp.load_indicators(2014))["index"]
    found = gp.local_moran(index, gp.build_weights(regions, kind, **options), permutations=99, rng=1)
    ax = draw(regions, found, lang=lang, **({"source": source} if source else {}))
    (note,) = [" ".join(w.text for gid, w in measure.words(ax) if gid.endswith("-source-text"))]
    word = translator(lang)("source")
    assert (f"{word}: {source}" in note) if source else (f"{word}:" not in note)
    assert Words(lang).neighbours(kind=kind, **options) in note
