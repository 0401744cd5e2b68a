"""Commands that compute and show tables: rating, spatial statistics, verdict, specialisation, weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growthpoles.cli.shared_options import (
    AdjustOption,
    AliasesOption,
    CrsOption,
    DecimalOption,
    DissolveOption,
    EditionOption,
    EnclavesOption,
    FileArgument,
    FileEncodingOption,
    FormatOption,
    IgnoreOption,
    JobsOption,
    KeyOption,
    LangOption,
    LayerOption,
    NameOption,
    NeighboursOption,
    OutOption,
    PermutationsOption,
    PowerOption,
    QuietOption,
    RepairOption,
    SchedulerOption,
    SeedOption,
    SheetOption,
    StudyArgument,
    StudyOption,
    TableEncodingOption,
    TableOption,
    ThousandsOption,
    ThresholdOption,
    WeightsOption,
    YearOption,
    emit,
    file_options,
    gaps,
    links_of,
    listed_regions,
    named,
    note,
    one_study,
    open_study,
    refuse_for_file,
    refuse_for_study,
    say,
    study_of,
    tell_account,
    tell_left_out,
    tell_study,
    workers,
    year_of,
)
from growthpoles.errors import (
    GrowthpolesError,
    SpatialError,
    StudyError,
    counted,
    listed,
    message,
    quoted,
    unknown_option,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from libpysal.graph import Graph

    from growthpoles.spatial.global_tests.global_result import GlobalResult
    from growthpoles.study.file_variable import FileOptions
    from growthpoles.study.study_spec import Study

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
    app.command(epilog="Example: growthpoles specialise --study us-states --show clusters")(specialise)
    app.command(epilog="Example: growthpoles weights --weights gabriel")(weights)


def rate(
    folder: StudyArgument = None,
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
    loaded = open_study(one_study(folder, study), lang=lang)
    from growthpoles.language.phrases import Words
    from growthpoles.study.inputs import load_indicators, study_catalogue, study_rating, study_regions

    chosen = year_of(loaded, year, rated=True, quiet=quiet)
    table = load_indicators(chosen, edition=edition, study=loaded, enclaves=_enclaves(enclaves))
    rating = study_rating(loaded, table).sort_values("rank")
    shown = named(rating, loaded, lang=lang)
    title = f"{loaded.name}, {chosen}, edition {table.attrs['edition']}"
    drawn = _wants(format, out) in ("gpkg", "geoparquet")
    regions = study_regions(loaded, enclaves=_enclaves(enclaves)) if drawn else None
    called, words = study_catalogue(loaded).names(lang), Words(lang)
    called |= {f"score_{code}": words("text", "score_of", name=name) for code, name in called.items()}
    called |= {"rating_class": words("column", "rating_class"), "rank": words("column", "rank")}
    emit(shown, title=title, kind=format, out=out, regions=regions, lang=lang, names=called)
    for line in rating.attrs["notes"]:
        note(line, quiet=quiet)
    for text in gaps(table.attrs["missing"]):
        note(text, quiet=quiet)
    tell_account(loaded, quiet=quiet)


def stats(
    file: FileArgument = None,
    table: TableOption = None,
    key: KeyOption = None,
    name: NameOption = None,
    layer: LayerOption = None,
    crs: CrsOption = None,
    encoding: FileEncodingOption = None,
    table_encoding: TableEncodingOption = None,
    sheet: SheetOption = None,
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    ignore: IgnoreOption = None,
    aliases: AliasesOption = None,
    repair: RepairOption = None,
    dissolve: DissolveOption = None,
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
    """Test for spatial association, globally or region by region: of a study, or of a column of any boundary file."""
    file, study = study_of(file, study)
    chosen = file_options(
        year, table=table, key=key, name=name, layer=layer, crs=crs, encoding=encoding, table_encoding=table_encoding,
        sheet=sheet, decimal=decimal, thousands=thousands, ignore=ignore, aliases=aliases, repair=repair,
        dissolve=dissolve,
    )  # fmt: skip
    allowed = (*GLOBAL, *LOCAL, "all")
    if statistic not in allowed:
        raise SpatialError(unknown_option("statistic", statistic, allowed))
    if adjust is not None and statistic not in LOCAL:
        raise SpatialError(message(f"--adjust with {statistic}, which is one test", allowed=", ".join(LOCAL)))
    import pandas as pd

    import growthpoles as gp
    from growthpoles.language.phrases import Words
    from growthpoles.report.wording import told_tests

    loaded: Study | None = None
    if file is not None:
        from growthpoles.language.languages import check_language
        from growthpoles.randomness import SEED
        from growthpoles.spatial.weights.build_weights import CONTIGUITY
        from growthpoles.study.file_variable import read_files
        from growthpoles.study.study_spec import Report

        check_language(lang)
        refuse_for_file(study=study, edition=edition)
        report, seed = Report(), SEED if seed is None else seed
        if seed < 0:
            raise StudyError(message(f"--seed {seed}", allowed="0 or more"))
        bordered = (weights or report.weights) in CONTIGUITY
        data = read_files(file, chosen, variable=variable, neighbours=bordered)
        values, regions, notes = data.values(variable), data.regions, data.notes
        assert regions is not None
        regions = _merged(regions, values, enclaves)
        title = " ".join(str(part) for part in (data.source, values.name, data.table.attrs.get("year")) if part)
    else:
        from growthpoles.study.inputs.study_variables import variable_of

        refuse_for_study(chosen)
        loaded = open_study(study, lang=lang, seed=seed)
        report, seed, notes = loaded.report, loaded.study.seed, []
        when = year_of(loaded, year, rated=variable in (None, "index"), quiet=quiet)
        found = variable_of(loaded, variable, when, edition, enclaves=_enclaves(enclaves))
        values, regions = found.y, found.regions
        title = f"{loaded.name}, {found.name} {found.year}, edition {found.edition}"
    kind = weights or report.weights
    graph = _graph(loaded, regions, kind, k=k, power=power, threshold=threshold)
    kept, part, absent = gp.with_data(values, graph)
    options: dict[str, Any] = {"alternative": alternative, "rng": seed}
    if (draws := report.permutations if permutations is None else permutations) is not None:
        options["permutations"] = draws
    weighted = " ".join([kind, *(f"{value:g}" for value in (k, threshold, power) if value is not None)])
    head = f"{title}; weights {weighted}, {alternative}"
    words = Words(lang)
    if statistic in LOCAL:
        local = getattr(gp, statistic)(kept, part, adjust=adjust or report.adjust, **options)
        frame = named(local.to_frame().reindex(values.index), regions, lang=lang)
        facts, told = told_tests([local], weighted, words)
        emit(frame, title=f"{statistic}: {head}", kind=format, out=out, digits=3, regions=regions, lang=lang,
             facts=facts, told=told)  # fmt: skip
    else:
        names = GLOBAL if statistic == "all" else (statistic,)
        tests: dict[str, GlobalResult] = {}
        without: list[str] = []
        for name in names:
            try:
                tests[name] = getattr(gp, name)(kept, part, **options)
            except SpatialError as error:  # Getis-Ord G has no meaning for negative values
                if statistic != "all" or (name == names[-1] and not tests):
                    raise
                without.append(f"left out: {error}")
        for text in without:
            note(text, quiet=quiet)
        frame = pd.concat([test.to_frame() for test in tests.values()])
        columns = frame if _wants(format, out) else frame.drop(columns=["isolates", "alternative", "variance"])
        facts, told = told_tests(list(tests.values()), weighted, words)
        emit(columns, title=head, kind=format, out=out, digits=4, lang=lang,
             facts=facts, told=told)  # fmt: skip
    note(told if "joint_permutations" in facts else facts["null"], quiet=quiet)
    tell_left_out(absent, part, regions, quiet=quiet)
    for text in notes:
        note(text, quiet=quiet)
    if loaded is not None:
        tell_account(loaded, quiet=quiet)


def verdict(
    folder: StudyArgument = None,
    study: StudyOption = None,
    tests: Annotated[
        bool, typer.Option("--tests", help="Also show distance gradients, spread, typology and power.")
    ] = False,
    permutations: Annotated[
        int | None,
        typer.Option(
            "--permutations",
            help="Relocations shared by all specifications; 9999 (1999 above 1000 regions).",
        ),
    ] = None,
    lang: LangOption = "en",
    seed: SeedOption = None,
    jobs: JobsOption = 1,
    scheduler: SchedulerOption = None,
    format: FormatOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Ask in every defensible way whether leaders cluster."""
    loaded = open_study(one_study(folder, study), lang=lang, seed=seed)
    from growthpoles.language.phrases import Words
    from growthpoles.study.verdict import verdict as ask

    with workers(jobs, scheduler):
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
            try:
                table = getattr(pole_tables, f"{name}_table")(loaded)
            except GrowthpolesError as error:  # a study without poles or with one year has the others all the same
                note(f"left out: {name}: {error}", quiet=quiet)
            else:
                print_frame(table, title=f"{loaded.name}: {name}", digits=3, lang=lang)
    for sentence in () if quiet else found.sentences[lang]:
        say(sentence, err=bool(_wants(format, out)))
    note(Words(lang)("text", "omnibus_null"), quiet=quiet)
    for line in found.left_out:
        note(f"left out: {line}", quiet=quiet)
    tell_account(loaded, quiet=quiet)


def specialise(
    file: Annotated[
        Path | None, typer.Argument(help="Table of regions by industries, or a boundary file; default: a study.")
    ] = None,
    table: TableOption = None,
    key: KeyOption = None,
    name: NameOption = None,
    layer: LayerOption = None,
    crs: CrsOption = None,
    encoding: FileEncodingOption = None,
    table_encoding: TableEncodingOption = None,
    sheet: SheetOption = None,
    decimal: DecimalOption = None,
    thousands: ThousandsOption = None,
    ignore: IgnoreOption = None,
    aliases: AliasesOption = None,
    repair: RepairOption = None,
    dissolve: DissolveOption = None,
    industries: Annotated[
        list[str] | None,
        typer.Option(
            "--industry", help="A column to take as an industry, or one of several measures; repeat it; default: all."
        ),
    ] = None,
    study: StudyOption = None,
    year: YearOption = None,
    show: Annotated[
        str | None,
        typer.Option(
            "--show",
            help="regions, industries, lq, complexity or relatedness; of a study also shift_share, clusters, next or "
            "ksi; default: regions, and ksi of a study without a table of industries.",
        ),
    ] = None,
    missing: Annotated[
        str | None,
        typer.Option(
            "--missing",
            help="Cells of the file without a number: refuse (default), outside (no part in the industry) or zero.",
        ),
    ] = None,
    lang: LangOption = "en",
    format: FormatOption = None,
    out: OutOption = None,
    quiet: QuietOption = False,
) -> None:
    """Show the specialisation of every region: its group in a study; its industries in a table of regions by them."""
    file, study = study_of(file, study)
    options = file_options(
        year, table=table, key=key, name=name, layer=layer, crs=crs, encoding=encoding, table_encoding=table_encoding,
        sheet=sheet, decimal=decimal, thousands=thousands, ignore=ignore, aliases=aliases, repair=repair,
        dissolve=dissolve,
    )  # fmt: skip
    if file is not None:
        refuse_for_file(study=study)
        _specialise_file(file, options, industries, show, missing, lang=lang, format=format, out=out, quiet=quiet)
        return
    refuse_for_study(options, industry=industries or None, missing=missing)
    loaded = open_study(study, lang=lang)
    chosen = show or ("ksi" if loaded.specialisation is None else "regions")
    if chosen != "ksi":
        from growthpoles.study.industry_analysis import one_table

        found, title, told = one_table(loaded, chosen, year)
        emit(named(found, loaded, lang=lang), title=f"{loaded.name}, {title}", kind=format, out=out, digits=3)
        for line in told:
            note(line, quiet=quiet)
        tell_account(loaded, quiet=quiet)
        return
    from growthpoles.language.number_format import format_number
    from growthpoles.specialisation import ksi_groups
    from growthpoles.study.inputs import load_published, published_years
    from growthpoles.study.inputs.industry_table import specialisation_offered

    if not any("ksi" in columns for columns in published_years(loaded).values()):
        problem = "the study has no table of industries and no ksi"
        raise StudyError(message(problem, where=loaded.name, allowed=specialisation_offered(loaded)))
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


def _specialise_file(
    file: Path,
    options: FileOptions,
    industries: list[str] | None,
    show: str | None,
    missing: str | None,
    *,
    lang: str,
    format: str | None,
    out: Path | None,
    quiet: bool,
) -> None:
    """Show one table about the industries in a file; first how far those of every region differ from those of all."""
    from growthpoles.language.languages import check_language
    from growthpoles.specialisation.matrix import check_matrix
    from growthpoles.study.file_variable import read_matrix
    from growthpoles.study.industry_analysis import OF_FILES, ONE, industries_of, of_matrix

    check_language(lang)
    if show not in (None, *OF_FILES):
        if show in (*ONE, "ksi"):
            raise StudyError(message(f"--show {show} with a file", allowed=f"{', '.join(OF_FILES)}, or --study"))
        raise StudyError(unknown_option("show", show, OF_FILES))
    data = read_matrix(file, options)
    columns = industries_of(data, industries)
    if len(columns) < 2:
        for text in data.notes[:8]:
            note(text if len(text) <= 300 else f"{text[:300]} ...", quiet=quiet)
        only = f": {quoted(columns[0])}" if columns else ""
        problem = f"{counted(len(columns), 'columns')} of industries{only}"
        allowed = (
            "two industries or more: a table with a column for each, or --industry NAME for every column that is one"
        )
        raise StudyError(message(problem, where=data.source, allowed=allowed))
    without_row = data.table.index.intersection(data.table.attrs.get("no_row", ()))
    matrix = data.table[columns].drop(index=without_row)
    chosen: Any = missing or "refuse"
    check_matrix(matrix, missing=chosen)
    silent = matrix.isna().all(axis=1)
    lacking = int(matrix[~silent].isna().to_numpy().sum())
    if missing == "zero":  # what a region without any number has is not known
        matrix = matrix.mask(matrix.isna() & ~silent.to_numpy()[:, None], 0.0)
    found, told = of_matrix(matrix, show or "regions")
    shown = found if data.regions is None else named(found, data.regions, lang=lang)
    what = "specialisation" if show in (None, "regions") else show
    title = f"{data.source}: {what} by {counted(len(columns), 'industries')}"
    emit(shown, title=title, kind=format, out=out, digits=3, lang=lang)
    note(f"industries: {listed(columns, write=quoted)}", quiet=quiet)
    if lacking:
        meaning = "zero" if missing == "zero" else "no part in the industry"
        note(f"{counted(lacking, 'cells')} without a number: taken for {meaning}", quiet=quiet)
    if left_out := [*without_row, *silent.index[silent]]:
        note(f"without data, left out: {listed_regions(left_out, data.regions)}", quiet=quiet)
    for text in [*told, *data.notes]:
        note(text, quiet=quiet)


def weights(
    file: FileArgument = None,
    key: KeyOption = None,
    name: NameOption = None,
    layer: LayerOption = None,
    crs: CrsOption = None,
    encoding: FileEncodingOption = None,
    repair: RepairOption = None,
    dissolve: DissolveOption = None,
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
    """Show who is whose neighbour, and what the graph is like: of a study, or of any boundary file."""
    file, study = study_of(file, study)
    options = file_options(
        key=key, name=name, layer=layer, crs=crs, encoding=encoding, repair=repair, dissolve=dissolve
    )
    import pandas as pd

    from growthpoles.spatial.weights.weights_summary import summarise_weights

    loaded: Study | None = None
    if file is not None:
        from growthpoles.language.languages import check_language
        from growthpoles.regions.enclaves import find_enclaves, merge_enclaves
        from growthpoles.spatial.weights.build_weights import CONTIGUITY
        from growthpoles.study.file_variable import read_files

        check_language(lang)
        refuse_for_file(study=study)
        data = read_files(file, options, neighbours=(weights or "queen") in CONTIGUITY)
        assert data.regions is not None
        regions, notes, name = data.regions, data.notes, data.source
        regions = merge_enclaves(regions, find_enclaves(regions)) if _enclaves(enclaves) == "merge" else regions
        kind = weights or "queen"
    else:
        from growthpoles.study.inputs import study_regions

        refuse_for_study(options)
        loaded = open_study(study, lang=lang)
        regions, notes, name = study_regions(loaded, enclaves=_enclaves(enclaves)), [], loaded.name
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
    emit(named(frame, regions, lang=lang), title=f"{name}: {kind}", kind=format, out=out, lang=lang)
    note(str(summarise_weights(graph)), quiet=quiet)
    if loaded is not None:
        tell_study(loaded, quiet=quiet)
    table = getattr(graph, "by_geometry", None)
    for row in () if table is None else table.itertuples():
        note(
            f"borders that do not match ({row.kind}, {row.distance:.3g} apart): {row.region_a}, {row.region_b}",
            quiet=quiet,
        )
    for text in notes:
        note(text, quiet=quiet)


def _wants(format: str | None, out: Any) -> str:
    return format or (out.suffix.lstrip(".").lower() if out is not None else "")


def _enclaves(value: str) -> Any:
    if value not in ("keep", "merge"):
        raise StudyError(unknown_option("enclaves", value, ["keep", "merge"]))
    return value


def _merged(regions: gpd.GeoDataFrame, values: pd.Series, enclaves: str) -> gpd.GeoDataFrame:
    """Refuse to merge enclaves of a column that nobody knows how to add up."""
    if _enclaves(enclaves) == "merge":
        problem = f"--enclaves merge with column {values.name}: a file does not say how its numbers add up"
        raise StudyError(message(problem, allowed="--enclaves keep, or a study with primary columns"))
    return regions


def _graph(study: Study | None, regions: gpd.GeoDataFrame, kind: str, **options: Any) -> Graph:
    """Build the weights of a study, or of a file."""
    given = links_of(kind, **options)
    if study is None:
        from growthpoles.spatial.weights.build_weights import build_weights

        return build_weights(regions, kind, **given)  # type: ignore[arg-type]
    from growthpoles.study.inputs import study_weights

    return study_weights(study, kind=kind, regions=regions, **given)
