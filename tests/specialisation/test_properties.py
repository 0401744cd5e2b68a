"""Properties that hold for every matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from growthpoles.specialisation import (
    equivalent_number,
    gini_concentration,
    gini_specialisation,
    hhi,
    hoover,
    hoover_localisation,
    hoover_specialisation,
    industry_share,
    krugman_concentration,
    krugman_pairwise,
    krugman_specialisation,
    location_quotient,
    regional_similarity,
    shift_share,
    shift_share_dynamic,
    theil,
)

REFERENCES = ("national", "rest_pooled", "rest_mean")
CLOSE = {"rel": 1e-9, "abs": 1e-9}


@st.composite
def matrices(draw, *, low=0, missing=False, regions=None, industries=None):
    """Tables of 2-6 regions and 2-5 industries without an empty row or column."""
    shape = (regions or draw(st.integers(2, 6)), industries or draw(st.integers(2, 5)))
    values = draw(arrays(float, shape, elements=st.integers(low, 1000).map(float)))
    values = values.copy()
    for row in range(shape[0]):  # an unavoidable one in each row, and one in each column
        values[row, row % shape[1]] += 1
    for column in range(shape[1]):
        values[column % shape[0], column] += 1
    if missing:
        holes = draw(arrays(bool, shape))
        holes[np.arange(shape[0]), np.arange(shape[0]) % shape[1]] = False
        holes[np.arange(shape[1]) % shape[0], np.arange(shape[1])] = False
        values[holes] = np.nan
    names = [f"r{k}" for k in range(shape[0])], [f"i{k}" for k in range(shape[1])]
    return pd.DataFrame(values, index=names[0], columns=names[1])


def flat(frame: pd.DataFrame) -> pd.Series:
    """One value per pair of labels."""
    keys = pd.MultiIndex.from_product([list(frame.index), list(frame.columns)])
    return pd.Series(frame.to_numpy().ravel(), index=keys)


INDICES = {
    "krugman national": lambda m: krugman_specialisation(m, reference="national"),
    "krugman pooled": lambda m: krugman_specialisation(m, reference="rest_pooled"),
    "krugman mean": lambda m: krugman_specialisation(m, reference="rest_mean"),
    "concentration": lambda m: krugman_concentration(m, reference="rest_mean"),
    "quotient": lambda m: flat(location_quotient(m)),
    "hoover": hoover_specialisation,
    "localisation": hoover_localisation,
    "gini": gini_specialisation,
    "gini weighted": lambda m: gini_concentration(m, weighting="reference"),
    "hhi": lambda m: hhi(m, by="region"),
    "share": lambda m: industry_share(m, industry="i0"),
    "similarity": lambda m: flat(regional_similarity(m)),
    "cosine": lambda m: flat(regional_similarity(m, measure="cosine")),
    "bray curtis": lambda m: flat(regional_similarity(m, measure="bray_curtis")),
}


@pytest.mark.long
@pytest.mark.parametrize("name", INDICES)
@settings(max_examples=8, deadline=None)
@given(matrix=matrices(), factor=st.sampled_from([1e-6, 0.5, 3.0, 1e9]), seed=st.integers(0, 99))
def test_scale_and_order_do_not_matter(name, matrix, factor, seed):
    index = INDICES[name]
    plain = index(matrix)
    scaled = index(matrix * factor)
    assert np.allclose(plain, scaled, rtol=1e-9, atol=1e-9)
    generator = np.random.default_rng(seed)
    shuffled = matrix.loc[generator.permutation(matrix.index), generator.permutation(matrix.columns)]
    assert np.allclose(plain, index(shuffled).reindex(plain.index), rtol=1e-9, atol=1e-9)


@pytest.mark.long
@settings(max_examples=30, deadline=None)
@given(matrix=matrices(missing=True))
def test_krugman_lies_between_zero_and_two_with_cells_outside(matrix):
    for values in (
        *(krugman_specialisation(matrix, reference=r, missing="zero") for r in REFERENCES),
        *(krugman_concentration(matrix, reference=r, missing="zero") for r in REFERENCES),
        krugman_specialisation(matrix, reference="national", missing="outside"),
        flat(krugman_pairwise(matrix, missing="outside")).dropna(),
    ):
        assert ((values >= 0) & (values <= 2)).all()


@pytest.mark.long
@settings(max_examples=30, deadline=None)
@given(matrix=matrices())
def test_pairs_are_symmetric_and_hoover_is_half(matrix):
    pairs = krugman_pairwise(matrix)
    assert pairs.equals(pairs.T) and (np.diag(pairs) == 0).all()
    for one in matrix.index:
        for other in matrix.index:
            half = hoover(matrix.loc[one], matrix.loc[other])
            assert half == pytest.approx(pairs.loc[one, other] / 2, **CLOSE) and 0 <= half <= 1


@settings(max_examples=30, deadline=None)
@given(matrix=matrices(missing=True))
def test_outside_without_gaps_is_refuse(matrix):
    full = matrix.fillna(1.0)
    for reference in REFERENCES:
        strict = krugman_specialisation(full, reference=reference)
        assert np.allclose(strict, krugman_specialisation(full, reference=reference, missing="outside"))


@settings(max_examples=30, deadline=None)
@given(matrix=matrices())
def test_gini_and_herfindahl_bounds(matrix):
    n = matrix.shape[1]
    assert gini_specialisation(matrix).between(0, 1 - 1 / n + 1e-12).all()
    assert gini_specialisation(matrix, weighting="reference").between(0, 1).all()
    assert gini_concentration(matrix).between(0, 1 - 1 / len(matrix) + 1e-12).all()
    assert hhi(matrix, by="region").between(1 / n - 1e-12, 1).all()
    assert hhi(matrix, by="region", form="normalised").between(0, 1).all()
    assert equivalent_number(matrix, by="industry").between(1, len(matrix) + 1e-9).all()


@pytest.mark.long
@settings(max_examples=30, deadline=None)
@given(data=st.data(), method=st.sampled_from(["dunn", "esteban_marquillas"]))
def test_shift_share_parts_add_up_in_every_cell(data, method):
    start = data.draw(matrices(low=1))
    like = {"regions": start.shape[0], "industries": start.shape[1]}
    middle, end = data.draw(matrices(low=1, **like)), data.draw(matrices(**like))
    for result in (
        shift_share(start, end, method=method),
        shift_share_dynamic({1: start, 2: middle, 3: end}, method=method),
    ):
        sums = result.components[list(result.parts)].sum(axis=1)
        assert np.allclose(sums, result.components["change"], rtol=1e-9, atol=1e-6)
        total = result.by_region()[["change", *result.parts]].sum()
        change = end.to_numpy().sum() - start.to_numpy().sum()
        assert total["change"] == pytest.approx(change, rel=1e-9, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(matrix=matrices(low=0))
def test_shift_share_of_zeros_adds_up_too(matrix):
    end = matrix.iloc[::-1].set_axis(matrix.index, axis=0)
    result = shift_share(matrix, end)
    assert np.allclose(result.components[list(result.parts)].sum(axis=1), result.components["change"], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(st.floats(0.1, 1e6), min_size=3, max_size=12),
    seed=st.integers(0, 99),
    index=st.sampled_from(["T", "L"]),
    weighted=st.booleans(),
)
def test_theil_parts_add_up_and_are_not_negative(values, seed, index, weighted):
    generator = np.random.default_rng(seed)
    series = pd.Series(values)
    groups = pd.Series(generator.integers(0, 3, len(series)))
    weights = pd.Series(generator.uniform(0.1, 5, len(series))) if weighted else None
    result = theil(series, index=index, groups=groups, weights=weights)
    assert result.statistic == pytest.approx(result.between + result.within, rel=1e-7, abs=1e-9)
    assert result.between >= -1e-12 and result.within >= -1e-12
    scaled = theil(series * 17, index=index, groups=groups, weights=weights)
    assert scaled.statistic == pytest.approx(result.statistic, rel=1e-7, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(matrix=matrices(missing=True))
def test_shares_of_the_regions_inside_sum_to_one(matrix):
    for industry in matrix.columns:
        share = industry_share(matrix, industry=industry)
        assert share.sum() == pytest.approx(1) and share.isna().equals(matrix[industry].isna())
