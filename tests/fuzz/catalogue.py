"""Every kind of mutation, and how one is drawn: the same for the same seed and number."""

from __future__ import annotations

from random import Random

from fuzz import (  # noqa: F401 - each adds its kinds
    books,
    carried,
    cells,
    changes,
    headers,
    names,
    paths,
    places,
    settings,
    stamps,
    texts,
)
from fuzz.draft import Draft, NotHere
from fuzz.kinds import GROUPS, KINDS, Kind, group_of

carried.add_carried()
CARRIED, CARRIED_OF = "through a workbook", 3  # they are slow: of so many a seed has one
WAYS = {"measured": "measured", "study": "sweep"}  # inputs that are read by themselves


def drawn(seed: int, number: int, order: list[Kind], only: str = "") -> tuple[Kind, str, Draft]:
    """The mutation of a number: its kind, the file it changes, and the case that it makes.

    Kinds take turns, so that any run of as many numbers as there are kinds holds each.
    """
    kind = order[number % len(order)]
    return (kind, *thrown(kind, Random(f"{seed}:{number}:{kind.name}"), only))


def thrown(kind: Kind, dice: Random, only: str = "") -> tuple[str, Draft]:
    """A kind thrown at one of the files it fits; NotHere if it fits none (of the group wanted)."""
    files = [f for f in kind.targets() if not only or group_of(f) == only]
    dice.shuffle(files)
    for file in files:
        draft = Draft()
        draft.way = WAYS.get(group_of(file), "read")
        try:
            kind.change(draft, file, dice)
        except NotHere:
            continue
        return file, draft
    raise NotHere(kind.name)


def order_of(seed: int) -> list[Kind]:
    """Kinds in an order that the seed says: all, but of those through a workbook one in three."""
    order = sorted(KINDS.values(), key=lambda kind: kind.name)
    Random(seed).shuffle(order)
    carried = [kind.name for kind in order if kind.family == CARRIED][::CARRIED_OF]
    return [kind for kind in order if kind.family != CARRIED or kind.name in carried]


def coverage() -> dict[str, int]:
    """How many kinds there are for each input."""
    return {
        group: sum(any(group_of(f) == group for f in kind.targets()) for kind in KINDS.values())
        for group in GROUPS
    }


ONE_OF = {  # families of many variants, and what tells sorts apart in a name
    "changes": ":", "calls from Python": " ", "names of rows": ":",
    "expressions": ":",
    "workbooks": ":", "units in headers": ": ", "ranges": ":", "form of TOML": ":",
    "hours written otherwise": ":", "references": ":", "files": ":",
}  # fmt: skip


def sort_of(kind: Kind) -> str:
    """What a kind is a variant of: by family, what it may end in, and the start of its name."""
    if kind.family == "through a workbook":
        plain = KINDS[kind.name.removesuffix(" (through a workbook)")]
        return f"through a workbook: {plain.may}"
    if kind.family in ("numbers written oddly", "settings"):
        return f"{kind.family} {kind.may}"
    if kind.family in ONE_OF:
        return f"{kind.family}: {kind.name.partition(ONE_OF[kind.family])[0]} {kind.may}"
    return kind.name


def sample(seed: int, count: int) -> list[Kind]:
    """Kinds of a short run: one of every sort, then others up to a count, none of workbooks."""
    order = order_of(seed)
    first = {sort_of(kind): kind for kind in reversed(order)}
    chosen = list(first.values())
    slow = ("workbooks", "through a workbook")
    rest = [k for k in order if k.family not in slow and k.name not in {c.name for c in chosen}]
    return chosen + rest[: max(0, count - len(chosen))]
