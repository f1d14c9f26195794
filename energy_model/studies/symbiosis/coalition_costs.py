"""Coalition costs: sets of open symbiosis links → the system cost of each, from few solved cases.

A closed link adds no capacity and carries no flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    known: dict[Links, SystemCost] = field(default_factory=dict)

    def costs(self, opened: Sequence[Iterable[str]]) -> list[float]:
        """The system cost with only some links open, for each set [EUR/a]; with the penalty where there is no solution."""
        link_sets = [frozenset(links) for links in opened]
        for size in sorted({len(links) for links in link_sets}, reverse=True):
            new = [
                link_set
                for link_set in dict.fromkeys(link_sets)
                if len(link_set) == size and self.year(link_set) is None
            ]
            for links, answer in zip(new, self.runner.results(map(self.case, new)), strict=True):
                self.learn(links, answer)
        return [self.cost(links) for links in link_sets]

    def learn(self, opened: Links, answer: Mapping[str, Any]) -> None:
        """Stores the cost of a set of links and which of them are in use; if it is infeasible, so is every subset."""
        solved = answer["status"] == OPTIMAL
        used = frozenset(set(answer["carried"]) & opened) if solved else frozenset()
        self.known[opened] = SystemCost(
            float(answer["objective"]) if solved else np.nan, used, answer["reason"]
        )

    def year(self, opened: Links) -> SystemCost | None:
        """The known result for a set of links, or None."""
        if opened in self.known:
            return self.known[opened]
        return next(
            (result for links, result in self.known.items() if result.used <= opened <= links), None
        )

    def cost(self, opened: Links) -> float:
        """The cost of a known set of links; with the penalty where there is no solution."""
        result = self.year(opened)
        if result is None or np.isnan(result.cost):
            return self.without_plan
        return result.cost

    @property
    def without_plan(self) -> float:
        """The cost assigned to a set of links without a solution [EUR/a]."""
        least_cost = self.known[frozenset(self.links)].cost
        return least_cost + (abs(least_cost) if self.penalty is None else self.penalty)

    def case(self, opened: Iterable[str], whole: bool | None = None) -> StudyCase:
        """The case in which only some links are open."""
        open_links = set(opened)
        closed = tuple(link for link in self.links if link not in open_links)
        whole = len(open_links) in (0, len(self.links)) if whole is None else whole
        return StudyCase(
            {
                "open": len(open_links),
                "links": " ".join(link for link in self.links if link in open_links),
            },
            query=Query(closed=closed),
            keep_run=whole,
        )

    def within(self, firms: Iterable[str]) -> tuple[str, ...]:
        """The links that a coalition may use."""
        members = set(firms)
        return tuple(link for link, pair in self.links.items() if pair <= members)


def links_of_coalition(system: System) -> dict[str, frozenset[str]]:
    """The symbiosis links and their two firms.

    Raises:
        InputError: a link names only one firm, or there is no symbiosis link.
    """
    table, issues, firms_by_link = system["links"], [], {}
    for link, row in table.iterrows():
        firms = [firm for firm in (row["giver"], row["taker"]) if isinstance(firm, str) and firm]
        if len(firms) == 1:
            issues.append(
                InputIssue(
                    "links.csv",
                    "a symbiosis names the firm that gives and the firm that takes; fill in both",
                    str(link),
                    "giver" if not row["giver"] else "taker",
                )
            )
        elif len(set(firms)) == 1:
            issues.append(
                InputIssue(
                    "links.csv",
                    "giver and taker are the same firm; a symbiosis is between two",
                    str(link),
                    "taker",
                    firms[0],
                )
            )
        elif firms:
            firms_by_link[str(link)] = frozenset(firms)
    if not firms_by_link and not issues:
        remedy = "no link names a giver and a taker, so there is nothing that firms do together; fill in both columns of a link"
        issues.append(InputIssue("links.csv", remedy))
    if issues:
        raise InputError(issues)
    return firms_by_link
