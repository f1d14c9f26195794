"""Robust figures: the branches and capacities of a robust plan → charts."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import MIN_CAPACITY, format_number, label, money_unit
from energy_model.common.language import translator
from energy_model.reporting.figures.style import (
    FIVE_DIGITS,
    MAX_CHART_ROWS,
    NEUTRAL_COLOUR,
    axis_title,
    bar_height,
    series_colour,
    set_layout,
)
from energy_model.reporting.study_tables import study_labels, study_names
from energy_model.studies.runner.study import Study

TEXT_SHARE = 0.12  # of the span of all bars, the room for the text beside the longest


def draw_branches(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:
    """Draws the cost of the robust plan, of the plan of the base case and of the own plan in each branch."""
    _ = translator(language)
    names = study_names(study, frame["branch"], language)
    scale, money = money_unit(frame["robust_cost"])
    figure = go.Figure()
    points = (
        ("robust_cost", _("robust plan"), series_colour(2), "square"),
        ("base_plan_cost", _("the plan of the base case, fixed"), series_colour(1), "diamond"),
        ("least_cost", _("planned for that branch"), series_colour(0), "circle"),
    )
    for column, name, mark, symbol in points:
        figure.add_scatter(
            x=names,
            y=frame[column] / scale,
            mode="markers",
            name=name,
            marker={"color": mark, "symbol": symbol, "size": 10},
        )
    set_layout(figure, language, _("branch"), axis_title(_("cost of the year"), _(money)))
    figure.update_xaxes(type="category")
    return figure.update_yaxes(hoverformat=FIVE_DIGITS)


def draw_plan(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:
    """Draws what the robust plan adds beyond the plan of the base case, by the yearly cost of the difference."""
    _ = translator(language)
    part = frame[frame["difference"].abs() > MIN_CAPACITY].dropna(subset=["difference_cost"])
    part = part.head(MAX_CHART_ROWS)[::-1]
    if part.empty:
        return None
    labels = study_labels(study)
    scale, money = money_unit(part["difference_cost"])
    costs = part["difference_cost"] / scale
    room = TEXT_SHARE * (max(costs.max(), 0.0) - min(costs.min(), 0.0))
    amounts = [
        f"{'+' if difference > 0 else ''}{format_number(difference, unit, language)}"
        for difference, unit in zip(part["difference"], part["unit"], strict=True)
    ]
    figure = go.Figure(
        go.Bar(
            y=[label(labels, asset, language) for asset in part["asset"]],
            x=costs,
            orientation="h",
            marker_color=[series_colour(2 if cost > 0 else 1) for cost in part["difference_cost"]],
            text=amounts,
            textposition="outside",
            cliponaxis=False,
        )
    )
    figure.add_vline(x=0, line={"color": NEUTRAL_COLOUR, "width": 1})
    title = axis_title(_("yearly cost of what the robust plan adds more"), _(money))
    figure.update_xaxes(range=[min(costs.min(), 0.0) - room, max(costs.max(), 0.0) + room])
    return set_layout(figure, language, title, height=bar_height(len(part), 34))
