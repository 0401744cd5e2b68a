"""Which projection areas and distances are taken in."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from growthpoles.errors import DataError
from growthpoles.regions.projection import equal_area_crs, to_analysis_crs

# 1 x 1 degree cells from 40 to 56 degrees north, and their areas on the sphere that WGS84 is close to, in km2.
CELLS = [box(10, south, 11, south + 1) for south in range(40, 56)]
RADIUS_KM = 6371.0072
SPHERE = [
    RADIUS_KM**2 * np.deg2rad(1) * (np.sin(np.deg2rad(south + 1)) - np.sin(np.deg2rad(south)))
    for south in range(40, 56)
]


def layer(crs: str | None) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(geometry=CELLS, index=[f"r{i}" for i in range(len(CELLS))], crs="EPSG:4326")
    return frame.set_crs(None, allow_override=True) if crs is None else frame.to_crs(crs)


@pytest.mark.parametrize(
    ("crs", "how"),
    [
        ("EPSG:4326", "equal-area"),
        ("EPSG:3857", "equal-area"),  # Web Mercator counts the north 2.5 times
        ("EPSG:32632", "as in the file"),  # UTM 32N
        ("EPSG:3035", "as in the file"),  # LAEA Europe
        ("+proj=utm +zone=32 +datum=WGS84 +units=us-ft", "equal-area"),
    ],
)
def test_a_projection_is_kept_only_if_it_counts_in_metres_and_keeps_areas(crs: str, how: str) -> None:
    projected = to_analysis_crs(layer(crs))
    assert projected.attrs["projection"] == how
    np.testing.assert_allclose(projected.area / 1e6, SPHERE, rtol=0.01)


def test_a_stated_projection_is_taken() -> None:
    projected = to_analysis_crs(layer("EPSG:4326"), crs="EPSG:3857")
    assert projected.crs == "EPSG:3857" and projected.attrs["projection"] == "stated"


@pytest.mark.parametrize(
    ("crs", "projection", "words"),
    [
        (None, None, "have no CRS; allowed: crs="),
        ("EPSG:4326", "EPSG:4326", "is not projected"),
        ("EPSG:4326", "EPSG:99999999", "is not known"),
        ("EPSG:4326", "x" * 1000, "is not known"),
    ],
)
def test_faults(crs: str | None, projection: str | None, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        to_analysis_crs(layer(crs), crs=projection)
    assert len(str(caught.value)) < 200


def test_own_projection_of_a_country_across_the_antimeridian_and_on_the_equator() -> None:
    fiji = gpd.GeoDataFrame(geometry=[box(177, -19, 180, -16), box(-180, -19, -178, -16)], crs="EPSG:4326")
    assert "lon_0=179.5" in equal_area_crs(fiji)
    kenya = gpd.GeoDataFrame(geometry=[box(34, -4, 42, 5)], crs="EPSG:4326")
    assert equal_area_crs(kenya).startswith("+proj=laea")
    with pytest.raises(DataError, match="have no CRS"):
        equal_area_crs(layer(None))
