"""Pareto notes: a front of cost against a metric → what the least amount costs, and what its last unit is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from energy_model.common.language import N_, Message

MIN_COST_SHARE = 1e-6  # of the least cost, up to which the front costs nothing


def pareto_notes(
    amounts: Sequence[float],
    costs: Sequence[float],
    prices: Sequence[float],
    metric: Message | Mapping[str, str],
    unit: str,
) -> list[Message]:
    """The ends of the front in sentences.

    Args:
        amounts: The metric at each point, from the least to that of the cheapest plan.
        costs: The cost of each point [EUR/a].
        prices: By how much a unit more of the metric lowers the cost at each point [EUR/a].
        metric: The metric in words, or its labels.
        unit: Unit of the metric.
    """
    more, one = costs[0] - costs[-1], unit.removesuffix("/a")
    measure = Message(
        "The metric is {metric} [{unit}]; its price is in {price_unit}.",
        metric=metric,
        unit=Message(unit),
        price_unit=Message(price_unit(unit)),
    )
    costless = N_("The cheapest plan has the least amount: {least:{unit}}.")
    if len(amounts) < 2 or more <= MIN_COST_SHARE * abs(costs[-1]):
        return [measure, Message(costless, least=amounts[0], unit=unit)]
    middle = (amounts[0] + amounts[-1]) / 2
    nearest = min(range(len(amounts)), key=lambda i: abs(amounts[i] - middle))
    return [
        measure,
        Message(
            "The cheapest plan has {most:{unit}}, the least is {least:{unit}}, which costs {more:EUR/a} more.",
            most=amounts[-1],
            least=amounts[0],
            unit=unit,
            more=more,
        ),
        Message(
            "The last {one} is the dearest: without it the plan costs {last:EUR/a} more; at {amount:{unit}} one less costs {there:EUR/a}.",
            one=Message(one),
            last=prices[0],
            amount=amounts[nearest],
            unit=unit,
            there=prices[nearest],
        ),
    ]


def price_unit(unit: str) -> str:
    """The unit of the price of a metric: EUR/t of tonnes a year, EUR/ha/a of hectares, for which a year costs."""
    return f"EUR/{unit.removesuffix('/a')}" if unit.endswith("/a") else f"EUR/{unit}/a"


def few_points_note(count: int, metric: Message | Mapping[str, str]) -> Message:
    """The reason why a front has fewer points than asked for."""
    return Message(
        "The front has {count:#} points: the cheapest plan has little more of {metric} than the minimum.",
        count=count,
        metric=metric,
    )
