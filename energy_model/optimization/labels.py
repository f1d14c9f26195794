"""Labels: a Pyomo component → the names of its members, its unit and its meaning."""

from __future__ import annotations

import re

import pyomo.environ as pyo

UNIT = re.compile(r"\s*\[([^\]]*)\]$")


def index_sets(component: pyo.Component) -> list[pyo.Set]:
    """The sets that a component is indexed by."""
    if not component.is_indexed():
        return []
    return list(component.index_set().subsets(expand_all_set_operators=False))


def is_by_step(component: pyo.Component) -> bool:
    """Whether the last index of a component is the step."""
    sets = index_sets(component)
    return len(sets) > 1 and sets[-1].local_name == "steps"


def members(component: pyo.Component) -> list[object]:
    """The members of the first set a component is indexed by."""
    return [member for index in index_sets(component)[:1] for member in index]


def table(index: pyo.Set) -> pyo.Set:
    """The set of the table whose rows a set holds: the set it is declared within, or the set itself."""
    return index if index.domain.parent_block() is None else index.domain


def notes(component: pyo.Component) -> tuple[str, str, str]:
    """Table, role and account of a variable or constraint; empty where its declaration has none."""
    tables = [str(table(index).local_name) for index in index_sets(component)[:1]]
    role, account = (str(getattr(component, note, "")) for note in ("role", "account"))
    return "".join(tables), role, account


def label(member: object) -> str:
    """A member's name; the parts of a tuple joined by ':'."""
    return ":".join(map(str, member)) if isinstance(member, tuple) else str(member)


def split_unit(doc: str | None) -> tuple[str, str]:
    """The meaning and the unit of a component from its ``doc``; the unit is ``1`` if there is none."""
    match = UNIT.search(doc or "")
    return (UNIT.sub("", doc or ""), match[1] if match else "1")
