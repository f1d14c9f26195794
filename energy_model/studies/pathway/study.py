"""Pathway: a case and stages of years → what is built when, what waiting costs, and the path of cost and emissions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

import pandas as pd

from energy_model.case.overrides import row_address
from energy_model.case.schema import MAX_NUMBER
from energy_model.case.system import System
from energy_model.common.choices import ONE, WHOLE, Choice
from energy_model.common.errors import InputError
from energy_model.common.language import N_
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.composition import Composition
from energy_model.optimization.warm_start import WarmStart
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide, Subject
from energy_model.studies.pathway.foresight import PERFECT, recompose, solve_path, window_of
from energy_model.studies.pathway.notes import pathway_notes
from energy_model.studies.pathway.stage_choices import read_stages, stage_choices
from energy_model.studies.pathway.stages import StageCase, StageOption, stage_cases
from energy_model.studies.pathway.tables import (
    comparison_table,
    plan_table,
    stage_table,
    vintage_table,
    wedge_table,
)
from energy_model.studies.pathway.waiting import COLUMNS as WAITING_COLUMNS
from energy_model.studies.pathway.waiting import PREFIX, recompose_waiting, waiting_table
from energy_model.studies.runner.interruption import StudyInterrupted
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.stored_study import StoredStudy
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

START = "path"  # name of the stored warm start


def pathway(
    case: Case,
    stages: Sequence[StageOption] | None = None,
    foresight: str = PERFECT,
    waiting: int = 8,
    output: str | FilePath | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """What is built when: ``study.tables["plan"]``, ``vintages``, ``stages``, ``waiting``, ``wedges`` and ``foresights``.

    Args:
        case: The case.
        stages: Texts ``YEAR: SCENARIO; ADDRESS=VALUE`` or mappings as ``[[stages]]``; None are those of the case.
        foresight: ``perfect``, ``myopic`` or ``window:N``. With several, with commas between, the plan is that
            of the first, and ``foresights`` compares their cost.
        waiting: The number of assets, those of the largest investment, that are built a stage later to see what
            it costs. Only with perfect foresight.
        output: The folder of the study.
        execution: How the study is worked on; its compositions are solved in this process.

    Raises:
        InputError: The case or a stage is invalid.
        NoSolutionError: A stage has no plan; it is named.
        StudyInterrupted: The study was interrupted; what is solved is stored.
    """
    setup = StudySetup.of("pathway", case, output, execution)
    system = setup.load()
    words = [word.strip() for word in foresight.split(",")]
    parts = stage_cases(setup, stages, system.settings)
    for word in words:
        window_of(word, len(parts))
    if waiting < 0:
        raise InputError.at("--waiting", "write zero or more", value=str(waiting))
    with setup.runner(_definition(parts, words, waiting)) as runner, _interruptible(runner):
        models: dict[str, CompiledModel] = {}
        start = runner.store.load_warm_start(START) or WarmStart()
        paths = [solve_path(runner, parts, word, models, start) for word in dict.fromkeys(words)]
        if start.is_set:
            runner.store.save_warm_start(start, START)
        first = paths[0]
        plan = plan_table(first)
        wait = pd.DataFrame(columns=WAITING_COLUMNS)
        if waiting and first.foresight == PERFECT:
            wait = waiting_table(runner, first, plan, waiting, models, start)
        models.clear()
        unplanned = _unplanned(runner, parts)
        wedges, missing = wedge_table(first, unplanned)
        tables = {
            "plan": plan,
            "stages": stage_table(first),
            "vintages": vintage_table(first, plan),
            "waiting": wait,
            "wedges": wedges,
        }
        if len(paths) > 1:
            tables["foresights"] = comparison_table(paths)
        notes = pathway_notes(paths, plan, tables["stages"], wait, missing, setup.spec.folder)
        kept = [path.cases[stage.name] for path in paths for stage in parts]
        return setup.write_results(runner, tables, notes, kept, system=system)


def _definition(stages: Sequence[StageCase], words: Sequence[str], waiting: int) -> dict[str, Any]:
    """What the study is, as it is stored."""
    contents = [
        {
            "year": stage.year,
            "years": stage.years,
            "weight": stage.weight,
            "scenario": stage.stage.scenario or "",
            "changes": list(stage.case.overrides),
            "max_capacity_added": dict(stage.stage.max_capacity_added),
        }
        for stage in stages
    ]
    return {"stages": contents, "foresight": list(words), "waiting": waiting}


@contextmanager
def _interruptible(runner: StudyRunner) -> Iterator[None]:
    """A context in which an interruption by the user says that what is solved is stored."""
    try:
        yield
    except KeyboardInterrupt:
        text = f"Interrupted. What is solved is stored in {runner.store.folder}; the same command resumes the study."
        raise StudyInterrupted([text]) from None


def _unplanned(runner: StudyRunner, stages: Sequence[StageCase]) -> dict[str, dict[str, Any]]:
    """The result of each stage with nothing added, retired or aged, without an emission target or policy limits."""
    runner.skip_warm_start()
    cases = {stage.name: _unplanned_case(stage) for stage in stages}
    return dict(zip(cases, runner.results(cases.values()), strict=True))


def _unplanned_case(stage: StageCase) -> StudyCase:
    assets = [str(asset) for asset in stage.assets.index]
    none = dict.fromkeys(assets, (0.0, 0.0))
    overrides = (*stage.stage.changes, *_without_limits(stage.system))
    inputs = dict(stage.case.inputs) | {"foresight": "nothing added"}
    return replace(
        stage.case,
        inputs=inputs,
        overrides=overrides,
        query=Query(capacity_added=none, capacity_retired=none),
        keep_run=False,
    )


def _without_limits(system: System) -> tuple[str, ...]:
    """Overrides without an emission target, policy limits or least additions."""
    tables = system.assets["table"][system.assets["min_capacity_added"] > 0].unique()
    senses = system["limits"]["sense"].items()
    return (
        "case.emissions.target = none",
        *(f"{table}.*.min_capacity_added = 0" for table in tables),
        *(
            f"limits.{row_address(str(limit))}.amount = {MAX_NUMBER if sense == 'max' else -MAX_NUMBER!r}"
            for limit, sense in senses
        ),
    )


def _prepared(values: dict[str, Any], subject: Subject) -> dict[str, Any]:
    """The options of the values of a page."""
    others = {name: values[name] for name in ("foresight", "waiting")}
    return {"stages": read_stages(values, subject), **others}


def _recompose(study: StoredStudy, name: str) -> Composition:
    """A stored composition of a pathway, by its name."""
    return (recompose_waiting if name.startswith(PREFIX) else recompose)(study, name)


GUIDE = StudyGuide(
    name="pathway",
    rank=80,
    question=N_("What is built when, and what can wait?"),
    summary=N_(
        "What each stage builds and retires at the least cost of all years, and what waiting costs."
    ),
    choices=(
        *stage_choices(),
        Choice(
            "foresight",
            N_("Foresight"),
            ONE,
            "perfect",
            [
                ("perfect", N_("all stages are known")),
                ("perfect,myopic", N_("compared with deciding stage by stage")),
            ],
        ),
        Choice(
            "waiting",
            N_("Investments whose waiting is priced"),
            WHOLE,
            4,
            max=20,
            note=N_("The largest investments, each built a stage later."),
        ),
    ),
    count=lambda options, _: len(options["stages"]) * (2 + options["waiting"]),
    answer=lambda case, options, folder, execution: pathway(
        case,
        options["stages"],
        options["foresight"],
        options["waiting"],
        folder,
        execution=execution,
    ),
    prepare=_prepared,
    recompose=_recompose,
)
