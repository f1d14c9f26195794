"""Console: texts and tables → output on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_all(*what: Any, width: int = 140, gap: str = "") -> None:
    """Prints texts and tables. A table's title gets its own line, which is not folded to the table's width.

    ``width`` is that of output to a file; ``gap`` is printed before each title.
    """
    console = Console(highlight=False)
    wide = Console(highlight=False, width=console.width if console.is_terminal else width)
    for item in what:
        if isinstance(item, Table) and item.title:
            wide.print(f"{gap}[bold]{escape(str(item.title))}[/]")
            item.title = None
        wide.print(item)


def grid(title: str, columns: list[str], rows: list[list[str]], right: int = 1) -> Table:
    """Returns a table whose columns from index ``right`` on are right-aligned."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for i, name in enumerate(columns):
        table.add_column(escape(name), justify="right" if i >= right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table
