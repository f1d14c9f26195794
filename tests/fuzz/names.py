"""Kinds that change names of rows everywhere at once, or add twins of them."""

from __future__ import annotations

import unicodedata
from random import Random

from fuzz.draft import Draft, NotHere, columns_of, table_of
from fuzz.kinds import REFUSED, SAME, WARNED, Ending, add, kind

FREE = ("sites.csv", "firms.csv", "carriers.csv", "technologies.csv")  # any text may be a name
STRICT = (
    "conversions.csv", "storages.csv", "links.csv", "vehicles.csv", "markets.csv", "demands.csv",
    "fleets.csv", "limits.csv",
)  # fmt: skip
NAMES = {
    "postcode 0751": "0751", "digits 8000": "8000", "1e3": "1e3", "1.5": "1.5", "nan": "nan",
    "NaN": "NaN",
    "NA": "NA", "N/A": "N/A", "None": "None", "null": "null", "true": "true", "True": "True",
    "inf": "inf",
    "minus": "-", "path": "../../up", "absolute path": "/etc/passwd",
    "script tag": "<script>alert(1)</script>",
    "formula": "=1+1", "@SUM": "@SUM(A1)", "plus": "+1", "blank inside": "a b", "colon": "a:b",
    "at sign": "a@b",
    "point": "a.b", "wildcard *": "a*", "wildcard ?": "a?", "brackets": "a[b]", "hash": "#1",
    "comma": "a,b",
    "semicolon": "a;b", "quote": 'a"b', "apostrophe": "a'b", "backslash": "a\\b",
    "percent": "a%sb%d",
    "braces": "{0}{x}", "dollar": "$HOME", "Cyrillic": "место", "Chinese": "地方", "Arabic": "مكان",
    "emoji": "🏭", "letters taken apart (NFD)": unicodedata.normalize("NFD", "åø é"),
    "1 MB": "n" * 1_000_000,
    "300 letters": "n" * 300, "line feed": "a\nb", "tab": "a\tb", "NUL": "a\x00b",
    "escape": "a\x1b[31mb",
    "zero-width": "a\u200bb", "right to left": "a\u202eb", "dunder": "__class__",
    "keyword": "lambda", "CON": "CON",
    "capital": "HERE_", "markup": "[bold]a[/bold]", "total": "total", "hour": "hour", "all": "all",
    "date": "2030-01-01", "equals sign": "a=b", "arrow": "a→b", "slash": "a/b",
    "two colons": "a::b",
}  # fmt: skip
WHOLE = {"postcode 0751", "1e3", "nan", "NA", "None", "true", "script tag", "formula", "markup",
         "comma", "emoji", "digits 8000"}  # fmt: skip


def renamed(draft: Draft, file: str, before: str, after: str) -> None:
    """Gives a row another name wherever it is named."""
    table, wanted = table_of(file).name, before
    for other in [
        f
        for f in draft.files
        if f.endswith(".csv") and "/" not in f and not f.startswith("sources")
    ]:
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
        draft.renames, draft.whole = True, whole
        draft.told(file)
        draft.said = f"{file}: {before} is called {text[:40]!r} everywhere"

    add(f"name: {name}", "names of rows", fits, may, change)


for _name, _text in NAMES.items():
    _rename(_name, _text, FREE, SAME | REFUSED | WARNED, _name in WHOLE)
for _name in ("postcode 0751", "1e3", "nan", "blank inside", "path", "script tag", "formula",
"@SUM",
              "colon", "at sign", "Cyrillic", "NUL", "1 MB", "line feed", "None",
              "wildcard *"):  # fmt: skip
    _rename(f"{_name} of an asset", NAMES[_name], STRICT, SAME | REFUSED | WARNED, False)

TWINS = {
    "in capitals": str.upper, "blank behind": lambda t: f"{t} ",
    "blank inside": lambda t: f"{t[0]} {t[1:]}",
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
