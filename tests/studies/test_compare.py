"""Comparison of runs, and what a decision costs, worked out on paper."""

from dataclasses import replace

import pytest
from helpers import case_builder

import energy_model as em

DEAR = "markets.grid.price = 70"


@pytest.mark.slow
def test_what_differs_is_told_first_and_exactly(case, tmp_path):
    """From 50 to 70 EUR: one cell differs; 0.5 MW of sun more, 30 EUR more, half a tonne less."""
    paths = [
        em.save(em.solve(em.load_case(case, overrides=changes)), tmp_path / name)
        for name, changes in (("cheap", []), ("dear", [DEAR]))
    ]
    found = em.compare(paths)
    assert found.names == ("cheap", "dear")
    assert found.inputs["address"].tolist() == ["markets.grid.price", "markets.grid.sale_price"]
    assert found.summary.at["total_cost", "difference"] == pytest.approx(30)
    assert found.summary.at["net_emissions", "difference"] == pytest.approx(-0.5)
    assert found.capacities.index[0] == "sun_here"
    assert found.capacities.at["sun_here", "difference"] == pytest.approx(0.5)
    assert found.capacities.at["wind_here", "same"]
    assert found.costs["difference"].sum() == pytest.approx(30)
    assert found.firms["difference"].sum() == pytest.approx(30)
    assert found.firms.at["sunny", "difference"] == pytest.approx(60)
    again = em.compare([em.open_run(paths[0]), paths[0]], ["one", "same"])
    assert again.inputs.empty
    assert again.summary["same"].all()


@pytest.mark.slow
def test_capacities_are_in_order_of_investment_and_not_of_their_numbers(case):
    """0.5 MW of sun for 60 EUR come before 2 MW of a wind turbine that costs nothing."""
    runs = [em.solve(em.load_case(case, overrides=changes)) for changes in ([], [DEAR])]
    table = runs[1].tables["capacities"].copy()
    table.loc["wind_here", ["capacity", "unit_investment"]] += [2.0, 0.0]
    table["unit_investment"] = table["unit_investment"].where(table.index != "wind_here", 0.0)
    changed = replace(runs[1], tables=runs[1].tables | {"capacities": table})
    first = replace(runs[0], tables=runs[0].tables | {"capacities": runs[0].tables["capacities"].assign(unit_investment=table["unit_investment"])})  # fmt: skip
    assert em.compare([first, changed]).capacities.index[:2].tolist() == ["sun_here", "wind_here"]


@pytest.mark.slow
def test_a_run_in_memory_compares_as_one_from_its_file(case, tmp_path):
    runs = [em.solve(em.load_case(case, overrides=changes)) for changes in ([], [DEAR])]
    here = em.compare(runs, ["a", "b"])
    there = em.compare([em.save(run, tmp_path / str(i)) for i, run in enumerate(runs)], ["a", "b"])
    assert here.inputs["address"].tolist() == there.inputs["address"].tolist()
    assert here.summary["difference"].tolist() == pytest.approx(there.summary["difference"].tolist())  # fmt: skip


@pytest.mark.slow
def test_the_input_that_explains_most_is_found(case, tmp_path, here):
    """Price alone from 50 to 70: +30. Demand alone from 2 to 4: +100. Both: 270 - 100 = 170."""
    first = em.save(em.solve(em.load_case(case)), tmp_path / "a")
    last = em.save(em.solve(em.load_case(case, overrides=[DEAR, "demands.light.yearly = 4"])), tmp_path / "b")  # fmt: skip
    study = em.attribute_difference([first, last], case, tmp_path / "s", here)
    frame = study.tables["attribution"].set_index("input")
    assert frame.index[0] == "demands.*.yearly"
    assert frame.at["demands.*.yearly", "alone"] == pytest.approx(100)
    assert frame.at["demands.*.yearly", "share"] == pytest.approx(100 / 170)
    assert frame.at["markets.*.price", "alone"] == pytest.approx(30)
    with pytest.raises(em.InputError, match="do not differ"):
        em.attribute_difference([first, first], case, tmp_path / "t", here)


@pytest.mark.slow
def test_a_row_whose_name_is_a_star_is_changed_alone(tmp_path, here):
    """The tariff of all takers from 1 to 5 costs 4 for one of 3 MWh; the shop's own stays 2."""
    case = case_builder.write(
        tmp_path / "case",
        1,
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power", 1), case_builder.demand("shop", "power", 2)],
        tariffs=[{"carrier": "power", "payer": payer, "tariff": tariff} for payer, tariff in (("*", 1), ("shop", 2))],
    )  # fmt: skip
    runs = [em.solve(em.load_case(case, overrides=changes)) for changes in ([], ["tariffs.power:[*].tariff = 5"])]  # fmt: skip
    folders = [em.save(run, tmp_path / str(i)) for i, run in enumerate(runs)]
    frame = em.attribute_difference(folders, case, tmp_path / "s", here).tables["attribution"]
    assert frame.set_index("input").at["tariffs.*.tariff", "alone"] == pytest.approx(4)


@pytest.mark.slow
def test_a_decision_costs_what_the_two_plans_differ_by(case, tmp_path, here):
    """Half a MW of sun that must be built costs 60 and saves 50; at 70 EUR, one that must not be costs 10."""
    _, found = em.compare_decision(case, with_=["sun_here"], output=tmp_path / "a", execution=here)
    assert found.summary.at["total_cost", "difference"] == pytest.approx(10)
    assert found.firms.at["sunny", "difference"] == pytest.approx(60)
    _, found = em.compare_decision(
        case, with_=["sun_here=0.25"], output=tmp_path / "b", execution=here
    )
    assert found.summary.at["total_cost", "difference"] == pytest.approx(5)
    _, found = em.compare_decision(
        em.CaseSpec(case, overrides=[DEAR]), without=["sun*"], output=tmp_path / "c", execution=here
    )
    assert found.summary.at["total_cost", "difference"] == pytest.approx(10)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"with_": ["son_here"]}, "nearest are sun_here"),
        ({"with_": ["sun_here=9"]}, "from 0 to 0.5 of it may be added"),
        ({"with_": ["sun_here=much"]}, "with a number"),
        ({"with_": ["sun_here"], "without": ["sun*"]}, "both required and excluded"),
        ({}, "name an asset"),
    ],
)
def test_decisions_that_cannot_be_are_told(case, tmp_path, here, asked, said):
    with pytest.raises(em.InputError, match=said):
        em.compare_decision(case, output=tmp_path / "s", execution=here, **asked)


def test_one_run_is_nothing_to_compare(case):
    with pytest.raises(em.InputError, match="two runs or more"):
        em.compare([em.solve(em.load_case(case))])
