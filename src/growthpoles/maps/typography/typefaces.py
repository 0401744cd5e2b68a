"""Typefaces: font files and glyph checks; the package's DejaVu Sans, or the user's own.

DejaVu Sans holds every Kazakh letter. The package carries two parts of it, since a PDF is written several times faster
from a small file; what neither holds is set in matplotlib's whole one. Layout measures every line in its own font.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from growthpoles.errors import MapError, message, nearest
from growthpoles.language.languages import LANGUAGES

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

_OWN = "DejaVu Sans"


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
    it, so they fit as they do in the package's DejaVu Sans. A line with a letter that the typeface lacks is refused
    before anything is drawn: Liberation Sans, for one, has no letters of its own for Kazakh.

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
    """Return the user's typeface, None for the package's own; part of the key of every remembered layout."""
    return _CHOSEN.get()


def font_file(line: str, bold: bool = False) -> str:
    """Return the font file that a line is set in.

    Raises
    ------
    MapError
        If no font at hand holds one of its characters.
    """
    return _file_for(line, bold, _CHOSEN.get())


@lru_cache(maxsize=256)
def properties(size: float, path: str, bold: bool) -> FontProperties:
    """Font properties for `size` points in the font file at `path`."""
    from matplotlib.font_manager import FontProperties

    family = _OWN if path in _files(bold) else opened(path).family_name
    return FontProperties(family=family, weight="bold" if bold else "normal", size=size, fname=path)


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
def _file_for(line: str, bold: bool, face: Typeface | None) -> str:
    """Return the smallest of the package's files that holds a line, or the user's file."""
    files = _files(bold) if face is None else (face.bold if bold else face.regular,)
    codes = {ord(ch) for ch in line}
    for path in files:
        if codes <= _glyphs(path):
            return path
    lost = "".join(map(chr, sorted(codes - _glyphs(files[-1]))[:8]))
    if face is None:
        allowed = "Latin, Cyrillic, Greek and whatever else DejaVu Sans holds; or labels='codes'"
        raise MapError(message("no glyph for {lost!r} in {line!r}", allowed=allowed, lost=lost, line=line))
    raise MapError(
        message(
            "typeface {face} has no glyph for {lost!r} in {line!r}{gaps}",
            allowed="a typeface with all letters of the figure's language, as DejaVu Sans",
            face=face.family,
            lost=lost,
            line=line,
            gaps=_gaps(files[0]),
        )
    )


def _gaps(path: str) -> str:
    """Tell which of the languages a font file cannot set."""
    told = []
    for language in LANGUAGES.values():
        letters, name = language.alphabet, language.english_name
        gaps = [letter for letter in letters if missing_glyphs(path, letter + letter.upper())]
        if gaps:
            told.append(f"no {name} letter" if len(gaps) == len(letters) else f"no {name} {' '.join(gaps)}")
    return f" ({', '.join(told)})" if told else ""


@lru_cache(maxsize=16)
def sums_up(path: str) -> bool:
    """Tell whether lines are as wide as their characters together: the package's own parts have no kerning."""
    return Path(path).parent == Path(__file__).parent / "fonts"


def _files(bold: bool) -> tuple[str, str, str]:
    """Files of the package's own typeface, the smallest first."""
    import matplotlib as mpl

    name = "DejaVuSans-Bold" if bold else "DejaVuSans"
    here = Path(__file__).parent / "fonts"
    whole = Path(mpl.get_data_path(), "fonts", "ttf", f"{name}.ttf")
    return str(here / f"{name}-core.ttf"), str(here / f"{name}-wide.ttf"), str(whole)


@lru_cache(maxsize=16)
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
    try:
        wanted = font_manager.FontProperties(family=str(font), weight=weight)
        return str(font_manager.findfont(wanted, fallback_to_default=False))
    except ValueError:
        known = font_manager.get_font_names()
        near = nearest(font, known)
        raise MapError(
            message(f"no font of the name {font!r} is installed", allowed="a family's name or a .ttf file", near=near)
        ) from None


@lru_cache(maxsize=16)
def opened(path: str) -> FT2Font:
    """Open a font file."""
    from matplotlib.ft2font import FT2Font

    allowed = "a TrueType file (.ttf), whose outlines a PDF can embed"
    try:
        if not Path(path).is_file():  # a device or a pipe may never end
            raise MapError(message("the font cannot be read", where=Path(path).name, allowed=allowed))
        if Path(path).read_bytes()[:4] not in (b"\x00\x01\x00\x00", b"true"):
            raise MapError(message("not a TrueType font", where=Path(path).name, allowed=allowed))
        return FT2Font(path)
    except (OSError, RuntimeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) and exc.strerror else "the font cannot be read"
        raise MapError(message(why, where=Path(path).name, allowed=allowed)) from exc
