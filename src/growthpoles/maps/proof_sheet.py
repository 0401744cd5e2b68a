"""Proof sheet: a figure as drawn, in grey, and as colour-blind readers see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from growthpoles.language.languages import translator
from growthpoles.maps import palettes
from growthpoles.maps.export import Facts, pixels, png_bytes
from growthpoles.maps.sheet import canvas
from growthpoles.maps.sheet.sheet_blocks import Word
from growthpoles.maps.typography import text_metrics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Colours = NDArray[np.float64]
_HEAD_MM = 5.0
_GAP_MM = 4.0


def grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an RGB image in greys of the same relative luminance, as a printer without colour shows it."""
    return _per_colour(image, _grey)


def _grey(values: Colours) -> Colours:
    light = palettes.to_linear(values) @ np.array([0.2126729, 0.7151522, 0.0721750])
    return np.repeat(palettes.from_linear(light)[:, None], 3, axis=1)


def seen_with(image: NDArray[np.uint8], vision: str) -> NDArray[np.uint8]:
    """Return an RGB image as a reader with `vision` sees it (Machado et al. 2009)."""
    return _per_colour(image, lambda values: palettes.simulate(values, vision))


def _per_colour(image: NDArray[np.uint8], change: Callable[[Colours], Colours]) -> NDArray[np.uint8]:
    """Apply a function of colour once per distinct colour: figures have few."""
    packed = (image[..., 0].astype(np.uint32) << 16) | (image[..., 1].astype(np.uint32) << 8) | image[..., 2]
    colours, place = np.unique(packed.ravel(), return_inverse=True)
    values = np.stack([(colours >> 16) & 255, (colours >> 8) & 255, colours & 255], axis=1) / 255.0
    table = (255.0 * change(values)).round().astype(np.uint8)
    return np.asarray(table[place].reshape(image.shape), dtype=np.uint8)


def save_proof(fig: Figure, path: str | Path, *, lang: str = "en", dpi: float = 150.0) -> Path:
    """Write a proof of a figure: as drawn, grey, and three kinds of colour blindness, in two columns.

    Parameters
    ----------
    fig : Figure
        Any figure.
    path : path
        A .png file.
    lang : str
        Language of the headings.
    dpi : float
        Resolution.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        The file cannot be written.
    MapError
        An argument is of another type.

    Examples
    --------
    >>> import growthpoles as gp
    >>> figure = gp.new_figure("nature-single")
    >>> gp.save_proof(figure, "proof.png", dpi=50).name
    'proof.png'
    """
    from growthpoles.file_writing import write_bytes

    image = pixels(fig, dpi)
    word = translator(lang)
    names = {
        "deuteranopia": word("deuteranopia"),
        "protanopia": word("protanopia"),
        "tritanopia": word("tritanopia"),
    }
    views = [(word("as drawn"), image), (word("grey"), grey(image))]
    views += [(names[vision], seen_with(image, vision)) for vision in palettes.VISIONS]
    high, wide, _ = image.shape
    head, gap = (round(mm / text_metrics.MM * dpi) for mm in (_HEAD_MM, _GAP_MM))
    rows = -(-len(views) // 2)
    sheet = np.full((rows * (high + head + gap), 2 * wide + 3 * gap, 3), 255, dtype=np.uint8)
    for number, (_, view) in enumerate(views):
        y, x = (number // 2) * (high + head + gap) + head, gap + (number % 2) * (wide + gap)
        sheet[y : y + high, x : x + wide] = view
    _headings(sheet, [name for name, _ in views], (wide + gap, high + head + gap), gap, dpi)
    target = Path(path)
    return write_bytes(target, png_bytes(sheet, dpi, Facts(title="proof")))


def _headings(sheet: NDArray[np.uint8], names: list[str], step: tuple[int, int], gap: int, dpi: float) -> None:
    """Set the headings on strips of their own and paste them into the sheet."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    deep = round(_HEAD_MM / text_metrics.MM * dpi)
    wide = step[0] - gap
    for number, name in enumerate(names):
        strip = Figure(figsize=(wide / dpi, deep / dpi), dpi=dpi, facecolor=palettes.PAPER)
        FigureCanvasAgg(strip)
        ax = canvas.whole_axes(strip)
        canvas.add_words(ax, [Word(0.5, 1.4, name, 8.0, bold=True)], transform=canvas.millimetres(ax), gid="head")
        y, x = (number // 2) * step[1], gap + (number % 2) * step[0]
        made = pixels(strip, dpi)
        sheet[y : y + made.shape[0], x : x + made.shape[1]] = made
