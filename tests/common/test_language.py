"""Messages in two languages: templates, values with units, and what a file stores of them."""

import json
import pickle

import pytest

from energy_model.common.formatting import (
    format_decimals,
    format_number,
    format_percentage,
    money_unit,
)
from energy_model.common.language import Message, default_language, translate, translator


@pytest.fixture
def message():
    return Message(
        "{name} costs {cost:EUR/a}, {share:%} of {count:#} in {names}",
        name="a", cost=1_234_567.0, share=0.0125, count=1500, names=["b", "c", "d"],
    )  # fmt: skip


def test_a_message_is_its_english_text(message):
    assert message == "a costs 1.2 MEUR/a, 1.25 % of 1,500 in b, c and d"


def test_a_message_without_translation_has_the_numbers_of_the_language(message):
    assert translate(message, "da") == "a costs 1,2 mio. EUR/år, 1,25 % of 1.500 in b, c og d"


def test_a_message_is_the_same_after_a_file_and_another_process(message):
    for copy in (
        Message.from_record(json.loads(json.dumps(message.as_record()))),
        pickle.loads(pickle.dumps(message)),
    ):
        assert copy == message
        assert translate(copy, "da") == translate(message, "da")


def test_a_message_within_a_message_is_translated_too():
    outer = Message("{what}: {number:#}", what=Message("Net emissions"), number=2)
    assert translator("da")(outer) == "Nettoudledning: 2"
    assert Message.from_record(outer.as_record()).values["what"].template == "Net emissions"


def test_a_text_without_values_may_have_braces():
    assert translate("a {brace}", "da") == "a {brace}"


@pytest.mark.parametrize(
    ("locale", "language"), [("da_DK.UTF-8", "da"), ("C", "en"), ("de_DE", "en"), ("xx", "en")]
)
def test_the_language_is_that_of_the_locale(monkeypatch, locale, language):
    monkeypatch.setenv("LC_ALL", locale)
    assert default_language() == language


@pytest.mark.parametrize(
    ("value", "unit", "english", "danish"),
    [
        (12_345_678.0, "EUR/a", "12.3 MEUR/a", "12,3 mio. EUR/år"),
        (1234.5, "ha", "1,234 ha", "1.234 ha"),
        (12.34, "", "12.3", "12,3"),
        (0.01234, "", "0.0123", "0,0123"),
        (1e-9, "t/a", "0 t/a", "0 t/år"),
        (7, "", "7", "7"),
        (float("inf"), "", "∞", "∞"),
    ],
)
def test_numbers_have_digits_that_fit_their_magnitude(value, unit, english, danish):
    assert (format_number(value, unit), format_number(value, unit, "da")) == (english, danish)


def test_a_percentage_has_the_digits_it_needs():
    assert [format_percentage(share) for share in (0.01, 0.005, 1.0, 0.12346)] == ["1 %", "0.5 %", "100 %", "12.35 %"]  # fmt: skip


def test_a_number_that_rounds_to_zero_has_no_sign():
    assert format_decimals(-0.4, 0) == "0"
    assert format_decimals(-0.4, 1, "da") == "-0,4"


def test_the_unit_of_money_fits_the_typical_amount():
    assert money_unit([2e6, 3e6, 5.0]) == (1e6, "MEUR/a")
    assert money_unit([2e4, float("inf"), float("nan")]) == (1e3, "kEUR/a")
    assert money_unit([-5.0, 0.0]) == money_unit([]) == (1.0, "EUR/a")
