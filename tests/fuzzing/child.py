"""One child of the fuzzer: it reads seeds, one a line, and answers each; limits of time and memory end it."""

import os
import resource
import signal
import sys
import traceback
import warnings
from pathlib import Path

from fuzzing.mutate import damaged
from fuzzing.targets import FAULTY, TARGETS, warm

SECONDS, BYTES = 2.0, 2**30


def main(kind: str, folder: Path) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what is printed is a fault, as is what a library says on standard error
    warnings.simplefilter("always")
    if kind not in FAULTY:
        warm(kind, folder)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    told = os.fstat(2).st_size
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        content = b"" if kind in FAULTY else damaged(kind, int(line))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # processor time; the default of the signal ends the process
        try:
            fault = ""
            if kind in TARGETS:
                TARGETS[kind](folder, content)
            elif int(line) == 1:
                FAULTY[kind]()
                sys.stdout.flush()
        except BaseException as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            fault = f"{type(error).__name__}: {str(error)[:200]!r} at {Path(last.filename).name} {last.lineno}"
        signal.setitimer(signal.ITIMER_PROF, 0)
        sys.stderr.flush()
        size = os.fstat(2).st_size
        if size > told and not fault:
            fault = f"printed {os.pread(2, 300, told)!r}"
        told = size
        print(f"{int(line)} {fault}", file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
