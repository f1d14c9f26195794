"""Land: a run → the land that the plan uses by kind and site, what a hectare gives, and what neighbours are paid."""

from __future__ import annotations

import pandas as pd

from energy_model.common.formatting import MIN_CAPACITY, format_number, label, listed, words
from energy_model.common.language import N_, translator
from energy_model.reporting.content import Block, Report, data_table
from energy_model.reporting.land_sections import kinds_of_land_table, land_by_site_table
from energy_model.reporting.narrative import kind_of_land
from energy_model.reporting.payment_sections import payments_section
from energy_model.reporting.topic_parts import Topic, TopicValues, name_of, topic_report
from energy_model.results.land_kinds import land_kinds_of
from energy_model.results.run import Run
from energy_model.results.run_files import system_of_run

MIN_SHADOW_PRICE_EUR = 0.5  # EUR/ha/a below which one more hectare is worth nothing
MAX_NAMED = 3


def _make(run: Run, language: str, _values: TopicValues) -> Report:
    """Returns the land use by kind and site, the hectares of each addition, what a hectare gives, and payments by law."""
    _, used = translator(language), hectares(run)
    return topic_report(
        run,
        language,
        _(TOPIC.title),
        _sentences(run, used, language),
        kinds_of_land_table(run, language),
        _yield_table(run, used, language),
        _part_table(run, used, language),
        land_by_site_table(run, language),
        further=payments_section(run, language),
    )


def hectares(run: Run) -> pd.DataFrame:
    """The land of every addition by class, the largest area first.

    The columns are those of ``capacities``, and ``land_class``, ``hectares``, ``technology``, and
    ``per_hectare`` [unit/ha/a], the yearly activity of the added share of the capacity by hectare,
    missing for storages, links and vehicles.
    """
    system, capacities = system_of_run(run), run.tables["capacities"]
    takers = system.land_takers.reset_index()
    frame = takers.join(capacities.drop(columns="site"), on="asset")
    frame["hectares"] = frame["footprint"] * frame["capacity_added"]
    frame["technology"] = frame["asset"].map(system.assets["technology"])
    frame = frame[frame["hectares"] > MIN_CAPACITY]
    share = frame["capacity_added"] / frame["capacity"]
    frame["activity"] = frame["yearly_activity"] * share
    is_plant = frame["table"] == "conversions"
    frame["per_hectare"] = (frame["activity"] / frame["hectares"]).where(is_plant)
    return frame.sort_values("hectares", ascending=False, kind="stable").set_index("asset")


def yields(used: pd.DataFrame) -> pd.DataFrame:
    """What a hectare gives by technology and land class: ``hectares``, ``activity`` and ``per_hectare``.

    Args:
        used: The table of `hectares`.
    """
    plants = used[used["per_hectare"].notna()]
    keys = ["technology", "land_class", "unit"]
    sums = plants.groupby(keys, sort=False)[["hectares", "activity"]].sum()
    sums["per_hectare"] = sums["activity"] / sums["hectares"]
    return sums.sort_values("per_hectare", ascending=False, kind="stable").reset_index()


def _sentences(run: Run, used: pd.DataFrame, language: str) -> list[str]:
    _, kinds, land = translator(language), land_kinds_of(run), run.tables["land"]
    if used.empty:
        return [_("The plan uses no land of the case.")]
    parts = [
        f"{words(name, language)} {kind_of_land(kind, language)}"
        for name, kind in kinds[kinds["land_use"] > MIN_CAPACITY].iterrows()
    ]
    largest = [
        f"{label(row, name, language)} ({format_number(row['hectares'], 'ha', language)}, "
        f"{words(row['land_class'], language)})"
        for name, row in used.head(MAX_NAMED).iterrows()
    ]
    return [
        _("Land use by kind: {kinds}.", kinds=listed(parts, language)),
        _("The largest parts of the plan: {parts}.", parts="; ".join(largest)),
        _worth(run, land, language),
        _(
            "The land has {citizens:#} points for citizens and {firms:#} for firms; more points are worse.",
            citizens=float(land["citizens_total"].sum()),
            firms=float(land["firms_total"].sum()),
        ),
    ]


def _worth(run: Run, land: pd.DataFrame, language: str) -> str:
    """Returns where one more hectare is worth most."""
    _, scarce = translator(language), land[land["shadow_price"] > MIN_SHADOW_PRICE_EUR]
    if scarce.empty:
        return _(
            "One more hectare is worth nothing anywhere: land does not limit the plan. What a hectare less costs is answered by the Pareto front."
        )
    places = [
        _(
            "{kind} in {site} ({area})",
            kind=words(kind, language),
            site=name_of(run, site, language),
            area=format_number(float(row["shadow_price"]), "EUR/ha/a", language),
        )
        for (site, kind), row in scarce.nlargest(MAX_NAMED, "shadow_price").iterrows()
    ]
    return _("One more hectare is worth most as {places}.", places=listed(places, language))


def _yield_table(run: Run, used: pd.DataFrame, language: str) -> list[Block]:
    _, technologies = translator(language), system_of_run(run)["technologies"]
    rows = []
    for row in yields(used).itertuples():
        yearly_unit = "MWh/a" if row.unit == "MW" else row.unit.replace("/h", "/a")
        rows.append(
            [
                label(technologies, row.technology, language),
                words(row.land_class, language),
                format_number(row.hectares, language=language),
                format_number(row.activity, yearly_unit, language),
                format_number(row.per_hectare, yearly_unit, language),
            ]
        )
    heads = (_("Technology"), _("Class"), _("Used [ha]"), _("In the year"), _("A year per hectare"))
    note = _(
        "What a plant makes in the year of the run, or its activity if it makes several things, per "
        "hectare of each class that it uses."
    )
    return data_table(_("What a hectare gives"), heads, rows, 3, note=note)


def _part_table(run: Run, used: pd.DataFrame, language: str) -> list[Block]:
    _ = translator(language)
    rows = [
        [
            label(row, name, language),
            name_of(run, row["site"], language),
            words(row["land_class"], language),
            format_number(row["capacity_added"], row["unit"], language),
            format_number(row["hectares"], language=language),
        ]
        for name, row in used.iterrows()
    ]
    heads = (_("Part of the plan"), _("Site"), _("Class"), _("Added"), _("Used [ha]"))
    return data_table(_("Hectares of each part of the plan"), heads, rows, 2)


TOPIC = Topic(
    rank=50,
    title=N_("Land: what the plan uses"),
    question=N_("Which land does the plan use, and what does a hectare give?"),
    make=_make,
    studies=("pareto",),
)
