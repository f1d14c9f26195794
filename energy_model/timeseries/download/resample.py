"""Resample: timestamped values → the 8760 hours of a year in universal time.

Days on which clocks change have 24 hours, because timestamps are universal. Values within an hour are
averaged. Gaps of up to three hours are interpolated linearly and reported; longer gaps raise an error. Leap
years are without 29 February, as in the whole package.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from energy_model.timeseries.data_errors import DataError, DataIssue, data_error

MAX_GAP_HOURS = 3  # hours; interpolation of weather and price over longer gaps is not reliable
TOLD = 3  # gaps of a column that an error message lists
STAMP = "%Y-%m-%dT%H:%MZ"


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
        span = f"{self.first.strftime(STAMP)} to {self.last.strftime(STAMP)}"
        return f"{self.column}: {self.hours} h {self.how} from {span}"


@dataclass(frozen=True)
class CompleteYear:
    """A year without gaps, and the gaps that were filled."""

    table: pd.DataFrame  # 8760 rows
    filled: tuple[FilledGap, ...]


def hours_of(year: int) -> pd.DatetimeIndex:
    """The 8760 hours of a year in universal time, without 29 February."""
    hours = _every_hour(year)
    return hours[~_leap_day(hours)]


def parse_timestamps(texts: Iterable[object], where: str) -> pd.DatetimeIndex:
    """Timestamps in universal time from texts such as 2024-01-01T00:00:00; DataError if one is invalid."""
    texts = list(texts)
    stamps = pd.to_datetime(
        pd.Series(texts, dtype=object), utc=True, errors="coerce", format="ISO8601"
    )
    if stamps.isna().any():
        invalid = texts[int(stamps.isna().to_numpy().argmax())]
        remedy = (
            "a stamp of the answer is no time such as 2024-01-01T00:00; the service may have "
            "changed its format"
        )
        raise data_error(where, remedy, invalid)
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
    complaints: list[DataIssue] = []
    filled: list[FilledGap] = []
    columns = {}
    for name, values in series.items():
        try:
            columns[name], gaps = _column(name, values, year, where)
        except DataError as error:
            complaints += error.complaints
        else:
            filled += gaps
    if complaints:
        raise DataError(complaints)
    return CompleteYear(pd.DataFrame(columns, index=hours_of(year)), tuple(filled))


def _column(
    name: str, values: pd.Series, year: int, where: str
) -> tuple[pd.Series, list[FilledGap]]:
    """One column in every hour of the year, and its filled gaps."""
    hours = _every_hour(year)
    values = _each_stamp_once(name, values.astype(float).dropna().sort_index(), where)
    hourly = values.groupby(pd.DatetimeIndex(values.index).floor("h"))
    means = hourly.mean().reindex(hours)
    if means.isna().all():
        remedy = (
            f"the answer has no {name} in {year}; ask for another "
            "year or leave it out with --variables"
        )
        raise data_error(where, remedy)
    leap_day = _leap_day(hours)
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
        raise DataError([DataIssue(where, _too_long(name, too_long))])
    complete = means.interpolate(
        limit_direction="both"
    )  # at both ends of the year the nearest value
    return complete[~leap_day], gaps


def _each_stamp_once(name: str, values: pd.Series, where: str) -> pd.Series:
    """Drops duplicate timestamps with equal values; DataError if the values differ."""
    duplicated = values.index.duplicated(keep=False)
    if not duplicated.any():
        return values
    spread = values[duplicated].groupby(level=0).agg(["min", "max"])
    different = spread[~np.isclose(spread["min"], spread["max"], rtol=1e-9, atol=1e-12)]
    if len(different):
        stamp, row = different.index[0], different.iloc[0]
        remedy = (
            f"{name} stands twice at {stamp.strftime(STAMP)} with "
            f"different values{_more(len(different))}; ask again with "
            "--refresh, or leave it out with --variables"
        )
        raise data_error(where, remedy, f"{row['min']:g} and {row['max']:g}")
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
        f"{gap.hours} h from {gap.first.strftime(STAMP)} to {gap.last.strftime(STAMP)}"
        for gap in long[:TOLD]
    )
    return (
        f"{name} lacks {spans}{_more(len(long) - TOLD + 1)}, and no more than "
        f"{MAX_GAP_HOURS} h are filled; take another year, service or "
        "station, or leave it out with --variables"
    )


def _more(count: int) -> str:
    return f" (and {count - 1} more)" if count > 1 else ""


def _every_hour(year: int) -> pd.DatetimeIndex:
    return pd.date_range(
        f"{year}-01-01", f"{year + 1}-01-01", freq="h", tz="UTC", inclusive="left", name="hour"
    )


def _leap_day(hours: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray((hours.month == 2) & (hours.day == 29))
