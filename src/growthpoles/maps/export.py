"""Figure export: PNG, PDF, SVG, TIFF, EPS of exact size, the same bytes from run to run, metadata, alt text."""

from __future__ import annotations

import functools
import json
import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast
from xml.sax.saxutils import escape

from growthpoles.errors import MapError, message, unknown_option
from growthpoles.file_writing import write_bytes
from growthpoles.language.phrases import clean_text
from growthpoles.maps import palettes
from growthpoles.maps.presets import Preset, get_preset
from growthpoles.maps.typography import text_metrics
from growthpoles.maps.typography.typefaces import STACKS, boxes_are_known, check_signs

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


Letters = Literal["text", "outlines"]
Colours = Literal["rgb", "grey"]
_STRIPS = 4
_LEVEL = 3
_WINDOW = 32_768
FORMATS = ("png", "tiff", "jpeg", "pdf", "svg", "eps")
_ENDINGS = {"tif": "tiff", "jpg": "jpeg"}
_SETTINGS: dict[str, Any] = {
    "svg.hashsalt": "growthpoles",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "pdf.compression": 2,
    "text.usetex": False,
    "savefig.bbox": None,
    "savefig.facecolor": "auto",
    "savefig.transparent": False,
    "path.simplify": True,
    "path.simplify_threshold": 0.111111111111,
    "path.sketch": None,
    "agg.path.chunksize": 0,
    "text.hinting": "force_autohint",
    "text.antialiased": True,
}


# Not Pillow's PNG: 8 to 20 % larger, 2.5 times the time, and other bytes with every zlib that it is built with.
def _chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _deflate(rows: NDArray[np.uint8]) -> bytes:
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


def png_bytes(image: NDArray[np.uint8], dpi: float, facts: Facts) -> bytes:
    """Encode pixels as PNG (ISO/IEC 15948): red, green and blue of an array (height, width, 3 or more).

    Rows are stored as they are: on flat colours filters make the file larger, and the search for the best one of each
    row takes most of the time.
    """
    import numpy as np

    high, wide, _ = image.shape
    channels = 1 if facts.grey else 3
    rows = np.empty((high, wide * channels + 1), dtype=np.uint8)
    rows[:, 0] = 0
    for channel in range(channels):
        rows[:, 1 + channel :: channels] = image[:, :, channel]
    density = round(dpi / 0.0254)
    parts = [
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 0 if facts.grey else 2, 0, 0, 0)),
        _chunk(b"sRGB", b"\x00"),
        _chunk(b"pHYs", struct.pack(">IIB", density, density, 1)),
    ]
    for key, value in (("Title", facts.title), ("Description", facts.description), ("Source", facts.subject)):
        if value:
            parts.append(_chunk(b"iTXt", key.encode() + b"\x00\x00\x00\x00\x00" + value.encode("utf-8")))
    parts.append(_chunk(b"IDAT", _deflate(rows)))
    parts.append(_chunk(b"IEND", b""))
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says about itself: title, description (alt text), edition, source and parameters."""

    title: str = ""
    description: str = ""
    edition: str = ""
    source: str = ""
    parameters: str = ""
    grey: bool = False

    @property
    def subject(self) -> str:
        """Edition, source and parameters on one line."""
        named = (("edition", self.edition), ("source", self.source), ("parameters", self.parameters))
        return "; ".join(f"{name}: {value}" for name, value in named if value)

    def words(self) -> str:
        """Everything in one line, for formats with a single place for it."""
        return ". ".join(part for part in (self.title, self.description, self.subject) if part)


def save_figure(
    fig: Figure,
    path: str | Path,
    *,
    preset: str | Preset | None = None,
    title: str = "",
    description: str = "",
    edition: str = "",
    source: str = "",
    parameters: Mapping[str, object] | None = None,
    sidecar: bool = False,
    letters: Letters | None = None,
    colours: Colours | None = None,
) -> Path:
    """Write a figure at its exact physical size.

    The same figure gives the same bytes: no dates, no library version, fixed identifiers. The file is written to a
    temporary neighbour and put in place in one step.

    Parameters
    ----------
    fig : Figure
        Any matplotlib figure.
    path : path
        The ending chooses the format: .png, .tif/.tiff (LZW, RGB), .pdf (TrueType fonts), .svg (text as text,
        with title and desc), .eps.
    preset : str, optional
        Checks width, height and format against a preset and takes its resolution; by default the figure's own
        resolution and no check.
    title, description : str
        Title and alt text.
    edition, source : str
        Edition of the data and sources.
    parameters : mapping, optional
        Options of the run, kept as JSON with sorted keys.
    letters : {"text", "outlines"}, optional
        "outlines": no fonts in PDF, SVG and EPS, as some publishers' checkers ask; text can then neither be searched
        nor edited. By default what the preset says, without one "text".
    colours : {"rgb", "grey"}, optional
        "grey": every colour by its luminance, one channel. By default what the preset says, without one "rgb".
    sidecar : bool
        Also write `<path>.json` with the same facts, for formats and readers that have no place for alt text.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    MapError
        The ending, the size or the format does not fit; a letter that no font at hand has.
    DataError
        The file cannot be written.

    Examples
    --------
    >>> import growthpoles as gp
    >>> axes = gp.plot_rating(gp.load_regions(2014), gp.load_published(2014), preset="nature-double")
    >>> gp.save_figure(axes.figure, "rating.svg", preset="nature-double", title="Rating, 2014").name
    'rating.svg'
    """
    target = Path(path)
    ending = target.suffix.lower().lstrip(".")
    kind = _ENDINGS.get(ending, ending)
    if kind not in FORMATS:
        raise MapError(unknown_option("format", kind, FORMATS))
    for name, given, allowed in (("letters", letters, ("text", "outlines")), ("colours", colours, ("rgb", "grey"))):
        if given is not None and given not in allowed:
            raise MapError(unknown_option(name, given, allowed))
    dpi, least = float(fig.dpi), 0.0
    if preset is not None:
        chosen = get_preset(preset)
        dpi, least = float(chosen.dpi), chosen.least_line_pt
        letters, colours = letters or chosen.letters, colours or chosen.colours
        _check(fig, chosen, kind, target.name)
    facts = Facts(
        text_metrics.clean(title),
        " ".join(str(description).split()),
        text_metrics.clean(edition),
        text_metrics.clean(source, 2_000),
        json.dumps(dict(parameters), sort_keys=True, ensure_ascii=False, default=str) if parameters else "",
    )
    check_signs(_words_of(fig), target.name)
    content = render(fig, kind, facts, dpi, letters=letters or "text", colours=colours or "rgb", least_pt=least)
    write_bytes(target, content)
    if sidecar:
        wide, high = (round(float(side) * text_metrics.MM, 3) for side in fig.get_size_inches())
        record = {
            "file": target.name,
            "title": facts.title,
            "alt": facts.description,
            "edition": facts.edition,
            "source": facts.source,
            "parameters": json.loads(facts.parameters) if facts.parameters else {},
            "width_mm": wide,
            "height_mm": high,
            "dpi": dpi,
        }
        blob = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_bytes(target.with_name(target.name + ".json"), blob.encode())
    return target


def _words_of(fig: Figure) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Go through the lines of a figure that this package set, each with its runs and their font files."""
    for artist in fig.findobj(lambda each: hasattr(each, "words") and hasattr(each, "runs")):
        layer: Any = artist
        for word, runs in zip(layer.words, layer.runs, strict=True):
            yield word.text, [(text, path) for _, text, path in runs]


def _check(fig: Figure, preset: Preset, kind: str, name: str) -> None:
    """Compare a figure with a preset."""
    wide, high = (float(side) * text_metrics.MM for side in fig.get_size_inches())
    if wide > preset.width_mm + 0.05 or high > preset.max_height_mm + 0.05:
        raise MapError(
            message(
                "the figure is {wide} x {high} mm",
                where=name,
                allowed="at most {most_wide} x {most_high} mm (preset {preset})",
                wide=f"{wide:.1f}",
                high=f"{high:.1f}",
                most_wide=f"{preset.width_mm:g}",
                most_high=f"{preset.max_height_mm:g}",
                preset=preset.name,
            )
        )
    if kind not in preset.formats:
        raise MapError(
            message(
                f"preset {preset.name} does not take {kind}",
                where=name,
                allowed=f"{', '.join(preset.formats)}; {kind} with preset report, among others",
            )
        )


def render(
    fig: Figure,
    kind: str,
    facts: Facts,
    dpi: float,
    *,
    letters: Letters = "text",
    colours: Colours = "rgb",
    least_pt: float = 0.0,
) -> bytes:
    """Return the file's bytes; reads no clock, no environment and no global settings of matplotlib."""
    import matplotlib as mpl

    makers: dict[str, Callable[[Figure, Facts, float], bytes]] = {
        "png": _png,
        "tiff": _tiff,
        "jpeg": _jpeg,
        "pdf": _pdf,
        "svg": _svg,
        "eps": _eps,
    }
    with ExitStack() as during:
        during.enter_context(mpl.rc_context(cast(Any, _SETTINGS)))
        during.enter_context(boxes_are_known())
        during.enter_context(_thickened(fig, least_pt))
        if letters == "outlines":
            during.enter_context(_outlined(kind))
        if colours == "grey":
            if kind in ("png", "tiff", "jpeg"):
                return makers[kind](fig, replace(facts, grey=True), dpi)
            during.enter_context(_greyed(kind))
            during.enter_context(_grey_pixels(fig))
        content = makers[kind](fig, facts, dpi)
    if colours == "grey" and kind == "svg":
        return re.sub(rb"#[0-9a-fA-F]{6}\b", lambda found: _grey(found.group().decode()).encode(), content)
    return content


@contextmanager
def _thickened(fig: Figure, least: float) -> Iterator[None]:
    """Draw no line thinner than a publisher prints."""
    import numpy as np

    before = []
    for artist in _lines(fig) if least > 0 else ():
        old: Any = artist.get_linewidth()
        wide = np.atleast_1d(np.asarray(old, dtype=float))
        if ((wide > 0) & (wide < least)).any():
            before.append((artist, old))
            new = np.where(wide > 0, np.maximum(wide, least), wide)
            artist.set_linewidth(float(new[0]) if np.isscalar(old) else new)
    try:
        yield
    finally:
        for artist, old in before:
            artist.set_linewidth(old)


def _lines(artist: Any) -> Iterator[Any]:
    """Yield what has a line width; axes that are switched off have no ticks, which asking for would make."""
    from matplotlib.axes import Axes

    hidden = {artist.xaxis, artist.yaxis} if isinstance(artist, Axes) and not artist.axison else set()
    for child in artist.get_children():
        if child not in hidden:
            yield from _lines(child)
    if hasattr(artist, "set_linewidth"):
        yield artist


@contextmanager
def _patched(owner: Any, **methods: Callable[..., Any]) -> Iterator[None]:
    """Put other methods in the place of a renderer's own while a file is written."""
    own = {name: getattr(owner, name) for name in methods}
    for name, method in methods.items():
        setattr(owner, name, method)
    try:
        yield
    finally:
        for name, method in own.items():
            setattr(owner, name, method)


@contextmanager
def _outlined(kind: str) -> Iterator[None]:
    """Set text as filled outlines: matplotlib has a setting for SVG alone."""
    import matplotlib as mpl
    from matplotlib.backend_bases import RendererBase
    from matplotlib.backends import backend_pdf, backend_ps

    mpl.rcParams["svg.fonttype"] = "path"  # inside the context that `render` restores
    owners = {"pdf": backend_pdf.RendererPdf, "eps": backend_ps.RendererPS}
    if kind not in owners:
        yield
        return
    with _patched(owners[kind], draw_text=RendererBase.draw_text):
        yield


@contextmanager
def _greyed(kind: str) -> Iterator[None]:
    """Turn every colour of a vector file into the grey of its luminance; SVG is turned afterwards."""
    from matplotlib.backends import backend_pdf, backend_ps

    if kind == "pdf":
        owner: Any = backend_pdf.GraphicsContextPdf
        # The renderer has them by name, and once more in the list of what a change of the pen asks for.
        changed: dict[str, Any] = {name: _of_grey(getattr(owner, name)) for name in ("rgb_cmd", "fillcolor_cmd")}
        changed["commands"] = tuple((read, changed.get(write.__name__, write)) for read, write in owner.commands)
        with _patched(owner, **changed):
            yield
    elif kind == "eps":
        ink: Any = backend_ps.RendererPS.set_color
        with _patched(
            backend_ps.RendererPS,
            set_color=lambda self, r, g, b, store=True: ink(self, *_grey_of((r, g, b)), store=store),
        ):
            yield
    else:
        yield


def _of_grey(write: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that writes a colour, or none, as one that writes its grey."""
    return functools.wraps(write)(lambda self, rgb: write(self, None if rgb is None else _grey_of(rgb)))


@contextmanager
def _grey_pixels(fig: Figure) -> Iterator[None]:
    """Turn the colours of layers that a vector file holds as pixels."""
    from matplotlib.collections import Collection

    layers: list[Any] = [each for each in fig.findobj(Collection) if each.get_rasterized()]
    before = [layer.get_facecolor() for layer in layers]
    for layer, faces in zip(layers, before, strict=True):
        layer.set_facecolor([_grey_of(face) for face in faces])
    try:
        yield
    finally:
        for layer, faces in zip(layers, before, strict=True):
            layer.set_facecolor(faces)


def _grey_of(rgb: Sequence[float]) -> tuple[float, float, float]:
    """Return red, green and blue of the grey with the same luminance."""
    import numpy as np

    level = float(palettes.from_linear(palettes.to_linear(np.asarray(rgb[:3], float)) @ palettes.LUMINANCE))
    level = round(level, 4)
    return level, level, level


def _grey(colour: str) -> str:
    """Return "#rrggbb" as grey."""
    level = round(255 * _grey_of([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])[0])
    return f"#{level:02x}{level:02x}{level:02x}"


def _drawn(fig: Figure, dpi: float) -> NDArray[np.uint8]:
    """Draw on an array of pixels (height, width, 3 or 4) without transparency: a fourth channel is full everywhere."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    old = fig.dpi
    canvas = fig.canvas
    try:
        fig.dpi = dpi
        agg = FigureCanvasAgg(fig)
        agg.draw()
        image = np.asarray(agg.buffer_rgba())
    finally:
        fig.dpi = old
        fig.set_canvas(canvas)
    alpha = image[..., 3]
    if alpha.min() == 255:
        return image
    share = alpha[..., None].astype(np.float32) / 255.0
    return (image[..., :3] * share + 255.0 * (1.0 - share)).round().astype(np.uint8)


def _pixels(fig: Figure, dpi: float) -> NDArray[np.uint8]:
    """Draw on an array of RGB pixels."""
    import numpy as np

    image = _drawn(fig, dpi)
    return np.stack([image[..., 0], image[..., 1], image[..., 2]], axis=-1)


def _png(fig: Figure, facts: Facts, dpi: float) -> bytes:
    image = _drawn(fig, dpi)
    return png_bytes(_levels(image)[..., None] if facts.grey else image, dpi, facts)


def _levels(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the greys of an image (height, width), by luminance."""
    import numpy as np

    linear = palettes.to_linear(np.arange(256) / 255.0)
    bright = sum(linear[image[..., at]] * palettes.LUMINANCE[at] for at in range(3))
    return (255.0 * palettes.from_linear(np.asarray(bright))).round().astype(np.uint8)


def pixels(fig: Figure, dpi: float) -> NDArray[np.uint8]:
    """Return a figure as an array of RGB pixels (height, width, 3), independent of global settings."""
    import matplotlib as mpl

    with mpl.rc_context(cast(Any, _SETTINGS)):
        return _pixels(fig, dpi)


def _tiff(fig: Figure, facts: Facts, dpi: float) -> bytes:
    out = BytesIO()
    words = facts.words()
    tags = {270: words.encode("utf-8").decode("latin-1")} if words else {}
    _image(fig, facts, dpi).save(out, "TIFF", compression="tiff_lzw", dpi=(dpi, dpi), tiffinfo=tags)
    return out.getvalue()


def _jpeg(fig: Figure, facts: Facts, dpi: float) -> bytes:
    """JPEG without loss of colour at edges: no chroma is left out, or letters on colour would blur."""
    out = BytesIO()
    options: dict[str, Any] = {"quality": 95, "subsampling": 0, "dpi": (round(dpi), round(dpi))}
    _image(fig, facts, dpi).save(out, "JPEG", comment=facts.words().encode("utf-8")[:65_000], **options)
    return out.getvalue()


def _image(fig: Figure, facts: Facts, dpi: float) -> Any:
    """Return the pixels as an image: RGB without transparency, or grey."""
    from PIL import Image

    image = _pixels(fig, dpi)
    return Image.fromarray(_levels(image) if facts.grey else image)


def _pdf(fig: Figure, facts: Facts, dpi: float) -> bytes:
    out = BytesIO()
    told = {"Title": facts.title, "Subject": ". ".join(p for p in (facts.description, facts.subject) if p)}
    metadata: dict[str, Any] = {"Creator": None, "Producer": None, "CreationDate": None}
    metadata.update({key: value for key, value in told.items() if value})
    fig.savefig(out, format="pdf", dpi=dpi, metadata=metadata)
    return out.getvalue()


def _svg(fig: Figure, facts: Facts, dpi: float) -> bytes:
    out = BytesIO()
    metadata: dict[str, Any] = {"Date": None, "Creator": None, "Format": None, "Type": None}
    fig.savefig(out, format="svg", dpi=dpi, metadata=metadata)
    document = out.getvalue().decode("utf-8")
    document = re.sub(r"<!-- Created with matplotlib[^>]*-->\s*", "", document)
    wide, high = (float(side) * text_metrics.MM for side in fig.get_size_inches())
    opening = re.search(r"<svg [^>]*>", document)
    if opening is None:
        raise MapError(message("the SVG has no root element"))
    root = re.sub(r' width="[^"]*"', f' width="{wide:.3f}mm"', opening.group(0), count=1)
    root = re.sub(r' height="[^"]*"', f' height="{high:.3f}mm"', root, count=1)
    told = "".join(
        f' <{tag} id="figure-{tag}">{escape(value)}</{tag}>\n'
        for tag, value in (
            ("title", facts.title),
            ("desc", ". ".join(p for p in (facts.description, facts.subject) if p)),
        )
        if value
    )
    if told:
        named = " ".join(f"figure-{tag}" for tag in ("title", "desc") if f'id="figure-{tag}"' in told)
        root = root[:-1] + f' role="img" aria-labelledby="{named}">'
    body = document[: opening.start()] + root + "\n" + told.rstrip("\n") + document[opening.end() :]
    for family, stack in STACKS.items():
        body = body.replace(f"font-family: '{family}'", f"font-family: {stack}").replace(
            f"font-family: {family};", f"font-family: {stack};"
        )
    body = re.sub(r"(font-family: '[^',;\"]+')(?=[;\"])", r"\1, sans-serif", body)  # a typeface of the user's
    return clean_text(body).encode("utf-8")  # marks in a user's names would turn the text around


def _eps(fig: Figure, facts: Facts, dpi: float) -> bytes:
    out = BytesIO()
    fig.savefig(out, format="eps", dpi=dpi, metadata={"Creator": "growthpoles"})
    document = out.getvalue().decode("latin-1")
    document = re.sub(r"%%CreationDate:[^\n]*\n", "", document, count=1)
    plain = facts.title.encode("ascii", "replace").decode() or "figure"
    document = re.sub(r"%%Title:[^\n]*\n", lambda _: f"%%Title: {plain}\n", document, count=1)
    return document.encode("latin-1")
