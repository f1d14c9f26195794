"""Steps: the year cut into segments in order, or into days that repeat."""

import numpy as np
import pandas as pd
import pytest
import tsam
from helpers import case_builder
from helpers.full_feature_case import EVERYTHING

import energy_model as em
from energy_model.case.time_aggregation import (
    _cut_segments,
    _scaled,
    segments,
    typical_day_values,
    typical_days,
)


@pytest.fixture(scope="module")
def profiles():
    dice = np.random.RandomState(1)
    hours = np.arange(2400)
    return pd.DataFrame(
        {
            "day": np.sin(hours / 24 * 2 * np.pi) + 0.1 * dice.randn(2400),
            "walk": dice.randn(2400).cumsum(),
            "flat": np.ones(2400),
        }
    )


@pytest.mark.parametrize("count", [1, 2, 7, 100, 2399])
def test_any_number_of_steps_fills_the_year_in_order(profiles, count):
    steps = segments(profiles, count)
    assert len(steps.start) == count
    assert steps.start[0] == 0
    assert (np.diff(steps.start) > 0).all()
    assert steps.length.sum() == 2400
    assert (steps.length == steps.span).all()
    assert (np.diff(steps.of_hour) >= 0).all()


def test_more_steps_than_hours_are_every_hour(profiles):
    assert (segments(profiles, 5000).length == 1).all()
    assert (typical_days(profiles, 5000, 10).length == 1).all()


def test_peaks_stay_peaks(profiles):
    """The highest and lowest hour of a profile stand alone."""
    steps = segments(profiles, 100)
    for hour in (profiles["walk"].argmax(), profiles["walk"].argmin()):
        assert steps.length[steps.of_hour[hour]] == 1


def test_the_same_profiles_give_the_same_steps(profiles):
    assert (segments(profiles, 100).start == segments(profiles.copy(), 100).start).all()
    one, other = (typical_days(frame, 100, 10) for frame in (profiles, profiles.copy()))
    assert (one.of_hour == other.of_hour).all()


def test_constant_profiles_are_cut_evenly():
    steps = segments(pd.DataFrame({"flat": np.ones(100)}), 4)
    assert steps.length.tolist() == [25, 25, 25, 25]


@pytest.mark.slow
def test_the_segments_are_those_of_the_aggregation_library(profiles):
    """tsam cuts the same profiles into the same segments; it only takes longer (docs/decisions)."""
    varying = profiles[["day", "walk"]]
    plain = varying.set_axis(pd.date_range("2001-01-01", periods=len(varying), freq="h"))
    theirs = tsam.aggregate(
        plain,
        n_clusters=1,
        period_duration=len(varying),
        temporal_resolution=1.0,
        cluster=tsam.ClusterConfig(method="averaging", representation="mean"),
        segments=tsam.SegmentConfig(n_segments=60),
        preserve_column_means=False,
    )
    lengths = np.array(theirs.segment_durations[0], int)
    ours = _cut_segments(_scaled(varying), 60)
    assert (ours == np.concatenate([[0], np.cumsum(lengths)[:-1]])).all()


@pytest.mark.parametrize(("count", "days"), [(24, 1), (48, 8), (70, 10), (500, 30), (300, 100)])
def test_typical_days_stand_for_every_hour(profiles, count, days):
    """So many steps and days, none across midnight, every hour in one, and yearly amounts as the profiles'."""
    steps = typical_days(profiles, count, days)
    assert len(steps.start) == count
    assert steps.length.sum() == 2400
    assert len(steps.days) == 100
    assert steps.days.max() + 1 == days
    assert [steps.span[steps.day == k].sum() for k in range(days)] == [24] * days
    times = np.bincount(steps.days)
    assert (steps.length == steps.span * times[steps.day]).all()
    for name in profiles:
        hourly = profiles[name].to_numpy()
        assert steps.means(hourly) @ steps.length == pytest.approx(hourly.sum())


def test_the_steps_of_a_typical_day_are_a_ring(profiles):
    steps = typical_days(profiles, 60, 6)
    assert (steps.day[steps.previous] == steps.day).all()
    assert sorted(steps.previous) == list(range(60))


def test_days_of_extremes_stand_alone(profiles):
    """The day whose mean is highest is not averaged away."""
    steps = typical_days(profiles, 120, 20)
    top = profiles["walk"].to_numpy().reshape(-1, 24).mean(axis=1).argmax()
    assert (steps.days == steps.days[top]).sum() == 1


def test_typical_days_are_the_days_of_the_aggregation_library(profiles):
    """Where no day stands alone, the groups are those that tsam makes by the same method."""
    varying = profiles[["day", "walk"]]
    plain = varying.set_axis(pd.date_range("2001-01-01", periods=len(varying), freq="h"))
    theirs = tsam.aggregate(
        plain,
        n_clusters=3,
        period_duration=24,
        temporal_resolution=1.0,
        cluster=tsam.ClusterConfig(method="hierarchical", representation="mean"),
        preserve_column_means=False,
    )
    ours = typical_days(varying, 72, 3).days
    same = pd.crosstab(ours, np.asarray(theirs.cluster_assignments))
    assert ((same > 0).sum(axis=0) == 1).all()
    assert ((same > 0).sum(axis=1) == 1).all()


def two_kinds_of_day(folder, **more):
    """Five dear days and then five cheap ones; a store that lasts long carries energy across."""
    hours = np.arange(240)
    dear = (hours < 120).astype(float)
    price = 20 + 60 * dear
    return case_builder.write(
        folder,
        240,
        profiles={"price": price.tolist(), "shape": (1 + (hours % 24 < 12)).tolist()},
        markets=[case_builder.market(price="price")],
        demands=[case_builder.demand("light", "power", 960, profile="shape")],
        storages=[
            {"storage": "pit", "site": "here", "carrier": "power", "max_capacity_added": 500, "investment_cost": 20, "lifetime": 1, "max_hours": 100, "efficiency_in": 0.9}
        ],
        **more,
    )  # fmt: skip


@pytest.mark.slow
def test_a_year_of_two_kinds_of_day_needs_two_typical_days(tmp_path):
    """Every hour of ten days, or 48 steps of two typical days: the same cost, capacities and prices."""
    case = two_kinds_of_day(tmp_path / "case")
    whole = em.solve(em.load_case(case, resolution="full"))
    short = em.solve(em.load_case(case, overrides=["case.time.steps_per_day = 24"], resolution=48))
    assert whole.tables["capacities"].at["pit", "capacity_added"] > 1
    assert short.objective == pytest.approx(whole.objective, rel=1e-7)
    added = short.tables["capacities"].at["pit", "capacity_added"]
    assert added == pytest.approx(whole.tables["capacities"].at["pit", "capacity_added"], rel=1e-5)
    assert len(short.dataset["time"]) == 48
    levels = short.dataset["daily_storage_level"].sel(storage="pit")
    assert float(levels.max()) <= short.tables["capacities"].at["pit", "capacity"] + 1e-6
    assert float(short.dataset["storage_level"].min()) >= -1e-6


@pytest.mark.parametrize("max_hours", [2, 20, 100])
def test_stores_of_every_duration_carry_from_day_to_day(tmp_path, max_hours):
    """A store that empties within a day serves the dear days from the cheap ones as in every hour."""
    case = two_kinds_of_day(tmp_path / "case")
    changes = ["case.time.steps_per_day = 24", f"storages.pit.max_hours = {max_hours}"]
    whole = em.solve(em.load_case(case, overrides=changes, resolution="full"))
    short = em.solve(em.load_case(case, overrides=changes, resolution=48))
    added = whole.tables["capacities"].at["pit", "capacity_added"]
    assert added > 100
    assert short.tables["capacities"].at["pit", "capacity_added"] == pytest.approx(added, rel=1e-5)
    assert short.objective == pytest.approx(whole.objective, rel=1e-7)


def test_a_typical_day_has_the_mean_duration_curve():
    """Two days with their peaks at other hours: the mean of the highest values stands at the highest mean."""
    one, other = np.zeros(24), np.zeros(24)
    one[[7, 8]], other[[18, 19]] = (6.0, 10.0), (4.0, 2.0)
    values = typical_day_values(np.array([one, other]))
    # sorted: 10, 6, 0 ... and 4, 2, 0 ...; the mean day is highest at 8, then at 7
    assert values[8] == 7.0
    assert values[7] == 4.0
    assert np.delete(values, [7, 8]).tolist() == [0.0] * 22
    assert values.sum() == one.sum() / 2 + other.sum() / 2


def test_typical_days_keep_sums_and_follow_factors(profiles):
    """Yearly sums are those of the profile; a factor and a constant pass through, also a negative factor."""
    steps = typical_days(profiles, 60, 10)
    walk = profiles["walk"].to_numpy()
    means = steps.means(walk)
    assert (means * steps.length).sum() == pytest.approx(walk.sum())
    np.testing.assert_allclose(steps.means(3 - 2 * walk), 3 - 2 * means, atol=1e-12)
    level = np.round(walk)  # many hours are equal
    np.testing.assert_allclose(steps.means(1 - level), 1 - steps.means(level), atol=1e-12)


def test_typical_days_keep_more_of_the_spread_than_means(profiles):
    """Stores earn from the spread within a day, which the mean day loses."""
    steps = typical_days(profiles, 60, 10)
    walk = profiles["walk"].to_numpy()
    plain = np.bincount(steps.of_hour, walk) / np.bincount(steps.of_hour)

    def spread(values):
        return np.average((values - walk.mean()) ** 2, weights=steps.length)

    assert spread(plain) < spread(steps.means(walk)) <= walk.var()


@pytest.mark.slow
def test_every_part_works_on_typical_days(tmp_path):
    """The case that uses all, over two days of which each is its own typical day, is the case hour by hour but for rings."""
    parts = EVERYTHING | {
        "profiles": {name: list(v) * 12 for name, v in EVERYTHING["profiles"].items()},
        "storages": [EVERYTHING["storages"][0] | {"max_hours": 30}],
    }
    case = case_builder.write(tmp_path / "case", 48, **parts)
    run = em.solve(em.load_case(case, overrides=["case.time.steps_per_day = 12"], resolution=24))
    assert run.metadata["certificate"]["holds"]
    assert not run.metadata["read_by_pyomo"]
    assert int(run.dataset["step_weight"].sum()) == 48
