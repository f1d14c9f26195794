"""Language: every word of the workbench in English or Danish, and numbers as a reader of either writes them."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "da")
SIGNS = str.maketrans({",": ".", ".": ","})


@cache
def danish() -> dict[str, str]:
    """Danish by English words: those of the report, and the workbench's own."""
    here = files("energy_model")
    found: dict[str, str] = {}
    for path in (
        here / "reporting" / "page_assets" / "danish.csv",
        here / "web" / "danish.csv",
    ):
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        found |= {row["word"]: row["danish"] for row in rows}
    return found


def say(words: str, language: str, **given: object) -> str:
    """Words in a language, with what is given put in; English where no Danish is known."""
    told = danish().get(words, words) if language == "da" else words
    return told.format(**given) if given else told


def number(value: float, language: str, unit: str = "") -> str:
    """A number with as many digits as its size deserves."""
    size = abs(value)
    if size < 1e-3:  # what a solver leaves of nothing
        text = "0"
    elif size >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.3g}"
    if language == "da":
        text = text.translate(SIGNS)
    return f"{text} {say(unit, language)}".strip()


def progress(line: str, language: str) -> str:
    """A line of progress in a language; what the solver says stays as it is."""
    if language != "da":
        return line
    plain = line.strip()
    for pattern, told in (
        (r"building the model of ([\d,]+) steps", "opstiller modellen med {0} tidsskridt"),
        (r"solving ([\d,]+) rows and ([\d,]+) columns", "løser {0} rækker og {1} søjler"),
        (r"solving: (.*)", "løser: {0}"),
    ):
        found = re.fullmatch(pattern, plain)
        if found:
            return told.format(*found.groups())
    return danish().get(plain, plain)


def label(row: object, name: object, language: str) -> str:
    """A row's label in a language, else its English one, else its name in words."""
    for wanted in (f"label_{language}", "label_en"):
        text = getattr(row, "get", lambda _: None)(wanted)
        if isinstance(text, str) and text:
            return text
    return str(name).replace("_", " ")
