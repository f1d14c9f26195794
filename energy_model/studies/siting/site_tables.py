"""Site tables: the plans with an activity at each site → the sites ranked, with reasons, prices, land and reinforcements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.common.language import N_, Message, labels_of
from energy_model.optimization.highs import OPTIMAL
from energy_model.results.account_lines import DELIVERS, EMISSIONS, LAND, TAKES, TARGET_VALUE
from energy_model.results.accounts import Accounts, accounts
from energy_model.results.land_kinds import PREFIX
from energy_model.results.run import Run
from energy_model.studies.siting.candidate_sites import CandidateSite

MIN_TRADE_SHARE = 1e-6  # of the activity's largest flow over the year; less is rounding
MIN_LAND_CHANGE = 1e-4  # [ha]
MIN_LISTED_DIFFERENCE_EUR = 500.0  # EUR/a of a part of the cost against the mean of the sites
MAX_REASONS = 3  # differences and reinforcements named for each site
NOT_ALLOWED = "not allowed"
# not solved, as the estimate is not below the cost of the sites that are wanted
ESTIMATED = "estimated"
NOT_SOLVED = Message("not solved, since it costs at least as much as the cheapest sites")
INCREMENTS = (
    "citizens_points",
    "firms_points",
)  # of the summary, after emissions and the land of each kind
SITE_COLUMNS = (
    "site",
    "label_en",
    "label_da",
    "status",
    "added_cost",
    "estimate",
    "difference",
    "added_cost_per_unit",
)
PRICE_COLUMNS = {"site": str, "carrier": str, "line": str, "quantity": float, "unit": str, "price": float}  # fmt: skip
LAND_COLUMNS = {"site": str, "at": str, "land_class": str, "more": float}
LINK_COLUMNS = {"site": str, "link": str, "label_en": str, "label_da": str, "kind": str, "more": float, "unit": str, "investment": float}  # fmt: skip
Row = tuple[Any, ...]


@dataclass(frozen=True)
class PlacedActivity:
    """A site, the result with the activity there, its cost at the prices of the plan, and what its run tells."""

    candidate: CandidateSite
    result: Mapping[str, Any]
    estimate: float
    prices: tuple[Row, ...] = ()
    land: tuple[Row, ...] = ()
    links: tuple[Row, ...] = ()
    components: pd.Series | None = None  # of the net cost of the activity and its links [EUR/a]

    @classmethod
    def of_run(
        cls,
        candidate: CandidateSite,
        result: Mapping[str, Any],
        estimate: float,
        runs: tuple[Run, Run],
        min_link_change: float,
    ) -> PlacedActivity:
        """The activity at a site, from its run and that without it."""
        run, base = runs
        run_accounts, site = accounts(run), candidate.site
        return cls(
            candidate,
            result,
            estimate,
            tuple((site, *row) for row in _prices(run, run_accounts, candidate)),
            tuple((site, *row) for row in _land(run, base)),
            tuple((site, *row) for row in _links(run, base, candidate, min_link_change)),
            _cost_components(run_accounts, candidate),
        )


def site_tables(placed: Sequence[PlacedActivity]) -> dict[str, pd.DataFrame]:
    """The firm's prices, the land taken and the reinforcements, by site."""
    return {
        "prices": _frame((row for place in placed for row in place.prices), PRICE_COLUMNS),
        "land": _frame((row for place in placed for row in place.land), LAND_COLUMNS),
        "reinforcements": _frame((row for place in placed for row in place.links), LINK_COLUMNS),
    }


def _frame(rows: Iterable[Row], columns: Mapping[str, type]) -> pd.DataFrame:
    numbers = {name: kind for name, kind in columns.items() if kind is float}
    return pd.DataFrame(list(rows), columns=list(columns)).astype(numbers)


def _prices(run: Run, run_accounts: Accounts, candidate: CandidateSite) -> Iterable[Row]:
    lines = run_accounts.lines[run_accounts.lines["name"] == candidate.asset]
    traded = lines[lines["line"].isin([DELIVERS, TAKES])]
    quantities = traded["quantity"].abs()
    for row in traded[quantities > MIN_TRADE_SHARE * quantities.max()].itertuples(index=False):
        carrier = row.of.split("@")[0]
        unit = run.tables["carriers"].at[carrier, "unit"]
        yield carrier, row.line, row.quantity, unit, row.amount / row.quantity


def _land(run: Run, base: Run) -> Iterable[Row]:
    change = run.tables["land"]["land_use"] - base.tables["land"]["land_use"]
    for (site, land_class), amount in change[change.abs() > MIN_LAND_CHANGE].items():
        yield site, land_class, amount


def _links(run: Run, base: Run, candidate: CandidateSite, min_change: float) -> Iterable[Row]:
    table = run.tables["capacities"].query("table == 'links'")
    growth = table["capacity_added"] - base.tables["capacities"]["capacity_added"].reindex(
        table.index
    ).fillna(0.0)
    own_links = {link.name for link in candidate.links}
    for link, more in growth[growth.abs() > min_change].items():
        kind = "connection" if link in own_links else "reinforcement"
        row = table.loc[link]
        cost = more * float(row["unit_investment"])
        yield link, row["label_en"], row["label_da"], kind, more, row["unit"], cost


def ranked_sites(
    placed: Sequence[PlacedActivity],
    candidates: Sequence[CandidateSite],
    base: Mapping[str, Any],
    size: float,
    system: System,
    causes: Mapping[str, str],
) -> pd.DataFrame:
    """All sites, the cheapest first, with the causes of their cost."""
    rows = [_site(place, base, size) for place in placed]
    rows += [
        {"site": candidate.site, "status": NOT_ALLOWED, "reason": candidate.reason}
        for candidate in candidates
        if candidate.reason
    ]
    frame = pd.DataFrame(rows)
    for label in ("label_en", "label_da"):
        frame[label] = [system["sites"].at[site, label] for site in frame["site"]]
    frame["why"] = [
        NOT_SOLVED if status == ESTIMATED else causes.get(site, "")
        for site, status in zip(frame["site"], frame["status"], strict=True)
    ]
    columns = (*SITE_COLUMNS, *_increments(base), "why", "reason")
    frame = frame.reindex(columns=list(columns))
    order = ["added_cost", "estimate"]
    return frame.sort_values(order, kind="stable", na_position="last", ignore_index=True)


def cost_causes(
    placed: Sequence[PlacedActivity], reinforcements: pd.DataFrame
) -> dict[str, Message]:
    """The causes of the cost of each site with a plan, as sentences."""
    components = {
        place.candidate.site: place.components for place in placed if place.components is not None
    }
    parts = pd.DataFrame(components).fillna(0.0)
    return {site: _explain_site(parts, site, reinforcements) for site in parts}


def _site(place: PlacedActivity, base: Mapping[str, Any], size: float) -> dict[str, Any]:
    """What the activity at a site adds to the system."""
    result = place.result
    row = {
        "site": place.candidate.site,
        "status": result["status"],
        "reason": result["reason"],
        "estimate": place.estimate,
    }
    if result["status"] != OPTIMAL:
        return row
    added_cost = result["objective"] - base["objective"]
    return row | {
        "added_cost": added_cost,
        "difference": added_cost - place.estimate,
        "added_cost_per_unit": added_cost / size,
        **{name: result["summary"][name] - base["summary"][name] for name in _increments(base)},
    }


def _increments(base: Mapping[str, Any]) -> tuple[str, ...]:
    """The headline numbers whose change by the activity is in the table of sites."""
    kinds = (name for name in base["summary"] if name.startswith(PREFIX))
    return "net_emissions", *kinds, *INCREMENTS


def _cost_components(run_accounts: Accounts, candidate: CandidateSite) -> pd.Series:
    """The net cost of the activity and its links, by component [EUR/a]."""
    own_names = {candidate.asset, *(link.name for link in candidate.links)}
    lines = run_accounts.lines[run_accounts.lines["name"].isin(own_names)]
    carrier = lines["of"].str.split("@").str[0].str.replace("_", " ")
    is_trade = lines["line"].isin([DELIVERS, TAKES])
    kind = carrier.where(is_trade, N_("building and running it"))
    kind = kind.mask(lines["line"] == LAND, N_("land"))
    kind = kind.mask(lines["line"].isin([EMISSIONS, TARGET_VALUE]), N_("emissions"))
    kind = kind.mask(~is_trade & (lines["name"] != candidate.asset), N_("new links to the site"))
    sums: pd.Series = lines.groupby(kind)["amount"].sum()
    return sums


def _explain_site(parts: pd.DataFrame, site: str, links: pd.DataFrame) -> Message:
    """The largest cost differences from the mean of all sites, and the reinforcements."""
    differences = (parts[site] - parts.mean(axis=1)).sort_values(key=np.abs, ascending=False)
    differences = differences[differences.abs() > MIN_LISTED_DIFFERENCE_EUR].head(MAX_REASONS)
    better, worse = (
        [
            Message("{part} by {amount:EUR/a}", part=Message(str(name)), amount=abs(value))
            for name, value in differences.items()
            if (value > 0) == is_better
        ]
        for is_better in (True, False)
    )
    if parts.shape[1] == 1:
        cause = Message("the only site")
    elif better and worse:
        text = N_("better than the mean of the sites: {better}; worse: {worse}")
        cause = Message(text, better=better, worse=worse)
    elif better:
        cause = Message("better than the mean of the sites: {better}", better=better)
    elif worse:
        cause = Message("worse than the mean of the sites: {worse}", worse=worse)
    else:
        cause = Message("much as at other sites")
    grown = links[(links["site"] == site) & (links["more"] > 0)].nlargest(MAX_REASONS, "investment")
    if grown.empty:
        return cause
    new_links = [
        Message(
            "{link} {amount:+#} {unit}",
            link=labels_of(row._asdict(), row.link),
            amount=row.more,
            unit=Message(row.unit),
        )
        for row in grown.itertuples(index=False)
    ]
    return Message("{cause}; {links}", cause=cause, links=new_links)
