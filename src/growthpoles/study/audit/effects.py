"""Effects of findings: index, class and rank of every region with and without each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.study.audit.findings import Finding
from growthpoles.study.audit.printed_cells import Sources
from growthpoles.study.audit.readings import Order, Reading, ReadingName, can_rate, make_reading, rated_values, rows_of

if TYPE_CHECKING:
    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.ratings.rating_options import Method

EFFECT_COLUMNS = (
    "finding", "reading", "year", "region", "index_before", "index_after",
    "class_before", "class_after", "rank_before", "rank_after",
)  # fmt: skip
SEVERITIES = ("changes a class", "changes a rank", "no effect on rank or class", "notice")


def effects(
    sources: Sources,
    findings: Sequence[Finding],
    catalogue: Catalogue,
    *,
    order: Order | None = None,
    method: Method | None = None,
) -> pd.DataFrame:
    """Correct every finding alone, all other cells as printed, and rate again.

    Parameters
    ----------
    sources : Sources
    findings : sequence of Finding
        Those without a correction are left out.
    catalogue : Catalogue
    order : tuple of str, optional
        Regions by row for the reading by row number; None takes the labels of the first table.
    method : Method, optional
        How the index is computed; None is the article's method.

    Returns
    -------
    DataFrame
        finding, reading ("label": tables read by their own labels; "row": joined by row number, as the published
        index was), year, region, index, class and rank before and after the correction. A missing index has no
        class and no rank. Empty for years that do not print every indicator.
    """
    from growthpoles.ratings.rating_options import Method

    method = (method or Method()).of(catalogue)
    frames = []
    names: tuple[ReadingName, ...] = ("label", "row")
    orders = [make_reading(sources, name, order=order).orders for name in names]
    for name in names if orders[0] != orders[1] else names[:1]:
        reading = make_reading(sources, name, order=order)
        before: dict[int, pd.DataFrame] = {}
        for finding in findings:
            year = finding.year
            if finding.correct is None or year is None or not can_rate(sources, catalogue, year):
                continue
            if year not in before:
                before[year] = _rated(reading, year, catalogue, method)
            after = _rated(_corrected(finding, reading), year, catalogue, method)
            frames.append(_beside(finding.name, name, year, before[year], after))
    if not frames:
        return pd.DataFrame(columns=list(EFFECT_COLUMNS))
    if orders[0] == orders[1]:
        frames += [frame.assign(reading="row") for frame in frames]
    return pd.concat(frames, ignore_index=True)[list(EFFECT_COLUMNS)]


def _rated(reading: Reading, year: int, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Return index, class and rank by region, without the rest of a rating."""
    from growthpoles.ratings.aggregation_tree import index_of, ranks
    from growthpoles.ratings.rate import classes_of
    from growthpoles.ratings.rating_options import compiled

    values = rated_values(reading, year, catalogue, method)
    index = rows_of(year, pd.Series(index_of(values, compiled(catalogue), method), index=values.index))
    letters = classes_of(index, method).astype(object) if method.has_classes(catalogue.root) else np.nan
    place = ranks(index.to_numpy())
    rank = pd.Series(place, index=index.index).where(place > 0).astype("Int64")
    return pd.DataFrame({"index": index, "class": letters, "rank": rank})


def _corrected(finding: Finding, reading: Reading) -> Reading:
    assert finding.correct is not None
    return finding.correct(reading)


def _beside(finding: str, reading: str, year: int, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    after = after.reindex(before.index)
    return pd.DataFrame(
        {
            "finding": finding,
            "reading": reading,
            "year": year,
            "region": before.index,
            "index_before": before["index"].to_numpy(),
            "index_after": after["index"].to_numpy(),
            "class_before": before["class"].to_numpy(),
            "class_after": after["class"].to_numpy(),
            "rank_before": before["rank"].to_numpy(),
            "rank_after": after["rank"].to_numpy(),
        }
    )


def effect_summary(table: pd.DataFrame) -> pd.DataFrame:
    """Count, for every finding and reading, the regions whose class, rank and index change.

    Returns
    -------
    DataFrame
        Index (finding, reading): classes, ranks, largest (greatest absolute change of an index), severity.
    """
    if table.empty:
        return pd.DataFrame(columns=["classes", "ranks", "largest", "severity"])
    marked = table.assign(
        classes=table["class_before"].astype(object).fillna("") != table["class_after"].astype(object).fillna(""),
        ranks=table["rank_before"].fillna(0) != table["rank_after"].fillna(0),
        largest=(table["index_after"] - table["index_before"]).abs(),
    )
    grouped = marked.groupby(["finding", "reading"], sort=False)
    summary = grouped.agg(classes=("classes", "sum"), ranks=("ranks", "sum"), largest=("largest", "max"))
    severity = [
        SEVERITIES[0] if classes else SEVERITIES[1] if ranks else SEVERITIES[2]
        for classes, ranks in zip(summary["classes"], summary["ranks"], strict=True)
    ]
    return summary.assign(severity=severity)
