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
from growthpoles.study.inputs.industry_table import (
    industry_data,
    industry_names,
    industry_years,
    load_industries,
)
from growthpoles.study.inputs.published import load_published, published_years
from growthpoles.study.inputs.study_rating import (
    edition_tables,
    limits_name,
    method_problems,
    study_method,
    study_rating,
    study_ratings,
)
from growthpoles.study.inputs.study_regions import Enclaves, match_study_regions, no_boundaries, study_regions
from growthpoles.study.inputs.study_variables import study_weights

__all__ = [
    "Enclaves",
    "edition_tables",
    "editions",
    "industry_data",
    "industry_names",
    "industry_years",
    "input_account",
    "limits_name",
    "load_indicators",
    "load_industries",
    "load_published",
    "match_study_regions",
    "method_problems",
    "no_boundaries",
    "printed_cells",
    "published_years",
    "region_index",
    "study_catalogue",
    "study_method",
    "study_rating",
    "study_ratings",
    "study_regions",
    "study_weights",
    "unused_inputs",
]
