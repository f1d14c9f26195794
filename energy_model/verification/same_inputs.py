"""Same inputs: what a run keeps of its case beside the case as it stands in a folder."""

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

MAX_TOLD = 10  # differences that are told one by one


def differences(kept: System, case: System) -> list[str]:
    """Sentences on where a run's inputs are not those of a case; none where their fingerprints are equal."""
    if kept.digest == case.digest:
        return []
    found = list(islice(_all(kept, case), MAX_TOLD + 1))
    if not found:
        return ["the fingerprint of the run's inputs is not that of the case"]
    if len(found) > MAX_TOLD:
        found[MAX_TOLD:] = ["the inputs and the case differ in more places"]
    return found


def _all(kept: System, case: System) -> Iterator[str]:
    settings = [json.loads(s.settings.model_dump_json()) for s in (kept, case)]
    for place, one, other in _settings("case", *settings):
        yield _said(place, one, other)
    for name in sorted({*kept.frames, *case.frames}):
        empty = pd.DataFrame()
        yield from _table(name, kept.frames.get(name, empty), case.frames.get(name, empty))
    for name in dict.fromkeys([*kept.profiles, *case.profiles]):
        if name not in kept.profiles or name not in case.profiles:
            there = "case" if name in case.profiles else "run"
            yield f"inputs, profile {name}: it is only in the {there}"
            continue
        one, other = kept.profiles[name].to_numpy(float), case.profiles[name].to_numpy(float)
        if one.shape != other.shape:
            yield f"inputs, profile {name}: it has {len(one)} hours in the run, {len(other)} in the case"
        elif (wrong := np.flatnonzero(one != other)).size:
            hour = kept.profiles.index[wrong[0]]
            more = f" (and {len(wrong) - 1:,} more hours)" if len(wrong) > 1 else ""
            yield _said(f"profile {name}, {hour:%Y-%m-%dT%H:%MZ}", one[wrong[0]], other[wrong[0]]) + more  # fmt: skip


def _settings(place: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            yield from _settings(f"{place}.{name}", one.get(name), other.get(name))
    elif one != other:
        yield place, one, other


def _table(name: str, kept: pd.DataFrame, case: pd.DataFrame) -> Iterator[str]:
    ours, theirs = list(map(row_key, kept.index)), list(map(row_key, case.index))
    for row in (row for row in ours if row not in theirs):
        yield f"inputs, {name}.{row}: the row is only in the run"
    for row in (row for row in theirs if row not in ours):
        yield f"inputs, {name}.{row}: the row is only in the case"
    one, other = kept.set_axis(ours), case.set_axis(theirs)
    for column in dict.fromkeys([*one, *other]):
        if column not in one or column not in other:
            there = "case" if column in other else "run"
            yield f"inputs, {name}: the column {column} is only in the {there}"
            continue
        for row in (row for row in ours if row in theirs):
            have, want = _cell(one.at[row, column]), _cell(other.at[row, column])
            if have != want:
                yield _said(f"{name}.{row}.{column}", have, want)


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
