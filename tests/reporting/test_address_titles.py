"""Addresses of inputs in words, in both languages."""

import pandas as pd
import pytest

from energy_model.reporting.address_titles import address_title

LABELS = pd.DataFrame({"label_en": ["Power"], "label_da": ["Strøm"]}, index=["power"])


@pytest.mark.parametrize(
    ("address", "language", "title"),
    [
        ("tariffs.power:*.tariff", "en", "Power – all: tariff on a unit"),
        ("tariffs.power:*.tariff", "da", "Strøm – alle: tarif pr. enhed"),
        ("carriers.*.price", "en", "all of carriers: price"),
        ("carriers.power.price", "da", "Strøm: pris"),
        ("carriers.power.nothing", "en", "carriers.power.nothing"),
        ("case.nothing", "en", "case.nothing"),
    ],
)
def test_an_address_is_named_by_row_and_column(address, language, title):
    assert address_title(address, LABELS, language) == title
