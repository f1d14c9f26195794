"""Queue page: the job queue → a table of queued, running and finished jobs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dash
from babel.dates import format_datetime
from dash import ALL, Input, Output, State, dcc, html

from energy_model.common.formatting import words
from energy_model.common.language import translator
from energy_model.studies.runner import former_names
from energy_model.web import security
from energy_model.web.components import aria_label, button, table
from energy_model.web.context import AppContext
from energy_model.web.jobs import DONE, OPEN, QUEUED, Job

MAX_SHOWN_JOBS = 100  # the newest jobs
MAX_NEWEST = 3  # finished jobs that the page of a new run links
POLL_MS = 1500  # milliseconds between updates


def page(context: AppContext, language: str) -> list[Any]:
    """Returns the page."""
    _ = translator(language)
    lead = _(
        "Jobs run in the order of their submission. You can close the page; the results are saved."
    )
    return [
        html.H1(_("Jobs")),
        html.P(lead, className="lead"),
        dcc.Interval(id="queue_clock", interval=POLL_MS),
        dcc.Store(id="shown_states"),
        html.Div(job_table(context, security.user_id(), language), id="queue"),
    ]


def job_table(context: AppContext, user: str, language: str) -> Any:
    """Returns the jobs as a table."""
    _ = translator(language)
    jobs = context.queue.jobs()
    if not jobs:
        return html.P(_("No jobs yet."))
    heads = [_("Title"), _("Type"), _("Submitted by"), _("Submitted"), _("Status"), _("Cancel")]
    rows = [_row(context, job, user, language) for job in jobs[:MAX_SHOWN_JOBS]]
    return table(_("Jobs, newest first"), heads, rows)


def _row(context: AppContext, job: Job, user: str, language: str) -> list[Any]:
    _ = translator(language)
    is_own = job.user == user
    submitter = job.submitter or "–"
    cancel: Any = ""
    if is_own and job.state in OPEN:
        cancel = button(
            _("Cancel"),
            {"type": "cancel", "job": job.name},
            "small",
            **aria_label(f"{_('Cancel')}: {job.title}"),
        )
    return [
        dcc.Link(job.title, href=f"/job/{job.name}"),
        words(kind_of(job), language),
        _("{name} (you)", name=submitter) if is_own else submitter,
        format_time(job.created, language),
        html.Span(describe_state(context, job, language), className=f"state {job.state}"),
        cancel,
    ]


def run_options(jobs: Sequence[Job], language: str) -> list[tuple[str, str]]:
    """Returns jobs as options of a list; those with the same title have the time too."""
    titles = [job.title for job in jobs]
    return [
        (
            job.name,
            job.title
            if titles.count(job.title) == 1
            else f"{job.title} · {format_time(job.created, language)}",
        )
        for job in jobs
    ]


def finished_runs(context: AppContext) -> list[Job]:
    """Returns the finished runs, the newest first."""
    return [job for job in context.queue.jobs() if job.kind == "run" and job.state == DONE]


def newest_answers(context: AppContext, language: str) -> list[Any]:
    """Returns links to the newest finished jobs, and to the questions on them; none before the first is done."""
    _ = translator(language)
    done = [job for job in context.queue.jobs() if job.state == DONE][:MAX_NEWEST]
    if not done:
        return []
    links = [part for job in done for part in (dcc.Link(job.title, href=f"/job/{job.name}"), " · ")]
    return [
        html.P([_("Newest answers:"), " ", *links, dcc.Link(_("All questions"), href="/study")])
    ]


def job_of(context: AppContext, name: Any) -> Job:
    """Returns a job by the name that a page sent; leaves the page as it is if there is none."""
    try:
        return context.queue.job(str(name))
    except KeyError:
        raise dash.exceptions.PreventUpdate from None


def kind_of(job: Job) -> str:
    """Returns ``run``, or the question of a study."""
    if job.kind != "study":
        return job.kind
    return str(former_names.current_options(job.request["study"])["question"])


def describe_state(context: AppContext, job: Job, language: str) -> str:
    """Returns the state of a job in words."""
    _ = translator(language)
    if job.state == QUEUED:
        count = context.queue.count_before(job.name)
        return (
            _("queued; jobs before it: {count:#}", count=count) if count else _("next in the queue")
        )
    return _("being cancelled") if context.queue.is_ending(job.name) else _(job.state)


def format_time(text: str, language: str) -> str:
    """Returns an ISO time as local time in the format of the language; empty if invalid."""
    try:
        time = datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone()
    except ValueError:
        return ""
    return format_datetime(time, "d MMM HH:mm", tzinfo=time.tzinfo, locale=language)


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        Output("queue", "children"),
        Output("shown_states", "data"),
        Input("queue_clock", "n_intervals"),
        Input({"type": "cancel", "job": ALL}, "n_clicks"),
        State("shown_states", "data"),
        prevent_initial_call=True,
    )
    def update(_: Any, __: Any, shown_states: str | None) -> tuple[Any, Any]:
        callback = dash.callback_context
        is_pressed = any(event["value"] for event in callback.triggered)
        if isinstance(callback.triggered_id, dict) and is_pressed:
            context.queue.cancel(str(callback.triggered_id["job"]), security.user_id())
        language = security.language()
        jobs = context.queue.jobs()[:MAX_SHOWN_JOBS]
        states = json.dumps([(job.name, describe_state(context, job, language)) for job in jobs])
        if states == shown_states:
            return dash.no_update, dash.no_update
        return job_table(context, security.user_id(), language), states
