"""Studies that the map tests draw: Kazakhstan, and small invented countries whose layout is known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

import growthpoles as gp

CRS = "+proj=aea +lat_1=43 +lat_2=53 +lat_0=48 +lon_0=67 +datum=WGS84 +units=m"


@pytest.fixture(scope="session")
def regions() -> gpd.GeoDataFrame:
    return gp.load_regions(2014)


@pytest.fixture(scope="session")
def published() -> pd.DataFrame:
    return gp.load_published(2014)


@pytest.fixture(scope="session")
def squares() -> gpd.GeoDataFrame:
    """Six squares of 300 km in steps that leave two corners free; the fifth holds a town of 10 km."""
    corners = [(0, 0), (1, 0), (2, 2), (0, 1), (1, 1), (2, 1)]
    cells = {f"R{i}": box(3e5 * x, 3e5 * y, 3e5 * (x + 1), 3e5 * (y + 1)) for i, (x, y) in enumerate(corners)}
    town = Point(4.5e5, 4.5e5).buffer(1e4)
    cells["R4"] = cells["R4"].difference(town)
    cells["TOWN"] = town
    frame = gpd.GeoDataFrame({"short_en": list(cells)}, geometry=list(cells.values()), crs=CRS)
    frame.index = pd.Index(cells, name="region")
    return frame


@pytest.fixture(scope="session")
def square_index(squares: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame({"index": np.linspace(5.0, 95.0, len(squares))}, index=squares.index)
