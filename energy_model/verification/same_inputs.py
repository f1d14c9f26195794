"""Same inputs: the stored inputs of a run and a case in a folder → sentences on their differences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.overrides import row_key
from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.system import System

MAX_TOLD = 10  # number of differences listed one by one


def differences(kept: System, case: System) -> list[str]:
    """Sentences on the differences of a run's inputs and a case; empty if their fingerprints are equal."""
    if kept.digest == case.digest:
        return []
    sentences = list(islice(_all(kept, case), MAX_TOLD + 1))
    if not sentences:
        return ["the fingerprint of the run's inputs is not that of the case"]
    if len(sentences) > MAX_TOLD:
        sentences[MAX_TOLD:] = ["the inputs and the case differ in more places"]
    return sentences


def _all(kept: System, case: System) -> Iterator[str]:
    settings = [json.loads(system.settings.model_dump_json()) for system in (kept, case)]
    for place, one, other in _settings("case", *settings):
        yield _said(place, one, other)
    for name in sorted({*kept.frames, *case.frames}):
        empty = pd.DataFrame()
        yield from _table(name, kept.frames.get(name, empty), case.frames.get(name, empty))
    for name in dict.fromkeys([*kept.profiles, *case.profiles]):
        if name not in kept.profiles or name not in case.profiles:
            owner = "case" if name in case.profiles else "run"
            yield f"inputs, profile {name}: it is only in the {owner}"
            continue
        one, other = kept.profiles[name].to_numpy(float), case.profiles[name].to_numpy(float)
        if one.shape != other.shape:
            yield f"inputs, profile {name}: it has {len(one)} hours in the run, {len(other)} in the case"
        elif (differing := np.flatnonzero(one != other)).size:
            hour = kept.profiles.index[differing[0]]
            more = f" (and {len(differing) - 1:,} more hours)" if len(differing) > 1 else ""
            first = f"profile {name}, {hour:%Y-%m-%dT%H:%MZ}"
            yield _said(first, one[differing[0]], other[differing[0]]) + more


def _settings(place: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            yield from _settings(f"{place}.{name}", one.get(name), other.get(name))
    elif one != other:
        yield place, one, other


def _table(name: str, kept: pd.DataFrame, case: pd.DataFrame) -> Iterator[str]:
    run_rows, case_rows = list(map(row_key, kept.index)), list(map(row_key, case.index))
    for row in (row for row in run_rows if row not in case_rows):
        yield f"inputs, {name}.{row}: the row is only in the run"
    for row in (row for row in case_rows if row not in run_rows):
        yield f"inputs, {name}.{row}: the row is only in the case"
    one, other = kept.set_axis(run_rows), case.set_axis(case_rows)
    for column in dict.fromkeys([*one, *other]):
        if column not in one or column not in other:
            owner = "case" if column in other else "run"
            yield f"inputs, {name}: the column {column} is only in the {owner}"
            continue
        for row in (row for row in run_rows if row in case_rows):
            run_cell, case_cell = _cell(one.at[row, column]), _cell(other.at[row, column])
            if run_cell != case_cell:
                yield _said(f"{name}.{row}.{column}", run_cell, case_cell)


def _cell(value: Any) -> Any:
    if isinstance(value, ProfileExpression):
        return str(value)
    return "" if value is None or value != value else value


def _said(place: str, one: Any, other: Any) -> str:
    return f"inputs, {place}: {_plain(one)} in the run, {_plain(other)} in the case"


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
