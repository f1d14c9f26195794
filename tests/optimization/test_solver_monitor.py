"""Solver monitor: few of many callbacks are reported, and each can stop the solver."""

from types import SimpleNamespace

import pytest

from energy_model.optimization import solver_monitor
from energy_model.optimization.solver_monitor import SolverMonitor


@pytest.fixture
def event():
    """A callback of the solver in its seventh iteration."""
    counts = SimpleNamespace(ipm_iteration_count=-1, simplex_iteration_count=7)
    stops = []
    return SimpleNamespace(data_out=counts, stops=stops, interrupt=lambda: stops.append(True))


@pytest.mark.parametrize(("interval", "reports"), [(0.0, 3), (3600.0, 1)])
def test_callbacks_within_an_interval_are_reported_once(monkeypatch, event, interval, reports):
    monkeypatch.setattr(solver_monitor, "REPORT_INTERVAL_SECONDS", interval)
    told = []
    monitor = SolverMonitor(told.append)
    for _ in range(3):
        monitor(event)
    assert len(told) == reports
    assert all(text.startswith("iteration 7, ") for text in told)


def test_a_callback_that_is_not_reported_stops_the_solver_too(monkeypatch, event):
    monkeypatch.setattr(solver_monitor, "REPORT_INTERVAL_SECONDS", 3600.0)
    monitor = SolverMonitor(lambda _: None)
    monitor(event)
    assert event.stops == []
    monitor.interrupted = True
    monitor(event)
    assert event.stops == [True]


def test_an_interior_point_method_that_begins_again_is_stopped(event):
    """A second method of HiGHS counts its iterations from zero; the simplex method counts none of them."""
    monitor = SolverMonitor(None, stops_restart=True)
    for iteration in (0, 1, 7, 7, -1, 8):
        event.data_out.ipm_iteration_count = iteration
        monitor(event)
    assert not monitor.restarted
    event.data_out.ipm_iteration_count = 0
    monitor(event)
    assert monitor.restarted
    assert event.stops == [True]
