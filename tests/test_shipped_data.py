"""The registry of shipped files: paths, checksums, damage, and the script that writes it."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from growthpoles import shipped_data
from growthpoles.errors import DataError
from growthpoles.file_reading import note, read_bytes
from growthpoles.ratings.catalogue import default_catalogue
from growthpoles.regions import boundaries
from growthpoles.regions.boundaries import load_regions
from growthpoles.regions.kazakhstan import divisions
from growthpoles.regions.kazakhstan.divisions import region_names
from growthpoles.study.inputs import load_indicators, study_rating
from growthpoles.study.load_study import builtin_studies, load_study

GEODATA = Path(__file__).resolve().parents[1] / "geodata"
LAYER = "boundaries/kz-2014.gpkg"


def clear_caches() -> None:
    shipped_data.read_registry.cache_clear()
    shipped_data._root.cache_clear()
    for each in (boundaries._vintage, divisions._table, divisions._rows, divisions.regions_of, default_catalogue):
        each.cache_clear()


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A private copy of geodata/ that a test may damage."""
    root = tmp_path / "geodata"
    shutil.copytree(GEODATA, root, ignore=shutil.ignore_patterns("build", "__pycache__"))
    clear_caches()
    monkeypatch.setattr(shipped_data, "_SHIPPED", root)
    yield root
    monkeypatch.undo()
    clear_caches()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_registry", GEODATA / "build" / "registry.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(shipped_data.read_registry()))
def test_every_listed_file_is_intact(name):
    entry = shipped_data.read_registry()[name]
    content = read_bytes(shipped_data.geodata_path(name))
    assert hashlib.sha256(content).hexdigest() == entry.sha256
    assert len(content) == entry.bytes
    assert entry.licence and entry.source and entry.made_by


def test_registry_is_up_to_date_and_lists_every_shipped_file(script):
    script.main(["--check"])
    listed = set(json.loads((GEODATA / "registry.json").read_text(encoding="utf-8"))["files"])
    assert {LAYER, "boundaries/kz-2018.gpkg", "boundaries/kz-2022.gpkg", "regions.csv"} <= listed
    there = {path.relative_to(GEODATA).as_posix() for path in GEODATA.rglob("*") if path.is_file()}
    unlisted = {name for name in there - listed if not name.startswith("build/")}
    assert unlisted == {"registry.json", "README.md"} and listed <= there


def test_the_wheel_carries_every_folder_of_geodata_but_build():
    """Through hatchling itself: a folder that is added is shipped without another word."""
    wheel = pytest.importorskip("hatchling.builders.wheel").WheelBuilder(str(GEODATA.parent))
    packed = {Path(each.distribution_path).as_posix() for each in wheel.recurse_included_files()}
    shipped = {name.removeprefix("growthpoles/geodata/") for name in packed if name.startswith("growthpoles/geodata/")}
    assert shipped == {"registry.json", "README.md", *shipped_data.read_registry()}
    folders = {path.name for path in GEODATA.iterdir() if path.is_dir()} - {"build", "__pycache__"}
    assert {name.split("/")[0] for name in shipped if "/" in name} == folders
    assert "growthpoles/__init__.py" in packed and not [name for name in packed if "/build/" in name]


def test_layers_carry_both_coordinate_systems_and_their_rows():
    for year, rows in ((2014, 16), (2018, 17), (2022, 20)):
        entry = shipped_data.read_registry()[f"boundaries/kz-{year}.gpkg"]
        assert (entry.rows, entry.crs) == (rows, "EPSG:4326")
        assert "+proj=aea +lat_1=43 +lat_2=53 +lat_0=48 +lon_0=67" in entry.analysis_crs


def test_path_by_parts_or_as_one_string():
    assert shipped_data.geodata_path("boundaries", "kz-2014.gpkg") == shipped_data.geodata_path(LAYER)
    assert shipped_data.geodata_path().name == "geodata"


def test_missing_path_names_the_nearest():
    with pytest.raises(DataError, match=r"boundaries/kz-2015\.gpkg does not exist; nearest: boundaries/kz-20"):
        shipped_data.geodata_path("boundaries/kz-2015.gpkg")


@pytest.mark.parametrize("path", ["../pyproject.toml", "boundaries/../../pyproject.toml", "/etc/hostname"])
def test_path_outside_geodata_is_refused(path):
    with pytest.raises(DataError, match="leads out of geodata"):
        shipped_data.geodata_path(path)


def test_a_file_that_nobody_listed_is_not_read(copied):
    (copied / "boundaries" / "kz-2013.csv").write_bytes(b"")
    with pytest.raises(DataError, match=r"kz-2013\.csv: not in the list of shipped files.*reinstall"):
        read_bytes(copied / "boundaries" / "kz-2013.csv")


def test_one_changed_byte_names_the_file_and_the_remedy(copied):
    path = copied / LAYER
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"kz-2014\.gpkg: the file is damaged.*reinstall growthpoles") as caught:
        load_regions(2014)
    assert "\n" not in str(caught.value)
    assert note(copied / "boundaries" / "kz-2018.gpkg") and len(load_regions(2018)) == 17


READERS = {
    "regions.csv": lambda: region_names(2014),
    "tables/table4.csv": lambda: load_indicators(2014),
    "kazakhstan-it/study.toml": load_study,
    "kazakhstan-it/columns.csv": lambda: load_indicators(2014),
    "kazakhstan-it/catalogue.csv": lambda: (load_indicators(2014), default_catalogue()),
    "kazakhstan-2024/population.csv": lambda: load_indicators(2024, study=load_study("kazakhstan-2024")),
    "mexico-gdp/states.dbf": lambda: load_indicators(2000, study=load_study("mexico-gdp")),
}


@pytest.mark.parametrize("name", READERS)
def test_whatever_is_read_is_verified_and_named(copied, name):
    """Also in a process that has read the sound file before."""
    READERS[name]()
    with (copied / name).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(ValueError, match=rf"{name}: the file is damaged or was changed.*reinstall growthpoles") as hit:
        READERS[name]()
    assert "\n" not in str(hit.value) and len(str(hit.value)) < 500


def test_a_shipped_study_is_its_folder_and_the_rebuilt_registry(copied, script):
    shutil.copytree(copied / "kazakhstan-2024", copied / "toy")
    text = (copied / "toy" / "study.toml").read_text(encoding="utf-8")
    (copied / "toy" / "study.toml").write_text(text.replace("kazakhstan-2024", "toy"), encoding="utf-8")
    with pytest.raises(DataError, match=r"toy/study\.toml: not in the list"):
        load_study("toy")
    script.main(["--geodata", str(copied)])
    shipped_data.read_registry.cache_clear()
    assert "toy" in builtin_studies().index
    study = load_study("toy")
    assert study_rating(study, load_indicators(2024, study=study))["index"].notna().any()


def test_missing_file_and_broken_registry(copied):
    (copied / LAYER).unlink()
    with pytest.raises(DataError, match=r"kz-2014\.gpkg does not exist"):
        load_regions(2014)
    for content in ("{", "[]", '{"files": {"a": {"sha256": "0"}}}'):
        (copied / "registry.json").write_text(content, encoding="utf-8")
        clear_caches()
        with pytest.raises(DataError, match=r"registry\.json: the list of shipped files cannot be read"):
            shipped_data.read_registry()


def test_the_installed_folder_comes_before_the_checkout(copied):
    assert shipped_data.geodata_path() == copied


def test_no_data_folder_at_all(copied, tmp_path, monkeypatch):
    clear_caches()
    monkeypatch.setattr(shipped_data, "_SHIPPED", tmp_path / "a")
    monkeypatch.setattr(shipped_data, "_CHECKOUT", tmp_path / "b")
    with pytest.raises(DataError, match=r"geodata/ is missing; allowed: reinstall"):
        shipped_data.geodata_path()


def test_script_names_a_file_without_description(copied, script):
    (copied / "stray.bin").write_bytes(b"0")
    with pytest.raises(SystemExit, match=r"stray\.bin"):
        script.main(["--geodata", str(copied)])


def test_script_finds_a_stale_registry_and_mends_it(copied, script):
    with (copied / "regions.csv").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(SystemExit, match="out of date"):
        script.main(["--check", "--geodata", str(copied)])
    script.main(["--geodata", str(copied)])
    script.main(["--check", "--geodata", str(copied)])
    shipped_data.read_registry.cache_clear()
    assert read_bytes(copied / "regions.csv").endswith(b"\n\n")
