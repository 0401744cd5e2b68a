"""Commands that write files: the report and single maps."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from growthpoles.cli.shared_options import (
    ADJUST,
    AdjustOption,
    EditionOption,
    LangOption,
    QuietOption,
    SeedOption,
    StudyOption,
    YearOption,
    note,
    open_study,
    tell_account,
    year_of,
)
from growthpoles.errors import MapError, message


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: growthpoles report --out outputs --edition realigned")(report)
    app.command("map", epilog="Example: growthpoles map clusters --year 2014 --preset nature-double --out lisa.pdf")(
        draw
    )


def report(
    study: StudyOption = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write into.")] = Path("outputs"),
    edition: EditionOption = None,
    lang: LangOption = "en",
    seed: SeedOption = None,
    quiet: QuietOption = False,
) -> None:
    """Compute everything; write figures, tables and a report."""
    loaded = open_study(study, lang=lang, seed=seed)
    from growthpoles.cli.terminal import progress_bar, summary
    from growthpoles.report.build_report import build_report, step_count

    with progress_bar(step_count(loaded), quiet=quiet) as tell:
        manifest = build_report(loaded, out=out, edition=edition, lang=lang, progress=tell)
    if manifest.results is None:
        note(f"nothing has changed: {len(manifest.files)} files in {out} are as they were written", quiet=quiet)
    elif not quiet:
        summary(manifest.results)
    tex = [name for name in manifest.files if name.startswith("tables/tex/")]
    for name in sorted(set(manifest.files) - set(tex), key=lambda name: (name.endswith(".html"), name)):
        typer.echo(str(out / name))
    if tex:
        note(f"and the tables for TeX, {len(tex)} files in {out / 'tables' / 'tex'}", quiet=quiet)
    tell_account(loaded, quiet=quiet)


def draw(
    kind: Annotated[
        str,
        typer.Argument(
            help="rating, values, ksi, change, class-change, clusters, hotspots, significance or neighbours."
        ),
    ] = "rating",
    study: StudyOption = None,
    year: YearOption = None,
    edition: EditionOption = None,
    variable: Annotated[
        str | None, typer.Option("--variable", "-v", help="A sub-index or an indicator; default: the index.")
    ] = None,
    lang: LangOption = "en",
    preset: Annotated[
        str, typer.Option("--preset", help="report, nature-double, elsevier-single, plos, slide ...")
    ] = "report",
    font: Annotated[
        str | None, typer.Option("--font", help="A .ttf file or an installed family; default: DejaVu Sans.")
    ] = None,
    font_bold: Annotated[
        str | None, typer.Option("--font-bold", help="File for bold text, if --font is a file.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", "-w", help="Graph of the spatial tests; default: queen.")
    ] = None,
    adjust: AdjustOption = None,
    seed: SeedOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="png, tiff, pdf, svg or eps; default: KIND_YEAR.png here.")
    ] = None,
    proof: Annotated[
        bool, typer.Option("--proof", help="Also write a PNG that shows the map in grey and to colour-blind readers.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Draw one map at its printed size."""
    loaded = open_study(study, lang=lang, seed=seed)
    chosen = year_of(loaded, year)
    _refuse_idle(kind, variable=variable, weights=weights, adjust=adjust)
    if font_bold and not font:
        raise MapError(message("--font-bold has no meaning alone", allowed="with --font"))
    from growthpoles.maps import save_figure, save_proof, typeface
    from growthpoles.report.single_map import draw_map

    with typeface(font, bold=font_bold) if font else nullcontext() as face:
        axes = draw_map(
            loaded,
            kind,
            year=chosen,
            edition=edition,
            variable=variable,
            lang=lang,
            preset=preset,
            weights=weights or "queen",
            adjust=adjust or ADJUST,
        )
    figure = axes.get_figure(root=True)
    assert figure is not None
    target = out or Path(f"{kind}_{chosen}.png")
    shown = "published" if kind == "ksi" else edition or loaded.study.edition
    parameters = {
        "kind": kind,
        "year": chosen,
        "variable": variable or "index",
        "weights": weights,
        "adjust": adjust,
        "font": face.family if face else None,
    }
    parameters = {name: value for name, value in parameters.items() if value is not None}
    save_figure(
        figure,
        target,
        preset=preset,
        title=f"{loaded.text('title', lang)}: {kind}, {chosen}",
        edition=shown,
        source=loaded.text("source", lang),
        parameters=parameters,
    )
    typer.echo(str(target))
    if proof:
        beside = target.with_name(f"{target.stem}_proof.png")
        save_proof(figure, beside, lang=lang)
        typer.echo(str(beside))
    wide, high = (25.4 * side for side in figure.get_size_inches())
    note(f"{wide:.0f} x {high:.0f} mm, preset {preset}, edition {shown}", quiet=quiet)
    tell_account(loaded, quiet=quiet)


def _refuse_idle(kind: str, *, variable: str | None, weights: str | None, adjust: str | None) -> None:
    """Refuse an option that would change nothing, rather than let somebody believe that it did."""
    tests = ("clusters", "hotspots", "significance")
    useful = {
        "variable": (variable, ("rating", "values", "change", "class-change", *tests)),
        "weights": (weights, (*tests, "neighbours")),
        "adjust": (adjust, tests),
    }
    for name, (value, kinds) in useful.items():
        if value is not None and kind not in kinds:
            raise MapError(message(f"--{name} has no meaning for {kind!r}", allowed=f"with {', '.join(kinds)}"))
