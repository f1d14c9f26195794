"""Three firms and one surplus: worked out on paper.

In a year of two hours firm A has 1.5 MW of heat for nothing. B wants 1.1 MW in both hours and pays 50 a MWh for its own, C wants
1 MW and pays 30. A pipe of 1 MW leads to each. Alone the year costs 170. A and B save 2 MWh at 50, A and C 2 MWh at 30; all
three have 3 MWh, of which B takes 2 and C 1: they save 130.
"""

from __future__ import annotations

from helpers import case_builder


def write(folder, **more):
    """The case, with whatever else a test needs."""
    parts = {
        "sites": [{"site": "a"}, {"site": "b"}, {"site": "c"}],
        "carriers": [{"carrier": "heat", "allow_spill": "yes"}, {"carrier": "co2", "unit": "t"}],
        "firms": [{"firm": "A"}, {"firm": "B"}, {"firm": "C"}, {"firm": "town", "party": "citizens"}],
        "conversions": [case_builder.plant("surplus", firm="A", capacity_existing=1.5) | {"site": "a"}],
        "flows": [case_builder.flow("surplus", "heat", 1)],
        "markets": [
            case_builder.market("own_b", "heat", firm="B", price=50) | {"site": "b"},
            case_builder.market("own_c", "heat", firm="C", price=30) | {"site": "c"},
        ],
        "demands": [
            case_builder.demand("want_b", yearly=2.2, firm="B") | {"site": "b"},
            case_builder.demand("want_c", yearly=2, firm="C") | {"site": "c"},
        ],
        "links": [
            {"link": "to_b", "carrier": "heat", "from_site": "a", "to_site": "b", "both_ways": "no", "capacity_existing": 1, "giver": "A", "taker": "B"},
            {"link": "to_c", "carrier": "heat", "from_site": "a", "to_site": "c", "both_ways": "no", "capacity_existing": 1, "giver": "A", "taker": "C"},
        ],
    }  # fmt: skip
    return case_builder.write(folder, 2, **(parts | more))
