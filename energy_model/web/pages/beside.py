"""Beside another run: a finished run → its cost and emissions as steps from those of another, on its own page."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, html

import energy_model as em
from energy_model.common.errors import InputError
from energy_model.common.language import translate, translator
from energy_model.reporting.comparison_report import CHARTS, comparison_report
from energy_model.reporting.content import Chart, Text
from energy_model.web import security
from energy_model.web.components import error_message, field, render_blocks, section, select
from energy_model.web.context import AppContext, open_cached
from energy_model.web.jobs import DONE, Job

MAX_OFFERED = 40  # runs in the list


def beside_section(context: AppContext, job: Job, language: str) -> list[html.Section]:
    """Returns the section with a list of the other runs of the case and the comparison with one; none without others."""
    _, others = translator(language), other_runs(context, job)
    if not others:
        return []
    base = reference_of(others, job)
    options = [(other.name, other.title) for other in others]
    return [
        section(
            _("Beside another run"),
            field(_("Compared with"), select("beside_base", options, base.name)),
            html.Div(beside(context, base, job, language), id="beside", role="status"),
        )
    ]


def other_runs(context: AppContext, job: Job) -> list[Job]:
    """Returns the other finished runs of the same case, the newest first."""
    return [
        other
        for other in context.queue.jobs()
        if other.kind == "run"
        and other.state == DONE
        and other.name != job.name
        and other.request["case"] == job.request["case"]
    ][:MAX_OFFERED]


def reference_of(others: list[Job], job: Job) -> Job:
    """Returns the run that a run is compared with at first.

    It is the oldest one of the same resolution that changes nothing in its scenario, else the oldest of that
    resolution, else the oldest: a meeting begins with what the others are measured by.
    """
    oldest_first = others[::-1]
    alike = [o for o in oldest_first if o.request["resolution"] == job.request["resolution"]]
    unchanged = [o for o in alike if not o.request["changes"] and not o.request["added"]]
    return (unchanged or alike or oldest_first)[0]


def beside(context: AppContext, base: Job, job: Job, language: str) -> list[Any]:
    """Returns sentences and charts on the difference of a run to another, with a link to the whole comparison."""
    try:
        runs = [open_cached(context.workspace.path("runs", one.name)) for one in (base, job)]
        titles = [base.title, job.title if job.title != base.title else f"{job.title} (2)"]
        report = comparison_report(em.compare(runs, titles), None, language)
    except InputError as error:
        return [error_message(error, language)]
    blocks = [
        block
        for part in report.sections
        for block in part.blocks
        if (part.key == "answer" and isinstance(block, Text))
        or (part.key in CHARTS and isinstance(block, Chart))
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
        try:
            job = context.queue.job(str(name))
        except KeyError:
            raise dash.exceptions.PreventUpdate from None
        chosen = next((o for o in other_runs(context, job) if o.name == base), None)
        if chosen is None:
            raise dash.exceptions.PreventUpdate
        return beside(context, chosen, job, security.language())
