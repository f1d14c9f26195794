"""Topics: a run → a page for each working group; every file of this folder is a topic.

A file ``NAME.py`` has the topic, ``TOPIC``: its question in words, its choices, and the function that returns its
report.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from energy_model.common.catalogue import LANGUAGES
from energy_model.common.errors import InputError
from energy_model.reporting.content import Report
from energy_model.reporting.topic_parts import Topic, TopicSubject, TopicValues
from energy_model.results.run import Run

ALL = "all"


@cache
def known_topics() -> Mapping[str, Topic]:
    """Returns all topics by name, in order of rank."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found = {name: import_module(f"{__name__}.{name}").TOPIC for name in names}
    return dict(sorted(found.items(), key=lambda item: item[1].rank))


def topic_names() -> list[str]:
    """Returns the names of all topics, sorted."""
    return sorted(known_topics())


def chosen_topics(name: str) -> list[str]:
    """Returns the topics of a choice: one, or ``all``. Raises InputError for another name."""
    names = topic_names()
    if name not in (*names, ALL):
        raise _unknown(name)
    return names if name == ALL else [name]


def values_by_topic(name: str, texts: Mapping[str, str]) -> dict[str, TopicValues]:
    """Returns the values, not yet checked, of the topics of a choice, from ``NAME=VALUE`` texts.

    Raises:
        InputError: There is no such topic, or none of them has such a choice.
    """
    names = chosen_topics(name)
    choices = {topic: {c.name: c for c in known_topics()[topic].choices} for topic in names}
    known = sorted({choice for found in choices.values() for choice in found})
    unknown = [choice for choice in texts if choice not in known]
    if unknown:
        remedy = f"write one of {', '.join(known)}" if known else "the topic has no choices"
        raise InputError.at("--choose", remedy, value=unknown[0])
    return {
        topic: {key: found[key].parse(text) for key, text in texts.items() if key in found}
        for topic, found in choices.items()
    }


def _unknown(name: str) -> InputError:
    remedy = f"write one of {', '.join([*topic_names(), ALL])}"
    return InputError.at("--topic", remedy, value=name)


def topic_report(run: Run, name: str, language: str, values: TopicValues | None = None) -> Report:
    """Returns the report of a topic.

    Args:
        run: The run.
        name: One of `topic_names`.
        language: ``en`` or ``da``.
        values: Values of the choices of the topic by name; one that is missing is the first one shown.

    Raises:
        InputError: There is no such topic, a value is unknown or invalid, or the run stores no program or profiles.
    """
    if name not in topic_names():
        raise _unknown(name)
    topic = known_topics()[name]
    return topic.make(run, language, topic.read(values or {}, TopicSubject(run, language)))


def write_topic_pages(
    run: Run, name: str, out: Path, values: Mapping[str, TopicValues] | None = None
) -> list[Path]:
    """Writes the page of a topic to a file, or those of ``all`` topics to a folder; returns their paths.

    Args:
        run: The run.
        name: One of `topic_names`, or ``all``.
        out: The file, or the folder of ``all`` topics.
        values: Values of the choices by topic.

    Raises:
        InputError: As of `topic_report`.
        WriteError: A page cannot be written.
    """
    from energy_model.reporting.render_html import write_page  # noqa: PLC0415 - of the extra `report`

    written, given = [], values or {}
    for topic in chosen_topics(name):
        reports = {lang: topic_report(run, topic, lang, given.get(topic)) for lang in LANGUAGES}
        written.append(write_page(reports, out / f"{topic}.html" if name == ALL else out))
    return written
