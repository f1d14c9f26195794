"""Job worker: the folder of a job → a run or a study with its page, and ``outcome.json``, in a separate process.

An error in the request becomes sentences of the outcome; an error in the program goes to the job's ``worker.txt``.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from energy_model.common.atomic_write import WriteError
from energy_model.web.jobs import UNWRITTEN_EXIT_CODE
from energy_model.web.workspace import write_json

PROGRESS_SECONDS = 0.3  # minimum seconds between lines of one activity
NICE_LEVELS = 5  # added niceness of a worker, so that the server has priority


class FileProgress:
    """Progress callback that writes one line per message to a file, for the page."""

    def __init__(self, path: Path) -> None:
        self.path, self.begun, self.last = path, time.monotonic(), ("", 0.0)

    def __call__(self, said: str) -> None:
        """Appends a message with the elapsed time [s]."""
        now, activity = time.monotonic(), said.split(":")[0]
        if activity == self.last[0] and now - self.last[1] < PROGRESS_SECONDS:
            return
        self.last = activity, now
        # A line that cannot be written does not stop the job.
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            file.write(f"{now - self.begun:.1f}\t{' '.join(said.split())}\n")


def main(folder: Path) -> None:
    """Executes the job in a folder and writes its outcome."""
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE_LEVELS)
    try:
        write_json(folder / "outcome.json", _outcome(folder))
    except WriteError as error:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{error}\n")
        sys.exit(UNWRITTEN_EXIT_CODE)


def _end_with_the_server() -> None:
    """Ends this process when the server ends for any reason, which closes the server's end of the pipe."""
    with contextlib.suppress(OSError):
        while os.read(0, 64):
            pass
    os._exit(3)


def _outcome(folder: Path) -> dict[str, Any]:
    progress = FileProgress(folder / "progress.txt")
    try:
        progress("loading the program")
        import energy_model as em  # noqa: PLC0415 - slow import, after the first progress line

        job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        workspace = folder.parent.parent
        try:
            if job["kind"] == "run":
                result = _run(job, workspace / "runs" / job["name"], progress)
            else:
                result = _study(job, workspace / "studies" / job["name"], progress)
        except em.InputError as error:
            return {"state": "failed", "sentences": [str(issue) for issue in error.issues]}
        except (em.NoSolutionError, em.StudyInterrupted) as error:
            return {"state": "failed", "sentences": list(error.sentences)}
        except em.ConsistencyError as error:
            return {"state": "failed", "sentences": [f"{error} Nothing was kept; try other steps."]}
        return {"state": "done", "sentences": [], "told": result}
    except KeyboardInterrupt:
        return {"state": "cancelled", "sentences": []}
    except MemoryError:
        return {
            "state": "failed",
            "sentences": [
                "There was not memory enough. Ask again with fewer steps, or when less runs."
            ],
        }
    except Exception as error:  # noqa: BLE001 - any error must end the job, or the page waits forever
        traceback.print_exc()
        return {
            "state": "failed",
            "sentences": [
                f"Unexpected error ({type(error).__name__}). See worker.txt in the job folder. Nothing was saved."
            ],
        }


def _run(job: Mapping[str, Any], out: Path, tell: FileProgress) -> dict[str, Any]:
    """Solves the case and writes the run and its page. Returns headline and number of steps."""
    import energy_model as em  # noqa: PLC0415
    from energy_model.optimization import highs, precheck  # noqa: PLC0415
    from energy_model.reporting import run_report  # noqa: PLC0415

    request = job["asked"]
    case = _case_spec(request)
    tell("reading the tables")
    if request["added"]:
        # With an empty warm start only the query is solved, not the base problem before it.
        solver = em.CaseSolver(case, start=highs.WarmStart())
        system = solver.problem((), request["scenario"]).system
        query = em.Query(
            capacity_added={name: tuple(bounds) for name, bounds in request["added"].items()}
        )
        run = solver.run((), question=query, progress=tell)
        run.metadata["candidates"] = request["added"]
    else:
        system = em.load_case(case)
        run = em.solve(system, progress=tell)
    run.metadata["title"] = job["title"]
    run.metadata["warnings"] = [*precheck.check_adequacy(system), *run.metadata["warnings"]]
    tell("writing the run")
    em.save(run, out, tell.path.read_text(encoding="utf-8"))
    tell("drawing the page")
    run_report.write_run_page(run, out / "report.html", system.sources)
    return {"summary": run.summary, "steps": run.metadata["steps"]}


def _case_spec(request: Mapping[str, Any]) -> Any:
    """Returns the `CaseSpec` of a request."""
    import energy_model as em  # noqa: PLC0415

    return em.CaseSpec(
        request["folder"], request["scenario"], request["changes"], request["resolution"]
    )


def _study(job: Mapping[str, Any], out: Path, tell: FileProgress) -> dict[str, Any]:
    """Runs a study and writes its figures and its page. Returns number of cases and notes."""
    import energy_model as em  # noqa: PLC0415
    from energy_model.reporting import study_page
    from energy_model.reporting.figures import study_figures  # noqa: PLC0415
    from energy_model.studies.runner import former_names  # noqa: PLC0415
    from energy_model.studies.sampling import ParameterRange  # noqa: PLC0415

    request = job["asked"]
    study_request = former_names.current_options(request["study"])
    execution = em.ExecutionOptions(workers=0, progress=tell)
    case = _case_spec(request)
    if study_request["question"] == "sweep":
        vary = [ParameterRange.parse(text) for text in study_request["vary"]]
        study = em.sweep(case, vary, out, execution=execution)
    elif study_request["question"] == "pareto":
        study = em.pareto_front(
            case, study_request["metric"], study_request["points"], out, execution=execution
        )
    else:
        study = em.near_optimal(case, study_request["slack"], output=out, execution=execution)
    tell("drawing the pictures")
    study_figures.draw(study)
    study_page.write(study, title=job["title"])
    return {"cases": len(study.table), "notes": list(study.notes)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
