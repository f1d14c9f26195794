"""Figure style: the layout that all figures share, and the colours of what belongs to a figure itself.

A carrier, a group of assets and a land class have the colour of the case (`thing_colours`). The colours here are those of
plans, branches, stages, rules and signs.
"""

from __future__ import annotations

import html
from typing import Any

import plotly.graph_objects as go

from energy_model.reporting.table_columns import user_name

# Okabe and Ito's palette, safe for most colour-blind readers, and two greys.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#CC79A7",
    "#F0E442",
    "#7F7F7F",
    "#000000",
    "#BBBBBB",
)
NEUTRAL_COLOUR = "#7F7F7F"  # of lines of comparison and of the ends of flows
FAINT_COLOUR = "#BBBBBB"  # of what stands already
OTHERS_COLOUR = "#CFCFCF"  # of small series that are merged
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SEPARATORS = {"en": ".,", "da": ",."}  # decimal and thousands separators, as Plotly expects them
# Formats of numbers that Plotly writes: significant digits, and whole numbers
THREE_DIGITS, FIVE_DIGITS, WHOLE = ",.3~r", ",.5~r", ",.0f"
GRID_COLOUR = "rgba(128,128,128,0.25)"
HEIGHT_PIXELS = 420
MAX_CHART_ROWS = 18  # rows above which a chart of bars is illegible


def series_colour(number: int) -> str:
    """Returns the colour of the series with a number, counted from 0; colours repeat."""
    return COLOURS[number % len(COLOURS)]


def set_layout(
    figure: go.Figure, language: str, x_title: str = "", y_title: str = "", **more: Any
) -> go.Figure:
    """Sets the shared layout of a figure and returns it. ``more`` goes to ``update_layout``."""
    settings = {
        "template": "none",
        "height": HEIGHT_PIXELS,
        "separators": SEPARATORS[language],
        "colorway": list(COLOURS),
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 60, "r": 16, "t": 16, "b": 48},
        # Above the figure a legend never covers the title of an axis, however low the figure is.
        # From the left it has the order of a stack from the bottom or the left.
        "legend": {"orientation": "h", "y": 1.0, "yanchor": "bottom", "traceorder": "normal"},
        "hovermode": "closest",
    }
    figure.update_layout(settings | more)
    axis = {
        "automargin": True,
        "gridcolor": GRID_COLOUR,
        "exponentformat": "none",
        "separatethousands": True,
        "hoverformat": THREE_DIGITS,
    }
    figure.update_xaxes(title=x_title, **axis)
    figure.update_yaxes(title=y_title, **axis)
    return figure


def shown_name(name: object, language: str) -> str:
    """Returns the name of a run, plan or year for a figure, in which markup of the user's is text."""
    return html.escape(user_name(name, language))


def bar_height(count: int, pixels_per_bar: int = 26) -> int:
    """Returns the height of a figure of horizontal bars [pixels]."""
    return 120 + pixels_per_bar * count


def axis_title(name: str, unit: str) -> str:
    """Returns the title of an axis: a name, and its unit if it has one."""
    return f"{name} [{unit}]" if unit else name
