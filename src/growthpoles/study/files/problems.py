"""Problems in a user's files, each with its place and remedy, listed at once."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growthpoles.errors import Option, Reason, each_told, listed, message, plain, remedy, shown

if TYPE_CHECKING:
    import pandas as pd

    from growthpoles.regions.row_levels import KeyMatch

_LEFT_OUT = "{at}: {why}; it was left out"
#: Why a sheet or a table is left out, and what mends that; what stands in braces is filled in by :func:`nothing_found`.
HIDDEN = "hidden"
TOO_MANY = "{names} different names in column {column}, at most {most} are read"
NO_ROWS = "no rows of numbers below a header"
LUNAR_YEARS = (
    "{years} are years of the lunar Hijri calendar, each of which falls on two common years; write the one meant"
)
FAR_YEARS = "{years} stand where years do, and years are read from 1900 to 2100"
NO_KEY = "no column names regions"
OTHER_NAMES = "no column names regions; {column} holds {names}"
NO_NUMBERS = "no column of numbers was found"
ONLY_RANKS = "no column of numbers was found but {column}, which holds ranks, by its name"
BESIDE = "no numbers in the rows of regions, but in such as {names}"
_MENDS = {
    HIDDEN: "a sheet that is not hidden",
    TOO_MANY: "the rows of regions alone, without the places below them",
    NO_ROWS: "rows of numbers below one to four header rows",
    LUNAR_YEARS: "common years in the headers, or headers without a year and {{year}}",
    FAR_YEARS: 'common years in the headers, or the calendar named above them ("Solar Hijri", "B.E."), or headers '
    "without a year and {{year}}",
    NO_KEY: "a column that names regions{such}; beside numbers or codes that the boundaries lack, a column of names",
    OTHER_NAMES: "a column with codes or names of the boundaries{such}, or boundaries of the table's regions",
    NO_NUMBERS: "a column of numbers beside that of the regions",
    ONLY_RANKS: "a column of numbers beside that of the regions, or {{ranks}}, which has it read all the same",
    BESIDE: "numbers in the rows of regions{such}",
}
PLACEHOLDER = "KEY"  # in a remedy, for what only a person can tell
_PARTS = " and no parts of one, which a study adds up by `correspondence`"
# Why a column beside those of years is left out.
NO_YEAR, PART_OF_YEAR = "no year in its header", "a part of a year"
OF_TWO_YEARS = "two years in its header, which have columns of their own"
RANKS, COUNT_OF_ROWS = "ranks, by its name", "it counts the rows"
CODES_OF_REGIONS, MAY_BE_CODES = "codes of the regions", "whole numbers that may be codes of the regions"
ON_REQUEST = (
    NO_YEAR,
    PART_OF_YEAR,
    OF_TWO_YEARS,
    RANKS,
    COUNT_OF_ROWS,
    CODES_OF_REGIONS,
)  # why a column is left out until it is asked for
KEY_TAKEN = "the column of the regions: {column} was taken; {others} could serve as well"
GOES_ON = {
    True: "goes on with a table above, whose title and unit it bears",
    False: "says that the table goes on, which was taken off the name",
}
_NAMED = 12  # names that one message lists
_PASTED = 40  # where regions are proposed for them, to be pasted
COLUMNS = ("file", "sheet", "row", "column", "problem", "remedy")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input.

    Attributes
    ----------
    problem : str
        What is wrong.
    file, sheet : str
        Where; empty where it does not apply.
    row : int or None
        Line of a text file or row of a sheet, as an editor or a spreadsheet counts it.
    column : str
        Name of the column, or key of study.toml.
    remedy : str
        What is allowed, or what to do.
    unit : {"line", "row"}
        What `row` counts.
    """

    problem: str
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    remedy: str = ""
    unit: str = "line"

    @property
    def place(self) -> str:
        """File, sheet, row and column in words."""
        parts = [
            self.file,
            f"sheet {shown(self.sheet)}" if self.sheet else "",
            f"{self.unit} {self.row}" if self.row is not None else "",
            f"column {plain(self.column)}" if self.column else "",
        ]
        return ", ".join(filter(None, parts))

    @property
    def told(self) -> Reason:
        """Line of an error message."""
        return message(self.problem, where=self.place or None, allowed=self.remedy or None)

    def __str__(self) -> str:
        """Return the line of an error message."""
        return str(self.told)


def summary(problems: Iterable[Problem], *, lister: str = ": growthpoles validate lists all") -> Reason:
    """Return the message of the first problem, and how many others there are; only a study has a command for them."""
    problems = list(problems)
    more = len(problems) - 1
    first = problems[0].told
    if not more:
        return first
    return Reason(first.template, first.places, f"{first} (and {more} more{lister})")


def problems_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """Return problems as a table with the columns file, sheet, row, column, problem, remedy."""
    import pandas as pd

    rows = [[getattr(problem, column) for column in COLUMNS] for problem in problems]
    frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    return frame.astype({"row": "Int64"})


class Names(str):
    """Names in a sentence, of which the first are written out, with the region that each may mean, or None."""

    names: Mapping[str, str | None]

    def __new__(cls, text: str, names: Mapping[str, str | None]) -> Names:  # noqa: D102
        own = super().__new__(cls, text)
        own.names = names
        return own

    def __reduce__(self) -> tuple[Any, ...]:  # the attributes of a table are copied with it
        return Names, (str(self), self.names)


def _pasted(name: str) -> str:
    """Quote a name for a shell."""
    name = " ".join(name.split())
    return shlex.quote(name) if re.search(r"[\"$`\\!]", name) else f'"{name}"'


class ColumnsLeftOut(str):
    """Says which columns of a table are left out, each with its reason."""

    at: str
    columns: list[tuple[str, str]]

    def __new__(cls, at: str, columns: Sequence[tuple[str, str]]) -> ColumnsLeftOut:  # noqa: D102
        told = listed((f"{plain(name)} ({why})" for name, why in columns), write=str)
        asked = next((name for name, why in columns if why.startswith((NO_YEAR, OF_TWO_YEARS))), "")
        asked = f"; map takes {'it' if len(columns) == 1 else 'one'} by --variable {_pasted(asked)}" if asked else ""
        own = super().__new__(cls, f"{at}: the columns {told} were left out{asked}")
        own.at, own.columns = at, list(columns)
        return own

    def __reduce__(self) -> tuple[Any, ...]:
        return ColumnsLeftOut, (self.at, self.columns)


class NoRowFor(str):
    """Says for which regions a table, or the one `at` a place, has no row."""

    regions: list[object]
    at: str

    def __new__(cls, regions: Iterable[object], at: str = "") -> NoRowFor:  # noqa: D102
        regions = list(regions)
        told = f"no row for {listed(regions)}"
        own = super().__new__(cls, f'{at}: {told}; they are "no data"' if at else f"{told}: no data")
        own.regions, own.at = regions, at
        return own

    def __reduce__(self) -> tuple[Any, ...]:
        return NoRowFor, (self.regions, self.at)


def left_out_for(at: str, why: str, **places: Any) -> Reason:
    """Say that a sheet or a table is left out, and for which of the reasons above."""
    return Reason(_LEFT_OUT, {"at": at, "why": Reason(why, places)})


def encoding_told(file: str, encoding: str) -> str:
    """Say which encoding was taken where the bytes of a text do not tell."""
    return f"{file}: the encoding; its bytes do not tell, {encoding} fits the names of the regions"


def alias_line(stray: Mapping[str, str | None], key: str) -> tuple[dict[str, str], str]:
    """Return names with the region that each may mean, else `key`, for one line; and how many stand there, if not all.

    Names with a region go first: that line is right as it stands, or nearly so.
    """
    plainly = [name for name in stray if name.strip() and name.isprintable() and len(name) <= 200]
    told = [name for name in plainly if stray[name]][:_PASTED]
    told += [name for name in plainly if not stray[name]][: (_PASTED if told else _NAMED) - len(told)]
    some = f"{len(told)} of {len(stray)} names" if len(told) < len(stray) else ""
    return {name: stray[name] or key for name in plainly if name in told}, some


def names_remedy(
    stray: Mapping[str, str | None], matches: Sequence[KeyMatch], *, whole: bool
) -> tuple[str, dict[str, str]]:
    """Say what mends names that fit no region, and with which parameters.

    Parts of a region are not to be ignored, unless there are no others, or the row of the rest may stand for it.

    Parameters
    ----------
    stray : mapping of name to region or None
        The region that each may mean.
    matches : sequence of KeyMatch
        What is known of them in every table.
    whole : bool
        Whether a study can be proposed, which lists all of them.
    """
    parts, last, joint, lacking = (
        {name: hit for match in matches for name, hit in getattr(match, what).items() if name in stray}
        for what in ("parts", "last", "joint", "lacking")
    )
    if joint and len(joint) == len(stray):
        both = "boundaries in which these regions are one, or {ignore}, which leaves them without data"
        return both, {"ignore": repr([*joint])}
    rests = {name: parts[name] for name in lacking}
    left_out = [name for name, code in parts.items() if name not in rests and code in {*rests.values()}]
    stray = {name: near for name, near in {**stray, **rests}.items() if name not in joint and name not in left_out}
    told, some = alias_line(stray or {"name": None}, PLACEHOLDER)
    none = [*left_out, *(name for name in told if not stray.get(name) and name not in parts)]
    joined = "and" if none else "or"
    none = none or [next((name for name in (*parts, *told) if name in told), "name")]
    means = ", KEY being the region that the name means" if PLACEHOLDER in told.values() else ""
    if means and len({*last.values()}) == 1:
        means += f" (of all regions only {plain(next(iter(last.values())))} is left)"
    text = f"{{aliases}}{means}, or {{ignore}} where it is no region"
    if rests:
        text = f"the rows of one region added up beforehand, right for counts alone, or {{aliases}}{means}, "
        text += f"which lets the rest stand for all of it, {joined} {{ignore}} for what is no region"
    elif len(none) > 1 or parts:
        text = f"{{aliases}}{means}, or, of those that are no regions{_PARTS if parts else ''}, {{ignore}}"
    if rowless := list(dict.fromkeys(code for match in matches for code in match.rowless)):
        text += f"; or a column of names beside the codes, if they are of another list: {listed(rowless, limit=3)} "
        text += "has no row" if len(rowless) == 1 else "have no row"
    options = {"aliases": repr(told or {"name": PLACEHOLDER}), "ignore": repr(none)}
    # Of two rows of about one name the other one may be the region, as after a division.
    taken = {code: row for match in matches for row, code in match.codes.items()}
    others = {name: code for name, code in parts.items() if code in taken and name not in rests}
    if others and len(others) <= _NAMED and len({*others.values()}) == len(others):
        rows = [taken[code] for code in others.values()]
        told_rows = listed(rows, write=shown).translate({123: "(", 125: ")"})
        text += f", by which {told_rows} stay{'s' * (len(rows) == 1)} the region; or {{instead}} with {{taken}}, where "
        text += f"{told_rows} {'names another place' if len(rows) == 1 else 'name other places'}"
        options |= {"instead": Option("aliases", repr(others)), "taken": Option("ignore", repr(rows))}
    if some and whole:
        text += f" ({some}; growthpoles init writes them all into study.toml)"
    return text, options


def parts_told(column: str, names: Sequence[str], regions: int) -> str:
    """Say that a table is of parts of regions, with those of the first region."""
    told = f"several rows of one region: {shown(column)} names its parts ({listed(names, limit=4, write=plain)})"
    return told + (f", as of {regions - 1} more regions" if regions > 1 else "")


def sums_line(
    path: Path, sheet: str, keys: Sequence[str], heads: Mapping[int, Sequence[object]], signs: Mapping[str, str]
) -> str:
    """Return a line of Python that adds up the rows of one region, or "" where not one row names the columns."""
    if len(heads) != 1 or not {*keys} <= {*next(iter(heads.values()))}:
        return ""
    book = path.suffix.lower().startswith((".xls", ".ods"))
    how = f"sheet_name = {sheet!r}" if book and sheet else "sep = None, engine = 'python'"
    how += "" if book else "".join(f", {name} = {sign!r}" for name, sign in signs.items())
    read = f"pd.read_{'excel' if book else 'csv'}({path.name!r}, skiprows = {min(heads) - 1}, {how})"
    by = repr([*keys] if len(keys) > 1 else keys[0])
    sums = f"groupby({by}, sort = False).sum(numeric_only = True).to_csv('sums.csv')"
    rows = f"t.assign(**t[{[*keys]!r}].ffill()).dropna(thresh = {1 + len(keys)})"
    return f"in Python: import pandas as pd; t = {read}; {rows}.{sums}"


def nothing_found(paths: Iterable[Path], left_out: Iterable[str], names: Sequence[str], *, aliases: bool) -> Reason:
    """Say why no table was found, sheet by sheet, and what mends it: for every cause its own.

    Parameters
    ----------
    paths : iterable of Path
    left_out : iterable of str
        As :func:`read_blocks` returns it.
    names : sequence of str
        Of regions, as examples.
    aliases : bool
        Whether names that fit no region can be told by aliases.
    """
    causes = [each for each in left_out if isinstance(each, Reason)]
    such = f", such as {listed(names, limit=5)}".translate({123: "(", 125: ")"}) if names else ""
    whys = [each.places["why"] for each in causes]
    of = [
        NO_NUMBERS if why.template == ONLY_RANKS and not aliases else why.template for why in whys
    ]  # no study is of ranks
    ways = list(dict.fromkeys(_MENDS[template].format(such=such) for template in of))
    stray: dict[str, str | None] = {}
    for why in whys:
        stray |= getattr(why.places.get("names"), "names", {})
    own = {}
    if stray and names and aliases:
        line, some = alias_line(stray, "KEY")
        sound = ["proposed as they sound alike"] if any(stray.values()) else []
        means = ["KEY being the region that the name means"] if "KEY" in line.values() else []
        ways.append(", ".join(["{aliases}", *sound, *means, *([some] if some else [])]))
        own["aliases"] = repr(line)
    if any("{year}" in way for way in ways):
        own["year"] = "2023"
    if ONLY_RANKS in of:
        own["ranks"] = Option("variable", whys[of.index(ONLY_RANKS)].places["column"], python="ranks=True")
    told = "; ".join(f"{each.places['at']}: {each.places['why']}" for each in causes[:4])
    return message(f"no table was found ({told})", where=listed(paths), allowed=remedy("; or ".join(ways), **own))


def partly_told(held: Mapping[str, Sequence[int]]) -> list[str]:
    """Say which indicators are not in every year: one may be spelled otherwise in another year."""
    partly = [f"{name} ({listed(held[own])})" for own, name in zip(held, each_told(held, shown), strict=True)]
    verb = "is" if len(partly) == 1 else "are"
    told = "not in every year; one that is only spelled otherwise takes one code in the [tables.columns] of a study"
    return [f"{listed(partly, limit=8, write=str)} {verb} {told}"] if partly else []
