"""Symbiosis notes: the game of the firms and the tables of a symbiosis → sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from energy_model.case.system import System
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
        f"Together the {len(game.players)} firms save the city {_thousand(game.total)} a year.",
        *_core_notes(game, rules),
        *_price_notes(game, rules),
        *map(_firm_note, tables["shares"].sort_values("shapley", ascending=False).itertuples()),
        *_sample_notes(game),
        *(
            f"With {len(links)} of the {len(costs.links)} links open there is no plan; it is assigned a cost of {_thousand(costs.infeasible_cost)} a year: {known.reason}"
            for links, known in infeasible
        ),
        *(
            f"{firm} owns nothing in the case; at marginal prices it earns nothing, and its share comes as a side payment."
            for firm in game.players
            if firm not in owners
        ),
    ]


def _core_notes(game: CooperativeGame, rules: pd.DataFrame) -> Iterator[str]:
    for rule, subject in (("shapley", "The Shapley value"), ("nucleolus", "The nucleolus")):
        row = rules.loc[rule]
        if row["in_core"]:
            scope = "" if row["certain"] else " among the evaluated coalitions"
            yield f"{subject} is in the core: no group of firms gains by leaving{scope}."
        else:
            firms = _and(row["blocking_coalition"].split())
            yield f"{subject} is not in the core: {firms} would gain {_thousand(row['gains_by_leaving'])} a year by leaving."
    excess = float(rules["least_core_excess"].iloc[0])
    tolerance = max(MIN_VALUE_EUR, 1e-6 * abs(game.total))
    conclusion = (
        "so the core is not empty"
        if excess <= tolerance
        else "so the core is empty: under any allocation some group gains by leaving"
    )
    shown = max(excess, 0.0) if abs(excess) <= tolerance else excess
    yield f"The least core: under the best allocation no group of firms gains more than {_thousand(shown)} a year by leaving, {conclusion}."


def _price_notes(game: CooperativeGame, rules: pd.DataFrame) -> Iterator[str]:
    prices, rents = rules.loc["prices"], rules.loc["rents"]
    remainder = game.total - prices["sum"]
    position = "in the core" if prices["in_core"] else "not in the core"
    yield f"Marginal prices alone give the firms {_thousand(prices['sum'])} of it and {_thousand(remainder)} to citizens, the city and others; this allocation is {position}."
    if rents["in_core"]:
        yield "The rents of the links at marginal prices sum to the total saving, so this allocation is in the core."
    else:
        yield f"The rents of the links at marginal prices sum to {_thousand(rents['sum'])}; they are an allocation in the core only where they sum to the total saving."


def _firm_note(row: Any) -> str:
    verb = "gets" if row.side_payment_shapley >= 0 else "pays"
    return f"{row.label_en or row.firm}: prices change its year by {_thousand(row.prices)} when the links open; its fair share is {_thousand(row.shapley)} (Shapley) or {_thousand(row.nucleolus)} (nucleolus), so it {verb} {_thousand(abs(row.side_payment_shapley))} beside the prices. It would lose {_thousand(row.loss_outside_shapley)} a year by staying out."


def _sample_notes(game: CooperativeGame) -> Iterator[str]:
    if len(game.players) > MAX_EXACT_PLAYERS:
        yield f"With {len(game.players)} firms the Shapley value is estimated from random orders; the column shapley_half_width is half its 95 % interval. The nucleolus considers the evaluated coalitions only."


def _thousand(amount: Any) -> str:
    return f"{float(amount) / 1e3:,.0f} kEUR"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
