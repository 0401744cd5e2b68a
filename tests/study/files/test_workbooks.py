"""What a workbook shows and no cell holds: percentages of .xlsx and .ods."""

import random
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely

import growthpoles as gp
from growthpoles.study.files import workbooks
from growthpoles.study.files.cell_grids import read_grids
from growthpoles.study.files.table_files import turned
from samples import samples

NAMES = ["North", "South", "East", "West", "Centre"]
SHOWN = ["0%", "0.0%", "0.00 %", "#,##0.0%;[Red]-#,##0.0%", '0.0%" of all"']
PLAIN = ["General", '0.0"%"', r"0.0\%", "0.00", "#,##0"]
CONTENT = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.2"><office:body>'
    '<office:spreadsheet><table:table table:name="A &amp; B">{}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)

MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    "</manifest:manifest>"
)


def borders(folder: Path) -> Path:
    path = folder / "b.gpkg"
    shapes = [shapely.box(i * 1e5, 0, (i + 1) * 1e5, 1e5) for i in range(len(NAMES))]
    gpd.GeoDataFrame({"code": NAMES}, geometry=shapes, crs=3035).to_file(path)
    return path


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize("seed", samples(range(30), daily=2))
def test_percentages_of_a_workbook_are_read_as_shown(seed: int, across: bool, tmp_path: Path) -> None:
    draw = random.Random(seed)
    formats = [draw.choice(SHOWN), draw.choice(PLAIN), draw.choice(SHOWN + PLAIN)]
    cells = [[draw.randrange(1, 9999) / 10_000 for _ in formats] for _ in NAMES]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for at, name in enumerate(["Region", "Rate 2021", "Jobs 2021", "Share 2021"]):
        sheet.cell(*(at + 1, 1) if across else (1, at + 1)).value = name  # type: ignore[misc]
    for row, name in enumerate(NAMES, start=2):
        sheet.cell(*(1, row) if across else (row, 1)).value = name  # type: ignore[misc]
        for column, (number, form) in enumerate(zip(cells[row - 2], formats, strict=True), start=2):
            cell = sheet.cell(*(column, row) if across else (row, column))
            cell.value, cell.number_format = number, form  # type: ignore[misc]
    book.save(tmp_path / "t.xlsx")
    table = gp.read_table(tmp_path / "t.xlsx", boundaries=borders(tmp_path), key="code")
    kinds = dict(zip(["Rate", "Jobs", "Share"], formats, strict=True))
    read = table.set_index(["indicator", "region"])["value"]
    for row, name in enumerate(NAMES):
        for column, (kind, form) in enumerate(kinds.items()):
            times = 100 if form in SHOWN else 1
            assert read[kind, name] == pytest.approx(cells[row][column] * times, rel=1e-15)
    assert table.attrs["units"] == {kind: "%" for kind, form in kinds.items() if form in SHOWN}
    assert any("shown as percentages" in told for told in table.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(30), daily=3))
def test_percentages_of_an_ods_whose_rows_and_cells_repeat(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    rows, truth = [], []
    for _ in range(draw.randrange(1, 5)):
        own, cells = [], ""
        for _ in range(draw.randrange(1, 4)):
            several, kind = draw.randrange(1, 4), draw.choice(["percentage", "float", "empty", "string"])
            repeat = f' table:number-columns-repeated="{several}"' if several > 1 else ""
            number = draw.randrange(1, 9999) / 10_000
            value = f' office:value-type="{kind}" office:value="{number}"' if kind in ("percentage", "float") else ""
            value = ' office:value-type="string"' if kind == "string" else value
            text = "<text:p>some &gt; text</text:p>" if kind == "string" else ""
            tag = draw.choice(["table-cell", "covered-table-cell"]) if kind == "empty" else "table-cell"
            cells += f"<table:{tag}{repeat}{value}>{text}</table:{tag}>"
            told = {"empty": "", "string": "some > text", "float": number, "percentage": round(number * 100, 9)}[kind]
            own += [(told, kind == "percentage")] * several
        several = draw.randrange(1, 4)
        repeat = f' table:number-rows-repeated="{several}"' if several > 1 else ""
        rows.append(f"<table:table-row{repeat}>{cells}</table:table-row>")
        truth += [own] * several
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", CONTENT.format("".join(rows)))
    (grid,) = read_grids(tmp_path / "t.ods")
    read = {(number, at): cell for number, row in grid.rows for at, cell in enumerate(row) if cell != ""}
    wanted = {(i, at): cell for i, row in enumerate(truth, start=1) for at, (cell, _) in enumerate(row) if cell != ""}
    assert read == wanted
    assert grid.percent == {(i, at) for i, row in enumerate(truth, start=1) for at, (_, per) in enumerate(row) if per}
    assert len(turned(grid).percent) == len(grid.percent)


@pytest.mark.parametrize("seed", samples(range(20), daily=3))
def test_percentages_hardly_above_one_are_told(seed: int, tmp_path: Path) -> None:
    """What a heading says of a column is compared with its numbers; an index is no percentage."""
    draw = random.Random(seed)
    heads = {"Unemployed, %": True, "Share, percent": True, "Gini": False, "Births per 1000": False, "Rate (%)": True}
    most = {head: draw.choice([1.0, 1.5, 20.0]) for head in heads}
    cells = {head: [round(draw.uniform(0.01, most[head]), 4) for _ in NAMES] for head in heads}
    lines = [";".join([name, *(str(cells[head][at]) for head in heads)]) for at, name in enumerate(NAMES)]
    (tmp_path / "t.csv").write_text("\n".join([";".join(["Region", *heads]), *lines]), encoding="utf-8")
    table = gp.read_table(tmp_path / "t.csv", boundaries=borders(tmp_path), key="code", year=2020, decimal=".")
    told = [each for each in table.attrs["remarks"] if "shares of 1" in each]
    want = [head for head, said in heads.items() if said and max(cells[head]) <= 1.5]
    assert len(told) == bool(want)
    assert all(head.strip("()% ,").split(",")[0].split(" (")[0] in told[0] for head in want)
    assert not any("Gini" in each or "Births" in each for each in told)


def test_a_workbook_whose_formats_are_not_seen_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library that reads .xls gives the numbers alone: 0.054, where 5.4% is shown."""
    cells = [["Region", "Rate", "Jobs"], *([name, 0.05 + at / 100, 7.5 * at] for at, name in enumerate(NAMES))]
    monkeypatch.setattr(workbooks, "read_sheets_apart", lambda *_, **__: [("S", True, cells, [])])
    (tmp_path / "t.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    table = gp.read_table(tmp_path / "t.xls", boundaries=borders(tmp_path), key="code", year=2020)
    (told,) = [each for each in table.attrs["remarks"] if "read as stored" in each]
    assert "'Rate'" in told and "Jobs" not in told and ".xlsx" in told
