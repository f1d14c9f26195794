"""Money: an amount in euro → text in euro and in kroner, at the exchange rate and price year of the case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from energy_model.common.formatting import format_number, words
from energy_model.common.language import N_, translate, translator
from energy_model.results.emission_payments import SCHEMES, UNPAID


def with_kroner(
    amount: float,
    settings: Mapping[str, Any],
    language: str,
    unit: str = "EUR/a",
    *,
    signed: bool = False,
    among: Iterable[float] = (),
) -> str:
    """Returns an amount as text, such as ``521 MEUR/a (3.89 bn DKK/a, 2025 prices)``.

    Args:
        amount: The amount in ``unit``.
        settings: The settings of the case in the record of a run.
        language: ``en`` or ``da``.
        unit: A unit of euro, such as EUR/a.
        signed: Whether an amount above zero has its sign.
        among: Other amounts of the sentence, which share the unit of euro.
    """
    _, rate = translator(language), float(settings["dkk_per_eur"])
    sign = "+" if signed and amount > 0 else ""
    return _(
        "{euro} ({kroner}, {year} prices)",
        euro=sign + format_number(amount, unit, language, among),
        kroner=sign + format_number(rate * amount, unit.replace("EUR", "DKK"), language),
        year=str(settings["price_year"]),
    )


def cost_kind(entry: object, language: str) -> str:
    """Returns a kind of cost in words; that of emissions is what is paid for them."""
    return (
        translate("payment for emissions", language)
        if entry == "emissions"
        else words(entry, language)
    )


def list_payments(payments: Mapping[str, float], language: str) -> list[str]:
    """Returns the payments for emissions [EUR/a] under each scheme, such as ``ETS 12.9 MEUR/a``."""
    _ = translator(language)
    return [
        f"{_(N_('paid by nobody') if scheme == UNPAID else SCHEMES[scheme])} {format_number(amount, 'EUR/a', language, payments.values())}"
        for scheme, amount in payments.items()
    ]
