"""Coalition costs: sets of open symbiosis links → the system cost of each, from few solved cases.

A closed link adds no capacity and carries no flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from energy_model.case.system import System
from energy_model.common.errors import InputError, InputIssue
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.case_solver import Query
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study_case import StudyCase

Links = frozenset[str]


@dataclass(frozen=True)
class SystemCost:
    """The result with some links open: its cost [EUR/a], the links in use, and the reason if there is no solution."""

    cost: float
    used: Links
    reason: str

    @property
    def is_infeasible(self) -> bool:
        """Whether there is no solution."""
        return bool(np.isnan(self.cost))


@dataclass
class CoalitionCosts:
    """The symbiosis links of a case, and the study that solves for the cost of opening some of them.

    A link that is open but unused may as well be closed. A solution with some links open is
    therefore also optimal with any of its unused links closed, so few solved cases determine many
    sets of links.
    """

    runner: StudyRunner
    links: dict[str, frozenset[str]]  # link: its two firms
    penalty: float | None
    solved: dict[Links, SystemCost] = field(default_factory=dict)

    def costs(self, link_sets: Iterable[Iterable[str]]) -> list[float]:
        """The system cost with only some links open, for each set [EUR/a]; with the penalty where there is no solution."""
        sets = [frozenset(links) for links in link_sets]
        for size in sorted({len(links) for links in sets}, reverse=True):
            unknown = [
                links
                for links in dict.fromkeys(sets)
                if len(links) == size and self.system_cost(links) is None
            ]
            results = self.runner.results(map(self.case, unknown))
            for links, result in zip(unknown, results, strict=True):
                self.record(links, result)
        return [self.cost(links) for links in sets]

    def record(self, links: Links, result: Mapping[str, Any]) -> None:
        """Stores the cost of a set of links and which of them are in use; if it is infeasible, so is every subset."""
        is_solved = result["status"] == OPTIMAL
        used = frozenset(set(result["carried"]) & links) if is_solved else frozenset()
        cost = float(result["objective"]) if is_solved else np.nan
        self.solved[links] = SystemCost(cost, used, result["reason"])

    def system_cost(self, links: Links) -> SystemCost | None:
        """The known result for a set of links, or None."""
        if links in self.solved:
            return self.solved[links]
        supersets = (
            known for opened, known in self.solved.items() if known.used <= links <= opened
        )
        return next(supersets, None)

    def cost(self, links: Links) -> float:
        """The cost of a known set of links; with the penalty where there is no solution."""
        known = self.system_cost(links)
        return self.infeasible_cost if known is None or known.is_infeasible else known.cost

    @property
    def infeasible_cost(self) -> float:
        """The cost assigned to a set of links without a solution [EUR/a]."""
        least_cost = self.solved[frozenset(self.links)].cost
        return least_cost + (abs(least_cost) if self.penalty is None else self.penalty)

    def case(self, opened: Iterable[str]) -> StudyCase:
        """The case in which only some links are open; its run is saved if all are, or none."""
        members = set(opened)
        open_links = [link for link in self.links if link in members]
        closed = tuple(link for link in self.links if link not in members)
        return StudyCase(
            {"open": len(open_links), "links": " ".join(open_links)},
            query=Query(closed=closed),
            keep_run=not open_links or not closed,
        )

    def links_of(self, firms: Iterable[str]) -> tuple[str, ...]:
        """The links that a coalition may use."""
        members = set(firms)
        return tuple(link for link, pair in self.links.items() if pair <= members)


def symbiosis_links(system: System) -> dict[str, frozenset[str]]:
    """The symbiosis links and their two firms.

    Raises:
        InputError: a link names only one firm, or there is no symbiosis link.
    """
    issues, firms_by_link = [], {}
    for link, row in system["links"].iterrows():
        firms = [firm for firm in (row["giver"], row["taker"]) if isinstance(firm, str) and firm]
        if len(firms) == 1:
            remedy = "a symbiosis names the firm that gives and the firm that takes; fill in both"
            column = "taker" if row["giver"] else "giver"
            issues.append(InputIssue("links.csv", remedy, str(link), column))
        elif len(set(firms)) == 1:
            remedy = "giver and taker are the same firm; a symbiosis is between two"
            issues.append(InputIssue("links.csv", remedy, str(link), "taker", firms[0]))
        elif firms:
            firms_by_link[str(link)] = frozenset(firms)
    if not firms_by_link and not issues:
        remedy = "no link names a giver and a taker, so there is no symbiosis; fill in both columns of a link"
        issues.append(InputIssue("links.csv", remedy))
    if issues:
        raise InputError(issues)
    return firms_by_link
