"""Reader: a folder of tables and a scenario → a System, or every fault of every file at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model.case import settings, system_validation, validation
from energy_model.case.file_names import check_file_names
from energy_model.case.fingerprint import fingerprint
from energy_model.case.input_log import InputLog
from energy_model.case.overrides import apply_override, as_overrides
from energy_model.case.plausibility import warn_of_unusual_cells, warn_of_unusual_rows
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.profile_reader import read_profiles
from energy_model.case.profile_units import apply_profile_units
from energy_model.case.schema import Table
from energy_model.case.system import ASSET_TABLES, System, distance
from energy_model.case.table_reader import read_sources, read_table
from energy_model.case.time_aggregation import every_hour
from energy_model.common.errors import InputError


def load_system(
    folder: str | Path,
    tables: Iterable[Table],
    scenario: str | None = None,
    changes: Iterable[str] | str = (),
    resolution: int | str | None = None,
) -> System:
    """The case in a folder under a scenario and further changes (``ADDRESS=VALUE``).

    Raises InputError with every fault found.
    """
    folder, tables, changes = Path(folder), tuple(tables), as_overrides(changes)
    if not folder.is_dir():
        raise InputError.at(
            str(folder), "there is no such folder; name a folder that holds a case.toml"
        )
    if scenario is not None and not isinstance(scenario, str):
        remedy = "name one scenario, or none"
        raise InputError.at("scenario", remedy, value=str(scenario))
    reading, content = InputLog(), settings.load_toml(folder / "case.toml")
    name = scenario if scenario is not None else str(content.get("default_scenario", ""))
    scenarios = settings.scenario_chain(folder, name, named_by_case=scenario is None)
    differences = settings.collect_overrides(scenarios, changes)
    for difference in differences:
        if difference.address.startswith("case."):
            settings.override_setting(content, difference)
    if resolution is not None:
        content.setdefault("time", {})["resolution"] = resolution
    said = {d.address.removeprefix("case."): d.origin for d in differences}
    if resolution is not None:
        said["time.resolution"] = "the resolution asked for"
    case = settings.read_settings(content, said, reading.issues)
    reading.settings_set_by = said
    if case.perspective not in case.perspectives:
        known = ", ".join(case.perspectives)
        reading.add_issue(
            "case.toml",
            f"there is no such perspective; known are {known}",
            column="perspective",
            value=case.perspective,
        )

    reading.dkk_per_eur = case.dkk_per_eur
    check_file_names(folder, [table.name for table in tables], reading)
    frames = {table.name: read_table(folder, table, reading) for table in tables}
    told_twice = bool(reading.unread)
    for difference in differences:
        if not difference.address.startswith("case."):
            changed, fault = apply_override(difference, frames, tables, reading.notes.append)
            if fault and not told_twice:
                reading.issues.append(fault)
            reading.set_by |= dict.fromkeys(changed, f"{difference.origin}: {difference}")
    profiles = read_profiles(folder, case, reading)
    _fill_defaults(frames, tables, reading)
    apply_profile_units(frames, tables, reading)
    for table in tables:
        frames[table.name] = _validated(frames[table.name], table, reading)
    warn_of_unusual_cells(frames, tables, profiles, reading)
    validation.validate_tables(frames, tables, profiles, case, reading)
    sources = read_sources(folder, reading)
    if reading.issues:
        raise InputError(reading.issues)
    frames = {table.name: _cast(frames[table.name], table) for table in tables}
    _derive_columns(frames, case.detour)
    system = System(
        case,
        name,
        frames,
        profiles,
        every_hour(len(profiles)),
        sources,
        changes,
        fingerprint(frames, profiles, case),
    )
    wrong = system_validation.validate_system(system, reading)
    if wrong:
        raise InputError(wrong)
    warn_of_unusual_rows(system, reading)
    system = replace(system, warnings=reading.warned())
    return system if case.time.resolution == "full" else system.cut(case.time.resolution)


def _fill_defaults(
    frames: dict[str, pd.DataFrame], tables: Iterable[Table], reading: InputLog
) -> None:
    """Empty cells take the technology's, then the default."""
    technologies = frames.get("technologies")
    for table in tables:
        frame = frames[table.name]
        if not len(frame):
            continue
        if table.name in ASSET_TABLES and technologies is not None and "technology" in table:
            _inherit(frame, table, technologies, reading)
        for column in table.columns:
            fallback = column.fallback
            if fallback is not None:
                cells = frame[column.name].tolist()
                if any(cell is None for cell in cells):
                    filled = [fallback if cell is None else cell for cell in cells]
                    frame[column.name] = pd.Series(filled, index=frame.index, dtype=object)


def _inherit(
    frame: pd.DataFrame, table: Table, technologies: pd.DataFrame, reading: InputLog
) -> None:
    """Fills empty cells of assets with those of the technologies they name."""
    named = frame["technology"].tolist()
    for column in table.columns:
        name = column.name
        if name not in technologies.columns or name in ("label_en", "label_da"):
            continue
        shared = technologies[name].to_dict()
        cells = frame[name].tolist()
        for i, (row, technology) in enumerate(zip(frame.index, named, strict=True)):
            if cells[i] is None and technology in shared:
                cells[i] = shared[technology]
                reading.inherited[table.name, row, name] = technology
        frame[name] = pd.Series(cells, index=frame.index, dtype=object)


def _validated(frame: pd.DataFrame, table: Table, reading: InputLog) -> pd.DataFrame:
    for key, row in zip(frame.index, frame.to_dict("records"), strict=True):
        values = {
            name: None if isinstance(v, float) and np.isnan(v) else v for name, v in row.items()
        }
        for name, value, remedy in table.wrong_cells(values):
            if table.name == "technologies":
                reading.wrong_in_catalogue.add((key, name))
            source = reading.inherited.get((table.name, key, name))
            if (source, name) in reading.wrong_in_catalogue:
                continue  # told at the technology
            reading.wrong(table.name, key, name, value, remedy)
    return frame


def _cast(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Columns of numbers as numbers; the keys only in the index."""
    kinds = {c.name: float for c in table.columns if c.range and not c.hourly}
    return frame.drop(columns=list(table.key)).astype(kinds)


def _derive_columns(frames: dict[str, pd.DataFrame], detour: float) -> None:
    """What is implied: lengths of links, prices and emission factors of markets."""
    links, sites, markets, carriers = (
        frames[name] for name in ("links", "sites", "markets", "carriers")
    )
    for link in links.index[links["length"].isna()]:
        ends = (sites.loc[links.at[link, end]] for end in ("from_site", "to_site"))
        links.at[link, "length"] = detour * distance(*ends)
    for market, carrier in markets["carrier"].items():
        for name in ("price", "emission_factor"):
            if not isinstance(markets.at[market, name], ProfileExpression):
                markets.at[market, name] = carriers.at[carrier, name]
        if not isinstance(markets.at[market, "sale_price"], ProfileExpression):
            markets.at[market, "sale_price"] = markets.at[market, "price"]


def refreshed(system: System, tables: Iterable[Table]) -> System:
    """The system itself, or, where its tables were changed since it was read, one made of them anew.

    A system remembers what it derives from its tables, and its digest. Both would be those of the
    tables as they were read.

    Raises:
        InputError: A changed cell is not what its column asks for.
    """
    digest = fingerprint(system.frames, system.profiles, system.settings)
    if digest == system.digest:
        return system
    tables, reading = tuple(tables), InputLog(dkk_per_eur=system.settings.dkk_per_eur)
    frames = {table.name: _with_hourly_cells(system[table.name], table) for table in tables}
    with_keys = {
        table.name: frames[table.name].assign(
            **{key: frames[table.name].index.get_level_values(key) for key in table.key}
        )
        for table in tables
    }
    for table in tables:
        _validated(with_keys[table.name], table, reading)
    validation.validate_tables(with_keys, tables, system.profiles, system.settings, reading)
    if reading.issues:
        raise InputError(reading.issues)
    digest = fingerprint(frames, system.profiles, system.settings)
    found = replace(system, frames=frames, digest=digest, cache={})
    if wrong := system_validation.validate_system(found, reading):
        raise InputError(wrong)
    return found


def _with_hourly_cells(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A table in which a plain number of an hourly column is the same number in every hour."""
    frame = frame.copy()
    for column in table.columns:
        if column.hourly and column.name in frame:
            cells = [
                ProfileExpression(float(cell)) if isinstance(cell, int | float) else cell
                for cell in frame[column.name].tolist()
            ]
            frame[column.name] = pd.Series(cells, index=frame.index, dtype=object)
    return frame
