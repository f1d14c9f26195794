"""Quick report: a quick answer → what changes, with the bias of few steps, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from energy_model.common.formatting import format_number, format_significant, label, price_unit
from energy_model.common.language import translator
from energy_model.reporting.content import PLAIN, Block, Report, Text, Tiles, data_table, section
from energy_model.reporting.summary_names import title_and_unit
from energy_model.results.bills import default_billed_carrier
from energy_model.solving.quick_look import QuickAnswer

COSTS = ("total_cost", "cost_without_emission_payments")
ALWAYS_SHOWN = (*COSTS, "net_emissions")
MAX_ASSETS = 10  # whose additions change most
MIN_PRICE_CHANGE = 0.05  # EUR/unit; less is not shown
MIN_CHANGE_SHARE = 1e-4  # of the unchanged number, below which a change is not shown
MAX_ESTIMATE_SPREAD_SHARE = (
    0.2  # of the larger estimate of the change of cost, up to which both agree
)


def quick_report(
    answer: QuickAnswer, language: str = "en", is_narrow: bool = False, is_first: bool = False
) -> Report:
    """Returns what a change moves: headline numbers, added capacity and prices; and how far few steps are from a fine run.

    Args:
        answer: The answer.
        language: ``en`` or ``da``.
        is_narrow: Whether there is no room for the bias of each number and for what is unchanged.
        is_first: Whether a comparison with a fine run follows, so that nothing is said of it.
    """
    _ = translator(language)
    table = answer.table()
    size = table["unchanged"].abs().clip(lower=1.0)
    is_moved = table["difference"].abs() > MIN_CHANGE_SHARE * size
    is_shown = is_moved | table.index.isin(ALWAYS_SHOWN)
    if is_first or _is_uncertain(answer):
        # a cost of few steps alone may have the wrong sign
        hidden = COSTS if is_first else COSTS[1:]
        is_shown &= ~table.index.isin(hidden)
    titles = {
        "unchanged": _("unchanged"),
        "changed": _("changed"),
        "difference": _("difference"),
        "bias": _("bias of few steps"),
    }
    columns = ["changed", "difference"]
    if not is_narrow:
        columns = ["unchanged", *columns, *(["bias"] if answer.fine is not None else [])]
    rows = [
        _row(answer, str(name), row, language, columns) for name, row in table[is_shown].iterrows()
    ]
    heads = [_("result"), *(titles[column] for column in columns)]
    steps = answer.run.metadata["steps"]
    note = _(
        "A quick look at {steps:#} steps of the year, in {seconds} s. A small difference may have the other sign at more steps: start a run before it decides anything.",
        steps=steps,
        seconds=format_significant(answer.seconds, 2, language),
    )
    bias = ""
    if answer.fine is None and not is_first:
        bias = _("How far few steps suffice is not known: it needs a run of the unchanged case.")
    elif answer.fine is not None and not is_narrow:
        bias = _(
            "The bias is the unchanged number less that of a run of {steps:#} steps.",
            steps=answer.fine.metadata["steps"],
        )
    title = _("What the changes do")
    is_without_effect = not is_moved.any() and answer.assets().empty
    blocks: list[Block] = [
        *_tiles(answer, language, is_first),
        *(_without_effect(language) if is_without_effect else _estimates(answer, language)),
        *data_table(title, heads, rows, len(heads) - 1),
        *_assets(answer, language, is_narrow),
        *_prices(answer, language, is_narrow),
        Text(tuple(filter(None, (note, bias))), PLAIN),
    ]
    return Report("", language, tuple(section("quick", "", blocks)))


def _tiles(answer: QuickAnswer, language: str, is_first: bool) -> list[Block]:
    """Returns the differences of the numbers that are always shown; a cost only after its second estimate, if one follows."""
    _ = translator(language)
    table, carriers = answer.table(), answer.run.tables["carriers"]
    pairs, is_uncertain = [], _is_uncertain(answer)
    for name in table.index.intersection(ALWAYS_SHOWN, sort=False):
        if name == "cost_without_emission_payments" and is_uncertain:
            continue  # its sign is as uncertain, and it has no second estimate
        title, unit = title_and_unit(str(name), carriers, language)
        text = _signed(table.at[name, "difference"], unit, language)
        if name == "total_cost":
            text = _uncertain_cost(answer, unit, language) or text
        if name != "net_emissions" and is_first:
            text = _("is being estimated")
        pairs.append((title, text))
    return [Tiles(tuple(pairs))]


def _uncertain_cost(answer: QuickAnswer, unit: str, language: str) -> str:
    """Returns the change of cost between two estimates that disagree; empty where they agree or there is one."""
    if answer.estimates is None or not _is_uncertain(answer):
        return ""
    _ = translator(language)
    low, high = (
        _signed(value, unit, language, answer.estimates) for value in sorted(answer.estimates)
    )
    return _("{low} to {high}", low=low.partition(" ")[0], high=high)


def _is_uncertain(answer: QuickAnswer) -> bool:
    """Whether there are two estimates of the change of cost that disagree."""
    return answer.estimates is not None and not _agree(answer)


def _agree(answer: QuickAnswer) -> bool:
    """Whether the two estimates of the change of cost are near each other."""
    estimates = answer.estimates or (0.0, 0.0)
    spread = abs(estimates[1] - estimates[0])
    smallest = MIN_CHANGE_SHARE * abs(answer.unchanged.objective)
    return spread <= max(MAX_ESTIMATE_SPREAD_SHARE * max(map(abs, estimates)), smallest)


def _without_effect(language: str) -> list[Block]:
    _ = translator(language)
    text = _("The plan stays as it is: it uses nothing that the changes affect, or the scenario does not allow it.")  # fmt: skip
    return [Text((text,))]


def _estimates(answer: QuickAnswer, language: str) -> list[Block]:
    """Returns what two estimates of the change of cost say of it."""
    if answer.estimates is None:
        return []
    _ = translator(language)
    few, second = (
        _signed(value, "EUR/a", language, answer.estimates) for value in answer.estimates
    )
    if few == second:
        text = _(
            "Few steps suffice for the change of cost: {few}, also with plan and prices of the unchanged run.",
            few=few,
        )
    elif _agree(answer):
        text = _(
            "Few steps suffice for the change of cost: {few}, or {second} with plan and prices of the unchanged run.",
            few=few,
            second=second,
        )
    elif min(answer.estimates) < 0 < max(answer.estimates):
        text = _(
            "Few steps do not tell whether the cost rises or falls: {few}, or {second} with plan and prices of the unchanged run. Start a run.",
            few=few,
            second=second,
        )
    else:
        text = _(
            "Few steps tell the direction of the change of cost, and its size roughly: {few}, or {second} with plan and prices of the unchanged run.",
            few=few,
            second=second,
        )
    return [Text((text,))]


def _signed(value: float, unit: str, language: str, among: Iterable[float] = ()) -> str:
    text = format_number(value, unit, language, among)
    return f"+{text}" if value > 0 and not text.startswith("0 ") else text


def _assets(answer: QuickAnswer, language: str, is_narrow: bool) -> list[Block]:
    """Returns the table of added capacity that the change moves most."""
    _, rows = translator(language), []
    for name, row in answer.assets().head(MAX_ASSETS).iterrows():
        sizes = (
            [_signed(row["difference"], row["unit"], language)]
            if is_narrow
            else [format_number(row[c], row["unit"], language) for c in ("unchanged", "changed")]
        )
        cost = _signed(row["cost"], "EUR/a", language)
        rows.append([label(row, name, language), *sizes, cost])
    sizes = [_("difference")] if is_narrow else [_("unchanged"), _("changed")]
    heads = [_("asset"), *sizes, _("yearly cost")]
    return data_table(_("What is added more or less"), heads, rows, len(heads) - 1)


def _prices(answer: QuickAnswer, language: str, is_narrow: bool) -> list[Block]:
    """Returns the table of the prices of the billed carrier, if the change moves one."""
    _ = translator(language)
    prices = answer.prices()
    if prices.empty or prices["difference"].abs().max() < MIN_PRICE_CHANGE:
        return []
    columns = ("changed", "difference") if is_narrow else ("unchanged", "changed", "difference")
    unit = price_unit(answer.run.tables["carriers"], str(default_billed_carrier(answer.run)))
    rows = [
        [label(row, name, language), *(format_number(row[c], unit, language) for c in columns)]
        for name, row in prices.iterrows()
    ]
    heads = [_("demand"), *([] if is_narrow else [_("unchanged")]), _("changed"), _("difference")]
    title = _("Price with network charge")
    return data_table(title, heads, rows, len(columns), collapsed=True)


def _row(
    answer: QuickAnswer,
    name: str,
    row: Mapping[str, float],
    language: str,
    columns: Iterable[str],
) -> list[str]:
    title, unit = title_and_unit(name, answer.run.tables["carriers"], language)
    uncertain = _uncertain_cost(answer, unit, language) if name == "total_cost" else ""
    return [
        title,
        *(
            uncertain or _signed(row[column], unit, language)
            if column == "difference"
            else format_number(row[column], unit, language)
            for column in columns
        ),
    ]
