"""Anchors: some cases of a sweep, far from each other, at whose ends the cases near them begin.

From the end of a case that is near, an answer takes some hundred pivots; from the case as it stands, when several inputs have
moved, it may take more than a fresh start. Which cases are anchors depends on the list of cases alone, so the answers do not
depend on who works or in what order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from energy_model.studies.runner.case_spec import StudyCase

MIN_ANCHORED_CASES = 12  # cases below which all begin at the case as it stands


def assign_warm_starts(cases: Sequence[StudyCase]) -> list[StudyCase]:
    """The cases in their order, about the square root of their number marked as anchors, each other one begun at the nearest.

    The first anchor lies nearest the middle; each further one is the case farthest from all before it.
    """
    cases = list(cases)
    if len(cases) < MIN_ANCHORED_CASES:
        return cases
    points = _points(cases)
    chosen = [int(np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1)))]
    apart = np.linalg.norm(points - points[chosen[0]], axis=1)
    nearest = np.zeros(len(cases), int)
    while len(chosen) < math.isqrt(len(cases) - 1) + 1 and apart.max() > 0:
        chosen.append(int(np.argmax(apart)))
        further = np.linalg.norm(points - points[chosen[-1]], axis=1)
        nearest = np.where(further < apart, len(chosen) - 1, nearest)
        apart = np.minimum(apart, further)
    keys = [cases[i].key for i in chosen]
    return [
        replace(case, anchor=True) if case.key in keys else replace(case, begins_at=keys[near])
        for case, near in zip(cases, nearest, strict=True)
    ]


def _points(cases: Sequence[StudyCase]) -> np.ndarray:
    """Where each case lies: numbers over their range, and a direction of its own for every word."""
    names = list(dict.fromkeys(name for case in cases for name in case.inputs))
    columns: list[np.ndarray] = []
    for name in names:
        values = [case.inputs.get(name) for case in cases]
        numbers = np.array([v if isinstance(v, float | int) else np.nan for v in values], float)
        if np.isfinite(numbers).any():
            low, high = np.nanmin(numbers), np.nanmax(numbers)
            scaled = (numbers - low) / (high - low) if high > low else np.zeros(len(cases))
            columns.append(np.nan_to_num(scaled, nan=0.5))
        words = dict.fromkeys(v for v in values if isinstance(v, str) and v)
        columns += [np.array([float(v == word) for v in values]) for word in words]
    return np.column_stack(columns) if columns else np.zeros((len(cases), 1))
