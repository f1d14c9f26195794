"""Results: a finished run or study → headline numbers, tables, report and downloads."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

import energy_model as em
from energy_model.reporting.run_report import run_report
from energy_model.reporting.terminal import study_tables
from energy_model.web.components import button, message, render_blocks, section, table
from energy_model.web.context import AppContext
from energy_model.web.jobs import Job
from energy_model.web.language import say
from energy_model.web.run_cache import open_cached

SHOWN_SECTIONS = ("answer", "built")
MAX_STUDY_ROWS = 60  # rows of a study's table

RUN_FILES = (("run.zip", "Everything (zip)"), ("tables.xlsx", "Tables (Excel)"), ("results.nc", "Results (netCDF)"), ("report.html", "Report (one page)"))  # fmt: skip
STUDY_FILES = (("study.xlsx", "Tables (Excel)"), ("cases.csv", "Every case (CSV)"), ("study.zip", "Everything (zip)"), ("report.html", "Report (one page)"))  # fmt: skip


def run(house: AppContext, job: Job, language: str) -> list[Any]:
    """Returns the results of a finished run."""
    try:
        result = open_cached(house.workspace.place("runs", job.name))
    except em.InputError as error:
        return [message([str(issue) for issue in error.issues])]
    report = run_report(result, language, keys=SHOWN_SECTIONS)
    return [
        *(section(part.title, *render_blocks(part.blocks)) for part in report.sections),
        _report(job, language),
        _downloads(job, RUN_FILES, language),
        html.P(dcc.Link(say("Compare with other answers", language), href=f"/compare?runs={job.name}")),
    ]  # fmt: skip


def study(house: AppContext, job: Job, language: str) -> list[Any]:
    """Returns the results of a finished study."""
    try:
        result = em.open_study(house.workspace.place("studies", job.name))
    except em.InputError as error:
        return [message([str(issue) for issue in error.issues])]
    parts: list[Any] = [message(result.notes, "soft")] if result.notes else []
    for name, frame in result.tables.items():
        compact = frame if name in study_tables.HIDDEN else study_tables.shown(name, frame)
        if name not in study_tables.HIDDEN and len(compact):
            english, _, danish = study_tables.TITLES.get(name, name.replace("_", " ")).partition(
                " / "
            )
            parts.append(_frame(danish if language == "da" and danish else english, compact))
    parts.append(_frame(say("Every case", language), study_tables.glance(result.table)))
    return [
        section(say("The answer", language), *parts),
        _report(job, language),
        _downloads(job, STUDY_FILES, language),
    ]


def _frame(title: str, frame: Any) -> html.Div:
    names = [str(column) for column in frame]
    rows = [
        [study_tables.cell(value, column) for value, column in zip(row, names, strict=True)]
        for row in frame.head(MAX_STUDY_ROWS).to_numpy(dtype=object)
    ]
    return table(title, [study_tables.header(column) for column in names], rows)


def _report(job: Job, language: str) -> html.Section:
    content = (
        "Map, flows, hours, prices, reasons and sources on one page that also opens offline."
        if job.kind == "run"
        else "The pictures, sentences and tables of the study on one page that also opens offline."
    )
    url = f"/report/{job.name}?language={language}"
    return section(
        say("The report", language),
        html.P(say(content, language)),
        html.P([
            button(say("Show it here", language), "report_open"), " ",
            html.A(say("Open it in a new window", language), href=url, target="_blank", rel="noopener"),
        ]),
        html.Div(id="report_place"),
    )  # fmt: skip


def _downloads(job: Job, files: tuple[tuple[str, str], ...], language: str) -> html.Section:
    links = [
        html.Li(html.A(say(title, language), href=f"/download/{job.name}/{name}", download=name))
        for name, title in files
    ]
    return section(say("Take it home", language), html.Ul(links, className="downloads"))
