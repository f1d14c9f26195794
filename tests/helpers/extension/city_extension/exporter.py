"""Exporter: the names of a case's assets, a line for each."""

from energy_model.io.pypsa.network import Network


def write(system, path):
    """Writes the names; everything else is left out."""
    path.write_text("\n".join(system.assets.index), encoding="utf-8")
    return Network(system, left_out=["everything but names"])
