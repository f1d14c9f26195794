"""Job page: a job → its progress while it runs, then its results."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from energy_model.web import security
from energy_model.web.components import button, message, triggered_button
from energy_model.web.context import AppContext
from energy_model.web.jobs import OPEN, Job
from energy_model.web.language import progress, say
from energy_model.web.pages import queue, results

POLL_MS = 700  # milliseconds between updates
MAX_SHOWN_LINES = 12  # of progress shown


def page(house: AppContext, name: str, language: str) -> list[Any]:
    """Returns the page of a job, or a notice if there is no such job."""
    try:
        job = house.queue.job(name)
    except KeyError:
        return [
            html.H1(say("There is no such question.", language)),
            dcc.Link(say("All questions", language), href="/queue"),
        ]
    return [
        html.H1(job.title),
        html.P([f"{house.case_title(job.asked['case'], language)} · {queue.when(job.made, language)}", f" · {job.asker}" if job.asker else ""], className="soft"),
        dcc.Store(id="job", data=job.name), dcc.Store(id="job_seen"),
        dcc.Interval(id="job_clock", interval=POLL_MS, disabled=job.state not in OPEN),
        html.Div(shown(house, job, language), id="job_shown"),
        html.Details([html.Summary(say("What was asked", language)), _what(job, language)]),
    ]  # fmt: skip


def shown(house: AppContext, job: Job, language: str) -> list[Any]:
    """Returns the current state of a job with its progress or results."""
    status = html.P(
        [html.Span(queue.state(house, job, language), className=f"state {job.state}")],
        role="status",
    )
    if job.state in OPEN:
        lines = [line.partition("\t") for line in house.queue.progress(job.name)[-MAX_SHOWN_LINES:]]
        items = [
            html.Li([html.Span(f"{seconds} s", className="n"), progress(text, language)])
            for seconds, _, text in lines
        ]
        cancel = (
            [button(say("Cancel", language), "job_cancel")]
            if job.person == security.user_id()
            else []
        )
        indicator = (
            html.Progress(**{"aria-label": say("It is being worked on", language)})
            if job.state == "running"
            else html.P(say("It begins when those before it are done.", language))
        )
        return [status, indicator, html.Ol(items, className="progress"), *cancel]
    if job.state == "done":
        return [
            status,
            *(
                results.run(house, job, language)
                if job.kind == "run"
                else results.study(house, job, language)
            ),
        ]
    link = dcc.Link(say("Change the question and ask again", language), href="/")
    return [status, *([message(job.sentences)] if job.sentences else []), html.P(link)]


def _what(job: Job, language: str) -> Any:
    request = job.asked
    lines = [html.Li(change) for change in request["changes"]]
    for name, (minimum, maximum) in request["added"].items():
        choice = (
            say("forbidden", language)
            if maximum == 0
            else f"{say('required', language)}, {say('at least', language)} {minimum:g}"
        )
        lines.append(html.Li(f"{name}: {choice}"))
    lines += [html.Li(f"{key}: {value}") for key, value in request.get("study", {}).items()]
    scenario = html.P(
        f"{say('Scenario', language)}: {request['scenario'] or '–'}; {say('steps', language)}: {request['resolution'] or say('as the case is made', language)}"
    )
    return html.Div(
        [scenario, html.Ul(lines) if lines else html.P(say("Nothing is changed.", language))]
    )


def register(app: dash.Dash, house: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        Output("job_shown", "children"), Output("job_clock", "disabled"), Output("job_seen", "data"),
        Input("job_clock", "n_intervals"), State("job", "data"), State("job_seen", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def look(_: Any, name: str, seen: Any) -> tuple[Any, Any, Any]:
        language = security.language()
        try:
            job = house.queue.job(str(name))
        except KeyError:
            raise dash.exceptions.PreventUpdate from None
        state = [queue.state(house, job, language), len(house.queue.progress(job.name))]
        if state == seen:
            raise dash.exceptions.PreventUpdate
        return shown(house, job, language), job.state not in OPEN, state

    @app.callback(
        Output("job_seen", "data", allow_duplicate=True),
        Input("job_cancel", "n_clicks"),
        State("job", "data"),
        prevent_initial_call=True,
    )
    def cancel(_: Any, name: str) -> Any:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        house.queue.cancel(str(name), security.user_id())
        return None

    @app.callback(
        Output("report_place", "children"),
        Input("report_open", "n_clicks"),
        State("job", "data"),
        prevent_initial_call=True,
    )
    def report(_: Any, name: str) -> Any:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        try:
            job = house.queue.job(name)
        except KeyError:
            raise dash.exceptions.PreventUpdate from None
        return html.Iframe(
            src=f"/report/{job.name}?language={language}",
            title=say("The report", language),
            className="report",
            sandbox="allow-scripts",
        )
