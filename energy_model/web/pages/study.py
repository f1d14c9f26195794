"""Study page: a draft and study options → a submitted sweep, Pareto front or near-optimal study."""

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

KINDS = ("sweep", "pareto", "near_optimal")
SUMS = (("emissions", "emissions"), ("land_use", "land taken"), ("citizens_points", "citizens' points"), ("firms_points", "firms' points"), ("import", "electricity bought"), ("unserved", "wanted and not delivered"))  # fmt: skip
SHARES = (("0.01", "1 %"), ("0.01,0.05", "1 % and 5 %"), ("0.02,0.1", "2 % and 10 %"))
MAX_CASES = 60


def page(house: AppContext, content: Any, language: str) -> list[Any]:
    """Returns the page, based on the draft of the scenario page."""
    draft = scenario_form.draft_of(house, content)
    case = house.cases[draft.case]
    sliders = [
        (slider.name, getattr(slider, f"label_{language}"))
        for slider in case.sliders(draft.scenario)
    ]
    optional_sliders = [("", say("none", language)), *sliders]
    kinds = [
        ("sweep", say("sweep: what if a number were different", language)),
        ("pareto", say("Pareto front: what the last tonne or hectare costs", language)),
        ("near_optimal", say("near-optimal plans: what else is nearly as good", language)),
    ]
    sums = [(name, say(words, language)) for name, words in SUMS]
    sums += [
        (str(name), str(row.get(f"label_{language}") or name))
        for name, row in case.system(draft.scenario)["limits"].iterrows()
    ]
    return [
        html.H1(say("Start a study", language)),
        html.P(say("A study asks one case many times. It starts from what stands on the page Ask.", language), className="lead"),
        section(say("Where it starts", language), html.Div(scenario_callbacks.changes(house, draft, language)[:1]), html.P(say("{many} changes and {wishes} wishes come along.", language, many=len(draft.sliders) + len(draft.edits), wishes=len(draft.candidates)), className="soft")),
        section(
            say("What it asks", language),
            options(say("Question", language), "study_kind", kinds, "sweep"),
            html.Div([
                _range(1, sliders, sliders[0][0] if sliders else None, language),
                _range(2, optional_sliders, "", language),
            ], id="study_sweep"),
            html.Div([
                field(say("Least cost against", language), choice("study_metric", sums, "emissions")),
                field(say("Points of the curve", language), dcc.Input(id="study_points", type="number", min=3, max=15, step=1, value=6)),
            ], id="study_pareto", hidden=True),
            html.Div([
                field(say("How much dearer", language), choice("study_slack", list(SHARES), "0.01,0.05"), say("For each share of the cost: what every plan within it builds, what some do, what none does.", language)),
            ], id="study_near_optimal", hidden=True),
        ),
        field(say("Call it", language), dcc.Input(id="study_title", type="text", maxLength=80)),
        field(say("Your name", language), dcc.Input(id="asker", type="text", maxLength=40, autoComplete="name", persistence=True, persistence_type="local")),
        button(say("Start", language), "study_start", "main"),
        html.Div(id="study_told", role="alert"),
    ]  # fmt: skip


def _range(
    number: int, sliders: list[tuple[str, str]], value: str | None, language: str
) -> html.Div:
    def number_field(name: str, title: str, start: Any, **more: Any) -> html.Div:
        return field(
            say(title, language),
            dcc.Input(id=f"study_{name}_{number}", type="number", value=start, step="any", **more),
        )

    title = say("Vary", language) if number == 1 else say("And", language)
    return html.Div(
        [
            field(title, choice(f"study_slider_{number}", sliders, value)),
            number_field("from", "From", None, placeholder=say("the least", language)),
            number_field("to", "To", None, placeholder=say("the most", language)),
            number_field("count", "How many", 5, min=2, max=15),
        ],
        className="fields",
        role="group",
        **{"aria-label": title},
    )


def wanted(
    house: AppContext,
    kind: Any,
    content: Any,
    ranges: list[tuple[Any, ...]],
    metric: Any,
    points: Any,
    slack: Any,
) -> tuple[ValidatedRequest, dict[str, Any]]:
    """Returns the validated request of a study and its dictionary for a job. Raises InputError with the issues."""
    request = request_validation.validate(content, house.cases)
    system, options = request.case.system(request.scenario), {"question": kind}
    if kind == "sweep":
        options |= {"vary": _vary(request, ranges)}
    elif kind == "pareto":
        sums = {name for name, _ in SUMS} | set(map(str, system["limits"].index))
        if metric not in sums or not isinstance(points, int) or not 3 <= points <= 15:
            raise InputError.at("study", "choose a sum of the list, and 3 to 15 points")
        options |= {"metric": metric, "points": points}
    elif kind == "near_optimal" and slack in dict(SHARES):
        options |= {"slack": [parse_number(share) for share in slack.split(",")]}
    else:
        raise InputError.at("study", "choose one of the questions of the list")
    forbidden = [name for name, (_, maximum) in request.added.items() if maximum == 0]
    if len(forbidden) < len(request.added):
        raise InputError.at(
            "study", "a study cannot hold what is required; make it optional, or ask for a run"
        )
    tables = request.case.candidates(request.scenario)["table"]
    overrides = [f"{tables[name]}.{name}.max_capacity_added = 0" for name in forbidden]
    return request, request.as_dict() | {
        "changes": [*request.changes, *overrides],
        "added": {},
        "study": options,
    }


def _vary(found: ValidatedRequest, ranges: list[tuple[Any, ...]]) -> list[str]:
    """Returns a parameter range for each varied slider. Raises InputError if a range is invalid."""
    known = {slider.name: slider for slider in found.case.sliders(found.scenario)}
    vary, cases = [], 1
    names = [entry[0] for entry in ranges if entry[0]]
    if not names or len(set(names)) < len(names) or any(name not in known for name in names):
        raise InputError.at("study", "choose one number to vary, or two that differ")
    for name, low, high, count in (entry for entry in ranges if entry[0]):
        slider = known[name]
        low, high = (slider.min if low is None else low), (slider.max if high is None else high)
        finite = all(
            isinstance(bound, int | float) and math.isfinite(bound) for bound in (low, high)
        )
        if not finite or not slider.min <= low < high <= slider.max:
            raise InputError.at(
                "study",
                f"give a range within {slider.min:g} to {slider.max:g}, the lower number first",
                slider.label_en,
            )
        if not isinstance(count, int) or not 2 <= count <= 15:
            raise InputError.at(
                "study", "ask for 2 to 15 values", slider.label_en, value=str(count)
            )
        vary.append(
            f"{slider.address}{'=' if slider.mode == 'set' else '*='}{low:.10g}..{high:.10g}:{count}"
        )
        cases *= count
    if cases > MAX_CASES:
        raise InputError.at("study", f"these are {cases} cases; ask for {MAX_CASES} at most")
    return vary


def register(app: dash.Dash, house: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        [Output(f"study_{kind}", "hidden") for kind in KINDS],
        Input("study_kind", "value"),
        prevent_initial_call=True,
    )
    def shown(chosen: str) -> list[bool]:
        return [kind != chosen for kind in KINDS]

    ranges = [
        State(f"study_{part}_{i}", "value")
        for i in (1, 2)
        for part in ("slider", "from", "to", "count")
    ]

    @app.callback(
        Output("url", "pathname", allow_duplicate=True), Output("study_told", "children"),
        Input("study_start", "n_clicks"), State("study_kind", "value"), State("draft", "data"), State("study_title", "value"), State("asker", "value"),
        State("study_metric", "value"), State("study_points", "value"), State("study_slack", "value"), *ranges, prevent_initial_call=True,
    )  # fmt: skip
    def start(
        _: Any,
        kind: Any,
        content: Any,
        title: Any,
        asker: Any,
        metric: Any,
        points: Any,
        slack: Any,
        *given: Any,
    ) -> tuple[Any, Any]:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        try:
            draft = content or scenario_form.draft_of(house, content).model_dump(mode="json")
            request, job_request = wanted(
                house, kind, draft, [given[:4], given[4:]], metric, points, slack
            )
            name = (
                str(title or "").strip()
                or f"{say(kind.replace('_', '-'), language)}: {request.case.title(language)}"
            )
            job = house.queue.add(
                "study", name, security.user_id(), str(asker or "").strip(), job_request
            )
        except InputError as error:
            return dash.no_update, faults(error, language)
        return f"/job/{job.name}", ""
