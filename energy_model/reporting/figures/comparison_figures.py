"""Comparison figures: runs side by side → how cost and emissions go from one run to the other, and bars of several runs."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from energy_model.common.formatting import format_number, label
from energy_model.common.language import translate, translator
from energy_model.reporting.figures.style import bar_height, series_colour, set_layout, shown_name
from energy_model.reporting.money import cost_kind
from energy_model.studies.compare import Comparison

MIN_STEP_SHARE = 0.01  # of the largest change, below which changes are one step together
MAX_STEPS = 10
MORE_COLOUR, LESS_COLOUR, TOTAL_COLOUR = "#D55E00", "#009E73", "#595959"


def draw_comparison(comparison: Comparison, table: str, language: str) -> go.Figure | None:
    """Draws a table of a comparison: the changes from one run to the other, or all of more runs on one scale.

    Args:
        comparison: The runs side by side.
        table: ``costs`` [MEUR/a], without payments for emissions, or ``emissions`` [thousand t/a].
        language: ``en`` or ``da``.
    """
    _ = translator(language)
    factor, unit = {
        "costs": (1e6, _("MEUR a year")),
        "emissions": (1e3, _("thousand t CO2 a year")),
    }[table]
    frame = comparison.tables[table]
    if (
        table == "costs"
    ):  # payments for emissions move between parties, and nobody pays a part of them
        frame = frame.drop(index="emissions", errors="ignore")
    amounts = frame[list(comparison.names)] / factor
    amounts.index = [
        cost_kind(name, language) if table == "costs" else label(comparison.labels, name, language)
        for name in frame.index
    ]
    if frame.empty or frame["same"].all():
        return None
    if len(comparison.names) == 2:
        return _waterfall(amounts, unit, language)
    return _bars(amounts, unit, language)


LABEL_SHARE = 0.08  # width of the label of a step, as a share of the steps


def _waterfall(amounts: pd.DataFrame, unit: str, language: str) -> go.Figure:
    """Draws the total of the first run, the changes, the largest first, and the total of the last run."""
    first, last = amounts.columns
    change = amounts[last] - amounts[first]
    change = change.loc[change.abs().sort_values(ascending=False, kind="stable").index]
    is_step = change.abs() > MIN_STEP_SHARE * change.abs().max()
    steps = change[is_step].head(MAX_STEPS)
    rest = float(change.sum() - steps.sum())
    if abs(rest) > MIN_STEP_SHARE * change.abs().max():
        steps = pd.concat([steps, pd.Series({translate("others", language): rest})])
    totals = [float(amounts[name].sum()) for name in (first, last)]
    values = [totals[0], *steps, totals[1]]
    names = [shown_name(first, language), *map(str, steps.index), shown_name(last, language)]
    signs = ["", *("+" if step > 0 else "" for step in steps), ""]
    texts = [
        f"{sign}{format_number(v, '', language)}" for sign, v in zip(signs, values, strict=True)
    ]
    figure = go.Figure(
        go.Waterfall(
            x=[round(value, 4) for value in values],
            y=list(range(len(values))),
            measure=["absolute", *["relative"] * len(steps), "total"],
            orientation="h",
            text=texts,
            textposition="outside",
            hovertext=[f"{n}: {t}" for n, t in zip(names, texts, strict=True)],
            hoverinfo="text",
            increasing={"marker": {"color": MORE_COLOUR}},
            decreasing={"marker": {"color": LESS_COLOUR}},
            totals={"marker": {"color": TOTAL_COLOUR}},
            connector={"line": {"color": TOTAL_COLOUR, "width": 1}},
        )
    )
    shown = _range_around(totals[0], steps)
    cut = translate("{unit}; the axis does not begin at 0", language, unit=unit)
    title = cut if shown[0] > 0 else unit
    set_layout(figure, language, title, height=bar_height(len(values), 30))
    figure.update_xaxes(range=shown)
    return figure.update_yaxes(
        tickvals=list(range(len(values))), ticktext=names, autorange="reversed"
    )


def _range_around(start: float, steps: pd.Series) -> list[float]:
    """Returns the part of the axis that shows the steps; it leaves out most of the totals if the steps are small."""
    levels = [start, *(start + steps.cumsum())]
    low, high = min(levels), max(levels)
    room = 0.35 * max(high - low, 1e-9)
    label_room = LABEL_SHARE * (high - low)  # left of a bar that ends at zero
    return [low - room if low - room > 0 or low < 0 else -label_room, high + room]


def _bars(amounts: pd.DataFrame, unit: str, language: str) -> go.Figure:
    """Draws bars of every run beside each other, the largest first."""
    largest = amounts.abs().max(axis=1).sort_values(ascending=False, kind="stable")
    shown = amounts.loc[largest.index[:MAX_STEPS]][::-1]
    figure = go.Figure()
    for number, name in enumerate(shown.columns):
        figure.add_bar(
            x=shown[name].round(4),
            y=list(shown.index),
            orientation="h",
            name=shown_name(name, language),
            marker_color=series_colour(number),
        )
    height = bar_height(len(shown), 16 * len(shown.columns) + 10)
    return set_layout(figure, language, unit, height=height, barmode="group")
