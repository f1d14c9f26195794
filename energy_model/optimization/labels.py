"""Labels: a Pyomo component → the names of its members, its unit and its meaning."""

from __future__ import annotations

import re

import pyomo.environ as pyo

UNIT = re.compile(r"\s*\[([^\]]*)\]$")


def is_by_step(component: pyo.Component) -> bool:
    """Whether the last index of a component is the step."""
    if not component.is_indexed():
        return False
    sets = list(component.index_set().subsets(expand_all_set_operators=False))
    return len(sets) > 1 and sets[-1].local_name == "steps"


def members(component: pyo.Component) -> list[object]:
    """The members of the first set a component is indexed by."""
    if not component.is_indexed():
        return []
    return list(next(iter(component.index_set().subsets(expand_all_set_operators=False))))


def label(member: object) -> str:
    """A member's name; the parts of a tuple joined by ':'."""
    return ":".join(map(str, member)) if isinstance(member, tuple) else str(member)


def split_unit(doc: str | None) -> tuple[str, str]:
    """The meaning and the unit of a component from its ``doc``; the unit is ``1`` if there is none."""
    match = UNIT.search(doc or "")
    return (UNIT.sub("", doc or ""), match[1] if match else "1")
