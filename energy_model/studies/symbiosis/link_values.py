"""Link values: the costs of sets of open links and the run with all of them → the value of each link and pair of links."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from energy_model.formulation.metadata import PHYSICS
from energy_model.results.account_lines import ADDABLE
from energy_model.results.accounts import Accounts, solution_once
from energy_model.results.link_flows import forward_flow
from energy_model.results.run import Run
from energy_model.studies.symbiosis.coalition_costs import CoalitionCosts

MIN_VALUE_EUR = 1.0  # EUR/a below which a value is rounding
MIN_FULL_LINK_SHARE = 0.999  # share of its capacity above which a link is full
MIN_CAPACITY = 1e-6  # below which a link has none
USE_COLUMNS = ["label_en", "label_da", "one_firm", "other_firm", "capacity", "sent", "value_of_capacity", "hours_full", "rent"]  # fmt: skip
LINK_COLUMNS = ["link", "label_en", "label_da", "one_firm", "other_firm", "capacity", "sent", "standalone_value", "marginal_value", "value_of_capacity", "hours_full", "rent"]  # fmt: skip
PAIR_COLUMNS = ["link", "other_link", "standalone_value", "marginal_value", "standalone_synergy", "marginal_synergy", "kind"]  # fmt: skip


def link_tables(
    costs: CoalitionCosts, run: Run, run_accounts: Accounts, with_pairs: bool
) -> dict[str, pd.DataFrame]:
    """The tables ``links``, ``pairs`` and ``capacity_values``: what each link is worth, alone and with all others open.

    ``run`` is that with all links open, with its accounts.
    """
    links, all_links = list(costs.links), set(costs.links)
    pairs = [set(pair) for pair in itertools.combinations(links, 2)] if with_pairs else []
    singles: list[set[str]] = [{link} for link in links]
    opened = [*singles, *pairs]
    costs.costs(  # solves all at once
        members
        for group in (singles, pairs)
        for members in (*group, *(all_links - members for members in group))
    )
    none_cost, least_cost = costs.costs([(), all_links])
    standalone = none_cost - np.array(costs.costs(opened))
    marginal = np.array(costs.costs(all_links - members for members in opened)) - least_cost
    values = pd.DataFrame({"standalone_value": standalone, "marginal_value": marginal})
    uses, hourly = _uses(costs, run, run_accounts)
    table = uses.join(values.iloc[: len(links)].set_index(pd.Index(links, name="link")))
    table = table.reset_index()[LINK_COLUMNS]
    tables = {"links": table.sort_values("marginal_value", ascending=False, ignore_index=True)}
    if pairs:
        tables["pairs"] = _pairs(table.set_index("link"), values.iloc[len(links) :])
    return tables | {"capacity_values": hourly}


def _uses(
    costs: CoalitionCosts, run: Run, run_accounts: Accounts
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What each link carries, the value of its capacity in the year and its rent; the value hour by hour."""
    solution, data = solution_once(run), run.dataset
    hours, rents = data["step_weight"].to_numpy(), run_accounts.rents.set_index(["name", "line"])
    capacities, names = run.tables["capacities"], run.tables["names"]
    rows, hourly = {}, []
    for link, firms in costs.links.items():
        limit = next(
            block
            for block in solution.lp.constraints_of(PHYSICS).values()
            if block.table == "links" and block.by_step and link in block.labels
        )
        value = -solution.prices[limit.of(link)]
        rent = float(value.sum() * capacities.at[link, "capacity_existing"])
        rent += float(rents["amount"].get((link, ADDABLE), 0.0))
        sent = forward_flow(run, [link]).sel(link=link).to_numpy()
        capacity = float(capacities.at[link, "capacity"])
        is_full = (sent >= MIN_FULL_LINK_SHARE * capacity) & (capacity > MIN_CAPACITY)
        use = (capacity, float(sent @ hours), float(value.sum()), float(hours[is_full].sum()))
        rows[link] = (*names.loc[link, ["label_en", "label_da"]], *sorted(firms), *use, rent)
        steps = {
            "time": data["time"].to_numpy(),
            "hours": hours,
            "value": value / hours,
            "sent": sent,
        }
        hourly.append(pd.DataFrame({"link": link} | steps))
    uses = pd.DataFrame.from_dict(rows, orient="index", columns=USE_COLUMNS)
    return uses.rename_axis("link"), pd.concat(hourly, ignore_index=True)


def _pairs(links: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    """Whether two links reinforce or replace each other, the strongest effect first."""
    rows = []
    pairs = itertools.combinations(links.index, 2)
    for (link, other), (standalone, marginal) in zip(pairs, values.to_numpy(), strict=True):
        sums = links.loc[[link, other], ["standalone_value", "marginal_value"]].sum()
        early, late = standalone - sums["standalone_value"], sums["marginal_value"] - marginal
        kind = "reinforce" if early + late > 0 else "replace"
        kind = kind if max(abs(early), abs(late)) >= MIN_VALUE_EUR else ""
        rows.append((link, other, standalone, marginal, early, late, kind))
    frame = pd.DataFrame(rows, columns=PAIR_COLUMNS)
    synergy = (frame["standalone_synergy"] + frame["marginal_synergy"]).abs()
    return frame.iloc[np.argsort(-synergy.to_numpy(), kind="stable")].reset_index(drop=True)
