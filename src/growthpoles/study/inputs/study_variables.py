"""Study variables: every variable of a study, and the graphs over the regions that have it."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Container, Iterable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from growthpoles.errors import DataError, RatingError, Reason, SpatialError, StudyError, message, unknown_option
from growthpoles.spatial.alignment import weights_matrix
from growthpoles.spatial.weights.build_weights import CONTIGUITY, build_weights
from growthpoles.study.inputs.indicators import editions, load_indicators, study_catalogue
from growthpoles.study.inputs.published import PUBLISHED, load_published
from growthpoles.study.inputs.study_rating import edition_tables, study_rating, study_ratings
from growthpoles.study.inputs.study_regions import Enclaves, study_regions

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

    from growthpoles.study.study_spec import Study

Weights = Sequence[tuple[str, dict[str, Any]]]
_SMALL = 200  # regions up to which graphs are kept
KSI, KSI_ZEROS = "ksi", "ksi, none as 0"
_VARIABLE = "{columns} of {year}, {edition}, enclaves {enclaves}"
_OVER = "weights {weights}, {n} regions"
_AND = "{what}: {why}"


@dataclass(frozen=True, slots=True)
class Variable:
    """Values of one variable in one edition and year.

    Attributes
    ----------
    edition : str
        "published", or an edition of the study's indicators.
    year : int
    name : str
        A code of the catalogue, "ksi", or "ksi, none as 0".
    enclaves : {"keep", "merge"}
    y : Series
        By region, in the order of the boundaries; NaN is "no data".
    regions : GeoDataFrame
        The boundaries; the same object for all variables with the same enclaves.
    """

    edition: str
    year: int
    name: str
    enclaves: str
    y: pd.Series
    regions: gpd.GeoDataFrame

    @property
    def labels(self) -> dict[str, object]:
        """The choices, by name."""
        return {"edition": self.edition, "year": self.year, "variable": self.name, "enclaves": self.enclaves}

    def __str__(self) -> str:
        return str(self.told)

    @property
    def told(self) -> Reason:
        """The choices in words."""
        return Reason(_VARIABLE, {**self.labels, "columns": self.name})


def variable_of(
    study: Study,
    name: str | None = None,
    year: int | None = None,
    edition: str | None = None,
    *,
    enclaves: Enclaves = "keep",
    compared: bool = False,
) -> Variable:
    """Return one variable of a study by name.

    Parameters
    ----------
    study : Study
    name : str, optional
        A code of the catalogue, "score_<indicator>", "rank", or "ksi"; None is the index. Only what the rating
        computes is rated: a column of the tables can be had where the study's method does not take its values.
    year : int, optional
        None is the last.
    edition : str, optional
        An edition of the indicators, or "published"; None is the study's own. "ksi" is always as published.
    enclaves : {"keep", "merge"}
    compared : bool
        On the yardstick by which years are compared, instead of that of the year itself; published figures have none.

    Raises
    ------
    StudyError
        On an unknown name, year or edition, and on published figures with merged enclaves.
    RatingError
        If the study's method does not suit its data, where the variable needs the rating.
    """
    year = study.years[-1] if year is None else year
    catalogue = study_catalogue(study)
    name = name or catalogue.root
    if edition == PUBLISHED or name == KSI:
        if enclaves == "merge":
            raise StudyError(message("published figures cannot be merged", where="enclaves", allowed="keep"))
        frame, edition = load_published(year, study=study), PUBLISHED
    else:
        frame = load_indicators(year, edition=edition, study=study, enclaves=enclaves)
        edition = str(frame.attrs["edition"])
        computed = [*catalogue.aggregates, "rank", *(f"score_{code}" for code in catalogue.indicators)]
        if name in computed:
            if compared:
                tables = edition_tables(study, edition, enclaves=enclaves) | {year: frame}
                frame = study_ratings(study, tables, catalogue, compared=True)[year]
            else:
                frame = study_rating(study, frame, catalogue)
        elif name not in frame:
            raise StudyError(unknown_option("variable", name, [*computed, *map(str, frame)]))
    numeric = [str(column) for column in frame.select_dtypes("number").columns]
    if name not in numeric:
        raise StudyError(unknown_option("variable", name, numeric))
    regions = study_regions(study, enclaves=enclaves)
    return Variable(edition, year, name, enclaves, frame[name].astype(float).reindex(regions.index), regions)


def study_variables(
    study: Study,
    left_out: MutableSequence[Reason],
    *,
    merge: bool = True,
    compared: bool = False,
    years: Container[int] | None = None,
) -> Iterator[Variable]:
    """Yield every variable of a study: printed ones first, then the aggregates of every edition.

    Parameters
    ----------
    study : Study
    left_out : list
        Combinations that do not exist are added to it, with the reason.
    merge : bool
        Whether to yield those with merged enclaves too.
    compared : bool
        On the yardstick by which years are compared, instead of that of each year; published figures have none.
    years : container of int, optional
        Some of the years; None is all.
    """
    catalogue = study_catalogue(study)
    kept = study_regions(study)
    layers = {"keep": kept}
    if merge:
        merged = study_regions(study, enclaves="merge")
        layers |= {} if len(merged) == len(kept) else {"merge": merged}
    asked = [year for year in study.years if years is None or year in years]
    yield from _published(study, kept, catalogue.root, asked)
    for edition in editions(study):
        for enclaves, regions in layers.items():
            common: dict[int, pd.DataFrame] = {}
            if compared:
                tables = edition_tables(study, edition, enclaves=enclaves)  # type: ignore[arg-type]
                common = study_ratings(study, tables, catalogue, compared=True)
            for year in asked:
                try:
                    table = load_indicators(year, edition=edition, study=study, enclaves=enclaves)  # type: ignore[arg-type]
                except StudyError as error:  # an edition need not cover every year
                    left_out.append(error.args[0])
                    continue
                except DataError as error:
                    if enclaves == "keep":
                        raise
                    left_out.append(error.args[0])
                    break
                try:
                    rating = common[year] if compared else study_rating(study, table, catalogue)
                except RatingError as error:  # a reference region may be gone, a column constant
                    if enclaves == "keep":
                        raise
                    told = {"edition": edition, "year": year, "why": error.args[0]}
                    left_out.append(Reason("{edition} {year}, enclaves merged: {why}", told))
                    continue
                for name in reversed(catalogue.aggregates):
                    yield Variable(edition, year, name, enclaves, rating[name].reindex(regions.index), regions)


def _published(study: Study, regions: gpd.GeoDataFrame, root: str, years: Iterable[int]) -> Iterator[Variable]:
    """Yield what the source itself printed."""
    for year in years:
        try:
            printed = load_published(year, study=study).reindex(regions.index)
        except StudyError:  # nothing was printed for this year
            continue
        if "index" in printed:
            yield Variable(PUBLISHED, year, root, "keep", printed["index"], regions)
        if "ksi" in printed:
            yield Variable(PUBLISHED, year, KSI, "keep", printed["ksi"], regions)
            outside = printed["ksi_status"] == "no production"
            if outside.any():
                yield Variable(PUBLISHED, year, KSI_ZEROS, "keep", printed["ksi"].mask(outside, 0.0), regions)


def distinct(variables: Iterator[Variable], left_out: MutableSequence[Reason], *, least: int) -> Iterator[Variable]:
    """Leave out variables with fewer than `least` values, that do not vary, or that repeat an earlier edition."""
    seen: dict[tuple[object, ...], Variable] = {}
    for variable in variables:
        known = variable.y.dropna()
        look = (variable.name, variable.year, variable.enclaves, tuple(zip(known.index, known.round(9), strict=True)))
        if len(known) < least or known.nunique() < 2:
            counts = {"n": len(known), "distinct": known.nunique()}
            why = Reason("{n} regions with data, {distinct} distinct values", counts)
            left_out.append(Reason(_AND, {"what": variable.told, "why": why}))
        elif look in seen:
            why = Reason("equal to {other}", {"other": seen[look].told})
            left_out.append(Reason(_AND, {"what": variable.told, "why": why}))
        else:
            seen[look] = variable
            yield variable


def layer_graph(regions: gpd.GeoDataFrame, kind: str, **options: Any) -> Graph:
    """Build the weights of a layer; those of a small one once for the same geometries, labels and options."""
    if len(regions) > _SMALL:
        return build_weights(regions, kind, **options)  # type: ignore[arg-type]
    content = list(regions.index), regions.index.name, str(regions.crs), list(regions.geometry.to_wkb())
    layer = _Layer(hashlib.sha256(pickle.dumps(content)).digest(), regions)
    return _layer_graph(layer, kind, tuple(options.items()))


@dataclass(frozen=True, slots=True)
class _Layer:
    digest: bytes
    regions: gpd.GeoDataFrame = field(compare=False)


@lru_cache(maxsize=128)
def _layer_graph(layer: _Layer, kind: str, options: tuple[tuple[str, Any], ...]) -> Graph:
    return build_weights(layer.regions, kind, **dict(options))  # type: ignore[arg-type]


def graphs_over(
    regions: gpd.GeoDataFrame,
    ids: pd.Index,
    weights: Weights,
    left_out: MutableSequence[Reason],
    contiguity: dict[tuple[str, int], Graph],
    build: Callable[..., Graph] | None = None,
) -> Iterator[tuple[str, Graph]]:
    """Yield name and graph of every kind of weights over some regions of a layer, those that repeat another left out.

    Parameters
    ----------
    regions : GeoDataFrame
        The whole layer.
    ids : Index
        The regions of the graph.
    weights : sequence of (kind, options)
    left_out : list
        Kinds that cannot be built, have no link, or equal an earlier one are added to it.
    contiguity : dict
        Contiguity graphs of whole layers, filled here, to be used again for other parts of the same layer.
    build : callable, optional
        Builds a graph from a layer (`regions`), a kind and its options; None is :func:`layer_graph`.
    """
    seen: dict[bytes, str] = {}
    for kind, options in weights:
        name = kind + "".join(f" {value}" for value in options.values())
        what = Reason(_OVER, {"weights": name, "n": len(ids)})
        try:
            graph = _graph(kind, options, regions, ids, contiguity, build or layer_graph)
        except (SpatialError, StudyError) as error:
            left_out.append(Reason(_AND, {"what": what, "why": error.args[0]}))
            continue
        matrix = weights_matrix(graph, ids)
        look = _look(matrix)
        if not matrix.nnz:
            why = Reason("no links", {})
        elif _without_places(matrix):
            why = Reason("every region is as near to every other, so that no statistic can vary", {})
        elif look in seen:
            why = Reason("equal to {weights}", {"weights": seen[look]})
        else:
            seen[look] = name
            yield name, graph
            continue
        left_out.append(Reason(_AND, {"what": what, "why": why}))


def _look(matrix: csr_array) -> bytes:
    """Return a digest that is the same for equal weights; the matrices themselves need not be kept."""
    kept = csr_array((np.round(matrix.data, 12), matrix.indices, matrix.indptr), shape=matrix.shape)
    if not (kept.has_sorted_indices and kept.data.all()):
        kept = kept.copy()
        kept.eliminate_zeros()
        kept.sort_indices()
    content = hashlib.blake2b()
    for part in (kept.indptr.astype(np.int64), kept.indices.astype(np.int32, copy=False), kept.data):
        content.update(np.ascontiguousarray(part).data)
    return content.digest()


def _without_places(matrix: csr_array) -> bool:
    """Whether the weights between any two regions are the same."""
    n = matrix.shape[0]
    if 2 * matrix.nnz < n * (n - 1):
        return False  # some pair has no weight
    first = (matrix[[0]].toarray() + matrix[:, [0]].toarray().T)[0, 1:]
    if np.ptp(first) > 1e-11 * first.max():
        return False
    both = csr_array(matrix + matrix.T)
    both.setdiag(0.0)
    both.eliminate_zeros()
    low = both.data.min() if both.nnz == n * (n - 1) else min(0.0, both.data.min())
    high = both.data.max()
    return bool(high - low <= 1e-12 * high)


def _graph(
    kind: str,
    options: dict[str, Any],
    regions: gpd.GeoDataFrame,
    ids: pd.Index,
    contiguity: dict[tuple[str, int], Graph],
    build: Callable[..., Graph],
) -> Graph:
    if kind not in CONTIGUITY:
        return build(regions=regions.loc[ids], kind=kind, **options)
    # who is whose neighbour does not depend on regions that are left out, so that one graph of all regions serves
    key = kind, id(regions)
    if key not in contiguity:
        contiguity[key] = build(regions=regions, kind=kind, **options)
    whole = contiguity[key]
    return whole if len(ids) == len(regions) else whole.subgraph(list(ids))
