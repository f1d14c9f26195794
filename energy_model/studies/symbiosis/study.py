"""Symbiosis: the links between firms → the value of each link and coalition, and ways to share the gains.

A coalition of firms may use the links whose giver and taker both belong to it; all other symbiosis
links are closed: they add no capacity and carry no flow. The worth of a coalition is the system
cost with every such link closed, less the cost with only its own links open. Coalitions that open
the same links share one case. See `cooperative_game` for the ways to share.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.case.system import System
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.results.accounts import ADDABLE, Accounts, accounts, solution_once
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.results.stakeholders import owner_of, stakeholder_accounts
from energy_model.solving.load import Case
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.symbiosis import cooperative_game
from energy_model.studies.symbiosis.coalition_costs import CoalitionCosts, links_of_coalition
from energy_model.studies.symbiosis.cooperative_game import MAX_EXACT_PLAYERS, CooperativeGame

RULES = ("prices", "rents", "shapley", "nucleolus")
# Coalitions per firm that are evaluated in search of excesses, where not all can be
MAX_EVALUATIONS_PER_FIRM = 10
MIN_WORTH_EUR = 1.0  # EUR/a below which a worth is rounding
MIN_FULL_LINK_SHARE = 0.999  # share of its capacity above which a link is full


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
    """The worth of every symbiosis link and every coalition of firms, and ways to share it.

    Tables: ``links`` (worth alone and last in [EUR/a], value of capacity), ``pairs`` (whether two
    links reinforce or replace each other), ``coalitions``, ``shares`` (a statement per firm),
    ``allocations`` (which ways to share are in the core, and who would leave), ``parties`` (every
    party's gain at marginal prices) and ``capacity_values`` (hourly). With up to 12 firms every
    coalition is evaluated; with more, ``samples`` random orders are drawn. ``penalty`` [EUR/a] is
    the cost of an infeasible coalition above that of all firms together.

    Raises:
        InputError: a link names only one firm, or no link is a symbiosis.
        NoSolutionError: the case with all links open has no solution.
        StudyInterrupted: the study stops before all cases are solved.
    """
    setup = StudySetup.of("symbiosis", case, output, execution)
    system = setup.load()
    links = links_of_coalition(system)
    firms = {firm for pair in links.values() for firm in pair}
    players = tuple(sorted(firms, key=list(system["firms"].index).index))
    definition = {
        "pairs": pairs,
        "samples": samples,
        "seed": seed,
        "penalty": "" if penalty is None else float(penalty),
    }
    with setup.runner(definition) as runner:
        costs = CoalitionCosts(runner, links, penalty)
        together, alone = costs.case(links), costs.case(())
        answer_together, answer_alone = runner.results([together, alone])
        if answer_together["status"] != OPTIMAL:
            raise NoSolutionError(answer_together["status"], [answer_together["reason"]])
        costs.learn(frozenset(links), answer_together)
        costs.learn(frozenset(), answer_alone)
        least_cost, cost_alone = costs.costs([links, ()])

        def worths(coalitions: list[int]) -> list[float]:
            link_sets = [costs.within(game.names(coalition)) for coalition in coalitions]
            return [cost_alone - cost for cost in costs.costs(link_sets)]

        game = CooperativeGame(players, worths)
        if len(players) > MAX_EXACT_PLAYERS:
            game.budget = MAX_EVALUATIONS_PER_FIRM * len(players)
        game.known[game.all] = cost_alone - least_cost
        value, half_width = _shapley(game, samples, seed)
        runs = {"together": open_run(setup.folder / "runs" / together.key)}
        if answer_alone["status"] == OPTIMAL:
            runs["alone"] = open_run(setup.folder / "runs" / alone.key)
        accounts_by_run = {name: accounts(run) for name, run in runs.items()}
        tables = _link_tables(
            costs, cost_alone, runs["together"], accounts_by_run["together"], pairs
        )
        parties_table = _parties(runs, accounts_by_run)
        splits = {
            "prices": parties_table["gain"].reindex(players, fill_value=0.0).to_numpy(),
            "rents": _rents(links, players, tables["links"]),
            "shapley": value,
            "nucleolus": cooperative_game.nucleolus(game),
        }
        assessment = _judged(game, splits)
        shares = _shares(game, splits, half_width, parties_table, system, costs)
        tables |= {"shares": shares, "allocations": assessment}
        tables["parties"] = parties_table.reset_index()
        tables["coalitions"] = _coalitions(game, costs, cost_alone)
        notes = _notes(game, assessment, shares, costs, system, runs)
        return setup.write_results(runner, tables, notes)


def _shapley(game: CooperativeGame, orders: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The Shapley value and half the width of its interval; exact where every coalition can be evaluated."""
    if len(game.players) <= MAX_EXACT_PLAYERS:
        return cooperative_game.shapley(game), np.zeros(len(game.players))
    return cooperative_game.shapley_sampled(game, orders, seed)


def _link_tables(
    asked: CoalitionCosts, nothing: float, run: Run, book: Accounts, pairs: bool
) -> dict[str, pd.DataFrame]:
    """The worth of each link alone, added last and in pairs, and its hourly capacity value."""
    links, all_links = list(asked.links), set(asked.links)
    least_cost = asked.costs([all_links])[0]
    pair_sets = [set(pair) for pair in itertools.combinations(links, 2)] if pairs else []
    single_sets = [{link} for link in links]
    without_link = [all_links - {link} for link in links]
    without_pair = [all_links - pair_set for pair_set in pair_sets]
    asked.costs([*single_sets, *without_link, *pair_sets, *without_pair])
    alone = dict(zip(links, nothing - np.array(asked.costs(single_sets)), strict=True))
    last = dict(zip(links, np.array(asked.costs(without_link)) - least_cost, strict=True))
    program, data = solution_once(run), run.dataset
    length, rents = data["step_length"].to_numpy(), book.rents.set_index(["name", "line"])["amount"]
    capacities, names, rows, hours = run.tables["capacities"], run.tables["names"], [], []
    for link in links:
        family = next(
            candidate
            for candidate in ("sent_limit", "both_ways_limit")
            if link in program.lp.constraints[candidate].labels
        )
        capacity_value = -program.prices[program.lp.rows(family, link)]
        rent = float(
            capacity_value.sum() * capacities.at[link, "existing"] + rents.get((link, ADDABLE), 0.0)
        )
        sent = data["sent"].sel(link=link).to_numpy()
        capacity = float(capacities.at[link, "capacity"])
        full = (
            float(length[sent >= MIN_FULL_LINK_SHARE * capacity].sum()) if capacity > 1e-6 else 0.0
        )
        labels = (names.at[link, "label_en"], names.at[link, "label_da"])
        use = (capacity, float(sent @ length), alone[link], last[link])
        values = (float(capacity_value.sum()), full, rent)
        rows.append((link, *labels, *sorted(asked.links[link]), *use, *values))
        steps = zip(data["time"].to_numpy(), length, capacity_value, sent, strict=True)
        hours += [
            (link, t, float(duration), float(step_value / duration), float(flow))
            for t, duration, step_value, flow in steps
        ]
    columns = ["link", "label_en", "label_da", "one_firm", "other_firm", "capacity", "sent", "standalone_value", "marginal_value", "value_of_capacity", "hours_full", "rent"]  # fmt: skip
    link_table = pd.DataFrame(rows, columns=columns)
    tables = {"links": link_table.sort_values("marginal_value", ascending=False, ignore_index=True)}
    if pair_sets:
        worth_of_pair = nothing - np.array(asked.costs(pair_sets))
        cost_without_pair = np.array(asked.costs(without_pair)) - least_cost
        pair_rows = []
        for pair, pair_worth, pair_loss in zip(
            pair_sets, worth_of_pair, cost_without_pair, strict=True
        ):
            link, other = sorted(pair, key=links.index)
            early = pair_worth - alone[link] - alone[other]
            late = last[link] + last[other] - pair_loss
            maximum = max(abs(early), abs(late))
            kind = "" if maximum < MIN_WORTH_EUR else "reinforce" if early + late > 0 else "replace"
            pair_rows.append((link, other, pair_worth, pair_loss, early, late, kind))
        value_columns = [
            "standalone_value",
            "marginal_value",
            "standalone_synergy",
            "marginal_synergy",
        ]
        frame = pd.DataFrame(pair_rows, columns=["link", "other_link", *value_columns, "kind"])
        size = (frame["standalone_synergy"] + frame["marginal_synergy"]).abs()
        order = np.argsort(-size.to_numpy(), kind="stable")
        tables["pairs"] = frame.iloc[order].reset_index(drop=True)
    tables["capacity_values"] = pd.DataFrame(
        hours, columns=["link", "time", "hours", "value", "sent"]
    )
    return tables


def _rents(
    links: Mapping[str, frozenset[str]], players: Sequence[str], table: pd.DataFrame
) -> np.ndarray:
    """The rent of every link at marginal prices, half to each of its firms."""
    rent, rent_by_firm = table.set_index("link")["rent"], dict.fromkeys(players, 0.0)
    for link, pair in links.items():
        for firm in pair:
            rent_by_firm[firm] += float(rent[link]) / 2
    return np.array(list(rent_by_firm.values()))


def _parties(runs: Mapping[str, Run], books: Mapping[str, Accounts]) -> pd.DataFrame:
    """Every party's balance at marginal prices, alone and together; the gains sum to the total saving."""
    accounts_by_run = {name: stakeholder_accounts(run, books[name]) for name, run in runs.items()}
    frame = pd.DataFrame({name: part["balance"] for name, part in accounts_by_run.items()}).fillna(
        0.0
    )
    frame["gain"] = frame["together"] - frame["alone"] if "alone" in frame else np.nan
    kinds = pd.concat([part["kind"] for part in accounts_by_run.values()])
    frame.insert(0, "kind", kinds[~kinds.index.duplicated()])
    return frame.rename_axis("party")


def _judged(game: CooperativeGame, splits: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The sum of each way to share, and the coalition that gains most by leaving."""
    rows, total_worth = [], game.worth(game.all)
    tolerance = max(MIN_WORTH_EUR, 1e-6 * abs(total_worth))
    for rule, split in splits.items():
        excess = cooperative_game.max_excess(game, split)
        shares_all = abs(split.sum() - total_worth) <= tolerance
        stable = shares_all and excess.amount <= tolerance
        leaving = "" if stable else " ".join(game.names(excess.coalition))
        checks = (shares_all, stable, excess.certain, leaving, excess.amount)
        rows.append((rule, float(split.sum()), total_worth, *checks))
    level, _ = cooperative_game.least_core(game)
    names = ["rule", "sum", "total_value", "shares_all", "in_core", "certain", "blocking_coalition", "gains_by_leaving"]  # fmt: skip
    return pd.DataFrame(rows, columns=names).assign(least_core_excess=level)


def _shares(
    game: CooperativeGame, splits: Mapping[str, np.ndarray], half: np.ndarray, everybody: pd.DataFrame, system: System, asked: CoalitionCosts,
) -> pd.DataFrame:  # fmt: skip
    """The statement of every firm: its balance alone and together at marginal prices, its share by each rule, and its side payment."""
    frame = pd.DataFrame({"firm": game.players})
    for label in ("label_en", "label_da"):
        frame[label] = [system["firms"].at[firm, label] for firm in game.players]
    frame["links"] = [sum(firm in pair for pair in asked.links.values()) for firm in game.players]
    for name in ("alone", "together"):
        known = everybody[name] if name in everybody else pd.Series(np.nan, everybody.index)
        frame[f"{name}_at_prices"] = known.reindex(game.players, fill_value=0.0).to_numpy()
    for rule in RULES:
        frame[rule] = splits[rule]
    frame["shapley_half_width"] = half
    total_worth = game.worth(game.all)
    without = [game.all ^ 1 << i for i in range(len(game.players))]
    game.ask(without)
    frame["marginal_contribution"] = [total_worth - game.known[coalition] for coalition in without]
    for rule in ("shapley", "nucleolus"):
        own_worths = [game.worth(1 << i) for i in range(len(game.players))]
        frame[f"loss_outside_{rule}"] = frame[rule] - own_worths
        frame[f"side_payment_{rule}"] = frame[rule] - frame["prices"]
    return frame


def _coalitions(game: CooperativeGame, asked: CoalitionCosts, nothing: float) -> pd.DataFrame:
    """Every evaluated coalition."""
    rows = []
    for coalition in sorted(game.known, key=lambda s: (s.bit_count(), s)):
        firms = game.names(coalition)
        open_links = asked.within(firms)
        system_cost = asked.year(frozenset(open_links))
        infeasible = system_cost is not None and np.isnan(system_cost.cost)
        worth = game.known[coalition]
        status = "penalty" if infeasible else OPTIMAL
        reason = system_cost.reason if system_cost else ""
        size = (len(firms), " ".join(firms), len(open_links))
        rows.append((*size, nothing - worth, worth, status, reason))
    names = ["firms", "coalition", "open_links", "cost", "value", "status", "reason"]
    return pd.DataFrame(rows, columns=names)


def _notes(
    game: CooperativeGame, judged: pd.DataFrame, shares: pd.DataFrame, asked: CoalitionCosts, system: System, runs: Mapping[str, Run],
) -> list[str]:  # fmt: skip
    """The results in sentences."""
    total_worth = game.worth(game.all)
    notes = [
        f"Together the {len(game.players)} firms save the city {_thousand(total_worth)} a year."
    ]
    rows = judged.set_index("rule")
    for rule, subject in (("shapley", "The Shapley value"), ("nucleolus", "The nucleolus")):
        row = rows.loc[rule]
        qualifier = "" if row["certain"] else " among the coalitions that were looked at"
        if row["in_core"]:
            notes.append(
                f"{subject} is in the core: no group of firms gains by leaving{qualifier}."
            )
        else:
            firms = _and(row["blocking_coalition"].split())
            notes.append(
                f"{subject} is not in the core: {firms} would gain {_thousand(row['gains_by_leaving'])} a year by leaving."
            )
    least_excess = float(judged["least_core_excess"].iloc[0])
    tolerance = max(MIN_WORTH_EUR, 1e-6 * abs(total_worth))
    conclusion = (
        "so the core is not empty"
        if least_excess <= tolerance
        else "so the core is empty, and no split keeps everybody"
    )
    shown = max(least_excess, 0.0) if abs(least_excess) <= tolerance else least_excess
    notes.append(
        f"The least core: shared as well as can be, no group of firms gains more than {_thousand(shown)} a year by leaving, {conclusion}."
    )
    prices, rents = rows.loc["prices"], rows.loc["rents"]
    remainder = total_worth - prices["sum"]
    position = "in the core" if prices["in_core"] else "not in the core"
    notes.append(f"Marginal prices alone give the firms {_thousand(prices['sum'])} of it and {_thousand(remainder)} to citizens, the city and others; as a split it is {position}.")  # fmt: skip
    if rents["in_core"]:
        notes.append("The rents of the links at marginal prices sum to all that is saved, so this split is in the core.")  # fmt: skip
    else:
        notes.append(f"The rents of the links at marginal prices sum to {_thousand(rents['sum'])}; only where they sum to all that is saved are they a split in the core.")  # fmt: skip
    for row in shares.sort_values("shapley", ascending=False).itertuples(index=False):
        verb = "gets" if row.side_payment_shapley >= 0 else "pays"
        notes.append(f"{row.label_en or row.firm}: prices change its year by {_thousand(row.prices)} when the links open; its fair share is {_thousand(row.shapley)} (Shapley) or {_thousand(row.nucleolus)} (nucleolus), so it {verb} {_thousand(abs(row.side_payment_shapley))} beside the prices. It would lose {_thousand(row.loss_outside_shapley)} a year by staying out.")  # fmt: skip
    if len(game.players) > MAX_EXACT_PLAYERS:
        notes.append(f"With {len(game.players)} firms the Shapley value is drawn from random orders; the column shapley_half_width is half its 95 % interval. The nucleolus knows only the coalitions that were looked at.")  # fmt: skip
    infeasible = [
        (links, system_cost)
        for links, system_cost in asked.known.items()
        if np.isnan(system_cost.cost)
    ]
    notes += [
        f"With {len(links)} of the {len(asked.links)} links open there is no plan, and it is counted as costing {_thousand(asked.without_plan)} a year: {system_cost.reason}"
        for links, system_cost in infeasible
    ]
    owners = set(owner_of(runs["together"], pd.Series(system.assets.index.astype(str))))
    notes += [
        f"{firm} owns nothing in the case; at marginal prices it earns nothing, and its share comes as a side payment."
        for firm in game.players
        if firm not in owners
    ]
    return notes


def _thousand(amount: Any) -> str:
    return f"{float(amount) / 1e3:,.0f} kEUR"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
