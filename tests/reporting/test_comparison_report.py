"""Comparison reports: sentences and tables of what differs, in both languages."""

from dataclasses import replace

import pytest
from helpers import two_hour_case

import energy_model as em
from energy_model.reporting.comparison_report import comparison_report, describe_comparison
from energy_model.reporting.content import Chart, DataTable, Text
from energy_model.reporting.figures import comparison_figures
from energy_model.reporting.json_records import comparison_records

DEAR = "markets.grid.price = 70"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return two_hour_case.write(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def runs(case):
    return [
        em.solve(em.load_case(em.CaseSpec(case, overrides=changes))) for changes in ([], [DEAR])
    ]


def tables_of(report):
    return {
        section.key: block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, DataTable)
    }


def test_sentences_name_inputs_cost_capacity_and_owners(runs):
    """From 50 to 70 EUR: one price differs; half a MW of sun more for 60 EUR; 30 EUR more in all."""
    assert describe_comparison(em.compare(runs, ["cheap", "dear"]), "en") == [
        "“dear” costs 30 EUR/a (224 DKK/a, 2025 prices) more than “cheap” (30 %).",
        "The mean price of one unit more changes: power 50 → 70 EUR/MWh.",
        "More capacity: sun here (0.5 MW).",
        "The cost of owners changes: sunny +60 EUR/a and nobody named -30 EUR/a.",
        "The inputs differ in 2 cells: 2 in markets.",
    ]
    assert describe_comparison(em.compare(runs, ["billig", "dyr"]), "da")[:3] == [
        "“dyr” koster 30 EUR/år (224 kr./år, 2025-priser) mere end “billig” (30 %).",
        "Middelprisen på én enhed mere ændres: power 50 → 70 EUR/MWh.",
        "Mere kapacitet: sun here (0,5 MW).",
    ]


def test_runs_of_other_steps_or_perspective_are_told_first(runs):
    assert comparison_records(em.compare(runs), None)["warnings"] == []
    settings = runs[0].metadata["settings"] | {"perspective": "company"}
    other = replace(runs[0], metadata=runs[0].metadata | {"settings": settings})
    coarse = replace(runs[1], metadata=runs[1].metadata | {"steps": 1})
    comparison = em.compare([runs[0], coarse, other], ["a", "b", "c"])
    (answer, *_others) = comparison_report(comparison, None, "en").sections
    first = answer.blocks[0]
    assert first.style == "alert"
    assert "“a” has 2 steps, “b” has 1 steps and “c” has 2 steps" in first.sentences[0]
    assert "“c” is that of company" in first.sentences[1]
    record = comparison_records(comparison, None)
    assert record["steps"] == [2, 1, 2]
    assert record["warnings"] == list(first.sentences)


def test_each_of_three_runs_is_told_beside_the_first(runs):
    third = em.compare([*runs, runs[0]], ["a", "b", "c"])
    blocks = comparison_report(third, None, "en").sections[0].blocks
    assert [block.heading for block in blocks] == ["“b” beside “a”", "“c” beside “a”"]
    assert blocks[0].sentences == tuple(describe_comparison(em.compare(runs, ["a", "b"]), "en"))
    assert blocks[1].sentences[0] == "“c” costs as much as “a”."


def test_the_records_of_three_runs_have_each_pair(runs):
    """The first costs 30 EUR less than the second, and as much as the third."""
    comparison = em.compare([*runs, runs[0]], ["cheap", "dear", "again"])
    pairs = comparison_records(comparison, None)["pairs"]
    assert [pair["runs"] for pair in pairs] == [["cheap", "dear"], ["cheap", "again"]]
    assert "costs" in pairs[0]["sentences"][0]
    assert "“again” costs as much as “cheap”." in pairs[1]["sentences"]
    assert comparison_records(em.compare(runs, ["cheap", "dear"]), None)["pairs"] == []


def test_tables_have_both_runs_and_their_difference(runs):
    tables = tables_of(comparison_report(em.compare(runs, ["a", "b"]), None, "en"))
    assert tables["inputs"].rows[0] == (
        "grid: price of a purchase",
        "50",
        "70",
        "markets.grid.price",
    )
    assert tables["capacities"].rows == (("sun here", "MW", "0", "0.5", "0.5"),)
    assert tables["firms"].title == "Cost by owner [EUR/a]"
    assert ("sunny", "0", "60", "60") in tables["firms"].rows
    costs = next(row for row in tables["summary"].rows if row[0] == "Annual cost")
    assert costs[1:] == ("100 EUR/a", "130 EUR/a", "30 EUR/a")


@pytest.mark.slow
def test_choices_of_the_workbench_are_inputs(case):
    first, second = (em.solve(em.load_case(case)) for _ in range(2))
    first.metadata["candidates"] = {"sun_here": [0.25, 0.5]}
    second.metadata["candidates"] = {"sun_here": [0.0, 0.0]}
    comparison = em.compare([first, second], ["a", "b"])
    assert comparison.inputs["address"].to_list() == ["candidates.sun_here"]
    table = tables_of(comparison_report(comparison, None, "da"))["inputs"]
    assert table.rows == (("sun here", "mindst 0,25", "fravalgt"),)


def test_runs_without_a_difference_are_told_so(runs):
    report = comparison_report(em.compare([runs[0], runs[0]], ["a", "b"]), None, "en")
    texts = [block.sentences for part in report.sections for block in part.blocks if isinstance(block, Text)]  # fmt: skip
    assert texts[0] == ("“b” costs as much as “a”.", "The inputs are the same.")
    assert texts.count(("No difference.",)) == 5


def test_records_have_numbers_and_english_sentences(runs):
    records = comparison_records(em.compare(runs, ["a", "b"]), None)
    assert records["sentences"][0] == (
        "“b” costs 30 EUR/a (224 DKK/a, 2025 prices) more than “a” (30 %)."
    )
    assert records["inputs"][0] == {"address": "markets.grid.price", "a": "50", "b": "70"}


def test_the_picture_goes_from_one_cost_to_the_other(runs):
    """30 EUR more: the bars of the changes sum to the difference of the totals."""
    comparison = em.compare(runs, ["a", "b"])
    figure = comparison_figures.draw_comparison(comparison, "costs", "en")
    (bars,) = figure.data
    assert list(bars.measure) == ["absolute", *["relative"] * (len(bars.x) - 2), "total"]
    assert bars.x[0] * 1e6 == pytest.approx(runs[0].objective)
    assert sum(bars.x[1:-1]) == pytest.approx(bars.x[-1] - bars.x[0], abs=2e-4)
    assert figure.layout.yaxis.ticktext[0] == "a"
    assert figure.layout.yaxis.ticktext[-1] == "b"
    assert comparison_figures.draw_comparison(em.compare([runs[0]] * 2), "costs", "en") is None


def test_three_runs_are_drawn_on_one_scale(runs):
    comparison = em.compare([*runs, runs[0]], ["a", "b", "c"])
    figure = comparison_figures.draw_comparison(comparison, "costs", "da")
    assert [bars.name for bars in figure.data] == ["a", "b", "c"]
    assert list(figure.data[0].x) == list(figure.data[2].x)
    keys = [
        block.key
        for section in comparison_report(comparison, None, "da").sections
        for block in section.blocks
        if isinstance(block, Chart)
    ]
    assert keys == ["compared_costs", "compared_emissions"]


def test_the_table_of_results_opens_with_cost_emissions_and_investment(runs):
    table = tables_of(comparison_report(em.compare(runs, ["a", "b"]), None, "en"))["summary"]
    assert [row[0] for row in table.rows[:4]] == [
        "Annual cost without CO2 payments",
        "Annual cost",
        "Net emissions",
        "Investment",
    ]
    assert [row[-1] for row in table.rows[:2]] == ["30 EUR/a", "30 EUR/a"]
    assert len({row[0] for row in table.rows}) == len(table.rows)
