"""Damage: bytes flipped, stretches replaced, numbers made extreme, members of archives damaged from within."""

import random
import struct

from fuzzing.corpus import packed, unpacked
from fuzzing.targets import BINARY, ZIPPED, base

# What a damaged number, text or structure is likely to become.
WORDS = """-1|0|1e999|nan|inf|1e-400|9007199254740993|1e308|1.234,5|true|1979-05-27|year|{year}|region|index|../x|~/x|
/dev/zero|/etc/passwd|<script>|=HYPERLINK(1)|&#x0;|r="99999999"|t="s"|<c/>|]]>|\\u0000|[[|{|}|[|]|=|"|'|,|;|\t|\n|\r\n|
\0|\u202e|\x1b[31m|ё|𝟙|<!DOCTYPE a [<!ENTITY b "c">]>|&b;|
"crs":{"type":"link","properties":{"href":"http://127.0.0.1:9"}}|
"crs":{"type":"name","properties":{"name":"x"}}|null|{}|[]|""|"type":"Point"|"coordinates":[]|1e300|-1e300|**|<<|lambda|
__import__|col("x", 2014)|(|)|#|rowspan="9999"|
table:number-rows-repeated="1048576"|table:number-columns-repeated="16384"|
<row r="1048576">|<c r="XFD9">|<f>1+1</f>|t="e"|hidden="1"|ref="A1:XFD1048576"|(a+)+|normalise|weights|"""
PIECES = [text.strip("\n").encode() if len(text) > 2 else text.encode() for text in WORDS.split("|")]
PIECES += [b'"""', b"9" * 400, b"9" * 5000, b"A" * 5000, b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"PK\x03\x04"]
NUMBERS = [struct.pack(code, value) for code in ("<i", ">i") for value in (-1, 0, 1, 2**31 - 1, -(2**31), 255, 65536)]
NUMBERS += [struct.pack("<d", value) for value in (0.0, 1e300, -1e300, float("nan"), float("inf"), 1e-320, 181.0)]


def damaged(kind: str, seed: int) -> bytes:
    """Return the input that belongs to a seed."""
    dice = random.Random(f"{kind} {seed}")
    content = base(kind)
    if kind in ZIPPED and (kind == "shapefile" or dice.random() < 0.85):
        parts = unpacked(content)
        for name in dice.sample(sorted(parts), min(len(parts), dice.choice([1, 1, 1, 2]))):
            parts[name] = cut_up(parts[name], dice, binary=not name.endswith((".xml", ".rels", ".prj", ".cpg")))
        if dice.random() < 0.05:
            del parts[dice.choice(sorted(set(parts) - {"b.shp"}))]
        return packed(parts)
    return cut_up(content, dice, binary=kind in BINARY)


def cut_up(content: bytes, dice: random.Random, *, binary: bool) -> bytes:
    for _ in range(dice.choice([1, 1, 1, 2, 3, 6])):
        if not content:
            return dice.choice(PIECES)
        at = dice.randrange(len(content))
        match dice.randrange(8 if binary else 7):
            case 0:  # a bit
                content = content[:at] + bytes([content[at] ^ 1 << dice.randrange(8)]) + content[at + 1 :]
            case 1:  # gone
                content = content[:at] + content[at + dice.choice([1, 2, 8, 64, 1000]) :]
            case 2:  # twice or many times
                size = dice.choice([1, 4, 16, 64])
                content = content[:at] + content[at : at + size] * dice.choice([2, 3, 50]) + content[at + size :]
            case 3:  # elsewhere
                to, size = dice.randrange(len(content)), dice.randrange(1, 64)
                content = content[:to] + content[at : at + size] + content[to:]
            case 4:  # noise
                content = content[:at] + dice.randbytes(dice.randrange(1, 9)) + content[at + dice.randrange(9) :]
            case 5 | 6 if not binary or dice.random() < 0.3:
                content = content[:at] + dice.choice(PIECES) + content[at + dice.choice([0, 0, 1, 4, 16]) :]
            case _:
                number = dice.choice(NUMBERS)
                content = content[:at] + number + content[at + len(number) :]
    return content
