"""Jobs: requests → a persistent queue of jobs, each with a folder and a worker process.

A worker writes its progress and its outcome; only the server writes ``job.json``. So a crash leaves no partial file.
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
from energy_model.web.workspace import ELSEWHERE, Workspace, write_json

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
OPEN = (QUEUED, RUNNING)
MAX_JOBS_EACH, MAX_JOBS = 5, 40  # queued or running jobs, per person and in total
STOP_GRACE_SECONDS = 2.0  # seconds from interrupting a worker to killing it
POLL_SECONDS = 0.1  # seconds between polls of the workers
MAX_PROGRESS_LINES = 200  # of progress returned
UNWRITTEN_EXIT_CODE = 5  # exit code of a worker that could not write its outcome
UNWRITTEN_SENTENCE = "What it needs could not be written, perhaps because the disk is full. Free space and ask again."  # fmt: skip
log = logging.getLogger("energy_model.workbench")
WORKER = (sys.executable, "-m", "energy_model.web.job_worker")  # followed by the folder of a job


@dataclass(frozen=True)
class Job:
    """A request of a person and its state."""

    name: str
    kind: str
    title: str
    person: str
    asker: str
    asked: dict[str, Any]
    state: str = QUEUED
    made: str = ""
    begun: str = ""
    ended: str = ""
    sentences: tuple[str, ...] = ()
    told: dict[str, Any] = field(default_factory=dict)


@dataclass
class Worker:
    """The process of a job, and the monotonic time [s] of its interruption."""

    process: subprocess.Popen
    asked_to_end: float | None = None


def now() -> str:
    """Returns the current UTC time in ISO format, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class JobQueue:
    """All jobs of a workspace, and the workers of the running ones."""

    def __init__(
        self, workspace: Workspace, workers: int = 1, command: Sequence[str] = WORKER
    ) -> None:
        self.workspace, self.most, self.command = workspace, workers, tuple(command)
        self._lock, self._news = threading.RLock(), threading.Event()
        self._jobs = {job.name: job for job in _stored(workspace)}
        self._workers: dict[str, Worker] = {}
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="queue", daemon=True)
        for job in list(self._jobs.values()):
            # The server crashed while the job ran; the worker may have written its outcome.
            if job.state == RUNNING:
                outcome = self._outcome(job.name)
                self._put(
                    self._ended(job, outcome) if outcome else replace(job, state=QUEUED, begun="")
                )

    def start(self) -> None:
        """Starts the thread that processes the queue."""
        self._news.set()
        self._thread.start()

    def close(self) -> None:
        """Ends all workers; the next server start repeats their unfinished jobs."""
        self._closing = True
        self._news.set()
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
                self._put(
                    self._ended(job, outcome)
                    if finished and outcome
                    else replace(job, state=QUEUED, begun="")
                )
            self._workers.clear()

    # --- requests ---------------------------------------------------------------------------------

    def add(self, kind: str, title: str, person: str, asker: str, asked: Mapping[str, Any]) -> Job:
        """Appends a job to the queue and returns it. Raises InputError if too many jobs wait."""
        with self._lock:
            open_jobs = [job for job in self._jobs.values() if job.state in OPEN]
            own_count = sum(job.person == person for job in open_jobs)
            if own_count >= MAX_JOBS_EACH:
                raise InputError.at(
                    "queue",
                    f"you have {own_count} questions waiting, as many as one may have; wait for one of them, or cancel it",
                )
            if len(open_jobs) >= MAX_JOBS:
                raise InputError.at(
                    "queue",
                    f"{len(open_jobs)} questions wait, as many as the queue holds; ask again in a while",
                )
            name = f"{datetime.now(UTC):%Y%m%d_%H%M%S_%f}_{secrets.token_hex(3)}"
            job = Job(name, kind, title[:120], person, asker[:60], dict(asked), made=now())
            with new_parts(self.workspace.place("jobs"), [name], ELSEWHERE):
                self._write(job)
            self._jobs[name] = job
        self._news.set()
        return job

    def cancel(self, name: str, person: str) -> None:
        """Cancels a queued or running job that this person submitted."""
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.person != person or job.state not in OPEN:
                return
            worker = self._workers.get(name)
            if worker is None:
                self._put(replace(job, state=CANCELLED, ended=now()))
            elif worker.asked_to_end is None:
                worker.asked_to_end = time.monotonic()
                _interrupt(worker.process)
        self._news.set()

    def jobs(self) -> list[Job]:
        """Returns all jobs, the newest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: job.name, reverse=True)

    def job(self, name: str) -> Job:
        """Returns a job by its name. Raises KeyError if there is none."""
        with self._lock:
            return self._jobs[name]

    def before(self, name: str) -> int:
        """Returns the number of queued and running jobs before a queued job."""
        return sum(job.state in OPEN and job.name < name for job in self.jobs())

    def ending(self, name: str) -> bool:
        """Returns whether a running job is being cancelled."""
        with self._lock:
            worker = self._workers.get(name)
            return worker is not None and worker.asked_to_end is not None

    def progress(self, name: str) -> list[str]:
        """Returns the last lines of a job's progress. Raises KeyError if there is no such job."""
        if name not in self._jobs:
            raise KeyError(name)
        try:
            text = (self.workspace.place("jobs", name) / "progress.txt").read_text("utf-8")
        except OSError:
            return []
        return text.splitlines()[-MAX_PROGRESS_LINES:]

    # --- workers ----------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._closing:
            self._news.wait(POLL_SECONDS if self._workers else 5.0)
            self._news.clear()
            with self._lock:
                self._look_after()
                if not self._closing:
                    self._begin()

    def _begin(self) -> None:
        for job in sorted(
            (queued for queued in self._jobs.values() if queued.state == QUEUED),
            key=lambda queued: queued.name,
        ):
            if len(self._workers) >= self.most:
                return
            folder = self.workspace.place("jobs", job.name)
            try:
                self._workers[job.name] = Worker(self._worker(folder))
            except OSError as error:
                log.error("%s", write_error(folder, error, ELSEWHERE))
                self._put(self._ended(job, {"state": FAILED, "sentences": [UNWRITTEN_SENTENCE]}))
                continue
            self._put(replace(job, state=RUNNING, begun=now()))

    def _worker(self, folder: Path) -> subprocess.Popen:
        """Starts a process that executes the job in a folder. Raises OSError if the folder cannot be written."""
        for name in ("progress.txt", "outcome.json"):
            (folder / name).unlink(missing_ok=True)
        environment = {
            key: value for key, value in os.environ.items() if key != "ENERGY_MODEL_PASSWORD"
        }
        with (folder / "worker.txt").open("wb") as log_file:
            # A new session, so that Ctrl-C interrupts only the server; the worker ends when its input closes.
            return subprocess.Popen(
                [*self.command, str(folder)],
                stdin=subprocess.PIPE, stdout=log_file, stderr=log_file, start_new_session=True, env=environment,
            )  # fmt: skip

    def _look_after(self) -> None:
        for name, worker in list(self._workers.items()):
            if worker.process.poll() is None:
                if (
                    worker.asked_to_end is not None
                    and time.monotonic() - worker.asked_to_end > STOP_GRACE_SECONDS
                ):
                    _kill(worker.process)
                continue
            del self._workers[name]
            if worker.process.stdin is not None:
                worker.process.stdin.close()
            job, outcome = self._jobs[name], self._outcome(name)
            if worker.asked_to_end is not None and (outcome is None or outcome["state"] != DONE):
                outcome = {"state": CANCELLED, "sentences": []}
            if outcome is None:
                outcome = {"state": FAILED, "sentences": [_crashed(worker.process.returncode)]}
            self._put(self._ended(job, outcome))

    def _outcome(self, name: str) -> dict[str, Any] | None:
        try:
            path = self.workspace.place("jobs", name) / "outcome.json"
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _ended(self, job: Job, outcome: Mapping[str, Any]) -> Job:
        return replace(
            job,
            state=outcome["state"],
            sentences=tuple(outcome["sentences"]),
            told=dict(outcome.get("told", {})),
            ended=now(),
        )

    def _put(self, job: Job) -> None:
        """Stores the state of a job; if it cannot be written, the next server start repeats the job."""
        self._jobs[job.name] = job
        try:
            self._write(job)
        except WriteError as error:
            log.error("%s", error)

    def _write(self, job: Job) -> None:
        write_json(self.workspace.place("jobs", job.name) / "job.json", asdict(job))


def _stored(workspace: Workspace) -> list[Job]:
    jobs = []
    for path in sorted((workspace.folder / "jobs").glob("*/job.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            jobs.append(Job(**{**content, "sentences": tuple(content["sentences"])}))
        except (OSError, ValueError, TypeError, KeyError):
            continue  # not a job that a server wrote
    return [job for job in jobs if job.name == workspace.place("jobs", job.name).name]


def _crashed(code: int) -> str:
    if code == UNWRITTEN_EXIT_CODE:
        return UNWRITTEN_SENTENCE
    if code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        return f"The calculation was ended from outside ({name}), perhaps because memory ran out. Ask again, or take fewer steps."
    return f"The calculation ended without an answer (code {code}). Ask again; the job's worker.txt tells what it met."


def _interrupt(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)


def _kill(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
