"""Maps of the second row: class change, types, two variables, tests, neighbours, panels; captions and proofs."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import geopandas as gpd
import measure
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from libpysal.graph import Graph
from matplotlib.colors import to_hex
from PIL import Image

import growthpoles as gp
from growthpoles import maps
from growthpoles.errors import MapError
from growthpoles.language.languages import translator
from growthpoles.language.number_format import round_half
from growthpoles.language.phrases import Words
from growthpoles.maps import palettes
from growthpoles.maps.captions import captions_qmd, captions_tex
from growthpoles.maps.presets import PRESETS
from growthpoles.maps.proof_sheet import grey, seen_with
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.maps.source_note import digits_of
from growthpoles.maps.thematic.bivariate_map import terciles
from growthpoles.maps.thematic.class_change_map import crowded, limits_of_change
from growthpoles.maps.thematic.cluster_map import HOTSPOTS, MARKS
from growthpoles.maps.thematic.map_drawing import shown_on
from growthpoles.maps.thematic.value_map import (
    Scheme,
    automatic_limits,
    centered_limits,
    change_limits,
    class_limits,
    digits_for,
    digits_in_classes,
    places_of,
)
from samples import samples


def faces(ax: Any) -> list[str]:
    return [to_hex(c) for c in next(c for c in ax.collections if c.get_gid().endswith("-regions")).get_facecolor()]


def printed(ax: Any, ending: str) -> list[str]:
    layers = [a for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid().endswith(ending)]
    return [w.text for a in layers for w in a.words]


def test_class_change_counts_classes(squares: Any) -> None:
    before = pd.Series(["D", "A++", "C", "C", "B", None, "D"], index=squares.index)
    after = pd.Series(["A++", "D", "C+", "C", "C++", "A", "C"], index=squares.index)
    ax = maps.plot_class_change(squares, before, after, years=(2010, 2014))
    d = palettes.DIVERGING
    assert faces(ax) == [d[6], d[0], d[4], d[3], d[2], palettes.NO_DATA, d[4]]
    assert {"D\u2192A++", "C\u2192C+", "C", "n/d"} <= set(printed(ax, "-labels"))
    with pytest.raises(MapError, match="region 'R0': class 'E' is not on the scale; allowed: A\\+\\+"):
        maps.plot_class_change(squares, before.replace("D", "E"), after)


def test_typology_has_fixed_colours_for_growth_poles_and_any_others(squares: Any) -> None:
    poles = ["growth pole", "periphery", "no data", "outside the industry", "periphery", "periphery", "growth pole"]
    ax = maps.plot_typology(squares, pd.Series(poles, index=squares.index), lang="ru")
    assert faces(ax)[0] == "#c63a34"
    assert "полюс роста" in printed(ax, "-legend-text")
    own = maps.plot_typology(squares, pd.Series(list("xyzxyzx"), index=squares.index))
    assert len(set(faces(own))) == 3
    many = pd.Series([f"t{i}" for i in range(9)], index=range(9))
    from geopandas import GeoDataFrame

    nine = GeoDataFrame(geometry=[shapely.box(i, 0, i + 1, 1) for i in range(9)], crs="EPSG:32642")
    with pytest.raises(MapError, match="types: 9 types; allowed: 8 at most"):
        maps.plot_typology(nine, many)


def test_two_variables_use_both_classes(squares: Any) -> None:
    x = pd.Series([0.0, 5, 10, 0, 5, 10, np.nan], index=squares.index)
    y = pd.Series([0.0, 0, 0, 9, 9, 9, 1], index=squares.index)
    ax = maps.plot_bivariate(squares, x, y, x_name="X", y_name="Y", x_limits=(0, 4, 8, 12), y_limits=(0, 3, 6, 9))
    b = palettes.BIVARIATE
    assert faces(ax) == [b[0][0], b[0][1], b[0][2], b[2][0], b[2][1], b[2][2], palettes.NO_DATA]
    words = set(printed(ax, "-legend-text"))
    assert {"\u2192", "\u2191", "11", "33", "13", "31", "n/d"} <= words
    whole = " ".join(printed(ax, "-legend-text"))
    assert "X: 0 | 4 | 8 | 12" in whole
    assert "Y: 0 | 3 | 6 | 9" in whole
    assert terciles(pd.Series([1.0, 2, 3, 4])) == pytest.approx((1, 2, 3, 4))
    with pytest.raises(MapError, match="ties leave a third of the values empty"):
        maps.plot_bivariate(squares, x, y, x_name="X", y_name="Y")
    with pytest.raises(MapError, match="x_limits: 3 limits; allowed: four rising numbers"):
        maps.plot_bivariate(squares, x, y, x_name="X", y_name="Y", x_limits=(0, 5, 10))


def test_two_variables_darken_together() -> None:
    light = np.array([palettes.lab(palettes.rgb(row))[:, 0] for row in palettes.BIVARIATE])
    assert (np.diff(light, axis=0) < 0).all()
    assert (np.diff(light, axis=1) < 0).all()


def test_significance_never_prints_a_zero(squares: Any) -> None:
    p = pd.DataFrame({"p_value": [0.00001, 0.004, 0.02, 0.07, 0.5, 1.0, np.nan]}, index=squares.index)
    ax = maps.plot_significance(squares, p)
    assert len(set(faces(ax))) == 6
    assert {"< 0.0001", "0.0040", "0.070", "1.000"} <= set(printed(ax, "-labels"))
    assert "< 0,0001" in printed(maps.plot_significance(squares, p, lang="kk"), "-labels")
    adjusted = maps.plot_significance(squares, p.assign(p_adjusted=1.0))
    assert set(faces(adjusted)) == {palettes.CLUSTER["not significant"]}


def test_hot_spots_take_the_side_of_the_value(squares: Any) -> None:
    keys = ["High-High", "High-Low", "Low-Low", "Low-High", "not significant", "untestable", "isolate"]
    ax = maps.plot_hotspots(squares, pd.DataFrame({"label": keys}, index=squares.index))
    assert faces(ax)[0] == faces(ax)[1] != faces(ax)[2] == faces(ax)[3]
    assert {"H", "C"} <= set(printed(ax, "-labels"))


def test_neighbours_are_the_pairs_of_the_graph(regions: Any) -> None:
    graph = Graph.build_contiguity(regions[["geometry"]], rook=False)
    ax = maps.plot_neighbours(regions, graph)
    lines = measure.segments(measure.layer(ax, "neighbours-pairs"))
    assert len(lines) == 28
    assert sorted(printed(ax, "-codes")) == sorted(code[3:] for code in regions.index)
    knn = Graph.build_knn(regions.centroid, k=2)
    one_way = measure.layer(maps.plot_neighbours(regions, knn), "neighbours-one-way")
    assert len(measure.segments(one_way)) > 0
    with pytest.raises(MapError, match="labels of regions and graph disagree: KZ-AKM"):
        maps.plot_neighbours(regions.drop("KZ-AKM"), graph)


def test_panel_shares_one_legend(regions: Any, published: pd.DataFrame) -> None:
    frames = {key: frame[["index"]] for key, frame in {"2010": published, "2014": published}.items()}
    fig = maps.plot_panel(regions, frames, maps.plot_rating, maps.rating_legend("en"), preset="nature-double")
    gids = [a.get_gid() for ax in fig.axes for a in ax.get_children()]
    assert gids.count("panel-legend-text") == 1
    assert not any(gid and gid.endswith("rating-legend-text") for gid in gids)
    assert sum(gid in ("panel-1-rating-regions", "panel-2-rating-regions") for gid in gids) == 2
    heads = next(a for ax in fig.axes for a in ax.get_children() if a.get_gid() == "panel-headings")
    assert [w.text for w in heads.words] == ["a", "2010", "b", "2014"]
    with pytest.raises(MapError, match=r"12 panels in 1 columns need .* allowed: 170 mm"):
        many = {str(i): published[["index"]] for i in range(12)}
        maps.plot_panel(regions, many, maps.plot_rating, maps.rating_legend("en"), columns=1, preset="nature-single")
    with pytest.raises(MapError, match="0 panels in 2 columns"):
        maps.plot_panel(regions, {}, maps.plot_rating, maps.rating_legend("en"))


def test_captions_are_data_and_safe_to_include(tmp_path: Path) -> None:
    first = maps.Caption(
        "rating_2014", "figures/rating.pdf", "50 % of $x_1$ & {more}", alt='A "map"', year="2014", edition="realigned"
    )
    second = maps.Caption("change", "figures/change.pdf", "Change", weights="queen", p_method="exact", vintage="2014")
    files = maps.write_captions([first, second], tmp_path)
    assert [f.name for f in files] == ["captions.csv", "captions.json", "figures.tex", "figures.qmd"]
    with files[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["rating_2014", "change"]
    record = json.loads(files[1].read_text(encoding="utf-8"))
    assert record[1]["caption"] == "Change. Boundaries: 2014; weights: queen; p-values: exact."
    tex = files[2].read_text(encoding="utf-8")
    assert r"50 \% of \$x\_1\$ \& \{more\}" in tex
    assert r"\label{fig:rating-2014}" in tex
    assert tex.count("width=\\ifdim183mm>\\linewidth\\linewidth\\else183mm\\fi,") == 2
    qmd = files[3].read_text(encoding="utf-8")
    assert r"\$x\_1\$" in qmd
    assert r'fig-alt="A \"map\""' in qmd
    assert maps.Caption("a", "b", "T", year="1").sentence("kk") == "T. Жыл: 1."


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_a_caption_never_cuts_a_method(lang: str) -> None:
    words = Words(lang)
    for key in ("permutation", "conditional", "relocations"):
        told = words("caption", key, permutations=9_999, adjusted="x" * 200, origin="y" * 200)
        caption = maps.Caption("a", "b.pdf", told, p_method=told, source=told, alt=told)
        assert caption.sentence(lang).count(told) == 3 and "…" not in caption.sentence(lang)
        assert "…" not in captions_qmd([caption], lang) + captions_tex([caption], lang)


def test_captions_that_cannot_be_included_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="name 'a-b' repeats"):
        maps.write_captions([maps.Caption("a_b", "x", ""), maps.Caption("a-b", "y", "")], tmp_path)
    with pytest.raises(MapError, match="cannot be included"):
        maps.write_captions([maps.Caption("a", "x}.pdf", "")], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_proof_holds_five_views(tmp_path: Path, squares: Any, square_index: pd.DataFrame) -> None:
    fig = maps.plot_rating(squares, square_index, preset="nature-single").figure
    path = maps.save_proof(fig, tmp_path / "proof.png", dpi=72)
    wide, high = (int(v * 72) for v in fig.get_size_inches())
    with Image.open(path) as image:
        assert image.size[0] >= 2 * wide
        assert image.size[1] >= 3 * high


def test_grey_keeps_luminance_and_vision_keeps_grey() -> None:
    image = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]]], dtype=np.uint8)
    assert grey(image)[0, :, 0].tolist() == [127, 220, 76, 128]
    assert (np.ptp(grey(image), axis=2) == 0).all()
    for vision in palettes.VISIONS:
        assert np.abs(seen_with(image, vision)[0, 3].astype(int) - 128).max() <= 2


def test_class_limits_by_hand_and_by_brute_force() -> None:
    assert maps.class_limits([0, 1, 2, 10], "equal", k=2) == (0, 5, 10)
    assert maps.class_limits([0, 1, 2, 3, np.nan], "quantiles", k=3) == (0, 1.5, 2.5, 3)
    assert maps.class_limits([0.0] * 9 + [1.0, 2.0], "quantiles", k=3) == (0, 0.5, 2)  # ties leave a class empty
    assert maps.class_limits([1, 1.1, 1.2, 90], "natural", k=2) == (1, 46, 90)  # a leader alone
    limits = maps.class_limits([0, 1, 1.4, 20], "quantiles", k=2)  # 1 would be the shortest number, and move 1 up
    assert limits == (0, 1.2, 20)
    assert maps.class_limits([0, 1.6, 1.7, 20], "quantiles", k=2) == (0, 1.65, 20)  # 2 would move 1.7 down
    for scheme in get_args(Scheme):
        limits = maps.class_limits(np.arange(50.0) ** 1.5, scheme, k=4)
        assert (np.diff(limits) > 0).all() and limits[0] == 0.0 and limits[-1] >= 49.0**1.5
    values = np.random.default_rng(0).normal(size=11).round(1)

    def within(limits: tuple[float, ...]) -> float:
        place = np.clip(np.searchsorted(limits, values, side="right") - 1, 0, len(limits) - 2)
        return sum(float(((values[place == i] - values[place == i].mean()) ** 2).sum()) for i in set(place.tolist()))

    found = maps.class_limits(values, "natural", k=3)
    distinct = np.unique(values)
    ends = float(distinct[0]), float(distinct[-1])
    least = min(within((ends[0], a, b, ends[1])) for a in distinct[1:-1] for b in distinct[1:] if a < b)
    assert within(found) == pytest.approx(least)
    for call in (
        lambda: maps.class_limits([1.0, 1.0], k=2),
        lambda: maps.class_limits([1.0, 2.0, 3.0], k=13),
    ):
        with pytest.raises(MapError, match="class_limits: "):
            call()
    with pytest.raises(MapError, match="scheme='jenks' is not known; allowed: equal, quantiles, natural, "):
        maps.class_limits([1.0, 2.0], "jenks")  # type: ignore[arg-type]


@given(
    st.lists(st.integers(-30, 30), min_size=2, max_size=60),
    st.integers(2, 8),
    st.sampled_from([1, 10, 1000]),
)
def test_quantile_classes_are_those_of_exact_arithmetic(whole: list[int], k: int, digits: int) -> None:
    assume(len(set(whole)) >= k)
    ordered = sorted(Fraction(each, digits) for each in whole)
    bins = []
    for i in range(1, k + 1):  # linear interpolation, the default of NumPy and of mapclassify
        place = Fraction((len(ordered) - 1) * i, k)
        low = ordered[int(place)]
        high = ordered[min(int(place) + 1, len(ordered) - 1)]
        bins.append(low + (high - low) * (place - int(place)))
    limits = maps.class_limits([float(each) for each in ordered], "quantiles", k=k)
    found = np.searchsorted(limits[1:-1], [float(each) for each in ordered], side="right")
    exact = [sum(each > edge for edge in bins) for each in ordered]
    assert found.tolist() == np.unique(exact, return_inverse=True)[1].tolist()


def test_untestable_regions_show_no_p_value(regions: Any) -> None:
    kinds = ["untestable", "isolate", *["not significant"] * (len(regions) - 2)]
    frame = pd.DataFrame({"p_value": 0.2, "p_adjusted": 1.0, "label": kinds}, index=regions.index)
    ax = maps.plot_significance(regions, frame, variable="Wages", preset="report")
    marks = [w.text for gid, w in measure.words(ax) if gid.endswith("-labels") and w.bold]
    assert marks.count("×") == 1
    assert marks.count("○") == 1
    assert "1.000" in marks
    legend = [w.text for gid, w in measure.words(ax) if gid.endswith("-legend-text")]
    assert {"untestable", "isolate"} <= set(legend)
    title = " ".join(w.text for gid, w in measure.words(ax) if gid.endswith("-title-text"))
    assert title == "Adjusted p-value: Wages"
    plain = maps.plot_significance(regions, frame, column="p_value")
    assert "×" not in [w.text for gid, w in measure.words(plain) if gid.endswith("-labels")]


def test_values_have_classes_of_their_own_by_default(regions: Any, published: pd.DataFrame) -> None:
    ax = maps.plot_values(regions, published["index"])
    same = maps.plot_values(regions, published["index"], limits=maps.class_limits(published["index"].to_numpy()))
    faces = [measure.layer(one, "values-regions").get_facecolor() for one in (ax, same)]
    assert np.array_equal(*faces)


def test_change_says_what_changed(regions: Any, published: pd.DataFrame) -> None:
    ax = maps.plot_change(regions, published["index"] - 30, variable="Доход, тенге", lang="ru", years=(2010, 2014))
    title = " ".join(w.text for gid, w in measure.words(ax) if gid.endswith("-title-text"))
    assert title == "Изменение: Доход, тенге, 2010–2014"


def test_classes_of_a_column_are_those_of_its_values() -> None:
    """Ends, limits within rounding, and gaps."""
    from growthpoles.maps.source_note import NO_DATA
    from growthpoles.maps.thematic.value_map import _classed, bin_of

    rng = np.random.default_rng(2)
    for _ in range(40):
        edges = np.unique(np.round(rng.normal(size=6), 2))
        values = np.concatenate([rng.uniform(edges[0], edges[-1], 20), edges, edges[1:-1] - 1e-11, [np.nan]])
        values = np.concatenate([values, [edges[0] - 1e-13, edges[-1] + 1e-13]])
        column = pd.Series(values, index=[f"r{i}" for i in range(len(values))])
        classes, marks = _classed(column, edges, "ru", digits=2)
        told = [NO_DATA if value != value else str(bin_of(value, edges, "r")) for value in values]
        assert classes == told
        assert float(marks(20).replace(",", ".").replace("\u2212", "-")) == edges[0]


@pytest.mark.parametrize("scheme", ["equal", "pretty"])
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_equal_and_pretty_classes_have_one_width(scheme: Scheme, unit: float) -> None:
    rng = np.random.default_rng(3)
    for k in (2, 3, 5, 9):
        for values in (rng.normal(size=30), rng.lognormal(3, 2, size=30), np.array([0.0, 1.0, 2.0, 100.0])):
            limits = np.array(maps.class_limits(values * unit, scheme, k=min(k, 4 if len(values) == 4 else k)))
            width = np.diff(limits)
            assert width == pytest.approx(np.full(len(width), width[0]), rel=1e-6)
            ends = np.array([limits[0] - values.min() * unit, values.max() * unit - limits[-1]])
            assert (ends <= 1e-12 * np.abs(limits).max()).all()
            if scheme == "pretty":
                head = width[0] / 10.0 ** np.floor(np.log10(width[0]) + 1e-9)
                assert min(abs(head - digit) for digit in (1, 2, 5)) < 1e-6
                assert limits / width[0] == pytest.approx(np.round(limits / width[0]), abs=1e-6)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_few_distinct_values_are_mapped(regions: Any, n: int) -> None:
    values = pd.Series(np.resize(np.arange(n) + 0.5, len(regions)), index=regions.index)
    for scheme in ("natural", "equal", "quantiles"):
        ax = maps.plot_values(regions, values, scheme=scheme, preset="nature-single", labels="none")
        assert len({tuple(face) for face in measure.layer(ax, "values-regions").get_facecolor()}) <= n


def test_colours_run_apart_from_any_centre(regions: Any) -> None:
    values = pd.Series(np.linspace(80.0, 130.0, len(regions)), index=regions.index)
    values.iloc[0] = 100.0
    ax = maps.plot_values(regions, values, center=100, variable="Income, country = 100")
    shown = [to_hex(face) for face in measure.layer(ax, "values-regions").get_facecolor()]
    low, middle, high = palettes.DIVERGING[:3], palettes.DIVERGING[3], palettes.DIVERGING[4:]
    for value, face in zip(values, shown, strict=True):
        assert face in ((middle,) if value == 100 else low if value < 100 else high)
    with pytest.raises(MapError, match="no limit between two classes is 100: "):
        maps.plot_values(regions, values, center=100, limits=[80, 90, 110, 130])


@given(
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=60),
    st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=3),
    st.integers(0, 8),
    st.one_of(st.none(), st.integers(2, 12)),
)
def test_values_of_both_signs_have_a_limit_at_zero(
    many: list[float], few: list[float], decimals: int, k: int | None
) -> None:
    values = np.round([*many, max(few), -1.0 - few[0] / 3], decimals)
    low, high = values.min(), values.max()
    assume(high > -1e-9 * low)
    limits, center = automatic_limits(values, None, k, None)
    edges, apart = np.array(limits), values[values != 0]
    assert center == 0 and list(edges).count(0) == 1 and (np.diff(edges) > 0).all()
    assert edges[0] <= low and high <= edges[-1] and len(edges) <= (k or 6) + 1
    assert {*places_of(apart, edges, 0.0)} == {*range(len(edges) - 1)}, "no class is empty"
    assert automatic_limits(values, "natural", None, None)[1] is None, "what somebody asks for stays"
    assert automatic_limits(values, None, None, 1.5)[1] == 1.5


@pytest.mark.parametrize("seed", samples(range(30), 5))
def test_one_great_value_leaves_not_all_of_the_other_sign_in_one_class(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sign, n = rng.choice([-1, 1]), int(rng.integers(12, 40))
    values = sign * np.r_[rng.uniform(2000, 9000), rng.uniform(1, 90, 4), -rng.uniform(0.1, 95, n)]
    limits, center = automatic_limits(values, None, None, None)
    crowd = places_of(values[5:], np.array(limits), center)
    assert len({*crowd}) > 1 and len(limits) <= 7
    assert automatic_limits(np.r_[values[:5], -values[:5]], None, 6, None)[0][3] == 0, "as many on both sides"


@pytest.mark.parametrize("seed", range(4))
def test_a_plain_map_parts_losses_from_gains(regions: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = np.round(rng.normal(1, 3, len(regions)), 1) if seed % 2 else rng.uniform(5, 90, len(regions))
    numbers[:1] = -0.1
    values = pd.Series(numbers, index=regions.index)
    ax = maps.plot_values(regions, values, labels="none")
    for value, face in zip(values, faces(ax), strict=True):
        blue, red = (int(face[i : i + 2], 16) for i in (5, 1))
        assert value == 0 or (red > blue) == (value < 0)
    assert any(float(text.replace("\u2212", "-")) == 0 for text in printed(ax, "-legend-text") if text[-1].isdigit())
    one_way = maps.plot_values(regions, values, labels="none", scheme="natural")
    assert set(faces(one_way)) <= set(palettes.take(palettes.SEQUENTIAL, 5))
    panel = maps.plot_panel(regions, {"a": values, "b": values.abs()})
    drawn = [
        set(faces(each)) for each in panel.axes if any(str(c.get_gid()).endswith("-regions") for c in each.collections)
    ]
    losses = [sum(int(face[1:3], 16) > int(face[5:], 16) for face in each) for each in drawn]
    assert len(losses) == 2 and losses[0] and not losses[1]


@given(
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=2, max_size=40, unique=True),
    st.integers(0, 8),
    st.sampled_from(["mean", "median", "first"]),
)
def test_limits_round_a_computed_centre_are_rounded_and_part_the_same_values(
    drawn: list[float], decimals: int, kind: str
) -> None:
    values = np.unique(np.round(drawn, decimals))
    center = {"mean": float(np.mean(values)), "median": float(np.median(values)), "first": float(values[0])}[kind]
    assume(np.ptp(values) > 1e-6 * np.abs(values).max())
    limits = np.array(centered_limits(values, center))
    assert limits[0] <= values.min() and values.max() <= limits[-1]
    others, at = values[values != center], int(np.abs(limits - center).argmin())
    beside = np.abs(others - limits[at]) <= 1e-12 * np.abs(limits).max()  # at the limit, but for noise
    assert (((others - limits[at]) * (others - center) >= 0) | beside).all() and 0 < at < len(limits) - 1
    # No class is beyond all values but the one beside the centre.
    assert (at == 1 or values.min() <= limits[1]) and (at == len(limits) - 2 or values.max() >= limits[-2])
    exact = (center + np.array(change_limits(values - center)))[3 - at : 3 - at + len(limits)]
    moved = np.abs(limits - exact).max()
    assert moved <= np.diff(exact).min() / 2
    wanted = digits_for(values)
    if moved and digits_of(limits) > max(wanted, digits_of(np.diff(exact))):  # finer only where rounding misleads
        coarse = np.round(exact, digits_of(limits) - 1)
        held = coarse[0] <= values.min() and values.max() <= coarse[-1]
        classes = [places_of(others, each, center).tolist() for each in (coarse, exact)]
        assert not held or classes[0] != classes[1] or (np.diff(coarse) <= 0).any()


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
@pytest.mark.parametrize("kind", ["mean", "median"])
def test_a_legend_round_a_computed_centre_has_the_figures_of_the_map(regions: Any, lang: str, kind: str) -> None:
    values = pd.Series(np.geomspace(8.123456, 47.654321, len(regions)), index=regions.index)
    center = float(getattr(values.iloc[:15], kind)())
    ax = maps.plot_values(regions, values, center=center, lang=lang)
    printed = [w.text for gid, w in measure.words(ax) if gid.endswith("-legend-text")]
    numbers = [text for text in printed if any(sign.isdigit() for sign in text)]
    assert len(numbers) >= 5 and all(len(text.rpartition("." if lang == "en" else ",")[2]) == 1 for text in numbers)
    shown = [to_hex(face) for face in measure.layer(ax, "values-regions").get_facecolor()]
    for value, face in zip(values, shown, strict=True):
        low, high = palettes.DIVERGING[:3], palettes.DIVERGING[4:]
        assert face in ((palettes.DIVERGING[3],) if value == center else low if value < center else high)


@pytest.mark.parametrize("limits", [(10, 20, 30), (-5, 0, 2.5), (50, 60), (0, 40, 45), (-1e-3, 47.65432)])
def test_limits_that_hold_all_values_are_offered_and_work(regions: Any, limits: tuple[float, ...]) -> None:
    values = pd.Series(np.geomspace(8.123456, 47.654321, len(regions)), index=regions.index)
    with pytest.raises(MapError, match="is off the scale; allowed: limits=") as caught:
        maps.plot_values(regions, values, limits=limits)
    offered = json.loads(str(caught.value).partition("limits=")[2].partition(", which")[0])
    assert set(limits) <= set(offered) and len(offered) <= len(limits) + 2
    maps.plot_values(regions, values, limits=offered, preset="nature-single", labels="none")


@given(
    st.lists(st.integers(-(10**7), 10**7), min_size=3, max_size=30, unique=True),
    st.integers(0, 6),
    st.sampled_from(["natural", "quantiles", "equal", "pretty", "box_plot"]),
    st.sampled_from([0.0, 0.1, -7.3]),
)
def test_class_limits_begin_no_unit_before_the_least_value(
    drawn: list[int], decimals: int, scheme: Scheme, shift: float
) -> None:
    """Values with so many decimals, also as differences of decimals, which miss them by noise."""
    whole = sorted(drawn)
    values = np.array([float(Fraction(each, 10**decimals)) + shift - shift for each in whole])
    limits = maps.class_limits(values, scheme, k=3)
    assert limits[0] <= values.min() and values.max() <= limits[-1]
    assert list(limits) == sorted(set(limits))
    if scheme in ("equal", "pretty"):  # round widths reach further out
        return
    digits = next(n for n in range(-9, 10) if np.allclose(np.round(limits, n), limits, rtol=0, atol=1e-9))
    start, end = (round(limit * 10.0**digits) for limit in (limits[0], limits[-1]))
    unit = Fraction(10) ** (decimals - digits)
    assert start * unit <= whole[0] < (start + 1) * unit
    assert (end - 1) * unit < whole[-1] <= end * unit


@pytest.mark.parametrize("scheme", ["natural", "equal", "quantiles"])
def test_limits_of_decimals_begin_at_the_least_of_them(scheme: Scheme) -> None:
    for first in range(11, 100):
        values = [first / 10, (first + 2) / 10, (first + 5) / 10, (first + 6) / 10]
        assert maps.class_limits(values, scheme, k=3)[0] == first / 10


@given(
    st.lists(st.integers(0, 60), min_size=3, max_size=8, unique=True),
    st.lists(st.integers(1, 20), min_size=1, max_size=4, unique=True),
    st.sampled_from([(0, 1), (0, 10), (1000, 10), (1, 1), (333, 100)]),
)
def test_values_as_far_above_a_centre_as_below_have_mirrored_classes(
    drawn: list[int], steps: list[int], center: tuple[int, int]
) -> None:
    middle, unit = center
    numbers = [Fraction(middle + sign * each, unit) for each in drawn for sign in (1, -1)]
    values = np.array([float(each) for each in numbers])
    at = float(Fraction(middle, unit))
    reach = sorted({*steps, max(*drawn, 21)})
    limits = [Fraction(middle + sign * each, unit) for sign in (1, -1) for each in reach] + [Fraction(middle, unit)]
    for edges in (np.array(sorted(map(float, limits))), np.array(centered_limits(values, at))):
        found = places_of(values, edges, at)
        for above, below, value in zip(found[::2], found[1::2], numbers[::2], strict=True):
            assert value == Fraction(middle, unit) or above + below == len(edges) - 2
    exact = sorted(limits)
    for value, place in zip(numbers, places_of(values, np.array(sorted(map(float, limits))), at), strict=True):
        if value == max(exact) or value == min(exact):
            assert place == (len(exact) - 2 if value == max(exact) else 0)
        elif value > Fraction(middle, unit):
            assert exact[place] <= value < exact[place + 1]
        elif value < Fraction(middle, unit):
            assert exact[place] < value <= exact[place + 1]


def test_a_rise_and_a_fall_of_one_size_are_equally_strong(regions: Any) -> None:
    """Differences of decimals, as tables have them: on a limit within rounding, in a map, a panel and its legend."""
    rng = np.random.default_rng(7)
    mirror = dict(zip(palettes.DIVERGING, palettes.DIVERGING[::-1], strict=True))
    half = len(regions) // 2
    for step in (0.1, 0.2, 0.25, 1.0):
        size = step * np.concatenate([[1, 2, 3], rng.integers(1, 4, half - 3)])
        first = np.round(rng.uniform(3, 9, half), 2)
        change = np.concatenate([first + size - first, first - size - first, np.zeros(len(regions) - 2 * half)])
        series = pd.Series(change, index=regions.index)
        around = maps.plot_values(regions, 100 + series, center=100, labels="none")
        panel = maps.plot_panel(regions, {"a": series, "b": -series}, maps.plot_change, labels="none", scheme="equal")
        for ax in (
            maps.plot_change(regions, series, labels="none", scheme="equal"),
            around,
            panel.axes[1],
            panel.axes[2],
        ):
            shown = faces(ax)
            assert [mirror[face] for face in shown[:half]] == shown[half : 2 * half]
            assert len(set(shown[:half])) == 2


@pytest.mark.parametrize("k", [2, 4, 8, 12])
def test_a_change_has_as_many_classes_as_asked_half_of_them_falls(regions: Any, k: int) -> None:
    series = pd.Series(np.linspace(-7.7, 9.3, len(regions)), index=regions.index)
    for ax in (
        maps.plot_change(regions, series, k=k, labels="none"),
        maps.plot_values(regions, series, center=0, k=k, labels="none"),
        maps.plot_panel(regions, {"a": series}, maps.plot_change, k=k, labels="none").axes[1],
    ):
        limits = shown_on(ax).legend.bounds
        assert len(limits) == k + 1 and float(limits[k // 2]) == 0
        assert [each.lstrip("+\u2212") for each in limits] == [each.lstrip("+\u2212") for each in limits[::-1]]
    for odd in (k - 1, k + 1):
        for draw, more in ((maps.plot_change, {}), (maps.plot_values, {"center": 0})):
            with pytest.raises(MapError, match=f"{odd} classes around a centre; allowed: as many on either") as told:
                draw(regions, series, k=odd, labels="none", **more)
            draw(regions, series, k=int(str(told.value).rpartition("k=")[2]), labels="none", **more)
    with pytest.raises(MapError, match="limits and k are given"):
        maps.plot_change(regions, series, k=k, limits=[-10, 0, 10])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("seed", range(3))
def test_changes_of_one_sign_have_all_colours_of_that_sign(regions: Any, seed: int, sign: int) -> None:
    rng = np.random.default_rng(seed)
    size = np.round(rng.uniform([0.0, 3.0, 41.0][seed], [7.0, 58.0, 59.0][seed], len(regions)), 1)
    size[:2] = size[2:].min(), [7.0, 58.0, 59.0][seed]
    series = pd.Series(sign * size, index=regions.index)
    arm = palettes.DIVERGING[4:] if sign > 0 else palettes.DIVERGING[2::-1]
    panel = maps.plot_panel(regions, {"a": series, "b": series / 2}, maps.plot_change, labels="none")
    ax = maps.plot_change(regions, series, labels="none")
    shown = [face for face in faces(ax) if face != palettes.DIVERGING[3]]
    assert shown[1 if size[0] else 0] == arm[-1] and len({*shown}) >= 4
    for each in (ax, panel.axes[1], maps.plot_change(regions, series, k=5, labels="none")):
        colours = [category.face for category in shown_on(each).legend.ramp]
        assert colours == list(palettes.take(arm, len(colours)))[::sign]
        bounds = shown_on(each).legend.bounds
        assert all(bound[0] in ("+" if sign > 0 else "\u2212", "0") for bound in bounds)
    assert any(float(bound) == 0 for bound in shown_on(panel.axes[1]).legend.bounds[::sign][:1])
    assert len(shown_on(maps.plot_change(regions, series, k=5)).legend.ramp) == 5


@pytest.mark.parametrize("k", [None, 2, 3, 7, 12])
def test_limits_of_one_sign_hold_all_values_and_never_pass_zero(k: int | None) -> None:
    rng = np.random.default_rng(k or 0)
    for _ in range(200):
        spread = rng.choice([0.01, 0.3, 1.0, 3.0])
        size = np.round(rng.lognormal(0, spread, rng.integers(1, 20)) * 10.0 ** rng.integers(-4, 9), 6)
        if not size.any():
            continue
        up, down = (np.array(limits_of_change(sign * size, k)) for sign in (1, -1))
        assert (up == -down[::-1]).all() and (np.diff(up) > 0).all()
        assert 0 <= up[0] <= size.min() and size.max() <= up[-1]
        assert up[0] == 0 or 2 * size.min() > size.max()
        assert len(up) - 1 == k if k else 3 <= len(up) - 1 <= 10
        mixed = np.append(size, -size.max() / 2)
        assert k not in (None, 2, 12) or limits_of_change(mixed, k, "equal") == change_limits(mixed, k)


def test_a_small_change_is_no_zero(regions: Any) -> None:
    change = pd.Series(np.linspace(-9.0, 9.5, len(regions)), index=regions.index)
    change.iloc[[4, 5, 6, 7]] = [-0.04, 0.04, 0.0, -1e-7]
    ax = maps.plot_change(regions, change)
    marks = [w.text for gid, w in measure.words(ax) if gid.endswith("-labels") and w.bold]
    assert {"−0.04", "+0.04", "0", ">−0.1"} <= set(marks)
    assert not {"0.0", "−0.0", "+0.0"} & set(marks)
    assert "no change" in [w.text for gid, w in measure.words(ax) if gid.endswith("-legend-text")]


@pytest.mark.parametrize("preset", ["report", "nature-single", "slide"])
@pytest.mark.parametrize("slim", [0.5, 2.4, 5.0])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_panels_of_any_shape_fit_the_page(count: int, slim: float, preset: str) -> None:
    """More columns first; in a single row the panels become smaller."""
    shapes = [shapely.box(0, i * slim * 1e5, 4e5, (i + 1) * slim * 1e5) for i in range(4)]
    land = gpd.GeoDataFrame({"name": list("abcd")}, geometry=shapes, index=list("wxyz"), crs="EPSG:32642")
    table = pd.DataFrame({str(2000 + i): np.arange(4.0) + i for i in range(count)}, index=land.index)
    figure = maps.plot_panel(land, table, preset=preset)
    assert 25.4 * figure.get_figheight() <= PRESETS[preset].max_height_mm
    drawn = [ax for ax in figure.axes if any("-regions" in (a.get_gid() or "") for a in ax.collections)]
    assert len(drawn) == count
    boxes = [ax.get_position().bounds for ax in drawn]
    assert all(x >= 0 and y >= 0 and x + w <= 1.0001 and y + h <= 1.0001 for x, y, w, h in boxes)


@pytest.mark.long
def test_panels_share_classes_that_their_legend_states(regions: Any, published: pd.DataFrame) -> None:
    table = pd.DataFrame({"2010": published["index"], "2014": 2.0 * published["index"]})
    wide = maps.plot_panel(regions, table, variable="Index", preset="nature-double", labels="none")
    stacked = pd.concat(dict(table.items()), names=["year", "region"])
    long = maps.plot_panel(
        regions, stacked, by="year", variable="Index", preset="nature-double",
        labels="none",
    )  # fmt: skip
    limits = maps.class_limits(table.to_numpy())
    for figure in (wide, long):
        page, *axes = sorted(figure.axes, key=lambda ax: ax.get_zorder())
        told = [w.text for gid, w in measure.words(page) if gid == "panel-legend-text"]
        assert [f"{limit:.0f}" for limit in limits] == told[1 : 1 + len(limits)]
        for ax, name in zip(axes, table, strict=True):
            place = np.clip(np.searchsorted(limits, table[name], side="right") - 1, 0, len(limits) - 2)
            ramp = palettes.take(palettes.SEQUENTIAL, len(limits) - 1)
            faces = [to_hex(face) for face in measure.layer(ax, "values-regions").get_facecolor()]
            assert faces == [ramp[i] for i in place]
    for draw, legend in ((maps.plot_values, maps.rating_legend()), (lambda *a, **o: maps.plot_values(*a, **o), None)):
        with pytest.raises(MapError, match=r"plot_panel: the (legend is not|classes of panel '2014' are not) th"):
            maps.plot_panel(regions, table, draw, legend)
    with pytest.raises(MapError, match="no column or level 'month'"):
        maps.plot_panel(regions, table, by="month")
    every = maps.plot_panel(regions, {str(i): published for i in range(9)}, maps.plot_rating, labels="none")
    assert len(every.axes) == 10


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", ["clusters", "hotspots"])
def test_maps_of_local_tests_count_their_classes(regions: Any, kind: str, seed: int) -> None:
    """Classes stand in the legend with their numbers, also 0; cases without a test only where a region has them."""
    known = list(MARKS if kind == "clusters" else HOTSPOTS)
    rng = np.random.default_rng(seed)
    drawn = rng.choice([*rng.choice(known, 3, replace=False), *([None] if seed % 2 else [])], len(regions))
    labels = pd.DataFrame({"label": drawn}, index=regions.index)
    lang = ("en", "ru", "kk")[seed % 3]
    ax = getattr(maps, f"plot_{kind}")(regions, labels, lang=lang)
    told = " ".join(printed(ax, "-legend-text"))
    word = translator(lang)
    names = {"hot": word("hot spot"), "cold": word("cold spot")}
    for key in known:
        line = f"{names.get(key) or word(key)} ({int((labels['label'] == key).sum())})"
        assert (line in told) == (key in drawn or key not in ("untestable", "isolate"))
    assert (f"{word('no data')} ({int(labels['label'].isna().sum())})" in told) == labels["label"].isna().any()
    assert (measure.layer(ax, f"{kind}-hatched") is not None) == ("untestable" in drawn)


def test_panels_share_a_legend_without_numbers(regions: Any) -> None:
    every = pd.DataFrame({"label": np.resize(list(MARKS), len(regions))}, index=regions.index)
    figure = gp.plot_panel(regions, {"a": every[3:], "b": every.replace("isolate", "High-High")}, maps.plot_clusters)
    told = [word.text for ax in figure.axes for gid, word in measure.words(ax) if gid == "panel-legend-text"]
    assert {"High-High", "untestable", "isolate", "no data"} <= set(told) and "(" not in "".join(told)
    figure = gp.plot_panel(regions, {"a": every[:0].reindex(every.index).fillna("Low-Low")}, maps.plot_clusters)
    told = [word.text for ax in figure.axes for gid, word in measure.words(ax) if gid == "panel-legend-text"]
    assert "High-High" in told and not {"untestable", "isolate", "no data"} & set(told)


def test_a_map_says_why_regions_are_untestable(regions: Any, published: pd.DataFrame) -> None:
    graph = gp.build_weights(regions)
    leading = published["index"] > 30
    for result, lang, told in (
        (gp.local_moran(published["index"], graph, adjust="fdr"), "en", "untestable: 2, too few neighbours"),
        (gp.local_moran(published["index"], graph, adjust="bonferroni", alpha=1e-4), "ru", "слишком мало регионов"),
        (gp.local_join_count(leading, graph), "kk", "мәні 0 болатын"),
    ):
        why = result.why_untestable()
        assert sum(why.reasons.values()) == (result.label == "untestable").sum()
        ax = maps.plot_clusters(regions, result, lang=lang)
        assert told in " ".join(printed(ax, "-source-text")) and any(told in fact for fact in ax.facts)


@pytest.mark.parametrize("kind", ["values", "change", "rating", "ksi", "class_change", "bivariate", "symbols"])
def test_no_data_is_listed_only_where_a_region_lacks_it(regions: Any, published: pd.DataFrame, kind: str) -> None:
    whole = published.assign(ksi=published["ksi"].fillna(0.01), ksi_status="value")
    gap = whole.drop(columns="ksi_status")
    gap.loc[gap.index[3], ["index", "ksi", "rating_class"]] = None
    found = []
    for data in (whole, gap):
        rest: tuple[Any, ...] = (data,)
        if kind in ("values", "change", "symbols"):
            rest = (data["index"],)
        if kind == "class_change":
            rest = (data["rating_class"], data["rating_class"])
        if kind == "bivariate":
            rest = (data["index"], pd.Series(np.arange(len(regions)), regions.index))
        names: Any = {"x_name": "x", "y_name": "y"} if kind == "bivariate" else {}
        ax = getattr(maps, f"plot_{kind}")(regions, *rest, labels="none", **names)
        found.append("no data" in printed(ax, "-legend-text"))
    assert found == [False, True]


@pytest.mark.parametrize("seed", range(6))
def test_labels_have_no_digits_that_the_data_lack(regions: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    digits, reach = seed % 3, 10.0 ** rng.integers(0, 4)
    values = pd.Series((rng.random(len(regions)) * reach).round(digits), regions.index)
    values.iloc[0] = round(reach, digits) + 10.0**-digits
    ax = maps.plot_values(regions, values, lang=("en", "ru")[seed % 2], labels="marks")
    told = printed(ax, "values-labels")
    assert told and all(len(text.replace(",", ".").partition(".")[2]) <= digits for text in told if seed % 2)
    assert all("," not in text or reach >= 1000 for text in told if not seed % 2)


def test_the_neighbour_map_lists_its_codes(regions: Any) -> None:
    graph = gp.build_weights(regions)
    ax = maps.plot_neighbours(regions, graph)
    key = [w.text for gid, w in measure.words(ax) if gid.endswith("-codes-text")]
    nodes = [w.text for gid, w in measure.words(ax) if gid == "neighbours-codes"]
    assert sorted(key[::2]) == sorted(nodes) and set(key[1::2]) == set(regions["short_en"])
    bare = maps.plot_neighbours(regions, graph, code_key="none")
    assert bare.figure.get_figheight() < ax.figure.get_figheight()


@pytest.mark.parametrize("preset", ["report", "nature-single"])
def test_the_legend_stands_where_it_is_told_to(regions: Any, published: pd.DataFrame, preset: str) -> None:
    inside, below = (maps.plot_rating(regions, published, preset=preset, legend=place) for place in ("inside", "below"))

    def least(ax: Any) -> float:
        return min(float(p.vertices[:, 1].min()) for p in measure.layer(ax, "-legend-tiles").get_paths())

    ground = [measure.land(ax, regions) for ax in (inside, below)]
    assert least(inside) > min(shape.bounds[1] for shape in ground[0])
    assert least(below) < min(shape.bounds[1] for shape in ground[1])
    assert measure.problems(below, regions, PRESETS[preset].small_pt) == []


@pytest.mark.parametrize("seed", samples(range(40), 6))
def test_changes_most_of_which_one_class_would_hold_have_natural_classes(seed: int) -> None:
    """A few large changes leave the others in one class on either side; classes around zero then part them, too."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(24, 60))
    values = rng.normal(0, 10, n).round(1)
    values[:3] = rng.uniform(300, 4000, 3).round(1) * (rng.choice([-1, 1]) if seed % 2 else 1)
    values = np.abs(values) + 0.1 if seed % 3 == 0 else values
    most, classes = crowded(values)
    assert most > 0.66 * n and classes in (1, 2)
    limits = np.array(limits_of_change(values))
    assert 0 in limits and limits[0] <= values.min() and limits[-1] >= values.max()
    assert np.bincount(places_of(values, limits, 0.0)).max() < most or classes == 2
    falls, rises = -limits[limits < 0][::-1], limits[limits > 0]
    for ends, side in ((falls, -values), (rises, values)):
        assert not len(ends) or side.max() <= ends[-1] <= 1.1 * side.max(), "no limit is beyond what a region reaches"
    both = max(min(len(falls), len(rises)) - 1, 0)
    assert falls[:both].tolist() == rises[:both].tolist(), "a fall is as strong as a rise"
    assert max(len(falls), len(rises)) <= 5
    assert tuple(limits) != limits_of_change(values, None, "equal")
    assert limits_of_change(values, 6) == limits_of_change(values, 6, "equal"), "a number of classes stays"
    assert 0 in limits_of_change(values, None, "quantiles")
    even = rng.permutation(np.linspace(-10, 10, n))
    assert crowded(even) == (0, 0) and limits_of_change(even) == limits_of_change(even, None, "equal")


def test_a_scheme_of_changes_is_drawn(regions: gpd.GeoDataFrame) -> None:
    values = pd.Series(np.r_[np.arange(-7.0, len(regions) - 9), 400, 900], index=regions.index)
    marks = [
        faces(maps.plot_change(regions, values, scheme=scheme, labels="none")) for scheme in ("equal", "natural", None)
    ]
    assert marks[0] != marks[1] and marks[1] == marks[2]
    with pytest.raises(MapError, match="limits and scheme"):
        maps.plot_change(regions, values, scheme="equal", limits=[-900, 0, 900])


@pytest.mark.parametrize("seed", samples(range(120), 12))
def test_a_printed_value_lies_within_the_limits_of_its_class(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size, spread, decimals = 10.0 ** rng.integers(-2, 5), rng.choice([0.02, 0.3, 2.0]), int(rng.integers(0, 4))
    values = np.round(size * (1 + spread * rng.normal(size=24)), decimals)
    if len(np.unique(values)) < 6:
        pytest.skip("too few values")
    center = 0.0 if seed % 3 == 0 and values.min() < 0 < values.max() else None
    edges = np.array(class_limits(values, "natural"))
    first = digits_for(values)
    digits = digits_in_classes(values, edges, first, center)
    own = places_of(values, edges, center)

    def stay(told: int) -> bool:
        printed = np.array([round_half(value, told) for value in values])
        within = (printed >= edges[0] - 1e-9 * np.ptp(edges)) & (printed <= edges[-1] + 1e-9 * np.ptp(edges))
        return bool(((within & (places_of(printed, edges, center) == own)) | (printed == 0)).all())

    assert stay(digits) and digits <= max(decimals, first)
    assert not any(map(stay, range(first, digits)))


@pytest.mark.parametrize(
    ("values", "digits"),
    [
        ([93.2, 99.4, 100.4, 108.2], 1), ([100.43, 100.51, 100.49], 2), ([285.1, 1494.3, 1174.2], 0), ([2.94, 39.1], 1),
        ([1174.2], 0), ([0.512, 0.514], 3), ([100.0, 104.0], 0), ([12000.5, 12100.2], 0), ([99.55, 99.55], 1),
    ],
)  # fmt: skip
def test_values_that_lie_close_together_show_more_digits(values: list[float], digits: int) -> None:
    assert digits_for(np.array(values)) == digits
