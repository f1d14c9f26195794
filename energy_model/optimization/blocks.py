"""Blocks: the names of a program's columns and rows, so that an answer on disk can be read in the model's words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from operator import index

import numpy as np

from energy_model.optimization.labels import is_by_step, label, members
from energy_model.optimization.problem import Problem


@dataclass(frozen=True)
class Block:
    """The columns of a decision, or the rows of a rule: the first, whose they are, how many each has, and whether these are steps."""

    first: int
    names: tuple[str, ...]
    width: int
    hourly: bool

    @property
    def size(self) -> int:
        """How many columns or rows there are."""
        return len(self.names) * self.width

    def place(self, name: str) -> slice:
        """Those of one name. KeyError if there is none."""
        if name not in self.names:
            raise KeyError(name)
        start = self.first + self.names.index(name) * self.width
        return slice(start, start + self.width)


Blocks = dict[str, Block]


def blocks_of(problem: Problem, shapes: dict[str, tuple[int, tuple[int, ...]]]) -> Blocks:
    """The named blocks of a problem's columns or rows."""
    found: Blocks = {}
    for name, (first, shape) in shapes.items():
        component, count = problem.model.component(name), int(np.prod(shape, dtype=int))
        names = [label(member) for member in members(component)] if shape else [""]
        if len(names) * int(np.prod(shape[1:], dtype=int)) != count:
            names = [label(member) for member in component]  # rows that Pyomo had to read
        width = count // len(names) if names else 1
        hourly = is_by_step(component) and width == len(problem.system.steps.length)
        found[name] = Block(first, tuple(names), width, hourly)
    return found


def packed(problem: Problem) -> str:
    """The names of a problem's columns and rows as text, to be kept beside its matrix."""
    told = {
        side: {n: [b.first, b.width, b.hourly, b.names] for n, b in blocks_of(problem, shapes).items()}
        for side, shapes in (("columns", problem.columns), ("rows", problem.rows))
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)


def unpacked(text: str) -> tuple[Blocks, Blocks]:
    """Columns and rows from what `packed` wrote; ValueError, KeyError or TypeError if it is something else."""
    told = json.loads(text)
    sides = []
    for side in ("columns", "rows"):
        blocks: Blocks = {}
        for name, (first, width, hourly, names) in told[side].items():
            if not (isinstance(hourly, bool) and all(isinstance(n, str) for n in names)):
                raise ValueError(f"the names of {name} are no texts")
            blocks[name] = Block(index(first), tuple(names), index(width), hourly)
        sides.append(blocks)
    return sides[0], sides[1]
