"""Sampled positions: index sets → the positions at which a template is compared with its rule."""

from __future__ import annotations

import numpy as np

from energy_model.compiler.index_sets import IndexProduct, IndexSet

MAX_MEMBERS = 24  # a larger set of integers is a time set


def sample(axis: IndexSet, count: int) -> np.ndarray | None:
    """Returns positions of a few time members per group of other members; None without time."""
    if axis.size <= MAX_MEMBERS:
        return None
    time = [
        len(members) > MAX_MEMBERS and set(map(type, members)) == {int} for members in axis.members
    ]
    if not any(time):
        return None
    if all(time):
        return spread_positions(axis.size, count)
    other_codes = [codes for codes, is_time in zip(axis.codes, time, strict=True) if not is_time]
    spans = [span for span, is_time in zip(axis.spans, time, strict=True) if not is_time]
    keys = np.ravel_multi_index(other_codes, spans)
    groups = np.split(np.argsort(keys, kind="stable"), np.flatnonzero(np.diff(np.sort(keys))) + 1)
    return np.sort(np.concatenate([group[spread_positions(len(group), count)] for group in groups]))


def sampled_or_all(axis: IndexSet, count: int) -> np.ndarray:
    """Returns the positions of `sample`, or all of a set without time."""
    positions = sample(axis, count)
    return np.arange(axis.size) if positions is None else positions


def spread_positions(size: int, count: int) -> np.ndarray:
    """Returns the first, the last and some pseudo-random positions between; deterministic."""
    between = np.random.RandomState(size % 2**32).randint(0, size, max(0, count - 2))
    return np.unique([0, size - 1, *between])


def sampled_positions(grid: IndexProduct) -> np.ndarray:
    """Returns lines with every member of every set, a few of time sets, and both end lines."""
    if grid.size <= MAX_MEMBERS:
        return np.arange(grid.size, dtype=np.int32)
    parts = [sampled_or_all(axis, 5) for axis in grid.axes]
    line_numbers = np.arange(max(map(len, parts)))
    random_state = np.random.RandomState(0)
    axis_positions = [random_state.permutation(part)[line_numbers % len(part)] for part in parts]
    lines = np.ravel_multi_index(axis_positions, grid.shape)
    return np.unique([0, grid.size - 1, *lines]).astype(np.int32)
