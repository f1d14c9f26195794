"""Ask: the page on which a case is picked, its sliders are moved, candidates are wished for and cells are changed."""

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
    """What a reader had gathered, less what the cases no longer know; else the first case as it starts."""
    try:
        found = request_validation.parse_draft(content)
        case = request_validation.known(found.case, found.scenario, house.cases)
    except InputError:
        first = next(iter(house.cases.values()))
        return ScenarioDraft(case=first.name, scenario=first.default)
    moved = {slider.name: slider for slider in case.sliders(found.scenario)}
    known = case.candidates(found.scenario).index
    kept = {n: v for n, v in found.sliders.items() if n in moved and moved[n].least <= v <= moved[n].most}  # fmt: skip
    edits = [
        edit
        for edit in found.edits
        if request_validation.wrong_edit(edit, case, found.scenario) is None
    ]
    wishes = {name: wish for name, wish in found.candidates.items() if name in known}
    return found.model_copy(update={"sliders": kept, "edits": edits, "candidates": wishes})


def page(house: AppContext, content: Any, language: str) -> list[Any]:
    """The page, as its reader left it."""
    found = draft_of(house, content)
    return [
        html.H1(say("Ask a case", language)),
        html.P(say("Choose a case, move what you want to know about, and press Run. The case itself is never changed.", language), className="lead"),
        html.Div(body(house, found, language), id="ask", className="two"),
    ]  # fmt: skip


def body(house: AppContext, found: ScenarioDraft, language: str) -> list[Any]:
    """All that depends on the case and its scenario, and beside it what is asked."""
    return [
        html.Div([_case(house, found, language), _sliders(house, found, language), _candidates(house, found, language), _tables(house, found, language)]),
        html.Aside(_aside(language), **{"aria-label": say("Your question", language)}),
    ]  # fmt: skip


def known(house: AppContext, found: ScenarioDraft, language: str) -> dict[str, Any]:
    """What the page needs to tell a moved slider from one that stands where it began."""
    case = house.cases[found.case]
    system = case.system(found.scenario)
    told = {}
    for slider in case.sliders(found.scenario):
        start = sliders.start(slider, system)
        none = say("no limit in the case", language) if start is None else ""
        told[slider.name] = {"start": start, "step": slider.step, "unit": slider.unit, "none": none}
    return {"sliders": told, "draft": found.model_dump(mode="json")}


def _case(house: AppContext, found: ScenarioDraft, language: str) -> html.Section:
    case = house.cases[found.case]
    cases = [(name, offered.title(language)) for name, offered in house.cases.items()]
    own = case.resolution
    quick, fine = (
        request_validation.resolution(case, "quick"),
        request_validation.resolution(case, "fine"),
    )
    steps = [("quick", say("a quick look, {steps} steps in the year", language, steps=quick)), ("own", say("as the case is made, {steps} steps", language, steps=own)), ("fine", say("finer, {steps} steps", language, steps=fine or own))]  # fmt: skip
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
    own = [(f"own:{name}", titles[language]) for name, titles in house.cases[case].scenarios().items()]  # fmt: skip
    saved = [(f"saved:{name}", f"{say('Saved', language)}: {content.get('title', name)}") for name, content in house.workspace.scenarios(case).items()]  # fmt: skip
    return own + saved


def _sliders(house: AppContext, found: ScenarioDraft, language: str) -> html.Section:
    case = house.cases[found.case]
    system = case.system(found.scenario)
    shown = []
    for slider in case.sliders(found.scenario):
        start = sliders.start(slider, system)
        begins = slider.start if start is None else start
        value = found.sliders.get(slider.name, begins)
        meaning = getattr(slider, f"meaning_{language}")
        name = {"type": "slider", "name": slider.name}
        shown.append(
            html.Label([
                html.Span(getattr(slider, f"label_{language}"), className="name"),
                html.Output(id={"type": "shown", "name": slider.name}, children=number(value, language, slider.unit)),
                dcc.Input(id=name, type="range", min=min(slider.least, begins), max=max(slider.most, begins), step=slider.step, value=value),
                html.Span(meaning, className="soft"),
            ], className="slider")
        )  # fmt: skip
    return section(say("What if it were different?", language), html.Div(shown, className="sliders"), name="sliders")  # fmt: skip


def _candidates(house: AppContext, found: ScenarioDraft, language: str) -> html.Section:
    case = house.cases[found.case]
    system, candidates = case.system(found.scenario), case.candidates(found.scenario)
    many = site_map.counted(candidates)
    sites = [(str(site), f"{label(row, site, language)} ({many[site]})") for site, row in system["sites"].iterrows() if many.get(str(site))]  # fmt: skip
    if not sites:
        return section(say("What may be built", language), html.P(say("The case has nothing that might be built.", language)))  # fmt: skip
    first = max(sites, key=lambda site: many[site[0]])[0]
    wishes = {name: wish.wish for name, wish in found.candidates.items()}
    drawing = site_map.build_map(system, candidates, wishes, language, first)
    legend = html.Ul([html.Li([html.Span(html.Span(className="mark"), className=f"place {state}"), say(words, language)]) for state, words in site_map.STATES.items()], className="legend")  # fmt: skip
    return section(
        say("What may be built", language),
        html.P(say("Choose a place on the map or in the list. Required: at least so much is built. Forbidden: nothing is. Optional: the cheapest plan decides.", language)),
        html.Div([Map(id="map", drawing=drawing, label=say("Map of the places", language)), legend]) if drawing else dcc.Store(id="map"),
        field(say("Place", language), choice("site", sites, first)),
        html.Div(candidate_list(house, found, first, language), id="candidates"),
    )  # fmt: skip


def candidate_list(house: AppContext, found: ScenarioDraft, site: str, language: str) -> list[Any]:
    """The candidates of a site, each with its wish."""
    case = house.cases[found.case]
    system, shown = case.system(found.scenario), []
    for name, row in site_map.at(site, case.candidates(found.scenario)).iterrows():
        wish = found.candidates.get(str(name))
        source = system[row["table"]].loc[name]
        title = label(source, name, language)
        most = number(float(row["most"]), language, str(row["unit"])) if row["most"] < table_editor.MIN_UNLIMITED_VALUE else say("without limit", language)  # fmt: skip
        three = [("required", say("required", language)), ("optional", say("optional", language)), ("forbidden", say("forbidden", language))]  # fmt: skip
        wished = options(f"{title} ({say('at most', language)} {most})", {"type": "wish", "name": name}, three, wish.wish if wish else "optional")  # fmt: skip
        size = html.Label([
            f"{say('at least', language)} [{row['unit']}] ",
            dcc.Input(id={"type": "size", "name": name}, type="number", min=0, step="any", value=wish.size if wish else None, debounce=True, placeholder=most),
            html.Span(f" {title}", className="unseen"),
        ], className="size")  # fmt: skip
        shown.append(html.Div([wished, size], className="candidate"))
    return shown


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
