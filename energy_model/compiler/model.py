"""Model: declarations of variables and constraints → a Pyomo model of lazy components, with their roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo

from energy_model.compiler.components import (
    LazyConstraint,
    LazyObjective,
    LazyScalarConstraint,
    LazyVar,
    frozen,
)


class Model(pyo.ConcreteModel):
    """A Pyomo model whose ``@m.Constraint(...)`` and ``@m.Objective()`` store templates."""

    def Constraint(  # noqa: N802
        self, *index: Any, role: str = "", account: str = "", **options: Any
    ) -> Callable[[Callable], Callable]:
        kind = LazyConstraint if index else LazyScalarConstraint
        return self._declare(kind, index, options, role, account)

    def Objective(self, **options: Any) -> Callable[[Callable], Callable]:  # noqa: N802
        return self._declare(LazyObjective, (), options)

    def add_entry(self, name: str, rule: Callable) -> None:
        """Adds a term of an account as the inactive objective ``entry_<name>``."""
        self.add_component(f"entry_{name}", LazyObjective(rule=frozen(rule)))
        self.component(f"entry_{name}").deactivate()

    def _declare(
        self, kind: type, index: tuple, options: dict, role: str = "", account: str = ""
    ) -> Callable[[Callable], Callable]:
        def declare(rule: Callable) -> Callable:
            component = with_notes(kind(*index, rule=frozen(rule), **options), role, account)
            self.add_component(rule.__name__, component)
            return rule

        return declare


def Var(*index: Any, role: str = "", account: str = "", **options: Any) -> Any:  # noqa: N802
    variable = LazyVar(*index, **options) if index else pyo.Var(**options)
    return with_notes(variable, role, account)


def with_notes(component: Any, role: str, account: str) -> Any:
    """Returns a component with two words for its users, which the compiler does not read."""
    component.role, component.account = role, account
    return component
