"""The estimated time of a study: from earlier jobs of as many steps, else from those of the case's own steps."""

from types import SimpleNamespace

import pytest

from energy_model.web.jobs import DONE
from energy_model.web.pages import study


def job(seconds, resolution, cases=1, case="city"):
    return SimpleNamespace(
        request={"case": case, "resolution": resolution},
        state=DONE,
        started="2030-01-01T00:00:00",
        ended=f"2030-01-01T00:{seconds // 60:02d}:{seconds % 60:02d}",
        result={"cases": cases},
    )


def estimated(jobs, resolution, own=144):
    context = SimpleNamespace(
        queue=SimpleNamespace(jobs=lambda: jobs), cases={"city": SimpleNamespace(resolution=own)}
    )
    return study._estimated_seconds(context, "city", resolution)


@pytest.mark.parametrize(
    ("jobs", "resolution", "seconds"),
    [
        ([job(60, None), job(90, None, cases=3)], None, 45),
        ([job(60, None), job(10, 48)], 48, 10),
        ([job(60, None)], 48, 20),  # a third of the steps
        ([job(60, 48)], None, None),
        ([job(60, None, case="other")], 48, None),
        ([], 48, None),
    ],
)
def test_a_case_takes_the_time_of_earlier_ones(jobs, resolution, seconds):
    assert estimated(jobs, resolution) == seconds


def test_the_full_year_is_not_estimated_from_steps():
    assert estimated([job(60, None)], 48, own="full") is None
