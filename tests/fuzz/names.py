"""Kinds that change names of rows everywhere at once, add twins of them, or make circles of them."""

from __future__ import annotations

import unicodedata
from random import Random

from fuzz import base
from fuzz.draft import Draft, NotHere, columns_of, table_of
from fuzz.kinds import CALL, REFUSED, SAME, WARNED, Ending, add, kind

FREE = ("sites.csv", "firms.csv", "carriers.csv", "technologies.csv")  # any text may be a name
STRICT = (
    "conversions.csv", "storages.csv", "links.csv", "vehicles.csv", "markets.csv", "demands.csv",
    "fleets.csv", "limits.csv",
)  # fmt: skip
NAMES = {
    "postcode 0751": "0751", "digits 8000": "8000", "1e3": "1e3", "1.5": "1.5", "nan": "nan", "NaN": "NaN",
    "NA": "NA", "N/A": "N/A", "None": "None", "null": "null", "true": "true", "True": "True", "inf": "inf",
    "minus": "-", "path": "../../up", "absolute path": "/etc/passwd", "script tag": "<script>alert(1)</script>",
    "formula": "=1+1", "@SUM": "@SUM(A1)", "plus": "+1", "blank inside": "a b", "colon": "a:b", "at sign": "a@b",
    "point": "a.b", "wildcard *": "a*", "wildcard ?": "a?", "brackets": "a[b]", "hash": "#1", "comma": "a,b",
    "semicolon": "a;b", "quote": 'a"b', "apostrophe": "a'b", "backslash": "a\\b", "percent": "a%sb%d",
    "braces": "{0}{x}", "dollar": "$HOME", "Cyrillic": "место", "Chinese": "地方", "Arabic": "مكان",
    "emoji": "🏭", "letters taken apart (NFD)": unicodedata.normalize("NFD", "åø é"), "1 MB": "n" * 1_000_000,
    "300 letters": "n" * 300, "line feed": "a\nb", "tab": "a\tb", "NUL": "a\x00b", "escape": "a\x1b[31mb",
    "zero-width": "a\u200bb", "right to left": "a\u202eb", "dunder": "__class__", "keyword": "lambda", "CON": "CON",
    "capital": "HERE_", "markup": "[bold]a[/bold]", "total": "total", "hour": "hour", "all": "all",
    "date": "2030-01-01", "equals sign": "a=b", "arrow": "a→b", "slash": "a/b", "two colons": "a::b",
}  # fmt: skip
WHOLE = {"postcode 0751", "1e3", "nan", "NA", "None", "true", "script tag", "formula", "markup",
         "comma", "emoji", "digits 8000"}  # fmt: skip


def renamed(draft: Draft, file: str, before: str, after: str) -> None:
    """Gives a row another name wherever it is named."""
    table, wanted = table_of(file).name, before
    for other in [f for f in draft.files if f.endswith(".csv") and "/" not in f and not f.startswith("sources")]:  # fmt: skip
        rows = draft.rows(other)
        for k, column in enumerate(columns_of(draft, other)):
            names = column.names
            own = table_of(other).name == table and column.name == table_of(file).key[0]
            if names == "assets":
                names = table if table in ("conversions", "storages", "links", "vehicles") else ""
            flow = column.name == "conversion" and table in ("conversions", "technologies")
            for row in rows[1:]:
                if (own or names == table or flow) and row[k] == wanted:
                    row[k] = after
                if column.name == "rows" and (row[k] == wanted or row[k].startswith(f"{wanted}:")):
                    row[k] = row[k].replace(wanted, after, 1)
        draft.put(other, rows)


def _rename(name: str, text: str, fits: tuple[str, ...], may: Ending, whole: bool) -> None:
    def change(draft: Draft, file: str, dice: Random) -> None:
        rows = draft.rows(file)
        kept = {"co2", "gas", "light", "pump", "heat"}  # named by settings, scenarios and verbs
        before = dice.choice([row[0] for row in rows[1:] if row[0] not in kept] or [""])
        if not before:
            raise NotHere(file)
        renamed(draft, file, before, text)
        draft.whole = whole
        draft.told(file)
        draft.said = f"{file}: {before} is called {text[:40]!r} everywhere"

    add(f"name: {name}", "names of rows", fits, may, change)


for _name, _text in NAMES.items():
    _rename(_name, _text, FREE, SAME | REFUSED | WARNED, _name in WHOLE)
for _name in ("postcode 0751", "1e3", "nan", "blank inside", "path", "script tag", "formula", "@SUM",
              "colon", "at sign", "Cyrillic", "NUL", "1 MB", "line feed", "None", "wildcard *"):  # fmt: skip
    _rename(f"{_name} of an asset", NAMES[_name], STRICT, SAME | REFUSED | WARNED, False)

TWINS = {
    "in capitals": str.upper, "blank behind": lambda t: f"{t} ", "blank inside": lambda t: f"{t[0]} {t[1:]}",
    "Cyrillic letter": lambda t: t.replace("e", "е").replace("o", "о").replace("a", "а"),
    "letters taken apart (NFD)": lambda t: unicodedata.normalize("NFD", t),
    "zero-width letter": lambda t: f"{t}\u200b", "no-break blank behind": lambda t: f"{t}\u00a0",
    "full-width letters": lambda t: "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in t),
    "the same": lambda t: t, "soft hyphen": lambda t: f"{t[:2]}\u00ad{t[2:]}",
}  # fmt: skip


def _twin(name: str, make: object) -> None:
    def change(draft: Draft, file: str, dice: Random) -> None:
        rows = draft.rows(file)
        row = dice.choice(rows[1:])
        after = make(row[0])  # type: ignore[operator]
        if after == row[0] and name != "the same":
            raise NotHere(file)
        draft.put(file, [*rows, [after, *row[1:]]])
        draft.told(file)
        draft.said = f"{file}: {row[0]} and {after!r} stand there"

    add(f"twin: {name}", "twins of names", (*FREE, *STRICT), REFUSED | WARNED, change)


for _name, _make in TWINS.items():
    _twin(_name, _make)


@kind("twin: the same in a second file", "twins of names", (*FREE, *STRICT), REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    second = file.replace(".csv", "_second.csv")
    draft.put(second, [rows[0], dice.choice(rows[1:])])
    draft.told(second)


@kind("twin: an asset of another table", "twins of names", STRICT, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    other = dice.choice([f for f in STRICT if f != file])
    rows = draft.rows(file)
    taken = draft.rows(other)[1][0]
    row = rows[-1]
    renamed(draft, file, row[0], taken)
    draft.told(taken)


# Circles ------------------------------------------------------------------------------------------


def _tied(draft: Draft, pairs: dict[str, str]) -> None:
    file = "conversions.csv"
    rows = draft.rows(file)
    at = rows[0].index("tied_to")
    for row in rows[1:]:
        row[at] = pairs.get(row[0], row[at])
    draft.put(file, rows)
    draft.told("conversions.csv", "tied_to")


@kind("circle: tied to itself", "circles", ("conversions.csv",), REFUSED | WARNED)
def _(draft: Draft, _: str, dice: Random) -> None:
    name = dice.choice(["chp", "heat_pump", "straw_boiler"])
    _tied(draft, {name: name})


@kind("circle: two tied to each other", "circles", ("conversions.csv",), REFUSED | WARNED)
def _(draft: Draft, _: str, __: Random) -> None:
    _tied(draft, {"straw_boiler": "heat_pump", "heat_pump": "straw_boiler"})


@kind("circle: three tied in a ring", "circles", ("conversions.csv",), REFUSED | WARNED)
def _(draft: Draft, _: str, __: Random) -> None:
    _tied(draft, {"straw_boiler": "heat_pump", "heat_pump": "chp", "chp": "straw_boiler"})


@kind("circle: a technology that names one", "circles", ("technologies.csv",), REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    draft.put(file, [[*r, "technology" if i == 0 else r[0]] for i, r in enumerate(draft.rows(file))])  # fmt: skip
    draft.told(file, "technology")


@kind("circle: a site named like its link", "circles", ("links.csv",), REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    """A link from a place to itself."""
    rows = draft.rows(file)
    a, b = rows[0].index("from_site"), rows[0].index("to_site")
    row = dice.randrange(1, len(rows))
    draft.set(file, row, b, rows[row][a])
    draft.told(file, f"row {row + 1}")


def _extends(name: str, changes: dict[str, str], told: str) -> None:
    def change(draft: Draft, _: str, __: Random) -> None:
        for file, text in changes.items():
            path = f"scenarios/{file}.toml"
            lines = [x for x in draft.text(path).splitlines() if "extends" not in x] if path in draft.files else []  # fmt: skip
            draft.write(path, "\n".join([*lines, f'extends = "{text}"']) + "\n")
        draft.told("scenarios/", told)

    add(f"circle: {name}", "circles", ("scenarios/dear.toml",), REFUSED, change)


_extends("scenario that extends itself", {"dear": "dear"}, "dear")
_extends("two scenarios that extend each other", {"step": "dear"}, "step")
_extends("three scenarios in a ring", {"step": "third", "third": "dear"}, "dear")
_extends("scenario that extends what is not there", {"step": "nowhere"}, "nowhere")
_extends("scenario that extends a path", {"step": "../case"}, "../case")


# What physics or the engine has no place for ------------------------------------------------------


def _row_more(name: str, file: str, cells: dict[str, str], may: Ending) -> None:
    def change(draft: Draft, target: str, _: Random) -> None:
        rows = draft.rows(target)
        names = [c.name for c in columns_of(draft, target)]
        draft.put(target, [*rows, [cells.get(n, "") for n in names]])
        draft.told(target)
        draft.said = f"{target}: a row {cells}"

    add(f"row: {name}", "rows that have no place", (file,), may, change)


_air = {"carrier": "co2"}
_bad = REFUSED | WARNED
_row_more(
    "a market of the emission carrier",
    "markets.csv",
    {"market": "air", "site": "there", "price": "5", **_air},
    _bad,
)
_row_more(
    "a demand of the emission carrier",
    "demands.csv",
    {"demand": "air", "site": "there", "yearly": "1", **_air},
    _bad,
)
_row_more(
    "a store of the emission carrier",
    "storages.csv",
    {"storage": "air", "site": "there", "duration": "2", "capacity_addable": "3", **_air},
    _bad,
)
_row_more(
    "a link of the emission carrier",
    "links.csv",
    {"link": "air", "from_site": "there", "to_site": "nørreå", "capacity_addable": "3", **_air},
    _bad,
)
_row_more(
    "a vehicle that takes the emission carrier",
    "vehicles.csv",
    {"vehicle": "air", "fleet": "cars", "energy_use": "1", "capacity_addable": "3", **_air},
    _bad,
)
_row_more(
    "a demand that nothing feeds",
    "demands.csv",
    {"demand": "cold", "site": "there", "yearly": "1", "carrier": "straw"},
    _bad,
)
_row_more(
    "a plant without flows",
    "conversions.csv",
    {"conversion": "idle", "site": "there", "carrier": "heat", "capacity_addable": "1"},
    _bad,
)
_row_more(
    "a term that meets nothing",
    "limit_terms.csv",
    {"limit": "some", "quantity": "sold", "rows": "nothing_*", "multiplier": "1"},
    _bad,
)
_row_more(
    "flows of nobody",
    "flows.csv",
    {"conversion": "nobody", "carrier": "heat", "coefficient": "1"},
    REFUSED,
)
_row_more("modes of nobody", "modes.csv", {"conversion": "nobody", "mode": "run"}, REFUSED)
_row_more(
    "a mode without flows",
    "modes.csv",
    {"conversion": "chp", "mode": "third", "capacity_use": "1"},
    _bad,
)
_row_more(
    "land of nowhere", "land.csv", {"site": "nowhere", "land_class": "field", "area": "1"}, REFUSED
)
_row_more(
    "a pump that makes heat of nothing",
    "flows.csv",
    {"conversion": "straw_boiler", "mode": "free", "carrier": "heat", "coefficient": "1"},
    _bad,
)


@kind(
    "row: a demand whose profile is zero all year",
    "rows that have no place",
    ("profiles/a_shapes.csv",),
    _bad,
)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    at = rows[0].index("shape [1]")
    for row in rows[1:]:
        row[at] = "0"
    draft.put(file, rows)
    draft.told("shape")


@kind(
    "row: a COP that is zero in an hour", "rows that have no place", ("weather/cold.csv",), REFUSED
)
def _(draft: Draft, file: str, dice: Random) -> None:
    draft.set(file, dice.randrange(1, base.HOURS), 1, "0")
    draft.told("flows.csv")


@kind("row: a COP of 98", "rows that have no place", ("weather/cold.csv",), REFUSED | WARNED)
def _(draft: Draft, file: str, dice: Random) -> None:
    draft.set(file, dice.randrange(1, base.HOURS), 1, "98000")
    draft.told("heat_pump")


@kind(
    "row: a COP that is negative",
    "rows that have no place",
    ("weather/cold.csv",),
    REFUSED | WARNED,
)
def _(draft: Draft, file: str, dice: Random) -> None:
    draft.set(file, dice.randrange(1, base.HOURS), 1, "-3")
    draft.told("heat_pump")


@kind(
    "row: a share above one in a profile",
    "rows that have no place",
    ("profiles/a_shapes.csv",),
    REFUSED,
)
def _(draft: Draft, file: str, dice: Random) -> None:
    at = draft.rows(file)[0].index("share [1]")
    draft.set(file, dice.randrange(1, base.HOURS), at, dice.choice(["98", "1.01", "-0.1"]))
    draft.told("share")


@kind("row: tables alone without what they name", "rows that have no place", (CALL,), _bad)
def _(draft: Draft, _: str, dice: Random) -> None:
    keep = {
        "case.toml",
        "sites.csv",
        "carriers.csv",
        "carriers_mass.csv",
        *dice.sample(sorted(draft.files), 3),
    }
    for file in [f for f in draft.files if f.endswith(".csv") and "/" not in f and f not in keep]:
        del draft.files[file]
