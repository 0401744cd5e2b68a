"""Small units added up to large regions: areas, counts, weighted rates, what is lacking, and what is refused."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import growthpoles as gp
from growthpoles.regions.boundaries import boundary_notes

CATALOGUE = """code,kind,parent,direction,weight,unit,name_en,numerator,denominator
index,aggregate,,1,1,points,Index,,
gdp,primary,,,,mln,GDP,,
pop,primary,,,,persons,Population,,
percap,indicator,index,1,1,per head,GDP per head,gdp,pop
income,indicator,index,1,1,money,Income,,
"""
STUDY = """[study]
name = "sums"
years = [2020]
title = { en = "sums" }
source = { en = "sums" }
[boundaries]
file = "units.gpkg"
key = "unit"
parent = "state"
name = "state_name"
[rating]
catalogue = "catalogue.csv"
[[tables]]
file = "t.csv"
key = "place"
year = 2020
missing = [""]
weighted_by = { income = "pop" }
[tables.columns]
gdp = "gdp"
pop = "pop"
income = "income"
"""


def planted(rng: np.random.Generator) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Squares that belong to states at random, with zeros in front of codes, and a table of them in another order."""
    wide, high = rng.integers(2, 7, 2)
    cells = [(i, j) for i in range(wide) for j in range(high)]
    codes = [f"{n:03d}" for n in rng.permutation(len(cells))]
    states = rng.integers(1, max(2, len(cells) // 3), len(cells))
    corners = [(400_000 + 1000 * i, 4_000_000 + 1000 * j) for i, j in cells]
    shapes = [shapely.box(x, y, x + 1000, y + 1000) for x, y in corners]
    columns = {"unit": codes, "label": [f"Place {n}" for n in codes], "state": states}
    layer = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:32642")
    layer["state_name"] = [f"State {n}" for n in states]
    order = rng.permutation(len(cells))
    table = pd.DataFrame({
        "place": [(codes if rng.random() < 0.5 else columns["label"])[n] for n in order],
        "gdp": rng.integers(1, 99, len(cells)) / 4,
        "pop": rng.integers(0, 50, len(cells)),
        "income": rng.integers(1, 99, len(cells)) / 8,
    })  # fmt: skip
    for column in ("gdp", "income"):
        table.loc[rng.random(len(cells)) < 0.1, column] = np.nan
    return layer, table


def by_hand(layer: gpd.GeoDataFrame, table: pd.DataFrame) -> dict[str, dict[str, float]]:
    rows = {str(row["place"])[-3:]: row for _, row in table.iterrows()}
    found: dict[str, dict[str, float]] = {}
    for state in layer["state"].unique():
        units = [rows[code] for code in layer.loc[layer["state"] == state, "unit"]]
        people = sum(row["pop"] for row in units)
        lived = [row for row in units if row["pop"] > 0]
        mean = sum(row["income"] * row["pop"] for row in lived) / people if people else np.nan
        found[str(state)] = {"gdp": sum(row["gdp"] for row in units), "pop": people, "income": mean}
    return found


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_counts_add_up_and_rates_are_weighted(tmp_path: Path, seed: int) -> None:
    layer, table = planted(np.random.default_rng(seed))
    layer.to_file(tmp_path / "units.gpkg")
    table.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "catalogue.csv").write_text(CATALOGUE)
    (tmp_path / "study.toml").write_text(STUDY)
    expected = by_hand(layer, table)
    study = gp.load_study(tmp_path)
    loaded = gp.load_indicators(2020, study=study)
    regions = gp.study_regions(study)
    assert list(loaded.index) == list(regions.index) == list(expected)
    assert list(regions["name_en"]) == [f"State {code}" for code in regions.index]
    for code, values in expected.items():
        for column, value in values.items():
            assert loaded.loc[code, column] == pytest.approx(value, nan_ok=True)
            if np.isnan(value):
                assert (code, column) in {(region, name) for region, name, _ in loaded.attrs["missing"]}
    areas = layer.groupby("state").geometry.apply(lambda shapes: sum(shapes.area))
    assert regions.area.to_dict() == pytest.approx({str(code): area for code, area in areas.items()})
    assert f"{len(layer)} units united to {len(regions)} regions" in " ".join(boundary_notes(regions))
    problems = gp.examine_study(tmp_path)
    assert not problems["problem"].str.contains("region|name|place", case=False).any(), problems


def test_a_unit_without_a_row_leaves_no_data_and_a_stray_row_is_named(tmp_path: Path) -> None:
    layer, table = planted(np.random.default_rng(3))
    table = table.fillna(1)
    gone = str(table.loc[0, "place"])[-3:]
    layer.to_file(tmp_path / "units.gpkg")
    table[1:].to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "catalogue.csv").write_text(CATALOGUE)
    (tmp_path / "study.toml").write_text(STUDY)
    loaded = gp.load_indicators(2020, study=gp.load_study(tmp_path))
    state = str(layer.set_index("unit").loc[gone, "state"])
    assert loaded.loc[state, ["gdp", "pop", "income"]].isna().all() and loaded["pop"].isna().sum() == 1
    table.loc[0, "place"] = "Nowhere"
    table.to_csv(tmp_path / "t.csv", index=False)
    assert gp.examine_study(tmp_path)["problem"].str.contains("Nowhere").any()
    with pytest.raises(gp.RegionError, match="Nowhere"):
        gp.load_indicators(2020, study=gp.load_study(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('weighted_by = { income = "pop" }', "", "income cannot be added up over regions"),
        ('weighted_by = { income = "pop" }', 'weighted_by = { income = "area" }', "income by area, which is no count"),
        ('weighted_by = { income = "pop" }', 'weighted_by = { inkome = "pop" }', "inkome is no indicator"),
        ('parent = "state"', 'parent = "stat"', "no column stat"),
        ('parent = "state"\nname = "state_name"', "", "weighted_by of t.csv needs rows that are added up"),
    ],
)
def test_what_cannot_be_added_up_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    layer, table = planted(np.random.default_rng(1))
    layer.to_file(tmp_path / "units.gpkg")
    table.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "catalogue.csv").write_text(CATALOGUE)
    (tmp_path / "study.toml").write_text(STUDY.replace(old, new))
    with pytest.raises(gp.GrowthpolesError, match=told):
        gp.load_indicators(2020, study=gp.load_study(tmp_path))


def test_units_that_overlap_or_belong_nowhere_are_refused() -> None:
    layer = planted(np.random.default_rng(5))[0].set_index("unit")
    layer["state"] = layer["state"].astype(float)
    united = gp.unite_regions(layer, "state")
    assert set(united.index) == {str(int(code)) for code in layer["state"]} and "label" not in united
    twice = pd.concat([layer, layer.iloc[:1].set_axis(["again"])])
    with pytest.raises(gp.RegionError, match="units overlap in "):
        gp.unite_regions(gpd.GeoDataFrame(twice), "state")
    layer.loc[layer.index[0], "state"] = np.nan
    with pytest.raises(gp.RegionError, match=rf"nothing for {layer.index[0]}"):
        gp.unite_regions(layer, "state")


def test_a_table_of_rates_is_not_summed() -> None:
    table = pd.DataFrame({"people": [1, 3], "rate": [0.5, 0.25]}, index=["a", "b"])
    with pytest.raises(gp.RegionError, match="rate: neither in counts nor in weighted_by"):
        gp.sum_regions(table, {"N": ["a", "b"]}, counts=["people"])
    found = gp.sum_regions(table[:1], {"N": ["a", "b"]}, counts=["people"], weighted_by={"rate": "people"})
    assert found.isna().all().all() and found.attrs["lacking"] == [("N", "b")]
    with pytest.raises(gp.RegionError, match="c"):
        gp.sum_regions(table.rename({"b": "c"}), {"N": ["a", "b"]}, counts=["people", "rate"])
    with pytest.raises(gp.RegionError, match="people of a is negative"):
        gp.sum_regions(-table, {"N": ["a", "b"]}, counts=["people"], weighted_by={"rate": "people"})
