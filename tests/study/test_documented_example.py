"""The worked example of docs/studies.md, taken from the page and run."""

import re
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

import growthpoles as gp
from growthpoles.study.examine_study import examine_study
from growthpoles.study.inputs import input_account

PAGE = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in re.findall(r"^`([\w.]+)`\n\n```\w+\n(.*?)^```", PAGE, flags=re.M | re.S):
        (tmp_path / name).write_text(content, encoding="utf-8")
    labels = ["North", "South", "East", "West"]
    shapes = [box(10 + i % 2, 50 + i // 2, 11 + i % 2, 51 + i // 2) for i in range(4)]
    layer = gpd.GeoDataFrame(
        {"code": [f"D{i}" for i in (1, 2, 3, 4)], "label": labels}, geometry=shapes, crs="EPSG:4326"
    )
    layer.to_file(tmp_path / "regions.gpkg")
    return tmp_path


def test_the_page_shows_what_comes_out(folder: Path) -> None:
    study = gp.load_study(folder)
    table = gp.load_indicators(2020, study=study)
    rating = gp.rate(table, gp.study_catalogue(study))
    codes = {"North": "D1", "South": "D2", "East": "D3", "The far West": "D4"}
    shown = PAGE[PAGE.index("| 2020 |") : PAGE.index("## study.toml")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown.strip().splitlines()[2:]]
    for name, wages, ratio, index, letter in rows:
        row = codes[name]
        assert f"{table.loc[row, 'wages']:.2f}" == wages
        values = [table.loc[row, "rd_per_job"], rating.loc[row, "index"]]
        assert ["no data" if value != value else f"{value:.1f}" for value in values] == [ratio, index]
        assert letter == ("" if index == "no data" else rating.loc[row, "rating_class"])
    assert table.attrs["missing"][0] == ("D2", "spending", "'n/a' in data.csv, line 3")
    assert input_account(study).loc["data.csv"].to_dict() == {"read": 5, "used": 4, "unused": 1}


def test_the_example_has_no_problems(folder: Path) -> None:
    assert examine_study(folder).empty


def test_every_key_is_documented() -> None:
    from growthpoles.study.study_spec import Boundaries, StudyHead, Table

    for model in (StudyHead, Boundaries, Table):
        for key in model.model_fields:
            assert f"`{key}`" in PAGE, f"{model.__name__}.{key}"
