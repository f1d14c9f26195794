"""Reserve: a share of a plant's capacity that is kept free."""

import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.formulation.metadata import PHYSICS
from energy_model.formulation.sets_and_parameters import ordered_set

RESERVES = Table.declare("reserves", "reserve", "Capacity that is kept free.", """
    reserve             -                    in conversions       The plant
    share               1                    fraction = 0.1       Share of its capacity that is kept free
    """)  # fmt: skip
TABLES = (RESERVES,)


def build(m, system, accounts):  # noqa: ARG001 - it posts no terms
    """Adds the rule that a share of the capacity of some plants is kept free."""
    shares = system["reserves"]["share"]
    m.reserved = ordered_set(shares.index, within=m.conversions)
    m.reserve_share = pyo.Param(m.reserved, initialize=shares.to_dict())

    @m.Constraint(m.reserved, m.steps, doc="A share of the capacity is kept free", role=PHYSICS)
    def kept_free(m, c, t):
        return m.activity[c, "run", t] <= (1 - m.reserve_share[c]) * m.capacity[c]
