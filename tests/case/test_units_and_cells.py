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
    ],
)
def test_a_cell_is_a_number_or_made_from_a_profile(text, values):
    cell = ProfileExpression.parse(text)
    assert cell.values(PROFILES) == pytest.approx(values)
    assert ProfileExpression.parse(str(cell)) == cell


@pytest.mark.parametrize(
    "text", ["", "price * 2", "price price", "nan", "inf", "2 ** price", "price + 3"]
)
def test_a_cell_that_is_neither_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the cell itself
        ProfileExpression.parse(text)


def test_a_cell_can_be_scaled_and_raised():
    """Twice 5 + price, and three more: 13 + 2 × price."""
    assert (ProfileExpression.parse("5 + 1 * price") * 2 + 3).values(PROFILES) == pytest.approx(
        [33, 53]
    )
