"""Whatever bytes a reader gets, only this package's errors come out, soon, on one line, without eating the memory."""

import io
import time
import warnings
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from growthpoles.errors import GrowthpolesError
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.regions.boundaries import read_boundaries
from growthpoles.regions.coverage import check_coverage
from growthpoles.regions.kazakhstan.region_names import match_regions
from growthpoles.regions.name_matching import match_names
from growthpoles.regions.projection import to_analysis_crs
from growthpoles.shipped_data import geodata_path
from growthpoles.study.examine_study import catalogue_problems, examine_study
from growthpoles.study.files.user_table import read_table
from growthpoles.study.inputs.indicators import catalogue_frame
from growthpoles.study.load_study import load_study
from growthpoles.study.propose_study import propose_study
from growthpoles.study.study_spec import Table

SECONDS = 2.0
CSV = 'region,grp,rate\nAlmaty,"1 048 779,5",0.25\nШымкент;943;12,5\nTotal,n/a,\n'
Target = Callable[[Path, bytes], None]


STUDY = """[study]
name = "own"
years = [2010, 2014]
title = { en = "T", ru = "Т" }
source = { en = "S" }
[boundaries]
builtin = "kz"
year = 2014
aliases = { "Alma" = "KZ-ALA" }
[rating]
catalogue = "catalogue.csv"
[[tables]]
file = "own.csv"
key = "region"
missing = ["n/a"]
columns = { "x{year}" = "x", "y{year}" = ["y"] }
[growth_poles]
poles = ["KZ-ALA"]
"""
CODES = ["AKM", "AKT", "ALM", "ATY", "VOS", "ZHA", "ZAP", "KAR", "KUS", "KZY", "MAN", "PAV", "SEV", "YUZ", "AST", "ALA"]


def study(folder: Path, content: bytes) -> None:
    (folder / "study.toml").write_bytes(content)
    if not (folder / "own.csv").exists():
        rows = "".join(f"KZ-{code},{i},1.5,n/a,2\n" for i, code in enumerate(CODES))
        (folder / "own.csv").write_text(f"region,x2010,x2014,y2010,y2014\n{rows}", encoding="utf-8")
        text = "code,kind,parent\nindex,aggregate,\nx,indicator,index\ny,indicator,index\n"
        (folder / "catalogue.csv").write_text(text, encoding="utf-8")
    tolerate(lambda: load_study(folder))
    tolerate(lambda: examine_study(folder))


def catalogue(folder: Path, content: bytes) -> None:
    path = folder / "catalogue.csv"
    path.write_bytes(content)
    tolerate(lambda: Catalogue.from_frame(catalogue_frame(path), source=path.name))
    catalogue_problems(path)


def table(folder: Path, content: bytes, name: str = "t.csv") -> None:
    (folder / name).write_bytes(content)
    spec = Table(file=name, year=2020, missing=("n/a",), ignore=("tot*",))
    tolerate(lambda: read_table(folder / name, spec, years=(2020,), codes=("grp", "rate")))


def workbook(folder: Path, content: bytes) -> None:
    table(folder, content, "t.xlsx")


def sheet_xml(folder: Path, content: bytes) -> None:
    """Damage inside a sound archive gets past the checksums."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base("workbook"))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name.endswith("sheet1.xml") else old.read(name))
    table(folder, out.getvalue(), "t.xlsx")


def parquet(folder: Path, content: bytes) -> None:
    table(folder, content, "t.parquet")


def boundaries(folder: Path, content: bytes, name: str = "b.gpkg") -> None:
    (folder / name).write_bytes(content)
    tolerate(lambda: to_analysis_crs(check_coverage(read_boundaries(folder / name, key="code"), repair="clean")))


def geojson(folder: Path, content: bytes) -> None:
    boundaries(folder, content, "b.geojson")


def geoparquet(folder: Path, content: bytes) -> None:
    boundaries(folder, content, "b.parquet")


def names(folder: Path, content: bytes) -> None:
    given = content.decode("utf-8", "surrogateescape").split("\n")
    tolerate(lambda: match_regions(given, vintage=2022))
    tolerate(lambda: match_names(given, {"A": ["North", "Север"], "B": ["South"]}))


def proposal(folder: Path, content: bytes) -> None:
    (folder / "p.csv").write_bytes(content)
    tolerate(
        lambda: propose_study(folder / "new", table=folder / "p.csv", boundaries=geodata_path("mexico-gdp/states.shp"))
    )


def tolerate(call: Callable[[], object]) -> None:
    """Run; a refusal must be this package's, and one line that is not endless."""
    try:
        call()
    except GrowthpolesError as error:
        text = str(error)
        assert "\n" not in text and len(text) < 20_000, text[:200]


@lru_cache
def base(kind: str) -> bytes:
    """A sound file of each kind, small enough that damage hits something."""
    if kind == "study":
        return STUDY.encode("utf-8")
    if kind == "catalogue":
        return geodata_path("kazakhstan-it/catalogue.csv").read_bytes()
    if kind == "names":
        return "\n".join(gp_names()).encode("utf-8")
    if kind == "proposal":
        return geodata_path("mexico-gdp/mexico.csv").read_bytes()
    frame = pd.DataFrame({"region": ["Almaty", "Шымкент"], "grp": [1.5, 2.0], "rate": ["n/a", "1,5"]})
    out = io.BytesIO()
    if kind == "table":
        return CSV.encode("utf-8")
    if kind == "parquet":
        frame.to_parquet(out)
        return out.getvalue()
    if kind in ("workbook", "sheet_xml"):
        book = openpyxl.Workbook()
        for row in [list(frame.columns), *frame.to_numpy().tolist()]:
            book.active.append(row)
        book.save(out)
        if kind == "workbook":
            return out.getvalue()
        with zipfile.ZipFile(out) as archive:
            return archive.read("xl/worksheets/sheet1.xml")
    from shapely.geometry import box

    layer = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=[box(0, 10, 1, 11), box(1, 10, 2, 11)], crs=4326)
    if kind == "geoparquet":
        layer.to_parquet(out)
        return out.getvalue()
    if kind == "geojson":
        return layer.to_json().encode("utf-8")
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        layer.to_file(Path(scratch) / "b.gpkg", layer_options={"SPATIAL_INDEX": "NO"})
        return (Path(scratch) / "b.gpkg").read_bytes()


def gp_names() -> list[str]:
    from growthpoles.regions.kazakhstan.divisions import read_regions_table

    rows = read_regions_table()
    return [*rows["name_en"], *rows["name_ru"], *rows["name_kk"]]


TARGETS: dict[str, Target] = {
    each.__name__: each
    for each in (
        study,
        catalogue,
        table,
        workbook,
        sheet_xml,
        parquet,
        boundaries,
        geojson,
        geoparquet,
        names,
        proposal,
    )
}
# What a damaged number, text or structure is likely to become.
SIGNS = [*" \0\r\n\"',;\t=[]{}", "[[", "\u202e", "ё", "𝟙", ""]
WORDS = [
    "-1",
    "0",
    "1e999",
    "nan",
    "inf",
    "1.234,5",
    "true",
    "1979-05-27",
    "year",
    "{year}",
    "region",
    "index",
    "../x",
    "<script>",
    "=HYPERLINK(1)",
    "&#x0;",
    'r="99999999"',
    't="s"',
    "<c/>",
    "]]>",
    "\\u0000",
]
PIECES = [*(text.encode() for text in [*SIGNS, *WORDS, '"""', "9" * 400, "A" * 5000]), b"\xff\xfe", b"\xef\xbb\xbf"]
Edit = tuple[float, float, bytes]


def edited(content: bytes, edits: list[Edit]) -> bytes:
    """Replace stretches of `content`: (where, how much of 64 bytes, by what)."""
    for where, size, piece in edits:
        at = int(where * len(content))
        content = content[:at] + piece + content[at + int(size * 64) :]
    return content


def run(target: str, folder: Path, content: bytes) -> None:
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        TARGETS[target](folder, content)
    taken = time.process_time() - start
    assert taken < SECONDS, f"{taken:.1f} s for {content[:200]!r}"


EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.sampled_from(PIECES) | st.binary(max_size=8)), min_size=1, max_size=6
)
FAST = {
    "boundaries": 30,
    "geojson": 30,
    "workbook": 60,
    "sheet_xml": 50,
    "study": 40,
    "proposal": 10,
    "geoparquet": 60,
}


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_damaged_input(target: str, tmp_path: Path) -> None:
    TARGETS[target](tmp_path, base(target))  # what is imported on the first call is not the file's time

    @settings(
        max_examples=FAST.get(target, 120),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(EDITS)
    def damage(edits: list[Edit]) -> None:
        run(target, tmp_path, edited(base(target), edits))

    damage()


@pytest.mark.parametrize("target", TARGETS)
def test_noise(target: str, tmp_path: Path) -> None:
    @settings(
        max_examples=FAST.get(target, 40) // 2, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
    def noise(content: bytes) -> None:
        run(target, tmp_path, content)

    run(target, tmp_path, b"a,b\n")  # loads what is loaded once
    noise()
