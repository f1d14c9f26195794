"""Kinds that change a file as a whole: it is empty, it is a folder, it has another name."""

from __future__ import annotations

from random import Random

from fuzz import base
from fuzz.draft import Draft, NotHere
from fuzz.kinds import (
    CSV,
    OTHER,
    PROFILES,
    REFUSED,
    SAME,
    SOURCES,
    TABLES,
    TOML,
    WARNED,
    Ending,
    add,
    kind,
)

ALL = (*CSV, *TOML)


@kind("file: empty", "files", ALL, REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
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
    "ending in capitals": lambda n: n.replace(".csv", ".CSV"),
    "in capitals": lambda n: n.capitalize(),
    "txt behind": lambda n: f"{n}.txt",
    "blank before the point": lambda n: n.replace(".csv", " .csv"),
    "as a copy (1)": lambda n: n.replace(".csv", " (1).csv"), "Copy of": lambda n: f"Copy of {n}",
    "tsv": lambda n: n.replace(".csv", ".tsv"), "zip": lambda n: f"{n}.zip",
    "no ending": lambda n: n[:-4],
    "xlsx ending": lambda n: n.replace(".csv", ".xlsx"), 
    "hyphen": lambda n: n.replace(".csv", "-new.csv"), "backup": lambda n: f"{n}~",
    "Cyrillic letter": lambda n: n.replace("a", "а").replace("e", "е"),
    "blank behind": lambda n: f"{n} ",
    "blank first": lambda n: f" {n}", "singular": lambda n: n.replace("s.csv", ".csv"),
}.items():  # fmt: skip
    _path(_name, _REMARK, _make, NAMED)
for _name, _make in {
    "ending in capitals": lambda n: n.replace(".toml", ".TOML"),
    "in capitals": lambda n: n.capitalize(),
    "txt behind": lambda n: f"{n}.txt", "as a copy": lambda n: n.replace(".toml", " (1).toml"),
}.items():  # fmt: skip
    _path(f"{_name} (toml)", REFUSED | SAME, _make, TOML)


_path("point before", _REMARK | OTHER, lambda n: f".{n}", NAMED)  # a hidden file is no input


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


@kind(
    "file name: folder misspelt",
    "files",
    ("profiles/*.csv", "weather/*.csv", "scenarios/*.toml"),
    REFUSED | WARNED,
)
def _(draft: Draft, file: str, dice: Random) -> None:
    folder = file.split("/")[0]
    after = dice.choice([folder.capitalize(), folder[:-1], f"{folder} ", f"{folder}/more"])
    for name in [n for n in draft.files if n.startswith(f"{folder}/")]:
        draft.files[name.replace(folder, after, 1)] = draft.files.pop(name)
