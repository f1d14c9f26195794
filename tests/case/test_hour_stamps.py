"""Hours of profiles are aligned by their stamps, or refused with file and row."""

import pandas as pd
import pytest
from helpers import case_builder

import energy_model as em
from energy_model.case.hour_stamps import parse_hour_stamps

HOURS = [f"2030-01-01T0{hour}:00Z" for hour in range(4)]
PRICES = [10, 20, 30, 40]


def case(tmp_path, stamps, prices=PRICES, header="hour", first=HOURS):
    """One MWh is wanted in the third hour; the price stands in a second file with its own stamps."""
    folder = case_builder.write(
        tmp_path / "case",
        4,
        markets=[case_builder.market(price="spot")],
        demands=[case_builder.demand(carrier="power", yearly=1, profile="wanted")],
    )
    (folder / "profiles").mkdir()
    rows = [f"{stamp},{value}" for stamp, value in zip(first, [0, 0, 1, 0], strict=True)]
    (folder / "profiles" / "a.csv").write_text("\n".join(["hour,wanted [1]", *rows]))
    rows = [f"{stamp},{value}" for stamp, value in zip(stamps, prices, strict=True)]
    (folder / "profiles" / "b.csv").write_text(
        "\n".join([f"{header},spot [EUR/MWh]", *rows]), encoding="utf-8"
    )
    return folder


SAME_HOURS = {
    "universal time": (HOURS, "hour"),
    "an offset of an hour": ([f"2030-01-01T0{h + 1}:00+01:00" for h in range(4)], "hour"),
    "an offset without colon": ([f"2030-01-01T0{h + 1}:00+0100" for h in range(4)], "hour"),
    "another offset in each row": (
        ["2030-01-01T00:00Z", "2030-01-01T02:00+01:00", "2030-01-01T02:00Z", "2030-01-01T01:00-02:00"],
        "hour",
    ),
    "a blank for the T": ([stamp.replace("T", " ") for stamp in HOURS], "hour"),
    "seconds": ([stamp.replace("Z", ":00Z") for stamp in HOURS], "hour"),
    "a time zone in the header": (
        [f"2030-01-01T0{h + 1}:00" for h in range(4)],
        "hour [Europe/Copenhagen]",
    ),
    "UTC in the header": ([stamp[:-1] for stamp in HOURS], "hour [UTC]"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", SAME_HOURS)
def test_the_price_of_the_hour_is_paid(name, tmp_path):
    """The third hour costs 30 EUR, however its stamp is written."""
    stamps, header = SAME_HOURS[name]
    run = em.solve(em.load_case(case(tmp_path, stamps, header=header)))
    assert run.objective == pytest.approx(30, rel=1e-9)


OTHER_HOURS = {
    "an hour early": (
        ["2029-12-31T23:00Z", *HOURS[:3]], "hour",
        r"profiles/b\.csv, row 2, hour: '2029-12-31T23:00Z' .*profiles/a\.csv has 2030-01-01T00:00Z.*take its first 1 rows out and add as many at its end",
    ),
    "another year": ([s.replace("2030", "2029") for s in HOURS], "hour", r"b\.csv, row 2, hour: .*a\.csv has 2030-01-01T00:00Z"),
    "backwards": (HOURS[::-1], "hour", r"b\.csv, row 3, hour: '2030-01-01T02:00Z' .* before the one above"),
    "one twice": ([HOURS[0], HOURS[0], *HOURS[2:]], "hour", r"b\.csv, row 3, hour: .* occurs twice"),
    "one missing": ([*HOURS[:2], HOURS[3], "2030-01-01T04:00Z"], "hour", r"b\.csv, row 4, hour: .*add 2030-01-01T02:00Z"),
    "rubbish": (["a", "b", "c", "d"], "hour", r"b\.csv, row 2, hour: 'a' is given; write an hour such as"),
    "no such day": ([s.replace("01-01", "02-30") for s in HOURS], "hour", r"b\.csv, row 2, hour: .* there is no such hour"),
    "the year 1": ([s.replace("2030", "0001") for s in HOURS], "hour", r"b\.csv, row 2, hour: .*year is not between 1900 and 2200"),
    "an offset of hours alone": ([f"2030-01-01T0{h + 1}:00+01" for h in range(4)], "hour", r"row 2, hour: .*write an hour such as 2030-01-01T01:00\+01:00"),
    "29 February": ([s.replace("2030-01-01", "2028-02-29") for s in HOURS], "hour", r"row 2, hour: .*29 February is left out of every year; remove its 4 hours"),
    "half past": ([s.replace(":00Z", ":30Z") for s in HOURS], "hour", r"b\.csv, row 2, hour: .*begins at its full hour"),
    "no offset": ([s[:-1] for s in HOURS], "hour", r"b\.csv, row 2, hour: '2030-01-01T00:00' .* the hour has no offset"),
    "a Danish spreadsheet's date": ([f"01-01-2030 0{h}:00" for h in range(4)], "hour", r"b\.csv, row 2, hour: .*write an hour"),
    "offset and zone": (HOURS, "hour [Europe/Copenhagen]", r"the header names a time zone too"),
    "no such zone": ([s[:-1] for s in HOURS], "hour [Europe/Aarhus]", r"row 1, hour: .* there is no such time zone"),
    "digits of another script": ([s.replace("2030", "２０３０") for s in HOURS], "hour", r"row 2, hour: .*write an hour"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_HOURS)
def test_other_hours_are_refused_with_file_and_row(name, tmp_path):
    stamps, header, sentence = OTHER_HOURS[name]
    with pytest.raises(em.InputError, match=sentence):
        em.load_case(case(tmp_path, stamps, header=header))


@pytest.mark.parametrize("rows", [3, 5])
def test_a_file_of_other_length_is_refused(rows, tmp_path):
    stamps = [f"2030-01-01T0{hour}:00Z" for hour in range(rows)]
    with pytest.raises(em.InputError, match=rf"b\.csv: the file has {rows} rows; give 4"):
        em.load_case(case(tmp_path, stamps, list(range(rows))))


def parsed(texts, zone=None):
    """The hours, and what is wrong with them."""
    told = []
    hours = parse_hour_stamps(texts, zone, lambda row, why: told.append((row, why)))
    return hours, told


def test_clocks_that_go_back_show_an_hour_twice():
    """2030-10-27 in Denmark: 02:00 stands twice, the first in summer time (00:00Z)."""
    texts = ["2030-10-27T01:00", "2030-10-27T02:00", "2030-10-27T02:00", "2030-10-27T03:00"]
    hours, told = parsed(texts, "Europe/Copenhagen")
    assert told == []
    assert list(hours) == list(pd.date_range("2030-10-26T23:00Z", periods=4, freq="h"))


def test_an_hour_that_clocks_show_twice_must_stand_twice():
    texts = ["2030-10-27T01:00", "2030-10-27T02:00", "2030-10-27T03:00"]
    hours, told = parsed(texts, "Europe/Copenhagen")
    assert hours is None
    assert told[0][0] == 1
    assert "show this hour twice" in told[0][1]


def test_an_hour_that_clocks_skip_is_refused():
    """2030-03-31 in Denmark: 02:00 does not exist."""
    texts = ["2030-03-31T01:00", "2030-03-31T02:00", "2030-03-31T03:00"]
    hours, told = parsed(texts, "Europe/Copenhagen")
    assert hours is None
    assert told[0][0] == 1
    assert "skip this hour" in told[0][1]


def test_local_time_without_offset_through_the_spring_change_is_no_hourly_row():
    """With offsets the same clock times are certain: the hour after 01:00+01:00 is 03:00+02:00."""
    texts = ["2030-03-31T01:00+01:00", "2030-03-31T03:00+02:00"]
    hours, told = parsed(texts)
    assert told == []
    assert list(hours) == [pd.Timestamp("2030-03-31T00:00Z"), pd.Timestamp("2030-03-31T01:00Z")]


def test_a_leap_day_may_be_left_out():
    hours, told = parsed(["2028-02-28T23:00Z", "2028-03-01T00:00Z"])
    assert told == []
    assert len(hours) == 2


def test_a_weather_file_of_another_year_has_the_same_hours_of_the_year(tmp_path):
    """Prices of the same clock hours of 2024 take the place of the case's: the third costs 7."""
    folder = case(tmp_path, HOURS)
    (folder / "weather").mkdir()
    rows = [f"2024-01-01T0{hour}:00Z,{price}" for hour, price in enumerate([5, 6, 7, 8])]
    text = "\n".join(["hour,spot [EUR/MWh]", *rows])
    (folder / "weather" / "real.csv").write_text(text)
    run = em.solve(em.load_case(folder, overrides='case.time.weather_year = "real"'))
    assert run.objective == pytest.approx(7, rel=1e-9)
    (folder / "weather" / "real.csv").write_text(text.replace("01-01T", "01-02T"))
    with pytest.raises(em.InputError, match=r"weather/real\.csv, row 2, hour: '01-02T00:00Z'"):
        em.load_case(folder, overrides='case.time.weather_year = "real"')
    (folder / "weather" / "real.csv").write_text(text.replace("EUR/MWh", "1"))
    with pytest.raises(em.InputError, match=r"weather/real\.csv, row 1: 'spot \[1\]' .* EUR/MWh"):
        em.load_case(folder, overrides='case.time.weather_year = "real"')


def test_the_file_of_a_universal_year_sets_the_hours(tmp_path):
    """The first file by name begins an hour early, in local time; it is the one to mend."""
    local = [f"2030-01-01T0{h}:00" for h in range(4)]
    folder = case(tmp_path, HOURS)
    rows = [f"{stamp},{value}" for stamp, value in zip(local, [0, 0, 1, 0], strict=True)]
    header = "hour [Europe/Copenhagen],wanted [1]"
    (folder / "profiles" / "a.csv").write_text("\n".join([header, *rows]))
    with pytest.raises(em.InputError, match=r"^profiles/a\.csv, row 2, hour: '2029-12-31T23:00Z'"):
        em.load_case(folder)


@pytest.mark.parametrize("header", ["hour", "hour [Europe/Copenhagen]"])
def test_a_leap_year_in_full_has_a_day_too_many(header, tmp_path):
    """8,784 rows: the remedy is to leave out 29 February, whatever the header says of the zone."""
    folder = case_builder.write(
        tmp_path / "case",
        8760,
        markets=[case_builder.market(price="spot")],
        demands=[case_builder.demand(carrier="power", yearly=1)],
    )
    zone = "UTC" if header == "hour" else "Europe/Copenhagen"
    stamps = pd.date_range("2028-01-01", periods=8784, freq="h", tz="UTC").tz_convert(zone)
    form = "%Y-%m-%dT%H:%MZ" if header == "hour" else "%Y-%m-%dT%H:%M"
    (folder / "profiles").mkdir(exist_ok=True)
    rows = "\n".join(f"{stamp},1" for stamp in stamps.strftime(form))
    text = f"{header},spot [EUR/MWh]\n{rows}\n"
    (folder / "profiles" / "year.csv").write_text(text)
    with pytest.raises(
        em.InputError, match="8784 rows; give 8760.*29 February is left out"
    ) as told:
        em.load_case(folder)
    assert "no offset" not in str(told.value)


def test_a_row_is_named_by_its_line_also_below_blank_lines(tmp_path):
    folder = case(tmp_path, ["2029-12-31T23:00Z", *HOURS[:3]])
    path = folder / "profiles" / "b.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head, "", "", *rows]), encoding="utf-8")
    with pytest.raises(em.InputError, match=r"profiles/b\.csv, row 4, hour: '2029-12-31T23:00Z'"):
        em.load_case(folder)
