"""Target value: lines of emissions → what is paid for them, and what nobody pays.

At marginal prices every tonne costs the emission price and the shadow price of the target. Only
the emission price is paid, and only for emissions with a scheme. The rest is the value of the
target, paid by nobody. It has a line of its own:

    emissions     =  - emission price x emissions with a scheme
    target value  =  - marginal price x emissions + emission price x emissions with a scheme

The climate account receives the value of the target and the payments in the objective, so its line
is the shadow price of the target times the net emissions. All lines of the target value sum to
minus the payments that nobody pays.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.results.account_lines import (
    CLIMATE,
    COLUMNS,
    EMISSIONS,
    RESIDUAL,
    SEASONS,
    TARGET_VALUE,
)
from energy_model.results.emission_payments import UNPAID, paid_by_name
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

EMITTING_TABLES = ("markets", "conversions")


def with_target_value(run: Run, lines: pd.DataFrame) -> pd.DataFrame:
    """Returns lines of accounts with the value of the target on lines of its own; all sums stay."""
    is_split = (lines["line"] == EMISSIONS).to_numpy()
    part = lines[is_split]
    paid = _paid(run, part)
    amounts = part["amount"].to_numpy(float)
    share = np.divide(paid, amounts, out=np.zeros(len(part)), where=amounts != 0)
    seasons = part[list(SEASONS)].to_numpy(float)
    kept = part.assign(amount=paid)
    kept[list(SEASONS)] = seasons * share[:, None]
    rest = part.assign(line=TARGET_VALUE, quantity=np.nan, amount=amounts - paid)
    rest[list(SEASONS)] = seasons * (1.0 - share)[:, None]
    kept = kept[kept["quantity"].notna() | (kept["amount"] != 0)]
    parts = [lines[~is_split], kept, rest[rest["amount"] != 0]]
    return pd.concat([frame for frame in parts if len(frame)], ignore_index=True)[COLUMNS]


def _paid(run: Run, lines: pd.DataFrame) -> np.ndarray:
    """What is paid for each line of emissions [EUR/a]; nothing by the climate account."""
    emissions, price = run.tables["emissions"], run.summary["emission_price"]
    schemes = _schemes(run)
    residuals = emissions[emissions["decision"] == "residual"]
    paid = []
    for name, quantity in zip(lines["name"], lines["quantity"], strict=True):
        if name == RESIDUAL:
            paid.append(-float(paid_by_name(residuals).sum()))
        elif name == CLIMATE or schemes.get(name, UNPAID) == UNPAID:
            paid.append(0.0)
        else:
            paid.append(price * quantity)
    return np.array(paid, float)


def _schemes(run: Run) -> dict[str, str]:
    """The emission scheme of every market and conversion that has one."""
    tables = input_tables(run)
    return {
        str(name): str(scheme)
        for table in EMITTING_TABLES
        if table in tables and "emission_scheme" in tables[table]
        for name, scheme in tables[table]["emission_scheme"].items()
        if isinstance(scheme, str) and scheme
    }
