"""Deliveries: a run → what measures that save distance save of vehicles, hours of drivers and money."""

from __future__ import annotations

import fnmatch

import pandas as pd

from energy_model.case.overrides import Override
from energy_model.common.formatting import format_number, label, listed
from energy_model.common.language import N_, translator
from energy_model.reporting.content import SOFT, Block, Report, Text, data_table
from energy_model.reporting.topic_parts import Topic, TopicValues, money, name_of, topic_report
from energy_model.results.account_lines import DELIVERS
from energy_model.results.accounts import accounts
from energy_model.results.run import Run
from energy_model.results.run_files import system_of_run

CAPACITY_COLUMNS = ("capacity_existing", "max_capacity_added")


def _make(run: Run, language: str, _values: TopicValues) -> Report:
    """Returns what each measure saves in the run, and what 1,000 km less save for its fleet."""
    _, rows = translator(language), measures(run)
    note = _(
        "The worth of a distance is its marginal price in the run: vehicles, energy, emissions and "
        "drivers that are not needed. The money saved is that worth less the cost of the measure."
    )
    return topic_report(
        run,
        language,
        _(TOPIC.title),
        _sentences(run, rows, language),
        _saved_table(rows[rows["is_used"]], language),
        _unit_table(run, rows, language),
        Text((note,), SOFT) if len(rows) else [],
    )


MIN_DISTANCE = 1e-3  # thousand km a year; less is rounding


def measures(run: Run) -> pd.DataFrame:
    """The conversions that supply the service of a fleet, those that save the most first.

    The columns are ``label_en``, ``label_da``, ``fleet``, ``firm``, ``has_capacity``, ``is_used``,
    ``distance`` [thousand km/a], ``vehicles``, ``driver_hours`` [h/a], ``worth``, ``cost`` and ``saved`` [EUR/a] of the year,
    and ``unit_worth``, ``unit_cost`` [EUR/thousand km] and ``unit_driver_hours`` [h/thousand km].
    """
    system, capacities = system_of_run(run), run.tables["capacities"]
    fleets, plants, lines = system["fleets"], system["conversions"], accounts(run).lines
    vehicles = system["vehicles"]["fleet"]
    numbers = capacities["capacity"].reindex(vehicles.index).groupby(vehicles).sum()
    driven = fleets["distance"] * numbers.reindex(fleets.index, fill_value=0.0)
    rows = {}
    for fleet, row in fleets.iterrows():
        bus = f"{row['service']}@{row['site']}"
        price = float(run.dataset["yearly_marginal_price"].sel(bus=bus))
        for name in plants.index[plants["carrier"] == row["service"]]:
            own = lines[lines["name"] == name].groupby("line")["amount"].sum()
            distance = float(capacities.at[name, "yearly_activity"])
            rows[name] = {
                **capacities.loc[name, ["label_en", "label_da", "firm"]],
                "fleet": fleet,
                "has_capacity": capacities.at[name, "capacity"] > 0,
                "is_used": capacities.at[name, "capacity"] > 0 and distance > MIN_DISTANCE,
                "distance": distance,
                "vehicles": distance / row["distance"],
                "driver_hours": distance * row["driver_time"],
                "worth": float(own.get(DELIVERS, 0.0)),
                "cost": -float(own.drop(DELIVERS, errors="ignore").sum()),
                "saved": float(own.sum()),
                "fleet_distance": driven[fleet],
                "unit_worth": price,
                "unit_cost": system.settings.view.cost_factor * plants.at[name, "variable_cost"],
                "unit_driver_hours": row["driver_time"],
            }
    columns = [
        *("label_en", "label_da", "firm", "fleet", "has_capacity", "is_used"),
        *("distance", "vehicles"),
        *(
            "fleet_distance",
            "driver_hours",
            "worth",
            "cost",
            "saved",
            "unit_worth",
            "unit_cost",
            "unit_driver_hours",
        ),
    ]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    return frame.astype({"has_capacity": bool, "is_used": bool}).sort_values(
        "saved", ascending=False, kind="stable"
    )


def left_out_by(run: Run, measure: str) -> str:
    """Returns the override that leaves a measure out; empty if it is not known.

    A run in memory knows the overrides of its scenario, a stored one only those of its own.
    """
    origins = system_of_run(run).cell_origins
    for column in CAPACITY_COLUMNS:
        if ("conversions", measure, column) in origins:
            return str(origins["conversions", measure, column])
    for change in run.metadata.get("changes", ()):
        table, _, rest = Override.parse(change).address.partition(".")
        row, _, column = rest.rpartition(".")
        if (
            table == "conversions"
            and column in CAPACITY_COLUMNS
            and fnmatch.fnmatchcase(measure, row)
        ):
            return str(change)
    return ""


def _sentences(run: Run, rows: pd.DataFrame, language: str) -> list[str]:
    _ = translator(language)
    if rows.empty:
        return [_("The case has no measure that saves distance of a fleet.")]
    used, unused = rows[rows["is_used"]], rows[~rows["is_used"]]
    sentences = []
    if len(used):
        sentences.append(
            _(
                "The measures of the run save {distance}, {vehicles} and {hours} of drivers, and {amount}.",
                distance=format_number(float(used["distance"].sum()), "thousand_km/a", language),
                vehicles=format_number(float(used["vehicles"].sum()), "vehicle", language),
                hours=format_number(float(used["driver_hours"].sum()), "h/a", language),
                amount=money(run, float(used["saved"].sum()), language),
            )
        )
    dear, unused = unused[unused["has_capacity"]], unused[~unused["has_capacity"]]
    if len(dear):
        too_dear = listed([label(row, name, language) for name, row in dear.iterrows()], language)
        sentences.append(_("Not used, since it costs more than it saves: {names}.", names=too_dear))
    if len(unused):
        names = [label(row, name, language) for name, row in unused.iterrows()]
        sentences.append(
            _(
                "Not in this run: {names}. {reason}",
                names=listed(names, language),
                reason=_reason(run, unused, language),
            )
        )
    unit = rows.assign(left=rows["unit_worth"] - rows["unit_cost"])
    best = unit.loc[unit["left"].idxmax()]
    sentences.append(
        _(
            "1,000 km less are worth most for {fleet}: {amount} after the cost of the measure.",
            fleet=label(system_of_run(run)["fleets"], best["fleet"], language),
            amount=money(run, float(best["left"]), language, "EUR"),
        )
    )
    return sentences


def _reason(run: Run, unused: pd.DataFrame, language: str) -> str:
    """Returns the overrides that leave measures out, else the scenario."""
    _ = translator(language)
    overrides = list(dict.fromkeys(filter(None, (left_out_by(run, str(n)) for n in unused.index))))
    if overrides:
        return _("They are left out by: {overrides}.", overrides="; ".join(overrides))
    titles = run.metadata.get("scenario_titles", {})
    scenario = titles.get(language) or run.metadata["scenario"]
    if scenario:
        return _(
            "The scenario gives no capacity: {scenario}. A run of a scenario that gives it shows what they save.",
            scenario=scenario,
        )
    return _("The case gives no capacity.")


def _saved_table(used: pd.DataFrame, language: str) -> list[Block]:
    _ = translator(language)
    cells = [
        [
            label(row, name, language),
            format_number(row["distance"], "thousand_km/a", language),
            format_number(row["vehicles"], "vehicle", language),
            format_number(row["driver_hours"], language=language) if row["driver_hours"] else "",
            *(
                format_number(row[column] / 1e3, language=language)
                for column in ("worth", "cost", "saved")
            ),
        ]
        for name, row in used.iterrows()
    ]
    heads = (
        _("Measure"),
        _("Distance saved"),
        _("Fewer vehicles"),
        _("Hours of drivers saved [h/a]"),
        _("Worth [1,000 EUR/a]"),
        _("Cost of the measure [1,000 EUR/a]"),
        _("Saved [1,000 EUR/a]"),
    )
    return data_table(_("What the measures of the run save"), heads, cells, 6)


def _unit_table(run: Run, rows: pd.DataFrame, language: str) -> list[Block]:
    _ = translator(language)
    cells = [
        [
            label(row, name, language),
            name_of(run, row["firm"], language),
            _("yes") if row["is_used"] else _("no"),
            format_number(row["fleet_distance"], "thousand_km/a", language),
            format_number(row["unit_worth"], language=language),
            format_number(row["unit_cost"], language=language),
            format_number(row["unit_worth"] - row["unit_cost"], language=language),
            format_number(row["unit_driver_hours"], language=language)
            if row["unit_driver_hours"]
            else "",
        ]
        for name, row in rows.iterrows()
    ]
    heads = (
        _("Measure"),
        _("Owner"),
        _("In this run"),
        _("Distance of the fleet"),
        _("Worth [EUR/1,000 km]"),
        _("Cost of the measure [EUR/1,000 km]"),
        _("Left [EUR/1,000 km]"),
        _("Hours of drivers [h/1,000 km]"),
    )
    return data_table(_("What 1,000 km less save"), heads, cells, 5)


TOPIC = Topic(
    rank=80,
    title=N_("Deliveries and travel: what a shorter distance saves"),
    question=N_("What do consolidated deliveries and less travel save?"),
    make=_make,
)
