"""Link, checked against answers worked out by hand."""

import pytest
from helpers import case_builder

SITES = [{"site": "here", "lon": 10.0, "lat": 56.0}, {"site": "there", "lon": 10.0, "lat": 56.1}]


def piped(wanted=1.0, **link):
    """Heat bought here at 10 EUR/MWh, wanted there; 1000 EUR for a MWh that is not served."""
    pipe = {
        "link": "pipe",
        "carrier": "heat",
        "from_site": "here",
        "to_site": "there",
        "capacity_existing": 10,
        "length": 4,
    }
    return case_builder.solved(
        1,
        sites=SITES,
        markets=[case_builder.market(carrier="heat", price=10)],
        demands=[case_builder.demand(yearly=wanted, penalty=1000) | {"site": "there"}],
        links=[pipe | link],
    )


def test_what_is_lost_on_the_way_must_be_sent_too():
    """Of each MWh sent 0.9 × 0.99⁴ arrives."""
    assert piped(loss=0.1, loss_per_km=0.01).objective == pytest.approx(10 / (0.9 * 0.99**4))


def test_a_warm_pipe_loses_heat_whether_or_not_it_carries_any():
    """10 MW over 4 km at 0.002 a km lose 0.08 MW on top of the MWh."""
    assert piped(standing_loss=0.002).objective == pytest.approx(10.8)
    assert piped(wanted=0, standing_loss=0.002).objective == pytest.approx(0.8)


def test_no_link_carries_more_than_it_is_built_for():
    """0.4 MWh arrive, 0.6 are not served; a MW more is worth 990 EUR."""
    run = piped(capacity_existing=0.4)
    assert run.objective == pytest.approx(0.4 * 10 + 0.6 * 1000)
    assert float(
        run.dataset["shadow_price_max_flow_both_ways"].sel(link="pipe")[0]
    ) == pytest.approx(-990)


def test_a_link_pays_for_its_ends_and_for_each_kilometre():
    """Adding 1 MW over one year of life costs 100 + 4 × 25; carrying costs 2."""
    run = piped(
        capacity_existing=0,
        max_capacity_added=5,
        investment_cost=100,
        investment_cost_per_km=25,
        lifetime=1,
        variable_cost=2,
    )
    assert run.objective == pytest.approx(10 + 100 + 4 * 25 + 2)


@pytest.mark.parametrize(("both_ways", "cost"), [("no", 500), ("yes", 10)])
def test_a_one_way_link_does_not_carry_back(both_ways, cost):
    """The pipe leads from there to here; carried back, heat costs 10 instead of 500 there."""
    run = case_builder.solved(
        1,
        sites=SITES,
        markets=[
            case_builder.market(carrier="heat", price=10),
            case_builder.market("dear", "heat", price=500) | {"site": "there"},
        ],
        demands=[case_builder.demand() | {"site": "there"}],
        links=[
            {
                "link": "pipe",
                "carrier": "heat",
                "from_site": "there",
                "to_site": "here",
                "capacity_existing": 10,
                "both_ways": both_ways,
            }
        ],
    )
    assert run.objective == pytest.approx(cost)


def test_the_length_is_the_distance_times_the_detour():
    """0.1 degrees of latitude are 6371 km × π/1800 = 11.12 km; the default detour is 1.3."""
    link = case_builder.system(
        1,
        sites=SITES,
        links=[{"link": "pipe", "carrier": "heat", "from_site": "here", "to_site": "there"}],
    )["links"]
    assert link.at["pipe", "length"] == pytest.approx(1.3 * 11.1195, rel=1e-4)
