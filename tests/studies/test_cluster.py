"""The same study on a Dask cluster: a real scheduler and workers on this machine's own address."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import energy_model as em

PRICE = "markets.grid.price"


def start(module, *arguments):
    """A process of Dask's own command line."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", f"distributed.cli.{module}", *map(str, arguments)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def end(process):
    """Ends a process and all it began, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def cluster(tmp_path):
    """The scheduler's file and process, with one worker."""
    file = tmp_path / "scheduler.json"
    scheduler = start("dask_scheduler", "--host", "127.0.0.1", "--port", 0, "--scheduler-file", file, "--no-dashboard")  # fmt: skip
    while not file.is_file():
        time.sleep(0.1)
    worker = start("dask_worker", "--scheduler-file", file, "--host", "127.0.0.1", "--nthreads", 1, "--no-dashboard", "--local-directory", tmp_path)  # fmt: skip
    yield file, scheduler
    for process in (worker, scheduler):
        if process.poll() is None:
            end(process)


@pytest.mark.slow
def test_a_cluster_gives_the_same_table(cluster, case, tmp_path):
    asked = {PRICE: [40, 65, 90], "case.emissions.target": ['"none"', -5]}
    there = em.sweep(
        case, asked, tmp_path / "there", execution=em.ExecutionOptions(scheduler=str(cluster[0]))
    )
    em.sweep(case, asked, tmp_path / "here", execution=em.ExecutionOptions(workers=0))
    assert (tmp_path / "there" / "cases.csv").read_text() == (tmp_path / "here" / "cases.csv").read_text()  # fmt: skip
    assert list(there.table["status"]) == ["optimal", "infeasible"] * 3
    assert em.verify(tmp_path / "there" / "runs" / there.table["run"][0]).holds


@pytest.mark.slow
def test_a_scheduler_that_goes_away_ends_the_study_with_what_stands(cluster, case, tmp_path):
    """What was finished is kept, and the same question goes on without the cluster."""
    file, scheduler = cluster
    out, asked = tmp_path / "s", {PRICE: "40..80:60"}

    def kill():
        while len(list((out / "cases").glob("*.json"))) < 2:
            time.sleep(0.1)
        end(scheduler)

    threading.Thread(target=kill, daemon=True).start()
    with pytest.raises(em.StudyInterrupted, match="of the 60 cases so far are stored"):
        em.sweep(
            case, asked, out, execution=em.ExecutionOptions(scheduler=str(file), keep_runs=False)
        )
    kept = len(list((out / "cases").glob("*.json")))
    assert 2 <= kept < 60


@pytest.mark.slow
def test_no_scheduler_is_told(case, tmp_path):
    with pytest.raises(em.InputError, match="no Dask scheduler answers there"):
        em.sweep(
            case,
            {PRICE: [50]},
            tmp_path / "s",
            execution=em.ExecutionOptions(scheduler="tcp://127.0.0.1:9"),
        )
