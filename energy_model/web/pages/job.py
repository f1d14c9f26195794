"""Job: one question — its progress while it runs, and then its answer."""

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

POLL_MS = 700  # milliseconds between looks
MAX_SHOWN_LINES = 12  # of progress that are shown


def page(house: AppContext, name: str, language: str) -> list[Any]:
    """The page of a job; what it is of is looked up among those that are known."""
    try:
        job = house.queue.job(name)
    except KeyError:
        return [html.H1(say("There is no such question.", language)), dcc.Link(say("All questions", language), href="/queue")]  # fmt: skip
    return [
        html.H1(job.title),
        html.P([f"{house.case_title(job.asked['case'], language)} · {queue.when(job.made, language)}", f" · {job.asker}" if job.asker else ""], className="soft"),
        dcc.Store(id="job", data=job.name), dcc.Store(id="job_seen"),
        dcc.Interval(id="job_clock", interval=POLL_MS, disabled=job.state not in OPEN),
        html.Div(shown(house, job, language), id="job_shown"),
        html.Details([html.Summary(say("What was asked", language)), _what(job, language)]),
    ]  # fmt: skip


def shown(house: AppContext, job: Job, language: str) -> list[Any]:
    """A job as it stands now."""
    words = html.P([html.Span(queue.state(house, job, language), className=f"state {job.state}")], role="status")  # fmt: skip
    if job.state in OPEN:
        lines = [line.partition("\t") for line in house.queue.progress(job.name)[-MAX_SHOWN_LINES:]]
        items = [html.Li([html.Span(f"{seconds} s", className="n"), progress(text, language)]) for seconds, _, text in lines]  # fmt: skip
        cancel = [button(say("Cancel", language), "job_cancel")] if job.person == security.user_id() else []  # fmt: skip
        moving = html.Progress(**{"aria-label": say("It is being worked on", language)}) if job.state == "running" else html.P(say("It begins when those before it are done.", language))  # fmt: skip
        return [words, moving, html.Ol(items, className="progress"), *cancel]
    if job.state == "done":
        return [words, *(results.run(house, job, language) if job.kind == "run" else results.study(house, job, language))]  # fmt: skip
    again = dcc.Link(say("Change the question and ask again", language), href="/")
    return [words, *([message(job.sentences)] if job.sentences else []), html.P(again)]


def _what(job: Job, language: str) -> Any:
    asked = job.asked
    lines = [html.Li(change) for change in asked["changes"]]
    for name, (least, most) in asked["added"].items():
        wish = say("forbidden", language) if most == 0 else f"{say('required', language)}, {say('at least', language)} {least:g}"  # fmt: skip
        lines.append(html.Li(f"{name}: {wish}"))
    lines += [html.Li(f"{key}: {value}") for key, value in asked.get("study", {}).items()]
    scenario = html.P(f"{say('Scenario', language)}: {asked['scenario'] or '–'}; {say('steps', language)}: {asked['resolution'] or say('as the case is made', language)}")  # fmt: skip
    return html.Div([scenario, html.Ul(lines) if lines else html.P(say("Nothing is changed.", language))])  # fmt: skip


def register(app: dash.Dash, house: AppContext) -> None:
    """Lets the page answer."""

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
        now = [queue.state(house, job, language), len(house.queue.progress(job.name))]
        if now == seen:
            raise dash.exceptions.PreventUpdate
        return shown(house, job, language), job.state not in OPEN, now

    @app.callback(Output("job_seen", "data", allow_duplicate=True), Input("job_cancel", "n_clicks"), State("job", "data"), prevent_initial_call=True)  # fmt: skip
    def cancel(_: Any, name: str) -> Any:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        house.queue.cancel(str(name), security.user_id())
        return None

    @app.callback(Output("report_place", "children"), Input("report_open", "n_clicks"), State("job", "data"), prevent_initial_call=True)  # fmt: skip
    def report(_: Any, name: str) -> Any:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        try:
            job = house.queue.job(name)
        except KeyError:
            raise dash.exceptions.PreventUpdate from None
        return html.Iframe(src=f"/report/{job.name}?language={language}", title=say("The report", language), className="report", sandbox="allow-scripts")  # fmt: skip
