"""Every verb on cases that lack what most cases have, and on names that look like numbers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from helpers import case_builder, cli, degenerate_cases, web
from helpers.full_feature_case import EVERYTHING
from helpers.markers import mostly_slow

import energy_model as em
from energy_model.common.language import LANGUAGES
from energy_model.formulation import TABLES
from energy_model.reporting import run_report
from energy_model.reporting.figures import export, run_figures
from energy_model.reporting.figures import supply_data as supply
from energy_model.reporting.render_html import render_page
from energy_model.web.jobs import DONE, Job
from energy_model.web.pages import results

VERBS = {
    "show": ["show", "RUN"],
    "explain": ["explain", "RUN"],
    "explain emissions": ["explain", "RUN", "emissions", "--json"],
    "accounts": ["accounts", "RUN"],
    "compare": ["compare", "RUN", "RUN"],
    "verify": ["verify", "RUN"],
}


@pytest.fixture(scope="module", params=mostly_slow(degenerate_cases.CASES, 6))
def solved(request, tmp_path_factory):
    """A case's folder and the folder of its run, written with its page."""
    folder = tmp_path_factory.mktemp("degenerate")
    case = degenerate_cases.CASES[request.param](folder / "case")
    said = cli.call("run", case, "--out", folder / "run", "--report")
    assert said.code == 0, said.err
    return case, folder / "run"


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_answers(solved, verb):
    case, run = solved
    words = {"CASE": case, "RUN": run}
    said = cli.call(*(words.get(word, word) for word in VERBS[verb]))
    assert said.code == 0, said.err
    assert said.out


def test_every_price_is_explained(solved):
    run = em.open_run(solved[1])
    hourly = run.dataset["marginal_price"].notnull().all("time")
    for bus in run.dataset["bus"].to_numpy()[hourly.to_numpy()]:
        (why,) = em.explain(run, str(bus))
        assert why.kind == "price"
        assert why.sentences


@pytest.mark.slow
def test_every_figure_is_drawn(solved):
    run = em.open_run(solved[1])
    for language in LANGUAGES:
        figures = export.report_figures(run_report.run_report(run, language))
        assert {"flows", "cost_by_entry"} <= set(figures)


def test_the_workbench_answers(solved, tmp_path):
    case, run = solved
    context = web.context(tmp_path, {case.name: case})
    shutil.copytree(run, context.workspace.path("runs", "job"))
    job = Job("job", "run", "title", "person", "asker", {"case": case.name}, DONE)
    for language in ("en", "da"):
        assert results.run(context, job, language)


def _run(folder: Path, **parts: object) -> em.Run:
    em.save(
        em.solve(em.load_case(degenerate_cases._write(folder / "case", **parts))), folder / "run"
    )
    return em.open_run(folder / "run")


@pytest.mark.slow
def test_a_short_case_is_drawn_hour_by_hour(tmp_path):
    """Four hours of 1/4 MW each: four points of 0.25, the hours 0 to 3 of 1 January, one month."""
    run = _run(
        tmp_path,
        hours=4,
        carriers=[{"carrier": "electricity"}, {"carrier": "co2", "unit": "t"}],
        markets=[case_builder.market(carrier="electricity", price="price")],
        demands=[case_builder.demand("d", "electricity", 1.0)],
        profiles={"price": [10, 20, 30, 40]},
    )
    assert supply.first_hours(run) == {"hours": 0}
    areas, _band, price = run_figures.draw_week(run, "en", "electricity", 0).data
    assert list(areas.y) == [0.25] * 4
    assert list(price.y) == [10, 20, 30, 40]
    assert [t.hour for t in pd.DatetimeIndex(areas.x)] == [0, 1, 2, 3]
    (bar,) = run_figures.draw_months(run, "en", "electricity").data
    assert list(bar.x) == ["Jan"]
    assert list(bar.y) == [0.001]
    (curve,) = run_figures.draw_price_duration(run, "en").data
    assert list(curve.y) == [40, 30, 20, 10]
    page = render_page({lang: run_report.run_report(run, lang) for lang in LANGUAGES})
    assert "Electricity, hour by hour" in page
    assert "El, time for time" in page
    assert "winter week" not in page


def test_two_weeks_have_a_week_of_most_and_of_least(tmp_path):
    """Twice as much is wanted in the second week."""
    run = _run(
        tmp_path,
        hours=336,
        carriers=[{"carrier": "heat"}, {"carrier": "co2", "unit": "t"}],
        markets=[case_builder.market(carrier="heat", price=5)],
        demands=[case_builder.demand("d", "heat", 336.0, profile="shape")],
        profiles={"shape": [1.0] * 168 + [2.0] * 168},
    )
    assert supply.first_hours(run) == {"winter": 168, "summer": 0}


# --- one table alone or empty ------------------------------------------------------------------

DECLARED = {table.name: table for table in TABLES}
OPTIONAL = [name for name in EVERYTHING if name in DECLARED and name not in ("sites", "carriers")]
QUICK = {"accounts": VERBS["accounts"], "report": ["report", "RUN", "--case", "CASE"]}


@pytest.mark.slow
@pytest.mark.parametrize("how", ["alone", "empty"])
@pytest.mark.parametrize("table", mostly_slow(OPTIONAL, 6))
def test_a_table_alone_or_empty_breaks_no_verb(table, how, tmp_path):
    """The case is refused in words, or every verb answers."""
    parts = {name: rows for name, rows in EVERYTHING.items() if name != table}
    if how == "alone":
        kept = ("sites", "carriers", "technologies", table)
        parts = {n: r for n, r in EVERYTHING.items() if n not in DECLARED or n in kept}
        parts = {"markets": [case_builder.market(price=50)]} | parts
    case = case_builder.write(tmp_path / "case", 4, **parts)
    if how == "empty":
        heads = ",".join(column.header for column in DECLARED[table].columns)
        (case / f"{table}.csv").write_text(f"{heads}\n", encoding="utf-8")
    run = tmp_path / "run"
    said = cli.call("run", case, "--out", run)
    if said.code == 2:
        assert "fault" in said.err
        return
    assert said.code == 0, said.err
    words = {"CASE": case, "RUN": run}
    for verb in QUICK:
        said = cli.call(*(words.get(word, word) for word in QUICK[verb]))
        assert said.code == 0, (verb, said.err)


# --- names that a reader of CSV takes for numbers, truth values or nothing ---------------------


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    folder = tmp_path_factory.mktemp("named")
    made = em.solve(em.load_case(degenerate_cases.CASES["names like numbers"](folder / "case")))
    em.save(made, folder / "run")
    return made, em.open_run(folder / "run")


def test_names_are_read_back_as_they_are_written(named):
    made, read = named
    for table, frame in made.tables.items():
        assert list(read.tables[table].index) == list(frame.index), table
        for column in frame:
            if not pd.api.types.is_numeric_dtype(frame[column]):
                now, then = read.tables[table][column], frame[column]
                assert list(now.fillna("")) == list(then.fillna("")), (table, column)
    assert list(read.dataset["bus"].to_numpy()) == list(made.dataset["bus"].to_numpy())
    assert read.tables["capacities"].at["null", "site"] == "8000"
    assert read.tables["capacities"].at["null", "group"] == "1.0"
    assert read.tables["names"].at["e5", "firm"] == "007"
    assert read.tables["carriers"].at["heat", "sector"] == "NA"


def test_the_accounts_of_firms_with_such_names_are_told(named):
    """The demand of nobody's pays; 007 sells 2 MWh at 50, NaN's plant earns what it costs."""
    _, read = named
    assert {"007", "NaN"} <= set(em.stakeholder_accounts(read).index)
    assert em.customer_bills(read, "heat").index.tolist() == ["inf"]
    assert em.customer_bills(read, "heat").at["inf", "site"] == "nan"


@pytest.mark.parametrize("name", ["heat@nan", "power@0751", "8000:0", "nan", "null"])
def test_such_a_name_is_explained(named, name):
    (why,) = em.explain(named[1], name, break_even=False)
    assert why.name in (name, name.split("@")[0])
