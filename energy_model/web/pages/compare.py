"""Compare: up to four answers side by side, what differs first, in words and numbers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import dash
import pandas as pd
from dash import Input, Output, dcc, html

import energy_model as em
from energy_model.web import security
from energy_model.web.components import boxes, message, section, table
from energy_model.web.context import AppContext
from energy_model.web.language import number, say
from energy_model.web.pages import queue, results
from energy_model.web.run_cache import open_cached

MAX_RUNS = 4
MAX_TABLE_ROWS = 30
PARTS = (("capacities", "What stands"), ("costs", "Cost by kind [EUR/a]"), ("sectors", "Cost by sector [EUR/a]"), ("firms", "Who pays [EUR/a]"), ("emissions", "Emissions [t/a]"))  # fmt: skip


def page(house: AppContext, search: str, language: str) -> list[Any]:
    """The page; the address may name runs to begin with."""
    jobs = [job for job in house.queue.jobs() if job.kind == "run" and job.state == "done"]
    wanted = parse_qs(search.lstrip("?")).get("runs", [""])[0].split(",")
    chosen = [job.name for job in jobs if job.name in wanted][:MAX_RUNS]
    heading = html.H1(say("Compare answers", language))
    if len(jobs) < 2:
        return [heading, html.P(say("There must be two answers before they can be compared.", language)), dcc.Link(say("Ask a case", language), href="/")]  # fmt: skip
    shown = [(job.name, f"{job.title} · {queue.when(job.made, language)}") for job in jobs[: queue.MAX_SHOWN_JOBS]]  # fmt: skip
    listed = boxes(say("Choose two to four answers", language), "compared", shown, chosen, MAX_RUNS)
    return [heading, listed, html.Div(compared(house, chosen, language), id="comparison")]  # fmt: skip


def compared(house: AppContext, names: list[str], language: str) -> list[Any]:
    """The comparison of some runs, the oldest first."""
    jobs = sorted((house.queue.job(name) for name in names), key=lambda job: job.name)
    if len(jobs) < 2:
        return [html.P(say("Choose at least two.", language), className="soft")]
    titles = [job.title if [j.title for j in jobs].count(job.title) == 1 else f"{job.title} ({i})" for i, job in enumerate(jobs, 1)]  # fmt: skip
    try:
        runs = [open_cached(house.workspace.place("runs", job.name)) for job in jobs]
        found = em.compare(runs, titles)
        found.labels.update(_labels(runs, language))
    except em.InputError as wrong:
        return [message([str(fault) for fault in wrong.issues])]
    tiles = [results.tiles(run.summary, language) for run in runs]
    names_of = [name for name, _ in tiles[0]]
    first = [[name, *(dict(t).get(name, "") for t in tiles)] for name in names_of]
    return [
        section(say("In words", language), html.Ul([html.Li(s) for s in sentences(found, language)])),
        section(say("First numbers", language), table(say("First numbers", language), [say("What", language), *titles], first, len(titles))),
        section(say("Inputs that differ", language), _inputs(found, runs, titles, language)),
        *(_part(found, name, title, titles, language) for name, title in PARTS if len(found.tables[name])),
    ]  # fmt: skip


def sentences(found: em.Comparison, language: str) -> list[str]:
    """What differs, in words."""
    first, last = found.names[0], found.names[-1]
    many = len(found.inputs)
    told = [say("The inputs differ in {many} cells.", language, many=many) if many else say("The inputs are the same.", language)]  # fmt: skip
    costs = found.summary.loc["total_cost"]
    by = float(costs["difference"])
    if costs["same"]:
        told.append(say("“{last}” costs as much as “{first}”.", language, last=last, first=first))
    else:
        words = "“{last}” costs {by} more than “{first}”." if by > 0 else "“{last}” costs {by} less than “{first}”."  # fmt: skip
        told.append(say(words, language, last=last, first=first, by=number(abs(by) / 1e6, language, "MEUR/a")))  # fmt: skip
    moved = found.capacities[~found.capacities["same"]]
    for words, part in (("More of: {what}.", moved[moved["difference"] > 0]), ("Less of: {what}.", moved[moved["difference"] < 0])):  # fmt: skip
        if len(part):
            what = ", ".join(f"{found.labels.get(str(n), str(n).replace('_', ' '))} ({number(abs(d), language)})" for n, d in part["difference"].head(5).items())  # fmt: skip
            told.append(say(words, language, what=what))
    return told


def _labels(runs: list[em.Run], language: str) -> dict[str, str]:
    """What the rows of some runs are called in a language, where they are called anything."""
    labels: dict[str, str] = {}
    for run in runs:
        names = run.tables["names"]
        if f"label_{language}" in names:
            told = names[f"label_{language}"].dropna()
            labels |= {str(name): str(label) for name, label in told.items() if str(label)}
    return labels


def _inputs(found: em.Comparison, runs: list[em.Run], titles: list[str], language: str) -> Any:
    wishes = [run.metadata.get("candidates", {}) for run in runs]
    named = dict.fromkeys(name for wished in wishes for name in wished)
    rows = [
        [found.labels.get(name, name), *(_wish(wished.get(name), language) for wished in wishes)]
        for name in named
        if any(wished.get(name) != wishes[0].get(name) for wished in wishes)
    ]
    rows += [[row["address"], *(_cell(row[title], language) for title in titles)] for _, row in found.inputs.head(MAX_TABLE_ROWS).iterrows()]  # fmt: skip
    if not rows:
        return html.P(say("The inputs are the same.", language))
    return table(say("Inputs that differ", language), [say("Address", language), *titles], rows, len(titles))  # fmt: skip


def _wish(bounds: list[float] | None, language: str) -> str:
    """What was wished for a candidate."""
    if bounds is None:
        return say("optional", language)
    least, most = bounds
    return say("forbidden", language) if most == 0 else f"{say('at least', language)} {number(least, language)}"  # fmt: skip


def _part(found: em.Comparison, name: str, title: str, titles: list[str], language: str) -> html.Section:  # fmt: skip
    frame: pd.DataFrame = found.tables[name]
    frame = frame[~frame["same"]].head(MAX_TABLE_ROWS)
    if frame.empty:
        return section(say(title, language), html.P(say("No difference.", language)))
    heads = [say("What", language), *titles, say("Difference", language)]
    rows = [
        [found.labels.get(str(n), say(str(n).replace("_", " "), language)), *(number(float(row[t]), language) for t in titles), number(float(row["difference"]), language)]
        for n, row in frame.iterrows()
    ]  # fmt: skip
    return section(say(title, language), table(say(title, language), heads, rows, len(titles) + 1))


def _cell(value: Any, language: str) -> str:
    return number(value, language) if isinstance(value, float) else str(value)


def register(app: dash.Dash, house: AppContext) -> None:
    """Lets the page answer."""

    @app.callback(Output("comparison", "children"), Output("compared", "value"), Input("compared", "value"), prevent_initial_call=True)  # fmt: skip
    def compare(names: list[str]) -> tuple[Any, Any]:
        known = {job.name for job in house.queue.jobs() if job.kind == "run" and job.state == "done"}  # fmt: skip
        chosen = [name for name in names or [] if name in known][:MAX_RUNS]
        return compared(house, chosen, security.language()), chosen if chosen != names else dash.no_update  # fmt: skip
