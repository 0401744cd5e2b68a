"""Economic complexity of regions and industries (ECI, PCI, outlook) and likely next specialisations of a region.

A "next" specialisation is one that is near to what the region has: a description, no forecast.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, Reason, message
from growthpoles.randomness import generator
from growthpoles.result_display import ResultDisplay
from growthpoles.specialisation.location_quotient import check_counts, quotients
from growthpoles.specialisation.matrix import Missing, align_matrix, check_matrix
from growthpoles.specialisation.relatedness import checked_matrix, density, near_by, present

Array = np.ndarray
_FEWEST = 10  # regions, and industries, that an index of complexity needs
_SIGN = 0.3  # correlation with diversity below which the sign of the index is a matter of chance
_EDGE = 1e-12
_SINGLE = 1e-9  # gap between eigenvalues below which the eigenvector is any of many
_NOTHING: tuple[Array, Array, float, float] = (np.zeros(0), np.zeros(0), np.nan, 0.0)


@dataclass(frozen=True, slots=True)
class Complexity(ResultDisplay):
    """Economic complexity of regions and industries, and how far it can be trusted.

    Attributes
    ----------
    regions : DataFrame
        By region: diversity (industries it is specialised in), eci (mean 0, standard deviation 1 over the regions),
        lower, upper (of resamples, NaN without), mean_ubiquity (of its industries), coi (outlook: how near it is to
        complex industries it lacks). NaN for a region without any specialisation.
    gain : DataFrame
        Regions x industries: what a new specialisation would add to the outlook of the region, 0 where it has it.
    industries : DataFrame
        By industry: ubiquity, pci (on the scale of eci: a region's eci is the mean pci of its industries), lower,
        upper.
    sign_correlation : float
        Of eci with diversity, which gives the index its sign.
    stability : float
        Median rank correlation of the index with those of resampled tables; NaN without resampling.
    turned : float
        Share of resamples in which the index comes out upside down (correlation below zero).
    replications : int
        Resamples, 0 where there are none.
    left_out : tuple
        Regions and industries without any specialisation.
    forced : tuple of str
        What would have refused the index but for ``force=True``.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> able, hard = np.linspace(-1, 1.5, 14)[:, None], np.linspace(-1, 1.5, 12)
    >>> jobs = pd.DataFrame(rng.poisson(300 / (1 + np.exp(-3 * (able - hard)))))  # hard industries need able regions
    >>> print(gp.complexity(jobs, replications=50).summary().splitlines()[0])
    Economic complexity of 14 regions and 12 industries; the sign is that of diversity (correlation 0.8541).
    """

    regions: pd.DataFrame
    industries: pd.DataFrame
    gain: pd.DataFrame
    sign_correlation: float
    stability: float
    turned: float
    replications: int
    left_out: tuple[Any, ...]
    forced: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the regions."""
        return self.regions.copy()

    def __repr__(self) -> str:
        return (
            f"<Complexity: {len(self.regions)} regions x {len(self.industries)} industries, "
            f"stability {self.stability:.2f}>"
        )


def complexity(
    matrix: pd.DataFrame,
    *,
    threshold: float = 1.0,
    counts: bool = True,
    replications: int = 500,
    level: float = 0.95,
    force: bool = False,
    missing: Missing = "refuse",
    rng: np.random.Generator | int | None = None,
) -> Complexity:
    r"""Economic complexity index of regions (ECI) and of industries (PCI).

    With diversity :math:`k_r = \sum_i M_{ri}` and ubiquity :math:`k_i = \sum_r M_{ri}`, the eigenvector to the second
    largest eigenvalue of :math:`D_r^{-1} M D_i^{-1} M'`, put to mean 0 and standard deviation 1 (divisor n); its sign
    is that which correlates with diversity.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    threshold : float
        Location quotient from which a region counts as specialised.
    counts : bool
        Whether the cells are counts (jobs, firms): then Poisson resamples of the table give intervals and `stability`.
        Amounts of money have no such noise, and no interval.
    replications : int
        Resamples; 0 for none.
    level : float
        Of the intervals (percentiles of the resamples).
    force : bool
        Compute what would be refused; `forced` says what that was.
    missing : {"refuse", "outside", "zero"}
        As in `relatedness`.
    rng : numpy.random.Generator, int or None
        None is the fixed seed.

    Returns
    -------
    Complexity

    Raises
    ------
    RatingError
        If the table cannot carry the index: fewer than 10 regions or industries, a correlation with diversity below
        0.3 (the sign would be a matter of chance), regions that share no industry with the others, or a second
        eigenvalue that is not single.

    Notes
    -----
    Hidalgo and Hausmann (2009); Mealy, Farmer and Teytelboym (2019) on what the eigenvector is. Equal to ecomplexity
    0.5.3. In a table of 12 x 9 the index correlates with its own resamples by .78 only, below .5 in 30 % of them.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> able, hard = np.linspace(-1, 1.5, 14)[:, None], np.linspace(-1, 1.5, 12)
    >>> jobs = pd.DataFrame(rng.poisson(300 / (1 + np.exp(-3 * (able - hard)))))  # hard industries need able regions
    >>> gp.complexity(jobs, replications=50)
    <Complexity: 14 regions x 12 industries, stability 0.98>
    """
    checked = checked_matrix(matrix, threshold, missing)
    _check_resampling(level, replications)
    m = present(checked.to_numpy(), threshold).astype(float)
    rows, columns = m.sum(axis=1) > 0, m.sum(axis=0) > 0
    kept = m[np.ix_(rows, columns)]
    reasons = _reasons(kept)
    raw, raw_industries, correlation, gap = _eigen(kept) if min(kept.shape) > 1 else _NOTHING
    eci, pci = _standard(raw, raw), _standard(raw_industries, raw)
    if not reasons and not gap > _SINGLE:
        reasons.append(Reason("the second eigenvalue is not single, so that the index is not defined", {}))
    if not reasons and not abs(correlation) >= _SIGN:
        template = "the index correlates with diversity by {correlation} only, so that its sign is a matter of chance"
        reasons.append(Reason(template, {"correlation": round(correlation, 2)}))
    undefined = not (len(eci) and np.isfinite(eci).all())
    if reasons and (not force or undefined):
        allowed = "a table of 10 x 10 or more that hangs together" + ("" if undefined else ", or force=True")
        raise RatingError(message(reduce(_and, reasons), where="complexity", allowed=allowed))
    spread = np.full((2, m.shape[0]), np.nan), np.full((2, m.shape[1]), np.nan)
    stability = turned = np.nan
    done = 0
    if counts and replications:
        check_counts(checked)
        spread, stability, turned, done = _spread(checked.to_numpy(), threshold, (rows, eci), level, replications, rng)
    regions, industries = np.full(len(rows), np.nan), np.full(len(columns), np.nan)
    regions[rows], industries[columns] = eci, pci
    near = near_by(m, "proximity")
    products = np.zeros(m.shape[1])
    products[columns] = raw_industries / raw.std()
    coi, gain = _outlook(m, near, products)
    ubiquity = m.sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean_ubiquity = (m @ ubiquity) / m.sum(axis=1)
    left_out = (*checked.index[~rows], *checked.columns[~columns])
    return Complexity(
        pd.DataFrame(
            {"diversity": m.sum(axis=1).astype(int), "eci": regions, "lower": spread[0][0], "upper": spread[0][1],
             "mean_ubiquity": mean_ubiquity, "coi": coi},
            index=checked.index,
        ),
        pd.DataFrame(
            {"ubiquity": ubiquity.astype(int), "pci": industries, "lower": spread[1][0], "upper": spread[1][1]},
            index=checked.columns,
        ),
        pd.DataFrame(gain, index=checked.index, columns=checked.columns),
        correlation, stability, turned, done, left_out, tuple(reasons),
    )  # fmt: skip


def _and(said: Reason, more: Reason) -> Reason:
    return Reason("{said}; {more}", {"said": said, "more": more})


def _reasons(m: Array) -> list[Reason]:
    """Say why an index of complexity cannot be had from M."""
    reasons = []
    if min(m.shape) < _FEWEST:
        template = "{regions} regions and {industries} industries with a specialisation are too few"
        reasons.append(Reason(template, dict(zip(("regions", "industries"), m.shape, strict=True))))
    if min(m.shape) > 1:
        from scipy.sparse.csgraph import connected_components

        parts, labels = connected_components(m @ m.T > 0, directed=False)
        if parts > 1:
            sizes = np.bincount(labels)
            template = "the regions fall into {parts} groups without a common industry ({least} in one)"
            reasons.append(Reason(template, {"parts": parts, "least": int(sizes.min())}))
    if len(m) and np.ptp(m.sum(axis=1)) == 0:
        reasons.append(Reason("all regions have as many specialisations, so that the index has no sign", {}))
    return reasons


def _eigen(m: Array) -> tuple[Array, Array, float, float]:
    """Return the second eigenvectors of regions and industries, the correlation with diversity, the eigenvalues' gap.

    The vectors are those of a symmetric matrix, scaled: the singular vectors of D_r^-1/2 M D_i^-1/2. Their sign
    makes the correlation positive; the vector of a region is the mean of those of its industries.
    """
    diversity, ubiquity = m.sum(axis=1), m.sum(axis=0)
    _, values, right = np.linalg.svd(m / np.sqrt(np.outer(diversity, ubiquity)), full_matrices=False)
    industries = right[1] / np.sqrt(ubiquity)
    regions = m @ industries / diversity
    scale = float(regions.std() * diversity.std())
    correlation = float(np.mean((diversity - diversity.mean()) * regions)) / scale if scale > _EDGE else 0.0
    sign = -1.0 if correlation < 0 else 1.0
    third = values[2] if len(values) > 2 else 0.0
    return sign * regions, sign * industries, abs(correlation), float(values[1] ** 2 - third**2)


def _standard(values: Array, regions: Array) -> Array:
    """Put values on the scale on which the regions have mean 0 and standard deviation 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return (values - regions.mean()) / regions.std() if len(regions) else values


def _outlook(m: Array, near: Array, products: Array) -> tuple[Array, Array]:
    """Return the outlook of every region (standardised) and the gain of every absent cell, as ecomplexity has them.

    `products` are the industries' eigenvector in standard deviations of ECI, not put to mean zero.
    """
    phi, absent = np.nan_to_num(near), 1 - m
    sums = phi.sum(axis=0)
    part = np.divide(products, sums, out=np.zeros_like(products), where=sums > 0)
    gain = absent * (absent @ (phi * part[:, None]))
    coi = (np.nan_to_num(density(m, near, "with")) * absent * products).sum(axis=1)
    return _standard(coi, coi), gain


def _check_resampling(level: float, replications: int) -> None:
    if not 0 < level < 1:
        raise RatingError(message(f"level={level} is no confidence level", allowed="between 0 and 1, such as 0.95"))
    if replications < 0:
        raise RatingError(message(f"replications={replications}", allowed="0 (none) or more, such as 500"))


def _resamples(counts: Array, threshold: float, replications: int, rng: Any) -> Iterator[Array]:
    """Yield M of tables drawn anew, every cell from the Poisson law of its count; NaN cells stay without."""
    draws = generator(rng, error=RatingError)
    filled = np.nan_to_num(counts)
    for _ in range(replications):
        yield present(draws.poisson(filled).astype(float), threshold).astype(float)


def _spread(
    counts: Array, threshold: float, own: tuple[Array, Array], level: float, replications: int, rng: Any
) -> tuple[tuple[Array, Array], float, float, int]:
    """Intervals of ECI and PCI, median rank correlation with the index itself, share turned over, resamples used."""
    from scipy.stats import rankdata

    rows, eci = own
    regions = np.full((replications, counts.shape[0]), np.nan)
    industries = np.full((replications, counts.shape[1]), np.nan)
    agreement = np.full(replications, np.nan)
    for number, m in enumerate(_resamples(counts, threshold, replications, rng)):
        kept_rows, kept_columns = m.sum(axis=1) > 0, m.sum(axis=0) > 0
        part = m[np.ix_(kept_rows, kept_columns)]
        if min(part.shape) < 3:
            continue
        raw, products, _, gap = _eigen(part)
        drawn, products = _standard(raw, raw), _standard(products, raw)
        if not gap > _SINGLE or not np.isfinite(drawn).all():
            continue
        regions[number, kept_rows], industries[number, kept_columns] = drawn, products
        both = rows & kept_rows
        agreement[number] = np.corrcoef(rankdata(regions[number, both]), rankdata(eci[both[rows]]))[0, 1]
    used = ~np.isnan(agreement)
    tails = [(1 - level) / 2, (1 + level) / 2]
    bounds = []
    for drawn in (regions, industries):
        known = ~np.isnan(drawn).all(axis=0)
        found = np.full((2, drawn.shape[1]), np.nan)
        if known.any():
            found[:, known] = np.nanquantile(drawn[:, known], tails, axis=0)
        bounds.append(found)
    if not used.any():
        return (bounds[0], bounds[1]), np.nan, np.nan, 0
    turned = float((agreement[used] < 0).mean())
    return (bounds[0], bounds[1]), float(np.median(agreement[used])), turned, int(used.sum())


def next_specialisations(
    matrix: pd.DataFrame,
    *,
    start: pd.DataFrame | None = None,
    threshold: float = 1.0,
    counts: bool = True,
    replications: int = 200,
    level: float = 0.95,
    force: bool = False,
    missing: Missing = "refuse",
    rng: np.random.Generator | int | None = None,
) -> pd.DataFrame:
    """Industries that a region is not specialised in, by how much of what is near to them it has.

    Parameters
    ----------
    matrix : DataFrame
        Regions x industries, e_ij >= 0.
    start : DataFrame, optional
        The same table of an earlier year, for growth.
    threshold, counts, replications, level, force, missing, rng
        As in `complexity`; without ``force`` a table that cannot carry the index has no pci and no gain, and
        ``attrs["left_out"]`` says why.

    Returns
    -------
    DataFrame
        By (region, industry), regions in the order of the matrix, the densest industry first: lq; density (relatedness
        density without the industry itself), lower, upper (of Poisson resamples); residual (density beyond what the
        means of the region and of the industry explain: diverse regions are dense everywhere); pci; gain (complexity
        outlook gain); size (the industry in the nation); growth (of the industry in the region, NaN without `start`);
        place (rank within the region).

    Raises
    ------
    RatingError
        As `relatedness`; or if the labels of `start` differ.

    Notes
    -----
    Hidalgo et al. (2007); Hausmann et al. (2014), The Atlas of Economic Complexity; Balland et al. (2019) for smart
    specialisation. It describes where a region stands: that dense industries come next is a regularity, no forecast.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"farms": [80, 20, 10, 5], "food": [60, 20, 5, 15], "mines": [10, 60, 5, 40], "chips": [5, 5, 85, 90]},
    ...     index=list("abcd"),
    ... )
    >>> gp.next_specialisations(jobs, replications=0).loc["b", ["lq", "density", "place"]].round(2)
                lq  density  place
    industry
    chips     0.13      1.0      1
    farms     0.85      0.0      2
    food      0.98      0.0      2
    """
    checked = checked_matrix(matrix, threshold, missing)
    _check_resampling(level, replications)
    values = checked.to_numpy()
    m = present(values, threshold).astype(float)
    near = near_by(m, "proximity")
    dense = density(m, near, "without")
    left_out = ""
    pci: Any = np.full(m.shape[1], np.nan)
    gain: Any = np.full(m.shape, np.nan)
    try:
        index = complexity(matrix, threshold=threshold, counts=False, force=force, missing=missing)
        pci, gain = index.industries["pci"].to_numpy(), index.gain.to_numpy()
    except RatingError as error:
        left_out = error.args[0]
    known = np.isnan(dense)
    centred = pd.DataFrame(np.where(known, np.nan, dense))
    residual = centred.sub(centred.mean(axis=1), axis=0).sub(centred.mean(axis=0), axis=1) + np.nanmean(dense)
    low: Any = np.full(m.shape, np.nan)
    high: Any = low
    if counts and replications:
        check_counts(checked)
        drawn = np.array(
            [
                density(each, near_by(each, "proximity"), "without")
                for each in _resamples(values, threshold, replications, rng)
            ],
            dtype=np.float32,
        )
        drawn = np.nan_to_num(drawn)  # an industry without a relative in a resample: nothing near is there
        low, high = np.where(known, np.nan, np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0))
    growth = np.full(m.shape, np.nan)
    if start is not None:
        before = align_matrix(check_matrix(start, missing=missing, name="start"), checked, name="start").to_numpy()
        growth = np.divide(values, before, out=growth, where=before > 0) - 1
    labels: list[Any] = [checked.index, checked.columns]
    keys: pd.MultiIndex = pd.MultiIndex.from_product(labels, names=[checked.index.name or "region", "industry"])
    table = pd.DataFrame(
        {"lq": quotients(checked).to_numpy().ravel(), "density": dense.ravel(), "lower": low.ravel(),
         "upper": high.ravel(), "residual": residual.to_numpy().ravel(), "pci": np.tile(pci, len(m)),
         "gain": gain.ravel(), "size": np.tile(np.nansum(values, axis=0), len(m)), "growth": growth.ravel()},
        index=keys,
    )  # fmt: skip
    table["order"] = np.repeat(np.arange(len(m)), m.shape[1])
    absent = table[(m == 0).ravel() & ~np.isnan(values).ravel()]
    absent = absent.sort_values(["order", "density"], ascending=[True, False], kind="stable").drop(columns="order")
    absent["place"] = absent.groupby(level=0, sort=False)["density"].rank(method="min", ascending=False).astype("Int64")
    absent.attrs = {"left_out": left_out, "missing": list(checked.attrs.get("missing", []))}
    return absent
