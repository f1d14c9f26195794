"""A case small enough to be asked a hundred times: a year of two hours whose answers are worked out on paper."""

from __future__ import annotations

import os

from helpers import case_builder


def write(folder, **more):
    """The case, with whatever else a test needs."""
    parts = {
        "technologies": [{"technology": "sun", "capacity_unit": "MW"}],
        "land": [{"site": "here", "land_class": "field", "area": 3, "citizens_points": 2, "firms_points": 1}],
        "footprints": [{"technology": "sun", "land_class": "field", "footprint": 1}],
        "firms": [{"firm": "sunny"}],
        "markets": [case_builder.market(price=50, emission_factor=0.5)],
        "demands": [case_builder.demand("light", "power", 2, penalty=900)],
        "conversions": [
            case_builder.plant("sun_here", "power", technology="sun", firm="sunny", max_capacity_added=0.5, investment_cost=120, lifetime=1, group="sun"),
            case_builder.plant("wind_here", "power", max_capacity_added=9, investment_cost=160, lifetime=1, group="wind"),
        ],
        "flows": [case_builder.flow("sun_here", "power", 1), case_builder.flow("wind_here", "power", 1)],
    }  # fmt: skip
    return case_builder.write(folder, 2, **(parts | more))


def deadly(model):
    """A rule that ends its process wherever seven MW of wind may be added."""
    if model.max_capacity_added["wind_here"] == 7:
        os._exit(1)
