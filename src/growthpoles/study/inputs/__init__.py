"""The inputs of a study as frames: boundaries, indicators by year and edition, published figures, what was not used."""

from __future__ import annotations

from growthpoles.study.inputs.indicators import (
    editions,
    input_account,
    load_indicators,
    printed_cells,
    region_index,
    study_catalogue,
    unused_inputs,
)
from growthpoles.study.inputs.published import load_published, published_years
from growthpoles.study.inputs.study_rating import method_problems, study_method, study_rating
from growthpoles.study.inputs.study_regions import NO_BOUNDARIES, Enclaves, match_study_regions, study_regions

__all__ = [
    "NO_BOUNDARIES",
    "Enclaves",
    "editions",
    "input_account",
    "load_indicators",
    "load_published",
    "match_study_regions",
    "method_problems",
    "printed_cells",
    "published_years",
    "region_index",
    "study_catalogue",
    "study_method",
    "study_rating",
    "study_regions",
    "unused_inputs",
]
