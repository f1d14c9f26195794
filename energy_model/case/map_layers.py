"""Map layers: ``map/*.geojson`` of a case → areas and lines behind its map, in degrees of WGS 84.

They are drawn and exported, and change no result: the fingerprint of a case leaves them out.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.checks.map_features import FEATURE_COLLECTION, check_collection
from energy_model.case.input_log import InputLog

FOLDER, ENDING = "map", ".geojson"
MAX_FILE_MEGABYTES = 5.0
SURROGATE = "\\ud"  # how JSON begins half a letter
OTHER = "other"  # the kind of a feature that states none
MAX_DEGREES_FROM_SITES = 5.0  # a layer farther away is of another place, or swaps its coordinates


@dataclass(frozen=True)
class MapFeature:
    """One area or line of a layer. ``record`` is the feature as GeoJSON, after its checks."""

    layer: str
    record: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """``land``, ``water``, ``border``, ``protected`` or ``other``."""
        return str(self.properties.get("kind") or OTHER)

    @property
    def properties(self) -> Mapping[str, Any]:
        """The properties, which may be any that a planner's program wrote."""
        return self.record.get("properties") or {}

    def text(self, name: str, language: str) -> str:
        """Returns ``label`` or ``attribution`` in a language, else in the other one; empty without it."""
        texts = [self.properties.get(f"{name}_{key}") for key in (language, "en", "da")]
        return next((text for text in texts if isinstance(text, str) and text), "")

    @property
    def is_area(self) -> bool:
        """Whether it is an area rather than a line."""
        return str(self.record["geometry"]["type"]).endswith("Polygon")

    @cached_property
    def lines(self) -> tuple[np.ndarray, ...]:
        """The rings or lines, each with a row of longitude and latitude [°] for every point."""
        kind, coordinates = self.record["geometry"]["type"], self.record["geometry"]["coordinates"]
        parts = {
            "LineString": lambda: [coordinates],
            "MultiPolygon": lambda: [ring for polygon in coordinates for ring in polygon],
        }.get(kind, lambda: coordinates)()
        return tuple(np.array([point[:2] for point in part], float) for part in parts)


def read_map_layers(folder: Path, input_log: InputLog) -> tuple[MapFeature, ...]:
    """Returns the features of every file in ``map``, in the order of names; none without the folder.

    Adds an issue for every fault of every file.
    """
    features: list[MapFeature] = []
    for path in sorted((folder / FOLDER).glob(f"*{ENDING}")):
        if path.is_file() and not path.name.startswith((".", "~$")):
            features += read_layer(path, f"{FOLDER}/{path.name}", path.stem, input_log)
    return tuple(features)


def read_layer(path: Path, name: str, layer: str, input_log: InputLog) -> list[MapFeature]:
    """Returns the features of a file; adds an issue for every fault.

    Args:
        path: The file.
        name: Its name in issues.
        layer: The name of the layer that its features get.
        input_log: Takes the issues.
    """
    content = read_collection(path, name, input_log)
    faults = len(input_log.issues)
    if content is None:
        return []
    check_collection(content, name, input_log)
    if len(input_log.issues) > faults:
        return []
    return [MapFeature(layer, record) for record in content["features"]]


def read_collection(path: Path, name: str, input_log: InputLog) -> Any:
    """Returns the JSON of a file, not yet checked; adds an issue and returns None if there is none."""
    content = input_log.content(path, name)
    if content is None:
        return None
    megabytes = len(content) / 1e6
    if megabytes > MAX_FILE_MEGABYTES:
        remedy = (
            f"it has {megabytes:,.1f} MB, and at most {MAX_FILE_MEGABYTES:g} are read; "
            "simplify its lines, or keep the area around the sites only"
        )
        input_log.add_issue(name, remedy)
        return None
    try:
        text = content.decode("utf-8-sig")
        parsed = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
        if SURROGATE in text.lower():
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")
        return parsed
    except UnicodeEncodeError:
        input_log.add_issue(name, "it has half a letter, an unpaired surrogate; export it again")
    except UnicodeDecodeError:
        input_log.add_issue(name, "a letter is not UTF-8; save the file as UTF-8")
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "its lists are nested too deep"
        input_log.add_issue(name, f"it is not GeoJSON ({reason}); export it again as GeoJSON")
    return None


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word} is no finite number")
    return number


def check_places(features: Iterable[MapFeature], sites: pd.DataFrame, input_log: InputLog) -> None:
    """Adds an issue for every layer that lies far from all sites that have coordinates."""
    places = sites[["lon", "lat"]].dropna().to_numpy(float)
    by_layer: dict[str, list[np.ndarray]] = {}
    for feature in features:
        by_layer.setdefault(feature.layer, []).extend(feature.lines)
    for layer, lines in by_layer.items():
        points = np.concatenate(lines)
        if not len(places):
            continue
        apart = np.maximum(
            np.maximum(points.min(axis=0) - places, places - points.max(axis=0)), 0.0
        ).max(axis=1)
        if apart.min() > MAX_DEGREES_FROM_SITES:
            middle = ", ".join(f"{value:.2f}" for value in points.mean(axis=0))
            remedy = (
                f"it lies more than {MAX_DEGREES_FROM_SITES:g}° from every site; write longitude "
                "before latitude, in WGS 84, or leave the layer out"
            )
            input_log.add_issue(f"{FOLDER}/{layer}{ENDING}", remedy, "", "coordinates", middle)


def attributions(features: Iterable[MapFeature], language: str) -> list[str]:
    """Returns whom the features come from, each once."""
    texts = (feature.text("attribution", language) for feature in features)
    return [text for text in dict.fromkeys(texts) if text]


def as_collection(features: Iterable[MapFeature]) -> dict[str, Any]:
    """Returns features as one GeoJSON object; the property ``layer`` of each has the name of its layer."""
    records = [
        {**feature.record, "properties": {**feature.properties, "layer": feature.layer}}
        for feature in features
    ]
    return {"type": FEATURE_COLLECTION, "features": records}


def of_collection(content: Mapping[str, Any]) -> tuple[MapFeature, ...]:
    """Returns the features of an object that `as_collection` made."""
    return tuple(
        MapFeature(str(record["properties"]["layer"]), record) for record in content["features"]
    )
