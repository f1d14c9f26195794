"""Server: cases and a workspace → the workbench at an address, local to this machine unless a password is set."""

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
MIN_PASSWORD_LETTERS = 8  # characters


def serve(
    cases: Iterable[Path],
    workspace: Path,
    address: str = "127.0.0.1",
    port: int = 8750,
    password: str | None = None,
    workers: int = 1,
    names: Iterable[str] = (),
    open_page: bool = False,
) -> None:
    """Serves until it is interrupted, then ends the running jobs, which the next start repeats.

    Raises:
        InputError: The address is not local and there is no password, or the address is in use.
    """
    refuse(address, password)
    catalog = load_catalog(cases)
    store = Workspace(workspace)
    host_names = {name.lower() for name in (*LOOPBACK, address, *names)}
    if address not in LOOPBACK:
        host_names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    try:
        with new_parts(store.folder / "scenarios", catalog, ELSEWHERE):
            queue = JobQueue(store, workers)
            application = create_app(AppContext(catalog, store, queue), password, host_names)
    except BaseException:
        store.close()
        raise
    try:
        server = waitress.create_server(
            application,
            host=address,
            port=port,
            threads=SERVER_THREADS,
            ident=None,
            clear_untrusted_proxy_headers=True,
            max_request_body_size=MAX_REQUEST_BYTES,
        )
    except OSError as error:
        store.close()
        remedy = f"it cannot be used ({error.strerror or error}); name another --port or --host"
        raise InputError.at("--host", remedy, value=f"{address}:{port}") from None
    signal.signal(signal.SIGTERM, _ended)
    queue.start()
    host = f"[{address}]" if ":" in address else address
    url = f"http://{host}:{server.effective_port}/"
    _say(f"The workbench stands at {url} (Ctrl-C ends it). It keeps its work in {workspace}.")
    if open_page:
        import webbrowser  # noqa: PLC0415

        webbrowser.open(url)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()
        queue.close()
        store.close()
    _say("Server stopped. Unfinished jobs restart at the next start.")


def refuse(address: str, password: str | None) -> None:
    """Raises InputError if other machines have access without a password, or the password is too short."""
    if password is not None and len(password) < MIN_PASSWORD_LETTERS:
        raise InputError.at(
            "the password", f"it is too short; take {MIN_PASSWORD_LETTERS} letters or more"
        )
    if password is None and address not in LOOPBACK:
        remedy = "others could come in at this address; give a password with --password-file FILE or ENERGY_MODEL_PASSWORD, or leave --host out to serve this machine alone"
        raise InputError.at("--host", remedy, value=address)


def _ended(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
