"""Steps: the year cut into fewer pieces than hours, either in order or as days that repeat.

*In order*: adjacent hours that are alike in all profiles together are merged by Ward's hierarchical clustering.
*Typical days*: days that are alike are grouped by the same clustering; the mean of each group stands for all
its days, is cut into steps of adjacent hours, and repeats wherever one of its days stands in the year.

Hours (or days) in which a profile has its highest or lowest value of the year stand alone, so that peaks stay
peaks. Either way every hour of the year falls in one step, and a step's values are means over its hours, so
that yearly amounts are those of the profiles.

Source of the typical days linked by the order of the year: Kotzur, Markewitz, Robinius, Stolten, "Time series
aggregation for energy system design: Modeling seasonal storage", Applied Energy 213 (2018).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

DAY = 24


def _none() -> np.ndarray:
    return np.zeros(0, int)


@dataclass(frozen=True)
class TimeSteps:
    """The step of every hour; the hour each step is named by, how long it lasts at a time [h], and what precedes it.

    ``days`` has the typical day of each day of the year and ``day`` that of each step; both are empty where the
    steps follow the year in order. Steps of a typical day form a ring of their own.
    """

    of_hour: np.ndarray
    start: np.ndarray
    span: np.ndarray
    previous: np.ndarray
    days: np.ndarray = field(default_factory=_none)
    day: np.ndarray = field(default_factory=_none)

    @cached_property
    def length(self) -> np.ndarray:
        """Hours of the year that each step stands for [h]; where steps are in order, those it lasts."""
        return np.bincount(self.of_hour, minlength=len(self.start)).astype(float)

    @property
    def distance(self) -> np.ndarray:
        """Hours from the middle of the step before to the middle of this [h]."""
        return (self.span + self.span[self.previous]) / 2

    @property
    def first(self) -> np.ndarray:
        """Whether a step is the first of a typical day."""
        return (
            np.diff(self.day, prepend=-1) != 0 if len(self.day) else np.zeros(len(self.start), bool)
        )

    @property
    def last(self) -> np.ndarray:
        """The last step of each typical day."""
        return np.flatnonzero(np.diff(self.day, append=-1))

    def means(self, hourly: np.ndarray) -> np.ndarray:
        """Means over each step of values of each hour."""
        return np.bincount(self.of_hour, hourly, len(self.start)) / self.length

    def at_end(self, hourly: np.ndarray) -> np.ndarray:
        """Values of the last hour of each step; the mean over all its days where the step repeats."""
        ends = np.diff(self.of_hour, append=-1) != 0
        if len(self.days):
            ends[DAY - 1 :: DAY] = True
        steps = self.of_hour[ends]
        return np.bincount(steps, hourly[ends], len(self.start)) / np.bincount(steps)

    @classmethod
    def of(cls, start: np.ndarray, hours: int) -> TimeSteps:
        """Steps in order that begin at the given hours."""
        span = np.diff(np.append(start, hours))
        count = np.arange(len(start))
        return cls(np.repeat(count, span), start, span.astype(float), np.roll(count, 1))


def every_hour(hours: int) -> TimeSteps:
    """One step an hour."""
    return TimeSteps.of(np.arange(hours), hours)


def segments(
    profiles: pd.DataFrame, count: int, extremes: tuple[str, ...] | None = None
) -> TimeSteps:
    """The year in order in ``count`` steps at most, chosen on all profiles; ``extremes`` name those whose peaks stand alone."""
    hours = len(profiles)
    varying = profiles.loc[:, profiles.nunique() > 1]
    if count >= hours:
        return every_hour(hours)
    if varying.empty or count == 1:
        return TimeSteps.of(np.linspace(0, hours, count, endpoint=False).astype(int), hours)
    values = _scaled(varying)
    kept = _extremes(_scaled(varying[list(extremes)] if extremes else varying), count // 8)
    cuts = sorted({cut for hour in kept for cut in (hour, hour + 1)} - {hours})
    merged = max(1, count - len(cuts))
    while True:
        start = np.union1d(_cut_segments(values, merged), np.array(cuts, int))
        missing = count - len(start)
        if missing <= 0 or merged + missing >= hours:
            return TimeSteps.of(start[: max(count, 1)] if missing < 0 else start, hours)
        merged += missing


def typical_days(profiles: pd.DataFrame, count: int, days: int) -> TimeSteps:
    """The year as ``days`` typical days of ``count`` steps together; in order if there are not two whole days.

    Days in which a profile's daily mean is highest or lowest stand alone, a
    quarter of the typical days at most.
    """
    hours, varying = len(profiles), profiles.loc[:, profiles.nunique() > 1]
    if count >= hours or hours < 2 * DAY or hours % DAY or varying.empty:
        return segments(profiles, count)
    wanted = min(days, hours // DAY, count)
    shaped = _scaled(varying).reshape(-1, DAY, varying.shape[1])
    kind = _cluster_days(shaped, wanted)
    wanted = int(kind.max()) + 1
    means = np.array([shaped[kind == k].mean(axis=0) for k in range(wanted)])
    nearest = [
        int(
            np.flatnonzero(kind == k)[
                ((shaped[kind == k] - means[k]) ** 2).sum(axis=(1, 2)).argmin()
            ]
        )
        for k in range(wanted)
    ]
    order = np.argsort(
        nearest
    )  # typical days stand in the order of the days that are most like them
    kind, means = np.argsort(order)[kind], means[order]
    named = np.array(nearest)[order]
    start = _cut_days(means.reshape(-1, means.shape[2]), np.bincount(kind), count)
    span = np.diff(np.append(start, wanted * DAY))
    day = start // DAY
    of_typical_hour = np.repeat(np.arange(len(start)), span)
    of_hour = of_typical_hour[(kind[:, None] * DAY + np.arange(DAY)).ravel()]
    previous = np.arange(-1, len(start) - 1)
    first, last = np.flatnonzero(np.diff(day, prepend=-1)), np.flatnonzero(np.diff(day, append=-1))
    previous[first] = last
    return TimeSteps(
        of_hour, named[day] * DAY + start % DAY, span.astype(float), previous, kind, day
    )


def _scaled(profiles: pd.DataFrame) -> np.ndarray:
    """Each profile scaled to 0..1."""
    values = profiles.to_numpy(float)
    return (values - values.min(axis=0)) / np.ptp(values, axis=0)


def _extremes(values: np.ndarray, most: int) -> list[int]:
    """Rows of highest and lowest value, at most so many."""
    rows = dict.fromkeys([*values.argmax(axis=0).tolist(), *values.argmin(axis=0).tolist()])
    return list(rows)[:most]


def _cluster_days(shaped: np.ndarray, count: int) -> np.ndarray:
    """The group of each day, days of extreme means alone."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - slow to import, and only needed here

    alone = _extremes(shaped.mean(axis=1), count // 4)
    kind = np.zeros(len(shaped), int)
    others = np.setdiff1d(np.arange(len(shaped)), alone)
    groups = min(count - len(alone), len(others))
    if groups > 1:
        flat = shaped[others].reshape(len(others), -1)
        kind[others] = AgglomerativeClustering(n_clusters=groups, linkage="ward").fit(flat).labels_
    kind[alone] = max(groups, 1) + np.arange(len(alone))
    return kind


def _cut_segments(values: np.ndarray, count: int) -> np.ndarray:
    """First rows of ``count`` groups of adjacent rows that are most alike."""
    labels = _contiguous_ward(values, n_clusters=count).labels_
    return np.concatenate([[0], np.flatnonzero(np.diff(labels)) + 1])


def _cut_days(values: np.ndarray, occurs: np.ndarray, count: int) -> np.ndarray:
    """First hours of ``count`` groups of adjacent hours of typical days; none spans two days.

    Merging two hours costs more the more often their day occurs; the cheapest merges of all days are made.
    """
    shaped = values.reshape(-1, DAY, values.shape[1]) * np.sqrt(occurs)[:, None, None]
    heights = [
        _contiguous_ward(day, n_clusters=None, distance_threshold=0.0).distances_ for day in shaped
    ]
    merges = len(values) - max(count, len(shaped))
    cheapest = np.argsort(np.maximum.accumulate(heights, axis=1), axis=None, kind="stable")[:merges]
    groups = DAY - np.bincount(cheapest // (DAY - 1), minlength=len(shaped))
    days = zip(shaped, groups.tolist(), strict=True)
    return np.concatenate([k * DAY + _cut_segments(day, n) for k, (day, n) in enumerate(days)])


def _contiguous_ward(values: np.ndarray, **how: Any) -> Any:
    """Ward's clustering of rows in which only neighbours join."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - slow to import, and only needed here

    ones = np.ones(len(values) - 1)
    neighbours = sparse.diags([ones, ones], [-1, 1], format="csr")
    return AgglomerativeClustering(linkage="ward", connectivity=neighbours, **how).fit(values)
