"""Results: a finished run or study → headline numbers, tables, report and downloads."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

import energy_model as em
from energy_model.reporting.narrative import MIN_CAPACITY
from energy_model.reporting.terminal import study_tables
from energy_model.studies.explanation.asset import both_ways
from energy_model.web.components import button, message, section, table
from energy_model.web.context import AppContext
from energy_model.web.jobs import Job
from energy_model.web.language import label, number, say
from energy_model.web.run_cache import open_cached

MAX_SHOWN_ASSETS = 25  # of assets, the largest investments
MAX_STUDY_ROWS = 60  # rows of a study's table

TILES = (
    ("Cost of the year", lambda h: h["total_cost"] / 1e6, "MEUR/a"),
    ("Invested", lambda h: h["investment"] / 1e6, "MEUR"),
    ("Net emissions", lambda h: h["net_emissions"], "t/a"),
    ("The last tonne costs", lambda h: h["emission_price"] + h["emission_target_price"], "EUR/t"),
    ("Land taken", lambda h: h["land_taken"], "ha"),
    ("District heat, mean price", lambda h: h.get("heat_price"), "EUR/MWh"),
    ("Electricity, mean price", lambda h: h.get("electricity_price"), "EUR/MWh"),
    ("Wanted and not delivered", lambda h: h["unserved"], "MWh/a"),
)
RUN_FILES = (("run.zip", "Everything (zip)"), ("tables.xlsx", "Tables (Excel)"), ("results.nc", "Results (netCDF)"), ("report.html", "Report (one page)"))  # fmt: skip
STUDY_FILES = (("study.xlsx", "Tables (Excel)"), ("cases.csv", "Every case (CSV)"), ("study.zip", "Everything (zip)"), ("report.html", "Report (one page)"))  # fmt: skip


def tiles(headline: dict[str, float], language: str) -> list[tuple[str, str]]:
    """Returns pairs of name and formatted value of the headline numbers."""
    values = [(say(name, language), value_of(headline), unit) for name, value_of, unit in TILES]
    return [
        (name, number(value, language, unit)) for name, value, unit in values if value is not None
    ]


def run(house: AppContext, job: Job, language: str) -> list[Any]:
    """Returns the results of a finished run."""
    from energy_model.web.components import number_tiles as drawn  # noqa: PLC0415 - of the same name

    try:
        result = open_cached(house.workspace.place("runs", job.name))
    except em.InputError as error:
        return [message([str(issue) for issue in error.issues])]
    capacities = result.tables["capacities"]
    added = capacities[
        (capacities["added"] > MIN_CAPACITY) | (capacities["retired"] > MIN_CAPACITY)
    ].sort_values("investment", ascending=False, kind="stable")
    required = [
        name
        for name, (minimum, _) in result.metadata.get("candidates", {}).items()
        if minimum > 0 and name in added.index
    ]
    added = added.loc[[*required, *added.index.difference(required, sort=False)]]
    heads = [
        say(word, language)
        for word in ("Asset", "Built", "Investment [MEUR]", "Stands today", "Taken down")
    ]

    def size(row: Any, column: str) -> str:
        return number(row[column], language, row["unit"]) if row[column] > MIN_CAPACITY else ""

    rows = [
        [label(row, name, language), size(row, "added"), number(row["investment"] / 1e6, language), size(row, "existing"), size(row, "retired")]
        for name, row in added.head(MAX_SHOWN_ASSETS).iterrows()
    ]  # fmt: skip
    asset_table = (
        table(
            say("What is built and taken down, the largest investments first", language),
            heads,
            rows,
            4,
        )
        if rows
        else html.P(say("No new capacity is built; existing capacity covers demand.", language))
    )
    omitted = len(added) - MAX_SHOWN_ASSETS
    more = (
        [
            html.P(
                say("{many} more stand in the report and in the tables.", language, many=omitted),
                className="soft",
            )
        ]
        if omitted > 0
        else []
    )
    danish = (
        dict(operation.sentences() for operation in both_ways(result)) if language == "da" else {}
    )
    warnings = [danish.get(text, text) for text in result.metadata.get("warnings", [])]
    warning_box = [message(warnings, "soft")] if warnings else []
    return [
        section(say("The answer", language), drawn(tiles(result.summary, language)), *warning_box),
        section(say("What is built", language), asset_table, *more),
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
