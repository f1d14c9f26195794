"""Program names: a linear program → a name for every column and row that MPS and LP files of all solvers accept.

A name is ``variable.label.step``, such as ``flow_forward.main_pipe.17``; steps are counted from 0. It has ASCII
letters, digits, underscores and dots only: spaces, signs and brackets have a meaning in LP files. Names depend on the
program alone, so a solution file is read without a table of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from energy_model.optimization.linear_program import Blocks, LinearProgram

MAX_BASE_CHARACTERS = 200  # CPLEX reads names of up to 255 characters
UNSAFE = re.compile(r"[^A-Za-z0-9_]")
# In an LP file these begin a number, an exponent, a section or a bound
NO_BEGINNING = re.compile(
    r"[0-9.]|[eE]([0-9eE]|$)|(min|max|minimi[sz]e|maximi[sz]e|st|subject|such|bounds?|free|inf|infinity|"
    r"gen|general|generals|integers?|bin|binary|binaries|semi|semis|sos|sos1|sos2|end)$",
    re.IGNORECASE,
)


def program_names(lp: LinearProgram) -> tuple[list[str], list[str]]:
    """Names of the columns and of the rows, in order; no name is given twice in both lists together."""
    taken: set[str] = set()
    columns = _names(lp.variables, lp.A.shape[1], "column", taken)
    rows = _names(lp.constraints, lp.A.shape[0], "row", taken)
    return columns, rows


def _names(blocks: Blocks, size: int, kind: str, taken: set[str]) -> list[str]:
    names = [""] * size
    for variable, block in blocks.items():
        for i, label in enumerate(block.labels):
            base = _unused(_safe(variable, label), taken)
            first = block.first + i * block.width
            if block.width == 1 and not block.by_step:
                names[first] = base
            else:
                names[first : first + block.width] = _numbered(base, block.width)
    nameless = (
        i for i, name in enumerate(names) if not name
    )  # rows after those of all constraints
    for i in nameless:
        names[i] = _unused(f"unnamed_{kind}.{i}", taken)
    return names


def _numbered(base: str, width: int) -> Iterator[str]:
    return (f"{base}.{step}" for step in range(width))


def _safe(variable: str, label: str) -> str:
    parts = [UNSAFE.sub("_", part) for part in (variable, label) if part]
    base = ".".join(parts)[:MAX_BASE_CHARACTERS]
    return f"x_{base}" if NO_BEGINNING.match(base) else base


def _unused(base: str, taken: set[str]) -> str:
    """The name itself, or with a number if labels differ only in characters that are replaced."""
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
