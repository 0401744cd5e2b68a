"""The section on spatial tests: global and local."""

from __future__ import annotations

from growthpoles.report.page_blocks import Picture, Section, Table, make_table
from growthpoles.report.sections import Context, whole
from growthpoles.report.stages import DRAWS, PERMUTATIONS
from growthpoles.spatial.local_tests.results import LocalResult


def spatial_section(ctx: Context) -> Section | None:
    """Show the global and the local tests."""
    results, words = ctx.results, ctx.words
    if not results.moran:
        return None
    rows = [
        (
            words.value(edition),
            year,
            ctx.code(variable),
            test.n,
            words.number(test.statistic, 3),
            words.number(test.expected, 3),
            words.number(test.z_score, 2),
            words.probability(test.p_value),
            ctx.regions(" ".join(results.without_data[edition, year, variable])),
        )
        for (edition, year, variable), test in results.moran.items()
    ]
    heads = [("edition", "text"), ("year", "number"), ("variable", "text"), ("n", "number"), ("statistic", "number")]
    heads += [("expected", "number"), ("z_score", "number"), ("p_value", "number"), ("without_data", "text")]
    sentences = [words("text", "spatial", permutations=words.count(PERMUTATIONS))]
    blocks: list[Table | Picture] = [make_table(words, "moran", heads, rows)]
    blocks += ctx.figures("neighbours", "moran", "clusters")
    year = results.years[-1]
    if (results.edition, year) in results.local:
        blocks.append(_clusters(ctx, results.local[results.edition, year], year))
    return Section("spatial", words("section", "spatial"), tuple(sentences), tuple(blocks))


def _clusters(ctx: Context, local: LocalResult, year: int) -> Table:
    words, frame = ctx.words, local.to_frame()
    rows = [
        (
            ctx.region(region),
            words.number(own["statistic"], 3),
            words.number(own["lag"], 1),
            whole(own["cardinality"]),
            words.probability(own["p_value"]),
            words.probability(own["p_adjusted"]),
            words.value(own["label"]),
        )
        for region, own in frame.sort_values(by=["p_value"], kind="stable").astype(object).to_dict("index").items()
    ]
    heads = [("region", "text"), ("statistic", "number"), ("lag", "number"), ("cardinality", "number")]
    heads += [("p_value", "number"), ("p_adjusted", "number"), ("label", "text")]
    tested = int(frame["p_value"].notna().sum())
    values = {"permutations": words.count(DRAWS), "expected": words.number(0.05 * tested, 1), "n": tested}
    values["family"] = local.family
    note = words("text", "clusters", **values)
    return make_table(words, "clusters", heads, rows, note=note, year=year)
