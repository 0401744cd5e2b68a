"""Sound files of every kind that is read, a few KB each: what the fuzz targets damage. Run to write the corpus anew."""

import io
import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
from shapely.geometry import box

from growthpoles.shipped_data import geodata_path

CORPUS = Path(__file__).with_name("corpus")
CODES = ["AKM", "AKT", "ALM", "ATY", "VOS", "ZHA", "ZAP", "KAR", "KUS", "KZY", "MAN", "PAV", "SEV", "YUZ", "AST", "ALA"]
STUDY = """[study]
name = "own"
years = [2010, 2014]
languages = ["en", "ru"]
title = { en = "T", ru = "Т" }
source = { en = "S" }
[boundaries]
builtin = "kz"
year = 2014
match = ["name_en", "(\\\\d+) .*"]
aliases = { "Alma" = "KZ-ALA" }
[rating]
catalogue = "catalogue.csv"
normalise = "minmax"
[weights]
distances = "distances.csv"
power = 2.0
add = [["KZ-ALA", "KZ-AST"]]
[[tables]]
file = "own.csv"
key = "region"
missing = ["n/a"]
ignore = ["tot*"]
decimal = "."
columns = { "x{year}" = "x", "y{year}" = ["y"] }
[growth_poles]
poles = ["KZ-ALA"]
[report]
weights = "queen"
"""
HTML = """<html><head><meta charset="utf-8"></head><body><table><tr><th rowspan=2>region</th>
<th colspan="2">2020</th></tr>
<tr><th>grp</th><th>rate</th></tr><tr><td>Almaty<sup>1</sup></td><td>1 048,5</td><td>0,25</td></tr>
<tr><td>&#x428;ымкент</td><td>943</td><td>n/a</td></tr></table></body></html>
"""
EUROSTAT = """freq,unit,geo\\TIME_PERIOD\t2019 \t2020 \t2021 
A,MIO_EUR,AT\t100.5 \t101.5 b\t: 
A,MIO_EUR,BE\t90 e\t: c\t12.25 p
A,MIO_EUR,DE\t1 \t2 \t3 
"""  # noqa: W291
SDMX = """DATAFLOW,LAST UPDATE,freq,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG
ESTAT:X(1.0),01/01/24 23:00:00,A,AT,2019,100.5,
ESTAT:X(1.0),01/01/24 23:00:00,A,BE,2019,90,e
ESTAT:X(1.0),01/01/24 23:00:00,A,AT,2020,,c
"""
JSONSTAT = {
    "version": "2.0", "class": "dataset", "label": "GRP", "id": ["geo", "time"], "size": [2, 2],
    "dimension": {
        "geo": {"category": {"index": {"KZ-ALA": 0, "KZ-AST": 1}, "label": {"KZ-ALA": "Almaty", "KZ-AST": "Astana"}}},
        "time": {"category": {"index": ["2019", "2020"]}},
    },
    "value": [1.5, 2, None, 3e2], "status": {"2": "c"},
}  # fmt: skip
CLAIMS = """count(where(zone(col("index", 2014)) == "A")) == 0
near(share(col("x", 2014), "KZ-ALA"), 12.5, 0.1) and not (total(col("x", 2010)) > 1e3)
top(col("x", 2014), 2) == {"KZ-ALA", "KZ-AST"} | absent(col("y", 2014))
"""
FORMULAS = """use,kind,column,numerator,denominator,factor,holds
yes,ratio,rate,a,b,100,5 of 5
no,sum,total,a + b,,1,5 of 5
"""
OWN = "region,x2010,x2014,y2010,y2014\n" + "".join(f"KZ-{code},{i},1.5,n/a,2\n" for i, code in enumerate(CODES))
CATALOGUE = "code,kind,parent\nindex,aggregate,\nx,indicator,index\ny,indicator,index\n"
DISTANCES = ",".join(["", *(f"KZ-{code}" for code in CODES)]) + "\n" + "".join(
    ",".join([f"KZ-{a}", *(str(abs(i - k) * 10.5) for k in range(len(CODES)))]) + "\n" for i, a in enumerate(CODES)
)  # fmt: skip


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    for row in [["region", "2019", "2020"], ["Almaty", 1.5, "n/a"], ["Шымкент", 2, 4.25], ["Total", "=SUM(B2:B3)", 1]]:
        sheet.append(row)
    sheet.merge_cells("D1:E1")
    sheet.row_dimensions[3].hidden = True
    book.create_sheet("more").append(["x"])
    book.save(out)
    return out.getvalue()


def open_document() -> bytes:
    urn = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="{kind}"{more}><text:p>{text}</text:p></table:table-cell>'
    rows = ""
    for line in (["region", "2019", "2020"], ["Almaty", "1.5", "n/a"], ["Astana", "2", "4.25"]):
        cells = [
            cell.format(kind="float", more=f' office:value="{text}"', text=text)
            if text[0].isdigit() and len(text) < 5 and "20" not in text
            else cell.format(kind="string", more="", text=text)
            for text in line
        ]
        rows += f"<table:table-row>{''.join(cells)}</table:table-row>"
    rows += '<table:table-row table:number-rows-repeated="9"><table:table-cell table:number-columns-repeated="3"/>'
    content = (
        f'<?xml version="1.0"?><office:document-content {urn} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{rows}</table:table-row></table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": content.encode()})


def packed(parts: dict[str, bytes]) -> bytes:
    """Pack files in a fixed order and at a fixed time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def layers() -> dict[str, bytes]:
    squares = [box(0, 10, 1, 11), box(1, 10, 2, 11), box(1, 11, 2, 12)]
    frame = gpd.GeoDataFrame({"code": ["A", "B", "C"], "label": ["Север", "B", None]}, geometry=squares, crs=4326)
    found = {"geojson": frame.to_json(to_wgs84=True).encode()}
    with tempfile.TemporaryDirectory() as scratch:
        for ending, more in (("gpkg", {"layer_options": {"SPATIAL_INDEX": "NO"}}), ("shp", {}), ("fgb", {})):
            frame.to_file(Path(scratch) / f"b.{ending}", **more)
        with closing(sqlite3.connect(Path(scratch) / "b.gpkg")) as base:  # small pages: damage hits something
            base.executescript("PRAGMA page_size = 512; VACUUM")
        found |= {ending: (Path(scratch) / f"b.{ending}").read_bytes() for ending in ("gpkg", "fgb")}
        parts = {path.name: path.read_bytes() for path in sorted(Path(scratch).glob("b.*"))}
    out = io.BytesIO()
    frame.to_parquet(out)
    ring = [[0, 0], [10, 0], [0, 10], [-10, 0]]
    topology = {
        "type": "Topology", "transform": {"scale": [0.1, 0.1], "translate": [0, 10]}, "arcs": [[*ring, [0, -10]]],
        "objects": {"r": {"type": "GeometryCollection", "geometries": [
            {"type": "Polygon", "arcs": [[0]], "properties": {"code": "A"}}]}},
    }  # fmt: skip
    shape = {name: part for name, part in parts.items() if name[2:] in ("shp", "shx", "dbf", "prj", "cpg")}
    return found | {
        "geoparquet": out.getvalue(), "topojson": json.dumps(topology).encode(), "shapefile": packed(shape),
    }  # fmt: skip


def texts() -> dict[str, bytes]:
    """Return those of the corpus that are read from here, not from files."""
    from growthpoles.regions.kazakhstan.divisions import read_regions_table

    names = read_regions_table()
    csv = 'region,2019,2020\nAlmaty,"1 048 779,5",0.25\nШымкент;943;12,5\nAstana,n/a,3\nTotal,n/a,\n'
    found = {
        "csv": csv, "eurostat": EUROSTAT, "sdmx": SDMX, "html": HTML, "jsonstat": json.dumps(JSONSTAT), "study": STUDY,
        "claims": CLAIMS, "formulas": FORMULAS, "distances": DISTANCES,
        "names": "\n".join([*names["name_en"], *names["name_ru"], *names["name_kk"]]),
        "shares": "from,to,share\nYUZ,TUR,0.6\nYUZ,SHY,0.4\nKAR,KAR,\n",
        "goalposts": "indicator,low,high\nx,0,10\ny,-1.5,\n",
    }  # fmt: skip
    return {name: text.encode() for name, text in found.items()} | {
        "catalogue": geodata_path("kazakhstan-it/catalogue.csv").read_bytes(),
        "published": geodata_path("tables/table6.csv").read_bytes(),
    }


def sound(kind: str) -> bytes:
    """Return the sound file of a kind."""
    found = {path.stem: path for path in CORPUS.iterdir()}
    return found[kind].read_bytes() if kind in found else texts()[kind]


def write() -> None:
    CORPUS.mkdir(exist_ok=True)
    out = io.BytesIO()
    pd.DataFrame({"region": ["Almaty", "Шымкент"], "2019": [1.5, 2.0], "2020": ["n/a", "1,5"]}).to_parquet(out)
    files = {"xlsx": workbook(), "ods": open_document(), "parquet": out.getvalue(), **layers()}
    for name, content in files.items():
        (CORPUS / f"{name}.bin").write_bytes(content)


if __name__ == "__main__":
    write()
