"""Run report: a run → the sections that a terminal, a page and the workbench show of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from energy_model.common.catalogue import LANGUAGES
from energy_model.common.errors import InputError
from energy_model.common.language import translator
from energy_model.reporting.aggregation_sections import aggregation_section
from energy_model.reporting.content import Report, Section
from energy_model.reporting.decision_sections import decision_sources_section, decisions_section
from energy_model.reporting.land_sections import land_section
from energy_model.reporting.payment_sections import payments_section
from energy_model.reporting.run_answer import answer_section
from energy_model.reporting.run_quality import explanation_section, proof_section, sources_section
from energy_model.reporting.run_sections import (
    bills_section,
    built_section,
    carriers_section,
    costs_section,
    emissions_section,
    fleets_section,
    hours_section,
    map_section,
    prices_section,
    stakeholders_section,
)
from energy_model.results.run import Run

ANSWER = ("answer",)  # the sections that a terminal prints after solving
TABLES = (
    "answer",
    "built",
    "decisions",
    "carriers",
    "costs",
    "emissions",
    "land",
    "payments",
    "aggregation",
)


def run_report(
    run: Run,
    language: str,
    sources: pd.DataFrame | None = None,
    keys: Sequence[str] | None = None,
) -> Report:
    """Returns the report of a run.

    Args:
        run: The run.
        language: ``en`` or ``da``.
        sources: The table of sources of the case; without it there is no section of sources.
        keys: The sections to make, by default all. Explanations and figures take seconds.
    """
    makers: dict[str, Callable[[], list[Section]]] = {
        "answer": partial(answer_section, run, language),
        "map": partial(map_section, run, language),
        "built": partial(built_section, run, language),
        "decisions": partial(decisions_section, run, language),
        "decision_sources": partial(decision_sources_section, run, language),
        "carriers": partial(carriers_section, run, language),
        "hours": partial(hours_section, run, language),
        "prices": partial(prices_section, run, language),
        "costs": partial(costs_section, run, language),
        "bills": partial(bills_section, run, language),
        "stakeholders": partial(stakeholders_section, run, language),
        "emissions": partial(emissions_section, run, language),
        "fleets": partial(fleets_section, run, language),
        "land": partial(land_section, run, language),
        "payments": partial(payments_section, run, language),
        "why": partial(explanation_section, run, language),
        "aggregation": partial(aggregation_section, run, language),
        "proof": partial(proof_section, run, language),
        "sources": partial(sources_section, run, language, sources),
    }
    sections = [
        part for key, make in makers.items() if keys is None or key in keys for part in make()
    ]
    return Report(run_title(run, language), language, tuple(sections))


def write_run_page(run: Run, out: Path | None = None, sources: pd.DataFrame | None = None) -> Path:
    """Writes the page of a run in every language atomically and returns its path.

    Raises:
        InputError: The run has no folder and ``out`` is None.
        WriteError: The page cannot be written.
    """
    from energy_model.reporting.render_html import write_page  # noqa: PLC0415 - of the extra `report`

    if out is None and run.path is None:
        raise InputError.at("--out", "the run is in no folder; name the file to write")
    reports = {language: run_report(run, language, sources) for language in LANGUAGES}
    return write_page(reports, out or Path(run.path or "") / "report.html")


def run_title(run: Run, language: str) -> str:
    """Returns the name of the case of a run and the title of its scenario."""
    _, metadata = translator(language), run.metadata
    case = run.dataset.attrs.get("title", metadata["case"])
    titles = metadata.get("scenario_titles", {})
    scenario = metadata.get("title") or titles.get(language) or metadata["scenario"] or _("base")
    return f"{case}: {scenario}"
