"""Demand: yearly amounts and shapes → fixed, shiftable and unserved demand.

A share of a demand can be postponed by at most ``window`` hours: the postponed demand at the end of
a step does not exceed the demand of that share in the last ``window`` hours. Unserved demand has a
penalty.
"""

from __future__ import annotations

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.model import Model, Var
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import LEVEL
from energy_model.formulation.sets_and_parameters import (
    indexed_set,
    ordered_set,
    shaped_rates,
    shiftable_window,
)

DEMANDS = Table.declare("demands", "demand", "Demands: yearly amounts, distributed over the year by profiles.", """
    demand              -                    name                 Name
    site                -                    in sites             Site of the demand
    carrier             -                    in carriers          Carrier of the demand
    label_en            -                    text = none          English label
    label_da            -                    text = none          Danish label
    firm                -                    in firms = none      Firm of the demand
    yearly              unit/a               not negative, usual 0..1e8  Demand of the year
    profile             1                    hourly shape = 1     Shape over the year; only its proportions count
    shiftable           1                    fraction = 0         Share that may be postponed
    window              h                    not negative, usual 0..8784 = 0  Maximum hours of postponement
    penalty             EUR/unit             positive, usual 1..1e6 = none  Penalty on unserved demand; if empty, all demand must be served
    """)  # fmt: skip

TABLES = (DEMANDS,)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds demands to the balances, with shiftable and unserved demand."""
    demands = system["demands"]
    m.demand_rate = shaped_rates(m, system, m.demands, demands["profile"], demands["yearly"])
    waiting = demands[(demands["shiftable"] > 0) & (demands["window"] > 0)]
    m.patient = ordered_set(waiting.index, within=m.demands)
    m.max_demand_postponed = shiftable_window(m, system, waiting)
    m.sheddable = ordered_set(demands.index[demands["penalty"].notna()], within=m.demands)
    m.demands_at = indexed_set(m.buses, system.rows_at("demands"))
    m.patient_at = indexed_set(
        m.buses, system.rows_at("demands", where=demands.index.isin(waiting.index))
    )
    m.sheddable_at = indexed_set(
        m.buses, system.rows_at("demands", where=demands["penalty"].notna())
    )

    m.demand_postponed = Var(
        m.patient,
        m.steps,
        bounds=lambda m, d, t: (0, m.max_demand_postponed[d, t]),
        doc="Postponed demand at the end of the step [unit]",
        role=LEVEL,
    )
    m.unserved = Var(
        m.sheddable,
        m.steps,
        bounds=lambda m, d, t: (0, m.demand_rate[d, t]),
        doc="Unserved demand [unit/h]",
    )

    accounts.energy.post(
        "demand", lambda m, b, t: -sum(m.demand_rate[d, t] for d in m.demands_at[b])
    )
    accounts.energy.post(
        "demand_postponed",
        lambda m, b, t: sum(
            (m.demand_postponed[d, t] - m.demand_postponed[d, m.previous[t]]) / m.step_duration[t]
            for d in m.patient_at[b]
        ),
    )
    accounts.energy.post(
        "unserved", lambda m, b, t: sum(m.unserved[d, t] for d in m.sheddable_at[b])
    )
    accounts.cost.post(
        "unserved",
        lambda m: sum(
            m.penalty[d] * m.step_weight[t] * m.unserved[d, t] for d in m.sheddable for t in m.steps
        ),
    )
