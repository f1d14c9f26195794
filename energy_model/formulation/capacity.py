"""Capacity: assets → variables and costs of existing, retired and added capacity.

Every row of ``conversions``, ``storages``, ``links`` and ``vehicles`` is an asset.
"""

from __future__ import annotations

import pandas as pd
import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.model import Model, Var
from energy_model.formulation.annuity import annuity
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import PHYSICS, SIZE
from energy_model.formulation.sets_and_parameters import ordered_set

TECHNOLOGIES = Table.declare("technologies", "technology",
    "The catalogue; the technology of an asset fills its empty cells.", """
    technology              -                    name                 Name
    label_en                -                    text = none          English label
    label_da                -                    text = none          Danish label
    group                   -                    text = none          Group of assets in reports
    colour                  -                    colour = none        Colour of the group in figures; one for all rows of a group
    capacity_unit           -                    one of MW MWh t/h t thousand_km/h vehicle  Unit of the capacity
    investment_cost         EUR/capacity         not negative, usual 0..1e8 = none  Cost of one unit of added capacity
    investment_cost_per_km  EUR/capacity/km      not negative, usual 0..1e7 = none  Cost of one unit of added capacity per km of a link
    fixed_cost              EUR/capacity/a       not negative, usual 0..1e7 = none  Yearly cost of one unit of capacity
    fixed_cost_per_km       EUR/capacity/km/a    not negative, usual 0..100000 = none  Yearly cost of one unit of capacity per km of a link
    variable_cost           EUR/unit             any, usual -500..10000 = none  Cost of one unit of activity, without fuel
    min_unit_size           capacity             positive, usual 0.001..1e6 = none  Smallest size that is built, with --unit-sizes
    lifetime                a                    positive, usual 1..120 = none  Lifetime
    existing_until          a                    from 1900 to 2200 = none  Last year of operation of existing capacity, with study pathway
    life_extension_share    1                    fraction = none      Share of the investment cost that extends existing capacity by a lifetime, with study pathway
    availability            1                    hourly fraction = none  Available share of the capacity
    min_load                1                    fraction = none      Conversions: minimum load as a share of the available capacity
    outside_energy          -                    yes or no = none     Conversions: whether energy from outside the case is used
    emission_scheme         -                    one of ets ets2 tax none = none  Conversions: scheme under which their emissions are paid for
    hourly_retention        1                    fraction, usual 0.5..1 = none  Storages: share of the level that remains after an hour
    efficiency_in           1                    fraction, usual 0.3..1 = none  Storages: share of the charge that is stored
    efficiency_out          1                    positive fraction, usual 0.3..1 = none  Storages: share of the withdrawn energy that reaches the bus
    max_hours               h                    positive, usual 0.05..10000 = none  Storages: hours of full discharge from the full level
    min_level               1                    fraction = none      Storages: minimum level as a share of the capacity
    loss                    1                    fraction, usual 0..0.5 = none  Links: loss at the ends as a share of the flow
    loss_per_km             1/km                 fraction, usual 0..0.1 = none  Links: loss per km as a share of the flow
    standing_loss           1/km                 fraction, usual 0..0.05 = none  Links: constant loss per km as a share of the capacity
    energy_use              MWh/thousand_km      not negative, usual 0..20 = none  Vehicles: energy use per distance
    battery_capacity        MWh/vehicle          not negative, usual 0..50 = none  Vehicles: capacity of a battery or tank
    charger_power           MW/vehicle           not negative, usual 0..10 = none  Vehicles: power of the charger
    charge_efficiency       1                    positive fraction, usual 0.5..1 = none  Vehicles: share of the charge that is stored
    may_wait                -                    yes or no = none     In a robust plan: whether additions may wait until the future is known
    """)  # fmt: skip

COST_FACTORS = Table.declare("cost_factors", ("technology", "year"),
    "Costs of technologies by year, which only study pathway reads; linear between the years, constant outside.", """
    technology              -                    in technologies      Technology
    year                    -                    name                 Year, four digits
    investment_factor       1                    not negative, usual 0.1..3 = 1  Investment cost in the year as a factor of that in the case
    fixed_factor            1                    not negative, usual 0.1..3 = 1  Fixed cost in the year as a factor of that in the case
    """)  # fmt: skip

TABLES = (TECHNOLOGIES, COST_FACTORS)


def capacity_columns(unit: str) -> str:
    """Returns the declaration of the columns of a table with capacities in ``unit``."""
    return f"""
    label_en                -                    text = none          English label
    label_da                -                    text = none          Danish label
    group                   -                    text = none          Group of assets in reports
    colour                  -                    colour = none        Colour of the group in figures; one for all rows of a group
    technology              -                    in technologies = none  Technology that fills empty cells
    firm                    -                    in firms = none      Owner
    capacity_existing       {unit}               not negative, usual 0..1e7 = 0  Existing capacity
    max_capacity_added      {unit}               limit, usual 0..1e7 = 0  Maximum added capacity
    min_capacity_added      {unit}               not negative, usual 0..1e7 = 0  Minimum added capacity
    min_unit_size           {unit}               positive, usual 0.001..1e6 = none  Smallest size that is built, with --unit-sizes
    retirable               1                    fraction = 0         Share of the existing capacity that may be retired
    investment_cost         EUR/capacity         not negative, usual 0..1e8 = 0  Cost of one unit of added capacity
    fixed_cost              EUR/capacity/a       not negative, usual 0..1e7 = 0  Yearly cost of one unit of capacity
    reinvestment_share      1                    fraction = 0         Share of the existing capacity that is renewed at the investment cost
    lifetime                a                    positive, usual 1..120 = 25  Lifetime
    existing_until          a                    from 1900 to 2200 = none  Last year of operation of existing capacity, with study pathway
    life_extension_share    1                    fraction = none      Share of the investment cost that extends existing capacity by a lifetime, with study pathway
    capacity_follows        -                    in assets = none     Asset whose capacity determines this capacity
    capacity_ratio          1                    not negative, usual 0..1000 = 1  Ratio of this capacity to that of the other asset
    may_wait                -                    yes or no = no       In a robust plan: whether additions may wait until the future is known
    """


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the variables, constraints and cost entries of capacity."""
    assets = system.assets
    m.tied = ordered_set(assets.index[assets["capacity_follows"].notna()], within=m.assets)
    m.capacity_follows = pyo.Param(
        m.tied, initialize=assets["capacity_follows"].dropna().to_dict(), within=pyo.Any
    )
    _add_unit_costs(m, system)

    m.capacity_added = Var(
        m.assets,
        bounds=lambda m, a: (m.min_capacity_added[a], m.max_capacity_added[a]),
        doc="Added capacity [capacity]",
        role=SIZE,
        account="investment_annuity",
    )
    m.capacity_retired = Var(
        m.assets,
        bounds=lambda m, a: (0, m.retirable[a] * m.capacity_existing[a]),
        doc="Retired existing capacity [capacity]",
        role=SIZE,
    )
    m.capacity = Var(
        m.assets, bounds=(0, None), doc="Total capacity [capacity]", role=SIZE, account="fixed_om"
    )

    @m.Constraint(
        m.assets,
        doc="Capacity equals existing less retired plus added capacity",
        role=PHYSICS,
    )
    def capacity_balance(m, a):
        return m.capacity[a] == m.capacity_existing[a] - m.capacity_retired[a] + m.capacity_added[a]

    @m.Constraint(
        m.tied, doc="A capacity that follows another has a fixed ratio to it", account="tie"
    )
    def fixed_capacity_ratio(m, a):
        return m.capacity[a] == m.capacity_ratio[a] * m.capacity[m.capacity_follows[a]]

    accounts.cost.post(
        "investment_annuity",
        lambda m: sum(m.yearly_investment[a] * m.capacity_added[a] for a in m.assets),
    )
    accounts.cost.post(
        "fixed_om", lambda m: sum(m.yearly_fixed_cost[a] * m.capacity[a] for a in m.assets)
    )
    accounts.cost.post(
        "reinvestment",
        lambda m: sum(
            m.yearly_reinvestment[a] * (m.capacity[a] - m.capacity_added[a]) for a in m.assets
        ),
    )


def _add_unit_costs(m: Model, system: System) -> None:
    """Adds the yearly costs of one unit of added, kept and renewed capacity [EUR/capacity/a]."""
    assets, view = system.assets, system.settings.view
    annual_payment = yearly_investment(system)
    m.yearly_investment = pyo.Param(m.assets, initialize=annual_payment.to_dict())
    m.yearly_fixed_cost = pyo.Param(
        m.assets, initialize=(view.cost_factor * assets["fixed_cost"]).to_dict()
    )
    renewal = annual_payment * assets["reinvestment_share"]
    m.yearly_reinvestment = pyo.Param(m.assets, initialize=renewal.to_dict())


def yearly_investment(system: System) -> pd.Series:
    """Returns the annuity of one unit of added capacity of each asset [EUR/capacity/a]."""
    assets, view = system.assets, system.settings.view
    annual_payment = annuity(view.discount_rate, assets["lifetime"]) * assets["investment_cost"]
    return view.cost_factor * annual_payment
