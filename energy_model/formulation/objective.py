"""Objective: the cost account → an objective, and one inactive objective per cost entry."""

from __future__ import annotations

import pyomo.environ as pyo

from energy_model.case.system import System
from energy_model.compiler.model import Model
from energy_model.formulation.expressions import LinkingSums

TABLES = ()


def build(m: Model, system: System, accounts: LinkingSums) -> None:  # noqa: ARG001
    """Adds the objective, and every cost entry as an inactive objective."""

    @m.Objective(sense=pyo.minimize, doc="Yearly cost [EUR/a]")
    def total_cost(m):
        return accounts.cost.total(m)

    for name, term in accounts.cost.entries.items():
        m.add_entry(name, term)
