"""energy_model: the least-cost energy system of a city — electricity, heat, hydrogen and transport in one linear program.

import energy_model as em

case = em.load_case("inputs/aarhus", scenario="neutral_2030")
run = em.solve(case)
run.dataset          # xarray.Dataset: every decision and price, with units
em.save(run, "runs/mine")
"""

from __future__ import annotations

from typing import Any

import lazy_loader

from energy_model._deprecated import RENAMED, warn_of_old_name

# A public name is imported at its first use, so that --help answers at once. __init__.pyi lists them.
_import_name, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    """A public name, also under its name of the release before."""
    if name in RENAMED:
        warn_of_old_name(name)
        name = RENAMED[name]
    return _import_name(name)
