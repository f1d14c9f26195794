"""Features: places, properties and rings → features of GeoJSON as RFC 7946 asks for them.

Points are longitude and latitude in WGS 84, outer rings turn left and inner ones right, and a number
that is missing or has no limit is null, as JSON has neither.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from energy_model.case.checks.map_features import FEATURE_COLLECTION


def feature(kind: str, coordinates: Any, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a feature with a geometry of a type."""
    plain = {name: _plain(value) for name, value in properties.items()}
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": plain, "geometry": geometry}


def _plain(value: Any) -> Any:
    """Returns a value as JSON has it."""
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return str(value)


def right_handed(record: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a checked feature whose outer rings turn left and inner rings right."""
    geometry = record["geometry"]
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Polygon":
        coordinates = _turned(coordinates)
    elif kind == "MultiPolygon":
        coordinates = [_turned(polygon) for polygon in coordinates]
    named = {"id": record["id"]} if "id" in record else {}
    properties, geometry = (
        record.get("properties") or {},
        {"type": kind, "coordinates": coordinates},
    )
    return {"type": "Feature", **named, "properties": properties, "geometry": geometry}


def _turned(rings: list[list[list[float]]]) -> list[list[list[float]]]:
    return [
        ring if (signed_area(ring) >= 0) == (number == 0) else ring[::-1]
        for number, ring in enumerate(rings)
    ]


def signed_area(ring: list[list[float]]) -> float:
    """Returns the area of a ring [square degrees], positive if it turns left."""
    points = np.array([point[:2] for point in ring], float)
    x, y = points.T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2


def collection_text(features: Iterable[Mapping[str, Any]]) -> str:
    """Returns features as the text of a file, a line for each."""
    lines = (
        json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        for record in features
    )
    return f'{{"type":"{FEATURE_COLLECTION}","features":[\n' + ",\n".join(lines) + "\n]}\n"
