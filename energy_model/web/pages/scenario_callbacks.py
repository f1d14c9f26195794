"""Scenario callbacks: inputs on the scenario page → a draft, submitted runs and saved scenarios.

The browser stores the draft and adds slider positions and candidate choices to it without the
server.
"""

from __future__ import annotations

from typing import Any

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, State

from energy_model.common.errors import InputError
from energy_model.common.language import translate
from energy_model.reporting.address_titles import labels_of_frames
from energy_model.web import request_validation, security, site_map, table_editor
from energy_model.web.components import (
    error_message,
    message,
    triggered_button,
)
from energy_model.web.context import AppContext
from energy_model.web.job_messages import issue_message
from energy_model.web.pages import draft_summary, live_answer, scenario_form
from energy_model.web.pages.scenario_choice import draft_of_choice, refuse_unsettled
from energy_model.web.roles import Role, require_role

DRAFT = Output("draft", "data", allow_duplicate=True)


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the page."""
    _register_browser(app)
    _register_choices(app, context)
    _register_map(app, context)
    _register_table_editor(app, context)
    _register_cell_edits(app, context)
    live_answer.register(app, context)
    _register_submission(app, context)
    _register_saving(app, context)


def _register_browser(app: dash.Dash) -> None:
    """Registers the callbacks that update the draft in the browser, without the server."""
    stores = (State("draft", "data"), State("form", "data"))

    def in_browser(name: str, *dependencies: Any) -> None:
        app.clientside_callback(
            ClientsideFunction("workbench", name), *dependencies, prevent_initial_call=True
        )

    sliders, choices = {"type": "slider", "name": ALL}, {"type": "choice", "name": ALL}
    in_browser("moveSliders", DRAFT, Input(sliders, "value"), State(sliders, "id"), *stores)
    in_browser(
        "chooseCandidates",
        DRAFT,
        Input(choices, "value"),
        Input({"type": "size", "name": ALL}, "value"),
        State(choices, "id"),
        *stores,
    )
    in_browser("addEdits", DRAFT, Input("accepted_edit", "data"), *stores)
    in_browser("writeNote", DRAFT, Input("note", "value"), *stores)
    in_browser("chooseResolution", DRAFT, Input("resolution", "value"), *stores)
    in_browser(
        "undo",
        DRAFT,
        Output("reload", "data", allow_duplicate=True),
        Input({"type": "undo", "of": ALL}, "n_clicks"),
        *stores,
        State("reload", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("workbench", "showSliderValue"),
        Output({"type": "slider_value", "name": MATCH}, "children"),
        Input({"type": "slider", "name": MATCH}, "value"),
        Input("draft", "data"),
        Input("form", "data"),
        State({"type": "slider", "name": MATCH}, "id"),
    )
    in_browser("selectSite", Output("site", "value"), Input("map", "clicked"))
    app.clientside_callback(
        ClientsideFunction("workbench", "storeSite"),
        Output("site_store", "data"),
        Input("site", "value"),
    )


def _register_choices(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the choice of case, scenario and site."""

    @app.callback(
        Output("form", "data"),
        Output("draft", "data"),
        Input("scenario_form", "id"),
        State("draft", "data"),
        State("linked_draft", "data"),
    )
    def load(_: str, content: Any, linked: Any) -> tuple[Any, Any]:
        draft = scenario_form.draft_of(context, linked or content)
        data = scenario_form.browser_data(context, draft, security.language())
        return data, draft.model_dump(mode="json")

    @app.callback(
        Output("scenario_form", "children"),
        Output("form", "data", allow_duplicate=True),
        DRAFT,
        Input("case", "value"),
        Input("scenario", "value"),
        State("draft", "data"),
        prevent_initial_call=True,
    )
    def choose(case: str, scenario: str, content: Any) -> tuple[Any, ...]:
        previous = scenario_form.draft_of(context, content)
        chosen = draft_of_choice(context, case, str(scenario), previous)
        draft = scenario_form.draft_of(context, chosen)
        language = security.language()
        return (
            scenario_form.body(context, draft, language),
            scenario_form.browser_data(context, draft, language),
            draft.model_dump(mode="json"),
        )

    @app.callback(
        Output("candidates", "children"),
        Input("site", "value"),
        State("draft", "data"),
        Input("reload", "data"),
        prevent_initial_call=True,
    )
    def candidates(site: str, content: Any, _: Any) -> Any:
        draft = scenario_form.draft_of(context, content)
        return scenario_form.candidate_list(context, draft, str(site), security.language())


def _register_map(app: dash.Dash, context: AppContext) -> None:
    """Registers the callback that draws the map."""

    @app.callback(
        Output("map", "drawing"),
        Input("draft", "data"),
        Input("site_store", "data"),
        State("map", "drawing"),
        prevent_initial_call=True,
    )
    def draw_map(content: Any, site: str | None, previous: Any) -> Any:
        draft = scenario_form.draft_of(context, content)
        choices = {name: requested.choice for name, requested in draft.candidates.items()}
        case = context.cases[draft.case]
        drawing = site_map.build_map(
            case.system(draft.scenario),
            case.candidates(draft.scenario),
            choices,
            security.language(),
            str(site or ""),
        )
        return dash.no_update if drawing == previous else drawing


def _register_table_editor(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the table editor."""

    @app.callback(
        Output("grid_container", "children"),
        Input("table", "value"),
        State("draft", "data"),
        prevent_initial_call=True,
    )
    def show_table(name: str | None, content: Any) -> Any:
        draft = scenario_form.draft_of(context, content)
        system = context.cases[draft.case].system(draft.scenario)
        if name not in table_editor.table_names(system):
            return ""
        return table_editor.grid(system, str(name), draft.edits, security.language())

    # New rows leave the grid where it is scrolled to; a new grid begins at its first column.
    @app.callback(
        Output("grid", "rowData"),
        Input("reload", "data"),
        Input("accepted_edit", "data"),
        State("table", "value"),
        State("draft", "data"),
        prevent_initial_call=True,
    )
    def show_rows(_: Any, accepted: Any, name: str | None, content: Any) -> Any:
        draft = scenario_form.draft_of(context, content)
        system = context.cases[draft.case].system(draft.scenario)
        if name not in table_editor.table_names(system):
            raise dash.exceptions.PreventUpdate
        is_new = dash.callback_context.triggered_id == "accepted_edit"
        edits = [*draft.edits, *table_editor.parse_edits(accepted if is_new else [])]
        return table_editor.rows(system, str(name), edits, security.language())


def _register_cell_edits(app: dash.Dash, context: AppContext) -> None:
    """Registers the callback that accepts or rejects changed and pasted cells."""

    @app.callback(
        Output("accepted_edit", "data"),
        Output("edit_message", "children"),
        Output("reload", "data"),
        Input("grid", "cellValueChanged"),
        Input("pasted", "data"),
        State("table", "value"),
        State("draft", "data"),
        State("reload", "data"),
        prevent_initial_call=True,
    )
    def edit_cells(
        events: Any, pasted: Any, name: str, content: Any, reload: int
    ) -> tuple[Any, Any, Any]:
        is_pasted = dash.callback_context.triggered_id == "pasted"
        cells = pasted if is_pasted else events
        edits = table_editor.edits_of(name, cells if isinstance(cells, list) else [cells])
        if not edits:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        draft = scenario_form.draft_of(context, content)
        case = context.cases[draft.case]
        issues = [
            table_editor.ambiguous_issue(edit)
            or request_validation.edit_issue(edit, case, draft.scenario)
            for edit in edits
        ]
        accepted = [e for e, issue in zip(edits, issues, strict=True) if issue is None]
        labels = labels_of_frames(case.system(draft.scenario).frames)
        faults = [
            translate(
                issue_message(table_editor.with_title(issue, edit, labels, language)), language
            )
            for edit, issue in zip(edits, issues, strict=True)
            if issue
        ]
        shown = [message(faults[: table_editor.MAX_SHOWN_FAULTS])] if faults else []
        if accepted:
            shown.append(message([table_editor.describe_edits(accepted, labels, language)], "fine"))
        data = [edit.model_dump(mode="json") for edit in accepted] if accepted else dash.no_update
        return data, shown, (reload or 0) + 1 if faults else dash.no_update


def _register_submission(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks that list and submit the draft."""

    @app.callback(Output("changes", "children"), Input("draft", "data"), prevent_initial_call=True)
    def show_changes(content: Any) -> Any:
        draft = scenario_form.draft_of(context, content)
        return draft_summary.change_list(context, draft, security.language())

    @app.callback(
        Output("url", "pathname", allow_duplicate=True),
        Output("run_message", "children"),
        DRAFT,
        Input("run", "n_clicks"),
        State("draft", "data"),
        State("title", "value"),
        State("submitter", "value"),
        State("scenario", "value"),
        prevent_initial_call=True,
    )
    def run(
        _: Any, content: Any, title: str | None, submitter: str | None, scenario: Any
    ) -> tuple[Any, Any, Any]:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        try:
            require_role(Role.ASK)
            refuse_unsettled(context, content, scenario)
            request = request_validation.validate(content, context.cases)
            name = (title or "").strip() or draft_summary.default_title(
                context, request.draft, language
            )
            user, known_as = security.user_id(), (submitter or "").strip()
            job = context.queue.add("run", name, user, known_as, request.as_dict())
        except InputError as error:
            return dash.no_update, error_message(error, language), dash.no_update
        # the note is that of the run, so the next one starts without it
        return f"/job/{job.name}", "", {**content, "note": ""}


def _register_saving(app: dash.Dash, context: AppContext) -> None:
    """Registers the callback that saves a draft as a scenario."""

    @app.callback(
        Output("scenario", "options"),
        Output("save_message", "children"),
        Input("save", "n_clicks"),
        State("draft", "data"),
        State("title", "value"),
        State("submitter", "value"),
        State("scenario", "value"),
        prevent_initial_call=True,
    )
    def save(
        _: Any, content: Any, title: str | None, submitter: str | None, scenario: Any
    ) -> tuple[Any, Any]:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        try:
            require_role(Role.KEEP)
            refuse_unsettled(context, content, scenario)
            draft = request_validation.validate(content, context.cases).draft
            excluded = {"case", "resolution"}
            scenario = draft.model_dump(mode="json", exclude=excluded, exclude_none=True)
            author = (submitter or "").strip()[: scenario_form.MAX_SUBMITTER_CHARACTERS]
            context.workspace.save_scenario(draft.case, title or "", scenario | {"author": author})
        except InputError as error:
            return dash.no_update, error_message(error, language)
        options = scenario_form.scenario_options(context, draft.case, language)
        choices = [{"value": value, "label": text} for value, text in options]
        sentence = translate("Saved. Every user finds it in the list of scenarios.", language)
        return choices, message([sentence], "fine")
