"""Conversion: plants and their modes → activities, and flows between carriers.

The flows of a mode are proportional to its activity. The modes of a plant share its capacity: an
extraction plant operates between power only and power with heat.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.model import Model, Var
from energy_model.formulation.capacity import capacity_columns
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import PHYSICS, THROUGHPUT
from energy_model.formulation.sets_and_parameters import hourly, indexed_set, ordered_set

CONVERSIONS = Table.declare("conversions", "conversion",
    "Plants and measures; their inputs and outputs are in flows.", """
    conversion              -                    name                 Name
    site                    -                    in sites             Site
    carrier                 -                    in carriers          Carrier whose unit measures activity and capacity
    """ + capacity_columns("unit/h") + """
    availability            1                    hourly fraction = 1  Available share of the capacity
    min_load                1                    fraction = 0         Minimum load as a share of the available capacity
    outside_energy          -                    yes or no = no       Whether energy from outside the case is used, such as weather, ambient heat or saved energy
    emission_scheme         -                    one of ets ets2 tax none = none  Scheme under which the emissions of its flows are paid for: the EU ETS, the ETS2 or a national tax; if empty, nobody pays
    ramp                    1/h                  positive, usual 0.001..60 = none  Maximum change of activity in an hour, as a share of the capacity
    full_load_hours         h/a                  not negative, usual 0..8784 = none  Maximum full-load hours
    variable_cost           EUR/unit             any, usual -500..10000 = 0  Cost of one unit of activity, without fuel
    dwellings_near          1                    not negative, usual 0..10000 = none  Dwellings near enough for yearly payments of payment schemes; only reports use it
    """, asset=True)  # fmt: skip

FLOWS = Table.declare("flows", ("conversion", "mode", "carrier"),
    "Inputs (-) and outputs (+) of a plant, or of any plant of a technology, for one unit of activity.", """
    conversion              -                    name                 A conversion, or a technology that conversions name
    mode                    -                    name = run           Operating mode
    carrier                 -                    in carriers          Carrier that is used or produced
    site                    -                    in sites = none      Site of the flow; if empty, the site of the plant
    coefficient             unit/unit            hourly any, usual -50..50  Output (+) or input (-) for one unit of activity
    """)  # fmt: skip

MODES = Table.declare("modes", ("conversion", "mode"),
    "Capacity use of modes, where it is not one unit for one unit of activity.", """
    conversion              -                    name                 A conversion, or a technology that conversions name
    mode                    -                    name                 Operating mode
    capacity_use            1                    not negative, usual 0..100 = 1  Capacity that one unit of activity uses
    mode_cost               EUR/unit             any, usual -500..10000 = 0  Cost of one unit of activity in this mode
    """)  # fmt: skip

TABLES = (CONVERSIONS, FLOWS, MODES)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the activity of plants, its limits, and its flows, costs and emissions."""
    _add_sets_and_parameters(m, system)
    m.activity = Var(
        m.runs,
        m.steps,
        bounds=(0, None),
        doc="Activity of a plant in a mode [unit/h]",
        role=THROUGHPUT,
        account="variable_om",
    )
    _add_constraints(m)
    _post_accounts(accounts)


def _add_sets_and_parameters(m: Model, system: System) -> None:
    plants, view, air = (
        system["conversions"],
        system.settings.view,
        system.settings.emissions.carrier,
    )
    m.runs = ordered_set(system.modes.index, 2)
    m.modes_of = indexed_set(m.conversions, _grouped(system.modes.index))
    m.capacity_use = pyo.Param(m.runs, initialize=system.modes["capacity_use"].to_dict())
    unit_cost = system.modes["mode_cost"] + plants["variable_cost"].reindex(
        system.modes.index, level=0
    )
    m.activity_cost = pyo.Param(m.runs, initialize=(view.cost_factor * unit_cost).to_dict())
    flows = system.flows.reset_index()
    m.flows = ordered_set(system.flows.index, 3)
    m.coefficient = hourly(m, system, m.flows, system.flows["coefficient"])
    runs_at = {
        bus: list(zip(bus_flows["conversion"], bus_flows["mode"], strict=True))
        for bus, bus_flows in flows.groupby("bus")
    }
    m.flows_at = indexed_set(m.buses, runs_at, 2)
    to_air = flows[flows["carrier"] == air]
    m.flows_to_air = ordered_set(
        zip(to_air["conversion"], to_air["mode"], to_air["bus"], strict=True), 3
    )
    m.must_run = ordered_set(plants.index[plants["min_load"] > 0], within=m.conversions)
    m.ramped = ordered_set(plants.index[plants["ramp"].notna()], within=m.conversions)
    m.hour_limited = ordered_set(
        plants.index[plants["full_load_hours"].notna()], within=m.conversions
    )


def _add_constraints(m: Model) -> None:
    @m.Constraint(
        m.conversions, m.steps, doc="Activity is at most the available capacity", role=PHYSICS
    )
    def max_activity(m, c, t):
        return (
            sum(m.capacity_use[c, i] * m.activity[c, i, t] for i in m.modes_of[c])
            <= m.availability[c, t] * m.capacity[c]
        )

    @m.Constraint(m.must_run, m.steps, doc="Activity is at least the minimum load")
    def min_activity(m, c, t):
        return (
            sum(m.capacity_use[c, i] * m.activity[c, i, t] for i in m.modes_of[c])
            >= m.min_load[c] * m.availability[c, t] * m.capacity[c]
        )

    @m.Constraint(m.ramped, m.steps, doc="Activity rises at most at the ramp limit", role=PHYSICS)
    def ramp_up(m, c, t):
        return (
            sum(m.activity[c, i, t] - m.activity[c, i, m.previous[t]] for i in m.modes_of[c])
            <= m.ramp[c] * m.step_distance[t] * m.capacity[c]
        )

    @m.Constraint(m.ramped, m.steps, doc="Activity falls at most at the ramp limit", role=PHYSICS)
    def ramp_down(m, c, t):
        return (
            sum(m.activity[c, i, m.previous[t]] - m.activity[c, i, t] for i in m.modes_of[c])
            <= m.ramp[c] * m.step_distance[t] * m.capacity[c]
        )

    @m.Constraint(m.hour_limited, doc="Yearly activity is at most the allowed full-load hours")
    def max_full_load_hours(m, c):
        return (
            sum(
                m.step_weight[t] * m.capacity_use[c, i] * m.activity[c, i, t]
                for i in m.modes_of[c]
                for t in m.steps
            )
            <= m.full_load_hours[c] * m.capacity[c]
        )


def _post_accounts(accounts: LinkingSums) -> None:
    accounts.energy.post(
        "conversion",
        lambda m, b, t: sum(
            m.coefficient[c, i, b, t] * m.activity[c, i, t] for c, i in m.flows_at[b]
        ),
    )

    accounts.cost.post(
        "variable_om",
        lambda m: sum(
            m.activity_cost[c, i] * m.step_weight[t] * m.activity[c, i, t]
            for c, i in m.runs
            for t in m.steps
        ),
    )

    accounts.emissions.post(
        "processes",
        lambda m: sum(
            m.coefficient[c, i, b, t] * m.step_weight[t] * m.activity[c, i, t]
            for c, i, b in m.flows_to_air
            for t in m.steps
        ),
    )


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Returns the second elements of pairs by their first element."""
    groups: dict[str, list[str]] = {}
    for name, other in pairs:
        groups.setdefault(name, []).append(other)
    return groups
