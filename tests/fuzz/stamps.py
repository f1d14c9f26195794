"""Kinds that change the hours of profile, weather and measured files."""

from __future__ import annotations

from random import Random

import pandas as pd
from fuzz import base
from fuzz.draft import Draft
from fuzz.kinds import MEASURED, PROFILES, REFUSED, SAME, WARNED, Ending, add, kind

HOURLY = (*PROFILES, *MEASURED)
H = pd.Timedelta("1h")


def _written(
    name: str, may: Ending, make: object, family: str = "hours written otherwise",
    fits: tuple[str, ...] = HOURLY,
) -> None:  # fmt: skip
    """Stamps of the same instants (or of others) in another form; ``make`` gets all of them."""

    def change(draft: Draft, file: str, _: Random) -> None:
        rows = draft.rows(file)
        stamps = pd.DatetimeIndex(pd.to_datetime([row[0] for row in rows[1:]], utc=True))
        made = [str(text) for text in make(stamps)]  # type: ignore[operator]
        draft.put(
            file, [rows[0], *([text, *row[1:]] for text, row in zip(made, rows[1:], strict=True))]
        )
        draft.told(file)
        draft.said = f"{file}: {name}, such as {made[0]}, {made[1]}"

    add(f"hours: {name}", family, fits, may, change)


def _as(pattern: str, zone: str = "UTC") -> object:
    return lambda stamps: stamps.tz_convert(zone).strftime(pattern)


_odd = REFUSED | WARNED
_written("offset +00:00", SAME, _as("%Y-%m-%dT%H:%M+00:00"))
_written(
    "offset +01:00 of the same instants", SAME, lambda s: (s + H).strftime("%Y-%m-%dT%H:%M+01:00")
)
_written(
    "offset -05:00 of the same instants",
    SAME,
    lambda s: (s - 5 * H).strftime("%Y-%m-%dT%H:%M-05:00"),
)
_written(
    "offset +0100 without colon", SAME | REFUSED, lambda s: (s + H).strftime("%Y-%m-%dT%H:%M+0100")
)
_written(
    "Danish time with its offset",
    SAME,
    lambda s: [t.isoformat() for t in s.tz_convert("Europe/Copenhagen")],
)
_written("seconds", SAME, _as("%Y-%m-%dT%H:%M:%SZ"))
_written("thousandths", SAME | REFUSED, _as("%Y-%m-%dT%H:%M:%S.000Z"))
_written("blank for T", SAME | REFUSED, _as("%Y-%m-%d %H:%MZ"))
_written("small z", SAME | REFUSED, _as("%Y-%m-%dT%H:%Mz"))
_written("basic form", SAME | REFUSED, _as("%Y%m%dT%H%MZ"))
_written("without offset", _odd, _as("%Y-%m-%dT%H:%M"))
_written("local time without offset", _odd, _as("%Y-%m-%dT%H:%M", "Europe/Copenhagen"))
_written("day first", _odd, _as("%d-%m-%Y %H:%M"))
_written("day first with points", _odd, _as("%d.%m.%Y %H.%M"))
_written("month first", _odd, _as("%m/%d/%Y %I:%M %p"))
_written("day and month in words", _odd, _as("%d %b %Y %H:%M"))
_written("name of a zone", SAME | _odd, _as("%Y-%m-%dT%H:%M UTC"))
_written("date only", REFUSED, _as("%Y-%m-%d"))
_written("hour only", REFUSED, _as("%H:%M"))
_written("numbers from 0", REFUSED, lambda s: range(len(s)))
_written("numbers from 1", REFUSED, lambda s: range(1, len(s) + 1))
_written("seconds since 1970", REFUSED, lambda s: [int(t.timestamp()) for t in s])
_written("thousandths since 1970", REFUSED, lambda s: [int(t.timestamp() * 1000) for t in s])
_written(
    "days of a spreadsheet",
    REFUSED,
    lambda s: [f"{(t - pd.Timestamp('1899-12-30', tz='UTC')) / pd.Timedelta('1D'):.6f}" for t in s],
)
_written(
    "intervals", REFUSED, lambda s: [f"{t:%Y-%m-%dT%H:%MZ}/{t + H:%Y-%m-%dT%H:%MZ}" for t in s]
)
_written(
    "hour 24",
    REFUSED,
    lambda s: [f"{t - H:%Y-%m-%d}T{'24' if t.hour == 0 else f'{t.hour:02d}'}:00Z" for t in s],
)
_written(
    "quarters of an hour",
    _odd,
    lambda s: [f"{s[0] + i * H / 4:%Y-%m-%dT%H:%MZ}" for i in range(len(s))],
)
_written("half past", _odd, lambda s: (s + H / 2).strftime(base.STAMP))
_written("ten past", _odd, lambda s: (s + H / 6).strftime(base.STAMP))

_other = "hours of another time"
_written("an hour early", _odd, lambda s: (s - H).strftime(base.STAMP), _other)
_written("an hour late", _odd, lambda s: (s + H).strftime(base.STAMP), _other)
_written("a day late", _odd, lambda s: (s + 24 * H).strftime(base.STAMP), _other)
_years = ("profiles/*.csv", *MEASURED)  # weather files are of other years by right
_written(
    "another year", _odd, lambda s: (s - pd.Timedelta("365D")).strftime(base.STAMP), _other, _years
)
_written("far future", _odd, lambda s: [f"99{t:%y-%m-%dT%H:%MZ}" for t in s], _other, _years)
_written("year 0001", _odd, lambda s: [f"0001{t:-%m-%dT%H:%MZ}" for t in s], _other)
_written("reversed stamps", _odd, lambda s: s[::-1].strftime(base.STAMP), _other)
_written("one hour for all", REFUSED, lambda s: [f"{s[0]:%Y-%m-%dT%H:%MZ}"] * len(s), _other)
_written("rubbish", REFUSED, lambda s: [f"x{i}" for i in range(len(s))], _other)
_written("nothing", REFUSED, lambda s: [""] * len(s), _other)
_written(
    "two hours exchanged", _odd, lambda s: s[[1, 0, *range(2, len(s))]].strftime(base.STAMP), _other
)
_written(
    "a later hour missing, the last further",
    _odd,
    lambda s: [*s[:9].strftime(base.STAMP), *(s[9:] + H).strftime(base.STAMP)],
    _other,
)


def _one(name: str, may: Ending, make: object) -> None:
    """One stamp in the middle is another."""

    def change(draft: Draft, file: str, dice: Random) -> None:
        rows = draft.rows(file)
        i = dice.randrange(2, min(len(rows), 40) - 1)
        draft.set(file, i, 0, make(rows, i))  # type: ignore[operator]
        draft.told(file, *(["row "] if "1 MB" not in name else []))

    add(f"hour: {name}", "one hour", HOURLY, may, change)


_one("twice, the next missing", REFUSED, lambda rows, i: rows[i - 1][0])
_one("rubbish", REFUSED, lambda *_: "yesterday")
_one("empty", REFUSED, lambda *_: "")
_one("of 30 February", REFUSED, lambda *_: "2030-02-30T00:00Z")
_one("hour 25", REFUSED, lambda *_: "2030-01-01T25:00Z")
_one("another year", REFUSED, lambda rows, i: "1999" + rows[i][0][4:])
_one("1 MB", REFUSED, lambda *_: "2" * 1_000_000)
_one("NUL", REFUSED, lambda rows, i: rows[i][0] + "\x00")
_one("formula", REFUSED, lambda *_: "=A2+1/24")
_one("full-width digits", REFUSED | SAME, lambda rows, i: rows[i][0].replace("0", "０"))
_one("without offset", REFUSED | WARNED, lambda rows, i: rows[i][0].rstrip("Z"))
_one("offset of another place", REFUSED, lambda rows, i: rows[i][0].rstrip("Z") + "+05:00")


@kind("hours: rows upside down", "hours of another time", HOURLY, SAME | REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    draft.put(file, [rows[0], *reversed(rows[1:])])
    draft.told(file)


@kind("hours: rows in disorder", "hours of another time", HOURLY, SAME | REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    below = rows[1:]
    dice.shuffle(below)
    draft.put(file, [rows[0], *below])
    draft.told(file)


@kind("hours: a row missing", "hours of another time", HOURLY, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    del rows[dice.randrange(1, min(len(rows), 40))]
    draft.put(file, rows)
    draft.told(file)


@kind("hours: a row more behind", "hours of another time", HOURLY, SAME | REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    last = pd.Timestamp(rows[-1][0]) + H
    draft.put(file, [*rows, [last.strftime(base.STAMP), *rows[-1][1:]]])
    draft.told(file)


@kind("hours: one hour missing and one more", "hours of another time", HOURLY, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    del rows[dice.randrange(2, min(len(rows), 40))]
    last = pd.Timestamp(rows[-1][0]) + H
    draft.put(file, [*rows, [last.strftime(base.STAMP), *rows[-1][1:]]])
    draft.told(file)


def _all(name: str, may: Ending, make: object) -> None:
    """All profile and weather files at once, in a form of their own."""

    def change(draft: Draft, _: str, __: Random) -> None:
        for file in [f for f in draft.files if f.startswith(("profiles/", "weather/"))]:
            rows = draft.rows(file)
            stamps = pd.DatetimeIndex(pd.to_datetime([row[0] for row in rows[1:]], utc=True))
            made = [str(text) for text in make(stamps)]  # type: ignore[operator]
            draft.put(
                file, [rows[0], *([t, *row[1:]] for t, row in zip(made, rows[1:], strict=True))]
            )
        draft.told("row ")

    add(f"all hours: {name}", "hours of every file", ("profiles/prices.csv",), may, change)


def _spring(stamps: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return stamps + (pd.Timestamp("2030-03-30T12:00Z") - stamps[0])


_all("without offset", _odd, lambda s: s.strftime("%Y-%m-%dT%H:%M"))
_all(
    "local time over the change of clocks, no offset",
    _odd,
    lambda s: _spring(s).tz_convert("Europe/Copenhagen").strftime("%Y-%m-%dT%H:%M"),
)
_all("half past", _odd, lambda s: (s + H / 2).strftime(base.STAMP))
_all("reversed", _odd, lambda s: s[::-1].strftime(base.STAMP))
_all("one hour for all", REFUSED, lambda s: [f"{s[0]:%Y-%m-%dT%H:%MZ}"] * len(s))
_all(
    "two hours apart",
    REFUSED,
    lambda s: [f"{s[0] + 2 * i * H:%Y-%m-%dT%H:%MZ}" for i in range(len(s))],
)
_all("rubbish", REFUSED, lambda s: [f"x{i}" for i in range(len(s))])
_all("with offset +01:00", SAME, lambda s: (s + H).strftime("%Y-%m-%dT%H:%M+01:00"))
