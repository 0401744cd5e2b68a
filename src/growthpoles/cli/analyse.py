"""Commands that compute and show tables: rating, spatial statistics, verdict, audit, specialisation, weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growthpoles.cli.shared_options import (
    AdjustOption,
    EditionOption,
    EnclavesOption,
    FormatOption,
    JobsOption,
    LangOption,
    OutOption,
    PermutationsOption,
    QuietOption,
    SeedOption,
    StudyOption,
    YearOption,
    emit,
    named,
    note,
    open_study,
    tell_account,
    year_of,
)
from growthpoles.errors import SpatialError, StudyError, message, unknown_option

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from libpysal.graph import Graph

    from growthpoles.study.study_spec import Study


WeightsOption = Annotated[
    str | None,
    typer.Option(
        "--weights",
        "-w",
        help="queen, rook, knn, distance_band, gabriel ..., or distances (the table of [weights]); default: queen, or "
        "as the study says.",
    ),
]
NeighboursOption = Annotated[int | None, typer.Option("--k", help="Number of neighbours for --weights knn.")]
PowerOption = Annotated[float | None, typer.Option("--power", help="Decay of --weights inverse_distance or distances.")]
ThresholdOption = Annotated[
    float | None, typer.Option("--threshold", help="Largest distance of a link, in units of the layer or the table.")
]
VariableOption = Annotated[
    str | None, typer.Option("--variable", "-v", help="index, a sub-index, an indicator, or ksi; default: the index.")
]
AlternativeOption = Annotated[str, typer.Option("--alternative", help="two-sided, greater or less.")]

GLOBAL = ("moran", "geary", "getis_ord")
LOCAL = ("local_moran", "local_geary", "local_getis_ord")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: growthpoles rate --year 2014 --edition reproduced")(rate)
    app.command(epilog="Example: growthpoles stats --statistic local_moran --weights knn --k 4 --adjust fdr")(stats)
    app.command(epilog="Example: growthpoles verdict --permutations 9999 --format csv --out curve.csv")(verdict)
    app.command(epilog="Example: growthpoles audit --out outputs")(audit)
    app.command(epilog="Example: growthpoles specialise --study us-states --table clusters")(specialise)
    app.command(epilog="Example: growthpoles weights --weights gabriel")(weights)


def rate(
    study: StudyOption = None,
    year: YearOption = None,
    edition: EditionOption = None,
    enclaves: EnclavesOption = "keep",
    lang: LangOption = "en",
    format: FormatOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Show index, class, rank and scores of every region."""
    loaded = open_study(study, lang=lang)
    from growthpoles.study.inputs import load_indicators, study_rating, study_regions

    chosen = year_of(loaded, year)
    table = load_indicators(chosen, edition=edition, study=loaded, enclaves=_enclaves(enclaves))
    rating = study_rating(loaded, table).sort_values("rank")
    shown = named(rating, loaded, lang=lang)
    title = f"{loaded.name}, {chosen}, edition {table.attrs['edition']}"
    regions = study_regions(loaded, enclaves=_enclaves(enclaves)) if _wants(format, out) == "gpkg" else None
    emit(shown, title=title, kind=format, out=out, regions=regions, lang=lang)
    for line in rating.attrs["notes"]:
        note(line, quiet=quiet)
    for region, column, reason in table.attrs["missing"]:
        note(f"no data: {region} {column}: {reason}", quiet=quiet)
    tell_account(loaded, quiet=quiet)


def stats(
    study: StudyOption = None,
    statistic: Annotated[
        str, typer.Option("--statistic", help=f"One of {', '.join((*GLOBAL, *LOCAL))}, or all.")
    ] = "all",
    year: YearOption = None,
    edition: EditionOption = None,
    variable: VariableOption = None,
    weights: WeightsOption = None,
    k: NeighboursOption = None,
    power: PowerOption = None,
    threshold: ThresholdOption = None,
    enclaves: EnclavesOption = "keep",
    alternative: AlternativeOption = "two-sided",
    adjust: AdjustOption = None,
    permutations: PermutationsOption = None,
    lang: LangOption = "en",
    seed: SeedOption = None,
    format: FormatOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Test for spatial association, globally or region by region."""
    loaded = open_study(study, lang=lang, seed=seed)
    allowed = (*GLOBAL, *LOCAL, "all")
    if statistic not in allowed:
        raise SpatialError(unknown_option("statistic", statistic, allowed))
    if adjust is not None and statistic not in LOCAL:
        raise SpatialError(message(f"--adjust with {statistic}, which is one test", allowed=", ".join(LOCAL)))
    import pandas as pd

    import growthpoles as gp
    from growthpoles.study.inputs.study_variables import variable_of

    report = loaded.report
    kind = weights or report.weights

    found = variable_of(loaded, variable, year_of(loaded, year), edition, enclaves=_enclaves(enclaves))
    values, regions = found.y, found.regions
    title = f"{loaded.name}, {found.name} {found.year}, edition {found.edition}"
    graph = _graph(loaded, regions, kind, k=k, power=power, threshold=threshold)
    kept, part, absent = gp.with_data(values, graph)
    options: dict[str, Any] = {"alternative": alternative, "rng": loaded.study.seed}
    if (draws := report.permutations if permutations is None else permutations) is not None:
        options["permutations"] = draws
    head = f"{title}; weights {kind}{f' {k}' if k else ''}, {alternative}"
    if statistic in LOCAL:
        local = getattr(gp, statistic)(kept, part, adjust=adjust or report.adjust, **options)
        frame = named(local.to_frame().reindex(values.index), loaded, lang=lang)
        emit(frame, title=f"{statistic}: {head}", kind=format, out=out, digits=3, regions=regions, lang=lang)
    else:
        names = GLOBAL if statistic == "all" else (statistic,)
        frames: dict[str, pd.DataFrame] = {}
        for name in names:
            try:
                frames[name] = getattr(gp, name)(kept, part, **options).to_frame()
            except SpatialError as error:  # Getis-Ord G has no meaning for negative values
                if statistic != "all" or (name == names[-1] and not frames):
                    raise
                note(f"left out: {error}", quiet=quiet)
        frame = pd.concat(frames.values())
        columns = frame if _wants(format, out) else frame.drop(columns=["isolates", "alternative", "variance"])
        emit(columns, title=head, kind=format, out=out, digits=4, lang=lang)
    if absent:
        note(f"without data, left out: {', '.join(absent)}", quiet=quiet)
    tell_account(loaded, quiet=quiet)


def verdict(
    study: StudyOption = None,
    tests: Annotated[
        bool, typer.Option("--tests", help="Also show distance gradients, spread, typology and power.")
    ] = False,
    permutations: Annotated[
        int, typer.Option("--permutations", help="Relocations shared by all specifications.")
    ] = 9999,
    lang: LangOption = "en",
    seed: SeedOption = None,
    jobs: JobsOption = 1,
    format: FormatOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Ask in every defensible way whether leaders cluster."""
    loaded = open_study(study, lang=lang, seed=seed)
    if jobs == 0:
        raise StudyError(message("--jobs 0", allowed="1 or more, or -1 for all processors"))
    from joblib import parallel_config

    from growthpoles.study.verdict import verdict as ask

    with parallel_config(n_jobs=jobs):
        found = ask(loaded, permutations=permutations)
    main = int(found.curve.groups["specifications"].iloc[0])
    title = f"{loaded.name}: {main} specifications, and {len(found.to_frame()) - main} of Getis-Ord G beside them"
    if _wants(format, out):
        emit(found.to_frame(), title=f"{loaded.name}: specifications", kind=format, out=out, lang=lang)
    else:
        emit(found.curve.groups, title=title, digits=3, lang=lang)
    if tests:
        from growthpoles.cli.terminal import print_frame
        from growthpoles.study import pole_tables

        for name in ("gradient", "spread", "typology", "power"):
            print_frame(
                getattr(pole_tables, f"{name}_table")(loaded), title=f"{loaded.name}: {name}", digits=3, lang=lang
            )
    for sentence in found.sentences[lang]:
        typer.echo(sentence, err=bool(_wants(format, out)))
    for line in found.left_out:
        note(f"left out: {line}", quiet=quiet)
    tell_account(loaded, quiet=quiet)


def audit(
    study: StudyOption = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the full tables and figures.")] = Path("outputs"),
    claims: Annotated[
        bool, typer.Option("--claims", help="Also show the statements of the source and how they fare.")
    ] = False,
    lang: LangOption = "en",
    seed: SeedOption = None,
    quiet: QuietOption = False,
) -> None:
    """Show where the printed numbers of a study hold and where not."""
    loaded = open_study(study, lang=lang, seed=seed)
    from growthpoles.cli.terminal import print_frame
    from growthpoles.report.audit_files import shown_claims, shown_faults, write_audit
    from growthpoles.study.audit import run_audit

    found = run_audit(loaded, rng=loaded.study.seed)
    if not len(found.ledger):
        checked = f"{len(found.sources.formulas)} formulas and {found.claims['id'].nunique()} statements"
        note(f"no finding: {checked} could be checked; an audit needs printed results beside their inputs")
    faults, title = shown_faults(found, loaded, lang=lang)
    print_frame(faults, title=title, lang=lang)
    if claims:
        statements, title = shown_claims(found, loaded, lang=lang)
        print_frame(statements, title=title, lang=lang)
    for path in write_audit(found, loaded, out=out, lang=lang):
        typer.echo(str(path))
    tell_account(loaded, quiet=quiet)


def specialise(
    study: StudyOption = None,
    year: YearOption = None,
    table: Annotated[
        str | None,
        typer.Option(
            "--table",
            help="regions, industries, lq, shift_share, clusters, next, complexity, relatedness, or ksi; default: "
            "regions where the study has a table of industries, otherwise ksi.",
        ),
    ] = None,
    lang: LangOption = "en",
    format: FormatOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Show the specialisation of every region: of its industries, or its share in one and its group."""
    loaded = open_study(study, lang=lang)
    chosen = table or ("ksi" if loaded.specialisation is None else "regions")
    if chosen != "ksi":
        from growthpoles.study.industry_analysis import one_table

        found, title, told = one_table(loaded, chosen, year)
        regional = found.index.names == ["region"]
        shown = named(found, loaded, lang=lang) if regional else found
        emit(shown, title=f"{loaded.name}, {title}", kind=format, out=out, digits=3)
        for line in told:
            note(line, quiet=quiet)
        tell_account(loaded, quiet=quiet)
        return
    from growthpoles.language.number_format import format_number
    from growthpoles.specialisation import ksi_groups
    from growthpoles.study.inputs import load_published, published_years
    from growthpoles.study.inputs.industry_table import REMEDY

    if not any("ksi" in columns for columns in published_years(loaded).values()):
        raise StudyError(message("the study has no table of industries and no ksi", where=loaded.name, allowed=REMEDY))
    when = year_of(loaded, year)
    published = load_published(when, study=loaded)
    if "ksi" not in published:
        raise StudyError(message(f"no specialisation for {when}", where=loaded.name, allowed="a year with ksi"))
    frame = published[["ksi", "ksi_status"]].assign(group=ksi_groups(published["ksi"], published["ksi_status"]))
    ordered = frame.sort_values("ksi", ascending=False, kind="stable", na_position="last")
    emit(
        named(ordered, loaded, lang=lang),
        title=f"{loaded.name}, {when}: share of the industry",
        kind=format,
        out=out,
        digits=3,
        lang=lang,
    )
    note(f"sum of shares: {format_number(published['ksi'].sum(), lang, digits=3)}", quiet=quiet)
    tell_account(loaded, quiet=quiet)


def weights(
    study: StudyOption = None,
    weights: WeightsOption = None,
    k: NeighboursOption = None,
    power: PowerOption = None,
    threshold: ThresholdOption = None,
    tolerance: Annotated[
        float | None, typer.Option("--tolerance", help="Distance up to which borders that do not match count as one.")
    ] = None,
    enclaves: EnclavesOption = "keep",
    lang: LangOption = "en",
    format: FormatOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Show who is whose neighbour, and what the graph is like."""
    loaded = open_study(study, lang=lang)
    import pandas as pd

    from growthpoles.spatial.weights.weights_summary import summarise_weights
    from growthpoles.study.inputs import study_regions

    regions = study_regions(loaded, enclaves=_enclaves(enclaves))
    kind = weights or loaded.report.weights
    graph = _graph(loaded, regions, kind, k=k, power=power, threshold=threshold, tolerance=tolerance)
    pairs = graph.adjacency.reset_index()
    pairs = pairs[pairs["weight"] > 0]
    neighbors = pairs.groupby("focal", sort=False)["neighbor"].agg(list).reindex(regions.index)
    frame = pd.DataFrame(
        {
            "cardinality": neighbors.map(lambda found: len(found) if isinstance(found, list) else 0),
            "neighbors": neighbors.map(lambda found: " ".join(map(str, found)) if isinstance(found, list) else ""),
        }
    ).rename_axis("region")
    emit(named(frame, loaded, lang=lang), title=f"{loaded.name}: {kind}", kind=format, out=out, lang=lang)
    note(str(summarise_weights(graph)), quiet=quiet)
    table = getattr(graph, "by_geometry", None)
    for row in () if table is None else table.itertuples():
        note(
            f"borders that do not match ({row.kind}, {row.distance:.3g} apart): {row.region_a}, {row.region_b}",
            quiet=quiet,
        )


def _wants(format: str | None, out: Any) -> str:
    return format or (out.suffix.lstrip(".").lower() if out is not None else "")


def _enclaves(value: str) -> Any:
    if value not in ("keep", "merge"):
        raise StudyError(unknown_option("enclaves", value, ["keep", "merge"]))
    return value


def _graph(study: Study, regions: gpd.GeoDataFrame, kind: str | None, **options: Any) -> Graph:
    from growthpoles.study.inputs import study_weights

    given = {name: value for name, value in options.items() if value is not None}
    return study_weights(study, kind=kind, regions=regions, **given)
