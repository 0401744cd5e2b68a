"""Captions and alternative texts of the figures, as data and ready to include."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import pandas as pd

from growthpoles.language.phrases import DASH, Words, shorten
from growthpoles.maps.captions import Caption, captions_qmd, captions_tex
from growthpoles.report.figures import FigureJob
from growthpoles.report.results import Results
from growthpoles.report.stages import CURVE_RELOCATIONS, DRAWS, PERMUTATIONS, REPLICATIONS
from growthpoles.report.table_formats import csv_bytes
from growthpoles.report.wording import figure_title, region_names

_NAMED = 8
_MAPS = {"rating", "ksi", "clusters", "typology"}
_ON_BOUNDARIES = {*_MAPS, "change", "neighbours", "moran"}


def make_caption(results: Results, job: FigureJob, lang: str) -> Caption:
    """Put together title, facts and alternative text of a figure."""
    words = Words(lang)
    title = figure_title(results, job.kind, lang, **job.parameters)
    methods = {
        "moran": ("permutation", PERMUTATIONS),
        "clusters": ("conditional", DRAWS),
        "specifications": ("relocations", CURVE_RELOCATIONS),
    }
    p_method, text = "", ""
    if job.kind in methods:
        key, draws = methods[job.kind]
        p_method = words("caption", key, permutations=words.count(draws))
    elif job.kind in ("robustness", "membership"):
        text = words("caption", "replications", replications=words.count(REPLICATIONS)) + "."
    return Caption(
        name=job.name,
        file=f"figures/{job.name}.png",
        title=title,
        text=text,
        alt=_alt(results, job, words, title),
        year="",
        edition=words.value(job.edition) if job.edition else "",
        vintage=_boundaries(results) if job.kind in _ON_BOUNDARIES else "",
        weights=words("caption", "weights") if job.kind in ("moran", "clusters", "neighbours") else "",
        p_method=p_method,
        source=shorten(results.study.text("source", lang), 400),
    )


def _boundaries(results: Results) -> str:
    attrs = results.regions.attrs
    return shorten(", ".join(str(attrs[key]) for key in ("vintage", "source") if attrs.get(key)), 400)


def _alt(results: Results, job: FigureJob, words: Words, title: str) -> str:
    """Say what a figure shows to somebody who cannot see it."""
    names, year = region_names(results, words.lang).to_dict(), job.parameters.get("year")
    total = len(results.regions)
    if job.kind == "moran":
        test = results.moran[results.edition, int(year or 0), results.root]
        body = words(
            "alt",
            "moran",
            n=test.n,
            statistic=words.number(test.statistic, 3),
            p=words.probability(test.p_value),
        )
    elif job.kind == "change":
        change = results.change().dropna().sort_values(kind="stable")
        ends = [
            f"{names[region]} ({words.number(value, 1 if results.classed else 2)})" for region, value in change.items()
        ]
        body = words("alt", "change", n=total, rise=ends[-1] if ends else DASH, fall=ends[0] if ends else DASH)
    elif job.kind == "rating" and not results.classed:
        index = results.rating(int(year or 0))[results.root].dropna().sort_values(kind="stable")
        ends = [f"{names[region]} ({words.number(value, 2)})" for region, value in index.items()]
        body = words("alt", "values", n=total, highest=ends[-1] if ends else DASH, lowest=ends[0] if ends else DASH)
    elif job.kind not in _MAPS:
        body = words("alt", "chart", n=total)
    else:
        groups = _classes(results, job, words)
        listed = [
            words("alt", "group", label=label, names=_listed([names[region] for region in members]))
            for label, members in groups.items()
            if members
        ]
        body = words("alt", "map", n=total, groups="; ".join(listed))
    return f"{title.rstrip('.')}. {body}"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(shorten(name, 40) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown}, \N{HORIZONTAL ELLIPSIS} (+{len(names) - _NAMED})"


def _classes(results: Results, job: FigureJob, words: Words) -> dict[str, list[object]]:
    """Return the regions by what a map shows, best first."""
    year = int(job.parameters["year"])
    if job.kind == "rating":
        column = results.rating(year)["rating_class"]
        order = list(reversed(column.cat.categories))
    elif job.kind == "clusters":
        column = results.local[results.edition, year].to_frame()["label"]
        order = list(dict.fromkeys(column.astype(str)))
    elif job.kind == "typology":
        column = results.stages.typology[year]["type"]
        order = list(column.cat.categories)
    else:
        shares = results.published[year]["ksi"].reindex(results.regions.index)
        ranked = shares.sort_values(ascending=False, kind="stable")
        found: dict[str, list[object]] = {
            words.number(share, 3): list(ranked.index[ranked == share]) for share in ranked.dropna().unique()[:_NAMED]
        }
        return {**found, words.value("no production"): list(ranked.index[ranked.isna()])}
    known = column.reindex(results.regions.index).astype(object)
    groups = {words.value(label): list(known.index[known == label]) for label in order}
    return {**groups, words("page", "no_data"): list(known.index[known.isna()])}


def caption_files(captions: Mapping[str, Sequence[Caption]], *, lang: str) -> dict[str, bytes]:
    """Return the captions as files: CSV and JSON in all languages, TeX and Quarto in one.

    Parameters
    ----------
    captions : mapping of language to captions
    lang : str
        Language of figures.tex and figures.qmd.
    """
    records = [
        {"lang": code, **asdict(caption), "caption": caption.sentence(code)}
        for code, each in captions.items()
        for caption in each
    ]
    blob = json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    texts = {
        "captions.json": blob,
        "figures.tex": captions_tex(captions[lang], lang),
        "figures.qmd": captions_qmd(captions[lang], lang),
    }
    encoded = {name: text.encode("utf-8", errors="replace") for name, text in texts.items()}
    return {"captions.csv": csv_bytes(pd.DataFrame(records)), **encoded}
