"""Reading through one seam: what is recorded, what is remembered, and that nobody reads past it."""

from __future__ import annotations

import ast
import hashlib
import random
import re
import threading
import unicodedata
from pathlib import Path

import pytest
from babel import Locale
from joblib import parallel_config

import growthpoles
from growthpoles.errors import DataError
from growthpoles.file_reading import (
    cyrillic_text,
    file_sha256,
    likely_encodings,
    note,
    note_layer,
    read_bytes,
    read_text,
    recorded,
    remembered,
)
from growthpoles.study.load_study import load_study
from growthpoles.study.verdict import verdict
from samples import samples
from source_trees import parsed, walked

SOURCE = Path(growthpoles.__file__).parent


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(b"\xef\xbb\xbfa\r\n1\r\n")
    return path


def digests(found: dict) -> dict[str, str | None]:
    return {path.name: digest for path, (digest, _) in found.items()}


def test_reads_are_recorded_and_so_is_what_is_not_there(table: Path) -> None:
    with recorded() as outer:
        with recorded() as inner:
            assert read_text(table) == "a\n1\n"
            assert not note(table.with_name("claims.csv"))
        with pytest.raises(FileNotFoundError):
            read_bytes(table.with_name("gone.csv"))
    assert digests(inner) == {"table.csv": sha(table.read_bytes()), "claims.csv": None}
    assert digests(outer) == {**digests(inner), "gone.csv": None}
    read_bytes(table)  # nobody records: no complaint


def test_the_first_read_counts(table: Path) -> None:
    """A file that changes while a report is made must make it stale, not be taken for what was read."""
    before = sha(table.read_bytes())
    with recorded() as found:
        read_bytes(table)
        table.write_bytes(b"a\n2\n")
        read_bytes(table)
    assert digests(found) == {"table.csv": before}


def test_a_layer_is_all_its_files(tmp_path: Path) -> None:
    for name in ("states.shp", "states.dbf", "states.2014.shp", "other.dbf"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "data.gdb").mkdir()
    (tmp_path / "data.gdb" / "a1").write_bytes(b"1")
    with recorded() as found:
        note_layer(tmp_path / "states.shp")
        note_layer(tmp_path / "data.gdb")
    assert set(digests(found)) == {"states.shp", "states.dbf", "states.*", "a1", "*"}
    for added, every in (("states.cpg", tmp_path / "states.*"), ("data.gdb/a2", tmp_path / "data.gdb" / "*")):
        (tmp_path / added).write_bytes(b"")
        assert file_sha256(every) != found[every][0]


def test_a_link_is_followed_to_where_it_leads_today(table: Path) -> None:
    link = table.with_name("latest.csv")
    link.symlink_to(table)
    with recorded() as found:
        read_bytes(link)
    assert [path.name for path in found] == ["latest.csv"]


def test_only_files_are_hashed(tmp_path: Path) -> None:
    assert file_sha256(tmp_path) is None and file_sha256(tmp_path / "gone") is None
    assert file_sha256(Path("nul\0l")) is None
    if Path("/dev/zero").exists():
        assert file_sha256(Path("/dev/zero")) is None


def test_what_is_remembered_counts_as_read_and_is_read_anew_when_it_changes(table: Path) -> None:
    calls = []

    @remembered(maxsize=4)
    def length(path: Path) -> int:
        calls.append(path)
        return len(read_bytes(path)) + note(path.with_name("more.csv"))

    @remembered()
    def twice(path: Path) -> int:
        return 2 * length(path)

    assert (twice(table), twice(table), length(table)) == (18, 18, 9) and len(calls) == 1
    with recorded() as found:
        assert twice(table) == 18
    assert digests(found) == {"table.csv": sha(table.read_bytes()), "more.csv": None} and len(calls) == 1
    table.write_bytes(b"123")
    assert twice(table) == 6 and len(calls) == 2
    table.with_name("more.csv").write_bytes(b"")
    assert twice(table) == 8 and len(calls) == 3
    table.unlink()
    with pytest.raises(FileNotFoundError):
        twice(table)
    table.write_bytes(b"1")
    assert twice(table) == 4


def test_threads_record_their_own_reads(table: Path) -> None:
    """Two reports at once in two threads do not depend on each other's files."""
    found: dict[str, dict] = {}
    both = threading.Barrier(2, timeout=10)

    def read(name: str) -> None:
        path = table.with_name(name)
        path.write_bytes(name.encode())
        with recorded() as seen:
            both.wait()
            read_bytes(path)
            both.wait()
        found[name] = digests(seen)

    threads = [threading.Thread(target=read, args=(name,)) for name in ("a.csv", "b.csv")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {name: {name: sha(name.encode())} for name in ("a.csv", "b.csv")}


def test_workers_read_nothing_by_themselves(tmp_path: Path, study_maker) -> None:
    """However many workers compute, the record is that of one."""
    study = load_study(study_maker(tmp_path))
    records = []
    for jobs in (1, 2):
        with recorded() as found, parallel_config(n_jobs=jobs):
            verdict(study, permutations=999, weights=(("queen", {}),))
        records.append(digests(found))
    assert records[0] == records[1] and {"regions.gpkg", "table-2020.csv", "catalogue.csv"} <= records[0].keys()


# Calls that open a file, or hand it to a library that does.
READERS = {
    "open", "read_text", "read_bytes", "read_csv", "read_table", "read_excel", "read_json", "read_parquet", "read_file",
    "read_dataframe", "read_arrow", "read_info", "list_layers", "load_workbook", "ExcelFile", "ParquetFile", "FT2Font",
    "loadtxt", "genfromtxt", "fromfile", "imread", "ZipFile", "connect", "load",
}  # fmt: skip
# Module or room -> what it may call past the seam, and why.
PAST_THE_SEAM = {
    "file_reading": ({"read_bytes", "open", "ParquetFile"}, "the seam itself"),
    "cli.app": ({"open"}, "standard streams"),
    "shipped_data": ({"read_text"}, "registry.json, which file_reading records with every shipped file"),
    "file_writing": ({"read_text", "read_bytes", "open"}, "the process that holds a lock, and pipes to write into"),
    "language": ({"read_text", "read_bytes", "open"}, "texts of the package: part of the hash of its source"),
    "result_display": ({"read_text"}, "a text of the package"),
    "spatial.cross_check": ({"read_text"}, "a table of the package"),
    "report.audit_files": (
        {"read_text", "load_workbook", "open"},
        "a template of the package; bytes of the seam; what an earlier audit wrote",
    ),
    "report.tables.paper_tables": ({"read_text"}, "a template of the package"),
    "report.page": ({"read_text", "read_bytes"}, "templates and fonts of the package"),
    "report.tables.report_tables": ({"read_text", "read_csv"}, "a table of the package"),
    "report.manifest": ({"read_bytes", "open", "ZipFile"}, "the package's source, and what an earlier run wrote"),
    "report.tables.geopackage": ({"read_bytes", "connect"}, "what it has just written"),
    "report.tables.table_formats": ({"ZipFile"}, "what it has just written"),
    "maps.typography.typefaces": ({"read_bytes", "FT2Font"}, "fonts of the package; build_report notes the user's"),
    "regions.boundaries": ({"list_layers", "read_dataframe", "read_info", "read_parquet"}, "after note_layer"),
    "regions.layer_files": ({"open", "read_bytes", "connect", "ZipFile"}, "before note_layer"),
    "study.study_spec": ({"read_text"}, "what this user allowed: a report does not depend on it"),
    "regions.kazakhstan.divisions": ({"read_csv"}, "text that came through the seam"),
    "ratings.catalogue": ({"read_csv"}, "text that came through the seam"),
    "study.files.cell_grids": ({"ParquetFile", "ZipFile"}, "bytes that came through the seam"),
    "study.files.workbooks": ({"load_workbook", "ZipFile"}, "bytes that came through the seam"),
    "study.files.binary_workbooks": ({"load"}, "what its own child process answers"),
}  # fmt: skip


def past_the_seam(text: str) -> set[str]:
    """Names of reading calls in a module: methods, `open`, and what it imports from other packages."""
    tree = parsed(text)
    imported = {
        alias.asname or alias.name
        for node in walked(tree)
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("growthpoles")
        for alias in node.names
    }
    found = set()
    for node in walked(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            through = getattr(getattr(called, "value", None), "id", "") == "file_reading"
            own = isinstance(called, ast.Name) and name not in {"open", *imported}
            if name in READERS and not own and not through:
                found.add(name)
    return found


def test_nobody_reads_past_the_seam() -> None:
    strays = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        allowed = next((PAST_THE_SEAM[each][0] for each in (name, name.split(".")[0]) if each in PAST_THE_SEAM), set())
        if stray := past_the_seam(path.read_text(encoding="utf-8")) - allowed:
            strays[name] = stray
    assert not strays, "read through growthpoles.file_reading, or a report will not notice a change"


@pytest.mark.parametrize(
    "code", ["open(p)", "p.read_text()", "pd.read_csv(p)", "gpd.read_file(p)", "Path(p).open()", "np.load(p)"]
)
def test_the_search_for_strays_finds_them(code: str) -> None:
    assert past_the_seam(code)
    assert not past_the_seam("from growthpoles.file_reading import read_text, read_bytes\nread_text(p), read_bytes(p)")


def test_exceptions_to_the_seam_are_still_there() -> None:
    for name, (calls, _) in PAST_THE_SEAM.items():
        path = SOURCE.joinpath(*name.split("."))
        files = [path.with_suffix(".py")] if not path.is_dir() else sorted(path.rglob("*.py"))
        assert calls & set().union(*(past_the_seam(file.read_text(encoding="utf-8")) for file in files)), name


def test_a_refusal_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path, calls = tmp_path / "a.txt", []

    @remembered(refusals=True)
    def read(path: Path) -> str:
        calls.append(path)
        if (text := read_text(path)) == "bad":
            raise DataError("it is bad")
        return text

    path.write_text("bad")
    for _ in range(3):
        with recorded() as found, pytest.raises(DataError, match="it is bad"):
            read(path)
        assert path in found
    assert len(calls) == 1
    path.write_text("good now")
    assert read(path) == "good now" and len(calls) == 2
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "b.txt")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp932", "都道府県,県民所得\n北海道,1\n青森県,2\nデータ,3"),
        ("gb18030", "地区,地区生产总值\n北京市,123\n内蒙古自治区,4"),
        ("big5", "縣市,人口數\n臺北市,12\n高雄市,3"),
        ("cp949", "지역,인구\n서울특별시,1\n경기도,2"),
        ("koi8-r", "Область,Население\nАлматы,1\nвсего,3"),
        ("cp1251", "Област,Населення\nКиївська,1\nвсього,3"),
        ("cp866", "Область,Население\nАлматы,1"),
        ("cp874", "จังหวัด,ประชากร\nกรุงเทพมหานคร,1\nเชียงใหม่,3"),
        ("cp1255", "מחוז,אוכלוסייה\nירושלים,1"),
        ("cp1256", "المحافظة,السكان\nالقاهرة,1"),
        ("cp1253", "Περιφέρεια,Πληθυσμός\nΑττική,1"),
        ("cp1258", "Ti\u0309nh,Dân sô\u0301\nHa\u0300 Nô\u0323i,1\nĐa\u0300 Nă\u0303ng,2"),
        ("cp1252", "Région,Population\nÎle-de-France,1\nMünchen,4"),
        ("cp1254", "İl,Nüfus\nİstanbul,1\nIğdır,2\nMuş,3"),
        ("utf-16-le", "Region,Population\nNord,1"),
        ("utf-16-be", "Region,Population\nNord,1"),
    ],
)
def test_likely_encodings_decode_and_hold_the_true_one(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    found = likely_encodings(content)
    for name in found:
        content.decode(name)
    assert encoding in found and (found[0] == encoding)


#: Languages by the encoding in which their offices wrote before UTF-8.
_WRITTEN = {
    "cp1252": "fr de es pt it sv nb da nl ca is fi",
    "cp1250": "cs sk pl hu hr sl sq",
    "cp1254": "tr",
    "cp1257": "lt lv et",
}


@pytest.mark.parametrize(
    ("encoding", "lang"), [(encoding, lang) for encoding, langs in _WRITTEN.items() for lang in langs.split()]
)
def test_the_likeliest_encoding_of_a_latin_text_is_the_one_of_its_language(encoding: str, lang: str) -> None:
    """Forty names of countries are a text as long as a table of regions has; editions of CLDR spell some otherwise."""
    names = sorted(Locale.parse(lang).territories.values())
    rng = random.Random(1)
    texts = ["\n".join(rng.sample(names, 40)) for _ in range(25)]
    texts = [text for text in texts if not text.isascii() and text == text.encode(encoding, "ignore").decode(encoding)]
    right = [text.encode(encoding).decode(likely_encodings(text.encode(encoding))[0]) == text for text in texts]
    assert len(texts) > 5 and sum(right) >= 0.65 * len(texts), f"{sum(right)} of {len(texts)}"


_LATVIAN = re.findall(
    r"\S+",
    "Strādājošo mēneša vidējā darba samaksa reģionos valstspilsētās un novados Teritoriālā vienība Rīgas reģions "
    "Jūrmala Jēkabpils Liepāja Rēzekne Ķekavas Ādažu Mārupes Siguldas Cēsu Gulbenes Ludzas Krāslavas Kuldīgas Alūksnes",
)


@pytest.mark.parametrize("seed", samples(range(60), 10))
def test_words_of_latvian_are_not_taken_for_vietnamese(seed: int) -> None:
    rng = random.Random(seed)
    text = "\n".join(f"{rng.choice(_LATVIAN)} {rng.choice(_LATVIAN)};{rng.randint(1, 99)}" for _ in range(60))
    assert likely_encodings(text.encode("cp1257"))[0] == "cp1257"
    words = [
        "Hà Nội",
        "Hải Phòng",
        "Đà Nẵng",
        "Cần Thơ",
        "Bắc Giang",
        "Quảng Ninh",
        "Thừa Thiên Huế",
        "Đồng Nai",
        "Tỉnh",
        "Dân số",
    ]
    spelled = [unicodedata.normalize("NFD", word) for word in rng.sample(words, len(words))]
    for kept in "âêôăơưđÂÊÔĂƠƯĐ":  # the encoding has these as one sign, and the tones apart
        spelled = [word.replace(unicodedata.normalize("NFD", kept), kept) for word in spelled]
    content = "\n".join(spelled).encode("cp1258", "ignore")
    assert likely_encodings(content)[0] == "cp1258"


@pytest.mark.parametrize("mark", "¹²³")
def test_numbers_of_notes_do_not_speak_for_an_encoding(mark: str) -> None:
    text = f"Région;Revenu par tête (k€){mark}\nÎle-de-France{mark};3\nRhône-Alpes;4\nHérault;5\n"
    assert likely_encodings(text.encode("cp1252"))[0] == "cp1252"


CYRILLIC = {"ru": "koi8-r", "uk": "koi8-u", "be": "iso8859-5", "bg": "cp866", "sr": "iso8859-5", "mk": "iso8859-5"}


@pytest.mark.parametrize("lang", CYRILLIC)
def test_cyrillic_of_every_language_is_read_in_cp1251_and_no_other_text_is_taken_for_it(lang: str) -> None:
    """Twelve names of countries, as many times as there are, in the encodings that Cyrillic is written in."""
    draw = random.Random(lang)
    names = [
        name
        for name in Locale.parse(lang).territories.values()
        if name.encode("cp1251", "ignore").decode("cp1251") == name
    ]
    read = wrong = 0
    for _ in range(100):
        text = "\n".join(draw.sample(names, 12))
        read += cyrillic_text(text.encode("cp1251")) == text
        for other in {CYRILLIC[lang], "mac-cyrillic", "koi8-r", "cp866", "iso8859-5"}:
            found = cyrillic_text(text.encode(other, "ignore"))
            wrong += found is not None and found != text.encode(other, "ignore").decode(other)
    assert read >= 98 and wrong == 0  # a text without "ј" may be refused


@pytest.mark.parametrize(
    "lang", ["de", "fr", "es", "pt", "pl", "cs", "hu", "ro", "tr", "lt", "lv", "et", "el", "he", "vi"]
)
def test_no_other_script_is_taken_for_cyrillic(lang: str) -> None:
    names = [name for name in Locale.parse(lang).territories.values() if not name.isascii()]
    draw = random.Random(lang)
    for encoding in ("cp1250", "cp1252", "cp1253", "cp1254", "cp1255", "cp1257", "cp1258"):
        for _ in range(20):
            content = "\n".join(draw.sample(names, 12)).encode(encoding, "ignore")
            assert content.isascii() or cyrillic_text(content) is None
