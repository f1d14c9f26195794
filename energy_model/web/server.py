"""Server: cases and a workspace → the workbench at an address, local unless a password is set."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import waitress

from energy_model.common.atomic_write import new_parts
from energy_model.common.errors import InputError
from energy_model.web.app import create_app
from energy_model.web.case_catalog import load_catalog
from energy_model.web.context import AppContext
from energy_model.web.jobs import JobQueue
from energy_model.web.live_answers import LiveAnswers
from energy_model.web.roles import Role
from energy_model.web.security import LOOPBACK, MAX_REQUEST_BYTES
from energy_model.web.workspace import WRITE_REMEDY, Workspace

SERVER_THREADS = 32  # a request for a quick look holds its thread until it is answered
MIN_PASSWORD_LENGTH = 8  # characters
ROLES = (Role.KEEP, Role.ASK, Role.LOOK)  # of the lines of a file of passwords


def serve(
    cases: Iterable[Path],
    workspace: Path,
    address: str = "127.0.0.1",
    port: int = 8750,
    passwords: Sequence[str] = (),
    workers: int = 1,
    names: Iterable[str] = (),
    open_page: bool = False,
) -> None:
    """Serves until it is interrupted, then ends the running jobs, which the next start repeats.

    ``passwords`` are those of who may do all, of who may also start jobs, and of who may only look; each is optional.

    Raises:
        InputError: The address is not local and there is no password, or the address is in use.
    """
    check_access(address, passwords)
    catalog = load_catalog(cases)
    store = Workspace(workspace)
    host_names = {name.lower() for name in (*LOOPBACK, address, *names)}
    if address not in LOOPBACK:
        host_names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    try:
        with new_parts(store.folder / "scenarios", catalog, WRITE_REMEDY):
            queue = JobQueue(store, workers)
            live = LiveAnswers(store.folder / "warm_starts", workers)
            context = AppContext(catalog, store, queue, live)
            application = create_app(context, dict(zip(ROLES, passwords, strict=False)), host_names)
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
    signal.signal(signal.SIGTERM, _interrupt)
    queue.start()
    _tell_address(address, server.effective_port, workspace, open_page)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        live.close()  # first, as a thread of the server waits for its answer
        server.close()
        queue.close()
        store.close()
    _print("Server stopped. Unfinished jobs restart at the next start.")


def _tell_address(address: str, port: int, workspace: Path, open_page: bool) -> None:
    """Prints the address of the page, and opens it in the browser of this machine if asked."""
    host = f"[{address}]" if ":" in address else address
    url = f"http://{host}:{port}/"
    _print(f"The workbench runs at {url} (Ctrl-C ends it). Its files are in {workspace}.")
    if open_page:
        import webbrowser  # noqa: PLC0415

        webbrowser.open(url)


def check_access(address: str, passwords: Sequence[str]) -> None:
    """Raises InputError if a password is too short or given twice, or missing though others have access."""
    if any(len(password) < MIN_PASSWORD_LENGTH for password in passwords):
        remedy = f"it is too short; choose {MIN_PASSWORD_LENGTH} characters or more"
        raise InputError.at("the password", remedy)
    if len(set(passwords)) < len(passwords) or len(passwords) > len(ROLES):
        remedy = f"write up to {len(ROLES)} different ones, a line each: for all, for asking, for looking"
        raise InputError.at("the passwords", remedy)
    if not passwords and address not in LOOPBACK:
        remedy = (
            "other machines have access at this address; set a password with --password-file FILE "
            "or ENERGY_MODEL_PASSWORD, or leave --host out to serve this machine only"
        )
        raise InputError.at("--host", remedy, value=address)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
