"""Typology of regions: rating high or low by specialisation high or low."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from growthpoles.errors import RegionError, SpatialError, message, nearest
from growthpoles.spatial.alignment import same_labels

Rule = Literal["mean", "median"]

POLE = "growth pole"
INNOVATIVE = "innovative, not specialised"
SPECIALISED = "specialised, not innovative"
PERIPHERY = "periphery"
OUTSIDE = "outside the industry"
NO_DATA = "no data"
TYPES = (POLE, INNOVATIVE, SPECIALISED, PERIPHERY, OUTSIDE, NO_DATA)


def typology(
    index: pd.Series,
    ksi: pd.Series,
    *,
    index_threshold: float | Rule = "mean",
    ksi_threshold: float | Rule | None = None,
    no_production: Iterable[object] = (),
    recommended: Mapping[str, Iterable[object]] | None = None,
) -> pd.DataFrame:
    """Sort regions by rating and specialisation, and set recommended zones beside the result.

    Parameters
    ----------
    index : Series
        Rating by region, 0-100; NaN is "no data".
    ksi : Series
        Share of the national output of the industry, 0-1, over the same labels; NaN is "no data" unless the region is
        in `no_production`.
    index_threshold : float, "mean" or "median"
        From here on (included) a rating is high; mean and median of the regions with data.
    ksi_threshold : float, "mean" or "median", optional
        From here on (included) a share is high. None is 1 / n: more than an even share of the industry.
    no_production : iterable of labels
        Regions outside the industry. Those with a high rating are "innovative, not specialised", the others "outside
        the industry".
    recommended : mapping, optional
        Name of a list -> regions that someone recommended; one boolean column each.

    Returns
    -------
    DataFrame
        In the order of `index`: index, ksi, high_index, high_ksi (boolean, NA without data), type (ordered categories,
        see `TYPES`), one column per list. `attrs`: the two thresholds used.

    Raises
    ------
    SpatialError
        If the labels differ, nothing has data, a value is no number or infinite, a threshold is no number, or a
        region without production has a share above 0.
    RegionError
        If `no_production` or a list names an unknown region.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> index, ksi = pd.Series([70.0, 60, 10], list("abc")), pd.Series([0.7, 0.1, 0.2], list("abc"))
    >>> gp.typology(index, ksi)["type"].to_dict()
    {'a': 'growth pole', 'b': 'innovative, not specialised', 'c': 'periphery'}
    """
    ids = index.index if isinstance(index, pd.Series) else pd.Index([])  # what is no Series is refused below
    for name, values in (("index", index), ("ksi", ksi)):
        same_labels(values, ids, name=name, to="index")
        if not pd.api.types.is_numeric_dtype(values.dtype):
            raise SpatialError(message(f"dtype {values.dtype} is not numeric", where=name, allowed="numbers"))
        infinite = values.index[np.isinf(values.astype(float))]
        if len(infinite):
            raise SpatialError(
                message("{region} is infinite", where=name, allowed="finite numbers or NaN", region=infinite[0])
            )
        if values.notna().sum() == 0:
            raise SpatialError(message("no region has data", where=name, allowed="one or more"))
    ksi = ksi.reindex(index.index)
    lists = {name: list(regions) for name, regions in (recommended or {}).items()}
    outside_labels = list(no_production)
    for name, regions in {"no_production": outside_labels, **lists}.items():
        unknown = [region for region in regions if region not in index.index]
        if unknown:
            near = nearest(unknown[0], index.index, n=1)
            problem = f"unknown region {', '.join(map(str, unknown))}"
            raise RegionError(message(problem, where=f"list {name!r}", near=near))
    outside = index.index.isin(outside_labels)
    producing = ksi.index[outside & (ksi > 0).to_numpy()]
    if len(producing):
        problem = f"{producing[0]} has a share of {ksi[producing[0]]:g}"
        raise SpatialError(message(problem, where="no_production", allowed="regions with no share"))
    limits: dict[Hashable | None, float] = {
        "index_threshold": _threshold(index, "index_threshold", index_threshold),
        "ksi_threshold": 1.0 / len(ksi) if ksi_threshold is None else _threshold(ksi, "ksi_threshold", ksi_threshold),
    }
    high_index = (index >= limits["index_threshold"]).astype("boolean").mask(index.isna())
    high_ksi = (ksi >= limits["ksi_threshold"]).astype("boolean").mask(ksi.isna()).mask(outside, False)
    first, second = (high.fillna(False).to_numpy(dtype=bool) for high in (high_index, high_ksi))
    unknown_type = (high_index.isna() | high_ksi.isna()).to_numpy(dtype=bool)
    kinds = np.select(
        [unknown_type, first & second, first, second, outside],
        [NO_DATA, POLE, INNOVATIVE, SPECIALISED, OUTSIDE],
        default=PERIPHERY,
    )
    frame = pd.DataFrame(
        {
            "index": index,
            "ksi": ksi,
            "high_index": high_index,
            "high_ksi": high_ksi,
            "type": pd.Categorical(kinds, categories=list(TYPES), ordered=True),
            **{name: index.index.isin(regions) for name, regions in lists.items()},
        },
        index=index.index,
    )
    frame.attrs = limits
    return frame


def _threshold(values: pd.Series, name: str, rule: float | str) -> float:
    if rule == "mean":
        return float(values.mean())
    if rule == "median":
        return float(values.median())
    if isinstance(rule, str | bool) or not np.isfinite(rule):
        near = nearest(rule, get_args(Rule), n=1)
        raise SpatialError(message(f"{name}={rule!r}", allowed='a number, "mean" or "median"', near=near))
    return float(rule)
