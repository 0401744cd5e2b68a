"""A study that says how it is rated is rated so everywhere: tables, maps, command line, report, manifest."""

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import growthpoles as gp
from growthpoles.errors import MapError, RatingError, StudyError
from growthpoles.language.languages import LANGUAGES
from growthpoles.language.phrases import Words
from growthpoles.ratings import Aggregation, Normalisation, Treatment, Weighting, register
from growthpoles.ratings.catalogue import read_catalogue
from growthpoles.ratings.methods import METHODS
from growthpoles.report.build_report import build_report, compute
from growthpoles.report.figures import draw_map
from growthpoles.report.results import Results
from growthpoles.report.tables.report_tables import report_tables
from growthpoles.study.inputs import study_rating
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

CATALOGUE = """code,kind,parent,direction,weight,name_en
index,aggregate,,1,1,Index
money,aggregate,index,1,2,Money
ideas,aggregate,index,1,1,Ideas
growth,indicator,money,1,3,Growth
patents,indicator,ideas,1,1,Patents
papers,indicator,ideas,-1,4,Papers
"""
OWN = """normalisation = "min-max"
weighting = "equal"
aggregation = { ideas = "geometric" }
zeros = "zero"
"""
Maker = Callable[..., Path]


@pytest.fixture
def rated(tmp_path: Path, study_maker: Maker, few: None) -> Callable[..., Study]:
    """Write a study of nine regions, two years and three indicators with a method of its own."""

    def make(method: str, languages: str = '["en", "ru", "kk"]') -> Study:
        folder = tmp_path / "study"
        path = study_maker(folder, years=(2018, 2020))
        (folder / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
        for table in folder.glob("table-*.csv"):
            frame = pd.read_csv(table)
            frame.assign(papers=[3 + (5 * i + len(table.name)) % 9 for i in range(len(frame))]).to_csv(
                table, index=False
            )
        text = path.read_text().replace('"catalogue.csv"\n', f'"catalogue.csv"\n{method}')
        path.write_text(text.replace('languages = ["en"]', f"languages = {languages}"), encoding="utf-8")
        return load_study(path)

    return make


def page_text(out: Path) -> str:
    """Return the page without its links to the glossary."""
    page = (out / "report.html").read_text(encoding="utf-8")
    return re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", page)


def by_hand(study: Study, year: int) -> pd.DataFrame:
    """Rate without the study's own helper."""
    return gp.rate(
        gp.load_indicators(year, study=study),
        read_catalogue(study.resolve("catalogue.csv")),
        normalisation="min-max",
        weighting="equal",
        aggregation={"ideas": "geometric"},
        zeros="zero",
    )


@pytest.mark.long
@pytest.mark.usefixtures("rated_only")
def test_one_method_everywhere(rated: Callable[..., Study], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    study = rated(OWN)
    expected = by_hand(study, 2020)
    low = gp.rate(gp.load_indicators(2020, study=study), gp.study_catalogue(study))
    assert not expected["index"].equals(low["index"])  # or the test would not tell

    pd.testing.assert_frame_equal(study_rating(study, gp.load_indicators(2020, study=study)), expected)
    said = gp.rate(gp.load_indicators(2020, study=study), gp.study_catalogue(study), **study.rating.options)
    pd.testing.assert_frame_equal(said, expected)

    from growthpoles.cli import app

    out = tmp_path / "rate.csv"
    command = ["rate", "--study", str(study.path), "--year", "2020", "--format", "csv", "--out", str(out), "--quiet"]
    assert CliRunner().invoke(app, command).exit_code == 0
    written = pd.read_csv(out).set_index("region").reindex(expected.index)
    for column in ("index", "money", "ideas", "score_papers"):
        assert written[column].to_numpy() == pytest.approx(expected[column].to_numpy())

    drawn: list[pd.Series] = []
    take = lambda regions, frame, column, **options: drawn.append(frame[column])  # noqa: E731
    monkeypatch.setattr("growthpoles.maps.plot_rating", take)
    draw_map(study, "rating", year=2020)
    draw_map(study, "rating", year=2020, variable="ideas")
    pd.testing.assert_series_equal(drawn[0], expected["index"])
    pd.testing.assert_series_equal(drawn[1], expected["ideas"])

    from growthpoles.study.inputs.study_variables import study_variables

    for variable in study_variables(study, []):
        by_year = by_hand(study, variable.year)[variable.name]
        assert variable.y.to_numpy() == pytest.approx(by_year.to_numpy())

    results = compute(study)
    tables = report_tables(results)
    columns = list(expected.columns)
    pd.testing.assert_frame_equal(tables["rating_data_2020"][columns], expected, check_freq=False)
    assert tables["summary"]["index_2020"].reindex(expected.index).equals(expected["index"])
    robust = results.stages.robustness[2020]
    assert robust.labels[1] == ("min-max", "leader")
    pd.testing.assert_frame_equal(robust.nominal, expected)
    assert "do not add up" in results.stages.left_out["strengths"]  # arithmetic and geometric means


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_the_manifest_knows_the_method(rated: Callable[..., Study], tmp_path: Path) -> None:
    study, out = rated(OWN, '["en"]'), tmp_path / "out"
    first = build_report(study, out=out)
    assert build_report(load_study(study.path), out=out).unchanged
    assert first.record["study"]["rating"]["aggregation"] == {"ideas": "geometric"}
    study.path.write_text(study.path.read_text().replace('weighting = "equal"\n', ""))
    second = build_report(load_study(study.path), out=out)
    assert not second.unchanged and "tables/rating_data_2020.csv" in second.written
    assert first.record["study"]["sha256"] != second.record["study"]["sha256"]


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_the_page_says_how_the_study_is_rated(rated: Callable[..., Study], tmp_path: Path) -> None:
    build_report(rated(OWN + "availability = 0.5\n"), out=tmp_path / "out")
    page = page_text(tmp_path / "out")
    assert "Scores: place of each value between the worst region (0) and the best (100)." in page
    assert "Aggregates: arithmetic mean (Money, Index); geometric mean (Ideas). Weights: equal." in page
    assert "A region needs at least 50% of the parts" in page and "A score of zero makes" in page
    assert "scores between minimum and maximum or relative to the leader" in page
    assert "Веса: равные." in page and "Салмақтар: тең." in page
    assert "weights, directions and formulas stand" not in page.lower()


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "languages"),
    [
        ('normalisation = "z-score"\n', '["en", "kk"]'),
        pytest.param('normalisation = "reference"\nreference = "R4"\n', '["en"]', marks=pytest.mark.slow),
    ],
)
def test_an_index_without_limits_has_a_report_without_classes(
    rated: Callable[..., Study], tmp_path: Path, method: str, languages: str
) -> None:
    study, out = rated(method, languages), tmp_path / "out"
    manifest = build_report(study, out=out)
    assert "have no limits" in manifest.record["left_out"]["classes"]
    assert not [name for name in manifest.record["left_out"] if name.startswith("figure")]
    tables = {path.stem: pd.read_csv(path) for path in (out / "tables").glob("*.csv")}
    assert tables["left_out"]["analysis"].iloc[0] == "classes"
    computed = {name: frame for name, frame in tables.items() if name not in ("left_out", "verdict_left_out")}
    assert not [(name, column) for name, frame in computed.items() for column in frame if "class" in column]
    assert not [name for name in tables if name.startswith("class_probability")]
    assert "points_needed" not in tables["strengths_2020"] and "index_2020" in tables["summary"]
    assert (out / "figures" / "rating_2020.png").exists() and not (out / "figures" / "membership_2020.png").exists()
    layer = gpd.read_file(out / "study.gpkg", layer=f"rating_{study.study.edition}_2020")
    assert "index" in layer and not [column for column in layer if "class" in column]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "letters; every map divides its own values" in page and "scale from 0 to 100" not in page
    captions = pd.read_csv(out / "captions.csv").set_index(["lang", "name"])["alt"]
    assert "Highest: " in captions["en", "rating_2020"] and "no data" not in captions["en", "rating_2020"]


def test_maps_of_classes_need_classes(rated: Callable[..., Study]) -> None:
    study = rated('normalisation = "z-score"\n')
    with pytest.raises(
        MapError, match=r"z-score scores have no limits, so that 'index' has no classes; allowed: values"
    ):
        draw_map(study, "rating")
    with pytest.raises(MapError, match=r"class-change: .*'ideas'.*allowed: change"):
        draw_map(study, "class-change", variable="ideas")
    assert draw_map(study, "values").get_figure(root=True) is not None
    study = rated('normalisation = "z-score"\naggregation = { index = "copeland" }\n')
    assert draw_map(study, "rating").get_figure(root=True) is not None
    with pytest.raises(MapError, match="'money' has no classes"):
        draw_map(study, "rating", variable="money")


@pytest.mark.long
@pytest.mark.usefixtures("rated_only")
def test_robustness_keeps_to_what_the_data_allow(rated: Callable[..., Study]) -> None:
    study = rated('aggregation = "geometric"\n')  # min-max scores have a zero in every column
    found = compute(study).stages.robustness[2020]
    assert found.labels[1] == ("leader", "rank")
    assert compute(rated('normalisation = "mean"\n')).stages.robustness[2020].labels[1] == ("mean",)


@pytest.mark.usefixtures("rated_only")
@pytest.mark.parametrize(
    "method",
    ['aggregation = "harmonic"\n', pytest.param('aggregation = "power"\npower = -3\n', marks=pytest.mark.slow)],
)
def test_the_widest_gap_is_where_the_leader_is_better(rated: Callable[..., Study], method: str) -> None:
    frame = compute(rated(method)).stages.strengths[2020]
    study = load_study(rated(method).path)
    rating = study_rating(study, gp.load_indicators(2020, study=study))
    leader = rating["rank"].idxmin()
    for region, code in frame["widest_gap"].dropna().items():
        assert rating.loc[leader, f"score_{code}"] > rating.loc[region, f"score_{code}"]
    assert frame["gap"].isna().all()


def test_what_the_catalogue_does_not_know_is_one_line(rated: Callable[..., Study]) -> None:
    study = rated('weighting = { indx = "equal" }\naggregation = { ideas = "geometric", growth = "harmonic" }\n')
    with pytest.raises(
        StudyError, match=r"'growth' is no aggregate.*'indx' is no aggregate .*nearest: index"
    ) as caught:
        study_rating(study, gp.load_indicators(2020, study=study))
    assert str(caught.value).startswith(str(study.path)) and "\n" not in str(caught.value)
    study = rated('normalisation = "reference"\nreference = "R44"\n')
    with pytest.raises(RatingError, match=r"unknown reference 'R44'.*nearest: R4"):
        study_rating(study, gp.load_indicators(2020, study=study))


@pytest.mark.usefixtures("rated_only")
def test_a_study_of_classes_is_not_left_without_them(rated: Callable[..., Study]) -> None:
    results: Results = compute(rated(OWN))
    assert results.classed and "classes" not in results.stages.left_out


def test_a_reference_that_is_merged_away_leaves_out_the_merged_regions() -> None:
    from growthpoles.study.inputs.study_variables import study_variables

    study = load_study()
    stated = {"normalisation": "reference", "reference": "KZ-ALA"}
    study = study.model_copy(update={"rating": study.rating.model_copy(update=stated)})
    left_out: list[str] = []
    found = list(study_variables(study, left_out))
    assert {variable.enclaves for variable in found if variable.edition == "realigned"} == {"keep"}
    assert any("enclaves merged: reference: unknown reference 'KZ-ALA'" in line for line in left_out)


def test_all_statistics_of_an_index_below_zero_are_those_that_take_it(rated: Callable[..., Study]) -> None:
    from growthpoles.cli import app

    command = ["stats", "--study", str(rated('normalisation = "z-score"\n').path), "--permutations", "99"]
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0 and "Geary's C" in shown.output and "left out: Getis-Ord G: " in shown.output
    assert CliRunner().invoke(app, [*command, "--statistic", "getis_ord"]).exit_code != 0


def toy(x: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Score by distance from the worst value, 0 to 100."""
    low, high = np.nanmin(x, axis=0), np.nanmax(x, axis=0)
    scores: np.ndarray = 100 * np.where(sign > 0, x - low, high - x) / (high - low)
    return scores


@pytest.mark.long
def test_a_new_method_needs_no_more_than_its_entry(
    rated: Callable[..., Study], tmp_path: Path, open_registry: None, quick: None
) -> None:
    register(Normalisation("toy", toy, bounded=True, pivot=50.0, unit="toy points"))
    register(Aggregation("least", lambda scores, weights: scores.min(axis=1), bounded="as scores", pivot=50.0))
    register(Weighting("ranges", lambda scores: np.ptp(scores, axis=0)))
    register(Treatment("halved", lambda x: x / 2))
    own = 'normalisation = "toy"\ntreatment = "halved"\n'
    own += 'weighting = { money = "ranges" }\naggregation = { index = "least" }\n'
    study, out = rated(own), tmp_path / "out"
    expected = gp.rate(
        gp.load_indicators(2020, study=study),
        gp.study_catalogue(study),
        normalisation=Normalisation("own", toy, bounded=True, pivot=50.0),
        aggregation={"index": "least"},
    )
    manifest = build_report(study, out=out)
    left_out = manifest.record["left_out"]
    assert "do not add up" in left_out["strengths"] and not {"classes", "robustness"} & set(left_out)
    written = pd.read_csv(out / "tables" / "rating_data_2020.csv").set_index("region").reindex(expected.index)
    assert written["index"].to_numpy() == pytest.approx(expected["index"].to_numpy())
    assert written["rating_class"].tolist() == expected["rating_class"].tolist()
    page = page_text(out)
    assert "Scores: toy. Aggregates: " in page and "least (Index)" in page and "ranges (Money)" in page
    assert "halved" in page and "scores toy or " in page and "Оценки: toy." in page
    notes = pd.read_excel(out / "tables" / "study.xlsx", sheet_name=0)
    assert "toy points" in notes.to_string()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_method_has_its_phrase(lang: str) -> None:
    words = Words(lang)
    for name in METHODS["normalisation"]:
        assert words("scores", name, reference="R4") != name
        assert words("scored", name)
    for kind in ("aggregation", "weighting"):
        for name in METHODS[kind]:
            assert words(kind, name, power="2")
    for name in METHODS["treatment"]:
        assert name == "none" or words("text", f"treatment_{name}")
