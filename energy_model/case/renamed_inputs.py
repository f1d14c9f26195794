"""Renamed inputs: names of release 0.1 → today's, of columns, words, settings and addresses.

Reading accepts the old names until release 0.3; ``energy-model migrate FOLDER`` rewrites a case.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from energy_model.case.schema import Table

NewNames = dict[str, tuple[str, ...]]  # by old name

_ASSET_COLUMNS: NewNames = {
    "capacity_addable": ("max_capacity_added",),
    "investment": ("investment_cost",),
    "running_cost": ("variable_cost",),
    "tied_to": ("capacity_follows",),
    "ratio": ("capacity_ratio",),
}
_STORAGE_COLUMNS: NewNames = {"retention": ("hourly_retention",), "duration": ("max_hours",)}
_VEHICLE_COLUMNS: NewNames = {"store": ("battery_capacity",), "charger": ("charger_power",)}
_PER_KM: NewNames = {"investment_per_km": ("investment_cost_per_km",)}
# One minimum of a technology served plants and storages alike; each has a column of its own now.
COLUMNS: dict[str, NewNames] = {
    "technologies": {
        **_ASSET_COLUMNS,
        **_STORAGE_COLUMNS,
        **_VEHICLE_COLUMNS,
        **_PER_KM,
        "minimum": ("min_load", "min_level"),
    },
    "conversions": _ASSET_COLUMNS | {"minimum": ("min_load",)},
    "storages": _ASSET_COLUMNS | _STORAGE_COLUMNS | {"minimum": ("min_level",)},
    "links": _ASSET_COLUMNS | _PER_KM,
    "vehicles": {
        **_ASSET_COLUMNS,
        **_VEHICLE_COLUMNS,
        "flexible": ("smart_charging_share",),
        "gives_back": ("vehicle_to_grid_share",),
    },
    "markets": {
        "buy_most": ("max_purchase",),
        "sell_most": ("max_sale",),
        "yearly_most": ("max_yearly_purchase",),
        "yearly_least": ("min_yearly_purchase",),
    },
    "fleets": {"driving": ("driving_profile",), "plugged": ("plugged_in_profile",)},
    "limit_terms": {"multiplier": ("coefficient",)},
    "carriers": {"surplus": ("allow_spill",)},
}
CELLS = {
    ("limits", "sense"): {"most": "max", "least": "min"},
    ("limit_terms", "quantity"): {
        "added": "capacity_added",
        "bought": "purchase",
        "sold": "sale",
        "sent": "flow_forward",
        "land": "land_use",
    },
}
# The key and the group of a setting; a group within perspectives has any name.
SETTINGS = {
    ("", "detour"): "detour_factor",
    ("time", "follow"): "clustering_profiles",
    ("time", "steps_a_day"): "steps_per_day",
    ("time", "weather"): "weather_year",
    ("perspectives.*", "counts"): "cost_components",
}
SLIDER_KEYS = {"least": "min", "most": "max", "how": "mode", "start": "default"}

# Called with an old name and today's.
Report = Callable[[str, str], None]


def current_columns(table: str, name: str) -> tuple[str, ...]:
    """Returns today's names of a column; a name that was not renamed is returned as it is."""
    return COLUMNS.get(table, {}).get(name, (name,))


def current_cell(table: str, column: str, text: str) -> str:
    """Returns today's word for a cell."""
    return CELLS.get((table, column), {}).get(text.strip(), text)


def current_setting(group: str, name: str) -> str:
    """Returns today's name of a setting in a group such as ``perspectives.company``."""
    renamed = (
        new
        for (groups, old), new in SETTINGS.items()
        if old == name and fnmatch.fnmatchcase(group, groups)
    )
    return next(renamed, name)


def current_settings(content: Mapping[str, Any], report: Report, group: str = "") -> dict[str, Any]:
    """Returns the content of ``case.toml`` with today's names of its settings.

    A renamed setting stays as it is, to be refused, where its new name is present as well.
    """
    result: dict[str, Any] = {}
    for name, value in content.items():
        new = current_setting(group, name)
        if new != name and new not in content:
            report(".".join(filter(None, (group, name))), new)
            result[new] = value
        elif isinstance(value, Mapping) and (name in ("time", "perspectives") or group):
            result[name] = current_settings(value, report, ".".join(filter(None, (group, name))))
        else:
            result[name] = value
    return result


def current_patterns(table: Table, pattern: str, is_old_case: bool) -> tuple[str, ...]:
    """Returns patterns that match today's names of the columns that a pattern was written for.

    A pattern with wildcards that matches a column of today is one of release 0.1 only in a case
    that has other old names.
    """
    names = [column.name for column in table.columns]
    matching = fnmatch.filter(names, pattern)
    if matching and (not is_old_case or pattern in names):
        return (pattern,)
    renamed = COLUMNS.get(table.name, {})
    old_names = {new: old for old, new_names in renamed.items() for new in new_names}
    meant = [name for name in names if fnmatch.fnmatchcase(old_names.get(name, name), pattern)]
    return (pattern,) if not meant or meant == matching else tuple(meant)


def current_rows(table: Table, rows: str) -> str:
    """Returns a pattern of rows with today's words in the parts of the key."""
    parts = rows.split(":", len(table.key) - 1)
    pairs = zip(table.key, parts, strict=False)
    return ":".join(current_cell(table.name, column, part) for column, part in pairs)


def current_addresses(
    address: str, tables: Iterable[Table], is_old_case: bool = False
) -> tuple[str, ...]:
    """Returns the addresses of today that stand for an address ``table.row.column``."""
    table_name, _, row_and_column = address.partition(".")
    rows, _, column = row_and_column.rpartition(".")
    if table_name == "case":
        return (f"case.{rows}{'.' if rows else ''}{current_setting(rows, column)}",)
    table = next((table for table in tables if table.name == table_name), None)
    if table is None or not rows:
        return (address,)
    patterns = current_patterns(table, column, is_old_case)
    return tuple(f"{table_name}.{current_rows(table, rows)}.{pattern}" for pattern in patterns)


def current_source_cell(
    header: str, text: str, table_pattern: str, tables: Iterable[Table], is_old_case: bool
) -> str:
    """Returns a cell of ``sources.csv``, as written or with today's names."""
    matching = [table for table in tables if fnmatch.fnmatchcase(table.name, table_pattern)]
    patterns = text.split()
    result = patterns
    if header == "rows" and len(matching) == 1:
        result = [current_rows(matching[0], pattern) for pattern in patterns]
    elif header == "columns":
        result = _source_columns(table_pattern, patterns, matching, is_old_case)
    return text if result == patterns else " ".join(result)


def _source_columns(
    table_pattern: str, old_patterns: Iterable[str], matching: list[Table], is_old_case: bool
) -> list[str]:
    result: dict[str, None] = {}
    for pattern in old_patterns:
        patterns: dict[str, None] = {}
        for table in matching:
            patterns |= dict.fromkeys(current_patterns(table, pattern, is_old_case))
        if table_pattern == "case":
            patterns = {_any_setting(pattern): None}
        if len(patterns) > 1 and not any(pattern in table for table in matching):
            patterns.pop(pattern, None)  # the name of no table any more
        result |= patterns or {pattern: None}
    return list(result)


def current_slider(
    entry: Mapping[str, Any], tables: Iterable[Table], is_old_case: bool, report: Report
) -> dict[str, Any]:
    """Returns an entry of ``sliders.toml`` with today's names of its keys and in its address."""
    result: dict[str, Any] = {}
    for key, value in entry.items():
        new = SLIDER_KEYS.get(key, key)
        if new != key:
            report(key, new)
        result[new] = value
    addresses = current_addresses(str(entry.get("address", "")), tables, is_old_case)
    if len(addresses) == 1 and addresses[0] != entry.get("address", ""):
        report(entry["address"], addresses[0])
        result["address"] = addresses[0]
    return result


def _any_setting(name: str) -> str:
    """Returns today's name of a setting of any group."""
    return next((new for (_, old), new in SETTINGS.items() if old == name), name)
