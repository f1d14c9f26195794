"""Language: English messages → English or Danish, by gettext catalogues that a translator can open."""

from __future__ import annotations

import gettext
import os
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "da")
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in POSIX order of precedence

Translator = Callable[..., str]


def default_language() -> str:
    """Returns the language of the environment's locale, English if it has no catalogue."""
    value = next(filter(None, map(os.environ.get, LOCALE_VARIABLES)), "en")
    try:
        language = Locale.parse(value.partition(".")[0]).language
    except (ValueError, UnknownLocaleError):  # such as C and POSIX
        return "en"
    return language if language in LANGUAGES else "en"


@cache
def translator(language: str) -> Translator:
    """Returns a function ``_(message, **values)`` that translates a message and fills in its placeholders.

    A message without translation stays English. Placeholders are those of `str.format`.
    """
    catalogue = _catalogue(language)

    def translate(message: str, **values: object) -> str:
        text = catalogue.gettext(message) if message else ""
        return text.format(**values) if values else text

    return translate


def _catalogue(language: str) -> gettext.NullTranslations:
    """Compiles the catalogue of a language in memory, so that no compiled file can be out of date."""
    path = files("energy_model.reporting") / "locale" / language / "LC_MESSAGES" / "energy_model.po"
    if language == "en":
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def translate(message: str, language: str, **values: object) -> str:
    """Returns a message in a language with its placeholders filled in; English if there is no translation."""
    return translator(language)(message, **values)
