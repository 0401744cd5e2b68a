"""Wording of audit, data and method in the language of the page; names of regions and indicators.

Ledgers, tables of missing cells and the like are recorded in English, with the codes of columns, as sentences that know
their template and places. An English page shows the audit as it is recorded, beside the tables with their codes, and
reasons with columns and regions by name; the others fill the same places into translated templates, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import Joined, Number, Reason, parts_of, templates
from growthpoles.language.languages import SOURCE
from growthpoles.language.number_format import format_number, format_percent, row_least
from growthpoles.language.phrases import DASH, LONGEST, Words, missing, phrase_keys, shorten, spoken
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.indicator_methods import IndicatorMethod
from growthpoles.study.audit.findings import Fault
from growthpoles.study.audit.printed_cells import published_formulas
from growthpoles.study.inputs import study_catalogue
from growthpoles.study.inputs.study_regions import written_names
from growthpoles.study.inputs.study_variables import OVER
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    import geopandas as gpd

    from growthpoles.report.results import Results
    from growthpoles.spatial.global_tests.global_result import GlobalResult
    from growthpoles.spatial.global_tests.moran_power import PowerCurve
    from growthpoles.spatial.local_tests.local_result import LocalResult
    from growthpoles.study.audit import Audit
    from growthpoles.study.verdict import Verdict


NOT_ALLOWED = "the data do not allow it: {error}"
_LONG = 400
_NAMES = (LONGEST, 80, 60, 40, 24)  # characters of a name in a sentence, the first with which it is whole
_WHOLE = 2_000  # a message of an error with all the names that it lists
_NAME = 80
_AGREED = 0.9  # share of the replications that a move of class is named from
#: Places that hold columns, and places that hold a region.
_COLUMNS, _REGIONS = ("column", "columns", "other"), ("region", "other_region")


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences of one study in one language; `columns` and `regions` are names by code.

    `orders` are the row orders that the audit knows, by name.
    """

    words: Words
    columns: Mapping[str, str]
    regions: Mapping[str, str]
    orders: Mapping[str, str]

    @classmethod
    def of(
        cls,
        study: Study,
        lang: str,
        *,
        catalogue: Catalogue | None = None,
        regions: Mapping[str, str] | None = None,
        audit: Audit | None = None,
    ) -> Wording:
        """Collect the names that a study has in a language.

        Parameters
        ----------
        study : Study
        lang : str
        catalogue : Catalogue, optional
            None reads the study's own.
        regions : mapping, optional
            Names of regions in that language by code.
        audit : Audit, optional
            Whose row orders are named.
        """
        words = Words(lang)
        orders = {} if audit is None else {name: name for name in audit.sources.orders}
        names = dict((catalogue or study_catalogue(study)).names(lang))
        heads = {kind: words("column", kind) for kind in ("index", "rank", "rating_class", "ksi")}
        heads["ksi"] += " (KSI)"
        for kind, head in heads.items():
            source = getattr(study.published, kind)
            for year, column in source.columns.items() if source is not None else ():
                names.setdefault(column, f"{head}, {year}")
        for rule in published_formulas(study).to_dict("records"):
            parts = [names.get(rule[part], rule[part]) for part in ("numerator", "denominator")]
            names.setdefault(rule["column"], " / ".join(parts))
        return cls(words, names, regions or {}, orders)

    @property
    def longest(self) -> int:
        """Return how long a sentence may be: names are longer than codes."""
        return _LONG if self.columns and not self.coded else LONGEST

    @property
    def coded(self) -> bool:
        """Whether columns of the audit are called by their codes."""
        return self.words.lang == SOURCE

    def column(self, code: str, longest: int = LONGEST) -> str:
        """Return the name of a column, or its code where it has none or the audit goes by codes."""
        return shorten(code if self.coded else self.columns.get(code) or code, longest)

    def list_columns(self, codes: str, longest: int = LONGEST) -> str:
        """Return the names of columns, one or several joined; a name may hold commas itself."""
        separator = ", " if self.coded or not self.columns else "; "
        return shorten(separator.join(self.column(code, longest) for code in parts_of(codes)), self.longest)

    def fault(self, fault: Fault) -> str:
        """Say a fault; long names are shortened for the sentence to stay whole, which ends with what matters."""
        told = {"order": self.order(fault.order), "statement": self.words.sentence(fault.statement)}
        told |= {place: self.regions.get(region := getattr(fault, place), region) for place in _REGIONS}
        for longest in _NAMES:
            names = {
                "column": self.list_columns(fault.column, longest),
                "denominator": self.column(fault.denominator, longest),
            }
            said = self.words.message(fault.template, **{**fault.places, **told, **names})
            if len(said) <= self.longest:
                return said
        return shorten(said, _LONG)

    def evidence(self, text: str) -> str:
        """Say what the audit recorded: cause, evidence, remark; formulas and what is the user's own stay."""
        return text if self.coded else self._said(text)

    def order(self, name: str) -> str:
        """Name an order of rows."""
        return self.reason(self.orders.get(name, name)) or DASH

    def reason(self, reason: str) -> str:
        """Say a reason; what is the user's own stands as it is, or is translated as a whole."""
        if not isinstance(reason, Reason):
            return shorten(self.words.sentence(reason), _LONG)
        if self.coded and not reason.filled:
            return shorten(reason, _WHOLE)  # an error, which says more than its template
        return self._said(reason)

    def _said(self, text: str) -> str:
        """Say a sentence from its template and places, or from its parts."""
        if isinstance(text, Joined):
            by = "; " if text.by.strip().isalpha() else text.by  # "and", "or"
            return by.join(map(self._said, text.parts))
        if isinstance(text, Reason):
            told = {name: self._value(name, value) for name, value in text.places.items()}
            return self.words.message(text.template, **told)
        return text

    def _value(self, name: str, value: Any) -> object:
        """Say what stands in a place: another sentence, columns and regions by name, numbers, the rest as it is."""
        if isinstance(value, Reason):
            return self._said(value)
        if name in _COLUMNS:
            return self._names(value)
        if isinstance(value, Joined):
            return self._said(value)
        if isinstance(value, (float, Number)):
            with suppress(ValueError):  # a printed figure may be written in its own way
                return format_number(float(value), self.words.lang, digits=None)
        if name in ("edition", "enclaves", "weights"):
            return spoken(str(value), self.words.lang)
        if name == "order":
            return self.order(value)
        if name == "statement":
            return self.words.sentence(value)
        return self.regions.get(value, value) if name in _REGIONS else value

    def _names(self, codes: Any) -> str:
        """Return the names of columns in a place; in English joined as they were."""
        names = [shorten(self.columns.get(code) or code) for code in parts_of(codes)]
        by = (codes.by if isinstance(codes, Joined) else " and ") if self.coded else "; " if self.columns else ", "
        return shorten(by.join(names), _LONG if self.columns else LONGEST)

    def left_out(self, reason: str) -> str:
        """Say why an analysis is left out; an error without a translation is quoted, after words that say so."""
        known = self.words.lang == SOURCE or all(self.words.message(leaf) != leaf for leaf in templates(reason))
        return shorten(self.reason(reason) if known else self.words.message(NOT_ALLOWED, error=reason), _WHOLE)

    def specifications(self, verdict: Verdict | None) -> list[tuple[str, str]]:
        """Say which specifications were left out and why, kinds of weights with the same reason together."""
        groups: dict[str, list[Mapping[str, Any]]] = {}
        whole, rows = self.analysis("verdict"), []
        for line in verdict.left_out if verdict is not None else ():
            what = getattr(line.places.get("what"), "places", {})
            if "weights" in what:
                # without where it is and what a caller of the library could do: both name the one kind
                why = line.places["why"]
                groups.setdefault(getattr(why, "places", {}).get("problem", why), []).append(what)
            else:
                rows.append((whole, self.left_out(line)))
        for why, whats in groups.items():
            names = dict.fromkeys(spoken(str(each["weights"]), self.words.lang) for each in whats)
            sizes = map(self.words.count, sorted({each["n"] for each in whats}))
            told = {"weights": ", ".join(names), "n": ", ".join(sizes)}
            rows.append((f"{whole}: {self.words.message(OVER, **told)}", self.left_out(why)))
        return rows

    def analysis(self, name: str) -> str:
        """Name an analysis; a single test carries its edition, year and variable after the name."""
        head, *rest = map(str, getattr(name, "places", {"analysis": name}).values())
        rest = [self.columns.get(part) or (part if self.coded else self.words.value(part)) for part in rest]
        return f"{self.words('analysis', head)} {shorten(' '.join(rest))}".strip()


def region_names(results: Results, lang: str, longest: int = LONGEST) -> pd.Series:
    """Return the shortest name of every region in a language: short name, name, English name, or its code.

    A name that several regions bear is followed by the code: "Baker County (01003)".
    """
    return names_of(results.regions, lang, longest)


def names_of(regions: gpd.GeoDataFrame, lang: str, longest: int = LONGEST) -> pd.Series:
    """Return the same of a layer of regions."""
    written = written_names(regions, lang)
    names = written.map(lambda name: shorten(name, longest)).astype(object)
    twice = names.duplicated(keep=False).to_numpy()
    marks = [f" ({shorten(region, longest // 2)})" for region in names.index[twice]]
    whole = [
        shorten(name, longest - len(mark)) + mark for name, mark in zip(written.to_numpy()[twice], marks, strict=True)
    ]
    told = names.to_numpy(copy=True)
    told[twice] = whole
    return pd.Series(told, names.index)


def indicator_names(results: Results, lang: str) -> dict[str, str]:
    """Return the name of every code of the catalogue in a language, or the code where it has no name."""
    names = results.catalogue.names(lang)
    return {code: shorten(names.get(code) or code) for code in results.catalogue.codes}


def figure_title(results: Results, kind: str, lang: str, **parameters: object) -> str:
    """Return the title of a figure; "name" in the words is the name of the index in the study's catalogue.

    A kind without a phrase is called by its own name.
    """
    words = Words(lang)
    if kind not in phrase_keys("figure", lang):
        return kind.replace("-", " ").capitalize()
    name = indicator_names(results, lang).get(results.root) or words("column", "index")
    return words("figure", kind, name=shorten(name, _NAME), **parameters)


def method_words(words: Words, section: str, name: str, **values: object) -> str:
    """Say a method of rating; one that has no phrase keeps its name."""
    try:
        return words(section, name, **values)
    except KeyError:
        return name.partition("_")[2] if section == "text" else name


def scores_words(study: Study, words: Words, *, reference: str = "") -> str:
    """Say how values become scores; `reference` is the name of the reference region."""
    rating = study.rating
    return method_words(words, "scores", rating.normalisation, reference=reference or shorten(rating.reference or ""))


def method_sentences(results: Results, words: Words) -> list[str]:
    """Say how the study is rated: scores, means, weights, and what is done to outliers, gaps and zeros."""
    rating, catalogue = results.study.rating, results.catalogue
    names = indicator_names(results, words.lang)
    label = region_names(results, words.lang).get(rating.reference, "") if rating.reference else ""
    power = "" if rating.power is None else format_number(rating.power, words.lang, digits=None)
    means = _by_level(rating.aggregation, "arithmetic", catalogue, names, words, "aggregation", power=power)
    weights = _by_level(rating.weighting, "given", catalogue, names, words, "weighting")
    scores = scores_words(results.study, words, reference=str(label))
    told = [words("text", "method", scores=scores, means=means, weights=weights)]
    if single(catalogue) and "copeland" not in str(rating.aggregation):
        told = [words("text", "method_one", scores=scores)]
    if rating.treatment != "none":
        told.append(method_words(words, "text", f"treatment_{rating.treatment}"))
    if rating.score_range is not None:
        low, high = (f"{end:g}" for end in rating.score_range)
        told.append(words("text", "score_range", low=low, high=high))
    if catalogue.methods:
        own = [names[code] for code, method in catalogue.methods.items() if method != IndicatorMethod()]
        told.append(words("text", "own_methods", names=shorten(", ".join(own), _LONG)))
    if rating.availability < 1:
        told.append(words("text", "availability", share=format_percent(rating.availability, words.lang)))
    if rating.zeros == "zero":
        told.append(words("text", "zeros"))
    return told


def single(catalogue: Catalogue) -> bool:
    """Tell whether the index is the score of one indicator, so that nothing is averaged or weighted."""
    return len(catalogue.indicators) == 1


def weight_spread(results: Results, words: Words) -> str:
    """Return how far the weights of the robustness analysis are drawn apart: their standard deviation; "" for none.

    A weight w of k that are drawn together has the variance w (1 - w) / (concentration k + 1).
    """
    spreads = []
    for mass in results.rating(results.years[-1]).attrs["weights"].values():
        drawn = np.asarray([weight for weight in pd.Series(mass).to_numpy(float) if weight > 0])
        if len(drawn) > 1:
            spreads += list(np.sqrt(drawn * (1 - drawn) / (results.study.rating.concentration * len(drawn) + 1)))
    ends = dict.fromkeys(words.number(end) for end in (min(spreads, default=0), max(spreads, default=0)))
    return DASH.join(ends) if spreads else ""


def drawn_choices(results: Results, words: Words, *, scores: bool) -> str:
    """Name the choices that are drawn alike for two years."""
    robust = results.stages.robustness.get(results.years[-1])
    parts = {
        "weights": bool(weight_spread(results, words)),
        "omitted": not single(results.catalogue),
        "scores": scores,
        "readings": robust is not None and len(robust.labels[0]) > 1,
    }
    named = [words("text", f"drawn_{name}") for name, drawn in parts.items() if drawn]
    return ", ".join(named) or words("text", "drawn_nothing")


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
    told = {method_words(words, section, choice, **values): ", ".join(codes) for choice, codes in groups.items()}
    return next(iter(told)) if len(told) == 1 else "; ".join(f"{choice} ({codes})" for choice, codes in told.items())


def yardstick_words(study: Study, words: Words) -> str:
    """Say by whose limits scores are compared between years."""
    rating = study.rating
    if rating.goalposts is not None:
        return words("yardstick", "given")
    limits = rating.change_limits
    return words("yardstick", limits) if isinstance(limits, str) else words("yardstick", "base", year=limits["base"])


def no_classes(study: Study, words: Words) -> str:
    """Say why there are no classes, and what is left out with them."""
    return words("text", "no_classes", scores=scores_words(study, words))


def counted_words(words: Words, counted: int, drawn: int) -> str:
    """Name the replications that classes are counted in: all, or those with the study's own scores."""
    told = {"n": words.count(counted), "drawn": words.count(drawn)}
    return words("caption", "counted" if counted == drawn else "counted_on_scale", **told)


def normalisation_words(results: Results, words: Words) -> str:
    """Name the ways to score that the robustness analysis draws from."""
    used = dict.fromkeys(name for found in results.stages.robustness.values() for name in found.labels[1])
    return words("text", "or").join(method_words(words, "scored", name) for name in used)


def varied_words(results: Results, words: Words) -> list[str]:
    """Say what the robustness analysis varies, or why there is little to vary."""
    found = results.stages.robustness[results.years[-1]]
    readings, scores, _, dropped = (len(labels) for labels in found.labels)
    named = words("text", "or").join(words.value(name) for name in found.labels[0])
    spread = weight_spread(results, words)
    choices = [
        *([words("text", "robustness_weights", spread=spread)] if spread else []),
        *([words("text", "robustness_drop")] if dropped > 1 else []),
        *([words("text", "robustness_scores", scores=normalisation_words(results, words))] if scores > 1 else []),
        *([words("text", "robustness_readings", readings=named)] if readings > 1 else []),
    ]
    drawn = words.count(found.replications)
    told = [words("text", "robustness", replications=drawn, choices="; ".join(choices))] if choices else []
    if single(results.catalogue):
        told.append(words("text", "robustness_one"))
    if len(results.catalogue.indicators) == 2 and dropped > 1:
        told.append(
            words("text", "robustness_alone", share=format_percent((found.choices[:, 3] >= 0).mean(), words.lang))
        )
    return told


def origin_words(tests: Iterable[GlobalResult], words: Words) -> str:
    """Say where the p-values of global tests come from, as the tests themselves do."""
    known = phrase_keys("origin", words.lang)
    found = dict.fromkeys((test.method, test.permutations, test.reference) for test in tests)
    named = [
        words("origin", method, permutations=words.count(count)) if method in known and count else reference
        for method, count, reference in found
    ]
    named = list(dict.fromkeys(named))
    return words("text", "or").join(named) or DASH


def row_p(words: Words, own: Mapping[Any, Any], *, relation: bool = False) -> str:
    """Write the p-value of a row of a table of tests, as the least that its draws can give where it is that."""
    return words.probability(own["p_value"], relation=relation, least=row_least(own))


def local_origin(test: LocalResult, words: Words) -> str:
    """Say where the p-values of a local test come from."""
    return words("origin", f"local_{test.method}", permutations=words.count(test.permutations or 0))


_SIDES = {"two-sided": "two-sided", "greater": "one-sided (greater)", "less": "one-sided (less)"}
_GLOBAL_TOLD = "{null} p: {origin}, {side}. Regions: {n}; weights: {weights}."
_LOCAL_TOLD = "{statistic}. {null} p: {origin}, {side}; {adjusted}, level {alpha}. Regions: {n}; weights: {weights}."


def told_tests(
    tests: Sequence[GlobalResult] | Sequence[LocalResult], weights: str, words: Words
) -> tuple[dict[str, Any], str]:
    """Return what a file of global tests, or of one local test, says of them: further columns, and a note."""
    first = tests[0]
    local = hasattr(first, "adjust")
    facts: dict[str, Any] = {"null": words("text", "local_null" if local else "global_null"), "weights": weights}
    built = getattr(first.tested.graph, "built", None) if first.tested else None
    said = facts | {"side": words.message(_SIDES[first.alternative])}
    said["weights"] = words.neighbours(**built) if built else words.value(weights)
    said["n"] = ", ".join(dict.fromkeys(words.count(test.n) for test in tests))
    if not local:
        return facts, words.message(_GLOBAL_TOLD, **said, origin=origin_words(tests, words))  # type: ignore[arg-type]
    test: Any = first
    facts |= {"statistic_name": test.name, "permutations": test.permutations or 0}
    facts |= {name: getattr(test, name) for name in ("alternative", "adjust", "alpha", "n")}
    facts |= {"joint_permutations": test.joint} if test.joint else {}
    said |= {"statistic": words.value(test.name), "origin": local_origin(test, words)}
    adjusted = words("adjusted", test.adjust)
    if test.joint:
        adjusted += f", {words('origin', 'local_joint', permutations=words.count(test.joint))}"
    said |= {"adjusted": adjusted, "alpha": format_number(test.alpha, words.lang, digits=None)}
    return facts, words.message(_LOCAL_TOLD, **said)


def permuted(results: Results, words: Words) -> str:
    """Say where the p-values of the figures of the global test come from."""
    tests = (results.moran.get((results.edition, year, results.root)) for year in results.detailed)
    return words("caption", "permutation", origin=origin_words(filter(None, tests), words))


def drawn(results: Results, words: Words) -> str:
    """Say where the p-values of the figures of the local test come from."""
    tests = [test for (edition, _), test in results.local.items() if edition == results.edition]
    told = " / ".join(dict.fromkeys(local_origin(test, words) for test in tests))
    levels = ", ".join(dict.fromkeys(format_number(test.alpha, words.lang, digits=None) for test in tests))
    how = words("caption", "conditional", origin=told, adjusted=words("adjusted", results.study.report.adjust))
    return f"{how}; α = {levels}" if levels else how


def shared(results: Results, words: Words) -> str:
    """Say where the p-values of the specification curve come from."""
    verdict = results.stages.verdict
    assert verdict is not None  # its figures are not drawn otherwise
    return words("caption", "relocations", permutations=words.count(verdict.curve.permutations))


def untestable_words(test: LocalResult, words: Words) -> list[str]:
    """Say why regions are untestable: a sentence for each reason."""
    why = test.why_untestable()
    told: dict[str, Any] = {"n": words.count(test.n), "level": words.number(why.level, 4)}
    told |= {"least": words.number(why.least, 4), "draws": words.count(test.permutations or 0)}
    return [words("untestable", kind, **told) for kind in why.reasons]


def unranked_words(results: Results, words: Words) -> list[str]:
    """Name the regions that have no rank of their own, and so no place in a figure of ranks."""
    ranks, names = results.rating(results.years[-1])["rank"], region_names(results, words.lang)
    absent = [str(names[region]) for region in ranks.index[ranks.isna()]]
    return [words("caption", "unranked", names=shorten(", ".join(absent), _LONG))] if absent else []


def share_moved(words: Words, value: object) -> str:
    """Write a share with two digits, or with as many as tell it from the 90% of the rule."""
    if missing(value):
        return DASH
    share = float(str(value))
    digits = next(d for d in (2, 3, 4, 5) if d == 5 or (round(share, d) >= _AGREED) == (share >= _AGREED))
    return words.number(share, digits)


def best_power(power: PowerCurve, words: Words, *, positive: bool = False) -> str:
    """Write the largest chance that a test has over the strengths of its curve, in percent."""
    curve = power.curve["power"]
    return format_percent(float((curve[curve.index > 0] if positive else curve).max()), words.lang)


def verdict_words(words: Words, verdict: Verdict) -> tuple[str, ...]:
    """Say what was found, of which null hypothesis its p-values are, and what could have been found."""
    found, able = verdict.sentences[words.lang]
    return found, words("text", "omnibus_null"), able
