"""Kinds that change a whole file: encoding, line ends, separators, quotes, rows, names of files."""

from __future__ import annotations

import csv
from random import Random

from fuzz.draft import NUMBER, Draft, NotHere
from fuzz.kinds import (
    CSV,
    MEASURED,
    OTHER,
    PROFILES,
    REFUSED,
    SAME,
    SOURCES,
    SWEEP,
    TABLES,
    TOML,
    WARNED,
    Ending,
    add,
    kind,
)

ALL = (*CSV, *TOML)
INPUTS = (*TABLES, *SOURCES, *PROFILES, *MEASURED)


# Encodings ----------------------------------------------------------------------------------------


def _encoded(name: str, fits: tuple[str, ...], may: Ending, make: object) -> None:
    def change(draft: Draft, file: str, _: Random) -> None:
        before = draft.files[file]
        draft.files[file] = make(before.decode())  # type: ignore[operator]
        if draft.files[file] == before:
            raise NotHere(file)
        draft.told(file.rsplit("/", 1)[-1])
        draft.said = f"{file}: {name}"

    add(f"encoding: {name}", "encodings", fits, may, change)


_encoded("byte-order mark", ALL, SAME, lambda t: t.encode("utf-8-sig"))
_encoded(
    "two byte-order marks", ALL, SAME | REFUSED, lambda t: b"\xef\xbb\xbf" + t.encode("utf-8-sig")
)
_encoded("UTF-16", ALL, SAME | REFUSED, lambda t: t.encode("utf-16"))
_encoded("UTF-16 without mark", ALL, SAME | REFUSED, lambda t: t.encode("utf-16-le"))
_encoded("UTF-16 big end first", ALL, SAME | REFUSED, lambda t: t.encode("utf-16-be"))
_encoded("UTF-32", ALL, SAME | REFUSED, lambda t: t.encode("utf-32"))
_encoded("UTF-7", ALL, SAME | REFUSED, lambda t: t.encode("utf-7"))
_encoded("latin-1", ALL, SAME | REFUSED, lambda t: t.encode("latin-1"))
_encoded("cp865 (DOS)", ALL, SAME | REFUSED, lambda t: t.encode("cp865"))
_encoded("CRLF", ALL, SAME, lambda t: t.replace("\n", "\r\n").encode())
_encoded("CR only", ALL, SAME | REFUSED, lambda t: t.replace("\n", "\r").encode())
_encoded("CR CR LF", ALL, SAME | REFUSED, lambda t: t.replace("\n", "\r\r\n").encode())
_encoded("LF and CRLF mixed", ALL, SAME, lambda t: t.replace("\n", "\r\n", 3).encode())
_encoded("no end of the last line", ALL, SAME, lambda t: t.rstrip("\n").encode())
_encoded(
    "byte-order mark and CRLF", ALL, SAME, lambda t: t.replace("\n", "\r\n").encode("utf-8-sig")
)
_encoded("end mark of DOS", ALL, SAME | REFUSED, lambda t: (t + "\x1a").encode())
_encoded("NUL at the end", ALL, REFUSED, lambda t: (t + "\x00").encode())
_encoded(
    "NUL in the middle",
    ALL,
    REFUSED,
    lambda t: (t[: len(t) // 2] + "\x00" + t[len(t) // 2 :]).encode(),
)
_encoded("1000 NUL", ALL, REFUSED, lambda _: b"\x00" * 1000)
_encoded("cut letter", ALL, REFUSED, lambda t: t.encode() + "å".encode()[:1])
_encoded("surrogate", ALL, REFUSED, lambda t: t.encode() + b"\xed\xa0\x80")
_encoded(
    "a picture", ALL, REFUSED, lambda _: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))
)
_encoded("a workbook", ALL, REFUSED, lambda _: b"PK\x03\x04" + bytes(range(256)))
_encoded(
    "a page of the web", ALL, REFUSED, lambda _: b"<!DOCTYPE html>\n<html><body>503</body></html>\n"
)
_encoded("JSON", ALL, REFUSED, lambda _: b'{"price": [1, 2, 3],\n "x": null}\n')
_encoded(
    "marks of a merge",
    ALL,
    REFUSED,
    lambda t: ("<<<<<<< HEAD\n" + t + "=======\n" + t + ">>>>>>> other\n").encode(),
)
_encoded(
    "pointer of a large file store",
    ALL,
    REFUSED,
    lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n",
)


# Separators and quotes ----------------------------------------------------------------------------


def _comma(text: str) -> str:
    return text.replace(".", ",") if NUMBER.match(text) else text


def _separated(
    name: str, fits: tuple[str, ...], may: Ending, cell: object, before: str = "", **how: object
) -> None:
    def change(draft: Draft, file: str, _: Random) -> None:
        rows = draft.rows(file)
        made = [rows[0], *([cell(text) for text in row] for row in rows[1:])]  # type: ignore[operator]
        draft.put(file, made, **how)
        draft.write(file, before + draft.text(file))
        draft.told(file)
        draft.said = f"{file}: {name}"

    add(f"separator: {name}", "separators and quotes", fits, may, change)


_same = str
_separated("semicolon, decimal comma", CSV, SAME, _comma, delimiter=";")
_separated(
    "semicolon, decimal comma, CRLF", CSV, SAME, _comma, delimiter=";", lineterminator="\r\n"
)
_separated("semicolon, decimal comma, byte-order mark", CSV, SAME, _comma, "\ufeff", delimiter=";")
_separated("semicolon, decimal point", CSV, SAME | REFUSED, _same, delimiter=";")
_separated("semicolon, all quoted", CSV, SAME, _comma, delimiter=";", quoting=csv.QUOTE_ALL)
_separated("sep= before", CSV, SAME | REFUSED, _comma, "sep=;\n", delimiter=";")
_separated("tab", CSV, SAME | REFUSED, _same, delimiter="\t")
_separated("tab, decimal comma", CSV, SAME | REFUSED, _comma, delimiter="\t")
_separated("upright line", CSV, SAME | REFUSED, _same, delimiter="|")
_separated("all quoted", CSV, SAME, _same, quoting=csv.QUOTE_ALL)
_separated("comma, decimal comma in quotes", INPUTS, REFUSED | SAME, _comma)
_separated("single quotes", INPUTS, REFUSED, lambda t: f"'{t}'")
_separated("typographic quotes", INPUTS, REFUSED, lambda t: f"“{t}”")


def _decimal_comma_unquoted(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    if not any("." in text and NUMBER.match(text) for row in rows[1:] for text in row):
        raise NotHere(file)
    draft.write(file, "".join(",".join(map(_comma, row)) + "\n" for row in rows))
    draft.told(file)


add(
    "separator: comma, decimal comma",
    "separators and quotes",
    (*INPUTS, *SWEEP),
    REFUSED,
    _decimal_comma_unquoted,
)


@kind(
    "separator: semicolon, thousands and decimal comma",
    "separators and quotes",
    (*TABLES, *PROFILES, *MEASURED),
    SAME | REFUSED,
)
def _(draft: Draft, file: str, _: Random) -> None:
    """As a Danish Excel shows 1234.5: ``1.234,5``, of numbers that all stand for what they were."""
    rows = draft.rows(file)

    def danish(text: str) -> str:
        if not NUMBER.match(text) or "e" in text:
            return text
        whole, _, part = text.partition(".")
        grouped = (
            f"{int(whole):,}".replace(",", ".") if whole.lstrip("-") not in ("", "0") else whole
        )
        return grouped + (f",{part}" if part else "")

    draft.put(file, [rows[0], *([danish(t) for t in row] for row in rows[1:])], delimiter=";")
    draft.told(file)


@kind("quotes: not closed", "separators and quotes", INPUTS, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    lines = draft.text(file).splitlines()
    i = dice.randrange(1, len(lines))
    stamp, comma, rest = lines[i].partition(",")
    lines[i] = f'{stamp}{comma}"{rest}' if '"' not in rest else lines[i].replace('"', "", 1)
    if lines[i].count('"') % 2 == 0:
        raise NotHere(file)
    draft.write(file, "\n".join(lines) + "\n")
    draft.told(file)


@kind("quotes: in the middle of a cell", "separators and quotes", TABLES, REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    lines = draft.text(file).splitlines()
    lines[1] = '"' + lines[1][0] + '"' + lines[1][1:].replace(",", '",', 1)
    draft.write(file, "\n".join(lines) + "\n")
    draft.told(file)


# Rows ---------------------------------------------------------------------------------------------


@kind("rows: in another order", "rows", (*TABLES, *SOURCES), SAME)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    below = rows[1:]
    dice.shuffle(below)
    draft.put(file, [rows[0], *below])


@kind("rows: blank ones between", "rows", (*TABLES, *SOURCES, *PROFILES), SAME | REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    lines = draft.text(file).splitlines()
    lines.insert(dice.randrange(1, len(lines) + 1), dice.choice(["", "   "]))
    draft.write(file, "\n".join(lines) + "\n")
    draft.told(file)


@kind("rows: empty ones of commas behind", "rows", CSV, SAME | REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    draft.put(file, [*rows, [""] * len(rows[0]), [""] * len(rows[0])])
    draft.told(file)


def _line(name: str, may: Ending, fits: tuple[str, ...], line: object, at: int) -> None:
    def change(draft: Draft, file: str, _: Random) -> None:
        lines = draft.text(file).splitlines()
        place = at if at >= 0 else len(lines) + 1 + at
        lines.insert(place, line(lines) if callable(line) else str(line))
        draft.write(file, "\n".join(lines) + "\n")
        draft.told(file)

    add(f"rows: {name}", "rows", fits, may, change)


_line("blank one before the header", SAME | REFUSED, CSV, "", 0)
_line("title before the header", REFUSED, INPUTS, "Prices of 2030", 0)
_line("comment before the header", SAME | REFUSED, INPUTS, "# made by hand", 0)
_line("comment between", SAME | REFUSED, INPUTS, "# made by hand", 2)
_line("header again between", REFUSED, INPUTS, lambda lines: lines[0], 2)
_line(
    "units below the header",
    REFUSED,
    INPUTS,
    lambda lines: ",".join(["MW"] * (lines[0].count(",") + 1)),
    1,
)
_line("total behind", REFUSED, TABLES, lambda lines: "Total" + "," * lines[0].count(","), -1)
_line("one cell too many", REFUSED, (*INPUTS, *SWEEP), lambda lines: lines[-1] + ",7", -1)
_line("one cell too few", SAME | REFUSED, INPUTS, lambda lines: lines[-1].rsplit(",", 1)[0], -1)
_line("note behind", REFUSED, INPUTS, "source: the internet", -1)
_line("last one twice", REFUSED, (*TABLES, *PROFILES, *MEASURED), lambda lines: lines[-1], -1)


def _cells(name: str, fits: tuple[str, ...], may: Ending, make: object) -> None:
    def change(draft: Draft, file: str, dice: Random) -> None:
        lines = draft.text(file).splitlines()
        i = dice.randrange(1, min(len(lines), 30))
        if '"' in lines[i]:
            raise NotHere(file)
        lines[i] = make(lines[i], dice)  # type: ignore[operator]
        draft.write(file, "\n".join(lines) + "\n")
        draft.told(file, *([f"row {i + 1}"] if lines[i].strip(",") else []))
        draft.said = f"{file} row {i + 1}: {lines[i][:80]}"

    add(f"rows: {name}", "rows", fits, may, change)


_cells("a cell more in one", INPUTS, REFUSED, lambda line, _: f"{line},999")
_cells("a cell more inside one", INPUTS, REFUSED, lambda line, _: line.replace(",", ",999,", 1))
_cells("an empty cell more in one", INPUTS, SAME | REFUSED, lambda line, _: f"{line},")
_cells("cells cut off one", INPUTS, REFUSED, lambda line, _: line.split(",")[0])
_cells(
    "a cell of commas only", (*PROFILES, *MEASURED), REFUSED, lambda line, _: "," * line.count(",")
)


@kind("rows: none below the header", "rows", (*PROFILES, *MEASURED, *SWEEP), REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    draft.put(file, draft.rows(file)[:1])
    draft.told(file)


@kind("rows: no rows of a table", "rows", TABLES, REFUSED | WARNED | OTHER)
def _(draft: Draft, file: str, _: Random) -> None:
    draft.put(file, draft.rows(file)[:1])


@kind("rows: one less of a table", "rows", TABLES, REFUSED | WARNED | OTHER)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    del rows[dice.randrange(1, len(rows))]
    draft.put(file, rows)


@kind("rows: 300 more", "rows", (*TABLES, *SOURCES), REFUSED | OTHER | WARNED)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    more = [[f"{rows[1][0]}_{i}", *rows[1][1:]] for i in range(300)]
    draft.put(file, [*rows, *more])


@kind("rows: 10,000 columns", "rows", INPUTS, REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    draft.put(file, [[*rows[0], *(f"c{i}" for i in range(10_000))], *rows[1:]])
    draft.told(file)
