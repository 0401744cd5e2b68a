"""Study weights: the graph that [report] and [weights] of a study name, from boundaries or a table of distances."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthpoles.errors import SpatialError, StudyError, listed, message
from growthpoles.spatial.weights.build_weights import CONTIGUITY
from growthpoles.spatial.weights.given_weights import change_links, distance_weights
from growthpoles.study.files.number_notation import detect_notation
from growthpoles.study.files.printed_tables import parse_number
from growthpoles.study.files.problems import summary
from growthpoles.study.files.table_files import cell_text, read_raw
from growthpoles.study.inputs.study_regions import match_study_regions, study_regions
from growthpoles.study.inputs.study_variables import layer_graph
from growthpoles.study.study_spec import DISTANCES, Study, Table

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph


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
    else:
        if kind in CONTIGUITY and given.tolerance is not None:
            options = {"tolerance": given.tolerance} | options
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
