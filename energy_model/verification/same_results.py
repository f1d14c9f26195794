"""Same results: the files of a run and the recomputed results → sentences on their differences.

Each sentence names the file, the position, the stored value and the recomputed value.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.case.system import System
from energy_model.results import schema
from energy_model.results.run import Run
from energy_model.results.run_files import KEYS, TABLES, as_dataset
from energy_model.solving.full_year import REACHED

MAX_RELATIVE = 1e-9  # relative tolerance of equal numbers, as sums differ between machines
MAX_OF_LARGEST = 1e-12  # the same, as a share of the largest number of a column
MAX_VIOLATION = 1e-8  # absolute tolerance of gaps and violations, which are shares themselves
SHARES = ("gap", "row_violation", "bound_violation", "price_violation")


def close(one: float, other: float, largest: float = 0.0) -> bool:
    """Whether two numbers are equal within rounding; NaN equals NaN."""
    if one == other or (math.isnan(one) and math.isnan(other)):
        return True
    if not (math.isfinite(one) and math.isfinite(other)):
        return False
    scale = max(abs(one), abs(other))
    return abs(one - other) <= MAX_RELATIVE * scale + MAX_OF_LARGEST * largest


def of_claims(record: Mapping[str, Any], system: System) -> list[str]:
    """Differences of the case described in a record and the system rebuilt from the stored inputs."""
    recomputed = {
        "case": system.settings.name,
        "scenario": system.scenario,
        "changes": list(system.changes),
        "settings": json.loads(json.dumps(system.settings.model_dump(mode="json"))),
        "digest": system.digest,
        "steps": len(system.steps.length),
    }
    return [
        f"metadata.json, {name}{_where(record[name], recomputed[name])}"
        for name in recomputed
        if record[name] != recomputed[name]
    ]


def of_record(record: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """Differences of the numbers of two records."""
    sentences = _of_numbers("summary", record["summary"], again["summary"])
    sentences += _of_numbers("certificate", record["certificate"], again["certificate"])
    sentences += _of_numbers("size", record["size"], again["size"])
    if "time_aggregation" in record:  # runs of earlier versions lack it
        sentences += _of_numbers("time_aggregation", _aggregated(record), _aggregated(again))
    if record.get("planned_peaks", again["planned_peaks"]) != again["planned_peaks"]:
        sentences.append(_said("metadata.json", "planned_peaks", *(", ".join(kept["planned_peaks"]) for kept in (record, again))))  # fmt: skip
    for name in ("objective", "net_emissions"):
        if not close(record[name], again[name], abs(again["objective"])):
            sentences.append(_said("metadata.json", name, record[name], again[name]))
    if record["status"] != again["status"]:
        sentences.append(_said("metadata.json", "status", record["status"], again["status"]))
    return sentences


def _aggregated(record: Mapping[str, Any]) -> dict[str, float | None]:
    """The numbers of the check of the time aggregation in a record, by their names."""
    return {
        ".".join(filter(None, (row["quantity"], row["name"], row["price"], column))): row[column]
        for row in record["time_aggregation"]
        for column in ("year", "steps", "difference")
    }


def of_proof(proof: Mapping[str, Any], found: Mapping[str, Any], reached: bool) -> list[str]:
    """Differences of a proof and the recomputed certificate: numbers and reason for termination."""
    names = ("cost", "bound", "gap")
    sentences = _of_numbers(
        "proof", {name: proof[name] for name in names}, {name: found[name] for name in names}
    )
    if (proof["ended"] == REACHED) != reached:
        sentences.append(
            f"metadata.json, proof.ended: '{proof['ended']}' is stored; the gap is {found['gap']:.3g}, {proof['asked']:.3g} were asked for"
        )
    return sentences


def _where(stored: Any, again: Any) -> str:
    """Position and values of the first difference of two values, which may be nested dicts."""
    if isinstance(stored, dict) and isinstance(again, dict):
        for name in [*again, *(key for key in stored if key not in again)]:
            if name not in stored or name not in again or stored[name] != again[name]:
                return f".{name}{_where(stored.get(name), again.get(name))}"
    return f": stored {_plain(stored)}, recomputed {_plain(again)}"


def _of_numbers(part: str, stored: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    sentences = []
    for name in [*again, *(key for key in stored if key not in again)]:
        one, other = stored.get(name), again.get(name)
        if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
            same = one == other
        elif name in SHARES:
            same = close(one, other, MAX_VIOLATION / MAX_OF_LARGEST)
        else:
            same = close(one, other, abs(again.get("cost", 1.0)))
        if not same:
            sentences.append(_said("metadata.json", f"{part}.{name}", one, other))
    return sentences


def _said(file: str, place: str, stored: Any, again: Any) -> str:
    return f"{file}, {place}: stored {_plain(stored)}, recomputed {_plain(again)}"


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, float | np.floating):
        return f"{float(value):.12g}"
    return str(value)[:80]


# --- tables -------------------------------------------------------------------------------------------


def of_tables(folder: Path, run: Run) -> Iterator[str]:
    """Differences of the CSV tables in a folder and those of a recomputed run."""
    for name in TABLES:
        file = f"{name}.csv"
        text = schema.with_units(run.tables[name], name).to_csv(index=name in KEYS)
        recomputed = _cells(io.StringIO(text))
        try:
            stored = _cells(folder / file)
        except (OSError, ValueError) as error:
            yield f"{file}: it cannot be read ({type(error).__name__})"
            continue
        if list(stored.columns) != list(recomputed.columns):
            yield f"{file}: its columns are {', '.join(stored.columns)}; recomputed are {', '.join(recomputed.columns)}"
        elif len(stored) != len(recomputed):
            yield f"{file}: it has {len(stored)} rows; {len(recomputed)} are recomputed"
        else:
            yield from _of_cells(file, stored, recomputed, len(_keys(name)))


def _keys(name: str) -> list[str]:
    without_index = {
        "costs": ["entry", "decision", "name"],
        "emissions": ["decision", "name"],
        "balances": ["bus", "decision", "name"],
    }
    keys = KEYS.get(name, without_index.get(name, []))
    return [keys] if isinstance(keys, str) else list(keys)


def _cells(source: Any) -> pd.DataFrame:
    return pd.read_csv(source, dtype=object, keep_default_na=False, encoding="utf-8")


def _of_cells(file: str, stored: pd.DataFrame, again: pd.DataFrame, keys: int) -> Iterator[str]:
    """The first difference of each column of two tables of texts."""
    for position, column in enumerate(again):
        one, other = stored.iloc[:, position].to_numpy(), again.iloc[:, position].to_numpy()
        differing = np.flatnonzero(one != other)
        if not len(differing):
            continue
        numbers = pd.to_numeric(again.iloc[:, position], errors="coerce").abs()
        is_numeric = column not in schema.LABELS and numbers.notna().any()
        largest = float(numbers.max()) if is_numeric else 0.0
        differing = np.array(
            [i for i in differing if not _same_text(one[i], other[i], largest)], int
        )
        if len(differing):
            row = ":".join(map(str, again.iloc[differing[0], :keys])) or f"row {differing[0] + 2}"
            more = f" (and {len(differing) - 1} more)" if len(differing) > 1 else ""
            yield _said(file, f"row {row}, {column}", one[differing[0]], other[differing[0]]) + more


def _same_text(one: str, other: str, largest: float) -> bool:
    try:
        return close(float(one), float(other), largest)
    except ValueError:
        return False


# --- dataset ------------------------------------------------------------------------------------------


def of_dataset(
    groups: Mapping[str, xr.Dataset], run: Run, own: Mapping[str, np.ndarray]
) -> Iterator[str]:
    """Differences of the groups of a run's ``results.nc``, by path, and a recomputed run.

    ``own`` holds the duals of constraints that only the stored run has, in the units of its dataset.
    """
    stored_data = groups["/"]
    for name, prices in own.items():
        if (variable := f"shadow_price_{name}") in stored_data:
            stored_prices = stored_data[variable].to_numpy().ravel()
            if stored_prices.shape != prices.shape or not np.allclose(
                stored_prices, prices, MAX_RELATIVE, 0.0
            ):
                yield f"results.nc, {variable}: it is not the price that the stored program has"
            stored_data = stored_data.drop_vars(variable)
    stored_data = stored_data.drop_dims([name for name in own if name in stored_data.dims])
    yield from _of_arrays("results.nc", stored_data, run.dataset)
    for name in TABLES:
        group = f"tables/{name}"
        stored = groups.get(f"/{group}")
        if stored is None:
            yield f"results.nc: there is no {group}"
            continue
        yield from _of_arrays(f"results.nc, {group}", stored, as_dataset(run.tables[name], name))


def _of_arrays(file: str, stored: xr.Dataset, again: xr.Dataset) -> Iterator[str]:
    names = [*again.variables, *(key for key in stored.variables if key not in again.variables)]
    for name in names:
        if name not in stored.variables or name not in again.variables:
            side = "recomputed" if name not in again.variables else "stored"
            yield f"{file}: {name} is not {side}"
            continue
        one, other = stored[name], again[name]
        if one.dims != other.dims or one.shape != other.shape:
            yield f"{file}, {name}: its shape is {dict(one.sizes)}; recomputed is {dict(other.sizes)}"
            continue
        yield from _of_values(f"{file}, {name}", one, other)
        yield from _of_attributes(f"{file}, {name}", one.attrs, other.attrs)
    yield from _of_attributes(file, stored.attrs, again.attrs)


def _of_values(place: str, one: xr.DataArray, other: xr.DataArray) -> Iterator[str]:
    """The first difference of two arrays."""
    stored, recomputed = one.to_numpy().ravel(), other.to_numpy().ravel()
    if not recomputed.size:
        return
    if recomputed.dtype.kind in "iuf" and stored.dtype.kind in "iuf":
        stored, recomputed = stored.astype(float), recomputed.astype(float)
        largest = np.abs(recomputed[np.isfinite(recomputed)]).max(initial=0.0)
        with np.errstate(invalid="ignore"):
            allowed = MAX_RELATIVE * np.abs(recomputed) + MAX_OF_LARGEST * largest
            near = np.isfinite(recomputed) & (np.abs(stored - recomputed) <= allowed)
            same = (stored == recomputed) | (np.isnan(stored) & np.isnan(recomputed)) | near
    elif recomputed.dtype.kind == "M":
        same = (
            stored == recomputed.astype(stored.dtype)
            if stored.dtype.kind == "M"
            else np.zeros(1, bool)
        )
    else:
        same = stored.astype(str) == recomputed.astype(str)
    differing = np.flatnonzero(~np.atleast_1d(same))
    if len(differing):
        i = int(differing[0])
        position = ", ".join(
            str(other[dim].to_numpy()[k]) if dim in other.coords else f"{dim} {k}"
            for dim, k in zip(other.dims, np.unravel_index(i, other.shape), strict=True)
        )
        more = f" (and {len(differing) - 1:,} more)" if len(differing) > 1 else ""
        location = f"{place} at {position}" if position else place
        yield f"{location}: stored {_plain(stored[i])}, recomputed {_plain(recomputed[i])}{more}"


def _of_attributes(place: str, one: Mapping[Any, Any], other: Mapping[Any, Any]) -> Iterator[str]:
    for name in [*other, *(key for key in one if key not in other)]:
        if name == "long_name":  # a description, which another version may word differently
            continue
        stored, recomputed = one.get(name), other.get(name)
        if isinstance(stored, float | np.floating) and isinstance(recomputed, float | np.floating):
            same = close(float(stored), float(recomputed))
        else:
            same = bool(stored == recomputed)
        if not same:
            yield _said(place, f"attribute {name}", stored, recomputed)
