"""Colour vision: colours as readers with normal, red-blind and green-blind eyes see them, and in grey print.

The simulation is that of Machado, Oliveira and Fernandes (2009) at full severity; distances are those of CIE L*a*b*
(1976), in which some 2.3 is just noticeable.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np

NORMAL = np.eye(3)
RED_BLIND = np.array([
    [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
])  # fmt: skip
GREEN_BLIND = np.array([
    [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
])  # fmt: skip
VISIONS = (NORMAL, RED_BLIND, GREEN_BLIND)
XYZ_OF_RGB = np.array([
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
WHITE = XYZ_OF_RGB.sum(axis=1)


def linear_rgb(colour: str) -> np.ndarray:
    """Returns the linear red, green and blue [0 to 1] of a colour such as ``#F0B400``."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Returns L*, a* and b* of linear red, green and blue, on the last axis."""
    ratio = np.clip(rgb, 0.0, 1.0) @ XYZ_OF_RGB.T / WHITE
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def distance(one: str, other: str) -> float:
    """Returns the distance of two colours to the reader who tells them apart worst."""
    pair = np.stack([linear_rgb(one), linear_rgb(other)])
    seen = (lab(pair @ vision.T) for vision in VISIONS)
    return min(float(np.linalg.norm(first - second)) for first, second in seen)


def lightness(colour: str) -> float:
    """Returns the lightness of a colour in grey print, from 0 (black) to 100 (white)."""
    return float(lab(linear_rgb(colour))[0])


def closest(colours: Iterable[str]) -> tuple[float, str, str]:
    """Returns the least distance of two of the colours, and the two."""
    return min((distance(*pair), *pair) for pair in combinations(list(colours), 2))
