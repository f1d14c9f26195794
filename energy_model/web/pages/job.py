"""Job page: a job → its progress while it runs, then its results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from energy_model.common.errors import InputError
from energy_model.common.formatting import format_input, words
from energy_model.common.language import N_, translate, translator
from energy_model.studies.guide import study_guides
from energy_model.web import security
from energy_model.web.components import aria_label, button, message, triggered_button, wait_text
from energy_model.web.context import AppContext
from energy_model.web.draft_link import address_of
from energy_model.web.jobs import DONE, OPEN, RUNNING, Job
from energy_model.web.pages import draft_summary, queue, results
from energy_model.web.request_validation import ScenarioDraft, parse_draft

POLL_MS = 700  # milliseconds between updates
OPTION_NAMES = (N_("weights"), N_("limits"))  # of options that a study makes from its choices
MAX_SHOWN_LINES = 12  # of progress shown


def page(context: AppContext, name: str, language: str) -> list[Any]:
    """Returns the page of a job, or a notice if there is no such job."""
    _ = translator(language)
    try:
        job = context.queue.job(name)
    except KeyError:
        link = dcc.Link(_("All jobs"), href="/queue")
        return [html.H1(_("The job was not found.")), link]
    facts = [
        context.case_title(job.request["case"], language),
        _steps(job.request, language),
        queue.format_time(job.created, language),
        job.submitter,
    ]
    return [
        html.H1(job.title),
        html.P(" · ".join(filter(None, facts)), className="soft"),
        *([html.P(_("Note: {note}", note=note))] if (note := _note(job.request)) else []),
        dcc.Store(id="job", data=job.name),
        dcc.Store(id="shown_job_state"),
        dcc.Interval(id="job_clock", interval=POLL_MS, disabled=job.state not in OPEN),
        html.Div(content(context, job, language), id="job_content", **wait_text(language)),
        html.Details([html.Summary(_("Inputs")), _inputs(context, job, language)]),
    ]


def _note(request: Mapping[str, Any]) -> str:
    """Returns the note of the inputs of a job; empty without one."""
    draft = _draft(request)
    return draft.note if draft else ""


def _draft(request: Mapping[str, Any]) -> ScenarioDraft | None:
    """Returns the draft that a job was made from; None for one of an earlier version."""
    try:
        return parse_draft(request.get("draft"))
    except InputError:
        return None


def _steps(request: Mapping[str, Any], language: str) -> str:
    """Returns the time steps of a job, since costs of different numbers of steps do not compare; empty for the default."""
    steps = request["resolution"]
    if not steps:
        return ""
    _ = translator(language)
    if request.get("study"):
        text = N_(
            "{steps:#} time steps: its costs and sizes compare with those of as many steps only"
        )
        return _(text, steps=int(steps))
    return _("{steps:#} time steps", steps=int(steps))


def content(context: AppContext, job: Job, language: str) -> list[Any]:
    """Returns the current state of a job with its progress or results."""
    _ = translator(language)
    state = html.Span(queue.describe_state(context, job, language), className=f"state {job.state}")
    status = html.P([state], role="status")
    if job.state in OPEN:
        return [status, *_progress(context, job, language)]
    if job.state == DONE:
        make_results = results.run if job.kind == "run" else results.study
        return [status, *make_results(context, job, language)]
    link = dcc.Link(_("Change the inputs and run again"), href="/")
    sentences = [message(map(_, job.messages))] if job.messages else []
    return [status, *sentences, html.P(link)]


def _progress(context: AppContext, job: Job, language: str) -> list[Any]:
    """Returns the progress of a job that is not done."""
    _ = translator(language)
    items = [
        html.Li([html.Span(_minutes(seconds), className="n"), _(text)])
        for seconds, text in context.queue.progress(job.name)[-MAX_SHOWN_LINES:]
    ]
    indicator: Any = html.P(_("The job starts when the jobs before it are done."))
    if job.state == RUNNING:
        indicator = html.Progress(**aria_label(_("The job is running")))
    is_own = job.user == security.user_id()
    cancel = [button(_("Cancel"), "job_cancel")] if is_own else []
    return [indicator, html.Ol(items, className="progress"), *cancel]


def _minutes(seconds: str) -> str:
    """Returns a time in seconds, as a worker wrote it, as minutes and seconds, such as ``1:05``."""
    try:
        return "{}:{:02d}".format(*divmod(round(float(seconds)), 60))
    except (ValueError, OverflowError):
        return seconds


def _inputs(context: AppContext, job: Job, language: str) -> html.Div:
    """Returns the inputs of a job: scenario, steps, changes, choices and options of a study."""
    _ = translator(language)
    request = job.request
    steps = request["resolution"] or _("default of the case")
    case = context.cases.get(request["case"])
    titles = case.scenarios().get(request["scenario"] or "") if case is not None else None
    scenario = titles[language] if titles else request["scenario"] or _("Base case")
    facts = [_("Scenario: {scenario}", scenario=scenario), _("Steps: {steps}", steps=steps)]
    lines = _changes(context, request, language)
    lines += _study_options(context, request, language)
    changes = html.Ul([*map(html.Li, lines)]) if lines else html.P(_("No changes."))
    return html.Div([html.P("; ".join(facts)), changes, *_draft_parts(request, language)])


def _study_options(context: AppContext, request: Mapping[str, Any], language: str) -> list[str]:
    """Returns the options of a study in words; as they are stored where the page offers none of that name."""
    options = dict(request.get("study", {}))
    guide, case = (
        study_guides().get(options.get("question", "")),
        context.cases.get(request["case"]),
    )
    if guide is None or case is None or request["scenario"] not in case.scenarios():
        return [f"{key}: {value}" for key, value in options.items()]
    _ = translator(language)
    subject = case.subject(request["scenario"], language)
    lines = [_(guide.question)]
    choices = {choice.name: choice for choice in guide.choices}
    for name, value in options.items():
        if name == "question" or value in (None, "", [], {}):
            continue
        if name not in choices:
            lines.append(f"{words(name, language)}: {_plain(value, case.scenarios(), language)}")
            continue
        titles = {key: _(text) for key, text in choices[name].options_of(subject)}
        values = value if isinstance(value, list) else [value]
        shown = ", ".join(
            titles.get(text := f"{part:g}" if isinstance(part, float) else str(part), text)
            for part in values
        )
        lines.append(f"{_(choices[name].title)}: {shown}")
    return lines


def _plain(value: Any, scenarios: Mapping[str, Mapping[str, str]], language: str) -> str:
    """Returns a stored option as text: of a stage its year and the title of its scenario, of numbers their names too."""
    if isinstance(value, list):
        return ", ".join(_plain(part, scenarios, language) for part in value)
    if isinstance(value, Mapping) and all(isinstance(part, int | float) for part in value.values()):
        return ", ".join(
            f"{words(name, language)} {format_input(float(part), language)}"
            for name, part in value.items()
        )
    if isinstance(value, Mapping):
        parts = [part for part in value.values() if part not in (None, "", [], {}, ())]
        return " ".join(_plain(part, scenarios, language) for part in parts)
    titles = scenarios.get(value) if isinstance(value, str) else None
    return titles[language] if titles else str(value)


def _changes(context: AppContext, request: Mapping[str, Any], language: str) -> list[str]:
    """Returns the changes and choices of a job in words; as they are stored where the case has changed since."""
    _ = translator(language)
    try:
        draft = parse_draft(request.get("draft"))
        return [*draft_summary.describe_changes(context, draft, language).values()]
    except (InputError, KeyError):
        lines = [*request["changes"]]
    for name, (minimum, maximum) in request["added"].items():
        if maximum == 0:
            lines.append(_("{candidate}: forbidden", candidate=name))
        else:
            lines.append(_("{candidate}: at least {size:#}", candidate=name, size=minimum))
    return lines


def _draft_parts(request: Mapping[str, Any], language: str) -> list[html.P]:
    """Returns a link to the page New run with the inputs of a job."""
    draft = _draft(request)
    if draft is None:
        return []
    _, address = translator(language), address_of(draft)
    text = _("Open these inputs on the page New run")
    return [html.P(html.A(text, href=address))] if address else []


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the page."""

    # A browser drops an answer if it asks anew in the meantime. So the clock asks for the state only, which is quick,
    # and stops at the end of the job; the results, which take seconds, are asked for once.
    @app.callback(
        Output("job_clock", "disabled"),
        Output("shown_job_state", "data"),
        Input("job_clock", "n_intervals"),
        State("job", "data"),
        State("shown_job_state", "data"),
        prevent_initial_call=True,
    )
    def poll(_: Any, name: Any, shown_state: Any) -> tuple[Any, Any]:
        job = queue.job_of(context, name)
        times = [seconds for seconds, _ in context.queue.progress(job.name)]
        state = [queue.describe_state(context, job, security.language()), *times[-1:]]
        return job.state not in OPEN, dash.no_update if state == shown_state else state

    @app.callback(
        Output("job_content", "children"),
        Input("shown_job_state", "data"),
        State("job", "data"),
        prevent_initial_call=True,
    )
    def show(state: Any, name: Any) -> Any:
        if state is None:
            raise dash.exceptions.PreventUpdate
        return content(context, queue.job_of(context, name), security.language())

    @app.callback(
        Output("shown_job_state", "data", allow_duplicate=True),
        Input("job_cancel", "n_clicks"),
        State("job", "data"),
        prevent_initial_call=True,
    )
    def cancel(_: Any, name: str) -> Any:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        context.queue.cancel(str(name), security.user_id())
        return None

    @app.callback(
        Output("report_container", "children"),
        Input("report_open", "n_clicks"),
        State("job", "data"),
        prevent_initial_call=True,
    )
    def report(_: Any, name: str) -> Any:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        return html.Iframe(
            src=f"/report/{queue.job_of(context, name).name}?language={language}",
            title=translate("Report", language),
            className="report",
            sandbox="allow-scripts",
        )
