"""Compare page: up to four finished runs → their differences in sentences and tables."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import dash
import pandas as pd
from dash import Input, Output, dcc, html

import energy_model as em
from energy_model.reporting.run_answer import headline_tiles
from energy_model.web import security
from energy_model.web.components import boxes, message, section, table
from energy_model.web.context import AppContext
from energy_model.web.language import number, say
from energy_model.web.pages import queue
from energy_model.web.run_cache import open_cached

MAX_RUNS = 4
MAX_TABLE_ROWS = 30
PARTS = (("capacities", "What stands"), ("costs", "Cost by kind [EUR/a]"), ("sectors", "Cost by sector [EUR/a]"), ("firms", "Who pays [EUR/a]"), ("emissions", "Emissions [t/a]"))  # fmt: skip


def page(house: AppContext, search: str, language: str) -> list[Any]:
    """Returns the page; the query string can name selected runs."""
    jobs = [job for job in house.queue.jobs() if job.kind == "run" and job.state == "done"]
    requested = parse_qs(search.lstrip("?")).get("runs", [""])[0].split(",")
    chosen = [job.name for job in jobs if job.name in requested][:MAX_RUNS]
    heading = html.H1(say("Compare answers", language))
    if len(jobs) < 2:
        return [
            heading,
            html.P(say("There must be two answers before they can be compared.", language)),
            dcc.Link(say("Ask a case", language), href="/"),
        ]
    run_choices = [
        (job.name, f"{job.title} · {queue.when(job.made, language)}")
        for job in jobs[: queue.MAX_SHOWN_JOBS]
    ]
    run_boxes = boxes(
        say("Choose two to four answers", language), "compared", run_choices, chosen, MAX_RUNS
    )
    return [heading, run_boxes, html.Div(compared(house, chosen, language), id="comparison")]


def compared(house: AppContext, names: list[str], language: str) -> list[Any]:
    """Returns the comparison of runs, the oldest first."""
    jobs = sorted((house.queue.job(name) for name in names), key=lambda job: job.name)
    if len(jobs) < 2:
        return [html.P(say("Choose at least two.", language), className="soft")]
    titles = [
        job.title if [other.title for other in jobs].count(job.title) == 1 else f"{job.title} ({i})"
        for i, job in enumerate(jobs, 1)
    ]
    try:
        runs = [open_cached(house.workspace.place("runs", job.name)) for job in jobs]
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
        section(say("In words", language), html.Ul([html.Li(sentence) for sentence in sentences(comparison, language)])),
        section(say("First numbers", language), table(say("First numbers", language), [say("What", language), *titles], tile_rows, len(titles))),
        section(say("Inputs that differ", language), _inputs(comparison, runs, titles, language)),
        *(_part(comparison, name, title, titles, language) for name, title in PARTS if len(comparison.tables[name])),
    ]  # fmt: skip


def sentences(found: em.Comparison, language: str) -> list[str]:
    """Returns sentences on the differences of inputs and results."""
    first, last = found.names[0], found.names[-1]
    count = len(found.inputs)
    texts = [
        say("The inputs differ in {many} cells.", language, many=count)
        if count
        else say("The inputs are the same.", language)
    ]
    costs = found.summary.loc["total_cost"]
    difference = float(costs["difference"])
    if costs["same"]:
        texts.append(say("“{last}” costs as much as “{first}”.", language, last=last, first=first))
    else:
        words = (
            "“{last}” costs {by} more than “{first}”."
            if difference > 0
            else "“{last}” costs {by} less than “{first}”."
        )
        texts.append(
            say(
                words,
                language,
                last=last,
                first=first,
                by=number(abs(difference) / 1e6, language, "MEUR/a"),
            )
        )
    changed = found.capacities[~found.capacities["same"]]
    for words, part in (
        ("More of: {what}.", changed[changed["difference"] > 0]),
        ("Less of: {what}.", changed[changed["difference"] < 0]),
    ):
        if len(part):
            names = ", ".join(
                f"{found.labels.get(str(name), str(name).replace('_', ' '))} ({number(abs(change), language)})"
                for name, change in part["difference"].head(5).items()
            )
            texts.append(say(words, language, what=names))
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
        return html.P(say("The inputs are the same.", language))
    return table(
        say("Inputs that differ", language), [say("Address", language), *titles], rows, len(titles)
    )


def _wish(bounds: list[float] | None, language: str) -> str:
    """Returns the choice for a candidate in words."""
    if bounds is None:
        return say("optional", language)
    minimum, maximum = bounds
    return (
        say("forbidden", language)
        if maximum == 0
        else f"{say('at least', language)} {number(minimum, language)}"
    )


def _part(
    found: em.Comparison, name: str, title: str, titles: list[str], language: str
) -> html.Section:
    frame: pd.DataFrame = found.tables[name]
    frame = frame[~frame["same"]].head(MAX_TABLE_ROWS)
    if frame.empty:
        return section(say(title, language), html.P(say("No difference.", language)))
    heads = [say("What", language), *titles, say("Difference", language)]
    rows = [
        [found.labels.get(str(row_name), say(str(row_name).replace("_", " "), language)), *(number(float(row[run_title]), language) for run_title in titles), number(float(row["difference"]), language)]
        for row_name, row in frame.iterrows()
    ]  # fmt: skip
    return section(say(title, language), table(say(title, language), heads, rows, len(titles) + 1))


def _cell(value: Any, language: str) -> str:
    return number(value, language) if isinstance(value, float) else str(value)


def register(app: dash.Dash, house: AppContext) -> None:
    """Registers the callbacks of the page."""

    @app.callback(
        Output("comparison", "children"),
        Output("compared", "value"),
        Input("compared", "value"),
        prevent_initial_call=True,
    )
    def compare(names: list[str]) -> tuple[Any, Any]:
        known = {
            job.name for job in house.queue.jobs() if job.kind == "run" and job.state == "done"
        }
        chosen = [name for name in names or [] if name in known][:MAX_RUNS]
        comparison = compared(house, chosen, security.language())
        return comparison, chosen if chosen != names else dash.no_update
