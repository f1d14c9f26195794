"""Show why: balance sheets, prices, accounts and bills on a terminal."""

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

MAX_EXPLAINED_ASSETS = 5  # assets explained where none is named
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
    """The assets that cost most among those added."""
    built = run.tables["capacities"]
    added = built[built["added"] > 1e-3]
    return list(
        map(str, added.sort_values("investment", ascending=False).index[:MAX_EXPLAINED_ASSETS])
    )


def nothing_added() -> None:
    """What is printed where no asset is named and none is added."""
    _console().print(
        "Nothing is added, so there is no investment to explain; "
        "name an asset, a carrier, emissions or a place as SITE:CLASS.",
        markup=False,
    )


def explanation(found: Explanation) -> None:
    """One explanation: sentences, then the sheet."""
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
    """A balance sheet: lines in both languages, of what, how much, and by season."""
    per = found.kind == "not built"
    rows = []
    for row in found.sheet.itertuples(index=False):
        english, danish = LINES.get(row.line, (row.line, ""))
        goes = "→ " if row.line in RENTS else ""
        seasons = [format_number(v) if isinstance(v, float) and np.isfinite(v) and v else "" for v in (getattr(row, s, np.nan) for s in SEASONS)]  # fmt: skip
        amount = format_number(row.quantity) if isinstance(row.quantity, float) and np.isfinite(row.quantity) else ""  # fmt: skip
        rows.append([f"{goes}{english}", danish, str(row.of).replace("_", " "), amount, format_number(row.amount), *seasons])  # fmt: skip
    unit = "[EUR/a for the first unit]" if per else "[EUR/a]"
    return "", ["line", "linje", "of", "quantity", unit, *SEASONS], rows, 3


def _plain(frame: pd.DataFrame) -> tuple[list[str], list[list[str]], int]:
    shown = frame.head(12)
    rows = [
        [format_number(v) if isinstance(v, float) and abs(v) >= 10 else f"{v:.3g}" if isinstance(v, float) else str(v) for v in row]
        for row in shown.itertuples(index=False)
    ]  # fmt: skip
    words = sum(not pd.api.types.is_numeric_dtype(frame[c]) for c in frame)
    return [str(c).replace("_", " ") for c in frame], rows, words


def wanted_carriers(run: Run) -> list[str]:
    """The carriers of which something is wanted, in the order of their names."""
    names = run.tables["names"]
    return sorted({str(c) for c in names.loc[names["table"] == "demands", "carrier"]})


def billed_carrier(run: Run) -> str | None:
    """The carrier whose bills are shown where none is named: heat, or what is wanted most."""
    known = wanted_carriers(run)
    if not known or "heat" in known:
        return "heat" if known else None
    wanted = -run.tables["carriers"]["wanted"].reindex(known)
    return str(wanted.idxmax())


def accounts(
    run: Run,
    everybody: pd.DataFrame,
    owed: pd.DataFrame,
    lacks: dict[str, float] | None,
    carrier: str | None,
) -> None:
    """The accounts of all parties, and the bills of a carrier if there are any."""
    console, names = _console(), run.tables["names"]["label_en"]
    kept = everybody[(everybody.drop(columns="kind").abs() > 500).any(axis=1)]
    columns = ["delivers", "takes", "cost", "emissions", "land", "limits", "balance"]
    rows = [
        [_label(names, party), *(format_number(row[c] / 1e3) if abs(row[c]) >= 500 else "" for c in columns), *(format_number(row[c]) if abs(row[c]) >= 0.5 else "" for c in ("emitted", "hectares"))]
        for party, row in kept.iterrows()
    ]  # fmt: skip
    whole = everybody["balance"].sum()
    rows.append(["All together: the cost of the system, with its sign turned", *[""] * 6, format_number(whole / 1e3), "", ""])  # fmt: skip
    console.print(grid("Who earns and pays at marginal prices [kEUR/a] / Hvem tjener og betaler til marginalpriser", ["party / part", *(f"{c} [kEUR/a]" if c in ("delivers", "balance") else c for c in columns), "emits [t/a]", "land [ha]"], rows))  # fmt: skip
    if carrier is None or lacks is None:
        console.print("Nothing is wanted, so there are no bills.")
        return
    bill = [
        [_label(names, d), format_number(row["wanted"]), *(f"{row[c]:,.2f}" for c in ("marginal_price", "network_charge", "price", "price_at_cost")), format_number(row["bill"] / 1e3), format_number(row["bill_at_cost"] / 1e3)]
        for d, row in owed.iterrows()
    ]  # fmt: skip
    unit = run.tables["carriers"].at[carrier, "unit"]
    heads = ["demand / behov", f"wanted [{unit}/a]", f"marginal [EUR/{unit}]", "network charge", "price", "at cost", "bill [kEUR/a]", "bill at cost"]  # fmt: skip
    console.print(f"\n[bold]What {carrier.replace('_', ' ')} costs each district / Hvad det koster hvert område[/]")  # fmt: skip
    console.print(grid("", heads, bill))
    said = (
        f"They lack {format_number(lacks['lacking'], 'EUR/a')}, which {lacks['charge']:,.2f} EUR/{unit} from everybody covers."
        if lacks["lacking"] > 0
        else f"They have {format_number(-lacks['lacking'], 'EUR/a')} left over, so no charge is needed."
    )
    console.print(f"The network's links earn {format_number(lacks['earned'], 'EUR/a')} by price differences and cost {format_number(lacks['cost'], 'EUR/a')}. {said}", markup=False)  # fmt: skip
    console.print("At cost: what plants, stores and links of the carrier have left over is given back to those who use it.", markup=False)  # fmt: skip


def _label(names: pd.Series, name: object) -> str:
    told = names.get(name)
    return str(told) if isinstance(told, str) and told else str(name).replace("_", " ")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as JSON holds it."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def as_record(found: Explanation) -> dict[str, Any]:
    """An explanation as JSON holds it."""
    turn = found.threshold
    return {
        "name": found.name,
        "kind": found.kind,
        "sentences": list(found.sentences),
        "sheet": records(found.sheet),
        "threshold": None if turn is None else {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in vars(turn).items()},
        **{name: records(frame) for name, frame in found.tables.items()},
    }  # fmt: skip
