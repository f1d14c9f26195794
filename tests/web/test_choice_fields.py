"""Choice fields: numbers as both languages write them become numbers, and what is ambiguous is refused."""

import pytest

from energy_model.common.choices import NUMBER, WHOLE, Choice
from energy_model.web.choice_fields import choice_fields, values_of

USE = Choice("use", "Use", NUMBER, 18.1)
COUNT = Choice("count", "Count", WHOLE, 40, min=1)


def value_of(choice, text):
    sent = [{"id": {"type": "page_choice", "name": choice.name}, "value": text}]
    return values_of([choice], sent)[choice.name]


@pytest.mark.parametrize(
    ("text", "number"),
    [("12,5", 12.5), ("12.5", 12.5), ("1.200,5", 1200.5), ("12,", 12), (" 7 ", 7), ("", None), (5, 5), (None, None)],
)  # fmt: skip
def test_a_number_is_read_in_either_notation(text, number):
    assert value_of(USE, text) == number


@pytest.mark.parametrize("text", ["1.200", "1,200,5", "twelve", "12 5", "1_0", "nan"])
def test_what_is_ambiguous_or_no_number_is_refused(text):
    assert value_of(USE, text) == text
    with pytest.raises(ValueError, match="write a number"):
        USE.read(value_of(USE, text), None)


def test_a_whole_number_has_no_decimals():
    assert COUNT.read(value_of(COUNT, "40"), None) == 40
    with pytest.raises(ValueError, match="write a"):
        COUNT.read(value_of(COUNT, "40,5"), None)


@pytest.mark.parametrize(("language", "shown"), [("en", "18.1"), ("da", "18,1")])
def test_a_field_shows_the_decimal_sign_of_the_language(language, shown):
    assert f"value='{shown}'" in str(choice_fields([USE], None, language))
