"""Content: what a report consists of, in one language, before it is rendered for a medium.

A report is a list of sections, a section a list of blocks: sentences, tiles, tables and charts. Cells and tiles are
formatted text; the terminal, the page and the workbench differ only in how they lay the blocks out.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Styles of sentences; a lead says the most important thing first
PLAIN, SOFT, WARNING, ALERT, LEAD = "plain", "soft", "warning", "alert", "lead"

MIN_LONG_CHARACTERS = 70  # of a cell with a sentence


def is_long(cell: object) -> bool:
    """Returns whether a cell has a sentence, which needs a wide column."""
    return isinstance(cell, str) and len(cell) > MIN_LONG_CHARACTERS


@dataclass(frozen=True)
class Text:
    """Sentences, a paragraph each. ``style`` is ``plain``, ``soft``, ``warning``, ``alert`` or ``lead``.

    A ``collapsed`` text is closed on a page, under its heading, until a reader opens it.
    """

    sentences: tuple[str, ...]
    style: str = PLAIN
    heading: str = ""
    collapsed: bool = False


@dataclass(frozen=True)
class Tiles:
    """Headline numbers: pairs of name and formatted value."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class DataTable:
    """A table of formatted cells, of which the last ``numeric`` columns are right-aligned.

    A ``collapsed`` table is closed on a page until a reader opens it.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: int = 0
    note: str = ""
    collapsed: bool = False


@dataclass(frozen=True)
class Chart:
    """A Plotly figure. ``draw`` makes it on use, since a terminal needs none; it returns None if there is no data."""

    key: str
    title: str
    draw: Callable[[], go.Figure | None]


Block = Text | Tiles | DataTable | Chart


@dataclass(frozen=True)
class Section:
    """A titled part of a report. ``key`` is its anchor on a page."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A titled list of sections in one language."""

    title: str
    language: str
    sections: tuple[Section, ...]

    def charts(self) -> Iterator[Chart]:
        """Yields every chart."""
        for section in self.sections:
            yield from (block for block in section.blocks if isinstance(block, Chart))

    def with_charts(self, keys: Container[str]) -> Report:
        """Returns the report with only the charts of these keys, without sections that are then empty."""
        sections = []
        for part in self.sections:
            blocks = tuple(
                block for block in part.blocks if not isinstance(block, Chart) or block.key in keys
            )
            if blocks:
                sections.append(replace(part, blocks=blocks))
        return replace(self, sections=tuple(sections))


def data_table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: int = 0,
    *,
    note: str = "",
    collapsed: bool = False,
) -> list[Block]:
    """Returns a table as a list of one block; an empty list if there are no rows."""
    cells = tuple(tuple(row) for row in rows)
    return [DataTable(title, tuple(heads), cells, numeric, note, collapsed)] if cells else []


def section(key: str, title: str, *blocks: Block | Iterable[Block]) -> list[Section]:
    """Returns a section of blocks and lists of blocks as a list of one; an empty list if there are no blocks."""
    flat: list[Block] = []
    for block in blocks:
        flat.extend([block] if isinstance(block, Block) else block)
    return [Section(key, title, tuple(flat))] if flat else []
