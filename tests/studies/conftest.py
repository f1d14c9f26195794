"""What the tests of studies share: a case of two hours, and no processes but this one."""

import pytest
from helpers import two_hour_case

import energy_model as em


@pytest.fixture
def here():
    """Cases answered in this very process, their runs not kept."""
    return em.ExecutionOptions(workers=0, keep_runs=False)


@pytest.fixture
def case(tmp_path):
    """2 MWh of power in two hours: bought at 50 EUR and 0.5 t a MWh; sun at 120 a MW, half a MW of it; wind at 160 a MW.

    Both run in both hours, so a MWh of sun costs 60 and one of wind 80: nothing is built, the year costs 100 and
    emits 1 t.
    """
    return two_hour_case.write(tmp_path / "case")
