"""Class limits found from the data, for studies without a fixed scale; the classifiers are mapclassify's."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, message, unknown_option

Array = NDArray[np.float64]
Scheme = Literal[
    "equal", "quantiles", "natural", "head_tail", "maximum_breaks", "std_mean", "box_plot", "percentiles", "pretty"
]
#: Scheme -> name of the classifier, and whether it takes a number of classes.
_CLASSIFIERS = {
    "equal": ("EqualInterval", True),
    "quantiles": ("Quantiles", True),
    "natural": ("FisherJenks", True),
    "head_tail": ("HeadTailBreaks", False),
    "maximum_breaks": ("MaximumBreaks", True),
    "std_mean": ("StdMean", False),
    "box_plot": ("BoxPlot", False),
    "percentiles": ("Percentiles", False),
    "pretty": ("PrettyBreaks", True),
}
_MOST = 3000


def class_limits(values: Sequence[float] | Array, scheme: Scheme = "natural", *, k: int = 5) -> tuple[float, ...]:
    """Find the limits of classes.

    Parameters
    ----------
    values : array of float
        Data; NaN is left out.
    scheme : str
        "equal" width, equal count ("quantiles"), least squares ("natural", Fisher 1958), "head_tail", "maximum_breaks",
        "std_mean", "box_plot", "percentiles", "pretty": the classifiers of mapclassify.
    k : int
        Number of classes, 2 to 12; schemes that find their own number ignore it.

    Returns
    -------
    tuple of float
        Rising limits that hold all values; classes are closed below and open above, the last one closed, as
        :func:`growthpoles.maps.thematic.value_map.plot_values` counts them. A limit lies about halfway between the values on its
        two sides, with the fewest decimals that part them; classes that would be empty are left out.

    Raises
    ------
    MapError
        The scheme is not known, there are fewer distinct values than classes, or natural classes are asked of more
        than 3,000 distinct values.
    """
    if scheme not in _CLASSIFIERS:
        raise MapError(unknown_option("scheme", scheme, get_args(Scheme)))
    known = np.sort(np.asarray(values, dtype=float).ravel())
    known = known[~np.isnan(known)]
    distinct = np.unique(known)
    if not 2 <= k <= 12 or len(distinct) < k or not np.isfinite(known).all():
        raise MapError(
            message(
                f"{k} classes of {len(distinct)} distinct values",
                where="class_limits",
                allowed="2 to 12 classes, each with a finite value",
            )
        )
    if scheme == "natural" and len(distinct) > _MOST:
        problem = f"{len(distinct)} distinct values"
        raise MapError(message(problem, where="class_limits", allowed=f"{_MOST} at most, or quantiles"))
    import mapclassify

    name, counted = _CLASSIFIERS[scheme]
    classifier = getattr(mapclassify, name)
    with warnings.catch_warnings():
        # numba is faster for large data and not needed here; ties are dealt with below
        warnings.simplefilter("ignore", UserWarning)
        found = classifier(known, k=k) if counted else classifier(known)
    # mapclassify closes its classes above; what separates two classes is any number between their values.
    number = np.searchsorted(np.asarray(found.bins, dtype=float), distinct, side="left")
    edges = np.flatnonzero(np.diff(number))
    return _readable(distinct[0], distinct[edges], distinct[edges + 1], distinct[-1])


def _readable(low: float, below: Array, above: Array, high: float) -> tuple[float, ...]:
    """Return limits between `below` and `above` with the fewest decimals that part them, the ends rounded outward."""
    for digits in range(-9, 16):
        unit = 10.0**-digits
        inner = np.round((below + above) / 2, digits)
        ends = (
            np.round(np.floor(low / unit) * unit, max(digits, 0)),
            np.round(np.ceil(high / unit) * unit, max(digits, 0)),
        )
        limits = np.concatenate([[ends[0]], inner, [ends[1]]])
        fine = ((inner > below) & (inner <= above)).all() and ends[0] <= low and ends[1] >= high
        # as fine as a tenth of the whole range, so that the ends do not stand far out
        if fine and (np.diff(limits) > 0).all() and unit <= (high - low) / 10:
            return tuple(float(limit) for limit in limits)
    inner = (below + above) / 2
    return tuple(float(limit) for limit in (low, *inner, high))
