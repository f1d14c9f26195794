"""Precheck: a system → sentences on peaks, yearly amounts and emission targets that seem out of reach.

Four quick checks before the solve: the peak hour of every carrier against the capacity in each area connected by
links; the yearly demand against the possible yearly supply; the minimum emissions at a very coarse resolution; the
hourly peaks and lows that the steps of the case average away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from energy_model.case.system import System, bus_name
from energy_model.common.language import N_, Message, labels_of, noun_labels_of
from energy_model.formulation import build_model
from energy_model.formulation.metadata import NET_EMISSIONS
from energy_model.formulation.peak import hidden_demand_peaks
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel

COARSE_STEPS = 24  # steps of the check of emissions
MAX_CAPACITY = 1e12  # [capacity] replaces an infinite capacity, since infinity times zero is NaN
MAX_COLUMN_VALUE = 1e9  # [unit of the column] replaces an infinite bound in the check of emissions
MIN_SHORTAGE = 1e-6  # [unit/h], [unit/a] and [t/a]; less is rounding
MIN_PEAK_LOSS_SHARE = (
    0.25  # smallest reported difference of hourly and step peak, as a share of peak or capacity
)


def check_adequacy(system: System, every_hour: bool = False) -> list[str]:
    """One sentence for each problem of a system; empty if there is none.

    With ``every_hour`` the plan is carried to every hour, so hidden peaks are not checked.
    """
    paid = (
        [
            Message(
                "Emitting is paid for: its price is {price:EUR/t}, below zero.",
                price=float(system.emission_price),
            )
        ]
        if system.emission_price < 0
        else []
    )
    hidden = [] if every_hour else hidden_peaks(system)
    return [
        *system.warnings,
        *_short_areas(system),
        *_emissions_out_of_reach(system),
        *paid,
        *hidden,
    ]


def hidden_peaks(system: System) -> list[str]:
    """One sentence on the peak of a demand, or the low of an availability, that the steps hide most.

    A step holds the mean of its hours. The peak of one hour is thus lower in the steps, and the planned capacity may
    be too small for it. Empty if the steps hide less than MIN_PEAK_LOSS_SHARE of every peak.
    """
    losses = sorted([*_hidden_demands(system), *_hidden_lows(system)], reverse=True)
    if not losses:
        return []
    others = len(losses) - 1
    text = (
        N_(
            "At resolution {steps:#} {loss} {others:#} more peaks or lows are hidden by more than {share:%}. Ask for more steps with --resolution, or carry the plan to every hour with --full-year."
        )
        if others
        else N_(
            "At resolution {steps:#} {loss} Ask for more steps with --resolution, or carry the plan to every hour with --full-year."
        )
    )
    steps, loss = len(system.steps.length), losses[0][1]
    return [Message(text, steps=steps, loss=loss, others=others, share=MIN_PEAK_LOSS_SHARE)]


def _hidden_demands(system: System) -> Iterator[tuple[float, str]]:
    """The share by which the steps lower the peak of each bus, with a sentence on it.

    A peak for which the formulation plans capacity (`formulation/peak.py`) is not among them.
    """
    demands, carriers = system["demands"], system["carriers"]
    peaks = hidden_demand_peaks(system)
    planned = [bus for bus, peak in peaks.items() if peak.is_sufficient]
    for (carrier, site), rows in demands[demands["yearly"] > 0].groupby(["carrier", "site"]):
        if carriers.at[carrier, "balance"] != "hour" or bus_name(carrier, site) in planned:
            continue
        shapes = zip(rows["profile"], rows["yearly"], strict=True)
        demand = np.sum([system.hourly_rates(shape, yearly) for shape, yearly in shapes], axis=0)
        peak, step_peak = float(demand.max()), float(system.by_step(demand).max())
        lost_share = 1 - step_peak / peak if peak > 0 else 0.0
        if lost_share > MIN_PEAK_LOSS_SHARE:
            profiles = ", ".join(dict.fromkeys(map(str, rows["profile"])))
            unit, stamp = carriers.at[carrier, "unit"], _stamp(system, int(demand.argmax()))
            yield (
                lost_share,
                Message(
                    "the demand for {carrier}, {site} ({profiles}) is {step_peak:{unit}} at most; its hourly peak is {peak:{unit}} ({stamp}), so the plan may be too small for {share:%} of the peak.",
                    carrier=noun_labels_of(carriers.loc[carrier], carrier),
                    site=labels_of(system["sites"].loc[site], site),
                    profiles=profiles,
                    step_peak=step_peak,
                    peak=peak,
                    unit=f"{unit}/h",
                    stamp=stamp,
                    share=round(lost_share, 2),
                ),
            )


def _hidden_lows(system: System) -> Iterator[tuple[float, str]]:
    """The share of capacity by which the steps raise the lowest availability, with a sentence on it."""
    plants, assets = system["conversions"], system.assets
    maximum = assets["capacity_existing"] + assets["max_capacity_added"]
    for shape, rows in plants[maximum.reindex(plants.index) > 0].groupby(
        "availability", sort=False
    ):
        available = shape.values(system.profiles)
        low, step_low = float(available.min()), float(system.by_step(available).min())
        if step_low - low > MIN_PEAK_LOSS_SHARE:
            stamp = _stamp(system, int(available.argmin()))
            yield (
                step_low - low,
                Message(
                    "the availability of {plant} ({profile}) is {step_low:%} at least; its hourly low is {low:%} ({stamp}), so the plan may lack what serves that hour.",
                    plant=labels_of(rows.iloc[0], rows.index[0]),
                    profile=str(shape),
                    step_low=round(step_low, 2),
                    low=round(low, 2),
                    stamp=stamp,
                ),
            )


def _stamp(system: System, hour: int) -> str:
    stamp: str = system.profiles.index[hour].strftime("%Y-%m-%d %H:%M UTC")
    return stamp


def _short_areas(system: System) -> list[str]:
    assets = system.assets
    maximum = assets["capacity_existing"] + assets["max_capacity_added"]
    links = system["links"]
    graph = nx.Graph()
    graph.add_nodes_from(system.buses.index)
    for name, row in links[maximum.reindex(links.index) > 0].iterrows():
        graph.add_edge(
            bus_name(row["carrier"], row["from_site"]),
            bus_name(row["carrier"], row["to_site"]),
            name=name,
        )
    return [
        text
        for area in nx.connected_components(graph)
        for text in _short_area(system, area, maximum)
    ]


def _short_area(system: System, area: set[str], most: pd.Series) -> list[str]:
    demands = system["demands"]
    local_demands = [
        name for name, row in demands.iterrows() if bus_name(row["carrier"], row["site"]) in area
    ]
    if not local_demands:
        return []
    demand = np.sum(
        [
            system.hourly_rates(
                demands.at[local_demand, "profile"], demands.at[local_demand, "yearly"]
            )
            for local_demand in local_demands
        ],
        axis=0,
    )
    supply = np.zeros(len(demand))
    for (plant, _, bus), flow in system.flows.iterrows():
        if bus in area:
            available = system["conversions"].at[plant, "availability"].values(system.profiles)
            output = np.clip(flow["coefficient"].values(system.profiles), 0, None)
            if most[plant] > 0:
                supply += output * available * min(most[plant], MAX_CAPACITY)
    markets, stores = system["markets"], system["storages"]
    bought = sum(
        min(row["max_purchase"], MAX_CAPACITY)
        for _, row in markets.iterrows()
        if bus_name(row["carrier"], row["site"]) in area
    )
    stored = sum(
        min(most[store], MAX_CAPACITY) / row["max_hours"]
        for store, row in stores.iterrows()
        if bus_name(row["carrier"], row["site"]) in area and most[store] > 0
    )
    vehicles, fleets = system["vehicles"], system["fleets"]
    for vehicle, row in vehicles.iterrows():
        fleet = fleets.loc[row["fleet"]]
        if bus_name(fleet["service"], fleet["site"]) in area:
            supply += min(most[vehicle], MAX_CAPACITY) * fleet["distance"] / system.hours
    return _shortages(system, area, demand, supply + bought, stored)


def _shortages(
    system: System, area: set[str], demand: np.ndarray, supply: np.ndarray, stored: float
) -> list[str]:
    """Sentences on the hour and on the year in which an area's demand exceeds what could serve it [unit/h]."""
    carrier = next(iter(area)).split("@")[0]
    unit, balance = system["carriers"].loc[carrier, ["unit", "balance"]]
    sites = sorted(bus.split("@")[1] for bus in area)[:4]
    values: dict[str, Any] = {
        "carrier": labels_of(system["carriers"].loc[carrier], carrier),
        "sites": [labels_of(system["sites"].loc[site], site) for site in sites],
    }
    sentences: list[str] = []
    hour = int((demand - supply).argmax())
    if balance == "hour" and demand[hour] > supply[hour] + stored + MIN_SHORTAGE:
        sentences.append(
            Message(
                "{carrier} ({sites}): the demand is {demand:{unit}} ({stamp}); all that could serve it makes {supply:{unit}}.",
                demand=float(demand[hour]),
                supply=float(supply[hour] + stored),
                unit=f"{unit}/h",
                stamp=_stamp(system, hour),
                **values,
            )
        )
    if demand.sum() > supply.sum() + MIN_SHORTAGE:
        sentences.append(
            Message(
                "{carrier} ({sites}): the demand of the year is {demand:{unit}}; at most {supply:{unit}} could be made and bought.",
                demand=float(demand.sum()),
                supply=float(supply.sum()),
                unit=unit,
                **values,
            )
        )
    return sentences


def _emissions_out_of_reach(system: System) -> list[str]:
    target = system.settings.emissions.target
    if target == "none":
        return []
    minimum = least_emissions(system)
    if minimum is None or minimum <= float(target) + MIN_SHORTAGE:
        return []
    return [
        Message(
            "Net emissions of {target:t/a} seem out of reach: {least:t/a} is the least at {steps:#} steps.",
            target=float(target),
            least=minimum,
            steps=COARSE_STEPS,
        )
    ]


def least_emissions(system: System) -> float | None:
    """Minimum net emissions [t/a] at a coarse resolution, with all demands served; None if infeasible."""
    without_target = system.settings.emissions.model_copy(update={"target": "none"})
    coarse = system.cut(COARSE_STEPS)
    open_system = replace(
        coarse, settings=system.settings.model_copy(update={"emissions": without_target})
    )
    compiled = CompiledModel.of(open_system, build_model(open_system))
    cost = np.zeros_like(compiled.lp.cost)
    lp = compiled.lp
    cost[lp.columns(NET_EMISSIONS)] = 1.0
    if "unserved" in lp.variables:
        lp = lp.with_bounds(lp.columns("unserved"), upper=0.0)
    bounded = np.where(np.isfinite(lp.upper), lp.upper, MAX_COLUMN_VALUE)
    answer = highs.solve(replace(lp.with_objective(cost), upper=bounded))
    return answer.objective if answer.status == highs.OPTIMAL else None
