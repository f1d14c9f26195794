"""A firm's vans in a year of two hours: worked out on paper.

A van drives 10 thousand km. Its driver takes 2 h for each thousand km at 5 EUR/h: 100 EUR. Without interest:

    battery   4500 / 10 + 20 + 2 MWh of power at 50 + 100 = 670 EUR, no emissions
    diesel    2000 / 10 + 30 + 5 MWh of gas at 40 + 1.5 t at 200 EUR/t + 100 = 830 EUR
    hydrogen  5000 / 10 + 3 MWh at 120 + 100 = 960 EUR; nobody uses hydrogen

A measure saves 10 of the 30 thousand km at 3 EUR each, so two vans are needed.
"""

from __future__ import annotations

import energy_model as em
from helpers import case_builder

CARRIERS = [
    {"carrier": "power", "price": 50},
    {"carrier": "gas", "price": 40, "emission_factor": 0.3},
    {"carrier": "hydrogen", "price": 120},
    {"carrier": "distance", "unit": "thousand_km", "balance": "year"},
    {"carrier": "co2", "unit": "t", "price": 200},
]
MAX_VANS = {"fleet": "vans", "lifetime": 10, "max_capacity_added": 9}


def parts(**more) -> dict:
    """The tables of the case, with whatever else a test needs."""
    return {
        "carriers": CARRIERS,
        "firms": [{"firm": "carrier"}, {"firm": "people", "party": "citizens"}],
        "fleets": [
            {"fleet": "vans", "site": "here", "service": "distance", "firm": "carrier", "distance": 10, "driver_time": 2, "driver_cost": 5},
        ],
        "vehicles": [
            {"vehicle": "diesel", "carrier": "gas", "energy_use": 0.5, "investment_cost": 2000, "fixed_cost": 30, **MAX_VANS},
            {"vehicle": "battery", "carrier": "power", "energy_use": 0.2, "investment_cost": 4500, "fixed_cost": 20, "charger_power": 0.01, **MAX_VANS},
            {"vehicle": "hydrogen_van", "carrier": "hydrogen", "energy_use": 0.3, "investment_cost": 5000, **MAX_VANS},
        ],
        "markets": [
            case_builder.market(), case_builder.market("gas_market", "gas", tax=0), case_builder.market("hydrogen_market", "hydrogen"),
        ],
        "conversions": [case_builder.plant("joint", "distance", capacity_existing=5, variable_cost=3, firm="carrier")],
        "flows": [case_builder.flow("joint", "distance", 1)],
        "demands": [case_builder.demand("travel", "distance", 30)],
    } | more  # fmt: skip


def solved(**more) -> em.Run:
    """The solved case, in memory."""
    return em.solve(case_builder.system(2, **parts(**more)))
