"""Time figures: a run → charts of weeks, months, price duration and storage levels."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import format_number, label, month_names, words
from energy_model.common.language import translator
from energy_model.reporting.figures.axes import cut_spikes
from energy_model.reporting.figures.style import (
    DASHES,
    THREE_DIGITS,
    WHOLE,
    set_layout,
)
from energy_model.reporting.figures.supply_data import (
    by_month,
    group_of,
    hours_of,
    price,
    supply,
    supply_colour,
    year_of,
)
from energy_model.reporting.figures.thing_colours import colours_of, shade, translucent
from energy_model.results.run import Run
from energy_model.results.summary import traded

MAX_DURATION_POINTS = 730  # of a duration curve
MAX_CUT_SHARE_OF_WEEK, MAX_CUT_SHARE_OF_YEAR = (
    0.02,
    0.005,
)  # of the hours, at each end of an axis of prices
MAX_STORES = 6  # the largest stores are drawn
DURATION_CARRIERS = ("electricity", "heat", "hydrogen")


def draw_week(run: Run, language: str, carrier: str, first: int) -> go.Figure:
    """Draws a week, or all hours of a shorter case: supply of a carrier [MW] as areas, its price [EUR/MWh] as a line.

    The axis of the price leaves out spikes, which a note then tells.
    """
    _, figure = translator(language), go.Figure()
    frame = hours_of(run, carrier, first)
    rates = frame.drop(columns="price")
    for name in rates:
        figure.add_scatter(
            x=rates.index,
            y=rates[name].round(2),
            name=words(name, language),
            stackgroup="all",
            mode="lines",
            line={"width": 0.5, "color": supply_colour(run, carrier, name), "shape": "hv"},
            fillcolor=supply_colour(run, carrier, name),
        )
    _add_price(figure, frame["price"].round(2), _("price"))
    set_layout(figure, language, "", "MW", hovermode="x unified")
    # The same in both languages.
    figure.update_xaxes(tickformat="%-d/%-m", hoverformat="%-d/%-m %H:%M")
    right = {
        "hoverformat": THREE_DIGITS,
        "overlaying": "y",
        "side": "right",
        "title": "EUR/MWh",
        "showgrid": False,
        "tickmode": "auto",  # numbers of its own, which are round; by default it has those of the left axis scaled
    }
    figure.update_layout(yaxis2={**right, "automargin": True})
    prices = {_("price"): frame["price"].to_numpy()}
    return cut_spikes(figure, "yaxis2", prices, MAX_CUT_SHARE_OF_WEEK, language)


def _add_price(figure: go.Figure, prices: pd.Series, name: str) -> None:
    """Adds a line of prices on the right axis: dark dots on a light band, which stand out from every area and page."""
    line = {"x": prices.index, "y": prices, "name": name, "yaxis": "y2", "mode": "lines", "legendgroup": name}  # fmt: skip
    band = {"color": translucent("#FFFFFF", 0.8), "width": 5, "shape": "hv"}
    dots = {"color": "#5A5A5A", "width": 2, "dash": "dot", "shape": "hv"}
    figure.add_scatter(line=band, showlegend=False, hoverinfo="skip", **line)
    figure.add_scatter(line=dots, **line)


def draw_months(run: Run, language: str, carrier: str) -> go.Figure:
    """Draws the supply of a carrier by month [GWh]."""
    sums, figure = by_month(run, supply(run, carrier)) / 1e3, go.Figure()
    names = month_names(language)
    months = [names[month - 1] for month in sums.index]
    for name in sums:
        figure.add_bar(
            x=months,
            y=sums[name].round(3),
            name=words(name, language),
            marker_color=supply_colour(run, carrier, name),
        )
    return set_layout(figure, language, "", "GWh", barmode="stack")


def draw_price_duration(run: Run, language: str) -> go.Figure:
    """Draws the price duration curves of electricity, heat and hydrogen [EUR/MWh].

    The axis leaves out spikes, which a note then tells.
    """
    _, figure = translator(language), go.Figure()
    steps, carriers = run.dataset["step_of_hour"].to_numpy(), run.tables["carriers"]
    known = carriers.index[traded(carriers)]
    colours, curves = colours_of(run), {}
    for i, carrier in enumerate(name for name in DURATION_CARRIERS if name in known):
        values = np.sort(price(run, carrier)[steps])[::-1]
        if np.isfinite(values).all():
            name = label(carriers, carrier, language)
            curves[name] = values
            stride = max(1, len(values) // MAX_DURATION_POINTS)
            figure.add_scatter(
                y=np.round(values[::stride], 2),
                x=np.arange(len(values))[::stride],
                name=name,
                line={"dash": DASHES[i], "width": 2, "color": colours.carrier(carrier)},
            )
    set_layout(figure, language, _("hours of the year"), "EUR/MWh")
    figure.update_xaxes(hoverformat=WHOLE)
    return cut_spikes(figure, "yaxis", curves, MAX_CUT_SHARE_OF_YEAR, language)


def draw_storage_levels(run: Run, language: str) -> go.Figure | None:
    """Draws the level of the largest storages at the start of each day, as a share of their maximum in the year [%].

    Storages of a group have shades of its colour, and dashes of their own.
    """
    if "daily_storage_level" not in run.dataset:
        return None
    _, figure = translator(language), go.Figure()
    level, built = run.dataset["daily_storage_level"].to_pandas(), run.tables["capacities"]
    highest = level.max(axis=1)
    largest = built["capacity"].reindex(level.index)[highest > 1].nlargest(MAX_STORES).index
    if largest.empty:
        return None
    days = pd.date_range(f"{year_of(run)}-01-01", periods=level.shape[1], freq="D")
    lines: Counter[str] = Counter()
    for name in largest:
        row = built.loc[name]
        group = group_of(run, str(name))
        size = format_number(row["capacity"], row["unit"], language)
        figure.add_scatter(
            x=days,
            y=(100 * level.loc[name] / highest[name]).round(1),
            name=f"{label(row, name, language)} ({size})",
            line={
                "color": shade(colours_of(run).group(group), lines[group]),
                "dash": DASHES[lines[group] % len(DASHES)],
                "width": 2,
            },
        )
        lines[group] += 1
    set_layout(figure, language, "", _("level, % of the highest in the year"))
    firsts = pd.date_range(f"{year_of(run)}-01-01", periods=12, freq="MS")
    texts = month_names(language)
    return figure.update_xaxes(tickvals=list(firsts), ticktext=texts, hoverformat="%-d/%-m")
