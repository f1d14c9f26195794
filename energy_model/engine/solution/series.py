"""Series: one case asked many times under different changes, each answer begun from the first one's basis.

The first answer takes what a single run takes, and a little for its basis. Every later one begins there: a few
pivots of the simplex method where little has changed, and a fresh start where that would take longer. As all begin at
the same place, no answer depends on the order of the questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from energy_model.engine.formulation import TABLES, formulate
from energy_model.engine.solution import highs
from energy_model.engine.solution.elastic import explain
from energy_model.engine.solution.problem import Problem
from energy_model.engine.solution.results import Results
from energy_model.engine.solution.run import Clock, Run, of_answer
from energy_model.engine.tables import reader


class Series:
    """A case, its scenario and resolution, to be asked again and again.

    It solves the case once when first asked, and keeps where that ended. Raises InputFault as `read` does.
    """

    def __init__(
        self,
        folder: str | Path,
        scenario: str | None = None,
        changes: Iterable[str] = (),
        resolution: int | str | None = None,
    ) -> None:
        self.folder, self.scenario, self.resolution = Path(folder), scenario, resolution
        self.changes = tuple(changes)
        self.start = highs.Start()

    def first(self, progress: Callable[[str], None] | None = None) -> Run:
        """The case without further changes; where all others begin."""
        return self.run((), progress=progress)

    def run(
        self,
        changes: Iterable[str] = (),
        scenario: str | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> Run:
        """The least-cost plan under further changes (``ADDRESS=VALUE``), or under another scenario of the case.

        Raises InputFault where a change cannot be, NoSolution where there is no plan.
        """
        tell, clock = progress or (lambda _: None), Clock()
        changes = tuple(changes)
        asked = scenario if scenario is not None else self.scenario
        if self.start.lp is None and (changes or asked != self.scenario):
            tell("solving the case as it stands, where all others begin")
            self.first(progress)
            clock = Clock()
        system = reader.read(self.folder, TABLES, asked, (*self.changes, *changes), self.resolution)
        clock.mark("read")
        problem = Problem(system, formulate(system), self.start)
        clock.mark("build")
        answer = problem.solve(lambda said: tell(f"solving: {said}"))
        clock.mark("solve")
        if answer.status != highs.OPTIMAL or answer.certificate is None:
            raise explain(problem, answer)
        run = of_answer(Results(problem, answer))
        clock.mark("results")
        run.record["seconds"] = clock.marks
        return run
