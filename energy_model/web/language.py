"""Language: English words and numbers → text in English or Danish."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "da")
SIGNS = str.maketrans({",": ".", ".": ","})


@cache
def danish() -> dict[str, str]:
    """Returns the Danish translations by English text, of the report and of the workbench."""
    package = files("energy_model")
    translations: dict[str, str] = {}
    for path in (
        package / "reporting" / "page_assets" / "danish.csv",
        package / "web" / "danish.csv",
    ):
        rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
        translations |= {row["word"]: row["danish"] for row in rows}
    return translations


def say(words: str, language: str, **given: object) -> str:
    """Returns a text in a language with its placeholders filled in; English if there is no translation."""
    text = danish().get(words, words) if language == "da" else words
    return text.format(**given) if given else text


def number(value: float, language: str, unit: str = "") -> str:
    """Returns a number as text in a language, with digits that fit its magnitude."""
    size = abs(value)
    if size < 1e-3:  # zero within the tolerance of the solver
        text = "0"
    elif size >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.3g}"
    if language == "da":
        text = text.translate(SIGNS)
    return f"{text} {say(unit, language)}".strip()


def progress(line: str, language: str) -> str:
    """Returns a line of progress in a language; lines of the solver are not translated."""
    if language != "da":
        return line
    plain = line.strip()
    for pattern, template in (
        (r"building the model of ([\d,]+) steps", "opstiller modellen med {0} tidsskridt"),
        (r"solving ([\d,]+) rows and ([\d,]+) columns", "løser {0} rækker og {1} søjler"),
        (r"solving: (.*)", "løser: {0}"),
    ):
        match = re.fullmatch(pattern, plain)
        if match:
            return template.format(*match.groups())
    return danish().get(plain, plain)


def label(row: object, name: object, language: str) -> str:
    """Returns a row's label in a language, or its English label, or its name in words."""
    for column in (f"label_{language}", "label_en"):
        text = getattr(row, "get", lambda _: None)(column)
        if isinstance(text, str) and text:
            return text
    return str(name).replace("_", " ")
