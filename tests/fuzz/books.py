"""Kinds that change the workbook of a case; and kinds of files, carried through a workbook."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

from fuzz.draft import Draft
from fuzz.kinds import BOOK, REFUSED, SAME, WARNED, Ending, add

HERE = (BOOK,)
_odd = REFUSED | WARNED
FIXED = datetime.datetime(2030, 1, 1, 12, 30)


def _book(name: str, may: Ending, change: Callable[[Any], None], *told: str) -> None:
    def mutate(draft: Draft, _: str, __: Random) -> None:
        draft.by_book()
        draft.book = change
        draft.told(*told)
        draft.said = f"workbook: {name}"

    add(f"workbook: {name}", "workbooks", HERE, may, mutate)


def _bytes(name: str, may: Ending, change: Callable[[bytes], bytes]) -> None:
    def mutate(draft: Draft, _: str, __: Random) -> None:
        draft.by_book()
        draft.book_bytes = change
        draft.told("case.xlsx")
        draft.said = f"workbook: {name}"

    add(f"workbook: {name}", "workbooks", HERE, may, mutate)


def _cell(
    sheet: str, header: str, row: int, value: object, style: str = ""
) -> Callable[[Any], None]:
    """Sets a cell below the header that begins with a name."""

    def change(book: Any) -> None:
        heads = [str(cell.value) for cell in book[sheet][1]]
        cell = book[sheet].cell(
            row, 1 + next(i for i, h in enumerate(heads) if h.startswith(header))
        )
        cell.value = value
        if style:
            cell.number_format = style

    return change


_numbers = {
    "date for a number": FIXED, "day for a number": datetime.date(2030, 1, 1),
    "time for a number": datetime.time(12, 30),
    "duration for a number": datetime.timedelta(hours=30), "true for a number": True,
    "false for a number": False,
    "text for a number": "many", "error #REF!": "#REF!", "error #N/A": "#N/A",
    "error #DIV/0!": "#DIV/0!",
    "decimal comma in a text": "40,5", "thousands in a text": "1.234,5", "underscore": "4_0",
    "full-width digits": "４０",
    "formula without value": "=20*2", "formula of another sheet": "=sites!A1",
    "formula that is code": '=HYPERLINK("http://x","y")',
    "unit in the cell": "40 EUR/MWh", "letters of 30 kB": "x" * 30_000, "nan": "nan",
}  # fmt: skip
for _name, _value in _numbers.items():
    _book(_name, REFUSED, _cell("carriers", "price", 4, _value), "carriers", "row 4")
_book("number in a text", SAME, _cell("carriers", "price", 4, "40"))
_book("number with blanks in a text", SAME, _cell("carriers", "price", 4, " 40 "))
_book("number as money", SAME, _cell("carriers", "price", 4, 40.0, "#,##0.00 kr"))
_book(
    "number shown as a date",
    SAME | REFUSED,
    _cell("carriers", "price", 4, 40, "yyyy-mm-dd"),
    "carriers",
)
_book("share shown in per cent", SAME, _cell("storages", "efficiency_out", 2, 0.96, "0 %"))
_book("98 for 0.98", REFUSED, _cell("storages", "efficiency_out", 2, 98), "storages", "row 2")
_book("1e30", _odd, _cell("carriers", "price", 4, 1e30), "carriers", "row 4")
_book(
    "negative capacity",
    REFUSED,
    _cell("conversions", "capacity_existing", 3, -3),
    "conversions",
    "row 3",
)
_book("yes as true", SAME | REFUSED, _cell("carriers", "allow_spill", 2, True))
_book("name that is a number", REFUSED, _cell("storages", "site", 2, 751), "storages", "row 2")
_book("name that is true", REFUSED, _cell("storages", "site", 2, True), "storages", "row 2")
_book("header without unit", REFUSED, _cell("carriers", "price", 1, "price"), "carriers", "row 1")
_book("unit banana", REFUSED, _cell("carriers", "price", 1, "price [banana]"), "carriers", "row 1")
_book(
    "unit with a number",
    REFUSED,
    _cell("carriers", "price", 1, "price [0 EUR/unit]"),
    "carriers",
    "row 1",
)
_book("header empty", REFUSED, _cell("carriers", "price", 1, None), "carriers")
_book("header that is a number", REFUSED, _cell("carriers", "price", 1, 7), "carriers", "row 1")
_book(
    "hours as dates",
    REFUSED | SAME,
    lambda book: _dates(book["profiles prices"]),
    "profiles prices",
)
_book(
    "one hour as a date",
    _odd,
    _cell("profiles prices", "hour", 5, FIXED),
    "profiles prices",
    "row 5",
)
_book(
    "hours of another year", _odd, lambda book: _years(book["profiles prices"]), "profiles prices"
)
_book(
    "profile cell empty",
    REFUSED,
    _cell("profiles prices", "price", 5, None),
    "profiles prices",
    "row 5",
)
_book(
    "profile unit banana",
    REFUSED,
    _cell("profiles prices", "price", 1, "price [banana]"),
    "profiles prices",
)


def _dates(sheet: Any) -> None:
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 1).value = datetime.datetime(2030, 1, 1) + datetime.timedelta(hours=row - 2)


def _years(sheet: Any) -> None:
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 1).value = str(sheet.cell(row, 1).value).replace("2030", "2029")


def _renamed(before: str, after: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[before].title = after

    return change


def _contents(row: int, column: int, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book["contents"].cell(row, column).value = value

    return change


def _row_of(book: Any, sheet: str) -> int:
    return next(i for i, row in enumerate(book["contents"].values, start=1) if row[0] == sheet)


def _filed(sheet: str, file: object) -> Callable[[Any], None]:
    return lambda book: _contents(_row_of(book, sheet), 2, file)(book)


def _removed(sheet: str) -> Callable[[Any], None]:
    return lambda book: book.remove(book[sheet])


_book("sheet taken out", REFUSED, _removed("demands"), "demands")
_book("sheet of contents taken out", REFUSED | SAME, _removed("contents"))
_book("hidden sheet of names taken out", SAME, _removed("names of rows"))
_book("case.toml taken out", REFUSED, _removed("case.toml"), "case.toml")
_book("sheet renamed", REFUSED, _renamed("demands", "what is wanted"), "what is wanted")
_book("sheet renamed in capitals", REFUSED | SAME, _renamed("demands", "Demands"), "emands")
_book("sheet renamed with a blank", REFUSED | SAME, _renamed("demands", "demands "), "demands")
_book("file outside the case", REFUSED, _filed("demands", "../demands.csv"), "../demands.csv")
_book("absolute file", REFUSED, _filed("demands", "/tmp/fuzz_demands.csv"), "/tmp/fuzz_demands.csv")
_book("file of Windows", REFUSED, _filed("demands", "C:\\demands.csv"), "demands")
_book("file that is code", REFUSED, _filed("demands", "demands.py"), "demands.py")
_book("file of a number", REFUSED, _filed("demands", 7), "7")
_book("file with NUL in words", REFUSED, _filed("demands", "dem%00ands.csv"), "demands")
_book("file twice", SAME | REFUSED, _filed("demands", "links.csv"), "links.csv")
_book("line of contents empty", SAME | REFUSED, _filed("demands", None), "demands")
_book("very long file name", REFUSED, _filed("demands", "d" * 400 + ".csv"), "contents")
_book("file below a file", REFUSED, _filed("demands", "links.csv/demands.csv"), "demands.csv")
_book("sheet more that is none", REFUSED, lambda book: book.create_sheet("my notes"), "my notes")
_book(
    "sheet more of a table, empty",
    REFUSED | SAME,
    lambda book: book.create_sheet("storages_new"),
    "storages",
)
_book("chart sheet", REFUSED | SAME, lambda book: book.create_chartsheet("a chart"), "a chart")
_book("sheet hidden", SAME, lambda book: setattr(book["demands"], "sheet_state", "hidden"))
_book("sheets in another order", SAME, lambda book: book.move_sheet("demands", 5))
_book(
    "row hidden",
    SAME | WARNED | REFUSED,
    lambda book: setattr(book["demands"].row_dimensions[2], "hidden", True),
    "demands",
)
_book(
    "cells merged",
    REFUSED | SAME,
    lambda book: book["conversions"].merge_cells("B2:B3"),
    "conversions",
    "row 3",
)
_book(
    "note beside the table",
    REFUSED,
    lambda book: book["demands"].cell(2, 30, "check this"),
    "demands",
    "row 2",
)
_book(
    "note below the table",
    REFUSED,
    lambda book: book["demands"].cell(9, 1, "check this"),
    "demands",
    "row 9",
)
_book("empty rows between", SAME | REFUSED, lambda book: book["demands"].insert_rows(3), "demands")
_book(
    "empty row before the header",
    SAME | REFUSED,
    lambda book: book["demands"].insert_rows(1),
    "demands",
)
_book(
    "empty column between", SAME | REFUSED, lambda book: book["demands"].insert_cols(3), "demands"
)
_book("cell far away", REFUSED | SAME, lambda book: book["demands"].cell(60_000, 2, "x"), "demands")
_book(
    "cell in the last column",
    REFUSED | SAME,
    lambda book: book["demands"].cell(2, 16_384, "x"),
    "demands",
)
_book(
    "row twice",
    REFUSED,
    lambda book: book["demands"].append([c.value for c in book["demands"][2]]),
    "demands",
)
_book("column twice", REFUSED, lambda book: _again(book["demands"]), "demands", "row 1")
_book(
    "line of case.toml that is none",
    REFUSED,
    lambda book: book["case.toml"].append(["[time"]),
    "case.toml",
)
_book(
    "setting as a number in the next cell",
    REFUSED | SAME,
    lambda book: book["case.toml"].cell(2, 2, 7),
    "case.toml",
)
_book(
    "line of case.toml that is a formula",
    REFUSED,
    lambda book: book["case.toml"].cell(4, 1, "=1+1"),
    "case.toml",
)
_book(
    "scenario line that is none",
    REFUSED,
    lambda book: book["scenarios step.toml"].append(["x ="]),
    "scenarios step.toml",
)


def _again(sheet: Any) -> None:
    place = sheet.max_column + 1
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, place).value = sheet.cell(row, 5).value


def _zipped(content: bytes, name: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """A workbook with one part of its archive changed, or left out."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            data = old.read(part)
            data_now = change(data) if part == name else data
            if data_now is not None:
                new.writestr(part, data_now)
    return made.getvalue()


_first = "xl/worksheets/sheet1.xml"
_bytes("empty file", REFUSED, lambda _: b"")
_bytes("text in its place", REFUSED, lambda _: b"carrier,price\nheat,3\n")
_bytes("cut in half", REFUSED, lambda b: b[: len(b) // 2])
_bytes("a bit flipped", REFUSED | SAME, lambda b: b[:3000] + bytes([b[3000] ^ 16]) + b[3001:])
_bytes(
    "an archive of something else", REFUSED, lambda b: _zipped(b, "xl/workbook.xml", lambda _: None)
)
_bytes("a sheet that is no XML", REFUSED, lambda b: _zipped(b, _first, lambda _: b"<worksheet"))
_bytes("a sheet missing", REFUSED, lambda b: _zipped(b, _first, lambda _: None))
_bytes(
    "entities that multiply",
    SAME | REFUSED,
    lambda b: _zipped(
        b,
        _first,
        lambda d: (
            b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
            + d.replace(b"contents", b"&b;")
        ),
    ),
)
_bytes("styles missing", REFUSED | SAME, lambda b: _zipped(b, "xl/styles.xml", lambda _: None))
_bytes(
    "200 MB of blanks in a part",
    REFUSED | SAME,
    lambda b: _zipped(b, "docProps/app.xml", lambda d: d + b" " * 200_000_000),
)
