"""Symbiosis: what is each link between firms worth, what can firms do together, and how may they share it?

A coalition of firms may use the links whose giver and taker are both in it; all other symbiosis links are closed: not added,
and carrying nothing. Its worth is the cost of the system with every such link closed, less the cost with only its own closed.
Coalitions that open the same links are one case. See `games` for the ways to share.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.results.accounts import ADDABLE, Accounts, accounts, solution_once
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.results.stakeholders import owner_of, stakeholder_accounts
from energy_model.studies.runner.study import CaseSpec, ExecutionOptions, Study, write_results
from energy_model.studies.symbiosis import cooperative_game
from energy_model.studies.symbiosis.coalition_costs import CoalitionCosts, links_of_coalition
from energy_model.studies.symbiosis.cooperative_game import MAX_EXACT_PLAYERS, CooperativeGame

RULES = ("prices", "rents", "shapley", "nucleolus")
# Coalitions for each firm that are asked to look for complaints, where not all can be
MAX_EVALUATIONS_PER_FIRM = 10
MIN_WORTH_EUR = 1.0  # EUR/a below which a worth is rounding
MIN_FULL_LINK_SHARE = 0.999  # share of its capacity above which a link is full


def symbiosis(
    case: str | Path,
    output: str | Path | None = None,
    scenario: str | None = None,
    changes: Sequence[str] = (),
    resolution: int | str | None = None,
    pairs: bool = True,
    samples: int = 100,
    seed: int = 1,
    penalty: float | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """Every symbiosis link's worth, the worth of every coalition of firms, and how they may share it.

    Tables: ``links`` (worth alone and last in [EUR/a], value of its capacity), ``pairs`` (whether two links reinforce or replace each other),
    ``coalitions``, ``shares`` (a firm's statement), ``splits`` (which ways to share are in the core, and who would leave), ``parties`` (what
    everybody gains at marginal prices) and ``capacity_values`` (hour by hour). Up to 12 firms every coalition is asked; above, ``orders`` random orders are drawn.
    ``penalty`` [EUR/a] is what a coalition without a plan costs above all together. Raises InputError, NoSolutionError or Stopped.
    """
    execution, place = (
        execution or ExecutionOptions(),
        CaseSpec.of(case, output, "symbiosis", scenario, changes, resolution),
    )
    system = place.read()
    links = links_of_coalition(system)
    players = tuple(sorted({firm for pair in links.values() for firm in pair}, key=list(system["firms"].index).index))  # fmt: skip
    definition = {"pairs": pairs, "orders": samples, "seed": seed, "penalty": "" if penalty is None else float(penalty)}  # fmt: skip
    with place.work("symbiosis", definition, execution) as work:
        asked = CoalitionCosts(work, links, penalty)
        together, alone = asked.case(links), asked.case(())
        first, last = work.answers([together, alone])
        if first["status"] != OPTIMAL:
            raise NoSolutionError(first["status"], [first["reason"]])
        asked.learn(frozenset(links), first)
        asked.learn(frozenset(), last)
        least, nothing = asked.costs([links, ()])

        def worths(coalitions: list[int]) -> list[float]:
            cost = asked.costs([asked.within(game.names(s)) for s in coalitions])
            return [nothing - c for c in cost]

        game = CooperativeGame(players, worths)
        if len(players) > MAX_EXACT_PLAYERS:
            game.budget = MAX_EVALUATIONS_PER_FIRM * len(players)
        game.known[game.all] = nothing - least
        value, half = _shapley(game, samples, seed)
        runs = {name: open_run(place.out / "runs" / c.key) for name, c in (("together", together), ("alone", alone)) if work.store.finding(c)["status"] == OPTIMAL}  # type: ignore[index]  # fmt: skip
        books = {name: accounts(run) for name, run in runs.items()}
        tables = _link_tables(asked, nothing, runs["together"], books["together"], pairs)
        everybody = _parties(runs, books)
        splits = {
            "prices": everybody["gain"].reindex(players, fill_value=0.0).to_numpy(),
            "rents": _rents(links, players, tables["links"]),
            "shapley": value,
            "nucleolus": cooperative_game.nucleolus(game),
        }
        judged = _judged(game, splits)
        shares = _shares(game, splits, half, everybody, system, asked)
        tables |= {"shares": shares, "splits": judged, "parties": everybody.reset_index(), "coalitions": _coalitions(game, asked, nothing)}  # fmt: skip
        notes = _notes(game, judged, shares, asked, system, runs)
        return write_results(work, place, "symbiosis", tables, notes)


def _shapley(game: CooperativeGame, orders: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The Shapley value, exact where every coalition can be asked; and half the width of its interval."""
    if len(game.players) <= MAX_EXACT_PLAYERS:
        return cooperative_game.shapley(game), np.zeros(len(game.players))
    return cooperative_game.shapley_sampled(game, orders, seed)


def _link_tables(
    asked: CoalitionCosts, nothing: float, run: Run, book: Accounts, pairs: bool
) -> dict[str, pd.DataFrame]:
    """What each link is worth, alone, last in, together with each other one, and hour by hour."""
    links, every = list(asked.links), set(asked.links)
    least = asked.costs([every])[0]
    both = [set(pair) for pair in itertools.combinations(links, 2)] if pairs else []
    asked.costs([*([link] for link in links), *(every - {link} for link in links), *both, *(every - b for b in both)])  # fmt: skip
    alone = dict(zip(links, nothing - np.array(asked.costs([[link] for link in links])), strict=True))  # fmt: skip
    last = dict(zip(links, np.array(asked.costs([every - {link} for link in links])) - least, strict=True))  # fmt: skip
    program, data = solution_once(run), run.dataset
    length, rents = data["step_length"].to_numpy(), book.rents.set_index(["name", "line"])["amount"]
    built, names, rows, hours = run.tables["capacities"], run.tables["names"], [], []
    for link in links:
        family = next(
            f for f in ("sent_limit", "both_ways_limit") if link in program.lp.constraints[f].labels
        )
        worth = -program.prices[program.lp.rows(family, link)]
        rent = float(worth.sum() * built.at[link, "existing"] + rents.get((link, ADDABLE), 0.0))
        sent = data["sent"].sel(link=link).to_numpy()
        capacity = float(built.at[link, "capacity"])
        full = (
            float(length[sent >= MIN_FULL_LINK_SHARE * capacity].sum()) if capacity > 1e-6 else 0.0
        )
        giver_taker = [names.at[link, "label_en"], names.at[link, "label_da"], *sorted(asked.links[link])]  # fmt: skip
        rows.append((link, *giver_taker, capacity, float(sent @ length), alone[link], last[link], float(worth.sum()), full, rent))  # fmt: skip
        stamps = data["time"].to_numpy()
        hours += [(link, t, float(n), float(w / n), float(s)) for t, n, w, s in zip(stamps, length, worth, sent, strict=True)]  # fmt: skip
    columns = ["link", "label_en", "label_da", "one_firm", "other_firm", "capacity", "sent", "worth_alone", "worth_last", "value_of_capacity", "hours_full", "rent"]  # fmt: skip
    found = {"links": pd.DataFrame(rows, columns=columns).sort_values("worth_last", ascending=False, ignore_index=True)}  # fmt: skip
    if both:
        first = nothing - np.array(asked.costs(both))
        final = np.array(asked.costs([every - b for b in both])) - least
        told = []
        for pair, of_two, lost in zip(both, first, final, strict=True):
            a, b = sorted(pair, key=links.index)
            early, late = of_two - alone[a] - alone[b], last[a] + last[b] - lost
            most = max(abs(early), abs(late))
            kind = "" if most < MIN_WORTH_EUR else "reinforce" if early + late > 0 else "replace"
            told.append((a, b, of_two, lost, early, late, kind))
        names_ = ["link", "other_link", "worth_alone", "worth_last", "more_alone", "more_last", "kind"]  # fmt: skip
        frame = pd.DataFrame(told, columns=names_)
        order = np.argsort(-(frame["more_alone"] + frame["more_last"]).abs().to_numpy(), kind="stable")  # fmt: skip
        found["pairs"] = frame.iloc[order].reset_index(drop=True)
    found["capacity_values"] = pd.DataFrame(
        hours, columns=["link", "time", "hours", "value", "sent"]
    )
    return found


def _rents(
    links: Mapping[str, frozenset[str]], players: Sequence[str], table: pd.DataFrame
) -> np.ndarray:
    """The rent of every link at marginal prices, half to each of its firms."""
    rent, found = table.set_index("link")["rent"], dict.fromkeys(players, 0.0)
    for link, pair in links.items():
        for firm in pair:
            found[firm] += float(rent[link]) / 2
    return np.array(list(found.values()))


def _parties(runs: Mapping[str, Run], books: Mapping[str, Accounts]) -> pd.DataFrame:
    """What every party has left at marginal prices, alone and together; the gains sum to what all save."""
    kept = {name: stakeholder_accounts(run, books[name]) for name, run in runs.items()}
    frame = pd.DataFrame({name: part["balance"] for name, part in kept.items()}).fillna(0.0)
    frame["gain"] = frame["together"] - frame["alone"] if "alone" in frame else np.nan
    kinds = pd.concat([part["kind"] for part in kept.values()])
    frame.insert(0, "kind", kinds[~kinds.index.duplicated()])
    return frame.rename_axis("party")


def _judged(game: CooperativeGame, splits: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """For each way to share: what it sums to, and who gains most by leaving."""
    rows, whole = [], game.worth(game.all)
    near = max(MIN_WORTH_EUR, 1e-6 * abs(whole))
    for rule, split in splits.items():
        worst = cooperative_game.max_excess(game, split)
        shares_all = abs(split.sum() - whole) <= near
        stable = shares_all and worst.amount <= near
        rows.append((rule, float(split.sum()), whole, shares_all, stable, worst.certain, "" if stable else " ".join(game.names(worst.coalition)), worst.amount))  # fmt: skip
    level, _ = cooperative_game.least_core(game)
    names = ["rule", "sum", "worth_of_all", "shares_all", "in_core", "certain", "leaves", "gains_by_leaving"]  # fmt: skip
    return pd.DataFrame(rows, columns=names).assign(least_complaint=level)


def _shares(
    game: CooperativeGame, splits: Mapping[str, np.ndarray], half: np.ndarray, everybody: pd.DataFrame, system: System, asked: CoalitionCosts,
) -> pd.DataFrame:  # fmt: skip
    """The statement of every firm: alone and together at marginal prices, its share by each rule, and the payment between them."""
    frame = pd.DataFrame({"firm": game.players})
    for label in ("label_en", "label_da"):
        frame[label] = [system["firms"].at[firm, label] for firm in game.players]
    frame["links"] = [sum(firm in pair for pair in asked.links.values()) for firm in game.players]
    for name in ("alone", "together"):
        known = everybody[name] if name in everybody else pd.Series(np.nan, everybody.index)
        frame[f"{name}_at_prices"] = known.reindex(game.players, fill_value=0.0).to_numpy()
    for rule in RULES:
        frame[rule] = splits[rule]
    frame["shapley_within"] = half
    whole = game.worth(game.all)
    without = [game.all ^ 1 << i for i in range(len(game.players))]
    game.ask(without)
    frame["others_lose"] = [whole - game.known[s] for s in without]
    for rule in ("shapley", "nucleolus"):
        frame[f"loses_outside_{rule}"] = frame[rule] - [game.worth(1 << i) for i in range(len(game.players))]  # fmt: skip
        frame[f"side_payment_{rule}"] = frame[rule] - frame["prices"]
    return frame


def _coalitions(game: CooperativeGame, asked: CoalitionCosts, nothing: float) -> pd.DataFrame:
    """Every coalition whose worth was asked."""
    rows = []
    for coalition in sorted(game.known, key=lambda s: (s.bit_count(), s)):
        firms = game.names(coalition)
        opened = asked.within(firms)
        year = asked.year(frozenset(opened))
        ended = year is not None and np.isnan(year.cost)
        rows.append((len(firms), " ".join(firms), len(opened), nothing - game.known[coalition], game.known[coalition], "penalty" if ended else OPTIMAL, year.reason if year else ""))  # fmt: skip
    return pd.DataFrame(rows, columns=["firms", "coalition", "open_links", "cost", "worth", "status", "reason"])  # fmt: skip


def _notes(
    game: CooperativeGame, judged: pd.DataFrame, shares: pd.DataFrame, asked: CoalitionCosts, system: System, runs: Mapping[str, Run],
) -> list[str]:  # fmt: skip
    """What the tables say, in sentences."""
    whole = game.worth(game.all)
    notes = [f"Together the {len(game.players)} firms save the city {_thousand(whole)} a year."]
    rows = judged.set_index("rule")
    for rule, said in (("shapley", "The Shapley value"), ("nucleolus", "The nucleolus")):
        row = rows.loc[rule]
        looked = "" if row["certain"] else " among the coalitions that were looked at"
        if row["in_core"]:
            notes.append(f"{said} is in the core: no group of firms gains by leaving{looked}.")
        else:
            firms = _and(row["leaves"].split())
            notes.append(f"{said} is not in the core: {firms} would gain {_thousand(row['gains_by_leaving'])} a year by leaving.")  # fmt: skip
    least = float(judged["least_complaint"].iloc[0])
    near = max(MIN_WORTH_EUR, 1e-6 * abs(whole))
    least_core = (
        "so the core is not empty"
        if least <= near
        else "so the core is empty, and no split keeps everybody"
    )
    notes.append(f"The least core: shared as well as can be, no group of firms gains more than {_thousand(max(least, 0.0) if abs(least) <= near else least)} a year by leaving, {least_core}.")  # fmt: skip
    prices, rents = rows.loc["prices"], rows.loc["rents"]
    kept = whole - prices["sum"]
    ends = "in the core" if prices["in_core"] else "not in the core"
    notes.append(f"Marginal prices alone give the firms {_thousand(prices['sum'])} of it and {_thousand(kept)} to citizens, the city and others; as a split it is {ends}.")  # fmt: skip
    if rents["in_core"]:
        notes.append("The rents of the links at marginal prices sum to all that is saved, so this split is in the core.")  # fmt: skip
    else:
        notes.append(f"The rents of the links at marginal prices sum to {_thousand(rents['sum'])}; only where they sum to all that is saved are they a split in the core.")  # fmt: skip
    for row in shares.sort_values("shapley", ascending=False).itertuples(index=False):
        pays = "gets" if row.side_payment_shapley >= 0 else "pays"
        notes.append(f"{row.label_en or row.firm}: prices change its year by {_thousand(row.prices)} when the links open; its fair share is {_thousand(row.shapley)} (Shapley) or {_thousand(row.nucleolus)} (nucleolus), so it {pays} {_thousand(abs(row.side_payment_shapley))} beside the prices. It would lose {_thousand(row.loses_outside_shapley)} a year by staying out.")  # fmt: skip
    if len(game.players) > MAX_EXACT_PLAYERS:
        notes.append(f"With {len(game.players)} firms the Shapley value is drawn from random orders; the column shapley_within is half its 95 % interval. The nucleolus knows only the coalitions that were looked at.")  # fmt: skip
    ended = [(links, year) for links, year in asked.known.items() if np.isnan(year.cost)]
    notes += [f"With {len(links)} of the {len(asked.links)} links open there is no plan, and it is counted as costing {_thousand(asked.without_plan)} a year: {year.reason}" for links, year in ended]  # fmt: skip
    owners = set(owner_of(runs["together"], pd.Series(system.assets.index.astype(str))))
    notes += [f"{firm} owns nothing in the case; at marginal prices it earns nothing, and its share comes as a side payment." for firm in game.players if firm not in owners]  # fmt: skip
    return notes


def _thousand(amount: Any) -> str:
    return f"{float(amount) / 1e3:,.0f} kEUR"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
