"""Files and folders that are written whole or not at all, whatever happens on the way."""

import errno
import os
import pickle
import signal
import stat
import subprocess
import sys
import time

import pytest
from helpers.limited_disk import Limited

from energy_model.common import atomic_write
from energy_model.common.atomic_write import (
    WriteError,
    new_file,
    new_folder,
    new_members,
    new_parts,
    refuse_folder,
    write_bytes,
    write_files,
    write_text,
)
from energy_model.common.errors import InputError


def told(caught):
    """The sentence of the only fault."""
    (fault,) = caught.value.issues
    return str(fault)


def fill_file(place):
    write_bytes(place, b"new", "name another file with --out")


def fill_folder(place):
    with new_folder(place, "name another folder with --out") as draft:
        (draft / "part.txt").write_bytes(b"new")


def fill_members(place):
    with new_members(place, "name another folder with --out") as draft:
        (draft / "part.txt").write_bytes(b"new")


WRITERS = [fill_file, fill_folder, fill_members]


# --- what is written ----------------------------------------------------------------------------


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    place = tmp_path / "a" / "b" / "year.csv"
    with new_file(place) as draft:
        draft.write_text("half")
        assert not place.exists()
        assert draft.parent == place.parent
    assert place.read_text() == "half"
    assert [p.name for p in place.parent.iterdir()] == ["year.csv"]
    write_text(place, "æ\n")
    assert place.read_bytes() == "æ\n".encode()


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_permissions_are_those_of_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_bytes(tmp_path / "file", b"")
        write_bytes(tmp_path / "secret", b"", mode=0o600)
        with new_folder(tmp_path / "folder"):
            pass
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
    assert modes == {
        "file": 0o666 & ~umask,
        "secret": 0o600 & ~umask,
        "folder": 0o777 & ~umask,
    }


def test_a_link_is_followed_and_stays(tmp_path):
    (tmp_path / "kept").write_text("old")
    (tmp_path / "link").symlink_to("kept")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "kept").read_text() == "new"


def test_the_longest_name_allowed_can_be_written(tmp_path):
    name = "n" * 255
    write_bytes(tmp_path / name, b"1")
    letters = "å" * 127
    write_bytes(tmp_path / letters, b"1")
    assert {p.name for p in tmp_path.iterdir()} == {name, letters}


def test_a_folder_takes_the_place_of_an_empty_one_and_of_another_only_if_asked(tmp_path):
    place = tmp_path / "run"
    place.mkdir()
    fill_folder(place)
    assert [p.name for p in place.iterdir()] == ["part.txt"]
    with pytest.raises(WriteError, match="it exists and is not empty; name another folder"):
        fill_folder(place)
    with new_folder(place, replace=True) as draft:
        (draft / "other.txt").write_text("")
        assert (place / "part.txt").exists()
    assert [p.name for p in place.iterdir()] == ["other.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_the_current_folder_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WriteError, match="it is the current folder"):
        fill_folder(".")
    assert list(tmp_path.iterdir()) == []


def test_members_join_what_stands_in_a_folder(tmp_path):
    (tmp_path / "old.png").write_text("old")
    fill_members(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"old.png", "part.txt"}


# --- what is left when it fails -----------------------------------------------------------------


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, ValueError, RecursionError]
)
@pytest.mark.parametrize("context", [new_file, new_folder, new_members])
def test_any_exception_leaves_nothing(tmp_path, context, error):
    def write_half():
        with context(tmp_path / "deep" / "er" / "place") as draft:
            inside = draft / "half" if draft.is_dir() else draft
            inside.write_text("half")
            raise error("met on the way")

    with pytest.raises(error, match="met on the way"):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_folders_that_stood_before_stay(tmp_path):
    (tmp_path / "deep").mkdir()

    def make_and_stop():
        with new_parts(tmp_path / "deep" / "er", ["a", "b"]):
            assert (tmp_path / "deep" / "er" / "b").is_dir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_and_stop()
    assert [p.name for p in tmp_path.iterdir()] == ["deep"]


def test_an_exception_leaves_what_stood_at_the_place(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "part").write_text("old")
    for context in (new_file(tmp_path / "file"), new_folder(tmp_path / "folder", replace=True)):
        with pytest.raises(KeyboardInterrupt), context:
            raise KeyboardInterrupt
    assert (tmp_path / "file").read_text() == "old"
    assert (tmp_path / "folder" / "part").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2


def test_all_files_or_none(tmp_path):
    (tmp_path / "blocked").mkdir()
    (tmp_path / "first").write_text("old")
    files = {tmp_path / "first": b"new", tmp_path / "new" / "second": b"new"}
    with pytest.raises(WriteError, match="blocked: the path is a folder; mend it"):
        write_files(files | {tmp_path / "blocked": b"new"}, "mend it")
    assert (tmp_path / "first").read_text() == "old"
    assert {p.name for p in tmp_path.iterdir()} == {"blocked", "first"}
    write_files(files)
    assert (tmp_path / "first").read_text() == (tmp_path / "new" / "second").read_text() == "new"


@pytest.mark.parametrize("number", range(12))
def test_an_interrupt_by_signal_at_any_time_leaves_nothing(tmp_path, number):
    """A process that writes again and again is interrupted somewhere: all is whole, no draft."""
    program = """
import signal, sys
from pathlib import Path
from energy_model.common.atomic_write import new_folder, write_bytes
place = Path(sys.argv[1])
print("begun", flush=True)
try:
    while True:
        write_bytes(place / "a" / "file", b"x" * 50_000)
        with new_folder(place / "folder", replace=True) as draft:
            (draft / "one").write_bytes(b"1")
            (draft / "two").write_bytes(b"2")
except KeyboardInterrupt:
    sys.exit(4)
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        time.sleep(0.01 + 0.0037 * number)
        process.send_signal(signal.SIGINT)
    assert process.returncode == 4
    left = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*"))
    assert set(left) <= {"a", "a/file", "folder", "folder/one", "folder/two"}, left
    if "folder" in left:
        assert "folder/two" in left
    if "a" in left:
        assert (tmp_path / "a" / "file").stat().st_size == 50_000


# --- where it cannot be written -----------------------------------------------------------------


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path, write):
    with pytest.raises(WriteError) as caught, Limited(2):
        write(tmp_path / "deep" / "place")
    assert told(caught).startswith(
        f"{tmp_path}/deep/place: it cannot be written (File too large); "
        "nothing was written; free space and try again, or name another f"
    )
    assert told(caught).endswith(" with --out.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("write", [*WRITERS, refuse_folder])
@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("file/under", "Not a directory"),
        ("n" * 300, "File name too long"),
        ("n" * 300 + "/under", "File name too long"),
        ("loop", "Too many levels of symbolic links"),
    ],
)
def test_a_place_that_cannot_be_is_a_sentence_and_leaves_nothing(tmp_path, write, place, reason):
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(WriteError) as caught:
        write(tmp_path / place)
    assert f"it cannot be written ({reason}); nothing was written; name another f" in told(caught)
    assert {p.name for p in tmp_path.iterdir()} == {"file", "loop"}


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("place", ["/proc/energy_model_test", "/sys/energy_model_test"])
def test_a_place_where_nothing_may_be_made_is_a_sentence(write, place):
    with pytest.raises(WriteError, match=r"it cannot be written \(.+\); nothing was written"):
        write(place)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (fill_file, "folder: the path is a folder; name another file with --out."),
        (fill_folder, "file: the path is a file; name another folder with --out."),
        (fill_members, "file: the path is a file; name another folder with --out."),
    ],
)
def test_the_wrong_kind_of_thing_is_told(tmp_path, write, words):
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder").mkdir()
    with pytest.raises(WriteError) as caught:
        write(tmp_path / words.split(":")[0])
    assert told(caught) == f"{tmp_path}/{words}"
    assert (tmp_path / "file").read_text() == "kept"


def test_a_device_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WriteError, match="the path is a device"):
        fill_file(tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_part_that_fails_is_told_as_the_whole(tmp_path):
    """A writer within a writer: the user asked for the folder and knows no draft."""

    def write_case():
        with new_folder(tmp_path / "case", "name another folder") as draft:
            write_text(draft / "profiles" / "year.csv", "hour", "name another place with --out")

    with pytest.raises(WriteError) as caught, Limited(2):
        write_case()
    assert told(caught).startswith(f"{tmp_path}/case: it cannot be written (File too large)")
    assert told(caught).endswith("free space and try again, or name another folder.")


def test_an_error_of_a_library_is_told_by_what_a_plain_write_meets(tmp_path):
    with (
        pytest.raises(WriteError) as caught,
        Limited(2),
        new_file(tmp_path / "a.nc", also=(RuntimeError,)),
    ):
        raise RuntimeError("NetCDF: HDF error")
    assert "(File too large)" in told(caught)
    with pytest.raises(WriteError) as caught, new_file(tmp_path / "a.nc", also=(RuntimeError,)):
        raise RuntimeError("NetCDF: HDF error")
    assert "(NetCDF: HDF error)" in told(caught)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_goes_to_another_process_as_it_is():
    """Faults of a worker are told by the process that asked it."""
    for fault in (
        InputError.at("a.csv", "write a number", "row 2", "price", "x"),
        atomic_write.write_error("a.csv", OSError(errno.ENOSPC, "full"), "name another"),
    ):
        again = pickle.loads(pickle.dumps(fault))
        assert type(again) is type(fault)
        assert again.issues == fault.issues
        assert str(again) == str(fault)
