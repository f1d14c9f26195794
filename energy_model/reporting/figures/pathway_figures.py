"""Pathway figures: the tables of a pathway → charts of what is built when, of cost, emissions and prices, and of waiting."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from energy_model.case.colours import in_order
from energy_model.common.formatting import format_number, label, money_unit, words
from energy_model.common.language import translator
from energy_model.reporting.figures.axes import year_step
from energy_model.reporting.figures.style import (
    FAINT_COLOUR,
    FIVE_DIGITS,
    MAX_CHART_ROWS,
    NEUTRAL_COLOUR,
    axis_title,
    bar_height,
    series_colour,
    set_layout,
)
from energy_model.studies.runner.study import Study

MAX_BAR_PIXELS, MIN_BAR_PIXELS = (
    22.0,
    4.0,
)  # height of the bar of the largest and smallest investment


def draw_plan(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:
    """Draws from when to when what each stage adds operates; a bar is the thicker the larger its investment."""
    _ = translator(language)
    built = frame[frame["investment"] > 0]
    if built.empty:
        return None
    totals = built.groupby("asset")["investment"].sum().sort_values(ascending=False)
    shown = built[built["asset"].isin(totals.head(MAX_CHART_ROWS).index)]
    end = _end(study)
    names = {row["asset"]: label(row, row["asset"], language) for row in shown.to_dict("records")}
    figure = go.Figure()
    shown = shown.assign(group=shown["group"].where(shown["group"] != "", shown["asset"]))
    for group in in_order(shown["group"].unique(), study.colours.groups):
        part = shown[shown["group"] == group]
        starts = part["stage"].astype(float)
        share = (part["investment"] / shown["investment"].max()) ** 0.5
        figure.add_bar(
            y=[names[asset] for asset in part["asset"]],
            x=(part["last_year"].astype(float) + 1).clip(upper=end) - starts,
            base=starts,
            orientation="h",
            name=words(group, language),
            marker={"color": study.colours.group(group), "line": {"width": 1, "color": "#ffffff"}},
            width=(MIN_BAR_PIXELS + (MAX_BAR_PIXELS - MIN_BAR_PIXELS) * share) / 26,
            text=[
                f"+{format_number(value, unit, language)}"
                for value, unit in zip(part["added"], part["unit"], strict=True)
            ],
            textposition="inside",
            insidetextanchor="start",
            hoverinfo="skip",
        )
    figure.update_yaxes(categoryorder="array", categoryarray=_by_start(shown, names))
    set_layout(figure, language, _("year"), barmode="overlay", height=bar_height(len(names)))
    figure.update_yaxes(autorange="reversed")
    start = shown["stage"].astype(float).min()
    return figure.update_xaxes(tickformat="d", dtick=year_step(end - start), range=[start, end])


def draw_stages(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:
    """Draws the cost of a year, net emissions with their target, and the prices of heat and electricity by stage."""
    _ = translator(language)
    if len(frame) < 2:
        return None
    scale, money = money_unit(frame["cost"])
    emissions = frame["net_emissions"] / 1e3
    prices = [name for name in ("heat_price", "electricity_price") if frame[name].notna().any()]
    panels = [
        (_(money), [("cost", _("cost of the year"), frame["cost"] / scale)]),
        (_("kt/a"), [
            ("net_emissions", _("net emissions"), emissions),
            ("target", _("emission target"), frame["target"] / 1e3),
        ]),
    ]  # fmt: skip
    if prices:
        heads = {"heat_price": _("heat price"), "electricity_price": _("electricity price")}
        panels.append(("EUR/MWh", [(n, heads[n], frame[n]) for n in prices]))
    figure = make_subplots(rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.08)
    marks = {
        "cost": series_colour(1),
        "net_emissions": series_colour(2),
        "target": NEUTRAL_COLOUR,
        "heat_price": study.colours.carrier("heat"),
        "electricity_price": study.colours.carrier("electricity"),
    }
    for row, (_title, lines) in enumerate(panels, 1):
        for name, head, values in lines:
            if values.notna().any():
                style = {"color": marks[name], "dash": "dot" if name == "target" else "solid"}
                line = go.Scatter(
                    x=frame["stage"], y=values, mode="lines+markers", name=head, line=style
                )
                figure.add_trace(line, row=row, col=1)
    set_layout(figure, language, height=200 * len(panels) + 60)
    for row, (title, _lines) in enumerate(panels, 1):
        figure.update_yaxes(
            title=title, rangemode="tozero", hoverformat=FIVE_DIGITS, row=row, col=1
        )
    return figure.update_xaxes(type="category")


def draw_vintages(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:
    """Draws the capacity of the assets with the largest investments in each stage, by the stage that built it."""
    _ = translator(language)
    plan = study.tables.get("plan", pd.DataFrame())
    if plan.empty or frame.empty:
        return None
    largest = plan.groupby("asset")["investment"].sum().sort_values(ascending=False)
    assets = list(largest.head(6).index)
    rows = frame[frame["asset"].isin(assets)]
    if rows.empty:
        return None
    heads = [
        axis_title(label(part, asset, language), part["unit"])
        for asset in assets
        for part in rows[rows["asset"] == asset].head(1).to_dict("records")
    ]
    figure = make_subplots(rows=(len(assets) + 1) // 2, cols=2, subplot_titles=heads)
    built = list(dict.fromkeys(frame["built"]))
    named: set[str] = set()
    for place, asset in enumerate(assets):
        for vintage in built:
            part = rows[(rows["asset"] == asset) & (rows["built"] == vintage)]
            if part.empty:
                continue
            is_existing = not vintage.isdigit()
            bars = go.Bar(
                x=part["stage"],
                y=part["capacity"],
                name=_("existing") if is_existing else _("built in {year}", year=vintage),
                marker_color=FAINT_COLOUR if is_existing else series_colour(built.index(vintage)),
                legendgroup=vintage,
                showlegend=vintage not in named,
            )
            named.add(vintage)
            figure.add_trace(bars, row=place // 2 + 1, col=place % 2 + 1)
    height = 240 * ((len(assets) + 1) // 2) + 60
    margin = {"l": 60, "r": 16, "t": 60, "b": 48}
    set_layout(figure, language, barmode="stack", height=height, margin=margin)
    figure.update_layout(legend={"y": -0.08, "yanchor": "top"})
    return figure.update_xaxes(type="category")


def draw_wedges(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:  # noqa: ARG001
    """Draws the emissions left in each stage, and above them what local and national measures avoid [kt/a]."""
    _ = translator(language)
    if len(frame) < 2:
        return None
    figure = go.Figure()
    parts = (
        ("emissions_left", _("emissions left"), NEUTRAL_COLOUR),
        ("local_measures", _("local measures"), series_colour(2)),
        ("national_measures", _("national measures"), series_colour(4)),
    )
    for name, head, mark in parts:
        figure.add_bar(x=frame["stage"], y=frame[name] / 1e3, name=head, marker_color=mark)
    before = go.Scatter(
        x=frame["stage"],
        y=frame["emissions_before"] / 1e3,
        mode="lines",
        name=_("the first stage with nothing added"),
        line={"color": "#000000", "dash": "dot"},
    )
    figure.add_trace(before)
    set_layout(
        figure, language, _("year"), axis_title(_("net emissions"), _("kt/a")), barmode="relative"
    )
    return figure.update_xaxes(type="category")


def draw_waiting(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:  # noqa: ARG001
    """Draws what it costs to build each asset a stage later [EUR, discounted], the dearest on top."""
    _ = translator(language)
    part = frame.dropna(subset=["cost_of_waiting"]).sort_values("cost_of_waiting")
    if part.empty:
        return None
    part = part.tail(MAX_CHART_ROWS)
    scale, money = money_unit(part["cost_of_waiting"])
    rows = part.to_dict("records")
    figure = go.Figure(
        go.Bar(
            y=[f"{label(row, row['asset'], language)} ({row['stage']})" for row in rows],
            x=part["cost_of_waiting"] / scale,
            orientation="h",
            marker_color=series_colour(3),
        )
    )
    title = axis_title(_("cost of waiting, discounted"), _(money.removesuffix("/a")))
    return set_layout(figure, language, title, height=bar_height(len(part)))


def _end(study: Study) -> float:
    """The end of the last stage, a year."""
    stages = study.tables["stages"]
    return float(stages["stage"].iloc[-1]) + float(stages["years"].iloc[-1])


def _by_start(shown: pd.DataFrame, names: dict[str, str]) -> list[str]:
    """The names of assets in the order of their first stage, the largest investment first."""
    first = shown.sort_values(["stage", "investment"], ascending=[True, False])
    return [names[asset] for asset in dict.fromkeys(first["asset"])]
