"""Run tables: the results of a run → tables on a terminal or JSON records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from energy_model.case import sources
from energy_model.case.system import System
from energy_model.reporting.narrative import describe_run, format_number, label
from energy_model.reporting.terminal.console import grid, print_all
from energy_model.results.run import Run
from energy_model.results.summary import MEANINGS

MIN_WIDE_COLUMNS = 110  # terminal width below which the Danish column would fold every line
MIN_SHOWN_AMOUNT = 0.02  # zero within the tolerance of the interior-point method


def meaning(run: Run, name: str) -> tuple[str, str, str]:
    """Returns unit, English meaning and Danish meaning of a headline number."""
    if name in MEANINGS:
        return MEANINGS[name]
    carrier, table = name.removesuffix("_price"), run.tables["carriers"]
    unit = f"EUR/{table.at[carrier, 'unit']}" if carrier in table.index else "EUR/unit"
    english, danish = label(table, carrier), label(table, carrier, "label_da")
    return unit, f"Marginal price: {english}", f"Marginalpris: {danish}"


def _proven(proof: dict[str, Any]) -> str:
    if proof["gap"] is None:
        return f"[yellow]Not proven:[/] {proof['ended']} before the first full year was solved; this is the plan of {proof['plan']['steps']:,} steps."
    statement = f"Every hour of the year: no plan costs less than {format_number(proof['bound'], 'EUR/a')}; this one is within {100 * proof['gap']:.2g} % of that"
    shortfall = (
        ""
        if proof["gap"] <= proof["asked"]
        else f", where {100 * proof['asked']:.2g} % were asked: {proof['ended']}"
    )
    return f"{statement}{shortfall}."


def exported(path: Path, left_out: list[str], constant: float) -> None:
    """Prints the path of an exported file and the features of the model that it does not express."""
    print_all(f"Written to {escape(str(path))}.")
    if constant:
        print_all(
            f"Add {format_number(constant, 'EUR/a')} to its least cost: emissions that nothing decides."
        )
    if left_out:
        print_all("[yellow]Not expressed[/], so its least cost is another:")
        for sentence in left_out:
            print_all(f"  {escape(sentence)}")


def headline(run: Run) -> None:
    """Prints the headline numbers, warnings, three sentences and the unserved demand by carrier."""
    title = f"{run.metadata['case']}, {run.metadata['scenario'] or 'base'}: {run.metadata['status']}, {run.metadata['steps']:,} steps"
    rows = []
    for name, value in run.summary.items():
        unit, english, danish = meaning(run, name)
        if name != "unserved":  # printed by carrier below, as units differ
            rows.append([english, danish, format_number(value, unit)])
    console = Console()
    if console.is_terminal and console.width < MIN_WIDE_COLUMNS:
        rows = [[english, value] for english, _, value in rows]
        print_all(grid(title, ["Number", "Value"], rows, 1))
    else:
        print_all(grid(title, ["Number", "Tal", "Value"], rows, 2))
    if proof := run.metadata.get("proof"):
        print_all(_proven(proof))
    for warning in run.metadata.get("warnings", []):
        print_all(f"[yellow]Warning:[/] {escape(warning)}")
    print_all("")
    for sentence in describe_run(run):
        print_all(escape(sentence))
    unserved_share = run.tables["carriers"]["unserved"] / -run.tables["carriers"]["wanted"]
    for carrier, share in unserved_share[unserved_share > 1e-6].items():
        row = run.tables["carriers"].loc[carrier]
        notice = f"{label(run.tables['carriers'], carrier)}: {format_number(row['unserved'], row['unit'] + '/a')} ({share:.1%} of the demand) goes unserved at its penalty."
        print_all(f"[bold red]{escape(notice)}[/]")


def everything(run: Run) -> None:
    """Prints all tables of a run."""
    headline(run)
    for table in (capacities(run), carriers(run), *costs(run), emissions(run), land(run)):
        if table is not None and table.row_count:
            print_all("")
            print_all(table)


def capacities(run: Run) -> Table:
    """Returns the table of existing, retired and added capacities with full-load hours."""
    frame = run.tables["capacities"]
    used = frame[
        (frame["capacity"].abs() > MIN_SHOWN_AMOUNT) | (frame["retired"] > MIN_SHOWN_AMOUNT)
    ]
    hours = used["full_load_hours"].where(used["table"].isin(["conversions", "links"]))
    rows = [
        [
            label(frame, str(name)),
            str(row["group"] if isinstance(row["group"], str) else row["table"]),
            *(
                format_number(row[column])
                for column in ("existing", "retired", "added", "capacity")
            ),
            row["unit"],
            format_number(hours[name]) if hours[name] == hours[name] else "",
        ]
        for name, row in used.sort_values(["table", "added"], ascending=[True, False]).iterrows()
    ]
    return grid(
        "Capacities",
        ["Asset", "Group", "existing", "retired", "added", "in all", "unit", "full-load h"],
        rows,
        2,
    )


def carriers(run: Run) -> Table:
    """Returns the table of annual amounts and mean marginal prices by carrier."""
    frame = run.tables["carriers"]
    names = ["made", "used", "bought", "sold", "wanted", "driven", "unserved"]
    rows = [
        [
            label(frame, str(name)),
            row["unit"],
            *(
                format_number(row[column]) if abs(row[column]) > MIN_SHOWN_AMOUNT else ""
                for column in names
            ),
            format_number(row["mean_price"]) if row["mean_price"] == row["mean_price"] else "",
        ]
        for name, row in frame.iterrows()
    ]
    return grid(
        "Carriers over the year (made +, taken −), and mean marginal price [EUR/unit]",
        ["Carrier", "unit", *names, "price"],
        rows,
        2,
    )


def costs(run: Run) -> list[Table]:
    """Returns the tables of cost by entry, sector and firm."""
    frame = run.tables["costs"]
    grids = []
    for column, title in (
        ("entry", "Cost by entry"),
        ("sector", "Cost by sector"),
        ("firm", "Cost by firm (owner, trader or who wants)"),
    ):
        sums = (
            frame.assign(**{column: frame[column].fillna("no firm: households, land, emissions")})
            .groupby(column)["cost"]
            .sum()
            .sort_values(ascending=False)
        )
        rows = [
            [label(run.tables["names"], name), format_number(amount, "EUR/a")]
            for name, amount in sums.items()
            if abs(amount) >= 0.5
        ]
        grids.append(grid(title, [column, "cost"], rows))
    return grids


def emissions(run: Run) -> Table:
    """Returns the table of emissions by asset, with net emissions with and without export credit."""
    frame, names = run.tables["emissions"], run.tables["names"]
    sums = (
        frame.groupby("name")["emissions"].sum().sort_values(ascending=False)
        if len(frame)
        else pd.Series(dtype=float)
    )
    rows = [
        [label(names, name), format_number(amount, "t/a")]
        for name, amount in sums.items()
        if abs(amount) >= 0.5
    ]
    summary = run.summary
    rows += [
        [
            "net, exports not credited",
            format_number(summary["net_emissions_without_export_credit"], "t/a"),
        ],
        [
            "net, exports credited",
            format_number(summary["net_emissions_with_export_credit"], "t/a"),
        ],
    ]
    return grid("Emissions", ["From", "emitted (+), kept or taken back (−)"], rows)


def land(run: Run) -> Table | None:
    """Returns the table of land use by site and class; None if no land is used."""
    frame = run.tables["land"]
    used = frame[frame["taken"] > 1e-6] if len(frame) else frame
    if not len(used):
        return None
    rows = [
        [
            label(run.tables["names"], site),
            str(kind).replace("_", " "),
            format_number(row["taken"]),
            format_number(row["area"]),
            format_number(row["citizens_total"]),
            format_number(row["firms_total"]),
            format_number(row["price"]),
        ]
        for (site, kind), row in used.iterrows()
    ]
    return grid(
        "Land",
        [
            "Site",
            "Class",
            "taken [ha]",
            "to be had [ha]",
            "citizens' points",
            "firms' points",
            "a hectare more is worth [EUR/a]",
        ],
        rows,
        2,
    )


def checked(system: System, warned: list[str], traced: pd.DataFrame) -> None:
    """Prints the result of a case check: table sizes, traced shares of numbers and warnings."""
    sizes = [[name, f"{len(frame):,}"] for name, frame in system.frames.items() if len(frame)]
    print_all(
        grid(
            f"{system.settings.name}, {system.scenario or 'base'}: no faults",
            ["Table", "rows"],
            sizes,
        )
    )
    shares = sources.summary(traced)
    print_all(
        f"\n{shares['numbers']:,} numbers: {shares['share_sourced']:.1%} from a publication, {shares['share_assumed']:.1%} marked as assumptions, "
        f"{shares['share_untraced']:.1%} not traced."
    )
    for name in list(shares["untraced"])[:20]:  # type: ignore[call-overload]
        print_all(f"  not in sources.csv: {escape(name)}")
    for warning in warned:
        print_all(f"[yellow]Warning:[/] {escape(warning)}")
    if not warned:
        print_all("Peaks, yearly amounts and the emission target are within reach.")


def statistics(path: Path, found: pd.DataFrame) -> None:
    """Prints a generated year against published statistics."""
    print_all(
        grid(
            f"Written to {path}",
            list(found.columns),
            [
                [str(value) if not isinstance(value, float) else f"{value:,.4g}" for value in row]
                for row in found.to_numpy()
            ],
            2,
        )
    )


def as_records(run: Run) -> dict[str, Any]:
    """Returns all tables of a run as JSON records, and its sentences."""
    keyed = ("capacities", "carriers", "land", "names")
    return {
        name: (frame.reset_index() if name in keyed else frame)
        .astype(object)
        .where(lambda table: table.notna(), None)
        .to_dict("records")
        for name, frame in run.tables.items()
    } | {"sentences": describe_run(run)}
