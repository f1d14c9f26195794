"""Scenario page: a draft → a form to choose case, sliders, candidates and table cells."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from energy_model.common.errors import InputError
from energy_model.web import request_validation, site_map, sliders, table_editor
from energy_model.web.components import button, choice, field, options, section
from energy_model.web.context import AppContext
from energy_model.web.html_controls import Map
from energy_model.web.language import label, number, say
from energy_model.web.request_validation import ScenarioDraft


def draft_of(house: AppContext, content: Any) -> ScenarioDraft:
    """Returns the stored draft without parts unknown to its case, or an empty draft of the first case."""
    try:
        draft = request_validation.parse_draft(content)
        case = request_validation.known(draft.case, draft.scenario, house.cases)
    except InputError:
        first = next(iter(house.cases.values()))
        return ScenarioDraft(case=first.name, scenario=first.default)
    known_sliders = {slider.name: slider for slider in case.sliders(draft.scenario)}
    known = case.candidates(draft.scenario).index
    slider_values = {
        name: value
        for name, value in draft.sliders.items()
        if name in known_sliders and known_sliders[name].min <= value <= known_sliders[name].max
    }
    edits = [
        edit
        for edit in draft.edits
        if request_validation.wrong_edit(edit, case, draft.scenario) is None
    ]
    wishes = {name: wish for name, wish in draft.candidates.items() if name in known}
    return draft.model_copy(update={"sliders": slider_values, "edits": edits, "candidates": wishes})


def page(house: AppContext, content: Any, language: str) -> list[Any]:
    """Returns the page with the stored draft."""
    draft = draft_of(house, content)
    return [
        html.H1(say("Ask a case", language)),
        html.P(say("Choose a case, move what you want to know about, and press Run. The case itself is never changed.", language), className="lead"),
        html.Div(body(house, draft, language), id="ask", className="two"),
    ]  # fmt: skip


def body(house: AppContext, found: ScenarioDraft, language: str) -> list[Any]:
    """Returns the parts of the page that depend on case and scenario, and the summary of the draft."""
    return [
        html.Div([_case(house, found, language), _sliders(house, found, language), _candidates(house, found, language), _tables(house, found, language)]),
        html.Aside(_aside(language), **{"aria-label": say("Your question", language)}),
    ]  # fmt: skip


def known(house: AppContext, found: ScenarioDraft, language: str) -> dict[str, Any]:
    """Returns start, step and unit of the sliders, from which the page determines the moved ones."""
    case = house.cases[found.case]
    system = case.system(found.scenario)
    slider_data = {}
    for slider in case.sliders(found.scenario):
        start = sliders.start(slider, system)
        no_start = say("no limit in the case", language) if start is None else ""
        slider_data[slider.name] = {
            "start": start,
            "step": slider.step,
            "unit": slider.unit,
            "none": no_start,
        }
    return {"sliders": slider_data, "draft": found.model_dump(mode="json")}


def _case(house: AppContext, found: ScenarioDraft, language: str) -> html.Section:
    case = house.cases[found.case]
    cases = [(name, offered.title(language)) for name, offered in house.cases.items()]
    own = case.resolution
    quick, fine = (
        request_validation.resolution(case, "quick"),
        request_validation.resolution(case, "fine"),
    )
    steps = [
        ("quick", say("a quick look, {steps} steps in the year", language, steps=quick)),
        ("own", say("as the case is made, {steps} steps", language, steps=own)),
        ("fine", say("finer, {steps} steps", language, steps=fine or own)),
    ]
    return section(
        say("The case", language),
        html.Div([
            field(say("Case", language), choice("case", cases, found.case)),
            field(say("Scenario", language), choice("scenario", scenarios(house, found.case, language), f"own:{found.scenario}")),
        ], className="fields"),
        options(say("How fine", language), "fineness", steps, found.fineness),
    )  # fmt: skip


def scenarios(house: AppContext, case: str, language: str) -> list[tuple[str, str]]:
    """The scenarios of a case and those that were saved in the page."""
    own = [
        (f"own:{name}", titles[language]) for name, titles in house.cases[case].scenarios().items()
    ]
    saved = [
        (f"saved:{name}", f"{say('Saved', language)}: {content.get('title', name)}")
        for name, content in house.workspace.scenarios(case).items()
    ]
    return own + saved


def _sliders(house: AppContext, found: ScenarioDraft, language: str) -> html.Section:
    case = house.cases[found.case]
    system = case.system(found.scenario)
    labels = []
    for slider in case.sliders(found.scenario):
        start = sliders.start(slider, system)
        initial = slider.default if start is None else start
        value = found.sliders.get(slider.name, initial)
        meaning = getattr(slider, f"meaning_{language}")
        name = {"type": "slider", "name": slider.name}
        labels.append(
            html.Label([
                html.Span(getattr(slider, f"label_{language}"), className="name"),
                html.Output(id={"type": "shown", "name": slider.name}, children=number(value, language, slider.unit)),
                dcc.Input(id=name, type="range", min=min(slider.min, initial), max=max(slider.max, initial), step=slider.step, value=value),
                html.Span(meaning, className="soft"),
            ], className="slider")
        )  # fmt: skip
    return section(
        say("What if it were different?", language),
        html.Div(labels, className="sliders"),
        name="sliders",
    )


def _candidates(house: AppContext, found: ScenarioDraft, language: str) -> html.Section:
    case = house.cases[found.case]
    system, candidates = case.system(found.scenario), case.candidates(found.scenario)
    counts = site_map.counted(candidates)
    sites = [
        (str(site), f"{label(row, site, language)} ({counts[site]})")
        for site, row in system["sites"].iterrows()
        if counts.get(str(site))
    ]
    if not sites:
        return section(
            say("What may be built", language),
            html.P(say("The case has nothing that might be built.", language)),
        )
    first = max(sites, key=lambda site: counts[site[0]])[0]
    wishes = {name: wish.wish for name, wish in found.candidates.items()}
    drawing = site_map.build_map(system, candidates, wishes, language, first)
    legend = html.Ul(
        [
            html.Li(
                [
                    html.Span(html.Span(className="mark"), className=f"place {state}"),
                    say(words, language),
                ]
            )
            for state, words in site_map.STATES.items()
        ],
        className="legend",
    )
    return section(
        say("What may be built", language),
        html.P(say("Choose a place on the map or in the list. Required: at least so much is built. Forbidden: nothing is. Optional: the cheapest plan decides.", language)),
        html.Div([Map(id="map", drawing=drawing, label=say("Map of the places", language)), legend]) if drawing else dcc.Store(id="map"),
        field(say("Place", language), choice("site", sites, first)),
        html.Div(candidate_list(house, found, first, language), id="candidates"),
    )  # fmt: skip


def candidate_list(house: AppContext, found: ScenarioDraft, site: str, language: str) -> list[Any]:
    """Returns the candidates of a site, each with its choice."""
    case = house.cases[found.case]
    system, rows = case.system(found.scenario), []
    for name, row in site_map.at(site, case.candidates(found.scenario)).iterrows():
        wish = found.candidates.get(str(name))
        asset = system[row["table"]].loc[name]
        title = label(asset, name, language)
        maximum = (
            number(float(row["most"]), language, str(row["unit"]))
            if row["most"] < table_editor.MIN_UNLIMITED_VALUE
            else say("without limit", language)
        )
        choices = [
            ("required", say("required", language)),
            ("optional", say("optional", language)),
            ("forbidden", say("forbidden", language)),
        ]
        choice_buttons = options(
            f"{title} ({say('at most', language)} {maximum})",
            {"type": "wish", "name": name},
            choices,
            wish.wish if wish else "optional",
        )
        size = html.Label(
            [
                f"{say('at least', language)} [{row['unit']}] ",
                dcc.Input(
                    id={"type": "size", "name": name},
                    type="number",
                    min=0,
                    step="any",
                    value=wish.size if wish else None,
                    debounce=True,
                    placeholder=maximum,
                ),
                html.Span(f" {title}", className="unseen"),
            ],
            className="size",
        )
        rows.append(html.Div([choice_buttons, size], className="candidate"))
    return rows


def _tables(house: AppContext, found: ScenarioDraft, language: str) -> html.Section:
    system = house.cases[found.case].system(found.scenario)
    names = [(name, name.replace("_", " ")) for name in table_editor.tables(system)]
    return section(
        say("Any number of the case", language),
        html.Details([
            html.Summary(say("Open a table and change its cells", language)),
            field(say("Table", language), choice("table", names, None), say("Press Enter in a cell to change it, and Enter again when done. A header tells its unit, and its meaning when pointed at.", language)),
            html.Div(id="grid_place"),
            html.Div(id="edit_told", role="status"),
        ]),
    )  # fmt: skip


def _aside(language: str) -> list[Any]:
    return [
        html.H2(say("Your question", language)),
        html.Div(id="asked"),
        field(say("Call it", language), dcc.Input(id="title", type="text", maxLength=80, placeholder=say("such as: cheap batteries", language), persistence=True, persistence_type="session")),
        field(say("Your name", language), dcc.Input(id="asker", type="text", maxLength=40, autoComplete="name", persistence=True, persistence_type="local")),
        button(say("Run", language), "run", "main"),
        button(say("Save as a scenario", language), "save"),
        html.Div(id="run_told", role="alert"),
        html.Div(id="save_told", role="status"),
    ]  # fmt: skip
