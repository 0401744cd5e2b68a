"""Labels of printed tables: what a title says besides what the table holds."""

import pytest

from growthpoles.study.files.printed_labels import bare_name, without_span
from growthpoles.study.files.printed_subjects import is_no_quantity


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
