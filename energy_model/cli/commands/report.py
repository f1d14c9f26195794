"""Report: the command that writes a run or a study as a page or as figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import energy_model as em
from energy_model.cli.options import Language
from energy_model.cli.output import AsJson, print_json
from energy_model.cli.progress import Progress
from energy_model.reporting.content import Report


def report(
    run: Annotated[Path, typer.Argument(help="Folder of a run or of a study, or a folder of runs (the newest is taken).")],
    case: Annotated[Path | None, typer.Option("--case", help="Folder of the case; adds its sources to the page.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write; by default report.html in the run's folder.")] = None,
    figures: Annotated[Path | None, typer.Option("--figures", help="Write the figures as files to this folder instead of the page; needs Chromium or Chrome.")] = None,
    kinds: Annotated[str, typer.Option("--format", help="Formats of the figures, with commas: png, svg, pdf.")] = "png",
    language: Language = "",
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write a run or a study as one page that opens offline: figures, tables, reasons and proof."""
    from energy_model.reporting import run_report, study_report  # noqa: PLC0415

    with Progress(as_json) as tell:
        if (run / "study.toml").is_file():
            if case is not None:
                remedy = "the page of a study has no sources; leave --case out"
                raise em.InputError.at("--case", remedy, value=str(case))
            study = em.open_study(run)
            if figures is not None:
                content = study_report.study_report(study, language)
                _write_figures(content, figures, kinds, tell, as_json)
                return
            tell("drawing the page")
            _done(study_report.write_study_page(study, out), as_json)
            return
        tell("opening the run")
        opened = em.open_run(run)
        if figures is not None:
            content = run_report.run_report(opened, language)
            _write_figures(content, figures, kinds, tell, as_json)
            return
        sources = None
        if case is not None:
            tell("reading the sources")
            system = em.load_case(case, opened.metadata["scenario"])
            if system.settings.name != opened.metadata["case"]:
                remedy = f"the run is of the case {opened.metadata['case']}; name its folder"
                raise em.InputError.at("--case", remedy, value=str(case))
            sources = system.sources
        tell("drawing the page")
        written = run_report.write_run_page(opened, out, sources)
    _done(written, as_json)


def _write_figures(
    content: Report, folder: Path, kinds: str, tell: Callable[[str], None], as_json: bool
) -> None:
    """Writes the figures of a report and prints how many."""
    from energy_model.reporting.figures import export  # noqa: PLC0415

    formats = [kind.strip() for kind in kinds.split(",") if kind.strip()]
    files = export.write(content, folder, formats, tell)
    if as_json:
        print_json({"written": [str(path) for path in files]})
    else:
        console = Console(highlight=False, soft_wrap=True)
        console.print(f"{len(files)} figures written to {folder}", markup=False)


def _done(written: Path, as_json: bool) -> None:
    if as_json:
        print_json({"written": str(written)})
    else:
        Console(highlight=False, soft_wrap=True).print(f"Written to {written}", markup=False)
