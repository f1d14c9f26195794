"""Validation: tables and profiles → issues on names, units, profiles and modes across tables."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pandas as pd

from energy_model.case.plausibility import skeleton
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.row_units import check_row_units
from energy_model.case.schema import Column, Table

if TYPE_CHECKING:
    from energy_model.case.input_log import InputLog
    from energy_model.case.settings import Settings

NAMED_ONCE = (
    "conversions",
    "storages",
    "links",
    "vehicles",
    "markets",
    "demands",
    "fleets",
    "limits",
    "residual_emissions",
)
CARRIER_COLUMNS = (
    ("markets", "carrier"),
    ("links", "carrier"),
    ("storages", "carrier"),
    ("demands", "carrier"),
    ("vehicles", "carrier"),
    ("fleets", "service"),
)
ASSETS = ("conversions", "storages", "links", "vehicles")


def validate_tables(
    frames: dict[str, pd.DataFrame],
    tables: Iterable[Table],
    profiles: pd.DataFrame,
    case: Settings,
    reading: InputLog,
) -> None:
    """Adds an issue for every inconsistency between tables, profiles and settings."""
    tables = tuple(tables)
    keys = {table.name: set(frames[table.name].index) for table in tables if len(table.key) == 1}
    keys["assets"] = set().union(*(keys[name] for name in ASSETS if name in keys))
    cells = [cell for frame in frames.values() for name in frame for cell in frame[name]]
    profile_names = sorted(
        {cell.profile for cell in cells if isinstance(cell, ProfileExpression) and cell.profile}
    )
    if profile_names and profiles.empty and "profiles" not in reading.unread:
        reading.unread.add("profiles")
        remedy = f"no profile is here, and cells name {len(profile_names)}: {', '.join(profile_names[:6])}; energy-model timeseries generate makes a year"
        reading.add_issue("profiles/*.csv", remedy)
    for table in tables:
        for column in table.columns:
            if column.names and not _check_unknown_names(column, reading):
                _check_foreign_keys(frames[table.name], table, column, keys, reading)
            if column.hourly and "profiles" not in reading.unread:
                _check_hourly_cells(frames[table.name], table, column, profiles, reading)
    _check_unique_names(frames, reading)
    check_row_units(frames, reading)
    _check_flow_parents(frames, reading)
    _tied_circles(frames, reading)
    links = frames["links"]
    for key in links.index[links["from_site"] == links["to_site"]]:
        remedy = "the link goes from a site to itself; name another site"
        reading.wrong("links", key, "to_site", links.at[key, "to_site"], remedy)
    _emission_carrier(frames, case, reading)
    if "profiles" not in reading.unread:
        _empty_shapes(frames, profiles, reading)
    for name in case.time.clustering_profiles:
        if name not in profiles and "profiles" not in reading.unread:
            reading.add_issue(
                "case.toml",
                "there is no such profile; name columns of profiles/*.csv",
                "",
                "time.clustering_profiles",
                name,
            )
    carriers = frames["carriers"]
    if "carriers" in reading.unread:
        return
    if case.emissions.carrier not in carriers.index:
        if case.emissions.target != "none":
            reading.add_issue(
                "case.toml",
                "it is not in carriers.csv; add the carrier that stands for what reaches the air",
                "",
                "emissions.carrier",
                case.emissions.carrier,
            )
    elif getattr(carriers.at[case.emissions.carrier, "price"], "profile", None):
        reading.wrong(
            "carriers",
            case.emissions.carrier,
            "price",
            carriers.at[case.emissions.carrier, "price"],
            "the price of emitting must be one number",
        )


def _check_unknown_names(column: Column, reading: InputLog) -> bool:
    """Returns whether the table that a column refers to is unread; it has an issue of its own."""
    table_names = ASSETS if column.names == "assets" else (str(column.names),)
    return not reading.unread.isdisjoint(table_names)


def _check_foreign_keys(
    frame: pd.DataFrame, table: Table, column: Column, keys: dict, reading: InputLog
) -> None:
    known_keys = keys.get(str(column.names), set())
    table_names = ASSETS if column.names == "assets" else (str(column.names),)
    known_keys = known_keys.union(*(reading.garbled.get(name, ()) for name in table_names))
    for key, value in zip(frame.index, frame[column.name], strict=True):
        if isinstance(value, str) and value not in known_keys:
            close_names = difflib.get_close_matches(
                value, [str(known_key) for known_key in known_keys], n=2, cutoff=0.5
            )
            hint = f"; nearest are {', '.join(close_names)}" if close_names else ""
            similar_names = [
                known_key for known_key in known_keys if skeleton(str(known_key)) == skeleton(value)
            ]
            if similar_names:
                hint = (
                    f"; '{similar_names[0]}' looks like it and differs in case, blanks or letters"
                )
            file = "the assets" if column.names == "assets" else f"{column.names}.csv"
            reading.wrong(table.name, key, column.name, value, f"it is not in {file}{hint}")


def _check_hourly_cells(
    frame: pd.DataFrame, table: Table, column: Column, profiles: pd.DataFrame, reading: InputLog
) -> None:
    remedies: dict[ProfileExpression, str] = {}
    for key, cell in zip(frame.index, frame[column.name], strict=True):
        if not isinstance(cell, ProfileExpression) or cell.profile is None:
            continue
        if cell not in remedies:
            remedies[cell] = ""
            if cell.profile not in profiles:
                close_names = difflib.get_close_matches(
                    cell.profile, list(profiles), n=2, cutoff=0.5
                )
                remedies[cell] = f"there is no profile '{cell.profile}'" + (
                    f"; nearest are {', '.join(close_names)}" if close_names else ""
                )
            else:
                with np.errstate(divide="ignore", invalid="ignore"):
                    values = cell.values(profiles)
                bad_hours = [
                    hour
                    for hour in (values.argmin(), values.argmax())
                    if not (np.isfinite(values[hour]) and column.holds(float(values[hour])))
                ]
                if bad_hours:
                    remedies[cell] = (
                        f"its value in hour {bad_hours[0]} is {values[bad_hours[0]]:.4g}; {column.remedy_in_hours} in every hour"
                    )
        if remedies[cell]:
            reading.wrong(table.name, key, column.name, cell, remedies[cell])


def _check_unique_names(frames: dict[str, pd.DataFrame], reading: InputLog) -> None:
    first_table: dict[object, str] = {}
    for table in NAMED_ONCE:
        for key in frames[table].index:
            if key in first_table:
                reading.wrong(
                    table,
                    key,
                    frames[table].index.name,
                    key,
                    f"the name stands also in {first_table[key]}; a name means one thing in the whole case",
                )
            first_table.setdefault(key, table)
        for key in frames[table].index:
            if not str(key).isidentifier():
                reading.wrong(
                    table, key, frames[table].index.name, key, "write letters, digits and _ only"
                )


def _check_flow_parents(frames: dict[str, pd.DataFrame], reading: InputLog) -> None:
    if not reading.unread.isdisjoint(("conversions", "technologies", "flows")):
        return
    known = [*frames["conversions"].index, *frames["technologies"].index]
    for table in ("flows", "modes"):
        for key in frames[table].index:
            if key[0] not in known:
                close_names = difflib.get_close_matches(str(key[0]), known, n=2, cutoff=0.5)
                hint = f"; nearest are {', '.join(close_names)}" if close_names else ""
                reading.wrong(
                    table,
                    key,
                    "conversion",
                    key[0],
                    f"it is neither in conversions.csv nor in technologies.csv{hint}",
                )
    owners = {key[0] for key in frames["flows"].index}
    modes_with_flows = {key[:2] for key in frames["flows"].index}
    technology_of = frames["conversions"]["technology"]
    for key in frames["modes"].index:
        technology_mode = (technology_of.get(key[0]), key[1])
        if (
            key[0] in known
            and key not in modes_with_flows
            and technology_mode not in modes_with_flows
        ):
            own_plants = technology_of.index[technology_of == key[0]]
            if not any((plant, key[1]) in modes_with_flows for plant in own_plants):
                remedy = "no row of flows.csv has this mode; write what it takes and makes there"
                reading.wrong("modes", key, "mode", key[1], remedy)
    for key, technology in frames["conversions"]["technology"].items():
        if key not in owners and technology not in owners:
            reading.wrong(
                "conversions",
                key,
                "conversion",
                key,
                "it has no row in flows.csv; write what it takes and makes",
            )


def _tied_circles(frames: dict[str, pd.DataFrame], reading: InputLog) -> None:
    """Adds an issue for assets whose capacities are tied in a cycle and thus undetermined."""
    tied_assets = {
        key: (table, other)
        for table in ASSETS
        for key, other in frames[table]["capacity_follows"].items()
        if isinstance(other, str)
    }
    graph = nx.DiGraph((key, other) for key, (_, other) in tied_assets.items())
    for cycle in nx.simple_cycles(graph):
        key = cycle[0]
        path = " → ".join([*cycle, key])
        remedy = f"capacities are tied in a circle ({path}); leave one of them free"
        reading.wrong(tied_assets[key][0], key, "capacity_follows", tied_assets[key][1], remedy)


def _emission_carrier(frames: dict[str, pd.DataFrame], case: Settings, reading: InputLog) -> None:
    """Adds an issue for rows with the emission carrier, which has no bus."""
    for table, column in CARRIER_COLUMNS:
        for key, carrier in frames[table][column].items():
            if carrier == case.emissions.carrier:
                remedy = "it is the carrier of emissions, which is an account and is not traded, "
                remedy += "moved, stored or wanted; name another carrier, or write what is emitted "
                remedy += "as a flow or an emission_factor"
                reading.wrong(table, key, column, carrier, remedy)


def _empty_shapes(
    frames: dict[str, pd.DataFrame], profiles: pd.DataFrame, reading: InputLog
) -> None:
    """Adds an issue for yearly amounts whose shape is zero in every hour."""
    for table, amount, shape in (
        ("demands", "yearly", "profile"),
        ("fleets", "distance", "driving_profile"),
    ):
        frame = frames[table]
        for key, yearly_amount, cell in zip(frame.index, frame[amount], frame[shape], strict=True):
            if (
                not isinstance(cell, ProfileExpression)
                or not isinstance(yearly_amount, float)
                or yearly_amount <= 0
            ):
                continue
            if cell.profile is not None and cell.profile not in profiles:
                continue
            if not cell.values(profiles).any():
                remedy = f"it is zero in every hour, so {amount} cannot be spread over the year; "
                remedy += f"give another profile, or write {amount} = 0"
                reading.wrong(table, key, shape, cell, remedy)
