"""Payment sections: a run → what its added plants pay by law to the municipality and to neighbours, beside the plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from energy_model.common.formatting import format_number, label, note
from energy_model.common.language import N_, translator
from energy_model.reporting.content import Block, Section, Text, data_table, section
from energy_model.reporting.money import with_kroner
from energy_model.results.payments import other_schemes, payment_schemes, payments_of
from energy_model.results.run import Run
from energy_model.results.run_files import sources_of

PAYEES = {"municipality": N_("the municipality"), "neighbours": N_("the neighbours")}
POINTS = ["citizens_points", "firms_points"]


def payments_section(run: Run, language: str) -> list[Section]:
    """Returns the section on payments by law; none if no added plant pays under a scheme of the case."""
    _ = translator(language)
    payments, others = payments_of(run), other_schemes(run)
    if payments.empty and others.empty:
        return []
    title = _("Payments to neighbours and the municipality")
    beside = _(
        "These payments are information beside the plan; they are no part of its cost. Revenues are at the marginal "
        "prices of the plan, not at those of the market."
    )
    sentences = [
        *_sums(run, payments, language),
        *_on_top(others, language),
        beside,
        *_points(run, language),
    ]
    return section(
        "payments",
        title,
        _table(run, payments, title, language),
        Text(tuple(sentences)),
        _rules(run, payments, others, language),
    )


def _sums(run: Run, payments: pd.DataFrame, language: str) -> list[str]:
    """Returns a sentence on the sum of each scheme's payments once and in a year."""
    _, settings = translator(language), run.metadata["settings"]
    sentences = []
    for scheme, rows in payments.groupby("scheme", sort=False):
        first = rows.iloc[0]
        names = {
            "scheme": _scheme_label(first, scheme, language),
            "payee": _(PAYEES[first["payee"]]),
        }
        if rows["payment_once"].notna().any():
            amount = with_kroner(rows["payment_once"].sum(), settings, language, "EUR")
            sentences.append(_("{scheme}: {amount} once to {payee}.", amount=amount, **names))
        if rows["max_yearly_payment"].notna().any():
            amount = with_kroner(rows["max_yearly_payment"].sum(), settings, language)
            sentences.append(_("{scheme}: at most {amount} to {payee}.", amount=amount, **names))
        known = rows[rows["dwellings_near"].notna()]
        if len(known):
            sentence = _(
                "{scheme}: {dwellings:#} dwellings near {plants:#} plants are paid {amount}.",
                scheme=names["scheme"],
                dwellings=round(known["dwellings_near"].sum()),
                plants=len(known),
                amount=with_kroner(known["yearly_payment"].sum(), settings, language),
            )
            sentences.append(sentence)
    return sentences


def _on_top(others: pd.DataFrame, language: str) -> list[str]:
    """Returns the sentence on schemes without an amount per capacity."""
    _, named = translator(language), others.drop_duplicates("scheme")
    if named.empty:
        return []
    names = [_scheme_label(row, row["scheme"], language) for _index, row in named.iterrows()]
    return [
        _(
            "On top come: {schemes}. They depend on the dwellings near, so they have no amount per unit of capacity.",
            schemes=names,
        )
    ]


def _points(run: Run, language: str) -> list[str]:
    """Returns the sentence on the points of land, which are weights and no money."""
    _, land = translator(language), run.tables["land"]
    used = land[land["land_use"] > 0] if len(land) else land
    if used.empty or not used[POINTS].to_numpy(float).any():
        return []
    points = used[POINTS].to_numpy(float)
    sentence = _(
        "The points of land are no payments: they are weights typed as inputs, from {least:#} to {most:#} a hectare "
        "on the land that the plan uses, and add nothing to the cost. The study of preferences tries other weights.",
        least=float(points.min()),
        most=float(points.max()),
    )
    sources = sources_of(run)
    if len(sources):
        of_points = (sources["table"] == "land") & sources["columns"].str.contains(POINTS[0])
        if (sources.loc[of_points, "kind"] == "assumption").any():
            sentence = f"{sentence} {_('The sources of the case give them as an assumption.')}"
    return [sentence]


def _scheme_label(row: pd.Series, name: object, language: str) -> str:
    """Returns the label of a scheme in a row of payments or of the table of schemes."""
    labels = {
        column: row.get(f"scheme_{column}", row.get(column)) for column in ("label_en", "label_da")
    }
    return label(labels, name, language)


def _table(run: Run, payments: pd.DataFrame, title: str, language: str) -> list[Block]:
    """Returns the table of payments by plant and scheme."""
    _, names = translator(language), run.tables["names"]
    has_dwellings = payments["dwellings_near"].notna().any()
    heads = [
        _("Asset"),
        _("Scheme"),
        _("Added"),
        _("Once [kEUR]"),
        _("At most a year [kEUR/a]"),
        _("Dwellings at the maximum"),
    ]
    if has_dwellings:
        heads += [_("Dwellings near"), _("A year [kEUR/a]")]
    rows = []
    for _index, row in payments.iterrows():
        numbers = [
            row["payment_once"] / 1e3,
            row["max_yearly_payment"] / 1e3,
            np.floor(row["dwellings_at_max"] + 1e-9),
        ]
        if has_dwellings:
            numbers += [row["dwellings_near"], row["yearly_payment"] / 1e3]
        rows.append(
            [
                label(names, row["asset"], language),
                _scheme_label(row, row["scheme"], language),
                format_number(row["capacity_added"], row["unit"], language),
                *(format_number(float(number), language=language) for number in numbers),
            ]
        )
    return data_table(title, heads, rows, len(heads) - 2)


def _rules(run: Run, payments: pd.DataFrame, others: pd.DataFrame, language: str) -> list[Block]:
    """Returns the table of the rules of all schemes that apply, in the order of the case."""
    _, schemes = translator(language), payment_schemes(run)
    applied = schemes[schemes["scheme"].isin({*payments["scheme"], *others["scheme"]})]
    rows = []
    for scheme, row in applied.drop_duplicates("scheme").set_index("scheme").iterrows():
        payee = _(PAYEES[row["payee"]])
        rows.append([_scheme_label(row, scheme, language), payee, note(row, language)])
    heads = (_("Scheme"), _("Paid to"), _("Rule"))
    return data_table(_("Rules of the payments"), heads, rows, 0, collapsed=True)
