"""Application context: the cases, workspace, job queue and opened runs that every page uses."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import energy_model as em
from energy_model.results.run_files import input_tables
from energy_model.web.case_catalog import CatalogCase
from energy_model.web.jobs import JobQueue
from energy_model.web.live_answers import LiveAnswers
from energy_model.web.workspace import Workspace

MAX_OPEN_RUNS = 12  # runs in the cache
_run_lock = threading.Lock()


@dataclass(frozen=True)
class AppContext:
    """The offered cases, the workspace, the job queue and the quick answers to drafts."""

    cases: Mapping[str, CatalogCase]
    workspace: Workspace
    queue: JobQueue
    live: LiveAnswers

    def case_title(self, name: str, language: str) -> str:
        """Returns the title of a case, or its name if it is no longer offered."""
        return self.cases[name].title(language) if name in self.cases else name


def open_cached(folder: Path) -> em.Run:
    """Returns a finished run with its inputs in memory. Raises InputError if it cannot be read.

    Runs are opened one at a time, as the library that reads result files crashes if two threads use
    it at once.
    """
    with _run_lock:
        return open_run(str(folder))


@lru_cache(maxsize=MAX_OPEN_RUNS)
def open_run(folder: str) -> em.Run:
    """Returns a run with its inputs in memory; it is read once, as a finished run stays the same."""
    run = em.open_run(folder)
    input_tables(run)
    return run
