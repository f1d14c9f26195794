"""Storage: tanks, pits and batteries → storage levels, charging and discharging.

The year is cyclic: the last step precedes the first, so that no storage starts with free energy.
With typical days, the level of a storage is carried from day to day in the order of the year, and its
level in a step is relative to the start of the day. Storages that were cyclic in each day would be too
small, since the energy of a windy day could not be used on the calm day after it.
"""

from __future__ import annotations

import numpy as np
import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.case.time_aggregation import DAY
from energy_model.compiler.model import Model, Var
from energy_model.formulation.capacity import capacity_columns
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import LEVEL, PHYSICS, THROUGHPUT
from energy_model.formulation.sets_and_parameters import indexed_set, ordered_set

STORAGES = Table.declare("storages", "storage", "Storages: tanks, pits, batteries.", """
    storage                 -                    name                 Name
    site                    -                    in sites             Site
    carrier                 -                    in carriers          Stored carrier
    """ + capacity_columns("unit") + """
    hourly_retention        1                    fraction, usual 0.5..1 = 1  Share of the level that remains after an hour
    efficiency_in           1                    fraction, usual 0.3..1 = 1  Share of the charge that is stored
    efficiency_out          1                    positive fraction, usual 0.3..1 = 1  Share of the withdrawn energy that reaches the bus
    max_hours               h                    positive, usual 0.05..10000  Hours of full discharge from the full level
    min_level               1                    fraction = 0         Minimum level as a share of the capacity
    variable_cost           EUR/unit             not negative, usual 0..10000 = 0  Cost of discharging one unit
    """, asset=True)  # fmt: skip

TABLES = (STORAGES,)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the storage levels, their changes and their limits."""
    _add_sets_and_parameters(m, system)
    _add_variables(m)
    _add_constraints(m)
    _add_days(m, system)
    _add_daily_variables(m)
    _add_daily_constraints(m)
    cost_factor = system.settings.view.cost_factor

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


def _add_sets_and_parameters(m: Model, system: System) -> None:
    storages, steps = system["storages"], system.steps
    has_days = bool(len(steps.days))
    m.storages_at = indexed_set(m.buses, system.rows_at("storages"))
    m.linked_storages = ordered_set(storages.index if has_days else [], within=m.storages)
    m.unlinked_storages = ordered_set([] if has_days else storages.index, within=m.storages)
    m.min_level_storages = ordered_set(
        [] if has_days else storages.index[storages["min_level"] > 0], within=m.storages
    )
    # a level relative to the start of the day does not include that of the previous day
    is_kept = ~steps.first if has_days else np.ones(len(steps.start), bool)
    m.kept = pyo.Param(m.steps, initialize=dict(enumerate(is_kept.astype(float).tolist())))


def _add_variables(m: Model) -> None:
    m.charge = Var(
        m.storages, m.steps, bounds=(0, None), doc="Flow from the bus into the storage [unit/h]"
    )
    m.discharge = Var(
        m.storages,
        m.steps,
        bounds=(0, None),
        doc="Flow from the storage to the bus [unit/h]",
        role=THROUGHPUT,
        account="storage_om",
    )
    m.storage_level = Var(
        m.storages,
        m.steps,
        bounds=(None if len(m.linked_storages) else 0, None),
        doc="Level at the end of the step [unit]",
        role=LEVEL,
    )


def _add_constraints(m: Model) -> None:
    @m.Constraint(
        m.storages,
        m.steps,
        doc="The level equals the retained previous level plus charge less discharge",
        role=PHYSICS,
    )
    def storage_balance(m, s, t):
        return m.storage_level[s, t] == (
            m.kept[t]
            * m.hourly_retention[s] ** m.step_duration[t]
            * m.storage_level[s, m.previous[t]]
            + m.step_duration[t] * m.efficiency_in[s] * m.charge[s, t]
            - m.step_duration[t] / m.efficiency_out[s] * m.discharge[s, t]
        )

    @m.Constraint(
        m.unlinked_storages, m.steps, doc="The level is at most the capacity", role=PHYSICS
    )
    def max_storage_level(m, s, t):
        return m.storage_level[s, t] <= m.capacity[s]

    @m.Constraint(m.min_level_storages, m.steps, doc="The level is at least the minimum level")
    def min_storage_level(m, s, t):
        return m.storage_level[s, t] >= m.min_level[s] * m.capacity[s]

    @m.Constraint(
        m.storages, m.steps, doc="Charge and discharge share one connection", role=PHYSICS
    )
    def max_storage_power(m, s, t):
        return m.charge[s, t] + m.discharge[s, t] <= m.capacity[s] / m.max_hours[s]


def _add_days(m: Model, system: System) -> None:
    """Adds the days of the year, each a repetition of a typical day."""
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


def _add_daily_variables(m: Model) -> None:
    m.daily_storage_level = Var(
        m.linked_storages,
        m.days,
        bounds=(0, None),
        doc="Level at the start of the day [unit]",
        role=LEVEL,
    )
    m.daily_level_max = Var(
        m.linked_storages,
        m.typical_days,
        bounds=(0, None),
        doc="Highest level above the start of the day [unit]",
        role=LEVEL,
    )
    m.daily_level_min = Var(
        m.linked_storages,
        m.typical_days,
        bounds=(None, 0),
        doc="Lowest level below the start of the day [unit]",
        role=LEVEL,
    )


def _add_daily_constraints(m: Model) -> None:
    """Carries the levels of long-term storages from each day of the year to the next."""

    @m.Constraint(
        m.linked_storages,
        m.days,
        doc="The level at the start of a day equals the remaining level of the previous day",
        role=PHYSICS,
    )
    def daily_storage_balance(m, s, d):
        return m.daily_storage_level[s, m.day_after[d]] == (
            m.hourly_retention[s] ** DAY * m.daily_storage_level[s, d]
            + m.storage_level[s, m.last_step[m.typical_day[d]]]
        )

    @m.Constraint(
        m.linked_storages,
        m.steps,
        doc="The level of each step is at most the highest level of the day",
        role=PHYSICS,
    )
    def daily_level_upper(m, s, t):
        return m.storage_level[s, t] <= m.daily_level_max[s, m.day_of_step[t]]

    @m.Constraint(
        m.linked_storages,
        m.steps,
        doc="The level of each step is at least the lowest level of the day",
        role=PHYSICS,
    )
    def daily_level_lower(m, s, t):
        return m.storage_level[s, t] >= m.daily_level_min[s, m.day_of_step[t]]

    @m.Constraint(
        m.linked_storages, m.days, doc="The level of each day is at most the capacity", role=PHYSICS
    )
    def max_daily_storage_level(m, s, d):
        return m.daily_storage_level[s, d] + m.daily_level_max[s, m.typical_day[d]] <= m.capacity[s]

    @m.Constraint(
        m.linked_storages,
        m.days,
        doc="The level of each day is at least the minimum level",
        role=PHYSICS,
    )
    def min_daily_storage_level(m, s, d):
        return (
            m.hourly_retention[s] ** DAY * m.daily_storage_level[s, d]
            + m.daily_level_min[s, m.typical_day[d]]
            >= m.min_level[s] * m.capacity[s]
        )
