"""Executors: one case → a future of its result, in this process, in worker processes or on a Dask cluster."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Iterable
from concurrent import futures
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol, cast

from energy_model.common.errors import InputError
from energy_model.studies.runner import worker
from energy_model.studies.runner.interruption import WorkersLostError
from energy_model.studies.runner.study_case import CaseSnapshot, StudyCase
from energy_model.studies.runner.worker import Arrays

MAX_SCHEDULER_ABSENCE_SECONDS = 30.0  # s a scheduler may be unreachable
MAX_CASE_TRIES = 2  # retries on a cluster of a case that lost its worker


class Executor(Protocol):
    """The interface of whatever solves cases."""

    workers: int

    def submit(self, case: StudyCase, keep_run: bool, start: Arrays | None) -> futures.Future: ...  # noqa: D102

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]: ...  # noqa: D102

    def close(self) -> None: ...  # noqa: D102


class SerialExecutor:
    """Solves cases one by one in this process, for debuggers and notebooks."""

    workers = 1

    def __init__(self, snapshot: CaseSnapshot, start: Arrays) -> None:
        self.shared = (snapshot, start)

    def submit(self, case: StudyCase, keep_run: bool, start: Arrays | None) -> futures.Future:
        """Solves a case at once."""
        future: futures.Future = futures.Future()
        try:
            future.set_result(worker.solve_case(self.shared, case, keep_run, start))
        except Exception as error:  # noqa: BLE001 - it is reported where the result is read
            future.set_exception(error)
        return future

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """All futures, since they are done."""
        return set(pending)

    def close(self) -> None:
        """Does nothing."""


class ProcessExecutor:
    """Worker processes on this machine, each with one solver thread.

    The processes of loky do not import the main module, so a script needs no guard of its own.
    """

    def __init__(self, snapshot: CaseSnapshot, start: Arrays, workers: int) -> None:
        self.snapshot, self.start, self.workers = snapshot, start, workers
        self.pool = self._pool()

    def _pool(self) -> Any:
        import loky  # noqa: PLC0415 - only studies need it

        return loky.ProcessPoolExecutor(
            self.workers,
            initializer=worker.initialize_worker,
            initargs=(self.snapshot, self.start, os.getpid()),
        )

    def submit(self, case: StudyCase, keep_run: bool, start: Arrays | None) -> futures.Future:
        """Submits a case to the next free worker; starts a new pool if the last one broke."""
        try:
            future = self.pool.submit(worker.solve_case, None, case, keep_run, start)
        except BrokenProcessPool:
            self.pool = self._pool()
            future = self.pool.submit(worker.solve_case, None, case, keep_run, start)
        return cast(futures.Future, future)

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """The futures that are done, after 0.5 s at most."""
        return futures.wait(pending, 0.5, futures.FIRST_COMPLETED).done

    def close(self) -> None:
        """Terminates the worker processes."""
        self.pool.shutdown(wait=True, kill_workers=True)


class DaskExecutor:
    """The workers of a Dask scheduler; energy_model must be installed on them."""

    def __init__(self, snapshot: CaseSnapshot, start: Arrays, address: str) -> None:
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
        self.workers = max(1, len(self.client.scheduler_info(n_workers=-1)["workers"]))
        self.shared = self.client.scatter((snapshot, start), broadcast=False, hash=False)
        self.seconds_away = 0.0

    def submit(self, case: StudyCase, keep_run: bool, start: Arrays | None) -> futures.Future:
        """Submits a case to the scheduler."""
        dask_future: Any = self.client.submit(
            worker.solve_case,
            self.shared,
            case,
            keep_run,
            start,
            key=f"{case.key}-{time.monotonic_ns()}",
            pure=False,
            retries=MAX_CASE_TRIES,
        )
        future: futures.Future = dask_future  # it has the same interface
        return future

    def wait(self, pending: Iterable[futures.Future]) -> set[futures.Future]:
        """The futures that are done, after 0.5 s at most; raises WorkersLostError if the scheduler or its cases are lost."""
        if self.client.status != "running":
            self.seconds_away += 0.5
            if self.seconds_away >= MAX_SCHEDULER_ABSENCE_SECONDS or self.client.status in (
                "closed",
                "closing",
            ):
                raise WorkersLostError(f"The scheduler at {self.address} no longer answers.")
            time.sleep(0.5)
            return set()
        self.seconds_away = 0.0
        try:
            self.distributed.wait(list(pending), timeout=0.5, return_when="FIRST_COMPLETED")
        except (TimeoutError, futures.TimeoutError):
            pass
        except (self.distributed.client.FuturesCancelledError, futures.CancelledError):
            raise WorkersLostError(f"The scheduler at {self.address} is gone.") from None
        done = {future for future in pending if future.done()}
        if any(future.cancelled() for future in done):
            raise WorkersLostError(f"The scheduler at {self.address} has lost its cases.")
        return done

    def close(self) -> None:
        """Closes the client."""
        with contextlib.suppress(Exception):
            self.client.close(timeout=2)
