"""energy_model: the least-cost energy system of a city — electricity, heat, hydrogen and transport in one linear program.

import energy_model as em

case = em.read("inputs/aarhus", scenario="neutral_2030")
run = em.solve(case)
run.results          # xarray.Dataset: every decision and price, with units
em.save(run, "runs/mine")
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from energy_model.engine.formulation import TABLES, formulate
from energy_model.engine.solution.archive import open_run, save, verify
from energy_model.engine.solution.certificate import Certificate
from energy_model.engine.solution.elastic import NoSolution
from energy_model.engine.solution.problem import Problem
from energy_model.engine.solution.results import Inconsistent
from energy_model.engine.solution.run import Run, solve
from energy_model.engine.tables import reader
from energy_model.engine.tables.schema import InputFault
from energy_model.engine.tables.system import System

__all__ = [
    "Certificate",
    "Inconsistent",
    "InputFault",
    "NoSolution",
    "Problem",
    "Run",
    "System",
    "formulate",
    "open_run",
    "read",
    "save",
    "solve",
    "verify",
]


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
    return reader.read(folder, TABLES, scenario, changes, resolution)
