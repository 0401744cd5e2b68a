"""Rating classes: letters or words for intervals of the index, closed below and open above; groups of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from growthpoles.errors import RatingError, message, unknown_option
from growthpoles.ratings.indicator_checks import Array

#: Index values are compared with class limits, and with each other for ranks, after rounding to this many
#: decimals, so that floating-point noise neither changes a class nor breaks a tie.
DECIMALS = 9


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """Neighbouring classes that a scale holds together under one name, with what it means in each language."""

    name: str
    letters: tuple[str, ...]
    meanings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClassScale:
    """Letters, or words, and the limits between them.

    Parameters
    ----------
    letters : tuple of str
        Best first; what data and tables call the classes.
    limits : tuple of float
        Lower limit of each letter in the same order, and after them nothing: class `k` is
        ``limits[k] <= x < limits[k - 1]``. The last one may be -inf.
    top : float
        Highest value allowed; it belongs to the first letter. It may be inf.
    of : {"index", "relative"}
        What the limits are compared with: the index itself, or the index in percent of its mean over the regions (or
        of what `relative_to` of `rate` names).
    names, meanings : mapping of language to tuple of str, optional
        What maps, legends and reports call the classes in a language, and what they mean, best first; the letters
        where a language has no names.
    groups : tuple of ClassGroup, optional
        Best first; every class belongs to one.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> scale = gp.ClassScale(letters=("high", "low"), limits=(50, 0))
    >>> gp.classify(pd.Series({"north": 75.0, "south": 20.0}), scale).to_dict()
    {'north': 'high', 'south': 'low'}
    >>> groups = gp.ClassScale(("leader", "strong", "moderate"), (125, 100, float("-inf")), float("inf"), of="relative")
    >>> gp.classify(pd.Series({"north": 75.0, "south": 20.0}), groups).to_dict()
    {'north': 'leader', 'south': 'moderate'}
    """

    letters: tuple[str, ...]
    limits: tuple[float, ...]
    top: float = 100.0
    of: Literal["index", "relative"] = "index"
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    groups: tuple[ClassGroup, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.letters or len(self.letters) != len(self.limits):
            problem = f"{len(self.letters)} letters and {len(self.limits)} lower limits"
            raise RatingError(message(problem, where="class scale", allowed="one lower limit for each letter"))
        if len(set(self.letters)) != len(self.letters):
            raise RatingError(message("a letter occurs twice", where="class scale"))
        bounds = (self.top, *self.limits)
        if not (np.isfinite(bounds[1:-1]).all() and all(low < high for high, low in pairwise(bounds))):
            raise RatingError(message("limits must fall from the best letter to the worst", where="class scale"))
        if self.of not in ("index", "relative"):
            raise RatingError(unknown_option("of", self.of, ("index", "relative")))
        for words in (*self.names.values(), *self.meanings.values()):
            if len(words) != len(self.letters):
                problem = f"{len(self.letters)} letters and {len(words)} names or meanings"
                raise RatingError(message(problem, where="class scale", allowed="one for each letter"))
        if self.groups and tuple(each for group in self.groups for each in group.letters) != self.letters:
            allowed = f"groups of neighbours that hold {', '.join(self.letters)} once each, in this order"
            raise RatingError(message("groups do not fit the letters", where="class scale", allowed=allowed))

    @classmethod
    def rising(cls, letters: Sequence[str], limits: Sequence[float], *, ends: tuple[float, float], **more: Any) -> Self:
        """Build a scale from letters in the order of their limits, rising or falling, as a study file gives them.

        Parameters
        ----------
        letters : sequence of str
        limits : sequence of float
            Those between the classes (one fewer than letters), the lower ones of all classes (as many), or all of them
            (one more).
        ends : (float, float)
            Lowest and highest value of the index, for the ends that are not given; a limit beyond them opens the end.
        **more
            of, names, meanings (also in the order of `letters`), groups.
        """
        down = len(limits) > 1 and limits[0] > limits[-1]
        between, step = sorted(limits), 1 if down else -1
        low, high = ends
        if len(limits) < len(letters):
            between = [low if low < between[0] else -np.inf, *between]
        if len(between) == len(letters):
            between = [*between, high if high > between[-1] else np.inf]
        if len(between) != len(letters) + 1:
            allowed = f"{len(letters) - 1} between the classes, or {len(letters) + 1} with both ends"
            raise RatingError(message(f"{len(limits)} limits", where="class scale", allowed=allowed))
        for option in ("names", "meanings"):
            more[option] = {lang: tuple(words[::step]) for lang, words in more.get(option, {}).items()}
        return cls(tuple(letters[::step]), tuple(between[-2::-1]), between[-1], **more)

    def name(self, letter: object, lang: str = "en") -> str:
        """Return what a class is called in a language: its name, or else its letter."""
        known = self.names.get(lang)
        return known[self.letters.index(str(letter))] if known and letter in self.letters else str(letter)

    def grouped(self) -> Self:
        """Return the scale of the groups, for maps and tables of them; meanings go along."""
        ends = [self.letters.index(group.letters[-1]) for group in self.groups]
        langs = dict.fromkeys(lang for group in self.groups for lang in group.meanings)
        told = {lang: tuple(group.meanings.get(lang, "") for group in self.groups) for lang in langs}
        names = tuple(group.name for group in self.groups)
        return type(self)(names, tuple(self.limits[end] for end in ends), self.top, self.of, meanings=told)

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
        """Return letters and limits as plain values, for attrs and records; the rest where it is given."""
        plain: dict[str, Any] = {"letters": list(self.letters), "limits": list(self.limits), "top": self.top}
        words = {option: {k: list(v) for k, v in getattr(self, option).items()} for option in ("names", "meanings")}
        groups = [{"name": g.name, "letters": list(g.letters), "meanings": dict(g.meanings)} for g in self.groups]
        more = {"of": self.of if self.of != "index" else "", **words, "groups": groups}
        return plain | {key: value for key, value in more.items() if value}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Return the scale that `to_dict` wrote."""
        words: dict[str, Any] = {
            option: {k: tuple(v) for k, v in plain.get(option, {}).items()} for option in ("names", "meanings")
        }
        groups = tuple(ClassGroup(g["name"], tuple(g["letters"]), g["meanings"]) for g in plain.get("groups", ()))
        ends = plain["top"], plain.get("of", "index")
        return cls(tuple(plain["letters"]), tuple(plain["limits"]), *ends, **words, groups=groups)

    def to_frame(self, lang: str = "en") -> pd.DataFrame:
        """Return one row per letter, best first: lower and upper limit, and name, meaning and group where given."""
        upper = (self.top, *self.limits[:-1])
        frame = pd.DataFrame({"rating_class": self.letters, "lower": self.limits, "upper": upper})
        if self.names.get(lang):
            frame["name"] = self.names[lang]
        if self.meanings.get(lang):
            frame["meaning"] = self.meanings[lang]
        if self.groups:
            group = {letter: each for each in self.groups for letter in each.letters}
            frame["group"] = [group[letter].name for letter in self.letters]
            frame["group_meaning"] = [group[letter].meanings.get(lang, "") for letter in self.letters]
        return frame


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
        Letters and limits; the article's ten classes by default. Limits of a relative scale are compared with the
        index in percent of its mean.

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
    if scale.of == "relative":
        values = 100.0 * values / values.mean()
    return letters_for(values, scale)


def letters_for(values: pd.Series, scale: ClassScale) -> pd.Series:
    """Give every value its letter; values of a relative scale are in percent already."""
    codes = scale.codes(values.to_numpy())
    outside = values.notna().to_numpy() & (codes < 0)
    if outside.any():
        listed = ", ".join(f"{label} ({value:g})" for label, value in values[outside].items())
        allowed = f"{scale.bottom:g} to {scale.top:g}, or missing"
        if scale != TEN_CLASSES:
            allowed += "; or classes without outer limits, which hold every value (limits between the classes alone)"
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
    return ClassScale.from_dict(held) if held else None


def way_up(
    rating: pd.DataFrame, region: Any, root: str, own: Mapping[Any, Any] | None = None
) -> tuple[str | None, float]:
    """Return the next better class of a region and the index points to it, everything else equal; `own` is its row.

    None and NaN in the best class, without a class, and where no rise of its own leads there, because the mean, of
    which the limits are a part, rises with it.
    """
    scale = scale_of(rating) or TEN_CLASSES
    own = dict(rating.loc[region].items()) if own is None else own
    above = None if pd.isna(own["rating_class"]) else scale.above(str(own["rating_class"]))
    if above is None:
        return None, float("nan")
    letter, limit = above
    if scale.of == "index":
        return letter, limit - float(own[root])
    held = rating.attrs["reference"]
    room = 1.0 - limit / 100.0 * held["shares"].get(region, 0.0)
    points = (limit / 100.0 * held["level"] - float(own[root])) / room if room > 0 else -1.0
    return (letter, points) if points >= 0 else (None, float("nan"))


def letters_of(*classes: pd.Series) -> tuple[str, ...]:
    """Return the letters that classes are among, best first: ordered categories, or the article's."""
    dtypes = [each.dtype for each in classes if isinstance(each.dtype, pd.CategoricalDtype) and each.dtype.ordered]
    return tuple(map(str, dtypes[0].categories[::-1])) if dtypes else CLASSES
