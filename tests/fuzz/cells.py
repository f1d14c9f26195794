"""Kinds that change one cell: numbers written oddly, numbers out of range, words and references."""

from __future__ import annotations

from random import Random

from fuzz.draft import Draft, NotHere, columns_of, pick, pick_number, table_of
from fuzz.kinds import (
    MEASURED,
    OTHER,
    PROFILES,
    REFUSED,
    SAME,
    SOURCES,
    TABLES,
    WARNED,
    Change,
    add,
    kind,
)

from energy_model.case.schema import Column

NUMBERS = (*TABLES, *PROFILES, *MEASURED)
NO_NUMBERS = {  # what stands in the place of a number
    "text": "many", "true": "true", "TRUE": "TRUE", "yes": "yes", "None": "None", "NA": "NA",
    "#N/A": "#N/A", "null": "null", "nan": "nan", "NaN": "NaN", "minus alone": "-",
    "question mark": "?", "underscore 1_0": "1_0", "underscore 50_25": "50_25",
    "full-width digits": "１２", "Arabic digit": "٣", "Devanagari digits": "१२",
    "superscript": "²", "fraction sign": "½", "thousands 1.234,5": "1.234,5",
    "thousands 1,234.5": "1,234.5", "thousands blank": "1 234", "no-break blank": "1\u00a0234",
    "thin blank": "1\u2009234", "apostrophe 1'234": "1'234", "decimal comma": "12,5",
    "unit in the cell": "5 MW", "percent in the cell": "5 %", "currency": "€5",
    "two points": "1.2.3",
    "two signs": "--5", "open exponent": "1e", "hexadecimal": "0x1A", "Unicode minus": "\u22125",
    "formula": "=1+1", "formula of cells": "=A1*2", "@SUM": "@SUM(1;2)", "error #REF!": "#REF!",
    "sum 1+1": "1+1", "code __import__": "__import__('os').system('true')",
    "code lambda": "(lambda: 1)()", "two profiles": "2*price*price", "power": "2**9",
    "call of a profile": "max(price)", "script tag": "<script>alert(1)</script>",
    "path": "../../etc/passwd", "complex 1j": "1j", "zero-width blank": "1\u200b2",
    "NUL": "1\x002", "line feed in the cell": "1\n2", "escape": "1\x1b[31m",
    "tab in the cell": "1\t2",
}  # fmt: skip


def _replaced(text: str) -> Change:
    def change(draft: Draft, file: str, dice: Random) -> None:
        row, column = pick_number(draft, file, dice)
        draft.set(file, row, column, text)
        draft.told(file, f"row {row + 1}")
        if text.isprintable():  # what is not is shown in another form
            draft.told(text)

    return change


for _name, _text in NO_NUMBERS.items():
    add(f"number: {_name}", "numbers written oddly", NUMBERS, REFUSED, _replaced(_text))


@kind("number: 1 MB", "numbers written oddly", NUMBERS, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    row, column = pick_number(draft, file, dice)
    draft.set(file, row, column, "9" * 1_000_000)
    draft.told(file)


@kind("number: letters of 1 MB", "numbers written oddly", NUMBERS, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    row, column = pick_number(draft, file, dice)
    draft.set(file, row, column, "x" * 1_000_000)
    draft.told(file)


def _rewritten(how: str) -> Change:
    def change(draft: Draft, file: str, dice: Random) -> None:
        row, column = pick_number(draft, file, dice)
        before = draft.rows(file)[row][column]
        sign = "-" if before.startswith("-") else ""
        digits = before.removeprefix("-")
        text = how.format(before, number=float(before), sign=sign, digits=digits)
        draft.set(file, row, column, text)

    return change


for _name, _how in {
    "blanks around": "  {} ", "plus sign": "+{}", "exponent": "{number!r}e0",
    "many zeros": "{number:.17f}", "exponent in capitals": "{number:.17E}",
    "leading zeros": "{sign}000{digits}",
    "tab before": "\t{}",
}.items():  # fmt: skip
    add(f"number: {_name}", "numbers written oddly", NUMBERS, SAME, _rewritten(_how))


def _of_range(text: str, *ranges: str) -> Change:
    """A number that its column's range (or physics) does not allow."""

    def change(draft: Draft, file: str, dice: Random) -> None:
        row, column = pick_number(draft, file, dice, lambda c: not ranges or c.range in ranges)
        draft.set(file, row, column, text)
        if "/" in file and text not in ("inf", "-inf", "1e400"):  # told where it is used
            draft.told(draft.rows(file)[0][column].split()[0])
        else:
            draft.told(file, f"row {row + 1}")

    return change


UNLIMITED = ("any", "positive", "not negative", "fraction")  # ranges in which inf says nothing
HARD = {  # name: (text, ranges of columns; none means all)
    "inf": ("inf", UNLIMITED), "-inf": ("-inf", ()), "Infinity": ("Infinity", UNLIMITED),
    "1e400": ("1e400", UNLIMITED),
    "negative": ("-1", ("positive", "not negative", "limit", "fraction")),
    "98 for 0.98": ("98", ("fraction",)), "1.0001 for a share": ("1.0001", ("fraction",)),
    "zero for a positive": ("0", ("positive",)), "-1e-12": ("-1e-12", ("not negative", "limit")),
}  # fmt: skip
for _name, (_text, _ranges) in HARD.items():
    add(f"range: {_name}", "ranges", TABLES, REFUSED, _of_range(_text, *_ranges))
for _text in ("1e30", "-1e99", "1e15", "1e300", "-1e30", "1e18"):
    add(f"range: {_text}", "ranges", TABLES, REFUSED | WARNED, _of_range(_text))
for _text in ("1e30", "-1e99", "1e15", "inf", "-inf", "1e400", "1e300"):
    add(f"range: {_text} in a profile", "ranges", PROFILES, REFUSED | WARNED, _of_range(_text))
for _text in ("1e30", "-1e99", "inf", "1e400", "-300"):
    add(
        f"range: {_text} in a measured file", "ranges", MEASURED, REFUSED | WARNED, _of_range(_text)
    )


WILD = {  # name: (file, column, number) far from what the column has
    "latitude 123": ("sites.csv", "lat", "123"), "latitude -91": ("sites.csv", "lat", "-91"),
    "longitude 999": ("sites.csv", "lon", "999"), "longitude -181": ("sites.csv", "lon", "-181"),
    "lifetime 1e-9": ("technologies.csv", "lifetime", "1e-9"),
    "lifetime 1e9": ("conversions.csv", "lifetime", "1e9"),
    "max_hours 1e-9": ("storages.csv", "max_hours", "1e-9"),
    "efficiency_out 0": ("storages.csv", "efficiency_out", "0"),
    "efficiency_in 0": ("storages.csv", "efficiency_in", "0"),
    "hourly_retention 0": ("storages.csv", "hourly_retention", "0"),
    "charge_efficiency 0": ("vehicles.csv", "charge_efficiency", "0"),
    "coefficient 98": ("flows.csv", "coefficient", "98"),
    "coefficient -1e-6": ("flows.csv", "coefficient", "-1e-6"),
    "emission factor 1e9": ("markets.csv", "emission_factor", "1e9"),
    "emission factor of a carrier 1e9": ("carriers.csv", "emission_factor", "1e9"),
    "price 1e30": ("carriers.csv", "price", "1e30"),
    "price -1e30": ("carriers.csv", "price", "-1e30"),
    "tariff -1e99": ("markets.csv", "tariff", "-1e99"),
    "demand 1e15": ("demands.csv", "yearly", "1e15"),
    "investment_cost 1e15": ("technologies.csv", "investment_cost", "1e15"),
    "length 1e6 km": ("links.csv", "length", "1e6"),
    "loss 1": ("links.csv", "loss", "1"),
    "standing_loss 1": ("links.csv", "standing_loss", "1"),
    "energy_use 1e6": ("vehicles.csv", "energy_use", "1e6"),
    "area 1e12": ("land.csv", "area", "1e12"),
    "footprint 1e12": ("footprints.csv", "footprint", "1e12"),
    "residual 1e15": ("residual_emissions.csv", "amount", "1e15"),
    "window 1e9": ("demands.csv", "window", "1e9"),
    "capacity_use 0": ("modes.csv", "capacity_use", "0"),
    "coefficient 1e30": ("limit_terms.csv", "coefficient", "1e30"),
    "capacity_ratio 1e30": ("conversions.csv", "capacity_ratio", "1e30"),
    "distance 1e-9": ("fleets.csv", "distance", "1e-9"),
    "price of emitting 1e12": ("carriers_mass.csv", "price", "1e12"),
}  # fmt: skip


def _wild(name: str, number: str) -> Change:
    def change(draft: Draft, file: str, dice: Random) -> None:
        row, column = pick_number(draft, file, dice, lambda c: c.name == name)
        if file == "flows.csv":  # the boiler's heat: 98 for 0.98, or straw almost for nothing
            rows = draft.rows(file)
            wanted = ("straw_boiler", "straw" if number.startswith("-") else "heat")
            row = next(i for i, r in enumerate(rows) if (r[0], r[2]) == wanted)
        draft.set(file, row, column, number)
        if file == "flows.csv":
            draft.told("straw_boiler")
        else:
            draft.told(file, f"row {row + 1}")

    return change


HARMLESS = {
    "capacity_use 0",
    "hourly_retention 0",
    "efficiency_in 0",
    "loss 1",
    "standing_loss 1",
    "lifetime 1e9",
}
for _name, (_file, _column, _number) in WILD.items():
    _may = REFUSED | WARNED | (OTHER if _name in HARMLESS else REFUSED)
    add(f"wild: {_name}", "ranges", (_file,), _may, _wild(_column, _number))


# Words, choices and references


def _required_name(column: Column, text: str) -> bool:
    return column.names is not None and bool(text)


def _reference(make: object, may: object, name: str) -> None:
    def change(draft: Draft, file: str, dice: Random) -> None:
        row, column = pick(draft, file, dice, _required_name)
        before = draft.rows(file)[row][column]
        after = make(before)  # type: ignore[operator]
        if after == before:
            raise NotHere(file)
        draft.set(file, row, column, after)
        draft.told(file, *([f"row {row + 1}"] if len(after) < 1000 else []))

    add(f"reference: {name}", "references", TABLES, may, change)  # type: ignore[arg-type]


for _name, _make in {
    "unknown": lambda t: f"{t}_x", "in capitals": lambda t: t.upper(),
    "blank inside": lambda t: f"{t[0]} {t[1:]}",
    "Cyrillic letter": lambda t: t.replace("a", "а").replace("e", "е").replace("o", "о"),
    "zero-width letter": lambda t: f"{t}\u200b", "NUL": lambda t: f"{t}\x00",
    "1 MB": lambda t: t * (1_000_000 // len(t)), "path": lambda t: f"../{t}",
    "script tag": lambda t: f"<script>{t}</script>", "formula": lambda t: f'="{t}"',
    "wildcard": lambda _: "*",
    "digits": lambda _: "0751", "None": lambda _: "None", "nan": lambda _: "nan",
    "two names": lambda t: f"{t};{t}",
    "line feed": lambda t: f"{t}\n{t}", "escape": lambda t: f"{t}\x1b[31m",
}.items():  # fmt: skip
    _reference(_make, REFUSED, _name)
for _name, _make in {
    "blank behind": lambda t: f"{t} ", "blanks before": lambda t: f"  {t}",
    "tab behind": lambda t: f"{t}\t",
}.items():  # fmt: skip
    _reference(_make, SAME, _name)
for _name, _make in {
    "no-break blank behind": lambda t: f"{t}\u00a0",
    "letters taken apart (NFD)": lambda t: t.replace("å", "a\u030a").replace("ø", "o\u0338"),
}.items():
    _reference(_make, SAME | REFUSED, _name)


def _choice(text: str) -> Change:
    def change(draft: Draft, file: str, dice: Random) -> None:
        row, column = pick(draft, file, dice, lambda c, t: bool(c.choices) and bool(t))
        if draft.rows(file)[row][column] == text:
            raise NotHere(file)
        draft.set(file, row, column, text)
        draft.told(file, f"row {row + 1}", text)

    return change


for _text in ("maybe", "ja", "0", "NA", "None", "yes no", "*", "=yes"):
    add(f"choice: {_text}", "references", TABLES, REFUSED, _choice(_text))


@kind("choice: in capitals", "references", TABLES, SAME | REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    row, column = pick(draft, file, dice, lambda c, t: bool(c.choices) and t != t.upper())
    text = draft.rows(file)[row][column].upper()
    draft.set(file, row, column, text)
    draft.told(file, f"row {row + 1}", text)


@kind("cell: required and empty", "references", TABLES, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    optional = {"max_hours", "energy_use"}
    fits = lambda c, t: bool(t) and c.required and c.name not in optional  # noqa: E731
    row, column = pick(draft, file, dice, fits)
    draft.set(file, row, column, "")
    draft.told(file, f"row {row + 1}")


@kind("cell: a word for what is none", "references", TABLES, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    row, column = pick(draft, file, dice, lambda c, t: not t and (bool(c.range) or bool(c.names)))
    text = dice.choice(["-", "n/a", "none", "empty", "?", "NULL", "#N/A"])
    draft.set(file, row, column, text)
    draft.told(file, f"row {row + 1}")


@kind("profile: not there", "references", TABLES, REFUSED)
def _(draft: Draft, file: str, dice: Random) -> None:
    row, column = pick(draft, file, dice, lambda c, t: c.hourly and bool(t))
    draft.set(file, row, column, dice.choice(["pricee", "PRICE", "2 * spot", "hour", "1 / none"]))
    draft.told(file, f"row {row + 1}")


@kind("profile: name with a blank behind", "references", TABLES, SAME)
def _(draft: Draft, file: str, dice: Random) -> None:
    row, column = pick(draft, file, dice, lambda c, t: c.hourly and t[-1:].isalpha())
    draft.set(file, row, column, f" {draft.rows(file)[row][column]} ")


for _text in ("price / 2", "2 price", "price price", "price + + 1", "1 / 0", "1 / cop / cop", "-",
"(price)",
              "price.mean()", "price[0]", "2 x price", "2·price", "price # note",
              "price; 1"):  # fmt: skip

    def _expression(draft: Draft, file: str, dice: Random, text: str = _text) -> None:
        row, column = pick(draft, file, dice, lambda c, t: c.hourly and bool(t))
        draft.set(file, row, column, text)
        draft.told(file, f"row {row + 1}")

    add(f"expression: {_text}", "expressions", TABLES, REFUSED, _expression)

for _text in ("1e400 * price", "1e30 * price", "-1e99", "1e15 + price"):

    def _extreme(draft: Draft, file: str, _: Random, text: str = _text) -> None:
        rows = draft.rows(file)
        column = next(k for k, c in enumerate(columns_of(draft, file)) if c.name == "price")
        row = next(i for i, r in enumerate(rows) if r[0] in ("grid", "gas"))
        draft.set(file, row, column, text)
        draft.told(table_of(file).name, f"row {row + 1}")

    add(f"expression: {_text}", "expressions", ("markets.csv",), REFUSED | WARNED, _extreme)


for _column, _text in (("kind", "maybe"), ("kind", ""), ("kind", "SOURCE "), ("publication", "")):

    def _source(
        draft: Draft, file: str, _: Random, column: str = _column, text: str = _text
    ) -> None:
        place = draft.rows(file)[0].index(column)
        draft.set(file, 1, place, text)
        draft.told(file, "row 2")

    add(f"source: {_column} {_text.strip() or 'empty'}", "references", SOURCES, REFUSED, _source)
