"""Symbiosis: the links between firms → the value of each link and coalition, and ways to share the gains.

A coalition of firms may use the links whose giver and taker both belong to it; all other symbiosis
links are closed: they add no capacity and carry no flow. The value of a coalition is the system
cost with every such link closed, less the cost with only its own links open. Coalitions that open
the same links share one case. See `cooperative_game` for the ways to share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.case.system import System
from energy_model.common.choices import ONE, Choice
from energy_model.common.language import N_
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.accounts import Accounts, accounts
from energy_model.results.run import Run
from energy_model.results.stakeholders import stakeholder_accounts
from energy_model.solving.load import Case
from energy_model.studies.guide import StudyGuide, Subject
from energy_model.studies.runner.scheduler import StudyRunner
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.symbiosis import cooperative_game
from energy_model.studies.symbiosis.coalition_costs import CoalitionCosts, symbiosis_links
from energy_model.studies.symbiosis.cooperative_game import MAX_EXACT_PLAYERS, CooperativeGame
from energy_model.studies.symbiosis.link_values import MIN_VALUE_EUR, link_tables
from energy_model.studies.symbiosis.notes import notes_of

# Coalitions per firm that are evaluated in search of excesses, where not all can be
MAX_EVALUATIONS_PER_FIRM = 10
ALLOCATION_COLUMNS = ["rule", "sum", "total_value", "shares_all", "in_core", "certain", "blocking_coalition", "gains_by_leaving"]  # fmt: skip


@accept_case_keywords
def symbiosis(
    case: Case,
    output: str | Path | None = None,
    *,
    pairs: bool = True,
    samples: int = 100,
    seed: int = 1,
    penalty: float | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """The value of every symbiosis link and every coalition of firms, and ways to share it.

    Tables: ``links`` (standalone and marginal value in [EUR/a], value of capacity), ``pairs``
    (whether two links reinforce or replace each other), ``coalitions``, ``shares`` (a statement per
    firm), ``allocations`` (which ways to share are in the core, and who would leave), ``parties``
    (every party's gain at marginal prices) and ``capacity_values`` (hourly). With up to 12 firms
    every coalition is evaluated; with more, ``samples`` random orders are drawn. ``penalty``
    [EUR/a] is the cost of an infeasible coalition above that of all firms together.

    Raises:
        InputError: a link names only one firm, or no link is a symbiosis.
        NoSolutionError: the case with all links open has no solution.
        StudyInterrupted: the study stops before all cases are solved.
    """
    setup = StudySetup.of("symbiosis", case, output, execution)
    system = setup.load()
    links = symbiosis_links(system)
    firms = {firm for pair in links.values() for firm in pair}
    players = tuple(firm for firm in system["firms"].index if firm in firms)
    definition = {
        "pairs": pairs,
        "samples": samples,
        "seed": seed,
        "penalty": "" if penalty is None else float(penalty),
    }
    with setup.runner(definition) as runner:
        costs = CoalitionCosts(runner, links, penalty)
        runs = _end_runs(runner, costs)
        run_accounts = {name: accounts(run) for name, run in runs.items()}
        game = _game(players, costs)
        shapley, half_width = _shapley(game, samples, seed)
        tables = link_tables(costs, runs["together"], run_accounts["together"], pairs)
        parties = _parties(runs, run_accounts)
        allocations = {
            "prices": parties["gain"].reindex(players, fill_value=0.0).to_numpy(),
            "rents": _rents(links, players, tables["links"]),
            "shapley": shapley,
            "nucleolus": cooperative_game.nucleolus(game),
        }
        assessment = _assessment(game, allocations)
        columns = allocations | {"shapley_half_width": half_width}
        tables["shares"] = _shares(game, columns, parties, system, costs)
        tables["allocations"] = assessment
        tables["parties"] = parties.reset_index()
        tables["coalitions"] = _coalitions(game, costs)
        notes = notes_of(game, tables, costs, system, runs["together"])
        return setup.write_results(runner, tables, notes)


def _end_runs(runner: StudyRunner, costs: CoalitionCosts) -> dict[str, Run]:
    """The run with all links open, and that with none if it has a solution.

    Raises:
        NoSolutionError: the case with all links open has no solution.
    """
    cases = {"together": costs.case(costs.links), "alone": costs.case(())}
    results = runner.results(cases.values())
    runner.solutions([cases["together"]])
    for links, result in zip((frozenset(costs.links), frozenset()), results, strict=True):
        costs.record(links, result)
    runs = {name: runner.open_run(case) for name, case in cases.items()}
    return {name: run for name, run in runs.items() if run is not None}


def _game(players: tuple[str, ...], costs: CoalitionCosts) -> CooperativeGame:
    """The game of the firms, with the values that are known already."""
    none_cost, least_cost = costs.costs([(), costs.links])

    def values(coalitions: list[int]) -> list[float]:
        link_sets = [costs.links_of(game.names(coalition)) for coalition in coalitions]
        return [none_cost - cost for cost in costs.costs(link_sets)]

    game = CooperativeGame(players, values)
    if len(players) > MAX_EXACT_PLAYERS:
        game.max_evaluations = MAX_EVALUATIONS_PER_FIRM * len(players)
    game.values[game.grand_coalition] = none_cost - least_cost
    return game


def _shapley(game: CooperativeGame, orders: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The Shapley value and half the width of its interval; exact where every coalition can be evaluated."""
    if len(game.players) <= MAX_EXACT_PLAYERS:
        return cooperative_game.shapley(game), np.zeros(len(game.players))
    return cooperative_game.shapley_sampled(game, orders, seed)


def _rents(
    links: Mapping[str, frozenset[str]], players: Sequence[str], table: pd.DataFrame
) -> np.ndarray:
    """The rent of every link at marginal prices, half to each of its firms."""
    rents = table.set_index("link")["rent"]
    return np.array(
        [sum(rents[link] / 2 for link, pair in links.items() if firm in pair) for firm in players]
    )


def _parties(runs: Mapping[str, Run], run_accounts: Mapping[str, Accounts]) -> pd.DataFrame:
    """Every party's balance at marginal prices, alone and together; the gains sum to the total saving."""
    parts = {name: stakeholder_accounts(run, run_accounts[name]) for name, run in runs.items()}
    frame = pd.DataFrame({name: part["balance"] for name, part in parts.items()}).fillna(0.0)
    frame["gain"] = frame["together"] - frame["alone"] if "alone" in frame else np.nan
    kinds = pd.concat([part["kind"] for part in parts.values()])
    frame.insert(0, "kind", kinds[~kinds.index.duplicated()])
    return frame.rename_axis("party")


def _assessment(game: CooperativeGame, allocations: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The sum of each allocation, and the coalition that gains most by leaving."""
    rows, tolerance = [], max(MIN_VALUE_EUR, 1e-6 * abs(game.total))
    for rule, allocation in allocations.items():
        excess = cooperative_game.max_excess(game, allocation)
        shares_all = abs(allocation.sum() - game.total) <= tolerance
        in_core = shares_all and excess.amount <= tolerance
        blocking = "" if in_core else " ".join(game.names(excess.coalition))
        checks = (shares_all, in_core, excess.certain, blocking, excess.amount)
        rows.append((rule, float(allocation.sum()), game.total, *checks))
    frame = pd.DataFrame(rows, columns=ALLOCATION_COLUMNS)
    return frame.assign(least_core_excess=cooperative_game.least_core(game)[0])


def _shares(
    game: CooperativeGame,
    columns: Mapping[str, np.ndarray],
    parties: pd.DataFrame,
    system: System,
    costs: CoalitionCosts,
) -> pd.DataFrame:
    """The statement of every firm: its balance alone and together at marginal prices, its share by each rule, and its side payment."""
    players = list(game.players)
    frame = system["firms"].loc[players, ["label_en", "label_da"]].rename_axis("firm").reset_index()
    frame["links"] = [sum(firm in pair for pair in costs.links.values()) for firm in players]
    for name in ("alone", "together"):
        known = parties[name] if name in parties else pd.Series(np.nan, parties.index)
        frame[f"{name}_at_prices"] = known.reindex(players, fill_value=0.0).to_numpy()
    frame = frame.assign(**columns)
    without = [game.grand_coalition ^ coalition for coalition in game.singletons]
    game.evaluate([*without, *game.singletons])
    frame["marginal_contribution"] = [game.total - game.values[c] for c in without]
    own_values = [game.values[coalition] for coalition in game.singletons]
    for rule in ("shapley", "nucleolus"):
        frame[f"loss_outside_{rule}"] = frame[rule] - own_values
        frame[f"side_payment_{rule}"] = frame[rule] - frame["prices"]
    return frame


def _coalitions(game: CooperativeGame, costs: CoalitionCosts) -> pd.DataFrame:
    """Every evaluated coalition."""
    rows, none_cost = [], costs.cost(frozenset())
    for coalition in sorted(game.values, key=lambda c: (c.bit_count(), c)):
        firms, value = game.names(coalition), game.values[coalition]
        links = costs.links_of(firms)
        known = costs.system_cost(frozenset(links))
        status = "penalty" if known is not None and known.is_infeasible else OPTIMAL
        reason = known.reason if known else ""
        size = (len(firms), " ".join(firms), len(links))
        rows.append((*size, none_cost - value, value, status, reason))
    names = ["firms", "coalition", "open_links", "cost", "value", "status", "reason"]
    return pd.DataFrame(rows, columns=names)


def _count(options: Mapping[str, Any], subject: Subject) -> int:
    """The cases of all coalitions of firms, or of the sampled ones, and of links and pairs."""
    links = symbiosis_links(subject.system)
    firms = len({firm for pair in links.values() for firm in pair})
    coalitions = 2**firms if firms <= MAX_EXACT_PLAYERS else 100 * firms
    pairs = len(links) * (len(links) - 1) // 2 if options["pairs"] == "yes" else 0
    return coalitions + 2 * len(links) + pairs


GUIDE = StudyGuide(
    name="symbiosis",
    rank=100,
    question=N_("What can firms do together, and how may they share it?"),
    summary=N_("The value of each link between firms and of each coalition, and fair shares."),
    choices=(
        Choice(
            "pairs",
            N_("Pairs of links"),
            ONE,
            "no",
            [
                ("no", N_("not compared")),
                ("yes", N_("compared: do they complement or replace each other?")),
            ],
        ),
    ),
    count=_count,
    answer=lambda case, options, folder, execution: symbiosis(
        case, folder, pairs=options["pairs"] == "yes", execution=execution
    ),
    is_offered=lambda subject: bool((subject.system["links"]["giver"].fillna("") != "").any()),
)
