"""Alternative texts of figures: what a figure shows, for somebody who does not see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.language.phrases import DASH, Words, shorten
from growthpoles.ratings.through_time.rating_change import UNDECIDED
from growthpoles.report import artists
from growthpoles.report.results import Results
from growthpoles.report.wording import (
    best_power,
    indicator_names,
    region_names,
)

Groups = dict[str, list[object]]
AltText = Callable[[Results, int, Words], str]
_NAMED = 8


def first_names(names: Sequence[str]) -> str:
    """Name the first regions, and say how many more there are."""
    shown = ", ".join(shorten(name, 40) for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown}, \N{HORIZONTAL ELLIPSIS} (+{len(names) - _NAMED})"


def chart(results: Results, year: int, words: Words) -> str:
    """Say how many regions there are."""
    return words("alt", "chart", n=len(results.regions))


def ranked(results: Results, year: int, words: Words) -> str:
    """Say who leads and who trails by the index, for a chart of all regions."""
    shown = year or results.years[-1]
    index = results.rating(shown)[results.root]
    highest, lowest = _ends(results, index, words, 1 if results.classed else 2)
    return words("alt", "ranked", n=int(index.notna().sum()), year=shown, highest=highest, lowest=lowest)


def paths(results: Results, year: int, words: Words) -> str:
    """Say who rose and who fell most, for a chart of all years; a region may lack some of them."""
    known = pd.concat([results.common(each)[results.root] for each in results.years], axis=1).notna().any(axis=1)
    return period(results, words, results.change(), n=int(known.sum()))


def parts(results: Results, year: int, words: Words) -> str:
    """Say the same of a change by the limits of each year, as its chart shows it."""
    assert results.stages.change is not None  # the figure is not possible otherwise
    parts = results.stages.change.frame
    return period(results, words, parts["own"] + parts["leader"])


def period(results: Results, words: Words, change: pd.Series, n: int | None = None) -> str:
    """Say who rose and who fell most between the first and the last year."""
    told = {"first": results.years[0], "last": results.years[-1], "moves": _moves(results, change, words)}
    return words("alt", "paths", n=int(change.notna().sum()) if n is None else n, **told)


def power(results: Results, year: int, words: Words) -> str:
    """Say from which strength of dependence on the test finds it."""
    assert results.stages.verdict is not None
    power = results.stages.verdict.power
    found, told = power.smallest_positive, {"n": power.n, "target": words.number(power.target, 1)}
    if found != found:
        return words("alt", "power_blind", **told, best=best_power(power, words, positive=True))
    return words("alt", "power", rho=words.number(found, 2), **told)


def curve(results: Results, year: int, words: Words) -> str:
    """Say how many specifications there are, and how many of them find something."""
    assert results.stages.verdict is not None
    table = results.stages.verdict.curve.to_frame()
    main = table["main"].astype(bool)
    if not main.all():
        found = int(table["significant"][main].sum())
        return words("alt", "curve_main", main=int(main.sum()), more=int((~main).sum()), found=found)
    return words("alt", "curve", n=len(table), found=int(table["significant"].sum()))


def graph(results: Results, year: int, words: Words) -> str:
    """Say how many pairs of neighbours there are, and who has most."""
    assert results.graph is not None  # the figure is not possible otherwise
    names, counts = region_names(results, words.lang).to_dict(), results.graph.cardinalities
    most = [f"{names[region]} ({count})" for region, count in counts[counts == counts.max()].items()]
    pairs = {frozenset(pair) for pair in results.graph.adjacency[results.graph.adjacency != 0].index}
    pairs = {pair for pair in pairs if len(pair) == 2}
    return words("alt", "graph", n=len(results.regions), pairs=len(pairs), most=first_names(most))


def inequality(results: Results, year: int, words: Words) -> str:
    """Say how unequal the regions are in the first and the last year, by Gini's coefficient."""
    found, name = artists.first_unequal(results)
    table: Any = found.table.loc[next(each for each in found.measures if each[0] == "gini")]
    own = table["value"]
    ends = {"before": words.number(own.iloc[0], 3), "after": words.number(own.iloc[-1], 3)}
    variable = indicator_names(results, words.lang).get(name, name)
    years = {"first": found.years[0], "last": found.years[-1]}
    return words("alt", "inequality", n=int(table["n"].iloc[-1]), variable=variable, **years, **ends)


def legend(results: Results, year: int, words: Words) -> str:
    """Say how many regions a map shows, whose legend names the classes."""
    return words("alt", "legend", n=len(results.regions))


def _grouped(groups: Callable[[Results, int, Words], Groups]) -> AltText:
    """Say which regions a map shows in which class, best first."""

    def alt(results: Results, year: int, words: Words) -> str:
        names = region_names(results, words.lang).to_dict()
        listed = [
            words("alt", "group", label=label, names=first_names([names[region] for region in members]))
            for label, members in groups(results, year, words).items()
            if members
        ]
        return words("alt", "map", n=len(results.regions), groups="; ".join(listed))

    return alt


def _by_label(
    results: Results, column: pd.Series, order: Sequence[object], words: Words, named: Sequence[str] | None = None
) -> Groups:
    known = column.reindex(results.regions.index).astype(object)
    told = named or [words.value(label) for label in order]
    groups = {name: list(known.index[known == label]) for name, label in zip(told, order, strict=True)}
    return {**groups, words("page", "no_data"): list(known.index[known.isna()])}


def _rating_groups(results: Results, year: int, words: Words) -> Groups:
    column = results.rating(year)["rating_class"]
    scale, order = results.scale, list(reversed(column.cat.categories))
    return _by_label(results, column, order, words, [shorten(scale.name(letter, words.lang)) for letter in order])


def _typology_groups(results: Results, year: int, words: Words) -> Groups:
    column = results.stages.typology[year]["type"]
    return _by_label(results, column, list(column.cat.categories), words)


def _cluster_groups(results: Results, year: int, words: Words) -> Groups:
    column = results.local[results.edition, year].to_frame()["label"]
    return _by_label(results, column, list(dict.fromkeys(column.astype(str))), words)


def _class_change_groups(results: Results, year: int, words: Words) -> Groups:
    before, after = (
        results.common(when)["rating_class"]
        .astype(object)
        .map(lambda each: results.scale.name(each, words.lang), na_action="ignore")
        for when in (results.years[0], results.years[-1])
    )
    moves = before.str.cat(after, sep="\N{RIGHTWARDS ARROW}")
    if (found := results.stages.change) is not None and "class_move" in found.frame:
        moves = moves.mask(found.frame["class_move"].reindex(moves.index) == UNDECIDED, UNDECIDED)
    return _by_label(results, moves, sorted(moves.dropna().unique()), words)


def _p_groups(results: Results, year: int, words: Words) -> Groups:
    p = results.local[results.edition, year].to_frame()["p_adjusted"].reindex(results.regions.index)
    limit = f"p < {words.number(0.05)}"
    return {limit: list(p.index[p < 0.05]), words.value("not significant"): list(p.index[~(p < 0.05)])}


def _ksi_groups(results: Results, year: int, words: Words) -> Groups:
    shares = results.published[year]["ksi"].reindex(results.regions.index)
    ranked = shares.sort_values(ascending=False, kind="stable")
    found = {words.number(share, 3): list(ranked.index[ranked == share]) for share in ranked.dropna().unique()[:_NAMED]}
    return {**found, words.value("no production"): list(ranked.index[ranked.isna()])}


def _ends(results: Results, values: pd.Series, words: Words, digits: int) -> tuple[str, str]:
    """Name the regions with the highest and the lowest value; several where they share it."""
    names, known = region_names(results, words.lang).to_dict(), values.dropna()
    if known.empty:
        return DASH, DASH

    def told(end: float) -> str:
        alike = [names[region] for region in known.index[np.isclose(known, end, rtol=1e-12, atol=1e-12)]]
        return f"{first_names(alike)} ({words.number(end, digits)})"

    return told(known.max()), told(known.min())


def _moves(results: Results, change: pd.Series, words: Words) -> str:
    """Say who rose and who fell most; where all went one way, who did so least."""
    high, low = _ends(results, change, words, 1 if results.classed else 2)
    rose, fell = bool((change > 0).any()), bool((change < 0).any())
    if rose or fell:
        kind = "both" if rose and fell else "up" if rose else "down"
    else:
        kind = "same" if change.notna().any() else "unknown"
    return words("alt", f"moves_{kind}", high=high, low=low)


def change(results: Results, year: int, words: Words) -> str:
    """Say who rose and who fell most, for a map."""
    return words("alt", "change", n=len(results.regions), moves=_moves(results, results.change(), words))


def values(results: Results, year: int, words: Words) -> str:
    """Say who has the highest and the lowest value."""
    highest, lowest = _ends(results, results.rating(year)[results.root], words, 2)
    return words("alt", "values", n=len(results.regions), highest=highest, lowest=lowest)


def rating(results: Results, year: int, words: Words) -> str:
    """Say which regions are in which class, or have the highest and the lowest value where there are none."""
    return (_grouped(_rating_groups) if results.classed else values)(results, year, words)


def moran(results: Results, year: int, words: Words) -> str:
    """Say the statistic of the test and its p-value."""
    test = results.moran[results.edition, year, results.root]
    told = {
        "statistic": words.number(test.statistic, 3),
        "p": words.probability(test.p_value, relation=True, least=test.least),
    }
    return words("alt", "moran", n=test.n, **told)


def influence(results: Results, year: int, words: Words) -> str:
    """Say for how many regions the influence is shown."""
    return words("alt", "influence", n=results.moran[results.edition, year, results.root].n)


class_change = _grouped(_class_change_groups)
ksi = _grouped(_ksi_groups)
clusters = _grouped(_cluster_groups)
significance = _grouped(_p_groups)
typology = _grouped(_typology_groups)
