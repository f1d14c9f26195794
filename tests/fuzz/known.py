"""Kinds that still fail, each with the reason; the list is to become empty."""

from __future__ import annotations

from fnmatch import fnmatchcase

RAW = "control characters of a value or a name are printed as they are"
LONG = "a sentence repeats a text of any length"
BY_HAND = "a fault of a setting that --set changed names case.toml"
KNOWN_FAILURES: dict[str, str] = {  # kind, * for any part of a name -> reason
    "circle: *tied*": "a circle of tied_to is accepted",
    "change: conversions.chp.tied_to = chp": "a circle of tied_to is accepted",
    "all hours: half past*": "stamps at half past in every file are taken as they are",
    "row: a mode without flows*": "a mode without flows is left out without a word",
    "row: a link from a place to itself*": "such a link is accepted",
    "file name: no ending": "a file without ending is left out without a word",
    "setting: cost_factor = 98*": "settings have no ranges to be warned of",
    "setting: name = \"nnn*": "the name of a case may have any length",
    "range: -300 in a measured file": "measured columns have no ranges",
    "change: case.default_scenario = step": "the change has no effect, and nothing says so",
    "study: header that is no address": "a header that is nearly an address is a note",
    "toml: deep*": "RecursionError of the library that reads TOML",
    "toml: very long integer": "ValueError of the library that reads TOML",
    "header: 1 MB": "csv.Error where the first line is looked at",
    "unit: letters of 1 MB": "csv.Error where the first line is looked at",
    "call: changes as None": "TypeError",
    "call: changes as a number": "TypeError",
    "call: scenario that is a list": "TypeError",
    "call: changes as one text": "the fault names the address only, not the statement",
    "change: number of 1 MB": "the expression of a cell takes time as the square of its length",
    "change: case.*": BY_HAND,
    "change: 1 MB*": LONG,
    "change: row of 1 MB": LONG,
    "call: scenario *(100000)": LONG,
    "setting: extends = \"nnn*": LONG,
    "*NUL*": RAW, "*u0000*": RAW, "*x00*": RAW, "*escape*": RAW, "*line feed*": RAW, "*two lines*": RAW,
    "*tab in the cell*": RAW, "setting: weather = \"cold\\n\"*": RAW, "encoding: UTF-16*": RAW,
    "encoding: a workbook*": RAW, "encoding: a picture*": RAW,
}  # fmt: skip


def known_reason(kind: str) -> str:
    """Why a kind fails, if that is known; else nothing."""
    found = [reason for name, reason in KNOWN_FAILURES.items() if fnmatchcase(kind, name)]
    return found[0] if found else ""
