"""Reserve: the design load of a network → firm capacity that covers it without the largest unit.

The firm output of an asset is the share of its capacity that it gives in the design hour, such as
the coldest one. For each unit the firm output of all others is
at least the design load with its margin (N-1). The dual of such a row is the price of reserve.
"""

from __future__ import annotations

import fnmatch
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from energy_model.case.schema import Table
from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.compiler.model import Model
from energy_model.formulation.expressions import LinkingSums
from energy_model.formulation.metadata import LIMIT, POLICY
from energy_model.formulation.sets_and_parameters import indexed_set, ordered_set

RESERVES = Table.declare("reserve_margins", "reserve", "Networks whose firm capacity covers a design load without the largest unit (N-1).", """
    reserve             -                    name                 Name
    label_en            -                    text = none          English label
    label_da            -                    text = none          Danish label
    carrier             -                    in carriers          Carrier that measures the load
    design_load         unit/h               not negative, usual 0..1e6  Load of the design hour
    margin              1                    not negative, usual 0..2 = 0  Share of the design load that firm capacity exceeds it by
    """)  # fmt: skip

RESERVE_UNITS = Table.declare("reserve_units", ("reserve", "rows"), "Conversions that provide the firm capacity of a reserve.", """
    reserve             -                    in reserve_margins          The reserve
    rows                -                    text                 Matching conversions, * for any part of a name
    firm_output         1                    not negative, usual 0..5  Output in the design hour for one unit of capacity
    units               1                    positive, usual 1..100 = 1  Number of equal units that the capacity of a row consists of
    """)  # fmt: skip

TABLES = (RESERVES, RESERVE_UNITS)


def build(m: Model, system: System, accounts: LinkingSums) -> None:  # noqa: ARG001
    """Adds one constraint for the outage of each unit of a reserve."""
    providers = reserve_providers(system)
    required = system["reserve_margins"]["design_load"] * (1 + system["reserve_margins"]["margin"])
    m.required_firm_output = pyo.Param(m.reserve_margins, initialize=required.to_dict())
    m.outages = ordered_set(providers.index, 2)
    m.firm_capacity_share = pyo.Param(m.outages, initialize=providers["firm_output"].to_dict())
    m.number_of_units = pyo.Param(m.outages, initialize=providers["units"].to_dict())
    m.providers_of = indexed_set(m.reserve_margins, _grouped(providers))

    @m.Constraint(
        m.outages,
        doc="Firm capacity without a unit covers the design load and its margin",
        role=POLICY,
        account=LIMIT,
    )
    def firm_capacity(m: Any, r: str, c: str) -> Any:
        return (
            sum(m.firm_capacity_share[r, a] * m.capacity[a] for a in m.providers_of[r])
            - m.firm_capacity_share[r, c] / m.number_of_units[r, c] * m.capacity[c]
            >= m.required_firm_output[r]
        )


def _grouped(providers: pd.DataFrame) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for reserve, conversion in providers.index:
        groups.setdefault(reserve, []).append(conversion)
    return groups


def reserve_providers(system: System) -> pd.DataFrame:
    """Returns firm output [1] and units [1] by reserve and conversion; the last pattern applies.

    Raises:
        InputError: A pattern matches no conversion, or a reserve has none.
    """
    rows: dict[tuple[str, str], tuple[float, float]] = {}
    issues = []
    conversions = list(system["conversions"].index)
    for (reserve, pattern), unit in system["reserve_units"].iterrows():
        matches = fnmatch.filter(conversions, pattern)
        for conversion in matches:
            rows[reserve, conversion] = (unit["firm_output"], unit["units"])
        if not matches:
            remedy = "no row of conversions has such a name; mend the pattern"
            issues.append(
                InputIssue("reserve_units.csv", remedy, f"reserve '{reserve}'", "rows", pattern)
            )
    for reserve in system["reserve_margins"].index.difference([reserve for reserve, _ in rows]):
        remedy = "no row of reserve_units.csv provides it; add one, or take the reserve away"
        issues.append(InputIssue("reserve_margins.csv", remedy, f"reserve '{reserve}'"))
    if issues:
        raise InputError(issues)
    index = pd.MultiIndex.from_tuples(list(rows), names=["reserve", "conversion"])
    return pd.DataFrame(list(rows.values()), index, ["firm_output", "units"], dtype=float)
