"""No English is left on a Danish page: what is the same in both languages is a name, a number or a unit."""

import pytest
from dash.development.base_component import Component
from helpers import web
from helpers.danish_pages import left_in_english, texts_of

import energy_model as em
from energy_model.reporting.comparison_report import comparison_report
from energy_model.reporting.run_report import run_report
from energy_model.reporting.slides import run_slides
from energy_model.reporting.topics import topic_names, topic_report
from energy_model.studies.guide import study_guides
from energy_model.web import app, table_editor
from energy_model.web.case_catalog import load_catalog
from energy_model.web.pages import compare, queue, scenario_form, study

SHOWN = ("children", "label", "legend", "options", "placeholder", "headerTooltip")


@pytest.fixture(scope="module")
def run():
    return em.solve(em.load_case("inputs/aarhus", resolution=6))


def names_of(run):
    """The names of a case, and its labels, some of which are proper names in both languages."""
    frame = run.tables["names"]
    sources = run.system.sources
    written = [*sources.astype(str).to_numpy().ravel(), *run.system["decisions"].astype(str).to_numpy().ravel()]  # fmt: skip
    return {*map(str, frame.index), *frame["label_en"].dropna(), *written}


@pytest.mark.slow
def test_no_report_of_aarhus_has_english_in_danish(run):
    changes = ["carriers.co2.price *= 2", "conversions.field_sun_*.max_capacity_added = 100"]
    other = em.solve(em.load_case("inputs/aarhus", overrides=changes, resolution=6))
    comparison = em.compare([run, other], ["én", "to"])
    pages = [
        lambda language: run_report(run, language),
        lambda language: run_slides(run, language),
        *(
            lambda language, topic=topic: topic_report(run, topic, language)
            for topic in topic_names()
        ),
        lambda language: comparison_report(comparison, None, language, with_addresses=False),
    ]
    allowed = names_of(run)
    for make in pages:
        left = left_in_english(texts_of(make("en")), texts_of(make("da")), allowed)
        assert left == [], make("en").title


def texts_of_page(part):
    """Every text of a page of the workbench; ids, addresses and states are none."""
    if isinstance(part, Component):
        for name, value in part.to_plotly_json()["props"].items():
            if name in SHOWN or name.startswith("aria-label"):
                yield from texts_of_page(value)
    elif isinstance(part, dict):
        for name in ("label", "headerTooltip"):
            yield from texts_of_page(part.get(name))
    elif isinstance(part, list | tuple):
        for one in part:
            yield from texts_of_page(one)
    elif isinstance(part, str):
        yield part.strip()


def test_no_page_of_the_workbench_has_english_in_danish(tmp_path):
    cases = load_catalog([web.quick_village(tmp_path)])
    kept = web.context(tmp_path, cases)
    system = cases["village"].system("")
    pages = [
        lambda language: app.layout(language),
        lambda language: scenario_form.page(kept, None, language),
        lambda language: queue.page(kept, language),
        lambda language: compare.page(kept, "", language),
        lambda language: study.page(kept, "", None, language),
        *(
            lambda language, name=name: study.page(kept, name, None, language)
            for name in study_guides()
        ),
        *(
            lambda language, name=name: table_editor.columns(system, name, language)
            for name in table_editor.table_names(system)
        ),
    ]
    names = {str(name).replace("_", " ") for table in system.frames.values() for name in table.index}  # fmt: skip
    names |= {"Dansk", "English", "price of gas"}
    kept.workspace.close()
    from flask import Flask  # noqa: PLC0415

    server = Flask("pages")
    server.secret_key = "pages"
    for make in pages:
        with server.test_request_context():
            left = left_in_english(texts_of_page(make("en")), texts_of_page(make("da")), names)
        assert left == []
