"""Application context: the cases, the workspace and the job queue that every page uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from energy_model.web.case_catalog import CatalogCase
from energy_model.web.jobs import JobQueue
from energy_model.web.workspace import Workspace


@dataclass(frozen=True)
class AppContext:
    """The offered cases, the workspace and the job queue."""

    cases: Mapping[str, CatalogCase]
    workspace: Workspace
    queue: JobQueue

    def case_title(self, name: str, language: str) -> str:
        """Returns the title of a case, or its name if it is no longer offered."""
        return self.cases[name].title(language) if name in self.cases else name
