"""Chart rows: which regions a chart of the report shows where they are more than its sheet has room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from growthpoles.language.phrases import Words
from growthpoles.maps.presets import get_preset
from growthpoles.maps.typography.text_metrics import PT
from growthpoles.report.results import Results

_PITCH = 1.2  # of a row, in heights of its letters
_SHARE, _HEADED = 0.74, 0.55  # of the sheet that rows may take, in charts and in tables with headings over them


def _ranked(values: Any) -> pd.Index:
    """Return the regions that have a value, highest first."""
    return values.astype(float).dropna().sort_values(ascending=False, kind="stable").index


def _slope(results: Results, year: int) -> pd.Index:
    before, after = (results.common(each)[results.root] for each in (results.years[0], results.years[-1]))
    return _ranked(after.where(before.notna()))


def _parts(results: Results, year: int) -> pd.Index:
    assert results.stages.change is not None  # the figure is not possible otherwise
    return _ranked(results.stages.change.frame[["own", "leader"]].sum(axis=1, skipna=False))


def _index(results: Results, year: int) -> pd.Index:
    return _ranked(results.rating(year)[results.root])


def _ranks(results: Results, year: int) -> pd.Index:
    return _ranked(-results.stages.robustness[year].to_frame()["rank"].astype(float))


def _largest(results: Results, year: int) -> pd.Index:
    found: Any = results.stages.industries
    return _ranked(found.matrices[found.year].sum(axis=1, min_count=1))


#: Kind of figure -> order of the regions with data, whether headings stand over them, whether the last are shown too.
_ORDERS: Mapping[str, tuple[Callable[[Results, int], pd.Index], bool, bool]] = {
    "slope": (_slope, False, True),
    "change-parts": (_parts, False, True),
    "contributions": (_index, False, True),
    "editions": (_index, False, True),
    "robustness": (_ranks, False, True),
    "membership": (_ranks, True, True),
    "industry-quotients": (_largest, True, False),
    "industry-focus": (_largest, False, False),
    "industry-shift": (_largest, False, False),
    "next": (_largest, True, False),
}


def row_limit(preset: str, *, headed: bool = False) -> int:
    """Return how many named rows a chart of a preset surely has room for; tables have headings over the rows."""
    sheet = get_preset(preset)
    share = _HEADED if headed else _SHARE
    return max(int(share * sheet.max_height_mm / (_PITCH * sheet.small_pt * PT)), 2)


def shown_rows(results: Results, kind: str, year: int) -> pd.Index | None:
    """Return the regions that a chart shows, None where it has room for all: the first and the last, or the largest."""
    if kind not in _ORDERS:
        return None
    order, headed, both = _ORDERS[kind]
    most = row_limit(results.study.report.preset, headed=headed)
    if len(results.regions) <= most:
        return None
    found = order(results, year)
    if len(found) <= most:
        return found
    return found[: most // 2].append(found[-(most // 2) :]) if both else found[:most]


def rows_told(results: Results, words: Words, kind: str) -> str:
    """Say in a caption which regions a chart shows; "" where it shows all."""
    shown = shown_rows(results, kind, results.years[-1])
    if shown is None or len(shown) == len(results.regions):
        return ""
    order, _, both = _ORDERS[kind]
    told = {"count": len(shown), "n": len(order(results, results.years[-1]))}
    if told["count"] == told["n"]:
        return ""
    return words("caption", "ends" if both else "largest", **told, half=len(shown) // 2)
