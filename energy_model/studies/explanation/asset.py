"""Explain asset: a finished run and an asset → its balance sheet at marginal prices and its break-even investment.

An asset earns the value of its outputs and pays for its inputs, emissions, land and own costs. An
asset added below its limit earns exactly its cost. The break-even is found by fixing the added
capacity to a marginal amount: the gain or loss of that unit is the distance between the asset's
yearly cost and the cost at which its first unit is added. The threshold is tested by re-solving at
one per cent above and below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from energy_model.formulation.metadata import ADDED, THROUGHPUT
from energy_model.optimization import highs
from energy_model.optimization.linear_program import LinearProgram
from energy_model.results.accounts import (
    ADDABLE,
    DELIVERS,
    ROUNDING,
    SEASONS,
    STANDING,
    TAKES,
    Accounts,
    accounts,
    accounts_of,
    solution_once,
)
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables
from energy_model.results.simultaneous_operation import Simultaneous, simultaneous_operation
from energy_model.results.solution import Solution

MARGINAL_SHARE = 1e-4  # share of the addable capacity that counts as a marginal amount
TEST_OFFSET_SHARE = 0.01  # offset from the threshold at which it is tested
MIN_AMOUNT_EUR = 1e-4  # EUR/a; smaller amounts are solver residue
MIN_ADDED_SHARE = 1e-6  # share of the addable capacity below which nothing counts as added
Tell = Callable[[str], None]


@dataclass(frozen=True)
class BreakEven:
    """The cost at which an asset's first unit breaks even.

    Yearly cost and investment are in EUR/capacity/a and EUR/capacity. ``gain`` is the surplus of
    the first unit at the current cost [EUR/capacity/a], ``used`` its use [unit/capacity/a],
    ``tried`` whether the threshold was tested and ``confirmed`` whether the test agreed.
    """

    cost: float
    investment: float
    gain: float
    used: float
    tried: bool
    confirmed: bool


@dataclass(frozen=True)
class Explanation:
    """The explanation of one name: sentences, a sheet of lines and further tables."""

    name: str
    kind: str
    sentences: tuple[str, ...]
    sheet: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    threshold: BreakEven | None = None


class ReSolver:
    """A run's linear program, re-solved from the run's own basis."""

    def __init__(self, run: Run, tell: Tell | None = None) -> None:
        self.run, self.program = run, solution_once(run)
        self.tell = tell or (lambda _: None)
        self.start = highs.WarmStart()
        self.book = accounts(run)

    def solve(self, lp: LinearProgram, said: str) -> highs.SolverResult:
        """The solution of a modified program, warm-started from the run's own solution."""
        if self.start.basis is None:
            self.tell("solving the run again, to begin all else there")
            highs.solve(self.program.lp, start=self.start, progress=self._progress)
        self.tell(said)
        return highs.solve(lp, start=self.start, progress=self._progress)

    def _progress(self, told: str) -> None:
        self.tell(f"solving: {told}")

    def at(self, lp: LinearProgram, answer: highs.SolverResult) -> Solution:
        """The run's program with another solution."""
        return replace(self.program, lp=lp, x=answer.x, prices=answer.prices)


def both_ways(run: Run) -> list[Simultaneous]:
    """The assets of a run that operate in both directions in one step, the largest loss first."""
    return run.once(
        "simultaneous",
        lambda: simultaneous_operation(run.dataset, input_tables(run), run.tables["names"]),
    )


def explain_asset(again: ReSolver, asset: str, break_even: bool = True) -> Explanation:
    """Why an asset is built or not: its sheet, its break-even and the sentences on both."""
    row = again.run.tables["capacities"].loc[asset]
    added, addable = float(row["capacity_added"]), float(row["max_capacity_added"])
    threshold, first_unit = None, None
    if break_even and addable > 0:
        threshold, first_unit = _break_even(again, asset, float(row["unit_investment"]))
    is_added = added > MIN_ADDED_SHARE * max(1.0, min(addable, 1e9))
    exists = float(row["capacity"]) > MIN_ADDED_SHARE * max(
        1.0, float(row["capacity_existing"]), min(addable, 1e9)
    )
    sheet = again.book.of(asset) if exists or first_unit is None else first_unit.of(asset)
    rents = (again.book if exists or first_unit is None else first_unit).rents
    lines = _lines(sheet, rents[rents["name"] == asset], exists or first_unit is None)
    if first_unit is not None and not exists:  # the sheet is that of the first unit
        size = _marginal_capacity(again.program, asset)
        lines[["quantity", "amount", *SEASONS]] /= size
    if (
        first_unit is None and not exists
    ):  # solver residue has a sheet too; it carries no information
        lines = lines.iloc[:0]
    sentences = _sentences(row, lines, threshold, exists, added if is_added else 0.0, addable)
    sentences += [
        operation.sentences()[0] for operation in both_ways(again.run) if operation.asset == asset
    ]
    if addable > 0 and not exists and not break_even:
        sentences.append(
            "What its first unit would earn is found by solving again, which was not asked for."
        )
    return Explanation(
        asset,
        "built" if is_added else "stands" if exists else "not built",
        tuple(sentences),
        lines,
        threshold=threshold,
    )


def _lines(sheet: pd.DataFrame, rents: pd.DataFrame, built: bool) -> pd.DataFrame:
    """The lines of a sheet with its balance, and the rents the balance splits into; the balance of a first unit has no rents."""
    lines = sheet.drop(columns="name")
    balance = {"line": "balance", "of": "", "amount": lines["amount"].sum()}
    if not built:
        return pd.concat(
            [lines[lines["amount"].abs() > MIN_AMOUNT_EUR], pd.DataFrame([balance])],
            ignore_index=True,
        )
    order = {STANDING: 0, ADDABLE: 1, ROUNDING: 9}
    rent_lines = rents.drop(columns="name").assign(of="")
    rent_lines = rent_lines.iloc[
        np.argsort([order.get(line, 5) for line in rent_lines["line"]], kind="stable")
    ]
    return pd.concat([lines, pd.DataFrame([balance]), rent_lines], ignore_index=True)


def _marginal_capacity(program: Solution, asset: str) -> float:
    """The marginal capacity of an asset for the break-even [its unit of capacity]."""
    column = program.lp.columns(ADDED, asset).start
    maximum = float(program.lp.upper[column])
    reach = maximum if np.isfinite(maximum) else max(1.0, float(program.x[column]))
    return max(1e-3, MARGINAL_SHARE * reach) if maximum > 1e-3 else maximum / 2


def _break_even(
    again: ReSolver, asset: str, investment: float
) -> tuple[BreakEven | None, Accounts | None]:
    """The break-even of the first unit, and the accounts of the year with that first unit."""
    program = again.program
    column = program.lp.columns(ADDED, asset).start
    size = _marginal_capacity(program, asset)
    lp = again.program.lp.with_bounds(np.array([column]), size, size)
    answer = again.solve(lp, f"{asset}: its first unit")
    if answer.status != highs.OPTIMAL:
        return None, None
    reduced = float(lp.cost[column] - (lp.A.T @ answer.prices)[column])
    unit_cost = float(program.lp.cost[column])
    threshold = unit_cost - reduced
    tried = threshold > 0
    confirmed = tried and _confirmed(again, asset, column, threshold)
    solution = again.at(lp, answer)
    break_even_investment = investment * threshold / unit_cost if unit_cost > 0 else np.nan
    # the additional use only: existing capacity's use is not the first unit's
    used = (_used(again.run, solution, asset) - _used(again.run, program, asset)) / size
    return BreakEven(
        threshold, break_even_investment, -reduced, used, tried, confirmed
    ), accounts_of(solution, again.run.dataset)


def _confirmed(again: ReSolver, asset: str, column: int, turn: float) -> bool:
    """Whether the asset is added at one per cent below the threshold and not at one per cent above."""
    built = []
    for cost, side in (
        (turn * (1 - TEST_OFFSET_SHARE), "below"),
        (turn * (1 + TEST_OFFSET_SHARE), "above"),
    ):
        answer = again.solve(
            again.program.lp.with_costs(np.array([column]), cost),
            f"{asset}: one per cent {side} its threshold",
        )
        if answer.status != highs.OPTIMAL:
            return False
        built.append(float(answer.x[column]))
    reach = max(1.0, _marginal_capacity(again.program, asset) / MARGINAL_SHARE)
    return built[0] > MIN_ADDED_SHARE * reach and built[1] <= MIN_ADDED_SHARE * reach


def _used(run: Run, program: Solution, asset: str) -> float:
    """An asset's use in the year: activity, discharge or flow sent."""
    length, total = run.dataset["step_weight"].to_numpy(), 0.0
    for block in program.lp.variables_of(THROUGHPUT).values():
        for name in block.labels:
            if block.owner(name) == asset:
                total += float(program.x[block.of(name)] @ length)
    return total


def _sentences(
    row: pd.Series,
    lines: pd.DataFrame,
    found: BreakEven | None,
    has: bool,
    added: float,
    addable: float,
) -> list[str]:
    """The sheet and the break-even in sentences."""
    unit, name = row["unit"], _named(row)
    sentences = []
    income = lines[lines["line"].isin([DELIVERS, TAKES, "sales"]) & (lines["amount"] > 0)]
    earned = float(income["amount"].sum())
    if has:
        parts = [
            f"{_size(added)} {unit} of {name} is added"
            if added > 0
            else f"nothing of {name} is added"
        ]
        if row["capacity_existing"] > 0:
            parts.append(f"{_size(row['capacity_existing'])} {unit} stood")
        if row["capacity_retired"] > 1e-6:
            parts.append(f"{_size(row['capacity_retired'])} {unit} is retired")
        sentences.append(_sentence(", ".join(parts)))
    elif row["capacity_existing"] > 0:
        sentences.append(
            _sentence(
                f"all {_size(row['capacity_existing'])} {unit} of {name} is retired: keeping it costs more than it earns"
            )
        )
    else:
        sentences.append(
            _sentence(
                f"{name} is not built, though {_size(addable)} {unit} may be"
                if addable > 0
                else f"{name} may not be built: nothing of it is addable"
            )
        )
    if earned > 0:
        sentences.append(_largest(income, earned, has, unit))
    rents = lines.set_index("line")["amount"]
    if has and rents.get(STANDING, 0.0) > 1 and row["capacity_existing"] > 0:
        sentences.append(
            f"Each {unit} that stands leaves {rents[STANDING] / row['capacity_existing']:,.0f} EUR a year over."
        )
    if has and added > 0 and rents.get(ADDABLE, 0.0) > 1e-4 * max(earned, 1.0):
        sentences.append(
            f"All that may be added is added; one {unit} more would be worth {rents[ADDABLE] / added:,.0f} EUR a year."
        )
    if found is not None:
        sentences += _turns(found, row, unit)
    return sentences


def _turns(found: BreakEven, row: pd.Series, unit: str) -> list[str]:
    """The break-even in sentences."""
    unit_investment, sentences = float(row["unit_investment"]), []
    checked = " (tried by solving again)" if found.confirmed else ""
    if found.gain > 0:
        if unit_investment > 0:
            sentences.append(
                f"It would not be added at all if its investment rose by {found.investment / unit_investment - 1:.1%}, from {_money(unit_investment)} to {_money(found.investment)} a {unit}{checked}."
            )
        else:
            sentences.append(f"Its first {unit} leaves {found.gain:,.0f} EUR a year over.")
        return sentences
    per_unit_text = (
        f", {-found.gain / found.used:,.2f} EUR for each unit it would run"
        if found.used > 1e-6
        else ""
    )
    sentences.append(
        f"The first {unit} misses what it costs by {_money(-found.gain)} a year{per_unit_text}."
    )
    if not found.tried:
        sentences.append("It would not be built even if it cost nothing to build.")
    elif unit_investment > 0:
        sentences.append(
            f"It enters when its investment is below {_money(found.investment)} a {unit}; it is {_money(unit_investment)}{checked}."
        )
    return sentences


def _largest(income: pd.DataFrame, earned: float, has: bool, unit: str) -> str:
    """The carrier that brings most of the income."""
    by_carrier = income.assign(carrier=income["of"].str.split("@").str[0].replace("", "the market"))
    sums = by_carrier.groupby("carrier")[list(SEASONS)].sum()
    totals = by_carrier.groupby("carrier")["amount"].sum()
    carrier = str(totals.idxmax())
    season = str(sums.loc[carrier].idxmax()) if sums.loc[carrier].sum() > 0 else ""
    share = totals[carrier] / earned
    in_season = float(sums.at[carrier, season]) / earned if season else 0.0
    verb, carrier_text = "earns" if has else "would earn", carrier.replace("_", " ")
    share_text = (
        f"{share:.0%} of what it {verb} is {carrier_text}"
        if share < 0.995
        else f"All it {verb} is {carrier_text}"
    )
    total_text = "" if has else f"; {_money(earned)} a {unit} in all"
    return (
        f"{share_text}; {in_season:.0%} is {carrier_text} in {season}{total_text}."
        if season
        else f"{share_text}{total_text}."
    )


def _size(amount: float) -> str:
    """A capacity as text without exponents: 50,000, not 5e+04."""
    return f"{amount:,.0f}" if abs(amount) >= 1000 else f"{amount:,.4g}"


def _named(row: pd.Series) -> str:
    label = row["label_en"]
    return str(label) if isinstance(label, str) and label else str(row.name).replace("_", " ")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _money(amount: float) -> str:
    """An amount in EUR, kEUR or MEUR as text."""
    for size, unit in ((1e6, "MEUR"), (1e3, "kEUR")):
        if abs(amount) >= 10 * size or (size == 1e6 and abs(amount) >= size):
            small = abs(amount) < 1000 * size
            return f"{amount / size:,.3g} {unit}" if small else f"{amount / size:,.0f} {unit}"
    return f"{amount:,.0f} EUR" if abs(amount) >= 100 else f"{amount:,.2f} EUR"
