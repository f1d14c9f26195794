"""Steps: the year cut into segments."""

import numpy as np
import pandas as pd
import pytest
import tsam

from energy_model.engine.tables.steps import _clustered, segments


@pytest.fixture(scope="module")
def profiles():
    dice = np.random.RandomState(1)
    hours = np.arange(2000)
    return pd.DataFrame(
        {
            "day": np.sin(hours / 24 * 2 * np.pi),
            "walk": dice.randn(2000).cumsum(),
            "flat": np.ones(2000),
        }
    )


@pytest.mark.parametrize("count", [1, 2, 7, 100, 1999])
def test_any_number_of_steps_fills_the_year_in_order(profiles, count):
    steps = segments(profiles, count)
    assert len(steps.start) == count
    assert steps.start[0] == 0
    assert (np.diff(steps.start) > 0).all()
    assert steps.length.sum() == 2000


def test_more_steps_than_hours_are_every_hour(profiles):
    assert (segments(profiles, 5000).length == 1).all()


def test_peaks_stay_peaks(profiles):
    """The highest and lowest hour of a profile stand alone."""
    steps = segments(profiles, 100)
    for hour in (profiles["walk"].argmax(), profiles["walk"].argmin()):
        at = np.searchsorted(steps.start, hour, side="right") - 1
        assert steps.length[at] == 1


def test_the_same_profiles_give_the_same_steps(profiles):
    assert (segments(profiles, 100).start == segments(profiles.copy(), 100).start).all()


def test_constant_profiles_are_cut_evenly():
    steps = segments(pd.DataFrame({"flat": np.ones(100)}), 4)
    assert steps.length.tolist() == [25, 25, 25, 25]


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
    assert (_clustered(varying, 60) == np.concatenate([[0], np.cumsum(lengths)[:-1]])).all()
