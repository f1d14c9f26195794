"""Whether two systems mean the same: every cell, hourly value and setting, in any order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.system import System

TOLERANCE = 1e-9  # relative, of a number that was written in another unit
TITLES = ("title_en", "title_da")  # of the case: they change no answer


def difference(one: System, other: System) -> str:
    """The first place where two systems differ, in words; empty if they mean the same."""
    left, right = (s.settings.model_dump(exclude=set(TITLES)) for s in (one, other))
    for name in left | right:
        if left.get(name) != right.get(name):
            return f"setting {name}: {left.get(name)} is read as {right.get(name)}"
    for table in one.frames:
        if told := _of_frames(table, one, other):
            return told
    if not one.profiles.index.equals(other.profiles.index):
        return f"hours begin at {one.profiles.index[0]}, read as {other.profiles.index[0]}"
    if set(one.profiles) != set(other.profiles):
        return f"profiles: {sorted(one.profiles)} are read as {sorted(other.profiles)}"
    if len(one.sources) != len(other.sources):
        return f"{len(one.sources)} sources are read as {len(other.sources)}"
    return ""


def _of_frames(table: str, one: System, other: System) -> str:
    left, right = one.frames[table], other.frames[table]
    if set(left.index) != set(right.index):
        odd = set(left.index) ^ set(right.index)
        return f"rows of {table}: {sorted(map(str, odd))[:4]} stand in one only"[:300]
    for name in left:
        for key, before, after in zip(
            left.index, left[name], right[name].loc[left.index], strict=True
        ):
            if not same_cell(before, after, one.profiles, other.profiles):
                return f"{table} {key} {name}: '{before}' is read as '{str(after)[:100]}'"
    return ""


def same_cell(before: object, after: object, profiles: pd.DataFrame, others: pd.DataFrame) -> bool:
    """Whether two cells say the same in every hour."""
    if isinstance(before, ProfileExpression) and isinstance(after, ProfileExpression):
        left, right = before.values(profiles), after.values(others)
        return left.shape == right.shape and np.allclose(left, right, TOLERANCE, 0)
    if isinstance(before, float) and isinstance(after, float):
        return before == after or bool(np.isclose(before, after, TOLERANCE, 0, equal_nan=True))
    empty = [x is None or (isinstance(x, float) and np.isnan(x)) for x in (before, after)]
    return all(empty) or (not any(empty) and before == after)
