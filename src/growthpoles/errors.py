"""Error classes and the one grammar of error messages; quoting names in a message; types of arguments.

Every message says what is wrong, where (file, row, column), what is allowed and, where it helps, the nearest
valid value. All classes derive from :class:`ValueError`.
"""

from __future__ import annotations

import builtins
import difflib
import functools
import inspect
import itertools
import numbers
import os
import re
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
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


def nearest(name: object, allowed: Iterable[object], *, n: int = 3, words: bool = False) -> list[str]:
    """Return up to `n` members of `allowed` that are spelled most like `name`; with `words` else those it begins."""
    options = [str(item) for item in allowed]
    folded = {option.casefold(): option for option in reversed(options)}
    asked = str(name)[:200].casefold()
    hits = difflib.get_close_matches(asked, folded, n=n, cutoff=0.6)
    if words and not hits and len(asked) > 1:  # "gdp" for "GDP per head, USD"
        begun = {hit: found.start() for hit in folded if (found := re.search(rf"(?<!\w){re.escape(asked)}", hit))}
        hits = sorted(begun, key=lambda hit: (begun[hit], len(hit), hit))[:n]
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
    near = nearest(value, allowed, n=1, words=True)
    return message(problem, allowed=", ".join(map(quoted, allowed)), near=map(quoted, near))


def counted(count: int, noun: str) -> str:
    """Write a count with its English noun, given in the plural: ``counted(1, "rows")`` is "1 row"."""
    one = noun[:-3] + "y" if noun.endswith("ies") else noun[:-2] if noun.endswith("sses") else noun.removesuffix("s")
    return f"{count} {one if count == 1 else noun}"


_SHOWN = 60  # characters of a cell or name that a message repeats


def shown(value: object) -> str:
    """Quote a cell for a message: shortened, control and direction characters escaped."""
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "...")


def unshortened(name: str, names: Iterable[object]) -> str:
    """Return the one of the names that a message shortened to this one ("...") stands for, else the name as it is."""
    known, cut = list(dict.fromkeys(map(str, names))), re.sub(r"\s*(?:\.\.\.|…)$", "", name)
    found = [each for each in known if each.startswith(cut)] if cut not in ("", name) else []
    return found[0] if len(found) == 1 and name not in known else name


def plain(name: object) -> str:
    """Return a name for a message: as it is when short and printable, quoted and shortened otherwise."""
    text = str(name)
    return text if text.isprintable() and len(text) <= _SHOWN else shown(text)


def quoted(name: object) -> str:
    """Return a name for a list of what is allowed: quoted where a comma in it would end it, else as :func:`plain`."""
    return shown(name) if "," in str(name) != "," else plain(name)


def each_told(names: Iterable[object], write: Callable[[object], str] = plain) -> list[str]:
    """Return names for a message, each as `write` has it; whole where they begin alike."""
    names = list(names)
    told = list(map(write, names))
    short = {text for text in told if text.rstrip("'\"").endswith("...") and told.count(text) > 1}
    return [repr(str(name)) if text in short else text for name, text in zip(names, told, strict=True)]


def listed(names: Iterable[object], *, limit: int = 20, write: Callable[[object], str] = plain) -> str:
    """Join names for a message, the first `limit` of them, each as :func:`each_told` has it."""
    names = list(names)
    more = len(names) - limit
    return ", ".join(each_told(names[:limit], write)) + (f" and {more} more" if more > 0 else "")


# Wanted, given -> the code that makes the one of the other. Results of this package are made by what returns them.
_MADE = {
    ("DataFrame", "str"): "gp.read_table({value})",
    ("DataFrame", "Series"): "{name}.to_frame()",
    ("DataFrame", "list"): "pd.DataFrame({name}, index=regions.index)",
    ("DataFrame", "dict"): "pd.DataFrame({name})",
    ("Series", "str"): 'gp.read_table({value})["column"]',
    ("Series", "DataFrame"): '{name}["column"]',
    ("Series", "list"): "pd.Series({name}, index=regions.index)",
    ("Series", "dict"): "pd.Series({name})",
    ("GeoDataFrame", "str"): 'gp.read_boundaries({value}, key="column")',
    ("GeoDataFrame", "object"): 'gp.load_regions(2024), gp.read_boundaries("regions.gpkg", key="code")',
    ("Catalogue", "str"): "gp.read_catalogue({value})",
    ("Catalogue", "DataFrame"): "gp.Catalogue.from_frame({name})",
    ("Catalogue", "list"): "gp.Catalogue.flat({name})",
    ("Study", "str"): "gp.load_study({value})",
    ("Axes", "Figure"): "{name}.axes[0]",
    ("Figure", "Axes"): "{name}.figure",
}
_LISTS, _DICTS = ("Sequence", "Iterable", "list", "tuple"), ("Mapping", "dict")
_SAID = {
    "NoneType": "None", "str": "a text", "int": "a whole number", "float": "a number", "bool": "True or False",
    "Path": "a path", "Callable": "a function", "Hashable": "a label", "SupportsIndex": "a year", "ndarray": "an array",
} | dict.fromkeys(_LISTS, "a list") | dict.fromkeys(_DICTS, "a dict")  # fmt: skip


def with_types_checked(
    function: Callable[..., Any],
    error: type[GrowthpolesError],
    public: Callable[[], Iterable[Callable[..., Any]]],
    *,
    tables: bool = False,
) -> Callable[..., Any]:
    """Return a public function that refuses an argument that is lacking, or whose type is not that of its annotation.

    Types are told by the names of their classes, so that no library is loaded for it. What an annotation leaves open
    (`object`, which of several words, a range) the function checks by itself, and so it does spatial weights, of
    which :func:`growthpoles.graphs.as_graph` knows more. `public` are the functions among which the one is sought
    that makes what is wanted. With `tables`, a result of this package stands for its table, as charts take it.
    """
    wanted: dict[str, tuple[Any, ...]] = {}
    needed: list[str] = []

    def taken(name: str, value: Any) -> Any:
        kinds = wanted.get(name, ())
        if tables and "ResultDisplay" in _classes(value) and hasattr(value, "to_frame"):
            itself = any(_fits(value, kind) for kind in kinds)
            value = value.to_frame() if kinds and not itself else value
        for where, part, allowed in _misfits(name, value, kinds):
            given = shown(part) if isinstance(part, str) else type(part).__name__
            given = str(part) if part is None or isinstance(part, numbers.Number) else given
            near = _remedies(where, part, [_name(kind) for kind in allowed], public)
            raise error(message("{given} given", where=where, allowed=_said(allowed), near=near, given=given))
        return value

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if not wanted:
            names = _Names(inspect.unwrap(function).__globals__)
            wanted.update({each.name: _kinds(each.annotation, names) for each in _parameters(function)})
            needed.extend(
                each.name
                for each in _parameters(function)
                if each.default is each.empty and each.kind != each.VAR_POSITIONAL
            )
            wanted["lang"] = ()
        args = (*map(taken, wanted, args), *args[len(wanted) :])
        options = {name: taken(name, value) for name, value in options.items()}
        filled = {*itertools.islice(wanted, len(args)), *options}
        for name in [name for name in needed if name not in filled]:
            near = _remedies(name, None, [_name(kind) for kind in wanted[name]], public)
            told, allowed = "{name} is not given", _said(wanted[name]) or None
            raise error(message(told, where=function.__name__, allowed=allowed, near=near, name=name))
        return function(*args, **options)

    call.__module__ = __package__  # where a pickle finds it
    return call


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters that have names."""
    return [each for each in inspect.signature(function).parameters.values() if each.kind != each.VAR_KEYWORD]


class _Unloaded(type):
    """The class of stand-ins for what is imported for its type only: ``pd``, ``pd.Series``, ``Sequence[str]``."""

    def __getattr__(cls, name: str) -> _Unloaded:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Unloaded(name, (), {})

    def __getitem__(cls, parts: Any) -> types.GenericAlias:
        return types.GenericAlias(cls, parts)


class _Names(dict[str, Any]):
    """The names of a module and those that it imports for types only."""

    def __missing__(self, name: str) -> Any:
        if name.startswith("_"):  # asked for by those who look at frames
            raise KeyError(name)
        return getattr(builtins, name, None) or _Unloaded(name, (), {})


def _kinds(annotation: Any, names: _Names) -> tuple[Any, ...]:
    """Return the types that an annotation allows; none where it leaves the type open."""
    if isinstance(annotation, str):
        annotation = eval(annotation, {}, names)
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _kinds(annotation.__metadata__[0], names)
    several: tuple[Any, ...] = ()
    if origin in (typing.Union, types.UnionType):
        several = typing.get_args(annotation)
    elif isinstance(annotation, typing.TypeVar):
        several = annotation.__constraints__
    if several:
        kinds = [_kinds(each, names) for each in several]
        return tuple(each for some in kinds for each in some) if all(kinds) else ()
    if annotation in (Any, object) or getattr(annotation, "__name__", "") == "W":
        return ()
    return (annotation,) if isinstance(origin or annotation, type) or origin is typing.Literal else ()


def _name(kind: Any) -> str:
    """Return the name of a type without its parts; a word among several is a label."""
    origin = typing.get_origin(kind) or kind
    return "Hashable" if origin is typing.Literal else str(origin.__name__)


def _classes(value: object) -> list[str]:
    """Return the names of the classes of a value, its own first."""
    return [each.__name__ for each in type(value).__mro__]


def _fits(value: Any, kind: Any) -> bool:
    """Tell whether a value is of a type: any number for one of them, what can be gone through for a list."""
    name, classes = _name(kind), _classes(value)
    if name in ("int", "float", "bool"):
        return isinstance(value, numbers.Number) or "generic" in classes
    if name in ("Hashable", "SupportsIndex"):
        try:
            hash(value)
        except TypeError:
            return False
        return True
    if name == "Path":
        return isinstance(value, os.PathLike)
    if name == "Callable":
        return callable(value)
    if name in _DICTS:
        return isinstance(value, Mapping) or ("Series" in classes and typing.get_args(kind)[-1] in (float, int, str))
    if name in _LISTS:
        through = isinstance(value, Iterable) and not {"str", "bytes", "DataFrame"} & {*classes}
        places = hasattr(value, "__getitem__") and hasattr(value, "__len__") and not isinstance(value, Mapping)
        return through and (name == "Iterable" or places)
    return name in classes and not (name == "Series" and "GeoSeries" in classes)


def _misfits(where: str, value: Any, kinds: tuple[Any, ...]) -> Iterator[tuple[str, Any, tuple[Any, ...]]]:
    """Go through a value and what it holds: place, value and the types allowed of each that has none of them."""
    fitting = [kind for kind in kinds if _fits(value, kind)]
    if kinds and not fitting:
        yield where, value, kinds
    inner = [_parts(kind) for kind in fitting]
    if inner and all(inner) and isinstance(value, Sized) and isinstance(value, Iterable):
        allowed = tuple(each for some in inner for each in some)
        seen: set[type] = set()
        numeric = getattr(getattr(value, "dtype", None), "kind", "O") in "biufc"  # then one stands for all
        whole = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, part in itertools.islice(whole, 1) if numeric else whole:
            if type(part) not in seen:
                yield from _misfits(f"{where}[{key!r}]", part, allowed)
            if not isinstance(part, Iterable) or isinstance(part, str):
                seen.add(type(part))  # further ones of a type without parts are alike


def _parts(kind: Any) -> tuple[Any, ...]:
    """Return the types of what a dict or a list holds; none where that is open."""
    parts = [part for part in typing.get_args(kind) if part is not ...] if _name(kind) in (*_LISTS, *_DICTS) else []
    alike = parts[:1] == parts[1:2] or len(parts) == 1 or _name(kind) != "tuple"
    return _kinds(parts[-1], _Names()) if parts and alike else ()


def _said(kinds: Iterable[Any]) -> str:
    """Say types in a message: "a DataFrame or a dict of DataFrames"."""
    said: dict[str, None] = {}
    for kind in kinds:
        name = _name(kind)
        words = ", ".join(map(str, typing.get_args(kind))) if typing.get_origin(kind) is typing.Literal else ""
        fixed = typing.get_args(kind) if name == "tuple" and ... not in typing.get_args(kind) else ()
        told = (
            words or ("a pair" if len(fixed) == 2 else _SAID.get(name)) or ("an " if name[0] in "AEIO" else "a ") + name
        )
        many = [re.sub("^an? (.*?)s?( of .*)?$", r"\1s\2", _said([part])) for part in _parts(kind)]
        said[f"{told} of {' or '.join(dict.fromkeys(many))}" if many else told] = None
    return " or ".join(said)


def _remedies(
    name: str, value: object, wanted: list[str], public: Callable[[], Iterable[Callable[..., Any]]]
) -> list[str]:
    """Return the calls that make what is wanted: of what is given, or those of the functions that return it."""
    alike = {"str": os.PathLike, "dict": Mapping}
    given = _classes(value)[:-1] + [word for word, kind in alike.items() if isinstance(value, kind)]
    given += [*["list"] * _fits(value, list), "object"]
    made = [_MADE[each, kind] for kind in given for each in wanted if (each, kind) in _MADE]
    if made:
        return [made[0].format(name=name, value=shown(value))]
    calls: list[str] = []
    for each in public():
        if each.__annotations__.get("return") in set(wanted) - {*_SAID, "DataFrame", "Series"}:
            needed = {part.name: part for part in _parameters(each) if part.default is part.empty}
            told = [f"{key}=..." if part.kind == part.KEYWORD_ONLY else key for key, part in needed.items()]
            calls += [f"gp.{each.__name__}({', '.join(told)})"] * (name.partition("[")[0] not in needed)
    return calls[:3]
