"""Operation: a plan and a case → the cost of running the plan hour by hour without knowing the whole year.

The capacities of the plan are fixed. The year is solved twice at every hour: once known beforehand, and once in windows
of some hours, of which the first are kept before the window moves on (rolling horizon). The windows take from the
year known beforehand the value of what a storage holds at their end, and the prices of all that is limited over the year.

The emission target is replaced by its shadow price in the plan, as in other weather years: a plan of few steps hardly
meets it at every hour. With ``keep_target`` it holds in the year known beforehand, and has its price there in the windows.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from energy_model._deprecated import accept_case_keywords
from energy_model.case.case_spec import CaseSpec
from energy_model.case.settings import Settings
from energy_model.case.system import System
from energy_model.common.choices import ONE, Choice
from energy_model.common.errors import InputError, InputIssue
from energy_model.common.language import N_, Message
from energy_model.formulation import build_model
from energy_model.optimization.compiled_model import CompiledModel
from energy_model.optimization.rolling_horizon import (
    FORECASTS,
    PERFECT,
    RollingHorizon,
    Window,
)
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.results.solution import stored_solution
from energy_model.solving.load import Case
from energy_model.solving.rolling_operation import solve_windows
from energy_model.studies.guide import StudyGuide
from energy_model.studies.operation_tables import OperatedYear, operation_notes, operation_tables
from energy_model.studies.regret import BASE_CASE, fix_capacities
from energy_model.studies.runner.interruption import StudyInterrupted
from energy_model.studies.runner.scheduler import LOCK_POLL_SECONDS, StudyRunner
from energy_model.studies.runner.store import StudyStore
from energy_model.studies.runner.study import ExecutionOptions, Study
from energy_model.studies.runner.study_case import StudyCase, fingerprint_of
from energy_model.studies.runner.study_setup import StudySetup
from energy_model.studies.runner.worker import one_thread
from energy_model.studies.weather_years import price_overrides, target_price

KNOWN_BEFOREHAND = "known beforehand"
MAX_WINDOWS_PER_FILE = 30
EVERY_HOUR = "case.time.resolution = full"
SIZES = ["capacity", "capacity_added", "capacity_retired"]
Sizes = Mapping[str, Sequence[float]]


@accept_case_keywords
def operate(
    case: Case,
    plan: str | Path | Run | None = None,
    horizon: int = 96,
    step: int = 24,
    forecast: str = PERFECT,
    output: str | Path | None = None,
    keep_target: bool = False,
    *,
    execution: ExecutionOptions | None = None,
) -> Study:
    """A plan run with limited foresight: cost, unserved demand and emissions in ``study.tables["operation"]``.

    ``plan`` is a run, or the folder of one, whose capacities are used; by default the case is solved at its
    resolution. A window has ``horizon`` hours, of which ``step`` are kept. With ``forecast`` ``persistence`` a window
    knows only the hours that are kept. ``months`` and ``month_levels`` hold the months, ``levels`` the levels of the
    storages day by day, ``yearly_limits`` what is limited over the year. Raises InputError, NoSolutionError
    (there is no plan, or it cannot be operated) or StudyInterrupted.
    """
    setup = _in_overrides(StudySetup.of("operation", case, output, execution))
    if setup.spec.extend is not None:
        remedy = "windows of hours take no constraints of one's own; leave them out"
        raise InputError.at("extend", remedy)
    system = setup.load((EVERY_HOUR,))
    _check_options(horizon, step, forecast, system.hours)
    run = None if plan is None else _plan(plan, system)
    definition = {"horizon": horizon, "step": step, "forecast": forecast}
    definition |= {"plan": "" if run is None else fingerprint_of(_sizes(run))}
    definition |= {"keep_target": keep_target}
    with setup.runner(definition) as runner:
        if run is not None:
            runner.skip_warm_start()
        sizes, price = _planned(runner, run)
        replaced = price_overrides(0.0 if keep_target else price, system.settings)
        inputs = {"plan": BASE_CASE, "year": KNOWN_BEFOREHAND}
        overrides = (EVERY_HOUR, *replaced)
        year = StudyCase(inputs, overrides, None, fix_capacities(sizes), keep_run=True)
        setup.execution.report(Message("solving the year known beforehand, at every hour"))
        [result] = runner.solutions([year])
        problem, rolling = _rolling(setup, runner.store, year, (horizon, step, forecast))
        _solve_windows(setup, runner.store, problem, rolling)
        rolling.set_totals()
        target = _target(system.settings)
        operated = OperatedYear(problem, rolling, result["summary"], target, price if replaced else 0.0)  # fmt: skip
        tables = operation_tables(operated)
        notes = operation_notes(operated, tables)
        return setup.write_results(runner, tables, notes, system=system)


def _in_overrides(setup: StudySetup) -> StudySetup:
    """The setup with the resolution of the plan as an override, which the year at every hour overrides again."""
    spec = setup.spec
    if spec.resolution is None:
        return setup
    overrides = (*spec.overrides, f"case.time.resolution = {spec.resolution}")
    return replace(setup, spec=CaseSpec(spec.folder, spec.scenario, overrides, None, spec.extend))


def _check_options(horizon: int, step: int, forecast: str, hours: int) -> None:
    """InputError if the windows cannot be; it lists all issues."""
    issues = [
        InputIssue(f"--{name}", "write a whole number of hours, 1 or more", value=str(value))
        for name, value in (("horizon", horizon), ("step", step))
        if isinstance(value, bool) or not isinstance(value, int) or value < 1
    ]
    if not issues and horizon < step:
        remedy = f"a window cannot be shorter than the {step} hours that are kept of it; give at least {step}, or a smaller --step"
        issues.append(InputIssue("--horizon", remedy, value=str(horizon)))
    if not issues and horizon > hours:
        remedy = f"the year of the case has {hours} hours; give no more"
        issues.append(InputIssue("--horizon", remedy, value=str(horizon)))
    if forecast not in FORECASTS:
        remedy = f"write {' or '.join(FORECASTS)}"
        issues.append(InputIssue("--forecast", remedy, value=str(forecast)))
    if issues:
        raise InputError(issues)


def _plan(plan: str | Path | Run, system: System) -> Run:
    """The run whose capacities are used. InputError if there is none, or it is of another case."""
    run = plan if isinstance(plan, Run) else open_run(plan)
    name = run.metadata["case"]
    if name != system.settings.name:
        remedy = f"it is a plan of the case {name}, not of {system.settings.name}; name a run of this case"
        raise InputError.at("--plan", remedy, value=str(run.path or name))
    planned, assets = set(run.tables["capacities"].index), set(system.assets.index)
    issues = [
        InputIssue("--plan", f"{text}; name a run of the same assets", value=", ".join(sorted(names)))
        for names, text in (
            (planned - assets, "the plan has these assets, and the case has not"),
            (assets - planned, "the case has these assets, and the plan has not"),
        )
        if names
    ]  # fmt: skip
    if issues:
        raise InputError(issues)
    return run


def _sizes(run: Run) -> dict[str, list[float]]:
    """Capacity, added and retired capacity of each asset of a run."""
    frame = run.tables["capacities"][SIZES]
    return {str(asset): [float(size) for size in row] for asset, *row in frame.itertuples()}


def _planned(runner: StudyRunner, run: Run | None) -> tuple[Sizes, float]:
    """The sizes of the plan, and the shadow price of its emission target [EUR/t]."""
    if run is not None:
        return _sizes(run), target_price({"summary": run.summary})
    [result] = runner.solutions([StudyCase({"plan": BASE_CASE, "year": "as planned"})])
    return result["assets"], target_price(result)


def _target(settings: Settings) -> float | None:
    """The emission target [t/a]; None if there is none."""
    return None if settings.emissions.target == "none" else float(settings.emissions.target)


def _rolling(
    setup: StudySetup, store: StudyStore, year: StudyCase, windows: tuple[int, int, str]
) -> tuple[CompiledModel, RollingHorizon]:
    """The model of the year with the program that was solved, and the windows of this year.

    Raises:
        InputError: The stored run of the year is missing or damaged.
    """
    folder = store.folder / "runs" / year.key
    solution = stored_solution(folder)
    setup.execution.report(Message("preparing the windows"))
    system = setup.load(year.overrides)
    model = CompiledModel.of(system, build_model(system))
    if model.lp.A.shape != solution.lp.A.shape:
        remedy = "its program is another than that of the case; name another folder with --out"
        raise InputError.at(str(folder), remedy)
    rolling = RollingHorizon(solution.lp, solution.x, solution.prices, *windows)
    return model.with_program(solution.lp), rolling


@dataclass(frozen=True)
class _WindowProgress:
    """Says which window is solved."""

    system: System
    setup: StudySetup
    count: int
    step: int

    def __call__(self, window: Window) -> None:
        text = N_("windows: {number:#} of {count:#}, from {day}")
        day = f"{self.system.profiles.index[window.first]:%Y-%m-%d}"
        number = window.first // self.step + 1
        self.setup.execution.report(Message(text, number=number, count=self.count, day=day))


def _solve_windows(
    setup: StudySetup, store: StudyStore, problem: CompiledModel, rolling: RollingHorizon
) -> None:
    """Solves the windows of the year that are not stored, and stores them, some in each file.

    Raises:
        NoSolutionError: A window has no solution.
        StudyInterrupted: The study is interrupted; the windows of finished files remain stored.
    """
    windows = rolling.windows
    progress = _WindowProgress(problem.system, setup, len(windows), rolling.step)
    while (lock := store.lock_case("windows")) is None:  # another process solves them
        time.sleep(LOCK_POLL_SECONDS)
    done = 0
    try:
        for done in range(0, len(windows), MAX_WINDOWS_PER_FILE):
            part = windows[done : done + MAX_WINDOWS_PER_FILE]
            name = f"windows/{part[0].first:06d}"
            if not _restore(rolling, part, store.load_arrays(name)):
                with one_thread():
                    solve_windows(problem, rolling, part, progress)
                store.save_arrays(name, _kept(rolling, part))
    except KeyboardInterrupt:
        text = f"{done} of the {len(windows)} windows are stored in {store.folder}; the same command resumes the study."
        raise StudyInterrupted([f"Interrupted. {text}"]) from None
    finally:
        lock.release()


def _kept(rolling: RollingHorizon, windows: Sequence[Window]) -> dict[str, Any]:
    """What is kept of some windows as arrays, to store."""
    columns, rows = rolling.kept_numbers(_joined(windows))
    return {"x": rolling.x[columns], "prices": rolling.prices[rows]}


def _restore(
    rolling: RollingHorizon, windows: Sequence[Window], arrays: Mapping[str, Any] | None
) -> bool:
    """Keeps what is stored of some windows; whether it is stored."""
    columns, rows = rolling.kept_numbers(_joined(windows))
    sizes = {"x": columns.shape, "prices": rows.shape}
    if arrays is None or {name: array.shape for name, array in arrays.items()} != sizes:
        return False
    rolling.x[columns], rolling.prices[rows] = arrays["x"], arrays["prices"]
    return True


def _joined(windows: Sequence[Window]) -> Window:
    """The window of all steps that some windows keep."""
    return Window(windows[0].first, windows[-1].kept, windows[-1].end)


GUIDE = StudyGuide(
    name="operation",
    rank=90,
    question=N_("What does it cost not to know the year beforehand?"),
    summary=N_(
        "The plan is operated hour by hour with a view of some days, beside the year known beforehand."
    ),
    choices=(
        Choice(
            "horizon",
            N_("View ahead"),
            ONE,
            "96",
            [("48", N_("2 days")), ("96", N_("4 days")), ("168", N_("a week"))],
        ),
        Choice(
            "forecast",
            N_("Forecast"),
            ONE,
            PERFECT,
            [
                (PERFECT, N_("right within the view")),
                ("persistence", N_("the last known day is expected again")),
            ],
        ),
    ),
    count=lambda *_: 3,
    answer=lambda case, options, folder, execution: operate(
        case,
        horizon=int(options["horizon"]),
        forecast=options["forecast"],
        output=folder,
        execution=execution,
    ),
)
