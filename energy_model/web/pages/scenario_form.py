"""Scenario page: a draft → a form to choose case, sliders, candidates and table cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

from energy_model.common.errors import InputError
from energy_model.common.formatting import format_number, label, with_decimal_sign, words
from energy_model.common.language import translate, translator
from energy_model.web import request_validation, security, site_map, sliders, table_editor
from energy_model.web.candidates import CHOICES, OPTIONAL
from energy_model.web.case_catalog import CatalogCase
from energy_model.web.choice_fields import DECIMAL_KEYS
from energy_model.web.components import (
    Map,
    aria_label,
    button,
    data_text,
    field,
    message,
    radios,
    section,
    select,
)
from energy_model.web.context import AppContext
from energy_model.web.draft_link import linked_draft
from energy_model.web.pages.queue import newest_answers
from energy_model.web.request_validation import MAX_NOTE_CHARACTERS, ScenarioDraft
from energy_model.web.sliders import Slider

MAX_SUBMITTER_CHARACTERS = 40


def draft_of(context: AppContext, content: Any) -> ScenarioDraft:
    """Returns the stored draft without parts unknown to its case, or an empty one of the first case."""
    try:
        draft = request_validation.parse_draft(content)
        case = request_validation.offered_case(draft.case, draft.scenario, context.cases)
    except InputError:
        first = next(iter(context.cases.values()))
        return ScenarioDraft(case=first.name, scenario=first.default)
    ranges = {slider.name: slider for slider in case.sliders(draft.scenario)}
    values = {
        name: value
        for name, value in draft.sliders.items()
        if name in ranges and ranges[name].min <= value <= ranges[name].max
    }
    edits = [
        edit
        for edit in draft.edits
        if request_validation.edit_issue(edit, case, draft.scenario) is None
    ]
    names = case.candidates(draft.scenario).index
    choices = {name: choice for name, choice in draft.candidates.items() if name in names}
    return draft.model_copy(update={"sliders": values, "edits": edits, "candidates": choices})


def page(context: AppContext, content: Any, language: str, search: str = "") -> list[Any]:
    """Returns the page with the draft of a shared link in the query string, else with the stored one."""
    _, linked, faults = translator(language), None, []
    try:
        linked = linked_draft(search)
    except ValueError:
        text = _("The link holds no valid changes. Ask for it again; your own changes are shown.")
        faults = [message([text])]
    content = linked or content
    lead = _("Choose a case, change its assumptions and press Run. The case itself is not changed.")
    draft = draft_of(context, content)
    return [
        html.H1(_("New run")),
        html.P(lead, className="lead"),
        *newest_answers(context, language),
        *faults,
        dcc.Store(id="linked_draft", data=linked),
        html.Div(body(context, draft, language), id="scenario_form", className="two"),
    ]


def body(context: AppContext, draft: ScenarioDraft, language: str) -> list[Any]:
    """Returns the parts that depend on case and scenario, and the summary of the draft."""
    parts = [
        _case_section(context, draft, language),
        _slider_section(context, draft, language),
        _candidate_section(context, draft, language),
        _table_section(context, draft, language),
    ]
    _ = translator(language)
    return [
        html.Div(parts),
        html.Aside(_summary(context, draft, language), **aria_label(_("Your run"))),
    ]


def browser_data(context: AppContext, draft: ScenarioDraft, language: str) -> dict[str, Any]:
    """Returns the data of the form in the browser: the draft, and start and unit of the sliders."""
    _ = translator(language)
    case = context.cases[draft.case]
    system = case.system(draft.scenario)
    slider_data = {}
    for slider in case.sliders(draft.scenario):
        start = sliders.start_value(slider, system)
        slider_data[slider.name] = {
            "start": start,
            "first": slider.first_position,
            "step": slider.step,
            "decimals": slider.decimals,
            "unit": words(slider.unit, language),
            "unlimited": slider.without_number(language) if start is None else "",
        }
    return {"sliders": slider_data, "draft": draft.model_dump(mode="json")}


def _case_section(context: AppContext, draft: ScenarioDraft, language: str) -> html.Section:
    _ = translator(language)
    case = context.cases[draft.case]
    cases = [(name, offered.title(language)) for name, offered in context.cases.items()]
    scenarios = scenario_options(context, draft.case, language)
    selects = [
        field(_("Case"), select("case", cases, draft.case)),
        field(_("Scenario"), select("scenario", scenarios, f"own:{draft.scenario}")),
    ]
    return section(
        _("Case and scenario"),
        html.Div(selects, className="fields"),
        resolution_choice("resolution", case, draft.resolution, language),
    )


def resolution_choice(name: str, case: CatalogCase, chosen: str, language: str) -> Any:
    """Returns the choice of the time resolution, as a component of some name."""
    _, own = translator(language), case.resolution
    coarse = request_validation.resolution_steps(case, "coarse")
    fine = request_validation.resolution_steps(case, "fine") or own
    resolutions = [
        ("coarse", _("coarse: {steps:#} steps in the year", steps=coarse)),
        ("default", _("default: {steps:#} steps", steps=own)),
        ("fine", _("fine: {steps:#} steps", steps=fine)),
    ]
    return radios(_("Time resolution"), name, resolutions, chosen)


def scenario_options(context: AppContext, case: str, language: str) -> list[tuple[str, str]]:
    """Returns the scenarios of a case, then those that users saved."""
    _ = translator(language)
    own = [
        (f"own:{name}", titles[language])
        for name, titles in context.cases[case].scenarios().items()
    ]
    saved = [
        (f"saved:{name}", _saved_title(content, name, language))
        for name, content in context.workspace.scenarios(case).items()
    ]
    return own + saved


def _saved_title(content: Mapping[str, Any], name: str, language: str) -> str:
    """Returns the title of a saved scenario with the name of who saved it."""
    title, author = content.get("title", name), content.get("author", "")
    if author:
        return translate("Saved: {title} ({author})", language, title=title, author=author)
    return translate("Saved: {title}", language, title=title)


def _slider_section(context: AppContext, draft: ScenarioDraft, language: str) -> html.Section:
    _ = translator(language)
    case = context.cases[draft.case]
    system = case.system(draft.scenario)
    controls = []
    for slider in case.sliders(draft.scenario):
        start = sliders.start_value(slider, system)
        start = slider.first_position if start is None else start
        controls.append(_slider(slider, start, draft.sliders.get(slider.name, start), language))
    return section(_("Assumptions"), html.Div(controls, className="sliders"), name="sliders")


def _slider(slider: Slider, start: float, value: float, language: str) -> html.Label:
    output = html.Output(
        id={"type": "slider_value", "name": slider.name}, children=slider.format(value, language)
    )
    control = dcc.Input(
        id={"type": "slider", "name": slider.name},
        type="range",
        min=min(slider.min, start),
        max=max(slider.max, start),
        step=slider.step,
        value=value,
    )
    title = html.Span(slider.label(language), className="name")
    meaning = html.Span(slider.meaning(language), className="soft")
    return html.Label([title, output, control, meaning], className="slider")


def _candidate_section(context: AppContext, draft: ScenarioDraft, language: str) -> html.Section:
    _ = translator(language)
    case = context.cases[draft.case]
    system, candidates = case.system(draft.scenario), case.candidates(draft.scenario)
    counts = site_map.count_candidates(candidates)
    sites = [
        (str(site), f"{label(row, site, language)} ({counts[str(site)]})")
        for site, row in system["sites"].iterrows()
        if counts.get(str(site))
    ]
    title = _("Investment candidates")
    if not sites:
        return section(title, html.P(_("The case has no investment candidates.")))
    first = max(sites, key=lambda site: counts[site[0]])[0]
    choices = {name: requested.choice for name, requested in draft.candidates.items()}
    drawing = site_map.build_map(system, candidates, choices, language, first)
    help_text = _(
        "Choose a site on the map or in the list. Required: at least this capacity is built. "
        "Forbidden: none is built. Optional: the model decides."
    )
    return section(
        title,
        html.P(help_text),
        _map(drawing, site_map.ground_of(system, language), language)
        if drawing
        else dcc.Store(id="map"),
        field(_("Site"), select("site", sites, first)),
        html.Div(candidate_list(context, draft, first, language), id="candidates"),
    )


def _map(drawing: dict[str, Any], ground: dict[str, Any], language: str) -> html.Div:
    """Returns the map with its legend."""
    _ = translator(language)
    legend = [
        html.Li([html.Span(html.Span(className="mark"), className=f"site {state}"), _(text)])
        for state, text in site_map.STATES.items()
    ]
    site_buttons = Map(id="map", drawing=drawing, ground=ground, label=_("Map of sites"))
    origin = [html.P(ground["origin"], className="soft")] if ground["origin"] else []
    return html.Div([site_buttons, *origin, html.Ul(legend, className="legend")])


def candidate_list(
    context: AppContext, draft: ScenarioDraft, site: str, language: str
) -> list[html.Div]:
    """Returns the candidates of a site, each with its choice."""
    _ = translator(language)
    case = context.cases[draft.case]
    system, rows = case.system(draft.scenario), []
    for name, row in site_map.candidates_at(site, case.candidates(draft.scenario)).iterrows():
        requested = draft.candidates.get(str(name))
        title, unit = label(system[row["table"]].loc[name], name, language), str(row["unit"])
        maximum = (
            format_number(float(row["max_added"]), unit, language)
            if row["max_added"] < table_editor.MIN_UNLIMITED_VALUE
            else _("unlimited")
        )
        buttons = radios(
            _("{candidate} (at most {maximum})", candidate=title, maximum=maximum),
            {"type": "choice", "name": name},
            [(choice, _(choice)) for choice in CHOICES],
            requested.choice if requested else OPTIONAL,
        )
        size = dcc.Input(
            id={"type": "size", "name": name},
            type="text",
            value=None
            if requested is None or requested.size is None
            else with_decimal_sign(f"{requested.size:g}", language),
            debounce=True,
            placeholder=maximum,
            **DECIMAL_KEYS,
        )
        hidden_title = html.Span(f" {title}", className="unseen")
        minimum = _("at least [{unit}]", unit=words(unit, language))
        size_field = html.Label([f"{minimum} ", size, hidden_title], className="size")
        rows.append(html.Div([buttons, size_field], className="candidate"))
    return rows


def _table_section(context: AppContext, draft: ScenarioDraft, language: str) -> html.Section:
    _ = translator(language)
    system = context.cases[draft.case].system(draft.scenario)
    names = [(name, words(name, language)) for name in table_editor.table_names(system)]
    note = _(
        "Press Enter to edit a cell and Enter to confirm. Headers show the unit; point at a header "
        "for its meaning."
    )
    details = html.Details(
        [
            html.Summary(_("Edit a table")),
            field(_("Table"), select("table", names, None), note),
            html.Div(id="grid_container"),
            html.Div(id="edit_message", role="status"),
        ]
    )
    return section(_("Input tables"), details)


def submission_fields(
    context: AppContext, title: str, example: str, language: str
) -> list[html.Div]:
    """Returns the fields for the title of a job, with the id ``title``, and for the user's name.

    The browser keeps a title that is written until the user starts a job.
    """
    _, user = translator(language), security.user_id()
    own_jobs = sum(job.user == user for job in context.queue.jobs())
    title_input = dcc.Input(
        id=title,
        type="text",
        maxLength=80,
        placeholder=example,
        persistence=f"after {own_jobs}",
        persistence_type="session",
    )
    name_input = dcc.Input(
        id="submitter",
        type="text",
        maxLength=MAX_SUBMITTER_CHARACTERS,
        autoComplete="name",
        persistence=True,
        persistence_type="local",
    )
    return [field(_("Title"), title_input), field(_("Your name"), name_input)]


def _summary(context: AppContext, draft: ScenarioDraft, language: str) -> list[Any]:
    _ = translator(language)
    return [
        html.H2(_("Your run")),
        html.Div(id="changes"),
        *submission_fields(context, "title", _("e.g. cheap batteries"), language),
        field(
            _("Note"),
            dcc.Textarea(id="note", value=draft.note, maxLength=MAX_NOTE_CHARACTERS, rows=2),
        ),
        button(_("Run"), "run", "main"),
        button(_("Save as scenario"), "save"),
        html.Div(id="run_message", role="alert"),
        html.Div(id="save_message", role="status"),
        html.Div(
            id="live_answer", role="status", className="live", **data_text("busy", _("Computing …"))
        ),
        dcc.Store(id="looked_draft"),
        dcc.Store(id="answered"),
    ]
