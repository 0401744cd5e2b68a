"""Labels of printed tables: what a title says besides what the table holds."""

import re

import pytest

from growthpoles.study.files.printed_labels import (
    _AGAINST_YEARS,
    _BASE_YEARS,
    bare_name,
    parse_year,
    part_of_year,
    without_span,
    year_inside,
    years_in,
)
from growthpoles.study.files.printed_subjects import is_no_quantity, is_unit, split_table_number


@pytest.mark.parametrize(
    "span",
    [
        "2015-2020",
        "2015–2020",
        "2015/2020",
        "(2015 to 2020)",
        "von 2015 bis 2020",
        "в 2015–2020 гг.",
        "Años 2015 a 2020",
    ],
)
@pytest.mark.parametrize("title", ["{}", "Jobs by branch, {}", "Jobs {}, thousand", "Jobs at 2015 prices. {}"])
def test_the_span_of_years_of_a_table_is_taken_off_its_title(title: str, span: str) -> None:
    bare = title.replace(" {}", "").replace("{}", "").rstrip(",").rstrip(".")
    assert without_span(title.format(span), range(2015, 2021)).rstrip(".") == bare
    for years in ((2020,), (2016, 2020), ()):  # a change between two years that are not those of the columns
        assert without_span(title.format(span), years) == title.format(span)


@pytest.mark.parametrize("unit", ["", " ($)", " (%)", " [thousand]", " (mln. EUR)"])
def test_a_mean_or_a_census_is_no_quantity_whatever_its_unit(unit: str) -> None:
    assert all(
        is_no_quantity(f"{word}{unit}") for word in ("Median", "Census", "Mean", "Males", "Перепись", "Promedio")
    )
    assert not any(is_no_quantity(f"{name}{unit}") for name in ("Exports", "Median income", "Sampling error", "Wages"))
    assert not is_no_quantity(f"Census (households){unit}")


@pytest.mark.parametrize("name", ["65+", "Population aged 5+", "Personas de 15+", "Aged 100+"])
def test_an_age_keeps_its_plus(name: str) -> None:
    assert bare_name(name, heading=True) == name
    assert [bare_name(text, heading=True) for text in ("Jobs 2020+", "CO2+", "Name+")] == ["Jobs 2020", "CO2", "Name"]


SAID = "{}-y.|{}-yil|{} yil|{} й.|{} йил|{}-жыл|{} ж.|{} оны|{} он|{}-cı il|{} წ.|{} թ.|{}. gads|{} m.|{} metai"
SAID += "|{}. év|{} рік|năm {}|tahun {}|mwaka {}|viti {}|سنة {}|año {}|{} году|{}. godina|{} yılı|{}"
WHOLE = (
    "{} (January-December)|Jan–Dec {}|январь-декабрь {}|Январь – декабрь {} г.|{}-yil yanvar-dekabr|Ene-Dic {}|I-XII {}"
)


@pytest.mark.parametrize("label", [*SAID.split("|"), *WHOLE.split("|")])
@pytest.mark.parametrize("mark", ["", "*", " (p)"])
def test_a_year_is_one_with_its_word_in_any_language_and_as_the_span_of_its_months(label: str, mark: str) -> None:
    for year in (1999, 2022):
        text = label.format(year) + mark
        assert parse_year(text) == (year, "year"), text
        assert not part_of_year(text)


@pytest.mark.parametrize("label", ["{} Male", "{} total", "Jan-Mar {}", "January {}", "{}-yil yanvar", "I-VI {}"])
def test_what_stands_beside_a_year_is_no_word_for_it(label: str) -> None:
    assert parse_year(label.format(2022)) is None


@pytest.mark.parametrize("word", ["-yil", "-y.", " йил", ". gadā", " m.", "", " г.", "-жыл"])
@pytest.mark.parametrize("title", ["Aholi soni", "Population", "Численность населения"])
def test_a_year_goes_off_a_title_with_its_word(title: str, word: str) -> None:
    found = year_inside(f"{title}, 2023{word}")
    assert found is not None and found[0] == 2023
    assert found[1].removesuffix(", m") == title


@pytest.mark.parametrize("number", ["1.4.", "12.10.", "PA001:", "RV0240:", "2.1.3.", "Table 5."])
def test_the_number_or_the_code_of_a_table_goes_off_its_title(number: str) -> None:
    assert split_table_number(f"{number} Wages by county", title=True)[1] == "Wages by county"
    assert split_table_number("31.12. Population", title=True)[1] == "31.12. Population"


NUMBERED = (
    """
Figure {}|Fig. {}|Chart {}|Graph {}|Map {}|Annex {}|Annex table A{}|Appendix Table A.{}|Рис. {}|Рисунок {}|График {}
Карта {}|Приложение {}|Слика {}|Графикон {}|Прилог {}|شكل {}|الشكل ({})|خريطة {}|Gráfico {}|Mapa {}|Anexo {}
Figura {}|Graphique {}|Abbildung {}|Abb. {}|Karte {}|{}. ábra|{}-сурет|Şekil {}|Grafik {}|Hình {}|Gambar {}|図{}
图{}|그림 {}|Wykres {}|Kuvio {}|Figur {}|Table {} / Figure {}|Annex {}: Table {}
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize("form", NUMBERED)
@pytest.mark.parametrize("number", ["1", "12", "2-1", "3"])
@pytest.mark.parametrize("sign", [": ", ". ", " – ", "  "])
def test_the_number_of_a_figure_or_an_annex_is_one_as_that_of_a_table(form: str, number: str, sign: str) -> None:
    said = form.replace("{}", number)
    assert split_table_number(f"{said}{sign}Wages by county", title=True) == (said, "Wages by county")
    for plain in (f"{form.replace('{}', '').strip(' .-()/')} of wages", f"{said}{sign}2020"):
        assert split_table_number(plain, title=True) == ("", plain)


@pytest.mark.parametrize(
    "plain", ["Figs 2020", "Рис 2020", "Map of 3 towns", "Charts 3", "Figures in 2020", "Fig and date"]
)
def test_words_for_figures_without_a_number_of_theirs_stay(plain: str) -> None:
    assert split_table_number(plain, title=True) == ("", plain)


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Births by province in {}", "Births by province"),
        ("De jure population of marzes as of 1 January {}", "De jure population of marzes"),
        ("Población al 31 de diciembre de {}", "Población"),
        ("Nacimientos por departamento en el año {}", "Nacimientos por departamento"),
        ("Население на 1 января {} года", "Население"),
        ("Численность населения на начало {} года", "Численность населения"),
        ("Enrolment at the end of {}", "Enrolment"),
        ("Einwohner im Jahr {}", "Einwohner"),
        ("Počet firem v roce {}", "Počet firem"),
        ("Group I {}", "Group I"),
        ("Class A {}", "Class A"),
        ("Consumo final {}", "Consumo final"),
    ],
)
@pytest.mark.parametrize("year", [1999, 2022])
def test_words_that_led_to_a_year_go_with_it(title: str, left: str, year: int) -> None:
    assert year_inside(title.format(year)) == (year, left)


LED = [
    (
        "Численность населения",
        ["на 1 января {} г.", "на начало {} года", "на {} год", "в {} году"],
        "по областям, районам",
    ),
    ("Колькасць насельніцтва", ["на пачатак {} года", "на 1.01.{} г."], "па абласцях"),
    ("Births", ["in {}", "as of 1 January {}", "at the end of {}"], "by region and sex"),
    ("Población", ["al 31 de diciembre de {}", "en {}"], "por departamento"),
    ("Einwohner", ["am 31.12.{}", "im Jahr {}"], "nach Kreisen"),
    ("Ludność", ["na dzień 31.12.{}", "w dniu 31 XII {} r."], "według województw"),
    ("População", ["em {}", "em 1º de julho de {}"], "por município"),
    ("Inwoners", ["op 1 januari {}", "in {}"], "per provincie"),
]


@pytest.mark.parametrize(("title", "led", "rest"), LED)
@pytest.mark.parametrize("year", [1998, 2024])
def test_words_that_led_to_a_date_go_with_it_wherever_it_stands(
    title: str, led: list[str], rest: str, year: int
) -> None:
    for date in (each.format(year) for each in led):
        assert year_inside(f"{title} {date} {rest}") == (year, f"{title} {rest}")
        assert year_inside(f"{title} ({date}) {rest}") == (year, f"{title} {rest}")
        assert year_inside(f"{title} {rest} {date}") == (year, f"{title} {rest}")
        own = f"{date[0].upper()}{date[1:]} {title.lower()} {rest}"
        assert year_inside(own) == (year, f"{title} {rest}")


@pytest.mark.parametrize(
    "title", ["Results of the {} Census", "Results of the {} census by region", "Tax of {} paid by firms"]
)
def test_a_year_that_says_which_one_takes_no_words_with_it(title: str) -> None:
    assert year_inside(title.format(2021)) == (2021, title.replace("{} ", ""))


def test_the_year_of_a_base_of_percentages_is_none_of_the_figures() -> None:
    for said in ("Декабрь 2023 г. в % к декабрю 2022 г.", "2023 in per cent of 2022", "2023 als Prozent von 2022"):
        assert years_in(said) == [2023]
    assert years_in("Growth from 2020 to 2023, %") == [2020, 2023]


@pytest.mark.parametrize("example", [*_BASE_YEARS, *_AGAINST_YEARS])
def test_the_year_of_a_base_is_found_by_the_rule_that_names_it(example: str) -> None:
    rule = (_BASE_YEARS | _AGAINST_YEARS)[example]
    for year in range(1990, 2030, 7):
        text = re.sub(r"20\d\d", str(year), example)
        assert re.search(rule, text, flags=re.IGNORECASE) and years_in(text) == []


@pytest.mark.parametrize(
    "word",
    ["per cent", "Prozent", "pour cent", "процентах", "відсотків", "persentase", "postotak", "درصد", "хувь"],
)
def test_a_word_for_per_cent_is_a_unit_and_compares_two_years(word: str) -> None:
    assert is_unit(f"({word})") and is_unit(word)
    assert years_in(f"2021, {word}, 2020") == [2021]


@pytest.mark.parametrize("word", ["per centre", "pour centre", "persendirian", "хувь хүн", "Faizabad", "отстоит"])
def test_a_word_that_begins_as_one_for_per_cent_is_none(word: str) -> None:
    assert not is_unit(word) and years_in(f"2021, {word}, 2020") == [2021, 2020]


@pytest.mark.parametrize("month", ["январю", "марту", "маю", "августу", "сентябрю", "декабрю"])
def test_a_month_stands_before_the_year_compared_with_in_any_case(month: str) -> None:
    assert years_in(f"Изменение к {month} 2021 г.") == [] and years_in(f"В % к {month} 2021") == []
