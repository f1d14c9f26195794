"""Infeasibility: a program without a solution → sentences that name the reason and a remedy.

An infeasible program is solved again with slack on the emission target alone, which gives the least emissions. Where
that does not help, it is solved with slack on every balance and policy row, at minimum total slack (elastic program). Rows with slack cannot be satisfied. Rows with a dual in the elastic solution are in conflict with them. Where
the emission target is among these, the elastic program is solved once more with every forbidden candidate allowed; the
candidates that it then builds are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from energy_model.common.language import N_, Message, labels_of
from energy_model.formulation.metadata import ADDED, BALANCE, LIMIT, PHYSICS, POLICY
from energy_model.optimization import highs
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.elastic_program import (
    EMISSION_TARGET,
    elastic_program,
    target_rows,
)
from energy_model.optimization.forbidden_candidates import (
    MIN_DUAL,
    reason_of_ban,
    useful_forbidden_candidates,
)
from energy_model.optimization.linear_program import LinearProgram
from energy_model.optimization.unboundedness import diagnose_unbounded

MIN_RELATIVE_SLACK = 1e-6  # slack below this share of all slack is rounding
# A row whose dual is below this share of the largest is not reported as a conflict
MIN_RELATIVE_DUAL = 0.01
TARGET = N_("the emission target")
EMISSION_BALANCE = "emission_balance"


class NoSolutionError(RuntimeError):
    """A case without a solution: the solver status, and sentences on the reason and the remedy."""

    def __init__(self, status: str, sentences: Sequence[str]) -> None:
        self.status, self.sentences = status, list(sentences)
        super().__init__("\n".join(sentences))


def diagnose(problem: CompiledModel, answer: highs.SolverResult) -> NoSolutionError:
    """The error that explains a result that is not optimal."""
    if answer.status == highs.INFEASIBLE:
        return NoSolutionError(answer.status, _diagnose_infeasible(problem))
    if answer.status == highs.UNBOUNDED:
        return NoSolutionError(answer.status, diagnose_unbounded(problem))
    if answer.status == highs.STOPPED:
        limit = problem.system.settings.solver.time_limit
        return NoSolutionError(
            answer.status,
            [
                Message(
                    "No answer within the time limit of {limit:#} s; raise case.solver.time_limit or lower the resolution.",
                    limit=limit,
                )
            ],
        )
    if answer.solver != "HiGHS":
        text = N_(
            "{solver} returned no solution that passes verification ({reason}). Set closer tolerances in case.solver.options, or solve with highs."
        )
        sentence = Message(text, solver=answer.solver, reason=answer.said or answer.method)
        return NoSolutionError(answer.status, [sentence])
    return NoSolutionError(
        answer.status,
        [
            Message(
                "No solver method returned a solution that passes verification. Check the inputs for badly scaled numbers."
            )
        ],
    )


def _diagnose_infeasible(problem: CompiledModel) -> list[str]:
    lp, columns = problem.lp, problem.lp.A.shape[1]
    method = problem.system.settings.solver.method
    # A target that alone is out of reach is missed by the least emissions. With slack on all rows
    # it would be missed by less, as slack would supply what avoids or stores CO2.
    for soft_rows in filter(len, (target_rows(problem), _soft_rows(problem))):
        elastic = elastic_program(problem, soft_rows)
        answer = highs.solve(elastic, method)
        if answer.status == highs.OPTIMAL:
            break
    count = len(soft_rows)
    if answer.status != highs.OPTIMAL:
        return [
            Message(
                "There is no plan, and what is in its way is a bound of a single decision; look for a capacity that is below zero or above its limit."
            )
        ]
    shortage, excess = answer.x[columns : columns + count], answer.x[columns + count :]
    slack = np.zeros(lp.A.shape[0])
    slack[soft_rows] = shortage - excess
    weighted_slack = np.zeros_like(slack)
    weighted_slack[soft_rows] = elastic.cost[columns : columns + count] * (shortage + excess)
    slack[weighted_slack <= MIN_RELATIVE_SLACK * weighted_slack.sum()] = 0.0
    is_least = np.array_equal(soft_rows, target_rows(problem))
    reasons: list[tuple[float, str]] = []
    for family, block in lp.constraints.items():
        part = block.by_label(slack)
        if np.any(part):
            reasons += _describe_slack(problem, family, part, is_least)
    for name, missed in zip(
        problem.watched, slack[len(slack) - len(problem.watched) :], strict=True
    ):
        if missed:
            text = N_("The limit on '{name}' is missed by {amount:#}.")
            reasons.append((np.inf, Message(text, name=name, amount=abs(float(missed)))))
    sentences = [text for _, text in sorted(reasons, key=lambda pair: -pair[0])[:10]]
    return [*sentences, *_in_the_way(problem, elastic, answer)]


def _soft_rows(problem: CompiledModel) -> np.ndarray:
    count = problem.lp.A.shape[0]
    all_rows = np.arange(count)
    rows = [
        all_rows[block.all] for block in problem.lp.constraints.values() if block.role != PHYSICS
    ]
    rows.append(np.arange(count - len(problem.watched), count))
    return np.concatenate(rows)


def _describe_slack(
    problem: CompiledModel, family: str, slack: np.ndarray, is_least: bool
) -> list[tuple[float, str]]:
    """Sentences on rows of a family that cannot hold, with their weight.

    ``is_least`` says that only the emission target has slack, so that it is missed by the least emissions.
    """
    system, block = problem.system, problem.lp.constraints[family]
    names = block.labels
    if block.role == BALANCE:
        return [
            _short_bus(problem, bus, part, family)
            for bus, part in zip(names, slack, strict=True)
            if np.any(part)
        ]
    if family == EMISSION_TARGET:
        return [(np.inf, _missed_target(problem, abs(float(slack[0, 0])), is_least))]
    if block.account == LIMIT and block.table == "limits":
        limits = system["limits"]
        text = N_(
            "Limit '{limit}' ({sense} {amount:#}) is missed by {missed:#}; change limits.{name}.amount, or what its terms may do."
        )
        return [
            (
                abs(float(amount)),
                Message(
                    text,
                    limit=labels_of(limits.loc[limit], limit),
                    name=limit,
                    sense=str(limits.at[limit, "sense"]),
                    amount=float(limits.at[limit, "amount"]),
                    missed=abs(float(amount)),
                ),
            )
            for limit, amount in zip(names, slack[:, 0], strict=True)
            if amount
        ]
    sizes = np.abs(slack).max(axis=1)
    meaning = (problem.model.component(family).doc or family).rstrip(".")
    return [
        (
            float(amount),
            Message(
                "'{family}' of {name} cannot hold ({meaning}); it is missed by {amount:#}.",
                family=family,
                name=name or family,
                meaning=meaning,
                amount=float(amount),
            ),
        )
        for name, amount in zip(names, sizes, strict=True)
        if amount
    ]


def _missed_target(problem: CompiledModel, missed: float, is_least: bool) -> Message:
    """A sentence on the emission target, and on the least emissions where only it is in the way."""
    target = float(problem.system.settings.emissions.target)
    remedy = Message("raise case.emissions.target, or allow more that avoids or stores CO2")
    if is_least:
        text = N_("Net emissions cannot fall to {target:t/a}: {least:t/a} is the least; {remedy}.")
        return Message(text, target=target, least=target + missed, remedy=remedy)
    text = N_(
        "Net emissions cannot fall to {target:t/a}, apart from what else cannot hold; {remedy}."
    )
    return Message(text, target=target, remedy=remedy)


def _short_bus(
    problem: CompiledModel, bus: str, slack: np.ndarray, family: str
) -> tuple[float, str]:
    system, (carrier, site) = problem.system, bus.split("@")
    unit = system["carriers"].at[carrier, "unit"]
    values: dict[str, Any] = {
        "carrier": labels_of(system["carriers"].loc[carrier], carrier),
        "site": labels_of(system["sites"].loc[site], site),
        "unit": unit,
        "hourly": f"{unit}/h",
    }
    if family.startswith("yearly"):
        amount = float(slack[0])
        text = (
            N_(
                "{carrier}, {site}: {amount:{unit}} are missing over the year; add a source, a link or a use there."
            )
            if amount > 0
            else N_(
                "{carrier}, {site}: {amount:{unit}} are left over in the year; add a source, a link or a use there."
            )
        )
        return abs(amount), Message(text, amount=abs(amount), **values)
    worst, hours = int(np.abs(slack).argmax()), float(system.steps.length[slack != 0].sum())
    amount = float(np.abs(slack) @ system.steps.length)
    stamp = system.profiles.index[system.steps.start[worst]].strftime("%Y-%m-%d %H:%M UTC")
    text = (
        N_(
            "{carrier}, {site}: {amount:{unit}} are missing in {hours:#} hours, at most {most:{hourly}} ({stamp}); add a source, a store or a link there, or a penalty to its demand."
        )
        if slack[worst] > 0
        else N_(
            "{carrier}, {site}: {amount:{unit}} are left over in {hours:#} hours, at most {most:{hourly}} ({stamp}); add a use, a store, a link or a sale there, or let its surplus go."
        )
    )
    most = abs(float(slack[worst]))
    return amount, Message(text, amount=amount, hours=hours, most=most, stamp=stamp, **values)


def _named(problem: CompiledModel, table: str, name: str) -> Message | str:
    """A row of the case by its label, with its name where they differ."""
    frame = problem.system[table]
    labels = labels_of(frame.loc[name] if name in frame.index else {}, name)
    return Message("{label} ({name})", label=labels, name=name) if len(labels) > 1 else name


def _asset(problem: CompiledModel, name: str) -> Message | str:
    return _named(problem, str(problem.system.assets.at[name, "table"]), name)


def _in_the_way(
    problem: CompiledModel, wide: LinearProgram, answer: highs.SolverResult
) -> list[str]:
    """Sentences on the policy rows and capacity limits that have a dual in the elastic solution."""
    policies = []
    for block in problem.lp.constraints_of(POLICY).values():
        duals = block.by_label(np.abs(answer.prices)).max(axis=1, initial=0.0)
        policies += [
            (float(dual), _policy(problem, str(name), block.account == LIMIT))
            for name, dual in zip(block.labels, duals, strict=True)
            if dual > MIN_DUAL
        ]
    threshold = MIN_RELATIVE_DUAL * max((price for price, _ in policies), default=0.0)
    conflicts = list(
        dict.fromkeys(name for price, name in sorted(policies, reverse=True) if price >= threshold)
    )[:6]
    text = N_("Conflicting constraints: {names}.")
    sentences: list[str] = [Message(text, names=conflicts)] if len(conflicts) > 1 else []
    reduced = wide.cost - wide.A.T @ answer.prices
    is_on_emissions = TARGET in conflicts
    forbidden = useful_forbidden_candidates(problem, wide, answer) if is_on_emissions else []
    if forbidden:
        names = [
            Message(
                "{asset} ({reason})",
                asset=_asset(problem, name),
                reason=reason_of_ban(problem, name),
            )
            for name in forbidden
        ]
        text = N_(
            "These candidates are forbidden, and would help most (raise max_capacity_added): {names}."
        )
        sentences.insert(0, Message(text, names=names))
    sentences += _at_their_most(problem, reduced, is_on_emissions)
    block = problem.lp.variables[ADDED]
    gain, assets = -reduced[block.all], block.labels
    order = [i for i in np.argsort(-gain) if assets[i] not in forbidden]
    scarce = [assets[i] for i in order[:5] if gain[i] > MIN_DUAL]
    if scarce:
        text = N_("More of these would help most (raise max_capacity_added): {names}.")
        sentences.append(Message(text, names=[_asset(problem, name) for name in scarce]))
    return sentences


def _policy(problem: CompiledModel, name: str, is_limit: bool) -> str:
    """A policy row as a value of a message."""
    if not is_limit:
        return Message(name or TARGET)
    return Message("limit {name}", name=_named(problem, "limits", name))


def _at_their_most(
    problem: CompiledModel, reduced: np.ndarray, is_on_emissions: bool = False
) -> list[str]:
    """A sentence on the markets whose purchase limit is binding in the elastic solution.

    A market that only buys is left out. Where the emission target is in conflict, purchases that emit are left out.
    """
    block = problem.lp.variables["purchase"]
    is_advised: np.ndarray = np.any(block.by_label(problem.lp.upper) > 0, axis=1)
    if is_on_emissions:
        # The row is: net emissions less emissions of purchases and processes equal residual emissions.
        row = problem.lp.A[[problem.lp.rows(EMISSION_BALANCE).start]].toarray().ravel()
        is_advised &= np.all(block.by_label(row) >= 0, axis=1)
    gain = np.where(is_advised[:, np.newaxis], -np.minimum(block.by_label(reduced), 0.0), 0.0)
    finite = np.isfinite(block.by_label(problem.lp.upper))
    hours = (gain * finite > 1e-9) @ problem.system.steps.length
    names = block.labels
    descriptions = [
        Message(
            "{market} ({hours:#} hours)",
            market=_named(problem, "markets", names[i]),
            hours=float(hours[i]),
        )
        for i in np.argsort(-hours)[:4]
        if hours[i] > 0
    ]
    if not descriptions:
        return []
    text = N_("These markets sell all they may, and more would help (raise max_purchase): {names}.")
    return [Message(text, names=descriptions)]
