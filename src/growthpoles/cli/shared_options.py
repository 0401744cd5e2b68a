"""Command-line options that several commands share, and the output of a table."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from growthpoles.errors import (
    GrowthpolesError,
    SpatialError,
    StudyError,
    listed,
    message,
    shown,
    unknown_option,
    visible,
)
from growthpoles.language.languages import LANGUAGES, check_language

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from libpysal.graph import Graph

    from growthpoles.study.file_variable import FileOptions
    from growthpoles.study.study_spec import Study

_PATIENCE = 20  # seconds until a scheduler that does not answer is given up
StudyOption = Annotated[
    str | None,
    typer.Option("--study", "-s", help="A study.toml, its folder, or a built-in name; default: kazakhstan-it."),
]
StudyArgument = Annotated[
    str | None, typer.Argument(help="The study, as --study takes it.", metavar="[STUDY]", show_default=False)
]


def _year(text: str) -> int:
    """Read a year, also as tables print it: "2023/24" is the one that begins in 2023."""
    from growthpoles.study.files.printed_labels import parse_period, parse_year

    if (period := parse_period(text)) is not None:
        return period[0]
    label = parse_year(text)
    if label is None and not re.fullmatch(r"-?\d+", text):
        raise typer.BadParameter(f"{text!r} is not a valid integer.")
    return int(text) if label is None else label.year


YearOption = Annotated[
    int | None,
    typer.Option("--year", "-y", parser=_year, metavar="<int>", help="A year of the study; default: the last."),
]
EditionOption = Annotated[
    str | None, typer.Option("--edition", "-e", help="Which reading of the source; default: the study's own.")
]
LangOption = Annotated[
    str, typer.Option("--lang", "-l", help=f"Language of names and figures: {', '.join(LANGUAGES)}.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Results only: no progress, no notes.")]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Seed of all random numbers; default: the study's.")]
JobsOption = Annotated[int, typer.Option("--jobs", "-j", help="Worker processes; the results do not depend on it.")]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        help="Dask scheduler whose workers relocate, such as tcp://10.0.0.1:8786; the results do not depend on it.",
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format", "-f", help="csv, json, md, tex, xlsx, parquet, geoparquet or gpkg, instead of a terminal table."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="File to write; default: standard output. Its ending sets the format."),
]
EnclavesOption = Annotated[str, typer.Option("--enclaves", help="keep, or merge cities with the region around them.")]

AdjustOption = Annotated[
    str | None,
    typer.Option(
        "--adjust",
        help="Family of local tests: none, bonferroni, fdr, fdr-discrete, by, tarone or max-t; default: tarone, or as "
        "the study says.",
    ),
]

PresetOption = Annotated[
    str | None, typer.Option("--preset", help="report (default), nature-double, elsevier-single, plos, slide ...")
]
FontOption = Annotated[
    str | None, typer.Option("--font", help="A .ttf file or an installed family; default: DejaVu Sans.")
]
FontBoldOption = Annotated[str | None, typer.Option("--font-bold", help="File for bold text, if --font is a file.")]
GraphOption = Annotated[
    str | None,
    typer.Option("--weights", "-w", help="Graph of the spatial tests; default: queen, or as the study says."),
]
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
PermutationsOption = Annotated[int | None, typer.Option("--permutations", help="Relocations where p is not exact.")]


#: What the person at the terminal allows, and whether the study is named, for the command that runs.
allowed: dict[str, bool] = {"outside": False, "force": False, "unnamed": False}


def _allow(name: str) -> Callable[[bool], bool]:
    return lambda value: allowed.update({name: value}) or value


OutsideOption = Annotated[
    bool,
    typer.Option(
        "--outside",
        callback=_allow("outside"),
        help="Let study.toml name files outside its folder: for your own study.",
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", callback=_allow("force"), help="Replace files that growthpoles did not write; no inputs."),
]
FileArgument = Annotated[
    Path | None, typer.Argument(help="Boundary file with the numbers, or to join --table to; default: a study.")
]
TableOption = Annotated[
    Path | None, typer.Option("--table", "-t", help="Table joined to the file; no study is needed.")
]
KeyOption = Annotated[str | None, typer.Option("--key", help="Column of the file that identifies a region.")]
LayerOption = Annotated[str | None, typer.Option("--layer", help="Layer of the file.")]
CrsOption = Annotated[
    str | None, typer.Option("--crs", help="Coordinate system of a file that states none; none is a plane.")
]
NameOption = Annotated[
    str | None, typer.Option("--name", help="Column of the file with the names of the regions, which are drawn.")
]
FileEncodingOption = Annotated[
    str | None,
    typer.Option("--encoding", help="Of the texts of the files that do not say it: a Shapefile, a text table."),
]
TableEncodingOption = Annotated[
    str | None, typer.Option("--table-encoding", help="Of the table, where it is another one than --encoding.")
]
SheetOption = Annotated[str | None, typer.Option("--sheet", help="Sheet of the table.")]
DecimalOption = Annotated[
    str | None, typer.Option("--decimal", help="Decimal sign of the table, where it could be read in two ways.")
]
ThousandsOption = Annotated[str | None, typer.Option("--thousands", help="Sign between its thousands, so.")]
IgnoreOption = Annotated[
    list[str] | None, typer.Option("--ignore", help='A row that is no region; "*": all that fit none.')
]
AliasesOption = Annotated[
    list[str] | None,
    typer.Option("--aliases", help="NAME=KEY of a name that fits no region; repeat it, or a table: name, key."),
]
RepairOption = Annotated[
    str | None, typer.Option("--repair", help="clean mends polygons and borders of the file; default: refuse.")
]
DissolveOption = Annotated[
    bool | None, typer.Option("--dissolve/--no-dissolve", help="Whether rows of one region are united.")
]


def file_options(year: int | None = None, **given: Any) -> FileOptions:
    """Put the options of a file together; where they stand at a study, they are refused by :func:`refuse_for_study`."""
    from growthpoles.study.file_variable import FileOptions

    repair: Literal["refuse", "clean"] = given.pop("repair", None) or "refuse"
    if repair not in ("refuse", "clean"):
        raise StudyError(unknown_option("repair", repair, ["refuse", "clean"]))
    check_signs(decimal=given.get("decimal"), thousands=given.get("thousands"))
    ignore = tuple(given.pop("ignore", None) or ())
    aliases = aliases_of(given.pop("aliases", None) or ())
    return FileOptions(year=year, repair=repair, ignore=ignore, aliases=aliases, **given)


def check_signs(*, decimal: str | None, thousands: str | None) -> None:
    """Refuse signs that no table has in its numbers."""
    for name, sign, signs in (("decimal", decimal, ",."), ("thousands", thousands, ",.'")):
        if sign is not None and (len(sign) != 1 or sign not in signs):
            raise StudyError(unknown_option(name, sign, signs))


def aliases_of(texts: Iterable[str]) -> dict[str, str]:
    """Return the key of every name in NAME=KEY, where it is behind the last sign, or in tables of names and keys.

    What is the path of a file is a table, whichever signs the path has.
    """
    found: dict[str, str] = {}
    for text in texts:
        told, _, key = text.rpartition("=")
        # Path.is_file would raise where a name is longer than any path
        pairs = _alias_table(Path(text)) if os.path.isfile(text) else [(told, key)]  # noqa: PTH113
        for name, code in ((name.strip(), code.strip()) for name, code in pairs):
            if not (name and code):
                allowed = '"name in the table=KEY of the region", or a table with the columns name and key'
                raise StudyError(message(f"--aliases {text[:80]!r}", allowed=allowed))
            if found.setdefault(name, code) != code:
                problem = f"--aliases: {shown(name)} is said to be {found[name]} and {code}"
                allowed = "one region for a name; where it is both together, boundaries in which they are one"
                raise StudyError(message(problem, allowed=allowed))
    return found


def _alias_table(path: Path) -> list[tuple[str, str]]:
    """Return the names and keys of a table that has these two columns."""
    from growthpoles.study.files.cell_grids import read_grids
    from growthpoles.study.files.table_files import cell_text

    header, *rows = [[*map(cell_text, row)] for _, row in read_grids(path)[0].rows] or [[]]
    if not {"name", "key"} <= {*header}:
        raise StudyError(message(f"--aliases {path}: no columns called name and key", allowed="a header name,key"))
    at = header.index("name"), header.index("key")
    return [(row[at[0]], row[at[1]]) for row in rows if len(row) > max(at)]


def refuse_for_study(options: FileOptions, **given: object) -> None:
    """Refuse options that only a file has."""
    idle = [name for name in options.given() if name != "year"]
    idle += [name for name, value in given.items() if value is not None]
    if idle:
        problem = f"--{' --'.join(idle).replace('_', '-')} without a file"
        raise StudyError(message(problem, allowed="a boundary file as first argument, or study.toml"))


def refuse_for_file(**given: object) -> None:
    """Refuse options that only a study has."""
    idle = [name for name, value in given.items() if value is not None]
    if idle:
        allowed = "the file without --study, or --study without the file" if "study" in idle else "with --study"
        raise StudyError(message(f"--{' --'.join(idle)} with a file", allowed=allowed))


def study_of(file: Path | None, study: str | None) -> tuple[Path | None, str | None]:
    """Take a file that is a study.toml, or a folder with one, for the study."""
    if file is None or not (file.name == "study.toml" or (file / "study.toml").is_file()):
        return file, study
    return None, one_study(str(file), study)


def one_study(given: str | None, study: str | None) -> str | None:
    """Return the study, whether it is given as an argument or as an option."""
    if given is not None and study is not None:
        raise StudyError(message(f"two studies, {given} and {study}", allowed="one of them"))
    return study if given is None else given


def open_study(study: str | None, *, lang: str = "en", seed: int | None = None) -> Study:
    """Load a study, with another seed if one is asked for; :func:`tell_study` says which one where none is named."""
    from growthpoles.study.load_study import load_study

    check_language(lang)
    loaded = load_study(study, outside=allowed["outside"])
    allowed["unnamed"] = study is None
    if seed is None:
        return loaded
    if seed < 0:
        raise StudyError(message(f"--seed {seed}", allowed="0 or more"))
    return loaded.model_copy(update={"study": loaded.study.model_copy(update={"seed": seed})})


def year_of(study: Study, year: int | None, *, rated: bool = False, quiet: bool = False) -> int:
    """Return the year asked for, or the last of the study; where it is `rated`, the last with all its indicators."""
    if year is None:
        return _last_rated(study, quiet=quiet) if rated else study.years[-1]
    if year not in study.years:
        allowed = ", ".join(map(str, study.years))
        raise StudyError(message(f"year {year} is not in the study", where=study.name, allowed=allowed))
    return year


def _last_rated(study: Study, *, quiet: bool) -> int:
    """Return the last year whose tables hold every indicator, and say what a later one lacks."""
    from growthpoles.study.inputs import load_indicators
    from growthpoles.study.inputs.indicators import absent_that_year, study_catalogue

    lacking = ""
    for year in reversed(study.years):
        with suppress(GrowthpolesError):  # which is told where the year is read in earnest
            if absent := absent_that_year(load_indicators(year, study=study), study_catalogue(study)):
                lacking = lacking or f"{year} cannot be rated, since its tables do not hold {listed(absent)}"
                continue
        if lacking:
            note(f"the year: {year} ({lacking})", quiet=quiet)
        return year
    from growthpoles.study.examine_study import no_year_rated

    if (none := no_year_rated(study, study_catalogue(study))) is not None:
        raise StudyError(none)
    return study.years[-1]


def named(frame: pd.DataFrame, study: Study | gpd.GeoDataFrame, *, lang: str = "en") -> pd.DataFrame:
    """Put the names of the regions beside their codes, where the study or the file has names."""
    from growthpoles.study.study_spec import Study

    if isinstance(study, Study):
        if study.boundaries.absent:
            return frame
        from growthpoles.study.inputs import study_regions

        study = study_regions(study)
    from growthpoles.study.inputs.study_regions import written_names

    regions, names = study, written_names(study, lang)
    if names.equals(regions.index.to_series().astype(object)) or "region" not in frame.index.names:
        return frame
    beside = frame.copy()
    beside.insert(0, "name", names.reindex(frame.index.get_level_values("region")).to_numpy())
    return beside


def emit(
    frame: pd.DataFrame,
    *,
    title: str,
    kind: str | None = None,
    out: Path | None = None,
    digits: int = 2,
    regions: gpd.GeoDataFrame | None = None,
    lang: str = "en",
    names: Mapping[str, str] | None = None,
    facts: Mapping[str, Any] = MappingProxyType({}),
    told: str = "",
) -> None:
    """Print a table for a person, columns by `names`, or write it in a format to a file or to standard output.

    Tables for people (md, tex) are headed by `names` too, those for machines by codes.

    What holds for all rows a file says too: tables for machines in columns of their own (`facts`), tables for people
    in a note below (`told`).
    """
    from growthpoles.report.tables.table_formats import FORMATS, NOTED, serialise

    if kind is None and out is not None:
        kind = out.suffix.lstrip(".").lower()
    if kind is None:
        from growthpoles.cli.terminal import print_frame

        print_frame(frame, title=title, digits=digits, lang=lang, names=names)
        return
    if kind not in FORMATS:
        raise StudyError(unknown_option("format", kind, FORMATS))
    if kind not in NOTED:
        frame = frame.assign(**facts)
    held = Counter((names or {}).get(str(column), str(column)) for column in frame.columns)
    heads = {code: name for code, name in (names or {}).items() if held[name] == 1}  # as on a terminal
    content = serialise(frame, kind, title=title, regions=regions, lang=lang, note=told, names=heads)
    if out is not None:
        save(out, content)
    else:
        sys.stdout.buffer.write(content.removeprefix(codecs.BOM_UTF8))  # a mark has no place in a pipe
        sys.stdout.buffer.flush()


def save(out: Path, content: bytes) -> None:
    """Write one file and say so; no input is written over, and what is there stays unless growthpoles wrote it."""
    from growthpoles.file_writing import is_stream, write_bytes

    check_output(out, content)
    sys.stdout.flush()
    write_bytes(out, content)
    if not is_stream(out):
        say(str(out))


def check_output(out: Path, content: bytes) -> None:
    """Refuse to write over an input of this command, or over a file that growthpoles did not write."""
    from growthpoles.file_reading import read_so_far
    from growthpoles.file_writing import check_outputs
    from growthpoles.report.manifest import is_edition

    check_outputs([out], inputs=read_so_far(), ours=lambda path: is_edition(path, content), force=allowed["force"])


@contextmanager
def workers(jobs: int, scheduler: str | None) -> Iterator[None]:
    """Run the block's random relocations in processes of this machine, or on the workers of a Dask scheduler."""
    from joblib import parallel_config

    if jobs != 1 and scheduler is not None:
        raise StudyError(message(f"--jobs {jobs} with --scheduler", allowed="one of them"))
    if jobs == 0:
        raise StudyError(message("--jobs 0", allowed="1 or more, or -1 for all processors"))
    if scheduler is None:
        with parallel_config(n_jobs=jobs):
            yield
        return
    try:
        from distributed import Client
    except ImportError:
        raise StudyError(message("--scheduler needs Dask", allowed="pip install 'growthpoles[cluster]'")) from None
    try:
        client = Client(scheduler, timeout=_PATIENCE)
    except (OSError, ValueError) as error:
        told = "the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786"
        raise StudyError(message(f"no Dask scheduler answers at {scheduler}", allowed=told)) from error
    with client:
        # another version of numpy or of this package may draw other numbers
        own, lent = _version(), set(client.run(_version).values())
        if lent - {own}:
            problem = f"the workers have growthpoles {', '.join(sorted(lent))}, this is {own}"
            raise StudyError(message(problem, where=scheduler, allowed="one version everywhere"))
        client.get_versions(check=True)
        with parallel_config(backend="dask"):
            yield


def _version() -> str:
    """Return the version of this package where it runs."""
    from growthpoles import __version__

    return str(__version__)


def tell_study(study: Study, *, quiet: bool = False) -> None:
    """Say which study was taken where none was named, beside its results."""
    if allowed["unnamed"]:
        own = "--study FOLDER takes one of your own, which growthpoles init makes"
        note(f"the study: {study.name}, which is built in; {own}", quiet=quiet)


def links_of(kind: str, **options: Any) -> dict[str, Any]:
    """Return the options of a graph that are given, or refuse those that its kind does not take."""
    from growthpoles.spatial.weights.build_weights import kinds_with, number_in, options_of
    from growthpoles.study.study_spec import DISTANCES

    if (asked := number_in(kind)) is not None:
        told = unknown_option("weights", kind, ["knn"])
        raise SpatialError(message(told.places["problem"], near=[f"--weights knn --k {asked}"]))
    given = {name: value for name, value in options.items() if value is not None}
    own = ("power", "threshold") if kind == DISTANCES else options_of(kind)
    if own is not None and (idle := [name for name in given if name not in own]):
        rather = f"with --weights {' or '.join(kinds_with(idle[0]))}"
        takes = listed([f"--{name}" for name in own if name in options])
        rather += f"; --weights {kind} takes {takes}" if takes else ""
        raise SpatialError(message(f"--{idle[0]} has no meaning for --weights {kind}", allowed=rather))
    return given


def tell_left_out(
    absent: Collection[object], graph: Graph, regions: gpd.GeoDataFrame | None = None, *, quiet: bool = False
) -> None:
    """Say which regions no test was made of, since they have no data or no neighbours; and a graph in parts."""
    if len(absent):
        chosen = "; neighbours are those among the others" if hasattr(graph, "among") else ""
        note(f"without data, left out of tests: {listed_regions(absent, regions)}{chosen}", quiet=quiet)
    if len(graph.isolates):
        kind = getattr(graph, "built", {}).get("kind")
        with_links = "" if kind == "knn" else "; the nearest ones instead: --weights knn --k 4"
        note(
            f"without neighbours, left out of tests: {listed_regions(graph.isolates, regions)}{with_links}", quiet=quiet
        )
    sizes = graph.component_labels.value_counts()
    if (sizes > 1).sum() > 1:
        note(f"the graph falls into {len(sizes)} parts; the largest has {sizes.max()} regions", quiet=quiet)


def tell_account(study: Study, *, quiet: bool = False) -> None:
    """Say how many cells or rows of the study's tables were used, so that nothing is dropped in silence."""
    if quiet:
        return
    tell_study(study)
    from growthpoles.study.inputs import input_account

    account = input_account(study)
    read, used, unused = (int(account[column].sum()) for column in ("read", "used", "unused"))
    what = "cells" if study.cells is not None else "rows"
    more = f", {unused} not used (growthpoles validate lists them)" if unused else ", none unused"
    note(f"{what} of the tables: {read} read, {used} used{more}")


_FIRST = 5  # regions without data that a line names


def gaps(missing: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Say which cells are empty: a line for each column, and for each kind of reason in it, with the first regions."""
    held: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for region, column, reason in missing:
        held.setdefault((column, getattr(reason, "template", reason)), []).append((region, reason))
    cut = False
    for (column, _), cells in held.items():
        regions, reasons = zip(*cells, strict=True)
        more = f", and {len(set(reasons)) - 1} more such" if len(set(reasons)) > 1 else ""
        cut = cut or len(cells) > _FIRST or bool(more)
        told = regions[0] if len(cells) == 1 else f"{len(cells)} regions ({listed(regions, limit=_FIRST)})"
        yield f"no data: {column}: {told}: {reasons[0]}{more}"
    if cut:
        yield "every empty cell with its reason: tables/missing.csv of growthpoles report"


def say(text: str, *, err: bool = False) -> None:
    """Write one line; signs that a terminal would obey (escapes, marks that turn the direction) are shown."""
    typer.echo(text[: len(text) - len(text.lstrip(" "))] + visible(text), err=err)


def note(text: str, *, quiet: bool = False) -> None:
    """Say something beside the result, on standard error, so that a pipe gets the result alone."""
    if not quiet:
        say(text, err=True)


def listed_regions(labels: Iterable[object], regions: gpd.GeoDataFrame | None) -> str:
    """List regions by their labels, with their names where those are others."""
    names: dict[object, object] = {} if regions is None or "name" not in regions else dict(regions["name"].items())
    told = ((label, names.get(label, label)) for label in labels)
    return listed(str(label) if name == label else f"{label} ({name})" for label, name in told)
