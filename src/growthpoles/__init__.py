"""Ratings and specialisation of regions, spatial tests of the growth-pole idea, and maps that go to print.

Public names load on first use: ``import growthpoles`` itself imports none of the heavy libraries.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

try:
    __version__ = version("growthpoles")
except PackageNotFoundError:  # a source tree on sys.path that was never installed
    __version__ = "0+unknown"
