"""Kinds of files, carried through a workbook: written into one, and read back from it."""

from __future__ import annotations

from random import Random

from fuzz import base
from fuzz.draft import Draft, NotHere
from fuzz.kinds import BOOK, KINDS, OTHER, REFUSED, SAME, Kind, group_of

HERE = (BOOK,)
CARRIED = (  # families whose mutations a workbook can hold
    "numbers written oddly", "ranges", "references", "expressions", "units in headers", "columns",
    "rows", "names of rows", "twins of names", "circles", "rows that have no place", "settings",
    "hours written otherwise", "hours of another time", "one hour", "hours of every file",
    "encodings",
)  # fmt: skip


def carried(kind: Kind) -> Kind:
    """The same kind, whose file is written into a workbook and read back before it is read."""

    def change(draft: Draft, _: str, dice: Random) -> None:
        files = [
            f
            for f in kind.targets()
            if f in base.files() and group_of(f) not in ("study", "measured")
        ]
        if not files:
            raise NotHere(kind.name)
        kind.change(draft, dice.choice(files), dice)
        draft.by_book()
        draft.whole = False
        draft.named = [
            n for n in draft.named if n.endswith((".csv", ".toml")) or n.startswith("row ")
        ]
        draft.said = f"through a workbook: {draft.said}"

    may = kind.may | SAME if kind.may == REFUSED and kind.family in FORGIVEN else kind.may
    return Kind(f"{kind.name} (through a workbook)", "through a workbook", HERE, may, change)


FORGIVEN = ("rows", "columns", "encodings")  # a workbook drops empty rows and what a file had odd


def add_carried() -> None:
    """Adds what a workbook can carry of the kinds there are."""
    for kind in list(KINDS.values()):
        if kind.family in CARRIED and "1 MB" not in kind.name and OTHER not in kind.may:
            made = carried(kind)
            KINDS[made.name] = made
