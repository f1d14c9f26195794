"""Kinds that change headers: units, names and places of columns."""

from __future__ import annotations

import re
from random import Random

from fuzz.draft import HEADER, NUMBER, Draft, NotHere
from fuzz.kinds import (
    CSV,
    MEASURED,
    PROFILES,
    REFUSED,
    SAME,
    SOURCES,
    SWEEP,
    TABLES,
    WARNED,
    Change,
    add,
    kind,
)

QUANTITIES = (*TABLES, *PROFILES, *MEASURED)
FACTORS = {  # numerator of a unit: other words for it, and what one is in them
    "EUR": {"DKK": 7.46038, "kEUR": 1e-3, "MEUR": 1e-6, "kDKK": 7.46038e-3},
    "t": {"kg": 1e3, "kt": 1e-3, "Mt": 1e-6}, "ha": {"m2": 1e4, "km2": 0.01}, "km": {"m": 1e3},
    "1": {"%": 100.0, "percent": 100.0}, "thousand_km": {"km": 1e3, "m": 1e6},
    "MWh": {"kWh": 1e3, "GWh": 1e-3, "GJ": 3.6, "MJ": 3600.0}, "MW": {"kW": 1e3, "GW": 1e-3},
}  # fmt: skip
DENOMINATORS = {"MWh": {"kWh": 1e-3, "GWh": 1e3}, "MW": {"kW": 1e-3}, "km": {"m": 1e-3}}
WRONG_UNITS = {
    "banana": "banana", "kg of water": "kg H2O", "number 0": "0 {}", "number -1": "-1 {}",
    "number 2": "2 {}", "number 1000": "1000*{}", "number 1e400": "1e400 {}",
    "number 1e-300": "1e-300 {}",
    "divided by 0": "{}/0", "power": "{}**2", "power of powers": "{}**9**9**9", "empty": "",
    "blank": "   ",
    "code": "__import__('os').system('true')", "call": "max(1)", "question mark": "?",
    "euro sign": "€",
    "wrong money": "USD", "time": "s", "letters of 1 MB": "M" * 1_000_000, "script": "<script>",
    "nan": "nan", "inf": "inf", "offset": "{} + 1", "lambda": "lambda: 1",
    "full-width digit": "１ {}",
    "Cyrillic": "МW", "NUL": "{}\x00", "two units": "{};{}", "formula": "=1+1",
    "in capitals": "BANANA",
    "number in brackets": "({})*3", "root": "{}**0.5",
}  # fmt: skip


def _quantity(draft: Draft, file: str, dice: Random, plain: bool = False) -> tuple[int, str, str]:
    """Place, name and unit of a column of a quantity in which some row holds something."""
    rows = draft.rows(file)
    found = []
    for k, header in enumerate(rows[0]):
        match = HEADER.match(header)
        cells = [row[k] for row in rows[1:] if row[k]]
        fits = match and match[2] is not None and cells and match[1] != "shape"
        if fits and (not plain or all(NUMBER.match(text) for text in cells)):
            found.append((k, match[1], match[2]))
    if file == "profiles/prices.csv":  # its cop gives way to that of the weather file
        found = [one for one in found if one[1] == "price"]
    if not found:
        raise NotHere(file)
    return dice.choice(found)


def _wrong_unit(unit: str) -> Change:
    def change(draft: Draft, file: str, dice: Random) -> None:
        k, name, right = _quantity(draft, file, dice)
        if right == "1" and unit.strip() in ("", "{}**2", "{}**0.5", "{}**9**9**9"):
            raise NotHere(file)  # a pure number in other words
        draft.set(file, 0, k, f"{name} [{unit.replace('{}', right)}]")
        _tell(draft, file, name if len(unit) < 1000 and "\x00" not in unit else "")

    return change


def _tell(draft: Draft, file: str, name: str) -> None:
    """A wrong unit is told at its header; that of a profile may be told where it is used."""
    if file.startswith(("profiles/", "weather/")):
        draft.told(name)
    else:
        draft.told(file, *(["row 1", name] if name else []))


for _name, _unit in WRONG_UNITS.items():
    add(f"unit: {_name}", "units in headers", QUANTITIES, REFUSED, _wrong_unit(_unit))


@kind("unit: another dimension", "units in headers", QUANTITIES, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    k, name, right = _quantity(draft, file, dice)
    units = [u for u in ("kW", "t", "ha", "EUR", "km", "h", "K", "MWh/km", "EUR/t/h") if u != right]
    if right == "capacity" or "unit" in right:
        units = ["ha", "K", "point"]
    unit = dice.choice(
        [u for u in units if u != right and not (right == "K" or u == "K")] or ["ha"]
    )
    draft.set(file, 0, k, f"{name} [{unit}]")
    _tell(draft, file, name)


@kind("unit: upside down", "units in headers", QUANTITIES, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    k, name, right = _quantity(draft, file, dice)
    if right in ("1", "%"):
        raise NotHere(file)
    draft.set(file, 0, k, f"{name} [1/({right})]")
    _tell(draft, file, name)


@kind("unit: missing", "units in headers", QUANTITIES, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    k, name, _ = _quantity(draft, file, dice)
    draft.set(file, 0, k, name)
    _tell(draft, file, name)


@kind("unit: brackets not closed", "units in headers", QUANTITIES, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    k, name, right = _quantity(draft, file, dice)
    draft.set(file, 0, k, dice.choice([f"{name} [{right}", f"{name} {right}]", f"{name} ({right})",
                                       f"{name}_{right}", f"{name} [[{right}]]",
                                       f"[{right}] {name}"]))  # fmt: skip
    draft.told(file, "row 1")


@kind("unit: of a column without quantity", "units in headers", TABLES, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    k = dice.choice([i for i, header in enumerate(rows[0]) if "[" not in header])
    draft.set(file, 0, k, f"{rows[0][k]} [{dice.choice(['MW', '1', ''])}]")
    draft.told(file, "row 1")


@kind("unit: another word, numbers scaled", "units in headers", TABLES, SAME)
def _(draft: Draft, file: str, dice: Random) -> None:
    _scaled(draft, file, dice)


@kind("unit: of a profile, numbers scaled", "units in headers", PROFILES, SAME | REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    _scaled(draft, file, dice)
    draft.told(file, "row 1")


def _scaled(draft: Draft, file: str, dice: Random) -> None:
    """Another unit of the same dimension in a header, with the numbers it makes of the old ones."""
    for _ in range(20):
        k, name, right = _quantity(draft, file, dice, plain=True)
        over, slash, under = right.partition("/")
        choices = [(f"{u}{slash}{under}", f) for u, f in FACTORS.get(over, {}).items()]
        first, *rest = under.split("/")
        choices += [("/".join([over, u, *rest]), f) for u, f in DENOMINATORS.get(first, {}).items()]
        if choices:
            break
    else:
        raise NotHere(file)
    unit, factor = dice.choice(choices)
    rows = draft.rows(file)
    rows[0][k] = f"{name} [{unit}]"
    for row in rows[1:]:
        if row[k]:
            row[k] = repr(float(row[k]) * factor)
    draft.put(file, rows)
    draft.said = f"{file}: {name} [{right}] -> [{unit}]"


@kind("unit: blanks inside", "units in headers", TABLES, SAME)
def _(draft: Draft, file: str, dice: Random) -> None:
    k, name, right = _quantity(draft, file, dice)
    draft.set(file, 0, k, f"  {name}   [ {right.replace('/', ' / ')} ] ")


# Names and places of columns ----------------------------------------------------------------------


def _any_column(draft: Draft, file: str, dice: Random, first: int = 0) -> int:
    return dice.randrange(first, len(draft.rows(file)[0]))


def _renamed(make: object, may: object, name: str, fits: tuple[str, ...]) -> None:
    def change(draft: Draft, file: str, dice: Random) -> None:
        rows = draft.rows(file)
        k = _any_column(draft, file, dice)
        if "/" in file and k == 0 and file.startswith("study"):
            raise NotHere(file)  # a note, whose name is free
        after = make(rows[0][k])  # type: ignore[operator]
        if after == rows[0][k]:
            raise NotHere(file)
        draft.set(file, 0, k, after)
        draft.told(file)

    add(f"header: {name}", "columns", fits, may, change)  # type: ignore[arg-type]


STRICT = (*TABLES, *SOURCES, *MEASURED)
for _name, _make in {
    "misspelt": lambda h: re.sub(r"(\w)(\w)", r"\2\1", h, count=1) if h[0] != h[1] else f"x{h}",
    "empty": lambda _: "", "digits": lambda _: "0751", "script tag": lambda h: f"<script>{h}",
    "Cyrillic letter": lambda h: h.replace("a", "а", 1) if "a" in h else h.replace("e", "е", 1),
    "zero-width letter": lambda h: f"\u200b{h}", "formula": lambda h: f"={h}",
    "NUL": lambda h: f"\x00{h}",
    "1 MB": lambda h: f"{'x' * 1_000_000}{h}", "escape": lambda h: f"\x1b[31m{h}",
}.items():  # fmt: skip
    _renamed(_make, REFUSED, _name, STRICT)
_renamed(lambda h: h.upper(), SAME | REFUSED, "in capitals", STRICT)
_renamed(lambda h: f"  {h} ", SAME, "blanks around", (*STRICT, *PROFILES))
_renamed(lambda h: f"{h}\n", SAME | REFUSED, "line feed behind", (*STRICT, *PROFILES))
_renamed(lambda h: f"{h}\u00a0", SAME | REFUSED, "no-break blank behind", (*STRICT, *PROFILES))


@kind("column: stands twice", "columns", (*CSV,), REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    k = 1 + _any_column(draft, file, dice, 1) - 1
    draft.put(file, [[*row, row[k]] for row in draft.rows(file)])
    draft.told(file)


@kind(
    "column: stands twice with other numbers", "columns", (*TABLES, *PROFILES, *MEASURED), REFUSED
)
def _(draft: Draft, file: str, dice: Random) -> None:
    k, _, _ = _quantity(draft, file, dice)
    rows = draft.rows(file)
    draft.put(file, [[*rows[0], rows[0][k]], *([*row, "7"] for row in rows[1:])])
    draft.told(file)


@kind("column: unknown", "columns", (*TABLES, *MEASURED), REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    name = dice.choice(["remark", "note [1]", "id", "Unnamed: 0", "price2 [EUR/unit]", "__class__"])
    draft.put(file, [[*row, name if i == 0 else "x"] for i, row in enumerate(draft.rows(file))])
    draft.told(file)


@kind("column: further ones of sources", "columns", SOURCES, SAME | REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    draft.put(file, [[*row, "page" if i == 0 else "7"] for i, row in enumerate(rows)])
    draft.told(file)


@kind("column: empty behind", "columns", CSV, SAME | REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    draft.put(file, [[*row, "", ""] for row in draft.rows(file)])
    draft.told(file)


@kind("column: without header", "columns", (*TABLES, *PROFILES, *MEASURED, *SOURCES), REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    draft.put(file, [[*row, "" if i == 0 else "5"] for i, row in enumerate(draft.rows(file))])
    draft.told(file)


@kind("column: first without header, as pandas writes", "columns",
      (*TABLES, *PROFILES, *MEASURED, *SOURCES), REFUSED)  # fmt: skip
def _(draft: Draft, file: str, _: Random) -> None:
    rows = draft.rows(file)
    draft.put(file, [["" if i == 0 else str(i - 1), *row] for i, row in enumerate(rows)])
    draft.told(file)


@kind("column: required and missing", "columns", TABLES, REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    draft.put(file, [row[1:] for row in draft.rows(file)])
    draft.told(file)


@kind("column: hour missing", "columns", (*PROFILES, *MEASURED), REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    cut = [row[1:] for row in rows]
    named = [[dice.choice(["time", "Hour", "date", "HourUTC", ""]), *rows[0][1:]], *rows[1:]]
    draft.put(file, dice.choice([cut, named]))
    draft.told(file)


@kind("column: hour comes last", "columns", (*PROFILES, *MEASURED), SAME | REFUSED)
def _(draft: Draft, file: str, _: Random) -> None:
    draft.put(file, [[*row[1:], row[0]] for row in draft.rows(file)])
    draft.told(file)


@kind("column: in another order", "columns", (*TABLES, *SOURCES), SAME)
def _(draft: Draft, file: str, dice: Random) -> None:
    rows = draft.rows(file)
    order = list(range(len(rows[0])))
    dice.shuffle(order)
    draft.put(file, [[row[k] for k in order] for row in rows])


@kind("column: in another order behind the first", "columns", (*PROFILES, *MEASURED), SAME)
def _(draft: Draft, file: str, _: Random) -> None:
    draft.put(file, [[row[0], *reversed(row[1:])] for row in draft.rows(file)])


@kind("column: an optional empty one more", "columns", TABLES, SAME)
def _(draft: Draft, file: str, dice: Random) -> None:
    from fuzz.draft import table_of  # noqa: PLC0415 - here only

    known = {HEADER.match(h)[1] for h in draft.rows(file)[0]}  # type: ignore[index]
    missing = [c for c in table_of(file).columns if c.name not in known]
    if not missing:
        raise NotHere(file)
    header = dice.choice(missing).header
    draft.put(file, [[*row, header if i == 0 else ""] for i, row in enumerate(draft.rows(file))])


@kind("study: header that is no address", "columns", SWEEP, REFUSED | WARNED)
def _(draft: Draft, file: str, dice: Random) -> None:
    odd = dice.choice(["carriers.co2", "carriers.co2.price.x", "carriers..price *= 2", "case"])
    draft.write(file, draft.text(file).replace("carriers.co2.price", odd))
    draft.told(odd.split()[0])
