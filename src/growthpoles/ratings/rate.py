"""Rate regions: indicators, scores, sub-indices, index, class and rank."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import Reason
from growthpoles.ratings.aggregation_tree import (
    climb,
    goalposts_of,
    prepared,
    ranks,
    reference_shares,
    relative_index,
    scores_of,
)
from growthpoles.ratings.catalogue import Catalogue, catalogue_for, indicator_values
from growthpoles.ratings.classes import TEN_CLASSES, ClassScale, letters, letters_for
from growthpoles.ratings.methods import Choice, Zeros
from growthpoles.ratings.rating_options import Method, compiled, method_of

_NOT_COMPUTED = "no data: {columns} not computed"
_SCALED_UP = "no data: left out, the other weights scaled up"


def rate(
    table: pd.DataFrame,
    catalogue: Catalogue | None = None,
    *,
    normalisation: Choice = "leader",
    aggregation: Choice | Mapping[str, Choice] = "arithmetic",
    weighting: Choice | Mapping[str, Choice] = "given",
    availability: float = 1.0,
    treatment: Choice = "none",
    power: float | None = None,
    zeros: Zeros = "refuse",
    goalposts: Mapping[str, tuple[float, float]] | None = None,
    reference: Hashable | None = None,
    region_weights: pd.Series | None = None,
    scale: ClassScale = TEN_CLASSES,
    score_range: tuple[float, float] | None = None,
    share_bounds: tuple[float, float] | None = None,
    relative_to: Hashable | None = None,
) -> pd.DataFrame:
    """Rate regions by a hierarchy of indicators. The defaults are the article's method.

    Parameters
    ----------
    table : DataFrame, regions x columns
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
    score_range : (worst, best), optional
        What a bounded normalisation scores between instead of 0 and 100: (0, 1), or (1, 100) so that a geometric mean
        meets no zero. The ten classes are for 0 to 100 alone.
    share_bounds : (low, high), optional
        Of ``aggregation="benefit-of-the-doubt"``: see `growthpoles.benefit_of_the_doubt`.
    relative_to : region label, "mean" or "weighted-mean", optional
        Adds `relative_index`, the index in percent of that of the region, or of its mean over the regions (by
        `region_weights`). A scale of relative classes takes the mean unless told otherwise.

    Returns
    -------
    DataFrame
        Indexed as `table`: every aggregate by its code, the index last; `rating_class` (ordered categorical);
        `rank` (Int64, 1 = best, ties share the lowest rank, missing without an index); `score_<indicator>`; with
        `relative_to` also `relative_index`.
        The class is missing for all when scores are unbounded (z-score, reference, mean) and no scale of
        one's own is given. `attrs`: `method`, `weights` (used, by aggregate, summing to 1), `missing`
        (region, column, what it did), `treatment`, `notes`, and `year`, `edition` of the table.

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
        region_weights=region_weights, scale=scale, score_range=score_range, share_bounds=share_bounds,
        relative_to=relative_to,
    )  # fmt: skip
    return rate_with(table, catalogue_for(table, catalogue), method)


def rate_with(table: pd.DataFrame, catalogue: Catalogue, method: Method) -> pd.DataFrame:
    """Rate with options that are already in a `Method`; see `rate`."""
    method = method.of(catalogue)
    values = indicator_values(table, catalogue)
    tree = compiled(catalogue)
    ready, treatment = prepared(values, method)
    scores = pd.DataFrame(scores_of(ready.to_numpy(), values.index, tree, method), values.index, list(tree.indicators))
    arrays = {code: scores[code].to_numpy() for code in tree.indicators}
    levels, weights = climb(arrays, tree, method, regions=values.index)
    root = tree.aggregates[-1]
    index = pd.Series(levels[root], index=values.index)
    place = ranks(index.to_numpy())
    columns: dict[str, object] = {code: levels[code] for code in tree.aggregates}
    relative = None
    if method.relative:
        relative = relative_index(index.to_numpy(), values.index, method)
        columns["relative_index"] = relative
    if method.has_classes(root):
        columns["rating_class"] = classes_of(index, method)
    else:
        columns["rating_class"] = letters(np.full(len(index), -1), index.index, method.scale)
    columns["rank"] = pd.Series(place, index=index.index).where(place > 0).astype("Int64")
    columns |= {f"score_{code}": arrays[code] for code in tree.indicators}
    rating = pd.DataFrame(columns, index=values.index)
    rating.attrs = {
        "method": method.to_dict(),
        "root": root,
        "scale": method.scale.to_dict(),
        "weights": {
            node.code: dict(zip(node.children, map(float, weights[node.code] / weights[node.code].sum()), strict=True))
            for node in tree.nodes
        },
        "missing": _missing(values, rating, catalogue),
        "treatment": treatment.to_dict("records"),
        "notes": _notes(method, root, ready),
        **({} if relative is None else {"reference": _reference(index, method)}),
        **{key: table.attrs[key] for key in ("year", "edition") if key in table.attrs},
    }
    return rating


def classes_of(index: pd.Series, method: Method) -> pd.Series:
    """Give every index its letter on the scale of a method, relative ones too."""
    if method.scale.of == "relative":
        index = pd.Series(relative_index(index.to_numpy(dtype=float), index.index, method), index=index.index)
    return letters_for(index, method.scale)


def _reference(index: pd.Series, method: Method) -> dict[str, Any]:
    """Return the level of the reference, and the share of every region with an index in it."""
    shares = pd.Series(reference_shares(index.index, method), index=index.index)[index.notna()]
    shares = shares[shares > 0] / shares.sum()
    level = float((shares * index[shares.index]).sum())
    return {"level": level, "shares": {str(region): float(share) for region, share in shares.items()}}


def _notes(method: Method, root: str, ready: pd.DataFrame) -> list[str]:
    """Say why there are no classes, and which cells lie beyond their goalposts."""
    notes = []
    if not method.has_classes(root):
        loose = method.unbounded(root)
        notes.append(f"no classes: {loose} scores are unbounded" if loose else "no classes: scores are not of 0 to 100")
    cut = []
    for code in ready.columns:
        if method.normalisation_of(code).name == "goalposts" and (posts := goalposts_of(method, code)) is not None:
            beyond = ready.index[(ready[code] < posts[0]) | (ready[code] > posts[1])]
            cut += [f"{region}/{code}" for region in beyond]
    return [*notes, f"beyond their goalposts, scored as at them: {', '.join(cut)}"] if cut else notes


def _missing(values: pd.DataFrame, rating: pd.DataFrame, catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """List every indicator value that is missing, and what came of it."""
    found: list[tuple[str, str, str]] = []
    if not values.isna().to_numpy().any():
        return found
    lost = {code: rating[code].isna().to_numpy() for code in catalogue.aggregates}
    for row, column in np.argwhere(values.isna().to_numpy()):
        code = str(values.columns[column])
        above = ", ".join(parent for parent in catalogue.path(code)[1:] if lost[parent][row])
        effect = Reason(_NOT_COMPUTED, {"columns": above}) if above else _SCALED_UP
        found.append((str(values.index[row]), code, effect))
    return found
