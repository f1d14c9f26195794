"""Kinds that change a whole file: encoding, line ends, separators, quotes, rows, names of files."""

from __future__ import annotations

import csv
from random import Random

from fuzz import base
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
_encoded("two byte-order marks", ALL, SAME | REFUSED, lambda t: b"\xef\xbb\xbf" + t.encode("utf-8-sig"))
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
_encoded("byte-order mark and CRLF", ALL, SAME, lambda t: t.replace("\n", "\r\n").encode("utf-8-sig"))
_encoded("end mark of DOS", ALL, SAME | REFUSED, lambda t: (t + "\x1a").encode())
_encoded("NUL at the end", ALL, REFUSED, lambda t: (t + "\x00").encode())
_encoded("NUL in the middle", ALL, REFUSED, lambda t: (t[: len(t) // 2] + "\x00" + t[len(t) // 2 :]).encode())
_encoded("1000 NUL", ALL, REFUSED, lambda _: b"\x00" * 1000)
_encoded("cut letter", ALL, REFUSED, lambda t: t.encode() + "å".encode()[:1])
_encoded("surrogate", ALL, REFUSED, lambda t: t.encode() + b"\xed\xa0\x80")
_encoded("a picture", ALL, REFUSED, lambda _: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)))
_encoded("a workbook", ALL, REFUSED, lambda _: b"PK\x03\x04" + bytes(range(256)))
_encoded("a page of the web", ALL, REFUSED, lambda _: b"<!DOCTYPE html>\n<html><body>503</body></html>\n")
_encoded("JSON", ALL, REFUSED, lambda _: b'{"price": [1, 2, 3],\n "x": null}\n')
_encoded("marks of a merge", ALL, REFUSED, lambda t: ("<<<<<<< HEAD\n" + t + "=======\n" + t + ">>>>>>> other\n").encode())
_encoded("pointer of a large file store", ALL, REFUSED, lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n")  # fmt: skip


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
_separated("semicolon, decimal comma, CRLF", CSV, SAME, _comma, delimiter=";", lineterminator="\r\n")
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


add("separator: comma, decimal comma", "separators and quotes", (*INPUTS, *SWEEP), REFUSED, _decimal_comma_unquoted)


@kind("separator: semicolon, thousands and decimal comma", "separators and quotes", (*TABLES, *PROFILES, *MEASURED), SAME | REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    """As a Danish Excel shows 1234.5: ``1.234,5``, of numbers that all stand for what they were."""
    rows = draft.rows(file)

    def danish(text: str) -> str:
        if not NUMBER.match(text) or "e" in text:
            return text
        whole, _, part = text.partition(".")
        grouped = f"{int(whole):,}".replace(",", ".") if whole.lstrip("-") not in ("", "0") else whole
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
_line("units below the header", REFUSED, INPUTS, lambda lines: ",".join(["MW"] * (lines[0].count(",") + 1)), 1)
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
        draft.told(file, f"row {i + 1}")
        draft.said = f"{file} row {i + 1}: {lines[i][:80]}"

    add(f"rows: {name}", "rows", fits, may, change)


_cells("a cell more in one", INPUTS, REFUSED, lambda line, _: f"{line},999")
_cells("a cell more inside one", INPUTS, REFUSED, lambda line, _: line.replace(",", ",999,", 1))
_cells("an empty cell more in one", INPUTS, SAME | REFUSED, lambda line, _: f"{line},")
_cells("cells cut off one", INPUTS, REFUSED, lambda line, _: line.split(",")[0])
_cells("a cell of commas only", (*PROFILES, *MEASURED), REFUSED, lambda line, _: "," * line.count(","))


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


@kind("rows: 2,000 more", "rows", (*TABLES, *SOURCES), REFUSED | OTHER | WARNED)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    more = [[f"{rows[1][0]}_{i}", *rows[1][1:]] for i in range(2000)]
    draft.put(file, [*rows, *more])


@kind("rows: 10,000 columns", "rows", INPUTS, REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    draft.put(file, [[*rows[0], *(f"c{i}" for i in range(10_000))], *rows[1:]])
    draft.told(file)


@kind("file: empty", "files", ALL, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    draft.write(file, "")
    if file.startswith("scenarios"):
        raise NotHere(file)  # a scenario that changes nothing is one
    draft.told(file)


@kind("file: blanks only", "files", CSV, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    draft.write(file, dice.choice(["\n", "   \n\n", "\r\n", " ", ",,,\n", "\t\n", '""\n']))
    draft.told(file)


@kind("file: folder in its place", "files", ALL, REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    del draft.files[file]
    draft.folders.append(file)
    draft.told(file if file != base.CASES else "cases.csv")


def _path(name: str, may: Ending, make: object, fits: tuple[str, ...] = TABLES) -> None:
    def change(draft: Draft, file: str, _: Random) -> None:
        content = draft.files.pop(file)
        folder, slash, last = file.rpartition("/")
        after = f"{folder}{slash}{make(last)}"  # type: ignore[operator]
        if after == file:
            raise NotHere(file)
        draft.files[after] = content
        draft.said = f"{file} -> {after}"

    add(f"file name: {name}", "files", fits, may, change)


NAMED = (*TABLES, *SOURCES, *PROFILES)
_REMARK = SAME | REFUSED | WARNED
for _name, _make in {
    "ending in capitals": lambda n: n.replace(".csv", ".CSV"), "in capitals": lambda n: n.capitalize(),
    "txt behind": lambda n: f"{n}.txt", "blank before the point": lambda n: n.replace(".csv", " .csv"),
    "as a copy (1)": lambda n: n.replace(".csv", " (1).csv"), "Copy of": lambda n: f"Copy of {n}",
    "tsv": lambda n: n.replace(".csv", ".tsv"), "zip": lambda n: f"{n}.zip", "no ending": lambda n: n[:-4],
    "xlsx ending": lambda n: n.replace(".csv", ".xlsx"), "point before": lambda n: f".{n}",
    "hyphen": lambda n: n.replace(".csv", "-new.csv"), "backup": lambda n: f"{n}~",
    "Cyrillic letter": lambda n: n.replace("a", "а").replace("e", "е"), "blank behind": lambda n: f"{n} ",
    "blank first": lambda n: f" {n}", "singular": lambda n: n.replace("s.csv", ".csv"),
}.items():  # fmt: skip
    _path(_name, _REMARK, _make, NAMED)
for _name, _make in {
    "ending in capitals": lambda n: n.replace(".toml", ".TOML"), "in capitals": lambda n: n.capitalize(),
    "txt behind": lambda n: f"{n}.txt", "as a copy": lambda n: n.replace(".toml", " (1).toml"),
}.items():  # fmt: skip
    _path(f"{_name} (toml)", REFUSED | SAME, _make, TOML)


@kind("file name: table in two files", "files", TABLES, SAME)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    if len(rows) < 3:
        raise NotHere(file)
    draft.put(file, rows[:2])
    draft.put(file.replace(".csv", "_more.csv"), [rows[0], *rows[2:]])


@kind("file name: a copy beside", "files", TABLES, REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    copy = file.replace(".csv", "_copy.csv")
    draft.files[copy] = draft.files[file]
    draft.told(copy)


@kind("file name: folder misspelt", "files", ("profiles/*.csv", "weather/*.csv", "scenarios/*.toml"), REFUSED | WARNED)
def _(draft: Draft, file: str, dice: Random) -> None:
    folder = file.split("/")[0]
    after = dice.choice([folder.capitalize(), folder[:-1], f"{folder} ", f"{folder}/more"])
    for name in [n for n in draft.files if n.startswith(f"{folder}/")]:
        draft.files[name.replace(folder, after, 1)] = draft.files.pop(name)
