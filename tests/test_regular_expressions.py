"""Regular expressions never take exponential time, whatever stands in a cell, a header or a message."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
from collections.abc import Iterable, Iterator
from itertools import product

import pytest

import growthpoles

HEADS = ("", "2014", "12.5", "name", "Q1 2014")
PARTS = (
    " ", "0", "1", "(", ")", "[x]", ":", ".", "..", "-", "/", "*", ",", "'", "a", "г", "_", "%", "²", "(p)", "(1)",
    "1)", " p", ", p", "2/", "prov ", "\n",
)  # fmt: skip
ALLOWED = 1.0  # seconds of processor time; a quadratic search of a hundred signs takes a millisecond


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    seen = set()
    for info in pkgutil.walk_packages(growthpoles.__path__, "growthpoles."):
        if info.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(info.name)).items():
            held: Iterable[object] = value.values() if isinstance(value, dict) else [value]
            for each in held:
                for one in each if isinstance(each, list | tuple) else [each]:
                    if isinstance(one, re.Pattern) and isinstance(one.pattern, str) and one.pattern not in seen:
                        seen.add(one.pattern)
                        yield f"{info.name}.{name}", one


def slowest(pattern: re.Pattern[str]) -> str:
    """Return a text that a pattern takes longer over than it may, or nothing."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, give_up)
    text = ""
    try:
        for head, (one, other) in product(HEADS, product(PARTS, repeat=2)):
            text = f"{head}{(one + other) * 16}\x01"
            signal.setitimer(signal.ITIMER_VIRTUAL, ALLOWED)
            pattern.search(text)
            pattern.fullmatch(text)
        text = ""
    except TimeoutError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return text


@pytest.mark.long
@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="timers of Unix")
def test_no_pattern_takes_exponential_time() -> None:
    assert slowest(re.compile("(?:a+)+$"))
    found = list(patterns())
    assert len(found) > 60
    assert not {name: text for name, pattern in found if (text := slowest(pattern))}
