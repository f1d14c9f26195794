"""A compiled case as readable text: a line for each row and column, written, read back and compared.

Rows read ``balance[heat@here,3]: +1 bought[m,3] -0.98 sent[pipe,3] = 0``; columns read
``0 <= added[pump] <= 5: +12.3 cost +10 entry:owning``. Numbers have 12 significant digits.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

RELATIVE, ABSOLUTE = (
    1e-9,
    1e-12,
)  # numbers that differ by less are the same number on another computer
SECTIONS = ("rows", "columns", "constants")
SHOWN = 20  # lines of a difference that are printed


@dataclass(frozen=True)
class Line:
    """A row, column or constant: its limits, and the number of each name that stands in it."""

    name: str
    lower: float
    upper: float
    values: dict[str, float]

    @property
    def family(self) -> str:
        """The name without its index."""
        return self.name.split("[")[0]

    def __str__(self) -> str:
        """The line as it is stored."""
        terms = [f"{number(v, '+')} {name}" for name, v in sorted(self.values.items(), key=order)]
        told = f"{self.name}: {' '.join(terms) or '0'}"
        if self.lower == self.upper:
            return f"{told} = {number(self.lower)}"
        low = f" >= {number(self.lower)}" if math.isfinite(self.lower) else ""
        high = f" <= {number(self.upper)}" if math.isfinite(self.upper) else ""
        return told + low + high + (" free" if not low and not high else "")

    def same(self, other: Line) -> bool:
        """Whether two lines say the same but for the last digits."""
        return (
            near(self.lower, other.lower)
            and near(self.upper, other.upper)
            and self.values.keys() == other.values.keys()
            and all(near(v, other.values[name]) for name, v in self.values.items())
        )


def number(value: float, sign: str = "") -> str:
    """A number with 12 significant digits."""
    return f"{value + 0.0:{sign}.12g}"


def near(a: float, b: float) -> bool:
    """Whether two numbers are the same but for their last digits."""
    return a == b or math.isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def order(item: object) -> list[object]:
    """The key that sorts step 2 before step 10."""
    name = item[0] if isinstance(item, tuple) else getattr(item, "name", item)
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", str(name))]


def parsed(text: str) -> Line:
    """The line that was stored as a text."""
    name, _, rest = text.partition(": ")
    words = rest.split()
    lower, upper = -math.inf, math.inf
    if words[-1] == "free":
        words.pop()
    while len(words) > 1 and words[-2] in ("=", "<=", ">="):
        value, sign = float(words.pop()), words.pop()
        lower = value if sign in ("=", ">=") else lower
        upper = value if sign in ("=", "<=") else upper
    pairs = [] if words == ["0"] else zip(words[::2], words[1::2], strict=True)
    return Line(name, lower, upper, {term: float(value) for value, term in pairs})


def written(sections: dict[str, list[Line]]) -> str:
    """All sections as text."""
    parts = []
    for name in SECTIONS:
        parts += [f"# {name}", *map(str, sorted(sections[name], key=order)), ""]
    return "\n".join(parts)


def read(text: str) -> dict[str, list[Line]]:
    """The sections of a text."""
    found: dict[str, list[Line]] = {}
    for line in text.splitlines():
        if line.startswith("# "):
            found[line[2:]] = []
        elif line:
            found[next(reversed(found))].append(parsed(line))
    return found


def renamed(line: Line, section: str, new: Callable[[str, str], str]) -> Line:
    """A stored line under the names of today; ``new`` gives the new name of a kind and an old name."""

    def whole(kind: str, name: str) -> str:
        if name.startswith("entry:"):
            return "entry:" + new("cost_entry", name[6:])
        family, bracket, index = name.partition("[")
        return new(kind, family) + bracket + index

    kind = "constraint" if section == "rows" else "variable"
    values = {whole("variable", name): value for name, value in line.values.items()}
    return replace(line, name=whole(kind, line.name), values=values)


def differences(stored: list[Line], now: list[Line]) -> list[str]:
    """What differs between two sections: first a count by family, then up to 20 pairs of lines."""
    old, new = ({line.name: line for line in lines} for lines in (stored, now))
    gone, come = [old[n] for n in old if n not in new], [new[n] for n in new if n not in old]
    moved = [(old[n], new[n]) for n in old if n in new and not old[n].same(new[n])]
    counts: dict[str, Counter] = {
        "missing": Counter(line.family for line in gone),
        "new": Counter(line.family for line in come),
        "changed": Counter(line.family for line, _ in moved),
    }
    families = sorted({family for counter in counts.values() for family in counter})
    told = [
        f"{family}: " + ", ".join(f"{c[family]} {what}" for what, c in counts.items() if c[family])
        for family in families
    ]
    pairs = [*moved, *((line, None) for line in gone), *((None, line) for line in come)]
    for before, after in pairs[:SHOWN]:
        told += [f"  - {_changed(before, after)}"] if before else []
        told += [f"  + {_changed(after, before)}"] if after else []
    if len(pairs) > SHOWN:
        told.append(f"  and {len(pairs) - SHOWN} more")
    return told


def _changed(line: Line, other: Line | None) -> str:
    """A line; of a long one only the terms that differ from another's."""
    if other is None or len(line.values) <= 12:
        return str(line)
    kept = {
        name: value
        for name, value in line.values.items()
        if name not in other.values or not near(value, other.values[name])
    }
    return f"{replace(line, values=kept)}   ({len(line.values) - len(kept)} more terms, the same)"


HEADER = "section,family,lines,terms,sum_of_sizes,sum_of_lower_limits,sum_of_upper_limits"


def families(sections: dict[str, list[Line]]) -> str:
    """A table of sums by family, in which a reader sees what moved."""
    told = [HEADER]
    for section, lines in sections.items():
        for family in sorted({line.family for line in lines}):
            here = [line for line in lines if line.family == family]
            sums = (
                math.fsum(abs(v) for line in here for v in line.values.values()),
                _finite(line.lower for line in here),
                _finite(line.upper for line in here),
            )
            terms = sum(len(line.values) for line in here)
            said = ",".join(f"{value + 0.0:.9g}" for value in sums)
            told.append(f"{section},{family},{len(here)},{terms},{said}")
    return "\n".join(told) + "\n"


def _finite(values: Iterable[float]) -> float:
    return math.fsum(value for value in values if math.isfinite(value))
