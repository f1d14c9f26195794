"""Storage: energy set aside in one hour for another.

The year is a ring: the step before the first is the last, so no store starts full for nothing.
"""

from __future__ import annotations

from energy_model.engine.compile.lazy import Model, Var
from energy_model.engine.formulation.accounts import Accounts
from energy_model.engine.formulation.capacity import capacity_columns
from energy_model.engine.formulation.setting import rows, rows_by
from energy_model.engine.tables.schema import Table
from energy_model.engine.tables.system import System

STORAGES = Table.declare("storages", "storage", "Tanks, pits, batteries: what they hold, and how fast they fill.", """
    storage             -                    text                 Name
    site                -                    in sites             Where it stands
    carrier             -                    in carriers          What it holds
    """ + capacity_columns("unit") + """
    retention           1                    fraction = 1         Share of the level that is left an hour later
    efficiency_in       1                    fraction = 1         Share of the charge that reaches the store
    efficiency_out      1                    fraction = 1         Share of the drawn level that reaches the bus
    duration            h                    positive             Hours a full store lasts at full discharge
    minimum             1                    fraction = 0         Share of the capacity that is never drawn
    running_cost        EUR/unit             not negative = 0     Cost of discharging one unit
    """, asset=True)  # fmt: skip

TABLES = (STORAGES,)


def build(m: Model, system: System, accounts: Accounts) -> None:
    """Adds the level of stores, how it changes, and its limits."""
    m.storages_at = rows_by(m.buses, system.rows_at("storages"))
    m.floored = rows(system["storages"].index[system["storages"]["minimum"] > 0])

    m.charge = Var(
        m.storages, m.steps, bounds=(0, None), doc="Taken from the bus into the store [unit/h]"
    )
    m.discharge = Var(
        m.storages, m.steps, bounds=(0, None), doc="Given from the store to the bus [unit/h]"
    )
    m.level = Var(m.storages, m.steps, bounds=(0, None), doc="Held at the end of the step [unit]")

    @m.Constraint(m.storages, m.steps, doc="What is held is what was held, plus in, minus out")
    def level_change(m, s, t):
        return m.level[s, t] == (
            m.retention[s] ** m.step_length[t] * m.level[s, m.previous[t]]
            + m.step_length[t] * m.efficiency_in[s] * m.charge[s, t]
            - m.step_length[t] / m.efficiency_out[s] * m.discharge[s, t]
        )

    @m.Constraint(m.storages, m.steps, doc="No store holds more than it is built for")
    def level_limit(m, s, t):
        return m.level[s, t] <= m.capacity[s]

    @m.Constraint(m.floored, m.steps, doc="No store is drawn below its minimum")
    def level_minimum(m, s, t):
        return m.level[s, t] >= m.minimum[s] * m.capacity[s]

    @m.Constraint(m.storages, m.steps, doc="Filling and emptying share one connection")
    def connection_limit(m, s, t):
        return m.charge[s, t] + m.discharge[s, t] <= m.capacity[s] / m.duration[s]

    accounts.energy.post("storage", lambda m, b, t: sum(
        m.discharge[s, t] - m.charge[s, t] for s in m.storages_at[b]))  # fmt: skip

    accounts.cost.post("storing", lambda m: sum(
        system.settings.view.cost_factor * m.running_cost[s] * m.step_length[t] * m.discharge[s, t] for s in m.storages for t in m.steps))  # fmt: skip
