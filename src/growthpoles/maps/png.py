"""PNG files from pixels: the same bytes every run, quickly."""

from __future__ import annotations

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from growthpoles.maps.export import Facts

_STRIPS = 4
_LEVEL = 3
_WINDOW = 32_768


def _chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _deflate(rows: Any) -> bytes:
    """Compress rows as one zlib stream (RFC 1950), in strips side by side; their number does not depend on the machine.

    Every strip but the first starts from the end of the one before, so that the file is no larger for it.
    """
    cuts = [len(rows) * part // _STRIPS for part in range(_STRIPS + 1)]

    def strip(part: int) -> bytes:
        start, end = cuts[part], cuts[part + 1]
        before = rows[max(start - 8, 0) : start].tobytes()[-_WINDOW:]
        maker = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, before)
        last = part == _STRIPS - 1
        return maker.compress(rows[start:end].data) + maker.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)

    with ThreadPoolExecutor(min(_STRIPS, os.cpu_count() or 1)) as pool:
        check = pool.submit(zlib.adler32, rows.data)
        parts = list(pool.map(strip, range(_STRIPS)))
        return b"".join([b"\x78\x5e", *parts, struct.pack(">I", check.result())])


def png_bytes(image: Any, dpi: float, facts: Facts) -> bytes:
    """Encode pixels as PNG (ISO/IEC 15948): red, green and blue of an array (height, width, 3 or more).

    Rows are stored as they are: on flat colours filters make the file larger, and the search for the best one of each
    row takes most of the time.
    """
    import numpy as np

    high, wide, _ = image.shape
    rows = np.empty((high, wide * 3 + 1), dtype=np.uint8)
    rows[:, 0] = 0
    for channel in range(3):
        rows[:, 1 + channel :: 3] = image[:, :, channel]
    density = round(dpi / 0.0254)
    parts = [
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)),
        _chunk(b"sRGB", b"\x00"),
        _chunk(b"pHYs", struct.pack(">IIB", density, density, 1)),
    ]
    for key, value in (("Title", facts.title), ("Description", facts.description), ("Source", facts.subject)):
        if value:
            parts.append(_chunk(b"iTXt", key.encode() + b"\x00\x00\x00\x00\x00" + value.encode("utf-8")))
    parts.append(_chunk(b"IDAT", _deflate(rows)))
    parts.append(_chunk(b"IEND", b""))
    return b"".join(parts)
