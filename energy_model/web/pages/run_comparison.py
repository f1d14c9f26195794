"""Run comparison: a finished run → the section of its page with the steps of cost and emissions from another run."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, html

from energy_model.common.errors import InputError
from energy_model.common.language import translate, translator
from energy_model.reporting.comparison_report import CHARTS, comparison_report
from energy_model.reporting.content import Chart
from energy_model.web import security
from energy_model.web.components import error_message, field, render_blocks, section, select
from energy_model.web.context import AppContext
from energy_model.web.jobs import Job
from energy_model.web.pages import queue
from energy_model.web.pages.compare import comparison_of

MAX_OFFERED = 40  # runs in the list


def run_comparison_section(context: AppContext, job: Job, language: str) -> list[html.Section]:
    """Returns the section with a list of the other runs of the case and the comparison with one; none without others."""
    _, others = translator(language), other_runs(context, job)
    if not others:
        return []
    base = reference_of(others, job)
    options = queue.run_options(others, language)
    return [
        section(
            _("Beside another run"),
            field(_("Compared with"), select("beside_base", options, base.name)),
            html.Div(compared_with(context, base, job, language), id="beside", role="status"),
        )
    ]


def other_runs(context: AppContext, job: Job) -> list[Job]:
    """Returns the other finished runs of the same case, the newest first."""
    return [
        other
        for other in queue.finished_runs(context)
        if other.name != job.name and other.request["case"] == job.request["case"]
    ][:MAX_OFFERED]


def reference_of(others: list[Job], job: Job) -> Job:
    """Returns the run that a run is compared with at first.

    It is the oldest one of the same resolution without changes of its scenario, else the oldest of that resolution, else
    the oldest, since the first run of a meeting is usually its reference. Runs of the same inputs are passed over.
    """
    inputs = ("scenario", "changes", "added", "resolution")
    differing = [o for o in others if any(o.request[i] != job.request[i] for i in inputs)]
    oldest_first = (differing or others)[::-1]
    alike = [o for o in oldest_first if o.request["resolution"] == job.request["resolution"]]
    unchanged = [o for o in alike if not o.request["changes"] and not o.request["added"]]
    return (unchanged or alike or oldest_first)[0]


def compared_with(context: AppContext, base: Job, job: Job, language: str) -> list[Any]:
    """Returns sentences and charts on the difference of a run to another, with a link to the whole comparison."""
    try:
        report = comparison_report(
            comparison_of(context, [base, job]), None, language, with_addresses=False
        )
    except InputError as error:
        return [error_message(error, language)]
    blocks = [
        block
        for part in report.sections
        for block in part.blocks
        if part.key == "answer" or (part.key in CHARTS and isinstance(block, Chart))
    ]
    text = translate("All differences", language)
    link = html.A(text, href=f"/compare?runs={base.name},{job.name}")
    return [*render_blocks(blocks), html.P(link)]


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callback of the section."""

    @app.callback(
        Output("beside", "children"),
        Input("beside_base", "value"),
        State("job", "data"),
        prevent_initial_call=True,
    )
    def choose(base: Any, name: Any) -> Any:
        job = queue.job_of(context, name)
        chosen = next((o for o in other_runs(context, job) if o.name == base), None)
        if chosen is None:
            raise dash.exceptions.PreventUpdate
        return compared_with(context, chosen, job, security.language())
