"""Write docs/licences.md: licences of the packages that growthpoles runs on, and of the data that ship with it.

``python docs/licences.py`` rewrites the page; tests/test_docs.py compares it.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from growthpoles.shipped_data import read_registry

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences

growthpoles itself is BSD-3-Clause. This page is made by `python docs/licences.py` and checked by a test.

## Packages it runs on

Directly or through another package, without the extras; as their own metadata say.

"""
DATA = """
## Data that ship with it

Checksums and how each file was made stand in `geodata/registry.json`; the origin of every layer is in the table.
{unknown}
"""
UNKNOWN = """
The origin of {files} is inferred:
the package that holds the layer names none. Its names, its codes and the resolution of its coordinates are those of the
boundaries that UNHCR made from OpenStreetMap in 2023 (HDX `cod-ab-kaz`, CC BY-IGO). A printed map should therefore
credit "OpenStreetMap contributors, UNHCR", as maps of this package do. Pass the layer itself on under ODbL only; where
that is not possible, take `boundaries/kz-2014.gpkg` (public domain) or boundaries of your own. The evidence stands in
`geodata/README.md`.
"""
FONTS = [
    f"| `maps/typography/fonts/{files}*.ttf` | {licence} | {origin}, subsets; README.md there |"
    for files, licence, origin in (
        ("DejaVuSans", "Bitstream Vera, DejaVu (LICENSE_DEJAVU)", "DejaVu Sans"),
        ("{Arimo,Tinos}", "OFL-1.1 (LICENSE_CROSCORE)", "Arimo and Tinos 1.33"),
    )
]
_SHORT = {
    r"BSD.3|BSD 3|3-Clause|New BSD": "BSD-3-Clause", r"BSD.2|2-Clause": "BSD-2-Clause", r"MIT": "MIT",
    r"Apache": "Apache-2.0", r"Mozilla|MPL": "MPL-2.0", r"HPND|PIL": "MIT-CMU", r"PSF|Python Software": "PSF-2.0",
    r"Unlicense": "Unlicense", r"BSD": "BSD", r"ISC": "ISC",
}  # fmt: skip


def name_of(requirement: str) -> str:
    """Return the name of a package that a requirement asks for, in its usual spelling."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]).lower()


def licence_of(package: metadata.Distribution) -> str:
    """Return the licence that a distribution states: as an expression, in its classifiers, or in words."""
    stated = package.metadata
    if expression := stated.get("License-Expression"):
        return expression
    classified = [each.rpartition(" :: ")[2] for each in stated.get_all("Classifier") or [] if "License ::" in each]
    words = "; ".join(classified) or str(stated.get("License") or "").split("\n")[0]
    return next((short for pattern, short in _SHORT.items() if re.search(pattern, words)), words or "not stated")


def packages() -> dict[str, str]:
    """Return the licences of all packages that are needed on this platform."""
    found: dict[str, str] = {}
    waiting = ["growthpoles"]
    while waiting:
        try:
            package = metadata.distribution(waiting.pop())
        except metadata.PackageNotFoundError:  # of another platform or Python
            continue
        name = name_of(package.metadata["Name"])
        if name in found:
            continue
        found[name] = licence_of(package)
        waiting += [name_of(each) for each in package.requires or () if "extra ==" not in each]
    found.pop("growthpoles", None)
    return dict(sorted(found.items()))


def page() -> str:
    """Return the page."""
    lines = ["| package | licence |", "| --- | --- |"]
    lines += [f"| {name} | {licence} |" for name, licence in packages().items()]
    files = read_registry()
    unknown = [f"`{name}`" for name, entry in files.items() if "does not state its source" in entry.source]
    told = UNKNOWN.format(files=" and ".join(unknown)) if unknown else ""
    rows = ["| file | licence | origin |", "| --- | --- | --- |"]
    rows += [f"| `{name}` | {entry.licence} | {entry.source} |" for name, entry in files.items()]
    return HEAD + "\n".join(lines) + "\n" + DATA.format(unknown=told) + "\n".join([*rows, *FONTS]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
