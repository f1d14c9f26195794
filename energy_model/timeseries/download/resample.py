"""Hours: values with stamps become the 8760 hours of a year in universal time.

Stamps are universal, so the days on which clocks change have 24 hours as all others. Values within an
hour are averaged. Gaps of up to three hours are filled along a straight line, and told; longer ones are
refused. A leap year goes without 29 February, as everywhere in this program.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from energy_model.timeseries.data_errors import DataError, DataIssue, data_error

MAX_GAP_HOURS = 3  # hours; over more than these weather and price make turns of their own
TOLD = 3  # gaps of a column that are named in a refusal
STAMP = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True)
class FilledGap:
    """Hours of a column that were not given, or not wholly, and were made up from those around."""

    column: str
    first: pd.Timestamp
    last: pd.Timestamp
    hours: int
    how: str  # "filled" along a line, or "averaged" from a part of the hour

    def __str__(self) -> str:
        """Such as: sun: 2 h filled from 2024-03-01T04:00Z to 2024-03-01T05:00Z."""
        span = f"{self.first.strftime(STAMP)} to {self.last.strftime(STAMP)}"
        return f"{self.column}: {self.hours} h {self.how} from {span}"


@dataclass(frozen=True)
class CompleteYear:
    """A year without gaps, and what was filled to make it so."""

    table: pd.DataFrame  # 8760 rows
    filled: tuple[FilledGap, ...]


def hours_of(year: int) -> pd.DatetimeIndex:
    """The 8760 hours of a year in universal time; 29 February is left out."""
    every = _every_hour(year)
    return every[~_leap_day(every)]


def parse_timestamps(texts: Iterable[object], where: str) -> pd.DatetimeIndex:
    """Stamps in universal time from texts such as 2024-01-01T00:00:00; Refusal if one is none."""
    texts = list(texts)
    read = pd.to_datetime(
        pd.Series(texts, dtype=object), utc=True, errors="coerce", format="ISO8601"
    )
    if read.isna().any():
        wrong = texts[int(read.isna().to_numpy().argmax())]
        raise data_error(where, "a stamp of the answer is no time such as 2024-01-01T00:00; the service may have changed its format", wrong)  # fmt: skip
    return pd.DatetimeIndex(read, name="hour")


def whole_year(series: Mapping[str, pd.Series], year: int, where: str) -> CompleteYear:
    """All columns in every hour of the year.

    Args:
        series: Values by column, each stamped in universal time at the beginning of its span.
        year: The calendar year.
        where: The service, for sentences.

    Raises:
        Refusal: A stamp stands twice with different values, or a gap is longer than three hours.
    """
    complaints: list[DataIssue] = []
    filled: list[FilledGap] = []
    columns = {}
    for name, values in series.items():
        try:
            columns[name], told = _column(name, values, year, where)
        except DataError as refusal:
            complaints += refusal.complaints
        else:
            filled += told
    if complaints:
        raise DataError(complaints)
    return CompleteYear(pd.DataFrame(columns, index=hours_of(year)), tuple(filled))


def _column(
    name: str, values: pd.Series, year: int, where: str
) -> tuple[pd.Series, list[FilledGap]]:
    """One column in every hour of the year, and what was filled."""
    every = _every_hour(year)
    values = _each_stamp_once(name, values.astype(float).dropna().sort_index(), where)
    hourly = values.groupby(pd.DatetimeIndex(values.index).floor("h"))
    given = hourly.mean().reindex(every)
    if given.isna().all():
        raise data_error(where, f"the answer has no {name} in {year}; ask for another year or leave it out with --variables")  # fmt: skip
    leap = _leap_day(every)
    parts = _part_hours(values, every) & ~leap
    told = [FilledGap(name, every[a], every[b], b - a + 1, "averaged") for a, b in _runs(parts)]
    long: list[FilledGap] = []
    for first, last in _runs(given.isna().to_numpy()):
        if leap[first : last + 1].all():
            continue  # it is left out
        gap = FilledGap(name, every[first], every[last], last - first + 1, "filled")
        (told if gap.hours <= MAX_GAP_HOURS else long).append(gap)
    if long:
        raise DataError([DataIssue(where, _too_long(name, long))])
    whole = given.interpolate(limit_direction="both")  # at an end of the year the nearest hour's
    return whole[~leap], told


def _each_stamp_once(name: str, values: pd.Series, where: str) -> pd.Series:
    """Stamps that stand twice with the same value are merged, with others refused."""
    twice = values.index.duplicated(keep=False)
    if not twice.any():
        return values
    spread = values[twice].groupby(level=0).agg(["min", "max"])
    apart = spread[~np.isclose(spread["min"], spread["max"], rtol=1e-9, atol=1e-12)]
    if len(apart):
        stamp, row = apart.index[0], apart.iloc[0]
        raise data_error(where, f"{name} stands twice at {stamp.strftime(STAMP)} with different values{_more(len(apart))}; ask again with --refresh, or leave it out with --variables", f"{row['min']:g} and {row['max']:g}")  # fmt: skip
    return values[~values.index.duplicated()]


def _part_hours(values: pd.Series, every: pd.DatetimeIndex) -> np.ndarray:
    """Hours of which only a part is given, such as two of four quarters."""
    index = pd.DatetimeIndex(values.index)
    hours, first, counts = np.unique(index.floor("h"), return_index=True, return_counts=True)
    steps = np.gcd(np.gcd.reduceat(index.minute.to_numpy(), first), 60)  # minutes between stamps
    at = pd.DatetimeIndex(hours, tz="UTC") if len(hours) else every[:0]
    count = pd.Series(counts, at).reindex(every, fill_value=0).to_numpy()
    wanted = pd.Series(60 // steps, at).reindex(every, fill_value=0).to_numpy()
    around = np.minimum(np.r_[count[:1], count[:-1]], np.r_[count[1:], count[-1:]])
    return (count > 0) & (count < np.maximum(wanted, around))


def _runs(marked: np.ndarray) -> Sequence[tuple[int, int]]:
    """First and last place of every run of marks."""
    edges = np.flatnonzero(np.diff(np.r_[False, marked, False].astype(int)))
    return list(zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True))


def _too_long(name: str, long: Sequence[FilledGap]) -> str:
    spans = ", ".join(
        f"{gap.hours} h from {gap.first.strftime(STAMP)} to {gap.last.strftime(STAMP)}"
        for gap in long[:TOLD]
    )
    return f"{name} lacks {spans}{_more(len(long) - TOLD + 1)}, and no more than {MAX_GAP_HOURS} h are filled; take another year, service or station, or leave it out with --variables"  # fmt: skip


def _more(count: int) -> str:
    return f" (and {count - 1} more)" if count > 1 else ""


def _every_hour(year: int) -> pd.DatetimeIndex:
    return pd.date_range(
        f"{year}-01-01", f"{year + 1}-01-01", freq="h", tz="UTC", inclusive="left", name="hour"
    )


def _leap_day(hours: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray((hours.month == 2) & (hours.day == 29))
