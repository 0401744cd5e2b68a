"""Pinned pictures: each kind of figure looks as it did when a person last looked at it.

After a wanted change, look at the new pictures and renew them with
``python tests/maps/renew_baseline.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import renew_baseline as renew
from PIL import Image

#: Mean absolute difference of a channel, of 255, that another version of matplotlib or FreeType may cause.
TOLERANCE = 1.5


@pytest.fixture(scope="module")
def gallery() -> dict[str, Any]:
    return renew.gallery()


@pytest.mark.parametrize("name", renew.NAMES)
def test_picture_is_as_pinned(gallery: dict[str, Any], name: str) -> None:
    with Image.open(renew.FOLDER / f"{name}.png") as image:
        pinned = np.asarray(image.convert("RGB"), dtype=float)
    drawn = renew.pixels(gallery[name]).astype(float)
    assert drawn.shape == pinned.shape
    assert np.abs(drawn - pinned).mean() < TOLERANCE


def test_the_tolerance_sees_a_wrong_colour(gallery: dict[str, Any]) -> None:
    drawn = renew.pixels(gallery["rating"]).astype(float)
    other = renew.pixels(gallery["ksi"]).astype(float)
    high = min(drawn.shape[0], other.shape[0])
    assert np.abs(drawn[:high] - other[:high]).mean() > 2 * TOLERANCE


def test_every_pinned_picture_is_tested() -> None:
    assert sorted(path.stem for path in renew.FOLDER.glob("*.png")) == sorted(renew.NAMES)
