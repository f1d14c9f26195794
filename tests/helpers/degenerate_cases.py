"""Cases that lack what most cases have: hours, sites, demands, plants, land, firms, emissions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helpers import case_builder

POWER = {"carrier": "power", "sector": "electricity"}
NAMES = ("0751", "8000", "1e3", "nan", "NA", "None", "True", "inf", "0.5", "null")


def _write(folder: Path, hours: int, **parts: object) -> Path:
    """A case in which power is bought for one demand, unless parts say otherwise."""
    plain = {
        "markets": [case_builder.market(price=50)],
        "demands": [case_builder.demand("d", "power", 1.0)],
    }
    chosen = {name: part for name, part in (plain | parts).items() if part != []}
    return case_builder.write(folder, hours, **chosen)


def _profiles(hours: int) -> dict[str, list[float]]:
    return {"price": [10.0 + hour % 24 for hour in range(hours)]}


def _names_like_numbers(folder: Path) -> Path:
    """Every name is one that a reader of CSV takes for a number, a truth value or for nothing."""
    sites = [{"site": name, "lat": 56.0 + i / 100} for i, name in enumerate(NAMES)]
    return case_builder.write(
        folder,
        2,
        sites=sites,
        firms=[{"firm": "007", "party": "firm"}, {"firm": "NaN", "party": "city"}],
        carriers=[{"carrier": "power", "sector": "1.0"}, {"carrier": "heat", "sector": "NA"},
                  {"carrier": "co2", "unit": "t"}],
        markets=[{"market": "e5", "site": "0751", "carrier": "power", "price": 50, "firm": "007"}],
        conversions=[
            {"conversion": "null", "site": "8000", "carrier": "heat", "max_capacity_added": 5,
             "investment_cost": 10, "group": "1.0", "firm": "NaN", "technology": "00"}
        ],
        flows=[
            {"conversion": "null", "carrier": "heat", "coefficient": 1},
            {"conversion": "null", "carrier": "power", "coefficient": -1},
        ],
        links=[
            {"link": "None", "carrier": "power", "from_site": "0751", "to_site": "8000",
             "max_capacity_added": 9, "investment_cost": 1},
            {"link": "nan", "carrier": "heat", "from_site": "8000", "to_site": "nan",
             "max_capacity_added": 9, "investment_cost": 1},
        ],
        storages=[
            {"storage": "True", "site": "nan", "carrier": "heat", "max_hours": 1,
             "capacity_existing": 1}
        ],
        demands=[{"demand": "inf", "site": "nan", "carrier": "heat", "yearly": 2.0}],
        land=[{"site": "8000", "land_class": "0", "area": 9.0, "rent": 1.0}],
        technologies=[{"technology": "00", "capacity_unit": "MW"}],
        footprints=[{"technology": "00", "land_class": "0", "footprint": 1.0}],
    )  # fmt: skip


CASES: dict[str, Callable[[Path], Path]] = {
    "one hour": lambda f: _write(f, 1),
    "four hours": lambda f: _write(f, 4, markets=[case_builder.market(price="price")], profiles=_profiles(4)),
    "a day": lambda f: _write(f, 24, markets=[case_builder.market(price="price")], profiles=_profiles(24)),
    "a week less an hour": lambda f: _write(f, 167),
    "eight days": lambda f: _write(f, 192, resolution=8),
    "one step of a month": lambda f: _write(f, 720, resolution=1),
    "nothing wanted": lambda f: case_builder.write(f, 4, markets=[case_builder.market(price=50)]),
    "a market that cannot buy": lambda f: case_builder.write(
        f, 2, markets=[case_builder.market(price=50, max_purchase=0)]
    ),
    "nothing but emissions": lambda f: case_builder.write(
        f, 1, residual_emissions=[{"residual": "farms", "sector": "farming", "amount": 10.0}],
        markets=[case_builder.market(price=50)],
    ),
    "no electricity": lambda f: _write(
        f, 2, carriers=[{"carrier": "heat"}, {"carrier": "co2", "unit": "t"}],
        markets=[case_builder.market(carrier="heat", price=5)], demands=[case_builder.demand("d", "heat")],
    ),
    "a carrier without any user": lambda f: _write(
        f, 2, carriers=[POWER, {"carrier": "hydrogen"}, {"carrier": "co2", "unit": "t"}]
    ),
    "several sites without links": lambda f: _write(
        f, 3, sites=[{"site": "here"}, {"site": "there"}]
    ),
    "one store of nothing": lambda f: _write(
        f, 2, storages=[{"storage": "tank", "site": "here", "carrier": "power", "max_hours": 2}]
    ),
    "balanced over the year": lambda f: _write(
        f, 5, carriers=[POWER, {"carrier": "gas", "balance": "year"}, {"carrier": "co2", "unit": "t"}],
        markets=[case_builder.market(price=50), case_builder.market("gas", "gas", price=20)],
        demands=[case_builder.demand("d", "power"), case_builder.demand("g", "gas")],
    ),
    "an emission target": lambda f: _write(f, 2, target=100.0),
    "all unserved": lambda f: _write(
        f, 2, markets=[], demands=[case_builder.demand("d", "power", penalty=100.0)],
        conversions=[case_builder.plant(carrier="power", max_capacity_added=1, investment_cost=1e9)], flows=[case_builder.flow("plant", "power", 1)],
    ),
    "only land": lambda f: _write(
        f, 2, land=[{"site": "here", "land_class": "field", "area": 5.0}]
    ),
    "no land but footprints": lambda f: _write(
        f, 2, technologies=[{"technology": "pv", "capacity_unit": "MW"}],
        footprints=[{"technology": "pv", "land_class": "field", "footprint": 1.0}],
    ),
    "names like numbers": _names_like_numbers,
}  # fmt: skip
