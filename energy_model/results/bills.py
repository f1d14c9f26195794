"""Bills: accounts of a run → the price and bill of each demand of a carrier.

There are three prices. The *marginal price* is the cost of one more unit. It seldom covers existing pipes and cables;
their deficit, spread over every unit of demand, is the *network charge*. The *price at cost* is the price of a
non-profit company: the profit of the carrier's plants, stores and networks is returned to its customers, and their
deficit is collected from them. The *tariff* is what the demand pays in tariffs and taxes that the perspective counts,
for networks outside the case.
"""

from __future__ import annotations

import pandas as pd

from energy_model.results.account_lines import DELIVERS, TAKES, TARIFF_LINES
from energy_model.results.accounts import Accounts, accounts
from energy_model.results.run import Run


def customer_bills(run: Run, carrier: str, found: Accounts | None = None) -> pd.DataFrame:
    """The bill of every demand of a carrier: demand [unit/a], prices [EUR/unit] and bills [EUR/a].

    ``price`` is the sum of ``marginal_price``, ``network_charge`` and ``tariff``. ``price_at_cost`` is the price at zero
    profit of the carrier's suppliers, with the tariff. Empty if the carrier has no demand. ``found`` holds the accounts, if known.
    """
    found, names = found or accounts(run), run.tables["names"]
    demands = names.index[(names["table"] == "demands") & (names["carrier"] == carrier)]
    of_demands = found.lines[found.lines["name"].isin(demands)]
    lines = of_demands[of_demands["line"] == TAKES]
    paid = lines.groupby("name")[["quantity", "amount"]].sum()
    tariffs = of_demands[of_demands["line"].isin(TARIFF_LINES)].groupby("name")["amount"].sum()
    frame = names.loc[paid.index, ["label_en", "label_da", "site"]].copy()
    frame["demand"] = -paid["quantity"]
    frame["marginal_price"] = paid["amount"] / paid["quantity"]
    frame["network_charge"] = network_charge(run, carrier, found)["charge"]
    frame["tariff"] = tariffs.reindex(paid.index, fill_value=0.0) / paid["quantity"]
    frame["price"] = frame["marginal_price"] + frame["network_charge"] + frame["tariff"]
    profit = found.balance().reindex(carrier_suppliers(run, carrier, found), fill_value=0.0).sum()
    total_demand = frame["demand"].sum()
    surplus = profit / total_demand if total_demand else 0.0
    frame["price_at_cost"] = frame["marginal_price"] - surplus + frame["tariff"]
    frame["bill"] = frame["price"] * frame["demand"]
    frame["bill_at_cost"] = frame["price_at_cost"] * frame["demand"]
    return frame.sort_values("demand", ascending=False)


def mean_price_paid(run: Run, carrier: str) -> float:
    """The mean price [EUR/unit] that customers pay for a carrier, with network charge and tariff, by their demand."""
    bills = customer_bills(run, carrier)
    return float(bills["bill"].sum() / bills["demand"].sum())


def network_charge(run: Run, carrier: str, found: Accounts | None = None) -> dict[str, float]:
    """Congestion revenue, cost and deficit of a carrier's links [EUR/a], and the charge that covers it [EUR/unit]."""
    found, names = found or accounts(run), run.tables["names"]
    links = names.index[(names["table"] == "links") & (names["carrier"] == carrier)]
    lines = found.lines[found.lines["name"].isin(links)]
    traded = lines["line"].isin([DELIVERS, TAKES])
    earned = float(lines.loc[traded, "amount"].sum())
    cost = -float(lines.loc[~traded, "amount"].sum())
    demands = names.index[(names["table"] == "demands") & (names["carrier"] == carrier)]
    bought = found.lines["name"].isin(demands) & (found.lines["line"] == TAKES)
    demand = -float(found.lines.loc[bought, "quantity"].sum())
    deficit = cost - earned
    charge = max(deficit, 0.0) / demand if demand else 0.0
    return {"earned": earned, "cost": cost, "deficit": deficit, "demand": demand, "charge": charge}


def carrier_suppliers(run: Run, carrier: str, found: Accounts) -> list[str]:
    """Names of the suppliers of a carrier: its links and stores, and plants whose largest revenue is from it."""
    names, lines = run.tables["names"], found.lines[found.lines["line"] == DELIVERS]
    carried = lines["of"].str.split("@").str[0]
    earned = lines.assign(carrier=carried).groupby(["name", "carrier"])["amount"].sum()
    largest = earned.loc[earned.groupby(level="name").idxmax()].index
    tables, carriers = names["table"].to_dict(), names["carrier"].to_dict()
    suppliers = [
        str(name)
        for name, of_largest in largest
        if (tables.get(name) == "conversions" and of_largest == carrier)
        or (tables.get(name) in ("links", "storages") and carriers[name] == carrier)
    ]
    idle = names.index[names["table"].isin(["links", "storages"]) & (names["carrier"] == carrier)]
    return list(dict.fromkeys([*suppliers, *map(str, idle)]))


def demanded_carriers(run: Run) -> list[str]:
    """The carriers with demands, sorted by name."""
    names = run.tables["names"]
    return sorted({str(carrier) for carrier in names.loc[names["table"] == "demands", "carrier"]})


def default_billed_carrier(run: Run) -> str | None:
    """The carrier whose bills are shown by default: heat, else that of the largest demand; None without demands."""
    carriers = demanded_carriers(run)
    if not carriers or "heat" in carriers:
        return "heat" if carriers else None
    return str((-run.tables["carriers"]["demand"].reindex(carriers)).idxmax())
