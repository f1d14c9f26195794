"""Robust notes: the outcomes and tables of a robust plan → sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from energy_model.case.system import System
from energy_model.common.language import N_, Message, labels_of
from energy_model.studies.regret import BASE_CASE, infeasible_notes
from energy_model.studies.robust.branches import EVERY
from energy_model.studies.robust.tables import RobustResults

MAX_NAMED_ASSETS = 5
MIN_CAPACITY_CHANGE_SHARE = 1e-3  # of the larger of two capacities; less is no difference
MIN_EMISSION_EXCESS_SHARE = 1e-6  # of the target; less is rounding
MIN_COST_EUR = 1.0  # EUR/a; less is rounding of a difference of costs


def robust_notes(
    found: RobustResults, tables: Mapping[str, pd.DataFrame], system: System, cvar_share: float
) -> list[str]:
    """The sentences on a robust plan, its cost first; ``system`` is the unchanged case."""
    measures = tables["measures"].set_index("measure")["amount"].to_dict()
    names = {BASE_CASE: found.base} | dict(found.own)
    return [
        *_cost_notes(found, measures, cvar_share),
        *_plan_notes(tables["robust_plan"], system),
        *_value_notes(found, measures),
        *_target_notes(found, measures),
        *_service_notes(found, measures),
        *_held_in_notes(tables["held_in"]),
        *infeasible_notes(names),
    ]


def _cost_notes(
    found: RobustResults, measures: Mapping[str, float], cvar_share: float
) -> list[str]:
    """The cost of the robust plan in sentences."""
    costs = [outcome.cost for outcome in found.robust.values()]
    text = N_(
        "The robust plan costs {mean:EUR/a} in the mean of {count:#} branches, {low:EUR/a} to {high:EUR/a}; the mean of the most expensive {share:%} is {cvar:EUR/a}."
    )
    notes: list[str] = [
        Message(
            text,
            mean=measures["expected_cost"],
            count=len(costs),
            low=min(costs),
            high=max(costs),
            share=cvar_share,
            cvar=measures["cvar_cost"],
        )
    ]
    margin = measures["cost_of_margin"]
    if margin > MIN_COST_EUR:
        text = N_("This is {cost:EUR/a} more than the plan of the base case in its own year.")
        notes.append(Message(text, cost=margin))
    elif margin < -MIN_COST_EUR:
        text = N_("This is {cost:EUR/a} less than the plan of the base case in its own year.")
        notes.append(Message(text, cost=-margin))
    if abs(margin) > MIN_COST_EUR and pd.notna(measures["evpi"]) and found.target == EVERY:
        text = N_(
            "One plan for all branches costs {value:EUR/a} more than a plan of its own for each; the rest of this difference is that the branches are other years or futures."
        )
        notes.append(Message(text, value=measures["evpi"]))
    return notes


def _plan_notes(plan: pd.DataFrame, system: System) -> list[str]:
    """What the robust plan adds more and less than the plan of the base case, in sentences."""
    largest = plan[["robust_added", "base_plan_added"]].max(axis=1)
    changed = plan[plan["difference"].abs() > MIN_CAPACITY_CHANGE_SHARE * largest]
    changed = changed[changed["asset"].isin(system.assets.index)]
    notes: list[str] = []
    for is_more, text in (
        (True, N_("It adds more than the plan of the base case of {assets}.")),
        (False, N_("It adds less than the plan of the base case of {assets}.")),
    ):
        part = changed[(changed["difference"] > 0) == is_more].head(MAX_NAMED_ASSETS)
        named = [
            # the unit is that of the asset, so this template has no words to translate
            Message(
                f"{{asset}} ({{amount:{unit}}})",
                asset=labels_of(system.assets.loc[asset], asset),
                amount=abs(difference),
            )
            for asset, difference, unit in zip(
                part["asset"], part["difference"], part["unit"], strict=True
            )
        ]
        if named:
            notes.append(Message(text, assets=named))
    waiting = [asset for asset in plan["asset"][plan["may_wait"]] if asset in system.assets.index]
    if waiting:
        labels = [labels_of(system.assets.loc[a], a) for a in waiting[:MAX_NAMED_ASSETS]]
        text = N_("These may wait until the branch is known, so their capacities differ: {assets}.")
        notes.append(Message(text, assets=labels))
    return notes


def _value_notes(found: RobustResults, measures: Mapping[str, float]) -> list[str]:
    """The value of perfect information and of planning for all branches, in sentences."""
    notes: list[str] = []
    if pd.notna(measures["evpi"]):
        text = N_(
            "Planned for itself, a branch costs {cost:EUR/a} in the mean; to know the branch before is worth {value:EUR/a} (EVPI)."
        )
        notes.append(Message(text, cost=measures["wait_and_see"], value=measures["evpi"]))
        if found.target != EVERY:
            text = N_(
                "The branches' own plans hold the target in each branch, the robust plan over all; so EVPI may be below zero."
            )
            notes.append(Message(text))
    if pd.notna(measures["vss"]):
        text = N_(
            "With the capacities of the base case's plan the branches cost {cost:EUR/a} in the mean; to plan for all branches is worth {value:EUR/a} (VSS)."
        )
        notes.append(Message(text, cost=measures["base_plan_expected"], value=measures["vss"]))
    solved = [outcome for outcome in found.base_in.values() if outcome.is_solved]
    above = [outcome.above_target for outcome in solved if outcome.price is not None]
    if above:
        text = N_(
            "In {number:#} of {count:#} branches that plan pays for each tonne above the target instead of meeting it, at most {most:t/a} above it; VSS counts these tonnes at the shadow price of the target in the robust plan."
        )
        most = max([0.0, *above])
        notes.append(Message(text, number=len(above), count=len(found.base_in), most=most))
    failed = [name for name, outcome in found.base_in.items() if not outcome.is_solved]
    notes += [
        Message(
            "The plan of the base case is infeasible in “{branch}”: {reason}",
            branch=name,
            reason=found.base_in[name].result["reason"],
        )
        for name in failed
    ]
    if failed:
        text = N_("VSS has no value, as that plan cannot be operated in every branch.")
        notes.append(Message(text))
    return notes


def _target_notes(found: RobustResults, measures: Mapping[str, float]) -> list[str]:
    """The emissions below the target, and what they cost, in sentences."""
    if pd.isna(measures["margin_emissions"]):
        return []
    text = N_(
        "It emits {tonnes:t/a} less than the target in the mean; one tonne less allowed in every branch costs {price:EUR/t}."
    )
    tonnes = measures["margin_emissions"]
    notes: list[str] = [Message(text, tonnes=tonnes, price=measures["margin_price"])]
    if found.target != EVERY:
        missed = [
            name
            for name, outcome in found.robust.items()
            if outcome.above_target > MIN_EMISSION_EXCESS_SHARE * max(abs(outcome.target or 0), 1.0)
        ]
        text = N_(
            "{number:#} of {count:#} branches are above the target, with a probability of {share:%}, by at most {most:t/a}."
        )
        share = sum(found.probabilities[name] for name in missed)
        most = max([0.0, *(found.robust[name].above_target for name in missed)])
        notes.append(
            Message(text, number=len(missed), count=len(found.robust), share=share, most=most)
        )
    return notes


def _service_notes(found: RobustResults, measures: Mapping[str, float]) -> list[str]:
    """The unserved demand of the robust plan in sentences."""
    hours = [outcome.unserved[1] for outcome in found.robust.values()]
    number = sum(hour > 0 for hour in hours)
    if not number:
        return [Message("All demand is served in all branches ({count:#}).", count=len(hours))]
    text = N_(
        "Some demand is unserved in {number:#} of {count:#} branches, in at most {hours:#} hours; its expected cost is {cost:EUR/a}."
    )
    cost = measures["unserved_cost"]
    return [Message(text, number=number, count=len(hours), hours=round(max(hours)), cost=cost)]


def _held_in_notes(held_in: pd.DataFrame) -> list[str]:
    """The robust plan in further years in sentences."""
    if held_in.empty:
        return []
    solved = held_in.dropna(subset=["cost"])
    notes: list[str] = []
    if len(solved):
        text = N_(
            "In {count:#} further years it costs {mean:EUR/a} in the mean, {low:EUR/a} to {high:EUR/a}."
        )
        costs, hours = solved["cost"], solved["unserved_hours"]
        amounts = {"mean": costs.mean(), "low": costs.min(), "high": costs.max()}
        notes.append(Message(text, count=len(solved), **amounts))
        number, most = int((hours > 0).sum()), round(hours.max())
        text = N_(
            "Some demand is unserved in {number:#} of these years, in at most {hours:#} hours."
        )
        all_served = Message("All demand is served in these years.")
        notes.append(Message(text, number=number, hours=most) if number else all_served)
    above = solved["above_target"].dropna()
    if len(above):
        limit = MIN_EMISSION_EXCESS_SHARE * solved["net_emissions"].abs().clip(lower=1.0)
        missed = above[above > limit[above.index]]
        text = N_(
            "{number:#} of these years are above the target, by at most {most:t/a}; there each tonne above it costs what one tonne less allowed in every branch costs."
        )
        if len(missed):
            notes.append(Message(text, number=len(missed), most=float(missed.max())))
        else:
            notes.append(Message("The target holds in all further years."))
    failed = held_in[held_in["cost"].isna()]
    notes += [
        Message("The robust plan is infeasible in “{year}”: {reason}", year=year, reason=reason)
        for year, reason in zip(failed["year"], failed["reason"], strict=True)
    ]
    return notes
