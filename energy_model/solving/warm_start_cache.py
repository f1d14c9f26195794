"""Warm start cache: a case → the basis of its last solve from the start, stored in the user's cache folder.

There is one file for each case folder, scenario and time resolution. A stored basis is only a place to start from: the
result is checked as any other, so a file of another version, a damaged file or one of another case costs time at most.
A file that cannot be read or written is ignored with a line in the log.
"""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from pathlib import Path

import numpy as np

from energy_model.case.system import System
from energy_model.common.atomic_write import WriteError, write_bytes
from energy_model.optimization.warm_start import WarmStart

log = logging.getLogger(__name__)
FORMAT = "1"  # number of the file format; files of another one are ignored
MAX_FILES = 24  # files in the folder, each of some hundred kilobytes; the oldest are removed


class WarmStartCache:
    """Stored warm starts; by default in the user's cache folder, as the operating system names it."""

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else _default_folder()

    def load(self, system: System) -> WarmStart:
        """The stored warm start of a system's case, scenario and resolution; an empty one if there is none."""
        path = self._path(system)
        if path is None or not path.is_file():
            return WarmStart()
        try:
            # read as a whole, as numpy leaves a damaged file open
            with np.load(io.BytesIO(path.read_bytes())) as arrays:
                content = dict(arrays)
            if str(content.pop("format")) != FORMAT:
                raise ValueError("it has the format of another version")
            return WarmStart.unpacked(content)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("the warm start %s is ignored: %s", path, error)
            return WarmStart()

    def save(self, system: System, start: WarmStart) -> None:
        """Stores a warm start for a system's case, scenario and resolution, if it is set."""
        path = self._path(system)
        if path is None or not start.is_set:
            return
        file = io.BytesIO()
        np.savez_compressed(file, format=np.array(FORMAT), **start.packed())  # type: ignore[arg-type]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, file.getvalue())
            self._remove_oldest()
        except (WriteError, OSError) as error:
            log.warning("the warm start is not stored in %s: %s", self.folder, error)

    def _path(self, system: System) -> Path | None:
        """The file of a system; None for a system that was not loaded from a folder."""
        if system.spec is None:
            return None
        case = str(Path(system.spec.folder).resolve())
        name = "\n".join((case, system.scenario, str(len(system.steps.length))))
        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.npz"

    def _remove_oldest(self) -> None:
        files = sorted(self.folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
        for path in files[:-MAX_FILES]:
            path.unlink(missing_ok=True)


def _default_folder() -> Path:
    from platformdirs import user_cache_dir  # noqa: PLC0415 - slow import

    return Path(user_cache_dir("energy_model", appauthor=False)) / "warm_starts"
