"""Sweep: a case and varied inputs → a row for every case, a tornado table and sensitivity indices."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy_model._deprecated import accept_case_keywords
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message
from energy_model.optimization.highs import OPTIMAL
from energy_model.solving.load import Case
from energy_model.studies import case_table, sampling
from energy_model.studies.guide import StudyGuide, Subject, number_range, parameter_ranges
from energy_model.studies.runner.address_check import check_addresses
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase, fingerprint_of
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.runner.warm_start_clusters import assign_warm_starts
from energy_model.studies.sampling import ParameterRange

OUTPUTS = ("objective", "net_emissions")
MAX_LISTED_VALUES = 12  # values of an input in the definition of a sweep
MAX_GUIDED_CASES = 60  # cases of a sweep that a page starts
MIN_SPREAD_SHARE = 1e-9  # of an output over all cases, below which no input affects it


@accept_case_keywords
def sweep(
    case: Case,
    vary: Mapping[str, Any] | Sequence[ParameterRange | str] | str | Path,
    output: str | Path | None = None,
    design: str = "grid",
    samples: int = 64,
    seed: int = 1,
    *,
    outputs: Sequence[str] = OUTPUTS,
    execution: ExecutionOptions | None = None,
) -> Study:
    """A row for every case of a design, in ``study.table``.

    ``vary`` maps addresses (and ``scenario``) to values or ``"LOW..HIGH"``, has texts as ``--vary``, or names a CSV or
    Excel file with a case on each row. ``design`` is grid, list, one (at a time), latin, sobol or morris;
    the last three draw ``samples`` from ranges. The design one gives a table ``tornado``, sobol and
    morris a table ``sensitivity`` for each of the ``outputs``. An infeasible case is a row with its
    reason. Raises InputError or StudyInterrupted; finished cases remain stored.
    """
    setup = StudySetup.of("sweep", case, output, execution)
    if isinstance(vary, str | Path):
        cases, variations, design = case_table.cases_of_table(Path(vary)), [], "table"
    else:
        variations = (
            sampling.from_mapping(vary)
            if isinstance(vary, Mapping)
            else [ParameterRange.parse(v) if isinstance(v, str) else v for v in vary]
        )
        generated = sampling.cases(design, variations, samples, seed)
        # validates the design before cases are counted
        first_case = list(itertools.islice(generated, 1))
        setup.confirm(sampling.count(design, variations, samples))
        cases = [*first_case, *generated]
    cases = assign_warm_starts(cases)
    source = str(vary) if isinstance(vary, str | Path) else "--vary"
    check_addresses(setup, cases, source)
    definition = {"design": design, "cases": len(cases), "varied": _varied(cases)}
    with setup.runner(definition) as runner:
        runner.results(cases)
        table = runner.store.table(cases)
        tables, notes = {}, _notes(table)
        if design == "table" and (labels := case_table.note_columns(cases)):
            notes.append(
                Message(
                    "Columns that change nothing, since their headers are no addresses: {columns}.",
                    columns=labels,
                )
            )
        if design == "one":
            tables["tornado"] = tornado(table, variations, outputs)
        if design in ("sobol", "morris"):
            frame, messages = sensitivity(table, variations, design, samples, seed, outputs)
            tables["sensitivity"] = frame
            notes += messages
        return setup.write_results(runner, tables, notes, cases)


def _varied(cases: Sequence[StudyCase]) -> list[str]:
    """The varied values as readable text, and a fingerprint of all cases."""
    values: dict[str, list[str]] = {}
    for case in cases:
        for name, value in case.inputs.items():
            text = f"{value:g}" if isinstance(value, float) else str(value)
            texts = values.setdefault(name, [])
            if text not in texts and len(texts) < MAX_LISTED_VALUES:
                texts.append(text)
    descriptions = [f"{name} {', '.join(texts)}" for name, texts in values.items()]
    return [*descriptions, fingerprint_of([(case.key, dict(case.inputs)) for case in cases])]


def _notes(table: pd.DataFrame) -> list[str]:
    counts = table["status"][table["status"] != OPTIMAL].value_counts()
    return [
        Message(
            "{number:#} of {count:#} cases have no result ({status}); the column `reason` of cases.csv has the reason.",
            number=int(count),
            count=len(table),
            status=Message(status),
        )
        for status, count in counts.items()
    ]


def tornado(
    table: pd.DataFrame, variations: Sequence[ParameterRange], outputs: Sequence[str]
) -> pd.DataFrame:
    """The effect of each input, changed alone, on each output: lowest and highest value against the unchanged case."""
    rows = []
    solved = table[table["status"] == OPTIMAL]
    addresses = [variation.title for variation in variations]
    base = solved[solved[addresses].isna().all(axis=1)]
    for output in _numeric_outputs(table, outputs) if len(base) else ():
        base_value = float(base[output].iloc[0])
        for address in addresses:
            changed = solved[solved[address].notna()]
            if changed.empty:
                continue
            ends = [
                changed.loc[end] for end in (changed[output].idxmin(), changed[output].idxmax())
            ]
            values = [value for end in ends for value in (float(end[output]), end[address])]
            rows.append((output, address, base_value, *values))
    columns = ["output", "input", "base_case", "lowest", "at_lowest", "highest", "at_highest"]
    frame = pd.DataFrame(rows, columns=columns)
    base_values = frame["base_case"]
    reach = np.maximum(frame["highest"], base_values) - np.minimum(frame["lowest"], base_values)
    frame = frame.assign(reach=reach)
    return frame.sort_values(["output", "reach"], ascending=[True, False], ignore_index=True)


def sensitivity(
    table: pd.DataFrame,
    variations: Sequence[ParameterRange],
    design: str,
    samples: int,
    seed: int,
    outputs: Sequence[str],
) -> tuple[pd.DataFrame, list[str]]:
    """Sobol's indices or Morris's effects of each input on each output, with their confidence, by SALib."""
    if (table["status"] != OPTIMAL).any():
        message = Message(
            "There are no sensitivity indices: they need a plan in every case; narrow the ranges to where all have one."
        )
        return pd.DataFrame(columns=["output", "input"]), [message]
    problem, parts = sampling.salib_problem(variations), []
    drawn = sampling.sample(design, variations, samples, seed) if design == "morris" else None
    for output in _numeric_outputs(table, outputs):
        values = table[output].to_numpy(float)
        if np.ptp(values) <= MIN_SPREAD_SHARE * max(1.0, np.abs(values).max()):
            continue  # no input affects it
        frame = pd.DataFrame(_indices(problem, values, drawn, seed)).astype(float)
        frame.insert(0, "output", output)
        frame.insert(1, "input", problem["names"])
        parts.append(frame.sort_values(_index_column(frame), ascending=False))
    if not parts:
        return pd.DataFrame(columns=["output", "input"]), []
    joined = pd.concat(parts, ignore_index=True)
    return joined, _doubt(joined, samples)


def _indices(
    problem: dict[str, Any], values: np.ndarray, drawn: np.ndarray | None, seed: int
) -> dict[str, np.ndarray]:
    """Morris's effects at drawn inputs, or Sobol's indices, of one output."""
    from SALib.analyze import morris, sobol  # noqa: PLC0415 - it takes a while to load

    if drawn is not None:
        effects = morris.analyze(problem, drawn, values, num_levels=8, seed=seed)
        names = {
            "mean_effect": "mu_star",
            "mean_effect_confidence": "mu_star_conf",
            "spread": "sigma",
        }
        return {name: effects[salib_name] for name, salib_name in names.items()}
    indices = sobol.analyze(problem, values, calc_second_order=False, seed=seed)
    return {
        f"{name}{suffix}": indices[f"{salib_name}{salib_suffix}"]
        for name, salib_name in (("first_order", "S1"), ("total", "ST"))
        for suffix, salib_suffix in (("", ""), ("_confidence", "_conf"))
    }


def _index_column(frame: pd.DataFrame) -> str:
    """The column of the total index of Sobol, or of the mean effect of Morris."""
    return "total" if "total" in frame else "mean_effect"


def _doubt(indices: pd.DataFrame, samples: int) -> list[str]:
    """A note that the samples are too few, if an index is less certain than half the largest."""
    name = _index_column(indices)
    largest = indices.groupby("output")[name].transform("max")
    uncertain = indices[indices[f"{name}_confidence"] > 0.5 * largest]
    if uncertain.empty:
        return []
    return [
        Message(
            "With {samples:#} samples, the interval of {uncertain:#} of {count:#} indices is wider than half the largest; draw more with --samples {more}.",
            samples=samples,
            uncertain=len(uncertain),
            count=len(indices),
            more=8 * samples,
        )
    ]


def _numeric_outputs(table: pd.DataFrame, outputs: Sequence[str]) -> list[str]:
    """The outputs that are columns of the table.

    Raises:
        InputError: an output is no numeric column.
    """
    numbers = [column for column in table.columns if pd.api.types.is_numeric_dtype(table[column])]
    unknown = [name for name in outputs if name not in numbers]
    if unknown and (table["status"] == OPTIMAL).any():
        remedy = f"it is no number of the table; known are {', '.join(numbers[:30])}"
        raise InputError([InputIssue("--outputs", remedy, value=name) for name in unknown])
    return [name for name in outputs if name in numbers]


def _guided(values: dict[str, Any], subject: Subject) -> dict[str, Any]:
    """The ranges of the chosen numbers."""
    options = {"vary": parameter_ranges(values, ("first", "second"), subject)}
    if (cases := _guided_count(options, subject)) > MAX_GUIDED_CASES:
        text = N_("these are {cases:#} cases; choose {maximum:#} at most")
        remedy = Message(text, cases=cases, maximum=MAX_GUIDED_CASES)
        raise InputError.at(N_("study"), remedy)
    return options


def _guided_count(options: Mapping[str, Any], _: Subject) -> int:
    return math.prod(int(text.rpartition(":")[2]) for text in options["vary"])


GUIDE = StudyGuide(
    name="sweep",
    rank=10,
    question=N_("What if a number were different?"),
    summary=N_(
        "The plan for each value of one or two assumptions: cost, emissions, what is built."
    ),
    choices=(
        *number_range("first", N_("Assumption")),
        *number_range("second", N_("Second assumption"), is_optional=True),
    ),
    prepare=_guided,
    count=_guided_count,
    answer=lambda case, options, folder, execution: sweep(
        case, [ParameterRange.parse(text) for text in options["vary"]], folder, execution=execution
    ),
    is_offered=lambda subject: bool(subject.numbers),
)
