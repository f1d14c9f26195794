"""Cases: the commands check, init and export."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.options import Case, Changes, Language, Resolution, Scenario, case_spec
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress
from energy_model.common.extensions import extensions
from energy_model.reporting import case_report
from energy_model.reporting.json_records import table_records
from energy_model.reporting.render_terminal import print_blocks

SUFFIXES = {"pypsa": "nc"}  # of files whose suffix is not the name of their target


def check(
    case: Case,
    scenario: Scenario = None,
    changes: Changes = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Check a case: all errors of all files, sources of numbers, decisions, and whether its peaks can be met."""
    from energy_model.case import sources  # noqa: PLC0415
    from energy_model.case.checks.decisions import early_additions  # noqa: PLC0415
    from energy_model.formulation import TABLES  # noqa: PLC0415
    from energy_model.optimization import precheck  # noqa: PLC0415
    from energy_model.timeseries import case_year  # noqa: PLC0415

    with Progress(as_json) as progress:
        progress("reading the tables")
        system = em.load_case(case, scenario, changes or ())
        if system.settings.profiles:
            case_year.settings_of(case)
        progress("checking peaks, potentials and the emission target")
        warnings = [*early_additions(system), *precheck.check_adequacy(system)]
        sources_of_numbers = sources.trace_sources(case, system, TABLES)
    if as_json:
        print_json(
            {
                "case": system.settings.name,
                "scenario": system.scenario,
                "faults": [],
                "warnings": warnings,
                "decisions": table_records(system["decisions"].reset_index()),
                **sources.summary(sources_of_numbers),
            }
        )
    else:
        print_blocks(case_report.check_blocks(system, warnings, sources_of_numbers, language))


def init(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    as_json: AsJson = False,
) -> None:
    """Write a small new case that can be run and extended."""
    from energy_model.io import init_case  # noqa: PLC0415

    written = init_case.init_case(folder)
    if as_json:
        print_json({"folder": str(folder), "files": written})
    else:
        print_lines(
            f"New case in {folder}: {', '.join(written)}.",
            f"Run it with: energy-model run {shlex.quote(str(folder))}",
        )


def export(
    case: Case,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="pypsa, mps or lp (the linear program for a solver), or what an installed package adds.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="The file to write, such as city.nc or city.mps.gz; by default named by the case.",
        ),
    ] = None,
    scenario: Scenario = None,
    changes: Changes = None,
    resolution: Resolution = "full",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Export a case to another program, every hour of it, or its linear program to a file for a solver."""
    from energy_model.io.pypsa.export import write as write_pypsa  # noqa: PLC0415
    from energy_model.io.solver_files.export import write_lp, write_mps  # noqa: PLC0415
    from energy_model.results.run_files import default_folder_name  # noqa: PLC0415

    with Progress(as_json) as progress:
        programs = {"mps": write_mps, "lp": write_lp}
        exporters = {"pypsa": write_pypsa, **programs, **extensions("exporters")}
        if to not in exporters:
            raise em.InputError.at("--to", f"write one of {', '.join(exporters)}", value=to)
        progress("reading the tables")
        system = em.load_case(case_spec(case, scenario, changes, resolution))
        out = out or Path(f"{default_folder_name(system)}.{SUFFIXES.get(to, to)}")
        progress("building and writing the program" if to in programs else "writing the network")
        # other programs know no typical days that repeat
        written = exporters[to](system if to in programs else system.in_order, out)
    if as_json:
        record = {"left_out": written.left_out, "constant": written.constant}
        print_json({"written": str(out), "steps": len(system.steps.length), **record})
    else:
        print_blocks(case_report.export_blocks(out, written.left_out, written.constant, language))
