"""Topic page: a finished run and one of its questions → the choices of the question and its answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import dash
from dash import Input, Output, State, dcc, html

from energy_model.common.errors import InputError
from energy_model.common.language import translate, translator
from energy_model.reporting.topic_parts import Topic, TopicSubject
from energy_model.reporting.topics import known_topics
from energy_model.studies.guide import study_guides
from energy_model.web import security
from energy_model.web.choice_fields import PATTERNS, choice_fields, values_of
from energy_model.web.components import error_message, field, render_blocks, section, select
from energy_model.web.context import AppContext
from energy_model.web.jobs import Job
from energy_model.web.pages.queue import finished_runs, run_options
from energy_model.web.roles import Role, require_role
from energy_model.web.topic_reports import topic_of_run, topic_subject

MAX_FIELDS = 50  # of a query string


def page(context: AppContext, address: str, search: str, language: str) -> list[Any]:
    """Returns the page of ``JOB/TOPIC``, or a notice if there is no such answer or topic.

    The query string ``search`` may have values of choices; those that are not valid are left out.
    """
    _, (name, _slash, topic_name) = translator(language), address.partition("/")
    topic, job = known_topics().get(topic_name), finished_run(context, name)
    if topic is None or job is None:
        return [html.H1(_("The page was not found.")), dcc.Link(_("All questions"), href="/study")]
    try:
        subject = topic_subject(_folder(context, job), language)
        values = _values_of_address(topic, search, subject)
    except InputError as error:
        return [html.H1(_(topic.question)), error_message(error, language)]
    runs = run_options(finished_runs(context), language)
    controls = choice_fields(topic.choices, subject, language, values)
    return [
        html.P(dcc.Link(_("All questions"), href="/study")),
        html.H1(_(topic.question)),
        dcc.Store(id="topic_address", data=f"{job.name}/{topic_name}"),
        html.Div(field(_("Finished run"), select("topic_run", runs, job.name)), className="fields"),
        *controls,
        dcc.Loading(
            html.Div(
                answer(context, job, topic_name, values, language), id="topic_answer", role="status"
            ),
            delay_show=400,
        ),
        *_further_studies(topic, language),
        html.P(dcc.Link(_("The whole answer"), href=f"/job/{job.name}")),
    ]


def _further_studies(topic: Topic, language: str) -> list[Any]:
    """Returns links to the studies that answer more of a question; none without any."""
    _, guides = translator(language), study_guides()
    links = [
        html.Li(dcc.Link(_(guides[name].question), href=f"/study/{name}")) for name in topic.studies
    ]
    title = _("Studies that answer more")
    return [section(title, html.Ul(links, className="questions"))] if links else []


def answer(
    context: AppContext, job: Job, topic: str, values: dict[str, Any], language: str
) -> list[Any]:
    """Returns the sections of a topic with a link to its page that works offline."""
    try:
        report = topic_of_run(_folder(context, job), topic, values, language)
    except InputError as error:
        return [error_message(error, language)]
    query = f"?{urlencode(values)}" if values else ""
    address = f"/topic/{job.name}/{topic}.html{query}"
    text = translate("Download this page", language)
    links: list[Any] = [html.A(text, href=address, download=f"{topic}.html")]
    if query:
        shared = translate("Link to this answer", language)
        links += [" · ", html.A(shared, href=f"/answer/{job.name}/{topic}{query}")]
    return [
        *(section(part.title, *render_blocks(part.blocks)) for part in report.sections),
        html.P(links),
    ]


def _values_of_address(topic: Topic, search: str, subject: TopicSubject) -> dict[str, Any]:
    """Returns the values of a topic's choices in a query string, the others at first; slow ones are left out."""
    texts = dict(parse_qsl(search.lstrip("?"), max_num_fields=MAX_FIELDS))
    given = {
        choice.name: choice.parse(texts[choice.name])
        for choice in topic.choices
        if choice.name in texts and texts[choice.name] not in choice.slow_values
    }
    try:
        return topic.read(given, subject)
    except InputError:
        return topic.read({}, subject)


def refuse_slow_values(topic: Topic, values: dict[str, Any]) -> None:
    """Raises InputError if an answer takes long and the user may only look."""
    if any(values.get(choice.name) in choice.slow_values for choice in topic.choices):
        require_role(Role.ASK)


def topic_links(job: str, language: str) -> html.Ul:
    """Returns the questions on a finished run as links."""
    links = [
        html.Li(dcc.Link(translate(topic.question, language), href=f"/answer/{job}/{name}"))
        for name, topic in known_topics().items()
    ]
    return html.Ul(links, className="questions")


def finished_run(context: AppContext, name: str) -> Job | None:
    """Returns a finished run by its name."""
    return next((job for job in finished_runs(context) if job.name == name), None)


def _folder(context: AppContext, job: Job) -> Path:
    return context.workspace.path("runs", job.name)


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        Output("topic_answer", "children"),
        Input(PATTERNS[0], "value"),
        Input(PATTERNS[1], "value"),
        State("topic_address", "data"),
        prevent_initial_call=True,
    )
    def update(_one: Any, _many: Any, address: Any) -> Any:
        name, _, topic_name = str(address).partition("/")
        topic, job = known_topics().get(topic_name), finished_run(context, name)
        if topic is None or job is None or not topic.choices:
            raise dash.exceptions.PreventUpdate
        sent = [member for group in dash.callback_context.inputs_list for member in group]
        values = values_of(topic.choices, sent)
        try:
            refuse_slow_values(topic, values)
        except InputError as error:
            return [error_message(error, security.language())]
        return answer(context, job, topic_name, values, security.language())

    @app.callback(
        Output("url", "pathname", allow_duplicate=True),
        Input("topic_run", "value"),
        State("topic_address", "data"),
        prevent_initial_call=True,
    )
    def choose_run(chosen: Any, address: Any) -> Any:
        name, _, topic_name = str(address).partition("/")
        if not chosen or chosen == name or finished_run(context, str(chosen)) is None:
            raise dash.exceptions.PreventUpdate
        return f"/answer/{chosen}/{topic_name}"
