"""Checks of tables: tables, profiles and settings → issues on names, units, profiles and modes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date

import networkx as nx
import numpy as np
import pandas as pd

from energy_model.case.checks.colours import check_colours
from energy_model.case.checks.cost_factors import check_cost_factors
from energy_model.case.checks.plausibility import skeleton
from energy_model.case.checks.tariffs import check_tariff_rows
from energy_model.case.input_log import InputLog
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.row_units import (
    Frames,
    accepted_units,
    capacity_unit_of_row,
    header_unit_of_row,
)
from energy_model.case.schema import Column, Table
from energy_model.case.settings import Settings
from energy_model.case.system import ASSET_TABLES

NAMED_ONCE = (
    "conversions",
    "storages",
    "links",
    "vehicles",
    "markets",
    "demands",
    "fleets",
    "limits",
    "reserve_margins",
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
SUM_NAMES = ("total", "sum", "subtotal", "i alt")


def check_tables(
    frames: dict[str, pd.DataFrame],
    tables: Iterable[Table],
    profiles: pd.DataFrame,
    case: Settings,
    input_log: InputLog,
) -> None:
    """Adds an issue for every inconsistency between tables, profiles and settings."""
    tables = tuple(tables)
    keys = {table.name: set(frames[table.name].index) for table in tables if len(table.key) == 1}
    keys["assets"] = set().union(*(keys[name] for name in ASSET_TABLES if name in keys))
    _check_profiles(frames, profiles, input_log)
    for table in tables:
        for column in table.columns:
            if column.names and not _is_reference_unreadable(column, input_log):
                _check_foreign_keys(frames[table.name], table, column, keys, input_log)
            if column.hourly and "profiles" not in input_log.unreadable_tables:
                _check_hourly_cells(frames[table.name], table, column, profiles, input_log)
    _check_unique_names(frames, input_log)
    _check_sum_rows(frames, tables, input_log)
    _check_row_units(frames, {table.name: table for table in tables}, input_log)
    _check_flow_parents(frames, input_log)
    _check_capacity_cycles(frames, input_log)
    links = frames["links"]
    for key in links.index[links["from_site"] == links["to_site"]]:
        remedy = "the link goes from a site to itself; name another site"
        input_log.add_cell_issue("links", key, "to_site", links.at[key, "to_site"], remedy)
    _check_emission_carrier(frames, case, input_log)
    _check_dates(frames, input_log)
    check_cost_factors(frames, input_log)
    check_tariff_rows(frames["tariffs"], input_log)
    check_colours(frames, input_log)
    if "profiles" not in input_log.unreadable_tables:
        _check_shapes(frames, profiles, input_log)
        for name in case.time.clustering_profiles:
            if name not in profiles:
                remedy = "there is no such profile; name columns of profiles/*.csv"
                input_log.add_issue("case.toml", remedy, "", "time.clustering_profiles", name)


def _check_sum_rows(
    frames: dict[str, pd.DataFrame], tables: Iterable[Table], input_log: InputLog
) -> None:
    """Adds an issue for every row that is named as a sum of the rows above it."""
    for table in tables:
        for key in frames[table.name].index:
            name = key[0] if isinstance(key, tuple) else key
            if str(name).strip().casefold() in SUM_NAMES:
                remedy = "the row is named as a sum of other rows; remove it, or give it a name"
                input_log.add_cell_issue(table.name, key, table.key[0], str(name), remedy)


def _check_dates(frames: dict[str, pd.DataFrame], input_log: InputLog) -> None:
    """Adds an issue for every date of a decision that is no date."""
    for asset, text in frames["decisions"]["date"].items():
        if isinstance(text, str) and not _is_date(text):
            remedy = "write a date as 2025, 2025-12 or 2025-12-04"
            input_log.add_cell_issue("decisions", asset, "date", text, remedy)


def _is_date(text: str) -> bool:
    """Whether a text is a year, a year and month, or a day."""
    try:
        date.fromisoformat(f"{text}{'-01' * (2 - text.count('-'))}")
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}(-\d{2}){0,2}", text) is not None


def _check_profiles(
    frames: dict[str, pd.DataFrame], profiles: pd.DataFrame, input_log: InputLog
) -> None:
    """Adds an issue if cells name profiles and the case has none."""
    if not profiles.empty or "profiles" in input_log.unreadable_tables:
        return
    cells = [cell for frame in frames.values() for name in frame for cell in frame[name]]
    used = [cell.profiles for cell in cells if isinstance(cell, ProfileExpression)]
    names = sorted({name for names_of_cell in used for name in names_of_cell})
    if names:
        input_log.unreadable_tables.add("profiles")
        remedy = f"there is no profile, and cells name {len(names)}: {', '.join(names[:6])}; "
        remedy += "'energy-model timeseries generate' makes a year"
        input_log.add_issue("profiles/*.csv", remedy)


def _is_reference_unreadable(column: Column, input_log: InputLog) -> bool:
    """Returns whether the table that a column refers to is unread; it has an issue of its own."""
    table_names = ASSET_TABLES if column.names == "assets" else (str(column.names),)
    return not input_log.unreadable_tables.isdisjoint(table_names)


def _check_foreign_keys(
    frame: pd.DataFrame, table: Table, column: Column, keys: dict, input_log: InputLog
) -> None:
    known_keys = keys.get(str(column.names), set())
    table_names = ASSET_TABLES if column.names == "assets" else (str(column.names),)
    known_keys = known_keys.union(
        *(input_log.unreadable_rows.get(name, ()) for name in table_names)
    )
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
            input_log.add_cell_issue(
                table.name, key, column.name, value, f"it is not in {file}{hint}"
            )


def _check_hourly_cells(
    frame: pd.DataFrame, table: Table, column: Column, profiles: pd.DataFrame, input_log: InputLog
) -> None:
    remedies: dict[ProfileExpression, str] = {}
    for key, cell in zip(frame.index, frame[column.name], strict=True):
        if not isinstance(cell, ProfileExpression) or not cell.terms:
            continue
        if cell not in remedies:
            remedies[cell] = ""
            unknown = next((name for name in cell.profiles if name not in profiles), None)
            if unknown is not None:
                close_names = difflib.get_close_matches(unknown, list(profiles), n=2, cutoff=0.5)
                remedies[cell] = f"there is no profile '{unknown}'" + (
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
                    value = values[bad_hours[0]]
                    remedies[cell] = f"its value in hour {bad_hours[0]} is {value:.4g}; "
                    remedies[cell] += f"{column.remedy_in_hours} in every hour"
        if remedies[cell]:
            input_log.add_cell_issue(table.name, key, column.name, cell, remedies[cell])


def _check_unique_names(frames: dict[str, pd.DataFrame], input_log: InputLog) -> None:
    first_table: dict[object, str] = {}
    for table in NAMED_ONCE:
        for key in frames[table].index:
            if key in first_table:
                remedy = f"the name is also in {first_table[key]}; rename one of the two, as "
                remedy += "names are unique in a case"
                input_log.add_cell_issue(table, key, frames[table].index.name, key, remedy)
            first_table.setdefault(key, table)
        for key in frames[table].index:
            if not str(key).isidentifier():
                input_log.add_cell_issue(
                    table, key, frames[table].index.name, key, "write letters, digits and _ only"
                )


def _check_row_units(frames: Frames, declared: Mapping[str, Table], input_log: InputLog) -> None:
    """Adds an issue for a header whose unit differs from that of a row's carrier or technology."""
    for (table, key, column), header_unit in input_log.header_units.items():
        row_unit = header_unit_of_row(frames, table, key, column)
        if row_unit is not None and header_unit != row_unit:
            if (table, key, column) in input_log.cell_origins:
                remedy = f"the unit is per {header_unit}, but the unit of this row is {row_unit}; "
                remedy += f"write {' or '.join(accepted_units(frames, table, key, declared[table][column]))}"
            else:
                remedy = f"the unit of the header is {header_unit}, but that of this row is "
                remedy += f"{row_unit}; move it to a file of its own, such as {table}_other.csv, "
                remedy += "with that unit"
            input_log.add_cell_issue(table, key, column, "", remedy)
    for table in ASSET_TABLES:
        for key, technology in frames[table]["technology"].items():
            if technology in frames["technologies"].index:
                technology_unit = frames["technologies"].at[technology, "capacity_unit"]
                row_unit = capacity_unit_of_row(frames, table, key)
                if row_unit is not None and technology_unit != row_unit:
                    remedy = f"the unit of the technology is {technology_unit}, "
                    remedy += f"that of the row is {row_unit}"
                    input_log.add_cell_issue(table, key, "technology", technology, remedy)


def _check_flow_parents(frames: dict[str, pd.DataFrame], input_log: InputLog) -> None:
    if not input_log.unreadable_tables.isdisjoint(("conversions", "technologies", "flows")):
        return
    known = [*frames["conversions"].index, *frames["technologies"].index]
    for table in ("flows", "modes"):
        for key in frames[table].index:
            if key[0] not in known:
                close_names = difflib.get_close_matches(str(key[0]), known, n=2, cutoff=0.5)
                hint = f"; nearest are {', '.join(close_names)}" if close_names else ""
                input_log.add_cell_issue(
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
                remedy = "no row of flows.csv has this mode; write its inputs and outputs there"
                input_log.add_cell_issue("modes", key, "mode", key[1], remedy)
    for key, technology in frames["conversions"]["technology"].items():
        if key not in owners and technology not in owners:
            input_log.add_cell_issue(
                "conversions",
                key,
                "conversion",
                key,
                "it has no row in flows.csv; write its inputs and outputs there",
            )


def _check_capacity_cycles(frames: dict[str, pd.DataFrame], input_log: InputLog) -> None:
    """Adds an issue for assets whose capacities are tied in a cycle and thus undetermined."""
    tied_assets = {
        key: (table, other)
        for table in ASSET_TABLES
        for key, other in frames[table]["capacity_follows"].items()
        if isinstance(other, str)
    }
    graph = nx.DiGraph((key, other) for key, (_, other) in tied_assets.items())
    for cycle in nx.simple_cycles(graph):
        key = cycle[0]
        path = " → ".join([*cycle, key])
        remedy = f"capacities follow each other in a cycle ({path}); clear one capacity_follows"
        input_log.add_cell_issue(
            tied_assets[key][0], key, "capacity_follows", tied_assets[key][1], remedy
        )


def _check_emission_carrier(
    frames: dict[str, pd.DataFrame], case: Settings, input_log: InputLog
) -> None:
    """Adds issues for a missing emission carrier, a price by hour, and rows with the carrier.

    The carrier of emissions has no bus.
    """
    carriers, name = frames["carriers"], case.emissions.carrier
    for table, column in CARRIER_COLUMNS:
        for key, carrier in frames[table][column].items():
            if carrier == name:
                remedy = "it is the carrier of emissions, which is an account and is not traded, "
                remedy += "transported, stored or demanded; name another carrier, or write what is "
                remedy += "emitted as a flow or an emission_factor"
                input_log.add_cell_issue(table, key, column, carrier, remedy)
    if "carriers" in input_log.unreadable_tables:
        return
    if name not in carriers.index:
        if case.emissions.target != "none":
            remedy = "it is not in carriers.csv; add the carrier of emissions"
            input_log.add_issue("case.toml", remedy, "", "emissions.carrier", name)
    elif getattr(price := carriers.at[name, "price"], "terms", None):
        remedy = "the price of emitting must be one number"
        input_log.add_cell_issue("carriers", name, "price", price, remedy)


def _check_shapes(
    frames: dict[str, pd.DataFrame], profiles: pd.DataFrame, input_log: InputLog
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
            if any(name not in profiles for name in cell.profiles):
                continue
            if not cell.values(profiles).any():
                remedy = f"it is zero in every hour, so {amount} cannot be spread over the year; "
                remedy += f"give another profile, or write {amount} = 0"
                input_log.add_cell_issue(table, key, shape, cell, remedy)
