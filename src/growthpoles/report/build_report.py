"""Build the report of a study into one folder."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from growthpoles import __version__
from growthpoles.file_reading import note, recorded
from growthpoles.file_writing import WAIT, folder_lock, make_folder, output_folder, safe_name, write_bytes
from growthpoles.language.languages import check_language
from growthpoles.maps.typography import typefaces
from growthpoles.report import manifest
from growthpoles.report.compute_results import compute, report_edition
from growthpoles.report.figures import caption_files, figure_plan
from growthpoles.report.manifest import MANIFEST, Manifest
from growthpoles.report.report_files import JOURNAL, check_files, remove_stale, sha256, unique_names, write_files
from growthpoles.report.results import Results
from growthpoles.report.stages import STAGES
from growthpoles.report.tables.report_tables import report_tables
from growthpoles.report.tables.table_formats import csv_bytes
from growthpoles.study.inputs import editions, published_years
from growthpoles.study.load_study import load_study
from growthpoles.study.study_spec import Study

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
    from growthpoles.report.draw_figures import draw_figures
    from growthpoles.report.page import make_page, render_html
    from growthpoles.report.parallel_processes import processes, side_by_side
    from growthpoles.report.tables.geopackage import geopackage_bytes
    from growthpoles.report.tables.map_layers import layers
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
