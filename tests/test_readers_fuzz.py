"""Readers under fuzzing, each kind in a child with limits of time and memory: only this package's errors come out."""

from pathlib import Path

import pytest

from fuzzing.mutate import damaged
from fuzzing.run import fuzz
from fuzzing.targets import FAULTY, TARGETS, base

QUICK = {"catalogue", "claims", "formulas", "goalposts", "names", "published", "shares"}
SLOW = {"xls": 500, "study": 2_000, "shapefile": 2_000, "gpkg": 2_000, "xlsx": 2_000, "distances": 2_000}
#: Patterns that ran for ever, text that is none, coordinates without a place, a damaged archive.
FELL = {"sdmx": [657], "geoparquet": [414, 1748], "shapezip": [14, 957], "shapefile": [221]}
MANY = {kind: 10_000 if kind in QUICK else SLOW.get(kind, 3_000) for kind in TARGETS}


def test_the_count_is_what_is_promised() -> None:
    assert sum(MANY.values()) >= 100_000


@pytest.mark.parametrize("kind", TARGETS)
def test_a_sound_file_is_read_and_a_seed_is_an_input(kind: str, tmp_path: Path) -> None:
    if kind not in {"xls", "study"}:  # which take a second
        TARGETS[kind](tmp_path, base(kind))
    inputs = [damaged(kind, seed) for seed in range(8)]
    assert inputs == [damaged(kind, seed) for seed in range(8)] and len({*inputs, base(kind)}) >= 6
    assert len(base(kind)) < 20_000


@pytest.mark.slow
@pytest.mark.parametrize("kind", FAULTY)
def test_every_kind_of_fault_is_seen(kind: str) -> None:
    found = fuzz(kind, range(3))
    assert found.inputs == 3 and set(found.faults) == {1}, found.faults


@pytest.mark.long
@pytest.mark.parametrize("kind", FELL)
def test_inputs_that_once_fell(kind: str) -> None:
    assert not fuzz(kind, FELL[kind]).faults


@pytest.mark.slow
@pytest.mark.parametrize("kind", TARGETS)
def test_many_damaged_inputs(kind: str) -> None:
    """With all kinds more than 10^5 inputs; ``python -m fuzzing.run KIND SEED`` writes the input of a fault."""
    found = fuzz(kind, range(MANY[kind]))
    print(f"{kind}: {found.inputs} inputs")
    assert found.inputs == MANY[kind] and not found.faults, dict(list(found.faults.items())[:5])
