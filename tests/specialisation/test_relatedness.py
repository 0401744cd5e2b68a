"""Relatedness, density and complexity against ecomplexity, EconGeo's printed values, and brute force."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from growthpoles.errors import RatingError
from growthpoles.specialisation import (
    complexity,
    next_specialisations,
    relatedness,
    relatedness_density,
    specialised,
)

KNOWN = Path(__file__).parent / "known"
JOBS = pd.read_csv(KNOWN / "matrix_S_2015.csv", index_col="region")


def _nested(seed: int, shape: tuple[int, int] = (15, 12)) -> pd.DataFrame:
    """Jobs where able regions have the hard industries too, so that the table carries an index."""
    rng = np.random.default_rng(seed)
    able, hard = np.linspace(-1, 1.5, shape[0])[:, None], np.linspace(-1, 1.5, shape[1])
    sizes = rng.uniform(50, 500, shape[0])[:, None]
    values = rng.poisson(sizes / (1 + np.exp(-3 * (able - hard) + rng.normal(0, 0.5, shape))))
    return pd.DataFrame(values, index=[f"r{i}" for i in range(shape[0])], columns=[f"i{j}" for j in range(shape[1])])


@pytest.mark.parametrize(
    ("method", "first", "second"),  # i1 i2 and i3 i5: EconGeo 1.3; proximity: ecomplexity 0.5.3
    [
        ("association", 1.82222222222222, 0.569444444444444),
        ("cosine", 0.258198889747161, 0.0833333333333333),
        ("prob", 1.55269841269841, 0.481414868105516),
        ("proximity", 0.6, None),
    ],
)
def test_known_relatedness(method, first, second):
    found = relatedness(JOBS, method=method)
    assert found.loc["i1", "i2"] == pytest.approx(first, abs=1e-12)
    assert second is None or found.loc["i3", "i5"] == pytest.approx(second, abs=1e-12)


def test_known_densities():
    assert relatedness_density(JOBS, own="with").loc["S01", "i3"] == pytest.approx(0.04545454545454545, abs=1e-12)
    assert relatedness_density(JOBS, own="with").loc["S08", "i5"] == pytest.approx(0.2541436464088398, abs=1e-12)
    assert relatedness_density(JOBS).loc["S06", "i2"] == pytest.approx(0.7714285714285715, abs=1e-12)
    econgeo = relatedness_density(JOBS, method="prob", links="above one") * 100
    assert econgeo.loc["S01", "i3"] == 0
    assert econgeo.loc["S06", "i2"] == pytest.approx(66.67, abs=0.005)


def test_known_complexity():
    found = complexity(JOBS, force=True, replications=0)
    assert found.regions.loc[["S01", "S09"], "eci"].tolist() == pytest.approx([-1.7272703079056329, 0.9066373090855074])
    assert found.industries.loc[["i2", "i6"], "pci"].tolist() == pytest.approx(
        [1.4452786006837721, -1.3335015234716283]
    )
    assert found.regions.loc["S06", "coi"] == pytest.approx(-1.2934872759213791, abs=1e-9)
    assert found.forced == ("10 regions and 8 industries with a specialisation are too few",)


def test_known_coagglomeration():
    plants = pd.read_csv(KNOWN / "plants_S.csv")
    jobs = plants.pivot_table(index="region", columns="industry", values="jobs", aggfunc="sum", fill_value=0)
    all_jobs = pd.read_csv(KNOWN / "plants_reference_S.csv", index_col="region")["all_jobs"]
    found = relatedness(jobs.reindex(all_jobs.index, fill_value=0), method="coagglomeration", reference=all_jobs)
    assert found.loc["A", "B"] == pytest.approx(0.0720754636445433, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_complexity_and_density_are_those_of_ecomplexity(seed):
    from ecomplexity import ecomplexity

    jobs = _nested(seed)
    long = jobs.rename_axis("region").reset_index().melt(id_vars="region", var_name="industry", value_name="jobs")
    names = {"time": "year", "loc": "region", "prod": "industry", "val": "jobs"}
    with contextlib.redirect_stdout(io.StringIO()):
        other = ecomplexity(long.assign(year=2000), names, check_logsupermodularity=False)
    other = other.set_index(["region", "industry"])
    found = complexity(jobs, replications=0)
    for column, ours in (("eci", found.regions["eci"]), ("coi", found.regions["coi"])):
        theirs = other[column].groupby(level=0).first().reindex(jobs.index)
        np.testing.assert_allclose(ours, theirs, atol=1e-9)
    theirs = other["pci"].groupby(level=1).first().reindex(jobs.columns)
    np.testing.assert_allclose(found.industries["pci"], theirs, atol=1e-9)
    for column, ours in (("density", relatedness_density(jobs, own="with")), ("cog", found.gain)):
        theirs = other[column].unstack().reindex(index=jobs.index, columns=jobs.columns)
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_an_even_share_counts_as_specialised():
    """Thirds and sevenths of whole numbers: no rounding of the quotient may decide."""
    rng = np.random.default_rng(0)
    for _ in range(200):
        rows, columns = rng.integers(1, 30, 4), rng.integers(1, 30, 5)
        even = pd.DataFrame(np.outer(rows, columns))
        assert specialised(even).to_numpy().all()


def test_empty_industries_have_no_relative_and_are_named():
    jobs = _nested(1).assign(none=0)
    assert relatedness(jobs)["none"].isna().all() and relatedness_density(jobs)["none"].isna().all()
    found = complexity(jobs, replications=20)
    assert found.left_out == ("none",)
    np.testing.assert_allclose(found.regions["eci"], complexity(_nested(1), replications=0).regions["eci"], atol=1e-12)


def _halves() -> pd.DataFrame:
    block = _nested(3, (10, 10)).to_numpy() + 50
    return pd.DataFrame(np.block([[block, np.zeros((10, 10))], [np.zeros((10, 10)), block[::-1]]]))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: complexity(JOBS), "too few.*force=True"),
        (lambda: complexity(_halves()), "2 groups without a common industry"),
        (lambda: complexity(pd.DataFrame(np.ones((12, 12)))), "as many specialisations"),
        (lambda: complexity(_nested(0) * 1.5), "no count"),
        (lambda: complexity(_nested(0), threshold=0), "location quotient"),
        (lambda: complexity(_nested(0), replications=-1), "0 .none. or more"),
        (lambda: relatedness(JOBS, method="proximty"), "nearest: proximity"),
        (lambda: relatedness(JOBS, reference=JOBS["i1"]), "coagglomeration"),
        (lambda: relatedness(JOBS * 0), "nothing but zeros"),
        (lambda: next_specialisations(JOBS, start=JOBS.drop(columns="i1")), "no industry 'i1'"),
    ],
)
def test_what_cannot_be_is_refused(call, text):
    with pytest.raises(RatingError, match=text):
        call()


def test_a_sign_that_is_a_matter_of_chance_is_refused():
    refused = 0
    for seed in range(30):
        noise = pd.DataFrame(np.random.default_rng(seed).poisson(30, (12, 12)))
        try:
            assert complexity(noise, replications=0).sign_correlation >= 0.3
        except RatingError as error:
            refused += "matter of chance" in str(error)
    assert refused >= 10


def test_resampling_tells_a_ladder_from_noise():
    ladder = complexity(_nested(0), replications=100)
    noise = complexity(pd.DataFrame(np.random.default_rng(5).poisson(20, (12, 12))), force=True, replications=100)
    assert ladder.stability > 0.9 and ladder.turned == 0
    assert noise.stability < 0.6
    assert (ladder.regions["lower"] <= ladder.regions["upper"]).all()
    again = complexity(_nested(0), replications=100)
    pd.testing.assert_frame_equal(ladder.regions, again.regions)


def test_next_specialisations_are_absent_ones_in_order_of_density():
    jobs = _nested(2)
    table = next_specialisations(jobs, start=jobs // 2 + 1, replications=50)
    has = specialised(jobs).stack()  # noqa: PD013
    assert set(table.index) == set(has.index[~has])
    density = relatedness_density(jobs).stack()  # noqa: PD013
    for region, own in table.groupby(level=0, sort=False):
        assert own["density"].is_monotonic_decreasing, region
        assert own["density"].tolist() == pytest.approx(density[own.index].tolist())
    assert table["residual"].abs().max() < 1 and table["pci"].notna().all()
    small = next_specialisations(JOBS, replications=0)
    assert small["pci"].isna().all() and "too few" in small.attrs["left_out"]


def test_order_of_rows_and_columns_changes_nothing():
    jobs = _nested(4)
    turned = jobs.iloc[::-1, ::-1]
    for function in (relatedness, relatedness_density):
        pd.testing.assert_frame_equal(
            function(jobs), function(turned).reindex(index=function(jobs).index, columns=jobs.columns)
        )
    one, two = (complexity(each, replications=0).regions["eci"] for each in (jobs, turned))
    pd.testing.assert_series_equal(one, two.reindex(one.index))
