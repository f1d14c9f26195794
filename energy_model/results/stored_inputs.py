"""Stored inputs: a system → the input groups of a run's file, bit-exact; these groups → the system.

They are the groups ``inputs``, ``profiles`` and ``steps`` of a run's ``results.nc``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.case.fingerprint import fingerprint
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.schema import Table
from energy_model.case.settings import Settings
from energy_model.case.system import System
from energy_model.case.time_aggregation import DAY, TimeSteps, every_hour
from energy_model.formulation import TABLES

STEP_ARRAYS = ("of_hour", "start", "span", "previous", "days", "day")
COMPRESSED = {"zlib": True, "complevel": 4, "shuffle": True}
MAX_DIGITS = 9  # maximum number of decimals of a profile stored as integers
INPUTS = "/inputs"
GROUPS = (INPUTS, "/profiles", "/steps")


def parts(system: System) -> tuple[dict[str, xr.Dataset], dict[str, Any]]:
    """The groups of a system's inputs by path, and their netCDF encodings."""
    attributes = {
        "settings": json.dumps(system.settings.model_dump(mode="json"), ensure_ascii=False),
        "scenario": system.scenario,
        "changes": json.dumps(list(system.changes), ensure_ascii=False),
    }
    groups = {INPUTS: xr.Dataset(attrs=attributes)}
    for name, frame in system.frames.items():
        if len(frame):
            groups[f"{INPUTS}/{name}"] = _table(frame, name)
    groups["/profiles"], compressed = _profiles(system.profiles)
    arrays = {name: np.asarray(getattr(system.steps, name)) for name in STEP_ARRAYS}
    step_arrays = {
        array_name: array.astype(float if array_name == "span" else np.int32)
        for array_name, array in arrays.items()
        if array.size
    }
    groups["/steps"] = xr.Dataset(
        {
            array_name: (f"{array_name}_{len(array)}", array)
            for array_name, array in step_arrays.items()
        }
    )
    return groups, {
        "/profiles": compressed,
        "/steps": {array_name: COMPRESSED for array_name in step_arrays},
    }


def _table(frame: pd.DataFrame, name: str) -> xr.Dataset:
    """A table as a dataset with the unit and meaning of every column; empty text cells are empty strings."""
    keys = {key: frame.index.get_level_values(key) for key in frame.index.names}
    columns = {}
    for column in _declared(name).columns:
        if column.name not in keys and column.name not in frame:
            continue
        cells = keys[column.name] if column.name in keys else frame[column.name]
        numbers = column.range and not column.hourly
        # an array of objects would be copied through pandas
        values = cells.to_numpy(float) if numbers else np.array([*map(_as_text, cells)], str)
        units = column.unit if column.range else "-"
        columns[column.name] = ("row", values, {"long_name": column.meaning, "units": units})
    return xr.Dataset(columns)


def _as_text(cell: Any) -> str:
    if isinstance(cell, ProfileExpression):
        return str(cell)
    return "" if cell is None or cell != cell else str(cell)


def _declared(name: str) -> Table:
    return next(table for table in TABLES if table.name == name)


def _profiles(profiles: pd.DataFrame) -> tuple[xr.Dataset, dict[str, Any]]:
    """All profiles, as integers with a number of decimals if this is lossless, otherwise as floats; with encodings."""
    as_integers, as_floats = [], []
    for i in range(profiles.shape[1]):
        values = profiles.iloc[:, i].to_numpy(float)
        digits = _digits(values)
        if digits is None:
            as_floats.append((i, values))
        else:
            as_integers.append((i, digits, np.rint(values * 10.0**digits).astype(np.int32)))
    stamps = pd.DatetimeIndex(profiles.index).tz_localize(None).to_numpy()
    attributes = {"long_name": "Start of the hour, UTC"}
    data = xr.Dataset(
        {"hour": ("hour", stamps, attributes)}, attrs={"names": json.dumps(list(profiles.columns))}
    )
    compressed: dict[str, Any] = {"hour": COMPRESSED}
    if as_integers:
        attributes = {
            "long_name": "The profile times 10 to the power of its decimals",
            "units": "1",
        }
        data["whole"] = (
            ("whole_profile", "hour"),
            np.array([array for *_, array in as_integers]),
            attributes,
        )
        data["whole_digits"] = (
            "whole_profile",
            np.array([decimals for _, decimals, _ in as_integers], np.int32),
        )
        data["whole_place"] = ("whole_profile", np.array([i for i, *_ in as_integers], np.int32))
    if as_floats:
        data["real"] = (("real_profile", "hour"), np.array([array for _, array in as_floats]))
        data["real_place"] = ("real_profile", np.array([i for i, _ in as_floats], np.int32))
    for name in ("whole", "real"):
        if name in data and data[name].size:
            compressed[name] = COMPRESSED | {"chunksizes": (1, len(profiles))}
    return data, compressed


def _digits(values: np.ndarray) -> int | None:
    """Number of decimals with which integers represent a profile bit-exactly; None if there is none."""
    if not np.isfinite(values).all():
        return None
    for digits in range(MAX_DIGITS + 1):
        integers = np.rint(values * 10.0**digits)
        if np.abs(integers).max(initial=0.0) >= 2**31:
            return None
        if (integers.astype(np.int32) / 10.0**digits).tobytes() == values.tobytes():
            return digits
    return None


# --- read back ----------------------------------------------------------------------------------------


def system_of(groups: Mapping[str, xr.Dataset]) -> System:
    """The system of a run's stored inputs by path, as `netcdf_file.read` gives them, with its recomputed fingerprint.

    Raises:
        KeyError, ValueError: A part is missing or is not in the form that `parts` writes.
    """
    inputs, stored_profiles, stored_steps = (groups[group] for group in GROUPS)
    settings = Settings.model_validate(json.loads(inputs.attrs["settings"]))
    profiles = _profiles_of(stored_profiles)
    frames = {table.name: frame_of(groups, table) for table in TABLES}
    steps = _steps_of(stored_steps, len(profiles))
    return System(
        settings,
        str(inputs.attrs["scenario"]),
        frames,
        profiles,
        steps,
        pd.DataFrame(),
        tuple(map(str, json.loads(inputs.attrs["changes"]))),
        fingerprint(frames, profiles, settings),
    )


def has_all(groups: Mapping[str, xr.Dataset]) -> bool:
    """Whether a run stores profiles and steps; runs written before version 0.2 store only tables."""
    return all(group in groups for group in GROUPS)


def frame_of(groups: Mapping[str, xr.Dataset], table: Table) -> pd.DataFrame:
    """A table as in `System.frames`: keys as index, profile expressions in hourly cells, floats in numeric ones."""
    columns = [column for column in table.columns if column.name not in table.key]
    kinds = {declared.name: float for declared in columns if declared.range and not declared.hourly}
    data = groups.get(f"{INPUTS}/{table.name}")
    if data is None:
        keys: list[list[str]] = [[] for _ in table.key]
        index = (
            pd.MultiIndex.from_arrays(keys, names=table.key)
            if len(table.key) > 1
            else pd.Index([], name=table.key[0], dtype=object)
        )
        empty = pd.DataFrame([], columns=[declared.name for declared in columns], dtype=object)
        return empty.set_axis(index).astype(kinds)
    names = [list(map(str, data[name].to_numpy())) for name in table.key]
    rows: pd.Index = (
        pd.MultiIndex.from_arrays(names, names=table.key)
        if len(names) > 1
        else pd.Index(names[0], name=table.key[0], dtype=object)
    )
    columns_of_frame = {}
    for column in columns:
        if column.name not in data:  # a column that was added after the run
            kind = kinds.get(column.name, object)
            columns_of_frame[column.name] = pd.Series(
                [column.fallback] * len(rows), rows, dtype=kind
            )
            continue
        cells = data[column.name].to_numpy()
        if column.name in kinds:
            columns_of_frame[column.name] = pd.Series(cells.astype(float), rows)
        else:
            values = [_cell(str(cell), column.hourly) for cell in cells]
            columns_of_frame[column.name] = pd.Series(values, rows, dtype=object)
    return pd.DataFrame(columns_of_frame, index=rows)


def _cell(text: str, hourly: bool) -> Any:
    if not text:
        return None
    if not hourly:
        return text
    return (
        ProfileExpression(offset=float(text))
        if text in ("inf", "-inf")
        else ProfileExpression.parse(text)
    )


def _profiles_of(data: xr.Dataset) -> pd.DataFrame:
    names = json.loads(data.attrs["names"])
    values = np.full((len(names), data.sizes["hour"]), np.nan)
    places: list[int] = []
    if "whole" in data:
        digits = data["whole_digits"].to_numpy()[:, None]
        values[data["whole_place"].to_numpy()] = data["whole"].to_numpy() / 10.0**digits
        places += data["whole_place"].to_numpy().tolist()
    if "real" in data:
        values[data["real_place"].to_numpy()] = data["real"].to_numpy()
        places += data["real_place"].to_numpy().tolist()
    if sorted(places) != list(range(len(names))):
        raise ValueError("profiles are missing or stand twice")
    hours = pd.DatetimeIndex(data["hour"].to_numpy()).tz_localize("UTC").rename("hour")
    return pd.DataFrame({name: values[i] for i, name in enumerate(names)}, index=hours)


def _steps_of(data: xr.Dataset, hours: int) -> TimeSteps:
    arrays = {
        array_name: data[array_name].to_numpy() if array_name in data else np.zeros(0, int)
        for array_name in STEP_ARRAYS
    }
    integers = {name: array.astype(int) for name, array in arrays.items() if name != "span"}
    if any((integers[name] != arrays[name]).any() for name in integers):
        raise ValueError("steps are not whole numbers")
    steps = TimeSteps(span=arrays["span"].astype(float), **integers)
    if not is_partition(steps, hours):
        raise ValueError("the steps do not part the year")
    return steps


def is_partition(steps: TimeSteps, hours: int) -> bool:
    """Whether the steps are a partition of the year as in `TimeSteps`: consecutive, or repeated typical days."""
    count = len(steps.start)
    sizes = {len(steps.span), len(steps.previous), count}
    if sizes != {count} or not 0 < count <= hours or len(steps.of_hour) != hours:
        return False
    if not len(steps.days):
        starts = steps.start
        if starts[0] != 0 or (np.diff(starts) <= 0).any() or starts[-1] >= hours or len(steps.day):
            return False
        return same_steps(steps, TimeSteps.of(starts, hours))
    return hours == len(steps.days) * DAY and same_steps(steps, _repeated(steps))


def _repeated(steps: TimeSteps) -> TimeSteps:
    """The steps recomputed from the typical days of other steps; equal to these if they are valid."""
    day, kind, span = steps.day, steps.days, steps.span.astype(int)
    count = int(kind.max()) + 1
    if len(day) != len(span) or (span <= 0).any() or set(kind) != set(range(count)):
        return every_hour(1)
    if set(day) != set(range(count)) or (np.diff(day) < 0).any():
        return every_hour(1)
    if (np.bincount(day, span, count) != DAY).any():
        return every_hour(1)
    begins = np.cumsum(span) - span
    named = (steps.start // DAY).clip(0, len(kind) - 1)
    of_typical_hour = np.repeat(np.arange(len(span)), span)
    previous = np.arange(-1, len(span) - 1)
    first, last = np.flatnonzero(np.diff(day, prepend=-1)), np.flatnonzero(np.diff(day, append=-1))
    previous[first] = last
    is_consistent = (kind[named] == day) & (named == named[first][day])
    start = np.where(is_consistent, named * DAY + begins % DAY, -1)
    of_hour = of_typical_hour[(kind[:, None] * DAY + np.arange(DAY)).ravel()]
    return replace(steps, of_hour=of_hour, start=start, previous=previous)


def same_steps(one: TimeSteps, other: TimeSteps) -> bool:
    """Whether all arrays of two sets of steps are equal."""
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in STEP_ARRAYS)


def settings_as_record(system: System) -> Mapping[str, Any]:
    """The settings as stored in a record."""
    return json.loads(json.dumps(system.settings.model_dump(mode="json")))
