"""The global tests of spatial autocorrelation, under one roof."""

from __future__ import annotations

from growthpoles.spatial.bivariate import lee, moran_bivariate
from growthpoles.spatial.geary import geary
from growthpoles.spatial.getis_ord import getis_ord
from growthpoles.spatial.global_result import GlobalResult
from growthpoles.spatial.join_count import join_count
from growthpoles.spatial.join_result import JoinCountResult
from growthpoles.spatial.moran import moran

__all__ = [
    "GlobalResult",
    "JoinCountResult",
    "geary",
    "getis_ord",
    "join_count",
    "lee",
    "moran",
    "moran_bivariate",
]
