"""Typefaces: font files and glyph checks; the package's DejaVu Sans, Arimo and Tinos, or the user's own.

All three hold every Kazakh letter; Arimo has the widths of Arial, Tinos those of Times New Roman, and presets of
journals ask for them. The package carries two parts of each, since a PDF is written several times faster from a small
file. What neither holds is set in matplotlib's whole DejaVu Sans, then in an installed font that holds the line; a line
that no font holds as a whole, such as one in two scripts, is set in runs of several. Signs that no font holds are
boxes, of which one warning tells; a figure with boxes is not saved. Layout measures every run in its own font.

A line with words that run to the left is cut into runs of one direction, in the order in which they stand: renderers
and viewers disagree on the direction of a whole line, and the rules of Unicode would turn years and signs of numbers.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import groupby
from pathlib import Path
from string import ascii_letters
from typing import TYPE_CHECKING

from growthpoles.errors import MapError, Option, message, nearest, remedy, shown
from growthpoles.language.languages import LANGUAGES

if TYPE_CHECKING:
    from matplotlib.font_manager import FontEntry, FontProperties
    from matplotlib.ft2font import FT2Font

_OWN = {"DejaVu Sans": "DejaVuSans", "Arimo": "Arimo", "Tinos": "Tinos"}
_SIGNS_TOLD = 40
#: First word of the Unicode names of a script's signs -> what the family of Noto is called that has them, where that is
#: not "Sans" and the word itself. Those of the East hold more than one script.
_NOTO = {
    "ARABIC": "NaskhArabic", "CJK": "SansSC", "HANGUL": "SansKR", "HIRAGANA": "SansJP", "KATAKANA": "SansJP",
    "BOPOMOFO": "SansTC", "LATIN": "Sans", "GREEK": "Sans", "CYRILLIC": "Sans",
}  # fmt: skip
#: Scripts of South and South-East Asia, whose letters join and change places.
_SHAPED = (("\u0900", "\u0dff"), ("\u0f00", "\u109f"), ("\u1780", "\u17ff"))
_LATIN = frozenset(map(ord, ascii_letters))
_PAIRS = {")": "(", "]": "[", "}": "{"}
_MIRRORED = dict(zip("()[]{}<>«»‹›≤≥", ")(][}{><»«›‹≥≤", strict=True))
_LEFTWARD = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
_FIGURES = r"(?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)|\d+)(?:[.,:/'’٫٬]\d+)*(?:[ \u00a0\u202f]?[%‰°٪])?"
_SIGNED = rf"(?:[<>≤≥≈~=][ \u00a0]?)?(?:(?<!\w)[-+±]|−)?[$€£%٪]?{_FIGURES}"
_UNIT = rf"(?:(?![{_LEFTWARD}])[^\W\d_]){{1,4}}[²³]?"
#: A number with its signs and unit, or a span of two, also in brackets: they read from left to right in every line.
_SPAN = (
    rf"{_SIGNED}(?:[ \u00a0]?[-‐–—−→…×][ \u00a0]?{_SIGNED})*"
    rf"(?:[ \u00a0\u202f]{_UNIT}(?:/{_UNIT})?(?![\w/]|[ \u00a0](?![{_LEFTWARD}])[^\W\d_]))?"
)
_NUMBER = re.compile(rf"\({_SPAN}\)|{_SPAN}")
_ARABIC_DIGITS = "٠-٩٫٬"  # which renderers set as words that run to the left where one stands beside another
#: What is set on its own within a run of one direction, so that no run begins or ends with a blank.
_PARTS = re.compile(rf"\A\s+|\s+\Z|[{_ARABIC_DIGITS}]+|(?:(?!\s+\Z)[^{_ARABIC_DIGITS}])+")
_HERE = Path(__file__).parent / "fonts"
# What an SVG file asks for where the reader's machine lacks the typeface, the last one generic.
STACKS = {
    "DejaVu Sans": "'DejaVu Sans', Verdana, sans-serif",
    "Arimo": "Arimo, Arial, 'Liberation Sans', Helvetica, sans-serif",
    "Tinos": "Tinos, 'Times New Roman', 'Liberation Serif', Times, serif",
}


@dataclass(frozen=True, slots=True)
class Typeface:
    """A typeface of the user's: its family name and the files for plain and bold text.

    Examples
    --------
    >>> import growthpoles as gp
    >>> with gp.typeface("DejaVu Sans") as face:
    ...     print(face.family)
    DejaVu Sans
    """

    family: str
    regular: str
    bold: str


_CHOSEN: ContextVar[Typeface | None] = ContextVar("typeface", default=None)


@contextmanager
def typeface(font: str | Path, *, bold: str | Path | None = None) -> Iterator[Typeface]:
    """Set maps and charts in a typeface of your own, as journals ask for (Arial, Helvetica).

    Figures that are made inside the ``with`` block keep the typeface when they are saved later. Labels are measured in
    it, so they fit as they do in the package's own. A line with a letter of English, Russian or Kazakh that it
    lacks is refused before anything is drawn; a line in another script is set in a font that holds it, with a warning.
    A typeface of another script, without all Latin letters, sets what it has, and DejaVu Sans the rest of a line.
    With a sign that no font of the machine holds, :func:`growthpoles.save_figure` refuses the figure.

    Parameters
    ----------
    font : str or path
        A TrueType file (.ttf), or the family name of an installed one ("Arial").
    bold : str or path, optional
        File for bold text; by default the family's bold for a name, and `font` itself for a file.

    Yields
    ------
    Typeface
        Family name and files.

    Raises
    ------
    MapError
        No such font; not a TrueType file; inside the block, a letter that the typeface lacks.

    Examples
    --------
    >>> import growthpoles as gp
    >>> with gp.typeface("DejaVu Sans"):
    ...     axes = gp.plot_rating(gp.load_regions(2014), gp.load_published(2014), lang="kk")
    """
    regular = _found(font, "normal")
    heavy = _found(bold, "bold") if bold is not None else regular if _is_file(font) else _found(font, "bold")
    face = Typeface(opened(regular).family_name, regular, heavy)
    opened(heavy)
    token = _CHOSEN.set(face)
    try:
        yield face
    finally:
        _CHOSEN.reset(token)


def chosen() -> Typeface | None:
    """Return the user's typeface or that of the preset in work, None for DejaVu Sans; part of every layout's key."""
    return _CHOSEN.get()


@contextmanager
def typeface_of(face: str | Typeface | None) -> Iterator[None]:
    """Set what is drawn in one of the package's own typefaces or an earlier one, unless the user has chosen one."""
    if _CHOSEN.get() is not None or face in (None, "DejaVu Sans"):
        yield
        return
    token = _CHOSEN.set(_face(face) if isinstance(face, str) else face)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


@contextmanager
def boxes_are_known() -> Iterator[None]:
    """Silence matplotlib about glyphs that a font lacks, which it says once a sign; `font_runs` has said it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        yield


def font_runs(line: str, bold: bool = False) -> tuple[tuple[str, str], ...]:
    """Return a line in runs, each with the font file that it is set in, with a warning where that is not as asked for.

    The warnings are the same for every line, so that a figure of many lines shows them once.

    Raises
    ------
    MapError
        If the user's typeface lacks a letter of one of the package's languages, and is not one of another script.
    """
    runs, gap, lost = _runs_for(line, bold, face := _CHOSEN.get())
    if gap:
        told = {"allowed": "a typeface that has them, by gp.typeface or --font"}
        problem = "no font at hand has glyphs for some letters: boxes stand for them"
        if not lost:
            problem = "typeface {face} has no glyphs for some letters: another one stands in for them or their lines"
            told["face"] = face.family if face else ""
        warnings.warn(UserWarning(message(problem, **told)), stacklevel=2)
    if not _shapes() and (sign := _shaped(line)):
        problem = "this matplotlib sets some scripts letter by letter, neither joined nor turned: {script}"
        script = unicodedata.name(sign).split()[0].capitalize()
        warnings.warn(UserWarning(message(problem, allowed="matplotlib 3.11 or later", script=script)), stacklevel=2)
    return _as_they_stand(line, runs) if _shapes() else runs


@lru_cache(maxsize=4096)
def _as_they_stand(line: str, runs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the runs of a line from left to right, each in one direction, brackets mirrored where they stand alone."""
    kinds = [unicodedata.bidirectional(sign) for sign in line]
    if not {"R", "AL", "AN"}.intersection(kinds):
        return runs
    files = [path for run, path in runs for _ in run]
    pieces: list[tuple[int, str, str]] = []
    levels = _levels(line, kinds)
    for (level, path), group in groupby(range(len(line)), key=lambda i: (levels[i], files[i])):
        at = [*group]
        first, last = at[0], at[-1] + 1
        if level % 2:
            words = [i for i in at if kinds[i] in ("R", "AL", "NSM")]
            begin, end = (words[0], words[-1] + 1) if words else (last, last)
            while end < last and (opener := _PAIRS.get(line[end])) and opener in line[begin:end]:
                end += 1  # a pair of brackets in a word is turned with it
            head, tail = (
                [each[::-1].translate(str.maketrans(_MIRRORED)) for each in re.findall(r"\s+|\S+", loose)]
                for loose in (line[first:begin], line[end:last])
            )
            parts = [*head, line[begin:end], *tail]
        else:
            parts = _PARTS.findall(line[first:last])
        pieces += [(level, part, path) for part in parts if part]
    for depth in (2, 1):
        turned: list[tuple[int, str, str]] = []
        for deep, same in groupby(pieces, key=lambda piece: piece[0] >= depth):
            stretch = [*same]
            turned += stretch[::-1] if deep else stretch
        pieces = turned
    return tuple((part, path) for _, part, path in pieces)


def _levels(line: str, kinds: Sequence[str]) -> list[int]:
    """Return the embedding level of every sign by Unicode's rules (UAX 9), with every number as one sign."""
    found: list[str] = []
    for kind in kinds:
        before = found[-1] if found else ""
        found.append(
            {"AL": "R", "AN": "N", "EN": "N", "NSM": before, "BN": before}.get(kind, kind if kind in "LR" else "")
        )
    base = next((kind for kind in found if kind in ("L", "R")), "L")
    for number in _NUMBER.finditer(line):
        found[slice(*number.span())] = "N" * len(number.group())
    strong = base
    for i, kind in enumerate(found):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "N" and strong == "L":
            found[i] = "L"

    def side(part: Iterable[str]) -> str:
        return next(("R" if kind == "N" else kind for kind in part if kind), base)

    opened_at: list[int] = []
    for i, sign in enumerate(line):
        if found[i]:
            continue
        if sign in _PAIRS.values():
            opened_at.append(i)
        elif sign in _PAIRS and _PAIRS[sign] in [line[at] for at in opened_at]:
            while line[begin := opened_at.pop()] != _PAIRS[sign]:
                pass
            inside = {side([kind]) for kind in found[begin + 1 : i] if kind}
            if inside:
                found[begin] = found[i] = base if base in inside else side(reversed(found[:begin]))
    for neutral in re.finditer(r" +", "".join(kind or " " for kind in found)):
        begin, end = neutral.span()
        ends = {side(reversed(found[:begin])), side(found[end:])}
        found[begin:end] = [ends.pop() if len(ends) == 1 else base] * (end - begin)
    deep = {"L": 0, "R": 1, "N": 2} if base == "L" else {"L": 2, "R": 1, "N": 2}
    return [deep[kind] for kind in found]


@lru_cache(maxsize=4096)
def _shaped(line: str) -> str:
    """Return the first sign of a script that joins or moves its letters, or runs to the left; "" for none."""
    return next(
        (
            sign
            for sign in line
            if unicodedata.bidirectional(sign) in ("R", "AL") or any(first <= sign <= last for first, last in _SHAPED)
        ),
        "",
    )


@lru_cache(maxsize=1)
def _shapes() -> bool:
    """Tell whether matplotlib sets such scripts, as it does from 3.11 on."""
    import matplotlib

    return matplotlib.__version_info__ >= (3, 11)


def check_signs(lines: Iterable[tuple[str, Iterable[tuple[str, str]]]], where: str) -> None:
    """Refuse lines (text, its runs) with signs for which no font file has a glyph, all in one message.

    Raises
    ------
    MapError
        It names the signs, and a typeface that has them.
    """
    lost: dict[str, str] = {}
    for line, runs in lines:
        for run, path in runs:
            plain = "".join(sign for sign in run if unicodedata.category(sign) != "Cf")
            lost |= {sign: line for sign in missing_glyphs(path, plain) if sign not in lost}
    if not lost:
        return
    allowed = (
        "no typeface of this machine has them; one that does, installed, or its .ttf file: {font}; "
        "or other words: {title}, {source}, {name}"
    )
    signs, line = "".join(sorted(lost))[:_SIGNS_TOLD], next(iter(lost.values()))
    more = f" and {len(lost) - _SIGNS_TOLD} more" if len(lost) > _SIGNS_TOLD else ""
    problem = f"no glyph for {signs}{more} (as in {shown(line)}): boxes would stand for them"
    font = f'"{_noto(lost)}"'
    options = {
        "font": Option("font", font, f"gp.typeface({font})"),
        "title": Option("title", '"..."', 'variable="..."'),
        "source": Option("source", '"..."'),
        "name": Option("name", "another column of names", "another column as name"),
    }
    raise MapError(message(problem, where=where, allowed=remedy(allowed, **options)))


def _noto(signs: Iterable[str]) -> str:
    """Return the file of a family that has the script of most of the signs."""
    letters = [sign for sign in signs if unicodedata.category(sign)[0] in "LM"]
    words = Counter(unicodedata.name(sign, "LATIN").split()[0].split("-")[0] for sign in letters)
    if "HANGUL" in words or words.keys() & {"HIRAGANA", "KATAKANA"}:
        words.pop("CJK", None)
    script = words.most_common(1)[0][0] if words else ""
    family = _NOTO.get(script, f"Sans{script.capitalize()}" if script else "SansSymbols2")
    return f"Noto{family}-Regular.ttf"


def file_in(family: str, line: str) -> str:
    """Return the file of a typeface of the package's own for a line, without a word about what it lacks."""
    return _runs_for(line, False, _face(family))[0][0][1]


@lru_cache(maxsize=256)
def properties(size: float, path: str, bold: bool) -> FontProperties:
    """Font properties for `size` points in the font file at `path`."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=opened(path).family_name, weight="bold" if bold else "normal", size=size, fname=path)


def missing_glyphs(path: str | Path, sample: str) -> str:
    """Return the characters of `sample` that the font file at `path` lacks, sorted.

    Raises
    ------
    MapError
        If the file is not a TrueType font.
    """
    held = _glyphs(str(path))
    return "".join(sorted({ch for ch in sample if not ch.isspace() and ord(ch) not in held}))


@lru_cache(maxsize=4096)
def _runs_for(line: str, bold: bool, face: Typeface | None) -> tuple[tuple[tuple[str, str], ...], str, bool]:
    """Return the runs of a line, the signs that the wanted typeface lacks, and whether all fonts do.

    A line is one run in the first file that holds it. Where none does, or the user's typeface is one of another script
    that has letters of the line, every sign is set in the first file that has it.
    """
    needed = {
        ord(ch) for ch in line if unicodedata.category(ch) != "Cf"
    }  # joiners and marks of direction have no shape
    own = ("DejaVu Sans" if face is None else face.family) in _OWN
    files: tuple[str, ...] = _own("DejaVu Sans" if face is None else face.family, bold) if own else ()
    whole_lines = True
    if face is not None and not own:
        file = face.bold if bold else face.regular
        held = _glyphs(file)
        gaps = needed - held
        if gaps & _alphabets() and held >= _LATIN:
            raise MapError(
                message(
                    "typeface {face} has no glyph for {lost!r} in {line!r}{gaps}",
                    allowed="a typeface with all letters of the figure's language, as DejaVu Sans",
                    face=face.family,
                    lost=_signs(gaps),
                    line=line,
                    gaps=_gaps(file),
                )
            )
        files = (file,)
        whole_lines = held >= _LATIN or not any(chr(code).isalpha() for code in needed & held)
    standard = (*files, *_own("DejaVu Sans", bold), _whole(bold))
    gap = "" if own else _signs(needed - _glyphs(files[0]))
    for path in standard if whole_lines else files:
        if needed <= _glyphs(path):
            return ((line, path),), "" if path in files else gap, False
    if whole_lines and (best := _installed(frozenset(needed), bold)) is not None:
        return ((line, best),), gap, False
    rest = frozenset(needed.difference(*map(_glyphs, standard)))
    others = {_installed(part, bold) for part in (rest, *(frozenset({code}) for code in rest)) if part}
    at_hand = (*standard, *sorted(path for path in others if path is not None))
    lost = needed.difference(*map(_glyphs, at_hand))
    return _parted(line, at_hand, _whole(bold)), _signs(lost) or gap, bool(lost)


def _parted(line: str, files: tuple[str, ...], box: str) -> tuple[tuple[str, str], ...]:
    """Return the runs of a line, every sign in the first file that has it; what none has in `box`.

    Marks stay with their letter, blanks and punctuation with what stands before them, where its file has them.
    """
    runs: list[tuple[str, str]] = []
    for sign in line:
        kind = unicodedata.category(sign)
        stays = runs and (kind == "Cf" or (kind[0] not in "LN" and ord(sign) in _glyphs(runs[-1][1])))
        able = (path for path in files if kind == "Cf" or ord(sign) in _glyphs(path))
        path = runs[-1][1] if stays else next(able, box)
        if runs and path == runs[-1][1]:
            runs[-1] = (runs[-1][0] + sign, path)
        else:
            runs.append((sign, path))
    return tuple(runs)


def _signs(codes: set[int]) -> str:
    return "".join(map(chr, sorted(codes)[:8]))


@lru_cache(maxsize=1)
def _alphabets() -> frozenset[int]:
    """Letters of the package's languages."""
    return frozenset(ord(ch) for each in LANGUAGES.values() for ch in each.alphabet + each.alphabet.upper())


@lru_cache(maxsize=256)
def _installed(needed: frozenset[int], bold: bool) -> str | None:
    """Return an installed TrueType font that holds all these characters, upright and of the weight if there is one."""
    from matplotlib import font_manager

    def order(entry: font_manager.FontEntry) -> tuple[bool, bool, str]:
        heavy = str(entry.weight) in ("bold", "700")
        return entry.style != "normal", heavy != bold, entry.fname

    for known in (lambda: font_manager.fontManager.ttflist, _newly_installed):
        for entry in sorted(known(), key=order):
            try:
                if "Last Resort" not in entry.name and needed <= _glyphs(entry.fname):
                    return entry.fname
            except MapError:  # no TrueType outlines, or not there any more
                continue
    return None


@lru_cache(maxsize=1)
def _newly_installed() -> tuple[FontEntry, ...]:
    """Return fonts that were installed after matplotlib had made its list, which it keeps; they join it."""
    from matplotlib import font_manager

    manager = font_manager.fontManager
    known = {entry.fname for entry in manager.ttflist}
    count = len(manager.ttflist)
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with suppress(OSError, RuntimeError, ValueError):  # damaged files
            manager.addfont(path)
    return tuple(manager.ttflist[count:])


def _gaps(path: str) -> str:
    """Tell which of the languages a font file cannot set."""
    told = []
    for language in LANGUAGES.values():
        letters, name = language.alphabet, language.english_name
        gaps = [letter for letter in letters if missing_glyphs(path, letter + letter.upper())]
        if gaps:
            told.append(f"no {name} letter" if len(gaps) == len(letters) else f"no {name} {' '.join(gaps)}")
    return f" ({', '.join(told)})" if told else ""


@lru_cache(maxsize=64)
def sums_up(path: str) -> bool:
    """Tell whether lines are as wide as their characters together: the package's own parts have no kerning."""
    return Path(path).parent == _HERE


def _face(family: str) -> Typeface:
    return Typeface(family, *(_own(family, bold)[0] for bold in (False, True)))


def _own(family: str, bold: bool) -> tuple[str, str]:
    """Files of a typeface of the package's own, the smaller first."""
    name = f"{_OWN[family]}{'-Bold' if bold else ''}"
    return str(_HERE / f"{name}-core.ttf"), str(_HERE / f"{name}-wide.ttf")


def _whole(bold: bool) -> str:
    """Return matplotlib's whole DejaVu Sans."""
    import matplotlib as mpl

    return str(Path(mpl.get_data_path(), "fonts", "ttf", f"DejaVuSans{'-Bold' if bold else ''}.ttf"))


@lru_cache(maxsize=256)
def _glyphs(path: str) -> frozenset[int]:
    """Characters that a font file holds."""
    return frozenset(opened(path).get_charmap())


def _is_file(font: str | Path) -> bool:
    """Tell a file from the name of a family."""
    return isinstance(font, Path) or "/" in font or Path(font).suffix.lower() in (".ttf", ".otf", ".ttc")


def _found(font: str | Path, weight: str) -> str:
    """Return the file of a font that is given as a file or by its family's name."""
    from matplotlib import font_manager

    if _is_file(font):
        return str(Path(font).expanduser().resolve())
    if font not in font_manager.get_font_names():
        _newly_installed()
    try:
        wanted = font_manager.FontProperties(family=str(font), weight=weight)
        return str(font_manager.findfont(wanted, fallback_to_default=False))
    except ValueError:
        known = font_manager.get_font_names()
        near = nearest(font, known)
        raise MapError(
            message(f"no font of the name {font!r} is installed", allowed="a family's name or a .ttf file", near=near)
        ) from None


@lru_cache(maxsize=64)
def opened(path: str) -> FT2Font:
    """Open a font file."""
    import matplotlib
    from matplotlib.ft2font import FT2Font

    allowed = "a TrueType file (.ttf), whose outlines a PDF can embed"
    try:
        if Path(path).exists() and not Path(path).is_file():  # a device or a pipe may never end
            raise MapError(message("the font cannot be read", where=Path(path).name, allowed=allowed))
        content = Path(path).read_bytes()
        if content[:4] not in (b"\x00\x01\x00\x00", b"true"):
            raise MapError(message("not a TrueType font", where=Path(path).name, allowed=allowed))
        if matplotlib.__version_info__ < (3, 11):  # outlines would be drawn together in width by 8
            return FT2Font(BytesIO(content), hinting_factor=1)  # type: ignore[call-arg]
        return FT2Font(BytesIO(content))  # of an open file, forked processes would share the place of reading
    except (OSError, RuntimeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) and exc.strerror else "the font cannot be read"
        raise MapError(message(why, where=Path(path).name, allowed=allowed)) from exc
