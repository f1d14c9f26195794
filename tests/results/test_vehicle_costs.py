"""The yearly cost of a vehicle by kind, with its break-even prices: worked out on paper."""

import pytest
from helpers import case_builder, fleet_case

from energy_model.results.bus_prices import emission_price, traded_buses
from energy_model.results.vehicle_costs import (
    COST_PARTS,
    firm_fleets,
    vehicle_costs,
    with_break_even,
)


@pytest.fixture(scope="module")
def run():
    return fleet_case.solved()


def test_the_cost_of_a_vehicle_has_every_part(run):
    costs = vehicle_costs(run)
    parts = {name: costs.loc[name, list(COST_PARTS)].tolist() for name in costs.index}
    assert parts["battery"] == pytest.approx([450, 20, 100, 0, 100])
    assert parts["diesel"] == pytest.approx([200, 30, 200, 300, 100])
    assert costs["cost"].to_dict() == pytest.approx(
        {"battery": 670, "diesel": 830, "hydrogen_van": 960}
    )
    assert costs["emissions"].to_dict() == pytest.approx(
        {"battery": 0, "diesel": 1.5, "hydrogen_van": 0}
    )
    assert costs["energy_use"].to_dict() == pytest.approx(
        {"battery": 2, "diesel": 5, "hydrogen_van": 3}
    )


def test_energy_that_nobody_uses_costs_what_its_market_asks(run):
    """The price of a bus without flows may be anything, so hydrogen costs 120."""
    assert "power@here" in traded_buses(run)
    assert "hydrogen@here" not in traded_buses(run)
    assert vehicle_costs(run).at["hydrogen_van", "energy"] == pytest.approx(360)


def test_a_carrier_without_flow_and_market_has_no_cost():
    markets = [case_builder.market(), case_builder.market("gas_market", "gas")]
    costs = vehicle_costs(fleet_case.solved(markets=markets))
    assert costs["cost"].isna().to_dict() == {
        "diesel": False, "battery": False, "hydrogen_van": True,
    }  # fmt: skip
    assert "hydrogen_van" not in with_break_even(costs, 200).index


def test_the_dearer_kind_wins_at_its_break_even_prices(run):
    """Diesel costs 160 more: 1600 of its price over ten years, or 160 / 1.5 t below 200 EUR/t."""
    kinds = with_break_even(vehicle_costs(run), emission_price(run))
    assert list(kinds.index) == ["battery", "diesel", "hydrogen_van"]
    assert kinds["dearer"].tolist() == pytest.approx([0, 160, 290])
    assert kinds.at["diesel", "equal_price"] == pytest.approx(400)
    assert kinds.at["diesel", "equal_emission_price"] == pytest.approx(200 - 160 / 1.5)
    assert not kinds.at["diesel", "wins_above"]
    # Hydrogen emits as little as a battery, so no emission price decides between them.
    assert kinds["equal_emission_price"].isna().tolist() == [True, False, True]
    assert kinds.at["hydrogen_van", "equal_price"] == pytest.approx(2100)


def test_the_break_even_price_of_the_vehicle_makes_the_kinds_equal():
    vehicles = fleet_case.parts()["vehicles"]
    vehicles[0] = vehicles[0] | {"investment_cost": 400}
    costs = vehicle_costs(fleet_case.solved(vehicles=vehicles))["cost"]
    assert costs["diesel"] == pytest.approx(costs["battery"])


def test_smart_charging_takes_the_cheap_hour():
    """Power costs 10 and 100; the battery takes its 2 MWh in the first hour: 20 instead of 110."""
    vehicles = fleet_case.parts()["vehicles"]
    smart = {"battery_capacity": 2, "charger_power": 5, "smart_charging_share": 1}
    carriers = [{"carrier": "power", "price": "price"}, *fleet_case.CARRIERS[1:]]
    for row, expected in ((vehicles[1], 110), (vehicles[1] | smart, 20)):
        run = fleet_case.solved(
            carriers=carriers, vehicles=[row], profiles={"price": [10, 100]}, markets=[case_builder.market()]
        )  # fmt: skip
        costs = vehicle_costs(run)
        assert costs.at["battery", "energy"] == pytest.approx(expected)


def test_a_tax_that_the_perspective_leaves_out_stands_apart():
    """A tax of 20 EUR/MWh on 5 MWh of gas is 100 EUR, in the cost only if taxes count."""
    markets = fleet_case.parts()["markets"]
    markets[1] = markets[1] | {"tax": 20}
    social = '\n[perspectives.social]\ndiscount_rate = 0.0\ncost_components = ["price"]\n'
    for perspective, cost, tax in (("plain", 930, 0), ("social", 830, 100)):
        run = fleet_case.solved(markets=markets, more=social, perspective=perspective)
        row = vehicle_costs(run).loc["diesel"]
        assert (row["cost"], row["tax"]) == (pytest.approx(cost), pytest.approx(tax))


def test_a_limit_that_holds_a_kind_back_is_worth_what_it_saves():
    """One battery van may be bought; a second one would save 160 against diesel."""
    limits = {
        "limits": [{"limit": "one", "sense": "max", "amount": 1}],
        "limit_terms": [
            {"limit": "one", "quantity": "capacity", "rows": "battery", "coefficient": 1}
        ],
    }
    costs = vehicle_costs(fleet_case.solved(**limits))
    assert costs["limit"].to_dict() == pytest.approx(
        {"diesel": 0, "battery": 160, "hydrogen_van": 0}
    )
    assert costs["limited_by"].to_dict() == {"diesel": "", "battery": "one", "hydrogen_van": ""}


def test_fleets_of_citizens_and_of_nobody_are_left_out():
    fleets = fleet_case.parts()["fleets"]
    others = [
        fleets[0] | {"fleet": "cars", "firm": "people"},
        fleets[0] | {"fleet": "ghosts", "firm": None},
    ]
    vehicles = fleet_case.parts()["vehicles"]
    more = [
        vehicles[0] | {"vehicle": f"{fleet['fleet']}_diesel", "fleet": fleet["fleet"]}
        for fleet in others
    ]
    run = fleet_case.solved(fleets=[*fleets, *others], vehicles=[*vehicles, *more])
    assert firm_fleets(run) == ["vans"]


@pytest.mark.parametrize(
    "smart", [{}, {"battery_capacity": 2, "charger_power": 5, "smart_charging_share": 0.5}]
)
def test_a_vehicle_pays_the_tariff_of_what_it_charges(smart):
    """2 MWh at 50 and a tariff of 7, whether it charges while driving or when it likes; the tax stands apart."""
    vehicles = fleet_case.parts()["vehicles"]
    vehicles[1] = vehicles[1] | smart
    social = '\n[perspectives.social]\ndiscount_rate = 0.0\ncost_components = ["price", "tariff"]\n'
    tariffs = [{"carrier": "power", "payer": "battery", "tariff": 7, "tax": 3}]
    more = {"more": social, "perspective": "social", "tariffs": tariffs}
    row = vehicle_costs(fleet_case.solved(vehicles=vehicles, **more)).loc["battery"]
    assert (row["energy"], row["tax"]) == pytest.approx((114, 6))


def test_a_vehicle_that_is_not_bought_would_pay_its_tariff_too():
    """3 MWh of hydrogen at 120 and a tariff of 10."""
    tariffs = [{"carrier": "hydrogen", "payer": "*", "tariff": 10}]
    costs = vehicle_costs(fleet_case.solved(tariffs=tariffs))
    assert costs.at["hydrogen_van", "energy"] == pytest.approx(390)
