"""Pareto notes: a front of cost against a metric → what the least amount costs, and what its last unit is worth."""

from __future__ import annotations

from collections.abc import Sequence

from energy_model.common.language import N_, Message

MIN_COST_SHARE = 1e-6  # of the least cost, up to which the front costs nothing


def pareto_notes(
    amounts: Sequence[float],
    costs: Sequence[float],
    prices: Sequence[float],
    metric: str,
    unit: str,
) -> list[Message]:
    """The ends of the front in sentences.

    Args:
        amounts: The metric at each point, from the least to that of the cheapest plan.
        costs: The cost of each point [EUR/a].
        prices: By how much a unit more of the metric lowers the cost at each point [EUR/a].
        metric: Name of the metric.
        unit: Unit of the metric.
    """
    more, name, one = (
        costs[0] - costs[-1],
        Message(metric.replace("_", " ")),
        unit.removesuffix("/a"),
    )
    measure = Message(
        "The metric is {metric} [{unit}]; its price is in EUR/{price_unit}.",
        metric=metric,
        unit=Message(unit),
        price_unit=Message(one),
    )
    if len(amounts) < 2 or more <= MIN_COST_SHARE * abs(costs[-1]):
        text = N_("The cheapest plan has the least amount of {metric}: {least:{unit}}.")
        return [Message(text, metric=name, least=amounts[0], unit=unit), measure]
    middle = (amounts[0] + amounts[-1]) / 2
    nearest = min(range(len(amounts)), key=lambda i: abs(amounts[i] - middle))
    return [
        Message(
            "{metric}: the cheapest plan has {most:{unit}}, the least is {least:{unit}}, which costs {more:EUR/a} more.",
            metric=name,
            most=amounts[-1],
            least=amounts[0],
            unit=unit,
            more=more,
        ),
        Message(
            "The last {one} is the dearest: at the least one more saves {last:EUR/a}, at {amount:{unit}} it saves {there:EUR/a}.",
            one=Message(one),
            last=prices[0],
            amount=amounts[nearest],
            unit=unit,
            there=prices[nearest],
        ),
        measure,
    ]


def few_points_note(count: int, metric: str) -> Message:
    """The reason why a front has fewer points than asked for."""
    return Message(
        "The front has {count:#} points: the cheapest plan has little more of {metric} than the minimum.",
        count=count,
        metric=metric,
    )
