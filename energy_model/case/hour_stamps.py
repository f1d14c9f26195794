"""Hour stamps: the first column of a file of hours, as instants in universal time.

A stamp states its offset (``2030-01-01T00:00Z``, ``2030-01-01T01:00+01:00``), or the header names
the time zone of all (``hour [Europe/Copenhagen]``). A stamp without either is refused, since it may
mean two instants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.0+)?)?(?P<offset>Z|[+-]\d\d:?\d\d)?", re.ASCII
)
SHORT_OFFSET = re.compile(r"(?P<stamp>\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(?P<offset>[+-]\d\d)", re.ASCII)
EXAMPLE = "2030-01-01T00:00Z"
HOUR = pd.Timedelta(hours=1)
MIN_YEAR, MAX_YEAR = 1900, 2200

# Called with the position of a stamp, from 0, and what is to be done about it.
Report = Callable[[int, str], None]


def parse_hour_stamps(
    texts: Sequence[str], zone: str | None, report: Report
) -> pd.DatetimeIndex | None:
    """The instants of stamps, one an hour and in order; None, after a report, where they are not.

    Args:
        texts: The stamps as they stand in the file.
        zone: The time zone that the header names, if it names one.
        report: Called once with the first stamp that is wrong.
    """
    if not texts:
        return pd.DatetimeIndex([], tz="UTC")
    if zone is not None and not _is_zone(zone):
        report(-1, "there is no such time zone; write one such as UTC or Europe/Copenhagen")
        return None
    found = [STAMP.fullmatch(text) for text in texts]
    if (wrong := next((i for i, match in enumerate(found) if match is None), None)) is not None:
        short = SHORT_OFFSET.fullmatch(texts[wrong])
        mended = f"{short['stamp']}{short['offset']}:00" if short else EXAMPLE
        report(wrong, f"write an hour such as {mended}")
        return None
    offsets = [match is not None and match["offset"] is not None for match in found]
    if zone is None and not all(offsets):
        remedy = "the hour has no offset; write Z after it if it is universal time, its offset such"
        remedy += " as +01:00, or the time zone in the header: hour [Europe/Copenhagen]"
        report(offsets.index(False), remedy)
        return None
    if zone is not None and any(offsets):
        report(offsets.index(True), "the header names a time zone too; leave out one of them")
        return None
    hours = pd.to_datetime(list(texts), utc=zone is None, format="ISO8601", errors="coerce")
    hours = pd.DatetimeIndex(hours)
    if hours.isna().any():
        report(int(hours.isna().argmax()), f"there is no such hour; write one such as {EXAMPLE}")
        return None
    years = hours.year.to_numpy()
    if (outside := (years < MIN_YEAR) | (years > MAX_YEAR)).any():
        report(int(outside.argmax()), f"the year is not between {MIN_YEAR} and {MAX_YEAR}")
        return None
    if zone is not None:
        local = _localised(hours, ZoneInfo(zone), zone, report)
        if local is None:
            return None
        hours = local
    full = (hours.minute == 0) & (hours.second == 0)
    if not full.all():
        report(int((~full).argmax()), "an hour begins at its full hour in universal time")
        return None
    leap_day = (hours.month == 2) & (hours.day == 29)
    if leap_day.any():
        remedy = f"29 February is left out of every year; remove its {leap_day.sum()} hours"
        report(int(leap_day.argmax()), remedy)
        return None
    return hours if _follow_each_other(hours, report) else None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _localised(
    hours: pd.DatetimeIndex, zone: ZoneInfo, name: str, report: Report
) -> pd.DatetimeIndex | None:
    """Hours on the clocks of a zone as instants; both hours of the autumn change must stand there."""
    skipped = hours.tz_localize(zone, ambiguous=np.ones(len(hours), bool), nonexistent="NaT").isna()
    if skipped.any():
        remedy = f"the clocks of {name} skip this hour; write universal time"
        report(int(skipped.argmax()), remedy)
        return None
    try:
        return hours.tz_localize(zone, ambiguous="infer").tz_convert("UTC")
    except Exception:  # noqa: BLE001 - the type depends on the library of time zones
        doubled = hours.tz_localize(zone, ambiguous="NaT").isna()
        remedy = f"the clocks of {name} show this hour twice; write both, or universal time"
        report(int(doubled.argmax()), remedy)
        return None


def _follow_each_other(hours: pd.DatetimeIndex, report: Report) -> bool:
    """Whether each instant is an hour after the one before, 29 February left out."""
    steps = np.diff(hours.to_numpy())
    for i in np.flatnonzero(steps != HOUR.to_timedelta64()).tolist():
        before, after = hours[i], hours[i + 1]
        if before.strftime("%m-%d") == "02-28" and after - before == pd.Timedelta(hours=25):
            continue
        if after == before:
            report(i + 1, "the hour stands twice; remove one row")
        elif after < before:
            report(i + 1, "the hour is before the one above it; put the hours in order")
        else:
            missing = (before + HOUR).strftime("%Y-%m-%dT%H:%MZ")
            remedy = (
                f"the hour does not follow the one before; add {missing} and what else is missing"
            )
            report(i + 1, remedy)
        return False
    return True
