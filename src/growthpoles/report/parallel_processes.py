"""Parallel processes: steps that do not need each other side by side, with the outcome of one process.

A process is a fork: it holds everything the caller does, without a copy and without an import. Where the system has no
safe fork (Windows, macOS) or one processor, the steps run in the caller, one after the other.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from growthpoles.file_reading import Read, recorded, recorded_elsewhere

Outcome = tuple[bool, Any, Read]


def processes() -> int:
    """Return how many processes are worth while: the processors this one may use; LOKY_MAX_CPU_COUNT limits them.

    One where the caller has workers of its own (``joblib.parallel_config``): the steps then hand their work to those.
    """
    import joblib

    return int(joblib.cpu_count()) if sys.platform == "linux" and joblib.effective_n_jobs(None) == 1 else 1


def side_by_side(tasks: Sequence[Callable[[], Any]], workers: int) -> Iterator[Any]:
    """Start tasks in processes and yield what they return, in their order.

    Parameters
    ----------
    tasks : sequence of callable
        They share nothing that they change. What they read counts as read by the caller, see
        :func:`growthpoles.file_reading.recorded`; what they raise is raised when their turn comes.
    workers : int
        Processes; with one or none, a task runs when its turn comes.

    Notes
    -----
    A process that dies costs time and no result: the caller does what it has not.
    """
    return _run(tasks, _Workers(tasks, min(workers, len(tasks))) if min(workers, len(tasks)) > 1 else None)


def _run(tasks: Sequence[Callable[[], Any]], started: _Workers | None) -> Iterator[Any]:
    try:
        for place, task in enumerate(tasks):
            outcome = started.outcome(place) if started else None
            good, found, read = outcome or (True, task(), {})
            recorded_elsewhere(read)
            if not good:
                raise found
            yield found
    finally:
        if started:
            started.stop()


class _Workers:
    """Processes that take one task after the other."""

    def __init__(self, tasks: Sequence[Callable[[], Any]], count: int) -> None:
        context = multiprocessing.get_context("fork")
        self._found: dict[int, Outcome] = {}
        self._open: list[Connection] = []
        self._processes = []
        turn = context.Value("q", 0)
        with warnings.catch_warnings():
            # other threads (of a progress bar, of the BLAS) hold nothing that the steps use
            warnings.simplefilter("ignore", DeprecationWarning)
            for _ in range(count):
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(tasks, turn, theirs), daemon=True)
                process.start()
                theirs.close()
                self._open.append(ours)
                self._processes.append(process)

    def outcome(self, place: int) -> Outcome | None:
        """Return the outcome of a task, None if its process has died."""
        while place not in self._found and self._open:
            for pipe in wait(self._open):
                assert isinstance(pipe, Connection)
                try:
                    at, outcome = pipe.recv()
                    self._found[at] = outcome
                except EOFError:
                    self._open.remove(pipe)
        return self._found.pop(place, None)

    def stop(self) -> None:
        """End the processes, whatever they do."""
        for process in self._processes:
            process.kill()
            process.join()
        for pipe in self._open:
            pipe.close()


def _work(tasks: Sequence[Callable[[], Any]], turn: Any, pipe: Connection) -> None:
    """Do tasks until there are none left; the caller alone hears of Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        with turn.get_lock():
            place = turn.value
            turn.value += 1
        if place >= len(tasks):
            break
        with recorded() as read:
            try:
                good, found = True, tasks[place]()
            except Exception as error:
                good, found = False, error
        with contextlib.suppress(Exception):  # what cannot be sent is done again by the caller
            pipe.send((place, (good, found, read)))
    pipe.close()
    os._exit(0)  # nothing of the caller is to be flushed or cleaned up twice
