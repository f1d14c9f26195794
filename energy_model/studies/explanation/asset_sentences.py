"""Asset sentences: the sheet and the break-even of an asset → sentences."""

from __future__ import annotations

import pandas as pd

from energy_model.results.accounts import ADDABLE, DELIVERS, SEASONS, STANDING, TAKES
from energy_model.studies.explanation.break_even import BreakEven

MIN_RETIRED_CAPACITY = 1e-6  # less is solver residue
MIN_RENT_EUR = 1.0  # EUR/a of what exists, that is worth a sentence
MIN_RENT_SHARE = 1e-4  # of earnings, that the rent of the addable capacity must exceed
MIN_USE = 1e-6  # of a first unit in the year [unit/capacity/a]
MIN_TOTAL_SHARE = 0.995  # of earnings, from which they count as all


def describe_asset(
    row: pd.Series,
    lines: pd.DataFrame,
    break_even: BreakEven | None,
    exists: bool,
    added: float,
) -> list[str]:
    """The sheet and the break-even in sentences; ``row`` is that of the table ``capacities``."""
    unit, existing = row["unit"], float(row["capacity_existing"])
    sentences = [_sentence(_capacity(row, exists, added))]
    income = lines[lines["line"].isin([DELIVERS, TAKES, "sales"]) & (lines["amount"] > 0)]
    earned = float(income["amount"].sum())
    if earned > 0:
        sentences.append(_largest_income(income, earned, exists, unit))
    rents = lines.set_index("line")["amount"]
    if exists and rents.get(STANDING, 0.0) > MIN_RENT_EUR and existing > 0:
        sentences.append(
            f"Each {unit} that stands leaves {rents[STANDING] / existing:,.0f} EUR a year over."
        )
    if exists and added > 0 and rents.get(ADDABLE, 0.0) > MIN_RENT_SHARE * max(earned, 1.0):
        sentences.append(
            f"All that may be added is added; one {unit} more would be worth {rents[ADDABLE] / added:,.0f} EUR a year."
        )
    if break_even is not None:
        sentences += _break_even_sentences(break_even, float(row["unit_investment"]), unit)
    return sentences


def _capacity(row: pd.Series, exists: bool, added: float) -> str:
    """What is added, stands and is retired."""
    unit, name, addable = row["unit"], _label(row), float(row["max_capacity_added"])
    existing, retired = (_size(row[column]) for column in ("capacity_existing", "capacity_retired"))
    if exists:
        parts = [
            f"{_size(added)} {unit} of {name} is added"
            if added > 0
            else f"nothing of {name} is added"
        ]
        if row["capacity_existing"] > 0:
            parts.append(f"{existing} {unit} stood")
        if row["capacity_retired"] > MIN_RETIRED_CAPACITY:
            parts.append(f"{retired} {unit} is retired")
        return ", ".join(parts)
    if row["capacity_existing"] > 0:
        return f"all {existing} {unit} of {name} is retired: keeping it costs more than it earns"
    if addable > 0:
        return f"{name} is not built, though {_size(addable)} {unit} may be"
    return f"{name} may not be built: nothing of it is addable"


def _break_even_sentences(break_even: BreakEven, unit_investment: float, unit: str) -> list[str]:
    """The break-even in sentences."""
    tested = " (tested by solving again)" if break_even.confirmed else ""
    investment, own_investment = _money(break_even.investment), _money(unit_investment)
    if break_even.gain > 0 and unit_investment > 0:
        rise = break_even.investment / unit_investment - 1
        return [
            f"It would not be added at all if its investment rose by {rise:.1%}, from {own_investment} to {investment} a {unit}{tested}."
        ]
    if break_even.gain > 0:
        return [f"Its first {unit} leaves {break_even.gain:,.0f} EUR a year over."]
    loss, loss_of_use = -break_even.gain, ""
    if break_even.used > MIN_USE:
        loss_of_use = f", {loss / break_even.used:,.2f} EUR for each unit it would run"
    sentences = [f"The first {unit} misses what it costs by {_money(loss)} a year{loss_of_use}."]
    if not break_even.tried:
        sentences.append("It would not be built even if it cost nothing to build.")
    elif unit_investment > 0:
        sentences.append(
            f"It enters when its investment is below {investment} a {unit}; it is {own_investment}{tested}."
        )
    return sentences


def _largest_income(income: pd.DataFrame, earned: float, exists: bool, unit: str) -> str:
    """The carrier that brings most of the income."""
    by_carrier = income.assign(carrier=income["of"].str.split("@").str[0].replace("", "the market"))
    sums = by_carrier.groupby("carrier")[["amount", *SEASONS]].sum()
    largest = sums.loc[sums["amount"].idxmax()]
    carrier, share = str(largest.name).replace("_", " "), largest["amount"] / earned
    verb = "earns" if exists else "would earn"
    parts = [
        f"{share:.0%} of what it {verb} is {carrier}"
        if share < MIN_TOTAL_SHARE
        else f"All it {verb} is {carrier}"
    ]
    seasons = largest[list(SEASONS)].astype(float)
    if seasons.sum() > 0:
        parts.append(f"{seasons.max() / earned:.0%} is {carrier} in {seasons.idxmax()}")
    if not exists:
        parts.append(f"{_money(earned)} a {unit} in all")
    return f"{'; '.join(parts)}."


def _size(amount: float) -> str:
    """A capacity as text without exponents: 50,000, not 5e+04."""
    return f"{amount:,.0f}" if abs(amount) >= 1000 else f"{amount:,.4g}"


def _label(row: pd.Series) -> str:
    label = row["label_en"]
    return str(label) if isinstance(label, str) and label else str(row.name).replace("_", " ")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _money(amount: float) -> str:
    """An amount in EUR, kEUR or MEUR as text."""
    for size, unit in ((1e6, "MEUR"), (1e3, "kEUR")):
        if abs(amount) >= 10 * size or (size == 1e6 and abs(amount) >= size):
            small = abs(amount) < 1000 * size
            return f"{amount / size:,.3g} {unit}" if small else f"{amount / size:,.0f} {unit}"
    return f"{amount:,.0f} EUR" if abs(amount) >= 100 else f"{amount:,.2f} EUR"
