"""Attribution: two runs and their case → the change in cost by each input that differs, changed alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.case_spec import CaseSpec
from energy_model.case.overrides import row_address
from energy_model.common.errors import InputError
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.studies.compare import CANDIDATES, differing_inputs
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase, Value
from energy_model.studies.runner.study_setup import StudySetup

MAX_COST_DIFFERENCE_SHARE = 1e-3  # of cost, by which the case may miss that of its run
TITLES = ("case.title_en", "case.title_da")


def attribute_difference(
    runs: Sequence[Run | str | Path],
    case: str | Path,
    output: str | Path | None = None,
    execution: ExecutionOptions | None = None,
) -> Study:
    """The differing inputs, each changed alone from the first run to the last, by their effect on cost.

    Differences in one column of one table are changed together. ``attribution`` holds the change in
    cost of each [EUR/a] and its share of the total difference; shares need not sum to 1, as inputs
    interact.
    """
    opened_runs = [run if isinstance(run, Run) else open_run(run) for run in runs]
    first, last = opened_runs[0], opened_runs[-1]
    metadata = first.metadata
    resolution = metadata["settings"]["time"]["resolution"]
    spec = CaseSpec(case, metadata["scenario"] or "", metadata["changes"], resolution)
    setup = StudySetup.of("attribution", spec, output, execution)
    cases = [StudyCase({"input": ""})]
    for label, overrides in _override_groups(first, last).items():
        inputs: dict[str, Value] = {"input": label, "cells": float(len(overrides))}
        cases.append(StudyCase(inputs, tuple(overrides)))
    with setup.runner({"cases": [study_case.key for study_case in cases]}) as runner:
        results = runner.results(cases)
        base = results[0]["objective"]
        tolerance = MAX_COST_DIFFERENCE_SHARE * max(1.0, abs(base or 0.0))
        if base is None or abs(base - first.objective) > tolerance:
            remedy = f"it no longer gives the first run's cost ({first.objective:,.0f} EUR/a); name the case the run was made from, unchanged"
            raise InputError.at(str(case), remedy, value=f"{base or 0:,.0f} EUR/a")
        table = _table(cases[1:], results[1:], base, last.objective - first.objective)
        return setup.write_results(runner, {"attribution": table})


def _override_groups(first: Run, last: Run) -> dict[str, list[str]]:
    """The overrides from the first run's inputs to the last's, by column.

    Raises:
        InputError: the inputs do not differ.
    """
    differences = differing_inputs(("a", "b"), [first, last])
    groups: dict[str, list[str]] = {}
    for address, value in zip(differences["address"], differences["b"], strict=True):
        if address.startswith((*TITLES, CANDIDATES)) or "." not in address:
            continue  # no number of the case: a title, a choice of the workbench, or own rules
        table, column = address.split(".")[0], address.rsplit(".", 1)[1]
        name = address if table == "case" else f"{table}.*.{column}"
        if table != "case":
            row = address.removeprefix(f"{table}.").removesuffix(f".{column}")
            address = f"{table}.{row_address(row)}.{column}"
        groups.setdefault(name, []).append(f"{address} = {value}")
    if not groups:
        raise InputError.at("compare", "the inputs of these runs do not differ")
    return groups


def _table(
    cases: Sequence[StudyCase], results: Sequence[dict[str, Any]], base: float, total: float
) -> pd.DataFrame:
    """A row for each changed input, the largest change of cost first."""
    rows = [
        (
            str(study_case.inputs["input"]),
            int(study_case.inputs["cells"]),
            result["objective"] - base if result["objective"] is not None else np.nan,
            result["status"],
            result["reason"],
        )
        for study_case, result in zip(cases, results, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["input", "cells", "alone", "status", "reason"])
    frame["share"] = frame["alone"] / total if abs(total) > 1 else np.nan
    order = np.argsort(-frame["alone"].abs().fillna(0.0).to_numpy())
    return frame.iloc[order].reset_index(drop=True)
