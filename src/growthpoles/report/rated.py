"""How a study is rated, in words, and what stands for the map of classes where its index has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from growthpoles.language.phrases import Words, shorten
from growthpoles.report.wording import figure_title, indicator_names, region_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthpoles.ratings.catalogue import Catalogue
    from growthpoles.report.results import Results
    from growthpoles.study.study_spec import Study

_NATURAL = 3000  # distinct values up to which natural classes are found
_NAME = 80


def scores_words(study: Study, words: Words, *, reference: str = "") -> str:
    """Say how values become scores; `reference` is the name of the reference region."""
    rating = study.rating
    return words("scores", rating.normalisation, reference=reference or shorten(rating.reference or ""))


def method_sentences(results: Results, words: Words) -> list[str]:
    """Say how the study is rated: scores, means, weights, and what is done to outliers, gaps and zeros."""
    rating, catalogue = results.study.rating, results.catalogue
    names = indicator_names(results, words.lang)
    label = region_names(results, words.lang).get(rating.reference, "") if rating.reference else ""
    power = "" if rating.power is None else words.number(rating.power, len(f"{rating.power:g}".partition(".")[2]))
    means = _by_level(rating.aggregation, "arithmetic", catalogue, names, words, "aggregation", power=power)
    weights = _by_level(rating.weighting, "given", catalogue, names, words, "weighting")
    scores = scores_words(results.study, words, reference=str(label))
    told = [words("text", "method", scores=scores, means=means, weights=weights)]
    if rating.treatment != "none":
        told.append(words("text", f"treatment_{rating.treatment}"))
    if rating.availability < 1:
        told.append(words("text", "availability", share=words.number(100 * rating.availability, 0)))
    if rating.zeros == "zero":
        told.append(words("text", "zeros"))
    return told


def _by_level(
    option: str | dict[str, str],
    default: str,
    catalogue: Catalogue,
    names: dict[str, str],
    words: Words,
    section: str,
    **values: str,
) -> str:
    """Name the one choice of all aggregates, or every choice with its aggregates."""
    chosen = {code: option if isinstance(option, str) else option.get(code, default) for code in catalogue.aggregates}
    groups: dict[str, list[str]] = {}
    for code, choice in chosen.items():
        groups.setdefault(choice, []).append(names[code])
    if len(groups) == 1:
        return words(section, next(iter(groups)), **values)
    return "; ".join(f"{words(section, choice, **values)} ({', '.join(codes)})" for choice, codes in groups.items())


def no_classes(study: Study, words: Words) -> str:
    """Say why there are no classes, and what is left out with them."""
    return words("text", "no_classes", scores=scores_words(study, words))


def normalisation_words(results: Results, words: Words) -> str:
    """Name the ways to score that the robustness analysis draws from."""
    used = dict.fromkeys(name for found in results.stages.robustness.values() for name in found.labels[1])
    return words("text", "or").join(words("scored", name) for name in used)


def index_map(results: Results, year: int, lang: str) -> Axes:
    """Map an index without limits in natural classes."""
    from growthpoles import maps
    from growthpoles.maps.thematic.schemes import class_limits

    values: Any = results.rating(year)[results.root].astype(float)
    distinct = values.nunique()
    scheme: Any = "natural" if distinct <= _NATURAL else "quantiles"
    return maps.plot_values(
        results.regions,
        values,
        limits=class_limits(values.to_numpy(), scheme, k=max(2, min(5, distinct))),
        variable=shorten(indicator_names(results, lang)[results.root], _NAME),
        digits=2,
        year=year,
        edition=results.edition,
        lang=lang,
        source=results.study.text("source", lang),
        title=figure_title(results, "rating", lang, year=year),
    )
