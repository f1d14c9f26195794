"""Linked stages: the programs of the stages → one composition, in which capacity built earlier serves later stages.

The capacity that a stage adds is a vintage. It is alive in a later stage if that begins within its lifetime, and there
it has the coefficients of capacity added then, in every row. Its annuity, that of the stage that built it, is paid in
every stage in which it is alive. A stage that is decided already is a program of its fixed capacities alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from energy_model.formulation.metadata import ADDED, RETIRED
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.composition import Branch, Column, Composition, LinkingRow
from energy_model.optimization.linear_program import Block, LinearProgram
from energy_model.studies.pathway.stages import StageCase, matching


@dataclass(frozen=True)
class Decided:
    """The added and retired capacity of a stage by asset."""

    added: Mapping[str, float]
    retired: Mapping[str, float]


def is_alive(vintage: StageCase, stage: StageCase, asset: str) -> bool:
    """Whether capacity of an asset that one stage builds operates in another."""
    return vintage.year <= stage.year < vintage.year + vintage.assets.at[asset, "lifetime"]


def compose(
    stages: Sequence[StageCase],
    models: Mapping[str, CompiledModel],
    decided: Mapping[str, Decided] | None = None,
) -> Composition:
    """The composition of stages in order: those with a model are open, all earlier ones are decided."""
    decided = decided or {}
    link = _Link(stages, models, decided)
    branches = tuple(
        Branch(stage.name, link.program(number), stage.weight if stage.name in models else 0.0)
        for number, stage in enumerate(stages)
    )
    rows = {
        "capacity_limit": link.capacity_limits(),
        "retirement": link.retirements(),
        "construction_limit": link.construction_limits(),
    }
    return Composition(
        branches,
        {name: members for name, members in rows.items() if members},
        heirs=link.heirs(),
        column_costs=link.column_costs(),
    )


@dataclass(frozen=True)
class _Link:
    """Stages, the models of the open ones and the capacities of the decided ones."""

    stages: Sequence[StageCase]
    models: Mapping[str, CompiledModel]
    decided: Mapping[str, Decided]

    @property
    def open(self) -> list[int]:
        """The numbers of the open stages."""
        return [n for n, stage in enumerate(self.stages) if stage.name in self.models]

    def labels(self, number: int) -> tuple[str, ...]:
        """The assets of a stage, in the order of its columns."""
        stage = self.stages[number]
        if stage.name in self.models:
            return self.models[stage.name].lp.variables[ADDED].labels
        return tuple(map(str, stage.assets.index))

    def earlier(self, number: int, asset: str) -> list[StageCase]:
        """The earlier stages whose vintage of an asset is alive in a stage."""
        stage = self.stages[number]
        return [v for v in self.stages[:number] if is_alive(v, stage, asset)]

    def program(self, number: int) -> LinearProgram:
        """The program of a stage; the least addition counts what earlier stages built, so a row has it."""
        stage, labels = self.stages[number], self.labels(number)
        if stage.name not in self.models:
            return _fixed_capacities(self.decided[stage.name], labels)
        lp = self.models[stage.name].lp
        inherits = np.array([bool(self.earlier(number, asset)) for asset in labels])
        columns = lp.columns(ADDED)
        return lp.with_bounds(columns, np.where(inherits, 0.0, lp.lower[columns]))

    def heirs(self) -> list[tuple[Column, Column]]:
        """The pairs of a stage's added capacity and that of each earlier vintage alive in it."""
        return [
            ((self.stages[number].name, ADDED, asset), (vintage.name, ADDED, asset))
            for number in self.open
            for asset in self.labels(number)
            for vintage in self.earlier(number, asset)
        ]

    def column_costs(self) -> dict[Column, float]:
        """The cost of added capacity: in each stage where it is alive its annuity, and what the stage's program adds."""
        costs: dict[Column, float] = {}
        for number in self.open:
            stage = self.stages[number]
            lp, annuities = self.models[stage.name].lp, stage.annuities
            cost = lp.cost[lp.columns(ADDED)]
            for asset, value in zip(self.labels(number), cost.tolist(), strict=True):
                beside = value - annuities[asset]
                for vintage in (*self.earlier(number, asset), stage):
                    column = (vintage.name, ADDED, asset)
                    yearly = vintage.annuities[asset] + beside
                    costs[column] = costs.get(column, 0.0) + stage.weight * yearly
        return costs

    def capacity_limits(self) -> list[LinkingRow]:
        """Rows by which all vintages alive in a stage keep its limits of added capacity."""
        rows = []
        for number in self.open:
            stage = self.stages[number]
            lp = self.models[stage.name].lp
            columns = lp.columns(ADDED)
            limits = zip(self.labels(number), lp.lower[columns], lp.upper[columns], strict=True)
            for asset, lower, upper in limits:
                vintages = self.earlier(number, asset)
                if not vintages or (lower <= 0 and not np.isfinite(upper)):
                    continue
                terms = [((v.name, ADDED, asset), 1.0) for v in (*vintages, stage)]
                fixed = sum(self._decided(v, asset) for v in vintages)  # with its rounding
                label = f"{stage.name}/{asset}"
                rows.append(
                    LinkingRow(label, terms, lower if lower > 0 else -np.inf, max(upper, fixed))
                )
        return rows

    def _decided(self, stage: StageCase, asset: str) -> float:
        return self.decided[stage.name].added[asset] if stage.name in self.decided else 0.0

    def retirements(self) -> list[LinkingRow]:
        """Rows by which existing capacity that was retired stays so, less what has aged since."""
        rows = []
        for number in self.open[1:] if self.open[0] == 0 else self.open:
            before, stage = self.stages[number - 1], self.stages[number]
            existing, left = before.assets["capacity_existing"], stage.assets["capacity_existing"]
            may_retire = existing * before.assets["retirable"] > 0
            for asset in self.labels(number):
                if may_retire[asset] and left[asset] > 0:
                    aged = max(existing[asset] - left[asset], 0.0)
                    terms = [
                        ((stage.name, RETIRED, asset), 1.0),
                        ((before.name, RETIRED, asset), -1.0),
                    ]
                    rows.append(LinkingRow(f"{stage.name}/{asset}", terms, -aged))
        return rows

    def construction_limits(self) -> list[LinkingRow]:
        """Rows by which a stage adds at most the limits of its settings."""
        return [
            LinkingRow(
                f"{stage.name}/{pattern}",
                [((stage.name, ADDED, asset), 1.0) for asset in matching(pattern, stage.system)],
                upper=most,
            )
            for stage in (self.stages[number] for number in self.open)
            for pattern, most in stage.stage.max_capacity_added.items()
        ]


def _fixed_capacities(decided: Decided, labels: tuple[str, ...]) -> LinearProgram:
    """A program without rows or costs, whose columns are the fixed added and retired capacities of a stage."""
    sizes = np.array([side[asset] for side in (decided.added, decided.retired) for asset in labels])
    names = {
        name: Block(first, labels, 1, False) for name, first in ((ADDED, 0), (RETIRED, len(labels)))
    }
    matrix = sp.csr_array((0, len(sizes)))
    nothing = np.zeros(0)
    return LinearProgram(
        matrix, np.zeros(len(sizes)), 0.0, sizes, sizes, nothing, nothing, names, {}
    )


def with_wait(composition: Composition, stage: str, asset: str) -> Composition:
    """A composition in which a stage adds nothing of an asset."""
    lp = composition.by_name[stage].lp
    column = np.array([lp.columns(ADDED, asset).start])
    waiting = Branch(stage, lp.with_bounds(column, upper=0.0), composition.by_name[stage].weight)
    branches = tuple(waiting if b.name == stage else b for b in composition.branches)
    return replace(composition, branches=branches)
