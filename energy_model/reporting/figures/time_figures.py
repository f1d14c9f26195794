"""Time figures: a run → charts of weeks, months, price duration and storage levels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import format_number, label, month_names, words
from energy_model.common.language import translator
from energy_model.reporting.figures.style import (
    DASHES,
    THREE_DIGITS,
    WHOLE,
    colour,
    set_layout,
)
from energy_model.reporting.figures.supply_data import by_month, hours_of, price, supply, year_of
from energy_model.results.run import Run
from energy_model.results.summary import traded

MAX_DURATION_POINTS = 730  # of a duration curve
MAX_STORES = 6  # the largest stores are drawn
DURATION_CARRIERS = ("electricity", "heat", "hydrogen")


def draw_week(run: Run, language: str, carrier: str, first: int) -> go.Figure:
    """Draws a week, or all hours of a shorter case: supply of a carrier [MW] as areas, its price [EUR/MWh] as a line."""
    _, figure = translator(language), go.Figure()
    frame = hours_of(run, carrier, first)
    rates = frame.drop(columns="price")
    for i, name in enumerate(rates):
        figure.add_scatter(
            x=rates.index,
            y=rates[name].round(2),
            name=words(name, language),
            stackgroup="all",
            mode="lines",
            line={"width": 0.5, "color": colour(i), "shape": "hv"},
        )
    figure.add_scatter(
        x=frame.index,
        y=frame["price"].round(2),
        name=_("price"),
        yaxis="y2",
        mode="lines",
        line={"color": "#888", "width": 2, "dash": "dot", "shape": "hv"},
    )
    set_layout(figure, language, "", "MW", hovermode="x unified")
    # The same in both languages.
    figure.update_xaxes(tickformat="%-d/%-m", hoverformat="%-d/%-m %H:%M")
    right = {
        "hoverformat": THREE_DIGITS,
        "overlaying": "y",
        "side": "right",
        "title": "EUR/MWh",
        "showgrid": False,
    }
    return figure.update_layout(yaxis2={**right, "automargin": True})


def draw_months(run: Run, language: str, carrier: str) -> go.Figure:
    """Draws the supply of a carrier by month [GWh]."""
    sums, figure = by_month(run, supply(run, carrier)) / 1e3, go.Figure()
    names = month_names(language)
    months = [names[month - 1] for month in sums.index]
    for i, name in enumerate(sums):
        figure.add_bar(
            x=months, y=sums[name].round(3), name=words(name, language), marker_color=colour(i)
        )
    return set_layout(figure, language, "", "GWh", barmode="stack")


def draw_price_duration(run: Run, language: str) -> go.Figure:
    """Draws the price duration curves of electricity, heat and hydrogen [EUR/MWh]."""
    _, figure = translator(language), go.Figure()
    steps, carriers = run.dataset["step_of_hour"].to_numpy(), run.tables["carriers"]
    known = carriers.index[traded(carriers)]
    for i, carrier in enumerate(name for name in DURATION_CARRIERS if name in known):
        values = np.sort(price(run, carrier)[steps])[::-1]
        if np.isfinite(values).all():
            stride = max(1, len(values) // MAX_DURATION_POINTS)
            figure.add_scatter(
                y=np.round(values[::stride], 2),
                x=np.arange(len(values))[::stride],
                name=label(carriers, carrier, language),
                line={"dash": DASHES[i], "width": 2},
            )
    set_layout(figure, language, _("hours of the year"), "EUR/MWh")
    return figure.update_xaxes(hoverformat=WHOLE)


def draw_storage_levels(run: Run, language: str) -> go.Figure | None:
    """Draws the level of the largest storages at the start of each day, as a share of their maximum in the year [%]."""
    if "daily_storage_level" not in run.dataset:
        return None
    _, figure = translator(language), go.Figure()
    level, built = run.dataset["daily_storage_level"].to_pandas(), run.tables["capacities"]
    highest = level.max(axis=1)
    largest = built["capacity"].reindex(level.index)[highest > 1].nlargest(MAX_STORES).index
    if largest.empty:
        return None
    days = pd.date_range(f"{year_of(run)}-01-01", periods=level.shape[1], freq="D")
    for i, name in enumerate(largest):
        row = built.loc[name]
        size = format_number(row["capacity"], row["unit"], language)
        figure.add_scatter(
            x=days,
            y=(100 * level.loc[name] / highest[name]).round(1),
            name=f"{label(row, name, language)} ({size})",
            line={"dash": DASHES[i % len(DASHES)], "width": 2},
        )
    set_layout(figure, language, "", _("level, % of the highest in the year"))
    firsts = pd.date_range(f"{year_of(run)}-01-01", periods=12, freq="MS")
    texts = month_names(language)
    return figure.update_xaxes(tickvals=list(firsts), ticktext=texts, hoverformat="%-d/%-m")
