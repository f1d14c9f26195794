"""Opened links: what the system costs with only some symbiosis links open, found from few years.

A case with a link closed neither adds to it nor carries anything on it.
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
from energy_model.studies.runner.case_spec import StudyCase
from energy_model.studies.runner.scheduler import StudyRunner

Links = frozenset[str]


@dataclass(frozen=True)
class SystemCost:
    """A year with some links open: its cost [EUR/a], the links it uses, and why there is none if there is none."""

    cost: float
    used: Links
    reason: str


@dataclass
class CoalitionCosts:
    """The links of a case and the study that asks what opening some of them costs.

    What is open but not used may as well be closed: a year found with some links open is also the best with any of them
    closed that it does not use. So many sets of links are known from few years.
    """

    work: StudyRunner
    links: dict[str, frozenset[str]]  # link: the two firms
    penalty: float | None
    known: dict[Links, SystemCost] = field(default_factory=dict)

    def costs(self, opened: Sequence[Iterable[str]]) -> list[float]:
        """The cost of the system with only some links open [EUR/a]; with a penalty where there is no plan."""
        asked = [frozenset(links) for links in opened]
        for size in sorted({len(links) for links in asked}, reverse=True):
            new = [s for s in dict.fromkeys(asked) if len(s) == size and self.year(s) is None]
            for links, answer in zip(new, self.work.answers(map(self.case, new)), strict=True):
                self.learn(links, answer)
        return [self.cost(links) for links in asked]

    def learn(self, opened: Links, answer: Mapping[str, Any]) -> None:
        """Keeps what a year costs and which of its links it uses; where there is none, fewer links have none either."""
        done = answer["status"] == OPTIMAL
        used = frozenset(set(answer["carried"]) & opened) if done else frozenset()
        self.known[opened] = SystemCost(float(answer["objective"]) if done else np.nan, used, answer["reason"])  # fmt: skip

    def year(self, opened: Links) -> SystemCost | None:
        """What is known of a set of links."""
        if opened in self.known:
            return self.known[opened]
        return next((y for links, y in self.known.items() if y.used <= opened <= links), None)

    def cost(self, opened: Links) -> float:
        """The cost of a set of links that is known; with the penalty where there is no plan."""
        year = self.year(opened)
        if year is None or np.isnan(year.cost):
            return self.without_plan
        return year.cost

    @property
    def without_plan(self) -> float:
        """What a set of links counts that leaves no plan."""
        least = self.known[frozenset(self.links)].cost
        return least + (abs(least) if self.penalty is None else self.penalty)

    def case(self, opened: Iterable[str], whole: bool | None = None) -> StudyCase:
        """The case in which only some links are open."""
        told = set(opened)
        closed = tuple(link for link in self.links if link not in told)
        whole = len(told) in (0, len(self.links)) if whole is None else whole
        return StudyCase({"open": len(told), "links": " ".join(link for link in self.links if link in told)}, question=Query(closed=closed), whole=whole)  # fmt: skip

    def within(self, firms: Iterable[str]) -> tuple[str, ...]:
        """The links that a coalition may use."""
        told = set(firms)
        return tuple(link for link, pair in self.links.items() if pair <= told)


def links_of_coalition(system: System) -> dict[str, frozenset[str]]:
    """The symbiosis links and their two firms. InputError where one names only one, or there is none."""
    table, faults, found = system["links"], [], {}
    for link, row in table.iterrows():
        named = [firm for firm in (row["giver"], row["taker"]) if isinstance(firm, str) and firm]
        if len(named) == 1:
            faults.append(InputIssue("links.csv", "a symbiosis names the firm that gives and the firm that takes; fill in both", str(link), "giver" if not row["giver"] else "taker"))  # fmt: skip
        elif len(set(named)) == 1:
            faults.append(InputIssue("links.csv", "giver and taker are the same firm; a symbiosis is between two", str(link), "taker", named[0]))  # fmt: skip
        elif named:
            found[str(link)] = frozenset(named)
    if not found and not faults:
        remedy = "no link names a giver and a taker, so there is nothing that firms do together; fill in both columns of a link"
        faults.append(InputIssue("links.csv", remedy))
    if faults:
        raise InputError(faults)
    return found
