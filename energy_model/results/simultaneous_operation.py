"""Simultaneous operation: a dataset → the assets with flows both ways in one step.

A linear program cannot exclude one of two flows. Where a loss costs nothing or has a benefit, as at negative prices,
it charges and discharges a store at once to lose energy. The solution is correct for the program, but the user needs a
warning. The loss is that of the two flows minus that of the one flow with the same net effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np
import pandas as pd
import xarray as xr

from energy_model.common.formatting import format_number
from energy_model.formulation.link import arriving_share

MIN_STEP_LOSS_SHARE = 1e-3  # of the asset's largest flow of the year; less in a step is rounding
MIN_YEARLY_LOSS_SHARE = 1e-4  # of all that flows through the asset in the year; less is rounding
MIN_YEARLY_LOSS = 1e-3  # [unit/a]
MAX_SENTENCES = 5

Words = tuple[str, str]  # English, Danish
WORDS: dict[str, tuple[Words, Words]] = {
    "storages": (
        ("charges and discharges at once", "lader og aflader på samme tid"),
        ("a real store does one or the other", "et virkeligt lager gør kun det ene"),
    ),
    "links": (
        ("carries both ways at once", "fører begge veje på samme tid"),
        ("a real link carries one way at a time", "en virkelig ledning fører kun én vej ad gangen"),
    ),
    "conversions": (
        ("runs in two opposite modes at once", "kører i to modsatte driftsformer på samme tid"),
        ("a real plant runs in one of them", "et virkeligt anlæg kører i den ene"),
    ),
    "vehicles": (
        ("charges and gives back at once", "lader og giver tilbage på samme tid"),
        ("a real charger does one or the other", "en virkelig lader gør kun det ene"),
    ),
}


@dataclass(frozen=True)
class Simultaneous:
    """An asset with flows both ways in one step: the hours of it [h/a] and the additional loss [unit/a]."""

    asset: str
    table: str
    label_en: str
    label_da: str
    unit: str
    hours: float
    lost: float

    def sentences(self) -> Words:
        """A sentence on it in English and in Danish."""
        (does, danish_does), (real, danish_real) = WORDS[self.table]
        hours, lost = format_number(self.hours), format_number(self.lost)
        danish_hours = format_number(self.hours, language="da")
        danish_lost = format_number(self.lost, language="da")
        plural, danish_plural = ("hour", "time") if hours == "1" else ("hours", "timer")
        return (
            f"{self.label_en} {does} in {hours} {plural} of the year and so loses {lost} {self.unit}. "
            "The linear program does this where a loss costs nothing or pays, as at negative "
            f"prices; {real}.",
            f"{self.label_da} {danish_does} i {danish_hours} {danish_plural} af året og taber derved "
            f"{danish_lost} {self.unit}. Det gør det lineære program, hvor et tab intet koster "
            f"eller betaler sig, som ved negative priser; {danish_real}.",
        )


def simultaneous_operation(
    data: xr.Dataset, tables: Mapping[str, pd.DataFrame], names: pd.DataFrame
) -> list[Simultaneous]:
    """The assets with flows both ways in one step, the largest loss first.

    Args:
        data: The dataset of a run with its flows [unit/h].
        tables: The input tables, indexed by row name.
        names: The run's table of names with its labels.
    """
    length = data["step_weight"].to_numpy()
    carriers = tables["carriers"]
    operations = []
    for table, asset, carrier, one, other, lost in _flows(data, tables):
        peak = max(float(one.max(initial=0.0)), float(other.max(initial=0.0)))
        counts = lost > MIN_STEP_LOSS_SHARE * peak
        loss = float(lost[counts] @ length[counts])
        through = float((one + other) @ length)
        if loss <= max(MIN_YEARLY_LOSS_SHARE * through, MIN_YEARLY_LOSS):
            continue
        unit = str(carriers.at[carrier, "unit"])
        english, danish = (_label(names, asset, f"label_{code}") for code in ("en", "da"))
        hours = float(length[counts].sum())
        operations.append(Simultaneous(asset, table, english, danish, unit, hours, loss))
    return sorted(operations, key=lambda one: -one.lost)


def operation_warnings(found: list[Simultaneous]) -> list[str]:
    """One sentence for each of the largest losses, and one for all others."""
    return [english for english, _danish in operation_sentences(found)]


def operation_sentences(found: list[Simultaneous]) -> list[Words]:
    """The sentences of `operation_warnings` in English and in Danish."""
    sentences = [one.sentences() for one in found[:MAX_SENTENCES]]
    rest = found[MAX_SENTENCES:]
    if rest:
        names = ", ".join(one.label_en for one in rest[:MAX_SENTENCES])
        danish_names = ", ".join(one.label_da for one in rest[:MAX_SENTENCES])
        more, danish_more = (" and others", " og andre") if len(rest) > MAX_SENTENCES else ("", "")
        sentences.append(
            (
                f"{len(rest)} more assets run both ways at once: {names}{more}.",
                f"{len(rest)} andre anlæg kører begge veje på samme tid: {danish_names}{danish_more}.",
            )
        )
    return sentences


def _flows(
    data: xr.Dataset, tables: Mapping[str, pd.DataFrame]
) -> Iterator[tuple[str, str, str, np.ndarray, np.ndarray, np.ndarray]]:
    """Table, name and carrier of each asset with two flow directions, its two flows and its additional loss [unit/h]."""
    empty = pd.DataFrame()
    stores = tables.get("storages", empty)
    for name, row in stores.iterrows() if "charge" in data else ():
        efficiency = row["efficiency_in"] * row["efficiency_out"]
        one, other = _two(data, "charge", "discharge", "storage", name)
        yield (
            "storages",
            str(name),
            str(row["carrier"]),
            one,
            other,
            _lost_in_store(one, other, efficiency),
        )
    vehicles = tables.get("vehicles", empty)
    for name, row in vehicles.iterrows() if "vehicle_charge" in data else ():
        one, other = _two(data, "vehicle_charge", "vehicle_discharge", "vehicle", name)
        efficiency = row["charge_efficiency"] ** 2
        yield (
            "vehicles",
            str(name),
            str(row["carrier"]),
            one,
            other,
            _lost_in_store(one, other, efficiency),
        )
    links = tables.get("links", empty)
    for name, row in links.iterrows() if "flow_backward" in data else ():
        one, other = _two(data, "flow_forward", "flow_backward", "link", name)
        efficiency = arriving_share(row)
        yield (
            "links",
            str(name),
            str(row["carrier"]),
            one,
            other,
            _lost_on_link(one, other, efficiency),
        )
    if "activity" in data and "flows" in tables:
        yield from _opposite_modes(data, tables["flows"])


def _opposite_modes(
    data: xr.Dataset, flows: pd.DataFrame
) -> Iterator[tuple[str, str, str, np.ndarray, np.ndarray, np.ndarray]]:
    """As `_flows`, for plants of which one mode undoes another; coefficients that follow a profile are left out.

    Of two carriers, one mode takes the first and makes the second, the other mode the reverse. The first is taken
    and made at once, with the efficiency of the way to the second and back.
    """
    coefficients: dict[str, dict[str, dict[str, float]]] = {}
    for key, cell in flows["coefficient"].items():
        plant, mode, carrier = key if isinstance(key, tuple) else str(key).split(":")
        try:
            number = float(cell.offset if getattr(cell, "terms", None) == () else cell)
        except (TypeError, ValueError):
            continue
        coefficients.setdefault(str(plant), {}).setdefault(str(mode), {})[str(carrier)] = number
    for plant, modes in coefficients.items():
        for one, other in combinations(modes, 2):
            for first, second in permutations(modes[one], 2):
                there, back = modes[one], modes[other]
                if there[first] < 0 < there[second] and back.get(second, 0) < 0 < back.get(
                    first, 0
                ):
                    kept = (there[second] / -there[first]) * (back[first] / -back[second])
                    taken, made = _two_modes(data, plant, one, other)
                    charge, discharge = -there[first] * taken, back[first] * made
                    lost = _lost_in_store(charge, discharge, min(kept, 1.0))
                    yield "conversions", plant, first, charge, discharge, lost


def _two_modes(data: xr.Dataset, plant: str, one: str, other: str) -> tuple[np.ndarray, np.ndarray]:
    """The activities of two modes of a plant, without negative values within the solver's tolerance."""
    activity = data["activity"]
    parts = (activity.sel(mode=f"{plant}:{mode}").to_numpy().clip(min=0.0) for mode in (one, other))
    return next(parts), next(parts)


def _two(
    data: xr.Dataset, first: str, second: str, dimension: str, name: object
) -> tuple[np.ndarray, np.ndarray]:
    """Two flows of an asset, without negative values within the solver's tolerance."""
    flows = (data[flow].sel({dimension: name}).to_numpy().clip(min=0.0) for flow in (first, second))
    return next(flows), next(flows)


def _lost_in_store(charge: np.ndarray, discharge: np.ndarray, kept: float) -> np.ndarray:
    """Loss of simultaneous charging and discharging, minus that of the one with the same change of the level.

    ``kept`` is the round-trip efficiency of the store.
    """
    if kept <= 0:
        return np.where(discharge > 0, charge, 0.0)
    return np.minimum(charge * (1 - kept), discharge * (1 / kept - 1))


def _lost_on_link(sent: np.ndarray, returned: np.ndarray, kept: float) -> np.ndarray:
    """Loss of two opposite flows, minus that of one flow with the same delivery; ``kept`` is the efficiency."""
    if kept <= 0:
        return np.minimum(sent, returned)
    delivered = np.maximum(np.maximum(kept * sent - returned, kept * returned - sent), 0.0)
    loss = (1 - kept) * (sent + returned) - (1 / kept - 1) * delivered
    return np.where((sent > 0) & (returned > 0), loss, 0.0)


def _label(names: pd.DataFrame, name: str, column: str) -> str:
    text = names.at[name, column] if name in names.index else None
    return text if isinstance(text, str) and text else name.replace("_", " ")
