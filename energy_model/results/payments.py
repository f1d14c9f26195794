"""Payments: a run and the payment schemes of its case → what added assets pay by law to the municipality and neighbours.

The payments are information beside the plan. They are no part of its cost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from energy_model.case.system import ASSET_TABLES
from energy_model.common.formatting import MIN_CAPACITY
from energy_model.results.account_lines import DELIVERS
from energy_model.results.accounts import accounts
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

AMOUNTS = ["payment_once", "max_revenue_share", "capacity_per_dwelling"]
TEXTS = ["label_en", "label_da", "payee", "note_en", "note_da"]
COLUMNS = [
    "asset", "site", "scheme", "scheme_label_en", "scheme_label_da", "payee", "unit", "capacity_added", "payment_once",
    "max_yearly_payment", "dwellings_at_max", "dwellings_near", "yearly_payment",
]  # fmt: skip


def payment_schemes(run: Run) -> pd.DataFrame:
    """The table ``payment_schemes`` of the case of a run, with its keys as columns; empty if it has none."""
    frame = input_tables(run).get("payment_schemes")
    if frame is None:
        return pd.DataFrame(columns=["scheme", "technology", *TEXTS, *AMOUNTS])
    keys = pd.DataFrame(
        [str(name).split(":", 1) for name in frame.index], columns=["scheme", "technology"]
    )
    rest = frame.reindex(columns=[*TEXTS, *AMOUNTS]).reset_index(drop=True)
    return pd.concat([keys, rest.astype(dict.fromkeys(AMOUNTS, float))], axis=1)


def payments_of(run: Run) -> pd.DataFrame:
    """What added assets pay under the payment schemes of their technology, a row for each asset and scheme.

    ``payment_once`` [EUR] is the rate times the added capacity. ``max_yearly_payment`` [EUR/a] is the maximum share of
    the yearly revenue of the added capacity at the marginal prices of its buses. It is reached at ``dwellings_at_max``
    dwellings. Where the conversion states ``dwellings_near``, ``yearly_payment`` [EUR/a] is what these are paid, at most
    the maximum. Cells are missing where the scheme has no such amount.

    Raises:
        InputError: The run stores no program, from which revenues are computed.
    """
    schemes = payment_schemes(run).dropna(subset=AMOUNTS, how="all")
    technologies = _technologies(run)
    added = run.tables["capacities"]
    added = added[added["capacity_added"] > MIN_CAPACITY]
    near = _dwellings_near(run)
    rows = [
        _payment(run, asset, row, scheme, near.get(str(asset), np.nan))
        for asset, row in added.iterrows()
        for _, scheme in schemes[schemes["technology"] == technologies.get(str(asset))].iterrows()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def other_schemes(run: Run) -> pd.DataFrame:
    """The schemes without an amount that apply to added assets, a row for each scheme and technology."""
    schemes, added = payment_schemes(run), run.tables["capacities"]["capacity_added"]
    technologies = _technologies(run)
    is_added = {technologies.get(str(asset)) for asset in added.index[added > MIN_CAPACITY]}
    return schemes[schemes[AMOUNTS].isna().all(axis=1) & schemes["technology"].isin(is_added)]


def _technologies(run: Run) -> dict[str, object]:
    """The technology of each asset that has one."""
    tables = input_tables(run)
    return {
        str(asset): technology
        for table in ASSET_TABLES
        if table in tables and "technology" in tables[table]
        for asset, technology in tables[table]["technology"].items()
        if isinstance(technology, str) and technology
    }


def _dwellings_near(run: Run) -> dict[str, float]:
    """The dwellings near each conversion that states them."""
    conversions = input_tables(run).get("conversions", pd.DataFrame())
    if "dwellings_near" not in conversions:
        return {}
    return {str(name): float(n) for name, n in conversions["dwellings_near"].dropna().items()}


def _payment(
    run: Run, asset: object, row: pd.Series, scheme: pd.Series, dwellings_near: float
) -> dict[str, Any]:
    added, share = float(row["capacity_added"]), float(scheme["max_revenue_share"])
    per_dwelling = float(scheme["capacity_per_dwelling"])
    near = np.nan if np.isnan(share) else dwellings_near
    revenue = np.nan if np.isnan(share) else _revenue(run, asset) * added / float(row["capacity"])
    paid_share = np.minimum(share, near * per_dwelling / added)
    return {
        "asset": asset,
        "site": row["site"],
        "scheme": scheme["scheme"],
        "scheme_label_en": scheme["label_en"],
        "scheme_label_da": scheme["label_da"],
        "payee": scheme["payee"],
        "unit": row["unit"],
        "capacity_added": added,
        "payment_once": float(scheme["payment_once"]) * added,
        "max_yearly_payment": share * revenue,
        "dwellings_at_max": share * added / per_dwelling if per_dwelling > 0 else np.nan,
        "dwellings_near": near,
        "yearly_payment": paid_share * revenue,
    }


def _revenue(run: Run, asset: object) -> float:
    """The value of what an asset delivers at marginal prices [EUR/a], at least zero."""
    lines = accounts(run).of(str(asset))
    return max(0.0, float(lines.loc[lines["line"] == DELIVERS, "amount"].sum()))
