"""Load: a folder of tables and a scenario → a `System`, or an error with all issues at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model.case import settings
from energy_model.case.case_spec import CaseSpec
from energy_model.case.checks.changes import warn_of_large_changes
from energy_model.case.checks.file_names import check_file_names
from energy_model.case.checks.plausibility import warn_of_unusual_cells, warn_of_unusual_rows
from energy_model.case.checks.system import check_system
from energy_model.case.checks.tables import check_tables
from energy_model.case.fingerprint import fingerprint
from energy_model.case.input_log import InputLog
from energy_model.case.map_layers import read_map_layers
from energy_model.case.overrides import Override, apply_override, as_overrides
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.profile_reader import read_profiles
from energy_model.case.renamed_inputs import current_addresses, current_cell, current_settings
from energy_model.case.row_units import apply_profile_units
from energy_model.case.scenarios import collect_overrides, scenario_chain
from energy_model.case.schema import Table
from energy_model.case.settings import Settings
from energy_model.case.sources import read_sources
from energy_model.case.system import ASSET_TABLES, System, distance
from energy_model.case.table_reader import read_table
from energy_model.case.tariff_rows import fill_from_all_takers
from energy_model.case.time_aggregation import every_hour
from energy_model.common.errors import InputError

# Columns of an asset that its technology does not fill: they name the asset or its own group.
OWN_COLUMNS = ("label_en", "label_da", "colour")


def load_system(
    folder: str | Path,
    tables: Iterable[Table],
    scenario: str | None = None,
    changes: Iterable[str] | str = (),
    resolution: int | str | None = None,
) -> System:
    """Returns the case of a folder under a scenario and further overrides.

    Args:
        folder: The folder of the case.
        tables: The tables to read.
        scenario: The name of a scenario; None for the default of the case.
        changes: Overrides as ``ADDRESS=VALUE``, applied after those of the scenario.
        resolution: The number of time steps or ``full``; None for the setting of the case.

    Raises:
        InputError: The inputs are invalid; it holds every issue.
    """
    folder, tables, changes = Path(folder), tuple(tables), as_overrides(changes)
    input_log = InputLog()
    case, scenario_name, titles, overrides = _read_settings(
        folder, tables, scenario, changes, resolution, input_log
    )
    check_file_names(folder, [table.name for table in tables], input_log)
    frames = _read_tables(folder, tables, overrides, input_log)
    profiles = read_profiles(folder, case, input_log)
    _fill_defaults(frames, tables, input_log)
    apply_profile_units(frames, tables, input_log)
    for table in tables:
        frames[table.name] = _validated(frames[table.name], table, input_log)
    warn_of_unusual_cells(frames, tables, profiles, input_log)
    check_tables(frames, tables, profiles, case, input_log)
    sources, layers = read_sources(folder, tables, input_log), read_map_layers(folder, input_log)
    if input_log.issues:
        raise InputError(input_log.issues)
    frames = {table.name: _cast(frames[table.name], table) for table in tables}
    _derive_columns(frames, case.detour_factor)
    system = System(
        case,
        scenario_name,
        frames,
        profiles,
        every_hour(len(profiles)),
        sources,
        changes,
        fingerprint(frames, profiles, case),
        cell_origins=input_log.cell_origins,
        former_values=input_log.former_values,
        scenario_titles=titles,
        map_layers=layers,
    )
    if issues := check_system(system, input_log):
        raise InputError(issues)
    warn_of_unusual_rows(system, input_log)
    spec = CaseSpec(folder, scenario, changes, resolution)
    system = replace(system, warnings=input_log.warning_sentences(), spec=spec)
    if case.time.resolution == "full":
        return system
    return replace(system.cut(case.time.resolution), spec=spec)


def _read_settings(
    folder: Path,
    tables: tuple[Table, ...],
    scenario: str | None,
    changes: tuple[str, ...],
    resolution: int | str | None,
    input_log: InputLog,
) -> tuple[Settings, str, dict[str, str], list[Override]]:
    """Returns the settings, the scenario's name and titles by language, and overrides of cells.

    Raises:
        InputError: The folder or a scenario is missing, or a setting without default is invalid.
    """
    if not folder.is_dir():
        remedy = "there is no such folder; name a folder that holds a case.toml"
        raise InputError.at(str(folder), remedy)
    if scenario is not None and not isinstance(scenario, str):
        raise InputError.at("scenario", "name one scenario, or none", value=str(scenario))
    content = current_settings(
        settings.load_toml(folder / "case.toml"),
        lambda old, new: input_log.note_renamed("case.toml", old, new),
    )
    name = scenario if scenario is not None else str(content.get("default_scenario", ""))
    chain = scenario_chain(folder, name, named_by_case=scenario is None)
    overrides = collect_overrides(chain, changes)
    of_settings = [override for override in overrides if override.address.startswith("case.")]
    of_cells = [override for override in overrides if override not in of_settings]
    of_settings = _renamed_overrides(of_settings, tables, input_log)
    for override in of_settings:
        settings.override_setting(content, override)
    origins = {override.address.removeprefix("case."): override.origin for override in of_settings}
    if resolution is not None:
        content.setdefault("time", {})["resolution"] = resolution
        origins["time.resolution"] = "the resolution asked for"
    case = settings.read_settings(content, origins, input_log.issues)
    input_log.setting_origins, input_log.dkk_per_eur = origins, case.dkk_per_eur
    if case.perspective not in case.perspectives:
        remedy = f"there is no such perspective; known are {', '.join(case.perspectives)}"
        input_log.add_issue("case.toml", remedy, "", "perspective", case.perspective)
    titles = {"en": chain[name].title_en, "da": chain[name].title_da} if name else {}
    return case, name, titles, of_cells


def _read_tables(
    folder: Path, tables: tuple[Table, ...], overrides: Iterable[Override], input_log: InputLog
) -> dict[str, pd.DataFrame]:
    """Returns the tables of a case with overrides applied; cells are not yet validated."""
    frames = {table.name: read_table(folder, table, input_log) for table in tables}
    is_unread = bool(input_log.unreadable_tables)
    for override in _renamed_overrides(overrides, tables, input_log):
        changes, issue = apply_override(
            override, frames, tables, input_log.notes.append, input_log.dkk_per_eur
        )
        if issue and not is_unread:
            input_log.issues.append(issue)
        for change in changes:
            input_log.former_values.setdefault(change.cell, change.old_value)
            input_log.cell_origins[change.cell] = f"{override.origin}: {override}"
            if change.implied_unit is not None:
                input_log.header_units[change.cell] = change.implied_unit
        warn_of_large_changes(override, changes, frames, input_log)
    return frames


def _renamed_overrides(
    overrides: Iterable[Override], tables: tuple[Table, ...], input_log: InputLog
) -> list[Override]:
    """Returns overrides with today's names of columns, settings and words."""
    result: list[Override] = []
    for override in overrides:
        addresses = current_addresses(override.address, tables, input_log.is_old_case)
        if addresses != (override.address,):
            input_log.note_renamed(override.origin, override.address, "' and '".join(addresses))
        for address in addresses:
            table, column = address.partition(".")[0], address.rpartition(".")[2]
            value = current_cell(table, column, str(override.value))
            if value != str(override.value):
                input_log.note_renamed(override.origin, str(override.value), value)
            result.append(replace(override, address=address, value=value))
    return result


def _fill_defaults(
    frames: dict[str, pd.DataFrame], tables: Iterable[Table], input_log: InputLog
) -> None:
    """Fills empty cells from the technology of the row, then with the default of the column."""
    technologies = frames.get("technologies")
    for table in tables:
        frame = frames[table.name]
        if not len(frame):
            continue
        if table.name in ASSET_TABLES and technologies is not None and "technology" in table:
            _inherit(frame, table, technologies, input_log)
        for column in table.columns:
            fallback = column.fallback
            if fallback is not None:
                cells = frame[column.name].tolist()
                if any(cell is None for cell in cells):
                    filled_cells = [fallback if cell is None else cell for cell in cells]
                    frame[column.name] = pd.Series(filled_cells, index=frame.index, dtype=object)


def _inherit(
    frame: pd.DataFrame, table: Table, technologies: pd.DataFrame, input_log: InputLog
) -> None:
    """Fills empty cells of assets from their technologies."""
    technology_names = frame["technology"].tolist()
    for column in table.columns:
        name = column.name
        if name not in technologies.columns or name in OWN_COLUMNS:
            continue
        catalogue_values = technologies[name].to_dict()
        cells = frame[name].tolist()
        for i, (row, technology) in enumerate(zip(frame.index, technology_names, strict=True)):
            if cells[i] is None and technology in catalogue_values:
                cells[i] = catalogue_values[technology]
                input_log.inherited[table.name, row, name] = technology
        frame[name] = pd.Series(cells, index=frame.index, dtype=object)


def _validated(frame: pd.DataFrame, table: Table, input_log: InputLog) -> pd.DataFrame:
    columns = (frame[name].tolist() for name in frame)  # quicker than records of pandas
    for key, *cells in zip(frame.index, *columns, strict=True):
        values = {
            name: None if isinstance(cell, float) and np.isnan(cell) else cell
            for name, cell in zip(frame, cells, strict=True)
        }
        for name, value, remedy in table.invalid_cells(values):
            if table.name == "technologies":
                input_log.invalid_technology_cells.add((key, name))
            source = input_log.inherited.get((table.name, key, name))
            if (source, name) in input_log.invalid_technology_cells:
                continue  # reported for the technology
            input_log.add_cell_issue(table.name, key, name, value, remedy)
    return frame


def _cast(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Returns a table with float columns for numbers, and keys in the index only."""
    numbers = {column.name for column in table.columns if column.range and not column.hourly}
    cells = {
        name: pd.Series(column.to_numpy(float), frame.index) if name in numbers else column
        for name, column in frame.items()
        if name not in table.key
    }
    return pd.DataFrame(cells, index=frame.index)


def _derive_columns(frames: dict[str, pd.DataFrame], detour_factor: float) -> None:
    """Fills the derived cells: lengths of links; prices, emission factors and schemes of markets; tariffs."""
    links, sites, markets, carriers = (
        frames[name] for name in ("links", "sites", "markets", "carriers")
    )
    for link in links.index[links["length"].isna()]:
        ends = (sites.loc[links.at[link, end]] for end in ("from_site", "to_site"))
        links.at[link, "length"] = detour_factor * distance(*ends)
    for market, carrier in markets["carrier"].items():
        for name in ("price", "emission_factor"):
            if not isinstance(markets.at[market, name], ProfileExpression):
                markets.at[market, name] = carriers.at[carrier, name]
        if not isinstance(markets.at[market, "sale_price"], ProfileExpression):
            markets.at[market, "sale_price"] = markets.at[market, "price"]
        if not isinstance(markets.at[market, "emission_scheme"], str):
            markets.at[market, "emission_scheme"] = carriers.at[carrier, "emission_scheme"]
    fill_from_all_takers(frames["tariffs"])


def refreshed(system: System, tables: Iterable[Table]) -> System:
    """Returns the system, rebuilt from its tables if they have changed since it was loaded.

    A system caches its digest and the values derived from its tables; a change of the tables
    makes both outdated.

    Raises:
        InputError: A changed cell is not valid in its column.
    """
    digest = fingerprint(system.frames, system.profiles, system.settings)
    if digest == system.digest:
        return system
    tables, input_log = tuple(tables), InputLog(dkk_per_eur=system.settings.dkk_per_eur)
    frames = {table.name: _with_hourly_cells(system[table.name], table) for table in tables}
    with_keys = {
        table.name: frames[table.name].assign(
            **{key: frames[table.name].index.get_level_values(key) for key in table.key}
        )
        for table in tables
    }
    for table in tables:
        _validated(with_keys[table.name], table, input_log)
    check_tables(with_keys, tables, system.profiles, system.settings, input_log)
    if input_log.issues:
        raise InputError(input_log.issues)
    digest = fingerprint(frames, system.profiles, system.settings)
    refreshed_system = replace(system, frames=frames, digest=digest, cache={})
    if issues := check_system(refreshed_system, input_log):
        raise InputError(issues)
    return refreshed_system


def _with_hourly_cells(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Returns a copy of a table with plain numbers of hourly columns as `ProfileExpression`."""
    frame = frame.copy()
    for column in table.columns:
        if column.hourly and column.name in frame:
            cells = [
                ProfileExpression(float(cell)) if isinstance(cell, int | float) else cell
                for cell in frame[column.name].tolist()
            ]
            frame[column.name] = pd.Series(cells, index=frame.index, dtype=object)
    return frame
