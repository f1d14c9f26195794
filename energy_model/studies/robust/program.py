"""Robust program: compiled branches, their probabilities and a target → one composition, and what its solution says.

The target of the mean is one row over the net emissions of all branches. The target of a share is a row on their
conditional value-at-risk (CVaR): the mean excess of the worst branches, as many as the share, is at most zero. It is the
tightest convex bound on the share of branches above their target, so fewer branches than the share may miss it.

Source: Nemirovski and Shapiro, "Convex approximations of chance constrained programs", SIAM Journal on Optimization 17
(2006), for CVaR as a bound on a probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from energy_model.case.system import System
from energy_model.formulation.metadata import ADDED, NET_EMISSIONS, RETIRED
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.composition import (
    SEPARATOR,
    Branch,
    Composition,
    ExtraColumn,
    LinkingRow,
    Term,
    effective_weights,
    shared_rows,
    with_cvar,
)
from energy_model.optimization.elastic_program import EMISSION_TARGET
from energy_model.optimization.highs import SolverResult
from energy_model.studies.robust.branches import (
    EVERY,
    MEAN,
    NO_TARGET,
    UncertainBranch,
    parse_target,
)
from energy_model.studies.runner.stored_study import StoredStudy
from energy_model.studies.runner.study_case import StudyCase

ROBUST_PLAN = "robust plan"
MEAN_TARGET, SHARE_TARGET, EXCESS = "mean_target", "share_target", "emissions_above_target"
VALUE_AT_RISK = "emissions_at_risk"
UNSERVED_ENTRIES = ("unserved", "unserved_peak")  # entries of the cost account


class RobustProgram:
    """The composition of a robust plan; what `solve_composed` asks of it."""

    def __init__(
        self,
        branches: Sequence[UncertainBranch],
        target: str | float,
        cvar_share: float,
        cvar_weight: float,
    ) -> None:
        self.branches, self.target = {branch.name: branch for branch in branches}, target
        self.cvar_share, self.cvar_weight = cvar_share, cvar_weight
        self.problems: Mapping[str, CompiledModel] = {}

    @property
    def is_linked(self) -> bool:
        """Whether one target holds over all branches, in place of one in each."""
        return self.target != EVERY

    def cases(self) -> dict[str, StudyCase]:
        """The case of each branch, with all capacities free."""
        further = (NO_TARGET,) if self.is_linked else ()
        return {
            name: StudyCase(
                {"plan": ROBUST_PLAN, "branch": name},
                (*branch.overrides, *further),
                branch.scenario,
            )
            for name, branch in self.branches.items()
        }

    def compose(self, problems: Mapping[str, CompiledModel]) -> Composition:
        """The branches with the same capacities, but for those of assets that may wait, and the target over them."""
        self.problems = problems
        branches = tuple(
            Branch(name, problems[name].lp, branch.probability)
            for name, branch in self.branches.items()
        )
        assets = shared_assets(problems)
        links = {f"same_{name}": shared_rows(branches, name, assets) for name in (ADDED, RETIRED)}
        rows, extras = self._target_rows()
        composition = Composition(branches, links | rows, extras=extras)
        return with_cvar(composition, self.cvar_share, self.cvar_weight)

    def _target_rows(self) -> tuple[dict[str, list[LinkingRow]], list[ExtraColumn]]:
        """The rows and columns of the target over all branches; none if it holds in each."""
        if not self.is_linked:
            return {}, []
        members = self.branches.values()
        if self.target == MEAN:
            limit = sum(branch.probability * (branch.target or 0.0) for branch in members)
            terms: list[Term] = [((b.name, NET_EMISSIONS, ""), b.probability) for b in members]
            return {MEAN_TARGET: [LinkingRow("", terms, upper=limit)]}, []
        excess = {b.name: f"{b.name}{SEPARATOR}emissions_above_value_at_risk" for b in members}
        extras = [ExtraColumn(VALUE_AT_RISK, 0.0, -np.inf)]
        extras += [ExtraColumn(name, 0.0) for name in excess.values()]
        whole: list[Term] = [(VALUE_AT_RISK, 1.0)]
        whole += [(excess[b.name], b.probability / float(self.target)) for b in members]
        each = [
            LinkingRow(
                b.name,
                [((b.name, NET_EMISSIONS, ""), 1.0), (VALUE_AT_RISK, -1.0), (excess[b.name], -1.0)],
                upper=b.target or 0.0,
            )
            for b in members
        ]
        return {SHARE_TARGET: [LinkingRow("", whole, upper=0.0)], EXCESS: each}, extras

    # --- what its solution says -------------------------------------------------------------------

    def prices(self, composition: Composition, answer: SolverResult) -> dict[str, float]:
        """What a tonne less costs in each branch [EUR/t], by the duals of its target."""
        weights = effective_weights(composition, answer.prices)
        return {
            name: max(-self._target_dual(composition, answer, name), 0.0) / weights[name]
            for name in self.branches
        }

    def _target_dual(self, composition: Composition, answer: SolverResult, name: str) -> float:
        rows = composition.lp.constraints
        if self.target == MEAN:
            dual = answer.prices[rows[MEAN_TARGET].first]
            return self.branches[name].probability * float(dual)
        if self.is_linked:
            return float(answer.prices[rows[EXCESS].of(name).start])
        if EMISSION_TARGET not in composition.by_name[name].lp.constraints:
            return 0.0
        return float(answer.prices[composition.row(name, EMISSION_TARGET, "")])

    def priced(
        self, branch: str, composition: Composition, answer: SolverResult
    ) -> tuple[str, ...]:
        """The overrides that replace a target over branches with its price in one of them."""
        if not self.is_linked:
            return ()
        price = self.prices(composition, answer)[branch]
        return self.branches[branch].price_overrides(price)[1:]  # its case has no target already

    def values(self, composition: Composition, answer: SolverResult) -> dict[str, Any]:
        """Prices of the target [EUR/t], effective weights [1] and cost of unserved demand [EUR/a] by branch; assets that may wait."""
        everything = {a for problem in self.problems.values() for a in problem.system.assets.index}
        return {
            "prices": self.prices(composition, answer),
            "weights": effective_weights(composition, answer.prices),
            "unserved_cost": {
                name: _unserved_cost(problem, answer.x[composition.columns[name]])
                for name, problem in self.problems.items()
            },
            "may_wait": sorted(everything - set(shared_assets(self.problems))),
            "targets": {name: branch.target for name, branch in self.branches.items()},
        }


def shared_assets(problems: Mapping[str, CompiledModel]) -> list[str]:
    """The assets whose capacity is decided before the future is known: all but those that may wait in every branch."""
    answers: dict[str, list[bool]] = {}
    for problem in problems.values():
        for asset, word in problem.system.assets["may_wait"].items():
            answers.setdefault(str(asset), []).append(word == "yes")
    return [asset for asset, may_wait in answers.items() if not all(may_wait)]


def _unserved_cost(problem: CompiledModel, x: np.ndarray) -> float:
    terms = [problem.cost_terms[name] for name in UNSERVED_ENTRIES if name in problem.cost_terms]
    return float(sum(weights @ x + constant for weights, constant in terms))


def recompose(study: StoredStudy, name: str) -> Composition:
    """The composition of a stored robust plan, rebuilt from the inputs of its branches and its definition."""
    definition, values = study.definition, study.records[name]["values"]
    linked = definition["target"] != EVERY
    branches, models = [], {}
    for branch, content in definition["branches"].items():
        system = study.system(branch)
        if linked:
            system = _without_price(system, float(values["prices"][branch]))
        models[branch] = study.model(branch, system)
        scenario, *overrides = content
        settings = system.settings
        if linked:
            emissions = settings.emissions.model_copy(update={"target": values["targets"][branch]})
            settings = settings.model_copy(update={"emissions": emissions})
        probability = float(definition["probabilities"][branch])
        branches.append(
            UncertainBranch(branch, scenario or None, tuple(overrides), settings, probability)
        )
    share, weight = definition["cvar"]
    target = parse_target(definition["target"])
    return RobustProgram(branches, target, share, weight).compose(models)


def _without_price(system: System, price: float) -> System:
    """The inputs of a branch's run without the price that replaces a target over branches."""
    carrier, factor = system.settings.emissions.carrier, system.settings.view.cost_factor
    if price <= 0:
        return system
    frames = dict(system.frames) | {"carriers": system["carriers"].copy()}
    cell = frames["carriers"].at[carrier, "price"]
    frames["carriers"].at[carrier, "price"] = cell + -price / factor
    return replace(system, frames=frames, cache={})
