"""Small cases whose numbers are thrown with dice: for laws that hold whatever the numbers."""

import numpy as np

from helpers import case_builder

HOURS = 72


def random_case(folder, seed):
    """A demand, a market of moving price, sun, a boiler, a pump and two stores, all of random cost."""
    dice = np.random.RandomState(seed)
    t = np.arange(HOURS)
    sun = np.maximum(0, np.sin((t % 24 - 6) / 12 * np.pi)) * dice.uniform(0.3, 1, 3)[t // 24]
    price = 50 + 30 * np.sin(t / 5) + 10 * dice.randn(HOURS)
    return case_builder.write(
        folder,
        HOURS,
        profiles={"sun": np.round(sun, 3), "price": np.round(np.maximum(price, 1), 2), "want": np.round(1 + dice.rand(HOURS), 3)},
        markets=[case_builder.market(price="price", max_sale=3, sale_price="0.8 * price"), case_builder.market("gas_market", "gas", price=60, emission_factor=0.2)],
        conversions=[
            case_builder.plant("solar", "power", max_capacity_added=9, availability="sun", investment_cost=dice.uniform(100, 900), lifetime=1),
            case_builder.plant("boiler", max_capacity_added=9, investment_cost=dice.uniform(5, 50), lifetime=1),
            case_builder.plant("pump", max_capacity_added=9, investment_cost=dice.uniform(100, 900), lifetime=1),
        ],
        flows=[case_builder.flow("solar", "power", 1), case_builder.flow("boiler", "heat", 1), case_builder.flow("boiler", "gas", -1.1), case_builder.flow("pump", "heat", 1), case_builder.flow("pump", "power", -0.3)],
        storages=[
            {"storage": "tank", "site": "here", "carrier": "heat", "max_capacity_added": 40, "max_hours": 5, "investment_cost": dice.uniform(5, 60), "lifetime": 1, "hourly_retention": 0.99},
            {"storage": "battery", "site": "here", "carrier": "power", "max_capacity_added": 40, "max_hours": 3, "investment_cost": dice.uniform(20, 200), "lifetime": 1, "efficiency_in": 0.9},
        ],
        demands=[case_builder.demand("warmth", yearly=150, profile="want", penalty=2000), case_builder.demand("light", "power", 90, profile="want", penalty=3000)],
        target=dice.uniform(8, 30),
        residual_emissions=[{"residual": "farming", "sector": "farming", "amount": 1}],
    )  # fmt: skip
