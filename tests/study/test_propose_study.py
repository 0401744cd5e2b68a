"""A proposal made from files: what it sees, what it leaves to a person, and that it loads."""

import copy
import csv
import io
import pickle
import random
import re
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from babel import Locale

import growthpoles as gp
from growthpoles.errors import DataError, StudyError, listed
from growthpoles.report.audit_files import write_audit
from growthpoles.shipped_data import geodata_path
from growthpoles.study.audit.file_audit import audit_file
from growthpoles.study.examine_study import examine_study, open_marks
from growthpoles.study.files.printed_labels import parse_year, year_inside
from growthpoles.study.files.printed_subjects import split_table_number
from growthpoles.study.load_study import load_study
from growthpoles.study.propose_study import Proposal, codes_for, propose_study, quick_look
from samples import samples


def mexico(folder: Path) -> Proposal:
    return propose_study(
        folder,
        boundaries=geodata_path("mexico-gdp/states.shp"),
        table=geodata_path("mexico-gdp/mexico.csv"),
        key="CODE",
    )


def test_mexico_needs_five_names_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "mex"
    proposal = mexico(folder)
    assert [path.name for path in proposal.write()] == ["study.toml", "catalogue.csv"]
    told = "\n".join(proposal.undecided)
    for words in ("EPSG:4326", "Quertaro", "hanson03", "direction of every indicator", "title, source and units"):
        assert words in told
    problems = examine_study(folder)
    assert problems["row"].tolist() == [3, 8, 17, 23, 31] and set(problems["column"]) == {"State"}
    text = (folder / "study.toml").read_text(encoding="utf-8")
    shipped = geodata_path("mexico-gdp/study.toml").read_text(encoding="utf-8")
    aliases = shipped[shipped.index("[boundaries.aliases]") : shipped.index("[rating]")]
    (folder / "study.toml").write_text(text.replace("[rating]", f"{aliases}\n[rating]"), encoding="utf-8")
    assert examine_study(folder).empty
    own, ours = (gp.load_indicators(2000, study=gp.load_study(name)) for name in (folder, "mexico-gdp"))
    assert (own["pcgdp"] == ours["gdp_per_head"]).all()


def test_a_kazakh_table_needs_no_boundary_file(tmp_path: Path) -> None:
    names = gp.load_regions(2014)["name_ru"]
    rows = "".join(f"{name};{i + 1},5;{'…' if i == 3 else i}\r\n" for i, name in enumerate(names))
    text = f"Область;ВРП, млрд тенге;Занятые\r\n{rows}Республика Казахстан;152,0;1\r\n"
    (tmp_path / "data 2014.csv").write_bytes(text.encode("cp1251"))
    folder = tmp_path / "kz"
    proposal = propose_study(folder, table=tmp_path / "data 2014.csv")
    proposal.write()
    assert examine_study(folder).empty
    table = gp.load_indicators(2014, study=gp.load_study(folder))
    assert table["vrp_mlrd_tenge"].tolist() == [i + 1.5 for i in range(16)]
    assert table["zanyatye"].isna().sum() == 1
    told = "\n".join(proposal.undecided)
    assert "2014 was taken from the name" in told and "Республика Казахстан" in told and "'…' was taken to mean" in told


def test_long_table_of_several_years_in_excel_below_a_title(tmp_path: Path) -> None:
    from shapely.geometry import box

    regions = gpd.GeoDataFrame(
        {"code": ["A1", "B2"], "name": ["North", "South"]}, geometry=[box(0, 10, 1, 11), box(0, 11, 1, 12)], crs=4326
    )
    regions.to_file(tmp_path / "r.gpkg")
    book = openpyxl.Workbook()
    book.active.append(["Table 1. Everything"])
    book.active.append(["place", "year", "what", "value"])
    for year in (2010, 2014):
        for name in ("North", "South"):
            for what, value in (("jobs", 5), ("wages", 7.5)):
                book.active.append([name, year, what, value + year])
    book.save(tmp_path / "t.xlsx")
    proposal = propose_study(tmp_path / "s", boundaries=tmp_path / "r.gpkg", table=tmp_path / "t.xlsx")
    proposal.write()
    study = gp.load_study(tmp_path / "s")
    assert study.years == (2010, 2014) and study.tables[0].layout == "long" and study.tables[0].header == 2
    assert examine_study(tmp_path / "s").empty
    assert gp.load_indicators(2014, study=study).loc["A1", ["jobs", "wages"]].tolist() == [2019.0, 2021.5]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "mex"
    folder.mkdir()
    (folder / "catalogue.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(StudyError, match=r"catalogue\.csv is there already, and nothing is overwritten"):
        mexico(folder).write()
    assert [path.name for path in folder.iterdir()] == ["catalogue.csv"]
    assert (folder / "catalogue.csv").read_text(encoding="utf-8") == "mine"


def test_an_unknown_year_is_left_open_and_validate_says_so(tmp_path: Path) -> None:
    names = gp.load_regions(2022)["name_en"]
    pd.DataFrame({"region": names, "x": 1.5}).to_csv(tmp_path / "t.csv", index=False)
    proposal = propose_study(tmp_path / "s", table=tmp_path / "t.csv")
    proposal.write()
    assert any("the year; it is not stated" in text for text in proposal.undecided)
    problems = examine_study(tmp_path / "s")
    assert "study.years" in set(problems["column"]) and "is missing" in set(problems["problem"])
    asked = propose_study(tmp_path / "s2", table=tmp_path / "t.csv", year=2023)
    asked.write()
    assert examine_study(tmp_path / "s2").empty


def test_an_ambiguous_decimal_sign_is_left_open(tmp_path: Path) -> None:
    names = gp.load_regions(2022)["name_en"]
    rows = "".join(f"{name};1,234\n" for name in names)
    (tmp_path / "t2024.csv").write_text(f"region;x\n{rows}", encoding="utf-8")
    proposal = propose_study(tmp_path / "s", table=tmp_path / "t2024.csv")
    proposal.write()
    assert any("the decimal sign" in text for text in proposal.undecided)
    problems = examine_study(tmp_path / "s")
    assert problems["problem"].str.contains("two ways").any()


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\nx,1\n", "no boundaries are given"), ("", "no boundaries are given")],
)
def test_tables_without_regions(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        propose_study(tmp_path / "s", table=tmp_path / "t.csv")


def test_unknown_key_and_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'COD'.*nearest: CODE"):
        propose_study(
            tmp_path,
            boundaries=geodata_path("mexico-gdp/states.shp"),
            table=geodata_path("mexico-gdp/mexico.csv"),
            key="COD",
        )
    with pytest.raises(DataError, match="no table is given"):
        propose_study(tmp_path, table=[])


@pytest.mark.long
@pytest.mark.parametrize("name", ["<script>", "../../etc", "a\nb", "\u202eevil", "=1+1", '"]\n[x', "", "con"])
def test_hostile_headers_and_folder_names_stay_data(tmp_path: Path, name: str) -> None:
    names = gp.load_regions(2022)["name_en"]
    frame = pd.DataFrame({"region": names, f"x{name}": range(20)})
    frame.to_csv(tmp_path / "t2024.csv", index=False)
    proposal = propose_study(tmp_path / "s", table=tmp_path / "t2024.csv", name=name)
    proposal.write()
    assert examine_study(tmp_path / "s").empty


def test_codes() -> None:
    assert codes_for(["GRP, mln", "grp_{year}", "ВРП", "2 x", "", "Index", "ңө", "السكان", "जनसंख्या"]) == [
        "grp_mln", "grp", "vrp", "x_2_x", "x", "x_index", "ngo", "lskn", "jnsmkhya",
    ]  # fmt: skip
    long = [f"Unemployment rate by district and gender: {who}" for who in ("Total", "Male", "Female", "Male")]
    ends = [code.rpartition("gender_")[2] for code in codes_for(long)]
    assert ends == ["total", "male", "female", "male_2"] and all(len(code) <= 42 for code in codes_for(long))


def test_frame_and_repr(tmp_path: Path) -> None:
    proposal = mexico(tmp_path)
    assert set(proposal.to_frame()["kind"]) == {"seen", "to decide"}
    assert f"{len(proposal.undecided)} to decide" in repr(proposal)


@pytest.mark.parametrize("home", ["read-only", "a file", "none", "null"])
def test_a_permission_that_cannot_be_recorded_is_told(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    places = {"read-only": "/proc/nowhere", "a file": str(tmp_path / "file" / "x"), "null": str(tmp_path) + "/a\udcff"}
    if home == "none":
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
        monkeypatch.setattr(Path, "expanduser", lambda path: (_ for _ in ()).throw(RuntimeError("no home")))
    else:
        monkeypatch.setenv("XDG_STATE_HOME", places[home])
    shutil.copy(geodata_path("mexico-gdp/mexico.csv"), tmp_path / "t.csv")
    proposal = propose_study(
        tmp_path / "new", table=tmp_path / "t.csv", boundaries=geodata_path("mexico-gdp/states.shp"), crs="EPSG:4326"
    )
    if home == "null":  # a name that is no UTF-8 is a name all the same
        proposal.write()
        assert load_study(tmp_path / "new").name == "new"
        return
    with pytest.warns(UserWarning, match=r"t\.csv.*could not be recorded.*--outside.*outside=True"):
        proposal.write()
    with pytest.raises(StudyError, match="--outside"):
        load_study(tmp_path / "new")
    assert load_study(tmp_path / "new", outside=True).name == "new"


@pytest.mark.parametrize(("shift", "written"), [(0.0, None), (2e-5, True), (-2e-5, True), (0.2, False)])
def test_shared_borders_are_mended_where_no_area_moves_and_asked_otherwise(
    tmp_path: Path, shift: float, written: bool | None
) -> None:
    """A sliver or a gap between two regions needs no edit; an overlap of a fifth of a region is not decided."""
    shapes = [shapely.box(i, 45, i + 1 + (shift if i == 1 else 0), 46) for i in range(4)]
    frame = gpd.GeoDataFrame({"code": list("pqrs")}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "r.gpkg")
    rows = "".join(f"{code},{i}.5,{i + 2}.25\n" for i, code in enumerate("pqrs", start=1))
    (tmp_path / "t.csv").write_text(f"code,x 2019,x 2020\n{rows}", encoding="utf-8")
    proposal = propose_study(tmp_path / "study", table=tmp_path / "t.csv", boundaries=tmp_path / "r.gpkg", key="code")
    proposal.write()
    lines = [line for line in (tmp_path / "study" / "study.toml").read_text("utf-8").splitlines() if "repair" in line]
    told = [text for text in proposal.undecided if text.startswith("the borders")]
    assert len(lines) == len(told) == (written is not None)
    if written is not None:
        assert (
            lines[0].startswith("repair") is written and "q and r" in told[0] and "areas change by at most" in told[0]
        )
    refused = len(examine_study(tmp_path / "study"))
    assert bool(refused) is (written is False)


def test_a_study_of_tables_alone_is_proposed_when_asked(tmp_path: Path) -> None:
    """A workbook with a title: the study validates, and its printed results are read below the title, too."""
    book = openpyxl.Workbook()
    rows = [["Table 9. Ranking, 2022"], ["Region", "GRP per head", "R&D", "Innovation index", "Rank"]]
    index = [57.6, 75.6, 65.9, 75.1, 36.7, 92.2, 64.5, 44.2]
    rows += [
        [f"Area {i}x", 20.5 + i, 0.5 + i % 3, v, sorted(index, reverse=True).index(v) + 1] for i, v in enumerate(index)
    ]
    for row in rows:
        book.worksheets[0].append(row)
    book.save(tmp_path / "ranking.xlsx")
    folder = tmp_path / "own"
    with pytest.raises(DataError, match="or none for a study of tables alone"):
        propose_study(folder, table=tmp_path / "ranking.xlsx")
    propose_study(folder, table=tmp_path / "ranking.xlsx", boundaries="none").write()
    assert examine_study(folder).empty and gp.load_study(folder).boundaries.absent
    published = "".join(
        f'[published.{kind}]\ntable = 9\nfile = "../ranking.xlsx"\nsheet = "Sheet"\nheader = 2\nkey = "Region"\n'
        f'columns = {{ 2022 = "{name}" }}\n'
        for kind, name in (("index", "Innovation index"), ("rank", "Rank"))
    )
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + published, encoding="utf-8")
    study = gp.load_study(folder)
    assert list(gp.load_published(2022, study=study)["index"]) == index
    assert not set(gp.run_audit(study).ledger["column"]) & {"Rank"}
    assert write_audit(gp.run_audit(study), study, out=tmp_path / "audited")


def test_names_of_indicators_lose_a_year_cleanly(tmp_path: Path) -> None:
    text = "Area;Firms with a web site 2023, %;Exports (2023), mln\nA;1,5;2\nB;2,5;3\nC;3,5;4\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    table = gp.read_table(tmp_path / "t.csv")
    assert set(table["indicator"]) == {"Firms with a web site, %", "Exports, mln"} and set(table["year"]) == {2023}


def test_a_mark_to_check_is_shown_from_its_word_on(tmp_path: Path) -> None:
    line = "code_" + "x" * 200 + ",CHECK direction (-1 where less is better)"
    (tmp_path / "catalogue.csv").write_text(line, encoding="utf-8")
    ((_, number, told),) = open_marks(tmp_path / "study.toml")
    assert number == 1 and "CHECK direction (-1 where less is better)" in told and len(told) < 200


def _year_marks() -> list[str]:
    """Return ways of marking the figures of a year as not yet final."""
    states = [case(state) for state in ("p", "e", "r", "prov", "est") for case in (str, str.upper)]
    ways = ("{}", " {}", "/{}", " /{}", "-{}", "_{}", " - {}", "({})", " ({})", "[{}]", " {}/", ", {}", "{}/", " ({}/)")
    ways += ("{})", " {})")  # brackets that only close
    dots = {True: (".", ""), False: ("",)}
    words = [way.format(state + dot) for state in states for way in ways for dot in dots[len(state) > 1]]
    return [*words, *(way.format(sign) for sign in "*†¹²1a" for way in ("{})", " {})")), "/1", "/2", " a/", " b/"]


@pytest.mark.parametrize("mark", _year_marks())
def test_a_year_with_a_mark_is_that_year_alone_and_beside_a_name(mark: str) -> None:
    found = parse_year(f"2021{mark}")
    assert found is not None and (found.year, found.kind) == (2021, "year")
    for text in (f"Output 2021{mark}", f"Output (2021{mark})", f"Output, 2021{mark}"):
        assert year_inside(text) == (2021, "Output")


@pytest.mark.parametrize("other", ["2021/x", "2021-m", "2021-q", "2021/prices", "2021-e-commerce", "2021/II"])
def test_other_words_behind_a_year_are_no_marks(other: str) -> None:
    found = year_inside(f"Output {other}")
    assert found is None or found[1] != "Output"


@pytest.mark.parametrize("mark", ["/P", "-p", "prov.", " (e)", " r/"])
@pytest.mark.parametrize("stacked", [True, False])
def test_a_last_year_with_a_mark_is_rated_like_the_others(tmp_path: Path, mark: str, stacked: bool) -> None:
    heads = [[f"{what} {year}" for what in ("Output", "Patents") for year in ("2019", "2020", f"2021{mark}")]]
    if stacked:
        heads = [["Output"] * 3 + ["Patents"] * 3, ["2019", "2020", f"2021{mark}"] * 2]
    names = gp.load_regions(2014)["name_ru"]
    rows = [["", *head] for head in heads]
    rows += [[name, *(str(7 * i + j) for j in range(6))] for i, name in enumerate(names)]
    (tmp_path / "t.csv").write_text("".join(";".join(row) + "\n" for row in rows), encoding="utf-8")
    propose_study(tmp_path / "kz", table=tmp_path / "t.csv").write()
    assert examine_study(tmp_path / "kz").empty
    study = gp.load_study(tmp_path / "kz")
    for j, year in enumerate((2019, 2020, 2021)):
        table = gp.load_indicators(year, study=study)
        assert table.iloc[2].tolist() == [14 + j, 17 + j]


#: Names of regions without the word for what they are, by language, that word, and a legacy encoding.
_OLD_TEXTS = {
    "cp949": (["강원", "경기", "경상", "충청", "전라", "제주", "평안", "함경"], "도"),
    "cp932": (["青森", "岩手", "宮城", "秋田", "山形", "福島", "茨城", "栃木"], "県"),
    "gb18030": (["河北", "山西", "辽宁", "吉林", "江苏", "浙江", "安徽", "福建"], "省"),
    "cp1253": (["Αττική", "Κρήτη", "Ήπειρος", "Θεσσαλία", "Θράκη", "Μακεδονία", "Πελοπόννησος", "Στερεά"], ""),
    "cp1251": (
        ["Київська", "Львівська", "Одеська", "Харківська", "Волинська", "Рівненська", "Сумська"],
        "",
    ),
}


@pytest.mark.parametrize("encoding", _OLD_TEXTS)
def test_neither_the_boundaries_nor_the_table_states_its_encoding(tmp_path: Path, encoding: str) -> None:
    stems, kind = _OLD_TEXTS[encoding]
    names = [stem + kind for stem in stems]
    shapes = [shapely.box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(len(names))]
    layer = gpd.GeoDataFrame({"code": [f"r{i}" for i in range(len(names))], "name": names}, geometry=shapes, crs=4326)
    layer.to_file(tmp_path / "b.shp", encoding=encoding)
    (tmp_path / "b.cpg").unlink(missing_ok=True)
    text = "\n".join(["Region,Income 2020", *(f"{name},{i + 1.5}" for i, name in enumerate(names))])
    (tmp_path / "t.csv").write_bytes(text.encode(encoding))
    proposal = gp.propose_study(tmp_path / "own", table=tmp_path / "t.csv", boundaries=tmp_path / "b.shp", key="code")
    proposal.write()
    assert examine_study(tmp_path / "own", outside=True).empty
    read = gp.study_regions(gp.load_study(tmp_path / "own"))
    assert read["name"].tolist() == names


@pytest.mark.parametrize(
    ("names", "decided"),
    [
        (["Jujuý", "Córdoba", "Tucumán", "Río Negro"], True),  # the same letters in all encodings that are likely
        (["España", "Ñuble", "Año nuevo", "Niño"], False),  # Espańa in cp1250
    ],
)
def test_a_text_that_reads_alike_in_all_likely_encodings_needs_none(
    tmp_path: Path, names: list[str], decided: bool
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(
        "\n".join(["Region;Income 2020", *(f"{each};{i}" for i, each in enumerate(names))]).encode("cp1252")
    )
    if decided:
        look = gp.quick_look(path)
        assert "cp1252 was taken" in look.summary() and look.tables["regions"].tolist() == [4]
        return
    with pytest.raises(DataError, match="boundaries=a file, whose names tell it") as refused:
        gp.quick_look(path)
    assert str(refused.value).count("allowed") == 1
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(len(names))]
    layer = gpd.GeoDataFrame({"code": list("abcd"), "name": names}, geometry=shapes, crs=4326)
    layer.to_file(tmp_path / "b.gpkg")
    assert gp.quick_look(path, boundaries=tmp_path / "b.gpkg").tables["regions"].tolist() == [4]


@pytest.mark.parametrize("seed", samples(range(12), 3))
def test_boundaries_are_offered_for_an_encoding_where_their_names_could_tell_it(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    plain, marked = (
        ["COLON", "CORTES", "COMAYAGUA", "COPAN", "VALLE"],
        ["Básilo", "Cáceres", "Málaga", "Dávila", "Ráfala"],
    )
    kinds = rng.sample(["Básica", "Pre-básica", "Básica y media"], 2)
    for names, offered in ((plain, False), (marked, True)):
        path = tmp_path / f"{offered}.csv"
        rows = [f"{name},{kind},{rng.randint(100, 9999)}" for name in rng.sample(names, 5) for kind in kinds]
        path.write_bytes("\n".join(["Region,Level,Pupils 2022", *rows]).encode("cp1252"))
        with pytest.raises(DataError, match="is not UTF-8") as refused:
            gp.quick_look(path)
        assert ("whose names tell it" in str(refused.value)) == offered


@pytest.mark.parametrize("n", [4, 9])
def test_a_look_at_regions_across_the_columns_says_what_tells_them(tmp_path: Path, n: int) -> None:
    names = [f"{'BCDFGHKLM'[i]}ata" for i in range(n)]
    rows = [["Year", *names], *([str(year), *(str(7 * i + year % 13) for i in range(n))] for year in range(2015, 2021))]
    (tmp_path / "t.csv").write_text("\n".join(map(",".join, rows)))
    alone = gp.quick_look(tmp_path / "t.csv")
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(n)]
    gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=4326).to_file(tmp_path / "b.gpkg")
    told = gp.quick_look(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg")
    assert len(alone.tables) == 0 and "--boundaries FILE" in alone.summary()
    assert told.tables["regions"].tolist() == [n] and "--boundaries" not in told.summary()


@pytest.mark.parametrize("style", ["{} Division", "Okres {}", "capitals"])
@pytest.mark.parametrize("of_upper", [True, False])
def test_a_study_of_a_table_of_two_levels_reads_the_level_of_its_boundaries(
    tmp_path: Path, style: str, of_upper: bool
) -> None:
    """The row of an upper region and that of a smaller one bear one name."""
    rng = np.random.default_rng(len(style))
    lower = {f"{sign}ata": [f"{sign}ata", *(f"{sign}{end}" for end in ("elo", "iru", "omi"))] for sign in "BDGKLM"}
    number = {each: rng.integers(10**5, 10**6, 2) for held in lower.values() for each in held}
    row = {name: name.upper() if style == "capitals" else style.format(name) for name in lower}
    whole = {name: sum(number[each] for each in held) for name, held in lower.items()}
    lines = ["Place,People 2021,People 2022"]
    for name, held in lower.items():
        lines.append(",".join(map(str, [row[name], *whole[name]])))
        lines += [",".join(map(str, [each, *number[each]])) for each in held]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    names = [*lower] if of_upper else [*number]
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(len(names))]
    gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=4326).to_file(tmp_path / "b.gpkg")
    meant = whole if of_upper else number
    long = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", year=None)
    assert dict(long[long["year"] == 2021].set_index("region")["value"]) == {k: own[0] for k, own in meant.items()}
    gp.propose_study(tmp_path / "own", table=tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg").write()
    assert examine_study(tmp_path / "own", outside=True).empty
    read = gp.load_indicators(2022, study=gp.load_study(tmp_path / "own"))
    assert dict(read.iloc[:, 0]) == {name: own[1] for name, own in meant.items()}


def test_rows_of_smaller_regions_are_refused_until_all_others_are_ignored(tmp_path: Path) -> None:
    lower = [f"{sign}{end}" for sign in "BDGKLM" for end in ("ata", "elo", "iru", "omi")]
    lines = ["Place,People 2022", *(f"{name},{i + 10}" for i, name in enumerate(lower))]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    names = [name for name in lower if name.endswith("ata")]
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(len(names))]
    gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=4326).to_file(tmp_path / "b.gpkg")
    told = "the table may be one of other, smaller regions"
    with pytest.raises(DataError, match=told):
        gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg")
    assert told in gp.quick_look(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg").summary()
    long = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", ignore=["*"])
    assert long["region"].tolist() == names and any("ignore lists all" in note for note in long.attrs["remarks"])


def _spelled(folder: Path, regions: list[str], rows: list[str]) -> str:
    """Propose a study of regions and of a table that spells them its own way, and return its study.toml."""
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(len(regions))]
    codes = [f"r{i}" for i in range(len(regions))]
    gpd.GeoDataFrame({"code": codes, "name": regions}, geometry=shapes, crs=4326).to_file(folder / "b.gpkg")
    text = "\n".join(["Region;Income 2020", *(f"{name};{i + 1.5}" for i, name in enumerate(rows))])
    (folder / "t.csv").write_text(text, encoding="utf-8")
    proposal = gp.propose_study(folder / "own", table=folder / "t.csv", boundaries=folder / "b.gpkg", key="code")
    proposal.write()
    return (folder / "own" / "study.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("regions", "rows", "sure", "open_"),
    [
        (
            ["La Rioja", "Las Palmas", "Gerona", "Toledo", "Soria"],
            ["Rioja, La", "Palmas, Las", "Girona", "Toledo", "Soria"],
            {"Rioja, La": "r0", "Palmas, Las": "r1"},
            {"Girona": "r2"},
        ),
        (
            ["강원도", "전라북도", "제주특별자치도", "서울특별시"],
            ["강원특별자치도", "전북특별자치도", "제주특별자치도", "서울특별시"],
            {"강원특별자치도": "r0", "전북특별자치도": "r1"},
            {},
        ),
        (
            ["Nord Region", "Ost Region", "Sued Region", "West Region"],
            ["Nord Region", "Ost Region", "Sued Region", "Zentrum Region"],
            {},
            {"Zentrum Region": None},
        ),
    ],
)
def test_sure_spellings_are_written_and_a_guess_is_no_region_that_has_a_row(
    tmp_path: Path, regions: list[str], rows: list[str], sure: dict[str, str], open_: dict[str, str | None]
) -> None:
    import tomllib

    text = _spelled(tmp_path, regions, rows)
    assert tomllib.loads(text)["boundaries"].get("aliases", {}) == sure
    taken = {f"r{i}" for i, name in enumerate(regions) if name in rows}
    report = examine_study(tmp_path / "own", outside=True)
    told = report.to_csv(quoting=csv.QUOTE_NONE, sep="\t")
    for name, code in open_.items():
        assert f"'{name}' is unknown" in told
        if code is not None:
            assert f'# "{name}" = "{code}"' in text
            assert f'"{name}" = "{code}" in [boundaries.aliases]' in told
        assert not any(f'"{name}" = "{other}"' in text + told for other in taken)
    assert report.empty == (not open_), told


@pytest.mark.parametrize("second", ["Beta/Bêta", "Beta / Betta", "Grande, La"])
def test_a_second_spelling_of_a_region_is_a_second_row_and_no_row_to_ignore(tmp_path: Path, second: str) -> None:
    """Two rows of one region disagree, whatever their spelling; which one is meant only a person can tell."""
    regions = ["Alpha", "Beta", "La Grande", "Delta"]
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(4)]
    layer = gpd.GeoDataFrame({"code": list("abcd"), "name": regions}, geometry=shapes, crs=4326)
    layer.to_file(tmp_path / "b.gpkg")
    text = "\n".join(["Region;Income", *(f"{name};{i + 1.5}" for i, name in enumerate([*regions, second]))])
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", key="code", year=2020)
    assert "1900" not in str(caught.value)
    assert "are both " in str(caught.value) and repr(second) in str(caught.value)
    ignored = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", key="code", year=2020, ignore=[second])
    assert len(ignored) == 4


def test_aliases_that_are_given_go_into_the_study(tmp_path: Path) -> None:
    regions, rows = ["Prague", "Brno", "Zlín"], ["Hlavní město", "Jih", "Zlín"]
    _spelled(tmp_path, regions, rows)
    given = {"Hlavní město": "r0", "Jih": "Brno"}
    where = {"table": tmp_path / "t.csv", "boundaries": tmp_path / "b.gpkg", "key": "code"}
    propose_study(tmp_path / "asked", **where, aliases=given).write()
    study = gp.load_study(tmp_path / "asked", outside=True)
    assert study.boundaries.aliases == {"Hlavní město": "r0", "Jih": "r1"}
    assert examine_study(tmp_path / "asked", outside=True).empty
    assert gp.load_indicators(2020, study=study)["income"].tolist() == [1.5, 2.5, 3.5]
    with pytest.raises(DataError, match="'R9' is no region"):
        propose_study(tmp_path / "wrong", **where, aliases={"Jih": "R9"})


def test_the_last_name_is_offered_the_last_region(tmp_path: Path) -> None:
    text = _spelled(tmp_path, ["Prague", "Vysočina", "Zlín"], ["Hlavní město", "Vysočina", "Zlín"])
    assert '# "Hlavní město" = "r0"    # the last name and the last region' in text


@pytest.mark.parametrize(
    "name",
    ["Final consumption", "Advance payments", "R&D", "Re-exports", "E-commerce", "R squared", "final users", "P wave"],
)
def test_words_that_begin_a_name_behind_a_year_are_no_marks(name: str) -> None:
    for text in (f"2021 {name}", f"2021, {name}", f"{name} 2021", f"{name}, 2021", f"{name} 2021a", f"2021a {name}"):
        assert year_inside(text) == (2021, name)
    for mark in ("a", " p", " final", "/P", " (r)", "*"):
        assert year_inside(f"{name} 2021{mark}") == (2021, name)
        assert year_inside(f"{name} 2021{mark}, USD") == (2021, f"{name}, USD")


@pytest.mark.parametrize("letter", ["E", "p", "R"])
def test_a_letter_at_the_end_of_a_name_is_no_mark_of_the_year_behind_it(letter: str) -> None:
    assert year_inside(f"Group {letter} 2021") == (2021, f"Group {letter}")
    assert year_inside(f"{letter} 2021 output") == (2021, "output")
    assert year_inside("Output in the 1990s") == (1990, "Output in the s")  # no year with a mark


@pytest.mark.parametrize("number", ["2.1", "3", "2-1", "IV", "A.3", "12a"])
def test_the_number_of_a_table_is_taken_off_its_title(number: str) -> None:
    words = (
        "Table Tabelle Cuadro Quadro Tableau Tabela Tabella Таблица Таблиця Taulukko Tabell Tablica Tabulka "
        "Tabel Tablo Πίνακας ცხრილი Tab. Tabl. Табл. Кесте"
    )
    for word in words.split():
        for sign in (":", ".", " –", " -", ")", ""):
            assert split_table_number(f"{word} {number}{sign} Population of towns") == (
                f"{word} {number}",
                "Population of towns",
            )
    for text in ("Table of regions", f"Table {number}", "Table 2020 towns", "Tablets 5 units", f"{number} Population"):
        assert split_table_number(text) == ("", text)
    for text in (f"21.1.{len(number)}.2. Population of towns", f"4.{len(number)}.102 Population of towns"):
        assert split_table_number(text, title=True)[1] == "Population of towns"
        assert split_table_number(text) == ("", text)  # of a heading it may be the code of an industry
    for text in ("31.12.21 Population", "1.1.2020 Population", "2.1 million towns", "1.2.3", "1.2.3 4 towns"):
        assert split_table_number(text, title=True) == ("", text)
    for text, rest in (("2.1. táblázat Népesség", "Népesség"), ("1-кесте. Халық", "Халық"), ("表2-1 人口", "人口")):
        assert split_table_number(text)[1] == rest


def named_rows(path: Path, heads: list[str], *, above: str = "", below: str = "", start: int = 1000) -> Path:
    """Regions with numbers, a line above the header and one below the rows."""
    rows = [",".join([f"Region {chr(65 + i)}", *(str(start + 37 * i + at) for at in range(len(heads)))])
            for i in range(12)]  # fmt: skip
    path.write_text("\n".join(filter(None, [above, ",".join(["Region", *heads]), *rows, below])), encoding="utf-8")
    return path


def test_a_number_without_a_name_below_a_table_is_told(tmp_path: Path) -> None:
    for heads in (["Population"], ["Population", "Births"]):
        for total in ("17000", "1950"):
            path = named_rows(tmp_path / "t.csv", heads, below="," + ",".join([total] * len(heads)))
            assert any("14" in text and "no " in text for text in quick_look(path).remarks)
    page = named_rows(tmp_path / "p.csv", ["Population", "Births"], below="14")
    assert not any("line 14" in text for text in quick_look(page).remarks)


@pytest.mark.parametrize("start", range(1560, 1900, 30))
def test_numbers_like_years_begin_no_table_of_their_own(start: int, tmp_path: Path) -> None:
    path = named_rows(tmp_path / "t.csv", ["Population"], start=start)
    found = quick_look(path).tables
    assert found["rows"].tolist() == ["2 to 13"]


def test_two_marks_of_one_year_are_two_columns(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("p", "r"), (" (p)", " (r)")):
        path = named_rows(tmp_path / "t.csv", [f"GDP 2020{one}", f"GDP 2020{other}", "GDP 2021"])
        held = quick_look(path).tables["indicators"].iloc[0]
        assert len(set(held.split(", "))) == 3


@pytest.mark.parametrize("years", [(1850, 1860, 1870), (2150, 2160, 2170), (1850,)])
def test_a_column_of_years_out_of_range_is_no_quantity(years: tuple[int, ...], tmp_path: Path) -> None:
    rows = [
        f"Region {chr(65 + i)},{year},{1000 + 7919 * i * year % 4001},{20 + 31 * i * year % 47}"
        for i in range(12)
        for year in years
    ]
    (tmp_path / "t.csv").write_text("\n".join(["Region,Year,Population,GDP", *rows]))
    found = quick_look(tmp_path / "t.csv")
    assert found.tables["indicators"].tolist() == ["Population, GDP"]
    assert any(str(years[0]) in text and "1900 to 2100" in text for text in found.remarks)
    if len(years) > 1:
        with pytest.raises(DataError, match=r"1900 to 2100; allowed: common years in the headers"):
            audit_file(tmp_path / "t.csv")
    else:
        assert "Year" not in set(audit_file(tmp_path / "t.csv")[1].sources.cells["column"])


@pytest.mark.parametrize("zero", "٠۰")
@pytest.mark.parametrize("values", [(1234, 987, 4321), (1234.5, 12.25, 7), (2345678, 12, 3456), (0.5, 1.25, 30.75)])
def test_numbers_in_other_digits_with_their_own_signs_are_read(
    tmp_path: Path, zero: str, values: tuple[float, ...]
) -> None:
    signs = str.maketrans({str(i): chr(ord(zero) + i) for i in range(10)} | {",": "٬", ".": "٫"})
    regions = ["Alpha", "Beta", "Gamma"]
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(3)]
    gpd.GeoDataFrame({"name": regions}, geometry=shapes, crs=4326).to_file(tmp_path / "b.gpkg")
    rows = [f"{name};{f'{value:,}'.translate(signs)}" for name, value in zip(regions, values, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["Region;Income", *rows]), encoding="utf-8")
    read = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "b.gpkg", key="name", year=2020)
    assert read["value"].tolist() == list(values)


WHOLES = ("Ukraine", "Україна1)", "Total1)", "Deutschland*", "Қазақстан", "日本", "Разом 2)")


def counties(folder: Path, seed: int, names: list[str]) -> Path:
    """Draw boundaries of squares with these names."""
    at = [(1e5 * (i % 4), 1e5 * (i // 4)) for i in range(len(names))]
    shapes = [shapely.box(x, y, x + 1e5, y + 1e5) for x, y in at]
    keys = [f"K{seed}{i:02}" for i in range(len(names))]
    gpd.GeoDataFrame({"code": keys, "name": names}, geometry=shapes, crs=3857).to_file(folder / "b.gpkg")
    return folder / "b.gpkg"


@pytest.mark.parametrize("whole", WHOLES)
@pytest.mark.parametrize("first", [True, False])
def test_a_total_is_one_for_every_command_also_where_a_region_needs_an_alias(
    whole: str, first: bool, tmp_path: Path
) -> None:
    """Beside a rate, which is no sum, and a gap; only the name that fits no region is asked for."""
    draw = random.Random(whole)
    names = [f"{''.join(draw.choices('bdfgklmnprstvz', k=7))}a".title() for _ in range(12)]
    borders = counties(tmp_path, 1, names)
    people, gdp = ([draw.randrange(10_000, 900_000) for _ in names] for _ in range(2))
    rows = [(n, p, g, round(1000 * g / p)) for n, p, g in zip(["Kyzym", *names[1:]], people, gdp, strict=True)]
    total = (whole, sum(people), sum(gdp), round(1000 * sum(gdp) / sum(people)))
    table = pd.DataFrame([total, *rows] if first else [*rows, total], columns=["Region", "People", "GDP", "GDP a head"])
    table.to_csv(tmp_path / "t.csv", index=False)
    asked = "'Kyzym' fits no region"
    with pytest.raises(DataError, match=asked) as caught:
        gp.read_table(tmp_path / "t.csv", boundaries=borders, year=2020)
    assert whole not in str(caught.value)
    told = "\n".join(propose_study(tmp_path / "s", table=tmp_path / "t.csv", boundaries=borders, year=2020).undecided)
    assert f"t.csv: {whole} was taken for no region" in told and "t.csv: Kyzym fits no region" in told
    alone = quick_look(tmp_path / "t.csv")
    assert alone.tables["regions"].tolist() == [12] and any(whole in text for text in alone.remarks)
    assert audit_file(tmp_path / "t.csv")[1].totals[0].places["total"] == whole


def test_a_region_is_none_the_less_one_where_its_numbers_are_the_sum_of_others(tmp_path: Path) -> None:
    names = [f"{letter * 3}oria".title() for letter in "bdfgkl"]
    borders = counties(tmp_path, 2, names)
    rows = [(name, 17 * i * i + 311 * i + 5, 23 * i**3 + 7001) for i, name in enumerate(names[1:])]
    rows.insert(0, (names[0], *(sum(row[at] for row in rows) for at in (1, 2))))
    pd.DataFrame(rows, columns=["Region", "a", "b"]).to_csv(tmp_path / "t.csv", index=False)
    read = gp.read_table(tmp_path / "t.csv", boundaries=borders, year=2020)
    assert read["region"].nunique() == 6


@pytest.mark.parametrize("whole", WHOLES)
@pytest.mark.parametrize("years", [(2020,), (2019, 2020, 2021)])
def test_the_country_of_a_long_table_is_no_region(whole: str, years: tuple[int, ...], tmp_path: Path) -> None:
    draw = random.Random(whole)
    rows = []
    for year in years:
        for kind in ("GDP", "People"):
            own = {f"Province {letter}": draw.randrange(1000, 90_000) for letter in "abcdefgh"}
            rows += [(place, year, kind, number) for place, number in {whole: sum(own.values()), **own}.items()]
    pd.DataFrame(rows, columns=["GEO", "Year", "Series", "VALUE"]).to_csv(tmp_path / "t.csv", index=False)
    look = quick_look(tmp_path / "t.csv")
    assert look.tables["regions"].tolist() == [8] and any(whole in text for text in look.remarks)
    assert set(gp.read_table(tmp_path / "t.csv")["region"]) == {f"Province {letter}" for letter in "abcdefgh"}


def test_a_country_that_is_no_sum_is_counted_and_said(tmp_path: Path) -> None:
    rows = [("Canada", 1.1, 7.1), *((f"Province {letter}", 4 + i, 6.5 + i) for i, letter in enumerate("abcdef"))]
    pd.DataFrame(rows, columns=["GEO", "rate", "other"]).to_csv(tmp_path / "t.csv", index=False)
    look = quick_look(tmp_path / "t.csv")
    assert look.tables["regions"].tolist() == [7]
    assert any("Canada is the name of a country" in text for text in look.remarks)


#: Names of countries that regions of theirs bear, and what boundaries may call these.
NAMESAKES = [
    ("Tunis", "Gouvernorat de Tunis", "Tunis Ville"), ("Djibouti", "Djibouti", "Ville de Djibouti"),
    ("Luxembourg", "Canton Luxembourg", "Luxemburg"), ("Panamá", "Provincia de Panamá", "Ciudad de Panamá"),
    ("México", "Estado de México", "Méxiko"), ("Guatemala", "Departamento de Guatemala", "Guatemala City"),
    ("San Marino", "San Marino", "Città di San Marino"), ("الجزائر", "ولاية الجزائر", "مدينة الجزائر"),
]  # fmt: skip


@pytest.mark.parametrize("kind", [0, 1, 2])
@pytest.mark.parametrize("names", NAMESAKES, ids=[each[0] for each in NAMESAKES[:-1]] + ["Algiers"])
def test_a_region_with_the_name_of_its_country_is_a_region(names: tuple[str, ...], kind: int, tmp_path: Path) -> None:
    draw = random.Random(f"{names}{kind}")
    others = [f"Lo{a}er{b}" for a, b in zip("bcdfghk", "aeiouya", strict=True)]
    draw.shuffle(others)
    at = draw.choice([0, len(others)])
    told = [*others[:at], names[0], *others[at:]]
    sizes = draw.sample(range(100, 900), 8), draw.sample(range(100, 900), 8)
    rows = [[name, *row] for name, row in zip(told, zip(*sizes, strict=True), strict=True)]
    mine = rows[told.index(names[0])]
    mine[1:] = [sorted(row[k] for row in rows if row is not mine)[-1] - 1 for k in (1, 2)]  # between, in no middle
    pd.DataFrame(rows, columns=["Region", "2020", "2021"]).to_csv(tmp_path / "t.csv", index=False)
    cells = [shapely.box(at, 0, at + 1, 1) for at in range(len(told))]
    called = {"name": [names[kind] if name == names[0] else name for name in told]}
    gpd.GeoDataFrame({"code": [*"ABCDEFGH"], **called}, geometry=cells, crs=4326).to_file(tmp_path / "b.gpkg")
    asked = {"boundaries": tmp_path / "b.gpkg", "key": "code", "year": 2020}
    code = "ABCDEFGH"[told.index(names[0])]
    if kind == 2:  # a name that is not quite its own is asked of, and never taken for the country
        with pytest.raises(DataError, match=f"'{names[0]}' fits no region; allowed: aliases=.*'{code}'"):
            gp.read_table(tmp_path / "t.csv", **asked)
        return
    read = gp.read_table(tmp_path / "t.csv", **asked)
    assert set(read["region"]) == {*"ABCDEFGH"} and "country" not in str(read.attrs["remarks"])
    bare = gp.read_table(tmp_path / "t.csv", year=2020)
    assert bare["region"].nunique() == 8
    assert "is the name of a country, and no sum of the other rows" in str(bare.attrs["remarks"])


def test_a_region_above_all_others_is_no_mean_of_them(tmp_path: Path) -> None:
    rows = [("Tunis", 90, 95), *((f"Lo{letter}er", 4 + i, 6 + i) for i, letter in enumerate("bdfgh"))]
    pd.DataFrame(rows, columns=["Region", "2020", "2021"]).to_csv(tmp_path / "t.csv", index=False)
    read = gp.read_table(tmp_path / "t.csv", year=2020)
    assert read["region"].nunique() == 6 and "country" not in str(read.attrs.get("remarks"))


@pytest.mark.parametrize("lang", ["uk", "be", "bg", "sr", "mk", "ky", "tg", "ru", "kk"])
def test_headings_of_other_languages_are_neither_russian_nor_kazakh(lang: str, tmp_path: Path) -> None:
    """Names of countries in a language stand for headings; init says where they went."""
    names = sorted(name for name in Locale.parse(lang).territories.values() if name.isalpha())
    titles = random.Random(lang).sample([name for name in names if len(name) > 4], 8)
    rows = [[f"Province {letter}", *(7 * i + at for at in range(8))] for i, letter in enumerate("abcdef", 3)]
    pd.DataFrame(rows, columns=["Region", *titles]).to_csv(tmp_path / "t.csv", index=False)
    proposal = propose_study(tmp_path / "s", table=tmp_path / "t.csv", boundaries="none", year=2020)
    catalogue = pd.read_csv(io.StringIO(proposal.files["catalogue.csv"])).iloc[1:]
    listed = lang in ("ru", "kk")
    assert catalogue[f"name_{lang if listed else 'en'}"].tolist() == titles
    assert any(text.startswith("the language of") for text in proposal.undecided) != listed
    assert catalogue["note"].str.startswith("DECIDE: the name").all() != listed


@pytest.mark.parametrize("mark", ["*", "1)", " †", "¹"])
@pytest.mark.parametrize("unit", ["[m EUR]", "[zł]", "(%)", "[km2]"])
def test_a_mark_before_the_unit_of_a_heading_goes(mark: str, unit: str, tmp_path: Path) -> None:
    rows = [(f"Province {letter}", 10 * i, i) for i, letter in enumerate("abcdef", 3)]
    pd.DataFrame(rows, columns=["Region", f"GDP{mark} {unit}", "Jobs"]).to_csv(tmp_path / "t.csv", index=False)
    assert gp.read_table(tmp_path / "t.csv", year=2020)["indicator"].unique().tolist() == [f"GDP {unit}", "Jobs"]


@pytest.mark.parametrize("unit", ["zł", "m EUR", "%", "ha"])
def test_a_unit_behind_the_year_alone_is_kept(unit: str, tmp_path: Path) -> None:
    rows = [(f"Province {letter}", 10 * i, i, 3 * i) for i, letter in enumerate("abcdef", 3)]
    columns = ["Region", f"2018 [{unit}]", f"2019 [{unit}]", f"2020 [{unit}]"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "t.csv", index=False)
    read = gp.read_table(tmp_path / "t.csv")
    assert read.attrs["units"] == {"value": unit} and read["year"].nunique() == 3
    columns[-1] = "2020 [kg]"
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "t.csv", index=False)
    assert gp.read_table(tmp_path / "t.csv")["indicator"].unique().tolist() == [unit, "kg"]


@pytest.mark.parametrize("seed", range(8))
def test_what_is_proposed_can_be_followed_to_the_letter(tmp_path: Path, seed: int) -> None:
    """Every commented line is taken, every total is made primary as its note says, and a ratio is made of two."""
    rng = np.random.default_rng(seed)
    words = ["Arden", "Bellmoor", "Corvale", "Dunwick", "Eastmere", "Farrow", "Glenhaven", "Harrowby"]
    shapes = [shapely.box(10 + i % 4, 50 + i // 4, 11 + i % 4, 51 + i // 4) for i in range(8)]
    layer = gpd.GeoDataFrame({"code": [f"Q{i}" for i in range(8)], "label": words}, geometry=shapes, crs=4326)
    layer.to_file(tmp_path / "r.gpkg")
    names = list(words)
    if seed % 2:
        names[3] = "Dunwyck Borough"  # a spelling, which is offered
    strange = ["Zyx", "Qopparanto"][: seed % 3]
    years = [] if seed % 4 == 3 else [2019, 2020]
    heads = [
        "Region",
        *(f"{what}{year}" for what in ("People", "Product") for year in [f" {y}" for y in years] or [""]),
    ]
    cells = rng.integers(10, 900, (len(names) + len(strange), len(heads) - 1))
    rows = [[name, *map(str, row)] for name, row in zip([*names, *strange], cells, strict=True)]
    if seed % 2:
        rows.append(["Total", *map(str, cells.sum(axis=0))])
    (tmp_path / "t.csv").write_text("\n".join(";".join(row) for row in [heads, *rows]) + "\n", encoding="utf-8")
    folder = tmp_path / "s"
    propose_study(folder, table=tmp_path / "t.csv", boundaries=tmp_path / "r.gpkg", key="code").write()
    text = (folder / "study.toml").read_text(encoding="utf-8")
    followed = re.sub(r'^(\s*)# (?=[\w."\[].*(=|",|\])|\[)', r"\1", text.partition("\n\n")[2], flags=re.M)
    assert strange == [name for name in strange if f'"{name}"' in followed]
    (folder / "study.toml").write_text(followed, encoding="utf-8")
    catalogue = list(csv.DictReader(io.StringIO((folder / "catalogue.csv").read_text(encoding="utf-8"))))
    told = {row["code"]: row["note"] for row in catalogue}
    assert "a total: kind primary, parent empty" in told["people"]
    for row in catalogue[1:]:
        row |= {"kind": "primary", "parent": ""}
    ratio = {"code": "ratio", "kind": "indicator", "parent": "index", "direction": "1", "weight": "1"}
    catalogue.append(dict.fromkeys(catalogue[0], "") | ratio | {"numerator": "product", "denominator": "people"})
    pd.DataFrame(catalogue).to_csv(folder / "catalogue.csv", index=False)
    assert examine_study(folder).empty, (followed, examine_study(folder).to_dict("records"))
    table = gp.load_indicators(2020, study=gp.load_study(folder))
    assert table["ratio"].notna().all()
    assert table.loc["Q0", "people"] == cells[0, len(years) - 1 if years else 0]


@pytest.mark.parametrize("code", ["NUTS", "LAU", "QXV", "EUR", "CAE Rev. 3"])
@pytest.mark.parametrize("between", [" ", " - ", "-", ", "])
def test_the_year_of_a_classification_dates_no_table(code: str, between: str, tmp_path: Path) -> None:
    """Also one that no list knows, where its letters and its year stand together in brackets."""
    rows = "".join(f"Area {letter};{10 + i},5\n" for i, letter in enumerate("abcdefg"))
    for title, years in (
        (f"Earnings by place ({code}{between}2013); yearly", None),
        (f"Earnings by place ({code}{between}2013), 2021", [2021] if code in ("NUTS", "LAU", "CAE Rev. 3") else None),
        ("Earnings by place (2013)", [2013]),
    ):
        if between == ", " and code != "CAE Rev. 3":
            continue  # "(NUTS, 2013)": the comma divides the two
        (tmp_path / "t.csv").write_text(f"{title}\n\nPlace;Pay\n{rows}", encoding="utf-8")
        assert gp.quick_look(tmp_path / "t.csv").tables["years"][0] == (str(years[0]) if years else "")


@pytest.mark.parametrize("pair", [("Negeri", "State"), ("State", "Negeri"), ("Kraj", "Region"), ("Zug", "Qax")])
@pytest.mark.parametrize("groups", [[[2022]], [[2022], [2022]], [[2016, 2019, 2021], [2019, 2021]], [[2019, 2021]]])
@pytest.mark.parametrize("below", ["years", "%", "€"])
def test_a_header_goes_on_below_in_another_language(
    pair: tuple[str, str], groups: list[list[int]], below: str, tmp_path: Path
) -> None:
    """The second row of a header has words in the column of the regions, beside years or signs of units."""
    if pair == ("Zug", "Qax") and len(groups) < 2 and below == "years" and len(groups[0]) < 2:
        return  # a region with the number 2022 looks the same
    heads = ["Product", "Change of it"][: len(groups)]
    first, second = [pair[0]], [pair[1]]
    for head, years in zip(heads, groups, strict=True):
        first += [head, *[""] * (len(years) - 1)] if below == "years" else [f"{head} {year}" for year in years]
        second += map(str, years) if below == "years" else [below] * len(years)
    names = ["Johor", "Kedah", "Kelantan", "Perak", "Perlis"]
    rows = [[name, *(str(100 * i + at + 0.5) for at in range(len(first) - 1))] for i, name in enumerate(names, 3)]
    text = "\n".join(";".join(row) for row in [["A table at constant prices of 2015"], [], first, second, *rows])
    (tmp_path / "t.csv").write_text(text + "\n", encoding="utf-8")
    read = gp.read_table(tmp_path / "t.csv")
    assert list(dict.fromkeys(read["region"])) == names
    assert sorted(set(read["year"])) == sorted({year for years in groups for year in years})
    assert sorted(read["value"]) == sorted(float(cell) for row in rows for cell in row[1:])


@pytest.mark.parametrize("low", [1950, 1998, 2020])
def test_a_region_with_numbers_like_years_is_no_second_header(low: int, tmp_path: Path) -> None:
    rows = [["State", "Jobs", "Firms"], ["Lake County", low, low - 7], ["Hill County", 12, 3], ["Bay County", 400, 30]]
    (tmp_path / "t.csv").write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")
    assert gp.read_table(tmp_path / "t.csv", year=2022)["region"].nunique() == 3


@pytest.mark.parametrize(
    "head", ["indicator", "Indicador", "Показатель", "Mutató", "Penunjuk", "variable", "Series name"]
)
@pytest.mark.parametrize("seed", samples(range(6), 1))
def test_indicators_with_years_of_their_own_stay_apart(head: str, seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    years = rng.sample(range(2000, 2024), 6)
    held = {"population": years[: 1 + seed % 3], "gcp": years[3 : 4 + seed % 3]}
    rows = [
        [f"Place {i}", year, what, rng.randint(2500, 9000)] for i in range(6) for what in held for year in held[what]
    ]
    rng.shuffle(rows)
    pd.DataFrame(rows, columns=["county", "year", head, "value"]).to_csv(tmp_path / "t.csv", index=False)
    read = gp.read_table(tmp_path / "t.csv")
    assert {what: set(part["year"]) for what, part in read.groupby("indicator")} == {
        what: set(own) for what, own in held.items()
    }
    key = ["region", "year", "indicator"]
    assert read.set_index(key)["value"].to_dict() == {(a, b, c): d for a, b, c, d in rows}


@pytest.mark.parametrize(
    "words",
    samples(
        ["Período de referência dos dados", "Reference period of the data", "Bezugszeitraum", "Période de référence",
         "Okres odniesienia", "Отчётный период", "Tárgyidőszak", "Referansperiode", "Tahun rujukan",
         "Data reference year", "Fecha de referencia de los datos", "Πεδίο"], 4),
)  # fmt: skip
@pytest.mark.parametrize("mark", ["", "Po", "*"])
def test_words_for_a_period_of_reference_name_no_quantity(words: str, mark: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Earnings, monthly"], [], ["Place", words], [None, 2019, None, 2020, None, 2021, None]):
        sheet.append(row)
    sheet.merge_cells("B3:G3")
    for i in range(6):
        sheet.append([f"Province {i}", 10.5 + i, None, 20.5 + i, None, 30.5 + i, mark or None])
    book.save(tmp_path / "t.xlsx")
    read = gp.read_table(tmp_path / "t.xlsx")
    assert set(read["year"]) == {2019, 2020, 2021} and len(read) == 18
    assert set(read["indicator"]) == {words if words == "Πεδίο" else "Earnings, monthly"}
    told = " ".join(read.attrs["remarks"])
    assert (f"'{mark}' beside numbers of" in told) == bool(mark)


@pytest.mark.parametrize("codes", [range(1, 9), ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8"]])
def test_codes_that_the_boundaries_lack_ask_for_names(codes: list[object], tmp_path: Path) -> None:
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(8)]
    layer = gpd.GeoDataFrame({"code": [f"KE.{c}" for c in "ABCDEFGH"]}, geometry=shapes, crs=4326)
    layer.to_file(tmp_path / "r.gpkg")
    pd.DataFrame({"code": codes, "gcp": [1.5 * i for i in range(3, 11)]}).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError, match=r"codes or names|a column of names"):
        gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "r.gpkg", key="code")


@pytest.mark.parametrize("length", [20, 59, 61, 150])
def test_a_name_that_fits_no_region_is_offered_whole(length: int, tmp_path: Path) -> None:
    names = ["Arden", "Bellmoor", "Corvale", "Dunwick", "Eastmere", "Farrow"]
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(6)]
    gpd.GeoDataFrame({"code": [f"X{i}" for i in range(6)], "name": names}, geometry=shapes, crs=4326).to_file(
        tmp_path / "r.gpkg"
    )
    stray = "Zyx " + "qopp " * ((length - 5) // 5) + "z" * ((length - 5) % 5 + 1)
    rows = [[name, 1.5 * i] for i, name in enumerate([*names[:5], stray], 3)]
    pd.DataFrame(rows, columns=["place", "x"]).to_csv(tmp_path / "t.csv", index=False)
    options = {"boundaries": tmp_path / "r.gpkg", "key": "code", "year": 2020}
    with pytest.raises(DataError) as caught:
        gp.read_table(tmp_path / "t.csv", **options)
    offered = re.findall(r"aliases=\{'(.*?)': '\w+'\}|ignore=\['(.*?)'\]", str(caught.value))
    assert [a or b for a, b in offered] == [stray, stray]
    read = gp.read_table(tmp_path / "t.csv", aliases={offered[0][0]: "X5"}, **options)
    assert read["region"].nunique() == 6
    assert gp.read_table(tmp_path / "t.csv", ignore=[offered[1][1]], **options)["region"].nunique() == 5


def coded(folder: Path, seed: int, regions: int) -> tuple[Path, list[str], list[str], random.Random]:
    """Draw boundaries; return their file, their codes and other spellings of their names, some of which do not fit."""
    draw = random.Random(seed)
    names = [f"{''.join(draw.choices('bdfgklmnprstvz', k=7))}a".title() for _ in range(regions)]
    spelled = [name if draw.random() < 0.6 else f"{name} / {name[:4]}ovia" for name in names]
    return counties(folder, 1, names), [f"K1{i:02}" for i in range(regions)], spelled, draw


LABELS = ("name", "capital", "group", "two names", "rank")


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("layout", ["one", "years", "panel", "long"])
@pytest.mark.parametrize("seed", samples(range(30), daily=2))
def test_a_code_typed_for_another_makes_no_indicators_of_names(
    seed: int, layout: str, labels: str, tmp_path: Path
) -> None:
    """What stands beside a code and says something about its region is no dimension of a long table."""
    borders, codes, names, draw = coded(tmp_path, seed, draw_regions(seed))
    wrong, right = draw.sample(range(len(codes)), 2)
    groups = [f"Group {draw.choice('ABCD')}" for _ in codes]
    beside = {
        "name": [[name] for name in names],
        "capital": [[f"{name[:5]}ville"] for name in names],
        "group": [[group] for group in groups],
        "two names": [[name, name[::-1].title()] for name in names],
        "rank": [[name, str(1 + at)] for at, name in enumerate(names)],
    }[labels]
    more = {"two names": ["Name", "Other name"], "rank": ["Name", "Place"]}.get(labels, ["Label"])
    years = {"one": [""], "years": [""], "panel": ["2019", "2020", "2021"], "long": ["2019", "2020"]}[layout]
    kinds = [f"Kind {each}" for each in "ABC"] if layout == "long" else [""]
    rows = []
    for at, code in enumerate(codes):
        typed = codes[right] if at == wrong else code
        for year in years:
            for kind in kinds:
                numbers = [str(draw.randrange(10_000, 90_000)) for _ in range(2 if layout in ("one", "years") else 1)]
                rows.append([typed, *beside[at], *filter(None, [kind, year]), *numbers])
    heads = {"one": ["GDP", "People"], "years": ["GDP 2019", "GDP 2020"], "panel": ["Year", "GDP"]}
    head = ["code", *more, *heads.get(layout, ["Indicator", "Year", "Value"])]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(";".join(row) for row in [head, *rows]), encoding="utf-8")
    words = "has a second value of 'Kind" if layout == "long" else f"duplicate region '{codes[right]}'"
    with pytest.raises(DataError, match=words):
        gp.read_table(path, boundaries=borders, key="code", year=2020 if layout == "one" else None)


def draw_regions(seed: int) -> int:
    """From as few regions as a table may have to many."""
    return (12, 20, 40)[seed % 3]


@pytest.mark.parametrize("regions", [2, 3, 5, 12, 30])
@pytest.mark.parametrize("kinds", [2, 5, 40])
@pytest.mark.parametrize("seed", samples(range(12), daily=1))
def test_a_long_table_with_gaps_is_one_for_few_regions_too(seed: int, kinds: int, regions: int, tmp_path: Path) -> None:
    borders, codes, names, draw = coded(tmp_path, seed, max(regions, 4))
    gaps, years = draw.choice([0, 0.1, 0.3]), draw.choice([[""], ["2019", "2020"]])
    cells = [(at, kind, year) for at in range(regions) for kind in range(kinds) for year in years]
    kept = [each for each in cells if draw.random() >= gaps or each[1] == 0]
    kept += [each for each in cells[: kinds * len(years)] if each not in kept]  # the first region has them all
    rows = [
        [codes[at], names[at], f"Kind {kind}", *([year] if year else []), f"{draw.randrange(10_000, 90_000)}"]
        for at, kind, year in kept
    ]
    head = ["code", "Name", "Indicator", *(["Year"] if years != [""] else []), "Value"]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(";".join(row) for row in [head, *rows]), encoding="utf-8")
    found = gp.read_table(path, boundaries=borders, key="code", year=None if years != [""] else 2020)
    assert set(found["indicator"]) == {f"Kind {kind}" for kind in range(kinds)} and len(found.dropna()) == len(kept)


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8, 1])
@pytest.mark.parametrize("grouped", [True, False])
@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.parametrize("seed", samples(range(10), daily=1))
def test_a_lone_row_outside_the_indentation_is_asked_for_where_a_region_has_no_row(
    seed: int, missing: int, grouped: bool, place: float, tmp_path: Path
) -> None:
    """Rows that head others are none; where every region has a row of its own, there is nothing to ask."""
    borders, _, _, draw = coded(tmp_path, seed, 16)
    names = gpd.read_file(borders)["name"].tolist()
    rows = [[f"    {name}", draw.randrange(1000, 9000)] for name in names]
    at = min(int(place * 16) // 4 * 4 if grouped else int(place * 16), 15)
    rows[at : at + 1] = [["Qwyzzhold", rows[at][1]], *([] if missing else [rows[at]])]
    if grouped:
        heads = {start: [f"Part {'ABCDE'[start // 4]}xu", draw.randrange(1000, 9000)] for start in range(0, 16, 4)}
        rows = [
            each for start, head in heads.items() for each in (head, *rows[start : start + (4 if start < 12 else 5)])
        ]
    first = grouped and at % 4 == 0  # of a part: the row above it may be the region as well
    book = openpyxl.Workbook()
    for row in [["Region", "People 2020"], *rows]:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "t.xlsx")
    if not missing:
        assert len(gp.read_table(tmp_path / "t.xlsx", boundaries=borders)) == 16
        return
    words = r"'Qwyzzhold' fits no region; allowed: aliases=\{'Qwyzzhold': 'KEY'\}, KEY .* \(of all .* K1\d\d is left\)"
    with pytest.raises(DataError, match="'Part .xu' fits no region; 'Qwyzzhold' fits" if first else words):
        gp.read_table(tmp_path / "t.xlsx", boundaries=borders)


@pytest.mark.parametrize("many", [1, 3])
@pytest.mark.parametrize("layout", ["wide", "long"])
def test_what_is_to_be_ignored_and_stands_in_no_row_is_told(layout: str, many: int, tmp_path: Path) -> None:
    borders, codes, _, draw = coded(tmp_path, many, 8)
    rows = [f"{code};{draw.randrange(1000, 9000)}" for code in [*codes, "Rest"]]
    if layout == "long":
        rows = [f"{code};People;{draw.randrange(1000, 9000)}" for code in [*codes, "Rest"]]
    head = "code;People" if layout == "wide" else "code;Indicator;Value"
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    idle = [f"Swytz {at}" for at in range(many)]
    for given in (idle, ["Rest", *idle], ["Rest"]):
        try:
            read = gp.read_table(tmp_path / "t.csv", boundaries=borders, key="code", year=2020, ignore=given)
        except DataError:
            assert given == idle  # as the row that is none is not named
            continue
        told = [note for note in read.attrs["remarks"] if note.startswith("ignore: ")]
        words = f"ignore: {', '.join(idle)} {'fits' if many == 1 else 'fit'} no row of t.csv, and nothing is ignored"
        assert [note.startswith(words) for note in told] == ([True] if given != ["Rest"] else [])
    named = dict.fromkeys([*idle, "Rest"], codes[0]) | {"Rest": codes[-1]}
    rows.remove(next(row for row in rows if row.startswith(codes[-1])))
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    read = gp.read_table(tmp_path / "t.csv", boundaries=borders, key="code", year=2020, aliases=named)
    assert sum(note.startswith(f"aliases: {', '.join(idle)} fit") for note in read.attrs["remarks"]) == 1


@pytest.mark.parametrize("book", [True, False])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seed", samples(range(20), daily=2))
def test_headings_of_several_parts_name_regions_and_indicators(
    seed: int, whole: bool, book: bool, tmp_path: Path
) -> None:
    """As in time-series workbooks: "> Victoria ;  Employed ;  Persons ;" above figures whose dates stand down."""
    borders, codes, _, draw = coded(tmp_path, seed, draw_regions(seed))
    names = gpd.read_file(borders)["name"].tolist()
    kinds = draw.sample(["Employed total", "Unemployment rate", "Hours worked", "Vacancies"], draw.randint(1, 3))
    about = draw.choice([[], ["Persons"], ["Persons", "Trend"]])
    series = [(code, name, kind) for code, name in zip(codes, names, strict=True) for kind in kinds]
    draw.shuffle(series)
    series = [("", "", kind) for kind in kinds if whole] + series
    heads = [" ;  ".join([*([f"> {name}"] if name else []), kind, *about]) + " ;" for _, name, kind in series]
    truth = {
        (code, year, kind): draw.randrange(10, 99999) / 10 for code, _, kind in series for year in (2021, 2022, 2023)
    }
    rows = [
        ["", *heads],
        ["Unit", *("000" for _ in series)],
        ["Series ID", *(f"A{9000 + i}" for i in range(len(series)))],
    ]
    rows += [[year, *(truth[code, year, kind] for code, _, kind in series)] for year in (2021, 2022, 2023)]  # type: ignore[list-item]
    file = tmp_path / ("t.xlsx" if book else "t.csv")
    if book:
        sheets = openpyxl.Workbook()
        for row in rows:
            sheets.active.append(row)  # type: ignore[union-attr]
        index = sheets.create_sheet("Index")  # names no regions, and is left out with its names
        for head in ["Data Item Description", *heads]:
            index.append([head, "Original"])
        sheets.save(file)
    else:
        file.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    table = gp.read_table(file, boundaries=borders, key="code")
    read = {(region, year, name): value for region, year, name, value in table.iloc[:, :4].itertuples(index=False)}
    assert read == {place: value for place, value in truth.items() if place[0]}
    assert copy.deepcopy(table.attrs)["remarks"] == pickle.loads(pickle.dumps(table.attrs["remarks"]))
    assert any("Total was taken for no region" in told for told in table.attrs["remarks"]) == whole


@pytest.mark.parametrize("label", ["Indicator", "Statistic Label", "Measure", "Variable", "Показатель", "indic_is"])
@pytest.mark.parametrize("layout", ["long", "years", "coded"])
@pytest.mark.parametrize("seed", samples(range(6), daily=1))
def test_one_indicator_is_called_what_its_column_says(seed: int, layout: str, label: str, tmp_path: Path) -> None:
    """And not "VALUE", which the option may still say; a unit beside it is its unit."""
    borders, codes, _, draw = coded(tmp_path, seed, draw_regions(seed))
    head, value = draw.choice(["OBS_VALUE", "Value", "VALUE"]), draw.choice(["Employment rate", "Households at census"])
    truth = {(code, year): draw.randrange(100, 9999) / 10 for code in codes for year in (2021, 2022)}
    own = ["STATISTIC", label] if layout == "coded" else [label]
    cells = ["PEA01", value] if layout == "coded" else [value]
    if layout == "years":
        rows = [
            [label, "Sex", "State", 2021, 2022],
            *([value, "Persons", c, truth[c, 2021], truth[c, 2022]] for c in codes),
        ]
    else:
        rows = [[*own, "Year", "Sex", "State", "UNIT", head]]
        rows += [[*cells, year, "Persons", code, "Percent", number] for (code, year), number in truth.items()]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    table = gp.read_table(path, boundaries=borders, key="code")
    assert set(table["indicator"]) == {value}
    assert table.set_index(["region", "year"])["value"].to_dict() == truth
    assert table.attrs["units"] == ({} if layout == "years" else {value: "Percent"})
    assert layout == "years" or table.attrs["codes"] == {head: value}


@pytest.mark.parametrize("seed", samples(range(20), daily=2))
def test_tables_of_different_years_make_a_valid_study(seed: int, tmp_path: Path) -> None:
    borders, codes, _, draw = coded(tmp_path, seed, draw_regions(seed))
    files = []
    for number in range(draw.randint(2, 4)):
        years = sorted(draw.sample(range(2010, 2024), draw.randint(1, 4)))
        layout, kind = draw.choice(["wide", "years", "long"]), f"Quantity {'abcd'[number]}"
        if layout == "wide":
            rows = [["code", *(f"{kind} {year}" for year in years)]]
            rows += [[code, *(str(draw.randrange(10, 900) / 10) for _ in years)] for code in codes]
        else:
            rows = [["code", "year", *(["indicator", "value"] if layout == "long" else [kind])]]
            rows += [
                [code, str(year), *([kind] if layout == "long" else []), str(draw.randrange(10, 900) / 10)]
                for code in codes
                for year in years
            ]
        path = tmp_path / f"t{number}.csv"
        path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
        files.append(path)
    propose_study(tmp_path / "s", table=files, boundaries=borders, key="code").write()
    examined = examine_study(tmp_path / "s", outside=True)
    assert examined.empty, examined["problem"].tolist()


@pytest.mark.parametrize("sign", ["/", " / ", " & ", " and ", "–", ", "])
@pytest.mark.parametrize("seed", samples(range(10), daily=1))
def test_a_row_of_several_regions_together_is_asked_for(seed: int, sign: str, tmp_path: Path) -> None:
    borders, _, _, draw = coded(tmp_path, seed, draw_regions(seed))
    names = gpd.read_file(borders)["name"].tolist()
    at = sorted(draw.sample(range(len(names)), 2))
    both = sign.join(names[i] for i in at)
    rows = [[name, 5.5 + i] for i, name in enumerate(names) if i not in at] + [[both, 9.5]]
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    for row in [["Region", "Output 2020"], *rows]:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)
    said = f"'{both}' fits no region, and may be {listed(names[i] for i in at)} together; allowed: boundaries in which"
    with pytest.raises(DataError, match=re.escape(said)):
        gp.read_table(path, boundaries=borders, key="code")
    found = gp.read_table(path, boundaries=borders, key="code", ignore=[both])
    assert len(found) == len(names) - 2


@pytest.mark.parametrize("case", ["upper", "kind"])
@pytest.mark.parametrize("regional", [True, False])
@pytest.mark.parametrize("seed", samples(range(20), daily=2))
def test_of_two_rows_with_the_name_of_a_region_its_level_is_read(
    seed: int, regional: bool, case: str, tmp_path: Path
) -> None:
    """Departments above their districts, some of which bear the name of their department."""
    draw = random.Random(seed)
    upper = [f"{''.join(draw.choices('bdfgklmnprstvz', k=6))}o".title() for _ in range(draw.randint(6, 12))]
    named = set(draw.sample(upper, len(upper) // 3 + 1))
    rows, truth, lower = [], {}, {}
    for name in upper:
        parts = [name] if name in named else []
        parts += [f"{''.join(draw.choices('bcdfghklmn', k=6))}i".title() for _ in range(draw.randint(2, 5))]
        values = {part: [draw.randrange(100, 99999), draw.randrange(100, 99999)] for part in parts}
        whole = [sum(each) for each in zip(*values.values(), strict=True)]
        rows.append([name.upper() if case == "upper" else f"Departamento {name}", *whole])
        rows += [[part, *both] for part, both in values.items()]
        truth[name], lower = whole[0], lower | {part: both[0] for part, both in values.items()}
    rows.insert(0, ["TOTAL", sum(truth.values()), sum(row[2] for row in rows if str(row[0])[1:] != row[0][1:].lower())])
    rows[0][2] = sum(row[2] for row in rows[1:] if row[0] not in lower)
    borders = counties(tmp_path, 1, upper if regional else list(lower))
    path = tmp_path / "t.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in [["Territory", "People", "Homes"], *rows]))
    table = gp.read_table(path, boundaries=borders, key="name", year=2022)
    read = table[table["indicator"] == "People"].set_index("region")["value"].to_dict()
    assert read == (truth if regional else lower)


@pytest.mark.parametrize("seed", samples(range(20), 5))
def test_numbers_in_parentheses_are_of_few_cases_where_a_note_says_so(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    notes = [
        "Note: Figures in parentheses are based on 25-49 unweighted cases.",
        "Las cifras entre paréntesis se basan en menos de 50 casos no ponderados.",
        "Цифры в скобках основаны на малом числе наблюдений.",
        "( ) Use with caution",
        "Les chiffres entre parenthèses sont basés sur 25-49 cas non pondérés.",
    ]
    values = np.round(rng.uniform(5, 60, 9), 1)
    few = set(rng.permutation(9)[: int(rng.integers(1, 4))].tolist())
    scores = -np.round(rng.uniform(0.1, 2, 9), 1) if rng.integers(2) else np.round(rng.uniform(0.1, 2, 9), 1)
    cells = [f"({value})" if at in few else str(value) for at, value in enumerate(values)]
    rows = [[f"Region {chr(65 + at)}", cells[at], str(scores[at])] for at in range(9)]
    path = tmp_path / "table.csv"

    def read(note: str) -> pd.DataFrame:
        lines = [["Stunted children 2021"], [], ["Region", "Percentage stunted", "Mean score"], *rows, [], [note]]
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines)
        return gp.read_table(path)

    found = read(notes[seed % len(notes)])
    own = found[found["indicator"].str.startswith("Percentage")].set_index("region")["value"]
    assert own.tolist() == values.tolist()
    assert any("rest on few cases, as a note says" in remark for remark in found.attrs["remarks"])
    if (scores < 0).any():  # and no note: nothing tells, and both readings are offered
        with pytest.raises(DataError, match=r'"negative" or "flag" says so of all'):
            read("Source: survey")
    else:
        assert any("taken to be negative" in remark for remark in read("Source: survey").attrs["remarks"])
