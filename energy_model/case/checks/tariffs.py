"""Checks of tariffs: a system → issues of payers that do not exist, take nothing or have no own use."""

from __future__ import annotations

import difflib
from collections import defaultdict

import pandas as pd

from energy_model.case.input_log import InputLog
from energy_model.case.system import System
from energy_model.case.tariff_rows import ALL

WITHOUT_PAYMENT = ("links", "markets")


def check_tariff_rows(tariffs: pd.DataFrame, input_log: InputLog) -> None:
    """Adds an issue for every row without tariff and tax whose carrier has no row of all takers."""
    for key in tariffs.index:
        is_empty = tariffs.at[key, "tariff"] is None and tariffs.at[key, "tax"] is None
        if is_empty and key[1] != ALL and (key[0], ALL) not in tariffs.index:
            remedy = (
                f"write a tariff or a tax, or a row {ALL} of {key[0]}, whose tariff and tax apply"
            )
            input_log.add_cell_issue("tariffs", key, "tariff", "", remedy)


def check_tariffs(system: System, input_log: InputLog) -> None:
    """Adds an issue for every row that nobody pays by, and for own use of what is not produced."""
    if system["tariffs"].empty:
        return
    taking, giving = _takers_and_givers(system)
    known = {name for names in (*taking.values(), *giving.values()) for name in names}
    known |= {
        str(name)
        for table in ("conversions", "storages", "vehicles", "demands", "technologies")
        for name in system[table].index
    }
    for (carrier, payer), row in system["tariffs"].iterrows():
        key, share = (carrier, payer), row["own_use_share"]
        takes, gives = payer in taking[carrier], payer in giving[carrier]
        if payer == ALL:
            if share > 0:
                remedy = (
                    "own use is that of a plant; write it in a row of the plant or its technology"
                )
                input_log.add_cell_issue("tariffs", key, "own_use_share", share, remedy)
            if not taking[carrier]:
                remedy = f"nothing takes {carrier}; remove the row, or name a carrier that is taken"
                input_log.add_cell_issue("tariffs", key, "carrier", carrier, remedy)
        elif payer not in known:
            input_log.add_cell_issue("tariffs", key, "payer", payer, _unknown(system, payer, known))
        elif share > 0 and not gives:
            remedy = f"{payer} does not produce {carrier}, so it has no own use; clear the cell"
            input_log.add_cell_issue("tariffs", key, "own_use_share", share, remedy)
        elif not takes and not gives:
            remedy = f"it does not take {carrier}; name what takes it, or remove the row"
            input_log.add_cell_issue("tariffs", key, "payer", payer, remedy)
        elif not takes and share == 0 and not _is_changed(system, key):
            remedy = (
                f"it produces {carrier} and takes none; write its own_use_share, or remove the row"
            )
            input_log.add_cell_issue("tariffs", key, "payer", payer, remedy)


def _is_changed(system: System, key: tuple[str, str]) -> bool:
    """Returns whether an override sets the own use of a row, as a scenario without own use does."""
    return ("tariffs", key, "own_use_share") in system.cell_origins


def _unknown(system: System, payer: str, known: set[str]) -> str:
    """Returns the remedy for a payer that no row of a table can be."""
    for table in WITHOUT_PAYMENT:
        if payer in system[table].index:
            return f"it is in {table}.csv, and {table} do not pay; name what takes the carrier"
    close_names = difflib.get_close_matches(payer, sorted(known), n=2, cutoff=0.5)
    hint = f"; nearest are {', '.join(close_names)}" if close_names else ""
    return f"no technology, conversion, storage, vehicle or demand has this name{hint}"


def _takers_and_givers(system: System) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Returns the names that take and that produce each carrier; a technology stands for its assets."""
    taking: dict[str, set[str]] = defaultdict(set)
    giving: dict[str, set[str]] = defaultdict(set)
    plants = system["conversions"]["technology"]
    air = system.settings.emissions.carrier
    owned = [
        (plant, row["carrier"], row["coefficient"])
        for (plant, _, _), row in system.flows.iterrows()
    ]
    # also technologies without a conversion, for which `study siting` looks for a site
    owned += [(key[0], key[2], cell) for key, cell in system["flows"]["coefficient"].items()]
    for owner, carrier, cell in owned:
        names = _names(owner, plants.get(owner))
        if carrier == air:
            continue
        if (cell * -1.0).can_be_positive:
            taking[carrier] |= names
        if cell.can_be_positive:
            giving[carrier] |= names
    for table in ("storages", "vehicles"):
        for name, row in system[table].iterrows():
            taking[row["carrier"]] |= _names(name, row["technology"])
    for name, carrier in system["demands"]["carrier"].items():
        taking[carrier].add(str(name))
    return taking, giving


def _names(name: object, technology: object) -> set[str]:
    return {str(name), technology} if isinstance(technology, str) else {str(name)}
