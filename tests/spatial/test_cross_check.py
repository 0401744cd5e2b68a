"""The cross-check agrees on published data, says so when it does not, and leaves no trace in the process."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from libpysal.weights import W

import growthpoles as gp
from growthpoles.errors import SpatialError
from growthpoles.spatial.cross_check import counterparts

FEW = {"permutations": 9}
NORMAL, RANDOM = {"method": "normal"}, {"method": "randomisation"}
TESTS = {
    "moran normal": (lambda x, y, g: gp.moran(x, g, **NORMAL), 3),
    "moran randomisation": (lambda x, y, g: gp.moran(x, g, **RANDOM), 3),
    "moran permutation": (lambda x, y, g: gp.moran(x, g, **FEW), 3),
    "moran exact": (lambda x, y, g: gp.moran(x, g, method="exact"), 3),
    "moran residuals": (lambda x, y, g: gp.moran(x, g, regressors=y.to_frame()), 1),
    "moran binary": (lambda x, y, g: gp.moran(x, g, transformation="b", **RANDOM), 3),
    "moran as given": (lambda x, y, g: gp.moran(x, g, transformation=None, **RANDOM), 3),
    "geary normal": (lambda x, y, g: gp.geary(x, g, **NORMAL), 3),
    "geary randomisation": (lambda x, y, g: gp.geary(x, g, transformation=None, **RANDOM), 3),
    "getis_ord": (lambda x, y, g: gp.getis_ord(x, g, **RANDOM), 3),
    "getis_ord standardised": (lambda x, y, g: gp.getis_ord(x, g, transformation="r", **RANDOM), 3),
    "moran_bivariate": (lambda x, y, g: gp.moran_bivariate(x, y.iloc[::-1], g, **RANDOM), 1),
    "moran_bivariate binary": (lambda x, y, g: gp.moran_bivariate(x, y, g, transformation="b", **RANDOM), 1),
    "lee": (lambda x, y, g: gp.lee(x, y, g, transformation=None, **RANDOM), 1),
    "join_count": (lambda x, y, g: gp.join_count(x > x.median(), g, **RANDOM), 4),
    "join_count of four": (lambda x, y, g: gp.join_count(pd.qcut(x, 4, labels=list("dbca")), g, **RANDOM), 11),
    "local_moran": (lambda x, y, g: gp.local_moran(x, g, **FEW), None),
    "local_moran as given": (lambda x, y, g: gp.local_moran(x, g, transformation=None, **FEW), None),
    "local_moran_bivariate": (lambda x, y, g: gp.local_moran_bivariate(x, y, g, transformation="b", **FEW), None),
    "local_moran_rates": (lambda x, y, g: gp.local_moran_rates(x.round(), y + 50, g, **FEW), None),
    "local_geary": (lambda x, y, g: gp.local_geary(x, g, **FEW), None),
    "local_geary of two": (lambda x, y, g: gp.local_geary(pd.DataFrame({"x": x, "y": y}), g, **FEW), None),
    "local_getis_ord": (lambda x, y, g: gp.local_getis_ord(x, g, **FEW), None),
    "local_getis_ord star": (lambda x, y, g: gp.local_getis_ord(x, g, star=True, **FEW), None),
    "local_getis_ord star b": (lambda x, y, g: gp.local_getis_ord(x, g, star=True, transformation="b", **FEW), None),
    "local_getis_ord star o": (lambda x, y, g: gp.local_getis_ord(x, g, star=True, transformation=None, **FEW), None),
    "local_join_count": (lambda x, y, g: gp.local_join_count((x > x.median()).astype(int), g), None),
}


@pytest.fixture(scope="module")
def columbus(known):
    """Crime and income of columbus with labels in no order, and neighbours weighted one way more than the other."""
    _, graph, frame = known("columbus")
    labels = np.array([f"tract {place}" for place in np.random.default_rng(2).permutation(len(frame))])
    pairs = graph.adjacency.reset_index()
    weight = 1 + (pairs["focal"] + 2 * pairs["neighbor"]) % 5
    shuffled = Graph.from_arrays(labels[pairs["focal"]], labels[pairs["neighbor"]], weight.to_numpy(dtype=float))
    frame = frame.set_index(labels).iloc[::-1]
    return frame["CRIME"], frame["INC"], shuffled


@pytest.fixture(scope="module")
def one_way():
    """Nine regions: one linked to nothing, one that is a neighbour and has none."""
    links = ["ab", "ba", "bc", "cb", "cd", "dc", "de", "ed", "ef", "fe", "fg", "gf", "ga", "ah"]
    graph = W({label: [pair[1] for pair in links if pair[0] == label] for label in "zhgfedcba"}, silence_warnings=True)
    index = list("ahbgczfde")
    return pd.Series([3.0, 9, 4, 1, 5, 90, 2, 6, 5], index), pd.Series([2.0, 7, 1, 8, 2, 8, 1, 8, 2.5], index), graph


# esda refuses a class without links of its own, as one of four is on the small graph
@pytest.mark.parametrize(
    ("data", "name"),
    [
        *(pytest.param("columbus", name, marks=pytest.mark.long if at % 2 else ()) for at, name in enumerate(TESTS)),
        *(("one_way", name) for name in TESTS if name != "join_count of four"),
    ],
)
def test_agrees(name, data, request):
    x, y, graph = request.getfixturevalue(data)
    test, numbers = TESTS[name]
    check = gp.cross_check(test(x, y, graph))
    frame = check.to_frame()
    assert check.agrees and check.relative < 1e-11, check
    regions = {"columbus": 49, "one_way": 7}[data]
    assert len(frame) == (numbers or regions)
    assert set(frame["quantity"]) == ({"statistic", "expected", "variance"} if numbers == 3 else {"statistic"})
    assert frame["difference"].equals(frame["ours"] - frame["esda"])
    assert any("on neither side" in line for line in check.unchecked) == (data == "one_way")
    assert check.scaling.endswith("factor n / S0" if "bivariate" in name and numbers else "factor 1")
    assert check.version in repr(check) and "p-values" in repr(check)


@pytest.mark.parametrize("name", ["columbus", "stl", "sids2"])
def test_published_statistics_stand_in_the_table(name, known):
    published = {"columbus": 0.500188557, "stl": 0.24365582621771659, "sids2": 0.24772519320480135}
    y, graph, _ = known(name)
    frame = gp.cross_check(gp.moran(pd.Series(y.to_numpy(), graph.unique_ids), graph, **NORMAL)).to_frame()
    assert frame.set_index("quantity").loc["statistic", ["ours", "esda"]].tolist() == pytest.approx(
        [published[name]] * 2, abs=1e-9
    )


@pytest.mark.parametrize("quantity", ["statistic", "expected", "variance"])
def test_a_wrong_number_is_found(quantity, columbus):
    right = gp.moran(columbus[0], columbus[2], **RANDOM)
    wrong = gp.cross_check(replace(right, **{quantity: getattr(right, quantity) + 1e-6}))
    assert not wrong.agrees and "DO NOT AGREE" in repr(wrong)
    assert wrong.largest == pytest.approx(1e-6, rel=1e-6)
    assert gp.cross_check(replace(right, statistic=right.statistic + 1e-6), tolerance=1e-3).agrees
    local = gp.local_moran(columbus[0], columbus[2], **FEW)
    moved = gp.cross_check(replace(local, statistic=local.statistic + 1e-3 * (local.ids == "tract 3")))
    assert moved.largest == pytest.approx(1e-3) and not moved.agrees
    assert moved.to_frame()["difference"].abs().idxmax() == "tract 3"
    lost = gp.cross_check(replace(right, statistic=float("nan")))
    assert not lost.agrees and lost.largest == np.inf


def test_values_other_than_those_tested_do_not_agree(columbus):
    x, y, graph = columbus
    result = gp.local_geary(x, graph, **FEW)
    other = replace(result, tested=gp.local_geary(y, graph, **FEW).tested)
    assert not gp.cross_check(other).agrees


def test_later_changes_of_values_and_weights_do_not_matter(columbus):
    x = columbus[0].copy()
    w = columbus[2].to_W()
    w.transform = "o"
    result = gp.moran(x, w, transformation=None, **RANDOM)
    x.iloc[:10] = 1000.0
    w.transform = "b"
    assert gp.cross_check(result).agrees


def test_one_count_of_many_can_be_checked(lattice):
    y = pd.Series([1] * 8 + [0] * 8, [f"a{i}" for i in range(16)])
    joins = gp.join_count(y, lattice(4, 4))
    assert gp.cross_check(joins).to_frame()["esda"].tolist() == [10, 4, 10, 4]
    assert gp.cross_check(joins[1, 0]).to_frame()[["ours", "esda"]].to_numpy().tolist() == [[4, 4]]
    assert gp.cross_check(joins.different).agrees
    with pytest.raises(SpatialError, match=r"^cross_check: esda cannot recompute join counts: .*does not weigh"):
        gp.cross_check(gp.join_count(y, lattice(4, 4), transformation="r"))


def test_what_esda_lacks_is_one_clear_line(columbus):
    x, y, graph = columbus
    for result in (gp.spatial_tau(x, y, graph, **FEW), gp.mantel(*kazakhstan(), **FEW)):
        with pytest.raises(
            SpatialError, match=r"^cross_check: esda has no counterpart of (spatial tau|Mantel's r); all"
        ):
            gp.cross_check(result)
    for wrong in (0.5, x, gp.summarise_weights(graph), None):
        with pytest.raises(SpatialError, match=r"^result: .* given; allowed: a GlobalResult or a Join"):
            gp.cross_check(wrong)
    assert gp.cross_check(gp.lee(x, y, graph, **RANDOM)).unchecked == (
        "mean and variance: esda has none in closed form",
    )


def kazakhstan():
    regions = gp.load_regions(2014)
    return pd.Series(np.arange(16.0) ** 2, regions.index), regions


def test_results_carry_references_only(columbus):
    x, _, graph = columbus
    for result in (gp.moran(x, graph, **RANDOM), gp.local_moran(x, graph, **FEW)):
        assert result.tested.graph is graph
        assert np.shares_memory(result.tested.variables[0].to_numpy(), x.to_numpy())
        assert "tested" not in repr(result) and "tested" not in result.to_frame().columns
        assert copy.deepcopy(result).tested is result.tested
        again = pickle.loads(pickle.dumps(result))
        assert again.tested.graph is None
        assert len(pickle.dumps(result)) < 8_000
        with pytest.raises(SpatialError, match="read from a pickle"):
            gp.cross_check(again)
    result = gp.moran(x, graph, **RANDOM)
    assert result == replace(result, tested=None) and hash(result) == hash(replace(result, tested=None))


@pytest.mark.long
def test_no_warning_and_no_random_number(columbus):
    x, y, graph = columbus
    before = np.random.get_state()  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for test, _ in TESTS.values():
            gp.cross_check(test(x, y, graph))
    after = np.random.get_state()  # noqa: NPY002
    assert before[0] == after[0] and np.array_equal(before[1], after[1]) and before[2:] == after[2:]


@pytest.mark.long
def test_esda_is_loaded_by_the_first_check_only():
    code = (
        "import sys, numpy as np, pandas as pd, growthpoles as gp\n"
        "regions = gp.load_regions(2014)\n"
        "result = gp.moran(regions.area, gp.build_weights(regions), method='normal')\n"
        "state = np.random.get_state()[1].copy()\n"
        "gp.cross_check\n"
        "print('esda' in sys.modules, gp.cross_check(result).agrees, 'esda' in sys.modules,\n"
        "      (np.random.get_state()[1] == state).all())"
    )
    run = subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", code], capture_output=True, text=True)
    assert run.stdout.split() == ["False", "True", "True", "True"], run.stderr


def test_counterparts_exist_and_stand_on_the_page():
    import esda

    page = (Path(__file__).parents[2] / "docs" / "beside-esda.md").read_text(encoding="utf-8")

    for test, peer in counterparts().items():
        assert hasattr(esda, peer["class"]), test
        assert re.search(rf"^\| `gp\..*`{peer['class']}[`(].*`{peer['statistic']}\b", page, re.M), test
        assert peer.keys() <= {
            "class",
            "statistic",
            "expected",
            "variance",
            "weights",
            "fit",
            "scaling",
            "factor",
            "lacks",
        }
        assert ("lacks" in peer) <= ("variance" not in peer), test
