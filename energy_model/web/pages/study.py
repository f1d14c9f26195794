"""Study page: a draft and study options → a submitted sweep, Pareto front or near-optimal study."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from energy_model.case.number_parsing import parse_number
from energy_model.common.errors import InputError
from energy_model.common.formatting import label, words
from energy_model.common.language import N_, Message, translator
from energy_model.results.metrics import FARMLAND
from energy_model.web import request_validation, security
from energy_model.web.components import (
    Options,
    aria_label,
    button,
    error_message,
    field,
    radios,
    section,
    select,
    triggered_button,
)
from energy_model.web.context import AppContext
from energy_model.web.pages import draft_summary, scenario_form
from energy_model.web.request_validation import ScenarioDraft, ValidatedRequest
from energy_model.web.sliders import Slider

SWEEP, PARETO, NEAR_OPTIMAL = "sweep", "pareto", "near_optimal"
KINDS = {
    SWEEP: N_("sweep: vary one or two assumptions"),
    PARETO: N_("Pareto front: cost against another metric"),
    NEAR_OPTIMAL: N_("near-optimal plans: alternatives at nearly the same cost"),
}
METRICS = {
    "emissions": N_("emissions"),
    FARMLAND: N_("farmland used"),
    "citizens_points": N_("citizens' points"),
    "firms_points": N_("firms' points"),
    "import": N_("electricity purchases"),
    "unserved": N_("unserved demand"),
}
SLACKS = (
    ("0.01", N_("1 %")),
    ("0.01,0.05", N_("1 % and 5 %")),
    ("0.02,0.1", N_("2 % and 10 %")),
)
MIN_POINTS, MAX_POINTS = 3, 15  # of a Pareto front
MIN_VALUES, MAX_VALUES = 2, 15  # of a varied slider
MAX_CASES = 60
RANGE_PARTS = ("slider", "from", "to", "count")  # inputs of a varied slider


def page(context: AppContext, content: Any, language: str) -> list[Any]:
    """Returns the page, based on the draft of the scenario page."""
    _ = translator(language)
    draft = scenario_form.draft_of(context, content)
    lead = _(
        "A study solves a case many times, with the case, scenario and changes of the page New run."
    )
    kinds = [(kind, _(title)) for kind, title in KINDS.items()]
    options = section(
        _("Method"),
        radios(_("Type of study"), "study_kind", kinds, SWEEP),
        _sweep_options(context, draft, language),
        _pareto_options(context, draft, language),
        _near_optimal_options(language),
    )
    return [
        html.H1(_("New study")),
        html.P(lead, className="lead"),
        _base_section(context, draft, language),
        options,
        *scenario_form.submission_fields("study_title", "", language),
        button(_("Start study"), "study_start", "main"),
        html.Div(id="study_message", role="alert"),
    ]


def _base_section(context: AppContext, draft: ScenarioDraft, language: str) -> html.Section:
    """Returns case, scenario and changes on which the study is based."""
    _ = translator(language)
    text = _(
        "With {changes:#} changes and {choices:#} choices of candidates.",
        changes=len(draft.sliders) + len(draft.edits),
        choices=len(draft.candidates),
    )
    heading = draft_summary.scenario_heading(context, draft, language)
    return section(_("Starting point"), heading, html.P(text, className="soft"))


def _sweep_options(context: AppContext, draft: ScenarioDraft, language: str) -> html.Div:
    _ = translator(language)
    sliders = [
        (slider.name, slider.label(language))
        for slider in context.cases[draft.case].sliders(draft.scenario)
    ]
    first = sliders[0][0] if sliders else None
    ranges = [
        _range(1, _("Assumption"), sliders, first, language),
        _range(2, _("Second assumption"), [("", _("none")), *sliders], "", language),
    ]
    return html.Div(ranges, id=f"study_{SWEEP}")


def _range(number: int, title: str, sliders: Options, value: str | None, language: str) -> html.Div:
    """Returns the inputs for one varied slider."""
    _ = translator(language)

    def number_input(part: str, **attributes: Any) -> dcc.Input:
        return dcc.Input(id=f"study_{part}_{number}", type="number", **attributes)

    fields = [
        field(title, select(f"study_slider_{number}", sliders, value)),
        field(_("From"), number_input("from", step="any", placeholder=_("minimum"))),
        field(_("To"), number_input("to", step="any", placeholder=_("maximum"))),
        field(
            _("Number of values"),
            number_input("count", value=5, min=MIN_VALUES, max=MAX_VALUES, step=1),
        ),
    ]
    return html.Div(fields, className="fields", role="group", **aria_label(title))


def _pareto_options(context: AppContext, draft: ScenarioDraft, language: str) -> html.Div:
    _ = translator(language)
    limits = context.cases[draft.case].system(draft.scenario)["limits"]
    metrics = [(name, _(title)) for name, title in METRICS.items()]
    metrics += [(str(name), label(row, name, language)) for name, row in limits.iterrows()]
    points = dcc.Input(
        id="study_points", type="number", min=MIN_POINTS, max=MAX_POINTS, step=1, value=6
    )
    fields = [
        field(_("Metric"), select("study_metric", metrics, "emissions")),
        field(_("Number of points"), points),
    ]
    return html.Div(fields, id=f"study_{PARETO}", hidden=True)


def _near_optimal_options(language: str) -> html.Div:
    _ = translator(language)
    slacks = [(value, _(title)) for value, title in SLACKS]
    note = _(
        "For each additional cost: what all plans build, what some plans build and what no plan "
        "builds."
    )
    slack = field(_("Additional cost"), select("study_slack", slacks, "0.01,0.05"), note)
    return html.Div([slack], id=f"study_{NEAR_OPTIMAL}", hidden=True)


def study_request(
    context: AppContext,
    kind: Any,
    content: Any,
    ranges: Sequence[tuple[Any, ...]],
    metric: Any,
    points: Any,
    slack: Any,
) -> tuple[ValidatedRequest, dict[str, Any]]:
    """Returns the validated request of a study and its dictionary for a job.

    Args:
        context: The application context.
        kind: One of ``KINDS``.
        content: The draft.
        ranges: Name, lowest and highest value and number of values of each varied slider.
        metric: The metric of a Pareto front.
        points: The number of its points.
        slack: The additional costs of near-optimal plans, one of ``SLACKS``.

    Raises:
        InputError: The draft or an option is not valid.
    """
    request = request_validation.validate(content, context.cases)
    options: dict[str, Any] = {"question": kind}
    if kind == SWEEP:
        options |= {"vary": _parameter_ranges(request, ranges)}
    elif kind == PARETO:
        limits = request.case.system(request.scenario)["limits"].index
        is_count = isinstance(points, int) and MIN_POINTS <= points <= MAX_POINTS
        if metric not in {*METRICS, *map(str, limits)} or not is_count:
            raise _invalid(N_("choose a metric of the list, and 3 to 15 points"))
        options |= {"metric": metric, "points": points}
    elif kind == NEAR_OPTIMAL and slack in dict(SLACKS):
        options |= {"slack": [parse_number(share) for share in slack.split(",")]}
    else:
        raise _invalid(N_("choose a type of the list"))
    forbidden = [name for name, (_, maximum) in request.added.items() if maximum == 0]
    if len(forbidden) < len(request.added):
        remedy = N_("a study has no required candidates; make them optional, or start a run")
        raise _invalid(remedy)
    tables = request.case.candidates(request.scenario)["table"]
    overrides = [f"{tables[name]}.{name}.max_capacity_added = 0" for name in forbidden]
    changes = [*request.changes, *overrides]
    return request, request.as_dict() | {"changes": changes, "added": {}, "study": options}


def _invalid(remedy: str, slider: str = "", value: str = "") -> InputError:
    return InputError.at(N_("study"), remedy, slider, value=value)


def _parameter_ranges(request: ValidatedRequest, ranges: Sequence[tuple[Any, ...]]) -> list[str]:
    """Returns a parameter range for each varied slider. Raises InputError if a range is invalid."""
    sliders = {slider.name: slider for slider in request.case.sliders(request.scenario)}
    varied = [entry for entry in ranges if entry[0]]
    names = {entry[0] for entry in varied}
    if not names or len(names) < len(varied) or not names <= sliders.keys():
        raise _invalid(N_("choose one assumption, or two different ones"))
    texts = [_parameter_range(sliders[name], *entry) for name, *entry in varied]
    cases = math.prod(count for *_, count in varied)
    if cases > MAX_CASES:
        remedy = Message(
            "these are {cases:#} cases; choose {maximum:#} at most", cases=cases, maximum=MAX_CASES
        )
        raise _invalid(remedy)
    return texts


def _parameter_range(slider: Slider, low: Any, high: Any, count: Any) -> str:
    """Returns the parameter range of a slider. Raises InputError if it is invalid."""
    low, high = (slider.min if low is None else low), (slider.max if high is None else high)
    is_finite = all(
        isinstance(bound, int | float) and math.isfinite(bound) for bound in (low, high)
    )
    if not is_finite or not slider.min <= low < high <= slider.max:
        remedy = Message(
            "choose a range within {minimum:#} to {maximum:#}, the lower number first",
            minimum=slider.min,
            maximum=slider.max,
        )
        raise _invalid(remedy, slider.label_en)
    if not isinstance(count, int) or not MIN_VALUES <= count <= MAX_VALUES:
        raise _invalid(N_("choose 2 to 15 values"), slider.label_en, str(count))
    assignment = "=" if slider.mode == "set" else "*="
    return f"{slider.address}{assignment}{low:.10g}..{high:.10g}:{count}"


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        [Output(f"study_{kind}", "hidden") for kind in KINDS],
        Input("study_kind", "value"),
        prevent_initial_call=True,
    )
    def show_options(chosen: str) -> list[bool]:
        return [kind != chosen for kind in KINDS]

    @app.callback(
        Output("url", "pathname", allow_duplicate=True),
        Output("study_message", "children"),
        Input("study_start", "n_clicks"),
        State("draft", "data"),
        State("study_title", "value"),
        State("submitter", "value"),
        State("study_kind", "value"),
        State("study_metric", "value"),
        State("study_points", "value"),
        State("study_slack", "value"),
        *(State(f"study_{part}_{i}", "value") for i in (1, 2) for part in RANGE_PARTS),
        prevent_initial_call=True,
    )
    def start(
        _: Any, content: Any, title: Any, submitter: Any, kind: Any, *options: Any
    ) -> tuple[Any, Any]:
        if triggered_button() is None:
            raise dash.exceptions.PreventUpdate
        language = security.language()
        metric, points, slack, *values = options
        ranges = [tuple(values[: len(RANGE_PARTS)]), tuple(values[len(RANGE_PARTS) :])]
        try:
            draft = content or scenario_form.draft_of(context, content).model_dump(mode="json")
            request, job_request = study_request(
                context, kind, draft, ranges, metric, points, slack
            )
            name = str(title or "").strip()
            name = name or f"{words(kind, language)}: {request.case.title(language)}"
            user, known_as = security.user_id(), str(submitter or "").strip()
            job = context.queue.add("study", name, user, known_as, job_request)
        except InputError as error:
            return dash.no_update, error_message(error, language)
        return f"/job/{job.name}", ""
