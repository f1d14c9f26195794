"""Symbiosis: a run → its links between a supplying and a receiving firm: use, gain, and what replaces each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.case.system import System, bus_name
from energy_model.common.formatting import MIN_CAPACITY, format_number, format_share, label
from energy_model.common.language import N_, translator
from energy_model.formulation.link import arriving_share
from energy_model.reporting.content import SOFT, Block, Report, Text, data_table
from energy_model.reporting.topic_parts import Topic, TopicValues, money, name_of, topic_report
from energy_model.results.account_lines import DELIVERS, TAKES
from energy_model.results.accounts import accounts
from energy_model.results.link_flows import forward_flow
from energy_model.results.run import Run
from energy_model.results.run_files import system_of_run

STATES = N_("exists"), N_("new"), N_("extended"), N_("not built"), N_("not allowed in this run")
EXISTS, NEW, EXTENDED, NOT_BUILT, NOT_ALLOWED = STATES
MONEY = ("paid_to_giver", "worth_to_taker", "link_cost", "left_to_share")


def _make(run: Run, language: str, _values: TopicValues) -> Report:
    """Returns the links between firms: their use, what they are worth, and what replaces them."""
    _, links = translator(language), symbioses(run)
    used = links[links["capacity"] > MIN_CAPACITY]
    note = _(
        "The giver is paid the marginal price at its site and the taker pays the one at its own. The rest "
        "after the cost of the link is left for the two to share. The study of symbiosis "
        "solves the case without each firm, and shows fair shares."
    )
    return topic_report(
        run,
        language,
        _(TOPIC.title),
        _sentences(run, links, language),
        _use_table(run, links, language),
        _gain_table(used, language),
        _replacement_table(run, used, language),
        Text((note,), SOFT) if len(used) else [],
    )


def symbioses(run: Run) -> pd.DataFrame:
    """The links with a supplying and a receiving firm, those with the most energy first.

    The columns are those of ``capacities``; ``giver``, ``taker``, ``to_site`` and ``state``;
    ``paid_to_giver``, ``worth_to_taker``, ``link_cost`` and ``left_to_share`` [EUR/a]; ``other_supply``
    [unit/h] of ``other_carrier``, see `other_supply`; and ``peak`` [unit/h], the largest flow.
    """
    system, capacities, found = system_of_run(run), run.tables["capacities"], accounts(run)
    links = system["links"]
    pairs = links[["giver", "taker"]].map(lambda firm: isinstance(firm, str) and firm != "")
    named = links[pairs.all(axis=1)]
    frame = capacities.loc[named.index].join(named[["giver", "taker", "to_site"]])
    frame["state"] = [_state(row) for _, row in frame.iterrows()]
    lines = found.lines[found.lines["name"].isin(frame.index)]
    sums = lines.groupby(["name", "line"])["amount"].sum().unstack(fill_value=0.0)
    sums = sums.reindex(frame.index, fill_value=0.0).fillna(0.0)
    for line in (DELIVERS, TAKES):
        if line not in sums:
            sums[line] = 0.0
    frame["paid_to_giver"], frame["worth_to_taker"] = -sums[TAKES], sums[DELIVERS]
    frame["link_cost"] = -sums.drop(columns=[DELIVERS, TAKES]).sum(axis=1)
    frame["left_to_share"] = sums.sum(axis=1)
    supplies = [other_supply(run, system, str(name)) for name in frame.index]
    frame["other_carrier"] = [carrier for carrier, _ in supplies]
    frame["other_supply"] = [amount for _, amount in supplies]
    flows = forward_flow(run, frame.index)
    frame["peak"] = flows.max("time").to_series().reindex(frame.index)
    return frame.sort_values("yearly_activity", ascending=False, kind="stable")


def _state(row: pd.Series) -> str:
    if row["capacity"] <= MIN_CAPACITY:
        return NOT_BUILT if row["max_capacity_added"] > 0 else NOT_ALLOWED
    if row["capacity_added"] <= MIN_CAPACITY:
        return EXISTS
    return EXTENDED if row["capacity_existing"] > MIN_CAPACITY else NEW


def other_supply(run: Run, system: System, link: str) -> tuple[str, float]:
    """The carrier and capacity [unit/h] that serve the taker of a link if its giver stops.

    It is the capacity of all conversions, other links and markets that supply the bus of the taker. If there are
    none, the taker converts what arrives, and it is that of the bus that these conversions supply.
    """
    row = system["links"].loc[link]
    bus = bus_name(row["carrier"], row["to_site"])
    capacity = _supply(run, system, bus, [link])
    if capacity > MIN_CAPACITY:
        return str(row["carrier"]), capacity
    flows = system.flows.reset_index()
    means = np.array([system.step_values(cell).mean() for cell in flows["coefficient"]])
    flows = flows.assign(mean=means)
    users = flows.loc[(flows["bus"] == bus) & (flows["mean"] < 0), "conversion"]
    made = flows[
        flows["conversion"].isin(users)
        & (flows["mean"] > 0)
        & flows["bus"].isin(system.buses.index)
    ]
    if made.empty:
        return str(row["carrier"]), 0.0
    best = made.loc[made["mean"].idxmax()]
    return str(best["carrier"]), _supply(run, system, best["bus"], list(users))


def _supply(run: Run, system: System, bus: str, without: list[str]) -> float:
    """The capacity of conversions, links and markets that supply a bus [unit/h], without some names."""
    capacity, total = run.tables["capacities"]["capacity"], 0.0
    flows = system.flows[system.flows.index.get_level_values("bus") == bus]
    largest: dict[str, float] = {}
    for (name, mode, _bus), cell in flows["coefficient"].items():
        use = float(system.modes.at[(name, mode), "capacity_use"])
        output = float(system.step_values(cell).mean()) / use if use else 0.0
        largest[name] = max(largest.get(name, 0.0), output)
    total += sum(output * capacity[name] for name, output in largest.items() if name not in without)
    links = system["links"]
    arriving = arriving_share(links)
    for name, row in links.iterrows():
        ends = [row["to_site"]] + [row["from_site"]] * (row["both_ways"] == "yes")
        if name not in without and bus in (bus_name(row["carrier"], site) for site in ends):
            total += float(arriving[name]) * capacity[name]
    markets = system["markets"]
    buses = [bus_name(*pair) for pair in markets[["carrier", "site"]].to_numpy()]
    return total + float(markets.loc[[at == bus for at in buses], "max_purchase"].sum())


def _sentences(run: Run, links: pd.DataFrame, language: str) -> list[str]:
    _ = translator(language)
    if links.empty:
        return [_("The case has no links with a supplying and a receiving firm.")]
    used = links[links["capacity"] > MIN_CAPACITY]
    counts = links["state"].value_counts()
    sentences = [
        _(
            "The plan uses {used:#} of {count:#} links between firms: {exists:#} exist and {new:#} are new or extended.",
            used=len(used),
            count=len(links),
            exists=int(counts.get(EXISTS, 0)),
            new=int(counts.get(NEW, 0) + counts.get(EXTENDED, 0)),
        )
    ]
    if used.empty:
        return sentences
    paid, worth, left = (
        float(used[column].sum()) for column in ("paid_to_giver", "worth_to_taker", "left_to_share")
    )
    # shares in whole per cent sum to 100
    kept, links_share = (
        round(part / worth, 2) if worth > 0 else 0.0 for part in (left, worth - paid - left)
    )
    largest = used.iloc[0]
    return [
        *sentences,
        _(
            "The largest is {link} with {amount}.",
            link=label(largest, used.index[0], language),
            amount=_yearly(largest, language),
        ),
        _(
            "At the prices of the run the givers are paid {paid}, and {left} is left to share after the cost of the links.",
            paid=money(run, paid, language),
            left=money(run, left, language),
        ),
        _(
            "Of what the supply is worth to the takers, the givers have {paid}, the links cost {links}, and the takers keep {kept}. Marginal prices give these shares; firms may agree on others.",
            paid=format_share(1 - kept - links_share, 0, language),
            links=format_share(links_share, 0, language),
            kept=format_share(kept, 0, language),
        )
        if paid > 0 and worth > 0
        else "",
        _(
            "What the links save the city is the difference to a run in which they are forbidden; the study of symbiosis has it too."
        ),
        _replaced(used, language),
    ]


def _replaced(used: pd.DataFrame, language: str) -> str:
    """Returns how many links other supply at the taker could replace by its capacity."""
    _, enough = translator(language), int((used["other_supply"] >= used["peak"]).sum())
    return _(
        "For {enough:#} of {count:#} the other supply at the taker has at least the capacity of the largest flow.",
        enough=enough,
        count=len(used),
    )


def _yearly(row: pd.Series, language: str) -> str:
    """Returns the yearly flow of a link: GWh of energy, else the unit of its carrier."""
    if row["unit"] == "MW":
        return format_number(row["yearly_activity"] / 1e3, "GWh/a", language)
    return format_number(row["yearly_activity"], row["unit"].replace("/h", "/a"), language)


def _use_table(run: Run, links: pd.DataFrame, language: str) -> list[Block]:
    _, carriers = translator(language), run.tables["carriers"]
    rows = [
        [
            label(row, name, language),
            label(carriers, row["carrier"], language),
            name_of(run, row["giver"], language),
            name_of(run, row["taker"], language),
            _(row["state"]),
            *(
                [
                    format_number(row["capacity"], row["unit"], language),
                    format_number(row["full_load_hours"], language=language),
                    _yearly(row, language),
                ]
                if row["capacity"] > MIN_CAPACITY
                else ["", "", ""]
            ),
        ]
        for name, row in links.iterrows()
    ]
    heads = (
        _("Link"),
        _("Carrier"),
        _("From"),
        _("To"),
        _("State"),
        _("Capacity"),
        _("Full-load hours"),
        _("In the year"),
    )
    return data_table(_("Links between firms"), heads, rows, 3)


def _gain_table(used: pd.DataFrame, language: str) -> list[Block]:
    _ = translator(language)
    rows = [
        [
            label(row, name, language),
            *(format_number(row[column] / 1e3, language=language) for column in MONEY),
        ]
        for name, row in used.iterrows()
    ]
    heads = (
        _("Link"),
        _("Paid to the giver [1,000 EUR/a]"),
        _("Worth to the taker [1,000 EUR/a]"),
        _("Cost of the link [1,000 EUR/a]"),
        _("Left to share [1,000 EUR/a]"),
    )
    return data_table(_("What both gain at the prices of the run"), heads, rows, 4)


def _other(row: pd.Series, language: str) -> str:
    _ = translator(language)
    if np.isinf(row["other_supply"]):
        return _("unlimited")
    if row["other_supply"] <= MIN_CAPACITY:
        return _("nothing")
    return format_number(row["other_supply"], row["unit"], language)


def _replacement_table(run: Run, used: pd.DataFrame, language: str) -> list[Block]:
    _, carriers = translator(language), run.tables["carriers"]
    rows = [
        [
            label(row, name, language),
            name_of(run, row["to_site"], language),
            label(carriers, row["other_carrier"], language),
            format_number(row["peak"], row["unit"], language),
            _other(row, language),
        ]
        for name, row in used.iterrows()
    ]
    heads = (
        _("Link"),
        _("Site of the taker"),
        _("Served instead by"),
        _("Largest flow"),
        _("Capacity of other supply"),
    )
    note = _(
        "Other supply is all capacity of plants, links and markets that reach the taker; in cold weeks others use it too. "
        "Where nothing else supplies the carrier, it is that of what the taker makes of it."
    )
    return data_table(_("If the giver stops"), heads, rows, 2, note=note)


TOPIC = Topic(
    rank=30,
    title=N_("Symbiosis: firms that supply each other"),
    question=N_("Which firms supply each other, and what is it worth?"),
    make=_make,
    studies=("symbiosis",),
)
