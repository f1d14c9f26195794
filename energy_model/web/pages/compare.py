"""Compare page: up to four finished runs → their differences in sentences and tables."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import dash
import pandas as pd
from dash import Input, Output, dcc, html

import energy_model as em
from energy_model.common.formatting import format_number
from energy_model.common.language import N_, translate
from energy_model.reporting.run_answer import headline_tiles
from energy_model.web import security
from energy_model.web.components import check_boxes, message, section, table
from energy_model.web.context import AppContext, open_cached
from energy_model.web.pages import queue

MAX_RUNS = 4
MAX_TABLE_ROWS = 30
PARTS = (
    ("capacities", N_("Capacities")),
    ("costs", N_("Cost by type [EUR/a]")),
    ("sectors", N_("Cost by sector [EUR/a]")),
    ("firms", N_("Cost by owner [EUR/a]")),
    ("emissions", N_("Emissions [t/a]")),
)


def page(context: AppContext, search: str, language: str) -> list[Any]:
    """Returns the page; the query string can name selected runs."""
    jobs = [job for job in context.queue.jobs() if job.kind == "run" and job.state == "done"]
    requested = parse_qs(search.lstrip("?")).get("runs", [""])[0].split(",")
    chosen = [job.name for job in jobs if job.name in requested][:MAX_RUNS]
    heading = html.H1(translate("Compare runs", language))
    if len(jobs) < 2:
        return [
            heading,
            html.P(translate("Two finished runs are needed for a comparison.", language)),
            dcc.Link(translate("New run", language), href="/"),
        ]
    run_choices = [
        (job.name, f"{job.title} · {queue.format_time(job.created, language)}")
        for job in jobs[: queue.MAX_SHOWN_JOBS]
    ]
    run_boxes = check_boxes(
        translate("Choose two to four runs", language),
        "compared_runs",
        run_choices,
        chosen,
        MAX_RUNS,
    )
    return [heading, run_boxes, html.Div(compared(context, chosen, language), id="comparison")]


def compared(context: AppContext, names: list[str], language: str) -> list[Any]:
    """Returns the comparison of runs, the oldest first."""
    jobs = sorted((context.queue.job(name) for name in names), key=lambda job: job.name)
    if len(jobs) < 2:
        return [html.P(translate("Choose at least two runs.", language), className="soft")]
    titles = [
        job.title if [other.title for other in jobs].count(job.title) == 1 else f"{job.title} ({i})"
        for i, job in enumerate(jobs, 1)
    ]
    try:
        runs = [open_cached(context.workspace.path("runs", job.name)) for job in jobs]
        comparison = em.compare(runs, titles)
        comparison.labels.update(_labels(runs, language))
    except em.InputError as error:
        return [message([str(issue) for issue in error.issues])]
    tiles = [headline_tiles(run, language).pairs for run in runs]
    tile_names = [name for name, _ in tiles[0]]
    tile_rows = [
        [name, *(dict(run_tiles).get(name, "") for run_tiles in tiles)] for name in tile_names
    ]
    return [
        section(translate("Summary", language), html.Ul([html.Li(sentence) for sentence in sentences(comparison, language)])),
        section(translate("Key figures", language), table(translate("Key figures", language), [translate("What", language), *titles], tile_rows, len(titles))),
        section(translate("Inputs that differ", language), _inputs(comparison, runs, titles, language)),
        *(_part(comparison, name, title, titles, language) for name, title in PARTS if len(comparison.tables[name])),
    ]  # fmt: skip


def sentences(found: em.Comparison, language: str) -> list[str]:
    """Returns sentences on the differences of inputs and results."""
    first, last = found.names[0], found.names[-1]
    count = len(found.inputs)
    texts = [
        translate("The inputs differ in {count:#} cells.", language, count=count)
        if count
        else translate("The inputs are the same.", language)
    ]
    costs = found.summary.loc["total_cost"]
    difference = float(costs["difference"])
    if costs["same"]:
        texts.append(
            translate("“{last}” costs as much as “{first}”.", language, last=last, first=first)
        )
    else:
        words = (
            N_("“{last}” costs {by} more than “{first}”.")
            if difference > 0
            else N_("“{last}” costs {by} less than “{first}”.")
        )
        texts.append(
            translate(
                words,
                language,
                last=last,
                first=first,
                by=format_number(abs(difference), "EUR/a", language),
            )
        )
    changed = found.capacities[~found.capacities["same"]]
    for words, part in (
        (N_("More of: {what}."), changed[changed["difference"] > 0]),
        (N_("Less of: {what}."), changed[changed["difference"] < 0]),
    ):
        if len(part):
            names = ", ".join(
                f"{found.labels.get(str(name), str(name).replace('_', ' '))} ({format_number(abs(change), '', language)})"
                for name, change in part["difference"].head(5).items()
            )
            texts.append(translate(words, language, what=names))
    return texts


def _labels(runs: list[em.Run], language: str) -> dict[str, str]:
    """Returns the labels of the rows of runs in a language, as far as they have labels."""
    labels: dict[str, str] = {}
    for run in runs:
        names = run.tables["names"]
        if f"label_{language}" in names:
            labels_of_run = names[f"label_{language}"].dropna()
            labels |= {str(name): str(label) for name, label in labels_of_run.items() if str(label)}
    return labels


def _inputs(found: em.Comparison, runs: list[em.Run], titles: list[str], language: str) -> Any:
    choices_of_runs = [run.metadata.get("candidates", {}) for run in runs]
    candidate_names = dict.fromkeys(name for choices in choices_of_runs for name in choices)
    rows = [
        [
            found.labels.get(name, name),
            *(_wish(choices.get(name), language) for choices in choices_of_runs),
        ]
        for name in candidate_names
        if any(choices.get(name) != choices_of_runs[0].get(name) for choices in choices_of_runs)
    ]
    rows += [
        [row["address"], *(_cell(row[title], language) for title in titles)]
        for _, row in found.inputs.head(MAX_TABLE_ROWS).iterrows()
    ]
    if not rows:
        return html.P(translate("The inputs are the same.", language))
    return table(
        translate("Inputs that differ", language),
        [translate("Address", language), *titles],
        rows,
        len(titles),
    )


def _wish(bounds: list[float] | None, language: str) -> str:
    """Returns the choice for a candidate in words."""
    if bounds is None:
        return translate("optional", language)
    minimum, maximum = bounds
    return (
        translate("forbidden", language)
        if maximum == 0
        else f"{translate('at least', language)} {format_number(minimum, '', language)}"
    )


def _part(
    found: em.Comparison, name: str, title: str, titles: list[str], language: str
) -> html.Section:
    frame: pd.DataFrame = found.tables[name]
    frame = frame[~frame["same"]].head(MAX_TABLE_ROWS)
    if frame.empty:
        return section(translate(title, language), html.P(translate("No difference.", language)))
    heads = [translate("What", language), *titles, translate("Difference", language)]
    rows = [
        [found.labels.get(str(row_name), translate(str(row_name).replace("_", " "), language)), *(format_number(float(row[run_title]), "", language) for run_title in titles), format_number(float(row["difference"]), "", language)]
        for row_name, row in frame.iterrows()
    ]  # fmt: skip
    return section(
        translate(title, language), table(translate(title, language), heads, rows, len(titles) + 1)
    )


def _cell(value: Any, language: str) -> str:
    return format_number(value, "", language) if isinstance(value, float) else str(value)


def register(app: dash.Dash, context: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        Output("comparison", "children"),
        Output("compared_runs", "value"),
        Input("compared_runs", "value"),
        prevent_initial_call=True,
    )
    def compare(names: list[str]) -> tuple[Any, Any]:
        known = {
            job.name for job in context.queue.jobs() if job.kind == "run" and job.state == "done"
        }
        chosen = [name for name in names or [] if name in known][:MAX_RUNS]
        comparison = compared(context, chosen, security.language())
        return comparison, chosen if chosen != names else dash.no_update
