"""Solve: a system → the run of its least-cost solution; it formulates, compiles, solves and reads results."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from energy_model.case.case_spec import CaseSpec
from energy_model.case.load import refreshed
from energy_model.common.language import N_, Message
from energy_model.compiler.model import Model
from energy_model.formulation import TABLES, build_model
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.elastic_program import least_emissions_above_target
from energy_model.optimization.highs_methods import MAX_SIMPLEX_NONZEROS, WARM_METHODS
from energy_model.optimization.infeasibility import diagnose
from energy_model.results.decisions import decisions_of
from energy_model.results.run import Run, Stopwatch, note_own_rules, run_from_solution
from energy_model.results.solution_tables import SolutionTables
from energy_model.solving.load import Case, as_system
from energy_model.solving.warm_start_cache import WarmStartCache


def solve(
    case: Case,
    model: Model | None = None,
    extend: Callable[[Model], None] | None = None,
    progress: Callable[[str], None] | None = None,
    run_meanwhile: Callable[[], object] | None = None,
    solver: Callable[[CompiledModel], highs.SolverResult] | None = None,
    warm_starts: WarmStartCache | None = None,
) -> Run:
    """The run of the least-cost solution of a case.

    Args:
        case: A system, a `CaseSpec` or a folder.
        model: A model built by `build_model`, perhaps with constraints of the user's own; built here if None.
        extend: Called with the model to add constraints; by default that of the `CaseSpec`.
        progress: Called with a sentence on the progress.
        run_meanwhile: Called in a thread during the solve only, since Pyomo models are built and read by one thread
            at a time.
        solver: Called in place of the solver of the case, with the compiled model.
        warm_starts: Where the basis of the case is stored and found. The plan is the same with and without, as ties
            are broken by names; a price may differ where several are optimal. Small cases do without.

    Raises:
        InputError: The case cannot be loaded, or its solver is missing or ends with an error.
        NoSolutionError: There is no solution.
    """
    report, clock = progress or (lambda _: None), Stopwatch()
    if extend is None and isinstance(case, CaseSpec):
        extend = case.extend
    system = as_system(case)
    report(Message("building the model of {steps:#} steps", steps=len(system.steps.length)))
    has_own_rules = model is not None or extend is not None
    system = refreshed(system, TABLES)
    model = build_model(system) if model is None else model
    known = set(model.component_map()) if extend is not None else set()
    if extend is not None:
        extend(model)
    problem = CompiledModel.of(system, model)
    clock.mark("build")
    rows, columns = problem.lp.A.shape
    if solver is None:
        report(Message("solving {rows:#} rows and {columns:#} columns", rows=rows, columns=columns))
    with ThreadPoolExecutor(1) as executor:
        meanwhile = executor.submit(run_meanwhile) if run_meanwhile is not None else None
        answer = _answer(problem, report, warm_starts) if solver is None else solver(problem)
    if meanwhile is not None:
        meanwhile.result()  # raises the exceptions of the thread
    clock.mark("solve")
    if answer.status != highs.OPTIMAL or answer.certificate is None:
        report(N_("there is no feasible plan; looking for the reason"))
        raise diagnose(problem, answer)
    report(N_("reading the solution"))
    run = run_from_solution(SolutionTables(problem, answer))
    if has_own_rules:
        note_own_rules(run, set(model.component_map()) - known if known else set())
    _note_unreachable_target(run, problem, report)
    clock.mark("results")
    run.metadata["seconds"] = clock.marks
    return run


def _answer(
    problem: CompiledModel, report: Callable[[str], None], warm_starts: WarmStartCache | None
) -> highs.SolverResult:
    """The result of the solver of the case, from a stored warm start if the case takes more than a moment."""

    def show(line: str) -> None:
        report(Message("solving: {state}", state=line))

    if warm_starts is None or problem.lp.A.nnz < MAX_SIMPLEX_NONZEROS:
        return problem.solve(show)
    answer = problem.solve(show, warm_starts.load(problem.system))
    if answer.vertex is not None and answer.method not in WARM_METHODS:
        warm_starts.save(problem.system, answer.vertex)
    return answer


def _note_unreachable_target(
    run: Run, problem: CompiledModel, report: Callable[[str], None]
) -> None:
    """Records the least emissions without what decisions stopped, if the plan adds it to meet its target."""
    if run.metadata["settings"]["emissions"]["target"] == "none":
        return
    decisions = decisions_of(run)
    stopped = list(decisions.index[decisions["against"]])
    if not stopped:
        return
    report(N_("looking for the least emissions without what decisions stopped"))
    emitted = float(run.tables["emissions"]["emissions"].abs().sum())
    text = N_("looking for the least emissions: {state}")
    missed = least_emissions_above_target(
        problem, stopped, emitted, lambda line: report(Message(text, state=line))
    )
    if 0 < missed < float("inf"):
        target = float(run.metadata["settings"]["emissions"]["target"])
        run.metadata["least_emissions_as_decided"] = target + missed
