"""Resample: timestamped values → the 8760 hours of a year in universal time.

Days on which clocks change have 24 hours, because timestamps are universal. Values within an hour are
averaged. Gaps of up to three hours are interpolated linearly and reported; longer gaps raise an error. Leap
years are without 29 February, as in the whole package.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from energy_model.common.errors import InputIssue
from energy_model.timeseries.calendar import every_hour, hours_of, is_leap_day
from energy_model.timeseries.errors import DataError

MAX_GAP_HOURS = 3  # interpolation of weather and price over longer gaps is not reliable
MAX_LISTED_GAPS = 3  # of a column, in an error message
TIMESTAMP = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True)
class FilledGap:
    """Hours of a column that are missing or incomplete, and estimated from the values around them."""

    column: str
    first: pd.Timestamp
    last: pd.Timestamp
    hours: int
    how: str  # "filled" by interpolation, or "averaged" over a part of the hour

    def __str__(self) -> str:
        """Text such as: sun: 2 h filled from 2024-03-01T04:00Z to 2024-03-01T05:00Z."""
        span = f"{self.first.strftime(TIMESTAMP)} to {self.last.strftime(TIMESTAMP)}"
        return f"{self.column}: {self.hours} h {self.how} from {span}"


@dataclass(frozen=True)
class CompleteYear:
    """A year without gaps, and the gaps that were filled."""

    table: pd.DataFrame  # 8760 rows
    filled: tuple[FilledGap, ...]


def parse_timestamps(texts: Iterable[object], where: str) -> pd.DatetimeIndex:
    """Timestamps in universal time from texts such as 2024-01-01T00:00:00; DataError if one is invalid."""
    texts = list(texts)
    stamps = pd.to_datetime(
        pd.Series(texts, dtype=object), utc=True, errors="coerce", format="ISO8601"
    )
    if stamps.isna().any():
        invalid = texts[int(stamps.isna().to_numpy().argmax())]
        remedy = (
            "a timestamp of the response is not of the form 2024-01-01T00:00; the service may "
            "have changed its format"
        )
        raise DataError.at(where, remedy, value=str(invalid))
    return pd.DatetimeIndex(stamps, name="hour")


def whole_year(series: Mapping[str, pd.Series], year: int, where: str) -> CompleteYear:
    """All columns in every hour of the year.

    Args:
        series: Values by column, indexed by the start of each interval in universal time.
        year: The calendar year.
        where: The service, for error messages.

    Raises:
        DataError: A timestamp has two different values, or a gap is longer than three hours.
    """
    issues: list[InputIssue] = []
    filled: list[FilledGap] = []
    columns = {}
    for name, values in series.items():
        try:
            columns[name], gaps = _column(name, values, year, where)
        except DataError as error:
            issues += error.issues
        else:
            filled += gaps
    if issues:
        raise DataError(issues)
    return CompleteYear(pd.DataFrame(columns, index=hours_of(year)), tuple(filled))


def _column(
    name: str, values: pd.Series, year: int, where: str
) -> tuple[pd.Series, list[FilledGap]]:
    """One column in every hour of the year, and its filled gaps."""
    hours = every_hour(year)
    values = _without_duplicates(name, values.astype(float).dropna().sort_index(), where)
    hourly = values.groupby(pd.DatetimeIndex(values.index).floor("h"))
    means = hourly.mean().reindex(hours)
    if means.isna().all():
        remedy = (
            f"the response has no {name} in {year}; choose another year, "
            "or leave it out with --variables"
        )
        raise DataError.at(where, remedy)
    leap_day = is_leap_day(hours)
    parts = _part_hours(values, hours) & ~leap_day
    gaps = [
        FilledGap(name, hours[first], hours[last], last - first + 1, "averaged")
        for first, last in _runs(parts)
    ]
    too_long: list[FilledGap] = []
    for first, last in _runs(means.isna().to_numpy()):
        if leap_day[first : last + 1].all():
            continue  # 29 February is left out
        gap = FilledGap(name, hours[first], hours[last], last - first + 1, "filled")
        (gaps if gap.hours <= MAX_GAP_HOURS else too_long).append(gap)
    if too_long:
        raise DataError.at(where, _too_long(name, too_long))
    complete = means.interpolate(limit_direction="both")  # at both ends the nearest value
    return complete[~leap_day], gaps


def _without_duplicates(name: str, values: pd.Series, where: str) -> pd.Series:
    """Drops duplicate timestamps with equal values; DataError if the values differ."""
    duplicated = values.index.duplicated(keep=False)
    if not duplicated.any():
        return values
    spread = values[duplicated].groupby(level=0).agg(["min", "max"])
    different = spread[~np.isclose(spread["min"], spread["max"], rtol=1e-9, atol=1e-12)]
    if len(different):
        stamp, row = different.index[0], different.iloc[0]
        remedy = (
            f"{name} has two different values at {stamp.strftime(TIMESTAMP)}"
            f"{_more(len(different))}; repeat the request with --refresh, or leave it out with "
            "--variables"
        )
        raise DataError.at(where, remedy, value=f"{row['min']:g} and {row['max']:g}")
    return values[~values.index.duplicated()]


def _part_hours(values: pd.Series, every: pd.DatetimeIndex) -> np.ndarray:
    """Whether an hour has only a part of its values, such as two of four quarters."""
    index = pd.DatetimeIndex(values.index)
    hours, first, counts = np.unique(index.floor("h"), return_index=True, return_counts=True)
    steps = np.gcd(np.gcd.reduceat(index.minute.to_numpy(), first), 60)  # minutes between stamps
    index_of_hours = pd.DatetimeIndex(hours, tz="UTC") if len(hours) else every[:0]
    count = pd.Series(counts, index_of_hours).reindex(every, fill_value=0).to_numpy()
    expected = pd.Series(60 // steps, index_of_hours).reindex(every, fill_value=0).to_numpy()
    neighbours = np.minimum(np.r_[count[:1], count[:-1]], np.r_[count[1:], count[-1:]])
    return (count > 0) & (count < np.maximum(expected, neighbours))


def _runs(marked: np.ndarray) -> Sequence[tuple[int, int]]:
    """First and last position of every run of true values."""
    edges = np.flatnonzero(np.diff(np.r_[False, marked, False].astype(int)))
    return list(zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True))


def _too_long(name: str, long: Sequence[FilledGap]) -> str:
    spans = ", ".join(
        f"{gap.hours} h from {gap.first.strftime(TIMESTAMP)} to {gap.last.strftime(TIMESTAMP)}"
        for gap in long[:MAX_LISTED_GAPS]
    )
    return (
        f"{name} lacks {spans}{_more(len(long) - MAX_LISTED_GAPS + 1)}; at most {MAX_GAP_HOURS} h "
        "are interpolated; choose another year, service or station, or leave it out with "
        "--variables"
    )


def _more(count: int) -> str:
    return f" (and {count - 1} more)" if count > 1 else ""
