"""The same question has one answer: README, Python, command line and report print the same p-value."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import growthpoles as gp
from growthpoles.cli import analyse
from growthpoles.cli.app import app
from growthpoles.randomness import PERMUTATIONS, SEED
from growthpoles.report import stages
from growthpoles.spatial.poles.spread_backwash import RING
from growthpoles.study import pole_tables
from growthpoles.study.load_study import builtin_names, load_study
from growthpoles.study.pole_tables import gradient_table, spread_table
from growthpoles.study.verdict import default_relocations

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "outputs" / "tables"  # those of the report, which test_report.py holds the report against
POLES = ["KZ-ALA", "KZ-AST"]


@pytest.fixture(scope="module")
def index() -> dict[int, pd.Series]:
    return {year: gp.rate(gp.load_indicators(year))["index"] for year in (2010, 2014)}


@pytest.fixture(scope="module")
def graph() -> object:
    return gp.build_weights(gp.load_regions(2014))


def asked(*words: str) -> list[dict[str, object]]:
    found = CliRunner().invoke(app, [*words, "--format", "json", "--quiet"])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_morans_i_of_the_index_of_2014(index: dict[int, pd.Series], graph: object) -> None:
    here = gp.moran(index[2014], graph)
    assert here.permutations == PERMUTATIONS
    assert repr(here).replace("\u00a0", " ") in (ROOT / "README.md").read_text(encoding="utf-8")
    (told,) = asked("stats", "--statistic", "moran", "--year", "2014", "--edition", "realigned")
    reported = pd.read_csv(TABLES / "moran.csv").query(
        "edition == 'realigned' and year == 2014 and variable == 'index'"
    )
    keys = ["statistic", "z_score", "p_value", "p_low", "p_high", "permutations"]
    row = here.to_frame().iloc[0]
    assert [told[key] for key in keys] == pytest.approx([row[key] for key in keys], rel=1e-9)
    assert reported[keys].iloc[0].tolist() == pytest.approx([row[key] for key in keys], rel=1e-9)


def test_local_moran_of_the_index_of_2014(index: dict[int, pd.Series], graph: object) -> None:
    here = gp.local_moran(index[2014], graph, adjust="tarone").to_frame()["p_value"]
    told = pd.DataFrame(asked("stats", "--statistic", "local_moran", "--year", "2014", "--edition", "realigned"))
    reported = pd.read_csv(TABLES / "local_moran_realigned_2014.csv").set_index("region")["p_value"]
    expected = pytest.approx(here.to_dict(), rel=1e-9)
    assert told.set_index("region")["p_value"].to_dict() == expected
    assert reported.to_dict() == expected


@pytest.mark.long
def test_distance_gradient_and_spread(
    index: dict[int, pd.Series], graph: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = pole_tables._indices  # of four editions, of which one is asked for
    own = lambda *args, **options: (one for one in every(*args, **options) if one.edition == "realigned")  # noqa: E731
    monkeypatch.setattr(pole_tables, "_indices", own)
    reported = pd.read_csv(TABLES / "gradient_2014.csv").set_index("pole")["p_value"]
    here = gp.distance_gradient(index[2014], gp.load_regions(2014), POLES)["p_value"]
    told = gradient_table(load_study()).loc["realigned", 2014]["p_value"]
    assert reported.to_dict() == pytest.approx(here.to_dict(), rel=1e-9, nan_ok=True)
    assert told.to_dict() == pytest.approx(here.to_dict(), rel=1e-9, nan_ok=True)
    reported = pd.read_csv(TABLES / "spread.csv").set_index("test")["p_value"]
    pooled = gp.rate({year: gp.load_indicators(year) for year in (2010, 2014)}, limits="pooled")
    before, after = (pooled[year]["index"] for year in (2010, 2014))
    here = gp.spread_tests(before, after, graph, years=4, poles=POLES)["p_value"]
    told = spread_table(load_study()).loc["realigned"]["p_value"]
    assert list(reported.index) == list(here.index) and f"{RING} 1" in here.index
    assert reported.to_dict() == pytest.approx(here.to_dict(), rel=1e-9, nan_ok=True)
    assert told.to_dict() == pytest.approx(here.to_dict(), rel=1e-9, nan_ok=True)


@pytest.mark.long
def test_verdict() -> None:
    here = gp.verdict()
    reported = pd.read_csv(TABLES / "verdict.csv").fillna("").set_index(["choice", "value"])["median_p"]
    assert reported.loc["all"].item() == pytest.approx(here.curve.overall["median_p"], rel=1e-9)
    defaults = {inspect.signature(each).parameters["permutations"].default for each in (gp.verdict, analyse.verdict)}
    assert defaults == {None} and {here.curve.permutations} == {stages.CURVE_RELOCATIONS} == {default_relocations(16)}
    assert default_relocations(3_000) == 1_999


def test_studies_that_state_no_seed_have_that_of_python() -> None:
    assert {load_study(name).study.seed for name in builtin_names()} == {SEED}
