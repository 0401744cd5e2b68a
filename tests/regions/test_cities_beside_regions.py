"""Cities beside the regions of their names: whichever of the two is called by the bare name, none takes the other's."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator

import pytest

from growthpoles.regions.key_matching import match_keys
from growthpoles.regions.name_matching import NameIndex
from growthpoles.study.files.problems import names_remedy
from samples import samples

#: Of a language, the forms of a city and of a region; names of places in it, of which some are adjectives.
FORMS = {
    "en": (("{} city", "{} City", "City of {}", "{} (city)", "{} Municipality"),
           ("{} region", "{} Region", "{} Oblast", "{} Province", "Province of {}", "{} voblasts")),
    "ru": (("г. {}", "город {}", "{} г.", "{} (город)"), ("{} область", "{} обл.", "{}")),
    "uk": (("м. {}", "місто {}"), ("{} область", "{}")),
    "kk": (("{} қаласы", "{} қ."), ("{} облысы", "{} обл.")),
    "es": (("Ciudad de {}", "Ciudad Autónoma de {}"), ("Provincia de {}", "Estado de {}")),
    "de": (("{}, Landeshauptstadt", "Stadt {}", "{}, Stadt"), ("Landkreis {}", "{}, Landkreis")),
}  # fmt: skip
#: The city, and what its region is called after: in English, in Russian, in Ukrainian and in Kazakh.
TWINS = {
    "Minsk": ("Minsk", "Минск", "Минская", "Мінськ", "Мінська", "Минск"),
    "Kyiv": ("Kyiv", "Киев", "Киевская", "Київ", "Київська", "Киев"),
    "Almaty": ("Almaty", "Алматы", "Алматинская", "Алмати", "Алматинська", "Алматы"),
    "Tashkent": ("Tashkent", "Ташкент", "Ташкентская", "Ташкент", "Ташкентська", "Ташкент"),
}
OTHERS = {
    "Barnov": ("Барнов", "Барновская", "Барновська"), "Kelsk": ("Кельск", "Кельская", "Кельська"),
    "Dorogin": ("Дорогин", "Дорогинская", "Дорогинська"), "Vitel": ("Витель", "Вительская", "Вительська"),
    "Ruzan": ("Рузан", "Рузанская", "Рузанська"), "Gomir": ("Гомир", "Гомирская", "Гомирська"),
}  # fmt: skip
STYLES = ("named city", "named region", "named both")


def named(rng: random.Random, twin: str, lang: str, style: str) -> dict[str, str]:
    """Return the names of the regions of a country by key in one language, the city C and the region R of its name."""
    city, region = (rng.choice(forms) for forms in FORMS[lang])
    spelled = dict(zip(("en", "ru", "ru adj", "uk", "uk adj", "kk"), TWINS[twin], strict=True))
    own = spelled.get(lang, twin)
    adjective = spelled.get(f"{lang} adj", own)
    bare = style == "named city"
    if lang in ("ru", "uk"):  # where it is said, an adjective of what the region is
        region = region if not bare else "{}"
    names = {"C": own if style == "named region" else city.format(own)}
    names["R"] = adjective if bare else region.format(adjective)
    if bare and lang not in ("ru", "uk"):
        names["R"] = own
    for i, (latin, (_, of_ru, of_uk)) in enumerate(OTHERS.items()):
        other = {"ru": of_ru, "uk": of_uk, "kk": OTHERS[latin][0]}.get(lang, latin)
        names[f"K{i}"] = other if bare else region.format(other)
    return names


def proposed(index: NameIndex, rows: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is taken, and with what is proposed in a stop, pasted."""
    match = match_keys(rows, index)
    told = ast.literal_eval(names_remedy(match.open, [match], whole=False)[1]["aliases"]) if match.open else {}
    return match.codes, {name: code for name, code in told.items() if code != "KEY"}


def cases(seed: int) -> Iterator[tuple[dict[str, str], dict[str, str], bool]]:
    """Return the names of rows and of regions, and whether both of a pair are there, in one language."""
    rng = random.Random(seed)
    for mine in STYLES:
        for theirs in STYLES:
            twin, lang = rng.choice([*TWINS]), rng.choice([*FORMS])
            other = lang if rng.random() < 0.7 else rng.choice([*FORMS])
            table, layer = named(rng, twin, lang, mine), named(rng, twin, other, theirs)
            for lost in ("", "C", "R"):
                yield {key: name for key, name in table.items() if key != lost}, layer, lang == other and not lost


@pytest.mark.parametrize("seed", samples(range(150), 12))
def test_no_city_takes_the_place_of_its_region(seed: int) -> None:
    """Neither as it is read nor with what a stop proposes."""
    for table, layer, whole in cases(seed):
        meant = {name: key for key, name in table.items()}
        rows = [*meant]
        random.Random(seed).shuffle(rows)
        taken, told = proposed(NameIndex.build({key: [name] for key, name in layer.items()}), rows)
        wrong = {name: code for name, code in (taken | told).items() if meant[name] != code}
        assert not wrong, (wrong, layer["C"], layer["R"], table)
        # A municipality may be either, by which no equal name goes to the other polygon: it is asked for.
        asked = "Municipality" in table.get("C", "") and table.get("R") == layer["C"]
        assert not whole or asked or {table["C"], table["R"]} <= {*taken}, (taken, layer["C"], layer["R"], table)
        index = NameIndex.build({key: [name] for key, name in layer.items()})
        index.take_aliases(told, "t.csv")
        again, more = proposed(index, rows)
        wrong = {name: code for name, code in (again | more).items() if meant[name] != code}
        assert not wrong, (wrong, told, layer["C"], layer["R"], table)


@pytest.mark.parametrize("seed", samples(range(20), 4))
def test_rows_of_regions_whose_names_contradict_one_another_are_asked_for(seed: int) -> None:
    """A file may call the city and the region by the kinds of both."""
    rng = random.Random(seed)
    layer = {"C": ["City of Kelsk", "Kelsk, Region", "Kelsk"], "R": ["Kelsk", "Kelsk, Municipality", "Kelsk Oblast"]}
    layer |= {f"K{i}": [name] for i, name in enumerate(OTHERS) if name != "Kelsk"}
    table = named(rng, "Minsk", "en", rng.choice(STYLES))
    rows = [name.replace("Minsk", "Kelsk") for key, name in table.items() if "Kelsk" not in name]
    match = match_keys(rows, NameIndex.build(layer))
    twins = {name for name in rows if "Kelsk" in name}
    assert len(twins) == 2 and twins.isdisjoint(match.codes) and not any(match.open.get(name) for name in twins)


#: Words that may be of a city or of the region around it; those of a city, and of a region, alone.
EITHER_WAY, OF_CITY, OF_REGION = ("Prefecture", "[prefecture]", "Municipality"), ("Capital", "City"), ("Province",)


@pytest.mark.parametrize("usual", [False, True], ids=["one prefecture", "all prefectures"])
@pytest.mark.parametrize("seed", samples(range(60), 8))
def test_no_word_that_may_be_either_takes_a_name_from_the_region_that_bears_it(seed: int, usual: bool) -> None:
    """A prefecture among provinces is the city, and among prefectures it is the region."""
    rng = random.Random(seed)
    word, city = rng.choice(EITHER_WAY), rng.choice(OF_CITY)
    own = {"C": "Vitel", "R": f"Vitel {word}"} if usual else {"C": f"Vitel {word}", "R": "Vitel"}
    own |= {f"K{i}": f"{name} {word}" if usual else name for i, name in enumerate(OTHERS) if name != "Vitel"}
    other = own | rng.choice([{"C": f"Vitel {city}", "R": "Vitel"}, {"C": "Vitel", "R": f"Vitel {OF_REGION[0]}"}])
    turned = own["C"] != other["C"] and own["R"] != other["R"]
    for table, layer in ((own, other), (other, own)):
        rows = rng.sample([*table.values()], len(table))
        meant = {name: key for key, name in table.items()}
        match = match_keys(rows, NameIndex.build({key: [name] for key, name in layer.items()}))
        assert {name: meant[name] for name in match.codes} == match.codes, (table, layer)
        pair = {table["C"], table["R"]}
        if turned:  # the equal names are of two places by words of which one side's are not plain
            assert pair.isdisjoint(match.codes) and {None} == {match.open[name] for name in pair}
            assert all({*match.rivals[name]} == {"C", "R"} for name in pair), match.rivals
        else:
            assert pair <= {*match.codes}, (table, layer)
