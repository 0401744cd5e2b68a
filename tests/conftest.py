"""One report of the built-in study for all tests that only read it, and small studies of one's own."""

import gc
import os
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from filelock import FileLock
from shapely.geometry import box

from growthpoles.maps import presets
from growthpoles.maps.presets import Preset
from growthpoles.report import figures, stages
from growthpoles.report.build_report import build_report
from growthpoles.report.manifest import Manifest

gc.disable()  # until the tests are collected: what that makes stays to the end
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["LOKY_MAX_CPU_COUNT"] = "1"  # workers fill the cores: a report in processes of its own would only cost


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage seldom, and not among libraries and tests, which are most of what there is."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)
    gc.enable()


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
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], Any]], Any]:
    """Return what a function makes: the first process of a run that asks calls it, others read its pickle."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # which the processes of a run share

    def get(name: str, make: Callable[[Path], Any]) -> Any:
        kept = folder / f"{name}.pickle"
        with FileLock(folder / f"{name}.lock"):
            if kept.exists():
                return pickle.loads(kept.read_bytes())
            made = make(folder / name)
            kept.write_bytes(pickle.dumps(made))
            return made

    return get


@pytest.fixture(scope="session")
def built(made_once: Callable[..., tuple[Manifest, list[str]]]) -> tuple[Manifest, list[str]]:
    """The built-in report, all of it but most figures, and its steps."""
    return made_once("built", lambda folder: built_in(folder, figures=DRAWN))


@pytest.fixture(scope="session")
def whole(made_once: Callable[..., tuple[Manifest, list[str]]]) -> Manifest:
    """The built-in report with every figure, for tests that are marked as long."""
    return made_once("whole", built_in)[0]


DRAWN = ("rating", "moran", "clusters")


def built_in(folder: Path, **options: Any) -> tuple[Manifest, list[str]]:
    steps: list[str] = []
    return build_report(out=folder, progress=steps.append, **options), steps


@pytest.fixture(scope="session")
def steps(built: tuple[Manifest, list[str]]) -> list[str]:
    """Steps that the built-in report named."""
    return built[1]


@pytest.fixture(scope="session")
def report(built: tuple[Manifest, list[str]]) -> Manifest:
    """The built-in report; tests must not change its folder."""
    return built[0]


def coarse(get_preset: Callable[..., Preset]) -> Callable[..., Preset]:
    """Draw with a quarter of the dots."""
    return lambda *names: replace(get_preset(*names), dpi=75)


def relocate_less(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("growthpoles.maps.presets.get_preset", coarse(presets.get_preset))
    for name in ("PERMUTATIONS", "DRAWS", "CURVE_RELOCATIONS", "RELOCATIONS", "REPLICATIONS"):
        patch.setattr(f"growthpoles.report.stages.{name}", 99)
    for name in ("reference_distributions.global_permutation", "global_tests.mantel"):
        patch.setattr(f"growthpoles.spatial.{name}.ENUMERATION_LIMIT", 99)


@pytest.fixture(scope="session")
def fewer() -> Callable[[pytest.MonkeyPatch], None]:
    """Relocate, enumerate and replicate less: for tests of what a report says, not of its p-values."""
    return relocate_less


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do so in a test."""
    relocate_less(monkeypatch)


def leave_out(patch: pytest.MonkeyPatch, *names: str) -> None:
    """Have reports do without some of their stages."""
    assert set(names) <= {stage.name for stage in stages.STAGES}
    asked = [
        replace(stage, lacking=lambda *_: "not asked for") if stage.name in names else stage for stage in stages.STAGES
    ]
    patch.setattr("growthpoles.report.stages.STAGES", tuple(asked))


@pytest.fixture(scope="session")
def without() -> Callable[..., None]:
    return leave_out


BESIDE_RATINGS = ("verdict", "spread", "gradient", "convergence", "inequality", "cross_check")


@pytest.fixture
def rated_only(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the spatial stages: for tests of what a report makes of its ratings."""
    leave_out(monkeypatch, *BESIDE_RATINGS)


@pytest.fixture
def quick(rated_only: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw one kind of figure, too: for tests of how files come to be, not of what is in them."""
    monkeypatch.setattr("growthpoles.report.figures.KINDS", {"rating": figures.KINDS["rating"]})


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
