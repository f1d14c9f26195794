"""Topic parts: what a topic is, and what the pages of topics share: labels, and amounts of money in texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from energy_model.common.choices import Choice, read_choices
from energy_model.common.formatting import format_number, label
from energy_model.common.language import N_, translate, translator
from energy_model.reporting.content import Block, Report, Section, Text, section
from energy_model.reporting.money import with_kroner
from energy_model.reporting.run_report import run_title
from energy_model.results.run import Run

TopicValues = Mapping[str, Any]  # of the choices of a topic, by name


@dataclass(frozen=True)
class TopicSubject:
    """What the choices of a topic are made from: a run, and the language of their texts."""

    run: Run
    language: str = "en"

    def label_of(self, row: Any, name: object) -> str:
        """The label of a row of a table."""
        return label(row, name, self.language)


@dataclass(frozen=True)
class Topic:
    """A question on a run, with the page that answers it.

    Attributes:
        rank: Its place among the topics.
        title: The title of its page.
        question: The question in words.
        make: The page of a run in a language, with the checked values of the choices.
        choices: What is chosen before; their functions take a `TopicSubject`.
        studies: Names of the studies that answer more of the question, which a page offers.
    """

    rank: int
    title: str
    question: str
    make: Callable[[Run, str, TopicValues], Report]
    choices: tuple[Choice, ...] = ()
    studies: tuple[str, ...] = ()

    def read(self, values: TopicValues, subject: TopicSubject) -> dict[str, Any]:
        """The checked values of all choices; a value that is not given is the first one shown.

        Raises:
            InputError: A value is unknown or invalid; it lists all of them.
        """
        first = {choice.name: choice.default_of(subject) for choice in self.choices}
        return read_choices(self.choices, {**first, **values}, subject, N_("topic"))


def topic_report(
    run: Run,
    language: str,
    title: str,
    sentences: Sequence[str],
    *blocks: Block | list[Block],
    further: Sequence[Section] = (),
) -> Report:
    """Returns the report of a topic: its answer with tables, then further sections.

    Args:
        run: The run.
        language: ``en`` or ``da``.
        title: The title of the topic in the language.
        sentences: The sentences that answer the question.
        blocks: Blocks and lists of blocks of the first section.
        further: Further sections.
    """
    _ = translator(language)
    answer = section("answer", _("The answer"), Text(tuple(filter(None, sentences))), *blocks)
    return Report(f"{title}. {run_title(run, language)}", language, (*answer, *further))


def name_of(run: Run, name: object, language: str) -> str:
    """Returns the label of a row of any table; of an empty cell that nobody is named."""
    if not isinstance(name, str) or not name:
        return translate("nobody named", language)
    return label(run.tables["names"], name, language)


def numbers(
    row: pd.Series, columns: Sequence[str], language: str, factor: float = 1.0
) -> list[str]:
    """Returns the cells of some columns of a row in units of ``factor``; a missing number is empty."""
    shown = partial(format_number, language=language)
    return [shown(float(row[column]) / factor) for column in columns]


def money(run: Run, amount: float, language: str, unit: str = "EUR/a") -> str:
    """Returns an amount in euro with kroner, such as ``521 MEUR/a (3.89 bn DKK/a, 2025 prices)``."""
    return with_kroner(amount, run.metadata["settings"], language, unit)


def kroner(run: Run, amount: float) -> float:
    """Returns an amount of euro in kroner at the exchange rate of the case."""
    return amount * float(run.metadata["settings"]["dkk_per_eur"])
