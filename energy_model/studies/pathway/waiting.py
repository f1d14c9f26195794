"""Waiting: a path with perfect foresight → what it costs to build an asset one stage later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from energy_model.common.language import Message
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.composition import Composition
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.optimization.warm_start import WarmStart
from energy_model.studies.pathway.foresight import Path, stored_stages
from energy_model.studies.pathway.linked_stages import compose, with_wait
from energy_model.studies.pathway.stages import StageCase
from energy_model.studies.runner import worker
from energy_model.studies.runner.composed_cases import SOLUTION, compiled_models
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.stored_study import StoredStudy

PREFIX = "waiting_"  # of the name of a composition, before stage and asset
COLUMNS = ["asset", "label_en", "label_da", "stage", "added", "investment", "cost_of_waiting", "status"]  # fmt: skip


def waiting_table(
    runner: StudyRunner,
    path: Path,
    plan: pd.DataFrame,
    count: int,
    models: dict[str, CompiledModel],
    start: WarmStart,
) -> pd.DataFrame:
    """What the path costs more if an asset is not added in the first stage that adds it [EUR, discounted].

    Everything else is free. The assets are those of the largest investment in their first stage, which is not the last.

    Args:
        runner: The running study; each answer is stored in its folder.
        path: The path with perfect foresight.
        plan: The table of what is added when.
        count: The largest number of assets.
        models: Compiled models by the key of their case.
        start: Warm start of the composition; it may be empty.
    """
    first = plan[plan["added"] > 0].drop_duplicates("asset")
    first = first[first["stage"] != path.stages[-1].name]
    first = first.sort_values(["investment", "asset"], ascending=[False, True]).head(count)
    rows = []
    for row in first.to_dict("records"):
        answer = _answer(runner, path.stages, str(row["stage"]), str(row["asset"]), models, start)
        cost = float("nan") if answer["cost"] is None else answer["cost"] - path.objective
        kept = [row[name] for name in COLUMNS[:6]]
        rows.append((*kept, max(cost, 0.0) if cost == cost else cost, answer["status"]))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values("cost_of_waiting", ascending=False, na_position="first")


def _answer(
    runner: StudyRunner,
    stages: Sequence[StageCase],
    stage: str,
    asset: str,
    models: dict[str, CompiledModel],
    start: WarmStart,
) -> Mapping[str, Any]:
    """Status and cost of the path if a stage does not add an asset, solved or read from the study's folder."""
    name = f"{PREFIX}{stage}_{asset}"
    stored = runner.store.read_json(name)
    if stored is not None:
        return stored
    report = runner.execution.report
    report(Message("solving the path without “{asset}” in {stage}", asset=asset, stage=stage))
    cases = {part.name: part.case for part in stages}
    problems = compiled_models(worker.CaseWorker(runner.snapshot), cases, models)
    solver = next(iter(problems.values())).system.settings.solver
    lp = with_wait(compose(stages, problems), stage, asset).lp
    content: dict[str, Any] = {"status": highs.INFEASIBLE, "cost": None}
    if (lp.lower <= lp.upper).all():  # else the stage has a least addition of the asset
        answer = highs.solve(lp, solver.method, solver.time_limit, start=start)
        if answer.status not in (highs.OPTIMAL, highs.INFEASIBLE):
            raise NoSolutionError(answer.status, [f"{name}: {answer.said}"])
        content["status"] = answer.status
        if answer.status == highs.OPTIMAL and answer.certificate is not None:
            # with what `verify` needs to prove it; no run is kept of its stages
            runner.store.save_arrays(f"{name}{SOLUTION}", {"x": answer.x, "prices": answer.prices})
            proof = {"objective": answer.objective, "bound": answer.certificate.bound}
            content |= {"cost": answer.objective, **proof, "branches": {}}
    runner.store.write_json(name, content)
    return content


def recompose_waiting(study: StoredStudy, name: str) -> Composition:
    """The composition of a stored path without an asset in a stage, rebuilt from the inputs of its stages."""
    stages = stored_stages(study)
    stage, _, asset = name.removeprefix(PREFIX).partition("_")
    models = {part.name: study.model(part.name) for part in stages}
    return with_wait(compose(stages, models), stage, asset)
