"""Emissions: the emission account and residual emissions → net emissions of the year.

Stored CO2 is a negative flow of the emission carrier: stored biogenic CO2 has negative emissions,
stored fossil CO2 cancels the emissions of its purchase. CO2 that is used and released again has no
emissions.
"""

from __future__ import annotations

import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.model import Model, Var
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import PHYSICS, POLICY

RESIDUAL_EMISSIONS = Table.declare("residual_emissions", "residual", "Emissions within the boundary that the program does not optimise.", """
    residual            -                    name                 Name
    label_en            -                    text = none          English label
    label_da            -                    text = none          Danish label
    sector              -                    text                 Sector of the account
    amount              t/a                  any, usual -1e8..1e8  Emissions of the year
    emission_scheme     -                    one of ets ets2 tax none = none  Scheme under which they are paid for: the EU ETS, the ETS2 or a national tax; if empty, nobody pays
    """)  # fmt: skip

TABLES = (RESIDUAL_EMISSIONS,)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the net emissions of the year, their limit and their cost."""
    settings = system.settings
    m.emission_price = pyo.Param(initialize=system.emission_price)
    m.residual_total = pyo.Param(initialize=float(system["residual_emissions"]["amount"].sum()))
    m.net_emissions = Var(bounds=(None, None), doc="Net emissions of the year [t/a]")

    @m.Constraint(
        doc="Net emissions equal emissions of purchases and processes plus residual emissions, less removals",
        role=PHYSICS,
        account="emissions",
    )
    def emission_balance(m):
        return m.net_emissions == accounts.emissions.total(m) + m.residual_total

    if settings.emissions.target != "none":
        m.target_emissions = pyo.Param(initialize=float(settings.emissions.target))

        @m.Constraint(doc="Net emissions are at most the target", role=POLICY)
        def emission_target(m):
            return m.net_emissions <= m.target_emissions

    accounts.cost.post(
        "emissions", lambda m: settings.view.cost_factor * m.emission_price * m.net_emissions
    )
