"""Ranging: a case and addresses → the range of factors within which the plan does not change.

With thousands of hours the last digits of a plan move with every input, so ranging of the basis
says little. Here the plan counts as changed when the yearly cost of the capacity added differently
exceeds a share of that of all added capacity. The range is found by re-solving, first in doubling
steps, then by bisection; each address is changed alone, so the range is local.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.case.system import System
from energy_model.common.choices import SEVERAL, Choice
from energy_model.common.errors import InputError
from energy_model.common.language import N_, Message
from energy_model.formulation.annuity import annuity
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide, Subject
from energy_model.studies.runner.address_check import check_addresses
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

FIRST_CHANGE_SHARE = 0.025  # share by which a number is changed at first
# Uncertainty of an end, as a share of its change, at which it counts as known
MAX_UNCERTAINTY_SHARE = 0.1
DOWN, UP = -1.0, 1.0
UNCHANGED = Message("nothing up to the limit")


@dataclass(frozen=True)
class Bisection:
    """The search in one direction for one address.

    ``unchanged_up_to`` is the largest share without a change of plan, ``changed_at`` the least with
    one, ``reason`` what changes there.
    """

    address: str
    sign: float
    limit: float
    unchanged_up_to: float = 0.0
    changed_at: float | None = None
    reason: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether the end is known closely enough, or the search limit is reached."""
        if self.changed_at is None:
            return self.unchanged_up_to >= self.limit
        return self.changed_at - self.unchanged_up_to <= MAX_UNCERTAINTY_SHARE * self.changed_at

    @property
    def next(self) -> float:
        """The share to try next."""
        if self.changed_at is None:
            return min(self.limit, max(FIRST_CHANGE_SHARE, 2 * self.unchanged_up_to))
        return (self.unchanged_up_to + self.changed_at) / 2

    @property
    def case(self) -> StudyCase:
        """The case of the next share."""
        factor = 1 + self.sign * self.next
        return StudyCase(
            {"address": self.address, "factor": factor}, (f"{self.address} *= {factor:.10g}",)
        )

    def after(self, change: str) -> Bisection:
        """The search after the result of the next share, with what changes in the plan."""
        if change:
            return replace(self, changed_at=self.next, reason=change)
        return replace(self, unchanged_up_to=self.next)


@accept_case_keywords
def ranging(
    case: Case,
    addresses: Sequence[str],
    tolerance: float = 0.02,
    max_change: float = 1.0,
    output: str | Path | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """The range of factors within which the plan does not change, for each address, in ``study.tables["ranges"]``.

    ``tolerance`` [1] is the share of the yearly cost of added capacity that may be added
    differently; ``max_change`` [1] the largest change either way. Raises InputError,
    NoSolutionError or StudyInterrupted.
    """
    setup = StudySetup.of("ranging", case, output, execution)
    if not (0 < tolerance < 1 and 0 < max_change <= 100) or not addresses:
        remedy = (
            "name at least one address, a --tolerance between 0 and 1, and a --max-change above 0"
        )
        raise InputError.at(
            "ranging", remedy, value=f"--tolerance {tolerance:g}, --max-change {max_change:g}"
        )
    searches = [
        Bisection(address, sign, min(max_change, 1.0) if sign == DOWN else max_change)
        for address in addresses
        for sign in (DOWN, UP)
    ]
    upward_cases = [search.case for search in searches if search.sign == UP]
    check_addresses(setup, upward_cases, "--parameter")
    yearly_cost = _yearly_cost(setup.load())
    definition = {
        "addresses": list(addresses),
        "tolerance": float(tolerance),
        "max_change": float(max_change),
    }
    with setup.runner(definition) as runner:
        base = runner.solutions([StudyCase({"address": "", "factor": 1.0})])[0]
        while unfinished := [i for i, search in enumerate(searches) if not search.is_finished]:
            results = runner.results(searches[i].case for i in unfinished)
            for i, result in zip(unfinished, results, strict=True):
                searches[i] = searches[i].after(_change(base, result, yearly_cost, tolerance))
        notes = [
            Message(
                "The plan counts as changed when {tolerance:%} of the added capacity, by its yearly cost, differs. Each number is changed alone, so the ranges are local.",
                tolerance=tolerance,
            )
        ]
        reasons = [UNCHANGED, *(search.reason for search in searches)]
        return setup.write_results(runner, {"ranges": _ranges(searches)}, notes, messages=reasons)


def _yearly_cost(system: System) -> pd.Series:
    """The yearly cost of a unit of added capacity [EUR/capacity/a]."""
    assets, view = system.assets, system.settings.view
    yearly: pd.Series = annuity(view.discount_rate, assets["lifetime"]) * assets["investment_cost"]
    return yearly + assets["fixed_cost"]


def _change(
    base: dict[str, Any], result: dict[str, Any], yearly_cost: pd.Series, tolerance: float
) -> str:
    """The largest difference of a plan from the base; empty if the plan counts as unchanged."""
    if result["status"] != OPTIMAL:
        return Message("no plan ({status})", status=Message(result["status"]))
    changes = {
        asset: float(yearly_cost[asset]) * (sizes[1] - base["assets"][asset][1])
        for asset, sizes in result["assets"].items()
    }
    total = sum(float(yearly_cost[asset]) * sizes[1] for asset, sizes in base["assets"].items())
    if sum(map(abs, changes.values())) <= 2 * tolerance * max(total, 1.0):
        return ""
    largest = max(changes, key=lambda asset: abs(changes[asset]))
    if changes[largest] > 0:
        return Message("more {asset}", asset=largest)
    return Message("less {asset}", asset=largest)


def _ranges(searches: Sequence[Bisection]) -> pd.DataFrame:
    """Low and high factor of each address, and what changes first beyond them."""
    rows = []
    for down, up in zip(searches[::2], searches[1::2], strict=True):
        low = 1 - down.unchanged_up_to if down.changed_at is not None else -np.inf
        high = 1 + up.unchanged_up_to if up.changed_at is not None else np.inf
        reasons = (search.reason or UNCHANGED for search in (down, up))
        rows.append((down.address, low, high, *reasons))
    return pd.DataFrame(rows, columns=["address", "low", "high", "below", "above"])


GUIDE = StudyGuide(
    name="ranging",
    rank=60,
    question=N_("How far may a number move before the plan changes?"),
    summary=N_(
        "For each assumption the range within which the same plan stays best, and what changes outside it."
    ),
    choices=(
        Choice("numbers", N_("Assumptions"), SEVERAL, [], Subject.number_options, min=1, max=8),
    ),
    prepare=lambda values, subject: {
        "addresses": [subject.numbers[name].address for name in values["numbers"]]
    },
    count=lambda options, _: 14 * len(options["addresses"]),
    answer=lambda case, options, folder, execution: ranging(
        case, options["addresses"], output=folder, execution=execution
    ),
    is_offered=lambda subject: bool(subject.numbers),
)
