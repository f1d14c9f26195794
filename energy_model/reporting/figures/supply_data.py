"""Supply: the results of a run → what supplies a carrier and at which price, by step, hour and month."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.colours import in_order
from energy_model.reporting.figures.style import OTHERS_COLOUR
from energy_model.reporting.figures.thing_colours import colours_of
from energy_model.results.run import Run

MIN_SUPPLY_SHARE = 0.01  # groups below this share of the year's supply are merged
HOURS_PER_WEEK = 168
PURCHASE, OTHERS = "purchase", "others"  # series beside the groups


def supply(run: Run, carrier: str) -> pd.DataFrame:
    """Returns the supply of a carrier's buses [unit/h], steps × groups, without storages, sales and links.

    The groups are in the order of the case, then purchases, then the merged small ones.
    """
    data = run.dataset
    length = data["step_weight"].to_numpy()
    balances = run.tables["balances"]
    supplies = balances[
        balances["bus"].isin(_buses(run, carrier))
        & balances["decision"].isin(["activity", "purchase"])
    ]
    yearly = supplies.groupby(["decision", "name"])["amount"].sum()
    columns: dict[str, Any] = {}
    for (decision, name), amount in yearly[yearly > 0].items():
        if decision == "purchase":
            pattern = data["purchase"].sel(market=name).to_numpy()
        else:
            modes = [mode for mode in data["mode"].to_numpy() if str(mode).split(":")[0] == name]
            pattern = data["activity"].sel(mode=modes).sum("mode").to_numpy()
        energy = float(pattern @ length)
        rates = pattern * (amount / energy) if energy else np.zeros(len(pattern))
        group = PURCHASE if decision == "purchase" else group_of(run, str(name))
        columns[group] = columns.get(group, 0) + rates
    frame = pd.DataFrame(columns, index=pd.DatetimeIndex(data["time"].to_numpy()))
    sums = frame.mul(length, axis=0).sum()
    minor = sums.index[sums < MIN_SUPPLY_SHARE * sums.sum()]
    if len(minor) > 1:
        frame = frame.drop(columns=minor).assign(**{OTHERS: frame[minor].sum(axis=1)})
    return frame[in_order(frame.columns, [*colours_of(run).groups, PURCHASE, OTHERS])]


def supply_colour(run: Run, carrier: str, series: str) -> str:
    """Returns the colour of a column of `supply`; purchases have that of the carrier."""
    colours = colours_of(run)
    if series == PURCHASE:
        return colours.carrier(carrier)
    return OTHERS_COLOUR if series == OTHERS else colours.group(series)


def group_of(run: Run, asset: str) -> str:
    """Returns the group of an asset, which figures draw as one; an asset without a group stands for itself."""
    names = run.tables["names"]
    group = names.at[asset, "group"] if asset in names.index else None
    return group if isinstance(group, str) and group else asset


def _buses(run: Run, carrier: str) -> list[str]:
    return [bus for bus in run.dataset["bus"].to_numpy() if str(bus).startswith(f"{carrier}@")]


def price(run: Run, carrier: str) -> np.ndarray:
    """Returns the marginal price of a carrier in each step, the mean of its buses [EUR/unit]."""
    values: np.ndarray = (
        run.dataset["marginal_price"].sel(bus=_buses(run, carrier)).mean("bus").to_numpy()
    )
    return values


def by_month(run: Run, rates: pd.DataFrame) -> pd.DataFrame:
    """Returns the monthly sums [unit] of rates per step [unit/h], expanded to the hours of the year."""
    hours = run.dataset["step_of_hour"].to_numpy()
    months = pd.date_range(f"{year_of(run)}-01-01", periods=len(hours), freq="h").month
    return rates.iloc[hours].groupby(np.asarray(months)).sum()


def monthly_price(run: Run, carrier: str) -> pd.Series:
    """Returns the mean marginal price of a carrier's buses by month [EUR/unit]; NaN for a month without hours."""
    sums = by_month(run, pd.DataFrame({"paid": price(run, carrier), "hours": 1.0}))
    return (sums["paid"] / sums["hours"]).reindex(range(1, 13))


def year_of(run: Run) -> int:
    """Returns the calendar year of a run's hours."""
    return int(pd.Timestamp(run.dataset["time"].to_numpy().min()).year)


def hours_of(run: Run, carrier: str, first: int, count: int = HOURS_PER_WEEK) -> pd.DataFrame:
    """Returns supply [unit/h] and ``price`` [EUR/unit] in ``count`` hours from ``first``, at most those of the case."""
    steps = run.dataset["step_of_hour"].to_numpy()
    count = min(count, len(steps))
    chosen = steps[np.arange(first, first + count) % len(steps)]
    start = pd.Timestamp(f"{year_of(run)}-01-01")
    times = start + pd.to_timedelta(first + np.arange(count), unit="h")
    rates = supply(run, carrier).iloc[chosen]
    return rates.assign(price=price(run, carrier)[chosen]).set_axis(times)


def first_hours(run: Run) -> dict[str, int]:
    """Returns the first hour of each period that is drawn hour by hour.

    ``winter`` is the week with the highest heat or power production, ``summer`` the week with the lowest.
    A case without two different weeks has one period, ``hours``, which begins at its first hour.
    """
    carriers = run.tables["carriers"].index
    carrier = "heat" if "heat" in carriers or carriers.empty else str(carriers[0])
    steps = run.dataset["step_of_hour"].to_numpy()
    load = supply(run, carrier).sum(axis=1).to_numpy()[steps]
    whole_weeks = len(load) // HOURS_PER_WEEK
    weeks = load[: whole_weeks * HOURS_PER_WEEK].reshape(-1, HOURS_PER_WEEK).sum(axis=1)
    if whole_weeks < 2 or weeks.argmax() == weeks.argmin():
        return {"hours": 0}
    return {
        "winter": int(weeks.argmax()) * HOURS_PER_WEEK,
        "summer": int(weeks.argmin()) * HOURS_PER_WEEK,
    }
