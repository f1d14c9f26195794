"""Load: a case's folder → the `System` of the tables that the formulation declares."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from energy_model.case.load import load_system
from energy_model.case.system import System
from energy_model.formulation import TABLES


def load_case(
    folder: str | Path,
    scenario: str | None = None,
    changes: Iterable[str] | str = (),
    resolution: int | str | None = None,
) -> System:
    """The system of a case's folder under a scenario and further changes, at a resolution.

    Args:
        folder: The folder that holds ``case.toml``.
        scenario: A file of ``scenarios/``; None is the case's default, ``""`` the tables alone.
        changes: Overrides ``ADDRESS = VALUE``, or one such text.
        resolution: A number of steps of the year, or ``"full"``.

    Raises:
        InputError: The inputs are invalid; it lists all issues.
    """
    return load_system(folder, TABLES, scenario, changes, resolution)
