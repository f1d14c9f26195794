"""Study figures: the tables of a study → charts, one function per table, written to its folder as PNG."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd

from energy_model.common.atomic_write import write_bytes
from energy_model.reporting.figures import firm_figures as together
from energy_model.reporting.figures.style import COLOURS
from energy_model.studies.runner.store import GO_ON
from energy_model.studies.runner.study import Study

MAX_CHART_ROWS = 18  # rows above which a chart is illegible


def draw(study: Study) -> list[Path]:
    """Draws the tables of a study into its folder and returns the paths written."""
    mpl.use("Agg")
    figures: dict[str, Any] = {}
    for name, frame in study.tables.items():
        if name in FIGURES and len(frame):
            drawn = FIGURES[name](frame, study)
            if drawn is not None:
                figures[name] = drawn
    if study.question == "sweep" and not figures and (drawn := line(study.table)) is not None:
        figures["sweep"] = drawn
    paths = []
    for name, figure in figures.items():
        path = study.folder / f"{name}.png"
        picture = io.BytesIO()
        figure.savefig(picture, dpi=110, format="png")
        _pyplot().close(figure)
        write_bytes(path, picture.getvalue(), GO_ON)
        paths.append(path)
    return paths


def _pyplot() -> Any:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - imported only when a figure is drawn

    return plt


def _axes(width: float = 9, height: float = 5) -> tuple[Any, Any]:
    figure, axis = _pyplot().subplots(figsize=(width, height), constrained_layout=True)
    axis.spines[["top", "right"]].set_visible(False)
    return figure, axis


def _unit(study: Study) -> str:
    """Returns the name and unit of the Pareto front's metric."""
    sentence = next(
        (note for note in study.notes if note.startswith("The metric is ")), "The metric is it []."
    )
    return sentence.removeprefix("The metric is ").split("];")[0] + "]"


def front(frame: pd.DataFrame, study: Study) -> Any:
    """Draws the minimum cost against a metric, with the shadow price of the metric below."""
    figure, (axis, below) = _pyplot().subplots(
        2, 1, figsize=(9, 7), sharex=True, constrained_layout=True, height_ratios=[3, 2]
    )
    axis.plot(frame["amount"], frame["cost"] / 1e6, marker="o", color=COLOURS[0])
    breakpoints = study.tables.get("breakpoints", pd.DataFrame())
    if len(breakpoints):
        axis.plot(
            breakpoints["amount"],
            breakpoints["min_cost"] / 1e6,
            "x",
            color=COLOURS[3],
            label="breakpoint: the plan changes",
        )
        axis.legend(frameon=False)
    axis.set_ylabel("least cost [MEUR/a]")
    axis.set_title(f"What each unit costs: {_unit(study)}", loc="left", fontsize=11)
    below.step(frame["amount"], frame["price"], where="mid", color=COLOURS[1])
    positive = frame["price"][frame["price"] > 0]
    if len(positive) and positive.max() > 50 * positive.min():
        below.set_yscale("symlog", linthresh=max(float(positive.quantile(0.25)), 1e-6))
    unit = re.search(r"\[(.+)\]$", _unit(study))
    below.set_ylabel(
        f"price of the last unit [EUR/{unit[1].removesuffix('/a')}]"
        if unit and unit[1]
        else "price of the last unit [EUR]"
    )
    below.set_xlabel(_unit(study))
    for panel in (axis, below):
        panel.spines[["top", "right"]].set_visible(False)
    return figure


def surface(frame: pd.DataFrame, study: Study) -> Any:
    """Draws a minimum cost curve for each level of a second metric."""
    figure, axis = _axes()
    for i, (level, part) in enumerate(frame.groupby("second_amount")):
        axis.plot(
            part["amount"],
            part["cost"] / 1e6,
            marker="o",
            color=COLOURS[i % len(COLOURS)],
            label=f"{level:,.4g}",
        )
    axis.legend(title="second metric, at most", frameon=False)
    axis.set_xlabel(_unit(study))
    axis.set_ylabel("least cost [MEUR/a]")
    return figure


def capacity_ranges(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws the near-optimal range of each group at the smallest cost slack, as a share of its maximum [%]."""
    part = frame[(frame["slack"] == frame["slack"].min()) & (frame["max"] > 1e-3)]
    part = part.assign(low=(part["min"] / part["max"]).clip(0, 1)).sort_values(["low", "group"])
    part = part.tail(2 * MAX_CHART_ROWS)
    if part.empty:
        return None
    figure, axis = _axes(9, 1.2 + 0.26 * len(part))
    positions = np.arange(len(part))
    colours = [COLOURS[0] if kind == "always" else COLOURS[4] for kind in part["kind"]]
    axis.barh(positions, 100 * (1 - part["low"]), left=100 * part["low"], color=colours, height=0.6)
    axis.barh(positions, 100 * part["low"], color=COLOURS[0], height=0.6)
    cheapest = 100 * (part["cheapest_plan"] / part["max"]).clip(0, 1)
    axis.plot(cheapest, positions, "d", color="black", markersize=5, label="in the cheapest plan")
    labels = [
        f"{group} ({maximum:,.4g})"
        for group, maximum in zip(part["group"], part["max"], strict=True)
    ]
    axis.set_yticks(positions, labels, fontsize=8)
    axis.set_xlabel("added, share of the most there may be (in brackets) [%]")
    axis.set_title(
        f"Within {100 * frame['slack'].min():g} % of the least cost: in every plan (dark), in some (light)",
        loc="left",
        fontsize=11,
    )
    axis.legend(frameon=False, loc="lower right")
    axis.margins(y=0.01)
    return figure


def regrets(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws the regret of each plan in each future [MEUR/a] as a heat map."""
    plans, futures = list(dict.fromkeys(frame["plan"])), list(dict.fromkeys(frame["future"]))
    wide = frame.pivot(index="plan", columns="future", values="regret").loc[plans, futures] / 1e6
    figure, axis = _axes(2.5 + 1.4 * len(futures), 1.8 + 0.6 * len(plans))
    values = wide.to_numpy(float)
    finite = np.where(np.isfinite(values), values, np.nan)
    top = float(np.nanmax(finite)) if np.isfinite(finite).any() else 1.0
    axis.imshow(
        np.where(np.isnan(finite), top, finite),
        cmap="cividis_r",
        vmin=0,
        vmax=max(top, 1e-9),
        aspect="auto",
    )
    for i, j in np.ndindex(values.shape):
        text = f"{values[i, j]:,.1f}" if np.isfinite(values[i, j]) else "cannot"
        dark = not np.isfinite(values[i, j]) or values[i, j] > 0.55 * top
        axis.text(j, i, text, ha="center", va="center", color="white" if dark else "black")
    axis.set_xticks(range(len(futures)), futures, rotation=20, ha="right")
    axis.set_yticks(range(len(plans)), plans)
    axis.set_xlabel("future")
    axis.set_ylabel("planned for")
    axis.set_title(
        "Regret: dearer than the best plan of that future [MEUR/a]", loc="left", fontsize=11
    )
    return figure


def tornado(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws the effect of each input alone on the first output, the largest on top."""
    output = frame["output"].iloc[0] if "objective" not in set(frame["output"]) else "objective"
    part = frame[frame["output"] == output].sort_values("reach").tail(MAX_CHART_ROWS)
    scale = 1e6 if output == "objective" else 1.0
    figure, axis = _axes(9, 1.4 + 0.4 * len(part))
    reference = float(part["base_case"].iloc[0]) / scale
    for i, row in enumerate(part.itertuples(index=False)):
        low, high = row.lowest / scale, row.highest / scale
        axis.barh(i, low - reference, left=reference, color=COLOURS[0], height=0.6)
        axis.barh(i, high - reference, left=reference, color=COLOURS[1], height=0.6)
        axis.annotate(f" {row.at_highest}", (max(high, reference), i), va="center", fontsize=8)
        axis.annotate(
            f"{row.at_lowest} ", (min(low, reference), i), va="center", ha="right", fontsize=8
        )
    axis.axvline(reference, color="black", linewidth=1)
    axis.set_yticks(range(len(part)), part["input"], fontsize=8)
    axis.set_xlabel(
        "cost of the year [MEUR/a]" if output == "objective" else output.replace("_", " ")
    )
    axis.set_title("Each input moved alone; its values stand at the ends", loc="left", fontsize=11)
    axis.margins(x=0.18)
    return figure


def sensitivity(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws the sensitivity index of each input with its confidence interval, for each output."""
    outputs = list(dict.fromkeys(frame["output"]))
    name = "total" if "total" in frame else "mean_effect"
    if name not in frame:
        return None
    figure, axes = _pyplot().subplots(
        len(outputs), 1, figsize=(9, 1 + 2.2 * len(outputs)), constrained_layout=True, squeeze=False
    )
    for axis, output in zip(axes[:, 0], outputs, strict=True):
        part = frame[frame["output"] == output].sort_values(name).tail(MAX_CHART_ROWS)
        positions = np.arange(len(part))
        axis.barh(
            positions,
            part[name],
            xerr=part[f"{name}_confidence"],
            color=COLOURS[0],
            height=0.6,
            label=name.replace("_", " "),
        )
        if "first_order" in part:
            axis.plot(part["first_order"], positions, "o", color=COLOURS[1], label="first order")
        axis.set_yticks(positions, part["input"], fontsize=8)
        axis.set_title(output.replace("_", " "), loc="left", fontsize=11)
        axis.legend(frameon=False, loc="lower right")
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def years(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws each year's minimum cost and the cost of the fixed plan [MEUR/a], and the hours with unserved demand [h/a]."""
    part = frame.dropna(subset=["least_cost", "plan_cost"], how="all")
    if len(part) < 2:
        return None
    figure, (axis, below) = _pyplot().subplots(
        2, 1, figsize=(max(7.0, 2 + 0.5 * len(part)), 6.5), sharex=True, constrained_layout=True, height_ratios=[3, 1]
    )  # fmt: skip
    positions = np.arange(len(part))
    axis.plot(
        positions, part["least_cost"] / 1e6, "o", color=COLOURS[0], label="planned for that year"
    )
    axis.plot(
        positions,
        part["plan_cost"] / 1e6,
        "D",
        color=COLOURS[1],
        label="the plan of the base case, fixed",
    )
    axis.vlines(
        positions, part["least_cost"] / 1e6, part["plan_cost"] / 1e6, color="#999999", zorder=0
    )
    axis.set_ylabel("cost of the year [MEUR/a]")
    axis.legend(frameon=False)
    below.bar(positions, part["unserved_hours"], color=COLOURS[3], width=0.6)
    below.set_ylabel("hours not\nall served [h/a]")
    below.set_ylim(bottom=0, top=None if part["unserved_hours"].max() > 0 else 1)
    below.set_xticks(
        positions, [name.replace("_", " ") for name in part["year"]], rotation=45, ha="right"
    )
    for panel in (axis, below):
        panel.spines[["top", "right"]].set_visible(False)
    return figure


def ranges(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws the range of each input within which the plan does not change, as a factor."""
    ends = frame[["low", "high"]].replace([-np.inf, np.inf], np.nan)
    low, high = (
        float(np.nanmin([0.9, ends["low"].min()])),
        float(np.nanmax([1.1, ends["high"].max()])),
    )
    margin = 0.1 * (high - low)
    figure, axis = _axes(9, 1.4 + 0.45 * len(frame))
    for i, row in enumerate(frame.itertuples(index=False)):
        start = row.low if np.isfinite(row.low) else low - margin
        end = row.high if np.isfinite(row.high) else high + margin
        axis.barh(i, end - start, left=start, color=COLOURS[0], height=0.5)
        axis.annotate(f"{row.below} ", (start, i), va="center", ha="right", fontsize=7)
        axis.annotate(f" {row.above}", (end, i), va="center", fontsize=7)
    axis.axvline(1, color="black", linewidth=1)
    axis.set_yticks(range(len(frame)), frame["address"], fontsize=8)
    axis.set_xlabel("factor within which the plan stays; at the ends what changes first")
    axis.margins(x=0.3)
    return figure


def line(table: pd.DataFrame) -> Any:
    """Draws the cost against the varied input [MEUR/a]. Returns None if there is not exactly one numeric input."""
    status_position = list(table.columns).index("status")
    inputs = list(table.columns[1:status_position])
    if len(inputs) != 1 or not pd.api.types.is_numeric_dtype(table[inputs[0]]):
        return None
    part = table[table["status"] == "optimal"].sort_values(inputs[0])
    if len(part) < 2:
        return None
    figure, axis = _axes()
    axis.plot(part[inputs[0]], part["objective"] / 1e6, marker="o", color=COLOURS[0])
    axis.set_xlabel(inputs[0])
    axis.set_ylabel("least cost [MEUR/a]")
    return figure


FIGURES = {
    "front": front, "surface": surface, "capacity_ranges": capacity_ranges, "regrets": regrets, "years": years, "tornado": tornado,
    "sensitivity": sensitivity, "ranges": ranges, "shares": together.shares, "links": together.links, "sites": together.sites,
    "tradeoff": together.tradeoff, "parties": together.gains,
}  # fmt: skip
