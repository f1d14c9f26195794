"""Kinds that make circles of rows, and rows that have no place: in the engine or in physics."""

from __future__ import annotations

from random import Random

from fuzz import base
from fuzz.draft import Draft, columns_of
from fuzz.kinds import CALL, REFUSED, WARNED, Ending, add, kind

# Circles ------------------------------------------------------------------------------------------


def _tied(draft: Draft, pairs: dict[str, str]) -> None:
    file = "conversions.csv"
    rows = draft.rows(file)
    at = rows[0].index("capacity_follows")
    for row in rows[1:]:
        row[at] = pairs.get(row[0], row[at])
    draft.put(file, rows)
    draft.told("conversions.csv", "capacity_follows")


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
    draft.put(
        file, [[*r, "technology" if i == 0 else r[0]] for i, r in enumerate(draft.rows(file))]
    )
    draft.told(file, "technology")


def _extends(name: str, changes: dict[str, str], told: str) -> None:
    def change(draft: Draft, _: str, __: Random) -> None:
        for file, text in changes.items():
            path = f"scenarios/{file}.toml"
            lines = (
                [x for x in draft.text(path).splitlines() if "extends" not in x]
                if path in draft.files
                else []
            )
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
    {"storage": "air", "site": "there", "max_hours": "2", "max_capacity_added": "3", **_air},
    _bad,
)
_row_more(
    "a link of the emission carrier",
    "links.csv",
    {"link": "air", "from_site": "there", "to_site": "nørreå", "max_capacity_added": "3", **_air},
    _bad,
)
_row_more(
    "a vehicle that takes the emission carrier",
    "vehicles.csv",
    {"vehicle": "air", "fleet": "cars", "energy_use": "1", "max_capacity_added": "3", **_air},
    _bad,
)
_row_more(
    "a link from a place to itself",
    "links.csv",
    {"link": "loop", "carrier": "heat", "from_site": "there", "to_site": "there",
     "max_capacity_added": "3"},
    _bad,
)  # fmt: skip
_row_more(
    "a demand that nothing feeds",
    "demands.csv",
    {"demand": "cold", "site": "there", "yearly": "1", "carrier": "straw"},
    _bad,
)
_row_more(
    "a plant without flows",
    "conversions.csv",
    {"conversion": "idle", "site": "there", "carrier": "heat", "max_capacity_added": "1"},
    _bad,
)
_row_more(
    "a term that meets nothing",
    "limit_terms.csv",
    {"limit": "some", "quantity": "sale", "rows": "nothing_*", "coefficient": "1"},
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
