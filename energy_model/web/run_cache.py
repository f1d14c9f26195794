"""Reading: finished runs, opened one at a time — the library of results files falls when two threads use it at once."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

import energy_model as em
from energy_model.results.run_files import input_tables

MAX_OPEN_RUNS = 12  # runs that are kept open
_alone = threading.Lock()


def open_cached(folder: Path) -> em.Run:
    """A run with its inputs, all in memory. InputError if it cannot be read."""
    with _alone:
        return _read(str(folder))


@lru_cache(maxsize=MAX_OPEN_RUNS)
def _read(folder: str) -> em.Run:
    run = em.open_run(folder)  # a finished run is never changed
    input_tables(run)
    return run
