"""Site states: a run → what happens to each asset, and how much flows through each link in the year."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import xarray as xr

from energy_model.case.system import ASSET_TABLES
from energy_model.common.formatting import MIN_CAPACITY
from energy_model.common.language import N_
from energy_model.results.link_flows import backward_flow, forward_flow
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables
from energy_model.results.summary import is_added

BUILT, KEPT, RETIRED, REJECTED = (
    N_("built"),
    N_("existing, kept"),
    N_("retired"),
    N_("offered, not built"),
)
STATES = (BUILT, KEPT, RETIRED, REJECTED)
AT_SITES = ("conversions", "storages")  # tables of assets that stand at one site


def asset_states(run: Run) -> pd.DataFrame:
    """The rows of the table ``capacities`` that have a state, with the column ``state``.

    An asset is built if capacity is added to it; else retired if some of what exists is retired;
    else existing if it has a capacity; else offered, but not built, if some could have been added.
    """
    capacities = run.tables["capacities"]
    capacities = capacities[capacities["table"].isin(ASSET_TABLES)]
    state = pd.Series("", index=capacities.index, dtype=object)
    state[capacities["max_capacity_added"] > 0] = REJECTED
    state[capacities["capacity"] > MIN_CAPACITY] = KEPT
    state[capacities["capacity_retired"] > MIN_CAPACITY] = RETIRED
    state[is_added(capacities)] = BUILT
    return capacities.assign(state=state)[state != ""]


def link_years(run: Run) -> pd.DataFrame:
    """The links of a run: their sites, carrier, state and flow of the year.

    Returns a row for every link with a state, with the columns ``from_site``, ``to_site``,
    ``carrier``, ``label_en``, ``label_da``, ``unit`` of the capacity, ``capacity``,
    ``capacity_added``, ``max_capacity_added``, ``state``, ``is_symbiosis`` (somebody gives what
    flows to somebody else), and ``forward`` and ``backward``, the flows from the first site and
    from the second [carrier's unit per year].
    """
    columns = [
        "label_en",
        "label_da",
        "carrier",
        "unit",
        "capacity",
        "capacity_added",
        "max_capacity_added",
        "state",
    ]
    ends = ["from_site", "to_site", "giver"]
    states = asset_states(run)
    links = input_tables(run).get("links", pd.DataFrame(columns=ends))
    frame = states[states["table"] == "links"][columns].join(links[ends], how="inner")
    is_symbiosis = [isinstance(giver, str) and bool(giver) for giver in frame.pop("giver")]
    return frame.assign(
        is_symbiosis=pd.Series(is_symbiosis, frame.index, dtype=bool),
        forward=_yearly(run, forward_flow, frame.index),
        backward=_yearly(run, backward_flow, frame.index),
    )


def _yearly(
    run: Run, flow_of: Callable[[Run, pd.Index], xr.DataArray], links: pd.Index
) -> pd.Series:
    """The sum over the year of a flow of links [carrier's unit per year], zero where rounding is left."""
    if not len(links):
        return pd.Series(0.0, links)
    flows = flow_of(run, links).transpose("link", "time").to_numpy()
    # an interior point leaves flows a little below zero
    return pd.Series((flows @ run.dataset["step_weight"].to_numpy()).clip(min=0.0), links)
