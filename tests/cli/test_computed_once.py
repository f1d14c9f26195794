"""What an answer or a page needs twice is computed once."""

from collections import Counter

import pytest
from helpers import cli

import energy_model as em
from energy_model.optimization import certificate
from energy_model.reporting import run_report
from energy_model.reporting.render_html import render_page
from energy_model.results import accounts, summary


@pytest.fixture
def calls(monkeypatch):
    """How often some functions are called, by name; they work as before."""
    counts = Counter()

    def count(module, name):
        original = getattr(module, name)

        def counting(*arguments, **named):
            counts[name] += 1
            return original(*arguments, **named)

        monkeypatch.setattr(module, name, counting)

    for name in ("capacities", "carriers", "land"):
        count(summary, name)
    for name in ("solution_of", "accounts_of"):
        count(accounts, name)
    for name in ("load", "names"):
        count(certificate, name)
    return counts


def test_an_answer_computes_each_table_once(calls):
    em.solve(em.load_case(cli.original(), resolution=24))
    assert {name: calls[name] for name in ("capacities", "carriers", "land")} == {
        "capacities": 1,
        "carriers": 1,
        "land": 1,
    }


@pytest.mark.slow
def test_a_page_opens_the_program_and_computes_the_accounts_once(calls, tmp_path):
    system = em.load_case(cli.original(), resolution=24)
    path = em.save(em.solve(system), tmp_path / "run")
    calls.clear()
    run = em.open_run(path)
    languages = ("en", "da")
    page = render_page(
        {lang: run_report.run_report(run, lang, system.sources) for lang in languages}
    )
    assert "Who earns and pays" in page
    assert "Inputs that the cost is most sensitive to" in page
    assert (calls["solution_of"], calls["load"], calls["names"], calls["accounts_of"]) == (
        1,
        1,
        1,
        1,
    )


@pytest.mark.slow
def test_accounts_and_explanations_of_one_run_share_its_program(calls, tmp_path):
    path = em.save(em.solve(em.load_case(cli.original(), resolution=24)), tmp_path / "run")
    calls.clear()
    run = em.open_run(path)
    em.stakeholder_accounts(run)
    em.customer_bills(run, "heat")
    em.network_charge(run, "heat")
    em.explain(run, "emissions")
    em.explain(run, "*", break_even=False)
    assert (calls["solution_of"], calls["accounts_of"]) == (1, 1)
    assert em.accounts(run) is em.accounts(run)
