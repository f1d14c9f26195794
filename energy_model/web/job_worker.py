"""Work: does one job, in a process of its own — a run with its page, or a study — and writes how it ended.

What is wrong with a question ends in sentences; what is wrong with the program is told in the job's ``worker.txt``.
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

PROGRESS_SECONDS = 0.3  # seconds between lines about the same activity
NICE_LEVELS = 5  # how much a worker gives way to the server


class FileProgress:
    """Writes what is being done, a line each, for the page."""

    def __init__(self, path: Path) -> None:
        self.path, self.begun, self.last = path, time.monotonic(), ("", 0.0)

    def __call__(self, said: str) -> None:
        """Tells one thing."""
        now, activity = time.monotonic(), said.split(":")[0]
        if activity == self.last[0] and now - self.last[1] < PROGRESS_SECONDS:
            return
        self.last = activity, now
        # A line that cannot be written is no reason to stop the work.
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            file.write(f"{now - self.begun:.1f}\t{' '.join(said.split())}\n")


def main(folder: Path) -> None:
    """Does the job in a folder."""
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE_LEVELS)
    try:
        write_json(folder / "outcome.json", _outcome(folder))
    except WriteError as full:
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{full}\n")
        sys.exit(UNWRITTEN_EXIT_CODE)


def _end_with_the_server() -> None:
    """Ends this process when the server does, however it ends: its end of the pipe is closed then."""
    with contextlib.suppress(OSError):
        while os.read(0, 64):
            pass
    os._exit(3)


def _outcome(folder: Path) -> dict[str, Any]:
    tell = FileProgress(folder / "progress.txt")
    try:
        tell("loading the program")
        import energy_model as em  # noqa: PLC0415 - it takes a while; the page hears of it first

        job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        workspace = folder.parent.parent
        try:
            if job["kind"] == "run":
                told = _run(job, workspace / "runs" / job["name"], tell)
            else:
                told = _study(job, workspace / "studies" / job["name"], tell)
        except em.InputError as fault:
            return {"state": "failed", "sentences": [str(f) for f in fault.issues]}
        except (em.NoSolutionError, em.StudyInterrupted) as none:
            return {"state": "failed", "sentences": list(none.sentences)}
        except em.ConsistencyError as wrong:
            return {"state": "failed", "sentences": [f"{wrong} Nothing was kept; try other steps."]}
        return {"state": "done", "sentences": [], "told": told}
    except KeyboardInterrupt:
        return {"state": "cancelled", "sentences": []}
    except MemoryError:
        return {"state": "failed", "sentences": ["There was not memory enough. Ask again with fewer steps, or when less runs."]}  # fmt: skip
    except Exception as wrong:  # noqa: BLE001 - whatever it is, the page must not wait for ever
        traceback.print_exc()
        return {"state": "failed", "sentences": [f"The program met what it did not expect ({type(wrong).__name__}); the job's worker.txt tells more. Nothing was kept."]}  # fmt: skip


def _run(job: Mapping[str, Any], out: Path, tell: FileProgress) -> dict[str, Any]:
    """Solves the case, keeps the run and its page."""
    import energy_model as em  # noqa: PLC0415
    from energy_model.optimization import highs, precheck  # noqa: PLC0415
    from energy_model.reporting import run_page  # noqa: PLC0415

    asked = job["asked"]
    given = asked["folder"], asked["scenario"], asked["changes"], asked["resolution"]
    tell("reading the tables")
    if asked["added"]:
        # An empty start: the question alone is answered, not the case as it stands before it.
        series = em.CaseSolver(*given, start=highs.WarmStart())
        system = series.problem((), asked["scenario"]).system
        question = em.Query(added={name: tuple(bounds) for name, bounds in asked["added"].items()})  # fmt: skip
        run = series.run((), question=question, progress=tell)
        run.metadata["candidates"] = asked["added"]
    else:
        system = em.load_case(*given)
        run = em.solve(system, progress=tell)
    run.metadata["title"] = job["title"]
    run.metadata["warnings"] = [*precheck.check_adequacy(system), *run.metadata["warnings"]]
    tell("writing the run")
    em.save(run, out, tell.path.read_text(encoding="utf-8"))
    tell("drawing the page")
    run_page.write(run, out / "report.html", system.sources)
    return {"headline": run.summary, "steps": run.metadata["steps"]}


def _study(job: Mapping[str, Any], out: Path, tell: FileProgress) -> dict[str, Any]:
    """Answers a study, draws it and writes its page."""
    import energy_model as em  # noqa: PLC0415
    from energy_model.reporting import study_page
    from energy_model.reporting.figures import study_figures  # noqa: PLC0415
    from energy_model.studies.sampling import ParameterRange  # noqa: PLC0415

    asked, wanted = job["asked"], job["asked"]["study"]
    execution = em.ExecutionOptions(workers=0, progress=tell)
    ground = {"scenario": asked["scenario"], "changes": asked["changes"], "resolution": asked["resolution"], "execution": execution}  # fmt: skip
    if wanted["question"] == "sweep":
        vary = [ParameterRange.parse(text) for text in wanted["vary"]]
        study = em.sweep(asked["folder"], vary, out, **ground)
    elif wanted["question"] == "frontier":
        study = em.pareto_front(asked["folder"], wanted["against"], wanted["points"], out, **ground)
    else:
        study = em.near_optimal(asked["folder"], wanted["within"], output=out, **ground)
    tell("drawing the pictures")
    study_figures.draw(study)
    study_page.write(study, title=job["title"])
    return {"cases": len(study.table), "notes": list(study.notes)}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
