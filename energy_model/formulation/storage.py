"""Storage: tanks, pits and batteries → storage levels, charging and discharging.

The year is cyclic: the last step precedes the first, so that no storage starts with free energy.
With typical days, each day is cyclic. Only storages with ``max_hours`` above one day have a level that
is carried from day to day in the order of the year; their level in a step is relative to the start
of the day.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.case.time_aggregation import DAY
from energy_model.compiler.components import Model, ProfileParam, Var
from energy_model.formulation.capacity import capacity_columns
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.sets_and_parameters import indexed_set, ordered_set

STORAGES = Table.declare("storages", "storage", "Tanks, pits, batteries: what they hold, and how fast they fill.", """
    storage                 -                    name                 Name
    site                    -                    in sites             Where it stands
    carrier                 -                    in carriers          What it holds
    """ + capacity_columns("unit") + """
    hourly_retention        1                    fraction, usual 0.5..1 = 1  Share of the level that is left an hour later
    efficiency_in           1                    fraction, usual 0.3..1 = 1  Share of the charge that reaches the store
    efficiency_out          1                    positive fraction, usual 0.3..1 = 1  Share of the drawn level that reaches the bus
    max_hours               h                    positive, usual 0.05..10000  Hours a full store lasts at full discharge
    min_level               1                    fraction = 0         Share of the capacity that is never drawn
    variable_cost           EUR/unit             not negative, usual 0..10000 = 0  Cost of discharging one unit
    """, asset=True)  # fmt: skip

TABLES = (STORAGES,)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the storage levels, their changes and their limits."""
    storages, steps = system["storages"], system.steps
    cost_factor = system.settings.view.cost_factor
    is_long_term = (storages["max_hours"] > DAY) & bool(len(steps.days))
    m.storages_at = indexed_set(m.buses, system.rows_at("storages"))
    m.lasting = ordered_set(storages.index[is_long_term])
    m.passing = ordered_set(storages.index[~is_long_term])
    m.floored = ordered_set(storages.index[~is_long_term & (storages["min_level"] > 0)])
    m.least_level = pyo.Param(
        m.storages,
        initialize=dict(zip(storages.index, np.where(is_long_term, -np.inf, 0.0), strict=True)),
    )
    level_factors = np.array([np.ones(len(steps.start)), ~steps.first]).astype(float)
    m.kept = ProfileParam(
        m.storages, m.steps, profiles=level_factors, which=is_long_term.astype(int).tolist()
    )

    m.charge = Var(
        m.storages, m.steps, bounds=(0, None), doc="Taken from the bus into the store [unit/h]"
    )
    m.discharge = Var(
        m.storages, m.steps, bounds=(0, None), doc="Given from the store to the bus [unit/h]"
    )
    m.storage_level = Var(
        m.storages,
        m.steps,
        bounds=lambda m, s, t: (m.least_level[s], None),
        doc="Held at the end of the step [unit]",
    )

    @m.Constraint(m.storages, m.steps, doc="What is held is what was held, plus in, minus out")
    def storage_balance(m, s, t):
        return m.storage_level[s, t] == (
            m.kept[s, t]
            * m.hourly_retention[s] ** m.step_duration[t]
            * m.storage_level[s, m.previous[t]]
            + m.step_duration[t] * m.efficiency_in[s] * m.charge[s, t]
            - m.step_duration[t] / m.efficiency_out[s] * m.discharge[s, t]
        )

    @m.Constraint(m.passing, m.steps, doc="No store holds more than it is built for")
    def max_storage_level(m, s, t):
        return m.storage_level[s, t] <= m.capacity[s]

    @m.Constraint(m.floored, m.steps, doc="No store is drawn below its minimum")
    def min_storage_level(m, s, t):
        return m.storage_level[s, t] >= m.min_level[s] * m.capacity[s]

    @m.Constraint(m.storages, m.steps, doc="Filling and emptying share one connection")
    def max_storage_power(m, s, t):
        return m.charge[s, t] + m.discharge[s, t] <= m.capacity[s] / m.max_hours[s]

    _between_days(m, system)

    accounts.energy.post(
        "storage", lambda m, b, t: sum(m.discharge[s, t] - m.charge[s, t] for s in m.storages_at[b])
    )

    accounts.cost.post(
        "storage_om",
        lambda m: sum(
            cost_factor * m.variable_cost[s] * m.step_weight[t] * m.discharge[s, t]
            for s in m.storages
            for t in m.steps
        ),
    )


def _between_days(m: Model, system: System) -> None:
    """Carries the levels of long-term storages from each day of the year to the next."""
    steps = system.steps
    days, kinds = len(steps.days), int(steps.days.max(initial=-1)) + 1
    m.days = pyo.RangeSet(0, days - 1)
    m.typical_days = pyo.RangeSet(0, kinds - 1)
    m.day_after = pyo.Param(
        m.days, initialize={d: (d + 1) % days for d in range(days)}, within=pyo.Any
    )
    m.typical_day = pyo.Param(
        m.days, initialize=dict(enumerate(steps.days.tolist())), within=pyo.Any
    )
    m.day_of_step = pyo.Param(
        m.steps, initialize=dict(enumerate(steps.day.tolist())), within=pyo.Any
    )
    m.last_step = pyo.Param(
        m.typical_days, initialize=dict(enumerate(steps.last.tolist())), within=pyo.Any
    )

    m.daily_storage_level = Var(
        m.lasting, m.days, bounds=(0, None), doc="Held at the start of the day [unit]"
    )
    m.daily_level_max = Var(
        m.lasting, m.typical_days, bounds=(0, None), doc="Most above the start of the day [unit]"
    )
    m.daily_level_min = Var(
        m.lasting, m.typical_days, bounds=(None, 0), doc="Most below the start of the day [unit]"
    )

    @m.Constraint(
        m.lasting,
        m.days,
        doc="What is held at the start of a day is what was left of the day before",
    )
    def daily_storage_balance(m, s, d):
        return m.daily_storage_level[s, m.day_after[d]] == (
            m.hourly_retention[s] ** DAY * m.daily_storage_level[s, d]
            + m.storage_level[s, m.last_step[m.typical_day[d]]]
        )

    @m.Constraint(m.lasting, m.steps, doc="No step of the day is above the day's highest level")
    def daily_level_upper(m, s, t):
        return m.storage_level[s, t] <= m.daily_level_max[s, m.day_of_step[t]]

    @m.Constraint(m.lasting, m.steps, doc="No step of the day is below the day's lowest level")
    def daily_level_lower(m, s, t):
        return m.storage_level[s, t] >= m.daily_level_min[s, m.day_of_step[t]]

    @m.Constraint(m.lasting, m.days, doc="No store holds more than it is built for, on any day")
    def max_daily_storage_level(m, s, d):
        return m.daily_storage_level[s, d] + m.daily_level_max[s, m.typical_day[d]] <= m.capacity[s]

    @m.Constraint(m.lasting, m.days, doc="No store is drawn below its minimum, on any day")
    def min_daily_storage_level(m, s, d):
        return (
            m.hourly_retention[s] ** DAY * m.daily_storage_level[s, d]
            + m.daily_level_min[s, m.typical_day[d]]
            >= m.min_level[s] * m.capacity[s]
        )
