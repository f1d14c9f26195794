"""Study figures: the tables of a study → charts, one function per table.

Each function takes the table, the study and a language, and returns None if the table has too little to draw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from energy_model.common.formatting import (
    MIN_CAPACITY,
    format_number,
    format_percentage,
    money_unit,
    words,
)
from energy_model.common.language import translator
from energy_model.reporting.figures import (
    firm_figures,
    operation_figures,
    pathway_figures,
    robust_figures,
    robustness_figures,
)
from energy_model.reporting.figures.style import (
    FIVE_DIGITS,
    MAX_CHART_ROWS,
    NEUTRAL_COLOUR,
    axis_title,
    bar_height,
    series_colour,
    set_layout,
)
from energy_model.reporting.study_tables import metric_of
from energy_model.studies.near_optimal import ALWAYS
from energy_model.studies.pareto_notes import price_unit
from energy_model.studies.runner.study import Study

Draw = Callable[[pd.DataFrame, Study, str], "go.Figure | None"]

MAX_LINEAR_PRICE_RATIO = 50  # ratio of prices above which their axis is logarithmic


def draw_table(name: str, study: Study, language: str) -> go.Figure | None:
    """Draws a table of a study; ``cases`` are all its cases. Returns None if there is no chart of it."""
    if name == "cases":
        return draw_sweep(study, language)
    frame = study.tables[name]
    return FIGURES[name](frame, study, language) if name in FIGURES and len(frame) else None


def draw_front(frame: pd.DataFrame, study: Study, language: str) -> go.Figure:
    """Draws the minimum cost against a metric, with the shadow price of the metric below."""
    _ = translator(language)
    metric, unit = metric_of(study, language)
    scale, money = money_unit(frame["cost"])
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.6, 0.4], vertical_spacing=0.06
    )
    cost = go.Scatter(
        x=frame["amount"],
        y=frame["cost"] / scale,
        mode="lines+markers",
        name=_("least cost"),
        line_color=series_colour(0),
    )
    figure.add_trace(cost, row=1, col=1)
    breakpoints = study.tables.get("breakpoints", pd.DataFrame())
    if len(breakpoints):
        figure.add_trace(_lower_bound(frame, breakpoints, scale, language), row=1, col=1)
    amounts, prices = price_steps(frame, breakpoints)
    price = go.Scatter(
        x=amounts,
        y=prices,
        mode="lines",
        name=_("price of the last unit"),
        line_color=series_colour(1),
    )
    figure.add_trace(price, row=2, col=1)
    set_layout(figure, language, height=560)
    unit_of_price = words(price_unit(unit), language) if unit else "EUR"
    figure.update_yaxes(title=f"{_('least cost')}<br>[{_(money)}]", row=1, col=1)
    figure.update_yaxes(title=f"{_('price of the last unit')}<br>[{unit_of_price}]", row=2, col=1)
    figure.update_xaxes(title=axis_title(metric, _(unit)), row=2, col=1)
    figure.update_yaxes(hoverformat=FIVE_DIGITS, row=1, col=1)
    positive = frame["price"][frame["price"] > 0]
    if len(positive) and positive.max() > MAX_LINEAR_PRICE_RATIO * positive.min():
        figure.update_yaxes(type="log", row=2, col=1)
    return figure


def _lower_bound(
    frame: pd.DataFrame, breakpoints: pd.DataFrame, scale: float, language: str
) -> go.Scatter:
    """Draws the tangents of the points, below which no plan lies, down to where they meet."""
    _ = translator(language)
    corners = breakpoints.rename(columns={"min_cost": "cost"})[["amount", "cost"]]
    points = pd.concat([frame[["amount", "cost"]], corners]).sort_values("amount", kind="stable")
    return go.Scatter(
        x=points["amount"],
        y=points["cost"] / scale,
        mode="lines",
        name=_("no plan costs less"),
        line={"color": series_colour(3), "dash": "dot"},
    )


def price_steps(frame: pd.DataFrame, breakpoints: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Returns amounts and prices of the last unit as a staircase, which steps at the breakpoints.

    Between two points without one it steps in the middle.
    """
    corners = [] if breakpoints.empty else breakpoints["amount"].tolist()
    rows = [*frame[["amount", "price"]].itertuples(index=False, name=None)]
    amounts, prices = [rows[0][0]], [rows[0][1]]
    for (left, below), (right, above) in pairwise(rows):
        step = next((c for c in corners if left < c < right), (left + right) / 2)
        amounts += [step, step]
        prices += [below, above]
    return [*amounts, rows[-1][0]], [*prices, rows[-1][1]]


def draw_surface(frame: pd.DataFrame, study: Study, language: str) -> go.Figure:
    """Draws a minimum cost curve for each level of a second metric."""
    _ = translator(language)
    metric, unit = metric_of(study, language)
    scale, money = money_unit(frame["cost"])
    figure = go.Figure()
    for number, (level, part) in enumerate(frame.groupby("second_amount")):
        figure.add_scatter(
            x=part["amount"],
            y=part["cost"] / scale,
            mode="lines+markers",
            name=format_number(float(str(level)), "", language),
            line_color=series_colour(number),
        )
    set_layout(
        figure,
        language,
        axis_title(metric, _(unit)),
        f"{_('least cost')} [{_(money)}]",
    )
    figure.update_yaxes(hoverformat=FIVE_DIGITS)
    return figure.update_layout(legend_title=_("second metric, at most"), showlegend=True)


def draw_capacity_ranges(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:  # noqa: ARG001
    """Draws the near-optimal range of each group at the smallest cost slack, as a share of its maximum [%]."""
    _ = translator(language)
    slack = frame["slack"].min()
    part = frame[(frame["slack"] == slack) & (frame["max"] > MIN_CAPACITY)]
    if part.empty:
        return None
    part = part.assign(low=(part["min"] / part["max"]).clip(0, 1))
    part = part.sort_values(["low", "group"]).tail(2 * MAX_CHART_ROWS)
    labels = [
        f"{words(group, language)} ({format_number(maximum, '', language)})"
        for group, maximum in zip(part["group"], part["max"], strict=True)
    ]
    kinds = [series_colour(0) if kind == ALWAYS else series_colour(4) for kind in part["kind"]]
    figure = go.Figure()
    shares = (
        (_("in every plan"), 100 * part["low"], series_colour(0)),
        (_("in some plans"), 100 * (1 - part["low"]), kinds),
    )
    for name, values, colours in shares:
        figure.add_bar(
            y=labels, x=values, orientation="h", name=name, marker_color=colours, width=0.6
        )
    figure.data[1].marker.opacity = 0.55
    figure.add_scatter(
        y=labels,
        x=100 * (part["cheapest_plan"] / part["max"]).clip(0, 1),
        mode="markers",
        name=_("in the cheapest plan"),
        marker={"symbol": "diamond", "color": NEUTRAL_COLOUR, "size": 9, "line": {"width": 1}},
    )
    x_title = _(
        "within {slack} of the least cost: share of the most that can be added (in brackets) [%]",
        slack=format_percentage(slack, language),
    )
    height = bar_height(len(part))
    return set_layout(figure, language, x_title, barmode="stack", height=height)


def draw_sweep(study: Study, language: str) -> go.Figure | None:
    """Draws the cost against the varied input. Returns None if there is not exactly one numeric input."""
    _, table = translator(language), study.table
    inputs = list(table.columns[1 : list(table.columns).index("status")])
    if len(inputs) != 1 or not pd.api.types.is_numeric_dtype(table[inputs[0]]):
        return None
    part = table[table["status"] == "optimal"].sort_values(inputs[0])
    if len(part) < 2:
        return None
    scale, money = money_unit(part["objective"])
    figure = go.Figure(
        go.Scatter(
            x=part[inputs[0]],
            y=part["objective"] / scale,
            mode="lines+markers",
            line_color=series_colour(0),
        )
    )
    set_layout(figure, language, inputs[0], f"{_('least cost')} [{_(money)}]")
    figure.update_xaxes(hoverformat=FIVE_DIGITS)
    return figure.update_yaxes(hoverformat=FIVE_DIGITS)


FIGURES: Mapping[str, Draw] = {
    "front": draw_front,
    "surface": draw_surface,
    "capacity_ranges": draw_capacity_ranges,
    "regrets": robustness_figures.draw_regrets,
    "years": robustness_figures.draw_years,
    "months": operation_figures.draw_months,
    "branches": robust_figures.draw_branches,
    "robust_plan": robust_figures.draw_plan,
    "tornado": robustness_figures.draw_tornado,
    "sensitivity": robustness_figures.draw_sensitivity,
    "ranges": robustness_figures.draw_ranges,
    "shares": firm_figures.draw_shares,
    "links": firm_figures.draw_links,
    "sites": firm_figures.draw_sites,
    "tradeoff": firm_figures.draw_tradeoff,
    "parties": firm_figures.draw_gains,
    "plan": pathway_figures.draw_plan,
    "stages": pathway_figures.draw_stages,
    "vintages": pathway_figures.draw_vintages,
    "waiting": pathway_figures.draw_waiting,
    "wedges": pathway_figures.draw_wedges,
}
