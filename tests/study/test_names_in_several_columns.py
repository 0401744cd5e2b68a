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
