"""Diagnostics of a regression: Jarque-Bera, Breusch-Pagan, Koenker-Bassett, LM tests of spatial lag and error.

Formulas: Jarque & Bera (1980), moments with divisor n; Breusch & Pagan (1979); Koenker (1981), n R squared; Anselin,
Bera, Florax & Yoon (1996) for the LM family. All are functions of least-squares residuals, computed here for many
samples at once, so that a parametric bootstrap of normal errors costs milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse

from growthpoles.language.number_format import format_count
from growthpoles.spatial.global_tests.global_result import monte_carlo_p
from growthpoles.spatial.reference_distributions import normal_errors
from growthpoles.spatial.regression.likelihood import Floats, Lag, simulate

if TYPE_CHECKING:
    from numpy.random import Generator

EVEN = "the errors have one variance"
NO_SPACE = "no spatial lag and no spatial error"
# test -> its null hypothesis
NULLS = {
    "Jarque-Bera": "the errors are normal",
    "Breusch-Pagan": EVEN,
    "Breusch-Pagan, squared regressors": EVEN,
    "Koenker-Bassett": EVEN,
    "Koenker-Bassett, squared regressors": EVEN,
    "LM-error": NO_SPACE,
    "LM-lag": NO_SPACE,
    "robust LM-error": "no spatial error, whatever the lag near zero",
    "robust LM-lag": "no spatial lag, whatever the error near zero",
    "LM-SARMA": NO_SPACE,
}


def diagnose(lag: Lag, y: Floats, x: Floats, varying: Floats, *, draws: int, rng: Generator) -> pd.DataFrame:
    """Test the residuals of y on x.

    Parameters
    ----------
    lag : Lag
    y, x : array, shapes (n,), (n, k)
        The first column of x is the constant.
    varying : array, shape (n, m)
        What the variance may depend on (Breusch-Pagan): the regressors, not centred, since their squares are used too.
    draws : int
        Samples of the parametric bootstrap under the fit without space; 0 for none.
    rng : Generator

    Returns
    -------
    DataFrame
        Index `test`, those that are defined (of a constant alone, lag and error cannot be told apart): statistic, df,
        p_asymptotic (chi-square), p_value, p_low, p_high, method, null, draws. `p_value` is the
        exact one for normal errors where there is one (LM-error), else that of the bootstrap with its Monte Carlo
        interval, else that of chi-square.
    """
    from scipy.stats import chi2

    n, k = x.shape
    found, degrees = _statistics(lag, y[:, None], x, varying)
    names = [name for name in NULLS if degrees[name] and np.isfinite(found[name][0])]
    statistics = np.array([float(found[name][0]) for name in names])
    freedom = np.array([degrees[name] for name in names])
    frame = pd.DataFrame({"statistic": statistics, "df": freedom}, index=pd.Index(names, name="test"))
    frame["p_asymptotic"] = chi2.sf(frame["statistic"], frame["df"])
    frame["p_value"] = frame["p_low"] = frame["p_high"] = frame["p_asymptotic"]
    frame["method"], frame["draws"] = "chi-square", 0
    if draws:
        q = np.linalg.qr(x)[0]
        mean = q @ (q.T @ y)
        sigma = float(np.sqrt(((y - mean) ** 2).sum() / (n - k)))
        sample = simulate(lag, mean, 0.0, sigma, "none", draws, rng)
        drawn, _ = _statistics(lag, sample, x, varying)
        for name in names:
            own = float(found[name][0])
            above = int((drawn[name] >= own * (1 - 1e-10)).sum())
            p, (low, high) = monte_carlo_p(above, draws, draws, "greater")
            frame.loc[name, ["p_value", "p_low", "p_high"]] = [p, low, high]
            frame.loc[name, ["method", "draws"]] = f"parametric bootstrap, {format_count(draws)} draws", draws
    if n <= normal_errors.EIGENVALUE_LIMIT / 2:
        p = moran_squared_p(lag, y, x)
        frame.loc["LM-error", ["p_value", "p_low", "p_high"]] = p
        frame.loc["LM-error", ["method", "draws"]] = "exact for normal errors", 0
    return frame.assign(null=[NULLS[name] for name in names])


def diagnose_panel(lag: Lag, y: Floats, x: Floats, *, count: int) -> pd.DataFrame:
    """Test the residuals of a panel whose effects were taken out, stacked by year, by the LM family.

    The T years count as T - 1 cross-sections (all T reject too often while T is small), and with year effects the
    weights lose their root 1: V = JWJ (J deviations from the mean) stands for W, its trace centres the scores.
    """
    from scipy.stats import chi2

    q = np.linalg.qr(x)[0]
    mean = q @ (q.T @ y)
    e = y - mean
    s2 = float(e @ e) / count
    v = lag.w.toarray()
    if lag.lost:
        v = v - v.mean(axis=0) - v.mean(axis=1, keepdims=True) + v.mean()
    middle = lag.periods * float(np.trace(v)) if lag.lost else 0.0
    trace = lag.periods * float((v * v.T).sum() + (v * v).sum())
    trace -= 2 * middle**2 / count
    along = lag(mean)
    rest = along - q @ (q.T @ along)
    j = float(rest @ rest) / s2 + trace
    d_error = float(e @ lag(e)) / s2 - middle
    d_lag = d_error + float(e @ along) / s2
    statistics = {
        "LM-error": d_error**2 / trace,
        "LM-lag": d_lag**2 / j,
        "robust LM-error": (d_error - trace * d_lag / j) ** 2 / (trace - trace**2 / j),
        "robust LM-lag": (d_lag - d_error) ** 2 / (j - trace),
    }
    frame = pd.DataFrame({"statistic": statistics, "df": 1.0}).rename_axis("test")
    frame["p_asymptotic"] = chi2.sf(frame["statistic"], 1)
    frame["p_value"] = frame["p_low"] = frame["p_high"] = frame["p_asymptotic"]
    return frame.assign(method="chi-square", null=[NULLS[name] for name in frame.index], draws=0)


def moran_squared_p(lag: Lag, y: Floats, x: Floats) -> float:
    """Return P(|I| >= |observed|) of the residuals' Moran's I for normal errors: LM-error is its square."""
    basis = normal_errors.residual_basis(x)
    rest = y - basis @ (basis.T @ y)
    form = sparse.csr_array((lag.w + lag.w.T) / 2)
    value = abs(float(rest @ (form @ rest)) / float(rest @ rest))
    values = normal_errors.residual_eigenvalues(form, basis)
    return min(1.0, normal_errors.exact_tails(values, value)[0] + normal_errors.exact_tails(values, -value)[1])


def _statistics(lag: Lag, y: Floats, x: Floats, varying: Floats) -> tuple[dict[str, Floats], dict[str, int]]:
    """Return each statistic of every sample (columns of y), and its degrees of freedom."""
    n = len(y)
    q = np.linalg.qr(x)[0]
    mean = q @ (q.T @ y)
    e = y - mean
    square = e * e
    s2 = square.mean(axis=0)
    skew = (square * e).mean(axis=0) / s2**1.5
    curtosis = (square * square).mean(axis=0) / s2**2
    found = {"Jarque-Bera": n / 6 * (skew**2 + (curtosis - 3) ** 2 / 4)}
    degrees = dict.fromkeys(NULLS, 1) | {"Jarque-Bera": 2, "LM-SARMA": 2}
    for suffix, columns in (("", varying), (", squared regressors", varying**2)):
        known = np.column_stack([np.ones(n), columns])
        left, size, _ = np.linalg.svd(known, full_matrices=False)
        basis = left[:, size > size[0] * n * 1e-14]
        ratio = square / s2
        fitted = basis @ (basis.T @ ratio)
        explained = ((fitted - 1) ** 2).sum(axis=0)
        found[f"Breusch-Pagan{suffix}"] = explained / 2
        found[f"Koenker-Bassett{suffix}"] = n * explained / ((ratio - 1) ** 2).sum(axis=0)
        degrees[f"Breusch-Pagan{suffix}"] = degrees[f"Koenker-Bassett{suffix}"] = basis.shape[1] - 1
    we, wm = lag(e), lag(mean)
    trace = float((lag.w * lag.w.T).sum() + (lag.w * lag.w).sum())
    along = wm - q @ (q.T @ wm)
    j = (along * along).sum(axis=0) / s2 + trace
    d_error = (e * we).sum(axis=0) / s2
    d_lag = d_error + (e * wm).sum(axis=0) / s2
    found["LM-error"] = d_error**2 / trace
    found["LM-lag"] = d_lag**2 / j
    found["robust LM-error"] = (d_error - trace * d_lag / j) ** 2 / np.maximum(trace - trace**2 / j, 1e-300)
    # where W X b lies in the space of X (a constant alone), lag and error cannot be told apart
    apart = np.where(j - trace > 1e-10 * trace, j - trace, np.nan)
    found["robust LM-lag"] = (d_lag - d_error) ** 2 / apart
    found["robust LM-error"] = np.where(np.isnan(apart), np.nan, found["robust LM-error"])
    found["LM-SARMA"] = found["LM-error"] + found["robust LM-lag"]
    return found, degrees
