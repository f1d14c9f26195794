"""Compare: two or more runs → tables side by side, differences first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.common.errors import InputError
from energy_model.common.language import Message
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables, open_run

CANDIDATES = "candidates."  # before the name of an asset: its choice in the workbench
MIN_DIFFERENCE_SHARE = 1e-6  # relative difference below which two numbers are equal
MIN_CAPACITY_DIFFERENCE = 1e-3  # in the unit of the capacity
MIN_COST_DIFFERENCE_EUR = 1.0  # EUR/a
MIN_EMISSION_DIFFERENCE = 0.5  # t/a
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Comparison:
    """Runs side by side: their names, and tables with a column for each run, differences first.

    ``inputs`` are the cells that differ; ``summary``, ``capacities``, ``costs`` (by entry),
    ``sectors``, ``firms`` and ``emissions`` the differences in results; ``difference`` is the last
    run less the first. ``labels`` holds ``label_en``, ``label_da`` and the ``unit`` of capacity or of a carrier by
    name, and its ``unit_investment`` [EUR/capacity]; capacities are in order of the investment in their
    difference. ``settings`` are those of the last run. With ``is_decision`` the runs differ only in what
    is required or excluded. ``steps`` and ``perspectives`` are those of the runs in order; where they
    differ, the difference in results is not that of the inputs. ``pairs`` are the comparisons of the first run
    with each other one, if there are more than two.
    """

    names: tuple[str, ...]
    inputs: pd.DataFrame
    summary: pd.DataFrame
    capacities: pd.DataFrame
    costs: pd.DataFrame
    sectors: pd.DataFrame
    firms: pd.DataFrame
    emissions: pd.DataFrame
    labels: pd.DataFrame
    settings: Mapping[str, Any]
    steps: tuple[int, ...] = ()
    perspectives: tuple[str, ...] = ()
    is_decision: bool = False
    pairs: tuple[Comparison, ...] = ()

    @property
    def extra_cost(self) -> dict[str, float | None]:
        """What the last run costs more than the first without payments for emissions [EUR/a].

        ``emissions_less`` is what it emits less [t/a], ``per_tonne`` the cost of each tonne less
        [EUR/t]; None if both emit the same.
        """
        more = self.summary["difference"]
        cost, less = float(more["cost_without_emission_payments"]), -float(more["net_emissions"])
        per_tonne = cost / less if abs(less) >= MIN_EMISSION_DIFFERENCE else None
        return {"cost": cost, "emissions_less": less, "per_tonne": per_tonne}

    @property
    def tables(self) -> Frames:
        """All tables by name."""
        names = ("capacities", "costs", "sectors", "firms", "emissions")
        first = {"inputs": self.inputs, "summary": self.summary}
        return first | {name: getattr(self, name) for name in names}


def compare(runs: Sequence[Run | str | Path], names: Sequence[str] | None = None) -> Comparison:
    """Two or more runs side by side.

    Raises:
        InputError: there are fewer than two runs.
    """
    opened = [run if isinstance(run, Run) else open_run(run) for run in runs]
    if len(opened) < 2:
        raise InputError.at("compare", "name two runs or more to compare")
    run_names = tuple(names) if names else _names(opened)

    def side_by_side(
        column_of: Callable[[Run], pd.Series], min_difference: float = 0.0
    ) -> pd.DataFrame:
        columns = {name: column_of(run) for name, run in zip(run_names, opened, strict=True)}
        return _align(columns, min_difference)

    def emissions(run: Run) -> pd.Series:
        return run.tables["emissions"].groupby("name")["emissions"].sum()

    def capacities(run: Run) -> pd.Series:
        return run.tables["capacities"]["capacity"]

    labels = _labels(opened)
    return Comparison(
        run_names,
        inputs=differing_inputs(run_names, opened),
        summary=side_by_side(lambda run: pd.Series(run.summary, dtype=float)),
        capacities=_by_investment(side_by_side(capacities, MIN_CAPACITY_DIFFERENCE), labels),
        costs=side_by_side(lambda run: _costs_by(run, "entry"), MIN_COST_DIFFERENCE_EUR),
        sectors=side_by_side(lambda run: _costs_by(run, "sector"), MIN_COST_DIFFERENCE_EUR),
        firms=side_by_side(lambda run: _costs_by(run, "firm"), MIN_COST_DIFFERENCE_EUR),
        emissions=side_by_side(emissions, MIN_EMISSION_DIFFERENCE),
        labels=labels,
        settings=opened[-1].metadata["settings"],
        steps=tuple(int(run.metadata["steps"]) for run in opened),
        perspectives=tuple(str(run.metadata["settings"]["perspective"]) for run in opened),
        pairs=_pairs(opened, run_names),
    )


def _by_investment(capacities: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Capacities that differ ordered by the investment in the difference, as their units are not of one kind."""
    costs = labels["unit_investment"].reindex(capacities.index).fillna(0.0)
    sizes = capacities.drop(columns=["difference", "same"])
    spread = sizes.max(axis=1) - sizes.min(axis=1)
    amount = (spread * costs).where(~capacities["same"], -1.0)
    return capacities.loc[amount.sort_values(ascending=False, kind="stable").index]


def _pairs(runs: Sequence[Run], names: Sequence[str]) -> tuple[Comparison, ...]:
    """The comparisons of the first run with each other one; none of two runs alone."""
    others = list(zip(runs, names, strict=True))[1:]
    if len(others) < 2:
        return ()
    return tuple(compare([runs[0], run], [names[0], name]) for run, name in others)


def _labels(runs: Sequence[Run]) -> pd.DataFrame:
    """The labels, unit and investment of a unit of every name of the runs, those of the first run with it.

    The unit is that of the capacity of an asset, or that of a carrier.
    """
    parts = []
    for run in runs:
        known = run.tables["capacities"][["unit", "unit_investment"]]
        part = run.tables["names"][["label_en", "label_da"]].join(known)
        part["unit"] = part["unit"].fillna(run.tables["carriers"]["unit"])
        parts.append(part)
    labels = pd.concat(parts)
    return labels[~labels.index.duplicated()]


def _names(runs: Sequence[Run]) -> tuple[str, ...]:
    """Distinct names for the runs: their scenarios, otherwise their folders, otherwise numbers."""
    scenarios = [str(run.metadata["scenario"] or "base") for run in runs]
    folders = [run.path.name if run.path else "" for run in runs]
    for labels in (scenarios, folders):
        if len(set(labels)) == len(runs) and all(labels):
            return tuple(labels)
    return tuple(f"{name} ({i})" for i, name in enumerate(scenarios, 1))


def _costs_by(run: Run, column: str) -> pd.Series:
    costs = run.tables["costs"]
    is_named = costs[column].notna() & (costs[column].astype(str) != "")
    return costs.groupby(costs[column].where(is_named, "nobody named"))["cost"].sum()


def _align(parts: Mapping[str, pd.Series], min_difference: float) -> pd.DataFrame:
    """A row for each name, the largest difference first; rows that are equal in all runs last."""
    frame = pd.DataFrame({name: part[part.notna()] for name, part in parts.items()}).fillna(0.0)
    frame["difference"] = frame.iloc[:, -1] - frame.iloc[:, 0]
    spread = frame[list(parts)].max(axis=1) - frame[list(parts)].min(axis=1)
    tolerance = MIN_DIFFERENCE_SHARE * frame[list(parts)].abs().max(axis=1)
    is_same = spread <= np.maximum(min_difference, tolerance)
    # rows that differ as much keep their order, whatever their last digits
    rounded = spread.map(lambda value: float(f"{value:.9g}"))
    frame = frame.assign(same=is_same, spread=rounded.where(~is_same, 0.0))
    frame = frame.sort_values("spread", ascending=False, kind="stable")
    return frame.drop(columns="spread").rename_axis("name")


def differing_inputs(names: Sequence[str], runs: Sequence[Run]) -> pd.DataFrame:
    """Every cell and setting of the inputs that differs between runs."""
    tables_by_run = [input_tables(run) for run in runs]
    rows: list[tuple] = []
    for table in sorted({name for frames in tables_by_run for name in frames}):
        frames = [frames.get(table, pd.DataFrame()) for frames in tables_by_run]
        all_rows = list(dict.fromkeys(row for frame in frames for row in frame.index))
        for column in dict.fromkeys(header for frame in frames for header in frame):
            cells = [
                frame[column].reindex(all_rows)
                if column in frame
                else pd.Series(None, all_rows, dtype=object)
                for frame in frames
            ]
            for row in all_rows:
                values = [cell[row] for cell in cells]
                if any(not _same(values[0], value) for value in values[1:]):
                    rows.append((f"{table}.{row}.{column}", *map(_plain, values)))
    settings = [_flat(run.metadata["settings"]) for run in runs]
    for name in sorted({name for flat in settings for name in flat}):
        values = [flat.get(name) for flat in settings]
        if any(not _same(values[0], value) for value in values[1:]):
            rows.append((f"case.{name}", *map(_plain, values)))
    choices = [run.metadata.get("candidates", {}) for run in runs]
    for name in dict.fromkeys(name for bounds in choices for name in bounds):
        values = [_choice(bounds.get(name)) for bounds in choices]
        if len(set(values)) > 1:
            rows.append((f"{CANDIDATES}{name}", *values))
    rules = [_own_rules(run) for run in runs]
    if len(set(rules)) > 1:
        rows.append(("rules of the user's own", *rules))
    # As objects, messages keep their templates.
    return pd.DataFrame(rows, columns=["address", *names], dtype=object)


def _choice(bounds: Sequence[float] | None) -> str:
    """The choice for a candidate of the workbench in words."""
    if bounds is None:
        return Message("optional")
    minimum, maximum = bounds
    if maximum <= 0:
        return Message("forbidden")
    return Message("at least {amount:#}", amount=minimum)


def _own_rules(run: Run) -> str:
    """The names of a run's own rules; ``unnamed`` if they are unknown, empty if there are none."""
    names = ", ".join(run.metadata.get("own_rules", []))
    return names or ("unnamed" if run.metadata.get("extended") else "")


def _same(a: Any, b: Any) -> bool:
    a, b = _plain(a), _plain(b)
    if isinstance(a, float) and isinstance(b, float):
        return a == b or abs(a - b) <= 1e-12 * max(abs(a), abs(b))
    return a == b


def _plain(value: Any) -> Any:
    """A cell as a number or a text; empty if it holds nothing."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float | np.number):
        return float(value)
    return str(value)


def _flat(settings: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value if not isinstance(value, list) else str(value)
    return flat
