"""The typology, region by region."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RegionError, SpatialError
from growthpoles.spatial.poles.typology import TYPES, typology

LABELS = list("abcdefgh")
INDEX = pd.Series([80.0, 60, 30, 20, 10, 70, np.nan, 40], LABELS)
KSI = pd.Series([0.5, 0.05, 0.3, 0.1, np.nan, np.nan, 0.05, np.nan], LABELS)


def test_every_type():
    table = typology(INDEX, KSI.iloc[::-1], no_production=["e", "f"])
    assert dict(table["type"]) == {
        "a": "growth pole",
        "b": "innovative, not specialised",
        "c": "specialised, not innovative",
        "d": "periphery",
        "e": "outside the industry",
        "f": "innovative, not specialised",
        "g": "no data",
        "h": "no data",
    }
    assert list(table["type"].cat.categories) == list(TYPES)
    assert table.attrs["index_threshold"] == pytest.approx(310 / 7)
    assert table.attrs["ksi_threshold"] == pytest.approx(1 / 8)
    assert table["high_index"].isna().tolist() == [label == "g" for label in LABELS]
    assert table["high_ksi"].isna().tolist() == [label == "h" for label in LABELS]


def test_a_value_at_the_threshold_is_high():
    table = typology(INDEX, KSI, index_threshold=60, ksi_threshold=0.3)
    assert table["high_index"].fillna(False).tolist() == [True, True, False, False, False, True, False, False]
    assert table["high_ksi"].fillna(False).tolist() == [True, False, True, False, False, False, False, False]


def test_thresholds_by_rule():
    table = typology(INDEX, KSI, index_threshold="median", ksi_threshold="mean")
    assert table.attrs == {"index_threshold": 40, "ksi_threshold": pytest.approx(0.2)}


def test_recommended_zones_stand_beside():
    table = typology(INDEX, KSI, recommended={"first": ["a", "d"], "second": ["a"]})
    assert table["first"].tolist() == [True, False, False, True] + [False] * 4
    assert table["second"].sum() == 1
    assert list(table.columns[:5]) == ["index", "ksi", "high_index", "high_ksi", "type"]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"ksi": KSI.drop("a")}, SpatialError, "lacks regions of index: a"),
        ({"ksi": KSI.rename({"a": "z"})}, SpatialError, "lacks regions of index: a"),
        ({"index": INDEX.tolist()}, SpatialError, "index: list given"),
        ({"index": INDEX * np.nan}, SpatialError, "index: no region has data"),
        ({"ksi": KSI * np.nan}, SpatialError, "ksi: no region has data"),
        ({"ksi": KSI.replace(0.5, np.inf)}, SpatialError, "ksi: a is infinite"),
        ({"index_threshold": "meen"}, SpatialError, "index_threshold='meen'; allowed: .*; nearest: mean"),
        ({"ksi_threshold": np.nan}, SpatialError, "ksi_threshold=nan; allowed: a number"),
        ({"no_production": ["q"]}, RegionError, "list 'no_production': unknown region q"),
        ({"no_production": ["a"]}, SpatialError, "no_production: a has a share of 0.5"),
        ({"recommended": {"zones": ["A"]}}, RegionError, "list 'zones': unknown region A; nearest: a"),
    ],
)
def test_errors(change, error, words):
    with pytest.raises(error, match=words):
        typology(**({"index": INDEX, "ksi": KSI} | change))
