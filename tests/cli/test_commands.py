"""The command line as a person meets it: exit codes, one-line errors, nothing half-written."""

import inspect
import io
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

import growthpoles as gp
from growthpoles.cli.produce import _in_points
from growthpoles.cli.shared_options import gaps
from growthpoles.errors import Reason
from growthpoles.shipped_data import geodata_path
from samples import samples

PRIMARY = "grp,employed,fixed_assets,emissions,rd,tech_innovation,output,population"


def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "growthpoles.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "120", **environment},
    )


@pytest.fixture
def ask(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command as `run` does, in this process: for what `run` shows once to be the same in one of its own."""
    from growthpoles.cli import main

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr("sys.argv", ["growthpoles", *arguments])
        monkeypatch.setenv("COLUMNS", "120")
        with warnings.catch_warnings(), pytest.raises(SystemExit) as ended:
            for kind in (UserWarning, RuntimeWarning, FutureWarning):  # `run` would show them on standard error
                warnings.simplefilter("error", kind)
            main()
        told = capfd.readouterr()
        code = ended.value.code or 0
        assert isinstance(code, int)
        return subprocess.CompletedProcess(arguments, code, told.out, told.err)

    return command


Ask = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def own_study(tmp_path: Path) -> Path:
    """A user's own study: the shipped 2014 layer as a file, a table typed by hand."""
    folder = tmp_path / "study"
    folder.mkdir()
    shutil.copy(geodata_path("boundaries", "kz-2014.gpkg"), folder / "regions.gpkg")
    shutil.copy(geodata_path("kazakhstan-it", "catalogue.csv"), folder / "catalogue.csv")
    import growthpoles as gp

    table = gp.load_indicators(2014)[PRIMARY.split(",")]
    table.to_csv(folder / "data.csv")
    (folder / "study.toml").write_text(
        """
[study]
name = "own"
years = [2014]
title = { en = "Own" }
source = { en = "typed by hand" }
[boundaries]
file = "regions.gpkg"
key = "region"
[rating]
catalogue = "catalogue.csv"
[[tables]]
file = "data.csv"
year = 2014
""",
        encoding="utf-8",
    )
    return folder


@pytest.mark.long
def test_own_study_gives_the_numbers_of_the_built_in_one(own_study: Path, tmp_path: Path, ask: Ask, few: None) -> None:
    import pandas as pd

    figures = ("--figure", "rating", "--figure", "moran")
    done = ask("report", "--study", str(own_study), "--out", str(tmp_path / "out"), *figures)
    assert done.returncode == 0, done.stderr
    import growthpoles as gp

    own = pd.read_csv(tmp_path / "out/tables/rating_data_2014.csv", index_col="region")
    built_in = gp.rate(gp.load_indicators(2014))
    assert (own["index"] - built_in["index"].reindex(own.index)).abs().max() < 1e-8
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    named = {line.split("/out/")[1] for line in done.stdout.splitlines() if "/out/" in line}
    tex = {name for name in written if name.startswith("tables/tex/")}
    assert named == written - tex and f"{len(tex)} files" in done.stderr


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def damage(folder: Path) -> None:
    content = bytearray((folder / "regions.gpkg").read_bytes())
    content[:4096] = b"\0" * 4096
    (folder / "regions.gpkg").write_bytes(bytes(content))


def truncate(folder: Path) -> None:
    content = (folder / "regions.gpkg").read_bytes()
    (folder / "regions.gpkg").write_bytes(content[: len(content) // 3])


def forget_a_region(folder: Path) -> None:
    import geopandas as gpd

    regions = gpd.read_file(folder / "regions.gpkg")
    regions[regions["region"] != "KZ-PAV"].to_file(folder / "fewer.gpkg")
    (folder / "fewer.gpkg").replace(folder / "regions.gpkg")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (damage, "regions.gpkg"),
        (truncate, "regions.gpkg"),
        (edit("data.csv", "grp,employed", "grp,employees"), "data.csv: missing column 'employed'"),
        (
            edit("data.csv", "1054074.4", '"1054074,4"'),
            "data.csv, line 2, column grp: '1054074,4' has the wrong decimal sign",
        ),
        (
            edit("data.csv", "1054074.4", "about a million"),
            "data.csv, line 2, column grp: 'about a million' is not a number",
        ),
        (edit("data.csv", "KZ-PAV", "KZ-PAW"), "KZ-PAW"),
        (edit("data.csv", "KZ-PAV", "KZ-AKM"), "duplicate region 'KZ-AKM' (first on line 2)"),
        (edit("study.toml", 'key = "region"\n[rating]', 'key = "code"\n[rating]'), "code"),
        (edit("catalogue.csv", "kind", "kinds"), "catalogue.csv"),
        (forget_a_region, "KZ-PAV"),
    ],
    ids=["damaged", "truncated", "column", "decimal", "number", "unknown", "duplicate", "key", "catalogue", "region"],
)
def test_bad_input_is_one_line_and_writes_nothing(own_study: Path, tmp_path: Path, spoil, words: str, ask: Ask) -> None:
    spoil(own_study)
    done = ask("report", "--study", str(own_study), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("growthpoles: ")
    assert done.stdout == "" and not (tmp_path / "out").exists()


@pytest.mark.long
def test_debug_shows_the_traceback() -> None:
    done = run("--debug", "rate", "--year", "2012")
    assert done.returncode != 0 and "Traceback" in done.stderr


def test_usage_errors_and_help(ask: Ask) -> None:
    assert run("rate", "--yeer", "2014").returncode == 2
    for command in ([], ["report"], ["rate"]):
        shown = ask(*command, "--help")
        assert shown.returncode == 0
        assert not command or "Example: growthpoles" in shown.stdout
    assert run("--version").stdout.startswith("growthpoles ")


def test_rate_prints_every_region_best_first(ask: Ask) -> None:
    done = ask("rate", "--year", "2010")
    rows = [line.split()[0] for line in done.stdout.splitlines() if line.strip().startswith("KZ-")]
    assert len(rows) == 16 and rows[0] == "KZ-ALA"
    assert "no data: grp: KZ-VOS: " in done.stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "file").touch()
    done = ask("report", "--out", str(tmp_path / "file" / "out"))
    assert done.returncode == 2 and "the folder cannot be made" in done.stderr


def test_map_writes_one_figure_and_its_proof(tmp_path: Path, ask: Ask) -> None:
    target = tmp_path / "m.png"
    done = ask("map", "clusters", "--lang", "kk", "--preset", "nature-single", "--out", str(target), "--proof")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(target), str(tmp_path / "m_proof.png")]
    assert target.read_bytes()[:4] == b"\x89PNG" and (tmp_path / "m_proof.png").exists()
    assert "89 x " in done.stderr and "edition realigned" in done.stderr


def test_map_is_set_in_the_typeface_that_was_asked_for(tmp_path: Path, ask: Ask) -> None:
    target = tmp_path / "m.pdf"
    done = ask("map", "rating", "--font", "DejaVu Serif", "--lang", "kk", "--out", str(target), "--quiet")
    assert done.returncode == 0, done.stderr
    assert b"+DejaVuSerif-Bold" in target.read_bytes() and b"+DejaVuSans" not in target.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("map", "--font-bold", "bold.ttf"), "--font-bold has no meaning alone; allowed: with --font"),
        (("map", "--font", "Arail Nuovo"), "no font of the name 'Arail Nuovo' is installed"),
        (("map", "ksi", "--weights", "knn"), "--weights has no meaning for 'ksi'"),
        (("map", "neighbours", "--variable", "ris"), "--variable has no meaning for 'neighbours'"),
        (("map", "rating", "--adjust", "fdr"), "--adjust has no meaning for 'rating'"),
        (("map", "change", "--permutations", "99"), "--permutations has no meaning for 'change'"),
        (("map", "clusters", "--permutations", "0"), "permutations"),
        (
            (
                "map",
                "atlas",
            ),
            "kind atlas is not known",
        ),
        (("stats", "--statistic", "moran", "--adjust", "fdr"), "--adjust with moran, which is one test"),
        (("stats", "--variable", "gdp"), "--variable gdp is not known"),
        (("rate", "--edition", "published"), "the published figures are results, not indicators"),
        (("rate", "--format", "doc"), "--format doc is not known"),
        (("report", "--lang", "de"), "--lang de is not known; allowed: en, ru, kk"),
    ],
)
def test_what_has_no_meaning_is_refused(arguments: tuple[str, ...], words: str, ask: Ask) -> None:
    done = ask(*arguments)
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.long
def test_audit_prints_the_faults_and_writes_every_cell(tmp_path: Path, ask: Ask, few: None) -> None:
    done = ask("audit", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert "faults" in first and "changes a class" in done.stdout
    for name in ("audit_findings", "audit_claims", "audit_alignment"):
        assert (tmp_path / "tables" / f"{name}.csv").stat().st_size > 0
    assert {path.stem for path in (tmp_path / "figures").glob("*.png")} >= {
        "audit_editions_2010",
        "audit_editions_2014",
        "audit_classes",
        "audit_cells_table4",
    }


def test_init_then_validate_names_what_is_still_open(tmp_path: Path, ask: Ask) -> None:
    table = tmp_path / "t.csv"
    import growthpoles as gp

    frame = gp.load_indicators(2014)[["grp", "employed"]]
    frame.index = gp.load_regions(2014)["name_ru"].reindex(frame.index)
    frame.to_csv(table, sep=";", decimal=",", encoding="cp1251")
    folder = tmp_path / "s"
    begun = ask("init", str(folder), "--table", str(table), "--year", "2014")
    assert begun.returncode == 0 and "to decide:" in begun.stdout, begun.stderr
    checked = ask("validate", str(folder))
    assert checked.returncode == 0 and "DECIDE" in checked.stderr and "to check or decide" in checked.stderr
    (folder / "catalogue.csv").write_text("code,kind,parent\nindex,aggregate,\nx,indicator,inde\n", encoding="utf-8")
    broken = ask("validate", str(folder))
    assert broken.returncode == 1 and "catalogue.csv" in broken.stdout


def test_validate_says_where_a_suspicious_cell_stands(tmp_path: Path, ask: Ask) -> None:
    import growthpoles as gp

    frame = gp.load_indicators(2014)[["grp"]].set_axis(["grp 2014"], axis=1)
    frame.index = gp.load_regions(2014)["name_ru"].reindex(frame.index)
    frame["grp 2018"] = (frame["grp 2014"] * [1.1 + at / 100 for at in range(len(frame))]).round(1)
    frame.iloc[3, 1] *= 1000
    frame.to_csv(tmp_path / "t.csv", sep=";", decimal=",")
    ask("init", str(tmp_path / "s"), "--table", str(tmp_path / "t.csv"))
    told = ask("validate", str(tmp_path / "s")).stderr
    assert f"({frame.index[3]}, ../t.csv!C5: tables 1 and 2: grp of row 4 differs" in told, told


def test_data_lists_studies_and_files(ask: Ask) -> None:
    assert "mexico-gdp" in ask("data").stdout
    assert "boundaries/kz-2014.gpkg" in ask("data", "--files").stdout


def test_formats_go_to_standard_output(ask: Ask) -> None:
    import json

    done = ask("rate", "--format", "json", "--quiet")
    rows = json.loads(done.stdout)
    assert len(rows) == 16 and rows[0]["region"] == "KZ-ALA" and done.stderr == ""


def test_the_seed_of_stats_is_used(ask: Ask) -> None:
    command = ("stats", "--statistic", "moran", "--permutations", "199", "--format", "csv", "--quiet")
    first, again, other = (ask(*command, "--seed", seed).stdout for seed in ("1", "1", "2"))
    assert "p_value" in first and first == again != other


def test_no_processes_is_one_line(ask: Ask) -> None:
    done = ask("verdict", "--jobs", "0")
    assert (
        done.returncode == 2 and done.stderr == "growthpoles: --jobs 0; allowed: 1 or more, or -1 for all processors\n"
    )


@pytest.mark.long
def test_verdict_shows_the_tests_that_a_study_allows(ask: Ask) -> None:
    done = ask("verdict", "--study", "mexico-gdp", "--permutations", "99", "--tests")  # it has no specialisation index
    assert done.returncode == 0
    assert "left out: typology: mexico-gdp: no specialisation index" in done.stdout + done.stderr
    assert all(f"mexico-gdp: {name}" in done.stdout + done.stderr for name in ("gradient", "spread", "power"))


# Files without a study ----------------------------------------


@pytest.fixture
def county_file(tmp_path):
    import geopandas as gpd
    import shapely

    boxes = [shapely.box(60 + i % 5, 40 + i // 5, 61 + i % 5, 41 + i // 5) for i in range(20)]
    frame = gpd.GeoDataFrame(
        {"code": [f"{i:02d}" for i in range(20)], "county": [f"County {i}" for i in range(20)],
         "income": [float(i * i % 23) for i in range(20)]}, geometry=boxes, crs=4326,
    )  # fmt: skip
    frame.to_file(tmp_path / "counties.gpkg")
    rows = [f"{i},{0.5 * i},{20 - i}" for i in range(19)]
    (tmp_path / "data.csv").write_text("\n".join(["id code,wage 2020,farms 2020", *rows]))
    return tmp_path / "counties.gpkg"


def test_neighbours_by_distance_need_no_even_borders(ask, tmp_path):
    import geopandas as gpd
    import shapely

    boxes = [shapely.box(i % 4, i // 4, i % 4 + 1.05, i // 4 + 1) for i in range(12)]
    frame = gpd.GeoDataFrame({"code": [f"R{i}" for i in range(12)], "y": range(12)}, geometry=boxes, crs=4326)
    frame.to_file(tmp_path / "uneven.gpkg")
    layer = [str(tmp_path / "uneven.gpkg"), "--key", "code"]
    of_y, drawn = ["--variable", "y", "--statistic", "moran"], ["--variable", "y", "--out", str(tmp_path / "map.svg")]
    for command in (["stats", *layer, *of_y], ["weights", *layer], ["map", "clusters", *layer, *drawn]):
        refused, done = ask(*command), ask(*command, "--weights", "knn", "--k", "3")
        assert refused.returncode == 2 and "borders of" in refused.stderr
        assert done.returncode == 0, done.stderr


def changed_file(folder: Path) -> Path:
    table = folder / "changed.csv"
    rows = [f"{i:02d},{10 + i},{'' if i == 4 else 13 + 2 * i},{i}" for i in range(20)]
    table.write_text("\n".join(["id code,wage 2015,wage 2021,farms", *rows]))
    return table


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_the_change_of_a_column_between_two_years_of_a_table(county_file, ask, tmp_path, lang):
    asked = ["map", "change", str(county_file), "--table", str(changed_file(tmp_path)), "--key", "code"]
    svg = tmp_path / "change.svg"
    done = ask(*asked, "--variable", "wage", "--years", "2015", "2021", "--lang", lang, "--out", str(svg))
    assert done.returncode == 0, done.stderr
    assert "change: 2021 less 2015" in done.stderr and "no data: 04 (County 4)" in done.stderr
    drawn = svg.read_text(encoding="utf-8")
    assert "2015\N{EN DASH}2021" in drawn
    assert all(re.search(rf"\+{3 + i}(?![\d.,])", drawn) for i in (0, 7, 19)) and "County 7" in drawn


def of_years(folder, *heads, title=""):
    rows = [",".join(map(str, (f"{i:02d}", *(10 + i * at for at in range(1, len(heads) + 1))))) for i in range(20)]
    (folder / "dated.csv").write_text("\n".join([*([title, ""] if title else []), ",".join(["code", *heads]), *rows]))
    return folder / "dated.csv"


@pytest.mark.parametrize(
    ("heads", "asked", "drawn", "told"),
    [
        (("2021/22", "2022/23", "2023/24"), ("--variable", "2023/24"), "2023/24", ""),
        (("2021-22", "2022-23", "2023-24"), ("--year", "2024"), "2023-24", "2023-24, which ends in 2024"),
        (("2021–22", "2022–23", "2023–24"), ("--year", "2023"), "2023–24", "2023–24, which begins in 2023"),
        (("2021/22", "2022/23", "2023/24"), ("--year", "2022/23"), "2022/23", ""),
        (("FY2022", "FY2023", "FY2024"), ("--variable", "2023"), "FY2023", ""),
        (("Mar-23", "Dec-23", "Mar-24"), ("--variable", "Mar-23"), "2023", "Mar-23"),
        (("Year ended Mar-22", "Year ended Mar-23"), (), "Year ended Mar-23", "says another: Year ended Mar-22"),
    ],
)
def test_a_map_says_a_year_as_its_table_prints_it(county_file, ask, tmp_path, heads, asked, drawn, told):
    table, svg = of_years(tmp_path, *heads, title="Jobs, year ended March 2024" if "Mar-23" in heads else ""), "map.svg"
    plain = ["map", str(county_file), "--table", str(table), "--key", "code", "--out", str(tmp_path / svg)]
    done = ask(*plain, *asked)
    assert done.returncode == 0 and told in done.stderr, done.stderr
    text = (tmp_path / svg).read_text(encoding="utf-8")
    assert f"{drawn} · boundaries" in text and f", {drawn}<" in text
    other = ask(*plain, "--year", "2030")
    assert other.returncode == 2 and heads[0].rpartition(" ")[2][-2:] in other.stderr


@pytest.mark.parametrize(
    "years", [("2021/22", "2023/24"), ("2021", "2024"), ("2021/22,2023/24",), ("2021-22", "2023-24")]
)
def test_a_change_says_both_years_as_they_are_printed(county_file, ask, tmp_path, years):
    table = of_years(tmp_path, "2021/22", "2022/23", "2023/24")
    plain = [
        "map",
        "change",
        str(county_file),
        "--table",
        str(table),
        "--key",
        "code",
        "--out",
        str(tmp_path / "c.svg"),
    ]
    done = ask(*plain, "--years", *years)
    assert done.returncode == 0 and "change: 2023/24 less 2021/22" in done.stderr, done.stderr
    assert "2021/22 \N{EN DASH} 2023/24 · boundaries" in (tmp_path / "c.svg").read_text(encoding="utf-8")
    same = ask(*plain, "--years", "2023", "2024")
    assert same.returncode == 2 and "are both 2023/24" in same.stderr


def test_a_map_of_both_signs_tells_how_it_parts_them(county_file, ask, tmp_path):
    (tmp_path / "s.csv").write_text("\n".join(["code,Growth 2020", *(f"{i:02d},{i - 4}.5" for i in range(20))]))
    plain = [
        "map",
        str(county_file),
        "--table",
        str(tmp_path / "s.csv"),
        "--key",
        "code",
        "--out",
        str(tmp_path / "s.svg"),
    ]
    own, natural, centred = ask(*plain), ask(*plain, "--scheme", "natural"), ask(*plain, "--center", "0")
    assert "colours run apart from 0; --center 0" in own.stderr
    assert "one class may hold both; without --scheme" in natural.stderr and "both" not in centred.stderr


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("Poverty (%)", "Poverty ({})"),
        ("Unemployment rate, %", "Unemployment rate, {}"),
        ("Seats [% of total]", "Seats [{} of total]"),
        ("Farms, percent", "Farms, {}"),
        ("Бедность, процентов", "Бедность, {}"),
        ("Incidence de la pauvreté par région (en %)", "Incidence de la pauvreté par région ({})"),
        ("Tasa por provincias (En por ciento)", "Tasa por provincias ({})"),
        ("Taux (en pourcentage) 2", "Taux ({}) 2"),
        ("Taxa de desocupação em porcentagem", "Taxa de desocupação, {}"),
        ("Quote in Prozent", "Quote, {}"),
        ("Por ciento", "{}"),
        ("Poverty rate %", "Poverty rate, {}"),
        ("Безработица (в процентах)", "Безработица ({})"),
        ("Gap (in % points)", None),
        ("Изменение, процентных пунктов", None),
        ("Index, 2015 = 100 %", None),
        ("Income, EUR", None),
        ("Share of the top 5%", None),
        ("Gap, percentage points", None),
    ],
)
@pytest.mark.parametrize(
    ("lang", "points"), [("en", "percentage points"), ("ru", "процентные пункты"), ("kk", "пайыздық тармақ")]
)
def test_a_percentage_changes_by_percentage_points(head, told, lang, points):
    assert _in_points(head, lang) == (None if told is None else told.format(points))


@pytest.mark.parametrize("years", [("2013/14", "2016/17"), ("2015", "2020")])
def test_a_change_between_two_rounds_of_a_survey_bears_neither(county_file, ask, tmp_path, years):
    rows = [
        "code,Poverty,,Hunger,",
        "," + ",".join(f"Wave{4 + i} ({year})" for _ in "ab" for i, year in enumerate(years)),
    ]
    rows += [f"{i:02d},{i}.5,{i + 3}.5,{i + 1}.5,{i}.5" for i in range(20)]
    (tmp_path / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    asked = ["map", "change", str(county_file), "--table", str(tmp_path / "t.csv"), "--key", "code"]
    done = ask(*asked, "--years", *years, "--variable", "Poverty", "--out", str(tmp_path / "m.svg"))
    assert done.returncode == 0 and f"change: {years[1]} less {years[0]}" in done.stderr, done.stderr
    drawn = (tmp_path / "m.svg").read_text(encoding="utf-8")
    dash = " \N{EN DASH} " if "/" in years[0] else "\N{EN DASH}"
    assert f"Change: Poverty, {years[0]}{dash}{years[1]}" in drawn and "Wave" not in drawn


def test_a_change_between_columns_of_two_names_says_both_and_never_none(county_file, ask, tmp_path):
    blocks = (("Sales of shops", 2015), ("Turnover of trade", 2021))
    rows = [
        row
        for name, year in blocks
        for row in (name, f"code,{year}", *(f"{i:02d},{i + year % 9}.5" for i in range(20)), "")
    ]
    (tmp_path / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    asked = ["map", "change", str(county_file), "--table", str(tmp_path / "t.csv"), "--key", "code"]
    done = ask(*asked, "--years", "2015", "2021", "--out", str(tmp_path / "m.svg"))
    assert done.returncode == 0, done.stderr
    assert "those of 2015 are called Sales of shops and those of 2021 are called Turnover of trade" in done.stderr
    drawn = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert "Change: Sales of shops / Turnover of trade" in drawn and "None" not in drawn


@pytest.mark.parametrize("heads", [["UDHS {}"], ["{} Urban", "{} Rural"], ["{} Public", "{} Total"], ["{} Rate"]])
@pytest.mark.parametrize("unit", ["%", "EUR"])
def test_a_change_is_in_the_unit_of_the_title(county_file, ask, tmp_path, heads, unit):
    columns = [head.format(year) for head in heads for year in (2015, 2021)]
    rows = [f"Households with water ({unit})", ",".join(["code", *columns])]
    rows += [",".join([f"{i:02d}", *(f"{i + 7 * at}.5" for at in range(len(columns)))]) for i in range(20)]
    (tmp_path / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    asked = ["map", "change", str(county_file), "--table", str(tmp_path / "t.csv"), "--key", "code", "--years", "2015"]
    name = heads[0].replace("{}", "").strip()
    done = ask(*asked, "2021", "--variable", name, "--out", str(tmp_path / "m.svg"))
    assert done.returncode == 0, done.stderr
    assert ("in percentage points" in done.stderr) == (unit == "%")
    drawn = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert "Households with water" in drawn and ("percentage points" in drawn) == (unit == "%")


@pytest.mark.parametrize("unit", ["", "%", "Percent", "EUR"])
def test_the_map_of_a_change_of_a_percentage_says_so(county_file, ask, tmp_path, unit):
    name = "rate" if unit else "rate (%)"
    rows = ["code,year,indicator,unit,value"]
    rows += [f"{i:02d},{year},{kind},{unit},{i + add}.5" for i in range(20) for kind in (name, "else")
             for year, add in ((2015, 9), (2021, 3))]  # fmt: skip
    (tmp_path / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    asked = ["map", "change", str(county_file), "--table", str(tmp_path / "t.csv"), "--key", "code", "--years", "2015"]
    done = ask(*asked, "2021", "--variable", name, "--out", str(tmp_path / "m.svg"))
    assert done.returncode == 0, done.stderr
    drawn = (tmp_path / "m.svg").read_text(encoding="utf-8")
    assert ("percentage points" in drawn) == ("in percentage points" in done.stderr) == (unit != "EUR")
    assert "Percent<" not in drawn and "%" not in re.sub(r"<[^>]*>", "", drawn.split("</defs>")[-1])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "without its years; allowed: --years 2015 2021 (or 2015,2021)"),
        *(
            (given, "no year 2016; allowed: 2015, 2021")
            for given in (("--years=2015,2016",), *(("--years", f"2015{sign}2016") for sign in (",", ", ", "-", ";")))
        ),
        (("--years", "2015,", "2016"), "no year 2016; allowed: 2015, 2021"),
        *(
            (("--years", *given), f"--years {given[0]!r}; allowed: two years: --years 2015 2021, or --years 2015,2021")
            for given in (["2015"], ["2015,2017,2021"], [","], ["a,b"], ["all", "2021"])
        ),
        (("--years", "2021", "2015"), "--years 2021 2015; allowed: the earlier year first"),
        (("--years", "2015", "2016"), "no year 2016; allowed: 2015, 2021"),
        (("--years", "2015", "2021", "--year", "2021"), "--year 2021 with --years"),
        (("--years", "2015", "2021", "--digits", "1"), "--digits with change; allowed: with values"),
        (("--years", "2015", "2021", "--adjust", "fdr"), "--adjust with change; allowed: with clusters"),
        (("--years", "2015", "2021", "--limits", "0,1"), "is off the scale; allowed: --limits 0,1,"),
    ],
)
def test_a_change_of_a_file_has_two_years_of_its_table(county_file, ask, tmp_path, options, words):
    table = ["--table", str(changed_file(tmp_path)), "--key", "code"]
    variable = [] if "--variable" in options else ["--variable", "wage"]
    refused = ask("map", "change", str(county_file), *table, *variable, *options)
    assert refused.returncode == 2 and words in refused.stderr, refused.stderr
    for kind, more in (("values", table), ("clusters", table)):
        refused = ask("map", kind, str(county_file), *more, "--variable", "wage", "--years", "2015", "2021")
        assert refused.returncode == 2 and f"--years with {kind}" in refused.stderr
    (tmp_path / "plain.csv").write_text("\n".join(["id code,wage", *(f"{i:02d},{i * i % 7}.5" for i in range(20))]))
    plain = ["--table", str(tmp_path / "plain.csv"), "--key", "code", "--years", "2015", "2021"]
    refused = ask("map", "change", str(county_file), *plain)
    assert refused.returncode == 2 and "wage says no year" in refused.stderr, refused.stderr
    refused = ask("map", "change", str(county_file), "--years", "2015", "2021")
    assert refused.returncode == 2 and "--table, which holds both years" in refused.stderr


@pytest.mark.parametrize("kind", ["md", "tex"])
def test_tables_for_people_are_headed_by_names(ask, own_study, tmp_path, kind):
    from growthpoles.study.inputs import study_catalogue

    out = tmp_path / f"rating.{kind}"
    assert ask("rate", str(own_study), "--out", str(out)).returncode == 0
    breaks = r"\\begin\{tabular\}\[b\]\{@\{\}[lr]@\{\}\}|\\end\{tabular\}|-?\\\\(?=\w)|\\"
    text = re.sub(breaks, "", out.read_text(encoding="utf-8"))
    codes = ask("rate", str(own_study), "--format", "csv").stdout.splitlines()[0].split(",")
    names = {code: name for code, name in study_catalogue(gp.load_study(own_study)).names("en").items()
             if {code, f"score_{code}"} & {*codes}}  # fmt: skip
    assert len(names) > 3 and "score " not in text and "rating class" not in text
    letters = re.sub(r"\W", "", text)
    assert not [name for name in names.values() if re.sub(r"\W", "", name) not in letters]


def test_stats_names_regions_without_neighbours(ask, tmp_path):
    import geopandas as gpd
    import shapely

    boxes = [shapely.box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(12)]
    islands = [shapely.box(9, 9, 10, 10), shapely.box(20, 3, 21, 4)]
    frame = gpd.GeoDataFrame(
        {"code": [f"R{i}" for i in range(14)], "y": range(14)}, geometry=[*boxes, *islands], crs=4326
    )
    frame.to_file(tmp_path / "islands.gpkg")
    done = ask("stats", str(tmp_path / "islands.gpkg"), "--key", "code", "--variable", "y", "--statistic", "moran")
    assert done.returncode == 0 and "without neighbours, left out of tests: R12, R13" in done.stderr
    files = (str(tmp_path / "islands.gpkg"), "--key", "code", "--variable", "y")
    for command, out in (("stats",), ()), (("map", "clusters"), ("--out", str(tmp_path / "lisa.png"))):
        told = ask(*command, *files, *out).stderr
        offered = next(line for line in told.splitlines() if "R12, R13; " in line).rpartition(": ")[2].split()
        taken = ask(*command, *files, *out, *offered)  # what is offered can be given
        assert taken.returncode == 0 and "without neighbours" not in taken.stderr
    for asked, k in (("knn4", 4), ("k7", 7), ("KNN_3", 3), ("knn-12", 12)):
        told = ask("stats", *files, "--weights", asked).stderr
        assert f"--weights {asked} is not known; nearest: --weights knn --k {k}" in told


@pytest.mark.parametrize("sizes", [(9,), (9, 1), (9, 4), (6, 5, 3, 1)])
def test_stats_says_that_the_graph_falls_apart_as_weights_does(ask, tmp_path, sizes):
    import geopandas as gpd
    import shapely

    boxes = [shapely.box(i, 3 * part, i + 1, 3 * part + 1) for part, size in enumerate(sizes) for i in range(size)]
    codes = [f"R{i}" for i in range(len(boxes))]
    frame = gpd.GeoDataFrame({"code": codes, "y": range(len(boxes))}, geometry=boxes, crs=4326)
    frame.to_file(tmp_path / "parts.gpkg")
    files = (str(tmp_path / "parts.gpkg"), "--key", "code")
    tested = (*files, "--variable", "y")
    told = [ask("stats", *tested, "--statistic", name).stderr for name in ("moran", "local_moran")]
    told.append(ask("map", "clusters", *tested, "--out", str(tmp_path / "lisa.png")).stderr)
    shown = ask("weights", *files).stderr
    apart = sorted(sizes)[-2:][0] > 1 and len(sizes) > 1  # regions without neighbours are named by themselves
    for each in told:
        line = [part for part in each.splitlines() if "falls into" in part]
        assert line == [f"the graph falls into {len(sizes)} parts; the largest has {sizes[0]} regions"] * apart
    if apart:
        assert f", {len(sizes)} components, " in shown


def test_clusters_of_a_file_are_those_of_stats(county_file, ask, tmp_path):
    """What a file has no map of is refused with what it has."""
    layer, picture = str(county_file), tmp_path / "lisa.svg"
    test = ("--key", "code", "--adjust", "none")
    drawn = ask("map", "clusters", layer, *test, "--out", str(picture))
    assert drawn.returncode == 0 and drawn.stdout.endswith("lisa.svg\n")
    tested = ask("stats", layer, *test, "--statistic", "local_moran", "--format", "csv", "--quiet").stdout
    labels = pd.read_csv(io.StringIO(tested))["label"].value_counts()
    codes = {"High-High": "HH", "Low-Low": "LL", "High-Low": "HL", "Low-High": "LH"}
    found = {name: picture.read_text().count(f">{code}<") - 1 for name, code in codes.items()}  # one in the legend
    assert found == {name: labels.get(name, 0) for name in codes} and sum(found.values()) > 0
    for command, told in (
        (("rating", layer), "map rating of a file; allowed: values, change, clusters, significance"),
        ((layer, "--weights", "knn"), "--weights with values; allowed: with clusters or significance"),
        (("clusters", layer, "--classes", "4"), "--classes with clusters; allowed: with values or change"),
    ):
        assert told in ask("map", *command).stderr


def wages_of(folder: Path, names: list[str]) -> Path:
    """A table with a wage for every name."""
    table = folder / "named.csv"
    table.write_text("\n".join(["county,wage", *(f"{each},{i * i % 7}" for i, each in enumerate(names))]))
    return table


@pytest.fixture
def stats_of_names(county_file: Path, ask: Ask, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `stats` over a table with a wage for every name, with further options."""

    def command(names: list[str], *more: str) -> subprocess.CompletedProcess[str]:
        told = ("--table", str(wages_of(tmp_path, names)), "--key", "code", "--variable", "wage", "--format", "csv")
        return ask("stats", str(county_file), *told, *more)

    return command


@pytest.mark.parametrize("name", ["The capital", "A = B", "Zzz (old)"])
def test_a_name_that_fits_no_region_is_given_its_key(stats_of_names, name):
    names = [*(f"County {i}" for i in range(19)), name]
    stopped = stats_of_names(names)
    assert stopped.returncode == 2 and f"'{name}' fits no region" in stopped.stderr
    ignored = name if name.isalnum() else f'"{name}"'
    assert f'allowed: --aliases "{name}=' in stopped.stderr and stopped.stderr.splitlines()[-1].endswith(
        f"or --ignore {ignored} where it is no region"
    ), stopped.stderr
    done = stats_of_names(names, "--aliases", f"{name}=19")
    assert done.returncode == 0 and ",20," in done.stdout
    assert "fits no region" not in done.stderr and "no row" not in done.stderr
    stray = stats_of_names(names, "--aliases", f"{name}=Cuonty 199")
    assert "aliases: 'Cuonty 199' is no region; allowed: a key of the boundaries" in stray.stderr
    wrong = stats_of_names(names, "--aliases", "The capital")
    allowed = '"name in the table=KEY of the region", or a table with the columns name and key'
    assert wrong.stderr == f"growthpoles: --aliases 'The capital'; allowed: {allowed}\n"


@pytest.mark.parametrize("name", ["aliases.csv", "aliases.xlsx", "names=2.csv", "a = b.xlsx", "=.csv"])
def test_a_table_of_aliases(stats_of_names, tmp_path, name):
    names = [f"Kreis {chr(97 + i) * 3}" for i in range(20)]
    pairs = pd.DataFrame({"key": [f"{i:02d}" for i in range(20)], "name": names})
    given = tmp_path / name
    pairs.to_csv(given, index=False) if name.endswith("csv") else pairs.to_excel(given, index=False)
    done = stats_of_names(names, "--aliases", str(given))
    assert done.returncode == 0 and ",20," in done.stdout, done.stderr
    two = stats_of_names(names, "--aliases", str(given), "--aliases", "Kreis aaa=07")
    assert two.returncode == 2 and "'Kreis aaa' is said to be 00 and 07; allowed: one region for a name" in two.stderr
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    none = stats_of_names(names, "--aliases", str(other))
    assert none.returncode == 2 and "no columns called name and key; allowed: a header name,key" in none.stderr


def test_a_map_of_a_column_of_any_file(county_file, ask, tmp_path):
    done = ask("map", str(county_file), "--variable", "income", "--out", str(tmp_path / "a.png"))
    assert done.returncode == 0 and (tmp_path / "a.png").stat().st_size > 10_000


@pytest.mark.parametrize("script", ["인구", "السكان", "東京"])
def test_a_map_whose_column_is_in_a_script_without_a_font_takes_other_words(county_file, ask, tmp_path, script):
    table, out = tmp_path / f"{script}.csv", tmp_path / "a.svg"
    table.write_text("\n".join([f"code,{script}", *(f"{i:02d},{5.5 * i}" for i in range(20))]), encoding="utf-8")
    lines = ["map", str(county_file), "--key", "code", "--table", str(table), "-v", script, "-o", str(out)]
    done = ask(*lines, "--title", "People", "--source", "An office")
    assert done.returncode == 0 and "boxes" not in done.stderr
    told = re.sub(r"<(metadata|desc).*?</\1>", "", out.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert told.count("People") >= 2 and "source: An office" in told and script not in told
    assert "--title without a file" in ask("map", "rating", "--title", "People").stderr


def test_a_map_of_a_joined_table_lists_what_has_no_data(county_file, ask, tmp_path):
    table = str(county_file.with_name("data.csv"))
    done = ask("map", str(county_file), "--table", table, "--key", "code", "-v", "wage", "-o", str(tmp_path / "a.png"))
    assert done.returncode == 0 and "no data: 19" in done.stderr and "leading zeros" in done.stderr


def test_a_map_shows_the_unit_of_its_column(county_file, ask, tmp_path):
    import geopandas as gpd

    codes = gpd.read_file(county_file)["code"]
    table, out = tmp_path / "rates.csv", tmp_path / "a.svg"
    table.write_text("code;rate\n" + "".join(f"{code};{i},5 %\n" for i, code in enumerate(codes)))
    done = ask("map", str(county_file), "--table", str(table), "--key", "code", "-o", str(out))
    assert done.returncode == 0, done.stderr
    assert out.read_text(encoding="utf-8").count("rate, %") >= 2  # title and legend


@pytest.mark.parametrize("command", ["stats", "weights"])
def test_tests_and_neighbours_of_any_file(county_file, ask, command):
    options = ["--variable", "income", "--permutations", "49"] if command == "stats" else []
    done = ask(command, str(county_file), *options)
    assert done.returncode == 0 and ("Moran's I" in done.stdout or "County 3" in done.stdout)


def test_the_seed_counts_for_any_file(county_file, ask):
    command = ("stats", str(county_file), "--variable", "income", "--permutations", "199", "--format", "csv", "--quiet")
    first, again, other = (ask(*command, "--seed", seed).stdout for seed in ("1", "1", "2"))
    assert "p_value" in first and first == again != other


def test_specialisation_of_any_table(county_file, ask):
    done = ask("specialise", str(county_file), "--table", str(county_file.with_name("data.csv")), "--format", "csv")
    assert done.returncode == 0 and "without data, left out: 19" in done.stderr  # a county without a row
    county_file.with_name("jobs.csv").write_text("region,farm,mine\nA,3,1\nB,1,1\n")
    done = ask("specialise", str(county_file.with_name("jobs.csv")), "--format", "csv")
    assert done.returncode == 0
    rows = dict(line.split(",", 1) for line in done.stdout.splitlines())
    # shares of A 3/4 and 1/4, of both together 4/6 and 2/6: |3/4 - 2/3| + |1/4 - 1/3| = 1/6
    assert float(rows["A"].split(",")[0]) == pytest.approx(1 / 6, abs=1e-3) and "farm" in rows["A"]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ["map", "FILE", "--variable", "incom"],
            "no column of numbers is called incom; allowed: income; nearest: income",
        ),
        (["map", "FILE", "--variable", "county"], "holds no numbers: 'County 0'"),
        (["map", "FILE", "--variable", "code", "--key", "code"], "cannot be both the key of the regions and the var"),
        (["stats", "FILE", "--variable", "income", "--study", "mexico-gdp"], "--study with a file"),
        (["map", "rating", "--key", "code"], "--key without a file"),
        (["stats", "data.csv"], "a table has no polygons; allowed: .*--table data.csv"),
    ],
)
def test_files_are_refused_in_one_line(county_file, ask, words, problem):
    done = ask(*(str(county_file) if word == "FILE" else word for word in words))
    assert done.returncode == 2 and re.search(problem, done.stderr) and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ["report", "-s", "DATA"],
            r"data\.csv: is no study; allowed: a study\.toml or its folder; growthpoles init makes",
        ),
        (["verdict", "DATA"], r"data\.csv: is no study; allowed: a study\.toml or its folder; growthpoles init makes"),
        (["verdict", "mexico-gdp", "-s", "us-states"], "two studies, mexico-gdp and us-states; allowed: one of them"),
        (
            ["audit", "DATA", "-s", "us-states"],
            "--study with a file; allowed: the file without --study, or --study with",
        ),
        (
            ["audit", "-s", "us-states", "--encoding", "cp1251"],
            "--encoding needs FILE; allowed: encoding in study.toml",
        ),
        (["map", "FILE", "--decimal", ";"], '--decimal ";" is not known; allowed: ,, .'),
        (["index", "DATA"], r"no such command 'index'; allowed: report, map, rate, "),
        (["map", "FILE", "DATA"], r"two files; allowed: map .*counties\.gpkg --table .*data\.csv: the second one is"),
        (["audit", "LAYER"], "a boundary file, and no table; allowed: growthpoles map draws"),
        (["map", "FILE", "--table", "LAYER"], "a boundary file, and no table; allowed: growthpoles map draws"),
        (
            ["init", "new", "-t", "DATA"],
            "no boundaries are given; allowed: --boundaries a file, or none for a study of",
        ),
        (["init", "new", "-t", "DATA", "--key", "code"], "of a boundary file; allowed: with --boundaries a file"),
        (["report", "-s", "mexico-gdp", "--out", "DATA"], "is a file; allowed: a folder"),
        (
            ["map", "FILE", "--table", "ALIEN"],
            r"land holds Land a.*allowed: a column with codes or names of the boundaries, such as 00.*"
            r'--aliases "Land a=KEY"',
        ),
        (
            ["map", "FILE", "--table", "MARKS"],
            "'secret' is not a number; allowed: .*or an empty cell where there is no",
        ),
    ],
)
def test_files_that_go_elsewhere_are_told_where(county_file, ask, tmp_path, words, problem):
    import geopandas as gpd

    gpd.read_file(county_file).to_file(tmp_path / "layer.geojson")
    (tmp_path / "alien.csv").write_text(
        "land,wage 2020\n" + "".join(f"Land {'abcdefgh'[i]},{i * i % 7}.5\n" for i in range(8))
    )
    (tmp_path / "marks.csv").write_text(
        "county,wage 2020\n" + "".join(f"County {i},{'secret' if i == 3 else i * i % 7}\n" for i in range(20))
    )
    files = {"FILE": county_file, "DATA": tmp_path / "data.csv", "LAYER": tmp_path / "layer.geojson",
             "ALIEN": tmp_path / "alien.csv", "MARKS": tmp_path / "marks.csv"}  # fmt: skip
    done = ask(*(str(files.get(word, word)) for word in words))
    assert done.returncode == 2 and re.search(problem, done.stderr) and done.stderr.count("\n") == 1, done.stderr


def test_a_remedy_for_several_names_runs_as_it_is_pasted(county_file, ask, tmp_path):
    import shlex

    table = wages_of(tmp_path, [f"County {i}" if i > 2 else f"Countyy {i}" for i in range(20)])
    command = (
        "stats",
        str(county_file),
        "--table",
        str(table),
        "--key",
        "county",
        "-v",
        "wage",
        "--permutations",
        "19",
    )
    stopped = ask(*command)
    remedy = stopped.stderr.partition("allowed: ")[2].partition(", or --ignore")[0]
    assert remedy.count("--aliases") == 3 and "nearest" not in stopped.stderr, stopped.stderr
    done = ask(*command, *shlex.split(remedy))
    assert done.returncode == 0 and "no data" not in done.stderr, done.stderr


def test_a_year_is_chosen_and_renames_none(county_file, ask, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for year in (2020, 2021):
        sheet = book.create_sheet(f"Data {year}")
        for row in [["county", "wage"], *([f"County {i}", i * i % 7 + year / 10] for i in range(20))]:
            sheet.append(row)
    book.save(tmp_path / "sheets.xlsx")
    (tmp_path / "plain.csv").write_text("county,wage\n" + "".join(f"County {i},{i * i % 7}\n" for i in range(20)))
    (tmp_path / "titled.csv").write_text(
        "Wages in 2019\n\ncounty,wage\n" + "".join(f"County {i},{i * i % 7}\n" for i in range(20))
    )

    def stats(name, *more):
        table = str(tmp_path / name)
        return ask("stats", str(county_file), "--table", table, "-v", "wage", "--permutations", "19", *more)

    done = stats("sheets.xlsx")
    assert "wage 2021" in done.stdout and "the year: 2021 (--year says another: 2020, 2021)" in done.stderr
    assert "wage 2020" in stats("sheets.xlsx", "--year", "2020").stdout
    assert stats("sheets.xlsx", "--year", "2019").stderr.endswith("no year 2019; allowed: 2020, 2021\n")
    assert "wage 2018" in stats("plain.csv", "--year", "2018").stdout
    assert "wage 2019" in (done := stats("titled.csv")).stdout and "2019 was taken from the title" in done.stderr
    assert stats("titled.csv", "--year", "2020").stderr.endswith("no year 2020; allowed: 2019\n")
    book.create_sheet("Other").append(["county", "wage"])
    for i in range(20):
        book["Other"].append([f"County {i}", i * i % 7])
    book.save(tmp_path / "sheets.xlsx")
    assert (
        "'wage' stands in a table of 2021 and in one that says no year; allowed: --sheet" in stats("sheets.xlsx").stderr
    )


@pytest.fixture
def bare_file(tmp_path):
    """Return a layer of a textbook: no coordinate system, no column of codes or names."""
    import geopandas as gpd
    import shapely

    boxes = [shapely.box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(16)]
    layer = gpd.GeoDataFrame({"population": range(16), "zone": ["A", "B"] * 8}, geometry=boxes)
    layer.to_file(tmp_path / "bare.shp")
    return tmp_path / "bare.shp"


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_layer_without_coordinate_system_and_codes_is_a_plane_of_numbered_regions(bare_file, ask, tmp_path):
    """The variable that is asked for was taken for the key, since it does not repeat: "no column population"."""
    import geopandas as gpd
    import numpy as np

    asked = [str(bare_file), "--variable", "population"]
    done = ask("map", *asked)
    assert (
        done.returncode == 2 and "allowed: --crs EPSG:4326, or whichever it is; --crs none for a plane" in done.stderr
    )
    done = ask("map", *asked, "--crs", "none", "--out", str(tmp_path / "a.svg"))
    assert done.returncode == 0 and "numbered in the order of the file (--key says one of zone)" in done.stderr
    assert "Natural Earth" not in (tmp_path / "a.svg").read_text(encoding="utf-8")
    done = ask("stats", *asked, "--crs", "none", "--permutations", "19", "--format", "csv", "--quiet")
    moran = float(done.stdout.splitlines()[1].split(",")[1])
    y = np.arange(16) - 7.5
    near = [[max(abs(i % 4 - j % 4), abs(i // 4 - j // 4)) == 1 for j in range(16)] for i in range(16)]
    w = np.array(near) / np.sum(near, axis=1)[:, None]
    assert moran == pytest.approx(y @ w @ y / (y @ y), rel=1e-6)
    crs = tmp_path / "stated.gpkg"
    gpd.read_file(bare_file).set_crs(4326, allow_override=True).to_file(crs)
    done = ask("map", str(crs), "--variable", "population", "--crs", "none")
    assert done.returncode == 2 and "the file states its coordinate system" in done.stderr


@pytest.mark.parametrize("command", ["map", "stats", "weights"])
def test_a_refusal_names_options_of_the_command(county_file, ask, command):
    import geopandas as gpd

    gpd.read_file(county_file).to_file(county_file, layer="second")
    done = ask(command, str(county_file))
    assert done.returncode == 2 and "allowed: --layer one of" in done.stderr and "layer=" not in done.stderr


def test_a_map_with_the_name_of_its_boundaries_is_drawn_again_and_says_what_it_cuts_out(
    tmp_path: Path, ask: Ask
) -> None:
    shapes = {"City": (4, 4, 6, 6), "Region": (0, 0, 10, 10), "East": (10, 0, 20, 10)}
    layer = gpd.GeoDataFrame({"id": list(shapes), "v": [90, 10, 30]}, geometry=[box(*at) for at in shapes.values()])
    layer.set_crs(4326).to_file(tmp_path / "own.gpkg")
    for _ in range(2):
        done = ask("map", str(tmp_path / "own.gpkg"), "--variable", "v", "--out", str(tmp_path / "own.png"))
        assert done.returncode == 0
        assert "City: within the polygon of Region, which covers it; drawn on top" in done.stderr
    assert ask("map", str(tmp_path / "own.gpkg"), "--variable", "v", "--out", str(tmp_path / "own.gpkg")).returncode


def test_audit_takes_the_signs_that_it_asks_for(tmp_path: Path, ask: Ask) -> None:
    path = tmp_path / "book.csv"
    path.write_text("Region;Births;Deaths\n" + "".join(f"Area {at};{at},310;{at},750\n" for at in "123456789"))
    done = ask("audit", str(path))
    assert done.returncode and "--decimal . --thousands , (1310), or --decimal , (1.310)" in done.stderr
    assert not ask("audit", str(path), "--decimal", ".", "--thousands", ",").returncode
    done = ask("audit", str(path), "--decimal", "x")
    assert done.returncode and "--decimal x is not known; allowed: ,, ." in done.stderr


@pytest.mark.parametrize("command", samples(["rate", "weights", "stats", "audit"], 3))
def test_a_study_is_an_argument_too_and_the_built_in_one_is_told(command, ask, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(geodata_path("mexico-gdp"), folder)
    options = ["--statistic", "moran"] if command == "stats" else []
    by_option = ask(command, *options, "--study", str(folder))
    assert by_option.returncode == 0 and "built in" not in by_option.stderr
    for given in (folder, folder / "study.toml"):
        assert ask(command, str(given), *options).stdout == by_option.stdout
    unnamed = ask(command, *options)
    assert (
        unnamed.stderr.count("the study: kazakhstan-it, which is built in; --study FOLDER takes one of your own") == 1
    )
    assert "built in" not in ask(command, *options, "--quiet").stderr


@pytest.mark.parametrize("size", [1, 5, 40])
def test_empty_cells_are_a_line_for_a_column_not_for_a_cell(size):
    cells = [(f"r{i}", code, Reason("{mark} in {file}, row {row}", {"mark": "..", "file": "t.csv", "row": i}))
             for code in ("a", "b") for i in range(size)]  # fmt: skip
    lines = list(gaps([*cells, ("r0", "c", "no row in t.csv")]))
    assert [line.split(": ")[1] for line in lines[:3]] == ["a", "b", "c"] and lines[
        2
    ] == "no data: c: r0: no row in t.csv"
    assert len(lines) == 3 + (size > 1) and ("missing.csv" in lines[-1]) == (size > 1)
    assert size == 1 or f"{size} regions (r0, r1" in lines[0]
    assert len(lines[0]) < 150


def test_a_faulty_study_is_told_what_its_faults_move_and_a_sound_one_that_it_has_none(ask, tmp_path, monkeypatch):
    """The ranks that are told are those of the table with the cell as it was before it was spoilt."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(7)
    codes, years = list(gp.load_regions(2014).index), (2018, 2019, 2020, 2021)
    base = rng.uniform(20, 90, len(codes))
    frames = {year: np.round(base * 1.04 ** (year - 2018) * rng.uniform(0.99, 1.01, len(codes)), 1) for year in years}
    catalogue = "code,kind,parent,direction,weight\nindex,aggregate,,1,1\na,indicator,index,1,1\n"
    heads = "".join(f'[[tables]]\nfile = "t.csv"\nyear = {year}\nkey = "region"\n[tables.columns]\na{year} = "a"\n'
                    for year in years)  # fmt: skip
    text = (
        f'[study]\nname = "s"\nyears = {list(years)}\ntitle.en = "S"\nsource.en = "x"\n[boundaries]\nbuiltin = "kz"\n'
    )
    for spoilt in (False, True):
        folder = tmp_path / f"s{spoilt}"
        folder.mkdir()
        shown = {year: [f"{value:.1f}" for value in values] for year, values in frames.items()}
        if spoilt:
            shown[2020][3] = f"{10 * frames[2020][3]:.1f}"
        rows = "".join(f"{code},{','.join(shown[year][i] for year in years)}\n" for i, code in enumerate(codes))
        (folder / "t.csv").write_text("region," + ",".join(f"a{year}" for year in years) + "\n" + rows)
        (folder / "catalogue.csv").write_text(catalogue)
        (folder / "study.toml").write_text(f'{text}year = 2014\n[rating]\ncatalogue = "catalogue.csv"\n{heads}')
        done = ask("audit", "--study", str(folder))
        assert done.returncode == 0, done.stderr
        assert "table 3: 2020, rows: 16" in done.stderr
        if not spoilt:
            assert done.stdout == "s: no faults found\n"
            continue
        rank = int(pd.Series(frames[2020]).rank(ascending=False).iloc[3])
        told = next(line for line in done.stdout.splitlines() if codes[3] in line and "2020" in line).split()
        at = told.index("2020")
        assert float(told[at + 1]) == float(shown[2020][3])
        assert told[at + 3 : at + 5] == ["1", str(rank)], told
        assert told[at + 5] != told[at + 6]


def test_the_variable_decides_the_kind_of_a_map_where_none_is_named():
    """What has no classes is a map of values; what has some is one of the rating, as the index is."""
    from growthpoles.cli.produce import _kind_of
    from growthpoles.report.figures import draw_map
    from growthpoles.study.inputs import study_catalogue

    study = gp.load_study()
    catalogue = study_catalogue(study)
    kinds = {code: _kind_of(study, code) for code in (*catalogue.codes, *(f"score_{c}" for c in catalogue.indicators))}
    assert {code for code, kind in kinds.items() if kind == "rating"} == {
        *catalogue.aggregates, *(f"score_{code}" for code in catalogue.indicators)
    }  # fmt: skip
    assert _kind_of(study, None) == "rating" and set(kinds.values()) == {"rating", "values"}
    for code, kind in kinds.items():
        if kind == "values":
            with pytest.raises(gp.MapError, match="no classes"):
                draw_map(study, "rating", variable=code)


def test_a_map_of_an_indicator_needs_no_kind(ask, tmp_path):
    done = ask("map", "--study", "mexico-gdp", "--variable", "gdp_per_head", "--out", str(tmp_path / "m.png"))
    assert done.returncode == 0 and (tmp_path / "m.png").exists(), done.stderr


@pytest.mark.parametrize("command", [["rate"], ["stats", "--statistic", "moran"], ["map"]])
@pytest.mark.parametrize("lacking", [(2021,), (2020, 2021), ()])
def test_the_year_taken_is_the_last_that_can_be_rated(
    tmp_path: Path,
    study_maker: Callable[..., Path],
    ask: Callable[..., subprocess.CompletedProcess[str]],
    command: list[str],
    lacking: tuple[int, ...],
) -> None:
    """Where the last years lack an indicator, the one before them is shown, and that is said."""
    years = (2019, 2020, 2021)
    path = study_maker(tmp_path / "own", years=years, side=4)
    head, *tables = path.read_text(encoding="utf-8").split("[[tables]]")
    one = '[tables.columns]\ngrowth = "growth"\n'
    short = [each + one * (year in lacking) for year, each in zip(years, tables, strict=True)]
    path.write_text("[[tables]]".join([head, *short]), encoding="utf-8")
    options = ["--out", str(tmp_path / "m.png")] if command == ["map"] else []
    done = ask(*command, "--study", str(path.parent), *options)
    assert done.returncode == 0, done.stderr
    told = re.findall(r"the year: (\d+) \((\d+) cannot be rated", done.stderr)
    assert told == ([(str(max(set(years) - {*lacking})), "2021")] if lacking else [])


def test_rate_is_headed_by_names_and_written_by_codes(ask: Ask) -> None:
    told = ask("rate", "--study", "kazakhstan-2024").stdout
    written = ask("rate", "--study", "kazakhstan-2024", "--format", "csv").stdout.splitlines()[0].split(",")
    codes = [code for code in written if code.startswith("score_")]
    assert codes and "score:" in told and "score_" not in told


def test_columns_of_other_years_are_offered_with_their_year(county_file, ask, tmp_path):
    """A table whose years hold different columns: each that is asked for is told where it stands."""
    header = ["code", *(f"{name} {year}" for year, held in ((2019, "ab"), (2020, "b"), (2021, "bc")) for name in held)]
    rows = [
        [name, *(10 * i + at for at in range(len(header) - 1))] for i, name in enumerate(f"{i:02d}" for i in range(20))
    ]
    (tmp_path / "years.csv").write_text("\n".join(",".join(map(str, row)) for row in [header, *rows]))
    options = ("--table", str(tmp_path / "years.csv"), "--key", "code", "--out", str(tmp_path / "m.png"))
    told = ask("map", str(county_file), *options, "--variable", "a", "--year", "2021").stderr
    assert "no column of numbers is called a in 2021; allowed: --year 2019" in told
    drawn = ask("map", str(county_file), *options, "--variable", "a")
    assert drawn.returncode == 0 and "the year: 2019, the last of a\n" in drawn.stderr
    told = ask("map", str(county_file), *options, "--variable", "zz").stderr
    assert "allowed: b, c; of other years: a (--year 2019)" in told
    assert ask("map", str(county_file), *options, "--variable", "a", "--year", "2019").returncode == 0


@pytest.mark.parametrize("seed", range(2))
def test_a_quarter_is_drawn_and_changes_by_its_name_alone(county_file, ask, tmp_path, seed):
    rng = np.random.default_rng(seed)
    years, sign = (2019, 2020, 2022), rng.choice([" ", "-"])
    header = ["code", *(f"Q{at}{sign}{year}" for year in years for at in (1, 2))]
    rows = [[f"{i:02d}", *rng.integers(200, 900, 6)] for i in range(20)]
    title = ["Unemployment by county"] * seed
    (tmp_path / "q.csv").write_text("\n".join([*title, *(",".join(map(str, row)) for row in [header, *rows])]))
    options = (str(county_file), "--table", str(tmp_path / "q.csv"), "--key", "code", "--out", str(tmp_path / "m.svg"))
    told = "Q2: Unemployment by county: Q2" if seed else "Q2: Q2"
    assert f"{told}{sign}2022" in ask("map", *options, "--variable", "Q2").stderr
    told = ask("map", "change", *options, "--variable", "Q1", "--years", "2019", "2022")
    assert told.returncode == 0 and "change: 2022 less 2019" in told.stderr
    assert "Q1 2022" not in (tmp_path / "m.svg").read_text().partition("</title>")[0]
    for named, problem in ((), "which numbers?"), (("--variable", f"Q1{sign}2022"), "would be its own change"):
        told = ask("map", "change", *options, *named, "--years", "2019", "2022").stderr
        assert problem in told and "allowed: --variable one of Q1, Q2" in told
    assert "no column of numbers is called Q1" in ask("map", *options, "--variable", "Q1", "--year", "2021").stderr


@pytest.mark.parametrize(("asked", "k"), [("knn4", 4), ("k7", 7), ("KNN_3", 3)])
def test_a_number_in_the_kind_of_weights_is_told_how_it_is_given(asked, k, county_file, ask, tmp_path):
    rather = "knn (the 4 nearest)" + (f"; in stats and map: --weights knn --k {k}" if k != 4 else "")
    out = ("--weights", asked, "--out", str(tmp_path / "m"))
    of_file = ask("map", "clusters", str(county_file), "--key", "code", *out).stderr
    assert f"--weights {asked} is not known; nearest: --weights knn --k {k}" in of_file
    for words in (("map", "clusters"), ("report",)):
        assert f"--weights {asked} is not known; allowed: {rather}" in ask(*words, *out).stderr
    with pytest.raises(gp.SpatialError, match=f"allowed: kind='knn' with k={k}$"):
        gp.build_weights(gp.load_regions(2014), asked)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("stats", "--k", "4"), "--k has no meaning for --weights queen; allowed: with --weights knn"),
        (("weights", "--k", "4"), "--weights knn; --weights queen takes --tolerance"),
        (
            ("stats", "--weights", "kernel", "--power", "2"),
            "--power has no meaning for --weights kernel; allowed: with",
        ),
        (("stats", "--weights", "knn", "--threshold", "2"), "--weights knn takes --k"),
        (("map", "clusters", "--k", "4"), "--k has no meaning for --weights queen; allowed: with --weights knn"),
        (("map", "rating", "--k", "4"), "--k has no meaning for 'rating'; allowed: with neighbours, clusters"),
    ],
)
def test_an_option_that_the_weights_do_not_have_is_refused_in_words_of_the_command(words, told, ask):
    assert told in ask(*words).stderr


def test_nearest_neighbours_are_those_with_data_in_every_command(ask, tmp_path):
    """As many as are asked for, whichever regions have no data; and what is drawn says which ones."""
    import geopandas as gpd
    import shapely

    rng = np.random.default_rng(2)
    boxes = [shapely.box(60 + i % 6, 45 + i // 6, 61 + i % 6, 46 + i // 6) for i in range(36)]
    y = rng.gamma(2, size=36)
    y[rng.permutation(36)[:14]] = np.nan
    frame = gpd.GeoDataFrame({"code": [f"R{i:02d}" for i in range(36)], "y": y}, geometry=boxes, crs=4326)
    frame.to_file(tmp_path / "squares.gpkg")
    files, near = (str(tmp_path / "squares.gpkg"), "--key", "code", "--variable", "y"), ("--weights", "knn", "--k", "5")
    table = tmp_path / "l.csv"
    done = ask("stats", *files, *near, "--statistic", "local_moran", "--out", str(table))
    held = pd.read_csv(table).set_index("region")["cardinality"]
    assert (held[np.isfinite(y)] == 5).all() and "neighbours are those among the others" in done.stderr
    for statistic, form in [("local_moran", ()), ("local_geary", ("-f", "md")), ("local_getis_ord", ("-f", "tex"))]:
        done = ask("stats", *files, *near, "--statistic", statistic, *form)
        assert done.returncode == 0, done.stderr
    told = {
        "en": "Neighbours: 5 nearest neighbours; p: conditional on the region’s own value, exact, two-sided, ",
        "ru": "Соседи: ближайшие соседи (k = 5); p: при",
        "kk": ": ең жақын 5 көрші; p: ",
    }
    out = ("--permutations", "999", "--adjust", "fdr", "--out", str(tmp_path / "m.png"))
    for kind, (lang, start) in zip(("clusters", "significance", "clusters"), told.items(), strict=True):
        drawn = ask("map", kind, *files, *near, "--lang", lang, *out).stderr
        (line,) = [line for line in drawn.splitlines() if line.startswith("for the caption: ")]
        assert start in line and "0.05" in line.replace(",", ".") and "n = 22" in line
        assert "without data, left out of tests: " in drawn
    of_study = ask("map", "clusters", "--weights", "distance_band", "--threshold", "600000", "--out", out[-1]).stderr
    assert "for the caption: Neighbours: distance band (threshold=600000); p: " in of_study


def test_maps_of_a_study_name_regions_without_neighbours(ask, own_study, tmp_path):
    """Those whose links the study cuts are told as `stats` tells them."""
    alone = "KZ-MAN"
    links = [[alone, code] for code in gp.build_weights(gp.load_regions(2014))[alone].index]
    settings = own_study / "study.toml"
    settings.write_text(settings.read_text() + f"\n[weights]\ncut = {links}\n")
    for kind in ("clusters", "neighbours"):
        drawn = ask("map", kind, "--study", str(own_study), "--out", str(tmp_path / "m.png"))
        tested = ask("stats", "--study", str(own_study), "--statistic", "moran").stderr
        (told,) = [line.partition("; ")[0] for line in tested.splitlines() if "without neighbours" in line]
        assert alone in told and drawn.returncode == 0 and told in drawn.stderr


def test_totals_among_the_columns_of_a_file_are_no_industries(ask, tmp_path):
    rng = np.random.default_rng(3)
    jobs = pd.DataFrame(rng.integers(20, 900, (9, 6)), index=[f"R{i}" for i in range(9)], columns=[*"abcdef"])
    jobs.rename_axis("region").to_csv(tmp_path / "bare.csv")
    bare = ask("specialise", str(tmp_path / "bare.csv"), "--format", "csv").stdout
    left, right, every = jobs[[*"abc"]].sum(axis=1), jobs[[*"def"]].sum(axis=1), jobs.sum(axis=1)
    off = every.where(every.index != "R4", every + 77)
    tables = {
        "sum": (jobs.assign(x=every), "x was taken for no industry, and is left out (it is the sum"),
        "named": (jobs.assign(**{"Total ocupados": every}), "Total ocupados was taken for no industry"),
        "off": (jobs.assign(**{"Всего": off}), f"does not add up in 1 of 9 regions: {off['R4']} in R4"),
        "beyond": (jobs.assign(**{"Total employed": 3 * every}), "does not add up in 9 of 9 regions"),
        "levels": (pd.concat([every.rename("x"), left.rename("y"), jobs[[*"abc"]], right.rename("z"), jobs[[*"def"]]],
                             axis=1), "z was taken for no industry"),
        "percent": (jobs.assign(**{"farms, %": rng.uniform(0, 99, 9).round(1)}), "a percentage, not an amount"),
        "year": (jobs.assign(founded=rng.integers(1850, 2020, 9)), "a year, not an amount"),
        "code": (jobs.assign(**{"region code": rng.integers(1, 10**6, 9)}), None),
    }  # fmt: skip
    for name, (table, told) in tables.items():
        table.rename_axis("region").to_csv(tmp_path / f"{name}.csv")
        done = ask("specialise", str(tmp_path / f"{name}.csv"), "--format", "csv")
        assert done.returncode == 0 and done.stdout == bare, (name, done.stderr)
        assert told is None or told in done.stderr, (name, done.stderr)
    jobs.assign(**{"Total farming": jobs["a"] * 4}).rename_axis("region").to_csv(tmp_path / "doubtful.csv")
    done = ask("specialise", str(tmp_path / "doubtful.csv"))
    assert done.returncode == 2 and "--industry for every column" in done.stderr
    words = [word for name in [*"abcdef", "Total farming"] for word in ("--industry", name)]
    done = ask("specialise", str(tmp_path / "doubtful.csv"), *words)
    assert done.returncode == 0 and "counted as an industry since it was named" in done.stderr


@pytest.mark.parametrize(("part", "written"), [(0, "74 384"), (0.25, "74 384.250")])
def test_counts_of_industries_are_printed_without_decimals(part, written, ask, tmp_path):
    table = pd.DataFrame({"A": [70_000, 4_000, 384 + part], "B": [5, 6, 7.0]}, index=["x", "y", "z"])
    table.rename_axis("region").to_csv(tmp_path / "t.csv")
    done = ask("specialise", str(tmp_path / "t.csv"), "--show", "industries")
    assert done.returncode == 0, done.stderr
    assert f"{written} " in re.sub(r"[\u00a0\u202f]", " ", done.stdout)


@pytest.mark.parametrize("branches", [1, 3, 90])
@pytest.mark.parametrize("left", ["Share of {}, %", "{} in per cent of all", "Rate of {}, %"])
def test_too_few_industries_are_one_line_with_the_remedy(branches, left, ask, tmp_path):
    """What was left out is told before, alike columns at once."""
    table = pd.DataFrame({"region": [f"Area {at}x" for at in range(12)], "People at work": range(100, 220, 10)})
    for at in range(branches):
        table[left.format(f"branch {at} of the economy, its parts and all that serve it")] = np.arange(12) * 1.37 + at
    table.to_csv(tmp_path / "t.csv", index=False)
    refused = ask("specialise", str(tmp_path / "t.csv"))
    *told, last = refused.stderr.splitlines()
    assert refused.returncode == 2 and len(told) < 9 and max(map(len, told)) < 310
    assert last.startswith(
        "growthpoles: t.csv: 1 column of industries: People at work; allowed: two industries or more"
    )
    assert "--industry" in last and len(last) < 300 and not refused.stdout


def test_cells_without_a_number_are_what_the_option_says(county_file, ask, tmp_path):
    (tmp_path / "gaps.csv").write_text("region,farm,mine,shop\nA,3,1,2\nB,1,-,5\nC,4,2,2\n")
    refused = ask("specialise", str(tmp_path / "gaps.csv"))
    assert refused.returncode == 2 and "--missing outside" in refused.stderr and "missing=" not in refused.stderr
    told = [
        ask("specialise", str(tmp_path / "gaps.csv"), "--missing", kind, "--format", "csv")
        for kind in ("outside", "zero")
    ]
    assert [each.returncode for each in told] == [0, 0] and told[0].stdout != told[1].stdout
    assert "1 cell without a number: taken for zero" in told[1].stderr
    joined = ("specialise", str(county_file), "--table", str(county_file.with_name("data.csv")))
    for kind in ("outside", "zero"):
        done = ask(*joined, "--missing", kind)
        assert done.returncode == 0 and "without data, left out: 19" in done.stderr, done.stderr


@pytest.mark.parametrize("show", ["regions", "lq", "complexity"])
def test_names_stand_beside_the_keys_in_every_table_about_regions(ask, county_file, show):
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.integers(1, 900, (20, 12)), columns=[*"abcdefghijkl"]).assign(
        code=[f"{i:02d}" for i in range(20)]
    )
    table.to_csv(county_file.with_name("jobs.csv"), index=False)
    files = str(county_file), "--table", str(county_file.with_name("jobs.csv"))
    done = ask("specialise", *files, "--show", show, "--format", "csv")
    assert done.returncode == 0, done.stderr
    found = pd.read_csv(io.StringIO(done.stdout), dtype={"region": str})
    assert found["name"].tolist() == [f"County {int(code)}" for code in found["region"]]
    assert set(found["region"]) == set(table["code"])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("form", ["{name} ({code})", "{name} {code}", "{code} {name}", "{code}. {name}"])
def test_letters_of_industries_stay_and_those_not_named_are_told(ask, tmp_path, form, seed):
    rng = np.random.default_rng(seed)
    codes = rng.permutation(list("ABCDFGHIJKLMN"))[:6]
    names = rng.permutation(["Manufacturing", "Services", "Services", "Services", "Trade", "Mining"])
    heads = [form.format(name=name, code=code) for name, code in zip(names, codes, strict=True)]
    table = pd.DataFrame(rng.integers(100, 9000, (12, 6)), columns=heads, index=[f"Region {i}" for i in range(12)])
    table.insert(int(rng.integers(7)), "Total", table.sum(axis=1))
    table.rename_axis("region").to_csv(tmp_path / "jobs.csv")
    whole = ask("specialise", str(tmp_path / "jobs.csv"), "--format", "csv")
    assert whole.returncode == 0 and f"industries: {', '.join(heads)}" in whole.stderr
    assert "the whole economy" not in whole.stderr
    asked = [word for head in heads for word in ("--industry", head)]
    every = ask("specialise", str(tmp_path / "jobs.csv"), *asked, "--format", "csv")
    assert every.stdout == whole.stdout and "the whole economy" not in every.stderr
    two = ask("specialise", str(tmp_path / "jobs.csv"), *asked[:4], "--show", "lq", "--format", "csv")
    assert f"the whole economy is the 2 industries named: {', '.join(heads[2:])} enter no share" in two.stderr
    quotients = pd.read_csv(io.StringIO(two.stdout)).set_index(["region", "industry"])
    shares = table[heads[:2]].div(table[heads[:2]].sum(axis=1), axis=0)
    expected = shares / (table[heads[:2]].sum() / table[heads[:2]].to_numpy().sum())
    for (region, industry), row in quotients.iterrows():
        assert row["lq"] == pytest.approx(expected.loc[region, industry], abs=5e-4)


@pytest.mark.parametrize("show", ["industries", "lq", "complexity", "relatedness", "clusters", "nonsense"])
def test_no_table_that_is_asked_for_of_a_file_is_another(ask, tmp_path, show):
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.integers(1, 900, (14, 12)), columns=[f"i{k}" for k in range(12)]).rename_axis("region")
    table.index = pd.Index([f"R{i}" for i in range(14)], name="region")
    table.to_csv(tmp_path / "jobs.csv")
    first, done = (ask("specialise", str(tmp_path / "jobs.csv"), *more, "--format", "csv")
                   for more in ([], ["--show", show]))  # fmt: skip
    assert first.returncode == 0 and done.stdout != first.stdout
    assert (done.returncode == 0) == (show not in ("clusters", "nonsense")), done.stderr


_GIVEN = {"decimal": ",", "thousands": ".", "repair": "clean", "aliases": "x=y", "year": "2001", "table": "t.csv",
          "k": "2", "power": "2", "threshold": "9", "tolerance": "1", "missing": "zero"}  # fmt: skip


@pytest.mark.parametrize("command", ["stats", "specialise", "weights", "map"])
def test_an_option_that_says_nothing_of_the_input_is_refused(county_file, ask, tmp_path, command):
    """Boundaries alone, a table alone, a study: every option of FileOptions that cannot count there."""
    from dataclasses import fields

    from growthpoles.cli.app import app
    from growthpoles.study.file_variable import FileOptions

    callback = next(
        each.callback for each in app.registered_commands if (each.name or each.callback.__name__) == command
    )
    (tmp_path / "jobs.csv").write_text("region,farm,mine\nA,3,1\nB,1,1\n")
    own = [each.name for each in fields(FileOptions) if each.name in inspect.signature(callback).parameters]
    of_tables = {"table_encoding", "sheet", "year", "decimal", "thousands", "ignore", "aliases"}
    of_layers = {"table", "key", "name", "layer", "crs", "repair", "dissolve"}
    variable = [] if command in ("weights", "specialise") else ["--variable", "income"]
    for name in own:
        option = [f"--{name.replace('_', '-')}", *([] if name == "dissolve" else [_GIVEN.get(name, "x")])]
        if name in of_tables and command != "weights":
            done = ask(command, str(county_file), *variable, *option)
            assert done.returncode == 2 and option[0] in done.stderr, (name, done.stderr)
        if name in of_layers and command == "specialise":
            done = ask(command, str(tmp_path / "jobs.csv"), *option)
            assert done.returncode == 2 and option[0] in done.stderr, (name, done.stderr)
        if name != "year":
            done = ask(command, *([] if command != "map" else ["rating"]), *option)
            assert done.returncode == 2 and option[0] in done.stderr, (name, done.stderr)


def test_a_year_of_a_table_of_the_whole_period_is_refused(ask):
    done = ask("specialise", "--study", "us-states", "--show", "clusters", "--year", "2025")
    assert done.returncode == 2 and "the whole period" in done.stderr


@pytest.mark.parametrize("preset", ["elsevier-single", "nature-double", "report"])
def test_a_map_without_a_source_line_gives_it_for_the_caption(ask, tmp_path, preset):
    import geopandas as gpd
    import shapely

    boxes = [shapely.box(60 + i % 3, 45 + i // 3, 61 + i % 3, 46 + i // 3) for i in range(9)]
    names = [f"Region {letter}" for letter in "ABCDEFGHI"]
    gpd.GeoDataFrame({"code": names, "name": names}, geometry=boxes, crs=4326).to_file(tmp_path / "squares.gpkg")
    rows = ["Region,Output 2021,Output 2022", *(f"{name},{i + 10.5},{i + 11.5}" for i, name in enumerate(names))]
    (tmp_path / "output.csv").write_text("\n".join(rows), encoding="utf-8")
    files = (str(tmp_path / "squares.gpkg"), "--table", str(tmp_path / "output.csv"), "--year", "2022")
    done = ask("map", "values", *files, "--preset", preset, "--out", str(tmp_path / "m.pdf")).stderr
    assert ("for the caption: 2022; boundaries: squares.gpkg; source: output.csv" in done) == (preset != "report"), done


@pytest.mark.parametrize(("marked", "lang"), [(1, "en"), (3, "ru"), (8, "kk")])
def test_marks_of_numbers_stand_below_their_map(ask, tmp_path, marked, lang):
    """Those of the year that is drawn, of both years of a change, with the regions, of many the first."""
    import geopandas as gpd
    import shapely

    boxes = [shapely.box(60 + i % 3, 45 + i // 3, 61 + i % 3, 46 + i // 3) for i in range(9)]
    names = [f"{letter}ata" for letter in "BCDFGHKLM"]
    gpd.GeoDataFrame({"code": names, "name": names}, geometry=boxes, crs=4326).to_file(tmp_path / "squares.gpkg")
    rows = ["Region,Output 2020,Output 2021,Output 2022"]
    for i, name in enumerate(names):
        flags = " b" if i == 8 else "", " e" if i in (2, 5) else "", " p" if i < marked else ""
        rows.append(",".join([name, *(f"{10 * i + at}.5{flag}" for at, flag in enumerate(flags))]))
    (tmp_path / "output.csv").write_text("\n".join(rows), encoding="utf-8")
    files = (str(tmp_path / "squares.gpkg"), "--table", str(tmp_path / "output.csv"), "--variable", "Output")
    narrow = ("--preset", "elsevier-single", "--lang", lang, "--out", str(tmp_path / "m.pdf"))
    told = ", ".join(names[:marked]) if marked <= 6 else ", ".join(names[:6]) + ", …"
    of_p = f"p: {told}" if marked <= 6 else f"p ({marked}): {told}"
    assert f"output.csv ({of_p})" in ask("map", "values", *files, "--year", "2022", *narrow).stderr
    changed = ask("map", "change", *files, "--years", "2021", "2022", *narrow).stderr
    assert f"output.csv ({of_p}; e: {names[2]}, {names[5]})" in changed
    own = ask("map", "values", *files, "--year", "2020", "--source", "The office", *narrow).stderr
    assert f"The office (b: {names[8]})" in own
    rows[0] = "Region,Output 2020,Output 2021 (r),Output 2022"  # a mark of all numbers is one of the year
    (tmp_path / "output.csv").write_text("\n".join(rows), encoding="utf-8")
    whole = f"2021 (r); e: {names[2]}, {names[5]}"
    assert f"output.csv ({whole})" in ask("map", "values", *files, "--year", "2021", *narrow).stderr
    assert "2021 (r)" in ask("map", "change", *files, "--years", "2021", "2022", *narrow).stderr
    rows[0] = "Region,Q1 2020,Q1 2021,Q1 2022"  # each year calls the numbers otherwise
    (tmp_path / "output.csv").write_text("\n".join(rows), encoding="utf-8")
    changed = ask("map", "change", *files[:-1], "Q1", "--years", "2021", "2022", *narrow).stderr
    assert f"output.csv ({of_p}; e: {names[2]}, {names[5]})" in changed


@pytest.mark.parametrize(
    ("heads", "of_one"),
    [
        (["Public", "Private", "Total"], True),
        (["Masculin", "Féminin", "Ensemble"], True),
        (["Cocoa", "Coffee"], False),
        (["Taux (%)", "Rate"], True),
    ],
)
def test_the_title_of_a_table_goes_with_its_columns(ask, tmp_path, heads, of_one):
    """With parts of one quantity it is in the title of the map, with others below the map."""
    import geopandas as gpd
    import shapely
    from PIL import Image

    names = [f"{letter}ata" for letter in "BCDFGHKLM"]
    boxes = [shapely.box(60 + i % 3, 45 + i // 3, 61 + i % 3, 46 + i // 3) for i in range(9)]
    gpd.GeoDataFrame({"code": names, "name": names}, geometry=boxes, crs=4326).to_file(tmp_path / "squares.gpkg")
    rows = [["Table 3. Schools of the north by region, 2022"], [], ["Region", *heads]]
    rows += [[name, *(137 + 61 * (5 * i % 9) + 40 * at for at in range(len(heads)))] for i, name in enumerate(names)]
    (tmp_path / "t.csv").write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    for head in heads:
        out = tmp_path / "m.png"
        done = ask("map", str(tmp_path / "squares.gpkg"), "--table", str(tmp_path / "t.csv"), "--variable", head,
            "--out", str(out))  # fmt: skip
        assert out.exists(), done
        with Image.open(out) as picture:
            said = picture.info["Title"]
        assert said == (f"Schools of the north by region: {head}" if of_one else head)
    told = ask("map", str(tmp_path / "squares.gpkg"), "--table", str(tmp_path / "t.csv"), "--variable", heads[0],
               "--preset", "elsevier-single", "--out", str(out.with_suffix(".pdf"))).stderr  # fmt: skip
    assert ("source: t.csv: Schools of the north by region" in told) == (not of_one)


def test_a_file_that_is_not_there_is_told_with_its_nearest(ask, tmp_path, county_file):
    table = tmp_path / "income by region.csv"
    table.write_text("region,income\na,1\nb,2\n", encoding="utf-8")
    for args in (("look",), ("audit",), ("specialise",), ("map", str(county_file), "--table")):
        done = ask(*args, str(tmp_path / "incme by region.csv"))
        assert done.returncode == 2, args
        assert "incme by region.csv: no such file; nearest: income by region.csv" in done.stderr, args


@pytest.mark.parametrize("seed", range(3))
def test_shares_that_add_up_are_told_from_jobs(ask, tmp_path, seed):
    rng = np.random.default_rng(seed)
    parts = rng.dirichlet(np.ones(5), size=6)
    heads = "Farming,Mining,Trade,Transport,Services"
    cases = {
        "numbers of each region add up to 100": np.round(100 * parts, 1),
        "numbers of each region add up to 1:": np.round(parts, 3),
        "numbers of each industry over all regions add up to 100": np.round(100 * rng.dirichlet(np.ones(6), 5).T, 1),
        "": np.round(1000 * rng.random((6, 5))),
    }
    for told, numbers in cases.items():
        rows = [f"{letter}ata,{','.join(map(str, row))}" for letter, row in zip("BCDFGH", numbers, strict=True)]
        (tmp_path / "jobs.csv").write_text("\n".join([f"Region,{heads}", *rows]), encoding="utf-8")
        done = ask("specialise", str(tmp_path / "jobs.csv"))
        assert done.returncode == 0, done.stderr
        assert (told in done.stderr) if told else ("add up to" not in done.stderr), (told, done.stderr)


@pytest.mark.parametrize("first", [2009, 2016])
def test_a_change_without_years_is_told_those_of_its_table(county_file, ask, tmp_path, first):
    years = [first, first + 3, first + 5]
    rows = ["code,year,value", *(f"{i:02d},{year},{i}.5" for i in range(20) for year in years)]
    (tmp_path / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    done = ask("map", "change", str(county_file), "--table", str(tmp_path / "t.csv"), "--key", "code")
    assert f"allowed: --years {years[0]} {years[2]} (or {years[0]},{years[2]})" in done.stderr
    assert f"of {years[0]}, {years[1]}, {years[2]}" in done.stderr


def test_a_layer_of_several_levels_shows_those_with_rows(tmp_path: Path, ask: Ask) -> None:
    shapes = {name: box(i, 0, i + 1, 1) for i, name in enumerate(["North", "East", "South", "West"])}
    layer = gpd.GeoDataFrame({"id": [*shapes, "Country"]}, geometry=[*shapes.values(), box(0, 0, 4, 1)], crs=4326)
    layer.to_file(tmp_path / "own.gpkg")
    (tmp_path / "t.csv").write_text("id,Rate\n" + "".join(f"{name},{3.5 + i}\n" for i, name in enumerate(layer["id"])))
    for command in (["map"], ["map", "clusters"], ["stats"]):
        out = [] if command == ["stats"] else ["--out", str(tmp_path / "m.png")]
        done = ask(*command, str(tmp_path / "own.gpkg"), "--table", str(tmp_path / "t.csv"), *out)
        assert done.returncode == 0
        assert "Country: left out with the row, as other regions of the layer fill the polygon" in done.stderr
    files = "--table", str(tmp_path / "t.csv"), "--boundaries", str(tmp_path / "own.gpkg"), "--year", "2020"
    assert ask("init", str(tmp_path / "own"), *files).returncode == 0
    assert 'drop = ["Country"]' in (tmp_path / "own" / "study.toml").read_text()
    assert ask("validate", str(tmp_path / "own")).returncode == 0
    regions = layer.set_index("id").assign(v=range(5)).to_crs(3857)
    with pytest.raises(gp.MapError, match="'Country': its polygon is filled by North, East, South, West"):
        gp.plot_values(regions, "v")


def test_specialise_leaves_out_a_region_without_a_row(tmp_path: Path, ask: Ask) -> None:
    names = ["North", "East", "South", "West", "Isle"]
    shapes = [box(i, 0, i + 1, 1) for i in range(5)]
    gpd.GeoDataFrame({"id": names}, geometry=shapes, crs=4326).to_file(tmp_path / "own.gpkg")
    rows = [f"{name},{10 + i},{40 - i * i},{20 + 3 * i}" for i, name in enumerate(names[:4])]
    table = tmp_path / "t.csv"
    table.write_text("\n".join(["id,Farms,Trade,Services", *rows]))
    joined = ask("specialise", str(tmp_path / "own.gpkg"), "--table", str(table), "--format", "csv")
    assert joined.returncode == 0 and "without data, left out: Isle" in joined.stderr
    alone = ask("specialise", str(table), "--format", "csv")  # the same rows without boundaries
    found, expected = (pd.read_csv(io.StringIO(done.stdout)).set_index("region")["krugman"] for done in (joined, alone))
    pd.testing.assert_series_equal(found.sort_index(), expected.sort_index())


@pytest.mark.parametrize("first", [108, 111])
def test_a_year_of_another_era_is_asked_for_as_it_is_printed(first: int, tmp_path: Path, ask: Ask) -> None:
    names = ["新北市", "臺北市", "桃園市", "臺中市", "臺南市"]
    layer = gpd.GeoDataFrame({"name": names, "en": list("ABCDE")}, geometry=[box(i, 0, i + 1, 1) for i in range(5)])
    layer.set_crs(4326).to_file(tmp_path / "own.gpkg")
    rows = [f"{name},{40.5 + i},{43.2 + 2 * i}" for i, name in enumerate(names)]
    (tmp_path / "t.csv").write_text("\n".join([f"縣市別,{first}年,{first + 1}年", *rows]), encoding="utf-8")
    files = str(tmp_path / "own.gpkg"), "--key", "name", "--name", "en", "--table", str(tmp_path / "t.csv")
    for year in (first + 1, first + 1912):
        done = ask("map", *files, "--year", str(year), "--out", str(tmp_path / "m.svg"))
        assert done.returncode == 0 and "another era" in done.stderr
        assert str(first + 1912) in (tmp_path / "m.svg").read_text(encoding="utf-8")
    done = ask("map", "change", *files, "--years", str(first), str(first + 1), "--out", str(tmp_path / "m.svg"))
    assert f"change: {first + 1912} less {first + 1911}" in done.stderr
