"""The real table that ships for examples: 54 U.S. states and territories x 22 occupational groups."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.specialisation import (
    industry_share,
    krugman_concentration,
    krugman_specialisation,
    location_quotient,
)

PATH = Path(__file__).resolve().parents[2] / "geodata" / "examples" / "us-state-occupations-2025.csv"


@pytest.fixture(scope="module")
def jobs() -> pd.DataFrame:
    return pd.read_csv(PATH, index_col="region").drop(columns="name")


def test_shape_and_totals(jobs):
    assert jobs.shape == (54, 22)
    # all occupations as the source prints them, rounded to ten per cell
    for region, printed in {"US-AL": 2113660, "US-CA": 18213700}.items():
        assert abs(jobs.loc[region].sum() - printed) <= 22 * 5


def test_cells_that_were_not_published_are_outside_not_zero(jobs):
    assert (jobs == 0).sum().sum() == 0 and jobs.isna().sum().sum() == 2
    with pytest.raises(RatingError, match=r"region 'US-GU', industry 'farming_fishing_forestry'.*\(and 1 more\)"):
        krugman_specialisation(jobs, reference="national")
    result = krugman_specialisation(jobs, reference="national", missing="outside")
    assert [region for region, _ in result.attrs["missing"]] == ["US-GU", "US-VI"]
    share = industry_share(jobs, industry="farming_fishing_forestry")
    assert share.attrs["outside"] == ["US-GU", "US-VI"] and share.sum() == pytest.approx(1)


def test_what_is_well_known_about_the_states(jobs):
    quotient = location_quotient(jobs, missing="outside")
    assert quotient["legal"].idxmax() == "US-DC"
    assert quotient["computer_mathematical"].nlargest(4).index.isin(["US-VA", "US-WA", "US-DC", "US-MD"]).all()
    assert {"US-CA", "US-ID", "US-WA"} >= set(quotient["farming_fishing_forestry"].nlargest(2).index)
    concentration = krugman_concentration(jobs, reference="national", missing="outside")
    assert concentration.idxmax() == "farming_fishing_forestry"


def test_exact_intervals_of_real_counts(jobs):
    some = jobs.loc[["US-VI", "US-DC", "US-CA"]]
    for interval in ("poisson", "hypergeometric"):
        long = location_quotient(some, interval=interval, missing="outside").dropna()
        assert ((long["lower"] < long["value"]) & (long["value"] < long["upper"])).all()
