"""Sum figures: a run → bar charts of yearly costs, emissions, fleets and land."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from energy_model.case.colours import in_order
from energy_model.common.formatting import format_number, label, words
from energy_model.common.language import translator
from energy_model.reporting.figures.style import COLOURS, bar_height, set_layout
from energy_model.reporting.figures.thing_colours import colours_of
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables
from energy_model.results.summary import is_added

MIN_BAR_SHARE = 0.005  # share of the longest bar below which a bar is omitted
MIN_LAND_HA = 0.5
MIN_VEHICLES = 1e-2


def draw_costs(run: Run, language: str, by: str) -> go.Figure:
    """Draws the annual cost [MEUR] by sector, firm or entry."""
    _, table = translator(language), run.tables["costs"]
    owner = table[by].fillna("nobody").replace("", "nobody")
    sums = _visible(table.groupby(owner)["cost"].sum() / 1e6)
    firms = input_tables(run).get("firms", pd.DataFrame()) if by == "firm" else pd.DataFrame()
    names = [label(firms, name, language) for name in sums.index]
    return signed_bars(sums, names, language, _("MEUR a year"), (COLOURS[0], COLOURS[1]))


def draw_investments(run: Run, language: str) -> go.Figure | None:
    """Draws the investment [MEUR] by group of assets, the largest first, in the colours of the groups."""
    _, built = translator(language), run.tables["capacities"]
    added = built[is_added(built)]
    groups = added["group"].where(added["group"].map(lambda g: isinstance(g, str)), added.index)
    sums = _visible(added.groupby(groups)["investment"].sum() / 1e6)
    if sums.empty:
        return None
    colours = colours_of(run)
    amounts = [format_number(value, "MEUR", language) for value in sums]
    figure = go.Figure(
        go.Bar(
            x=sums.round(3),
            y=[_of_group(run, name, language) for name in sums.index],
            orientation="h",
            marker_color=[
                colours.asset(name) if name in built.index else colours.group(name)
                for name in sums.index
            ],
            text=amounts,
            textposition="auto",
            hoverinfo="y+text",
        )
    )
    return set_layout(figure, language, _("MEUR"), height=bar_height(len(sums)))


def _of_group(run: Run, name: str, language: str) -> str:
    """Returns a group in words, or the label of an asset without a group."""
    names = run.tables["names"]
    return label(names, name, language) if name in names.index else words(name, language)


def draw_emissions(run: Run, language: str) -> go.Figure:
    """Draws emissions and removals [thousand t CO2/a] by asset."""
    _ = translator(language)
    sums = _visible(run.tables["emissions"].groupby("name")["emissions"].sum() / 1e3)
    names = [label(run.tables["names"], name, language) for name in sums.index]
    colours = (COLOURS[3], COLOURS[2])
    return signed_bars(sums, names, language, _("thousand t CO2 a year"), colours)


def _visible(sums: pd.Series) -> pd.Series:
    return sums[sums.abs() > MIN_BAR_SHARE * max(sums.abs().max(), 1e-9)].sort_values()


def signed_bars(
    sums: pd.Series, names: list[str], language: str, unit: str, colours: tuple[str, str]
) -> go.Figure:
    """Draws horizontal bars in one colour above zero and another below."""
    marks = [colours[0] if value > 0 else colours[1] for value in sums]
    figure = go.Figure(go.Bar(x=sums.round(3), y=names, orientation="h", marker_color=marks))
    return set_layout(figure, language, unit, height=bar_height(len(sums)))


def draw_fleets(run: Run, language: str) -> go.Figure | None:
    """Draws the share of each fleet's vehicles by carrier [%]."""
    built, tables = run.tables["capacities"], input_tables(run)
    vehicles = built[(built["table"] == "vehicles") & (built["capacity"] > MIN_VEHICLES)]
    if vehicles.empty:
        return None
    _, figure = translator(language), go.Figure()
    fleet = tables["vehicles"]["fleet"].reindex(vehicles.index)
    counts = vehicles.groupby([fleet, "carrier"])["capacity"].sum()
    shares = 100 * counts / counts.groupby(level=0).transform("sum")
    colours = colours_of(run)
    for carrier in in_order(shares.index.unique(1), colours.carriers):
        part = shares.xs(carrier, level=1)
        figure.add_bar(
            y=[label(tables["fleets"], name, language) for name in part.index],
            x=part.round(2),
            orientation="h",
            name=label(run.tables["carriers"], carrier, language),
            marker_color=colours.carrier(carrier),
        )
    return set_layout(figure, language, _("% of vehicles"), barmode="stack")


def draw_land(run: Run, language: str) -> go.Figure | None:
    """Draws the land used [ha] by site and class."""
    table = run.tables["land"]
    table = table[table["land_use"] > MIN_LAND_HA] if len(table) else table
    if table.empty:
        return None
    sites, figure = input_tables(run)["sites"], go.Figure()
    colours = colours_of(run)
    for kind in in_order(table.index.unique(1), colours.land_classes):
        part = table.xs(kind, level=1)
        figure.add_bar(
            y=[label(sites, site, language) for site in part.index],
            x=part["land_use"].round(2),
            orientation="h",
            name=words(kind, language),
            marker_color=colours.land_class(kind),
        )
    height = bar_height(len(table), pixels_per_bar=22)
    return set_layout(figure, language, "ha", barmode="stack", height=height)
