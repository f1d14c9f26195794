"""Emissions: what reaches the air in the year — purchases, processes and residuals, less what is kept out.

CO2 that is stored is taken back from the air by a flow of the emission carrier: stored biogenic CO2 counts
below zero, stored fossil CO2 cancels what its purchase counted. CO2 that is used and released again counts
nothing.
"""

from __future__ import annotations

import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.components import Model
from energy_model.formulation.expressions import LinkingSums

RESIDUAL_EMISSIONS = Table.declare("residual_emissions", "residual", "Emissions of the boundary that nothing in the case decides.", """
    residual            -                    name                 Name
    label_en            -                    text = none          English label
    label_da            -                    text = none          Danish label
    sector              -                    text                 The sector of the account
    amount              t/a                  any, usual -1e8..1e8  Emitted in the year
    """)  # fmt: skip

TABLES = (RESIDUAL_EMISSIONS,)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the year's net emissions, what they may be at most, and what they cost."""
    settings = system.settings
    m.emission_price = pyo.Param(initialize=system.emission_price)
    m.residual_total = pyo.Param(initialize=float(system["residual_emissions"]["amount"].sum()))
    m.net_emissions = pyo.Var(bounds=(None, None), doc="Net emissions of the year [t/a]")

    @m.Constraint(
        doc="Net emissions are what is bought, processed and left over, less what is kept from the air"
    )
    def emissions_sum(m):
        return m.net_emissions == accounts.emissions.total(m) + m.residual_total

    if settings.emissions.target != "none":
        m.emission_target = pyo.Param(initialize=float(settings.emissions.target))

        @m.Constraint(doc="Net emissions stay within the target")
        def emission_limit(m):
            return m.net_emissions <= m.emission_target

    accounts.cost.post(
        "emissions", lambda m: settings.view.cost_factor * m.emission_price * m.net_emissions
    )
