"""Bills: what a carrier costs each district — at the margin, with its network, and at what it truly costs.

Three prices answer three questions. The *marginal* price is what one unit more costs the city. It seldom pays for pipes
and cables that stand: what they lack is a *network charge*, spread over every unit wanted. The *price at cost* is what a
company owes that may earn nothing: whatever plants, stores and networks of the carrier have left over is given back to its
customers, what they lack is collected from them.
"""

from __future__ import annotations

import pandas as pd

from energy_model.results.accounts import DELIVERS, TAKES, Accounts, accounts
from energy_model.results.run import Run


def customer_bills(run: Run, carrier: str, found: Accounts | None = None) -> pd.DataFrame:
    """The bill of every demand of a carrier: wanted [unit/a], prices [EUR/unit] and bills [EUR/a].

    ``marginal_price`` and ``network_charge`` add to ``price``; ``price_at_cost`` is what it would be if nobody in the carrier's
    supply earned or lost. Empty where nothing of the carrier is wanted.
    """
    found, names = found or accounts(run), run.tables["names"]
    wanted = names.index[(names["table"] == "demands") & (names["carrier"] == carrier)]
    lines = found.lines[found.lines["name"].isin(wanted) & (found.lines["line"] == TAKES)]
    paid = lines.groupby("name")[["quantity", "amount"]].sum()
    frame = names.loc[paid.index, ["label_en", "label_da", "site"]].copy()
    frame["wanted"] = -paid["quantity"]
    frame["marginal_price"] = paid["amount"] / paid["quantity"]
    frame["network_charge"] = network_charge(run, carrier, found)["charge"]
    frame["price"] = frame["marginal_price"] + frame["network_charge"]
    left = found.balance().reindex(carrier_suppliers(run, carrier, found), fill_value=0.0).sum()
    whole = frame["wanted"].sum()
    surplus = left / whole if whole else 0.0
    frame["price_at_cost"] = frame["marginal_price"] - surplus
    frame["bill"] = frame["price"] * frame["wanted"]
    frame["bill_at_cost"] = frame["price_at_cost"] * frame["wanted"]
    return frame.sort_values("wanted", ascending=False)


def network_charge(run: Run, carrier: str, found: Accounts | None = None) -> dict[str, float]:
    """What the links of a carrier earn by price differences, cost and lack [EUR/a], and the charge that covers it [EUR/unit]."""
    found, names = found or accounts(run), run.tables["names"]
    links = names.index[(names["table"] == "links") & (names["carrier"] == carrier)]
    lines = found.lines[found.lines["name"].isin(links)]
    traded = lines["line"].isin([DELIVERS, TAKES])
    earned, cost = float(lines.loc[traded, "amount"].sum()), -float(lines.loc[~traded, "amount"].sum())  # fmt: skip
    demands = names.index[(names["table"] == "demands") & (names["carrier"] == carrier)]
    bought = found.lines["name"].isin(demands) & (found.lines["line"] == TAKES)
    wanted = -float(found.lines.loc[bought, "quantity"].sum())
    lacking = cost - earned
    charge = max(lacking, 0.0) / wanted if wanted else 0.0
    return {"earned": earned, "cost": cost, "lacking": lacking, "wanted": wanted, "charge": charge}


def carrier_suppliers(run: Run, carrier: str, found: Accounts) -> list[str]:
    """The assets whose work is a carrier: its links, its stores, and plants that earn most by delivering it."""
    names, lines = run.tables["names"], found.lines[found.lines["line"] == DELIVERS]
    carried = lines["of"].str.split("@").str[0]
    earned = lines.assign(carrier=carried).groupby(["name", "carrier"])["amount"].sum()
    chosen = []
    for name in earned.index.get_level_values(0).unique():
        table = names["table"].get(name)
        own = earned[name]
        if (
            table == "conversions"
            and own.idxmax() == carrier
            or table in ("links", "storages")
            and names.at[name, "carrier"] == carrier
        ):
            chosen.append(str(name))
    idle = names.index[names["table"].isin(["links", "storages"]) & (names["carrier"] == carrier)]
    return list(dict.fromkeys([*chosen, *map(str, idle)]))
