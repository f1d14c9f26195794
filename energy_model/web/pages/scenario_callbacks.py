"""Ask answers: what the page on which a case is asked does when something on it is touched.

What a reader gathers is kept in the reader's browser; moves of sliders and wishes are put together there, at once.
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
    """Lets the page answer."""
    _gathered(app)
    _chosen(app, house)
    _edited(app, house)
    _asked(app, house)


def _gathered(app: dash.Dash) -> None:
    """What is put together in the browser, without asking the server."""
    draft = State("draft", "data")

    def here(name: str, *given: Any) -> None:
        app.clientside_callback(ClientsideFunction("workbench", name), *given, prevent_initial_call=True)  # fmt: skip

    here("sliders", DRAFT, Input({"type": "slider", "name": ALL}, "value"), State({"type": "slider", "name": ALL}, "id"), draft, State("known", "data"))  # fmt: skip
    here("wishes", DRAFT, Input({"type": "wish", "name": ALL}, "value"), Input({"type": "size", "name": ALL}, "value"), State({"type": "wish", "name": ALL}, "id"), draft, State("known", "data"))  # fmt: skip
    here("edited", DRAFT, Input("accepted", "data"), draft, State("known", "data"))
    here("fineness", DRAFT, Input("fineness", "value"), draft, State("known", "data"))
    here("undo", DRAFT, Output("reload", "data", allow_duplicate=True), Input({"type": "undo", "of": ALL}, "n_clicks"), draft, State("known", "data"), State("reload", "data"))  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("workbench", "shown"),
        Output({"type": "shown", "name": MATCH}, "children"),
        Input({"type": "slider", "name": MATCH}, "value"), Input("draft", "data"), Input("known", "data"), State({"type": "slider", "name": MATCH}, "id"),
    )  # fmt: skip
    here("site", Output("site", "value"), Input("map", "clicked"))
    app.clientside_callback(ClientsideFunction("workbench", "kept"), Output("place", "data"), Input("site", "value"))  # fmt: skip


def _chosen(app: dash.Dash, house: AppContext) -> None:
    """A case, a scenario, a place are chosen."""

    @app.callback(Output("known", "data"), Output("draft", "data"), Input("ask", "id"), State("draft", "data"))  # fmt: skip
    def begin(_: str, content: Any) -> tuple[Any, Any]:
        found = scenario_form.draft_of(house, content)
        return scenario_form.known(house, found, security.language()), found.model_dump(mode="json")

    @app.callback(
        Output("ask", "children"), Output("known", "data", allow_duplicate=True), DRAFT,
        Input("case", "value"), Input("scenario", "value"), State("draft", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def choose(case: str, scenario: str, content: Any) -> tuple[Any, ...]:
        before = scenario_form.draft_of(house, content)
        kind, _, name = str(scenario).partition(":")
        if case not in house.cases or (case == before.case and kind == "own" and name == before.scenario):  # fmt: skip
            raise dash.exceptions.PreventUpdate
        if case != before.case:
            wanted: dict[str, Any] = {"case": case, "scenario": house.cases[case].default}
        elif kind == "saved":
            saved = house.workspace.scenarios(case).get(name)
            if saved is None:
                raise dash.exceptions.PreventUpdate
            wanted = {
                key: value for key, value in saved.items() if key in ScenarioDraft.model_fields
            }
            wanted |= {"case": case, "fineness": before.fineness}
        else:
            wanted = before.model_dump(mode="json") | {"scenario": name}
        found = scenario_form.draft_of(house, wanted)
        language = security.language()
        return scenario_form.body(house, found, language), scenario_form.known(house, found, language), found.model_dump(mode="json")  # fmt: skip

    @app.callback(Output("candidates", "children"), Input("site", "value"), State("draft", "data"), Input("reload", "data"), prevent_initial_call=True)  # fmt: skip
    def candidates(site: str, content: Any, _: Any) -> Any:
        return scenario_form.candidate_list(
            house, scenario_form.draft_of(house, content), str(site), security.language()
        )

    @app.callback(Output("map", "drawing"), Input("draft", "data"), Input("place", "data"), State("map", "drawing"), prevent_initial_call=True)  # fmt: skip
    def drawn(content: Any, site: str | None, before: Any) -> Any:
        found = scenario_form.draft_of(house, content)
        wishes = {name: wish.wish for name, wish in found.candidates.items()}
        case = house.cases[found.case]
        known = case.candidates(found.scenario)
        now = site_map.build_map(case.system(found.scenario), known, wishes, security.language(), str(site or ""))  # fmt: skip
        return dash.no_update if now == before else now


def _edited(app: dash.Dash, house: AppContext) -> None:
    """A table is opened, and a cell of it changed."""

    @app.callback(
        Output("grid_place", "children"),
        Input("table", "value"), Input("reload", "data"), State("draft", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def rows(name: str | None, _: Any, content: Any) -> Any:
        found = scenario_form.draft_of(house, content)
        system = house.cases[found.case].system(found.scenario)
        if name not in table_editor.tables(system):
            return ""
        return table_editor.grid(system, name, found.edits, security.language())

    @app.callback(
        Output("accepted", "data"), Output("edit_told", "children"), Output("reload", "data"),
        Input("grid", "cellValueChanged"), State("table", "value"), State("draft", "data"), State("reload", "data"), prevent_initial_call=True,
    )  # fmt: skip
    def change(events: Any, name: str, content: Any, reload: int) -> tuple[Any, Any, Any]:
        if not events:
            raise dash.exceptions.PreventUpdate
        found, language = scenario_form.draft_of(house, content), security.language()
        event = events[-1] if isinstance(events, list) else events
        try:
            value = event.get("value")
            if re.fullmatch(r"-?\d+,\d+", str(value).strip()):  # as half of Europe writes it
                value = str(value).replace(",", ".")
            edit = Edit(table=name, row=str(event["rowId"]), column=str(event["colId"]), value="" if value is None else str(value).strip())  # fmt: skip
        except (KeyError, ValueError):
            raise dash.exceptions.PreventUpdate from None
        fault = request_validation.wrong_edit(edit, house.cases[found.case], found.scenario)
        if fault is not None:
            return dash.no_update, message([str(fault)]), (reload or 0) + 1
        said = say("{address} is {value} in your question.", language, address=f"{edit.table}.{edit.row}.{edit.column}", value=edit.value or say("empty", language))  # fmt: skip
        return edit.model_dump(mode="json"), message([said], "fine"), dash.no_update


def _asked(app: dash.Dash, house: AppContext) -> None:
    """What is asked is told, run, and saved."""

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
            found = request_validation.validate(content, house.cases)
            name = (title or "").strip() or told_in_short(house, found.draft, language)
            job = house.queue.add("run", name, security.user_id(), (asker or "").strip(), found.as_dict())  # fmt: skip
        except InputError as wrong:
            return dash.no_update, faults(wrong, language)
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
            found = request_validation.validate(content, house.cases).draft
            kept = found.model_dump(mode="json", exclude={"case", "fineness"}, exclude_none=True)
            house.workspace.keep_scenario(found.case, title or "", kept)
        except InputError as wrong:
            return dash.no_update, faults(wrong, language)
        listed = scenario_form.scenarios(house, found.case, language)
        said = say("Saved. It stands in the list of scenarios, for everybody who uses this workbench.", language)  # fmt: skip
        return [{"value": v, "label": shown} for v, shown in listed], message([said], "fine")


def changes(house: AppContext, found: ScenarioDraft, language: str) -> list[Any]:
    """What is asked, a line for each change with a button that takes it back."""
    case = house.cases[found.case]
    system = case.system(found.scenario)
    lines: list[tuple[str, str]] = []
    for slider in case.sliders(found.scenario):
        if slider.name in found.sliders:
            lines.append((f"slider:{slider.name}", f"{getattr(slider, f'label_{language}')}: {number(found.sliders[slider.name], language, slider.unit)}"))  # fmt: skip
    for edit in found.edits:
        lines.append((f"edit:{edit.table}:{edit.row}:{edit.column}", f"{edit.table}.{edit.row}.{edit.column} = {edit.value or '–'}"))  # fmt: skip
    known = case.candidates(found.scenario)
    for name, wish in found.candidates.items():
        row = known.loc[name]
        title = label(system[row["table"]].loc[name], name, language)
        size = f", {say('at least', language)} {number(wish.size, language, str(row['unit']))}" if wish.size and wish.wish == "required" else ""  # fmt: skip
        lines.append((f"wish:{name}", f"{title}: {say(wish.wish, language)}{size}"))
    titles = case.scenarios()[found.scenario]
    shown: list[Any] = [html.P([html.B(case.title(language)), html.Br(), titles[language]])]
    if not lines:
        return [*shown, html.P(say("Nothing is changed yet.", language), className="soft")]
    items = [html.Li([html.Span(text), button(say("Undo", language), {"type": "undo", "of": of}, "small", **{"aria-label": f"{say('Undo', language)}: {text}"})]) for of, text in lines]  # fmt: skip
    return [*shown, html.Ul(items, className="changes"), button(say("Undo all", language), {"type": "undo", "of": "all"}, "small")]  # fmt: skip


def told_in_short(house: AppContext, found: ScenarioDraft, language: str) -> str:
    """A title for a question that was given none: what is most changed."""
    case = house.cases[found.case]
    parts = [case.scenarios()[found.scenario][language]]
    parts += [f"{getattr(s, f'label_{language}')} {number(found.sliders[s.name], language, s.unit)}" for s in case.sliders(found.scenario) if s.name in found.sliders]  # fmt: skip
    many = len(found.edits) + len(found.candidates)
    return ", ".join(parts[:3]) + (f" +{many}" if many else "")
