"""Ratings and specialisation of regions, spatial tests of the growth-pole idea, and maps that go to print.

Public names load on first use: ``import growthpoles`` itself imports none of the heavy libraries.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any

import lazy_loader

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


# Room -> the error that its functions raise on an argument of a wrong type.
_ERRORS = {
    "maps": "MapError", "ratings": "RatingError", "regions": "RegionError", "report": "GrowthpolesError",
    "spatial": "SpatialError", "specialisation": "RatingError", "study": "StudyError",
}  # fmt: skip


def _checked(public: Any) -> Any:
    """Return a public function with its arguments' types checked; a class or a module as it is."""
    if not isinstance(public, FunctionType):
        return public
    from . import errors

    room = public.__module__.split(".")[1]
    return errors.with_types_checked(public, getattr(errors, _ERRORS[room]), _functions, tables=room == "maps")


def _functions() -> list[FunctionType]:
    """Return all public functions, loaded."""
    package = sys.modules[__name__]
    return [each for name in __all__ if isinstance(each := getattr(package, name), FunctionType)]


def __getattr__(name: str) -> Any:
    if name != "__version__":
        globals()[name] = found = _checked(_load(name))
        return found
    # Reading the metadata costs more than the whole command line needs to start.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("growthpoles")
    except PackageNotFoundError:  # a source tree on sys.path that was never installed
        return "0+unknown"
