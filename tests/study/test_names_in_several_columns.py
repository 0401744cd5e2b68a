"""Names of the regions in several columns of a table, none of which fits the boundaries as it is written."""

from __future__ import annotations

import random
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from read_both_ways import by_study
from shapely.geometry import box

import growthpoles as gp
from samples import samples

SYLLABLES = ("ba", "ko", "ri", "tu", "mel", "san", "do", "vi", "gar", "lo", "pe", "nu", "fa", "zi")


@pytest.mark.parametrize("alias", [True, False])
@pytest.mark.parametrize("seed", samples(range(30), 4))
def test_the_column_that_fits_most_in_any_spelling_is_taken(seed: int, alias: bool, tmp_path: Path) -> None:
    """One column fits some regions as written; another one all but one beside the word for regions."""
    rng = random.Random(seed)
    held: set[str] = set()
    while len(held) < 36:
        held.add("".join(rng.choices(SYLLABLES, k=4)).capitalize())
    free = sorted(held)
    rng.shuffle(free)
    count = rng.randint(8, 14)
    names = [free.pop() for _ in range(count)]
    fits = set(rng.sample(names[1:], round(0.65 * count)))
    english = [name if name in fits else free.pop() for name in names]
    own = [f"{name} viloyati" for name in names]
    own[0] = f"{free.pop()} shahri"
    english[0] = names[0] if not alias else english[0]
    layer = gpd.GeoDataFrame(
        {"code": [f"UZ-{at:02}" for at in range(count)], "name": names},
        geometry=[box(i, 0, i + 1, 1) for i in range(count)],
        crs=4326,
    )
    layer.to_file(tmp_path / "map.gpkg")
    values = [rng.randint(1000, 90000) / 10 for _ in names]
    columns = {"Name_en": english, "Name": own}
    columns = columns if rng.random() < 0.5 else dict(reversed(columns.items()))
    frame = pd.DataFrame({"Code": [f"17{rng.randint(0, 9)}{at:02}" for at in range(count)], **columns, "2022": values})
    frame.sample(frac=1, random_state=seed).to_excel(tmp_path / "t.xlsx", index=False)
    aliases = {own[0]: "UZ-00"} if alias else {}
    table = gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "map.gpkg", key="code", aliases=aliases)
    assert table.set_index("region")["value"].to_dict() == dict(zip(layer["code"], values, strict=True))
    assert any("the column of the regions: 'Name' was taken; Name_en" in each for each in table.attrs["remarks"])


ARABIC = ("با", "كو", "ري", "تو", "مل", "سن", "دو", "في", "غر", "لو", "بي", "نو", "فا", "زي")


@pytest.mark.parametrize("seed", samples(range(30), 5))
def test_names_that_fit_go_before_names_that_sound_alike(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    spelled: dict[str, str] = {}
    while len(spelled) < 24:
        at = [rng.randrange(len(SYLLABLES)) for _ in range(4)]
        spelled["".join(SYLLABLES[i] for i in at).capitalize()] = "".join(ARABIC[i] for i in at)
    names, others = list(spelled)[:12], iter(list(spelled)[12:])
    fits = {*rng.sample(names, rng.randint(6, 11))}
    english = [name if name in fits else next(others) for name in names]
    layer = gpd.GeoDataFrame({"name": names}, geometry=[box(i, 0, i + 1, 1) for i in range(12)], crs=4326)
    layer.to_file(tmp_path / "map.gpkg")
    values = [rng.randint(1000, 90000) / 10 for _ in names]
    columns = [("المحافظة", [spelled[name] for name in names]), ("Region", english)]
    pd.DataFrame({**dict(columns[:: rng.choice([1, -1])]), "2022": values}).to_excel(tmp_path / "t.xlsx", index=False)
    aliases = {mine: name for mine, name in zip(english, names, strict=True) if mine != name}
    with pytest.raises(gp.DataError) as caught:
        gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "map.gpkg")
    assert all(f"'{each}' fits no region" in str(caught.value) for each in aliases)
    table = gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "map.gpkg", aliases=aliases)
    assert table.set_index("region")["value"].to_dict() == dict(zip(names, values, strict=True))


@pytest.mark.parametrize(
    "form", ["{code} {name}", "{code} – {name}", "({code}) {name}", "{code}. {name}", "{code}:{name}"]
)
@pytest.mark.parametrize("seed", samples(range(12), 1))
def test_a_code_before_a_name_goes_also_where_the_name_is_spelled_otherwise(
    seed: int, form: str, tmp_path: Path
) -> None:
    rng = random.Random(seed)
    held: set[str] = set()
    while len(held) < 12:
        held.add("".join(rng.choices(SYLLABLES, k=4)).capitalize())
    names = sorted(held)
    rng.shuffle(names)
    kind = rng.choice(["maakond", "viloyati", "province"])
    layer = gpd.GeoDataFrame(
        {"id": [f"XX-{at:02}" for at in range(12)], "name": names},
        geometry=[box(i, 0, i + 1, 1) for i in range(12)],
        crs=4326,
    )
    layer.to_file(tmp_path / "map.gpkg")
    values = [rng.randint(1000, 90000) / 10 for _ in names]
    codes = rng.sample(range(100, 9000), 12)
    cells = [form.format(code=f"{code:04}", name=f"{name} {kind}") for code, name in zip(codes, names, strict=True)]
    pd.DataFrame({"Area": cells, "2021": values}).to_excel(tmp_path / "t.xlsx", index=False)
    table = gp.read_table(tmp_path / "t.xlsx", boundaries=tmp_path / "map.gpkg", key="id")
    truth = {(code, 2021): value for code, value in zip(layer["id"], values, strict=True)}
    assert table.set_index(["region", "year"])["value"].to_dict() == truth
    (got,) = by_study(tmp_path / "t.xlsx", tmp_path / "map.gpkg", key="id").values()
    assert got == truth


def numbered(rng: random.Random, folder: Path, *, shift: bool) -> tuple[pd.DataFrame, dict[str, float]]:
    """Write a map whose codes are numbered otherwise than those of the table; return the table and what it says."""
    held: set[str] = set()
    while len(held) < 14:
        held.add("".join(rng.choices(SYLLABLES, k=4)).capitalize())
    names = rng.sample(sorted(held), 14)
    own = [f"XX-{at:02}" for at in range(1, 15)]
    layer = gpd.GeoDataFrame({"id": own, "name": names}, geometry=[box(i, 0, i + 1, 1) for i in range(14)], crs=4326)
    layer.to_file(folder / "map.gpkg")
    swapped = rng.sample(range(14), rng.randint(3, 14))
    codes = [f"XX-{at:02}" for at in range(14)] if shift else own
    codes = codes if shift else [own[swapped[swapped.index(at) - 1]] if at in swapped else own[at] for at in range(14)]
    values = [rng.randint(1000, 90000) / 10 for _ in names]
    frame = pd.DataFrame({"Code": codes, "Area": names, "Output": values})
    return frame, dict(zip(own, values, strict=True))


@pytest.mark.parametrize("digits", [False, True])
@pytest.mark.parametrize("seed", samples(range(40), 4))
def test_names_that_fit_go_before_codes_that_contradict_them(seed: int, digits: bool, tmp_path: Path) -> None:
    """A list of codes that was numbered anew gives no region the number of another one."""
    rng = random.Random(seed)
    frame, truth = numbered(rng, tmp_path, shift=seed % 2 == 0)
    aliases: dict[str, str] = {}
    for at in rng.sample(range(14), rng.randint(0, 4)):  # spelled otherwise
        name = frame.loc[at, "Area"]
        frame.loc[at, "Area"] = f"{name} Province" if rng.random() < 0.5 else f"{name[:-2]}q{name[-2:]}"
        aliases |= {frame.loc[at, "Area"]: name}
    frame["Code"] = frame["Code"].str[3:] if digits else frame["Code"]
    frame = frame if rng.random() < 0.5 else frame[["Area", "Code", "Output"]]
    frame.to_csv(tmp_path / "t.csv", index=False)
    table = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", key="id", aliases=aliases, year=2020)
    output = table[table["indicator"] == "Output"]
    assert output.set_index("region")["value"].to_dict() == truth
    assert digits or any("in 'Code' are two regions; the former was taken" in each for each in table.attrs["remarks"])


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_codes_go_before_names_that_fit_no_region(seed: int, tmp_path: Path) -> None:
    """Names in another language or of seats say nothing against codes."""
    rng = random.Random(seed)
    frame, _ = numbered(rng, tmp_path, shift=False)
    truth = frame.set_index("Code")["Output"].to_dict()
    frame["Area"] = ["".join(rng.choices(("шо", "жи", "пу", "ке", "ла", "дэ"), k=4)).title() for _ in range(14)]
    frame.to_csv(tmp_path / "t.csv", index=False)
    table = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", key="id", year=2020)
    assert table.set_index("region")["value"].to_dict() == truth


@pytest.mark.parametrize("pad", [1, 2])
@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_numbers_of_another_list_are_no_endings_of_codes(seed: int, pad: int, tmp_path: Path) -> None:
    """Some of them end no code, and some codes have no number: 01 need not be XX-01 then."""
    rng = random.Random(seed)
    frame, _ = numbered(rng, tmp_path, shift=True)
    frame["Code"] = [f"{int(code[3:]):0{pad}}" for code in frame["Code"]]
    frame[["Code", "Output"]].sample(frac=1, random_state=seed).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(gp.DataError, match="a column of names"):
        gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", key="id", year=2020)
    frame["Code"] = [f"XX-{int(code):02}" for code in frame["Code"]]
    frame[["Code", "Output"]].to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(gp.DataError, match=r"'XX-00' fits no region.*of another list: XX-14 has no row"):
        gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", key="id", year=2020)


TWINS = [("{} city", "{}", "{}", "{} Region"), ("City of {}", "{} Region", "{}", "{} Province"),
         ("{}", "{} Region", "{} City", "{}"), ("{} (city)", "{}", "{} City", "{} Region")]  # fmt: skip


@pytest.mark.parametrize(("city", "region", "of_city", "of_region"), TWINS)
def test_a_city_and_its_region_are_read_crosswise_in_both_ways(
    city: str, region: str, of_city: str, of_region: str, tmp_path: Path
) -> None:
    """The table calls one of them by the bare name, and the boundaries the other one."""
    own = ("Kelsk", "Barnov", "Vitel", "Ruzan", "Gomir")
    names = [*map(region.format, own), city.format(own[0])]
    layer = [*map(of_region.format, own), of_city.format(own[0])]
    frame = gpd.GeoDataFrame({"id": [f"K{at}" for at in range(6)], "name": layer}, crs=4326,
                             geometry=[box(i, 0, i + 1, 1) for i in range(6)])  # fmt: skip
    frame.to_file(tmp_path / "map.gpkg")
    pd.DataFrame({"Area": names, "2021": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]}).to_csv(tmp_path / "t.csv", index=False)
    truth = {(f"K{at}", 2021): at + 1.5 for at in range(6)}
    table = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", key="id")
    assert table.set_index(["region", "year"])["value"].to_dict() == truth
    assert any("city and region of one name" in each for each in table.attrs["remarks"])
    (got,) = by_study(tmp_path / "t.csv", tmp_path / "map.gpkg", key="id").values()
    assert got == truth


@pytest.mark.parametrize("both", [True, False])
def test_aliases_that_make_two_rows_one_region_are_doubted_and_not_the_rows(both: bool, tmp_path: Path) -> None:
    frame, _ = numbered(random.Random(7), tmp_path, shift=False)
    first, second = frame["Area"][:2]
    aliases = {first: "XX-05", second: "XX-05"} if both else {first: frame["Area"][4]}
    frame[["Area", "Output"]].to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(gp.DataError) as caught:
        gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", key="id", aliases=aliases, year=2020)
    assert f"'{first}': 'KEY'" in str(caught.value)
    assert "ignore" not in str(caught.value)


@pytest.mark.parametrize("kind", ["{} Province", "Province of {}", "{}"])
def test_an_alias_by_whose_words_a_row_is_found_is_not_told_as_idle(kind: str, tmp_path: Path) -> None:
    frame, _ = numbered(random.Random(8), tmp_path, shift=False)
    truth = dict(zip([f"XX-{at:02}" for at in range(1, 15)], frame["Output"], strict=True))
    aliases = {f"Лора{at}": f"XX-{at:02}" for at in range(1, 15)}
    frame["Area"] = [kind.format(name) for name in aliases]
    frame[["Area", "Output"]].to_csv(tmp_path / "t.csv", index=False)
    aliases |= {"Nowhere": "XX-03"}
    table = gp.read_table(tmp_path / "t.csv", boundaries=tmp_path / "map.gpkg", key="id", aliases=aliases, year=2020)
    assert table.set_index("region")["value"].to_dict() == truth
    (idle,) = [each for each in table.attrs["remarks"] if "nothing is renamed" in each]
    assert "Nowhere" in idle and "Лора" not in idle
