"""Map labels: sites in pixels → labels at one of eight places around each, none over another."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MAX_LINE_CHARACTERS = 20  # of a label, which has at most two lines
MAX_LINES = 2
CHARACTER_PIXELS, LINE_PIXELS = 6.6, 13.5  # of a font of `FONT_PIXELS`, wide letters included
FONT_PIXELS = 11
GAP_PIXELS = 17  # between a site and its label, for the symbols around the site
SYMBOL_PIXELS = 13  # half the width of a site with its symbols
# Where a label stands seen from its site, in the order of preference; up is positive.
DIRECTION_STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True)
class Box:
    """A rectangle [pixels], up is positive."""

    left: float
    bottom: float
    right: float
    top: float

    def overlaps(self, other: Box) -> bool:
        """Whether two rectangles have an area in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def is_within(self, frame: Box) -> bool:
        """Whether it is inside a frame."""
        return (
            self.left >= frame.left
            and self.right <= frame.right
            and self.bottom >= frame.bottom
            and self.top <= frame.top
        )


@dataclass(frozen=True)
class PlacedLabel:
    """A label with its lines, the rectangle that it fills, and the distance of its middle from its site [pixels]."""

    name: str
    lines: tuple[str, ...]
    box: Box
    right: float
    up: float


def place_labels(
    sites: Iterable[tuple[str, str, float, float]],
    frame: Box,
    taken: Iterable[Box] = (),
) -> list[PlacedLabel]:
    """Returns a label for every site that has room for one; earlier sites choose first.

    Args:
        sites: Name, label and position [pixels] of every site, the most important first.
        frame: The rectangle of the map; no label leaves it.
        taken: Further rectangles that no label covers.
    """
    sites = list(sites)
    symbols = {
        name: Box(x - SYMBOL_PIXELS, y - SYMBOL_PIXELS, x + SYMBOL_PIXELS, y + SYMBOL_PIXELS)
        for name, _, x, y in sites
    }
    placed: list[PlacedLabel] = []
    taken = list(taken)
    for name, text, x, y in sites:
        if not symbols[name].is_within(frame):
            continue
        others = [box for other, box in symbols.items() if other != name]
        blocked = [*taken, *others, *(label.box for label in placed)]
        for label in _candidates(name, text, x, y):
            if label.box.is_within(frame) and not any(map(label.box.overlaps, blocked)):
                placed.append(label)
                break
    return placed


def _candidates(name: str, text: str, x: float, y: float) -> Iterator[PlacedLabel]:
    """Yields a label at every direction from its site."""
    lines = tuple(
        textwrap.wrap(text, MAX_LINE_CHARACTERS, max_lines=MAX_LINES, placeholder=" …")
    ) or (text,)
    width = max(map(len, lines)) * CHARACTER_PIXELS
    height = len(lines) * LINE_PIXELS
    for across, upwards in DIRECTION_STEPS:
        # At a corner the symbols leave room, so the label stands closer.
        gap = GAP_PIXELS * (0.6 if across and upwards else 1.0)
        right = across * (gap + width / 2)
        up = upwards * (gap + height / 2)
        box = Box(
            x + right - width / 2,
            y + up - height / 2,
            x + right + width / 2,
            y + up + height / 2,
        )
        yield PlacedLabel(name, lines, box, right, up)
