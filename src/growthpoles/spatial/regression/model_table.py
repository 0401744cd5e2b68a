"""Regression table as papers print it: models side by side in Markdown, TeX, HTML (Word)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, message
from growthpoles.language.number_format import MINUS, format_p, least_p
from growthpoles.language.phrases import escape_tex
from growthpoles.result_display import ResultDisplay, say_tests
from growthpoles.spatial.regression.spatial_regression import NULL, PRINTED, SpatialRegression

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARKDOWN = str.maketrans({sign: f"\\{sign}" for sign in "\\|*_<>[]`"})


@dataclass(frozen=True, slots=True)
class ModelTable(ResultDisplay):
    """Models of one variable side by side.

    Attributes
    ----------
    fits : tuple of SpatialRegression
    notes : tuple of str
        What holds for all models.
    extra : DataFrame
        Further rows (growth regressions: speed of convergence, half-life), one column per model.

    Examples
    --------
    >>> import growthpoles as gp
    >>> study = gp.load_study("mexico-gdp")
    >>> graph = gp.build_weights(gp.study_regions(study))
    >>> before, after = (gp.load_indicators(year, study=study)["gdp_per_head"] for year in (1940, 2000))
    >>> table = gp.growth_regression(before, after, graph, years=60, models=["ols", "sem"], draws=0)
    >>> print(*table.to_markdown().splitlines()[:7], sep=chr(10))
    | growth a year | OLS | SEM |
    | --- | ---: | ---: |
    | constant | 0.0823 | 0.0796 |
    |  | (0.0122) | (0.0111) |
    | p | < 0.0001 | < 0.0001 |
    | log level | -0.00725 | -0.00694 |
    |  | (0.0014) | (0.00128) |
    """

    fits: tuple[SpatialRegression, ...]
    notes: tuple[str, ...]
    extra: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return all numbers: index (model, term), the columns of the coefficients."""
        frame = pd.concat(
            {self.heads()[place]: fit.coefficients for place, fit in enumerate(self.fits)}, names=["model", "term"]
        )
        return say_tests(frame, NULL, dict(frame["method"]), draws=dict(frame["draws"]))

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.fits))

    def heads(self) -> list[str]:
        """Return the column heads: the models, numbered where one stands twice."""
        names = [fit.model.upper() for fit in self.fits]
        return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, start=1)]

    def cells(self, *, digits: int = 3) -> pd.DataFrame:
        """Return the table as printed: coefficients, standard errors below in brackets, p-values, then the tests."""
        terms = dict.fromkeys(term for fit in self.fits for term in fit.coefficients.index)
        order = [
            *(term for term in terms if term not in ("rho", "lambda")),
            *(t for t in ("rho", "lambda") if t in terms),
        ]
        rows: dict[str, list[str]] = {}
        for term in order:
            own = [fit.coefficients.loc[term] if term in fit.coefficients.index else None for fit in self.fits]
            rows[term] = ["" if each is None else _number(each["estimate"], digits) for each in own]
            rows[f"{term}: (s.e.)"] = [
                "" if each is None else f"({_number(each['standard_error'], digits)})" for each in own
            ]
            side = "greater" if term in ("rho", "lambda") else "two-sided"
            rows[f"{term}: p"] = ["" if each is None else _p(each, side) for each in own]
        for name, row in self.extra.iterrows():
            rows[str(name)] = [_number(value, digits) for value in row]
        tests = dict.fromkeys(test for fit in self.fits for test in fit.tests.index if test != PRINTED)
        rows["log-likelihood"] = [f"{fit.log_likelihood:.2f}" for fit in self.fits]
        rows["AIC"] = [f"{fit.aic:.2f}" for fit in self.fits]
        rows["squared correlation"] = [_number(fit.r_squared, digits) for fit in self.fits]
        for test in tests:
            own = [fit.tests.loc[test] if test in fit.tests.index else None for fit in self.fits]
            rows[test] = ["" if each is None else _number(each["statistic"], digits) for each in own]
            rows[f"{test}: p"] = ["" if each is None else _p(each, "greater") for each in own]
        rows["regions"] = [str(fit.n if fit.effects is None else len(fit.effects)) for fit in self.fits]
        if any(fit.effects is not None for fit in self.fits):
            rows["years"] = [str(1 if fit.effects is None else fit.n // len(fit.effects)) for fit in self.fits]
        return pd.DataFrame.from_dict(rows, orient="index", columns=self.heads()).rename_axis(self.fits[0].dependent)

    def to_markdown(self, *, digits: int = 3) -> str:
        """Return a pipe table with the notes below."""
        frame = self.cells(digits=digits)
        lines = [[str(frame.index.name), *frame.columns], ["---", *["---:"] * len(frame.columns)]]
        lines += [
            [_label(name).translate(_MARKDOWN), *row]
            for name, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)
        ]
        lines[0][0] = lines[0][0].translate(_MARKDOWN)
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        return f"{table}\n\n{' '.join(self._said())}\n"

    def to_latex(self, *, title: str = "", digits: int = 3) -> str:
        """Return a `table` environment with booktabs rules, the notes below."""
        frame = self.cells(digits=digits)
        body = [
            " & ".join([escape_tex(_label(name)), *(escape_tex(cell.replace("-", MINUS)) for cell in row)]) + r" \\"
            for name, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)
        ]
        head = " & ".join(map(escape_tex, [str(frame.index.name), *frame.columns]))
        lines = [r"\begin{table}", *([rf"\caption{{{escape_tex(title)}}}"] if title else [])]
        lines += [rf"\begin{{tabular}}{{l{'r' * len(frame.columns)}}}", r"\toprule", rf"{head} \\", r"\midrule", *body]
        lines += [
            r"\bottomrule",
            r"\end{tabular}",
            r"\par\footnotesize " + escape_tex(" ".join(self._said())),
            r"\end{table}",
        ]
        return "\n".join(lines) + "\n"

    def to_html(self, *, digits: int = 3) -> str:
        """Return an HTML table with the notes below; word processors open it as a table."""
        from html import escape

        frame = self.cells(digits=digits)
        table = (
            frame.set_axis([_label(name) for name in frame.index])
            .rename_axis(columns=str(frame.index.name))
            .to_html(border=0)
        )
        return f"{table}\n<p>{escape(' '.join(self._said()))}</p>\n"

    def _said(self) -> list[str]:
        """Return the notes of the table and of its models, each once."""
        how = [f"Null hypothesis of each coefficient: {NULL}; two-sided p by {self._laws('coefficients')}."]
        tests = pd.concat([fit.tests[fit.tests["method"] != "none"] for fit in self.fits])["null"]
        if len(tests):
            nulls = "; ".join(
                f"{', '.join(own.index.unique())}: {null}" for null, own in tests.groupby(tests, sort=False)
            )
            how.append(f"Tests: p by {self._laws('tests')}. Null hypotheses: {nulls}.")
        own = [f"{head}: {note}" for head, fit in zip(self.heads(), self.fits, strict=True) for note in fit.notes]
        left = ", ".join(f"{region} ({why})" for region, why in self.fits[0].left_out.items())
        return [*how, *self.notes, *own, *([f"Left out: {left}."] if left else [])]

    def _laws(self, part: str) -> str:
        """Say of the p-values of the coefficients or the tests how they were found, and in which models."""
        found: dict[str, list[str]] = {}
        for head, fit in zip(self.heads(), self.fits, strict=True):
            frame: pd.DataFrame = getattr(fit, part)
            told = frame["method"][frame["p_value"].notna() & (frame["method"] != "none")]
            for how, own in told.groupby(told, sort=False):
                names = "" if len(own) == len(told) else f" ({', '.join(own.index)})"
                found.setdefault(str(how), []).append(head + names)
        return "; ".join(f"{how}: {', '.join(where)}" for how, where in found.items())


def _label(name: str) -> str:
    return "p" if name.endswith(": p") else "" if name.endswith(": (s.e.)") else name


def _number(value: float, digits: int) -> str:
    return "" if np.isnan(value) else f"{value:.{digits}g}" if abs(value) < 1 else f"{value:.{digits}f}"


def _p(row: pd.Series, side: str) -> str:
    p = float(row["p_value"])
    return "" if np.isnan(p) else format_p(p, least=least_p(float(row["draws"]), side))


def model_table(fits: Sequence[SpatialRegression]) -> ModelTable:
    """Set regressions of one variable side by side.

    Parameters
    ----------
    fits : sequence of SpatialRegression
        Of the same dependent variable.

    Returns
    -------
    ModelTable

    Raises
    ------
    SpatialError
        If there is none, or they explain different variables or regions.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> index = {year: gp.load_published(year)["index"] for year in (2010, 2014)}
    >>> before = index[2010].rename("b")
    >>> fits = [gp.spatial_regression(index[2014], before, graph, model=name, draws=0) for name in ("ols", "sar")]
    >>> gp.model_table(fits).cells().loc["b"].to_dict()
    {'OLS': '0.732', 'SAR': '0.691'}
    """
    fits = list(fits)
    if not fits or any(not isinstance(fit, SpatialRegression) for fit in fits):
        raise SpatialError(
            message("no regressions given", where="model table", allowed="results of spatial_regression")
        )
    first = fits[0]
    for fit in fits[1:]:
        if fit.dependent != first.dependent or not fit.design.ids.equals(first.design.ids):
            problem = f"{fit.dependent} of {fit.n} regions beside {first.dependent} of {first.n}"
            raise SpatialError(message(problem, where="model table", allowed="one variable over the same regions"))
    return ModelTable(tuple(fits), (), pd.DataFrame())
