"""energy_model: the least-cost energy system of a city — electricity, heat, hydrogen and transport in one linear program.

import energy_model as em

case = em.read("inputs/aarhus", scenario="neutral_2030")
run = em.solve(case)
run.results          # xarray.Dataset: every decision and price, with units
em.save(run, "runs/mine")
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from energy_model.common.faults import Fault, InputFault
    from energy_model.engine.formulation import formulate
    from energy_model.engine.solution.archive import open_run, refuse, save
    from energy_model.engine.solution.bills import bills, network
    from energy_model.engine.solution.bounds import prove
    from energy_model.engine.solution.certificate import Certificate
    from energy_model.engine.solution.elastic import NoSolution
    from energy_model.engine.solution.parties import parties
    from energy_model.engine.solution.problem import Problem
    from energy_model.engine.solution.results import Inconsistent
    from energy_model.engine.solution.run import Run
    from energy_model.engine.solution.series import Question, Series
    from energy_model.engine.solution.sheets import Sheets, sheets
    from energy_model.engine.solution.solve import solve
    from energy_model.engine.solution.verification import Verification, changed_files, verify
    from energy_model.engine.tables.system import System
    from energy_model.studies.alternatives import alternatives
    from energy_model.studies.compare import Comparison, compare, decision, explained
    from energy_model.studies.explain import explain
    from energy_model.studies.frontier import frontier
    from energy_model.studies.interests import interests
    from energy_model.studies.ranging import ranging
    from energy_model.studies.regret import regret
    from energy_model.studies.siting import siting
    from energy_model.studies.stopped import Stopped
    from energy_model.studies.study import Crew, Study, open_study
    from energy_model.studies.sweep import sweep
    from energy_model.studies.symbiosis import symbiosis
    from energy_model.studies.weather import made_years, weather
    from energy_model.studies.why_built import Why

__all__ = [
    "Certificate",
    "Comparison",
    "Crew",
    "Fault",
    "Inconsistent",
    "InputFault",
    "NoSolution",
    "Problem",
    "Question",
    "Run",
    "Series",
    "Sheets",
    "Stopped",
    "Study",
    "System",
    "Verification",
    "Why",
    "alternatives",
    "bills",
    "changed_files",
    "compare",
    "decision",
    "explain",
    "explained",
    "formulate",
    "frontier",
    "interests",
    "made_years",
    "network",
    "open_run",
    "open_study",
    "parties",
    "prove",
    "ranging",
    "read",
    "refuse",
    "regret",
    "save",
    "sheets",
    "siting",
    "solve",
    "sweep",
    "symbiosis",
    "verify",
    "weather",
]


# Where each name comes from; it is fetched when first asked for, so that --help answers at once.
PLACES = {
    "common.faults": ("Fault", "InputFault"),
    "engine.formulation": ("formulate",),
    "engine.solution.archive": ("open_run", "refuse", "save"),
    "engine.solution.bills": ("bills", "network"),
    "engine.solution.bounds": ("prove",),
    "engine.solution.certificate": ("Certificate",),
    "engine.solution.elastic": ("NoSolution",),
    "engine.solution.parties": ("parties",),
    "engine.solution.problem": ("Problem",),
    "engine.solution.results": ("Inconsistent",),
    "engine.solution.run": ("Run",),
    "engine.solution.solve": ("solve",),
    "engine.solution.series": ("Question", "Series"),
    "engine.solution.sheets": ("Sheets", "sheets"),
    "engine.solution.verification": ("Verification", "changed_files", "verify"),
    "engine.tables.system": ("System",),
    "studies.alternatives": ("alternatives",),
    "studies.compare": ("Comparison", "compare", "decision", "explained"),
    "studies.explain": ("explain",),
    "studies.frontier": ("frontier",),
    "studies.interests": ("interests",),
    "studies.ranging": ("ranging",),
    "studies.regret": ("regret",),
    "studies.siting": ("siting",),
    "studies.study": ("Crew", "Study", "open_study"),
    "studies.sweep": ("sweep",),
    "studies.symbiosis": ("symbiosis",),
    "studies.weather": ("made_years", "weather"),
    "studies.why_built": ("Why",),
    "studies.stopped": ("Stopped",),
}


def __getattr__(name: str) -> Any:
    """A public name, fetched from its room."""
    for place, names in PLACES.items():
        if name in names:
            return getattr(import_module(f"energy_model.{place}"), name)
    raise AttributeError(f"module 'energy_model' has no attribute '{name}'")


def read(
    folder: str | Path,
    scenario: str | None = None,
    changes: Iterable[str] | str = (),
    resolution: int | str | None = None,
) -> System:
    """The case in a folder: its tables, under a scenario and further changes, at a resolution.

    ``scenario`` names a file of ``scenarios/`` (none: the case's default; ``""``: the tables as they stand);
    ``changes`` are ``ADDRESS=VALUE`` texts, or one such text; ``resolution`` is a number of steps or ``"full"``. Raises
    InputFault with every fault found.
    """
    from energy_model.engine.formulation import TABLES  # noqa: PLC0415
    from energy_model.engine.tables import reader  # noqa: PLC0415

    return reader.read(folder, TABLES, scenario, changes, resolution)
