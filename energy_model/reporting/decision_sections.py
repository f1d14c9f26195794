"""Decision sections: a case or a run → the tables and sections of its report on decisions on assets."""

from __future__ import annotations

import pandas as pd

from energy_model.case.system import System
from energy_model.common.formatting import MIN_CAPACITY, format_number, label, note, words
from energy_model.common.language import translator
from energy_model.reporting.content import Block, Section, data_table, section
from energy_model.results.decisions import decisions_of
from energy_model.results.run import Run


def case_decisions(system: System, language: str) -> list[Block]:
    """Returns the table of a case's decisions; none without decisions."""
    _, assets, decisions = translator(language), system.assets, system["decisions"]
    rows = [
        [
            label(assets, asset, language),
            words(decision["state"], language),
            str(decision["date"]),
            "" if pd.isna(decision["earliest_year"]) else str(int(decision["earliest_year"])),
            _("yes") if assets.at[asset, "max_capacity_added"] > 0 else "",
        ]
        for asset, decision in decisions.iterrows()
    ]
    heads = (_("Asset"), _("Decision"), _("Date"), _("Earliest year"), _("May be added"))
    return data_table(_("Decisions"), heads, rows, 0)


def decisions_section(run: Run, language: str) -> list[Section]:
    """Returns the section on the state of decisions beside the plan."""
    _ = translator(language)

    def row(asset: object, decision: pd.Series) -> list[str]:
        year = decision["earliest_year"]
        return [
            label(decision, asset, language),
            words(decision["state"], language),
            str(decision["date"]),
            _("yes") if decision["against"] or decision["too_early"] else "",
            "" if pd.isna(year) else str(int(year)),
            *(
                format_number(decision[column], decision["unit"], language)
                if decision[column] > MIN_CAPACITY
                else ""
                for column in ("capacity_existing", "capacity_added")
            ),
        ]

    heads = (
        _("Asset"),
        _("Decision"),
        _("Date"),
        _("Contradicted by the plan"),
        _("Earliest year"),
        _("Existing"),
        _("Added"),
    )
    title = _("Decisions on assets, and whether the plan contradicts them")
    rows = [row(*item) for item in decisions_of(run).iterrows()]
    return section("decisions", _("Decisions"), data_table(title, heads, rows, 3))


def decision_sources_section(run: Run, language: str) -> list[Section]:
    """Returns the section on what is decided, and the publication that states it."""
    _ = translator(language)
    rows = []
    for asset, decision in decisions_of(run).iterrows():
        rows.append(
            [label(decision, asset, language), note(decision, language), str(decision["source"])]
        )
    heads = (_("Asset"), _("What is decided"), _("Source"))
    table = data_table(_("Decisions and their sources"), heads, rows, 0, collapsed=True)
    return section("decision_sources", _("What is decided"), table)
