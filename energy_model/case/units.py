"""Units: the unit in a header → the factor to the internal unit.

A unit consists of the known words, ``*``, ``/`` and brackets; the only number in it is the ``1`` of
``1/h``. Other numbers are rejected, because they would multiply the column.

Each quantity has one internal unit (MWh, MW, EUR, t, ha, km, h, °C). Two words represent units that
depend on the row: ``unit`` is the unit of the row's carrier (MWh, t or thousand_km) and
``capacity`` is the unit of its capacity (MW, MWh, t/h, t, vehicle, ...).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pint

DEFINITIONS = """
    EUR = [money]
    DKK = EUR / {dkk_per_eur}
    MWh = [energy]
    GJ = MWh / 3.6
    h = [time]
    s = h / 3600
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
    "MW": {"W": 1e-6, "kW": 1e-3, "GW": 1e3},
    "GJ": {"MJ": 1e-3, "TJ": 1e3, "PJ": 1e6},
    "EUR": {"kEUR": 1e3, "MEUR": 1e6},
    "DKK": {"kDKK": 1e3, "MDKK": 1e6},
    "t": {"kt": 1e3, "Mt": 1e6},
}
AMOUNTS = ("MWh", "t", "thousand_km")
CAPACITIES = ("MW", "MWh", "t/h", "t", "thousand_km/h", "vehicle")
DKK_PER_EUR = 7.46038  # the central rate of Danmarks Nationalbank
KRONER = re.compile(r"(?i)\bkr\b|kroner|øre")  # words that users write for DKK in headers
ALIKE = {"1": "", "-": "", "%": "percent", "°": "", "degC": "K", "°C": "K"}


class UnknownUnitError(ValueError):
    """The unit of a header is unknown, or does not fit the column."""


@dataclass(frozen=True)
class Conversion:
    """The factor from the unit of a header to the internal unit, and the row unit it implies."""

    factor: float
    implied: str | None = None


@cache
def registry(dkk_per_eur: float = DKK_PER_EUR) -> pint.UnitRegistry:
    """Returns a registry of exactly the known units; a year has no conversion to hours."""
    units: pint.UnitRegistry = pint.UnitRegistry(None)
    for line in DEFINITIONS.format(dkk_per_eur=repr(dkk_per_eur)).split("\n"):
        if line.strip():
            units.define(line.strip())
    for base, multiples in MULTIPLES.items():
        for name, factor in multiples.items():
            units.define(f"{name} = {factor} {base}")
    return units


@cache
def known_units() -> tuple[str, ...]:
    """Returns all words allowed in a unit."""
    singles = [line.split("=")[0].strip() for line in DEFINITIONS.split("\n") if "=" in line]
    multiples = [name for group in MULTIPLES.values() for name in group]
    return (*singles, *multiples, "%", "1")


@cache
def conversion(header: str, inside: str, dkk_per_eur: float = DKK_PER_EUR) -> Conversion:
    """Returns the conversion from the unit of a header to the internal unit.

    Raises:
        UnknownUnitError: The unit of the header is unknown, or measures another quantity.
    """
    if header == inside:
        return Conversion(1.0)
    for word, stand_ins in (("unit", AMOUNTS), ("capacity", CAPACITIES)):
        if word in _words(inside) and word not in _words(header):
            for stand_in in stand_ins:
                try:
                    factor = _factor(header, with_unit(inside, word, stand_in), dkk_per_eur)
                except UnknownUnitError:
                    continue
                return Conversion(factor, stand_in)
            raise UnknownUnitError(f"'{header}' cannot stand for '{inside}'")
    return Conversion(_factor(header, inside, dkk_per_eur))


def with_unit(text: str, word: str, unit: str) -> str:
    """Returns a unit with a word replaced: ``EUR/(MWh)`` for ``EUR/unit`` with ``MWh``."""
    for mark in "*/()":
        text = text.replace(mark, f" {mark} ")
    return "".join(f"({unit})" if piece == word else piece for piece in text.split())


def multiples(unit: str) -> tuple[str, ...]:
    """Returns a unit and its multiples by the first word that has any: ``EUR/MW``, ``kEUR/MW``, ..."""
    for word in _words(unit):
        names = [*MULTIPLES.get(word, ()), *(("DKK",) if word == "EUR" else ())]
        if names:
            return (unit, *(re.sub(rf"\b{word}\b", name, unit, count=1) for name in names))
    return (unit,)


def is_dimensionless(unit: str, dkk_per_eur: float = DKK_PER_EUR) -> bool:
    """Returns whether a unit is dimensionless, such as ``1`` or ``%``.

    Raises:
        UnknownUnitError: The text is not a unit.
    """
    return bool(_quantity(unit, dkk_per_eur).dimensionless)


def has_arbitrary_zero(unit: str, dkk_per_eur: float = DKK_PER_EUR) -> bool:
    """Returns whether the zero of a unit is a convention, so that ratios are meaningless (°C)."""
    return "[temperature]" in _quantity(unit, dkk_per_eur).dimensionality


def _words(text: str) -> list[str]:
    for mark in "*/()":
        text = text.replace(mark, " ")
    return text.split()


def _quantity(text: str, dkk_per_eur: float) -> pint.Quantity:
    """Returns the quantity of one unit."""
    text = text.strip()
    if text not in ALIKE:
        for word in _words(text):
            if word not in known_units() and word not in ALIKE:
                raise UnknownUnitError(f"'{word}' is not a unit")
    units = registry(dkk_per_eur)
    try:
        parsed = units.parse_expression(_in_pint_words(text))
        return units.Quantity(parsed) if not hasattr(parsed, "dimensionality") else parsed
    except Exception as error:  # the types of the parser's and tokenizer's errors vary
        raise UnknownUnitError(f"'{text}' is not a unit") from error


def _in_pint_words(text: str) -> str:
    """Returns a unit with words unknown to pint replaced by pint's words."""
    if text in ALIKE:
        return ALIKE[text] or "1"
    return re.sub(r"%|°C|degC", lambda match: ALIKE[match[0]], text)


def _factor(header: str, inside: str, dkk_per_eur: float) -> float:
    header_quantity, inside_quantity = (_quantity(text, dkk_per_eur) for text in (header, inside))
    try:
        factor = float((header_quantity / inside_quantity).to("dimensionless").magnitude)
    except (pint.errors.PintError, ValueError, TypeError, ZeroDivisionError) as error:
        raise UnknownUnitError(f"'{header}' cannot be turned into '{inside}'") from error
    if not 0 < factor < float("inf"):
        raise UnknownUnitError(f"'{header}' is not a unit")
    return factor
