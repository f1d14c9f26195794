"""Capacity for the hour of highest demand, checked against answers worked out by hand."""

import pytest
from helpers import case_builder

from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.reporting import run_answer

# Four hours in one step with a mean of 1.5 MW: the highest hour has 3 MW.
PEAKED = {"work": [1.0, 1.0, 1.0, 3.0]}


def workshop(
    resolution=1, engine=None, extra=None, profiles=PEAKED, made=case_builder.solved, **demand
):
    """Work of 6 MWh in four hours by a new engine at 10 EUR/MW/a, and gas at 1 EUR/MWh."""
    engine = {"max_capacity_added": 9, "fixed_cost": 10} | (engine or {})
    return made(
        4,
        resolution=resolution,
        profiles=profiles,
        carriers=[{"carrier": "heat"}, {"carrier": "gas", "price": 1}],
        markets=[case_builder.market("gas_market", "gas")],
        demands=[case_builder.demand(yearly=6, profile="work", **demand)],
        conversions=[case_builder.plant("engine", **engine)],
        flows=[case_builder.flow("engine", "heat", 1), case_builder.flow("engine", "gas", -1)],
        **(extra or {}),
    )


def rows_of_peaks(**parts):
    """The buses with a row for their peak."""
    system = workshop(made=case_builder.system, **parts)
    lp = CompiledModel.of(system, build_model(system)).lp
    block = lp.constraints.get("peak_supply")
    return block.labels if block is not None else ()


def added(run):
    return float(run.tables["capacities"]["capacity_added"]["engine"])


def test_capacity_serves_the_highest_hour_at_any_resolution():
    """3 MW at 10 EUR/MW/a and 6 MWh of gas, in one step as in four."""
    coarse, full = workshop(), workshop(resolution="full")
    assert added(coarse) == pytest.approx(3)
    assert coarse.objective == pytest.approx(36) == full.objective


def test_every_hour_needs_no_row_for_the_peak():
    assert rows_of_peaks(resolution="full") == ()
    assert rows_of_peaks() == ("heat@here",)


def test_demand_is_unserved_where_capacity_for_its_peak_costs_more():
    """One hour exceeds the step of 1.5 MW by 1.5 MWh: a penalty of 4 EUR/MWh is below the 10 EUR of a MW."""
    run = workshop(penalty=4)
    assert added(run) == pytest.approx(1.5)
    assert float(run.dataset["peak_unserved"].sum()) == pytest.approx(1.5)
    assert run.objective == pytest.approx(15 + 6 + 6)
    costs = run.tables["costs"].groupby("entry")["cost"].sum()
    assert costs["unserved_peak"] == pytest.approx(6)


@pytest.mark.parametrize(("penalty", "size"), [(9.9, 1.5), (10.1, 3)])
def test_the_break_even_of_the_peak_is_its_cost_of_capacity(penalty, size):
    assert added(workshop(penalty=penalty)) == pytest.approx(size)


def test_storage_serves_the_peak_at_its_power():
    """A tank of 2 MWh that discharges in two hours gives 1 MW: 2 MW of the engine are left."""
    tank = {
        "storage": "tank",
        "site": "here",
        "carrier": "heat",
        "capacity_existing": 2,
        "max_hours": 2,
    }
    assert added(workshop(extra={"storages": [tank]})) == pytest.approx(2)


def test_a_plant_counts_with_its_availability_in_the_highest_hour():
    """The engine has 80 % in the highest hour and all in the others: 3 / 0.8 MW."""
    profiles = PEAKED | {"health": [1.0, 1.0, 1.0, 0.8]}
    run = workshop(engine={"availability": "health"}, profiles=profiles)
    assert added(run) == pytest.approx(3.75)


def test_existing_capacity_that_stays_needs_no_row():
    assert rows_of_peaks(engine={"capacity_existing": 3}) == ()
    assert rows_of_peaks(engine={"capacity_existing": 2.9}) == ("heat@here",)
    assert rows_of_peaks(engine={"capacity_existing": 3, "retirable": 1}) == ("heat@here",)


def test_postponed_demand_has_no_given_peak():
    assert rows_of_peaks(shiftable=0.5, window=2) == ()


def test_the_answer_says_what_lacks_at_the_peak(monkeypatch):
    monkeypatch.setattr(case_builder, "stores_solved", False)
    run, full = workshop(penalty=4), workshop()
    sentence = "heat: 1.5 MWh/h of the demand of the highest hour is not served."
    assert sentence in _answer(run)
    assert "highest hour" not in _answer(full)


def _answer(run):
    (part,) = run_answer.answer_section(run, "en")
    return repr(part)
