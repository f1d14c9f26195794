"""Deprecated names: those of the release before, kept for one release with a warning."""

from __future__ import annotations

import warnings

RENAMED = {
    "Crew": "ExecutionOptions",
    "Fault": "InputIssue",
    "Inconsistent": "ConsistencyError",
    "InputFault": "InputError",
    "NoSolution": "NoSolutionError",
    "Question": "Query",
    "Series": "CaseSolver",
    "Sheets": "Accounts",
    "Stopped": "StudyInterrupted",
    "Why": "Explanation",
    "alternatives": "near_optimal",
    "bills": "customer_bills",
    "changed_files": "modified_files",
    "decision": "compare_decision",
    "explained": "attribute_difference",
    "formulate": "build_model",
    "frontier": "pareto_front",
    "interests": "preferences",
    "made_years": "synthetic_years",
    "network": "network_charge",
    "parties": "stakeholder_accounts",
    "prove": "solve_full_year",
    "read": "load_case",
    "sheets": "accounts",
    "weather": "weather_years",
}


def warn_of_old_name(name: str) -> None:
    """Warns that a public name has another name since release 0.2.0."""
    text = f"energy_model.{name} is now energy_model.{RENAMED[name]}; the old name goes with release 0.3.0"
    warnings.warn(text, DeprecationWarning, stacklevel=3)
