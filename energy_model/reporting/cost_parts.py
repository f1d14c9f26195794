"""Cost parts: runs side by side → what their cost consists of, and what of its difference is paid for emissions."""

from __future__ import annotations

from energy_model.common.formatting import format_number, label, money_unit
from energy_model.common.language import N_, translator
from energy_model.reporting.content import Block, data_table
from energy_model.reporting.money import list_payments, with_kroner
from energy_model.reporting.narrative import MIN_PAYMENT_EUR, MIN_TARGET_PRICE
from energy_model.reporting.table_columns import user_name
from energy_model.results.emission_payments import SUMMARY_NAMES, UNPAID
from energy_model.studies.compare import Comparison

MIN_PAYMENT_SHARE = 0.01  # share of a difference of cost below which no emission payments are named
MIN_PRICE_CHANGE_SHARE = 0.02  # of the first price, below which a change is not named
MAX_NAMED_PRICES = 4
PAID = {
    "ets": N_("paid for emissions: EU ETS"),
    "ets2": N_("paid for emissions: ETS2"),
    "tax": N_("paid for emissions: tax"),
    UNPAID: N_("the case's price on other emissions, which nobody pays"),
}


def payments_differ(comparison: Comparison) -> bool:
    """Returns whether payments for emissions are a part of the difference in cost that is worth a word."""
    total = float(comparison.summary.at["total_cost", "difference"])
    largest = max(map(abs, _differences(comparison).values()))
    return largest >= MIN_PAYMENT_SHARE * max(abs(total), 1.0)


def describe_payments(comparison: Comparison, language: str) -> list[str]:
    """Returns the difference of cost without emission payments, per tonne less, and of the payments by who pays."""
    if not payments_differ(comparison):
        return []
    _, extra, payments = translator(language), comparison.extra_cost, _differences(comparison)
    cost = with_kroner(extra["cost"] or 0.0, comparison.settings, language, signed=True)
    # a negative one is dearer with more emissions, or cheaper with less
    if extra["per_tonne"] is None or extra["per_tonne"] < 0:
        sentences = [_("Without emission payments the difference in cost is {cost}.", cost=cost)]
    else:
        text = (
            N_("Without emission payments the difference in cost is {cost}: {price:EUR/t} for each tonne less.")
            if (extra["emissions_less"] or 0.0) > 0
            else N_("Without emission payments the difference in cost is {cost}: each tonne more saves {price:EUR/t}.")
        )  # fmt: skip
        sentences = [_(text, cost=cost, price=extra["per_tonne"])]
    last = comparison.names[-1]
    target_price = float(comparison.summary.at["emission_target_shadow_price", last])
    if target_price > MIN_TARGET_PRICE and (extra["emissions_less"] or 0.0) > 0:
        last_tonne = target_price + float(comparison.summary.at["emission_price", last])
        sentences.append(_("The last tonne costs {price:EUR/t}.", price=last_tonne))
    if any(payments[scheme] for scheme in payments if scheme != UNPAID):
        changed = {
            scheme: amount for scheme, amount in payments.items() if abs(amount) > MIN_PAYMENT_EUR
        }
        named = list_payments(changed, language)
        sentences.append(_("The CO2 payments change by who pays: {payments}.", payments=named))
    return sentences


def describe_prices(comparison: Comparison, language: str) -> list[str]:
    """Returns the mean prices that change most, as a share, from the first run to the last; none where none does."""
    _, summary, labels = translator(language), comparison.summary, comparison.labels
    first, last = (summary[comparison.names[i]].astype(float) for i in (0, -1))
    carriers = [str(n) for n in summary.index if str(n).removesuffix("_price") in labels.index and str(n).endswith("_price")]  # fmt: skip
    changes = ((last[carriers] - first[carriers]) / first[carriers].abs()).abs()
    changes = changes[(changes >= MIN_PRICE_CHANGE_SHARE) & (changes < float("inf"))]
    parts = []
    for name in changes.nlargest(MAX_NAMED_PRICES).index:
        carrier = name.removesuffix("_price")
        unit = f"EUR/{labels.at[carrier, 'unit']}"
        parts.append(
            f"{label(labels, carrier, language)} {format_number(first[name], '', language)} → "
            f"{format_number(last[name], unit, language)}"
        )
    return [_("The mean price of one unit more changes: {prices}.", prices=parts)] if parts else []


def cost_parts_table(comparison: Comparison, language: str) -> list[Block]:
    """Returns the table of what the cost of each run consists of; none where payments for emissions do not differ."""
    if not payments_differ(comparison):
        return []
    _, summary = translator(language), comparison.summary
    titles = {"cost_without_emission_payments": _("plants, energy and transport")}
    for scheme, name in SUMMARY_NAMES.items():
        titles[f"emission_payments_{name}"] = _(PAID[scheme])
    titles["total_cost"] = _("annual cost, which the plan minimizes")
    columns = [*comparison.names, "difference"]
    shown = summary.loc[[*titles], columns].astype(float)
    shown = shown[shown.abs().gt(MIN_PAYMENT_EUR).any(axis=1)]
    factor, money = money_unit(shown)
    rows = [
        (titles[str(name)], *(format_number(value, language=language) for value in row))
        for name, row in zip(shown.index, shown.to_numpy() / factor, strict=True)
    ]
    heads = ["", *(user_name(name, language) for name in comparison.names)]
    heads.append(difference_head(comparison, language))
    return data_table(
        f"{_('What the cost consists of')} [{_(money)}]",
        heads,
        rows,
        len(columns),
        note=_(
            "The first row is what the city spends. The case sets one price on all emissions; "
            "where no quota or tax reaches them, it only weighs them in the choice of the plan."
        ),
    )


def difference_head(comparison: Comparison, language: str) -> str:
    """Returns the head of the column of differences, which names the runs where there are more than two."""
    _, names = translator(language), comparison.names
    if len(names) == 2:
        return _("difference")
    first, last = (user_name(name, language) for name in (names[0], names[-1]))
    return _("“{last}” less “{first}”", first=first, last=last)


def _differences(comparison: Comparison) -> dict[str, float]:
    """Returns the differences of the payments [EUR/a] by scheme."""
    return {
        scheme: float(comparison.summary.at[f"emission_payments_{name}", "difference"])
        for scheme, name in SUMMARY_NAMES.items()
    }
