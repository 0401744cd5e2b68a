"""Section of the page on the tests that were recomputed with esda."""

from __future__ import annotations

import math

from growthpoles.report.page_blocks import Section, make_table
from growthpoles.report.sections import Context

_RAISED = str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


def cross_check_section(ctx: Context) -> Section | None:
    """Show how far the numbers of esda are from those of the report, test by test."""
    frame, words = ctx.results.stages.cross_check, ctx.words
    if frame is None:
        return None
    bounds = [f"10{f'{math.log10(bound):.0f}'.translate(_RAISED)}" for bound in frame["relative"]]
    rows = [
        (words.value(own["test"]), words.value(own["edition"]), own["year"], ctx.code(own["variable"]), own["esda"],
         own["numbers"], bound)
        for own, bound in zip(frame.reset_index().to_dict("records"), bounds, strict=True)
    ]  # fmt: skip
    heads = [("test", "text"), ("edition", "text"), ("year", "number"), ("variable", "text"), ("esda", "text")]
    heads += [("numbers", "number"), ("relative", "number")]
    counts = {"checks": len(frame), "numbers": words.count(int(frame["numbers"].sum()))}
    worst = bounds[int(frame["relative"].argmax())]
    first = words("text", "cross_check", version=frame.attrs["version"], bound=worst, **counts)
    table = make_table(words, "cross_check", heads, rows)
    return Section("cross_check", words("section", "cross_check"), (first, words("text", "cross_check_p")), (table,))
