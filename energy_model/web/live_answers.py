"""Live answers: a draft → what its changes do, within seconds, at few steps of the year.

Worker processes keep the cases that they have solved, so that a further change starts from their basis. A browser's
newer question replaces its older one that still waits.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import OrderedDict
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import energy_model as em
from energy_model.common.language import N_, Message
from energy_model.reporting.content import Report
from energy_model.reporting.quick_report import quick_report
from energy_model.solving.quick_look import QuickAnswer
from energy_model.web.job_messages import issue_message
from energy_model.web.request_validation import ValidatedRequest

MAX_CASES_PER_WORKER = 2  # solved cases that a worker keeps in memory
MAX_WAITING = 40  # questions that wait or are answered at once
KILL_SECONDS = 5.0  # seconds that a killed worker is waited for
TIMEOUT_SECONDS = 60.0  # seconds after which a question is given up


@dataclass(frozen=True)
class LiveQuestion:
    """A case at a state of its files, and the changes that a draft makes to it."""

    folder: Path
    scenario: str
    state: int
    changes: tuple[str, ...]
    warm_starts: Path
    fine_run: Path | None = None  # folder of a run of the unchanged case
    is_compared: bool = False  # with the fine run, which takes a second more


class LiveAnswers:
    """The worker processes that answer drafts, and the questions that wait for them."""

    def __init__(self, warm_starts: Path, workers: int = 1) -> None:
        self._warm_starts, self._workers = warm_starts, workers
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._is_closed = False
        self._futures: dict[str, Future[Report | list[str]]] = {}

    def ask(
        self,
        request: ValidatedRequest,
        browser: str,
        language: str,
        fine_run: Path | None = None,
        is_compared: bool = False,
    ) -> Report | list[str] | None:
        """Returns what the changes of a request do, or messages if it has no answer.

        None if the browser, named by ``browser``, has asked something newer in the meantime.

        Args:
            request: The request.
            browser: Name of the browser.
            language: Language of the answer.
            fine_run: Folder of a run of the unchanged case.
            is_compared: Whether the answer is compared with it; else it is told to follow.
        """
        question = LiveQuestion(
            request.case.folder,
            request.scenario,
            hash(request.case.stamp),
            (*request.changes, *_candidate_changes(request)),
            self._warm_starts,
            fine_run,
            is_compared,
        )
        with self._lock:
            if self._is_closed:
                return None
            older = self._futures.pop(browser, None)
            if older is not None:
                older.cancel()
            self._futures = {name: f for name, f in self._futures.items() if not f.done()}
            if len(self._futures) >= MAX_WAITING:
                return [N_("Many people change something at this moment. Try again in a minute.")]
            future = self._submitted(question, language)
            self._futures[browser] = future
        try:
            found = future.result(TIMEOUT_SECONDS)
            with self._lock:
                is_newest = self._futures.get(browser, future) is future
            return found if is_newest else None
        except CancelledError:
            return None
        except TimeoutError:
            future.cancel()
            return [N_("The quick look takes too long. Press Run for the whole answer.")]
        except BrokenProcessPool:  # the next question starts new workers
            return [N_("The quick look ended unexpectedly. Change something to try again.")]

    def close(self) -> None:
        """Ends the workers."""
        with self._lock:
            self._is_closed = True
            for future in self._futures.values():
                future.cancel()
            if self._pool is None:
                return
            processes = list(self._pool._processes.values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.kill()
            for process in processes:
                process.join(KILL_SECONDS)
            self._pool = None

    def _submitted(self, question: LiveQuestion, language: str) -> Future[Report | list[str]]:
        """Returns the answer to come; workers that died since the last question are replaced."""
        try:
            return self._started().submit(_answer, question, language)
        except BrokenProcessPool:
            self._pool = None
            return self._started().submit(_answer, question, language)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # a forked worker would share the locks of the server's threads
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, spawn, _begin_worker)
        return self._pool


def _candidate_changes(request: ValidatedRequest) -> list[str]:
    """Returns the required and forbidden candidates as changes of the case."""
    tables = request.case.candidates(request.scenario)["table"]
    changes = []
    for name, (least, most) in request.added.items():
        column, size = ("min", least) if most > 0 else ("max", 0.0)
        changes.append(f"{tables[name]}.{name}.{column}_capacity_added = {size!r}")
    return changes


# --- in a worker ----------------------------------------------------------------------------------

_looks: OrderedDict[tuple[Path, str, int], em.QuickLook] = OrderedDict()
_answers: dict[tuple[Path, str, int], QuickAnswer] = {}  # the last answer of each
_fine_runs: dict[Path, em.Run] = {}


def _begin_worker() -> None:
    """Ignores interrupts, which the server handles, and ends this process when the server ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_server, daemon=True).start()


def _exit_with_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
    os._exit(3)


def _fine_run(folder: Path) -> em.Run:
    """Returns the run of a folder, which is kept until another one is opened."""
    if folder not in _fine_runs:
        run = em.open_run(folder)
        _fine_runs.clear()
        _fine_runs[folder] = run
    return _fine_runs[folder]


def _answer(question: LiveQuestion, language: str) -> Report | list[str]:
    """Returns the report of a question, or the messages of an error."""
    key = (question.folder, question.scenario, question.state)
    try:
        if key not in _looks:
            spec = em.CaseSpec(question.folder, question.scenario)
            _looks[key] = em.QuickLook(spec, warm_starts=em.WarmStartCache(question.warm_starts))
        _looks.move_to_end(key)
        while len(_looks) > MAX_CASES_PER_WORKER:
            _answers.pop(_looks.popitem(last=False)[0], None)
        look, answer = _looks[key], _answers.get(key)
        if answer is None or answer.changes != question.changes:
            answer = _answers[key] = look.look(question.changes)
        if question.fine_run is not None and question.is_compared:
            answer = look.with_fine_run(answer, _fine_run(question.fine_run))
        is_first = question.fine_run is not None and not question.is_compared
        return quick_report(answer, language, is_narrow=True, is_first=is_first)
    except em.InputError as error:
        return [issue_message(issue) for issue in error.issues]
    except em.NoSolutionError as error:
        return [Message("With these changes there is no plan."), *error.sentences]
    except em.ConsistencyError as error:
        return [str(error)]
