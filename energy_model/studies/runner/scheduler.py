"""Scheduler: the cases of a study → their stored results, in this process, in worker processes or on a Dask cluster.

The set of solved cases does not depend on the executor, and every case starts from the same warm
start, so one worker, several and a cluster give the same table.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

import filelock

from energy_model.common.atomic_write import SPACE_ERRORS, WriteError
from energy_model.common.errors import InputError
from energy_model.optimization import highs
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.studies.runner import worker
from energy_model.studies.runner.case_spec import CaseSnapshot, StudyCase
from energy_model.studies.runner.interruption import StudyInterrupted, WorkersLostError
from energy_model.studies.runner.store import StudyStore
from energy_model.studies.runner.worker import Arrays

MAX_SCHEDULER_ABSENCE_SECONDS = 30.0  # s a scheduler may be unreachable
MAX_CASE_TRIES = 2  # retries on a cluster of a case that lost its worker
Tell = Callable[[str], None]


class Executor(Protocol):
    """The interface of whatever solves cases."""

    many: int

    def submit(self, case: StudyCase, keep_run: bool, begin: Arrays | None) -> futures.Future: ...  # noqa: D102

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


class SerialExecutor:
    """Solves cases one by one in this process, for debuggers and notebooks."""

    many = 1

    def __init__(self, ground: CaseSnapshot, start: dict[str, Any]) -> None:
        self.given = (ground, start)

    def submit(self, case: StudyCase, keep_run: bool, begin: Arrays | None) -> futures.Future:
        """Solves a case at once."""
        future: futures.Future = futures.Future()
        try:
            future.set_result(worker.solve_case(self.given, case, keep_run, begin))
        except Exception as error:  # noqa: BLE001 - it is reported where the result is read
            future.set_exception(error)
        return future

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """All futures, since they are done."""
        return set(pending)

    def close(self) -> None:
        """Does nothing."""


class ProcessExecutor:
    """Worker processes on this machine, each with one solver thread."""

    def __init__(self, ground: CaseSnapshot, start: dict[str, Any], many: int) -> None:
        self.ground, self.start, self.many = ground, start, many
        self.pool = self._pool()

    def _pool(self) -> futures.ProcessPoolExecutor:
        return futures.ProcessPoolExecutor(
            self.many,
            multiprocessing.get_context("spawn"),
            worker.initialize_worker,
            (self.ground, self.start, os.getpid()),
        )

    def submit(self, case: StudyCase, keep_run: bool, begin: Arrays | None) -> futures.Future:
        """Submits a case to the next free worker; starts a new pool if the last one broke."""
        try:
            return self.pool.submit(worker.solve_case, None, case, keep_run, begin)
        except BrokenProcessPool:
            self.pool = self._pool()
            return self.pool.submit(worker.solve_case, None, case, keep_run, begin)

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """The futures that are done, after 0.5 s at most."""
        return futures.wait(pending, 0.5, futures.FIRST_COMPLETED).done

    def close(self) -> None:
        """Terminates the worker processes."""
        for process in list((self.pool._processes or {}).values()):
            process.terminate()
        self.pool.shutdown(wait=True, cancel_futures=True)


class DaskExecutor:
    """The workers of a Dask scheduler; energy_model must be installed on them."""

    def __init__(self, ground: CaseSnapshot, start: dict[str, Any], address: str) -> None:
        import distributed  # noqa: PLC0415 - only a cluster needs it

        self.address, self.distributed = address, distributed
        for name in ("distributed", *logging.root.manager.loggerDict):
            if name.startswith(("distributed", "tornado")):  # relevant errors are reported here
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            option = "scheduler_file" if address.endswith(".json") else "address"
            self.client = distributed.Client(**{option: address}, timeout=5)
        except (OSError, ValueError, TimeoutError) as error:
            remedy = f"no Dask scheduler answers there ({type(error).__name__}); start one with 'dask scheduler', or leave --scheduler out"
            raise InputError.at("--scheduler", remedy, value=address) from None
        self.many = max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))
        self.ground = self.client.scatter((ground, start), broadcast=False, hash=False)
        self.away = 0.0

    def submit(self, case: StudyCase, keep_run: bool, begin: Arrays | None) -> futures.Future:
        """Submits a case to the scheduler."""
        dask_future: Any = self.client.submit(
            worker.solve_case, self.ground, case, keep_run, begin, key=f"{case.key}-{time.monotonic_ns()}", pure=False, retries=MAX_CASE_TRIES
        )  # fmt: skip
        future: futures.Future = dask_future  # it has the same interface
        return future

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """The futures that are done, after 0.5 s at most; raises WorkersLostError if the scheduler or its cases are lost."""
        if self.client.status != "running":
            self.away += 0.5
            if self.away >= MAX_SCHEDULER_ABSENCE_SECONDS or self.client.status in (
                "closed",
                "closing",
            ):
                raise WorkersLostError(f"The scheduler at {self.address} no longer answers.")
            time.sleep(0.5)
            return set()
        self.away = 0.0
        try:
            self.distributed.wait(list(pending), timeout=0.5, return_when="FIRST_COMPLETED")
        except (TimeoutError, futures.TimeoutError):
            pass
        except (self.distributed.client.FuturesCancelledError, futures.CancelledError):
            raise WorkersLostError(f"The scheduler at {self.address} is gone.") from None
        done = {future for future in pending if future.done()}
        if any(future.cancelled() for future in done):
            raise WorkersLostError(
                f"The scheduler at {self.address} no longer knows the cases it was given."
            )
        return done

    def close(self) -> None:
        """Closes the client."""
        with contextlib.suppress(Exception):
            self.client.close(timeout=2)


class StudyRunner:
    """A running study: its snapshot, its store and its executor."""

    def __init__(
        self,
        ground: CaseSnapshot,
        store: StudyStore,
        workers: int = 1,
        scheduler: str | None = None,
        runs: bool = True,
        tell: Tell | None = None,
    ) -> None:
        self.ground, self.store, self.runs = ground, store, runs
        self.workers, self.scheduler = workers, scheduler
        self.tell = tell or (lambda _: None)
        self.hands: Executor | None = None
        self.asked: dict[str, StudyCase] = {}  # every case requested so far, by its key, in order

    def __enter__(self) -> StudyRunner:
        return self

    def __exit__(self, *_: object) -> None:
        if self.hands is not None:
            self.hands.close()

    def answers(self, cases: Iterable[StudyCase]) -> list[dict[str, Any]]:
        """The result of every case, in order; finished cases are read from the store.

        Raises StudyInterrupted if the study is interrupted or the scheduler is gone; finished cases
        remain stored.
        """
        cases = list(cases)
        self.asked |= {case.key: case for case in cases}
        unique = list({case.key: case for case in cases}.values())
        unsolved = [case for case in unique if self.store.finding(case) is None]
        if unsolved:
            try:
                self._work([case for case in unsolved if case.anchor])
                self._work([case for case in unsolved if not case.anchor])
            except (WorkersLostError, KeyboardInterrupt) as end:
                stored = [
                    stored_case
                    for stored_case in self.asked.values()
                    if self.store.finding(stored_case) is not None
                ]
                reason = str(end) or "Interrupted."
                raise StudyInterrupted(
                    [
                        f"{reason} {len(stored)} of the {len(self.asked)} cases asked so far are kept in {self.store.folder}; the same command goes on from there."
                    ]
                ) from None
        findings = [self.store.finding(case) for case in cases]
        return [finding for finding in findings if finding is not None]

    def _work(self, left: list[StudyCase]) -> None:
        if not left:
            return
        done_before = sum(self.store.finding(case) is not None for case in self.asked.values())
        started = time.monotonic()
        if self.hands is None:
            self.hands = self._hire()
            started = time.monotonic()
        executor, waiting = self.hands, left[::-1]
        # cases that lost their process, perhaps due to another case; each is retried alone
        retried: list[StudyCase] = []
        pending: dict[futures.Future, tuple[StudyCase, filelock.BaseFileLock]] = {}
        elsewhere: list[StudyCase] = []
        finished = 0
        try:
            retried_keys: set[str] = set()
            while waiting or pending or elsewhere or retried:
                slots = 2 * executor.many - len(pending) if not retried else 0 if pending else 1
                for case in _some(retried or waiting, [] if retried else elsewhere, slots):
                    lock = self.store.claim(case.key)
                    if lock is None:
                        elsewhere.append(case)
                    elif self.store.finding(case) is not None:
                        lock.release()
                        finished += 1
                    else:
                        keep_run = self.runs if case.whole is None else case.whole
                        pending[executor.submit(case, keep_run, self._begins(case))] = (case, lock)
                if not pending:
                    time.sleep(0.2 if elsewhere else 0)
                    continue
                for future in executor.wait(pending):
                    case, lock = pending.pop(future)
                    if _lost(future) and case.key not in retried_keys:
                        retried_keys.add(case.key)
                        retried.append(case)
                    else:
                        self._take(future, case)
                        finished += 1
                    lock.release()
                seconds = time.monotonic() - started
                self.tell(_progress(done_before + finished, len(self.asked), finished, seconds))
        finally:
            for future, (_, lock) in pending.items():
                with contextlib.suppress(Exception):
                    future.cancel()
                lock.release()

    def _take(self, future: futures.Future, case: StudyCase) -> None:
        """Stores the result of a case; a case that fails is a row of the table and does not end the study."""
        try:
            finding, run, end = future.result()
        except Exception as error:  # noqa: BLE001 - any error is reported in the row
            if isinstance(error, WriteError) or getattr(error, "errno", None) in SPACE_ERRORS:
                raise  # the case is not at fault; it is solved when there is space again
            message = "its process ended; it may need more memory than there is"
            message = message if _lost(future) else f"{type(error).__name__}: {error}"
            finding = {"status": highs.FAILED, "reason": message, "objective": None}
            run, end = None, None
        if end:  # before the result, so that a finished anchor has its basis
            self.store.keep_start(end, case.key)
        self.store.keep(case, finding, run)

    def _begins(self, case: StudyCase) -> Arrays | None:
        """The warm start of a case: its anchor's basis; None without an anchor, or if the anchor has no solution."""
        start = self.store.start(case.begins_at) if case.begins_at else None
        return start.packed() or None if start is not None else None

    def _hire(self) -> Executor:
        """The executor, once the warm start of all cases is known."""
        start = self.store.start()
        while start is None:
            lock = self.store.claim("begin")
            if lock is None:
                time.sleep(0.5)
                start = self.store.start()
                continue
            start = self.store.start() or self._begin()
            lock.release()
        arrays = start.packed()
        if self.scheduler is not None:
            return DaskExecutor(self.ground, arrays, self.scheduler)
        if self.workers == 0:
            return SerialExecutor(self.ground, arrays)
        return ProcessExecutor(self.ground, arrays, self.workers)

    def _begin(self) -> highs.WarmStart:
        self.tell("solving the base case (warm start for all others)")
        with worker.one_thread(), contextlib.suppress(NoSolutionError):
            case_worker = worker.CaseWorker(self.ground)
            case_worker.first(lambda said: self.tell(f"base case: {said}"))
        self.store.keep_start(case_worker.series.start)
        return case_worker.series.start


def _lost(future: futures.Future) -> bool:
    """Whether a case lost its process."""
    return isinstance(future.exception(), BrokenProcessPool)


def _some(waiting: list[StudyCase], elsewhere: list[StudyCase], many: int) -> Iterator[StudyCase]:
    """The next cases to try: the waiting ones, then those another process had locked."""
    remaining = len(elsewhere)
    for _ in range(max(many, 0)):
        if waiting:
            yield waiting.pop()
        elif remaining:
            remaining -= 1
            yield elsewhere.pop(0)


def _progress(done: int, count: int, finished: int, seconds: float) -> str:
    progress = f"cases: {done:,} of {count:,} answered"
    if finished and seconds > 0:
        rate = finished / seconds
        seconds_left = (count - done) / rate
        progress += f", {60 * rate:,.1f} a minute, {_time(seconds_left)} left"
    return progress


def _time(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 100
        else f"{seconds / 60:.0f} min"
        if seconds < 6000
        else f"{seconds / 3600:.1f} h"
    )
