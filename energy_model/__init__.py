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
    from energy_model.engine.formulation import formulate
    from energy_model.engine.solution.archive import (
        changed_files,
        open_run,
        refuse,
        save,
        verify,
    )
    from energy_model.engine.solution.bounds import prove
    from energy_model.engine.solution.certificate import Certificate
    from energy_model.engine.solution.elastic import NoSolution
    from energy_model.engine.solution.problem import Problem
    from energy_model.engine.solution.results import Inconsistent
    from energy_model.engine.solution.run import Run, solve
    from energy_model.engine.solution.series import Series
    from energy_model.engine.tables.schema import Fault, InputFault
    from energy_model.engine.tables.system import System

__all__ = [
    "Certificate",
    "Fault",
    "Inconsistent",
    "InputFault",
    "NoSolution",
    "Problem",
    "Run",
    "Series",
    "System",
    "changed_files",
    "formulate",
    "open_run",
    "prove",
    "read",
    "refuse",
    "save",
    "solve",
    "verify",
]


# Where each name comes from; it is fetched when first asked for, so that --help answers at once.
PLACES = {
    "formulation": ("formulate",),
    "solution.archive": ("changed_files", "open_run", "refuse", "save", "verify"),
    "solution.bounds": ("prove",),
    "solution.certificate": ("Certificate",),
    "solution.elastic": ("NoSolution",),
    "solution.problem": ("Problem",),
    "solution.results": ("Inconsistent",),
    "solution.run": ("Run", "solve"),
    "solution.series": ("Series",),
    "tables.schema": ("Fault", "InputFault"),
    "tables.system": ("System",),
}


def __getattr__(name: str) -> Any:
    """A public name, fetched from its room."""
    for place, names in PLACES.items():
        if name in names:
            return getattr(import_module(f"energy_model.engine.{place}"), name)
    raise AttributeError(f"module 'energy_model' has no attribute '{name}'")


def read(
    folder: str | Path,
    scenario: str | None = None,
    changes: Iterable[str] = (),
    resolution: int | str | None = None,
) -> System:
    """The case in a folder: its tables, under a scenario and further changes, at a resolution.

    ``scenario`` names a file of ``scenarios/`` (none: the case's default; ``""``: the tables as they stand);
    ``changes`` are ``ADDRESS=VALUE`` texts; ``resolution`` is a number of steps or ``"full"``. Raises
    InputFault with every fault found.
    """
    from energy_model.engine.formulation import TABLES  # noqa: PLC0415
    from energy_model.engine.tables import reader  # noqa: PLC0415

    return reader.read(folder, TABLES, scenario, changes, resolution)
