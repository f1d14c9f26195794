"""Options of the suite: ``--all`` runs slow tests too, ``--reference`` compiles by Pyomo; and fixtures of several folders.

A run without named files and without ``-m`` leaves out tests marked ``slow`` or ``browser``.
"""

import gc
import os
import tempfile
from pathlib import Path

import pytest
from helpers import browser, case_builder

LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run tests marked slow or browser too")
    parser.addoption(
        "--reference", action="store_true", help="read every row by Pyomo's own compiler"
    )


def pytest_configure(config):
    os.environ["LC_ALL"] = "C.UTF-8"  # output is English unless a test says otherwise
    # no test reads or writes the warm starts and downloads of the user
    os.environ["XDG_CACHE_HOME"] = str(
        Path(tempfile.gettempdir()) / f"energy_model_tests_{os.getpid()}"
    )
    if config.getoption("--reference"):
        os.environ["ENERGY_MODEL_COMPILER"] = "reference"
    config.stash[LEFT_OUT] = 0
    is_worker = hasattr(config, "workerinput")  # the options of the process that started it hold
    if not is_worker and (
        config.args_source is not config.ArgsSource.TESTPATHS or config.option.markexpr
    ):
        config.option.all = True
    case_builder.stores_solved = config.option.all


def pytest_runtest_setup(item):
    if item.get_closest_marker("browser") and browser.PROGRAM is None:
        pytest.skip("no Chromium here; 'sh setup.sh tests' installs it where it can")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if config.getoption("--all"):
        return
    left_out = [i for i in items if i.get_closest_marker("slow") or i.get_closest_marker("browser")]
    config.stash[LEFT_OUT] = len(left_out)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def pytest_collection_finish():
    """Garbage is collected as seldom as in the program itself, see `energy_model.cli.start`."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Every worker process of pytest-xdist collects the same tests."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter, config):
    if count := config.stash[LEFT_OUT]:
        terminalreporter.write_line(
            f"{count} tests that are slow or need a browser are left out; pytest --all runs them."
        )


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


@pytest.fixture
def studies_in_this_process(monkeypatch):
    """Studies of one worker work in this process, which saves the start of another."""
    from energy_model.studies.runner import scheduler  # noqa: PLC0415 - only for the tests of studies

    in_processes = scheduler.ProcessExecutor

    def executor(snapshot, arrays, workers):
        if workers == 1:
            return scheduler.SerialExecutor(snapshot, arrays)
        return in_processes(snapshot, arrays, workers)

    monkeypatch.setattr(scheduler, "ProcessExecutor", executor)
