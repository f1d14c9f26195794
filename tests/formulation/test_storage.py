"""Storage, checked against answers worked out by hand."""

import pytest
from helpers import case_builder

CHEAP, DEAR = 10.0, 100.0  # EUR/MWh


def waiting(price, wanted, **store):
    """One bus, one market, one demand, one store."""
    tank = {
        "storage": "tank",
        "site": "here",
        "carrier": "power",
        "capacity_existing": 5.0,
        "max_hours": 1.0,
    }
    return case_builder.solved(
        len(price),
        profiles={"price": price, "wanted": wanted},
        markets=[case_builder.market(price="price")],
        demands=[case_builder.demand(carrier="power", yearly=sum(wanted), profile="wanted")],
        storages=[tank | store],
    )


def test_a_store_sells_a_cheap_hour_at_the_price_of_its_losses():
    """One MWh wanted in the dear hour costs CHEAP/η, where η is the round trip 0.9 × 0.8."""
    run = waiting([CHEAP, DEAR], [0, 1], efficiency_in=0.9, efficiency_out=0.8)
    assert run.objective == pytest.approx(CHEAP / (0.9 * 0.8))


def test_a_store_that_loses_more_than_prices_differ_is_left_alone():
    """Through the store a MWh would cost 90/0.81 = 111 > 100."""
    assert waiting(
        [90, DEAR], [0, 1], efficiency_in=0.9, efficiency_out=0.9
    ).objective == pytest.approx(DEAR)


def test_the_year_is_a_ring():
    """Power wanted in the first hour is met by filling in the last, half of it lost on the way."""
    assert waiting([DEAR, CHEAP], [1, 0], hourly_retention=0.5).objective == pytest.approx(
        CHEAP / 0.5
    )


def test_filling_is_limited_by_the_duration():
    """A store of 5 MWh that lasts 10 h gives 0.5 MWh an hour; the other half MWh is bought dear."""
    assert waiting([CHEAP, DEAR], [0, 1], max_hours=10).objective == pytest.approx(
        0.5 * CHEAP + 0.5 * DEAR
    )


def test_what_must_stay_in_the_store_is_of_no_use():
    """With 0.9 of 5 MWh never drawn, 0.5 MWh can be moved."""
    assert waiting([CHEAP, DEAR], [0, 1], min_level=0.9).objective == pytest.approx(
        0.5 * CHEAP + 0.5 * DEAR
    )


def test_discharging_costs_its_running_cost():
    """The moved MWh costs CHEAP and 7 EUR for the discharge."""
    assert waiting([CHEAP, DEAR], [0, 1], variable_cost=7).objective == pytest.approx(CHEAP + 7)


def test_a_store_is_built_until_its_cost_eats_the_gain():
    """A MWh of store saves DEAR - CHEAP = 90 a year; it is built at 89 a year and not at 91."""
    for cost, built in ((89.0, 1.0), (91.0, 0.0)):
        run = waiting(
            [CHEAP, DEAR], [0, 1], capacity_existing=0, max_capacity_added=3, fixed_cost=cost
        )
        assert run.tables["capacities"].at["tank", "capacity_added"] == pytest.approx(
            built, abs=1e-7
        )
