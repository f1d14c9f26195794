"""A case of four hours that uses every part of the formulation at once."""

from helpers import case_builder

EVERYTHING = {
    "profiles": {"price": [10, 100, 30, 20], "shape": [1, 2, 3, 4], "cop": [2, 3, 4, 3], "share": [0.2, 0.9, 1, 0.4]},
    "target": 5.0,
    "credit": "true",
    "sites": [{"site": "here"}, {"site": "there", "lat": 56.1}],
    "carriers": [
        {"carrier": "heat", "allow_spill": "yes"}, {"carrier": "power"}, {"carrier": "gas", "price": 40, "emission_factor": 0.2},
        {"carrier": "distance", "unit": "thousand_km", "balance": "year"}, {"carrier": "co2", "unit": "t", "price": 30},
        {"carrier": "straw", "balance": "year", "allow_spill": "yes"},
    ],
    "technologies": [{"technology": "pump", "capacity_unit": "MW", "investment_cost": 100, "lifetime": 20}],
    "conversions": [
        case_builder.plant("heat_pump", technology="pump", max_capacity_added=5, availability="share", ramp=0.5),
        case_builder.plant("chp", "gas", capacity_existing=3, min_load=0.1, full_load_hours=3, retirable=1, fixed_cost=2),
        case_builder.plant("straw_boiler", max_capacity_added=2, capacity_follows="heat_pump", capacity_ratio=0.5, variable_cost=2),
    ],
    "flows": [
        case_builder.flow("pump", "heat", 1), case_builder.flow("pump", "power", "-1 / cop"),
        case_builder.flow("chp", "gas", -1, mode="power"), case_builder.flow("chp", "power", 0.4, mode="power"),
        case_builder.flow("chp", "gas", -1, mode="both"), case_builder.flow("chp", "power", 0.3, mode="both"), case_builder.flow("chp", "heat", 0.5, mode="both"),
        case_builder.flow("straw_boiler", "heat", 1), case_builder.flow("straw_boiler", "straw", -1.1), case_builder.flow("straw_boiler", "co2", 0.01),
    ],
    "modes": [{"conversion": "chp", "mode": "power", "capacity_use": 0.9, "mode_cost": 1}],
    "storages": [{"storage": "tank", "site": "there", "carrier": "heat", "max_capacity_added": 9, "max_hours": 3, "hourly_retention": 0.99, "min_level": 0.1, "variable_cost": 0.5}],
    "links": [
        {"link": "pipe", "carrier": "heat", "from_site": "here", "to_site": "there", "max_capacity_added": 5, "standing_loss": 0.001, "loss_per_km": 0.01, "investment_cost_per_km": 3, "variable_cost": 0.1},
        {"link": "cable", "carrier": "power", "from_site": "here", "to_site": "there", "capacity_existing": 5, "both_ways": "no"},
    ],
    "markets": [
        case_builder.market(price="price", max_sale=5, sale_price="0.5 * price", tariff=3, sale_tariff=1, tax=2, emission_factor=0.1),
        case_builder.market("gas_market", "gas", max_yearly_purchase=50), case_builder.market("straw_market", "straw", price=5, min_yearly_purchase=1),
    ],
    "demands": [
        {**case_builder.demand("warmth", yearly=6, profile="shape", penalty=500), "site": "there"},
        {**case_builder.demand("light", "power", 4, shiftable=0.3, window=2), "site": "there"}, case_builder.demand("travel", "distance", 20),
    ],
    "fleets": [{"fleet": "cars", "site": "here", "service": "distance", "distance": 10, "driving_profile": "shape", "plugged_in_profile": "share"}],
    "vehicles": [
        {"vehicle": "battery_car", "fleet": "cars", "carrier": "power", "energy_use": 0.2, "max_capacity_added": 9, "battery_capacity": 2, "charger_power": 3, "smart_charging_share": 0.5, "vehicle_to_grid_share": 0.5, "charge_efficiency": 0.9, "wear_cost": 1, "fixed_cost": 50},
        {"vehicle": "gas_car", "fleet": "cars", "carrier": "gas", "energy_use": 0.6, "capacity_existing": 2, "retirable": 1, "variable_cost": 1},
    ],
    "land": [{"site": "here", "land_class": "field", "area": 9, "rent": 3, "citizens_points": 2, "firms_points": 1}],
    "footprints": [{"technology": "pump", "land_class": "field", "footprint": 1.5}],
    "residual_emissions": [{"residual": "farming", "sector": "farming", "amount": 1}],
    "limits": [{"limit": "some", "sense": "max", "amount": 50}, {"limit": "more", "sense": "min", "amount": 0}],
    "limit_terms": [
        {"limit": limit, "quantity": quantity, "rows": rows, "coefficient": weight}
        for limit, quantity, rows, weight in [
            ("some", "capacity_added", "*", 1), ("some", "capacity", "pipe", 2), ("some", "activity", "chp", 1), ("some", "purchase", "*", 0.1),
            ("more", "sale", "grid", 1), ("more", "flow_forward", "pipe", 1), ("more", "land_use", "here:*", 1),
            ("some", "citizens_points", "here:field", 1), ("some", "firms_points", "*", 1),
        ]
    ],
    "reserve_margins": [{"reserve": "warm", "carrier": "heat", "design_load": 0.2, "margin": 0.1}],
    "reserve_units": [{"reserve": "warm", "rows": "chp", "firm_output": 0.5, "units": 2}, {"reserve": "warm", "rows": "heat_pump", "firm_output": 0.5}, {"reserve": "warm", "rows": "straw_*", "firm_output": 1}],
}  # fmt: skip

# The same case, where those who take power or gas pay tariffs and taxes.
WITH_TARIFFS = EVERYTHING | {
    "tariffs": [
        {"carrier": "power", "payer": "*", "tariff": 7, "tax": 2},
        {"carrier": "power", "payer": "pump", "tariff": "0.1 * price"},
        {"carrier": "power", "payer": "chp", "tariff": 4, "own_use_share": 0.25},
        {"carrier": "gas", "payer": "gas_car", "tax": 6},
        {"carrier": "heat", "payer": "tank", "tariff": 5},
    ],
}  # fmt: skip
