"""Run: solution tables → one solved case with dataset, tables and record, in memory or read from a folder."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import xarray as xr

from energy_model.case.system import System
from energy_model.common.language import N_, Message
from energy_model.results import summary
from energy_model.results.aggregation_check import aggregation_check, as_records, planned_peaks
from energy_model.results.land_kinds import land_kinds_of, with_kinds
from energy_model.results.simultaneous_operation import operation_warnings, simultaneous_operation
from energy_model.results.solution_tables import SolutionTables

Made = TypeVar("Made")
_version = cache(version)  # of an installed package, which its files tell


@dataclass(repr=False)
class Run:
    """One solved case.

    ``dataset`` holds variables and shadow prices by name and step. ``tables`` holds the yearly results (capacities,
    carriers, costs, emissions, balances, land, and the names in them). ``metadata`` is the record: headline numbers,
    certificate, settings and versions. ``proof`` is the program with its column values, its row duals, and the statuses
    of its basis or None.
    """

    dataset: xr.Dataset
    tables: dict[str, pd.DataFrame]
    metadata: dict[str, Any]
    inputs: dict[str, pd.DataFrame] = field(default_factory=dict)
    path: Path | None = None
    proof: tuple | None = None
    system: System | None = None  # stored with the run, so that its program can be rebuilt
    # cache of run_files.input_tables
    named_inputs: dict[str, pd.DataFrame] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict, compare=False)  # see `once`

    def __repr__(self) -> str:
        name = f"{self.metadata['case']}, {self.metadata['scenario'] or 'base'}"
        return f"Run({name}: {self.metadata['status']}, {self.objective / 1e6:,.1f} MEUR/a, {self.metadata['steps']:,} steps)"

    @property
    def objective(self) -> float:
        """Least cost [EUR/a]."""
        return float(self.metadata["objective"])

    @property
    def summary(self) -> dict[str, float]:
        """The headline numbers of the solution, by name."""
        return with_kinds(self.metadata["summary"], land_kinds_of(self))

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """The result of ``make``, called once and cached in the run under ``name``."""
        if name not in self.kept:
            self.kept[name] = make()
        result: Made = self.kept[name]
        return result


def note_own_rules(run: Run, names: Iterable[str]) -> None:
    """Records in a run that its program has constraints of the user's own, with their names if known."""
    names = sorted(names)
    run.metadata["extended"] = True
    run.metadata["own_rules"] = names
    text = (
        N_(
            "The program has rules of the user's own: {names}. Another run of the same inputs may lack them."
        )
        if names
        else N_(
            "The program has rules of the user's own. Another run of the same inputs may lack them."
        )
    )
    run.metadata["warnings"] = [
        *run.metadata.get("warnings", []),
        Message(text, names=", ".join(names)),
    ]


class Stopwatch:
    """Elapsed time of each part of a computation [s]; the times of a repeated part are summed."""

    def __init__(self) -> None:
        self.marks: dict[str, float] = {}
        self.since = time.monotonic()

    def mark(self, part: str) -> None:
        """Adds the time since the last mark to this part."""
        now = time.monotonic()
        self.marks[part] = round(self.marks.get(part, 0.0) + now - self.since, 3)
        self.since = now


def run_from_solution(results: SolutionTables) -> Run:
    """A run from solution tables. ConsistencyError if these are inconsistent (`SolutionTables.check`)."""
    results.check()
    problem, answer = results.problem, results.answer
    tables = {
        "capacities": summary.capacities(results),
        "carriers": summary.carriers(results),
        "costs": results.costs,
        "emissions": results.emissions,
        "balances": results.balances,
        "land": summary.land(results),
        "names": results.owners,
    }
    inputs = {name: frame for name, frame in problem.system.frames.items() if len(frame)}
    return Run(
        results.dataset,
        tables,
        _metadata(results, tables),
        inputs,
        proof=(problem.lp, answer.x, answer.prices, answer.basis),
        system=problem.system,
    )


def _metadata(results: SolutionTables, tables: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """The content of metadata.json."""
    system, answer = results.problem.system, results.answer
    headline = summary.headline(results, tables["capacities"], tables["carriers"], tables["land"])
    rows, columns = results.problem.lp.A.shape
    peaks = results.problem.lp.constraints.get("peak_supply")
    return {
        "case": system.settings.name,
        "scenario": system.scenario,
        "scenario_titles": dict(system.scenario_titles),
        "changes": list(system.changes),
        "status": answer.status,
        "objective": answer.objective,
        "net_emissions": headline["net_emissions"],
        "summary": headline,
        "certificate": answer.certificate.as_dict() if answer.certificate else None,
        "steps": len(system.steps.length),
        "time_aggregation": as_records(aggregation_check(system)),
        "planned_peaks": planned_peaks(system, peaks.labels if peaks else ()),
        "size": {"rows": rows, "columns": columns, "entries": int(results.problem.lp.A.nnz)},
        "solver": {
            "name": answer.solver,
            "version": _version("highspy") if answer.solver == "HiGHS" else answer.version,
            "method": answer.method,
            "iterations": answer.iterations,
            "seconds": round(answer.seconds, 3),
        },
        "read_by_pyomo": dict(results.problem.read_by_pyomo),
        "warnings": operation_warnings(
            simultaneous_operation(results.dataset, system.frames, results.owners)
        ),
        "settings": system.settings.model_dump(mode="json"),
        "digest": system.digest,
        "versions": {
            name: _version(name)
            for name in (
                "energy_model",
                "pyomo",
                "highspy",
                "pandas",
                "xarray",
                "numpy",
                "scikit-learn",
            )
        }
        | {"python": platform.python_version()},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
