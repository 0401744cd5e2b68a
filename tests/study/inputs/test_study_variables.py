"""Variables of a study by name: what needs no rating is not rated."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from growthpoles.cli import app
from growthpoles.errors import RatingError, StudyError
from growthpoles.report.figures import draw_map
from growthpoles.study.inputs import load_published
from growthpoles.study.inputs.study_variables import variable_of
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study


@pytest.fixture
def unratable(tmp_path: Path, study_maker: Callable[..., Path]) -> Study:
    """A study whose growth is below zero everywhere, which scores relative to the leader do not take."""
    path = study_maker(tmp_path / "study")
    table = path.with_name("table-2020.csv")
    frame = pd.read_csv(table)
    frame.assign(growth=-frame["growth"]).to_csv(table, index=False)
    return load_study(path)


def test_a_raw_column_is_mapped_and_tested_without_a_rating(unratable: Study, tmp_path: Path) -> None:
    written = pd.read_csv(unratable.path.with_name("table-2020.csv"), index_col="code")["growth"]
    found = variable_of(unratable, "growth")
    assert (written < 0).all() and found.y.to_dict() == written.to_dict()
    assert (found.name, found.year, found.edition) == ("growth", 2020, "data")
    assert draw_map(unratable, "values", variable="growth").get_figure(root=True) is not None
    out = tmp_path / "stats.csv"
    command = ["stats", "--study", str(unratable.path), "--statistic", "moran", "--permutations", "99"]
    done = CliRunner().invoke(app, [*command, "--variable", "growth", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert pd.read_csv(out)["n"].tolist() == [9]


@pytest.mark.parametrize("name", [None, "index", "score_growth", "rank"])
def test_what_the_rating_computes_is_rated(unratable: Study, name: str | None) -> None:
    with pytest.raises(RatingError, match="growth"):
        variable_of(unratable, name)


def test_an_unknown_variable_is_named_even_where_nothing_can_be_rated(unratable: Study) -> None:
    with pytest.raises(StudyError, match=r"variable='groth' is not known; allowed: index, .*; nearest: growth"):
        variable_of(unratable, "groth")


def test_published_figures_are_variables() -> None:
    study = load_study()
    printed = load_published(2014, study=study)
    for name, edition in (("ksi", None), ("index", "published")):
        found = variable_of(study, name, 2014, edition)
        assert found.edition == "published"
        pd.testing.assert_series_equal(found.y, printed[name].reindex(found.regions.index), check_names=False)
    with pytest.raises(StudyError, match="cannot be merged"):
        variable_of(study, "ksi", enclaves="merge")
    with pytest.raises(StudyError, match=r"'ksi_status' is not known; allowed: index, ksi"):
        variable_of(study, "ksi_status", 2014, "published")


def test_enclaves_are_merged_before_they_are_rated() -> None:
    apart, merged = (variable_of(load_study(), "rank", enclaves=way) for way in ("keep", "merge"))  # type: ignore[arg-type]
    assert len(merged.y) < len(apart.y) and merged.y.max() == len(merged.y)
