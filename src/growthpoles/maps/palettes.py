"""Colour palettes: ordered, checked in greyscale and for colour-blind readers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from growthpoles.errors import MapError, message

Array = NDArray[np.float64]

# Worst to best. Lightness falls by nine L* units from class to class; hue runs from cream over teal to navy.
RATING = ("#f9f6c6", "#c4e4b0", "#8cd0b8", "#54b8c3", "#369ec1", "#2c83b8", "#2a68ab", "#284e9a", "#213783", "#142464")
# The same path for more classes, from paler to darker.
_RATING_OF_12 = (
    "#fcf9d8", "#d2e9b6", "#a0d7b5", "#6fc2be", "#47abc2", "#3293bd", "#2c7ab4", "#2a62a7", "#274a96", "#203580",
    "#142464", "#0a1542",
)  # fmt: skip
SEQUENTIAL = ("#e2ddef", "#c0b6de", "#a18fcc", "#8568b9", "#6b41a2", "#4f1c81")
DIVERGING = ("#8c4a00", "#c98a3c", "#efcf9c", "#f5f3ee", "#b8dcd6", "#4ea39b", "#00665e")
CLUSTER = {
    "High-High": "#c63a34",
    "Low-Low": "#1c4179",
    "High-Low": "#f0a07c",
    "Low-High": "#a6cbe6",
    "not significant": "#f2f2f2",
    "untestable": "#d1d1d1",
    "isolate": "#9c9c9c",
}
# Tol (2021), "light": made for areas that carry text, told apart by colour-blind readers.
QUALITATIVE = ("#77aadd", "#eedd88", "#ee8866", "#44bb99", "#ffaabb", "#99ddff", "#bbcc33", "#aaaa00")
# The same for stacks: dark and light take turns, so that neighbours are told apart in greyscale.
STACK = tuple(QUALITATIVE[i] for i in (0, 1, 2, 5, 3, 4, 7, 6))
# Rows: second variable from low to high; columns: first variable from low to high.
BIVARIATE = (
    ("#ececec", "#b5cfe3", "#6ba3cb"),
    ("#e8c7a9", "#a9a3a0", "#56788f"),
    ("#d68f54", "#94684c", "#2f3a48"),
)
NO_DATA = "#dedede"
NO_PRODUCTION = "#c8c8c8"
ROUNDED_ZERO = "#fbf8e6"

INK = "#1a1a1a"
SOFT = "#5c5c5c"
FAINT = "#b5b5b5"
BORDER = "#6b6b6b"
HATCH = "#3c3c3c"
PAPER = "#ffffff"
# Ground under a map: paler than any class, so that the regions stand out.
SEA, LAND, COAST, RIVER = "#e3edf3", "#f6f4ef", "#b9b2a4", "#a5c0d4"
LOCATOR_LAND = "#cdc8bc"
CONTEXT_NAME, WATER_NAME = "#857e70", "#5b84a8"
ACCENT = "#b2182b"

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
_VISION: dict[str, Array] = {
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
VISIONS: tuple[str, ...] = tuple(_VISION)

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
LUMINANCE = _TO_XYZ[1]  # shares of linear red, green and blue in what the eye takes for brightness
_WHITE = np.array([0.95047, 1.0, 1.08883])


def rgb(colours: Sequence[str]) -> Array:
    """Turn "#rrggbb" strings into an array (n, 3) of values from 0 to 1."""
    return np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours], dtype=float) / 255.0


def check_colours(colours: object) -> None:
    """Refuse what is no list of colours."""
    if isinstance(colours, str):
        allowed = 'a list of colours, lowest first: matplotlib.colormaps["viridis"](np.linspace(0, 1, 5)) is one'
        raise MapError(message(f"colours={colours!r} is one word", allowed=allowed))
    try:
        rgb(colours)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise MapError(
            message(f"colours={colours!r} are no colours", allowed='such as ["#ffffff", "#08306b"]')
        ) from None


def to_linear(values: Array) -> Array:
    """Remove the sRGB transfer curve (IEC 61966-2-1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def from_linear(values: Array) -> Array:
    """Apply the sRGB transfer curve; values outside 0 to 1 are clipped first."""
    values = np.clip(values, 0.0, 1.0)
    return np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)


def lab(values: Array) -> Array:
    """Turn sRGB (…, 3) into CIELAB (D65): L* from 0 to 100, a*, b*."""
    t = (to_linear(values) @ _TO_XYZ.T) / _WHITE
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def simulate(values: Array, vision: str) -> Array:
    """Show sRGB values (…, 3) as a reader with `vision` sees them (Machado et al. 2009)."""
    return from_linear(to_linear(values) @ _VISION[vision].T)


def luminance(colour: str) -> float:
    """Relative luminance of a "#rrggbb" colour, from 0 to 1 (WCAG 2)."""
    return float(to_linear(rgb([colour]))[0] @ LUMINANCE)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, from 1 to 21 (WCAG 2)."""
    a, b = luminance(first), luminance(second)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


@lru_cache(maxsize=512)
def ink_on(face: str) -> str:
    """Return the text colour, dark or white, that reads best on `face`."""
    return INK if contrast(INK, face) >= contrast(PAPER, face) else PAPER


def take(colours: Sequence[str], n: int) -> tuple[str, ...]:
    """Pick `n` colours evenly from an ordered palette, both ends included; more than it holds are blended."""
    if n <= 1:
        return (colours[len(colours) // 2],) * n
    at = np.linspace(0, len(colours) - 1, n)
    base = rgb(colours)
    mixed = np.stack([np.interp(at, np.arange(len(colours)), base[:, i]) for i in range(3)], axis=1)
    return tuple("#" + "".join(f"{round(255 * v):02x}" for v in row) for row in mixed)


def rating_colours(n: int) -> tuple[str, ...]:
    """Return the colours of a scale of `n` classes, worst first; the article's ten have colours of their own."""
    if n > len(_RATING_OF_12):
        raise MapError(message(f"{n} classes cannot be told apart by colour", allowed=f"{len(_RATING_OF_12)} at most"))
    return take(RATING if n <= len(RATING) else _RATING_OF_12, n)


def blend(low: str, high: str, share: float) -> str:
    """Mix two colours; share 0 is the first, 1 the second."""
    a, b = rgb([low, high])
    mixed = a + (b - a) * min(max(share, 0.0), 1.0)
    return "#" + "".join(f"{round(255 * v):02x}" for v in mixed)
