"""Parties: whose interest a plan is — what citizens, the city and every firm earn, pay, emit and take of the land.

All is told at the plan's marginal prices, so the accounts of all parties sum to the cost of the system, exactly. Besides those
named in the case there are parties that only hold an account: landowners, the climate account, which is paid for
emissions, the limits, which are paid for what they forbid, and residual emissions, which nobody in the case decides.
"""

from __future__ import annotations

import pandas as pd

from energy_model.results.accounts import (
    CLIMATE,
    CONSTANT,
    DELIVERS,
    EMISSIONS,
    LAND,
    LIMIT,
    LIMITS,
    RESIDUAL,
    ROUNDING,
    RULE,
    TAKES,
    TIE,
    Accounts,
    accounts,
)
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

NOBODY, LANDOWNERS = "nobody named", "landowners"
KINDS = {DELIVERS: "delivers", TAKES: "takes", EMISSIONS: "emissions", LAND: "land", LIMIT: "limits", RULE: "limits", TIE: "ties"}  # fmt: skip
MONEY = ["delivers", "takes", "cost", "emissions", "land", "limits", "ties"]
WEIGHED = ["emitted", "hectares", "citizens_points", "firms_points"]


def stakeholder_accounts(run: Run, found: Accounts | None = None) -> pd.DataFrame:
    """The account of every party [EUR/a]: earned by what it delivers +, paid -, and what is left as ``balance``.

    Also what it emits [t/a], the land its new assets take [ha] and the points of that land. The balances sum to
    the cost of the system, with the sign turned. ``kind`` is firm, city, citizens or account.
    """
    found = found or accounts(run)
    lines = found.lines.assign(party=owner_of(run, found.lines["name"]))
    lines["entry"] = lines["line"].map(KINDS).fillna("cost")
    money = lines.pivot_table(
        index="party", columns="entry", values="amount", aggfunc="sum", fill_value=0.0
    )
    frame = money.reindex(columns=MONEY, fill_value=0.0)
    frame["balance"] = frame.sum(axis=1)
    emitted = lines[(lines["line"] == EMISSIONS) & (lines["party"] != CLIMATE)]
    frame["emitted"] = -emitted.groupby("party")["quantity"].sum()
    taken = lines[(lines["line"] == LAND) & (lines["party"] != LANDOWNERS)]
    frame["hectares"] = -taken.groupby("party")["quantity"].sum()
    places = run.tables["land"]
    for points in ("citizens_points", "firms_points"):
        if len(places):
            weights = {f"{site}:{kind}": value for (site, kind), value in places[points].items()}
            # Where nobody takes land the column of places is empty, and of no kind of number.
            each = taken["of"].map(weights).astype(float) * -taken["quantity"]
            frame[points] = each.groupby(taken["party"]).sum()
        else:
            frame[points] = 0.0
    frame[WEIGHED] = frame[WEIGHED].fillna(0.0)
    kinds = _kinds(run)
    frame.insert(0, "kind", [kinds.get(str(party), "account") for party in frame.index])
    order = {"citizens": 0, "city": 1, "firm": 2, "account": 3}
    frame["order"] = frame["kind"].map(order)
    frame = frame.sort_values(["order", "balance"], ascending=[True, False]).drop(columns="order")
    return frame.rename_axis(columns=None)


def owner_of(run: Run, names: pd.Series) -> list[str]:
    """The party of every name that has an account."""
    table = run.tables["names"]
    firms = table["firm"].where(table["firm"].notna() & (table["firm"] != ""), NOBODY)
    places = {f"{site}:{kind}" for site, kind in run.tables["land"].index}
    held = {CLIMATE, LIMITS, RESIDUAL, CONSTANT, ROUNDING}
    return [
        name if name in held else LANDOWNERS if name in places else str(firms.get(name, NOBODY))
        for name in names
    ]


def _kinds(run: Run) -> dict[str, str]:
    """Whether a party is a firm, the city or citizens."""
    firms = input_tables(run).get("firms")
    return {} if firms is None else {str(n): str(k) for n, k in firms["party"].items()}
