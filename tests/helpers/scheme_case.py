"""One hour with emissions under every scheme, at 50 EUR/t: worked out on paper."""

from __future__ import annotations

from helpers import case_builder

CARRIERS = [
    {"carrier": "heat"}, {"carrier": "coal", "price": 10, "emission_factor": 0.3, "emission_scheme": "ets"},
    {"carrier": "oil", "price": 20, "emission_factor": 0.2, "emission_scheme": "ets"}, {"carrier": "co2", "unit": "t", "price": 50},
]  # fmt: skip


def parts(**more) -> dict:
    """4 MWh of heat: 1 from coal under the ETS, 1 from oil of a market under the ETS2, 2 that emit 0.1 t each under a tax.

    Nobody pays for the 0.4 t that a plant takes back nor for the 3 t of farming; 1 t of industry is under the ETS.
    """
    return {
        "carriers": CARRIERS,
        "technologies": [{"technology": "kiln", "capacity_unit": "MW", "emission_scheme": "tax"}],
        "markets": [case_builder.market("coal_market", "coal"), case_builder.market("oil_market", "oil", emission_scheme="ets2")],
        "demands": [case_builder.demand(yearly=4)],
        "conversions": [
            case_builder.plant("coal_boiler", capacity_existing=1),
            case_builder.plant("oil_boiler", capacity_existing=9),
            case_builder.plant("kiln_here", technology="kiln", capacity_existing=2),
            case_builder.plant("forest", "co2", capacity_existing=0.4),
        ],
        "flows": [
            case_builder.flow("coal_boiler", "heat", 1), case_builder.flow("coal_boiler", "coal", -1),
            case_builder.flow("oil_boiler", "heat", 1), case_builder.flow("oil_boiler", "oil", -1),
            case_builder.flow("kiln", "heat", 1), case_builder.flow("kiln", "co2", 0.1), case_builder.flow("forest", "co2", -1),
        ],
        "residual_emissions": [
            {"residual": "farming", "sector": "farming", "amount": 3},
            {"residual": "industry", "sector": "industry", "amount": 1, "emission_scheme": "ets"},
        ],
    } | more  # fmt: skip
