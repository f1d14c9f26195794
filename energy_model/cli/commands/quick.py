"""Quick: the command that shows what a change does, at few steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.commands.runs import existing_run
from energy_model.cli.options import Case, Changes, Language, Scenario, case_spec
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.reporting.json_records import table_records

Steps = Annotated[int, typer.Option("--steps", min=1, help="Number of steps of the year.")]
FineRun = Annotated[
    Path | None,
    typer.Option(
        "--fine",
        help="Run of the unchanged case, for the bias; by default one under runs/ with the same inputs.",
    ),
]


def quick(
    case: Case,
    scenario: Scenario = None,
    changes: Changes = None,
    steps: Steps = 24,
    fine: FineRun = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Show within seconds what changes do, at few steps of the year; nothing is written."""
    from energy_model.reporting.quick_report import quick_report  # noqa: PLC0415
    from energy_model.reporting.render_terminal import print_report  # noqa: PLC0415

    spec = case_spec(case, scenario, changes, None)
    with Progress(as_json) as progress:
        progress("reading the tables")
        unchanged = replace(spec, overrides=())
        stored = em.open_run(fine) if fine is not None else _stored_run(unchanged)
        look = em.QuickLook(unchanged, steps, stored, em.WarmStartCache())
        answer = look.with_fine_run(look.look(spec.overrides, progress))
    if as_json:
        table = answer.table().to_dict(orient="index")
        assets, prices = (
            table_records(t.reset_index()) for t in (answer.assets(), answer.prices())
        )
        record = {"steps": steps, "seconds": answer.seconds, "numbers": table}
        print_json(
            record | {"cost_estimates": answer.estimates, "assets": assets, "prices": prices}
        )
    else:
        print_report(quick_report(answer, language))


def _stored_run(spec: em.CaseSpec) -> em.Run | None:
    """The run of a case at its own resolution under runs/, if it has the same inputs."""
    from energy_model.results.run_files import default_folder_name  # noqa: PLC0415

    system = em.load_case(spec)
    folder = Path("runs") / default_folder_name(system)
    return existing_run(folder, system.digest, gap=None, with_unit_sizes=False)
