"""Sentences of audit evidence: templates by which what is recorded in English can be said in another language.

Causes, evidence and remarks of a ledger are English text, parts separated by semicolons. `read_part` finds the template
of a part and what stands in its places; a lead ("one reading: ") is a part of its own.
"""

from __future__ import annotations

import re
from functools import cache

#: Beginnings that say how sure the rest is, or where it stands.
LEADS = ("one reading: ", "published figure: ")
#: Places that hold columns, separated by commas, and places that hold a region.
#: Places that hold sentences of their own, and places that hold numbers.
COLUMNS, REGIONS, INNER = ("column", "columns", "other", "names"), ("region", "other_region"), ("check", "reason")
NUMBERS = ("value", "low", "high", "ratio", "factor", "growth", "points", "odds", "whole", "share")
SENTENCES = (
    # causes
    "swapped rows: the value belongs to {region}",
    "swapped rows (in one of several ways): the value belongs to {region}",
    "swapped rows, moved: the value belongs to {region}",
    "the columns of the years are exchanged: the value belongs to {year}",
    "the columns are exchanged: the value belongs to {column}",
    "the figures of the years are exchanged: the value belongs to {year}",
    "duplicated cells: the same as {year} (table {table}), a copy of the other year",
    "duplicated cells: the same as {year} (table {table})",
    "denominator of {year}: computed with {columns} of table {table}",
    "numerator of {year}: computed with {columns} of table {table}",
    "inputs of {year}: computed with {columns} of table {table}",
    "another denominator: computed with {column} in place of {other}",
    "another numerator: computed with {column} in place of {other}",
    "denominator of {year}, of {region}",
    "denominator of {year}",
    "a unit slip of the whole column, decimal shift (x{factor})",
    "common factor of the whole column, scaled (x{factor})",
    "truncated: the digits are cut off, not rounded",
    "rounded more coarsely than printed: the last digit is 0 throughout",
    "computed from other figures than those of its rows",
    "wrong input of {columns}",
    "does not add up: {relation}",
    "decimal shift (x10^{power})",
    "decimal shift (x10^{power}), does not add up to {total}",
    "digit transposition: {text} fits",
    "digit transposition: {text} fits, does not add up to {total}",
    "decimal shift or unit slip between years (x10^{power})",
    "sign: it fits with the other sign",
    "sign: the only negative cell of its column",
    "arithmetic",
    "another method: {text}",
    "duplicated cell: the same as row {row}",
    "duplicated cell: the same as row {row}, likely the copy",
    "duplicated cell: the same as table {table}, row {row}",
    "duplicated row: {count} cells are the same",
    "duplicated column: {column} and {other} are the same",
    "sum: the shares add up to {value}, not {whole}",
    "sum: not the share of {column}",
    "total: the rows add up to {value}",
    "not the rank by {column}",
    "not the class by {column}",
    "out of the order of {column}",
    "row order: the value belongs to {region}",
    "row order undecided: {region} or {other_region}",
    "follows: the value belongs to {region}",
    "follows: {columns} of {region} over {column} of {other_region}",
    # evidence
    "its row's inputs give {value} ({low} to {high})",
    "its row gives {value} ({low} to {high})",
    "printed / expected = {ratio}",
    "printed / own row's inputs = {low} to {high}",
    "{relation} give {column} {value} ({low} to {high})",
    "explains {count} cells: {relation}",
    "{count} cells fit the inputs of another row to rounding, one to one and in one way only",
    "{count} cells fit the inputs of another row to rounding, one to one and in several ways",
    "{count} cells fit the figures of another row to rounding, one to one and in one way only",
    "{count} cells fit the figures of another row to rounding, one to one and in several ways",
    "either of {names} explains it, and nothing in the tables decides",
    "corrected alone it changes: tables read by label: {classes} classes, {ranks} ranks, up to {points} index points",
    "tables joined by row number: {classes} classes, {ranks} ranks, up to {points} index points",
    "{value} coincidences as exact expected among the cells of the column",
    "{value} coincidences as exact expected in this row of two years",
    "{region} departs from the common growth by a factor of {factor}",
    "{region} departs from the common growth by a factor of {factor}: odds {odds} to 1 that {other_region} is the copy",
    "on the log scale it lies {low} spreads from the middle of table {table} and {high} spreads from the middle of "
    "table {other_table}: more likely the copy is in table {worse}",
    "flagged, not corrected",
    "equal to the last digit in {count} of {all} rows",
    "equal to the last digit in {count} rows",
    "equal to the last digit in {count} rows, while it moves between the other years",
    "which year is right stays open",
    "{count} of {all} typed columns are equal to the last digit: {columns}",
    "all {count} others are positive, and so is every cell of table {table}",
    "{year} has {value}",
    "x{ratio} from table {table} to {other_table}, where the others grow x{growth}",
    "{low} and {high} spreads from the middle of the columns",
    "growth up to {value} spreads from the common one in {count} rows, within {low} when they are dealt anew",
    "rounding allows {value}",
    "table {table} adds up to {value}",
    "{count} other rows are shares of {column}, to rounding",
    "{text} printed, rounding allows {low} to {high}",
    "the total or one of its rows is wrong",
    "{count} of {all} rows of {column} follow {other}",
    # readings of the article's kind
    "confidence {value}",
    "the {column} implied by table {table} equals that of table {other_table} row by row, to rounding, "
    "in {count} of {all} rows (chance {value})",
    "against table {table}, {column}, by label: rank among all {count} permutations: {ranks}",
    "against table {table}, {column}, by label: rank among random {count} permutations: {ranks}",
    "computed row by row from {text}",
    "other columns of the table are in the {text} order",
    "{value} by row number (class {text}, rank {rank} instead of {before}), {low} by label",
    "{value} by row number (rank {rank} instead of {before}), {low} by label",
    "{reason}: {value} if its own {column} counts as {low} while the leader's value stays {high}",
    "{reason}: {value} if its own {column} counts as {low}",
    "{reason}: {value} if its {column} is that of {region}",
    "decimal shift of a cell known to be shifted",
    "decimal shift of one cell",
    "value of another row",
    "nothing",
    "nothing: {reason}",
    "{value} by row number, {low} by label",
    "one of {count} that follow from no reading",
    "{count} of {all} such changes fit",
    "published edition gives {text}",
    "reproduced edition gives {text}",
    "follows: {columns} in an undecided order over {column} of {region}",
    "{reason} (class {text})",
    "class {text}",
    "index {value} is class {text}",
    "with the {column} of its row in table {table} it would be {value}",
    "it is the greatest value of its column, so every other region's score is divided by it",
    "printed / that = {ratio}, a factor of 10^{power} with a remainder of {share} %",
    "printed / that = {ratio}",
    # what could not be checked, and remarks
    "not checked in {count} rows: {check} ({reason})",
    "no number in {column}, rows {rows}",
    "no index printed, rows {rows}",
    "an indicator has no number, rows {rows}",
    "a gap may hide the extreme of a column, rows {rows}",
    "only with a figure that a gap may hide, rows {rows}",
    "growth scatters so much that {share} % would be seen",
    "no other year to hold them against",
    "table {table}: whether the digits of {column} are rounded or cut off",
    "its inputs are printed too coarsely",
    "table {table}: the total of {column}, row {row}",
    "table {table}: {relation}",
    "index {year}",
    "tables {table} and {other_table}: rows of {column} exchanged before all else was computed",
    "table {table}: rows of {columns} exchanged before all else was computed",
    "tables {table} and {other_table}: the years of all columns exchanged",
    "tables {table} and {other_table}: the years of {columns} exchanged",
    "nothing in the tables tells the years apart",
    "sheet {text} is hidden",
    "column {column} is not read: {count} of {rows} cells are numbers",
    "follows from: {fault} ({relation})",
    "expected {value}",
    "{column} of {region} (row {row}) goes x{ratio} from table {table} to {other_table}, the others x{growth}",
    "{column} is the same in tables {table} and {other_table} in {count} rows: a quantity that stands still, or a copy",
    "{column} of {region} (row {row}) is the same in tables {table} and {other_table}: chance, or a copy",
    "tables {table} and {other_table}: {columns} turn back on the way to {year}: the years exchanged, or "
    "one out of line",
    "table {table}: row {row} ({total}) is the total of rows {rows}",
)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for template in SENTENCES:
        pieces = re.split(r"\{(\w+)\}", template)
        text = "".join(re.escape(piece) if at % 2 == 0 else f"(?P<{piece}>.+?)" for at, piece in enumerate(pieces))
        found.append((template, re.compile(text, re.DOTALL)))
    # The template with the most words of its own goes first.
    return tuple(sorted(found, key=lambda entry: -len(re.sub(r"\{\w+\}", "", entry[0]))))


def read_part(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the template of a part of an evidence and what stands in it, or None for what no template gives."""
    for template, pattern in _patterns():
        hit = pattern.fullmatch(text)
        if hit is not None:
            return template, hit.groupdict()
    return None
