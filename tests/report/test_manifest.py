"""What a report depends on: every file that is read for it, no other, and whatever was looked for in vain."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

import growthpoles as gp
from growthpoles.file_reading import recorded
from growthpoles.report.build_report import build_report
from growthpoles.report.manifest import MANIFEST, Manifest, inputs_of
from growthpoles.shipped_data import geodata_path, read_registry
from growthpoles.study.audit.claims import check_claims
from growthpoles.study.audit.printed_cells import published_formulas
from growthpoles.study.load_study import load_study

PARTS = {".shx", ".dbf", ".prj", ".cpg"}  # of a Shapefile


class Remade(Exception):
    """A report is being made anew."""


@pytest.fixture
def remade(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, Path], bool]:
    """Tell whether a report would be made anew now, by asking for it."""

    def ask(study: Path, out: Path) -> bool:
        def make(*args: object, **options: object) -> None:
            raise Remade

        with monkeypatch.context() as patch:
            patch.setattr("growthpoles.report.build_report._write", make)
            try:
                return not build_report(load_study(study, outside=True), out=out).unchanged
            except Remade:
                return True

    return ask


def check_every_file(
    files: list[Path], unrelated: list[Path], study: Path, out: Path, remade: Callable[[Path, Path], bool]
) -> None:
    """Change and remove one file after the other; put it back each time."""
    assert not remade(study, out)
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert remade(study, out), f"{path.name} was changed"
        if path.suffix in PARTS or path.stem in ("claims", "formulas") or path.parent.name == "tables":
            path.unlink()  # a study that lacks one of the others is refused
            assert remade(study, out), f"{path.name} was removed"
        path.write_bytes(content)
        assert not remade(study, out)
    for path in unrelated:
        path.write_bytes(b"anything")
        assert not remade(study, out), path.name
        path.unlink()


@pytest.fixture
def shapefile_study(tmp_path: Path, study_maker: Callable[..., Path]) -> Path:
    """A study with a Shapefile, which is five files, a catalogue and two tables."""
    path = study_maker(tmp_path / "study", years=(2020, 2021))
    layer = path.with_name("regions.gpkg")
    gpd.read_file(layer).to_file(path.with_name("regions.shp"), encoding="utf-8")
    layer.unlink()
    path.write_text(path.read_text().replace("regions.gpkg", "regions.shp"))
    return path


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_every_file_of_a_study_counts(
    tmp_path: Path, shapefile_study: Path, remade: Callable[[Path, Path], bool]
) -> None:
    out, folder = tmp_path / "out", shapefile_study.parent
    files = sorted(folder.iterdir())
    assert {path.suffix for path in files} == {".toml", ".csv", ".shp", *PARTS}
    first = build_report(load_study(shapefile_study), out=out)
    assert {path.name for path in files} <= first.record["inputs"].keys()
    unrelated = [folder / name for name in ("notes.txt", "regions 2.prj", "table-2022.csv", "claims 2.csv", ".hidden")]
    check_every_file(files, unrelated, shapefile_study, out, remade)
    (folder / "regions.qix").write_bytes(b"x")  # a new part of the layer
    assert remade(shapefile_study, out)
    (folder / "regions.qix").unlink()
    # a second report in the process reads from memory, and depends on the same files
    again = build_report(load_study(shapefile_study), out=tmp_path / "again")
    assert again.record["inputs"] == first.record["inputs"]
    # a table behind a link: the link leads elsewhere, no file has changed
    table = folder / "table-2020.csv"
    table.rename(folder / "a.csv")
    (folder / "b.csv").write_bytes((folder / "a.csv").read_bytes().replace(b"R0,", b"R0,1", 1))
    table.symlink_to("a.csv")
    assert not remade(shapefile_study, out)
    table.unlink()
    table.symlink_to("b.csv")
    changed = build_report(load_study(shapefile_study), out=out)
    assert "tables/indicators_data_2020.csv" in changed.written


def test_what_is_looked_for_in_vain_counts(tmp_path: Path, study_maker: Callable[..., Path]) -> None:
    study = load_study(study_maker(tmp_path))
    with recorded() as read:
        assert published_formulas(study).empty and check_claims(study).empty
    assert inputs_of(study, read) == {"claims.csv": None, "formulas.csv": None}


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_every_file_of_a_copy_of_the_built_in_study_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remade: Callable[[Path, Path], bool]
) -> None:
    monkeypatch.setattr("growthpoles.report.build_report._content", lambda *args, **options: {})  # what is read is read
    for name in ("kazakhstan-it", "tables"):
        shutil.copytree(geodata_path(name), tmp_path / name)
    study, out = tmp_path / "kazakhstan-it" / "study.toml", tmp_path / "out"
    first = build_report(load_study(study, outside=True), out=out)
    left_out = {name for name, why in first.record["left_out"].items() if why != "not asked for"}
    assert left_out == {"trend", "panel", "industries"}
    own = {"study.toml", "catalogue.csv", "claims.csv", "columns.csv", "formulas.csv"}
    tables = {
        f"../tables/table{number}.csv" for number in range(2, 8)
    }  # nobody reads table 1: it is the article's plan
    shipped = {"geodata/regions.csv", "geodata/registry.json", "geodata/boundaries/kz-2014.gpkg"}
    assert first.record["inputs"].keys() == own | tables | shipped | {"geodata/boundaries/kz-2014.*"}
    unrelated = [study.with_name("notes.txt"), tmp_path / "tables" / "table8.csv"]
    files = [study.parent / name for name in sorted(own | tables)]
    check_every_file(files, unrelated, study, out, remade)
    claims = study.with_name("claims.csv")
    text = claims.read_bytes()
    claims.unlink()
    assert remade(study, out)
    claims.write_bytes(text)


def test_the_built_in_report_names_what_is_shipped(report: Manifest) -> None:
    inputs = report.record["inputs"]
    entries = read_registry()
    shipped = {
        name.removeprefix("geodata/"): digest for name, digest in inputs.items() if not name.endswith(("*", "json"))
    }
    assert shipped == {name: entries[name].sha256 for name in shipped} and len(shipped) == 15
    page = (report.out / "report.html").read_text(encoding="utf-8")
    assert "geodata/tables/table4.csv" in page and "kz-2014.*" not in page


def test_a_study_folder_called_geodata_is_not_the_shipped_one(tmp_path: Path) -> None:
    study = load_study().model_copy(update={"path": tmp_path / "study.toml"})
    read = {tmp_path / "geodata" / "regions.csv": ("1", None), geodata_path("regions.csv"): ("2", None)}
    assert inputs_of(study, read) == {"./geodata/regions.csv": "1", "geodata/regions.csv": "2"}


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_the_files_of_a_typeface_count(
    tmp_path: Path, study_maker: Callable[..., Path], remade: Callable[[Path, Path], bool]
) -> None:
    import matplotlib as mpl

    font = tmp_path / "own.ttf"
    shutil.copy(Path(mpl.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"), font)
    study, out = study_maker(tmp_path / "study"), tmp_path / "out"
    with gp.typeface(font):
        build_report(load_study(study), out=out)
        assert not remade(study, out)
        font.write_bytes(font.read_bytes() + b"\0")
        assert remade(study, out)


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_a_manifest_without_sound_inputs_is_stale(
    tmp_path: Path, study_maker: Callable[..., Path], remade: Callable[[Path, Path], bool]
) -> None:
    study, out = study_maker(tmp_path / "study", side=2), tmp_path / "out"
    build_report(load_study(study), out=out)
    record = json.loads((out / MANIFEST).read_text())
    for inputs in (None, [], {"study.toml": 3}, {"\0": "1"}, {"/dev/zero": "1"}):
        (out / MANIFEST).write_text(json.dumps({**record, "inputs": inputs}))
        assert remade(study, out), inputs
