"""Values of a test that draws many: some of them every day, the rest with the long tests."""

from collections.abc import Iterable
from typing import Any

import pytest


def samples(values: Iterable[Any], daily: int) -> list[Any]:
    """Return `values` for ``pytest.mark.parametrize``; those after the first `daily` are long tests."""
    return [value if at < daily else pytest.param(value, marks=pytest.mark.long) for at, value in enumerate(values)]
