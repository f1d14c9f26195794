"""Figures of firms and places: shares, links, sites, and what lies between two wishes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from energy_model.reporting.figures.year_figure import COLOURS
from energy_model.studies.runner.study import Study

EUR_PER_KEUR = 1e3
MIN_BAR_EUR = 500.0  # EUR a year below which a bar is left out
MIN_VISIBLE_SHARE = 0.005  # share of the largest bar that a person still sees
RULES = {
    "prices": "marginal prices / marginalpriser",
    "shapley": "Shapley value / Shapley-værdi",
    "nucleolus": "nucleolus / nukleolus",
}


def _axes(height: float) -> tuple[Any, Any]:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - only who draws needs it

    figure, axis = plt.subplots(figsize=(9, height), constrained_layout=True)
    axis.spines[["top", "right"]].set_visible(False)
    return figure, axis


def _labels(frame: pd.DataFrame, name: str) -> list[str]:
    """Danish below English where both are told."""
    told = []
    for row in frame.itertuples(index=False):
        english = getattr(row, "label_en", None)
        danish = getattr(row, "label_da", None)
        plain = str(getattr(row, name)).replace("_", " ")
        told.append("\n".join(dict.fromkeys(t for t in (english if isinstance(english, str) and english else plain, danish) if isinstance(t, str) and t)))  # fmt: skip
    return told


def shares(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """What each firm has of the common gain, by three rules."""
    kept = frame[(frame[list(RULES)].abs().max(axis=1) > MIN_BAR_EUR)]
    frame = (kept if len(kept) else frame).sort_values("shapley")
    figure, axis = _axes(1.6 + 0.62 * len(frame))
    place = np.arange(len(frame))
    for i, (rule, label) in enumerate(RULES.items()):
        axis.barh(place + 0.27 * (1 - i), frame[rule] / EUR_PER_KEUR, height=0.25, color=COLOURS[i], label=label)  # fmt: skip
    axis.set_yticks(place, _labels(frame, "firm"), fontsize=8)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel("share of what all save together [kEUR/a]")
    axis.set_title("What each firm has of it", loc="left", fontsize=11)
    axis.legend(frameon=False, loc="lower right")
    return figure


def links(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """What each link is worth to the whole city, alone and where all others stand."""
    kept = frame[frame[["worth_alone", "worth_last"]].abs().max(axis=1) > MIN_BAR_EUR]
    frame = (kept if len(kept) else frame).sort_values("worth_last")
    figure, axis = _axes(1.6 + 0.5 * len(frame))
    place = np.arange(len(frame))
    axis.barh(place + 0.2, frame["worth_alone"] / EUR_PER_KEUR, height=0.36, color=COLOURS[0], label="alone / alene")  # fmt: skip
    axis.barh(place - 0.2, frame["worth_last"] / EUR_PER_KEUR, height=0.36, color=COLOURS[1], label="where all others stand / hvor alle andre er")  # fmt: skip
    axis.set_yticks(place, _labels(frame, "link"), fontsize=8)
    axis.set_xlabel("worth to the city [kEUR/a]")
    axis.set_title("What each symbiosis link is worth", loc="left", fontsize=11)
    axis.legend(frameon=False, loc="lower right")
    return figure


def sites(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """What the activity adds to the city's cost at each site, and what prices alone said."""
    frame = frame[frame["status"] == "optimal"].iloc[::-1]
    if frame.empty:
        return None
    figure, axis = _axes(1.6 + 0.42 * len(frame))
    place = np.arange(len(frame))
    axis.barh(place, frame["added_cost"] / EUR_PER_KEUR, height=0.6, color=COLOURS[0], label="solved again / løst igen")  # fmt: skip
    axis.plot(frame["estimate"] / EUR_PER_KEUR, place, "d", color="black", markersize=5, label="estimate from prices / skøn fra priser")  # fmt: skip
    axis.set_yticks(place, _labels(frame.drop(columns="label_da"), "site"), fontsize=8)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel("added cost of the city [kEUR/a] / meromkostning for byen")
    axis.set_title("Where it costs least", loc="left", fontsize=11)
    figure.legend(frameon=False, loc="outside lower center", ncol=2)
    return figure


def between(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """The least of one wish for each amount of the other."""
    if len(frame) < 2:
        return None
    one, other = frame.columns[:2]
    figure, axis = _axes(5)
    axis.plot(frame[one], frame[other], marker="o", color=COLOURS[0])
    axis.set_xlabel(one.replace("_", " "))
    axis.set_ylabel(other.replace("_", " "))
    axis.set_title("The least of one for each amount of the other, at nearly least cost", loc="left", fontsize=11)  # fmt: skip
    return figure


def gains(frame: pd.DataFrame, study: Study) -> Any:  # noqa: ARG001
    """What every party gains or loses."""
    if "wish" in frame:
        frame = frame[frame["wish"] != frame["wish"].iloc[0]]
    if frame.empty or frame["gain"].isna().all():
        return None
    wishes = list(dict.fromkeys(frame["wish"])) if "wish" in frame else [""]
    wide = frame.assign(wish=frame.get("wish", "")).pivot_table(index="party", columns="wish", values="gain")  # fmt: skip
    seen = max(MIN_BAR_EUR, MIN_VISIBLE_SHARE * float(wide.abs().max().max()))
    wide = wide[wide.abs().max(axis=1) > seen].fillna(0.0)
    if wide.empty:
        return None
    wide = wide.iloc[np.argsort(wide.iloc[:, 0].to_numpy())]
    figure, axis = _axes(1.6 + 0.4 * len(wide) * max(1, len(wishes) * 0.6))
    place, height = np.arange(len(wide)), 0.8 / len(wishes)
    for i, wish in enumerate(wishes):
        axis.barh(place + height * ((len(wishes) - 1) / 2 - i), wide[wish] / EUR_PER_KEUR, height=0.9 * height, color=COLOURS[i % len(COLOURS)], label=wish or None)  # fmt: skip
    axis.set_yticks(place, [str(p).replace("_", " ") for p in wide.index], fontsize=8)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_xlabel("gain (+) or loss (−) at marginal prices [kEUR/a]")
    if wishes != [""]:
        axis.legend(frameon=False)
    return figure
