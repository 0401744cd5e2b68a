from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from inequality.theil import TheilD

from growthpoles.errors import RatingError
from growthpoles.specialisation import theil

VALUES = pd.Series([1.0, 2, 3, 6], index=list("abcd"))
GROUPS = pd.Series({"d": "north", "c": "north", "b": "south", "a": "south"})


def test_t_and_l_by_hand():
    ratio = np.array([1, 2, 3, 6]) / 3
    assert theil(VALUES).statistic == pytest.approx(np.mean(ratio * np.log(ratio)))
    assert theil(VALUES, index="L").statistic == pytest.approx(-np.mean(np.log(ratio)))


def test_limits():
    assert theil(VALUES * 0 + 7).statistic == 0
    assert theil(VALUES * 0 + 7, index="L").statistic == pytest.approx(0, abs=1e-15)
    one = pd.Series([0.0, 0, 0, 5], index=list("abcd"))
    assert theil(one).statistic == pytest.approx(math.log(4))


def test_decomposition_is_pysals():
    result = theil(VALUES, groups=GROUPS)
    oracle = TheilD(VALUES.to_numpy(), GROUPS[list("abcd")].to_numpy())
    assert result.statistic == pytest.approx(float(oracle.T), abs=1e-14)
    assert result.between == pytest.approx(float(np.squeeze(oracle.bg)), abs=1e-14)
    assert result.within == pytest.approx(float(np.squeeze(oracle.wg)), abs=1e-14)


def test_decomposition_by_hand():
    # south 1, 2 (mean 1.5), north 3, 6 (mean 4.5), of mean 3; inside each the ratios are 2/3 and 4/3
    inside_t = (2 / 3 * math.log(2 / 3) + 4 / 3 * math.log(4 / 3)) / 2
    inside_l = -(math.log(2 / 3) + math.log(4 / 3)) / 2
    t, low = theil(VALUES, groups=GROUPS), theil(VALUES, index="L", groups=GROUPS)
    assert t.within == pytest.approx(inside_t) and low.within == pytest.approx(inside_l)
    assert t.between == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))
    assert low.between == pytest.approx(-0.5 * (math.log(0.5) + math.log(1.5)))
    assert t.groups.loc["north", "value_share"] == 0.75 and t.groups.loc["south", "n"] == 2


def test_weights_are_repeated_values():
    weights = pd.Series({"d": 2.0, "c": 1, "b": 3, "a": 2})
    repeated = pd.Series([1.0] * 2 + [2] * 3 + [3] + [6] * 2)
    labels = pd.Series(["south"] * 5 + ["north"] * 3)
    for index in ("T", "L"):
        one = theil(VALUES, index=index, weights=weights, groups=GROUPS)
        other = theil(repeated, index=index, groups=labels)
        assert one.statistic == pytest.approx(other.statistic) and one.between == pytest.approx(other.between)
        assert one.within == pytest.approx(other.within)


def test_t_of_location_quotients_is_relative_entropy():
    own, nation = np.array([0.7, 0.2, 0.1]), np.array([0.3, 0.3, 0.4])
    quotients = pd.Series(own / nation)
    found = theil(quotients, weights=pd.Series(nation)).statistic
    assert found == pytest.approx(float(np.sum(own * np.log(own / nation))))


def test_a_group_of_zeros_is_allowed_in_t():
    values = pd.Series([0.0, 0, 3, 6], index=list("abcd"))
    result = theil(values, groups=GROUPS)
    assert result.statistic == pytest.approx(result.between + result.within)


def test_zero_weights_do_not_count():
    weights = pd.Series([1.0, 1, 0, 0], index=list("abcd"))
    values = pd.Series([1.0, 2, 0, 9], index=list("abcd"))
    expected = theil(values[["a", "b"]], index="L").statistic
    assert theil(values, index="L", weights=weights).statistic == pytest.approx(expected)
    grouped = theil(values, weights=weights, groups=GROUPS)
    assert grouped.between == pytest.approx(0, abs=1e-15) and grouped.groups.loc["north", "weight_share"] == 0


def test_frame_and_repr():
    row = theil(VALUES, groups=GROUPS).to_frame().iloc[0]
    assert row["between_share"] == pytest.approx(row["between"] / row["statistic"]) and row["n"] == 4
    assert "between" in repr(theil(VALUES, groups=GROUPS)) and "2 groups" in repr(theil(VALUES, groups=GROUPS))
    assert repr(theil(VALUES, index="L")).startswith("<Theil L = ")
    assert np.isnan(theil(VALUES).to_frame()["between"].iloc[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"index": "t"}, "index='t' is not known"),
        ({"values": VALUES * 0}, "nothing but zeros"),
        ({"values": VALUES.replace(1.0, 0.0), "index": "L"}, "the value of 'a' is zero.*index='T'"),
        ({"groups": GROUPS.replace("north", None)}, "the group of 'c' is missing"),
        ({"groups": GROUPS.drop("a")}, "no label 'a'"),
        ({"groups": ["n"] * 4}, "groups is a list"),
        ({"groups": pd.concat([GROUPS, GROUPS])}, "more than once"),
        ({"weights": -VALUES}, "negative"),
    ],
)
def test_errors(change, words):
    values = change.pop("values", VALUES)
    with pytest.raises(RatingError, match=words):
        theil(values, **change)
