"""Formulas of an audit: which columns are ratios, sums, shares, growth or ranks of others, proposed and read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from growthpoles.errors import DataError, message
from growthpoles.study.audit.causes.printed_relations import (
    Block,
    Relation,
    found_ratios,
    held_in_totals,
    looks_typed,
    nearly_sums,
    source_blocks,
    stood_before,
    sum_relations,
)
from growthpoles.study.audit.causes.printed_shares import best_shares
from growthpoles.study.audit.printed_cells import (
    FORMULA_COLUMNS,
    Sources,
)
from growthpoles.study.audit.published_ranks import GROWTHS, SPAN, growth_columns, ranked_columns, span_text
from growthpoles.study.files.printed_tables import read_rows, require_columns

PROPOSAL_COLUMNS = ("use", "kind", *FORMULA_COLUMNS, "holds")
ORDERED = ("rank", "class")


def propose_formulas(sources: Sources) -> pd.DataFrame:
    """Propose which columns are ratios or sums of others, from the numbers alone.

    Returns
    -------
    DataFrame
        use ("yes"), kind ("ratio", "sum", "share", "growth", "annual growth", "exponential growth", "simple annual
        growth", "difference", "index", "rank" or "class"), column, numerator (of a sum: its parts, joined by " + "; of
        shares, growth, differences, indices, ranks and classes: the column of which they are), denominator, factor (of
        shares: what they add up to; of growth, differences and indices: "2016 to 2021", with "over 4.7 years" where
        that is not their difference), holds (in how many of the rows that print all of them).

    Notes
    -----
    A ratio must hold within rounding, with a power of ten as factor, in three quarters of the rows and in five at
    least; in half of them if chance would not give it. The other rows must be far off, as faults are, and growth holds
    in all but one row in ten, or three. Three columns can be read in three ways: a quantity adds up in totals, goes
    along with the other columns, as they all grow with the size of a region, and has more digits than a ratio, whose
    name often tells it. Of several formulas for one column the one that holds most often is kept, then the one whose
    other columns are no results themselves; growth and differences between two years stand beside it. Ratios, sums and
    growth that hold in a quarter of the rows at least, more than by chance, are no proposals; ``attrs["nearly"]`` has
    their lines, with use "no".
    """
    blocks = source_blocks(sources)
    found: dict[tuple[str, str, str, float], list[int]] = {}
    near: dict[tuple[str, str, str, float], list[int]] = {}
    for block in blocks.values():
        for name, above, below, factor, held, known, enough in found_ratios(block):
            if stood_before(blocks, block, (name, above, below)):
                continue
            tally = (found if enough else near).setdefault((name, above, below, factor), [0, 0, 0])
            tally[:] = tally[0] + held, tally[1] + known, tally[2] + 1
    # One formula for three columns: its result is the one that looks least like a quantity.
    typed = {
        name: looks_typed(name, blocks, sources.totals)
        for name in {name for key in (*found, *near) for name in key[:3]}
    }
    meant = {frozenset(key[:3]) for key in found}
    for key in list(found):
        rivals = [other for other in found if set(other[:3]) == set(key[:3])]
        if key[:3] != min(rivals, key=lambda other: (typed[other[0]], rivals.index(other)))[:3]:
            del found[key]
    best: dict[str, tuple[str, str, str, float]] = {}
    told = {key: held_in_totals(key, sources.totals) for key in found}
    order = sorted(
        found.items(), key=lambda entry: (-entry[1][0] / entry[1][1], -told[entry[0]], -entry[1][2], -entry[1][1])
    )
    for key, (held, known, _) in order:
        if 2 * held >= known:
            best.setdefault(key[0], key)
    # A column in another unit in one of two years holds with two factors, and either may be meant.
    either = [
        key
        for key, tally in found.items()
        for kept in (best.get(key[0]),)
        if kept and key != kept and (key[:3], tally[2], told[key]) == (kept[:3], found[kept][2], told[kept])
    ]
    ratios = [Relation("ratio", 0, key[:3], key[3]) for key in best.values()]
    lines = [
        (
            "yes",
            "ratio",
            name,
            above,
            below,
            f"{factor:g}",
            "{} of {} rows".format(*found[name, above, below, factor][:2]),
        )
        for name, above, below, factor in (*best.values(), *either)
    ]
    sums = sum_relations(blocks, ratios)
    for members in dict.fromkeys(relation.members for relation in sums):
        own = [relation for relation in sums if relation.members == members]
        rows = sum(len(blocks[relation.table].rows) for relation in own)
        bad = sum(int(relation.wrong(blocks[relation.table]).sum()) for relation in own)
        lines.append(("yes", "sum", members[0], " + ".join(members[1:]), "", "", f"{rows - bad} of {rows} rows"))
    taken = {line[2] for line in lines}
    lines += [line for line in _share_lines(blocks) if line[2] not in taken]
    grown = growth_columns(blocks)
    for rule, held, known, enough in grown:
        if enough:  # beside what else gives it: change in percent is that in number per head, and growth
            lines.append(("yes", *rule[:3], "", span_text(rule), f"{held} of {known} rows"))
    taken = {line[2] for line in lines}
    ranked = [
        found
        for table in sources.tables
        for found in ranked_columns(sources.cells[sources.cells["table"] == table], sources.decimal)
    ]
    # A rank without a year is that of a column of one of the years.
    for kind, name, by, holds, _ in sorted(ranked, key=lambda each: (not each[2], each[4])):
        if name not in taken and by not in (line[2] for line in lines if line[1] in ORDERED):
            taken.add(name)
            lines.append(("yes", kind, name, by, "", "", holds))
    proposal = pd.DataFrame(lines, columns=list(PROPOSAL_COLUMNS))
    rather: list[tuple[str, tuple[str, ...], str, int, int]] = [
        ("ratio", key[:3], f"{key[3]:g}", held, known) for key, (held, known, _) in near.items()
    ]
    rather += [("sum", members, "", held, known) for members, held, known in nearly_sums(blocks, ratios)]
    rather += [(rule[0], rule[1:3], span_text(rule), held, known) for rule, held, known, enough in grown if not enough]
    told_of, nearly = meant | {frozenset(line[2:3]) for line in lines}, []
    told_of |= {frozenset((line[2], *line[3].split(" + "))) for line in lines if line[1] == "sum"}
    for kind, names, unit, held, known in sorted(rather, key=lambda e: (-e[3] / e[4], typed.get(e[1][0], 0.0))):
        same = {frozenset(names), frozenset(names[:1])}
        if same.isdisjoint(told_of):
            told_of |= same
            of: tuple[str, ...] = (" + ".join(names[1:]), "") if kind == "sum" else (*names[1:], "")[:2]
            nearly.append(("no", kind, names[0], *of, unit, f"{held} of {known} rows"))
    proposal.attrs["nearly"] = tuple(nearly)
    return proposal


def _share_lines(blocks: Mapping[int, Block]) -> list[tuple[str, str, str, str, str, str, str]]:
    """Propose columns that are the shares of another one, with the rows in which they are."""
    found: dict[tuple[str, str, float], list[int]] = {}
    for block in blocks.values():
        pairs = [(name, of) for name in block.columns for of in block.columns]
        pairs = [(name, of) for name, of in pairs if not stood_before(blocks, block, (name, of))]
        for name, (of, hit) in best_shares(block, pairs).items():
            tally = found.setdefault((name, of, hit.whole), [0, 0])
            tally[:] = tally[0] + hit.held, tally[1] + hit.known
    return [
        ("yes", "share", name, of, "", f"{whole:g}", f"{held} of {known} rows")
        for (name, of, whole), (held, known) in found.items()
    ]


def read_formulas(path: Path) -> pd.DataFrame:
    """Read confirmed formulas: the lines of a proposal whose `use` is yes.

    Raises
    ------
    DataError
        If a column is missing, or `use` is neither yes nor no.
    """
    rules = read_rows(path)
    require_columns(rules, PROPOSAL_COLUMNS[:-1], where=str(path))
    stray = rules[~rules["use"].str.strip().str.casefold().isin(["yes", "no"])]
    if not stray.empty:
        problem = f"use = {stray['use'].iloc[0]!r}"
        raise DataError(message(problem, where=f"{path}, line {stray.index[0]}", allowed="yes, no"))
    known = ["ratio", "sum", "share", *GROWTHS, *ORDERED]
    kinds = rules[~rules["kind"].isin(known)]
    if not kinds.empty:
        problem = f"kind = {kinds['kind'].iloc[0]!r}"
        raise DataError(message(problem, where=f"{path}, line {kinds.index[0]}", allowed=", ".join(known)))
    spans = rules[rules["kind"].isin(GROWTHS) & ~rules["factor"].str.fullmatch(SPAN)]
    if not spans.empty:
        problem = f"factor = {spans['factor'].iloc[0]!r}"
        raise DataError(
            message(
                problem,
                where=f"{path}, line {spans.index[0]}",
                allowed="two years, as in 2016 to 2021, 2014 to 2024 over 9.7 years",
            )
        )
    return rules[rules["use"].str.strip().str.casefold() == "yes"]
