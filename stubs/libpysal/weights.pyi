from collections.abc import Mapping, Sequence
from typing import Any

from scipy.sparse import csr_matrix

class W:
    id_order: list[Any]
    n: int
    transform: str
    neighbors: dict[Any, list[Any]]
    weights: dict[Any, list[float]]
    sparse: csr_matrix
    def __init__(
        self,
        neighbors: Mapping[Any, Sequence[Any]],
        weights: Mapping[Any, Sequence[float]] | None = None,
        id_order: Sequence[Any] | None = None,
        silence_warnings: bool = False,
        ids: Sequence[Any] | None = None,
    ) -> None: ...
