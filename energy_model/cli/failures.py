"""Failures: how each expected exception ends the program, in sentences and an exit code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

import energy_model as em
from energy_model.cli import output
from energy_model.cli.output import FINE, INPUT_FAULT, NO_PLAN, STOPPED, exit_with
from energy_model.common.atomic_write import PLACE_ERRORS, SPACE_ERRORS, reason_of
from energy_model.common.extras import remedy_of_missing_module

ClickException = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)
CLOSED_PIPE_EXIT_CODE = 1  # exit code by which the libraries tell that nobody reads standard output


@contextmanager
def told() -> Iterator[None]:
    """Within, an expected exception ends the program; any other passes."""
    try:
        yield
    except em.InputError as fault:
        many = len(fault.issues)
        said = [str(one) for one in fault.issues]
        exit_with(INPUT_FAULT, said, f"{many} fault{'s' * (many > 1)} in the inputs")
    except em.NoSolutionError as none:
        code = STOPPED if none.status in ("stopped", "failed") else NO_PLAN
        exit_with(code, none.sentences, f"no plan ({none.status})")
    except em.ConsistencyError as wrong:
        said = [f"{wrong} Nothing was written; try another resolution or method."]
        exit_with(STOPPED, said, "the answer does not add up")
    except em.StudyInterrupted as stopped:
        exit_with(STOPPED, stopped.sentences, "stopped")
    except (KeyboardInterrupt, typer.Abort):
        exit_with(STOPPED, ["Nothing was written."], "stopped")
    except ClickException as wrong:
        output.ask_json("--json" in sys.argv[1:])  # the call was not read as far as that
        said = [wrong.format_message(), "Try energy-model --help."]
        exit_with(INPUT_FAULT, said, "the call is not understood")
    except OSError as wrong:
        if wrong.errno == errno.EPIPE:
            output.finish(STOPPED)
        if wrong.errno not in PLACE_ERRORS and not _lacks_temporary_folder(wrong):
            raise
        exit_with(INPUT_FAULT, [_place_fault(wrong)], "1 fault in the inputs")
    except ImportError as missing:
        remedy = remedy_of_missing_module(missing)
        if remedy is None:
            raise
        exit_with(INPUT_FAULT, [str(em.InputIssue("this command", remedy))], "an extra is missing")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else FINE
        output.finish(STOPPED if code == CLOSED_PIPE_EXIT_CODE else code)


def _lacks_temporary_folder(wrong: OSError) -> bool:
    """Whether no folder for temporary files has room; the library tells it as a file that is not found."""
    return isinstance(wrong, FileNotFoundError) and "temporary directory" in str(wrong.strerror)


def _place_fault(wrong: OSError) -> str:
    """A place that a library could not use, in a sentence."""
    if _lacks_temporary_folder(wrong):
        return str(em.InputIssue("temporary files", f"{wrong.strerror}; free space"))
    place = wrong.filename or "standard output or a temporary file"
    remedy = "free space" if wrong.errno in SPACE_ERRORS else "name another place"
    return str(em.InputIssue(str(place), f"it cannot be used ({reason_of(wrong)}); {remedy}"))
