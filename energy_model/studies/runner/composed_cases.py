"""Composed cases: cases whose capacities are decided together → one solved composition, and a run of each case.

The program of each case is a branch of a composition (`optimization/composition.py`). The run of a case
is that of its own program with its capacities fixed at those of the composition, so each verb reads it as any other. Its
prices are those of the composition, which pay for the capacities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from energy_model.case.settings import Solver
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.formulation.metadata import ADDED, CAPACITY, RETIRED
from energy_model.optimization import highs
from energy_model.optimization.certificate import MAX_VIOLATION_SHARE, certify
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.composition import Composition, effective_weights
from energy_model.optimization.infeasibility import NoSolutionError, diagnose
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.warm_start import WarmStart
from energy_model.results.solution_tables import ConsistencyError
from energy_model.solving.case_solver import (
    Query,
    QueryResult,
    as_record,
    asked_program,
    query_from_record,
)
from energy_model.studies.runner import worker
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study_case import StudyCase

MIN_CAPACITY = 1e-6  # residue of an interior-point solution [capacity]
MIN_CAPACITY_SHARE = 1e-6  # of the limit of an addition; less is such a residue as well
SOLUTION = "_solution"  # ending of the file with the column values and row duals of a composition
Compose = Callable[[Mapping[str, CompiledModel]], Composition]
# The overrides of a branch's case that replace a limit over several branches by its price
Priced = Callable[[str, Composition, highs.SolverResult], tuple[str, ...]]


@dataclass(frozen=True)
class ComposedSolution:
    """A solved composition: its cost and lower bound [EUR/a], and the stored case and result of each branch.

    ``values`` holds further numbers of the composition by name, such as the duals of its linking rows.
    """

    objective: float
    bound: float
    cases: Mapping[str, StudyCase]
    results: Mapping[str, dict[str, Any]]
    values: Mapping[str, Any]


def solve_composed(
    runner: StudyRunner,
    name: str,
    cases: Mapping[str, StudyCase],
    compose: Compose,
    values: Callable[[Composition, highs.SolverResult], Mapping[str, Any]] = lambda *_: {},
    priced: Priced = lambda *_: (),
    models: dict[str, CompiledModel] | None = None,
    start: WarmStart | None = None,
) -> ComposedSolution:
    """The solution of composed cases, solved or read from the study's folder.

    Args:
        runner: The running study, in whose folder everything is stored.
        name: Name of the composition in the study.
        cases: The case of each branch, with all capacities free.
        compose: Makes the composition of the compiled models of the branches.
        values: Further numbers of the solution to store, as JSON content.
        priced: Further overrides of a branch's case, as the price of a limit over branches.
        models: Compiled models by the key of their case, which are used again and added to.
        start: Warm start; if it is empty, it is filled.

    Raises:
        InputError: A case has invalid inputs.
        NoSolutionError: The composition has no solution; it names the branch that has none.
    """
    stored = _stored(runner, name, cases)
    if stored is not None:
        return stored
    report = runner.execution.report
    report(Message("building {count:#} branches of “{name}”", count=len(cases), name=name))
    case_worker = worker.CaseWorker(runner.snapshot)
    problems = compiled_models(case_worker, cases, {} if models is None else models)
    composition = compose(problems)
    answer = _solve(
        composition, next(iter(problems.values())).system.settings.solver, report, start
    )
    if answer.status != highs.OPTIMAL or answer.certificate is None:
        raise _reason(composition, problems, answer)
    bound, fixed_cases = answer.certificate.bound, {}
    weights = effective_weights(composition, answer.prices)
    for branch, case in cases.items():
        more = priced(branch, composition, answer)
        overrides = (*case.overrides, *more)
        problem = case_worker.solver.problem(overrides, case.scenario) if more else problems[branch]
        query_result, query = _part(composition, problem, branch, answer, weights[branch])
        query_result = replace(query_result, extended=runner.snapshot.spec.extend is not None)
        fixed_cases[branch] = replace(case, overrides=overrides, query=query)
        _store(runner, fixed_cases[branch], query_result, answer.seconds)
        report(Message("stored the run of “{branch}”", branch=branch))
    runner.cases |= {case.key: case for case in fixed_cases.values()}
    runner.store.save_arrays(f"{name}{SOLUTION}", {"x": answer.x, "prices": answer.prices})
    record = {
        "objective": answer.objective,
        "bound": bound,
        "branches": {branch: _as_content(case) for branch, case in fixed_cases.items()},
        "values": dict(values(composition, answer)),
    }
    runner.store.write_json(name, record)
    return _stored(runner, name, cases) or _lost(runner)


def without_residues(values: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Capacities with those at zero that are residues of the interior-point method, by their upper limits."""
    least = np.maximum(MIN_CAPACITY, MIN_CAPACITY_SHARE * np.where(np.isfinite(upper), upper, 0.0))
    return np.where(values > least, values, 0.0)


def branch_sizes(
    problem: CompiledModel, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Added and retired capacity by asset in a branch's part of a composition, and the most that a row may need.

    Capacity that an earlier branch has added counts as added. What is left out as a residue may be added again where
    a row needs it, as in further years.
    """
    lp, existing = problem.lp, _existing(problem)
    retired = np.clip(x[lp.columns(RETIRED)], 0.0, existing)
    found = np.maximum(x[lp.columns(CAPACITY)] - existing + retired, 0.0)
    lower, upper = lp.lower[lp.columns(ADDED)], lp.upper[lp.columns(ADDED)]
    added = np.clip(without_residues(found, upper), lower, upper)
    return added, retired, np.clip(found, added, upper)


def _existing(problem: CompiledModel) -> np.ndarray:
    """The existing capacity of assets, in the order of their columns."""
    assets = list(problem.lp.variables[ADDED].labels)
    existing: np.ndarray = (
        problem.system.assets["capacity_existing"].reindex(assets).to_numpy(float)
    )
    return existing


def compiled_models(
    case_worker: worker.CaseWorker,
    cases: Mapping[str, StudyCase],
    known: dict[str, CompiledModel],
) -> dict[str, CompiledModel]:
    """The compiled models of the branches; ``known`` has some by the key of their case, and takes the others."""
    for case in cases.values():
        if case.key not in known:
            known[case.key] = case_worker.solver.problem(case.overrides, case.scenario)
    return {branch: known[case.key] for branch, case in cases.items()}


def _solve(
    composition: Composition,
    solver: Solver,
    report: Callable[[str], None],
    start: WarmStart | None,
) -> highs.SolverResult:
    """The result of the solver for a composition."""
    lp = composition.lp
    rows, columns = lp.A.shape
    text = N_("solving {count:#} branches together: {rows:#} rows and {columns:#} columns")
    count = len(composition.branches)
    report(Message(text, count=count, rows=rows, columns=columns))
    return highs.solve(
        lp,
        solver.method,
        solver.time_limit,
        lambda line: report(Message("solving the branches together: {state}", state=line)),
        start,
    )


def _store(runner: StudyRunner, case: StudyCase, result: QueryResult, seconds: float) -> None:
    """Stores the result of a branch, and its run if runs are kept."""
    solver, certificate = result.problem.system.settings.solver, result.answer.certificate
    # a row may need residues that are left out
    is_feasible = certificate is None or certificate.holds
    if not is_feasible:
        result = _operated(result, solver)
    try:
        run = result.run()
    except ConsistencyError:  # a year's small errors in a small sum of an interior point
        if not is_feasible:
            raise
        result = _operated(result, solver)
        run = result.run()
    keep = runner.execution.keep_runs if case.keep_run is None else case.keep_run
    packed = worker.packed_files(run) if keep else None
    content = worker.result_of(result, run, case.query) | {"seconds": seconds}
    runner.store.save_result(case, content, packed)


def _part(
    composition: Composition,
    problem: CompiledModel,
    branch: str,
    answer: highs.SolverResult,
    weight: float,
) -> tuple[QueryResult, Query]:
    """The result of a branch as that of its own program with fixed capacities, and these as a query.

    A residue that the operation of the composition uses is kept, since the branch would have to be operated again.
    """
    x, duals = composition.part(branch, answer.x, answer.prices, weight)
    lp, x = problem.lp, x.copy()
    added, retired, most = branch_sizes(problem, x)

    def set_capacities() -> None:
        x[lp.columns(ADDED)], x[lp.columns(RETIRED)] = added, retired
        x[lp.columns(CAPACITY)] = _existing(problem) - retired + added

    set_capacities()
    is_used = _in_violated_rows(lp, x) & (most > added)
    if is_used.any():
        added = np.where(is_used, most, added)
        set_capacities()
    assets = lp.variables[ADDED].labels
    query = Query(
        capacity_added=dict(
            zip(assets, zip(added.tolist(), most.tolist(), strict=True), strict=True)
        ),
        capacity_retired={a: (v, v) for a, v in zip(assets, retired.tolist(), strict=True)},
    )
    program = asked_program(problem, query)
    certificate = certify(program.lp, x, duals)
    allowed = answer.certificate.allowed if answer.certificate else certificate.allowed
    result = replace(
        answer, x=x, prices=duals, certificate=replace(certificate, allowed=allowed), vertex=None
    )
    cost = float(lp.cost @ x + lp.offset)
    return QueryResult(program, result, cost, {}, {}, as_record((), query)), query


def _in_violated_rows(lp: LinearProgram, x: np.ndarray) -> np.ndarray:
    """Whether the capacity of each asset is in a row that a solution violates."""
    activity, size = lp.A @ x, 1.0 + np.abs(lp.A) @ np.abs(x)
    excess = np.maximum(activity - lp.row_upper, lp.row_lower - activity)
    rows = np.flatnonzero(excess > MAX_VIOLATION_SHARE * size)
    is_in_row = np.zeros(lp.A.shape[1], bool)
    is_in_row[lp.A[rows].indices] = True
    found: np.ndarray = is_in_row[lp.columns(ADDED)] | is_in_row[lp.columns(CAPACITY)]
    return found


def _operated(found: QueryResult, solver: Solver) -> QueryResult:
    """The result with the operation that is optimal for its capacities alone; its prices stay those of the composition."""
    lp = found.problem.lp
    alone = highs.solve(lp, solver.method, solver.time_limit)
    if alone.status != highs.OPTIMAL or found.answer.certificate is None:
        raise diagnose(found.problem, alone)
    certificate = certify(lp, alone.x, found.answer.prices)
    certificate = replace(certificate, allowed=found.answer.certificate.allowed)
    answer = replace(found.answer, x=alone.x, certificate=certificate)
    return replace(found, answer=answer, cost=float(lp.cost @ alone.x + lp.offset))


def _reason(
    composition: Composition, problems: Mapping[str, CompiledModel], answer: highs.SolverResult
) -> NoSolutionError:
    """The error that names the branch without a plan, with the ordinary explanation."""
    if answer.status != highs.INFEASIBLE:
        return diagnose(next(iter(problems.values())), answer)
    for name, problem in problems.items():
        alone = highs.solve(composition.by_name[name].lp, problem.system.settings.solver.method)
        if alone.status == highs.INFEASIBLE:
            branch = problem.with_program(composition.by_name[name].lp)
            sentences = diagnose(branch, alone).sentences
            first = str(Message("The branch “{name}” has no plan.", name=name))
            return NoSolutionError(answer.status, [first, *sentences])
    together = N_(
        "Each branch has a plan of its own, but all together have none: what links them cannot hold."
    )
    return NoSolutionError(answer.status, [str(Message(together))])


def as_case(content: Mapping[str, Any], case: StudyCase) -> StudyCase:
    """The case of a branch as stored in the record of its composition, with the inputs of another case."""
    return replace(
        case,
        overrides=tuple(content["overrides"]),
        scenario=content["scenario"],
        query=query_from_record(content["query"]),
    )


def _as_content(case: StudyCase) -> dict[str, Any]:
    query = as_record((), case.query) or {}
    return {"overrides": list(case.overrides), "scenario": case.scenario, "query": query}


def _stored(
    runner: StudyRunner, name: str, cases: Mapping[str, StudyCase]
) -> ComposedSolution | None:
    """The stored solution of a composition; None if it, or a result of a branch, does not exist."""
    record = runner.store.read_json(name)
    if record is None or set(record.get("branches", ())) != set(cases):
        return None
    found = {branch: as_case(record["branches"][branch], case) for branch, case in cases.items()}
    results = {branch: runner.store.load_result(case) for branch, case in found.items()}
    if any(result is None for result in results.values()):
        return None
    runner.cases |= {case.key: case for case in found.values()}
    kept = {branch: result for branch, result in results.items() if result is not None}
    return ComposedSolution(record["objective"], record["bound"], found, kept, record["values"])


def _lost(runner: StudyRunner) -> ComposedSolution:
    remedy = "a file of the study was changed while it ran; run the same command again"
    raise InputError.at(str(runner.store.folder), remedy)
