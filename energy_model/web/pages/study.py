"""Study: a question that asks the case many times — a sweep of sliders, a frontier, or other plans that are nearly as good."""

from __future__ import annotations

import math
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from energy_model.case.number_parsing import parse_number
from energy_model.common.errors import InputError
from energy_model.web import request_validation, security
from energy_model.web.components import (
    button,
    choice,
    faults,
    field,
    options,
    section,
    triggered_button,
)
from energy_model.web.context import AppContext
from energy_model.web.language import say
from energy_model.web.pages import scenario_callbacks, scenario_form
from energy_model.web.request_validation import ValidatedRequest

KINDS = ("sweep", "frontier", "alternatives")
SUMS = (("emissions", "emissions"), ("land", "land taken"), ("citizens_points", "citizens' points"), ("firms_points", "firms' points"), ("import", "electricity bought"), ("unserved", "wanted and not delivered"))  # fmt: skip
SHARES = (("0.01", "1 %"), ("0.01,0.05", "1 % and 5 %"), ("0.02,0.1", "2 % and 10 %"))
MAX_CASES = 60


def page(house: AppContext, content: Any, language: str) -> list[Any]:
    """The page; it starts from what stands on the page on which a case is asked."""
    found = scenario_form.draft_of(house, content)
    case = house.cases[found.case]
    sliders = [(s.name, getattr(s, f"label_{language}")) for s in case.sliders(found.scenario)]
    none = [("", say("none", language)), *sliders]
    kinds = [("sweep", say("sweep: what if a number were different", language)), ("frontier", say("frontier: what the last tonne or hectare costs", language)), ("alternatives", say("alternatives: what else is nearly as good", language))]  # fmt: skip
    sums = [(name, say(words, language)) for name, words in SUMS]
    sums += [(str(name), str(row.get(f"label_{language}") or name)) for name, row in case.system(found.scenario)["limits"].iterrows()]  # fmt: skip
    return [
        html.H1(say("Start a study", language)),
        html.P(say("A study asks one case many times. It starts from what stands on the page Ask.", language), className="lead"),
        section(say("Where it starts", language), html.Div(scenario_callbacks.changes(house, found, language)[:1]), html.P(say("{many} changes and {wishes} wishes come along.", language, many=len(found.sliders) + len(found.edits), wishes=len(found.candidates)), className="soft")),
        section(
            say("What it asks", language),
            options(say("Question", language), "study_kind", kinds, "sweep"),
            html.Div([
                _range(1, sliders, sliders[0][0] if sliders else None, language),
                _range(2, none, "", language),
            ], id="study_sweep"),
            html.Div([
                field(say("Least cost against", language), choice("study_against", sums, "emissions")),
                field(say("Points of the curve", language), dcc.Input(id="study_points", type="number", min=3, max=15, step=1, value=6)),
            ], id="study_frontier", hidden=True),
            html.Div([
                field(say("How much dearer", language), choice("study_within", list(SHARES), "0.01,0.05"), say("For each share of the cost: what every plan within it builds, what some do, what none does.", language)),
            ], id="study_alternatives", hidden=True),
        ),
        field(say("Call it", language), dcc.Input(id="study_title", type="text", maxLength=80)),
        field(say("Your name", language), dcc.Input(id="asker", type="text", maxLength=40, autoComplete="name", persistence=True, persistence_type="local")),
        button(say("Start", language), "study_start", "main"),
        html.Div(id="study_told", role="alert"),
    ]  # fmt: skip


def _range(number: int, sliders: list[tuple[str, str]], value: str | None, language: str) -> html.Div:  # fmt: skip
    def many(name: str, title: str, start: Any, **more: Any) -> html.Div:
        return field(say(title, language), dcc.Input(id=f"study_{name}_{number}", type="number", value=start, step="any", **more))  # fmt: skip

    title = say("Vary", language) if number == 1 else say("And", language)
    return html.Div([
        field(title, choice(f"study_slider_{number}", sliders, value)),
        many("from", "From", None, placeholder=say("the least", language)), many("to", "To", None, placeholder=say("the most", language)), many("count", "How many", 5, min=2, max=15),
    ], className="fields", role="group", **{"aria-label": title})  # fmt: skip


def wanted(house: AppContext, kind: Any, content: Any, ranges: list[tuple[Any, ...]], against: Any, points: Any, within: Any) -> tuple[ValidatedRequest, dict[str, Any]]:  # fmt: skip
    """What a study asks, held to what the case knows. InputError with what cannot be."""
    found = request_validation.validate(content, house.cases)
    system, study = found.case.system(found.scenario), {"question": kind}
    if kind == "sweep":
        study |= {"vary": _vary(found, ranges)}
    elif kind == "frontier":
        known = {name for name, _ in SUMS} | set(map(str, system["limits"].index))
        if against not in known or not isinstance(points, int) or not 3 <= points <= 15:
            raise InputError.at("study", "choose a sum of the list, and 3 to 15 points")
        study |= {"against": against, "points": points}
    elif kind == "alternatives" and within in dict(SHARES):
        study |= {"within": [parse_number(part) for part in within.split(",")]}
    else:
        raise InputError.at("study", "choose one of the questions of the list")
    forbidden = [name for name, (_, most) in found.added.items() if most == 0]
    if len(forbidden) < len(found.added):
        raise InputError.at("study", "a study cannot hold what is required; make it optional, or ask for a run")  # fmt: skip
    tables = found.case.candidates(found.scenario)["table"]
    shut = [f"{tables[name]}.{name}.capacity_addable = 0" for name in forbidden]
    return found, found.as_dict() | {"changes": [*found.changes, *shut], "added": {}, "study": study}  # fmt: skip


def _vary(found: ValidatedRequest, ranges: list[tuple[Any, ...]]) -> list[str]:
    """A range for each slider that is varied."""
    known = {slider.name: slider for slider in found.case.sliders(found.scenario)}
    vary, cases = [], 1
    names = [r[0] for r in ranges if r[0]]
    if not names or len(set(names)) < len(names) or any(name not in known for name in names):
        raise InputError.at("study", "choose one number to vary, or two that differ")
    for name, low, high, count in (r for r in ranges if r[0]):
        slider = known[name]
        low, high = (slider.least if low is None else low), (slider.most if high is None else high)
        plain = all(isinstance(v, int | float) and math.isfinite(v) for v in (low, high))
        if not plain or not slider.least <= low < high <= slider.most:
            raise InputError.at("study", f"give a range within {slider.least:g} to {slider.most:g}, the lower number first", slider.label_en)  # fmt: skip
        if not isinstance(count, int) or not 2 <= count <= 15:
            raise InputError.at("study", "ask for 2 to 15 values", slider.label_en, value=str(count))  # fmt: skip
        vary.append(f"{slider.address}{'=' if slider.how == 'set' else '*='}{low:.10g}..{high:.10g}:{count}")  # fmt: skip
        cases *= count
    if cases > MAX_CASES:
        raise InputError.at("study", f"these are {cases} cases; ask for {MAX_CASES} at most")
    return vary


def register(app: dash.Dash, house: AppContext) -> None:
    """Lets the page answer."""

    @app.callback([Output(f"study_{kind}", "hidden") for kind in KINDS], Input("study_kind", "value"), prevent_initial_call=True)  # fmt: skip
    def shown(chosen: str) -> list[bool]:
        return [kind != chosen for kind in KINDS]

    ranges = [State(f"study_{part}_{i}", "value") for i in (1, 2) for part in ("slider", "from", "to", "count")]  # fmt: skip

    @app.callback(
        Output("url", "pathname", allow_duplicate=True), Output("study_told", "children"),
        Input("study_start", "n_clicks"), State("study_kind", "value"), State("draft", "data"), State("study_title", "value"), State("asker", "value"),
        State("study_against", "value"), State("study_points", "value"), State("study_within", "value"), *ranges, prevent_initial_call=True,
    )  # fmt: skip
    def start(_: Any, kind: Any, content: Any, title: Any, asker: Any, against: Any, points: Any, within: Any, *given: Any) -> tuple[Any, Any]:  # fmt: skip
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        try:
            sent = content or scenario_form.draft_of(house, content).model_dump(mode="json")
            found, told = wanted(house, kind, sent, [given[:4], given[4:]], against, points, within)
            name = (
                str(title or "").strip() or f"{say(kind, language)}: {found.case.title(language)}"
            )
            job = house.queue.add("study", name, security.user_id(), str(asker or "").strip(), told)
        except InputError as wrong:
            return dash.no_update, faults(wrong, language)
        return f"/job/{job.name}", ""
