"""Standard output that is not UTF-8, that nobody reads, or that cannot be written."""

import contextlib
import io
import json
import os
import subprocess
import sys
from unittest import mock

import pytest
from helpers import cli, two_hour_case
from helpers.markers import mostly_slow

import energy_model as em
from energy_model.cli import app

ENCODINGS = ["ascii", "cp1252", "latin-1"]
LETTERS = "ærø_Łódź"
PRICE = "markets.grid.price"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A case, two runs and a study whose names no encoding but Unicode's holds."""
    folder = tmp_path_factory.mktemp("made") / LETTERS
    case = two_hour_case.write(folder / "case")
    for path in case.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("sun_here", f"sun_{LETTERS}"), encoding="utf-8")
    for name, price in (("run", 50), ("dear", 70)):
        em.save(em.solve(em.load_case(case, overrides=[f"{PRICE} = {price}"])), folder / name)
    em.sweep(
        case,
        {PRICE: [50, 70]},
        folder / "study",
        execution=em.ExecutionOptions(workers=0, keep_runs=False),
    )
    return folder


VERBS = {
    "check": ["check", "MADE/case"],
    "run": ["run", "MADE/case", "--out", "NEW/run"],
    "show": ["show", "MADE/run"],
    "verify": ["verify", "MADE/run"],
    "explain": ["explain", "MADE/run", f"sun_{LETTERS}"],
    "accounts": ["accounts", "MADE/run", "--carrier", "power"],
    "compare": ["compare", "MADE/run", "MADE/dear"],
    "report": ["report", "MADE/study", "--out", "NEW/page.html"],
    "study show": ["study", "show", "MADE/study"],
    "table": ["excel", "export", "MADE/case", "--to", "NEW/case.xlsx"],
    "export": ["export", "MADE/case", "--to", "pypsa", "--out", "NEW/case.nc"],
    "init": ["init", "NEW/village"],
    "profiles": ["timeseries", "generate", "VILLAGE", "--out", "NEW/year.csv"],
    "fetch": ["timeseries", "fetch", "--list"],
}


def called(encoding, *arguments):
    """The program called with outputs of an encoding; its code, and the bytes of both."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    with (
        mock.patch.object(sys, "argv", ["energy-model", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as end,
    ):
        app.main()
    for stream in (out, err):
        stream.flush()
    return end.value.code, out.buffer.getvalue(), err.buffer.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("verb", mostly_slow(VERBS, 4))
def test_every_verb_ends_well_in_every_encoding(made, tmp_path, verb, encoding):
    example = str(cli.original())
    # JSON has no letters of its own, so the encoding with the fewest letters shows the most.
    for options in ([], ["--json"]) if encoding == "ascii" else ([],):
        new = tmp_path / f"{LETTERS}{len(options)}"
        new.mkdir()
        arguments = [
            text.replace("NEW", str(new)).replace("MADE", str(made)).replace("VILLAGE", example)
            for text in VERBS[verb]
        ]  # fmt: skip
        code, out, err = called(encoding, *arguments, *options)
        assert code == 0, err
        text = out.decode(encoding)
        assert text.strip()
        if options:
            content = json.loads(text)
            if any(str(new) in part for part in arguments):
                assert str(new) in json.dumps(content, ensure_ascii=False)


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_letters_that_an_encoding_has_are_written_and_others_are_replaced(tmp_path, encoding):
    code, out, _ = called(encoding, "init", tmp_path / LETTERS)
    assert code == 0
    shown = {"ascii": b"?r?_??d?", "cp1252": b"\xe6r\xf8_?\xf3d?", "latin-1": b"\xe6r\xf8_?\xf3d?"}
    assert b"New case in " + str(tmp_path).encode() + b"/" + shown[encoding] in out


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_fault_with_any_letters_is_told_in_words_and_in_json(tmp_path, encoding):
    code, out, err = called(encoding, "run", tmp_path / LETTERS, "--json")
    assert code == 2
    assert (tmp_path / LETTERS).name in json.loads(out.decode(encoding))["faults"][0]
    assert LETTERS.encode(encoding, "replace") in err


# --- JSON where it was asked for ----------------------------------------------------------------


def test_json_is_told_only_where_it_was_asked_for(tmp_path):
    """The word may be a value: then nobody asked for JSON."""
    said = cli.call("run", tmp_path / "nowhere", "--scenario", "--json")
    assert said.code == 2
    assert said.out == ""
    assert cli.call("run", tmp_path / "nowhere").out == ""
    assert cli.call("run", "--json", tmp_path / "nowhere").json["exit_code"] == 2
    assert cli.call("run", tmp_path / "nowhere", "--gap", "much", "--json").json["exit_code"] == 2
    assert cli.call("run", tmp_path / "nowhere", "--frob", "--json").json["exit_code"] == 2
    assert cli.call("run", tmp_path / "nowhere").out == ""


# --- a standard output that is closed or full ---------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize("verb", ["show", "accounts", "check"])
def test_a_pipe_that_nobody_reads_ends_quietly(made, verb, options):
    arguments = [text.replace("MADE", str(made)) for text in VERBS[verb]]
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as closed:  # noqa: PTH123 - it is a descriptor
        ended = subprocess.run(
            [sys.executable, "-m", "energy_model", *arguments, *options],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 4
    for word in ("Traceback", "Exception ignored", "BrokenPipe"):
        assert word not in ended.stderr


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has it")  # noqa: PTH110
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_an_output_that_is_full_is_a_sentence(made, options):
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        ended = subprocess.run(
            [sys.executable, "-m", "energy_model", "show", str(made / "run"), *options],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 2
    assert "standard output" in ended.stderr
    assert "No space left on device" in ended.stderr
    assert "Exception ignored" not in ended.stderr
    assert "Traceback" not in ended.stderr
