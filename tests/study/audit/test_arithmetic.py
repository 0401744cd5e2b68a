from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growthpoles.errors import DataError
from growthpoles.study.audit import check_arithmetic, read_sources
from growthpoles.study.audit.arithmetic import decimal_shift, match_rows, overlaps, quotient_bounds, transposed

ONE = pd.DataFrame([("ratio", "a", "b", 1000.0)], columns=["column", "numerator", "denominator", "factor"])
TWO = pd.DataFrame(
    [("ratio", "a", "b", 1000.0), ("other", "c", "b", 1.0)], columns=["column", "numerator", "denominator", "factor"]
)


def cells(columns: dict[str, list[str]], table: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"table": table, "row": row, "label": f"r{row}", "column": column, "printed": text}
            for column, texts in columns.items()
            for row, text in enumerate(texts, start=1)
        ]
    )


def test_the_bounds_are_what_rounding_allows() -> None:
    # 2,0 / 4 with half units 0.05 and 0.5: 1.95 / 4.5 to 2.05 / 3.5
    low, high = quotient_bounds(np.array([2.0]), np.array([0.05]), np.array([4.0]), np.array([0.5]), 10.0)
    assert low[0] == pytest.approx(10 * 1.95 / 4.5) and high[0] == pytest.approx(10 * 2.05 / 3.5)


def test_a_denominator_that_may_be_zero_is_not_checked() -> None:
    low, high = quotient_bounds(np.array([2.0]), np.array([0.5]), np.array([0.0]), np.array([0.5]), 1.0)
    assert np.isnan(low[0]) and np.isnan(high[0])
    assert not overlaps(np.array([1.0]), np.array([0.5]), low, high)[0]
    assert check_arithmetic(cells({"a": ["2"], "b": ["0"], "ratio": ["7"]}), ONE).empty


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.5, 1e7), st.floats(0.5, 1e7), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)),
        min_size=1,
        max_size=8,
    )
)
def test_rounding_alone_is_never_reported(rows: list[tuple[float, float, int, int, int]]) -> None:
    columns: dict[str, list[str]] = {"a": [], "b": [], "ratio": []}
    for a, b, x, y, z in rows:
        columns["a"].append(f"{a:.{x}f}".replace(".", ","))
        columns["b"].append(f"{b:.{y}f}".replace(".", ","))
        columns["ratio"].append(f"{1000 * a / b:.{z}f}".replace(".", ","))
    assert check_arithmetic(cells(columns), ONE).empty


def test_the_smallest_mismatch_beyond_rounding_is_reported() -> None:
    # 1000 * 1 / 8 with exact-looking inputs 1,000 and 8,000: 124.93 to 125.07
    inside = cells({"a": ["1,000"], "b": ["8,000"], "ratio": ["125,07"]})
    outside = cells({"a": ["1,000"], "b": ["8,000"], "ratio": ["125,08"]})
    assert check_arithmetic(inside, ONE).empty
    found = check_arithmetic(outside, ONE)
    assert found[["table", "row", "column", "printed"]].iloc[0].tolist() == [1, 1, "ratio", "125,08"]
    assert found["expected"].iloc[0] == 125 and found["ratio"].iloc[0] == pytest.approx(125.08 / 125)


BASE = {"a": ["12,5", "31,7", "44,9", "87,2"], "b": ["311", "422", "523", "641"]}


def ratios(order: tuple[int, ...] = (0, 1, 2, 3)) -> list[str]:
    a = [float(text.replace(",", ".")) for text in BASE["a"]]
    b = [float(text) for text in BASE["b"]]
    return [f"{1000 * a[at] / b[at]:.2f}".replace(".", ",") for at in order]


@pytest.mark.parametrize(("text", "power"), [("401,93", 1), ("4,02", -1), ("4019,29", 2)])
def test_a_decimal_shift_is_named(text: str, power: int) -> None:
    assert ratios()[0] == "40,19"
    found = check_arithmetic(cells({**BASE, "ratio": [text, *ratios()[1:]]}), ONE)
    assert found["cause"].tolist() == ["decimal shift"] and found["power"].tolist() == [power]


def test_exchanged_rows_are_named_with_their_regions() -> None:
    found = check_arithmetic(cells({**BASE, "ratio": ratios((1, 0, 2, 3))}), ONE)
    assert found["cause"].tolist() == ["swapped rows"] * 2 and found["unique"].all()
    assert found["source_row"].tolist() == [2, 1] and found["source_region"].tolist() == ["r2", "r1"]


def test_a_cycle_of_rows_is_recovered_for_every_order() -> None:
    for order in permutations(range(4)):
        found = check_arithmetic(cells({**BASE, "ratio": ratios(order)}), ONE)
        moved = [row for row, at in enumerate(order) if row != at]
        assert found["row"].tolist() == [row + 1 for row in moved]
        assert found["source_row"].tolist() == [order[row] + 1 for row in moved]


# Ratios of two digits, which are too short to be looked for in single rows: only an exchange of rows explains them.
SHORT = {"a": ["14", "23", "37", "52", "68"], "b": ["1", "1", "1", "1", "1"]}
PLAIN = pd.DataFrame([("ratio", "a", "b", 1.0)], columns=["column", "numerator", "denominator", "factor"])


def test_an_exchange_explains_at_least_half_of_the_wrong_cells() -> None:
    """Two of four wrong cells that fit each other's rows are an exchange; two of five are more likely chance."""
    tight = cells({"a": [f"{text},0000" for text in SHORT["a"]], "b": ["1,0000"] * 5, "ratio": SHORT["a"]})
    assert check_arithmetic(tight, PLAIN).empty
    ratio = ["23", "14", "81", "79", "68"]
    tight.loc[tight["column"] == "ratio", "printed"] = ratio
    found = check_arithmetic(tight, PLAIN)
    assert found["cause"].tolist() == ["swapped rows", "swapped rows", "", ""]
    tight.loc[tight["column"] == "ratio", "printed"] = [*ratio[:4], "94"]
    found = check_arithmetic(tight, PLAIN)
    assert found["row"].tolist() == [1, 2, 3, 4, 5] and set(found["cause"]) == {""}


def test_a_cell_that_stands_twice_elsewhere_is_no_copy_of_either() -> None:
    columns = {"a": ["1414", "1414", "3737", "5252"], "b": ["10", "10", "10", "10"]}
    good = ["141,4", "141,4", "373,7", "525,2"]
    plain = PLAIN.assign(factor=1.0)
    columns = {name: [f"{text},000" for text in texts] for name, texts in columns.items()}
    assert check_arithmetic(cells({**columns, "ratio": good}), plain).empty
    found = check_arithmetic(cells({**columns, "ratio": [*good[:3], "141,4"]}), plain)
    assert found["row"].tolist() == [4] and found["cause"].tolist() == [""]
    found = check_arithmetic(cells({**columns, "ratio": [*good[:3], "373,7"]}), plain)
    assert found["cause"].tolist() == ["duplicated cell"] and found["source_row"].tolist() == [3]


def test_a_copied_cell_is_named() -> None:
    good = ratios()
    found = check_arithmetic(cells({**BASE, "ratio": [good[0], good[1], good[1], good[3]]}), ONE)
    assert found[["cause", "row", "source_row"]].iloc[0].tolist() == ["duplicated cell", 3, 2]


def test_transposed_digits_are_named() -> None:
    good = ratios()
    assert good[3] == "136,04"
    found = check_arithmetic(cells({**BASE, "ratio": [*good[:3], "163,04"]}), ONE)
    assert found["cause"].tolist() == ["digit transposition"] and "136,04" in found["detail"].iloc[0]


def test_a_wrong_input_is_blamed_once_for_all_ratios_that_use_it() -> None:
    columns = {**BASE, "c": ["5000,0", "7000,0", "9100,0", "8200,0"], "ratio": ratios()}
    b = [float(text) for text in BASE["b"]]
    columns["other"] = [f"{c / d:.4f}".replace(".", ",") for c, d in zip([5000, 7000, 9100, 8200], b, strict=True)]
    assert check_arithmetic(cells(columns), TWO).empty
    columns["b"] = ["311", "422", "532", "641"]  # 523 with its digits exchanged
    found = check_arithmetic(cells(columns), TWO)
    assert found["cause"].tolist() == ["wrong input"] * 2 and set(found["row"]) == {3}
    assert "b printed 532" in found["detail"].iloc[0] and "523 fits" in found["detail"].iloc[0]


def test_a_mismatch_without_neat_cause_has_none() -> None:
    found = check_arithmetic(cells({**BASE, "ratio": ["47,77", *ratios()[1:]]}), ONE)
    assert found["cause"].tolist() == [""]


def test_only_tables_that_print_all_three_columns_are_checked() -> None:
    assert check_arithmetic(cells({"a": ["1"], "ratio": ["5"]}), ONE).empty


def test_missing_columns_and_doubled_cells_are_refused() -> None:
    good = cells({**BASE, "ratio": ratios()})
    with pytest.raises(DataError, match="missing column 'printed'"):
        check_arithmetic(good.drop(columns="printed"), ONE)
    with pytest.raises(DataError, match="missing column 'factor'"):
        check_arithmetic(good, ONE.drop(columns="factor"))
    with pytest.raises(DataError, match="stands twice"):
        check_arithmetic(pd.concat([good, good.iloc[:1]]), ONE)


def test_inputs_are_not_changed() -> None:
    given = cells({**BASE, "ratio": ratios((1, 0, 2, 3))})
    before = given.copy(deep=True)
    check_arithmetic(given, ONE)
    pd.testing.assert_frame_equal(given, before)


def test_matching_is_as_complete_and_unique_as_brute_force_says() -> None:
    rng = np.random.default_rng(5)
    for _ in range(60):
        n = int(rng.integers(2, 6))
        fits = rng.random((n, n)) < 0.5
        whole = [p for p in permutations(range(n)) if all(fits[i, p[i]] for i in range(n))]
        source, unique = match_rows(fits)
        assert unique == (len(whole) == 1)
        assert (len(whole) > 0) == bool((source >= 0).all())
        if whole:
            assert tuple(source) in whole


def test_helpers_refuse_what_is_not_neat() -> None:
    assert decimal_shift(12.0, 11.9, 12.1) is None and decimal_shift(0.0, 1.0, 2.0) is None
    assert decimal_shift(-120.0, 11.9, 12.1) is None and decimal_shift(1e9, 0.9, 1.1) is None
    assert decimal_shift(150.0, 11.9, 12.1) is None
    assert transposed("1234", 1323, 1325) == "1324" and transposed("1111", 0, 2000) is None


def test_the_article_has_twenty_two_wrong_ratios() -> None:
    sources = read_sources()
    found = check_arithmetic(sources.cells, sources.formulas)
    assert found.groupby(["table", "column"]).size().to_dict() == {
        (3, "tech_innovation_per_employed"): 1,
        (4, "productivity"): 7,
        (4, "asset_return"): 7,
        (4, "eco_efficiency"): 7,
    }
    block = found[found["table"] == 4]
    assert set(block["row"]) == {5, 7, 8, 9, 10, 11, 14} and block["unique"].all()
    assert dict(zip(block["region"], block["source_region"], strict=True)) == {
        "KZ-ZAP": "KZ-VOS",
        "KZ-KAR": "KZ-ZAP",
        "KZ-KUS": "KZ-KAR",
        "KZ-KZY": "KZ-KUS",
        "KZ-MAN": "KZ-KZY",
        "KZ-YUZ": "KZ-MAN",
        "KZ-VOS": "KZ-YUZ",
    }
