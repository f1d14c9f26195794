"""Numbers and names that are shown in words: decimal signs of cells and overrides, and accounts that are no actors."""

import pandas as pd
import pytest

from energy_model.common.formatting import with_decimal_sign, words
from energy_model.reporting.party_names import party_label
from energy_model.web import table_editor


@pytest.mark.parametrize(
    ("text", "danish"),
    [("12.5", "12,5"), ("-0.1", "-0,1"), ("12", "12"), ("0.8 * price", "0.8 * price"), ("", ""), ("1.2.3", "1.2.3")],
)  # fmt: skip
def test_a_decimal_number_has_the_sign_of_the_language(text, danish):
    assert with_decimal_sign(text, "da") == danish
    assert with_decimal_sign(text, "en") == text


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12,5", "12.5"), ("1.200,5", "1200.5"), ("-12.345.678,9", "-12345678.9"), ("1.20,5", "1.20,5"), ("1.200", "1.200")],
)  # fmt: skip
def test_a_decimal_comma_is_read_also_after_groups_of_thousands(typed, read):
    cells = [{"rowId": "want", "colId": "yearly", "value": typed}]
    assert [edit.value for edit in table_editor.edits_of("demands", cells)] == [read]


def test_an_account_is_told_from_an_actor():
    names = pd.DataFrame({"label_en": ["Heat company"], "label_da": ["Varmeselskab"]}, ["heat"])
    assert party_label(names, "limits", "en") == "limits (no actor)"
    assert party_label(names, "limits", "da") == "grænser (ingen aktør)"
    assert party_label(names, "landowners", "en") == "landowners"
    assert party_label(names, "heat", "da") == "Varmeselskab"


@pytest.mark.parametrize(
    ("unit", "danish"),
    [
        ("thousand_km/h", "1.000 km/h"),
        ("EUR/MWh/a", "EUR/MWh/år"),
        ("EUR/thousand_km", "EUR/1.000 km"),
        ("t/h", "t/h"),
    ],
)
def test_parts_of_a_unit_are_in_danish(unit, danish):
    assert words(unit, "da") == danish
    assert words(unit) == unit.replace("_", " ")
