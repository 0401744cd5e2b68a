"""File reading: the one seam through which input is read; every read is recorded, shipped files are verified."""

from __future__ import annotations

import copy
import errno
import functools
import io
import itertools
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from growthpoles.errors import DataError, GrowthpolesError, Reason, message, nearest
from growthpoles.shipped_data import geodata_path, verify

Read = dict[Path, tuple[str | None, Any]]  # absolute path -> sha256 (None: not there), state when it was read
MAX_BYTES = 200_000_000
_BATCH = 8192
_BESIDE = 4000  # files of a folder among which one of a like name is looked for
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_READ: ContextVar[Read | None] = ContextVar("read", default=None)
_P = ParamSpec("_P")
_T = TypeVar("_T")


def absolute(path: Path) -> Path:
    """Return a path without dots; a link stays a link, since it may lead elsewhere tomorrow."""
    return Path(os.path.abspath(path))  # noqa: PTH100


@contextmanager
def recorded() -> Iterator[Read]:
    """Record what the block reads in this thread, as it was at the first read; a block around it records it too."""
    found: Read = {}
    token = _READ.set(found)
    try:
        yield found
    finally:
        _READ.reset(token)
        recorded_elsewhere(found)


def read_so_far() -> list[Path]:
    """Return the files that the block around was told of."""
    return list(_READ.get() or ())


def read_bytes(path: Path, *, limit: int = MAX_BYTES) -> bytes:
    """Read a file whole; errors are those of the operating system, and a DataError for a damaged shipped file.

    A device or a pipe, which may never end, and a file of more than `limit` bytes raise an OSError.
    """
    state, content = _state(path), None
    try:
        with open(os.open(path, _FLAGS), "rb") as file:  # noqa: PTH123
            found = os.fstat(file.fileno())
            if stat.S_ISDIR(found.st_mode):
                raise IsADirectoryError(errno.EISDIR, "is a folder", str(path))
            if not stat.S_ISREG(found.st_mode):
                raise OSError(errno.EINVAL, "a device or a pipe, not a file", str(path))
            content = file.read(min(found.st_size, limit) + 1)
            if len(content) > found.st_size:  # a file that says nothing of its size, or that grows
                content += file.read(limit)
            if len(content) > limit:
                content = None
                raise OSError(errno.EFBIG, f"the file is larger than {limit // 10**6} MB", str(path))
    finally:
        import hashlib  # not at the top: the command line would start by a tenth slower

        _check(path, None if content is None else hashlib.sha256(content).hexdigest(), state)
    return content


def no_such_file(path: Path) -> Reason:
    """Say that a file is not there, and which of its folder has a name most like it."""
    there: list[str] = []
    with suppress(OSError):
        there = [other.name for other in itertools.islice(path.parent.iterdir(), _BESIDE)]
    return message("no such file", where=str(path), near=nearest(path.name, there))


def read_text(path: Path, *, encoding: str = "utf-8-sig", errors: str = "strict") -> str:
    """Read a text file whole, line ends as in Python."""
    return io.TextIOWrapper(io.BytesIO(read_bytes(path)), encoding=encoding, errors=errors).read()


def note(path: Path) -> bool:
    """Record a file that another library reads, or that it is not there; tell whether it is."""
    state, digest = _state(path), file_sha256(path)
    _check(path, digest, state)
    return digest is not None


def note_layer(path: Path) -> None:
    """Record a data set that another library reads: a file and those beside it with its stem, or a folder of files."""
    every = _every(path)
    for part in _parts(every):
        note(part)
    recorded_elsewhere({every: (file_sha256(every), _state(every))})


def layer_files(path: Path) -> list[Path]:
    """Return the files of which a data set consists: a file and those beside it with its stem, or a folder of files."""
    return _parts(_every(path))


def check_parquet(source: Any, *, cells: int, size: int, where: str) -> list[str]:
    """Refuse a Parquet file that unpacks to more than fits; return its columns of text.

    Parameters
    ----------
    source : path or file
    cells, size : int
        Most cells, and most bytes of all cells.
    where : str
        File, for messages.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    file = pq.ParquetFile(source, memory_map=False, thrift_string_size_limit=1 << 26)
    plan, schema = file.metadata, file.schema_arrow
    groups = [plan.row_group(i) for i in range(plan.num_row_groups)]
    values = [sum(group.column(at).num_values for group in groups) for at in range(plan.num_columns)]
    if max(plan.num_rows * max(1, plan.num_columns), *values, 0) > cells:
        raise DataError(message(f"more than {cells} cells", where=where))
    unpacked = sum(group.column(at).total_uncompressed_size for group in groups for at in range(plan.num_columns))
    texts = [each.name for each in schema if pa.types.is_string(each.type) or pa.types.is_binary(each.type)
             or pa.types.is_large_string(each.type) or pa.types.is_large_binary(each.type)]  # fmt: skip
    if unpacked <= size:
        if hasattr(source, "seek"):
            source.seek(0)
        for batch in pq.ParquetFile(source, read_dictionary=texts).iter_batches(_BATCH, use_threads=False):
            for column in batch.columns:
                if pa.types.is_dictionary(column.type):
                    lengths = pc.binary_length(column.dictionary)
                    unpacked += pc.sum(pc.cast(pc.take(lengths, column.indices), pa.int64())).as_py() or 0
                else:
                    unpacked += column.nbytes
            if unpacked > size:
                break
    if unpacked > size:
        raise DataError(message(f"unpacks to more than {size // 10**6} MB", where=where))
    return texts


def remembered(maxsize: int | None = None, *, refusals: bool = False) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Cache the results of a function that reads files until one of these files changes.

    A result that comes from the cache counts as read: whoever records is told its files. `refusals` keeps errors of
    ours too, once a file was read: for a function that reads one file, which may take long to be refused.
    """

    def wrap(function: Callable[_P, _T]) -> Callable[_P, _T]:
        slot = functools.lru_cache(maxsize)(lambda *args, **kwargs: [])

        @functools.wraps(function)
        def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            kept: list[Any] = slot(*args, **kwargs)  # type: ignore[arg-type]
            if not kept or any(_state(path) != state for path, (_, state) in kept[1].items()):
                with recorded() as found:
                    try:
                        kept[:] = function(*args, **kwargs), found
                    except GrowthpolesError as error:
                        if refusals and found:
                            kept[:] = copy.copy(error), found  # without the frames that it came from
                        raise
            result, found = kept
            recorded_elsewhere(found)
            if isinstance(result, GrowthpolesError):
                raise copy.copy(result)
            return result

        call.cache_clear = slot.cache_clear  # type: ignore[attr-defined]
        return call

    return wrap


def file_sha256(path: Path) -> str | None:
    """Return the SHA-256 of a file, of the names in "folder/stem.*", or None if there is nothing to read."""
    import hashlib

    if path.name.endswith("*"):
        return hashlib.sha256("\0".join(part.name for part in _parts(path)).encode(errors="replace")).hexdigest()
    with suppress(OSError, ValueError):
        if path.is_file():
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    return None


def recorded_elsewhere(found: Read) -> None:
    """Count as read what another process has recorded."""
    into = _READ.get()
    if into is not None:
        into |= {**found, **into}


def _check(path: Path, digest: str | None, state: Any) -> None:
    """Hold a file against the registry of shipped files, then record it; the registry of a shipped file is read too."""
    path = absolute(path)
    if digest is not None and verify(path, digest):
        note(geodata_path("registry.json"))
    recorded_elsewhere({path: (digest, state)})


def _state(path: Path) -> Any:
    """Return what tells one state of a file from another without reading it: size and time of the last change."""
    if path.name.endswith("*"):
        return tuple(_parts(path))
    with suppress(OSError, ValueError):
        found = path.stat()
        return found.st_size, found.st_mtime_ns
    return None


def _every(path: Path) -> Path:
    return absolute(path / "*" if path.is_dir() else path.with_name(f"{path.stem}.*"))


#: Endings of maps and tables, which may bear the name of the boundaries they were made from and are no part of them.
_MADE = {".png", ".tif", ".tiff", ".jpg", ".jpeg", ".pdf", ".svg", ".eps", ".md", ".html", ".tex", ".xlsx"}


def _parts(every: Path) -> list[Path]:
    """Return the files of "folder/*", or those of "folder/stem.*" that have exactly this stem, without figures."""
    try:
        with os.scandir(every.parent) as there:  # a folder of downloads holds thousands of others
            names = [each.name for each in there if every.stem == "*" or each.name.startswith(every.stem)]
    except OSError:
        return []
    parts = [every.parent / name for name in sorted(names)]
    parts = [path for path in parts if every.stem in ("*", path.stem) and path.is_file()]
    return [path for path in parts if every.stem == "*" or path.suffix.lower() not in _MADE]


_WORD = re.compile(r"[^\W\d_]+")
_SIGNS = set("\u00a0№«»„“”‘’–—…°§±·•€")
_SAMPLE = 1_000_000
#: Encodings of texts that are not UTF-8, each with the signs of the words that are written in it.
_SCRIPTS = {
    "cp1252": "A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ",
    "cp1250": "A-Za-zÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőöřůúűüýţŁłĄąŞşĽľŻżŠšŚśŤťŽžŹź",
    "cp1251": "А-Яа-яЁёЂЃѓЉЊЌЋЏђљњќћџЎўЈҐЄЇІіґєјЅѕї",
    "koi8-r": "А-Яа-яЁё",
    "cp866": "А-Яа-яЁёЄєЇїЎў",
    "cp1254": "A-Za-zÀ-ÖØ-öø-ÿŒœŠšŸĞğİıŞş",
    "cp1257": "A-Za-zĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõöųłśūüżžØøÆæŖŗ",
    "cp1258": "A-Za-zÀ-ÿĂăĐđƠơƯư\u0300-\u0323",
    "cp1253": "Α-ΩΆΈΉΊΌΎΏα-ωάέήίόύώϊϋΐΰς",
    "cp1255": "א-ת\u05b0-\u05c4",
    "cp1256": "\u0621-\u0652پچژگڈٹڑںھہےک",
    "cp874": "\u0e01-\u0e3a\u0e40-\u0e4e",
    "cp932": "\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff々",
    "cp949": "\uac00-\ud7a3\u4e00-\u9fff",
    "gb18030": "\u4e00-\u9fff",
    "big5": "\u4e00-\u9fff",
}
#: Legacy sets and the lead bytes of their common signs.
_COMMON = {"cp932": ("shift_jis", 0x97), "gb18030": ("gb2312", 0xD7), "big5": ("big5", 0xC6), "cp949": ("euc_kr", 0xC8)}
#: Letters beyond ASCII of the languages that are written in an encoding, small ones.
_LANGUAGES = {
    "cp1252": (
        "àâæçéèêëîïôœùûü", "äöüß", "áçéíñóúü", "áâãàçéêíóôõúü", "àèéìîòóù", "åäöéšž", "æøåéô", "éëïóöü", "àçèéíïòóúü",
        "áðéíóúýþæö",
    ),
    "cp1250": ("áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "ąćęłńóśźż", "áéíóöőúüű", "ăâîşţ", "čćđšž", "çë"),
    "cp1254": ("çğıöşüâîûİ",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "cp1251": (
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
        "абвгдђежзијклљмнњопрстћуфхцчџш", "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
    ),
}  # fmt: skip
_FOOTNOTE = re.compile(r"[¹²³](?![^\W\d_])")  # the number of a note, which says nothing of a script
_OF_VIETNAMESE = set("àáâãèéêìíòóôõùúýăđơư")
_VIETNAMESE = re.compile(r"[aeiouyâăêôơưAEIOUYÂĂÊÔƠƯ][\u0300-\u0323]|[ơưđƠƯĐ]")


def likely_encodings(content: bytes) -> list[str]:
    """Return the encodings in which the bytes of a text read as words, the likeliest first; every one decodes them.

    Words are of one script, and in a sensible case; the signs of Chinese, Japanese and Korean are common ones.
    """
    if b"\0" in content or 10 * len(re.findall(rb"[\x01-\x08\x0e-\x1f]", content[:_SAMPLE])) > len(content[:_SAMPLE]):
        wide = ["utf-16-le", "utf-16-be"]
        order = wide if sum(content[1:_SAMPLE:2]) <= sum(content[:_SAMPLE:2]) else wide[::-1]
        return [name for name in order if _decoded(content, name) is not None]
    score = {}
    for name, signs in _SCRIPTS.items():
        text = _decoded(content, name)
        if text is None:
            continue
        text = _FOOTNOTE.sub("", text[:_SAMPLE])
        odd = [sign for sign in text if not sign.isascii()]
        words = [word for word in re.findall(r"[^\W\d_]+(?:[\u0300-\u0e4e]+[^\W\d_]*)*", text) if not word.isascii()]
        words = [word for word in words if len(word) > 1] or words  # a letter alone may be any sign
        if not odd or not words:
            continue
        letters = re.compile(f"[{signs}]+")
        good = sum(len(word) for word in words if letters.fullmatch(word) and _cased(word, name))
        inside = sum(sign.isalpha() or unicodedata.combining(sign) > 0 or "\u0e31" <= sign <= "\u0e4e" for sign in odd)
        strange = sum(unicodedata.category(sign) in ("Cc", "Cn", "Co", "So", "Sk", "Sm") for sign in odd)
        score[name] = good / sum(map(len, words)) - 2 * strange / len(odd) - 0.2 * (1 - inside / len(odd))
        if name in _COMMON:
            legacy, last = _COMMON[name]
            leads = [sign.encode(legacy, "replace")[0] for sign in odd if sign.isalpha()]
            score[name] += 0.2 - 2 * sum(lead > last or lead < 0x80 for lead in leads) / max(1, len(leads))
        elif name == "cp1258":
            marks = [hit for hit in _VIETNAMESE.findall(text) if len(hit) > 1]
            told = [sign.lower() for sign in odd if sign.isalpha()]
            own = 20 * sum(sign not in _OF_VIETNAMESE for sign in told) <= len(told)
            own &= 1 < len(marks) == sum(map(bool, map(unicodedata.combining, text)))
            score[name] += 0.3 if own else -1
        elif name in _LANGUAGES:
            told = [sign for word in words for sign in word if not sign.isascii()]
            score[name] += 1.0 * max(
                sum(sign in letters or sign.lower() in letters for sign in told) / len(told) - 1
                for letters in _LANGUAGES[name]
            )
        if any(map(str.islower, odd)) != any(map(str.isupper, odd)):
            score[name] -= 0.05
    best = sorted(score, key=lambda name: -round(score[name], 2))
    return [name for name in best if score[name] > 0.5 and score[name] > score[best[0]] - 0.15] or best[:1]


def _decoded(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def _cased(word: str, name: str) -> bool:
    """Tell whether a word is in a sensible case, and of Latin ones whether it is mostly plain letters."""
    letters = [sign for sign in word if sign.isalpha()]
    if name in ("cp1252", "cp1250", "cp1254", "cp1257"):
        plain = sum(sign.isascii() for sign in letters)
        return 2 * plain >= len(letters) and (word.isupper() or word[1:].islower() or len(word) < 2)
    return not any(map(str.isupper, letters)) or word.isupper() or word[1:].islower() or len(word) < 2


def cyrillic_text(content: bytes) -> str | None:
    """Return the text if it reads plainly in cp1251: whole words in the letters of one language, in a sensible case.

    KOI8 would come out with its cases swapped, Hebrew without a capital, Latin
    accents as Cyrillic letters inside Latin words, DOS and Macintosh
    text as letters that no language has together; each of these is refused.
    """
    text = _decoded(content, "cp1251")
    if text is None:
        return None
    words = {word for word in _WORD.findall(text) if not word.isascii()}
    others = {sign for sign in text if ord(sign) > 127 and not sign.isalpha()}
    if others - _SIGNS or not any(map(str.isupper, "".join(words))):
        return None
    longest = max(map(len, words))  # short ones are units too, such as "кВт"
    # Every text of a language with "ј" holds one; without it "Ђ" is the capital of another encoding.
    alphabets = [set(letters) for letters in _LANGUAGES["cp1251"] if "ј" not in letters or "ј" in text]
    plain = (
        any(letters.issuperset(word.lower()) for letters in alphabets)
        and (_cased(word, "cp1251") or len(word) < min(4, longest))
        for word in words
    )
    return text if all(plain) else None


def encoding_alone(path: Path) -> str | None:
    """Return the encoding of a text whose bytes do not tell it where all likely ones read the same words, or None."""
    content = read_bytes(path)
    likely = likely_encodings(content)
    return likely[0] if len({content.decode(name) for name in likely}) == 1 else None
