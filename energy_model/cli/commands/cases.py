"""Cases: the commands check, init, export and import-geojson."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import energy_model as em
from energy_model.cli.options import Case, Changes, Language, Resolution, Scenario, case_spec
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress
from energy_model.common.extensions import extensions
from energy_model.common.language import translate
from energy_model.reporting import case_report
from energy_model.reporting.json_records import table_records
from energy_model.reporting.render_terminal import print_blocks

GEOJSON = "geojson"
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
            help="pypsa, geojson (layers for a map program; of a case or a run), mps or lp (the linear program for a solver), or what an installed package adds.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="The file to write, such as city.nc or city.mps.gz, or the folder of geojson; by default named by the case.",
        ),
    ] = None,
    scenario: Scenario = None,
    changes: Changes = None,
    resolution: Resolution = "full",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Export a case to another program, every hour of it, or its linear program to a file for a solver."""
    if to == GEOJSON:
        _export_layers(case, out, scenario, changes, language, as_json)
        return
    from energy_model.io.pypsa.export import write as write_pypsa  # noqa: PLC0415
    from energy_model.io.solver_files.export import write_lp, write_mps  # noqa: PLC0415
    from energy_model.results.run_files import default_folder_name  # noqa: PLC0415

    with Progress(as_json) as progress:
        programs = {"mps": write_mps, "lp": write_lp}
        exporters = {"pypsa": write_pypsa, **programs, **extensions("exporters")}
        if to not in exporters:
            known = ", ".join(["pypsa", GEOJSON, *list(exporters)[1:]])
            raise em.InputError.at("--to", f"write one of {known}", value=to)
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


def _export_layers(
    folder: Path,
    out: Path | None,
    scenario: str | None,
    changes: list[str] | None,
    language: str,
    as_json: bool,
) -> None:
    """Writes the map layers of a case, or of a run with its results, and prints their files."""
    from energy_model.io.geojson.export import write_case, write_run  # noqa: PLC0415
    from energy_model.results.run_files import default_folder_name  # noqa: PLC0415

    with Progress(as_json) as progress:
        if (folder / "case.toml").is_file() or not folder.is_dir():
            progress("reading the tables")
            system = em.load_case(case_spec(folder, scenario, changes, None))
            out = out or Path(f"{default_folder_name(system)}_map")
            written = write_case(system, out)
        else:
            if scenario is not None or changes:
                remedy = "a run has its scenario and its changes; leave --scenario and --set out"
                raise em.InputError.at("--to", remedy, value=GEOJSON)
            progress("opening the results")
            run = em.open_run(folder)
            out = out or Path(f"{run.path.name if run.path else 'run'}_map")
            written = write_run(run, out)
    if as_json:
        print_json({"written": str(out), "files": written})
    else:
        files = ", ".join(written)
        print_lines(translate("Written to {path}: {files}", language, path=out, files=files))


def import_geojson(
    file: Annotated[Path, typer.Argument(help="A GeoJSON file in WGS 84 (EPSG:4326).")],
    case: Annotated[Path, typer.Option("--case", help="Folder of the case to change.")],
    name: Annotated[
        str, typer.Option("--name", help="Name of the layer; by default that of the file.")
    ] = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Move sites to the points of a GeoJSON file, and add its lines and areas to the map of a case."""
    from energy_model.io.geojson import import_layers  # noqa: PLC0415

    with Progress(as_json) as progress:
        progress("reading the layer")
        imported = import_layers.import_geojson(file, case, name)
    if as_json:
        print_json(asdict(imported))
        return
    sentences = []
    if imported.sites:
        sites = ", ".join(imported.sites)
        sentences.append(translate("New coordinates in sites.csv: {sites}", language, sites=sites))
    if imported.layer:
        path = f"map/{imported.layer}.geojson"
        counted = {"path": path, "count": imported.features}
        sentences.append(translate("New layer {path} with {count:#} features", language, **counted))
    print_lines(*sentences)
