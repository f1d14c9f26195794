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
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from energy_model.common.atomic_write import WriteError
from energy_model.common.errors import InputError
from energy_model.optimization import highs
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.results import run_files
from energy_model.results.run import Run
from energy_model.results.solution_tables import ConsistencyError
from energy_model.solving.case_solver import CaseSolver, Query, QueryResult
from energy_model.studies.runner.case_spec import CaseSnapshot, StudyCase

FAULTY, INCONSISTENT = "faulty inputs", "inconsistent"
MIN_LINK_USE = 1e-4  # flow or added capacity of a link below which it is rounding
Arrays = dict[str, np.ndarray]
SNAPSHOT: tuple[CaseSnapshot, Arrays | None] | None = None
_WORKERS: dict[str, CaseWorker] = {}
_ONE_AT_A_TIME = threading.Lock()  # Pyomo and HiGHS run in one thread of a process at a time


class CaseWorker:
    """Solves the cases of one study in one process."""

    def __init__(self, ground: CaseSnapshot, start: highs.WarmStart | None = None) -> None:
        folder = ground.unpacked()
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.series = CaseSolver(
            folder,
            ground.scenario,
            ground.changes,
            ground.resolution,
            ground.watched,
            ground.extend,
            start,
        )

    def first(self, progress: Any = None) -> QueryResult:
        """The solution of the unchanged case; afterwards the warm start is known."""
        return self.series.ask(progress=progress)

    def answer(
        self, case: StudyCase, keep_run: bool, begin: highs.WarmStart | None = None
    ) -> tuple[dict[str, Any], bytes | None]:
        """The result of a case, and its run's packed files if they are requested and the objective is cost."""
        started = time.monotonic()
        try:
            query_result = self.series.ask(case.changes, case.scenario, case.question, start=begin)
            run = query_result.run()
        except WriteError:
            raise
        except InputError as error:
            return _failure(FAULTY, " ".join(str(issue) for issue in error.issues), started), None
        except NoSolutionError as infeasible:
            return _failure(infeasible.status, " ".join(infeasible.sentences), started), None
        except ConsistencyError as inconsistency:
            return _failure(INCONSISTENT, str(inconsistency), started), None
        result = _result(query_result, run, case.question)
        packed = _packed(run) if keep_run and not case.question.least else None
        return result | {"seconds": round(time.monotonic() - started, 3)}, packed


def _failure(status: str, reason: str, begun: float) -> dict[str, Any]:
    return {
        "status": status,
        "reason": reason,
        "objective": None,
        "seconds": round(time.monotonic() - begun, 3),
    }


def _result(asked: QueryResult, run: Run, question: Query) -> dict[str, Any]:
    """The numbers of a solution; prices only where the objective is cost."""
    sizes = run.tables["capacities"][
        ["capacity", "capacity_added", "capacity_retired", "yearly_cost"]
    ]
    headline = {
        name: value
        for name, value in run.summary.items()
        if not (question.least and name.endswith("_price"))
    }
    certificate = asked.answer.certificate
    return {
        "status": asked.answer.status,
        "reason": "",
        "objective": asked.cost,
        "summary": headline,
        "quantities": asked.quantities,
        "prices": asked.prices,
        "assets": {
            str(asset): [float(size) for size in row]
            for asset, row in zip(sizes.index, sizes.to_numpy(), strict=True)
        },
        "carried": _carried(run),
        "violation": max(certificate.row_violation, certificate.bound_violation)
        if certificate
        else None,
        "method": asked.answer.method,
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


def _packed(run: Run) -> bytes:
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
    ground: CaseSnapshot, start: Arrays | None, parent: int | None = None
) -> None:
    """Sets the snapshot of a new worker process; the process ends when its parent does."""
    global SNAPSHOT  # noqa: PLW0603 - a process works on one study
    SNAPSHOT = (ground, start)
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def solve_case(
    given: tuple[CaseSnapshot, Arrays | None] | None,
    case: StudyCase,
    keep_run: bool,
    begin: Arrays | None = None,
) -> tuple[dict[str, Any], bytes | None, Arrays | None]:
    """Solves a case in this process, on the given snapshot or the process's own; returns the final basis too if it is an anchor."""
    with _ONE_AT_A_TIME:
        shared = given or SNAPSHOT
        if shared is None:
            raise ValueError("worker process has not been initialised")
        snapshot, start = shared
        if snapshot.digest not in _WORKERS:
            _WORKERS.clear()
            common_start = highs.WarmStart.unpacked(start) if start is not None else None
            _WORKERS[snapshot.digest] = CaseWorker(snapshot, common_start)
        warm_start = (
            highs.WarmStart()
            if case.anchor
            else None
            if begin is None
            else highs.WarmStart.unpacked(begin)
        )
        with one_thread():
            result, run = _WORKERS[snapshot.digest].answer(case, keep_run, warm_start)
            basis = warm_start if case.anchor else None
            return result, run, basis.packed() if basis is not None else None


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which the solver and linear algebra use one thread, so that sums have the same last digit on every machine."""
    threads, highs.SOLVER_THREADS = highs.SOLVER_THREADS, 1
    try:
        with threadpool_limits(1):
            yield
    finally:
        highs.SOLVER_THREADS = threads
