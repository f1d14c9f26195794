"""Explain: why is this built and that not; what sets this price — asked of a finished run, from its folder alone."""

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
    """Why, for each name: an asset, a carrier (``heat``, ``heat@viby``), ``emissions``, or a hectare (``viby:industrial``).

    An asset is told by its balance sheet at marginal prices; with ``break_even`` also by where the answer turns, which
    takes some re-solves. Names may hold * for any part of an asset's name. InputError, with what is near, where a name is unknown.
    """
    opened = run if isinstance(run, Run) else open_run(run)
    asked = [names] if isinstance(names, str) else list(names)
    carrier = opened.metadata["settings"]["emissions"]["carrier"]
    assets = list(map(str, opened.tables["capacities"].index))
    carriers = list(map(str, opened.tables["carriers"].index))
    places = [f"{site}:{kind}" for site, kind in opened.tables["land"].index]
    buses = [str(bus) for bus in opened.dataset["bus"].to_numpy()]
    found: list[tuple[str, str]] = []
    faults = []
    for name in asked:
        kind = (
            "emissions" if name in (EMISSIONS, carrier) else "land" if name in places
            else "carrier" if name in carriers or name in buses else "asset"
        )  # fmt: skip
        if kind != "asset":
            found.append((kind, name))
            continue
        hits = fnmatch.filter(assets, name)
        if not hits:
            known = [*assets, *carriers, *places, EMISSIONS]
            near = difflib.get_close_matches(name.replace("*", ""), known, n=4, cutoff=0.4)
            near = near or [n for n in known if name.strip("*") in n][:4]
            said = f"nearest are {', '.join(near)}" if near else "name an asset, a carrier, emissions, or site:class"  # fmt: skip
            faults.append(
                InputIssue("explain", f"nothing in the run has this name; {said}", value=name)
            )
        found += [("asset", hit) for hit in hits]
    if faults:
        raise InputError(faults)
    again = ReSolver(opened, progress)
    told = []
    for kind, name in found:
        if kind == "emissions":
            told.append(explain_emission_price(again))
        elif kind == "land":
            told.append(explain_land_price(again, name))
        elif kind == "carrier":
            name_of, _, site = name.partition("@")
            told.append(explain_carrier_price(again, name_of, site or None))
        else:
            told.append(explain_asset(again, name, break_even))
    return told
