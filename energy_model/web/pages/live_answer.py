"""Live answer: a draft that has settled → what its changes do at few steps, then beside the run of the unchanged case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, html

from energy_model.common.errors import InputError
from energy_model.common.language import translate
from energy_model.reporting.content import Report
from energy_model.web import request_validation, security
from energy_model.web.components import message, render_blocks
from energy_model.web.context import AppContext
from energy_model.web.pages import queue
from energy_model.web.request_validation import ValidatedRequest
from energy_model.web.roles import Role, require_role


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks that show what the draft's changes do.

    The comparison with the run of the unchanged case takes a second more, so it follows the first numbers.
    """
    app.clientside_callback(
        ClientsideFunction("workbench", "settle"),
        Output("settled_draft", "data"),
        Input("draft", "data"),
        prevent_initial_call=True,
    )

    app.clientside_callback(
        ClientsideFunction("workbench", "answered"),
        Output("answered", "data"),
        Input("live_answer", "children"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("live_answer", "children"),
        Output("looked_draft", "data"),
        Input("settled_draft", "data"),
        prevent_initial_call=True,
    )
    def look(content: Any) -> tuple[Any, Any]:
        request = _request(context, content)
        if request is None:
            return "", None  # told when the run is started
        language, fine_run = security.language(), unchanged_run(context, request)
        found = context.live.ask(request, security.user_id(), language, fine_run)
        if found is None:
            raise dash.exceptions.PreventUpdate
        if isinstance(found, list):
            return message(translate(text, language) for text in found), None
        if not request.changes and not request.added:
            return "", None  # the unchanged case is solved, so the first change is answered at once
        return _content(found, language), content if fine_run is not None else None

    @app.callback(
        Output("live_answer", "children", allow_duplicate=True),
        Input("looked_draft", "data"),
        prevent_initial_call=True,
    )
    def compare(content: Any) -> Any:
        request = None if content is None else _request(context, content)
        fine_run = None if request is None else unchanged_run(context, request)
        if request is None or fine_run is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        found = context.live.ask(request, security.user_id(), language, fine_run, is_compared=True)
        if found is None:
            raise dash.exceptions.PreventUpdate
        return _content(found, language) if isinstance(found, Report) else _reasons(found, language)


def unchanged_run(context: AppContext, request: ValidatedRequest) -> Path | None:
    """Returns the folder of the newest finished run of the request's scenario without changes; None without one."""
    wanted = request.case.name, request.scenario, None
    for job in queue.finished_runs(context):
        found = tuple(job.request[name] for name in ("case", "scenario", "resolution"))
        if found == wanted and not job.request["changes"] and not job.request["added"]:
            folder = context.workspace.path("runs", job.name)
            return folder if folder.is_dir() else None
    return None


def _request(context: AppContext, content: Any) -> ValidatedRequest | None:
    """Returns the request of a draft; None if it is not valid or the user may not ask."""
    try:
        require_role(Role.ASK)
        return request_validation.validate(content, context.cases)
    except InputError:
        return None


def _reasons(texts: list[str], language: str) -> dash.Patch:
    """Returns why the second estimate is missing, below the first numbers, which stay."""
    patch = dash.Patch()
    patch.append(message(translate(text, language) for text in texts))
    return patch


def _content(report: Report, language: str) -> list[Any]:
    title = html.H3(translate("What the changes do: a quick look", language))
    return [title, *(e for part in report.sections for e in render_blocks(part.blocks))]
