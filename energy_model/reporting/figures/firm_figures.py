"""Figures of cooperation and location studies: tables of shares, links, sites, trade-offs and parties → charts."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import format_number, label, money_unit
from energy_model.common.language import N_, translate, translator
from energy_model.reporting.figures.style import (
    NEUTRAL_COLOUR,
    bar_height,
    series_colour,
    set_layout,
    shown_name,
)
from energy_model.reporting.study_tables import column_head, study_labels
from energy_model.studies.runner.study import Study

MIN_BAR_EUR = 500.0  # EUR/a below which a bar is omitted
MIN_VISIBLE_SHARE = 0.005  # share of the largest bar below which a bar is invisible
RULES = {
    "prices": N_("marginal prices"),
    "shapley": N_("Shapley value"),
    "nucleolus": N_("nucleolus"),
}


def draw_shares(frame: pd.DataFrame, study: Study, language: str) -> go.Figure:  # noqa: ARG001
    """Draws each firm's share of the joint gain under three allocation rules."""
    _ = translator(language)
    bars = _bars(frame, "firm", list(RULES), language).sort_values("shapley")
    names = [_(rule) for rule in RULES.values()]
    return _draw_bars(bars, names, _("share of the joint saving"), language)


def draw_links(frame: pd.DataFrame, study: Study, language: str) -> go.Figure:  # noqa: ARG001
    """Draws each link's value to the city, alone and with all other links built."""
    _ = translator(language)
    columns = ["standalone_value", "marginal_value"]
    bars = _bars(frame, "link", columns, language).sort_values("marginal_value")
    names = [_("alone"), _("with all other links")]
    return _draw_bars(bars, names, _("value to the city"), language)


def draw_sites(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:  # noqa: ARG001
    """Draws the added system cost of the activity at each site and its estimate from marginal prices."""
    _ = translator(language)
    part = frame[frame["status"] == "optimal"].iloc[::-1]
    if part.empty:
        return None
    bars = part[["added_cost"]].set_index(pd.Index(_labels(part, "site", language)))
    figure = _draw_bars(bars, [_("solved again")], _("added cost of the city"), language)
    scale, _unit = money_unit(part["added_cost"])
    figure.add_scatter(
        y=bars.index,
        x=part["estimate"] / scale,
        mode="markers",
        name=_("estimate from prices"),
        marker={"symbol": "diamond", "color": NEUTRAL_COLOUR, "size": 9, "line": {"width": 1}},
    )
    return figure.update_layout(showlegend=True)


def draw_tradeoff(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:
    """Draws the minimum of one metric against the other, near the minimum cost, and the way there from the least cost."""
    if len(frame) < 2:
        return None
    first, second = frame.columns[:2]
    line = go.Scatter(
        x=frame[first], y=frame[second], mode="lines+markers", line_color=series_colour(0)
    )
    figure = go.Figure(line)
    if "compromises" in study.tables:
        line.name = translate("least of the one for each amount of the other", language)
        figure = go.Figure([line, _compromise_line(study, language)]).update_layout(showlegend=True)
    return set_layout(
        figure, language, column_head(str(first), language), column_head(str(second), language)
    )


def _compromise_line(study: Study, language: str) -> go.Scatter:
    """Returns the line from the least cost through the compromises, each with its additional cost."""
    frame = study.tables["compromises"]
    _cost, first, second = frame.columns[:3]
    factor, money = money_unit(frame["added_cost"])
    costs = [f"+{format_number(value / factor, language=language)}" for value in frame["added_cost"].iloc[1:]]  # fmt: skip
    return go.Scatter(
        x=frame[first],
        y=frame[second],
        mode="lines+markers+text",
        text=[translate("least cost", language), *costs],
        textposition="top left",
        line_color=series_colour(1),
        name=translate("compromises, with their added cost [{money}]", language, money=translate(money, language)),
    )  # fmt: skip


def draw_gains(frame: pd.DataFrame, study: Study, language: str) -> go.Figure | None:
    """Draws the gain or loss of each party at marginal prices."""
    _ = translator(language)
    if "preference" not in frame:
        frame = frame.assign(preference="")
    else:
        frame = frame[frame["preference"] != frame["preference"].iloc[0]]
    if frame.empty or frame["gain"].isna().all():
        return None
    names = list(dict.fromkeys(frame["preference"]))
    wide = frame.pivot_table(index="party", columns="preference", values="gain")[names]
    threshold = max(MIN_BAR_EUR, MIN_VISIBLE_SHARE * float(wide.abs().max().max()))
    wide = wide[wide.abs().max(axis=1) > threshold].fillna(0.0).sort_values(names[0])
    if wide.empty:
        return None
    labels = study_labels(study)
    wide.index = pd.Index([label(labels, party, language) for party in wide.index])
    titles = [shown_name(name, language) for name in names]
    return _draw_bars(wide, titles, _("gain (+) or loss (−) at marginal prices"), language)


def _labels(frame: pd.DataFrame, key: str, language: str) -> list[str]:
    return [label(row, row[key], language) for row in frame.to_dict("records")]


def _bars(frame: pd.DataFrame, key: str, columns: list[str], language: str) -> pd.DataFrame:
    """Returns the columns by label, without rows of amounts too small to see, if others remain."""
    bars = frame[columns].set_index(pd.Index(_labels(frame, key, language)))
    visible = bars[bars.abs().max(axis=1) > MIN_BAR_EUR]
    return visible if len(visible) else bars


def _draw_bars(bars: pd.DataFrame, names: list[str], title: str, language: str) -> go.Figure:
    """Draws a group of horizontal bars for each row, in the unit of money that fits the amounts."""
    _ = translator(language)
    scale, money = money_unit(bars.to_numpy())
    figure = go.Figure()
    for number, (column, name) in enumerate(zip(bars, names, strict=True)):
        figure.add_bar(
            y=bars.index,
            x=bars[column] / scale,
            orientation="h",
            name=name,
            marker_color=series_colour(number),
        )
    figure.add_vline(x=0, line={"color": NEUTRAL_COLOUR, "width": 1})
    height = bar_height(len(bars), 14 + 14 * len(names))
    set_layout(figure, language, f"{title} [{_(money)}]", height=height, barmode="group")
    # Plotly stacks bars upwards; the legend follows their order from the top.
    return figure.update_layout(showlegend=len(names) > 1, legend_traceorder="reversed")
