"""Wording of audit, data and method in the language of the page; names of regions and indicators.

Ledgers, tables of missing cells and the like are recorded in English, with the codes of columns. An English page shows
them as they are recorded; the others fill the same values into translated templates, with columns and regions by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import Reason, templates
from growthpoles.language.languages import SOURCE
from growthpoles.language.number_format import format_number, format_percent
from growthpoles.language.phrases import DASH, LONGEST, Words, phrase_keys, shorten, spoken
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.ratings.indicator_methods import IndicatorMethod
from growthpoles.study.audit.evidence_sentences import COLUMNS, INNER, LEADS, NUMBERS, REGIONS, read_part
from growthpoles.study.audit.findings import Fault
from growthpoles.study.audit.printed_cells import published_formulas
from growthpoles.study.inputs import study_catalogue
from growthpoles.study.inputs.study_variables import OVER
from growthpoles.study.study_spec import Study

if TYPE_CHECKING:
    from growthpoles.report.results import Results
    from growthpoles.study.audit import Audit
    from growthpoles.study.verdict import Verdict


NOT_ALLOWED = "the data do not allow it: {error}"
_LONG = 400
#: Sentences in whose places parts are separated by semicolons.
_WHOLE = ("not checked in {count} rows: {check} ({reason})", "follows from: {fault} ({relation})")
_NAME = 80


@dataclass(frozen=True, slots=True)
class Wording:
    """Sentences of one study in one language; `columns` and `regions` are names by code, both empty in English.

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
        if lang == SOURCE:
            return cls(words, {}, {}, orders)
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
        return _LONG if self.columns else LONGEST

    def column(self, code: str) -> str:
        """Return the name of a column, or its code where it has none."""
        return shorten(self.columns.get(code) or code)

    def list_columns(self, codes: str) -> str:
        """Return the names of columns whose codes are separated by commas; a name may hold commas itself."""
        separator = "; " if self.columns else ", "
        return shorten(separator.join(self.column(code) for code in codes.split(", ")), self.longest)

    def fault(self, fault: Fault) -> str:
        """Say a fault."""
        told = {
            "column": self.list_columns(fault.column),
            "denominator": self.column(fault.denominator),
            "order": self.order(fault.order),
            "statement": self.words.sentence(fault.statement),
        }
        return shorten(self.words.message(fault.template, **{**fault.places, **told}), self.longest)

    def evidence(self, text: str) -> str:
        """Say what the audit recorded in English: cause, evidence, remark; formulas stay as they are."""
        if self.words.lang == SOURCE or not text:
            return text
        lead = next((lead for lead in LEADS if text.startswith(lead)), "")
        if lead:
            return self.words.message(lead) + self.evidence(text[len(lead) :])
        if text.startswith("statement: "):
            return self.words.sentence(text.removeprefix("statement: "))
        whole = read_part(text)
        if whole is None and "\n" in text:
            return "\n".join(map(self.evidence, text.split("\n")))
        if whole is None or (whole[0] not in _WHOLE and "; " in text):
            parts = text.split("; ")
            return "; ".join(map(self.evidence, parts)) if len(parts) > 1 else self.words.value(text)
        return self.words.message(whole[0], **{name: self._place(name, value) for name, value in whole[1].items()})

    def _place(self, name: str, value: str) -> str:
        if name in COLUMNS:
            return self.list_columns(value)
        if name in INNER:
            return self.evidence(value)
        if name in NUMBERS:
            try:
                return format_number(float(value), self.words.lang, digits=None)
            except ValueError:
                return value
        return self.regions.get(value, value) if name in REGIONS else value

    def order(self, name: str) -> str:
        """Name an order of rows."""
        return self.reason(self.orders.get(name, name)) or DASH

    def reason(self, reason: str) -> str:
        """Say a reason; what is the user's own stands as it is, or is translated as a whole."""
        if self.words.lang == SOURCE:
            return shorten(reason)
        if not isinstance(reason, Reason):
            return shorten(self.words.sentence(reason), _LONG)
        told = {name: self._value(name, value) for name, value in reason.places.items()}
        return self.words.message(reason.template, **told)

    def _value(self, name: str, value: Any) -> object:
        """Say what stands in a reason: another reason, columns and regions by name, numbers, anything else as it is."""
        if isinstance(value, Reason):
            return self.reason(value)
        if isinstance(value, float):
            return format_number(value, self.words.lang, digits=None)
        if name == "columns":
            return self.list_columns(value if isinstance(value, str) else ", ".join(value))
        if name in ("edition", "enclaves", "weights"):
            return spoken(str(value), self.words.lang)
        return self.regions.get(value, value) if name == "region" else value

    def left_out(self, reason: str) -> str:
        """Say why an analysis is left out; an error without a translation is quoted, after words that say so."""
        known = self.words.lang == SOURCE or all(self.words.message(leaf) != leaf for leaf in templates(reason))
        return shorten(self.reason(reason) if known else self.words.message(NOT_ALLOWED, error=reason), 300)

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
        if self.words.lang != SOURCE:
            rest = [self.columns.get(part) or self.words.value(part) for part in rest]
        return f"{self.words('analysis', head)} {shorten(' '.join(rest))}".strip()


def region_names(results: Results, lang: str, longest: int = LONGEST) -> pd.Series:
    """Return the shortest name of every region in a language: short name, name, English name, or its code.

    A name that several regions bear is followed by the code: "Baker County (01003)".
    """
    regions = results.regions
    codes = regions.index.to_series()
    columns = (f"short_{lang}", f"name_{lang}", "short_en", "name_en")
    written = next((regions[column] for column in columns if column in regions), codes)
    known = np.array([isinstance(name, str) and bool(name.strip()) for name in written], bool)
    written = written.where(known, codes)
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
