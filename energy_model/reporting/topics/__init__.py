"""Topics: a run → a page for each working group; every file of this folder is a topic.

A file ``NAME.py`` has the title of the topic, ``TITLE``, and a function ``topic(run, language,
options)`` that returns its report.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

from energy_model.common.catalogue import LANGUAGES
from energy_model.common.errors import InputError
from energy_model.reporting.content import Report
from energy_model.reporting.topic_parts import TopicOptions
from energy_model.results.run import Run

ALL = "all"


def topic_names() -> list[str]:
    """Returns the names of all topics, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def chosen_topics(name: str) -> list[str]:
    """Returns the topics of a choice: one, or ``all``. Raises InputError for another name."""
    names = topic_names()
    if name not in (*names, ALL):
        raise _unknown(name)
    return names if name == ALL else [name]


def _unknown(name: str) -> InputError:
    remedy = f"write one of {', '.join([*topic_names(), ALL])}"
    return InputError.at("--topic", remedy, value=name)


def topic_report(run: Run, name: str, language: str, options: TopicOptions | None = None) -> Report:
    """Returns the report of a topic.

    Args:
        run: The run.
        name: One of `topic_names`.
        language: ``en`` or ``da``.
        options: By default those of `TopicOptions`.

    Raises:
        InputError: There is no such topic, or the run stores no program or profiles.
    """
    if name not in topic_names():
        raise _unknown(name)
    module = import_module(f"{__name__}.{name}")
    report: Report = module.topic(run, language, options or TopicOptions())
    return report


def write_topic_pages(
    run: Run, name: str, out: Path, options: TopicOptions | None = None
) -> list[Path]:
    """Writes the page of a topic to a file, or those of ``all`` topics to a folder; returns their paths.

    Raises:
        InputError: There is no such topic, or the run stores no program or profiles.
        WriteError: A page cannot be written.
    """
    from energy_model.reporting.render_html import write_page  # noqa: PLC0415 - of the extra `report`

    written = []
    for topic in chosen_topics(name):
        reports = {language: topic_report(run, topic, language, options) for language in LANGUAGES}
        written.append(write_page(reports, out / f"{topic}.html" if name == ALL else out))
    return written
