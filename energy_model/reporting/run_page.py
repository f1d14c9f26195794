"""Run report: a run → one HTML page in Danish and English with figures, tables, explanations, certificate and sources."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.io

from energy_model.common.errors import InputError
from energy_model.reporting.figures import run_figures as draw
from energy_model.reporting.narrative import MIN_CAPACITY, describe_run
from energy_model.reporting.page import (
    Drawn,
    Section,
    bilingual,
    format_amount,
    render_page,
    render_table,
    write_page,
)
from energy_model.results.cost_sensitivities import cost_sensitivities
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables
from energy_model.results.simultaneous_operation import MAX_SENTENCES, operation_warnings
from energy_model.results.stakeholders import stakeholder_accounts
from energy_model.studies.explanation.asset import Explanation, both_ways
from energy_model.studies.explanation.explain import explain

# Values that a certificate recomputes: labels, and whether the value is a tiny share shown with two significant digits.
CHECKED = {
    "cost": (("Cost recomputed, EUR a year", "Omkostning, genberegnet, EUR om året"), False),
    "bound": (("No plan costs less than, EUR a year", "Ingen plan koster mindre end, EUR om året"), False),
    "gap": (("Distance of the two, share of the cost", "Afstand mellem de to, andel af omkostningen"), True),
    "row_violation": (("Largest violation of a rule, share", "Største overtrædelse af en regel, andel"), True),
    "bound_violation": (("Largest violation of a bound, share", "Største overtrædelse af en grænse, andel"), True),
    "allowed": (("Distance allowed", "Tilladt afstand"), True),
}  # fmt: skip
MAX_EXPLAINED_ASSETS = 8  # the largest investments are explained


def write(run: Run, out: Path | None = None, sources: pd.DataFrame | None = None) -> Path:
    """Writes the page of a run atomically and returns its path.

    ``sources`` is the case's table of sources; without it the page has no section of sources.

    Raises:
        InputError: The run has no folder and ``out`` is None.
        WriteError: The page cannot be written.
    """
    if out is None and run.path is None:
        raise InputError.at("--out", "the run stands in no folder; name the file to write")
    return write_page(page(run, sources), out or Path(run.path or "") / "report.html")


def page(run: Run, sources: pd.DataFrame | None = None) -> str:
    """Returns the page of a run as HTML."""
    drawn: Drawn = {language: {} for language in draw.LANGUAGES}
    parts = [_answer(run), *_sections(run, drawn, sources)]
    name = run.dataset.attrs.get("title", run.metadata["case"])
    scenario_title = run.metadata.get("title") or run.metadata["scenario"] or "base"
    return render_page(f"{name}: {scenario_title}", parts, drawn)


def _answer(run: Run) -> Section:
    summary = run.summary
    tiles = [
        (("Cost of the year", "Årets omkostning"), summary["total_cost"] / 1e6, "MEUR"),
        (("Invested", "Investeret"), summary["investment"] / 1e6, "MEUR"),
        (("Net emissions", "Nettoudledning"), summary["net_emissions"], "t CO2"),
        (("The last tonne costs", "Det sidste ton koster"), summary["emission_price"] + summary["emission_target_price"], "EUR/t"),
        (("Land taken", "Optaget areal"), summary["land_taken"], "ha"),
        (("District heat, mean price", "Fjernvarme, middelpris"), summary.get("heat_price"), "EUR/MWh"),
        (("Electricity, mean price", "El, middelpris"), summary.get("electricity_price"), "EUR/MWh"),
        (("Wanted and not delivered", "Ønsket og ikke leveret"), summary["unserved"], "MWh"),
    ]  # fmt: skip
    numbers = "".join(f"<div>{bilingual(*words)}<b>{format_amount(value, unit)}</b></div>" for words, value, unit in tiles if value is not None)  # fmt: skip
    built = run.tables["capacities"]
    largest = built[built["investment"] > 0].nlargest(4, "investment")
    danish = _danish_paragraph(run, largest)
    english = "".join(f"<p>{escape(sentence)}</p>" for sentence in describe_run(run))
    return "answer", ("The answer", "Svaret"), f'{_asked(run)}<div lang="en">{english}</div><div lang="da">{danish}</div><div class="numbers">{numbers}</div>'  # fmt: skip


def _asked(run: Run) -> str:
    """Returns the overrides and candidate choices of the run as HTML, which distinguish the pages of two runs."""
    changes = [escape(str(change)) for change in run.metadata.get("changes", ())]
    built = run.tables["capacities"]
    for name, (minimum, maximum) in run.metadata.get("candidates", {}).items():
        row = built.loc[name] if name in built.index else pd.Series(dtype=object)
        words = ("required", "krævet") if minimum > 0 else ("forbidden", "forbudt") if maximum <= 0 else ("bounded", "begrænset")  # fmt: skip
        changes.append(
            f"{bilingual(_named(row, 'en', name), _named(row, 'da', name))}: {bilingual(*words)}"
        )
    if not changes:
        return ""
    return f"<p class='soft'>{bilingual('Asked for', 'Spurgt om')} {escape(run.metadata['scenario'] or 'base')}: {'; '.join(changes)}.</p>"


def _danish_paragraph(run: Run, told: pd.DataFrame) -> str:
    summary = run.summary
    parts = [f"{escape(_named(row, 'da', name))} ({format_amount(row['added'], draw.said(row['unit'], 'da'))})" for name, row in told.iterrows()]  # fmt: skip
    built = f"De største investeringer er {', '.join(parts)}." if parts else "Intet bygges: det, der står, klarer året."  # fmt: skip
    return (
        f"<p>Året koster {format_amount(summary['total_cost'] / 1e6)} mio. EUR, og der investeres {format_amount(summary['investment'] / 1e6)} mio. EUR. {built}</p>"
        f"<p>Nettoudledningen er {format_amount(summary['net_emissions'])} t CO2, og det sidste sparede ton koster {format_amount(summary['emission_price'] + summary['emission_target_price'])} EUR.</p>"
    )


def _named(row: pd.Series, language: str, name: object) -> str:
    text = row.get(f"label_{language}")
    return text if isinstance(text, str) and text else str(name).replace("_", " ")


def _sections(run: Run, drawn: Drawn, sources: pd.DataFrame | None) -> Iterable[Section]:
    known = run.tables["carriers"].index
    carriers = [carrier for carrier in ("heat", "electricity") if carrier in known]
    names = {"heat": ("District heat", "Fjernvarme"), "electricity": ("Electricity", "El")}

    def put(key: str, make: Any, *given: Any, title: tuple[str, str] | None = None) -> str:
        for language in draw.LANGUAGES:
            figure = make(run, language, *given)
            if figure is None:
                return ""
            drawn[language][key] = json.loads(plotly.io.to_json(figure, validate=False))
        words = title or (" ".join(make.__doc__.split(".")[0].split()), "")
        heading = f"<h3>{bilingual(*words)}</h3>" if title else ""
        label = escape(words[0])
        return f'{heading}<div class="figure" role="img" aria-label="{label}" id="figure_{key}" data-figure="{key}"></div>'

    built = put("map", draw.site_map, title=("Where it stands", "Hvor det står"))
    yield "built", ("What is built", "Hvad der bygges"), built + _built(run)
    yield "energy", ("How energy flows", "Hvordan energien strømmer"), _both_ways(run) + put("flows", draw.flows, title=("Through the year, GWh", "Gennem året, GWh"))  # fmt: skip
    first_hours = draw.first_hours(run)
    seasons = {
        "winter": ("a winter week", "en vinteruge"),
        "summer": ("a summer week", "en sommeruge"),
        "hours": _first_hours_words(run),
    }
    weeks = "".join(
        put(f"week_{carrier}_{season}", draw.week, carrier, first_hours[season], title=(f"{names[carrier][0]}, {seasons[season][0]}", f"{names[carrier][1]}, {seasons[season][1]}"))
        for carrier in carriers
        for season in first_hours
    )  # fmt: skip
    if carriers:
        yield "weeks", ("Hour by hour", "Time for time"), weeks
        year = "".join(put(f"months_{carrier}", draw.months, carrier, title=(f"{names[carrier][0]} by month", f"{names[carrier][1]} efter måned")) for carrier in carriers)  # fmt: skip
        yield "year", ("Through the year", "Gennem året"), year + put("stores", draw.stores, title=("What the stores hold", "Hvad lagrene indeholder"))  # fmt: skip
        yield "prices", ("Prices", "Priser"), put("duration", draw.duration, title=("From the dearest hour to the cheapest", "Fra dyreste til billigste time")) + _prices(run)  # fmt: skip
    kinds = {"sector": ("By sector", "Efter sektor"), "firm": ("By who owns it", "Efter ejer"), "entry": ("By kind", "Efter art")}  # fmt: skip
    yield "costs", ("What it costs", "Hvad det koster"), "".join(put(f"costs_{by}", draw.costs, by, title=title) for by, title in kinds.items()) + _parties(run)  # fmt: skip
    yield "emissions", ("Emissions", "Udledning"), put("emissions", draw.emissions, title=("Emitted, and kept from the air", "Udledt, og holdt ude af luften")) + _emitted(run)  # fmt: skip
    fleets = put(
        "fleets", draw.fleets, title=("What moves each fleet", "Hvad der driver hver flåde")
    )
    if fleets:
        yield "fleets", ("Fleets", "Flåder"), fleets
    land = put("land", draw.land, title=("Land taken", "Optaget areal"))
    if land:
        yield "land", ("Land and acceptance", "Areal og accept"), land + _land(run)
    yield "why", ("Why it is built", "Hvorfor det bygges"), _why(run)
    yield "proof", ("Proof of quality", "Bevis for kvalitet"), _proof(run)
    if sources is not None and len(sources):
        yield (
            "sources",
            ("Assumptions and sources", "Antagelser og kilder"),
            _leaning(run, sources) + _sources(sources),
        )


def _both_ways(run: Run) -> str:
    """Returns assets with simultaneous opposite operation in one step as HTML in both languages."""
    texts = [bilingual(*operation.sentences()) for operation in both_ways(run)[:MAX_SENTENCES]]
    return "".join(f"<p>{text}</p>" for text in texts)


def _first_hours_words(run: Run) -> tuple[str, str]:
    """Returns the title of the hourly figure of a case without two different weeks, in both languages."""
    hours = run.dataset.sizes["hour"]
    if hours > draw.HOURS_PER_WEEK:
        return f"the first {draw.HOURS_PER_WEEK} hours", f"de første {draw.HOURS_PER_WEEK} timer"
    return "every hour", "hver time"


def _built(run: Run) -> str:
    capacities = run.tables["capacities"]
    added = capacities[(capacities["added"] > MIN_CAPACITY) | (capacities["retired"] > MIN_CAPACITY)].sort_values("investment", ascending=False)  # fmt: skip
    heads = [("Asset", "Anlæg"), ("Stands today", "Står i dag"), ("Taken down", "Nedlægges"), ("Added", "Bygges"), ("Investment, MEUR", "Investering, mio. EUR")]  # fmt: skip
    rows = (
        [
            bilingual(_named(row, "en", name), _named(row, "da", name)),
            *(
                _of(row[column], row["unit"]) if row[column] > MIN_CAPACITY else ""
                for column in ("existing", "retired", "added")
            ),
            format_amount(row["investment"] / 1e6),
        ]
        for name, row in added.iterrows()
    )
    return render_table(heads, rows, 4)


def _of(value: float, unit: str) -> str:
    """Returns a number and its unit as HTML in both languages."""
    return f"{format_amount(value)} {bilingual(draw.said(unit, 'en'), draw.said(unit, 'da'))}"


def _prices(run: Run) -> str:
    carriers = run.tables["carriers"]
    heads = [("Carrier", "Energibærer"), ("Mean marginal price, EUR", "Middel marginalpris, EUR")]
    priced = carriers[carriers["mean_price"].notna()]
    rows = ([bilingual(_named(row, "en", name), _named(row, "da", name)), f"{format_amount(row['mean_price'])} / {bilingual(*(draw.said(row['unit'], language) for language in draw.LANGUAGES))}"] for name, row in priced.iterrows())  # fmt: skip
    return render_table(heads, rows, 1)


def _parties(run: Run) -> str:
    accounts = stakeholder_accounts(run)
    heads = [("Party", "Part"), ("Left over at marginal prices, MEUR a year", "Tilbage ved marginalpriser, mio. EUR om året")]  # fmt: skip
    visible = accounts[accounts["balance"].abs() > 1e3].sort_values("balance")
    names = run.tables["names"]

    def called(party: object, language: str) -> str:
        known = names.loc[party] if party in names.index else pd.Series(dtype=object)
        return _named(known, language, draw.said(str(party), language))

    rows = ([bilingual(called(name, "en"), called(name, "da")), format_amount(row["balance"] / 1e6)] for name, row in visible.iterrows())  # fmt: skip
    return f"<h3>{bilingual('Who earns and pays', 'Hvem tjener og betaler')}</h3>{render_table(heads, rows, 1)}"


def _emitted(run: Run) -> str:
    summary = run.summary
    heads = [("Way of counting", "Opgørelse"), ("t CO2 a year", "t CO2 om året")]
    rows = [
        [bilingual("Without credit for exported electricity", "Uden kredit for eksporteret el"), format_amount(summary["net_emissions_without_export_credit"])],
        [bilingual("With credit for exported electricity", "Med kredit for eksporteret el"), format_amount(summary["net_emissions_with_export_credit"])],
    ]  # fmt: skip
    return render_table(heads, rows, 1)


def _land(run: Run) -> str:
    summary = run.summary
    heads = [("Points of acceptance", "Point for accept"), ("Points", "Point")]
    rows = [[bilingual("Citizens'", "Borgernes"), format_amount(summary["citizens_points"])], [bilingual("Firms'", "Virksomhedernes"), format_amount(summary["firms_points"])]]  # fmt: skip
    return render_table(heads, rows, 1)


def _why(run: Run) -> str:
    capacities = run.tables["capacities"]
    added = capacities[capacities["added"] > MIN_CAPACITY]
    largest = added.nlargest(MAX_EXPLAINED_ASSETS, "investment")
    explanations: list[Explanation] = explain(run, list(map(str, largest.index)), break_even=False)
    paragraphs = []
    for explanation in explanations:
        row = capacities.loc[explanation.name]
        text = " ".join(escape(sentence) for sentence in explanation.sentences)
        paragraphs.append(f"<h3>{bilingual(_named(row, 'en', explanation.name), _named(row, 'da', explanation.name))}</h3><p lang='en'>{text}</p>{_danish_reason(explanation)}")  # fmt: skip
    return "".join(paragraphs)


LINES_DA = {"delivers": "Leverer", "takes": "Aftager", "owning": "Ejerskab", "fixed": "Faste omkostninger", "running": "Drift", "purchases": "Køb", "sales": "Salg", "emissions": "Udledning", "land": "Areal", "tariffs": "Tariffer", "taxes": "Afgifter"}  # fmt: skip


def _danish_reason(why: Explanation) -> str:
    """Returns the sums of the balance sheet's lines in Danish, which underlie the English sentences."""
    if "line" not in why.sheet:
        return ""
    sums = why.sheet.groupby("line", sort=False)["amount"].sum()
    parts = [f"{LINES_DA[line]} {format_amount(value / 1e3)} t.EUR" for line, value in sums.items() if line in LINES_DA and abs(value) > 500]  # fmt: skip
    return f"<p lang='da'>{'; '.join(parts)} om året.</p>" if parts else ""


def _proof(run: Run) -> str:
    record = run.metadata
    certificate = record["certificate"]
    rows = [[bilingual("Every rule is kept, and no plan at this resolution is cheaper", "Alle regler holdes, og ingen plan i denne opløsning er billigere"), bilingual("yes", "ja") if certificate["holds"] else bilingual("no", "nej")]]  # fmt: skip
    rows += [[bilingual(*words), f"{certificate[name]:.2g}" if small else format_amount(certificate[name])] for name, (words, small) in CHECKED.items() if isinstance(certificate.get(name), float)]  # fmt: skip
    proof = record.get("proof", {})
    if proof.get("gap") is not None:
        rows.append([bilingual("Proven gap to the best full year, %", "Bevist afstand til det bedste hele år, %"), format_amount(100 * proof["gap"])])  # fmt: skip
    rows += [
        [bilingual("Steps in the year", "Tidsskridt i året"), format_amount(record["steps"])],
        [
            bilingual("Solver", "Løser"),
            escape(f"{record['solver'].get('name', 'HiGHS')} {record['solver'].get('method', '')}"),
        ],
        [bilingual("Made", "Lavet"), escape(str(record["made"]))],
        [
            bilingual("Fingerprint of the inputs", "Fingeraftryk af inddata"),
            escape(record["digest"][:16]),
        ],
    ]
    # The section on energy flows shows these warnings.
    shown_warnings = operation_warnings(both_ways(run))[:MAX_SENTENCES]
    warnings = "".join(f"<p>{escape(str(text))}</p>" for text in record.get("warnings", []) if text not in shown_warnings)  # fmt: skip
    return render_table([("What", "Hvad"), ("Value", "Værdi")], rows, 1) + warnings


KINDS = {"source": ("source", "kilde"), "assumption": ("assumption", "antagelse"), "none": ("no source", "ingen kilde")}  # fmt: skip


def _leaning(run: Run, sources: pd.DataFrame) -> str:
    """Returns the inputs with the largest cost sensitivities and their sources as an HTML table."""
    sensitivities = cost_sensitivities(run, sources)
    heads = [
        ("The answer leans most on", "Svaret hviler mest på"),
        ("Column", "Kolonne"),
        ("Kind", "Slags"),
        ("Publication or reasoning", "Udgivelse eller begrundelse"),
        ("1 % more of it, kEUR a year", "1 % mere af det, t.EUR om året"),
    ]
    tables = {**input_tables(run), "carriers": run.tables["carriers"]}

    def called(table: str, row: str) -> str:
        frame = tables.get(table, pd.DataFrame())
        known = frame.loc[row] if row in frame.index else pd.Series(dtype=object)
        return bilingual(_named(known, "en", row), _named(known, "da", row))

    rows = ([called(row.table, row.row), escape(f"{row.table}.{row.row}.{row.column}"), bilingual(*KINDS[row.kind]), escape(row.publication or row.note), format_amount(row.more / 1e3)] for row in sensitivities.itertuples(index=False))  # fmt: skip
    return render_table(heads, rows, 1)


def _sources(sources: pd.DataFrame) -> str:
    heads = [("Table", "Tabel"), ("Rows", "Rækker"), ("Columns", "Kolonner"), ("Kind", "Slags"), ("Publication or reasoning", "Udgivelse eller begrundelse")]  # fmt: skip

    def text(value: object) -> str:
        return "" if value is None or (isinstance(value, float) and pd.isna(value)) else str(value)

    rows = (
        [
            escape(text(row["table"])),
            escape(text(row["rows"])),
            escape(text(row["columns"])),
            bilingual(*KINDS.get(row["kind"], (text(row["kind"]),) * 2)),
            escape(
                " — ".join(
                    filter(
                        None,
                        (text(row["publication"]), text(row.get("year")), text(row.get("note"))),
                    )
                )
            ),
        ]
        for _, row in sources.iterrows()
    )
    words = bilingual("Open the table", "Åbn tabellen")
    return f"<details><summary>{words}</summary>{render_table(heads, rows, 0)}</details>"
