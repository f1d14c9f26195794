"""Study report: a study → the sections that a terminal, a page and the workbench show of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from energy_model.common.catalogue import LANGUAGES
from energy_model.common.formatting import words
from energy_model.common.language import N_, translator
from energy_model.reporting.comparison_report import comparison_report
from energy_model.reporting.content import SOFT, Chart, Report, Section, Text, section
from energy_model.reporting.study_tables import case_columns, table_columns
from energy_model.reporting.study_vocabulary import HIDDEN, TITLES
from energy_model.reporting.table_columns import column_table
from energy_model.studies.decision import compare_stored_decision
from energy_model.studies.runner.study import Study

if TYPE_CHECKING:
    import plotly.graph_objects as go

MAX_PAGE_ROWS = 200  # rows of a table on a page; the files of the study have all rows
MAX_TERMINAL_ROWS = 30
QUESTIONS = {
    "sweep": N_("parameter sweep"),
    "pareto": N_("Pareto front"),
    "near_optimal": N_("near-optimal plans"),
    "regret": N_("regret"),
    "weather_years": N_("weather years"),
    "operation": N_("operation with limited foresight"),
    "robust": N_("robust plan"),
    "ranging": N_("parameter ranging"),
    "symbiosis": N_("symbiosis"),
    "siting": N_("siting"),
    "preferences": N_("preferences"),
    "pathway": N_("pathway"),
    "decision": N_("decision"),
    "attribution": N_("attribution"),
}


def study_report(
    study: Study,
    language: str,
    title: str = "",
    max_rows: int = MAX_PAGE_ROWS,
    with_cases: bool = True,
) -> Report:
    """Returns the report of a study.

    Args:
        study: The finished study.
        language: ``en`` or ``da``.
        title: The title, by default the name of the folder and the question.
        max_rows: The largest number of rows of each table.
        with_cases: Whether there is a section on every case.
    """
    _ = translator(language)
    question = _(QUESTIONS.get(study.question, words(study.question)))
    title = title or f"{study.folder.name}: {question}"
    if study.question == "decision":
        return comparison_report(compare_stored_decision(study), None, language, title)
    sections = _answer(study, language)
    for name, frame in study.tables.items():
        if len(frame) and name not in HIDDEN:
            sections += _table(study, name, language, max_rows)
    if with_cases:
        sections += _cases(study, language, max_rows)
    return Report(title, language, tuple(sections))


def write_study_page(study: Study, out: Path | None = None, title: str = "") -> Path:
    """Writes the page of a study in every language atomically and returns its path.

    Raises:
        WriteError: The page cannot be written.
    """
    from energy_model.reporting.render_html import write_page  # noqa: PLC0415 - of the extra `report`

    reports = {language: study_report(study, language, title) for language in LANGUAGES}
    return write_page(reports, out or study.folder / "report.html")


def _answer(study: Study, language: str) -> list[Section]:
    """Returns the section with the sentences on the study and the status of its cases."""
    _ = translator(language)
    counts = study.table["status"].value_counts() if len(study.table) else {}
    statuses = [f"{count} {words(status, language)}" for status, count in counts.items()]
    cases = _("{count:#} cases: {statuses}.", count=len(study.table), statuses=statuses)
    return section(
        "answer", _("The answer"), Text(tuple(map(_, study.notes))), Text((cases,), SOFT)
    )


def _table(study: Study, name: str, language: str, max_rows: int) -> list[Section]:
    """Returns the section of a table with its chart."""
    _ = translator(language)
    title, caption = TITLES.get(name, (words(name), words(name)))
    columns = table_columns(name, study, language)
    return section(
        name,
        _(title),
        _chart(study, name, language),
        column_table(_(caption), columns, language, max_rows),
    )


def _cases(study: Study, language: str, max_rows: int) -> list[Section]:
    """Returns the section on every case; a sweep has its chart there."""
    _ = translator(language)
    columns = case_columns(study, language)
    caption = _("Inputs and main results of every case")
    is_sweep = study.question == "sweep"
    return section(
        "cases",
        _("Every case"),
        _chart(study, "cases", language) if is_sweep else [],
        column_table(caption, columns, language, max_rows, collapsed=not is_sweep),
    )


def _chart(study: Study, name: str, language: str) -> Chart:
    def draw() -> go.Figure | None:
        from energy_model.reporting.figures.study_figures import draw_table  # noqa: PLC0415 - Plotly loads slowly

        return draw_table(name, study, language)

    return Chart(name, "", draw)
