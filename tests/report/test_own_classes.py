"""A study with classes of its own shows them everywhere, by their names in each language; indices from study.toml."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import growthpoles as gp
from growthpoles.errors import StudyError
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.report.build_report import build_report
from growthpoles.report.figures import draw_map
from growthpoles.report.stages import strengths
from growthpoles.study.inputs import study_catalogue, study_rating
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

NAMES = {
    "en": ["lagging", "catching up", "middling", "advanced", "leading"],
    "ru": ["отстающий", "догоняющий", "средний", "развитый", "ведущий"],
    "kk": ["артта қалған", "қуып жетуші", "орташа", "дамыған", "жетекші"],
}
FIVE = f"""
[rating.classes]
letters = {NAMES["en"]}
limits = [0, 30, 45, 60, 75, 100]
names.ru = {NAMES["ru"]}
names.kk = {NAMES["kk"]}
meanings.en = ["needs help", "on the way", "as most", "above most", "first of all"]
"""
LETTER = re.compile(r"(?<![\w+])(?:[ABC]\+{1,2}|A(?! [a-z])|[BCD])(?![\w+])")  # "A move" is an article
Maker = Callable[..., Path]


@pytest.fixture
def five(tmp_path: Path, study_maker: Maker) -> Study:
    path = study_maker(tmp_path / "study", years=(2018, 2020))
    text = path.read_text(encoding="utf-8").replace('languages = ["en"]', 'languages = ["en", "ru", "kk"]')
    path.write_text(text.replace('"catalogue.csv"\n', f'"catalogue.csv"\n{FIVE}', 1), encoding="utf-8")
    return load_study(path)


def words_of(axes: Any) -> set[str]:
    return {word.text for layer in axes.get_children() if isinstance(layer, WordLayer) for word in layer.words}


@pytest.mark.parametrize("lang", [*(pytest.param(lang, marks=pytest.mark.long) for lang in ("en", "ru")), "kk"])
def test_maps_show_words_in_polygons_and_legend(five: Study, lang: str) -> None:
    shown = words_of(draw_map(five, "rating", lang=lang))
    assert {*NAMES[lang], "75–100"} <= shown or {*NAMES[lang], "75", "100"} <= shown
    moved = words_of(draw_map(five, "class-change", lang=lang))
    held = {word for text in moved for word in text.split("\N{RIGHTWARDS ARROW}")}
    assert held & set(NAMES[lang])
    for text in shown | moved:
        assert not LETTER.search(text), text


def test_rating_and_way_up_use_the_scale(five: Study) -> None:
    catalogue = study_catalogue(five)
    rating = study_rating(five, gp.load_indicators(2020, study=five))
    index = rating[catalogue.root]
    expected = pd.cut(index, [0, 30, 45, 60, 75, 100.0001], right=False, labels=NAMES["en"])
    assert rating["rating_class"].astype(str).tolist() == expected.astype(str).tolist()
    assert rating["rating_class"].cat.categories.tolist() == NAMES["en"]
    up = strengths(rating, catalogue)
    limits = dict(zip(NAMES["en"], (0, 30, 45, 60, 75), strict=True))
    below = up[up["next_class"].notna()]
    assert len(below)
    np.testing.assert_allclose(below["points_needed"], below["next_class"].map(limits) - below["index"])


@pytest.mark.slow
@pytest.mark.usefixtures("few")
def test_nothing_in_a_report_of_words_shows_a_letter(
    five: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, drawn = tmp_path / "out", tmp_path / "drawn.txt"
    save = Figure.savefig

    def read_and_save(figure: Figure, *given: Any, **options: Any) -> None:  # in processes of their own
        texts = {text.get_text() for text in figure.findobj(Text)}
        texts |= {word.text for layer in figure.findobj(WordLayer) for word in layer.words}
        with drawn.open("a", encoding="utf-8") as file:
            file.writelines(f"{text!r}\n" for text in texts)
        save(figure, *given, **options)

    monkeypatch.setattr(Figure, "savefig", read_and_save)
    build_report(five, out=out)
    shown = drawn.read_text(encoding="utf-8")
    assert all(word in shown for words in NAMES.values() for word in words)
    assert not [line for line in shown.splitlines() if LETTER.search(line)]
    with zipfile.ZipFile(next(out.rglob("*.xlsx"))) as book:
        cells = re.findall("<t[^>]*>([^<]*)</t>", " ".join(book.read(name).decode() for name in book.namelist()))
    assert not [cell for cell in cells if LETTER.search(cell) and "Geary" not in cell]
    page = (out / "report.html").read_text(encoding="utf-8")
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.S)
    told = re.sub(r"<[^>]+>", " ", page).replace("Geary’s C", "").replace("C Гири", "").replace("Гири C", "")
    assert all(word in told for words in NAMES.values() for word in words)
    assert not [told[max(0, hit.start() - 30) : hit.end() + 30] for hit in LETTER.finditer(told)]
    for path in (out / "tables").glob("*.csv"):
        if "verdict" not in path.stem:
            assert not LETTER.search(path.read_text(encoding="utf-8")), path.name
    assert set(pd.read_csv(out / "tables" / "class_probability_2020.csv").columns[-6:]) == {*NAMES["en"], "no class"}
    layer = gpd.read_file(out / "study.gpkg", layer="rating_data_2020")
    assert set(layer["rating_class"]) <= set(NAMES["en"])


def own(folder: Path, study_maker: Maker, catalogue: str, rating: str, table: pd.DataFrame) -> pd.DataFrame:
    """Rate a study of four regions from its files alone."""
    path = study_maker(folder, side=int(len(table) ** 0.5))
    (folder / "catalogue.csv").write_text(catalogue, encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace('"catalogue.csv"\n', f'"catalogue.csv"\n{rating}\n', 1)
    path.write_text(text, encoding="utf-8")
    table.rename_axis("code").to_csv(next(folder.glob("table-*.csv")))
    said = path.read_text(encoding="utf-8").replace("[[tables]]\n", '[[tables]]\nmissing = [""]\n')
    path.write_text(said, encoding="utf-8")
    study = load_study(path)
    return study_rating(study, gp.load_indicators(study.years[-1], study=study))


HDI = """code,kind,parent,transform,normalisation,low,high,scale
hdi,aggregate,,,,,,
health,aggregate,hdi,,,,,
education,aggregate,hdi,,,,,
income,aggregate,hdi,,,,,
life,indicator,health,,,20,85,
expected,indicator,education,,,0,18,
mean,indicator,education,,,0,15,
gni,indicator,income,log,,100,75000,
"""


def test_the_human_development_index_from_a_study_file(tmp_path: Path, study_maker: Maker) -> None:
    columns = {"life": [82.4, 83.8, 73.6, 54.7], "expected": [18.1, 16.3, 15.6, 10.0], "mean": [12.9, 13.4, 11.9, 6.7]}
    table = pd.DataFrame({**columns, "gni": [66494, 69394, 22857, 4910]}, index=["R0", "R1", "R2", "R3"])
    said = """normalisation = "goalposts"
score_range = [0, 1]
aggregation = { hdi = "geometric" }
classes = { letters = ["low", "medium", "high", "very high"], limits = [0.55, 0.7, 0.8] }
"""
    rated = own(tmp_path / "hdi", study_maker, HDI, said, table)
    assert rated["hdi"].tolist()[:2] == pytest.approx([0.9570357536493498, 0.9555461525326183], abs=1e-9)
    assert rated["hdi"].round(3).tolist() == [0.957, 0.956, 0.825, 0.540]
    assert rated["rating_class"].tolist() == ["very high", "very high", "very high", "low"]


RIS = """code,kind,parent,direction,transform,normalisation
rii,aggregate,,,,
tertiary,indicator,rii,1,,
patents,indicator,rii,1,sqrt,
trademarks,indicator,rii,1,sqrt,
emissions,indicator,rii,-1,,
"""


def test_a_scoreboard_with_groups_by_the_mean_from_a_study_file(tmp_path: Path, study_maker: Maker) -> None:
    rng = np.random.default_rng(3)
    codes = ["tertiary", "patents", "trademarks", "emissions"]
    table = pd.DataFrame(rng.lognormal(size=(9, 4)), index=[f"R{i}" for i in range(9)], columns=codes).round(4)
    table.loc["R4", "patents"] = np.nan
    said = """normalisation = "min-max"
availability = 0.7
classes = { letters = ["emerging", "moderate", "strong", "leader"], limits = [70, 100, 125], of = "relative" }
"""
    rated = own(tmp_path / "ris", study_maker, RIS, said, table)
    x = table.assign(patents=np.sqrt(table["patents"]), trademarks=np.sqrt(table["trademarks"]))
    score = (x - x.min()) / (x.max() - x.min()) * 100
    score["emissions"] = 100 - score["emissions"]
    index = score.mean(axis=1)
    np.testing.assert_allclose(rated["rii"], index, atol=1e-9, rtol=0)
    relative = 100 * index / index.mean()
    np.testing.assert_allclose(rated["relative_index"], relative, atol=1e-9, rtol=0)
    groups = np.array(["emerging", "moderate", "strong", "leader"])[np.digitize(relative, [70, 100, 125])]
    assert rated["rating_class"].tolist() == groups.tolist()


def test_the_way_up_of_a_relative_class_counts_that_the_mean_rises_too() -> None:
    table = pd.DataFrame({"x": [10.0, 40, 50, 100]}, index=list("abcd"))
    scale = gp.ClassScale(("strong", "weak"), (100, float("-inf")), float("inf"), of="relative")
    found = gp.profile(table, "b", gp.Catalogue.flat(["x"]), scale=scale)
    assert found.next_class == "strong"
    raised = table["x"].copy()
    raised["b"] += found.points_needed
    assert raised["b"] == pytest.approx(raised.mean())
    assert found.indicators.loc["x", "required"] == pytest.approx(raised["b"], rel=1e-6)


def test_what_a_study_file_cannot_say_of_classes_is_told_with_its_remedy(tmp_path: Path, study_maker: Maker) -> None:
    path = study_maker(tmp_path / "study")
    said = '"catalogue.csv"\nclasses = { letters = ["A", "B", "C"], limits = [0, 30, 60, 100] }\n'
    path.write_text(path.read_text(encoding="utf-8").replace('"catalogue.csv"\n', said, 1), encoding="utf-8")
    with pytest.raises(StudyError, match="'A' would be the worst class: letters stand in the order of the limits"):
        load_study(path)


@pytest.mark.long
def test_gaps_that_a_study_fills_are_listed_cell_by_cell(tmp_path: Path, study_maker: Maker) -> None:
    path = study_maker(tmp_path / "study", years=(2018, 2019, 2020))
    table = tmp_path / "study" / "table-2019.csv"
    pd.read_csv(table).astype({"growth": object}).replace({"growth": {0: ""}}).to_csv(table, index=False)
    frame = pd.read_csv(table).astype(object)
    frame.loc[2, "growth"] = ""
    frame.to_csv(table, index=False)
    text = path.read_text(encoding="utf-8").replace("[[tables]]\n", '[[tables]]\nmissing = [""]\n')
    path.write_text(text, encoding="utf-8")
    bare = gp.load_indicators(2019, study=load_study(path))
    assert np.isnan(bare.loc["R2", "growth"]) and "imputed" not in bare.attrs
    path.write_text(text.replace('"catalogue.csv"\n', '"catalogue.csv"\nimputation = { method = "linear" }\n', 1))
    study = load_study(path)
    ends = [gp.load_indicators(year, study=study).loc["R2", "growth"] for year in (2018, 2020)]
    found = gp.load_indicators(2019, study=study)
    assert found.loc["R2", "growth"] == pytest.approx(np.mean(ends))
    assert found.attrs["imputed"] == [("R2", "growth", np.mean(ends), "linear between 2018 and 2020")]
    assert found.attrs["missing"] == [] and bare.attrs["missing"]
    assert found.drop(columns="growth").equals(bare.drop(columns="growth"))
    for lang, told in (("en", "filled cells"), ("ru", "заполненные ячейки"), ("kk", "толтырылған ұяшықтар")):
        assert told in words_of(draw_map(study, "rating", year=2019, lang=lang))
    assert "filled cells" in words_of(draw_map(study, "values", year=2019, variable="growth"))
    assert "filled cells" not in words_of(draw_map(study, "rating", year=2020))


OPEN = """code,kind,parent,normalisation
top,aggregate,,
a,indicator,top,{own}
b,indicator,top,{own}
"""


@pytest.mark.parametrize("said", ['normalisation = "z-score"\n', ""])
def test_classes_of_an_index_without_ends(tmp_path: Path, study_maker: Maker, said: str) -> None:
    """Whether the study or its catalogue says how to score; limits between the classes leave the outer ones open."""
    rng = np.random.default_rng(8)
    table = pd.DataFrame(rng.lognormal(size=(9, 2)), index=[f"R{i}" for i in range(9)], columns=["a", "b"]).round(4)
    classes = 'classes = { letters = ["low", "middle", "high"], limits = [-0.3, 0.3] }\n'
    catalogue = OPEN.format(own="" if said else "z-score")
    rated = own(tmp_path / "open", study_maker, catalogue, said + classes, table)
    expected = np.array(["low", "middle", "high"])[np.digitize(rated["top"], [-0.3, 0.3])]
    assert rated["rating_class"].tolist() == expected.tolist() and len(set(expected)) > 1
    closed = classes.replace("[-0.3, 0.3]", "[0, 30, 60, 100]")
    with pytest.raises(gp.GrowthpolesError, match=r"index outside the scale: .*; or classes without outer limits"):
        own(tmp_path / "closed", study_maker, catalogue, said + closed, table)
