"""Year figure: the results of a run → a chart of monthly supply and marginal prices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd

from energy_model.results.run import Run

# Okabe and Ito's palette, safe for most colour-blind readers, and two greys.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#F0E442", "#7F7F7F", "#000000", "#BBBBBB")  # fmt: skip
MIN_SUPPLY_SHARE = 0.01  # groups below this share of the year's supply are merged


def supply(run: Run, carrier: str) -> pd.DataFrame:
    """Returns the supply of a carrier's buses [unit/h], steps × groups, without storages, sales and links."""
    data, names = run.dataset, run.tables["names"]
    buses = [bus for bus in data["bus"].to_numpy() if str(bus).startswith(f"{carrier}@")]
    balances = run.tables["balances"]
    supplies = balances[
        balances["bus"].isin(buses) & balances["decision"].isin(["activity", "bought"])
    ]
    yearly = supplies.groupby(["decision", "name"])["amount"].sum()
    columns: dict[str, Any] = {}
    for (decision, name), amount in yearly[yearly > 0].items():
        group = names.at[name, "group"] if name in names.index else None
        label = (
            group
            if isinstance(group, str) and group
            else "bought"
            if decision == "bought"
            else str(name).replace("_", " ")
        )
        if decision == "bought":
            pattern = data["bought"].sel(market=name).to_numpy()
        else:
            runs = [
                run_name
                for run_name in data["run"].to_numpy()
                if str(run_name).split(":")[0] == name
            ]
            pattern = data["activity"].sel(run=runs).sum("run").to_numpy()
        energy = float(pattern @ data["step_length"].to_numpy())
        share = pattern * (amount / energy) if energy else np.zeros(len(pattern))
        columns[label] = columns.get(label, 0) + share
    frame = pd.DataFrame(columns, index=pd.DatetimeIndex(data["time"].to_numpy()))
    totals = frame.mul(data["step_length"].to_numpy(), axis=0).sum()
    minor = totals.index[totals < MIN_SUPPLY_SHARE * totals.sum()]
    if len(minor) > 1:
        frame = frame.drop(columns=minor).assign(others=frame[minor].sum(axis=1))
    order = frame.mul(data["step_length"].to_numpy(), axis=0).sum().sort_values(ascending=False)
    return frame[order.index]


def year(
    run: Run,
    carriers: Iterable[tuple[str, str]] = (
        ("heat", "District heat"),
        ("electricity", "Electricity"),
    ),
) -> Any:
    """Draws the supply of each carrier by month [GWh] and its mean marginal price [EUR/MWh]."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 - imported only when a figure is drawn

    known = run.tables["carriers"].index
    carriers = [(carrier, title) for carrier, title in carriers if carrier in known]
    if not carriers:
        return plt.figure(figsize=(10, 4.2))
    figure, axes = plt.subplots(
        len(carriers), 1, figsize=(10, 4.2 * len(carriers)), constrained_layout=True, squeeze=False
    )
    for axis, (carrier, title) in zip(axes[:, 0], carriers, strict=True):
        rates = supply(run, carrier)
        months = by_month(run, rates).reindex(range(1, 13), fill_value=0.0) / 1000
        bottom = np.zeros(12)
        for i, name in enumerate(months):
            axis.bar(
                range(12),
                months[name],
                bottom=bottom,
                color=COLOURS[i % len(COLOURS)],
                label=name,
                width=0.8,
            )
            bottom += months[name].to_numpy()
        axis.set_ylim(0, 1.08 * float(bottom.max()) or 1.0)
        price = mean_prices(run, carrier)
        right = axis.twinx()
        right.plot(range(12), price, color="black", marker="o", linewidth=1.5)
        right.set_ylabel("marginal price [EUR/MWh]")
        right.set_ylim(0, max(1.0, 1.25 * float(np.nanmax(price, initial=0.0))))
        axis.set_ylabel("made and bought [GWh a month]")
        axis.set_title(f"{title}: what feeds it, and its price (line)", loc="left", fontsize=11)
        axis.set_xticks(
            range(12),
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        )
        if len(months.columns):
            axis.legend(loc="center left", bbox_to_anchor=(1.12, 0.5), frameon=False, fontsize=8)
        for side in ("top",):
            axis.spines[side].set_visible(False)
            right.spines[side].set_visible(False)
    return figure


def by_month(run: Run, rates: pd.DataFrame) -> pd.DataFrame:
    """Returns the monthly sums [unit] of rates per step [unit/h], expanded to the hours of the year."""
    hours = run.dataset["step_of_hour"].to_numpy()
    year = pd.Timestamp(run.dataset["time"].to_numpy().min()).year
    months = pd.date_range(f"{year}-01-01", periods=len(hours), freq="h").month
    return rates.iloc[hours].groupby(np.asarray(months)).sum()


def mean_prices(run: Run, carrier: str) -> np.ndarray:
    """Returns the mean marginal price of a carrier's buses in each of twelve months [EUR/unit].

    A month that the case does not cover is NaN.
    """
    buses = [bus for bus in run.dataset["bus"].to_numpy() if str(bus).startswith(f"{carrier}@")]
    price = run.dataset["price"].sel(bus=buses).mean("bus").to_numpy()
    sums = by_month(run, pd.DataFrame({"paid": price, "hours": 1.0}))
    means: np.ndarray = (sums["paid"] / sums["hours"]).reindex(range(1, 13)).to_numpy()
    return means
