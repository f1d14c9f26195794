"""Link: pipes, cables, lorries and symbioses → flows of a carrier between two sites.

Losses proportional to the flow occur at the receiving end. The standing losses of a warm pipe,
which do not depend on the flow, occur at ``from_site``.
"""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.compiler.model import Model, Var
from energy_model.formulation.capacity import capacity_columns
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import PHYSICS, THROUGHPUT
from energy_model.formulation.sets_and_parameters import indexed_set, ordered_set

LINKS = Table.declare("links", "link", "Pipes, cables and lorries between sites; a symbiosis names a supplying and a receiving firm.", """
    link                    -                    name                 Name
    carrier                 -                    in carriers          Transported carrier
    from_site               -                    in sites             First end; the source of a link in one direction
    to_site                 -                    in sites             Other end
    both_ways               -                    yes or no = yes      Whether it also transports in the opposite direction
    length                  km                   not negative, usual 0..2000 = none  Length; if empty, the distance between the sites times the detour factor
    """ + capacity_columns("unit/h") + """
    investment_cost_per_km  EUR/capacity/km      not negative, usual 0..1e7 = 0  Cost of one unit of added capacity per km
    fixed_cost_per_km       EUR/capacity/km/a    not negative, usual 0..100000 = 0  Yearly cost of one unit of capacity per km
    variable_cost           EUR/unit             not negative, usual 0..10000 = 0  Cost of transporting one unit
    loss                    1                    fraction, usual 0..0.5 = 0  Loss at the ends as a share of the flow
    loss_per_km             1/km                 fraction, usual 0..0.1 = 0  Loss per km as a share of the flow
    standing_loss           1/km                 fraction, usual 0..0.05 = 0  Constant loss per km as a share of the capacity
    giver                   -                    in firms = none      Supplying firm, if the link is a symbiosis
    taker                   -                    in firms = none      Receiving firm
    """, asset=True)  # fmt: skip

TABLES = (LINKS,)


def build(m: Model, system: System, accounts: LinkingSums) -> None:
    """Adds the flows of links, their capacity limits and their losses."""
    _add_sets_and_parameters(m, system)
    _add_variables_and_constraints(m)
    _post_accounts(accounts, system.settings.view.cost_factor)


def _add_sets_and_parameters(m: Model, system: System) -> None:
    links = system["links"]
    m.arriving = pyo.Param(m.links, initialize=arriving_share(links).to_dict())
    m.standing = pyo.Param(m.links, initialize=standing_share(links).to_dict())
    m.links_from = indexed_set(m.buses, system.rows_at("links", "from_site"))
    m.links_to = indexed_set(m.buses, system.rows_at("links", "to_site"))
    m.returning = ordered_set(links.index[links["both_ways"] == "yes"], within=m.links)
    m.one_way = ordered_set(links.index[links["both_ways"] == "no"], within=m.links)
    m.returning_from = indexed_set(
        m.buses, system.rows_at("links", "from_site", links["both_ways"] == "yes")
    )
    m.returning_to = indexed_set(
        m.buses, system.rows_at("links", "to_site", links["both_ways"] == "yes")
    )
    m.warm_from = indexed_set(
        m.buses, system.rows_at("links", "from_site", links["standing_loss"] > 0)
    )


def _add_variables_and_constraints(m: Model) -> None:
    m.flow_forward = Var(
        m.links,
        m.steps,
        bounds=(0, None),
        doc="Flow from the first end to the other [unit/h]",
        role=THROUGHPUT,
        account="transport_om",
    )
    m.flow_backward = Var(
        m.returning,
        m.steps,
        bounds=(0, None),
        doc="Flow from the other end to the first [unit/h]",
        role=THROUGHPUT,
        account="transport_om",
    )

    @m.Constraint(m.one_way, m.steps, doc="The flow is at most the capacity", role=PHYSICS)
    def max_flow_one_way(m, k, t):
        return m.flow_forward[k, t] <= m.capacity[k]

    @m.Constraint(
        m.returning,
        m.steps,
        doc="The flows of both directions sum to at most the capacity",
        role=PHYSICS,
    )
    def max_flow_both_ways(m, k, t):
        return m.flow_forward[k, t] + m.flow_backward[k, t] <= m.capacity[k]


def _post_accounts(accounts: LinkingSums, cost_factor: float) -> None:
    accounts.energy.post(
        "links",
        lambda m, b, t: (
            sum(m.arriving[k] * m.flow_forward[k, t] for k in m.links_to[b])
            - sum(m.flow_forward[k, t] for k in m.links_from[b])
            + sum(m.arriving[k] * m.flow_backward[k, t] for k in m.returning_from[b])
            - sum(m.flow_backward[k, t] for k in m.returning_to[b])
            - sum(m.standing[k] * m.capacity[k] for k in m.warm_from[b])
        ),
    )

    accounts.cost.post(
        "transport_om",
        lambda m: (
            sum(
                cost_factor * m.variable_cost[k] * m.step_weight[t] * m.flow_forward[k, t]
                for k in m.links
                for t in m.steps
            )
            + sum(
                cost_factor * m.variable_cost[k] * m.step_weight[t] * m.flow_backward[k, t]
                for k in m.returning
                for t in m.steps
            )
        ),
    )


def arriving_share(links: Any) -> Any:
    """Returns the share of a flow that arrives [1], of each link of a table or of one link."""
    return (1 - links["loss"]) * (1 - links["loss_per_km"]) ** links["length"]


def standing_share(links: Any) -> Any:
    """Returns the constant loss as a share of the capacity [1], of each link of a table or of one link."""
    return links["standing_loss"] * links["length"]
