"""Kinds of mutation: each with the files it fits, what it may end in, and the change it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Flag, auto
from fnmatch import fnmatch
from random import Random

from fuzz import base
from fuzz.draft import Draft


class Ending(Flag):
    """What a mutation may end in."""

    SAME = auto()  # read in the sense it was written: the answer of the base
    REFUSED = auto()  # an InputError that names the place and a remedy
    WARNED = auto()  # read, and a warning that names the place
    OTHER = auto()  # a legitimate case of another meaning: only tracebacks and hangs are faults


SAME, REFUSED, WARNED, OTHER = Ending.SAME, Ending.REFUSED, Ending.WARNED, Ending.OTHER
Change = Callable[[Draft, str, Random], None]

CALL = "--set"  # stands for a file where what is changed is the call
BOOK = "case.xlsx"
TABLES = ("[!s]*.csv", "s[!o]*.csv")  # CSV files at the top but sources.csv
PROFILES = ("profiles/*.csv", "weather/*.csv")
MEASURED = ("measured/*.csv",)
SOURCES = ("sources*.csv",)
SWEEP = (base.CASES,)
CSV = (*TABLES, *SOURCES, *PROFILES, *MEASURED, *SWEEP)
CASE, SCENARIOS = ("case.toml",), ("scenarios/*.toml",)
TOML = (*CASE, *SCENARIOS)
GROUPS = {  # inputs as the figures are told by
    "tables": TABLES, "sources": SOURCES, "profiles": ("profiles/*.csv",),
    "weather": ("weather/*.csv",), "measured": MEASURED, "case.toml": CASE,
    "scenarios": SCENARIOS, "changes": (CALL,), "workbook": (BOOK,), "study": SWEEP,
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One kind of mutation; ``family`` is what it is listed under."""

    name: str
    family: str
    fits: tuple[str, ...]
    may: Ending
    change: Change

    def targets(self) -> list[str]:
        """The files this kind may be thrown at."""
        known = [*base.files(), CALL, BOOK]
        return [file for file in known if any(matches(file, pattern) for pattern in self.fits)]


def matches(file: str, pattern: str) -> bool:
    """Whether a path fits a pattern; ``*`` does not cross folders."""
    return file.count("/") == pattern.count("/") and fnmatch(file, pattern)


def group_of(file: str) -> str:
    """The input that a file is."""
    return next(n for n, patterns in GROUPS.items() if any(matches(file, p) for p in patterns))


KINDS: dict[str, Kind] = {}


def add(name: str, family: str, fits: Iterable[str], may: Ending, change: Change) -> None:
    """Adds a kind; its name must be new."""
    if name in KINDS:
        raise ValueError(name)
    KINDS[name] = Kind(name, family, tuple(fits), may, change)


def kind(name: str, family: str, fits: Iterable[str], may: Ending) -> Callable[[Change], Change]:
    """Adds the function below as a kind."""

    def register(change: Change) -> Change:
        add(name, family, fits, may, change)
        return change

    return register
