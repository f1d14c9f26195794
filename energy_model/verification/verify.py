"""Verify: a stored run → its differences from what is recomputed without a solver.

The stored solution is certified against the stored program. The program is rebuilt from the stored inputs and compared
with the stored one. Tables, dataset and record are recomputed from the rebuilt program and the stored solution, and
compared with the files. Optimality is proven for the case only if all of this agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from energy_model.optimization.certificate import MAX_GAP_SHARE, Certificate, certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.highs import OPTIMAL, SolverResult
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results import manifest, netcdf_file, stored_inputs
from energy_model.results.damage import readable
from energy_model.results.record import read_record
from energy_model.results.run import Run
from energy_model.results.run_files import find_run
from energy_model.results.solution import FILE, Solution, stored_solution
from energy_model.solving.case_solver import (
    QueryResult,
    asked_program,
    query_from_record,
    with_watched,
)
from energy_model.verification import same_inputs, same_results
from energy_model.verification.same_program import Match, matched

Groups = Mapping[str, xr.Dataset]  # of a run's file, by path
CASE, PROGRAM = "case", "stored program"
CUTTERS = ("scikit-learn", "numpy")  # libraries that determine the steps of the year
NO_INPUTS = (
    "the run keeps no profiles and steps (an earlier version wrote it), so neither its program nor its tables can "
    "be recomputed; name the case with --case, or run it again"
)


@dataclass(frozen=True)
class Verification:
    """Result of the verification of a stored run.

    ``certificate`` is that of the stored program. ``proven_of`` is ``case`` if the program rebuilt from the inputs is
    equal to it, ``stored program`` otherwise. ``changed_files`` are changed or missing; ``strange_files`` are in the
    folder but not part of the run; ``derived_files`` likewise, but made from the run, such as its page.
    ``differences`` are sentences on stored values that differ from recomputed ones, ``notes`` on what was not
    recomputed. ``recomputed`` is True if tables, dataset and record were recomputed. ``own`` names the constraints
    and variables of the user's own.
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
        """Whether no file changed, all results are recomputed and equal, and the solution is proven optimal."""
        has_differences = self.changed_files or self.strange_files or self.differences
        return self.holds and self.recomputed and not has_differences

    @property
    def holds(self) -> bool:
        """Whether the stored solution is feasible in the stored program and its gap is within the allowed one."""
        return self.certificate.holds

    @property
    def cost(self) -> float:
        """Cost of the stored solution [EUR/a]."""
        return self.certificate.cost

    @property
    def bound(self) -> float:
        """Lower bound on the cost of the stored program [EUR/a]."""
        return self.certificate.bound

    @property
    def gap(self) -> float:
        """Difference of cost and bound, relative to the cost [1]."""
        return self.certificate.gap

    def as_dict(self) -> dict[str, Any]:
        """All results of the verification, as plain values."""
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
            "query": self.metadata.get("query"),
        }


def verify(path: str | Path, case: System | None = None) -> Verification:
    """Recomputes a stored run from its files, without a solver.

    Args:
        path: Folder of a run, or a folder of runs, of which the newest is taken.
        case: The case of the run as loaded from its folder; its inputs are compared with the stored ones.

    Raises:
        InputError: There is no run, or its record or program cannot be read.
    """
    folder = find_run(path)
    record = read_record(folder / "metadata.json")
    files = manifest.compare(folder, record)
    with readable(folder / FILE):
        lp, x, prices = certificate.load(folder / FILE)
    work = _Work(folder, record, case)
    certified = certify(lp, x, prices)
    if "results.nc" in files.changed:
        work.notes.append("results.nc changed, so nothing is recomputed from it")
    else:
        certified = work.recompute(lp, certified)
    changed = files.changed
    if work.keeps_inputs and manifest.NAME not in changed and not (folder / manifest.NAME).exists():
        changed = (*changed, manifest.NAME)
    return Verification(
        path=folder,
        metadata=record,
        certificate=certified,
        proven_of=CASE if work.recomputed and not work.own else PROGRAM,
        recomputed=work.recomputed,
        changed_files=changed,
        strange_files=files.strange,
        derived_files=files.derived,
        differences=tuple(dict.fromkeys(work.differences)),
        notes=tuple(work.notes),
        own=work.own,
    )


def modified_files(path: str | Path) -> list[str]:
    """The files of a run that are missing, changed or not listed, or that differ from the recomputed results."""
    verification = verify(path)
    names = [*verification.changed_files, *verification.strange_files]
    names += [sentence.split(",")[0].split(":")[0] for sentence in verification.differences]
    return list(dict.fromkeys(names))


class _Work:
    """State of the verification of one run: sentences on differences, and on what could not be recomputed."""

    def __init__(self, folder: Path, record: Mapping[str, Any], case: System | None) -> None:
        self.folder, self.metadata, self.case = folder, record, case
        self.differences: list[str] = []
        self.notes: list[str] = []
        self.own: tuple[str, ...] = ()
        self.recomputed = self.keeps_inputs = False

    def recompute(self, lp: LinearProgram, found: Certificate) -> Certificate:
        """Rebuilds and compares system, program and results. Returns the certificate with the allowed gap."""
        try:
            with readable(self.folder / "results.nc"):
                groups = netcdf_file.read(self.folder / "results.nc")
                system = self._system(groups)
            found = replace(found, allowed=self._allowed(lp, system))
            if system is not None:
                self._claims(system)
                self._results(groups, system, stored_solution(self.folder), found)
        except InputError as error:
            self.differences += [str(fault) for fault in error.issues]
        except Exception as error:  # noqa: BLE001 - forged inputs may break any rule of the formulation
            message = f"{type(error).__name__}: {error}"[:200]
            self.differences.append(
                f"the answer cannot be recomputed from what is stored ({message})"
            )
        return found

    def _system(self, groups: Groups) -> System | None:
        """The system of the stored inputs, compared with the case; that of the case if the run stores none."""
        self.keeps_inputs = stored_inputs.has_all(groups)
        if self.keeps_inputs:
            system = stored_inputs.system_of(groups)
            if self.case is not None:
                self.differences += same_inputs.differences(system, self.case)
            return system
        if self.case is None:
            self.notes.append(NO_INPUTS)
            return None
        self.notes.append("the run keeps no profiles and steps; those of the case are taken")
        if self._proof_gap is None:
            return self.case
        return self.case.at(every_hour(self.case.hours))

    @property
    def _proof_gap(self) -> float | None:
        return (self.metadata.get("proof") or {}).get("gap")

    def _allowed(self, lp: LinearProgram, system: System | None) -> float:
        """The allowed gap: the requested one of a full-year run, otherwise that of an optimum."""
        proof = self.metadata.get("proof")
        if not proof:
            return MAX_GAP_SHARE
        requested_gap = float(proof["asked"])
        hours = system.hours if system is not None else self.metadata["settings"]["time"]["hours"]
        if not 0 < requested_gap < 1:
            self.differences.append(
                f"metadata.json, proof.asked: {requested_gap:g} is no gap; one lies between 0 and 1"
            )
            return MAX_GAP_SHARE
        if self._proof_gap is None:
            return MAX_GAP_SHARE
        steps = len(system.steps.length) if system is not None else self.metadata["steps"]
        if steps != hours or lp.A.shape[1] < hours:
            self.differences.append(
                "metadata.json, proof: it is of a full year, and the stored program is not"
            )
            return MAX_GAP_SHARE
        return max(requested_gap, MAX_GAP_SHARE)

    def _claims(self, system: System) -> None:
        """Compares the record with the system, and the stored steps with those that the settings give."""
        self.differences += same_results.of_claims(self.metadata, system)
        resolution = system.settings.time.resolution
        hourly = resolution == "full" or self._proof_gap is not None
        expected: TimeSteps = (
            every_hour(system.hours) if hourly else system.cut(int(resolution)).steps
        )
        if stored_inputs.same_steps(system.steps, expected):
            return
        versions = self.metadata["versions"]
        if hourly or all(versions.get(name) == version(name) for name in CUTTERS):
            self.differences.append("results.nc, steps: the year is not cut as the settings ask")
        else:
            self.notes.append(
                "the steps of the year are those that other versions of the libraries choose; the plan is proven for the stored ones"
            )

    def _results(
        self, groups: Groups, system: System, program: Solution, found: Certificate
    ) -> None:
        """Compares the stored program with the rebuilt one, and the files with the results recomputed from both."""
        stored_query = self.metadata.get("query") or {}
        extended = bool(self.metadata.get("extended"))
        question = query_from_record(stored_query)
        problem = CompiledModel.of(system, build_model(system))
        base = with_watched(problem, stored_query.get("watched", ()))
        problem = asked_program(base, question)
        match = matched(program, problem, extended)
        self.own, self.differences = match.own, [*self.differences, *match.differences]
        if match.differences:
            return
        if not _in_place(match, program):
            self.notes.append(
                f"the run has decisions of the user's own ({', '.join(match.own)}), so its tables cannot be recomputed"
            )
            return
        lp = problem.lp
        lp = replace(program.lp, variables=lp.variables, constraints=lp.constraints)
        problem = problem.with_program(lp)
        cost = float(base.lp.cost @ program.x + base.lp.offset) if question.minimize else found.cost
        answer = SolverResult(OPTIMAL, program.x, program.prices, "", 0.0, 0, found)
        run = QueryResult(problem, answer, cost, {}, {}).run()
        self._files(groups, system, program, run)
        if proof := self.metadata.get("proof"):
            self._proof(proof, found)

    def _proof(self, proof: Mapping[str, Any], found: Certificate) -> None:
        if proof["gap"] is None:
            names = [name for name in ("cost", "bound") if proof[name] is not None]
            self.differences += [f"metadata.json, proof.{name}: it has no gap" for name in names]
            return
        reached = found.gap <= float(proof["asked"])
        self.differences += same_results.of_proof(proof, found.as_dict(), reached)

    def _files(self, groups: Groups, system: System, program: Solution, run: Run) -> None:
        """Compares record, tables and dataset with those recomputed."""
        length = system.steps.length
        own_duals = {
            name: program.prices[block.all]
            / (np.tile(length, len(block.labels)) if block.by_step else 1.0)
            for name, block in program.lp.constraints.items()
            if name in self.own
        }
        self.differences += same_results.of_record(self.metadata, run.metadata)
        self.differences += same_results.of_tables(self.folder, run)
        self.differences += same_results.of_dataset(groups, run, own_duals)
        self.recomputed = True


def _in_place(match: Match, program: Solution) -> bool:
    """Whether the stored program has only the rebuilt columns, and the rebuilt rows are first."""
    return len(match.columns) == len(program.x) and all(
        np.array_equal(places, np.arange(len(places))) for places in (match.columns, match.rows)
    )
