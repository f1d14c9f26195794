"""Stopped: how a study ends before its cases are all solved."""

from __future__ import annotations


class StudyInterrupted(Exception):
    """A study that ended before its cases were all answered; what was finished stands."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


class WorkersLostError(Exception):
    """Whoever worked on cases is gone."""
