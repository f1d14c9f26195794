"""Jobs: requests → a persistent queue of jobs, each with a folder and a worker process.

A worker writes its progress and its outcome; only the server writes ``job.json``. So a crash leaves
no partial file.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from energy_model.common.atomic_write import WriteError, new_parts, write_error
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.web import job_messages
from energy_model.web.job_messages import as_record, from_records
from energy_model.web.workspace import WRITE_REMEDY, Workspace, write_json

QUEUED, RUNNING, DONE = N_("queued"), N_("running"), N_("done")
FAILED, CANCELLED = N_("failed"), N_("cancelled")
OPEN = (QUEUED, RUNNING)
MAX_JOBS_EACH, MAX_JOBS = 5, 40  # queued or running jobs, per user and in total
STOP_GRACE_SECONDS = 2.0  # seconds from interrupting a worker to killing it
POLL_SECONDS = 0.1  # seconds between polls of the workers
UNWRITTEN_EXIT_CODE = 5  # exit code of a worker that could not write its outcome
UNWRITTEN = N_(
    "A file could not be written, perhaps because the disk is full. Free space and run again."
)
# Fields of jobs that a server of release 0.1 stored.
FORMER_FIELDS = {
    "person": "user",
    "asker": "submitter",
    "asked": "request",
    "made": "created",
    "begun": "started",
    "sentences": "messages",
    "told": "result",
}
log = logging.getLogger("energy_model.workbench")
WORKER = (sys.executable, "-m", "energy_model.web.job_worker")  # followed by the folder of a job


@dataclass(frozen=True)
class Job:
    """A request of a user and its state."""

    name: str
    kind: str
    title: str
    user: str
    submitter: str
    request: dict[str, Any]
    state: str = QUEUED
    created: str = ""
    started: str = ""
    ended: str = ""
    messages: tuple[str, ...] = ()
    result: dict[str, Any] = field(default_factory=dict)


@dataclass
class Worker:
    """The process of a job, and the monotonic time [s] of its interruption."""

    process: subprocess.Popen[bytes]
    interrupted: float | None = None


def now() -> str:
    """Returns the current UTC time in ISO format, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class JobQueue:
    """All jobs of a workspace, and the workers of the running ones."""

    def __init__(
        self, workspace: Workspace, workers: int = 1, command: Sequence[str] = WORKER
    ) -> None:
        self.workspace, self.max_workers, self.command = workspace, workers, tuple(command)
        self._lock, self._changed = threading.RLock(), threading.Event()
        self._jobs = {job.name: job for job in _load_jobs(workspace)}
        self._workers: dict[str, Worker] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="queue", daemon=True)
        for job in list(self._jobs.values()):
            # The server crashed while the job ran; the worker may have written its outcome.
            if job.state == RUNNING:
                outcome = self._outcome(job.name)
                self._store(
                    self._end(job, outcome) if outcome else replace(job, state=QUEUED, started="")
                )

    def start(self) -> None:
        """Starts the thread that processes the queue."""
        self._changed.set()
        self._thread.start()

    def close(self) -> None:
        """Ends all workers; the next server start repeats their unfinished jobs."""
        self._closing = True
        self._changed.set()
        self._thread.join()
        with self._lock:
            for worker in self._workers.values():
                _interrupt(worker.process)
            for name, worker in self._workers.items():
                try:
                    worker.process.wait(STOP_GRACE_SECONDS)
                except subprocess.TimeoutExpired:
                    _kill(worker.process)
                if worker.process.stdin is not None:
                    worker.process.stdin.close()
                outcome = self._outcome(name)
                finished = outcome is not None and outcome["state"] == DONE
                job = self._jobs[name]
                self._store(
                    self._end(job, outcome)
                    if finished and outcome
                    else replace(job, state=QUEUED, started="")
                )
            self._workers.clear()

    # --- requests ---------------------------------------------------------------------------------

    def add(
        self, kind: str, title: str, user: str, submitter: str, request: Mapping[str, Any]
    ) -> Job:
        """Appends a job to the queue and returns it. Raises InputError if too many jobs wait."""
        with self._lock:
            open_jobs = [job for job in self._jobs.values() if job.state in OPEN]
            own_count = sum(job.user == user for job in open_jobs)
            if own_count >= MAX_JOBS_EACH:
                remedy = Message(
                    "you have {count:#} open jobs, the maximum for one user; wait for one of them "
                    "or cancel it",
                    count=own_count,
                )
                raise InputError.at(N_("queue"), remedy)
            if len(open_jobs) >= MAX_JOBS:
                remedy = Message(
                    "{count:#} jobs are open, the maximum of the queue; try again later",
                    count=len(open_jobs),
                )
                raise InputError.at(N_("queue"), remedy)
            name = f"{datetime.now(UTC):%Y%m%d_%H%M%S_%f}_{secrets.token_hex(3)}"
            job = Job(name, kind, title[:120], user, submitter[:60], dict(request), created=now())
            with new_parts(self.workspace.path("jobs"), [name], WRITE_REMEDY):
                self._write(job)
            self._jobs[name] = job
        self._changed.set()
        return job

    def cancel(self, name: str, user: str) -> None:
        """Cancels a queued or running job that this user submitted."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.user != user or job.state not in OPEN:
                return
            worker = self._workers.get(name)
            if worker is None:
                self._store(replace(job, state=CANCELLED, ended=now()))
            elif worker.interrupted is None:
                worker.interrupted = time.monotonic()
                _interrupt(worker.process)
        self._changed.set()

    def jobs(self) -> list[Job]:
        """Returns all jobs, the newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: job.name, reverse=True)

    def job(self, name: str) -> Job:
        """Returns a job by its name. Raises KeyError if there is none."""
        with self._lock:
            return self._jobs[name]

    def count_before(self, name: str) -> int:
        """Returns the number of queued and running jobs before a queued job."""
        return sum(job.state in OPEN and job.name < name for job in self.jobs())

    def is_ending(self, name: str) -> bool:
        """Returns whether a running job is being cancelled."""
        with self._lock:
            worker = self._workers.get(name)
            return worker is not None and worker.interrupted is not None

    def progress(self, name: str) -> list[tuple[str, str]]:
        """Returns the last times [s] and messages of a job. Raises KeyError if there is none."""
        self.job(name)
        return job_messages.read_progress(self.workspace.path("jobs", name))

    # --- workers ----------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._closing:
            self._changed.wait(POLL_SECONDS if self._workers else 5.0)
            self._changed.clear()
            with self._lock:
                self._end_finished()
                if not self._closing:
                    self._start_queued()

    def _start_queued(self) -> None:
        for job in sorted(
            (queued for queued in self._jobs.values() if queued.state == QUEUED),
            key=lambda queued: queued.name,
        ):
            if len(self._workers) >= self.max_workers:
                return
            folder = self.workspace.path("jobs", job.name)
            try:
                self._workers[job.name] = Worker(self._worker(folder))
            except OSError as error:
                log.error("%s", write_error(folder, error, WRITE_REMEDY))
                self._store(self._end(job, {"state": FAILED, "messages": [UNWRITTEN]}))
                continue
            self._store(replace(job, state=RUNNING, started=now()))

    def _worker(self, folder: Path) -> subprocess.Popen[bytes]:
        """Starts the process of a job. Raises OSError if its folder cannot be written."""
        for name in (job_messages.FILE, "outcome.json"):
            (folder / name).unlink(missing_ok=True)
        environment = dict(os.environ)
        environment.pop("ENERGY_MODEL_PASSWORD", None)
        with (folder / "worker.txt").open("wb") as log_file:
            # In a new session Ctrl-C interrupts only the server. The worker ends with its input.
            return subprocess.Popen(
                [*self.command, str(folder)],
                stdin=subprocess.PIPE,
                stdout=log_file,
                stderr=log_file,
                start_new_session=True,
                env=environment,
            )

    def _end_finished(self) -> None:
        for name, worker in list(self._workers.items()):
            if worker.process.poll() is None:
                if (
                    worker.interrupted is not None
                    and time.monotonic() - worker.interrupted > STOP_GRACE_SECONDS
                ):
                    _kill(worker.process)
                continue
            del self._workers[name]
            if worker.process.stdin is not None:
                worker.process.stdin.close()
            job, outcome = self._jobs[name], self._outcome(name)
            if worker.interrupted is not None and (outcome is None or outcome["state"] != DONE):
                outcome = {"state": CANCELLED, "messages": []}
            if outcome is None:
                reason = as_record(_describe_crash(worker.process.returncode))
                outcome = {"state": FAILED, "messages": [reason]}
            self._store(self._end(job, outcome))

    def _outcome(self, name: str) -> dict[str, Any] | None:
        try:
            path = self.workspace.path("jobs", name) / "outcome.json"
            outcome: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return outcome

    def _end(self, job: Job, outcome: Mapping[str, Any]) -> Job:
        return replace(
            job,
            state=outcome["state"],
            messages=from_records(outcome["messages"]),
            result=dict(outcome.get("result", {})),
            ended=now(),
        )

    def _store(self, job: Job) -> None:
        """Stores the state of a job. If it cannot be written, the next start repeats the job."""
        self._jobs[job.name] = job
        try:
            self._write(job)
        except WriteError as error:
            log.error("%s", error)

    def _write(self, job: Job) -> None:
        content = asdict(job) | {"messages": [*map(as_record, job.messages)]}
        write_json(self.workspace.path("jobs", job.name) / "job.json", content)


def current_fields(content: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the fields of a stored job under their current names."""
    return {FORMER_FIELDS.get(name, name): value for name, value in content.items()}


def _load_jobs(workspace: Workspace) -> list[Job]:
    jobs = []
    for path in sorted((workspace.folder / "jobs").glob("*/job.json")):
        try:
            fields = current_fields(json.loads(path.read_text(encoding="utf-8")))
            jobs.append(Job(**{**fields, "messages": from_records(fields["messages"])}))
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            continue  # not a job that a server wrote
    return [job for job in jobs if job.name == workspace.path("jobs", job.name).name]


def _describe_crash(code: int) -> str:
    if code == UNWRITTEN_EXIT_CODE:
        return UNWRITTEN
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        return Message(
            "The process was killed ({signal}), perhaps because memory ran out. Run again, or with "
            "fewer steps.",
            signal=name,
        )
    return Message(
        "The process ended without a result (exit code {code}). Run again; its messages are in "
        "worker.txt in the folder of the job.",
        code=code,
    )


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
