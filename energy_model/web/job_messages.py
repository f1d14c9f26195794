"""Job messages: progress and outcomes of a worker → lines and JSON data that the server reads.

Messages are stored with their values, so that a page can translate them.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from energy_model.common.errors import MAX_REMEDY_CHARACTERS, InputIssue, printable
from energy_model.common.language import Message

FILE = "progress.txt"
PROGRESS_SECONDS = 0.3  # minimum seconds between lines of one activity
MAX_LINES = 200  # of progress read


class ProgressWriter:
    """Progress callback that writes each message as a line: its time [s], a tab and its JSON."""

    def __init__(self, folder: Path) -> None:
        self.path, self.start, self.last = folder / FILE, time.monotonic(), ("", 0.0)
        self.log = ""  # the English text of all lines

    def __call__(self, message: str) -> None:
        """Appends a message with the elapsed time [s]."""
        now, activity = time.monotonic(), message.split(":")[0]
        if activity == self.last[0] and now - self.last[1] < PROGRESS_SECONDS:
            return
        self.last = activity, now
        seconds, content = f"{now - self.start:.1f}", json.dumps(as_record(message))
        self.log += f"{seconds}\t{' '.join(message.split())}\n"
        # A line that cannot be written does not stop the job.
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            file.write(f"{seconds}\t{content}\n")


def read_progress(folder: Path) -> list[tuple[str, str]]:
    """Returns the last times [s] and messages of a progress file; none if it cannot be read."""
    try:
        lines = (folder / FILE).read_text("utf-8").splitlines()[-MAX_LINES:]
    except OSError:
        return []
    entries = []
    for seconds, _, content in (line.partition("\t") for line in lines):
        with contextlib.suppress(ValueError, TypeError, KeyError):  # a line that is being written
            entries.append((seconds, from_record(json.loads(content))))
    return entries


def issue_message(issue: InputIssue) -> Message:
    """Returns an issue as a message; parts that are no messages of the catalogue stay English."""
    parts = {"file": Message(issue.file), "row": issue.row, "column": issue.column}
    shown = {name: part for name, part in parts.items() if part}
    template = ", ".join(f"{{{name}}}" for name in shown)
    location = Message(template, **shown)
    remedy = issue.remedy
    if not isinstance(remedy, Message):
        remedy = Message(printable(remedy, MAX_REMEDY_CHARACTERS))
    if issue.value:
        return Message(
            "{location}: the value is '{value}'; {remedy}.",
            location=location,
            value=printable(issue.value),
            remedy=remedy,
        )
    return Message("{location}: {remedy}.", location=location, remedy=remedy)


def as_record(message: str) -> Any:
    """Returns a message as JSON data, from which `from_record` restores it."""
    return message.as_record() if isinstance(message, Message) else message


def from_record(record: Any) -> str:
    """Returns the message of JSON data. Raises KeyError or TypeError if it has none."""
    return Message.from_record(record) if isinstance(record, Mapping) else str(record)


def from_records(records: Iterable[Any]) -> tuple[str, ...]:
    """Returns the messages of a list of JSON data. Raises KeyError or TypeError if it has none."""
    return tuple(map(from_record, records))
