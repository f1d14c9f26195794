"""Results: a finished run or study → headline numbers, tables, report and downloads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import dcc, html

import energy_model as em
from energy_model.common.language import N_, translate, translator
from energy_model.reporting.content import Block, Chart, Section, Text
from energy_model.reporting.run_report import run_report
from energy_model.reporting.study_report import study_report
from energy_model.web.components import (
    button,
    error_message,
    message,
    render_blocks,
    section,
)
from energy_model.web.context import AppContext, open_cached
from energy_model.web.jobs import Job
from energy_model.web.pages.result_map import map_section
from energy_model.web.pages.run_comparison import run_comparison_section
from energy_model.web.pages.topic import topic_links

SHOWN_SECTIONS = (
    "answer",
    "why",
    "built",
    "carriers",
    "hours",
    "bills",
    "stakeholders",
    "costs",
)
MAX_REASONS = 3  # explained investments
CHART_SECTIONS = ("carriers", "hours")  # of which some charts are shown
SHOWN_CHARTS = ("flows", "heat_winter_week", "heat_summer_week", "electricity_winter_week")
MAX_STUDY_ROWS = 60  # rows of a study's table

RUN_FILES = (
    ("run.zip", N_("All files (zip)")),
    ("tables.xlsx", N_("Tables (Excel)")),
    ("results.nc", N_("Results (netCDF)")),
    ("report.html", N_("Report (HTML)")),
    ("slides.html", N_("Slides (HTML)")),
)
STUDY_FILES = (
    ("study.xlsx", N_("Tables (Excel)")),
    ("cases.csv", N_("All cases (CSV)")),
    ("study.zip", N_("All files (zip)")),
    ("report.html", N_("Report (HTML)")),
    ("slides.html", N_("Slides (HTML)")),
)


def run(context: AppContext, job: Job, language: str) -> list[Any]:
    """Returns the results of a finished run."""
    try:
        result = open_cached(context.workspace.path("runs", job.name))
    except em.InputError as error:
        return [error_message(error, language)]
    report = run_report(result, language, keys=SHOWN_SECTIONS)
    parts = {part.key: part for part in report.sections}
    link = dcc.Link(
        translate("Compare with other runs", language), href=f"/compare?runs={job.name}"
    )
    return [
        *_sections(parts, "answer"),
        *run_comparison_section(context, job, language),
        *map_section(result, language),
        *_sections(parts, *SHOWN_SECTIONS[1:]),
        section(translate("Questions on this run", language), topic_links(job.name, language)),
        _report(job, language),
        _downloads(job, RUN_FILES, language),
        html.P(link),
    ]


def _sections(parts: Mapping[str, Section], *keys: str) -> list[html.Section]:
    """Returns sections by key; the report has all of their parts."""
    shown = [(parts[key].title, _shown_blocks(parts[key])) for key in keys if key in parts]
    return [section(title, *render_blocks(blocks)) for title, blocks in shown if blocks]


def _shown_blocks(part: Section) -> list[Block]:
    """Returns the largest reasons and the notes of the section on reasons, the charts that are shown of others, else all."""
    if part.key == "why":
        reasons = [b for b in part.blocks if isinstance(b, Text) and b.heading]
        return [*reasons[:MAX_REASONS], *(b for b in part.blocks if b not in reasons)]
    if part.key in CHART_SECTIONS:
        return [b for b in part.blocks if isinstance(b, Chart) and b.key in SHOWN_CHARTS]
    return list(part.blocks)


def study(context: AppContext, job: Job, language: str) -> list[Any]:
    """Returns the results of a finished study."""
    try:
        result = em.open_study(context.workspace.path("studies", job.name))
    except em.InputError as error:
        return [message([str(issue) for issue in error.issues])]
    report = study_report(result, language, max_rows=MAX_STUDY_ROWS)
    return [
        *(section(part.title, *render_blocks(part.blocks)) for part in report.sections),
        _report(job, language),
        _downloads(job, STUDY_FILES, language),
    ]


def _report(job: Job, language: str) -> html.Section:
    _ = translator(language)
    content = (
        _(
            "Map, energy flows, hourly operation, prices, explanations and sources on one page that "
            "works offline."
        )
        if job.kind == "run"
        else _("Figures and tables of the study on one page that works offline.")
    )
    url = f"/report/{job.name}?language={language}"
    link = html.A(_("Open in a new tab"), href=url, target="_blank", rel="noopener")
    return section(
        _("Report"),
        html.P(content),
        html.P([button(_("Show here"), "report_open"), " ", link]),
        html.Div(id="report_container"),
    )


def _downloads(job: Job, files: tuple[tuple[str, str], ...], language: str) -> html.Section:
    _ = translator(language)
    links = [
        html.Li(html.A(_(title), href=f"/download/{job.name}/{name}", download=name))
        for name, title in files
    ]
    return section(_("Downloads"), html.Ul(links, className="downloads"))
