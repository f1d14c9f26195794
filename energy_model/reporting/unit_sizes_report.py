"""Unit sizes report: the decisions on smallest sizes of a run → a sentence in a language."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from energy_model.common.formatting import format_number, format_share, label, listed
from energy_model.common.language import translator
from energy_model.results.run import Run

MAX_NAMED = 4  # additions that a sentence names
MIN_PLAIN_SHARE = 5e-4  # share of the cost below which it has three decimals


def describe_unit_sizes(run: Run, language: str) -> str:
    """Returns what was dropped and raised to smallest sizes, and its cost; empty without them."""
    _, sizes = translator(language), run.metadata.get("unit_sizes")
    if sizes is None:
        return ""
    built = run.tables["capacities"]
    below = _sized(sizes["below"], built, language)
    if not sizes["feasible"]:
        return _(
            "No plan has the smallest sizes that were tried, so this is the plan without them; below their smallest size are {assets}.",
            assets=below,
        )
    parts = _changes(sizes, built, language)
    if not parts and not below:
        return _("Smallest sizes: no addition is below the smallest size of its asset.")
    cost_without = sizes["cost_without"]
    extra = max(run.objective - cost_without, 0.0)
    share = extra / max(abs(cost_without), 1.0)
    sentences = []
    if parts:
        sentence = _(
            "Smallest sizes: {changes}; the plan costs {cost} ({share}) more than without smallest sizes.",
            changes=", ".join(parts),
            cost=format_number(extra, "EUR/a", language),
            share=format_share(share, 1 if share >= MIN_PLAIN_SHARE else 3, language),
        )
        sentences.append(sentence)
    if below:
        sentences.append(_("Still below their smallest size are {assets}.", assets=below))
    return " ".join(sentences)


def _changes(sizes: Mapping, built: pd.DataFrame, language: str) -> list[str]:
    """Returns a phrase on the dropped additions and one on the raised."""
    _, parts = translator(language), []
    if dropped := sizes["dropped"]:
        named = {"count": len(dropped), "assets": _sized(dropped, built, language)}
        if len(dropped) == 1:
            parts.append(_("{count:#} addition was dropped ({assets})", **named))
        else:
            parts.append(_("{count:#} additions were dropped ({assets})", **named))
    if raised := sizes["raised"]:
        named = {"count": len(raised), "assets": _sized(raised, built, language)}
        if len(raised) == 1:
            parts.append(_("{count:#} addition was raised ({assets})", **named))
        else:
            parts.append(_("{count:#} additions were raised ({assets})", **named))
    return parts


def _sized(amounts: Mapping[str, float], built: pd.DataFrame, language: str) -> str:
    """Returns additions with their sizes without smallest sizes; empty if there are none."""
    _ = translator(language)
    texts = []
    for asset, amount in list(amounts.items())[:MAX_NAMED]:
        row = built.loc[asset]
        size = format_number(amount, row["unit"], language)
        texts.append(f"{label(row, asset, language)}: {size}")
    if len(amounts) > MAX_NAMED:
        texts.append(_("{count:#} more", count=len(amounts) - MAX_NAMED))
    return listed(texts, language) if texts else ""
