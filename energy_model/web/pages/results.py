"""Answer: what a finished run or study says at a glance, with its report and everything to take home."""

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

MAX_SHOWN_ASSETS = 25  # assets that are shown, the largest investments
MAX_STUDY_ROWS = 60  # of a study's table

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
    """The first numbers of an answer, each under its name."""
    found = [(say(name, language), of(headline), unit) for name, of, unit in TILES]
    return [(name, number(value, language, unit)) for name, value, unit in found if value is not None]  # fmt: skip


def run(house: AppContext, job: Job, language: str) -> list[Any]:
    """A finished run."""
    from energy_model.web.components import number_tiles as drawn  # noqa: PLC0415 - of the same name

    try:
        found = open_cached(house.workspace.place("runs", job.name))
    except em.InputError as wrong:
        return [message([str(fault) for fault in wrong.issues])]
    capacities = found.tables["capacities"]
    added = capacities[(capacities["added"] > MIN_CAPACITY) | (capacities["retired"] > MIN_CAPACITY)].sort_values("investment", ascending=False, kind="stable")  # fmt: skip
    required = [name for name, (least, _) in found.metadata.get("candidates", {}).items() if least > 0 and name in added.index]  # fmt: skip
    added = added.loc[[*required, *added.index.difference(required, sort=False)]]
    heads = [say(word, language) for word in ("Asset", "Built", "Investment [MEUR]", "Stands today", "Taken down")]  # fmt: skip

    def size(row: Any, column: str) -> str:
        return number(row[column], language, row["unit"]) if row[column] > MIN_CAPACITY else ""

    rows = [
        [label(row, name, language), size(row, "added"), number(row["investment"] / 1e6, language), size(row, "existing"), size(row, "retired")]
        for name, row in added.head(MAX_SHOWN_ASSETS).iterrows()
    ]  # fmt: skip
    built = table(say("What is built and taken down, the largest investments first", language), heads, rows, 4) if rows else html.P(say("Nothing is built: what stands serves the year.", language))  # fmt: skip
    left = len(added) - MAX_SHOWN_ASSETS
    more = [html.P(say("{many} more stand in the report and in the tables.", language, many=left), className="soft")] if left > 0 else []  # fmt: skip
    danish = dict(one.sentences() for one in both_ways(found)) if language == "da" else {}
    warnings = [danish.get(text, text) for text in found.metadata.get("warnings", [])]
    warned = [message(warnings, "soft")] if warnings else []
    return [
        section(say("The answer", language), drawn(tiles(found.summary, language)), *warned),
        section(say("What is built", language), built, *more),
        _report(job, language),
        _downloads(job, RUN_FILES, language),
        html.P(dcc.Link(say("Compare with other answers", language), href=f"/compare?runs={job.name}")),
    ]  # fmt: skip


def study(house: AppContext, job: Job, language: str) -> list[Any]:
    """A finished study."""
    try:
        found = em.open_study(house.workspace.place("studies", job.name))
    except em.InputError as wrong:
        return [message([str(fault) for fault in wrong.issues])]
    parts: list[Any] = [message(found.notes, "soft")] if found.notes else []
    for name, frame in found.tables.items():
        shown = frame if name in study_tables.HIDDEN else study_tables.shown(name, frame)
        if name not in study_tables.HIDDEN and len(shown):
            english, _, danish = study_tables.TITLES.get(name, name.replace("_", " ")).partition(" / ")  # fmt: skip
            parts.append(_frame(danish if language == "da" and danish else english, shown))
    parts.append(_frame(say("Every case", language), study_tables.glance(found.table)))
    return [section(say("The answer", language), *parts), _report(job, language), _downloads(job, STUDY_FILES, language)]  # fmt: skip


def _frame(title: str, frame: Any) -> html.Div:
    names = [str(c) for c in frame]
    rows = [[study_tables.cell(v, c) for v, c in zip(row, names, strict=True)] for row in frame.head(MAX_STUDY_ROWS).to_numpy(dtype=object)]  # fmt: skip
    return table(title, [study_tables.header(c) for c in names], rows)


def _report(job: Job, language: str) -> html.Section:
    what = "Map, flows, hours, prices, reasons and sources on one page that also opens offline." if job.kind == "run" else "The pictures, sentences and tables of the study on one page that also opens offline."  # fmt: skip
    address = f"/report/{job.name}?language={language}"
    return section(
        say("The report", language),
        html.P(say(what, language)),
        html.P([
            button(say("Show it here", language), "report_open"), " ",
            html.A(say("Open it in a new window", language), href=address, target="_blank", rel="noopener"),
        ]),
        html.Div(id="report_place"),
    )  # fmt: skip


def _downloads(job: Job, files: tuple[tuple[str, str], ...], language: str) -> html.Section:
    links = [html.Li(html.A(say(title, language), href=f"/download/{job.name}/{name}", download=name)) for name, title in files]  # fmt: skip
    return section(say("Take it home", language), html.Ul(links, className="downloads"))
