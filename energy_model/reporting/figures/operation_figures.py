"""Operation figures: the months and levels of a year operated with limited foresight → a chart."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from energy_model.common.formatting import format_number, money_unit, words
from energy_model.common.language import translator
from energy_model.reporting.figures.style import series_colour, set_layout
from energy_model.reporting.figures.thing_colours import shade
from energy_model.studies.runner.study import Study

MAX_STORAGES = 4  # the storages with the highest level in each unit are drawn
MIN_HIGHEST_LEVEL = 1e-3  # highest level of a storage below which it is left out


def draw_months(frame: pd.DataFrame, study: Study, language: str) -> go.Figure:
    """Draws the levels of the largest storages day by day, and below the cost of not knowing of each month.

    A level is a share of the highest of its storage in the year [%]: a line if the year is known beforehand, a dotted
    one with limited foresight. Storages of a group have shades of its colour.
    """
    _ = translator(language)
    figure = make_subplots(rows=2, cols=1, row_heights=[0.62, 0.38], vertical_spacing=0.12)
    levels, shades = study.tables.get("levels", pd.DataFrame()), Counter[str]()
    for name, part in _largest(levels):
        colour = study.colours.asset(name)
        line_colour = shade(colour, shades[colour])
        shades[colour] += 1
        highest = part[["foresight_level", "rolling_level"]].to_numpy().max()
        size = format_number(highest, part["unit"].iloc[0], language)
        lines = (
            ("foresight_level", _("{name} ({size}), known beforehand", name=words(name, language), size=size), "solid"),
            ("rolling_level", _("{name}, limited foresight", name=words(name, language)), "dot"),
        )  # fmt: skip
        for column, text, dash in lines:
            trace = go.Scatter(
                x=pd.to_datetime(part["day"]),
                y=(100 * part[column] / highest).round(1),
                name=text,
                mode="lines",
                line={"color": line_colour, "dash": dash, "width": 2},
            )
            figure.add_trace(trace, row=1, col=1)
    scale, money = money_unit(frame["cost_difference"])
    bars = go.Bar(
        x=frame["month"],
        y=frame["cost_difference"] / scale,
        marker_color=series_colour(3),
        showlegend=False,
    )
    figure.add_trace(bars, row=2, col=1)
    set_layout(figure, language, height=560)
    figure.update_yaxes(
        title=_("level, % of the highest in the year"), rangemode="tozero", row=1, col=1
    )
    unit = _(money.removesuffix("/a"))
    figure.update_yaxes(title=f"{_('cost of not knowing')} [{unit}]", row=2, col=1)
    figure.update_xaxes(tickformat="%-d/%-m", hoverformat="%-d/%-m", row=1, col=1)
    return figure.update_xaxes(type="category", row=2, col=1)


def _largest(levels: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The storages with the highest levels, and their days; the highest first."""
    if levels.empty:
        return []
    highest = (
        levels.assign(level=levels[["foresight_level", "rolling_level"]].max(axis=1))
        .groupby("storage", sort=False)["level"]
        .max()
    )
    names = highest[highest > MIN_HIGHEST_LEVEL].nlargest(MAX_STORAGES).index
    return [(str(name), levels[levels["storage"] == name]) for name in names]
