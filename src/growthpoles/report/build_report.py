"""Build the report of a study into one folder: its results computed, its files made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from growthpoles import __version__
from growthpoles.errors import GrowthpolesError, RatingError, Reason, StudyError, unknown_option
from growthpoles.file_reading import note, recorded
from growthpoles.file_writing import WAIT, folder_lock, make_folder, output_folder, safe_name, write_bytes
from growthpoles.language.languages import check_language
from growthpoles.language.phrases import Words
from growthpoles.maps.typography import typefaces
from growthpoles.ratings.catalogue import Catalogue, indicator_values
from growthpoles.report import manifest
from growthpoles.report.figures import figure_plan
from growthpoles.report.manifest import (
    JOURNAL,
    MANIFEST,
    Manifest,
    check_files,
    remove_stale,
    sha256,
    unique_names,
    write_files,
)
from growthpoles.report.results import Results, Stages
from growthpoles.report.stages import STAGES, Progress, draws, permutations, run_stages
from growthpoles.report.tables.report_tables import report_tables
from growthpoles.report.tables.table_formats import csv_bytes
from growthpoles.report.wording import no_classes
from growthpoles.spatial.alignment import with_data
from growthpoles.spatial.global_tests.global_result import GlobalResult
from growthpoles.spatial.global_tests.moran import moran
from growthpoles.spatial.local_tests import LocalResult, local_moran
from growthpoles.spatial.local_tests.multiple_testing import Adjust
from growthpoles.study.inputs import (
    editions,
    input_account,
    load_indicators,
    load_published,
    no_boundaries,
    published_years,
    region_index,
    study_catalogue,
    study_method,
    study_ratings,
    study_regions,
    study_weights,
    unused_inputs,
)
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study, detailed_years

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph


def report_edition(study: Study, edition: str | None) -> str:
    """Return the edition that maps show: the one asked for, or the study's default.

    Raises
    ------
    StudyError
        If the study has no such edition.
    """
    known = editions(study)
    chosen = edition or study.study.edition
    if chosen not in known:
        raise StudyError(unknown_option("edition", chosen, known))
    return chosen


def bare_regions(study: Study) -> gpd.GeoDataFrame:
    """Return the regions of a study without boundaries, whose geometry is missing."""
    import geopandas as gpd

    index = region_index(study)
    return gpd.GeoDataFrame({"geometry": [None] * len(index)}, index=index, geometry="geometry", crs="EPSG:4326")


def compute(study: Study, *, edition: str | None = None, progress: Progress | None = None) -> Results:
    """Run the analysis of a study.

    Parameters
    ----------
    study : Study
    edition : str, optional
        The edition that maps show; tables hold all of them. None is the study's default.
    progress : callable, optional
        Called with the name of each step before it starts.

    Returns
    -------
    Results

    Raises
    ------
    GrowthpolesError
        On bad input. An analysis that the study's data do not allow is left out instead, and named with its reason.
    """
    tell = progress or (lambda step: None)
    edition = report_edition(study, edition)
    tell("boundaries")
    regions = bare_regions(study) if study.boundaries.absent else study_regions(study)
    catalogue = study_catalogue(study)
    left_out: dict[str, str] = {}
    study, read = _ratable(study, edition, catalogue, left_out)
    indicators: dict[tuple[str, int], pd.DataFrame] = {}
    ratings: dict[tuple[str, int], pd.DataFrame] = {}
    compared: dict[tuple[str, int], pd.DataFrame] = {}
    for name in editions(study):
        tell(f"rating, {name}")
        for year in study.years:
            try:
                own = read.get(year) if name == edition else None
                table = load_indicators(year, edition=name, study=study) if own is None else own
            except StudyError:
                if name == edition:
                    raise
                continue  # another edition need not cover every year
            if name == edition or not _lacking(table, name, year, catalogue, left_out):
                indicators[name, year] = table
        tables = {year: table for (other, year), table in indicators.items() if other == name}
        for held, common in ((ratings, False), (compared, True)):
            found = study_ratings(study, tables, catalogue, compared=common)
            held |= {(name, year): rating for year, rating in found.items()}
    published = {year: load_published(year, study=study) for year in published_years(study)}
    if not study_method(study, catalogue).has_classes(catalogue.root):
        left_out["classes"] = no_classes(study, Words("en"))
    graph: Graph | None = None
    try:
        if study.boundaries.absent:
            raise StudyError(no_boundaries())
        graph = study_weights(study, regions=regions)
    except GrowthpolesError as error:
        left_out["moran"] = error.args[0]
    tests: dict[tuple[str, int, str], GlobalResult] = {}
    gaps: dict[tuple[str, int, str], list[str]] = {}
    local: dict[tuple[str, int], LocalResult] = {}
    seed, adjust = study.study.seed, cast("Adjust", study.report.adjust)
    for (name, year, variable), values in _variables(ratings, published, catalogue.root, regions.index).items():
        tell(f"spatial tests, {name} {year}")
        if graph is None:
            continue
        try:
            kept, part, absent = with_data(values, graph)
            drawn = permutations(study, len(regions), detailed=year in detailed_years(study.years))
            tests[name, year, variable] = moran(kept, part, permutations=drawn, rng=seed)
            gaps[name, year, variable] = absent
            if variable == catalogue.root and name in (edition, "published") and year in detailed_years(study.years):
                local[name, year] = local_moran(kept, part, permutations=draws(study), adjust=adjust, rng=seed)
        except GrowthpolesError as error:
            places = {"analysis": "moran", "edition": name, "year": year, "variable": variable}
            left_out[Reason("{analysis} {edition} {year} {variable}", places)] = error.args[0]
    account, unused = input_account(study), unused_inputs(study)
    core = (study, edition, catalogue, regions, graph, indicators, ratings, compared, published, tests, gaps, local)
    stages = run_stages(Results(*core, account, unused, Stages(left_out=left_out)), tell=tell)
    return Results(*core, account, unused, stages)


def _ratable(
    study: Study, edition: str, catalogue: Catalogue, left_out: dict[str, str]
) -> tuple[Study, dict[int, pd.DataFrame]]:
    """Return the study without years that lack a whole indicator, which are named; with them all if every one does.

    Beside it stand the tables, where they are those of the study that is returned.
    """
    short: dict[str, str] = {}
    tables = {year: load_indicators(year, edition=edition, study=study) for year in study.years}
    kept = tuple(year for year, table in tables.items() if not _lacking(table, edition, year, catalogue, short))
    if not short or not kept:
        return study, tables
    left_out.update(short)
    return study.model_copy(update={"study": study.study.model_copy(update={"years": kept})}), {}


def _lacking(table: pd.DataFrame, edition: str, year: int, catalogue: Catalogue, left_out: dict[str, str]) -> bool:
    """Tell whether a table lacks a whole indicator, and say so."""
    try:
        indicator_values(table, catalogue)
    except RatingError as error:
        left_out[Reason("{analysis} {edition} {year}", {"analysis": "rating", "edition": edition, "year": year})] = (
            error.args[0]
        )
        return True
    return False


def _variables(
    ratings: dict[tuple[str, int], pd.DataFrame], published: dict[int, pd.DataFrame], root: str, index: pd.Index
) -> dict[tuple[str, int, str], pd.Series]:
    """Return the variables of the spatial tests: every computed index, and what the source itself published."""
    computed = {(name, year, root): frame[root] for (name, year), frame in ratings.items()}
    printed = {
        ("published", year, root if column == "index" else column): frame[column].reindex(index)
        for year, frame in published.items()
        for column in ("index", "ksi")
        if column in frame
    }
    return {**computed, **printed}


_TEX_ROWS = 200  # a longer table is none of a paper; the CSV file has it
_RECORDS = ("left_out", "reproduction")  # sections whose tables are records of the run
_FIXED = ("study.gpkg", "report.html", "tables/study.xlsx", MANIFEST)  # looked at before anything is computed


def step_count(study: Study) -> int:
    """Return how many steps `build_report` names to its progress callback where nothing has to be left out."""
    published = published_years(study)
    ratings = len(editions(study)) * len(study.years)
    tests = ratings + sum(len({"index", "ksi"} & set(columns)) for columns in published.values())
    ksi_years = tuple(year for year, columns in published.items() if "ksi" in columns)
    return 1 + len(editions(study)) + tests + len(STAGES) + len(figure_plan(study, ksi_years)) + 3


def build_report(
    study: Study | None = None,
    *,
    out: str | Path = "outputs",
    edition: str | None = None,
    lang: str = "en",
    figures: Sequence[str] | None = None,
    weights: str | None = None,
    adjust: str | None = None,
    permutations: int | None = None,
    typeface: str | None = None,
    preset: str | None = None,
    progress: Callable[[str], None] | None = None,
    force: bool = False,
    wait: float = WAIT,
) -> Manifest:
    """Compute everything a study says and write it as tables, figures, one HTML page and a manifest.

    Parameters
    ----------
    study : Study, optional
        None is the built-in study.
    out : path
        Folder; made if missing. Files of an earlier report are replaced if they differ, those that this one does not
        have are removed unless somebody changed them, all others stay.
    edition : str, optional
        The edition that maps show; tables hold all of them. None is the study's default.
    lang : str
        Language of the figures and captions, and the first one of the page, which holds all languages of the study.
    figures : sequence of str, optional
        Kinds of figures to draw; None here and below is what the study's [report] says.
    weights : str, optional
        Graph of the spatial tests, see :func:`growthpoles.build_weights`.
    adjust : str, optional
        Correction for the family of local tests, see :func:`growthpoles.local_moran`.
    permutations : int, optional
        Relocations of the global tests, and of the local ones where they are not enumerated.
    typeface : str, optional
        A TrueType file or an installed family; one that :func:`growthpoles.typeface` has set goes first.
    preset : str, optional
        Size and typography of the figures, see :data:`growthpoles.maps.PRESETS`.
    progress : callable, optional
        Called with the name of each step before it starts.
    force : bool
        Compute again even if the manifest in the folder says that nothing has changed, and replace files of the same
        name that no report wrote. Files that were read for the report are never replaced.
    wait : float
        Seconds to wait for another report in the same folder.

    Returns
    -------
    Manifest
        `unchanged` is True, and `results` None, if inputs, options, versions and all files are those of the last run:
        then nothing is computed or written.

    Raises
    ------
    GrowthpolesError
        On any bad input; all input is read, and everything is computed and drawn, before the first file is written.
    DataError
        If the folder cannot be written, a file to be written is an input or of somebody else, or another report is
        being written there for longer than `wait`.

    Examples
    --------
    >>> import growthpoles as gp
    >>> manifest = gp.build_report(gp.load_study("kazakhstan-2024"), out="report")
    >>> manifest.unchanged, "report.html" in manifest.files
    (False, True)
    """
    study = (study or load_study()).with_report(
        figures=figures, weights=weights, adjust=adjust, permutations=permutations, typeface=typeface, preset=preset
    )
    check_language(lang)
    tell, folder = progress or (lambda step: None), output_folder(out)
    with _typeface(study):
        origin = manifest.provenance(study, _options(study, edition, lang))
        if not force and (same := manifest.unchanged(folder, origin, study)):
            return same
        fresh = not folder.exists()
        make_folder(folder)
        try:
            with folder_lock(folder, wait=wait, tell=tell):
                if not force and (same := manifest.unchanged(folder, origin, study)):  # somebody else has just done it
                    return same
                return _write(study, folder, origin, edition=edition, lang=lang, tell=tell, force=force)
        except BaseException:
            if fresh:
                with contextlib.suppress(OSError):  # not empty: files are there that are whole
                    folder.rmdir()
            raise


def _typeface(study: Study) -> contextlib.AbstractContextManager[object]:
    """Set the figures in the typeface of the study's [report], unless one is set already."""
    font = study.report.typeface
    if font is None or typefaces.chosen():
        return contextlib.nullcontext()
    file = study.resolve(font)
    return typefaces.typeface(file if file.is_file() else font)


def _options(study: Study, edition: str | None, lang: str) -> dict[str, object]:
    """Return the options of a report for its manifest: edition, language, preset, and what departs from a default."""
    report = study.report
    options: dict[str, object] = {"edition": report_edition(study, edition), "lang": lang, "preset": report.preset}
    options |= report.model_dump(mode="json", exclude_defaults=True)
    if face := typefaces.chosen():
        options["typeface"] = face.family
    return options


def _write(
    study: Study,
    folder: Path,
    origin: dict[str, Any],
    *,
    edition: str | None,
    lang: str,
    tell: Callable[[str], None],
    force: bool,
) -> Manifest:
    """Compute and draw everything, then write it; the manifest comes last."""
    before = manifest.written_before(folder)
    named = [study.resolve(file) for file in (study.boundaries.file, *(table.file for table in study.tables)) if file]
    check_files(folder, dict.fromkeys(_FIXED, b""), before=before, inputs=[study.path, *named], force=force)
    with recorded() as read:
        face = typefaces.chosen()
        for path in (study.path, *((Path(face.regular), Path(face.bold)) if face else ())):  # opened before
            note(path)

        def known() -> dict[str, Any]:
            return {**origin, "inputs": manifest.inputs_of(study, read)}

        results = compute(study, edition=edition, progress=tell)
        content = _content(results, lang=lang, origin=known, tell=tell)
    tell("writing")
    check_files(folder, {**content, MANIFEST: b""}, before=before, inputs=read, force=force)
    record = manifest.record_of(known(), results, {name: sha256(data) for name, data in content.items()})
    write_bytes(folder / JOURNAL, manifest.record_bytes({"outputs": {**before, **record["outputs"], MANIFEST: ""}}))
    written = write_files(folder, content)
    removed = remove_stale(folder, before, {*content, MANIFEST}, inputs=read)
    last = {MANIFEST: manifest.record_bytes(record)}
    written += write_files(folder, last)
    (folder / JOURNAL).unlink(missing_ok=True)
    files = {**record["outputs"], MANIFEST: sha256(last[MANIFEST])}
    return Manifest(folder, files, results, written, removed, record)


def _content(
    results: Results, *, lang: str, origin: Callable[[], dict[str, Any]], tell: Callable[[str], None]
) -> dict[str, bytes]:
    """Return every file of the report but the manifest."""
    from growthpoles.report.draw_figures import caption_files, draw_figures
    from growthpoles.report.page import make_page, render_html
    from growthpoles.report.parallel_processes import processes, side_by_side
    from growthpoles.report.tables.geopackage import geopackage_bytes, layers
    from growthpoles.report.tables.paper_tables import html, tex
    from growthpoles.report.tables.report_tables import notes
    from growthpoles.report.tables.table_formats import workbook_bytes

    drawn = draw_figures(results, lang=lang, tell=tell)
    tell("tables")
    tables = report_tables(results)

    def workbook() -> dict[str, bytes]:
        return {"tables/study.xlsx": workbook_bytes(tables, notes=notes(tables, results))}

    def geopackage() -> dict[str, bytes]:
        if results.study.boundaries.absent:
            return {}
        frames, styles = layers(results)
        return {"study.gpkg": geopackage_bytes(frames, results.regions, styles=styles)}

    elsewhere = side_by_side([workbook, geopackage], processes())
    content = {f"tables/{name}.csv": csv_bytes(frame) for name, frame in tables.items()}
    tell("page")
    pages = [make_page(results, code, drawn.pictures[code], provenance=origin()) for code in drawn.pictures]
    for found in elsewhere:
        content |= found
    content |= drawn.files
    content |= caption_files(drawn.captions, lang=lang)
    set_in_paper = [table for section in pages[0].sections if section.ident not in _RECORDS for table in section.tables]
    for table in set_in_paper:
        if len(table.rows) <= _TEX_ROWS:
            name = table.ident.replace("-", "_")
            content[f"tables/tex/{safe_name(name)}.tex"] = tex(table, lang, label=name).encode("utf-8", "replace")
    content["tables/tables.html"] = html(set_in_paper, title=pages[0].title, lang=lang)
    content["report.html"] = render_html(pages, outlines=drawn.outlines, version=__version__)
    return dict(zip(unique_names(content), content.values(), strict=True))
