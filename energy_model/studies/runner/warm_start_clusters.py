"""Warm-start clusters: the cases of a sweep → some far from each other, whose final bases are the warm starts of near cases.

From the basis of a near case a solution takes some hundred pivots; from the unchanged case, when
several inputs have moved, it may take more than a cold start. The clusters depend on the list of
cases alone, so the results do not depend on the workers or their order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from energy_model.studies.runner.study_case import StudyCase

MIN_CLUSTERED_CASES = 12  # with fewer cases, all start from the unchanged case


def assign_warm_starts(cases: Sequence[StudyCase]) -> list[StudyCase]:
    """The cases in order, about the square root of their number marked as centres and each other one assigned to the nearest.

    The first centre is the case nearest the mean; each further one is the case farthest from all
    centres so far.
    """
    cases = list(cases)
    if len(cases) < MIN_CLUSTERED_CASES:
        return cases
    points = _points(cases)
    centres = [int(np.argmin(np.linalg.norm(points - points.mean(axis=0), axis=1)))]
    distances = np.linalg.norm(points - points[centres[0]], axis=1)
    nearest = np.zeros(len(cases), int)
    while len(centres) < math.isqrt(len(cases) - 1) + 1 and distances.max() > 0:
        centres.append(int(np.argmax(distances)))
        new_distances = np.linalg.norm(points - points[centres[-1]], axis=1)
        nearest = np.where(new_distances < distances, len(centres) - 1, nearest)
        distances = np.minimum(distances, new_distances)
    keys = [cases[i].key for i in centres]
    return [
        replace(case, is_warm_start=True)
        if case.key in keys
        else replace(case, warm_start_from=keys[position])
        for case, position in zip(cases, nearest, strict=True)
    ]


def _points(cases: Sequence[StudyCase]) -> np.ndarray:
    """The coordinates of each case: numbers scaled to their range, and one indicator column for every text."""
    names = list(dict.fromkeys(name for case in cases for name in case.inputs))
    columns: list[np.ndarray] = []
    for name in names:
        values = [case.inputs.get(name) for case in cases]
        numbers = np.array(
            [value if isinstance(value, float | int) else np.nan for value in values], float
        )
        if np.isfinite(numbers).any():
            low, high = np.nanmin(numbers), np.nanmax(numbers)
            scaled = (numbers - low) / (high - low) if high > low else np.zeros(len(cases))
            columns.append(np.nan_to_num(scaled, nan=0.5))
        words = dict.fromkeys(value for value in values if isinstance(value, str) and value)
        columns += [np.array([float(value == word) for value in values]) for word in words]
    return np.column_stack(columns) if columns else np.zeros((len(cases), 1))
