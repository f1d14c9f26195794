"""Deprecated names and keywords: those of the release before, kept for one release with a warning."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
CASE_KEYWORDS = {
    "scenario": "scenario",
    "changes": "overrides",
    "overrides": "overrides",
    "resolution": "resolution",
    "extend": "extend",
}
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


def accept_case_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Accepts what a `CaseSpec` holds as keywords beside the parameter ``case``, with a warning.

    Only keywords that the function does not have itself are taken.
    """
    parameters = list(inspect.signature(function).parameters)
    moved = {old: new for old, new in CASE_KEYWORDS.items() if old not in parameters}

    @functools.wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> R:
        values: dict[str, Any] = {
            moved[name]: options.pop(name) for name in moved if name in options
        }
        if not values:
            return function(*arguments, **options)
        from energy_model.solving.load import as_case_spec  # noqa: PLC0415 - it imports this module

        name = function.__qualname__.removesuffix(".__init__")
        text = f"give {', '.join(values)} to energy_model.CaseSpec; as keywords of {name} they go with release 0.3.0"
        warnings.warn(text, DeprecationWarning, stacklevel=2)
        bound = inspect.signature(function).bind(*arguments, **options)
        bound.arguments["case"] = replace(as_case_spec(bound.arguments["case"]), **values)
        return function(*bound.args, **bound.kwargs)

    return call
