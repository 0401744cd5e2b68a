"""The built-in report: its tables are the golden record, its figures have the promised size."""

import json
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from growthpoles.errors import LanguageError, StudyError
from growthpoles.report.build_report import build_report, step_count
from growthpoles.report.manifest import MANIFEST, Manifest, file_sha256, read_record
from growthpoles.study.load_study import load_study

GOLDEN = Path(__file__).parents[2] / "outputs" / "tables"


def test_tables_equal_the_golden_record(report: Manifest) -> None:
    written = {path.name: path for path in (report.out / "tables").glob("*.csv")}
    assert set(written) == {path.name for path in GOLDEN.glob("*.csv")}
    for name, path in written.items():
        pd.testing.assert_frame_equal(pd.read_csv(path), pd.read_csv(GOLDEN / name), rtol=1e-8, atol=1e-10, obj=name)


def check_figures(folder: Path) -> None:
    """Hold every figure against the promised width, at 300 dots per inch."""
    for picture in sorted(folder.glob("*.png")):
        content = picture.read_bytes()
        width, _ = struct.unpack(">II", content[16:24])
        assert width == round(183 / 25.4 * 300), picture.name
        at = content.index(b"pHYs") + 4
        assert round(struct.unpack(">I", content[at : at + 4])[0] * 0.0254) == 300


def test_figures_are_183_mm_wide_at_300_dpi(report: Manifest) -> None:
    check_figures(report.out / "figures")
    assert len(list((report.out / "figures").glob("*.png"))) == 6


@pytest.mark.long
def test_every_figure_is_drawn_and_numbered(whole: Manifest) -> None:
    check_figures(whole.out / "figures")
    drawn = list((whole.out / "figures").glob("*.png"))
    assert len(drawn) >= 17
    page = (whole.out / "report.html").read_text(encoding="utf-8")
    for pattern in (r">Figure (\d+)\.", r">Рисунок (\d+)\.", r">(\d+)-сурет\."):
        assert len(set(re.findall(pattern, page))) == len(drawn)


def test_the_exception_to_table_6_is_reported(report: Manifest) -> None:
    table = pd.read_csv(report.out / "tables" / "reproduction.csv")
    found = table[table["finding"].notna()]
    assert found[["year", "region"]].to_numpy().tolist() == [[2014, "KZ-YUZ"]]
    assert found["reproduced"].item() == pytest.approx(45.27, abs=0.005)
    assert found["published"].item() == 30.28


def test_nothing_of_the_built_in_study_is_left_out(report: Manifest) -> None:
    assert set(report.record["left_out"]) == {"trend", "panel", "industries"}  # two years, shares in one industry


def test_the_manifest_lists_every_file_with_its_hash(report: Manifest) -> None:
    there = {path.relative_to(report.out).as_posix() for path in report.out.rglob("*") if path.is_file()}
    assert there == set(report.files) == set(report.written)
    assert all(file_sha256(report.out / name) == digest for name, digest in report.files.items())
    record = json.loads((report.out / MANIFEST).read_text())
    assert record == report.record and record["study"]["seed"] == 20160
    assert set(report.files) - {MANIFEST} == set(record["outputs"])
    assert {"numpy", "pandas", "shapely", "matplotlib", "jinja2", "GDAL", "GEOS"} <= set(record["libraries"])
    assert "geodata/tables/table6.csv" in record["inputs"] and all(record["inputs"].values())
    assert str(Path.home()) not in (report.out / MANIFEST).read_text()


def test_a_second_run_writes_nothing_and_says_so(report: Manifest) -> None:
    before = {path: path.stat().st_mtime_ns for path in report.out.rglob("*")}
    steps: list[str] = []
    again = build_report(out=report.out, progress=steps.append, figures=report.record["options"]["figures"])
    assert again.unchanged and again.written == () and again.results is None and steps == []
    assert again.files == report.files and "nothing has changed" in repr(again)
    assert {path: path.stat().st_mtime_ns for path in report.out.rglob("*")} == before


def test_rows_in_are_rows_used_and_rows_listed(report: Manifest) -> None:
    account = pd.read_csv(report.out / "tables" / "inputs.csv")
    unused = pd.read_csv(report.out / "tables" / "inputs_unused.csv")
    assert (account["read"] == account["used"] + account["unused"]).all()
    assert account["unused"].sum() == len(unused)


def test_progress_names_every_step(report: Manifest, steps: list[str]) -> None:
    study = load_study().with_report(figures=report.record["options"]["figures"])
    assert 30 < len(steps) <= step_count(study)  # analyses that two years cannot have are not told
    assert steps[0] == "boundaries" and steps[-1] == "writing" and "verdict" in steps


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_what_differs_is_written_anew(tmp_path: Path, study_maker: Callable[..., Path]) -> None:
    path, out = study_maker(tmp_path / "study"), tmp_path / "out"
    first = build_report(load_study(path), out=out)
    assert {"change", "spread"} <= set(first.record["left_out"])
    (out / "mine.txt").write_text("stays")
    damaged = out / "tables" / "summary.csv"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-9])
    (out / "figures.tex").unlink()
    second = build_report(load_study(path), out=out)
    assert second.written == ("tables/summary.csv", "figures.tex") and damaged.read_bytes() == whole
    assert second.files == first.files

    table = path.with_name("table-2020.csv")
    table.write_text(table.read_text().replace("R0,", "R0,1", 1))
    third = build_report(load_study(path), out=out)
    assert "tables/indicators_data_2020.csv" in third.written and "tables/inputs.csv" not in third.written
    assert (out / "mine.txt").read_text() == "stays"

    path.write_text(path.read_text().replace("2020", "2021"))
    table.rename(path.with_name("table-2021.csv"))
    fourth = build_report(load_study(path), out=out)
    assert "tables/indicators_data_2020.csv" in fourth.removed
    assert not (out / "tables" / "indicators_data_2020.csv").exists() and (out / "mine.txt").exists()
    assert build_report(load_study(path), out=out).unchanged


@pytest.mark.parametrize("text", ["", "[]", "{", '{"outputs": 3}', '{"outputs": {"a": 1}}', "\x00", "[" * 100_000])
def test_a_damaged_manifest_is_no_manifest(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    assert read_record(tmp_path) == {}


def test_unknown_options(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="nearest: realigned"):
        build_report(out=tmp_path / "out", edition="realignd")
    with pytest.raises(LanguageError, match="allowed: en, ru, kk"):
        build_report(out=tmp_path / "out", lang="de")
    assert not (tmp_path / "out").exists()


@pytest.mark.long
@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("side", [1, 2])
def test_a_study_too_small_for_tests_still_has_a_report(
    tmp_path: Path, study_maker: Callable[..., Path], side: int
) -> None:
    study = load_study(study_maker(tmp_path / "study", side=side))
    manifest = build_report(study, out=tmp_path / "out", figures=["rating"])
    assert "verdict" in manifest.record["left_out"]
    assert (tmp_path / "out" / "figures" / "rating_2020.png").exists()
    left_out = pd.read_csv(tmp_path / "out" / "tables" / "left_out.csv")
    assert set(left_out["analysis"]) == set(manifest.record["left_out"]) and left_out["reason"].notna().all()
