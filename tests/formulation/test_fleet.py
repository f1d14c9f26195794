"""Fleet, checked against answers worked out by hand."""

import pytest
from helpers import case_builder

CARS = [
    {"carrier": "power"},
    {"carrier": "petrol"},
    {"carrier": "distance", "unit": "thousand_km", "balance": "year"},
]


def driven(
    vehicles, price=(10.0, 100.0), driving=(0.0, 1.0), plugged=(1.0, 1.0), wanted=20.0, **fleet
):
    """Two hours, cars of 10 thousand km each; power at hourly prices, petrol at 60."""
    kinds = [{"vehicle": name, "fleet": "cars", **row} for name, row in vehicles.items()]
    return case_builder.solved(
        2,
        carriers=CARS,
        profiles={"price": price, "driving": driving, "plugged": plugged},
        markets=[
            case_builder.market(price="price"),
            case_builder.market("pump", "petrol", price=60),
        ],
        demands=[case_builder.demand(carrier="distance", yearly=wanted)],
        fleets=[
            {
                "fleet": "cars",
                "site": "here",
                "service": "distance",
                "distance": 10,
                "driving_profile": "driving",
                "plugged_in_profile": "plugged",
                **fleet,
            }
        ],
        vehicles=kinds,
    )


PETROL = {"carrier": "petrol", "energy_use": 0.6, "max_capacity_added": 100, "fixed_cost": 30}
BATTERY = {"carrier": "power", "energy_use": 0.2, "max_capacity_added": 100, "fixed_cost": 50}


def test_as_many_vehicles_are_kept_as_the_distance_asks_for():
    """20 thousand km are two cars; each takes 6 MWh of petrol at 60 and costs 30."""
    run = driven({"petrol_car": PETROL})
    assert run.tables["capacities"].at["petrol_car", "capacity"] == pytest.approx(2)
    assert run.objective == pytest.approx(2 * (6 * 60 + 30))


def test_drivers_are_paid_by_the_hours_of_the_distance():
    """20 thousand km at 30 hours a thousand and 25 EUR an hour: 15,000 EUR."""
    run = driven({"petrol_car": PETROL}, driver_time=30, driver_cost=25)
    costs = run.tables["costs"].groupby("entry")["cost"].sum()
    assert costs["drivers"] == pytest.approx(20 * 30 * 25)
    assert run.objective == pytest.approx(15_000 + 2 * (6 * 60 + 30))


def test_a_car_that_charges_on_arrival_pays_the_hour_it_drives_in():
    """2 MWh a car in the dear hour, at 100, and 50 for the car."""
    assert driven({"battery_car": BATTERY}).objective == pytest.approx(2 * (200 + 50))


def test_a_car_that_chooses_charges_in_the_cheap_hour():
    """The store holds the 2 MWh a car drives: all is charged at 10."""
    run = driven(
        {
            "battery_car": BATTERY
            | {"smart_charging_share": 1, "battery_capacity": 2, "charger_power": 5}
        }
    )
    assert run.objective == pytest.approx(2 * (20 + 50))


def test_the_share_that_does_not_choose_charges_on_arrival():
    """Half of the cars choose."""
    run = driven(
        {
            "battery_car": BATTERY
            | {"smart_charging_share": 0.5, "battery_capacity": 2, "charger_power": 5}
        }
    )
    assert run.objective == pytest.approx(2 * (0.5 * 20 + 0.5 * 200 + 50))


def test_a_store_limits_how_long_ahead_is_charged():
    """A store of 0.5 MWh a car brings 0.5 of its 2 MWh to the cheap hour."""
    run = driven(
        {
            "battery_car": BATTERY
            | {"smart_charging_share": 1, "battery_capacity": 0.5, "charger_power": 5}
        }
    )
    assert run.objective == pytest.approx(2 * (0.5 * 10 + 1.5 * 100 + 50))


def test_only_plugged_cars_charge():
    """A charger of 5 MW and a tenth of the cars plugged in the cheap hour: 0.5 MWh a car."""
    run = driven(
        {
            "battery_car": BATTERY
            | {"smart_charging_share": 1, "battery_capacity": 2, "charger_power": 5}
        },
        plugged=(0.1, 1.0),
    )
    assert run.objective == pytest.approx(2 * (0.5 * 10 + 1.5 * 100 + 50))


def test_charging_losses_are_taken_from_the_grid():
    """At 0.8, 2 MWh of driving take 2.5 MWh: in the dear hour without choice, in the cheap one with it."""
    assert driven({"battery_car": BATTERY | {"charge_efficiency": 0.8}}).objective == pytest.approx(
        2 * (250 + 50)
    )
    chosen = BATTERY | {
        "charge_efficiency": 0.8,
        "smart_charging_share": 1,
        "battery_capacity": 2,
        "charger_power": 5,
    }
    assert driven({"battery_car": chosen}).objective == pytest.approx(2 * (25 + 50))


def test_a_parked_car_gives_power_back_in_the_dear_hour():
    """A store of 3 MWh charged at 10 drives 2 and gives 1 back, at wear 5, to a demand that else pays 100."""
    run = case_builder.solved(
        2,
        carriers=CARS,
        profiles={"price": [10, 100], "driving": [0, 1], "plugged": [1, 1], "shape": [0, 1]},
        markets=[case_builder.market(price="price")],
        demands=[
            case_builder.demand(carrier="distance", yearly=10),
            case_builder.demand("light", "power", 1, profile="shape"),
        ],
        fleets=[
            {
                "fleet": "cars",
                "site": "here",
                "service": "distance",
                "distance": 10,
                "driving_profile": "driving",
                "plugged_in_profile": "plugged",
            }
        ],
        vehicles=[
            {
                "vehicle": "battery_car",
                "fleet": "cars",
                **BATTERY,
                "smart_charging_share": 1,
                "battery_capacity": 3,
                "charger_power": 5,
                "vehicle_to_grid_share": 1,
                "wear_cost": 5,
            }
        ],
    )
    assert run.objective == pytest.approx(3 * 10 + 5 + 50)


def test_the_cheaper_kind_takes_the_fleet():
    """Petrol costs 390 a car; a battery car at 10/10 prices costs 70; two existing petrol cars may go."""
    run = driven(
        {"petrol_car": PETROL | {"capacity_existing": 2, "retirable": 1}, "battery_car": BATTERY},
        price=(10, 10),
    )
    built = run.tables["capacities"]
    assert built.at["battery_car", "capacity_added"] == pytest.approx(2)
    assert built.at["petrol_car", "capacity_retired"] == pytest.approx(2)


def test_a_measure_saves_distance():
    """A measure that makes a quarter of the distance at 1 EUR a thousand km saves half a car's cost."""
    run = case_builder.solved(
        1,
        carriers=CARS,
        markets=[case_builder.market("pump", "petrol", price=60)],
        demands=[case_builder.demand(carrier="distance", yearly=20)],
        conversions=[
            {
                "conversion": "bicycles",
                "site": "here",
                "carrier": "distance",
                "max_capacity_added": 5,
                "variable_cost": 1,
            }
        ],
        flows=[case_builder.flow("bicycles", "distance", 1)],
        fleets=[{"fleet": "cars", "site": "here", "service": "distance", "distance": 10}],
        vehicles=[{"vehicle": "petrol_car", "fleet": "cars", **PETROL}],
    )
    assert run.objective == pytest.approx(1.5 * 390 + 5)
