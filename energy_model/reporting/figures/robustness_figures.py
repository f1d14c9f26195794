"""Robustness figures: the tables of regrets, weather years, sensitivities and ranges → charts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from energy_model.common.formatting import format_input, format_number, money_unit, words
from energy_model.common.language import translator
from energy_model.reporting.figures.style import (
    FAINT_COLOUR,
    FIVE_DIGITS,
    MAX_CHART_ROWS,
    NEUTRAL_COLOUR,
    axis_title,
    bar_height,
    series_colour,
    set_layout,
    shown_name,
)
from energy_model.reporting.study_tables import study_names
from energy_model.studies.runner.study import Study

DARK_CELL_SHARE = 0.55  # share of the largest value above which a cell of a heat map is dark


def draw_regrets(frame: pd.DataFrame, study: Study, language: str) -> go.Figure:
    """Draws the regret of each plan in each future as a heat map."""
    _ = translator(language)
    plans, futures = list(dict.fromkeys(frame["plan"])), list(dict.fromkeys(frame["future"]))
    wide = frame.pivot(index="plan", columns="future", values="regret").loc[plans, futures]
    values = wide.to_numpy(float)
    finite = np.where(np.isfinite(values), values, np.nan)
    scale, money = money_unit(finite)
    largest = float(np.nanmax(finite)) if np.isfinite(finite).any() else 1.0
    figure = go.Figure(
        go.Heatmap(
            x=study_names(study, futures, language),
            y=study_names(study, plans, language),
            z=np.where(np.isnan(finite), largest, finite) / scale,
            colorscale="Cividis",
            reversescale=True,
            colorbar={"title": f"[{_(money)}]"},
            hoverinfo="skip",
        )
    )
    for i, j in np.ndindex(values.shape):
        is_finite = np.isfinite(values[i, j])
        is_dark = not is_finite or values[i, j] > DARK_CELL_SHARE * largest
        figure.add_annotation(
            x=j,
            y=i,
            text=format_number(values[i, j] / scale, "", language) if is_finite else _("no plan"),
            showarrow=False,
            font_color="white" if is_dark else "black",
        )
    set_layout(figure, language, _("future"), _("planned for"), height=bar_height(len(plans), 60))
    return figure.update_yaxes(autorange="reversed")


def draw_tornado(frame: pd.DataFrame, study: Study, language: str) -> go.Figure:  # noqa: ARG001
    """Draws the effect of each input alone on the first output, the largest on top."""
    _ = translator(language)
    output = "objective" if "objective" in set(frame["output"]) else frame["output"].iloc[0]
    part = frame[frame["output"] == output].sort_values("reach").tail(MAX_CHART_ROWS)
    scale, unit = money_unit(part["base_case"]) if output == "objective" else (1.0, "")
    reference = float(part["base_case"].iloc[0]) / scale
    figure = go.Figure()
    for number, (end, name) in enumerate(
        (("lowest", _("lowest value")), ("highest", _("highest value")))
    ):
        figure.add_bar(
            y=part["input"],
            x=part[end] / scale - reference,
            base=reference,
            orientation="h",
            name=name,
            marker_color=series_colour(number),
            text=[_value(value, language) for value in part[f"at_{end}"]],
            textposition="outside",
            cliponaxis=False,
        )
    figure.add_vline(x=reference, line={"color": NEUTRAL_COLOUR, "width": 1})
    name = _("cost of the year") if output == "objective" else words(output, language)
    height = bar_height(len(part), 34)
    return set_layout(figure, language, axis_title(name, _(unit)), barmode="overlay", height=height)


def draw_sensitivity(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:  # noqa: ARG001
    """Draws the sensitivity index of each input with its confidence interval, for each output."""
    name = "total" if "total" in frame else "mean_effect"
    if name not in frame or frame.empty:
        return None
    outputs = list(dict.fromkeys(frame["output"]))
    titles = [words(output, language) for output in outputs]
    figure = make_subplots(rows=len(outputs), cols=1, subplot_titles=titles)
    rows = 0
    for row, output in enumerate(outputs, 1):
        part = frame[frame["output"] == output].sort_values(name).tail(MAX_CHART_ROWS)
        rows += len(part)
        bars = go.Bar(
            y=part["input"],
            x=part[name],
            orientation="h",
            name=words(name, language),
            error_x={"array": part[f"{name}_confidence"], "color": NEUTRAL_COLOUR},
            marker_color=series_colour(0),
            showlegend=row == 1,
        )
        figure.add_trace(bars, row=row, col=1)
        if "first_order" in part:
            points = go.Scatter(
                y=part["input"],
                x=part["first_order"],
                mode="markers",
                name=words("first_order", language),
                marker={"color": series_colour(1), "size": 9},
                showlegend=row == 1,
            )
            figure.add_trace(points, row=row, col=1)
    height = bar_height(rows) + 80 * len(outputs)
    return set_layout(figure, language, height=height, margin={"t": 40, "l": 60, "r": 16, "b": 48})


def draw_years(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:  # noqa: ARG001
    """Draws each year's minimum cost, the cost of the fixed plan, and the hours with unserved demand [h/a]."""
    _ = translator(language)
    part = frame.dropna(subset=["least_cost", "plan_cost"], how="all")
    if len(part) < 2:
        return None
    names = [shown_name(name, language) for name in part["year"]]
    scale, money = money_unit(part["plan_cost"].fillna(part["least_cost"]))
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.7, 0.3], vertical_spacing=0.06
    )
    ends = part[["least_cost", "plan_cost"]] / scale
    gaps = go.Scatter(
        x=[name for name in names for _end in range(3)],
        y=[value for low, high in ends.to_numpy() for value in (low, high, None)],
        mode="lines",
        line={"color": FAINT_COLOUR, "width": 2},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_trace(gaps, row=1, col=1)
    points = (
        ("least_cost", _("planned for that year"), series_colour(0), "circle"),
        ("plan_cost", _("the plan of the base case, fixed"), series_colour(1), "diamond"),
    )
    for column, name, mark, symbol in points:
        trace = go.Scatter(
            x=names,
            y=ends[column],
            mode="markers",
            name=name,
            marker={"color": mark, "symbol": symbol, "size": 10},
        )
        figure.add_trace(trace, row=1, col=1)
    hours = go.Bar(
        x=names, y=part["unserved_hours"], marker_color=series_colour(3), showlegend=False
    )
    figure.add_trace(hours, row=2, col=1)
    set_layout(figure, language, height=520)
    title = f"{_('cost of the year')} [{_(money)}]"
    figure.update_yaxes(title=title, hoverformat=FIVE_DIGITS, row=1, col=1)
    figure.update_yaxes(title=_("unserved [h/a]"), rangemode="tozero", row=2, col=1)
    return figure


def draw_ranges(frame: pd.DataFrame, study: Study, language: str) -> go.Figure:
    """Draws the range of each input within which the plan does not change, as a factor."""
    _ = translator(language)
    ends = frame[["low", "high"]].replace([-np.inf, np.inf], np.nan)
    low = float(np.nanmin([0.9, ends["low"].min()]))
    high = float(np.nanmax([1.1, ends["high"].max()]))
    margin = 0.1 * (high - low)
    starts, stops = ends["low"].fillna(low - margin), ends["high"].fillna(high + margin)
    figure = go.Figure(
        go.Bar(
            y=frame["address"],
            x=stops - starts,
            base=starts,
            orientation="h",
            marker_color=series_colour(0),
            width=0.5,
            hoverinfo="skip",
        )
    )
    for row, start, stop in zip(frame.itertuples(index=False), starts, stops, strict=True):
        for x, text, anchor in ((start, row.below, "right"), (stop, row.above, "left")):
            figure.add_annotation(
                x=x,
                y=row.address,
                text=f" {_(study.messages.get(text, text))} ",
                xanchor=anchor,
                showarrow=False,
            )
    figure.add_vline(x=1, line={"color": NEUTRAL_COLOUR, "width": 1})
    x_title = _("factor within which the plan stays; at the ends what changes first")
    set_layout(figure, language, x_title, height=bar_height(len(frame), 40))
    width = stops.max() - starts.min()
    return figure.update_xaxes(range=[starts.min() - 0.4 * width, stops.max() + 0.4 * width])


def _value(value: object, language: str) -> str:
    return format_input(value, language) if isinstance(value, float) else words(value, language)
