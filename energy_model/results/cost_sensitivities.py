"""Cost sensitivities: accounts of a run → the inputs that change the least cost most, with their sources.

By the envelope theorem an input that multiplies part of the cost changes the least cost by that part: if it is 1 %
higher, the cost increases by 1 % of that part, as long as the plan does not change. The sensitivity to a demand is its
payment at marginal prices.
"""

from __future__ import annotations

import pandas as pd

from energy_model.case.sources import matches
from energy_model.case.tariff_rows import ALL
from energy_model.results.account_lines import TAKES, TARIFF_LINES
from energy_model.results.accounts import Accounts, accounts
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables, sources_of

MOVED_SHARE = 0.01  # assumed relative increase of an input
# The column that each entry of the cost is proportional to.
COLUMN = {"investment_annuity": "investment_cost", "reinvestment": "investment_cost", "fixed_om": "fixed_cost", "variable_om": "variable_cost",
          "storage_om": "variable_cost", "vehicle_om": "variable_cost", "purchases": "price", "sales": "price", "tariffs": "tariff", "taxes": "tax", "land_rent": "rent"}  # fmt: skip
COSTED = ("conversions", "storages", "links", "vehicles", "markets")
INPUTS = ("investment_cost", "variable_cost", "fixed_cost", "price")  # of a name without costs


def cost_sensitivities(
    run: Run, sources: pd.DataFrame, most: int = 12, book: Accounts | None = None
) -> pd.DataFrame:
    """The inputs that change the least cost most, each with its source.

    Columns: table, row and column of the input, ``more`` [EUR/a] for 1 % more of it, kind (source, assumption, none),
    publication and note. Assets that share the value of a technology are one row.

    Args:
        run: The run.
        sources: The table of sources of the case.
        most: Maximum number of rows.
        book: The accounts of the run, if known.
    """
    tables, changes = input_tables(run), dict[tuple[str, str, str], float]()
    costs = run.tables["costs"]
    for row in costs[costs["entry"].isin(COLUMN)].itertuples(index=False):
        name, column = str(row.name), COLUMN[row.entry]
        is_taker = row.entry in TARIFF_LINES and row.table != "markets"
        address = (
            _tariff_place(run, tables, name, column) if is_taker else _place(tables, name, column)
        )
        if address is not None:
            changes[address] = changes.get(address, 0.0) + MOVED_SHARE * float(row.cost)
    lines = (book or accounts(run)).lines
    demands = tables.get("demands", pd.DataFrame())
    is_paid = lines["line"].isin([TAKES, *TARIFF_LINES])
    payments = lines[is_paid & lines["name"].isin(demands.index)]
    for line in payments.itertuples(index=False):
        address = ("demands", str(line.name), "yearly")
        changes[address] = changes.get(address, 0.0) - MOVED_SHARE * float(line.amount)
    rows = [
        (*address, more, *_origin(sources, address))
        for address, more in sorted(changes.items(), key=lambda item: -abs(item[1]))[:most]
    ]
    columns = ["table", "row", "column", "more", "kind", "publication", "note"]
    return pd.DataFrame(rows, columns=columns)


def is_assumed(run: Run, name: str) -> bool:
    """Whether the largest cost of a name is an assumption in the sources that the run stores.

    A name without costs in the run is judged by its first input of cost that is not zero.
    """
    tables, costs = input_tables(run), run.tables["costs"]
    is_own = (costs["name"] == name) & costs["entry"].isin(COLUMN)
    own = costs[is_own & ((costs["table"] == "markets") | ~costs["entry"].isin(TARIFF_LINES))]
    if len(own):
        column: str | None = COLUMN[own["entry"].iloc[int(own["cost"].abs().argmax())]]
    else:
        column = next((name_ for name_ in INPUTS if _is_set(tables, name, name_)), None)
    place = _place(tables, name, column) if column else None
    return place is not None and _origin(sources_of(run), place)[0] == "assumption"


def _is_set(tables: dict[str, pd.DataFrame], name: str, column: str) -> bool:
    """Whether a row of a table has a cost other than zero in a column."""
    frames = (tables[table] for table in COSTED if table in tables)
    cells = [f.at[name, column] for f in frames if name in f.index and column in f]
    return any(str(cell) not in ("", "None", "nan", "0", "0.0") for cell in cells)


def _origin(sources: pd.DataFrame, address: tuple[str, str, str]) -> tuple[str, str, str]:
    """Kind, publication and note of the source of an input; the first rule that matches counts."""
    for rule in sources.to_dict("records"):
        if matches(rule, *address):
            return rule["kind"], rule["publication"] or "", rule["note"] or ""
    return "none", "", ""


def _place(tables: dict[str, pd.DataFrame], name: str, column: str) -> tuple[str, str, str] | None:
    """Address of the input that a name's cost is proportional to: of the name, its technology or its carrier."""
    for table in COSTED:
        frame = tables.get(table)
        if frame is None or name not in frame.index:
            continue
        row, parent = frame.loc[name], None
        if table == "markets" and column == "price":
            parent = ("carriers", str(row["carrier"]))
        elif table != "markets" and isinstance(row["technology"], str) and row["technology"]:
            parent = ("technologies", row["technology"])
        if parent and column in tables[parent[0]]:
            inherited = tables[parent[0]].at[parent[1], column]
            if str(inherited) == str(row[column]):
                return (*parent, column)
        per_km = table == "links" and parent and parent[0] == "technologies"
        if per_km and f"{column}_per_km" in tables["technologies"]:
            return (*parent, f"{column}_per_km")  # type: ignore[misc]
        return table, name, column
    return ("land", name, column) if ":" in name else None


def _tariff_place(
    run: Run, tables: dict[str, pd.DataFrame], name: str, column: str
) -> tuple[str, str, str] | None:
    """Address of the tariff or tax that a taker pays: of its row, its technology's or that of all takers.

    A taker of several carriers with tariffs has the address of that with the largest flow.
    """
    balances, tariffs = run.tables["balances"], tables["tariffs"]
    flows = balances[balances["name"] == name].groupby("carrier")["amount"].sum().abs()
    technology = next(
        (
            tables[table].at[name, "technology"]
            for table in ("conversions", "storages", "vehicles")
            if table in tables and name in tables[table].index
        ),
        None,
    )
    for carrier in flows.sort_values(ascending=False, kind="stable").index:
        of_all = f"{carrier}:{ALL}"
        rows = [f"{carrier}:{payer}" for payer in (name, technology, ALL)]
        row = next((row for row in rows if row in tariffs.index), None)
        if row is not None:
            is_inherited = of_all in tariffs.index and (
                str(tariffs.at[row, column]) == str(tariffs.at[of_all, column])
            )
            return "tariffs", of_all if is_inherited else row, column
    return None
