"""Report: the command that writes a run or a study as a page or as figures."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

import energy_model as em
from energy_model.cli.options import Language
from energy_model.cli.output import AsJson, print_json, print_lines
from energy_model.cli.progress import Progress

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="run",
        help="Folder of a run or of a study, or a folder of runs (the newest is taken).",
    ),
]
Case = Annotated[
    Path | None,
    typer.Option("--case", help="Folder of the case; adds its sources to the page."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", help="The file to write; by default report.html in the run's folder."
    ),
]
Figures = Annotated[
    Path | None,
    typer.Option(
        "--figures",
        help="Write the figures as files to this folder instead of the page; needs Chromium or "
        "Chrome.",
    ),
]
Formats = Annotated[
    str,
    typer.Option("--format", help="Formats of the figures, separated by commas: png, svg, pdf."),
]
Topic = Annotated[
    str,
    typer.Option(
        "--topic",
        help="A topic instead of the whole run: accounts, deliveries, fleet, infrastructure, land, "
        "location, logistics, prices, reasons or symbiosis; or all. Printed without --out; with all, "
        "--out is a folder.",
    ),
]
Choose = Annotated[
    list[str] | None,
    typer.Option(
        "--choose",
        help="With --topic: CHOICE=VALUE of a topic, such as vehicles=25, asset=NAME or "
        "place=heat@viby; may be given several times.",
    ),
]
Slides = Annotated[
    bool,
    typer.Option(
        "--slides",
        help="Write slides for a meeting, one message each; by default slides.html in the folder.",
    ),
]
CompareWith = Annotated[
    Path | None,
    typer.Option(
        "--compare-with",
        help="With --slides: folder of another run of the case, whose cost and emissions the run is "
        "compared with.",
    ),
]


def report(
    folder: Folder,
    case: Case = None,
    out: Out = None,
    figures: Figures = None,
    formats: Formats = "png",
    topic: Topic = "",
    choose: Choose = None,
    slides: Slides = False,
    compare_with: CompareWith = None,
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Write a run or a study as one page that opens offline: figures, tables, reasons and proof."""
    from energy_model.reporting import run_report, study_report  # noqa: PLC0415

    is_study = (folder / "study.toml").is_file()
    if is_study and case is not None:
        remedy = "the page of a study has no sources; leave --case out"
        raise em.InputError.at("--case", remedy, value=str(case))
    if choose and not topic:
        remedy = "only a topic has choices; name one with --topic"
        raise em.InputError.at("--choose", remedy, value=choose[0])
    if compare_with is not None and not slides:
        remedy = "only slides show another run; add --slides, or use the command compare"
        raise em.InputError.at("--compare-with", remedy, value=str(compare_with))
    if slides and (topic or case is not None or figures is not None):
        remedy = "slides have no topic, no sources and no figures; leave --topic, --case and --figures out"
        raise em.InputError.at("--slides", remedy)
    if topic:
        if case is not None or figures is not None:
            remedy = (
                "the page of a topic has no sources and no figures; leave --case and --figures out"
            )
            raise em.InputError.at("--topic", remedy, value=topic)
        _show_topic(folder, topic, out, choose or [], language, as_json)
        return
    with Progress(as_json) as progress:
        progress("opening the results")
        results = em.open_study(folder) if is_study else em.open_run(folder)
        if figures is not None:
            _write_figures(results, figures, formats, language, progress, as_json)
            return
        progress("drawing the page")
        if slides:
            from energy_model.reporting.slides import write_slides  # noqa: PLC0415

            other = None if compare_with is None else em.open_run(compare_with)
            written = write_slides(results, out, other)
        elif isinstance(results, em.Run):
            written = run_report.write_run_page(results, out, _sources(results, case))
        else:
            written = study_report.write_study_page(results, out)
    if as_json:
        print_json({"written": str(written)})
    else:
        print_lines(f"Written to {written}")


def _show_topic(
    folder: Path, topic: str, out: Path | None, choose: list[str], language: str, as_json: bool
) -> None:
    """Prints topics of a run, or writes their pages to a file or, for all, to a folder."""
    from energy_model.reporting import topics  # noqa: PLC0415
    from energy_model.reporting.render_terminal import print_report  # noqa: PLC0415

    values = topics.values_by_topic(topic, _texts(choose))
    with Progress(as_json) as progress:
        progress("opening the results")
        run = em.open_run(folder)
        progress("preparing the tables")
        if out is None:
            reports = [topics.topic_report(run, name, language, values[name]) for name in values]
        else:
            written = topics.write_topic_pages(run, topic, out, values)
    if out is not None:
        paths = list(map(str, written))
        if as_json:
            print_json({"written": paths})
        else:
            print_lines(*(f"Written to {path}" for path in paths))
    elif as_json:
        print_json([asdict(content) for content in reports])
    else:
        for content in reports:
            print_report(content)


def _texts(choices: list[str]) -> dict[str, str]:
    """The texts of choices by name. Raises InputError for one without a name and a value."""
    texts = {}
    for choice in choices:
        name, sign, text = choice.partition("=")
        if not (sign and name.strip() and text.strip()):
            remedy = "write CHOICE=VALUE, such as vehicles=25"
            raise em.InputError.at("--choose", remedy, value=choice)
        texts[name.strip()] = text.strip()
    return texts


def _sources(run: em.Run, case: Path | None) -> pd.DataFrame | None:
    """The sources of the case of a run; None without its folder."""
    if case is None:
        return None
    system = em.load_case(case, run.metadata["scenario"])
    if system.settings.name != run.metadata["case"]:
        remedy = f"the run is of the case {run.metadata['case']}; name its folder"
        raise em.InputError.at("--case", remedy, value=str(case))
    return system.sources


def _write_figures(
    results: em.Run | em.Study,
    folder: Path,
    formats: str,
    language: str,
    progress: Progress,
    as_json: bool,
) -> None:
    """Writes the figures of a run or a study and prints how many."""
    from energy_model.reporting import run_report, study_report  # noqa: PLC0415
    from energy_model.reporting.figures import export  # noqa: PLC0415

    if isinstance(results, em.Run):
        content = run_report.run_report(results, language)
    else:
        content = study_report.study_report(results, language)
    names = [name.strip() for name in formats.split(",") if name.strip()]
    files = export.write(content, folder, names, progress)
    if as_json:
        print_json({"written": [str(path) for path in files]})
    else:
        print_lines(f"{len(files)} figures written to {folder}")
