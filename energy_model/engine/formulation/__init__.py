"""The formulation, in the order it is built. A new constraint is a new file and a new line here."""

from __future__ import annotations

from energy_model.engine.compile.lazy import Model
from energy_model.engine.formulation import (
    balance,
    capacity,
    conversion,
    cost,
    demand,
    emissions,
    fleet,
    land,
    limits,
    link,
    market,
    setting,
    storage,
)
from energy_model.engine.formulation.accounts import Accounts
from energy_model.engine.tables.system import System

PARTS = (
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
    balance,  # closes the energy account
    cost,  # closes the cost account
)
TABLES = tuple(table for part in (setting, *PARTS) for table in part.TABLES)


def formulate(system: System) -> Model:
    """The Pyomo model of a system."""
    m, accounts = setting.declare(system, TABLES), Accounts()
    for part in PARTS:
        part.build(m, system, accounts)
    m.accounts = accounts
    return m
