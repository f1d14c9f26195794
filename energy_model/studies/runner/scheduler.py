"""Work: the cases of a study, answered here, by processes side by side, or by a cluster; what is finished stays.

Which cases are answered does not depend on who answers them, and every answer begins at the same place, so one worker,
several and a cluster give the same table.
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

MAX_SCHEDULER_ABSENCE_SECONDS = 30.0  # seconds a scheduler may be away
MAX_CASE_TRIES = 2  # times a cluster gives a case that lost its worker to another
Tell = Callable[[str], None]


class Executor(Protocol):
    """Who answers cases."""

    many: int

    def submit(self, case: StudyCase, keep_run: bool, begin: Arrays | None) -> futures.Future: ...  # noqa: D102

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


class SerialExecutor:
    """This very process, a case at a time; what a debugger or a notebook wants."""

    many = 1

    def __init__(self, ground: CaseSnapshot, start: dict[str, Any]) -> None:
        self.given = (ground, start)

    def submit(self, case: StudyCase, keep_run: bool, begin: Arrays | None) -> futures.Future:
        """Answers a case at once."""
        future: futures.Future = futures.Future()
        try:
            future.set_result(worker.solve_case(self.given, case, keep_run, begin))
        except Exception as wrong:  # noqa: BLE001 - it is told where the case is taken
            future.set_exception(wrong)
        return future

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """All, for they have ended."""
        return set(pending)

    def close(self) -> None:
        """Leaves nothing behind."""


class ProcessExecutor:
    """Processes on this machine, each with one thread of the solver."""

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
        """Gives a case to whoever is free."""
        try:
            return self.pool.submit(worker.solve_case, None, case, keep_run, begin)
        except BrokenProcessPool:
            self.pool = self._pool()
            return self.pool.submit(worker.solve_case, None, case, keep_run, begin)

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """Those that ended, after a while at most."""
        return futures.wait(pending, 0.5, futures.FIRST_COMPLETED).done

    def close(self) -> None:
        """Ends the processes, whatever they do."""
        for process in list((self.pool._processes or {}).values()):
            process.terminate()
        self.pool.shutdown(wait=True, cancel_futures=True)


class DaskExecutor:
    """The workers of a Dask scheduler; energy_model must be installed where they run."""

    def __init__(self, ground: CaseSnapshot, start: dict[str, Any], address: str) -> None:
        import distributed  # noqa: PLC0415 - only who asks for a cluster needs it

        self.address, self.distributed = address, distributed
        for name in ("distributed", *logging.root.manager.loggerDict):
            if name.startswith(
                ("distributed", "tornado")
            ):  # what matters is told here, in a sentence
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            where = {"scheduler_file": address} if address.endswith(".json") else {"address": address}  # fmt: skip
            self.client = distributed.Client(**where, timeout=5)
        except (OSError, ValueError, TimeoutError) as wrong:
            remedy = f"no Dask scheduler answers there ({type(wrong).__name__}); start one with 'dask scheduler', or leave --scheduler out"
            raise InputError.at("--scheduler", remedy, value=address) from None
        self.many = max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))
        self.ground = self.client.scatter((ground, start), broadcast=False, hash=False)
        self.away = 0.0

    def submit(self, case: StudyCase, keep_run: bool, begin: Arrays | None) -> futures.Future:
        """Gives a case to the scheduler."""
        made: Any = self.client.submit(
            worker.solve_case, self.ground, case, keep_run, begin, key=f"{case.key}-{time.monotonic_ns()}", pure=False, retries=MAX_CASE_TRIES
        )  # fmt: skip
        given: futures.Future = made  # it answers to the same names
        return given

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """Those that ended, after a while at most; Lost if the scheduler stays away."""
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
        """Leaves the scheduler."""
        with contextlib.suppress(Exception):
            self.client.close(timeout=2)


class StudyRunner:
    """A study at work: its ground, its folder, and who answers its cases."""

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
        self.asked: dict[str, StudyCase] = {}  # every case asked so far, by its key, in order

    def __enter__(self) -> StudyRunner:
        return self

    def __exit__(self, *_: object) -> None:
        if self.hands is not None:
            self.hands.close()

    def answers(self, cases: Iterable[StudyCase]) -> list[dict[str, Any]]:
        """What is found for every case, in their order; those finished before are not asked again.

        Raises Stopped if it is interrupted or the scheduler is gone; what was finished stands.
        """
        cases = list(cases)
        self.asked |= {case.key: case for case in cases}
        unique = list({case.key: case for case in cases}.values())
        left = [case for case in unique if self.store.finding(case) is None]
        if left:
            try:
                for part in ([c for c in left if c.anchor], [c for c in left if not c.anchor]):
                    self._work(part)
            except (WorkersLostError, KeyboardInterrupt) as end:
                kept = sum(self.store.finding(case) is not None for case in self.asked.values())
                told = str(end) or "Interrupted."
                raise StudyInterrupted(
                    [f"{told} {kept} of the {len(self.asked)} cases asked so far are kept in {self.store.folder}; the same command goes on from there."]
                ) from None  # fmt: skip
        found = [self.store.finding(case) for case in cases]
        return [one for one in found if one is not None]

    def _work(self, left: list[StudyCase]) -> None:
        if not left:
            return
        done = sum(self.store.finding(case) is not None for case in self.asked.values())
        begun = time.monotonic()
        if self.hands is None:
            self.hands = self._hire()
            begun = time.monotonic()
        hands, waiting = self.hands, left[::-1]
        careful: list[
            StudyCase
        ] = []  # they lost their process, perhaps through another; now each is tried alone
        pending: dict[futures.Future, tuple[StudyCase, filelock.BaseFileLock]] = {}
        elsewhere: list[StudyCase] = []
        finished = 0
        try:
            alone: set[str] = set()
            while waiting or pending or elsewhere or careful:
                room = 2 * hands.many - len(pending) if not careful else 0 if pending else 1
                for case in _some(careful or waiting, [] if careful else elsewhere, room):
                    lock = self.store.claim(case.key)
                    if lock is None:
                        elsewhere.append(case)
                    elif self.store.finding(case) is not None:
                        lock.release()
                        finished += 1
                    else:
                        whole = self.runs if case.whole is None else case.whole
                        pending[hands.submit(case, whole, self._begins(case))] = (case, lock)
                if not pending:
                    time.sleep(0.2 if elsewhere else 0)
                    continue
                for future in hands.wait(pending):
                    case, lock = pending.pop(future)
                    if _lost(future) and case.key not in alone:
                        alone.add(case.key)
                        careful.append(case)
                    else:
                        self._take(future, case)
                        finished += 1
                    lock.release()
                self.tell(
                    _progress(done + finished, len(self.asked), finished, time.monotonic() - begun)
                )
        finally:
            for future, (_, lock) in pending.items():
                with contextlib.suppress(Exception):
                    future.cancel()
                lock.release()

    def _take(self, future: futures.Future, case: StudyCase) -> None:
        """Keeps what a case found; one that fails is a row, never the end of the study."""
        try:
            finding, run, end = future.result()
        except Exception as wrong:  # noqa: BLE001 - whatever it is, it is told in the row
            if isinstance(wrong, WriteError) or getattr(wrong, "errno", None) in SPACE_ERRORS:
                raise  # the case is not at fault; it is asked again when there is room
            said = "its process ended; it may need more memory than there is"
            said = said if _lost(future) else f"{type(wrong).__name__}: {wrong}"
            finding, run, end = {"status": highs.FAILED, "reason": said, "objective": None}, None, None  # fmt: skip
        if end:  # before the finding, so that an anchor that is finished has its end
            self.store.keep_start(end, case.key)
        self.store.keep(case, finding, run)

    def _begins(self, case: StudyCase) -> Arrays | None:
        """The end of the anchor at which a case begins; none if it has none, or that had no plan."""
        start = self.store.start(case.begins_at) if case.begins_at else None
        return start.packed() or None if start is not None else None

    def _hire(self) -> Executor:
        """Finds where all cases begin, unless it is known, and who answers them."""
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
        self.tell("solving the case as it stands, where all others begin")
        with worker.one_thread(), contextlib.suppress(NoSolutionError):
            desk = worker.CaseWorker(self.ground)
            desk.first(lambda said: self.tell(f"where all begin: {said}"))
        self.store.keep_start(desk.series.start)
        return desk.series.start


def _lost(future: futures.Future) -> bool:
    """Whether a case lost its process."""
    return isinstance(future.exception(), BrokenProcessPool)


def _some(waiting: list[StudyCase], elsewhere: list[StudyCase], many: int) -> Iterator[StudyCase]:
    """The next cases to try: those that wait, then those that another process had."""
    again = len(elsewhere)
    for _ in range(max(many, 0)):
        if waiting:
            yield waiting.pop()
        elif again:
            again -= 1
            yield elsewhere.pop(0)


def _progress(done: int, count: int, finished: int, seconds: float) -> str:
    told = f"cases: {done:,} of {count:,} answered"
    if finished and seconds > 0:
        rate = finished / seconds
        left = (count - done) / rate
        told += f", {60 * rate:,.1f} a minute, {_time(left)} left"
    return told


def _time(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 100
        else f"{seconds / 60:.0f} min"
        if seconds < 6000
        else f"{seconds / 3600:.1f} h"
    )
