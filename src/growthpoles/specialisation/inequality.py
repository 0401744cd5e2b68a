"""Inequality: Gini, Theil T and L, between and within groups of regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.result_display import ResultDisplay
from growthpoles.specialisation.location_quotient import quotients
from growthpoles.specialisation.matrix import (
    Missing,
    align,
    check_matrix,
    check_nation,
    check_option,
    check_series,
    listed,
    refuse_empty,
    refuse_other_labels,
)

Index = Literal["T", "L"]
Weighting = Literal["equal", "reference"]
WEIGHTINGS: tuple[Weighting, ...] = ("equal", "reference")


@dataclass(frozen=True, slots=True)
class Theil(ResultDisplay):
    """A Theil index and its parts.

    Attributes
    ----------
    statistic : float
        Theil's T or L, zero or more.
    between, within : float or None
        Parts that add up to `statistic`; None without groups.
    index : {"T", "L"}
        Which of the two.
    n : int
        Number of values.
    groups : DataFrame
        By group: n, weight_share, value_share, statistic (inequality inside it), within (its part in
        `within`), between (its part in `between`). Empty without groups.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> income = pd.Series([1.0, 2, 3, 10], list("abcd"))
    >>> print(gp.theil(income, groups=pd.Series(["rural", "rural", "rural", "city"], list("abcd"))).summary())
    Theil's T of 4 values is 0.3455; 0 would be perfect equality.
    Between 2 groups 0.3128, within them 0.0327: 90.5% lies between groups.
    """

    statistic: float
    between: float | None
    within: float | None
    index: Index
    n: int
    groups: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row: index, statistic, between, within, between_share, n."""
        share = self.between / self.statistic if self.between is not None and self.statistic > 0 else np.nan
        row = {
            "index": self.index,
            "statistic": self.statistic,
            "between": np.nan if self.between is None else self.between,
            "within": np.nan if self.within is None else self.within,
            "between_share": share,
            "n": self.n,
        }
        return pd.DataFrame([row])

    def __repr__(self) -> str:
        text = f"Theil {self.index} = {self.statistic:.6g}, n = {self.n}"
        if self.between is None:
            return f"<{text}>"
        return f"<{text}: between {self.between:.6g} + within {self.within:.6g}, {len(self.groups)} groups>"


def theil(
    values: pd.Series,
    *,
    index: Index = "T",
    weights: pd.Series | None = None,
    groups: pd.Series | None = None,
) -> Theil:
    r"""Theil's index of inequality between regions.

    .. math::
        T = \sum_i p_i \frac{y_i}{\mu} \ln \frac{y_i}{\mu}, \qquad
        L = \sum_i p_i \ln \frac{\mu}{y_i}, \qquad \mu = \sum_i p_i y_i

    With groups g of weight p_g and mean :math:`\mu_g`, and :math:`v_g = p_g \mu_g / \mu`:
    :math:`T = \sum_g v_g \ln(\mu_g / \mu) + \sum_g v_g T_g` and
    :math:`L = \sum_g p_g \ln(\mu / \mu_g) + \sum_g p_g L_g`.

    Parameters
    ----------
    values : Series
        y_i of zero or more, by region; NaN is refused. L needs values above zero, for T a zero counts 0 ln
        0 = 0.
    index : {"T", "L"}
        T weighs by shares in the total (Theil's first measure, PySAL's `Theil`); L by shares in the regions
        or the people (mean log deviation, Theil's second measure; R's REAT calls this one `theil`).
    weights : Series, optional
        w_i of zero or more with the same labels, such as inhabitants when y is per head; p_i = w_i / sum w.
        None gives every region the same weight.
    groups : Series, optional
        A group for every region; gives `between` and `within`. A missing group is refused.

    Returns
    -------
    Theil
        statistic, between, within, and a row per group.

    Raises
    ------
    RatingError
        If a value is negative or missing, the labels differ, or all is zero.

    Notes
    -----
    Theil (1967); decomposition: Bourguignon (1979), Shorrocks (1980). T without weights is PySAL's
    `inequality`. With y = location quotients of a region and weights = national shares, T is the relative
    entropy of its structure.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> income = pd.Series([1.0, 2, 3, 10], list("abcd"))
    >>> gp.theil(income, groups=pd.Series(["rural", "rural", "rural", "city"], list("abcd")))
    <Theil T = 0.345455, n = 4: between 0.312752 + within 0.032703, 2 groups>
    """
    check_option("index", index, ("T", "L"))
    checked = check_series(values, name="values")
    share = pd.Series(1.0, index=checked.index)
    if weights is not None:
        share = align(check_series(weights, name="weights"), checked.index, name="weights", what="label")
    if (checked * share).sum() == 0:
        raise RatingError(message("values has nothing but zeros", allowed="a (weighted) sum above zero"))
    zero = checked.index[((checked == 0) & (share > 0)).to_numpy()]
    if index == "L" and len(zero):
        raise RatingError(
            message(
                f"the value of '{zero[0]}' is zero",
                where="values",
                allowed="above zero for L; index='T' takes zeros",
            )
        )
    share = share / share.sum()
    labels = None if groups is None else _check_groups(groups, checked.index)
    y, p = checked.to_numpy(), share.to_numpy()
    if index == "T" and weights is None:
        statistic, between = _pysal(y, None if labels is None else labels.to_numpy())
    else:
        statistic, between = _inequality(y, p, index), None
    if labels is None:
        return Theil(statistic, None, None, index, len(y), pd.DataFrame())
    frame = _by_group(y, p, labels, index)
    if between is None:
        between = float(frame["between"].sum())
    return Theil(statistic, between, float(frame["within"].sum()), index, len(y), frame)


def _check_groups(groups: pd.Series, labels: pd.Index) -> pd.Series:
    if not isinstance(groups, pd.Series):
        raise RatingError(message(f"groups is a {type(groups).__name__}", allowed="a pandas Series with labels"))
    if groups.index.has_duplicates:
        raise RatingError(message("a label occurs more than once", where="groups", allowed="unique labels"))
    refuse_other_labels(groups.index, labels, name="groups", what="label")
    aligned = groups.reindex(labels)
    if aligned.isna().any():
        label = aligned.index[int(aligned.isna().to_numpy().argmax())]
        raise RatingError(message(f"the group of '{label}' is missing", where="groups", allowed="one group each"))
    return aligned


def _pysal(y: np.ndarray, partition: np.ndarray | None) -> tuple[float, float | None]:
    """Theil's T of equal weights and its part between groups, by PySAL."""
    from inequality.theil import Theil as PysalTheil
    from inequality.theil import TheilD

    if partition is None:
        return max(0.0, float(PysalTheil(y).T)), None
    codes = pd.factorize(partition)[0]
    result = TheilD(y, codes)
    return max(0.0, float(result.T)), max(0.0, float(np.squeeze(result.bg)))


def _inequality(y: np.ndarray, p: np.ndarray, index: Index) -> float:
    """Theil's T or L of values with weights that sum to 1; cells without weight do not count."""
    y, p = y[p > 0], p[p > 0]
    ratio = y / (p @ y)
    if index == "L":
        return max(0.0, float(-p @ np.log(ratio)))
    logs = np.log(np.where(ratio > 0, ratio, 1.0))
    return max(0.0, float(p @ (ratio * logs)))


def _by_group(y: np.ndarray, p: np.ndarray, labels: pd.Series, index: Index) -> pd.DataFrame:
    mean = float(p @ y)
    rows = []
    codes, names = pd.factorize(labels)
    for code in range(len(names)):
        inside = codes == code
        weight = float(p[inside].sum())
        total = float(p[inside] @ y[inside]) / mean
        own = _inequality(y[inside], p[inside] / weight, index) if weight > 0 and total > 0 else 0.0
        step = float(np.log(total / weight)) if weight > 0 and total > 0 else 0.0
        rows.append(
            {
                "n": int(inside.sum()),
                "weight_share": weight,
                "value_share": total,
                "statistic": own,
                "between": total * step if index == "T" else -weight * step,
                "within": (total if index == "T" else weight) * own,
            }
        )
    return pd.DataFrame(rows, index=pd.Index(names, name=labels.name or "group"))


def gini(
    values: pd.Series, *, weights: pd.Series | None = None, form: Literal["plain", "normalised"] = "plain"
) -> float:
    r"""Gini coefficient of values, plain or weighted.

    .. math:: G = \frac{\sum_i \sum_k p_i p_k |y_i - y_k|}{2 \bar y}, \qquad p_i = w_i / \sum w

    Parameters
    ----------
    values : Series
        Of zero or more, such as income per head; NaN is refused.
    weights : Series, optional
        Of zero or more, with the labels of `values` in any order, such as heads. None: every value counts
        the same (computed by PySAL's `inequality`).
    form : {"plain", "normalised"}
        "normalised": G n / (n - 1), which reaches 1 where one has all; without weights only.

    Returns
    -------
    float
        In [0, 1]: 0 where all values are equal. Plain and without weights at most 1 - 1/n.

    Raises
    ------
    RatingError
        If a value is negative or missing, the labels differ, all values or weights are zero, or "normalised" is asked
        for with weights or of a single value.

    Notes
    -----
    Gini (1912); the weighted form is twice the area between the Lorenz curve and the diagonal (Lerman and
    Yitzhaki 1989).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> round(gp.gini(pd.Series([1.0, 2, 3, 10])), 3)
    0.438
    """
    check_option("form", form, ("plain", "normalised"))
    checked = check_series(values, name="values")
    if form == "normalised" and (weights is not None or len(checked) < 2):
        problem = "the normalised Gini is defined without weights, of two values or more"
        raise RatingError(message(problem, allowed="form='plain'"))
    if weights is None:
        if checked.sum() == 0:
            raise RatingError(message("values has nothing but zeros", allowed="a sum above zero"))
        plain = _plain(checked.to_numpy())
        return plain if form == "plain" else min(1.0, plain * len(checked) / (len(checked) - 1))
    aligned = align(check_series(weights, name="weights"), checked.index, name="weights", what="label")
    if (checked * aligned).sum() == 0:
        raise RatingError(message("values times weights has nothing but zeros", allowed="a weighted sum above zero"))
    return _weighted(checked.to_numpy(), aligned.to_numpy())


def gini_specialisation(
    matrix: pd.DataFrame,
    *,
    weighting: Weighting = "equal",
    nation: pd.Series | None = None,
    missing: Missing = "refuse",
) -> pd.Series:
    """Gini coefficient of specialisation of every region: the inequality of its location quotients.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0. The nation is the sum of the regions.
    weighting : {"equal", "reference"}
        "equal": every industry counts the same. "reference": by its share in the nation; then this is the
        area between the diagonal and the Lorenz curve of the region's structure against the nation's.
    nation : Series, optional
        Totals by industry of a nation that the matrix does not add up to.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or left out, with all totals over the cells present; or read as zero.

    Returns
    -------
    Series
        In [0, 1) by region: 0 for the national structure. NaN where every cell is outside.

    Raises
    ------
    RatingError
        If the matrix is not valid, or a region or an industry is all zeros.

    Notes
    -----
    Equal: Krugman (1991), Farhauer and Kröll (2014). Reference: Kim (1995), Südekum (2006).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.gini_specialisation(jobs).round(2).to_dict()
    {'north': 0.45, 'east': 0.36, 'city': 0.5}
    """
    return _of_quotients(matrix, weighting, missing, nation, axis="region", name="gini_specialisation")


def gini_concentration(
    matrix: pd.DataFrame,
    *,
    weighting: Weighting = "equal",
    nation: pd.Series | None = None,
    missing: Missing = "refuse",
) -> pd.Series:
    """Locational Gini coefficient of every industry: the inequality of its location quotients.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    weighting : {"equal", "reference"}
        "equal": every region counts the same. "reference": by its share in all industries together.
    nation : Series, optional
        All jobs by region, where the industries of the matrix are not all.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused; or left out, with all totals over the cells present; or read as zero.

    Returns
    -------
    Series
        In [0, 1) by industry: 0 for an industry spread like all industries together.

    Raises
    ------
    RatingError
        If the matrix is not valid, or a region or an industry is all zeros.

    Notes
    -----
    Krugman (1991), Geography and Trade, p. 55; Audretsch and Feldman (1996).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.gini_concentration(jobs).round(2).to_dict()
    {'farms': 0.42, 'mines': 0.49, 'software': 0.43}
    """
    return _of_quotients(matrix, weighting, missing, nation, axis="industry", name="gini_concentration")


def _of_quotients(
    matrix: pd.DataFrame,
    weighting: Weighting,
    missing: Missing,
    nation: pd.Series | None,
    *,
    axis: Literal["region", "industry"],
    name: str,
) -> pd.Series:
    check_option("weighting", weighting, WEIGHTINGS)
    checked = check_matrix(matrix, missing=missing)
    refuse_empty(checked.sum(axis=1, min_count=1), what="region", index="a location quotient")
    refuse_empty(checked.sum(axis=0, min_count=1), what="industry", index="a location quotient")
    rows = checked if axis == "region" else checked.T
    totals = rows.sum(axis=0, min_count=1) if nation is None else check_nation(nation, rows.columns)
    frame, weights = quotients(rows, totals), totals
    values, sizes = frame.to_numpy(), weights.to_numpy()
    result = np.full(len(frame), np.nan)
    for position, line in enumerate(values):
        present = ~np.isnan(line)
        if present.any():
            kept = line[present]
            result[position] = _plain(kept) if weighting == "equal" else _weighted(kept, sizes[present])
    series = pd.Series(result, index=frame.index, name=name)
    return listed(series, checked)


def _plain(values: np.ndarray) -> float:
    from inequality.gini import Gini

    return max(0.0, float(Gini(values).g))


def _weighted(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    heads = weights[order] / weights.sum()
    income = np.cumsum(heads * values[order])
    lorenz = income / income[-1]
    return max(0.0, float(1 - np.sum(heads * (lorenz + np.concatenate([[0.0], lorenz[:-1]])))))
