"""Narrative: the results of a run → plain sentences and formatted numbers."""

from __future__ import annotations

import pandas as pd

from energy_model.results.run import Run

MIN_CAPACITY = 1e-3  # [capacity unit] below which a page shows no capacity


def format_number(value: float, unit: str = "") -> str:
    """Returns a number as text with digits that fit its magnitude; EUR and EUR/a from 1e6 on in millions."""
    size = abs(value)
    if size < 1e-4:  # a zero within the tolerance of the interior-point method
        return f"0 {unit}".strip()
    if unit.startswith("EUR") and size >= 1e6 and unit in ("EUR", "EUR/a"):
        return f"{value / 1e6:,.1f} M{unit}"
    text = f"{value:,.0f}" if size >= 100 else f"{value:,.1f}" if size >= 1 else f"{value:.3g}"
    return f"{text} {unit}".strip()


def describe_run(run: Run) -> list[str]:
    """Returns three sentences: what is built, what it costs and what is emitted."""
    return [_what_is_built(run), _what_it_costs(run), _what_is_emitted(run)]


def label(frame: pd.DataFrame, name: object, column: str = "label_en") -> str:
    """Returns a row's label, or its name in words if it has none."""
    text = frame.at[name, column] if name in frame.index and column in frame else None
    return text if isinstance(text, str) and text else str(name).replace("_", " ")


def _what_is_built(run: Run) -> str:
    built = run.tables["capacities"]
    added = built[built["added"] > 1e-4]
    if added.empty:
        return "No new capacity is built; existing capacity covers demand."
    groups = added.assign(
        group=added["group"].where(
            added["group"].notna(), [label(added, name) for name in added.index]
        )
    )
    sums = (
        groups.groupby(["group", "unit"])[["added", "investment"]]
        .sum()
        .sort_values("investment", ascending=False)
    )
    largest = [
        f"{group} ({format_number(row['added'], unit)})"
        for (group, unit), row in sums.head(4).iterrows()
    ]
    share = sums["investment"].head(4).sum() / max(sums["investment"].sum(), 1e-9)
    return f"Of {format_number(run.summary['investment'], 'EUR')} invested, {share:.0%} goes to {_listed(largest)}."


def _what_it_costs(run: Run) -> str:
    entries = run.tables["costs"].groupby("entry")["cost"].sum().sort_values(ascending=False)
    costs = [
        f"{entry} {format_number(amount, 'EUR/a')}"
        for entry, amount in entries.head(3).items()
        if amount > 0
    ]
    earned = [
        f"{entry} bring {format_number(-amount, 'EUR/a')}"
        for entry, amount in entries.items()
        if amount < -0.01 * abs(run.objective)
    ]
    tail = f"; {_listed(earned)}" if earned else ""
    return f"The year costs {format_number(run.objective, 'EUR/a')}; the largest entries are {_listed(costs)}{tail}."


def _what_is_emitted(run: Run) -> str:
    summary, table = run.summary, run.tables["emissions"]
    target, price = (
        run.metadata["settings"]["emissions"]["target"],
        summary["emission_target_price"],
    )
    names = run.tables["names"]
    by_name = table.groupby("name")["emissions"].sum().sort_values()
    stored = [
        f"{label(names, name)} ({format_number(-amount, 't/a')})"
        for name, amount in by_name.head(2).items()
        if amount < -1
    ]
    emitted = [
        f"{label(names, name)} ({format_number(amount, 't/a')})"
        for name, amount in by_name[::-1].head(2).items()
        if amount > 1
    ]
    start = f"Net emissions are {format_number(summary['net_emissions'], 't/a')}"
    if stored:
        start += f": {_listed(stored)} taken back, most emitted by {_listed(emitted)}"
    elif emitted:
        start += f", most by {_listed(emitted)}"
    if target == "none":
        return f"{start}; no target is set."
    binding = (
        f"the last tonne costs {format_number(summary['emission_price'] + price, 'EUR/t')}, {format_number(summary['emission_price'])} of it the price of emitting and {format_number(price)} the target"
        if price > 0.01
        else "the target costs nothing extra"
    )
    return f"{start}; {binding}."


def _listed(parts: list[str]) -> str:
    return (
        parts[0]
        if len(parts) == 1
        else f"{', '.join(parts[:-1])} and {parts[-1]}"
        if parts
        else "nothing"
    )
