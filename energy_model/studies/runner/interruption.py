"""Interruption: the exceptions that end a study before all its cases are solved."""

from __future__ import annotations


class StudyInterrupted(Exception):
    """A study ended before all its cases were solved; finished cases remain stored."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


class WorkersLostError(Exception):
    """The workers or their scheduler are gone."""
