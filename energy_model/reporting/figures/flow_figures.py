"""Flow figures: a run → its energy flows of the year."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import label, words
from energy_model.common.language import translator
from energy_model.reporting.figures.style import THREE_DIGITS, colour, set_layout
from energy_model.results.run import Run

MIN_FLOW_MWH = 1.0  # smaller flows of a year are rounding
MIN_FLOW_SHARE = 0.005  # share of the largest flow below which a flow is omitted


def draw_energy_flows(run: Run, language: str) -> go.Figure:
    """Draws the energy flows of the year [GWh] from purchases and production through carriers to demands, sales and losses."""
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    _add_plant_flows(sums, run, language)
    _add_carrier_flows(sums, run, language)
    limit = MIN_FLOW_SHARE * max(sums.values(), default=1.0)
    visible = {pair: amount for pair, amount in sums.items() if amount > limit}
    nodes = {
        name: i for i, name in enumerate(dict.fromkeys(end for pair in visible for end in pair))
    }
    figure = go.Figure(
        go.Sankey(
            node={
                "label": list(nodes),
                "pad": 12,
                "thickness": 14,
                "color": [colour(i % 8) for i in nodes.values()],
            },
            link={
                "source": [nodes[source] for source, _ in visible],
                "target": [nodes[target] for _, target in visible],
                "value": [amount / 1e3 for amount in visible.values()],
                "color": "rgba(128,128,128,0.35)",
            },
            valuesuffix=" GWh",
            valueformat=THREE_DIGITS,
        )
    )
    return set_layout(figure, language, height=720)


def _energy_carriers(run: Run) -> pd.DataFrame:
    carriers = run.tables["carriers"]
    return carriers[carriers["unit"] == "MWh"]


def _add_plant_flows(sums: defaultdict[tuple[str, str], float], run: Run, language: str) -> None:
    """Adds the flows of every plant between carriers, by group [MWh/a]."""
    _, carriers, balances = translator(language), _energy_carriers(run), run.tables["balances"]
    names = {carrier: label(carriers, carrier, language) for carrier in carriers.index}
    plants = balances[
        (balances["decision"] == "activity") & balances["carrier"].isin(carriers.index)
    ]
    for plant, rows in plants.groupby("name"):
        amounts = rows.groupby("carrier")["amount"].sum()
        inputs, outputs = -amounts[amounts < -MIN_FLOW_MWH], amounts[amounts > MIN_FLOW_MWH]
        group = words(run.tables["names"].at[plant, "group"] or plant, language)
        target = _("Demands") if outputs.empty else group
        for carrier, amount in inputs.items():
            sums[names[carrier], target] += amount
        for carrier, amount in outputs.items():
            sums[group, names[carrier]] += amount
        surplus = float(outputs.sum() - inputs.sum())
        if outputs.empty:
            continue
        if surplus > MIN_FLOW_MWH:
            sums[_("From nature and surroundings"), group] += surplus
        elif surplus < -MIN_FLOW_MWH:
            sums[group, _("Losses")] -= surplus


def _add_carrier_flows(sums: defaultdict[tuple[str, str], float], run: Run, language: str) -> None:
    """Adds purchases, sales, demands, vehicles and losses of every carrier [MWh/a]."""
    _, carriers, balances = translator(language), _energy_carriers(run), run.tables["balances"]
    for carrier, row in carriers.iterrows():
        name = label(carriers, carrier, language)
        exchange = balances[
            (balances["carrier"] == carrier)
            & balances["decision"].isin(["vehicle_charge", "vehicle_discharge"])
        ]["amount"].sum()
        driven = -exchange if exchange and row["vehicles"] < -MIN_FLOW_MWH else -row["vehicles"]
        amounts = {
            (_("Purchases"), name): row["purchase"],
            (name, _("Sales")): -row["sale"],
            (name, _("Demands")): -row["demand"],
            (name, _("Vehicles")): driven,
            (name, _("Losses")): -(row["transport_losses"] + row["storage_losses"]),
        }
        for pair, amount in amounts.items():
            if amount > MIN_FLOW_MWH:
                sums[pair] += amount
