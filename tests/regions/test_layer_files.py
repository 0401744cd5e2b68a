"""Boundary files: nothing is fetched, no other file is read, no other format is opened, whatever the name says."""

import http.server
import json
import os
import sqlite3
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import box

from growthpoles.errors import DataError
from growthpoles.regions.boundaries import layer_names, read_boundaries
from growthpoles.regions.layer_files import check_layer_file

LAYER = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=[box(0, 10, 1, 11), box(1, 10, 2, 11)], crs=4326)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, list[str]]]:
    """A server on the loopback that notes who asks."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{found.server_port}", asked
    found.shutdown()


def collection(crs: Any, **more: Any) -> dict[str, Any]:
    content = json.loads(LAYER.to_json())
    content.pop("crs", None)
    return {**content, **({"crs": crs} if crs is not None else {}), **more}


def links(address: str) -> list[Any]:
    """Coordinate systems that lead elsewhere, in the forms that GDAL follows or might follow one day."""
    kinds = ["link", "LINK", "Link", "url", "URL", "OGC", "file", "ogcwkt"]
    found: list[Any] = [
        {"type": kind, "properties": {key: address, "type": "proj4"}}
        for kind, key in product(kinds, ("href", "url", "name", "link"))
    ]
    for name in (address, "/etc/passwd", f"/vsicurl/{address}", "+init=epsg:4326", "GEOGCS[]", "../x.prj"):
        found.append({"type": "name", "properties": {"name": name}})
    found.append({"properties": {"href": address}, "type": "name"})
    return found


def refused(path: Path) -> str:
    """Refused by every way in, in one line."""
    with pytest.raises(DataError) as error:
        read_boundaries(path, key="code")
    assert layer_names(path) == [] and "\n" not in str(error.value)
    return str(error.value)


def test_a_crs_that_leads_elsewhere_is_refused_and_nothing_is_asked_for(
    tmp_path: Path, server: tuple[str, list[str]]
) -> None:
    address, asked = server
    path = tmp_path / "r.geojson"
    for crs in links(f"{address}/crs"):
        text = json.dumps(collection(crs))
        for spelled in (
            text,
            text.replace('"crs"', '"\\u0063rs"', 1),
            "\ufeff" + text,
            text.replace('"crs": ', '"crs"\n:\t'),
        ):
            path.write_text(spelled, encoding="utf-8")
            refused(path)
    feature = {**collection(None)["features"][0], "crs": links(f"{address}/crs")[0]}
    path.write_text(json.dumps(feature))
    refused(path)
    assert asked == []


@pytest.mark.parametrize(
    "crs", [None, {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
            {"type": "name", "properties": {"name": "EPSG:4326"}}, {"type": "EPSG", "properties": {"code": 4326}},
            {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/4326"}}]
)  # fmt: skip
def test_the_usual_ways_to_name_a_crs_stay(tmp_path: Path, crs: Any) -> None:
    path = tmp_path / "r.geojson"
    path.write_text(json.dumps(collection(crs)))
    assert len(read_boundaries(path, key="code")) == 2


def foreign(address: str, secret: Path) -> dict[str, bytes]:
    """Files of formats that lead to others: what GDAL would open by their content."""
    vrt = (
        '<OGRVRTDataSource><OGRVRTLayer name="{0}"><SrcDataSource>{1}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    )
    return {
        "vrt to an address": vrt.format("x", f"{address}/x.geojson").encode(),
        "vrt to a file": vrt.format(secret.stem, secret).encode(),
        "vrt with a blank": b" \n" + vrt.format(secret.stem, secret).encode(),
        "gml": f'<?xml version="1.0"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" '
        f'xsi:schemaLocation="{address}/x.xsd {address}/x.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>'
        .encode(),
        "kml": f'<?xml version="1.0"?><kml><NetworkLink><Link><href>{address}/x.kml</href></Link></NetworkLink></kml>'
        .encode(),
        "wfs": f'<OGRWFSDataSource><URL>{address}/wfs</URL></OGRWFSDataSource>'.encode(),
        "tab": b"!table\n!version 300\nDefinition Table\n  File \"/etc/passwd\"\n  Type NATIVE Charset \"Neutral\"\n",
        "csv": b"code,WKT\nA,POLYGON((0 0,1 0,1 1,0 0))\n",
        "jsonp": b"jsonp(" + json.dumps(collection(None)).encode() + b")",
        "text": b"PG:dbname=x",
        "nothing": b"",
    }  # fmt: skip


def test_no_other_format_is_opened_whatever_its_name(tmp_path: Path, server: tuple[str, list[str]]) -> None:
    address, asked = server
    secret = tmp_path / "secret.gpkg"
    LAYER.to_file(secret)
    for content in foreign(address, secret).values():
        for ending in (".gpkg", ".geojson", ".shp", ".fgb", ".vrt", ".kml", ".json", ""):
            path = tmp_path / f"r{ending}"
            path.write_bytes(content)
            refused(path)
            path.unlink()
    assert asked == []


BAD_SQL = [
    "CREATE VIRTUAL TABLE b USING VirtualShape('/etc/passwd', 'UTF-8', 4326)",
    "create  virtual\ntable b using \"VirtualOGR\"('x.vrt')",
    "CREATE TABLE keep(x); DELETE FROM gpkg_contents; INSERT INTO gpkg_contents(table_name, data_type, identifier)"
    " VALUES('v', 'features', 'v'); CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT i AS fid, i AS code FROM n",
    "CREATE TRIGGER t AFTER INSERT ON b BEGIN SELECT ogr_layer_extent('x'); END",
]


@pytest.mark.parametrize("sql", BAD_SQL)
def test_a_geopackage_of_other_files_or_endless_views_is_refused(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "r.gpkg"
    LAYER.to_file(path)
    base = sqlite3.connect(path)
    try:
        for each in [sql] if "TRIGGER" in sql else sql.split(";"):
            try:
                base.execute(each)
            except sqlite3.OperationalError:  # this SQLite has no such module: write it down as another would
                base.execute("PRAGMA writable_schema = ON")
                base.execute("INSERT INTO sqlite_master VALUES('table', 'b', 'b', 0, ?)", [each])
        base.commit()
    finally:
        base.close()
    refused(path)


def archive(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in parts.items():
            out.writestr(name, content)
    return path


def test_an_archive_holds_one_shapefile_and_nothing_else(tmp_path: Path) -> None:
    LAYER.to_file(tmp_path / "s.shp")
    parts = {path.name: path.read_bytes() for path in tmp_path.glob("s.*")}
    assert len(read_boundaries(archive(tmp_path / "good.zip", parts), key="code")) == 2
    twice = {**parts, **{f"t{Path(name).suffix}": content for name, content in parts.items()}}
    for bad in ({**parts, "x.vrt": b"<OGRVRTDataSource/>"}, {**parts, "s.geojson": b"{}"}, {"a.csv": b""}, twice, {}):
        refused(archive(tmp_path / "bad.zip", bad))
    refused(archive(tmp_path / "bomb.zip", {**parts, "s.qix": b"\0" * 30_000_000}))


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of Unix")
@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp", ".parquet", ".zip", ""])
def test_a_pipe_or_a_device_is_no_boundary_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"p{ending}"
    os.mkfifo(path)
    assert "a device or a pipe" in refused(path)
    link = tmp_path / f"z{ending}"
    link.symlink_to("/dev/zero")
    assert "a device or a pipe" in refused(link)


def test_a_size_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.gpkg"
    with path.open("wb") as file:
        file.write(b"SQLite format 3\0")
        file.truncate(10**12)  # a hole: nothing stands on the disk
    with pytest.raises(DataError, match="larger than 500 MB"):
        check_layer_file(path)
    shape = tmp_path / "s.shp"
    shape.write_bytes(struct.pack(">i", 9994) + bytes(96))
    with (tmp_path / "s.dbf").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(DataError, match="larger than 500 MB"):
        check_layer_file(shape)


@pytest.mark.parametrize("kind", ["VIRTUAL", "STORED"])
@pytest.mark.parametrize("made", ["hex(zeroblob(200000000))", "code || 'x'", "(length(geom))"])
def test_computed_columns_are_not_read(tmp_path: Path, made: str, kind: str) -> None:
    """Such a column takes what time and memory it likes when it is read."""
    path = tmp_path / "r.gpkg"
    LAYER.to_file(path, layer="r")
    with closing(sqlite3.connect(path)) as base:
        told = f"CREATE TABLE n (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, more TEXT AS ({made}) {kind})"
        base.executescript(f"{told}; DROP TABLE r; ALTER TABLE n RENAME TO r")
    assert "column more of layer r is computed" in refused(path)


@pytest.mark.parametrize("spread", [1, 5])
def test_columns_without_end_are_refused_soon(tmp_path: Path, spread: int) -> None:
    content = collection(None)
    content["features"] *= spread
    content["features"] = [
        {**each, "properties": {f"p{i} {at}": 1 for i in range(5000)}} for at, each in enumerate(content["features"])
    ]
    path = tmp_path / "r.geojson"
    path.write_text(json.dumps(content))
    start = time.process_time()
    assert "more than 4000 columns" in refused(path)
    assert time.process_time() - start < 2
