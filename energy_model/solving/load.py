"""Load: a case's folder or specification → the `System` of the tables that the formulation declares."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from energy_model._deprecated import accept_case_keywords
from energy_model.case.case_spec import CaseSpec
from energy_model.case.fingerprint import fingerprint
from energy_model.case.load import load_system
from energy_model.case.overrides import as_overrides
from energy_model.case.system import System
from energy_model.common.errors import InputError
from energy_model.formulation import TABLES

Case = CaseSpec | System | str | Path


@accept_case_keywords
def load_case(
    case: Case,
    scenario: str | None = None,
    overrides: Iterable[str] | str = (),
    resolution: int | str | None = None,
) -> System:
    """The system of a case under a scenario and overrides, at a resolution.

    Args:
        case: The folder that holds ``case.toml``, or a `CaseSpec`; what follows comes on top of it.
        scenario: A file of ``scenarios/``; None is the case's default, ``""`` the tables alone.
        overrides: Texts ``ADDRESS = VALUE``, or one such text.
        resolution: A number of steps of the year, or ``"full"``.

    Raises:
        InputError: The inputs are invalid; it lists all issues.
    """
    spec = as_case_spec(case)
    return load_system(
        spec.folder,
        TABLES,
        spec.scenario if scenario is None else scenario,
        (*spec.overrides, *as_overrides(overrides)),
        spec.resolution if resolution is None else resolution,
    )


def as_case_spec(case: Case) -> CaseSpec:
    """The specification of a case given as such, as a folder, or as a system that was loaded from one.

    Raises:
        InputError: The system was changed after it was loaded.
    """
    if isinstance(case, CaseSpec):
        return case
    if not isinstance(case, System):
        return CaseSpec(case)
    digest = fingerprint(case.frames, case.profiles, case.settings)
    if case.spec is None or digest != case.digest:
        remedy = "this system was changed after it was loaded; give a CaseSpec with overrides"
        raise InputError.at("case", remedy)
    return case.spec


def as_system(case: Case) -> System:
    """The system of a case; a system is returned as it is, changed or not."""
    return case if isinstance(case, System) else load_case(case)
