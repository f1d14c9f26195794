"""Export: a case → a PyPSA network with the components of all its tables, and its file."""

from __future__ import annotations

from pathlib import Path

from energy_model.case.system import System
from energy_model.common.atomic_write import new_file
from energy_model.common.errors import InputError
from energy_model.io.pypsa.components import (
    add_buses,
    add_demands,
    add_emissions,
    add_fleets,
    add_links,
    add_markets,
    add_storages,
)
from energy_model.io.pypsa.conversions import add_conversions
from energy_model.io.pypsa.network import Network


def build_network(system: System) -> Network:
    """Returns a system as a PyPSA network."""
    network = Network(system)
    network.components["carriers"] = {str(name): {} for name in system["carriers"].index}
    for add in (
        add_buses,
        add_conversions,
        add_storages,
        add_links,
        add_markets,
        add_demands,
        add_fleets,
        add_emissions,
    ):
        add(network)
    for limit in system["limits"].index:
        network.omit(f"limit {limit}: limit on a weighted sum")
    for reserve in system["reserve_margins"].index:
        network.omit(f"reserve {reserve}: firm capacity without the largest unit")
    return network


def write(system: System, path: Path) -> Network:
    """Writes the network of a system to a file.

    Raises:
        InputError: The steps are not in order, or the folder does not exist.
        WriteError: The file cannot be written.
    """
    if len(system.steps.days):
        message = "its typical days repeat, and PyPSA requires steps in order (system.in_order)"
        raise InputError.at(str(path), message)
    if not path.parent.is_dir():
        raise InputError.at(str(path), "the folder does not exist")
    network = build_network(system)
    with new_file(path, "name another file with --out", also=(RuntimeError,)) as draft:
        network.dataset().to_netcdf(draft)
    return network
