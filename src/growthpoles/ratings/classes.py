"""Rating classes: letters for intervals of the index, closed below and open above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message
from growthpoles.ratings.indicator_checks import Array

#: Index values are compared with class limits, and with each other for ranks, after rounding to this many
#: decimals, so that floating-point noise neither changes a class nor breaks a tie.
DECIMALS = 9


@dataclass(frozen=True, slots=True)
class ClassScale:
    """Letters and the limits between them.

    Parameters
    ----------
    letters : tuple of str
        Best first.
    limits : tuple of float
        Lower limit of each letter in the same order, and after them nothing: class `k` is
        ``limits[k] <= x < limits[k - 1]``.
    top : float
        Highest value allowed; it belongs to the first letter.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> scale = gp.ClassScale(letters=("high", "low"), limits=(50, 0))
    >>> gp.classify(pd.Series({"north": 75.0, "south": 20.0}), scale).to_dict()
    {'north': 'high', 'south': 'low'}
    """

    letters: tuple[str, ...]
    limits: tuple[float, ...]
    top: float = 100.0

    def __post_init__(self) -> None:
        if not self.letters or len(self.letters) != len(self.limits):
            problem = f"{len(self.letters)} letters and {len(self.limits)} lower limits"
            raise RatingError(message(problem, where="class scale", allowed="one lower limit for each letter"))
        if len(set(self.letters)) != len(self.letters):
            raise RatingError(message("a letter occurs twice", where="class scale"))
        bounds = (self.top, *self.limits)
        if not (np.isfinite(bounds).all() and (np.diff(bounds) < 0).all()):
            raise RatingError(message("limits must fall from the best letter to the worst", where="class scale"))

    @property
    def bottom(self) -> float:
        """Lowest value allowed."""
        return self.limits[-1]

    def codes(self, values: Array) -> Array:
        """Return the position of each value's letter, 0 = best; -1 for NaN and for values off the scale."""
        rounded = np.round(np.asarray(values, dtype=float), DECIMALS)
        ascending = np.asarray(self.limits[::-1])
        position = len(self.letters) - np.searchsorted(ascending, rounded, side="right")
        off = ~((rounded >= self.bottom) & (rounded <= self.top))
        return np.where(off, -1, position)

    def above(self, letter: str) -> tuple[str, float] | None:
        """Return the next better letter and its lower limit; None for the best letter."""
        position = self.letters.index(letter)
        return (self.letters[position - 1], self.limits[position - 1]) if position else None

    def to_dict(self) -> dict[str, Any]:
        """Return letters and limits as plain values, for attrs and records."""
        return {"letters": list(self.letters), "limits": list(self.limits), "top": self.top}

    def to_frame(self) -> pd.DataFrame:
        """Return one row per letter, best first, with its lower and upper limit."""
        upper = (self.top, *self.limits[:-1])
        return pd.DataFrame({"rating_class": self.letters, "lower": self.limits, "upper": upper})


#: The ten classes of Kireyeva's Table 1 (after Karachurina 2010).
TEN_CLASSES = ClassScale(
    ("A++", "A+", "A", "B++", "B+", "B", "C++", "C+", "C", "D"),
    (90.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0, 20.0, 10.0, 0.0),
)

#: Letters of the article's scale, best first.
CLASSES = TEN_CLASSES.letters


def classify(index: pd.Series, scale: ClassScale | None = None) -> pd.Series:
    """Give every index value its letter.

    Intervals are closed below and open above; the top of the scale belongs to the best class. Values are
    rounded to nine decimals first, so that floating-point noise at a limit (or above 100) does not change a
    class.

    Parameters
    ----------
    index : Series of float
        Index values, 0 to 100 on the default scale. NaN means "no data" and stays missing.
    scale : ClassScale, optional
        Letters and limits; the article's ten classes by default.

    Returns
    -------
    Series of ordered Categorical
        All letters of the scale are categories, ordered so that the best letter is the highest; ``attrs["scale"]``
        holds letters and limits.

    Raises
    ------
    RatingError
        A value is outside the scale; the message lists the regions.

    References
    ----------
    Kireyeva, Table 1; Karachurina (2010).

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> index = pd.Series({"Almaty": 66.2, "Astana": 55.4, "Zhambyl": 15.0})
    >>> gp.classify(index).to_dict()
    {'Almaty': 'B++', 'Astana': 'B+', 'Zhambyl': 'C'}
    """
    scale = scale or TEN_CLASSES
    try:
        values = pd.Series(index).astype(float)
    except (TypeError, ValueError):
        raise RatingError(message("the index is not numeric", where="classify")) from None
    codes = scale.codes(values.to_numpy())
    outside = values.notna().to_numpy() & (codes < 0)
    if outside.any():
        listed = ", ".join(f"{label} ({value:g})" for label, value in values[outside].items())
        allowed = f"{scale.bottom:g} to {scale.top:g}, or missing"
        raise RatingError(message(f"index outside the scale: {listed}", allowed=allowed))
    return letters(codes, values.index, scale)


def letters(codes: Array, index: pd.Index, scale: ClassScale) -> pd.Series:
    """Turn positions (0 = best, -1 = missing) into an ordered Categorical Series."""
    worst_first = list(scale.letters[::-1])
    known = [scale.letters[code] if code >= 0 else None for code in codes]
    categories = pd.Categorical(known, categories=worst_first, ordered=True)
    classes = pd.Series(categories, index=index, name="rating_class")
    classes.attrs["scale"] = scale.to_dict()
    return classes


def scale_of(rating: pd.DataFrame | pd.Series) -> ClassScale | None:
    """Return the scale of a rating or of its classes as their attrs hold it; None where they have lost it."""
    held = rating.attrs.get("scale")
    return ClassScale(tuple(held["letters"]), tuple(held["limits"]), held["top"]) if held else None


def letters_of(*classes: pd.Series) -> tuple[str, ...]:
    """Return the letters that classes are among, best first: ordered categories, or the article's."""
    dtypes = [each.dtype for each in classes if isinstance(each.dtype, pd.CategoricalDtype) and each.dtype.ordered]
    return tuple(map(str, dtypes[0].categories[::-1])) if dtypes else CLASSES
