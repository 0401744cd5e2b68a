"""Commands that write files: the report and single maps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand

from growthpoles.cli.shared_options import (
    AdjustOption,
    AliasesOption,
    CrsOption,
    DecimalOption,
    DissolveOption,
    EditionOption,
    FileEncodingOption,
    FontBoldOption,
    FontOption,
    GraphOption,
    IgnoreOption,
    KeyOption,
    LangOption,
    LayerOption,
    NameOption,
    NeighboursOption,
    PermutationsOption,
    PowerOption,
    PresetOption,
    QuietOption,
    RepairOption,
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
    allowed,
    check_output,
    file_options,
    links_of,
    listed_regions,
    note,
    one_study,
    open_study,
    refuse_for_file,
    refuse_for_study,
    say,
    study_of,
    tell_account,
    tell_left_out,
    year_of,
)
from growthpoles.errors import GrowthpolesError, MapError, StudyError, counted, listed, message, quoted, shown
from growthpoles.language.languages import alternatives

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from matplotlib.figure import Figure

    from growthpoles.maps.typography.typefaces import Typeface
    from growthpoles.spatial.local_tests.local_result import LocalResult
    from growthpoles.study.file_variable import FileOptions
    from growthpoles.study.study_spec import Study


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: growthpoles report --out outputs --edition realigned")(report)
    epilog = (
        "Examples: growthpoles map clusters --year 2014 --out lisa.pdf; growthpoles map regions.gpkg --variable income"
    )
    app.command("map", cls=_MapCommand, epilog=epilog)(draw)


def report(
    folder: StudyArgument = None,
    study: StudyOption = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write into.")] = Path("outputs"),
    edition: EditionOption = None,
    lang: LangOption = "en",
    figure: Annotated[list[str] | None, typer.Option("--figure", help="A kind to draw; repeat it for more.")] = None,
    preset: PresetOption = None,
    font: FontOption = None,
    font_bold: FontBoldOption = None,
    weights: GraphOption = None,
    adjust: AdjustOption = None,
    permutations: PermutationsOption = None,
    seed: SeedOption = None,
    quiet: QuietOption = False,
) -> None:
    """Compute everything; write figures, tables and a report."""
    loaded = open_study(one_study(folder, study), lang=lang, seed=seed).with_report(
        figures=figure, preset=preset, weights=weights, adjust=adjust, permutations=permutations
    )
    from growthpoles.cli.terminal import progress_bar, summary
    from growthpoles.report.build_report import build_report, step_count

    with _set_in(font, font_bold), progress_bar(step_count(loaded), quiet=quiet) as tell:
        manifest = build_report(loaded, out=out, edition=edition, lang=lang, progress=tell, force=allowed["force"])
    if manifest.results is None:
        note(f"nothing has changed: {len(manifest.files)} files in {out} are as they were written", quiet=quiet)
    elif not quiet:
        summary(manifest.results)
    tex = [name for name in manifest.files if name.startswith("tables/tex/")]
    for name in sorted(set(manifest.files) - set(tex), key=lambda name: (name.endswith(".html"), name)):
        say(str(out / name))
    if tex:
        note(f"and the tables for TeX, {counted(len(tex), 'files')} in {out / 'tables' / 'tex'}", quiet=quiet)
    tell_account(loaded, quiet=quiet)


def draw(
    kind: Annotated[str | None, typer.Argument()] = None,
    file: Annotated[
        Path | None,
        typer.Argument(help="Boundary file of which values, a change, clusters or significance are drawn."),
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
    study: StudyOption = None,
    year: YearOption = None,
    years: Annotated[
        tuple[int, int] | None,
        typer.Option(
            "--years", metavar="<int> <int>", help="First and last year of the change of a file's table; 2015,2021 too."
        ),
    ] = None,
    edition: EditionOption = None,
    variable: Annotated[
        str | None, typer.Option("--variable", "-v", help="A sub-index or an indicator; default: the index.")
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", help="What the column of a file is called, over map and legend.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Source of the data of a file, under the map; default: the table.")
    ] = None,
    lang: LangOption = "en",
    preset: PresetOption = None,
    font: FontOption = None,
    font_bold: FontBoldOption = None,
    weights: WeightsOption = None,
    k: NeighboursOption = None,
    power: PowerOption = None,
    threshold: ThresholdOption = None,
    adjust: AdjustOption = None,
    permutations: PermutationsOption = None,
    seed: SeedOption = None,
    limits: Annotated[str | None, typer.Option("--limits", help="Class limits of values or changes: 0,10,25.")] = None,
    scheme: Annotated[
        str | None, typer.Option("--scheme", help="natural (default), quantiles, equal, pretty, head_tail ...")
    ] = None,
    classes: Annotated[
        int | None, typer.Option("--classes", help="Number of classes; default: 5, of changes 6.")
    ] = None,
    center: Annotated[
        float | None, typer.Option("--center", help="Value from which the colours run apart, such as 0 or 100.")
    ] = None,
    digits: Annotated[int | None, typer.Option("--digits", help="Decimals of the values in the regions.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="png, tiff, jpeg (quality 95), pdf, svg or eps, as the preset takes; default: KIND_YEAR.png.",
        ),
    ] = None,
    cities: Annotated[
        bool, typer.Option("--cities", help="Show the larger cities, as many as there is room for.")
    ] = False,
    locator: Annotated[bool, typer.Option("--locator", help="Show on a small map where the regions lie.")] = False,
    proof: Annotated[
        bool, typer.Option("--proof", help="Also write a PNG that shows the map in grey and to colour-blind readers.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Draw one map at its printed size: of a study, or of a column of any boundary file."""
    from growthpoles.study.file_variable import is_file

    of_file = file_options(
        year, table=table, key=key, name=name, layer=layer, crs=crs, encoding=encoding, table_encoding=table_encoding,
        sheet=sheet, decimal=decimal, thousands=thousands, ignore=ignore, aliases=aliases, repair=repair,
        dissolve=dissolve,
    )  # fmt: skip
    extras: dict[str, Any] = {name: True for name, wanted in (("cities", cities), ("locator", locator)) if wanted}
    how = {"limits": _limits(limits), "scheme": scheme, "classes": classes, "center": center, "digits": digits}
    if file is None and kind is not None and is_file(kind):
        file, study = study_of(Path(kind), study)
        kind = None if file is None else "values"
    else:
        file, study = study_of(file, study)
    if file is not None:
        kind = kind or "values"
        refuse_for_file(study=study, edition=edition)
        if kind not in _OF_FILES:
            problem = f"map {kind} of a file"
            if is_file(kind):
                raise MapError(message("two files", allowed=f"map {kind} --table {file}: the second one is the table"))
            raise MapError(message(problem, allowed=f"{', '.join(_OF_FILES)}; the other kinds are those of a study"))
        asked = {"weights": weights, "k": k, "power": power, "threshold": threshold, "adjust": adjust,
                 "permutations": permutations, "seed": seed}  # fmt: skip
        asked = {name: value for name, value in asked.items() if value is not None}
        if asked and kind in ("values", "change"):
            raise MapError(message(f"--{' --'.join(asked)} with {kind}", allowed="with clusters or significance"))
        fitting = {"values": {*how}, "change": {"limits", "scheme", "classes"}}
        if idle := [name for name, value in how.items() if value is not None and name not in fitting.get(kind, ())]:
            able = " or ".join(each for each, names in fitting.items() if names.issuperset(idle))
            raise MapError(message(f"{listed(f'--{name}' for name in idle)} with {kind}", allowed=f"with {able}"))
        _check_years(kind, of_file, years)
        with _set_in(font, font_bold) as face:
            _draw_file(
                kind, file, of_file, variable, title=title, source=source, lang=lang, preset=preset, out=out,
                proof=proof, face=face, quiet=quiet, settings={**_named(how), **extras}, tested=asked, years=years,
            )  # fmt: skip
        return
    refuse_for_study(of_file, title=title, source=source, years=years)
    loaded = open_study(study, lang=lang, seed=seed).with_report(
        preset=preset, weights=weights, adjust=adjust, permutations=permutations
    )
    preset = loaded.report.preset
    if kind is None:
        kind = _kind_of(loaded, variable)
    chosen = year_of(loaded, year, rated=variable in (None, "index") and kind != "ksi", quiet=quiet)
    given = {"k": k, "power": power, "threshold": threshold}
    _refuse_idle(kind, variable=variable, weights=weights, adjust=adjust, permutations=permutations, **given, **how)
    links = links_of(loaded.report.weights, **given)
    from growthpoles.language.phrases import Words
    from growthpoles.maps import save_figure, save_proof
    from growthpoles.report.figures import KINDS, draw_map, map_kinds

    with _set_in(font, font_bold) as face:
        axes = draw_map(
            loaded,
            kind,
            year=chosen,
            edition=edition,
            variable=variable,
            lang=lang,
            links=links,
            **extras,
            **_named(how),
        )
    figure = axes.get_figure(root=True)
    assert figure is not None
    target = out or Path(f"{kind}_{chosen}.png")
    own = edition or loaded.study.edition
    shown = KINDS[kind].edition_of(own) or own
    parameters: dict[str, object] = {"kind": kind, "year": chosen, "variable": variable or "index"}
    options = {name: getattr(loaded.report, name) for name in ("weights", "adjust", "permutations")}
    parameters |= {name: value for name, value in options.items() if value is not None and kind in map_kinds(name)}
    parameters |= {**links, **_named(how), **extras, **({"font": face.family} if face else {})}
    _check_figures(target, proof=proof)
    save_figure(
        figure,
        target,
        preset=preset,
        title=f"{loaded.text('title', lang)}: {kind}, {chosen}",
        description=_described(figure),
        edition=shown,
        source=loaded.text("source", lang),
        parameters=parameters,
    )
    say(str(target))
    if proof:
        beside = _proof_of(target)
        save_proof(figure, beside, lang=lang)
        say(str(beside))
    wide, high = (25.4 * side for side in figure.get_size_inches())
    printed = Words("en")("preset", preset.partition(":")[0])
    note(f"{wide:.0f} x {high:.0f} mm, preset {preset} ({printed}), edition {shown}", quiet=quiet)
    if kind in map_kinds("weights"):
        from growthpoles.report.draw_figures import map_graph

        graph, absent = map_graph(loaded, kind, year=chosen, edition=edition, variable=variable, links=links)
        tell_left_out(absent, graph, quiet=quiet)
    _tell_unnamed(figure, quiet=quiet)
    tell_account(loaded, quiet=quiet)


_FLAGGED = 6  # regions that the source line names for each mark of a table
#: Kinds of map that the column of a file has; the other kinds are those of a study.
_OF_FILES = ("values", "change", "clusters", "significance")


def _years_in(options: FileOptions) -> list[int]:
    """Return the years that a table says, for a message: none where it cannot be read without boundaries."""
    from growthpoles.study.read_published import read_blocks, read_sheets

    assert options.table is not None
    with suppress(GrowthpolesError):
        grids = read_sheets(options.table, sheet=options.sheet, encoding=options.table_encoding or options.encoding)
        return sorted({year for block in read_blocks(grids, None)[0] for year in block.years})
    return []


def _check_years(kind: str, options: FileOptions, years: tuple[int, int] | None) -> None:
    """Refuse a change without its two years, and years of what is no change."""
    if kind != "change":
        if years is not None:
            raise MapError(message(f"--years with {kind}", allowed="with change; --year for one year"))
        return
    if years is None:
        held = _years_in(options) if options.table is not None else []
        first, last = (held[0], held[-1]) if len(held) > 1 else (2015, 2021)
        allowed = f"--years {first} {last} (or {first},{last}), the first and the last"
        allowed += f" of {listed(held)}" if len(held) > 2 else ""
        raise MapError(message("map change of a file without its years", allowed=allowed))
    if options.table is None:
        raise MapError(message("map change without a table", allowed="--table, which holds both years"))
    if options.year is not None:
        raise MapError(message(f"--year {options.year} with --years", allowed="--years alone"))
    if years[0] >= years[1]:
        raise MapError(message(f"--years {years[0]} {years[1]}", allowed="the earlier year first"))


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a file as it is in one year, and what its table says of it."""

    table: pd.DataFrame
    values: pd.Series

    @property
    def name(self) -> str:
        """What it is called in that year."""
        return str(self.values.name)

    @property
    def year(self) -> Any:
        """Its year as it is printed, None where it has none."""
        return self.said("printed", self.table.attrs.get("year"))

    def said(self, what: str, missing: Any) -> Any:
        """Return its unit, its title, its flags ..., `missing` where the table says none."""
        return self.table.attrs.get(what, {}).get(self.name, missing)


def _draw_file(
    kind: str,
    path: Path,
    options: FileOptions,
    variable: str | None,
    *,
    title: str | None = None,
    source: str | None = None,
    lang: str,
    preset: str | None,
    out: Path | None,
    proof: bool,
    face: Typeface | None,
    quiet: bool,
    settings: dict[str, Any],
    tested: dict[str, Any],
    years: tuple[int, int] | None = None,
) -> None:
    """Map a column of a file, or of the table joined to it, its change, or what a local test (LISA) says of it."""
    from growthpoles import maps
    from growthpoles.language.languages import check_language
    from growthpoles.maps import save_figure, save_proof
    from growthpoles.maps.presets import get_preset
    from growthpoles.maps.source_note import between, source_parts
    from growthpoles.maps.thematic.class_change_map import crowded
    from growthpoles.spatial.weights.build_weights import CONTIGUITY
    from growthpoles.study.file_variable import read_files
    from growthpoles.study.files.printed_subjects import has_own_unit, needs_title, yearless

    check_language(lang)
    plain = kind in ("values", "change")
    bordered = not plain and tested.get("weights", "queen") in CONTIGUITY
    if years is not None:
        options = replace(options, year=years[1], years=years)
    found = read_files(path, options, variable=variable, neighbours=bordered)
    values = found.values(variable)
    columns = [_Column(found.table, values)]  # the earlier year first
    if years is not None:
        before = read_files(path, replace(options, year=years[0]), variable=variable)
        found.notes = list(dict.fromkeys([*found.notes, *before.notes]))
        # "Q1" is the column "Q1 2020" of one year and "Q1 2022" of the other.
        first = before.values(variable).reindex(values.index)
        if first.name == values.name in found.table.attrs["undated"]:
            problem = f"{quoted(values.name)} says no year, and would be its own change"
            offered = listed(found.in_both(), write=str)
            either = f"--variable one of {offered}" if offered else "a table that says both years"
            raise MapError(message(problem, where=found.source, allowed=either))
        columns.insert(0, _Column(before.table, first))
        names = [each.name for each in columns]
        bare = dict.fromkeys(map(yearless, names))  # rounds of a survey ("EICV4", "EICV5") are two
        called = values.name if first.name == values.name else next(iter(bare)) if len(bare) == 1 else ""
        if not called and variable is None:
            both_called = (
                f"those of {year} are called {quoted(each)}" for year, each in zip(years, names, strict=True)
            )
            found.notes.append(f"the numbers: {' and '.join(both_called)}")
        values = change_between(first, values).rename(str(called or variable or " / ".join(names)))
    assert found.regions is not None
    name = str(values.name)
    unit, over = columns[-1].said("units", ""), columns[-1].said("titles", "")
    shown = f"{name}, {unit}" if plain and unit.casefold() not in name.casefold() else name
    titles = found.table.attrs.get("titles", {})
    of_one = over and needs_title(name, [each for each, own in titles.items() if own == over])
    dates = [each.year for each in columns]
    if years is not None and dates[0] == dates[1]:
        problem, allowed = f"--years {years[0]} {years[1]} are both {dates[0]}", "two years as they are printed"
        raise MapError(message(problem, where=found.source, allowed=allowed))
    if years is not None:
        own = _in_points(unit, lang)
        points = f"{name}, {own}" if own is not None and shown != name else _in_points(shown, lang)
        if points is None and of_one and not has_own_unit(shown) and (above := _in_points(over, lang)) is not None:
            over, points = above, shown  # the title says the unit of all its numbers
        of_change = "in the unit of the numbers" if points is None else "in percentage points"
        found.notes.append(f"change: {dates[1]} less {dates[0]}, {of_change}")
        shown = points or shown
        if not {"limits", "scheme", "k"} & settings.keys() and (most := crowded(values.to_numpy()))[0]:
            told = f"{most[0]} of {values.count()} regions would be in {counted(most[1], 'classes')} of equal width"
            found.notes.append(f"classes: natural breaks of the sizes, as {told}; --scheme equal for those")
    low, high = values.min(), values.max()
    signs = min(-low, high) > 1e-12 * (high - low)
    if kind == "values" and signs and not {"limits", "center"} & settings.keys():
        apart = "colours run apart from 0; --center 0 for even steps, --scheme natural for one range of colours"
        mixed = "one class may hold both; without --scheme, or with --center 0 instead, colours run apart from 0"
        found.notes.append(f"numbers of both signs: {mixed if 'scheme' in settings else apart}")
    drawn = values if plain else _lisa(found.regions, values, **tested)
    called = title if title is not None else f"{over}: {shown}" if of_one else shown
    if source is None and options.table:
        source = options.table.name + (f": {over}" if over and not of_one else "")
    flags = [each.said("flags", {}) for each in reversed(columns)]
    if flagged := _flagged(flags, reversed(dates), values, found.regions):
        source = f"{source} ({flagged})" if source else flagged
    dated: dict[str, Any] = {"year": dates[0]} if years is None else {"years": tuple(dates)}
    axes = getattr(maps, f"plot_{kind}")(
        found.regions,
        drawn,
        variable=called,
        lang=lang,
        preset=preset or "report",
        source=source,
        **dated,
        **settings,
    )
    figure = axes.get_figure(root=True)
    assert figure is not None
    # A year that is asked for is in the name of the file: the map of another year is another file.
    asked = options.year is not None or (variable is not None and str(dates[-1]) in variable not in (name, shown))
    words = [*([] if kind == "values" else [kind]), name, *map(str, dates if years is not None or asked else ())]
    target = out or Path(re.sub(r"[^\w.-]+", "_", " ".join(words)) + ".png")
    parameters: dict[str, object] = {"variable": name} | dated | settings | tested
    parameters |= ({"title": title} if title is not None else {}) | ({"font": face.family} if face else {})
    _check_figures(target, proof=proof)
    save_figure(
        figure, target, preset=preset or "report", title=called, description=_described(figure), source=found.source,
        parameters=parameters,
    )  # fmt: skip
    say(str(target))
    if proof:
        beside = _proof_of(target)
        save_proof(figure, beside, lang=lang)
        say(str(beside))
    for text in found.notes:
        note(text, quiet=quiet)
    lacking = values.index[values.isna()]
    if not plain:
        tell_left_out(lacking, drawn.tested.graph, found.regions, quiet=quiet)  # type: ignore[union-attr, arg-type]
    elif len(lacking):
        note(f"no data: {listed_regions(lacking, found.regions)}", quiet=quiet)
    _tell_unnamed(figure, found.regions, quiet=quiet)
    span = dates[0] if years is None else between(*dates)
    parts = source_parts(found.regions, lang, year=span, source=source)
    if parts and get_preset(preset or "report").source_line == "none":
        note(f"for the caption: {'; '.join(parts)}", quiet=quiet)


_PER = (
    rf"(?:(?:{alternatives('unit_before')})\s+)?"
    rf"(?:%|(?:{alternatives('percentages')})(?!\w))(?!\W(?:point|punkt|punt|punct|bod|pist|пункт|тармақ))"
)
_PERCENT = re.compile(
    rf"(?:([(\[]){_PER}(?=[^()\[\]]*[)\]])|(, ){_PER}(?=[^,]*$)|(?<!\d)(?<!\d\s)(^|\s+|(?=%)){_PER}$)", re.IGNORECASE
)


def _in_points(name: str, lang: str) -> str | None:
    """Return what a percentage is called whose change is drawn: in percentage points; None where it is none."""
    from growthpoles.language.languages import translator

    points = translator(lang)("percentage points")
    told, times = _PERCENT.subn(lambda hit: f"{hit[1] or (', ' if hit.start() else '')}{points}", name, count=1)
    return told if times else None


def change_between(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return `after` less `before`, with no more decimals than they have: the difference of 0.3 and 0.1 is 0.2."""
    import pandas as pd

    both = pd.concat([before, after]).dropna()
    decimals = next((at for at in range(12) if both.round(at).equals(both)), None)
    change = after - before
    return change if decimals is None else change.round(decimals)


def _flagged(
    flags: Iterable[Mapping[str, Sequence[object]]], years: Iterable[object], values: pd.Series,
    regions: gpd.GeoDataFrame,
) -> str:  # fmt: skip
    """Say which numbers on a map are marked in their table, by the mark: "p: Jura, Uri"; after some their count.

    A mark of all numbers is one of the year: "2023 (p)".
    """
    names = dict(regions["name"].items()) if "name" in regions else {}
    marked: dict[str, dict[object, None]] = {}
    told = []
    valued = set(values.dropna().index)
    for held, year in zip(flags, years, strict=False):
        of_all = {flag.rsplit(" ", 1)[-1] for flag in held}
        whole = (
            len(of_all) == 1
            and of_all <= held.keys()
            and len(valued) > 1
            and valued <= {code for codes in held.values() for code in codes}
        )
        if whole:
            told.append(" ".join(map(str, filter(None, (year, *of_all)))))
        for flag, codes in held.items():
            own = flag.rpartition(" ")[0] if whole else flag
            if own:
                marked.setdefault(own, {}).update(dict.fromkeys(names.get(code, code) for code in codes))
    for flag, found in marked.items():
        some = ", ".join(map(str, list(found)[:_FLAGGED]))
        told.append(f"{flag}: {some}" if len(found) <= _FLAGGED else f"{flag} ({len(found)}): {some}, …")
    return "; ".join(told)


def _lisa(
    regions: gpd.GeoDataFrame, values: pd.Series, *, weights: Any = None, adjust: Any = None,
    permutations: int | None = None, seed: int | None = None, **links: Any,
) -> LocalResult:  # fmt: skip
    """Test a column region by region as `stats --statistic local_moran` does."""
    import growthpoles as gp
    from growthpoles.randomness import SEED
    from growthpoles.study.study_spec import Report

    report = Report()
    chosen: Any = weights or report.weights
    kept, part, _ = gp.with_data(values, gp.build_weights(regions, chosen, **links_of(chosen, **links)))
    options: dict[str, Any] = {"rng": SEED if seed is None else seed, "adjust": adjust or report.adjust}
    if (draws := permutations or report.permutations) is not None:
        options["permutations"] = draws
    return gp.local_moran(kept, part, **options)


def _tell_unnamed(figure: Figure, regions: gpd.GeoDataFrame | None = None, *, quiet: bool) -> None:
    """Say which regions the map names neither by their name nor by a number, and what belongs in its caption."""
    from growthpoles.maps.thematic.cluster_map import how_tested
    from growthpoles.maps.thematic.map_drawing import facts_of, keyed_of, projections_of, unnamed_of

    if found := unnamed_of(figure):
        note(
            f"without a name on this map: {counted(len(found), 'regions')}, {listed_regions(found, regions)}",
            quiet=quiet,
        )
    within: dict[Any, dict[Any, None]] = {}
    for inner, outer in (pair for ax in figure.axes for pair in getattr(ax, "covered_by", ())):
        within.setdefault(outer, {})[inner] = None
    for outer, inner in within.items():
        which = f"{listed_regions(inner, regions)}: within the polygon of {listed_regions([outer], regions)}"
        note(f"{which}, which covers it; drawn on top, as if it were cut out", quiet=quiet)
    if projection := projections_of(figure):
        note(f"projection: {projection}; lengths are not to be compared over the map", quiet=quiet)
    for fact in [*how_tested(figure), *facts_of(figure)]:
        note(f"for the caption: {fact}", quiet=quiet)
    if key := keyed_of(figure):
        note(f"for the caption, since the list has no room on this page: {key}", quiet=quiet)


def _proof_of(target: Path) -> Path:
    return target.with_name(f"{target.stem}_proof.png")


def _check_figures(target: Path, *, proof: bool) -> None:
    """Refuse to draw over inputs, or over files that growthpoles did not write."""
    for path in (target, *([_proof_of(target)] if proof else ())):
        check_output(path, b"")


def _described(figure: Figure) -> str:
    """Say what a map shows of every region, for somebody who does not see it."""
    from growthpoles.language.phrases import shorten
    from growthpoles.maps.thematic.cluster_map import how_tested
    from growthpoles.maps.thematic.map_drawing import facts_of, told_of

    told = "; ".join(text for texts in told_of(figure).values() for text in texts)
    return shorten(" ".join([*how_tested(figure), *facts_of(figure), told]), 2_000)


def _set_in(font: str | None, bold: str | None) -> AbstractContextManager[Typeface | None]:
    """Set figures in the typeface that was asked for, if any."""
    if bold and not font:
        raise MapError(message("--font-bold has no meaning alone", allowed="with --font"))
    from growthpoles.maps import typeface

    return typeface(font, bold=bold) if font else nullcontext()


def _limits(text: str | None) -> list[float] | None:
    """Read class limits: numbers parted by commas, semicolons or blanks."""
    if text is None:
        return None
    try:
        return [float(part) for part in re.split(r"[,;\s]+", text.strip())]
    except ValueError:
        raise MapError(message(f"--limits {text!r} are no numbers", allowed="such as 0,10,25,100")) from None


def _named(how: dict[str, Any]) -> dict[str, Any]:
    """Return the options of classes that were given, by the names of :func:`growthpoles.plot_values`."""
    return {{"classes": "k"}.get(name, name): value for name, value in how.items() if value is not None}


def _kind_of(study: Study, variable: str | None) -> str:
    """Return the kind of map where none is named: numbers that are no scores have no classes of a rating."""
    from growthpoles.study.inputs import study_catalogue

    catalogue = study_catalogue(study)
    return "values" if variable in set(catalogue.codes) - set(catalogue.aggregates) else "rating"


def _refuse_idle(kind: str, **options: Any) -> None:
    """Refuse an option that would change nothing, rather than let somebody believe that it did."""
    from growthpoles.report.figures import map_kinds

    for name, value in options.items():
        useful = map_kinds(name)
        if value is not None and kind in map_kinds() and kind not in useful:
            raise MapError(message(f"--{name} has no meaning for {kind!r}", allowed=f"with {', '.join(useful)}"))


class _MapCommand(TyperCommand):
    """The command of single maps: its help lists the kinds of the registry; two years may be one word ("2015,2021")."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Make two words of a pair."""
        pairs = {name for param in self.params if param.nargs == 2 for name in param.opts}
        words: list[str] = []
        for at, word in enumerate(args):
            option, equals, value = word.partition("=")
            before = args[at - 1] if at else ""
            if option in pairs and equals:
                words += [option, *_two_years(option, [value])]
            elif before in pairs:
                words += _two_years(before, args[at : at + 2])
            elif at > 1 and args[at - 2] in pairs and (year := _first_year(word)) is not None:
                words.append(str(year))
            else:
                words.append(word)
        return super().parse_args(ctx, words)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Fill in the kinds, which are not loaded before somebody asks."""
        from growthpoles.report.figures import map_kinds

        for param in self.params:
            if isinstance(param, TyperArgument) and param.name == "kind":
                kinds = ", ".join(map_kinds())
                param.help = (
                    f"A boundary file, or what to draw of a study: {kinds}; default: rating, of an indicator values."
                )
        super().format_help(ctx, formatter)


def _first_year(word: str) -> int | None:
    """Return the year of a word, or the first one of a period."""
    from growthpoles.study.files.printed_labels import parse_period, parse_year

    label = parse_year(word)
    return label.year if label is not None else (parse_period(word) or (None,))[0]


def _two_years(option: str, words: list[str]) -> list[str]:
    """Return both years where the first word holds both, else that word."""
    whole = [_first_year(word) for word in re.split(r"[,;]", words[0]) if word.strip()]
    paired = len(whole) == 2 or (len(words) > 1 and _first_year(words[1]) is not None)
    if paired and None not in whole:  # "2021/22", which is one year where another follows
        return [str(year) for year in whole]
    first, *more = [word.strip() for word in re.split(r"[,;–-]", words[0]) if word.strip()] or [""]
    second = [*more, *words[1:], ""][0].strip()
    if not (first.isdecimal() and second.isdecimal()) or len(more) > 1:
        allowed = f"two years: {option} 2015 2021, or {option} 2015,2021"
        raise StudyError(message(f"{option} {shown(words[0])}", allowed=allowed))
    return [first, *more]
