"""Quick look: a case at few steps → what a change does, within seconds, and how far the few steps are from a fine run.

The unchanged case is solved once at these steps; each change then starts from its basis. Few steps lose the extremes of
the year, so a number alone is biased. The difference of two quick answers is less so, as both have the same bias. Where
a fine run of the unchanged case is given, the bias of each number is told beside it, and the change of the cost is
estimated a second time: as if plan and prices of the fine run stayed, and the adaptation to the change were that at few
steps. Where both estimates are near, few steps suffice; where they are not, the answer needs a run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pandas as pd

from energy_model.common.errors import InputError
from energy_model.optimization.first_order import first_order_change
from energy_model.results.accounts import solution_once
from energy_model.results.bills import customer_bills, default_billed_carrier
from energy_model.results.run import Run
from energy_model.results.summary import is_added
from energy_model.solving.case_solver import CaseSolver
from energy_model.solving.load import Case, as_case_spec
from energy_model.solving.warm_start_cache import WarmStartCache

# Steps of a quick look: four typical days of six steps where the case has such days
QUICK_STEPS = 24
# Steps of a fine run up to which its program is built for the second estimate, which takes a second
MAX_FINE_STEPS = 500
MIN_CHANGE_SHARE = 1e-3  # of the larger of two additions; less is no change


@dataclass(frozen=True)
class QuickAnswer:
    """The run of a changed case and of the unchanged one at the same few steps, perhaps a fine run, and seconds taken.

    ``second_estimate`` is that of the change of the least cost with the direct effect of the changes on the fine run
    [EUR/a]; not a number without it.
    """

    run: Run
    unchanged: Run
    fine: Run | None
    seconds: float
    changes: tuple[str, ...] = ()
    second_estimate: float = float("nan")

    @property
    def estimates(self) -> tuple[float, float] | None:
        """The change of the least cost at few steps and its second estimate [EUR/a]; None without the latter."""
        if math.isnan(self.second_estimate):
            return None
        return self.run.objective - self.unchanged.objective, self.second_estimate

    def table(self) -> pd.DataFrame:
        """The headline numbers: ``unchanged``, ``changed``, ``difference``, and ``bias`` of the unchanged to a fine run.

        Indexed by name, in the units of `results.summary`. ``bias`` is missing without a fine run.
        """
        columns = {"unchanged": self.unchanged.summary, "changed": self.run.summary}
        table = pd.DataFrame({name: pd.Series(values) for name, values in columns.items()})
        table["difference"] = table["changed"] - table["unchanged"]
        fine = {} if self.fine is None else self.fine.summary
        table["bias"] = table["unchanged"] - pd.Series(fine, dtype=float).reindex(table.index)
        return table.rename_axis("name")

    def assets(self) -> pd.DataFrame:
        """The added capacity of each asset whose addition the change moves, that of the largest cost first.

        Columns: labels and unit of the asset, ``unchanged``, ``changed``, ``difference``, and ``cost`` [EUR/a], by how much
        its yearly cost changes.
        """
        before, after = (run.tables["capacities"] for run in (self.unchanged, self.run))
        names = before.index.union(after.index, sort=False)
        known = after.reindex(names).combine_first(before)
        frame = known[["label_en", "label_da", "unit"]].copy()
        for column, run in (("unchanged", before), ("changed", after)):
            added = run["capacity_added"].where(is_added(run), 0.0)
            frame[column] = added.reindex(names, fill_value=0.0)
        frame["difference"] = frame["changed"] - frame["unchanged"]
        costs = [table["yearly_cost"].reindex(names, fill_value=0.0) for table in (before, after)]
        frame["cost"] = costs[1] - costs[0]
        largest = frame[["unchanged", "changed"]].max(axis=1)
        moved = frame[frame["difference"].abs() > MIN_CHANGE_SHARE * largest]
        return moved.sort_values("cost", key=abs, ascending=False, kind="stable")

    def prices(self) -> pd.DataFrame:
        """The price of the billed carrier for each of its demands before and after the change [EUR/unit].

        It has the labels of the demands, and no rows if no carrier is billed.
        """
        carrier = default_billed_carrier(self.run)
        if carrier is None:
            return pd.DataFrame()
        bills = customer_bills(self.run, carrier)
        frame = bills[["label_en", "label_da"]].copy()
        unchanged = self.unchanged.once(
            f"bills of {carrier}", lambda: customer_bills(self.unchanged, carrier)
        )
        frame["unchanged"] = unchanged["price"].reindex(bills.index)
        frame["changed"] = bills["price"]
        frame["difference"] = frame["changed"] - frame["unchanged"]
        return frame


class QuickLook:
    """A case at few steps, solved again for each change from the basis of the unchanged case.

    Args:
        case: A `CaseSpec`, a folder, or a system that was loaded from one.
        steps: Number of steps of the year.
        fine: A run of the unchanged case at its own steps, against which the bias is measured.
        warm_starts: Where the basis of the unchanged case is stored and found.

    Raises:
        InputError: The inputs are invalid, or the fine run is one of another case, scenario or changes.
    """

    def __init__(
        self,
        case: Case,
        steps: int = QUICK_STEPS,
        fine: Run | None = None,
        warm_starts: WarmStartCache | None = None,
    ) -> None:
        self.spec = replace(as_case_spec(case), resolution=steps)
        self.fine, self._warm_starts = fine, warm_starts
        self._solver = CaseSolver(self.spec)
        self._unchanged: Run | None = None
        self._fine: CaseSolver | None = None
        self._checked: Run | None = None  # a fine run whose inputs are those of the case

    def first(self, progress: Callable[[str], None] | None = None) -> Run:
        """The run of the unchanged case at few steps.

        Raises:
            NoSolutionError: There is no solution.
        """
        if self._unchanged is not None:
            return self._unchanged
        system = self._solver.problem((), self.spec.scenario).system
        if self.fine is not None:
            self._check_fine_run(self.fine, system.scenario, system.changes)
        if self._warm_starts is not None:
            self._solver.start = self._warm_starts.load(system)
        is_stored = self._solver.start.is_set
        self._unchanged = self._solver.run((), progress=progress)
        if self._warm_starts is not None and not is_stored:
            self._warm_starts.save(system, self._solver.start)
        return self._unchanged

    def look(
        self, changes: Iterable[str] = (), progress: Callable[[str], None] | None = None
    ) -> QuickAnswer:
        """The answer to changes ``ADDRESS = VALUE`` of the case.

        Raises:
            InputError: A change is invalid.
            NoSolutionError: There is no solution.
        """
        unchanged = self.first(progress)
        begun = time.monotonic()
        changes = tuple(changes)
        run = self._solver.run(changes, progress=progress)
        return QuickAnswer(run, unchanged, self.fine, time.monotonic() - begun, changes)

    def with_fine_run(self, answer: QuickAnswer, fine: Run | None = None) -> QuickAnswer:
        """An answer with a fine run of the unchanged case, and with the second estimate of the change of the cost.

        The estimate is the change at few steps, of which the part to first order is replaced by that of the fine run. It
        is missing if the fine run has more than `MAX_FINE_STEPS` steps, or if the changes add or remove assets.

        Args:
            answer: An answer of `look`.
            fine: The fine run; by default that of this object.

        Raises:
            InputError: The fine run is one of another case, scenario or changes.
        """
        fine = self.fine if fine is None else fine
        if fine is None:
            return answer
        if fine is not self.fine:
            system = self._solver.problem((), self.spec.scenario).system
            self._check_fine_run(fine, system.scenario, system.changes)
        steps = int(fine.metadata["steps"])
        estimate = float("nan")
        if steps <= MAX_FINE_STEPS:
            self._check_fine_inputs(fine, steps)
            few = self._direct_effect(self._solver, answer.unchanged, answer.changes)
            whole = self._direct_effect(self._fine_solver(steps), fine, answer.changes)
            estimate = answer.run.objective - answer.unchanged.objective + whole - few
        return replace(answer, fine=fine, second_estimate=estimate)

    def _fine_solver(self, steps: int) -> CaseSolver:
        if self._fine is None or self._fine.spec.resolution != steps:
            self._fine = CaseSolver(replace(self.spec, resolution=steps))
        return self._fine

    def _direct_effect(self, solver: CaseSolver, run: Run, changes: tuple[str, ...]) -> float:
        """The change of the least cost to first order, at the solution of a run of the unchanged case."""
        solution = solution_once(run)
        changed = solver.problem(changes, self.spec.scenario).lp
        return first_order_change(solution.lp, solution.x, solution.prices, changed)

    def _check_fine_inputs(self, fine: Run, steps: int) -> None:
        """Raises InputError if the inputs of the fine run are not those of the case."""
        if fine is self._checked:
            return
        if (
            self._fine_solver(steps).problem((), self.spec.scenario).system.digest
            != fine.metadata["digest"]
        ):
            remedy = "its inputs are not those of the case now; run the unchanged case again"
            raise InputError.at("fine", remedy)
        self._checked = fine

    def _check_fine_run(self, fine: Run, scenario: str, changes: tuple[str, ...]) -> None:
        record = fine.metadata
        if record["scenario"] != scenario or tuple(record["changes"]) != changes:
            remedy = (
                "it is a run of another scenario or has changes; give one of the unchanged case"
            )
            raise InputError.at("fine", remedy)
