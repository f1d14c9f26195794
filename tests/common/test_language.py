"""Messages in two languages: templates, values with units, and what a file stores of them."""

import json
import pickle

import pytest

from energy_model.common.formatting import (
    format_decimals,
    format_input,
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
    assert message == "a costs 1.23 MEUR/a, 1.25 % of 1,500 in b, c and d"


def test_a_message_without_translation_has_the_numbers_of_the_language(message):
    assert translate(message, "da") == "a costs 1,23 mio. EUR/år, 1,25 % of 1.500 in b, c og d"


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
        (1_234.5, "ha", "1,230 ha", "1.230 ha"),
        (2_915.49, "MEUR", "2,920 MEUR", "2.920 mio. EUR"),
        (993_719.0, "EUR/a", "994,000 EUR/a", "994.000 EUR/år"),
        (999_720.0, "EUR/a", "1 MEUR/a", "1 mio. EUR/år"),
        (-2_345_678.0, "EUR", "-2.35 MEUR", "-2,35 mio. EUR"),
        (38.0551, "EUR/MWh", "38.1 EUR/MWh", "38,1 EUR/MWh"),
        (27.6289, "MW", "27.6 MW", "27,6 MW"),
        (8_098.43, "vehicle", "8,098 vehicles", "8.098 køretøjer"),
        (1.2, "vehicle", "1 vehicle", "1 køretøjer"),
        (0.00394, "thousand_km/h", "34,500 km/a", "34.500 km/år"),
        (1.5, "thousand_km/h", "13.1 million km/a", "13,1 mio. km/år"),
        (250.0, "thousand_km/a", "250,000 km/a", "250.000 km/år"),
        (412.3, "EUR/thousand_km", "412 EUR/thousand km", "412 EUR/1.000 km"),
        (12_345, "", "12,345", "12.345"),
        (12_345.0, "", "12,300", "12.300"),
        (1.0, "", "1", "1"),
        (12.34, "", "12.3", "12,3"),
        (0.01234, "", "0.0123", "0,0123"),
        (1e-9, "t/a", "0 t/a", "0 t/år"),
        (7, "", "7", "7"),
        (float("inf"), "", "∞", "∞"),
    ],
)
def test_numbers_have_digits_that_fit_their_magnitude(value, unit, english, danish):
    assert (format_number(value, unit), format_number(value, unit, "da")) == (english, danish)


@pytest.mark.parametrize(
    ("cost", "entry", "text"),
    [
        (1_300_000.0, 993_719.0, "1.3 MEUR/a, of which 0.994 MEUR/a"),
        (1_300_000.0, 12.0, "1,300,000 EUR/a, of which 12 EUR/a"),
        (45_000.0, 1_234.0, "45,000 EUR/a, of which 1,230 EUR/a"),
        (1_300_000.0, 0.0, "1.3 MEUR/a, of which 0 MEUR/a"),
    ],
)
def test_amounts_of_a_sentence_share_one_unit(cost, entry, text):
    """Millions, unless the smaller amount is below a thousand; amounts of a message within count too."""
    template = "{cost:EUR/a}, of which {entry:EUR/a}"
    assert Message(template, cost=cost, entry=entry) == text
    within = Message(
        "{cost:EUR/a}, of which {parts}", cost=cost, parts=[Message("{entry:EUR/a}", entry=entry)]
    )
    assert within == text
    assert translate(within, "da") == translate(Message(template, cost=cost, entry=entry), "da")


def test_a_number_of_a_user_keeps_six_digits():
    assert format_input(1_335_800.0) == "1,335,800"
    assert format_input(1_335_800.0, "da") == "1.335.800"
    assert format_input(0.0352) == "0.0352"
    assert format_input(3e-7) == "3e-07"
    assert format_input(1e99) == "1e+99"


def test_a_percentage_has_the_digits_it_needs():
    assert [format_percentage(share) for share in (0.01, 0.005, 1.0, 0.12346)] == ["1 %", "0.5 %", "100 %", "12.35 %"]  # fmt: skip


def test_a_number_that_rounds_to_zero_has_no_sign():
    assert format_decimals(-0.4, 0) == "0"
    assert format_decimals(-0.4, 1, "da") == "-0,4"


def test_the_unit_of_money_fits_the_typical_amount():
    assert money_unit([2e6, 3e6, 5.0]) == (1e6, "MEUR/a")
    assert money_unit([2e4, float("inf"), float("nan")]) == (1e3, "kEUR/a")
    assert money_unit([-5.0, 0.0]) == money_unit([]) == (1.0, "EUR/a")
