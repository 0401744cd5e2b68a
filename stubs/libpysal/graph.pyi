from collections.abc import Callable, Hashable, Iterable
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
from libpysal.weights import W
from numpy.typing import ArrayLike
from scipy.sparse import coo_array

class Graph:
    transformation: str
    _adjacency: pd.Series[float]  # `adjacency` without its copy
    by_geometry: pd.DataFrame  # set by build_weights, of contiguity
    built: dict[str, Any]  # set by build_weights: kind and options
    among: Callable[[list[Hashable]], Graph]  # set by build_weights, of kinds by distance: built anew among regions
    def __init__(
        self,
        adjacency: pd.Series[float],
        transformation: str = "O",
        is_sorted: bool = False,
    ) -> None: ...
    @property
    def adjacency(self) -> pd.Series[float]: ...
    def asymmetry(self, intrinsic: bool = True) -> pd.Series[Any]: ...
    @property
    def sparse(self) -> coo_array[np.float64, tuple[int, int]]: ...
    @property
    def unique_ids(self) -> pd.Index[Any]: ...
    @property
    def n(self) -> int: ...
    @property
    def cardinalities(self) -> pd.Series[int]: ...
    @property
    def isolates(self) -> pd.Index[Any]: ...
    @property
    def component_labels(self) -> pd.Series[int]: ...
    def subgraph(self, ids: Iterable[Hashable]) -> Self: ...
    def assign_self_weight(self, weight: float = 1) -> Self: ...
    def transform(self, transformation: str) -> Self: ...
    def to_W(self) -> W: ...
    @classmethod
    def from_W(cls, w: W) -> Self: ...
    @classmethod
    def from_sparse(cls, sparse: coo_array[Any, Any], ids: Iterable[Hashable] | None = None) -> Self: ...
    @classmethod
    def from_arrays(
        cls, focal_ids: ArrayLike, neighbor_ids: ArrayLike, weight: ArrayLike, is_sorted: bool = False
    ) -> Self: ...
    @classmethod
    def build_contiguity(
        cls, geometry: gpd.GeoSeries, rook: bool = True, by_perimeter: bool = False, strict: bool = False
    ) -> Self: ...
    @classmethod
    def build_knn(cls, data: gpd.GeoSeries, k: int) -> Self: ...
    @classmethod
    def build_distance_band(
        cls,
        data: gpd.GeoSeries,
        threshold: float,
        binary: bool = True,
        alpha: float = -1.0,
        kernel: str | None = None,
        bandwidth: float | None = None,
        *,
        decay: bool = False,
    ) -> Self: ...
    @classmethod
    def build_triangulation(cls, data: gpd.GeoSeries, method: str = "delaunay") -> Self: ...
