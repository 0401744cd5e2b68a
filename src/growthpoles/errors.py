"""Error classes and the one grammar of error messages; quoting names in a message.

Every message says what is wrong, where (file, row, column), what is allowed and, where it helps, the nearest
valid value. All classes derive from :class:`ValueError`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any


class GrowthpolesError(ValueError):
    """Base of all errors that this package raises on bad input.

    Examples
    --------
    >>> import growthpoles as gp
    >>> try:
    ...     gp.load_regions(1990)
    ... except gp.GrowthpolesError as error:
    ...     print(error)
    vintage=1990 is not known; allowed: a year 1999-2099, e.g. 2014, 2018, 2022
    """


class DataError(GrowthpolesError):
    """A file or table cannot be read, is damaged, or holds a cell that is not allowed.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_regions(2014, enclaves="drop")
    Traceback (most recent call last):
        ...
    growthpoles.errors.DataError: enclaves='drop' is not known; allowed: keep, merge
    """


class RegionError(GrowthpolesError):
    """A region name or code is unknown, ambiguous, duplicated or missing.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.match_regions(["Astanaa"], vintage=2014)
    Traceback (most recent call last):
        ...
    growthpoles.errors.RegionError: region names: 'Astanaa' is unknown (nearest: Astana, Qostanay)
    """


class StudyError(GrowthpolesError):
    """A study file or a catalogue is not valid.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.load_study("mexico")
    Traceback (most recent call last):
        ...
    growthpoles.errors.StudyError: 'mexico': there is no such folder ...; nearest: mexico-gdp
    """


class RatingError(GrowthpolesError):
    """A rating, a specialisation index or one of their options cannot be computed from the input.

    Examples
    --------
    >>> import growthpoles as gp
    >>> import pandas as pd
    >>> gp.classify(pd.Series({"north": 101.0}))
    Traceback (most recent call last):
        ...
    growthpoles.errors.RatingError: index outside the scale: north (101); allowed: 0 to 100, or missing
    """


class SpatialError(GrowthpolesError):
    """Weights, values or options of a spatial test do not fit together.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.build_weights(gp.load_regions(2014), "queens")
    Traceback (most recent call last):
        ...
    growthpoles.errors.SpatialError: kind='queens' is not known; ...; nearest: queen
    """


class MapError(GrowthpolesError):
    """A figure cannot be drawn as asked.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.new_figure("nature-triple")
    Traceback (most recent call last):
        ...
    growthpoles.errors.MapError: preset='nature-triple' is not known; ...; nearest: nature-single
    """


class LanguageError(GrowthpolesError):
    """A language is not known: `lang` is wrong.

    Examples
    --------
    >>> import growthpoles as gp
    >>> gp.plot_rating(gp.load_regions(2014), gp.load_published(2014), lang="de")
    Traceback (most recent call last):
        ...
    growthpoles.errors.LanguageError: lang='de' is not known; allowed: en, ru, kk
    """


def nearest(name: object, allowed: Iterable[object], *, n: int = 3) -> list[str]:
    """Return up to `n` members of `allowed` that are spelled most like `name`, best first."""
    options = [str(item) for item in allowed]
    folded = {option.casefold(): option for option in reversed(options)}
    hits = difflib.get_close_matches(str(name)[:200].casefold(), folded, n=n, cutoff=0.6)
    return [folded[hit] for hit in hits]


class Reason(str):
    """A sentence that knows its template, so that it can be said in another language.

    Parameters
    ----------
    template : str
        English, with placeholders.
    places : mapping
        What stands in them: numbers, codes, other reasons, or several joined; codes in a tuple are joined by "and".
    text : str, optional
        The English sentence, where it is more than the filled template.
    """

    template: str
    places: Mapping[str, Any]

    def __new__(cls, template: str, places: Mapping[str, Any], text: str | None = None) -> Reason:  # noqa: D102
        told = {name: " and ".join(value) if isinstance(value, tuple) else value for name, value in places.items()}
        said = in_number(template, told).format(**told) if told else template
        reason = super().__new__(cls, said if text is None else text)
        reason.template, reason.places = template, places
        return reason

    @property
    def filled(self) -> bool:
        """Whether it says no more than its template."""
        return str(self) == Reason(self.template, self.places)

    def __reduce__(self) -> tuple[Any, ...]:
        return Reason, (self.template, self.places, str(self))


_COUNTED = re.compile(
    r"(\{(\w+)\} (?:infinite |other |more |typed )?)(regions|rows|columns|cells|values|years|types|centres|"
    r"permutations|specifications|industries|checks|classes|flows|others|times|changes)\b( are| have| fit| stand)?"
)
_VERBS = {" are": " is", " have": " has", " fit": " fits", " stand": " stands", None: ""}


def in_number(template: str, places: Mapping[str, Any]) -> str:
    """Return an English template with its nouns, and their verbs, in the singular where their count is 1."""
    return _COUNTED.sub(
        lambda hit: f"{hit[1]}{counted(1, hit[3])[2:]}{_VERBS[hit[4]]}" if str(places.get(hit[2])) == "1" else hit[0],
        template,
    )


class Number(str):
    """A number in a reason, as English writes it; another language writes it in its own way."""


class Joined(str):
    """Parts with a sign between them (sentences, columns); another language says each by itself."""

    parts: tuple[str, ...]
    by: str

    def __new__(cls, parts: Iterable[str], by: str = "; ") -> Joined:  # noqa: D102
        parts = tuple(parts)
        joined = super().__new__(cls, by.join(parts))
        joined.parts, joined.by = parts, by
        return joined

    def __reduce__(self) -> tuple[Any, ...]:
        return Joined, (self.parts, self.by)


def parts_of(codes: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes in a place, each once: one, several, or several joined."""
    if isinstance(codes, Joined):
        return tuple(dict.fromkeys(code for part in codes.parts for code in parts_of(part)))
    return codes if isinstance(codes, tuple) else (codes,)


class Option(str):
    """A parameter in a remedy (``repair="clean"``), given as a place; the command line says its own option instead.

    `python` is how Python says it where that is no parameter.
    """

    name: str
    value: str

    def __new__(cls, name: str, value: str = "", python: str | None = None) -> Option:  # noqa: D102
        option = super().__new__(cls, python or f"{name}={value}")
        option.name, option.value = name, value
        return option

    def __reduce__(self) -> tuple[Any, ...]:
        return Option, (self.name, self.value, str(self))


def remedy(text: str, **options: str) -> Reason:
    """Return what is allowed, with parameters in it: ``remedy("even borders, or {repair}", repair='"clean"')``."""
    return Reason(
        text, {name: value if isinstance(value, Option) else Option(name, value) for name, value in options.items()}
    )


def reworded(told: Reason, say: Mapping[str, str]) -> Reason:
    """Return a message in whose remedies parameters are said in another way, by the places where they stand."""
    allowed: Any = told.places["allowed"]
    told_so = Reason(allowed.template, {**allowed.places, **say})
    return Reason(told.template, {**told.places, "allowed": told_so}, told.replace(str(allowed), told_so))


def reasked(told: Reason, say: str) -> Reason:
    """Return a message of :func:`unknown_option` that calls the option in another way."""
    problem: Any = told.places["problem"]
    so = Reason(problem.template, {**problem.places, "option": say})
    return Reason(told.template, {**told.places, "problem": so}, told.replace(str(problem), visible(so), 1))


def option_of(told: Reason) -> Option | None:
    """Return the option that a message of :func:`unknown_option` is about."""
    option = getattr(getattr(told, "places", {}).get("problem"), "places", {}).get("option")
    return option if isinstance(option, Option) else None


def options_in(told: Reason) -> dict[str, Option]:
    """Return the parameters in the remedies of a message, by the places where they stand."""
    places = getattr(getattr(told, "places", {}).get("allowed"), "places", {})
    return {key: each for key, each in places.items() if isinstance(each, Option)}


def as_keys(options: Mapping[str, Option], where: str) -> dict[str, str]:
    """Say parameters as keys of study.toml; the last one tells where they stand."""
    keys = {key: f"{each.name} = {_TOML.get(each.value, each.value)}" if each.value else each.name
            for key, each in options.items()}  # fmt: skip
    if keys:
        keys[[*keys][-1]] += where
    return keys


_TOML = {"True": "true", "False": "false"}


def templates(reason: str) -> list[str]:
    """Return the templates of which a reason is made: its own where no other reason stands in it."""
    inner = [each for each in getattr(reason, "places", {}).values() if isinstance(each, Reason)]
    return [leaf for each in inner for leaf in templates(each)] or [getattr(reason, "template", reason)]


def message(
    problem: str, *, where: str | None = None, allowed: str | None = None, near: Iterable[str] = (), **places: object
) -> Reason:
    """Compose one line: where, what is wrong, what is allowed, the nearest valid value.

    Signs that do not print (controls, marks that turn the reading direction) are shown escaped. The line is a
    :class:`Reason` that keeps its parts; with `places`, problem and `allowed` are templates.
    """
    parts: dict[str, str] = {"problem": problem} | ({"allowed": allowed} if allowed else {})
    parts = {name: part if isinstance(part, Reason) else Reason(part, places) for name, part in parts.items()}
    template, text = "; ".join(map("{{{}}}".format, parts)), "; allowed: ".join(parts.values())
    if where:
        text = f"{where}: {text}"
    near = list(near)
    if near:
        text += f"; nearest: {', '.join(near)}"
    return Reason(template, {**parts, "where": where or "", "near": ", ".join(near)}, visible(text))


def parted(told: str, *, file: str = "") -> tuple[str, str]:
    """Return problem and remedy of a message; its place stands before the problem, without the file that is known."""
    parts = getattr(told, "places", {})
    if "problem" not in parts:
        return visible(told.removeprefix(file).lstrip(":, ") if file else told), ""
    where, near = parts["where"].removeprefix(file).lstrip(":, "), parts["near"]
    problem = f"{where}: {parts['problem']}" if where else parts["problem"]
    if not (allowed := parts.get("allowed", "")):
        return visible(f"{problem}; nearest: {near}" if near else problem), ""
    return visible(problem), visible(f"{allowed}; nearest: {near}" if near else allowed)


def visible(text: str) -> str:
    """Return a text on one line, signs that do not print shown escaped."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in " ".join(text.split()))


def unknown_option(name: str, value: object, allowed: Iterable[str]) -> Reason:
    """Compose the message for an option that is not one of its allowed values."""
    allowed = list(allowed)
    problem = Reason("{option} is not known", {"option": Option(name, repr(value))})
    return message(problem, allowed=", ".join(allowed), near=nearest(value, allowed, n=1))


def counted(count: int, noun: str) -> str:
    """Write a count with its English noun, given in the plural: ``counted(1, "rows")`` is "1 row"."""
    one = noun[:-3] + "y" if noun.endswith("ies") else noun[:-2] if noun.endswith("sses") else noun.removesuffix("s")
    return f"{count} {one if count == 1 else noun}"


_SHOWN = 60  # characters of a cell or name that a message repeats


def shown(value: object) -> str:
    """Quote a cell for a message: shortened, control and direction characters escaped."""
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")


def plain(name: object) -> str:
    """Return a name for a message: as it is when short and printable, quoted and shortened otherwise."""
    text = str(name)
    return text if text.isprintable() and len(text) <= _SHOWN else shown(text)


def listed(names: Iterable[object], *, limit: int = 20) -> str:
    """Join names for a message, the first `limit` of them."""
    names = list(names)
    more = len(names) - limit
    return ", ".join(map(plain, names[:limit])) + (f" and {more} more" if more > 0 else "")
