"""Text encoding of a table: byte order marks, UTF-8, plainly Russian cp1251; what is not plain is asked for."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from growthpoles import file_reading
from growthpoles.errors import DataError, message

MAX_BYTES = 200_000_000
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")
_WORD = re.compile(r"[^\W\d_]+")
_RUSSIAN = re.compile(r"[А-ЯЁа-яё]+")
_CASED = re.compile(r"[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")
_SIGNS = set("\u00a0№«»„“”‘’–—…°§±·•€")
_REMEDY = 'encoding = "..." in study.toml (for instance "cp1251", "cp1252", "utf-16-le"), or the file saved as UTF-8'


class EncodingError(DataError):
    """The bytes of a text do not tell its encoding."""


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Read a file whole, or say why that is impossible."""
    try:
        if path.stat().st_size > limit:
            raise DataError(message(f"the file is larger than {limit // 10**6} MB", where=str(path)))
        return file_reading.read_bytes(path)
    except FileNotFoundError:
        raise DataError(message("the file does not exist", where=str(path))) from None
    except IsADirectoryError:
        raise DataError(message("is a folder, not a file", where=str(path))) from None
    except DataError:  # a damaged shipped file
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(message(f"cannot be read ({reason})", where=str(path))) from None


def decode(content: bytes, *, encoding: str | None = None, where: str) -> tuple[str, str]:
    """Decode a text file.

    Parameters
    ----------
    content : bytes
    encoding : str, optional
        As study.toml states it; None applies the rule in the module's text.
    where : str
        File, for messages.

    Returns
    -------
    text, encoding : str
        Without byte order mark.

    Raises
    ------
    DataError
        If the bytes are not text in that encoding, or no encoding is plain.
    """
    chosen = encoding or next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(chosen)
    except (UnicodeError, ValueError) as error:
        start = getattr(error, "start", 0)
        if encoding is None and chosen == "utf-8" and b"\0" not in content and (russian := _cp1251(content)):
            return russian, "cp1251"
        named = f"byte {start} is not {chosen.removesuffix('-sig').upper()}"
        if encoding is None and chosen == "utf-8":
            named += ", and the text is not plainly Russian in cp1251"
        raise EncodingError(message(named, where=where, allowed=_REMEDY)) from None
    text = text.removeprefix("\ufeff")
    if "\0" in text or 10 * len(_CONTROLS.findall(text)) > len(text):
        problem = "the file holds null or control characters: not a text table, or UTF-16 without its mark"
        raise EncodingError(message(problem, where=where, allowed=_REMEDY))
    return text, chosen


def _cp1251(content: bytes) -> str | None:
    """Return the text if it reads as Russian in cp1251: whole words in one alphabet and in a sensible case.

    KOI8-R would come out with its cases swapped, Latin accents as Cyrillic letters inside Latin words, DOS text as
    letters that Russian lacks; each of these is refused.
    """
    try:
        text = content.decode("cp1251")
    except UnicodeDecodeError:
        return None
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    others = {sign for sign in text if ord(sign) > 127 and not sign.isalpha()}
    if not words or others - _SIGNS:
        return None
    return text if all(_RUSSIAN.fullmatch(word) and _CASED.fullmatch(word) for word in words) else None
