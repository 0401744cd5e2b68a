"""Kinds of figures and stages stand once; what a report shows and how it tests can be chosen, and it says so."""

import re
from collections.abc import Callable
from dataclasses import fields
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from typer.testing import CliRunner

import growthpoles as gp
from growthpoles.cli import app
from growthpoles.errors import MapError, StudyError
from growthpoles.language import phrases
from growthpoles.language.languages import LANGUAGES
from growthpoles.language.phrases import phrase_keys
from growthpoles.maps.presets import PRESETS
from growthpoles.report import artists, draw_figures, figures, stages
from growthpoles.report.build_report import build_report, step_count
from growthpoles.report.figure_views import View
from growthpoles.report.figures import KINDS, Kind, draw_map
from growthpoles.report.results import Stages
from growthpoles.report.sections import SECTIONS
from growthpoles.report.stages import STAGES
from growthpoles.spatial.local_tests.multiple_testing import Adjust
from growthpoles.spatial.weights.build_weights import WeightsKind
from growthpoles.study import study_spec
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import DISTANCES

REPORT = """[report]
figures = ["values", "class-change", "neighbours", "clusters", "hotspots", "significance", "ksi"]
weights = "rook"
adjust = "fdr"
permutations = 199
preset = "nature-double"
"""


@pytest.fixture
def own(tmp_path: Path, study_maker: Callable[..., Path]) -> Path:
    """A study of two years that chooses what its report shows."""
    path = study_maker(tmp_path / "study", years=(2018, 2020), side=4)
    text = path.read_text(encoding="utf-8").replace('languages = ["en"]', 'languages = ["en", "ru", "kk"]')
    path.write_text(f"{text}{REPORT}", encoding="utf-8")
    return path


# Registries


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_choice_has_its_phrases(lang: str) -> None:
    assert set(phrase_keys("figure", lang)) == set(KINDS)
    assert (
        set(phrase_keys("weights", lang)) == set(phrase_keys("neighbours", lang)) == {*get_args(WeightsKind), DISTANCES}
    )
    assert set(phrase_keys("adjusted", lang)) == set(phrase_keys("family", lang)) == set(get_args(Adjust))
    assert set(phrase_keys("analysis", lang)) == {stage.name for stage in STAGES} | {
        "rating",
        "classes",
        "moran",
        "figure",
        "letters",
        "typeface",
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_phrases_of_nearest_neighbours_say_how_many(lang: str) -> None:
    graph = gp.build_weights(gp.load_regions(2014), "knn")
    words = phrases.Words(lang)
    (count,) = set(graph.cardinalities)
    assert str(count) in words("weights", "knn") and str(count) in words("neighbours", "knn")


def test_presets_of_a_study_are_those_of_the_maps() -> None:
    assert set(phrase_keys("preset")) == set(PRESETS)


def test_every_stage_has_a_field_for_what_it_found() -> None:
    assert [stage.name for stage in STAGES] == [each.name for each in fields(Stages) if each.name != "left_out"]


def test_every_figure_stands_in_a_section_of_the_page() -> None:
    known = {make.__name__.removesuffix("_section") for make in SECTIONS}
    assert {kind.section for kind in KINDS.values()} <= known


# A kind of one's own


def bars(view: View) -> Any:
    return gp.plot_values(view.regions, view.values(), variable="bars", year=view.year, **view.common)


@pytest.mark.long
@pytest.mark.usefixtures("quick")
def test_a_kind_is_one_entry_and_its_artist(
    tmp_path: Path, study_maker: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = load_study(study_maker(tmp_path / "study"))
    with pytest.raises(MapError, match="kind='toy' is not known"):
        draw_map(study, "toy")
    toy = Kind("toy", "every year", bars, "rating", on_boundaries=True, command=("variable",))
    kinds = {"rating": KINDS["rating"], "toy": toy}
    for module in (figures, draw_figures):
        monkeypatch.setattr(module, "KINDS", kinds)
    with pytest.raises(StudyError, match="'toy' is not known"):  # it has no phrase, and is called by its name
        study.with_report(figures=["toy"])
    monkeypatch.setitem(phrases._read("en")["figure"], "toy", "A toy of {year}")
    for languages, title in ((("en", "ru"), "A toy of 2020"), (("ru", "en"), "Toy")):
        head = study.study.model_copy(update={"languages": languages})
        chosen = study.model_copy(update={"study": head})
        out = tmp_path / languages[0]
        manifest = build_report(chosen, out=out, lang=languages[0], figures=["rating", "toy"])
        assert "figures/toy_2020.png" in manifest.files
        captions = pd.read_csv(out / "captions.csv").set_index(["lang", "name"])
        assert captions.loc[(languages[0], "toy_2020"), "title"] == title
        page = (out / "report.html").read_text(encoding="utf-8")
        ident, start = f'id="{languages[0]}-figure-toy_2020"', f'<section id="{languages[0]}-rating"'
        assert start in page and page.index(start) < page.index(ident) < page.index("</section>", page.index(start))
    target = tmp_path / "toy.png"
    command = ["map", "toy", "--study", str(study.path), "--out", str(target), "--quiet"]
    assert CliRunner().invoke(app, [*command, "--variable", "growth"]).exit_code == 0 and target.exists()
    idle = CliRunner().invoke(app, [*command, "--weights", "knn"])
    assert "--weights has no meaning for 'toy'" in str(idle.exception or idle.output)
    assert "what to draw of a study: rating, toy;" in " ".join(
        CliRunner().invoke(app, ["map", "--help"]).output.split()
    )
    monkeypatch.undo()
    assert "toy" not in figures.KINDS and "toy" not in phrase_keys("figure")


# [report]


@pytest.mark.long
@pytest.mark.usefixtures("few")
def test_a_report_shows_and_says_what_was_chosen(
    own: Path, tmp_path: Path, without: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "verdict", "spread", "inequality")
    steps: list[str] = []
    manifest = build_report(load_study(own), out=tmp_path / "out", progress=steps.append)
    results = manifest.results
    assert results is not None and len(steps) == step_count(load_study(own))
    assert {Path(name).stem for name in manifest.files if name.startswith("figures/")} == {
        *(f"{kind}_{year}" for kind in ("values", "clusters", "hotspots", "significance") for year in (2018, 2020)),
        "class-change_2018_2020",
        "neighbours",
    }
    assert manifest.record["left_out"]["figure ksi"] == "no data"
    rook = gp.build_weights(results.regions, "rook")
    y = results.rating(2020)["index"]
    expected = gp.local_moran(y, rook, adjust="fdr", permutations=199, rng=7).to_frame()
    pd.testing.assert_frame_equal(results.local["data", 2020].to_frame(), expected)
    tested = gp.moran(y, rook, permutations=199, rng=7)
    assert results.moran["data", 2020, "index"].p_value == tested.p_value

    assert results.stages.cross_check is not None
    spots = results.stages.cross_check.loc["local_getis_ord"]
    assert set(spots.index) == {("data", year, "index") for year in (2018, 2020)} and (spots["numbers"] == 16).all()
    assert (spots["esda"] == "G_Local").all() and (spots["relative"] <= 1e-9).all()

    chosen = {"weights": "rook", "adjust": "fdr", "permutations": 199, "preset": "nature-double"}
    assert chosen.items() <= manifest.record["options"].items()
    captions = pd.read_csv(tmp_path / "out" / "captions.csv", keep_default_na=False).set_index(["lang", "name"])
    told = captions.loc[("en", "clusters_2020")]
    assert told["weights"] == "rook contiguity, row-standardised" and told["width_mm"] == 183
    assert (results.local["data", 2020].to_frame()["method"] == "exact").all()  # sixteen regions need no draws
    assert (
        "exact" in told["p_method"] and "draws" not in told["p_method"] and "Benjamini and Hochberg" in told["p_method"]
    )
    assert "ладьи" in captions.loc[("ru", "neighbours"), "weights"]
    assert "Хохберг" in captions.loc[("kk", "hotspots_2018"), "p_method"]
    page = re.sub("</?a[^>]*>", "", (tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    for phrase in ("a stretch of border (rook contiguity)", "199 random relocations", "a family of 16 tests", "ладьи"):
        assert phrase in page
    assert "queen" not in page and "Tarone" not in page and "99\u00a0999" not in page and "Тарон" not in page


def test_the_tests_of_the_command_line_are_those_of_the_report(own: Path) -> None:
    def ask(*options: str) -> Any:
        command = ["stats", "--study", str(own), "--quiet", "--format", "csv", *options]
        return pd.read_csv(StringIO(CliRunner().invoke(app, command).stdout)).set_index(pd.Index(["x"], name="x"))

    regions = gp.study_regions(load_study(own))
    y = gp.rate(gp.load_indicators(2020, study=load_study(own)), gp.study_catalogue(load_study(own)))["index"]
    cases: tuple[tuple[tuple[str, ...], WeightsKind, int], ...]
    cases = ((), "rook", 199), (("--weights", "queen", "--permutations", "99"), "queen", 99)
    for options, kind, count in cases:
        found = ask("--statistic", "moran", *options).iloc[0]
        test = gp.moran(y, gp.build_weights(regions, kind), permutations=count, rng=7)
        assert (found["p_value"], found["permutations"]) == (pytest.approx(test.p_value), count)
        assert found["statistic"] == pytest.approx(test.statistic)
    shown = CliRunner().invoke(app, ["weights", "--study", str(own), "--quiet"]).stdout
    assert ": rook" in shown
    local = gp.local_moran(y, gp.build_weights(regions, "rook"), adjust="fdr", permutations=199, rng=7)
    text = (
        CliRunner().invoke(app, ["stats", "--study", str(own), "-q", "-f", "csv", "--statistic", "local_moran"]).stdout
    )
    assert pd.read_csv(StringIO(text))["p_adjusted"].to_numpy() == pytest.approx(local.p_adjusted)


@pytest.mark.long
@pytest.mark.usefixtures("rated_only")
def test_a_family_that_nothing_can_enter_is_explained(own: Path, tmp_path: Path) -> None:
    options: dict[str, Any] = {"figures": ["clusters"], "weights": "inverse_distance", "permutations": 9}
    build_report(load_study(own), out=tmp_path / "out", adjust="tarone", **options)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "None of the 16 regions could reach the level" in page and "a family of" not in page
    assert "Ни один из регионов" in page and "ешқайсысы түзету қалдыратын" in page


def test_an_option_goes_before_the_study_file(own: Path) -> None:
    study = load_study(own).with_report(weights="knn", permutations=None)
    assert (study.report.weights, study.report.adjust, study.report.permutations) == ("knn", "fdr", 199)
    assert load_study(own).report.weights == "rook" and load_study().report == study_spec.Report()


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("figures", ["rating", "hotspot"], "figures: 'hotspot' is not known; .*nearest: hotspots"),
        ("figures", "rating", "figures='rating' is not known; allowed: a list of kinds"),
        ("weights", "quen", "weights='quen' is not known; .*nearest: queen"),
        ("adjust", "tarrone", "adjust='tarrone' is not known; .*nearest: tarone"),
        ("preset", "natur-double", "preset='natur-double' is not known; .*nearest: nature-double"),
        ("permutations", 0, "permutations=0: .*greater than or equal to 1"),
        ("typeface", "", "typeface='': .*at least 1 character"),
        ("locator", "here", "locator='here': .*boolean"),
    ],
)
def test_a_wrong_choice_is_one_line(own: Path, option: str, value: object, words: str) -> None:
    with pytest.raises(StudyError, match=words) as caught:
        load_study(own).with_report(**{option: value})
    assert "\n" not in str(caught.value)


def test_validate_lists_what_is_wrong_with_the_choices(own: Path) -> None:
    text = own.read_text(encoding="utf-8").replace('"rook"', '"rok"').replace('"fdr"', '"fdrr"')
    own.write_text(f'{text}typeface = "no.ttf"\ncities = "no.csv"\nfigure = 1\n', encoding="utf-8")
    found = gp.examine_study(own).set_index("column")["problem"]
    assert "'rok' is not known" in found["report.weights"] and "'fdrr' is not known" in found["report.adjust"]
    assert "not a known key" in found["report.figure"] and "'no.ttf' does not exist" in found["report.typeface"]
    assert "'no.csv' does not exist" in found["report.cities"]


def test_cities_and_locator_of_a_study(own: Path) -> None:
    plain: Any = draw_map(load_study(own), "rating")
    assert (plain.cities, plain.locator, plain.facts) == ((), "", ())
    x, y = plain.transData.inverted().transform(plain.transAxes.transform((0.45, 0.55)))
    lon, lat = Transformer.from_crs(plain.crs, "EPSG:4326", always_xy=True).transform(x, y)
    (own.parent / "places.csv").write_text(f"name,name_ru,lon,lat\nSite,Участок,{lon},{lat}\n", encoding="utf-8")
    text = own.read_text(encoding="utf-8")
    own.write_text(f'{text}cities = "places.csv"\nlocator = true\n', encoding="utf-8")
    axes: Any = draw_map(load_study(own), "rating", lang="ru")
    assert axes.cities == ("Участок",)
    assert axes.locator in ("inside", "below", "left out")
    assert len(axes.facts) == 2
    built_in: Any = draw_map(load_study(), "rating", cities=True, locator=True)
    assert len(built_in.cities) > 5
    assert built_in.locator == "inside"


@pytest.mark.long
@pytest.mark.usefixtures("rated_only")
def test_a_report_is_set_in_the_typeface_of_its_study(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from growthpoles.maps.typography.typefaces import chosen
    from growthpoles.report import draw_figures

    seen: list[str | None] = []

    def spy(job: Any, lang: str) -> Any:
        face = chosen()
        seen.append(face.family if face else None)
        raise MapError("not drawn")

    monkeypatch.setattr(figures.FigureJob, "figure", spy)
    monkeypatch.setattr(draw_figures, "figure_jobs", lambda results: list(figures.figure_jobs(results))[:1])
    own.write_text(own.read_text(encoding="utf-8") + 'typeface = "DejaVu Serif"\n', encoding="utf-8")
    record = build_report(load_study(own), out=tmp_path / "out").record
    assert seen == ["DejaVu Serif"] and record["options"]["typeface"] == "DejaVu Serif" and chosen() is None
    with pytest.raises(MapError, match="no font of the name 'Arail Nuovo'"):
        build_report(load_study(own), out=tmp_path / "other", typeface="Arail Nuovo")
    assert not (tmp_path / "other").exists()


@pytest.mark.long
@pytest.mark.usefixtures("rated_only")
def test_figures_with_letters_that_no_font_has_are_written_and_told_once(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from growthpoles.maps.typography import typefaces
    from growthpoles.report import draw_figures

    monkeypatch.setattr(draw_figures, "figure_jobs", lambda results: list(figures.figure_jobs(results))[:2])
    monkeypatch.setattr(typefaces, "_installed", lambda needed, bold: None)  # whatever this machine has
    text = (
        own.read_text(encoding="utf-8")
        .replace("own figures", "\u1783\u1799\u179d")
        .replace('preset = "nature-double"\n', "")
    )
    own.write_text(text, encoding="utf-8")
    report = build_report(load_study(own), out=tmp_path / "out")
    left_out = pd.read_csv(tmp_path / "out" / "tables" / "left_out.csv", index_col="analysis")["reason"]
    assert not left_out[left_out.index.str.startswith("figure")].str.contains("glyphs").any()
    assert "boxes stand for them" in left_out["letters"]
    assert len(list((tmp_path / "out" / "figures").glob("*.png"))) == 2, report


def test_every_kind_of_figure_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "studies.md").read_text(encoding="utf-8")
    assert [name for name in KINDS if f'`"{name}"`' not in text] == []


def test_the_map_of_one_industry_hatches_what_may_be_an_even_share(monkeypatch: pytest.MonkeyPatch) -> None:
    regions = gp.load_regions(2014)
    rng = np.random.default_rng(3)
    jobs = pd.DataFrame(rng.poisson(60 * rng.lognormal(0, 0.4, (16, 3))), regions.index, list("abc")).rename_axis(
        "region"
    )
    found = gp.location_quotient(jobs, interval="poisson").rename(columns={"value": "lq"})
    own = found.xs("b", level="industry")
    unsure = (own["lower"] <= 1) & (own["upper"] >= 1)
    assert 0 < unsure.sum() < 16
    study = SimpleNamespace(specialisation=SimpleNamespace(focus=("b",)))
    industries = SimpleNamespace(year=2014, matrices={2014: jobs}, quotients={2014: found})
    results = SimpleNamespace(stages=SimpleNamespace(industries=industries), study=study)
    seen: dict[str, Any] = {}
    monkeypatch.setattr(artists, "_industry_labels", lambda view: {"b": "Bread"})
    monkeypatch.setattr("growthpoles.maps.plot_values", lambda *given, **options: seen.update(options, values=given[1]))
    view: Any = SimpleNamespace(results=results, study=study, lang="ru", regions=regions, common={}, layout={})
    artists.focus_map(view)
    assert (seen["overlay"] == unsure).all() and seen["variable"].endswith(": Bread")
    limits = np.array(seen["limits"])
    np.testing.assert_allclose(limits[1:-1] * limits[-2:0:-1], 1.0)  # alike as ratios around an even share
    assert seen["values"].between(limits[0], limits[-1]).all()


def test_what_an_analysis_leaves_out_of_itself_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = SimpleNamespace(left_out={"wage": "fewer than three regions have a value"})
    monkeypatch.setattr(stages, "STAGES", (stages.Stage("inequality", lambda results: found, lambda *given: {}),))
    monkeypatch.setattr(stages, "missing_parts", lambda *given: {})
    results: Any = SimpleNamespace(stages=Stages(left_out={}), study=None, published={}, graph=object())
    run = stages.run_stages(results, tell=lambda name: None)
    assert {str(key): why for key, why in run.left_out.items()} == {"inequality wage": found.left_out["wage"]}
    assert run.inequality is found
