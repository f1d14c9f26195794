"""Scenario callbacks: inputs on the scenario page → an updated draft, submitted runs and saved scenarios.

The browser stores the draft and adds slider positions and candidate choices to it without the server.
"""

from __future__ import annotations

import re
from typing import Any

import dash
from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, html

from energy_model.common.errors import InputError
from energy_model.web import request_validation, security, site_map, table_editor
from energy_model.web.components import button, faults, message, triggered_button
from energy_model.web.context import AppContext
from energy_model.web.language import label, number, say
from energy_model.web.pages import scenario_form
from energy_model.web.request_validation import Edit, ScenarioDraft

DRAFT = Output("draft", "data", allow_duplicate=True)


def register(app: dash.Dash, house: AppContext) -> None:
    """Registers the callbacks of the page."""
    _gathered(app)
    _chosen(app, house)
    _edited(app, house)
    _asked(app, house)


def _gathered(app: dash.Dash) -> None:
    """Registers the callbacks that update the draft in the browser, without the server."""
    draft = State("draft", "data")

    def here(name: str, *given: Any) -> None:
        app.clientside_callback(
            ClientsideFunction("workbench", name), *given, prevent_initial_call=True
        )

    here(
        "sliders",
        DRAFT,
        Input({"type": "slider", "name": ALL}, "value"),
        State({"type": "slider", "name": ALL}, "id"),
        draft,
        State("known", "data"),
    )
    here(
        "wishes",
        DRAFT,
        Input({"type": "wish", "name": ALL}, "value"),
        Input({"type": "size", "name": ALL}, "value"),
        State({"type": "wish", "name": ALL}, "id"),
        draft,
        State("known", "data"),
    )
    here("edited", DRAFT, Input("accepted", "data"), draft, State("known", "data"))
    here("fineness", DRAFT, Input("fineness", "value"), draft, State("known", "data"))
    here(
        "undo",
        DRAFT,
        Output("reload", "data", allow_duplicate=True),
        Input({"type": "undo", "of": ALL}, "n_clicks"),
        draft,
        State("known", "data"),
        State("reload", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("workbench", "shown"),
        Output({"type": "shown", "name": MATCH}, "children"),
        Input({"type": "slider", "name": MATCH}, "value"), Input("draft", "data"), Input("known", "data"), State({"type": "slider", "name": MATCH}, "id"),
    )  # fmt: skip
    here("site", Output("site", "value"), Input("map", "clicked"))
    app.clientside_callback(
        ClientsideFunction("workbench", "kept"), Output("place", "data"), Input("site", "value")
    )


def _chosen(app: dash.Dash, house: AppContext) -> None:
    """Registers the callbacks of the choice of case, scenario and site."""

    @app.callback(
        Output("known", "data"), Output("draft", "data"), Input("ask", "id"), State("draft", "data")
    )
    def begin(_: str, content: Any) -> tuple[Any, Any]:
        draft = scenario_form.draft_of(house, content)
        return scenario_form.known(house, draft, security.language()), draft.model_dump(mode="json")

    @app.callback(
        Output("ask", "children"), Output("known", "data", allow_duplicate=True), DRAFT,
        Input("case", "value"), Input("scenario", "value"), State("draft", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def choose(case: str, scenario: str, content: Any) -> tuple[Any, ...]:
        previous = scenario_form.draft_of(house, content)
        kind, _, name = str(scenario).partition(":")
        if case not in house.cases or (
            case == previous.case and kind == "own" and name == previous.scenario
        ):
            raise dash.exceptions.PreventUpdate
        if case != previous.case:
            chosen: dict[str, Any] = {"case": case, "scenario": house.cases[case].default}
        elif kind == "saved":
            saved = house.workspace.scenarios(case).get(name)
            if saved is None:
                raise dash.exceptions.PreventUpdate
            chosen = {
                key: value for key, value in saved.items() if key in ScenarioDraft.model_fields
            }
            chosen |= {"case": case, "fineness": previous.fineness}
        else:
            chosen = previous.model_dump(mode="json") | {"scenario": name}
        draft = scenario_form.draft_of(house, chosen)
        language = security.language()
        return (
            scenario_form.body(house, draft, language),
            scenario_form.known(house, draft, language),
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
        return scenario_form.candidate_list(
            house, scenario_form.draft_of(house, content), str(site), security.language()
        )

    @app.callback(
        Output("map", "drawing"),
        Input("draft", "data"),
        Input("place", "data"),
        State("map", "drawing"),
        prevent_initial_call=True,
    )
    def drawn(content: Any, site: str | None, before: Any) -> Any:
        draft = scenario_form.draft_of(house, content)
        wishes = {name: wish.wish for name, wish in draft.candidates.items()}
        case = house.cases[draft.case]
        known = case.candidates(draft.scenario)
        drawing = site_map.build_map(
            case.system(draft.scenario), known, wishes, security.language(), str(site or "")
        )
        return dash.no_update if drawing == before else drawing


def _edited(app: dash.Dash, house: AppContext) -> None:
    """Registers the callbacks of the table editor."""

    @app.callback(
        Output("grid_place", "children"),
        Input("table", "value"), Input("reload", "data"), State("draft", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def rows(name: str | None, _: Any, content: Any) -> Any:
        draft = scenario_form.draft_of(house, content)
        system = house.cases[draft.case].system(draft.scenario)
        if name not in table_editor.tables(system):
            return ""
        return table_editor.grid(system, name, draft.edits, security.language())

    @app.callback(
        Output("accepted", "data"), Output("edit_told", "children"), Output("reload", "data"),
        Input("grid", "cellValueChanged"), State("table", "value"), State("draft", "data"), State("reload", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def change(events: Any, name: str, content: Any, reload: int) -> tuple[Any, Any, Any]:
        if not events:
            raise dash.exceptions.PreventUpdate
        draft, language = scenario_form.draft_of(house, content), security.language()
        event = events[-1] if isinstance(events, list) else events
        try:
            value = event.get("value")
            if re.fullmatch(r"-?\d+,\d+", str(value).strip()):  # a decimal comma
                value = str(value).replace(",", ".")
            edit = Edit(
                table=name,
                row=str(event["rowId"]),
                column=str(event["colId"]),
                value="" if value is None else str(value).strip(),
            )
        except (KeyError, ValueError):
            raise dash.exceptions.PreventUpdate from None
        issue = request_validation.wrong_edit(edit, house.cases[draft.case], draft.scenario)
        if issue is not None:
            return dash.no_update, message([str(issue)]), (reload or 0) + 1
        sentence = say(
            "{address} is {value} in your question.",
            language,
            address=f"{edit.table}.{edit.row}.{edit.column}",
            value=edit.value or say("empty", language),
        )
        return edit.model_dump(mode="json"), message([sentence], "fine"), dash.no_update


def _asked(app: dash.Dash, house: AppContext) -> None:
    """Registers the callbacks that list, submit and save the draft."""

    @app.callback(Output("asked", "children"), Input("draft", "data"), prevent_initial_call=True)
    def listed(content: Any) -> Any:
        return changes(house, scenario_form.draft_of(house, content), security.language())

    @app.callback(
        Output("url", "pathname", allow_duplicate=True), Output("run_told", "children"),
        Input("run", "n_clicks"), State("draft", "data"), State("title", "value"), State("asker", "value"), prevent_initial_call=True,
    )  # fmt: skip
    def run(_: Any, content: Any, title: str | None, asker: str | None) -> tuple[Any, Any]:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        try:
            request = request_validation.validate(content, house.cases)
            name = (title or "").strip() or told_in_short(house, request.draft, language)
            job = house.queue.add(
                "run", name, security.user_id(), (asker or "").strip(), request.as_dict()
            )
        except InputError as error:
            return dash.no_update, faults(error, language)
        return f"/job/{job.name}", ""

    @app.callback(
        Output("scenario", "options"), Output("save_told", "children"),
        Input("save", "n_clicks"), State("draft", "data"), State("title", "value"), prevent_initial_call=True,
    )  # fmt: skip
    def save(_: Any, content: Any, title: str | None) -> tuple[Any, Any]:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        try:
            draft = request_validation.validate(content, house.cases).draft
            scenario = draft.model_dump(
                mode="json", exclude={"case", "fineness"}, exclude_none=True
            )
            house.workspace.keep_scenario(draft.case, title or "", scenario)
        except InputError as error:
            return dash.no_update, faults(error, language)
        options = scenario_form.scenarios(house, draft.case, language)
        sentence = say(
            "Saved. It stands in the list of scenarios, for everybody who uses this workbench.",
            language,
        )
        choices = [{"value": value, "label": label} for value, label in options]
        return choices, message([sentence], "fine")


def changes(house: AppContext, found: ScenarioDraft, language: str) -> list[Any]:
    """Returns the changes of a draft, one line each with a button to undo it."""
    case = house.cases[found.case]
    system = case.system(found.scenario)
    lines: list[tuple[str, str]] = []
    for slider in case.sliders(found.scenario):
        if slider.name in found.sliders:
            lines.append(
                (
                    f"slider:{slider.name}",
                    f"{getattr(slider, f'label_{language}')}: {number(found.sliders[slider.name], language, slider.unit)}",
                )
            )
    for edit in found.edits:
        lines.append(
            (
                f"edit:{edit.table}:{edit.row}:{edit.column}",
                f"{edit.table}.{edit.row}.{edit.column} = {edit.value or '–'}",
            )
        )
    candidates = case.candidates(found.scenario)
    for name, wish in found.candidates.items():
        row = candidates.loc[name]
        title = label(system[row["table"]].loc[name], name, language)
        size = (
            f", {say('at least', language)} {number(wish.size, language, str(row['unit']))}"
            if wish.size and wish.wish == "required"
            else ""
        )
        lines.append((f"wish:{name}", f"{title}: {say(wish.wish, language)}{size}"))
    titles = case.scenarios()[found.scenario]
    heading: list[Any] = [html.P([html.B(case.title(language)), html.Br(), titles[language]])]
    if not lines:
        return [*heading, html.P(say("Nothing is changed yet.", language), className="soft")]
    items = [
        html.Li(
            [
                html.Span(text),
                button(
                    say("Undo", language),
                    {"type": "undo", "of": target},
                    "small",
                    **{"aria-label": f"{say('Undo', language)}: {text}"},
                ),
            ]
        )
        for target, text in lines
    ]
    return [
        *heading,
        html.Ul(items, className="changes"),
        button(say("Undo all", language), {"type": "undo", "of": "all"}, "small"),
    ]


def told_in_short(house: AppContext, found: ScenarioDraft, language: str) -> str:
    """Returns a default title of a draft: scenario, first changed sliders and number of other changes."""
    case = house.cases[found.case]
    parts = [case.scenarios()[found.scenario][language]]
    parts += [
        f"{getattr(slider, f'label_{language}')} {number(found.sliders[slider.name], language, slider.unit)}"
        for slider in case.sliders(found.scenario)
        if slider.name in found.sliders
    ]
    count = len(found.edits) + len(found.candidates)
    return ", ".join(parts[:3]) + (f" +{count}" if count else "")
