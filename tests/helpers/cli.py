"""The small case that `init` writes, made once, copied for whoever wants to change it; and the program called in it."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from energy_model.cli import app
from energy_model.io import init_case


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
    folder = Path(tempfile.mkdtemp()) / "village"
    init_case.init_case(folder)
    return folder


def copy(folder: Path) -> Path:
    """A copy of the case to change."""
    return Path(shutil.copytree(original(), folder / "village"))


def call(*arguments: object) -> Said:
    """The program called as from the command line."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["energy-model", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            app.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1 if end.code else 0
    return Said(code, out.getvalue(), err.getvalue())
