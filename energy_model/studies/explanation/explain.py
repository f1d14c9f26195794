"""Explain: a finished run's folder → why an asset is built or not, and what sets a price."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Callable, Sequence
from pathlib import Path

from energy_model.common.errors import InputError, InputIssue
from energy_model.results.run import Run
from energy_model.results.run_files import open_run
from energy_model.studies.explanation.asset import Explanation, ReSolver, explain_asset
from energy_model.studies.explanation.price import (
    explain_carrier_price,
    explain_emission_price,
    explain_land_price,
)

EMISSIONS = "emissions"


def explain(
    run: Run | str | Path,
    names: Sequence[str] | str,
    break_even: bool = True,
    progress: Callable[[str], None] | None = None,
) -> list[Explanation]:
    """The explanations of each name: an asset, a carrier (``heat``, ``heat@viby``), ``emissions`` or land (``viby:industrial``).

    An asset is explained by its balance sheet at marginal prices; with ``break_even`` also by its
    break-even investment, which takes some re-solves. Asset names may hold * as a wildcard.

    Raises:
        InputError: a name is unknown; it lists the nearest ones.
    """
    opened = run if isinstance(run, Run) else open_run(run)
    requested = [names] if isinstance(names, str) else list(names)
    carrier = opened.metadata["settings"]["emissions"]["carrier"]
    assets = list(map(str, opened.tables["capacities"].index))
    carriers = list(map(str, opened.tables["carriers"].index))
    land_names = [f"{site}:{kind}" for site, kind in opened.tables["land"].index]
    buses = [str(bus) for bus in opened.dataset["bus"].to_numpy()]
    targets: list[tuple[str, str]] = []
    issues = []
    for name in requested:
        kind = (
            "emissions" if name in (EMISSIONS, carrier) else "land" if name in land_names
            else "carrier" if name in carriers or name in buses else "asset"
        )  # fmt: skip
        if kind != "asset":
            targets.append((kind, name))
            continue
        hits = fnmatch.filter(assets, name)
        if not hits:
            known = [*assets, *carriers, *land_names, EMISSIONS]
            nearest = difflib.get_close_matches(name.replace("*", ""), known, n=4, cutoff=0.4)
            containing = [candidate for candidate in known if name.strip("*") in candidate]
            nearest = nearest or containing[:4]
            hint = (
                f"nearest are {', '.join(nearest)}"
                if nearest
                else "name an asset, a carrier, emissions, or site:class"
            )
            issues.append(
                InputIssue("explain", f"nothing in the run has this name; {hint}", value=name)
            )
        targets += [("asset", hit) for hit in hits]
    if issues:
        raise InputError(issues)
    solver = ReSolver(opened, progress)
    explanations = []
    for kind, name in targets:
        if kind == "emissions":
            explanations.append(explain_emission_price(solver))
        elif kind == "land":
            explanations.append(explain_land_price(solver, name))
        elif kind == "carrier":
            name_of, _, site = name.partition("@")
            explanations.append(explain_carrier_price(solver, name_of, site or None))
        else:
            explanations.append(explain_asset(solver, name, break_even))
    return explanations
