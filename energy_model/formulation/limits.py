"""Limits: policy limits and their terms → constraints on weighted sums.

A term names a quantity of some rows, with wildcards: fuel bought, capacity added at a site, number
of vehicles. The weighted terms of a limit are summed.
"""

from __future__ import annotations

import fnmatch
from typing import Any

import pyomo.environ as pyo

from energy_model.case.overrides import row_key
from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.compiler.model import Model
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import LIMIT, POLICY
from energy_model.formulation.sets_and_parameters import indexed_set, ordered_set

LIMITS = Table.declare("limits", "limit", "Policy limits: the maximum or minimum of a weighted sum.", """
    limit               -                    name                 Name
    label_en            -                    text = none          English label
    label_da            -                    text = none          Danish label
    sense               -                    one of max min       Whether the amount is the maximum or the minimum
    amount              1                    any                  The amount, in the unit of the terms
    """)  # fmt: skip

LIMIT_TERMS = Table.declare("limit_terms", ("limit", "quantity", "rows"), "Terms of the limits.", """
    limit               -                    in limits            The limit
    quantity            -                    one of capacity_added capacity activity purchase sale flow_forward land_use citizens_points firms_points  Summed quantity; activity, purchase, sale, flow_forward over the year
    rows                -                    text                 Matching rows, * for any part of a name; land rows are site:class
    coefficient         1                    any = 1              Weight of one unit
    """)  # fmt: skip

TABLES = (LIMITS, LIMIT_TERMS)
TABLE_OF = {
    "capacity_added": "assets",
    "capacity": "assets",
    "activity": "conversions",
    "purchase": "markets",
    "sale": "markets",
    "flow_forward": "links",
    "land_use": "land",
    "citizens_points": "land",
    "firms_points": "land",
}


def build(m: Model, system: System, accounts: LinkingSums) -> None:  # noqa: ARG001
    """Adds one constraint for every limit."""
    _add_terms(m, system)
    senses = system["limits"]["sense"]
    m.at_most = ordered_set(senses.index[senses == "max"], within=m.limits)
    m.at_least = ordered_set(senses.index[senses == "min"], within=m.limits)

    @m.Constraint(m.at_most, doc="The sum is at most the limit", role=POLICY, account=LIMIT)
    def limit_max(m, k):
        return _limited(m, k) <= m.amount[k]

    @m.Constraint(m.at_least, doc="The sum is at least the limit", role=POLICY, account=LIMIT)
    def limit_min(m, k):
        return _limited(m, k) >= m.amount[k]


def _add_terms(m: Model, system: System) -> None:
    """Adds the rows and coefficients of every limit, by quantity."""
    terms = matched_terms(system)
    for quantity in TABLE_OF:
        pairs: dict[tuple[str, object], float] = {}
        for k, term_quantity, row, weight in terms:
            if term_quantity == quantity:  # weights of terms with the same row are added
                pairs[k, row] = pairs.get((k, row), 0.0) + weight
        rows_by_limit = {k: [row for limit, row in pairs if limit == k] for k in m.limits}
        dimen = 2 if TABLE_OF[quantity] in ("land", "conversions") else 1
        m.add_component(f"{quantity}_limited", indexed_set(m.limits, rows_by_limit, dimen))
        coefficients = {
            (k, *(row if isinstance(row, tuple) else (row,))): coefficient
            for (k, row), coefficient in pairs.items()
        }
        m.add_component(f"{quantity}_terms", ordered_set(coefficients, 1 + dimen))
        m.add_component(
            f"{quantity}_counts",
            pyo.Param(m.component(f"{quantity}_terms"), initialize=coefficients),
        )


def _limited(m: Model, k: str) -> Any:
    """Returns the sum that a limit bounds."""
    return (
        sum(
            m.capacity_added_counts[k, a] * m.capacity_added[a] for a in m.capacity_added_limited[k]
        )
        + sum(m.capacity_counts[k, a] * m.capacity[a] for a in m.capacity_limited[k])
        + sum(
            m.activity_counts[k, c, i] * m.step_weight[t] * m.activity[c, i, t]
            for c, i in m.activity_limited[k]
            for t in m.steps
        )
        + sum(
            m.purchase_counts[k, x] * m.step_weight[t] * m.purchase[x, t]
            for x in m.purchase_limited[k]
            for t in m.steps
        )
        + sum(
            m.sale_counts[k, x] * m.step_weight[t] * m.sale[x, t]
            for x in m.sale_limited[k]
            for t in m.steps
        )
        + sum(
            m.flow_forward_counts[k, x] * m.step_weight[t] * m.flow_forward[x, t]
            for x in m.flow_forward_limited[k]
            for t in m.steps
        )
        + sum(m.land_use_counts[k, g, i] * m.land_use[g, i] for g, i in m.land_use_limited[k])
        + sum(
            m.citizens_points_counts[k, g, i] * m.citizens_points[g, i] * m.land_use[g, i]
            for g, i in m.citizens_points_limited[k]
        )
        + sum(
            m.firms_points_counts[k, g, i] * m.firms_points[g, i] * m.land_use[g, i]
            for g, i in m.firms_points_limited[k]
        )
    )


def matched_terms(system: System) -> list[tuple[str, str, object, float]]:
    """Returns limit, quantity, row and weight of every row that matches the pattern of a term.

    Raises:
        InputError: A pattern matches no row, or a limit without terms would have no variables.
    """
    terms, issues = [], []
    for (limit, quantity, pattern), weight in system["limit_terms"]["coefficient"].items():
        frame = system.assets if TABLE_OF[quantity] == "assets" else system[TABLE_OF[quantity]]
        rows = frame.index[frame["max_sale"] > 0] if quantity == "sale" else frame.index
        rows_by_name = {row_key(row): row for row in rows}
        matching_names = fnmatch.filter(rows_by_name, pattern)
        matched_rows = [rows_by_name[hit] for hit in matching_names]
        if quantity == "activity":  # includes every mode of a plant
            matched_rows = [run for run in system.modes.index if run[0] in matched_rows]
        terms += [(limit, quantity, row, float(weight)) for row in matched_rows]
        if not matching_names:
            issues.append(
                InputIssue(
                    "limit_terms.csv",
                    f"no row of {TABLE_OF[quantity]} has such a name; mend the pattern",
                    f"limit '{limit}'",
                    "rows",
                    pattern,
                )
            )
    for limit in system["limits"].index.difference(
        system["limit_terms"].index.get_level_values("limit")
    ):
        remedy = "no row of limit_terms.csv says what it limits; add one, or take the limit away"
        issues.append(InputIssue("limits.csv", remedy, f"limit '{limit}'"))
    if issues:
        raise InputError(issues)
    return terms
