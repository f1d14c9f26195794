"""The formulation, in the order it is built. A new constraint is a new file and a new line here."""

from __future__ import annotations

from energy_model.case.system import System
from energy_model.common.extensions import extensions
from energy_model.compiler.components import Model
from energy_model.formulation import (
    balance,
    capacity,
    conversion,
    demand,
    emissions,
    fleet,
    land,
    limits,
    link,
    market,
    objective,
    sets_and_parameters,
    storage,
)
from energy_model.formulation.expressions import LinkingSums

COMPONENTS = (
    capacity,  # what stands, what may be added, what owning costs
    conversion,  # plants and measures
    storage,  # tanks, pits, batteries
    link,  # pipes, cables, symbioses
    market,  # the world outside
    demand,  # what must be delivered
    fleet,  # vehicles
    land,  # what must fit
    emissions,  # what reaches the air
    limits,  # policy rows
    *extensions("components").values(),  # those of other packages
    balance,  # closes the energy account
    objective,  # closes the cost account
)
TABLES = tuple(table for part in (sets_and_parameters, *COMPONENTS) for table in part.TABLES)


def build_model(system: System) -> Model:
    """The Pyomo model of a system."""
    m, accounts = sets_and_parameters.declare_inputs(system, TABLES), LinkingSums()
    for part in COMPONENTS:
        part.build(m, system, accounts)
    m.accounts = accounts
    return m
