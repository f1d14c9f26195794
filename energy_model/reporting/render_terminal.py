"""Terminal rendering: a report → tables and sentences on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from energy_model.reporting.content import ALERT, WARNING, Block, Chart, DataTable, Report, Text

MAX_FILE_COLUMNS = 160  # characters of a line when the output is no terminal
MARKS = {WARNING: "yellow", ALERT: "bold red"}


def print_report(report: Report) -> None:
    """Prints the title and every section of a report. Charts are left out."""
    if report.title:
        print_line(f"[bold]{escape(report.title)}[/]")
    for section in report.sections:
        print_blocks(section.blocks)


def print_blocks(blocks: Iterable[Block]) -> None:
    """Prints blocks, with an empty line before each table."""
    for block in blocks:
        if isinstance(block, Text):
            if block.heading:
                print_line(f"\n[bold]{escape(block.heading)}[/]")
            for sentence in block.sentences:
                mark = MARKS.get(block.style)
                print_line(f"[{mark}]{escape(sentence)}[/]" if mark else escape(sentence))
        elif isinstance(block, DataTable):
            print_line("")
            if block.title:
                print_line(f"[bold]{escape(block.title)}[/]")
            print_line(_grid(block.heads, block.rows, block.numeric))
            if block.note:
                print_line(escape(block.note))
        elif not isinstance(block, Chart):
            print_line(_grid(("", ""), block.pairs, 1))


def print_line(item: Any) -> None:
    """Prints a text with markup, or a table, to the width of the terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=MAX_FILE_COLUMNS)
    console.print(item)


def _grid(heads: Iterable[str], rows: Iterable[Iterable[str]], numeric: int) -> Table:
    """Returns a table whose last ``numeric`` columns are right-aligned."""
    names = list(heads)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(names))
    for i, name in enumerate(names):
        justify: Any = "right" if i >= len(names) - numeric else "left"
        table.add_column(escape(name), justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table
