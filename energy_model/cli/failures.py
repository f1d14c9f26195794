"""Failures: an expected exception → sentences on standard error and an exit code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

import energy_model as em
from energy_model.cli import exit_codes, output
from energy_model.cli.exit_codes import FINE, INPUT_FAULT, NO_PLAN, STOPPED, exit_with
from energy_model.common.atomic_write import PATH_ERRORS, SPACE_ERRORS, reason_of
from energy_model.common.extras import remedy_of_missing_module

# Typer does not export this base class of its exceptions.
ClickException: Any = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
CLOSED_PIPE_EXIT_CODE = 1  # exit code of the libraries when standard output is closed


@contextmanager
def reported() -> Iterator[None]:
    """Ends the program on an expected exception in the block; other exceptions propagate."""
    try:
        yield
    except em.InputError as error:
        count = len(error.issues)
        sentences = [str(issue) for issue in error.issues]
        exit_with(INPUT_FAULT, sentences, f"{count} fault{'s' * (count > 1)} in the inputs")
    except em.NoSolutionError as unsolved:
        code = STOPPED if unsolved.status in ("stopped", "failed") else NO_PLAN
        exit_with(code, unsolved.sentences, f"no plan ({unsolved.status})")
    except em.ConsistencyError as error:
        sentences = [f"{error} Nothing was written; try another resolution or method."]
        exit_with(STOPPED, sentences, "the results are inconsistent")
    except em.StudyInterrupted as stopped:
        exit_with(STOPPED, stopped.sentences, "stopped")
    except (KeyboardInterrupt, typer.Abort):
        exit_with(STOPPED, ["Nothing was written."], "stopped")
    except ClickException as error:
        output.record_json(
            "--json" in sys.argv[1:]
        )  # the call failed before this option was parsed
        sentences = [error.format_message(), "Try energy-model --help."]
        exit_with(INPUT_FAULT, sentences, "invalid call")
    except OSError as error:
        if error.errno == errno.EPIPE:
            exit_codes.finish(STOPPED)
        if error.errno not in PATH_ERRORS and not _lacks_temporary_folder(error):
            raise
        exit_with(INPUT_FAULT, [_path_issue(error)], "1 fault in the inputs")
    except ImportError as missing:
        remedy = remedy_of_missing_module(missing)
        if remedy is None:
            raise
        exit_with(INPUT_FAULT, [str(em.InputIssue("this command", remedy))], "an extra is missing")
    except SystemExit as exit_request:
        code = exit_request.code if isinstance(exit_request.code, int) else FINE
        exit_codes.finish(STOPPED if code == CLOSED_PIPE_EXIT_CODE else code)


def _lacks_temporary_folder(error: OSError) -> bool:
    """Whether no folder for temporary files has space; Python raises FileNotFoundError for that."""
    return isinstance(error, FileNotFoundError) and "temporary directory" in str(error.strerror)


def _path_issue(error: OSError) -> str:
    """A sentence on a file or folder that a library cannot use."""
    if _lacks_temporary_folder(error):
        return str(em.InputIssue("temporary files", f"{error.strerror}; free space"))
    path = error.filename or "standard output or a temporary file"
    remedy = "free space" if error.errno in SPACE_ERRORS else "name another path"
    return str(em.InputIssue(str(path), f"it cannot be used ({reason_of(error)}); {remedy}"))
