"""Run cache: the folder of a finished run → the run in memory.

Runs are opened one at a time, as the library that reads result files crashes if two threads use it at once.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

import energy_model as em
from energy_model.results.run_files import input_tables

MAX_OPEN_RUNS = 12  # runs in the cache
_alone = threading.Lock()


def open_cached(folder: Path) -> em.Run:
    """Returns a run with its inputs in memory. Raises InputError if it cannot be read."""
    with _alone:
        return _read(str(folder))


@lru_cache(maxsize=MAX_OPEN_RUNS)
def _read(folder: str) -> em.Run:
    run = em.open_run(folder)  # a finished run does not change
    input_tables(run)
    return run
