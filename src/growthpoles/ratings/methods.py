"""Registry of rating methods: normalisations, aggregations, weightings, treatments, transforms; their facts, look-up.

The functions stand in normalise, aggregate, weighting, treatment and others, which put them here (`computes`). A study
file is checked against the same tables, so nothing heavy is imported. A method of one's own is a callable, which is
taken for unbounded and for no ratio scale, or one of these objects with its facts; `register` makes it known by name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar, cast

from growthpoles.errors import RatingError, message, unknown_option

Zeros = Literal["refuse", "zero"]
Function = Callable[..., Any]


class _Named:
    __slots__ = ()
    name: str

    def __str__(self) -> str:
        """Name it as study files and results do."""
        return self.name


@dataclass(frozen=True, slots=True)
class Normalisation(_Named):
    """A way to turn values into scores.

    Parameters
    ----------
    name : str
    scores : callable
        ``scores(x, sign)``: x is an array (regions, indicators), NaN where there is no data; sign is +1 or -1 for each
        indicator (more or less is better). Returns scores of the same shape in which more is better, NaN where x is.
        With `limits` it takes them too, as the keyword ``limits``.
    bounded : bool
        Scores never leave 0 to 100, so that the ten classes apply.
    ratio_scale : bool
        Divides by a value of the column: negative values are refused, and zeros where less is better.
    pivot : float, optional
        Centre about which the score of a pillar with direction -1 is reflected; without it such a pillar is refused.
    needs : tuple of str
        Options of `rate` that `scores`, or `limits` where it has them, takes as keywords: goalposts (low and high of
        each indicator), reference (rows of the region), region_weights (by row, or None), whole (the values of all
        years, also where a base year sets the limits).
    unit : str
        What scores are measured in.
    stands_in : int
        Place among those with which a report varies the scores of a study; 0 for not among them.
    stacked : bool
        `scores` takes arrays (..., regions, indicators); otherwise it is called for one table after another.
    limits : callable, optional
        ``limits(x, sign)``: low and high of each indicator, by which any other values can be scored too: those of
        another year. Without it scores hang on all values together, as ranks do, and several years are scored as one
        table.
    """

    name: str
    scores: Function | None = None
    bounded: bool = False
    ratio_scale: bool = False
    pivot: float | None = None
    needs: tuple[str, ...] = ()
    unit: str = "points"
    stands_in: int = 0
    stacked: bool = False
    limits: Function | None = None

    @property
    def takes_goalposts(self) -> bool:
        """Whether its limits can be given."""
        return self.limits is not None or "goalposts" in self.needs


@dataclass(frozen=True, slots=True)
class Aggregation(_Named):
    """A way to combine scores: a power mean, which needs no function, or a function.

    Parameters
    ----------
    name : str
    combine : callable, optional
        ``combine(scores, weights)``: scores is an array (regions, children), NaN where there is no data; weights are
        above 0 and sum to 1. Returns one number for each region; those below `availability` are left out afterwards.
    exponent : float, optional
        Of the power mean; 0 is the geometric one.
    bounded : {"always", "as scores", "never"}
        Whether the result stays in 0 to 100.
    pivot : float, optional
        As for `Normalisation`; None takes that of the scores, if the result is bounded as they are.
    needs : tuple of str
        "power": the exponent is an option of `rate`; "share_bounds": `combine` takes that option as a keyword.
    takes_zeros : bool
        A score of zero does not by itself decide the result; otherwise the option `zeros` has a meaning.
    unit : str
        What contributions are measured in, where they add up.
    stacked : bool
        `combine` takes a list of arrays (..., regions), weights (..., children) and the availability.
    """

    name: str
    combine: Function | None = None
    exponent: float | None = None
    bounded: Literal["always", "as scores", "never"] = "never"
    pivot: float | None = None
    needs: tuple[str, ...] = ()
    takes_zeros: bool = True
    unit: str = "points"
    stacked: bool = False

    @property
    def additive(self) -> bool:
        """Whether it is inverse(sum of weight * f(score)), so that contributions add up on the scale of f."""
        return self.combine is None


@dataclass(frozen=True, slots=True)
class Weighting(_Named):
    """A way to weight the children of an aggregate.

    Parameters
    ----------
    name : str
    weights : callable, optional
        ``weights(scores)``: scores is an array (regions, children) without gaps. Returns weights of 0 or more; only
        their ratios matter. None takes the weights of the catalogue.
    least : int
        Fewest regions with all scores that it can do with.
    needs : tuple of str
        "names": `weights` takes the names of the children too, for messages.
    """

    name: str
    weights: Function | None = None
    least: int = 1
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Treatment(_Named):
    """A way to treat indicators with outliers.

    Parameters
    ----------
    name : str
    treat : callable, optional
        ``treat(x)``: the values of a column beyond the limits, NaN where there is no data. Returns new values, or a
        pair of these and the rows that it set, for the report. None leaves all as they are.
    negatives : bool
        Can give negative values where there were none, so that normalisations of a ratio scale refuse it.
    skew : {"any", "positive"}
        Columns that it is for.
    needs : tuple of str
        Limits that `treat` takes as keywords: skewness, kurtosis, points.
    """

    name: str
    treat: Function | None = None
    negatives: bool = False
    skew: Literal["any", "positive"] = "any"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transform(_Named):
    """A way to transform the values of an indicator before anything else, everywhere rising or everywhere falling.

    Parameters
    ----------
    name : str
    apply : callable, optional
        ``apply(x)``, and with `argument` ``apply(x, number)``: an array, NaN where there is no data.
    takes : str
        Values that it takes, for messages; `apply` gives NaN or infinity for others, which are refused.
    argument : bool
        It is named with a number: "power:0.5".
    """

    name: str
    apply: Function | None = None
    takes: str = "any"
    argument: bool = False


Kind = TypeVar("Kind", bound=_Named)

#: What the function of a method is given, by position; the rest (`needs`) by name.
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "normalisation": ("x", "sign"),
    "aggregation": ("scores", "weights"),
    "weighting": ("scores",),
    "treatment": ("x",),
    "transform": ("x",),
}

_MEAN: dict[str, Any] = {"bounded": "as scores"}
_STRICT: dict[str, Any] = {**_MEAN, "takes_zeros": False}
_LIMITS = ("skewness", "kurtosis", "points")


def _not_yet(*values: object, **options: object) -> None:
    """Stand for the limits of a normalisation until their function is put here."""


_OWN: dict[str, Any] = {"limits": _not_yet}
_SHIPPED = (
    Normalisation("leader", bounded=True, ratio_scale=True, pivot=50.0, stands_in=2, **_OWN),
    Normalisation("min-max", bounded=True, pivot=50.0, stands_in=1, **_OWN),
    Normalisation("z-score", pivot=0.0, unit="standard deviations", **_OWN),
    Normalisation("rank", bounded=True, pivot=50.0, stands_in=3),
    Normalisation("percentile", bounded=True, pivot=50.0),
    Normalisation("goalposts", bounded=True, pivot=50.0, needs=("goalposts",), **_OWN),
    Normalisation("reference", ratio_scale=True, pivot=100.0, needs=("reference",), **_OWN),
    Normalisation("mean", ratio_scale=True, pivot=100.0, needs=("region_weights",), **_OWN),
    Normalisation("mpi", pivot=100.0, **_OWN),
    Normalisation("ampi", pivot=100.0, needs=("whole",), **_OWN),
    Aggregation("arithmetic", exponent=1.0, **_MEAN),
    Aggregation("geometric", exponent=0.0, unit="log points", **_STRICT),
    Aggregation("harmonic", exponent=-1.0, unit="reciprocal points", **_STRICT),
    Aggregation("power", needs=("power",), unit="powered points", **_STRICT),
    Aggregation("copeland", bounded="always", pivot=50.0),
    Aggregation("mazziotta-pareto", pivot=100.0),
    Aggregation("mazziotta-pareto-plus", pivot=100.0),
    Aggregation("benefit-of-the-doubt", bounded="always", pivot=50.0, needs=("share_bounds",)),
    Weighting("given"),
    Weighting("equal", least=0),
    Weighting("entropy", least=3, needs=("names",)),
    Weighting("critic", least=3, needs=("names",)),
    Weighting("pca", least=3, needs=("names",)),
    Treatment("none"),
    Treatment("winsorise", needs=_LIMITS),
    Treatment("log", negatives=True, skew="positive"),
    Treatment("winsorise-log", negatives=True, needs=_LIMITS),
    Treatment("box-cox", negatives=True),
    Transform("none"),
    Transform("log", takes="above 0"),
    Transform("log1p", takes="above -1"),
    Transform("sqrt", takes="0 or more"),
    Transform("power", takes="0 or more, above 0 for a negative power", argument=True),
    Transform("inverse", takes="above 0"),
    Transform("logit", takes="above 0 and below 1"),
)
#: Option of `rate` -> name -> method.
METHODS: dict[str, dict[str, Any]] = {
    kind.__name__.lower(): {method.name: method for method in _SHIPPED if isinstance(method, kind)}
    for kind in (Normalisation, Aggregation, Weighting, Treatment, Transform)
}

#: What an option of `rate` takes: a name, a function of one's own, or one with its facts.
Choice = str | Function | Normalisation | Aggregation | Weighting | Treatment | Transform


def find(kind: type[Kind], choice: object, *, option: str | None = None) -> Kind:
    """Return the method that a name, a callable or a method itself means.

    Raises
    ------
    RatingError
        The name is not known (the nearest is said), or a method of one's own has the name of another one or a function
        that does not take what it is given.
    """
    name = kind.__name__.lower()
    known = METHODS[name]
    if isinstance(choice, str) and choice in known:
        return cast(Kind, known[choice])
    if isinstance(choice, str) or not (isinstance(choice, kind) or callable(choice)):
        raise RatingError(unknown_option(option or name, choice, known))
    own = getattr(choice, "__name__", type(choice).__name__)
    found = choice if isinstance(choice, kind) else cast(Any, kind)(own, choice)
    if known.get(found.name, found) != found:
        raise RatingError(message(f"{found.name!r} is the name of another {name}", allowed="a new name"))
    _check_arguments(name, found)
    return cast(Kind, found)


def _check_arguments(kind: str, method: Any) -> None:
    """Refuse a function that cannot be called as the methods of its kind are, before numpy does."""
    function = getattr(method, fields(method)[1].name)
    if function is None or getattr(method, "stacked", False):
        return
    from inspect import signature

    try:
        shape = signature(function)
    except (TypeError, ValueError):  # written in C, without a signature
        return
    if getattr(method, "argument", False):
        return
    needs = getattr(method, "needs", ())
    by_name = needs if kind in ("normalisation", "treatment") or "names" in needs else ()
    by_name = ("limits",) if getattr(method, "limits", None) is not None else by_name
    try:
        shape.bind(*ARGUMENTS[kind], **dict.fromkeys(by_name))
    except TypeError as error:
        allowed = f"a function of ({', '.join((*ARGUMENTS[kind], *by_name))})"
        raise RatingError(message(f"{method.name!r}: {error}", where=kind, allowed=allowed)) from None


def register(method: Kind) -> None:
    """Make a method known by its name: in Python, in study files and in reports."""
    METHODS[type(method).__name__.lower()][method.name] = find(type(method), method)


def computes(kind: type[_Named], name: str) -> Callable[[Function], Function]:
    """Put a function of this room beside the facts of its method."""

    def put(function: Function) -> Function:
        method: Any = METHODS[kind.__name__.lower()][name]
        object.__setattr__(method, fields(method)[1].name, function)
        if hasattr(method, "stacked"):
            object.__setattr__(method, "stacked", True)
        return function

    return put
