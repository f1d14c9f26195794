"""Solve: a case → its least-cost plan, in the order of the packages: formulate, compile, solve, read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from energy_model.case.load import refreshed
from energy_model.case.system import System
from energy_model.compiler.components import Model
from energy_model.formulation import TABLES, build_model
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.infeasibility import diagnose
from energy_model.results.run import Run, Stopwatch, note_own_rules, run_from_solution
from energy_model.results.solution_tables import SolutionTables


def solve(
    system: System,
    model: Model | None = None,
    extend: Callable[[Model], None] | None = None,
    progress: Callable[[str], None] | None = None,
    run_meanwhile: Callable[[], object] | None = None,
) -> Run:
    """The least-cost plan of a case.

    ``model`` is a model made by `formulate`, perhaps with rows of your own; ``extend`` is called with the model
    to add some. ``beside`` is done in a thread while the solver works, and only then: models are built and read by one
    thread at a time. Raises NoSolutionError where there is no plan.
    """
    tell, clock = progress or (lambda _: None), Stopwatch()
    tell(f"building the model of {len(system.steps.length):,} steps")
    own = model is not None or extend is not None
    system = refreshed(system, TABLES)
    model = build_model(system) if model is None else model
    known = set(model.component_map()) if extend is not None else set()
    if extend is not None:
        extend(model)
    problem = CompiledModel.of(system, model)
    clock.mark("build")
    rows, columns = problem.lp.A.shape
    tell(f"solving {rows:,} rows and {columns:,} columns")
    with ThreadPoolExecutor(1) as other:
        meanwhile = other.submit(run_meanwhile) if run_meanwhile is not None else None
        answer = problem.solve(lambda said: tell(f"solving: {said}"))
    if meanwhile is not None:
        meanwhile.result()  # what went wrong there is told here
    clock.mark("solve")
    if answer.status != highs.OPTIMAL or answer.certificate is None:
        tell("there is no plan; looking for the reason")
        raise diagnose(problem, answer)
    tell("reading the answer")
    run = run_from_solution(SolutionTables(problem, answer))
    if own:
        note_own_rules(run, set(model.component_map()) - known if known else set())
    clock.mark("results")
    run.metadata["seconds"] = clock.marks
    return run
