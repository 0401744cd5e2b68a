"""Codes of choices as readers know them: tests, weights, variables, editions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from growthpoles.language.languages import translator

# Code -> message of the catalogues of translations.
_MESSAGES = {
    "statistic_name": "statistic",
    "enclaves": "city enclaves",
    "keep": "cities apart",
    "merge": "cities merged with the region around them",
    "moran": "Moran\u2019s I",
    "geary": "Geary\u2019s C",
    "getis_ord": "Getis\u2013Ord G",
    "ris": "Innovation susceptibility (RIS)",
    "ria": "Innovation activity (RIA)",
    "index": "Index",
    "distance_band": "distance band",
    "inverse_distance": "inverse distance",
    "relative_neighborhood": "relative neighbourhood",
    "delaunay": "Delaunay triangulation",
    "gabriel": "Gabriel graph",
    "border_length": "border length",
    "realigned_alt": "realigned, other reading",
}


def spoken(code: str, lang: str, labels: Mapping[str, str] | None = None) -> str:
    """Return the words for a code of a choice or of its value.

    Parameters
    ----------
    code
        As it stands in a table: "getis_ord", "knn 3", "realigned".
    lang
        Language.
    labels
        Words of the user, which go first; a label that only repeats the code does not count.
    """
    own = (labels or {}).get(code, code)
    if own != code:
        return own
    word = translator(lang)
    nearest = re.fullmatch(r"knn\W*(?:k\W*)?(\d+)", code)
    if nearest:
        return word("{k} nearest").format(k=nearest.group(1))
    return word(_MESSAGES[code]) if code in _MESSAGES else word(code).replace("_", " ")
