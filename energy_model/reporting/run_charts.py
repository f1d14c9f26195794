"""Run charts: the name of a drawing function of `run_figures` → a chart of a run, drawn on use."""

from __future__ import annotations

from typing import Any

from energy_model.reporting.content import Chart
from energy_model.results.run import Run


def run_chart(key: str, title: str, draw: str, run: Run, language: str, *details: Any) -> Chart:
    """Returns a chart by the name of its function, which is imported on use: Plotly loads slowly."""

    def draw_chart() -> Any:
        from energy_model.reporting.figures import run_figures  # noqa: PLC0415

        return getattr(run_figures, draw)(run, language, *details)

    return Chart(key, title, draw_chart)
