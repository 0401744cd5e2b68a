"""Global tests of spatial autocorrelation."""

from __future__ import annotations

from growthpoles.spatial.global_tests.bivariate_moran import lee, moran_bivariate
from growthpoles.spatial.global_tests.geary import geary
from growthpoles.spatial.global_tests.getis_ord import getis_ord
from growthpoles.spatial.global_tests.global_result import GlobalResult, JoinCountResult
from growthpoles.spatial.global_tests.join_count import join_count
from growthpoles.spatial.global_tests.moran import moran

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
