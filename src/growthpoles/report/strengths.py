"""In short why every region has its index: what it is good at, what it lacks, how far the next class is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.classes import TEN_CLASSES
from growthpoles.ratings.contributions import contributions

COLUMNS = (
    "region", "index", "rank", "rating_class", "next_class", "points_needed", "strengths", "weaknesses",
    "widest_gap", "gap",
)  # fmt: skip


def strengths(rating: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Condense a rating to one line per region.

    Parameters
    ----------
    rating : DataFrame
        As :func:`growthpoles.rate` returns it, additive.
    catalogue : Catalogue
        The one it was rated with.

    Returns
    -------
    DataFrame
        Index region, by rank; regions without an index are left out: index, rank, rating_class; next_class and
        points_needed (index points to it; missing at the top); strengths and weaknesses (codes of indicators with a
        score above or below the median of all regions, farthest first, separated by blanks); widest_gap (the
        indicator that separates the region most from the leader) and gap (its index points; missing where the means
        are not arithmetic, so that no number of points belongs to an indicator).
    """
    codes = list(catalogue.indicators)
    split = contributions(rating, catalogue)
    # harmonic means and negative powers add up on a scale on which more is worse
    power = rating.attrs["method"]["power"] or 1.0
    falling = split.attrs["scale"] == "reciprocal points" or (split.attrs["scale"] == "powered points" and power < 0)
    parts = (-1 if falling else 1) * split[codes]
    on_points = split.attrs["scale"] == "points"
    scores = rating[[f"score_{code}" for code in codes]].set_axis(codes, axis=1)
    apart = (scores - scores.median()).round(9)
    ranked = rating[rating["rank"].notna()].sort_values(by=["rank"], kind="stable")
    rows = []
    for region, own in ranked.to_dict("index").items():
        distance: Any = apart.loc[[region]].iloc[0].dropna().sort_values(kind="stable")
        gaps: Any = (parts.loc[ranked.index[0]] - parts.loc[[region]].iloc[0]).dropna()
        letter = own["rating_class"]
        above = TEN_CLASSES.above(str(letter)) if not pd.isna(letter) else None
        widest = str(gaps.idxmax()) if len(gaps) and float(gaps.max()) > 0 else None
        index = float(own[catalogue.root])
        rows.append(
            (
                region,
                index,
                int(own["rank"]),
                None if pd.isna(letter) else str(letter),
                above[0] if above else None,
                above[1] - index if above else np.nan,
                " ".join(distance.index[distance > 0][::-1]),
                " ".join(distance.index[distance < 0]),
                widest,
                float(gaps[widest]) if widest and on_points else np.nan,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).set_index("region")
