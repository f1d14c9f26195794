"""Values with stamps become the hours of a year: quarters, clock changes, leap years, gaps, what stands twice."""

import numpy as np
import pandas as pd
import pytest

from energy_model.timeseries import DataError
from energy_model.timeseries.calendar import hours_of
from energy_model.timeseries.download.resample import parse_timestamps, whole_year

HERE = "A service"


def every(step: str, year: int = 2024) -> pd.DatetimeIndex:
    """All moments of a year."""
    return pd.date_range(f"{year}", f"{year + 1}", freq=step, tz="UTC", inclusive="left")


def counted(step: str, year: int = 2024) -> pd.Series:
    """Each moment's number as its value."""
    at = every(step, year)
    return pd.Series(np.arange(len(at), dtype=float), at)


def made(values: pd.Series, year: int = 2024) -> tuple[pd.Series, list[str]]:
    """The hours of a year, and what was filled, in words."""
    whole = whole_year({"sun": values}, year, HERE)
    return whole.table["sun"], [str(one) for one in whole.filled]


def without(values: pd.Series, first: str, last: str) -> pd.Series:
    """The values without a span, both ends taken out."""
    return values.drop(values.loc[first:last].index)


def refusal(values: pd.Series, year: int = 2024) -> str:
    """Why no year can be made, in words."""
    with pytest.raises(DataError) as caught:
        made(values, year)
    return str(caught.value)


def test_a_leap_year_goes_without_its_extra_day():
    hours, told = made(counted("1h"))
    assert len(hours) == 8760
    assert hours.index.equals(hours_of(2024))
    assert hours["2024-02-28T23:00Z"] == 59 * 24 - 1
    assert hours["2024-03-01T00:00Z"] == 60 * 24
    assert told == []


def test_a_common_year_has_every_hour():
    hours, _ = made(counted("1h", 2023), 2023)
    assert (hours.to_numpy() == np.arange(8760)).all()


@pytest.mark.parametrize(("step", "number"), [("15min", 4), ("10min", 6), ("30min", 2)])
def test_what_is_finer_than_hours_is_averaged(step, number):
    hours, told = made(counted(step))
    assert hours.iloc[0] == (number - 1) / 2
    assert hours["2024-12-31T23:00Z"] == 8784 * number - 1 - (number - 1) / 2
    assert told == []


def test_hours_then_quarters_make_one_year():
    whole = pd.concat(
        [counted("1h")[:"2024-09-30T21:59"], counted("15min")["2024-09-30T22:00":] / 4]
    )
    hours, told = made(whole)
    assert hours["2024-09-30T21:00Z"] == pytest.approx(273 * 24 + 24 - 3)
    assert hours["2024-09-30T22:00Z"] == pytest.approx(273 * 24 + 22 + 3 / 8)
    assert told == []


def test_days_of_23_and_25_hours_are_days_like_others_in_universal_time():
    """Danish days of a year, by Danish stamps: 23 hours on 31 March, 25 on 27 October 2024."""
    values = counted("1h")
    danish = values.tz_convert("Europe/Copenhagen")
    days = danish.groupby(danish.index.date).size()
    assert (days[pd.Timestamp("2024-03-31").date()], days[pd.Timestamp("2024-10-27").date()]) == (
        23,
        25,
    )
    hours, told = made(danish.tz_convert("UTC"))
    for day in ("2024-03-31", "2024-10-27"):
        assert len(hours[day]) == 24
        assert (np.diff(hours[day]) == 1).all()
    assert told == []


def test_a_gap_of_two_hours_is_filled_along_a_line_and_told():
    values = counted("1h") ** 2
    hours, told = made(without(values, "2024-03-05T04:00Z", "2024-03-05T05:00Z"))
    before, after = hours["2024-03-05T03:00Z"], hours["2024-03-05T06:00Z"]
    assert hours["2024-03-05T04:00Z"] == pytest.approx(before + (after - before) / 3)
    assert told == ["sun: 2 h filled from 2024-03-05T04:00Z to 2024-03-05T05:00Z"]


def test_three_hours_are_the_most_that_are_filled():
    _, told = made(without(counted("1h"), "2024-03-05T04:00Z", "2024-03-05T06:00Z"))
    assert told == ["sun: 3 h filled from 2024-03-05T04:00Z to 2024-03-05T06:00Z"]
    assert "sun lacks 4 h" in refusal(
        without(counted("1h"), "2024-03-05T04:00Z", "2024-03-05T07:00Z")
    )


def test_a_gap_of_five_hours_is_refused_from_and_to():
    said = refusal(without(counted("15min"), "2024-03-05T04:00Z", "2024-03-05T08:45Z"))
    assert "sun lacks 5 h from 2024-03-05T04:00Z to 2024-03-05T08:00Z" in said
    assert HERE in said


def test_many_gaps_are_counted():
    values = counted("1h")
    for day in range(1, 7):
        values = without(values, f"2024-03-0{day}T04:00Z", f"2024-03-0{day}T09:00Z")
    assert "(and 3 more)" in refusal(values)


def test_a_gap_on_the_day_that_is_left_out_is_none():
    hours, told = made(without(counted("1h"), "2024-02-29T00:00Z", "2024-02-29T23:00Z"))
    assert len(hours) == 8760
    assert told == []


def test_the_first_and_the_last_hours_take_the_nearest():
    values = counted("1h").drop([*every("1h")[:2], every("1h")[-1]])
    hours, told = made(values)
    assert hours.iloc[0] == hours.iloc[1] == 2
    assert hours.iloc[-1] == 8782
    assert len(told) == 2


def test_values_that_are_none_are_gaps():
    values = counted("1h")
    values.iloc[100] = np.nan
    _, told = made(values)
    assert told == ["sun: 1 h filled from 2024-01-05T04:00Z to 2024-01-05T04:00Z"]


def test_an_hour_with_half_its_quarters_is_averaged_and_told():
    hours, told = made(counted("15min").drop(every("15min")[[102, 103, 201]]))
    assert hours.iloc[25] == 100.5
    assert told == [
        "sun: 1 h averaged from 2024-01-02T01:00Z to 2024-01-02T01:00Z",
        "sun: 1 h averaged from 2024-01-03T02:00Z to 2024-01-03T02:00Z",
    ]


def test_what_stands_twice_is_merged_if_it_is_the_same():
    values = counted("1h")
    hours, told = made(pd.concat([values, values.iloc[:50]]))
    assert hours.iloc[10] == 10
    assert told == []


def test_what_stands_twice_with_different_values_is_refused():
    values = counted("1h")
    said = refusal(pd.concat([values, values.iloc[7:9] + 1]))
    assert "sun has two different values at 2024-01-01T07:00Z" in said
    assert "(and 1 more)" in said
    assert "7 and 8" in said


def test_an_empty_column_is_refused():
    assert "no sun in 2023" in refusal(counted("1h"), 2023)


def test_all_columns_are_told_at_once():
    gap = without(counted("1h"), "2024-03-05T04:00Z", "2024-03-05T08:00Z")
    with pytest.raises(DataError) as caught:
        whole_year({"sun": gap, "cloud": gap, "wind_speed": counted("1h")}, 2024, HERE)
    assert [one.remedy.split()[0] for one in caught.value.issues] == ["sun", "cloud"]


def test_stamps_without_a_zone_are_universal_and_others_are_moved():
    read = parse_timestamps(
        ["2024-01-01T00:00:00", "2024-01-01T02:00:00+01:00", "2024-01-01T02:00Z"], HERE
    )
    assert list(read.hour) == [0, 1, 2]


def test_a_text_that_is_no_stamp_is_refused():
    with pytest.raises(DataError, match="yesterday"):
        parse_timestamps(["2024-01-01", "yesterday"], HERE)
