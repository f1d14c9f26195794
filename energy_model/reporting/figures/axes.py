"""Axes: the values that an axis shows → its range in round numbers, without the spikes that would flatten the rest.

What a range leaves out is told in a note under the figure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from energy_model.common.formatting import format_number
from energy_model.common.language import N_, translator

ROUND_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)  # times a power of ten
MAX_INTERVALS = 6  # of an axis
MAX_TIMES_AS_LARGE = 2.0  # a value further out than this times the others is a spike
NOTE_LINE_PIXELS = 17
NOTE_GAP_PIXELS = 34  # from the axis to a note, below the numbers
TITLE_PIXELS = 20  # of the title of an axis


def round_step(span: float, max_intervals: int = MAX_INTERVALS) -> float:
    """Returns the least of 1, 2, 2.5 and 5 times a power of ten that covers a span in so many intervals."""
    if span <= 0:
        return 1.0
    size = 10.0 ** math.floor(math.log10(span / max_intervals))
    steps = (number * size for number in ROUND_STEPS)
    return next(step for step in steps if step * max_intervals >= span * (1 - 1e-9))


def year_step(years: float) -> float:
    """Returns the years between two marks of an axis: 1, 2 or 5 times a power of ten."""
    step = max(1.0, round_step(years, 2 * MAX_INTERVALS))
    return 5.0 if step == 2.5 else step


def price_range(
    curves: Mapping[str, np.ndarray], max_cut_share: float
) -> tuple[float, float] | None:
    """Returns the range of an axis, from or beyond zero, on which spikes do not flatten the other prices; None without spikes.

    Args:
        curves: The price of each hour by name, all finite.
        max_cut_share: The share of the hours of a curve that may be spikes, at each end.
    """
    limits = [_limits(np.sort(prices), max_cut_share) for prices in curves.values() if len(prices)]
    if not limits:
        return None
    low, high = min(0.0, *(low for low, _ in limits)), max(0.0, *(high for _, high in limits))
    step = round_step(high - low)
    low, high = step * math.floor(low / step), step * math.ceil(high / step)
    is_cut = any((prices < low).any() or (prices > high).any() for prices in curves.values())
    return (low, high) if is_cut else None


def _limits(ordered: np.ndarray, max_cut_share: float) -> tuple[float, float]:
    """Returns the lowest and the highest of prices in rising order that is no spike."""
    spikes = int(max_cut_share * len(ordered))
    low, high = float(ordered[spikes]), float(ordered[-1 - spikes])
    lowest, highest = float(ordered[0]), float(ordered[-1])
    reach = (MAX_TIMES_AS_LARGE - 1) * max(high - low, abs(high), abs(low))
    return low if lowest < low - reach else lowest, high if highest > high + reach else highest


def cut_spikes(
    figure: go.Figure,
    axis: str,
    curves: Mapping[str, np.ndarray],
    max_cut_share: float,
    language: str,
) -> go.Figure:
    """Limits an axis of prices [EUR/MWh] to `price_range`, tells in a note what is cut off, and returns the figure."""
    curves = {name: prices[np.isfinite(prices)] for name, prices in curves.items()}
    limits = price_range(curves, max_cut_share)
    if limits is None:
        return figure
    figure.update_layout({axis: {"range": list(limits)}})
    lines = (_cut_sentences(name, prices, limits, language) for name, prices in curves.items())
    return add_note(figure, [sentence for line in lines for sentence in line])


def _cut_sentences(
    name: str, prices: np.ndarray, limits: tuple[float, float], language: str
) -> list[str]:
    """Returns a sentence on the prices above the limits, and one on those below."""
    _, (low, high) = translator(language), limits
    above = N_("{name}: {hours} h above {limit} are cut off, the highest at {extreme} EUR/MWh")
    below = N_("{name}: {hours} h below {limit} are cut off, the lowest at {extreme} EUR/MWh")
    cut = ((above, prices[prices > high], high, np.max), (below, prices[prices < low], low, np.min))
    return [
        _(
            text,
            name=name,
            hours=format_number(len(part), "", language),
            limit=format_number(limit, "", language),
            extreme=format_number(float(extreme(part)), "", language),
        )
        for text, part, limit, extreme in cut
        if len(part)
    ]


def add_note(figure: go.Figure, sentences: list[str]) -> go.Figure:
    """Writes sentences under a figure, a line each, and returns it."""
    gap = NOTE_GAP_PIXELS + (TITLE_PIXELS if figure.layout.xaxis.title.text else 0)
    figure.add_annotation(
        text="<br>".join(sentences),
        xref="paper",
        yref="paper",
        x=0,
        y=0,
        yshift=-gap,
        xanchor="left",
        yanchor="top",
        align="left",
        showarrow=False,
        font={"size": 11},
    )
    return figure.update_layout(margin_b=gap + NOTE_LINE_PIXELS * len(sentences) + 8)
