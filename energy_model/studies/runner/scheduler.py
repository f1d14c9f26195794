"""Scheduler: the cases of a study → their stored results.

The set of solved cases does not depend on the executor, and every case starts from the same warm
start, so one worker, several and a cluster give the same table.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import filelock

from energy_model.common.atomic_write import SPACE_ERRORS, WriteError
from energy_model.common.language import N_, Message
from energy_model.optimization import highs
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.optimization.warm_start import WarmStart
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.studies.runner import worker
from energy_model.studies.runner.executors import (
    DaskExecutor,
    Executor,
    ProcessExecutor,
    SerialExecutor,
)
from energy_model.studies.runner.interruption import StudyInterrupted, WorkersLostError
from energy_model.studies.runner.store import StudyStore
from energy_model.studies.runner.study import ExecutionOptions
from energy_model.studies.runner.study_case import CaseSnapshot, StudyCase
from energy_model.studies.runner.worker import Arrays

MIN_REPORTED_SECONDS = 2.0  # s of the first case after which its progress is reported
LOCK_POLL_SECONDS = 0.2  # s between looks at a case that another process works on


class StudyRunner:
    """A running study: its snapshot, its store and its executor."""

    def __init__(
        self, snapshot: CaseSnapshot, store: StudyStore, execution: ExecutionOptions
    ) -> None:
        self.snapshot, self.store, self.execution = snapshot, store, execution
        self.cases: dict[str, StudyCase] = {}  # every case requested so far, by its key, in order
        self._executor: Executor | None = None

    def __enter__(self) -> StudyRunner:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._executor.close()

    def results(self, cases: Iterable[StudyCase]) -> list[dict[str, Any]]:
        """The result of every case, in order; finished cases are read from the store.

        Raises StudyInterrupted if the study is interrupted or the scheduler is gone; finished cases
        remain stored.
        """
        cases = list(cases)
        self.cases |= {case.key: case for case in cases}
        unique = {case.key: case for case in cases}.values()
        unsolved = [case for case in unique if not self.store.has_result(case)]
        try:
            for is_warm_start in (True, False):
                self._solve([case for case in unsolved if case.is_warm_start == is_warm_start])
        except (WorkersLostError, KeyboardInterrupt) as end:
            text = f"{self._finished_count()} of the {len(self.cases)} cases so far are stored in {self.store.folder}; the same command resumes the study."
            raise StudyInterrupted([f"{str(end) or 'Interrupted.'} {text}"]) from None
        results = [self.store.load_result(case) for case in cases]
        return [result for result in results if result is not None]

    def solutions(self, cases: Iterable[StudyCase]) -> list[dict[str, Any]]:
        """The results of cases that must have a solution; raises as `results`, and NoSolutionError."""
        results = self.results(cases)
        for result in results:
            if result["status"] != highs.OPTIMAL:
                raise NoSolutionError(result["status"], [result["reason"]])
        return results

    def skip_warm_start(self) -> None:
        """Leaves out the solve of the base case, where every case has fixed capacities and is solved without its basis."""
        if self.store.load_warm_start() is None:
            self.store.save_warm_start(WarmStart())

    def open_run(self, case: StudyCase) -> Run | None:
        """The saved run of a case; None if it has none."""
        folder = self.store.folder / "runs" / case.key
        return open_run(folder) if folder.is_dir() else None

    def _finished_count(self) -> int:
        return sum(map(self.store.has_result, self.cases.values()))

    def _solve(self, cases: list[StudyCase]) -> None:
        if not cases:
            return
        finished_before = self._finished_count()
        executor = self._executor = self._executor or self._start_executor()
        queue = _CaseQueue(self, executor, cases)
        started = time.monotonic()
        try:
            while queue.is_open:
                queue.submit()
                queue.collect()
                seconds = time.monotonic() - started
                if queue.finished or seconds > MIN_REPORTED_SECONDS:
                    done = finished_before + queue.finished
                    self.execution.report(_progress(done, len(self.cases), queue.finished, seconds))
        finally:
            queue.cancel()

    def store_result(self, future: futures.Future, case: StudyCase) -> None:
        """Stores the result of a case; a case that fails is a row of the table and does not end the study."""
        try:
            result, run, basis = future.result()
        except Exception as error:  # noqa: BLE001 - any error is reported in the row
            if isinstance(error, WriteError) or getattr(error, "errno", None) in SPACE_ERRORS:
                raise  # the case is not at fault; it is solved when there is space again
            message = "its process ended; it may need more memory than there is"
            message = message if _is_lost(future) else f"{type(error).__name__}: {error}"
            result = {"status": highs.FAILED, "reason": message, "objective": None}
            run, basis = None, None
        if basis:  # before the result, so that a finished warm start has its basis
            self.store.save_warm_start(basis, case.key)
        self.store.save_result(case, result, run)

    def warm_start(self, case: StudyCase) -> Arrays | None:
        """The basis that a case starts from; None for that of the base case, or if its own has no solution."""
        key = case.warm_start_from
        start = self.store.load_warm_start(key) if key else None
        return start.packed() or None if start is not None else None

    def _start_executor(self) -> Executor:
        """The executor, once the warm start of all cases is known."""
        start = self.store.load_warm_start()
        while start is None:
            lock = self.store.lock_case("begin")
            if lock is None:
                time.sleep(LOCK_POLL_SECONDS)
                start = self.store.load_warm_start()
                continue
            start = self.store.load_warm_start() or self._solve_base()
            self.store.unlock_finished(lock)
        arrays, execution = start.packed(), self.execution
        if execution.scheduler is not None:
            return DaskExecutor(self.snapshot, arrays, execution.scheduler)
        if execution.workers == 0:
            return SerialExecutor(self.snapshot, arrays)
        return ProcessExecutor(self.snapshot, arrays, execution.workers)

    def _solve_base(self) -> WarmStart:
        report = self.execution.report
        report(N_("solving the base case, the warm start of all others"))
        with worker.one_thread():
            case_worker = worker.CaseWorker(self.snapshot)
            start = case_worker.solve_base(
                lambda line: report(Message("base case: {state}", state=line))
            )
        self.store.save_warm_start(start)
        return start


class _CaseQueue:
    """The cases to solve: waiting, submitted, locked by another process, or lost with their process."""

    def __init__(self, runner: StudyRunner, executor: Executor, cases: list[StudyCase]) -> None:
        self.runner, self.executor, self.waiting = runner, executor, cases[::-1]
        self.pending: dict[futures.Future, tuple[StudyCase, filelock.BaseFileLock]] = {}
        self.locked: list[StudyCase] = []
        # cases that lost their process, perhaps due to another case; each is retried alone
        self.lost: list[StudyCase] = []
        self.lost_keys: set[str] = set()
        self.finished = 0

    @property
    def is_open(self) -> bool:
        """Whether a case is not finished."""
        return bool(self.waiting or self.pending or self.locked or self.lost)

    def submit(self) -> None:
        """Submits as many cases as the executor takes, two for each worker."""
        for case in self._next_cases():
            lock = self.runner.store.lock_case(case.key)
            if lock is None:
                self.locked.append(case)
            elif self.runner.store.has_result(case):
                self.runner.store.unlock_finished(lock)
                self.finished += 1
            else:
                keep = self.runner.execution.keep_runs if case.keep_run is None else case.keep_run
                future = self.executor.submit(case, keep, self.runner.warm_start(case))
                self.pending[future] = (case, lock)

    def _next_cases(self) -> Iterator[StudyCase]:
        """The next cases to try: a lost one alone; else waiting ones, then those another process had locked."""
        if self.lost:
            if not self.pending:
                yield self.lost.pop()
            return
        locked_count = len(self.locked)
        for _ in range(2 * self.executor.workers - len(self.pending)):
            if self.waiting:
                yield self.waiting.pop()
            elif locked_count:
                locked_count -= 1
                yield self.locked.pop(0)

    def collect(self) -> None:
        """Stores the results of the cases that are done."""
        if not self.pending:
            time.sleep(LOCK_POLL_SECONDS if self.locked else 0)
            return
        for future in self.executor.wait(self.pending):
            case, lock = self.pending.pop(future)
            if _is_lost(future) and case.key not in self.lost_keys:
                self.lost_keys.add(case.key)
                self.lost.append(case)
                lock.release()
            else:
                self.runner.store_result(future, case)
                self.finished += 1
                self.runner.store.unlock_finished(lock)

    def cancel(self) -> None:
        """Cancels the submitted cases and frees their locks."""
        for future, (_, lock) in self.pending.items():
            with contextlib.suppress(Exception):
                future.cancel()
            lock.release()


def _is_lost(future: futures.Future) -> bool:
    """Whether a case lost its process."""
    return isinstance(future.exception(), BrokenProcessPool)


def _progress(done: int, count: int, finished: int, seconds: float) -> Message:
    if not finished or seconds <= 0:
        text = N_("cases: {done:#} of {count:#} solved, the next has taken {time} so far")
        return Message(text, done=done, count=count, time=_time(seconds))
    rate = finished / seconds
    return Message(
        "cases: {done:#} of {count:#} solved, {rate} a minute, {left} left",
        done=done,
        count=count,
        rate=f"{60 * rate:,.1f}",
        left=_time((count - done) / rate),
    )


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
