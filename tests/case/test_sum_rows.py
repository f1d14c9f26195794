"""A row that is named as a sum of the rows above it is refused."""

import pytest
from helpers import case_builder

import energy_model as em


@pytest.mark.parametrize("name", ["Total", "I alt", "sum"])
def test_a_row_named_as_a_sum_is_refused(tmp_path, name):
    """It would be a firm of its own, without a word."""
    case = case_builder.write(tmp_path / "case", 1, firms=[{"firm": "one"}, {"firm": name}])
    with pytest.raises(em.InputError, match="named as a sum of other rows"):
        em.load_case(case)
