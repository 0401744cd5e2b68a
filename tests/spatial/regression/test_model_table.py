"""The printed table: every number is that of its model; Markdown, TeX and HTML hold the same cells."""

from __future__ import annotations

import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import SpatialError


@pytest.fixture(scope="module")
def fits(columbus):
    y, x, graph = columbus
    x = x.rename(columns={"INC": "income_$"})
    return [gp.spatial_regression(y, x, graph, model=model, draws=0) for model in ("ols", "sar", "sem")]


def test_cells(fits):
    table = gp.model_table(fits)
    cells = table.cells()
    assert list(cells.columns) == ["OLS", "SAR", "SEM"] and cells.index.name == "CRIME"
    assert cells.loc["income_$"].tolist() == ["-1.597", "-1.074", "-0.995"]
    assert cells.loc["rho"].tolist() == ["", "0.404", ""] and cells.loc["lambda"].tolist() == ["", "", "0.521"]
    assert cells.loc["AIC"].tolist() == [f"{fit.aic:.2f}" for fit in fits]
    whole = table.to_frame()
    assert whole.loc[("SAR", "rho"), "estimate"] == fits[1].rho


def test_formats_hold_the_same_cells(fits):
    table = gp.model_table(fits)
    cells = table.cells()
    markdown, tex, html = table.to_markdown(), table.to_latex(title="Crime & income"), table.to_html()
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    assert len(lines) == len(cells) + 2 and {line.count(" | ") for line in lines[2:]} == {3}
    assert "income\\_$ | -1.597" in markdown and r"income\_\$ & $-$1.597 & $-$1.074 & $-$0.995 \\" in tex
    assert r"\caption{Crime \& income}" in tex and tex.count(r"\\") == len(cells) + 1
    parsed = pd.read_html(html, keep_default_na=False)[0] if pytest.importorskip("lxml") else None
    assert parsed is None or parsed.iloc[:, 1:].astype(str).to_numpy().tolist()[0][0] == cells.iloc[0, 0]
    for text in (markdown, tex, html):
        assert "t law in OLS and SLX" in text


def test_tex_holds_no_sign_that_old_fonts_print_as_another(fits):
    tex = gp.model_table(fits).to_latex(title="a < b > c | d")
    cells = gp.model_table(fits).cells()
    assert (cells == "< 0.0001").any(axis=None) and r"\textless{} 0.0001" in tex
    assert not set("<>|\N{MINUS SIGN}") & set(tex) and r"$-$1.597 & $-$1.074" in tex


def test_two_models_of_one_kind_are_numbered(fits):
    assert list(gp.model_table([fits[1], fits[1]]).cells().columns) == ["SAR (1)", "SAR (2)"]


def test_what_does_not_belong_together_is_refused(fits, columbus):
    y, x, graph = columbus
    other = gp.spatial_regression(y.rename("BURGLARY"), x, graph, draws=0)
    with pytest.raises(SpatialError, match="BURGLARY of 49 regions beside CRIME of 49"):
        gp.model_table([fits[0], other])
    with pytest.raises(SpatialError, match="no regressions given"):
        gp.model_table([])
