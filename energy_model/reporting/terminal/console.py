"""Console: tables and texts as they are printed on a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def print_all(*what: Any) -> None:
    """Prints texts and tables; a table's title stands on a line of its own, never folded to its width."""
    console = Console(highlight=False)
    wide = Console(highlight=False, width=console.width if console.is_terminal else 140)
    for thing in what:
        if isinstance(thing, Table) and thing.title:
            wide.print(f"[bold]{escape(str(thing.title))}[/]")
            thing.title = None
        wide.print(thing)


def grid(title: str, columns: list[str], rows: list[list[str]], right: int = 1) -> Table:
    """A table with its last columns aligned to the right from column ``right`` on."""
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
