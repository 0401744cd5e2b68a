"""Small files that unpack, repeat or nest without end are refused in one line, soon, without eating the memory."""

import bz2
import gzip
import io
import json
import lzma
import os
import random
import resource
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from growthpoles.errors import DataError, GrowthpolesError, StudyError
from growthpoles.ratings.catalogue import Catalogue
from growthpoles.study.files.printed_tables import out_of_range
from growthpoles.study.files.user_table import TableData, read_table
from growthpoles.study.load_study import read_toml
from growthpoles.study.study_spec import Table

SECONDS, BYTES = 2.0, 2**30
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "{cols}<sheetData>{rows}</sheetData>{more}</worksheet>"
)
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>region</t></is></c><c r="B1" t="inlineStr"><is><t>x</t></is></c></row>'
)
ROW = '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>a{n}</t></is></c><c r="B{n}">{cell}</c></row>'


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def book(rows: str, cols: str = "", more: str = "", **parts: str) -> bytes:
    plain, out = openpyxl.Workbook(), io.BytesIO()
    plain.save(out)
    with zipfile.ZipFile(out) as archive:
        content: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    sheet = SHEET.format(cols=cols, rows=rows, more=more)
    return packed({**content, "xl/worksheets/sheet1.xml": sheet, **{f"xl/{k}.xml": v for k, v in parts.items()}})


def ods(rows: str) -> bytes:
    urn = 'xmlns:{0}="urn:oasis:names:tc:opendocument:xmlns:{0}:1.0"'
    spaces = " ".join(urn.format(each) for each in ("office", "table", "text"))
    table = f"<table:table table:name='S'>{rows}</table:table>"
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": "<manifest/>",
            "content.xml": f"<?xml version='1.0'?><office:document-content {spaces}>{body}</office:document-content>",
        }
    )


def parquet(value: object, kind: pa.DataType, count: int, *, compression: str = "zstd", words: bool = True) -> bytes:
    out = io.BytesIO()
    array = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([value], kind))
    column = array if words else array.cast(kind)
    table = pa.table({"region": column, "x": pa.array([1] * count, pa.int32())})
    pq.write_table(table, out, compression=compression, use_dictionary=words, store_schema=False)
    return out.getvalue()


CELL = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{}"/>'
SHEETS = "<styleSheet>{}</styleSheet>"
WIDE = '<mergeCell ref="A1:XFD1048576"/>'
HIDDEN = '<col min="1" max="16384" hidden="1"/>'
TALL = '<table:table-row table:number-rows-repeated="1048576">{}</table:table-row>'
BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "formats": (".xlsx", lambda: book(HEAD, styles=SHEETS.format("<xf/>" * 2_000_000))),
    "formats with numbers": (".xlsx", lambda: book(HEAD, styles=SHEETS.format('<x:xf numFmtId="1"/>' * 300_000))),
    "far cell": (".xlsx", lambda: book(HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "beyond Excel": (".xlsx", lambda: book(HEAD + '<row r="99999999"><c r="A99999999"><v>1</v></c></row>')),
    "column without end": (".xlsx", lambda: book(HEAD + '<row r="2"><c r="ZZZZZZZZ2"><v>1</v></c></row>')),
    "small letters": (".xlsx", lambda: book(HEAD + '<row r="2"><c r="zzzzzzz2"><v>1</v></c></row>')),
    "row of many digits": (".xlsx", lambda: book(HEAD + f'<row r="2"><c r="A{"9" * 5000}"><v>1</v></c></row>')),
    "row beyond Excel": (".xlsx", lambda: book(HEAD + '<row r="4000000000"><c><v>1</v></c></row>')),
    "merged ranges": (".xlsx", lambda: book(HEAD, more=f"<mergeCells>{WIDE * 200_000}</mergeCells>")),
    "hidden columns": (".xlsx", lambda: book(HEAD, f"<cols>{HIDDEN * 100_000}</cols>")),
    "blanks": (".xlsx", lambda: book(HEAD + " " * 100_000_000)),
    "entities": (".xlsx", lambda: packed({"xl/worksheets/sheet1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'})),
    "repeated cells": (".ods", lambda: ods(TALL.format(CELL.format(16384)))),
    "repeated rows": (".ods", lambda: ods(TALL.format(CELL.format(100)))),
    "gz": (".csv.gz", lambda: gzip.compress(b"0" * 21_000_000)),
    "bz2": (".csv.bz2", lambda: bz2.compress(b"0" * 21_000_000)),
    "xz": (".csv.xz", lambda: lzma.compress(b"0" * 21_000_000, preset=0)),
    "zip": (".zip", lambda: packed({"a.csv": b"0" * 21_000_000})),
    "zip in zip": (".zip", lambda: packed({"a.xlsx": book(HEAD + " " * 50_000_000)})),
    "line": (".csv", lambda: b"region,x\n" + b"a" * 5_000_000),
    "line of cells": (".csv", lambda: b"region,x\n" + b"1," * 3_000_000),
    "line of quotes": (".tsv", lambda: b'region\tx\n"' + b'"' * 5_000_000),
    "blank lines": (".csv", lambda: b"region,x\n" + b"\n" * 10_000_000),
    "blank lines of old Macs": (".csv", lambda: b"region,x\r" + b"\r" * 10_000_000),
    "lines": (".txt", lambda: b"region|x\n" + b"a|1\n" * 3_000_000),
    "lines in quotes": (".csv", lambda: b'region,x\n"' + b"a\n" * 3_000_000),
    "lines of cells": (".csv", lambda: b"region,x\n" + (b"1," * 15_000 + b"1\n") * 1400),
    "wide letters": (".csv", lambda: "region,x\n".encode("utf-16") + ("\u044f" * 3_000_000).encode("utf-16-le")),
    "columns": (".csv", lambda: ("region," + ",".join(map(str, range(100_000))) + "\n").encode()),
    "same columns": (".tsv", lambda: ("region" + "\tc" * 100_000 + "\n").encode()),
    "spans": (".html", lambda: ("<table><tr>" + "<td rowspan=1000 colspan=1000>1" * 50).encode()),
    "tables": (".html", lambda: ("<table><tr><td>a<td>1<tr><td>b<td>2" * 100_000).encode()),
    "nested json": (".json", lambda: b"[" * 200_000),
    "nested objects": (".json", lambda: b'{"a":' * 200_000),
    "records of other names": (".json", lambda: json.dumps([{f"k{i}": 1} for i in range(20_000)]).encode()),
    "cube": (".json", lambda: json.dumps({"value": [1], "id": ["a", "b"], "size": [9**5, 9**5], "dimension": {
        name: {"category": {"index": list(map(str, range(9**5)))}} for name in "ab"}}).encode()),
    "words": (".parquet", lambda: parquet("x" * 5000, pa.string(), 1_000_000)),
    "bytes": (".parquet", lambda: parquet(b"x" * 50_000, pa.binary(), 100_000)),
    "rows": (".parquet", lambda: parquet("x", pa.string(), 2_600_000)),
    "plain words": (".parquet", lambda: parquet("x" * 5000, pa.string(), 100_000, words=False)),
}  # fmt: skip
SLOW = {
    "plain words",
    "bytes",
    "words",
    "formats",
    "nested objects",
    "blanks",
    "zip in zip",
    "tables",
    "cube",
    "lines of cells",
}


def read(path: Path) -> TableData:
    return read_table(path, Table(file=path.name, year=2020), years=(2020,), codes=("x",))


def soon(call: Callable[[], object], *, kind: type[GrowthpolesError] = DataError) -> str:
    """Refused in one line, in little time and memory."""
    start = time.process_time()
    with pytest.raises(kind) as error:
        call()
    assert time.process_time() - start < SECONDS
    text = str(error.value)
    assert "\n" not in text and len(text) < 2_000
    return text


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] * (n in SLOW)) for n in BOMBS])
def test_a_bomb_is_refused(name: str, tmp_path: Path) -> None:
    ending, make = BOMBS[name]
    path = tmp_path / f"t{ending}"
    path.write_bytes(make())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    soon(lambda: read(path))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < BYTES // 1024


def test_one_merged_range_over_the_whole_sheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(
        book(HEAD + ROW.format(n=2, cell="<v>1</v>"), more='<mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>')
    )
    tracemalloc.start()
    assert read(path).by_year[2020]["x"].tolist() == [1]
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of Unix")
@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet", ".json", ".gz", ""])
def test_devices_and_pipes_are_no_tables(ending: str, tmp_path: Path) -> None:
    pipe, zero = tmp_path / f"p{ending}", tmp_path / f"z{ending}"
    os.mkfifo(pipe)
    zero.symlink_to("/dev/zero")
    for path in (pipe, zero):
        assert "a device or a pipe" in soon(lambda path=path: read(path))
        assert "a device or a pipe" in soon(lambda path=path: read_toml(path), kind=StudyError)


@pytest.mark.parametrize("name", ["nested", "dotted", "quoted", "inline", "tables", "array", "long", "digits", "hex"])
def test_deep_or_long_toml(name: str, tmp_path: Path) -> None:
    content = {
        "nested": "a = " + "[" * 5000, "dotted": ".".join("a" * 40_000) + " = 1", "tables": f"[{'.'.join('a' * 1000)}]",
        "quoted": ' . '.join(['"a"'] * 40_000) + " = 1", "inline": "x = {" + ".".join("a" * 40_000) + " = 1}",
        "array": "x = " + "{a=[" * 3000, "long": "#" * 2_000_000, "digits": "years = [" + "9" * 5000 + "]",
        "hex": "years = [0x" + "f" * 900_000 + "]\n[study",
    }[name]  # fmt: skip
    path = tmp_path / "study.toml"
    path.write_text(content)
    soon(lambda: read_toml(path), kind=StudyError)


def test_text_with_dots_and_brackets_is_no_deep_toml(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        'a = "'
        + "x." * 100
        + "[" * 100
        + '" # '
        + "y." * 100
        + "\nb = '"
        + "[" * 50
        + "'\n"
        + 'c = """\n'
        + "z. " * 50
        + '"""\n'
    )
    assert len(read_toml(path)) == 3


def test_a_catalogue_that_is_too_deep_or_too_large() -> None:
    deep = pd.DataFrame({"code": [f"a{i}" for i in range(1000)], "kind": "aggregate"})
    deep["parent"] = ["", *deep["code"][:-1]]
    assert "nested too deep" in soon(lambda: Catalogue.from_frame(deep), kind=StudyError)
    wide = pd.DataFrame({"code": [f"i{i}" for i in range(50_000)], "kind": "indicator", "parent": "index"})
    assert "at most 2000" in soon(lambda: Catalogue.from_frame(wide), kind=StudyError)


def test_many_unknown_names_are_a_count_and_the_first_few(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("region,x\n" + "".join(f"name {i},1\n" for i in range(100_000)))
    spec = Table(file=path.name, year=2020)
    told = soon(lambda: read_table(path, spec, years=(2020,), codes=("x",), most_names=11_000))
    assert "100001 different names" in told and "(name 0, name 1, name 2 and 99997 more)" in told


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1e-400", "too small"), ("1e-51", "too small"), ("0.0", None), ("0e-400", None), ("1e-50", None),
        ("9007199254740993", "more digits"), ("9007199254740992", None), ("9007199254740993.0", "more digits"),
        ("9.007199254740993e15", "more digits"), ("1e22", None), ("123456789012345678901234567890", "more digits"),
        ("1e308", "too large"), ("1.1e50", "too large"), ("0.1", None), ("0.12345678901234567890", None),
    ],
)  # fmt: skip
def test_numbers_that_would_be_altered_are_told(text: str, told: str | None, sign: str) -> None:
    text = sign + text
    found = out_of_range(text, float(text), ".")
    assert (found is None) if told is None else told in str(found)
    assert out_of_range(text.replace(".", ","), float(text), ",") is None if told is None else True


ODS_ROW = "<table:table-row>" + "<table:table-cell office:value-type={}><text:p>{}</text:p></table:table-cell>" * 2
KINDS_OF_CELL = {"number": "'float' office:value='{}'", "share": "'percentage' office:value='{}'", "text": "'string'"}


def ods_table(kind: str, cells: list[str]) -> bytes:
    rows = [("'string'", "region", "'string'", "x")]
    rows += [("'string'", f"a{i}", KINDS_OF_CELL[kind].format(cell), cell) for i, cell in enumerate(cells)]
    return ods("".join(ODS_ROW.format(*row) + "</table:table-row>" for row in rows))


def unfit_numbers() -> list[str]:
    """Return numbers beyond what a computer holds: whole ones above 2^53, and such as underflow or overflow."""
    rng = random.Random(5)
    whole = [str(2 ** rng.randint(54, 100) + rng.choice([-1, 1])) for _ in range(6)]
    far = [
        f"{rng.randint(1, 9)}{rng.choice('eE')}{rng.choice(['-', '+', ''])}{rng.randint(330, 999)}" for _ in range(6)
    ]
    return ["1e-400", "1e308", "9007199254740993", "0." + "0" * 330 + "7", *whole, *far]


@pytest.mark.parametrize("cell", unfit_numbers())
@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".json", ".parquet", *(f".ods {kind}" for kind in KINDS_OF_CELL)])
def test_no_reader_alters_a_number(cell: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"t{ending.split()[0]}"
    if ending == ".csv":
        path.write_text(f"region,x\na,{cell}\n")
    elif ending == ".xlsx":
        fine = "".join(ROW.format(n=n, cell="<v>0.30000000000000004</v>") for n in range(3, 300))
        path.write_bytes(book(HEAD + fine + ROW.format(n=2, cell=f"<v>{cell}</v>")))
    elif ending == ".json":
        path.write_text(f'[{{"region": "a", "x": {cell}}}]')
    elif ending == ".parquet":
        value = int(cell) if cell.isdigit() and int(cell) < 2**63 else cell
        pd.DataFrame({"region": ["a"], "x": [value]}).to_parquet(path)
    else:
        path.write_bytes(ods_table(ending.split()[1], ["0.30000000000000004", "-0.0", "9007199254740992", cell]))
    try:
        told = [problem.problem for problem in read(path).problems]
    except DataError as error:
        told = [str(error)]
    assert len(told) == 1 and any(word in told[0] for word in ("too small", "too large", "more digits"))


def test_an_ods_with_long_numbers_that_fit_is_read(tmp_path: Path) -> None:
    cells = ["0.30000000000000004", "123456789.12345678", "9007199254740992", "1E22", "0.0000000000000000000", "1e-010"]
    path = tmp_path / "t.ods"
    path.write_bytes(ods_table("number", cells))
    data = read(path)
    assert not data.problems and data.by_year[2020]["x"].tolist() == [float(cell) for cell in cells]


@pytest.mark.parametrize(
    "formula", ['<f>SUM(1,2)</f>', '<f t="array" ref="B2">SUM(1,2)</f>', '<f t="array" ref="B2">SUM(1,2)</f><v></v>',
                '<f t="shared" ref="B2" si="0">1+1</f>', '<f t="dataTable" ref="B2" r1="A1">1</f>']
)  # fmt: skip
def test_a_formula_that_was_never_computed_is_told(formula: str, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(book(HEAD + ROW.format(n=2, cell=formula)))
    told = [problem.problem for problem in read(path).problems]
    assert len(told) == 1 and ("never computed" in told[0] or "empty" in told[0])


@pytest.mark.parametrize("what", ["row", "cell"])
def test_what_stands_twice_in_a_workbook_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    rows = ROW.format(n=2, cell="<v>1</v>")
    twice = (
        rows + ROW.format(n=2, cell="<v>2</v>")
        if what == "row"
        else rows.replace("</row>", '<c r="B2"><v>2</v></c></row>')
    )
    path.write_bytes(book(HEAD + twice))
    assert "stands twice" in soon(lambda: read(path))
