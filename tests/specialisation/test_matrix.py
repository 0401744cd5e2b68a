from __future__ import annotations

import decimal

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.specialisation import (
    check_matrix,
    hhi,
    hoover,
    industry_share,
    krugman_concentration,
    krugman_specialisation,
    location_quotient,
    shares,
)


def table(values=((1, 2), (3, 4)), regions=("KZ-ALA", "KZ-AST"), industries=("IT", "Oil")) -> pd.DataFrame:
    return pd.DataFrame(list(values), index=pd.Index(list(regions), name="region"), columns=list(industries))


def error(matrix, **options) -> str:
    with pytest.raises(RatingError) as caught:
        check_matrix(matrix, **options)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_returns_floats_and_leaves_the_input_alone():
    matrix = table()
    checked = check_matrix(matrix)
    assert {str(kind) for kind in checked.dtypes} == {"float64"} and checked.attrs["missing"] == []
    checked.iloc[0, 0] = 99
    assert matrix.iloc[0, 0] == 1 and matrix.attrs == {}


def test_nullable_and_object_numbers_are_numbers():
    matrix = table().astype(object)
    matrix.loc["KZ-ALA", "IT"] = decimal.Decimal("1.5")
    matrix.loc["KZ-AST", "Oil"] = None
    nullable = table().astype("Int64")
    assert check_matrix(matrix, missing="outside").loc["KZ-ALA", "IT"] == 1.5
    assert check_matrix(matrix, missing="outside").attrs["missing"] == [("KZ-AST", "Oil")]
    assert check_matrix(nullable).equals(check_matrix(table()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (-1, ["region 'KZ-AST'", "industry 'IT'", "-1 is negative", "zero or more"]),
        (np.inf, ["region 'KZ-AST'", "industry 'IT'", "infinite"]),
        (np.nan, ["region 'KZ-AST'", "industry 'IT'", "missing", 'missing="outside"']),
        ("12", ["'12' is not a number", "'KZ-AST'", "'IT'"]),
        (True, ["'True' is not a number", "'KZ-AST'"]),
        (1 + 2j, ["not a number"]),
    ],
)
def test_bad_cells_are_named(change, words):
    matrix = table().astype(object)
    matrix.loc["KZ-AST", "IT"] = change
    text = error(matrix)
    assert all(word in text for word in words), text


def test_truth_values_are_refused():
    assert "is not a number" in error(table() > 1)


def test_several_bad_cells_are_counted():
    assert "(and 2 more)" in error(-table(((1, 2), (3, 0))))


def test_labels():
    assert "region 'KZ-ALA' occurs more than once" in error(table(regions=("KZ-ALA", "KZ-ALA")))
    assert "industry 'IT' occurs more than once" in error(table(industries=("IT", "IT")))
    assert "label of a region is missing" in error(table(regions=("KZ-ALA", None)))


def test_shape_and_options():
    assert "a DataFrame" not in error(pd.DataFrame())
    assert "matrix is empty: 0 regions" in error(pd.DataFrame())
    assert "matrix is a ndarray" in error(np.ones((2, 2)))
    assert "nearest: outside" in error(table(), missing="outsid")


def test_missing_is_refused_kept_or_zero_but_never_silent():
    matrix = table(((1, np.nan), (3, 4)))
    assert "missing" in error(matrix)
    kept = check_matrix(matrix, missing="outside")
    zero = check_matrix(matrix, missing="zero")
    assert np.isnan(kept.loc["KZ-ALA", "Oil"]) and zero.loc["KZ-ALA", "Oil"] == 0
    assert kept.attrs["missing"] == zero.attrs["missing"] == [("KZ-ALA", "Oil")]


def test_missing_changes_the_index_and_is_listed_with_it():
    matrix = table(((1, np.nan, 3), (3, 4, 4), (2, 2, 1)), ("a", "b", "c"), ("x", "y", "z"))
    outside = krugman_specialisation(matrix, reference="national", missing="outside")
    zero = krugman_specialisation(matrix, reference="national", missing="zero")
    assert outside["a"] != pytest.approx(zero["a"])
    assert outside.attrs["missing"] == [("a", "y")]
    # over x and z alone: a has 1/4, 3/4; the nation 6 and 8 of 14
    assert outside["a"] == pytest.approx(2 * abs(1 / 4 - 6 / 14))


def test_all_zero_rows_and_columns_are_named_where_undefined():
    matrix = table(((0, 0), (3, 4)))
    with pytest.raises(RatingError, match="region 'KZ-ALA' has nothing but zeros"):
        krugman_specialisation(matrix, reference="national")
    with pytest.raises(RatingError, match="industry 'Oil' has nothing but zeros"):
        krugman_concentration(table(((1, 0), (3, 0))), reference="national")
    with pytest.raises(RatingError, match="industry 'Oil' has nothing but zeros"):
        location_quotient(table(((1, 0), (3, 0))))
    assert krugman_concentration(matrix, reference="national").notna().all()


def test_shares_by_hand():
    assert shares(table(), within="region").loc["KZ-AST"].tolist() == pytest.approx([3 / 7, 4 / 7])
    assert shares(table(), within="industry")["IT"].tolist() == [0.25, 0.75]
    assert shares(table(), within="total").loc["KZ-ALA", "Oil"] == 0.2
    with pytest.raises(RatingError, match="nothing but zeros"):
        shares(table() * 0, within="total")
    with pytest.raises(RatingError, match="nearest: industry"):
        shares(table(), within="industri")


def test_shares_with_a_cell_outside():
    result = shares(table(((1, np.nan), (3, 4))), within="region", missing="outside")
    assert result.loc["KZ-ALA", "IT"] == 1 and np.isnan(result.loc["KZ-ALA", "Oil"])


def test_vectors_are_aligned_by_label_or_refused():
    first = pd.Series([1.0, 2.0], index=["a", "b"])
    assert hoover(first, pd.Series([2.0, 1.0], index=["b", "a"])) == 0
    with pytest.raises(RatingError, match="no label 'b', unknown label 'c'"):
        hoover(first, pd.Series([2.0, 1.0], index=["a", "c"]))
    with pytest.raises(RatingError, match="values is a list"):
        hoover([1.0, 2.0], first)
    with pytest.raises(RatingError, match="values is empty"):
        hoover(first[:0], first)
    with pytest.raises(RatingError, match="the value of 'b' is missing"):
        hoover(first.replace(2.0, np.nan), first)
    with pytest.raises(RatingError, match="the value of 'a' is negative"):
        hoover(-first, first)
    with pytest.raises(RatingError, match="reference has nothing but zeros"):
        hoover(first, first * 0)


def test_industry_share_keeps_missing_and_zero_apart():
    ksi = industry_share(table(((6, 1), (0, 1), (np.nan, 1), (2, 1)), "abcd"), industry="IT")
    assert ksi.drop("c").tolist() == [0.75, 0.0, 0.25]
    assert np.isnan(ksi["c"]) and ksi.attrs["outside"] == ["c"] and ksi.attrs["industry"] == "IT"
    assert ksi.index.name == "region"


def test_industry_share_of_a_single_column():
    column = pd.Series([3.0, np.nan, 1.0], index=["a", "b", "c"], name="IT")
    assert industry_share(column)["a"] == 0.75
    with pytest.raises(RatingError, match="single column"):
        industry_share(column, industry="IT")


def test_industry_share_errors():
    with pytest.raises(RatingError, match=r"no industry 'It'.*nearest: IT"):
        industry_share(table(), industry="It")
    with pytest.raises(RatingError, match="industry= is missing"):
        industry_share(table())
    with pytest.raises(RatingError, match="no output in any region"):
        industry_share(table(((0, 1), (np.nan, 1))), industry="IT")
    with pytest.raises(RatingError, match="region 'KZ-ALA', industry 'IT': -1 is negative"):
        industry_share(table(((-1, 2), (3, 4))), industry="IT")


def test_options_are_checked():
    with pytest.raises(RatingError, match="nearest: rest_mean"):
        krugman_specialisation(table(), reference="rest_means")
    with pytest.raises(TypeError, match="reference"):
        krugman_specialisation(table())
    with pytest.raises(RatingError, match="nearest: region"):
        hhi(table(), by="regions")
