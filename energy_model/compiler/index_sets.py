"""Index sets: members of Pyomo sets → numbers, so that an index becomes an array of positions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass
class Codes:
    """The index value on each line of a frame: one code per line into a list of members."""

    codes: np.ndarray
    members: list


class IndexSet:
    """One Pyomo Set with numbered members; a set of tuples is encoded column by column."""

    def __init__(self, rows: list, dimen: int) -> None:
        self.size, self.dimen = len(rows), dimen
        columns = [rows] if dimen == 1 else list(zip(*rows, strict=False)) or [()] * dimen
        self.positions = [{x: i for i, x in enumerate(dict.fromkeys(column))} for column in columns]
        self.members = [list(positions) for positions in self.positions]
        self.codes = [
            np.fromiter(map(positions.__getitem__, column), np.int32, self.size)
            for positions, column in zip(self.positions, columns, strict=False)
        ]
        self.spans = [max(1, len(members)) for members in self.members]
        keys = np.ravel_multi_index(self.codes, self.spans) if dimen > 1 else self.codes[0]
        self.order = np.argsort(keys)
        self.keys = keys[self.order]

    def labels(self, positions: np.ndarray) -> list[Codes]:
        return [
            Codes(codes[positions], members)
            for codes, members in zip(self.codes, self.members, strict=False)
        ]

    def find(self, labels: list[Codes]) -> np.ndarray:
        """Returns the position of the member on each line.

        Raises:
            KeyError: A member is not in the set.
        """
        codes = [recode(*pair) for pair in zip(labels, self.positions, self.members, strict=False)]
        if self.dimen == 1:
            return codes[0]
        keys = np.ravel_multi_index(codes, self.spans)
        candidates = np.searchsorted(self.keys, keys).clip(max=self.size - 1)
        if (is_missing := self.keys[candidates] != keys).any():
            raise KeyError(
                tuple(label.members[label.codes[is_missing.argmax()]] for label in labels)
            )
        return self.order[candidates]


def recode(labels: Codes, positions: dict, members: list) -> np.ndarray:
    """Returns codes into one list of members as codes into another.

    Raises:
        KeyError: A member is not in the other list.
    """
    if labels.members is members:
        return labels.codes
    table = np.fromiter(
        (positions.get(x, -1) for x in labels.members), np.int32, len(labels.members)
    )
    codes = table[labels.codes]
    if codes.size and codes.min() < 0:
        raise KeyError(labels.members[labels.codes.ravel()[codes.argmin()]])
    return codes


class IndexProduct:
    """An index set as a product of axes; positions are counted in row-major order."""

    def __init__(self, axes: list[IndexSet]) -> None:
        self.axes, self.shape = axes, tuple(axis.size for axis in axes)
        self.size = math.prod(self.shape)

    def find(self, labels: list[Codes]) -> np.ndarray:
        if len(labels) != sum(axis.dimen for axis in self.axes):
            raise KeyError(
                f"{len(labels)} indices are given where {len(self.axes)} sets are indexed"
            )
        position, labels = np.zeros((), np.int32), list(labels)
        for axis in self.axes:
            axis_labels, labels = labels[: axis.dimen], labels[axis.dimen :]
            position = position * np.int32(axis.size) + axis.find(axis_labels)
        return position

    def labels(self, positions: np.ndarray) -> list[Codes]:
        axis_positions = np.unravel_index(positions, self.shape) if self.axes else ()
        return [
            label
            for axis, positions_on_axis in zip(self.axes, axis_positions, strict=False)
            for label in axis.labels(positions_on_axis)
        ]
