"""Damaged runs under every verb that opens one: one sentence, the right exit code, never a traceback."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from helpers import case_builder, cli, forged_runs
from helpers.full_feature_case import EVERYTHING
from helpers.markers import mostly_slow

import energy_model as em
from energy_model.results import manifest

VERBS = {
    "show": ("show",),
    "verify": ("verify",),
    "explain": ("explain", "heat", "--no-break-even"),
    "accounts": ("accounts",),
    "report": ("report",),
    "compare": ("compare",),
}
FILES = ("results.nc", "metadata.json", "certificate.npz", "SHA256SUMS")
TABLES = ("capacities", "carriers", "costs", "emissions", "balances", "land", "names")


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A case that uses every part, and its run."""
    folder = tmp_path_factory.mktemp("kept")
    week = {name: values * 42 for name, values in EVERYTHING["profiles"].items()}
    case = case_builder.write(
        folder / "case", 168, **EVERYTHING | {"profiles": week, "resolution": 4}
    )
    em.save(em.solve(em.load_case(case)), folder / "run", "a log")
    shutil.copytree(folder / "run", folder / "sound")
    return folder


def bytes_of(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda file: file.write_bytes(change(file.read_bytes()))


def flipped(share: float) -> Callable[[Path], None]:
    """One bit turned at a share of the file's length."""

    def change(content: bytes) -> bytes:
        place = int(share * (len(content) - 1))
        return content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]

    return bytes_of(change)


def as_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


ANY = {
    "empty": bytes_of(lambda _: b""),
    "half": bytes_of(lambda content: content[: len(content) // 2]),
    "a bit at the start": flipped(0.0),
    "a bit in the middle": flipped(0.5),
    "a bit at the end": flipped(1.0),
    "noise": bytes_of(lambda _: bytes(np.random.RandomState(0).bytes(3000))),
    "a folder": as_folder,
    "missing": Path.unlink,
}
SHAPES: dict[str, object] = {
    "a list": [], "null": None, "a number": 3, "a text": "record", "nothing in it": {},
} | {
    f"{name} is {value!r}": {name: value}
    for name, value in (
        ("objective", "1"), ("objective", None), ("summary", []), ("summary", None), ("summary", {"total_cost": 1.0}),
        ("certificate", None), ("certificate", {"holds": "yes"}), ("settings", None), ("settings", {"name": "x"}),
        ("steps", "many"), ("steps", -1), ("steps", 1.5), ("changes", "a = b"), ("digest", 5), ("versions", []),
        ("proof", {"gap": "small"}), ("proof", []), ("warnings", "none"), ("scenario", None), ("size", {}), ("created", 3),
    )
}  # fmt: skip


def shaped(value: object) -> Callable[[Path], None]:
    """The record with an entry of another kind, or something else altogether, listed as if it were right."""

    def change(folder: Path) -> None:
        file = folder / "metadata.json"
        whole = json.loads(file.read_text(encoding="utf-8"))
        content = whole | value if isinstance(value, dict) and value else value
        file.write_text(json.dumps(content), encoding="utf-8")

    return change


def arrays(**parts: object) -> Callable[[Path], None]:
    """The stored program with some arrays changed or, where None, left out."""

    def change(folder: Path) -> None:
        with np.load(folder / "certificate.npz") as kept:
            whole = dict(kept)
        for name, part in parts.items():
            if part is None:
                del whole[name]
            else:
                whole[name] = part(whole[name]) if callable(part) else np.asarray(part)
        np.savez_compressed(folder / "certificate.npz", **whole)

    return change


def _pickled(folder: Path) -> None:
    """Arrays of objects, which only a pickle could read."""
    with np.load(folder / "certificate.npz") as kept:
        whole = dict(kept)
    whole["x"] = np.array([Trap()], object)
    np.savez_compressed(folder / "certificate.npz", **whole)


class Trap:
    """What a pickle would run."""

    def __reduce__(self):
        return (os.mkdir, ("a_pickle_was_read",))


def _other_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "certificate.npz", "w") as packed:
        packed.writestr("x.npy", "no array")


def _bare_array(folder: Path) -> None:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    (folder / "certificate.npz").write_bytes(file.getvalue())


def _lines(name: str, change: Callable[[str], bytes]) -> Callable[[Path], None]:
    return lambda f: (f / name).write_bytes(change((f / name).read_text(encoding="utf-8")))


SHAPED = {f"record: {name}": shaped(value) for name, value in SHAPES.items()} | {
    "record: deep": lambda f: (f / "metadata.json").write_text("[" * 100_000),
    "record: latin-1": _lines("metadata.json", lambda text: text.replace("tiny", "tå").encode("latin-1")),
    "program: no matrix": arrays(data=None),
    "program: no answer": arrays(x=None),
    "program: no names": arrays(names=None),
    "program: names are numbers": arrays(names=[1.0, 2.0]),
    "program: names are no JSON": arrays(names=np.frombuffer(b"{", np.uint8)),
    "program: names of another shape": arrays(names=np.frombuffer(b'{"columns": [], "rows": 3}', np.uint8)),
    "program: names beyond the end": arrays(names=np.frombuffer(b'{"columns": {"a": [0, 99999, false, ["b"]]}, "rows": {}}', np.uint8)),
    "program: a short answer": arrays(x=lambda x: x[:-1]),
    "program: an answer of two dimensions": arrays(x=lambda x: x[None, :]),
    "program: answer of text": arrays(x=lambda x: x.astype(str)),
    "program: answer of complex numbers": arrays(x=lambda x: x.astype(complex)),
    "program: answer of nan": arrays(x=lambda x: x * np.nan),
    "program: cost of inf": arrays(cost=lambda c: c + np.inf),
    "program: a bound of nan": arrays(lower=lambda b: np.full(len(b), np.nan)),
    "program: a shape of three": arrays(shape=[1, 2, 3]),
    "program: a shape below zero": arrays(shape=[-1, -1]),
    "program: a shape without end": arrays(shape=[2**62, 2**62]),
    "program: columns that are not there": arrays(indices=lambda i: i + 10**6),
    "program: rows out of order": arrays(indptr=lambda i: i[::-1]),
    "program: an offset of three": arrays(offset=[1.0, 2.0, 3.0]),
    "program: a pickle": _pickled,
    "program: another zip": _other_zip,
    "program: a bare array": _bare_array,
    "table: garbage": lambda f: (f / "costs.csv").write_text('a,b\n"1,2\n3,4,5,6'),
    "table: latin-1": _lines("names.csv", lambda text: text.replace("heat", "hæt").encode("latin-1")),
    "table: a column missing": _lines("capacities.csv", lambda text: text.replace("capacity_added", "put").encode()),
    "table: text for a number": forged_runs.text_cell("capacities", "capacity_added", "a lot"),
    "table: without rows": _lines("carriers.csv", lambda text: text.splitlines()[0].encode()),
    "dataset: not netCDF": lambda f: (f / "results.nc").write_text("a,b\n1,2\n"),
    "dataset: empty netCDF": lambda f: forged_runs.netCDF4.Dataset(f / "results.nc", "w").close(),
    "list: not a list": lambda f: (f / "SHA256SUMS").write_text("{}"),
}  # fmt: skip


def told(run: Path, verb: str, sound: Path, out: Path) -> int:
    """Asserts that a verb ends in a sentence, or in the answer of the sound run where what it reads is sound."""
    name, *more = VERBS[verb]
    rest = ["--out", out] if verb == "report" else [sound] if verb == "compare" else more
    said = cli.call(name, run, *rest, "--json")
    assert "Traceback" not in said.out + said.err
    assert said.code in ((0, 2, 4) if verb == "verify" else (0, 2)), said.err
    if said.code == 2:
        assert said.json["faults"]
        assert not any("a pickle" in str(fault) for fault in said.json["faults"])
    elif verb == "verify":
        assert said.code == 4
        assert not said.json["proven"]
    return said.code


def damaged(kept: Path, tmp_path: Path, file: str, name: str) -> Path:
    run = Path(shutil.copytree(kept / "sound", tmp_path / f"run {name}"))
    ANY[name](run / file)
    return run


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_ends_in_a_sentence(file, kept, tmp_path):
    """Eight damages under six verbs; nothing is shown that was read from a damaged file."""
    for name in ANY:
        run = damaged(kept, tmp_path, file, name)
        unread = file == "certificate.npz" and name not in ("a folder", "missing")
        for verb in ("show", "verify") if unread else VERBS:
            code = told(run, verb, kept / "sound", tmp_path / "page.html")
            assert (code == 0) == (verb == "show" and unread), (name, verb)
        for verb in ("explain", "accounts", *(["report"] if name == "half" else [])) if unread else ():  # fmt: skip
            assert told(run, verb, kept / "sound", tmp_path / "page.html") == 2, (name, verb)


@pytest.mark.slow
def test_a_damaged_table_ends_in_a_sentence(kept, tmp_path):
    """Every table and damage under a verb that shows it, each verb in turn; and every table under verify."""
    verbs = [verb for verb in VERBS if verb != "verify"]
    for i, (table, name) in enumerate((t, n) for t in TABLES for n in ANY):
        run = damaged(kept, tmp_path, f"{table}.csv", name)
        for verb in (verbs[i % len(verbs)], *(["verify"] if i % 9 == 0 else [])):
            assert told(run, verb, kept / "sound", tmp_path / "page.html") != 0, (table, name, verb)
        shutil.rmtree(run)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["empty", "a folder", "missing"])
def test_a_damaged_log_is_found_by_verify_alone(name, kept, tmp_path):
    run = damaged(kept, tmp_path, "log.txt", name)
    assert told(run, "verify", kept / "sound", tmp_path) == 4
    assert told(run, "show", kept / "sound", tmp_path) == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", mostly_slow(SHAPED, 8))
def test_a_file_of_another_shape_ends_in_a_sentence(name, kept, tmp_path, monkeypatch):
    """Listed as if it were right, so that only its content tells."""
    monkeypatch.chdir(tmp_path)
    run = Path(shutil.copytree(kept / "sound", tmp_path / "run"))
    SHAPED[name](run)
    if not name.startswith("list"):
        manifest.write(run)
    program = ("verify", "explain", "accounts", *(["report"] if name.endswith("no matrix") else []))
    asked = program if name.startswith("program") else VERBS
    codes = {verb: told(run, verb, kept / "sound", tmp_path / "page.html") for verb in asked}
    assert codes["verify"] in (2, 4)
    if name.startswith(("record", "dataset", "list", "table: garbage", "table: a column", "table: text")):  # fmt: skip
        assert set(codes.values()) <= {2, 4}
    if name.startswith("program"):
        assert codes["explain"] == 2
    assert not (tmp_path / "a_pickle_was_read").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["metadata.json", "results.nc", "costs.csv", "SHA256SUMS"])
def test_a_damaged_run_is_not_found_again(name, kept, tmp_path):
    """It is solved anew and takes the place of what was damaged."""
    run = Path(shutil.copytree(kept / "sound", tmp_path / "run"))
    flipped(0.4)(run / name)
    said = cli.call("run", kept / "case", "--out", run, "--json")
    assert said.code == 0, said.err
    assert said.json["found_again"] is False
    assert em.verify(run).proven


@pytest.mark.slow
def test_a_study_with_a_damaged_run_ends_in_a_sentence(kept, tmp_path):
    """The accounts of wishes are read from runs; a damaged one is told by its file."""
    case = kept / "case"
    arguments = (
        "study",
        "preferences",
        case,
        "--tradeoff",
        "none",
        "--out",
        tmp_path / "s",
        "--json",
    )
    assert cli.call(*arguments).code == 0
    damaged = next((tmp_path / "s" / "runs").iterdir()) / "names.csv"
    flipped(0.5)(damaged)
    said = cli.call(*arguments)
    assert said.code == 2
    assert str(damaged) in said.json["faults"][0]


# --- words ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_words_say_what_is_proven(kept):
    said = " ".join(cli.call("verify", kept / "run").out.split())
    assert (
        "Proven: the plan satisfies every constraint, and no plan of these 4 steps is cheaper."
        in said
    )
    assert "That is proven of the case" in said
    assert "--case compares them with a case's folder" in said
    said = " ".join(cli.call("verify", kept / "run", "--case", kept / "case").out.split())
    assert f"recomputed from the inputs of {kept / 'case'}" in said


@pytest.mark.slow
def test_the_words_say_why_a_run_is_not_proven(kept, tmp_path):
    for edit, words in (
        (forged_runs.TABLES["a cost"], "Not proven: costs.csv changed after the run was written"),
        (forged_runs.FILES["a table too many"], "Not proven: corrected_costs.csv is not listed in SHA256SUMS"),
        (forged_runs.FILES["no list of files"], "Not proven: SHA256SUMS changed"),
        (forged_runs.rehashed(forged_runs.ANSWERS["a larger answer"]), "Not proven: the stored plan violates a constraint"),
        (forged_runs.rehashed(forged_runs.TABLES["a cost"]), "Not proven: the run differs from what is recomputed from it"),
    ):  # fmt: skip
        run = Path(shutil.copytree(kept / "sound", tmp_path / "run"))
        edit(run)
        said = cli.call("verify", run)
        assert said.code == 4
        assert words in " ".join(said.out.split())
        shutil.rmtree(run)


@pytest.mark.slow
def test_json_tells_everything(kept):
    told = cli.call("verify", kept / "run", "--json").json
    assert {"run", "cost", "bound", "gap", "row_violation", "bound_violation", "price_violation", "allowed", "holds", "objective", "changed_files", "proven"} <= told.keys()  # fmt: skip
    assert (told["proven"], told["proven_of"], told["case"]) == (True, "case", None)
    assert told["differences"] == told["changed_files"] == told["strange_files"] == []


def test_a_case_that_cannot_be_read_is_told(kept, tmp_path):
    said = cli.call("verify", kept / "run", "--case", tmp_path / "none", "--json")
    assert said.code == 2
    assert "there is no such folder" in said.err
