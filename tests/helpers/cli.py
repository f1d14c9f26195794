"""The small case that `init` writes, made once and copied to be changed; the program called in this process or in its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import typer

from energy_model.cli import app

TESTS = Path(__file__).parents[1]
ALONE = """
import json, sys
{before}
from helpers import cli
print(json.dumps([cli.call(*words) for words in {commands!r}]))
"""


class Said(NamedTuple):
    """What the program printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        """Standard output as JSON; there must be nothing else on it."""
        return json.loads(self.out)


@cache
def original() -> Path:
    """The case as `init` writes it."""
    from energy_model.io import init_case  # noqa: PLC0415 - a process without the extra `timeseries` needs no case

    folder = Path(tempfile.mkdtemp()) / "village"
    init_case.init_case(folder)
    return folder


def copy(folder: Path) -> Path:
    """A copy of the case to change."""
    return Path(shutil.copytree(original(), folder / "village"))


# The commands are the same in every call of a process; to make them takes as long as a small answer.
command_of = cache(typer.main.get_command)


def call(*arguments: object) -> Said:
    """The program called as from the command line."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["energy-model", *map(str, arguments)]),
        mock.patch.object(typer.main, "get_command", command_of),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            app.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1 if end.code else 0
    return Said(code, out.getvalue(), err.getvalue())


def call_in_own_process(
    *commands: tuple[object, ...], before: str = "", package: Path = TESTS
) -> list[Said]:
    """Commands called one after the other in one new process, which runs code before it imports the program.

    ``package``: a folder whose modules and entry points the process has too.
    """
    words = [[str(word) for word in command] for command in commands]
    path = os.pathsep.join(map(str, (TESTS.parent, TESTS, package)))
    ended = subprocess.run(
        [sys.executable, "-c", ALONE.format(before=before, commands=words)],
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path}, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return [Said(*answer) for answer in json.loads(ended.stdout)]
