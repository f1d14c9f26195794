"""Pathway notes: the tables of a pathway → sentences."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path as FilePath

import pandas as pd

from energy_model.case.scenarios import scenario_titles
from energy_model.common.language import N_, Message, labels_of
from energy_model.optimization.highs import OPTIMAL
from energy_model.studies.pathway.foresight import Path

Labels = Mapping[str, dict[str, str]]
MAX_NAMED_ASSETS = 5  # in one sentence
MIN_NOTED_SHARE = 1e-6  # of the discounted cost, below which waiting costs nothing


def pathway_notes(
    paths: Sequence[Path],
    plan: pd.DataFrame,
    stages: pd.DataFrame,
    waiting: pd.DataFrame,
    without_operation: Sequence[str],
    folder: FilePath,
) -> list[str]:
    """The plan, what may wait, and what sight is worth, in sentences; the case in ``folder`` has the titles of scenarios."""
    first, *others = paths
    last_year = first.stages[-1].year + first.stages[-1].years - 1
    notes: list[str] = [
        Message(
            "From {first} to {last} the city costs {cost:EUR} in all, discounted; a year costs {begin:EUR/a} in {first} and {end:EUR/a} in {final}.",
            first=first.stages[0].name,
            last=str(last_year),
            final=first.stages[-1].name,
            cost=first.cost,
            begin=stages["cost"].iloc[0],
            end=stages["cost"].iloc[-1],
        )
    ]
    notes += _scenario_notes(stages, folder)
    assets = pd.concat([stage.assets for stage in first.stages])
    labels = _labels(assets)
    closed = {s.name for s in first.stages if (s.assets["max_capacity_added"] <= 0).all()}
    notes += _building_notes(plan, stages, labels, closed)
    notes += _waiting_notes(waiting, first.cost, labels)
    notes += _foresight_notes(first, others)
    if without_operation:
        notes.append(
            Message(
                "With nothing added the system cannot be operated in {stages}, so the emissions of these years are not parted.",
                stages=list(without_operation),
            )
        )
    return notes


def _scenario_notes(stages: pd.DataFrame, folder: FilePath) -> list[Message]:
    """The scenario of each stage, by its title; none where no stage has one."""
    named = stages[stages["scenario"].fillna("").astype(bool)]
    if named.empty:
        return []
    titles = scenario_titles(folder)
    parts = [
        Message(
            "{stage} “{scenario}”",
            stage=stage,
            scenario={"name": str(scenario)}
            | {f"label_{code}": text for code, text in titles.get(str(scenario), {}).items()},
        )
        for stage, scenario in zip(named["stage"], named["scenario"], strict=True)
    ]
    return [Message("Each stage has the inputs of a scenario: {stages}.", stages=parts)]


def _labels(assets: pd.DataFrame) -> Labels:
    """The labels of assets by name; of several rows of one asset, those of the first."""
    rows = assets[~assets.index.duplicated()]
    return {str(name): labels_of(row, name) for name, row in rows.to_dict("index").items()}


def _building_notes(
    plan: pd.DataFrame, stages: pd.DataFrame, labels: Labels, closed: Collection[str]
) -> list[str]:
    """What each stage builds; ``closed`` are the stages without candidates."""
    notes: list[str] = []
    for stage, investment in zip(stages["stage"], stages["investment"], strict=True):
        built = plan[(plan["stage"] == stage) & (plan["added"] > 0)]
        largest = built.sort_values(["investment", "asset"], ascending=[False, True])
        names = [labels[asset] for asset in largest["asset"].head(MAX_NAMED_ASSETS)]
        if not names and stage in closed:
            text = N_("In {stage} nothing can be built: its scenario has no candidates.")
            notes.append(Message(text, stage=stage))
        elif not names:
            notes.append(Message("In {stage} nothing is built.", stage=stage))
        else:
            text = N_(
                "In {stage} {investment:EUR} are invested (assets added to: {count:#}), most in {assets}."
            )
            notes.append(
                Message(text, stage=stage, count=len(built), investment=investment, assets=names)
            )
    return notes


def _waiting_notes(waiting: pd.DataFrame, cost: float, labels: Labels) -> list[str]:
    """What may wait for a stage, and what may not."""
    if waiting.empty:
        return []
    notes: list[str] = []
    required = waiting[waiting["status"] != OPTIMAL]
    notes += [
        Message(
            "“{asset}” cannot wait: without it in {stage} there is no plan.",
            asset=labels[row["asset"]],
            stage=row["stage"],
        )
        for row in required.to_dict("records")
    ]
    solved = waiting[waiting["status"] == OPTIMAL]
    is_free = solved["cost_of_waiting"] <= MIN_NOTED_SHARE * abs(cost)
    if is_free.any():
        names = [labels[asset] for asset in solved[is_free]["asset"]]
        notes.append(Message("A stage later costs nothing more: {assets}.", assets=names))
    if (~is_free).any():
        most = solved[~is_free].iloc[0]
        notes.append(
            Message(
                "Waiting is dearest for “{asset}”: without it in {stage} the path costs {cost:EUR} more, discounted.",
                asset=labels[most["asset"]],
                stage=most["stage"],
                cost=most["cost_of_waiting"],
            )
        )
    if (~is_free).sum() > 1:
        least = solved[~is_free].iloc[-1]
        notes.append(
            Message(
                "Of these investments “{asset}” can wait at the least cost: {cost:EUR} without it in {stage}.",
                asset=labels[least["asset"]],
                stage=least["stage"],
                cost=least["cost_of_waiting"],
            )
        )
    return notes


def _foresight_notes(first: Path, others: Sequence[Path]) -> list[str]:
    """What the foresights cost beside that of the plan."""
    return [
        Message(
            "With foresight “{other}” the path costs {difference:EUR} more than with “{first}”.",
            other=other.foresight,
            first=first.foresight,
            difference=other.cost - first.cost,
        )
        if other.cost >= first.cost
        else Message(
            "With foresight “{other}” the path costs {difference:EUR} less than with “{first}”.",
            other=other.foresight,
            first=first.foresight,
            difference=first.cost - other.cost,
        )
        for other in others
    ]
