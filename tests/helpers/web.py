"""The workbench for tests: a village that is quick to solve, the server as a process, the application without one."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from energy_model.web.app import create_app
from energy_model.web.context import AppContext
from energy_model.web.jobs import JobQueue
from energy_model.web.live_answers import LiveAnswers
from energy_model.web.roles import Role
from energy_model.web.workspace import Workspace
from helpers import cli

HERE = "http://127.0.0.1:8750"
# A worker that does what its job's title says, in place of a solve.
STUB = """
import json, pathlib, sys, threading, time, os
folder = pathlib.Path(sys.argv[1])
threading.Thread(target=lambda: (os.read(0, 1), os._exit(3)), daemon=True).start()
title = json.loads((folder / "job.json").read_text())["title"]
(folder / "progress.txt").write_text('0.0\\t"started"\\n')
if "long" in title: time.sleep(60)
(folder / "outcome.json").write_text(json.dumps({"state": "done", "messages": [], "result": {}}))
"""


def quick_village(folder: Path) -> Path:
    """The village in few steps."""
    case = cli.copy(folder)
    toml = case / "case.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(re.sub(r"(?m)^resolution = \d+", "resolution = 48", text), encoding="utf-8")
    return case


def context(folder: Path, cases: dict, workers: int = 1) -> AppContext:
    """Everything a server has, with workers that do not solve."""
    workspace = Workspace(folder / "workspace")
    for name in cases:
        workspace.path("scenarios", name).mkdir(exist_ok=True)
    queue = JobQueue(workspace, workers, (sys.executable, "-c", STUB))
    return AppContext(cases, workspace, queue, LiveAnswers(workspace.folder / "warm_starts"))


def client(kept: AppContext, password: str | None = None, names: set[str] | None = None):
    """Who asks the application without a browser."""
    passwords = None if password is None else {Role.KEEP: password}
    return create_app(kept, passwords, names).test_client()


class Server:
    """The program itself, at a port of its own."""

    def __init__(self, workspace: Path, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "energy_model", "serve", *map(str, arguments), "--workspace", str(workspace), *([] if "--port" in arguments else ["--port", "0"])],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        first = self.process.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found, first + self.process.stdout.read()
        self.address = found[0].rstrip("/")

    def end(self, by: int = signal.SIGINT) -> tuple[int, str]:
        """Ends it; its exit code and what it said last."""
        self.process.send_signal(by)
        said, _ = self.process.communicate(timeout=30)
        return self.process.returncode, said


def until(holds, seconds=20.0):
    """Waits until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)
