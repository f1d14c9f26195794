"""Time aggregation: hourly profiles → fewer time steps, as segments in order or typical days.

*Segments*: adjacent hours that are similar in all profiles together are merged by Ward's
hierarchical clustering. *Typical days*: similar days are grouped by the same clustering. A typical
day represents all days of its group, is cut into steps of adjacent hours, and repeats at each of
these days in the year.

A typical day has the mean duration curve of its days: its highest value is the mean of their
highest values, and so on. The values are arranged in the order of the mean day. The mean day itself
would be flatter than its days, since their peaks are at different hours, and stores earn from this
spread.

Hours (or days) with the highest or lowest value of a profile in the year are not merged, so that
peaks are preserved. In both methods every hour of the year belongs to one step, and yearly sums are
those of the profiles.

Sources: Kotzur, Markewitz, Robinius, Stolten, "Time series aggregation for energy system design:
Modeling seasonal storage", Applied Energy 213 (2018), for typical days linked in the order of the
year; Hoffmann, Kotzur, Stolten, "The Pareto-optimal temporal aggregation of energy system models",
Applied Energy 315 (2022), for typical periods that keep the distribution.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from energy_model.common.recent_results import RecentResults

DAY = 24
MIN_DIFFERENCE_SHARE = (
    1e-9  # share of the spread of a mean day below which two of its hours are equal
)
MAX_RECENT_STEPS = 8


def _none() -> np.ndarray:
    return np.zeros(0, int)


@dataclass(frozen=True)
class TimeSteps:
    """The time steps of a year.

    Attributes:
        of_hour: The step of every hour of the year.
        start: The hour by which each step is named.
        span: The duration of each step at each occurrence [h].
        previous: The step before each step; the steps of each typical day form a cycle.
        days: The typical day of each day of the year; empty for segments in order.
        day: The typical day of each step; empty for segments in order.
    """

    of_hour: np.ndarray
    start: np.ndarray
    span: np.ndarray
    previous: np.ndarray
    days: np.ndarray = field(default_factory=_none)
    day: np.ndarray = field(default_factory=_none)

    @cached_property
    def length(self) -> np.ndarray:
        """Hours of the year in each step [h]; equal to ``span`` for segments in order."""
        return np.bincount(self.of_hour, minlength=len(self.start)).astype(float)

    @property
    def distance(self) -> np.ndarray:
        """Time from the middle of the previous step to the middle of each step [h]."""
        return (self.span + self.span[self.previous]) / 2

    @property
    def first(self) -> np.ndarray:
        """Whether each step is the first of a typical day."""
        return (
            np.diff(self.day, prepend=-1) != 0 if len(self.day) else np.zeros(len(self.start), bool)
        )

    @property
    def last(self) -> np.ndarray:
        """The last step of each typical day."""
        return np.flatnonzero(np.diff(self.day, append=-1))

    def means(self, hourly: np.ndarray) -> np.ndarray:
        """Returns the mean of hourly values over each step; that of the typical day, if steps are of such."""
        if not len(self.days):
            return np.bincount(self.of_hour, hourly, len(self.start)) / self.length
        daily = np.asarray(hourly, float).reshape(-1, DAY)
        typical = [typical_day_values(daily[group]) for group in self.groups]
        step_of_hour = np.repeat(np.arange(len(self.span)), self.span.astype(int))
        return np.bincount(step_of_hour, np.concatenate(typical)) / self.span

    @cached_property
    def groups(self) -> list[np.ndarray]:
        """The days of the year that each typical day represents."""
        return [np.flatnonzero(self.days == k) for k in range(int(self.days.max(initial=-1)) + 1)]

    def at_end(self, hourly: np.ndarray) -> np.ndarray:
        """Returns the values of the last hour of each step, averaged over its occurrences."""
        ends = np.diff(self.of_hour, append=-1) != 0
        if len(self.days):
            ends[DAY - 1 :: DAY] = True
        steps = self.of_hour[ends]
        return np.bincount(steps, hourly[ends], len(self.start)) / np.bincount(steps)

    @classmethod
    def of(cls, start: np.ndarray, hours: int) -> TimeSteps:
        """Returns segments in order that begin at the hours in ``start``."""
        span = np.diff(np.append(start, hours))
        count = np.arange(len(start))
        return cls(np.repeat(count, span), start, span.astype(float), np.roll(count, 1))


def typical_day_values(days: np.ndarray) -> np.ndarray:
    """Returns the 24 values that represent the rows of an array of days × 24 hours.

    They are the means of the sorted values, arranged in the order of the mean day. Hours with equal means
    share the values of their ranks, so that ``a * values + b`` is represented by ``a * result + b``.
    """
    mean_day = days.mean(axis=0)
    order = np.argsort(mean_day, kind="stable")
    rank_values = np.sort(days, axis=1).mean(axis=0)
    tie = np.zeros(DAY, int)
    tie[1:] = np.cumsum(np.diff(mean_day[order]) > MIN_DIFFERENCE_SHARE * np.ptp(mean_day))
    shared_values = np.bincount(tie, rank_values) / np.bincount(tie)
    values = np.empty(DAY)
    values[order] = shared_values[tie]
    return values


_RECENT_STEPS: RecentResults[TimeSteps] = RecentResults(MAX_RECENT_STEPS)


def every_hour(hours: int) -> TimeSteps:
    """Returns one step per hour."""
    return TimeSteps.of(np.arange(hours), hours)


def segments(profiles: pd.DataFrame, count: int) -> TimeSteps:
    """Returns at most ``count`` segments in order, chosen on all profiles.

    Args:
        profiles: One row per hour and one column per profile.
        count: The number of steps.
    """
    return _RECENT_STEPS.get((_digest(profiles), count), lambda: _segments(profiles, count))


def typical_days(profiles: pd.DataFrame, count: int, days: int) -> TimeSteps:
    """Returns ``days`` typical days with ``count`` steps in total.

    Profiles of less than two days, or not of full days, give segments in order. Days with the
    highest or lowest daily mean of a profile are not merged; they are at most a quarter of the
    typical days.
    """
    key = _digest(profiles), count, days
    return _RECENT_STEPS.get(key, lambda: _typical_days(profiles, count, days))


def _digest(profiles: pd.DataFrame) -> bytes:
    """Returns a digest of all values of profiles; their names do not affect the steps."""
    values = np.ascontiguousarray(profiles.to_numpy(float))
    return hashlib.sha256(repr(values.shape).encode() + values.tobytes()).digest()


def _segments(profiles: pd.DataFrame, count: int) -> TimeSteps:
    hours = len(profiles)
    varying = profiles.loc[:, profiles.nunique() > 1]
    if count >= hours:
        return every_hour(hours)
    if varying.empty or count == 1:
        return TimeSteps.of(np.linspace(0, hours, count, endpoint=False).astype(int), hours)
    values = _scaled(varying)
    extreme_hours = _extremes(values, count // 8)
    cut_hours = sorted({cut for hour in extreme_hours for cut in (hour, hour + 1)} - {hours})
    group_count = max(1, count - len(cut_hours))
    while True:
        start = np.union1d(_cut_segments(values, group_count), np.array(cut_hours, int))
        missing_count = count - len(start)
        if missing_count <= 0 or group_count + missing_count >= hours:
            return TimeSteps.of(start[: max(count, 1)] if missing_count < 0 else start, hours)
        group_count += missing_count


def _typical_days(profiles: pd.DataFrame, count: int, days: int) -> TimeSteps:
    hours, varying = len(profiles), profiles.loc[:, profiles.nunique() > 1]
    if count >= hours or hours < 2 * DAY or hours % DAY or varying.empty:
        return segments(profiles, count)
    day_count = min(days, hours // DAY, count)
    daily_values = _scaled(varying).reshape(-1, DAY, varying.shape[1])
    typical_day = _cluster_days(daily_values, day_count)
    day_count = int(typical_day.max()) + 1
    means = np.array([daily_values[typical_day == k].mean(axis=0) for k in range(day_count)])
    nearest_days = [
        int(
            np.flatnonzero(typical_day == k)[
                ((daily_values[typical_day == k] - means[k]) ** 2).sum(axis=(1, 2)).argmin()
            ]
        )
        for k in range(day_count)
    ]
    order = np.argsort(nearest_days)  # typical days are in the order of the days nearest to them
    typical_day = np.argsort(order)[typical_day]
    representative_days = np.array(nearest_days)[order]
    hourly_values = [_typical_day_of_all(daily_values[typical_day == k]) for k in range(day_count)]
    start = _cut_days(np.concatenate(hourly_values), np.bincount(typical_day), count)
    span = np.diff(np.append(start, day_count * DAY))
    day = start // DAY
    of_typical_hour = np.repeat(np.arange(len(start)), span)
    of_hour = of_typical_hour[(typical_day[:, None] * DAY + np.arange(DAY)).ravel()]
    previous = np.arange(-1, len(start) - 1)
    first, last = np.flatnonzero(np.diff(day, prepend=-1)), np.flatnonzero(np.diff(day, append=-1))
    previous[first] = last
    return TimeSteps(
        of_hour,
        representative_days[day] * DAY + start % DAY,
        span.astype(float),
        previous,
        typical_day,
        day,
    )


def _typical_day_of_all(days: np.ndarray) -> np.ndarray:
    """Returns hours × profiles that represent days × hours × profiles."""
    return np.column_stack([typical_day_values(profile) for profile in np.moveaxis(days, 2, 0)])


def _scaled(profiles: pd.DataFrame) -> np.ndarray:
    """Returns each profile scaled to 0..1."""
    values = profiles.to_numpy(float)
    return (values - values.min(axis=0)) / np.ptp(values, axis=0)


def _extremes(values: np.ndarray, most: int) -> list[int]:
    """Returns at most ``most`` rows with the highest or lowest value of a column."""
    rows = dict.fromkeys([*values.argmax(axis=0).tolist(), *values.argmin(axis=0).tolist()])
    return list(rows)[:most]


def _cluster_days(shaped: np.ndarray, count: int) -> np.ndarray:
    """Returns the group of each day; days with extreme means have groups of their own."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - slow to import, and only needed here

    extreme_days = _extremes(shaped.mean(axis=1), count // 4)
    group = np.zeros(len(shaped), int)
    others = np.setdiff1d(np.arange(len(shaped)), extreme_days)
    group_count = min(count - len(extreme_days), len(others))
    if group_count > 1:
        flat_days = shaped[others].reshape(len(others), -1)
        group[others] = (
            AgglomerativeClustering(n_clusters=group_count, linkage="ward").fit(flat_days).labels_
        )
    group[extreme_days] = max(group_count, 1) + np.arange(len(extreme_days))
    return group


def _cut_segments(values: np.ndarray, count: int) -> np.ndarray:
    """Returns the first rows of ``count`` groups of similar adjacent rows."""
    labels = _contiguous_ward(values, n_clusters=count).labels_
    return np.concatenate([[0], np.flatnonzero(np.diff(labels)) + 1])


def _cut_days(values: np.ndarray, occurs: np.ndarray, count: int) -> np.ndarray:
    """Returns the first hours of ``count`` groups of adjacent hours; no group spans two days.

    The cost of merging two hours increases with the occurrences of their day; the cheapest merges
    of all days are applied.
    """
    weighted_days = values.reshape(-1, DAY, values.shape[1]) * np.sqrt(occurs)[:, None, None]
    heights = [
        _contiguous_ward(day, n_clusters=None, distance_threshold=0.0).distances_
        for day in weighted_days
    ]
    merges = len(values) - max(count, len(weighted_days))
    cheapest = np.argsort(np.maximum.accumulate(heights, axis=1), axis=None, kind="stable")[:merges]
    groups = DAY - np.bincount(cheapest // (DAY - 1), minlength=len(weighted_days))
    days = zip(weighted_days, groups.tolist(), strict=True)
    return np.concatenate([k * DAY + _cut_segments(day, n) for k, (day, n) in enumerate(days)])


def _contiguous_ward(values: np.ndarray, **how: Any) -> Any:
    """Returns Ward's clustering of rows in which only adjacent rows merge."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415 - slow to import, and only needed here

    ones = np.ones(len(values) - 1)
    neighbours = sparse.diags([ones, ones], [-1, 1], format="csr")
    return AgglomerativeClustering(linkage="ward", connectivity=neighbours, **how).fit(values)
