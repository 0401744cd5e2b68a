"""Local tests of spatial association (LISA)."""

from __future__ import annotations

from growthpoles.spatial.local_tests.local_geary import local_geary
from growthpoles.spatial.local_tests.local_getis_ord import local_getis_ord
from growthpoles.spatial.local_tests.local_join_count import local_join_count
from growthpoles.spatial.local_tests.local_moran import (
    empirical_bayes_rates,
    local_lee,
    local_moran,
    local_moran_bivariate,
    local_moran_rates,
)
from growthpoles.spatial.local_tests.local_result import LocalResult
from growthpoles.spatial.local_tests.local_spread import local_losh

__all__ = [
    "LocalResult",
    "empirical_bayes_rates",
    "local_geary",
    "local_getis_ord",
    "local_join_count",
    "local_lee",
    "local_losh",
    "local_moran",
    "local_moran_bivariate",
    "local_moran_rates",
]
