"""Expressions: terms of independent components → totals of energy, cost and emissions.

A component posts a term under a name. The component that uses the account sums the terms. Results
report each entry by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class LinkingSum:
    """Named terms of one total, in the account's unit."""

    unit: str
    entries: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def post(self, name: str, term: Callable[..., Any]) -> None:
        """Adds a term under a name; its arguments are the model and the index of the account.

        Raises:
            ValueError: The name is already in use.
        """
        if name in self.entries:
            raise ValueError(f"Account entry '{name}' is already posted.")
        self.entries[name] = term

    def add(self, name: str, term: Callable[..., Any]) -> None:
        """Adds a term to an entry that several components share, of an account without index."""
        posted = self.entries.get(name)
        if posted is None:
            self.entries[name] = term
        else:
            self.entries[name] = lambda m: posted(m) + term(m)

    def total(self, m: Any, *index: Any) -> Any:
        """Returns the sum of all entries at an index."""
        expression = 0
        for term in self.entries.values():
            expression += term(m, *index)
        return expression


@dataclass
class LinkingSums:
    """Energy per bus and step [unit/h]; cost of the year [EUR/a]; emissions of the year [t/a]."""

    energy: LinkingSum = field(default_factory=lambda: LinkingSum("unit/h"))
    cost: LinkingSum = field(default_factory=lambda: LinkingSum("EUR/a"))
    emissions: LinkingSum = field(default_factory=lambda: LinkingSum("t/a"))
