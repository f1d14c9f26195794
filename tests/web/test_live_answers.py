"""Live answers: what a draft changes, what has no answer, and what becomes of older questions and dead workers."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from helpers import web

import energy_model as em
from energy_model.reporting.content import DataTable, Text, Tiles
from energy_model.web import live_answers, request_validation
from energy_model.web.case_catalog import load_catalog
from energy_model.web.live_answers import LiveAnswers
from energy_model.web.pages import live_answer

GAS = {"table": "carriers", "row": "gas", "column": "price", "value": "90"}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    return load_catalog([web.quick_village(tmp_path_factory.mktemp("live"))])


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    found = LiveAnswers(tmp_path_factory.mktemp("starts"))
    yield found
    found.close()


def request(cases, **draft):
    return request_validation.validate({"case": "village"} | draft, cases)


def blocks(report):
    return [block for part in report.sections for block in part.blocks]


@pytest.mark.slow
def test_a_change_is_answered_with_its_differences(live, cases):
    report = live.ask(request(cases, edits=[GAS]), "a", "en")
    (tiles,) = [block for block in blocks(report) if isinstance(block, Tiles)]
    assert dict(tiles.pairs)["Annual cost"].startswith("+")
    titles = [block.title for block in blocks(report) if isinstance(block, DataTable)]
    assert titles[:2] == ["What the changes do", "What is added more or less"]
    danish = live.ask(request(cases, edits=[GAS]), "a", "da")
    assert "Årlig omkostning" in dict(next(b for b in blocks(danish) if isinstance(b, Tiles)).pairs)


@pytest.mark.slow
def test_a_run_of_the_unchanged_case_is_compared_with_in_a_second_answer(live, cases, tmp_path):
    spec = em.CaseSpec(cases["village"].folder)
    folder = em.save(em.solve(spec), tmp_path / "run")
    asked = request(cases, edits=[GAS])

    def notes(report):
        return " ".join(s for b in blocks(report) if isinstance(b, Text) for s in b.sentences)

    assert "needs a run of the unchanged case" in notes(live.ask(asked, "a", "en"))
    assert "unchanged case" not in notes(live.ask(asked, "a", "en", folder))  # it follows
    compared = live.ask(asked, "a", "en", folder, is_compared=True)
    assert "with plan and prices of the unchanged run" in notes(compared)
    assert "bias" not in notes(compared)  # there is no room for it
    other = em.save(em.solve(em.load_case(spec, overrides=["carriers.gas.price = 80"])), tmp_path / "other")  # fmt: skip
    (told,) = live.ask(asked, "a", "en", other, is_compared=True)
    assert "unchanged case" in str(told)


@pytest.mark.slow
def test_nothing_changed_differs_by_nothing(live, cases):
    (tiles, *_) = blocks(live.ask(request(cases), "a", "en"))
    assert {value.split()[0] for _, value in tiles.pairs} == {"0"}


@pytest.mark.slow
def test_choices_of_candidates_count_as_changes(live, cases):
    candidates = cases["village"].candidates("")
    name = next(iter(candidates.index))
    forbidden = live.ask(request(cases, candidates={name: {"choice": "forbidden"}}), "a", "en")
    required = {"choice": "required", "size": 1.0}
    more = live.ask(request(cases, candidates={name: required}), "a", "en")
    assert not isinstance(forbidden, list)
    assert not isinstance(more, list)


@pytest.mark.slow
def test_changes_without_a_plan_are_told(live, cases):
    wrong = {"table": "demands", "row": "village_heat", "column": "yearly", "value": "1e9"}
    unserved = {"table": "demands", "row": "village_heat", "column": "penalty", "value": ""}
    said = live.ask(request(cases, edits=[wrong, unserved]), "a", "en")
    assert isinstance(said, list)
    assert str(said[0]) == "With these changes there is no plan."


def test_a_newer_question_replaces_one_that_waits(cases, tmp_path):
    """A pool of one thread, which is busy, takes the place of the worker processes."""
    live, found, gate = LiveAnswers(tmp_path), {}, threading.Event()
    live._pool = ThreadPoolExecutor(1)
    live._pool.submit(gate.wait)

    def ask(name, value):
        found[name] = live.ask(request(cases, edits=[GAS | {"value": value}]), "same", "en")

    older = threading.Thread(target=ask, args=("older", "50"))
    older.start()
    while not live._futures:
        time.sleep(0.01)
    newer = threading.Thread(target=ask, args=("newer", "60"))
    newer.start()
    older.join(10)
    gate.set()
    newer.join(60)
    assert found["older"] is None
    assert found["newer"] is not None


def test_too_many_questions_are_refused(cases, tmp_path, monkeypatch):
    live, gate = LiveAnswers(tmp_path), threading.Event()
    live._pool = ThreadPoolExecutor(1)
    live._futures = {"a": live._pool.submit(gate.wait)}
    monkeypatch.setattr(live_answers, "MAX_WAITING", 1)
    (said,) = live.ask(request(cases), "b", "en")
    gate.set()
    assert "Try again in a minute" in said


@pytest.mark.slow
def test_a_worker_that_died_is_replaced(live, cases):
    live.ask(request(cases), "a", "en")
    for pid in list(live._pool._processes):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    assert not isinstance(live.ask(request(cases, edits=[GAS]), "a", "en"), list)


@pytest.mark.slow
def test_a_worker_that_dies_with_a_question_is_told(live, cases):
    live.ask(request(cases), "a", "en")
    (pid,) = live._pool._processes
    os.kill(pid, signal.SIGSTOP)  # so that the question is still there when it dies
    threading.Timer(1.0, os.kill, (pid, signal.SIGKILL)).start()
    said = live.ask(request(cases, edits=[GAS]), "a", "en")
    assert said == ["The quick look ended unexpectedly. Change something to try again."]
    assert not isinstance(live.ask(request(cases, edits=[GAS]), "a", "en"), list)


@pytest.mark.slow
def test_closing_ends_the_workers(cases, tmp_path):
    live = LiveAnswers(tmp_path)
    live.ask(request(cases), "a", "en")
    processes = list(live._pool._processes.values())
    live.close()
    for process in processes:
        process.join(10)
        assert not process.is_alive()


@pytest.mark.slow
def test_workers_end_with_a_server_that_is_killed(cases, tmp_path):
    script = f"""
import os, signal, sys
sys.path[:0] = {[str(path) for path in sys.path if path]!r}
from pathlib import Path
from energy_model.web import request_validation
from energy_model.web.case_catalog import load_catalog
from energy_model.web.live_answers import LiveAnswers
if __name__ == "__main__":
    cases = load_catalog([Path({str(cases["village"].folder)!r})])
    live = LiveAnswers(Path({str(tmp_path)!r}))
    live.ask(request_validation.validate({{"case": "village"}}, cases), "a", "en")
    print(*live._pool._processes, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    (tmp_path / "server.py").write_text(script, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, tmp_path / "server.py"], stdout=subprocess.PIPE, text=True, check=False
    )  # returns when the last holder of its output has ended
    (pid,) = map(int, ended.stdout.split())
    web.until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2])  # fmt: skip


def test_a_missing_second_estimate_is_told_below_the_first_numbers():
    patch = live_answer._reasons(["The quick look takes too long. Press Run for the whole answer."], "da").to_plotly_json()  # fmt: skip
    [operation] = patch["operations"]
    assert operation["operation"] == "Append"
    assert "tager for lang tid" in str(operation["params"]["value"])
