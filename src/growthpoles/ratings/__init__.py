"""Ratings: normalise, aggregate, classify; profiles, robustness and coherence.

Only numpy and pandas are loaded here; SALib and joblib are imported by the functions that need them.
"""

from __future__ import annotations

from growthpoles.ratings.aggregate import aggregate
from growthpoles.ratings.catalogue import Catalogue, default_catalogue, derive, read_catalogue
from growthpoles.ratings.classes import CLASSES, TEN_CLASSES, ClassScale, classify
from growthpoles.ratings.coherence import Coherence, coherence
from growthpoles.ratings.contributions import contributions
from growthpoles.ratings.normalise import normalise
from growthpoles.ratings.profile import Profile, profile
from growthpoles.ratings.rate import rate
from growthpoles.ratings.robustness import Robustness, robustness
from growthpoles.ratings.rounding_noise import printed_resolution
from growthpoles.ratings.sensitivity import leave_one_out, sobol
from growthpoles.ratings.treatment import treat
from growthpoles.ratings.weighting import data_weights

__all__ = [
    "CLASSES",
    "TEN_CLASSES",
    "Catalogue",
    "ClassScale",
    "Coherence",
    "Profile",
    "Robustness",
    "aggregate",
    "classify",
    "coherence",
    "contributions",
    "data_weights",
    "default_catalogue",
    "derive",
    "leave_one_out",
    "normalise",
    "printed_resolution",
    "profile",
    "rate",
    "read_catalogue",
    "robustness",
    "sobol",
    "treat",
]
