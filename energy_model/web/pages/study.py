"""Study pages: the questions that studies answer → the page of one, with its choices → a submitted study.

Questions and choices come from the guides of the studies (`energy_model/studies/guide.py`).
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from energy_model.common.choices import ONE
from energy_model.common.errors import InputError
from energy_model.common.language import N_, translate, translator
from energy_model.reporting.topics import known_topics
from energy_model.studies.guide import StudyGuide, Subject, study_guides
from energy_model.web import request_validation, security
from energy_model.web.choice_fields import PATTERNS, choice_fields, values_of
from energy_model.web.components import (
    button,
    error_message,
    field,
    message,
    section,
    select,
    triggered_button,
)
from energy_model.web.context import AppContext
from energy_model.web.jobs import DONE, Job
from energy_model.web.pages import draft_summary, scenario_form
from energy_model.web.pages.queue import finished_runs, run_options
from energy_model.web.pages.topic import finished_run, topic_links
from energy_model.web.request_validation import ScenarioDraft, ValidatedRequest
from energy_model.web.roles import Role, require_role

MIN_MINUTES_AS_HOURS = 120  # from which a time is in hours
MAX_SOFT_MINUTES = 10  # estimated minutes of a study up to which its length is no warning


def page(context: AppContext, name: str, content: Any, language: str) -> list[Any]:
    """Returns the page of a question, or all questions without a name; on the draft of the scenario page."""
    _ = translator(language)
    draft = scenario_form.draft_of(context, content)
    subject = context.cases[draft.case].subject(draft.scenario, language)
    if not name:
        return _questions(context, subject, language)
    guide = study_guides().get(name)
    if guide is None:
        return [html.H1(_("The page was not found.")), dcc.Link(_("All questions"), href="/study")]
    return [
        html.P(dcc.Link(_("All questions"), href="/study")),
        html.H1(_(guide.question)),
        html.P(_(guide.summary), className="lead"),
        dcc.Store(id="study_name", data=guide.name),
        _base_section(context, draft, language),
        section(
            _("Your choices"),
            *choice_fields(guide.choices, subject, language),
            scenario_form.resolution_choice(
                "study_resolution", context.cases[draft.case], draft.resolution, language
            ),
        ),
        html.Div(id="study_length", role="status"),
        *scenario_form.submission_fields(context, "study_title", "", language),
        button(_("Start study"), "study_start", "main"),
        html.Div(id="study_message", role="alert"),
    ]


def _questions(context: AppContext, subject: Subject, language: str) -> list[Any]:
    """Returns all questions, each with a link to its page: those on a finished run, and those of studies."""
    _ = translator(language)
    items = [
        html.Li(
            [dcc.Link(_(guide.question), href=f"/study/{guide.name}"), html.P(_(guide.summary))]
        )
        for guide in study_guides().values()
        if guide.is_offered(subject)
    ]
    lead = _(
        "A study solves a case many times, with the case, scenario and changes of the page New run."
    )
    return [
        html.H1(_("Questions")),
        section(_("Questions on a run"), *_run_questions(context, language)),
        section(_("Studies"), html.P(lead), html.Ul(items, className="questions")),
    ]


def _run_questions(context: AppContext, language: str) -> list[Any]:
    """Returns the questions on a finished run, at first the newest of a default scenario without changes, else the newest."""
    _, finished = translator(language), finished_runs(context)
    if not finished:
        text = _(
            "These questions are answered once a run is finished. Start one on the page New run."
        )
        return [
            html.P(text),
            html.Ul([html.Li(_(topic.question)) for topic in known_topics().values()]),
        ]
    runs = run_options(finished, language)
    shown = next((job for job in finished if _is_unchanged(context, job)), finished[0])
    return [
        html.P(_("Answered at once, from a finished run.")),
        html.Div(
            field(_("Finished run"), select("questions_run", runs, shown.name)), className="fields"
        ),
        html.Div(topic_links(shown.name, language), id="run_questions"),
    ]


def _is_unchanged(context: AppContext, job: Job) -> bool:
    """Returns whether a job is a run of the default scenario of its case without changes."""
    case, request = context.cases.get(job.request["case"]), job.request
    is_plain = not request["changes"] and not request["added"] and not request["resolution"]
    return case is not None and is_plain and request["scenario"] == case.default


def _base_section(context: AppContext, draft: ScenarioDraft, language: str) -> html.Section:
    """Returns case, scenario and changes on which the study is based."""
    _ = translator(language)
    heading = draft_summary.scenario_heading(context, draft, language)
    changes = draft_summary.describe_changes(context, draft, language).values()
    listed = (
        html.Ul([html.Li(text) for text in changes], className="changes")
        if changes
        else html.P(_("No changes yet."), className="soft")
    )
    return section(_("Starting point"), heading, listed)


def study_request(
    context: AppContext, name: Any, content: Any, sent: Iterable[Mapping[str, Any]], language: str
) -> tuple[ValidatedRequest, StudyGuide, dict[str, Any]]:
    """Returns the validated request of a study, its guide, and its dictionary for a job.

    Raises:
        InputError: The draft or a choice is not valid.
    """
    guide = study_guides().get(str(name))
    if guide is None:
        raise InputError.at(N_("study"), N_("choose a question of the list"))
    request = request_validation.validate(content, context.cases)
    forbidden = [name for name, (_, maximum) in request.added.items() if maximum == 0]
    if len(forbidden) < len(request.added):
        remedy = N_("a study has no required candidates; make them optional, or start a run")
        raise InputError.at(N_("study"), remedy)
    subject = request.case.subject(request.scenario, language)
    options = {"question": guide.name, **guide.read(values_of(guide.choices, sent), subject)}
    tables = request.case.candidates(request.scenario)["table"]
    overrides = [f"{tables[name]}.{name}.max_capacity_added = 0" for name in forbidden]
    changes = [*request.changes, *overrides]
    return request, guide, request.as_dict() | {"changes": changes, "added": {}, "study": options}


def _heading(
    request: ValidatedRequest, guide: StudyGuide, job_request: Mapping[str, Any], language: str
) -> str:
    """Returns the title of a study without one: its question, the case, and the choice that comes first."""
    scenario = request.case.scenarios()[request.scenario][language]
    parts = [request.case.title(language), scenario]
    if request.changes or request.added:
        parts.append(translate("with changes", language))
    title = f"{translate(guide.question, language)} {', '.join(parts)}"
    first = next((choice for choice in guide.choices if choice.kind == ONE), None)
    if first is None:
        return title
    options = dict(first.options_of(request.case.subject(request.scenario, language)))
    chosen = options.get(job_request["study"].get(first.name))
    return f"{title}: {translate(chosen, language)}" if chosen else title


def seconds_of_case(jobs: Iterable[Job], case: str, resolution: Any) -> float | None:
    """Returns the median seconds of a solved case in earlier jobs; None if there are none."""
    found = []
    for job in jobs:
        same = (job.request.get("case"), job.request.get("resolution")) == (case, resolution)
        if job.state == DONE and same and job.started and job.ended:
            begun, ended = (datetime.fromisoformat(moment) for moment in (job.started, job.ended))
            cases = max(int(job.result.get("cases", 1)), 1)
            found.append((ended - begun).total_seconds() / cases)
    return statistics.median(found) if found else None


def _estimated_seconds(context: AppContext, case: str, resolution: Any) -> float | None:
    """Returns the seconds of a solved case, from those of the default number of steps where none had this one."""
    jobs, default = context.queue.jobs(), context.cases[case].resolution
    found = seconds_of_case(jobs, case, resolution)
    if found is not None or not isinstance(resolution, int) or not isinstance(default, int):
        return found
    of_default = seconds_of_case(jobs, case, None)
    return None if of_default is None else of_default * resolution / default


def _length(
    context: AppContext, guide: StudyGuide, job_request: Mapping[str, Any], language: str
) -> Any:
    """Returns a sentence on the number of solved cases and their time."""
    subject = context.cases[job_request["case"]].subject(job_request["scenario"], language)
    count = guide.count(job_request["study"], subject)
    seconds = _estimated_seconds(context, job_request["case"], job_request["resolution"])
    text = translate("About {count:#} cases are solved.", language, count=count)
    if seconds is None:
        return html.P(text, className="soft")
    minutes = max(1, round(count * seconds / 60))
    if minutes < MIN_MINUTES_AS_HOURS:
        duration = translate("{count:#} minutes", language, count=minutes)
    else:
        duration = translate("{count:#} hours", language, count=round(minutes / 60))
    text += " " + translate(
        "By the time of earlier jobs this takes about {duration}.", language, duration=duration
    )
    coarse = request_validation.resolution_steps(context.cases[job_request["case"]], "coarse")
    if minutes > MAX_SOFT_MINUTES and job_request["resolution"] != coarse:
        text += " " + translate("The coarse time resolution takes much less.", language)
    return html.P(text, className="soft") if minutes <= MAX_SOFT_MINUTES else message([text], "")


def _register_run_choice(app: dash.Dash, context: AppContext) -> None:
    """Registers the callback that lists the questions on a chosen run."""

    @app.callback(
        Output("run_questions", "children"),
        Input("questions_run", "value"),
        prevent_initial_call=True,
    )
    def choose_run(name: Any) -> Any:
        if finished_run(context, str(name)) is None:
            raise dash.exceptions.PreventUpdate
        return topic_links(str(name), security.language())


def _register_length(app: dash.Dash, context: AppContext) -> None:
    """Registers the callback that states the length of a study with its choices."""

    @app.callback(
        Output("study_length", "children"),
        Input(PATTERNS[0], "value"),
        Input(PATTERNS[1], "value"),
        Input("study_resolution", "value"),
        State("study_name", "data"),
        State("draft", "data"),
    )
    def show_length(_one: Any, _many: Any, resolution: Any, name: Any, content: Any) -> Any:
        language = security.language()
        one, many, _resolution = dash.callback_context.inputs_list
        sent = [*one, *many]
        try:
            draft = _draft(context, content, resolution)
            _, guide, job_request = study_request(context, name, draft, sent, language)
        except InputError:
            return []  # told when the study is started
        return _length(context, guide, job_request, language)


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the pages."""
    _register_run_choice(app, context)
    _register_length(app, context)

    @app.callback(
        Output("url", "pathname", allow_duplicate=True),
        Output("study_message", "children"),
        Input("study_start", "n_clicks"),
        State("draft", "data"),
        State("study_title", "value"),
        State("submitter", "value"),
        State("study_name", "data"),
        State("study_resolution", "value"),
        State(PATTERNS[0], "value"),
        State(PATTERNS[1], "value"),
        prevent_initial_call=True,
    )
    def start(
        _: Any,
        content: Any,
        title: Any,
        submitter: Any,
        name: Any,
        resolution: Any,
        _one: Any,
        _many: Any,
    ) -> tuple[Any, Any]:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        *_others, one, many = dash.callback_context.states_list
        try:
            require_role(Role.ASK)
            draft = _draft(context, content, resolution)
            request, guide, job_request = study_request(
                context, name, draft, [*one, *many], language
            )
            heading = str(title or "").strip() or _heading(request, guide, job_request, language)
            user, known_as = security.user_id(), str(submitter or "").strip()
            job = context.queue.add("study", heading, user, known_as, job_request)
        except InputError as error:
            return dash.no_update, error_message(error, language)
        return f"/job/{job.name}", ""


def _draft(context: AppContext, content: Any, resolution: Any) -> Any:
    """Returns the stored draft, or an empty one, with the resolution of the page."""
    draft = content or scenario_form.draft_of(context, content).model_dump(mode="json")
    return {**draft, "resolution": resolution} if isinstance(draft, dict) else draft
