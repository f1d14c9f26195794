"""Serve: the command that starts the workbench."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.number_options import whole_number

Cases = Annotated[
    list[Path] | None,
    typer.Argument(help="Folders of the cases; by default every case in inputs/."),
]
Workspace = Annotated[Path, typer.Option(help="Folder of jobs, runs, studies and saved scenarios.")]
Host = Annotated[
    str,
    typer.Option(help="Network interface; any but this machine's own requires a password."),
]
Port = Annotated[
    int,
    typer.Option(parser=whole_number(0, 65535), metavar="INTEGER", help="Port; 0 for a free one."),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        help="File whose first line is the password; ENERGY_MODEL_PASSWORD is an alternative. A second "
        "line is the password of who may start jobs but not save scenarios, a third of who may only look."
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        "-w",
        parser=whole_number(1),
        metavar="INTEGER",
        help="Number of jobs that run at once.",
    ),
]
AllowedHosts = Annotated[
    list[str] | None,
    typer.Option(
        "--allowed-host",
        help="Host name of the server, such as a proxy's; may be given several times.",
    ),
]
OpenBrowser = Annotated[
    bool,
    typer.Option("--open-browser", help="Open the page in the browser of this machine."),
]


def serve(
    cases: Cases = None,
    workspace: Workspace = Path("workbench"),
    host: Host = "127.0.0.1",
    port: Port = 8750,
    password_file: PasswordFile = None,
    workers: Workers = 1,
    allowed_hosts: AllowedHosts = None,
    open_browser: OpenBrowser = False,
) -> None:
    """Open the workbench: a local web page on which a working group runs and compares scenarios."""
    from energy_model.web import server  # noqa: PLC0415 - slow to import

    server.check_access(host, passwords := _passwords(password_file))
    folders = list(cases or sorted(path.parent for path in Path("inputs").glob("*/case.toml")))
    if not folders:
        raise em.InputError.at("serve", "name the folder of a case, such as inputs/aarhus")
    server.serve(
        folders, workspace, host, port, passwords, workers, allowed_hosts or (), open_browser
    )


def _passwords(file: Path | None) -> list[str]:
    """The passwords from the file, or the one from the environment; none without either."""
    if file is None:
        return list(filter(None, [os.environ.get("ENERGY_MODEL_PASSWORD")]))
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        remedy = "it cannot be read; name a text file whose first line is the password"
        raise em.InputError.at("--password-file", remedy, value=str(file)) from None
    return [line.strip() for line in lines if line.strip()] or [""]
