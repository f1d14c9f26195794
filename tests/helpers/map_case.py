"""A case with four sites, links of two carriers, land and a map layer, whose flows are worked out on paper."""

from __future__ import annotations

import json
from pathlib import Path

from helpers import case_builder

SQUARE = [[9.9, 55.9], [10.6, 55.9], [10.6, 56.4], [9.9, 56.4], [9.9, 55.9]]
SITES = [
    {"site": "town", "lon": 10.2, "lat": 56.15, "label_en": "Town", "label_da": "By"},
    {"site": "hill", "lon": 10.21, "lat": 56.16, "label_en": "Hill and the long valley behind it"},
    {"site": "shore", "lon": 10.35, "lat": 56.1, "label_en": "Shore", "label_da": "Strand"},
    {"site": "far", "lon": 10.1, "lat": 56.3},
]
ORIGIN = {"attribution_en": "From the survey", "attribution_da": "Fra styrelsen"}
PARTS = {
    "sites": SITES,
    "carriers": [
        {"carrier": "power", "unit": "MWh", "label_en": "Power", "label_da": "El"},
        {"carrier": "heat", "unit": "MWh", "label_en": "Heat", "label_da": "Varme"},
        {"carrier": "co2", "unit": "t"},
    ],
    "technologies": [{"technology": "turbine", "capacity_unit": "MW"}],
    "firms": [{"firm": "giving"}, {"firm": "taking"}],
    "land": [
        {"site": "hill", "land_class": "field", "area": 500},
        {"site": "hill", "land_class": "zone", "area": 500},
    ],
    "footprints": [
        {"technology": "turbine", "land_class": "field", "footprint": 30},
        {"technology": "turbine", "land_class": "zone", "footprint": 90},
    ],
    "markets": [
        case_builder.market("grid", "power", site="town", price=100),
        case_builder.market("boilers", "heat", site="shore", price=10),
    ],
    "demands": [
        case_builder.demand("light", "power", 2, site="town"),
        case_builder.demand("warmth", "heat", 6, site="town"),
    ],
    "conversions": [
        case_builder.plant(
            "mill", "power", site="hill", technology="turbine", label_en="Mill", label_da="Mølle",
            max_capacity_added=10, investment_cost=1, lifetime=1,
        ),
        case_builder.plant(
            "dear", "heat", site="far", label_en="Dear boiler", label_da="Dyr kedel",
            max_capacity_added=5, investment_cost=1e6, lifetime=1,
        ),
        case_builder.plant("old", "heat", site="town", label_en="Old", capacity_existing=4, fixed_cost=99, retirable=1),
        case_builder.plant("standing", "heat", site="shore", label_en="Standing", capacity_existing=3),
    ],
    "flows": [
        case_builder.flow("mill", "power", 1),
        case_builder.flow("dear", "heat", 1),
        case_builder.flow("old", "heat", 1),
        case_builder.flow("old", "power", -1),
        case_builder.flow("standing", "heat", 1),
        case_builder.flow("standing", "power", -1),
    ],
    "links": [
        {"link": "line", "carrier": "power", "from_site": "town", "to_site": "hill", "both_ways": "yes", "label_en": "Line", "capacity_existing": 9},
        {"link": "pipe", "carrier": "heat", "from_site": "shore", "to_site": "town", "both_ways": "no", "label_en": "Pipe", "capacity_existing": 9, "giver": "giving", "taker": "taking"},
        {"link": "second", "carrier": "heat", "from_site": "shore", "to_site": "town", "both_ways": "no", "label_en": "Second", "max_capacity_added": 9, "investment_cost": 1e6, "lifetime": 1},
    ],
}  # fmt: skip


def feature(
    geometry_type: str = "Polygon", coordinates: object = None, **properties: object
) -> dict:
    """A feature of a layer, with ``properties``; by default a square."""
    geometry = {
        "type": geometry_type,
        "coordinates": [SQUARE] if coordinates is None else coordinates,
    }
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: dict, **members: object) -> dict:
    """A layer of features."""
    return {"type": "FeatureCollection", "features": list(features), **members}


def write(folder: Path, layers: dict[str, object] | None = None, **parts) -> Path:
    """The case in a folder, with its layers as files in ``map``; a text is written as it is."""
    case = case_builder.write(folder, 1, **(PARTS | parts))
    if layers is None:
        layers = {"coast": collection(feature(kind="land", label_en="Coast", **ORIGIN))}
    (case / "map").mkdir()
    for name, content in layers.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (case / "map" / f"{name}.geojson").write_text(text, encoding="utf-8")
    return case
