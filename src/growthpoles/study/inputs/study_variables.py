"""Study variables and study weights: every variable of a study, the graphs over the regions that have it."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable, Container, Iterable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from growthpoles.errors import DataError, RatingError, Reason, SpatialError, StudyError, listed, message, unknown_option
from growthpoles.spatial.alignment import weights_matrix
from growthpoles.spatial.weights.build_weights import CONTIGUITY, build_weights
from growthpoles.spatial.weights.given_weights import change_links, distance_weights
from growthpoles.study.files.number_notation import detect_notation
from growthpoles.study.files.printed_tables import parse_number
from growthpoles.study.files.problems import summary
from growthpoles.study.files.table_files import cell_text, read_raw
from growthpoles.study.inputs.indicators import editions, load_indicators, study_catalogue
from growthpoles.study.inputs.published import PUBLISHED, load_published
from growthpoles.study.inputs.study_rating import edition_tables, study_rating, study_ratings
from growthpoles.study.inputs.study_regions import Enclaves, match_study_regions, require_borders, study_regions
from growthpoles.study.study_spec import DISTANCES, Study, Table

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

    from growthpoles.study.study_spec import Study


Weights = Sequence[tuple[str, dict[str, Any]]]
_SMALL = 200  # regions up to which graphs are kept
KSI, KSI_ZEROS = "ksi", "ksi, none as 0"
_VARIABLE = "{columns} of {year}, {edition}, enclaves {enclaves}"
OVER = "weights {weights}, {n} regions"
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
        what = Reason(OVER, {"weights": name, "n": len(ids)})
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


def study_weights(
    study: Study, *, kind: str | None = None, regions: gpd.GeoDataFrame | None = None, **options: Any
) -> Graph:
    """Return the neighbours of a study's regions.

    Parameters
    ----------
    study : Study
    kind : str, optional
        A kind of :func:`growthpoles.build_weights`, or "distances": the table that [weights] names. Default: `weights`
        of [report].
    regions : GeoDataFrame, optional
        Boundaries, where they are not those of :func:`growthpoles.study_regions`: a part of the regions, or merged
        enclaves.
    **options
        As for :func:`growthpoles.build_weights` and, with "distances", for :func:`growthpoles.distance_weights`. What
        is not given is as [weights] of the study says.

    Returns
    -------
    libpysal.graph.Graph
        With the links that [weights] adds, without those it cuts, where both regions are among `regions`.

    Raises
    ------
    StudyError, SpatialError
        If the kind or an option is not known, or the table of distances does not fit the regions.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.summarise_weights(gp.study_weights(gp.load_study("mexico-gdp"))).pairs
    69
    """
    regions = study_regions(study) if regions is None else regions
    kind, given = kind or study.report.weights, study.weights
    if kind == DISTANCES:
        chosen = {name: getattr(given, name) for name in ("power", "threshold", "symmetric", "absent")} | options
        table = distance_table(study)
        lacking = regions.index.difference(table.index, sort=False)
        if len(lacking):
            problem = f"no distances of {listed(lacking, limit=8)}"
            raise SpatialError(message(problem, where=given.distances, allowed="every region of the study"))
        ids = list(regions.index)
        graph = distance_weights(table.loc[ids, ids], **chosen)
        known = {name: chosen[name] for name in ("power", "threshold") if chosen[name] is not None}
        graph.built = {"kind": kind, **known}
    else:
        if kind in CONTIGUITY and given.tolerance is not None:
            options = {"tolerance": given.tolerance} | options
        if kind in CONTIGUITY:
            require_borders(study)
        graph = layer_graph(regions, kind, **options)
    found = getattr(graph, "by_geometry", None)
    for name, pairs in (("add", given.add), ("cut", given.cut)):
        stray = [code for pair in pairs for code in pair if code not in study_regions(study).index]
        if stray:
            raise StudyError(message(f"{listed(stray)}: no region", where=f"{study.path}, weights.{name}"))
        here = [pair for pair in pairs if set(pair) <= set(regions.index)]
        if here:
            graph = change_links(graph, **{name: here})  # type: ignore[arg-type]
    if found is not None:
        graph.by_geometry = found
    return graph


def distance_table(study: Study) -> pd.DataFrame:
    """Read the table of distances of a study: square, or long with the columns from, to and distance in this order.

    Returns
    -------
    DataFrame
        Square, rows and columns the codes of the regions that it names; NaN where a cell is empty.
    """
    given = study.weights
    if given.distances is None:
        where, allowed = f"{study.path}, [weights]", 'distances = "file", a square or long table'
        raise StudyError(message("no table of distances", where=where, allowed=allowed))
    path = study.resolve(given.distances)
    spec = Table.model_construct(
        file=given.distances, sheet=given.sheet, header=None, encoding=given.encoding, delimiter=given.delimiter
    )
    raw = read_raw(path, spec, settle=True)
    if raw.problems:
        raise SpatialError(summary(raw.problems))
    square = len(raw.columns) != 3 or len(raw.rows) == 2
    width = 1 if square else 2
    texts = [
        (cell, raw.problem("", row=number, column=column))
        for number, row in raw.rows
        for column, cell in list(zip(raw.columns, row, strict=True))[width:]
        if isinstance(cell, str) and cell.strip()
    ]
    notation, unclear = detect_notation(texts, decimal=given.decimal, delimiter=raw.delimiter or None)
    if unclear is not None:
        raise SpatialError(summary([unclear]))
    names = [cell_text(row[0]) for _, row in raw.rows]
    if square:
        values = [[_number(cell, notation.decimal, path, at) for cell in row[1:]] for at, row in raw.rows]
        table = pd.DataFrame(values, index=_codes(study, names, path), columns=_codes(study, raw.columns[1:], path))
        return table if table.index.equals(table.columns) else _same(table, path)
    ends = [cell_text(row[1]) for _, row in raw.rows]
    labels = list(dict.fromkeys([*names, *ends]))
    code = dict(zip(labels, _codes(study, labels, path), strict=True))
    cells = pd.DataFrame(np.nan, index=list(code.values()), columns=list(code.values()))
    seen: set[tuple[str, str]] = set()
    for (at, row), start, end in zip(raw.rows, names, ends, strict=True):
        pair = code[start], code[end]
        if pair in seen:
            raise SpatialError(message(f"{start} to {end} stands twice", where=f"{path}, {raw.unit} {at}"))
        seen.add(pair)
        cells.loc[pair] = _number(row[2], notation.decimal, path, at)
    return cells


def _same(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    apart = table.index.symmetric_difference(table.columns)
    if len(apart):
        problem = f"rows and columns name other regions: {listed(apart, limit=8)}"
        raise SpatialError(message(problem, where=str(path), allowed="the same regions, in any order"))
    return table[list(table.index)]


def _codes(study: Study, names: Any, path: Path) -> list[str]:
    return match_study_regions(study, list(names), where=str(path))


def _number(cell: object, decimal: Any, path: Path, row: int) -> float:
    text = cell_text(cell).strip()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    return parse_number(text, decimal=decimal, where=f"{path}, row {row}") if text else float("nan")
