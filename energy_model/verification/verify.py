"""Verification: whether a stored run is what it says, recomputed without a solver.

The stored answer is certified against the stored program. The program is rebuilt from the inputs that the run keeps
and compared with the stored one; tables, dataset and record are recomputed from it and the stored answer, and compared
with the files. What is proven is the case only where all of this holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from energy_model.case.system import System
from energy_model.case.time_aggregation import TimeSteps, every_hour
from energy_model.common.errors import InputError
from energy_model.formulation import build_model
from energy_model.optimization import certificate
from energy_model.optimization.certificate import GAP, Certificate, certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs import OPTIMAL, SolverResult
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results import manifest, stored_inputs
from energy_model.results.damage import readable
from energy_model.results.record import read_record
from energy_model.results.run import Run
from energy_model.results.run_files import find_run
from energy_model.results.solution import FILE, Solution, stored_solution
from energy_model.solving.case_solver import Query, QueryResult, asked_program, with_watched
from energy_model.verification import same_inputs, same_results
from energy_model.verification.same_program import Match, matched

CASE, PROGRAM = "case", "stored program"
CUTTERS = ("scikit-learn", "numpy")  # libraries that choose the steps of the year
NO_INPUTS = (
    "the run keeps no profiles and steps (an earlier version wrote it), so neither its program nor its tables can "
    "be recomputed; name the case with --case, or run it again"
)


@dataclass(frozen=True)
class Verification:
    """What was recomputed of a stored run.

    ``certificate`` is that of the stored program. ``proven_of`` is ``case`` where that program was rebuilt from the
    inputs and is the same, else ``stored program``. ``changed_files`` are not as they were written, or missing;
    ``strange_files`` are in the folder and no part of the run; ``derived_files`` likewise, but made from it, such as
    its page. ``differences`` are sentences on what is stored otherwise than it is recomputed, ``notes`` on what was
    not recomputed; ``recomputed`` tells whether tables, dataset and record were.
    """

    path: Path
    metadata: Mapping[str, Any]
    certificate: Certificate
    proven_of: str
    recomputed: bool
    changed_files: tuple[str, ...] = ()
    strange_files: tuple[str, ...] = ()
    derived_files: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether the run is what it says: nothing changed, all recomputed and the same, feasible and best."""
        wrong = self.changed_files or self.strange_files or self.differences
        return self.holds and self.recomputed and not wrong

    @property
    def holds(self) -> bool:
        """Whether the stored answer is feasible in the stored program and its cost meets the bound."""
        return self.certificate.holds

    @property
    def cost(self) -> float:
        """Cost of the stored answer [EUR/a]."""
        return self.certificate.cost

    @property
    def bound(self) -> float:
        """What no plan of the stored program can cost less than [EUR/a]."""
        return self.certificate.bound

    @property
    def gap(self) -> float:
        """Distance of cost and bound, relative to the cost [1]."""
        return self.certificate.gap

    def as_dict(self) -> dict[str, Any]:
        """Everything recomputed, as plain values."""
        return {
            "run": str(self.path),
            **self.certificate.as_dict(),
            "objective": float(self.metadata["objective"]),
            "proven": self.proven,
            "proven_of": self.proven_of,
            "recomputed": self.recomputed,
            "changed_files": list(self.changed_files),
            "strange_files": list(self.strange_files),
            "derived_files": list(self.derived_files),
            "differences": list(self.differences),
            "notes": list(self.notes),
            "own_rules": list(self.own),
            "question": self.metadata.get("question"),
        }


def verify(path: str | Path, case: System | None = None) -> Verification:
    """Recomputes a stored run from its files, without a solver.

    ``case`` is the case that the run is said to be of, read anew: its inputs are compared with those that the run
    keeps. InputError if there is no run, or its record or program cannot be read at all.
    """
    folder = find_run(path)
    record = read_record(folder / "record.json")
    files = manifest.compare(folder, record)
    with readable(folder / FILE):
        lp, x, prices = certificate.load(folder / FILE)
    work = _Work(folder, record, case)
    found = certify(lp, x, prices)
    if "results.nc" in files.changed:
        work.notes.append("results.nc changed, so nothing is recomputed from it")
    else:
        found = work.recompute(lp, found)
    changed = files.changed
    if work.keeps_inputs and manifest.NAME not in changed and not (folder / manifest.NAME).exists():
        changed = (*changed, manifest.NAME)
    return Verification(
        folder, record, found, CASE if work.recomputed and not work.own else PROGRAM, work.recomputed,
        changed, files.strange, files.derived, tuple(dict.fromkeys(work.differences)), tuple(work.notes), work.own,
    )  # fmt: skip


def modified_files(path: str | Path) -> list[str]:
    """The files of a run that are missing, changed or not listed, and those that say other than what is recomputed."""
    found = verify(path)
    told = [*found.changed_files, *found.strange_files]
    told += [said.split(",")[0].split(":")[0] for said in found.differences]
    return list(dict.fromkeys(told))


@contextmanager
def _tree(file: Path) -> Iterator[xr.DataTree]:
    """A run's dataset, open. InputError if it is damaged."""
    with readable(file):
        tree = xr.open_datatree(file, engine="netcdf4")
    try:
        yield tree
    finally:
        tree.close()


class _Work:
    """One run being recomputed: what differs and what could not be recomputed, in sentences."""

    def __init__(self, folder: Path, record: Mapping[str, Any], case: System | None) -> None:
        self.folder, self.metadata, self.case = folder, record, case
        self.differences: list[str] = []
        self.notes: list[str] = []
        self.own: tuple[str, ...] = ()
        self.recomputed = self.keeps_inputs = False

    def recompute(self, lp: LinearProgram, found: Certificate) -> Certificate:
        """Rebuilds system, program and results and compares each; the certificate with the gap that applies."""
        try:
            with _tree(self.folder / "results.nc") as tree:
                with readable(self.folder / "results.nc"):
                    system = self._system(tree)
                found = replace(found, allowed=self._allowed(lp, system))
                if system is not None:
                    self._claims(system)
                    self._results(tree, system, stored_solution(self.folder), found)
        except InputError as wrong:
            self.differences += [str(fault) for fault in wrong.issues]
        except Exception as wrong:  # noqa: BLE001 - forged inputs may break any rule of the formulation
            said = f"{type(wrong).__name__}: {wrong}"[:200]
            self.differences.append(f"the answer cannot be recomputed from what is stored ({said})")
        return found

    def _system(self, tree: xr.DataTree) -> System | None:
        """The system of the stored inputs, compared with the case; that of the case where the run keeps none."""
        self.keeps_inputs = stored_inputs.has_all(tree)
        if self.keeps_inputs:
            system = stored_inputs.system_of(tree)
            if self.case is not None:
                self.differences += same_inputs.differences(system, self.case)
            return system
        if self.case is None:
            self.notes.append(NO_INPUTS)
            return None
        self.notes.append("the run keeps no profiles and steps; those of the case are taken")
        return self.case.at(every_hour(self.case.hours)) if self._proof_gap is not None else self.case  # fmt: skip

    @property
    def _proof_gap(self) -> float | None:
        return (self.metadata.get("proof") or {}).get("gap")

    def _allowed(self, lp: LinearProgram, system: System | None) -> float:
        """The gap that applies: that asked for of a year proven hour by hour, else that of an optimum."""
        proof = self.metadata.get("proof")
        if not proof:
            return GAP
        asked = float(proof["asked"])
        hours = system.hours if system is not None else self.metadata["settings"]["time"]["hours"]
        if not 0 < asked < 1:
            self.differences.append(f"record.json, proof.asked: {asked:g} is no gap; one lies between 0 and 1")  # fmt: skip
            return GAP
        if self._proof_gap is None:
            return GAP
        steps = len(system.steps.length) if system is not None else self.metadata["steps"]
        if steps != hours or lp.A.shape[1] < hours:
            self.differences.append("record.json, proof: it is of a full year, and the stored program is not")  # fmt: skip
            return GAP
        return max(asked, GAP)

    def _claims(self, system: System) -> None:
        """Compares what the record says of the case, and the steps with those its settings ask for."""
        self.differences += same_results.of_claims(self.metadata, system)
        resolution = system.settings.time.resolution
        hourly = resolution == "full" or self._proof_gap is not None
        wanted: TimeSteps = (
            every_hour(system.hours) if hourly else system.cut(int(resolution)).steps
        )
        if stored_inputs.same_steps(system.steps, wanted):
            return
        versions = self.metadata["versions"]
        if hourly or all(versions.get(name) == version(name) for name in CUTTERS):
            self.differences.append("results.nc, steps: the year is not cut as the settings ask")
        else:
            self.notes.append("the steps of the year are those that other versions of the libraries choose; the plan is proven for the stored ones")  # fmt: skip

    def _results(
        self, tree: xr.DataTree, system: System, program: Solution, found: Certificate
    ) -> None:
        """Compares the stored program with the rebuilt one, and the files with what follows from both."""
        asked = self.metadata.get("question") or {}
        extended = bool(self.metadata.get("extended"))
        question = Query(**{name: _plain(value) for name, value in asked.items() if name != "watched"})  # fmt: skip
        problem = CompiledModel.of(system, build_model(system))
        base = with_watched(problem, asked.get("watched", ()))
        problem = asked_program(base, question)
        match = matched(program, problem, extended)
        self.own, self.differences = match.own, [*self.differences, *match.differences]
        if match.differences:
            return
        if not _in_place(match, program):
            self.notes.append(f"the run has decisions of the user's own ({', '.join(match.own)}), so its tables cannot be recomputed")  # fmt: skip
            return
        problem = problem.with_program(replace(program.lp, variables=problem.lp.variables, constraints=problem.lp.constraints))  # fmt: skip
        cost = float(base.lp.cost @ program.x + base.lp.offset) if question.least else found.cost
        answer = SolverResult(OPTIMAL, program.x, program.prices, "", 0.0, 0, found)
        run = QueryResult(problem, answer, cost, {}, {}).run()
        self._files(tree, system, program, run)
        if proof := self.metadata.get("proof"):
            self._proof(proof, found)

    def _proof(self, proof: Mapping[str, Any], found: Certificate) -> None:
        if proof["gap"] is None:
            wrong = [name for name in ("cost", "bound") if proof[name] is not None]
            self.differences += [f"record.json, proof.{name}: it has no gap" for name in wrong]
            return
        reached = found.gap <= float(proof["asked"])
        self.differences += same_results.of_proof(proof, found.as_dict(), reached)

    def _files(self, tree: xr.DataTree, system: System, program: Solution, run: Run) -> None:
        """Compares record, tables and dataset with those recomputed."""
        length = system.steps.length
        own = {
            name: program.prices[block.all]
            / (np.tile(length, len(block.labels)) if block.by_step else 1.0)
            for name, block in program.lp.constraints.items()
            if name in self.own
        }
        self.differences += same_results.of_record(self.metadata, run.metadata)
        self.differences += same_results.of_tables(self.folder, run)
        self.differences += same_results.of_dataset(tree, run, own)
        self.recomputed = True


def _plain(value: Any) -> Any:
    """A part of a question as `Question` holds it: lists as tuples."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return tuple(_plain(part) for part in value) if isinstance(value, list) else value


def _in_place(match: Match, program: Solution) -> bool:
    """Whether the case's columns are all there are, and its rows stand first."""
    return len(match.columns) == len(program.x) and all(
        np.array_equal(places, np.arange(len(places))) for places in (match.columns, match.rows)
    )
