"""Guide: a study → its question in words, its few choices and the call that solves it, for a page of the workbench.

A study has its guide in its own file, as ``GUIDE``; `study_guides` finds them, so a further study needs no other file.
"""

from __future__ import annotations

import importlib.util
import math
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from energy_model.case.case_spec import CaseSpec
from energy_model.case.system import System
from energy_model.common.choices import NUMBER, ONE, WHOLE, Choice, Options, read_choices
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message
from energy_model.optimization.composition import Composition
from energy_model.studies.runner.stored_study import StoredStudy
from energy_model.studies.runner.study import ExecutionOptions, Study


@dataclass(frozen=True)
class VariedNumber:
    """A number of a case that may vary: its labels by language, address, assignment (``=`` or ``*=``) and range."""

    name: str
    labels: Mapping[str, str]
    address: str
    assignment: str
    min: float
    max: float


@dataclass(frozen=True)
class Subject:
    """What choices are made from: a case, titles of its scenarios by name and language, and numbers that may vary."""

    system: System
    scenarios: Mapping[str, Mapping[str, str]]
    numbers: Mapping[str, VariedNumber]
    language: str = "en"

    def scenario_options(self) -> Options:
        """The scenarios with a name, as options."""
        return [(name, titles[self.language]) for name, titles in self.scenarios.items() if name]

    def number_options(self) -> Options:
        """The numbers that may vary, as options."""
        return [(name, number.labels[self.language]) for name, number in self.numbers.items()]


@dataclass(frozen=True)
class StudyGuide:
    """The page of a study: its question, its choices, and the call that solves it.

    Attributes:
        name: The question of the study, as stored with it.
        rank: Its place among the guides.
        question: The question in words.
        summary: What the answer holds, in a sentence.
        choices: The choices.
        prepare: Makes the options that are stored with a job, JSON content, of the checked values of the
            choices and the subject; it raises InputError. By default the values themselves.
        count: About how many cases the study solves with these options.
        answer: The study of a case with these options, in a folder.
        is_offered: Whether a case has what the study is about.
        recompose: Rebuilds a composition of the stored study by its name; None if its cases are solved alone.
    """

    name: str
    rank: int
    question: str
    summary: str
    choices: tuple[Choice, ...]
    count: Callable[[Mapping[str, Any], Subject], int]
    answer: Callable[[CaseSpec, Mapping[str, Any], Path, ExecutionOptions], Study]
    prepare: Callable[[dict[str, Any], Subject], dict[str, Any]] = lambda values, _: values
    is_offered: Callable[[Subject], bool] = lambda _: True
    recompose: Callable[[StoredStudy, str], Composition] | None = None

    def read(self, values: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
        """The options of a study from the values of its choices.

        Raises:
            InputError: A value is missing, unknown or invalid; it lists all of them.
        """
        checked = read_choices(self.choices, values, subject, N_("study"))
        return self.prepare(checked, subject)


def number_range(prefix: str, title: str, is_optional: bool = False) -> tuple[Choice, ...]:
    """The choices of a number that varies: which one, from, to, and how many values."""
    none = [("", N_("none"))] if is_optional else []
    return (
        Choice(
            f"{prefix}_number",
            title,
            ONE,
            options=lambda subject: [*none, *subject.number_options()],
            group=title,
        ),
        Choice(f"{prefix}_from", N_("From"), NUMBER, min=-math.inf, is_optional=True, group=title),
        Choice(f"{prefix}_to", N_("To"), NUMBER, min=-math.inf, is_optional=True, group=title),
        Choice(f"{prefix}_count", N_("Number of values"), WHOLE, 5, min=2, max=15, group=title),
    )


def parameter_ranges(
    values: Mapping[str, Any], prefixes: Sequence[str], subject: Subject
) -> list[str]:
    """The ranges ``ADDRESS=LOW..HIGH:COUNT`` of the varied numbers of `number_range`.

    Raises:
        InputError: A range is out of that of its number, or a number is chosen twice.
    """
    chosen = [prefix for prefix in prefixes if values[f"{prefix}_number"]]
    names = {values[f"{prefix}_number"] for prefix in chosen}
    issues, texts = [], []
    if len(names) < len(chosen):
        remedy = N_("choose one assumption, or two different ones")
        issues.append(InputIssue(N_("Assumption"), remedy))
    for prefix in chosen:
        number = subject.numbers[values[f"{prefix}_number"]]
        low, high = values[f"{prefix}_from"], values[f"{prefix}_to"]
        low, high = number.min if low is None else low, number.max if high is None else high
        if not number.min <= low < high <= number.max:
            text = N_("choose a range within {minimum:#} to {maximum:#}, the lower number first")
            remedy = Message(text, minimum=number.min, maximum=number.max)
            issues.append(InputIssue(number.labels["en"], remedy, value=f"{low:g} – {high:g}"))
        count = values[f"{prefix}_count"]
        texts.append(f"{number.address}{number.assignment}{low:.10g}..{high:.10g}:{count}")
    if issues:
        raise InputError(issues)
    return texts


@cache
def study_guides() -> dict[str, StudyGuide]:
    """The guides of all studies by name, in order of rank."""
    package = importlib.import_module("energy_model.studies")
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        name = f"{package.__name__}.{module.name}" + (".study" if module.ispkg else "")
        if importlib.util.find_spec(name) is None:
            continue
        guide = getattr(importlib.import_module(name), "GUIDE", None)
        if isinstance(guide, StudyGuide):
            found.append(guide)
    return {guide.name: guide for guide in sorted(found, key=lambda guide: guide.rank)}
