"""Explanation tables: explanations, stakeholder accounts and bills → tables on a terminal or JSON records."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console

from energy_model.reporting.narrative import format_number
from energy_model.reporting.terminal.console import grid
from energy_model.results.accounts import RENTS, SEASONS
from energy_model.results.run import Run
from energy_model.studies.explanation.asset import Explanation

MAX_EXPLAINED_ASSETS = 5  # assets explained by default
LINES = {  # English, Danish
    "delivers": ("delivers", "leverer"), "takes": ("takes", "aftager"), "owning": ("owning", "ejerskab"),
    "fixed": ("fixed cost", "faste omkostninger"), "running": ("running", "drift"), "carrying": ("carrying", "transport"),
    "storing": ("storing", "lagring"), "wear": ("wear", "slid"), "purchases": ("purchases", "køb"), "sales": ("sales", "salg"),
    "tariffs": ("tariffs", "tariffer"), "taxes": ("taxes", "afgifter"), "distance": ("driving", "kørsel"), "emissions": ("emissions", "udledning"),
    "land": ("land", "areal"), "limit": ("limit", "grænse"), "tie": ("tie", "binding"), "unserved": ("unserved", "ikke leveret"),
    "balance": ("left over", "tilbage"), "rent of what stands": ("rent of what stands", "knaphedsrente af det bestående"),
    "rent of the most that may be added": ("rent of the limit on adding", "knaphedsrente af udbygningsgrænsen"),
    "rent of other limits": ("rent of other limits", "knaphedsrente af andre grænser"), "rounding": ("rounding", "afrunding"),
}  # fmt: skip


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160)


def first(run: Run) -> list[str]:
    """Returns the names of the added assets with the largest investment."""
    built = run.tables["capacities"]
    added = built[built["added"] > 1e-3]
    return list(
        map(str, added.sort_values("investment", ascending=False).index[:MAX_EXPLAINED_ASSETS])
    )


def nothing_added() -> None:
    """Prints a notice for a run in which no asset is named and none is added."""
    _console().print(
        "Nothing is added, so there is no investment to explain; "
        "name an asset, a carrier, emissions or a place as SITE:CLASS.",
        markup=False,
    )


def explanation(found: Explanation) -> None:
    """Prints the sentences of an explanation, then its balance sheet and tables."""
    console = _console()
    console.print(f"\n[bold]{found.name}[/]")
    for sentence in found.sentences:
        console.print(sentence, markup=False)
    if "line" in found.sheet and len(found.sheet):
        console.print(grid(*_sheet(found)))
    elif len(found.sheet):
        console.print(grid("", *_plain(found.sheet)))
    for name, frame in found.tables.items():
        if len(frame):
            console.print(grid(name.replace("_", " "), *_plain(frame)))


def _sheet(found: Explanation) -> tuple[str, list[str], list[list[str]], int]:
    """Returns title, columns, rows and first right-aligned column of a balance sheet, in both languages and by season."""
    per_unit = found.kind == "not built"
    rows = []
    for row in found.sheet.itertuples(index=False):
        english, danish = LINES.get(row.line, (row.line, ""))
        prefix = "→ " if row.line in RENTS else ""
        # A season without an amount is empty.
        seasons = [_finite(getattr(row, season, np.nan) or None) for season in SEASONS]
        name = str(row.of).replace("_", " ")
        quantity = _finite(row.quantity)
        rows.append(
            [f"{prefix}{english}", danish, name, quantity, format_number(row.amount), *seasons]
        )
    unit = "[EUR/a for the first unit]" if per_unit else "[EUR/a]"
    return "", ["line", "linje", "of", "quantity", unit, *SEASONS], rows, 3


def _finite(value: Any) -> str:
    """Returns a finite float as text, and an empty text for any other value."""
    return format_number(value) if isinstance(value, float) and np.isfinite(value) else ""


def _plain(frame: pd.DataFrame) -> tuple[list[str], list[list[str]], int]:
    first_rows = frame.head(12)
    rows = [
        [format_number(value) if isinstance(value, float) and abs(value) >= 10 else f"{value:.3g}" if isinstance(value, float) else str(value) for value in row]
        for row in first_rows.itertuples(index=False)
    ]  # fmt: skip
    text_columns = sum(not pd.api.types.is_numeric_dtype(frame[column]) for column in frame)
    return [str(column).replace("_", " ") for column in frame], rows, text_columns


def wanted_carriers(run: Run) -> list[str]:
    """Returns the carriers that have demands, sorted by name."""
    names = run.tables["names"]
    return sorted({str(carrier) for carrier in names.loc[names["table"] == "demands", "carrier"]})


def billed_carrier(run: Run) -> str | None:
    """Returns the default carrier for bills: heat, or the carrier with the largest demand; None without demands."""
    known = wanted_carriers(run)
    if not known or "heat" in known:
        return "heat" if known else None
    demand = -run.tables["carriers"]["wanted"].reindex(known)
    return str(demand.idxmax())


def accounts(
    run: Run,
    everybody: pd.DataFrame,
    owed: pd.DataFrame,
    lacks: dict[str, float] | None,
    carrier: str | None,
) -> None:
    """Prints the accounts of all parties, and the bills of a carrier if there are any."""
    console, names = _console(), run.tables["names"]["label_en"]
    visible = everybody[(everybody.drop(columns="kind").abs() > 500).any(axis=1)]
    columns = ["delivers", "takes", "cost", "emissions", "land", "limits", "balance"]
    rows = [
        [_label(names, party), *(format_number(row[column] / 1e3) if abs(row[column]) >= 500 else "" for column in columns), *(format_number(row[column]) if abs(row[column]) >= 0.5 else "" for column in ("emitted", "hectares"))]
        for party, row in visible.iterrows()
    ]  # fmt: skip
    total = everybody["balance"].sum()
    rows.append(
        [
            "All together: the cost of the system, with its sign turned",
            *[""] * 6,
            format_number(total / 1e3),
            "",
            "",
        ]
    )
    console.print(
        grid(
            "Who earns and pays at marginal prices [kEUR/a] / Hvem tjener og betaler til marginalpriser",
            [
                "party / part",
                *(
                    f"{column} [kEUR/a]" if column in ("delivers", "balance") else column
                    for column in columns
                ),
                "emits [t/a]",
                "land [ha]",
            ],
            rows,
        )
    )
    if carrier is None or lacks is None:
        console.print("Nothing is wanted, so there are no bills.")
        return
    bill = [
        [_label(names, demand), format_number(row["wanted"]), *(f"{row[column]:,.2f}" for column in ("marginal_price", "network_charge", "price", "price_at_cost")), format_number(row["bill"] / 1e3), format_number(row["bill_at_cost"] / 1e3)]
        for demand, row in owed.iterrows()
    ]  # fmt: skip
    unit = run.tables["carriers"].at[carrier, "unit"]
    heads = [
        "demand / behov",
        f"wanted [{unit}/a]",
        f"marginal [EUR/{unit}]",
        "network charge",
        "price",
        "at cost",
        "bill [kEUR/a]",
        "bill at cost",
    ]
    console.print(
        f"\n[bold]What {carrier.replace('_', ' ')} costs each district / Hvad det koster hvert område[/]"
    )
    console.print(grid("", heads, bill))
    charge_sentence = (
        f"They lack {format_number(lacks['lacking'], 'EUR/a')}, which {lacks['charge']:,.2f} EUR/{unit} from everybody covers."
        if lacks["lacking"] > 0
        else f"They have {format_number(-lacks['lacking'], 'EUR/a')} left over, so no charge is needed."
    )
    console.print(
        f"The network's links earn {format_number(lacks['earned'], 'EUR/a')} by price differences and cost {format_number(lacks['cost'], 'EUR/a')}. {charge_sentence}",
        markup=False,
    )
    console.print(
        "At cost: what plants, stores and links of the carrier have left over is given back to those who use it.",
        markup=False,
    )


def _label(names: pd.Series, name: object) -> str:
    label = names.get(name)
    return str(label) if isinstance(label, str) and label else str(name).replace("_", " ")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Returns a table as JSON records, missing values as None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def as_record(found: Explanation) -> dict[str, Any]:
    """Returns an explanation as a JSON record."""
    threshold = found.threshold
    return {
        "name": found.name,
        "kind": found.kind,
        "sentences": list(found.sentences),
        "sheet": records(found.sheet),
        "threshold": None if threshold is None else {key: None if isinstance(value, float) and not np.isfinite(value) else value for key, value in vars(threshold).items()},
        **{name: records(frame) for name, frame in found.tables.items()},
    }  # fmt: skip
