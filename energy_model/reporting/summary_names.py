"""Summary names: the name of a headline number → its name in words and its unit."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import label, price_unit, words
from energy_model.common.language import translate, translator
from energy_model.results.land_kinds import PREFIX
from energy_model.results.summary import MEANINGS


def title_and_unit(name: str, carriers: pd.DataFrame, language: str) -> tuple[str, str]:
    """Returns a headline number in words and its unit; the mean price of a carrier has that of the table of carriers."""
    known = headline_name(name, language)
    if known is not None:
        return known
    carrier = name.removesuffix("_price")
    title = translate("Mean price: {carrier}", language, carrier=label(carriers, carrier, language))
    return title, price_unit(carriers, carrier)


def headline_name(name: str, language: str) -> tuple[str, str] | None:
    """Returns a headline number in words and its unit; None for the mean price of a carrier."""
    _ = translator(language)
    if name in MEANINGS:
        unit, meaning = MEANINGS[name]
        return _(meaning), unit
    if name.startswith(PREFIX):
        return _("Land use: {kind}", kind=words(name.removeprefix(PREFIX), language)), "ha"
    return None
