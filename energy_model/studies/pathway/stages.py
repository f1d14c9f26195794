"""Stages: ``[[stages]]`` of a case, or the stages of a call → validated stages and the case of each.

A stage stands for some years, in which the system is that of its first year. Its case is that of its scenario and
overrides, with the costs of its year and without existing capacity that has aged. Both are overrides, so that the
formulation of one year is unchanged.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.overrides import row_address
from energy_model.case.settings import Settings, validate
from energy_model.case.stage_settings import Stage
from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import Message
from energy_model.formulation.capacity import yearly_investment
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

StageOption = Stage | Mapping[str, Any] | str
INVESTMENT_COLUMNS = ("investment_cost", "investment_cost_per_km")
FIXED_COLUMNS = ("fixed_cost", "fixed_cost_per_km")
YEARS = re.compile(r"years\s*=\s*(\d+)")


@dataclass(frozen=True)
class StageCase:
    """A stage with its weight [a], the case of its year and the system loaded from it.

    The weight is the sum of the discount factors of its years.
    """

    stage: Stage
    years: int
    weight: float
    case: StudyCase
    system: System

    @property
    def name(self) -> str:
        """The name of the stage's branch: its year."""
        return str(self.stage.year)

    @property
    def year(self) -> int:
        """The first year of the stage."""
        return self.stage.year

    @cached_property
    def annuities(self) -> pd.Series:
        """The annuity of one unit of added capacity by asset [EUR/capacity/a]."""
        return yearly_investment(self.system)

    @property
    def assets(self) -> pd.DataFrame:
        """The assets of the stage's system."""
        return self.system.assets


def parse_stage(text: str) -> Stage:
    """The stage of a text ``YEAR: SCENARIO; years = N; ADDRESS=VALUE``, of which all but the year may be left out.

    Raises:
        InputError: The text has another form.
    """
    year, _, rest = text.partition(":")
    parts = [part.strip() for part in rest.split(";") if part.strip()]
    lengths = [match for part in parts if (match := YEARS.fullmatch(part))]
    parts = [part for part in parts if not YEARS.fullmatch(part)]
    scenarios = [part for part in parts if "=" not in part]
    if not re.fullmatch(r"\s*\d{4}\s*", year, re.ASCII) or len(scenarios) > 1 or len(lengths) > 1:
        remedy = (
            "write YEAR: SCENARIO; ADDRESS=VALUE, such as '2030: neutral; carriers.co2.price = 120'"
        )
        raise InputError.at("--stage", remedy, value=text)
    content = {
        "year": int(year),
        "scenario": scenarios[0] if scenarios else None,
        "changes": [part for part in parts if "=" in part],
        "years": int(lengths[0][1]) if lengths else None,
    }
    return validate(Stage, content, "--stage")


def read_stages(
    given: Sequence[StageOption] | None, settings: Settings
) -> tuple[list[Stage], list[int]]:
    """The stages of a call, or of the case without any, and the years that each stands for.

    Raises:
        InputError: There are fewer than two stages, or their years do not follow each other.
    """
    file = "case.toml" if given is None else "--stage"
    stages = list(settings.stages) if given is None else [_stage(part) for part in given]
    if len(stages) < 2:
        remedy = "a pathway has two stages or more; write [[stages]] with a year in case.toml, or give --stage"
        raise InputError.at(file, remedy, column="stages", value=", ".join(_years(stages)))
    issues = []
    lengths: list[int] = []
    following: list[Stage | None] = [*stages[1:], None]
    for stage, later in zip(stages, following, strict=True):
        if later is not None and later.year <= stage.year:
            remedy = f"the stage {later.year} does not follow {stage.year}; write the stages in the order of their years"
            issues.append(
                InputIssue(file, remedy, column="stages", value=", ".join(_years(stages)))
            )
            continue
        gap = later.year - stage.year if later is not None else None
        length = stage.years or gap or (lengths[-1] if lengths else 1)
        if gap is not None and length > gap:
            remedy = f"the stage stands for years of the next, which begins in {stage.year + gap}; write {gap} or less"
            issues.append(InputIssue(file, remedy, f"stage {stage.year}", "years", str(length)))
        lengths.append(length)
    if issues:
        raise InputError(issues)
    return stages, lengths


def _stage(given: StageOption) -> Stage:
    if isinstance(given, Stage):
        return given
    return parse_stage(given) if isinstance(given, str) else validate(Stage, dict(given), "stages")


def _years(stages: Sequence[Stage]) -> list[str]:
    return [str(stage.year) for stage in stages]


def discount_sum(rate: float, first: int, years: int, base_year: int) -> float:
    """The sum of the discount factors of some years from the first on [a]."""
    return float(sum((1 + rate) ** -(year - base_year) for year in range(first, first + years)))


def stage_cases(
    setup: StudySetup, given: Sequence[StageOption] | None, settings: Settings
) -> list[StageCase]:
    """The stages with their cases, in order.

    Raises:
        InputError: A stage, its scenario or an override is invalid; each issue names the stage.
    """
    stages, lengths = read_stages(given, settings)
    rate = settings.pathway.discount_rate
    rate = settings.view.discount_rate if rate is None else rate
    base_year = settings.pathway.base_year or stages[0].year
    found, issues = [], []
    for stage, years in zip(stages, lengths, strict=True):
        setup.execution.report(Message("reading the case in {year}", year=stage.year))
        try:
            case, system = _case_of(setup, stage)
        except InputError as error:
            issues += [_in_stage(issue, stage) for issue in error.issues]
            continue
        issues += _unknown_patterns(stage, system)
        weight = discount_sum(rate, stage.year, years, base_year)
        found.append(StageCase(stage, years, weight, case, system))
    if issues:
        raise InputError(issues)
    return found


def _case_of(setup: StudySetup, stage: Stage) -> tuple[StudyCase, System]:
    """The case of a stage, and its system."""
    inputs = {"stage": str(stage.year), "scenario": stage.scenario or ""}
    system = setup.load(stage.changes, stage.scenario)
    more = (*_ageing(system, stage.year), *_learning(system, stage.year))
    overrides = (*stage.changes, *more)
    if more:
        system = setup.load(overrides, stage.scenario)
    return StudyCase(inputs, overrides, stage.scenario), system


def _in_stage(issue: InputIssue, stage: Stage) -> InputIssue:
    file = "an override" if issue.file == "--set" else issue.file
    return replace(issue, file=f"stage {stage.year}, {file}")


def _unknown_patterns(stage: Stage, system: System) -> list[InputIssue]:
    """An issue for each pattern of a construction limit that matches no asset."""
    return [
        InputIssue(
            "case.toml",
            "no asset has such a name; mend the pattern",
            f"stage {stage.year}",
            "max_capacity_added",
            pattern,
        )
        for pattern in stage.max_capacity_added
        if not matching(pattern, system)
    ]


def matching(pattern: str, system: System) -> list[str]:
    """The assets whose names match a pattern; ``*`` matches any text."""
    return fnmatch.filter(list(system.assets.index), pattern)


def _ageing(system: System, year: int) -> list[str]:
    """Overrides of existing capacity whose last year is before a year: none is left, or it is renewed at its share."""
    overrides = []
    for asset, row in system.assets.iterrows():
        until, share = row["existing_until"], row["life_extension_share"]
        if np.isnan(until) or year <= until or row["capacity_existing"] == 0:
            continue
        address = f"{row['table']}.{row_address(str(asset))}"
        if np.isnan(share) or year > until + row["lifetime"]:
            overrides.append(f"{address}.capacity_existing = 0")
        else:
            overrides += [f"{address}.reinvestment_share = {share!r}", f"{address}.retirable = 1"]
    return overrides


def _learning(system: System, year: int) -> list[str]:
    """Overrides that multiply the costs of assets by the factors of their technologies in a year."""
    factors = {name: rows for name, rows in system["cost_factors"].groupby(level="technology")}
    overrides = []
    for asset, row in system.assets.iterrows():
        if row["technology"] not in factors:
            continue
        rows = factors[row["technology"]]
        years = rows.index.get_level_values("year").astype(float).to_numpy()
        order = np.argsort(years)
        cells = system[row["table"]].loc[asset]
        for kind, columns in (("investment", INVESTMENT_COLUMNS), ("fixed", FIXED_COLUMNS)):
            values = rows[f"{kind}_factor"].to_numpy(float)[order]
            factor = float(np.interp(year, years[order], values))
            overrides += [
                f"{row['table']}.{row_address(str(asset))}.{column} *= {factor!r}"
                for column in columns
                if factor != 1 and column in cells.index and cells[column] > 0
            ]
    return overrides
