"""Import: a planner's GeoJSON file → coordinates of sites in ``sites.csv``, and a layer of the map of a case.

Points with the property ``site`` move a site; lines and areas become a layer. Either all of a file is
written or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model.case.checks.map_features import (
    MAX_SHOWN_ISSUES,
    collection_fault,
    feature_faults,
    feature_name,
    point_fault,
    size_fault,
)
from energy_model.case.input_log import InputLog
from energy_model.case.map_layers import (
    ENDING,
    FOLDER,
    MapFeature,
    check_places,
    read_collection,
)
from energy_model.common.atomic_write import write_files
from energy_model.common.errors import InputError
from energy_model.io.csv_text import edited, header_name, placed_rows, plain, separator_of
from energy_model.io.geojson.features import collection_text, right_handed

LAYER_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,59}")
PLACE = ("lon", "lat")
PLACE_DIGITS = 6  # of a coordinate in degrees, 0.1 m
MAX_SWAPPED_DEGREES = 1.0  # between a site and its place with swapped coordinates


@dataclass
class Imported:
    """What a file changes: the sites that it moves, and its layer with the number of features."""

    sites: list[str] = field(default_factory=list)
    layer: str = ""
    features: int = 0


@dataclass
class _SiteFile:
    """A file of the table ``sites``: its text, and position and text of each place by site."""

    path: Path
    text: str
    separator: str
    places: dict[str, dict[str, tuple[int, str]]] = field(default_factory=dict)


def import_geojson(file: Path, case: Path, name: str = "") -> Imported:
    """Moves the sites of a case, and adds a layer to its map.

    Args:
        file: The GeoJSON file, in WGS 84.
        case: The folder of the case.
        name: The name of the layer, by default that of the file.

    Raises:
        InputError: The file, the case or the name is not valid; it holds every issue, and nothing is written.
        WriteError: A file cannot be written; nothing is written.
    """
    if not (case / "case.toml").is_file():
        raise InputError.at(
            "--case", "name the folder of a case, which has a case.toml", value=str(case)
        )
    log = InputLog()
    content = read_collection(file, file.name, log)
    fault = None if content is None else collection_fault(content)
    if fault is not None:
        column, value, remedy = fault
        log.add_issue(file.name, remedy, "", column, value)
    site_files = list(_site_files(case, log))
    if log.issues:
        raise InputError(log.issues)
    places, layer = _sorted_out(content["features"], file.name, _old_places(site_files), log)
    title = name or file.stem
    target = case / FOLDER / f"{title}{ENDING}"
    if layer:
        _check_name(title, target, name, log)
    _check_layer(layer, places, site_files, file.name, log)
    if len(log.issues) > MAX_SHOWN_ISSUES:
        del log.issues[MAX_SHOWN_ISSUES:]
        log.add_issue(file.name, "it has more faults; mend these first")
    if log.issues:
        raise InputError(log.issues)
    contents = {site_file.path: text for site_file in site_files if (text := _moved(site_file, places)) != site_file.text}  # fmt: skip
    if layer:
        contents[target] = collection_text(map(right_handed, layer))
    write_files({path: text.encode("utf-8") for path, text in contents.items()}, "make the folder writable")  # fmt: skip
    return Imported(sorted(places), target.stem if layer else "", len(layer))


def _site_files(case: Path, log: InputLog) -> Iterator[_SiteFile]:
    """Yields the files of the table ``sites``; adds an issue for one that cannot be edited."""
    paths = [case / "sites.csv", *sorted(case.glob("sites_*.csv"))]
    for path in (path for path in paths if path.is_file()):
        if log.csv_file(path, path.name) is None:
            continue
        text = path.read_bytes().decode("utf-8")
        found = _SiteFile(path, text, separator_of(text))
        header, *rows = placed_rows(text, found.separator)
        names = [header_name(raw) for _, raw in header]
        if missing := [column for column in ("site", *PLACE) if column not in names]:
            log.add_issue(path.name, f"columns are missing; add {', '.join(missing)}", "row 1")
            continue
        for row in rows:
            cells = dict(zip(names, row, strict=False))
            if all(column in cells for column in ("site", *PLACE)):
                site = plain(cells["site"][1]).strip()
                found.places[site] = {column: cells[column] for column in PLACE}
        yield found


def _old_places(site_files: list[_SiteFile]) -> dict[str, tuple[float, float] | None]:
    """Returns the place of every site of a case; None where it is not a number."""
    places: dict[str, tuple[float, float] | None] = {}
    for site_file in site_files:
        for site, cells in site_file.places.items():
            try:
                lon, lat = (float(plain(cells[c][1]).strip().replace(",", ".")) for c in PLACE)
                places[site] = (lon, lat)
            except ValueError:
                places[site] = None
    return places


def _sorted_out(
    features: list[Any], name: str, sites: Mapping[str, Any], log: InputLog
) -> tuple[dict[str, tuple[float, float]], list[dict[str, Any]]]:
    """Returns the new places of sites, and the features of the layer; adds an issue for every fault."""
    places: dict[str, tuple[float, float]] = {}
    layer = []
    for number, record in enumerate(features, 1):
        where = feature_name(number, record)
        properties = record.get("properties") if isinstance(record, dict) else None
        properties = properties if isinstance(properties, dict) else {}
        geometry = record.get("geometry") if isinstance(record, dict) else None
        geometry = geometry if isinstance(geometry, dict) else {}
        if geometry.get("type") != "Point":
            if "link" in properties:
                remedy = "a link follows its sites, so its line is not read; leave the feature out"
                log.add_issue(name, remedy, where, "link", properties["link"])
            for column, value, remedy in feature_faults(record):
                log.add_issue(name, remedy, where, column, value)
            layer.append(record)
            continue
        if fault := _site_fault(properties, geometry.get("coordinates"), sites, places):
            column, value, remedy = fault
            log.add_issue(name, remedy, where, column, value)
            continue
        lon, lat = geometry["coordinates"][:2]
        places[properties["site"]] = (float(lon), float(lat))
    if fault := size_fault(layer):
        column, value, remedy = fault
        log.add_issue(name, remedy, "", column, value)
    return places, layer


def _site_fault(
    properties: Mapping[str, Any], point: Any, sites: Mapping[str, Any], places: Mapping[str, Any]
) -> tuple[str, object, str] | None:
    """Returns column, value and remedy of what is wrong with a point, or None."""
    site = properties.get("site")
    if "land_class" in properties:
        return (
            "land_class",
            properties["land_class"],
            "land stands in land.csv; leave the feature out",
        )
    if not isinstance(site, str) or site not in sites:
        remedy = "write the name of a site of sites.csv in the property 'site'; add a new site there first"
        return "site", site, remedy
    if site in places:
        return "site", site, "the site occurs twice; remove one of its points"
    if remedy := point_fault(point):
        return "coordinates", point, remedy
    old = sites[site]
    if old is not None and _is_swapped(point, old):
        return "coordinates", point, "write longitude before latitude"
    return None


def _is_swapped(point: list[float], old: tuple[float, float]) -> bool:
    """Whether a point is near the old place of its site only with its numbers swapped."""

    def apart(lon: float, lat: float) -> float:
        return max(abs(lon - old[0]), abs(lat - old[1]))

    swapped, given = apart(point[1], point[0]), apart(point[0], point[1])
    return swapped < MAX_SWAPPED_DEGREES < given


def _check_name(title: str, target: Path, name: str, log: InputLog) -> None:
    """Adds an issue if a layer cannot have its title, which ``name`` is if it was given."""
    if not LAYER_NAME.fullmatch(title):
        remedy = "name the layer with --name, in small letters a to z, digits and underscores"
        log.add_issue("--name" if name else f"{title}{ENDING}", remedy, value=title)
    elif target.exists():
        remedy = "the case has this layer; remove its file first, or name another one with --name"
        log.add_issue(f"{FOLDER}/{target.name}", remedy)


def _check_layer(
    layer: list[dict[str, Any]],
    places: Mapping[str, tuple[float, float]],
    site_files: list[_SiteFile],
    name: str,
    log: InputLog,
) -> None:
    """Adds an issue if a layer lies far from all sites, at their new places."""
    if log.issues or not layer:
        return
    known = {**_old_places(site_files), **places}
    sites = pd.DataFrame(
        [place or (float("nan"), float("nan")) for place in known.values()], columns=list(PLACE)
    )
    count = len(log.issues)
    check_places([MapFeature(Path(name).stem, record) for record in layer], sites, log)
    for number in range(count, len(log.issues)):
        issue = log.issues[number]
        log.issues[number] = type(issue)(name, issue.remedy, issue.row, issue.column, issue.value)


def _moved(site_file: _SiteFile, places: Mapping[str, tuple[float, float]]) -> str:
    """Returns the text of a file with the new places of its sites."""
    edits = []
    for site, place in places.items():
        for column, value in zip(PLACE, place, strict=True):
            if site in site_file.places:
                position, old = site_file.places[site][column]
                new = f"{value:.{PLACE_DIGITS}f}".rstrip("0").rstrip(".")
                edits.append((position, old, new.replace(".", ",") if site_file.separator == ";" else new))  # fmt: skip
    return edited(site_file.text, edits)
