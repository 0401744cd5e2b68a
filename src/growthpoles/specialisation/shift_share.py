"""Shift-share analysis: national growth, industry mix, regional part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import Any, Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.result_display import ResultDisplay
from growthpoles.specialisation.matrix import (
    Missing,
    align_matrix,
    check_matrix,
    check_nation,
    check_option,
    refuse_empty,
)

Method = Literal["dunn", "esteban_marquillas"]
METHODS: tuple[Method, ...] = ("dunn", "esteban_marquillas")


@dataclass(frozen=True, slots=True)
class ShiftShare(ResultDisplay):
    """Components of change of every industry in every region; they add up to the change.

    Attributes
    ----------
    components : DataFrame
        Indexed by (region, industry): start, end, change, national, mix, competitive, and allocation under
        "esteban_marquillas", all in the unit of the input. NaN where a cell is outside.
    steps : DataFrame
        The same by (period, region, industry); one period unless the analysis is dynamic.
    method : {"dunn", "esteban_marquillas"}
        How the region's own part was computed.
    periods : tuple
        Labels of the tables that were compared, in order.
    missing : tuple
        (region, industry) cells that were NaN in any of the tables.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> start = pd.DataFrame({"farms": [60, 40], "software": [40, 60]}, index=["north", "city"])
    >>> end = pd.DataFrame({"farms": [50, 40], "software": [60, 110]}, index=["north", "city"])
    >>> print(gp.shift_share(start, end).summary())
    Shift-share (dunn), start to end in 1 step.
    The change of 60 is the sum of national 60, mix 0 and competitive 0.
    Largest competitive part: city (12); smallest: north (-12).
    Cells left out, missing: none.
    """

    components: pd.DataFrame
    steps: pd.DataFrame
    method: Method
    periods: tuple[Any, ...]
    missing: tuple[tuple[Any, Any], ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the columns that add up to the change."""
        return _parts(self.method)

    def to_frame(self) -> pd.DataFrame:
        """Return the components by (region, industry)."""
        return self.components.copy()

    def by_region(self) -> pd.DataFrame:
        """Return the components summed over industries; cells outside are left out."""
        return self.components.groupby(level=0, sort=False).sum()

    def by_industry(self) -> pd.DataFrame:
        """Return the components summed over regions; under "dunn" the competitive part sums to zero."""
        return self.components.groupby(level=1, sort=False).sum()

    def __repr__(self) -> str:
        regions, industries = (self.components.index.get_level_values(i).nunique() for i in (0, 1))
        sums = self.components[["change", *self.parts]].sum()
        listed = ", ".join(f"{name} {value:.6g}" for name, value in sums.items())
        span = f"{self.periods[0]} to {self.periods[-1]}, {len(self.periods) - 1} steps"
        return f"<ShiftShare {self.method}, {span}, {regions} regions x {industries} industries: {listed}>"


def shift_share(
    start: pd.DataFrame,
    end: pd.DataFrame,
    *,
    method: Method = "dunn",
    nation: tuple[pd.Series, pd.Series] | None = None,
    missing: Missing = "refuse",
) -> ShiftShare:
    r"""Split the change between two tables into components.

    With growth rates :math:`g_{ij} = e_{ij}^1 / e_{ij}^0 - 1`, :math:`g_i` of the industry in the nation and
    :math:`g` of the nation:

    - national :math:`e_{ij}^0 g`, mix :math:`e_{ij}^0 (g_i - g)`;
    - "dunn": competitive :math:`e_{ij}^0 (g_{ij} - g_i)`;
    - "esteban_marquillas": competitive :math:`e'_{ij} (g_{ij} - g_i)` with the homothetic
      :math:`e'_{ij} = e_{.j}^0 e_{i.}^0 / e_{..}^0`, and allocation
      :math:`(e_{ij}^0 - e'_{ij})(g_{ij} - g_i)`.

    Parameters
    ----------
    start, end : DataFrame
        Regions x industries, e_ij >= 0 at the two dates, with the same labels in any order.
    method : {"dunn", "esteban_marquillas"}
        "dunn" takes zeros at the start: an industry that is new to a region counts as competitive, and its
        mix and national parts are zero. "esteban_marquillas" needs a growth rate in every cell and refuses
        them. A hyphen in the name is read as well.
    nation : pair of Series, optional
        Totals by industry, at the two dates, of a nation that the tables do not add up to. The national and mix parts
        are then against it, and competitive parts need not sum to zero.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused (default); "outside": a cell that is NaN at either date is left out at both, of the
        totals too; "zero": read as zero.

    Returns
    -------
    ShiftShare
        The parts add up to the change in every cell.

    Raises
    ------
    RatingError
        If a table is not valid, the labels differ, the start is all zeros, or a zero start cell has no
        growth rate.

    Notes
    -----
    Dunn (1960), A statistical and analytical technique for regional analysis; Esteban-Marquillas (1972), A
    reinterpretation of shift-share analysis.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> start = pd.DataFrame({"farms": [60, 40], "software": [40, 60]}, index=["north", "city"])
    >>> end = pd.DataFrame({"farms": [50, 40], "software": [60, 110]}, index=["north", "city"])
    >>> gp.shift_share(start, end).by_region()
            start    end  change  national  mix  competitive
    region
    north   100.0  110.0    10.0      30.0 -8.0        -12.0
    city    100.0  150.0    50.0      30.0  8.0         12.0
    """
    outside = None if nation is None else {"start": nation[0], "end": nation[1]}
    return shift_share_dynamic({"start": start, "end": end}, method=method, nation=outside, missing=missing)


def shift_share_factors(
    start: pd.DataFrame,
    end: pd.DataFrame,
    *,
    nation: tuple[pd.Series, pd.Series] | None = None,
    missing: Missing = "refuse",
) -> pd.DataFrame:
    r"""Split the growth of every region against the nation into factors that multiply (Gerfin).

    .. math:: \frac{e_{.j}^1 / e_{.j}^0}{G} = \frac{\sum_i e_{ij}^0 G_i}{e_{.j}^0 G} \cdot
        \frac{e_{.j}^1}{\sum_i e_{ij}^0 G_i}, \qquad G_i = e_{i.}^1 / e_{i.}^0

    Parameters
    ----------
    start, end, nation, missing
        As in `shift_share`.

    Returns
    -------
    DataFrame
        By region: growth (ratio of the region), national (G), mix, competitive; total = mix x competitive, the growth
        against the nation. 1 is the nation.

    Raises
    ------
    RatingError
        As `shift_share`; or if a region starts at zero.

    Notes
    -----
    Gerfin (1964).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> start = pd.DataFrame({"farms": [60, 40], "software": [40, 60]}, index=["north", "city"])
    >>> end = pd.DataFrame({"farms": [50, 40], "software": [60, 110]}, index=["north", "city"])
    >>> gp.shift_share_factors(start, end).round(3)
            growth  national    mix  competitive  total
    region
    north      1.1       1.3  0.938        0.902  0.846
    city       1.5       1.3  1.062        1.087  1.154
    """
    sums = shift_share(start, end, nation=nation, missing=missing).by_region()
    refuse_empty(sums["start"], what="region", index="its growth")
    national = (sums["start"] + sums["national"]) / sums["start"]
    expected = sums["start"] + sums["national"] + sums["mix"]
    mix, competitive = expected / sums["start"] / national, sums["end"] / expected
    growth = sums["end"] / sums["start"]
    return pd.DataFrame(
        {"growth": growth, "national": national, "mix": mix, "competitive": competitive, "total": mix * competitive}
    )


def shift_share_dynamic(
    tables: Mapping[Any, pd.DataFrame],
    *,
    method: Method = "dunn",
    nation: Mapping[Any, pd.Series] | None = None,
    missing: Missing = "refuse",
) -> ShiftShare:
    """Dynamic shift-share: the components of every step between consecutive tables, and their sums.

    Parameters
    ----------
    tables : mapping
        Regions x industries by date, in order of time (numbers as keys must increase); two or more, with
        the same labels. A cell that is NaN in any of them is, under missing="outside", left out of all.
    method : {"dunn", "esteban_marquillas"}
        As in `shift_share`.
    nation : mapping, optional
        Totals by industry of an outside nation, with the keys of `tables`.
    missing : {"refuse", "outside", "zero"}
        As in `shift_share`.

    Returns
    -------
    ShiftShare
        `components` are the sums over the steps, and add up to the change from the first table to the last;
        `steps` has each.

    Raises
    ------
    RatingError
        As `shift_share`; or if there are fewer than two tables or their keys do not increase.

    Notes
    -----
    Barff and Knight (1988), Dynamic shift-share analysis: structure and growth are brought up to date every
    year, so that the result does not depend on the first year alone.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> first = pd.DataFrame({"farms": [60, 40], "software": [40, 60]}, index=["north", "city"])
    >>> growth = pd.DataFrame({"farms": [0, 0], "software": [5, 25]}, index=["north", "city"])
    >>> tables = {2010: first, 2012: first + growth, 2014: first + 2 * growth}
    >>> gp.shift_share_dynamic(tables).by_region()[["change", "national", "mix", "competitive"]].round(1)
            change  national  mix  competitive
    region
    north     10.0      28.7 -6.3        -12.4
    city      50.0      31.3  6.3         12.4
    """
    method = method.replace("-", "_")  # type: ignore[assignment]
    check_option("method", method, METHODS)
    periods = tuple(tables)
    if len(periods) < 2:
        raise RatingError(
            message(f"{len(periods)} table is given", where="tables", allowed="two or more, in order of time")
        )
    for earlier, later in pairwise(periods):
        if isinstance(earlier, Real) and isinstance(later, Real) and not earlier < later:
            raise RatingError(message(f"{later} follows {earlier}", where="tables", allowed="keys in order of time"))
    checked = [check_matrix(table, missing=missing, name=str(key)) for key, table in tables.items()]
    first = checked[0]
    aligned = [first]
    aligned += [align_matrix(table, first, name=str(key)) for key, table in zip(periods[1:], checked[1:], strict=True)]
    outside = np.logical_or.reduce([table.isna().to_numpy() for table in aligned])
    aligned = [table.mask(outside) for table in aligned]
    if nation is not None and (lacking := [key for key in periods if key not in nation]):
        raise RatingError(message(f"nation has no {lacking[0]}", allowed="the keys of the tables"))
    totals = [None if nation is None else check_nation(nation[key], first.columns) for key in periods]
    steps = {
        f"{periods[at]}-{periods[at + 1]}": _components(
            aligned[at], aligned[at + 1], method, (totals[at], totals[at + 1]), name=str(periods[at])
        )
        for at in range(len(periods) - 1)
    }
    stacked = pd.concat(steps, names=["period"])
    total = stacked.groupby(level=[1, 2], sort=False).sum()
    total.loc[outside.ravel(), :] = np.nan  # a sum over nothing is no zero here
    total["start"], total["end"] = aligned[0].to_numpy().ravel(), aligned[-1].to_numpy().ravel()
    cells = [cell for table in checked for cell in table.attrs["missing"]]
    return ShiftShare(total, stacked, method, periods, tuple(dict.fromkeys(cells)))


def _parts(method: Method) -> tuple[str, ...]:
    extra = ("allocation",) if method == "esteban_marquillas" else ()
    return ("national", "mix", "competitive", *extra)


def _components(
    before: pd.DataFrame,
    after: pd.DataFrame,
    method: Method,
    nation: tuple[pd.Series | None, pd.Series | None],
    *,
    name: str,
) -> pd.DataFrame:
    e0, e1 = before.to_numpy(), after.to_numpy()
    industry0, industry1 = (
        np.nansum(e, axis=0) if outside is None else outside.to_numpy()
        for e, outside in zip((e0, e1), nation, strict=True)
    )
    total0, total1 = industry0.sum(), industry1.sum()
    if total0 == 0:
        raise RatingError(message("the table has nothing but zeros", where=name, allowed="a total above zero"))
    growth = total1 / total0 - 1
    # an industry that starts at zero everywhere has no rate, and every product with it is zero
    rate = np.divide(industry1, industry0, out=np.ones_like(industry0), where=industry0 > 0) - 1
    columns = {
        "start": e0,
        "end": e1,
        "change": e1 - e0,
        "national": e0 * growth,
        "mix": e0 * (rate - growth),
        "competitive": e1 - e0 * (1 + rate),
    }
    if method == "esteban_marquillas":
        _refuse_new_cells(before, name)
        refuse_empty(before.sum(axis=0, min_count=1), what="industry", index="its growth")
        lead = np.divide(e1, e0) - 1 - rate
        homothetic = np.outer(np.nansum(e0, axis=1), industry0) / total0
        columns["competitive"] = homothetic * lead
        columns["allocation"] = (e0 - homothetic) * lead
    labels: list[Any] = [before.index, before.columns]
    names = [before.index.name or "region", "industry"]
    keys: pd.MultiIndex = pd.MultiIndex.from_product(labels, names=names)
    return pd.DataFrame({key: values.ravel() for key, values in columns.items()}, index=keys)


def _refuse_new_cells(before: pd.DataFrame, name: str) -> None:
    zero = np.argwhere(before.to_numpy() == 0)
    if len(zero):
        row, column = zero[0]
        raise RatingError(
            message(
                f"the cell starts at zero, so that it has no growth rate ({len(zero)} such cells)",
                where=f"{name}, region '{before.index[row]}', industry '{before.columns[column]}'",
                allowed="method='dunn' takes zeros; or NaN with missing='outside'",
            )
        )
