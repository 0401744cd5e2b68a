"""Names of charts on several lines: broken at blanks, after hyphens, and between syllables where a word is too long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from growthpoles.maps.typography import text_metrics as text

_VOWELS = frozenset("aeiouyаеёиоуыэюяәіөұүі")
_WEAK = frozenset("ьъй")


def fold(name: str, size: float, limit: float, *, most: int = 3, bold: bool = False) -> list[str]:
    """Break a name into lines of nearly equal length.

    Parameters
    ----------
    name
        One line of text.
    size
        Points.
    limit
        Largest width of a line in millimetres.
    most
        Largest number of lines; what does not fit is cut, with an ellipsis.
    bold
        Whether the name is bold.
    """
    lines = _fill(_pieces(name, size, limit, bold), size, limit, bold)
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), size, limit, bold)]
    elif len(lines) > 1:
        lines = _balanced(name, lines, size, limit, bold)
    return lines


def fold_all(names: Sequence[str], size: float, limit: float, *, most: int = 3) -> list[list[str]]:
    """Break names into lines where they are wider than `limit` millimetres."""
    return [fold(name, size, limit, most=most) for name in names]


def widest(folded: Sequence[Sequence[str]], size: float, *, bold: bool = False) -> float:
    """Width of the longest line in millimetres."""
    return max((text.width(line, size, bold=bold) for lines in folded for line in lines), default=0.0)


def narrowest(names: Sequence[str], size: float, lines: int, limit: float) -> float:
    """Smallest width, up to `limit`, at which every name takes at most `lines` lines without a broken word."""
    low = max(text.width(part, size) for name in names for part in re.split(r" |(?<=[-\u2010\u2013])", name))
    high = max(limit, low)
    if any(len(_fill(_pieces(name, size, high, False), size, high, False)) > lines for name in names):
        return high
    for _ in range(12):
        middle = (low + high) / 2
        fits = all(len(_fill(_pieces(name, size, middle, False), size, middle, False)) <= lines for name in names)
        low, high = (low, middle) if fits else (middle, high)
    return high


def _balanced(name: str, lines: list[str], size: float, limit: float, bold: bool) -> list[str]:
    """Return the lines of the smallest width that needs no more of them and breaks no further word."""
    low, high, best = 0.5 * limit, limit, lines
    hyphens = sum(line.endswith("-") for line in lines)
    for _ in range(8):
        middle = (low + high) / 2
        trial = _fill(_pieces(name, size, middle, bold), size, middle, bold)
        if len(trial) <= len(lines) and sum(line.endswith("-") for line in trial) <= hyphens:
            best, high = trial, middle
        else:
            low = middle
    return best


def _pieces(name: str, size: float, limit: float, bold: bool) -> list[tuple[str, str]]:
    """Split a name into pieces, each with what joins it to the piece before: a blank or nothing."""
    found: list[tuple[str, str]] = []
    for word in name.split(" "):
        parts = [part for part in re.split(r"(?<=[-\u2010\u2013])", word) if part]
        for i, part in enumerate(parts):
            chunks = _chunks(part, size, limit, bold)
            found += [(" " if i == j == 0 else "", chunk) for j, chunk in enumerate(chunks)]
    return found


def _fill(pieces: Sequence[tuple[str, str]], size: float, limit: float, bold: bool) -> list[str]:
    """Set pieces on lines, as many on each as fit."""
    lines: list[str] = []
    for joint, piece in pieces:
        soft = bool(lines) and lines[-1].endswith("\u00ad")
        trial = (lines[-1].rstrip("\u00ad") if soft else lines[-1]) + joint + piece if lines else piece
        if lines and text.width(_plain(trial), size, bold=bold) <= limit:
            lines[-1] = trial
        else:
            lines.append(piece)
    return [_plain(line) for line in lines]


def _plain(line: str) -> str:
    """Print the hyphen of a broken word at the end of a line."""
    return line[:-1] + "-" if line.endswith("\u00ad") else line


def _chunks(word: str, size: float, limit: float, bold: bool) -> list[str]:
    """Break a word that is wider than a line between syllables; chunks but the last end with a soft hyphen."""
    chunks = []
    while text.width(word, size, bold=bold) > limit:
        fits = [i for i in _breaks(word) if text.width(word[:i] + "-", size, bold=bold) <= limit]
        if not fits:
            fits = [i for i in range(1, len(word)) if text.width(word[:i] + "-", size, bold=bold) <= limit] or [1]
        if len(word) <= 1:
            break
        chunks.append(word[: fits[-1]] + "\u00ad")
        word = word[fits[-1] :]
    return [*chunks, word]


def _breaks(word: str) -> list[int]:
    """Places between two syllables: before a consonant that a vowel follows, with a vowel on either side."""
    low = word.lower()
    found = []
    for i in range(2, len(low) - 2):
        begins = low[i] not in _VOWELS and low[i] not in _WEAK and low[i].isalpha() and low[i + 1] in _VOWELS
        if begins and low[i - 1].isalpha() and _VOWELS & set(low[:i]):
            found.append(i)
    return found


def _cut(line: str, size: float, limit: float, bold: bool) -> str:
    """Cut a line to a width, with an ellipsis."""
    while line and text.width(line + "…", size, bold=bold) > limit:
        line = line[:-1].rstrip(" -")
    return line + "…"
