"""Land sections: a run → the section of its report on land use and acceptance, and its tables."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from energy_model.common.formatting import MIN_CAPACITY, format_number, format_share, label, words
from energy_model.common.language import translator
from energy_model.reporting.content import Block, DataTable, Section, data_table, section
from energy_model.reporting.run_charts import run_chart
from energy_model.results.land_kinds import land_kinds_of
from energy_model.results.run import Run

MIN_SHARE_WITH_ONE_DECIMAL = 0.001  # of the municipality; a smaller share has two


def land_section(run: Run, language: str) -> list[Section]:
    """Returns the section on land use and its acceptance; none without land use."""
    _, by_site = translator(language), land_by_site_table(run, language)
    if not by_site:
        return []
    return section(
        "land",
        _("Land and acceptance"),
        kinds_of_land_table(run, language),
        run_chart("land", _("Land use"), "draw_land", run, language),
        [replace(block, collapsed=True) for block in by_site if isinstance(block, DataTable)],
    )


def land_by_site_table(run: Run, language: str) -> list[Block]:
    """Returns the table of used land by site and class, with its points and the value of more."""
    _, land = translator(language), run.tables["land"]
    used = land[land["land_use"] > MIN_CAPACITY] if len(land) else land
    rows = [
        [
            label(run.tables["names"], site, language),
            words(kind, language),
            *(
                format_number(row[column], language=language)
                for column in ("land_use", "area", "citizens_total", "firms_total", "shadow_price")
            ),
        ]
        for (site, kind), row in used.iterrows()
    ]
    heads = (
        _("Site"),
        _("Class"),
        _("Used [ha]"),
        _("Available [ha]"),
        _("Citizens' points"),
        _("Firms' points"),
        _("Value of one more hectare [EUR/a]"),
    )
    return data_table(_("Land use by site"), heads, rows, 5)


def share_of_municipality(kind: pd.Series, language: str) -> str:
    """Returns the share of the municipality of a row of `land_kinds_of`; empty if it is not known."""
    share = float(kind["share_of_municipality"])
    if pd.isna(share):
        return ""
    return format_share(share, 1 if share >= MIN_SHARE_WITH_ONE_DECIMAL else 2, language)


def kinds_of_land_table(run: Run, language: str) -> list[Block]:
    """Returns the table of used land by kind, farmland first."""
    _, kinds = translator(language), land_kinds_of(run)
    rows = [
        [
            words(name, language),
            format_number(kind["land_use"], language=language),
            format_number(kind["area"], language=language),
            share_of_municipality(kind, language),
        ]
        for name, kind in kinds.iterrows()
    ]
    heads = (_("Class"), _("Used [ha]"), _("Available [ha]"), _("Share of the municipality"))
    note = _("Kinds of land are not added: each displaces something else.")
    return data_table(_("Land use by kind"), heads, rows, 3, note=note)
