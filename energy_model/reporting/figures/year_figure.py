"""Year figure: the results of a run → a chart of monthly supply and marginal prices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import matplotlib as mpl
import numpy as np

from energy_model.reporting.figures.style import COLOURS
from energy_model.reporting.figures.supply import by_month, monthly_price, supply
from energy_model.results.run import Run


def year(
    run: Run,
    carriers: Iterable[tuple[str, str]] = (
        ("heat", "District heat"),
        ("electricity", "Electricity"),
    ),
) -> Any:
    """Draws the supply of each carrier by month [GWh] and its mean marginal price [EUR/MWh]."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 - imported only when a figure is drawn

    known = run.tables["carriers"].index
    carriers = [(carrier, title) for carrier, title in carriers if carrier in known]
    if not carriers:
        return plt.figure(figsize=(10, 4.2))
    figure, axes = plt.subplots(
        len(carriers), 1, figsize=(10, 4.2 * len(carriers)), constrained_layout=True, squeeze=False
    )
    for axis, (carrier, title) in zip(axes[:, 0], carriers, strict=True):
        rates = supply(run, carrier)
        months = by_month(run, rates).reindex(range(1, 13), fill_value=0.0) / 1000
        bottom = np.zeros(12)
        for i, name in enumerate(months):
            axis.bar(
                range(12),
                months[name],
                bottom=bottom,
                color=COLOURS[i % len(COLOURS)],
                label=name,
                width=0.8,
            )
            bottom += months[name].to_numpy()
        axis.set_ylim(0, 1.08 * float(bottom.max()) or 1.0)
        price = monthly_price(run, carrier).to_numpy()
        right = axis.twinx()
        right.plot(range(12), price, color="black", marker="o", linewidth=1.5)
        right.set_ylabel("marginal price [EUR/MWh]")
        right.set_ylim(0, max(1.0, 1.25 * float(np.nanmax(price, initial=0.0))))
        axis.set_ylabel("made and bought [GWh a month]")
        axis.set_title(f"{title}: what feeds it, and its price (line)", loc="left", fontsize=11)
        axis.set_xticks(
            range(12),
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        )
        if len(months.columns):
            axis.legend(loc="center left", bbox_to_anchor=(1.12, 0.5), frameon=False, fontsize=8)
        for side in ("top",):
            axis.spines[side].set_visible(False)
            right.spines[side].set_visible(False)
    return figure
