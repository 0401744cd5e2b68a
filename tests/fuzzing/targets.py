"""What the fuzzer calls: every reader of a user's files; only this package's errors may come out."""

import functools
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from fuzzing.corpus import CATALOGUE, CODES, DISTANCES, OWN, STUDY, sound, unpacked
from growthpoles.errors import GrowthpolesError
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.regions.boundaries import boundary_notes, layer_names, read_boundaries
from growthpoles.regions.coverage import check_coverage
from growthpoles.regions.kazakhstan.region_names import match_regions
from growthpoles.regions.name_matching import match_names
from growthpoles.regions.projection import to_analysis_crs
from growthpoles.shipped_data import geodata_path
from growthpoles.study.audit.claims import UncheckableError, evaluate
from growthpoles.study.audit.file_audit import audit_file
from growthpoles.study.audit.formulas import read_formulas
from growthpoles.study.examine_study import catalogue_problems, examine_study
from growthpoles.study.file_variable import FileOptions, read_files
from growthpoles.study.files.printed_tables import read_cells
from growthpoles.study.files.user_table import read_table
from growthpoles.study.inputs.indicators import catalogue_frame
from growthpoles.study.inputs.study_regions import read_weights
from growthpoles.study.inputs.study_variables import study_weights
from growthpoles.study.load_study import load_study
from growthpoles.study.propose_study import propose_study, quick_look
from growthpoles.study.rating_spec import read_goalposts
from growthpoles.study.study_spec import Table

Target = Callable[[Path, bytes], None]
LONGEST = 20_000  # signs of a message


def tolerate(call: Callable[[], object], *also: type[Exception]) -> None:
    """Run; a refusal must be this package's, and one line that is not endless and obeys nobody."""
    try:
        call()
    except (GrowthpolesError, *also) as error:
        text = str(error)
        assert text.isprintable() and len(text) < LONGEST, f"message {text[:200]!r}"


def _refuse(text: str) -> None:
    raise GrowthpolesError(text)


def table(folder: Path, content: bytes, name: str) -> None:
    path = folder / name
    path.write_bytes(content)
    spec = Table(file=name, year=2020, missing=("n/a",), ignore=("tot*",))
    tolerate(lambda: read_table(path, spec, years=(2020,), codes=("grp", "rate")))
    if sum(content) % 4 == 0:  # the guesses, which take longer
        tolerate(lambda: quick_look(path).summary())
    if sum(content) % 16 == 0:
        tolerate(lambda: propose_study(folder / "new", table=path))
        tolerate(lambda: audit_file(path))


def layer(folder: Path, content: bytes, name: str) -> None:
    path = folder / name
    path.write_bytes(content)
    tolerate(lambda: to_analysis_crs(check_coverage(read_boundaries(path, key="code"), repair="clean")))
    tolerate(lambda: [boundary_notes(read_boundaries(path, key="code", repair="clean")), layer_names(path)])
    if sum(content) % 4 == 0:
        tolerate(lambda: read_files(path, FileOptions()))


def shapefile(folder: Path, content: bytes) -> None:
    """Unpack the parts, which a mutation has damaged one by one."""
    for path in folder.glob("b.*"):
        path.unlink()
    for name, part in unpacked(content).items():
        (folder / name).write_bytes(part)
    layer(folder, (folder / "b.shp").read_bytes(), "b.shp")


@functools.lru_cache
def study_folder(folder: Path) -> None:
    texts = {"own.csv": OWN, "catalogue.csv": CATALOGUE, "distances.csv": DISTANCES, "study.toml": STUDY}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def study(folder: Path, content: bytes) -> None:
    study_folder(folder)
    (folder / "study.toml").write_bytes(content)
    tolerate(lambda: load_study(folder))
    tolerate(lambda: examine_study(folder))


def catalogue(folder: Path, content: bytes) -> None:
    path = folder / "catalogue.csv"
    path.write_bytes(content)
    tolerate(lambda: Catalogue.from_frame(catalogue_frame(path), source=path.name))
    tolerate(lambda: catalogue_problems(path))


def distances(folder: Path, content: bytes) -> None:
    study_folder(folder)
    (folder / "distances.csv").write_bytes(content)
    tolerate(lambda: study_weights(load_study(folder), kind="distances"))


def names(folder: Path, content: bytes) -> None:
    given = content.decode("utf-8", "surrogateescape").split("\n")
    tolerate(lambda: match_regions(given, vintage=2022))
    tolerate(lambda: match_names(given, {"A": ["North", "Север"], "B": ["South"]}))


def claims(folder: Path, content: bytes) -> None:
    import pandas as pd

    codes = [f"KZ-{code}" for code in CODES]

    def columns(name: str, year: int) -> pd.Series:
        if name not in ("x", "y", "index") or year not in (2010, 2014):
            raise UncheckableError("no such column")
        return pd.Series([float("nan"), *range(1, len(codes))], index=codes, dtype=float)

    for line in content.decode("utf-8", "replace").split("\n"):
        tolerate(lambda line=line: evaluate(line, columns), UncheckableError)


def rows(folder: Path, content: bytes, *, read: Callable[[Path], object]) -> None:
    path = folder / "rows.csv"
    path.write_bytes(content)
    tolerate(lambda: read(path))


def goalposts(folder: Path, content: bytes) -> None:
    path = folder / "limits.csv"
    path.write_bytes(content)
    tolerate(lambda: read_goalposts(path), ValueError)  # which the model of study.toml turns into its own


TABLES = {
    "csv": "t.csv", "eurostat": "t.tsv", "sdmx": "s.csv", "html": "t.html", "jsonstat": "t.json", "xlsx": "t.xlsx",
    "xls": "t.xls", "ods": "t.ods", "parquet": "t.parquet",
}  # fmt: skip
LAYERS = {
    "geojson": "b.geojson", "topojson": "b.topojson", "gpkg": "b.gpkg", "fgb": "b.fgb", "geoparquet": "b.parquet",
    "shapezip": "b.zip",
}  # fmt: skip
TARGETS: dict[str, Target] = {
    **{kind: functools.partial(table, name=name) for kind, name in TABLES.items()},
    **{kind: functools.partial(layer, name=name) for kind, name in LAYERS.items()},
    **{each.__name__: each for each in (shapefile, study, catalogue, distances, names, claims, goalposts)},
    "published": functools.partial(rows, read=read_cells),
    "formulas": functools.partial(rows, read=read_formulas),
    "shares": functools.partial(rows, read=read_weights),
}  # fmt: skip
# Faults on purpose, at the input that belongs to seed 1, by which the fuzzer itself is tested.
FAULTY: dict[str, Callable[[], object]] = {
    "raises": lambda: [][1],
    "says": lambda: tolerate(lambda: _refuse("two\nlines")),
    "prints": lambda: print("x"),
    "warns": lambda: warnings.warn("x", stacklevel=1),
    "computes": lambda: [None for _ in iter(int, 1)],
    "waits": lambda: time.sleep(1000),
    "fills": lambda: bytearray(1 << 31),
    "dies": lambda: os.abort(),
}
ZIPPED = {"xlsx", "ods", "shapezip", "shapefile"}  # whose members are damaged, not only the archive
BINARY = {"xls", "parquet", "gpkg", "fgb", "geoparquet", *ZIPPED}


def base(kind: str) -> bytes:
    return sound("shapefile" if kind == "shapezip" else kind)


def warm(kind: str, folder: Path) -> None:
    """Load what is loaded once, which is not the file's time or memory."""
    for remainder in range(16):
        content = base(kind)
        if kind not in BINARY:
            content += b"\n" * remainder
        TARGETS[kind](folder, content)
    if kind in LAYERS:
        layer_names(geodata_path("mexico-gdp/states.shp"))
