"""Queue page: the job queue → a table of queued, running and finished jobs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import dash
from dash import ALL, Input, Output, State, dcc, html

from energy_model.studies.runner import former_names
from energy_model.web import security
from energy_model.web.components import button, table
from energy_model.web.context import AppContext
from energy_model.web.jobs import OPEN, Job
from energy_model.web.language import say

MAX_SHOWN_JOBS = 100  # the newest jobs
POLL_MS = 1500  # milliseconds between updates


def page(house: AppContext, language: str) -> list[Any]:
    """Returns the page."""
    return [
        html.H1(say("What was asked", language)),
        html.P(say("One question is answered after the other. You may close the page; the answer is kept here.", language), className="lead"),
        dcc.Interval(id="queue_clock", interval=POLL_MS), dcc.Store(id="queue_seen"),
        html.Div(listed(house, security.user_id(), language), id="queue"),
    ]  # fmt: skip


def listed(house: AppContext, person: str, language: str) -> Any:
    """Returns the jobs as a table."""
    jobs = house.queue.jobs()
    if not jobs:
        return html.P(say("Nothing has been asked yet.", language))
    heads = [
        say(word, language) for word in ("Question", "Kind", "Asked by", "When", "State", "Cancel")
    ]
    rows = [_row(house, job, person, language) for job in jobs[:MAX_SHOWN_JOBS]]
    return table(say("Questions, the newest first", language), heads, rows)


def _row(house: AppContext, job: Job, person: str, language: str) -> list[Any]:
    own_mark = f" ({say('you', language)})" if job.person == person else ""
    study = former_names.current_options(job.asked["study"]) if job.kind == "study" else {}
    kind = study.get("question", job.kind).replace("_", "-")
    is_open = job.state in OPEN
    cancel = (
        button(
            say("Cancel", language),
            {"type": "cancel", "job": job.name},
            "small",
            **{"aria-label": f"{say('Cancel', language)}: {job.title}"},
        )
        if is_open and own_mark
        else ""
    )
    return [
        dcc.Link(job.title, href=f"/job/{job.name}"), say(kind, language), f"{job.asker or '–'}{own_mark}", when(job.made, language),
        html.Span(state(house, job, language), className=f"state {job.state}"), cancel,
    ]  # fmt: skip


def state(house: AppContext, job: Job, language: str) -> str:
    """Returns the state of a job in words."""
    if job.state == "queued":
        before = house.queue.before(job.name)
        return (
            say("waiting, {many} before it", language, many=before)
            if before
            else say("is next", language)
        )
    if house.queue.ending(job.name):
        return say("is being cancelled", language)
    return say(job.state, language)


def when(text: str, language: str) -> str:
    """Returns an ISO time as local time in the format of the language; empty if invalid."""
    try:
        time = datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone()
    except ValueError:
        return ""
    return f"{time:%d.%m. %H:%M}" if language == "da" else f"{time:%d %b %H:%M}"


def register(app: dash.Dash, house: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        Output("queue", "children"), Output("queue_seen", "data"),
        Input("queue_clock", "n_intervals"), Input({"type": "cancel", "job": ALL}, "n_clicks"), State("queue_seen", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def look(_: Any, __: Any, seen: str | None) -> tuple[Any, Any]:
        context = dash.callback_context
        if isinstance(context.triggered_id, dict) and any(
            event["value"] for event in context.triggered
        ):
            house.queue.cancel(str(context.triggered_id["job"]), security.user_id())
        language = security.language()
        states = json.dumps(
            [(job.name, state(house, job, language)) for job in house.queue.jobs()[:MAX_SHOWN_JOBS]]
        )
        if states == seen:
            return dash.no_update, dash.no_update
        return listed(house, security.user_id(), language), states
