"""Stage choices: the fields of stages on the page of a pathway → the stages of the study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from energy_model.case.stage_settings import Stage
from energy_model.common.choices import ONE, WHOLE, Choice, Options
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.studies.guide import Subject

MIN_STAGES = 2
MAX_STAGES = 5  # on the page; a case or a call may have more
MIN_YEAR, MAX_YEAR = 1900, 2200
OWN = ""  # the scenario of the starting point


def stage_choices() -> tuple[Choice, ...]:
    """A year and a scenario for each stage; at first those of the case."""
    return tuple(choice for number in range(1, MAX_STAGES + 1) for choice in _stage(number))


def read_stages(values: Mapping[str, Any], subject: Subject) -> list[dict[str, Any]]:
    """The stages of the fields, in order of their years.

    A stage of the case with the same year and scenario keeps its changes, years and limits.

    Raises:
        InputError: There are fewer than two stages.
    """
    own = {(stage.year, stage.scenario or OWN): stage for stage in subject.system.settings.stages}
    stages = []
    for number in range(1, MAX_STAGES + 1):
        year, scenario = values[f"stage_{number}_year"], values[f"stage_{number}_scenario"]
        if year is None:
            continue
        stage = own.get((year, scenario), Stage(year=year, scenario=scenario or None))
        stages.append(stage.model_dump(mode="json"))
    if len(stages) < MIN_STAGES:
        remedy = N_("write the years of two stages or more")
        raise InputError.at(N_("Stages"), remedy)
    return sorted(stages, key=lambda stage: int(stage["year"]))


def _stage(number: int) -> tuple[Choice, Choice]:
    group = Message("Stage {number}", number=number)
    return (
        Choice(
            f"stage_{number}_year",
            Message("Stage {number}: first year", number=number),
            WHOLE,
            _of_case(number, lambda stage: stage.year, None),
            min=MIN_YEAR,
            max=MAX_YEAR,
            is_optional=True,
            note=N_("Empty: there is no such stage.") if number > MIN_STAGES else "",
            group=group,
        ),
        Choice(
            f"stage_{number}_scenario",
            Message("Stage {number}: scenario", number=number),
            ONE,
            _of_case(number, lambda stage: stage.scenario or OWN, OWN),
            options=_scenarios,
            group=group,
        ),
    )


def _of_case(
    number: int, value: Callable[[Stage], Any], otherwise: Any
) -> Callable[[Subject], Any]:
    def default(subject: Subject) -> Any:
        stages = subject.system.settings.stages
        return value(stages[number - 1]) if number <= len(stages) else otherwise

    return default


def _scenarios(subject: Subject) -> Options:
    return [(OWN, N_("that of the starting point")), *subject.scenario_options()]
