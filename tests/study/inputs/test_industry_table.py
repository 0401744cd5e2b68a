"""The table of industries of a study: layouts, totals, the nation's row, suppressed cells, errors."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import DataError, GrowthpolesError, RegionError, StudyError
from growthpoles.study.industry_analysis import quotient_table, region_profiles, study_industries
from growthpoles.study.inputs import unused_inputs
from growthpoles.study.inputs.industry_table import with_undisclosed

CODES = ["KZ-AKM", "KZ-AKT", "KZ-ALM", "KZ-ATY", "KZ-VOS", "KZ-ZHA", "KZ-ZAP", "KZ-KAR", "KZ-KUS", "KZ-KZY", "KZ-MAN",
         "KZ-PAV", "KZ-SEV", "KZ-YUZ", "KZ-AST", "KZ-ALA"]  # fmt: skip
HEAD = """
[study]
name = "own"
years = [2012]
title = { en = "t" }
source = { en = "s" }
[boundaries]
builtin = "kz"
year = 2014
[rating]
catalogue = "catalogue.csv"
[[tables]]
file = "data.csv"
year = 2012
columns = { gdp = "gdp" }
[specialisation]
file = "jobs.csv"
"""


def _jobs(seed: int = 0, columns: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    names = [f"i{k}" for k in range(columns)]
    return pd.DataFrame(rng.integers(50, 900, (16, columns)), index=pd.Index(CODES, name="region"), columns=names)


def _study(folder: Path, text: str, **tables: object) -> gp.Study:
    (folder / "catalogue.csv").write_text(
        "code,kind,parent,direction,weight\nindex,aggregate,,1,1\ngdp,indicator,index,1,1\n"
    )
    pd.DataFrame({"region": CODES, "gdp": range(1, 17)}).to_csv(folder / "data.csv", index=False)
    for name, table in tables.items():
        content = table if isinstance(table, str) else table.to_csv()
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    (folder / "study.toml").write_text(HEAD + text, encoding="utf-8")
    return gp.load_study(folder)


def _loaded(study: gp.Study, year: int | None = None) -> pd.DataFrame:
    return gp.load_industries(year, study=study)


WIDE = _jobs().rename_axis("region")
LONG = WIDE.reset_index().melt(id_vars="region", var_name="branch", value_name="jobs")
YEARS = pd.concat([WIDE.add_suffix("_2010"), (WIDE + 7).add_suffix("_2012")], axis=1)
COLUMNS = ", ".join(f'"i{k}_{{year}}" = "i{k}"' for k in range(5))


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("year = 2012", WIDE),
        ('layout = "long"\nindustry = "branch"\nvalue = "jobs"\nyear = 2012', LONG.set_index("region")),
        (
            'layout = "long"\nindustry = "branch"\nvalue = "jobs"\nyear_column = "when"\nyears = [2010, 2012]',
            pd.concat([LONG.assign(when=2010, jobs=LONG["jobs"] - 7), LONG.assign(when=2012)]).set_index("region"),
        ),
        ('year_column = "when"', WIDE.assign(when=2012)),
        (f"years = [2010, 2012]\ncolumns = {{ {COLUMNS} }}", YEARS - 7),
        ('year = 2012\nkey = "oblast"', WIDE.rename_axis("oblast")),
    ],
    ids=["wide", "long", "long with years", "wide with a year column", "years in the headings", "other key"],
)
def test_every_layout_gives_the_same_table(tmp_path, text, table):
    found = _loaded(_study(tmp_path, text, jobs=table), 2012)
    pd.testing.assert_frame_equal(found[list(WIDE)], WIDE.astype(float).reindex(found.index), check_names=False)
    assert found.attrs["missing"] == [] and found.attrs["missing_share"] == 0


def test_a_column_of_names_is_no_industry_and_is_listed(tmp_path):
    study = _study(tmp_path, "year = 2012", jobs=WIDE.assign(note="see below"))
    assert "note" not in _loaded(study)
    unused = unused_inputs(study)
    assert "note" in set(unused["column"])


@pytest.mark.parametrize("mark", ["c", "...", "-", ""])
def test_suppressed_cells_stay_missing_with_what_share_they_hold(tmp_path, mark):
    shown = WIDE.astype(object).copy()
    shown.loc["KZ-AKM", "i1"] = shown.loc["KZ-ALA", "i4"] = mark
    table = shown.assign(total=WIDE.sum(axis=1))
    study = _study(tmp_path, f'year = 2012\nmissing = ["{mark}"]\ntotal = "total"', jobs=table)
    found = _loaded(study)
    assert {(region, industry) for region, industry, _ in found.attrs["missing"]} == {
        ("KZ-AKM", "i1"),
        ("KZ-ALA", "i4"),
    }
    hidden = WIDE.loc["KZ-AKM", "i1"] + WIDE.loc["KZ-ALA", "i4"]
    assert found.attrs["missing_share"] == pytest.approx(hidden / WIDE.to_numpy().sum())
    assert found.isna().sum().sum() == 2 and "total" not in found and found.attrs["dropped"] == ["total"]
    # shares of a region are those of its whole total, not of what is disclosed
    own = quotient_table(found, True).loc["KZ-AKM"]
    assert own.loc["i0", "share"] == pytest.approx(WIDE.loc["KZ-AKM", "i0"] / WIDE.loc["KZ-AKM"].sum())
    assert np.isnan(own.loc["i1", "lq"]) and with_undisclosed(found).sum(axis=1).tolist() == table["total"].tolist()


def test_without_a_total_the_share_of_suppressed_cells_is_unknown(tmp_path):
    shown = WIDE.astype(object).copy()
    shown.iloc[0, 0] = "c"
    found = _loaded(_study(tmp_path, 'year = 2012\nmissing = ["c"]', jobs=shown))
    assert np.isnan(found.attrs["missing_share"]) and len(found.attrs["missing"]) == 1


def test_the_nations_row_is_the_reference(tmp_path):
    nation = (WIDE.sum() * 3 + [0, 900, 0, 0, 0]).rename("Country")
    table = pd.concat([WIDE, nation.to_frame().T]).rename_axis("region")
    found = _loaded(_study(tmp_path, 'year = 2012\nnation = "Country"', jobs=table))
    assert len(found) == 16 and found.attrs["nation"].tolist() == nation.tolist()
    lq = quotient_table(found, True)["lq"].unstack()
    expected = WIDE.div(WIDE.sum(axis=1), axis=0) / (nation / nation.sum())
    np.testing.assert_allclose(lq.loc[CODES, list(WIDE)], expected)
    own = gp.krugman_specialisation(WIDE, reference=nation)
    np.testing.assert_allclose(region_profiles(found).loc[CODES, "krugman_national"], own)


@pytest.mark.parametrize(
    ("text", "change", "error", "match"),
    [
        (
            "year = 2012",
            lambda t: t.assign(all=t.sum(axis=1)),
            DataError,
            r"'all' is the sum of all others.*total = \"all\"",
        ),
        (
            'year = 2012\ntotal = "al"',
            lambda t: t.assign(all=t.sum(axis=1)),
            StudyError,
            "no industry 'al'.*nearest: all",
        ),
        ('year = 2012\ntotal = "all"', lambda t: t.assign(all=t.sum(axis=1) - 90), DataError, "the sum of its parts"),
        ('year = 2012\nnation = "Land"', lambda t: t, StudyError, "no row 'Land'"),
        ("year = 2012", lambda t: t.drop(index="KZ-ALA"), RegionError, "KZ-ALA"),
        ("year = 2012", lambda t: t.rename(index={"KZ-ALA": "Atlantis"}), RegionError, "Atlantis"),
        ("year = 2012", lambda t: -t, DataError, "is negative"),
        ("year = 2012", lambda t: t.astype(object).replace({int(t.iloc[2, 1]): "x12"}), DataError, "x12"),
        ("year = 2012\nindicator = 'x'", lambda t: t, StudyError, "indicator has no meaning here.*industry"),
        ("year = 2012\nedition = 'x'", lambda t: t, StudyError, "edition has no meaning here"),
        ("layout = 'long'\nyear = 2012", lambda t: t, StudyError, "needs industry"),
        ("year = 2012\nfloor = -1", lambda t: t, StudyError, "floor"),
        ("year = 2012\nindustries = 'no.csv'", lambda t: t, StudyError, r"specialisation\.industries.*does not exist"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(tmp_path, text, change, error, match):
    with pytest.raises(GrowthpolesError, match=match) as caught:
        _loaded(_study(tmp_path, text, jobs=change(WIDE)))
    assert isinstance(caught.value, error)
    problems = gp.examine_study(tmp_path)
    assert len(problems) >= 1


def test_totals_are_found_whatever_the_rounding(tmp_path):
    """Parts rounded to tens do not add up to a total rounded by itself; it is a total all the same."""
    rng = np.random.default_rng(5)
    exact = rng.uniform(500, 9000, (16, 6))
    table = pd.DataFrame(np.round(exact, -1).astype(int), index=WIDE.index, columns=[f"i{k}" for k in range(6)])
    table["whole"] = np.round(exact.sum(axis=1), -1).astype(int)
    with pytest.raises(DataError, match='total = "whole"'):
        _loaded(_study(tmp_path, "year = 2012", jobs=table))
    assert _loaded(_study(tmp_path, 'year = 2012\ntotal = "whole"', jobs=table)).shape == (16, 6)


def test_aggregates_of_the_list_are_checked_and_left_out(tmp_path):
    table = WIDE.assign(ict=WIDE["i0"] + WIDE["i1"])
    rows = ["code,name_en,name_ru,parent,traded", "i0,Software,Софт,ict,yes", "i1,Hardware,,ict,yes", "i2,Farms,,,no"]
    names = "\n".join([*rows, "i3,Mines,,,yes", "i4,Shops,,,no", "ict,ICT,,,", ""])
    study = _study(tmp_path, 'year = 2012\nindustries = "list.csv"', jobs=table, list=names)
    found = _loaded(study)
    assert list(found) == list(WIDE) and found.attrs["dropped"] == ["ict"]
    with pytest.raises(DataError, match=r"ict is .*the sum of its parts"):
        _loaded(_study(tmp_path, 'year = 2012\nindustries = "list.csv"', jobs=table.assign(ict=WIDE["i0"]), list=names))
    with pytest.raises(StudyError, match=r"'i4' is not in list\.csv"):
        _loaded(_study(tmp_path, 'year = 2012\nindustries = "list.csv"', jobs=table, list=names.replace("i4,", "i5,")))


def test_two_years_give_growth_shift_share_and_stars(tmp_path):
    study = _study(tmp_path, f"years = [2010, 2012]\ncolumns = {{ {COLUMNS} }}", jobs=YEARS)
    found = study_industries(study)
    assert found.year == 2012 and found.change is not None and found.factors is not None
    sums = found.change.by_region()
    np.testing.assert_allclose(sums[list(found.change.parts)].sum(axis=1), sums["change"])
    assert found.stars is not None and found.stars.scheme == "growth"
    reason = found.left_out["complexity"]  # without what only a call from Python can answer
    assert "too few" in reason and "complexity" not in reason and "force" not in reason


def test_output_has_no_intervals(tmp_path):
    study = _study(tmp_path, 'year = 2012\nmeasure = "output"', jobs=WIDE * 1.25)
    found = study_industries(study)
    assert found.quotients[2012]["lower"].isna().all() and found.stars is not None
    assert np.isnan(found.stars.false_stars) and "intervals" not in found.left_out
    fractions = study_industries(_study(tmp_path, "year = 2012", jobs=WIDE + 0.5))
    assert "fractions" in fractions.left_out["intervals"]


def test_a_study_without_the_table_names_the_remedy():
    with pytest.raises(StudyError, match=r"no table of industries.*specialisation = \{ file"):
        gp.load_industries()


@pytest.mark.parametrize("seed", range(8))
def test_the_line_that_is_offered_reads_the_table_as_it_stands(tmp_path, monkeypatch, seed):
    """Of a study that init proposed for an office's table: titles, notes, a row of the country, a total, two years."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    rng = np.random.default_rng(seed)
    jobs = _jobs(seed).rename(columns=lambda name: f"Branch {name}, all")
    total, country, book, titled = (bool(rng.integers(2)) for _ in range(4))
    if total or seed < 2:
        jobs.insert(int(rng.integers(2)) * jobs.shape[1], "Total", jobs.sum(axis=1))
    if country:
        jobs.loc["Total of the country"] = jobs.sum()
    rows = [
        [jobs.index.name, *jobs.columns],
        *([name, *row] for name, row in zip(jobs.index, jobs.to_numpy().tolist(), strict=True)),
    ]
    if titled:
        rows = [["Employees by branch, 2012"], [], *rows, [], ["Source: an office"]]
    path = tmp_path / ("jobs.xlsx" if book else "jobs.csv")
    if book:
        from openpyxl import Workbook

        made = Workbook()
        for row in rows:
            made.active.append(row)
        made.save(path)
    else:
        path.write_text("\n".join(";".join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8")
    proposal = gp.propose_study(tmp_path / "own", table=path, year=2012)
    proposal.write()
    with pytest.raises(StudyError, match="no table of industries") as refused:
        gp.load_industries(study=gp.load_study(tmp_path / "own"))
    line = re.search(r"allowed: (specialisation = \{.*\}) in study.toml, above", str(refused.value))
    assert line is not None
    spec = tmp_path / "own" / "study.toml"
    spec.write_text(f"{line[1]}\n{spec.read_text(encoding='utf-8')}", encoding="utf-8")
    found = gp.load_industries(study=gp.load_study(tmp_path / "own"))
    assert found.attrs["dropped"] == (["Total"] if "Total" in jobs else [])
    expected = jobs.drop(columns="Total", errors="ignore").loc[CODES]
    pd.testing.assert_frame_equal(
        found.loc[CODES], expected.astype(float), check_names=False, check_index_type=False, check_column_type=False
    )


def test_rates_are_offered_as_industries_by_nobody(tmp_path):
    study = _study(tmp_path, "year = 2012", jobs="region,a\n")
    bare = study.model_copy(update={"specialisation": None})
    with pytest.raises(StudyError, match=r'specialisation = \{ file = "jobs.csv".*growthpoles look shows'):
        gp.load_industries(study=bare)


@pytest.mark.long
def test_the_shipped_table_of_the_usa():
    study = gp.load_study("us-states")
    found = study_industries(study)
    assert found.left_out == {}
    assert found.complexity is not None and {"MA", "WA", "MD"} == set(found.complexity.regions["eci"].nlargest(3).index)
    quotients = found.quotients[2025]["lq"]
    assert quotients[("WA", "computer_mathematical")] == pytest.approx(1.9975, abs=1e-4)
    assert found.stars is not None and found.stars.false_stars < 0.1 < found.stars.false_rule


@pytest.mark.parametrize("name", ["of which: mills", "в том числе мельницы", "Ebből: malom"])
def test_a_part_of_an_industry_is_no_industry_beside_it(tmp_path: Path, name: str) -> None:
    jobs = _jobs()
    jobs.insert(2, name, jobs["i1"] // 3)
    told = rf"'{name}': it is a part of i1: [\d.]+ of [\d.]+ in KZ-.*; allowed: columns under \[specialisation\]"
    with pytest.raises(DataError, match=told):
        _loaded(_study(tmp_path, 'key = "region"\nyear = 2012\n', jobs=jobs))
    names = ", ".join(f'{each} = "{each}"' for each in ("i0", "i1", "i2", "i3", "i4"))
    alone = _loaded(_study(tmp_path, f'key = "region"\nyear = 2012\ncolumns = {{ {names} }}\n', jobs=jobs))
    assert list(alone) == ["i0", "i1", "i2", "i3", "i4"]
    both = f'columns = {{ {names}, "{name}" = "{name}" }}'
    assert name in _loaded(_study(tmp_path, f'key = "region"\nyear = 2012\n{both}\n', jobs=jobs))
