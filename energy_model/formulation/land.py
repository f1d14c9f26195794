"""Land: footprints of added capacity → land use, its limit, rent and acceptance.

Land has classes (field, roof, harbour, setback zone, ...). A setback zone around an asset is a
class of its own, which other uses need not share. Two weights in points per hectare, of citizens
and of firms, define the acceptance accounts.
"""

from __future__ import annotations

import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.model import Model, Var
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import PHYSICS
from energy_model.formulation.sets_and_parameters import indexed_set, ordered_set

LAND = Table.declare("land", ("site", "land_class"), "Available land at each site, by class.", """
    site                -                    in sites             Where
    land_class          -                    name                 Land class
    area                ha                   not negative, usual 0..1e6  Available land
    rent                EUR/ha/a             not negative, usual 0..1e6 = 0  Yearly rent
    citizens_points     point/ha             any, usual -1000..1000 = 0  Citizens' weight of a used hectare; more is worse
    firms_points        point/ha             any, usual -1000..1000 = 0  Firms' weight of a used hectare; more is worse
    colour              -                    colour = none        Colour of the class in figures; one for all rows of a class
    """)  # fmt: skip

FOOTPRINTS = Table.declare("footprints", ("technology", "land_class"), "Land use of each technology.", """
    technology          -                    in technologies      The technology
    land_class          -                    name                 Class of the land it uses
    footprint           ha/capacity          not negative, usual 0..10000  Land used by one unit of added capacity
    """)  # fmt: skip

TABLES = (LAND, FOOTPRINTS)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the land use at every site and class, its limit, its rent and its points."""
    view, prices = system.settings.view, system.settings.acceptance
    takers = system.land_takers
    m.takers = ordered_set(takers.index, 3)
    m.footprint = pyo.Param(m.takers, initialize=takers["footprint"].to_dict())
    m.takers_at = indexed_set(
        m.land,
        {
            site_and_class: [a for a, g, i in takers.index if (g, i) == site_and_class]
            for site_and_class in m.land
        },
    )

    m.land_use = Var(
        m.land, bounds=lambda m, g, i: (0, m.area[g, i]), doc="Land used by added capacity [ha]"
    )

    @m.Constraint(
        m.land, doc="Land use equals the footprints of added capacity", role=PHYSICS, account="land"
    )
    def land_use_balance(m, g, i):
        return m.land_use[g, i] == sum(
            m.footprint[a, g, i] * m.capacity_added[a] for a in m.takers_at[g, i]
        )

    accounts.cost.post(
        "land_rent",
        lambda m: sum(view.cost_factor * m.rent[g, i] * m.land_use[g, i] for g, i in m.land),
    )
    accounts.cost.post(
        "acceptance",
        lambda m: sum(
            (
                prices.citizens_price * m.citizens_points[g, i]
                + prices.firms_price * m.firms_points[g, i]
            )
            * m.land_use[g, i]
            for g, i in m.land
        ),
    )
