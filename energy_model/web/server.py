"""Server: the workbench at an address — on this machine alone, unless a password is given."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import waitress

from energy_model.common.atomic_write import new_parts
from energy_model.common.errors import InputError
from energy_model.web.app import create_app
from energy_model.web.case_catalog import load_catalog
from energy_model.web.context import AppContext
from energy_model.web.jobs import JobQueue
from energy_model.web.security import LOOPBACK, MAX_REQUEST_BYTES
from energy_model.web.workspace import ELSEWHERE, Workspace

SERVER_THREADS = 8
MIN_PASSWORD_LETTERS = 8  # letters of a password


def serve(
    cases: Iterable[Path], workspace: Path, address: str = "127.0.0.1", port: int = 8750, password: str | None = None,
    workers: int = 1, names: Iterable[str] = (), open_page: bool = False,
) -> None:  # fmt: skip
    """Serves until it is interrupted; then jobs that run are ended, and asked anew at the next start.

    InputError where the address is not this machine's own and there is no password, or where it is taken.
    """
    refuse(address, password)
    found = load_catalog(cases)
    folder = Workspace(workspace)
    known = {name.lower() for name in (*LOOPBACK, address, *names)}
    if address not in LOOPBACK:
        known |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    try:
        with new_parts(folder.folder / "scenarios", found, ELSEWHERE):
            queue = JobQueue(folder, workers)
            application = create_app(AppContext(found, folder, queue), password, known)
    except BaseException:
        folder.close()
        raise
    try:
        server = waitress.create_server(application, host=address, port=port, threads=SERVER_THREADS, ident=None, clear_untrusted_proxy_headers=True, max_request_body_size=MAX_REQUEST_BYTES)  # fmt: skip
    except OSError as wrong:
        folder.close()
        remedy = f"it cannot be used ({wrong.strerror or wrong}); name another --port or --host"
        raise InputError.at("--host", remedy, value=f"{address}:{port}") from None
    signal.signal(signal.SIGTERM, _ended)
    queue.start()
    shown = f"[{address}]" if ":" in address else address
    page = f"http://{shown}:{server.effective_port}/"
    _say(f"The workbench stands at {page} (Ctrl-C ends it). It keeps its work in {workspace}.")
    if open_page:
        import webbrowser  # noqa: PLC0415

        webbrowser.open(page)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        queue.close()
        folder.close()
    _say("The workbench is closed; what ran is asked anew when it starts again.")


def refuse(address: str, password: str | None) -> None:
    """InputError if others could come in without a password, or with a short one."""
    if password is not None and len(password) < MIN_PASSWORD_LETTERS:
        raise InputError.at("the password", f"it is too short; take {MIN_PASSWORD_LETTERS} letters or more")  # fmt: skip
    if password is None and address not in LOOPBACK:
        remedy = "others could come in at this address; give a password with --password-file FILE or ENERGY_MODEL_PASSWORD, or leave --host out to serve this machine alone"
        raise InputError.at("--host", remedy, value=address)


def _ended(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
