"""Alignment of values and graph by region label; regions with data, connected regions.

Every spatial test starts here: the graph becomes a sparse matrix whose rows and columns follow the labels of
the values, so that nothing later depends on the order in which either was written down.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from growthpoles.errors import SpatialError, message, nearest, unknown_option
from growthpoles.graphs import among, as_graph

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from growthpoles.graphs import Graph, W


Transformation = Literal["r", "b"]

_SHOWN = 5
LARGEST = 1e150  # weight whose square is a number


@dataclass(frozen=True, slots=True)
class Prepared:
    """Values and weights in one order.

    Attributes
    ----------
    ids : pandas.Index
        Region labels, in the order of the values that were given.
    y : numpy.ndarray
        Values, shape (n,), float.
    w : scipy.sparse.csr_array
        Weights, shape (n, n), rows and columns in the order of `ids`, no stored zeros, no diagonal.
    cardinality : numpy.ndarray
        Number of neighbours of each region, shape (n,), int.
    isolates : numpy.ndarray
        True where a region has no neighbour, shape (n,), bool.
    uniform : float or None
        The weight that all neighbours of all regions have; None when weights differ.
    graph : libpysal.graph.Graph or None
        The weights as they were given, in their own order.
    """

    ids: pd.Index
    y: np.ndarray
    w: sparse.csr_array
    cardinality: np.ndarray
    isolates: np.ndarray
    uniform: float | None = None
    graph: Graph | None = None

    @property
    def n(self) -> int:
        """Number of regions, isolates included."""
        return len(self.ids)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Tested:
    """What a test was given, so that its result can be recomputed: references, never copies.

    A pickle of a result leaves them out: a graph of a million regions does not travel with every p-value.

    Attributes
    ----------
    test : str
        Public name of the test.
    variables : tuple of Series or DataFrame
        Shielded from later changes by copy on write.
    graph : libpysal.graph.Graph
    options : mapping
        Those on which statistic and moments depend.
    """

    test: str = ""
    variables: tuple[Any, ...] = ()
    graph: Graph | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, test: str, *values: pd.Series | pd.DataFrame, graph: Graph | None, **options: object) -> Tested:
        """Note the data of a test."""
        return cls(test, tuple(part.copy(deep=False) for part in values), graph, options)

    def __reduce__(self) -> tuple[type[Tested], tuple[()]]:
        return Tested, ()

    def __deepcopy__(self, memo: object) -> Tested:
        return self


def prepare(
    y: pd.Series, graph: Graph | W, *, transformation: Transformation | None = "r", name: str = "y"
) -> Prepared:
    """Align a column of values with a graph.

    Parameters
    ----------
    y : pandas.Series
        One finite number per region, indexed by region label; bool counts as 0/1.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Weights over the same labels, in any order and under any transformation.
    transformation : {"r", "b"} or None, default "r"
        "r" makes each row sum to one, "b" sets every weight to one, None keeps the weights of the graph.
    name : str, default "y"
        What to call the values in an error.

    Returns
    -------
    Prepared
        Values and weights in the order of `y`.

    Raises
    ------
    SpatialError
        If labels are duplicated, missing from one side or unknown; if a value is not a finite number; if a
        weight is negative, not finite or on the diagonal; if there are fewer than three regions.
    """
    values = clean_values(y, name=name)
    graph = as_graph(graph)
    w, uniform = _weights(graph, y.index, transformation, name)
    cardinality = np.diff(w.indptr).astype(np.int64)
    return Prepared(y.index, values, w, cardinality, cardinality == 0, uniform, graph)


def clean_values(y: pd.Series, *, name: str = "y") -> np.ndarray:
    """Return the values as a float array, or raise :class:`SpatialError` with the labels at fault."""
    if not isinstance(y, pd.Series):
        raise SpatialError(
            message(f"{type(y).__name__} given", where=name, allowed="a pandas Series indexed by region")
        )
    if len(y) < 3:
        raise SpatialError(message("{n} regions", where=name, allowed="at least 3 regions", n=len(y)))
    if not y.index.is_unique:
        repeated = y.index[y.index.duplicated()].unique()
        raise SpatialError(message(f"labels given twice: {_listing(repeated)}", where=name, allowed="unique labels"))
    if not pd.api.types.is_numeric_dtype(y.dtype) or pd.api.types.is_complex_dtype(y.dtype):
        raise SpatialError(message(f"dtype {y.dtype} is not numeric", where=name, allowed="numbers"))
    values = y.to_numpy() if y.dtype == np.float64 else y.to_numpy(dtype=float, na_value=np.nan)
    if not (np.isfinite(values.min()) and np.isfinite(values.max())):  # a NaN is its own minimum
        bad = ~np.isfinite(values)
        allowed = "finite numbers"
        if np.isnan(values[bad]).all():
            allowed += " (without these regions: values, graph, left_out = growthpoles.with_data(values, graph))"
        raise SpatialError(message(f"no finite value for {_listing(y.index[bad])}", where=name, allowed=allowed))
    return values


def clean_table(table: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Return the table, or refuse columns of text or complex numbers; cells may be missing."""
    for name, kind in zip(table.columns, table.dtypes, strict=True):
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_complex_dtype(kind):
            raise SpatialError(message(f"{name}: dtype {kind} is not numeric", where=where, allowed="numbers"))
    return table


def weights_matrix(
    graph: Graph | W, ids: pd.Index, *, transformation: Transformation | None = "r", name: str = "y"
) -> sparse.csr_array:
    """Return the weights of `graph` as a CSR matrix with rows and columns in the order of `ids`."""
    return _weights(as_graph(graph), ids, transformation, name)[0]


def _weights(
    graph: Graph, ids: pd.Index, transformation: Transformation | None, name: str
) -> tuple[sparse.csr_array, float | None]:
    """Matrix of the weights, and the weight that all of them have if they have one.

    Written for a million regions: nothing is copied that the graph already holds in this form.
    """
    if transformation not in ("r", "b", None):
        raise SpatialError(unknown_option("transformation", transformation, ["r", "b", "None"]))
    adjacency: pd.Series = graph._adjacency
    n = len(ids)
    index: Any = adjacency.index
    rows, cols = _positions(index, ids, name)
    data = adjacency.to_numpy(dtype=float)
    indptr = _row_starts(rows, n)
    if indptr is None:
        order = np.argsort(rows, kind="stable")
        rows, cols, data = rows[order], cols[order], data[order]
        indptr = np.searchsorted(rows, np.arange(n + 1)).astype(_index_type(len(rows)))
        lacking = np.diff(indptr) == 0
        if lacking.any():
            raise SpatialError(_difference("graph lacks labels of", ids[lacking], index.levels[0], name))
    least, most = (data.min(), data.max()) if data.size else (1.0, 1.0)
    if not (least >= 0 and most < np.inf):
        bad = ~(np.isfinite(data) & (data >= 0))
        raise SpatialError(
            message(f"negative or infinite weight at {_listing(ids[rows[bad]])}", where="graph", allowed=">= 0")
        )
    if most > LARGEST or 0 < least < 1 / LARGEST:
        raise SpatialError(
            message(
                f"weights from {least:g} to {most:g}: their products leave the range of numbers",
                where="graph",
                allowed=f"{1 / LARGEST:g} to {LARGEST:g}, or 0; divide them by one of them",
            )
        )
    if least == 0:  # libpysal writes an isolate as a weight of zero on itself
        kept = data > 0
        indptr = np.concatenate([[0], np.cumsum(kept)])[indptr].astype(indptr.dtype)
        rows, cols, data = rows[kept], cols[kept], data[kept]
        least = data.min() if data.size else most
    loops = rows == cols
    if loops.any():
        raise SpatialError(
            message(
                f"self-weight at {_listing(ids[rows[loops]])}",
                where="graph",
                allowed="no weight of a region on itself; graph.assign_self_weight(0) removes it",
            )
        )
    uniform = float(most) if least == most else None
    if transformation == "b" and uniform != 1.0:
        data, uniform = np.ones(len(data)), 1.0
    w = sparse.csr_array((data, cols, indptr), shape=(n, n))
    if transformation == "r":
        w.data = w.data / np.repeat(w @ np.ones(n), np.diff(indptr))
        uniform = None
    return w, uniform


def _positions(index: Any, ids: pd.Index, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Row and column number of each weight; labels of the graph that the values lack are refused."""
    ends = []
    for level, labels in zip(index.levels, index.codes, strict=True):
        codes = np.asarray(labels)
        if level.equals(ids):
            ends.append(codes.astype(np.int32, copy=False))
            continue
        place = ids.get_indexer(level).astype(np.int32)
        if (place < 0).any():
            used = np.zeros(len(level), dtype=bool)
            used[codes] = True
            unknown = level[(place < 0) & used]
            if len(unknown):
                raise SpatialError(_difference("graph has labels that are not in", unknown, ids, name))
        ends.append(place[codes])
    return ends[0], ends[1]


def _row_starts(rows: np.ndarray, n: int) -> np.ndarray | None:
    """Where each row starts (CSR's indptr) if the weights come row by row, no row absent, as a Graph has them."""
    ends = np.flatnonzero(rows[1:] != rows[:-1])
    if len(ends) != n - 1 or rows[-1] != n - 1 or (rows[ends] != np.arange(n - 1, dtype=np.int32)).any():
        return None
    indptr: np.ndarray = np.empty(n + 1, dtype=_index_type(len(rows)))
    indptr[0], indptr[-1] = 0, len(rows)
    np.add(ends, 1, out=indptr[1:-1], casting="unsafe")
    return indptr


def _index_type(entries: int) -> type:
    """Integer type that counts so many stored weights."""
    return np.int32 if entries < 2**31 else np.int64


def _difference(problem: str, labels: pd.Index, other: Iterable[Hashable], name: str) -> str:
    """Message on labels that one side has and the other has not."""
    first = labels[0]
    near = nearest(first, list(other)[:5000], n=1) if isinstance(first, str) else []
    allowed = _same_kind(labels, other)
    return message(f"{problem} {name}: {_listing(labels)}", where="graph", allowed=allowed, near=near)


def _same_kind(labels: pd.Index, other: Iterable[Hashable]) -> str:
    """Say what labels are allowed; of 1 and "1" that the one is a number and the other text."""
    texts = {str(label): label for label in other}
    twin = next((texts[str(label)] for label in labels if str(label) in texts), None)
    if twin is None:
        return "the same labels"
    pair = (
        getattr(label, "item", lambda label=label: label)() for label in (labels[0], texts.get(str(labels[0]), twin))
    )
    kinds = " and ".join(f"{label!r} is {type(label).__name__}" for label in pair)
    return f"the same labels, of one type: {kinds}; index.astype(str) on both sides makes them text"


def _listing(labels: pd.Index) -> str:
    """First few labels, and how many more there are."""
    text = ", ".join(str(label) for label in labels.unique()[:_SHOWN])
    more = labels.nunique() - _SHOWN
    return f"{text} and {more} more" if more > 0 else text


def same_regions(values: pd.Series, ids: pd.Index | pd.Series, *, name: str, to: str) -> pd.Series:
    """Return `values` in the order of `ids` (labels, or values over them), or raise when the labels differ."""
    if not isinstance(ids, pd.Index):
        clean_values(ids, name=to)
        ids = ids.index
    clean_values(values, name=name)
    if values.index.equals(ids):
        return values
    lacking, extra = ids.difference(values.index), values.index.difference(ids)
    for labels, problem in (
        (lacking, f"lacks regions of {to}"),
        (extra, f"has regions that are not in {to}"),
    ):
        if len(labels):
            allowed = _same_kind(labels, values.index if labels is lacking else ids)
            raise SpatialError(message(f"{problem}: {_listing(labels)}", where=name, allowed=allowed))
    return values.reindex(ids)


def same_labels(values: pd.Series, ids: pd.Index, *, name: str, to: str) -> None:
    """Refuse what is no Series, or one over other labels than `ids`; values may be missing."""
    same_regions(pd.Series(0.0, index=values.index) if isinstance(values, pd.Series) else values, ids, name=name, to=to)


def ascending(ids: pd.Index) -> np.ndarray | None:
    """Return the positions of the labels in ascending order, None if they stand in it.

    Random numbers are dealt out in this order, so that the order of the rows that were given never shows in a
    result. Labels that do not compare are ordered by type and text.
    """
    if ids.is_monotonic_increasing:
        return None
    try:
        return np.asarray(ids.argsort())
    except TypeError:
        return np.asarray(sorted(range(len(ids)), key=lambda place: (type(ids[place]).__name__, str(ids[place]))))


def joined(prepared: Prepared) -> np.ndarray:
    """Return the positions of the regions that take part in a permutation.

    An isolate takes no part: its value is neither dealt nor in the mean. A region without neighbours of its
    own that is some other region's neighbour (a directed graph) has its value dealt, though it is not
    tested.
    """
    if not prepared.isolates.any():
        return np.arange(prepared.n)
    named = np.zeros(prepared.n, dtype=bool)
    named[prepared.w.indices] = True
    return np.flatnonzero(~prepared.isolates | named)


def with_data(values: pd.Series, graph: Graph | W) -> tuple[pd.Series, Graph, list[str]]:
    """Keep the regions that have a value, in the values and in the graph, and list the others.

    Parameters
    ----------
    values : Series
        By region; NaN is "no data".
    graph : libpysal.graph.Graph or libpysal.weights.W
        Over the same regions.

    Returns
    -------
    values : Series
        Without gaps.
    graph : libpysal.graph.Graph or libpysal.weights.W
        Neighbours among the regions with data. Of shared borders the links between them: those to the others are
        gone, not redirected. Nearest neighbours, triangulations, bands and kernels of :func:`growthpoles.build_weights`
        are chosen anew among them, so that "knn" has k neighbours for each.
    absent : list of str
        The regions left out.

    Raises
    ------
    SpatialError
        If `values` is not a Series over the regions of the graph, or too few are left for its kind of neighbours.

    Warns
    -----
    UserWarning
        If every region of another graph, such as a transformed one, had k neighbours, and some are left with fewer.

    Examples
    --------
    >>> import growthpoles as gp
    >>> graph = gp.build_weights(gp.load_regions(2014))
    >>> values, linked, absent = gp.with_data(gp.load_published(2014)["ksi"], graph)
    >>> len(values), linked.n, absent
    (13, 13, ['KZ-ATY', 'KZ-KUS', 'KZ-KZY'])
    """
    if not isinstance(values, pd.Series):
        raise SpatialError(message(f"{type(values).__name__} given", where="values", allowed="a pandas Series"))
    graph = as_graph(graph)
    same_labels(values, pd.Index(graph.unique_ids), name="values", to="graph")
    absent = [str(region) for region in values.index[values.isna()]]
    kept = values.dropna()
    return kept, among(graph, kept.index), absent


MINIMUM = 4
ROUNDING = 4 * np.finfo(float).eps  # deviations from the mean, as a share of the largest value, that are none


@dataclass(frozen=True, slots=True)
class Connected:
    """Weights of the regions that have a link in either direction, and where they stand among all.

    Attributes
    ----------
    ids : pandas.Index
        Labels of the linked regions, ascending: random relocations start from this order, so that the order
        of the rows that were given never shows in a result.
    w : csr_array, shape (n, n)
        Their weights.
    places : array of int
        Their positions among the prepared regions.
    isolates : tuple of labels
        The regions left out.
    """

    ids: pd.Index
    w: csr_array
    places: NDArray[np.intp]
    isolates: tuple[object, ...]

    @property
    def n(self) -> int:
        """Linked regions."""
        return len(self.ids)


def connected(prepared: Prepared) -> Connected:
    """Leave out the regions that no link enters or leaves.

    A region without any link says nothing about autocorrelation, but would still count in n and in the mean;
    it is excluded from both. (esda keeps it in both, spdep in the mean.)
    """
    w = prepared.w
    entering = np.bincount(w.indices, minlength=prepared.n)
    keep = (np.asarray(prepared.cardinality) > 0) | (entering > 0)
    count = int(keep.sum())
    if count < MINIMUM:
        problem, allowed = "{count} of {n} regions have neighbours", "at least {least} regions with links"
        raise SpatialError(message(problem, allowed=allowed, count=count, n=prepared.n, least=MINIMUM))
    places = np.flatnonzero(keep)
    ids = prepared.ids[places]
    order = ascending(ids)
    if order is not None:
        places, ids = places[order], ids[order]
    if not np.array_equal(places, np.arange(prepared.n)):
        w = w[places][:, places]
    return Connected(ids, w, places, tuple(prepared.ids[~keep]))


def unit_of(values: NDArray[np.float64]) -> float:
    """Return the largest power of two that is at most the largest absolute value; 1 if all are zero.

    Values over it keep every digit, and their squares stay in the range of numbers.
    """
    peak = max(values.max(), -values.min())
    return float(2.0 ** (np.frexp(peak)[1] - 1)) if peak > 0 else 1.0


def deviations(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return values minus their mean, scaled to a sum of squares of one; refuse values that do not vary."""
    scaled = values / unit_of(values)
    z = scaled - scaled.mean()
    reach = float(np.abs(z).max())
    if reach <= 2 * ROUNDING:
        problem = "{name} is constant over the {n} linked regions"
        raise SpatialError(message(problem, allowed="values that vary", name=name, n=len(z)))
    z = z / reach
    z = z - z.mean()
    return z / float(np.sqrt(z @ z))


def design_matrix(regressors: pd.DataFrame | pd.Series, prepared: Prepared, part: Connected) -> NDArray[np.float64]:
    """Return a constant and the regressors less their mean, rows aligned by label with the linked regions.

    A constant regressor is the constant that is there already.
    """
    if not isinstance(regressors, pd.DataFrame | pd.Series):
        raise SpatialError(
            message(
                f"regressors is a {type(regressors).__name__}",
                allowed="a DataFrame or Series indexed by region",
            )
        )
    frame = regressors.to_frame() if isinstance(regressors, pd.Series) else regressors
    if not frame.index.is_unique:
        raise SpatialError(message("regressors have duplicate index labels", allowed="one row per region"))
    unmatched = [*prepared.ids.difference(frame.index), *frame.index.difference(prepared.ids)]
    if unmatched:
        raise SpatialError(
            message(
                f"regressors and y do not share their regions: {', '.join(map(str, unmatched[:8]))}",
                allowed="the same index labels",
                near=nearest(unmatched[0], prepared.ids, n=1),
            )
        )
    try:
        values = frame.loc[prepared.ids].to_numpy(dtype=float)
    except (TypeError, ValueError):
        raise SpatialError(message("regressors are not numeric", allowed="columns of numbers")) from None
    bad = ~np.isfinite(values)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise SpatialError(
            message(
                "a missing or infinite regressor",
                where=f"row {prepared.ids[row]}, column {frame.columns[column]}",
                allowed="finite numbers",
            )
        )
    # from their mean and to one size: a large constant in a column, or large units, cost no digits
    values = values[part.places]
    values = values / [unit_of(column) for column in values.T]
    values = values - values.mean(axis=0)
    reach = np.abs(values).max(axis=0)
    return np.column_stack([np.ones(part.n), values[:, reach > 2 * ROUNDING] / reach[reach > 2 * ROUNDING]])
