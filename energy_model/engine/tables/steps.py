"""Steps: the year cut into chronological steps, each a number of adjacent hours.

Adjacent hours that are alike in all profiles together are merged by Ward's hierarchical clustering. Hours
in which a profile has its highest or lowest value of the year stand alone, so that peaks stay peaks.
Because order is kept, storage needs no second formulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse


@dataclass(frozen=True)
class Steps:
    """First hour and length [h] of each step; the steps are in order and fill the year."""

    start: np.ndarray
    length: np.ndarray

    @property
    def distance(self) -> np.ndarray:
        """Hours from the middle of the step before to the middle of this [h]."""
        return (self.length + np.roll(self.length, 1)) / 2

    @property
    def end(self) -> np.ndarray:
        """The last hour of each step."""
        return self.start + self.length.astype(int) - 1

    @classmethod
    def of(cls, start: np.ndarray, hours: int) -> Steps:
        """Steps that begin at the given hours."""
        return cls(start, np.diff(np.append(start, hours)).astype(float))


def every_hour(hours: int) -> Steps:
    """One step an hour."""
    return Steps.of(np.arange(hours), hours)


def segments(profiles: pd.DataFrame, count: int, extremes: tuple[str, ...] | None = None) -> Steps:
    """The year in ``count`` steps at most, chosen on all profiles; ``extremes`` name those whose peaks stand alone."""
    hours = len(profiles)
    varying = profiles.loc[:, profiles.nunique() > 1]
    if count >= hours:
        return every_hour(hours)
    if varying.empty or count == 1:
        return Steps.of(np.linspace(0, hours, count, endpoint=False).astype(int), hours)
    kept = _extreme_hours(varying[list(extremes)] if extremes else varying, count)
    cuts = sorted({cut for hour in kept for cut in (hour, hour + 1)} - {hours})
    merged = max(1, count - len(cuts))
    while True:
        start = np.union1d(_clustered(varying, merged), np.array(cuts, int))
        missing = count - len(start)
        if missing <= 0 or merged + missing >= hours:
            return Steps.of(start[: max(count, 1)] if missing < 0 else start, hours)
        merged += missing


def _extreme_hours(profiles: pd.DataFrame, count: int) -> list[int]:
    """Hours of highest and lowest value, as many as leave three quarters of the steps to clustering."""
    values = profiles.to_numpy(float)
    hours = dict.fromkeys([*values.argmax(axis=0).tolist(), *values.argmin(axis=0).tolist()])
    return list(hours)[: count // 8]


def _clustered(profiles: pd.DataFrame, count: int) -> np.ndarray:
    """First hours of ``count`` groups of adjacent hours that are most alike, each profile scaled to 0..1."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - slow to import, and only needed here

    values = profiles.to_numpy(float)
    scaled = (values - values.min(axis=0)) / np.ptp(values, axis=0)
    ones = np.ones(len(values) - 1)
    neighbours = sparse.diags([ones, ones], [-1, 1], format="csr")
    labels = (
        AgglomerativeClustering(n_clusters=count, linkage="ward", connectivity=neighbours)
        .fit(scaled)
        .labels_
    )
    return np.concatenate([[0], np.flatnonzero(np.diff(labels)) + 1])
