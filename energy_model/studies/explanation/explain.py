"""Explain: a finished run's folder → why an asset is built or not, and what sets a price."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Callable, Sequence
from pathlib import Path

from energy_model.common.errors import InputError, InputIssue
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.studies.explanation.asset import Explanation, explain_asset
from energy_model.studies.explanation.price import (
    explain_carrier_price,
    explain_emission_price,
    explain_land_price,
)
from energy_model.studies.explanation.resolver import ReSolver

EMISSIONS = "emissions"
ASSET, CARRIER, LAND = "asset", "carrier", "land"


def explain(
    run: Run | str | Path,
    names: Sequence[str] | str,
    break_even: bool = True,
    progress: Callable[[str], None] | None = None,
) -> list[Explanation]:
    """The explanations of each name: an asset, a carrier (``heat``, ``heat@viby``), ``emissions`` or land (``viby:industrial``).

    An asset is explained by its balance sheet at marginal prices; with ``break_even`` also by its break-even
    investment, and the price of a carrier by the cost of one unit more, which take some re-solves. Asset names may hold
    * as a wildcard.

    Raises:
        InputError: a name is unknown; it lists the nearest ones.
    """
    opened = run if isinstance(run, Run) else open_run(run)
    targets = _targets(opened, [names] if isinstance(names, str) else list(names))
    solver = ReSolver(opened, progress)
    explanations = []
    for kind, name in targets:
        if kind == EMISSIONS:
            explanations.append(explain_emission_price(solver))
        elif kind == LAND:
            explanations.append(explain_land_price(solver, name))
        elif kind == CARRIER:
            carrier, _, site = name.partition("@")
            explanations.append(explain_carrier_price(solver, carrier, site or None, break_even))
        else:
            explanations.append(explain_asset(solver, name, break_even))
    return explanations


def _targets(run: Run, names: Sequence[str]) -> list[tuple[str, str]]:
    """The kind and name of everything that the names state.

    Raises:
        InputError: a name is unknown; it lists the nearest ones.
    """
    assets = [str(asset) for asset in run.tables["capacities"].index]
    kinds = dict.fromkeys(assets, ASSET)
    kinds |= {str(bus): CARRIER for bus in run.dataset["bus"].to_numpy()}
    kinds |= {str(carrier): CARRIER for carrier in run.tables["carriers"].index}
    kinds |= {f"{site}:{land_class}": LAND for site, land_class in run.tables["land"].index}
    kinds |= {run.metadata["settings"]["emissions"]["carrier"]: EMISSIONS, EMISSIONS: EMISSIONS}
    targets, issues = [], []
    for name in names:
        if kinds.get(name, ASSET) != ASSET:
            targets.append((kinds[name], name))
            continue
        matches = fnmatch.filter(assets, name)
        targets += [(ASSET, match) for match in matches]
        if not matches:
            remedy = f"nothing in the run has this name; {_name_hint(name, list(kinds))}"
            issues.append(InputIssue("explain", remedy, value=name))
    if issues:
        raise InputError(issues)
    return targets


def _name_hint(name: str, names: Sequence[str]) -> str:
    nearest = difflib.get_close_matches(name.replace("*", ""), names, n=4, cutoff=0.4)
    nearest = nearest or [other for other in names if name.strip("*") in other][:4]
    if nearest:
        return f"nearest are {', '.join(nearest)}"
    return "name an asset, a carrier, emissions, or site:class"
