"""Spatial regression by maximum likelihood: OLS, SLX, lag (SAR), error (SEM), Durbin (SDM, SDEM) models of one map."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.random import Generator

from growthpoles.errors import SpatialError, listed, message, unknown_option
from growthpoles.graphs import among, as_graph
from growthpoles.language.number_format import format_count
from growthpoles.randomness import generator
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.alignment import (
    ROUNDING,
    Transformation,
    ascending,
    clean_values,
    same_labels,
    unit_of,
    weights_matrix,
)
from growthpoles.spatial.global_tests.global_result import monte_carlo_p
from growthpoles.spatial.regression.diagnostics import diagnose, diagnose_panel
from growthpoles.spatial.regression.likelihood import (
    Fit,
    Floats,
    Kind,
    Lag,
    fit,
    information,
    lag_operator,
    refit,
    simulate,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from growthpoles.graphs import Graph, W

Model = Literal["ols", "slx", "sar", "sem", "sdm", "sdem"]
PROCESS: dict[str, Kind] = {
    "ols": "none", "slx": "none", "sar": "lag", "sem": "error", "sdm": "lag", "sdem": "error",
}  # fmt: skip
DURBIN = ("slx", "sdm", "sdem")
CONSTANT = "constant"
PRINTED = "Hausman, as spatialreg 1.2-6 prints it"
SMALL = 30
_LEAST_FREE = 3
LEAST_SCALE = 1e-300  # deviations of a regressor whose coefficient still is a number
_LOOPED_DRAWS = 999  # most samples of a test that looks at them one by one
_DRAWN = ("p_value", "p_low", "p_high", "method", "draws")
Drawn = tuple[float, float, float, str, int]  # these columns of one test
NULL = "the coefficient is zero, given the others"
_LOOPED = 100  # most regions for which every sample gets an information matrix of its own


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Values, regressors and weights of the regions with data and neighbours, in one order, scaled.

    Attributes
    ----------
    ids : Index
    lag : Lag
    y : array, shape (n,)
        Less `shift`, divided by `unit`.
    x : array, shape (n, k)
        A constant, then the columns of `names` centred and divided by their largest deviation.
    names : tuple of str
        Columns of x; "W ..." is the neighbours' mean (or weighted sum) of a regressor.
    back : array, shape (k, k)
        Coefficients of x as given = back @ coefficients of the scaled x, times `unit`.
    unit : float
    left_out : dict
        Label -> why.
    count : int
        Independent rows: fewer than rows where effects were taken out of a panel.
    rows : Index or None
        Labels of the rows of a panel (year, region), stacked by year; None: those of the regions.
    shift : float
        Taken from y, where a constant is no news to the weights (their rows sum to one).
    """

    ids: pd.Index
    lag: Lag
    y: Floats
    x: Floats
    names: tuple[str, ...]
    back: Floats
    unit: float
    left_out: dict[object, str]
    count: int
    rows: pd.Index | None = None
    shift: float = 0.0

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.y)

    @property
    def panel(self) -> bool:
        """Whether there are several years."""
        return self.rows is not None

    def only(self, names: Sequence[str]) -> Design:
        """Return the design of some of the columns; the constant stays."""
        keep = [0, *(place for place, name in enumerate(self.names) if name in names and place)]
        part = [self.names[place] for place in keep]
        parts = {"x": self.x[:, keep], "names": tuple(part), "back": self.back[np.ix_(keep, keep)]}
        return replace(self, **parts)  # type: ignore[arg-type]


def make_design(
    y: pd.Series,
    regressors: pd.DataFrame | pd.Series | None,
    graph: Graph | W,
    *,
    lagged: Sequence[str] | None = (),
    transformation: Transformation | None = "r",
    where: str = "spatial regression",
) -> Design:
    """Align values, regressors and weights; leave out, and note, regions without data or without neighbours.

    `lagged` names the columns whose neighbours' value is added (None: all).
    """
    graph = as_graph(graph)
    ids = pd.Index(graph.unique_ids)
    same_labels(y, ids, name="y", to="the graph")
    frame = pd.DataFrame(index=ids) if regressors is None else regressors
    if isinstance(frame, pd.Series):
        frame = frame.to_frame(name="x" if frame.name is None else frame.name)
    if not isinstance(frame, pd.DataFrame):
        allowed = "a DataFrame or Series indexed by region"
        raise SpatialError(message(f"regressors is a {type(frame).__name__}", where=where, allowed=allowed))
    same_labels(pd.Series(0.0, index=frame.index), ids, name="regressors", to="the graph")
    frame = frame.reindex(ids).rename(columns=str)
    if not frame.columns.is_unique or CONSTANT in frame:
        twice = [*frame.columns[frame.columns.duplicated()], *([CONSTANT] if CONSTANT in frame else [])]
        problem = f"a column {twice[0]!r} too many"
        raise SpatialError(message(problem, where="regressors", allowed="unique names; the constant is added"))
    lagged = list(frame.columns) if lagged is None else list(map(str, lagged))
    for name in lagged:
        if name not in frame:
            raise SpatialError(unknown_option("lagged", name, frame.columns))
    values = y.reindex(ids)
    known = values.notna() & frame.notna().all(axis=1)
    left_out: dict[object, str] = dict.fromkeys(ids[~known], "no data")
    kept = ids[known]
    part = among(graph, kept)
    order = ascending(kept)
    kept = kept if order is None else kept[order]
    w = weights_matrix(part, kept, transformation=transformation)
    numbers = {name: clean_values(frame.loc[kept, name], name=name) for name in frame.columns}
    own = clean_values(values[kept])
    for name in lagged:
        numbers[f"W {name}"] = np.asarray(w @ numbers[name])
    inside = np.ones(len(kept), dtype=bool)
    linked = np.diff(w.indptr) > 0
    while not linked[inside].all():
        left_out |= dict.fromkeys(kept[inside & ~linked], "no neighbours")
        inside &= linked
        linked = np.asarray(w[:, inside].sum(axis=1)) > 0  # of the others, all neighbours may have gone
    w = w[inside][:, inside].tocsr()
    w.sort_indices()
    if transformation == "r":
        w.data = w.data / np.repeat(np.asarray(w.sum(axis=1)), np.diff(w.indptr))
    ids = kept[inside]
    n, k = len(ids), len(numbers) + 1
    if n - k - 2 < _LEAST_FREE:
        problem = f"{n} regions for {k + 2} parameters (constant, regressors, spatial process, variance)"
        raise SpatialError(message(problem, where=where, allowed=f"at least {k + 2 + _LEAST_FREE} regions"))
    x, back = np.ones((n, k)), np.eye(k)
    for place, (name, column) in enumerate(numbers.items(), start=1):
        x[:, place], middle, scale = _centred(column[inside], name, where)
        if scale < LEAST_SCALE:
            problem = f"{name} varies by {scale:.3g}: its coefficient leaves the range of numbers"
            raise SpatialError(message(problem, where=where, allowed="a larger unit"))
        back[place, place], back[0, place] = 1 / scale, -middle / scale
    singular = np.linalg.svd(x, compute_uv=False)
    if singular[-1] <= 1e-10 * singular[0]:
        names = [CONSTANT, *numbers]
        heavy = np.abs(np.linalg.svd(x)[2][-1])
        mixed = [name for name, share in zip(names, heavy, strict=True) if share > 1e-6]
        allowed = "columns of which none follows from the others"
        raise SpatialError(message(f"{listed(mixed)} are collinear", where=where, allowed=allowed))
    scaled, shift, unit = _centred(own[inside], "y", where)
    if transformation != "r":  # the lag of a constant tells regions apart
        shift, unit = 0.0, float(np.abs(own[inside]).max())
        scaled = own[inside] / unit
    return Design(ids, lag_operator(w), scaled, x, (CONSTANT, *numbers), back, unit, left_out, n, shift=shift)


def _centred(values: Floats, name: str, where: str) -> tuple[Floats, float, float]:
    """Return values less their mean and over their largest deviation, that mean and that deviation."""
    size = unit_of(values)
    first = values[0] / size
    z = values / size - first  # exact beside a large constant
    middle = float(z.mean())
    z = z - middle
    peak = float(np.abs(z).max())
    if peak <= 2 * ROUNDING:
        raise SpatialError(
            message(f"{name} is constant over the {len(z)} regions", where=where, allowed="values that vary")
        )
    return z / peak, float(first + middle) * size, peak * size


@dataclass(frozen=True, slots=True)
class SpatialRegression(ResultDisplay):
    """A fitted regression of one map.

    Attributes
    ----------
    model : {"ols", "slx", "sar", "sem", "sdm", "sdem"}
    dependent : str
    coefficients : DataFrame
        Index: constant, regressors, their lags ("W ..."), last the process ("rho" of the lag, "lambda" of the error).
        estimate, standard_error, statistic (t or z), p_asymptotic (t law for ols and slx, exact for independent normal
        errors; normal law otherwise; NaN for the process of fewer than 30 regions, where it rejects three times too
        often), p_value (that of ols and slx; else parametric bootstrap of the signed generalised least squares t, and
        of the likelihood ratio for the process), p_low, p_high (Monte Carlo interval), method (of p_value), draws
        (behind it, 0 of a law). `attrs` name the null hypothesis.
    tests : DataFrame
        Index `test`: statistic, df, p_asymptotic, p_value, p_low, p_high, method, null, draws (behind p_value: of the
        LM-error and of Hausman's test at most 999).
    rho, sigma2, log_likelihood, aic, r_squared : float
        Spatial parameter (0 without one); variance of the errors (divisor n); the last is the squared correlation of
        y with its prediction from the regressors.
    n, parameters : int
    draws : int
        Samples of the parametric bootstrap.
    left_out : dict
        Region -> "no data" or "no neighbours".
    notes : tuple of str
        What so many regions allow.
    fitted, residuals : Series
        Prediction from the regressors; errors e of the model. Of a panel (year, region), less the effects.
    effects : Series or None
        Fixed effects of the regions of a panel.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> index = {year: gp.load_published(year)["index"] for year in (2010, 2014)}
    >>> print(gp.spatial_regression(index[2014], index[2010].rename("before"), graph, model="sar", draws=999).summary())
    SAR of index, 16 regions, 4 parameters; log-likelihood -55.91, AIC 119.8, squared correlation with the prediction
    0.5382.
    Null hypothesis of each term: its coefficient is zero, given the others.
    constant: 21.56 (standard error 11.2), p = 0.054.
    before: 0.6912 (standard error 0.1891), p = 0.0040.
    rho: -0.1444 (standard error 0.2906), p = 0.724.
    p-values of constant: normal law; before, rho: parametric bootstrap, 999 draws; ≤ where no draw lies farther out.
    likelihood ratio of the process: 0.1466, p = 0.724 (parametric bootstrap, 999 draws); null hypothesis: no spatial
    lag.
    LM-error of the residuals: 6.06, p = 0.012 (parametric bootstrap, 999 draws); null hypothesis: no spatial error
    beside the lag.
    16 regions: in 999 samples drawn from this fit the estimate of rho (-0.14) is -0.22 on average, and 95% of the
    estimates lie between -0.78 and 0.37.
    With 16 regions chi-square and normal p-values reject too often (16 regions, nominal 5%: likelihood ratio 8.5%,
    Wald test of rho 14%); quote the bootstrap's.
    Coefficients are no effects here: impacts() gives direct, indirect and total ones.
    Left out: no region.
    """

    model: Model
    dependent: str
    coefficients: pd.DataFrame
    tests: pd.DataFrame
    rho: float
    sigma2: float
    log_likelihood: float
    aic: float
    r_squared: float
    n: int
    parameters: int
    draws: int
    left_out: dict[object, str]
    notes: tuple[str, ...]
    fitted: pd.Series
    residuals: pd.Series
    design: Design = field(repr=False, compare=False)
    estimates: Fit = field(repr=False, compare=False)
    effects: pd.Series | None = None

    @property
    def laws(self) -> dict[str, list[str]]:
        """Return how the p-values of the terms were found -> the terms."""
        told = self.coefficients["method"][self.coefficients["p_value"].notna()]
        return {how: [str(name) for name in told.index[told == how]] for how in told.unique()}

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients."""
        return self.coefficients

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {value:.4g}" for name, value in self.coefficients["estimate"].items())
        return f"{self.model.upper()} of {self.dependent}: {told}; logL {self.log_likelihood:.4g}, n = {self.n}"


def spatial_regression(
    y: pd.Series,
    regressors: pd.DataFrame | pd.Series | None,
    graph: Graph | W,
    *,
    model: Model = "ols",
    lagged: Sequence[str] | None = None,
    transformation: Transformation | None = "r",
    draws: int | None = None,
    rng: Generator | int | None = None,
) -> SpatialRegression:
    """Fit a regression with or without space to one map, with its diagnostics.

    Parameters
    ----------
    y : Series
        Values by region.
    regressors : DataFrame, Series or None
        By region; a constant is added. A region with a missing value is left out and listed, so is one without
        neighbours.
    graph : libpysal.graph.Graph or libpysal.weights.W
    model : {"ols", "slx", "sar", "sem", "sdm", "sdem"}
        Least squares; with neighbours' regressors (SLX); ``y = rho W y + X b + e`` (SAR); ``u = lambda W u + e`` (SEM);
        SAR and SEM with neighbours' regressors (SDM, SDEM). The last four by maximum likelihood.
    lagged : sequence of str, optional
        Regressors whose neighbours' value enters slx, sdm and sdem; None is all.
    transformation : {"r", "b"} or None
        "r" makes the rows of the weights sum to one, "b" sets every weight to one, None keeps them.
    draws : int, optional
        Samples of the parametric bootstrap; None is 9,999 up to 100 regions, 999 up to 1,000, none above; 0 for none.
    rng : Generator, int or None
        None is the fixed seed.

    Returns
    -------
    SpatialRegression

    Raises
    ------
    SpatialError
        If labels differ, a column is constant, collinear or not finite, or too few regions are left.

    Notes
    -----
    The log-likelihood is concentrated (Ord 1975), standard errors come from the information matrix (Anselin 1988). The
    common factor test of sdm is the likelihood ratio against sem. Coefficients of regressors in sar and sdm are no
    effects: see :func:`growthpoles.impacts`. No model here says that neighbours cause anything (Gibbons & Overman
    2012).

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> index = {year: gp.load_published(year)["index"] for year in (2010, 2014)}
    >>> fit = gp.spatial_regression(index[2014], index[2010].rename("before"), graph, model="sem", draws=99)
    >>> round(fit.rho, 2)
    0.34
    """
    if model not in PROCESS:
        raise SpatialError(unknown_option("model", model, get_args(Model)))
    design = make_design(
        y, regressors, graph, lagged=lagged if model in DURBIN else (), transformation=transformation,
        where=f"spatial regression, {model}",
    )  # fmt: skip
    if model in DURBIN and not any(name.startswith("W ") for name in design.names):
        raise SpatialError(message(f"model={model!r} without regressors to lag", allowed="a regressor, or sar or sem"))
    name = "y" if y.name is None else str(y.name)
    return fit_design(design, model, dependent=name, draws=draws, rng=generator(rng, error=SpatialError))


def bootstrap_draws(draws: int | None, n: int) -> int:
    """Return the samples of the parametric bootstrap, the default for so many regions."""
    if draws is None:
        return 9_999 if n <= 100 else 999 if n <= 1_000 else 0
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or not 0 <= draws <= 10**7:
        raise SpatialError(message(f"draws={draws!r}", allowed="a whole number from 0 to 10^7"))
    return int(draws)


def put_drawn(frame: pd.DataFrame, name: str, found: Drawn) -> None:
    """Set the p-value of a row, its interval, and how it was found."""
    p, low, high, how, draws = found
    frame.loc[name, ["p_value", "p_low", "p_high"]] = [p, low, high]
    frame.loc[name, "method"], frame.loc[name, "draws"] = how, draws


def drawn_from(draws: int, asked: int | None = None) -> str:
    """Say from how many samples a p-value is; `asked` also counts those in which the statistic is not defined."""
    beside = f" (of {asked}, where it is defined)" if asked not in (None, draws) else ""
    return f"parametric bootstrap, {format_count(draws)} draws{beside}"


def fit_design(design: Design, model: Model, *, dependent: str, draws: int | None, rng: Generator) -> SpatialRegression:
    """Fit a model to an aligned design."""
    kind, n, k = PROCESS[model], design.count, design.x.shape[1]
    draws = 0 if design.panel else bootstrap_draws(draws, n)
    found = fit(design.lag, design.y, design.x, kind, count=n)
    if found.sigma2 <= 1e-20:
        raise SpatialError(message("the regressors explain y without residuals", allowed="residuals that vary"))
    linear = np.column_stack([design.back * design.unit, np.zeros(k)])
    b = design.back @ found.b * design.unit
    if design.shift:  # what was taken from y is in the constant: of a lag model less its lag
        b[0] += design.shift * (1 - found.rho if kind == "lag" else 1.0)
        linear[0, k] = -design.shift if kind == "lag" else 0.0
    error = standard_errors(linear[:, : len(found.covariance)], found.covariance)
    frame = pd.DataFrame({"estimate": b, "standard_error": error}, index=list(design.names))
    if kind != "none":
        frame.loc["rho" if kind == "lag" else "lambda"] = [found.rho, float(np.sqrt(found.covariance[k, k]))]
    frame = _with_p_values(frame.rename_axis("term"), design, kind, draws, rng)
    tests = _tests(design, found, model, draws, rng)
    if kind != "none":
        process = tests.loc["likelihood ratio of the process", [*_DRAWN]]
        frame.loc[frame.index[-1], list(process.index)] = process.to_numpy()
        if not draws:
            frame.loc[frame.index[-1], "method"] = "likelihood ratio, chi-square"
    say_tests(frame, NULL, dict(frame["method"]), draws=dict(frame["draws"].astype(int)))
    say_tests(tests, dict(tests["null"]), dict(tests["method"]), draws=dict(tests["draws"]), alternative="greater")
    signal = design.x @ found.b
    if kind == "lag":
        signal = design.lag.inverse(found.rho, signal.reshape(-1, design.lag.n).T).T.ravel()
    parameters = k + 1 + (kind != "none")
    rows = design.ids if design.rows is None else design.rows
    loglik = found.loglik - n * float(np.log(design.unit))
    fitted = pd.Series(signal * design.unit + design.shift, index=rows, name=dependent)
    return SpatialRegression(
        model=model,
        dependent=dependent,
        coefficients=frame,
        tests=tests,
        rho=found.rho,
        sigma2=found.sigma2 * design.unit * design.unit,  # inf beyond the range of numbers
        log_likelihood=loglik,
        aic=2 * parameters - 2 * loglik,
        r_squared=_squared_correlation(signal, design.y, centred=not design.panel),
        n=design.n,
        parameters=parameters,
        draws=draws,
        left_out=design.left_out,
        notes=_notes(design, found, model, draws, rng),
        fitted=fitted,
        residuals=pd.Series(found.residuals * design.unit, index=rows, name="residual"),
        design=design,
        estimates=found,
    )


def _squared_correlation(signal: Floats, y: Floats, *, centred: bool) -> float:
    """Return the squared correlation, 0 where the prediction is the same everywhere.

    Values of a panel are less their effects, and turned so that their mean is no longer 0: they stay as they are.
    """
    signal, y = (each - each.mean() if centred else each for each in (signal, y))
    peak = np.abs(signal).max(initial=0.0)
    if np.ptp(signal) <= 1e-9 * peak or (centred and peak <= 1e-12 * np.abs(y).max(initial=0.0)):
        return 0.0
    return float((signal @ y) ** 2 / ((signal @ signal) * (y @ y)))


def standard_errors(linear: Floats, covariance: Floats) -> Floats:
    """Return the standard errors of linear forms (rows) of coefficients; units as large as 1e160 do no harm."""
    values, vectors = np.linalg.eigh(covariance)
    rows = linear @ (vectors * np.sqrt(np.maximum(values, 0.0)))
    peak = np.maximum(np.abs(rows).max(axis=1), 1e-300)
    return np.asarray(peak * np.sqrt(((rows / peak[:, None]) ** 2).sum(axis=1)))


def _with_p_values(frame: pd.DataFrame, design: Design, kind: Kind, draws: int, rng: Generator) -> pd.DataFrame:
    """Add the statistic of every term and its p-values, of the process only the asymptotic one."""
    from scipy.special import ndtr, stdtr

    n, k = design.count, design.x.shape[1]
    frame["statistic"] = frame["estimate"] / frame["standard_error"]
    size = -np.abs(frame["statistic"].to_numpy())
    frame["p_asymptotic"] = 2 * (stdtr(n - k, size) if kind == "none" else ndtr(size))
    if kind != "none" and n < SMALL:
        frame.loc[frame.index[-1], ["statistic", "p_asymptotic"]] = np.nan
    frame["p_value"] = frame["p_low"] = frame["p_high"] = frame["p_asymptotic"]
    frame["method"], frame["draws"] = "t law" if kind == "none" else "normal law", 0
    if kind == "none" or not draws:
        return frame
    for place, name in enumerate(design.names[1:], start=1):
        p, (low, high) = bootstrap_t(design, place, kind, draws, rng)[:2]
        put_drawn(frame, name, (p, low, high, drawn_from(draws), draws))
    return frame


def bootstrap_t(
    design: Design, place: int, kind: Kind, draws: int, rng: Generator, alternative: Any = "two-sided"
) -> tuple[float, tuple[float, float], float]:
    """Test one column: samples drawn from the fit without it, compared by the signed generalised least squares t.

    Of an error model, lambda is that of the restricted likelihood, in the fit and in every sample.

    Returns
    -------
    p, its Monte Carlo interval, the t
    """
    without = np.delete(design.x, place, axis=1)
    restricted = kind == "error"
    null = fit(design.lag, design.y, without, kind, restricted=restricted, traces=False)
    n, k = without.shape
    signal = without @ null.b
    sigma = float(np.sqrt(null.sigma2 * n / (n - k)))
    above = below = 0
    own = float(refit(design.lag, design.y[:, None], design.x, kind, restricted=restricted).t[place, 0])
    for part in _parts(draws, n):
        sample = simulate(design.lag, signal, null.rho, sigma, kind, part, rng)
        t = refit(design.lag, sample, design.x, kind, restricted=restricted).t[place]
        above += int((t >= own).sum())
        below += int((t <= own).sum())
    p, interval = monte_carlo_p(above, below, draws, alternative)
    return p, interval, own


def _parts(draws: int, n: int) -> list[int]:
    """Split draws so that a part holds at most some millions of numbers."""
    most = max(1, min(10_000, 5_000_000 // n))
    return [most] * (draws // most) + ([draws % most] if draws % most else [])


def _tests(design: Design, found: Fit, model: Model, draws: int, rng: Generator) -> pd.DataFrame:
    """Return the diagnostics of least squares, or the tests of a spatial process."""
    from scipy.stats import chi2

    lag, y, x, kind = design.lag, design.y, design.x, PROCESS[model]
    n, k = design.count, x.shape[1]
    if kind == "none" and design.panel:
        return diagnose_panel(lag, y, x, count=n)
    if kind == "none":
        own = (x @ np.linalg.inv(design.back))[:, 1:]
        return diagnose(lag, y, x, own / np.abs(own).max(axis=0, initial=1e-300), draws=draws, rng=rng)
    plain = fit(lag, y, x, "none", count=n)
    rows: dict[str, tuple[float, float, Drawn | None, str]] = {}
    ratio = max(0.0, 2 * (found.loglik - plain.loglik))
    what = "lag" if kind == "lag" else "error"
    rows["likelihood ratio of the process"] = (ratio, 1, None, f"no spatial {what}")
    if draws:
        sigma = float(np.sqrt(plain.sigma2 * n / (n - k)))
        own = _ratios(lag, y[:, None], x, kind)[0]
        above = 0
        for part in _parts(draws, n):
            sample = simulate(lag, x @ plain.b, 0.0, sigma, "none", part, rng)
            above += int((_ratios(lag, sample, x, kind) >= own * (1 - 1e-9)).sum())
        rows["likelihood ratio of the process"] = (ratio, 1, _placed(above, draws), f"no spatial {what}")
    if kind == "lag" and not design.panel:
        extra = _residual_p(design, found, min(draws, _LOOPED_DRAWS), rng) if draws and n <= _LOOPED else None
        rows["LM-error of the residuals"] = (_residual_lm(design, found), 1, extra, "no spatial error beside the lag")
    if model == "sdm":
        inner = [name for name in design.names if not name.startswith("W ")]
        if all(f"W {name}" in design.names for name in inner[1:]):
            error = fit(lag, y, design.only(inner).x, "error", count=n)
            ratio = max(0.0, 2 * (found.loglik - error.loglik))
            extra = _common_factor_p(design, design.only(inner), draws, rng.spawn(1)[0]) if draws else None
            rows["common factor"] = (ratio, k - len(inner), extra, "the model is a spatial error model")
    if model == "sem" and not design.panel:
        value, as_printed = _hausman(design, found.rho, found.b, found.sigma2)
        looped = draws and n <= _LOOPED and np.isfinite(value)
        most = min(draws, _LOOPED_DRAWS)
        extra = _hausman_p(design, found, value, most, rng.spawn(1)[0]) if looped else None
        rows["Hausman"] = (value, k, extra, "least squares and error model estimate the same")
        rows[PRINTED] = (as_printed, k, None, "to compare with published work: no test")
    frame = pd.DataFrame(
        [(statistic, df, float(chi2.sf(statistic, df)), extra, null) for statistic, df, extra, null in rows.values()],
        columns=["statistic", "df", "p_asymptotic", "extra", "null"],
        index=pd.Index(list(rows), name="test"),
    )
    told = [
        (p, p, p, "chi-square", 0) if extra is None else extra
        for p, extra in zip(frame["p_asymptotic"], frame["extra"], strict=True)
    ]
    frame[[*_DRAWN]] = told
    if PRINTED in frame.index:
        frame.loc[PRINTED, ["p_asymptotic", "p_value", "p_low", "p_high"]] = np.nan
        frame.loc[PRINTED, "method"] = "none"
    order = ["statistic", "df", "p_asymptotic", "p_value", "p_low", "p_high", "method", "null", "draws"]
    return frame[order].astype(dict.fromkeys(order[:-3], float) | {"draws": int})


def _placed(above: int, draws: int, asked: int | None = None) -> Drawn:
    """Return the p-value of a statistic that so many of the draws reach, its interval, and how it was found."""
    p, (low, high) = monte_carlo_p(above, draws, draws, "greater")
    return p, low, high, drawn_from(draws, asked), draws


def _ratios(lag: Lag, samples: Floats, x: Floats, kind: Kind) -> Floats:
    """Return twice the log-likelihood that the process adds in each sample."""
    return 2 * (refit(lag, samples, x, kind).loglik - refit(lag, samples, x, "none").loglik)


def _residual_lm(design: Design, found: Fit) -> float:
    """Return the LM test of error autocorrelation in the residuals of a lag model (Anselin 1988, 8.2)."""
    lag, e = design.lag, found.residuals
    g = lag.inverse(found.rho, lag.w.toarray())
    w = lag.w.toarray()
    trace, cross = float((w * w.T).sum() + (w * w).sum()), float((w * g.T).sum() + (w * g).sum())
    rest = trace - cross**2 * float(found.covariance[-1, -1])
    return float((e @ lag(e)) / found.sigma2) ** 2 / rest if rest > 0 else float("nan")


def _residual_p(design: Design, found: Fit, draws: int, rng: Generator) -> Drawn:
    """Place that test among samples drawn from the lag model."""
    lag, x = design.lag, design.x
    n, k = x.shape
    sigma = float(np.sqrt(found.sigma2 * n / (n - k)))
    sample = simulate(lag, x @ found.b, found.rho, sigma, "lag", draws, rng)
    again = refit(lag, sample, x, "lag")
    own, above = _residual_lm(design, found), 0
    for place in range(draws):
        rho, b, y = float(again.rho[place]), again.b[:, place], sample[:, place]
        rest = y - rho * lag(y) - x @ b
        s2 = float(rest @ rest) / n
        spread = information(lag, x, b, rho, s2, "lag", count=n)
        above += _residual_lm(design, Fit("lag", rho, b, s2, 0.0, spread, rest)) >= own
    return _placed(above, draws)


def _common_factor_p(design: Design, inner: Design, draws: int, rng: Generator) -> Drawn:
    """Place the common factor test among samples drawn from the error model: chi-square rejects 15 % at 16 regions."""
    lag, (n, k) = design.lag, inner.x.shape
    null = fit(lag, design.y, inner.x, "error", restricted=True, traces=False)
    sigma = float(np.sqrt(null.sigma2 * n / (n - k)))

    def ratios(samples: Floats) -> Floats:
        return refit(lag, samples, design.x, "lag").loglik - refit(lag, samples, inner.x, "error").loglik

    own, above = ratios(design.y[:, None])[0], 0
    for part in _parts(draws, n):
        sample = simulate(lag, inner.x @ null.b, null.rho, sigma, "error", part, rng)
        above += int((ratios(sample) >= own - 1e-9 * abs(own)).sum())
    return _placed(above, draws)


def _hausman(design: Design, rho: float, b: Floats, sigma2: float, y: Floats | None = None) -> tuple[float, float]:
    """Compare least squares with the error model (Pace & LeSage 2008); NaN where the difference is no variance.

    The second number is what spatialreg 1.2-6 prints: it takes the inverse of I - lambda W twice, where one of them has
    to be transposed, and may be negative.
    """
    x, lag = design.x, design.lag
    inner = np.linalg.inv(x.T @ x)
    spread = lag.inverse(rho, np.eye(design.n))
    filtered = x - rho * lag(x)
    narrow = sigma2 * np.linalg.inv(filtered.T @ filtered)
    apart = inner @ (x.T @ (design.y if y is None else y)) - b

    def statistic(middle: Floats, *, proper: bool) -> float:
        wide = sigma2 * inner @ middle @ inner - narrow
        if proper and np.linalg.eigvalsh((wide + wide.T) / 2)[0] <= 0:
            return float("nan")
        return float(apart @ np.linalg.solve(wide, apart))

    right = spread.T @ x
    return statistic(right.T @ right, proper=True), statistic(right.T @ (spread @ x), proper=False)


def _hausman_p(design: Design, found: Fit, own: float, draws: int, rng: Generator) -> Drawn | None:
    """Place Hausman's test among samples drawn from the error model, those in which it is defined."""
    n, k = design.x.shape
    sigma = float(np.sqrt(found.sigma2 * n / (n - k)))
    sample = simulate(design.lag, design.x @ found.b, found.rho, sigma, "error", draws, rng)
    again = refit(design.lag, sample, design.x, "error")
    drawn = np.array(
        [
            _hausman(design, float(again.rho[at]), again.b[:, at], float(again.sigma2[at]), sample[:, at])[0]
            for at in range(draws)
        ]
    )
    drawn = drawn[np.isfinite(drawn)]
    return _placed(int((drawn >= own).sum()), len(drawn), draws) if len(drawn) else None


def _notes(design: Design, found: Fit, model: Model, draws: int, rng: Generator) -> tuple[str, ...]:
    """Say what so many regions allow, measured on samples drawn from the fit itself."""
    n, k = design.count, design.x.shape[1]
    kind, notes = PROCESS[model], []
    if design.panel:
        return ()
    if kind == "none":
        notes.append(
            "t tests are exact for independent normal errors of one variance; the tests of the errors can speak "
            "against that, not for it."
        )
    elif draws:
        sigma = float(np.sqrt(found.sigma2 * n / (n - k)))
        sample = simulate(design.lag, design.x @ found.b, found.rho, sigma, kind, min(draws, _LOOPED_DRAWS), rng)
        drawn = refit(design.lag, sample, design.x, kind).rho
        low, high = np.quantile(drawn, [0.025, 0.975])
        notes.append(
            f"{n} regions: in {len(drawn)} samples drawn from this fit the estimate of "
            f"{'rho' if kind == 'lag' else 'lambda'} ({found.rho:.2f}) is {drawn.mean():.2f} on average, and 95% of "
            f"the estimates lie between {low:.2f} and {high:.2f}."
        )
    if kind != "none" and n < SMALL:
        notes.append(
            f"With {n} regions chi-square and normal p-values reject too often (16 regions, nominal 5%: likelihood "
            "ratio 8.5%, Wald test of rho 14%); quote the bootstrap's."
        )
    if model in DURBIN and n < SMALL and k > 5:
        notes.append(
            f"{k + 2} parameters for {n} regions: a Durbin model of more than two regressors is a description at best."
        )
    return tuple(notes)
