"""Every verb that writes, on a full disk and where nothing may be written: one sentence, code 2."""

import json
import shutil

import pytest
from helpers import cli, fake_services, two_hour_case, web
from helpers.limited_disk import Limited
from helpers.markers import mostly_slow

import energy_model as em
from energy_model.reporting.figures import export
from energy_model.web.case_catalog import load_catalog
from energy_model.web.jobs import FAILED, OPEN

PRICE = "markets.grid.price"
YEAR = 2024


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case of two hours, its workbook, a study of it, and a run of the village."""
    folder = tmp_path_factory.mktemp("made")
    case = two_hour_case.write(folder / "case")
    assert cli.call("excel", "export", case, "--to", folder / "case.xlsx").code == 0
    em.sweep(
        case,
        {PRICE: [50, 70]},
        folder / "study",
        execution=em.ExecutionOptions(workers=0, keep_runs=False),
    )
    em.save(em.solve(em.load_case(cli.original(), resolution=24)), folder / "run")
    return folder


def content(folder):
    """Every file and folder, and what stands in it."""
    return {
        str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None
        for p in folder.rglob("*")
    }


def refused(said, *words):
    """One sentence, and no traceback."""
    assert said.code == 2, said.err
    for word in ("Traceback", "Exception ignored", "None"):
        assert word not in said.err
    assert "1 fault in the inputs:" in said.err
    for word in words:
        assert word in said.err, said.err


# Arguments that write to PLACE, and the bytes of a file at which the disk is full.
WRITERS = {
    "init": (["init", "PLACE"], 2_000),
    "profiles": (["timeseries", "generate", "VILLAGE", "--out", "PLACE"], 20_000),
    "report": (["report", "MADE/run", "--out", "PLACE"], 100_000),
    "report of a study": (["report", "MADE/study", "--out", "PLACE"], 2_000),
    "table to a workbook": (["excel", "export", "MADE/case", "--to", "PLACE.xlsx"], 14_000),
    "table to a folder": (["excel", "import", "MADE/case.xlsx", "--to", "PLACE"], 30),
    "export": (["export", "MADE/case", "--to", "pypsa", "--out", "PLACE"], 5_000),
    "study sweep": (["study", "sweep", "MADE/case", "--vary", f"{PRICE}=5,7", "--out", "PLACE"], 50),
    "serve": (["serve", "MADE/case", "--port", "0", "--workspace", "PLACE"], 20),
}  # fmt: skip


def arguments(texts, made, place):
    """The arguments of a call that writes to a place."""
    put = {"PLACE": str(place), "MADE": str(made), "VILLAGE": str(cli.original())}
    for name, path in put.items():
        texts = [text.replace(name, path) for text in texts]
    return texts


@pytest.mark.slow
@pytest.mark.parametrize("verb", mostly_slow(WRITERS, 4))
def test_a_full_disk_is_a_sentence_and_nothing_is_left(made, tmp_path, verb):
    texts, size = WRITERS[verb]
    place = tmp_path / "place" if verb == "export" else tmp_path / "new" / "place"
    with Limited(size):
        said = cli.call(*arguments(texts, made, place))
    refused(said, str(place), "File too large", "nothing was written", "free space")
    assert list(tmp_path.iterdir()) == []


PLACES = {
    "under a file": "file/place",
    "a name of 300 letters": "n" * 300,
    "under a name of 300 letters": "n" * 300 + "/place",
    "where nothing can be made": "/proc/energy_model",
    "under it": "/proc/energy_model/place",
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("verb", mostly_slow([*WRITERS, "run"], 5))
def test_a_place_that_cannot_be_is_a_sentence_and_nothing_is_left(made, tmp_path, verb, place):
    (tmp_path / "file").write_text("kept")
    texts = WRITERS[verb][0] if verb in WRITERS else ["run", "MADE/case", "--out", "PLACE"]
    said = cli.call(
        *arguments(texts, made, tmp_path / PLACES[place]), *["--json"] * (verb != "serve")
    )
    refused(said)
    if verb != "serve":
        assert said.json["exit_code"] == 2
        assert len(said.json["faults"]) == 1
    assert content(tmp_path) == {"file": b"kept"}


@pytest.mark.slow
def test_fetch_on_a_full_disk_leaves_the_case_as_it_was(tmp_path, play):
    case = cli.copy(tmp_path)
    before = content(case)
    call = (
        "timeseries",
        "fetch",
        "open_meteo",
        case,
        "--year",
        YEAR,
        "--base-url",
        play(fake_services.open_meteo).address,
    )
    with Limited(50_000):  # below its hours; its answers are not kept either, which is no fault
        said = cli.call(*call)
    refused(said, f"measured/open_meteo_{YEAR}.csv", "File too large", "free space")
    assert content(case) == before
    again = cli.call(*call)
    assert again.code == 0, again.err


@pytest.mark.slow
def test_profiles_on_a_full_disk_leave_the_year_as_it_was(tmp_path):
    case = cli.copy(tmp_path)
    before = content(case)
    with Limited(50_000):
        refused(
            cli.call("timeseries", "generate", case, "--seed", 7), "profiles/year.csv", "free space"
        )
    assert content(case) == before


@pytest.mark.slow
def test_a_page_of_a_run_that_stands_does_not_spoil_the_run(made, tmp_path):
    run = shutil.copytree(made / "run", tmp_path / "run")
    before = content(run)
    with Limited(100_000):
        said = cli.call("run", cli.original(), "-r", 24, "--out", run, "--report")
    refused(said, "report.html", "free space")
    assert content(run) == before


@pytest.mark.slow
def test_a_study_that_fills_the_disk_goes_on_when_there_is_room(made, tmp_path):
    """What was finished is kept; no draft is; the same command ends it."""
    call = [
        "study",
        "sweep",
        made / "case",
        "--vary",
        f"{PRICE}=50,60,70",
        "--no-keep-runs",
        "--out",
        tmp_path / "s",
    ]
    with Limited(4_000):  # cases are smaller, the table of them is not
        said = cli.call(*call)
    refused(said, "cases.parquet", "free space and try again", "finished cases are stored")
    assert len(list((tmp_path / "s" / "cases").glob("*.json"))) == 3
    assert [p for p in (tmp_path / "s").rglob(".*")] == []
    again = cli.call(*call, "--json")
    assert again.code == 0, again.err
    assert [row["status"] for row in again.json["cases"]] == ["optimal"] * 3


def test_a_study_is_shown_where_its_pictures_cannot_be_drawn(made, tmp_path):
    study = shutil.copytree(made / "study", tmp_path / "study")
    assert cli.call("study", "show", study).code == 0
    before = content(study)
    with Limited(2_000):
        said = cli.call("study", "show", study, "--json")
    assert said.code == 0, said.err
    assert len(said.json["cases"]) == 2
    assert content(study) == before


@pytest.mark.slow
def test_figures_that_the_browser_loses_are_told(made, tmp_path, monkeypatch):
    """The drawing library says nothing of a disk that is full: the files tell."""
    monkeypatch.setattr(export, "_browser", lambda: None)

    def lose(_, files):
        for path in files[:-1]:
            path.write_bytes(b"\x89PNG ... IEND\xaeB`\x82")
        files[-1].write_bytes(b"\x89PNG ...")

    monkeypatch.setattr(export, "_render", lose)
    said = cli.call("report", made / "run", "--figures", tmp_path / "new" / "figures")
    refused(said, str(tmp_path / "new" / "figures"), "1 of ", "are not whole", "--figures")
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_system_anywhere_is_a_sentence(made, tmp_path, monkeypatch):
    """A temporary file that finds no room, in a library that knows nothing of faults."""
    import tempfile  # noqa: PLC0415

    (tmp_path / "file").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    said = cli.call("excel", "export", made / "case", "--to", tmp_path / "case.xlsx")
    refused(said, str(tmp_path / "file"), "it cannot be used (Not a directory); name another path")
    assert content(tmp_path) == {"file": b""}


# --- the workbench ------------------------------------------------------------------------------


@pytest.fixture
def kept(made, tmp_path):
    found = web.context(tmp_path, load_catalog([made / "case"]))
    yield found
    if found.queue._thread.is_alive():
        found.queue.close()
    found.workspace.close()


def test_a_question_that_cannot_be_kept_is_a_sentence(kept):
    with Limited(20), pytest.raises(em.InputError, match="free space"):
        kept.queue.add("run", "one", "p", "", {})
    assert kept.queue.jobs() == []
    assert list((kept.workspace.folder / "jobs").iterdir()) == []
    with Limited(5), pytest.raises(em.InputError, match="free space"):
        kept.workspace.save_scenario("case", "Cheap gas", {"sliders": {}})
    assert list((kept.workspace.folder / "scenarios" / "case").iterdir()) == []


def test_the_queue_outlives_a_full_disk(kept):
    """A job whose worker cannot begin has failed; the next one is worked on."""
    first = kept.queue.add("run", "one", "p", "", {})
    blocked = kept.workspace.folder / "jobs" / first.name / "worker.txt"
    blocked.mkdir()
    second = kept.queue.add("run", "two", "p", "", {})
    kept.queue.start()
    web.until(lambda: kept.queue.job(second.name).state not in OPEN)
    failed = kept.queue.job(first.name)
    assert failed.state == FAILED
    assert "Free space and run again" in failed.messages[0]
    told = json.loads((kept.workspace.folder / "jobs" / first.name / "job.json").read_text())
    assert told["state"] == FAILED
