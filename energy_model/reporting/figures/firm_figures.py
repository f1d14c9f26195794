"""Figures of cooperation and location studies: tables of shares, links, sites, trade-offs and parties → charts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from energy_model.reporting.figures.style import COLOURS
from energy_model.studies.runner.study import Study

EUR_PER_KEUR = 1e3
MIN_BAR_EUR = 500.0  # EUR/a below which a bar is omitted
MIN_VISIBLE_SHARE = 0.005  # share of the largest bar below which a bar is invisible
RULES = {
    "prices": "marginal prices / marginalpriser",
    "shapley": "Shapley value / Shapley-værdi",
    "nucleolus": "nucleolus / nukleolus",
}


def _axes(height: float) -> tuple[Any, Any]:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - imported only when a figure is drawn

    figure, axis = plt.subplots(figsize=(9, height), constrained_layout=True)
    axis.spines[["top", "right"]].set_visible(False)
    return figure, axis


def _labels(frame: pd.DataFrame, name: str) -> list[str]:
    """Returns axis labels, Danish below English where both exist."""
    labels = []
    for row in frame.itertuples(index=False):
        english = getattr(row, "label_en", None)
        danish = getattr(row, "label_da", None)
        plain = str(getattr(row, name)).replace("_", " ")
        first = english if isinstance(english, str) and english else plain
        texts = [text for text in (first, danish) if isinstance(text, str) and text]
        labels.append("\n".join(dict.fromkeys(texts)))
    return labels


def shares(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws each firm's share of the joint gain [kEUR/a] under three allocation rules."""
    visible = frame[(frame[list(RULES)].abs().max(axis=1) > MIN_BAR_EUR)]
    frame = (visible if len(visible) else frame).sort_values("shapley")
    figure, axis = _axes(1.6 + 0.62 * len(frame))
    positions = np.arange(len(frame))
    for i, (rule, label) in enumerate(RULES.items()):
        axis.barh(
            positions + 0.27 * (1 - i),
            frame[rule] / EUR_PER_KEUR,
            height=0.25,
            color=COLOURS[i],
            label=label,
        )
    axis.set_yticks(positions, _labels(frame, "firm"), fontsize=8)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel("share of what all save together [kEUR/a]")
    axis.set_title("What each firm has of it", loc="left", fontsize=11)
    axis.legend(frameon=False, loc="lower right")
    return figure


def links(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws each link's worth to the city [kEUR/a], alone and with all other links built."""
    visible = frame[frame[["standalone_value", "marginal_value"]].abs().max(axis=1) > MIN_BAR_EUR]
    frame = (visible if len(visible) else frame).sort_values("marginal_value")
    figure, axis = _axes(1.6 + 0.5 * len(frame))
    positions = np.arange(len(frame))
    axis.barh(
        positions + 0.2,
        frame["standalone_value"] / EUR_PER_KEUR,
        height=0.36,
        color=COLOURS[0],
        label="alone / alene",
    )
    axis.barh(
        positions - 0.2,
        frame["marginal_value"] / EUR_PER_KEUR,
        height=0.36,
        color=COLOURS[1],
        label="where all others stand / hvor alle andre er",
    )
    axis.set_yticks(positions, _labels(frame, "link"), fontsize=8)
    axis.set_xlabel("worth to the city [kEUR/a]")
    axis.set_title("What each symbiosis link is worth", loc="left", fontsize=11)
    axis.legend(frameon=False, loc="lower right")
    return figure


def sites(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws the added system cost of the activity at each site [kEUR/a] and its estimate from marginal prices."""
    frame = frame[frame["status"] == "optimal"].iloc[::-1]
    if frame.empty:
        return None
    figure, axis = _axes(1.6 + 0.42 * len(frame))
    positions = np.arange(len(frame))
    axis.barh(
        positions,
        frame["added_cost"] / EUR_PER_KEUR,
        height=0.6,
        color=COLOURS[0],
        label="solved again / løst igen",
    )
    axis.plot(
        frame["estimate"] / EUR_PER_KEUR,
        positions,
        "d",
        color="black",
        markersize=5,
        label="estimate from prices / skøn fra priser",
    )
    axis.set_yticks(positions, _labels(frame.drop(columns="label_da"), "site"), fontsize=8)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel("added cost of the city [kEUR/a] / meromkostning for byen")
    axis.set_title("Where it costs least", loc="left", fontsize=11)
    figure.legend(frameon=False, loc="outside lower center", ncol=2)
    return figure


def tradeoff(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws the minimum of one sum against the other, near the minimum cost."""
    if len(frame) < 2:
        return None
    first, second = frame.columns[:2]
    figure, axis = _axes(5)
    axis.plot(frame[first], frame[second], marker="o", color=COLOURS[0])
    axis.set_xlabel(first.replace("_", " "))
    axis.set_ylabel(second.replace("_", " "))
    axis.set_title(
        "The least of one for each amount of the other, at nearly least cost",
        loc="left",
        fontsize=11,
    )
    return figure


def gains(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """Draws the gain or loss of each party at marginal prices [kEUR/a]."""
    if "preference" in frame:
        frame = frame[frame["preference"] != frame["preference"].iloc[0]]
    if frame.empty or frame["gain"].isna().all():
        return None
    names = list(dict.fromkeys(frame["preference"])) if "preference" in frame else [""]
    wide = frame.assign(preference=frame.get("preference", "")).pivot_table(
        index="party", columns="preference", values="gain"
    )
    threshold = max(MIN_BAR_EUR, MIN_VISIBLE_SHARE * float(wide.abs().max().max()))
    wide = wide[wide.abs().max(axis=1) > threshold].fillna(0.0)
    if wide.empty:
        return None
    wide = wide.iloc[np.argsort(wide.iloc[:, 0].to_numpy())]
    figure, axis = _axes(1.6 + 0.4 * len(wide) * max(1, len(names) * 0.6))
    positions, height = np.arange(len(wide)), 0.8 / len(names)
    for i, name in enumerate(names):
        offset = height * ((len(names) - 1) / 2 - i)
        axis.barh(
            positions + offset,
            wide[name] / EUR_PER_KEUR,
            height=0.9 * height,
            color=COLOURS[i % len(COLOURS)],
            label=name or None,
        )
    axis.set_yticks(positions, [str(party).replace("_", " ") for party in wide.index], fontsize=8)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel("gain (+) or loss (−) at marginal prices [kEUR/a]")
    if names != [""]:
        axis.legend(frameon=False)
    return figure
