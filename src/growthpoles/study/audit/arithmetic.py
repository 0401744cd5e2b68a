"""Arithmetic of derived cells: recomputed with intervals, what rounding cannot explain; hidden denominators.

"Output per inhabitant" implies a population. If two tables of different years imply the same one row by row, to the
last printed digit, the later ratio was divided by the earlier year's figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from growthpoles.errors import DataError, Reason
from growthpoles.study.audit.printed_cells import FORMULA_COLUMNS, Sources, prepare_cells, records
from growthpoles.study.files.printed_tables import Decimal, cell_number, printed_resolution, require_columns

Array = npt.NDArray[np.float64]

# Relative slack for binary floating point, far below any printed digit.
SLACK = 1e-11
#: A ratio this close to a power of ten is called a decimal shift even where a small difference remains.
SHIFT_TOLERANCE = 2e-3
_LARGEST_SHIFT = 6
ARITHMETIC_COLUMNS = (
    "table", "row", "label", "region", "column", "printed", "value", "expected", "low", "high", "ratio",
    "cause", "power", "source_row", "source_region", "unique", "detail",
)  # fmt: skip
_FEWEST_DIGITS = 3


def quotient_bounds(
    numerator: Array, numerator_half: Array, denominator: Array, denominator_half: Array, factor: float
) -> tuple[Array, Array]:
    """Return the least and greatest ``factor * numerator / denominator`` that the printed inputs allow.

    NaN where an input is missing or the denominator may be zero: nothing can be checked there.
    """
    open_denominator = np.abs(denominator) <= denominator_half
    safe = np.where(open_denominator, np.nan, denominator)
    corners = np.stack(
        [
            factor * (numerator + a * numerator_half) / (safe + b * denominator_half)
            for a in (-1.0, 1.0)
            for b in (-1.0, 1.0)
        ]
    )
    low, high = corners.min(axis=0), corners.max(axis=0)
    slack = SLACK * np.maximum(np.abs(low), np.abs(high))
    return low - slack, high + slack


def overlaps(value: Array, half: Array, low: Array, high: Array) -> npt.NDArray[np.bool_]:
    """Tell where a printed value, give or take half a unit, meets ``[low, high]``; False where anything is NaN."""
    slack = SLACK * np.abs(value)
    return np.asarray((value + half + slack >= low) & (value - half - slack <= high))


def decimal_shift(value: float, low: float, high: float, half: float = 0.0) -> int | None:
    """Return k if ``value`` is 10^k times something in ``[low, high]`` (k not 0), give or take 0.2 %.

    `half` is half a unit of the last digit to which the value was rounded after it was shifted.
    """
    middle = (low + high) / 2
    if not (math.isfinite(middle) and middle and value) or (value < 0) != (middle < 0):
        return None
    power = round(math.log10(value / middle))
    if power == 0 or abs(power) > _LARGEST_SHIFT:
        return None
    shifted = value / 10.0**power
    slack = max(SHIFT_TOLERANCE * abs(middle), min(half / 10.0**power, 0.05 * abs(middle)))
    return power if low - slack <= shifted <= high + slack else None


def transposed(text: str, low: float, high: float, *, decimal: Decimal = ",") -> str | None:
    """Return the cell with two neighbouring digits exchanged if that lies within ``[low, high]``."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    for first, second in pairwise(places):
        if text[first] == text[second]:
            continue
        signs = list(text)
        signs[first], signs[second] = signs[second], signs[first]
        candidate = "".join(signs)
        try:
            value = cell_number(candidate, decimal=decimal)
        except DataError:
            continue
        if low <= value <= high:
            return candidate
    return None


def significant_digits(text: str) -> int:
    """Count the digits of a printed number without leading and trailing zeros."""
    return len("".join(sign for sign in text if sign.isdigit()).strip("0"))


def match_rows(fits: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], bool]:
    """Match rows to sources as completely as the table of fits allows.

    Parameters
    ----------
    fits : bool array, rows x sources
        Whether the value printed in a row can be that of a source.

    Returns
    -------
    source : int array
        Source of every row; -1 where none is left.
    unique : bool
        True if every row has a source and no other complete matching exists.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    def solve(table: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        return np.asarray(maximum_bipartite_matching(csr_array(table), perm_type="column"), dtype=np.intp)

    source = solve(fits)
    if (source < 0).any():
        return source, False
    for row, column in enumerate(source):
        without = fits.copy()
        without[row, column] = False
        if (solve(without) >= 0).all():
            return source, False
    return source, True


@dataclass(frozen=True, slots=True, eq=False)
class _Check:
    """One derived column of one table beside what its inputs give; arrays by row of the table."""

    column: str
    inputs: tuple[str, str]
    factor: float
    value: npt.NDArray[np.float64]
    half: npt.NDArray[np.float64]
    expected: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    wrong: npt.NDArray[np.bool_]

    def fits(self) -> npt.NDArray[np.bool_]:
        """Whether the value printed in row i can be that of row j's inputs."""
        return overlaps(self.value[:, None], self.half[:, None], self.low[None, :], self.high[None, :])


def check_arithmetic(cells: pd.DataFrame, formulas: pd.DataFrame, *, decimal: Decimal = ",") -> pd.DataFrame:
    """Recompute every printed derived cell from the printed cells of its row.

    A cell is listed when its printed value, give or take half a unit of its last digit, is out of reach of ``factor
    * numerator / denominator`` over all inputs that round to what is printed. Clean tables therefore give no line,
    whatever they were rounded to.

    Parameters
    ----------
    cells : DataFrame
        table, row, label, column, printed; optionally value and region (default: the label).
    formulas : DataFrame
        column, numerator, denominator, factor. A formula is checked in every table that prints all three columns.
    decimal : {",", "."}
        Decimal sign of the printed strings.

    Returns
    -------
    DataFrame
        One line per wrong cell: table, row, label, region, column, printed, value, expected (from the row's
        inputs), low, high (what rounding allows), ratio (value / expected), cause, power (of ten, for a shift),
        source_row, source_region (where the value belongs), unique (whether no other assignment of rows fits),
        detail. `cause` is "swapped rows", "decimal shift", "duplicated cell", "digit transposition", "wrong input"
        or "" (none fits).

    Raises
    ------
    DataError
        If a column is missing or a cell stands twice.
    """
    require_columns(formulas, FORMULA_COLUMNS, where="formulas")
    cells = prepare_cells(cells, decimal=decimal)
    found: list[pd.DataFrame] = []
    for table, part in cells.groupby("table", sort=True):
        checks = _checks(part, formulas)
        wrong = [check for check in checks if check.wrong.any()]
        if wrong:
            found.append(_explain(int(str(table)), part, checks, decimal))
    if not found:
        return pd.DataFrame(columns=list(ARITHMETIC_COLUMNS))
    return pd.concat(found, ignore_index=True)[list(ARITHMETIC_COLUMNS)]


@lru_cache(maxsize=2)
def wrong_cells(sources: Sources) -> pd.DataFrame:
    """Return :func:`check_arithmetic` of printed sources, once for the same ones; not to be changed."""
    return check_arithmetic(sources.cells, sources.formulas, decimal=sources.decimal)


#: What the causes of :func:`check_arithmetic` say.
_IN_WORDS = {
    "": "arithmetic",
    "swapped rows": "swapped rows",
    "decimal shift": "decimal shift",
    "duplicated cell": "duplicated cell",
    "digit transposition": "digit transposition",
    "wrong input": "wrong input",
}


def in_words(cause: str) -> Reason:
    """Say a cause of :func:`check_arithmetic`."""
    return Reason(_IN_WORDS[cause], {})


def _wide(part: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return one table as rows x columns; cells stand once, so nothing is aggregated."""
    rows, place = np.unique(part["row"].to_numpy(), return_inverse=True)
    codes, names = pd.factorize(part["column"])
    own = part[what].to_numpy()
    wide = np.full((len(rows), len(names)), np.nan, dtype=own.dtype if own.dtype.kind == "f" else object)
    wide[place, codes] = own
    return pd.DataFrame(wide, index=pd.Index(rows, name="row"), columns=names)


def _checks(part: pd.DataFrame, formulas: pd.DataFrame) -> list[_Check]:
    """Compare every derived column of a table with its inputs."""
    value = _wide(part, "value")
    half = _wide(part, "half")
    checks = []
    for formula in records(formulas):
        column, above, below = formula["column"], formula["numerator"], formula["denominator"]
        if not {column, above, below} <= set(value.columns):
            continue
        v, h = value[column].to_numpy(float), half[column].to_numpy(float)
        n, d = value[above].to_numpy(float), value[below].to_numpy(float)
        factor = float(formula["factor"])
        low, high = quotient_bounds(n, half[above].to_numpy(float), d, half[below].to_numpy(float), factor)
        known = np.isfinite(v) & np.isfinite(low)
        expected = factor * n / np.where(d == 0, np.nan, d)
        wrong = known & ~overlaps(v, h, low, high)
        checks.append(_Check(column, (above, below), factor, v, h, expected, low, high, wrong))
    return checks


def _explain(table: int, part: pd.DataFrame, checks: list[_Check], decimal: Decimal) -> pd.DataFrame:
    """List the wrong cells of one table with their causes."""
    rows = np.sort(part["row"].unique())
    labels = part.drop_duplicates("row").set_index("row").loc[rows]
    printed = _wide(part, "printed").loc[rows]
    swaps = _swaps(checks)
    lines = []
    for check in checks:
        for at in np.flatnonzero(check.wrong):
            record: dict[str, object] = {
                "table": table,
                "row": int(rows[at]),
                "label": labels["label"].iloc[at],
                "region": labels["region"].iloc[at],
                "column": check.column,
                "printed": printed[check.column].iloc[at],
                "value": check.value[at],
                "expected": check.expected[at],
                "low": check.low[at],
                "high": check.high[at],
                "ratio": check.value[at] / check.expected[at] if check.expected[at] else np.nan,
                "power": 0,
                "source_row": -1,
                "source_region": "",
                "unique": False,
                "detail": "",
            }
            source, unique = swaps.get((check.column, int(at)), (-1, False))
            if source >= 0:
                cause = "swapped rows"
            else:
                cause, source, power, detail = _cell_cause(check, int(at), printed[check.column], decimal)
                record |= {"power": power, "detail": detail}
            if source >= 0:
                region = str(labels["region"].iloc[source])
                record |= {"source_row": int(rows[source]), "source_region": region, "unique": unique}
            lines.append(record | {"cause": cause})
    frame = pd.DataFrame(lines)
    return _wrong_inputs(frame, checks, rows, printed, decimal)


def _swaps(checks: list[_Check]) -> dict[tuple[str, int], tuple[int, bool]]:
    """Find blocks of wrong cells whose values belong to each other's rows; columns with the same rows move along."""
    groups: dict[tuple[int, ...], list[_Check]] = {}
    for check in checks:
        at = tuple(int(place) for place in np.flatnonzero(check.wrong))
        if len(at) >= 2:
            groups.setdefault(at, []).append(check)
    found: dict[tuple[str, int], tuple[int, bool]] = {}
    for at, group in groups.items():
        block = np.ix_(at, at)
        for part in [group, *([check] for check in group if len(group) > 1)]:
            fits = np.logical_and.reduce([check.fits()[block] for check in part])
            source, unique = match_rows(fits)
            matched = np.flatnonzero(source >= 0)
            # A lone match, or one that leaves most of the block open, is more likely chance than an exchange of rows.
            if len(matched) < 2 or 2 * len(matched) < len(at):
                continue
            for check in part:
                for position in matched:
                    found[(check.column, int(at[position]))] = (int(at[source[position]]), unique)
            break
    return found


def _cell_cause(check: _Check, at: int, printed: pd.Series, decimal: Decimal) -> tuple[str, int, int, str]:
    """Return cause, source row (position or -1), power of ten and detail for a cell that stands alone."""
    value, low, high = check.value[at], check.low[at], check.high[at]
    power = decimal_shift(value, low - check.half[at], high + check.half[at])
    if power is not None:
        remainder = value / 10.0**power / check.expected[at] - 1
        return "decimal shift", -1, power, f"x10^{power}, remainder {100 * remainder:.2g} %"
    text = printed.iloc[at]
    if significant_digits(text) >= _FEWEST_DIGITS:
        same = [other for other in np.flatnonzero((printed == text).to_numpy()) if other != at]
        if len(same) == 1:
            return "duplicated cell", int(same[0]), 0, "the same digits stand in the source row"
        changed = transposed(text, low - check.half[at], high + check.half[at], decimal=decimal)
        if changed is not None:
            return "digit transposition", -1, 0, f"{changed} fits"
        elsewhere = np.flatnonzero(check.fits()[at])
        if len(elsewhere) == 1:
            return "swapped rows", int(elsewhere[0]), 0, "fits the inputs of the source row only"
    return "", -1, 0, ""


def _wrong_inputs(
    frame: pd.DataFrame, checks: list[_Check], rows: npt.NDArray[np.int64], printed: pd.DataFrame, decimal: Decimal
) -> pd.DataFrame:
    """Where all ratios that use one input are wrong in a row and agree on another value of it, blame the input."""
    for row, part in frame.groupby("row"):
        if len(part) < 2 or (part["cause"] == "swapped rows").any():
            continue
        at = int(np.flatnonzero(rows == row)[0])
        for name in dict.fromkeys(name for check in checks for name in check.inputs):
            users = [check for check in checks if name in check.inputs and np.isfinite(check.low[at])]
            if len(users) < 2 or {check.column for check in users} != set(part["column"]):
                continue
            bounds = [_implied(check, name, at, printed, decimal) for check in users]
            low, high = max(low for low, _ in bounds), min(high for _, high in bounds)
            if low > high:
                continue
            text = printed[name].iloc[at]
            changed = transposed(text, low, high, decimal=decimal)
            power = decimal_shift(cell_number(text, decimal=decimal), low, high)
            how = (
                f"{changed} fits"
                if changed
                else f"a decimal shift x10^{power}"
                if power is not None
                else "no neat cause"
            )
            detail = f"{name} printed {text}, {len(users)} ratios agree on {(low + high) / 2:.10g}: {how}"
            for column, value in (("cause", "wrong input"), ("detail", detail), ("source_region", "")):
                frame.loc[part.index, column] = value
            for column, number in (("source_row", -1), ("power", 0)):
                frame.loc[part.index, column] = number
            break
    return frame


def _implied(check: _Check, name: str, at: int, printed: pd.DataFrame, decimal: Decimal) -> tuple[float, float]:
    """Bounds of one input that a printed ratio and its other input imply."""
    other = check.inputs[1] if name == check.inputs[0] else check.inputs[0]
    text = printed[other].iloc[at]
    value, half = (
        np.array([cell_number(text, decimal=decimal)]),
        np.array([printed_resolution(text, decimal=decimal) / 2]),
    )
    ratio, ratio_half = check.value[[at]], check.half[[at]]
    if name == check.inputs[1]:
        low, high = quotient_bounds(value, half, ratio, ratio_half, check.factor)
    else:
        corners = [(ratio + a * ratio_half) * (value + b * half) / check.factor for a in (-1, 1) for b in (-1, 1)]
        low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    return float(low[0]), float(high[0])


#: Two years of a quantity are taken to differ by less than this (relative) only by chance: no region's population or
#: employment stands still to the third digit. The chance of an agreement is the width of both roundings over it.
GROWTH_SPREAD = 0.02
#: Agreements are called a copy when chance would give as many with less than this probability.
COPY_CHANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class HiddenCopy:
    """Two tables that imply the same denominator row by row.

    `later` and `earlier` are table numbers, `rows` the rows that agree, `chance` the probability of as many
    agreements; `frame` has one line per row: printed ratio, implied denominator of both tables, expected ratio with
    the earlier one, ratio, power.
    """

    column: str
    denominator: str
    later: int
    earlier: int
    rows: tuple[int, ...]
    chance: float
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the comparison row by row."""
        return self.frame.copy()


def implied_denominator(sources: Sources, table: int, formula: pd.Series | dict[str, Any]) -> pd.DataFrame:
    """Return value, low and high of an unprinted denominator by row: ``factor * numerator / ratio``."""
    ratio, above = str(formula["column"]), str(formula["numerator"])
    factor = float(formula["factor"])
    v, h = sources.column(table, ratio), sources.column(table, ratio, "half")
    n, nh = sources.column(table, above), sources.column(table, above, "half")
    low, high = quotient_bounds(n.to_numpy(), nh.to_numpy(), v.to_numpy(), h.to_numpy(), factor)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(v == 0, np.nan, factor * n.to_numpy() / v.to_numpy())
    return pd.DataFrame({"value": value, "low": low, "high": high}, index=v.index)


def hidden_formulas(sources: Sources, table: int) -> list[dict[str, Any]]:
    """Formulas whose ratio and numerator a table prints but whose denominator it does not."""
    columns = set(sources.columns(table))
    return [
        formula
        for formula in records(sources.formulas)
        if {formula["column"], formula["numerator"]} <= columns and formula["denominator"] not in columns
    ]


@lru_cache(maxsize=2)
def find_copies(sources: Sources) -> tuple[HiddenCopy, ...]:
    """Find ratios that were divided by the denominator of another year; once for the same sources.

    Returns
    -------
    tuple of HiddenCopy
        Empty on clean tables. A copy needs agreement to rounding in most rows, with a probability below 1e-9 that
        two different years agree so often (two years of one region are within rounding of each other with
        probability width / 2 %).
    """
    found = []
    entries = [(table, formula) for table in sources.tables for formula in hidden_formulas(sources, table)]
    for (first, formula), (second, other) in combinations(entries, 2):
        if formula["column"] != other["column"] or sources.year(first) == sources.year(second):
            continue
        earlier, later = sorted((first, second), key=sources.year)
        copy = _compare(sources, earlier, later, formula)
        if copy is not None:
            found.append(copy)
    return tuple(found)


def _compare(sources: Sources, earlier: int, later: int, formula: dict[str, Any]) -> HiddenCopy | None:
    old = implied_denominator(sources, earlier, formula)
    new = implied_denominator(sources, later, formula)
    rows = old.index.intersection(new.index)
    old, new = old.loc[rows], new.loc[rows]
    low = np.maximum(old["low"], new["low"])
    high = np.minimum(old["high"], new["high"])
    agree = np.asarray(low <= high * (1 + SLACK)) & old["value"].notna().to_numpy()
    width = ((old["high"] - old["low"]) + (new["high"] - new["low"])) / old["value"].abs()
    chance = _at_least(np.minimum(1.0, width.to_numpy() / GROWTH_SPREAD), agree)
    if 2 * agree.sum() <= len(rows) or chance > COPY_CHANCE:
        return None
    frame = _rows(sources, later, formula, old, new, agree)
    denominator = str(formula["denominator"])
    return HiddenCopy(str(formula["column"]), denominator, later, earlier, tuple(map(int, rows[agree])), chance, frame)


def _at_least(chances: npt.NDArray[np.float64], agree: npt.NDArray[np.bool_]) -> float:
    """Bound the probability that these rows agree by chance: their product times the ways to choose as many rows."""
    from scipy.special import gammaln

    n, k = len(agree), int(agree.sum())
    choices = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    hits = np.clip(chances[agree], 1e-300, 1.0)
    return float(np.exp(min(0.0, choices + np.log(hits).sum())))


def _rows(
    sources: Sources,
    table: int,
    formula: dict[str, Any],
    old: pd.DataFrame,
    new: pd.DataFrame,
    agree: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """Describe every row: what the ratio would be with the earlier denominator, and how far the printed one is off."""
    column, above = str(formula["column"]), str(formula["numerator"])
    factor = float(formula["factor"])
    value = sources.column(table, column).loc[old.index]
    half = sources.column(table, column, "half").loc[old.index]
    expected = factor * sources.column(table, above).loc[old.index] / old["value"]
    frame = pd.DataFrame(
        {
            "printed": sources.column(table, column, "printed").loc[old.index],
            "value": value,
            "earlier": old["value"],
            "later": new["value"],
            "expected": expected,
            "ratio": value / expected,
            "agrees": agree,
        }
    )
    frame["power"] = [
        0 if same or not np.isfinite(middle) else decimal_shift(number, middle - unit, middle + unit) or 0
        for number, middle, unit, same in zip(value, expected, half, agree, strict=True)
    ]
    return frame
