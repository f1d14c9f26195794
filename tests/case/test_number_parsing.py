"""One grammar of numbers for tables, profiles, options and scenarios."""

import math

import pytest

from energy_model.case.number_parsing import number_text, parse_number, with_decimal_points
from energy_model.case.profile_expression import ProfileExpression, ProfileTerm
from energy_model.studies.sampling import ParameterRange


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0), ("-0.5", -0.5), ("+.5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("1E-3", 0.001),
        (" 7 ", 7.0), ("inf", math.inf), ("-Infinity", -math.inf), ("0751", 751.0), ("0e5", 0.0),
    ],
)  # fmt: skip
def test_a_number_is_read(text, value):
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "nan", "NaN", "1_0", "50_25", "１２", "٣", "1,5", "1 000", "1.2.3", "1e400", "1e-400",
     "0x10", "1e", "--1", "½", "²", "1\u00a0000", "true", "None", "1d3"],
)  # fmt: skip
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_number(text)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("12,5", "12.5"), ("-0,98", "-0.98"), (",5", ".5"), ("0.98", "0.98"), ("0.500", "0.500"), ("1,234", "1.234"),
        ("0,8 * price", "0.8 * price"), ("5 + 0,8 * price", "5 + 0.8 * price"), ("-1 / cop", "-1 / cop"), ("12", "12"),
    ],
)  # fmt: skip
def test_a_decimal_comma_becomes_a_point(cell, text):
    assert with_decimal_points(cell) == text


@pytest.mark.parametrize("cell", ["1.234", "12.345.678", "1.234,5", "1,234.5", "1.234 * price"])
def test_a_cell_with_two_readings_is_refused(cell):
    with pytest.raises(ValueError, match=r".*"):
        with_decimal_points(cell)


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 1e-300, 12345678.90123456, 5.0, -2.5, 1e22])
def test_a_number_is_written_with_all_its_digits(value):
    assert parse_number(number_text(value)) == value
    cell = ProfileExpression(value, (ProfileTerm(-value, "price"),))
    assert ProfileExpression.parse(str(cell)) == cell


def test_values_of_a_sweep_keep_their_digits_and_have_one_grammar():
    """1/3 is handed on to the last digit; 50_25 is no number and stays the text that it is."""
    varied = ParameterRange.of("carriers.co2.price", [1 / 3])
    assert float(varied.override(varied.values[0]).partition("=")[2]) == 1 / 3
    assert ParameterRange.parse("carriers.co2.price=50_25,7").values == ("50_25", 7.0)
