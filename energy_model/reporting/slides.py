"""Slides: a run or a study → a page for a meeting with one message and one picture each, from the parts of its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from energy_model.common.catalogue import LANGUAGES
from energy_model.common.errors import InputError
from energy_model.common.formatting import (
    format_decimals,
    format_number,
    format_share,
    label,
    listed,
    price_unit,
    words,
)
from energy_model.common.language import translator
from energy_model.reporting.comparison_report import CHARTS, comparison_report, describe_costs
from energy_model.reporting.content import Block, Chart, Report, Section, Text, Tiles
from energy_model.reporting.money import cost_kind
from energy_model.reporting.narrative import (
    describe_answer,
    describe_capacities,
    describe_emissions,
    describe_land,
    describe_limits,
)
from energy_model.reporting.run_report import run_report, run_title
from energy_model.reporting.study_report import study_report
from energy_model.results.bills import customer_bills, default_billed_carrier
from energy_model.results.run import Run
from energy_model.results.stakeholders import ACCOUNT, stakeholder_accounts
from energy_model.results.summary import is_added
from energy_model.studies.compare import compare
from energy_model.studies.runner.study import Study

MAX_NAMED = 3  # things that a message names
MAX_REASONS, MAX_REASON_SENTENCES = 3, 3
MAX_NOTES = 4  # sentences of a study on its first slide
FILE = "slides.html"
# Charts of the report of a run, in the order of the slides
ORDER = (
    "investments", "map", "flows", "heat_winter_week", "bills", "stakeholders", "cost_by_entry", "emissions", "land",
)  # fmt: skip
SECTIONS = (
    "answer",
    "map",
    "carriers",
    "hours",
    "bills",
    "stakeholders",
    "costs",
    "emissions",
    "land",
    "why",
)


def run_slides(run: Run, language: str, other: Run | None = None) -> Report:
    """Returns the slides of a run: each section is a slide, whose title is its message.

    Args:
        run: The run.
        language: ``en`` or ``da``.
        other: Another run of the case, from which two slides show the steps of cost and emissions.
    """
    _, report = translator(language), run_report(run, language, keys=SECTIONS)
    blocks = [block for part in report.sections for block in part.blocks]
    charts = {block.key: block for block in blocks if isinstance(block, Chart)}
    tiles = [block for block in blocks if isinstance(block, Tiles)][:1]
    reasons = [part.blocks for part in report.sections if part.key == "why"]
    slides = [Section("answer", describe_answer(run, language), tuple(tiles))]
    if other is not None:
        slides += _comparison_slides(run, other, language)
    for key in ORDER:
        if key in charts:
            slides.append(_slide(key, MESSAGES[key](run, language), charts[key]))
    if reasons:
        title = _("Why the largest investments are made")
        slides.insert(3, Section("why", title, tuple(map(_shortened, reasons[0][:MAX_REASONS]))))  # type: ignore[arg-type]
    if limits := describe_limits(run, language):
        first, _point, rest = limits.partition("; ")
        slides.append(_slide("limits", f"{first}.", Text((f"{rest[:1].upper()}{rest[1:]}",))))
    return Report(run_title(run, language), language, tuple(slides))


def study_slides(study: Study, language: str) -> Report:
    """Returns the slides of a study: its sentences, and each of its charts."""
    report = study_report(study, language, with_cases=study.question == "sweep")
    sentences = [
        sentence
        for part in report.sections[:1]
        for block in part.blocks
        if isinstance(block, Text)
        for sentence in block.sentences
    ]
    first, further = (
        (sentences[0], sentences[1 : 1 + MAX_NOTES]) if sentences else (report.title, [])
    )
    slides = [Section("answer", first, (Text(tuple(further)),) if further else ())]
    for part in report.sections:
        for block in part.blocks:
            if isinstance(block, Chart):
                slides.append(_slide(block.key, block.title or part.title, block))
    return Report(report.title, language, tuple(slides))


def write_slides(results: Run | Study, out: Path | None = None, other: Run | None = None) -> Path:
    """Writes the slides of a run or a study in every language atomically and returns the path.

    Raises:
        InputError: The run has no folder and ``out`` is None, or ``other`` is given for a study.
        WriteError: The page cannot be written.
    """
    from energy_model.reporting.render_html import write_page  # noqa: PLC0415 - of the extra `report`

    folder = results.path if isinstance(results, Run) else results.folder
    if out is None and folder is None:
        raise InputError.at("--out", "the run is in no folder; name the file to write")
    return write_page(slides_of(results, other), out or Path(folder or "") / FILE, "slides")


def slides_of(results: Run | Study, other: Run | None = None) -> dict[str, Report]:
    """Returns the slides of a run or a study in every language. Raises InputError for a study beside a run."""
    if isinstance(results, Run):
        return {language: run_slides(results, language, other) for language in LANGUAGES}
    if other is not None:
        raise InputError.at("--compare-with", "a study is shown alone; leave --compare-with out")
    return {language: study_slides(results, language) for language in LANGUAGES}


def _slide(key: str, message: str, block: Block) -> Section:
    return Section(
        key, message, (block if not isinstance(block, Chart) else Chart(block.key, "", block.draw),)
    )


def _shortened(block: Text) -> Text:
    return Text(block.sentences[:MAX_REASON_SENTENCES], heading=block.heading)


def _comparison_slides(run: Run, other: Run, language: str) -> list[Section]:
    """Returns the steps of cost and emissions from another run, each below the sentence on their difference."""
    _, names = translator(language), [run_title(one, language) for one in (other, run)]
    if names[0] == names[1]:
        names[1] = _("{title}, with changes", title=names[1])
    comparison = compare([other, run], names)
    report = comparison_report(comparison, None, language)
    parts = {part.key: part for part in report.sections}
    cost = " ".join(describe_costs(comparison, language))
    change = run.summary["net_emissions"] - other.summary["net_emissions"]
    messages = {"costs": cost, "emissions": _emission_change(change, names[0], language)}
    return [
        _slide(f"{key}_compared", messages[key], block)
        for key in CHARTS
        for block in parts[key].blocks
        if isinstance(block, Chart)
    ]


def _emission_change(change: float, name: str, language: str) -> str:
    _, amount = translator(language), format_number(abs(change), "t/a", language)
    if change > 0:
        return _("Emissions are {amount} above those of “{name}”.", amount=amount, name=name)
    return _("Emissions are {amount} below those of “{name}”.", amount=amount, name=name)


# --- messages -------------------------------------------------------------------------------------


def _message_on_places(run: Run, language: str) -> str:
    """Returns the sites with the largest investment."""
    _, capacities = translator(language), run.tables["capacities"]
    drawn = capacities[is_added(capacities) & (capacities["table"] != "vehicles")]
    sums = drawn.groupby("site")["investment"].sum()
    largest = sums[sums > 0].nlargest(MAX_NAMED)
    if largest.empty:
        return _("Nothing is built at the sites of the map.")
    sites = [
        f"{label(run.tables['names'], site, language)} ({format_number(amount, 'EUR', language)})"
        for site, amount in largest.items()
    ]
    return _("The largest investments by place: {sites}.", sites=listed(sites, language))


def _message_on_supply(run: Run, language: str) -> str:
    """Returns what supplies most of the carrier whose bills are shown first."""
    _, carrier = translator(language), default_billed_carrier(run)
    balances, names = run.tables["balances"], run.tables["names"]
    made = balances[(balances["carrier"] == carrier) & (balances["amount"] > 0)]
    made = made[made["name"].map(names["table"]).isin(["conversions", "markets"])]
    groups = made["name"].map(names["group"])
    sums = made.groupby(groups.where(groups.map(lambda g: isinstance(g, str)), made["name"]))["amount"].sum()  # fmt: skip
    if carrier is None or sums.empty:
        return _("Energy flows [GWh]")
    largest = [
        f"{label(names, group, language) if group in names.index else words(group, language)} "
        f"({format_share(amount / sums.sum(), language=language)})"
        for group, amount in sums.nlargest(MAX_NAMED).items()
    ]
    title = label(run.tables["carriers"], carrier, language)
    return _("{carrier} comes most from {groups}.", carrier=title, groups=listed(largest, language))


def _message_on_week(run: Run, language: str) -> str:
    _, summary = translator(language), run.summary
    price = format_number(summary["heat_price"], "EUR/MWh", language)
    return _("A week in winter: district heat hour by hour. Over the year one more MWh costs {price} on average, without network.", price=price)  # fmt: skip


def _message_on_bills(run: Run, language: str) -> str:
    """Returns the lowest and the highest price that customers pay."""
    _, carrier = translator(language), str(default_billed_carrier(run))
    bills = customer_bills(run, carrier).sort_values("price")
    first, last = bills.iloc[0], bills.iloc[-1]
    unit = price_unit(run.tables["carriers"], carrier)
    return _(
        "Customers pay {low} to {high} {unit}: least is paid for {cheapest}, most for {dearest}.",
        low=format_decimals(first["price"], 1, language),
        high=format_decimals(last["price"], 1, language),
        unit=unit,
        cheapest=label(first, bills.index[0], language),
        dearest=label(last, bills.index[-1], language),
    )


def _message_on_parties(run: Run, language: str) -> str:
    _, parties = translator(language), stakeholder_accounts(run)
    named = parties[parties["kind"] != ACCOUNT]
    ordered = (named if len(named) else parties)["balance_without_target_value"].sort_values()

    def party(index: int) -> str:
        amount = format_number(abs(float(ordered.iloc[index])), "EUR/a", language)
        return f"{label(run.tables['names'], ordered.index[index], language)} ({amount})"

    return _("{payer} pays most, {earner} earns most.", payer=party(0), earner=party(-1))


def _message_on_costs(run: Run, language: str) -> str:
    """Returns the largest entries of the cost."""
    _, costs = translator(language), run.tables["costs"]
    sums: pd.Series = costs.groupby("entry")["cost"].sum().nlargest(MAX_NAMED)
    entries = [
        f"{cost_kind(entry, language)} {format_number(amount, 'EUR/a', language)}"
        for entry, amount in sums.items()
    ]
    return _("The largest costs are {entries}.", entries=listed(entries, language))


MESSAGES: Mapping[str, Callable[[Run, str], str]] = {
    "investments": describe_capacities,
    "map": _message_on_places,
    "flows": _message_on_supply,
    "heat_winter_week": _message_on_week,
    "bills": _message_on_bills,
    "stakeholders": _message_on_parties,
    "cost_by_entry": _message_on_costs,
    "emissions": describe_emissions,
    "land": describe_land,
}
