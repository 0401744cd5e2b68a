"""The examples in the docstrings of public names run and print what they show."""

from __future__ import annotations

import doctest
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import growthpoles

# They take seconds, and other tests run what they do.
SLOW = {"audit", "run_audit", "build_report", "Manifest", "typology_table"}
# Half of the time of all: figures, draws.
LONG = {
    "Audit", "Impacts", "JoinCountResult", "MarkovChain", "ModelTable", "Profile", "Proposal", "RatingChange",
    "Robustness", "SpatialRegression", "SpecificationCurve", "SpreadTest", "Verdict", "benefit_of_the_doubt",
    "change", "compare_ratings", "gradient_table", "growth_panel", "growth_regression", "impacts", "join_count",
    "leave_one_out", "load_industries", "model_table", "mutual_influence", "panel_regression",
    "plot_added_variable", "plot_bivariate", "plot_categories", "plot_change", "plot_change_parts",
    "plot_class_change", "plot_class_table", "plot_cluster_bubbles", "plot_contributions", "plot_correlation",
    "plot_correlogram", "plot_dumbbell", "plot_flows", "plot_hotspots", "plot_impacts", "plot_ksi",
    "plot_neighbours", "plot_panel", "plot_paths", "plot_points", "plot_power", "plot_rank_intervals",
    "plot_reference", "plot_shift_share", "plot_significance", "plot_symbols", "plot_theil", "plot_typology",
    "power_table", "profile", "propose_study", "save_figure", "save_proof", "sobol", "specification_curve",
    "spread_table", "spread_test", "spread_tests", "typeface", "unite_regions", "with_data",
}  # fmt: skip
NAMES = [
    pytest.param(name, marks=pytest.mark.slow if name in SLOW else pytest.mark.long if name in LONG else ())
    for name in growthpoles.__all__
    if name != "__version__"
]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(autouse=True)
def figures_are_closed() -> Iterator[None]:
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.mark.parametrize("name", NAMES)
def test_example_prints_what_it_shows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each starts from nothing, so that it can be pasted; files go to a folder of its own."""
    monkeypatch.chdir(tmp_path)
    text = getattr(growthpoles, name).__doc__
    examples = doctest.DocTestParser().get_examples(text)
    assert examples, f"{name} has no example"
    assert examples[0].source == "import growthpoles as gp\n"
    assert any(f"gp.{name}" in example.source for example in examples) or isinstance(getattr(growthpoles, name), type)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(doctest.DocTest(examples, {}, f"growthpoles.{name}", None, 0, text), out=told.append)
    assert not runner.failures, "".join(told)
