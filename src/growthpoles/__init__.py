"""Ratings and specialisation of regions, spatial tests of the growth-pole idea, and maps that go to print.

Public names load on first use: ``import growthpoles`` itself imports none of the heavy libraries.
"""

from __future__ import annotations

from typing import Any

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name != "__version__":
        return _load(name)
    # Reading the metadata costs more than the whole command line needs to start.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("growthpoles")
    except PackageNotFoundError:  # a source tree on sys.path that was never installed
        return "0+unknown"
