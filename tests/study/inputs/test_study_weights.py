"""Weights of a study: tables of distances in both shapes and any order, links by hand."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

import growthpoles as gp
from growthpoles.errors import GrowthpolesError
from growthpoles.shipped_data import geodata_path


@pytest.fixture(scope="module")
def minutes():
    """Minutes between the Mexican states, longer one way than back."""
    regions = gp.study_regions(gp.load_study("mexico-gdp"))
    n = len(regions)
    rng = np.random.default_rng(7)
    table = pd.DataFrame(rng.integers(20, 900, (n, n)).astype(float), regions.index, regions.index)
    values = table.to_numpy(copy=True)
    np.fill_diagonal(values, 0)
    return pd.DataFrame(values, regions.index, regions.index)


def study_with(folder, section):
    shutil.copytree(geodata_path("mexico-gdp"), folder, dirs_exist_ok=True)
    path = folder / "study.toml"
    path.write_text(path.read_text(encoding="utf-8") + f"\n[weights]\n{section}\n", encoding="utf-8")
    return gp.load_study(path)


@pytest.mark.parametrize("shape", ["square", "long"])
def test_table_of_a_study_in_any_order_keeps_both_directions(tmp_path, minutes, shape):
    rng = np.random.default_rng(3)
    table = minutes.iloc[rng.permutation(len(minutes)), rng.permutation(len(minutes))]
    if shape == "square":
        table.to_csv(tmp_path / "roads.csv", sep=";", decimal=",")
    else:
        long = table.rename_axis(index="from", columns="to").stack().rename("min").reset_index()  # noqa: PD013
        long[long["min"] > 0].to_csv(tmp_path / "roads.csv", index=False)
    study = study_with(tmp_path, 'distances = "roads.csv"\npower = 2\nthreshold = 300')
    graph = gp.study_weights(study, kind="distances")
    expected = {
        (a, b): d**-2
        for (a, b), d in minutes.stack().items()  # noqa: PD013
        if 0 < d <= 300
    }
    found = graph.adjacency[graph.adjacency > 0]
    assert found.to_dict() == pytest.approx(expected, rel=1e-12)
    assert list(graph.unique_ids) == list(minutes.index)


def test_links_by_hand_hold_for_every_kind(tmp_path):
    study = study_with(tmp_path, 'add = [["MX02", "MX23"]]\ncut = [["MX02", "MX26"]]')
    plain, changed = gp.study_weights(gp.load_study("mexico-gdp")), gp.study_weights(study)
    pairs = [set(graph.adjacency[graph.adjacency > 0].index) for graph in (plain, changed)]
    assert pairs[1] - pairs[0] == {("MX02", "MX23"), ("MX23", "MX02")}
    assert pairs[0] - pairs[1] == {("MX02", "MX26"), ("MX26", "MX02")}


@pytest.mark.parametrize(
    ("section", "spoil", "words"),
    [
        ('distances = "roads.csv"', lambda t: t.drop(index="MX05", columns="MX05"), "no distances of MX05"),
        ('distances = "roads.csv"', lambda t: t.rename(index={"MX05": "Atlantis"}), "Atlantis"),
        ('distances = "roads.csv"', lambda t: t.mask(t == t.iloc[2, 3]), "no distance: "),
        ('distances = "roads.csv"', lambda t: t.replace(t.iloc[2, 3], -1.0), "not above 0"),
        ('distances = "none.csv"', lambda t: t, "weights.distances = 'none.csv' does not exist"),
        ('add = [["MX02", "nowhere"]]', lambda t: t, "nowhere: no region"),
        ('cut = [["MX02", "MX23"]]', lambda t: t, "MX02 and MX23 are not linked"),
        ("power = -1", lambda t: t, "weights.power"),
    ],
)
def test_what_does_not_fit_is_one_clear_line(tmp_path, minutes, section, spoil, words):
    spoil(minutes).to_csv(tmp_path / "roads.csv")
    with pytest.raises(GrowthpolesError) as caught:
        gp.study_weights(study_with(tmp_path, section), kind="distances" if "distances" in section else None)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_the_verdict_asks_the_table_and_the_links_by_hand_too(tmp_path, minutes, monkeypatch):
    minutes.to_csv(tmp_path / "roads.csv")
    study = study_with(tmp_path, 'distances = "roads.csv"\npower = 2\ncut = [["MX02", "MX26"]]')
    from growthpoles.study import verdict as module

    monkeypatch.setattr(module, "WEIGHTS", (("queen", {}),))
    found = gp.verdict(study, statistics=["moran"], permutations=99)
    assert set(found.to_frame()["weights"]) == {"queen", "distances"}
    values = gp.load_indicators(2000, study=study)["gdp_per_head"]
    table = found.to_frame()
    for kind in ("queen", "distances"):
        graph = gp.study_weights(study, kind=kind)
        own = gp.moran(gp.rate(values.to_frame(), gp.study_catalogue(study))["index"], graph, permutations=1).statistic
        rows = table[(table["weights"] == kind) & (table["year"] == 2000)]
        assert own == pytest.approx(float(rows["statistic"].iloc[0]), abs=1e-9)


def test_validation_names_neighbours_that_were_found_by_geometry(tmp_path, monkeypatch):
    """Without a graph, whose library takes longer to load than all of the validation."""
    study = study_with(tmp_path, "tolerance = 3000")
    pairs = gp.study_weights(study).by_geometry[["region_a", "region_b"]].to_numpy().tolist()
    monkeypatch.setattr("growthpoles.study.examine_study.study_weights", None)
    notes = [note for note in gp.examine_study(tmp_path).attrs["notes"] if "found by geometry" in note]
    assert pairs and all(f"{a} and {b} (" in notes[0] for a, b in pairs)
