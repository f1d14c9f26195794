"""Why built: an asset's balance sheet at marginal prices, and how far its investment may move before the answer turns.

An asset earns what its carriers are worth and pays for what it takes, emits, stands on and costs. What is built below its limit
earns exactly what it costs. Where the answer turns is found by building next to nothing of it: what one unit then gains or loses is the
distance of its yearly cost from the cost at which it is first built. That threshold is tried by solving
again at one per cent above and below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

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

MARGINAL_SHARE = 1e-4  # share of what may be added that is next to nothing
TEST_OFFSET_SHARE = 0.01  # share of a threshold at which it is tried
MIN_AMOUNT_EUR = 1e-4  # EUR a year that the solver leaves of nothing
MIN_ADDED_SHARE = 1e-6  # share of what may be added below which nothing is added
Tell = Callable[[str], None]


@dataclass(frozen=True)
class BreakEven:
    """Where an asset's first unit is just worth its cost: yearly cost and investment [EUR/capacity/a, EUR/capacity], and whether that was tried.

    ``gain`` is what the first unit leaves over at today's cost [EUR/capacity/a], ``used`` what it would run [unit/capacity/a].
    """

    cost: float
    investment: float
    gain: float
    used: float
    tried: bool
    confirmed: bool


@dataclass(frozen=True)
class Explanation:
    """The answer to why: what it is about, sentences, a sheet of lines and further tables."""

    name: str
    kind: str
    sentences: tuple[str, ...]
    sheet: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    threshold: BreakEven | None = None


class ReSolver:
    """A run's program, to be solved again from where it ended."""

    def __init__(self, run: Run, tell: Tell | None = None) -> None:
        self.run, self.program = run, solution_once(run)
        self.tell = tell or (lambda _: None)
        self.start = highs.WarmStart()
        self.book = accounts(run)

    def solve(self, lp: LinearProgram, said: str) -> highs.SolverResult:
        """The answer to a like program, begun where the run's own ended."""
        if self.start.basis is None:
            self.tell("solving the run again, to begin all else there")
            highs.solve(self.program.lp, start=self.start, progress=self._progress)
        self.tell(said)
        return highs.solve(lp, start=self.start, progress=self._progress)

    def _progress(self, told: str) -> None:
        self.tell(f"solving: {told}")

    def at(self, lp: LinearProgram, answer: highs.SolverResult) -> Solution:
        """The program with another answer."""
        return replace(self.program, lp=lp, x=answer.x, prices=answer.prices)


def both_ways(run: Run) -> list[Simultaneous]:
    """The assets of a run that run both ways in one step, the largest loss first."""
    return run.once(
        "simultaneous",
        lambda: simultaneous_operation(run.dataset, input_tables(run), run.tables["names"]),
    )


def explain_asset(again: ReSolver, asset: str, break_even: bool = True) -> Explanation:
    """Why an asset is built, or not: its sheet, its threshold and what they say."""
    row = again.run.tables["capacities"].loc[asset]
    added, addable = float(row["added"]), float(row["addable"])
    found, first = None, None
    if break_even and addable > 0:
        found, first = _break_even(again, asset, float(row["unit_investment"]))
    some = added > MIN_ADDED_SHARE * max(1.0, min(addable, 1e9))
    has = float(row["capacity"]) > MIN_ADDED_SHARE * max(
        1.0, float(row["existing"]), min(addable, 1e9)
    )
    sheet = again.book.of(asset) if has or first is None else first.of(asset)
    rents = (again.book if has or first is None else first).rents
    told = _lines(sheet, rents[rents["name"] == asset], has or first is None)
    if first is not None and not has:  # the sheet of the first unit
        size = _marginal_capacity(again.program, asset)
        told[["quantity", "amount", *SEASONS]] /= size
    if (
        first is None and not has
    ):  # what a method leaves of nothing has a sheet too; it tells nothing
        told = told.iloc[:0]
    sentences = _sentences(row, told, found, has, added if some else 0.0, addable)
    sentences += [one.sentences()[0] for one in both_ways(again.run) if one.asset == asset]
    if addable > 0 and not has and not break_even:
        sentences.append("What its first unit would earn is found by solving again, which was not asked for.")  # fmt: skip
    return Explanation(asset, "built" if some else "stands" if has else "not built", tuple(sentences), told, threshold=found)  # fmt: skip


def _lines(sheet: pd.DataFrame, rents: pd.DataFrame, built: bool) -> pd.DataFrame:
    """The lines of a sheet with its balance, and the rents the balance goes to; the balance of a first unit goes nowhere."""
    lines = sheet.drop(columns="name")
    balance = {"line": "balance", "of": "", "amount": lines["amount"].sum()}
    if not built:
        return pd.concat([lines[lines["amount"].abs() > MIN_AMOUNT_EUR], pd.DataFrame([balance])], ignore_index=True)  # fmt: skip
    order = {STANDING: 0, ADDABLE: 1, ROUNDING: 9}
    goes = rents.drop(columns="name").assign(of="")
    goes = goes.iloc[np.argsort([order.get(line, 5) for line in goes["line"]], kind="stable")]
    return pd.concat([lines, pd.DataFrame([balance]), goes], ignore_index=True)


def _marginal_capacity(program: Solution, asset: str) -> float:
    """Next to nothing of an asset."""
    column = program.lp.columns("added", asset).start
    most = float(program.lp.upper[column])
    reach = most if np.isfinite(most) else max(1.0, float(program.x[column]))
    return max(1e-3, MARGINAL_SHARE * reach) if most > 1e-3 else most / 2


def _break_even(again: ReSolver, asset: str, investment: float) -> tuple[BreakEven | None, Accounts | None]:  # fmt: skip
    """Where the first unit is just worth its cost, and the sheets of the year with that first unit."""
    program = again.program
    column, size = program.lp.columns("added", asset).start, _marginal_capacity(program, asset)
    lp = again.program.lp.with_bounds(np.array([column]), size, size)
    answer = again.solve(lp, f"{asset}: its first unit")
    if answer.status != highs.OPTIMAL:
        return None, None
    reduced = float(lp.cost[column] - (lp.A.T @ answer.prices)[column])
    now = float(program.lp.cost[column])
    turn = now - reduced
    tried = turn > 0
    confirmed = tried and _confirmed(again, asset, column, turn)
    at = again.at(lp, answer)
    invested = investment * turn / now if now > 0 else np.nan
    # what more of it runs: where some stands, that one's running is not the first unit's
    used = (_used(again.run, at, asset) - _used(again.run, program, asset)) / size
    return BreakEven(turn, invested, -reduced, used, tried, confirmed), accounts_of(
        at, again.run.dataset
    )


def _confirmed(again: ReSolver, asset: str, column: int, turn: float) -> bool:
    """Whether it is added at one per cent below the threshold and not at one per cent above."""
    built = []
    for cost, said in (
        (turn * (1 - TEST_OFFSET_SHARE), "below"),
        (turn * (1 + TEST_OFFSET_SHARE), "above"),
    ):
        answer = again.solve(again.program.lp.with_costs(np.array([column]), cost), f"{asset}: one per cent {said} its threshold")  # fmt: skip
        if answer.status != highs.OPTIMAL:
            return False
        built.append(float(answer.x[column]))
    reach = max(1.0, _marginal_capacity(again.program, asset) / MARGINAL_SHARE)
    return built[0] > MIN_ADDED_SHARE * reach and built[1] <= MIN_ADDED_SHARE * reach


def _used(run: Run, program: Solution, asset: str) -> float:
    """What an asset runs in the year: activity, discharge or what is sent."""
    length, total = run.dataset["step_length"].to_numpy(), 0.0
    for decision in ("activity", "discharge", "sent", "returned"):
        block = program.lp.variables.get(decision)
        for name in block.labels if block else ():
            if name.split(":")[0] == asset and block is not None:
                total += float(program.x[block.of(name)] @ length)
    return total


def _sentences(
    row: pd.Series, lines: pd.DataFrame, found: BreakEven | None, has: bool, added: float, addable: float,
) -> list[str]:  # fmt: skip
    """What the sheet and the threshold say."""
    unit, name = row["unit"], _named(row)
    told = []
    income = lines[lines["line"].isin([DELIVERS, TAKES, "sales"]) & (lines["amount"] > 0)]
    earned = float(income["amount"].sum())
    if has:
        parts = [f"{_size(added)} {unit} of {name} is added" if added > 0 else f"nothing of {name} is added"]  # fmt: skip
        if row["existing"] > 0:
            parts.append(f"{_size(row['existing'])} {unit} stood")
        if row["retired"] > 1e-6:
            parts.append(f"{_size(row['retired'])} {unit} is retired")
        told.append(_sentence(", ".join(parts)))
    elif row["existing"] > 0:
        told.append(_sentence(f"all {_size(row['existing'])} {unit} of {name} is retired: keeping it costs more than it earns"))  # fmt: skip
    else:
        told.append(_sentence(f"{name} is not built, though {_size(addable)} {unit} may be" if addable > 0 else f"{name} may not be built: nothing of it is addable"))  # fmt: skip
    if earned > 0:
        told.append(_largest(income, earned, has, unit))
    rents = lines.set_index("line")["amount"]
    if has and rents.get(STANDING, 0.0) > 1 and row["existing"] > 0:
        told.append(f"Each {unit} that stands leaves {rents[STANDING] / row['existing']:,.0f} EUR a year over.")  # fmt: skip
    if has and added > 0 and rents.get(ADDABLE, 0.0) > 1e-4 * max(earned, 1.0):
        told.append(f"All that may be added is added; one {unit} more would be worth {rents[ADDABLE] / added:,.0f} EUR a year.")  # fmt: skip
    if found is not None:
        told += _turns(found, row, unit)
    return told


def _turns(found: BreakEven, row: pd.Series, unit: str) -> list[str]:
    """Where the answer turns."""
    now, told = float(row["unit_investment"]), []
    checked = " (tried by solving again)" if found.confirmed else ""
    if found.gain > 0:
        if now > 0:
            told.append(f"It would not be added at all if its investment rose by {found.investment / now - 1:.1%}, from {_money(now)} to {_money(found.investment)} a {unit}{checked}.")  # fmt: skip
        else:
            told.append(f"Its first {unit} leaves {found.gain:,.0f} EUR a year over.")
        return told
    per = f", {-found.gain / found.used:,.2f} EUR for each unit it would run" if found.used > 1e-6 else ""  # fmt: skip
    told.append(f"The first {unit} misses what it costs by {_money(-found.gain)} a year{per}.")
    if not found.tried:
        told.append("It would not be built even if it cost nothing to build.")
    elif now > 0:
        told.append(f"It enters when its investment is below {_money(found.investment)} a {unit}; it is {_money(now)}{checked}.")  # fmt: skip
    return told


def _largest(income: pd.DataFrame, earned: float, has: bool, unit: str) -> str:
    """Where most of the income comes from."""
    by = income.assign(carrier=income["of"].str.split("@").str[0].replace("", "the market"))
    sums = by.groupby("carrier")[list(SEASONS)].sum()
    whole = by.groupby("carrier")["amount"].sum()
    carrier = str(whole.idxmax())
    season = str(sums.loc[carrier].idxmax()) if sums.loc[carrier].sum() > 0 else ""
    share, in_season = whole[carrier] / earned, float(sums.at[carrier, season]) / earned if season else 0.0  # fmt: skip
    does, what = "earns" if has else "would earn", carrier.replace("_", " ")
    first = (
        f"{share:.0%} of what it {does} is {what}" if share < 0.995 else f"All it {does} is {what}"
    )
    each = "" if has else f"; {_money(earned)} a {unit} in all"
    return f"{first}; {in_season:.0%} is {what} in {season}{each}." if season else f"{first}{each}."


def _size(amount: float) -> str:
    """A size with what digits a person reads: 50,000, never 5e+04."""
    return f"{amount:,.0f}" if abs(amount) >= 1000 else f"{amount:,.4g}"


def _named(row: pd.Series) -> str:
    label = row["label_en"]
    return str(label) if isinstance(label, str) and label else str(row.name).replace("_", " ")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _money(amount: float) -> str:
    """Euros, in thousands or millions where there are many."""
    for size, unit in ((1e6, "MEUR"), (1e3, "kEUR")):
        if abs(amount) >= 10 * size or (size == 1e6 and abs(amount) >= size):
            return f"{amount / size:,.3g} {unit}" if abs(amount) < 1000 * size else f"{amount / size:,.0f} {unit}"  # fmt: skip
    return f"{amount:,.0f} EUR" if abs(amount) >= 100 else f"{amount:,.2f} EUR"
