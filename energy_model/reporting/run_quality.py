"""Run quality: a run → the sections on why assets are built, on the proof and on the sources."""

from __future__ import annotations

from typing import Any

import pandas as pd

from energy_model.common.formatting import (
    format_number,
    format_share,
    format_significant,
    label,
)
from energy_model.common.language import N_, translate, translator
from energy_model.reporting.address_titles import address_title, labels_of_frames
from energy_model.reporting.content import SOFT, Block, Section, Text, data_table, section
from energy_model.reporting.explanation_report import new_investments
from energy_model.results.cost_sensitivities import cost_sensitivities
from energy_model.results.run import Run
from energy_model.results.run_files import input_tables
from energy_model.results.summary import is_added
from energy_model.studies.explanation.explain import explain

MAX_EXPLAINED_ASSETS = 8  # the largest investments are explained
HIGHS = "HiGHS"  # also of runs whose record names no solver
MONEY, TINY_SHARE = "EUR/a", "share"
# Values that a certificate recomputes, with their meaning and kind.
CHECKED = {
    "cost": (N_("Cost, recomputed"), MONEY),
    "bound": (N_("No plan costs less than"), MONEY),
    "gap": (N_("Gap between the two, share of the cost"), TINY_SHARE),
    "row_violation": (N_("Largest violation of a constraint, relative"), TINY_SHARE),
    "bound_violation": (N_("Largest violation of a bound, relative"), TINY_SHARE),
    "allowed": (N_("Permitted gap"), MONEY),
}
KINDS = {
    "source": N_("source"),
    "assumption": N_("assumption"),
    "definition": N_("definition"),
    "none": N_("no source"),
}


def explanation_section(run: Run, language: str) -> list[Section]:
    """Returns the section that explains the largest investments; those in vehicles, which have a page, come last."""
    _, capacities = translator(language), run.tables["capacities"]
    largest = new_investments(run).head(MAX_EXPLAINED_ASSETS)
    explanations = run.once(
        "explanations", lambda: explain(run, list(map(str, largest.index)), break_even=False)
    )
    texts = [
        Text(
            tuple(map(_, explanation.sentences)),
            heading=label(capacities, explanation.name, language),
        )
        for explanation in explanations
    ]
    has_vehicles = (is_added(capacities) & (capacities["table"] == "vehicles")).any()
    note = _("Vehicles have a page of their own: which a firm buys next, and what they cost.")
    return section("why", _("Why it is built"), texts, Text((note,), SOFT) if has_vehicles else [])


def proof_section(run: Run, language: str) -> list[Section]:
    """Returns the section on the certificate of the solution."""
    _, metadata = translator(language), run.metadata
    certificate, proof = metadata["certificate"], metadata.get("proof", {})
    claim = _("Every constraint holds, and no plan at this resolution is cheaper")
    rows = [[claim, _("yes") if certificate["holds"] else _("no")]]
    for name, (meaning, kind) in CHECKED.items():
        value = certificate.get(name)
        if isinstance(value, float):
            text = (
                format_significant(value, 2, language)
                if kind == TINY_SHARE
                else format_number(value, kind, language)
            )
            rows.append([_(meaning), text])
    if proof.get("gap") is not None:
        rows.append(
            [
                _("Proven gap to the optimum of the full year"),
                format_share(proof["gap"], 2, language),
            ]
        )
    solver = metadata["solver"]
    rows += [
        [_("Time steps in the year"), format_number(metadata["steps"], language=language)],
        [_("Solver"), _solver_text(solver, language)],
        [_("Created"), str(metadata["created"])],
        [_("Fingerprint of the inputs"), metadata["digest"][:16]],
    ]
    table = data_table("", (_("Property"), _("Value")), rows, 1)
    return section("proof", _("Proof of optimality"), table)


def _solver_text(solver: dict[str, Any], language: str) -> str:
    """Returns the name of the solver of a record, with its method, or another solver's version and source of duals."""
    name, method = solver.get("name", HIGHS), solver.get("method", "")
    if name == HIGHS:
        return f"{name} {method}".strip()
    return f"{name} {solver['version']}".strip() + f", {translate(method, language)}"


def sources_section(run: Run, language: str, sources: pd.DataFrame | None) -> list[Section]:
    """Returns the section on assumptions and sources; none without a table of sources."""
    _ = translator(language)
    if sources is None or not len(sources):
        return []
    return section(
        "sources",
        _("Assumptions and sources"),
        _sensitivities(run, sources, language),
        _all_sources(sources, language),
    )


def _sensitivities(run: Run, sources: pd.DataFrame, language: str) -> list[Block]:
    """Returns the table of the inputs with the largest cost sensitivities and their sources."""
    _ = translator(language)
    labels = labels_of_frames({**input_tables(run), "carriers": run.tables["carriers"]})
    heads = (
        _("Input"),
        _("address"),
        _("Kind"),
        _("Publication or reasoning"),
        _("Cost of 1 % more [kEUR/a]"),
    )
    rows = [
        [
            address_title(f"{row.table}.{row.row}.{row.column}", labels, language),
            f"{row.table}.{row.row}.{row.column}",
            _(KINDS[row.kind]),
            row.publication or row.note,
            format_number(row.more / 1e3, language=language),
        ]
        for row in cost_sensitivities(run, sources).itertuples(index=False)
    ]
    return data_table(_("Inputs that the cost is most sensitive to"), heads, rows, 1)


def _all_sources(sources: pd.DataFrame, language: str) -> list[Block]:
    _ = translator(language)
    heads = (_("Table"), _("Rows"), _("Columns"), _("Kind"), _("Publication or reasoning"))

    def text(value: object) -> str:
        return "" if value is None or (isinstance(value, float) and pd.isna(value)) else str(value)

    rows = [
        [
            *(text(row[column]) for column in ("table", "rows", "columns")),
            _(KINDS.get(row["kind"], text(row["kind"]))),
            " — ".join(
                filter(None, (text(row.get(name)) for name in ("publication", "year", "note")))
            ),
        ]
        for _index, row in sources.iterrows()
    ]
    return data_table(_("All sources"), heads, rows, collapsed=True)
