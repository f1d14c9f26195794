"""The workbench without a browser: what may be asked, who may come in, and a queue that outlives its server."""

import os
import re
import shutil
import signal
import threading
from pathlib import Path

import flask
import numpy as np
import pytest
import tomli_w
from helpers import case_builder, cli, web

import energy_model as em
from energy_model.reporting.topics import known_topics
from energy_model.web import candidates, context, request_validation, security, sliders
from energy_model.web.candidates import CandidateChoice
from energy_model.web.case_catalog import load_catalog
from energy_model.web.jobs import MAX_JOBS_EACH, OPEN, JobQueue
from energy_model.web.pages import scenario_choice, topic
from energy_model.web.roles import Role
from energy_model.web.workspace import Workspace, plain_name

ROOT = Path(__file__).parents[2]
SERVE = ROOT / "energy_model" / "web"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return web.quick_village(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def cases(case):
    return load_catalog([case])


@pytest.fixture
def kept(cases, tmp_path):
    found = web.context(tmp_path, cases)
    yield found
    if found.queue._thread.is_alive():
        found.queue.close()
    found.workspace.close()


# --- what may be asked ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["aarhus", "village"])
def test_every_slider_finds_its_numbers_at_both_ends(folder, case):
    place = ROOT / "inputs" / "aarhus" if folder == "aarhus" else case
    found = next(iter(load_catalog([place]).values()))
    told = found.sliders(found.default)
    assert len(told) == 10 if folder == "aarhus" else len(told) >= 4
    for end in ("min", "max"):
        changes = [slider.change(getattr(slider, end)) for slider in told]
        em.load_case(place, found.default, changes, resolution="full")
    assert all(slider.label_en and slider.label_da for slider in told)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"address": "carriers.nothing.price"}, "nothing"),
        ({"address": "nothing.gas.price"}, "no such table"),
        ({"address": "case.nothing.target"}, "the setting is not a number"),
        ({"min": 5.0}, "follow each other"),
        ({"step": 0}, "greater than 0"),
        ({"color": "red"}, "not permitted"),
    ],
)
def test_a_wrong_slider_is_told(case, tmp_path, wrong, told):
    import shutil  # noqa: PLC0415

    place = Path(shutil.copytree(case, tmp_path / "village"))
    entry = {"name": "gas", "label_en": "Gas", "label_da": "Gas", "address": "carriers.gas.price", "mode": "multiply", "min": 0.5, "max": 2.0, "step": 0.1, "default": 1.0}  # fmt: skip
    (place / "sliders.toml").write_text(tomli_w.dumps({"slider": [entry | wrong]}))
    with pytest.raises(em.InputError, match=told):
        sliders.load_sliders(place, em.load_case(place))


def test_wishes_become_bounds(case):
    known = candidates.of_system(em.load_case(case))
    bounds = candidates.added_bounds({"tank": CandidateChoice("required"), "solar_park": CandidateChoice("forbidden"), "gas_boiler_village": CandidateChoice("required", 4)}, known)  # fmt: skip
    assert bounds == {"tank": (500, 500), "solar_park": (0, 0), "gas_boiler_village": (4, 10)}
    for wrong, told in (({"tank": CandidateChoice("required", 501)}, "500"), ({"nowhere": CandidateChoice("forbidden")}, "no such candidate"), ({"tank": CandidateChoice("required", np.inf)}, "enter how much")):  # fmt: skip
        with pytest.raises(em.InputError, match=told):
            candidates.added_bounds(wrong, known)


ASK = {"case": "village"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"case": "../village"},
        {"scenario": "../../etc/passwd"},
        {"scenario": "nowhere"},
        {"sliders": {"nothing": 1.0}},
        {"sliders": {"price_of_gas": 1e9}},
        {"sliders": {"price_of_gas": float("nan")}},
        {"candidates": {"nothing": {"choice": "forbidden"}}},
        {"candidates": {"tank": {"choice": "perhaps"}}},
        {"candidates": {"tank": {"choice": "required", "size": -1}}},
        {"edits": [{"table": "../x", "row": "a", "column": "b", "value": "1"}]},
        {"edits": [{"table": "demands", "row": "village_heat", "column": "demand", "value": "1"}]},
        {"edits": [{"table": "demands", "row": "*", "column": "yearly", "value": "1"}]},
        {"edits": [{"table": "demands", "row": "village_heat", "column": "yearly", "value": "-1"}]},
        {"edits": [{"table": "demands", "row": "village_heat", "column": "yearly", "value": "1\n2"}]},
        {"edits": [{"table": "demands", "row": "village_heat", "column": "carrier", "value": "nothing"}]},
        {"edits": [{"table": "demands", "row": "village_heat", "column": "profile", "value": "nothing"}]},
        {"resolution": "99999"},
        {"more": 1},
        {"edits": "all"},
        7,
    ],
)  # fmt: skip
def test_what_the_case_does_not_know_is_refused(cases, wrong):
    content = ASK | wrong if isinstance(wrong, dict) else wrong
    with pytest.raises(em.InputError):
        request_validation.validate(content, cases)


def test_what_is_asked_becomes_changes(case, cases):
    edit = {"table": "demands", "row": "village_heat", "column": "yearly", "value": "61000"}
    found = request_validation.validate(ASK | {"sliders": {"price_of_gas": 1.5, "demand_village_heat": 1.0}, "edits": [edit]}, cases)  # fmt: skip
    assert found.changes == ("carriers.gas.price *= 1.5", "demands.village_heat.yearly = 61000")
    system = em.load_case(case, "", found.changes, resolution="full")
    assert system["demands"].at["village_heat", "yearly"] == 61000
    assert float(system["carriers"].at["gas", "price"].offset) == pytest.approx(60)


def test_a_limit_at_the_default_of_its_slider_is_a_change_where_the_case_has_none(case, tmp_path):
    """The village has no emission target, so 0, the default of this slider, is one; a slider nobody moved is none."""
    entry = {
        "name": "target", "label_en": "Target", "label_da": "Mål", "address": "case.emissions.target",
        "mode": "set", "min": -10, "max": 900, "step": 10, "default": 0,
    }  # fmt: skip
    place = shutil.copytree(case, tmp_path / case.name)
    (place / "sliders.toml").write_text(tomli_w.dumps({"slider": [entry]}), encoding="utf-8")
    found = load_catalog([place])
    (slider,) = next(iter(found.values())).sliders("")
    assert slider.first_position == 900
    assert slider.without_number("da") == "ubegrænset"
    asked = request_validation.validate(ASK | {"sliders": {"target": 0.0}}, found)
    assert asked.changes == ("case.emissions.target = 0",)
    assert request_validation.validate(ASK, found).changes == ()


def test_an_edit_of_a_row_named_by_a_star_changes_that_row_only(tmp_path):
    """The tariff of all takers; the light's own stays."""
    rows = [{"carrier": "power", "payer": payer, "tariff": 1} for payer in ("*", "light")]
    folder = case_builder.write(
        tmp_path / "lights",
        1,
        markets=[case_builder.market(price=50)],
        demands=[case_builder.demand("light", "power")],
        tariffs=rows,
    )
    edit = {"table": "tariffs", "row": "power:*", "column": "tariff", "value": "5"}
    asked = ASK | {"case": "lights", "edits": [edit]}
    (change,) = request_validation.validate(asked, load_catalog([folder])).changes
    tariffs = em.load_case(folder, overrides=[change])["tariffs"]["tariff"]
    assert [float(cell.offset) for cell in tariffs] == [5, 1]


# --- the folder -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["..", "../runs", "/etc", "%2e%2e", "a/b", "a\\b", "A", "", "a" * 61, "a\n", "å", ".hidden", "a.toml"])  # fmt: skip
def test_no_name_leads_out_of_the_folder(kept, name):
    with pytest.raises(KeyError):
        kept.workspace.path("runs", name)
    with pytest.raises(KeyError):
        kept.workspace.path(name or "nothing", "a")


def test_a_link_out_of_the_folder_is_not_followed(kept, tmp_path):
    (kept.workspace.folder / "runs" / "away").symlink_to(tmp_path.parent)
    with pytest.raises(KeyError):
        kept.workspace.path("runs", "away")


def test_a_title_becomes_a_name():
    assert plain_name("Billig gas på Ærø!") == "billig_gas_paa_aeroe"
    assert plain_name("../../etc") == "etc"
    for title in ("", "…", "///"):
        with pytest.raises(em.InputError, match="letters"):
            plain_name(title)


def test_two_servers_do_not_keep_one_folder(kept):
    with pytest.raises(em.InputError, match="another server"):
        Workspace(kept.workspace.folder)


# --- who may come in --------------------------------------------------------------------------------


def test_headers_and_own_assets(kept):
    page = web.client(kept).get("/", base_url=web.HERE)
    policy = page.headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe" not in scripts
    assert "frame-ancestors 'self'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.findall(
        r"""(?:src|href)=["']?(?:https?:)?//""", page.text
    )  # nothing from elsewhere
    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_foreign_names_and_foreign_pages_are_refused(kept):
    ask = web.client(kept)
    assert ask.get("/", base_url="http://evil.example").status_code == 421
    assert ask.get("/", base_url="http://192.0.2.7:8750").status_code == 421
    assert ask.get("/", base_url="http://localhost:8750").status_code == 200
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {}, {"Origin": "http://127.0.0.1:9999"}):  # fmt: skip
        answer = ask.post("/_dash-update-component", json={}, headers=headers, base_url=web.HERE)  # fmt: skip
        assert answer.status_code == 403
    own = {"Origin": web.HERE}
    assert ask.post("/_dash-update-component", data=b"x" * (security.MAX_REQUEST_BYTES + 1), headers=own, base_url=web.HERE).status_code == 413  # fmt: skip


def test_the_password_is_asked_for_and_kept(kept):
    ask = web.client(kept, "correct horse", {"127.0.0.1"})
    own = {"Origin": web.HERE}
    assert ask.get("/", base_url=web.HERE).headers["Location"] == "/login"
    assert ask.get("/_dash-layout", base_url=web.HERE).status_code == 401
    assert ask.get("/download/a/run.zip", base_url=web.HERE).status_code == 302
    form = ask.get("/login", base_url=web.HERE)
    assert "script" not in form.headers["Content-Security-Policy"]
    assert ask.post("/login", data={"password": "correct horse"}, base_url=web.HERE).status_code == 403  # fmt: skip
    for _ in range(security.MAX_ATTEMPTS):
        assert ask.post("/login", data={"password": "wrong"}, headers=own, base_url=web.HERE).status_code == 403  # fmt: skip
    right = {"data": {"password": "correct horse"}, "headers": own, "base_url": web.HERE}
    assert ask.post("/login", **right).status_code == 429
    ask = web.client(kept, "correct horse", {"127.0.0.1"})
    entered = ask.post("/login", **right)
    assert entered.status_code == 302
    assert "HttpOnly" in entered.headers["Set-Cookie"]
    assert "SameSite=Strict" in entered.headers["Set-Cookie"]
    assert ask.get("/_dash-layout", base_url=web.HERE).status_code == 200
    # Another password, and nobody is in any more.
    other = web.client(kept, "another horse", {"127.0.0.1"})
    other._cookies = ask._cookies
    assert other.get("/_dash-layout", base_url=web.HERE).status_code == 401


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--host", "0.0.0.0"), "other machines have access"),
        (("--host", "192.0.2.7"), "other machines have access"),
        (("--password-file", "nowhere"), "cannot be read"),
        (("--port", "70000"), "65535"),
    ],
)
def test_a_server_for_others_needs_a_password(case, tmp_path, arguments, told, monkeypatch):
    monkeypatch.delenv("ENERGY_MODEL_PASSWORD", raising=False)
    said = cli.call("serve", case, "--workspace", tmp_path / "kept", *arguments)
    assert said.code == 2
    assert told in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "kept").exists()


def test_a_short_password_and_a_case_that_is_none_are_refused(case, tmp_path, monkeypatch):
    monkeypatch.setenv("ENERGY_MODEL_PASSWORD", "short")
    said = cli.call("serve", case, "--workspace", tmp_path / "kept", "--host", "0.0.0.0")
    assert said.code == 2
    assert "too short" in said.err
    monkeypatch.delenv("ENERGY_MODEL_PASSWORD")
    words = tmp_path / "passwords"
    for text, told in (
        ("long enough\nshort\n", "too short"),
        ("long enough\nlong enough\n", "3 different ones"),
        ("long one 1\nlong one 2\nlong one 3\nlong one 4\n", "3 different ones"),
        ("\n", "too short"),
    ):
        words.write_text(text)
        said = cli.call("serve", case, "--workspace", tmp_path / "kept", "--password-file", words)
        assert said.code == 2
        assert told in said.err
    said = cli.call("serve", tmp_path, "--workspace", tmp_path / "kept")
    assert said.code == 2
    assert "no case here" in said.err


@pytest.mark.parametrize("path", ["/report/..%2f..%2fsecret", "/report/%2e%2e", "/report/nowhere", "/download/../../secret", "/download/NAME/..%2fjob.json", "/download/NAME/job.json", "/download/NAME/metadata.json", "/download/NAME//etc/passwd", "/assets/../gate.py", "/assets/..%2fgate.py"])  # fmt: skip
def test_only_files_of_known_jobs_are_given(kept, path):
    job = kept.queue.add("run", "done", "p", "", {})
    kept.queue.start()
    web.until(lambda: kept.queue.job(job.name).state == "done")
    (kept.workspace.folder / "runs" / job.name).mkdir()
    answer = web.client(kept).get(path.replace("NAME", job.name), base_url=web.HERE)
    # An address that is none is answered with the empty page, which then says so.
    assert answer.status_code in (302, 308, 404) or 'id="react-entry-point"' in answer.text
    assert "Content-Disposition" not in answer.headers
    for inside in (kept.workspace.secret(), '"submitter"', "import ", "root:"):
        assert inside not in answer.text


# --- the queue --------------------------------------------------------------------------------------


def test_a_queue_goes_on_where_a_killed_server_left_it(kept):
    names = [kept.queue.add("run", title, "p", "", {}).name for title in ("one", "two", "three")]
    path = kept.workspace.folder / "jobs" / names[0] / "job.json"
    path.write_text(path.read_text().replace('"queued"', '"running"'))  # as a killed server leaves it  # fmt: skip
    again = JobQueue(kept.workspace, 2, kept.queue.command)
    assert [again.job(name).state for name in names] == ["queued"] * 3
    again.start()
    web.until(lambda: all(again.job(name).state == "done" for name in names))
    again.close()
    assert JobQueue(kept.workspace).job(names[0]).ended


def test_a_killed_worker_is_told_and_the_next_job_begins(kept):
    first = kept.queue.add("run", "a long one", "p", "", {})
    second = kept.queue.add("run", "short", "p", "", {})
    kept.queue.start()
    web.until(lambda: kept.queue.progress(first.name))
    os.kill(kept.queue._workers[first.name].process.pid, signal.SIGKILL)
    web.until(lambda: kept.queue.job(second.name).state == "done")
    failed = kept.queue.job(first.name)
    assert failed.state == "failed"
    assert "SIGKILL" in failed.messages[0]


def test_a_job_is_cancelled_by_who_asked_and_nobody_else(kept):
    running = kept.queue.add("run", "a long one", "me", "", {})
    waiting = kept.queue.add("run", "a long one", "me", "", {})
    kept.queue.start()
    web.until(lambda: kept.queue.progress(running.name))
    kept.queue.cancel(running.name, "somebody else")
    assert not kept.queue.is_ending(running.name)
    kept.queue.cancel(waiting.name, "me")
    assert kept.queue.job(waiting.name).state == "cancelled"
    kept.queue.cancel(running.name, "me")
    web.until(lambda: kept.queue.job(running.name).state == "cancelled")


def test_a_closed_server_asks_anew_what_ran(kept):
    job = kept.queue.add("run", "a long one", "me", "", {})
    kept.queue.start()
    web.until(lambda: kept.queue.progress(job.name))
    process = kept.queue._workers[job.name].process
    kept.queue.close()
    assert process.poll() is not None
    assert kept.queue.job(job.name).state == "queued"


def test_a_queue_has_an_end(kept):
    for _ in range(MAX_JOBS_EACH):
        kept.queue.add("run", "one", "me", "", {})
    with pytest.raises(em.InputError, match="you have 5"):
        kept.queue.add("run", "one", "me", "", {})
    for i in range(35):
        kept.queue.add("run", "one", f"other {i}", "", {})
    with pytest.raises(em.InputError, match="40 jobs"):
        kept.queue.add("run", "one", "another", "", {})


@pytest.mark.slow
def test_several_readers_open_runs_at_once(case, tmp_path):
    """The library of results files falls when two threads use it; the server stands."""
    em.save(em.solve(em.load_case(case, resolution=24)), tmp_path / "run")
    found = []

    def read():
        for _ in range(4):
            context.open_run.cache_clear()
            found.append(context.open_cached(tmp_path / "run").objective)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(found) == 16
    assert len(set(found)) == 1


# --- states ----------------------------------------------------------------------------------------


def test_open_states_are_two():
    assert OPEN == ("queued", "running")


def test_who_may_only_look_starts_no_slow_answer():
    """The break-even of an asset solves the case again."""
    reasons = known_topics()["reasons"]
    with flask.Flask("test").test_request_context():
        flask.g.role = Role.LOOK
        topic.refuse_slow_values(reasons, {"asset": "largest", "break_even": "no"})
        with pytest.raises(em.InputError, match="for looking at results"):
            topic.refuse_slow_values(reasons, {"asset": "largest", "break_even": "yes"})
        flask.g.role = Role.ASK
        topic.refuse_slow_values(reasons, {"asset": "largest", "break_even": "yes"})


def test_a_scenario_that_the_draft_does_not_have_yet_is_not_run_in_its_place(kept):
    """A page may be slow to take a scenario that its list shows already."""
    draft = {"case": "village", "scenario": ""}
    scenario_choice.refuse_unsettled(kept, draft, "own:")
    scenario_choice.refuse_unsettled(kept, draft, "saved:mine")
    with pytest.raises(em.InputError, match="still loading"):
        scenario_choice.refuse_unsettled(kept, draft, "own:dear_gas")
