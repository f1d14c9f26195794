"""Symbiosis notes: the game of the firms and the tables of a symbiosis → sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from energy_model.case.system import System
from energy_model.common.language import Message, labels_of
from energy_model.results.run import Run
from energy_model.results.stakeholders import owner_of
from energy_model.studies.symbiosis.coalition_costs import CoalitionCosts
from energy_model.studies.symbiosis.cooperative_game import MAX_EXACT_PLAYERS, CooperativeGame
from energy_model.studies.symbiosis.link_values import MIN_VALUE_EUR


def notes_of(
    game: CooperativeGame,
    tables: Mapping[str, pd.DataFrame],
    costs: CoalitionCosts,
    system: System,
    run: Run,
) -> list[str]:
    """The results in sentences; ``run`` is that with all links open."""
    rules = tables["allocations"].set_index("rule")
    infeasible = [(links, known) for links, known in costs.solved.items() if known.is_infeasible]
    owners = set(owner_of(run, pd.Series(system.assets.index.astype(str))))
    return [
        Message(
            "Together the {count:#} firms save the city {saving:EUR/a}.",
            count=len(game.players),
            saving=game.total,
        ),
        *_core_notes(game, rules, system),
        *_price_notes(game, rules),
        *map(
            _firm_note, tables["shares"].sort_values("shapley", ascending=False).to_dict("records")
        ),
        *_sample_notes(game),
        *(
            Message(
                "With {open:#} of the {count:#} links open there is no plan; it is assigned a cost of {cost:EUR/a}: {reason}",
                open=len(links),
                count=len(costs.links),
                cost=costs.infeasible_cost,
                reason=known.reason,
            )
            for links, known in infeasible
        ),
        *(
            Message(
                "{firm} owns nothing in the case; at marginal prices it earns nothing, and its share comes as a side payment.",
                firm=_labels(system, firm),
            )
            for firm in game.players
            if firm not in owners
        ),
    ]


def _core_notes(game: CooperativeGame, rules: pd.DataFrame, system: System) -> Iterator[str]:
    for rule, subject in (
        ("shapley", Message("The Shapley value")),
        ("nucleolus", Message("The nucleolus")),
    ):
        row = rules.loc[rule]
        if row["in_core"] and row["certain"]:
            yield Message("{rule} is in the core: no coalition gains by leaving.", rule=subject)
        elif row["in_core"]:
            yield Message(
                "{rule} is in the core of the evaluated coalitions: none of them gains by leaving.",
                rule=subject,
            )
        else:
            yield Message(
                "{rule} is not in the core: {firms} would gain {gain:EUR/a} by leaving.",
                rule=subject,
                firms=[_labels(system, firm) for firm in row["blocking_coalition"].split()],
                gain=row["gains_by_leaving"],
            )
    excess = float(rules["least_core_excess"].iloc[0])
    if excess <= max(MIN_VALUE_EUR, 1e-6 * abs(game.total)):
        yield Message("The core is not empty: under some allocation no coalition gains by leaving.")
    else:
        yield Message(
            "The core is empty: under any allocation some coalition gains at least {excess:EUR/a} by leaving.",
            excess=excess,
        )


def _price_notes(game: CooperativeGame, rules: pd.DataFrame) -> Iterator[str]:
    prices, rents = rules.loc["prices"], rules.loc["rents"]
    amounts = {"firms": prices["sum"], "others": game.total - prices["sum"]}
    if prices["in_core"]:
        yield Message(
            "Marginal prices alone give {firms:EUR/a} of it to the firms and {others:EUR/a} to citizens, the city and others; this allocation is in the core.",
            **amounts,
        )
    else:
        yield Message(
            "Marginal prices alone give {firms:EUR/a} of it to the firms and {others:EUR/a} to citizens, the city and others; this allocation is not in the core.",
            **amounts,
        )
    if rents["in_core"]:
        yield Message(
            "The rents of the links at marginal prices sum to the total saving, so this allocation is in the core."
        )
    else:
        yield Message(
            "The rents of the links at marginal prices sum to {sum:EUR/a}; they are an allocation in the core only where they sum to the total saving.",
            sum=rents["sum"],
        )


def _firm_note(row: Mapping[str, Any]) -> Message:
    payment = row["side_payment_shapley"]
    values = {
        "firm": labels_of(row, row["firm"]),
        "gain": row["prices"],
        "shapley": row["shapley"],
        "nucleolus": row["nucleolus"],
        "payment": abs(payment),
        "loss": row["loss_outside_shapley"],
    }
    if payment >= 0:
        return Message(
            "{firm}: the open links change its balance at marginal prices by {gain:+EUR/a}; its fair share is {shapley:EUR/a} (Shapley value) or {nucleolus:EUR/a} (nucleolus), so it receives {payment:EUR/a} beside the prices. Outside it would lose {loss:EUR/a}.",
            **values,
        )
    return Message(
        "{firm}: the open links change its balance at marginal prices by {gain:+EUR/a}; its fair share is {shapley:EUR/a} (Shapley value) or {nucleolus:EUR/a} (nucleolus), so it pays {payment:EUR/a} beside the prices. Outside it would lose {loss:EUR/a}.",
        **values,
    )


def _sample_notes(game: CooperativeGame) -> Iterator[str]:
    if len(game.players) > MAX_EXACT_PLAYERS:
        yield Message(
            "With {count:#} firms the Shapley value is estimated from random orders; the column shapley_half_width is half its 95 % interval. The nucleolus considers the evaluated coalitions only.",
            count=len(game.players),
        )


def _labels(system: System, firm: str) -> dict[str, str]:
    return labels_of(system["firms"].loc[firm], firm)
