"""Decision: a case and assets to add or exclude → the cost of the decision, beside the base case."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.common.errors import InputError, InputIssue
from energy_model.optimization.highs import OPTIMAL
from energy_model.optimization.infeasibility import NoSolutionError
from energy_model.solving.case_solver import Query
from energy_model.solving.load import Case
from energy_model.studies.compare import Comparison, compare
from energy_model.studies.regret import BASE_CASE
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase
from energy_model.studies.runner.study_setup import StudySetup

DECISION = "decision"


@accept_case_keywords
def compare_decision(
    case: Case,
    with_: Sequence[str] = (),
    without: Sequence[str] = (),
    output: str | Path | None = None,
    *,
    execution: ExecutionOptions | None = None,
) -> tuple[Study, Comparison]:
    """The cost of a decision: the unchanged case beside the case in which assets are added or excluded.

    ``with_`` holds ``ASSET`` (the addable capacity) or ``ASSET=SIZE``; ``without`` asset names,
    with * as a wildcard, of which nothing is added. Raises InputError, NoSolutionError (the
    decision is infeasible) or StudyInterrupted.
    """
    setup = StudySetup.of("decision", case, output, execution)
    added = _added(setup.load().assets, with_, without)
    cases = [
        StudyCase({"decision": BASE_CASE}, keep_run=True),
        StudyCase({"decision": DECISION}, query=Query(capacity_added=added), keep_run=True),
    ]
    with setup.runner({"with": list(with_), "without": list(without)}) as runner:
        for result in runner.results(cases):
            if result["status"] != OPTIMAL:
                raise NoSolutionError(result["status"], [result["reason"]])
        runs = [setup.folder / "runs" / study_case.key for study_case in cases]
        comparison = _compare(runs)
        tables = {
            name: frame.reset_index()
            for name, frame in comparison.tables.items()
            if name != "inputs"
        }
        return setup.write_results(runner, tables), comparison


def compare_stored_decision(study: Study) -> Comparison:
    """The comparison of a stored study of a decision. Raises InputError if a run is missing or damaged."""
    return _compare([study.folder / "runs" / key for key in study.table["run"]])


def _compare(runs: Sequence[Path]) -> Comparison:
    return replace(compare(runs, [BASE_CASE, DECISION]), is_decision=True)


def _added(
    assets: pd.DataFrame, with_: Sequence[str], without: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """The added capacity that the options state for each asset.

    Raises:
        InputError: an option is invalid; it lists all.
    """
    bounds: dict[str, tuple[float, float]] = {}
    issues: list[InputIssue] = []
    for option, texts in (("--without", without), ("--with", with_)):
        for text in texts:
            for asset, size in _sizes(assets, option, text, issues):
                if bounds.setdefault(asset, (size, size)) != (size, size):
                    issues.append(InputIssue(option, "it is both required and excluded", asset))
    if not bounds and not issues:
        issues.append(InputIssue("--with", "name an asset with --with or --without"))
    if issues:
        raise InputError(issues)
    return bounds


def _sizes(
    assets: pd.DataFrame, option: str, text: str, issues: list[InputIssue]
) -> Iterator[tuple[str, float]]:
    """The assets that an option names, each with its capacity; issues are appended."""
    pattern, sign, size_text = text.partition("=")
    matches = fnmatch.filter(assets.index, pattern.strip())
    if not matches:
        nearest = difflib.get_close_matches(pattern.replace("*", ""), assets.index, 4, 0.3)
        remedy = f"no asset has this name; nearest are {', '.join(nearest)}"
        issues.append(InputIssue(option, remedy, value=pattern))
    for asset in matches:
        maximum = float(assets.at[asset, "max_capacity_added"])
        try:
            size = 0.0 if option == "--without" else float(size_text) if sign else maximum
        except ValueError:
            issues.append(InputIssue(option, "write ASSET=SIZE with a number", value=text))
            continue
        if not 0 <= size <= maximum or not np.isfinite(size):
            remedy = f"from 0 to {maximum:g} of it may be added"
            issues.append(InputIssue(option, remedy, asset, value=text))
        yield asset, size
