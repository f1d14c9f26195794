"""Stakeholders: accounts of a run → revenue, cost, emissions and land use of citizens, the city and every firm.

All amounts are at marginal prices, so the accounts of all parties sum exactly to the cost of the system. Some parties
are not in the case but balance the accounts: landowners; the climate account, which receives the payments for
emissions; the limits, which receive their scarcity rents; and residual emissions, which no party decides.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.formulation.metadata import LIMIT
from energy_model.results.account_lines import (
    CLIMATE,
    CONSTANT,
    DELIVERS,
    EMISSIONS,
    LAND,
    LIMITS,
    RESIDUAL,
    ROUNDING,
    RULE,
    TAKES,
    TARGET_VALUE,
    TIE,
)
from energy_model.results.accounts import Accounts, accounts
from energy_model.results.land_kinds import PREFIX, land_kinds_of
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

NOBODY, LANDOWNERS = "nobody named", "landowners"
# Accounts of what nobody pays or earns
NO_ACTORS = frozenset({CLIMATE, LIMITS, RESIDUAL, CONSTANT, ROUNDING})
ACCOUNT = "account"  # kind of the parties that are no firm, city or citizens, such as limits
KINDS = {DELIVERS: "delivers", TAKES: "takes", EMISSIONS: "emissions", TARGET_VALUE: "target_value", LAND: "land", LIMIT: "limits", RULE: "limits", TIE: "ties"}  # fmt: skip
MONEY = ["delivers", "takes", "cost", "emissions", "target_value", "land", "limits", "ties"]
POINTS = ["citizens_points", "firms_points"]


def stakeholder_accounts(run: Run, found: Accounts | None = None) -> pd.DataFrame:
    """The account of every party [EUR/a]: revenue +, payments -, and the sum as ``balance``.

    ``target_value`` is the part of the value of emissions that nobody pays. The balances without it sum to minus the
    cost that is paid: without payments for emissions, and with those that have a scheme.

    It also has the emissions [t/a], the land used by new assets [ha] in a column ``land_use_CLASS`` for each land class,
    and the points of that land. The balances sum to minus the cost of the system. ``kind`` is firm, city, citizens or account.
    """
    found = found or accounts(run)
    lines = found.lines.assign(party=owner_of(run, found.lines["name"]))
    lines["entry"] = lines["line"].map(KINDS).fillna("cost")
    money = lines.pivot_table(
        index="party", columns="entry", values="amount", aggfunc="sum", fill_value=0.0
    )
    frame = money.reindex(columns=MONEY, fill_value=0.0)
    frame["balance"] = frame.sum(axis=1)
    frame["balance_without_target_value"] = frame["balance"] - frame["target_value"]
    emitted = lines[(lines["line"] == EMISSIONS) & (lines["party"] != CLIMATE)]
    frame["emitted"] = -emitted.groupby("party")["quantity"].sum()
    taken = lines[(lines["line"] == LAND) & (lines["party"] != LANDOWNERS)]
    places, quantities = run.tables["land"], ["emitted"]
    kinds_taken = np.array([place.rpartition(":")[2] for place in taken["of"]], object)
    for kind in land_kinds_of(run).index:
        of_kind = taken[kinds_taken == kind]
        frame[f"{PREFIX}{kind}"] = -of_kind.groupby("party")["quantity"].sum()
        quantities.append(f"{PREFIX}{kind}")
    for points in POINTS:
        if len(places):
            weights = {f"{site}:{kind}": value for (site, kind), value in places[points].items()}
            # Without land use the column is empty, and its dtype is not numeric.
            each = taken["of"].map(weights).astype(float) * -taken["quantity"]
            frame[points] = each.groupby(taken["party"]).sum()
        else:
            frame[points] = 0.0
    quantities += POINTS
    frame[quantities] = frame[quantities].fillna(0.0)
    kinds = _kinds(run)
    frame.insert(0, "kind", [kinds.get(str(party), ACCOUNT) for party in frame.index])
    order = {"citizens": 0, "city": 1, "firm": 2, ACCOUNT: 3}
    frame["order"] = frame["kind"].map(order)
    frame = frame.sort_values(["order", "balance"], ascending=[True, False]).drop(columns="order")
    return frame.rename_axis(columns=None)


def owner_of(run: Run, names: pd.Series) -> list[str]:
    """The party of each of the names."""
    table = run.tables["names"]
    firms = table["firm"].where(table["firm"].notna() & (table["firm"] != ""), NOBODY)
    places = {f"{site}:{kind}" for site, kind in run.tables["land"].index}
    return [
        name
        if name in NO_ACTORS
        else LANDOWNERS
        if name in places
        else str(firms.get(name, NOBODY))
        for name in names
    ]


def _kinds(run: Run) -> dict[str, str]:
    """Kind of every party in the case: firm, city or citizens."""
    firms = input_tables(run).get("firms")
    return (
        {} if firms is None else {str(name): str(party) for name, party in firms["party"].items()}
    )
