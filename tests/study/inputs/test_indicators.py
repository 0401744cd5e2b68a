"""The built-in study's inputs, against the article and against arithmetic by hand."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import DataError, StudyError
from growthpoles.shipped_data import geodata_path
from growthpoles.study.inputs import editions

CITIES = {"KZ-AST": "KZ-AKM", "KZ-ALA": "KZ-ALM"}


def test_reproduced_edition_gives_table_6_in_31_of_32_cells() -> None:
    off = {}
    for year in (2010, 2014):
        rating = gp.rate(gp.load_indicators(year, edition="reproduced"))
        published = gp.load_published(year)
        difference = (rating["index"] - published["index"]).abs()
        off |= {(year, region): rating.loc[region, "index"] for region in difference.index[difference > 0.07]}
    assert set(off) == {(2014, "KZ-YUZ")}
    assert off[2014, "KZ-YUZ"] == pytest.approx(45.27, abs=0.005)


def test_published_classes_follow_from_the_published_index() -> None:
    for year in (2010, 2014):
        published = gp.load_published(year)
        assert gp.classify(published["index"]).astype(str).equals(published["rating_class"].astype(str))


def test_realigned_primary_columns_by_hand() -> None:
    """Three cells of 2014 whose row differs between the orders, as printed beside their region's label."""
    table = gp.load_indicators(2014)
    assert table.loc["KZ-VOS", "grp"] == 2288551.2
    assert table.loc["KZ-VOS", "productivity"] == pytest.approx(3243.87, abs=0.005)
    assert table.loc["KZ-YUZ", "eco_efficiency"] == pytest.approx(40064.5, abs=0.05)
    assert table.loc["KZ-VOS", "output"] == 97778.9


def test_missing_cells_are_listed_with_their_reason() -> None:
    table = gp.load_indicators(2010)
    gaps = table.attrs["missing"]
    assert np.isnan(table.loc["KZ-VOS", "grp"])
    assert {(region, column) for region, column, _ in gaps} == {
        ("KZ-VOS", column) for column in ("grp", "productivity", "asset_return", "eco_efficiency")
    }
    assert all(reason for *_, reason in gaps)
    assert table.isna().to_numpy().sum() == len(gaps)
    assert gp.rate(table).loc["KZ-VOS", ["ris", "index", "rank"]].isna().all()


def test_the_alternative_reading_moves_one_column_of_one_year() -> None:
    for year, moved in ((2010, {"tech_innovation", "tech_innovation_per_employed"}), (2014, set())):
        one, other = gp.load_indicators(year), gp.load_indicators(year, edition="realigned_alt")
        assert {column for column in one if not one[column].equals(other[column])} == moved
    assert sorted(gp.load_indicators(2010)["tech_innovation"]) == sorted(
        gp.load_indicators(2010, edition="realigned_alt")["tech_innovation"]
    )


def test_merged_enclaves_add_primary_columns_and_recompute_ratios() -> None:
    kept, merged = gp.load_indicators(2014), gp.load_indicators(2014, enclaves="merge")
    assert set(kept.index) - set(merged.index) == set(CITIES)
    for city, host in CITIES.items():
        for column in ("grp", "employed", "emissions", "population"):
            assert merged.loc[host, column] == pytest.approx(kept.loc[[city, host], column].sum())
        assert merged.loc[host, "productivity"] == pytest.approx(
            1e3 * kept.loc[[city, host], "grp"].sum() / kept.loc[[city, host], "employed"].sum()
        )
    rest = [region for region in merged.index if region not in CITIES.values()]
    pd.testing.assert_frame_equal(merged.loc[rest], kept.loc[rest], check_names=False)
    assert set(gp.study_regions(enclaves="merge").index) == set(merged.index)


def test_a_gap_in_a_city_is_a_gap_of_the_merged_region(tmp_path: Path) -> None:
    """Half a region's total is not its total."""
    for name in ("kazakhstan-it", "tables"):
        shutil.copytree(geodata_path(name), tmp_path / name)
    rules = tmp_path / "kazakhstan-it" / "columns.csv"
    lines = rules.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith("realigned,2014,grp,"))
    cells = lines[at].split(",")
    assert cells[6] == ""
    cells[6] = "KZ-AST"
    lines[at] = ",".join(cells)
    rules.write_text("".join(lines), encoding="utf-8")
    study = gp.load_study(tmp_path / "kazakhstan-it", outside=True)
    merged = gp.load_indicators(2014, study=study, enclaves="merge")
    assert merged.loc["KZ-AKM", ["grp", "productivity"]].isna().all() and merged["grp"].isna().sum() == 1
    assert ("KZ-AKM", "grp") in [(region, column) for region, column, _ in merged.attrs["missing"]]
    assert merged.loc["KZ-ALM", "grp"] == gp.load_indicators(2014, enclaves="merge").loc["KZ-ALM", "grp"]


def test_printed_ratios_cannot_be_merged() -> None:
    with pytest.raises(DataError, match="do not add up"):
        gp.load_indicators(2014, edition="reproduced", enclaves="merge")


def test_three_kinds_of_nothing_in_table_7() -> None:
    published = gp.load_published(2010)
    status = published["ksi_status"]
    assert set(status.index[status == "no production"]) == {"KZ-ATY", "KZ-KUS", "KZ-KZY", "KZ-MAN", "KZ-PAV"}
    assert set(status.index[status == "rounded zero"]) == {"KZ-KAR", "KZ-ZHA"}
    assert published["ksi"].isna().sum() == 5 and (published["ksi"] == 0).sum() == 2


@pytest.mark.parametrize(("year", "total"), [(2010, 1.000), (2014, 0.999)])
def test_shares_of_the_industry(year: int, total: float) -> None:
    assert gp.load_published(year)["ksi"].sum() == pytest.approx(total, abs=1e-9)


def test_unknown_year_or_edition() -> None:
    with pytest.raises(StudyError, match="year 2012 is not in the study; allowed: 2010, 2014"):
        gp.load_indicators(2012)
    with pytest.raises(StudyError, match=r"edition='realined'.*nearest: realigned"):
        gp.load_indicators(2014, edition="realined")
    with pytest.raises(StudyError, match="nothing published for 2012"):
        gp.load_published(2012)
    assert editions() == ("reproduced", "realigned", "realigned_alt")


def test_units_name_every_column() -> None:
    table = gp.load_indicators(2014)
    assert set(table.attrs["units"]) == set(table.columns) and all(table.attrs["units"].values())
