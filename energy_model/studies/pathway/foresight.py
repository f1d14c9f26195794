"""Foresight: stages and how far ahead each is decided → the capacities of every stage, and the cost of the path.

With perfect foresight all stages are one composition. With a window of N stages the first N are solved together, the
first of them is decided, and the window moves on by one. Myopic is a window of one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from energy_model.case.stage_settings import Stage
from energy_model.common.errors import InputError
from energy_model.formulation.metadata import ADDED, RETIRED
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.composition import Composition
from energy_model.optimization.warm_start import WarmStart
from energy_model.studies.pathway.linked_stages import Decided, compose, is_alive
from energy_model.studies.pathway.stages import StageCase
from energy_model.studies.runner.composed_cases import solve_composed, without_residues
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.stored_study import StoredStudy
from energy_model.studies.runner.study_case import StudyCase

PERFECT, MYOPIC = "perfect", "myopic"
WINDOW = re.compile(r"window:([1-9]\d?)")


@dataclass(frozen=True)
class Path:
    """A solved path: the capacities, the case and the result of each stage, and the objective of the last composition [EUR]."""

    foresight: str
    objective: float
    stages: Sequence[StageCase]
    sizes: Mapping[str, Decided]
    cases: Mapping[str, StudyCase]
    results: Mapping[str, dict[str, Any]]

    def alive(self, number: int, asset: str) -> dict[str, float]:
        """The capacity of each vintage of an asset that operates in a stage, by the stage that built it."""
        stage = self.stages[number]
        return {
            vintage.name: self.sizes[vintage.name].added[asset]
            for vintage in self.stages[: number + 1]
            if is_alive(vintage, stage, asset)
        }

    def yearly_cost(self, number: int) -> float:
        """The cost of a year of a stage [EUR/a], with the annuity of each vintage from the stage that built it.

        The run of a stage pays the annuity of its own stage for all vintages.
        """
        stage, cost = (
            self.stages[number],
            float(self.results[self.stages[number].name]["objective"]),
        )
        for vintage in self.stages[:number]:
            added, difference = self.sizes[vintage.name].added, vintage.annuities - stage.annuities
            cost += sum(
                difference[asset] * size
                for asset, size in added.items()
                if size > 0 and is_alive(vintage, stage, asset)
            )
        return cost

    @property
    def cost(self) -> float:
        """The discounted cost of all stages [EUR]."""
        return sum(stage.weight * self.yearly_cost(n) for n, stage in enumerate(self.stages))


def window_of(foresight: str, count: int) -> int:
    """The number of stages that a foresight decides together, of so many.

    Raises:
        InputError: The word is unknown.
    """
    if foresight == PERFECT:
        return count
    match = WINDOW.fullmatch(foresight)
    if foresight != MYOPIC and match is None:
        remedy = "write perfect, myopic or window:N, such as window:2"
        raise InputError.at("--foresight", remedy, value=foresight)
    return min(int(match[1]) if match else 1, count)


def solve_path(
    runner: StudyRunner,
    stages: Sequence[StageCase],
    foresight: str,
    models: dict[str, CompiledModel],
    start: WarmStart,
) -> Path:
    """The path of a foresight, solved or read from the study's folder.

    ``models`` are compiled models by the key of their case, and ``start`` is filled with the basis of the
    composition of all stages. Raises NoSolutionError if a stage has no plan.
    """
    count = len(stages)
    window = window_of(foresight, count)
    sizes: dict[str, Decided] = {}
    cases: dict[str, StudyCase] = {}
    results: dict[str, dict[str, Any]] = {}
    for first in range(count - window + 1):
        last = first + window
        is_final = last == count
        names = [
            stage.name for stage in (stages[first:last] if is_final else stages[first : first + 1])
        ]
        inputs = {"foresight": foresight}
        open_cases = {
            stage.name: replace(
                stage.case,
                inputs=inputs | dict(stage.case.inputs),
                keep_run=None if stage.name in names else False,
            )
            for stage in stages[first:last]
        }
        solution = solve_composed(
            runner,
            f"path_{foresight.replace(':', '_')}_{stages[first].name}",
            open_cases,
            partial(compose, stages[:last], decided=dict(sizes)),
            _sizes,
            models=models,
            start=start if window == count else None,
        )
        for name in names:
            sizes[name] = Decided(**solution.values[name])
            cases[name], results[name] = solution.cases[name], solution.results[name]
    return Path(foresight, solution.objective, stages, sizes, cases, results)


def _sizes(composition: Composition, answer: highs.SolverResult) -> dict[str, Any]:
    """The added and retired capacity of each branch by asset, as JSON content."""
    content = {}
    for branch in composition.branches:
        lp, x = branch.lp, answer.x[composition.columns[branch.name]]
        sizes = {}
        for word, variable in (("added", ADDED), ("retired", RETIRED)):
            columns = lp.columns(variable)
            values = without_residues(x[columns], lp.upper[columns]).tolist()
            sizes[word] = dict(zip(lp.variables[variable].labels, values, strict=True))
        content[branch.name] = sizes
    return content


def recompose(study: StoredStudy, name: str) -> Composition:
    """A composition of a stored path, rebuilt from the inputs of its stages and its definition."""
    prefix, _, first = name.rpartition("_")
    stages = stored_stages(study)
    decided = {
        stage.name: Decided(**study.records[f"{prefix}_{stage.name}"]["values"][stage.name])
        for stage in stages
        if stage.name < first
    }
    open_names = set(study.records[name]["branches"])
    last = max(n for n, stage in enumerate(stages) if stage.name in open_names)
    models = {stage.name: study.model(stage.name) for stage in stages if stage.name in open_names}
    return compose(stages[: last + 1], models, decided)


def stored_stages(study: StoredStudy) -> list[StageCase]:
    """The stages of a stored path, with the inputs of their runs."""
    return [_stored_stage(study, content) for content in study.definition["stages"]]


def _stored_stage(study: StoredStudy, content: Mapping[str, Any]) -> StageCase:
    """A stage of a stored path, with the inputs of its run."""
    system = study.system(str(content["year"]))
    stage = Stage(year=content["year"], max_capacity_added=content["max_capacity_added"])
    case = StudyCase({}, tuple(content["changes"]), content["scenario"] or None)
    return StageCase(stage, content["years"], content["weight"], case, system)
