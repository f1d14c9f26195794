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
    from energy_model.case.system import System
    from energy_model.common.errors import Fault, InputFault
    from energy_model.formulation import formulate
    from energy_model.optimization.certificate import Certificate
    from energy_model.optimization.infeasibility import NoSolution
    from energy_model.optimization.problem import Problem
    from energy_model.results.accounts import Sheets, sheets
    from energy_model.results.bills import bills, network
    from energy_model.results.run import Run
    from energy_model.results.run_files import open_run, refuse, save
    from energy_model.results.solution_tables import Inconsistent
    from energy_model.results.stakeholders import parties
    from energy_model.solving.case_solver import Question, Series
    from energy_model.solving.full_year import prove
    from energy_model.solving.solve import solve
    from energy_model.studies.compare import Comparison, compare, decision, explained
    from energy_model.studies.explanation.asset import Why
    from energy_model.studies.explanation.explain import explain
    from energy_model.studies.near_optimal import alternatives
    from energy_model.studies.pareto import frontier
    from energy_model.studies.preferences import interests
    from energy_model.studies.ranging import ranging
    from energy_model.studies.regret import regret
    from energy_model.studies.runner.interruption import Stopped
    from energy_model.studies.runner.study import Crew, Study, open_study
    from energy_model.studies.siting.study import siting
    from energy_model.studies.sweep import sweep
    from energy_model.studies.symbiosis.study import symbiosis
    from energy_model.studies.weather_years import made_years, weather
    from energy_model.verification.verify import Verification, changed_files, verify

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
    "common.errors": ("Fault", "InputFault"),
    "formulation": ("formulate",),
    "results.run_files": ("open_run", "refuse", "save"),
    "results.bills": ("bills", "network"),
    "solving.full_year": ("prove",),
    "optimization.certificate": ("Certificate",),
    "optimization.infeasibility": ("NoSolution",),
    "results.stakeholders": ("parties",),
    "optimization.problem": ("Problem",),
    "results.solution_tables": ("Inconsistent",),
    "results.run": ("Run",),
    "solving.solve": ("solve",),
    "solving.case_solver": ("Question", "Series"),
    "results.accounts": ("Sheets", "sheets"),
    "verification.verify": ("Verification", "changed_files", "verify"),
    "case.system": ("System",),
    "studies.near_optimal": ("alternatives",),
    "studies.compare": ("Comparison", "compare", "decision", "explained"),
    "studies.explanation.explain": ("explain",),
    "studies.pareto": ("frontier",),
    "studies.preferences": ("interests",),
    "studies.ranging": ("ranging",),
    "studies.regret": ("regret",),
    "studies.siting.study": ("siting",),
    "studies.runner.study": ("Crew", "Study", "open_study"),
    "studies.sweep": ("sweep",),
    "studies.symbiosis.study": ("symbiosis",),
    "studies.weather_years": ("made_years", "weather"),
    "studies.explanation.asset": ("Why",),
    "studies.runner.interruption": ("Stopped",),
}


def __getattr__(name: str) -> Any:
    """A public name, imported from its module at first use."""
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
    from energy_model.case import load  # noqa: PLC0415
    from energy_model.formulation import TABLES  # noqa: PLC0415

    return load.read(folder, TABLES, scenario, changes, resolution)
