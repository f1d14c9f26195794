"""Job worker: the folder of a job → a run or a study with its page, and ``outcome.json``.

It runs in a process of its own. An error in the request becomes messages of the outcome; an error
in the program goes to the job's ``worker.txt``.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from energy_model.common.atomic_write import WriteError
from energy_model.common.language import N_, Message
from energy_model.web.job_messages import ProgressWriter, as_record, issue_message
from energy_model.web.jobs import (
    CANCELLED,
    DONE,
    FAILED,
    UNWRITTEN_EXIT_CODE,
    current_fields,
)
from energy_model.web.workspace import write_json

NICE_LEVELS = 5  # added niceness of a worker, so that the server has priority


def main(folder: Path) -> None:
    """Executes the job in a folder and writes its outcome."""
    threading.Thread(target=_exit_with_server, daemon=True).start()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE_LEVELS)
    try:
        write_json(folder / "outcome.json", _outcome(folder))
    except WriteError as error:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{error}\n")
        sys.exit(UNWRITTEN_EXIT_CODE)


def _exit_with_server() -> None:
    """Ends this process when the server ends, which closes the server's end of the pipe."""
    with contextlib.suppress(OSError):
        while os.read(0, 64):
            pass
    os._exit(3)


def _outcome(folder: Path) -> dict[str, Any]:
    """Executes the job in a folder. Returns its state, messages and result."""
    try:
        result = _execute(folder, ProgressWriter(folder))
    except KeyboardInterrupt:
        return {"state": CANCELLED, "messages": []}
    except MemoryError:
        sentence = N_("There is not enough memory. Run again with fewer steps or fewer jobs.")
        return {"state": FAILED, "messages": [sentence]}
    except Exception as error:  # noqa: BLE001 - without an outcome a page waits forever
        traceback.print_exc()
        message = Message(
            "Unexpected error ({kind}). See worker.txt in the job folder. Nothing was saved.",
            kind=type(error).__name__,
        )
        return {"state": FAILED, "messages": [as_record(message)]}
    if isinstance(result, list):
        return {"state": FAILED, "messages": [*map(as_record, result)]}
    return {"state": DONE, "messages": [], "result": result}


def _execute(folder: Path, progress: ProgressWriter) -> dict[str, Any] | list[str]:
    """Runs the job in a folder. Returns its result, or the messages of an error in the request."""
    progress(N_("loading the model"))
    import energy_model as em  # noqa: PLC0415 - slow import, after the first progress line

    job = current_fields(json.loads((folder / "job.json").read_text(encoding="utf-8")))
    workspace = folder.parent.parent
    try:
        if job["kind"] == "run":
            return _run(job, workspace / "runs" / job["name"], progress)
        return _study(job, workspace / "studies" / job["name"], progress)
    except em.InputError as error:
        return [issue_message(issue) for issue in error.issues]
    except (em.NoSolutionError, em.StudyInterrupted) as error:
        return list(error.sentences)
    except em.ConsistencyError as error:
        return [Message("{reason} Nothing was saved; try other steps.", reason=str(error))]


def _run(job: Mapping[str, Any], out: Path, progress: ProgressWriter) -> dict[str, Any]:
    """Solves the case and writes the run and its page. Returns headline and number of steps."""
    import energy_model as em  # noqa: PLC0415
    from energy_model.optimization import precheck  # noqa: PLC0415
    from energy_model.optimization.warm_start import WarmStart  # noqa: PLC0415
    from energy_model.reporting import run_report  # noqa: PLC0415

    request = job["request"]
    case = _case_spec(request)
    warm_starts = em.WarmStartCache(out.parent.parent / "warm_starts")
    progress(N_("reading the tables"))
    if request["added"]:
        # With a warm start, be it empty, only the query is solved, not the base problem before it.
        solver = em.CaseSolver(case, start=WarmStart())
        system = solver.problem((), request["scenario"]).system
        solver.start = warm_starts.load(system)
        bounds = {name: tuple(pair) for name, pair in request["added"].items()}
        run = solver.run((), question=em.Query(capacity_added=bounds), progress=progress)
        run.metadata["candidates"] = request["added"]
    else:
        system = em.load_case(case)
        run = em.solve(system, progress=progress, warm_starts=warm_starts)
    run.metadata["title"] = job["title"]
    run.metadata["warnings"] = [*precheck.check_adequacy(system), *run.metadata["warnings"]]
    progress(N_("writing the run"))
    em.save(run, out, progress.log)
    progress(N_("writing the report"))
    run_report.write_run_page(run, out / "report.html", system.sources)
    return {"summary": run.summary, "steps": run.metadata["steps"]}


def _case_spec(request: Mapping[str, Any]) -> Any:
    """Returns the `CaseSpec` of a request."""
    import energy_model as em  # noqa: PLC0415

    return em.CaseSpec(
        request["folder"], request["scenario"], request["changes"], request["resolution"]
    )


def _study(job: Mapping[str, Any], out: Path, progress: ProgressWriter) -> dict[str, Any]:
    """Runs a study and writes its page. Returns number of cases and notes."""
    import energy_model as em  # noqa: PLC0415
    from energy_model.reporting import study_report  # noqa: PLC0415
    from energy_model.studies.guide import study_guides  # noqa: PLC0415
    from energy_model.studies.runner import former_names  # noqa: PLC0415

    request = job["request"]
    options = former_names.current_options(request["study"])
    guide = study_guides()[options.pop("question")]
    execution = em.ExecutionOptions(workers=0, progress=progress)
    study = guide.answer(_case_spec(request), options, out, execution)
    progress(N_("writing the report"))
    study_report.write_study_page(study, title=job["title"])
    return {"cases": len(study.table), "notes": list(study.notes)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
