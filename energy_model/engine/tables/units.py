"""Units: what a header may say, and the factor to the unit used inside.

Inside the program a quantity has one unit only (MWh, MW, EUR, t, ha, km, h, °C). Two words stand for
units that depend on the row: ``unit`` is the unit of the row's carrier (MWh, t or thousand_km) and
``capacity`` is the unit its capacity is counted in (MW, MWh, t/h, t, vehicle, ...).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pint

DEFINITIONS = """
    EUR = [money]
    DKK = EUR / 7.46038
    MWh = [energy]
    GJ = MWh / 3.6
    h = [time]
    a = [year]
    MW = MWh / h
    t = [mass]
    kg = 0.001 t
    ha = [area]
    m2 = 0.0001 ha
    km2 = 100 ha
    km = [length]
    m = 0.001 km
    thousand_km = 1000 km
    vehicle = [vehicle]
    point = [point]
    unit = [amount]
    capacity = [capacity]
    percent = 0.01
    K = [temperature]
"""
MULTIPLES = {
    "MWh": {"kWh": 1e-3, "GWh": 1e3, "TWh": 1e6},
    "MW": {"kW": 1e-3, "GW": 1e3},
    "GJ": {"MJ": 1e-3, "TJ": 1e3, "PJ": 1e6},
    "EUR": {"kEUR": 1e3, "MEUR": 1e6},
    "DKK": {"kDKK": 1e3, "MDKK": 1e6},
    "t": {"kt": 1e3, "Mt": 1e6},
}
AMOUNTS = ("MWh", "t", "thousand_km")
CAPACITIES = ("MW", "MWh", "t/h", "t", "thousand_km/h", "vehicle")
ALIKE = {"1": "", "-": "", "%": "percent", "°": "", "degC": "K", "°C": "K"}


class UnknownUnit(ValueError):
    """A header's unit is not known, or does not measure what the column holds."""


@dataclass(frozen=True)
class Conversion:
    """The factor that turns a header's unit into the one used inside, and the row unit it implies."""

    factor: float
    implied: str | None = None


@cache
def registry() -> pint.UnitRegistry:
    """The units this program speaks, and no others; a year is not a number of hours here."""
    known: pint.UnitRegistry = pint.UnitRegistry(None)
    for line in DEFINITIONS.split("\n"):
        if line.strip():
            known.define(line.strip())
    for base, multiples in MULTIPLES.items():
        for name, factor in multiples.items():
            known.define(f"{name} = {factor} {base}")
    return known


def known_units() -> list[str]:
    """Every unit a header may be made of."""
    singles = [line.split("=")[0].strip() for line in DEFINITIONS.split("\n") if "=" in line]
    return [*singles, *(name for multiples in MULTIPLES.values() for name in multiples), "%", "1"]


@cache
def conversion(header: str, inside: str) -> Conversion:
    """The way from a header's unit to the unit used inside; `UnknownUnit` if there is none."""
    if header == inside:
        return Conversion(1.0)
    for word, stand_ins in (("unit", AMOUNTS), ("capacity", CAPACITIES)):
        if word in _words(inside) and word not in _words(header):
            for stand_in in stand_ins:
                try:
                    factor = _factor(header, _replaced(inside, word, stand_in))
                except UnknownUnit:
                    continue
                return Conversion(factor, stand_in)
            raise UnknownUnit(f"'{header}' cannot stand for '{inside}'")
    return Conversion(_factor(header, inside))


def _words(text: str) -> list[str]:
    for mark in "*/()^":
        text = text.replace(mark, " ")
    return text.split()


def _replaced(text: str, word: str, by: str) -> str:
    for mark in "*/()^":
        text = text.replace(mark, f" {mark} ")
    return "".join(f"({by})" if piece == word else piece for piece in text.split())


def _factor(header: str, inside: str) -> float:
    units = registry()
    try:
        given, wanted = (units.parse_expression(ALIKE.get(x, x) or "1") for x in (header, inside))
        ratio = (given * units.Quantity(1)) / (wanted * units.Quantity(1))
        return float(ratio.to("dimensionless").magnitude)
    except (pint.errors.PintError, ValueError, TypeError, AttributeError, SyntaxError) as fault:
        raise UnknownUnit(f"'{header}' cannot be turned into '{inside}'") from fault
    except Exception as fault:  # the unit parser raises errors of its tokenizer, whose types vary
        raise UnknownUnit(f"'{header}' is not a unit") from fault
