"""Asset sentences: the sheet and the break-even of an asset → sentences."""

from __future__ import annotations

import pandas as pd

from energy_model.common.language import N_, Message, labels_of, noun_labels_of
from energy_model.results.account_lines import (
    ADDABLE,
    BALANCE,
    DELIVERS,
    RENTS,
    SEASONS,
    STANDING,
    TAKES,
)
from energy_model.studies.explanation.break_even import BreakEven

MIN_RETIRED_CAPACITY = 1e-6  # less is solver residue
MIN_RENT_EUR = 1.0  # EUR/a of what exists, that is worth a sentence
MIN_RENT_SHARE = 1e-4  # of earnings, that the rent of the addable capacity must exceed
MAX_UNCOVERED_SHARE = 1e-3  # of its cost that the income of what pays may lack by rounding
MIN_USE = 1e-6  # of a first unit in the year [unit/capacity/a]
MARKET = N_("the market")
IN_SEASONS = {
    "winter": N_("in winter"),
    "spring": N_("in spring"),
    "summer": N_("in summer"),
    "autumn": N_("in autumn"),
}


def describe_asset(
    row: pd.Series,
    lines: pd.DataFrame,
    carriers: pd.DataFrame,
    break_even: BreakEven | None,
    exists: bool,
    added: float,
) -> list[Message]:
    """The sheet and the break-even in sentences; ``row`` and ``carriers`` are of the tables of the run."""
    unit, existing = str(row["unit"]), float(row["capacity_existing"])
    sentences = [_describe_capacity(row, exists, added)]
    income = lines[lines["line"].isin([DELIVERS, TAKES, "sales"]) & (lines["amount"] > 0)]
    earned = float(income["amount"].sum())
    if earned > 0:
        sentences.append(_describe_income(income, carriers, earned, exists, unit))
        if row["table"] == "vehicles":
            text = N_(
                "A vehicle's income is what its distance is worth in the run, the cost of driving one more kilometre of it; the owner saves it and is not paid. The topics fleet and logistics compare the yearly cost of all kinds."
            )
            sentences.append(Message(text))
    if exists and added > 0 and row["table"] != "vehicles":
        sentences += _describe_balance(lines)
    rents = lines.set_index("line")["amount"]
    if exists and rents.get(STANDING, 0.0) > MIN_RENT_EUR and existing > 0:
        sentences.append(
            Message(
                "The existing capacity has a surplus of {rent:EUR/a} per {unit}.",
                rent=float(rents[STANDING]) / existing,
                unit=_one(unit),
            )
        )
    if exists and added > 0 and rents.get(ADDABLE, 0.0) > MIN_RENT_SHARE * max(earned, 1.0):
        sentences.append(
            Message(
                "The maximum is added; one more {unit} would be worth {rent:EUR/a}.",
                rent=float(rents[ADDABLE]) / added,
                unit=_one(unit),
            )
        )
    if break_even is not None:
        carrier = row.get("carrier")
        activity = str(carriers.at[carrier, "unit"]) if carrier in carriers.index else "unit"
        investment = float(row["unit_investment"])
        named = noun_labels_of(carriers.loc[carrier], carrier) if carrier in carriers.index else ""
        sentences += _describe_break_even(break_even, investment, unit, activity, named)
        if break_even.gain < 0 and not exists:
            sentences += _describe_break_even_price(-break_even.gain, lines, carriers)
    return sentences


def _one(unit: str) -> Message:
    """One unit of capacity in a sentence."""
    return Message(N_("single vehicle") if unit == "vehicle" else unit.replace("_", " "))


def _describe_capacity(row: pd.Series, exists: bool, added: float) -> Message:
    """What is added, exists and is retired."""
    unit, addable = str(row["unit"]), float(row["max_capacity_added"])
    existing, retired = (float(row[name]) for name in ("capacity_existing", "capacity_retired"))
    values = {"asset": labels_of(row, row.name), "unit": unit, "existing": existing}
    if exists:
        parts = [
            Message("{size:{unit}} added", size=added, unit=unit)
            if added > 0
            else Message("nothing added")
        ]
        if existing > 0:
            parts.append(Message("{size:{unit}} existing", size=existing, unit=unit))
        if retired > MIN_RETIRED_CAPACITY:
            parts.append(Message("{size:{unit}} retired", size=retired, unit=unit))
        return Message("{asset}: {parts}.", parts=parts, **values)
    if existing > 0:
        return Message(
            "{asset}: all {existing:{unit}} is retired, since keeping it costs more than its income.",
            **values,
        )
    if addable > 0:
        return Message(
            "{asset} is not built; up to {size:{unit}} can be added.", size=addable, **values
        )
    return Message("{asset} cannot be built: its maximum added capacity is zero.", **values)


def _describe_balance(lines: pd.DataFrame) -> list[Message]:
    """The income and the cost of what is built."""
    amounts = lines.loc[~lines["line"].isin([BALANCE, *RENTS]), "amount"]
    income, cost = float(amounts[amounts > 0].sum()), -float(amounts[amounts < 0].sum())
    if income <= 0:
        return []
    if income >= (1 - MAX_UNCOVERED_SHARE) * cost:
        text = N_("It is built since its income, {income:EUR/a}, covers its cost, {cost:EUR/a}.")
    else:
        text = N_(
            "Its income, {income:EUR/a}, does not cover its cost, {cost:EUR/a}: a limit of the case requires it."
        )
    return [Message(text, income=income, cost=cost)]


def _describe_break_even(
    break_even: BreakEven, unit_investment: float, unit: str, activity_unit: str, activity: object
) -> list[Message]:
    """The break-even in sentences; ``activity`` is the carrier that measures it, in ``activity_unit``."""
    money = f"EUR/{unit}"
    values = {
        "money": money,
        "unit": _one(unit),
        "own": unit_investment,
        "investment": break_even.investment,
    }
    sentences, investment_is_told = [], unit_investment > 0
    if break_even.gain > 0 and unit_investment > 0:
        rise = round(break_even.investment / unit_investment - 1, 3)
        sentences.append(
            Message(
                "It would not be added if its investment rose by {rise:%}, from {own:{money}} to {investment:{money}}.",
                rise=rise,
                **values,
            )
        )
    elif break_even.gain > 0:
        return [
            Message(
                "The first {unit} has a surplus of {gain:EUR/a}.", gain=break_even.gain, **values
            )
        ]
    else:
        loss = -break_even.gain
        sentences.append(
            Message(
                "The income of the first {unit} is {loss:EUR/a} below its cost.",
                loss=loss,
                **values,
            )
        )
        sentences.append(_describe_loss_of_use(break_even, loss, unit, activity_unit, activity))
        investment_is_told = break_even.tried and unit_investment > 0
        if not break_even.tried:
            sentences.append(Message("It would not be built even without an investment."))
        elif unit_investment > 0:
            sentences.append(
                Message(
                    "It is built if its investment is below {investment:{money}}; the case has {own:{money}}.",
                    **values,
                )
            )
    if break_even.confirmed and investment_is_told:
        sentences.append(Message("This break-even is confirmed by solving again on both sides."))
    return sentences


def _describe_loss_of_use(
    break_even: BreakEven, loss: float, unit: str, activity_unit: str, activity: object
) -> Message:
    """What the first unit lacks by unit of its activity, or that it would not run."""
    if break_even.used <= MIN_USE:
        text = N_("The first {unit} would not run at the prices of the run.")
        return Message(text, unit=_one(unit))
    return Message(
        "That is {loss:{money_of_use}} of its activity, measured in {carrier}.",
        loss=loss / break_even.used,
        money_of_use=f"EUR/{activity_unit}",
        carrier=activity,
    )


def _describe_break_even_price(
    loss: float, lines: pd.DataFrame, carriers: pd.DataFrame
) -> list[Message]:
    """The price of its main product at which the income of a first unit, used as in ``lines``, covers its cost.

    At that price the unit would run in more hours, so it pays at this price at the latest. Stores and links, which
    deliver what they take, have none.
    """
    traded = lines[lines["line"].isin([DELIVERS, TAKES])]
    traded = traded.assign(carrier=traded["of"].str.split("@").str[0])
    taken = traded.loc[traded["line"] == TAKES, "carrier"]
    sold = traded[(traded["line"] == DELIVERS) & ~traded["carrier"].isin(taken)]
    sums = sold.groupby("carrier")[["quantity", "amount"]].sum().query("quantity > @MIN_USE")
    if sums.empty:
        return []
    product = str(sums["amount"].idxmax())
    quantity, amount = sums.loc[product]
    money = f"EUR/{carriers.at[product, 'unit']}"
    return [
        Message(
            "It pays at the latest when {carrier} is worth {needed:{money}} while it runs; in the run that is {now:{money}}.",
            carrier=noun_labels_of(carriers.loc[product], product),
            needed=(amount + loss) / quantity,
            now=amount / quantity,
            money=money,
        )
    ]


def _describe_income(
    income: pd.DataFrame, carriers: pd.DataFrame, earned: float, exists: bool, unit: str
) -> Message:
    """The carrier that brings most of the income, and its season."""
    by_carrier = income.assign(carrier=income["of"].str.split("@").str[0])
    sums = by_carrier.groupby("carrier")[["amount", *SEASONS]].sum()
    largest = sums.loc[sums["amount"].idxmax()]
    name, amount = str(largest.name), float(largest["amount"])
    row = carriers.loc[name] if name in carriers.index else {}
    seasons = largest[list(SEASONS)].astype(float)
    values = {
        "carrier": noun_labels_of(row, name) if name else Message(MARKET),
        "share": round(amount / earned, 2),
        "seasonal": round(float(seasons.max()) / amount, 2),
        "season": Message(IN_SEASONS[str(seasons.idxmax())]),
        "earned": earned,
        "unit": _one(unit),
    }
    is_seasonal = seasons.sum() > 0
    if exists and is_seasonal:
        return Message(
            "{share:%} of its income is from {carrier}, of which {seasonal:%} {season}.",
            **values,
        )
    if exists:
        return Message("{share:%} of its income is from {carrier}.", **values)
    if is_seasonal:
        return Message(
            "The first {unit} would earn {earned:EUR/a}: {share:%} from {carrier}, of which {seasonal:%} {season}.",
            **values,
        )
    return Message(
        "The first {unit} would earn {earned:EUR/a}: {share:%} from {carrier}.", **values
    )
