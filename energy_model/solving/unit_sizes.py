"""Unit sizes: a case → a plan without additions below the smallest size that is built.

A linear program adds sizes that no plant has. Where an addition is below ``min_unit_size`` of its asset, it is dropped
(below half of it) or raised to this size, by an override of the asset's row, and the case is solved again. The result is
a run of the case with these overrides, so `verify` proves it as any other. It is a heuristic: the least cost with
smallest sizes needs integer variables, which are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from energy_model.case.number_parsing import number_text
from energy_model.common.language import N_, Message
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.results.run import Run
from energy_model.solving.case_solver import CaseSolver
from energy_model.solving.load import Case

MAX_RESTRICTED_SOLVES = 3
RAISED_SHARE = 0.5  # share of the smallest size from which an addition is raised
# Share of the smallest size below which nothing is added; a solution of an interior-point method has such sizes
MIN_SHARE_OF_UNIT_SIZE = 1e-3
MAX_BELOW_SHARE = 1 - 1e-6  # share of the smallest size from which an addition has this size


@dataclass
class _Decisions:
    """The overrides by asset, and the sizes [capacity] that the dropped and raised additions had."""

    overrides: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, float] = field(default_factory=dict)
    raised: dict[str, float] = field(default_factory=dict)

    def decide(self, asset: str, row: Mapping, added: float) -> bool:
        """Drops or raises an addition; returns whether its bounds allow one of the two."""
        size, address = float(row["min_unit_size"]), f"{row['table']}.{asset}"
        can_raise = size <= row["max_capacity_added"]
        can_drop = row["min_capacity_added"] == 0
        if can_raise and (added >= RAISED_SHARE * size or not can_drop):
            self.overrides[asset] = f"{address}.min_capacity_added = {number_text(size)}"
            self.raised[asset] = added
            return True
        if can_drop:
            self.overrides[asset] = f"{address}.max_capacity_added = 0"
            self.dropped[asset] = added
        return can_drop


def solve_with_unit_sizes(case: Case, progress: Callable[[str], None] | None = None) -> Run:
    """The run of a case in which no addition is below ``min_unit_size`` of its asset.

    The overrides that drop or raise additions come after those of the case and are stored with the run.
    ``metadata["unit_sizes"]`` has the dropped and raised additions, those that are still below their size after
    `MAX_RESTRICTED_SOLVES` further solves, and cost [EUR/a] and digest of the case without smallest sizes. Where no
    plan has these sizes, ``feasible`` is false and the run is that of the case without them.

    Raises:
        InputError: The case cannot be loaded, or the system was changed after it was loaded.
        NoSolutionError: The case has no solution without smallest sizes either.
    """
    report = progress or (lambda _: None)
    solver = CaseSolver(case)
    unrestricted = run = solver.first(report)
    decisions, is_feasible = _Decisions(), True
    for _ in range(MAX_RESTRICTED_SOLVES):
        below = additions_below_unit_size(run)
        assets = _assets(run)
        decided = [
            decisions.decide(asset, assets.loc[asset], added) for asset, added in below.items()
        ]
        if not any(decided):
            break
        report(
            Message(
                "smallest sizes: {dropped:#} additions dropped and {raised:#} raised; solving again",
                dropped=len(decisions.dropped),
                raised=len(decisions.raised),
            )
        )
        try:
            run = solver.run(tuple(decisions.overrides.values()), progress=report)
        except NoSolutionError:
            report(N_("no plan has these smallest sizes; the plan without them is kept"))
            run, is_feasible = unrestricted, False
            break
    run.metadata["unit_sizes"] = {
        "dropped": decisions.dropped,
        "raised": decisions.raised,
        "below": additions_below_unit_size(run),
        "feasible": is_feasible,
        "cost_without": unrestricted.objective,
        "digest_without": unrestricted.metadata["digest"],
    }
    return run


def additions_below_unit_size(run: Run) -> dict[str, float]:
    """The added capacity [capacity] of each asset that adds something, but less than its smallest size.

    The largest shares of a smallest size come first.
    """
    added, size = run.tables["capacities"]["capacity_added"], _assets(run)["min_unit_size"]
    share = added / size.reindex(added.index)
    below = share[(share >= MIN_SHARE_OF_UNIT_SIZE) & (share < MAX_BELOW_SHARE)]
    assets = below.sort_values(ascending=False, kind="stable").index
    return {str(asset): float(added[asset]) for asset in assets}


def _assets(run: Run) -> pd.DataFrame:
    """The assets of a solved run."""
    if run.system is None:
        raise ValueError("the run has no system")
    return run.system.assets
