"""Link flows: a run → the flow of its links in each step, from their first site and in all."""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from energy_model.results.run import Run


def forward_flow(run: Run, links: Iterable[str]) -> xr.DataArray:
    """The flow from the first site of each link [unit/h], by ``link`` and ``time``."""
    return run.dataset["flow_forward"].sel(link=list(links))


def backward_flow(run: Run, links: Iterable[str]) -> xr.DataArray:
    """The flow to the first site of each link [unit/h], by ``link`` and ``time``."""
    return run.dataset["flow_backward"].sel(link=list(links))


def flow_both_ways(run: Run, links: Iterable[str]) -> xr.DataArray:
    """The flow of each link in both directions together [unit/h], by ``link`` and ``time``."""
    names = list(links)
    return forward_flow(run, names) + backward_flow(run, names)
