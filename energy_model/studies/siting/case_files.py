"""Case files: an activity and its candidate sites → the rows of the activity and of its new links."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from energy_model.case.system import System
from energy_model.common.catalogue import LANGUAGES
from energy_model.common.formatting import label
from energy_model.common.language import noun_labels_of, translate
from energy_model.results.summary import capacity_unit
from energy_model.studies.siting.candidate_sites import Activity, CandidateSite, NewLink

NAME = "placed_by_siting"


def case_files(
    system: System, activity: Activity, sites: Sequence[CandidateSite]
) -> dict[str, bytes]:
    """The rows of the activity and its links at every site, as additional case files by name."""
    rows = [_plant(system, activity, site) for site in sites]
    tables = {f"{activity.table}_{NAME}.csv": rows}
    by_unit: dict[str, list[dict[str, object]]] = {}
    for link in (link for site in sites for link in site.links):
        unit = capacity_unit(system, "links", link.carrier)
        by_unit.setdefault(unit, []).append(_link(system, link, unit))
    for number, link_rows in enumerate(by_unit.values()):
        tables[f"links_{NAME}_{number}.csv"] = link_rows
    return {name: pd.DataFrame(rows).to_csv(index=False).encode() for name, rows in tables.items()}


def _plant(system: System, activity: Activity, site: CandidateSite) -> dict[str, object]:
    texts = {
        f"label_{code}": f"{label(activity.labels, activity.technology, code)}, "
        f"{label(system['sites'], site.site, code)}"
        for code in LANGUAGES
    }
    return {
        activity.table.removesuffix("s"): site.asset,
        "site": site.site,
        "carrier": activity.carrier,
        "technology": activity.technology,
        **texts,
        f"max_capacity_added [{activity.unit}]": activity.size,
        **dict(activity.stated),
    }


def _link(system: System, link: NewLink, unit: str) -> dict[str, object]:
    sites, texts = system["sites"], {}
    carrier = noun_labels_of(system["carriers"].loc[link.carrier], link.carrier)
    for code in LANGUAGES:
        ends = [label(sites, site, code) for site in (link.from_site, link.to_site)]
        texts[f"label_{code}"] = translate(
            "New link for {carrier}: {from_site} – {to_site}",
            code,
            carrier=label(carrier, link.carrier, code),
            from_site=ends[0],
            to_site=ends[1],
        )
    return {
        "link": link.name,
        "carrier": link.carrier,
        "from_site": link.from_site,
        "to_site": link.to_site,
        "both_ways": "yes" if link.both_ways else "no",
        "technology": link.technology,
        **texts,
        f"max_capacity_added [{unit}]": "inf",
    }
