"""Relatedness of industries (proximity, association, co-agglomeration) and relatedness density of regions.

It starts from M, which is 1 where a region is specialised in an industry: location quotient at or above a threshold.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.specialisation.matrix import (
    Missing,
    align,
    check_matrix,
    check_option,
    check_series,
)

Array = np.ndarray
Method = Literal["proximity", "association", "cosine", "jaccard", "prob", "coagglomeration"]
METHODS: tuple[Method, ...] = ("proximity", "association", "cosine", "jaccard", "prob", "coagglomeration")
Own = Literal["without", "with"]
_EDGE = 1e-12  # a quotient of one is reached by whole numbers exactly


def specialised(matrix: pd.DataFrame, *, threshold: float = 1.0, missing: Missing = "refuse") -> pd.DataFrame:
    """Tell which regions are specialised in which industries: location quotient at or above a threshold.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    threshold : float
        Above 0; 1 is an even share.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused (default); "outside": not specialised, totals over the cells present; read as zero.

    Returns
    -------
    DataFrame
        True or False.

    Raises
    ------
    RatingError
        If the matrix is not valid, or the threshold is not above 0.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10], "mines": [10, 60, 5], "software": [10, 20, 85]}, index=["north", "east", "city"]
    ... )
    >>> gp.specialised(jobs).sum(axis=1).to_dict()
    {'north': 1, 'east': 1, 'city': 1}
    """
    checked = checked_matrix(matrix, threshold, missing)
    return pd.DataFrame(present(checked.to_numpy(), threshold), index=checked.index, columns=checked.columns)


def checked_matrix(matrix: pd.DataFrame, threshold: float, missing: Missing) -> pd.DataFrame:
    """Check a matrix and a threshold; an empty region or industry is specialised in nothing."""
    if not 0 < threshold < np.inf:
        raise RatingError(message(f"threshold={threshold} is no location quotient", allowed="above 0, such as 1"))
    checked = check_matrix(matrix, missing=missing)
    if not np.nansum(checked.to_numpy()) > 0:
        raise RatingError(message("nothing but zeros", where="matrix", allowed="a sum above zero"))
    return checked


def present(values: Array, threshold: float) -> Array:
    """Compare products of totals, so that whole numbers decide exactly; NaN is not specialised."""
    filled = np.nan_to_num(values)
    even = threshold * np.outer(filled.sum(axis=1), filled.sum(axis=0))
    found: Array = (filled * filled.sum() >= even * (1 - _EDGE)) & (filled > 0)
    return found


def relatedness(
    matrix: pd.DataFrame,
    *,
    method: Method = "proximity",
    threshold: float = 1.0,
    reference: pd.Series | None = None,
    missing: Missing = "refuse",
) -> pd.DataFrame:
    r"""How near every two industries are, by the regions that have both.

    With the number of regions :math:`C_{ij}` specialised in both, :math:`u_i` in i, and without the diagonal
    :math:`S_i = \sum_j C_{ij}`, :math:`T = \sum_i S_i`:

    - "proximity": :math:`\min(C_{ij} / u_i, C_{ij} / u_j)`, 1 on the diagonal (Hidalgo et al. 2007);
    - "association": :math:`C_{ij} T / (S_i S_j)`; "cosine": :math:`C_{ij} / \sqrt{S_i S_j}`; "jaccard":
      :math:`C_{ij} / (S_i + S_j - C_{ij})`; "prob": C over its expectation where every industry keeps its number of
      links, :math:`S_i S_j / (T - S_i) + S_i S_j / (T - S_j)` halved (Steijn 2021); these four with 0 on the diagonal;
      association and prob above 1 are more links than by chance;
    - "coagglomeration": :math:`\sum_r (s_{ri} - x_r)(s_{rj} - x_r) / (1 - \sum x_r^2)` with the shares of the regions
      in the industries, of the values themselves and not of M (Ellison, Glaeser and Kerr 2010).

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    method : {"proximity", "association", "cosine", "jaccard", "prob", "coagglomeration"}
    threshold : float
        Location quotient from which a region counts as specialised.
    reference : Series, optional
        Size of the regions (all jobs) for "coagglomeration"; None: the sum of the industries of the matrix.
    missing : {"refuse", "outside", "zero"}
        NaN cells: refused (default); "outside": not specialised, totals over the cells present; read as zero.

    Returns
    -------
    DataFrame
        Industries x industries, symmetric; NaN where an industry has no region, or no link at all.

    Raises
    ------
    RatingError
        If the matrix is not valid, or `reference` is given without "coagglomeration".

    Notes
    -----
    As R's EconGeo 1.3 (association, cosine, jaccard, prob) and Python's ecomplexity 0.5.3 (proximity) have them.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 70, 10, 5], "food": [60, 50, 5, 15], "software": [10, 20, 85, 70]}, index=list("abcd")
    ... )
    >>> gp.relatedness(jobs)
              farms  food  software
    farms       1.0   1.0       0.0
    food        1.0   1.0       0.0
    software    0.0   0.0       1.0
    """
    check_option("method", method, METHODS)
    checked = checked_matrix(matrix, threshold, missing)
    if method == "coagglomeration":
        found = _coagglomeration(checked, reference)
    elif reference is not None:
        raise RatingError(message(f"reference= has no meaning for method='{method}'", allowed="coagglomeration"))
    else:
        found = near_by(present(checked.to_numpy(), threshold).astype(float), method)
    return pd.DataFrame(found, index=checked.columns, columns=checked.columns)


def _coagglomeration(checked: pd.DataFrame, reference: pd.Series | None) -> Array:
    values = np.nan_to_num(checked.to_numpy())
    sizes = pd.Series(values.sum(axis=1), index=checked.index)
    if reference is not None:
        sizes = align(check_series(reference, name="reference"), checked.index, name="reference", what="region")
        if not sizes.sum() > 0:
            raise RatingError(message("reference has nothing but zeros", allowed="a sum above zero"))
    x = (sizes / sizes.sum()).to_numpy()
    if len(x) < 2 or x.max() == 1:
        raise RatingError(message("one region holds everything", allowed="two regions or more"))
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = values / values.sum(axis=0) - x[:, None]
    found: Array = apart.T @ apart / (1 - float(x @ x))
    return found


def near_by(m: Array, method: Method) -> Array:
    """Relatedness from M as 0 and 1."""
    together = m.T @ m
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "proximity":
            own = np.diag(together)
            found = together / np.maximum.outer(own, own)
            found[own == 0, :] = found[:, own == 0] = np.nan
            return found
        np.fill_diagonal(together, 0.0)
        links = together.sum(axis=0)
        total, pairs = links.sum(), np.outer(links, links)
        if method == "association":
            found = together * total / pairs
        elif method == "cosine":
            found = together / np.sqrt(pairs)
        elif method == "jaccard":
            found = together / (np.add.outer(links, links) - together)
        else:
            found = 2 * together / (pairs / (total - links) + pairs / (total - links)[:, None])
    found[pairs == 0] = np.nan
    np.fill_diagonal(found, 0.0)
    return found


def relatedness_density(
    matrix: pd.DataFrame,
    *,
    method: Method = "proximity",
    own: Own = "without",
    links: Literal["weighted", "above one"] = "weighted",
    threshold: float = 1.0,
    missing: Missing = "refuse",
) -> pd.DataFrame:
    r"""How much of what is near to an industry a region already has.

    .. math:: d_{ri} = \sum_j M_{rj} \phi_{ij} / \sum_j \phi_{ij}

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    method : {"proximity", "association", "cosine", "jaccard", "prob", "coagglomeration"}
        The relatedness; negative ones ("coagglomeration") count as none.
    own : {"without", "with"}
        Whether the industry itself is in the sums. ecomplexity has it in ("with"), which gives a cell that is
        specialised a higher density for that alone; "without" is for comparing cells.
    links : {"weighted", "above one"}
        "above one": every relatedness above 1 counts the same, as R's EconGeo does with "prob" (times 100 there).
    threshold, missing
        As in `relatedness`.

    Returns
    -------
    DataFrame
        Regions x industries, in [0, 1]; NaN where an industry has no relative.

    Raises
    ------
    RatingError
        As `relatedness`.

    Notes
    -----
    Hidalgo et al. (2007); Balland et al. (2019). Diverse regions have a high density everywhere: see the residual in
    `next_specialisations`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 70, 10, 5], "food": [60, 50, 5, 15], "software": [10, 20, 85, 70]}, index=list("abcd")
    ... )
    >>> gp.relatedness_density(jobs, own="with").loc["a"].to_dict()
    {'farms': 1.0, 'food': 1.0, 'software': 0.0}
    """
    check_option("method", method, METHODS)
    check_option("own", own, ("without", "with"))
    check_option("links", links, ("weighted", "above one"))
    checked = checked_matrix(matrix, threshold, missing)
    near = relatedness(matrix, method=method, threshold=threshold, missing=missing).to_numpy()
    m = present(checked.to_numpy(), threshold).astype(float)
    return pd.DataFrame(density(m, near, own, links), index=checked.index, columns=checked.columns)


def density(m: Array, near: Array, own: Own, links: str = "weighted") -> Array:
    """Density from M as 0 and 1 and a relatedness."""
    weight = np.maximum(np.nan_to_num(near), 0.0)
    if links == "above one":
        weight = (weight > 1).astype(float)
    if own == "without":
        np.fill_diagonal(weight, 0.0)
    sums = weight.sum(axis=0)
    return np.divide(m @ weight, sums, out=np.full(m.shape, np.nan), where=sums > 0)
