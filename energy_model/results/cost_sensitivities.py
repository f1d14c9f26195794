"""Leaning: which numbers of a case its answer leans on most, and where each comes from.

By the envelope theorem a number that multiplies part of the cost moves the least cost by that part: where it is a hundredth
higher, the year costs a hundredth of that part more, as long as the plan does not change. A demand moves it by what
it pays at marginal prices.
"""

from __future__ import annotations

import pandas as pd

from energy_model.case.sources import matches
from energy_model.results.accounts import TAKES, Accounts, accounts
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables

MOVED_SHARE = 0.01  # how much higher a number is taken to be
# The column that each entry of the cost is proportional to.
COLUMN = {"owning": "investment", "fixed": "fixed_cost", "running": "running_cost", "storing": "running_cost", "distance": "running_cost",
          "purchases": "price", "sales": "price", "tariffs": "tariff", "taxes": "tax", "rent": "rent"}  # fmt: skip


def cost_sensitivities(
    run: Run, sources: pd.DataFrame, most: int = 12, book: Accounts | None = None
) -> pd.DataFrame:
    """The numbers that move the least cost most, each with its source.

    A row each: table, row and column, ``more`` [EUR/a] for a hundredth more of it, kind (source, assumption, none),
    publication and note. Assets of a technology that share its number are one row.
    """
    tables, sums = input_tables(run), dict[tuple[str, str, str], float]()
    costs = run.tables["costs"]
    for row in costs[costs["entry"].isin(COLUMN)].itertuples(index=False):
        place = _place(tables, str(row.name), COLUMN[row.entry])
        if place is not None:
            sums[place] = sums.get(place, 0.0) + MOVED_SHARE * float(row.cost)
    lines = (book or accounts(run)).lines
    demands = tables.get("demands", pd.DataFrame())
    for line in lines[(lines["line"] == TAKES) & lines["name"].isin(demands.index)].itertuples(index=False):  # fmt: skip
        place = ("demands", str(line.name), "yearly")
        sums[place] = sums.get(place, 0.0) - MOVED_SHARE * float(line.amount)
    rules = sources.to_dict("records")
    rows = []
    for place, more in sorted(sums.items(), key=lambda item: -abs(item[1]))[:most]:
        rule = next((r for r in rules if matches(r, *place)), None)
        told = (rule["kind"], rule["publication"] or "", rule["note"] or "") if rule else ("none", "", "")  # fmt: skip
        rows.append((*place, more, *told))
    return pd.DataFrame(rows, columns=["table", "row", "column", "more", "kind", "publication", "note"])  # fmt: skip


def _place(tables: dict[str, pd.DataFrame], name: str, column: str) -> tuple[str, str, str] | None:
    """The table, row and column whose number a name's cost is proportional to: its own, its technology's or its carrier's."""
    for table in ("conversions", "storages", "links", "vehicles", "markets"):
        frame = tables.get(table)
        if frame is None or name not in frame.index:
            continue
        row, above = frame.loc[name], None
        if table == "markets" and column == "price":
            above = ("carriers", str(row["carrier"]))
        elif table != "markets" and isinstance(row["technology"], str) and row["technology"]:
            above = ("technologies", row["technology"])
        if above and column in tables[above[0]] and str(tables[above[0]].at[above[1], column]) == str(row[column]):  # fmt: skip
            return (*above, column)
        per_km = table == "links" and above and above[0] == "technologies"
        if per_km and f"{column}_per_km" in tables["technologies"]:
            return (*above, f"{column}_per_km")  # type: ignore[misc]
        return table, name, column
    return ("land", name, column) if ":" in name else None
