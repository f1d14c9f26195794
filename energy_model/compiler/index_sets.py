"""Places: index sets as numbered members, so that an index becomes an array of positions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass
class Codes:
    """The index value on each line of a frame: a code per line into a short list of members."""

    codes: np.ndarray
    members: list


class IndexSet:
    """One Set, each member numbered; a set of tuples is numbered through its columns."""

    def __init__(self, rows: list, dimen: int) -> None:
        self.size, self.dimen = len(rows), dimen
        columns = [rows] if dimen == 1 else list(zip(*rows, strict=False)) or [()] * dimen
        self.place = [{x: i for i, x in enumerate(dict.fromkeys(column))} for column in columns]
        self.members = [list(place) for place in self.place]
        self.codes = [
            np.fromiter(map(place.__getitem__, column), np.int32, self.size)
            for place, column in zip(self.place, columns, strict=False)
        ]
        self.spans = [max(1, len(m)) for m in self.members]
        keys = np.ravel_multi_index(self.codes, self.spans) if dimen > 1 else self.codes[0]
        self.order = np.argsort(keys)
        self.keys = keys[self.order]

    def labels(self, places: np.ndarray) -> list[Codes]:
        return [Codes(codes[places], m) for codes, m in zip(self.codes, self.members, strict=False)]

    def find(self, labels: list[Codes]) -> np.ndarray:
        """The number of the member each line names; one that is not in the set is an error."""
        codes = [recode(*pair) for pair in zip(labels, self.place, self.members, strict=False)]
        if self.dimen == 1:
            return codes[0]
        keys = np.ravel_multi_index(codes, self.spans)
        near = np.searchsorted(self.keys, keys).clip(max=self.size - 1)
        if (wrong := self.keys[near] != keys).any():
            raise KeyError(tuple(x.members[x.codes[wrong.argmax()]] for x in labels))
        return self.order[near]


def recode(labels: Codes, place: dict, members: list) -> np.ndarray:
    """Codes into one list of members, as codes into another."""
    if labels.members is members:
        return labels.codes
    table = np.fromiter((place.get(x, -1) for x in labels.members), np.int32, len(labels.members))
    codes = table[labels.codes]
    if codes.size and codes.min() < 0:
        raise KeyError(labels.members[labels.codes.ravel()[codes.argmin()]])
    return codes


class IndexProduct:
    """An index set as a product of axes: every member has one position, counted row by row."""

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
            here, labels = labels[: axis.dimen], labels[axis.dimen :]
            position = position * np.int32(axis.size) + axis.find(here)
        return position

    def labels(self, positions: np.ndarray) -> list[Codes]:
        places = np.unravel_index(positions, self.shape) if self.axes else ()
        return [
            label
            for axis, place in zip(self.axes, places, strict=False)
            for label in axis.labels(place)
        ]
