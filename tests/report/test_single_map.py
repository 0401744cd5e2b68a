"""Maps by name: titles and legends say what is shown, in the language asked for."""

import random
from typing import Any

import pytest

from growthpoles.cli.app import in_its_words
from growthpoles.errors import MapError
from growthpoles.maps.sheet.text_layer import WordLayer
from growthpoles.report.figures import draw_map, map_kinds
from growthpoles.study.inputs.indicators import study_catalogue
from growthpoles.study.load_study import load_study


def said(ax: Any, ending: str) -> str:
    layers = [a for a in ax.get_children() if isinstance(a, WordLayer) and a.get_gid().endswith(ending)]
    return " ".join(w.text for a in layers for w in a.words)


@pytest.mark.parametrize(
    ("kind", "options", "title"),
    [
        ("rating", {}, "Рейтинг инновационного развития, 2014"),
        ("rating", {"variable": "ria"}, "Инновационная активность, баллы, 2014"),
        ("values", {"variable": "productivity"}, "Производительность труда, тыс. тенге на человека, 2014"),
        ("change", {"variable": "grp"}, "Изменение: Валовой региональный продукт, млн тенге, 2010–2014"),
        (
            "clusters",
            {"variable": "productivity"},
            "Пространственные кластеры и выбросы: Производительность труда, тыс. тенге на человека, 2014",
        ),
    ],
)
def test_titles_name_the_variable(kind: str, options: dict[str, str], title: str) -> None:
    ax = draw_map(load_study(), kind, lang="ru", **options)
    assert said(ax, "-title-text") == title


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            "4 nearest neighbours \N{MIDDLE DOT} p: adjusted by Tarone",
        ),
        ("ru", "4 ближайших соседа \N{MIDDLE DOT} p: с поправкой по Тарону"),
        ("kk", "ең жақын 4 көрші \N{MIDDLE DOT} p: Тарон әдісімен түзетілген"),
    ],
)
def test_tests_name_their_weights_and_adjustment(lang: str, words: str) -> None:
    ax = draw_map(load_study(), "significance", weights="knn", adjust="tarone", lang=lang)
    assert words in said(ax, "-source-text")


@pytest.mark.long
def test_another_study_is_not_called_innovative() -> None:
    ax = draw_map(load_study("mexico-gdp"), "rating", lang="ru")
    assert "инновацион" not in said(ax, "-title-text").lower()
    assert said(ax, "-title-text").startswith("Продукт на душу населения")


@pytest.mark.parametrize("code", study_catalogue(load_study()).indicators)
def test_a_variable_without_classes_is_refused(code: str) -> None:
    """Also where its numbers lie between the limits of the classes by chance."""
    told = rf"'{code}' has no classes, which are those of scores; allowed: values.*, variable=\"score_{code}\""
    with pytest.raises(MapError, match=told) as caught:
        draw_map(load_study(), "rating", variable=code)
    assert f"--variable score_{code}" in in_its_words(caught.value.args[0], {"variable", "study"})


def test_a_map_of_scores_says_so() -> None:
    ax = draw_map(load_study(), "rating", variable="score_productivity", lang="ru")
    assert said(ax, "-title-text").startswith("балл: ")


@pytest.mark.parametrize("seed", range(3))
def test_the_scheme_of_a_change_of_a_study_is_that_asked_for(seed: int) -> None:
    rng, study = random.Random(seed), load_study()
    schemes = rng.sample(["equal", "quantiles", "natural"], 2)
    k = rng.choice([4, 6])
    legends = [said(draw_map(study, "change", scheme=scheme, k=k), "-legend-text") for scheme in schemes]
    assert len({*legends}) == 2 and "change" in map_kinds("scheme")
