"""Show: answers as tables on a terminal."""

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

MIN_WIDE_COLUMNS = 110  # columns of a terminal below which the Danish words would fold every line
MIN_SHOWN_AMOUNT = 0.02  # what an interior-point method leaves of nothing


def meaning(run: Run, name: str) -> tuple[str, str, str]:
    """Unit, English and Danish meaning of a headline number."""
    if name in MEANINGS:
        return MEANINGS[name]
    carrier, table = name.removesuffix("_price"), run.tables["carriers"]
    unit = f"EUR/{table.at[carrier, 'unit']}" if carrier in table.index else "EUR/unit"
    english, danish = label(table, carrier), label(table, carrier, "label_da")
    return unit, f"Marginal price: {english}", f"Marginalpris: {danish}"


def _proven(proof: dict[str, Any]) -> str:
    if proof["gap"] is None:
        return f"[yellow]Not proven:[/] {proof['ended']} before the first full year was solved; this is the plan of {proof['plan']['steps']:,} steps."
    told = f"Every hour of the year: no plan costs less than {format_number(proof['bound'], 'EUR/a')}; this one is within {100 * proof['gap']:.2g} % of that"
    more = (
        ""
        if proof["gap"] <= proof["asked"]
        else f", where {100 * proof['asked']:.2g} % were asked: {proof['ended']}"
    )
    return f"{told}{more}."


def exported(path: Path, left_out: list[str], constant: float) -> None:
    """What was written for another program, and what it does not hold."""
    print_all(f"Written to {escape(str(path))}.")
    if constant:
        print_all(
            f"Add {format_number(constant, 'EUR/a')} to its least cost: emissions that nothing decides."
        )
    if left_out:
        print_all("[yellow]Not expressed[/], so its least cost is another:")
        for said in left_out:
            print_all(f"  {escape(said)}")


def headline(run: Run) -> None:
    """The first numbers and three sentences."""
    title = f"{run.metadata['case']}, {run.metadata['scenario'] or 'base'}: {run.metadata['status']}, {run.metadata['steps']:,} steps"
    rows = []
    for name, value in run.summary.items():
        unit, english, danish = meaning(run, name)
        if name != "unserved":  # told by carrier below; units differ
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
    short = run.tables["carriers"]["unserved"] / -run.tables["carriers"]["wanted"]
    for carrier, share in short[short > 1e-6].items():
        row = run.tables["carriers"].loc[carrier]
        told = f"{label(run.tables['carriers'], carrier)}: {format_number(row['unserved'], row['unit'] + '/a')} ({share:.1%} of the demand) goes unserved at its penalty."
        print_all(f"[bold red]{escape(told)}[/]")


def everything(run: Run) -> None:
    """All tables of a run."""
    headline(run)
    for table in (capacities(run), carriers(run), *costs(run), emissions(run), land(run)):
        if table is not None and table.row_count:
            print_all("")
            print_all(table)


def capacities(run: Run) -> Table:
    """What stands, is retired and added, with full-load hours."""
    frame = run.tables["capacities"]
    used = frame[
        (frame["capacity"].abs() > MIN_SHOWN_AMOUNT) | (frame["retired"] > MIN_SHOWN_AMOUNT)
    ]
    hours = used["full_load_hours"].where(used["table"].isin(["conversions", "links"]))
    rows = [
        [
            label(frame, str(name)),
            str(row["group"] if isinstance(row["group"], str) else row["table"]),
            *(format_number(row[c]) for c in ("existing", "retired", "added", "capacity")),
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
    """Energy over the year and mean prices, by carrier."""
    frame = run.tables["carriers"]
    names = ["made", "used", "bought", "sold", "wanted", "driven", "unserved"]
    rows = [
        [
            label(frame, str(name)),
            row["unit"],
            *(format_number(row[c]) if abs(row[c]) > MIN_SHOWN_AMOUNT else "" for c in names),
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
    """Cost by entry, sector and firm."""
    frame = run.tables["costs"]
    found = []
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
        found.append(grid(title, [column, "cost"], rows))
    return found


def emissions(run: Run) -> Table:
    """Emissions by what emits, net both ways."""
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
    first = run.summary
    rows += [
        [
            "net, exports not credited",
            format_number(first["net_emissions_without_export_credit"], "t/a"),
        ],
        ["net, exports credited", format_number(first["net_emissions_with_export_credit"], "t/a")],
    ]
    return grid("Emissions", ["From", "emitted (+), kept or taken back (−)"], rows)


def land(run: Run) -> Table | None:
    """Land taken by site and class."""
    frame = run.tables["land"]
    taken = frame[frame["taken"] > 1e-6] if len(frame) else frame
    if not len(taken):
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
        for (site, kind), row in taken.iterrows()
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
    """What a check found."""
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
    """A made year against published statistics."""
    print_all(
        grid(
            f"Written to {path}",
            list(found.columns),
            [
                [str(v) if not isinstance(v, float) else f"{v:,.4g}" for v in row]
                for row in found.to_numpy()
            ],
            2,
        )
    )


def as_records(run: Run) -> dict[str, Any]:
    """All tables of a run as lists of rows."""
    keyed = ("capacities", "carriers", "land", "names")
    return {
        name: (frame.reset_index() if name in keyed else frame)
        .astype(object)
        .where(lambda f: f.notna(), None)
        .to_dict("records")
        for name, frame in run.tables.items()
    } | {"sentences": describe_run(run)}
