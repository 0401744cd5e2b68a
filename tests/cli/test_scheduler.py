"""`--scheduler`: relocations on the workers of a Dask scheduler, equal to those of this machine."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import growthpoles as gp
from growthpoles.cli.app import app
from growthpoles.cli.shared_options import workers
from growthpoles.errors import StudyError


def test_without_dask_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with (
        pytest.raises(StudyError, match=r"--scheduler needs Dask; allowed: pip install 'growthpoles\[cluster\]'"),
        workers(1, "tcp://127.0.0.1:1"),
    ):
        pass


def test_an_address_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("growthpoles.cli.shared_options._PATIENCE", 1)
    for address in ("tcp://127.0.0.1:1", "nonsense"):
        with pytest.raises(StudyError, match=f"no Dask scheduler answers at {address}"), workers(1, address):
            pass


def test_no_workers_are_refused() -> None:
    found = CliRunner().invoke(app, ["verdict", "--jobs", "0"])
    assert "--jobs 0" in str(found.exception)


@pytest.mark.slow
def test_workers_that_are_killed_cost_time_and_no_result() -> None:
    """Of four processes two are killed while they relocate."""
    distributed = pytest.importorskip("distributed")
    rng = np.random.default_rng(0)
    points = rng.uniform(0, 1e5, (2_000, 2))
    regions = gp_points(points)
    graph, y = gp.build_weights(regions, "knn", k=5), pd.Series(rng.normal(size=2_000), index=regions.index)
    alone = gp.moran(y, graph, permutations=9_999)
    with distributed.LocalCluster(n_workers=4, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        victims = [worker.pid for worker in cluster.workers.values()][:2]

        def kill() -> None:
            for victim in victims:
                time.sleep(0.3)
                os.kill(victim, signal.SIGKILL)

        with workers(1, cluster.scheduler_address):
            threading.Thread(target=kill, daemon=True).start()
            together = gp.moran(y, graph, permutations=9_999)
    assert together.p_value == alone.p_value and together.p_interval == alone.p_interval


def gp_points(points: np.ndarray) -> object:
    import geopandas as gpd

    return gpd.GeoSeries(gpd.points_from_xy(*points.T), crs="EPSG:32642")
