"""Kinds that still fail, each with the reason; the list is to become empty."""

from __future__ import annotations

from fnmatch import fnmatchcase

KNOWN_FAILURES: dict[str, str] = {  # kind, * for any part of a name -> reason
    "row: a link from a place to itself*": "such a link is accepted",
    "range: -300 in a measured file": "measured columns have no ranges",
    "change: case.default_scenario = step": "the change has no effect, and nothing says so",
    "toml: deep*": "RecursionError of the library that reads TOML, or of a value's text",
    "toml: very long integer": "ValueError of the library that reads TOML",
    "call: changes as a number": "TypeError",
    "call: scenario that is a list": "TypeError",
    "change: number of 1 MB": "the expression of a cell takes time as the square of its length",
    "change: case.*": "a fault of a setting that --set changed names case.toml",
    "rows: blank one before the header (through a workbook)": "IndexError where a profile has no header",
    "encoding: * NUL (through a workbook)": "a workbook cannot hold control characters",
}  # fmt: skip


def known_reason(kind: str) -> str:
    """Why a kind fails, if that is known; else nothing."""
    found = [reason for name, reason in KNOWN_FAILURES.items() if fnmatchcase(kind, name)]
    return found[0] if found else ""
