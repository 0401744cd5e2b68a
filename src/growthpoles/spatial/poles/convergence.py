"""Convergence: beta and sigma."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from growthpoles.errors import SpatialError, message
from growthpoles.language.number_format import format_p
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.alignment import same_regions
from growthpoles.spatial.global_tests.global_result import GlobalResult
from growthpoles.spatial.global_tests.moran import moran

if TYPE_CHECKING:
    from growthpoles.graphs import Graph, W

_LEAST = 5


@dataclass(frozen=True, slots=True)
class Convergence(ResultDisplay):
    """Outcome of the regression of growth on the first year, and of the spread in both years.

    Attributes
    ----------
    beta, standard_error, p_value : float
        Slope of yearly log growth on the log of the first year, its ordinary least squares standard error and
        two-sided t test (n - 2 degrees of freedom).
    speed : float
        Yearly rate at which the gap closes, -ln(1 + beta T) / T; negative where gaps widen, NaN where 1 + beta T <= 0:
        the ranking turned over, and no rate of closing describes that.
    half_life : float
        Years until half of the gap is closed, ln 2 / speed; infinite where the gap does not close, NaN with the speed.
    r_squared : float
        Share of the variance of growth explained.
    sigma_before, sigma_after : float
        Standard deviation of the logs in the two years (n - 1).
    sigma_p_value : float
        Two-sided test of equal standard deviations of the same regions in two years.
    residual_moran : GlobalResult
        Moran's I of the regression's residuals: spatial dependence that the test of beta ignores.
    n : int
        Regions.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> print(gp.convergence(before, after, graph, years=4).summary())
    Growth of 16 regions on the level of the first year, both in logarithms.
    Null hypothesis: growth does not depend on the first year's level, beta = 0.
    Slope a year: beta = -0.1544, standard error 0.03465, R squared 0.5864.
    Two-sided p = 0.0005; method: least squares, t test.
    The gap closes by 24% a year; half of it is gone after 2.885 years.
    Spread of the logarithms: 0.4992 before, 0.3217 after; p = 0.053 for equal spreads (Pitman and Morgan).
    Moran's I of the residuals: 0.08105, p = 0.471; spatial dependence that the test of beta ignores.
    """

    beta: float
    standard_error: float
    p_value: float
    speed: float
    half_life: float
    r_squared: float
    sigma_before: float
    sigma_after: float
    sigma_p_value: float
    residual_moran: GlobalResult
    n: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row; of the residual Moran's I, `moran_statistic` and `moran_p_value`."""
        row = {name: getattr(self, name) for name in self.__slots__ if name != "residual_moran"}
        row |= {"moran_statistic": self.residual_moran.statistic, "moran_p_value": self.residual_moran.p_value}
        frame = pd.DataFrame([row], index=pd.Index(["convergence"], name="test"))
        residual = self.residual_moran
        nulls = {
            "p_value": "growth does not depend on the first year's level, beta = 0",
            "sigma_p_value": "the logarithms spread as widely in both years",
            "moran_p_value": residual.null,
        }
        how = {"p_value": "t test", "sigma_p_value": "Pitman-Morgan test", "moran_p_value": residual.reference}
        return say_tests(frame, nulls, how, draws=0)

    def __repr__(self) -> str:
        p = partial(format_p, relation=True)
        direction = "shrinks" if self.sigma_after < self.sigma_before else "grows"
        return (
            f"beta = {self.beta:.4g} a year (p {p(self.p_value)}); the spread {direction}: sigma "
            f"{self.sigma_before:.3g} -> {self.sigma_after:.3g} (p {p(self.sigma_p_value)}); Moran's I of residuals "
            f"{self.residual_moran.statistic:.3g} (p {p(self.residual_moran.p_value)}); n = {self.n}"
        )


def convergence(before: pd.Series, after: pd.Series, graph: Graph | W, *, years: float) -> Convergence:
    """Test beta- and sigma-convergence between two years.

    Parameters
    ----------
    before, after : Series
        Positive values of the two years over the same labels.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights of the residual test.
    years : float
        Years between the two, positive.

    Returns
    -------
    Convergence

    Raises
    ------
    SpatialError
        If labels differ, a value is not positive, fewer than five regions are given, years is not positive, the
        first year does not vary, or growth is the same everywhere.

    Notes
    -----
    Barro & Sala-i-Martin (1992): ``(1/T) ln(y_T / y_0) = a + b ln(y_0)`` with ``b = -(1 - e^(-speed T)) / T``. An
    error in y_0 alone already makes b negative (Galton's fallacy), so beta convergence is to be read with sigma. The
    spread is compared by the test of Pitman and Morgan (1939): the variances are equal where the sum and the
    difference of the two years are not correlated. The residual test is :func:`growthpoles.moran` with the first year
    as regressor, exact under normal errors (Tiefelsdorf & Boots 1995).

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> before, after = (gp.load_published(year)["index"] for year in (2010, 2014))
    >>> result = gp.convergence(before, after, graph, years=4)
    >>> round(result.beta, 3), round(result.p_value, 4), round(result.half_life, 1)
    (-0.154, 0.0005, 2.9)
    """
    from scipy.stats import linregress

    if not 0 < years < np.inf:
        raise SpatialError(message(f"years={years!r}", where="convergence", allowed="a positive number"))
    before = same_regions(before, before, name="before", to="before").astype(float)
    later = same_regions(after, before, name="after", to="before").astype(float)
    if len(before) < _LEAST:
        n = len(before)
        raise SpatialError(message("{n} regions", where="convergence", allowed="{least} or more", n=n, least=_LEAST))
    low = before.index[(before <= 0) | (later <= 0)]
    if len(low):
        shown = ", ".join(map(str, low[:5]))
        raise SpatialError(
            message("no positive value for {regions}", where="convergence", allowed="values above 0", regions=shown)
        )
    start, end = np.log(before.to_numpy()), np.log(later.to_numpy())
    growth = (end - start) / years
    for values, what in ((start, "all values of the first year are equal"), (growth, "all growth rates are equal")):
        if np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
            raise SpatialError(message(what, where="convergence", allowed="values that vary"))
    fit = linregress(start, growth)
    kept = 1 + fit.slope * years
    speed = float(-np.log(kept) / years) if kept > 0 else float("nan")
    half_life = float(np.log(2) / speed) if speed > 0 else (float("nan") if np.isnan(speed) else float("inf"))
    residuals = pd.Series(growth, index=before.index)
    regressor = pd.Series(start, index=before.index, name="log_before")
    return Convergence(
        beta=float(fit.slope),
        standard_error=float(fit.stderr),
        p_value=float(fit.pvalue),
        speed=speed,
        half_life=half_life,
        r_squared=float(fit.rvalue**2),
        sigma_before=float(start.std(ddof=1)),
        sigma_after=float(end.std(ddof=1)),
        sigma_p_value=_pitman_morgan(start, end),
        residual_moran=moran(residuals, graph, regressors=regressor),
        n=len(before),
    )


def _pitman_morgan(start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Return the two-sided p-value for equal variances of paired values."""
    from scipy.stats import linregress

    total, change = end + start, end - start
    if np.ptp(total) <= 1e-12 * max(1.0, float(np.abs(total).max())):  # each year the mirror image of the other
        return 1.0
    return float(linregress(total, change).pvalue)
