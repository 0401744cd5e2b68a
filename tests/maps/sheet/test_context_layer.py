"""Context layer: cities and the locator map, their data, and that neither covers what a map says of its regions."""

from __future__ import annotations

import csv
import itertools
import unicodedata
from pathlib import Path
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import measure
import numpy as np
import pandas as pd
import pytest
import shapely

import growthpoles as gp
from growthpoles.errors import MapError
from growthpoles.language.languages import LANGUAGES, translator
from growthpoles.maps.sheet import context_layer, map_geometry
from growthpoles.maps.sheet.context_layer import locator_of
from growthpoles.maps.typography import typefaces
from growthpoles.shipped_data import geodata_path
from samples import samples

# Members of the United Nations.
MEMBERS = (
    "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH "
    "CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN "
    "GQ GR GT GW GY HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC "
    "LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP "
    "NR NZ OM PA PE PG PH PK PL PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV "
    "SY SZ TD TG TH TJ TL TM TN TO TR TT TV TZ UA UG US UY UZ VC VE VN VU WS YE ZA ZM ZW "
)
CENTRES = {
    "Astana": ("Астана", "Астана"), "Almaty": ("Алматы", "Алматы"), "Shymkent": ("Шымкент", "Шымкент"),
    "Kokshetau": ("Кокшетау", "Көкшетау"), "Aktobe": ("Актобе", "Ақтөбе"),
    "Taldykorgan": ("Талдыкорган", "Талдықорған"),
    "Konaev": ("Конаев", "Қонаев"), "Atyrau": ("Атырау", "Атырау"), "Oral": ("Уральск", "Орал"),
    "Taraz": ("Тараз", "Тараз"), "Karaganda": ("Караганда", "Қарағанды"), "Kostanay": ("Костанай", "Қостанай"),
    "Kyzylorda": ("Кызылорда", "Қызылорда"), "Aktau": ("Актау", "Ақтау"), "Pavlodar": ("Павлодар", "Павлодар"),
    "Petropavl": ("Петропавловск", "Петропавл"), "Turkistan": ("Туркестан", "Түркістан"),
    "Oskemen": ("Усть-Каменогорск", "Өскемен"), "Semey": ("Семей", "Семей"), "Zhezkazgan": ("Жезказган", "Жезқазған"),
}  # fmt: skip


SPELLED = {
    "AR": ("Neuquén", "Río Cuarto"), "AZ": ("Xaçmaz", "Göyçay"), "BR": ("Criciúma", "Corumbá"),
    "CO": ("Cúcuta", "Ibagué", "Popayán", "Mitú", "Montería"), "CZ": ("České Budějovice", "Kolín"),
    "FI": ("Kemijärvi", "Hyvinkää"), "LT": ("Mažeikiai", "Marijampolė"), "LV": ("Jūrmala", "Rēzekne"),
    "MD": ("Chișinău", "Bălți", "Căușeni"), "PL": ("Bielsko-Biała", "Łódź"), "RO": ("Iași", "Timișoara", "Constanța"),
    "TR": ("Adapazarı", "Kahramanmaraş", "İzmit"), "VN": ("Cần Thơ", "Huế", "Nam Định", "Đồng Hới", "Đà Lạt"),
}  # fmt: skip


def places() -> list[dict[str, str]]:
    with geodata_path("context/places.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_country_has_its_capital_and_kazakhstan_its_centres() -> None:
    rows = places()
    capitals = [row["code"] for row in rows if row["capital"]]
    members = set(MEMBERS.split())
    assert len(members) == 193
    assert not members - set(capitals)
    assert len(set(capitals)) == len(capitals)
    assert all(row["ru"] for row in rows if row["capital"])
    own = {row["en"]: (row["ru"], row["kk"]) for row in rows if row["code"] == "KZ"}
    assert own.items() >= CENTRES.items()
    assert [row["en"] for row in rows if row["code"] == "KZ" and row["capital"]] == ["Astana"]
    lon, lat, rank = (np.array([float(row[name]) for row in rows]) for name in ("lon", "lat", "rank"))
    assert (np.abs(lon) <= 180).all()
    assert (np.abs(lat) <= 90).all()
    assert set(rank) == set(range(7))
    assert sum(path.stat().st_size for path in geodata_path("context").iterdir()) < 1_550_000
    names = [row["en"] for row in rows]
    assert all(name == name.strip() and name.isprintable() for name in names)
    assert not {"Rangoon", "Bangalore", "Kiev", "Turgay", "Mangyshlak", "Oostanay", "Allahabad"} & set(names)


def test_the_centres_of_regions_lie_in_them() -> None:
    regions = gp.load_regions(2024)
    own = gpd.GeoSeries(gpd.points_from_xy(*zip(*[(float(r["lon"]), float(r["lat"])) for r in places()
                                                  if r["en"] in CENTRES], strict=True)), crs="EPSG:4326")  # fmt: skip
    found = regions.sindex.query(own.to_crs(regions.crs).buffer(8_000), predicate="intersects")[1]
    assert set(found) == set(range(len(regions)))


def cells(seed: int) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Twelve regions of some size anywhere on the globe."""
    draw = np.random.default_rng(seed)
    lon, lat, size = draw.uniform(-180, 180), draw.uniform(-45, 58), draw.uniform(0.5, 4.0)
    boxes = [
        shapely.box(lon + i * size, lat + j * size / 2, lon + (i + 1) * size, lat + (j + 1) * size / 2)
        for i in range(4)
        for j in range(3)
    ]
    names = [f"Region {k + 1}" for k in range(12)]
    regions = gpd.GeoDataFrame({"name": names}, geometry=boxes, index=pd.Index(names), crs="EPSG:4326")
    return regions, pd.Series(draw.gamma(2, 10, 12), index=regions.index, name="value")


def labels(ax: Any) -> list[tuple[str, float, float]]:
    return [(w.text, w.x, w.y) for gid, w in measure.words(ax) if gid.endswith(("-labels", "-callouts"))]


def dots(ax: Any) -> list[Any]:
    layers = [measure.layer(ax, ending) for ending in ("-cities", "-capitals")]
    return [
        shapely.box(*path.get_extents().extents) for each in layers if each is not None for path in each.get_paths()
    ]


@pytest.mark.parametrize("seed", samples(range(8), 3))
@pytest.mark.parametrize("preset", ["report", "nature-single"])
def test_cities_and_locator_anywhere(seed: int, preset: str) -> None:
    regions, values = cells(seed)
    options: dict[str, Any] = {"preset": preset, "lang": tuple(LANGUAGES)[seed % 3], "title": ""}
    plain = gp.plot_values(regions, values, **options)
    ax = gp.plot_values(regions, values, cities=True, locator=True, **options)
    assert [text for text, _, _ in labels(ax)] == [text for text, _, _ in labels(plain)]
    check(ax, regions)
    assert ax.locator in ("inside", "below", "left out")
    assert bool(ax.facts)


@pytest.mark.parametrize("seed", range(6))
def test_a_map_does_not_depend_on_the_maps_before(seed: int) -> None:
    """Places for labels are kept from map to map, but not those of regions that lie partly under something else."""
    regions, values = cells(seed)
    middle = shapely.centroid(regions.geometry.to_numpy())
    towns = {"name": [f"Town {i}" for i in range(12)], "lon": shapely.get_x(middle), "lat": shapely.get_y(middle)}
    options: dict[str, Any] = {"cities": pd.DataFrame(towns), "preset": "report", "title": ""}
    map_geometry._CACHE.clear()
    first = gp.plot_values(regions, values, **options)
    map_geometry._CACHE.clear()
    gp.plot_values(regions, values, preset="report", title="")
    after = gp.plot_values(regions, values, **options)
    assert labels(after) == labels(first)
    assert list(after.cities) == list(first.cities) == list(towns["name"])  # labels keep clear of dots


def check(ax: Any, regions: Any) -> None:
    """No dot or name strikes a word, a line, or the locator; that one stands on no region."""
    base = regions.to_crs(ax.crs)
    small = min(w.size for _, w in measure.words(ax))
    assert measure.problems(ax, base, small) == []
    words = [shapely.box(*w.box) for _, w in measure.words(ax)]
    spots = dots(ax)
    rim = measure.layer(ax, "-locator-rim")
    frames = [shapely.Polygon(path.to_polygons()[0]) for path in rim.get_paths()] if rim is not None else []
    if frames:
        mm = measure.canvas.millimetres(ax)
        at = (rim.get_transform() - mm).transform(np.zeros((1, 2)))[0]
        frames = [shapely.affinity.translate(frame, *at) for frame in frames]
        sheet = shapely.box(0, 0, *measure.canvas.axes_size(ax))
        assert all(sheet.contains(frame) for frame in frames)
        assert not any(frame.intersects(shape) for frame in frames for shape in measure.land(ax, base))
        assert 17.9 < frames[0].bounds[2] - frames[0].bounds[0] < 24.1
    for spot in [*spots, *frames]:
        assert not any(spot.intersects(word) for word in words)
    assert not any(a.intersects(b) for i, a in enumerate(spots) for b in [*spots[:i], *frames])


@pytest.mark.parametrize("lang", list(LANGUAGES))
def test_cities_of_kazakhstan(lang: str) -> None:
    regions = gp.load_regions(2024)
    values = pd.Series(np.arange(20.0), index=regions.index, name="value")
    plain = gp.plot_values(regions, values, lang=lang)
    ax = gp.plot_values(regions, values, lang=lang, cities=True, locator=True)
    check(ax, regions)
    told = " ".join(w.text for gid, w in measure.words(ax) if gid.endswith("-city-names"))
    assert {"en": "Oskemen", "ru": "Усть-Каменогорск", "kk": "Өскемен"}[lang] in told
    assert ax.cities
    assert ax.locator == "inside"
    assert not ax.unnamed
    assert ax.get_xlim() == plain.get_xlim()
    assert not measure.layer(plain, "-cities")
    assert (plain.cities, plain.locator, plain.facts) == ((), "", ())


@pytest.mark.parametrize("seed", range(6))
def test_no_city_without_a_name_nor_silently_behind_a_smaller_one(seed: int) -> None:
    """A dot has its name, beside it or as that of its region at it; larger cities that are not there are told."""
    regions, values = cells(seed)
    homes = {city.name: city for city in context_layer.cities_of(True, "en")}
    ax = gp.plot_values(regions, values, cities=True)
    told = " ".join(w.text for gid, w in measure.words(ax) if gid.endswith("-city-names"))
    cities = [city.name for city in context_layer.cities_of(True, "en")]
    order = [name for name in cities if cities.count(name) == 1]
    inside = [name for name in ax.cities if name in order and not homes[name].capital and regions.contains(
        shapely.Point(homes[name].lon, homes[name].lat)).any()]  # fmt: skip
    assert all(name in told for name in ax.cities if not homes[name].capital)
    assert inside == sorted(inside, key=order.index)
    # called like its region, whose name stands elsewhere
    if inside:
        owner = regions.contains(shapely.Point(homes[inside[0]].lon, homes[inside[0]].lat))
        renamed = regions.assign(name=np.where(owner, inside[0], regions["name"]))
        again = gp.plot_values(renamed, values, cities=True)
        where = [(w.x, w.y) for gid, w in measure.words(again) if w.text == inside[0]]
        assert len(where) in (1, 2) or inside[0] in " ".join(again.facts)


@pytest.mark.parametrize("lang", list(LANGUAGES))
@pytest.mark.parametrize("seed", range(4))
def test_a_dot_that_its_region_names_is_told(seed: int, lang: str) -> None:
    """Towns called like their regions, near the names of these or far away."""
    draw, wide = np.random.default_rng(seed), 9
    shapes = [shapely.box(i % wide, i // wide, i % wide + 1, i // wide + 1) for i in range(wide * wide)]
    names = [f"Town {chr(65 + i // wide)}{chr(65 + i % wide)}" for i in range(len(shapes))]
    land = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs="EPSG:4326").to_crs("EPSG:32631")
    away = 0.5 + draw.uniform(-0.4, 0.4, (2, len(shapes)))
    lon, lat = np.array([np.arange(len(shapes)) % wide, np.arange(len(shapes)) // wide]) + away
    towns = pd.DataFrame({"name": names, "lon": lon, "lat": lat})
    ax = gp.plot_values(land, pd.Series(np.arange(float(len(land)))), cities=towns, lang=lang)
    told = " ".join(w.text for gid, w in measure.words(ax) if gid.endswith("-city-names"))
    silent = [name for name in names if name not in told]
    said = translator(lang)("dots without a name of their own, named by their region: {names}")
    room = translator(lang)("no room for the names of: {names}")
    listed = [fact.removeprefix(text.format(names="")).split(", ") for text in (said, room) for fact in ax.facts
              if fact.startswith(text.format(names=""))]  # fmt: skip
    assert sorted(name for names in listed for name in names) == silent
    assert 0 < len(silent) < len(names)


@pytest.mark.parametrize("preset", ["report", "nature-single"])
@pytest.mark.parametrize("seed", samples(range(8), 2))
def test_every_city_larger_than_one_shown_is_shown_or_told(seed: int, preset: str) -> None:
    """Also the largest one, where a generalised outline passes by it; it is left to its own country."""
    draw = np.random.default_rng(seed)
    towns = context_layer.cities_of(True, "en")
    home = towns[int(draw.integers(5, 600))]
    size = float(draw.uniform(0.8, 2.5))
    west, south = home.lon - draw.uniform(0.5, 3.5) * size, home.lat - draw.uniform(0.3, 2.7) * size / 2
    boxes = [
        shapely.box(west + i * size, south + j * size / 2, west + (i + 1) * size, south + (j + 1) * size / 2)
        for i in range(4)
        for j in range(3)
    ]
    own = [town for town in towns if shapely.union_all(boxes).contains(shapely.Point(town.lon, town.lat))]
    own.sort(key=lambda town: (not town.capital, towns.index(town)))
    notch = shapely.Point(own[0].lon, own[0].lat).buffer(size / 400)
    names = [f"Region {k + 1}" for k in range(12)]
    regions = gpd.GeoDataFrame(
        {"name": names}, geometry=shapely.difference(boxes, notch), index=pd.Index(names), crs="EPSG:4326"
    )
    ax = gp.plot_values(
        regions, pd.Series(np.arange(12.0), regions.index, name="value"), cities=True, preset=preset, title=""
    )
    check(ax, regions)
    shown = [town for town in own if town.name in ax.cities]
    least = max(own.index(town) for town in shown) if shown else 0
    told = [
        part for fact in ax.facts for part in fact.split(": ", 1)[1].split(", ") if fact.startswith(("no room", "left"))
    ]
    told = [name for part in told for name in part.split(" and ")]
    more = sum(int(part.split()[0]) - 1 for part in told if part.endswith(" more"))
    missing = [town.name for town in own[:least] if town not in shown]
    assert len(missing) <= len(told) + more
    listed = [town for town in own[:least] if town.name in told or town in shown]
    assert len(listed) == least or more
    assert own[0].name in (*ax.cities, *told)


@pytest.mark.parametrize("seed", range(6))
def test_no_city_of_another_country_off_an_outline(seed: int) -> None:
    """It belongs to the regions of its own country alone, however near the border passes."""
    towns = [town for town in context_layer.cities_of(True, "en") if town.country]
    at = np.array([(town.lon, town.lat) for town in towns])
    tree = shapely.STRtree(shapely.points(at))
    order = np.random.default_rng(seed).permutation(len(towns))
    tried = 0
    for i in order.tolist():
        near = tree.query(shapely.Point(at[i]), predicate="dwithin", distance=0.4)
        pairs = [j for j in near if towns[j].country != towns[i].country and at[j, 0] - at[i, 0] > 0.05]
        edge = min((at[j, 0] for j in pairs), default=0.0) - 0.01
        box = shapely.box(edge - 3.0, at[i, 1] - 1.0, edge, at[i, 1] + 1.0)
        inside = [towns[j].country for j in tree.query(box, predicate="contains")]
        abroad = [j for j in pairs if not towns[j].capital and towns[j].rank > 1]
        if not abroad or inside.count(towns[i].country) * 2 <= len(inside):
            continue
        regions = gpd.GeoDataFrame({"name": ["Here"]}, geometry=[box], index=["a"], crs="EPSG:4326")
        ax = gp.plot_values(regions, pd.Series([1.0], ["a"], name="value"), cities=True, title="")
        assert not {towns[j].name for j in abroad} & {*ax.cities}
        tried += 1
        if tried == 2:
            break
    assert tried == 2


def test_no_town_has_the_figures_of_its_namesake() -> None:
    towns = pd.read_csv(geodata_path("context/places.csv"), keep_default_na=False)
    twice = towns[towns.duplicated(["code", "en"], keep=False) & towns["code"].ne("")]
    assert set(zip(twice["code"], twice["en"], strict=True)) == {
        ("CN", "Fuyang"), ("CN", "Jining"), ("CN", "Suzhou"), ("CN", "Yichun"), ("CN", "Yulin"), ("US", "Augusta"),
        ("US", "Charleston"), ("US", "Columbia"), ("US", "Columbus"), ("US", "Portland"), ("US", "Rochester"),
        ("US", "Springfield"), ("ZA", "Middelburg"),
    }  # fmt: skip
    brazil = towns[towns["code"] == "BR"]
    assert brazil["en"].tolist()[:2] == ["São Paulo", "Rio de Janeiro"]
    assert brazil["lat"][brazil["en"].isin(["Natal", "Vila Velha"])].tolist() == [-20.368, -5.78]


def test_towns_are_spelled_as_their_country_spells_them() -> None:
    towns = pd.read_csv(geodata_path("context/places.csv"), keep_default_na=False)
    written = {*zip(towns["code"], towns["en"], strict=True)}
    for code, names in SPELLED.items():
        for name in names:
            assert (code, name) in written
            plain = "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))
            assert plain == name or (code, plain) not in written, name
    odd = towns["en"].str.contains(r"[,;_0-9]|^\s|\s$|\s\s") | towns["code"].isin(["MD", "RO"]) & towns[
        "en"
    ].str.contains("[ŞşŢţ]")
    assert towns["en"][odd].tolist() == []
    for family, name in itertools.product(
        ("DejaVu Sans", "Arimo", "Tinos"), {*towns["en"], *towns["ru"], *towns["kk"]}
    ):
        assert Path(typefaces.file_in(family, name)).name.startswith(family.replace(" ", "")), name


def test_every_country_has_its_largest_towns() -> None:
    towns = pd.read_csv(geodata_path("context/places.csv"), keep_default_na=False)
    for code, least in (("SE", 30), ("FI", 30), ("CO", 40), ("UA", 30), ("PL", 30), ("CZ", 30)):
        assert (towns["code"] == code).sum() >= least
    assert {"Västerås", "Örebro", "Helsingborg", "Norrköping"} <= {*towns["en"]}
    order = towns["rank"][towns["code"] == "SE"].tolist()
    assert order[:3] == sorted(order)[:3]
    assert not towns.duplicated(["lon", "lat"]).any()
    assert towns["rank"].between(0, 6).all()


def test_no_suburb_stands_beside_its_city() -> None:
    towns = pd.read_csv(geodata_path("context/places.csv"), keep_default_na=False)
    assert not {"Vantaa", "Soledad", "Itagüí", "Saltsjöbaden", "Kawasaki", "East Jerusalem"} & {*towns["en"]}
    for name in ("Kerch", "Yevpatoria", "Rîbnița", "Aghdam", "Nablus", "Gilgit"):
        assert towns["code"][towns["en"] == name].tolist() == [""], name


def test_places_of_a_table(tmp_path: Path) -> None:
    regions, values = cells(3)
    west, south, east, north = regions.total_bounds
    table = pd.DataFrame({
        "name": ["Station", "Harbour", "Elsewhere"], "name_ru": ["Станция", "Порт", ""],
        "lon": [west + 0.3 * (east - west), west + 0.7 * (east - west), west + 60.0],
        "lat": [south + 0.3 * (north - south), south + 0.8 * (north - south), south], "rank": [2, 1, 0],
    })  # fmt: skip
    file = tmp_path / "places.csv"
    table.to_csv(file, index=False)
    there = tmp_path / "lugares.csv"
    table.to_csv(there, index=False, sep=";", decimal=",", encoding="utf-8-sig")
    tabs = tmp_path / "places.tsv"
    table.to_csv(tabs, index=False, sep="\t")
    for own in (table, file, str(file), there, tabs):
        ax = gp.plot_values(regions, values, lang="ru", cities=own)
        assert set(ax.cities) == {"Станция", "Порт"}
        assert ax.facts == ("точки — города", "за пределами карты: Elsewhere")
        assert ax.cities_outside == ("Elsewhere",)
        check(ax, regions)
    latin = tmp_path / "latin.csv"
    table.assign(name="Córdoba", name_ru="").to_csv(latin, index=False, encoding="latin-1")
    crowd = pd.DataFrame({"name": [f"Place {k}" for k in range(40)], "lon": west + 0.01, "lat": south + 0.01})
    ax = gp.plot_values(regions, values, cities=crowd)
    assert "no room for the names of: Place" in ax.facts[1]
    for wrong, problem in (
        (table.drop(columns="lat"), "lat: "), (table.assign(lon=400.0), "lon: 400"), (table.assign(name=""), "no name"),
        (table.assign(rank="first"), "rank: 'first'"), (7, "int given"),
        (table.drop(columns=["name", "name_ru"]), "no column name among lon, lat, rank"), (latin, "is not in UTF-8"),
    ):  # fmt: skip
        with pytest.raises(MapError, match=problem):
            gp.plot_values(regions, values, cities=wrong)
    with pytest.raises(MapError, match="locator"):
        gp.plot_values(regions, values, locator="yes")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "where",
    samples([(76.8, 43.1, 77.1, 43.4, False), (170.0, -25.0, 188.0, -10.0, False), (-20.0, -30.0, 140.0, 60.0, True),
             (47.0, 40.0, 87.0, 55.0, False), (100.0, 50.0, 200.0, 75.0, False), (30.0, 45.0, 190.0, 75.0, True)], 3),
)  # fmt: skip
def test_the_locator_shows_the_area_where_it_is(where: tuple[float, float, float, float, bool]) -> None:
    *bounds, world = where
    regions = gpd.GeoDataFrame(geometry=[shapely.segmentize(shapely.box(*bounds), 1.0)], crs="EPSG:4326")
    found = locator_of(regions, 20.0)
    assert found is not None
    assert found.land is not None
    assert (found.w, round(found.h, 1)) == (20.0, 9.7 if world else 15.0)
    left, bottom, right, top = found.area.get_extents().extents
    assert 0 <= left < right <= found.w
    assert 0 <= bottom < top <= found.h
    assert (found.ring is not None) == (bounds[2] - bounds[0] < 1)
    if not world:
        assert abs((left + right) / 2 - found.w / 2) < 1.0
    around = gpd.GeoDataFrame(geometry=[shapely.box(-180, -60, 180, 80)], crs="EPSG:4326")
    assert locator_of(around, 20.0) is None


def test_a_locator_without_room_is_told() -> None:
    regions, values = cells(1)
    figure = mpl.figure.Figure(figsize=(3.0, 2.2))
    ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    gp.plot_values(regions, values, ax=ax, locator=True, labels="none", insets="none")
    assert ax.locator == "left out"  # type: ignore[attr-defined]
    assert ax.facts == ("the small map of the surroundings has no room on this page",)  # type: ignore[attr-defined]
