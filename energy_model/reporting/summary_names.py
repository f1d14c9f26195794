"""Summary names: the name of a headline number → its name in words and its unit."""

from __future__ import annotations

from energy_model.common.formatting import words
from energy_model.common.language import translator
from energy_model.results.land_kinds import PREFIX
from energy_model.results.summary import MEANINGS


def headline_name(name: str, language: str) -> tuple[str, str] | None:
    """Returns a headline number in words and its unit; None for the mean price of a carrier."""
    _ = translator(language)
    if name in MEANINGS:
        unit, meaning = MEANINGS[name]
        return _(meaning), unit
    if name.startswith(PREFIX):
        return _("Land use: {kind}", kind=words(name.removeprefix(PREFIX), language)), "ha"
    return None
