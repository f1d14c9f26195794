"""Worker: one case of a study → its result, solved in whichever process runs it.

A process caches the built model and the warm start between cases. The result is plain data, numbers
by name and the packed files of the run, so that it can come from any machine.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import threading
import time
import weakref
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from energy_model.common.atomic_write import WriteError
from energy_model.common.errors import InputError
from energy_model.optimization import highs
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.optimization.warm_start import WarmStart
from energy_model.results import run_files
from energy_model.results.run import Run
from energy_model.results.solution_tables import ConsistencyError
from energy_model.solving.case_solver import CaseSolver, Query, QueryResult
from energy_model.studies.runner.study_case import CaseSnapshot, StudyCase

FAULTY, INCONSISTENT = "faulty inputs", "inconsistent"
MIN_LINK_USE = 1e-4  # flow or added capacity of a link below which it is rounding
Arrays = dict[str, np.ndarray]
SNAPSHOT: tuple[CaseSnapshot, Arrays | None] | None = None
_WORKERS: dict[str, CaseWorker] = {}
_ONE_AT_A_TIME = threading.Lock()  # Pyomo and HiGHS run in one thread of a process at a time


class CaseWorker:
    """Solves the cases of one study in one process."""

    def __init__(self, snapshot: CaseSnapshot, start: WarmStart | None = None) -> None:
        folder = snapshot.extract()
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.solver = CaseSolver(replace(snapshot.spec, folder=folder), snapshot.watched, start)

    def solve_base(self, progress: Any = None) -> WarmStart:
        """Solves the unchanged case and returns its final basis, the warm start of all cases."""
        with suppress(NoSolutionError):
            self.solver.ask(progress=progress)
        return self.solver.start

    def solve(
        self, case: StudyCase, keep_run: bool, start: WarmStart | None = None
    ) -> tuple[dict[str, Any], bytes | None]:
        """The result of a case, and its run's packed files if they are requested and the objective is cost."""
        started = time.monotonic()
        try:
            query_result = self.solver.ask(case.overrides, case.scenario, case.query, start=start)
            run = query_result.run()
        except WriteError:
            raise
        except InputError as error:
            return _failure(FAULTY, " ".join(str(issue) for issue in error.issues), started), None
        except NoSolutionError as infeasible:
            return _failure(infeasible.status, " ".join(infeasible.sentences), started), None
        except ConsistencyError as inconsistency:
            return _failure(INCONSISTENT, str(inconsistency), started), None
        result = result_of(query_result, run, case.query)
        packed = packed_files(run) if keep_run and not case.query.minimize else None
        return result | {"seconds": round(time.monotonic() - started, 3)}, packed


def _failure(status: str, reason: str, started: float) -> dict[str, Any]:
    return {
        "status": status,
        "reason": reason,
        "objective": None,
        "seconds": round(time.monotonic() - started, 3),
    }


def result_of(query_result: QueryResult, run: Run, query: Query) -> dict[str, Any]:
    """The numbers of a solution; prices only where the objective is cost."""
    sizes = run.tables["capacities"][
        ["capacity", "capacity_added", "capacity_retired", "yearly_cost"]
    ]
    headline = {
        name: value
        for name, value in run.summary.items()
        if not (query.minimize and name.endswith("_price"))
    }
    certificate = query_result.answer.certificate
    return {
        "status": query_result.answer.status,
        "reason": "",
        "objective": query_result.cost,
        "summary": headline,
        "quantities": query_result.quantities,
        "prices": query_result.prices,
        "assets": {
            str(asset): [float(size) for size in row]
            for asset, row in zip(sizes.index, sizes.to_numpy(), strict=True)
        },
        "carried": _carried(run),
        "violation": max(certificate.row_violation, certificate.bound_violation)
        if certificate
        else None,
        "method": query_result.answer.method,
    }


def _carried(run: Run) -> dict[str, float]:
    """What each link carries in the year, or its added capacity if larger; links below the rounding limit are left out."""
    links = run.tables["capacities"].query("table == 'links'")
    used = np.maximum(
        links["yearly_activity"].to_numpy(float), links["capacity_added"].to_numpy(float)
    )
    return {
        str(link): float(amount)
        for link, amount in zip(links.index, used, strict=True)
        if amount > MIN_LINK_USE
    }


def packed_files(run: Run) -> bytes:
    """The files of a run as a zip archive."""
    with tempfile.TemporaryDirectory(prefix="energy_model_") as folder:
        path = run_files.save(run, Path(folder) / "run")
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
            for part in sorted(path.iterdir()):
                packed.write(part, part.name)
        return file.getvalue()


# --- worker processes ------------------------------------------------------------------------------------


def initialize_worker(
    snapshot: CaseSnapshot, start: Arrays | None, parent: int | None = None
) -> None:
    """Sets the snapshot of a new worker process; the process ends when its parent does."""
    global SNAPSHOT  # noqa: PLW0603 - a process works on one study
    SNAPSHOT = (snapshot, start)
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def solve_case(
    shared: tuple[CaseSnapshot, Arrays | None] | None,
    case: StudyCase,
    keep_run: bool,
    start: Arrays | None = None,
) -> tuple[dict[str, Any], bytes | None, Arrays | None]:
    """Solves a case in this process, on the shared snapshot or the process's own.

    Returns the result, the packed run if it is kept, and the final basis if it is a warm start.
    """
    with _ONE_AT_A_TIME:
        shared = shared or SNAPSHOT
        if shared is None:
            raise ValueError("worker process has not been initialised")
        snapshot, base_start = shared
        if snapshot.digest not in _WORKERS:
            _WORKERS.clear()
            _WORKERS[snapshot.digest] = CaseWorker(snapshot, _unpacked(base_start))
        warm_start = WarmStart() if case.is_warm_start else _unpacked(start)
        with one_thread():
            result, run = _WORKERS[snapshot.digest].solve(case, keep_run, warm_start)
        return result, run, warm_start.packed() if case.is_warm_start and warm_start else None


def _unpacked(start: Arrays | None) -> WarmStart | None:
    return None if start is None else WarmStart.unpacked(start)


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which the solver and linear algebra use one thread, so that sums have the same last digit on every machine."""
    threads, highs.SOLVER_THREADS = highs.SOLVER_THREADS, 1
    try:
        with threadpool_limits(1):
            yield
    finally:
        highs.SOLVER_THREADS = threads
