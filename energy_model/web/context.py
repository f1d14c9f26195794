"""House: what every page of the workbench needs — the cases, the folder, the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from energy_model.web.case_catalog import CatalogCase
from energy_model.web.jobs import JobQueue
from energy_model.web.workspace import Workspace


@dataclass(frozen=True)
class AppContext:
    """The cases that are offered, the folder that is kept, and the queue of jobs."""

    cases: Mapping[str, CatalogCase]
    workspace: Workspace
    queue: JobQueue

    def case_title(self, name: str, language: str) -> str:
        """What a case is called; its name, if it is no longer offered."""
        return self.cases[name].title(language) if name in self.cases else name
