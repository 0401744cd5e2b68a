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

GEODATA = Path(__file__).resolve().parents[1] / "geodata"
LAYER = "boundaries/kz-2014.gpkg"


def clear_caches() -> None:
    shipped_data.read_registry.cache_clear()
    shipped_data.verify.cache_clear()
    shipped_data._root.cache_clear()


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
    content = (GEODATA / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry.sha256
    assert len(content) == entry.bytes
    assert shipped_data.verify(name) == shipped_data.geodata_path(name)
    assert entry.licence and entry.source and entry.made_by


def test_registry_is_up_to_date_and_lists_every_shipped_file(script):
    script.main(["--check"])
    listed = set(json.loads((GEODATA / "registry.json").read_text(encoding="utf-8"))["files"])
    assert {LAYER, "boundaries/kz-2018.gpkg", "boundaries/kz-2022.gpkg", "regions.csv"} <= listed
    assert not any(name.startswith("build/") for name in listed)


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


def test_unlisted_name_names_the_nearest():
    with pytest.raises(DataError, match=r"not a shipped file.*nearest: .*kz-2014\.gpkg"):
        shipped_data.verify("boundaries/kz-2013.gpkg")


def test_one_changed_byte_names_the_file_and_the_remedy(copied):
    path = copied / LAYER
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"kz-2014\.gpkg: the file is damaged.*reinstall growthpoles") as caught:
        shipped_data.verify(LAYER)
    assert "\n" not in str(caught.value)
    assert shipped_data.verify("boundaries/kz-2018.gpkg").is_relative_to(copied)


def test_missing_file_and_broken_registry(copied):
    (copied / LAYER).unlink()
    with pytest.raises(DataError, match=r"kz-2014\.gpkg does not exist"):
        shipped_data.verify(LAYER)
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
    assert shipped_data.verify("regions.csv") == copied / "regions.csv"
