"""Topic reports: a finished run, a topic and values of its choices → its report, computed once and one at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import energy_model as em
from energy_model.common.errors import InputError
from energy_model.common.language import N_
from energy_model.reporting.content import Report
from energy_model.reporting.topic_parts import TopicSubject
from energy_model.reporting.topics import known_topics
from energy_model.web.context import open_cached

MAX_REPORTS = 60  # reports in memory
TIMEOUT_SECONDS = 90.0  # that a report waits for the one before it
_lock = threading.Lock()  # a run keeps what it has computed, which threads must not do at once
_reports: OrderedDict[tuple[str, str, str, str], Report] = OrderedDict()


def topic_subject(folder: Path, language: str) -> TopicSubject:
    """Returns what the choices of a topic are made from. Raises InputError if the run cannot be read."""
    return TopicSubject(open_cached(folder), language)


def topic_of_run(folder: Path, name: str, values: dict[str, Any], language: str) -> Report:
    """Returns the report of a topic.

    Raises:
        InputError: A value is unknown or invalid, the run cannot be read, or another report takes too long.
    """
    subject, topic = topic_subject(folder, language), known_topics()[name]
    checked = topic.read(values, subject)
    key = (str(folder), name, repr(sorted(checked.items())), language)
    if not _lock.acquire(timeout=TIMEOUT_SECONDS):
        raise InputError.at(
            N_("topic"), N_("another answer is being computed; try again in a minute")
        )
    try:
        if key not in _reports:
            _reports[key] = topic.make(subject.run, language, checked)
        _reports.move_to_end(key)
        while len(_reports) > MAX_REPORTS:
            _reports.popitem(last=False)
        return _reports[key]
    except em.NoSolutionError as error:
        raise InputError.at(N_("topic"), str(error)) from error
    finally:
        _lock.release()
