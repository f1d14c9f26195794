"""Topic parts: what the pages for working groups share: options, labels, and amounts of money in texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from energy_model.common.formatting import format_number, label
from energy_model.common.language import translate, translator
from energy_model.reporting.content import Block, Report, Section, Text, section
from energy_model.reporting.money import with_kroner
from energy_model.reporting.run_report import run_title
from energy_model.results.run import Run

MIN_VEHICLES, MAX_VEHICLES = 1, 1_000_000


@dataclass(frozen=True)
class TopicOptions:
    """Options of the topics. ``vehicles`` is the number of vehicles of a fleet that a firm asks about."""

    vehicles: int = 40


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
