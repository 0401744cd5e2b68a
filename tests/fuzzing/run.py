"""Fuzz a kind of file in a child process, which is started anew when an input ends it.

``python -m fuzzing.run KIND FIRST COUNT`` prints the faults; ``python -m fuzzing.run KIND SEED`` writes that input.
"""

import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

HANGS = 20.0  # seconds on the clock after which an input that waits without computing is given up
LOADS = 300.0


@dataclass
class Found:
    """How many inputs a kind got, and the faults by seed."""

    inputs: int = 0
    faults: dict[int, str] = field(default_factory=dict)


def fuzz(kind: str, seeds: Sequence[int]) -> Found:
    found, left = Found(), list(reversed(seeds))
    with tempfile.TemporaryDirectory() as scratch:
        while left:
            _one_child(kind, Path(scratch), left, found)
    return found


def _one_child(kind: str, scratch: Path, left: list[int], found: Found) -> None:
    """Hand seeds to one child until it ends or none is left."""
    (scratch / "work").mkdir(exist_ok=True)
    root = Path(__file__).parents[1]
    variables = os.environ | {
        "PYTHONPATH": str(root), "MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system", "HOME": str(scratch), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    with (scratch / "stderr").open("w+b") as errors, subprocess.Popen(
        [sys.executable, "-m", "fuzzing.child", kind, str(scratch / "work")], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=errors, env=variables, cwd=scratch, text=True, bufsize=1,
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(child.stdout, selectors.EVENT_READ)
            ready = waiting.select(LOADS) and child.stdout.readline()
            assert ready == "ready\n", (scratch / "stderr").read_text()[-2000:]
            while left:
                seed = left.pop()
                found.inputs += 1
                child.stdin.write(f"{seed}\n")
                child.stdin.flush()
                answer = child.stdout.readline() if waiting.select(HANGS) else "hangs"
                if answer.startswith(f"{seed} "):
                    if told := answer.partition(" ")[2].strip():
                        found.faults[seed] = told
                    continue
                child.kill()
                code = child.wait()
                last = (scratch / "stderr").read_bytes()[-300:]
                found.faults[seed] = f"{answer or 'died'} ({code}) {last!r}"
                return
        child.stdin.close()


if __name__ == "__main__":
    from fuzzing.mutate import damaged

    kind, first = sys.argv[1], int(sys.argv[2])
    if len(sys.argv) < 4:
        sys.stdout.buffer.write(damaged(kind, first))
    else:
        result = fuzz(kind, range(first, first + int(sys.argv[3])))
        for number, text in result.faults.items():
            print(kind, number, text)
        print(f"{kind}: {result.inputs} inputs, {len(result.faults)} faults", flush=True)
