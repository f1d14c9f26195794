"""The Danish catalogue has every message of the code and of case data, and no other."""

import io
import re
from pathlib import Path
from string import Formatter

import pandas as pd
import pytest
from babel.messages.pofile import write_po
from helpers import catalogue, cli

import energy_model as em
from energy_model.common.language import translate

PACKAGE = Path(em.__file__).parent
CATALOGUE = catalogue.read()
ENTRIES = [entry for entry in CATALOGUE if entry.id]
NAME_COLUMNS = ("group", "sector", "land_class")  # of the tables; reports show their cells as words


def placeholders(text):
    """The names and formats of the placeholders of a message, in any order."""
    return sorted((name, spec) for _, name, spec, _ in Formatter().parse(text) if name is not None)


@pytest.mark.slow
def test_the_catalogue_has_the_messages_of_the_code():
    """If it fails, run ``python tests/helpers/catalogue.py`` and translate what it prints."""
    stored = {entry.id for entry in ENTRIES}
    assert len(stored) > 300
    assert sorted(catalogue.messages() - stored) == [], "missing"
    assert sorted(stored - catalogue.messages()) == [], "obsolete"


def test_every_message_is_marked_where_the_catalogue_finds_it():
    """It reads ``_``, ``N_``, ``translate`` and ``Message``, not a translator that is called at once."""
    unmarked = re.compile(r"translator\([^()]*\)\(\s*f?[\"']")
    files = PACKAGE.rglob("*.py")
    assert [path.name for path in files if unmarked.search(path.read_text("utf-8"))] == []


def test_every_message_has_a_translation():
    assert [entry.id for entry in ENTRIES if not entry.string or entry.fuzzy] == []


def test_a_translation_has_the_placeholders_of_its_message():
    differing = [e.id for e in ENTRIES if placeholders(e.id) != placeholders(e.string)]
    assert differing == []


def test_the_catalogue_is_as_babel_writes_it():
    """So that an update changes only the lines of changed messages."""
    buffer = io.BytesIO()
    write_po(buffer, CATALOGUE, sort_output=True, width=100, no_location=True)
    assert buffer.getvalue() == catalogue.FILE.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("case", ["aarhus", "village"])
def test_names_of_a_case_have_danish_words(case):
    folder = cli.original() if case == "village" else catalogue.PACKAGE.parent / "inputs" / case
    system = em.load_case(folder, resolution=24)
    names = set(system["carriers"]["unit"])
    for frame in system.frames.values():
        plain = frame.reset_index()
        for column in NAME_COLUMNS:
            cells = plain[column] if column in plain else pd.Series(dtype=object)
            names |= {cell for cell in cells if isinstance(cell, str) and cell}
    words = {name.replace("_", " ") for name in names}
    stored = {entry.id for entry in ENTRIES}
    international = {"MWh", "t"}
    assert sorted(words - stored - international) == []


def test_a_marked_message_is_found_within_an_f_string():
    code = b"""text = f"{_('first')} {translate('second', language)}"; other(N_('third'))"""
    found = catalogue.find_calls(io.BytesIO(code), catalogue.KEYWORDS)
    assert {message for _, _, message, _ in found} == {"first", "second", "third"}


def test_a_message_without_a_translation_stays_english():
    assert translate("no such message", "da") == "no such message"
