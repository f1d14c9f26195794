"""Results, tables and the JSON of every command are as stored for the grown village; see decision 12."""

import pytest
from golden import files, uniqueness
from golden.comparison import Renames

pytestmark = pytest.mark.slow

# The price of a limit that is zero, and of rows that only such limits move, may be anything; no file holds them. The
# highest and lowest level of a day that has room, and the limits of a store over the days, are helpers of its level.
WITHOUT_ONE_VALUE = (
    "max_activity[solar_park]",
    "daily_level_max[",
    "daily_level_min[",
    "daily_level_upper[",
    "daily_level_lower[",
    "daily_storage_balance[",
    "max_daily_storage_level[",
    "min_daily_storage_level[",
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    return files.answers(tmp_path_factory.mktemp("golden_answers"))


@pytest.mark.parametrize("name", files.stored("answers"))
def test_an_answer_is_as_stored(answers, name):
    found = files.file_differences(name, answers[1], Renames())
    assert not found, files.message(name, found)


def test_every_answer_is_stored(answers):
    assert sorted(answers[1]) == files.stored("answers")


def test_the_plan_and_its_prices_are_unique(answers):
    """A stored number of an answer that is one of many would fail on another computer."""
    found = uniqueness.of_run(answers[0])
    assert [line for line in found if not line.startswith(WITHOUT_ONE_VALUE)] == []
