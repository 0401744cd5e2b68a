"""No command connects to anything, whatever the files that it is given say: the socket guard and strace look on."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from growthpoles.shipped_data import geodata_path

# The command line, with every way to the network refused and told; a library in C is seen by strace.
GUARDED = """
import socket, sys
def refuse(*where, **more):
    sys.stderr.write(f"CONNECTS {where!r}\\\\n")
    raise OSError("no network")
for name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, name, refuse)
for name in ("getaddrinfo", "gethostbyname", "create_connection"):
    setattr(socket, name, refuse)
from growthpoles.cli.app import main
main()
"""
ADDRESS = "http://127.0.0.1:9/x"
VRT = '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
SHAPE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
FEATURE = {"type": "Feature", "properties": {"code": "A"}, "geometry": SHAPE}
LINK = {"type": "link", "properties": {"href": ADDRESS, "type": "ogcwkt"}}
ESRI = {"geometryType": "esriGeometryPolygon", "spatialReference": {"wkt": ADDRESS}, "features": []}
HOSTILE = {
    "link.geojson": json.dumps({"type": "FeatureCollection", "crs": LINK, "features": [FEATURE]}),
    "arcgis.json": json.dumps(ESRI),
    "stac.json": json.dumps({"type": "FeatureCollection", "stac_version": "1.0.0", "features": [
        {**FEATURE, "assets": {"a": {"href": ADDRESS}}}]}),
    "next.geojson": json.dumps({"type": "FeatureCollection", "features": [FEATURE], "next": ADDRESS,
                                "links": [{"rel": "next", "href": ADDRESS}]}),
    "vrt.gpkg": VRT.format(ADDRESS), "vrt.vrt": VRT.format(f"/vsicurl/{ADDRESS}"),
    "wfs.xml": f"<OGRWFSDataSource><URL>{ADDRESS}</URL></OGRWFSDataSource>",
    "wms.xml": f'<GDAL_WMS><Service name="WMS"><ServerUrl>{ADDRESS}</ServerUrl></Service></GDAL_WMS>',
    "link.kml": f"<kml><NetworkLink><Link><href>{ADDRESS}</href></Link></NetworkLink></kml>",
    "entity.gml": f'<!DOCTYPE a [<!ENTITY b SYSTEM "{ADDRESS}">]><a xmlns:gml="http://www.opengis.net/gml">&b;</a>',
    "host.pgdump": "CONNECTION PG:host=127.0.0.1 port=9",
}  # fmt: skip
NAMES = [f"/vsicurl/{ADDRESS}", ADDRESS, "PG:host=127.0.0.1 port=9", "WFS:" + ADDRESS, f"GeoJSON:{ADDRESS}",
         "MYSQL:x,host=127.0.0.1", f"/vsizip//vsicurl/{ADDRESS}.zip", "s3://bucket/x.gpkg", f"ESRIJSON:{ADDRESS}",
         "CSW:" + ADDRESS, "MongoDBv3:mongodb://127.0.0.1:9", "https://127.0.0.1:9/x.parquet"]  # fmt: skip


def commands(layer: str) -> list[list[str]]:
    return [
        ["look", "t.csv", "-b", layer],
        ["init", "new", "-t", "t.csv", "-b", layer],
        ["map", layer, "-o", "m.png"],
        ["stats", layer],
        ["look", layer],
    ]


def looked_on(folder: Path, *arguments: list[str]) -> list[str]:
    """Run commands in one process each; return what they said and what strace saw of the network."""
    strace = shutil.which("strace")
    told = []
    for each in arguments:
        log = folder / "strace.log"
        watched = [strace, "-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o", str(log)] if strace else []
        done = subprocess.run(
            [*watched, sys.executable, "-c", GUARDED, *each], cwd=folder, capture_output=True, text=True, timeout=300
        )
        assert "CONNECTS" not in done.stderr and "Traceback" not in done.stderr, (each, done.stderr)
        assert not strace or not re.search("AF_INET6?,", log.read_text()), (each, log.read_text()[:500])
        told.append(done.stderr)
    return told


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    for name, text in HOSTILE.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "t.csv").write_text("code,x\nA,1\nB,2\n")
    (tmp_path / "catalogue.csv").write_text("code,kind,parent\nindex,aggregate,\nx,indicator,index\n")
    return tmp_path


def own_study(folder: Path, layer: str) -> str:
    (folder / "s").mkdir(exist_ok=True)
    for path in folder.glob("*.*"):
        if path.is_file():
            shutil.copy(path, folder / "s")
    (folder / "s" / "study.toml").write_text(
        '[study]\nname = "own"\nyears = [2020]\nlanguages = ["en"]\ntitle = {en = "T"}\nsource = {en = "S"}\n'
        f"[boundaries]\nfile = {json.dumps(layer)}\nkey = 'code'\n[rating]\ncatalogue = 'catalogue.csv'\n"
        "[[tables]]\nfile = 't.csv'\nkey = 'code'\nyear = 2020\n"
    )
    return "s"


@pytest.mark.long
def test_one_hostile_file_and_one_address(hostile: Path) -> None:
    told = looked_on(hostile, ["look", "t.csv", "-b", "link.geojson"])
    assert "nothing is fetched" in told[0] and told[0].count("\n") == 1
    assert not list(hostile.glob("*.png"))


@pytest.mark.slow
@pytest.mark.parametrize("layer", [*HOSTILE, *NAMES])
def test_no_command_asks_the_network(hostile: Path, layer: str) -> None:
    study = own_study(hostile, layer)
    told = looked_on(
        hostile, *commands(layer), ["validate", study, "--outside"],
        ["report", "-s", study, "-o", "out", "--outside", "-q"],
    )  # fmt: skip
    good = layer == "next.geojson" or layer == "stac.json"  # one polygon, and words that nobody follows
    assert good or all(text.count("\n") == 1 for text in told[:4]), told


@pytest.mark.slow
def test_the_built_in_report_asks_nobody(tmp_path: Path) -> None:
    looked_on(tmp_path, ["report", "-q", "-o", "out", "--figure", "rating", "--permutations", "99"])
    looked_on(tmp_path, ["init", "new", "-t", str(geodata_path("mexico-gdp/mexico.csv")), "-b",
                         str(geodata_path("mexico-gdp/states.shp"))])  # fmt: skip
