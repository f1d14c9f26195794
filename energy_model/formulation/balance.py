"""Balance: the energy account → a balance constraint at every bus, per time step or per year.

The entries of the account sum to zero. For a carrier with permitted surplus they sum to zero or
more. Services such as a year's kilometres are balanced over the year.
"""

from __future__ import annotations

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.model import Model
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import BALANCE

CARRIERS = Table.declare("carriers", "carrier", "Carriers of energy, materials and services.", """
    carrier             -                    name                 Name
    label_en            -                    text = none          English label
    label_da            -                    text = none          Danish label
    unit                -                    one of MWh t thousand_km = MWh  Unit of the carrier
    sector              -                    text = other         Sector in reports
    colour              -                    colour = none        Colour in figures
    allow_spill         -                    yes or no = no       Whether surplus may be discarded
    balance             -                    one of hour year = hour  Whether it is balanced by the hour or over the year
    price               EUR/unit             hourly any, usual -1000..20000 = 0  Price; at markets without one of their own, and of emitting for the emission carrier
    emission_factor     t/unit               hourly any, usual -10..10 = 0  Emissions of purchases at markets without a factor
    emission_scheme     -                    one of ets ets2 tax none = none  Scheme under which the emissions of purchases are paid for at markets without one: the EU ETS, the ETS2 or a national tax; if empty, nobody pays
    """)  # fmt: skip

TABLES = (CARRIERS,)


def build(m: Model, system: System, accounts: LinkingSums) -> None:  # noqa: ARG001
    """Adds the balance constraint of every bus."""

    @m.Constraint(m.closed_buses, m.steps, doc="Supply equals use", role=BALANCE)
    def balance(m, b, t):
        return accounts.energy.total(m, b, t) == 0

    @m.Constraint(m.open_buses, m.steps, doc="Supply is at least the use", role=BALANCE)
    def balance_with_spill(m, b, t):
        return accounts.energy.total(m, b, t) >= 0

    @m.Constraint(m.closed_yearly_buses, doc="Yearly supply equals yearly use", role=BALANCE)
    def yearly_balance(m, b):
        return sum(m.step_weight[t] * accounts.energy.total(m, b, t) for t in m.steps) == 0

    @m.Constraint(m.open_yearly_buses, doc="Yearly supply is at least the yearly use", role=BALANCE)
    def yearly_balance_with_spill(m, b):
        return sum(m.step_weight[t] * accounts.energy.total(m, b, t) for t in m.steps) >= 0
