"""Hour stamps: the first column of an hourly file → UTC time stamps.

A stamp has an offset (``2030-01-01T00:00Z``, ``2030-01-01T01:00+01:00``), or the header names the
time zone of all stamps (``hour [Europe/Copenhagen]``). A stamp with neither is rejected, because it
is ambiguous.
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

# Called with the position of a stamp, counted from 0, and the remedy.
Report = Callable[[int, str], None]


def parse_hour_stamps(
    texts: Sequence[str], zone: str | None, report: Report
) -> pd.DatetimeIndex | None:
    """Returns the stamps as consecutive UTC hours; reports and returns None if one is invalid.

    Args:
        texts: The stamps as written in the file.
        zone: The time zone named in the header, if any.
        report: Called once, with the first invalid stamp.
    """
    if not texts:
        return pd.DatetimeIndex([], tz="UTC")
    if zone is not None and not _is_zone(zone):
        report(-1, "there is no such time zone; write one such as UTC or Europe/Copenhagen")
        return None
    matches = [STAMP.fullmatch(text) for text in texts]
    if (
        bad_position := next((i for i, match in enumerate(matches) if match is None), None)
    ) is not None:
        short_match = SHORT_OFFSET.fullmatch(texts[bad_position])
        example = f"{short_match['stamp']}{short_match['offset']}:00" if short_match else EXAMPLE
        report(bad_position, f"write an hour such as {example}")
        return None
    offsets = [match is not None and match["offset"] is not None for match in matches]
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
        utc_hours = _localised(hours, ZoneInfo(zone), zone, report)
        if utc_hours is None:
            return None
        hours = utc_hours
    is_full_hour = (hours.minute == 0) & (hours.second == 0)
    if not is_full_hour.all():
        report(int((~is_full_hour).argmax()), "an hour begins at its full hour in universal time")
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
    """Returns local hours in UTC; both hours of the autumn change must be present."""
    skipped = hours.tz_localize(zone, ambiguous=np.ones(len(hours), bool), nonexistent="NaT").isna()
    if skipped.any():
        remedy = f"the clocks of {name} skip this hour; write universal time"
        report(int(skipped.argmax()), remedy)
        return None
    try:
        return hours.tz_localize(zone, ambiguous="infer").tz_convert("UTC")
    except Exception:  # noqa: BLE001 - the type depends on the time zone library
        doubled = hours.tz_localize(zone, ambiguous="NaT").isna()
        remedy = f"the clocks of {name} show this hour twice; write both, or universal time"
        report(int(doubled.argmax()), remedy)
        return None


def _follow_each_other(hours: pd.DatetimeIndex, report: Report) -> bool:
    """Returns whether each stamp is one hour after the previous one, without 29 February."""
    steps = np.diff(hours.to_numpy())
    for i in np.flatnonzero(steps != HOUR.to_timedelta64()).tolist():
        before, after = hours[i], hours[i + 1]
        if before.strftime("%m-%d") == "02-28" and after - before == pd.Timedelta(hours=25):
            continue
        if after == before:
            report(i + 1, "the hour occurs twice; remove one row")
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
