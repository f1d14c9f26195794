"""Infrastructure: a run → its project sheet: what is added, what it costs, who decides, and what comes next."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.case.system import System
from energy_model.common.formatting import format_number, label, listed, words
from energy_model.common.language import N_, translator
from energy_model.reporting.content import Block, Report, data_table
from energy_model.reporting.narrative import MIN_WORTH_EUR
from energy_model.reporting.topic_parts import (
    Topic,
    TopicValues,
    kroner,
    money,
    name_of,
    topic_report,
)
from energy_model.results.decisions import decisions_of
from energy_model.results.run import Run
from energy_model.results.run_files import system_of_run
from energy_model.results.summary import is_added

MAX_PROJECTS = 25
MAX_NAMED = 3  # projects or dependencies that are named
NEXT_STEPS = {
    "stopped": N_("needs a new decision by those who stopped it"),
    "on_hold": N_("needs those who paused it to take it up again"),
    "in_hearing": N_("needs the answers of the hearing and an adopted plan"),
    "decided": N_("needs a contract with suppliers"),
    "contracted": N_("needs delivery, connection and commissioning"),
    "existing": N_("exists; an extension needs a permit and an investor"),
    "": N_("needs a site, a permit and an investor"),
}
CITIZENS = N_("needs citizens, each of whom decides")
UNOWNED = N_("needs an owner, whom the case does not name")


def _make(run: Run, language: str, _values: TopicValues) -> Report:
    """Returns the project sheet: added assets, the largest investment first; vehicles have a table of their own."""
    _ = translator(language)
    added = projects(run)
    is_vehicle = added["table"] == "vehicles"
    sheet, vehicles = added[~is_vehicle], added[is_vehicle]
    return topic_report(
        run,
        language,
        _(TOPIC.title),
        _sentences(run, sheet, vehicles, language),
        _size_table(run, sheet, _("Size and money"), language),
        _step_table(run, sheet, language),
        _size_table(run, vehicles, _("New vehicles, which are no projects of one owner"), language),
    )


def projects(run: Run) -> pd.DataFrame:
    """The added assets of a run with their decisions, the largest investment first.

    The columns are those of ``capacities``, and ``state``, empty without a decision, ``earliest_year``
    [a], the target year without one, ``depends_on``, a list of names, ``of_citizens``, whether their owner stands
    for citizens, and ``unowned``, whether neither an owner nor the firms of a symbiosis are known.
    """
    capacities, system = run.tables["capacities"], system_of_run(run)
    added = capacities[is_added(capacities)]
    added = added.sort_values("investment", ascending=False, kind="stable")
    decisions = decisions_of(run)[["state", "earliest_year"]].reindex(added.index)
    years = pd.to_numeric(decisions["earliest_year"], errors="coerce")
    firms = system["firms"]
    return added.assign(
        of_citizens=added["firm"].isin(firms.index[firms["party"] == "citizens"]),
        unowned=(added["firm"].fillna("") == "") & ~added.index.isin(links_of_firms(system)),
        state=decisions["state"].fillna(""),
        earliest_year=years.fillna(system.settings.target_year).astype(int),
        depends_on=[dependencies(system, added, str(name)) for name in added.index],
    )


def links_of_firms(system: System) -> list[str]:
    """The links between a giver and a taker that the case names."""
    links = system["links"]
    named = links[["giver", "taker"]].fillna("").ne("").any(axis=1)
    return [str(name) for name in links.index[named]]


def dependencies(system: System, added: pd.DataFrame, asset: str) -> list[str]:
    """The names that an added asset depends on.

    They are the asset whose capacity it follows, the added links at its site that carry what it uses or
    makes, and the carriers that it uses.
    """
    row = added.loc[asset]
    followed = system.assets.at[asset, "capacity_follows"]
    names = [followed] if isinstance(followed, str) and followed else []
    used, made = _carriers_of(system, asset, row)
    links = system["links"].loc[[name for name in added.index if name in system["links"].index]]
    at_site = (links["from_site"] == row["site"]) | (links["to_site"] == row["site"])
    is_near = at_site & links["carrier"].isin([*used, *made])
    names += [name for name in links.index[is_near] if name != asset]
    return [str(name) for name in dict.fromkeys([*names, *used])]


def _carriers_of(system: System, asset: str, row: pd.Series) -> tuple[list[str], list[str]]:
    """The carriers that an asset uses and makes; a storage or a link does both with its own."""
    if row["table"] != "conversions":
        own = [str(row["carrier"])]
        return ([], own) if row["table"] == "storages" else (own, [])
    flows, air = system.flows, system.settings.emissions.carrier
    if asset not in flows.index.get_level_values("conversion"):
        return [], []
    own_flows = flows.xs(asset, level="conversion")
    signs = [float(np.mean(system.step_values(cell))) for cell in own_flows["coefficient"]]
    pairs = [
        (str(carrier), sign)
        for carrier, sign in zip(own_flows["carrier"], signs, strict=True)
        if carrier != air
    ]
    return [name for name, sign in pairs if sign < 0], [name for name, sign in pairs if sign > 0]


def _sentences(run: Run, sheet: pd.DataFrame, vehicles: pd.DataFrame, language: str) -> list[str]:
    _ = translator(language)
    if sheet.empty:
        return [_("The plan adds no plants, storages or links.")]
    largest = [label(row, name, language) for name, row in sheet.head(MAX_NAMED).iterrows()]
    limited = int((sheet["at_limit"] & (sheet["worth_of_one_more"] > MIN_WORTH_EUR)).sum())
    is_open = sheet["state"] == ""
    homes, unowned = (int((is_open & sheet[kind]).sum()) for kind in ("of_citizens", "unowned"))
    sentences = [
        _("A project is in the plan because it lowers the cost; it is not decided by that."),
        _(
            "Projects of the plan: {count:#}, for {amount} in all; the largest first: {names}.",
            count=len(sheet),
            amount=money(run, float(sheet["investment"].sum()), language, "EUR"),
            names="; ".join(largest),
        ),
        _decided(sheet[~is_open], int(is_open.sum()) - homes - unowned, language),
        _("Of the projects {count:#} are measures of citizens, each of whom decides.", count=homes)
        if homes
        else "",
        _("For {count:#} of the projects the case names no owner.", count=unowned)
        if unowned
        else "",
        _(
            "Projects at the most allowed: {count:#}. A larger limit there would make the plan cheaper.",
            count=limited,
        )
        if limited
        else "",
    ]
    if len(vehicles):
        amount = money(run, float(vehicles["investment"].sum()), language, "EUR")
        sentences.append(_("New vehicles cost {amount} besides.", amount=amount))
    return sentences


def next_step(project: pd.Series) -> str:
    """Returns what a row of `projects` needs next, to be translated."""
    if not project["state"] and project["of_citizens"]:
        return CITIZENS
    return UNOWNED if not project["state"] and project["unowned"] else NEXT_STEPS[project["state"]]


def _decided(known: pd.DataFrame, count: int, language: str) -> str:
    """Returns how many projects have a decision, by its state, and how many need everything."""
    _ = translator(language)
    need = _("{count:#} need a site, a permit and an investor.", count=count)
    if known.empty:
        return f"{_('No decision is known for any of them.')} {need}"
    states = known["state"].value_counts()
    parts = [f"{words(state, language)} {number}" for state, number in states.items()]
    return f"{_('Decisions are known for some: {states}.', states=parts)} {need}"


def _size_table(run: Run, added: pd.DataFrame, title: str, language: str) -> list[Block]:
    """Returns the table of sizes and money, the rest in a last row."""
    _ = translator(language)

    def sums(part: pd.DataFrame) -> list[str]:
        euro, yearly = float(part["investment"].sum()), float(part["yearly_cost"].sum())
        return [
            format_number(amount / 1e6, language=language)
            for amount in (euro, kroner(run, euro), yearly)
        ]

    rows = [
        [
            label(row, name, language),
            owner(run, name, language),
            format_number(row["capacity_added"], row["unit"], language),
            *sums(added.loc[[name]]),
            _("yes") if row["at_limit"] else "",
            _worth(row, language),
        ]
        for name, row in added.head(MAX_PROJECTS).iterrows()
    ]
    rest = added.iloc[MAX_PROJECTS:]
    if len(rest):
        rest_name = _("{count:#} further projects", count=len(rest))
        rows.append([rest_name, "", "", *sums(rest), "", ""])
    heads = (
        _("Project"),
        _("Owner"),
        _("Added"),
        _("Investment [MEUR]"),
        _("Investment [MDKK]"),
        _("Yearly cost [MEUR/a]"),
        _("At the most allowed"),
        _("One more is worth"),
    )
    note = _(
        "The yearly cost is that of all capacity of the asset: annuity, operation and maintenance, "
        "without the energy it uses."
    )
    return data_table(title, heads, rows, 6, note=note)


def _worth(row: pd.Series, language: str) -> str:
    _, worth = translator(language), row["worth_of_one_more"]
    if not row["at_limit"] or not worth > MIN_WORTH_EUR:
        return ""
    return _("{worth:EUR/a} per {unit}", worth=float(worth), unit=words(row["unit"], language))


def owner(run: Run, asset: object, language: str) -> str:
    """Returns the label of the owner of an asset; of a symbiosis without owner those of giver and taker."""
    firm, links = run.tables["capacities"].at[asset, "firm"], system_of_run(run)["links"]
    if isinstance(firm, str) and firm or asset not in links.index:
        return name_of(run, firm, language)
    firms = [links.at[asset, column] for column in ("giver", "taker")]
    named = [name_of(run, firm, language) for firm in firms if isinstance(firm, str) and firm]
    return listed(named, language) if named else name_of(run, firm, language)


def _step_table(run: Run, sheet: pd.DataFrame, language: str) -> list[Block]:
    """Returns the table of states, years, dependencies and next steps."""
    _, carriers = translator(language), run.tables["carriers"]

    def text(name: str) -> str:
        return label(carriers if name in carriers.index else run.tables["names"], name, language)

    rows = [
        [
            label(row, name, language),
            words(row["state"], language) if row["state"] else _("no decision known"),
            str(row["earliest_year"]),
            ", ".join(map(text, row["depends_on"])),
            _(next_step(row)),
        ]
        for name, row in sheet.head(MAX_PROJECTS).iterrows()
    ]
    heads = (_("Project"), _("State"), _("Earliest year"), _("Depends on"), _("Next step"))
    note = _("Without a known decision the year is the target year of the case.")
    return data_table(_("Decisions and next steps"), heads, rows, 0, note=note)


TOPIC = Topic(
    rank=10,
    title=N_("Infrastructure: the projects of the plan"),
    question=N_("Which projects does the plan hold, and what comes next for each?"),
    make=_make,
    studies=("pathway", "regret"),
)
