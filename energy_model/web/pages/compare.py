"""Compare page: up to four finished runs → their differences in sentences and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

import dash
from dash import Input, Output, dcc, html

import energy_model as em
from energy_model.common.language import translate
from energy_model.reporting.comparison_report import comparison_report
from energy_model.web import security
from energy_model.web.components import (
    check_boxes,
    field,
    message,
    render_blocks,
    section,
    select,
)
from energy_model.web.context import AppContext, open_cached
from energy_model.web.jobs import Job
from energy_model.web.pages import queue

MAX_RUNS = 4
OLDEST = ""


def page(context: AppContext, search: str, language: str) -> list[Any]:
    """Returns the page; the query string can name selected runs."""
    jobs = queue.finished_runs(context)
    requested = parse_qs(search.lstrip("?")).get("runs", [""])[0].split(",")
    chosen = [job.name for job in jobs if job.name in requested][:MAX_RUNS]
    heading = html.H1(translate("Compare runs", language))
    if len(jobs) < 2:
        return [
            heading,
            html.P(translate("Two finished runs are needed for a comparison.", language)),
            dcc.Link(translate("New run", language), href="/"),
        ]
    run_choices = [
        (job.name, f"{job.title} · {queue.format_time(job.created, language)}")
        for job in jobs[: queue.MAX_SHOWN_JOBS]
    ]
    run_boxes = check_boxes(
        translate("Choose two to four runs", language),
        "compared_runs",
        run_choices,
        chosen,
        MAX_RUNS,
    )
    base = field(
        translate("Compared with", language),
        select("compared_base", _base_options(context, chosen, language), None),
        translate("By default the oldest of them.", language),
    )
    return [
        heading,
        run_boxes,
        base,
        html.Div(compared(context, chosen, language), id="comparison"),
    ]


def _base_options(context: AppContext, names: list[str], language: str) -> list[tuple[str, str]]:
    """Returns the chosen runs, one of which the others are compared with."""
    oldest = (OLDEST, translate("the oldest", language))
    return [oldest, *((name, context.queue.job(name).title) for name in sorted(names))]


def compared(context: AppContext, names: list[str], language: str, base: str = OLDEST) -> list[Any]:
    """Returns the comparison of runs with a base, or with the oldest; the others by age."""
    jobs = sorted(
        (context.queue.job(name) for name in names), key=lambda job: (job.name != base, job.name)
    )
    if len(jobs) < 2:
        return [html.P(translate("Choose at least two runs.", language), className="soft")]
    try:
        comparison = comparison_of(context, jobs)
    except em.InputError as error:
        return [message([str(issue) for issue in error.issues])]
    report = comparison_report(comparison, None, language, with_addresses=False)
    return [section(part.title, *render_blocks(part.blocks)) for part in report.sections]


def comparison_of(context: AppContext, jobs: Sequence[Job]) -> em.Comparison:
    """Returns the runs of jobs side by side by their titles; those with the same title are numbered.

    Raises:
        InputError: A run cannot be read, or they cannot be compared.
    """
    given = [job.title for job in jobs]
    titles = [
        title if given.count(title) == 1 else f"{title} ({i})" for i, title in enumerate(given, 1)
    ]
    runs = [open_cached(context.workspace.path("runs", job.name)) for job in jobs]
    return em.compare(runs, titles)


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        Output("comparison", "children"),
        Output("compared_runs", "value"),
        Output("compared_base", "options"),
        Input("compared_runs", "value"),
        Input("compared_base", "value"),
        prevent_initial_call=True,
    )
    def compare(names: list[str], base: str | None) -> tuple[Any, Any, Any]:
        known = {job.name for job in queue.finished_runs(context)}
        chosen = [name for name in names or [] if name in known][:MAX_RUNS]
        language = security.language()
        comparison = compared(context, chosen, language, base or OLDEST)
        options = [
            {"value": value, "label": text}
            for value, text in _base_options(context, chosen, language)
        ]
        return comparison, chosen if chosen != names else dash.no_update, options
