"""Demand, checked against answers worked out by hand."""

import pytest
from helpers import case_builder


def bought(price, shape, **demand):
    """Power at hourly prices for a demand of given shape."""
    return case_builder.solved(
        len(price),
        profiles={"price": price, "shape": shape},
        markets=[case_builder.market(price="price")],
        demands=[case_builder.demand(carrier="power", profile="shape", **demand)],
    )


def test_a_profile_gives_only_proportions():
    """6 MWh in proportion 1 : 2 are 2 and 4 MWh, at 10 and 100."""
    assert bought([10, 100], [1, 2], yearly=6).objective == pytest.approx(2 * 10 + 4 * 100)
    assert bought([10, 100], [10, 20], yearly=6).objective == pytest.approx(2 * 10 + 4 * 100)


def test_what_may_wait_waits_for_a_cheaper_hour():
    """A quarter of the 4 MWh wanted in the dear hour waits one hour and is bought at 10."""
    run = bought([100, 10, 50], [1, 0, 0], yearly=4, shiftable=0.25, window=1)
    assert run.objective == pytest.approx(3 * 100 + 1 * 10)


def test_nothing_waits_longer_than_its_window():
    """The cheap hour is two hours away: with a window of one, the share waits for the hour at 50."""
    assert bought(
        [100, 50, 10], [1, 0, 0], yearly=4, shiftable=0.25, window=1
    ).objective == pytest.approx(300 + 50)
    assert bought(
        [100, 50, 10], [1, 0, 0], yearly=4, shiftable=0.25, window=2
    ).objective == pytest.approx(300 + 10)


def test_nothing_is_served_before_it_is_wanted():
    """The cheap hour comes before: waiting is of no use, but for the ring's own next hour."""
    assert bought(
        [10, 100, 100, 100], [0, 1, 0, 0], yearly=4, shiftable=0.5, window=1
    ).objective == pytest.approx(400)


def test_unserved_demand_pays_the_penalty_and_is_told():
    """At a price of 100 and a penalty of 70 nothing is bought."""
    run = bought([100], [1], yearly=4, penalty=70)
    assert run.objective == pytest.approx(280)
    assert run.summary["unserved"] == pytest.approx(4)
