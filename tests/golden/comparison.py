"""What differs between a stored file and what the program says now, as a readable list.

Numbers of tables and JSON are the same within one millionth (relative, and absolute below one); names, keys and
texts are the same letter by letter. In sentences numbers are the same within one per cent, as they are rounded
for display. Blanks and line ends of help texts do not matter.
"""

from __future__ import annotations

import csv
import difflib
import fnmatch
import io
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RELATIVE, ABSOLUTE = 1e-6, 1e-6
RELATIVE_IN_SENTENCES = 0.01
SHOWN = 30  # differences that are printed for a file
NUMBER = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
RENAMES = Path(__file__).parent / "renames.csv"


class Renames:
    """New names of what is stored under old ones: rows ``where,old,new`` of a table.

    ``where`` is ``variable``, ``constraint`` or ``cost_entry`` for matrices, or a stored file such as
    ``json/show.json`` or ``tables/*``, in which keys, columns and whole texts are replaced.
    """

    def __init__(self, path: Path = RENAMES) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            self.rows = [(r["where"], r["old"], r["new"]) for r in csv.DictReader(file)]

    def of_matrix(self, kind: str, name: str) -> str:
        """The name of today of a variable, constraint or cost entry."""
        return {old: new for where, old, new in self.rows if where == kind}.get(name, name)

    def of_file(self, file: str) -> dict[str, str]:
        """New names by old ones in a stored file."""
        return {old: new for where, old, new in self.rows if fnmatch.fnmatchcase(file, where)}


def differences(file: str, stored: str, now: str, renames: Renames) -> list[str]:
    """What differs between a stored file and the same made now; empty if nothing does."""
    new = renames.of_file(file)
    if file.endswith(".json"):
        found = list(of_values("", renamed(json.loads(stored), new), json.loads(now)))
    elif file.endswith(".csv"):
        found = list(of_values("", renamed(table(stored), new), table(now)))
    elif file.startswith("prose/"):
        found = list(of_values("", sentences(stored), sentences(now), RELATIVE_IN_SENTENCES))
    else:
        found = of_words(stored, now)
    return found if len(found) <= SHOWN else [*found[:SHOWN], f"and {len(found) - SHOWN} more"]


def of_values(
    at: str, stored: Any, now: Any, in_text: float | None = None, name: str = ""
) -> Iterator[str]:
    """Every place where two values differ, as ``/path/to/it: stored 1, now 2``."""
    at = f"{at}/{name}" if name else at
    if isinstance(stored, dict) and isinstance(now, dict):
        for key in [*stored, *(key for key in now if key not in stored)]:
            if key not in now:
                yield f"{at}/{key}: stored {short(stored[key])}, now missing"
            elif key not in stored:
                yield f"{at}/{key}: new, {short(now[key])}"
            else:
                yield from of_values(at, stored[key], now[key], in_text, str(key))
        if set(stored) == set(now) and list(stored) != list(now):
            yield f"{at}: stored in the order {list(stored)}, now {list(now)}"
    elif isinstance(stored, list) and isinstance(now, list):
        if len(stored) != len(now):
            yield f"{at}: stored {len(stored)} items, now {len(now)}"
        for i, (one, other) in enumerate(zip(stored, now, strict=False)):
            yield from of_values(at, one, other, in_text, label(i, one))
    elif not same(stored, now, in_text):
        yield f"{at}: stored {short(stored)}, now {short(now)}"


def label(place: int, item: Any) -> str:
    """The place of an item of a list, with its first text so that a reader finds it."""
    texts = [v for v in item.values() if isinstance(v, str) and v] if isinstance(item, dict) else []
    return f"{place}({texts[0]})" if texts else str(place)


def same(stored: Any, now: Any, in_text: float | None = None) -> bool:
    """Whether two values are the same but for the last digits."""
    if isinstance(stored, bool) or isinstance(now, bool):
        return stored is now
    if isinstance(stored, int | float) and isinstance(now, int | float):
        return math.isclose(stored, now, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    if in_text is not None and isinstance(stored, str) and isinstance(now, str):
        if NUMBER.sub("#", stored) != NUMBER.sub("#", now):
            return False
        pairs = zip(NUMBER.findall(stored), NUMBER.findall(now), strict=True)
        return all(math.isclose(plain(a), plain(b), rel_tol=in_text) for a, b in pairs)
    return stored == now


def plain(text: str) -> float:
    """The number that stands in a sentence."""
    return float(text.replace(",", "").replace("−", "-"))


def short(value: Any) -> str:
    """A value as text, not longer than a line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else f"{text[:157]}..."


def renamed(value: Any, new: dict[str, str]) -> Any:
    """A stored value with new names for old keys and whole texts."""
    if isinstance(value, dict):
        return {new.get(key, key): renamed(inner, new) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, new) for inner in value]
    return new.get(value, value) if isinstance(value, str) else value


def table(text: str) -> list[dict[str, Any]]:
    """The rows of a CSV file, cells that are numbers as numbers."""
    return [{key: cell(value) for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]  # fmt: skip


def cell(text: str) -> str | float:
    """A cell as a number where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


def sentences(text: str) -> dict[str, Any]:
    """Sentences by the place they stand in."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        place, _, said = line.partition(": ")
        found.setdefault(place, []).append(said)
    return found


def of_words(stored: str, now: str) -> list[str]:
    """A unified difference of two texts, if their words differ."""
    if stored.split() == now.split():
        return []
    lines = difflib.unified_diff(stored.splitlines(), now.splitlines(), "stored", "now", n=1, lineterm="")  # fmt: skip
    return list(lines)
