"""No English is left on a Danish page: what is the same in both languages is a name, a number or a unit."""

import re

import pytest
from dash.development.base_component import Component
from helpers import web

import energy_model as em
from energy_model.reporting.content import DataTable, Report, Text, Tiles
from energy_model.reporting.run_report import run_report
from energy_model.reporting.slides import run_slides
from energy_model.reporting.topics import topic_names, topic_report
from energy_model.studies.guide import study_guides
from energy_model.web import app, table_editor
from energy_model.web.case_catalog import load_catalog
from energy_model.web.pages import compare, queue, scenario_form, study

WORDS = re.compile(r"[A-Za-zÆØÅæøå]{3,}")
UNITS = re.compile(r"[-+−]?[\d.,\s]*\s?(GWh|MWh|MW|EUR|DKK|TWh|km|ha|CO2|point)[/\w]*")
COLOURS = re.compile(r"#[0-9A-F]{6}|rgba?\([\d.,]+\)")
FINGERPRINT = re.compile(r"[0-9a-f]{16}")
# Words that are the same in both languages
SAME = {"biogas", "transport", "Diesel", "ETS", "ETS2", "HiGHS simplex", "Note", "Case", "start", "energy_model"}  # fmt: skip
SHOWN = ("children", "label", "legend", "options", "placeholder", "headerTooltip")


@pytest.fixture(scope="module")
def run():
    return em.solve(em.load_case("inputs/aarhus", resolution=6))


def texts_of_figure(part, key=""):
    """Every text that a figure may show; its ids are in ``customdata``."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in ("customdata", "meta", "id", "ids"):
                yield from texts_of_figure(value, name)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from texts_of_figure(value, key)
    elif isinstance(part, str) and key in ("text", "hovertext", "name", "label", "ticktext", "x", "y", "hovertemplate"):  # fmt: skip
        yield from re.split(r"<[^>]*>|%\{[^}]*\}", part)


def texts_of(report: Report):
    """Every text of a report, also of its pictures."""
    yield report.title
    for part in report.sections:
        yield part.title
        for block in part.blocks:
            if isinstance(block, Text):
                yield from (block.heading, *block.sentences)
            elif isinstance(block, Tiles):
                yield from (text for pair in block.pairs for text in pair)
            elif isinstance(block, DataTable):
                yield from (block.title, block.note, *block.heads)
                yield from (str(cell) for row in block.rows for cell in row)
            else:
                yield block.title
                figure = block.draw()
                yield from texts_of_figure(figure.to_plotly_json()) if figure is not None else ()


def names_of(run):
    """The names of a case, and its labels, some of which are proper names in both languages."""
    frame = run.tables["names"]
    sources = run.system.sources
    written = [*sources.astype(str).to_numpy().ravel(), *run.system["decisions"].astype(str).to_numpy().ravel()]  # fmt: skip
    return {*map(str, frame.index), *frame["label_en"].dropna(), *written}


def left_in_english(english, danish, allowed):
    """The texts with words that are the same in both languages and no name, unit or colour."""
    return sorted(
        text
        for text in set(english) & set(danish)
        if WORDS.search(text)
        and text.strip() not in SAME
        and not any(text.strip() in str(name) for name in allowed)  # the map breaks long names
        and not any(kind.fullmatch(text.strip()) for kind in (UNITS, COLOURS, FINGERPRINT))
    )


@pytest.mark.slow
def test_no_report_of_aarhus_has_english_in_danish(run):
    pages = [
        lambda language: run_report(run, language),
        lambda language: run_slides(run, language),
        *(
            lambda language, topic=topic: topic_report(run, topic, language)
            for topic in topic_names()
        ),
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
