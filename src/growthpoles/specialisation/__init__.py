"""Specialisation of regions and concentration of industries, from a labelled regions x industries matrix."""

from __future__ import annotations

from growthpoles.specialisation.agglomeration import (
    ClusterStars,
    cluster_stars,
    colocation,
    ellison_glaeser,
    litzenberger,
    plant_herfindahl,
)
from growthpoles.specialisation.complexity import Complexity, complexity, next_specialisations
from growthpoles.specialisation.concentration import (
    entropy,
    equivalent_number,
    hhi,
    hoover,
    hoover_localisation,
    hoover_specialisation,
    rank_size,
)
from growthpoles.specialisation.dispersion import RegionalInequality, regional_inequality
from growthpoles.specialisation.inequality import Theil, gini, gini_concentration, gini_specialisation, theil
from growthpoles.specialisation.krugman import (
    krugman_concentration,
    krugman_pairwise,
    krugman_specialisation,
    regional_similarity,
)
from growthpoles.specialisation.ksi import (
    GroupThresholds,
    industry_share,
    ksi_group_thresholds,
    ksi_groups,
    ksi_groups_over,
    shares,
)
from growthpoles.specialisation.location_quotient import location_quotient
from growthpoles.specialisation.matrix import check_matrix
from growthpoles.specialisation.relatedness import (
    relatedness,
    relatedness_density,
    specialised,
)
from growthpoles.specialisation.shift_share import ShiftShare, shift_share, shift_share_dynamic, shift_share_factors

__all__ = [
    "ClusterStars",
    "Complexity",
    "GroupThresholds",
    "RegionalInequality",
    "ShiftShare",
    "Theil",
    "check_matrix",
    "cluster_stars",
    "colocation",
    "complexity",
    "ellison_glaeser",
    "entropy",
    "equivalent_number",
    "gini",
    "gini_concentration",
    "gini_specialisation",
    "hhi",
    "hoover",
    "hoover_localisation",
    "hoover_specialisation",
    "industry_share",
    "krugman_concentration",
    "krugman_pairwise",
    "krugman_specialisation",
    "ksi_group_thresholds",
    "ksi_groups",
    "ksi_groups_over",
    "litzenberger",
    "location_quotient",
    "next_specialisations",
    "plant_herfindahl",
    "rank_size",
    "regional_inequality",
    "regional_similarity",
    "relatedness",
    "relatedness_density",
    "shares",
    "shift_share",
    "shift_share_dynamic",
    "shift_share_factors",
    "specialised",
    "theil",
]
