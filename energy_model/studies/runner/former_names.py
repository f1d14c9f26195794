"""Former names: kinds, options, tables, columns and values in study folders of release 0.1 → those of today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from energy_model.results import metrics
from energy_model.solving.case_solver import Query

KINDS = {
    "frontier": "pareto",
    "alternatives": "near_optimal",
    "interests": "preferences",
    "weather": "weather_years",
    "explained": "attribution",
}
OPTIONS = {
    "against": "metric",
    "also": "second_metric",
    "also_points": "levels",
    "asked": "varied",
    "between": "tradeoff",
    "most": "max_change",
    "near": "tolerance",
    "only": "filter",
    "orders": "samples",
    "share": "tolerance",
    "within": "slack",
}
TABLES = {
    "frontier": "front",
    "kinks": "breakpoints",
    "ladder": "marginal_steps",
    "extremes": "capacity_ranges",
    "wishes": "preferences",
    "between": "tradeoff",
    "splits": "allocations",
    "explained": "attribution",
}
COLUMNS = {  # of all tables
    "against_own": "regret",
    "also": "second_amount",
    "as it stands": "base_case",
    "asked": "goal",
    "at_least": "min",
    "at_most": "max",
    "cost_at_least": "min_cost",
    "cost_of_a_unit": "unit_cost",
    "greatest_regret": "max_regret",
    "in_the_plan": "base_case",
    "emission_target_price": "emission_target_shadow_price",
    "land_taken": "land_use",
    "least": "min",
    "least_complaint": "least_core_excess",
    "leaves": "blocking_coalition",
    "loses_outside_nucleolus": "loss_outside_nucleolus",
    "loses_outside_shapley": "loss_outside_shapley",
    "more_alone": "standalone_synergy",
    "more_cost": "added_cost",
    "more_last": "marginal_synergy",
    "most": "max",
    "most_unserved": "max_unserved",
    "others_lose": "marginal_contribution",
    "price_of_also": "second_price",
    "shapley_within": "shapley_half_width",
    "spared": "reduction",
    "wish": "preference",
    "within": "slack",
    "worth": "value",
    "worth_alone": "standalone_value",
    "worth_last": "marginal_value",
    "worth_of_all": "total_value",
}
SUMMARY = {"emission_target_price": "emission_target_shadow_price", "land_taken": "land_use"}
METRIC_OPTIONS = ("metric", "second_metric", "watched", "tradeoff", "weights", "limits")
QUERY_FIELDS = {"minimize": "least", "capacity_added": "added", "capacity_retired": "retired"}
VALUES = {"as it stands": "base case", "must-have": "always", "may-have": "sometimes"}


def current_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a stored study or job under the names of today."""
    renamed = {OPTIONS.get(name, name): value for name, value in options.items()}
    if "question" in renamed:
        renamed["question"] = KINDS.get(renamed["question"], renamed["question"])
    return {
        name: _current_metrics(value) if name in METRIC_OPTIONS else _current_value(value)
        for name, value in renamed.items()
    }


def _current_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {VALUES.get(name, name): item for name, item in value.items()}
    return value


def _current_metrics(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {current_metric(name): _current_metrics(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_current_metrics(item) for item in value]
    return current_metric(value) if isinstance(value, str) else value


def current_result(result: Mapping[str, Any]) -> dict[str, Any]:
    """The stored result of a case under the names of today; its metrics also under their own."""
    renamed = dict(result)
    if "headline" in renamed:
        headline = renamed.pop("headline")
        renamed["summary"] = {SUMMARY.get(name, name): value for name, value in headline.items()}
        for key in ("quantities", "prices"):
            renamed[key] = renamed[key] | _current_metrics(renamed[key])
    return renamed


def current_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A stored table with the columns and values of today."""
    return frame.rename(columns=COLUMNS).replace(VALUES)


def study_folder(case: str, kind: str) -> Path:
    """The default folder of a study of a case; that of the former kind if only this one exists."""
    folder = Path("runs") / f"{case}_{kind}"
    former = [folder.with_name(f"{case}_{old}") for old, new in KINDS.items() if new == kind]
    return next((path for path in former if path.is_dir() and not folder.is_dir()), folder)


def current_metric(text: str) -> str:
    """A metric, or a sum of metrics, under the names of today."""
    return _renamed_metric(text, metrics.FORMER_NAMES)


def _renamed_metric(text: str, names: Mapping[str, str]) -> str:
    parts = (part.partition(":") for part in text.split(" + "))
    return " + ".join("".join((names.get(kind, kind), colon, rows)) for kind, colon, rows in parts)


def former_query(query: Query) -> dict[str, Any]:
    """The fields of a query under the names of release 0.1, from which the keys of cases are made."""
    former_kinds = {new: old for old, new in metrics.FORMER_NAMES.items()}
    fields = asdict(query)
    fields["limits"] = {
        _renamed_metric(name, former_kinds): bounds for name, bounds in query.limits.items()
    }
    fields["minimize"] = [
        (weight, _renamed_metric(name, former_kinds)) for weight, name in query.minimize
    ]
    return {QUERY_FIELDS.get(name, name): value for name, value in fields.items()}


def former_override(override: str) -> str:
    """An override that a study writes itself, under the names of release 0.1."""
    return override.replace("case.time.weather_year", "case.time.weather")
