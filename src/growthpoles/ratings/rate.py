"""Rate regions: indicators, scores, sub-indices, index, class and rank."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from growthpoles.errors import DataError, RatingError, Reason, message
from growthpoles.ratings.aggregation_tree import (
    climb,
    limits_of,
    posts_of,
    prepared,
    ranks,
    reference_shares,
    relative_index,
    scores_of,
)
from growthpoles.ratings.catalogue import Catalogue, catalogue_for, indicator_values
from growthpoles.ratings.classes import DECIMALS, TEN_CLASSES, ClassScale, letters, letters_for
from growthpoles.ratings.indicator_methods import IndicatorMethod
from growthpoles.ratings.limits import (
    REGION,
    YEAR,
    Goalposts,
    Limits,
    by_year,
    limit_records,
    row_label,
    stack_years,
    years_of,
)
from growthpoles.ratings.methods import Choice, Zeros
from growthpoles.ratings.rating_options import Method, compiled, method_of
from growthpoles.result_display import SharedDict, SharedList

#: One table, or tables by year: what `rate` is given, and gives back.
Rated = TypeVar("Rated", pd.DataFrame, dict[int, pd.DataFrame])

_NOT_COMPUTED = "no data: {columns} not computed"
_SCALED_UP = "no data: left out, the other weights scaled up"


def rate(
    table: Rated,
    catalogue: Catalogue | None = None,
    *,
    normalisation: Choice = "leader",
    aggregation: Choice | Mapping[str, Choice] = "arithmetic",
    weighting: Choice | Mapping[str, Choice] = "given",
    availability: float = 1.0,
    treatment: Choice = "none",
    power: float | None = None,
    zeros: Zeros = "refuse",
    goalposts: Goalposts | None = None,
    reference: Hashable | None = None,
    region_weights: pd.Series | None = None,
    scale: ClassScale = TEN_CLASSES,
    limits: Limits = "year",
    score_range: tuple[float, float] | None = None,
    share_bounds: tuple[float, float] | None = None,
    relative_to: Hashable | None = None,
) -> Rated:
    """Rate regions by a hierarchy of indicators. The defaults are the article's method.

    Parameters
    ----------
    table : DataFrame, regions x columns; for several years, a mapping of year to it, or one with index (year, region)
        Indicators, or the primary columns to derive them from, named by catalogue code; other columns are not
        looked at. NaN means "no data".
    catalogue : Catalogue, optional
        Hierarchy, directions and weights; the built-in one by default.
    normalisation, goalposts, reference, region_weights
        How indicators become scores: see `growthpoles.ratings.normalise.normalise`. This and the next ones may be a
        function of one's own, which is taken for unbounded, or an object of `growthpoles.ratings` with its facts.
    aggregation, power, zeros
        How scores combine, one method or a mapping of aggregate code to method ("arithmetic" where it is
        silent): see `growthpoles.ratings.aggregate.aggregate`.
    weighting : {"given", "equal", "entropy", "critic", "pca"}, or mapping of aggregate code to it
        "given" takes the catalogue's weights; the others: `growthpoles.ratings.weighting.data_weights`.
    availability : float in (0, 1]
        Least share of the children of an aggregate that a region must have. The default asks for all: a
        region without one indicator has no index, and is listed.
    treatment : {"none", "winsorise", "log"}
        Of indicators with outliers, before normalisation: see `growthpoles.ratings.treatment.treat`.
    scale : ClassScale
        Letters, or words, and limits of the classes.
    limits : {"year", "pooled"} or {"base": year}
        Whose values set the limits of scores (the leader, the extremes, the mean) where there are several years: those
        of each year, of all years together, or of one year. Only common limits let years be compared. "pooled" takes
        whatever hangs on the values (ranks, treatment, data-driven weights, Copeland scores, the reference region's
        mean) from all years as from one table; a base year takes the limits and such weights from that year, and the
        treatment from all. Ranks are those within a year in any case.
    score_range : (worst, best), optional
        What a bounded normalisation scores between instead of 0 and 100: (0, 1), or (1, 100) so that a geometric mean
        meets no zero. The ten classes are for 0 to 100 alone.
    share_bounds : (low, high), optional
        Of ``aggregation="benefit-of-the-doubt"``: see `growthpoles.benefit_of_the_doubt`.
    relative_to : region label, "mean" or "weighted-mean", optional
        Adds `relative_index`, the index in percent of that of the region, or of its mean over the regions (by
        `region_weights`), in the year, in all years or in the base year, as `limits` says. A scale of relative classes
        takes the mean unless told otherwise.

    Returns
    -------
    DataFrame, for several years a dict of year to it, or one with the index of the table
        Indexed as `table`: every aggregate by its code, the index last; `rating_class` (ordered categorical);
        `rank` (Int64, 1 = best, ties share the lowest rank, missing without an index); `score_<indicator>`; with
        `relative_to` also `relative_index`.
        The class is missing for all when scores are unbounded (z-score, reference, mean) and no scale of
        one's own is given. `attrs`: `method`, `weights` (used, by aggregate, summing to 1), `missing`
        (region, column, what it did; before them the year in one table of several), `treatment`, `notes`, `limits` (see
        `rating_limits`), and `year`, `edition` of the table. With limits of a base year, or given ones, an index can
        leave 0 to 100: it is not cut, has the last class on its side, and is named in `notes`.

    Raises
    ------
    RatingError
        A column is missing or without any value, an option is not allowed, or the data do not suit the
        method.
    DataError
        The table has doubled labels, or a cell that is not a finite number.

    Notes
    -----
    With ``I`` the leader scores, ``ris = (I_productivity + I_asset_return + I_eco_efficiency) / 3``, ``ria``
    likewise from R&D, technological innovation and innovative output, ``index = (ris + ria) / 2``.
    What the catalogue says of single indicators (columns transform, treatment, normalisation, low, high, scale) goes
    before these options: they are transformed, then treated, then normalised.
    A pillar with direction -1 enters its parent as 100 - s (2 c - s on a scale with centre c).

    References
    ----------
    Kireyeva, formulas (1)-(4).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> table = pd.DataFrame({"wage": [50.0, 100.0], "patents": [4.0, 1.0]}, index=["north", "south"])
    >>> gp.rate(table, gp.Catalogue.flat(["wage", "patents"]))[["index", "rating_class", "rank"]]
           index rating_class  rank
    north   75.0            A     1
    south   62.5          B++     2
    """
    method = method_of(
        normalisation=normalisation, aggregation=aggregation, weighting=weighting, availability=availability,
        treatment=treatment, power=power, zeros=zeros, goalposts=goalposts, reference=reference,
        region_weights=region_weights, scale=scale, limits=limits, score_range=score_range, share_bounds=share_bounds,
        relative_to=relative_to,
    )  # fmt: skip
    if isinstance(table, Mapping):
        return rate_years(table, catalogue_for(next(iter(table.values()), pd.DataFrame()), catalogue), method)
    if not isinstance(table, pd.DataFrame):
        allowed = "a DataFrame of regions by indicators (values.to_frame() of a Series), or a dict of year to such"
        raise DataError(message(f"table: {type(table).__name__} given", allowed=allowed))
    catalogue = catalogue_for(table, catalogue)
    if years_of(table.index) is not None:
        rated = rate_years(dict(by_year(table)), catalogue, method)
        panel = pd.concat(rated, names=[YEAR, REGION]).reindex(table.index)
        panel.attrs = next(iter(rated.values())).attrs | {"missing": _gaps(rated), "year": None}
        panel.attrs.pop("reference", None)  # that of one year
        return panel
    return rate_with(table, catalogue, method)


def _gaps(rated: Mapping[int, pd.DataFrame]) -> list[tuple[Any, ...]]:
    """Return the missing cells of several years, the year in front."""
    return [(year, *cell) for year, each in rated.items() for cell in each.attrs["missing"]]


def rate_with(table: pd.DataFrame, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Rate one year, or several under each other by common limits, with options that are in a `Method`; see `rate`."""
    if (years_of(table.index) is None) != (method.limits == "year"):
        problem = f"limits={method.limits!r} with the table of a single year"
        raise RatingError(message(problem, allowed='{year: table} for all years, or limits="year"'))
    method = method.of(catalogue)
    values = indicator_values(table, catalogue)
    values.attrs = {key: table.attrs[key] for key in ("year", "edition") if key in table.attrs}
    return _rated(values, catalogue, method)


def rate_years(tables: Mapping[int, pd.DataFrame], catalogue: Catalogue, method: Method) -> dict[int, pd.DataFrame]:
    """Rate several years with options that are already in a `Method`; see `rate`."""
    if method.limits == "year":
        return {year: rate_with(tables[year], catalogue, method) for year in sorted(tables)}
    whole = rate_with(stacked_values(tables, catalogue), catalogue, method)
    found = {}
    for year, rating in by_year(whole):
        place = ranks(rating[catalogue.root].to_numpy(dtype=float))
        rating["rank"] = pd.Series(place, index=rating.index).where(place > 0).astype("Int64")
        own = {str(key): value for key, value in tables[year].attrs.items() if key == "edition"}
        cells = [cell[1:] for cell in whole.attrs["missing"] if cell[0] == year]
        attrs: dict[Any, Any] = {**whole.attrs, "missing": cells, **own, "year": year}
        if "reference" in attrs:
            shares = {row[1]: share for row, share in attrs["reference"]["shares"].items() if row[0] == year}
            attrs["reference"] = SharedDict(attrs["reference"] | {"shares": shares})
        rating.attrs = attrs
        rating["rating_class"].attrs["scale"] = whole.attrs["scale"]
        found[year] = rating
    return found


def stacked_values(tables: Mapping[int, pd.DataFrame], catalogue: Catalogue) -> pd.DataFrame:
    """Return the indicators of several years under each other, index (year, region)."""
    values = stack_years({year: indicator_values(table, catalogue, empty=True) for year, table in tables.items()})
    return indicator_values(values, catalogue)


def _rated(values: pd.DataFrame, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Rate indicators by common limits."""
    tree = compiled(catalogue)
    ready, report = prepared(values, method)
    scores = scores_of(ready.to_numpy(), values.index, tree, method)
    arrays = {code: scores[:, place] for place, code in enumerate(tree.indicators)}
    levels, weights = climb(arrays, tree, method, regions=values.index)
    root = tree.aggregates[-1]
    index = pd.Series(levels[root], index=values.index)
    place = ranks(index.to_numpy())
    columns: dict[str, object] = {code: levels[code] for code in tree.aggregates}
    notes, relative = [], None
    if method.relative:
        relative = relative_index(index.to_numpy(), values.index, method)
        columns["relative_index"] = relative
    if method.has_classes(root):
        columns["rating_class"] = classes_of(index, method)
        measured = index if method.scale.of == "index" else pd.Series(relative, index=values.index)
        beyond = list(map(row_label, index.index[(_held(measured, method) - measured).round(DECIMALS).abs() > 0]))
        if beyond:
            notes.append(f"beyond the scale, in its last class on that side: {', '.join(beyond)}")
    else:
        columns["rating_class"] = letters(np.full(len(index), -1), index.index, method.scale)
        loose = method.unbounded(root)
        notes.append(f"no classes: {loose} scores are unbounded" if loose else "no classes: scores are not of 0 to 100")
    columns["rank"] = pd.Series(place, index=index.index).where(place > 0).astype("Int64")
    columns |= {f"score_{code}": arrays[code] for code in tree.indicators}
    rating = pd.DataFrame(columns, index=values.index)
    rating.attrs = {
        "method": SharedDict(method.to_dict()),
        "root": root,
        "scale": SharedDict(method.scale.to_dict()),
        "weights": SharedDict(
            (node.code, dict(zip(node.children, map(float, mass / mass.sum()), strict=True)))
            for node in tree.nodes
            for mass in (weights[node.code],)
        ),
        "missing": SharedList(_missing(values, rating, catalogue)),
        "treatment": SharedList(report.to_dict("records")),
        "notes": [*notes, *_cut(ready, method)],
        "limits": _limits(ready, catalogue, method),
        **({} if relative is None else {"reference": SharedDict(_reference(index, method))}),
        **values.attrs,
    }
    return rating


def _limits(ready: pd.DataFrame, catalogue: Catalogue, method: Method) -> SharedList:
    """Return the limits used, as plain values; without those of scores that hang on all values together."""
    kinds = [method.normalisation_of(code) for code in catalogue.indicators]
    if all(kind.limits is None for kind in kinds):
        return SharedList([])
    owns = [method.own.get(code) or IndicatorMethod() for code in catalogue.indicators]
    sign = np.array(compiled(catalogue).directions, dtype=float)
    given = [posts_of(method, code) is not None for code in catalogue.indicators]
    pair = limits_of(ready.to_numpy(), ready.index, compiled(catalogue), method)
    found = limit_records(ready, pair, sign, kinds, method.limits, given=given)
    for row, own in zip(found, owns, strict=True):
        row["low"], row["high"] = own.untransformed(row["low"], row["high"])
        if own.falling:
            for what in ("year", "region"):
                row[f"low_{what}"], row[f"high_{what}"] = row[f"high_{what}"], row[f"low_{what}"]
    return SharedList([row for row, kind in zip(found, kinds, strict=True) if kind.limits is not None])


def classes_of(index: pd.Series, method: Method) -> pd.Series:
    """Give every index its letter on the scale of a method, relative ones too."""
    if method.scale.of == "relative":
        index = pd.Series(relative_index(index.to_numpy(dtype=float), index.index, method), index=index.index)
    return letters_for(_held(index, method), method.scale)


def _held(index: pd.Series, method: Method) -> pd.Series:
    """Return values within the scale: those that can leave it by their limits go to its ends."""
    return index.clip(method.scale.bottom, method.scale.top) if method.open_ended else index


def _reference(index: pd.Series, method: Method) -> dict[str, Any]:
    """Return the level of the reference, and the share of every region with an index in it."""
    shares = pd.Series(reference_shares(index.index, method), index=index.index)[index.notna()]
    shares = shares[shares > 0] / shares.sum()
    level = float((shares * index[shares.index]).sum())
    return {"level": level, "shares": {region: float(share) for region, share in shares.items()}}


def _cut(ready: pd.DataFrame, method: Method) -> list[str]:
    """Say which cells lie beyond their goalposts and are scored as at them."""
    cut = []
    for code in ready.columns:
        if "goalposts" in method.normalisation_of(code).needs and (posts := posts_of(method, code)) is not None:
            beyond = ready.index[(ready[code] < posts[0]) | (ready[code] > posts[1])]
            cut += [f"{row_label(region)}/{code}" for region in beyond]
    return [f"beyond their goalposts, scored as at them: {', '.join(cut)}"] if cut else []


def _missing(values: pd.DataFrame, rating: pd.DataFrame, catalogue: Catalogue) -> list[tuple[Any, ...]]:
    """List every indicator value that is missing, and what came of it."""
    found: list[tuple[Any, ...]] = []
    if not values.isna().to_numpy().any():
        return found
    lost = {code: rating[code].isna().to_numpy() for code in catalogue.aggregates}
    for row, column in np.argwhere(values.isna().to_numpy()):
        code = str(values.columns[column])
        above = ", ".join(parent for parent in catalogue.path(code)[1:] if lost[parent][row])
        effect = Reason(_NOT_COMPUTED, {"columns": above}) if above else _SCALED_UP
        label = values.index[row]
        found.append((*label, code, effect) if isinstance(label, tuple) else (str(label), code, effect))
    return found
