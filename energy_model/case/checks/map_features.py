"""Map features: the GeoJSON of a map layer (RFC 7946) → an issue for every fault, with its feature."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from energy_model.case.input_log import InputLog

FEATURE_COLLECTION = "FeatureCollection"
KINDS = ("land", "water", "border", "protected", "other")
TEXTS = ("label_en", "label_da", "attribution_en", "attribution_da", "kind")
# Number of lists around a point, by the type of a geometry
DEPTHS = {"LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
MIN_POINTS = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}
MAX_FEATURES, MAX_POINTS = 5_000, 60_000  # of a file
MAX_TEXT_CHARACTERS = 300
MAX_SHOWN_ISSUES = 20  # of a file
WGS_84 = ("CRS84", "EPSG::4326", "EPSG:4326")  # ends of names of the one reference system


def check_collection(content: Any, name: str, input_log: InputLog) -> None:
    """Adds an issue for every fault of the content of a file, at most `MAX_SHOWN_ISSUES` and a count."""
    shown = 0
    for shown, (feature, column, value, remedy) in enumerate(_faults(content)):
        if shown >= MAX_SHOWN_ISSUES:
            input_log.add_issue(name, "it has more faults; mend these first")
            return
        input_log.add_issue(name, remedy, feature, column, value)


def feature_name(number: int, feature: Any) -> str:
    """Returns how issues name a feature: its number from 1, and its label if it has one."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    label = properties.get("label_en") if isinstance(properties, dict) else None
    return f"feature {number}" + (f" ({label})" if isinstance(label, str) and label else "")


def other_system(content: dict[str, Any]) -> str:
    """Returns the name of a reference system other than WGS 84; empty without one."""
    system = content.get("crs")
    if system is None:
        return ""
    properties = system.get("properties") if isinstance(system, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else system
    return "" if str(named).endswith(WGS_84) else str(named)


def collection_fault(content: Any) -> tuple[str, str, str] | None:
    """Returns column, value and remedy of what keeps a file's features from being read, or None."""
    if not isinstance(content, dict) or content.get("type") != FEATURE_COLLECTION:
        given = content.get("type") if isinstance(content, dict) else content
        return "type", str(given)[:80], f"export the layer as a {FEATURE_COLLECTION}"
    if system := other_system(content):
        remedy = "export the layer in WGS 84 (EPSG:4326), with longitude and latitude in degrees"
        return "crs", system, remedy
    features = content.get("features")
    if not isinstance(features, list) or not features:
        return "features", "", "it has no features; export the layer again, or remove the file"
    if len(features) > MAX_FEATURES:
        remedy = f"at most {MAX_FEATURES:,} features are read; keep those around the sites only"
        return "features", f"{len(features):,}", remedy
    return None


def _faults(content: Any) -> Iterator[tuple[str, str, object, str]]:
    """Yields feature, column, value and remedy of every fault."""
    if fault := collection_fault(content):
        yield "", *fault
        return
    for number, feature in enumerate(content["features"], 1):
        for column, value, remedy in feature_faults(feature):
            yield feature_name(number, feature), column, value, remedy
    if fault := size_fault(content["features"]):
        yield "", *fault


def size_fault(features: list[Any]) -> tuple[str, str, str] | None:
    """Returns column, value and remedy if features have too many points in all, or None."""
    points = sum(map(_count, features))
    if points <= MAX_POINTS:
        return None
    remedy = f"at most {MAX_POINTS:,} points are read; simplify its lines"
    return "coordinates", f"{points:,}", remedy


def _count(feature: Any) -> int:
    """Returns the number of points of a feature."""
    pending = [feature.get("geometry")] if isinstance(feature, dict) else []
    count = 0
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending.append(part.get("coordinates"))
        elif isinstance(part, list):
            is_point = bool(part) and not isinstance(part[0], list)
            count += is_point
            pending += [] if is_point else part
    return count


def feature_faults(feature: Any) -> Iterator[tuple[str, object, str]]:
    """Yields column, value and remedy of every fault of a feature; of its points, the first."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        yield "type", "", "each member of features is a Feature; export the layer again"
        return
    yield from property_faults(feature.get("properties"))
    geometry = feature.get("geometry")
    geometry = geometry if isinstance(geometry, dict) else {}
    kind = geometry.get("type")
    if kind not in DEPTHS:
        known = ", ".join(DEPTHS)
        remedy = f"a layer of the map has {known}; remove the feature"
        if kind in ("Point", "MultiPoint"):
            remedy = f"a layer of the map has {known}; a point is a site, in sites.csv"
        yield "geometry", kind or "", remedy
        return
    fault = next(_line_faults(geometry.get("coordinates"), DEPTHS[kind], kind), None)
    if fault is not None:
        yield "coordinates", *fault


def property_faults(properties: Any) -> Iterator[tuple[str, object, str]]:
    """Yields column, value and remedy of every property that is read and is not valid."""
    if properties is None:
        return
    if not isinstance(properties, dict):
        yield "properties", "", "properties are names with values; export the layer again"
        return
    for name in TEXTS:
        text = properties.get(name)
        if text is None:
            continue
        if not isinstance(text, str) or len(text) > MAX_TEXT_CHARACTERS or not text.isprintable():
            yield name, text, f"write a text of one line, at most {MAX_TEXT_CHARACTERS} characters"
        elif name == "kind" and text not in KINDS:
            yield name, text, f"write one of {', '.join(KINDS)}"


def _line_faults(coordinates: Any, depth: int, kind: str) -> Iterator[tuple[object, str]]:
    """Yields value and remedy of every fault of nested lists of points."""
    if not isinstance(coordinates, list) or not coordinates:
        yield "", "it has no coordinates; remove the feature, or draw it again"
        return
    if depth > 1:
        for part in coordinates:
            yield from _line_faults(part, depth - 1, kind)
        return
    for point in coordinates:
        if remedy := point_fault(point):
            yield point, remedy
    if len(coordinates) < MIN_POINTS[kind]:
        yield len(coordinates), f"a part of a {kind} has at least {MIN_POINTS[kind]} points"
    elif kind.endswith("Polygon") and coordinates[0] != coordinates[-1]:
        yield coordinates[-1], "an area's line ends where it begins; close it"


def point_fault(point: Any) -> str:
    """Returns the remedy for a point that is not longitude and latitude in degrees; empty if it is."""
    if not isinstance(point, list) or len(point) < 2 or not all(map(_is_number, point)):
        return "write each point as longitude and latitude, two finite numbers"
    if abs(point[0]) > 180 or abs(point[1]) > 90:
        return (
            "this is no longitude and latitude in degrees; export the layer in WGS 84 (EPSG:4326)"
        )
    return ""


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
