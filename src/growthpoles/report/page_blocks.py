"""Page blocks: sections with sentences, tables, pictures, and the context that they are made from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from growthpoles.language.number_format import format_number, format_percent_up
from growthpoles.language.phrases import DASH, Words, missing, shorten
from growthpoles.report.results import Results
from growthpoles.report.wording import Wording, indicator_names, region_names
from growthpoles.study.inputs.indicators import of_several_sheets

NAMED = 12  # regions, or pairs of them, that a sentence names
_YEARS = 3  # that the summary shows
_ROWS = 60  # of a table that has a file of its own


@dataclass(frozen=True, slots=True)
class Column:
    """Heading of a column, and how its cells are set: "number" right-aligned; those of "word" lead to the glossary."""

    head: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a page; all cells are text."""

    ident: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of a page: an element that is safe to include as it is, its caption, and where it stands."""

    ident: str
    caption: str
    element: str
    section: str = ""
    place: str = "first"


@dataclass(frozen=True, slots=True)
class Section:
    """A section: heading, sentences, then figures and tables."""

    ident: str
    title: str
    sentences: tuple[str, ...] = ()
    blocks: tuple[Table | Picture, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables."""
        return tuple(block for block in self.blocks if isinstance(block, Table))


@dataclass(frozen=True, slots=True)
class Context:
    """Results, words and names of one language."""

    results: Results
    words: Words
    names: Mapping[str, str]
    codes: Mapping[str, str]
    pictures: Mapping[str, Picture]
    wording: Wording
    provenance: Mapping[str, Any]

    @classmethod
    def of(
        cls, results: Results, lang: str, pictures: Mapping[str, Picture], provenance: Mapping[str, Any] | None = None
    ) -> Context:
        """Collect the names in a language."""
        names = {str(region): name for region, name in region_names(results, lang).items()}
        wording = Wording.of(
            results.study, lang, catalogue=results.catalogue, regions=names, audit=results.stages.audit
        )
        return cls(results, Words(lang), names, indicator_names(results, lang), pictures, wording, provenance or {})

    @property
    def digits(self) -> int:
        """Digits of the index: points of a scale to 100, or of one without limits."""
        return 1 if self.results.classed else 2

    @property
    def kind(self) -> str:
        """Ending of the phrases about a rating: "" with classes, "_unclassed" without."""
        return "" if self.results.classed else "_unclassed"

    @property
    def mapped(self) -> str:
        """Ending of the phrases about maps: "" where the study has boundaries, "_unmapped" where it has none."""
        return "_unmapped" if self.results.study.boundaries.absent else ""

    def region(self, code: object) -> str:
        """Return the name of a region."""
        return self.names.get(str(code), shorten(code))

    def regions(self, codes: str) -> str:
        """Return the names of regions whose codes stand in one text."""
        return ", ".join(self.region(code) for code in codes.replace(",", " ").split()) or DASH

    def list_regions(self, codes: Iterable[object], most: int = 3) -> str:
        """Return the names of regions, the first of many, and how many more."""
        named = list(map(self.region, codes))
        more = [f"\N{HORIZONTAL ELLIPSIS} (+{len(named) - most})"] if len(named) > most else []
        return ", ".join([*named[:most], *more]) or DASH

    def pairs(self, pairs: Collection[Iterable[object]], most: int = 100) -> str:
        """Name pairs of regions: the first of many, and how many more."""
        shown = [" \N{EN DASH} ".join(map(self.region, pair)) for pair in islice(pairs, most)]
        more = [f"\N{HORIZONTAL ELLIPSIS} (+{len(pairs) - most})"] if len(pairs) > most else []
        return ", ".join([*shown, *more]) or DASH

    def code(self, code: object) -> str:
        """Return the name of an indicator or aggregate."""
        return DASH if missing(code) else self.codes.get(str(code)) or self.words.value(code)

    def letter(self, letter: object) -> str:
        """Return the name of a class; a dash where there is none."""
        return DASH if missing(letter) else shorten(self.results.scale.name(letter, self.words.lang))

    def list_codes(self, codes: str) -> str:
        """Return the names of indicators whose codes stand in one text."""
        return "; ".join(self.code(code) for code in codes.split()) or DASH

    def figures(self, section: str, *places: str) -> tuple[Picture, ...]:
        """Return the figures of a section, the last ones behind the others, or those of one place."""
        own = [picture for picture in self.pictures.values() if picture.section == section]
        return tuple(each for place in places or ("first", "last") for each in own if each.place == place)


def make_table(
    words: Words,
    ident: str,
    columns: str | Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    caption: str | None = None,
    note: str = "",
    file: str = "",
    **values: object,
) -> Table:
    """Put together a table; columns are keys of the words' section "column", or headings as they stand.

    Parameters
    ----------
    columns : str or sequence of str
        Keys, separated by blanks in one text; "#" before a key means numbers, "@" cells that may be terms of the
        glossary, "=" a heading as it stands.
    rows : iterable of sequences
        Cells as text.
    caption : str, optional
        By default the words' table caption under `ident`, filled with `values`.
    file : str
        File of tables that holds all rows: of many, the first ones are set, and a note says so.
    """
    heads = []
    for column in columns.split() if isinstance(columns, str) else columns:
        kind = {"#": "number", "@": "word"}.get(column[0], "text")
        key = column if kind == "text" else column[1:]
        heads.append(Column(key[1:] if key.startswith("=") else words("column", key), kind))
    title = words("table", ident, **values) if caption is None else caption
    rows = list(rows)
    if file and len(rows) > _ROWS:
        told = {"shown": words.count(_ROWS), "n": words.count(len(rows)), "file": f"tables/{file}.csv"}
        rows, note = rows[:_ROWS], words("text", "first_rows", **told)
    name = "-".join([ident, *(str(value) for value in values.values())])
    return Table(name, title, tuple(heads), tuple(tuple(str(cell) for cell in row) for row in rows), note)


def unused_rows(ctx: Context) -> list[tuple[str, str, str, str]]:
    """Name rows and columns that were read and not used, by file and reason: as written, or by their number."""
    words, found = ctx.words, ctx.results.unused
    found = found[found["row"].isna() | (found["column"] == "")]  # cells of a column that no edition takes have both
    rows = []
    several = {file for file in found["file"] if of_several_sheets(ctx.results.study, file)}
    found = found.assign(told=found["reason"].map(str), own=found["sheet"].where(found["file"].isin(several), ""))
    for (file, sheet, _), part in found.groupby(["file", "own", "told"], sort=False):
        named = [
            str(own["column"] or own["content"] or words("text", "unused_row", row=own["row"]))
            for own in part.to_dict("records")
        ]
        reason = ctx.wording.reason(part["reason"].iloc[0])
        count = DASH if part["row"].isna().any() else words.count(len(part))
        told = words("text", "unused_sheet", file=shorten(file), sheet=sheet) if sheet else shorten(file)
        rows.append((told, shorten(", ".join(dict.fromkeys(named)), 300), count, reason))
    return rows


def remark_rows(ctx: Context) -> list[tuple[object, ...]]:
    """Return year, region, column, value and remark of the values that their tables mark, of the report's edition."""
    rows: list[tuple[object, ...]] = []
    for edition, year, region, column, value, remark in ctx.results.remarks().reset_index().to_numpy():
        if edition == ctx.results.edition:
            shown = format_number(value, ctx.words.lang, digits=None) or DASH
            rows.append((year, ctx.region(region), ctx.code(column), shown, shorten(remark)))
    return rows


def mended_sentences(ctx: Context) -> Iterator[str]:
    """Say what was mended in the boundary file."""
    words, attrs = ctx.words, ctx.results.regions.attrs
    covered = attrs.get("coverage") or {}
    if covered.get("touched"):
        change = format_percent_up(covered["area_change"], words.lang)
        pairs, gained = ctx.pairs(covered["touched"], NAMED), covered["pairs_gained"]
        yield words("text", "borders_mended", n=words.count(len(covered["touched"])), pairs=pairs, change=change)
        told = {"n": words.count(len(gained)), "pairs": ctx.pairs(gained, NAMED)} if gained else {}
        yield words("text", "pairs_gained" if gained else "pairs_none", **told)
    if repairs := attrs.get("repairs"):
        named = shorten(", ".join(ctx.region(each["region"]) for each in repairs), 2_000)
        change = format_percent_up(max(abs(each["area_change"]) for each in repairs), words.lang)
        yield words("text", "polygons_mended", regions=named, change=change)


def shown_years(results: Results) -> tuple[int, ...]:
    """Return the years that the summary shows: all, or the first and the last of many; the tables hold all."""
    return results.years if len(results.years) <= _YEARS else (results.years[0], results.years[-1])


def whole(value: object) -> str:
    """Write a whole number; a dash where there is none."""
    return DASH if missing(value) else f"{int(str(value)):d}"
