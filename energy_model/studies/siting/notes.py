"""Siting notes: the ranking of the sites and the optimal placement → sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from energy_model.case.system import System
from energy_model.common.language import N_, Message, labels_of
from energy_model.optimization.highs import OPTIMAL
from energy_model.studies.siting.candidate_sites import Activity, CandidateSite
from energy_model.studies.siting.site_tables import ESTIMATED

MAX_TIE_SHARE = 0.02  # of the least extra cost, up to which another site costs as much
MIN_PLACED_CAPACITY = 1e-3  # of the free placement at a site; less is rounding


def siting_notes(
    table: pd.DataFrame, activity: Activity, causes: Mapping[str, Message]
) -> list[str]:
    """The ranking in sentences."""
    solved = table[table["status"] == OPTIMAL]
    subject = {
        "size": activity.size,
        "unit": Message(activity.unit),
        "activity": activity.labels,
    }
    if solved.empty:
        return [
            Message(
                "No site can hold {size:#} {unit} of {activity}; the table states the reasons.",
                **subject,
            )
        ]
    best, worst = solved.iloc[0], solved.iloc[-1]
    text = (
        N_("{size:#} {unit} of {activity} costs the city least at {site}: {cost:EUR/a} more than without it.")
        if best["added_cost"] >= 0
        else N_("{size:#} {unit} of {activity} saves the city most at {site}: {cost:EUR/a} beside a plan without it.")
    )  # fmt: skip
    notes: list[str] = [
        Message(
            text,
            **subject,
            site=labels_of(best, best["site"]),
            cost=abs(best["added_cost"]),
        ),
        *_ties(solved),
    ]
    if len(solved) > 1:
        notes.append(
            Message(
                "Differences at {site}: {cause}.",
                site=labels_of(best, best["site"]),
                cause=causes[best["site"]],
            )
        )
        notes.append(
            Message(
                "At {site} it costs {cost:EUR/a} more ({cause}).",
                site=labels_of(worst, worst["site"]),
                cost=worst["added_cost"] - best["added_cost"],
                cause=causes[worst["site"]],
            )
        )
        notes.append(_estimate_note(solved))
    estimated = table.loc[table["status"] == ESTIMATED, "estimate"]
    if len(estimated):
        notes.append(
            Message(
                "Further sites were not solved ({count:#}): each costs {cost:EUR/a} or more.",
                count=len(estimated),
                cost=estimated.min(),
            )
        )
    return notes


def _estimate_note(solved: pd.DataFrame) -> Message:
    """How far the estimate from prices is from the cost of the solved sites."""
    return Message(
        "The cost is never below the estimate from prices; at these sites it is up to {error:EUR/a} above it.",
        error=solved["difference"].abs().max(),
    )


def _ties(solved: pd.DataFrame) -> list[Message]:
    """The sites that cost hardly more than the cheapest, in a sentence; none without any."""
    least = float(solved["added_cost"].iloc[0])
    extra = solved["added_cost"].iloc[1:] - least
    near = extra[extra <= MAX_TIE_SHARE * abs(least)]
    if near.empty:
        return []
    return [
        Message(
            "Within {share:%} of it are: {sites}. Their costs hardly differ. Local plans, safety distances and neighbours are not in the case and may decide.",
            share=MAX_TIE_SHARE,
            sites=[labels_of(solved.loc[i], solved.at[i, "site"]) for i in near.index],
        )
    ]


def placement_note(
    result: Mapping[str, Any],
    base: Mapping[str, Any],
    allowed: Sequence[CandidateSite],
    system: System,
    unit: str,
) -> Message:
    """The free placement in a sentence; ``unit`` is that of the activity's capacity."""
    if result["status"] != OPTIMAL:
        return Message("Placed freely there is no plan: {reason}", reason=result["reason"])
    sizes = {candidate.site: result["assets"][candidate.asset][1] for candidate in allowed}
    ordered = sorted(sizes.items(), key=lambda item: -item[1])
    places = [
        Message(
            "{amount:{unit}} at {site}",
            amount=amount,
            unit=unit,
            site=labels_of(system["sites"].loc[site], site),
        )
        for site, amount in ordered
        if amount > MIN_PLACED_CAPACITY
    ]
    return Message(
        "Placed freely it costs {cost:EUR/a}: {places}.",
        cost=result["objective"] - base["objective"],
        places=places,
    )
