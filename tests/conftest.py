"""The whole suite may be run with Pyomo's own compiler: ``pytest --reference``; and services may be played."""

import os
import sys

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--reference", action="store_true", help="read every row by Pyomo's own compiler"
    )


def pytest_configure(config):
    if config.getoption("--reference"):
        os.environ["ENERGY_MODEL_COMPILER"] = "reference"


@pytest.fixture
def play(tmp_path, monkeypatch):
    """Starts services played on this machine; answers are kept in a folder of the test, and nobody waits long."""
    from helpers import fake_services  # noqa: PLC0415 - only for the tests that play

    from energy_model.timeseries.download import http_client  # noqa: PLC0415

    monkeypatch.setenv(http_client.CACHE_DIR_VARIABLE, str(tmp_path / "answers"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(http_client, "request_pause", 0.0)
    monkeypatch.setattr(http_client, "first_delay", 0.01)
    monkeypatch.setattr(http_client, "MAX_DELAY_SECONDS", 0.1)
    started = []

    def start(answer):
        started.append(fake_services.Played(answer))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture(autouse=True)
def close_figures():
    """Closes the figures that a test leaves open, which the library would warn of in a later one."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
