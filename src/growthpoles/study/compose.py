"""Write the text of a proposed study.toml and catalogue.csv."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from growthpoles.ratings.catalogue import COLUMNS
from growthpoles.study.guess_columns import TableGuess, looks_like_total
from growthpoles.study.layer import LayerGuess
from growthpoles.study.study_spec import is_study_name


def quoted(text: str) -> str:
    """Return a TOML string."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(safe, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, items))}]"


def _remark(text: str) -> str:
    """Return text for a comment: one line, printable."""
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200]


def study_name(text: str) -> str:
    """Return a name of a study: what cannot stand in file names becomes a hyphen."""
    plain = re.sub(r"[^\w .-]+", "-", text).strip(" .-")[:80].strip(" .-")
    return plain if is_study_name(plain) else f"study-{plain or 1}"


def compose_study(
    name: str, layer: LayerGuess, tables: Sequence[TableGuess], *, relative: Callable[[Path], str]
) -> str:
    """Return the text of study.toml.

    Parameters
    ----------
    name : str
    layer : LayerGuess
    tables : sequence of TableGuess
    relative : callable
        Turns the path of a file into the one to write.
    """
    years = sorted({year for guess in tables for year in guess.years})
    lines = [
        "# Proposed by growthpoles init. CHECK what was taken from the files, DECIDE what they do not say;",
        "# then run: growthpoles validate on this folder. The format is described in docs/studies.md.",
        "",
        "[study]",
        f"name = {quoted(study_name(name))}",
        f"years = {years}" if years else "# years = [2020]            # DECIDE: the years that the tables hold",
        f"title = {{ en = {quoted(study_name(name))} }}            # DECIDE",
        f"source = {{ en = {quoted(', '.join(dict.fromkeys(g.raw.path.name for g in tables))[:400])} }}    # DECIDE",
        'languages = ["en"]',
        "seed = 0",
        "",
        *_boundaries(layer, tables, relative),
        "",
        "[rating]",
        'catalogue = "catalogue.csv"',
    ]
    for guess in tables:
        lines += ["", *_table(guess, relative)]
    return "\n".join(lines) + "\n"


def _boundaries(layer: LayerGuess, tables: Sequence[TableGuess], relative: Callable[[Path], str]) -> list[str]:
    lines = ["[boundaries]"]
    if layer.path is None:
        lines += ['builtin = "kz"', f"year = {layer.vintage}                 # CHECK: the names fit these regions"]
    else:
        lines.append(f"file = {quoted(relative(layer.path))}")
        if layer.layer is not None and layer.path.suffix.lower() not in (".parquet", ".geoparquet"):
            lines.append(f"layer = {quoted(layer.layer)}")
        lines.append(f"key = {quoted(layer.key)}            # CHECK: the column that identifies a region")
        if layer.name is not None:
            lines.append(f"name = {quoted(layer.name)}            # CHECK: the column with the names to print")
        if layer.crs:
            lines.append(f"crs = {quoted(layer.crs)}            # CHECK: the file does not state it")
        elif layer.crs is not None:
            lines.append('# crs = "EPSG:..."           # DECIDE: the file does not state it')
        if layer.repair:
            lines.append(
                '# repair = "clean"           # DECIDE: the borders do not match; this mends them and says where'
            )
    stray = [name for guess in tables for name in guess.unmatched if not looks_like_total(name)]
    if stray:
        lines += ["", "# [boundaries.aliases]        # DECIDE: names in the tables that fit no region"]
        for name in list(dict.fromkeys(stray))[:100]:
            lines.append(f"# {quoted(_remark(name))} = {quoted(layer.nearest(name) or '')}")
    return lines


def _table(guess: TableGuess, relative: Callable[[Path], str]) -> list[str]:
    raw = guess.raw
    lines = ["[[tables]]", f"file = {quoted(relative(raw.path))}"]
    if raw.sheet:
        lines.append(f"sheet = {quoted(raw.sheet)}")
    if raw.above:
        lines.append(f"header = {raw.header}             # CHECK: the row with the names of the columns")
    if raw.encoding and raw.encoding not in ("utf-8", "utf-8-sig"):
        lines.append(f"encoding = {quoted(raw.encoding)}          # CHECK: found by its bytes")
    if raw.delimiter:
        lines.append(f"delimiter = {quoted(raw.delimiter)}")
    if guess.unclear:
        lines.append(f'# decimal = ","             # DECIDE: {_remark(guess.unclear)}')
    else:
        lines.append(f"decimal = {quoted(guess.notation.decimal)}")
        if guess.notation.thousands is not None:
            lines.append(f"thousands = {quoted(guess.notation.thousands)}")
    lines.append(f"key = {quoted(guess.key or '')}            # CHECK: the column that names the regions")
    dated = any("{year}" in header for header in guess.columns)
    if guess.year_column is not None:
        lines.append(f"year_column = {quoted(guess.year_column)}")
    elif not dated:
        lines.append(f"year = {guess.years[0]}" if guess.years else "# year = 2020               # DECIDE")
    if guess.indicator is not None:
        lines += ['layout = "long"', f"indicator = {quoted(guess.indicator)}", f"value = {quoted(guess.value or '')}"]
    if guess.missing:
        lines.append(f'missing = {_list(guess.missing)}            # CHECK: taken to mean "no data"')
    ignored = [name for name in guess.unmatched if looks_like_total(name)]
    if ignored:
        lines.append(f"ignore = {_list(ignored)}            # CHECK: rows that are no regions")
    lines += ["[tables.columns]           # column of the file = code in catalogue.csv"]
    lines += [f"{quoted(header)} = {quoted(code)}" for header, code in guess.columns.items()]
    return lines


def compose_catalogue(tables: Sequence[TableGuess]) -> str:
    """Return the text of catalogue.csv: every column an indicator, all under one index."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, "note"], restval="", lineterminator="\n")
    writer.writeheader()
    root = {"code": "index", "kind": "aggregate", "direction": 1, "weight": 1, "unit": "points", "name_en": "Index"}
    writer.writerow({**root, "note": "the root; add aggregates between it and the indicators for sub-indices"})
    seen: set[str] = set()
    for guess in tables:
        for header, code in guess.columns.items():
            if code in seen:
                continue
            seen.add(code)
            title = re.sub(r"\s+", " ", header.replace("{year}", "").strip(" _-")) or code
            language = "name_ru" if re.search("[а-яё]", title.casefold()) else "name_en"
            row = {"code": code, "kind": "indicator", "parent": "index", "direction": 1, "weight": 1, language: title}
            note = "CHECK direction (-1 where less is better), weight and unit; a total belongs here as kind primary"
            writer.writerow({**row, "note": note})
    return text.getvalue()
