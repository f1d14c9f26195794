"""Units in headers and hourly cells."""

import pandas as pd
import pytest

from energy_model.case.profile_expression import ProfileExpression
from energy_model.case.units import UnknownUnitError, conversion


@pytest.mark.parametrize(
    ("header", "inside", "factor", "implied"),
    [
        ("kW", "unit/h", 1e-3, "MWh"),
        ("GJ/h", "MW", 1 / 3.6, None),
        ("TJ/a", "unit/a", 1e3 / 3.6, "MWh"),
        ("t/h", "unit/h", 1, "t"),
        ("DKK/MWh", "EUR/unit", 1 / 7.46038, "MWh"),
        ("%", "1", 0.01, None),
        ("kEUR/MW", "EUR/capacity", 1e3, "MW"),
        ("EUR/(t/h)", "EUR/capacity", 1, "t/h"),
        ("m2/MW", "ha/capacity", 1e-4, "MW"),
        ("kWh/km", "MWh/thousand_km", 1, None),
        ("kg/GJ", "t/unit", 0.0036, "MWh"),
        ("degC", "degC", 1, None),
    ],
)
def test_a_header_is_converted_to_the_unit_used_inside(header, inside, factor, implied):
    found = conversion(header, inside)
    assert found.factor == pytest.approx(factor, rel=1e-12)
    assert found.implied == implied


@pytest.mark.parametrize(
    ("header", "inside"),
    [
        ("MW", "MWh"),
        ("parsec", "km"),
        ("", "MW"),
        ("MW/", "unit/h"),
        ("EUR", "EUR/unit"),
        ("__import__('os')", "MW"),
    ],
)
def test_a_unit_that_measures_something_else_is_refused(header, inside):
    with pytest.raises(UnknownUnitError):
        conversion(header, inside)


PROFILES = pd.DataFrame({"price": [10.0, 20.0], "cop": [2.0, 4.0]})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.9", [0.9, 0.9]),
        ("price", [10, 20]),
        ("-price", [-10, -20]),
        ("0.5 * price", [5, 10]),
        ("0.5*price", [5, 10]),
        ("5 + 0.5 * price", [10, 15]),
        ("5 - price", [-5, -15]),
        ("1 / cop", [0.5, 0.25]),
        ("-2 / cop", [-1, -0.5]),
        ("1e-1 * price", [1, 2]),
        ("price * 2", [20, 40]),
        ("price + 3", [13, 23]),
        ("price - 35 * cop + 5.7", [-54.3, -114.3]),
        ("2 - price*1e-1 - 4 / cop", [-1, -1]),
        ("1 + price + 2 + 0.5 * price", [18, 33]),
        ("price - price", [0, 0]),
    ],
)
def test_a_cell_is_a_number_or_made_from_a_profile(text, values):
    cell = ProfileExpression.parse(text)
    assert cell.values(PROFILES) == pytest.approx(values)
    assert ProfileExpression.parse(str(cell)) == cell


@pytest.mark.parametrize(
    "text",
    ["", "price price", "nan", "inf", "2 ** price", "price + nan", "price +", "price + + 3", "5 - -price", "3 price",
     "price / 2", "price * cop", "2 * 3 * price", "(price + cop)", "price * 2 * 3", "price + 1_0", "1e308 * price + 1e308 * price",
     "2030-01-01", "10-20", "5 + 3"],
)  # fmt: skip
def test_a_cell_that_is_neither_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the cell itself
        ProfileExpression.parse(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("price + 5", "5 + price"),
        ("price*2 - 35*cop+5.7", "5.7 + 2 * price - 35 * cop"),
        ("-1/cop + price - 3", "-3 - 1 / cop + price"),
        ("price + 0.5 * price - 1 + 1 / price", "-1 + 1.5 * price + 1 / price"),
    ],
)
def test_a_sum_has_one_form(text, canonical):
    assert str(ProfileExpression.parse(text)) == canonical


def test_every_term_of_a_sum_is_scaled_and_the_number_raised():
    """0.75 × (10 − 2 × 2 + 4) + 3 = 10.5, and 0.75 × (20 − 2 × 4 + 4) + 3 = 15."""
    cell = ProfileExpression.parse("price - 2 * cop + 4") * 0.75 + 3
    assert str(cell) == "6 + 0.75 * price - 1.5 * cop"
    assert cell.values(PROFILES) == pytest.approx([10.5, 15])


def test_a_cell_can_be_scaled_and_raised():
    """Twice 5 + price, and three more: 13 + 2 × price."""
    assert (ProfileExpression.parse("5 + 1 * price") * 2 + 3).values(PROFILES) == pytest.approx(
        [33, 53]
    )
