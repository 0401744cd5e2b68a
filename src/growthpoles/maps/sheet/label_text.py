"""Label text: the ways to write a region's name with its class, from fullest to shortest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from growthpoles.language.languages import LANGUAGES
from growthpoles.maps.presets import Preset
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.typography import text_metrics

_BLANK = 0.45
_LONG = 9
#: Letters that never start the second line.
_SOUNDED = text_metrics.VOWELS | frozenset("ьъй")
_LETTERS = frozenset(sign for language in LANGUAGES.values() for sign in language.alphabet if sign >= "\u0400")


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of one label: (text, size, bold) from top to bottom, with width and height in millimetres.

    `tail` is the code of the class where it goes on with the last line instead of standing below it.
    """

    lines: tuple[tuple[str, float, bool], ...]
    w: float
    h: float
    tail: str = ""

    @property
    def widths(self) -> list[float]:
        """Widths of the lines, that of the tail and the blank before it included."""
        found = [text_metrics.width(s, size, bold=bold) for s, size, bold in self.lines]
        if self.tail and found:
            size = self.lines[-1][1]
            found[-1] += _BLANK * size * text_metrics.PT + text_metrics.width(self.tail, size, bold=True)
        return found


def make_label(lines: Sequence[tuple[str, float, bool]], tail: str = "") -> Label:
    """Measure the lines of a label; the tail goes on with the last line, in bold."""
    kept = tuple(line for line in lines if line[0])
    high = 0.0
    for i, (_, size, _) in enumerate(kept):
        high += (text_metrics.CAP if i == 0 else text_metrics.LEADING) * size * text_metrics.PT
    return Label(kept, max(Label(kept, 0.0, 0.0, tail).widths, default=0.0), high, tail)


def label_size(preset: Preset) -> float:
    """Size of region names, in points."""
    return max(0.93 * preset.text_pt, preset.small_pt)


def candidates(names: Sequence[str], mark: str, preset: Preset) -> list[Label]:
    """Labels of a region from the fullest to the shortest.

    Parameters
    ----------
    names
        Ways to write the region, preferred one first: short name, code.
    mark
        Code of its class or its value, printed bold on the line below; may be empty. "C++\u2192C+" may be broken
        after the arrow.
    preset
        Sizes.
    """
    largest = label_size(preset)
    sizes = list(dict.fromkeys([largest, (largest + preset.small_pt) / 2, preset.small_pt]))
    first, arrow, last = mark.partition("\u2192")
    found: list[Label] = []
    for name in names:
        pair = text_metrics.halves(name)
        for size in sizes:
            found.append(make_label([(name, size, False), (mark, size, True)]))
            if pair:
                found.append(make_label([(pair[0], size, False), (pair[1], size, False), (mark, size, True)]))
        found += _narrow(name, pair, mark, sizes[-1])
    if mark:
        found += [make_label([(mark, size, True)]) for size in sizes]
        if arrow:
            found.append(make_label([(first + arrow, sizes[-1], True), (last, sizes[-1], True)]))
    return [label for label in dict.fromkeys(found) if label.lines]


def breaks(name: str) -> list[tuple[str, str]]:
    """Ways to break one long Cyrillic word in two: before "-ская", then between the syllables nearest to its middle."""
    if len(name) < _LONG or not set(name[1:].lower()) <= _LETTERS:
        return []
    low, n, vowels = name.lower(), len(name), text_metrics.VOWELS
    cuts = [k for k in range(3, n - 2) if low[k] not in _SOUNDED and low[k + 1] in vowels and vowels & set(low[:k])]
    ending = text_metrics.hyphenated(name)
    middle = [(f"{name[:k]}-", name[k:]) for k in sorted(cuts, key=lambda k: (abs(2 * k - n), k))[:1]]
    return list(dict.fromkeys(([ending] if ending else []) + middle))


def _narrow(name: str, pair: tuple[str, str] | None, mark: str, size: float) -> list[Label]:
    """Labels for places where a name with its class below does not fit: the class beside it, the name broken."""
    found = []
    if mark:
        found.append(make_label([(name, size, False)], mark))
    for upper, lower in [pair] if pair else breaks(name):
        lines = [(upper, size, False), (lower, size, False)]
        found.append(make_label([*lines, (mark, size, True)]))
        if mark:
            found.append(make_label(lines, mark))
    first, arrow, last = mark.partition("\u2192")
    if arrow:
        found.append(make_label([(name, size, False), (first + arrow, size, True), (last, size, True)]))
    return found


def words(label: Label, x: float, y: float, *, colour: str, halo: str | None, tag: str = "") -> list[Word]:
    """Turn a placed label into words; (x, y) is the middle of its box."""
    top = y + label.h / 2
    found = []
    for i, ((line, size, bold), wide) in enumerate(zip(label.lines, label.widths, strict=True)):
        top -= (text_metrics.CAP if i == 0 else text_metrics.LEADING) * size * text_metrics.PT
        word = Word(x, top, line, size, bold=bold, colour=colour, align="center", halo=halo, tag=tag)
        if label.tail and i == len(label.lines) - 1:
            tail = Word(
                x + wide / 2, top, label.tail, size, bold=True, colour=colour, align="right", halo=halo, tag=tag
            )
            found += [replace(word, x=x - wide / 2, align="left"), tail]
        else:
            found.append(word)
    return found
