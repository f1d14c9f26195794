"""Draws pictures of the pages: ``python docs/pictures.py FOLDER NAME KEY …`` writes charts of a run or a study as ``NAME_KEY.png``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import energy_model as em
from energy_model.reporting.content import Chart, Report
from energy_model.reporting.figures import export
from energy_model.reporting.run_report import run_report
from energy_model.reporting.study_report import study_report


def named(report: Report, name: str) -> Report:
    """The report with the name before the key of every chart."""
    sections = [
        replace(
            section,
            blocks=tuple(
                replace(block, key=f"{name}_{block.key}") if isinstance(block, Chart) else block
                for block in section.blocks
            ),
        )
        for section in report.sections
    ]
    return replace(report, sections=tuple(sections))


if __name__ == "__main__":
    folder, name, *keys = sys.argv[1:]
    is_study = (Path(folder) / "study.toml").is_file()
    report = (
        study_report(em.open_study(folder), "en")
        if is_study
        else run_report(em.open_run(folder), "en")
    )
    place = Path(__file__).parent / "pictures"
    place.mkdir(exist_ok=True)
    export.write(named(report.with_charts(keys), name), place)
