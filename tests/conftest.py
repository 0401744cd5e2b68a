"""One report of the built-in study for all tests that only read it, and small studies of one's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from growthpoles.report import figures
from growthpoles.report.build_report import build_report
from growthpoles.report.manifest import Manifest

CATALOGUE = """code,kind,parent,direction,weight,unit,numerator,denominator,factor,name_en,name_ru,name_kk
index,aggregate,,1,1,points,,,,{index},,
growth,indicator,index,1,1,percent,,,,{growth},,
patents,indicator,index,1,1,number,,,,Patents,,
"""
STUDY = """[study]
name = "own"
years = {years}
languages = ["en"]
edition = "{edition}"
seed = 7
[study.title]
en = {title}
[study.source]
en = {source}
[boundaries]
file = "regions.gpkg"
key = "code"
name = "name"
[rating]
catalogue = "catalogue.csv"
"""
TABLE = """[[tables]]
file = "table-{year}.csv"
year = {year}
key = "code"
edition = "{edition}"
"""


def quoted(text: str) -> str:
    """Write a TOML string."""
    return '"' + "".join(f"\\U{ord(sign):08x}" if sign in '"\\' or ord(sign) < 32 else sign for sign in text) + '"'


def make_study(
    folder: Path,
    *,
    years: tuple[int, ...] = (2020,),
    side: int = 3,
    names: list[str] | None = None,
    title: str = "Own study",
    source: str = "own figures",
    edition: str = "data",
    index_name: str = "Index",
    indicator_name: str = "Growth",
) -> Path:
    """Write a study of side x side square regions; return its study.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = [f"R{number}" for number in range(side * side)]
    names = (names or []) + [f"Region {number}" for number in range(len(names or []), side * side)]
    squares = [
        box(60_000 * x, 60_000 * y, 60_000 * (x + 1), 60_000 * (y + 1)) for x in range(side) for y in range(side)
    ]
    layer = gpd.GeoDataFrame({"code": codes, "name": names}, geometry=squares, crs="EPSG:3035")
    layer.to_file(folder / "regions.gpkg")
    header = CATALOGUE.format(index=_cell(index_name), growth=_cell(indicator_name))
    (folder / "catalogue.csv").write_text(header, encoding="utf-8")
    text = STUDY.format(years=list(years), title=quoted(title), source=quoted(source), edition=edition)
    for year in years:
        rng = np.random.default_rng(year)
        frame = pd.DataFrame({"code": codes, "growth": rng.uniform(1, 9, len(codes)).round(2)})
        frame["patents"] = rng.integers(1, 500, len(codes))
        frame.to_csv(folder / f"table-{year}.csv", index=False)
        text += TABLE.format(year=year, edition=edition)
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.fixture(scope="session")
def steps() -> list[str]:
    """Steps that the built-in report named."""
    return []


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> Manifest:
    """The built-in report; tests must not change its folder."""
    return build_report(out=tmp_path_factory.mktemp("report"), progress=steps.append)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw one kind of figure and relocate less: for tests of how files come to be, not of what is in them."""
    monkeypatch.setattr("growthpoles.report.figures.KINDS", {"rating": figures.KINDS["rating"]})
    monkeypatch.setattr("growthpoles.report.stages.PERMUTATIONS", 99)
    monkeypatch.setattr("growthpoles.report.stages.CURVE_RELOCATIONS", 99)
    monkeypatch.setattr("growthpoles.report.stages.RELOCATIONS", 99)


@pytest.fixture(scope="session")
def study_maker() -> Callable[..., Path]:
    return make_study


@pytest.fixture
def open_registry() -> Iterator[None]:
    """Let a test register methods of rating, and forget them afterwards."""
    from growthpoles.ratings.methods import METHODS

    kept = {kind: dict(table) for kind, table in METHODS.items()}
    yield
    for kind, table in kept.items():
        METHODS[kind].clear()
        METHODS[kind].update(table)
