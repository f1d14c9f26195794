"""Kinds that change ``case.toml`` and the scenarios: types, ranges, words, and the form of TOML."""

from __future__ import annotations

import re
from random import Random

from fuzz.draft import Draft, NotHere
from fuzz.kinds import CASE, OTHER, REFUSED, SAME, SCENARIOS, TOML, WARNED, Ending, add, kind


def _set(draft: Draft, file: str, key: str, text: str) -> None:
    """Writes another value for a key; its group is the one it stands in."""
    before = draft.text(file)
    after = re.sub(rf"(?m)^{key} = .*$", lambda _: f"{key} = {text}", before, count=1)
    if after == before:
        raise NotHere(file)
    draft.write(file, after)
    draft.said = f"{file}: {key} = {text[:60]}"


ELSEWHERE = ("hours", "carrier")  # what is wrong with them is told where they are used


def _value(key: str, texts: dict[str, Ending], fits: tuple[str, ...] = CASE) -> None:
    for text, may in texts.items():
        shown = text if len(text) < 30 else f"{text[:20]}… ({len(text)})"

        def change(draft: Draft, file: str, _: Random, text: str = text) -> None:
            _set(draft, file, key, text)
            if key in ("extends", "default_scenario"):
                draft.told(".toml" if len(text) < 1000 else "scenarios/")
            elif key not in ELSEWHERE:
                draft.told(file)

        add(f"setting: {key} = {shown}", "settings", fits, may, change)


_odd = REFUSED | WARNED
_none = dict.fromkeys
_value("hours", _none(['"24"'], SAME | REFUSED) | _none(["24.0"], SAME | REFUSED) | _none(
    ['"many"', "0", "-1", "24.5", "true", "[24]", "{}", "2030-01-01", "nan", "inf", "1e400",
    "9999999999999999999",
     "8761", "23", "25", "8760"], REFUSED) | {"2_4": SAME, "0x18": SAME,
     "0b11000": SAME})  # fmt: skip
_value("resolution", _none(
    ['"fine"', "0", "-5", "true", '"24 steps"', '"１２"', '"2_4"', "[]", "nan", "2.5", "9999",
    "2030-01-01", '""'],
    REFUSED) | _none(['"Full"', '" full"', '"24"'], SAME | REFUSED))  # fmt: skip
_value("target", _none(['"no"', '"30 t"', '"3_0"', "true", "[30]", "2030-01-01", '"None"', '""',
    "nan", '"nan"', "-inf", "{}"],
    REFUSED) | _none(["1e30", "-1e30", "inf", '"inf"'], _odd | OTHER) | _none(['"30"'],
        SAME | REFUSED) | _none(["30", "3e1"], SAME))  # fmt: skip
_value("discount_rate", _none(["3.5", "-0.05", "5", "true", '"5 %"', '"0,05"', "nan", "inf", "1",
    "[0.05]", "{a = 1}"], REFUSED)
    | _none(['"0.05"'], SAME | REFUSED) | _none(["5e-2", "0.05000"], SAME) | _none(["1e-18",
    "1e-12", "0"], OTHER)
    | _none(["0.98"], _odd))  # fmt: skip
_value(
    "cost_factor",
    _none(["0", "-1", "nan", "inf", "true", '"one"', "1e400"], REFUSED)
    | _none(["1e30", "1e-30", "98"], _odd),
)
_value(
    "detour_factor",
    _none(["0.5", "-1", "nan", "inf", "true", '"far"'], REFUSED) | _none(["1e30", "1e6"], _odd),
)
_value("cost_components", _none(['"price"', "[]", '["prices"]', "[1]", "true",
    '["price", "tariff", "tax", "levy"]'], REFUSED | OTHER | WARNED)
    | _none(['["price", "tariff", "tax", "price"]'],
    SAME | REFUSED) | _none(['["tax", "price", "tariff"]'], SAME))  # fmt: skip
_value(
    "perspective",
    _none(
        ['"mine"', '""', "1", "true", '["plain"]', '"Plain"', '"plain "', '"../plain"', "{}"],
        REFUSED,
    ),
)
_value("name", _none(['""', '"A case"', '"../up"', '"/etc"', '"nørreå"', "7", "true", '"a\\u0000"',
    '"<script>"',
    f'"{"n" * 300}"', f'"{"n" * 1_000_000}"', '"con:"', "[]"], REFUSED) | _none(['"0751"', '"nan"',
    '"_"'], SAME | REFUSED | WARNED | OTHER))  # fmt: skip
_value("default_scenario", _none(['"nowhere"', '"../case"', '"/etc/passwd"', '"dear.toml"',
    '"Dear"', "7", "true", '["dear"]',
    '"dear\\u0000"', f'"{"n" * 300}"', "{}", '" "', "2030-01-01"], REFUSED) | _none(['"dear "'],
    REFUSED | SAME))  # fmt: skip
_value("target_year", _none(['"soon"', "1e400", "true", "2030.5", "nan", "[]"], REFUSED)
    | _none(["-1", "0", "99999", "9999999999999999999", "20300"], _odd) | _none(['"2030"',
    "2030.0"], SAME | REFUSED))  # fmt: skip
_value("price_year", _none(['"soon"', "true", "nan"], REFUSED))
_value("clustering_profiles", _none(['"price"', '["tides"]', "[1]", "true", '["price", ""]', '["../price"]',
    "7"], REFUSED)
    | _none(['["price", "price"]', '["Price"]'], REFUSED | OTHER) | _none(['["shape", "price"]',
    "[]"], SAME | OTHER))  # fmt: skip
_value("steps_per_day", _none(["25", "-1", '"many"', "true", "1.5", "nan"], REFUSED))
_value(
    "weather_year",
    _none(
        [
            '"nowhere"',
            '"../profiles/prices"',
            '"Cold"',
            "7",
            "true",
            '["cold"]',
            '"cold.csv"',
            '"cold\\n"',
        ],
        REFUSED,
    ),
)
_value(
    "carrier",
    _none(['"co3"', '""', "7", '"CO2"', '"co2 "', '"со2"', '["co2"]'], REFUSED)
    | _none(['"heat"', '"gas"'], _odd | OTHER),
)
_value(
    "credit_exports",
    _none(['"yes please"', "2", "nan", "[]"], REFUSED)
    | _none(['"true"', "1", '"yes"'], SAME | REFUSED),
)
_value(
    "citizens_price",
    _none(["-1", "nan", "inf", '"free"', "true", "[]"], REFUSED) | _none(["1e30"], _odd),
)
_value("method", _none(['"magic"', "1", "true", '"AUTO"', '""'], REFUSED))
_value(
    "time_limit",
    _none(["0", "-1", "nan", '"long"', "true"], REFUSED) | _none(["inf", "1e400"], SAME | REFUSED),
)
_value("title_en", _none(["7", "true", "[]", "2030-01-01"], REFUSED | SAME)
    | _none(['"<script>alert(1)</script>"', '"=1+1"', '"\\u001b[31m"', f'"{"t" * 1_000_000}"'],
    SAME | REFUSED))  # fmt: skip
_value("extends", _none(["7", "true", '["step"]', '"Step"', '"step.toml"', '"../case"', '"nowhere"',
    '" "', "{}", '"step\\u0000"',
    f'"{"n" * 300}"', f'"{"n" * 100_000}"'], REFUSED) | _none(['"step "'], REFUSED | SAME),
    ("scenarios/dear.toml",))  # fmt: skip
_value("changes", _none(['"carriers.gas.price = 45"', "7", "true", "[7]", "[true]", "[[]]", "{}",
    '[""]', '["a"]', '["= 1"]',
    '["carriers.gas.price"]', '["carriers.gas.price == 45"]', '["nothing.gas.price = 1"]',
    '["carriers.nothing.price = 1"]',
    '["carriers.gas.nothing = 1"]', '["carriers.gas.price = 45\\u0000"]', '["a = b"]',
    "[2030-01-01]"], REFUSED), SCENARIOS)  # fmt: skip


def _added(name: str, fits: tuple[str, ...], may: Ending, text: str, where: str = "end") -> None:
    def change(draft: Draft, file: str, _: Random) -> None:
        before = draft.text(file)
        draft.write(file, f"{before}\n{text}\n" if where == "end" else f"{text}\n{before}")
        draft.told(file)
        draft.said = f"{file}: + {text[:60]!r}"

    add(f"toml: {name}", "form of TOML", fits, may, change)


_added("unknown setting", TOML, REFUSED, "colour = 'red'", "start")
_added("misspelt setting", TOML, REFUSED, "titel_en = 'x'", "start")
_added("unknown group", TOML, REFUSED, "[tmie]\nhours = 24")
_added("unknown setting of a group", CASE, REFUSED, "[profiles2.x]\ny = 1")
_added("setting in capitals", CASE, REFUSED, "NAME = 'x'", "start")
_added("key twice", TOML, REFUSED, "title_en = 'x'\ntitle_en = 'y'", "start")
_added("group twice", CASE, REFUSED, "[time]\nhours = 24")
_added("group that is a list", CASE, REFUSED, "[[solver]]\nmethod = 'auto'")
_added("group inside a value", CASE, REFUSED, "[name.more]\nx = 1")
_added("key without value", TOML, REFUSED, "x =", "start")
_added("value without key", TOML, REFUSED, "= 7", "start")
_added("text without quotes", TOML, REFUSED, "x = red", "start")
_added("decimal comma", TOML, REFUSED, "x = 1,5", "start")
_added("quote not closed", TOML, REFUSED, 'x = "red', "start")
_added("bracket not closed", TOML, REFUSED, "x = [1, 2", "end")
_added("escape that is none", TOML, REFUSED, 'x = "\\q"', "start")
_added("INI comment", TOML, REFUSED, "; made by hand", "start")
_added("code", TOML, REFUSED, "x = __import__('os').system('true')", "start")
_added("deep nesting", TOML, REFUSED, "x = " + "[" * 5000 + "]" * 5000, "start")
_added("deep groups", TOML, REFUSED, "[" + ".".join(["a"] * 3000) + "]", "end")
_added("date that is none", TOML, REFUSED, "x = 2030-13-45", "start")
_added("1 MB", TOML, REFUSED, "x = '" + "x" * 1_000_000 + "'", "start")
_added("name with dunder", CASE, REFUSED, "__class__ = 1", "start")
_added("comments", TOML, SAME, "# made by hand å", "start")
_added("blank lines", TOML, SAME, "\n\n   \n\t\n", "start")
_added("very long integer", CASE, REFUSED, "x = " + "9" * 5000, "start")
_added(
    "perspective without rate", CASE, REFUSED, '[perspectives.other]\ncost_components = ["price"]'
)
_added("perspective that is a number", CASE, REFUSED, "[perspectives]\nother = 7\n")
_added(
    "settings of profiles that are wrong", CASE, REFUSED | SAME, "[profiles]\nlatitude = 'north'"
)


def _replaced(name: str, fits: tuple[str, ...], may: Ending, before: str, after: str) -> None:
    def change(draft: Draft, file: str, _: Random) -> None:
        text = draft.text(file)
        if before not in text:
            raise NotHere(file)
        draft.write(file, text.replace(before, after))
        draft.told(file)
        draft.said = f"{file}: {before!r} -> {after!r}"

    add(f"toml: {name}", "form of TOML", fits, may, change)


_replaced("group misspelt", CASE, REFUSED, "[time]", "[tme]")
_replaced("group in capitals", CASE, REFUSED, "[time]", "[Time]")
_replaced("bracket of a group missing", CASE, REFUSED, "[time]", "[time")
_replaced("colon for equals", TOML, REFUSED, " = ", ": ")
_replaced("no blanks", TOML, SAME | REFUSED, "title_en = ", "title_en=")
_replaced("typographic quotes", TOML, REFUSED, '"', "”")
_replaced("single quotes", TOML, SAME, '"', "'")
_replaced("keys in quotes", TOML, SAME, "title_en =", '"title_en" =')
_replaced("dotted keys", CASE, SAME, "[emissions]\ncarrier =", '[emissions]\n"carrier" =')
_replaced("tabs before keys", TOML, SAME, "title_en", "\ttitle_en")
_replaced("no-break blanks", TOML, REFUSED | SAME, " = ", "\u00a0=\u00a0")
_replaced("minus that is a dash", CASE, REFUSED, "= 0.05", "= \u22120.05")
_replaced("name missing", CASE, REFUSED, 'name = "fuzzed"', "")
_replaced("perspective missing", CASE, REFUSED, "[perspectives.plain]", "[perspectives.plainer]")
_replaced("rate missing", CASE, REFUSED, "discount_rate = 0.05", "")


@kind("toml: groups in another order", "form of TOML", CASE, SAME)
def _(draft: Draft, file: str, dice: Random) -> None:
    top, *groups = re.split(r"(?m)^(?=\[)", draft.text(file))
    dice.shuffle(groups)
    draft.write(file, top + "\n".join(groups))


@kind("toml: lines in another order", "form of TOML", SCENARIOS, SAME)
def _(draft: Draft, file: str, dice: Random) -> None:
    lines = draft.text(file).splitlines()
    dice.shuffle(lines)
    draft.write(file, "\n".join(lines) + "\n")
