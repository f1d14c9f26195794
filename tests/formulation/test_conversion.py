"""Conversion, checked against answers worked out by hand."""

import pytest
from helpers import case_builder

GAS, POWER = 40.0, 60.0  # EUR/MWh


def boiler(hours=1, wanted=1.0, demand=None, **columns):
    """Heat from a gas boiler of efficiency 0.8; 1000 EUR for a MWh that is not served."""
    return case_builder.solved(
        hours,
        markets=[case_builder.market("gas_market", "gas", price=GAS)],
        demands=[case_builder.demand(yearly=wanted, penalty=1000, **(demand or {}))],
        conversions=[case_builder.plant("boiler", **({"capacity_existing": 10} | columns))],
        flows=[case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1.25)],
    )


def test_heat_costs_its_fuel():
    """One MWh of heat takes 1.25 MWh of gas: 50 EUR; that is also the marginal price of heat."""
    run = boiler()
    assert run.objective == pytest.approx(50)
    assert float(run.dataset["marginal_price"].sel(bus="heat@here")[0]) == pytest.approx(50)


def test_running_cost_is_paid_for_activity():
    """3 EUR on top of 50."""
    assert boiler(variable_cost=3).objective == pytest.approx(53)


def test_no_plant_runs_above_what_is_available():
    """Of 1 MWh wanted, half a MW at 0.6 availability serves 0.3; the rest is not served."""
    assert boiler(capacity_existing=0.5, availability=0.6).objective == pytest.approx(
        0.3 * 50 + 0.7 * 1000
    )


def test_the_price_in_a_short_hour_is_the_penalty():
    """One MWh more could not be served, so heat is worth the penalty."""
    run = boiler(capacity_existing=0.5)
    assert float(run.dataset["marginal_price"].sel(bus="heat@here")[0]) == pytest.approx(1000)


def test_full_load_hours_limit_the_year():
    """1 MW may run 3 of 4 hours; 1 of 4 MWh is not served."""
    assert boiler(4, 4.0, capacity_existing=1, full_load_hours=3).objective == pytest.approx(
        3 * 50 + 1000
    )


def heat_pump(cop, **columns):
    """Two hours of heat from a heat pump whose coefficient of performance changes."""
    return case_builder.solved(
        2,
        profiles={"cop": cop},
        markets=[case_builder.market(price=POWER)],
        demands=[case_builder.demand(yearly=2)],
        conversions=[case_builder.plant("pump", capacity_existing=10, **columns)],
        flows=[
            case_builder.flow("pump", "heat", 1),
            case_builder.flow("pump", "power", "-1 / cop"),
        ],
    )


def test_a_coefficient_follows_its_profile():
    """One MWh an hour takes 1/2 and 1/4 MWh of power: 45 EUR."""
    assert heat_pump([2, 4]).objective == pytest.approx(POWER * (1 / 2 + 1 / 4))


def test_flows_of_the_technology_are_inherited_and_may_be_overridden():
    """The pump takes its flows from the technology but states its own use of power: 0.2 instead of 0.5."""
    run = case_builder.solved(
        1,
        technologies=[{"technology": "heat_pump", "capacity_unit": "MW"}],
        markets=[case_builder.market(price=POWER)],
        demands=[case_builder.demand()],
        conversions=[case_builder.plant("pump", technology="heat_pump", capacity_existing=10)],
        flows=[
            case_builder.flow("heat_pump", "heat", 1),
            case_builder.flow("heat_pump", "power", -0.5),
            case_builder.flow("pump", "power", -0.2),
        ],
    )
    assert run.objective == pytest.approx(0.2 * POWER)


def extraction(power_price):
    """1 MW of fuel makes 0.4 power alone, or 0.3 power and 0.5 heat; 0.25 MWh of heat is wanted."""
    return case_builder.solved(
        1,
        markets=[
            case_builder.market("gas_market", "gas", price=20),
            case_builder.market(price=1000, sale_price=power_price, max_sale=10),
        ],
        demands=[case_builder.demand(yearly=0.25)],
        conversions=[case_builder.plant("chp", "gas", capacity_existing=1)],
        flows=[
            case_builder.flow("chp", "gas", -1, mode="condensing"),
            case_builder.flow("chp", "power", 0.4, mode="condensing"),
            case_builder.flow("chp", "gas", -1, mode="backpressure"),
            case_builder.flow("chp", "power", 0.3, mode="backpressure"),
            case_builder.flow("chp", "heat", 0.5, mode="backpressure"),
        ],
    )


def test_modes_share_the_capacity():
    """Power at 100 pays for both modes: half the capacity back-pressure (0.15 power), half condensing (0.2)."""
    run = extraction(100)
    assert run.objective == pytest.approx(20 - 100 * 0.35)
    # One MWh of heat more turns 2 MWh of fuel from 0.4 to 0.3 of power: 0.2 MWh of power at 100.
    assert float(run.dataset["marginal_price"].sel(bus="heat@here")[0]) == pytest.approx(20)


def test_a_mode_that_does_not_pay_is_not_run():
    """Power at 10 earns 4 EUR from 20 EUR of fuel: only heat is made, with 0.5 MWh of fuel and 0.15 of power."""
    assert extraction(10).objective == pytest.approx(0.5 * 20 - 0.15 * 10)


def test_a_mode_may_ask_for_more_of_the_capacity():
    """Activity 1 holds 2 of 1 MW of capacity: half of the demand is served."""
    run = case_builder.solved(
        1,
        markets=[case_builder.market("gas_market", "gas", price=GAS)],
        demands=[case_builder.demand(penalty=1000)],
        conversions=[case_builder.plant("boiler", capacity_existing=1)],
        flows=[case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1)],
        modes=[{"conversion": "boiler", "mode": "run", "capacity_use": 2, "mode_cost": 5}],
    )
    assert run.objective == pytest.approx(0.5 * (GAS + 5) + 500)


def test_a_plant_that_must_run_runs():
    """2 MW at a minimum of 0.8 makes 1.6 MWh where 1 is wanted; surplus heat may go, its fuel is paid."""
    run = case_builder.solved(
        1,
        carriers=[{"carrier": "heat", "allow_spill": "yes"}, {"carrier": "gas"}],
        markets=[case_builder.market("gas_market", "gas", price=GAS)],
        demands=[case_builder.demand()],
        conversions=[case_builder.plant("boiler", capacity_existing=2, min_load=0.8)],
        flows=[case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1)],
    )
    assert run.objective == pytest.approx(1.6 * GAS)
    assert float(run.dataset["marginal_price"].sel(bus="heat@here")[0]) == pytest.approx(
        0, abs=1e-9
    )


def test_ramping_limits_the_change_between_hours():
    """Wanted 0 and 4; 10 MW may change 0.1 of capacity an hour, that is 1 MW; the rest is not served."""
    run = case_builder.solved(
        2,
        profiles={"shape": [0, 1]},
        carriers=[{"carrier": "heat", "allow_spill": "yes"}, {"carrier": "gas"}],
        markets=[case_builder.market("gas_market", "gas", price=GAS)],
        demands=[case_builder.demand(yearly=4, profile="shape", penalty=50)],
        conversions=[case_builder.plant("boiler", capacity_existing=10, ramp=0.1)],
        flows=[case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1)],
    )
    # A MWh in the dear hour is worth 50, costs 40, and 40 more for what must run in the other beyond the ramp.
    assert run.objective == pytest.approx(1 * GAS + 3 * 50)
