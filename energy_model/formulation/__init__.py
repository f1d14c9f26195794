"""Formulation: a system → a Pyomo model.

The components are built in the order of `COMPONENTS`. A new component is a new file and a new
entry.
"""

from __future__ import annotations

from energy_model.case.system import System
from energy_model.common.extensions import extensions
from energy_model.compiler.model import Model
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
    peak,
    reserve,
    sets_and_parameters,
    storage,
    tariff,
)
from energy_model.formulation.expressions import LinkingSums

COMPONENTS = (
    capacity,  # existing, added and retired capacity, and its costs
    conversion,  # conversion plants and measures
    storage,  # storage in tanks, pits and batteries
    link,  # transport by pipes, cables and lorries; symbioses
    market,  # trade across the system boundary
    demand,  # demand, shifting and load shedding
    fleet,  # vehicles and their batteries
    tariff,  # tariffs and taxes of those who take a carrier
    land,  # land use, rent and acceptance
    emissions,  # net emissions and their limit
    limits,  # policy constraints
    reserve,  # firm capacity without the largest unit
    *extensions("components").values(),  # components of other packages
    peak,  # capacity for the hours that steps average away
    balance,  # constraints on the energy account
    objective,  # minimum of the cost account
)
TABLES = tuple(table for part in (sets_and_parameters, *COMPONENTS) for table in part.TABLES)


def build_model(system: System) -> Model:
    """Returns the Pyomo model of a system, with its accounts as ``m.accounts``."""
    m, accounts = sets_and_parameters.declare_inputs(system, TABLES), LinkingSums()
    for part in COMPONENTS:
        part.build(m, system, accounts)
    m.accounts = accounts
    return m
