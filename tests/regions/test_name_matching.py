"""Matching of names for any country: keys, errors, and what it must never do."""

from __future__ import annotations

import datetime
import decimal
import random
import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growthpoles.errors import RegionError
from growthpoles.regions.name_matching import NameIndex, match_names, name_keys, words
from samples import samples

NORDIC = {
    "NO-03": ["Oslo"],
    "NO-46": ["Vestland", "Hordaland og Sogn og Fjordane"],
    "SE-M": ["Skåne län", "Scania", "Skåne"],
    "DK-84": ["Hovedstaden", "Capital Region", "København"],
    "FI-19": ["Varsinais-Suomi", "Egentliga Finland"],
}


def test_any_country_in_order_with_the_names_as_index():
    given_names = ["skane LÄN", "Varsinais Suomi", "OSLO", "dk 84", "Kobenhavn.", "sogn"][:5]
    codes = match_names(given_names, NORDIC, duplicates="allow")
    assert codes.tolist() == ["SE-M", "FI-19", "NO-03", "DK-84", "DK-84"]
    assert codes.index.tolist() == given_names
    assert codes.name == "region"


def test_one_string_per_candidate_and_blank_names_are_accepted():
    codes = match_names(["alpha", "B"], {"A": "Alpha", "B": ["", "  "]}, what="district")
    assert codes.tolist() == ["A", "B"]
    assert codes.name == "district"


def test_no_names_give_an_empty_series():
    codes = match_names([], NORDIC)
    assert codes.empty
    assert codes.name == "region"


def test_an_exact_name_beats_a_loose_twin_and_the_loose_form_of_two_is_ambiguous():
    twins = {"A": ["Ås"], "B": ["As"], "C": ["Ös"], "D": ["Os̈s"]}
    assert match_names(["ås", "AS"], twins).tolist() == ["A", "B"]
    with pytest.raises(RegionError, match=r"'Às' is ambiguous, write 'Ås' \(A\) or 'As' \(B\)"):
        match_names(["Às"], twins)


@pytest.mark.parametrize(
    "text",
    [
        "Е\u0301",
        "ё",
        "Гурʼев",
        "a\u00adb",
        "\u200bx",
        "Ⅻ",
        "ﬁ",
        "İ",
        "ẞ",
        "\ud800",
        "한글",
        "١٢",
        "é",
        "-",
        "",
    ],
)
def test_keys_do_not_depend_on_case_or_unicode_form(text):
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert name_keys(unicodedata.normalize(form, text)).loose == name_keys(text).loose


APOSTROPHES = "'’‘‛`´′ʻʼʽˈʹʿʾ＇"


@pytest.mark.parametrize("sign", APOSTROPHES)
@pytest.mark.parametrize("name", ["Farg{}ona", "Ko{}kalupatuy", "{}Ajlun", "Sana{}a", "Arkhangel{}sk", "M{}Sila"])
def test_a_name_is_one_with_any_apostrophe(name: str, sign: str) -> None:
    assert name_keys(name.format(sign)).exact == name_keys(name.format("")).exact == name_keys(name.format("'")).exact


def test_look_alike_letters_of_the_other_alphabet():
    candidates = {"1": ["Восток"], "2": ["Almaty"], "3": ["ВКО"]}
    # Latin B, o, c, k in a Cyrillic word; Cyrillic А, а in a Latin one
    assert match_names(["Bocтоk", "Аlmаty"], candidates).tolist() == ["1", "2"]
    with pytest.raises(RegionError, match="'BKO' is unknown"):  # all Latin: another word, not a slip of the keyboard
        match_names(["BKO"], candidates)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Oslo", None], r"region names: item 2 is missing \(None\)$"),
        (["Oslo", float("nan")], r"item 2 is missing \(nan\)"),
        ([np.float32("nan")], "item 1 is missing"),
        ([pd.NA], "item 1 is missing"),
        ([pd.NaT], "item 1 is missing"),
        ([""], "item 1 is empty"),
        ([" \t\u00a0"], "item 1 is empty"),
        ([12], r"item 1 is not text \(12\)"),
        ([10**5000], r"item 1 is not text \(a value of type int\)"),
        ([decimal.Decimal("sNaN")], r"item 1 is not text \(a value of type Decimal\)"),
        ([np.array([1.0, 2.0])], r"item 1 is not text \(a value of type ndarray\)"),
        ([datetime.date(2014, 1, 1)], r"item 1 is not text \(a value of type date\)"),
        ([b"Oslo"], r"item 1 is not text \(a value of type bytes\)"),
        (["Osloo"], r"region names: 'Osloo' is unknown \(nearest: Oslo\)$"),
        (["---"], "'---' is unknown$"),
        (["Oslo\n\x1b[31m"], r"'Oslo\\n\\x1b\[31m' is unknown"),
        (["Oslo", "oslo", "NO-03"], "'Oslo', 'oslo', 'NO-03' all mean NO-03"),
        ("Oslo", "must be a list or a column of text, not 'Oslo'"),
        (b"Oslo", "must be a list or a column of text, not a value of type bytes"),
        (None, "must be a list or a column of text, not None"),
        (3, "must be a list or a column of text, not 3"),
        (pd.DataFrame({"Oslo": [1]}), "not a value of type DataFrame"),
    ],
)
def test_bad_names_are_refused_in_one_line(names, said):
    with pytest.raises(RegionError, match=said) as caught:
        match_names(names, NORDIC)
    assert "\n" not in str(caught.value)


def test_one_error_lists_every_problem_once():
    with pytest.raises(RegionError) as caught:
        match_names(["Osslo", "Oslo", "Osslo", None, "oslo", "Skane"], NORDIC, where="table.csv")
    text = str(caught.value)
    assert text.startswith("table.csv: 3 problems with region names: ")
    assert text.count("Osslo") == 1
    assert "item 4 is missing" in text
    assert "'Oslo', 'oslo' all mean NO-03" in text
    assert "Skane" not in text


def test_every_unknown_name_is_listed_however_many():
    names = [f"place {number}" for number in range(500)]
    with pytest.raises(RegionError) as caught:
        match_names(names, NORDIC)
    assert all(repr(name) in str(caught.value) for name in names)


def test_a_huge_name_is_refused_briefly():
    with pytest.raises(RegionError, match=r"is too long \(10000 characters\)") as caught:
        match_names(["\ufdfa" * 10_000], NORDIC)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("candidates", "said"),
    [
        ({}, "there is no candidate region"),
        ({1: ["One"]}, "codes and names must be text"),
        ({"A": ["Alpha", None]}, "candidate region 'A': codes and names must be text"),
    ],
)
def test_bad_candidates(candidates, said):
    with pytest.raises(RegionError, match=said):
        match_names(["x"], candidates)


def test_an_unknown_option_is_refused():
    with pytest.raises(RegionError, match=r"duplicates='alow' is not known; allowed: raise, allow; nearest: allow"):
        match_names(["Oslo"], NORDIC, duplicates="alow")


def test_an_explanation_takes_the_place_of_the_nearest_names():
    with pytest.raises(RegionError, match="'Bergen' is a city; 'Osl' is unknown"):
        match_names(["Bergen", "Osl"], NORDIC, explain=lambda name: "is a city" if name == "Bergen" else None)


def test_the_way_out_of_an_ambiguity_is_shown_in_the_script_of_the_name():
    index = NameIndex.build({"c": ["Rome", "Рим", "Rome city", "город Рим"], "r": ["Rome", "Рим", "Лацио", "Lazio"]})
    assert index.clear_name("c", like="Рим") == "город Рим"
    assert index.clear_name("r", like="Rome") == "Lazio"
    with pytest.raises(RegionError, match=r"'рим' is ambiguous, write 'город Рим' \(c\) or 'Лацио' \(r\)"):
        match_names(["рим"], index)


junk = st.one_of(
    st.text(max_size=30),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Zs", "Lo", "Nd", "So"]), max_size=20),
    st.none(),
    st.floats(),
    st.integers(),
    st.binary(max_size=5),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(junk, max_size=6))
def test_junk_raises_region_errors_only(names):
    try:
        codes = match_names(names, NORDIC)
    except RegionError as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert len(codes) == len(names)
        assert set(codes) <= set(NORDIC)


@pytest.mark.parametrize(
    "names", [["CM.CE", "Centre"], ["Centre", "CM.CE"], ["ce", "CE1", "Centre"], ["CTR", "Centre"]]
)
def test_a_message_calls_a_region_by_its_name_and_not_by_a_code(names: list[str]) -> None:
    index = NameIndex.build({"cm-ce": names, "cm-lt": ["CM.LT", "Littoral"]})
    assert index.label("cm-ce") == "Centre"
    assert NameIndex.build({"k1": ["ABC"], "k2": []}).label("k1") == "ABC"


@pytest.mark.parametrize("seed", samples(range(200), 8))
def test_names_that_differ_in_a_vowel_sign_are_two_names(seed: int) -> None:
    """Vowel signs of Indian and Southeast Asian scripts are no letters to `str.isalpha`, and yet spell the name."""
    draw = random.Random(seed)
    first, letters, signs = draw.choice(
        [
            (0x915, 0x24, range(0x93E, 0x94D)),
            (0x995, 0x13, range(0x9BE, 0x9C4)),
            (0xC15, 0x13, range(0xC3E, 0xC44)),
            (0xE01, 0x2C, range(0xE34, 0xE39)),
            (0x1780, 0x20, range(0x17B6, 0x17C5)),
            (0x1000, 0x1A, range(0x102B, 0x1032)),
        ]
    )
    consonants = [chr(first + draw.randrange(letters)) for _ in range(4)]
    one, other = ("".join(consonants[:2]) + chr(sign) + "".join(consonants[2:]) for sign in draw.sample(list(signs), 2))
    assert len(words(one)) == 1 and name_keys(one).loose != name_keys(other).loose
    found = match_names([other, one], {"a": [one], "b": [other]})
    assert list(found) == ["b", "a"]


@pytest.mark.parametrize(
    ("pointed", "plain"), [("مُحَافَظَة بَغْدَاد", "محافظة بغداد"), ("حَلَب", "حلب"), ("יְרוּשָׁלַיִם", "ירושלים"), ("دِمَشْق", "دمشق")]
)
def test_points_of_vowels_may_be_left_out(pointed: str, plain: str) -> None:
    assert name_keys(pointed).exact == name_keys(plain).exact
