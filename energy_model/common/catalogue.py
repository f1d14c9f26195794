"""Catalogue: English messages → messages of a language, by gettext catalogues that a translator can open."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "da")


@cache
def lookup(language: str) -> Callable[[str], str]:
    """Returns a function that translates a message. A message without translation stays English.

    The catalogue is compiled in memory, so that no compiled file can be out of date.
    """
    if language == "en":
        return str
    path = files("energy_model") / "locale" / language / "LC_MESSAGES" / "energy_model.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    catalogue = gettext.GNUTranslations(compiled)
    return lambda message: catalogue.gettext(message) if message else ""
