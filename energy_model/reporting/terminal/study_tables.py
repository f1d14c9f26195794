"""Study tables: studies and comparisons → tables and sentences on a terminal or JSON records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from energy_model.reporting.narrative import format_number
from energy_model.reporting.terminal.console import grid, print_all
from energy_model.results.summary import MEANINGS
from energy_model.studies.compare import Comparison
from energy_model.studies.runner.study import Study

MAX_TERMINAL_ROWS = 30  # rows of a table on a terminal; the file contains all rows
SHOWN = ("objective", "net_emissions", "investment", "land_use", "heat_price", "electricity_price")  # fmt: skip
MONEY = ("cost", "min_cost", "cost_change", "regret", "objective", "alone", "together", "gain", "balance", "prices", "shapley", "nucleolus", "sum", "estimate", "value", "standalone_value", "marginal_value", "total_value", "standalone_synergy", "marginal_synergy", "marginal_contribution", "least_core_excess")  # fmt: skip
MONEY_STARTS = ("side_payment_", "gains_", "loss_", "added_cost", "gain, ")
FACTORS = ("low", "high", "factor", "slack")
TITLES = {
    "front": "Pareto front: least cost against the metric, and the price of its last unit",
    "breakpoints": "Breakpoints: where the plan changes",
    "marginal_steps": "Marginal steps: from the cheapest plan down, what each step costs and what changes most",
    "surface": "Surface: least cost against two metrics",
    "capacity_ranges": "Added capacity in near-optimal plans",
    "plans": "Plans unlike each other: what each adds",
    "regrets": "Regret: what each plan costs too much in each future",
    "ranking": "Plans, the safest first",
    "common": "What all low-regret plans add",
    "years": "Years: what each one's own plan costs, and what the plan held does / År: hvad hvert års egen plan koster, og hvad den fastholdte plan gør",
    "sizes": "Sizes in the years' own plans / Størrelser i årenes egne planer",
    "ranges": "How far each number may move before the plan changes, as a factor",
    "tornado": "Tornado: how far each input alone moves the answer",
    "sensitivity": "Sensitivity of the answer to each input",
    "attribution": "What each differing input alone changes in cost",
    "links": "Links: what each is worth to the whole city / Forbindelser: hvad hver er værd for hele byen",
    "pairs": "Pairs of links: what two are worth together beyond each alone / Par af forbindelser",
    "shares": "Shares: alone and together at marginal prices, and the side payment to the fair share / Andele og sidebetalinger",
    "allocations": "Ways to share, and whether anybody would leave / Delinger, og om nogen ville gå",
    "parties": "Who earns and pays at marginal prices / Hvem tjener og betaler til marginalpriser",
    "sites": "Sites, the cheapest for the city first / Steder, det billigste for byen først",
    "prices": "What the firm pays (takes) and earns (delivers) a unit / Virksomhedens priser",
    "reinforcements": "New links and reinforcements / Nye forbindelser og forstærkninger",
    "preferences": "Preferences: what each costs / Præferencer: hvad hver koster",
    "tradeoff": "Trade-off between two metrics, at nearly least cost / Afvejning mellem to mål",
}
HIDDEN = ("coalitions", "capacity_values", "land")  # long tables, only in their files
SHORT = {
    "years": ("year", "least_cost", "plan_cost", "regret", "net_emissions", "above_target", "unserved", "unserved_hours", "plan_status"),
    "links": ("label_en", "capacity", "sent", "standalone_value", "marginal_value", "value_of_capacity", "hours_full"),
    "pairs": ("link", "other_link", "standalone_synergy", "marginal_synergy", "kind"),
    "shares": ("label_en", "alone_at_prices", "together_at_prices", "prices", "shapley", "nucleolus", "side_payment_shapley", "side_payment_nucleolus"),
    "allocations": ("rule", "sum", "total_value", "in_core", "blocking_coalition", "gains_by_leaving"),
    "sites": ("label_en", "added_cost", "estimate", "added_cost_per_unit", "net_emissions", "land_use", "citizens_points", "firms_points", "reason"),  # explanation, or reason of failure
    "parties": ("preference", "party", "kind", "alone", "together", "balance", "gain", "emitted", "hectares"),
    "reinforcements": ("site", "label_en", "kind", "more", "unit", "investment"),
}  # fmt: skip


def _print(*what: Any) -> None:
    print_all(*what, width=160, gap="\n")


def written(folder: Path, *more: str) -> None:
    """Prints the paths of the files written."""
    Console(highlight=False, soft_wrap=True).print(
        f"\nWritten to {folder}{''.join(f', {name}' for name in more)}", markup=False
    )


def study(found: Study, pictures: list[Path]) -> None:
    """Prints a finished study: its cases, its tables and its notes."""
    title = f"Study {found.question}: {len(found.table)} cases"
    if found.question == "sweep":
        _print(grid(title, *_rows(glance(found.table))))
    else:
        _print(f"[bold]{title}[/]")
    for name, frame in found.tables.items():
        rows = shown(name, frame)
        if len(rows) and name not in HIDDEN:
            _print(grid(TITLES.get(name, name.replace("_", " ")), *_rows(rows)))
    for note in found.notes:
        _print(note.replace("[", "\\["))
    written(found.folder, "cases.csv (Excel) and cases.parquet (pandas)", *(path.name for path in pictures))  # fmt: skip


def glance(table: pd.DataFrame) -> pd.DataFrame:
    """Returns the main columns of a study's cases."""
    index = list(table.columns).index("objective") if "objective" in table else len(table.columns)
    inputs = [column for column in table.columns[1:index] if column not in ("status", "reason")]
    status = ["status"] if (table["status"] != "optimal").any() else []
    return table[["case", *inputs, *status, *(column for column in SHOWN if column in table)]]


def shown(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Returns the compact form of a study's table for display."""
    if name == "regrets" and len(frame):
        wide = frame.pivot(index="plan", columns="future", values="regret")
        order = list(dict.fromkeys(frame["plan"]))
        wide = wide.loc[order, list(dict.fromkeys(frame["future"]))] / 1e6
        return wide.reset_index().rename(
            columns={column: f"{column} [MEUR/a]" for column in wide.columns}
        )
    if name == "plans" and len(frame):
        wide = frame.pivot(index="group", columns="plan", values="added")
        largest = wide.max(axis=1)
        return wide[largest > 1e-3].rename(columns=lambda plan: f"plan {plan}").reset_index()
    if name == "prices" and len(frame):
        carrier = frame["carrier"].str.replace("_", " ") + " " + frame["line"]
        wide = frame.assign(carrier=carrier).pivot_table(
            index="site", columns="carrier", values="price", aggfunc="mean"
        )
        return wide.loc[list(dict.fromkeys(frame["site"]))].reset_index()
    if name == "pairs":
        frame = frame[frame["kind"] != ""].head(10)
    if name == "parties" and "preference" in frame:
        order = list(dict.fromkeys(frame["party"]))
        wide = frame.pivot(index="party", columns="preference", values="gain").loc[order]
        first = frame["preference"].iloc[0]
        balance = frame[frame["preference"] == first].set_index("party")["balance"]
        wide = wide.drop(columns=first).rename(columns=lambda name: f"gain, {name}")
        wide.insert(0, "balance", balance)
        return wide[wide.abs().max(axis=1) > 500].reset_index()
    if name == "parties":
        frame = frame[
            frame[[column for column in ("gain", "balance") if column in frame]].abs().max(axis=1)
            > 500
        ]
    if name == "sites" and "why" in frame:
        frame = frame.assign(
            reason=frame["why"].where(frame["why"].astype(str) != "", frame["reason"])
        )
    if name in SHORT:
        columns = [column for column in SHORT[name] if column in frame and not (column == "reason" and frame[column].isna().all())]  # fmt: skip
        return frame[columns]
    if name in ("tornado", "sensitivity") and len(frame):
        costs = frame["output"] == "objective"
        frame = frame.assign(output=frame["output"].where(~costs, "objective [EUR/a]"))
    return frame.drop(columns=[column for column in ("run", "reason") if column in frame])


def _rows(frame: pd.DataFrame) -> tuple[list[str], list[list[str]], int]:
    """Returns headers, cells as texts and the first right-aligned column."""
    head = frame.head(MAX_TERMINAL_ROWS)
    decimals = {str(column): _digits(head[column]) for column in head if is_money(str(column))}
    rows = [
        [
            _close(value, decimals[str(column)])
            if decimals.get(str(column)) and isinstance(value, float) and np.isfinite(value)
            else cell(value, str(column))
            for column, value in zip(frame.columns, row, strict=True)
        ]
        for row in head.to_numpy(dtype=object)
    ]
    if len(frame) > MAX_TERMINAL_ROWS:
        rows.append(
            [f"… {len(frame) - MAX_TERMINAL_ROWS} more rows", *[""] * (len(frame.columns) - 1)]
        )
    text_columns = 0
    for column in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[column]) and text_columns:
            break
        text_columns += 1
    return [header(str(column)) for column in frame.columns], rows, text_columns


def _digits(column: pd.Series) -> int:
    """Returns the decimals of millions that distinguish values equal at one decimal; 0 if one decimal suffices."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(float)
    values = values[np.isfinite(values)]
    if not len(values) or np.abs(values).max() < 1e6 or np.abs(values).min() < 1e6:
        return 0
    counts = [len({round(value / 1e6, digits) for value in values}) for digits in range(1, 5)]
    return (
        0
        if counts[0] == counts[3]
        else next(digits for digits in range(2, 5) if counts[digits - 1] == counts[3])
    )


def _close(value: float, digits: int) -> str:
    return f"{value / 1e6:,.{digits}f} MEUR/a"


def header(name: str) -> str:
    """Returns a column's name and unit in words."""
    unit = MEANINGS[name][0] if name in MEANINGS else ""
    return f"{name.replace('_', ' ')}{f' [{unit}]' if unit and not unit.startswith('EUR/a') else ''}"  # fmt: skip


def cell(value: Any, column: str) -> str:
    """Returns a cell as formatted text."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating | int | np.integer):
        value = float(value)
        if column.count(".") == 2 and np.isfinite(value):  # an address: the input value unchanged
            return f"{value:.6g}"
        if not np.isfinite(value):
            return "inf" if value > 0 else "-inf"
        if value == round(value) and abs(value) < 1e4:
            return f"{abs(value) if value == 0 else value:,.0f}"
        if column in FACTORS:
            return f"{value:.4g}"
        return format_number(value, "EUR/a" if is_money(column) else "")
    return str(value)


def is_money(column: str) -> bool:
    """Returns whether a column is in EUR/a."""
    return (
        column in MONEY
        or column.endswith(("_cost", "_regret", "_at_prices"))
        or column.startswith(MONEY_STARTS)
    )


def as_records(found: Study, pictures: list[Path]) -> dict[str, Any]:
    """Returns a study as a JSON record."""

    def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
        times = frame.select_dtypes("datetime").columns
        plain = frame.assign(
            **{str(column): frame[column].dt.strftime("%Y-%m-%dT%H:%MZ") for column in times}
        )
        return plain.astype(object).where(plain.notna(), None).to_dict("records")

    return {
        "study": str(found.folder),
        "question": found.question,
        "cases": records(found.table),
        **{name: records(frame) for name, frame in found.tables.items()},
        "notes": list(found.notes),
        "pictures": [str(path) for path in pictures],
    }


# --- comparison -------------------------------------------------------------------------------------


def comparison(found: Comparison, explained: Study | None, decided: bool) -> None:
    """Prints a comparison of runs: sentences first, then the differences."""
    for sentence in sentences(found, decided):
        _print(sentence.replace("[", "\\["))
    if len(found.inputs):
        _print(grid("Inputs that differ", *_rows(found.inputs)))
    for name, title in (
        ("summary", "Headline"), ("capacities", "Capacities that differ"), ("costs", "Cost by entry [EUR/a]"),
        ("sectors", "Cost by sector [EUR/a]"), ("firms", "Who pays: cost by firm [EUR/a]"), ("emissions", "Emissions [t/a]"),
    ):  # fmt: skip
        frame = found.tables[name]
        frame = frame[~frame["same"]].drop(columns="same").reset_index()
        if len(frame):
            if name in ("capacities", "firms", "emissions"):
                frame["name"] = [
                    found.labels.get(row_name, row_name.replace("_", " "))
                    for row_name in frame["name"]
                ]
            _print(grid(title, *_rows(frame)))
    if explained is not None:
        _print(
            grid(
                TITLES["attribution"], *_rows(shown("attribution", explained.tables["attribution"]))
            )
        )
        for sentence in _explained(explained):
            _print(sentence)


def sentences(found: Comparison, decided: bool = False) -> list[str]:
    """Returns sentences on the differences of inputs and results."""
    first, last = found.names[0], found.names[-1]
    texts = []
    if not decided:
        count = len(found.inputs)
        tables = found.inputs["address"].str.split(".").str[0].value_counts()
        locations = ", ".join(f"{changed} in {table}" for table, changed in tables.head(4).items())
        texts.append(f"The inputs differ in {count:,} cells: {locations}." if count else "The inputs are the same.")  # fmt: skip
    costs = found.summary.loc["total_cost"]
    difference = float(costs["difference"])
    share = f" ({abs(difference) / abs(costs[first]):.2%})" if costs[first] else ""
    if costs["same"]:
        texts.append(f"'{last}' costs as much as '{first}'.")
    else:
        texts.append(
            f"'{last}' costs {format_number(abs(difference), 'EUR/a')}{share} {'more' if difference > 0 else 'less'} than '{first}'."
        )
    texts += _moves(found)
    firms = found.firms[~found.firms["same"]]
    if len(firms):
        parts = [
            f"{found.labels.get(firm, firm.replace('_', ' '))} {'+' if change > 0 else '−'}{format_number(abs(change), 'EUR/a')}"
            for firm, change in firms["difference"].head(4).items()
        ]
        texts.append(f"Cost falls on: {', '.join(parts)}.")
    return texts


def _moves(found: Comparison) -> list[str]:
    changed = found.capacities[~found.capacities["same"]]
    texts = []
    for word, part in (
        ("More", changed[changed["difference"] > 0]),
        ("Less", changed[changed["difference"] < 0]),
    ):
        if len(part):
            names = [
                f"{found.labels.get(name, name.replace('_', ' '))} ({format_number(abs(change))})"
                for name, change in part["difference"].head(5).items()
            ]
            texts.append(f"{word}: {', '.join(names)}.")
    return texts


def _explained(explained: Study) -> list[str]:
    frame = explained.tables["attribution"]
    if frame.empty or not np.isfinite(frame["share"].iloc[0]):
        return []
    first = frame.iloc[0]
    return [
        f"Most is explained by {first['input']}: alone it changes the cost by {format_number(float(first['alone']), 'EUR/a')}, {first['share']:.0%} of the difference."
    ]


def comparison_records(found: Comparison, explained: Study | None) -> dict[str, Any]:
    """Returns a comparison as a JSON record."""
    tables = {
        name: frame if name == "inputs" else frame.reset_index()
        for name, frame in found.tables.items()
    }
    if explained is not None:
        tables["attribution"] = explained.tables["attribution"]
    return {
        "runs": list(found.names),
        "sentences": sentences(found),
        **{
            name: frame.astype(object).where(frame.notna(), None).to_dict("records")
            for name, frame in tables.items()
        },
    }
