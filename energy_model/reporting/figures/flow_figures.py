"""Energy flow figure: a run → its energy flows of the year, from purchases and production through carriers to demands, sales and losses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import format_number, label, words
from energy_model.common.language import N_, translator
from energy_model.reporting.figures.style import NEUTRAL_COLOUR, set_layout
from energy_model.reporting.figures.supply_data import group_of
from energy_model.reporting.figures.thing_colours import colours_of, translucent
from energy_model.results.run import Run

MIN_FLOW_MWH = 1.0  # smaller flows of a year are rounding
MIN_FLOW_SHARE = 0.01  # share of the largest flow below which a flow is omitted
FLOW_OPACITY_SHARE = 0.45
CARRIER, GROUP, END = "carrier", "group", "end"  # kinds of nodes
NATURE, PURCHASES = N_("From nature and surroundings"), N_("Purchases")
DEMANDS, SALES = N_("Demands"), N_("Sales")
VEHICLES, LOSSES = N_("Vehicles"), N_("Losses")


@dataclass(frozen=True)
class Node:
    """A carrier, a group of assets, or an end where energy enters or leaves the case."""

    kind: str
    name: str

    def label(self, run: Run, language: str) -> str:
        """Returns what a reader sees."""
        if self.kind == CARRIER:
            return label(run.tables["carriers"], self.name, language)
        return words(self.name, language) if self.kind == GROUP else translator(language)(self.name)

    def colour(self, run: Run) -> str:
        """Returns the colour of the case; an end is grey."""
        if self.kind == END:
            return NEUTRAL_COLOUR
        colours = colours_of(run)
        return colours.carrier(self.name) if self.kind == CARRIER else colours.group(self.name)


Flows = defaultdict[tuple[Node, Node], float]


def draw_energy_flows(run: Run, language: str) -> go.Figure:
    """Draws the energy flows of the year [GWh]; a flow has the colour of its carrier.

    Plotly writes the numbers of such a figure in English, so they are written here.
    """
    sums: Flows = defaultdict(float)
    _add_plant_flows(sums, run)
    _add_carrier_flows(sums, run)
    _subtract_returns(sums)
    limit = MIN_FLOW_SHARE * max(sums.values(), default=1.0)
    visible = {pair: amount for pair, amount in sums.items() if amount > limit}
    nodes = list(dict.fromkeys(end for pair in visible for end in pair))
    places = {node: place for place, node in enumerate(nodes)}
    amounts = [_amount(amount, language) for amount in visible.values()]
    figure = go.Figure(
        go.Sankey(
            node={
                "label": [node.label(run, language) for node in nodes],
                "pad": 20,  # a line of text, so that labels of small nodes do not overlap
                "thickness": 14,
                "color": [node.colour(run) for node in nodes],
                "customdata": [_amount(_through(node, visible), language) for node in nodes],
                "hovertemplate": "%{label}<br>%{customdata}<extra></extra>",
            },
            link={
                "source": [places[source] for source, _ in visible],
                "target": [places[target] for _, target in visible],
                "value": [amount / 1e3 for amount in visible.values()],
                "color": [_flow_colour(pair, run) for pair in visible],
                "customdata": amounts,
                "hovertemplate": "%{source.label} → %{target.label}<br>%{customdata}<extra></extra>",
            },
        )
    )
    return set_layout(figure, language, height=900)


def _subtract_returns(sums: Flows) -> None:
    """Leaves the net flow between two nodes, as a group may make what another of its plants takes."""
    for source, target in list(sums):
        both = min(sums[source, target], sums.get((target, source), 0.0))
        if both > 0:
            sums[source, target] -= both
            sums[target, source] -= both


def _amount(amount: float, language: str) -> str:
    """Returns an amount of a year [MWh] as text in GWh."""
    return format_number(amount / 1e3, "GWh", language)


def _through(node: Node, flows: dict[tuple[Node, Node], float]) -> float:
    """Returns what flows through a node [MWh/a]: the larger of what enters and what leaves it."""
    entering = sum(amount for (_, target), amount in flows.items() if target == node)
    leaving = sum(amount for (source, _), amount in flows.items() if source == node)
    return max(entering, leaving)


def _flow_colour(pair: tuple[Node, Node], run: Run) -> str:
    """Returns the colour of the carrier that flows; grey where none is named, as in losses of plants."""
    carrier = next((node for node in pair if node.kind == CARRIER), None)
    return translucent(
        NEUTRAL_COLOUR if carrier is None else carrier.colour(run), FLOW_OPACITY_SHARE
    )


def _energy_carriers(run: Run) -> pd.DataFrame:
    carriers = run.tables["carriers"]
    return carriers[carriers["unit"] == "MWh"]


def _add_plant_flows(sums: Flows, run: Run) -> None:
    """Adds the flows of every plant between carriers, by group [MWh/a]."""
    carriers, balances = _energy_carriers(run), run.tables["balances"]
    plants = balances[
        (balances["decision"] == "activity") & balances["carrier"].isin(carriers.index)
    ]
    for plant, rows in plants.groupby("name"):
        amounts = rows.groupby("carrier")["amount"].sum()
        inputs, outputs = -amounts[amounts < -MIN_FLOW_MWH], amounts[amounts > MIN_FLOW_MWH]
        group = Node(GROUP, group_of(run, str(plant)))
        target = Node(END, DEMANDS) if outputs.empty else group
        for carrier, amount in inputs.items():
            sums[Node(CARRIER, carrier), target] += amount
        for carrier, amount in outputs.items():
            sums[group, Node(CARRIER, carrier)] += amount
        surplus = float(outputs.sum() - inputs.sum())
        if outputs.empty:
            continue
        if surplus > MIN_FLOW_MWH:
            sums[Node(END, NATURE), group] += surplus
        elif surplus < -MIN_FLOW_MWH:
            sums[group, Node(END, LOSSES)] -= surplus


def _add_carrier_flows(sums: Flows, run: Run) -> None:
    """Adds purchases, sales, demands, vehicles and losses of every carrier [MWh/a]."""
    carriers, balances = _energy_carriers(run), run.tables["balances"]
    for carrier, row in carriers.iterrows():
        node = Node(CARRIER, str(carrier))
        exchange = balances[
            (balances["carrier"] == carrier)
            & balances["decision"].isin(["vehicle_charge", "vehicle_discharge"])
        ]["amount"].sum()
        driven = -exchange if exchange and row["vehicles"] < -MIN_FLOW_MWH else -row["vehicles"]
        amounts = {
            (Node(END, PURCHASES), node): row["purchase"],
            (node, Node(END, SALES)): -row["sale"],
            (node, Node(END, DEMANDS)): -row["demand"],
            (node, Node(END, VEHICLES)): driven,
            (node, Node(END, LOSSES)): -(row["transport_losses"] + row["storage_losses"]),
        }
        for pair, amount in amounts.items():
            if amount > MIN_FLOW_MWH:
                sums[pair] += amount
