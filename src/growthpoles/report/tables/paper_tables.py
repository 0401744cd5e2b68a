"""Paper tables: TeX and HTML for Word, with headings of the page, set within the text width of an A4 article.

A table is tried in smaller and smaller type, then with broken cells, then turned by a quarter; a long one is continued
in further floats. Widths are measured in Arimo, with room for the type of the document, which is not known here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from itertools import repeat
from types import MappingProxyType

import pandas as pd

from growthpoles.language.phrases import Words, clean_text, escape_tex, phrase_keys
from growthpoles.maps.typography import text_metrics
from growthpoles.report.page_blocks import Column, Table

_WIDE, _HIGH = 345.0, 560.0  # points: \textwidth and \textheight of the class article on A4 at 10 pt, less some air
_SIZES = (
    (r"\normalsize", 10.0, 12.0),
    (r"\small", 9.0, 11.0),
    (r"\footnotesize", 8.0, 9.5),
    (r"\scriptsize", 7.0, 8.0),
)
_AIR = {10.0: 1.08, 9.0: 1.09, 8.0: 1.13, 7.0: 1.2}  # small sizes of Computer Modern are wide for their size
_SYLLABLES = 40
_GAPS = (6.0, 4.0, 3.0)  # \tabcolsep
_HEAD_LINES = 4
_CELL_LINES = 6  # of a row, before a table is turned
_LONGEST_WORDS = (
    24,
    13,
    9,
    6,
)  # characters; a longer word is broken between syllables, the last ones where nothing else helps


@dataclass(frozen=True, slots=True)
class _Layout:
    size: tuple[str, float, float]
    gap: float
    widths: tuple[float, ...]
    broken: tuple[bool, ...]
    turned: bool
    longest: int
    shrunk: bool = False


@lru_cache(maxsize=20_000)
def _width(text: str, size: float) -> float:
    """Return how wide a line is set, in points."""
    return text_metrics.width_in("Arimo", text, size) * 72.27 / 25.4 * _AIR[size]


@lru_cache(maxsize=20_000)
def _parts(word: str, longest: int) -> tuple[str, ...]:
    """Return the pieces of a word that may stand on a line of their own: TeX breaks after a hyphen by itself."""
    found = []
    for piece in word.replace("-", "-\0").split("\0"):
        while len(piece) > longest:
            near = text_metrics.syllable_breaks(piece[: longest + _SYLLABLES])  # the rest has no say in these breaks
            cut = max([at for at in near if at <= longest], default=longest)
            found.append(piece[:cut])
            piece = piece[cut:]
        found.append(piece)
    return tuple(piece for piece in found if piece) or ("",)


def _longest(texts: Iterable[str], size: float, longest: int) -> float:
    """Return the width of the longest piece that cannot be broken."""
    pieces = [piece for text in texts for word in text.split(" ") for piece in _parts(word, longest)]
    return max((_width(f"{piece}-" if len(piece) > 6 else piece, size) for piece in pieces), default=0.0)


def _lines(text: str, size: float, limit: float, longest: int = _LONGEST_WORDS[0]) -> list[str]:
    """Break a text so that no line is wider than a limit, at blanks, and within words longer than `longest`."""
    lines: list[str] = []
    for word in text.split(" "):
        joint = " "
        for piece in _parts(word, longest):
            trial = f"{lines[-1]}{joint}{piece}" if lines else piece
            if lines and _width(trial + "-", size) <= limit + _width("-", size):
                lines[-1] = trial
            else:
                if lines and not joint and not lines[-1].endswith("-"):
                    lines[-1] += "-"
                lines.append(piece)
            joint = ""
    return lines


def _head_width(head: str, size: float, cells: float, longest: int) -> float:
    """Return the width that a heading needs: not less than its longest piece, in at most four lines."""
    limit = max(cells, _longest([head], size, longest))
    while len(_lines(head, size, limit, longest)) > max(_HEAD_LINES, len(_parts(head, longest))):
        limit *= 1.15
    return max(_width(line, size) for line in _lines(head, size, limit, longest))


def _fit(
    table: Table, room: float, size: float, gap: float, *, wrap: bool, longest: int
) -> tuple[list[float], list[bool]] | None:
    """Return the widths of the columns, and which of them break their cells; None if the table does not fit."""
    free = room - 2 * gap * (len(table.columns) - 1)
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    full, least = [], []
    for column, cells in zip(table.columns, columns, strict=True):
        whole = max((_width(cell, size) for cell in cells), default=0.0)
        head = _head_width(column.head, size, whole if column.kind == "number" else 0.0, longest)
        full.append(max(whole, head))
        least.append(full[-1] if column.kind == "number" else max(_longest(cells, size, longest) + 1.0, head))
    if sum(full) <= free:
        return full, [False] * len(full)
    spare = free - sum(least)
    if not wrap or spare < 0:
        return None
    wants = [a - b for a, b in zip(full, least, strict=True)]
    # those that want little get it all
    widths, open_ = list(least), sorted(range(len(wants)), key=lambda at: wants[at])
    for place, at in enumerate(open_):
        given = min(wants[at], spare / (len(open_) - place))
        widths[at] += given
        spare -= given
    return widths, [width < a - 0.01 for width, a in zip(widths, full, strict=True)]


def _layout(table: Table) -> _Layout:
    """Return the largest type in which a table fits, whole lines before broken ones, upright before turned.

    Of several types with broken cells that one is taken that makes the table lowest.
    """
    for turned in (False, True):
        for size in _SIZES[:3]:
            for gap in _GAPS[: 1 if size is _SIZES[0] else 3]:
                if found := _try(table, turned, size, gap, wrap=False):
                    return found
        tried = [_try(table, turned, size, _GAPS[1]) or _try(table, turned, size, _GAPS[2]) for size in _SIZES[1:]]
        lines = [(each, [_row_lines(row, each) for row in table.rows]) for each in tried if each]
        fitting = [
            (sum(high) * each.size[2], each) for each, high in lines if turned or max(high, default=0) <= _CELL_LINES
        ]
        if fitting:
            return min(fitting, key=lambda each: each[0])[1]
    for longest in _LONGEST_WORDS[1:]:
        if found := _try(table, True, _SIZES[-1], _GAPS[-1], longest=longest):
            return found
    # more columns than a page has room for: set as they are, smaller than type goes
    shrunk = _try(table, True, _SIZES[-1], _GAPS[-1], wrap=False, longest=_LONGEST_WORDS[-1], room=math.inf)
    assert shrunk is not None
    return replace(shrunk, shrunk=True)


def _try(
    table: Table,
    turned: bool,
    size: tuple[str, float, float],
    gap: float,
    *,
    wrap: bool = True,
    longest: int = _LONGEST_WORDS[0],
    room: float = 0.0,
) -> _Layout | None:
    """Return the layout in one type, None if the table does not fit."""
    found = _fit(table, (room or (_HIGH if turned else _WIDE)) - 2.0, size[1], gap, wrap=wrap, longest=longest)
    return _Layout(size, gap, tuple(found[0]), tuple(found[1]), turned, longest) if found else None


def _row_lines(row: Sequence[str], layout: _Layout) -> int:
    size, longest = layout.size[1], layout.longest
    cells = zip(row, layout.widths, layout.broken, strict=True)
    return max((len(_lines(cell, size, width, longest)) if split else 1 for cell, width, split in cells), default=1)


def tex(table: Table, lang: str, *, label: str = "") -> str:
    """Return a table as one or more `table` environments, for booktabs; a turned one needs graphicx too.

    Parameters
    ----------
    table : Table
    lang : str
        Language of "continued".
    label : str
        Identifier after "tab:".
    """
    layout = _layout(table)
    head = _at_start(" & ".join(_heading(*each, layout) for each in zip(table.columns, layout.widths, strict=True)))
    room = _HIGH if not layout.turned else _WIDE
    parts = list(_parts_of(table, layout, room))
    needs = "booktabs, graphicx" if layout.turned else "booktabs"
    found = [f"% needs {needs}; Cyrillic with pdflatex: \\usepackage[T2A]{{fontenc}}"]
    for number, rows in enumerate(parts):
        last = number == len(parts) - 1
        more = f" ({Words(lang)('page', 'continued')})" if number else ""
        caption = f"\\caption{{{escape_tex(table.caption.rstrip('.'))}{more}}}"
        lines = [r"\begin{table}[tbp]", *([r"\addtocounter{table}{-1}"] if number else []), r"\centering"]
        lines += [r"\rotatebox{90}{\begin{minipage}{\textheight}\centering"] if layout.turned else []
        lines.append(caption + (f"\\label{{tab:{label}}}" if label and not number else ""))
        lines.append(f"{layout.size[0]}\\setlength{{\\tabcolsep}}{{{layout.gap:g}pt}}")
        lines += [r"\resizebox{\linewidth}{!}{%"] if layout.shrunk else []
        lines.append(f"\\begin{{tabular}}{{@{{}}{''.join(_columns(table.columns, layout))}@{{}}}}")
        lines += [r"\toprule", f"{head} \\\\", r"\midrule"]
        end = r" \tabularnewline" if any(layout.broken) else r" \\"  # \raggedright gives the latter another meaning
        lines += [_at_start(" & ".join(map(_cell, row, layout.broken, repeat(layout.longest)))) + end for row in rows]
        lines += [r"\bottomrule", r"\end{tabular}" + "}" * layout.shrunk]
        if table.note and last:
            lines += [
                "",
                r"\medskip",
                f"\\parbox{{\\linewidth}}{{\\footnotesize\\raggedright {escape_tex(table.note)}}}",
            ]
        lines += [r"\end{minipage}}"] if layout.turned else []
        found.append("\n".join([*lines, r"\end{table}"]))
    return "\n".join(found) + "\n"


def _parts_of(table: Table, layout: _Layout, room: float) -> Iterator[list[tuple[str, ...]]]:
    """Divide the rows over floats that are no higher than a page."""
    leading = layout.size[2]
    wide = _HIGH if layout.turned else _WIDE
    head = max((len(_head(*each, layout)) for each in zip(table.columns, layout.widths, strict=True)), default=1)
    above = 12.0 * (2 + len(_lines(table.caption, 10.0, wide))) + leading * head + 14.0
    below = 10.0 * (1 + len(_lines(table.note, 8.0, wide))) if table.note else 0.0
    rows: list[tuple[str, ...]] = []
    high = above
    for row in table.rows:
        need = leading * 1.02 * _row_lines(row, layout)
        if rows and high + need > room - below:
            yield rows
            rows, high = [], above
        rows.append(row)
        high += need
    yield rows


def _columns(columns: Iterable[Column], layout: _Layout) -> Iterator[str]:
    for column, width, broken in zip(columns, layout.widths, layout.broken, strict=True):
        yield f"p{{{width:.1f}pt}}" if broken else "r" if column.kind == "number" else "l"


def _head(column: Column, width: float, layout: _Layout) -> list[str]:
    return _lines(clean_text(column.head), layout.size[1], width, layout.longest)


def _heading(column: Column, width: float, layout: _Layout) -> str:
    """Return a heading, in several lines where its column is narrow."""
    lines = [escape_tex(line) for line in _head(column, width, layout)]
    if len(lines) == 1:
        return lines[0]
    side = "r" if column.kind == "number" else "l"
    return f"\\begin{{tabular}}[b]{{@{{}}{side}@{{}}}}" + r"\\".join(map(_at_start, lines)) + r"\end{tabular}"


def _at_start(line: str) -> str:
    """Keep a line from being read as an argument of the row end or rule before it."""
    return "{}" + line if line.startswith(("[", "*")) else line


def _cell(text: str, broken: bool, longest: int) -> str:
    if not broken:
        return escape_tex(clean_text(text))
    words = [map(escape_tex, _parts(word, longest)) for word in clean_text(text).split(" ")]
    return r"\raggedright " + " ".join(r"\-".join(word).replace(r"-\-", "-") for word in words)


def html(tables: Sequence[Table], *, title: str, lang: str) -> bytes:
    """Return tables as one HTML file that Word opens and pastes as tables: three rules, no colours, no script."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    source = resources.files("growthpoles.report").joinpath("templates", "tables.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source).render(tables=tables, title=title, lang=lang, words=Words(lang)).encode()


def from_frame(
    frame: pd.DataFrame,
    cells: Sequence[Sequence[str]],
    *,
    title: str,
    lang: str,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Table:
    """Return a frame of raw columns as a table: headings in the language where there is a phrase for them, or `names`.

    Parameters
    ----------
    frame : DataFrame
        Flat; for the names of its columns, and which of them are numbers.
    cells : sequence of rows
        As a person writes them.
    """
    words, known = Words(lang), set(phrase_keys("column", lang))

    def head(name: str) -> str:
        if name in names:
            return clean_text(names[name])
        return words("column", name) if name in known else clean_text(name).replace("_", " ")

    columns = tuple(
        Column(head(name), "number" if pd.api.types.is_numeric_dtype(frame[name]) else "text")
        for name in map(str, frame.columns)
    )  # fmt: skip
    return Table("table", clean_text(title), columns, tuple(tuple(row) for row in cells))
