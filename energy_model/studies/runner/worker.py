"""Answering: one case of a study, answered in whatever process works on it.

A process keeps the built problem and the place where answers begin between cases; what it returns is plain: numbers by
name, and the run's files packed, so that it can come from anywhere.
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
MIN_LINK_USE = 1e-4  # what a link carries or has added below which it is rounding
Arrays = dict[str, np.ndarray]
SNAPSHOT: tuple[CaseSnapshot, Arrays | None] | None = None
_WORKERS: dict[str, CaseWorker] = {}
_ONE_AT_A_TIME = threading.Lock()  # Pyomo and HiGHS are asked by one thread of a process at a time


class CaseWorker:
    """Where one process answers the cases of one study."""

    def __init__(self, ground: CaseSnapshot, start: highs.WarmStart | None = None) -> None:
        place = ground.unpacked()
        weakref.finalize(self, shutil.rmtree, place, ignore_errors=True)
        self.series = CaseSolver(
            place, ground.scenario, ground.changes, ground.resolution, ground.watched, ground.extend, start
        )  # fmt: skip

    def first(self, progress: Any = None) -> QueryResult:
        """The case as it stands; where all begin is known afterwards."""
        return self.series.ask(progress=progress)

    def answer(
        self, case: StudyCase, keep_run: bool, begin: highs.WarmStart | None = None
    ) -> tuple[dict[str, Any], bytes | None]:
        """What is found for a case, and its run's files if they are wanted and its cost is least."""
        begun = time.monotonic()
        try:
            asked = self.series.ask(case.changes, case.scenario, case.question, start=begin)
            run = asked.run()
        except WriteError:
            raise
        except InputError as fault:
            return _failure(FAULTY, " ".join(str(f) for f in fault.issues), begun), None
        except NoSolutionError as none:
            return _failure(none.status, " ".join(none.sentences), begun), None
        except ConsistencyError as wrong:
            return _failure(INCONSISTENT, str(wrong), begun), None
        found = _result(asked, run, case.question)
        packed = _packed(run) if keep_run and not case.question.least else None
        return found | {"seconds": round(time.monotonic() - begun, 3)}, packed


def _failure(status: str, reason: str, begun: float) -> dict[str, Any]:
    return {
        "status": status,
        "reason": reason,
        "objective": None,
        "seconds": round(time.monotonic() - begun, 3),
    }


def _result(asked: QueryResult, run: Run, question: Query) -> dict[str, Any]:
    """The numbers of an answer; prices only where it is the cost there is least of."""
    sizes = run.tables["capacities"][["capacity", "added", "retired", "yearly_cost"]]
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
        "headline": headline,
        "quantities": asked.quantities,
        "prices": asked.prices,
        "assets": {str(asset): [float(v) for v in row] for asset, row in zip(sizes.index, sizes.to_numpy(), strict=True)},
        "carried": _carried(run),
        "violation": max(certificate.row_violation, certificate.bound_violation) if certificate else None,
        "method": asked.answer.method,
    }  # fmt: skip


def _carried(run: Run) -> dict[str, float]:
    """What each link carries in the year, or has been added; nothing where it is not needed."""
    links = run.tables["capacities"].query("table == 'links'")
    used = np.maximum(links["used"].to_numpy(float), links["added"].to_numpy(float))
    return {
        str(link): float(u) for link, u in zip(links.index, used, strict=True) if u > MIN_LINK_USE
    }


def _packed(run: Run) -> bytes:
    """The files of a run."""
    with tempfile.TemporaryDirectory(prefix="energy_model_") as folder:
        path = run_files.save(run, Path(folder) / "run")
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
            for part in sorted(path.iterdir()):
                packed.write(part, part.name)
        return file.getvalue()


# --- in a process of its own --------------------------------------------------------------------------


def initialize_worker(
    ground: CaseSnapshot, start: Arrays | None, parent: int | None = None
) -> None:
    """Tells a new process what it stands on; it ends when the process that began it does."""
    global SNAPSHOT  # noqa: PLW0603 - a process works on one case
    SNAPSHOT = (ground, start)
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def solve_case(
    given: tuple[CaseSnapshot, Arrays | None] | None, case: StudyCase, keep_run: bool, begin: Arrays | None = None,
) -> tuple[dict[str, Any], bytes | None, Arrays | None]:  # fmt: skip
    """Answers a case in this process, on the ground given or the one it stands on; gives its end back if it is an anchor."""
    with _ONE_AT_A_TIME:
        known = given or SNAPSHOT
        if known is None:
            raise ValueError("this process stands on no ground")
        ground, start = known
        if ground.digest not in _WORKERS:
            _WORKERS.clear()
            _WORKERS[ground.digest] = CaseWorker(ground, highs.WarmStart.unpacked(start) if start is not None else None)  # fmt: skip
        at = (
            highs.WarmStart()
            if case.anchor
            else None
            if begin is None
            else highs.WarmStart.unpacked(begin)
        )
        with one_thread():
            found, run = _WORKERS[ground.digest].answer(case, keep_run, at)
            return found, run, at.packed() if case.anchor and at is not None else None


@contextmanager
def one_thread() -> Iterator[None]:
    """Within, the solver and linear algebra use one thread, as many everywhere: sums then have the same last digit."""
    threads, highs.SOLVER_THREADS = highs.SOLVER_THREADS, 1
    try:
        with threadpool_limits(1):
            yield
    finally:
        highs.SOLVER_THREADS = threads
